"""The checks of lesson 02: the next text, what is left of it, how long a word lives, how much real text saves it.

As in lesson 01, whether an answer is right is decided exactly, or by `course_lib.checks.chance`, and a wrong one is
compared with what usual wrong thoughts give on the same input.
"""

import functools

import numpy as np
from scipy import special

from course_lib.checks.chance import count_possible
from course_lib.checks.framework import TODO, Function, NotYet, read_array, recognise, require_rng, show
from course_lib.theory import chain_presence, long_run_presence, survival

__all__ = ["CHECKS"]


# 02.1 -----------------------------------------------------------------------------------------------------------------

_CALLS = 400


def check_next_counts(next_counts: Function, *, rng):
    """Test each word's count against its binomial law: its total, how often it is missing, how often it is near."""

    def call(generator, counts):
        return _read_counts(next_counts(counts, rng=generator), counts)

    for text, calls in (([6, 0, 3, 1], 20), ([20, 9, 5, 3, 2, 1, 1, 1, 0, 0], _CALLS)):
        counts = rng.permutation(text)

        drawn = np.array([call(rng, counts) for _ in range(calls)])
        if (drawn == counts).all():
            raise NotYet(
                f"For counts = {show(counts)} your next counts are these very counts, in {calls} calls of {calls}. A "
                "text that is shuffled, or drawn without putting back, holds the same words; so does an expected one. "
                "What makes one draw independent of the others?",
                2,
            )
    many = np.arange(1, 31)  # so many words that no two texts agree by chance
    require_rng(lambda generator: call(generator, many), rng=rng, hint=2)
    _require_binomial(drawn, counts)
    return (
        f"Over {_CALLS} texts each word's count has the law of as many draws as the text has words, each with the "
        f"word's share. A word used once was missing from {np.mean(drawn[:, counts == 1] == 0):.0%} of them, and a "
        "word that was missing before never came back."
    )


def _read_counts(value, counts):
    n, k = counts.sum(), counts.size
    of = f"For counts = {show(counts)}"
    size, total = np.size(value), np.sum(value)
    if np.ndim(value) == 1 and size == n != k:
        raise NotYet(
            f"{of} you return {n} numbers, as many as the text has words: {show(value)}. These look like the drawn "
            f"words; how often is each of the {k} words among them?",
            2,
        )
    if np.ndim(value) == 1 and size < k and total == n:
        raise NotYet(
            f"{of} you return {size} counts; {k} are needed, one for each word. A word that was not drawn has the "
            "count 0, at its own place. How does your way of counting know of it?",
            2,
        )
    found = read_array(value, (k,), f"Your next counts for counts = {show(counts)}")
    if np.isclose(total, 1) and n > 1:
        raise NotYet(f"{of} you return {show(found)}, which adds up to 1: shares. How often is each word drawn?", 1)
    if (found < 0).any() or not np.allclose(found, np.round(found)):
        raise NotYet(f"{of} you return {show(found)}. A count is a whole number of at least 0. What is counted?", 1)
    if round(total) != n:
        raise NotYet(
            f"{of} your next text has {total:.0f} words, and this one has {n}. What fixes the length of the next text?",
            1,
        )
    if found[counts == 0].any():
        raise NotYet(
            f"{of} your next counts are {show(found)}: a word that the text does not hold has come up. The model draws "
            "each word with its share, and a share of 0 is never drawn. From which shares do you draw?",
            1,
        )
    return np.round(found)


def _require_binomial(drawn, counts):
    n, calls = counts.sum(), len(drawn)
    of = f"Over {calls} calls with counts = {show(counts)}"
    words = np.flatnonzero(counts)
    p, drawn = counts[words] / n, drawn[:, words]
    if not count_possible(drawn.sum(0), calls * n, p).all():
        mean = drawn.mean(0)
        alike = np.allclose(mean, n / words.size, rtol=0.1)
        question = "Has each word the same chance?" if alike else "With which shares do you draw?"
        raise NotYet(
            f"{of} the words are drawn {show(np.round(mean, 2))} times a text; {show(counts[words])} are expected. "
            f"{question}",
            1,
        )
    missing, chance = (drawn == 0).sum(0), (1 - p) ** n
    low, high = counts[words] - 3, counts[words] + 2
    near = special.bdtr(high, n, p) - np.where(low < 0, 0, special.bdtr(np.maximum(low, 0), n, p))
    found = ((drawn > low) & (drawn <= high)).sum(0)  # drawn as often as before, or up to two times more or less
    if not (count_possible(missing, calls, chance).all() and count_possible(found, calls, near).all()):
        once = counts[words] == 1
        gone = missing[once].sum() / (calls * once.sum())
        question = (
            "So much is lost in two generations. How often is the text drawn?"
            if gone > chance[once][0]
            else "Their counts vary too little. Does each draw know of the draws before?"
        )
        raise NotYet(
            f"{of} the words are drawn as often as expected on average, and words used once are missing from "
            f"{gone:.1%} of your texts; {chance[once][0]:.1%} is expected. {question}",
            2,
        )


# 02.2 -----------------------------------------------------------------------------------------------------------------


def check_what_is_left(what_is_left: Function, *, rng):
    """Compare both shares with their definitions, for one run, for several, and for runs on two axes."""
    for replicates in ((5,), (4, 3), ()):
        counts = rng.permutation([30, 11, 7, 4, 3, 2, 2, 1, 1])
        alive = rng.random((*replicates, counts.size)) < 0.6
        alive[..., counts == 30] = True
        alive[..., np.argmin(counts)] = False
        shares = rng.random(alive.shape) ** 4 * alive + 1e-6 * alive  # down to one in a million
        shares /= shares.sum(-1, keepdims=True)
        words, text = _two_shares(what_is_left(shares, counts), shares)
        _require_left(words, text, shares, counts)
    return (
        "Both shares are right, for a single run and for runs on one or two axes. The two count the same loss: one "
        "gives each word one vote, the other as many votes as it has uses, and of these the rare words have few."
    )


def _two_shares(value, shares):
    needed = shares.shape[:-1]
    of = f"For shares of shape {shares.shape}"
    parts = value if isinstance(value, tuple | list) or np.ndim(value) else [value]
    if len(parts) != 2:
        raise NotYet(
            f"{of} you return {len(parts)} value{'s' * (len(parts) != 1)}. Two are asked for: the share of words "
            "alive, then the share of running text.",
            1,
        )
    for part in parts:
        if needed and np.shape(part) == ():
            raise NotYet(f"{of} you return one number for all runs; one for each run is needed. Over which axis?", 2)
        if np.shape(part) != needed and np.size(part) == shares.shape[-1]:
            raise NotYet(
                f"{of} you return {np.size(part)} numbers, one for each word. Over which axis is to be summed, so that "
                f"one for each run is left (shape {needed})?",
                2,
            )
    return [read_array(part, needed, f"{of}, your {name}") for part, name in zip(parts, _NAMES, strict=True)]


_NAMES = ("share of words", "share of running text")


def _require_left(words, text, shares, counts):
    alive = shares > 0
    right_words, right_text = alive.mean(-1), (alive * counts).sum(-1) / counts.sum()
    off = np.abs(words - right_words) + np.abs(text - right_text)
    first = np.unravel_index(np.argmax(off), off.shape)
    of = f"With shares {show([float(f'{share:.2g}') for share in shares[first]])} and counts {show(counts)}"
    if np.allclose(words, right_text) and np.allclose(text, right_words):
        raise NotYet(f"{of} your two numbers are right and in the other order. Which is asked for first?", 1)
    if not np.allclose(words, right_words):
        thoughts = [
            (alive.sum(-1), "That is a number of words. A share of which total is asked for?"),
            (100 * right_words, "That is in per cent. Is a share asked for, or a percentage?"),
            (1 - right_words, "That is the share of the dead. Which side of the comparison do you count?"),
            (shares.mean(-1), "That is the mean of the shares. When is a word alive, and how many words are?"),
            (shares.sum(-1), "That adds up the model's shares. Does a word alive count once, or by its share?"),
        ]
        otherwise = "Which smallest share is enough to be alive? Here some are as small as one in a million."
        words_said = recognise(words, thoughts, otherwise)
        raise NotYet(
            f"{of} your share of words alive is {words[first]:.4g}; {alive[first].sum()} of {counts.size} words have a "
            f"share above 0. {words_said}",
            2,
        )
    if not np.allclose(text, right_text):
        thoughts = [
            (np.ones(words.shape), "The model can always say its own text. Whose running text is asked about?"),
            ((alive * counts).sum(-1), "That is a number of words of text. A share of which total is asked for?"),
            (100 * right_text, "That is in per cent. Is a share asked for, or a percentage?"),
            (1 - right_text, "That is the share that can no longer be said. Which words do you add up?"),
            (right_words, "That gives every word one vote, like the first number. How often is each word used?"),
            (
                (shares * counts).sum(-1) / counts.sum(),
                "That weighs the uses by the model's shares. Does a word alive count with all its uses, or a part?",
            ),
            ((alive * counts).mean(-1), "That is a mean over words. The running text is as long as what?"),
        ]
        words_said = recognise(text, thoughts, "Which uses do you add up, and what do you divide by?")
        raise NotYet(
            f"{of} your share of running text is {text[first]:.4g}. The words alive have "
            f"{(alive * counts)[first].sum()} of all {counts.sum()} uses. {words_said}",
            3,
        )


# 02.3 -----------------------------------------------------------------------------------------------------------------


def check_survival(survival: Function, *, rng):
    """Compare with the law of copies, up to rounding."""
    counts = np.sort(rng.choice(np.arange(2, 60), 4, replace=False))
    for count in (1, counts):
        for t in (1, 7, 2, 30):
            _require_survival(survival(count, t), count, t)
    ten = float(np.ravel(survival(10, 29))[0])
    return (
        "Your law is right for one count and for many, from one generation to thirty. A word used once is alive after "
        f"ten generations with probability {float(np.ravel(survival(1, 10))[0]):.3f}; one used ten times has even odds "
        f"at about 2.9 × 10 generations, where your law says {ten:.3f}."
    )


def _require_survival(value, count, t):
    given = f"count = {show(count) if np.ndim(count) else count} and t = {t}"
    found = read_array(value, np.shape(count), f"Your survival for {given}")
    right = survival(count, t)
    if np.allclose(found, right, rtol=1e-9, atol=0):
        return
    once = 1 - np.exp(-1)
    thoughts = [
        (1 - right, "That is the chance to be dead. Which of the two is asked for?"),
        (survival(count, t + 1), "That is the law one generation later. How often is a step taken from g to the next?"),
        (survival(1, t) * np.ones(np.shape(count)), "That is the law of one copy. Where does the count come in?"),
        (count * survival(1, t), "That multiplies the chance of one copy by their number. Can a chance be above 1?"),
        (
            1 - (1 - once**t) ** count,
            "That lets a copy survive each generation with 63% and leave one successor. How many can it leave?",
        ),
        (1 - np.exp(-2 * np.asarray(count) / t), "2/t is near to g only after many generations. What is g here?"),
        (survival(count, 1), "That is the law of the first generation. Where does t come in?"),
        (1 - np.exp(-np.asarray(count) / t), "That divides the count by t. How does g follow from the g before?"),
    ]
    if t > 1:
        earlier = "That is the law one generation earlier. Which g does it begin with?"
        thoughts.insert(0, (survival(count, t - 1), earlier))
    words = recognise(found, thoughts, "With g₁ = 1, what are g₂ and g₃ in your code?", atol=1e-9)
    raise NotYet(
        f"For {given} you return {_say(found)}; the law of copies gives {_say(right)}. {words}",
        2,
    )


def _say(value):
    return show(np.round(value, 4)) if np.ndim(value) else f"{float(value):.4f}"


# 02.4 -----------------------------------------------------------------------------------------------------------------


def check_presence(presence: Function, *, rng):
    """Test the shares of runs against the exact chain: in each generation they are binomial."""

    def call(generator, n, count, f, replicates, generations):
        setting = {"n": n, "generations": generations, "replicates": replicates}
        value = presence(count, f, **setting, rng=generator)
        return _read_presence(value, count, f, **setting)

    _require_chance(np.array([call(rng, 40, 1, 0.1, 10, 8) for _ in range(5)]), 40, 1, 0.1)
    require_rng(lambda generator: call(generator, 40, 1, 0.1, 100, 8), rng=rng, hint=2)
    for n, count, f, runs in ((40, 1, 0.1, 500), (40, 3, 0.2, 500), (4, 2, 0.5, 3000)):
        _require_presence(call(rng, n, count, f, runs, 6), runs, n, count, f)
    return _with_and_without(presence, rng)


def _read_presence(value, count, f, *, n, generations, replicates):
    size = np.size(value)
    of = f"For {replicates} runs of {generations} generations you return {size} value{'s' * (size != 1)}"
    if size == replicates:
        raise NotYet(f"{of}, one for each run. Over which axis is the share of runs taken?", 2)
    if size == (generations + 1) * replicates:
        raise NotYet(f"{of}, one for each generation and run. In which share of the runs is the word there?", 2)
    if size in (generations, generations + 2):
        raise NotYet(
            f"{of}; {generations + 1} are needed, one for each model, that of the real text included. Which is "
            "missing, or too many?",
            1,
        )
    found = read_array(value, (generations + 1,), "Your shares of runs with the word")
    given = f"With count={count}, n={n} and real_fraction={f}"
    if np.isclose(found[0], count / n):
        raise NotYet(
            f"{given} your curve begins with {found[0]:.4g} = {count}/{n}: the mean share of the word, which never "
            "moves on average. In which share of the runs is the word there at all?",
            2,
        )
    if not np.isclose(found[0], 1):
        raise NotYet(
            f"{given} your curve begins with {found[0]:.4g}. At generation 0 the model is fitted to the real text, and "
            f"the word is in it {count} time{'s' * (count > 1)}: 1 is expected. Which text do you look at, a training "
            "text or one that was drawn later?",
            1,
        )
    successes = found * replicates
    if not np.allclose(successes, np.round(successes), atol=1e-6):
        raise NotYet(
            f"{given} you return {show(np.round(found, 4))}: no shares of {replicates} runs. What is true or false in "
            "each run?",
            2,
        )
    return np.round(successes).astype(int)


def _require_chance(curves, n, count, f):
    given = f"In {len(curves)} calls with count={count}, n={n}, real_fraction={f} and 10 runs"
    if (curves == 10).all():
        raise NotYet(
            f"{given} the word is there in all runs in all generations. Which word do you follow, and how many of the "
            "real words come into each training text?",
            2,
        )
    if np.isin(curves, (0, 10)).all():
        raise NotYet(
            f"{given} the word is there in all 10 or in none, whatever the generation: the runs are all alike. Does "
            "each run draw for itself?",
            2,
        )


def _require_presence(curve, runs, n, count, f):
    generations = curve.size - 1
    right = chain_presence(count, n, np.arange(1, generations + 1), real=round(f * n))
    if count_possible(curve[1:], runs, right).all():
        return
    found = curve[1:] / runs
    given = f"With count={count}, n={n} and real_fraction={f} your shares of runs are {show(np.round(found, 3))} in"
    thoughts = _presence_thoughts(n, count, f, generations)
    gaps = [np.abs(found - thought).max() for thought, _ in thoughts]
    best = int(np.argmin(gaps))
    words = thoughts[best][1] if gaps[best] < 0.1 else "What is each training text made of, and when is the word in it?"
    raise NotYet(
        f"{given} generations 1 to {generations}; the exact chain gives {show(np.round(right, 3))}. {words}", 2
    )


@functools.cache
def _presence_thoughts(n, count, f, generations):
    times = np.arange(1, generations + 1)
    real = round(f * n)

    def chain(count, n, real):
        return chain_presence(count, n, times, real=real)

    return [
        (chain(count, n, 0), "That is the curve without any real text. Where does real_fraction come in?"),
        (chain(count, n, n - real), "That is the curve with so much synthetic text, not real. Which share is which?"),
        (
            chain(count, n, 2 * real),
            "That is the curve with twice as much real text. How many real words come in?",
        ),
        (chain(count + 1, n, real), "That is the curve of a word with one copy more. How is the real text made?"),
        (chain(count, 40, round(40 * f)), "That is the curve for n=40. Is a length written into your code?"),
        (chain(1, n, real), "That is the curve of a word used once. Where does count come in?"),
        (chain(3, n, real), "That is the curve of a word used three times. Where does count come in?"),
    ]


def _with_and_without(presence, rng):
    setting = {"n": 50, "generations": 30, "replicates": 100}
    kept, lost = (float(presence(5, f, **setting, rng=rng)[-1]) for f in (0.1, 0.0))
    return (
        "In every generation the share of runs agrees with the exact chain. A word used 5 times in 50, after 30 "
        f"generations: with 10% real text, half a real copy a generation, it is there in {kept:.0%} of the runs; with "
        f"none in {lost:.0%}."
    )


# 02.5 -----------------------------------------------------------------------------------------------------------------

_SETTINGS = ((1, 0.1), (10, 0.05), (50, 0.01), (3, 0.5), (2, 1.0), (5, 0.0))
_COUNT, _WANTED = 10, 0.9


def check_presence_law(presence_law: Function, needed, *, rng):
    """Compare with the law to four decimals, and the conclusion with the law at the share that it names."""
    for count, f in _SETTINGS:
        _require_law(presence_law(count, f), count, f)
    start = "Your law is right."
    if needed is TODO:
        raise NotYet(
            f"{start} Now find the share of real text with which a word used {_COUNT} times is present in "
            f"{_WANTED:.0%} of the generations, and set `needed` to it.",
            3,
        )
    value = read_array(needed, (), "`needed`")
    if not 0 <= value <= 1:
        raise NotYet(f"{start} But `needed` is {value:.4g}; a share of real text lies between 0 and 1.", 3)
    there = float(long_run_presence(_COUNT, float(value)))
    if abs(there - _WANTED) > 0.002:
        word = "fewer" if there < _WANTED else "more"
        raise NotYet(
            f"{start} With needed = {value:.4g} it says that the word is present in {there:.1%} of the generations, "
            f"{word} than {_WANTED:.0%}. In which direction does `needed` have to move?",
            3,
        )
    return (
        f"The law is right from no real text to nothing but real text. {value:.1%} real text, {_COUNT * value:.2f} "
        f"real copies a generation, keep a word used {_COUNT} times in nine of ten generations. One used 100 times "
        f"needs {_needed(100):.2%}, {100 * _needed(100):.2f} copies; one used once {_needed(1):.0%}."
    )


@functools.cache
def _needed(count):
    from scipy.optimize import brentq

    return brentq(lambda f: float(long_run_presence(count, f)) - _WANTED, 1e-3, 1)


def _require_law(value, count, f):
    given = f"count = {count} and real_fraction = {f}"
    found = float(read_array(value, (), f"Your law for {given}"))
    right = float(long_run_presence(count, f))
    if abs(found - right) < 1e-4:
        return
    words = recognise(
        found,
        _law_thoughts(count, f),
        "Write down ln of the product for count = 1, term by term: what are its first three terms?",
    )
    raise NotYet(f"For {given} you return {found:.4f}; the law gives {right:.4f}. {words}", 2)


@functools.cache
def _law_thoughts(count, f):
    """Return what wrong thoughts make of the law; by number of terms where theirs has no limit."""

    def absent(terms=20_000, *, thinned=True, skip=0):
        u, product, total = 1.0, 1.0, 0.0
        for k in range(terms):
            if k >= skip:
                product *= 1 - f * u
                total += f * u
            u = -np.expm1(-(1 - f if thinned else 1) * u)
        return product, total

    product, total = absent()
    thoughts = [
        (product**count, "That is the chance to be absent. Which of the two is asked for?"),
        (
            1 - (1 - f) ** count,
            "That is the chance that a real copy has just come. What of the families of earlier real copies?",
        ),
        (1 - np.exp(-f * count), "That asks only for real copies that have just come. What of their families?"),
        (
            1 - np.exp(-count * total),
            "That lets a copy in the archive come in Poisson-many times. Drawn without putting back, it comes at most "
            "once a generation, with probability f: what is its chance to leave no family alive?",
        ),
        (
            1 - (1 + 1 / (2 * f)) ** (-2 * f * count) if f else np.nan,
            "That is the lesson's short form, for few real words. What is the product that it comes from?",
        ),
        (count * (1 - product), "That multiplies the chance of one copy by their number. Can a chance be above 1?"),
        (count * total, "That is a mean number of living families. How likely is it that there is none?"),
        (1 - product, "That is the law of a word used once. Where does count come in?"),
        (
            1 - absent(skip=1)[0] ** count,
            "That leaves out the real copies of the newest text. With which u does the product begin?",
        ),
        (float(long_run_presence(count, 1 - f)), "That is the law with f and 1 − f exchanged. Which one is real?"),
    ]
    for terms in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000):
        for extra in (0, 1):
            thoughts += [
                (
                    1 - absent(terms + extra)[0] ** count,
                    f"That is the product of the first {terms + extra} terms. With so little real text families last "
                    "longer; when is u small enough to stop?",
                ),
                (
                    1 - absent(terms + extra, thinned=False)[0] ** count,
                    "That lets each copy have one successor on average. Only a share 1 − f of the next text comes from "
                    "the model: how many successors has a copy?",
                ),
            ]
    return thoughts


CHECKS = {
    "02.1": check_next_counts,
    "02.2": check_what_is_left,
    "02.3": check_survival,
    "02.4": check_presence,
    "02.5": check_presence_law,
}
