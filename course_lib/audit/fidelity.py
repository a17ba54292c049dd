"""Fidelity: whether the release looks like the real table, by column, by pair, and as a whole."""

import numpy as np

from course_lib.audit.answer import Finding
from course_lib.audit.resampling import deal, half_samples, subsample
from course_lib.audit.statistics import Interval, auc_interval, effective_number, simultaneous

__all__ = ["columns", "joint", "pairs"]

MOST_COMPARED = 20_000  # rows of one column; its gap is then known to .02
NEARLY_CONSTANT = 0.98  # a column of which one value takes more has no correlation worth comparing


def columns(case):
    """Compare each column's distribution: the largest gap between two distribution functions, or of categories."""
    real, synthetic = case.tables.real, case.tables.synthetic
    a, b = (subsample(len(frame), MOST_COMPARED, case.rng) for frame in (real, synthetic))
    gaps = {
        name: _column_gap(real[name].iloc[a], synthetic[name].iloc[b], kind) for name, kind in case.tables.kinds.items()
    }
    worst = max(gaps, key=gaps.get)
    n, m = (effective_number(case.tables.people[name][rows]) for name, rows in (("real", a), ("synthetic", b)))
    # One-sided inequality of Dvoretzky, Kiefer and Wolfowitz for two samples, for all columns at once
    margin = np.sqrt(np.log(2 * len(gaps) / (1 - case.level)) / 2 * (1 / n + 1 / m))
    gap = gaps[worst]
    return Finding(
        Interval(gap, max(gap - margin, 0.0), min(gap + margin, 1.0)),
        test=f"Kolmogorov-Smirnov or total variation for {len(gaps)} columns at once; {len(a):,} real and "
        f"{len(b):,} rows",
        found=f"The gap is widest in {worst!r}, {gap:.3f}.",
        fills={"worst": worst},
        details={"gaps": gaps},
    )


def _column_gap(real, synthetic, kind):
    from course_lib.metrics import ks_complement

    if kind == "category":
        shares = [values.value_counts(normalize=True, sort=False).to_numpy() for values in (real, synthetic)]
        return float(np.abs(shares[0] - shares[1]).sum() / 2)
    real, synthetic = (values.to_numpy(np.float64)[:, None] for values in (real, synthetic))
    return float(1 - ks_complement(real, synthetic))


def pairs(case):
    """Compare the correlations of all pairs of columns."""
    from scipy.stats import rankdata

    (x, people), (z, made_up) = case.rows("real"), case.rows("synthetic")
    first, second = _pairs(case, x)
    if first.size == 0:
        return None
    x, z = rankdata(x, axis=0), rankdata(z, axis=0)  # Spearman's correlation: no few large values rule it

    def gap(rows, released):
        return _correlations(x[rows], first, second) - _correlations(z[released], first, second)

    estimates = gap(np.arange(len(x)), np.arange(len(z)))
    halves = half_samples(gap, [people, made_up], rng=case.rng)
    worst, interval = simultaneous(estimates, halves, case.level)
    one, other = (case.codec.names_[each[worst]] for each in (first, second))
    return Finding(
        interval,
        test=f"{first.size:,} rank correlations at once, half-samples; {len(x):,} real and {len(z):,} rows",
        found=f"It is largest between {one!r} and {other!r}, {interval.estimate:.2f}.",
        fills={"one": one, "other": other},
    )


def _pairs(case, x):
    """Return the pairs of encoded columns that come from different columns and of which each varies enough."""
    owner = np.empty(x.shape[1], dtype=int)
    for number, part in enumerate(case.parts.values()):
        owner[part] = number
    varies = np.array([np.unique(column, return_counts=True)[1].max() < NEARLY_CONSTANT * len(x) for column in x.T])
    first, second = np.triu_indices(x.shape[1], 1)
    kept = (owner[first] != owner[second]) & varies[first] & varies[second]
    return first[kept], second[kept]


def _correlations(x, first, second):
    z = x - x.mean(0)
    std = np.sqrt((z**2).mean(0))
    z = z / np.where(std > 1e-9, std, np.inf)
    return (z.T @ z / len(x))[first, second]


def joint(case):
    """Let a classifier try to tell real rows from released ones; trained on one half, tested on the other."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    (x, people), (z, made_up) = case.rows("real"), case.rows("synthetic")
    count = min(len(x), len(z))  # as many of both, so that neither is the safer guess
    keep_x, keep_z = (subsample(len(each), count, case.rng) for each in (x, z))
    x, people, z, made_up = x[keep_x], people[keep_x], z[keep_z], made_up[keep_z]
    side_x, side_z = deal(people, 2, case.rng), deal(made_up, 2, case.rng)
    scores_x, scores_z = np.empty(count), np.empty(count)
    for fold in (0, 1):
        real, released = x[side_x == fold], z[side_z == fold]
        model = HistGradientBoostingClassifier(max_iter=40, random_state=int(case.rng.integers(2**31)))
        model.fit(np.concatenate([real, released]), np.repeat([0, 1], [len(real), len(released)]))
        scores_x[side_x != fold] = model.predict_proba(x[side_x != fold])[:, 1]
        scores_z[side_z != fold] = model.predict_proba(z[side_z != fold])[:, 1]
    worth = min(effective_number(people), effective_number(made_up))
    interval = auc_interval(scores_z, scores_x, case.level, inflate=count / worth)
    return Finding(
        interval,
        test=f"gradient-boosted trees, trained on one half and tested on the other; {count:,} rows of each table",
        found=f"It ranks a released row above a real one in {interval.estimate:.0%} of pairs.",
    )
