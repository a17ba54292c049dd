"""Several remedies in one loop, each with replicates of its own: networks that train side by side cost far less."""

from collections.abc import Mapping

import numpy as np

from course_lib.policies import Policy
from course_lib.records import Records
from course_lib.validate import as_count, require_methods

__all__ = ["SideBySide"]


class SideBySide(Policy):
    """Give each of several remedies its own replicates of one loop: its policy, its curate step and its first model.

    The first leading axis of the real set is divided among them in order. So a generator that fits its replicates at
    once fits all remedies at once; what each of them is trained on is what it would be trained on alone. Training sets
    of different sizes are filled up with records of weight 0, which are absent.

    Parameters
    ----------
    remedies : mapping of str to (policy, curate)
        `curate` is None where a remedy has no such step.
    each : int
        Replicates of every remedy.

    Raises
    ------
    ValueError
        If there are no remedies, one is no pair, or a policy that reads all samples wants fewer than the others.

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib import Accumulate, Gaussian, Replace, self_consume
    >>> both = SideBySide({"replace": (Replace(), None), "accumulate": (Accumulate(), None)}, each=5)
    >>> rng = np.random.default_rng(0)
    >>> settings = dict(policy=both, curate=both.curate, replicates=both.replicates, generations=3, rng=rng)
    >>> history = self_consume(Gaussian(), rng.standard_normal((20, 1)), **settings)
    >>> history.models[3].mean_.shape
    (10, 1)
    """

    def __init__(self, remedies, *, each):
        if not isinstance(remedies, Mapping) or not remedies or any(len(pair) != 2 for pair in remedies.values()):
            raise ValueError(f"remedies must map at least one name to a pair (policy, curate), got {remedies!r}")
        for name, (policy, _) in remedies.items():
            require_methods(policy, f"the policy of {name!r}", "__call__", "draws")
        self.remedies, self.each = dict(remedies), as_count(each, "each")

    @property
    def replicates(self):
        """How many replicates all remedies have together."""
        return self.each * len(self.remedies)

    @property
    def keeps_all(self):
        """Whether any of the policies reads every generation."""
        return any(policy.keeps_all for policy, _ in self.remedies.values())

    def draws(self, n):
        """Return as many as the policy that wants most."""
        return max(policy.draws(n) for policy, _ in self.remedies.values())

    def __call__(self, pool, *, rng):
        """Return every remedy's training set, one below the other."""
        parts = [policy(_Part(pool, at, policy, self), rng=rng) for at, policy, _ in self._parts(pool)]
        longest = max(part.n for part in parts)
        return _stacked([_filled(part, longest) for part in parts])

    def curate(self, sample, pool, *, rng):
        """Return the sample as each remedy's own step leaves it."""
        parts = []
        for at, policy, step in self._parts(pool):
            part = sample.map(lambda array, at=at: array[at])
            parts.append(part if step is None else step(part, _Part(pool, at, policy, self), rng=rng))
        return _stacked(parts)

    def start(self, *models):
        """Return a first model for the loop from one fitted model for each remedy, of `each` replicates."""
        if len(models) != len(self.remedies):
            raise ValueError(f"start needs a model for each of {len(self.remedies)} remedies, got {len(models)}")
        return _Models(models)

    def split(self, values):
        """Return what belongs to each remedy: a dict from its name to values of shape (..., each).

        Parameters
        ----------
        values : array_like, shape (..., replicates)
            Such as a score of the loop's History.
        """
        values = np.asarray(values)
        if values.shape[-1:] != (self.replicates,):
            raise ValueError(f"values must have {self.replicates} replicates on their last axis, got {values.shape}")
        return dict(zip(self.remedies, np.split(values, len(self.remedies), axis=-1), strict=True))

    def _parts(self, pool):
        if pool.real.replicates[:1] != (self.replicates,):
            raise ValueError(
                f"the real set needs {self.replicates} replicates, {self.each} for each of {len(self.remedies)} "
                f"remedies; it has leading axes {pool.real.replicates}"
            )
        for i, (policy, step) in enumerate(self.remedies.values()):
            yield slice(i * self.each, (i + 1) * self.each), policy, step


class _Part:
    """The pool as one remedy sees it."""

    def __init__(self, pool, at, policy, among):
        self._pool, self._at, self.generation = pool, at, pool.generation
        self._wanted, self._most = policy.draws(pool.real.n), among.draws(pool.real.n)

    @property
    def real(self):
        return self._pool.real.map(lambda array: array[self._at])

    @property
    def last(self):
        if self._pool.last is None or self._wanted == 0:
            return None
        return self._pool.last.map(lambda array: array[self._at]).rows(slice(0, self._wanted))

    @property
    def all(self):
        if self._wanted < self._most:
            raise ValueError("a policy that reads pool.all must want as many samples as the others beside it")
        return self._pool.all.map(lambda array: array[self._at])


class _Models:
    """Fitted models as one: its replicates are theirs, in order."""

    def __init__(self, models):
        self.models = models

    def sample(self, n, y=None, *, rng):
        parts = [model.sample(n, y, rng=rng) for model in self.models]
        return _stacked([part if isinstance(part, Records) else Records(part) for part in parts])


def _filled(records, n):
    """Return the records with others of weight 0 behind them, n in all."""
    if records.n == n:
        return records
    weighed = Records(records.x, records.y, _weights(records))
    axis = len(records.replicates)

    def longer(array):
        room = np.zeros((*array.shape[:axis], n - records.n, *array.shape[axis + 1 :]), array.dtype)
        return np.concatenate([array, room], axis)

    return weighed.map(longer)


def _stacked(parts):
    """Return Records of equal form as one, on the first leading axis; where one has weights, all get them."""
    weighed = any(part.w is not None for part in parts)
    y = None if parts[0].y is None else np.concatenate([part.y for part in parts])
    w = np.concatenate([_weights(part) for part in parts]) if weighed else None
    return Records(np.concatenate([part.x for part in parts]), y, w)


def _weights(records):
    return np.ones(records.x.shape[:-1]) if records.w is None else records.w
