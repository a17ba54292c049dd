"""Laws of symbols that are counted, drawn again from their shares, and counted again.

Symbols, the same throughout: m records a generation; t estimations (`history.models[k]` is after k + 1 of them where
the real records are themselves a sample of the truth); p_i the share of symbol i in the truth. A symbol that was once
not drawn has share 0 and never returns.
"""

import numpy as np

from course_lib.validate import as_count, as_number, as_values, as_whole

__all__ = [
    "missing_mass",
    "same_symbol",
    "survival",
    "survival_factor",
    "tempered_shares",
    "zipf_cut",
    "zipf_missing_mass",
    "zipf_shares",
    "zipf_tail",
]


def same_symbol(m, t, start):
    """Return E Σ p_i² = 1 − (1 − 1/m)^t (1 − S_0): how likely two draws from the model are the same symbol.

    Parameters
    ----------
    m : array_like, at least 1
        Records a generation.
    t : array_like, at least 0
        Number of estimations.
    start : array_like in [0, 1]
        S_0 = Σ p_i² of the truth; 1/K for K equal shares.

    Notes
    -----
    As in Seddik et al., arXiv:2404.05090 (known here from a secondary source). One can show: two draws from the next
    model are the same record with probability 1/m, else two independent draws from this one; so 1 − S loses the factor
    1 − 1/m at every estimation, which is also the chain's second eigenvalue. S → 1: one symbol is left in the end, and
    it is symbol i with probability p_i, because the mean of each share never moves.
    """
    m, t = as_values(m, "m", minimum=1), as_values(t, "t", minimum=0)
    return 1 - (1 - 1 / m) ** t * (1 - as_values(start, "start", minimum=0, maximum=1))


def survival_factor(t):
    """Return g_t, with g_1 = 1 and g_{k+1} = 1 − e^{−g_k}: what t generations leave of an expected count.

    Parameters
    ----------
    t : array_like of int, at least 1

    Notes
    -----
    g_t ≈ 2/t for large t only: g_10 = 0.172, not 0.2.

    Examples
    --------
    >>> survival_factor([1, 2, 10]).round(3)
    array([1.   , 0.632, 0.172])
    """
    t = as_whole(t, "t", minimum=1)
    g = np.ones(t.max())
    for k in range(1, len(g)):
        g[k] = -np.expm1(-g[k - 1])
    return g[t - 1]


def survival(count, t):
    """Return 1 − exp(−c g_t): the probability that a symbol with the expected count c is alive after t estimations.

    Parameters
    ----------
    count : array_like, at least 0
        c: the expected number of real records with this symbol, n λ_0 for a Poisson count of mean λ_0 in n records.
    t : array_like of int, at least 1

    Notes
    -----
    Exact for counts that are Poisson and refitted by their mean; authors' code of Suresh et al., arXiv:2412.17646,
    for their Theorem 2. One can show: given the count s the next one is Poisson(s), the sum of s families with one
    child each on average; a family is extinct after one generation more with probability e^{−g}, and the first count
    is Poisson(c).
    """
    return -np.expm1(-as_values(count, "count", minimum=0) * survival_factor(t))


def missing_mass(shares, m, t):
    """Return Σ p_i exp(−m p_i g_t): the share of the truth that the model after t estimations can no longer say.

    Parameters
    ----------
    shares : array_like, shape (K,)
        p_i, the truth; what is left to 1 counts as nothing.
    m : float, above 0
        Records a generation.
    t : array_like of int, at least 1

    Notes
    -----
    One can show: each symbol is dead with probability exp(−m p_i g_t) (`survival`) and then its share p_i is missing.
    Exact for Poisson counts; close for m records drawn from the shares, since only rare symbols die and their counts
    are nearly Poisson.
    """
    shares = as_values(shares, "shares", minimum=0, maximum=1)
    m = as_number(m, "m", minimum=0, inclusive=False)
    g = survival_factor(t)
    return (shares * np.exp(-m * shares * g[..., None])).sum(-1)


def zipf_shares(symbols, beta):
    """Return p_i ∝ i^{−β} for i = 1, …, K: shares that fall as a power of the rank, as those of words do.

    Parameters
    ----------
    symbols : int
        K.
    beta : float
        β; about 1 for the words of a text.

    Returns
    -------
    numpy.ndarray, shape (K,)
    """
    weights = np.arange(1, as_count(symbols, "symbols") + 1) ** -as_number(beta, "beta")
    return weights / weights.sum()


def zipf_tail(k, beta):
    """Return the share of all symbols beyond rank k under p_i ∝ i^{−β}, i = 1, 2, …: about k^{−(β−1)}/((β − 1) ζ(β)).

    Parameters
    ----------
    k : array_like, at least 0
    beta : float, above 1

    Notes
    -----
    The sum itself, ζ(β, k + 1)/ζ(β). Its slope −(β − 1) is the error that is left when the tail is cut at k:
    Dohmatob et al., "A Tale of Tails", arXiv:2402.07043 (known here from a secondary source).
    """
    from scipy.special import zeta

    beta = _zipf_exponent(beta)
    return zeta(beta, as_values(k, "k", minimum=0) + 1) / zeta(beta)


def zipf_cut(m, beta):
    """Return (m/ζ(β))^{1/β}: the rank whose expected count among m records is 1, about where sampling cuts the tail.

    Parameters
    ----------
    m : array_like, at least 1
    beta : float, above 1

    Notes
    -----
    One can show: m p_k = m k^{−β}/ζ(β) = 1. That a sample of m cuts at k ~ m^{1/β} is in Dohmatob et al., "A Tale of
    Tails", arXiv:2402.07043 (known here from a secondary source).
    """
    from scipy.special import zeta

    beta = _zipf_exponent(beta)
    return (as_values(m, "m", minimum=1) / zeta(beta)) ** (1 / beta)


def zipf_missing_mass(m, beta):
    """Return Γ(1 − 1/β)/(β ζ(β)^{1/β}) · m^{−(β−1)/β}: the share of the truth that m records do not show at all.

    Parameters
    ----------
    m : array_like, at least 1
        Records; the law is for many.
    beta : float, above 1
        p_i ∝ i^{−β} for i = 1, 2, …

    Notes
    -----
    The exponent: Dohmatob et al., "A Tale of Tails", arXiv:2402.07043 (known here from a secondary source). One can
    show the factor: Σ p_i e^{−m p_i} is close to the integral ∫ p(x) e^{−m p(x)} dx with p(x) = x^{−β}/ζ(β), a Γ
    integral in u = m p(x).
    """
    from scipy.special import gamma, zeta

    beta = _zipf_exponent(beta)
    m = as_values(m, "m", minimum=1)
    return gamma(1 - 1 / beta) / (beta * zeta(beta) ** (1 / beta)) * m ** (1 / beta - 1)


def tempered_shares(shares, temperature, t):
    """Return p_t ∝ p_0^(τ^{−t}): shares after t passes that each draw at temperature τ, without sampling error.

    Parameters
    ----------
    shares : array_like, shape (K,)
        p_0.
    temperature : float, above 0
        τ: a pass raises shares to the power 1/τ and normalises them.
    t : array_like, at least 0

    Returns
    -------
    numpy.ndarray, shape (..., K)
        For each t.

    Notes
    -----
    That a self-consuming loop run at a temperature ends in one symbol or in noise: Marchi et al., arXiv:2404.02325
    (abstract). One can show the law by induction. τ < 1 leaves the most probable symbol alone if it is unique, τ > 1
    makes all symbols equal.
    """
    shares = as_values(shares, "shares", minimum=0, maximum=1)
    temperature = as_number(temperature, "temperature", minimum=0, inclusive=False)
    power = temperature ** -as_values(t, "t", minimum=0)[..., None]
    # Divided by the largest share first, so that a high power leaves 1 and zeros instead of zeros alone.
    raised = (shares / shares.max()) ** power
    return raised / raised.sum(-1, keepdims=True)


def _zipf_exponent(beta):
    return as_number(beta, "beta", minimum=1, inclusive=False)
