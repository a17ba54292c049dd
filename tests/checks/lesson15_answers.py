"""Right and wrong answers to the tasks of lesson 15; each wrong one is one thought away from a right one."""

from itertools import accumulate

import numpy as np
from scipy.optimize import bisect, brentq

from course_lib import monitor, theory

# 15.1 cusum(z, k) -----------------------------------------------------------------------------------------------------


def cusum(z, k):
    s, path = 0.0, []
    for step in z:
        s = max(0.0, s + step - k)
        path.append(s)
    return np.array(path)


def cusum_by_accumulate(z, k):
    return list(accumulate(z, lambda s, step: max(0, s + step - k), initial=0.0))[1:]


def cusum_by_lowest_point(z, k):
    total = np.cumsum(z - k)
    return total - np.minimum(np.minimum.accumulate(total), 0)


def cusum_of_the_library(z, k):
    return monitor.cusum(z, k=k)


def cusum_plain(z, k):
    return np.cumsum(z - k)


def cusum_cut_at_the_end(z, k):
    return np.maximum(np.cumsum(z - k), 0)


def cusum_without_k(z, k):
    return cusum(z, 0)


def cusum_adds_k(z, k):
    return cusum(z, -k)


def cusum_of_sizes(z, k):
    return cusum(np.abs(z), k)


def cusum_forgets(z, k):
    return np.maximum(z - k, 0)


def cusum_never_falls(z, k):
    return np.cumsum(np.maximum(z - k, 0))


def cusum_resets(z, k):
    s, path = 0.0, []
    for step in z:
        s = max(0.0, s + step - k)
        path.append(s)
        if s > 4:
            s = 0.0
    return np.array(path)


def cusum_floor_too_early(z, k):
    s, path = 0.0, []
    for step in z:
        s = max(0.0, s) + step - k
        path.append(s)
    return np.array(path)


def cusum_before(z, k):
    return np.append(0.0, cusum(z, k)[:-1])


def cusum_with_start(z, k):
    return np.append(0.0, cusum(z, k))


def cusum_from_the_first(z, k):
    total = np.cumsum(z - k)
    return total - np.minimum.accumulate(total)


def cusum_last(z, k):
    return cusum(z, k)[-1]


def cusum_in_place(z, k):
    z -= k
    for t in range(1, len(z)):
        z[t] = max(0, z[t - 1] + z[t])
    return z


# 15.2 threshold(nights, k) --------------------------------------------------------------------------------------------


def run_length(b, k):
    return (np.exp(2 * k * b) - 2 * k * b - 1) / (2 * k**2)


def threshold(nights, k):
    return brentq(lambda h: run_length(h + 1.166, k) - nights, -1, 100)


def threshold_by_halving(nights, k):
    low, high = 0.0, 60.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if run_length(middle + 1.166, k) < nights else (low, middle)
    return low


def threshold_by_steps(nights, k):
    b = 1.0
    for _ in range(200):  # 2kb = log(2k² nights + 2kb + 1), again and again
        b = np.log(2 * k**2 * nights + 2 * k * b + 1) / (2 * k)
    return b - 1.166


def threshold_of_the_exact_law(nights, k):
    return theory.cusum_threshold(nights, k)


def threshold_is_b(nights, k):
    return bisect(lambda b: run_length(b, k) - nights, 0.01, 60)


def threshold_adds_twice(nights, k):
    return threshold_is_b(nights, k) + 1.166


def threshold_drops_the_rest(nights, k):
    return np.log(2 * k**2 * nights) / (2 * k) - 1.166


def threshold_always_for_a_half(nights, k):
    return threshold(nights, 0.5)


def threshold_of_one_night(nights, k):
    from scipy.stats import norm

    return norm.isf(1 / nights)


def threshold_without_the_denominator(nights, k):
    return bisect(lambda h: 2 * k**2 * run_length(h + 1.166, k) - nights, -1, 60)


def threshold_two_sided(nights, k):
    return threshold(2 * nights, k)


def threshold_whole(nights, k):
    return round(threshold(nights, k))


def threshold_as_rate(nights, k):
    return 1 / nights


def threshold_on_a_coarse_grid(nights, k):
    grid = np.arange(0, 20, 0.25) + 0.11
    return grid[np.argmin(np.abs(run_length(grid + 1.166, k) - nights))]


def threshold_no_return(nights, k):
    threshold(nights, k)


def threshold_of_many(nights, k):
    return [threshold(nights, k)] * 2


# 15.3 shuffled_p(x, y, statistic, shuffles, rng) ----------------------------------------------------------------------


def by_chance(x, y, statistic, shuffles, rng):
    pooled = np.concatenate([x, y])
    mixed = [rng.permutation(pooled) for _ in range(shuffles)]
    return np.array([statistic(each[: len(x)], each[len(x) :]) for each in mixed])


def shuffled_p(x, y, statistic, shuffles, rng):
    seen = statistic(x, y)
    return (1 + np.sum(by_chance(x, y, statistic, shuffles, rng) >= seen)) / (1 + shuffles)


def shuffled_p_all_in_one(x, y, statistic, shuffles, rng):
    pooled = np.concatenate([x, y])
    rows = np.vstack([pooled, rng.permuted(np.tile(pooled, (shuffles, 1)), axis=1)])
    values = np.array([statistic(row[: len(x)], row[len(x) :]) for row in rows])
    return np.mean(values >= values[0])


def shuffled_p_by_choosing(x, y, statistic, shuffles, rng):
    pooled, n = np.append(x, y), len(x)
    reached = 1
    seen = statistic(x, y)
    for _ in range(shuffles):
        chosen = rng.choice(len(pooled), n, replace=False)
        if statistic(pooled[chosen], np.delete(pooled, chosen)) >= seen:
            reached += 1
    return reached / (shuffles + 1)


def shuffled_p_from_nothing(x, y, statistic, shuffles, rng):
    return np.mean(by_chance(x, y, statistic, shuffles, rng) >= statistic(x, y))


def shuffled_p_above_only(x, y, statistic, shuffles, rng):
    return (1 + np.sum(by_chance(x, y, statistic, shuffles, rng) >= statistic(x, y))) / shuffles


def shuffled_p_below_only(x, y, statistic, shuffles, rng):
    return np.sum(by_chance(x, y, statistic, shuffles, rng) >= statistic(x, y)) / (1 + shuffles)


def shuffled_p_without_ties(x, y, statistic, shuffles, rng):
    return (1 + np.sum(by_chance(x, y, statistic, shuffles, rng) > statistic(x, y))) / (1 + shuffles)


def shuffled_p_other_side(x, y, statistic, shuffles, rng):
    return (1 + np.sum(by_chance(x, y, statistic, shuffles, rng) <= statistic(x, y))) / (1 + shuffles)


def shuffled_p_complement(x, y, statistic, shuffles, rng):
    return 1 - shuffled_p(x, y, statistic, shuffles, rng)


def shuffled_p_count(x, y, statistic, shuffles, rng):
    return shuffled_p(x, y, statistic, shuffles, rng) * (1 + shuffles)


def shuffled_p_with_replacement(x, y, statistic, shuffles, rng):
    pooled, seen, reached = np.concatenate([x, y]), statistic(x, y), 1
    for _ in range(shuffles):
        reached += statistic(rng.choice(pooled, len(x)), rng.choice(pooled, len(y))) >= seen
    return reached / (1 + shuffles)


def shuffled_p_each_by_itself(x, y, statistic, shuffles, rng):
    seen = statistic(x, y)
    reached = 1 + sum(statistic(rng.permutation(x), rng.permutation(y)) >= seen for _ in range(shuffles))
    return reached / (1 + shuffles)


def shuffled_p_in_halves(x, y, statistic, shuffles, rng):
    pooled, seen, reached = np.concatenate([x, y]), statistic(x, y), 1
    for _ in range(shuffles):
        mixed = rng.permutation(pooled)
        reached += statistic(mixed[: len(mixed) // 2 - 1], mixed[len(mixed) // 2 - 1 :]) >= seen
    return reached / (1 + shuffles)


def shuffled_p_parts_swapped(x, y, statistic, shuffles, rng):
    pooled, seen, reached = np.concatenate([x, y]), statistic(x, y), 1
    for _ in range(shuffles):
        mixed = rng.permutation(pooled)
        reached += statistic(mixed[: len(x) + 1], mixed[len(x) + 1 :]) >= seen
    return reached / (1 + shuffles)


def shuffled_p_own_seed(x, y, statistic, shuffles, rng):
    return shuffled_p(x, y, statistic, shuffles, np.random.default_rng(0))


def shuffled_p_only_once(x, y, statistic, shuffles, rng):
    return statistic(x, y)


def shuffled_p_never_seen(x, y, statistic, shuffles, rng):
    values = by_chance(x, y, statistic, shuffles, rng)
    return np.mean(values >= values[0])


def shuffled_p_in_place(x, y, statistic, shuffles, rng):
    p = shuffled_p(x, y, statistic, shuffles, rng)
    rng.shuffle(x)
    return p


# 15.4 made_up(q, found, false, mark) ----------------------------------------------------------------------------------


def made_up(q, found, false, mark):
    made, real = (found, false) if mark else (1 - found, 1 - false)
    return q * made / (q * made + (1 - q) * real)


def made_up_by_counting(q, found, false, mark):
    total = 1_000_000
    made, real = q * total, (1 - q) * total
    if mark:
        return made * found / (made * found + real * false)
    return (made - made * found) / (made - made * found + real - real * false)


def made_up_by_odds(q, found, false, mark):
    if mark and false == 0:
        return 1.0
    odds = q / (1 - q) * (found / false if mark else (1 - found) / (1 - false))
    return odds / (1 + odds)


def made_up_by_table(q, found, false, mark):
    table = np.array([[q * (1 - found), q * found], [(1 - q) * (1 - false), (1 - q) * false]])
    return (table / table.sum(0))[0, int(mark)]


def made_up_other_case(q, found, false, mark):
    return made_up(q, found, false, not mark)


def made_up_prior(q, found, false, mark):
    return q


def made_up_likelihood(q, found, false, mark):
    return found if mark else 1 - found


def made_up_joint(q, found, false, mark):
    return q * (found if mark else 1 - found)


def made_up_of_the_real(q, found, false, mark):
    return 1 - made_up(q, found, false, mark)


def made_up_equally_many(q, found, false, mark):
    return made_up(0.5, found, false, mark)


def made_up_real_uncounted(q, found, false, mark):
    made, real = (found, false) if mark else (1 - found, 1 - false)
    return q * made / (q * made + real)


def made_up_as_odds(q, found, false, mark):
    made, real = (found, max(false, 1e-9)) if mark else (1 - found, 1 - false)
    return q * made / ((1 - q) * real)


def made_up_no_mistakes(q, found, false, mark):
    return made_up(q, found, 0.0, mark)


def made_up_shares_swapped(q, found, false, mark):
    return made_up(1 - q, found, false, mark)


def made_up_readers_swapped(q, found, false, mark):
    return made_up(q, false, found, mark) if false > 0 or not mark else 0.0


def made_up_always_with_mark(q, found, false, mark):
    return made_up(q, found, false, True)


def made_up_both(q, found, false, mark):
    return made_up(q, found, false, True), made_up(q, found, false, False)


RIGHT = {
    "15.1": [(cusum,), (cusum_by_accumulate,), (cusum_by_lowest_point,), (cusum_of_the_library,)],
    "15.2": [(threshold,), (threshold_by_halving,), (threshold_by_steps,), (threshold_of_the_exact_law,)],
    "15.3": [(shuffled_p,), (shuffled_p_all_in_one,), (shuffled_p_by_choosing,)],
    "15.4": [(made_up,), (made_up_by_counting,), (made_up_by_odds,), (made_up_by_table,)],
}

WRONG = {
    "15.1": [
        ((cusum_plain,), "That is the plain sum"),
        ((cusum_cut_at_the_end,), "cuts off the finished sum"),
        ((cusum_without_k,), "takes nothing off"),
        ((cusum_adds_k,), "That adds k"),
        ((cusum_of_sizes,), "adds up sizes"),
        ((cusum_forgets,), "each night by itself"),
        ((cusum_never_falls,), "never falls"),
        ((cusum_resets,), "starts anew"),
        ((cusum_floor_too_early,), "Where does the max stand"),
        ((cusum_before,), "sum before each night"),
        ((cusum_with_start,), "values for 40 nights"),
        ((cusum_from_the_first,), "forgets the first night"),
        ((cusum_last,), "you return one number"),
        ((cusum_in_place,), "changed the array"),
    ],
    "15.2": [
        ((threshold_is_b,), "That is b."),
        ((threshold_adds_twice,), "adds 1.166 to b"),
        ((threshold_drops_the_rest,), "drops the rest"),
        ((threshold_always_for_a_half,), "whatever k is given"),
        ((threshold_of_one_night,), "quantile of one night"),
        ((threshold_without_the_denominator,), "leaves out the 2k²"),
        ((threshold_two_sided,), "twice the nights"),
        ((threshold_whole,), "whole number"),
        ((threshold_as_rate,), "the rate of false alarms"),
        ((threshold_on_a_coarse_grid,), "which run length comes out"),
        ((threshold_no_return,), "returned nothing"),
        ((threshold_of_many,), "a single number is needed"),
    ],
    "15.3": [
        ((shuffled_p_from_nothing,), "leaves out the division that was seen"),
        ((shuffled_p_above_only,), "above the line, not below"),
        ((shuffled_p_below_only,), "below the line, not above"),
        ((shuffled_p_without_ties,), "leaves ties out"),
        ((shuffled_p_other_side,), "at most as large"),
        ((shuffled_p_complement,), "That is 1 − p"),
        ((shuffled_p_count,), "That is a count"),
        ((shuffled_p_with_replacement,), "with replacement"),
        ((shuffled_p_each_by_itself,), "stays in its own sample"),
        ((shuffled_p_in_halves,), "How large is each"),
        ((shuffled_p_parts_swapped,), "How large is each"),
        ((shuffled_p_own_seed,), "Two generators in different states"),
        ((shuffled_p_only_once,), "asked 1 times"),
        ((shuffled_p_never_seen,), "never asked about x and y"),
        ((shuffled_p_in_place,), "changed the array"),
    ],
    "15.4": [
        ((made_up_other_case,), "answer for the other case"),
        ((made_up_prior,), "That is q itself"),
        ((made_up_likelihood,), "how often a made-up payment looks like that"),
        ((made_up_joint,), "share of all payments"),
        ((made_up_of_the_real,), "probability that it is real"),
        ((made_up_equally_many,), "equally many"),
        ((made_up_real_uncounted,), "counts all payments as real"),
        ((made_up_as_odds,), "Those are odds"),
        ((made_up_no_mistakes,), "found by mistake"),
        ((made_up_shares_swapped,), "takes q for the real ones"),
        ((made_up_readers_swapped,), "Which is whose"),
        ((made_up_always_with_mark,), "answer for the other case"),
        ((made_up_both,), "a single number is needed"),
    ],
}
