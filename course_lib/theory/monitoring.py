"""Alarms and evidence: how long a CUSUM runs before it rings, and what records are worth when some are synthetic."""

import numpy as np

from course_lib.threads import limit_threads
from course_lib.validate import as_count, as_number, as_values

__all__ = [
    "brownian_run_length",
    "cusum_run_length",
    "cusum_threshold",
    "effective_size",
    "false_alarm_rate",
]

_NODES = 40  # of the quadrature: at h = 4 the run length is right to ten digits
OVERSHOOT = 1.166  # twice −ζ(1/2)/√(2π): by how much a walk with normal steps jumps over a border, on both ends


def cusum_run_length(h, k=0.5, shift=0.0, scale=1.0):
    """Return after how many steps a one-sided CUSUM that starts at 0 rings, on average.

    S_t = max(0, S_{t−1} + z_t − k) rings when S_t > h. The z_t are independent, normal with mean `shift` and standard
    deviation `scale`.

    Parameters
    ----------
    h : float, above 0
        The threshold.
    k : float, at least 0
        The reference value: what each step takes off.
    shift, scale : float
        0 and 1: nothing has happened, and the result is the run length between false alarms.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Notes
    -----
    One can show it by looking one step ahead: with L(s) the mean number of steps from S = s,
    L(s) = 1 + L(0) Φ((k − s − shift)/scale) + ∫₀ʰ L(x) φ((x + k − s − shift)/scale)/scale dx,
    the first term for the step, the second for a fall to 0, the third for all that lies between. As in the R package
    spc (`xcusum.arl`, whose documentation was read and names Goel & Wu 1971 for it), the integral becomes a sum over
    Gauss–Legendre nodes, and the equation a linear one.

    Examples
    --------
    >>> round(cusum_run_length(4), 1)
    335.4
    """
    shift, scale = as_number(shift, "shift"), as_number(scale, "scale", minimum=0, inclusive=False)
    return float(_run_length(h, k, shift, scale))


def _run_length(h, k, shift, scale):
    """Return the run length for arrays of shifts and scales that broadcast."""
    from scipy.special import ndtr

    h, k = as_number(h, "h", minimum=0, inclusive=False), as_number(k, "k", minimum=0)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    x = np.append(0.0, (nodes + 1) * h / 2)  # (nodes + 1,): L is wanted at 0, too
    shift, scale = np.asarray(shift)[..., None, None], np.asarray(scale)[..., None, None]
    step = (x + k - x[:, None] - shift) / scale  # (..., from, to): the z that leads there
    to = np.append(0.0, weights * h / 2) * np.exp(-(step**2) / 2) / np.sqrt(2 * np.pi) / scale
    to[..., 0] = ndtr(step[..., 0])
    with limit_threads():
        return np.linalg.solve(np.eye(x.size) - to, np.ones((x.size, 1)))[..., 0, 0]


def brownian_run_length(h, k=0.5, shift=0.0):
    """Return (e^{−2Δb} + 2Δb − 1)/(2Δ²), Δ = shift − k, b = h + 1.166: nearly the run length, in one line.

    Parameters
    ----------
    h, k, shift : array_like
        As in `cusum_run_length`.

    Returns
    -------
    numpy.ndarray

    Notes
    -----
    For a Brownian path in place of steps one can show it: the mean time u(s) from s obeys u″/2 + Δ u′ = −1, with
    u′(0) = 0, where the path is reflected, and u(b) = 0, where it rings. Normal steps jump over a border by .583 on
    average instead of touching it, and two such lengths are added to h: the correction that goes by the name of
    Siegmund (1985, Sequential Analysis; not read here, and so tested against `cusum_run_length`). At Δ = 0 the limit of
    the formula is b².
    """
    b = as_values(h, "h", minimum=0) + OVERSHOOT
    drift = as_values(shift, "shift") - as_values(k, "k", minimum=0)
    small = np.abs(drift * b) < 1e-4  # the limit, where the quotient would lose its digits
    safe = np.where(small, 1.0, drift)
    return np.where(small, b**2, (np.exp(-2 * safe * b) + 2 * safe * b - 1) / (2 * safe**2))


def cusum_threshold(run_length, k=0.5):
    """Return the threshold h at which false alarms lie `run_length` steps apart, on average.

    Parameters
    ----------
    run_length : float
        More than the run length at a threshold of next to nothing, 1/Φ(−k).
    k : float, at least 0

    Raises
    ------
    ValueError
        If no threshold is low enough, or the run length is above 10⁹.

    Examples
    --------
    >>> round(cusum_threshold(365.25), 2)
    4.08
    """
    from scipy.optimize import brentq

    run_length, low, high = as_number(run_length, "run_length", minimum=0), 1e-6, 1.0
    shortest = cusum_run_length(low, k)
    if not shortest < run_length <= 1e9:
        raise ValueError(f"run_length must lie between {shortest:.2f} (at h = 0) and 1e9 steps, got {run_length:g}")
    while cusum_run_length(high, k) < run_length:  # not far above: the equations lose their digits at e^(2kh) > 10^15
        high += 1.0
    return brentq(lambda h: np.log(cusum_run_length(h, k) / run_length), low, high, xtol=1e-10)


def false_alarm_rate(h, k=0.5, *, baseline):
    """Return the mean rate of false alarms per step, when the scores are standardised with an estimated baseline.

    Parameters
    ----------
    h, k : float
        As in `cusum_run_length`.
    baseline : int, at least 3
        m: mean and standard deviation (`ddof=1`) come from this many scores, once and for all.

    Returns
    -------
    float

    Notes
    -----
    One can show it: the estimated mean is off by g/√m and the estimated standard deviation by the factor c, with g
    standard normal and (m − 1) c² of a χ² law with m − 1 degrees of freedom, independently. So the standardised scores
    have mean −g/(c√m) and standard deviation 1/c, for all nights to come alike. Given g and c the rate is
    1/`cusum_run_length`, and it is averaged over both. The rate is convex in the error of the mean: whose baseline
    erred to one side gets more alarms than the others are spared.
    """
    from scipy.special import chdtri

    m = as_count(baseline, "baseline", minimum=3)
    g, weight = np.polynomial.hermite_e.hermegauss(15)
    weight = weight / weight.sum()
    nodes, share = np.polynomial.legendre.leggauss(24)
    c = np.sqrt(chdtri(m - 1, (nodes + 1) / 2) / (m - 1))  # the quantiles of the estimated standard deviation
    rates = 1 / _run_length(h, k, -g[:, None] / (c * np.sqrt(m)), 1 / c)  # (g, c)
    return float(weight @ rates @ share / 2)


def effective_size(real, synthetic, fitted, *, generation=0, known=False):
    """Return how many real records a set is worth, for a mean, when some of its records are synthetic.

    Parameters
    ----------
    real, synthetic : array_like, at least 0
        Records of each sort in the set.
    fitted : array_like, at least 1
        n₀: records that the generator was fitted to; none of them is among the real ones of the set.
    generation : array_like, at least 0
        g: how many times the generator was fitted to n₀ of its own samples before it drew these.
    known : bool
        False: nobody knows which are synthetic, and all count alike. True: both means are weighted at their best.

    Returns
    -------
    numpy.ndarray
        In units of real records.

    Notes
    -----
    One can show it: with an unbiased fit each generation moves the centre by a variance of σ²/n₀, so the mean of m
    synthetic records has the variance σ² (1/m + (1 + g)/n₀). Counted alike, n real and m synthetic records, N in all,
    have a mean of variance σ² (1/N + (m/N)² (1 + g)/n₀); the effective size is σ² over that. As N grows it does not
    pass n₀/((1 + g) q²), with q = m/N. Weighted by the inverse of their variances, the two parts' sizes add up:
    n + m n₀/(n₀ + (1 + g) m).

    Examples
    --------
    >>> effective_size(700, 300, 200), effective_size(700, 300, 200, known=True)
    (np.float64(689.655...), np.float64(820.0))
    """
    n, m = as_values(real, "real", minimum=0), as_values(synthetic, "synthetic", minimum=0)
    n0, g = as_values(fitted, "fitted", minimum=1), as_values(generation, "generation", minimum=0)
    if (n + m == 0).any():
        raise ValueError("real and synthetic are both 0; a set needs records")
    if known:
        return n + m * n0 / (n0 + (1 + g) * m)
    total = n + m
    return 1 / (1 / total + (m / total) ** 2 * (1 + g) / n0)
