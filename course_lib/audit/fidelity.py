"""Fidelity: whether the release looks like the real table, by column, by pair, and as a whole."""

import numpy as np

from course_lib.audit.answer import Answer, verdict
from course_lib.audit.case import half_samples
from course_lib.audit.statistics import auc_interval, effective_number, simultaneous

__all__ = ["columns", "joint", "pairs"]

MOST_COMPARED = 20_000  # rows of one column; its gap is then known to .02


def columns(case, *, tolerance=0.1):
    """Compare each column's distribution: the largest gap between two distribution functions, or of categories."""
    real, synthetic = case.tables.real, case.tables.synthetic
    a, b = (_draw(frame, case.rng) for frame in (real, synthetic))
    gaps = {name: _column_gap(real[name].iloc[a], synthetic[name].iloc[b], kind) for name, kind in _kinds(case)}
    worst = max(gaps, key=gaps.get)
    n, m = effective_number(case.tables.people[a]), len(b)
    # One-sided inequality of Dvoretzky, Kiefer and Wolfowitz for two samples, for all columns at once
    margin = np.sqrt(np.log(2 * len(gaps) / (1 - case.level)) / 2 * (1 / n + 1 / m))
    estimate = gaps[worst]
    low, high = max(estimate - margin, 0.0), min(estimate + margin, 1.0)
    word = verdict(low, high, tolerance)
    return Answer(
        question="columns",
        topic="fidelity",
        asked="Does every column hold the same values equally often?",
        verdict=word,
        estimate=estimate,
        low=low,
        high=high,
        tolerance=tolerance,
        what="largest gap between the shares of a column's values (0: none; 1: nothing in common)",
        test=f"Kolmogorov-Smirnov or total variation for {len(gaps)} columns at once; {len(a):,} real and {m:,} rows",
        found=f"The gap is widest in {worst!r}, {estimate:.3f}.",
        next_step={
            "failed": f"Plot {worst!r} of both tables over each other; mend its encoding or its range, and draw again.",
            "not shown": "Compare more rows: the interval is wider than what would matter.",
        }.get(word, "Look at the columns that your own question needs, with a narrower tolerance."),
        details={"gaps": gaps},
    )


def _kinds(case):
    return case.tables.kinds.items()


def _draw(frame, rng):
    if len(frame) <= MOST_COMPARED:
        return np.arange(len(frame))
    return np.sort(rng.choice(len(frame), MOST_COMPARED, replace=False))


def _column_gap(real, synthetic, kind):
    from course_lib.metrics import ks_complement

    if kind == "category":
        shares = [values.value_counts(normalize=True, sort=False).to_numpy() for values in (real, synthetic)]
        return float(np.abs(shares[0] - shares[1]).sum() / 2)
    real, synthetic = (values.to_numpy(np.float64)[:, None] for values in (real, synthetic))
    return float(1 - ks_complement(real, synthetic))


def pairs(case, *, tolerance=0.2):
    """Compare the correlations of all pairs of columns."""
    from scipy.stats import rankdata

    (x, people), (z, _) = case.rows("real"), case.rows("synthetic")
    first, second = _pairs(case, x)
    x, z = rankdata(x, axis=0), rankdata(z, axis=0)  # Spearman's correlation: no few large values rule it
    if first.size == 0:
        return None

    def gap(rows, released):
        return _correlations(x[rows], first, second) - _correlations(z[released], first, second)

    estimates = gap(np.arange(len(x)), np.arange(len(z)))
    halves = half_samples(gap, [people, np.arange(len(z))], rng=case.rng)
    worst, estimate, low, high = simultaneous(estimates, halves, case.level)
    names = [case.codec.names_[each[worst]] for each in (first, second)]
    word = verdict(low, high, tolerance)
    return Answer(
        question="pairs",
        topic="fidelity",
        asked="Do the columns hang together in the same way, two by two?",
        verdict=word,
        estimate=estimate,
        low=low,
        high=high,
        tolerance=tolerance,
        what="largest difference between a rank correlation in the release and in the real table (0 to 2)",
        test=f"{first.size:,} rank correlations at once, half-samples; {len(x):,} real and {len(z):,} rows",
        found=f"It is largest between {names[0]!r} and {names[1]!r}, {estimate:.2f}.",
        next_step={
            "failed": f"Draw {names[0]!r} against {names[1]!r} for both tables: what does the generator not know?",
            "not shown": "Compare more rows: some correlation is too uncertain to tell.",
        }.get(word, "Correlations are lenient: look at what bends, and at groups of three columns."),
    )


def _pairs(case, x):
    """Return the pairs of encoded columns that come from different columns and of which each varies enough."""
    owner = np.empty(x.shape[1], dtype=int)
    for number, part in enumerate(case.parts.values()):
        owner[part] = number
    common = np.array([np.unique(column, return_counts=True)[1].max() < 0.98 * len(x) for column in x.T])
    first, second = np.triu_indices(x.shape[1], 1)
    kept = (owner[first] != owner[second]) & common[first] & common[second]
    return first[kept], second[kept]


def _correlations(x, first, second):
    z = x - x.mean(0)
    std = np.sqrt((z**2).mean(0))
    z = z / np.where(std > 1e-9, std, np.inf)
    return (z.T @ z / len(x))[first, second]


def joint(case, *, tolerance=0.65):
    """Let a classifier try to tell real rows from released ones; trained on one half, tested on the other."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    (x, people), (z, _) = case.rows("real"), case.rows("synthetic")
    count = min(len(x), len(z))
    x, people, z = x[:count] if len(x) == count else x, people, z
    if len(x) > count or len(z) > count:  # as many of both, so that neither is the safer guess
        keep_x, keep_z = (np.sort(case.rng.choice(len(each), count, replace=False)) for each in (x, z))
        x, people, z = x[keep_x], people[keep_x], z[keep_z]
    _, codes = np.unique(people, return_inverse=True)
    side_x = (case.rng.permutation(codes.max() + 1) % 2 == 0)[codes]
    side_z = case.rng.permutation(count) % 2 == 0
    scores_x, scores_z = np.empty(count), np.empty(count)
    for fold in (True, False):
        model = HistGradientBoostingClassifier(max_iter=40, random_state=int(case.rng.integers(2**31)))
        train = np.concatenate([x[side_x == fold], z[side_z == fold]])
        model.fit(train, np.repeat([0, 1], [(side_x == fold).sum(), (side_z == fold).sum()]))
        scores_x[side_x != fold] = model.predict_proba(x[side_x != fold])[:, 1]
        scores_z[side_z != fold] = model.predict_proba(z[side_z != fold])[:, 1]
    estimate, low, high = auc_interval(scores_z, scores_x, case.level, inflate=count / effective_number(people))
    word = verdict(low, high, tolerance)
    return Answer(
        question="joint",
        topic="fidelity",
        asked="Can a classifier tell a released row from a real one?",
        verdict=word,
        estimate=estimate,
        low=low,
        high=high,
        tolerance=tolerance,
        what="AUC of the classifier (0.5: a coin; 1: always right)",
        null=0.5,
        test=f"gradient-boosted trees, trained on one half and tested on the other; {count:,} rows of each table",
        found=f"It ranks a released row above a real one in {estimate:.0%} of pairs.",
        next_step={
            "failed": "Ask the classifier which columns it looks at (permutation importance), and start with those.",
            "not shown": "Compare more rows.",
        }.get(word, "Another classifier may see more; this one saw no more than what is tolerated."),
    )
