"""The checks of lesson 17: one year of a pool, its end, a tornado, two opposite futures.

Every answer is exact, so it is compared with the right value, and a wrong one with what usual wrong thoughts give on
the same input. The models of tasks 3 and 4 are made up anew for each check; their assumptions work together.
"""

import itertools
from collections.abc import Mapping

import numpy as np

from course_lib.checks.framework import Function, NotYet, read_array, recognise, show

__all__ = ["CHECKS"]


# 17.1 -----------------------------------------------------------------------------------------------------------------


def check_next_year(next_year: Function, *, rng):
    """Compare with mixing and filtering, for single shares and for many, and at the ends."""
    for truth, human, loss in ((0.2, 0.3, 0.4), (0.05, 0.7, 0.15), (0.5, 0.1, 0.6)):
        share = np.round(rng.uniform(0.02, 0.9, 4), 3)
        found = read_array(next_year(share, truth, human, loss), (4,), "Your shares for four runs")
        right = _next_year(share, truth, human, loss)
        if not np.allclose(found, right, rtol=1e-9, atol=0):
            raise NotYet(
                f"With shares {show(share)} at the makers, {truth:g} among people, people's part {human:g} "
                f"and a loss of {loss:g}, you return {show(np.round(found, 5))}; {show(np.round(right, 5))} is right. "
                f"{_recognise_year(found, share, truth, human, loss)}",
                2,
            )
    if not np.isclose(read_array(next_year(0.3, 0.3, 0.5, 0.0), (), "Your share"), 0.3):
        raise NotYet("People and makers both show 0.3 and nothing is filtered, and yet your share is another one.", 1)
    return (
        "You mix, then filter, and take the share of what is left. A loss of 0.5 leaves a group of one half "
        f"{_next_year(0.5, 0.5, 0.5, 0.5):.2f} of the records, and not a quarter: the others have become fewer, too."
    )


def _next_year(share, truth, human, loss):
    mixed = human * truth + (1 - human) * share
    return mixed * (1 - loss) / (1 - mixed * loss)


def _recognise_year(found, share, truth, human, loss):
    mixed = human * truth + (1 - human) * share
    swapped = (1 - human) * truth + human * share
    thin = share * (1 - loss) / (1 - share * loss)
    thin_truth = truth * (1 - loss) / (1 - truth * loss)
    thoughts = [
        (mixed * (1 - loss), "That is a part of the pool before the filter. Which part is it of what is left?"),
        (mixed, "That is the mixed share. Where does the filter come in?"),
        (_next_year(mixed * (1 - loss) / (1 - mixed * loss), 0, 0, loss), "That filters twice. A record is read once."),
        (swapped * (1 - loss) / (1 - swapped * loss), "That takes one part for the other. Whose part is `human`?"),
        (human * truth + (1 - human) * thin, "That filters the makers' records only. Which records does a maker read?"),
        (human * thin_truth + (1 - human) * share, "That filters people's records only. Which does a maker read?"),
        (human * thin_truth + (1 - human) * thin, "That filters first and mixes then: each part is filled up again to "
         "its old size. Which of the two keeps fewer records?"),
        (mixed - loss, "That takes the loss off the share. The loss is a part of the group's records, not of all."),
        (mixed * loss / (1 - mixed * (1 - loss)), "That keeps what the filter throws out. What does it let through?"),
        (mixed * (1 - loss) / (1 - loss), "That divides by 1 − loss, as if the filter took the same of everybody."),
        (thin, "There are no people in that. Which part of the records is theirs?"),
        (_next_year(share, truth, human, loss) / truth, "That is a share over `truth`. The share itself is asked for."),
    ]  # fmt: skip
    return recognise(found, thoughts, "How many of 100 records are about the group, before the filter and after it?")


# 17.2 -----------------------------------------------------------------------------------------------------------------


def check_long_run(long_run: Function, *, rng):
    """Compare with the fixed point, for rare and for large groups, near and far from the ends."""
    cases = [(0.2, 0.3, 0.4), (0.01, 0.02, 0.05), (0.4, 0.6, 0.1), (0.1, 0.005, 0.01)]
    cases += [tuple(np.round(rng.uniform([0.02, 0.05, 0.05], [0.4, 0.6, 0.4]), 3)) for _ in range(3)]
    for truth, human, loss in cases:
        found = read_array(long_run(truth, human, loss), (), "Your share")
        right = _long_run(truth, human, loss)
        if np.isclose(found, right, rtol=1e-5, atol=0):
            continue
        raise NotYet(
            f"With {truth:g} among people, people's part {human:g} and a loss of {loss:g}, you return {found:.6g}; the "
            f"share that another year leaves as it is, is {right:.6g}. {_recognise_end(found, truth, human, loss)}",
            2,
        )
    for truth, human, loss, right, why in (
        (0.3, 0.2, 0.0, 0.3, "nothing is filtered"),
        (0.3, 0.0, 0.2, 0.0, "nobody adds people's records, and the filter takes its part of every copy"),
        (0.3, 1.0, 0.2, _next_year(0.0, 0.3, 1.0, 0.2), "only people's records are read"),
    ):
        found = read_array(long_run(truth, human, loss), (), "Your share")
        if not np.isclose(found, right, atol=1e-4):
            raise NotYet(
                f"With {truth:g} among people, people's part {human:g} and a loss of {loss:g} you return {found:.6g}; "
                f"since {why}, {right:.6g} is right.",
                1,
            )
    return (
        "Another year changes nothing. With one record in ten from people and a loss of one tenth, a group of one in a "
        f"hundred ends at {_long_run(0.01, 0.1, 0.1) / 0.01:.2f} of its share."
    )


def _long_run(truth, human, loss):
    # q (1 − b m) = (1 − b) m with m = h p + (1 − h) q: a quadratic in q, whose root in [0, 1] it is.
    b, h, p = loss, human, truth
    coefficients = [-b * (1 - h), 1 - b * h * p - (1 - b) * (1 - h), -(1 - b) * h * p]
    roots = np.roots(coefficients).real
    return roots[(roots >= -1e-12) & (roots <= 1)].min()


def _recognise_end(found, truth, human, loss):
    def after(years, start=truth):
        share = start
        for _ in range(years):
            share = _next_year(share, truth, human, loss)
        return share

    a = (1 - loss) * (1 - human)
    ratio = (1 - loss) * human / (1 - a)
    walks = "That is where it stands after {} year{}. Does it still move?"
    thoughts = [
        *((after(years), walks.format(years, "s" * (years > 1))) for years in (1, 2, 5, 10, 20, 50, 100)),
        (
            ratio,
            "That is the share left, by the law for a rare group. The share of a group of any size is asked for.",
        ),
        (ratio * truth, "That is the law for a group so rare that its loss does not shrink the pool. Is this one?"),
        (_long_run(truth, human, loss) / truth, "That is the share left, over `truth`. The share itself is asked for."),
        (_long_run(truth, 1 - human, loss), "That takes people's part for the makers'. Whose part is `human`?"),
        (truth, "That is the share among people. What does the filter do to it?"),
        (0.0, "It ends at 0 only where nobody adds people's records. Here somebody does."),
    ]
    return recognise(found, thoughts, "Which share does your function of task 1 return unchanged?", rtol=1e-5)


# 17.3 -----------------------------------------------------------------------------------------------------------------


def check_tornado(tornado: Function, *, rng):
    """Compare with the swings of models whose assumptions work together, and one that bends in its middle."""
    for _ in range(4):
        model, low, base, high = _model(rng, 4)
        _require_tornado(tornado, model, low, base, high)
    return (
        "Each assumption moves alone, from the base to both ends, and the middle counts: one whose two ends agree "
        "against the base has a bar, too. The longest comes first."
    )


_NAMES = ["people", "flood", "filter", "marks", "privacy", "slices"]


def _named(names, f):
    """Return a model of named assumptions from a function of an array."""

    def model(**given):
        if sorted(given) != sorted(names):
            raise TypeError(f"the model needs the assumptions {sorted(names)} by name, and got {sorted(given)}")
        return float(f(np.array([given[name] for name in names], float)))

    return model


def _model(rng, d):
    """Return a model of d assumptions that work together, one of them bent in its middle, and its ranges."""
    names = [str(name) for name in rng.permutation(_NAMES)[:d]]
    while True:
        middle, reach = np.round(rng.uniform(1, 2, d), 2), np.round(rng.uniform(0.4, 1.0, (2, d)), 2)
        straight, both, bent = rng.uniform(-6, 6, d), rng.uniform(-2, 2, (d, d)), rng.integers(d)

        def outcome(x, straight=straight, both=both, bent=bent, middle=middle):
            # Steep enough to turn back on both sides of the middle, whatever the rest does.
            return 10 + straight @ x + x @ both @ x + 60 * (x[bent] - middle[bent]) ** 2

        low, base, high = (
            dict(zip(names, at.round(2).tolist(), strict=True)) for at in (middle - reach[0], middle, middle + reach[1])
        )
        model = _named(names, outcome)
        sides = np.array([[model(**base | {n: end[n]}) - model(**base) for end in (low, high)] for n in names])
        # Bars to both sides, with the longer part now at the low and now at the high value.
        down, longer = sides[:, 1] < sides[:, 0], np.abs(sides[:, 1]) > np.abs(sides[:, 0])
        turns = (sides > 0).all(1) | (sides < 0).all(1)
        if all(each.any() and not each.all() for each in (down, longer, turns)):
            return model, low, base, high


def _require_tornado(tornado, model, low, base, high):
    before = dict(low), dict(base), dict(high)
    value = tornado(model, dict(low), given := dict(base), dict(high))
    if given != before[1]:
        raise NotYet(
            "Your function changed `base`: the next assumption starts from another middle. Make a new dict.", 2
        )
    pairs = _read_pairs(value, list(base))
    names, found = list(pairs), np.array(list(pairs.values()))

    def of(rule):
        return np.array([rule(name) for name in names])

    def at(end, name, middle=base):
        return model(**middle | {name: end[name]})

    middle = model(**base)
    right = of(lambda name: max(middle, at(low, name), at(high, name)) - min(middle, at(low, name), at(high, name)))
    if not np.allclose(found, right, rtol=1e-9):
        place = int(np.argmax(np.abs(found - right)))
        name = names[place]
        raise NotYet(
            f"For “{name}” the model says {at(low, name):.3f} at its low value, {middle:.3f} at the base, "
            f"{at(high, name):.3f} at its high value: a swing of {right[place]:.3f}. Yours is {found[place]:.3f}. "
            f"{_recognise_swing(found, of, at, low, base, high, middle, model, names)}",
            2,
        )
    if list(pairs) != [names[i] for i in np.argsort(-right)]:
        raise NotYet(
            f"The swings are right and stand in the order {show(np.round(found, 3))}. The largest comes first.", 3
        )


def _read_pairs(value, names):
    if isinstance(value, Mapping):
        value = list(value.items())
    try:
        pairs = {str(name): float(swing) for name, swing in value}
    except (TypeError, ValueError):
        raise NotYet("A list of pairs (name, swing) is needed, and something else was returned.", 3) from None
    if sorted(pairs) != sorted(names) or len(value) != len(names):
        raise NotYet(f"Swings of {sorted(names)} are needed, each once; yours are of {sorted(pairs)}.", 3)
    return pairs


def _recognise_swing(found, of, at, low, base, high, middle, model, names):
    ends = of(lambda name: at(high, name) - at(low, name))
    thoughts = [
        (np.abs(ends), "That compares the two ends. What of an assumption whose ends agree against the middle?"),
        (ends, "That is high less low, with its sign, and without the middle. How far apart are the three outcomes?"),
        (of(lambda name: abs(at(high, name) - middle)), "That goes from the base to the high end. And the low one?"),
        (of(lambda name: abs(at(low, name) - middle)), "That goes from the base to the low end. And the high one?"),
        (of(lambda name: at(high, name) - middle), "That goes from the base to the high end. And the low one?"),
        (of(lambda name: max(at(low, name), middle, at(high, name))), "Those are outcomes. How far apart are they?"),
        (of(lambda name: np.std([at(low, name), middle, at(high, name)])), "Those are standard deviations. How far "
         "apart are the largest and the smallest?"),
        (np.abs(ends) / of(lambda name: high[name] - low[name]), "That is per unit of the assumption. A tornado asks "
         "what its whole range does."),
        (of(lambda name: abs(at(high, name, low) - at(low, name, low))), "There the others stand at their low values. "
         "Where are they to stand?"),
        (of(lambda name: abs(at(high, name, high) - at(low, name, high))), "There the others stand at their high "
         "values. Where are they to stand?"),
        (of(lambda name: max(abs(at(low, name) - middle), abs(at(high, name) - middle))), "That is the longer side of "
         "the bar. How long is the whole bar?"),
        (of(lambda name: abs(at(low, name) - middle) + abs(at(high, name) - middle)), "That adds both sides up. If "
         "both lie on one side of the base, is the bar that long?"),
    ]  # fmt: skip
    return recognise(found, thoughts, "Where do the other assumptions stand while one moves?")


# 17.4 -----------------------------------------------------------------------------------------------------------------


def check_two_futures(two_futures: Function, *, rng):
    """Compare with all corners, on models in which what helps in the middle harms at the corners."""
    for d in (3, 5, 4):
        model, low, high, traps = _tangled(rng, d)
        value = two_futures(model, dict(low), dict(high))
        dark, bright = _read_futures(value, low, high)
        corners = [dict(zip(low, ends, strict=True)) for ends in itertools.product(*((low[n], high[n]) for n in low))]
        outcomes = [model(**corner) for corner in corners]
        worst, best = corners[int(np.argmin(outcomes))], corners[int(np.argmax(outcomes))]
        if dark == worst and bright == best:
            continue
        if dark == best and bright == worst:
            raise NotYet(
                "These are the two, in the other order: the dark one, where the outcome is smallest, comes first.", 3
            )
        words = next((words for trap, words in traps if trap in (dark, bright)), "How many corners has the box?")
        raise NotYet(
            f"With {d} assumptions your futures give {model(**dark):.3f} and {model(**bright):.3f}; among the {2**d} "
            f"corners there are {min(outcomes):.3f} and {max(outcomes):.3f}. {words}",
            2,
        )
    return (
        "Your two sets are the lowest and the highest corner, also where a tornado around the middle points elsewhere. "
        "Both are made of values that were called possible."
    )


def _tangled(rng, d):
    """Return a model whose extreme corners no tornado finds, its ranges, and the corners where usual searches end."""
    names = [str(name) for name in rng.permutation(_NAMES)[:d]]
    low = {name: float(np.round(rng.uniform(0, 1), 2)) for name in names}
    high = {name: float(np.round(low[name] + rng.uniform(0.5, 2), 2)) for name in names}
    middle = {name: (low[name] + high[name]) / 2 for name in names}
    while True:
        # Two spikes that fill one corner each, over a slope that lures elsewhere; each is a list of signs, 1 for high.
        peak, pit, lure = rng.choice([-1.0, 1.0], (3, d))
        model = _named(names, lambda x, signs=(peak, pit, lure): _spikes(_scaled(x, low, high), *signs))
        worst, best = ({n: (high if s > 0 else low)[n] for n, s in zip(names, at, strict=True)} for at in (pit, peak))
        traps = [(low, "Is low always worse than high?"), (high, "Is low always worse than high?")]
        for start, where in ((middle, "in the middle"), (low, "at their low values"), (high, "at their high values")):
            up = {n: max((low[n], high[n]), key=lambda v, n=n: model(**start | {n: v})) for n in names}
            down = {n: low[n] if up[n] == high[n] else high[n] for n in names}
            words = (
                f"They follow from moving each assumption alone, with the others {where}. What if two work together?"
            )
            traps += [(up, words), (down, words)]
        if worst != best and all(trap not in (worst, best) for trap, _ in traps):
            return model, low, high, traps


def _scaled(x, low, high):
    low, high = np.array(list(low.values())), np.array(list(high.values()))
    return 2 * (x - low) / (high - low) - 1  # from −1 at the low ends to 1 at the high ones


def _spikes(x, peak, pit, lure):
    return 10 + 0.3 * lure @ x + 9 * np.prod((1 + peak * x) / 2) - 9 * np.prod((1 + pit * x) / 2)


def _read_futures(value, low, high):
    if isinstance(value, Mapping) or not isinstance(value, tuple | list) or len(value) != 2:
        raise NotYet("Two dicts are needed, the dark future and the bright one, and something else was returned.", 3)
    for future in value:
        if not isinstance(future, Mapping):
            raise NotYet(
                f"A future is a dict from each assumption to its value, and {show(np.atleast_1d(future))[:60]} is none."
                if isinstance(future, int | float | np.ndarray | np.generic)
                else "A future is a dict from each assumption to its value; yours is something else.",
                3,
            )
        if sorted(future) != sorted(low):
            raise NotYet(f"A future needs a value for each of {sorted(low)}; yours has {sorted(map(str, future))}.", 3)
        for name, at in future.items():
            if not isinstance(at, int | float | np.number):
                raise NotYet(
                    f"“{name}” is {at!r} in one of your futures, and what is needed is a number: its value.", 3
                )
            if not any(np.isclose(float(at), end[name]) for end in (low, high)):
                raise NotYet(
                    f"“{name}” is {float(at):g} in one of your futures; its ends are {low[name]:g} and {high[name]:g}.",
                    2,
                )
    return tuple({n: low[n] if np.isclose(float(future[n]), low[n]) else high[n] for n in low} for future in value)


CHECKS = {
    "17.1": check_next_year,
    "17.2": check_long_run,
    "17.3": check_tornado,
    "17.4": check_two_futures,
}
