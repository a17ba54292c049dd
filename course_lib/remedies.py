"""Remedies: what can be done at the three open places of the loop to keep a model alive.

`Arrivals` is a policy: it says which real records are used, and how much each counts. `Accept`, `Verify`, `Keep` and
`Correct` are `curate` steps: they stand between a model and the pool and drop, or move, what the model has drawn. Each
of them knows something that the model does not, and what it knows is what it costs.
"""

from dataclasses import dataclass

import numpy as np

from course_lib.policies import Policy
from course_lib.records import Records, concatenate
from course_lib.validate import as_count, as_fraction, as_number, as_rng, as_values

__all__ = ["Accept", "Arrivals", "Correct", "Keep", "Verify", "closeness", "crowding"]


@dataclass(frozen=True)
class Arrivals(Policy):
    """Train on real records as they come in, and on samples of the newest model.

    The real set of the loop holds the records in the order of their arrival. So two runs with the same real set, one
    under `Arrivals`, one under `Augment`, have the same budget of real records, spent by and by or at once. Let
    `start` be a model fitted to the first of them.

    Parameters
    ----------
    first, each : int
        How many real records are there at generation 0, and how many come in each generation after it.
    n_synthetic : int, at least 0
        Samples of the newest model in each training set.
    decay : float in [0, 1]
        Weight of a real record for each generation of its age: 1 keeps all that have come, 0 the newest alone.
    real_share : float in [0, 1], optional
        The weight that the real records have together. None counts each record once, before decay.

    Raises
    ------
    ValueError
        If a number does not fit, or more records are needed than the real set holds.
    """

    first: int
    each: int
    n_synthetic: int
    decay: float = 1.0
    real_share: float | None = None

    def __post_init__(self):
        as_count(self.first, "first")
        as_count(self.each, "each", minimum=0)
        if as_fraction(self.decay, "decay") == 0 and self.each == 0:
            raise ValueError("with decay 0 the newest real records alone count, and each is 0: there are none")
        if self.real_share is not None:
            as_fraction(self.real_share, "real_share")
        if as_count(self.n_synthetic, "n_synthetic", minimum=0) == 0 and self.real_share not in (None, 1):
            raise ValueError(f"n_synthetic is 0, so the real share can only be 1, got {self.real_share}")

    def draws(self, n):
        """Return `n_synthetic`, whatever n is."""
        return self.n_synthetic

    def __call__(self, pool, *, rng):
        """Return the real records that count, in the order of arrival, then the newest sample."""
        t = pool.generation + 1
        arrived = self.first + t * self.each
        if arrived > pool.real.n:
            raise ValueError(
                f"by generation {t}, {arrived} real records arrive (first {self.first}, then {self.each} each); the "
                f"real set holds {pool.real.n}"
            )
        # A record of weight 0 is absent, so where only the newest count the others need not be carried along.
        oldest = arrived - self.each if self.decay == 0 else 0
        real = pool.real.rows(slice(oldest, arrived))
        age = (arrived - 1 - np.arange(oldest, arrived)) // max(self.each, 1)
        weight = float(self.decay) ** np.minimum(age, t)  # the first ones came together, t generations ago
        if self.decay in (0, 1) and self.real_share is None:
            return concatenate(real, pool.last)
        weight = np.broadcast_to(weight, (*pool.real.replicates, real.n))
        weight, last = weight if real.w is None else weight * real.w, pool.last
        if self.real_share is not None and last is not None:
            drawn = np.ones(last.x.shape[:-1]) if last.w is None else last.w
            each, samples = weight.sum(-1, keepdims=True), drawn.sum(-1, keepdims=True)
            total = each + samples  # what all records count together stays the same
            weight = weight * self.real_share * total / each
            last = Records(last.x, last.y, drawn * (1 - self.real_share) * total / samples)
        return concatenate(Records(real.x, real.y, weight), last)


@dataclass(frozen=True)
class Accept:
    """Keep each record with a probability of its own.

    Parameters
    ----------
    chance : callable
        `chance(sample, pool)` gives the probability for each record, an array of shape (..., n) of numbers in [0, 1].
    """

    chance: object

    def __call__(self, sample, pool, *, rng):
        """Return the sample with weight 0 for what is dropped."""
        chance = as_values(self.chance(sample, pool), "chance(sample, pool)", minimum=0, maximum=1)
        if chance.shape != sample.x.shape[:-1]:
            raise ValueError(
                f"chance(sample, pool) must give each record a number, shape {sample.x.shape[:-1]}; got {chance.shape}"
            )
        return _weighed(sample, as_rng(rng).random(chance.shape) < chance)


@dataclass(frozen=True)
class Verify:
    """Keep right records with one probability and wrong ones with another: a verifier that errs in both ways.

    Parameters
    ----------
    right : callable
        `right(sample, pool)` says of each record whether it is right, an array of True and False of shape (..., n).
    keep_right, keep_wrong : float in [0, 1]
        φ and ψ. 1 − φ is the rate of false drops, ψ that of false keeps (Feng et al., arXiv:2406.07515, a secondary
        source; `theory.verification_threshold`).
    """

    right: object
    keep_right: float
    keep_wrong: float

    def __post_init__(self):
        as_fraction(self.keep_right, "keep_right")
        as_fraction(self.keep_wrong, "keep_wrong")

    def __call__(self, sample, pool, *, rng):
        """Return the sample with weight 0 for what is dropped."""
        right = np.asarray(self.right(sample, pool))
        if right.shape != sample.x.shape[:-1] or right.dtype != bool:
            raise ValueError(
                f"right(sample, pool) must say True or False of each record, shape {sample.x.shape[:-1]}; got "
                f"{right.dtype} of shape {right.shape}"
            )
        chance = np.where(right, self.keep_right, self.keep_wrong)
        return Accept(lambda sample, pool: chance)(sample, pool, rng=rng)


@dataclass(frozen=True)
class Keep:
    """Keep the records that score highest: a filter with a taste.

    Parameters
    ----------
    score : callable
        `score(sample, pool)` gives each record a number, an array of shape (..., n), such as `closeness` or
        `crowding`.
    share : float, above 0, at most 1
        Which share of the sample is kept in each replicate, rounded to whole records, at least one.
    """

    score: object
    share: float

    def __post_init__(self):
        if as_fraction(self.share, "share") == 0:
            raise ValueError("share must be above 0; a filter that keeps nothing leaves nothing to train on")

    def __call__(self, sample, pool, *, rng):
        """Return the sample with weight 0 for what scores lower."""
        score = np.asarray(self.score(sample, pool), float)
        if score.shape != sample.x.shape[:-1]:
            raise ValueError(
                f"score(sample, pool) must give each record a number, shape {sample.x.shape[:-1]}; got {score.shape}"
            )
        count = max(1, round(self.share * sample.n))
        best = np.argsort(-score, axis=-1, kind="stable")[..., :count]
        kept = np.zeros(score.shape, bool)
        np.put_along_axis(kept, best, True, axis=-1)
        return _weighed(sample, kept)


@dataclass(frozen=True)
class Correct:
    """Move a sample part of the way to where it should lie.

    Each column is shifted and stretched so that its mean and standard deviation would be those of the target; of this
    step the share γ/(1 + γ) is taken: x → (x + γ T(x)) / (1 + γ).

    Parameters
    ----------
    strength : float, at least 0
        γ: 0 leaves the sample as it is, 1 goes half of the way.
    target : Records or array_like, shape (n, d), optional
        Whose moments are aimed at; the real set of the loop unless given. Only two numbers a column are used of it.
    shift_only : bool
        Leave the standard deviation as it is.

    Notes
    -----
    The form of the step: Gillman et al., arXiv:2402.07087 (abstract), whose correction comes from laws of physics.
    """

    strength: float
    target: object = None
    shift_only: bool = False

    def __post_init__(self):
        as_number(self.strength, "strength", minimum=0)

    def __call__(self, sample, pool, *, rng):
        """Return the sample, moved."""
        aim = pool.real.x if self.target is None else np.asarray(getattr(self.target, "x", self.target), float)
        mean, sd = aim.mean(-2, keepdims=True), aim.std(-2, keepdims=True)
        own_mean, own_sd = _moments(sample)
        with np.errstate(divide="ignore"):
            stretch = 1.0 if self.shift_only else np.where(own_sd > 0, sd / own_sd, 1.0)  # a dead column stays dead
        part = self.strength / (1 + self.strength)
        moved = sample.x * (1 - part + part * stretch) + part * (mean - stretch * own_mean)
        return Records(moved, sample.y, sample.w)


def closeness(sample, pool):
    """Score of a record: minus its squared distance to the closest real one, the taste of an archive's keeper."""
    return _each(lambda mine, real: -_squared_distances(mine.x, real.x).min(1), sample, pool.real)


def crowding(sample, pool, *, k=5):
    """Score of a record: minus its squared distance to the k-th closest of its own sample.

    What the model makes most often scores highest, so a filter by it lets the model agree with itself.
    """

    def score(mine):
        return -np.partition(_squared_distances(mine.x, mine.x), k, axis=1)[:, k]  # the closest is itself

    return _each(score, sample)


def _squared_distances(a, b):
    # By a matrix product: for a ranking its rounding does not matter, and a filter is called in each generation.
    return (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T


def _each(score, *data):
    from course_lib.metrics.base import per_replicate

    return np.asarray(per_replicate(score, *data))


def _moments(records):
    w = np.ones(records.n) if records.w is None else records.w
    w = (w / w.sum(-1, keepdims=True))[..., None]
    mean = (w * records.x).sum(-2, keepdims=True)
    return mean, np.sqrt((w * (records.x - mean) ** 2).sum(-2, keepdims=True))


def _weighed(sample, kept):
    if not kept.any(-1).all():
        raise ValueError("nothing of the sample is kept in a replicate; a stricter filter needs a larger sample")
    weight = kept.astype(float)
    return Records(sample.x, sample.y, weight if sample.w is None else weight * sample.w)
