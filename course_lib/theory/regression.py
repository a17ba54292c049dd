"""Laws of linear regression on labels that the model before made.

Symbols: d inputs, isotropic and Gaussian; n records a generation; σ the noise of a label; t estimations. The error is
E ‖ŵ_t − w‖², which is also the excess test error on new inputs of unit variance.
"""

from course_lib.theory.accumulation import basel_sum
from course_lib.validate import as_count, as_number, as_values

__all__ = ["accumulated_error", "biased_label_error", "min_norm_error", "replaced_error"]


def replaced_error(d, n, t, noise=1.0):
    """Return t σ² d/(n − d − 1): the error grows linearly when each model learns from the labels of the one before.

    Parameters
    ----------
    d : int
    n : array_like, at least d + 2
    t : array_like, at least 0
    noise : float
        σ.

    Notes
    -----
    Gerstgrasser et al., arXiv:2404.01413, Theorem 2, with the same inputs in every generation; with new inputs each
    time the law is the same, and linear growth is in arXiv:2402.07712 (abstract). One can show: every fit adds an
    independent error X⁺ε, and E tr (XᵀX)⁻¹ = d/(n − d − 1) for Gaussian inputs.
    """
    return as_values(t, "t", minimum=0) * _first_error(d, n, noise)


def accumulated_error(d, n, t=None, noise=1.0):
    """Return σ² d/(n − d − 1) · Σ_{i≤t} 1/i², at most π²/6 times the first error, when all labels are kept.

    Parameters
    ----------
    d : int
    n : array_like, at least d + 2
    t : array_like of int, at least 0, optional
        Number of estimations; None for the limit.
    noise : float
        σ.

    Notes
    -----
    Gerstgrasser et al., arXiv:2404.01413, Theorem 2, with the same inputs in every generation. One can show: the i-th
    fit is the mean of i fits to n labels each, so the newest error counts 1/i and its square 1/i².
    """
    return _first_error(d, n, noise) * basel_sum(t)


def min_norm_error(d, n, t):
    """Return 1 − (n/d)^t, in units of ‖w‖²: more inputs than records, no noise, new inputs, shortest solution.

    Parameters
    ----------
    d : array_like, at least 1
    n : array_like, at most d
    t : array_like, at least 0

    Notes
    -----
    One can show: the shortest solution is the projection of the weights before it on the n directions that the
    records span, a random subspace; t of them leave (n/d)^t of E ‖ŵ_t‖² and the same of E ŵ_t·w, so the error is
    1 − 2(n/d)^t + (n/d)^t.
    """
    d, n, t = as_values(d, "d", minimum=1), as_values(n, "n", minimum=0), as_values(t, "t", minimum=0)
    if (n > d).any():
        raise ValueError(f"n must be at most d: with more records than inputs the fit is exact, got n = {n}, d = {d}")
    return 1 - (n / d) ** t


def biased_label_error(d, n_good, n_biased, noise=0.0):
    """Return the error when some of the labels come from other weights: w + δ instead of w, with E ‖δ‖² = 1.

    Parameters
    ----------
    d : int
    n_good, n_biased : int
        Records with good and with biased labels; n = n_good + n_biased of at least d + 2.
    noise : float
        σ of all labels.

    Returns
    -------
    float
        σ² d/(n − d − 1) plus the part of the bias, which with the share p = n_biased/n and q = 1 − p is close to
        p² + p q (d + 1)/n. However many records come, p² stays.

    Notes
    -----
    That σ²d/n + p²·E‖δ‖² is left for large n: "Strong model collapse", arXiv:2410.04840, Corollary 1 (abstract and a
    secondary source). One can show the finite law: the error is S^{−1/2} U S^{1/2} δ with S = XᵀX of all records and
    U matrix-beta, independent of S. Then E[U C U] = (p (n_biased − 1)/(n − 1) + 2v) C + v tr(C) I with
    v = p q n/((n + 2)(n − 1)), and E[S tr S⁻¹] = (n d − 2)/(n − d − 1) I.
    """
    d = as_count(d, "d")
    n_good, n_biased = as_count(n_good, "n_good", minimum=0), as_count(n_biased, "n_biased", minimum=0)
    n = n_good + n_biased
    from_noise = _first_error(d, n, noise)
    share = n_biased / n
    v = share * (1 - share) * n / ((n + 2) * (n - 1))
    return from_noise + share * (n_biased - 1) / (n - 1) + v * (2 + (n * d - 2) / (n - d - 1))


def _first_error(d, n, noise):
    d = as_count(d, "d")
    n = as_values(n, "n", minimum=d + 2)
    return as_number(noise, "noise", minimum=0) ** 2 * d / (n - d - 1)
