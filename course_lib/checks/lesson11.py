"""The checks of lesson 11: what alarms cost, a probability set right, a ratio chosen by cost, which kind dies first.

Every answer here is exact, so it is compared with the right value, and a wrong one with what usual wrong thoughts give
on the same input. Task 3 is judged by what the learner's function asks of the two functions that it is handed.
"""

import numpy as np

from course_lib.checks.framework import Function, NotYet, read_array, recognise, require_rng, show

__all__ = ["CHECKS"]


# 11.1 -----------------------------------------------------------------------------------------------------------------


def check_money(money: Function, *, rng):
    """Compare with the sum of reviews and missed amounts, on cases whose four parts all differ."""
    # Of frauds stopped and missed, false alarms and payments in peace there are never equally many.
    for counts, review in (((2, 3, 4, 5), 5.0), ((7, 5, 6, 20), 2.5), ((1, 2, 3, 4), 0.0)):
        of_each = rng.permutation(np.repeat(range(4), counts))
        fraud, alarm = of_each < 2, of_each % 2 == 0
        amount = np.round(rng.lognormal(3.5, 1.0, of_each.size), 2)
        _require_money(money, alarm, fraud, amount, review)
    nothing = np.zeros(3, bool)
    if read_array(money(nothing, nothing, np.ones(3), 5.0), (), "Your cost without fraud and alarms") != 0:
        raise NotYet("Without a fraud and without an alarm nothing is reviewed and nothing lost. What do you add?", 1)
    return (
        "Reviews of right and of wrong alarms, and the amounts of frauds without one, add up. A stopped fraud costs a "
        "review, a missed one its amount, and an honest payment in peace nothing."
    )


def _require_money(money, alarm, fraud, amount, review):
    value = money(alarm, fraud, amount, review)
    missed = fraud & ~alarm
    right = review * alarm.sum() + amount[missed].sum()
    n = alarm.size
    what = (
        f"For {n} payments, {alarm.sum()} alarms ({(alarm & fraud).sum()} of them right), {missed.sum()} frauds missed "
        f"of together {amount[missed].sum():.2f} euro, and {review:g} euro a review"
    )
    if np.shape(value) == (n,) and n > 1:
        raise NotYet(f"{what}, you return {n} numbers, one for each payment. What do they come to together?", 2)
    found = read_array(value, (), "Your cost")
    if np.isclose(found, right, rtol=1e-9, atol=1e-9):
        return
    stopped, wrong = fraud & alarm, alarm & ~fraud
    thoughts = [
        (review * alarm.sum() + missed.sum(), "That counts the missed frauds. Is each of them worth one euro?"),
        (review * wrong.sum() + amount[missed].sum(), "That reviews wrong alarms only. Who tells which those are?"),
        (review * stopped.sum() + amount[missed].sum(), "That reviews right alarms only. What of the false ones?"),
        (amount[missed].sum(), "That leaves out the reviews. What does an alarm cost?"),
        (review * alarm.sum(), "That leaves out the losses. What does a fraud without an alarm cost?"),
        (
            review * alarm.sum() + amount[stopped].sum(),
            "That adds the amounts of frauds that were stopped. Which are lost?",
        ),
        (review * alarm.sum() + amount[fraud].sum(), "That loses every fraud. Does an alarm not stop it?"),
        (review * alarm.sum() + amount[~alarm].sum(), "That loses honest payments, too. Which of those are lost?"),
        (review * n + amount[missed].sum(), "That reviews every payment. Which are reviewed?"),
        (right / n, "That is an average over the payments. Is the cost of one asked for, or of all together?"),
        (right * 10_000 / n, "That is per 10,000 payments, as in the lesson. Here the cost of all together is asked."),
        (review * alarm.sum() - amount[stopped].sum(), "That subtracts what was saved. What is lost is asked for."),
    ]
    otherwise = "Which payments are reviewed, and which amounts are lost?"
    raise NotYet(
        f"{what}, you return {found:.2f} euro; {right:.2f} euro are spent. {recognise(found, thoughts, otherwise)}",
        2,
    )


# 11.2 -----------------------------------------------------------------------------------------------------------------


def check_corrected(corrected: Function, *, rng):
    """Compare with Bayes' rule for another share of fraud, inside the interval and at its ends."""
    for trained, true in ((0.1, 0.002), (0.5, 0.01), (0.2, 0.3)):
        p = np.sort(rng.uniform(0.02, 0.98, 5))
        found = read_array(corrected(p, trained, true), (5,), "Your probabilities")
        right = _corrected(p, trained, true)
        if np.allclose(found, right, rtol=1e-9, atol=0):
            continue
        raise NotYet(
            f"With p = {show(np.round(p, 3))}, trained where the share of fraud is {trained}, to be used where it is "
            f"{true}, you return {show(np.round(found, 5))}; {show(np.round(right, 5))} is right. "
            f"{_recognise_probability(found, p, trained, true)}",
            2,
        )
    p = rng.uniform(0.1, 0.9, 4)
    if not np.allclose(read_array(corrected(p, 0.3, 0.3), (4,), "Your probabilities"), p):
        raise NotYet("Where the two shares are equal, p must stay as it is, and yours does not. What changes it?", 1)
    ends = read_array(corrected(np.array([0.0, 1.0]), 0.5, 0.01), (2,), "Your probabilities at 0 and 1", finite=False)
    if not np.allclose(ends, [0, 1]):
        raise NotYet(
            f"For p = 0 and p = 1 you return {show(ends)}; a detector that is certain stays so, and [0, 1] is right. "
            "Where do you divide by something that is 0 there?",
            3,
        )
    return (
        "The odds are multiplied by the true odds of fraud over those in training. A balanced p of 0.5 says "
        f"{_corrected(0.5, 0.5, 0.01):.2f} where fraud is one in a hundred, and one of 0.9 says "
        f"{_corrected(0.9, 0.5, 0.01):.2f}."
    )


def _corrected(p, trained, true):
    up, down = p * true / trained, (1 - p) * (1 - true) / (1 - trained)
    return up / (up + down)


def _recognise_probability(found, p, trained, true):
    odds, factor = p / (1 - p), true / (1 - true) / (trained / (1 - trained))
    thoughts = [
        (p * true / trained, "That scales the probability itself. Of 0.98 that can make more than 1: what is scaled?"),
        (
            np.clip(p * true / trained, 0, 1),
            "That scales the probability and cuts it off at 1. What is scaled by the change of shares?",
        ),
        (p, "These are the p that came in. What has changed between training and use?"),
        (odds * factor, "These are odds. How does a probability follow from odds?"),
        (_corrected(p, true, trained), "That goes from the true share to the trained one. Which way is asked?"),
        (
            odds * true / trained / (1 + odds * true / trained),
            "That multiplies the odds by a ratio of shares. Which ratio do odds change by?",
        ),
        (
            odds * true / (1 - true) / (1 + odds * true / (1 - true)),
            "That multiplies by the true odds and leaves the training's odds in. What do they do to p?",
        ),
        (
            odds / (trained / (1 - trained)) / (1 + odds / (trained / (1 - trained))),
            "That takes the training's odds out and puts the true ones not in. What are the odds of fraud in use?",
        ),
        (_corrected(1 - p, trained, true), "That corrects 1 − p, the probability of being honest. Which one is asked?"),
        (1 - _corrected(p, trained, true), "That is the probability of being honest. Which one is asked for?"),
        (p - trained + true, "That subtracts the change. Does a p of 0.02 then stay above 0?"),
        (p * true, "That multiplies by the true share. Where does the share in training come in?"),
    ]
    return recognise(found, thoughts, "What happens to the odds p / (1 − p) when fraud becomes rarer?")


# 11.3 -----------------------------------------------------------------------------------------------------------------

_ROWS, _FRAUDS = 120, 30


def check_choose_ratio(choose_ratio: Function, *, rng):
    """Watch what `choose_ratio` hands to `make` and `cost`, and whether it returns the cheapest ratio."""
    for ratios in ((0, 1, 5), (0.5, 2, 4, 10)):
        cheapest = ratios[rng.integers(len(ratios))]
        told = _Watched(ratios, cheapest, rng)
        told.require(told.watch(choose_ratio, rng))

    def fitting_part(generator):
        told = _Watched((0, 1), 1, np.random.default_rng(0))
        told.watch(choose_ratio, generator)
        return np.isin(told.x[:, 0], told.costed[0]["test"]).astype(float)  # of each payment, whether it is tested on

    require_rng(fitting_part, rng=rng, hint=2)
    return (
        "You split first, make frauds from the fitting part alone, count the cost on real payments that had no part in "
        f"it, and return the cheapest ratio: it was {cheapest} in the last of the check's price lists."
    )


class _Watched:
    """Payments whose first column numbers them, with a `make` and a `cost` that write down what they are given."""

    def __init__(self, ratios, cheapest, rng):
        self.ratios, self.cheapest = ratios, cheapest
        self.fraud = np.zeros(_ROWS, bool)
        self.fraud[rng.choice(_ROWS, _FRAUDS, replace=False)] = True
        self.x = np.column_stack([np.arange(1.0, _ROWS + 1), rng.standard_normal(_ROWS)])
        self.made, self.costed = [], []
        self.prices = rng.uniform(1000, 2000, len(ratios))
        self.fault = None  # what was wrong in a call of make or cost

    def watch(self, choose_ratio, rng):
        """Return the answer of `choose_ratio`; what goes wrong in `make` and `cost` is not an error of its own."""
        try:
            return choose_ratio(self.x, self.fraud, list(self.ratios), self.make, self.cost, rng)
        except NotYet:
            if self.fault is None:
                raise
            raise self.fault from None

    def make(self, frauds, m, rng):
        """Return m made-up frauds, whose first column holds negative numbers."""
        frauds = np.asarray(frauds, float)
        if frauds.ndim != 2 or frauds.shape[1] != 2 or not isinstance(rng, np.random.Generator):
            self.fault = NotYet(
                f"`make` was called with frauds of shape {frauds.shape}; it takes the rows of x that are frauds, a "
                "number, and `rng`.",
                1,
            )
            raise self.fault
        self.made.append((frauds[:, 0], m))
        noise = rng.standard_normal(round(m))
        return np.column_stack([-np.arange(1.0, noise.size + 1), noise])

    def cost(self, x_train, fraud_train, x_test, fraud_test):
        """Return a price that is lowest at the ratio that is to be found."""
        parts = {}
        for name, x, y in (("train", x_train, fraud_train), ("test", x_test, fraud_test)):
            x, y = np.asarray(x, float), np.asarray(y)
            if x.ndim != 2 or y.shape != x.shape[:1]:
                self.fault = NotYet(
                    f"`cost` was called with x of shape {x.shape} and labels of shape {y.shape} ({name}); one label "
                    "a row is needed.",
                    1,
                )
                raise self.fault
            parts[name], parts[f"{name} fraud"] = x[:, 0], y.astype(bool)
        self.costed.append(parts)
        place = (len(self.costed) - 1) % len(self.ratios)
        return 500.0 if self.ratios[place] == self.cheapest else self.prices[place]

    def require(self, value):
        """Raise NotYet unless all that was asked of `make` and `cost` is right, and the answer, too."""
        if len(self.costed) < len(self.ratios):
            raise NotYet(
                f"For {len(self.ratios)} ratios `cost` was called {len(self.costed)} times. How else would you know "
                "what each of them costs?",
                1,
            )
        for parts, ratio in zip(self.costed, self.ratios, strict=False):
            self._require_parts(parts, ratio)
        tests = [np.sort(parts["test"]) for parts in self.costed]
        if any(not np.array_equal(tests[0], other) for other in tests[1:]):
            raise NotYet(
                "The ratios are tested on different payments. A cheap ratio may then owe its price to a lucky part. "
                "Where do you split, inside the loop or before it?",
                2,
            )
        fitted = set(self.costed[0]["train"])
        for ids, _ in self.made:
            if not set(ids) <= fitted:
                raise NotYet(
                    f"`make` was given {len(set(ids) - fitted)} frauds of the part that you test on. What is made of "
                    "them goes into training, and the test has been seen. What must come first, making or splitting?",
                    2,
                )
        self._require_value(value)

    def _require_parts(self, parts, ratio):
        train, test = parts["train"], parts["test"]
        if (test < 0).any():
            raise NotYet(
                f"At the ratio {ratio} the test holds {(test < 0).sum()} made-up frauds. The cost on real payments is "
                "wanted; a detector finds what was made the way its training was. Which part is to be left as it is?",
                2,
            )
        both = np.intersect1d(train[train > 0], test)
        if both.size:
            raise NotYet(
                f"At the ratio {ratio}, {both.size} of the {test.size} payments tested on are in the training part as "
                "well. On which payments does a detector look better than it is?",
                2,
            )
        real = train > 0
        for name, ids, y in (
            ("training", train[real], parts["train fraud"][real]),
            ("test", test, parts["test fraud"]),
        ):
            if not np.array_equal(y, self.fraud[ids.astype(int) - 1]):
                raise NotYet(
                    f"At the ratio {ratio} the labels of the {name} part do not belong to its payments any more. Are x "
                    "and fraud taken by the same index?",
                    2,
                )
        if not parts["train fraud"][~real].all():
            raise NotYet(f"At the ratio {ratio} made-up frauds are labelled as honest. What are they?", 3)
        in_train = int(self.fraud[train[real].astype(int) - 1].sum())
        if np.unique(train[real]).size + np.unique(test).size < _ROWS:
            missing = _ROWS - np.unique(train[real]).size - np.unique(test).size
            raise NotYet(
                f"At the ratio {ratio}, {missing} of the {_ROWS} payments are in neither part. The made-up frauds come "
                "beside the real ones. Which have you left out?",
                3,
            )
        if not 0.25 < test.size / _ROWS < 0.75:
            raise NotYet(
                f"The test part holds {test.size} of {_ROWS} payments; half of them is asked for. How large are yours?",
                1,
            )
        made, wanted = int((~real).sum()), round(ratio * in_train)
        if abs(made - wanted) > 1:
            thoughts = [
                (round(ratio * _FRAUDS), "That is the ratio times all frauds. How many are in the fitting part?"),
                (round(ratio * real.sum()), "That is the ratio times all payments. A ratio to what?"),
                (round(ratio * (real.sum() - in_train)), "That is the ratio times the honest ones. A ratio to what?"),
                (round(max(ratio - 1, 0) * in_train), "That counts the real ones in. Beside how many come they?"),
            ]
            raise NotYet(
                f"At the ratio {ratio}, with {in_train} real frauds in the fitting part, {wanted} made-up ones are "
                f"needed and {made} are there. {recognise(made, thoughts, 'How many are made for each real one?')}",
                3,
            )

    def _require_value(self, value):
        found = read_array(value, (), "Your ratio")
        place = self.ratios.index(self.cheapest)
        if found == self.cheapest:
            return
        prices = [500.0 if ratio == self.cheapest else self.prices[i] for i, ratio in enumerate(self.ratios)]
        thoughts = [
            (self.ratios[int(np.argmax(prices))], "That is the dearest one. Which is wanted?"),
            (500.0, "That is its cost. The ratio itself is asked for."),
            (place, "That is its place in the list. The ratio itself is asked for."),
        ]
        raise NotYet(
            f"The ratios {list(self.ratios)} cost {show(np.round(prices))} euro, and you return {found:g}; cheapest is "
            f"{self.cheapest}. {recognise(found, thoughts, 'Which cost do you compare with which?')}",
            1,
        )


# 11.4 -----------------------------------------------------------------------------------------------------------------


def check_dies_first(dies_first: Function, *, rng):
    """Compare with counting by hand on made histories, with ties and survivors; and with the Wilson interval."""
    for runs in (40, 25, 60):
        share = _histories(runs, rng)
        _require_first(np.array([_read_three(dies_first(share, kind), runs) for kind in range(4)]), share)
    never = np.full((5, 8, 3), 1 / 3)
    found = _read_three(dies_first(never, 1), 8)
    if found[0] != 0:
        raise NotYet(
            f"In 8 runs in which nobody dies, kind 1 dies first in {found[0]:.0%} of yours. When does a kind die that "
            "is always there? (np.argmin and np.argmax give 0 for it.)",
            2,
        )
    return (
        "Deaths are counted in the first generation without the kind, ties count for both, and who lives on has not "
        f"died. The interval is Wilson's: for 0 of 8 runs it reaches up to {_wilson(0, 8)[1]:.0%}."
    )


def _histories(runs, rng, generations=12, kinds=4):
    """Return made-up shares: each kind dies at a random time or not at all, and some die together."""
    death, never = rng.integers(1, generations + 6, (runs, kinds)), generations + 5
    death[np.arange(runs), rng.integers(kinds, size=runs)] = never  # somebody always lives
    death[0] = never
    death[1:4] = [[never, 4, 4, 4], [2, never, 3, 2], [5, 1, never, 1]]
    t = np.arange(generations + 1)[:, None, None]
    share = (t < death) * rng.uniform(0.2, 1.0, (generations + 1, runs, kinds))
    return share / share.sum(-1, keepdims=True)


def _wilson(hits, runs):
    z, p = 1.959963984540054, hits / runs
    middle, reach = (p + z**2 / (2 * runs)), z * np.sqrt(p * (1 - p) / runs + z**2 / (4 * runs**2))
    return (middle - reach) / (1 + z**2 / runs), (middle + reach) / (1 + z**2 / runs)


def _deaths(share):
    gone = share == 0
    return np.where(gone.any(0), gone.argmax(0), share.shape[0])  # (runs, kinds); the last + 1 for those that live


def _read_three(value, runs):
    if isinstance(value, tuple | list) and len(value) == 2 and np.shape(value[1]) == (2,):
        value = [value[0], *value[1]]
    if np.size(value) == runs and runs != 3:
        raise NotYet(f"You return {runs} values, one for each run. In which share of them is it so?", 1)
    found = read_array(value, (3,), "Your share and the two ends of its interval")
    if found.max() > 1.5:
        raise NotYet(f"You return {show(found)}. Shares between 0 and 1 are asked for; are yours per cent?", 1)
    return found


def _require_first(found, share):
    runs, last = share.shape[1], share.shape[0]
    death = _deaths(share)
    among = death == death.min(1, keepdims=True)
    somebody = (death.min(1) < last)[:, None]
    first = among & somebody
    # What usual thoughts give for each kind: compared for all kinds together, so that none is recognised by accident.
    if not np.allclose(found[:, 0], first.mean(0)):
        in_table = death.argmin(1)[:, None] == np.arange(share.shape[2])
        ties = "That counts one of those who die in the same generation, or neither. Ties count for both."
        thoughts = [
            (first & (first.sum(1, keepdims=True) == 1), ties),
            (in_table, ties),
            (in_table & somebody, ties),
            (among, "That counts runs in which nobody dies. Was somebody first there?"),
            (
                death == death.max(1, keepdims=True),
                "Those are the kinds that live longest. If you mean the first: what does argmax give for a kind that "
                "never dies?",
            ),
            (death < last, "That is the share of runs in which it dies at all. Who was before it?"),
            (~first, "That is the share of the other runs. Which side is asked for?"),
        ]
        thoughts = [(runs_of_kind.mean(0), words) for runs_of_kind, words in thoughts]
        kind = np.argmax(np.abs(found[:, 0] - first.mean(0)))
        otherwise = "In which generation does each kind have a share of 0 for the first time?"
        raise NotYet(
            f"In {runs} runs with {share.shape[2]} kinds, kind {kind} is among the first to die in "
            f"{first[:, kind].sum()} runs, {first[:, kind].mean():.3f}; you return {found[kind, 0]:.3f}. "
            f"{recognise(found[:, 0], thoughts, otherwise)}",
            2,
        )
    p = first.mean(0)
    right = np.array(_wilson(first.sum(0), runs))  # low and high, of each kind
    if np.allclose(found[:, 1:].T, right, atol=1e-3):
        return
    error = np.sqrt(p * (1 - p) / runs)
    thoughts = [
        (
            (p - 1.96 * error, p + 1.96 * error),
            "That is p ± 1.96 standard errors; for 0 of 8 runs that says “never, for certain”. Wilson's does not.",
        ),
        ((p - error, p + error), "That is one standard error to each side. How many does 95% take?"),
        (right[::-1], "These are the right ends in the other order. The lower one comes first."),
        (
            _wilson(first.sum(0), runs * share.shape[2]),
            "That counts every kind in every run as a trial. How many independent trials are there?",
        ),
    ]
    otherwise = "Which interval is it, and how many runs does it count?"
    kind = np.argmax(np.abs(found[:, 1:].T - right).max(0))
    raise NotYet(
        f"Kind {kind} is first in {first[:, kind].sum()} runs of {runs}. Your interval is {found[kind, 1]:.3f} to "
        f"{found[kind, 2]:.3f}, Wilson's for 95% is {right[0, kind]:.3f} to {right[1, kind]:.3f}. "
        + recognise(found[:, 1:].T, thoughts, otherwise, atol=1e-3),
        3,
    )


CHECKS = {
    "11.1": check_money,
    "11.2": check_corrected,
    "11.3": check_choose_ratio,
    "11.4": check_dies_first,
}
