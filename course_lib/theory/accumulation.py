"""Laws of accumulation: each model is fitted to the real records and to the samples of all models before it.

Symbols: n records a generation; t estimations, the t-th of them from t n records.
"""

import numpy as np

from course_lib.validate import as_number, as_whole

__all__ = ["accumulated_growth", "accumulated_variance", "basel_sum", "harmonic"]


def basel_sum(t=None):
    """Return Σ_{i≤t} 1/i², and π²/6 for all i: by how much accumulation multiplies the error of the first fit.

    Parameters
    ----------
    t : array_like of int, at least 0, optional
        Number of estimations; None for the limit.

    Notes
    -----
    Gerstgrasser et al., arXiv:2404.01413 (regression); that π²/6 is universal: Dey & Donoho, arXiv:2410.22812
    (abstract). One can show: the i-th fit adds 1/i of the error of its own n fresh draws, hence 1/i² of its variance.

    Examples
    --------
    >>> round(float(basel_sum(10)), 4), round(float(basel_sum()), 4)
    (1.5498, 1.6449)
    """
    if t is None:
        return np.pi**2 / 6
    return _over_steps(t, lambda i: 1 / i**2, np.cumsum, 0.0)


def harmonic(t):
    """Return H_t = Σ_{i≤t} 1/i, which grows like ln t.

    Parameters
    ----------
    t : array_like of int, at least 0
    """
    return _over_steps(t, lambda i: 1 / i, np.cumsum, 0.0)


def accumulated_variance(n, t=None):
    """Return Π_{i≤t} (1 − 1/(n i²)), in the limit sin(π/√n)/(π/√n): the part of the variance that stays.

    Parameters
    ----------
    n : float, at least 1
        Records a generation.
    t : array_like of int, at least 0, optional
        Number of estimations; None for the limit.

    Notes
    -----
    Holds for E s_t² of a maximum-likelihood Gaussian (ddof = 0), and for E p(1 − p) of counted symbols. One can show:
    n new records change the pooled mean by a part 1/i of their own error, and this square, s²/(n i²), is what the
    pooled variance loses. The product is Euler's, for the sine. The mean gains what the variance loses:
    E μ_t² = 1 − this, which for large n is (1/n) Σ 1/i².
    """
    n = _size(n)
    if t is None:
        return np.sinc(1 / np.sqrt(n))  # NumPy's sinc(x) is sin(πx)/(πx)
    return _over_steps(t, lambda i: 1 - 1 / (n * i**2), np.cumprod, 1.0)


def accumulated_growth(n, t=None):
    """Return Π_{i≤t} (1 + 1/(n i²)), in the limit sinh(π/√n)/(π/√n): E θ_t² of an exponential law with mean θ_0 = 1.

    Parameters
    ----------
    n : float, at least 1
        Records a generation.
    t : array_like of int, at least 0, optional
        Number of estimations; None for the limit.

    Notes
    -----
    One can show: θ_t = θ_{t−1} (1 + e/t), where e is the relative error of a mean of n draws, with variance 1/n. The
    mean of θ_t stays 1, so Var θ_t is this less 1.
    """
    n = _size(n)
    if t is None:
        x = np.pi / np.sqrt(n)
        return np.sinh(x) / x
    return _over_steps(t, lambda i: 1 + 1 / (n * i**2), np.cumprod, 1.0)


def _size(n):
    return as_number(n, "n", minimum=1)


def _over_steps(t, term, accumulate, empty):
    """Return the sum or product of term(1), …, term(t) for each t."""
    t = as_whole(t, "t")
    return np.concatenate([[empty], accumulate(term(np.arange(1.0, t.max() + 1)))])[t]
