"""Text: how often it repeats itself, and which words are left. Perplexity is a method of the language models."""

import numpy as np

from course_lib.metrics.base import paired, per_replicate, repeated
from course_lib.validate import as_count

__all__ = ["distinct_n", "rare_words", "repetition"]


def distinct_n(reference, sample, *, n=2):
    """Different n-grams of the sample as a share of all its n-grams ("distinct-n", Li et al. 2016).

    Parameters
    ----------
    reference : Records or array_like, shape (..., n, L)
        Not looked at, apart from its length of windows.
    sample : Records or array_like, shape (..., m, L)
        Windows of token codes. Whole weights count as repetitions.
    n : int
        From 1 (words) to L.

    Returns
    -------
    numpy.ndarray, shape (...)
        Above 0, and 1 if no n-gram occurs twice.

    Raises
    ------
    ValueError
        If a token is not a whole number of at least 0, the lengths of the windows differ, or n is above L.

    Notes
    -----
    No difference: the value of as much reference text, since every text repeats itself more the longer it is. It cannot
    see what is said: words thrown together at random are as distinct as can be.
    """
    n = as_count(n, "n")
    _, sample = paired(reference, sample)
    return per_replicate(lambda records: _distinct_share(_grams(repeated(records), n).reshape(-1, n)), sample)


def repetition(reference, sample, *, n=3):
    """Share of the n-grams of a window that have occurred in the same window before, on average over the windows.

    Parameters
    ----------
    reference, sample, n
        As in `distinct_n`; the weights of the sample need not be whole.

    Returns
    -------
    numpy.ndarray, shape (...)
        From 0 to nearly 1, where a window says one thing all the time.

    Raises
    ------
    ValueError
        As for `distinct_n`.

    Notes
    -----
    No difference: the value of the reference, for windows of the same length. It cannot see what different windows have
    in common: a thousand copies of one good page repeat nothing.
    """
    n = as_count(n, "n")
    _, sample = paired(reference, sample)

    def one(records):
        return np.average([1 - _distinct_share(window) for window in _grams(records, n)], weights=records.w)

    return per_replicate(one, sample)


def rare_words(reference, sample, *, most=5):
    """Share of the reference's rare words that the sample uses at all.

    Parameters
    ----------
    reference : Records or array_like, shape (..., n, L)
        A word is rare if the reference uses it at least once and at most `most` times; weights are counts.
    sample : Records or array_like, shape (..., m, L)
        Records of weight 0 are absent.
    most : int

    Returns
    -------
    numpy.ndarray, shape (...)

    Raises
    ------
    ValueError
        If a token is not a whole number of at least 0, or the reference has no rare word.

    Notes
    -----
    No difference: for as much new text of the same law about 1 − Σ exp(−count) / words, .63 if all are used once, since
    a rare word need not come up. It cannot see how the words are used.
    """
    most = as_count(most, "most")
    reference, sample = paired(reference, sample)

    def one(reference, sample):
        weights = np.ones(reference.n) if reference.w is None else reference.w
        uses = np.bincount(_tokens(reference).ravel(), np.repeat(weights, reference.d))
        rare = np.flatnonzero((uses > 0) & (uses <= most))
        if rare.size == 0:
            raise ValueError(f"reference has no word that is used at most {most} times")
        x = _tokens(sample)
        return np.isin(rare, x if sample.w is None else x[sample.w > 0]).mean()

    return per_replicate(one, reference, sample)


def _tokens(records):
    x = records.x
    if (x < 0).any() or (x % 1 != 0).any():
        raise ValueError(f"records must hold tokens, whole numbers of at least 0, got {x[(x < 0) | (x % 1 != 0)][0]:g}")
    return x.astype(np.int64)


def _grams(records, n):
    """Return the n-grams of each window, shape (windows, L − n + 1, n)."""
    if n > records.d:
        raise ValueError(f"n must be at most {records.d}, the length of the windows; got {n}")
    return np.lib.stride_tricks.sliding_window_view(_tokens(records), n, axis=-1)


def _distinct_share(grams):
    """Return the share of different rows of `grams`, shape (m, n)."""
    order = grams[np.lexsort(grams.T)]
    return (1 + (order[1:] != order[:-1]).any(-1).sum()) / len(grams)
