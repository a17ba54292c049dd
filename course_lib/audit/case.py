"""One audit: the prepared tables as matrices, and rows drawn from them."""

import functools
from dataclasses import dataclass

import numpy as np

from course_lib.audit.resampling import deal, subsample
from course_lib.audit.tables import Tables

__all__ = ["Case"]

MANY_VALUES = 20  # a column of numbers with more is encoded by rank
REPEATER_NOISE = 0.01  # of a spread: how far the control moves the members that it repeats


@dataclass(frozen=True, eq=False)
class Case:
    """Tables under audit.

    Attributes
    ----------
    tables : Tables
    level : float
        Confidence level of every interval.
    rng : numpy.random.Generator
    most : int
        Rows of one table that a distance is measured on; larger tables are subsampled at random.
    generations : int
        Length of the loops in which collapse is looked for.
    """

    tables: Tables
    level: float
    rng: np.random.Generator
    most: int
    generations: int

    @functools.cached_property
    def codec(self):
        """The codec, fitted to the real rows; measured columns by rank, so that no few large values rule a distance."""
        from course_lib.data import TableCodec

        frame = self.tables.real
        numbers = [name for name, kind in self.tables.kinds.items() if kind in ("numeric", "integer")]
        by_rank = [name for name in numbers if frame[name].nunique() > MANY_VALUES]
        return TableCodec(kinds=self.tables.kinds, skewed=by_rank).fit(frame)

    @property
    def parts(self):
        """For each column of the table, the slice of the matrix that holds it."""
        return self.codec.parts_

    @functools.cached_property
    def _encoded(self):
        return {}

    def all(self, name):
        """Return all rows of a table, encoded; this is done once."""
        if name not in self._encoded:
            self._encoded[name] = self.codec.encode(getattr(self.tables, name))
        return self._encoded[name]

    @functools.cached_property
    def repeater(self):
        """The control of the attacks: as many rows as were released, each a member moved a little, encoded."""
        real = self.all("real")
        x = real[self.rng.integers(len(real), size=self.released)]
        moved = x + REPEATER_NOISE * self.rng.standard_normal(x.shape)
        return self.codec.round_trip(moved).x

    @property
    def released(self):
        """Number of released rows."""
        return len(self.tables.synthetic)

    def rows(self, name, most=None):
        """Return up to `most` random rows of a table, encoded, and whose they are."""
        frame, people = getattr(self.tables, name), self.tables.people[name]
        index = subsample(len(frame), self.most if most is None else most, self.rng)
        return self.codec.encode(frame.iloc[index]), people[index]

    def persons(self, name, most=None):
        """Return one random row of each person, of up to `most` persons, encoded."""
        frame, people = getattr(self.tables, name), self.tables.people[name]
        order = self.rng.permutation(len(frame))
        first = order[np.unique(people[order], return_index=True)[1]]
        chosen = self.rng.permutation(first)[: self.most if most is None else most]
        return self.codec.encode(frame.iloc[chosen])

    def two_real(self, most=None):
        """Return two sets of real rows of different people and whose they are: real and holdout, or two halves."""
        if self.tables.holdout is not None:
            return self.rows("real", most), self.rows("holdout", most)
        x, people = self.rows("real", None if most is None else 2 * most)
        hand = deal(people, 2, self.rng)
        return tuple((x[hand == each], people[hand == each]) for each in (0, 1))
