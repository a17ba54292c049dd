"""Right and wrong answers to the tasks of lesson 01; each wrong one is one thought away from a right one."""

import copy
import statistics

import numpy as np

from course_lib import Gaussian, Mix, Records, Replace, self_consume
from course_lib.records import concatenate

# 01.1 fit(x) ----------------------------------------------------------------------------------------------------------


def fit(x):
    return x.mean(), x.std(ddof=1)


def fit_by_hand(x):
    total = 0.0
    for value in x:
        total += value
    mean = total / len(x)
    return [mean, np.sqrt(sum((value - mean) ** 2 for value in x) / (len(x) - 1))]


def fit_with_the_standard_library(x):
    return np.array([statistics.fmean(x), statistics.stdev(x)])


def fit_with_cov(x):
    return np.mean(x, keepdims=True), np.sqrt(np.cov(x))


def fit_by_n(x):
    return x.mean(), x.std()


def fit_variance(x):
    return x.mean(), x.var(ddof=1)


def fit_about_zero(x):
    return x.mean(), np.sqrt((x**2).sum() / (len(x) - 1))


def fit_median(x):
    return np.median(x), x.std(ddof=1)


def fit_swapped(x):
    return x.std(ddof=1), x.mean()


def fit_spread_only(x):
    return x.std(ddof=1)


def fit_in_place(x):
    mean = x.mean()
    x -= mean
    return mean, np.sqrt((x**2).sum() / (len(x) - 1))


def fit_squares_first(x):
    n = len(x)
    variance = ((x**2).mean() - x.mean() ** 2) * n / (n - 1)
    return x.mean(), np.sqrt(abs(variance))


def fit_twenty(x):
    return x.mean(), np.sqrt(((x - x.mean()) ** 2).sum() / 19)


def fit_standard_error(x):
    return x.mean(), x.std(ddof=1) / np.sqrt(len(x))


def fit_absolute(x):
    return x.mean(), np.abs(x - x.mean()).mean()


def fit_root_too_early(x):
    return x.mean(), np.sqrt(((x - x.mean()) ** 2).sum()) / (len(x) - 1)


def fit_half_the_range(x):
    return x.mean(), np.ptp(x) / 2


def fit_without_return(x):
    (x.mean(), x.std(ddof=1))


def fit_axis(x):
    return x.mean(axis=1), x.std(axis=1, ddof=1)


# 01.2 next_generation(x, rng) -----------------------------------------------------------------------------------------


def next_generation(x, rng):
    mean, spread = fit(x)
    return rng.normal(mean, spread, len(x))


def next_from_standard_normal(x, rng):
    return x.mean() + x.std(ddof=1) * rng.standard_normal(x.shape)


def next_one_by_one(x, *, rng):
    return [rng.normal(x.mean(), np.sqrt(np.var(x, ddof=1))) for _ in x]


def next_by_n(x, rng):
    return rng.normal(np.mean(x), np.std(x), len(x))


def next_variance(x, rng):
    return rng.normal(x.mean(), x.var(ddof=1), len(x))


def next_bootstrap(x, rng):
    return rng.choice(x, len(x))


def next_means(x, rng):
    return np.full(len(x), rng.normal(x.mean(), x.std(ddof=1)))


def next_global_state(x, rng):
    return np.random.normal(x.mean(), x.std(ddof=1), len(x))  # noqa: NPY002


def next_seeded(x, rng):
    np.random.seed(0)  # noqa: NPY002
    return np.random.normal(x.mean(), x.std(ddof=1), len(x))  # noqa: NPY002


def next_own_generator(x, rng):
    rng = np.random.default_rng(1)
    return rng.normal(x.mean(), x.std(ddof=1), len(x))


def next_copied_generator(x, rng):
    return copy.deepcopy(rng).normal(x.mean(), x.std(ddof=1), len(x))


def next_one_short(x, rng):
    return rng.normal(x.mean(), x.std(ddof=1), len(x) - 1)


def next_twenty(x, rng):
    return rng.normal(x.mean(), x.std(ddof=1), 20)


def next_one_value(x, rng):
    return rng.normal(x.mean(), x.std(ddof=1))


def next_centred(x, rng):
    return rng.normal(0, x.std(ddof=1), len(x))


def next_about_the_median(x, rng):
    return rng.normal(np.median(x), x.std(ddof=1), len(x))


def next_in_place(x, rng):
    x[:] = rng.normal(x.mean(), x.std(ddof=1), len(x))
    return x


def next_made_to_fit(x, rng):
    z = rng.standard_normal(len(x))
    return x.mean() + x.std(ddof=1) * (z - z.mean()) / z.std(ddof=1)


def next_spread_made_to_fit(x, rng):
    z = rng.standard_normal(len(x))
    return x.mean() + x.std(ddof=1) * (z.mean() + (z - z.mean()) / z.std(ddof=1) * 1.0)


def next_uniform(x, rng):
    half = np.sqrt(3) * x.std(ddof=1)
    return rng.uniform(x.mean() - half, x.mean() + half, len(x))


def next_noise_on_the_old(x, rng):
    return x + rng.normal(0, x.std(ddof=1), len(x))


def next_of_means(x, rng):
    return rng.normal(x.mean(), x.std(ddof=1) / np.sqrt(len(x)), len(x))


def next_column(x, rng):
    return rng.normal(x.mean(), x.std(ddof=1), (len(x), 1))


# 01.3 spreads(x, generations, rng) ------------------------------------------------------------------------------------


def spreads(x, generations, rng):
    values, found = x, [fit(x)[1]]
    for _ in range(generations):
        values = next_generation(values, rng)
        found.append(fit(values)[1])
    return np.array(found)


def spreads_in_an_array(x, generations, rng):
    found = np.empty(generations + 1)
    for t in range(generations + 1):
        mean, found[t] = fit(x)
        x = mean + found[t] * rng.standard_normal(len(x))
    return found


def spreads_recursive(x, generations, rng):
    first = [np.std(x, ddof=1)]
    return first + spreads_recursive(next_generation(x, rng), generations - 1, rng) if generations else first


def spreads_with_the_library(x, generations, rng):
    history = self_consume(Gaussian(), x[:, None], policy=Replace(), generations=generations, rng=rng)
    return [float(np.sqrt(model.cov_[0, 0])) for model in history.models]


def spreads_of_x_again(x, generations, rng):
    return np.array([fit(x)[1]] + [fit(next_generation(x, rng))[1] for _ in range(generations)])


def spreads_without_the_start(x, generations, rng):
    return spreads(x, generations, rng)[1:]


def spreads_one_too_many(x, generations, rng):
    return spreads(x, generations + 1, rng)


def spreads_one_late(x, generations, rng):
    return spreads(next_generation(x, rng), generations, rng)


def spreads_variances(x, generations, rng):
    return spreads(x, generations, rng) ** 2


def spreads_shares(x, generations, rng):
    found = spreads(x, generations, rng)
    return found / found[0]


def spreads_kept_by_n(x, generations, rng):
    values, found = x, [np.std(x)]
    for _ in range(generations):
        values = next_generation(values, rng)
        found.append(np.std(values))
    return np.array(found)


def spreads_drawn_by_n(x, generations, rng):
    values, found = x, [fit(x)[1]]
    for _ in range(generations):
        values = rng.normal(values.mean(), values.std(), len(values))
        found.append(fit(values)[1])
    return np.array(found)


def spreads_bootstrap(x, generations, rng):
    values, found = x, [fit(x)[1]]
    for _ in range(generations):
        values = rng.choice(values, len(values))
        found.append(fit(values)[1])
    return np.array(found)


def spreads_accumulated(x, generations, rng):
    values, found = x, [fit(x)[1]]
    for _ in range(generations):
        values = np.concatenate([values, next_generation(values, rng)])
        found.append(fit(values)[1])
    return np.array(found)


def spreads_reseeded(x, generations, rng):
    return spreads(x, generations, np.random.default_rng(0))


def spreads_in_place(x, generations, rng):
    found = [fit(x)[1]]
    for _ in range(generations):
        x[:] = next_generation(x, rng)
        found.append(fit(x)[1])
    return np.array(found)


def spreads_last_only(x, generations, rng):
    return spreads(x, generations, rng)[-1]


def spreads_twenty(x, generations, rng):
    values, found = x, [fit(x)[1]]
    for _ in range(generations):
        values = rng.normal(*fit(values), 20)
        found.append(fit(values)[1])
    return np.array(found)


def spreads_of_means(x, generations, rng):
    values, found = x, [fit(x)[1]]
    for _ in range(generations):
        values = next_of_means(values, rng)
        found.append(fit(values)[1])
    return np.array(found)


# 01.4 mean_w2(ddof, *, n, replicates, generations, rng), bounded ------------------------------------------------------


def runs(ddof, n, replicates, generations, rng):
    """Mean and spread of each model, of shape (generations + 1, replicates)."""
    real = rng.standard_normal((replicates, n, 1))
    models = self_consume(Gaussian(ddof), real, policy=Replace(), generations=generations, rng=rng).models
    return np.array([m.mean_[:, 0] for m in models]), np.sqrt([m.cov_[:, 0, 0] for m in models])


def mean_w2(ddof, *, n, replicates, generations, rng):
    mean, spread = runs(ddof, n, replicates, generations, rng)
    return (mean**2 + (spread - 1) ** 2).mean(axis=1)


def mean_w2_evaluated(ddof, n, replicates, generations, rng):
    real = rng.normal(size=(replicates, n, 1))
    history = self_consume(Gaussian(ddof=ddof), real, policy=Replace(), generations=generations, rng=rng)

    def w2(model):
        return np.sum(model.mean_**2, axis=-1) + model.cov_[..., 0, 0] + 1 - 2 * np.sqrt(model.cov_[..., 0, 0])

    return list(history.evaluate("w2", w2).mean(axis=-1))


def mean_w2_by_hand(ddof, *, n, replicates, generations, rng):
    x, curve = rng.standard_normal((replicates, n)), []
    for _ in range(generations + 1):
        mean, spread = x.mean(1, keepdims=True), x.std(1, ddof=ddof, keepdims=True)
        curve.append(np.mean(mean**2 + (spread - 1) ** 2))
        x = mean + spread * rng.standard_normal(x.shape)
    return np.array(curve)


def mean_w2_of_moments(ddof, *, n, replicates, generations, rng):
    mean, spread, curve = np.zeros(replicates), np.ones(replicates), []
    for _ in range(generations + 1):
        mean = mean + spread * rng.standard_normal(replicates) / np.sqrt(n)
        spread = spread * np.sqrt(rng.chisquare(n - 1, replicates) / (n - ddof))
        curve.append(np.mean(mean**2) + np.mean((spread - 1) ** 2))
    return np.array(curve)


def w2_median(ddof, *, n, replicates, generations, rng):
    mean, spread = runs(ddof, n, replicates, generations, rng)
    return np.median(mean**2 + (spread - 1) ** 2, axis=1)


def w2_rooted_before(ddof, *, n, replicates, generations, rng):
    mean, spread = runs(ddof, n, replicates, generations, rng)
    return np.sqrt(mean**2 + (spread - 1) ** 2).mean(axis=1)


def w2_rooted_after(ddof, *, n, replicates, generations, rng):
    return np.sqrt(mean_w2(ddof, n=n, replicates=replicates, generations=generations, rng=rng))


def w2_of_the_sample(ddof, *, n, replicates, generations, rng):
    real = rng.standard_normal((replicates, n, 1))
    history = self_consume(Gaussian(ddof), real, policy=Replace(), generations=generations, rng=rng, keep="all")
    x = np.array([history.samples[t][..., 0] for t in range(generations + 1)])
    return (x.mean(-1) ** 2 + (x.std(-1, ddof=ddof) - 1) ** 2).mean(1)


def w2_variance_as_spread(ddof, *, n, replicates, generations, rng):
    mean, spread = runs(ddof, n, replicates, generations, rng)
    return (mean**2 + (spread**2 - 1) ** 2).mean(axis=1)


def w2_without_ddof(ddof, *, n, replicates, generations, rng):
    return mean_w2(1, n=n, replicates=replicates, generations=generations, rng=rng)


def w2_ddof_swapped(ddof, *, n, replicates, generations, rng):
    return mean_w2(1 - ddof, n=n, replicates=replicates, generations=generations, rng=rng)


def w2_one_real_set(ddof, *, n, replicates, generations, rng):
    real = rng.standard_normal((n, 1))
    history = self_consume(
        Gaussian(ddof), real, policy=Replace(), generations=generations, rng=rng, replicates=replicates
    )
    return [np.mean(m.mean_**2 + (np.sqrt(m.cov_[..., 0]) - 1) ** 2) for m in history.models]


def w2_one_run(ddof, *, n, replicates, generations, rng):
    return mean_w2(ddof, n=n, replicates=1, generations=generations, rng=rng)


def w2_without_the_mean(ddof, *, n, replicates, generations, rng):
    _, spread = runs(ddof, n, replicates, generations, rng)
    return ((spread - 1) ** 2).mean(axis=1)


def w2_without_the_spread(ddof, *, n, replicates, generations, rng):
    mean, _ = runs(ddof, n, replicates, generations, rng)
    return (mean**2).mean(axis=1)


def w2_without_the_start(ddof, *, n, replicates, generations, rng):
    return mean_w2(ddof, n=n, replicates=replicates, generations=generations, rng=rng)[1:]


def w2_one_late(ddof, *, n, replicates, generations, rng):
    return mean_w2(ddof, n=n, replicates=replicates, generations=generations + 1, rng=rng)[1:]


def w2_begins_with_the_truth(ddof, *, n, replicates, generations, rng):
    return np.append(0, mean_w2(ddof, n=n, replicates=replicates, generations=generations, rng=rng)[:-1])


def w2_to_the_first_model(ddof, *, n, replicates, generations, rng):
    mean, spread = runs(ddof, n, replicates, generations, rng)
    return ((mean - mean[0]) ** 2 + (spread - spread[0]) ** 2).mean(axis=1)


def w2_of_the_average_model(ddof, *, n, replicates, generations, rng):
    mean, spread = runs(ddof, n, replicates, generations, rng)
    return mean.mean(axis=1) ** 2 + (spread.mean(axis=1) - 1) ** 2


def w2_other_axis(ddof, *, n, replicates, generations, rng):
    mean, spread = runs(ddof, n, replicates, generations, rng)
    return (mean**2 + (spread - 1) ** 2).mean(axis=0)


def w2_no_mean_taken(ddof, *, n, replicates, generations, rng):
    mean, spread = runs(ddof, n, replicates, generations, rng)
    return mean**2 + (spread - 1) ** 2


def w2_twenty(ddof, *, n, replicates, generations, rng):
    return mean_w2(ddof, n=20, replicates=replicates, generations=generations, rng=rng)


def w2_reseeded(ddof, *, n, replicates, generations, rng):
    return mean_w2(ddof, n=n, replicates=replicates, generations=generations, rng=np.random.default_rng(0))


# 01.5 one_real_row(pool, *, rng) --------------------------------------------------------------------------------------


def one_real_row(pool, *, rng):
    index = rng.integers(pool.real.n, size=(*pool.real.replicates, 1))
    return concatenate(pool.real.take(index), pool.last.rows(slice(1, None)))


def real_row_in_numpy(pool, *, rng):
    real, x = pool.real.x, pool.last.x.copy()
    runs = np.arange(len(real))
    x[runs, 0] = real[runs, rng.integers(real.shape[1], size=len(real))]
    return x


def real_row_by_loops(pool, rng):
    sets = []
    for real, last in zip(pool.real.x, pool.last.x, strict=True):
        sets.append(np.vstack([last[:-1], rng.permutation(real)[:1]]))
    return Records(np.stack(sets))


class RealRowByMix:
    """The library's own policy, asked for one row of whatever size the real set has."""

    def draws(self, n):
        return Mix(1 / n).draws(n)

    def __call__(self, pool, *, rng):
        return Mix(1 / pool.real.n)(pool, rng=rng)


def real_row_none(pool, *, rng):
    return pool.last


def real_row_grows(pool, *, rng):
    index = rng.integers(pool.real.n, size=(*pool.real.replicates, 1))
    return concatenate(pool.real.take(index), pool.last)


def real_row_first(pool, *, rng):
    return concatenate(pool.real.rows(slice(0, 1)), pool.last.rows(slice(1, None)))


def real_row_shared(pool, *, rng):
    row = rng.integers(pool.real.n)
    return concatenate(pool.real.rows(slice(row, row + 1)), pool.last.rows(slice(1, None)))


def real_row_of_one_replicate(pool, *, rng):
    x = pool.last.x.copy()
    x[:, 0] = pool.real.x[0, rng.integers(pool.real.n, size=len(x))]
    return x


def real_row_synthetic(pool, *, rng):
    index = rng.integers(pool.last.n, size=(*pool.last.replicates, 1))
    return concatenate(pool.last.take(index), pool.last.rows(slice(1, None)))


def real_row_and_last_redrawn(pool, *, rng):
    n, replicates = pool.real.n, pool.real.replicates
    old = pool.real.take(rng.integers(n, size=(*replicates, 1)))
    return concatenate(old, pool.last.take(rng.integers(n, size=(*replicates, n - 1))))


def real_row_mean(pool, *, rng):
    x = pool.last.x.copy()
    x[:, 0] = pool.real.x.mean(axis=1)
    return x


def real_row_in_place(pool, *, rng):
    runs = np.arange(len(pool.real.x))
    pool.last.x[runs, 0] = pool.real.x[runs, rng.integers(pool.real.n, size=len(runs))]
    return pool.last


def real_row_own_generator(pool, *, rng):
    return one_real_row(pool, rng=np.random.default_rng(0))


def real_row_global_state(pool, *, rng):
    index = np.random.randint(pool.real.n, size=(*pool.real.replicates, 1))  # noqa: NPY002
    return concatenate(pool.real.take(index), pool.last.rows(slice(1, None)))


def real_row_never_the_last(pool, *, rng):
    index = rng.integers(pool.real.n - 1, size=(*pool.real.replicates, 1))
    return concatenate(pool.real.take(index), pool.last.rows(slice(1, None)))


def real_row_half(pool, *, rng):
    return Mix(0.5)(pool, rng=rng).x[:, : pool.real.n]


def real_row_beside(pool, *, rng):
    return np.concatenate([one_real_row(pool, rng=rng).x, pool.last.x], axis=-1)


def real_row_flat(pool, *, rng):
    return one_real_row(pool, rng=rng).x.reshape(-1, 1)


def real_row_of_generation_0(pool, *, rng):
    n = pool.real.n
    return concatenate(pool.all.rows(slice(n, n + 1)), pool.last.rows(slice(1, None)))


def real_row_without_return(pool, *, rng):
    one_real_row(pool, rng=rng)


# The answers to each check: right ones, and wrong ones with words that their message must hold. -----------------------

RIGHT = {
    "01.1": [(fit,), (fit_by_hand,), (fit_with_the_standard_library,), (fit_with_cov,)],
    "01.2": [(next_generation,), (next_from_standard_normal,), (next_one_by_one,)],
    "01.3": [(spreads,), (spreads_in_an_array,), (spreads_recursive,), (spreads_with_the_library,)],
    "01.4": [(mean_w2, 0), (mean_w2_evaluated, np.int64(0)), (mean_w2_by_hand, 0), (mean_w2_of_moments, 0)],
    "01.5": [(one_real_row,), (real_row_in_numpy,), (real_row_by_loops,), (RealRowByMix(),)],
}

WRONG = {
    "01.1": [
        ((fit_by_n,), "divided by n ="),
        ((fit_variance,), "That is a variance"),
        ((fit_about_zero,), "Where is the mean subtracted?"),
        ((fit_median,), "That is the median"),
        ((fit_swapped,), "In which order"),
        ((fit_spread_only,), "Two numbers are asked for"),
        ((fit_in_place,), "changed the array that it was given"),
        ((fit_squares_first,), "the square or the subtraction of the mean"),
        ((fit_twenty,), "Is a number of values written into your code?"),
        ((fit_standard_error,), "standard error"),
        ((fit_absolute,), "averages distances"),
        ((fit_root_too_early,), "divides after the root"),
        ((fit_half_the_range,), "By its definition"),
        ((fit_without_return,), "is the `return` missing?"),
        ((fit_axis,), "raised AxisError"),
    ],
    "01.2": [
        ((next_by_n,), "dividing by n in place of n − 1"),
        ((next_variance,), "variance in the place of the spread"),
        ((next_bootstrap,), "each of them was there before"),
        ((next_means,), "One number repeated is not a sample"),
        ((next_global_state,), "draws from elsewhere than `rng`"),
        ((next_seeded,), "made or seeded anew inside"),
        ((next_own_generator,), "made or seeded anew inside"),
        ((next_copied_generator,), "a copy of `rng`"),
        ((next_one_short,), "an array of 2 values was returned"),
        ((next_twenty,), "an array of 20 values was returned"),
        ((next_one_value,), "a single number was returned"),
        ((next_centred,), "Is the fitted mean left out?"),
        ((next_about_the_median,), "Around which number do you draw?"),
        ((next_in_place,), "changed the array that it was given"),
        ((next_made_to_fit,), "shifted until the mean fits"),
        ((next_spread_made_to_fit,), "Is yours made to fit?"),
        ((next_uniform,), "the shape is not"),
        ((next_noise_on_the_old,), "noise on top of the old values"),
        ((next_of_means,), "standard error of the mean"),
        ((next_column,), "an array of shape (3, 1) was returned"),
    ],
    "01.3": [
        ((spreads_of_x_again,), "the newest values or x?"),
        ((spreads_without_the_start,), "Which is missing, or too many?"),
        ((spreads_one_too_many,), "Which is missing, or too many?"),
        ((spreads_one_late,), "Is x replaced before its own spread is kept?"),
        ((spreads_variances,), "That is the variance"),
        ((spreads_shares,), "spreads asked for, or shares?"),
        ((spreads_kept_by_n,), "That divides by n"),
        ((spreads_drawn_by_n,), "the spread that divides by n"),
        ((spreads_bootstrap,), "drawn again"),
        ((spreads_accumulated,), "A training set that grows"),
        ((spreads_reseeded,), "made or seeded anew inside"),
        ((spreads_in_place,), "changed the array that it was given"),
        ((spreads_last_only,), "where an array of 11 values is needed"),
        ((spreads_twenty,), "How many values does a generation draw"),
        ((spreads_of_means,), "standard error of the mean"),
    ],
    "01.4": [
        ((w2_median, 0), "That is the median"),
        ((w2_rooted_before, 0), "rooted in each run"),
        ((w2_rooted_after, 0), "the root of the mean"),
        ((w2_of_the_sample, 0), "the moments of a sample that it drew"),
        ((w2_variance_as_spread, 0), "the variance as a spread"),
        ((w2_without_ddof, 0), "Where is ddof used?"),
        ((w2_ddof_swapped, 0), "the other ddof's"),
        ((w2_one_real_set, 0), "real data of its own"),
        ((w2_one_run, 0), "real data of its own"),
        ((w2_without_the_mean, 0), "the distance between the two means"),
        ((w2_without_the_spread, 0), "the difference between the two spreads"),
        ((w2_without_the_start, 0), "one for each model"),
        ((w2_one_late, 0), "one estimation further"),
        ((w2_begins_with_the_truth, 0), "It begins at 0"),
        ((w2_to_the_first_model, 0), "It begins at 0"),
        ((w2_of_the_average_model, 0), "opposite errors cancel"),
        ((w2_other_axis, 0), "one for each run. Over which axis"),
        ((w2_no_mean_taken, 0), "one for each run and generation"),
        ((w2_twenty, 0), "the curve for n=20"),
        ((w2_reseeded, 0), "made or seeded anew inside"),
        ((mean_w2, 1), "does not support `bounded = 1`"),
        ((mean_w2, "ddof=0"), "is 0 or 1"),
    ],
    "01.5": [
        ((real_row_none,), "with none of the real rows"),
        ((real_row_grows,), "the size of the training set"),
        ((real_row_first,), "the real row is number 0"),
        ((real_row_shared,), "each the same in all 4 replicates"),
        ((real_row_of_one_replicate,), "another replicate's real data"),
        ((real_row_synthetic,), "with none of the real rows"),
        ((real_row_and_last_redrawn,), "some come twice"),
        ((real_row_mean,), "nobody measured"),
        ((real_row_in_place,), "the pool is not what it was"),
        ((real_row_own_generator,), "made or seeded anew inside"),
        ((real_row_global_state,), "draws from elsewhere than `rng`"),
        ((real_row_never_the_last,), "From which numbers do you draw?"),
        ((real_row_half,), "with 3 of the real rows"),
        ((real_row_beside,), "Along which axis"),
        ((real_row_flat,), "the axis of replicates"),
        ((real_row_of_generation_0,), "partly from an older generation"),
        ((real_row_without_return,), "is the `return` missing?"),
    ],
}
