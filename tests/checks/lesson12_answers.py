"""Right and wrong answers to the tasks of lesson 12; each wrong one is one thought away from a right one."""

import numpy as np

from course_lib import labour

# 12.1 split_by_drive(drive, test_drives, rng) -------------------------------------------------------------------------


def split(drive, test_drives, rng):
    chosen = rng.permutation(np.unique(drive))[:test_drives]
    in_test = np.isin(drive, chosen)
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)


def split_by_choice(drive, test_drives, rng):
    chosen = set(rng.choice(sorted(set(drive.tolist())), test_drives, replace=False).tolist())
    places = {True: [], False: []}
    for place, one in enumerate(drive.tolist()):
        places[one in chosen].append(place)
    return places[False], places[True]


def split_by_codes(drive, test_drives, rng):
    _, code = np.unique(drive, return_inverse=True)
    rank = np.argsort(rng.random(code.max() + 1))
    mask = rank[code] < test_drives
    order = rng.permutation(len(drive))
    return [order[~mask[order]], order[mask[order]]]


def split_frames(drive, test_drives, rng):
    order = rng.permutation(len(drive))
    cut = len(drive) * test_drives // len(np.unique(drive))
    return order[cut:], order[:cut]


def split_last_frames(drive, test_drives, rng):
    cut = len(drive) * test_drives // len(np.unique(drive))
    return np.arange(len(drive) - cut), np.arange(len(drive) - cut, len(drive))


def split_first_drives(drive, test_drives, rng):
    mask = np.isin(drive, np.unique(drive)[:test_drives])
    return np.flatnonzero(~mask), np.flatnonzero(mask)


def split_longest_drives(drive, test_drives, rng):
    drives, counts = np.unique(drive, return_counts=True)
    mask = np.isin(drive, drives[np.lexsort((rng.random(len(drives)), -counts))[:test_drives]])
    return np.flatnonzero(~mask), np.flatnonzero(mask)


def split_swapped(drive, test_drives, rng):
    return split(drive, test_drives, rng)[::-1]


def split_as_masks(drive, test_drives, rng):
    mask = np.isin(drive, rng.permutation(np.unique(drive))[:test_drives])
    return ~mask, mask


def split_returns_drives(drive, test_drives, rng):
    drives = rng.permutation(np.unique(drive))
    return drives[test_drives:], drives[:test_drives]


def split_one_frame_each(drive, test_drives, rng):
    drives, first = np.unique(drive, return_index=True)
    order = rng.permutation(len(drives))
    return first[order[test_drives:]], first[order[:test_drives]]


def split_with_replacement(drive, test_drives, rng):
    mask = np.isin(drive, np.repeat(rng.choice(np.unique(drive), 1), test_drives))
    return np.flatnonzero(~mask), np.flatnonzero(mask)


def split_own_seed(drive, test_drives, rng):
    return split(drive, test_drives, np.random.default_rng(0))


def split_other_rng(drive, test_drives, rng):
    return split(drive, test_drives, np.random.default_rng())


def split_in_place(drive, test_drives, rng):
    drive.sort()
    return split(drive, test_drives, rng)


def split_test_only(drive, test_drives, rng):
    return split(drive, test_drives, rng)[1]


# 12.2 corrected_mean(human, machine, machine_all) ---------------------------------------------------------------------


def corrected(human, machine, machine_all):
    slope = np.cov(human, machine)[0, 1] / machine.var(ddof=1)
    weight = slope / (1 + len(human) / len(machine_all))
    return human.mean() + weight * (machine_all.mean() - machine.mean())


def corrected_by_polyfit(human, machine, machine_all):
    weight = np.polyfit(machine, human, 1)[0] * len(machine_all) / (len(machine_all) + len(human))
    return (human - weight * machine).mean() + weight * machine_all.mean()


def corrected_by_library(human, machine, machine_all):
    return labour.prediction_powered_mean(human, machine, machine_all)[0]


def corrected_by_sums(human, machine, machine_all):
    d = machine - machine.mean()
    weight = (d * human).sum() / (d * d).sum() / (1 + human.size / machine_all.size)
    return np.array([human.mean() - weight * (machine.mean() - machine_all.mean())])


def human_alone(human, machine, machine_all):
    return human.mean()


def machine_alone(human, machine, machine_all):
    return machine_all.mean()


def corrected_unweighted(human, machine, machine_all):
    return machine_all.mean() + (human - machine).mean()


def corrected_endless(human, machine, machine_all):
    return human.mean() + np.polyfit(machine, human, 1)[0] * (machine_all.mean() - machine.mean())


def corrected_wrong_sign(human, machine, machine_all):
    return 2 * human.mean() - corrected(human, machine, machine_all)


def corrected_by_correlation(human, machine, machine_all):
    weight = np.corrcoef(human, machine)[0, 1] / (1 + len(human) / len(machine_all))
    return human.mean() + weight * (machine_all.mean() - machine.mean())


def corrected_inverse_line(human, machine, machine_all):
    weight = np.polyfit(human, machine, 1)[0] / (1 + len(human) / len(machine_all))
    return human.mean() + weight * (machine_all.mean() - machine.mean())


def corrected_mixed_ddof(human, machine, machine_all):
    weight = np.cov(human, machine)[0, 1] / machine.var() / (1 + len(human) / len(machine_all))
    return human.mean() + weight * (machine_all.mean() - machine.mean())


def corrected_swapped_sizes(human, machine, machine_all):
    weight = np.polyfit(machine, human, 1)[0] / (1 + len(machine_all) / len(human))
    return human.mean() + weight * (machine_all.mean() - machine.mean())


def corrected_other_variance(human, machine, machine_all):
    weight = np.cov(human, machine)[0, 1] / machine_all.var(ddof=1) / (1 + len(human) / len(machine_all))
    return human.mean() + weight * (machine_all.mean() - machine.mean())


def corrected_in_place(human, machine, machine_all):
    mean = machine.mean()
    machine -= mean
    weight = (machine * human).sum() / (machine**2).sum() / (1 + len(human) / len(machine_all))
    return human.mean() + weight * (machine_all.mean() - mean)


def corrected_labels(human, machine, machine_all):
    return np.concatenate([human, machine_all])


def corrected_pooled(human, machine, machine_all):
    return np.concatenate([human, machine_all]).mean()


# 12.3 spend(budget, curves, build, price) -----------------------------------------------------------------------------


def spend(budget, curves, build, price):
    plans = []
    for name, cost in build.items():
        if cost <= budget:
            m = int((budget - cost) // price)
            plans.append((np.interp(m, *curves[name]), name, m))
    _, name, m = min(plans)
    return name, m


def spend_by_dict(budget, curves, build, price):
    frames = {name: int((budget - cost) / price) for name, cost in build.items() if cost <= budget}
    name = min(frames, key=lambda each: np.interp(frames[each], curves[each][0], curves[each][1]))
    return [name, frames[name]]


def spend_by_arrays(budget, curves, build, price):
    names = [name for name in build if build[name] <= budget]
    m = np.floor((budget - np.array([build[name] for name in names])) / price)
    best = np.argmin([np.interp(k, *curves[name]) for k, name in zip(m, names, strict=True)])
    return names[best], m[best]


def spend_forgets_to_pay(budget, curves, build, price):
    m = int(budget // price)
    name = min((n for n in build if build[n] <= budget), key=lambda n: np.interp(m, *curves[n]))
    return name, m


def spend_rounds_up(budget, curves, build, price):
    m = {n: int(np.ceil((budget - c) / price + 1e-9)) for n, c in build.items() if c <= budget}
    name = min(m, key=lambda n: np.interp(m[n], *curves[n]))
    return name, m[name]


def spend_on_credit(budget, curves, build, price):
    m = {n: max(0, int((budget - c) // price)) for n, c in build.items()}
    name = min(m, key=lambda n: np.interp(m[n], *curves[n]))
    return name, m[name]


def spend_best_start(budget, curves, build, price):
    name = min((n for n in build if build[n] <= budget), key=lambda n: curves[n][1][0])
    return name, int((budget - build[name]) // price)


def spend_best_end(budget, curves, build, price):
    name = min((n for n in build if build[n] <= budget), key=lambda n: curves[n][1][-1])
    return name, int((budget - build[name]) // price)


def spend_most_frames(budget, curves, build, price):
    name = min(build, key=build.get)
    return name, int((budget - build[name]) // price)


def spend_worst(budget, curves, build, price):
    m = {n: int((budget - c) // price) for n, c in build.items() if c <= budget}
    name = max(m, key=lambda n: np.interp(m[n], *curves[n]))
    return name, m[name]


def spend_half(budget, curves, build, price):
    name, m = spend(budget, curves, build, price)
    return name, m // 2


def spend_fractions(budget, curves, build, price):
    name, _ = spend(budget, curves, build, price)
    return name, (budget - build[name]) / (1.0001 * price)


def spend_name_only(budget, curves, build, price):
    return spend(budget, curves, build, price)[0]


def spend_swapped(budget, curves, build, price):
    return spend(budget, curves, build, price)[::-1]


def spend_error(budget, curves, build, price):
    return min(np.interp((budget - c) // price, *curves[n]) for n, c in build.items() if c <= budget)


RIGHT = {
    "12.1": [(split,), (split_by_choice,), (split_by_codes,)],
    "12.2": [(corrected,), (corrected_by_polyfit,), (corrected_by_library,), (corrected_by_sums,)],
    "12.3": [(spend,), (spend_by_dict,), (spend_by_arrays,)],
}

WRONG = {
    "12.1": [
        ((split_frames,), "frames in training and in the test"),
        ((split_last_frames,), "frames in training and in the test"),
        ((split_first_drives,), "about 20 times each would be fair"),
        ((split_longest_drives,), "about 20 times each would be fair"),
        ((split_swapped,), "Is the number of drives meant"),
        ((split_as_masks,), "you return a mask"),
        ((split_returns_drives,), "Numbers of drives are something else"),
        ((split_one_frame_each,), "are on neither side"),
        ((split_with_replacement,), "Is the number of drives meant"),
        ((split_own_seed,), "about 20 times each would be fair"),
        ((split_other_rng,), "something draws from elsewhere"),
        ((split_in_place,), "changed the array"),
        ((split_test_only,), "Two arrays are to be returned"),
    ],
    "12.2": [
        ((human_alone,), "human labels alone"),
        ((machine_alone,), "machine's own mean"),
        ((corrected_unweighted,), "trusted as it stands"),
        ((corrected_endless,), "Where does n/N come in"),
        ((corrected_wrong_sign,), "wrong sign"),
        ((corrected_by_correlation,), "λ is a correlation"),
        ((corrected_inverse_line,), "variance of the human labels"),
        ((corrected_mixed_ddof,), "different defaults"),
        ((corrected_swapped_sizes,), "stands N/n"),
        ((corrected_other_variance,), "from the same frames"),
        ((corrected_in_place,), "changed the array"),
        ((corrected_labels,), "a single number is needed"),
        ((corrected_pooled,), "Take n = 3 by hand"),
    ],
    "12.3": [
        ((spend_forgets_to_pay,), "Was the simulator paid for?"),
        ((spend_rounds_up,), "Round down?"),
        ((spend_on_credit,), "which costs"),
        ((spend_best_start,), "lowest error before any frame"),
        ((spend_best_end,), "lowest error"),
        ((spend_most_frames,), "the most frames"),
        ((spend_worst,), "largest error of all"),
        ((spend_half,), "unspent"),
        ((spend_fractions,), "Frames come whole"),
        ((spend_name_only,), "A plan is a pair"),
        ((spend_swapped,), "A plan is a pair"),
        ((spend_error,), "A plan is a pair"),
    ],
}
