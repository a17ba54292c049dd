"""Audit: what can be said about a synthetic table, question by question, in three words.

*Failed*: the release is worse than what was tolerated, beyond chance. *Not shown*: the data do not tell, or the attack
was blind. *Held against these attacks*: nothing beyond what was tolerated, against what was tried and nothing else. No
number of such answers makes a table private.

From the shell: `python -m course_lib.audit real.csv synthetic.csv -o report.html`. Nothing is sent anywhere.
"""

from course_lib.audit.answer import FAILED, HELD, NOT_SHOWN, Answer
from course_lib.audit.report import Report
from course_lib.validate import as_count, as_fraction, as_rng

__all__ = ["FAILED", "HELD", "NOT_SHOWN", "Answer", "Report", "audit"]


def audit(
    real,
    synthetic,
    *,
    holdout=None,
    target=None,
    group=None,
    generations=3,
    rng,
    level=0.99,
    tolerances=None,
    questions=None,
    max_rows=5000,
):
    """Ask of a synthetic table what can be asked: fidelity, diversity, utility, privacy, and the risk of collapse.

    Parameters
    ----------
    real : pandas.DataFrame or Table
        The rows that the generator was trained on: its members.
    synthetic : pandas.DataFrame or Table
        The release.
    holdout : pandas.DataFrame or Table, optional
        Real rows of other people, whom the generator has not seen. Without it nobody knows how near the release comes
        to strangers, and an attack on privacy can fail it but cannot be held off; other questions then compare with a
        part of the real table.
    target : str, optional
        The column that models are to predict. Unless given, the Table's label; without one, each column in turn.
    group : str or array_like, optional
        Whose a row is, where several rows can belong to one person: a column of the real tables, which is not compared,
        or one value for each real row. Unless given, the Table's groups. Rows of one person are not taken for
        independent evidence; those of one made-up person neither, where the synthetic table has the column, too.
    generations : int
        Length of the loops in which collapse is looked for.
    rng : numpy.random.Generator
    level : float
        Confidence level of the intervals; simultaneous where a question looks at several columns.
    tolerances : dict of str to float, optional
        By question, the gap at which it begins to matter; `Report.frame` shows those in force.
    questions : str or collection of str, optional
        Ask these only; all unless given.
    max_rows : int
        Rows of one table on which distances between all pairs are measured. Larger tables are subsampled at random, and
        the report says how many rows each answer rests on. The questions "people" and "rare" look at all rows.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        If columns or types differ, a table has too few rows or people, holdout and real share people or rows, or an
        argument does not fit.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> truth = lambda: pd.DataFrame(rng.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], 1000), columns=["a", "b"])
    >>> real = truth()
    >>> audit(real, real, holdout=truth(), rng=rng, questions=["membership"]).verdict("membership")
    'failed'
    """
    import sklearn.ensemble  # noqa: F401 (before the limit: threads of a library that is loaded later would escape it)

    from course_lib.audit.case import Case
    from course_lib.audit.questions import QUESTIONS, ask
    from course_lib.audit.tables import prepare
    from course_lib.threads import limit_threads

    as_rng(rng)
    generations, max_rows = as_count(generations, "generations"), as_count(max_rows, "max_rows", minimum=100)
    if not 0.5 < as_fraction(level, "level") < 1:
        raise ValueError(f"level must lie between 0.5 and 1, got {level!r}")
    questions = [questions] if isinstance(questions, str) else questions
    chosen = list(QUESTIONS) if questions is None else list(questions)
    tolerances = {} if tolerances is None else dict(tolerances)
    for argument, names in (("questions", chosen), ("tolerances", tolerances)):
        if unknown := [name for name in names if name not in QUESTIONS]:
            raise ValueError(f"{argument} names {unknown[0]!r}; the questions are {', '.join(QUESTIONS)}")
    tables = prepare(real, synthetic, holdout=holdout, target=target, group=group)
    with limit_threads():
        case = Case(tables, level, rng, max_rows, generations)
        answers = ask(case, chosen, tolerances)
    return Report(answers, case)
