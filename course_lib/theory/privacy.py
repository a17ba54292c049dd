"""What a release can give away: a kernel generator's members, and what noise of a known size lets an attacker learn."""

import math

import numpy as np

from course_lib.validate import as_fraction, as_number, as_values

__all__ = ["gaussian_delta", "gaussian_mu", "membership_auc"]


def membership_auc(n, m):
    """Return 1 − (1 − 1/n)^m / 2 ≈ 1 − e^{−m/n} / 2: how well members are told from others by the closest record.

    Of a generator that draws m of its n training records again, each moved by very little; the value is the probability
    that a member lies closer to the sample than another real record does.

    Parameters
    ----------
    n, m : array_like, at least 1
        Training records; published records.

    Notes
    -----
    One can show: a member is drawn at least once with probability 1 − (1 − 1/n)^m, and then it is closer. If it is
    not, the sample knows as little of it as of any stranger, and it is closer in half the cases. More rows leak more.
    """
    n, m = as_values(n, "n", minimum=1), as_values(m, "m", minimum=1)
    return 1 - (1 - 1 / n) ** m / 2


def gaussian_delta(mu, epsilon):
    """Return Φ(μ/2 − ε/μ) − e^ε Φ(−μ/2 − ε/μ): the smallest δ with which noise of this size is (ε, δ)-private.

    Parameters
    ----------
    mu : float, above 0
        Sensitivity over standard deviation: how far, at most, one record moves what is released, in units of the
        normal noise that is added to it. Infinite stands for no noise.
    epsilon : float, at least 0

    Returns
    -------
    float

    Notes
    -----
    Balle & Wang 2018, arXiv:1805.06530, theorem 8. Releases with μ_1, μ_2, ... from the same records, each perhaps
    chosen after looking at those before, are together as one with μ = √(μ_1² + μ_2² + ...): Dong, Roth & Su 2019,
    arXiv:1905.02383, corollary 3.3.
    """
    from scipy.special import log_ndtr

    epsilon = as_number(epsilon, "epsilon", minimum=0)
    if mu == math.inf:
        return 1.0
    mu = as_number(mu, "mu", minimum=0, inclusive=False)
    caught, alarms = log_ndtr(mu / 2 - epsilon / mu), epsilon + log_ndtr(-mu / 2 - epsilon / mu)
    return float(-math.exp(caught) * np.expm1(alarms - caught))


def gaussian_mu(epsilon, delta):
    """Return the largest μ that keeps `gaussian_delta(μ, epsilon)` at or below `delta`; infinite for infinite ε.

    Parameters
    ----------
    epsilon : float, above 0
    delta : float, above 0 and below 1
    """
    from scipy.optimize import brentq

    if epsilon == math.inf:
        return math.inf
    epsilon, delta = as_number(epsilon, "epsilon", minimum=0, inclusive=False), as_fraction(delta, "delta")
    if delta in (0, 1):
        raise ValueError(f"delta must lie between 0 and 1, both excluded, got {delta:g}")
    high = 1.0
    while gaussian_delta(high, epsilon) < delta:
        high *= 2
    root = brentq(lambda mu: gaussian_delta(mu, epsilon) - delta, 1e-9, high, xtol=1e-12)
    return root * (1 - 1e-9)  # on the private side of rounding
