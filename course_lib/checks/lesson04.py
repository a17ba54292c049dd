"""The checks of lesson 04: a kernel's draw, modes counted, the turn by experiment and by algebra, a temperature.

As in lesson 01, an answer is judged exactly or by `course_lib.checks.chance`; only a wrong one is compared with what
usual wrong thoughts give on the same input, to find the words that fit.
"""

import functools

import numpy as np
from scipy import special

from course_lib.checks.chance import count_possible, mean_possible, uniform_possible, variance_possible
from course_lib.checks.framework import TODO, Function, NotYet, read_array, recognise, require_rng, show
from course_lib.theory import critical_bandwidth, tempered_shares

__all__ = ["CHECKS"]


# 04.1 -----------------------------------------------------------------------------------------------------------------


def check_next_generation(next_generation: Function, *, rng):
    """Give old values so far apart that each new one tells where it started, and test both draws by their laws."""
    for n, h, calls in ((4, 2.5, 300), (9, 0.4, 150)):
        x = h * 1000 * rng.permutation(np.cumsum(rng.uniform(1, 2, n)))

        def call(generator, x=x, h=h):
            value = next_generation(x, h, rng=generator)
            return read_array(value, x.shape, f"Your new values for x = {show(x)}, h = {h}")

        new = call(rng)
        if np.isin(new, x).all():
            raise NotYet(
                f"For x = {show(x)} and h = {h} your new values are {show(new)}: each of them was there before. That "
                "is the loop that freezes. What does h do in your code?",
                2,
            )
        require_rng(call, rng=rng, hint=2)
        _require_kernel_draws(np.array([call(rng) for _ in range(calls)]), x, h)
    return (
        "Over 450 generations your new values start from all old ones alike, each by itself, and are moved by normal "
        "noise of the bandwidth. Two independent parts: which variance does their sum have? You will need it in task 4."
    )


def _require_kernel_draws(new, x, h):
    distance = new[..., None] - x
    start = np.abs(distance).argmin(-1)  # old values lie a thousand bandwidths apart or more
    z = np.take_along_axis(distance, start[..., None], -1)[..., 0] / h
    of = f"Over {len(new)} calls with x = {show(x)} and h = {h}"
    if np.abs(z).max() > 100:
        far = np.abs(z).argmax()
        raise NotYet(
            f"{of} one of your new values is {new.flat[far]:.6g}; the old value closest to it is "
            f"{x[start.flat[far]]:.6g}, {abs(z.flat[far]):.3g} bandwidths away. A kernel's draw stays near one of the "
            "old values. From where do yours start, and in which unit is your noise?",
            1,
        )
    _require_starts(start, of)
    _require_noise(z, h, of)


def _require_starts(start, of):
    n = start.shape[1]
    pairs = start[:, : n - n % 2].reshape(-1, 2)  # disjoint, so the pairs are independent of each other
    same, own = np.count_nonzero(pairs[:, 0] == pairs[:, 1]), np.count_nonzero(start == np.arange(n))
    if own == start.size:
        raise NotYet(
            f"{of} each new value starts from the old value in the same place: nobody is left out, nobody comes twice. "
            "Picked at random, about a third of the old values would be missing. Where is the pick?",
            1,
        )
    if same == 0 and all(len(set(row)) == n for row in start.tolist()):
        raise NotYet(
            f"{of} each old value is the start of just one new one. Picked independently, some are picked twice and "
            "others never. Do you draw with or without putting back?",
            2,
        )
    if same == len(pairs):
        raise NotYet(f"{of} all new values of a call start from one old value. How many picks does a call need?", 2)
    counts = np.bincount(start.ravel(), minlength=n)
    fair = count_possible(counts, start.size, 1 / n).all() and count_possible(same, len(pairs), 1 / n)
    if not (fair and count_possible(own, start.size, 1 / n)):
        raise NotYet(
            f"{of} the old values are picked {counts.tolist()} times; about {start.size / n:.0f} times each, and each "
            "by itself, would be fair. From which numbers do you pick?",
            2,
        )


def _require_noise(z, h, of):
    n = z.shape[1]
    if np.ptp(z, axis=1).max() < 1e-6:
        raise NotYet(
            f"{of} all values of a call are moved by the same amount. The records then stay as far apart as they were. "
            "How many draws of noise does a call need?",
            2,
        )
    if not variance_possible((z**2).sum(), z.size):
        found = np.sqrt((z**2).mean())
        thoughts = [
            (h, "That is h², a variance. What does `rng.normal` want second?"),
            (1 / np.sqrt(h), "That is the root of h. Which of the two is h, the standard deviation or the variance?"),
            (1 / h, "That is 1, whatever h is. Where does h come in?"),
        ]
        words = recognise(found, thoughts, "With which standard deviation is it drawn?", rtol=5 / np.sqrt(2 * z.size))
        raise NotYet(f"{of} your noise has a standard deviation of {found * h:.4g}. {words}", 2)
    if not (mean_possible(z) and uniform_possible(special.ndtr(np.sqrt(n) * z.mean(1)))):
        raise NotYet(
            f"{of} the noise has a mean of {z.mean():.3g} bandwidths, and its mean over one call varies by "
            f"{np.sqrt(n) * z.mean(1).std():.3g} times what independent noise around 0 would give. Is it made to fit?",
            2,
        )
    beyond = np.count_nonzero(np.abs(z) > 2)
    if not (uniform_possible(special.ndtr(z)) and count_possible(beyond, z.size, 2 * special.ndtr(-2))):
        raise NotYet(
            f"{of} the noise has the right standard deviation and not the right shape: {beyond / z.size:.1%} of it "
            "lies beyond two of them; of normal noise 4.6% does. Which distribution do you draw from?",
            1,
        )


# 04.2 -----------------------------------------------------------------------------------------------------------------


def check_modes_left(modes_left: Function, *, rng):
    """Compare exactly, on records that each usual wrong thought counts in another way than the definition does."""
    for _ in range(3):
        records, centres, radius, thoughts = _modes(rng)
        right, found = thoughts.pop("right"), _count(modes_left, records, centres, radius)
        if found != right:
            words = recognise(found, [(value, _THOUGHTS[name]) for name, value in thoughts.items()], _OTHERWISE)
            raise NotYet(
                f"For {len(records)} records and {len(centres)} centres, with radius {radius:.4g}, you count "
                f"{found:g}, and {right} centres have a record. {words}",
                2,
            )
    centres = np.array([[0.0, 0.0], [3.0, 0.0], [20.0, 20.0]])
    found = _count(modes_left, np.array([[1.5, 0.5], [1.4, -0.5]]), centres, 2.0)
    if found != 2:
        raise NotYet(
            "The records (1.5, 0.5) and (1.4, −0.5) both lie within a radius of 2 of the centre (0, 0) and of the "
            f"centre (3, 0). Each of these two has a record; you count {found:g}. Does a record of yours belong to one "
            "centre only?",
            1,
        )
    found = _count(modes_left, np.array([[3.0, 4.0]]), centres[[0, 2]], 5.0)
    if found != 1:
        raise NotYet(
            "The record (3, 4) lies at the distance 5 from the centre (0, 0), and the radius is 5; you count "
            f"{found:g}. “At most” includes the radius itself. Which comparison do you use?",
            3,
        )
    if (found := _count(modes_left, np.array([[9.0, 9.0]]), centres[:1], 1.0)) != 0:
        raise NotYet(
            f"One record far from the one centre leaves no mode; you count {found:g}. What is your least count?", 1
        )
    return (
        "The counts agree on five sets of records, with several records at one mode, records between two modes and "
        "records that belong to none. It counts what the truth has: no component of a model comes into it."
    )


_THOUGHTS = {
    "records": "That is the number of records near a centre. Five records at one mode are one mode. What does each row "
    "and each column of your comparison stand for?",
    "nearest": "So many centres are the nearest one of some record, however far away. Where does the radius come in?",
    "lost": "That is the number of centres without one. Which of the two is asked for?",
    "box": "So many have a record in the square around them, whose corners are further away than the radius. How do "
    "the two coordinates make one distance?",
    "city block": "So few have one if the two differences are added without squares. How do they make a distance in a "
    "straight line?",
    "no root": "So few have a squared distance of at most the radius. Are both sides of your comparison lengths?",
    "half": "So few have one within half the radius. Is it the radius, or the diameter?",
    "share": "That is a share. Is a share asked for, or a number?",
    "all": "That is the number of all centres. Which of them have no record?",
}
_OTHERWISE = "Which centres does your code count, and when does it count one?"


def _count(modes_left, records, centres, radius):
    value = modes_left(records, centres, radius)
    if np.shape(value) == (len(centres),):
        raise NotYet(
            f"For {len(centres)} centres you return {len(centres)} values, one for each centre. How many have "
            "a record?",
            3,
        )
    return float(read_array(value, (), f"Your count for {len(records)} records and {len(centres)} centres"))


def _modes(rng):
    """Return records, centres, a radius, and what the definition and each wrong thought count: all different."""
    while True:
        crowd, near, edge, diagonal, corner, far, empty = rng.integers(1, 5, size=7)
        right = crowd + near + edge + diagonal
        k = right + corner + far + empty
        thoughts = {
            "right": right,
            "records": right + 2 * crowd,
            "nearest": right + corner + far,
            "lost": k - right,
            "box": right + corner,
            "city block": right - diagonal,
            "no root": right - diagonal - edge,
            "half": crowd,
            "share": right / k,
            "all": k,
        }
        if len(set(thoughts.values())) == len(thoughts):
            break
    # Where the records lie, relative to their centre and for a radius of 2; the centres are at least 40 apart.
    places = [[(0.3, 0.2), (-0.5, 0.1), (0.1, -0.4)]] * crowd + [[(1.2, 0.1)]] * near + [[(0.1, -1.7)]] * edge
    places += [[(-1.3, 1.2)]] * diagonal + [[(1.7, -1.7)]] * corner + [[(-3.0, 5.0)]] * far + [[]] * empty
    scale = rng.uniform(1, 1.3)  # so that radii differ; up to here the thought without a root counts as it says above
    centres = 40 * np.stack([np.arange(k), rng.integers(-3, 4, k)], axis=1) + rng.uniform(-1, 1, (k, 2))
    records = [centre + place for centre, here in zip(centres, places, strict=True) for place in here]
    return scale * rng.permutation(records), scale * rng.permutation(centres), 2 * scale, thoughts


# 04.3 -----------------------------------------------------------------------------------------------------------------

_BASE = np.array([-1.3, -1.1, -0.2, 0.9, 2.6])  # neither centred nor symmetric, so that no two thoughts agree
_H, _GENERATIONS, _RUNS, _CALLS, _FAR = 1.2, 6, 400, 5, 6.5


def check_mean_variances(mean_variances: Function, turn, *, rng):
    """Compare the curve with its law: a mean more than `_FAR` standard errors off fails.

    All else being equal, x and the bandwidth in other units only rescale the curve, so one set of reference runs gives
    the standard errors for every seed.
    """
    scale = rng.uniform(2, 5)
    x, h = 7 + scale * _BASE, scale * _H

    def call(generator, replicates=_RUNS):
        settings = dict(replicates=replicates, generations=_GENERATIONS, rng=generator)
        return _read_curve(mean_variances(x, h, **settings), x, replicates)

    first = call(rng, 20)[0]
    if abs(first - x.var()) > 1e-9 * x.var():
        thoughts = [
            (x.var(ddof=1), "That divides by n − 1. By what is to be divided here?"),
            (x.std(), "That is the spread, the root of it. Which of the two is asked for?"),
            ((x**2).mean(), "That is the mean square about 0. About which number is a variance measured?"),
            (1, "As a share of its own start it says nothing about x. Are variances asked for, or shares?"),
        ]
        otherwise = "Entry 0 comes before any draw. Do you measure what a model was trained on, or what it drew?"
        if abs(first) < 1e-9 * x.var():
            otherwise = "All runs start from the same x, and one record alone has no variance. Which axis is that of n?"
        words = recognise(first, thoughts, otherwise)
        raise NotYet(f"For x = {show(x)} your entry 0 is {first:.6g}; the variance of x is {x.var():.6g}. {words}", 1)
    require_rng(lambda generator: call(generator, 20)[1:], rng=rng, hint=2)
    curves = np.array([call(rng) for _ in range(_CALLS)]) / scale**2
    _require_law(curves, show(x), h, scale)
    return _require_turn(mean_variances, turn, rng)


def _read_curve(value, x, replicates):
    size, needed = np.size(value), _GENERATIONS + 1
    of = f"For {replicates} runs of {_GENERATIONS} generations you return {size} value{'s' * (size != 1)}"
    if size == replicates:
        raise NotYet(f"{of}, one for each run. Over which axis is your mean taken?", 2)
    if size == needed * replicates:
        raise NotYet(f"{of}, one for each run and generation. Over which of the two is the mean to be taken?", 2)
    if size in (needed - 1, needed + 1):
        raise NotYet(f"{of}; {needed} are needed, from x itself on. Which is missing, or too many?", 1)
    return read_array(value, (needed,), f"Your mean variances for x = {show(x)}")


@functools.cache
def _reference():
    """Return the law for `_BASE`, variances (generation, run) of runs made by hand, and what wrong thoughts make."""
    rng = np.random.default_rng(0)
    n, runs = _BASE.size, 40_000
    x = np.broadcast_to(_BASE, (runs, n))
    every = [x]
    for _ in range(_GENERATIONS + 1):
        x = np.take_along_axis(x, rng.integers(n, size=x.shape), axis=1) + _H * rng.standard_normal(x.shape)
        every.append(x)
    every = np.array(every)
    variance = every.var(2)
    late, every, variance = variance[1:].mean(1), every[:-1], variance[:-1]
    t = np.arange(_GENERATIONS + 1)
    about_start = ((every - _BASE.mean()) ** 2).mean((1, 2))
    law, no_noise = (_law(h2) for h2 in (_H**2, 0))
    one_step = np.where(t > 0, law[1], law[0])
    return (
        law,
        variance,
        [
            (np.median(variance, 1), "That is the median, the typical run. Is the median asked for, or the mean?"),
            (about_start, "That is measured about the centre of x. The records have a mean of their own, which walks."),
            (late, "That is one generation further. What is entry 0 measured on?"),
            (no_noise, "That is the curve without any noise. Where does the bandwidth come in?"),
            (np.sqrt(variance).mean(1) ** 2, "That is the square of the mean spread. Which comes first, mean or root?"),
            (one_step, "That is one step and no further. What is each generation trained on, the newest records or x?"),
            (np.full(t.size, law[0]), "That stays where x is. With which generator do you run the loop?"),
        ],
    )


def _law(h2):
    """Return E s_t² from x = `_BASE` on: one part in n of the distance to (n − 1) h² is lost in each generation."""
    n, t = _BASE.size, np.arange(_GENERATIONS + 1)
    return (n - 1) * h2 + (_BASE.var() - (n - 1) * h2) * (1 - 1 / n) ** t


def _require_law(curves, x, h, scale):
    law, variance, thoughts = _reference()
    squared = "That is the curve for the bandwidth h². Does `Kernel` take a standard deviation or a variance?"
    thoughts = [*thoughts, (_law((h**2 / scale) ** 2), squared)]
    spread = variance.std(1)[1:]
    noise = spread / np.sqrt(_RUNS)
    curve = curves.mean(0)
    # Whether there were 400 runs shows in the scatter of the five means, in proportion to a curve that may be wrong.
    # Its square is 4 a generation if so and 1,600 for single runs; other laws than the right one may double it.
    scatter = (((curves - curve) / curve)[:, 1:] ** 2).sum(0) / (noise / law[1:]) ** 2
    if scatter.mean() > 80:
        raise NotYet(
            f"{_CALLS} calls with {_RUNS} runs give {show(np.round(scale**2 * curves[:, 1], 3))} at generation 1. "
            f"Means over {_RUNS} independent runs would differ by about {scale**2 * noise[0]:.2g}. How many runs do "
            "you make, and does the mean take in all of them?",
            2,
        )
    z = np.abs(curve - law)[1:] / (noise / np.sqrt(_CALLS))
    if z.max() < _FAR:
        return

    def gap(thought):
        return np.median(np.abs(curve / thought[0] - 1)[1:])

    best = min(thoughts, key=gap)
    worst = int(z.argmax()) + 1
    raise NotYet(
        f"With h = {h:.4g}, x = {x} and {_CALLS * _RUNS} runs your curve is {show(np.round(scale**2 * curve, 3))}; it "
        f"should be {show(np.round(scale**2 * law, 3))}, and chance explains a difference of "
        f"{3 * scale**2 * noise[worst - 1] / np.sqrt(_CALLS):.2g} at generation {worst}. "
        + (
            best[1]
            if gap(best) < 0.1
            else "On what is each model trained, and about which number is the variance taken?"
        ),
        2,
    )


def _require_turn(mean_variances, turn, rng):
    """Check the turn found, and confront a wrong one with the learner's own function.

    With 2,000 runs and 100 generations the last mean has a standard error of about 0.02, and it changes with the
    bandwidth by 2 (n − 1) h = 8.7, so a turn read off it has one of about 0.0022. Five of these and the rounding to
    two decimals make the tolerance.
    """
    start = "Your `mean_variances` is right: its curve follows the law."
    if turn is TODO:
        raise NotYet(f"{start} Now run the experiment of this task, and set `turn`.", 3)
    if not np.isscalar(turn) or isinstance(turn, str | bool):
        raise NotYet(f"{start} But `turn` is {turn!r}; one bandwidth is asked for.", 3)
    n, right = 20, float(critical_bandwidth(20))
    if abs(turn - right) <= 5 * 0.0022 + 0.005:
        return (
            f"Your curves follow the law, and the turn that you found, {turn:g}, is where the mean variance stands "
            "still, up to the error of such an experiment. The next task finds it without one."
        )
    if not 0 <= turn <= 2:
        raise NotYet(f"{start} But `turn` is {turn:g}. At 0 the loop freezes, at 1 it grows: where is the turn?", 3)
    x = np.sort(rng.standard_normal(n))
    x = (x - x.mean()) / x.std()
    end = read_array(mean_variances(x, turn, replicates=400, generations=100, rng=rng), (101,), "Your mean variances")[
        100
    ]
    words = "Between which two bandwidths does the last number cross 1?"
    if abs(turn - 0.28) <= 0.02:
        words = "Near there the median run turns; the mean turns earlier. Which of them is asked for?"
    raise NotYet(
        f"{start} But with `turn = {turn:g}` and twenty values of variance 1 your own function goes from 1 to "
        f"{end:.2f} in 100 generations. {words}",
        3,
    )


# 04.4 -----------------------------------------------------------------------------------------------------------------


def check_critical_bandwidth(critical_bandwidth: Function, *, rng):
    """Compare with the root of s²/(n − 1), up to rounding, for data of several sizes and units."""
    for n, unit in ((5, 1.0), (20, 40.0), (3, 0.01), (2, 1.0), (60, 7.0)):
        x = unit * (6 + 3 * rng.standard_exponential(n))
        x[0] += 5 * unit
        value = critical_bandwidth(x)
        found = float(read_array(value, (), f"Your bandwidth for x = {show(x)}"))
        s, right = x.std(), x.std() / np.sqrt(n - 1)
        if abs(found - right) <= 1e-9 * right:
            continue
        both = "Do s² and the expected variance of the new records divide by the same number?"
        thoughts = [
            (s**2 / (n - 1), "That is h², in squared units. Which step is left?"),
            (x.std(ddof=1) / np.sqrt(n - 1), f"That has n − 1 twice: in the variance and in the algebra. {both}"),
            (s / np.sqrt(n), f"That has n in both places. {both}"),
            (s / (n - 1), "That takes the root of s² and not of n − 1. What is h² by your algebra?"),
            (1 / np.sqrt(n - 1), "That is right for a variance of 1. In which unit is a bandwidth?"),
            (s / np.sqrt(19), "That is right for twenty values. Is a number of values written into your code?"),
            (s * np.sqrt(n - 1), "So wide does the loop get with h = s. Is your algebra solved for h, or for s?"),
            (
                np.sqrt((x**2).mean() / (n - 1)),
                "That takes the mean square about 0. What is the variance measured about?",
            ),
            (
                x.std(ddof=1) * (3 * n / 4) ** -0.2,
                "That is the rule of thumb, at which the loop explodes. Which is asked?",
            ),
            (s, "That is the spread of x itself. How much of it is lost in one generation?"),
        ]
        otherwise = "What do your two lines say that one generation adds, and what it loses?"
        if abs(found - 0.2294) < 0.02 or abs(found / s - 0.2294) < 0.02:
            otherwise = "That is the number of the experiment. What is it for other sizes and other units?"
        words = recognise(found, thoughts, otherwise)
        raise NotYet(
            f"For x = {show(x)}, {n} values with the variance {s**2:.6g}, your bandwidth is {found:.6g}. With it the "
            f"next generation has an expected variance of {(1 - 1 / n) * (s**2 + found**2):.6g}. {words}",
            2,
        )
    return (
        "Right for five data sets, from 2 to 60 values and in several units. In every one of them the noise adds "
        "exactly what the draw loses. The same number is the standard error of the mean: with `ddof=1`, s/√n."
    )


# 04.5 -----------------------------------------------------------------------------------------------------------------


def check_after_passes(after_passes: Function, *, rng):
    """Compare with the law p ∝ p_0^(τ^−t), up to rounding, for few passes and for a thousand."""
    for tau, passes in ((0.8, 1), (0.9, 7), (1.3, 4), (1.0, 5), (0.7, 0)):
        p = _shares(rng)
        found = _passed(after_passes, p, tau, passes)
        right = tempered_shares(p, tau, passes)
        if np.allclose(found, right, rtol=1e-9, atol=1e-12):
            continue
        words = next((w for q, w in _wrong_passes(p, tau, passes) if np.allclose(found, q, rtol=1e-9)), None)
        if words is None and not np.isclose(found.sum(), 1, rtol=1e-9):
            words = f"They sum to {found.sum():.4g}. What makes them shares again?"
        raise NotYet(
            f"From the shares {show(p.round(4))}, with tau = {tau} and {passes} pass{'es' * (passes != 1)}, you get "
            f"{show(found.round(4))}; the law gives {show(right.round(4))}. "
            + (words or "What does one pass do, and to what?"),
            1,
        )
    for tau, end in ((0.9, "the largest share alone"), (1.1, "equal shares")):
        p = _shares(rng)
        found = _passed(after_passes, p, tau, 1000, finite=False)
        if not np.allclose(found, tempered_shares(p, tau, 1000), rtol=1e-6, atol=1e-9):
            raise NotYet(
                f"For few passes you are right. But a thousand with tau = {tau} should leave {end} of "
                f"{show(p.round(4))}, and you get {show(found.round(4))}. How large is the power by then, and what "
                "does it make of a number below 1?",
                2,
            )
    return (
        "Right for five temperatures, and after a thousand passes: below 1 the largest share is alone, above 1 all are "
        "equal. Nothing in it depends on how many records are drawn."
    )


def _shares(rng):
    """Return shares in no order, whose largest stands well out."""
    p = rng.permutation([0.37, 0.24, 0.19, 0.13, 0.07]) + rng.uniform(0, 0.02, 5)
    return p / p.sum()


def _passed(after_passes, p, tau, passes, *, finite=True):
    value = after_passes(p, tau, passes)
    return read_array(value, p.shape, f"Your shares for tau = {tau} and {passes} passes", finite=finite)


def _wrong_passes(p, tau, passes):
    def normal(q):
        return q / q.sum()

    return [
        (
            normal(p ** (tau**passes)),
            "That raises to τ in the place of 1/τ. Which of them prefers the frequent at τ < 1?",
        ),
        (normal(p ** (1 / tau)), "That is one pass. From what does the next one start?"),
        (
            tempered_shares(p, tau, passes + 1),
            "That is one pass more than asked for. How often does your loop run?",
        ),
        (p, "They are unchanged. How often does your loop run?"),
        (p ** (1.0 / tau**passes), "The power is right, but they do not sum to 1. What makes them shares again?"),
        (normal(p ** (passes / tau)), "That multiplies the power by the passes. What does a power of a power do?"),
        (normal(np.exp(p / tau)), "That takes the shares for logarithms of shares. What is raised to the power 1/τ?"),
        (np.sort(tempered_shares(p, tau, passes))[::-1], "The shares are right and sorted. Which kind has which?"),
        (np.sort(tempered_shares(p, tau, passes)), "The shares are right and sorted. Which kind has which?"),
    ]


CHECKS = {
    "04.1": check_next_generation,
    "04.2": check_modes_left,
    "04.3": check_mean_variances,
    "04.4": check_critical_bandwidth,
    "04.5": check_after_passes,
}
