"""A watermark for tables: made-up amounts of money have cents that a key prefers. It moves no amount by a euro."""

import numpy as np

from course_lib.provenance import Watermark
from course_lib.validate import as_array, as_rng

__all__ = ["cents_mark", "mark_cents", "read_cents"]


def cents_mark(key, *, delta=2.0):
    """Return the watermark of a key for `mark_cents` and `read_cents`: after the euros, half of all cents are green.

    It is `course_lib.provenance.Watermark`, made for words: the word before is the last two digits of the euros, the
    word that comes is the cents, and the vocabulary has 100 words.
    """
    return Watermark(100, key=key, delta=delta)


def mark_cents(amounts, mark, *, rng):
    """Return the amounts with new cents, green ones exp(δ) times as likely as others.

    Parameters
    ----------
    amounts : array_like of float, shape (...)
        In euro, 0 or more. Whole euros stay as they are: at a cash machine cents would give the mark away.
    mark : Watermark
        From `cents_mark`.
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray, shape (...)
        Each within 99 cents of what it was.
    """
    euros, cents = _parts(amounts)
    chance = np.exp(mark.boost(euros % 100).astype(float))  # (..., 100)
    chance[..., 0] = 0  # no amount becomes a whole one
    total = chance.cumsum(-1)
    drawn = (total <= as_rng(rng).random((*euros.shape, 1)) * total[..., -1:]).sum(-1)
    return np.round(euros + np.where(cents > 0, drawn, 0) / 100, 2)


def read_cents(amounts, mark):
    """Return how surely amounts carry the mark: z, about standard normal without it, and how many pairs were counted.

    Parameters
    ----------
    amounts : array_like of float, shape (..., n)
        In euro. Whole euros are left out.
    mark : Watermark

    Returns
    -------
    z : float
        NaN if all amounts are whole.
    pairs : int
        Different pairs of euros and cents.
    """
    euros, cents = (part.ravel() for part in _parts(amounts))
    windows = np.stack([euros % 100, cents], -1)[cents > 0]
    if not len(windows):
        return np.nan, 0
    return float(mark.z(windows)), int(mark.count(windows)[1])


def _parts(amounts):
    whole = np.rint(100 * as_array(amounts, "amounts", min_ndim=1)).astype(np.int64)
    if whole.min() < 0:
        raise ValueError(f"amounts must be 0 or more, got {whole.min() / 100:g}")
    return whole // 100, whole % 100
