"""Right and wrong answers to the tasks of lesson 05; each wrong one is one thought away from a right one."""

import statistics

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors

from course_lib import Records, metrics

# 05.1 frechet(a, b) ---------------------------------------------------------------------------------------------------


def frechet(a, b):
    return (a.mean() - b.mean()) ** 2 + (a.std(ddof=1) - b.std(ddof=1)) ** 2


def frechet_from_variances(a, b):
    va, vb = np.var(a, ddof=1), np.var(b, ddof=1)
    return np.square(np.mean(a) - np.mean(b)) + va + vb - 2 * np.sqrt(va * vb)


def frechet_with_the_standard_library(a, b):
    gaps = statistics.fmean(a) - statistics.fmean(b), statistics.stdev(a) - statistics.stdev(b)
    return sum(gap**2 for gap in gaps)


def frechet_with_the_library(a, b):
    return metrics.frechet(a[:, None], b[:, None])


def frechet_by_n(a, b):
    return (a.mean() - b.mean()) ** 2 + (a.std() - b.std()) ** 2


def frechet_of_variances(a, b):
    return (a.mean() - b.mean()) ** 2 + (a.var(ddof=1) - b.var(ddof=1)) ** 2


def frechet_rooted(a, b):
    return np.sqrt(frechet(a, b))


def frechet_means(a, b):
    return (a.mean() - b.mean()) ** 2


def frechet_spreads(a, b):
    return (a.std(ddof=1) - b.std(ddof=1)) ** 2


def frechet_variances_added(a, b):
    return (a.mean() - b.mean()) ** 2 + a.var(ddof=1) + b.var(ddof=1)


def frechet_absolute(a, b):
    return abs(a.mean() - b.mean()) + abs(a.std(ddof=1) - b.std(ddof=1))


def frechet_cancelling(a, b):
    return (a.mean() - b.mean() + a.std(ddof=1) - b.std(ddof=1)) ** 2


def frechet_pairwise(a, b):
    return ((a - b) ** 2).mean()


def frechet_medians(a, b):
    return (np.median(a) - np.median(b)) ** 2 + (a.std(ddof=1) - b.std(ddof=1)) ** 2


def frechet_in_place(a, b):
    gap = a.mean() - b.mean()
    a -= a.mean()
    b -= b.mean()
    return gap**2 + (a.std(ddof=1) - b.std(ddof=1)) ** 2


def frechet_two_parts(a, b):
    return (a.mean() - b.mean()) ** 2, (a.std(ddof=1) - b.std(ddof=1)) ** 2


def frechet_without_return(a, b):
    frechet(a, b)


# 05.2 precision(reference, sample, k) ---------------------------------------------------------------------------------


def radii(x, k):
    return np.sort(cdist(x, x), axis=1)[:, k]


def precision(reference, sample, k):
    return (cdist(reference, sample) < radii(reference, k)[:, None]).any(axis=0).mean()


def precision_by_loops(reference, sample, k):
    hits = 0
    for y in sample:
        for i, x in enumerate(reference):
            others = np.delete(reference, i, axis=0)
            if np.linalg.norm(x - y) <= np.sort(np.linalg.norm(others - x, axis=1))[k - 1]:
                hits += 1
                break
    return hits / len(sample)


def precision_with_neighbours(reference, sample, k):
    reach = NearestNeighbors(n_neighbors=k + 1).fit(reference).kneighbors(reference)[0][:, -1]
    return float(np.mean([(np.hypot(*(reference - y).T) < reach).any() for y in sample]))


def precision_squared(reference, sample, k):
    own = np.partition(cdist(reference, reference, "sqeuclidean"), k, axis=1)[:, k]
    return np.mean((cdist(sample, reference, "sqeuclidean") < own).max(axis=1))


def precision_is_recall(reference, sample, k):
    return precision(sample, reference, k)


def precision_counts_itself(reference, sample, k):
    return (cdist(reference, sample) < radii(reference, k - 1)[:, None]).any(axis=0).mean()


def precision_one_too_far(reference, sample, k):
    return (cdist(reference, sample) < radii(reference, k + 1)[:, None]).any(axis=0).mean()


def precision_is_coverage(reference, sample, k):
    return (cdist(reference, sample) < radii(reference, k)[:, None]).any(axis=1).mean()


def precision_balls_of_the_sample(reference, sample, k):
    return (cdist(reference, sample) < radii(sample, k)[None, :]).any(axis=0).mean()


def precision_is_density(reference, sample, k):
    return (cdist(reference, sample) < radii(reference, k)[:, None]).sum(axis=0).mean() / k


def precision_of_the_nearest(reference, sample, k):
    gaps = cdist(reference, sample)
    return (gaps.min(axis=0) < radii(reference, k)[gaps.argmin(axis=0)]).mean()


def precision_one_radius(reference, sample, k):
    return (cdist(reference, sample) < radii(reference, k).mean()).any(axis=0).mean()


def precision_all(reference, sample, k):
    return (cdist(reference, sample) < radii(reference, k)[:, None]).all(axis=0).mean()


def precision_in_percent(reference, sample, k):
    return 100 * precision(reference, sample, k)


def precision_count(reference, sample, k):
    return (cdist(reference, sample) < radii(reference, k)[:, None]).any(axis=0).sum()


def precision_manhattan(reference, sample, k):
    own = np.sort(cdist(reference, reference, "cityblock"), axis=1)[:, k]
    return (cdist(reference, sample) < own[:, None]).any(axis=0).mean()


def precision_mask(reference, sample, k):
    return (cdist(reference, sample) < radii(reference, k)[:, None]).any(axis=0)


def precision_axes_mixed(reference, sample, k):
    return (cdist(reference, sample) < radii(reference, k)).any(axis=0).mean()


# 05.3 null_range(metric, real, n, deals, rng) -------------------------------------------------------------------------


def null_range(metric, real, n, deals, rng):
    values = []
    for _ in range(deals):
        order = rng.permutation(len(real))
        values.append(metric(real[order[:n]], real[order[n : 2 * n]]))
    return min(values), max(values)


def null_range_by_choice(metric, real, n, deals, rng):
    dealt = (rng.choice(real, 2 * n, replace=False) for _ in range(deals))
    values = np.array([metric(both[n:], both[:n]) for both in dealt])
    return [values.min(), values.max()]


def null_range_stacked(metric, real, n, deals, rng):
    values = metrics.no_difference(metric, real, n=n, repeats=deals, rng=rng)
    return np.sort(values)[[0, -1]]


def null_range_shuffled(metric, real, n, deals, *, rng):
    low, high, pool = np.inf, -np.inf, real.copy()
    for _ in range(deals):
        rng.shuffle(pool)
        value = float(metric(pool[:n], pool[-n:]))
        low, high = min(low, value), max(high, value)
    return low, high


def null_bootstrap(metric, real, n, deals, rng):
    values = [metric(rng.choice(real, n), rng.choice(real, n)) for _ in range(deals)]
    return min(values), max(values)


def null_overlapping(metric, real, n, deals, rng):
    values = [metric(rng.permutation(real)[:n], rng.permutation(real)[:n]) for _ in range(deals)]
    return min(values), max(values)


def null_against_all(metric, real, n, deals, rng):
    values = [metric(real, rng.permutation(real)[:n]) for _ in range(deals)]
    return min(values), max(values)


def null_halves(metric, real, n, deals, rng):
    half = len(real) // 2
    values = [metric(x[:half], x[half:]) for x in (rng.permutation(real) for _ in range(deals))]
    return min(values), max(values)


def null_one_deal(metric, real, n, deals, rng):
    x = rng.permutation(real)
    values = [metric(x[:n], x[n : 2 * n]) for _ in range(deals)]
    return min(values), max(values)


def null_first_rows(metric, real, n, deals, rng):
    values = [metric(x[:n], x[n:]) for x in (rng.permutation(real[: 2 * n]) for _ in range(deals))]
    return min(values), max(values)


def null_quantiles(metric, real, n, deals, rng):
    orders = [rng.permutation(len(real)) for _ in range(deals)]
    return np.quantile([metric(real[o[:n]], real[o[n : 2 * n]]) for o in orders], [0.025, 0.975])


def null_two_spreads(metric, real, n, deals, rng):
    orders = [rng.permutation(len(real)) for _ in range(deals)]
    values = [metric(real[o[:n]], real[o[n : 2 * n]]) for o in orders]
    return np.mean(values) - 2 * np.std(values), np.mean(values) + 2 * np.std(values)


def null_from_zero(metric, real, n, deals, rng):
    return 0, null_range(metric, real, n, deals, rng)[1]


def null_swapped(metric, real, n, deals, rng):
    return null_range(metric, real, n, deals, rng)[::-1]


def null_in_place(metric, real, n, deals, rng):
    values = []
    for _ in range(deals):
        rng.shuffle(real)
        values.append(metric(real[:n], real[n : 2 * n]))
    return min(values), max(values)


def null_own_generator(metric, real, n, deals, rng):
    return null_range(metric, real, n, deals, np.random.default_rng(0))


def null_columns_shuffled(metric, real, n, deals, rng):
    values = [metric(x[:n], x[n : 2 * n]) for x in (rng.permuted(real, axis=0) for _ in range(deals))]
    return min(values), max(values)


def null_all_values(metric, real, n, deals, rng):
    orders = [rng.permutation(len(real)) for _ in range(deals)]
    return [metric(real[o[:n]], real[o[n : 2 * n]]) for o in orders]


def null_too_few(metric, real, n, deals, rng):
    return null_range(metric, real, n, deals - 1, rng)


# 05.4 fool_tstr(train, rng) -------------------------------------------------------------------------------------------


def middle(train):
    return sum(train.x[train.y == label].mean(axis=0) for label in (0, 1)) / 2


def fool_by_shrinking(train, rng):
    centre = middle(train)
    return Records(centre + 0.01 * (train.x - centre), train.y)


def fool_about_the_mean(train, rng):
    x = train.x.copy()
    centre = x.mean(axis=0)
    for row in x:
        row[:] = 0.001 * row + 0.999 * centre
    return Records(x, train.y.copy())


def fool_in_another_order(train, rng):
    order = rng.permutation(train.n)
    return Records((train.x / 50)[order], train.y[order])


def fool_by_half_a_patient(train, rng):
    return Records(
        np.vstack([middle(train) * 0.98 + 0.02 * row for row in train.x]), y=np.asarray(train.y, dtype=np.int8)
    )


def fool_with_training_rows(train, rng):
    return train


def fool_with_noise(train, rng):
    return Records(train.x + 0.05 * rng.standard_normal(train.x.shape), train.y)


def fool_with_bell_curves(train, rng):
    x = train.x.copy()
    for label in (0, 1):
        own = train.y == label
        x[own] = rng.multivariate_normal(x[own].mean(axis=0), np.cov(x[own].T), own.sum())
    return Records(x, train.y)


def fool_half_way(train, rng):
    return Records(0.7 * train.x, train.y)


def fool_labels_shuffled(train, rng):
    return Records(0.01 * train.x, rng.permutation(train.y))


def fool_labels_turned(train, rng):
    return Records(0.01 * train.x, 1 - train.y)


def fool_one_label(train, rng):
    return Records(0.01 * train.x, np.ones_like(train.y))


def fool_class_means(train, rng):
    means = np.array([train.x[train.y == label].mean(axis=0) for label in (0, 1)])
    return Records(means[train.y] + 0.01 * rng.standard_normal(train.x.shape), train.y)


def fool_about_the_sick(train, rng):
    centre = train.x[train.y == 0].mean(axis=0)
    x = np.where(train.y[:, None] == 0, centre, train.x.mean(axis=0)) + 0.01 * rng.standard_normal(train.x.shape)
    return Records(x, train.y)


def fool_without_labels(train, rng):
    return 0.01 * train.x


def fool_records_without_labels(train, rng):
    return Records(0.01 * train.x)


def fool_float_labels(train, rng):
    return Records(0.01 * train.x, train.y.astype(float))


def fool_in_few_rows(train, rng):
    return Records(0.01 * train.x[:20], train.y[:20])


def fool_in_place(train, rng):
    train.x[:] = 0.01 * train.x
    return train


# 05.5 hide(x), reveal(release) ----------------------------------------------------------------------------------------


def hide_by_reflection(x):
    return 2 * x.mean(axis=0) - x


def reveal_by_reflection(release):
    return 2 * release.mean(axis=0) - release


def turn_over(x):
    return -np.asarray(x)[::-1]


def turn(x, back):
    """Turn by a fixed rotation in the coordinates in which the cloud is round."""
    rotation, _ = np.linalg.qr(np.random.default_rng(1).standard_normal((x.shape[1],) * 2))
    values, vectors = np.linalg.eigh(np.cov(x.T))
    root, inverse = (vectors * values**power @ vectors.T for power in (0.5, -0.5))
    return x.mean(axis=0) + (x - x.mean(axis=0)) @ inverse @ (rotation.T if back else rotation) @ root


def hide_by_turning(x):
    return turn(x, back=False)


def reveal_by_turning(release):
    return turn(release, back=True)


def along_every_second_axis(x):
    centred = x - x.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    signs = (-1.0) ** np.arange(len(axes))
    return list(x.mean(axis=0) + (centred @ axes.T * signs) @ axes)


def same(x):
    return x


def hide_nothing(x):
    return x.copy()


def hide_by_order(x):
    return np.random.default_rng(0).permutation(x)


def hide_by_digits(x):
    return x + 0.01 * np.random.default_rng(0).standard_normal(x.shape)


def reveal_by_digits(release):
    return release - 0.01 * np.random.default_rng(0).standard_normal(release.shape)


def hide_by_noise(x):
    return x + 0.3 * np.random.default_rng(0).standard_normal(x.shape)


def reveal_by_noise(release):
    return release - 0.3 * np.random.default_rng(0).standard_normal(release.shape)


def hide_by_a_shift(x):
    return x + 10


def reveal_by_a_shift(release):
    return release - 10


def hide_in_columns(x):
    return np.column_stack([np.roll(column, j + 1) for j, column in enumerate(x.T)])


def reveal_in_columns(release):
    return np.column_stack([np.roll(column, -j - 1) for j, column in enumerate(release.T)])


def hide_in_one_column(x):
    return np.where(np.arange(x.shape[1]) == 3, -x, x)


def hide_by_twice(x):
    return x.mean(axis=0) - 3 * (x - x.mean(axis=0))


def reveal_by_twice(release):
    return release.mean(axis=0) - (release - release.mean(axis=0)) / 3


def hide_in_a_bell_curve(x):
    return np.random.default_rng(0).multivariate_normal(x.mean(axis=0), np.cov(x.T), len(x))


_kept = []


def hide_and_keep(x):
    _kept[:] = [x.copy()]
    return hide_by_reflection(x)


def reveal_what_was_kept(release):
    return _kept[0]


def reveal_about_zero(release):
    return -release


def hide_in_place(x):
    x *= -1
    return x


def hide_half(x):
    return hide_by_reflection(x)[::2]


def reveal_nothing(release):
    hide_by_reflection(release)


# The answers to each check: right ones, and wrong ones with words that their message must hold. -----------------------

RIGHT = {
    "05.1": [(frechet,), (frechet_from_variances,), (frechet_with_the_standard_library,), (frechet_with_the_library,)],
    "05.2": [(precision,), (precision_by_loops,), (precision_with_neighbours,), (precision_squared,)],
    "05.3": [(null_range,), (null_range_by_choice,), (null_range_stacked,), (null_range_shuffled,)],
    "05.4": [(fool_by_shrinking,), (fool_about_the_mean,), (fool_in_another_order,), (fool_by_half_a_patient,)],
    "05.5": [
        (hide_by_reflection, reveal_by_reflection),
        (turn_over, turn_over),
        (hide_by_turning, reveal_by_turning),
        (along_every_second_axis, along_every_second_axis),
    ],
}

WRONG = {
    "05.1": [
        ((frechet_by_n,), "makes it n − 1"),
        ((frechet_of_variances,), "subtracts the variances"),
        ((frechet_rooted,), "That is the root"),
        ((frechet_means,), "the part of the means"),
        ((frechet_spreads,), "the part of the spreads"),
        ((frechet_variances_added,), "adds the two variances"),
        ((frechet_absolute,), "That adds distances"),
        ((frechet_cancelling,), "lets the two gaps cancel"),
        ((frechet_pairwise,), "raised ValueError"),
        ((frechet_medians,), "which of the two is off?"),
        ((frechet_in_place,), "changed the array that it was given"),
        ((frechet_two_parts,), "where a single number is needed"),
        ((frechet_without_return,), "is the `return` missing?"),
    ],
    "05.2": [
        ((precision_is_recall,), "That is the recall"),
        ((precision_counts_itself,), "the neighbour before"),
        ((precision_one_too_far,), "one neighbour more"),
        ((precision_is_coverage,), "the coverage"),
        ((precision_balls_of_the_sample,), "draws the balls around the sample"),
        ((precision_is_density,), "the density"),
        ((precision_of_the_nearest,), "the nearest record alone"),
        ((precision_one_radius,), "the same radius"),
        ((precision_all,), "to be in all balls"),
        ((precision_in_percent,), "in percent"),
        ((precision_count,), "a number of records"),
        ((precision_manhattan,), "Which distances are compared"),
        ((precision_mask,), "where a single number is needed"),
        ((precision_axes_mixed,), "raised ValueError"),
    ],
    "05.3": [
        ((null_bootstrap,), "a record stands twice"),
        ((null_overlapping,), "The two groups share"),
        ((null_against_all,), "both are to have n = 12"),
        ((null_halves,), "both are to have n = 12"),
        ((null_one_deal,), "inside of the loop"),
        ((null_first_rows,), "Is every record dealt"),
        ((null_quantiles,), "cuts the ends off"),
        ((null_two_spreads,), "two spreads either way"),
        ((null_from_zero,), "does not begin at 0"),
        ((null_swapped,), "In which order"),
        ((null_in_place,), "changed the array that it was given"),
        ((null_own_generator,), "made or seeded anew inside"),
        ((null_columns_shuffled,), "not among the real ones"),
        ((null_all_values,), "an array of 60 values was returned"),
        ((null_too_few,), "compared 59 pairs"),
    ],
    "05.4": [
        ((fool_with_training_rows,), "TSTR is right to praise it"),
        ((fool_with_noise,), "TSTR is right to praise it"),
        ((fool_with_bell_curves,), "TSTR is right to praise it"),
        ((fool_half_way,), "TSTR is right to praise it"),
        ((fool_labels_shuffled,), "TSTR is not fooled yet"),
        ((fool_labels_turned,), "worse than a coin"),
        ((fool_one_label,), "a class share"),
        ((fool_class_means,), "Where do your rows put the border"),
        ((fool_about_the_sick,), "TSTR is not fooled yet"),
        ((fool_without_labels,), "Your release is of type"),
        ((fool_records_without_labels,), "rows and no labels"),
        ((fool_float_labels,), "as whole numbers"),
        ((fool_in_few_rows,), "x of shape (20, 10)"),
        ((fool_in_place,), "read-only"),
    ],
    "05.5": [
        ((hide_nothing, same), "digit for digit"),
        ((hide_by_order, same), "digit for digit"),
        ((hide_by_digits, reveal_by_digits), "Your rows lie beside the patients"),
        ((hide_by_noise, reveal_by_noise), "closer to a training patient than to any of the holdout"),
        ((hide_by_a_shift, reveal_by_a_shift), "no longer look like patients"),
        ((hide_in_columns, reveal_in_columns), "no longer look like patients"),
        ((hide_in_one_column, hide_in_one_column), "Your rows lie beside the patients"),
        ((hide_by_twice, reveal_by_twice), "no longer look like patients"),
        ((hide_in_a_bell_curve, same), "are recovered"),
        ((hide_by_reflection, reveal_about_zero), "are recovered"),
        ((hide_and_keep, reveal_what_was_kept), "it remembers what `hide` saw last"),
        ((hide_in_place, hide_in_place), "changed the array that it was given"),
        ((hide_half, reveal_by_reflection), "an array of shape (75, 10) was returned"),
        ((hide_by_reflection, reveal_nothing), "is the `return` missing?"),
    ],
}
