"""Intervals that the questions of an audit share."""

from typing import NamedTuple

import numpy as np

__all__ = ["NOTHING", "Interval", "auc_interval", "effective_number", "exact_share", "simultaneous", "student"]


class Interval(NamedTuple):
    """A gap, of which more is worse, and the two ends of its interval."""

    estimate: float
    low: float
    high: float


NOTHING = Interval(np.nan, np.nan, np.nan)  # where nothing could be measured


def effective_number(people):
    """Return how many independent rows the rows of several people are worth, if each person's are all alike.

    (Σ k)² / Σ k² for people with k rows each (Kish 1965, Survey Sampling): the careful end, n where k = 1.
    """
    counts = np.bincount(np.unique(people, return_inverse=True)[1])
    return float(counts.sum() ** 2 / (counts**2).sum())


def exact_share(hits, asked, level):
    """Return the share of hits among those asked, with Clopper's and Pearson's exact binomial interval."""
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(hits, asked, alpha=1 - level, method="beta")
    return Interval(float(hits / asked), float(low), float(high))


def student(estimate, spread, level, repeats):
    """Return the interval of an estimate whose standard error was found from so many repeats (Student's t)."""
    from scipy.stats import t

    margin = t.isf((1 - level) / 2, repeats - 1) * spread
    return Interval(float(estimate), float(estimate - margin), float(estimate + margin))


def auc_interval(positive, negative, level, *, inflate=1.0):
    """Return the probability that a positive scores above a negative, ties counted half, and its interval.

    Brunner and Munzel 2000; `inflate` multiplies the variance. Where it is not defined (all apart, or all tied) the
    exact binomial interval for min(n, m) pairs takes its place.
    """
    from scipy.stats import norm, rankdata

    n, m = len(positive), len(negative)
    ranks = rankdata(np.concatenate([positive, negative]))
    area = (ranks[:n].sum() - n * (n + 1) / 2) / (n * m)
    own = ranks[:n] - rankdata(positive), ranks[n:] - rankdata(negative)
    variance = inflate * (own[0].var(ddof=1) / m**2 / n + own[1].var(ddof=1) / n**2 / m)
    if variance <= 0:
        count = max(int(min(n, m) / inflate), 1)
        return exact_share(area * count, count, level)._replace(estimate=float(area))
    margin = norm.isf((1 - level) / 2) * np.sqrt(variance)
    return Interval(float(area), float(max(area - margin, 0)), float(min(area + margin, 1)))


def simultaneous(estimates, halves, level):
    """Return which of several gaps is the largest, and its size with an interval for the largest true one.

    Each gap gets the interval estimate ± t · (spread over half-samples), at a level divided by their number; the
    largest lower end and the largest upper end bound the largest true gap.

    Parameters
    ----------
    estimates : numpy.ndarray, shape (k,)
        Signed gaps; their size is looked at.
    halves : numpy.ndarray, shape (repeats, k)
    level : float

    Returns
    -------
    (int, Interval)
    """
    from scipy.stats import t

    margin = t.isf((1 - level) / (2 * len(estimates)), len(halves) - 1) * halves.std(0, ddof=1)
    size = np.abs(estimates)
    worst = int(size.argmax())
    return worst, Interval(float(size[worst]), float(max((size - margin).max(), 0)), float((size + margin).max()))
