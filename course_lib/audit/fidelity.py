"""Fidelity: whether the release looks like the real table, by column, by pair, and as a whole."""

import numpy as np

from course_lib.audit.answer import Finding
from course_lib.audit.resampling import deal, half_samples, subsample
from course_lib.audit.statistics import NOTHING, Interval, auc_interval, effective_number, simultaneous

__all__ = ["columns", "joint", "pairs"]

MOST_COMPARED = 20_000  # rows of one column; its gap is then known to .02
MEETINGS = 10  # rows in which two values must be expected to meet by chance, for their correlation to be judged


def columns(case):
    """Compare each column's distribution: the largest gap between two distribution functions, or of categories."""
    real, synthetic = case.tables.real, case.tables.synthetic
    a, b = (subsample(len(frame), MOST_COMPARED, case.rng) for frame in (real, synthetic))
    n, m = (effective_number(case.tables.people[name][rows]) for name, rows in (("real", a), ("synthetic", b)))
    chance = (1 - case.level) / len(case.tables.kinds)  # for all columns at once
    found = {
        name: (_gap_of_categories if kind == "category" else _gap_of_numbers)(
            real[name].iloc[a], synthetic[name].iloc[b], n, m, chance
        )
        for name, kind in case.tables.kinds.items()
    }
    widest = max(found, key=lambda name: found[name].estimate)
    surest = max(found, key=lambda name: (found[name].low, found[name].estimate))
    gap = found[widest].estimate
    return Finding(
        Interval(gap, found[surest].low, max(each.high for each in found.values())),
        test=f"Kolmogorov-Smirnov or total variation for {len(found)} columns at once; {len(a):,} real and "
        f"{len(b):,} rows",
        found=f"The gap is widest in {widest!r}, {gap:.3f}.",
        fills={"worst": surest},
        details={"gaps": {name: each.estimate for name, each in found.items()}},
    )


def _gap_of_numbers(real, synthetic, n, m, chance):
    """Return the largest gap between two distribution functions; n and m: what the rows are worth.

    The inequality of Dvoretzky, Kiefer and Wolfowitz with Massart's constant, taken to two samples.
    """
    from course_lib.metrics import ks_complement

    gap = 1 - ks_complement(*(values.to_numpy(np.float64)[:, None] for values in (real, synthetic)))
    margin = _margin(2 / chance, n, m)
    return Interval(float(gap), max(float(gap) - margin, 0.0), min(float(gap) + margin, 1.0))


def _gap_of_categories(real, synthetic, n, m, chance):
    """Return the total variation between two columns of categories, half of the sum of the gaps of their shares.

    It is the largest gap over all sets of categories, and chance finds one among many: two honest samples of a column
    with 30 categories lie .1 apart at 1,000 rows each. So the lower end is that of all sets at once (Hoeffding and
    Bonferroni), or that of McDiarmid's inequality about the mean where it lies higher; the mean is at most the true gap
    and half of the sum of the standard deviations. Upwards McDiarmid's inequality does, as the mean is no smaller than
    the true gap.
    """
    p, q = (values.value_counts(normalize=True, sort=False).to_numpy() for values in (real, synthetic))
    gap = np.abs(p - q).sum() / 2
    sets = 2.0 ** np.count_nonzero(p + q) - 2  # all but none and all
    by_chance = np.sqrt(p * (1 - p) / n + q * (1 - q) / m).sum() / 2
    margin = _margin(2 / chance, n, m)
    below = min(_margin(max(sets, 2) / chance, n, m), by_chance + margin)
    return Interval(float(gap), max(float(gap - below), 0.0), min(float(gap + margin), 1.0))


def _margin(ratio, n, m):
    """Return the deviation that an average over n and one over m rows exceed with a probability of at most 1/ratio."""
    return float(np.sqrt(np.log(ratio) / 2 * (1 / n + 1 / m)))


def pairs(case):
    """Compare the correlations of all pairs of columns."""
    from scipy.stats import rankdata

    (x, people), (z, made_up) = case.rows("real"), case.rows("synthetic")
    first, second, judged = _pairs(case, x, people)
    if first.size == 0:
        return None
    unjudged = f"; {np.sum(~judged):,} of rare values are not judged" if not judged.all() else ""
    if not judged.any():
        return Finding(
            NOTHING,
            test=f"none: in no pair two values are expected to meet in {MEETINGS} rows",
            found="All values are too rare for their correlations to be judged.",
        )
    first, second = first[judged], second[judged]
    x, z = rankdata(x, axis=0), rankdata(z, axis=0)  # Spearman's correlation: no few large values rule it

    def gap(rows, released):
        return _correlations(x[rows], first, second) - _correlations(z[released], first, second)

    estimates = gap(np.arange(len(x)), np.arange(len(z)))
    halves = half_samples(gap, [people, made_up], rng=case.rng)
    worst, interval = simultaneous(estimates, halves, case.level)
    one, other = (case.codec.names_[each[worst]] for each in (first, second))
    return Finding(
        interval,
        test=f"{first.size:,} rank correlations at once, half-samples; {len(x):,} real and {len(z):,} rows{unjudged}",
        found=f"It is largest between {one!r} and {other!r}, {interval.estimate:.2f}.",
        fills={"one": one, "other": other},
    )


def _pairs(case, x, people):
    """Return the pairs of encoded columns that come from different columns, and which of them can be judged.

    The correlation of two rare values hangs on a handful of rows in which they meet, of which chance doubles the number
    far more often than a normal distribution says.
    """
    owner = np.empty(x.shape[1], dtype=int)
    for number, part in enumerate(case.parts.values()):
        owner[part] = number
    first, second = np.triu_indices(x.shape[1], 1)
    apart = owner[first] != owner[second]
    first, second = first[apart], second[apart]
    rarer = np.array([1 - np.unique(column, return_counts=True)[1].max() / len(x) for column in x.T])
    return first, second, effective_number(people) * rarer[first] * rarer[second] >= MEETINGS


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
    # Each half is judged by what the other one showed, so that the chance patterns of one are those of the other: the
    # two are worth no more than one of them, which doubles the variance.
    worth = min(effective_number(people), effective_number(made_up)) / 2
    interval = auc_interval(scores_z, scores_x, case.level, inflate=count / worth)
    return Finding(
        interval,
        test=f"gradient-boosted trees, trained on one half and tested on the other; {count:,} rows of each table",
        found=f"It ranks a released row above a real one in {interval.estimate:.0%} of pairs.",
    )
