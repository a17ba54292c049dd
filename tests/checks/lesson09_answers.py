"""Right and wrong answers to the tasks of lesson 09; each wrong one is one thought away from a right one."""

import numpy as np
from scipy.spatial.distance import cdist

from course_lib import Records

# 09.1 change_of(values) -----------------------------------------------------------------------------------------------


def change_of(values):
    changes = values[-1] - values[0]
    return changes.mean(), changes.std(ddof=1) / np.sqrt(changes.size)


def change_by_hand(values):
    changes = [last - first for first, last in zip(values[0], values[-1], strict=True)]
    mean = sum(changes) / len(changes)
    return [mean, (sum((c - mean) ** 2 for c in changes) / (len(changes) - 1) / len(changes)) ** 0.5]


def change_by_scipy(values):
    from scipy.stats import sem

    return np.array([np.mean(values[-1]) - np.mean(values[0]), sem(values[-1] - values[0])])


def change_turned(values):
    mean, error = change_of(values)
    return -mean, error


def change_unpaired(values):
    mean, _ = change_of(values)
    return mean, np.sqrt((values[-1].var(ddof=1) + values[0].var(ddof=1)) / values.shape[1])


def change_with_deviation(values):
    changes = values[-1] - values[0]
    return changes.mean(), changes.std(ddof=1)


def change_by_default(values):
    changes = values[-1] - values[0]
    return changes.mean(), changes.std() / np.sqrt(changes.size)


def change_with_variance(values):
    changes = values[-1] - values[0]
    return changes.mean(), changes.var(ddof=1) / changes.size


def change_over_r(values):
    changes = values[-1] - values[0]
    return changes.mean(), changes.std(ddof=1) / changes.size


def change_of_one_step(values):
    _, error = change_of(values)
    return np.diff(values, axis=0).mean(), error


def change_across(values):
    return change_of(values.T)


def change_last_only(values):
    return values[-1].mean(), values[-1].std(ddof=1) / np.sqrt(values.shape[1])


def change_error_of_last(values):
    return (values[-1] - values[0]).mean(), values[-1].std(ddof=1) / np.sqrt(values.shape[1])


def change_median(values):
    changes = values[-1] - values[0]
    return np.median(changes) + 0.01 * changes[0], changes.std(ddof=1) / np.sqrt(changes.size)


def change_sum(values):
    changes = values[-1] - values[0]
    return changes.sum(), changes.std(ddof=1) / np.sqrt(changes.size)


def change_mean_alone(values):
    return (values[-1] - values[0]).mean()


def change_in_place(values):
    values -= values[0].copy()
    return values[-1].mean(), values[-1].std(ddof=1) / np.sqrt(values.shape[1])


# 09.2 effects(change) -------------------------------------------------------------------------------------------------


def effects(change):
    arms = change.mean(axis=-1)
    digits, steps, noise = arms[1] - arms[0], arms[:, 1] - arms[:, 0], arms[..., 1] - arms[..., 0]
    together = (arms[1, 1] - arms[0, 1]) - (arms[1, 0] - arms[0, 0])
    return digits.mean(), steps.mean(), noise.mean(), together.mean() / 2


def effects_by_regression(change):
    levels = np.array(list(np.ndindex(2, 2, 2)))
    codes = 2 * levels - 1
    design = np.column_stack([np.ones(8), codes, codes[:, 0] * codes[:, 1]])
    return 2 * np.linalg.lstsq(design, change.reshape(8, -1).mean(axis=1))[0][1:]


def effects_by_einsum(change):
    sign = np.array([-1, 1])
    runs = change.shape[-1]
    return [
        np.einsum("dsnr,d->", change, sign) / 4 / runs,
        np.einsum("dsnr,s->", change, sign) / 4 / runs,
        np.einsum("dsnr,n->", change, sign) / 4 / runs,
        np.einsum("dsnr,d,s->", change, sign, sign) / 4 / runs,
    ]


def effects_turned(change):
    return [-value for value in effects(change)]


def effects_one_at_a_time(change):
    arms = change.mean(axis=-1)
    return [*(arms[arm] - arms[0, 0, 0] for arm in ((1, 0, 0), (0, 1, 0), (0, 0, 1))), effects(change)[3]]


def effects_axes_reversed(change):
    digits, steps, noise, both = effects(change)
    return noise, steps, digits, both


def effects_sums(change):
    return 4 * np.array(effects(change))


def effects_halved(change):
    return np.array(effects(change)) / 2


def effects_interaction_whole(change):
    *main, both = effects(change)
    return [*main, 2 * both]


def effects_interaction_turned(change):
    *main, both = effects(change)
    return [*main, -both]


def effects_interaction_as_product(change):
    digits, steps, noise, _ = effects(change)
    return digits, steps, noise, digits * steps


def effects_both_changed(change):
    arms = change.mean(axis=-1)
    return [*effects(change)[:3], (arms[1, 1] - arms[0, 0]).mean()]


def effects_first_run(change):
    return effects(change[..., :1])


def effects_main_only(change):
    return effects(change)[:3]


def effects_per_run(change):
    sign = np.array([-1, 1])
    return np.array([np.einsum(f"dsnr,{axis}->r", change, sign) / 4 for axis in "dsn"])


# 09.3 fit_per_record(make, records, rate, *, rng) ---------------------------------------------------------------------


def fit_per_record(make, records, rate, *, rng):
    return make(max(1, round(rate * records.n))).fit(records, rng=rng)


def fit_by_shape(make, records, rate, *, rng):
    model = make(int(np.maximum(1, np.rint(rate * records.x.shape[-2]))))
    model.fit(records, rng=rng)
    return model


def fit_plain_array(make, records, rate, *, rng):
    steps = round(rate * records.n)
    if steps < 1:
        steps = 1
    return make(steps).fit(records.x, rng=rng)


def fit_first_axis(make, records, rate, *, rng):
    return make(max(1, round(rate * len(records.x)))).fit(records, rng=rng)


def fit_all_replicates(make, records, rate, *, rng):
    return make(max(1, round(rate * records.x[..., 0].size))).fit(records, rng=rng)


def fit_all_numbers(make, records, rate, *, rng):
    return make(max(1, round(rate * records.x.size))).fit(records, rng=rng)


def fit_without_rate(make, records, rate, *, rng):
    return make(records.n).fit(records, rng=rng)


def fit_divided(make, records, rate, *, rng):
    return make(max(1, round(records.n / rate))).fit(records, rng=rng)


def fit_float_steps(make, records, rate, *, rng):
    return make(max(1.0, rate * records.n)).fit(records, rng=rng)


def fit_without_least(make, records, rate, *, rng):
    return make(round(rate * records.n)).fit(records, rng=rng)


def fit_never(make, records, rate, *, rng):
    return make(max(1, round(rate * records.n)))


def fit_twice(make, records, rate, *, rng):
    model = make(max(1, round(rate * records.n)))
    model.fit(records, rng=rng)
    return model.fit(records, rng=rng)


def fit_sample(make, records, rate, *, rng):
    return fit_per_record(make, records, rate, rng=rng).sample(records.n, rng=rng)


def fit_own_rng(make, records, rate, *, rng):
    return make(max(1, round(rate * records.n))).fit(records, rng=np.random.default_rng(0))


def fit_first_replicate(make, records, rate, *, rng):
    x = records.x.reshape(-1, *records.x.shape[-2:])[0]
    return make(max(1, round(rate * records.n))).fit(Records(x), rng=rng)


def fit_each_replicate(make, records, rate, *, rng):
    x = records.x.reshape(-1, *records.x.shape[-2:])
    return [make(max(1, round(rate * records.n))).fit(Records(one), rng=rng) for one in x]


def fit_without_return(make, records, rate, *, rng):
    fit_per_record(make, records, rate, rng=rng)


# 09.4 gate(sample, real, radius) --------------------------------------------------------------------------------------


def gate(sample, real, radius):
    difference = sample[..., :, None, :] - real[..., None, :, :]
    return (np.sqrt((difference**2).sum(-1)).min(-1) <= radius).astype(float)


def gate_by_loops(sample, real, radius):
    flat, of = sample.reshape(-1, *sample.shape[-2:]), real.reshape(-1, *real.shape[-2:])
    weights = [
        [float(min(np.linalg.norm(r - s) for r in rs) <= radius) for s in ss] for ss, rs in zip(flat, of, strict=True)
    ]
    return np.array(weights).reshape(sample.shape[:-1])


def gate_by_cdist(sample, real, radius):
    flat, of = sample.reshape(-1, *sample.shape[-2:]), real.reshape(-1, *real.shape[-2:])
    near = [cdist(s, r).min(axis=1) <= radius for s, r in zip(flat, of, strict=True)]
    return np.where(near, 1, 0).reshape(sample.shape[:-1])


def gate_any(sample, real, radius):
    difference = sample[..., :, None, :] - real[..., None, :, :]
    return 1.0 * (np.linalg.norm(difference, axis=-1) <= radius).any(axis=-1)


def gate_turned(sample, real, radius):
    return 1 - gate(sample, real, radius)


def gate_squared(sample, real, radius):
    difference = sample[..., :, None, :] - real[..., None, :, :]
    return ((difference**2).sum(-1).min(-1) <= radius).astype(float)


def gate_all(sample, real, radius):
    difference = sample[..., :, None, :] - real[..., None, :, :]
    return (np.linalg.norm(difference, axis=-1) <= radius).all(-1).astype(float)


def gate_mean(sample, real, radius):
    difference = sample[..., :, None, :] - real[..., None, :, :]
    return (np.linalg.norm(difference, axis=-1).mean(-1) <= radius).astype(float)


def gate_pooled(sample, real, radius):
    difference = sample[..., :, None, :] - real.reshape(-1, real.shape[-1])
    return (np.linalg.norm(difference, axis=-1).min(-1) <= radius).astype(float)


def gate_pairwise(sample, real, radius):
    return (np.linalg.norm(sample - real, axis=-1) <= radius).astype(float)


def gate_other_axis(sample, real, radius):
    difference = sample[..., :, None, :] - real[..., None, :, :]
    return (np.linalg.norm(difference, axis=-1).min(-2) <= radius).astype(float)


def gate_absolute(sample, real, radius):
    difference = sample[..., :, None, :] - real[..., None, :, :]
    return (np.abs(difference).sum(-1).min(-1) <= radius).astype(float)


def gate_removes(sample, real, radius):
    return sample[gate(sample, real, radius) == 1]


def gate_zeroes(sample, real, radius):
    return sample * gate(sample, real, radius)[..., None]


def gate_booleans(sample, real, radius):
    return gate(sample, real, radius) == 1


def gate_distances(sample, real, radius):
    difference = sample[..., :, None, :] - real[..., None, :, :]
    return np.linalg.norm(difference, axis=-1).min(-1)


def gate_first(sample, real, radius):
    return (np.linalg.norm(sample - real[..., :1, :], axis=-1) <= radius).astype(float)


def gate_in_place(sample, real, radius):
    weights = gate(sample, real, radius)
    sample[weights == 0] = 0
    return weights


RIGHT = {
    "09.1": [(change_of,), (change_by_hand,), (change_by_scipy,)],
    "09.2": [(effects,), (effects_by_regression,), (effects_by_einsum,)],
    "09.3": [(fit_per_record,), (fit_by_shape,), (fit_plain_array,)],
    "09.4": [(gate,), (gate_by_loops,), (gate_by_cdist,), (gate_any,)],
}

WRONG = {
    "09.1": [
        ((change_turned,), "with the other sign"),
        ((change_unpaired,), "takes the first and the last values for independent"),
        ((change_with_deviation,), "the scatter of one change"),
        ((change_by_default,), "divides the squares by R"),
        ((change_with_variance,), "the variance of the mean"),
        ((change_over_r,), "what as 1/√R"),
        ((change_of_one_step,), "mean change in one generation"),
        ((change_across,), "compares the last replicate with the first"),
        ((change_last_only,), "What is subtracted?"),
        ((change_error_of_last,), "the error of the last generation's mean"),
        ((change_median,), "What is the change of one replicate"),
        ((change_sum,), "the sum of the changes"),
        ((change_mean_alone,), "a single number was returned"),
        ((change_in_place,), "changed the array that it was given"),
    ],
    "09.2": [
        ((effects_turned,), "low less high"),
        ((effects_one_at_a_time,), "leave the others out"),
        ((effects_axes_reversed,), "The first and the third are exchanged"),
        ((effects_sums,), "sums over four arms"),
        ((effects_halved,), "Those are halves"),
        ((effects_interaction_whole,), "not halved yet"),
        ((effects_interaction_turned,), "The interaction has the other sign"),
        ((effects_interaction_as_product,), "multiplies two effects"),
        ((effects_both_changed,), "changes digits and steps together"),
        ((effects_first_run,), "the first run alone"),
        ((effects_main_only,), "an array of 3 values was returned"),
        ((effects_per_run,), "shape (3, 4) was returned"),
    ],
    "09.3": [
        ((fit_first_axis,), "counts the first axis"),
        ((fit_all_replicates,), "of all replicates together"),
        ((fit_all_numbers,), "counts numbers"),
        ((fit_without_rate,), "Where does `rate` come in?"),
        ((fit_divided,), "divides by the rate"),
        ((fit_float_steps,), "whole numbers"),
        ((fit_without_least,), "What is the least?"),
        ((fit_never,), "never fitted"),
        ((fit_twice,), "fitted 2 times"),
        ((fit_sample,), "The fitted generator is asked for"),
        ((fit_own_rng,), "was not handed the `rng`"),
        ((fit_first_replicate,), "not to those that were given"),
        ((fit_each_replicate,), "you return a list"),
        ((fit_without_return,), "is the `return` missing?"),
    ],
    "09.4": [
        ((gate_turned,), "the other way round"),
        ((gate_squared,), "squared distances"),
        ((gate_all,), "*all* real records"),
        ((gate_mean,), "averages over the real records"),
        ((gate_pooled,), "another replicate's"),
        ((gate_pairwise,), "raised ValueError"),
        ((gate_other_axis,), "was returned where"),
        ((gate_absolute,), "absolute differences"),
        ((gate_removes,), "records instead of weights"),
        ((gate_zeroes,), "records instead of weights"),
        ((gate_booleans,), "True and False"),
        ((gate_distances,), "What makes weights of them?"),
        ((gate_first,), "the first real record alone"),
        ((gate_in_place,), "changed the array that it was given"),
    ],
}
