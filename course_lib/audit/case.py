"""One audit: the prepared tables as matrices, the rows that were drawn from them, and intervals by half-samples."""

import functools
from dataclasses import dataclass

import numpy as np

from course_lib.audit.tables import Tables

__all__ = ["REPEATS", "Case", "half_samples"]

REPEATS = 20  # halves
MANY_VALUES = 20  # a column of numbers with more is encoded by rank


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
    """

    tables: Tables
    level: float
    rng: np.random.Generator
    most: int

    @functools.cached_property
    def codec(self):
        """The codec, fitted to the real rows; measured columns by rank, so that no few large values rule a distance."""
        from course_lib.data import TableCodec

        frame = self.tables.real
        numbers = [name for name, kind in self.tables.kinds.items() if kind in ("numeric", "integer")]
        by_rank = [name for name in numbers if frame[name].nunique() > MANY_VALUES]
        return TableCodec(kinds=self.tables.kinds, skewed=by_rank).fit(frame)

    @functools.cached_property
    def parts(self):
        """For each column of the table, the slice of the matrix that holds it."""
        parts, start = {}, 0
        for name, column in self.codec._columns.items():
            width = len(column.names(name))
            parts[name] = slice(start, start + width)
            start += width
        return parts

    def all(self, name):
        """Return all rows of a table, encoded."""
        if name not in self.encoded:
            self.encoded[name] = self.codec.encode(getattr(self.tables, name))
        return self.encoded[name]

    @functools.cached_property
    def encoded(self):
        """What `all` has encoded so far, by table, so that it is done once."""
        return {}

    @property
    def released(self):
        """Number of released rows."""
        return len(self.tables.synthetic)

    def rows(self, name, most=None):
        """Return up to `most` random rows of a table, encoded, and whose they are."""
        frame, people = self._table(name)
        most = self.most if most is None else most
        index = np.arange(len(frame))
        if len(frame) > most:
            index = np.sort(self.rng.choice(len(frame), most, replace=False))
        return self.codec.encode(frame.iloc[index]), people[index]

    def persons(self, name, most=None):
        """Return one random row of each person, of up to `most` persons, encoded."""
        frame, people = self._table(name)
        order = self.rng.permutation(len(frame))
        first = order[np.unique(people[order], return_index=True)[1]]
        chosen = self.rng.permutation(first)[: self.most if most is None else most]
        return self.codec.encode(frame.iloc[chosen])

    def two_real(self, most=None):
        """Return two sets of real rows of different people and whose they are: real and holdout, or two halves."""
        if self.tables.holdout is not None:
            return self.rows("real", most), self.rows("holdout", most)
        x, people = self.rows("real", None if most is None else 2 * most)
        side = self.rng.permutation(people.max() + 1) % 2 == 0
        return tuple((x[mask], people[mask]) for mask in (side[people], ~side[people]))

    def _table(self, name):
        frame = getattr(self.tables, name)
        people = {"real": self.tables.people, "holdout": self.tables.holdout_people}.get(name)
        return frame, np.arange(len(frame)) if people is None else people


def half_samples(statistic, people, *, rng, repeats=REPEATS):
    """Return a statistic of random halves of the data, whose spread is the standard error of that of all data.

    Parameters
    ----------
    statistic : callable
        `statistic(*indices)`, one array of row numbers for each data set; a number or an array.
    people : list of numpy.ndarray of int
        For each data set whose a row is: a person's rows stay together.
    rng : numpy.random.Generator
    repeats : int

    Returns
    -------
    numpy.ndarray, shape (repeats, ...)

    Notes
    -----
    Half of the rows, drawn without replacement, are twice as uncertain (in variance) as all; but they share half of
    their rows with all, and so scatter about the full value with variance 2/n − 1/n = 1/n (Politis, Romano and Wolf
    1999, Subsampling, for smooth statistics). Unlike the bootstrap they make no twins, which would fool a distance.
    """
    found = []
    for _ in range(repeats):
        indices = []
        for owner in people:
            _, codes = np.unique(owner, return_inverse=True)
            side = rng.permutation(codes.max() + 1) % 2 == 0
            indices.append(np.flatnonzero(side[codes]))
        found.append(statistic(*indices))
    return np.array(found)
