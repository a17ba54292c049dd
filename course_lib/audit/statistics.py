"""Intervals that the questions of an audit share."""

import numpy as np

__all__ = ["auc_interval", "effective_number", "mean_interval", "simultaneous"]


def effective_number(people):
    """Return how many independent rows the rows of several people are worth, if each person's are all alike.

    (Σ k)² / Σ k² for people with k rows each (Kish 1965, Survey Sampling): the careful end, n where k = 1.
    """
    counts = np.bincount(np.unique(people, return_inverse=True)[1])
    return float(counts.sum() ** 2 / (counts**2).sum())


def auc_interval(positive, negative, level, *, inflate=1.0):
    """Return the probability that a positive scores above a negative, ties counted half, and its interval.

    Brunner and Munzel 2000; `inflate` multiplies the variance. Where it is not defined (all apart, or all tied) the
    exact binomial interval for min(n, m) pairs takes its place.
    """
    from scipy.stats import norm, rankdata
    from statsmodels.stats.proportion import proportion_confint

    n, m = len(positive), len(negative)
    ranks = rankdata(np.concatenate([positive, negative]))
    area = (ranks[:n].sum() - n * (n + 1) / 2) / (n * m)
    own = ranks[:n] - rankdata(positive), ranks[n:] - rankdata(negative)
    variance = inflate * (own[0].var(ddof=1) / m**2 / n + own[1].var(ddof=1) / n**2 / m)
    if variance <= 0:
        count = max(int(min(n, m) / inflate), 1)
        low, high = proportion_confint(area * count, count, alpha=1 - level, method="beta")
    else:
        margin = norm.isf((1 - level) / 2) * np.sqrt(variance)
        low, high = area - margin, area + margin
    return float(area), float(max(low, 0)), float(min(high, 1))


def mean_interval(values, level):
    """Return the mean of independent values and Student's interval of it."""
    from scipy.stats import t

    values = np.asarray(values, dtype=np.float64)
    margin = t.isf((1 - level) / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean()), float(values.mean() - margin), float(values.mean() + margin)


def simultaneous(estimates, halves, level):
    """Return which of several gaps is the largest, its size, and an interval for the largest true one.

    Each gap gets the interval estimate ± t · (spread over half-samples), at a level divided by their number; the
    largest lower end and the largest upper end bound the largest true gap.

    Parameters
    ----------
    estimates : numpy.ndarray, shape (k,)
        Signed gaps; their size is looked at.
    halves : numpy.ndarray, shape (repeats, k)
    level : float
    """
    from scipy.stats import t

    margin = t.isf((1 - level) / (2 * len(estimates)), len(halves) - 1) * halves.std(0, ddof=1)
    size = np.abs(estimates)
    worst = int(size.argmax())
    return worst, float(size[worst]), float(max((size - margin).max(), 0)), float((size + margin).max())
