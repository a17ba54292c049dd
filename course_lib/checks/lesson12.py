"""The checks of lesson 12: a split by drive, a machine's mean corrected by hand labels, a budget spent.

The first is held against what a split must be, drive by drive. The second and the third are compared with their
definitions, up to rounding, and a wrong answer with what a near thought would give.
"""

import numpy as np

from course_lib import labour
from course_lib.checks.chance import count_possible
from course_lib.checks.framework import Function, NotYet, read_array, require_rng, show

__all__ = ["CHECKS"]


def _same(value, right):
    return np.allclose(value, right, rtol=1e-9, atol=1e-12)


def _thought(value, thoughts, otherwise):
    return next((words for wrong, words in thoughts if wrong is not None and _same(value, wrong)), otherwise)


# 12.1 -----------------------------------------------------------------------------------------------------------------


def check_split_by_drive(split_by_drive: Function, *, rng):
    """Demand whole drives on either side, every frame once, the number of test drives, and every drive's turn."""
    numbers = rng.permutation(np.arange(100, 130))[:12]
    # drives of unequal length, whose numbers are no places, and whose frames do not stand together
    drive = rng.permutation(np.repeat(numbers, rng.integers(3, 9, 12)))
    tests = []

    def call(generator, test_drives=4):
        value = split_by_drive(drive, test_drives, generator)
        train, test = _read_split(value, len(drive))
        _require_split(train, test, drive, test_drives)
        return np.isin(numbers, drive[test])

    for _ in range(60):
        tests.append(call(rng))
    call(rng, 1)
    counts = np.sum(tests, 0)
    if not count_possible(counts, 60, 4 / 12).all():
        raise NotYet(
            f"Over 60 splits with 4 of 12 drives in the test, single drives were in the test {counts.min()} to "
            f"{counts.max()} times; about 20 times each would be fair. Is every drive drawn with the same chance, "
            "however many frames it has?",
            2,
        )
    require_rng(lambda generator: np.array([call(generator) for _ in range(4)]), rng=rng, hint=2)
    return (
        f"In 60 splits of {len(drive)} frames from 12 drives, 4 whole drives were in the test, every frame was "
        "on one side, and each drive got its turn. An error on such a test is one on new drives."
    )


def _read_split(value, n):
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise NotYet("Two arrays are to be returned: the places of training frames, and of test frames.", 1)
    parts = []
    for what, part in zip(("training", "test"), value, strict=True):
        part = np.asarray(part)
        if part.dtype == bool and part.shape == (n,):
            raise NotYet(
                f"For the {what} frames you return a mask, {n} times True or False; their places are asked for. Which "
                "NumPy function lists the places of the Trues?",
                3,
            )
        places = read_array(part, (part.size,), f"Your {what} frames")
        if not (places == places.round()).all() or (part.size and not 0 <= places.min() <= places.max() < n):
            raise NotYet(
                f"Among your {what} frames is {show(places[:3])}; they are to be places from 0 to {n - 1}. Numbers of "
                "drives are something else.",
                3,
            )
        parts.append(places.astype(int))
    return parts


def _require_split(train, test, drive, test_drives):
    shared = np.intersect1d(drive[train], drive[test])
    if len(shared):
        raise NotYet(
            f"{len(shared)} of the {len(np.unique(drive))} drives have frames in training and in the test, such as "
            f"drive {shared[0]}. The test would know its light and its lens. What is dealt out, frames or drives?",
            1,
        )
    places = np.concatenate([train, test])
    if len(np.unique(places)) < len(places):
        raise NotYet("A frame stands twice in what you return. Every frame belongs to one side, once.", 3)
    found = len(np.unique(drive[test]))
    if found != test_drives:
        raise NotYet(
            f"With test_drives = {test_drives} your test has {found} drive{'s' * (found != 1)}, {len(test)} frames. "
            "Is the number of drives meant, or of frames, and on which side?",
            2,
        )
    if len(places) < len(drive):
        raise NotYet(
            f"Of {len(drive)} frames you return {len(places)}: {len(drive) - len(places)} are on neither side. The "
            "drives are not equally long. Where do their other frames go?",
            3,
        )


# 12.2 -----------------------------------------------------------------------------------------------------------------


def check_corrected_mean(corrected_mean: Function, *, rng):
    """Compare with the definition, for several correlations, sizes and scales of the machine."""
    for n, others, rho, slope in ((40, 400, 0.8, 2.0), (30, 60, 0.5, 0.3), (25, 900, 0.9, -1.5)):
        human, noise = rng.standard_normal((2, n + others))
        machine = 3 + slope * (rho * human + np.sqrt(1 - rho**2) * noise)
        human = 5 + human[:n]
        value = corrected_mean(human, machine[:n], machine[n:])
        found = float(read_array(value, (), "Your estimate"))
        _require_corrected(found, human, machine[:n], machine[n:])
    runs, n, rho = 400, 50, 0.8
    human, noise = rng.standard_normal((2, runs, 20 * n))
    machine = rho * human + 0.6 * noise
    estimates = [
        read_array(corrected_mean(h[:n], m[:n], m[n:]), (), "Your estimate")
        for h, m in zip(human, machine, strict=True)
    ]
    left = n * np.var(estimates, ddof=1)
    return (
        f"Right for three machines, one of which answers the wrong way round. Over {runs} samples of {n} human "
        f"labels with a machine at ρ = {rho}, the variance is {left:.2f} of that of human labels alone; the law says "
        f"{1 - rho**2:.2f} for endless machine labels."
    )


def _require_corrected(found, human, machine, machine_all):
    right = float(labour.prediction_powered_mean(human, machine, machine_all)[0])
    if _same(found, right):
        return
    n, others = len(human), len(machine_all)
    step, ratio = machine_all.mean() - machine.mean(), 1 + n / others
    covariance, variance = np.cov(human, machine)[0, 1], machine.var(ddof=1)
    slope = covariance / variance
    rho = np.corrcoef(human, machine)[0, 1]
    thoughts = [
        (human.mean(), "That is the mean of the human labels alone. What does the machine add?"),
        (machine_all.mean(), "That is the machine's own mean. Its error is still in it."),
        (human.mean() + step, "That is λ = 1, the machine trusted as it stands. Which λ makes the variance smallest?"),
        (human.mean() + slope * step, "That λ is best for endless machine labels. Where does n/N come in?"),
        (
            human.mean() - slope / ratio * step,
            "The correction has the wrong sign: which mean of the machine goes out?",
        ),
        (
            human.mean() + rho / ratio * step,
            "That λ is a correlation. It has to turn the machine's scale into the human one.",
        ),
        (
            human.mean() + covariance / human.var(ddof=1) / ratio * step,
            "That λ divides by the variance of the human labels. On which of the two labels is the line drawn?",
        ),
        (
            human.mean() + np.cov(human, machine)[0, 1] / machine.var() / ratio * step,
            "In that λ one sum is divided by n − 1 and the other by n. `np.cov` and `var` have different defaults.",
        ),
        (
            human.mean() + np.cov(human, machine, ddof=0)[0, 1] / variance / ratio * step,
            "In that λ one sum is divided by n and the other by n − 1.",
        ),
        (
            human.mean() + slope * (1 + n / others) * step,
            "That λ is multiplied by 1 + n/N. More noise in the machine's mean is a reason to trust it less.",
        ),
        (
            human.mean() + slope / (1 + others / n) * step,
            "In that λ stands N/n. Which of the two is the number of human labels?",
        ),
        (
            human.mean() + covariance / machine_all.var(ddof=1) / ratio * step,
            "That λ takes the machine's variance over the frames without a label. Covariance and variance are to come "
            "from the same frames.",
        ),
    ]
    words = _thought(found, thoughts, "Take n = 3 by hand: which four means and which slope are in the formula?")
    raise NotYet(
        f"For {n} human labels of mean {human.mean():.4g}, a machine of mean {machine.mean():.4g} on these frames and "
        f"of {machine_all.mean():.4g} on {others} others you return {found:.6g}; {right:.6g} was expected. {words}",
        2,
    )


# 12.3 -----------------------------------------------------------------------------------------------------------------


def _offers(rng):
    """Return curves, costs and prices in which no plan wins at every budget."""
    sizes = np.array([0, 50, 200, 800])
    level = 16 + rng.uniform(-1, 1)
    curves = {
        "alone": (np.array([10, 50, 200, 800, 1600]), level + np.array([25, 14.0, 6.0, 2.5, 1.8])),
        "plain": (sizes, level + np.array([15, 11.0, 6.5, 4.5])),
        "randomised": (sizes, level + np.array([9.0, 5.5, 3.0, 2.0])),
        "calibrated": (sizes, level + np.array([3.2, 2.6, 1.4, 0.7])),
    }
    build = {"alone": 0, "plain": 30, "randomised": int(rng.integers(180, 221)), "calibrated": 1000}
    return curves, build, float(rng.choice([1.5, 2.0, 2.5]))


def _plans(curves, build, price, budget, *, ceil=False, free=False, anything=False):
    plans = {}
    for name, cost in build.items():
        if cost <= budget or anything:
            left = (budget if free else max(0, budget - cost)) / price
            m = int(np.ceil(left)) if ceil else int(left)
            plans[name] = (float(np.interp(m, *curves[name])), m)
    return plans


def check_spend(spend: Function, *, rng):
    """Compare the plan with the best of all plans, at budgets where different simulators win."""
    won = set()
    for _ in range(3):
        curves, build, price = _offers(rng)
        for budget in (1203, 1000, 700, 401, 2400, 5000, 120, 25):
            plans = _plans(curves, build, price, budget)
            best = min(plans, key=lambda name: plans[name][0])
            _require_plan(spend(budget, curves, build, price), best, plans, (curves, build, price, budget))
            won.add(best)
    return (
        f"The best plan at 24 combinations of budget, cost and price; {len(won)} of the 4 ways to begin win somewhere. "
        "What is right at 400 € is wrong at 2,000 €: “simulator or frames?” has no answer without a budget."
    )


def _require_plan(value, best, plans, offer):
    curves, build, price, budget = offer
    if not isinstance(value, tuple | list) or len(value) != 2 or value[0] not in build:
        raise NotYet(
            f"A plan is a pair: a name out of {', '.join(build)}, and a number of frames. You return {value!r:.80}.", 1
        )
    name, m = value[0], float(read_array(value[1], (), "Your number of frames"))
    at = f"With a budget of {budget} €, {price:g} € for a labelled frame and " + ", ".join(
        f"{each} {cost} €" for each, cost in build.items()
    )
    you = f"{at} you take “{name}” and {m:g} frames"
    if m != round(m) or m < 0:
        raise NotYet(f"{you}. Frames come whole, and none is the least.", 2)
    cost = build[name] + m * price
    if cost > budget:
        words = (
            "Was the simulator paid for?" if m == _plans(*offer, free=True, anything=True)[name][1] else "Round down?"
        )
        raise NotYet(f"{you}, which costs {cost:g} €. {words}", 2)
    error = float(np.interp(m, *curves[name]))
    if name == best and m == plans[name][1]:
        return
    right = plans[best]
    if name == best:
        raise NotYet(
            f"{you}, which leaves {budget - cost:g} € unspent; {plans[name][1]} frames can be paid for. What is left "
            "after the simulator, and how often does the price go into it?",
            2,
        )
    words = "Is the error read off at the number of frames that each plan can pay for?"
    reasons = [
        (min(plans, key=lambda n: curves[n][1][0]), "It has the lowest error before any frame is added."),
        (min(plans, key=lambda n: curves[n][1][-1]), "It has the lowest error at the end of its curve."),
        (max(plans, key=lambda n: plans[n][1]), "It has the most frames. Is that what is asked for?"),
        (max(plans, key=lambda n: plans[n][0]), "It has the largest error of all."),
    ]
    words = next((f"{told} {words}" for thought, told in reasons if thought == name), words)
    raise NotYet(
        f"{you}, {error:.2f} cm by its curve. “{best}” and {right[1]} frames give {right[0]:.2f} cm. {words}",
        3,
    )


CHECKS = {"12.1": check_split_by_drive, "12.2": check_corrected_mean, "12.3": check_spend}
