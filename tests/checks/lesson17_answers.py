"""Right and wrong answers to the tasks of lesson 17; each wrong one is one thought away from a right one."""

import itertools

import numpy as np
from scipy.optimize import brentq

# 17.1 next_year(share, truth, human, loss) ----------------------------------------------------------------------------


def next_year(share, truth, human, loss):
    mixed = human * truth + (1 - human) * share
    return mixed * (1 - loss) / (1 - mixed * loss)


def next_year_by_counts(share, truth, human, loss):
    group = 1000 * (human * truth + (1 - human) * share) * (1 - loss)
    rest = 1000 * (human * (1 - truth) + (1 - human) * (1 - share))
    return group / (group + rest)


def next_year_by_odds(share, truth, human, loss):
    mixed = human * truth + (1 - human) * share
    odds = mixed / (1 - mixed) * (1 - loss)
    return odds / (1 + odds)


def next_year_by_average(share, truth, human, loss):
    share = np.asarray(share, float)
    mixed = np.average([np.full_like(share, truth), share], axis=0, weights=[human, 1 - human])
    return (mixed - mixed * loss) / (1 - mixed * loss)


def part_of_the_old_pool(share, truth, human, loss):
    return (human * truth + (1 - human) * share) * (1 - loss)


def unfiltered(share, truth, human, loss):
    return human * truth + (1 - human) * share


def filtered_twice(share, truth, human, loss):
    once = next_year(share, truth, human, loss)
    return once * (1 - loss) / (1 - once * loss)


def parts_swapped(share, truth, human, loss):
    return next_year(share, truth, 1 - human, loss)


def only_makers_filtered(share, truth, human, loss):
    return human * truth + (1 - human) * share * (1 - loss) / (1 - share * loss)


def only_people_filtered(share, truth, human, loss):
    return human * truth * (1 - loss) / (1 - truth * loss) + (1 - human) * share


def filtered_before_mixing(share, truth, human, loss):
    return human * next_year(truth, truth, 1, loss) + (1 - human) * next_year(share, truth, 0, loss)


def loss_subtracted(share, truth, human, loss):
    return human * truth + (1 - human) * share - loss


def keeps_what_is_thrown_out(share, truth, human, loss):
    return next_year(share, truth, human, 1 - loss)


def divided_by_the_loss(share, truth, human, loss):
    return unfiltered(share, truth, human, loss) * (1 - loss) / (1 - loss)


def without_people(share, truth, human, loss):
    return next_year(share, truth, 0, loss)


def share_left(share, truth, human, loss):
    return next_year(share, truth, human, loss) / truth


def mean_over_runs(share, truth, human, loss):
    return np.mean(next_year(share, truth, human, loss))


def in_place(share, truth, human, loss):
    share *= 1 - human
    share += human * truth
    return share * (1 - loss) / (1 - share * loss)


# 17.2 long_run(truth, human, loss) ------------------------------------------------------------------------------------


def long_run(truth, human, loss):
    share = truth
    for _ in range(20_000):
        share = next_year(share, truth, human, loss)
    return share


def long_run_until_still(truth, human, loss):
    share, before = truth, None
    while share != before and share > 1e-300:
        share, before = next_year(share, truth, human, loss), share
        if before is not None and abs(share - before) < 1e-14:
            break
    return share


def long_run_by_roots(truth, human, loss):
    if human == 0:
        return truth if loss == 0 else 0.0
    return brentq(lambda q: next_year(q, truth, human, loss) - q, 0, truth, xtol=1e-14)


def long_run_by_algebra(truth, human, loss):
    if loss == 0:
        return truth
    a = loss * (1 - human)
    b = (1 - loss) * (1 - human) + loss * human * truth - 1
    c = (1 - loss) * human * truth
    return c / -b if a == 0 else (-b - np.sqrt(b * b - 4 * a * c)) / (2 * a)


def one_year(truth, human, loss):
    return next_year(truth, truth, human, loss)


def twenty_years(truth, human, loss):
    share = truth
    for _ in range(20):
        share = next_year(share, truth, human, loss)
    return share


def hundred_years(truth, human, loss):
    share = truth
    for _ in range(100):
        share = next_year(share, truth, human, loss)
    return share


def stops_early(truth, human, loss):
    share, before = truth, 1.0
    while abs(share - before) > 1e-3:
        share, before = next_year(share, truth, human, loss), share
    return share


def law_for_the_rare(truth, human, loss):
    a = (1 - loss) * (1 - human)
    return truth * ((1 - loss) * human / (1 - a) if a < 1 else 1.0)


def law_alone(truth, human, loss):
    return law_for_the_rare(truth, human, loss) / truth


def long_run_left(truth, human, loss):
    return long_run(truth, human, loss) / truth


def long_run_swapped(truth, human, loss):
    return long_run(truth, 1 - human, loss)


def nothing_changes(truth, human, loss):
    return truth


def always_gone(truth, human, loss):
    return 0.0


def whole_path(truth, human, loss):
    path = [truth]
    for _ in range(500):
        path.append(next_year(path[-1], truth, human, loss))
    return path


# 17.3 tornado(model, low, base, high) ---------------------------------------------------------------------------------


def outcomes(model, name, low, base, high):
    return model(**base | {name: low[name]}), model(**base), model(**base | {name: high[name]})


def tornado(model, low, base, high):
    swings = [(name, np.ptp(outcomes(model, name, low, base, high))) for name in low]
    return sorted(swings, key=lambda pair: pair[1], reverse=True)


def tornado_by_loops(model, low, base, high):
    result = {}
    middle = model(**base)
    for name in base:
        seen = [middle]
        for end in (low, high):
            settings = dict(base)
            settings[name] = end[name]
            seen.append(model(**settings))
        result[name] = max(seen) - min(seen)
    return dict(sorted(result.items(), key=lambda pair: -pair[1]))


def tornado_by_library(model, low, base, high):
    from course_lib.sensitivity import one_at_a_time

    table = one_at_a_time(model, low, base, high)
    return list(zip(table["assumption"], table["swing"], strict=True))


def ranked(model, low, base, high, swing):
    return sorted(((name, swing(name)) for name in low), key=lambda pair: pair[1], reverse=True)


def ends_only(model, low, base, high):
    def swing(name):
        at_low, _, at_high = outcomes(model, name, low, base, high)
        return abs(at_high - at_low)

    return ranked(model, low, base, high, swing)


def signed_ends(model, low, base, high):
    def swing(name):
        at_low, _, at_high = outcomes(model, name, low, base, high)
        return at_high - at_low

    return ranked(model, low, base, high, swing)


def high_side_only(model, low, base, high):
    return ranked(model, low, base, high, lambda n: abs(model(**base | {n: high[n]}) - model(**base)))


def low_side_only(model, low, base, high):
    return ranked(model, low, base, high, lambda n: abs(model(**base | {n: low[n]}) - model(**base)))


def longer_side(model, low, base, high):
    def swing(name):
        at_low, middle, at_high = outcomes(model, name, low, base, high)
        return max(abs(at_low - middle), abs(at_high - middle))

    return ranked(model, low, base, high, swing)


def per_unit(model, low, base, high):
    def swing(name):
        at_low, _, at_high = outcomes(model, name, low, base, high)
        return abs(at_high - at_low) / (high[name] - low[name])

    return ranked(model, low, base, high, swing)


def others_low(model, low, base, high):
    return ranked(model, low, base, high, lambda n: abs(model(**low | {n: high[n]}) - model(**low)))


def others_high(model, low, base, high):
    return ranked(model, low, base, high, lambda n: abs(model(**high | {n: low[n]}) - model(**high)))


def largest_outcome(model, low, base, high):
    return ranked(model, low, base, high, lambda n: max(outcomes(model, n, low, base, high)))


def standard_deviation(model, low, base, high):
    return ranked(model, low, base, high, lambda n: np.std(outcomes(model, n, low, base, high)))


def both_sides_added(model, low, base, high):
    def swing(name):
        at_low, middle, at_high = outcomes(model, name, low, base, high)
        return abs(at_low - middle) + abs(at_high - middle)

    return ranked(model, low, base, high, swing)


def never_set_back(model, low, base, high):
    swings = []
    for name in low:
        seen = [model(**base)]
        for end in (low, high):
            base[name] = end[name]
            seen.append(model(**base))
        swings.append((name, max(seen) - min(seen)))
    return sorted(swings, key=lambda pair: -pair[1])


def smallest_first(model, low, base, high):
    return tornado(model, low, base, high)[::-1]


def names_only(model, low, base, high):
    return [name for name, _ in tornado(model, low, base, high)]


def first_only(model, low, base, high):
    return tornado(model, low, base, high)[:1]


def positional(model, low, base, high):
    return ranked(model, low, base, high, lambda n: model(base[n]))


# 17.4 two_futures(model, low, high) -----------------------------------------------------------------------------------


def all_corners(low, high):
    return [dict(zip(low, ends, strict=True)) for ends in itertools.product(*((low[name], high[name]) for name in low))]


def two_futures(model, low, high):
    corners = all_corners(low, high)
    return min(corners, key=lambda c: model(**c)), max(corners, key=lambda c: model(**c))


def two_futures_by_bits(model, low, high):
    names, found = list(low), []
    for number in range(2 ** len(names)):
        corner = {name: (high if number >> bit & 1 else low)[name] for bit, name in enumerate(names)}
        found.append((model(**corner), number, corner))
    found.sort(key=lambda each: each[:2])
    return [found[0][2], found[-1][2]]


def two_futures_one_by_one(model, low, high):
    corners = [{}]
    for name in low:
        corners = [corner | {name: end[name]} for corner in corners for end in (low, high)]
    outcome = np.array([model(**corner) for corner in corners])
    return corners[outcome.argmin()], corners[outcome.argmax()]


def by_tornado(model, low, high, start=None):
    start = {name: (low[name] + high[name]) / 2 for name in low} if start is None else start
    dark, bright = {}, {}
    for name in low:
        at_low, at_high = (model(**start | {name: end[name]}) for end in (low, high))
        dark[name], bright[name] = (low[name], high[name]) if at_low < at_high else (high[name], low[name])
    return dark, bright


def by_tornado_from_low(model, low, high):
    return by_tornado(model, low, high, low)


def by_tornado_from_high(model, low, high):
    return by_tornado(model, low, high, high)


def low_is_dark(model, low, high):
    return dict(low), dict(high)


def the_other_order(model, low, high):
    dark, bright = two_futures(model, low, high)
    return bright, dark


def outcomes_of_the_two(model, low, high):
    return tuple(model(**future) for future in two_futures(model, low, high))


def bright_only(model, low, high):
    return two_futures(model, low, high)[1]


def values_without_names(model, low, high):
    return tuple(list(future.values()) for future in two_futures(model, low, high))


def low_or_high(model, low, high):
    return tuple({n: "low" if v == low[n] else "high" for n, v in f.items()} for f in two_futures(model, low, high))


def in_the_middle(model, low, high):
    middle = {name: (low[name] + high[name]) / 2 for name in low}
    return middle, two_futures(model, low, high)[1]


def one_missing(model, low, high):
    return tuple(dict(list(future.items())[1:]) for future in two_futures(model, low, high))


def dark_is_the_opposite(model, low, high):
    bright = two_futures(model, low, high)[1]
    return {name: low[name] if bright[name] == high[name] else high[name] for name in low}, bright


RIGHT = {
    "17.1": [(next_year,), (next_year_by_counts,), (next_year_by_odds,), (next_year_by_average,)],
    "17.2": [(long_run,), (long_run_until_still,), (long_run_by_roots,), (long_run_by_algebra,)],
    "17.3": [(tornado,), (tornado_by_loops,), (tornado_by_library,)],
    "17.4": [(two_futures,), (two_futures_by_bits,), (two_futures_one_by_one,)],
}

WRONG = {
    "17.1": [
        ((part_of_the_old_pool,), "before the filter"),
        ((unfiltered,), "Where does the filter come in"),
        ((filtered_twice,), "filters twice"),
        ((parts_swapped,), "Whose part is `human`"),
        ((only_makers_filtered,), "filters the makers' records only"),
        ((only_people_filtered,), "filters people's records only"),
        ((filtered_before_mixing,), "filters first and mixes then"),
        ((loss_subtracted,), "takes the loss off the share"),
        ((keeps_what_is_thrown_out,), "keeps what the filter throws out"),
        ((divided_by_the_loss,), "Where does the filter come in"),
        ((without_people,), "no people in that"),
        ((share_left,), "over `truth`"),
        ((mean_over_runs,), "a single number"),
        ((in_place,), "changed the array"),
    ],
    "17.2": [
        ((one_year,), "after 1 year."),
        ((twenty_years,), "after 20 years"),
        ((hundred_years,), "after 100 years"),
        ((stops_early,), "leaves as it is"),
        ((law_for_the_rare,), "so rare that its loss does not shrink"),
        ((law_alone,), "by the law for a rare group"),
        ((long_run_left,), "over `truth`"),
        ((long_run_swapped,), "Whose part is `human`"),
        ((nothing_changes,), "the share among people"),
        ((always_gone,), "It ends at 0 only where"),
        ((whole_path,), "a single number"),
    ],
    "17.3": [
        ((ends_only,), "whose ends agree"),
        ((signed_ends,), "with its sign"),
        ((high_side_only,), "And the low one"),
        ((low_side_only,), "And the high one"),
        ((longer_side,), "the longer side"),
        ((per_unit,), "per unit"),
        ((others_low,), "at their low values"),
        ((others_high,), "at their high values"),
        ((largest_outcome,), "Those are outcomes"),
        ((standard_deviation,), "standard deviations"),
        ((both_sides_added,), "adds both sides"),
        ((never_set_back,), "changed `base`"),
        ((smallest_first,), "The largest comes first"),
        ((names_only,), "A list of pairs"),
        ((first_only,), "each once"),
        ((positional,), "TypeError"),
    ],
    "17.4": [
        ((by_tornado,), "with the others in the middle"),
        ((by_tornado_from_low,), "among the"),
        ((by_tornado_from_high,), "among the"),
        ((low_is_dark,), "Is low always worse"),
        ((the_other_order,), "in the other order"),
        ((outcomes_of_the_two,), "is a dict from each assumption"),
        ((bright_only,), "Two dicts are needed"),
        ((values_without_names,), "yours is something else"),
        ((low_or_high,), "a number: its value"),
        ((in_the_middle,), "in one of your futures"),
        ((one_missing,), "needs a value for each"),
        ((dark_is_the_opposite,), "How many corners"),
    ],
}
