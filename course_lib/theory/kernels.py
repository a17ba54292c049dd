"""Laws of the kernel density: draw a record, move it by normal noise of the bandwidth h, and go on from the result.

Symbols: n records a generation; t generations after the real one, so that `history.models[t]` is fitted to the records
meant; lengths in units of the truth's standard deviation σ, and the truth has mean 0.
"""

import numpy as np

from course_lib.theory.accumulation import harmonic
from course_lib.validate import as_values

__all__ = ["critical_bandwidth", "kernel_accumulated_moment", "kernel_moment", "kernel_variance"]


def kernel_moment(bandwidth, t):
    """Return 1 + t h²: the second moment about the truth of the t-th generation's records, under replacement.

    Parameters
    ----------
    bandwidth : array_like, at least 0
        h.
    t : array_like, at least 0

    Notes
    -----
    The setting: Kazdan et al., arXiv:2410.16713 (abstract and code). One can show: each pass adds independent noise of
    variance h² to a record drawn from those before. Over all runs together the records spread for every h, even where
    each run draws together (`kernel_variance`).
    """
    return 1 + as_values(t, "t", minimum=0) * _squared(bandwidth)


def kernel_accumulated_moment(bandwidth, t):
    """Return 1 + h² (H_{t+1} − 1), H harmonic: the second moment of all records up to generation t, under accumulation.

    Parameters
    ----------
    bandwidth : array_like, at least 0
        h.
    t : array_like of int, at least 0

    Notes
    -----
    The setting: Kazdan et al., arXiv:2410.16713 (abstract and code). One can show: generation t + 1 has the pool's
    moment plus h² and is a part 1/(t + 2) of the next pool, which therefore gains h²/(t + 2). It grows for ever, but as
    a logarithm: with a fixed bandwidth accumulation slows the error and does not bound it.
    """
    return 1 + _squared(bandwidth) * (harmonic(np.add(t, 1)) - 1)


def kernel_variance(n, bandwidth, t):
    """Return (1 − 1/n)^{t+1} + (n − 1) h² (1 − (1 − 1/n)^t): the variance of generation t's records about their mean.

    Parameters
    ----------
    n : array_like, at least 1
        Records a generation.
    bandwidth : array_like, at least 0
        h.
    t : array_like, at least 0

    Notes
    -----
    Under replacement; the variance divides by n (ddof = 0). One can show: E s′² = (1 − 1/n)(s² + h²), a recursion
    whose fixed point is (n − 1) h². Wider than `critical_bandwidth` it grows, narrower it shrinks.
    """
    n, t = as_values(n, "n", minimum=1), as_values(t, "t", minimum=0)
    left = (1 - 1 / n) ** t
    return (1 - 1 / n) * left + (n - 1) * _squared(bandwidth) * (1 - left)


def critical_bandwidth(n):
    """Return h_c = 1/√(n − 1), in units of σ: the bandwidth at which the records neither spread nor draw together.

    Parameters
    ----------
    n : array_like, at least 2

    Notes
    -----
    One can show: it puts the fixed point (n − 1) h² of `kernel_variance` at σ² = 1.
    """
    return 1 / np.sqrt(as_values(n, "n", minimum=2) - 1)


def _squared(bandwidth):
    return as_values(bandwidth, "bandwidth", minimum=0) ** 2
