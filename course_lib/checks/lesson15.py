"""The checks of lesson 15: the CUSUM, its threshold from the run length, an exact test by shuffling, a missing mark.

The answers of tasks 1, 2 and 4 are exact, so each is compared with the right value, and a wrong one with what usual
wrong thoughts give on the same input. Task 3 is judged by what the learner's function asks of the statistic.
"""

import numpy as np

from course_lib import theory
from course_lib.checks.framework import Function, NotYet, read_array, recognise, require_rng, show

__all__ = ["CHECKS"]


# 15.1 -----------------------------------------------------------------------------------------------------------------


def check_cusum(cusum: Function, *, rng):
    """Compare with the recursion, on nights that climb at once, that fall at once, and that never climb."""
    for k, lift in ((0.5, 0.4), (0.25, -0.2), (1.0, 0.8)):
        z = np.round(rng.standard_normal(40) + lift, 2)
        z[:3] = np.abs(z[:3]) + 1.2  # climbs from the first night on, far above h = 4 in the end,
        z[25:33] = -3 - np.abs(z[25:33])  # falls back to 0,
        z[33:] = np.abs(z[33:]) + 1.1  # and climbs again
        z[5:12] = np.abs(z[5:12]) + 1.3
        _require_cusum(cusum, z, k)
    never = -np.abs(rng.standard_normal(8)) - 0.1
    if read_array(cusum(never, 0.5), (8,), "Your sums of nights below 0").any():
        raise NotYet("On nights that are all below 0 the sum never leaves 0, and yours does. What holds it up?", 1)
    return (
        "Each night adds z and takes off k, the sum never falls below 0, and nothing resets it. Eight nights at z = 1 "
        f"with k = 0.5 come to {_cusum(np.ones(8), 0.5)[-1]:.1f}."
    )


def _cusum(z, k):
    total = np.cumsum(z - k)
    return total - np.minimum(np.minimum.accumulate(total), 0)


def _require_cusum(cusum, z, k):
    right, value = _cusum(z, k), cusum(z, k)
    what = f"For nights that begin with {show(z[:4])} and k = {k:g}"
    if np.size(value) == 1:
        raise NotYet(f"{what}, you return one number. The sum after each of the {z.size} nights is asked for.", 1)
    if np.shape(value) == (z.size + 1,):
        raise NotYet(
            f"{what}, you return {z.size + 1} values for {z.size} nights. Is the 0 before the first one of them?", 1
        )
    found = read_array(value, z.shape, "Your sums")
    if np.allclose(found, right, rtol=1e-9, atol=1e-9):
        return
    total = np.cumsum(z - k)
    reset, s = [], 0.0
    for step in z - k:
        s = max(0.0, s + step)
        reset.append(s)
        s = 0.0 if s > 4 else s
    late, s = [], 0.0
    for step in z - k:
        s = max(0.0, s) + step
        late.append(s)
    thoughts = [
        (total, "That is the plain sum, which falls below 0 and has to climb out again. What holds it at 0?"),
        (np.maximum(total, 0), "That cuts off the finished sum. When does it have to be held at 0?"),
        (_cusum(z, 0), "That takes nothing off. What does k do each night?"),
        (_cusum(z, -k), "That adds k. Which way does it pull?"),
        (_cusum(np.abs(z), k), "That adds up sizes. Do nights below 0 count as well?"),
        (np.maximum(z - k, 0), "That is each night by itself. What does it remember of the night before?"),
        (np.cumsum(np.maximum(z - k, 0)), "That adds only what is above k, and never falls. What do quiet nights do?"),
        (reset, "That starts anew once it has passed a threshold. Here nothing does; h is not even given."),
        (late, "That holds the sum of the night before at 0, and not the one of tonight. Where does the max stand?"),
        (np.append(0.0, right[:-1]), "That is the sum before each night. Which one is asked for?"),
        (total - np.minimum.accumulate(total), "That forgets the first night. From which sum does it start?"),
    ]
    otherwise = "What is the sum after the first night, and how does each further one follow from it?"
    night = int(np.argmax(~np.isclose(found, right)))
    raise NotYet(
        f"{what}, the sum after night {night + 1} is {right[night]:.3f}; yours is {found[night]:.3f}. "
        f"{recognise(found, thoughts, otherwise)}",
        2,
    )


# 15.2 -----------------------------------------------------------------------------------------------------------------


def check_threshold(threshold: Function, *, rng):
    """Compare with the inverse of the formula, and take the inverse of the exact law as well."""
    # What usual thoughts give is compared for all three together, so that none is recognised by accident.
    cases = [
        (np.round(rng.uniform(*span), 2), k) for k, span in ((0.25, (80, 150)), (0.5, (300, 400)), (1.0, (2e3, 9e3)))
    ]
    found = np.array([read_array(threshold(float(nights), k), (), "Your threshold") for nights, k in cases])
    right = np.array([_threshold(nights, k) for nights, k in cases])
    wrong = np.abs(found - right) > 2e-3
    near = np.abs(found - right).max() < 0.1  # the exact law may have been used in place of the formula
    if wrong.any() and not (near and np.allclose(found, [theory.cusum_threshold(*each) for each in cases], atol=2e-3)):
        (nights, k), h, wanted = next((cases[i], found[i], right[i]) for i in np.flatnonzero(wrong))
        says = f", where the run length is {theory.brownian_run_length(h, k):.4g}" if 0 <= h < 200 else ""
        raise NotYet(
            f"For a run length of {nights:g} nights and k = {k:g} you return {h:.4g}{says}; {wanted:.4g} is right. "
            f"{_recognise_threshold(found, cases, right)}",
            2,
        )
    return (
        f"The run length at your threshold is the one that was ordered. One false alarm a year takes h = "
        f"{_threshold(365.25, 0.5):.2f} at k = 0.5, one in ten years {_threshold(3652.5, 0.5):.2f}."
    )


def _threshold(nights, k):
    from scipy.optimize import brentq

    return brentq(lambda h: float(theory.brownian_run_length(h, k)) - nights, 0, 100)


def _recognise_threshold(found, cases, right):
    from scipy.special import ndtri

    nights, k = np.transpose(cases)
    overshoot = theory.monitoring.OVERSHOOT
    without_rest = np.log(2 * k**2 * nights) / (2 * k)
    thoughts = [
        (right + overshoot, "That is b. How does h follow from it?"),
        (right + 2 * overshoot, "That adds 1.166 to b. Which way does h = b − 1.166 go?"),
        (without_rest - overshoot, "That keeps e^(2kb) and drops the rest. Is 2kb + 1 small beside it?"),
        (without_rest, "That keeps e^(2kb), drops the rest, and returns b for h."),
        (
            [_threshold(n, 0.5) for n in nights],
            "That holds for k = 0.5, whatever k is given. Where does your k come in?",
        ),
        (-ndtri(1 / nights), "That is the quantile of one night's score. Here nights add up."),
        ([_threshold(n / (2 * c**2), c) for n, c in cases], "That leaves out the 2k² below the line."),
        (
            [_threshold(2 * n, c) for n, c in cases],
            "That is the threshold for twice the nights. Are two sides watched here?",
        ),
        (1 / nights, "That is the rate of false alarms. At which h is it so?"),
        (np.round(right), "That is a whole number near it. With how many decimals is the run length met?"),
    ]
    return recognise(found, thoughts, "Put your h into the formula: which run length comes out?", rtol=1e-3, atol=1e-4)


# 15.3 -----------------------------------------------------------------------------------------------------------------


def check_shuffled_p(shuffled_p: Function, *, rng):
    """Watch what the statistic is asked, and count from its answers what p has to be."""
    # What usual thoughts give is compared for all three together, so that none is recognised by accident.
    cases = []
    for sizes, shuffles, lift in (((9, 14), 60, 0), ((12, 7), 39, 1), ((8, 8), 99, 0)):
        watched = _Watched(sizes, lift, rng)
        cases.append(watched.require(watched.ask(shuffled_p, shuffles, rng), shuffles))
    _require_p(cases)

    def divisions(generator):
        watched = _Watched((9, 14), 0, np.random.default_rng(0))
        watched.ask(shuffled_p, 30, generator)
        return np.array([x.sum() for x, _ in watched.calls])

    require_rng(divisions, rng=rng, hint=2)
    return (
        "All records are shuffled together and divided as they came, ties count, and so does the division that was "
        "seen: with 99 shuffles the smallest p is 0.01, and never 0."
    )


class _Watched:
    """Two samples of different whole numbers, and a statistic that writes down what it is given; it often ties."""

    def __init__(self, sizes, lift, rng):
        # Each record can be recognised by its last digits; the statistic looks at the tens alone, so that it ties.
        tens = rng.integers(0, 4, sum(sizes)) + np.repeat([0, lift], sizes)
        values = 100.0 * tens + rng.permutation(sum(sizes))
        self.x, self.y = values[: sizes[0]], values[sizes[0] :]
        self.calls, self.values = [], []

    def ask(self, shuffled_p, shuffles, rng):
        return shuffled_p(self.x, self.y, self.statistic, shuffles, rng)

    def statistic(self, x, y):
        """Return how many of the records of y lie above the middle, less as many of x; large where y is large."""
        x, y = np.array(x, float).ravel(), np.array(y, float).ravel()
        self.calls.append((x, y))
        high = np.round(3 * (np.mean(y // 100 >= 2) - np.mean(x // 100 >= 2)))
        self.values.append(float(high))
        return self.values[-1]

    def require(self, value, shuffles):
        pooled, n, m = np.sort(np.concatenate([self.x, self.y])), self.x.size, self.y.size
        what = f"For samples of {n} and {m} records and {shuffles} shuffles"
        if len(self.calls) < 2:
            raise NotYet(
                f"{what}, `statistic` was asked {len(self.calls)} times. How else do you know what chance gives?", 1
            )
        as_seen = [np.array_equal(x, self.x) and np.array_equal(y, self.y) for x, y in self.calls]
        if not any(as_seen):
            raise NotYet(f"{what}, `statistic` was never asked about x and y as they came. What is compared?", 1)
        for x, y in self.calls:
            if (x.size, y.size) != (n, m):
                raise NotYet(
                    f"{what}, `statistic` was asked about parts of {x.size} and {y.size}. How large is each?", 2
                )
            if not np.array_equal(np.sort(np.concatenate([x, y])), pooled):
                raise NotYet(
                    f"{what}, `statistic` was asked about parts in which a record comes twice and another not at all. "
                    "A division has each of them once. Do you draw with replacement?",
                    2,
                )
        others = [i for i, seen in enumerate(as_seen) if not seen]
        if all(np.array_equal(np.sort(self.calls[i][0]), np.sort(self.x)) for i in others):
            raise NotYet(
                f"{what}, every record stays in its own sample. Shuffling inside changes nothing; what is exchanged?", 2
            )
        if not shuffles <= len(self.calls) <= shuffles + 1:
            raise NotYet(
                f"{what}, `statistic` was asked {len(self.calls)} times; {shuffles} and once more are needed.", 2
            )
        values, place = np.array(self.values), as_seen.index(True)
        return what, read_array(value, (), "Your p"), values[place], np.delete(values, place)


def _require_p(cases):
    """Require p of every case: (words, p found, statistic seen, statistics by chance)."""
    found, seen = np.array([case[1] for case in cases]), np.array([case[2] for case in cases])
    chance = [case[3] for case in cases]
    shuffles = np.array([each.size for each in chance])
    reached, above, below = (
        np.array([np.count_nonzero(compare(each, limit)) for each, limit in zip(chance, seen, strict=True)])
        for compare in (np.greater_equal, np.greater, np.less_equal)
    )
    right = (1 + reached) / (1 + shuffles)
    if np.allclose(found, right, rtol=1e-9):
        return
    sides = "That counts the divisions that are at most as large. On which side is the question?"
    thoughts = [
        (reached / shuffles, "That leaves out the division that was seen; it can make p = 0. Count it, too."),
        ((1 + reached) / shuffles, "That counts the division seen above the line, not below. How many are there?"),
        (reached / (1 + shuffles), "That counts the division seen below the line, not above. Does it reach itself?"),
        ((1 + above) / (1 + shuffles), "That leaves ties out. *At least* as large is asked for."),
        (above / shuffles, "That leaves out ties and the division seen. Which divisions count?"),
        ((1 + below) / (1 + shuffles), sides),
        (below / shuffles, sides),
        (1 - right, "That is 1 − p. Which share is asked for?"),
        (1 - reached / shuffles, "That is the share of divisions below. Which share is asked for?"),
        (
            np.minimum(1, 2 * right),
            "That doubles it. The statistic itself says what is *large*; one side is asked for.",
        ),
        (1 + reached, "That is a count. Of how many?"),
        (reached, "That is a count. Of how many?"),
        (seen, "That is the statistic itself. How often does chance reach it?"),
    ]
    worst = int(np.argmax(np.abs(found - right)))
    raise NotYet(
        f"{cases[worst][0]}, {reached[worst]} of the shuffles reach the {seen[worst]:g} that was seen ({above[worst]} "
        f"exceed it). You return {found[worst]:.4g}; {right[worst]:.4g} is right. "
        f"{recognise(found, thoughts, 'What is counted, and out of how many?')}",
        3,
    )


# 15.4 -----------------------------------------------------------------------------------------------------------------


def check_made_up(made_up: Function, *, rng):
    """Compare with Bayes' rule, with and without a mark, with and without false marks."""
    for false in (rng.uniform(0.02, 0.1), rng.uniform(0.15, 0.25), 0.0):
        q, found = rng.uniform(0.15, 0.45), rng.uniform(0.4, 0.85)
        for mark in (False, True):
            _require_made_up(made_up, q, found, false, mark)
    always = read_array(made_up(0.3, 1.0, 0.0, False), (), "Your probability where every mark is found")
    if not np.isclose(always, 0, atol=1e-12):
        raise NotYet("If every made-up payment shows its mark, none without it is made up. Yours says otherwise.", 1)
    return (
        f"With 30% made up and half of the marks alive, no mark leaves {_posterior(0.3, 0.5, 0.0, False):.0%}; with "
        f"nine in ten alive {_posterior(0.3, 0.9, 0.0, False):.0%}. One false mark in a hundred makes a found one "
        f"{_posterior(0.3, 0.5, 0.01, True):.0%} sure."
    )


def _posterior(q, found, false, mark):
    made, real = (found, false) if mark else (1 - found, 1 - false)
    return q * made / (q * made + (1 - q) * real)


def _require_made_up(made_up, q, found, false, mark):
    value = read_array(made_up(q, found, false, mark), (), "Your probability")
    right = _posterior(q, found, false, mark)
    if np.isclose(value, right, rtol=1e-9, atol=1e-12):
        return
    made, real = (found, false) if mark else (1 - found, 1 - false)
    thoughts = [
        (_posterior(q, found, false, not mark), "That is the answer for the other case. Which one does `mark` name?"),
        (q, "That is q itself. What has the reader told you?"),
        (made, "That is how often a made-up payment looks like that. How often is one that looks like that made up?"),
        (q * made, "That is the share of all payments that are made up and look like that. Out of which?"),
        (1 - right, "That is the probability that it is real. Which one is asked for?"),
        (made / (made + real), "That takes made-up and real as equally many. Where does q come in?"),
        (q * made / (q * made + real), "That counts all payments as real ones. How many of them are real?"),
        (q * made / ((1 - q) * real) if real else np.inf, "Those are odds. What share of both together is it?"),
        (
            _posterior(q, found, 0.0, mark),
            "That leaves out the marks that are found by mistake. Where do they change it?",
        ),
        (_posterior(1 - q, found, false, mark), "That takes q for the real ones. Which share is it?"),
        (q * (1 - found) if not mark else np.inf, "That is a share of all payments. Out of which are you asked?"),
        (
            _posterior(q, false, found, mark),
            "That takes `found` for real ones and `false` for made-up ones. Which is whose?",
        ),
    ]
    case = "with" if mark else "without"
    raise NotYet(
        f"For q = {q:.3f}, found = {found:.3f}, false = {false:.3f}, a payment {case} a mark is made up with a chance "
        f"of {right:.4f}; you return {value:.4f}. "
        f"{recognise(value, thoughts, 'Of 1,000 payments, how many look like that? Of these, how many are made up?')}",
        2,
    )


CHECKS = {
    "15.1": check_cusum,
    "15.2": check_threshold,
    "15.3": check_shuffled_p,
    "15.4": check_made_up,
}
