"""The report: answers as a table, as a page, and one by one."""

from pathlib import Path

from course_lib.data.dataset import closest

__all__ = ["Report"]

COLUMNS = ("topic", "verdict", "estimate", "low", "high", "tolerance", "what", "test", "found", "next_step")


class Report:
    """What an audit found.

    Attributes
    ----------
    answers : list of Answer
    notes : list of str
        What was decided about the tables before anything was asked.
    level : float
        Confidence level of the intervals.
    rows : dict of str to int
        Rows of the tables "real", "synthetic" and "holdout".
    people : int
        People behind the real rows.
    """

    def __init__(self, answers, case):
        tables = case.tables
        self.answers, self.notes, self.level = list(answers), list(tables.notes), case.level
        self.rows = {"real": len(tables.real), "synthetic": len(tables.synthetic)}
        self.rows["holdout"] = 0 if tables.holdout is None else len(tables.holdout)
        self.people = int(tables.people["real"].max()) + 1

    def frame(self):
        """Return one row for each question: verdict, estimate, interval, what it is, the test, the next step.

        Returns
        -------
        pandas.DataFrame
            The index is the question's short name.
        """
        import pandas as pd

        rows = [{name: getattr(answer, name) for name in COLUMNS} for answer in self.answers]
        return pd.DataFrame(rows, index=pd.Index([answer.question for answer in self.answers], name="question"))

    def __getitem__(self, question):
        """Return the Answer to a question, by its short name."""
        found = {answer.question: answer for answer in self.answers}
        if question not in found:
            raise ValueError(f"question {question!r} was not asked; " + closest(question, list(found)))
        return found[question]

    def verdict(self, question):
        """Return the verdict on a question: "failed", "not shown" or "held against these attacks"."""
        return self[question].verdict

    def html(self):
        """Return the report as a page that needs no other file."""
        from course_lib.audit.page import page

        return page(self)

    def save(self, path):
        """Write the page to a file and return its path."""
        path = Path(path)
        path.write_text(self.html(), encoding="utf-8")
        return path

    def __repr__(self):
        lines = [f"{answer.question:12} {answer.verdict:28} {answer.found}" for answer in self.answers]
        return "\n".join(lines)
