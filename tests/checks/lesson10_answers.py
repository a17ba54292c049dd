"""Right and wrong answers to the tasks of lesson 10; each wrong one is one thought away from a right one."""

import numpy as np
from scipy.spatial.distance import cdist

from course_lib import theory

# 10.1 split_people(groups, test_fraction, rng) ------------------------------------------------------------------------


def split_people(groups, test_fraction, rng):
    people = np.unique(groups)
    return np.isin(groups, rng.choice(people, round(test_fraction * len(people)), replace=False))


def split_by_shuffling(groups, test_fraction, rng):
    people = rng.permutation(np.unique(groups))
    return np.isin(groups, people[: round(test_fraction * people.size)])


def split_with_a_set(groups, test_fraction, rng):
    people = sorted(set(groups.tolist()))
    rng.shuffle(people)
    test = set(people[len(people) - round(test_fraction * len(people)) :])
    return [one in test for one in groups]


def split_by_scores(groups, test_fraction, rng):
    people, which = np.unique(groups, return_inverse=True)
    place = rng.random(len(people)).argsort().argsort()
    return (place < round(test_fraction * len(people)))[which]


def split_rows(groups, test_fraction, rng):
    return rng.random(len(groups)) < test_fraction


def split_shuffled_rows(groups, test_fraction, rng):
    mask = np.arange(len(groups)) < round(test_fraction * len(groups))
    return rng.permutation(mask)


def split_training(groups, test_fraction, rng):
    return ~split_people(groups, test_fraction, rng)


def split_first_people(groups, test_fraction, rng):
    people = np.unique(groups)
    return np.isin(groups, people[: round(test_fraction * len(people))])


def split_from_rows(groups, test_fraction, rng):
    size, people = round(test_fraction * len(np.unique(groups))), []
    while len(people) < size:
        one = rng.choice(groups)
        if one not in people:
            people.append(one)
    return np.isin(groups, people)


def split_with_replacement(groups, test_fraction, rng):
    people = np.unique(groups)
    return np.isin(groups, rng.choice(people, round(test_fraction * len(people))))


def split_until_enough_rows(groups, test_fraction, rng):
    mask = np.zeros(len(groups), dtype=bool)
    for one in rng.permutation(np.unique(groups)):
        if mask.mean() < test_fraction:
            mask |= groups == one
    return mask


def split_codes(groups, test_fraction, rng):
    people = np.arange(20)
    return np.isin(groups, rng.choice(people, round(test_fraction * 20), replace=False))


def split_own_generator(groups, test_fraction, rng):
    return split_people(groups, test_fraction, np.random.default_rng(0))


def split_global(groups, test_fraction, rng):
    people = np.unique(groups)
    return np.isin(groups, np.random.permutation(people)[: round(test_fraction * len(people))])  # noqa: NPY002


def split_indices(groups, test_fraction, rng):
    return np.flatnonzero(split_people(groups, test_fraction, rng))


def split_two(groups, test_fraction, rng):
    test = split_people(groups, test_fraction, rng)
    return np.flatnonzero(~test), np.flatnonzero(test)


def split_in_place(groups, test_fraction, rng):
    rng.shuffle(groups)
    return split_people(groups, test_fraction, rng)


def split_without_return(groups, test_fraction, rng):
    split_people(groups, test_fraction, rng)


# 10.2 standard_error(rows, n) -----------------------------------------------------------------------------------------


def standard_error(rows, n):
    return rows.std(ddof=1) * np.sqrt(1 / len(rows) + 1 / n)


def error_stretched(rows, n):
    m = rows.size
    return np.std(rows, ddof=1) / np.sqrt(m) * np.sqrt(1 + m / n)


def error_in_squares(rows, n):
    variance = ((rows - rows.mean()) ** 2).sum() / (len(rows) - 1)
    return float((variance / len(rows) + variance / n) ** 0.5)


def error_by_hypotenuse(rows, n):
    spread = np.std(rows, ddof=1)
    return np.hypot(spread / len(rows) ** 0.5, spread / n**0.5)


def error_of_rows(rows, n):
    return rows.std(ddof=1) / np.sqrt(len(rows))


def error_of_people(rows, n):
    return rows.std(ddof=1) / np.sqrt(n)


def error_together(rows, n):
    return rows.std(ddof=1) / np.sqrt(len(rows) + n)


def error_unrooted(rows, n):
    return rows.std(ddof=1) / np.sqrt(len(rows)) * (1 + len(rows) / n)


def error_upside_down(rows, n):
    return rows.std(ddof=1) / np.sqrt(len(rows)) * np.sqrt(1 + n / len(rows))


def error_added(rows, n):
    return rows.std(ddof=1) / np.sqrt(len(rows)) + rows.std(ddof=1) / np.sqrt(n)


def error_variance(rows, n):
    return rows.var(ddof=1) * (1 / len(rows) + 1 / n)


def error_spread(rows, n):
    return rows.std(ddof=1) * np.sqrt(1 + len(rows) / n)


def error_by_m(rows, n):
    return rows.std() * np.sqrt(1 / len(rows) + 1 / n)


def error_interval(rows, n):
    return 1.96 * standard_error(rows, n)


def error_both(rows, n):
    return rows.mean(), standard_error(rows, n)


def error_in_place(rows, n):
    rows -= rows.mean()
    return np.sqrt((rows**2).sum() / (len(rows) - 1) * (1 / len(rows) + 1 / n))


def error_without_return(rows, n):
    standard_error(rows, n)


# 10.3 private_counts(values, edges, epsilon, delta, rng) --------------------------------------------------------------


def true_counts(values, edges):
    return np.histogram(values, edges)[0]


def private_counts(values, edges, epsilon, delta, rng):
    counts = true_counts(values, edges)
    return counts + rng.normal(0, 1 / theory.gaussian_mu(epsilon, delta), size=len(counts))


def private_by_standard_normals(values, edges, epsilon, delta, rng):
    sd = 1 / theory.gaussian_mu(epsilon, delta)
    return [count + sd * rng.standard_normal() for count in true_counts(values, edges)]


def private_by_search(values, edges, epsilon, delta, rng):
    bins = np.searchsorted(edges[1:-1], values, side="right")
    counts = np.bincount(bins, minlength=len(edges) - 1).astype(float)
    counts += rng.standard_normal(counts.shape) / theory.gaussian_mu(epsilon, delta)
    return counts


def with_noise(name, sd):
    """Return an answer whose noise has another standard deviation."""

    def answer(values, edges, epsilon, delta, rng):
        counts = true_counts(values, edges)
        mu = theory.gaussian_mu(epsilon, delta)
        return counts + rng.normal(0, sd(mu, epsilon, delta, len(counts)), size=len(counts))

    answer.__name__ = name
    return answer


private_mu = with_noise("private_mu", lambda mu, e, d, k: mu)
private_variance = with_noise("private_variance", lambda mu, e, d, k: 1 / mu**2)
private_formula = with_noise("private_formula", lambda mu, e, d, k: np.sqrt(2 * np.log(1.25 / d)) / e)
private_every_bin = with_noise("private_every_bin", lambda mu, e, d, k: np.sqrt(k) / mu)
private_exchanged = with_noise("private_exchanged", lambda mu, e, d, k: np.sqrt(2) / mu)
private_epsilon = with_noise("private_epsilon", lambda mu, e, d, k: 1 / e)
private_some = with_noise("private_some", lambda mu, e, d, k: 4.0)


def private_laplace(values, edges, epsilon, delta, rng):
    return true_counts(values, edges) + rng.laplace(0, 1 / epsilon, size=len(edges) - 1)


def private_not(values, edges, epsilon, delta, rng):
    return true_counts(values, edges)


def private_one_number(values, edges, epsilon, delta, rng):
    return true_counts(values, edges) + rng.normal(0, 1 / theory.gaussian_mu(epsilon, delta))


def private_cut_off(values, edges, epsilon, delta, rng):
    return np.maximum(private_counts(values, edges, epsilon, delta, rng), 0)


def private_rounded(values, edges, epsilon, delta, rng):
    return np.rint(private_counts(values, edges, epsilon, delta, rng))


def private_occupied(values, edges, epsilon, delta, rng):
    counts = private_counts(values, edges, epsilon, delta, rng)
    counts[true_counts(values, edges) == 0] = 0
    return counts


def private_own_generator(values, edges, epsilon, delta, rng):
    return private_counts(values, edges, epsilon, delta, np.random.default_rng(0))


def private_shares(values, edges, epsilon, delta, rng):
    return private_counts(values, edges, epsilon, delta, rng) / len(values)


def private_cumulative(values, edges, epsilon, delta, rng):
    return np.cumsum(private_counts(values, edges, epsilon, delta, rng))


def private_without_return(values, edges, epsilon, delta, rng):
    private_counts(values, edges, epsilon, delta, rng)


# 10.4 attack(release, candidates) -------------------------------------------------------------------------------------


def differences(release, candidates):
    return np.abs(candidates[:, None] - release)  # (candidates, rows, columns)


def attack(release, candidates):
    return -np.sort(differences(release, candidates), axis=-1)[..., 5].min(axis=1)


def attack_by_median(release, candidates):
    return [-np.median(np.abs(release - one), axis=1).min() for one in candidates]


def attack_by_counting(release, candidates):
    return (differences(release, candidates) < 0.06).sum(-1).max(axis=1)


def attack_by_the_five_best(release, candidates):
    return 1 / np.sort(differences(release, candidates), axis=-1)[..., :5].sum(-1).min(axis=1)


def attack_softly(release, candidates):
    return np.exp(-((differences(release, candidates) / 0.05) ** 2)).sum(-1).max(axis=1)


def attack_by_distance(release, candidates):
    return -cdist(candidates, release).min(axis=1)


def attack_by_squared_distance(release, candidates):
    return 10 - cdist(candidates, release, "sqeuclidean").min(axis=1)


def attack_by_city_blocks(release, candidates):
    return -cdist(candidates, release, "cityblock").min(axis=1)


def attack_by_equal_values(release, candidates):
    return (differences(release, candidates) == 0).sum(-1).max(axis=1)


def attack_first_columns(release, candidates):
    return -cdist(candidates[:, :5], release[:, :5]).min(axis=1)


def attack_one_column(release, candidates):
    return -differences(release, candidates).min(-1).min(axis=1)


def attack_worst_column(release, candidates):
    return -differences(release, candidates).max(-1).min(axis=1)


def attack_all_rows(release, candidates):
    return -np.sort(differences(release, candidates), axis=-1)[..., 5].mean(axis=1)


def attack_upside_down(release, candidates):
    return -attack(release, candidates)


def attack_rows_scored(release, candidates):
    return attack(candidates, release)


def attack_places(release, candidates):
    return attack(release, candidates) + 10 * np.arange(len(candidates))


def attack_coin(release, candidates):
    return np.linalg.norm(candidates, axis=1)


def attack_table(release, candidates):
    return -np.sort(differences(release, candidates), axis=-1)[..., 5]


def attack_in_place(release, candidates):
    release.sort(axis=0)
    return attack(release, candidates)


def attack_without_return(release, candidates):
    attack(release, candidates)


# The answers to each check: right ones, and wrong ones with words that their message must hold. -----------------------

RIGHT = {
    "10.1": [(split_people,), (split_by_shuffling,), (split_with_a_set,), (split_by_scores,)],
    "10.2": [(standard_error,), (error_stretched,), (error_in_squares,), (error_by_hypotenuse,)],
    "10.3": [(private_counts,), (private_by_standard_normals,), (private_by_search,)],
    "10.4": [
        (attack,),
        (attack_by_median,),
        (attack_by_counting,),
        (attack_by_the_five_best,),
        (attack_softly,),
    ],
}

WRONG = {
    "10.1": [
        ((split_rows,), "stand on both sides"),
        ((split_shuffled_rows,), "stand on both sides"),
        ((split_training,), "does True stand for"),
        ((split_first_people,), "chance comes in nowhere"),
        ((split_from_rows,), "From which list do you draw"),
        ((split_with_replacement,), "is everybody counted once"),
        ((split_codes,), "test set has"),
        ((split_own_generator,), "made or seeded anew"),
        ((split_global,), "draws from elsewhere"),
        ((split_indices,), "A mask holds True and False"),
        ((split_two,), "One mask is needed"),
        ((split_in_place,), "changed the array that it was given"),
        ((split_without_return,), "is the `return` missing?"),
    ],
    "10.2": [
        ((error_of_rows,), "standard error of m real rows"),
        ((error_of_people,), "The m rows add their own luck"),
        ((error_together,), "rows and people together"),
        ((error_unrooted,), "stretches by 1 + m/n"),
        ((error_upside_down,), "Which of n and m is on top"),
        ((error_added,), "their squares that add"),
        ((error_variance,), "That is the variance"),
        ((error_spread,), "That is the spread"),
        ((error_by_m,), "makes it m − 1"),
        ((error_interval,), "How does the mean of the rows vary"),
        ((error_both,), "where a single number is needed"),
        ((error_in_place,), "changed the array that it was given"),
        ((error_without_return,), "is the `return` missing?"),
    ],
    "10.3": [
        ((private_mu,), "That is μ itself"),
        ((private_variance,), "which is the variance"),
        ((private_formula,), "the usual formula"),
        ((private_every_bin,), "as if one person could move every bin"),
        ((private_exchanged,), "exchanged for another"),
        ((private_epsilon,), "Where does δ come in"),
        ((private_some,), "What is the sensitivity of the counts"),
        ((private_laplace,), "Laplace noise"),
        ((private_not,), "the same values"),
        ((private_one_number,), "rises and falls together"),
        ((private_cut_off,), "none of"),
        ((private_rounded,), "whole numbers"),
        ((private_occupied,), "come out exact"),
        ((private_own_generator,), "made or seeded anew"),
        ((private_shares,), "before any noise"),
        ((private_cumulative,), "before any noise"),
        ((private_without_return,), "is the `return` missing?"),
    ],
    "10.4": [
        ((attack_by_distance,), "which it ranks people by"),
        ((attack_by_squared_distance,), "which it ranks people by"),
        ((attack_by_city_blocks,), "You are on to something"),
        ((attack_by_equal_values,), "get the same score"),
        ((attack_first_columns,), "are they always the same"),
        ((attack_one_column,), "are they always the same"),
        ((attack_worst_column,), "are they always the same"),
        ((attack_all_rows,), "nearly a coin"),
        ((attack_upside_down,), "upside down"),
        ((attack_rows_scored,), "an array of 260 values was returned"),
        ((attack_places,), "in another order"),
        ((attack_coin,), "nearly a coin"),
        ((attack_table,), "an array of shape (240, 260) was returned"),
        ((attack_in_place,), "changed the array that it was given"),
        ((attack_without_return,), "is the `return` missing?"),
    ],
}
