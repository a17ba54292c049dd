"""A pool that people and several makers feed, year by year, and that every maker reads.

The makers stand on the axis before n: records have the shape (..., makers, n, d). A single data set, (n, d), is one
maker's; replicates of one maker need an axis of length 1, (replicates, 1, n, d), or they are taken for makers. A year
of the pool is a generation of the loop.
"""

from dataclasses import dataclass, field

import numpy as np

from course_lib.policies import Policy
from course_lib.records import Records, as_records, concatenate
from course_lib.validate import as_values

__all__ = ["SharedPool"]


@dataclass(frozen=True, eq=False)
class SharedPool(Policy):
    """Train each maker on what people and all makers have put into one pool.

    With one maker and no people, `keep=0` is `Replace` and `keep=1` is `Accumulate`, number for number.

    Parameters
    ----------
    people : Records of shape (..., makers, years, m, d), optional
        The m records that people add in each year, beside those in `pool.real`, which are there from the start. They
        depend on no maker, so they are drawn beforehand. Each maker has its own slice of them.
    keep : float in [0, 1]
        What share of a record's weight is left a year later.
    inflow : float, at least 0
        How often each of the people's new records counts.
    output : float, at least 0
        How often each of a maker's records counts.
    usable : float in [0, 1]
        The share of the people's new records that may be used.
    marked : float in [0, 1]
        The share of the makers' records that are marked, recognised and left out.
    apart : float in [0, 1]
        What part of the people's records stays with the maker that has them: 0, all is shared; 1, each maker sees
        the people of its own slice alone, as in federated learning. The makers' records are public.
    filter : callable, optional
        `filter(x)` returns how often a maker counts each record that it reads, of shape (..., n) for x of (..., n, d):
        1, as it stands; 0, thrown out.

    Notes
    -----
    All numbers may be arrays that broadcast against the leading axes (..., makers): one run holds many settings.
    `inflow`, `output`, `usable` and `marked` may also be functions of the year, whose number is that of the generation:
    `pool.generation` when the newest records were added. Shares act on the weights: marked = 0.3 counts
    each record 0.7 times, which is what leaving out three in ten at random comes to on average.
    """

    people: Records | None = field(default=None, repr=False)
    keep: float = 1.0
    inflow: float = 1.0
    output: float = 1.0
    usable: float = 1.0
    marked: float = 0.0
    apart: float = 0.0
    filter: object = field(default=None, repr=False)
    _asked: dict = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self):
        for name, maximum in _MAXIMUM.items():
            if not (callable(value := getattr(self, name)) and name not in ("keep", "apart")):
                as_values(value, name, minimum=0, maximum=maximum)
        if self.people is not None:
            object.__setattr__(self, "people", as_records(self.people, "people"))
            if not self.people.replicates:
                shape = self.people.x.shape
                raise ValueError(f"people must have an axis of years before the records, got x of shape {shape}")
        if self.filter is not None and not callable(self.filter):
            raise ValueError(f"filter must be a function of x, got {self.filter!r}")

    @property
    def keeps_all(self):
        """Whether anything older than the newest year counts."""
        return bool(np.any(np.asarray(self.keep) > 0))

    def __call__(self, pool, *, rng):
        """Return what each maker reads this year: the people's records, then all makers' records, weighted."""
        newest = pool.generation
        if self.keeps_all:
            years = range(newest + 1)
            made = pool.all.rows(slice(pool.real.n, None))
            there = _weighted(pool.real, [self._left(newest + 1)])
        else:
            years, made, there = range(newest, newest + 1), pool.last, None
        output = [
            self._left(newest - year) * self._now("output", year) * (1 - self._now("marked", year)) for year in years
        ]
        made = _weighted(made, output)
        human = there if self.people is None else concatenate(there, self._people(years, newest, pool.real.replicates))
        parts = [_shared(self._filtered(human), self.apart), _shared(self._filtered(made), 0.0)]
        return concatenate(*parts)

    def _now(self, name, year):
        value = getattr(self, name)
        if not callable(value):
            return np.asarray(value)
        if (name, year) not in self._asked:  # every year is asked for again in each later one
            self._asked[name, year] = as_values(value(year), name, minimum=0, maximum=_MAXIMUM[name])
        return self._asked[name, year]

    def _left(self, age):
        return np.asarray(self.keep, float) ** age  # 0 ** 0 is 1: the newest year counts in full

    def _people(self, years, newest, replicates):
        lead = len(self.people.replicates) - 1  # the axis of years
        if newest >= (there := self.people.replicates[lead]):
            raise ValueError(f"people hold {there} years, and year {newest} is needed")
        chosen = (slice(None),) * lead + (slice(years[0], newest + 1),)
        joined = self.people.map(lambda a: a[chosen].reshape(*a.shape[:lead], -1, *a.shape[lead + 2 :]))
        full = joined.map(lambda a: np.broadcast_to(a, (*replicates, *a.shape[lead:])))
        return _weighted(
            full, [self._left(newest - year) * self._now("inflow", year) * self._now("usable", year) for year in years]
        )

    def _filtered(self, records):
        return records if self.filter is None or records is None else _times(records, self.filter(records.x))


_MAXIMUM = {"keep": 1, "inflow": np.inf, "output": np.inf, "usable": 1, "marked": 1, "apart": 1}


def _weighted(records, factors):
    """Return records in as many equal blocks as there are factors, each block's weights times its factor."""
    if all(np.ndim(factor) == 0 and factor == 1 for factor in factors):
        return records
    each = np.stack([np.broadcast_to(factor, records.replicates) for factor in factors], axis=-1)
    return _times(records, np.repeat(each, records.n // len(factors), axis=-1))


def _times(records, factor):
    w = factor if records.w is None else records.w * factor
    return Records(records.x, records.y, np.broadcast_to(w, records.x.shape[:-1]))


def _shared(records, apart):
    """Return for each maker the records of all, those of the others counting 1 − apart; one maker has its own alone."""
    if records is None or not records.replicates or (makers := records.replicates[-1]) == 1:
        return records
    lead = len(records.replicates) - 1  # the axis of makers

    def pooled(a):
        flat = a.reshape(*a.shape[:lead], 1, -1, *a.shape[lead + 2 :])
        return np.broadcast_to(flat, (*a.shape[:lead], makers, *flat.shape[lead + 1 :]))

    apart = np.broadcast_to(np.asarray(apart, float), records.replicates)[..., None, None]  # (..., reader, 1, 1)
    if not apart.any():
        return records.map(pooled)
    seen = np.where(np.eye(makers, dtype=bool)[..., None], 1.0, 1 - apart)  # (..., reader, owner, 1)
    w = np.ones(records.x.shape[:-1]) if records.w is None else records.w
    w = (seen * w[..., None, :, :]).reshape(*records.replicates, -1)
    shared = Records(records.x, records.y).map(pooled)
    return Records(shared.x, shared.y, w)
