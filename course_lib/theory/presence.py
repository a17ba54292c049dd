"""Is a word there? Laws of one symbol among many, where death need not be final.

The real records of the archive hold c copies of the symbol. Under `Mix` each training set takes a share f of its m
records from the archive, drawn anew and without replacement, the rest from the newest model; f = 0 is `Replace`. The
symbol is *present* in a generation if its training set holds at least one copy. t counts generations: at t = 0 the
model is fitted to the archive itself.
"""

import math

import numpy as np

from course_lib.validate import as_count, as_fraction, as_values, as_whole

__all__ = ["accumulated_presence", "chain_presence", "long_run_presence", "presence"]

_CUT = 1e-15  # lineages less likely than this no longer matter


def presence(count, real_fraction, t):
    """Return 1 − [(1 − u_t) Π_{k<t} (1 − f u_k)]^c: how likely a symbol is present at generation t.

    Parameters
    ----------
    count : array_like, at least 0
        c.
    real_fraction : float in [0, 1]
        f.
    t : array_like of int, at least 0

    Returns
    -------
    numpy.ndarray
        Broadcast over `count` and `t`.

    Notes
    -----
    One can show, for Poisson counts: a copy in one training set has Poisson(1 − f) copies in the next one, so the
    probability u_k that its line lasts k generations obeys u_0 = 1, u_{k+1} = 1 − exp(−(1 − f) u_k). Each of the c
    copies in the archive founds one line at t = 0 and, with probability f, a new one in every later generation; the
    symbol is absent if all these lines have ended. Drawing m records from shares gives binomial counts instead, which
    are close to Poisson while c is far below m. For f = 0 this is `survival(count, t)`.
    """
    count = as_values(count, "count", minimum=0)
    t = as_whole(t, "t")
    f = as_fraction(real_fraction, "real_fraction")
    alive = np.ones(t.max() + 1)  # u_k
    for k in range(1, len(alive)):
        alive[k] = -np.expm1(-(1 - f) * alive[k - 1])
    absent = (1 - alive) * np.cumprod(np.append(1.0, 1 - f * alive[:-1]))
    return 1 - absent[t] ** count


def long_run_presence(count, real_fraction):
    """Return the limit of `presence` for many generations: in what share of them a symbol is present.

    Parameters
    ----------
    count : array_like, at least 0
        c.
    real_fraction : float in [0, 1]
        f; without real records the limit is 0.

    Notes
    -----
    Close to 1 − (1 + 1/(2f))^{−2fc}, whose exponent is too low by 4% at f = 0.01 and by less below. One can show: for
    small f du/dk ≈ −f u − u²/2, so that f Σ u_k ≈ f ∫ du/(f + u/2) = 2f ln(1 + 1/(2f)). What decides is fc, the number
    of real copies a generation.

    Examples
    --------
    >>> round(float(long_run_presence(50, 0.01)), 3)
    0.983
    """
    count = as_values(count, "count", minimum=0)
    f = as_fraction(real_fraction, "real_fraction")
    if f == 0:
        return np.zeros(np.shape(count))
    absent, alive = 1.0, 1.0
    while alive > _CUT:
        absent *= 1 - f * alive
        alive = -math.expm1(-(1 - f) * alive)
    return 1 - absent**count


def accumulated_presence(count, t):
    """Return 1 − e^{−c a_t}: how likely a symbol is in the next m records of a model that kept everything.

    Parameters
    ----------
    count : array_like, at least 0
        c.
    t : array_like of int, at least 0
        After t generations the model is fitted to t + 1 sets of m records.

    Notes
    -----
    In the training set itself nothing that was once there can die, so presence there is always 1. One can show, for
    Poisson counts: with S_t copies in all t + 1 sets, the next m records hold Poisson(S_t/(t + 1)) of them, and
    E e^{−a S_j} = E e^{−(a + (1 − e^{−a})/j) S_{j−1}}. Start at a = 1/(t + 1) and go back from j = t to 1, where
    S_0 = c.
    """
    count = as_values(count, "count", minimum=0)
    t = as_whole(t, "t")
    rates = []
    for last in t.ravel():
        a = 1 / (last + 1)
        for j in range(last, 0, -1):
            a += -np.expm1(-a) / j
        rates.append(a)
    return -np.expm1(-count * np.reshape(rates, t.shape))


def chain_presence(count, m, t, *, real=0):
    """Return `presence` without approximation, from the chain of the count itself; for small m.

    Parameters
    ----------
    count : int, from 0 to m
        Copies of the symbol among the m real records.
    m : int
        Records a generation. The cost grows as m² times t.
    t : array_like of int, at least 0
    real : int, from 0 to m
        Records of each training set that are drawn from the real ones, without replacement; with 0 the chain is that
        of Wright and Fisher.

    Notes
    -----
    From j copies the next training set has Binomial(m − real, j/m) of them and a hypergeometric number of real ones.
    """
    from scipy.special import gammaln, xlog1py, xlogy  # scipy.stats holds both laws, and takes a second to import

    m, count, real = as_count(m, "m"), as_count(count, "count", minimum=0), as_count(real, "real", minimum=0)
    if max(count, real) > m:
        raise ValueError(f"count and real must be at most m = {m}, got {count} and {real}")
    t = as_whole(t, "t")

    def log_choose(n, k):
        return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)

    share = np.arange(m + 1)[:, None] / m
    drawn = np.arange(m - real + 1)
    from_model = np.exp(log_choose(m - real, drawn) + xlogy(drawn, share) + xlog1py(m - real - drawn, -share))
    kept = np.arange(max(0, real - m + count), min(count, real) + 1)
    from_archive = np.zeros(m + 1)
    from_archive[kept] = np.exp(log_choose(count, kept) + log_choose(m - count, real - kept) - log_choose(m, real))
    now = np.zeros(m + 1)
    now[count] = 1
    present = np.empty(t.max() + 1)
    for k in range(len(present)):
        present[k] = 1 - now[0]
        now = np.convolve(now @ from_model, from_archive)[: m + 1]
    return present[t]
