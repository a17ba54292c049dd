"""Could this be chance? Tests that a right answer fails with a probability known in advance, and next to never.

One test errs with a probability of at most `ALPHA`. A check makes fewer than fifty, so it rejects a right answer
less than once in a million times. The bounds hold for every sample size, not only for large ones.
"""

import math

import numpy as np
from scipy import special

__all__ = ["ALPHA", "count_possible", "mean_possible", "uniform_possible", "variance_possible"]

ALPHA = 1e-8


def mean_possible(z):
    """Tell whether independent standard normal values could have the mean that `z` has."""
    return math.sqrt(z.size) * abs(np.mean(z)) < -special.ndtri(ALPHA / 2)


def variance_possible(sum_of_squares, freedom):
    """Tell whether a sum of squares with so many degrees of freedom could come from a variance of 1 (chi-squared)."""
    return min(special.chdtr(freedom, sum_of_squares), special.chdtrc(freedom, sum_of_squares)) > ALPHA / 2


def count_possible(count, trials, probability):
    """Tell whether so many of independent trials could succeed (binomial); True or False for each count."""
    at_most = special.bdtr(count, trials, probability)
    at_least = np.where(count > 0, special.bdtrc(count - 1, trials, probability), 1.0)
    return np.minimum(at_most, at_least) > ALPHA / 2


def uniform_possible(u):
    """Tell whether independent values could be uniform on [0, 1].

    The largest distance between their distribution function and the true one exceeds √(ln(2/α)/(2N)) with a
    probability of at most α (Dvoretzky, Kiefer and Wolfowitz 1956, with the constant of Massart 1990). Put values of
    any other continuous law through its distribution function first.
    """
    u = np.sort(u, axis=None)
    steps = np.arange(u.size + 1) / u.size
    distance = max(np.max(steps[1:] - u), np.max(u - steps[:-1]))
    return distance < math.sqrt(math.log(2 / ALPHA) / (2 * u.size))
