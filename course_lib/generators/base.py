"""What every generator has in common."""

import copy
from typing import Protocol, Self

from course_lib.validate import as_count, as_rng

__all__ = ["Generator", "clone", "new_rows", "require_fitted"]


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
