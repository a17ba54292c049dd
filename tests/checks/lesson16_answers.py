"""Right and wrong answers to the tasks of lesson 16; each wrong one is one thought away from a right one."""

import math

import numpy as np
from sklearn.metrics import cohen_kappa_score

from course_lib import annotation, labour

# 16.1 kappa(first, second) --------------------------------------------------------------------------------------------


def kappa(first, second):
    labels = np.union1d(first, second)
    chance = sum((first == k).mean() * (second == k).mean() for k in labels)
    return ((first == second).mean() - chance) / (1 - chance)


def kappa_by_sklearn(first, second):
    return cohen_kappa_score(first, second)


def kappa_by_library(first, second):
    return annotation.cohen_kappa(first, second).kappa


def kappa_by_table(first, second):
    names, codes = np.unique(np.concatenate([first, second]), return_inverse=True)
    table = np.zeros((len(names),) * 2)
    for a, b in zip(codes[: len(first)], codes[len(first) :], strict=True):
        table[a, b] += 1 / len(first)
    chance = table.sum(0) @ table.sum(1)
    return np.array([1 - (1 - np.trace(table)) / (1 - chance)])


def _beyond(first, second, chance):
    return ((first == second).mean() - chance) / (1 - chance)


def _habits(part, first, second):
    return np.array([(part == k).mean() for k in np.union1d(first, second)])


def kappa_agreed(first, second):
    return (first == second).mean()


def kappa_difference(first, second):
    return (first == second).mean() - sum((first == k).mean() * (second == k).mean() for k in np.unique(first))


def kappa_uniform(first, second):
    return _beyond(first, second, 1 / len(np.union1d(first, second)))


def kappa_pooled(first, second):
    both = np.concatenate([first, second])
    return _beyond(first, second, (_habits(both, first, second) ** 2).sum())


def kappa_first_only(first, second):
    return _beyond(first, second, (_habits(first, first, second) ** 2).sum())


def kappa_second_only(first, second):
    return _beyond(first, second, (_habits(second, first, second) ** 2).sum())


def kappa_over_chance(first, second):
    chance = _habits(first, first, second) @ _habits(second, first, second)
    return ((first == second).mean() - chance) / chance


def kappa_cut(first, second):
    return max(0.0, kappa(first, second))


def kappa_absolute(first, second):
    return abs(kappa(first, second))


def kappa_correlation(first, second):
    return np.corrcoef(first, second)[0, 1]


def kappa_pair(first, second):
    return kappa(first, second), (first == second).mean()


def kappa_sorted(first, second):
    first.sort()
    return kappa(first, second)


# 16.2 clean_records(share, level) -------------------------------------------------------------------------------------


def clean(share, level):
    return math.ceil(math.log(1 - level) / math.log(1 - share))


def clean_by_counting(share, level):
    n = 0
    while (1 - share) ** n > 1 - level:
        n += 1
    return n


def clean_by_search(share, level):
    n = np.arange(1, 20_000)
    return n[(1 - share) ** n <= 1 - level][0]


def clean_by_logs(share, level):
    return np.ceil(np.log1p(-level) / np.log1p(-share))


def clean_floor(share, level):
    return math.floor(math.log(1 - level) / math.log(1 - share))


def clean_two_sided(share, level):
    return math.ceil(math.log((1 - level) / 2) / math.log(1 - share))


def clean_one_over(share, level):
    return math.ceil(1 / share)


def clean_rule_of_three(share, level):
    return math.ceil(3 / share)


def clean_linear(share, level):
    return math.ceil(-math.log(1 - level) / share)


def clean_level_swapped(share, level):
    return math.ceil(math.log(level) / math.log(1 - share))


def clean_share_swapped(share, level):
    return math.ceil(math.log(1 - level) / math.log(share))


def clean_exact(share, level):
    return math.log(1 - level) / math.log(1 - share)


def clean_one_more(share, level):
    return math.floor(math.log(1 - level) / math.log(1 - share)) + 2


def clean_probability(share, level):
    return (1 - share) ** 100


# 16.3 more_labels(n, rho, spread, worth, price) -----------------------------------------------------------------------


def more(n, rho, spread, worth, price):
    v, extra = worth * spread**2 * (1 - rho**2), 0
    while v / ((n + extra) * (n + extra + 1)) > price:
        extra += 1
    return extra


def more_by_library(n, rho, spread, worth, price):
    return max(0, labour.break_even(rho, price=price, worth=worth * spread**2) - n)


def more_by_difference(n, rho, spread, worth, price):
    k = np.arange(n, n + 20_000)
    gain = worth * spread**2 * (1 - rho**2) * (1 / k - 1 / (k + 1))
    return int((gain > price).sum())


def _until(n, v, price, extra=0):
    while v / ((n + extra) * (n + extra + 1)) > price:
        extra += 1
    return extra


def more_total(n, rho, spread, worth, price):
    return labour.break_even(rho, price=price, worth=worth * spread**2)


def more_linear_rho(n, rho, spread, worth, price):
    return _until(n, worth * spread**2 * (1 - rho), price)


def more_explained(n, rho, spread, worth, price):
    return _until(n, worth * spread**2 * rho**2, price)


def more_no_machine(n, rho, spread, worth, price):
    return _until(n, worth * spread**2, price)


def more_plain_spread(n, rho, spread, worth, price):
    return _until(n, worth * spread * (1 - rho**2), price)


def more_no_spread(n, rho, spread, worth, price):
    return _until(n, worth * (1 - rho**2), price)


def more_one_too_many(n, rho, spread, worth, price):
    return more(n, rho, spread, worth, price) + 1


def more_negative(n, rho, spread, worth, price):
    return labour.break_even(rho, price=price, worth=worth * spread**2) - n


def more_fraction(n, rho, spread, worth, price):
    return max(0.0, math.sqrt(worth * spread**2 * (1 - rho**2) / price) - n)


def more_by_variance(n, rho, spread, worth, price):
    return max(0, math.ceil(worth * spread**2 * (1 - rho**2) / price) - n)


def more_worth(n, rho, spread, worth, price):
    return worth * spread**2 * (1 - rho**2) / (n * (n + 1))


# 16.4 copied(helped, blind, machine, truth) ---------------------------------------------------------------------------


def copied(helped, blind, machine, truth):
    wrong = machine != truth
    q, q0 = (helped == machine)[wrong].mean(), (blind == machine)[wrong].mean()
    return (q - q0) / (1 - q0)


def copied_by_counts(helped, blind, machine, truth):
    places = np.flatnonzero(machine != truth)
    same = sum(helped[i] == machine[i] for i in places)
    same0 = sum(blind[i] == machine[i] for i in places)
    return float((same - same0) / (len(places) - same0))


def copied_by_survival(helped, blind, machine, truth):
    wrong = machine != truth
    return 1 - (helped != machine)[wrong].sum() / (blind != machine)[wrong].sum()


def copied_raw(helped, blind, machine, truth):
    return (helped == machine)[machine != truth].mean()


def copied_difference(helped, blind, machine, truth):
    wrong = machine != truth
    return (helped == machine)[wrong].mean() - (blind == machine)[wrong].mean()


def copied_over_q0(helped, blind, machine, truth):
    wrong = machine != truth
    q, q0 = (helped == machine)[wrong].mean(), (blind == machine)[wrong].mean()
    return (q - q0) / q0


def copied_over_q(helped, blind, machine, truth):
    wrong = machine != truth
    q, q0 = (helped == machine)[wrong].mean(), (blind == machine)[wrong].mean()
    return (q - q0) / (1 - q)


def copied_swapped(helped, blind, machine, truth):
    return copied(blind, helped, machine, truth)


def copied_cut(helped, blind, machine, truth):
    return max(0.0, copied(helped, blind, machine, truth))


def copied_everywhere(helped, blind, machine, truth):
    q, q0 = (helped == machine).mean(), (blind == machine).mean()
    return (q - q0) / (1 - q0)


def copied_agreement(helped, blind, machine, truth):
    return (helped == machine).mean()


def copied_any_error(helped, blind, machine, truth):
    wrong = machine != truth
    q, q0 = (helped != truth)[wrong].mean(), (blind != truth)[wrong].mean()
    return (q - q0) / (1 - q0)


def copied_where_right(helped, blind, machine, truth):
    right = machine == truth
    q, q0 = (helped == machine)[right].mean(), (blind == machine)[right].mean()
    return (q - q0) / (1 - q0)


def copied_list(helped, blind, machine, truth):
    return (helped == machine) & (machine != truth)


RIGHT = {
    "16.1": [(kappa,), (kappa_by_sklearn,), (kappa_by_library,), (kappa_by_table,)],
    "16.2": [(clean,), (clean_by_counting,), (clean_by_search,), (clean_by_logs,)],
    "16.3": [(more,), (more_by_library,), (more_by_difference,)],
    "16.4": [(copied,), (copied_by_counts,), (copied_by_survival,)],
}

WRONG = {
    "16.1": [
        ((kappa_agreed,), "How much of it would come by chance?"),
        ((kappa_difference,), "As a share of what chance leaves?"),
        ((kappa_uniform,), "all labels as equally frequent"),
        ((kappa_pooled,), "Scott's π"),
        ((kappa_first_only,), "from the first annotator alone"),
        ((kappa_second_only,), "from the second annotator alone"),
        ((kappa_over_chance,), "not by what it leaves"),
        ((kappa_cut,), "Is something cut off?"),
        ((kappa_absolute,), "Where has the sign gone?"),
        ((kappa_correlation,), "Labels are names"),
        ((kappa_pair,), "a single number is needed"),
        ((kappa_sorted,), "changed the array"),
    ],
    "16.2": [
        ((clean_floor,), "Round which way?"),
        ((clean_two_sided,), "two-sided number"),
        ((clean_one_over,), "They may well contain none"),
        ((clean_rule_of_three,), "rule of thumb"),
        ((clean_linear,), "near but not equal"),
        ((clean_level_swapped,), "Which of level and 1 − level"),
        ((clean_share_swapped,), "Which of share and 1 − share"),
        ((clean_exact,), "Records come whole"),
        ((clean_one_more,), "One record fewer would do"),
        ((clean_probability,), "at one record fewer?"),
    ],
    "16.3": [
        ((more_total,), "Some exist already"),
        ((more_linear_rho,), "1 − ρ stands in place"),
        ((more_explained,), "does the machine not explain?"),
        ((more_no_machine,), "what does it spare?"),
        ((more_plain_spread,), "Which of its powers is a variance?"),
        ((more_no_spread,), "How much labels scatter is not in it"),
        ((more_one_too_many,), "one more than pays"),
        ((more_negative,), "0 is the least"),
        ((more_fraction,), "Labels come whole"),
        ((more_by_variance,), "What does one label change?"),
        ((more_worth,), "Labels come whole"),
    ],
    "16.4": [
        ((copied_raw,), "People make it by themselves, too"),
        ((copied_difference,), "difference of the two shares"),
        ((copied_over_q0,), "Divide by what they do not"),
        ((copied_over_q,), "From which of the two groups"),
        ((copied_swapped,), "Helped and blind are exchanged"),
        ((copied_cut,), "Below 0 is chance"),
        ((copied_everywhere,), "That goes over all records"),
        ((copied_agreement,), "most of it is being right"),
        ((copied_any_error,), "very* error"),
        ((copied_where_right,), "where it is right"),
        ((copied_list,), "a single number is needed"),
    ],
}
