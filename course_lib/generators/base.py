"""What every generator has in common."""

import copy
from typing import Protocol, Self

import numpy as np

from course_lib.records import as_records
from course_lib.validate import as_count, as_rng

__all__ = ["Generator", "clone", "draw_codes", "new_rows", "record_shares", "require_fitted", "unlabelled"]


class Generator(Protocol):
    """Anything that learns from records and makes new ones.

    `fit` binds new state instead of changing what it finds, so that a shallow copy of an unfitted generator is
    independent of it; a generator that keeps records copies them. Fitted state ends in an underscore.
    """

    def fit(self, records, *, rng) -> Self:
        """Learn from `records` (Records, or an array of shape (..., n, d)) and return self."""

    def sample(self, n, y=None, *, rng):
        """Draw n records per replicate: an array (..., n, d) if fitted without labels, else Records(x, y)."""


def clone(generator):
    """Return a copy that can be fitted without a trace on the original."""
    return copy.copy(generator)


def new_rows(n, rng):
    """Check the two arguments that every `sample` takes and return n as an int."""
    as_rng(rng)
    return as_count(n, "n")


def require_fitted(generator, attribute):
    """Raise scikit-learn's NotFittedError unless `generator` has the fitted `attribute`."""
    if not hasattr(generator, attribute):
        from sklearn.exceptions import NotFittedError  # three seconds to import, so only when it is raised

        name = type(generator).__name__
        raise NotFittedError(
            f"this {name} has not been fitted yet: call fit(records, rng=rng) before sample(n, rng=rng)"
        )


def unlabelled(records, generator):
    """Return `records` as Records, or raise ValueError if they carry labels that `generator` has no place for."""
    records = as_records(records)
    if records.y is not None:
        raise ValueError(
            f"records carry labels, which a {type(generator).__name__} has no place for; append them to x, or drop them"
        )
    return records


def record_shares(records):
    """Return w / Σw, shape (..., n): each record's share in its replicate.

    Raises
    ------
    ValueError
        If all weights of a replicate are 0.
    """
    if records.w is None:
        return np.full(records.x.shape[:-1], 1 / records.n)
    total = records.w.sum(-1, keepdims=True)
    if np.any(total == 0):
        raise ValueError("all records of a replicate have weight 0; at least one must count")
    return records.w / total


def draw_codes(shares, n, rng):
    """Draw n codes per replicate, independently and with the given shares.

    Parameters
    ----------
    shares : numpy.ndarray, shape (..., k)
        Probabilities that sum to 1.
    n : int
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray of int, shape (..., n)
        Codes from 0 to k − 1.
    """
    counts = rng.multinomial(n, shares)
    codes = np.broadcast_to(np.arange(shares.shape[-1]), shares.shape)
    drawn = np.repeat(codes.ravel(), counts.ravel()).reshape(*shares.shape[:-1], n)
    # The counts are all that matters to most fits, but records must not come sorted by code.
    return rng.permuted(drawn, axis=-1)
