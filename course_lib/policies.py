"""Policies: what the next generation is trained on.

A policy is called with the pool of everything that exists so far and returns the next training set. n stands for the
size of the real data set throughout.
"""

from dataclasses import dataclass, field

import numpy as np

from course_lib.records import Records, concatenate
from course_lib.sources import draw_per_replicate
from course_lib.validate import as_count, as_fraction, as_number, as_rng, require_methods

__all__ = ["Accumulate", "AccumulateSubsample", "Augment", "Fresh", "Mix", "Policy", "Pool", "Replace"]


class Pool:
    """All records that exist at one point of the loop: the real ones, and the samples of every generation.

    Parameters
    ----------
    real : Records
        The real data set, n records in each replicate.
    capacity : int or None
        How many records the pool will hold at most. The memory is taken once; None keeps only the newest sample.

    Attributes
    ----------
    real : Records
    last : Records or None
        The newest generation's sample; None before the first, and where a policy wants no samples.
    generation : int or None
        Number of the newest generation; None before the first.
    """

    def __init__(self, real, capacity=None):
        self.real = real
        self.last = None
        self.generation = None
        self._size = real.n
        self._all = None if capacity is None else _allocate(real, capacity)

    @property
    def all(self):
        """Every record so far, the real ones first: a view, whose length grows with each generation."""
        if self._all is None:
            raise ValueError(
                "this pool keeps only the newest sample; a policy that reads pool.all sets keeps_all = True"
            )
        return self._all.rows(slice(0, self._size))

    def add(self, sample, generation):
        """Take in the sample that generation number `generation` drew; None where none was wanted."""
        self.generation = generation
        if self._all is None or sample is None:
            self.last = sample
            return
        if sample.w is not None and self._all.w is None:
            before = self._all  # the first weights: whatever came before counts once
            self._all = Records(before.x, before.y, np.ones(before.x.shape[:-1]))
        self.last = self._all.rows(slice(self._size, self._size + sample.n))
        self.last.x[...] = sample.x
        if sample.y is not None or self.last.y is not None:
            _require_like_labels(sample.y, self.last.y)
            self.last.y[...] = sample.y
        if self.last.w is not None:
            self.last.w[...] = 1.0 if sample.w is None else sample.w
        self._size += sample.n


def _allocate(real, capacity):
    lead = len(real.replicates)

    def room(array):
        shape = (*array.shape[:lead], capacity, *array.shape[lead + 1 :])
        store = np.zeros(shape, array.dtype)  # zeros, so that the part not yet filled is valid, too
        store[(slice(None),) * lead + (slice(0, real.n),)] = array
        return store

    return real.map(room)


def _require_like_labels(new, real):
    # NumPy would cut 0.7 to an integer label 0, or repeat one label over a row of them, without a word.
    either_none = new is None or real is None
    if either_none or new.shape != real.shape or not np.can_cast(new.dtype, real.dtype, "same_kind"):
        got, needed = ("no y" if y is None else f"y of {y.dtype} and shape {y.shape}" for y in (new, real))
        raise ValueError(f"a sample with {got} cannot join the pool: the real data need {needed}")


class Policy:
    """Base of the policies here; any callable `policy(pool, *, rng) -> Records` will do in its place."""

    keeps_all = False
    """Whether the policy reads `pool.all`, so that the pool has to keep every generation."""

    def draws(self, n):
        """Return how many records are wanted from the newest model, given n real ones."""
        return n

    def __call__(self, pool, *, rng):
        """Return the next training set."""
        raise NotImplementedError


@dataclass(frozen=True)
class Replace(Policy):
    """Train on the newest generation's n samples and nothing else."""

    def __call__(self, pool, *, rng):
        """Return the newest sample."""
        return pool.last


@dataclass(frozen=True)
class Accumulate(Policy):
    """Train on the real data and on the samples of all generations; the training set grows by n a generation."""

    keeps_all = True

    def __call__(self, pool, *, rng):
        """Return a view of the whole pool."""
        return pool.all


@dataclass(frozen=True)
class AccumulateSubsample(Policy):
    """Train on n records drawn without replacement from everything that `Accumulate` would use.

    Records of weight 0 are absent, so they are drawn only where fewer than n others exist. A record with another weight
    is drawn as one, and keeps it.
    """

    keeps_all = True

    def __call__(self, pool, *, rng):
        """Return n records of the whole pool, drawn independently for each replicate, in the pool's order."""
        return _draw(pool.all, pool.real.n, rng)


@dataclass(frozen=True)
class Mix(Policy):
    """Train on n records: a share drawn from the original real set, the rest from the newest model.

    Parameters
    ----------
    real_fraction : float in [0, 1]
        The real share. The number of real records is rounded to a whole one; they are drawn anew each generation,
        without replacement.
    """

    real_fraction: float

    def __post_init__(self):
        as_fraction(self.real_fraction, "real_fraction")

    def draws(self, n):
        """Return n less the number of real records."""
        return n - round(self.real_fraction * n)

    def __call__(self, pool, *, rng):
        """Return the real share first, then the newest sample."""
        n_real = pool.real.n - self.draws(pool.real.n)
        real = _draw(pool.real, n_real, rng) if n_real else None
        return concatenate(real, pool.last)


@dataclass(frozen=True)
class Augment(Policy):
    """Train on the whole real set plus samples of the newest model.

    Parameters
    ----------
    ratio : float, at least 0
        Number of samples as a multiple of n, rounded to a whole number.
    """

    ratio: float = 1.0

    def __post_init__(self):
        as_number(self.ratio, "ratio", minimum=0)

    def draws(self, n):
        """Return ratio × n."""
        return round(self.ratio * n)

    def __call__(self, pool, *, rng):
        """Return all real records, then the newest sample."""
        return concatenate(pool.real, pool.last)


@dataclass(frozen=True)
class Fresh(Policy):
    """Train on new real records plus samples of the newest model.

    Parameters
    ----------
    source : object
        Where real records come from: anything with `sample(n, *, rng)`. One whose sample has no leading axes is asked
        once for each replicate, so that replicates never share their fresh records.
    n_real, n_synthetic : int, at least 0
        How many of each a generation; not both 0.
    """

    source: object = field(repr=False)
    n_real: int
    n_synthetic: int

    def __post_init__(self):
        require_methods(self.source, "source", "sample")
        as_count(self.n_real, "n_real", minimum=0)
        if as_count(self.n_synthetic, "n_synthetic", minimum=0) + self.n_real == 0:
            raise ValueError("n_real and n_synthetic are both 0; the next generation needs records to train on")

    def draws(self, n):
        """Return `n_synthetic`, whatever n is."""
        return self.n_synthetic

    def __call__(self, pool, *, rng):
        """Return the fresh real records first, then the newest sample."""
        fresh = draw_per_replicate(self.source, self.n_real, pool.real.replicates, rng) if self.n_real else None
        return concatenate(fresh, pool.last)


def _draw(records, n, rng):
    """Return n records of each replicate, drawn without replacement and independently between replicates."""
    as_rng(rng)
    order = rng.random(records.x.shape[:-1])
    if records.w is not None:
        order[records.w == 0] += 1  # absent records come after all others
    # Sorted, because the order that argpartition leaves depends on the processor.
    return records.take(np.sort(np.argpartition(order, n - 1, axis=-1)[..., :n], axis=-1))
