"""Right and wrong answers to the tasks of lesson 04; each wrong one is one thought away from a right one."""

import numpy as np
from scipy.spatial.distance import cdist

from course_lib import Gaussian, Kernel, Replace, self_consume
from course_lib.theory import tempered_shares

# 04.1 next_generation(x, h, rng) --------------------------------------------------------------------------------------


def next_generation(x, h, rng):
    return rng.choice(x, len(x)) + rng.normal(0, h, len(x))


def next_by_index(x, h, rng):
    new = x[rng.integers(0, len(x), len(x))]
    new += h * rng.standard_normal(len(x))
    return new


def next_one_by_one(x, h, *, rng):
    return [rng.normal(rng.choice(x), h) for _ in range(len(x))]


def next_with_the_library(x, h, rng):
    return Kernel(h).fit(x[:, None]).sample(len(x), rng=rng)[:, 0]


def next_without_noise(x, h, rng):
    return rng.choice(x, len(x))


def next_without_pick(x, h, rng):
    return x + rng.normal(0, h, len(x))


def next_permuted(x, h, rng):
    return rng.permutation(x) + rng.normal(0, h, len(x))


def next_from_one(x, h, rng):
    return rng.choice(x) + rng.normal(0, h, len(x))


def next_moved_together(x, h, rng):
    return rng.choice(x, len(x)) + rng.normal(0, h)


def next_variance(x, h, rng):
    return rng.choice(x, len(x)) + rng.normal(0, h**2, len(x))


def next_root(x, h, rng):
    return rng.choice(x, len(x)) + rng.normal(0, np.sqrt(h), len(x))


def next_standard_noise(x, h, rng):
    return rng.choice(x, len(x)) + rng.standard_normal(len(x))


def next_in_spreads(x, h, rng):
    return rng.choice(x, len(x)) + h * x.std() * rng.standard_normal(len(x))


def next_bell_curve(x, h, rng):
    return rng.normal(x.mean(), np.hypot(x.std(), h), len(x))


def next_uniform(x, h, rng):
    return rng.choice(x, len(x)) + rng.uniform(-np.sqrt(3) * h, np.sqrt(3) * h, len(x))


def next_upwards(x, h, rng):
    return rng.choice(x, len(x)) + np.abs(rng.normal(0, h, len(x)))


def next_never_the_last(x, h, rng):
    return x[rng.integers(0, len(x) - 1, len(x))] + rng.normal(0, h, len(x))


def next_global_state(x, h, rng):
    return np.random.choice(x, len(x)) + rng.normal(0, h, len(x))  # noqa: NPY002


def next_own_generator(x, h, rng):
    return next_generation(x, h, np.random.default_rng(0))


def next_in_place(x, h, rng):
    x[:] = next_generation(x, h, rng)
    return x


def next_one_value(x, h, rng):
    return rng.choice(x) + rng.normal(0, h)


# 04.2 modes_left(records, centres, radius) ----------------------------------------------------------------------------


def modes_left(records, centres, radius):
    return int((((records[:, None] - centres) ** 2).sum(axis=2) <= radius**2).any(axis=0).sum())


def modes_by_loops(records, centres, radius):
    count = 0
    for centre in centres:
        if any(np.linalg.norm(record - centre) <= radius for record in records):
            count += 1
    return count


def modes_by_cdist(records, centres, radius):
    return np.sum(cdist(centres, records).min(axis=1) <= radius)


def modes_as_a_set(records, centres, radius):
    _, hit = np.nonzero(np.hypot(*(records[:, None] - centres).transpose(2, 0, 1)) <= radius)
    return float(len(set(hit.tolist())))


def modes_records(records, centres, radius):
    return (cdist(records, centres).min(axis=1) <= radius).sum()


def modes_other_axis(records, centres, radius):
    return (cdist(records, centres) <= radius).any(axis=1).sum()


def modes_pairs(records, centres, radius):
    return (cdist(records, centres) <= radius).sum()


def modes_nearest(records, centres, radius):
    return len(np.unique(cdist(records, centres).argmin(axis=1)))


def modes_nearest_within(records, centres, radius):
    distance = cdist(records, centres)
    return len(np.unique(distance.argmin(axis=1)[distance.min(axis=1) <= radius]))


def modes_lost(records, centres, radius):
    return len(centres) - modes_left(records, centres, radius)


def modes_box(records, centres, radius):
    return (np.abs(records[:, None] - centres).max(axis=2) <= radius).any(axis=0).sum()


def modes_city_block(records, centres, radius):
    return (np.abs(records[:, None] - centres).sum(axis=2) <= radius).any(axis=0).sum()


def modes_no_root(records, centres, radius):
    return (((records[:, None] - centres) ** 2).sum(axis=2) <= radius).any(axis=0).sum()


def modes_diameter(records, centres, radius):
    return (cdist(records, centres) <= radius / 2).any(axis=0).sum()


def modes_share(records, centres, radius):
    return (cdist(records, centres) <= radius).any(axis=0).mean()


def modes_mask(records, centres, radius):
    return (cdist(records, centres) <= radius).any(axis=0)


def modes_strict(records, centres, radius):
    return (cdist(records, centres) < radius).any(axis=0).sum()


def modes_all(records, centres, radius):
    return len(centres)


def modes_without_return(records, centres, radius):
    modes_left(records, centres, radius)


# 04.3 mean_variances(x, bandwidth, *, replicates, generations, rng), turn ---------------------------------------------


def history(x, bandwidth, replicates, generations, rng, **settings):
    generator = settings.pop("generator", Kernel(bandwidth))
    run = dict(policy=Replace(), generations=generations, rng=rng, replicates=replicates)
    return self_consume(generator, x[:, None], **(run | settings))


def mean_variances(x, bandwidth, *, replicates, generations, rng):
    models = history(x, bandwidth, replicates, generations, rng).models
    return np.array([model.x_.var(axis=1).mean() for model in models])


def variances_evaluated(x, bandwidth, replicates, generations, rng):
    run = history(x, bandwidth, replicates, generations, rng)
    return list(run.evaluate("variance", lambda m: np.var(m.x_[..., 0], axis=-1)).mean(axis=-1))


def variances_by_hand(x, bandwidth, *, replicates, generations, rng):
    x = np.broadcast_to(x, (replicates, x.size))
    found = [x.var(axis=1).mean()]
    for _ in range(generations):
        x = np.take_along_axis(x, rng.integers(x.shape[1], size=x.shape), axis=1)
        x = x + bandwidth * rng.standard_normal(x.shape)
        found.append(np.mean((x - x.mean(axis=1, keepdims=True)) ** 2))
    return np.array(found)


def variances_ddof(x, bandwidth, *, replicates, generations, rng):
    models = history(x, bandwidth, replicates, generations, rng).models
    return np.array([model.x_.var(axis=1, ddof=1).mean() for model in models])


def variances_spreads(x, bandwidth, *, replicates, generations, rng):
    models = history(x, bandwidth, replicates, generations, rng).models
    return np.array([model.x_.std(axis=1).mean() for model in models])


def variances_squared_mean_spread(x, bandwidth, *, replicates, generations, rng):
    return variances_spreads(x, bandwidth, replicates=replicates, generations=generations, rng=rng) ** 2


def variances_median(x, bandwidth, *, replicates, generations, rng):
    models = history(x, bandwidth, replicates, generations, rng).models
    return np.array([np.median(model.x_.var(axis=1)) for model in models])


def variances_pooled(x, bandwidth, *, replicates, generations, rng):
    models = history(x, bandwidth, replicates, generations, rng).models
    return np.array([model.x_.var() for model in models])


def variances_about_zero(x, bandwidth, *, replicates, generations, rng):
    models = history(x, bandwidth, replicates, generations, rng).models
    return np.array([(model.x_**2).mean() for model in models])


def variances_over_runs(x, bandwidth, *, replicates, generations, rng):
    models = history(x, bandwidth, replicates, generations, rng).models
    return np.array([model.x_.var(axis=0).mean() for model in models])


def variances_of_single_records(x, bandwidth, *, replicates, generations, rng):
    models = history(x, bandwidth, replicates, generations, rng).models
    return np.array([model.x_.var(axis=-1).mean() for model in models])


def variances_no_mean(x, bandwidth, *, replicates, generations, rng):
    models = history(x, bandwidth, replicates, generations, rng).models
    return np.array([model.x_.var(axis=1)[:, 0] for model in models])


def variances_one_per_run(x, bandwidth, *, replicates, generations, rng):
    models = history(x, bandwidth, replicates, generations, rng).models
    return np.mean([model.x_.var(axis=1)[:, 0] for model in models], axis=0)


def variances_shares(x, bandwidth, *, replicates, generations, rng):
    found = mean_variances(x, bandwidth, replicates=replicates, generations=generations, rng=rng)
    return found / found[0]


def variances_of_the_samples(x, bandwidth, *, replicates, generations, rng):
    run = history(x, bandwidth, replicates, generations, rng, keep="all")
    return np.array([run.samples[t].var(axis=1).mean() for t in range(generations + 1)])


def variances_x_then_late(x, bandwidth, *, replicates, generations, rng):
    late = mean_variances(x, bandwidth, replicates=replicates, generations=generations + 1, rng=rng)
    return np.append(late[0], late[2:])


def variances_without_the_start(x, bandwidth, *, replicates, generations, rng):
    return mean_variances(x, bandwidth, replicates=replicates, generations=generations, rng=rng)[1:]


def variances_no_bandwidth(x, bandwidth, *, replicates, generations, rng):
    return mean_variances(x, 0, replicates=replicates, generations=generations, rng=rng)


def variances_squared_bandwidth(x, bandwidth, *, replicates, generations, rng):
    return mean_variances(x, bandwidth**2, replicates=replicates, generations=generations, rng=rng)


def variances_bell_curve(x, bandwidth, *, replicates, generations, rng):
    run = history(x, bandwidth, replicates, generations, rng, generator=Gaussian(ddof=1), keep="all")
    trained_on = [np.broadcast_to(x, (replicates, x.size)), *(run.samples[t][..., 0] for t in range(generations))]
    return np.array([records.var(axis=1).mean() for records in trained_on])


def variances_always_from_x(x, bandwidth, *, replicates, generations, rng):
    real = np.broadcast_to(x[:, None], (replicates, x.size, 1))
    model = Kernel(bandwidth).fit(real)
    new = [model.sample(x.size, rng=rng).var(axis=1).mean() for _ in range(generations)]
    return np.array([x.var(), *new])


def variances_of_one_run(x, bandwidth, *, replicates, generations, rng):
    return mean_variances(x, bandwidth, replicates=1, generations=generations, rng=rng)


def variances_reseeded(x, bandwidth, *, replicates, generations, rng):
    return mean_variances(x, bandwidth, replicates=replicates, generations=generations, rng=np.random.default_rng(0))


# 04.4 critical_bandwidth(x) -------------------------------------------------------------------------------------------


def critical_bandwidth(x):
    return x.std() / np.sqrt(len(x) - 1)


def critical_as_standard_error(x):
    return np.std(x, ddof=1) / len(x) ** 0.5


def critical_by_sums(x):
    n, mean = len(x), sum(x) / len(x)
    return (sum((value - mean) ** 2 for value in x) / (n * (n - 1))) ** 0.5


def critical_squared(x):
    return x.var() / (len(x) - 1)


def critical_twice(x):
    return x.std(ddof=1) / np.sqrt(len(x) - 1)


def critical_neither(x):
    return x.std() / np.sqrt(len(x))


def critical_without_root(x):
    return x.std() / (len(x) - 1)


def critical_without_unit(x):
    return 1 / np.sqrt(len(x) - 1)


def critical_experiment(x):
    return 0.23


def critical_experiment_in_unit(x):
    return 0.23 * x.std()


def critical_for_twenty(x):
    return x.std() / np.sqrt(19)


def critical_inverted(x):
    return x.std() * np.sqrt(len(x) - 1)


def critical_about_zero(x):
    return np.sqrt((x**2).mean() / (len(x) - 1))


def critical_rule(x):
    return x.std(ddof=1) * (3 / 4 * len(x)) ** (-1 / 5)


def critical_spread(x):
    return x.std()


def critical_array(x):
    return x / np.sqrt(len(x) - 1)


def critical_range(x):
    return np.ptp(x) / len(x)


# 04.5 after_passes(shares, tau, passes) -------------------------------------------------------------------------------


def after_passes(shares, tau, passes):
    for _ in range(passes):
        p = (shares / shares.max()) ** (1 / tau)
        shares = p / p.sum()
    return shares


def passes_at_once(shares, tau, passes):
    p = (shares / shares.max()) ** (tau**-passes)
    return p / p.sum()


def passes_by_logarithms(shares, tau, passes):
    logs = np.log(shares) / tau**passes
    p = np.exp(logs - logs.max())
    return list(p / p.sum())


def passes_in_a_plain_loop(shares, tau, passes):
    p = shares.copy()
    for _ in range(passes):
        p **= 1 / tau
        p /= p.sum()
    return p


def passes_to_tau(shares, tau, passes):
    for _ in range(passes):
        shares = shares**tau / (shares**tau).sum()
    return shares


def passes_one(shares, tau, passes):
    p = shares ** (1 / tau) if passes else shares
    return p / p.sum()


def passes_without_sum(shares, tau, passes):
    for _ in range(passes):
        shares = shares ** (1 / tau)
    return shares


def passes_multiplied(shares, tau, passes):
    p = shares ** (passes / tau)
    return p / p.sum()


def passes_softmax(shares, tau, passes):
    for _ in range(passes):
        p = np.exp(shares / tau)
        shares = p / p.sum()
    return shares


def passes_one_too_many(shares, tau, passes):
    return after_passes(shares, tau, passes + 1)


def passes_one_too_few(shares, tau, passes):
    return after_passes(shares, tau, passes - 1)


def passes_underflow(shares, tau, passes):
    p = shares ** (tau**-passes)
    with np.errstate(invalid="ignore"):
        return p / p.sum()


def passes_in_place(shares, tau, passes):
    for _ in range(passes):
        shares **= 1 / tau
        shares /= shares.sum()
    return shares


def passes_sorted(shares, tau, passes):
    return np.sort(after_passes(shares, tau, passes))[::-1]


def passes_by_the_largest(shares, tau, passes):
    for _ in range(passes):
        shares = (shares / shares.max()) ** (1 / tau)
    return shares


def passes_largest_only(shares, tau, passes):
    return after_passes(shares, tau, passes).max()


def passes_by_law(shares, tau, passes):
    return tempered_shares(shares, tau, passes)


# The answers to each check: right ones, and wrong ones with words that their message must hold. -----------------------

RIGHT = {
    "04.1": [(next_generation,), (next_by_index,), (next_one_by_one,), (next_with_the_library,)],
    "04.2": [(modes_left,), (modes_by_loops,), (modes_by_cdist,), (modes_as_a_set,)],
    "04.3": [(mean_variances, 0.23), (variances_evaluated, 0.22), (variances_by_hand, np.float64(0.24))],
    "04.4": [(critical_bandwidth,), (critical_as_standard_error,), (critical_by_sums,)],
    "04.5": [(after_passes,), (passes_at_once,), (passes_by_logarithms,), (passes_in_a_plain_loop,), (passes_by_law,)],
}

WRONG = {
    "04.1": [
        ((next_without_noise,), "each of them was there before"),
        ((next_without_pick,), "Where is the pick?"),
        ((next_permuted,), "with or without putting back"),
        ((next_from_one,), "start from one old value"),
        ((next_moved_together,), "moved by the same amount"),
        ((next_variance,), "That is h², a variance"),
        ((next_root,), "That is the root of h"),
        ((next_standard_noise,), "Where does h come in?"),
        ((next_in_spreads,), "in which unit is your noise?"),
        ((next_bell_curve,), "From where do yours start"),
        ((next_uniform,), "not the right shape"),
        ((next_upwards,), "Is it made to fit?"),
        ((next_never_the_last,), "From which numbers do you pick?"),
        ((next_global_state,), "draws from elsewhere than `rng`"),
        ((next_own_generator,), "made or seeded anew inside"),
        ((next_in_place,), "changed the array that it was given"),
        ((next_one_value,), "a single number was returned"),
    ],
    "04.2": [
        ((modes_records,), "the number of records near a centre"),
        ((modes_other_axis,), "the number of records near a centre"),
        ((modes_pairs,), "the number of records near a centre"),
        ((modes_nearest,), "Where does the radius come in?"),
        ((modes_nearest_within,), "belong to one centre only"),
        ((modes_lost,), "centres without one"),
        ((modes_box,), "in the square around them"),
        ((modes_city_block,), "added without squares"),
        ((modes_no_root,), "both sides of your comparison lengths"),
        ((modes_diameter,), "Is it the radius, or the diameter?"),
        ((modes_share,), "That is a share"),
        ((modes_mask,), "one for each centre"),
        ((modes_strict,), "includes the radius itself"),
        ((modes_all,), "the number of all centres"),
        ((modes_without_return,), "is the `return` missing?"),
    ],
    "04.3": [
        ((variances_ddof, 0.23), "That divides by n − 1"),
        ((variances_spreads, 0.23), "the root of it"),
        ((variances_squared_mean_spread, 0.23), "the square of the mean spread"),
        ((variances_median, 0.23), "That is the median"),
        ((variances_pooled, 0.23), "about the centre of x"),
        ((variances_about_zero, 0.23), "the mean square about 0"),
        ((variances_over_runs, 0.23), "Which axis is that of n?"),
        ((variances_of_single_records, 0.23), "Which axis is that of n?"),
        ((variances_no_mean, 0.23), "one for each run and generation"),
        ((variances_one_per_run, 0.23), "one for each run. Over which axis"),
        ((variances_shares, 0.23), "As a share of its own start"),
        ((variances_of_the_samples, 0.23), "or what it drew?"),
        ((variances_x_then_late, 0.23), "one generation further"),
        ((variances_without_the_start, 0.23), "from x itself on"),
        ((variances_no_bandwidth, 0.23), "without any noise"),
        ((variances_squared_bandwidth, 0.23), "the curve for the bandwidth h²"),
        ((variances_bell_curve, 0.23), "With which generator"),
        ((variances_always_from_x, 0.23), "one step and no further"),
        ((variances_of_one_run, 0.23), "How many runs do you make"),
        ((variances_reseeded, 0.23), "made or seeded anew inside"),
        ((mean_variances, 0.28), "Near there the median run turns"),
        ((mean_variances, 0.4), "cross 1?"),
        ((mean_variances, 0.11), "cross 1?"),
        ((mean_variances, 5.0), "where is the turn?"),
        ((mean_variances, "0.23"), "one bandwidth is asked for"),
    ],
    "04.4": [
        ((critical_squared,), "That is h², in squared units"),
        ((critical_twice,), "n − 1 twice"),
        ((critical_neither,), "n in both places"),
        ((critical_without_root,), "the root of s² and not of n − 1"),
        ((critical_without_unit,), "In which unit is a bandwidth?"),
        ((critical_experiment,), "the number of the experiment"),
        ((critical_experiment_in_unit,), "the number of the experiment"),
        ((critical_for_twenty,), "right for twenty values"),
        ((critical_inverted,), "solved for h, or for s"),
        ((critical_about_zero,), "the mean square about 0"),
        ((critical_rule,), "the rule of thumb"),
        ((critical_spread,), "the spread of x itself"),
        ((critical_array,), "where a single number is needed"),
        ((critical_range,), "what it loses?"),
    ],
    "04.5": [
        ((passes_to_tau,), "raises to τ in the place of 1/τ"),
        ((passes_one,), "That is one pass"),
        ((passes_without_sum,), "do not sum to 1"),
        ((passes_multiplied,), "multiplies the power by the passes"),
        ((passes_softmax,), "logarithms of shares"),
        ((passes_one_too_many,), "one pass more than asked for"),
        ((passes_one_too_few,), "They are unchanged"),
        ((passes_underflow,), "How large is the power by then"),
        ((passes_in_place,), "changed the array that it was given"),
        ((passes_sorted,), "right and sorted"),
        ((passes_by_the_largest,), "What makes them shares again?"),
        ((passes_largest_only,), "a single number was returned"),
    ],
}
