"""Right and wrong answers to the tasks of lesson 03; each wrong one is one thought away from a right one."""

import numpy as np

from course_lib import Accumulate, Fixed, LeastSquares, Records, Replace, self_consume
from course_lib.checks import TODO

# 03.1 excess_error(x, coef, truth) ------------------------------------------------------------------------------------


def excess_error(x, coef, truth):
    return (((coef - truth) @ x.T) ** 2).mean(axis=1)


def excess_by_loops(x, coef, truth):
    return [np.mean([(row @ weights - row @ truth) ** 2 for row in x]) for weights in coef]


def excess_by_products(x, coef, truth):
    off = coef - truth
    return np.einsum("ri,ij,rj->r", off, x.T @ x / len(x), off)


def excess_in_columns(x, coef, truth):
    return np.linalg.norm(x @ coef.T - (x @ truth)[:, None], axis=0) ** 2 / len(x)


def excess_of_weights(x, coef, truth):
    return ((coef - truth) ** 2).sum(axis=1)


def excess_length_of_weights(x, coef, truth):
    return np.linalg.norm(coef - truth, axis=1)


def excess_sum(x, coef, truth):
    return (((coef - truth) @ x.T) ** 2).sum(axis=1)


def excess_root(x, coef, truth):
    return np.sqrt(excess_error(x, coef, truth))


def excess_squared_mean(x, coef, truth):
    return ((coef - truth) @ x.T).mean(axis=1) ** 2


def excess_absolute(x, coef, truth):
    return np.abs((coef - truth) @ x.T).mean(axis=1)


def excess_signed(x, coef, truth):
    return ((coef - truth) @ x.T).mean(axis=1)


def excess_variance(x, coef, truth):
    return ((coef - truth) @ x.T).var(axis=1)


def excess_without_products(x, coef, truth):
    return (coef - truth) ** 2 @ (x**2).mean(axis=0)


def excess_without_truth(x, coef, truth):
    return ((coef @ x.T) ** 2).mean(axis=1)


def excess_by_n_minus_1(x, coef, truth):
    return (((coef - truth) @ x.T) ** 2).sum(axis=1) / (len(x) - 1)


def excess_per_patient(x, coef, truth):
    return (((coef - truth) @ x.T) ** 2).mean(axis=0)


def excess_no_mean(x, coef, truth):
    return ((coef - truth) @ x.T) ** 2


def excess_one_number(x, coef, truth):
    return (((coef - truth) @ x.T) ** 2).mean()


def excess_in_place(x, coef, truth):
    coef -= truth
    return ((coef @ x.T) ** 2).mean(axis=1)


def excess_mean_run(x, coef, truth):
    return np.full(len(coef), (((coef - truth) @ x.T) ** 2).mean())


def excess_without_return(x, coef, truth):
    excess_error(x, coef, truth)


# 03.2 pooled_fit(x, labels) -------------------------------------------------------------------------------------------


def pooled_fit(x, labels):
    return np.linalg.lstsq(np.tile(x, (len(labels), 1)), labels.ravel())[0]


def pooled_of_mean_labels(x, labels):
    return np.linalg.pinv(x) @ labels.mean(axis=0)


def pooled_mean_of_fits(x, labels):
    return np.mean([np.linalg.solve(x.T @ x, x.T @ each) for each in labels], axis=0)


def pooled_with_the_library(x, labels):
    records = Records(np.concatenate([x] * len(labels)), np.concatenate(list(labels)))
    return LeastSquares(Fixed(x), noise=0).fit(records).coef_


def pooled_newest(x, labels):
    return np.linalg.lstsq(x, labels[-1])[0]


def pooled_first(x, labels):
    return np.linalg.lstsq(x, labels[0])[0]


def pooled_sum(x, labels):
    return np.linalg.lstsq(x, labels.sum(axis=0))[0]


def pooled_repeat(x, labels):
    return np.linalg.lstsq(np.repeat(x, len(labels), axis=0), labels.ravel())[0]


def pooled_transposed(x, labels):
    return np.linalg.lstsq(np.tile(x, (len(labels), 1)), labels.T.ravel())[0]


def pooled_each(x, labels):
    return np.array([np.linalg.lstsq(x, each)[0] for each in labels])


def pooled_median(x, labels):
    return np.median(pooled_each(x, labels), axis=0)


def pooled_later_count_more(x, labels):
    return np.average(pooled_each(x, labels), axis=0, weights=np.arange(1, len(labels) + 1))


def pooled_with_a_level(x, labels):
    table = np.column_stack([np.tile(x, (len(labels), 1)), np.ones(labels.size)])
    return np.linalg.lstsq(table, labels.ravel())[0][:-1]


def pooled_products(x, labels):
    return x.T @ labels.mean(axis=0) / len(x)


def pooled_running(x, labels):
    weights = np.linalg.lstsq(x, labels[0])[0]
    for each in labels[1:]:
        weights = (weights + np.linalg.lstsq(x, each)[0]) / 2
    return weights


def pooled_in_place(x, labels):
    labels[0] = labels.mean(axis=0)
    return np.linalg.lstsq(x, labels[0])[0]


def pooled_ridge(x, labels):
    return np.linalg.solve(x.T @ x + np.eye(x.shape[1]), x.T @ labels.mean(axis=0))


def pooled_lstsq_whole(x, labels):
    return np.linalg.lstsq(np.tile(x, (len(labels), 1)), labels.ravel())


# 03.3 error_growth(policy, *, x, truth, noise, generations, runs, rng) ------------------------------------------------


def history_of(policy, x, truth, noise, generations, runs, rng, *, known="noise", labels=None):
    inputs = np.broadcast_to(x, (runs, *x.shape))
    if labels is None:
        labels = x @ truth + noise * rng.standard_normal((runs, len(x)))
    generator = LeastSquares(Fixed(inputs), noise=noise if known == "noise" else known)
    return self_consume(generator, Records(inputs, labels), policy=policy, generations=generations, rng=rng)


def errors_of(history, x, truth):
    return np.array([excess_error(x, model.coef_, truth) for model in history.models])


def error_growth(policy, *, x, truth, noise, generations, runs, rng):
    history = history_of(policy, x, truth, noise, generations, runs, rng)
    return errors_of(history, x, truth).mean(axis=1) / (noise**2 * x.shape[1] / len(x))


def growth_evaluated(policy, *, x, truth, noise, generations, runs, rng):
    n, d = x.shape
    real = Records(np.tile(x, (runs, 1, 1)), rng.normal(x @ truth, noise, (runs, n)))
    generator = LeastSquares(Fixed(x), noise=noise)
    history = self_consume(generator, real, policy=policy, generations=generations, rng=rng)
    off = history.evaluate("error", lambda model: (((model.coef_ - truth) @ x.T) ** 2).sum(axis=-1))
    return list(off.mean(axis=-1) / noise**2 / d)


def growth_by_hand(policy, x, truth, noise, generations, runs, rng):
    n, d = x.shape
    weights, curve = np.tile(truth, (runs, 1)), []
    for i in range(1, generations + 2):
        vote = 1 if isinstance(policy, Replace) else 1 / i
        weights = weights + vote * noise * rng.standard_normal((runs, n)) @ np.linalg.pinv(x).T
        curve.append(np.mean(((weights - truth) @ x.T) ** 2) * n / d / noise**2)
    return np.array(curve)


def growth_in_two_batches(policy, *, x, truth, noise, generations, runs, rng):
    histories = [history_of(policy, x, truth, noise, generations, half, rng) for half in (runs // 2, runs - runs // 2)]
    errors = np.concatenate([errors_of(history, x, truth) for history in histories], axis=1)
    return np.sum(errors, axis=1) * len(x) / (runs * len(truth) * noise**2)


def scaled(history, x, truth, noise):
    return errors_of(history, x, truth).mean(axis=1) / (noise**2 * x.shape[1] / len(x))


def growth_always_replace(policy, *, x, truth, noise, generations, runs, rng):
    return error_growth(Replace(), x=x, truth=truth, noise=noise, generations=generations, runs=runs, rng=rng)


def growth_always_accumulate(policy, *, x, truth, noise, generations, runs, rng):
    return error_growth(Accumulate(), x=x, truth=truth, noise=noise, generations=generations, runs=runs, rng=rng)


def growth_exact_labels(policy, *, x, truth, noise, generations, runs, rng):
    labels = np.tile(x @ truth, (runs, 1))
    return scaled(history_of(policy, x, truth, noise, generations, runs, rng, labels=labels), x, truth, noise)


def growth_shared_labels(policy, *, x, truth, noise, generations, runs, rng):
    labels = np.tile(rng.normal(x @ truth, noise), (runs, 1))
    return scaled(history_of(policy, x, truth, noise, generations, runs, rng, labels=labels), x, truth, noise)


def growth_noise_estimated(policy, *, x, truth, noise, generations, runs, rng):
    return scaled(history_of(policy, x, truth, noise, generations, runs, rng, known=None), x, truth, noise)


def growth_without_noise(policy, *, x, truth, noise, generations, runs, rng):
    return scaled(history_of(policy, x, truth, noise, generations, runs, rng, known=0), x, truth, noise)


def growth_own_unit(policy, *, x, truth, noise, generations, runs, rng):
    errors = errors_of(history_of(policy, x, truth, noise, generations, runs, rng), x, truth).mean(axis=1)
    return errors / errors[0]


def growth_noise_unit(policy, *, x, truth, noise, generations, runs, rng):
    return errors_of(history_of(policy, x, truth, noise, generations, runs, rng), x, truth).mean(axis=1) / noise**2


def growth_without_unit(policy, *, x, truth, noise, generations, runs, rng):
    return errors_of(history_of(policy, x, truth, noise, generations, runs, rng), x, truth).mean(axis=1)


def growth_noise_not_squared(policy, *, x, truth, noise, generations, runs, rng):
    return noise * error_growth(policy, x=x, truth=truth, noise=noise, generations=generations, runs=runs, rng=rng)


def growth_unit_upside_down(policy, *, x, truth, noise, generations, runs, rng):
    n, d = x.shape
    return growth_noise_unit(policy, x=x, truth=truth, noise=noise, generations=generations, runs=runs, rng=rng) / (
        n / d
    )


def growth_sum_over_patients(policy, *, x, truth, noise, generations, runs, rng):
    return len(x) * error_growth(policy, x=x, truth=truth, noise=noise, generations=generations, runs=runs, rng=rng)


def growth_median(policy, *, x, truth, noise, generations, runs, rng):
    history = history_of(policy, x, truth, noise, generations, runs, rng)
    return np.median(errors_of(history, x, truth), axis=1) / (noise**2 * x.shape[1] / len(x))


def growth_of_weights(policy, *, x, truth, noise, generations, runs, rng):
    history = history_of(policy, x, truth, noise, generations, runs, rng)
    off = np.array([((model.coef_ - truth) ** 2).sum(axis=1).mean() for model in history.models])
    return off / (noise**2 * x.shape[1] / len(x))


def growth_from_the_first_model(policy, *, x, truth, noise, generations, runs, rng):
    history = history_of(policy, x, truth, noise, generations, runs, rng)
    return scaled(history, x, history.models[0].coef_, noise)


def growth_of_six_patients(policy, *, x, truth, noise, generations, runs, rng):
    history = history_of(policy, x, truth, noise, generations, runs, rng)
    return errors_of(history, x, truth).mean(axis=1) / (noise**2 * x.shape[1] / 6)


def growth_without_the_start(policy, *, x, truth, noise, generations, runs, rng):
    return error_growth(policy, x=x, truth=truth, noise=noise, generations=generations, runs=runs, rng=rng)[1:]


def growth_one_late(policy, *, x, truth, noise, generations, runs, rng):
    return error_growth(policy, x=x, truth=truth, noise=noise, generations=generations + 1, runs=runs, rng=rng)[1:]


def growth_per_run(policy, *, x, truth, noise, generations, runs, rng):
    history = history_of(policy, x, truth, noise, generations, runs, rng)
    return errors_of(history, x, truth) / (noise**2 * x.shape[1] / len(x))


def growth_other_axis(policy, *, x, truth, noise, generations, runs, rng):
    return growth_per_run(policy, x=x, truth=truth, noise=noise, generations=generations, runs=runs, rng=rng).mean(
        axis=0
    )


def growth_reseeded(policy, *, x, truth, noise, generations, runs, rng):
    rng = np.random.default_rng(3)
    return error_growth(policy, x=x, truth=truth, noise=noise, generations=generations, runs=runs, rng=rng)


def growth_in_place(policy, *, x, truth, noise, generations, runs, rng):
    x -= x.mean(axis=0)
    return error_growth(policy, x=x, truth=truth, noise=noise, generations=generations, runs=runs, rng=rng)


# 03.4 contributions(sizes), total -------------------------------------------------------------------------------------


def contributions(sizes):
    return sizes / np.cumsum(sizes) ** 2


def contributions_by_a_loop(sizes):
    found, pooled = [], 0
    for size in sizes:
        pooled += size
        found.append((size / pooled) ** 2 / size)
    return found


def contributions_of_the_recursion(sizes):
    """Follow what the error is made of: how much of each generation's mean noise is in the newest weights."""
    steps, pooled = [], 0.0
    for size in sizes:
        before, pooled = pooled, pooled + size
        newest_vote = 1 - before / pooled
        variance_of_its_noise = 1 / size
        steps.append(newest_vote**2 * variance_of_its_noise)
    return np.array(steps)


def contributions_by_differences(sizes):
    pooled = np.cumsum(sizes)
    return np.diff(pooled, prepend=0) * pooled**-2.0


def contributions_sums(sizes):
    return np.cumsum(contributions(sizes))


def contributions_equal_sizes(sizes):
    return 1 / np.arange(1, len(sizes) + 1) ** 2


def contributions_votes(sizes):
    return sizes / np.cumsum(sizes)


def contributions_squared_votes(sizes):
    return (sizes / np.cumsum(sizes)) ** 2


def contributions_one_vote(sizes):
    return 1 / np.cumsum(sizes) ** 2


def contributions_replace(sizes):
    return 1 / sizes


def contributions_of_the_final_pool(sizes):
    return sizes / sizes.sum() ** 2


def contributions_against_the_rest(sizes):
    before = np.append(sizes[0], np.cumsum(sizes)[:-1])
    return sizes / before**2


def contributions_from_zero(sizes):
    with np.errstate(divide="ignore"):
        return 1 / np.arange(len(sizes)) ** 2


def contributions_in_place(sizes):
    sizes /= np.cumsum(sizes) ** 2
    return sizes


def contributions_total(sizes):
    return contributions(sizes).sum()


def contributions_longer(sizes):
    return np.append(0, contributions(sizes))


# The answers to each check: right ones, and wrong ones with words that their message must hold. -----------------------

RIGHT = {
    "03.1": [(excess_error,), (excess_by_loops,), (excess_by_products,), (excess_in_columns,)],
    "03.2": [(pooled_fit,), (pooled_of_mean_labels,), (pooled_mean_of_fits,), (pooled_with_the_library,)],
    "03.3": [(error_growth,), (growth_evaluated,), (growth_by_hand,), (growth_in_two_batches,)],
    "03.4": [
        (contributions, 1.37),
        (contributions_by_a_loop, 1.372),
        (contributions_of_the_recursion, np.float64(1.37)),
        (contributions_by_differences, contributions(2.0 ** np.arange(50)).sum()),
    ],
}

WRONG = {
    "03.1": [
        ((excess_of_weights,), "distance between the weights"),
        ((excess_length_of_weights,), "distance between the weights"),
        ((excess_sum,), "sum over the patients"),
        ((excess_root,), "the root of the mean"),
        ((excess_squared_mean,), "squares the mean"),
        ((excess_absolute,), "averages distances"),
        ((excess_signed,), "signed differences"),
        ((excess_variance,), "subtracts the mean difference first"),
        ((excess_without_products,), "A prediction is the sum"),
        ((excess_without_truth,), "Where is the truth subtracted?"),
        ((excess_by_n_minus_1,), "divides by n − 1"),
        ((excess_per_patient,), "one for each patient"),
        ((excess_no_mean,), "One number is asked for each run"),
        ((excess_one_number,), "each gets its own error"),
        ((excess_in_place,), "changed the array that it was given"),
        ((excess_mean_run,), "by how much do the two predictions differ?"),
        ((excess_without_return,), "is the `return` missing?"),
    ],
    "03.2": [
        ((pooled_newest,), "newest labels alone"),
        ((pooled_first,), "first generation alone"),
        ((pooled_sum,), "the sum of the fits"),
        ((pooled_repeat,), "labels to the wrong patients"),
        ((pooled_transposed,), "labels to the wrong patients"),
        ((pooled_each,), "weights for each generation"),
        ((pooled_median,), "the median of the fits"),
        ((pooled_later_count_more,), "gives later generations more votes"),
        ((pooled_with_a_level,), "fits a level as well"),
        ((pooled_products,), "the mean product"),
        ((pooled_running,), "the newest has half of all votes"),
        ((pooled_in_place,), "changed the array that it was given"),
        ((pooled_ridge,), "Which rows and which labels"),
        ((pooled_lstsq_whole,), "is needed"),
    ],
    "03.3": [
        ((growth_always_replace,), "the law of replace"),
        ((growth_always_accumulate,), "the law of accumulate"),
        ((growth_exact_labels,), "the first model has no error"),
        ((growth_shared_labels,), "real labels of its own"),
        ((growth_noise_estimated,), "noise must be given"),
        ((growth_without_noise,), "Do the labels that the models make carry noise?"),
        ((growth_own_unit,), "the first is exactly 1"),
        ((growth_noise_unit,), "in units of noise²"),
        ((growth_without_unit,), "Where is the unit?"),
        ((growth_noise_not_squared,), "Which power of the noise"),
        ((growth_unit_upside_down,), "Which way up"),
        ((growth_sum_over_patients,), "the mean over the patients"),
        ((growth_median,), "So low lies the median"),
        ((growth_of_weights,), "the distance between weights"),
        ((growth_of_six_patients,), "a number of patients written into your code"),
        ((growth_from_the_first_model,), "the first model has no error"),
        ((growth_without_the_start,), "one for each model"),
        ((growth_one_late,), "one fit further"),
        ((growth_per_run,), "one for each run and generation"),
        ((growth_other_axis,), "one for each run. Over which axis"),
        ((growth_reseeded,), "made or seeded anew inside"),
        ((growth_in_place,), "Which line writes into it?"),
    ],
    "03.4": [
        ((contributions_sums, 1.37), "the sums so far"),
        ((contributions_equal_sizes, 1.37), "the law for equal sizes"),
        ((contributions_votes, 1.37), "share of the votes. Is the error squared?"),
        ((contributions_squared_votes, 1.37), "the square of the share of the votes"),
        ((contributions_one_vote, 1.37), "if each generation had one vote"),
        ((contributions_replace, 1.37), "what replace hands on"),
        ((contributions_of_the_final_pool, 1.37), "the final number of labels"),
        ((contributions_against_the_rest, 1.37), "with those before them"),
        ((contributions_from_zero, 1.37), "NaN or infinity"),
        ((contributions_in_place, 1.37), "changed the array that it was given"),
        ((contributions_total, 1.37), "a single number was returned"),
        ((contributions_longer, 1.37), "an array of 7 values was returned"),
        ((contributions, TODO), "set `total`"),
        ((contributions, 1.6449), "the total for equal sizes"),
        ((contributions, 2), "one over the sizes"),
        ((contributions, 1.22), "do the later ones still change"),
    ],
}
