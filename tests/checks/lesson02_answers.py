"""Right and wrong answers to the tasks of lesson 02; each wrong one is one thought away from a right one."""

from collections import Counter

import numpy as np
from scipy.optimize import brentq

from course_lib import Accumulate, Augment, Categorical, Mix, Replace, self_consume, theory

# 02.1 next_counts(counts, rng) ----------------------------------------------------------------------------------------


def next_counts(counts, rng):
    return rng.multinomial(counts.sum(), counts / counts.sum())


def next_by_choice(counts, rng):
    words = rng.choice(len(counts), counts.sum(), p=counts / counts.sum())
    return np.bincount(words, minlength=len(counts))


def next_from_the_text(counts, rng):
    text = np.repeat(np.arange(len(counts)), counts)
    drawn = Counter(text[rng.integers(len(text), size=len(text))].tolist())
    return [drawn[word] for word in range(len(counts))]


def next_with_the_library(counts, *, rng):
    text = np.repeat(np.arange(counts.size), counts)[:, None]
    drawn = Categorical(counts.size).fit(text).sample(len(text), rng=rng)
    return Categorical(counts.size).fit(drawn).shares_ * len(text)


def next_expected(counts, rng):
    return np.round(counts.sum() * (counts / counts.sum()))


def next_shuffled(counts, rng):
    text = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    return np.bincount(text, minlength=len(counts))


def next_poisson(counts, rng):
    return rng.poisson(counts)


def next_words(counts, rng):
    return rng.choice(len(counts), counts.sum(), p=counts / counts.sum())


def next_without_minlength(counts, rng):
    return np.unique(next_words(counts, rng), return_counts=True)[1]


def next_shares(counts, rng):
    return next_counts(counts, rng) / counts.sum()


def next_equal_chances(counts, rng):
    alive = counts > 0
    return rng.multinomial(counts.sum(), alive / alive.sum())


def next_all_words(counts, rng):
    return np.bincount(rng.integers(len(counts), size=counts.sum()), minlength=len(counts))


def next_smoothed(counts, rng):
    return rng.multinomial(counts.sum(), (counts + 1) / (counts + 1).sum())


def next_hundred(counts, rng):
    return rng.multinomial(100, counts / counts.sum())


def next_of_words(counts, rng):
    return rng.multinomial(len(counts), counts / counts.sum())


def next_but_one(counts, rng):
    return next_counts(next_counts(counts, rng), rng)


def next_of_two_texts(counts, rng):
    return rng.multivariate_hypergeometric(2 * counts, counts.sum())


def next_global_state(counts, rng):
    return np.random.multinomial(counts.sum(), counts / counts.sum())  # noqa: NPY002


def next_own_generator(counts, rng):
    return next_counts(counts, np.random.default_rng(0))


def next_in_place(counts, rng):
    counts[:] = next_counts(counts, rng)
    return counts


def next_squared(counts, rng):
    return rng.multinomial(counts.sum(), counts**2 / (counts**2).sum())


# 02.2 what_is_left(shares, counts) ------------------------------------------------------------------------------------


def what_is_left(shares, counts):
    alive = shares > 0
    return alive.mean(axis=-1), (alive * counts).sum(axis=-1) / counts.sum()


def left_by_matrix_product(shares, counts):
    alive = np.not_equal(shares, 0).astype(float)
    return [alive.sum(-1) / counts.size, alive @ (counts / counts.sum())]


def left_by_average(shares, counts):
    alive = shares > 0
    return np.array([np.average(alive, axis=-1), np.average(alive, axis=-1, weights=counts)])


def left_by_the_dead(shares, counts):
    dead = shares == 0
    return 1 - dead.mean(-1), 1 - np.where(dead, counts, 0).sum(-1) / counts.sum()


def left_swapped(shares, counts):
    return what_is_left(shares, counts)[::-1]


def left_of_its_own_text(shares, counts):
    alive = shares > 0
    return alive.mean(-1), (alive * shares).sum(-1)


def left_dead(shares, counts):
    return (shares == 0).mean(-1), (alive_uses(shares, counts)) / counts.sum()


def alive_uses(shares, counts):
    return ((shares > 0) * counts).sum(-1)


def left_text_dead(shares, counts):
    return (shares > 0).mean(-1), 1 - alive_uses(shares, counts) / counts.sum()


def left_numbers(shares, counts):
    return (shares > 0).sum(-1), alive_uses(shares, counts) / counts.sum()


def left_uses(shares, counts):
    return (shares > 0).mean(-1), alive_uses(shares, counts)


def left_per_cent(shares, counts):
    words, text = what_is_left(shares, counts)
    return 100 * words, 100 * text


def left_threshold(shares, counts):
    alive = shares > 1 / counts.sum()
    return alive.mean(-1), (alive * counts).sum(-1) / counts.sum()


def left_one_number(shares, counts):
    alive = shares > 0
    return alive.mean(), (alive * counts).sum(-1).mean() / counts.sum()


def left_first_axis(shares, counts):
    alive = shares > 0
    return alive.mean(axis=0), (alive * counts).sum(axis=0) / counts.sum()


def left_weighted_twice(shares, counts):
    return (shares > 0).mean(-1), (shares * counts).sum(-1) / counts.sum()


def left_words_twice(shares, counts):
    return (shares > 0).mean(-1), (shares > 0).mean(-1)


def left_words_only(shares, counts):
    return (shares > 0).mean(-1)


def left_mean_shares(shares, counts):
    return shares.mean(-1), alive_uses(shares, counts) / counts.sum()


# 02.3 survival(count, t) ----------------------------------------------------------------------------------------------


def survival(count, t):
    g = 1.0
    for _ in range(t - 1):
        g = 1 - np.exp(-g)
    return 1 - np.exp(-count * g)


def survival_recursive(count, t):
    def extinct(t):
        return 0.0 if t == 0 else np.exp(extinct(t - 1) - 1)

    return 1 - extinct(t) ** np.asarray(count)


def survival_of_the_library(count, t):
    return theory.survival(count, t)


def survival_one_by_one(count, t):
    values = [survival(each, t) for each in np.ravel(count)]
    return values if np.ndim(count) else values[0]


def survival_dead(count, t):
    return np.exp(-count * theory.survival_factor(t))


def survival_one_late(count, t):
    return survival(count, t + 1)


def survival_one_early(count, t):
    g = 1.0
    for _ in range(t - 2):
        g = 1 - np.exp(-g)
    return 1 - np.exp(-count * g)


def survival_of_one(count, t):
    return survival(np.ones(np.shape(count)), t)


def survival_times_count(count, t):
    return count * survival(1, t)


def survival_of_singles(count, t):
    return 1 - (1 - (1 - np.exp(-1)) ** t) ** count


def survival_two_over_t(count, t):
    return 1 - np.exp(-2 * count / t)


def survival_without_t(count, t):
    return 1 - np.exp(-count)


def survival_count_over_t(count, t):
    return 1 - np.exp(-count / t)


def survival_wrong_step(count, t):
    g = 1.0
    for _ in range(t - 1):
        g = np.exp(-g)
    return 1 - np.exp(-count * g)


def survival_in_the_loop(count, t):
    g = count
    for _ in range(t):
        g = 1 - np.exp(-g)
    return g


def survival_one_number(count, t):
    return float(np.mean(survival(count, t)))


# 02.4 presence(count, real_fraction, *, n, generations, replicates, rng) ----------------------------------------------


def history(policy, count, *, n, generations, replicates, rng, keep=()):
    real = np.repeat([1, 0], [count, n - count])[:, None]
    return self_consume(
        Categorical(2), real, policy=policy, generations=generations, rng=rng, replicates=replicates, keep=keep
    )


def presence(count, real_fraction, **setting):
    models = history(Mix(real_fraction), count, **setting).models
    return np.array([(model.shares_[:, 1] > 0).mean() for model in models])


def presence_evaluated(count, real_fraction, *, n, generations, replicates, rng):
    real = np.zeros((replicates, n, 1))
    real[:, :count] = 1
    loop = self_consume(Categorical(2), real, policy=Mix(real_fraction), generations=generations, rng=rng)
    return loop.evaluate("there", lambda model: model.shares_[..., 1] > 0).mean(axis=1)


def presence_by_counts(count, real_fraction, *, n, generations, replicates, rng):
    real, now = round(real_fraction * n), np.full(replicates, count)
    curve = [1.0]
    for _ in range(generations):
        now = rng.binomial(n - real, now / n) + rng.hypergeometric(count, n - count, real, size=replicates)
        curve.append(np.count_nonzero(now) / replicates)
    return curve


def presence_other_code(count, real_fraction, *, n, generations, replicates, rng):
    real = np.where(np.arange(n) < count, 0, 1)[:, None]
    loop = self_consume(
        Categorical(2), real, policy=Mix(real_fraction), generations=generations, rng=rng, replicates=replicates
    )
    return [np.mean(model.shares_[:, 0] != 0) for model in loop.models]


def shares_of_runs(models):
    return np.array([(model.shares_[:, 1] > 0).mean() for model in models])


def presence_replace(count, real_fraction, **setting):
    return shares_of_runs(history(Replace(), count, **setting).models)


def presence_synthetic_share(count, real_fraction, **setting):
    return presence(count, 1 - real_fraction, **setting)


def presence_augment(count, real_fraction, **setting):
    return shares_of_runs(history(Augment(1 - real_fraction), count, **setting).models)


def presence_accumulate(count, real_fraction, **setting):
    return shares_of_runs(history(Accumulate(), count, **setting).models)


def presence_of_the_others(count, real_fraction, **setting):
    models = history(Mix(real_fraction), count, **setting).models
    return np.array([(model.shares_[:, 0] > 0).mean() for model in models])


def presence_mean_share(count, real_fraction, **setting):
    models = history(Mix(real_fraction), count, **setting).models
    return np.array([model.shares_[:, 1].mean() for model in models])


def presence_expected(count, real_fraction, **setting):
    models = history(Mix(real_fraction), count, **setting).models
    later = [(1 - (1 - model.shares_[:, 1]) ** setting["n"]).mean() for model in models[:-1]]
    return np.array([1, *later])


def presence_in_samples(count, real_fraction, **setting):
    samples = history(Mix(real_fraction), count, **setting, keep="all").samples
    return np.array([(samples[t][..., 0] == 1).any(-1).mean() for t in range(setting["generations"] + 1)])


def presence_of_each_run(count, real_fraction, **setting):
    models = history(Mix(real_fraction), count, **setting).models
    return np.mean([model.shares_[:, 1] > 0 for model in models], axis=0)


def presence_no_mean(count, real_fraction, **setting):
    models = history(Mix(real_fraction), count, **setting).models
    return np.array([model.shares_[:, 1] > 0 for model in models])


def presence_without_the_start(count, real_fraction, **setting):
    return presence(count, real_fraction, **setting)[1:]


def presence_one_run(count, real_fraction, **setting):
    return presence(count, real_fraction, **setting | {"replicates": 1})


def presence_forty(count, real_fraction, **setting):
    return presence(count, real_fraction, **setting | {"n": 40})


def presence_once(count, real_fraction, **setting):
    return presence(1, real_fraction, **setting)


def presence_reseeded(count, real_fraction, **setting):
    return presence(count, real_fraction, **setting | {"rng": np.random.default_rng(0)})


def presence_last_only(count, real_fraction, **setting):
    return presence(count, real_fraction, **setting)[-1]


# 02.5 presence_law(count, real_fraction), needed ----------------------------------------------------------------------


def presence_law(count, real_fraction):
    u, absent = 1.0, 1.0
    for _ in range(20_000):
        absent *= 1 - real_fraction * u
        u = 1 - np.exp(-(1 - real_fraction) * u)
        if u < 1e-12:
            break
    return 1 - absent**count


def law_of_the_library(count, real_fraction):
    return theory.long_run_presence(count, real_fraction)


def law_by_logarithms(count, real_fraction):
    f, u, total = real_fraction, 1.0, 0.0
    if f == 1:
        return 1.0
    while f * u > 1e-10:
        total += np.log1p(-f * u)
        u = -np.expm1(-(1 - f) * u)
    return -np.expm1(count * total)


def law_by_extinction(count, real_fraction):
    f, q, absent = real_fraction, 0.0, 1.0  # q: the chance that a family has died out
    for _ in range(5000):
        absent *= (1 - f) + f * q
        q = np.exp((1 - f) * (q - 1))
    return np.float64(1) - absent**count


NEEDED = brentq(lambda f: presence_law(10, f) - 0.9, 0.001, 0.5)


def law_absent(count, real_fraction):
    return 1 - presence_law(count, real_fraction)


def law_newest_only(count, real_fraction):
    return 1 - (1 - real_fraction) ** count


def law_newest_poisson(count, real_fraction):
    return 1 - np.exp(-real_fraction * count)


def law_of_fresh_text(count, real_fraction):
    u, total = 1.0, 0.0
    for _ in range(5000):
        total += u
        u = 1 - np.exp(-(1 - real_fraction) * u)
    return 1 - np.exp(-count * real_fraction * total)


def law_short_form(count, real_fraction):
    if real_fraction == 0:
        return 0.0
    return 1 - (1 + 1 / (2 * real_fraction)) ** (-2 * real_fraction * count)


def law_not_thinned(count, real_fraction):
    u, absent = 1.0, 1.0
    for _ in range(5000):
        absent *= 1 - real_fraction * u
        u = 1 - np.exp(-u)
    return 1 - absent**count


def law_fifty_terms(count, real_fraction):
    u, absent = 1.0, 1.0
    for _ in range(50):
        absent *= 1 - real_fraction * u
        u = 1 - np.exp(-(1 - real_fraction) * u)
    return 1 - absent**count


def law_without_the_newest(count, real_fraction):
    u, absent = 1.0, 1.0
    for _ in range(5000):
        u = 1 - np.exp(-(1 - real_fraction) * u)
        absent *= 1 - real_fraction * u
    return 1 - absent**count


def law_of_one(count, real_fraction):
    return presence_law(1, real_fraction)


def law_times_count(count, real_fraction):
    return count * presence_law(1, real_fraction)


def law_mean_number(count, real_fraction):
    u, total = 1.0, 0.0
    for _ in range(5000):
        total += real_fraction * u
        u = 1 - np.exp(-(1 - real_fraction) * u)
    return count * total


def law_exchanged(count, real_fraction):
    return presence_law(count, 1 - real_fraction)


def law_divides_by_f(count, real_fraction):
    with np.errstate(divide="ignore"):
        return 1 - (1 + 1 / (2 * np.float64(real_fraction))) ** (-2 * real_fraction * count)


# The answers to each check: right ones, and wrong ones with words that their message must hold. -----------------------

RIGHT = {
    "02.1": [(next_counts,), (next_by_choice,), (next_from_the_text,), (next_with_the_library,)],
    "02.2": [(what_is_left,), (left_by_matrix_product,), (left_by_average,), (left_by_the_dead,)],
    "02.3": [(survival,), (survival_recursive,), (survival_of_the_library,), (survival_one_by_one,)],
    "02.4": [(presence,), (presence_evaluated,), (presence_by_counts,), (presence_other_code,)],
    "02.5": [
        (presence_law, NEEDED),
        (law_of_the_library, round(NEEDED, 3)),
        (law_by_logarithms, NEEDED),
        (law_by_extinction, np.array(0.0416)),
    ],
}

WRONG = {
    "02.1": [
        ((next_expected,), "these very counts"),
        ((next_shuffled,), "these very counts"),
        ((next_poisson,), "What fixes the length"),
        ((next_words,), "look like the drawn words"),
        ((next_without_minlength,), "has the count 0, at its own place"),
        ((next_shares,), "adds up to 1: shares"),
        ((next_equal_chances,), "Has each word the same chance?"),
        ((next_all_words,), "a share of 0 is never drawn"),
        ((next_smoothed,), "a share of 0 is never drawn"),
        ((next_hundred,), "What fixes the length"),
        ((next_of_words,), "What fixes the length"),
        ((next_but_one,), "lost in two generations"),
        ((next_of_two_texts,), "vary too little"),
        ((next_global_state,), "draws from elsewhere than `rng`"),
        ((next_own_generator,), "made or seeded anew inside"),
        ((next_in_place,), "changed the array that it was given"),
        ((next_squared,), "With which shares do you draw?"),
    ],
    "02.2": [
        ((left_swapped,), "in the other order"),
        ((left_of_its_own_text,), "Whose running text"),
        ((left_dead,), "the share of the dead"),
        ((left_text_dead,), "can no longer be said"),
        ((left_numbers,), "That is a number of words. A share of which"),
        ((left_uses,), "a number of words of text"),
        ((left_per_cent,), "in per cent"),
        ((left_threshold,), "one in a million"),
        ((left_one_number,), "one number for all runs"),
        ((left_first_axis,), "Over which axis"),
        ((left_weighted_twice,), "with all its uses, or a part"),
        ((left_words_twice,), "every word one vote"),
        ((left_words_only,), "Two are asked for"),
        ((left_mean_shares,), "the mean of the shares"),
    ],
    "02.3": [
        ((survival_dead,), "the chance to be dead"),
        ((survival_one_late,), "one generation later"),
        ((survival_one_early,), "one generation earlier"),
        ((survival_of_one,), "the law of one copy"),
        ((survival_times_count,), "Can a chance be above 1?"),
        ((survival_of_singles,), "leave one successor"),
        ((survival_two_over_t,), "2/t is near to g only"),
        ((survival_without_t,), "Where does t come in?"),
        ((survival_count_over_t,), "divides the count by t"),
        ((survival_wrong_step,), "what are g₂ and g₃"),
        ((survival_in_the_loop,), "what are g₂ and g₃"),
        ((survival_one_number,), "where an array of 4 values is needed"),
    ],
    "02.4": [
        ((presence_replace,), "without any real text"),
        ((presence_synthetic_share,), "synthetic text, not real"),
        ((presence_augment,), "there in all runs in all generations"),
        ((presence_accumulate,), "there in all runs in all generations"),
        ((presence_of_the_others,), "there in all runs in all generations"),
        ((presence_mean_share,), "the mean share of the word"),
        ((presence_expected,), "What is true or false in each run?"),
        ((presence_in_samples,), "one that was drawn later"),
        ((presence_of_each_run,), "Over which axis"),
        ((presence_no_mean,), "In which share of the runs"),
        ((presence_without_the_start,), "Which is missing, or too many?"),
        ((presence_one_run,), "Does each run draw for itself?"),
        ((presence_forty,), "the curve for n=40"),
        ((presence_once,), "a word used once. Where does count come in?"),
        ((presence_reseeded,), "made or seeded anew inside"),
        ((presence_last_only,), "an array of 9 values is needed"),
    ],
    "02.5": [
        ((law_absent, NEEDED), "the chance to be absent"),
        ((law_newest_only, NEEDED), "a real copy has just come"),
        ((law_newest_poisson, NEEDED), "real copies that have just come"),
        ((law_of_fresh_text, NEEDED), "Poisson-many times"),
        ((law_short_form, NEEDED), "the lesson's short form"),
        ((law_not_thinned, NEEDED), "one successor on average"),
        ((law_fifty_terms, NEEDED), "when is u small enough to stop"),
        ((law_without_the_newest, NEEDED), "leaves out the real copies of the newest text"),
        ((law_of_one, NEEDED), "Where does count come in?"),
        ((law_times_count, NEEDED), "Can a chance be above 1?"),
        ((law_mean_number, NEEDED), "a mean number of living families"),
        ((law_exchanged, NEEDED), "f and 1 − f exchanged"),
        ((law_divides_by_f, NEEDED), "the lesson's short form"),
        ((presence_law, 100 * NEEDED), "lies between 0 and 1"),
        ((presence_law, 0.05), "more than 90%"),
        ((presence_law, 0.01), "fewer than 90%"),
        ((presence_law, "4%"), "where a single number is needed"),
    ],
}
