"""What a claim is: a statement, its closed form, and a simulation through the loop that recomputes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

TOLERANCE = 5  # standard errors between what is stated and what is measured
DERIVED = "one can show"  # the source of a formula that is derived in the docstring of its function

CLAIMS = {}


@dataclass(frozen=True)
class Claim:
    """One quantity that the course states.

    Parameters
    ----------
    key : str
        Number of the claim, and a letter where one claim has several quantities.
    statement : str
        One sentence in a learner's words.
    source : str
        Where the statement stands in print, or "one can show" where the formula is derived in `course_lib.theory`.
    lesson : str
        Numbers of the lessons that use it.
    theory : callable
        `theory(**setting)` is the stated value.
    simulate : callable
        `simulate(rng, runs, **setting)` returns the measured value and its standard error: that of the replicates, or
        the exact one where a few rare runs carry the mean, so that the replicates' own would be too small.
    setting : mapping
        What it is tested at.
    runs : int
        Number of independent replicates.
    bound : {None, "at most", "at least"}
        For a one-sided claim: how the measured value stands to the stated one.
    wrong : mapping of str to callable
        Near misses of the theory, called like it. The test must reject each: it shows that the tolerance has power.
    """

    key: str
    statement: str
    source: str
    lesson: str
    theory: Callable
    simulate: Callable
    setting: Mapping
    runs: int
    bound: str | None = None
    wrong: Mapping = field(default_factory=dict)

    def stated(self):
        """Return the value that theory gives."""
        return float(self.theory(**self.setting))

    def measure(self, seed):
        """Return the measured value and its standard error."""
        estimate, error = self.simulate(np.random.default_rng(seed), self.runs, **self.setting)
        return float(estimate), float(error)

    def agrees(self, stated, estimate, error):
        """Return whether a stated value is within the tolerance of a measured one, or on the right side of it."""
        z = (estimate - stated) / error
        return bool({None: abs(z), "at most": z, "at least": -z}[self.bound] <= TOLERANCE)


def claim(key, statement, *, source, lesson, theory, setting, runs, bound=None, wrong=None):
    """Register the decorated function as the simulation of a claim."""

    def register(simulate):
        if key in CLAIMS:
            raise ValueError(f"claim {key} is registered twice")
        CLAIMS[key] = Claim(key, statement, source, lesson, theory, simulate, setting, runs, bound, wrong or {})
        return simulate

    return register


def mean_and_error(values):
    """Return the mean over replicates and its standard error."""
    values = np.asarray(values, dtype=float).ravel()
    return values.mean(), values.std(ddof=1) / np.sqrt(values.size)


def median_and_error(values):
    """Return the median over replicates and its standard error.

    The error is half the distance between the order statistics one binomial standard deviation, √n/2, to either side.
    """
    values = np.sort(np.asarray(values, dtype=float).ravel())
    middle, step = values.size / 2, np.sqrt(values.size) / 2
    low, high = values[int(middle - step)], values[int(middle + step)]
    return np.median(values), (high - low) / 2
