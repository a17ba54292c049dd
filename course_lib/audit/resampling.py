"""Rows drawn and dealt at random, a person's rows always together, and standard errors by half-samples."""

import numpy as np

__all__ = ["HALVES", "deal", "half_samples", "subsample"]

HALVES = 20  # half-samples behind a standard error


def subsample(n, most, rng):
    """Return the sorted numbers of `most` random rows of n; of all, and without a draw, where there are no more."""
    return np.arange(n) if n <= most else np.sort(rng.choice(n, most, replace=False))


def deal(people, hands, rng):
    """Deal people at random into hands of equal size, and return for each row the hand, from 0, that its owner is in.

    Parameters
    ----------
    people : numpy.ndarray, shape (n,)
        Whose a row is.
    hands : int
    rng : numpy.random.Generator
    """
    _, codes = np.unique(people, return_inverse=True)
    return (rng.permutation(codes.max() + 1) % hands)[codes]


def half_samples(statistic, people, *, rng, repeats=HALVES):
    """Return a statistic of random halves of the data, whose spread is the standard error of that of all data.

    Parameters
    ----------
    statistic : callable
        `statistic(*indices)`, one array of row numbers for each data set; a number or an array.
    people : list of numpy.ndarray of int
        For each data set whose a row is: a person's rows stay together.
    rng : numpy.random.Generator
    repeats : int

    Returns
    -------
    numpy.ndarray, shape (repeats, ...)

    Notes
    -----
    Half of the rows, drawn without replacement, are twice as uncertain (in variance) as all; but they share half of
    their rows with all, and so scatter about the full value with variance 2/n − 1/n = 1/n (Politis, Romano and Wolf
    1999, Subsampling, for smooth statistics). Unlike the bootstrap they make no twins, which would fool a distance.
    """
    return np.array(
        [statistic(*(np.flatnonzero(deal(owner, 2, rng) == 0) for owner in people)) for _ in range(repeats)]
    )
