"""Candidates: the people of a real table who are unusual enough to be given away by one released row."""

from dataclasses import dataclass, field

import numpy as np

from course_lib.audit.distances import NEIGHBOURS, nearest, nearest_one
from course_lib.audit.unusual import surprise

__all__ = ["NEAR", "Candidates", "find_candidates"]

MOST = 1000  # rows with the rarest values, and as many of the loneliest, that are looked at
POOL = 1000  # people among whom the loneliest of a large table are looked for
CROWD = 20_000  # people at most among whom the distance to the fifth is measured, on both sides alike
NEAR = 0.1  # of the distance to the fifth other real person: a released row so near gives somebody away


@dataclass(frozen=True, eq=False)
class Candidates:
    """Unusual people of one of the real tables.

    Attributes
    ----------
    name : str
        The table, "real" or "holdout".
    person : numpy.ndarray of int, shape (n,)
        Whose a row of the table is.
    surprise : numpy.ndarray, shape (n,)
        How rare the values of a row are (`unusual.surprise`).
    row : numpy.ndarray of int, shape (c,)
        The rows of the candidates.
    x : numpy.ndarray, shape (c, d)
        These rows, encoded.
    to_first, to_fifth : numpy.ndarray, shape (c,)
        The distance from them to the nearest row of somebody else, and to the fifth: how lonely they are.
    """

    name: str
    person: np.ndarray
    surprise: np.ndarray
    row: np.ndarray
    x: np.ndarray
    to_first: np.ndarray
    to_fifth: np.ndarray
    _nearest: dict = field(default_factory=dict, repr=False)

    @property
    def people(self):
        """Number of people in the table."""
        return int(self.person.max()) + 1

    def nearest(self, case, name):
        """Return the distance from each candidate to the closest row of a table; measured once."""
        if name not in self._nearest:
            self._nearest[name] = nearest_one(case.all(name), self.x)[0]
        return self._nearest[name]

    def given_away(self, distance):
        """Say for each candidate whether a row at this distance gives it away."""
        return (distance <= NEAR * self.to_fifth) & (self.to_fifth > 0)

    def by_person(self, hit):
        """Return for each candidate person whether a row is hit, the surprise, the loneliness, and the row of all this.

        Parameters
        ----------
        hit : numpy.ndarray of bool, shape (c,)

        Returns
        -------
        hits : numpy.ndarray of bool
        surprise, lonely : numpy.ndarray
        row : numpy.ndarray of int
        """
        code = np.unique(self.person[self.row], return_inverse=True)[1]
        hits, rarest, lonely = np.zeros(code.max() + 1, bool), *np.full((2, code.max() + 1), -np.inf)
        np.logical_or.at(hits, code, hit)
        np.maximum.at(rarest, code, self.surprise[self.row])
        np.maximum.at(lonely, code, self.to_fifth)
        row = np.zeros(len(hits), int)
        row[code] = self.row
        row[code[hit]] = self.row[hit]
        return hits, rarest, lonely, row

    def loneliest(self, count):
        """Return a row of each of the loneliest people, by its number in the table."""
        order = np.argsort(-self.to_fifth)
        _, first = np.unique(self.person[self.row[order]], return_index=True)
        return self.row[order[np.sort(first)[:count]]]


def find_candidates(case, name):
    """Return the Candidates of the table "real" or "holdout": those with the rarest values, and the loneliest."""
    x, person = case.all(name), case.tables.people[name]
    tables = ["real"] if case.tables.holdout is None else ["real", "holdout"]
    rarity = surprise(x, np.concatenate([case.all(each) for each in tables]), case.parts.values())
    order = case.rng.permutation(len(x))
    one_each = order[np.unique(person[order], return_index=True)[1]]
    row = np.arange(len(x))
    if len(x) > 2 * MOST:
        few = case.rng.permutation(one_each)[:POOL]
        lonely = _to_others(x[few], person[few], x, person)[:, -1]
        row = np.unique(np.concatenate([np.argsort(-each, kind="stable")[:MOST] for each in (rarity, lonely)]))
    crowd = case.rng.permutation(one_each)[:CROWD]
    distances = _to_others(x[crowd], person[crowd], x[row], person[row])
    return Candidates(name, person, rarity, row, x[row], distances[:, 0], distances[:, -1])


def _to_others(x, whose, queries, own):
    """Return the distances from each query to the nearest rows of other people: (q, 5); x has one row of each."""
    distances, who = nearest(x, queries, k=NEIGHBOURS + 1)
    return np.sort(np.where(whose[who] == own[:, None], np.inf, distances), 1)[:, :NEIGHBOURS]
