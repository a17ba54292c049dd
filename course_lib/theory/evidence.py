"""What synthetic rows are worth as evidence."""

import numpy as np

from course_lib.validate import as_fraction, as_values

__all__ = ["synthetic_false_positives"]


def synthetic_false_positives(n, m, level=0.05):
    """Return 2 Φ(−z / √(1 + m/n)): how often m synthetic rows, tested as if real, show an effect that is not there.

    Parameters
    ----------
    n : array_like, at least 1
        Real records that the generator was fitted to.
    m : array_like, at least 0
        Synthetic records that are tested.
    level : float
        The test's nominal share of false positives; z is its two-sided normal quantile, 1.96 for 5%.

    Notes
    -----
    Decruyenaere et al. 2023, arXiv:2312.07837 (abstract), report the inflation. The formula one can show: the mean of
    the synthetic records varies around that of the real ones, with variance σ²/m, and this around the truth, with
    σ²/n; the test knows only of the first. It holds for a test of a mean, in large samples, with a generator that gets
    the mean right. Multiplied by √(1 + m/n), the standard error is right again, and no more rows narrow it below σ/√n.
    """
    from scipy.special import ndtr, ndtri

    n, m = as_values(n, "n", minimum=1), as_values(m, "m", minimum=0)
    return 2 * ndtr(ndtri(as_fraction(level, "level") / 2) / np.sqrt(1 + m / n))
