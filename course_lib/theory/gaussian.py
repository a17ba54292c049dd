"""Laws of the Gaussian that is refitted to its own samples.

Symbols, the same throughout: m samples a generation; t estimations (a model fitted to real records is after its first,
so `history.models[k]` is after k + 1; counted from `models[0]` itself, t = k); the truth is N(0, 1), so lengths are in
units of σ_0 and variances in units of σ_0². s_t is the spread (standard deviation) of the model after t estimations,
μ_t its mean. Everything follows from one step: given the model before it,

    μ_t = μ_{t−1} + s_{t−1} z/√m,    s_t² = s_{t−1}² χ²/(m − ddof),    z ~ N(0, 1),    χ² with m − 1 degrees of freedom,

where z and χ² are independent of each other and of the past.
"""

import numpy as np

from course_lib.validate import as_count, as_number, as_values

__all__ = [
    "bias_drift",
    "biased_variance",
    "c4",
    "expected_w2_squared",
    "log_det_drift",
    "mean_log_spread",
    "mean_spread",
    "median_spread",
    "ml_position",
    "ml_spread_squared",
    "ml_w2_squared",
    "spread_bound",
    "spread_moment",
    "variance_of_log_spread",
    "variance_of_position",
    "variance_of_sample",
    "w2_squared_first_order",
]


def c4(m):
    """Return E s / σ for the spread s of m normal records with ddof = 1: √(2/(m−1)) Γ(m/2) / Γ((m−1)/2).

    Parameters
    ----------
    m : array_like, at least 2

    Notes
    -----
    One can show it from the mean of a χ distribution with m − 1 degrees of freedom. c4(m) ≈ 1 − 1/(4(m − 1)) < 1: the
    variance is fitted without bias, and yet its square root is too small on average.

    Examples
    --------
    >>> round(float(c4(20)), 4)
    0.9869
    """
    return spread_moment(m, 1, 1)


def spread_moment(m, t, power, ddof=1):
    """Return E s_t^p, a moment of the spread after t estimations.

    Parameters
    ----------
    m : array_like, at least 2
        Samples a generation.
    t : array_like, at least 0
        Number of estimations.
    power : float, above −1
        The p of the moment; not an integer only.
    ddof : {1, 0}
        The fit divides by m − ddof.

    Notes
    -----
    One can show: s_t^p is a product of t independent factors (χ²/(m − ddof))^{p/2}, each with the mean
    (2/(m − ddof))^{p/2} Γ((m − 1 + p)/2) / Γ((m − 1)/2).
    """
    from scipy.special import gammaln

    m, t = _sizes(m, t)
    power = as_number(power, "power", minimum=-1, inclusive=False)
    half = (m - 1) / 2
    log_factor = power / 2 * np.log(2 / (m - as_count(ddof, "ddof", minimum=0)))
    return np.exp(t * (log_factor + gammaln(half + power / 2) - gammaln(half)))


def mean_spread(m, t):
    """Return E s_t = c4(m)^t ≈ e^{−t/(4(m−1))}, with ddof = 1: the mean over all runs.

    Parameters
    ----------
    m : array_like, at least 2
    t : array_like, at least 0

    Notes
    -----
    One can show it by `spread_moment` with p = 1. With p = 2 the mean of s_t² stays 1 for ever: the mean over runs
    of the variance, the mean of the spread and the median spread (`median_spread`) are three speeds of one collapse.
    """
    return spread_moment(m, t, 1)


def mean_log_spread(m, t):
    """Return E ln s_t = (t/2) [ψ((m−1)/2) − ln((m−1)/2)], with ddof = 1; ψ is the digamma function.

    Parameters
    ----------
    m : array_like, at least 2
    t : array_like, at least 0

    Notes
    -----
    One can show: ln s_t is a sum of t independent terms ½ ln(χ²/(m − 1)), and E ln χ²_ν = ψ(ν/2) + ln 2. The bracket
    is negative (about −1/(m − 1)), so by the law of large numbers ln s_t → −∞ and s_t → 0 in almost every run.
    """
    from scipy.special import digamma

    m, t = _sizes(m, t)
    half = (m - 1) / 2
    return t / 2 * (digamma(half) - np.log(half))


def variance_of_log_spread(m, t):
    """Return Var ln s_t = (t/4) ψ′((m−1)/2): how far runs lie apart on a logarithmic axis; ddof does not matter.

    Parameters
    ----------
    m : array_like, at least 2
    t : array_like, at least 0

    Notes
    -----
    One can show it by the same sum as in `mean_log_spread`: Var ln χ²_ν = ψ′(ν/2), the trigamma function.
    """
    from scipy.special import polygamma

    m, t = _sizes(m, t)
    return t / 4 * polygamma(1, (m - 1) / 2)


def median_spread(m, t):
    """Return the median of s_t over runs, exp(E ln s_t) ≈ e^{−t/(2(m−1))}, with ddof = 1: the typical run.

    Parameters
    ----------
    m : array_like, at least 2
    t : array_like, at least 0

    Notes
    -----
    ln s_t is a sum of t equal terms, so it is nearly symmetric about its mean (`mean_log_spread`) and its median lies
    there. Not exact: each term leans a little to the left, so after many steps the true median is higher
    by a factor of about 1 + 1/(6(m − 1)), whatever t is.
    """
    return np.exp(mean_log_spread(m, t))


def variance_of_position(m, t):
    """Return E μ_t² = t/m, with ddof = 1: the mean walks at random, and its steps shrink only in the typical run.

    Parameters
    ----------
    m : array_like, at least 2
    t : array_like, at least 0

    Notes
    -----
    One can show: the steps are uncorrelated and each has the variance E s²/m = 1/m. As the squared distance W2² is at
    least μ_t², its mean has no limit either (Shumailov et al. 2024, Nature 631:755, Theorem 3.1).
    """
    m, t = _sizes(m, t)
    return t / m


def variance_of_sample(m, t):
    """Return E X_t² = 1 + t/m for a record drawn from the model after t estimations, with ddof = 1.

    Parameters
    ----------
    m : array_like, at least 2
    t : array_like, at least 0

    Notes
    -----
    One can show: E X_t² = E μ_t² + E s_t² = t/m + 1. Over all runs together the records spread out, while in almost
    every run they draw together.
    """
    return 1 + variance_of_position(m, t)


def expected_w2_squared(m, t):
    """Return E W2² = t/m + 2(1 − c4(m)^t) between the truth and the model after t estimations, with ddof = 1.

    Parameters
    ----------
    m : array_like, at least 2
    t : array_like, at least 0

    Notes
    -----
    One can show: between two normal laws W2² = μ_t² + (s_t − 1)², and E (s_t − 1)² = E s_t² − 2 E s_t + 1 =
    2 − 2 c4^t. To first order in t/m it is 3t/(2m), the leading term in arXiv:2305.17493 (`w2_squared_first_order`).
    """
    return variance_of_position(m, t) + 2 * (1 - mean_spread(m, t))


def w2_squared_first_order(m, t):
    """Return 3t/(2m), what E W2² is to first order in t/m, with ddof = 1: the leading term in arXiv:2305.17493.

    Too large for long runs: `expected_w2_squared` is exact.

    Parameters
    ----------
    m : array_like, at least 2
    t : array_like, at least 0
    """
    m, t = _sizes(m, t)
    return 3 * t / (2 * m)


def log_det_drift(d, m, t):
    """Return E ln det Σ_t = t Σ_{i<d} [ψ((m−1−i)/2) − ln((m−1)/2)] in d dimensions, with ddof = 1.

    Parameters
    ----------
    d : int
        Number of features.
    m : array_like, above d
        Samples a generation; with d or fewer the fitted covariance is singular.
    t : array_like, at least 0

    Notes
    -----
    One can show: (m − 1) Σ_t = Σ_{t−1}^{1/2} W Σ_{t−1}^{1/2} with a Wishart W, whose determinant is a product of
    independent χ² with m − 1, m − 2, …, m − d degrees of freedom (Bartlett). The truth has ln det Σ_0 = 0.
    """
    from scipy.special import digamma

    d = as_count(d, "d")
    m, t = as_values(m, "m", minimum=d + 1), as_values(t, "t", minimum=0)
    half = (m[..., None] - 1 - np.arange(d)) / 2
    return t * (digamma(half) - np.log((m[..., None] - 1) / 2)).sum(-1)


def ml_spread_squared(m, t):
    """Return E s_t² = (1 − 1/m)^t under maximum likelihood (ddof = 0).

    Parameters
    ----------
    m : array_like, at least 2
    t : array_like, at least 0

    Notes
    -----
    One can show: each fit multiplies the expected variance by E χ²/m = (m − 1)/m.
    """
    m, t = _sizes(m, t)
    return (1 - 1 / m) ** t


def ml_position(m, t):
    """Return E μ_t² = 1 − (1 − 1/m)^t under maximum likelihood (ddof = 0): what the spread loses, the position gains.

    Parameters
    ----------
    m : array_like, at least 2
    t : array_like, at least 0

    Notes
    -----
    One can show: the k-th step has the variance E s_k²/m = (1 − 1/m)^k/m, a geometric series in k = 0, …, t − 1.
    """
    return 1 - ml_spread_squared(m, t)


def ml_w2_squared(m, t):
    """Return E W2² = 2(1 − E s_t) < 2 under maximum likelihood (ddof = 0), with E s_t = (c4(m) √(1 − 1/m))^t.

    Parameters
    ----------
    m : array_like, at least 2
    t : array_like, at least 0

    Notes
    -----
    One can show: E μ_t² + E s_t² = 1 at every t (`ml_position`), so E W2² = 1 − 2 E s_t + 1. The biased estimator keeps
    the distance bounded, because the walk of the mean stops when the spread is gone.
    """
    return 2 * (1 - spread_moment(m, t, 1, ddof=0))


def spread_bound(m, t, eps):
    """Return (1/ε) e^{−t/(4m−1)}, which Pr(s_t > ε) does not exceed, with ddof = 1.

    Parameters
    ----------
    m : array_like, at least 2
    t : array_like, at least 0
    eps : array_like, above 0
        ε, in units of σ_0; a bound above 1 says nothing.

    Notes
    -----
    As in the code published with Suresh et al., arXiv:2412.17646, for their Theorem 3. One can show: by Markov's
    inequality Pr(s_t > ε) ≤ E s_t/ε = c4(m)^t/ε, and c4(m) ≤ e^{−1/(4m−1)}. The true share is often far below it.
    """
    m, t = _sizes(m, t)
    eps = as_values(eps, "eps", minimum=np.finfo(float).tiny)
    return np.exp(-t / (4 * m - 1)) / eps


def biased_variance(bias, t):
    """Return E s_t² = λ^t after t refits to samples drawn with the sampling bias λ, with ddof = 1.

    Parameters
    ----------
    bias : array_like in [0, 1]
        λ: samples are drawn with the covariance λ Σ.
    t : array_like, at least 0
        Refits to biased samples: `history.models[t]`, since the real records came without bias.

    Notes
    -----
    E[Σ_t | past] = λ Σ_{t−1}: Alemohammad et al. 2023, arXiv:2307.01850, equations 1 and 2.
    """
    return as_values(bias, "bias", minimum=0, maximum=1) ** as_values(t, "t", minimum=0)


def bias_drift(bias, m, t=None):
    """Return E (μ_t − μ_0)² = λ(1 − λ^t) / (m(1 − λ)): how far the mean has gone from that of the first model.

    Parameters
    ----------
    bias : array_like in [0, 1)
        λ: samples are drawn with the covariance λ Σ.
    m : array_like, at least 2
    t : array_like, at least 0, optional
        Refits to biased samples; None gives the end, λ / (m(1 − λ)).

    Notes
    -----
    One can show: the k-th step has the variance λ E s_{k−1}²/m = λ^k/m (`biased_variance`), a geometric series in
    k = 1, …, t. The walk stops, because the spread that feeds it dies out.
    """
    bias = as_values(bias, "bias", minimum=0, maximum=np.nextafter(1, 0))
    m = as_values(m, "m", minimum=2)
    left = 0 if t is None else biased_variance(bias, t)
    return bias * (1 - left) / (m * (1 - bias))


def _sizes(m, t):
    return as_values(m, "m", minimum=2), as_values(t, "t", minimum=0)
