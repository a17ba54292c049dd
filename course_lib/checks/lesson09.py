"""The checks of lesson 09: a change with its error, effects in a table of arms, training per record, and a gate.

All four are decided exactly; nothing is left to chance, and no network is trained.
"""

import numpy as np

from course_lib.checks.framework import Function, NotYet, read_array, recognise
from course_lib.records import Records

__all__ = ["CHECKS"]


# 09.1 -----------------------------------------------------------------------------------------------------------------


def check_change(change_of: Function, *, rng):
    """Compare both numbers with their definitions, for replicates that differ far more than they change."""
    for generations, replicates in ((4, 4), (1, 6), (7, 2)):
        start = rng.uniform(0, 5, replicates)
        values = start - np.cumsum(rng.uniform(0.1, 0.9, (generations + 1, replicates)), axis=0)
        of = f"For {generations + 1} generations and {replicates} replicates"
        mean, error = _two_numbers(change_of(values), of)
        changes = values[-1] - values[0]
        right = changes.mean(), changes.std(ddof=1) / np.sqrt(replicates)
        if not np.isclose(mean, right[0], rtol=1e-9):
            thoughts = [
                (-right[0], "That is the change with the other sign. A value that falls has a negative change."),
                (values[-1].mean(), "That is the mean of the last generation. What is subtracted?"),
                (changes.sum(), "That is the sum of the changes. By what is a mean divided?"),
                (np.median(changes), "That is the median of the changes. The mean is asked for."),
                (np.diff(values, axis=0).mean(), "That is the mean change in one generation. From where to where?"),
                ((values[:, -1] - values[:, 0]).mean(), "That compares the last replicate with the first. Which axis?"),
                ((changes / values[0]).mean(), "That is the relative change. Nothing was to be divided."),
            ]
            words = recognise(mean, thoughts, "What is the change of one replicate, and how many are there?")
            raise NotYet(f"{of} your mean change is {mean:.6g}; it is {right[0]:.6g}. {words}", 1)
        if not np.isclose(error, right[1], rtol=1e-9):
            apart = values[-1].var(ddof=1) + values[0].var(ddof=1)
            thoughts = [
                (
                    changes.std(ddof=1),
                    "That is the scatter of one change. How much less does a mean of several scatter?",
                ),
                (
                    changes.std() / np.sqrt(replicates),
                    "That divides the squares by R. What is NumPy's default, and for what?",
                ),
                (changes.std(), "That is the scatter of one change, with squares divided by R. Two steps are missing."),
                (changes.var(ddof=1) / replicates, "That is the variance of the mean. What unit does it have?"),
                (
                    changes.std(ddof=1) / replicates,
                    "That divides the scatter by R. What falls as 1/R, and what as 1/√R?",
                ),
                (
                    np.sqrt(apart / replicates),
                    "That takes the first and the last values for independent. Each last value has a first one that it "
                    "belongs to: of which numbers do you need the scatter?",
                ),
                (
                    values[-1].std(ddof=1) / np.sqrt(replicates),
                    "That is the error of the last generation's mean. Of which numbers do you need the scatter?",
                ),
            ]
            words = recognise(error, thoughts, "Of which numbers do you take the scatter, and by what is it divided?")
            raise NotYet(
                f"{of} your mean is right, and your standard error is {error:.6g}; it is {right[1]:.6g}. {words}", 2
            )
    return (
        "Mean and standard error are right for three shapes, two replicates and a single step among them. Replicates "
        "that start far apart do not blur a change that all of them share: that is what pairing is for."
    )


def _two_numbers(value, of):
    array = read_array(value, (2,), f"{of}, mean and standard error")
    return array[0], array[1]


# 09.2 -----------------------------------------------------------------------------------------------------------------

_NAMES = ("digits", "steps", "noise", "digits × steps")


def check_effects(effects: Function, *, rng):
    """Compare with contrasts, for tables without any symmetry."""
    for runs in (4, 1, 3):
        change = rng.normal(0, 1, (2, 2, 2, runs)) + rng.normal(0, 2, (2, 2, 2, 1))
        found = read_array(effects(change), (4,), f"Your effects of a table with {runs} run{'s' * (runs > 1)}")
        _require_effects(found, change, runs)
    return (
        "All four effects are right for three tables, one with a single run among them. Every arm has counted in every "
        "effect: that is why eight arms say more than three comparisons of two."
    )


def _require_effects(found, change, runs):
    arms = change.mean(-1)
    right = _contrasts(arms)
    if np.allclose(found, right, rtol=1e-9):
        return
    first = np.flatnonzero(~np.isclose(found, right, rtol=1e-9))[0]
    one_at_a_time = np.array([arms[1, 0, 0], arms[0, 1, 0], arms[0, 0, 1]]) - arms[0, 0, 0]
    whole = [
        (-right, "Those are the effects with the other sign: low less high. Which index is the high level?"),
        (right[[2, 1, 0, 3]], "The first and the third are exchanged. Which axis of the table is which factor?"),
        (4 * right, "Those are sums over four arms. By what is a mean divided?"),
        (right / 2, "Those are halves. What is the difference of two means of four arms each?"),
        (right * runs, "Those are sums over the runs. Which axis is left to average?"),
        (_contrasts(np.median(change, -1)), "That takes the median over the runs. The mean is asked for."),
        (_contrasts(change[..., 0]), "That looks at the first run alone. What becomes of the others?"),
        (right * [1, 1, 1, 2], "The interaction is not halved yet: it is half of the difference of two effects."),
        (right * [1, 1, 1, -1], "The interaction has the other sign. Where training is long, less where it is short."),
        (
            np.append(right[:3], (arms[1, 1] - arms[0, 0]).mean()),
            "The last one changes digits and steps together. How much does the *effect* of the digits change?",
        ),
        (
            np.append(right[:3], right[0] * right[1]),
            "The last one multiplies two effects. How much does the effect of the digits change with the steps?",
        ),
    ]
    if np.allclose(found[:3], one_at_a_time, rtol=1e-9):
        words = (
            "Those compare three arms with the first one and leave the others out. Which four arms have the high level?"
        )
    else:
        words = recognise(found, whole, "Which four arms have the high level, and which four the low one?")
    raise NotYet(
        f"In a table with {runs} run{'s' * (runs > 1)} your effect of {_NAMES[first]} is {found[first]:.6g}; it is "
        f"{right[first]:.6g}. {words}",
        3 if first == 3 else 2,
    )


def _contrasts(arms):
    sign = np.array([-1.0, 1.0])
    main = [np.einsum(f"dsn,{axis}->", arms, sign) / 4 for axis in "dsn"]
    return np.array([*main, np.einsum("dsn,d,s->", arms, sign, sign) / 4])


# 09.3 -----------------------------------------------------------------------------------------------------------------


class _Recorder:
    """Stands for a generator: remembers its steps and what it was fitted to."""

    def __init__(self, steps, made):
        self.steps, self.fits = steps, []
        made.append(self)

    def fit(self, records, *, rng):
        self.fits.append((records, rng))
        return self

    def sample(self, n, y=None, *, rng):
        return np.zeros((n, 1))


def check_fit_per_record(fit_per_record: Function, *, rng):
    """Hand over a `make` whose generators remember what is done with them."""
    for shape, rate in (((5, 40, 3), 2.0), ((30, 2), 0.5), ((2, 3, 25, 4), 1.5), ((4, 7, 2), 0.01)):
        records, made = Records(rng.standard_normal(shape)), []
        own = np.random.default_rng(1)
        fitted = fit_per_record(lambda steps, made=made: _Recorder(steps, made), records, rate, rng=own)
        of = f"For x of shape {shape} and rate {rate:g}"
        _require_fitted(fitted, made, records, own, of)
        _require_steps(fitted.steps, shape, rate, of)
    return (
        "Right for four shapes, with and without leading axes, and for a rate so small that one step is the least. "
        "The replicates are trained side by side, so their number does not change how long each of them learns."
    )


def _require_fitted(fitted, made, records, own, of):
    if not isinstance(fitted, _Recorder):
        raise NotYet(
            f"{of} you return a {type(fitted).__name__}. The fitted generator is asked for: what does `fit` return?",
            3,
        )
    if len(made) > 1:
        raise NotYet(
            f"{of} you make {len(made)} generators. One takes all replicates at once: records may have leading axes.",
            1,
        )
    if len(fitted.fits) != 1:
        often = "never fitted" if not fitted.fits else f"fitted {len(fitted.fits)} times"
        raise NotYet(f"{of} the generator that you return was {often}. It is to be fitted once.", 1)
    (given, rng), *_ = fitted.fits
    x = given.x if isinstance(given, Records) else np.asarray(given)
    if x.shape != records.x.shape or not np.array_equal(x, records.x):
        raise NotYet(
            f"{of} you fit to records of shape {x.shape}, not to those that were given. Which ones are to be learnt?", 1
        )
    if rng is not own:
        raise NotYet(
            f"{of} `fit` was not handed the `rng` that your function was given. Where does its chance come from?", 3
        )


def _require_steps(steps, shape, rate, of):
    n = shape[-2]
    right = max(1, round(rate * n))
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer):
        raise NotYet(
            f"{of} you call `make({steps!r})`. Steps are counted in whole numbers: what does `round` return?", 3
        )
    if steps == right:
        return
    thoughts = [
        (0, "No step at all is not a training. What is the least?"),
        (
            max(1, round(rate * shape[0])),
            "That counts the first axis, which is the replicates. What does `records.n` count?",
        ),
        (
            max(1, round(rate * np.prod(shape[:-1]))),
            "That counts the records of all replicates together. They are trained side by side: how many has each?",
        ),
        (max(1, round(rate * np.prod(shape))), "That counts numbers. How many records are there?"),
        (n, "That is one step for each record, whatever the rate. Where does `rate` come in?"),
        (max(1, round(n / rate)), "That divides by the rate. How many steps for one record?"),
        (max(1, round(rate * shape[-1])), "That counts the features. What stands on the last axis but one?"),
    ]
    words = recognise(steps, thoughts, "How many records has one replicate, and how many steps does each get?", rtol=0)
    raise NotYet(f"{of} you ask for {steps} steps; {rate:g} for each record of a replicate are {right}. {words}", 2)


# 09.4 -----------------------------------------------------------------------------------------------------------------


def check_gate(gate: Function, *, rng):
    """Compare with distances one by one, for replicates whose real records lie in different places."""
    for lead, m, n, d in (((), 200, 5, 2), ((3,), 40, 7, 3), ((), 40, 40, 1), ((2, 2), 30, 8, 4)):
        # The replicates' real records lie apart, and near enough that some samples have a neighbour in another one.
        real = rng.normal(0, 2, (*lead, 1, d)) + rng.normal(0, 0.6, (*lead, n, d))
        sample = real.mean(-2, keepdims=True) + rng.normal(0, 2, (*lead, m, d))
        distance = np.linalg.norm(sample[..., :, None, :] - real[..., None, :, :], axis=-1)
        radius = float(np.quantile(distance.min(-1), 0.6))
        of = f"For a sample of shape {sample.shape}, real records of shape {real.shape} and radius {radius:.4g}"
        value = gate(sample, real, radius)
        _require_rectangular(value, sample, of)
        weights = read_array(value, (*lead, m), f"{of}, your weights")
        _require_weights(weights, sample, real, distance, radius, of)
    return (
        "Your gate is right for four shapes, and no replicate has looked at another's real records. It judges each "
        "record by itself: it can say of every one that a real record is near, and of none that it is missing."
    )


def _require_rectangular(value, sample, of):
    array = np.asarray(value)
    if array.dtype == bool:
        raise NotYet(f"{of} you return True and False. Weights are counts: 1 and 0, as numbers.", 3)
    if array.ndim == sample.ndim and array.shape[-1:] == sample.shape[-1:]:
        raise NotYet(
            f"{of} you return an array of shape {array.shape}: records instead of weights. Nothing is removed; a "
            "record that is left out has the weight 0.",
            1,
        )


def _require_weights(weights, sample, real, distance, radius, of):
    nearest = distance.min(-1)
    right = (nearest <= radius).astype(float)
    if np.array_equal(weights, right):
        return
    squared = distance**2
    pooled = np.linalg.norm(sample[..., :, None, :] - real.reshape(-1, real.shape[-1]), axis=-1)
    of_real = (distance.min(-2) <= radius).astype(float)
    thoughts = [
        (1 - right, "That is the other way round: 1 is for those that stay."),
        ((squared.min(-1) <= radius), "That compares squared distances with the radius. Which unit has each?"),
        ((distance.max(-1) <= radius), "That asks whether *all* real records are near. One is enough."),
        ((distance.mean(-1) <= radius), "That averages over the real records. Which one counts?"),
        ((distance[..., 0] <= radius), "That looks at the first real record alone. Which one is the nearest?"),
        (
            (np.abs(sample[..., :, None, :] - real[..., None, :, :]).sum(-1).min(-1) <= radius),
            "That adds up the absolute differences of the features. The straight line is shorter: how long is it?",
        ),
        (
            (np.abs(sample[..., :, None, :] - real[..., None, :, :]).max(-1).min(-1) <= radius),
            "That takes the largest difference of the features for the distance. What do the others add?",
        ),
        (
            (pooled.min(-1) <= radius),
            "That lets records pass that are near another replicate's real ones. Which axes belong together?",
        ),
        (nearest, "Those are the distances to the nearest real record. What makes weights of them?"),
    ]
    if sample.shape[-2] == real.shape[-2]:
        alone = np.linalg.norm(sample - real, axis=-1) <= radius
        thoughts.insert(
            0, (alone, "That compares the i-th record with the i-th real one. Any real record may be the near one.")
        )
        thoughts.append(
            (of_real, "That asks of each *real* record whether a sample is near. Which axis of the distances is which?")
        )
    words = recognise(
        weights, thoughts, "Take one record of the sample: how far is the nearest real one?", rtol=0, atol=1e-9
    )
    wrong = int(np.sum(weights != right))
    raise NotYet(
        f"{of} {wrong} of {right.size} weights are not those of the rule; you let {int(np.sum(weights > 0))} pass, and "
        f"{int(right.sum())} have a real record within the radius. {words}",
        2,
    )


CHECKS = {
    "09.1": check_change,
    "09.2": check_effects,
    "09.3": check_fit_per_record,
    "09.4": check_gate,
}
