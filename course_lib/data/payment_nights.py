"""Payments as they come in: night by night, at several branches, honest or with one kind of customer leaving."""

import numpy as np

from course_lib.data.transactions import CardPayments
from course_lib.records import Records
from course_lib.validate import as_array, as_count, as_rng

__all__ = ["ONLINE", "nightly_spread", "payment_nights", "spread_of_amounts", "tidy"]

ONLINE = CardPayments.features.index("online")
_COUNT = CardPayments.features.index("payments in the hour before")
_DAYS = 28
_MONTHS_AT_ONCE = 10


def nightly_spread(payments, nights, *, per_night, rng):
    """Return the spread of the log amounts of each night, as the calendar has it.

    Parameters
    ----------
    payments : CardPayments
    nights : int
        They follow each other, from a Monday on. Weekends have more payments, and other ones.
    per_night : int
        Payments a night on average; how many come on one night is chance.
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray, shape (nights,)
        The standard deviation of the logarithm of the amount, `ddof=1`.

    Raises
    ------
    ValueError
        If a night has fewer than two payments: take more of them.
    """
    nights, per_night = as_count(nights, "nights"), as_count(per_night, "per_night", minimum=2)
    found = []
    for _ in range(-(-nights // (_DAYS * _MONTHS_AT_ONCE))):
        # The simulator draws one month; as many are drawn together, and dealt to ten months at random.
        table = payments.draw(per_night * _DAYS * _MONTHS_AT_ONCE, rng=rng)
        month = as_rng(rng).integers(_MONTHS_AT_ONCE, size=table.x.shape[0])
        night = month * _DAYS + table.column("day").astype(int)
        log = np.log(table.column("amount"))
        n, one, two = (np.bincount(night, w, _DAYS * _MONTHS_AT_ONCE) for w in (None, log, log**2))
        if n.min() < 2:
            raise ValueError(f"per_night must be larger: one of the nights has {n.min():.0f} payments, got {per_night}")
        found.append(np.sqrt((two - one**2 / n) / (n - 1)))
    return np.concatenate(found)[:nights]


def payment_nights(payments, nights, *, branches, per_night, leaving=None, rng):
    """Return honest payments of some nights at some branches, all with the same number of payments.

    Parameters
    ----------
    payments : CardPayments
    nights, branches, per_night : int
    leaving : array_like of float in [0, 1], shape (nights,), optional
        The share of online payments that has gone elsewhere by then. Nobody has gone unless given.
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray, shape (nights, branches, per_night, 11)
        The features of `CardPayments.sample`.

    Raises
    ------
    ValueError
        If `leaving` does not fit.
    """
    nights, wanted = as_count(nights, "nights"), as_count(branches, "branches") * as_count(per_night, "per_night")
    leaving = np.zeros(nights) if leaving is None else as_array(leaving, "leaving", min_ndim=1)
    if leaving.shape != (nights,) or leaving.min() < 0 or leaving.max() > 1:
        raise ValueError(f"leaving must hold {nights} shares between 0 and 1, got shape {leaving.shape}")
    out = np.empty((nights, branches, per_night, len(payments.features)))
    for night, gone in zip(out, leaving, strict=True):
        stay = np.empty((0, night.shape[-1]))
        while missing := wanted - len(stay):
            x = payments.sample(missing + missing // 2 if gone else missing, rng=rng).x
            leaves = (x[:, ONLINE] > 0) & (as_rng(rng).random(len(x)) < gone)
            stay = np.concatenate([stay, x[~leaves]])[:wanted]
        night[...] = stay.reshape(night.shape)
    return out


def spread_of_amounts(x):
    """Return the spread of the log amounts, shape (...), of features of shape (..., n, 11); `ddof=1`."""
    return x[..., 0].std(-1, ddof=1)


def tidy(sample, pool=None, *, rng=None):
    """Return made-up payments with flags of 0 or 1 and whole counts of at least 0: a `curate` step for the loop.

    Parameters
    ----------
    sample : Records
        x of shape (..., n, 11), see `CardPayments.features`.
    pool, rng
        Not used; the loop hands them to every such step.

    Returns
    -------
    Records
    """
    x, flags = sample.x.copy(), list(CardPayments.flags)
    x[..., flags] = np.round(np.clip(x[..., flags], 0, 1))
    x[..., _COUNT] = np.round(np.maximum(x[..., _COUNT], 0))
    return Records(x, sample.y, sample.w)
