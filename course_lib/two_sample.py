"""Two-sample tests: could two samples come from one law? A number, and how often chance alone would reach it."""

from typing import NamedTuple

import numpy as np

from course_lib.metrics.base import paired
from course_lib.metrics.fidelity import ks_complement, median_distance
from course_lib.threads import limit_threads
from course_lib.validate import as_count, as_fraction, as_number, as_rng

__all__ = ["Outcome", "classifier_test", "ks_columns", "ks_p", "mmd_test"]


class Outcome(NamedTuple):
    """What a test says.

    Attributes
    ----------
    statistic : float
    p : float
        How often a statistic at least as large comes about when both samples have one law.
    """

    statistic: float
    p: float


def ks_p(reference, sample):
    """Return the largest gap between the distribution functions of each column, and its p-value, uncorrected.

    Parameters
    ----------
    reference, sample : Records or array_like, shape (n, d)
        Without weights. Labels are not looked at.

    Returns
    -------
    gap, p : numpy.ndarray, shape (d,)

    Raises
    ------
    ValueError
        If the columns differ, or there are leading axes or weights.

    Notes
    -----
    The two-sample test of Kolmogorov and Smirnov, with the p-values of `scipy.stats.ks_2samp(method="asymp")`. In
    columns with ties, such as flags, it rings less often than it should.
    """
    from scipy.stats import kstwo

    x, y = _plain(reference, sample)
    gap = 1 - ks_complement(x, y, per_column=True)
    return gap, kstwo.sf(gap, round(len(x) * len(y) / (len(x) + len(y))))


def ks_columns(reference, sample, *, names=None, level=0.05, method="holm"):
    """Test each column for a difference, and allow for there being several.

    Parameters
    ----------
    reference, sample : Records or array_like, shape (n, d)
        As in `ks_p`.
    names : sequence of str, optional
        Of the columns.
    level : float in [0, 1]
        How often at least one column of d is to be reported by chance, at most.
    method : str
        The correction, as `statsmodels.stats.multitest.multipletests` knows it. "holm" and "bonferroni" keep the level
        however the columns hang together; both report something just where the smallest p is at most level/d.

    Returns
    -------
    pandas.DataFrame
        A row for each column of the data: gap, p, p adjusted, differs.

    Raises
    ------
    ValueError
        If the columns differ, or there are leading axes or weights.
    """
    import pandas as pd
    from statsmodels.stats.multitest import multipletests

    gap, p = ks_p(reference, sample)
    differs, adjusted, *_ = multipletests(p, alpha=as_fraction(level, "level"), method=method)
    columns = {"gap": gap, "p": p, "p adjusted": adjusted, "differs": differs}
    return pd.DataFrame(columns, index=pd.Index(range(len(p)) if names is None else names, name="column"))


def mmd_test(reference, sample, *, width=None, permutations=199, rng):
    """Test all columns together by the maximum mean discrepancy, against shuffles of the two samples.

    Parameters
    ----------
    reference, sample : Records or array_like, shape (n, d)
        Without weights; columns in comparable units.
    width : float, optional
        Of the Gaussian kernel; the median distance within the reference unless given.
    permutations : int
        The smallest p that can come out is 1/(permutations + 1).
    rng : numpy.random.Generator

    Returns
    -------
    Outcome
        The statistic is `metrics.mmd2`.

    Raises
    ------
    ValueError
        If the columns differ, or there are leading axes or weights.

    Notes
    -----
    Gretton et al. 2012, JMLR 13:723. Under one law every division of the pooled records into two sets is as likely as
    the one that was seen, which is why p = (1 + how many shuffles reach the statistic)/(1 + permutations) is exact: the
    division seen counts as one of them.
    """
    from scipy.spatial.distance import cdist

    x, y = _plain(reference, sample)
    permutations, rng = as_count(permutations, "permutations"), as_rng(rng)
    width = median_distance(x) if width is None else as_number(width, "width", minimum=0, inclusive=False)
    pooled, n, m = np.concatenate([x, y]), len(x), len(y)
    kernel = np.exp(-cdist(pooled, pooled, "sqeuclidean") / (2 * width**2))
    np.fill_diagonal(kernel, 0)  # a record is not compared with itself
    order = np.concatenate([np.arange(n + m)[None], rng.permuted(np.tile(np.arange(n + m), (permutations, 1)), axis=1)])
    first = np.zeros((n + m, permutations + 1))  # who is in the first set: as seen, then in each shuffle
    np.put_along_axis(first, order[:, :n].T, 1.0, axis=0)
    with limit_threads():
        to_first = kernel @ first  # (records, divisions)
    within = (first * to_first).sum(0)
    across = ((1 - first) * to_first).sum(0)
    others = kernel.sum() - within - 2 * across
    values = within / (n * (n - 1)) + others / (m * (m - 1)) - 2 * across / (n * m)
    reached = np.count_nonzero(values[1:] >= values[0] - 1e-12)  # rounding makes no difference of a tie
    return Outcome(float(values[0]), (1 + reached) / (1 + permutations))


def classifier_test(reference, sample, *, classifier=None, rng):
    """Test whether a classifier, trained on half of both samples, ranks the other half better than chance would.

    Parameters
    ----------
    reference, sample : Records or array_like, shape (n, d)
        Without weights.
    classifier : scikit-learn classifier, optional
        Boosted trees unless given. It is copied, not changed.
    rng : numpy.random.Generator
        Makes the halves.

    Returns
    -------
    Outcome
        The statistic is the area under the ROC curve on the held-out half: .5 without any difference that the
        classifier can see, 1 where the samples can be told apart record by record.

    Raises
    ------
    ValueError
        If the columns differ, a sample has fewer than four records, or there are leading axes or weights.

    Notes
    -----
    Lopez-Paz & Oquab 2017, arXiv:1610.06545 (abstract): accuracy on held-out records is near chance if the laws are the
    same. Here it is the area under the curve, whose law under chance is that of the Mann–Whitney test: given the
    classifier, the held-out scores of both samples are independent draws of one law.
    """
    from scipy.stats import mannwhitneyu
    from sklearn.base import clone
    from sklearn.ensemble import HistGradientBoostingClassifier

    data, rng = _plain(reference, sample), as_rng(rng)
    if min(map(len, data)) < 4:
        raise ValueError(f"reference and sample must hold at least 4 records, got {len(data[0])} and {len(data[1])}")
    if classifier is None:
        classifier = HistGradientBoostingClassifier(max_iter=20, max_leaf_nodes=6, max_bins=32, early_stopping=False)
    halves = [np.array_split(each[rng.permutation(len(each))], 2) for each in data]
    train = np.concatenate([half for half, _ in halves])
    label = np.repeat([0, 1], [len(half) for half, _ in halves])
    with limit_threads():
        model = clone(classifier).fit(train, label)
        old, new = (model.predict_proba(half)[:, 1] for _, half in halves)
    found = mannwhitneyu(new, old, alternative="greater", method="asymptotic")
    return Outcome(float(found.statistic) / (len(old) * len(new)), float(found.pvalue))


def _plain(reference, sample):
    """Return two arrays of shape (n, d), or say what does not fit."""
    data = paired(reference, sample, more_than=1)
    for name, records in zip(("reference", "sample"), data, strict=True):
        if records.replicates or records.w is not None:
            raise ValueError(f"{name} must be one sample of shape (n, d) without weights, got x of {records.x.shape}")
    return [records.x for records in data]
