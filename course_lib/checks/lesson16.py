"""The checks of lesson 16: agreement beyond chance, the size of an audit, labels to buy, copies found.

Each is compared with its definition, and a wrong answer with what near thoughts would give on the same input.
"""

import math

import numpy as np

from course_lib import annotation, contamination, labour
from course_lib.checks.framework import Function, NotYet, read_array, recognise

__all__ = ["CHECKS"]


def _same(value, right):
    return math.isclose(value, right, rel_tol=1e-9, abs_tol=1e-12)


# 16.1 -----------------------------------------------------------------------------------------------------------------


def _kappa_studies(rng):
    """Yield pairs of annotators: two with different habits, two who agree less than by chance, one who never says 4."""
    n = 120
    truth = rng.choice([1, 4, 7, 9], n, p=[0.6, 0.1, 0.2, 0.1])
    first = np.where(rng.random(n) < 0.8, truth, rng.choice([1, 4, 7, 9], n))
    second = np.where(rng.random(n) < 0.7, truth, 9)
    yield first, second
    yield first, np.where(rng.random(n) < 0.9, np.where(first == 1, 7, 1), first)
    yield first, np.where(second == 4, 1, second)


def check_kappa(kappa: Function, *, rng):
    """Compare κ with its definition for habits that differ, agreement below chance, and a label only one uses."""
    for first, second in _kappa_studies(rng):
        found = float(read_array(kappa(first, second), (), "Your κ"))
        agreed, by_chance = _agreement(first, second)
        if not _same(found, (agreed - by_chance) / (1 - by_chance)):
            _tell_kappa(found, first, second, agreed, by_chance)
    return (
        "Right for annotators with different habits, for two who agree less than chance would let them, and for a "
        "label that only one of them uses."
    )


def _agreement(first, second):  # not through the library: its import of statsmodels alone may take two seconds
    shares = ([np.mean(part == k) for k in np.union1d(first, second)] for part in (first, second))
    return np.mean(first == second), float(np.dot(*shares))


def _tell_kappa(found, first, second, agreed, by_chance):
    right = (agreed - by_chance) / (1 - by_chance)
    n, labels = len(first), np.union1d(first, second)
    a, b = ([(part == k).mean() for k in labels] for part in (first, second))
    a, b = np.array(a), np.array(b)

    def beyond(chance):
        return (agreed - chance) / (1 - chance)

    thoughts = [
        (agreed, "That is the share on which they agree. How much of it would come by chance?"),
        (agreed - by_chance, "That is the agreement beyond chance. As a share of what chance leaves?"),
        (beyond(1 / len(labels)), "There, chance takes all labels as equally frequent. They are not."),
        (beyond(((a + b) / 2) @ ((a + b) / 2)), "There, both are given the habits of the two together (Scott's π)."),
        (beyond(a @ a), "There, chance comes from the first annotator alone."),
        (beyond(b @ b), "There, chance comes from the second annotator alone."),
        ((agreed - by_chance) / by_chance, "That divides by what chance gives, not by what it leaves."),
        (max(0.0, right), "Below chance is below 0. Is something cut off?"),
        (abs(right), "Below chance is below 0. Where has the sign gone?"),
        (np.corrcoef(first, second)[0, 1], "That is a correlation. Labels are names: a 9 is not nearer to a 7."),
        (beyond(by_chance * n / (n - 1)), "Chance is divided by n − 1 somewhere."),
    ]
    words = recognise(found, thoughts, "With four records by hand: which two shares are in the formula?")
    raise NotYet(
        f"For two annotators who agree on {agreed:.1%} of {n} records, {by_chance:.1%} by chance, you return "
        f"{found:.4g}; {right:.4g} was expected. {words}",
        2,
    )


# 16.2 -----------------------------------------------------------------------------------------------------------------


def check_clean_records(clean_records: Function, *, rng):
    """Compare the number of clean records with the least that is enough, for plain and for awkward shares."""
    cases = [(0.02, 0.9), (0.01, 0.95), (0.3, 0.9), (0.002, 0.99), (0.5, 0.8)]
    cases += [
        (float(share), float(level)) for share, level in zip(rng.uniform(0.003, 0.2, 3), (0.8, 0.9, 0.97), strict=True)
    ]
    for share, level in cases:
        found = float(read_array(clean_records(share, level), (), "Your number of records"))
        right = annotation.clean_items(share, level=level)
        if found != right:
            _tell_clean(found, right, share, level)
    return (
        "Right for eight combinations of share and level. For 1% and 95% it is 299: a clean sample of a hundred "
        "records says less than it seems to."
    )


def _tell_clean(found, right, share, level):
    exact = math.log(1 - level) / math.log(1 - share)
    two_sided = math.ceil(math.log((1 - level) / 2) / math.log(1 - share))
    thoughts = [
        (
            two_sided,
            "That is the two-sided number, with half of 1 − level. Here only “too many” is asked about.",
        ),
        (math.ceil(1 / share), "That many records contain one wrong one on average. They may well contain none."),
        (math.ceil(3 / share), "3/share is a rule of thumb for 95%. The exact number is asked for."),
        (
            math.ceil(-math.log(1 - level) / share),
            "There stands −share for ln(1 − share), which is near but not equal.",
        ),
        (math.ceil(math.log(level) / math.log(1 - share)), "Which of level and 1 − level is the risk of being wrong?"),
        (
            math.ceil(math.log(1 - level) / math.log(share)),
            "Which of share and 1 − share is that of a right one?",
        ),
        (math.floor(exact), "That many are not quite enough: (1 − share)^n is still above 1 − level. Round which way?"),
        (right + 1, "One record fewer would do, too. The least number is asked for."),
        (exact, "Records come whole."),
    ]
    words = recognise(found, thoughts, "What is (1 − share)^n at your n, and at one record fewer?", rtol=0, atol=1e-6)
    raise NotYet(
        f"To show at the level {level:.4g} that less than {share:.4g} are wrong you want {found:.6g} clean records; "
        f"{right} was expected. {words}",
        2,
    )


# 16.3 -----------------------------------------------------------------------------------------------------------------


def check_more_labels(more_labels: Function, *, rng):
    """Compare the number of further labels with break-even, with many and with too many labels at hand."""
    stopped = 0
    for level in (0.45, 0.8, 0.9):
        rho, spread = level + float(rng.uniform(-0.03, 0.03)), float(rng.uniform(2, 4))
        price, worth = float(rng.uniform(0.1, 0.5)), float(rng.uniform(20_000, 60_000))
        buy = labour.break_even(rho, price=price, worth=worth * spread**2)
        for n in (3, max(4, buy // 2), buy, 3 * buy):
            found = float(read_array(more_labels(n, rho, spread, worth, price), (), "Your number of labels"))
            right = max(0, buy - n)
            stopped += right == 0
            if found != right:
                _tell_more(found, right, {"n": n, "rho": rho, "spread": spread, "worth": worth, "price": price})
    return (
        f"Right in 12 cases; in {stopped} of them the answer is to buy none, because of the labels that exist. The "
        "label at which one stops does not depend on how many there were."
    )


def _tell_more(found, right, case):
    n, rho, spread, worth, price = case.values()

    def further(left):
        return max(0, math.ceil((math.sqrt(1 + 4 * max(0.0, left) / price) - 1) / 2) - n)

    left = worth * spread**2 * (1 - rho**2)
    no_price = max(0, math.ceil(math.sqrt(left / price)) - n)
    thoughts = [
        (right + n, "That counts all labels. Some exist already."),
        (further(left) + n if right == 0 else -1, "That counts all labels. Some exist already."),
        (further(worth * spread**2 * (1 - rho)), "There, 1 − ρ stands in place of 1 − ρ²."),
        (
            further(worth * spread**2 * rho**2),
            "There stands ρ². Which part of it does the machine not explain?",
        ),
        (further(worth * spread**2), "The machine is not in it: what does it spare?"),
        (
            further(worth * spread * (1 - rho**2)),
            "The spread is a standard deviation. Which of its powers is a variance?",
        ),
        (further(worth * (1 - rho**2)), "How much labels scatter is not in it."),
        (right + 1, "That buys one more than pays: the last one brings no more than its price."),
        (right - 1, "That stops one early: the next one still brings more than its price."),
        (
            max(0, math.ceil(left / price) - n),
            "That is where the *variance* is worth the price. What does one label change?",
        ),
        (no_price, "That is near: the difference of v/n and v/(n + 1) is v/(n (n + 1)), not v/n²."),
    ]
    words = recognise(
        found, thoughts, "What does the label after n bring, and what the one after it?", rtol=0, atol=1e-9
    )
    told = ", ".join(f"{name} = {value:.4g}" for name, value in case.items())
    if found < 0 or found != round(found):
        words = "Labels come whole, and those that exist cannot be given back: 0 is the least."
    raise NotYet(f"For {told} you buy {found:.6g} more labels; {right} was expected. {words}", 2)


# 16.4 -----------------------------------------------------------------------------------------------------------------


def _batch(rng, copied):
    n = 400
    truth = rng.integers(0, 5, n)
    machine = np.where(rng.random(n) < 0.6, truth, (truth + 1) % 5)
    likely_wrong = np.where(rng.random(n) < 0.5, (truth + 1) % 5, (truth + 2) % 5)

    def person():
        return np.where(rng.random(n) < 0.75, truth, likely_wrong)

    helped = np.where(rng.random(n) < copied, machine, person())
    return helped, person(), machine, truth


def check_copied(copied: Function, *, rng):
    """Compare the estimate with its definition, for batches without, with some and with many copies."""
    estimates = []
    for share in (0.3, 0.0, 0.8):
        batch = _batch(rng, share)
        found = float(read_array(copied(*batch), (), "Your share of copies"))
        if not _same(found, contamination.copied_share(*batch)):
            _tell_copied(found, *batch)
        estimates.append(found)
    low = _below_zero(rng)
    found = float(read_array(copied(*low), (), "Your share of copies"))
    if not _same(found, contamination.copied_share(*low)):
        _tell_copied(found, *low)
    return (
        f"For batches with 30%, 0% and 80% copies you find {estimates[0]:.0%}, {estimates[1]:.0%} and "
        f"{estimates[2]:.0%}: right by the definition, and as near as 160 errors of the machine allow."
    )


def _below_zero(rng):
    """Return a batch in which, by chance, the blind repeat the machine's error more often than the helped do."""
    while True:
        batch = _batch(rng, 0.0)
        if contamination.copied_share(*batch) < -0.005:
            return batch


def _tell_copied(found, helped, blind, machine, truth):
    wrong = machine != truth
    like, like0 = helped == machine, blind == machine
    q, q0 = like[wrong].mean(), like0[wrong].mean()
    every, every0 = like.mean(), like0.mean()
    good, good0 = like[~wrong].mean(), like0[~wrong].mean()
    errs, errs0 = (helped != truth)[wrong].mean(), (blind != truth)[wrong].mean()
    right = contamination.copied_share(helped, blind, machine, truth)
    thoughts = [
        (
            q,
            "That is how often helped labels repeat the error. People make it by themselves, too: how often?",
        ),
        (q - q0, "That is the difference of the two shares. A helped label that is no copy can repeat it, too."),
        ((q - q0) / q0, "That divides by what the blind repeat. Divide by what they do not."),
        ((q - q0) / (1 - q), "That divides by 1 − q. From which of the two groups is c a share?"),
        ((q0 - q) / (1 - q), "Helped and blind are exchanged."),
        (max(0.0, right), "Below 0 is chance, and cut off it makes the mean over many batches too large."),
        (every, "That counts agreement with the machine anywhere; most of it is being right."),
        (
            (every - every0) / (1 - every0),
            "That goes over all records. A copy of a right answer cannot be told from a right answer.",
        ),
        ((errs - errs0) / (1 - errs0), "That counts any wrong label. A copy repeats the machine's *very* error."),
        (
            (good - good0) / (1 - good0),
            "Those are the records where it is right.",
        ),
        (
            (like & wrong).mean() - (like0 & wrong).mean(),
            "That divides by all records, not by those with an error.",
        ),
    ]
    words = recognise(found, thoughts, "Write down q, q0 and the equation that joins them with c.")
    raise NotYet(
        f"On {wrong.sum()} of {len(truth)} records the machine errs; helped labels repeat its error in {q:.3f} of "
        f"them, blind ones in {q0:.3f}. You return {found:.4g}; {right:.4g} was expected. {words}",
        2,
    )


CHECKS = {
    "16.1": check_kappa,
    "16.2": check_clean_records,
    "16.3": check_more_labels,
    "16.4": check_copied,
}
