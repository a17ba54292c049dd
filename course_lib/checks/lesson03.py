"""The checks of lesson 03: an error of predictions, a pooled fit, the loop of both policies, and where 1/i² comes from.

Whether an answer is right is decided exactly, or by `course_lib.checks.chance`. Only then is a wrong one compared with
what usual wrong thoughts give on the same input, to find the words that fit.
"""

import numpy as np
from scipy import special

from course_lib import Accumulate, Replace
from course_lib.checks.chance import ALPHA, variance_possible
from course_lib.checks.framework import TODO, Function, NotYet, read_array, recognise, require_rng, show
from course_lib.theory import basel_sum

__all__ = ["CHECKS"]


def _patients(rng, n, d):
    """Return measurements that are neither centred nor independent of each other, nor of equal spread."""
    mixing = np.eye(d) + 0.5 * np.tri(d, k=-1)
    return (1 + rng.standard_normal((n, d))) @ mixing * np.arange(1, d + 1)


def _shape(value):
    """Return the shape of what a learner's function returned, or None where it has none, as a ragged list."""
    try:
        return np.shape(value)
    except ValueError:
        return None


# 03.1 -----------------------------------------------------------------------------------------------------------------


def check_excess_error(excess_error: Function, *, rng):
    """Compare with the definition, for several shapes; nothing here is left to chance."""
    for n, d, runs in ((6, 3, 4), (10, 4, 7), (5, 1, 3), (3, 2, 1)):
        x, coef, truth = _patients(rng, n, d), rng.standard_normal((runs, d)), 1 + rng.standard_normal(d)
        value = excess_error(x, coef, truth)
        of = f"For {n} patients with {d} measurement{'s' * (d > 1)} and {runs} run{'s' * (runs > 1)}"
        _require_per_run(value, n, runs, of)
        found = read_array(value, (runs,), "Your errors")
        _require_excess_error(found, x, coef, truth, of)
    return (
        "Your error is right for four shapes of the data, one measurement and one run among them. It speaks of "
        "predictions, so it is the same in every unit of the measurements; a distance between weights is not."
    )


def _require_per_run(value, n, runs, of):
    shape = _shape(value)
    if shape in ((runs, n), (n, runs)):
        raise NotYet(
            f"{of} you return an array of shape {shape}. One number is asked for each run. Over which axis is the mean "
            "taken?",
            3,
        )
    if shape == () and runs > 1:
        raise NotYet(
            f"{of} you return one number. The runs are experiments of their own, and each gets its own error. Over "
            "which axis is the mean taken?",
            3,
        )
    if shape == (n,) != (runs,):
        raise NotYet(f"{of} you return {n} numbers, one for each patient. Over which axis is the mean taken?", 3)


def _require_excess_error(found, x, coef, truth, of):
    gap = (coef - truth) @ x.T  # (runs, n)
    right = (gap**2).mean(1)
    if np.allclose(found, right, rtol=1e-8):
        return
    off = ((coef - truth) ** 2).sum(1)
    thoughts = [
        (off, "That is the distance between the weights. What do the weights do to a patient's measurements?"),
        (np.sqrt(off), "That is the distance between the weights. What do the weights do to a patient's measurements?"),
        ((gap**2).sum(1), "That is the sum over the patients. By what is a mean divided?"),
        (np.sqrt(right), "That is the root of the mean. Which step is one too many?"),
        (gap.mean(1) ** 2, "That squares the mean, in which errors in opposite directions cancel. Which comes first?"),
        (np.abs(gap).mean(1), "That averages distances. Is the square missing?"),
        (gap.mean(1), "That averages signed differences, which cancel. Is the square missing?"),
        (gap.var(1), "That subtracts the mean difference first: a level that is off is an error too. Why subtract it?"),
        (
            (coef - truth) ** 2 @ (x**2).mean(0),
            "That squares each measurement's share before they are added. A prediction is the sum; which comes first?",
        ),
        (((coef @ x.T) ** 2).mean(1), "That is the size of the predictions. Where is the truth subtracted?"),
        (
            (gap**2).sum(1) / (len(x) - 1),
            "That divides by n − 1. Nothing was estimated from these differences: by what?",
        ),
    ]
    words = recognise(found, thoughts, "Take one run and one patient: by how much do the two predictions differ?")
    raise NotYet(
        f"{of} your errors are {show(found)}; the mean squared differences of the predictions are {show(right)}. "
        f"{words}",
        2,
    )


# 03.2 -----------------------------------------------------------------------------------------------------------------


def check_pooled_fit(pooled_fit: Function, *, rng):
    """Compare with least squares on the stacked table, which least squares on the mean labels equals exactly."""
    for n, d, generations in ((6, 3, 4), (12, 4, 5), (5, 1, 2), (7, 3, 1)):
        x = _patients(rng, n, d)
        # Each generation's labels follow weights of their own, so that every set counts visibly.
        labels = rng.normal(3, 2, (generations, d)) @ x.T + rng.standard_normal((generations, n))
        value = pooled_fit(x, labels)
        of = f"For {n} patients, {d} measurement{'s' * (d > 1)} and {generations} generation{'s' * (generations > 1)}"
        if _shape(value) == (generations, d):
            raise NotYet(
                f"{of} you return weights for each generation, of shape ({generations}, {d}). One fit is asked for, to "
                "all labels together. How do the fits become one?",
                1,
            )
        found = read_array(value, (d,), "Your weights")
        _require_pooled(found, x, labels, of)
    return (
        "Your weights are those of the fit to the whole table, for four tables. They are also the mean of the fits to "
        "each generation alone, so the newest generation has one vote in as many as there are."
    )


def _fit(x, y):
    return np.linalg.lstsq(x, y)[0]


def _require_pooled(found, x, labels, of):
    generations, n = labels.shape
    right = _fit(x, labels.mean(0))
    if np.allclose(found, right, rtol=1e-6):
        return
    single = np.array([_fit(x, each) for each in labels])
    stacked = np.tile(x, (generations, 1))
    with_level = np.column_stack([stacked, np.ones(len(stacked))])
    votes = np.arange(1, generations + 1)
    thoughts = [
        (single[-1], "That is the fit to the newest labels alone: replace, not accumulate. Which rows are left out?"),
        (single[0], "That is the fit to the first generation alone. Which rows are left out?"),
        (single.sum(0), "That is the sum of the fits. How large are the weights that one fit to all rows can have?"),
        (
            _fit(np.repeat(x, generations, axis=0), labels.ravel()),
            "That gives labels to the wrong patients: the rows of x come in one order and the labels in another. Which "
            "patient does the second label belong to?",
        ),
        (
            _fit(stacked, labels.T.ravel()),
            "That gives labels to the wrong patients: the rows of x come in one order and the labels in another. Which "
            "patient does the second label belong to?",
        ),
        (np.median(single, 0), "That is the median of the fits. What does least squares make of several votes?"),
        (
            (single * votes[:, None]).sum(0) / votes.sum(),
            "That gives later generations more votes. How many rows has each of them?",
        ),
        (
            _fit(with_level, labels.ravel())[:-1],
            "That fits a level as well, and the truth has none: x comes as it is. Which column is too many?",
        ),
        (
            x.T @ labels.mean(0) / n,
            "That is the mean product of measurements and labels, which is the fit only where measurements have spread "
            "1 and know nothing of each other. What is missing?",
        ),
        (
            _running(single),
            "That averages the newest fit with the average before it, so that the newest has half of all votes. How "
            "many votes has it among equals?",
        ),
    ]
    words = recognise(found, thoughts, "Which rows and which labels stand in the table that you fit?")
    raise NotYet(f"{of} your weights are {show(found)}; the fit to all rows gives {show(right)}. {words}", 2)


def _running(single):
    result = single[0]
    for each in single[1:]:
        result = (result + each) / 2
    return result


# 03.3 -----------------------------------------------------------------------------------------------------------------

# The error of the i-th fit, ‖X(ŵ − w)‖²/σ², is v χ² with d degrees of freedom, where v is i under replace and Σ 1/j²
# under accumulate. So R·d times the mean over R runs, in units of σ² d/n and over v, is χ² with R·d degrees of freedom.
_N, _D, _NOISE, _WEIGHTS = 6, 3, 4.0, 40
_RUNS, _GENERATIONS, _CALLS = 100, 3, 10
_TIMES = np.arange(_GENERATIONS + 1) + 1
_LAWS = {"Replace": _TIMES * 1.0, "Accumulate": basel_sum(_TIMES)}


def check_error_growth(error_growth: Function, *, rng):
    """Test the means over the runs by their exact laws."""
    x, truth = _patients(rng, _N, _D), 3 * rng.standard_normal(_D)
    # In these units a distance between weights, in the place of predictions, is 40 times too large: no other wrong
    # thought is off by as much.
    x *= np.sqrt(_N / _D * np.trace(np.linalg.inv(x.T @ x)) / _WEIGHTS)

    def call(policy, generator=rng, x=x):
        return _read_growth(error_growth, policy, x, truth, generator)

    require_rng(lambda generator: call(Accumulate(), generator), rng=rng, hint=1)
    last = {}
    for policy in (Replace(), Accumulate()):
        found = np.array([call(policy) for _ in range(_CALLS)])
        _require_growth(type(policy).__name__, found)
        last[type(policy).__name__] = found[:, -1].mean()
    few = _patients(rng, _D, _D)
    for policy in (Replace(), Accumulate()):
        _require_known_noise(type(policy).__name__, call(policy, x=few))
    return (
        f"Over {_CALLS * _RUNS} runs for each policy, every mean has the law that it must have. At generation "
        f"{_GENERATIONS}, after {_GENERATIONS + 1} fits, the error is {last['Replace']:.2f} times the first under "
        f"replace (law {_GENERATIONS + 1}) and {last['Accumulate']:.2f} times under accumulate (law "
        f"{_LAWS['Accumulate'][-1]:.3f}). With as many patients as measurements the laws are the same: in this unit "
        "nothing of the patients is left."
    )


def _read_growth(error_growth, policy, x, truth, rng):
    given = dict(x=x.copy(), truth=truth.copy(), noise=_NOISE, generations=_GENERATIONS, runs=_RUNS, rng=rng)
    value = error_growth(policy, **given)
    if not (np.array_equal(given["x"], x) and np.array_equal(given["truth"], truth)):
        raise NotYet("After the call x or truth is not what it was. Which line writes into it?", 2)
    size = np.size(value)
    of = f"For {_RUNS} runs of {_GENERATIONS} generations you return {size} value{'s' * (size != 1)}"
    if size == _RUNS * (_GENERATIONS + 1):
        raise NotYet(f"{of}, one for each run and generation. Over which of the two is the mean to be taken?", 3)
    if size == _RUNS:
        raise NotYet(f"{of}, one for each run. Over which axis is your mean taken?", 3)
    if size in (_GENERATIONS, _GENERATIONS + 2):
        raise NotYet(
            f"{of}; {_GENERATIONS + 1} are needed, one for each model from the fit to the real labels on. Which is "
            "missing, or too many?",
            3,
        )
    return read_array(value, (_GENERATIONS + 1,), "Your mean errors")


def _require_growth(policy, found):
    law, freedom = _LAWS[policy], _RUNS * _D
    mean = found.mean(0)
    totals = found.sum(0) * freedom / law
    right = all(variance_possible(total, _CALLS * freedom) for total in totals)
    of = f"Under {policy.lower()}, over {_CALLS} calls, your mean errors are {show(np.round(mean, 3))}"
    if (found[:, 0] == found[0, 0]).all() and found[0, 0] == 1:
        raise NotYet(
            f"{of}: the first is exactly 1, since you divide by your own first error. The unit asked for is that of "
            "the law, noise² d/n, and a first error near 1 is a finding. By what do you divide?",
            3,
        )
    starts = found[:, 0] * freedom
    scattered = np.minimum(special.chdtr(freedom, starts), special.chdtrc(freedom, starts)).min() < ALPHA / 2
    if right and not scattered:
        return
    if mean[0] < 0.01:
        raise NotYet(
            f"{of}: the first model has no error. A model fitted to noisy labels misses the truth. Do the real labels "
            "carry noise, and is the error a distance to the truth?",
            1,
        )
    if np.ptp(found[:, 0]) > 0.7 * mean[0]:  # independent means differ by a third of it
        raise NotYet(
            f"Under {policy.lower()} {_CALLS} calls give {show(np.round(found[:4, 0], 3))} and so on at generation 0. "
            f"Means over {_RUNS} independent runs would differ by about {np.sqrt(2 / freedom):.1g}. Does each run have "
            "real labels of its own?",
            1,
        )
    raise NotYet(
        f"{of}; theory gives {show(np.round(law, 3))}, and chance explains differences of "
        f"{6 * np.sqrt(2 / (_CALLS * freedom)):.0%}. {_growth_words(policy, mean)}",
        3,
    )


def _growth_words(policy, mean):
    other = "Accumulate" if policy == "Replace" else "Replace"
    law, variance = _LAWS[policy], _NOISE**2
    median = special.chdtri(_D, 0.5) / _D
    thoughts = [
        (_LAWS[other], f"That is the law of {other.lower()}. Which policy does your loop run?"),
        (law * median, "So low lies the median. Is the median asked for, or the mean?"),
        (np.ones_like(law), "The first error stays. Do the labels that the models make carry noise?"),
        (law * _WEIGHTS, "That is the distance between weights. Which error did the first task ask for?"),
        (law * _D / _N, "That is in units of noise². Which unit is asked for?"),
        (law * _D, "That is d times too much. Which part of the unit is left out?"),
        (law * _N, "That is n times too much of noise² d/n. Is the mean over the patients in your error?"),
        (law * variance * _D / _N, "That is the error as it comes. Where is the unit?"),
        (law * variance, "That is in units of d/n. Which part of the unit is left out?"),
        (
            law * np.sqrt(variance),
            "So much is left if you divide by noise d/n. Which power of the noise is its variance?",
        ),
        (law * (_D / _N) ** 2, "Which way up does d/n stand in your unit?"),
        (
            np.append(law[1:], 2 * law[-1] - law[-2]),
            "That is one fit further than the model. Does the list begin late?",
        ),
    ]
    fitting = (words for thought, words in thoughts if np.allclose(mean, thought, rtol=0.15))
    return next(fitting, "Is your error that of the first task, a distance between predictions?")


def _require_known_noise(policy, found):
    """Judge a call with as many patients as measurements, where no residual is left to estimate the noise from."""
    law = _LAWS[policy]
    if not all(variance_possible(total, _RUNS * _D) for total in found * _RUNS * _D / law):
        raise NotYet(
            f"With {_D} patients and {_D} measurements your mean errors under {policy.lower()} are "
            f"{show(np.round(found, 3))}; theory gives {show(np.round(law, 3))}. For {_N} patients they were right. Is "
            "a number of patients written into your code?",
            2,
        )


# 03.4 -----------------------------------------------------------------------------------------------------------------


def check_contributions(contributions: Function, total, *, rng):
    """Compare with m/M², which the recursion gives exactly, and then ask what the doubling generations add up to."""
    for sizes in ([1] * 6, [1, 2, 4, 8], [3, 1, 1, 2], [2], rng.integers(1, 9, 5).tolist()):
        sizes = np.array(sizes, dtype=float)
        found = read_array(contributions(sizes), sizes.shape, f"Your contributions for sizes = {show(sizes)}")
        _require_contributions(found, sizes)
    equal = read_array(contributions(np.ones(1000)), (1000,), "Your contributions for a thousand equal sizes").sum()
    right = (2.0 ** np.arange(50) / (2.0 ** np.arange(1, 51) - 1) ** 2).sum()
    start = (
        f"Your `contributions` is right. For equal sizes it gives 1/i², and a thousand of them add up to {equal:.4f}; "
        f"π²/6 is {np.pi**2 / 6:.4f}."
    )
    return _require_total(start, total, right)


def _require_contributions(found, sizes):
    pooled = np.cumsum(sizes)
    right = sizes / pooled**2
    if np.allclose(found, right, rtol=1e-9):
        return
    i = np.arange(1, len(sizes) + 1)
    votes = sizes / pooled
    thoughts = [
        (np.cumsum(right), "Those are the sums so far. What does each generation add for itself?"),
        (
            1 / i**2,
            "That is 1/i², the law for equal sizes. Which of its two ingredients changes when a generation is larger?",
        ),
        (votes, "That is the newest generation's share of the votes. Is the error squared?"),
        (
            votes**2,
            "That is the square of the share of the votes, as if the newest labels were as noisy as ever. What happens "
            "to the noise of a mean of several labels?",
        ),
        (1 / pooled**2, "That is the law if each generation had one vote. How many votes has a generation of size m?"),
        (1 / sizes, "That is what replace hands on: all of the newest noise. Which share of it does accumulate take?"),
        (
            sizes / sizes.sum() ** 2,
            "That divides by the final number of labels from the start. How many are there when the i-th fit is made?",
        ),
        (
            sizes / np.append(sizes[0], pooled[:-1]) ** 2,
            "That compares the newest labels with those before them. Do the newest count among all?",
        ),
    ]
    words = recognise(found, thoughts, "What is the newest generation's share of all labels, and how noisy is it?")
    raise NotYet(
        f"For sizes = {show(sizes)} you give {show(found)}; one step at a time it is {show(right)}. {words}", 2
    )


def _require_total(start, total, right):
    if total is TODO:
        raise NotYet(f"{start} Now add up those of the sizes 1, 2, 4, 8, … and set `total`, to two decimals.", 3)
    found = float(read_array(total, (), "Your total"))
    if abs(found - right) <= 0.0051:
        return (
            f"{start} Generations that double add up to {right:.4f}, which is less: although the real rows' share is "
            "halved each time and soon nothing. More labels per generation carry less noise into it. Fresh noise is "
            "all that this bound counts; it does not know how many of the rows are real."
        )
    thoughts = [
        (np.pi**2 / 6, "That is the total for equal sizes. Which sizes did you hand over?"),
        (2.0, "That is 1 + 1/2 + 1/4 + …: one over the sizes. What does your function make of them?"),
        (1.0, "That is the first one alone. What do the others add?"),
    ]
    near = (words for thought, words in thoughts if abs(found - thought) < 0.01)
    words = next(near, "How many sizes did you add up, and do the later ones still change the second decimal?")
    raise NotYet(f"{start} But `total` is {found:.4g}. {words}", 3)


CHECKS = {
    "03.1": check_excess_error,
    "03.2": check_pooled_fit,
    "03.3": check_error_growth,
    "03.4": check_contributions,
}
