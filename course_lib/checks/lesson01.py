"""The checks of lesson 01: fit, draw, repeat; which estimator stays bounded; one real row.

Whether an answer is right is decided exactly, or by `course_lib.checks.chance`. Only then is a wrong one compared with
what usual wrong thoughts give on the same input, to find the words that fit.
"""

import functools

import numpy as np
from scipy import special

from course_lib import Gaussian, Records, Replace, self_consume
from course_lib.checks.chance import count_possible, mean_possible, uniform_possible, variance_possible
from course_lib.checks.framework import TODO, Function, NotYet, read_array, recognise, require_rng, show
from course_lib.policies import Pool
from course_lib.records import as_records
from course_lib.theory import expected_w2_squared, ml_w2_squared

__all__ = ["CHECKS"]


def _same(value, right, rtol=1e-9):
    return abs(value - right) <= rtol * abs(right)


def _lopsided(rng, n):
    """Return n values with one decimal, neither centred nor symmetric: a mean near 10 and a spread near 4."""
    x = np.round(6 + 3 * rng.standard_exponential(n), 1)
    x[0] += 5  # so that even of two values the mean is not the median, and no spread is 0 or 1
    return x


# 01.1 -----------------------------------------------------------------------------------------------------------------


def check_fit(fit: Function, *, rng):
    """Compare mean and spread with their definitions, up to rounding: nothing here is left to chance."""
    for n in (5, 20, 3, 8):
        x = _lopsided(rng, n)
        mean, spread = _mean_and_spread(fit(x), x)
        _require_mean(mean, spread, x)
        _require_spread(spread, x)
    x = 1 + 1e-9 * rng.standard_normal(20)
    _, spread = _mean_and_spread(fit(x), x, finite=False)
    if not _same(spread, x.std(ddof=1), 1e-5):
        raise NotYet(
            "On lopsided data your fit is right. But for twenty values that differ from 1 in the ninth decimal it "
            f"gives {spread:.3g}, and their spread is {x.std(ddof=1):.3g}. The difference of two large numbers that "
            "nearly agree is mostly rounding. Which comes first in your code, the square or the subtraction of the "
            "mean?",
            3,
        )
    return (
        "Mean and spread are right for five data sets, twenty values that agree in eight decimals among them. The loop "
        "ends in such values, and a fit that breaks there would be taken for collapse."
    )


def _mean_and_spread(value, x, *, finite=True):
    parts = value if isinstance(value, tuple | list) or np.ndim(value) else [value]
    if len(parts) != 2:
        raise NotYet(
            f"For x = {show(x)} your fit returns {len(parts)} value{'s' * (len(parts) != 1)}. Two numbers are asked "
            "for: the mean, then the spread.",
            1,
        )
    names = (f"Your mean of x = {show(x)}", f"Your spread of x = {show(x)}")
    return [float(read_array(part, (), name, finite=finite)) for part, name in zip(parts, names, strict=True)]


def _require_mean(mean, spread, x):
    if _same(mean, x.mean()):
        return
    if _same(spread, x.mean()):
        raise NotYet(f"For x = {show(x)} your second number is the mean. In which order are the two asked for?", 1)
    thoughts = [(np.median(x), "That is the median, the value in the middle."), (x.sum(), "That is the sum.")]
    words = recognise(mean, thoughts, f"Their sum is {x.sum():.6g}, and they are {x.size}.")
    raise NotYet(
        f"Your mean of x = {show(x)} is {mean:.6g}, and the values average {x.mean():.6g}. {words} What does your code "
        "do with the values?",
        1,
    )


def _require_spread(spread, x):
    n, right = x.size, x.std(ddof=1)
    if _same(spread, right):
        return
    squares = ((x - x.mean()) ** 2).sum()
    by_n = (
        f"The sum of squares divided by n = {n} gives {x.std():.6g}, by n − 1 = {n - 1} it gives {right:.6g}. Which of "
        "these do you want, and what does your code divide by?"
    )
    variance = f"That is a variance, in squared units; the spread is {right:.6g}. Which step is missing?"
    about_zero = f"That is the distance from 0; from the mean it is {right:.6g}. Where is the mean subtracted?"
    of_mean = (
        f"That is the standard error of the mean; the values themselves spread by {right:.6g}. Which root is too many?"
    )
    late = f"That divides after the root; the other way round it is {right:.6g}. What is the variance a mean of?"
    absolute = f"That averages distances; squared, averaged and rooted they give {right:.6g}. Which mean is asked for?"
    fixed = f"These are {n} values, with a spread of {right:.6g}. Is a number of values written into your code?"
    thoughts = [
        (x.std(), by_n),
        (right**2, variance),
        (x.var(), variance),
        (np.sqrt((x**2).sum() / (n - 1)), about_zero),
        (right / np.sqrt(n), of_mean),
        (np.sqrt(squares) / (n - 1), late),
        (np.abs(x - x.mean()).mean(), absolute),
        (np.sqrt(squares / 4), fixed),  # right for the 5 values before
        (np.sqrt(squares / 19), fixed),  # right for the lesson's 20
    ]
    words = recognise(
        spread, thoughts, f"By its definition it is {right:.6g}. What does your code compute, step by step?"
    )
    raise NotYet(f"Your spread of x = {show(x)} is {spread:.6g}. {words}", 2)


# 01.2 -----------------------------------------------------------------------------------------------------------------


def check_next_generation(next_generation: Function, *, rng):
    """Test centre, spread, independence and shape of the new values, whose laws given x are exact."""
    for x, calls in ((_lopsided(rng, 3), 500), (_lopsided(rng, 25), 50)):

        def call(generator, x=x):
            value = next_generation(x, rng=generator)
            return read_array(value, x.shape, f"Your new values for x = {show(x)}")

        _require_new(call(rng), x)
        require_rng(call, rng=rng, hint=2)
        _require_bell_curve(np.array([call(rng) for _ in range(calls)]), x)
    return (
        "Over 550 generations your new values have the centre, the spread, the independence and the shape of the curve "
        "that was fitted to the old ones. The fit is unbiased and the draw is honest: whatever goes wrong from here on "
        "happens without a mistake."
    )


def _require_new(new, x):
    if np.isin(new, x).all():
        raise NotYet(
            f"For x = {show(x)} your new values are {show(new)}: each of them was there before. A model is asked for "
            "values that nobody measured. Where does your code use the two numbers of the fit?",
            1,
        )
    if np.ptp(new) == 0:
        raise NotYet(
            f"For x = {show(x)} all {new.size} new values are {new[0]:.6g}. One number repeated is not a sample. How "
            "many draws does one generation need?",
            2,
        )


def _require_bell_curve(draws, x):
    calls, n = draws.shape
    mean, spread = x.mean(), x.std(ddof=1)
    z = (draws - mean) / spread  # independent standard normal values, if the answer is right
    row_means, squares = z.mean(1), ((z - z.mean(1, keepdims=True)) ** 2).sum(1)
    of = f"Over {calls} calls with x = {show(x)} (mean {mean:.4g}, spread {spread:.4g})"

    if not variance_possible(squares.sum(), calls * (n - 1)):
        found = np.sqrt(squares.sum() / (calls * (n - 1)))
        thoughts = [
            (np.sqrt(1 - 1 / n), "So much is lost by dividing by n in place of n − 1. Which fit do you use?"),
            (spread, "That is the variance in the place of the spread. What does `rng.normal` want second?"),
            (1 / spread, "That is a spread of 1, whatever x is. Where does the fitted spread come in?"),
            (1 / np.sqrt(n), "That is the standard error of the mean. Do you draw new means, or new values?"),
            (np.sqrt(2), "So much comes of noise on top of the old values. What does the fitted curve alone give?"),
        ]
        words = recognise(found, thoughts, "With which spread do you draw?", rtol=5 / np.sqrt(2 * calls * (n - 1)))
        raise NotYet(
            f"{of} your new values have a spread of {found * spread:.4g}, {found:.3g} times the fit's. {words}", 2
        )
    if not mean_possible(z):
        left_out = abs(draws.mean()) < 5 * spread / np.sqrt(z.size)
        question = "Is the fitted mean left out?" if left_out else "Around which number do you draw?"
        raise NotYet(
            f"{of} your new values lie around {draws.mean():.4g}, and the curve around {mean:.4g}. {question}", 2
        )
    if not uniform_possible(special.ndtr(np.sqrt(n) * row_means)):
        ratio = np.sqrt(n) * row_means.std()
        question = (
            "Are they shifted until the mean fits?" if ratio < 1 else "Which draw do the values of one call share?"
        )
        raise NotYet(
            f"{of} the means of your generations vary {ratio:.2g} times as much as means of {n} independent draws. A "
            f"sample has a mean of its own, near the fitted one. {question}",
            2,
        )
    spreads_vary = uniform_possible(special.chdtr(n - 1, squares))
    if not spreads_vary and squares.var() < n - 1:  # half of what it must be
        raise NotYet(
            f"{of} the spreads of your generations are {show(spread * np.sqrt(squares[:3] / (n - 1)))} and so on, "
            f"which is not how those of {n} independent draws vary. A sample has a spread of its own, near the fitted "
            "one. Is yours made to fit?",
            2,
        )
    beyond = np.count_nonzero(np.abs(z) > 2)
    if not (
        spreads_vary and uniform_possible(special.ndtr(z)) and count_possible(beyond, z.size, 2 * special.ndtr(-2))
    ):
        raise NotYet(
            f"{of} centre and spread are right and the shape is not: {beyond / z.size:.1%} of your values lie more "
            "than two spreads from the mean; of a bell curve's 4.6% do. Which distribution do you draw from?",
            1,
        )


# 01.3 -----------------------------------------------------------------------------------------------------------------


def check_spreads(spreads: Function, *, rng):
    """Compare entry 0 with the spread of x, and each step with its law: s_{t+1}²/s_t² ~ χ²_{n−1}/(n−1), independent."""
    x, generations, runs = _lopsided(rng, 3), 10, 50

    def call(generator, x=x, generations=generations):
        return _read_spreads(spreads(x, generations, rng=generator), x, generations)

    for other, length in ((x, generations), (_lopsided(rng, 12), 3), (x, 1)):
        _require_start(call(rng, other, length)[0], other)
    require_rng(lambda generator: call(generator)[1:], rng=rng, hint=2)
    curves = np.array([call(rng) for _ in range(runs)])
    _require_steps(curves, x)
    return (
        f"Entry 0 is the spread of x, and over {runs} runs each step to the next spread has the law that it must "
        f"have. No step is biased in the variance; yet after {generations} generations of {x.size} values the median "
        f"run keeps {np.median(curves[:, -1]) / curves[0, 0]:.2f} of its spread."
    )


def _read_spreads(value, x, generations):
    size = np.size(value)
    if size in (generations, generations + 2):
        raise NotYet(
            f"For {generations} generation{'s' * (generations > 1)} you return {size} spread{'s' * (size > 1)}; "
            f"{generations + 1} are needed, that of x itself and one for each generation. Which is missing, or too "
            "many?",
            1,
        )
    found = read_array(value, (generations + 1,), f"Your spreads for x = {show(x)} and {generations} generations")
    gone = found < 1e-12 * x.std()  # honest spreads get small, but never that small in so few generations
    if gone.any():
        t = int(gone.argmax())
        raise NotYet(
            f"For x = {show(x)} your spread at generation {t} is {found[t]:.4g}. New values are never all the same; "
            "old values that are drawn again are, before long. From where does each generation come?",
            2,
        )
    return found


def _require_start(start, x):
    right = x.std(ddof=1)
    if _same(start, right):
        return
    thoughts = [
        (right**2, "That is the variance. Which of the two is asked for?"),
        (x.std(), "That divides by n. Can you use your fit of the first task here?"),
        (1, "As a share of its own start it says nothing about x. Are spreads asked for, or shares?"),
        (x.mean(), "That is the mean. Which of the two numbers of the fit do you keep?"),
    ]
    words = recognise(start, thoughts, "Is x replaced before its own spread is kept?")
    raise NotYet(f"For x = {show(x)} your entry 0 is {start:.6g}; the spread of x is {right:.6g}. {words}", 1)


def _require_steps(curves, x):
    runs, generations = curves.shape[0], curves.shape[1] - 1
    n = x.size
    squares = (n - 1) * (curves[:, 1:] / curves[:, :-1]) ** 2  # independent χ² with n − 1 degrees of freedom
    # The sum finds a wrong divisor, the distribution finds the rest.
    if variance_possible(squares.sum(), squares.size * (n - 1)) and uniform_possible(special.chdtr(n - 1, squares)):
        return
    of = f"Over {runs} runs with x = {show(x)}"
    steps = np.log(curves[:, 1:] / curves[:, :-1])
    first, last, walk = steps[:, 0].std(), steps[:, -1].std(), steps.sum(1).std()
    if last < first / 2:
        raise NotYet(
            f"{of} generation 1 changes the logarithm of the spread by about {first:.2g}, generation {generations} by "
            f"{last:.2g}. A training set that grows would look like this. How many values does each generation have?",
            2,
        )
    if walk < 1.7 * first:
        raise NotYet(
            f"{of} the logarithm of the spread has moved by about {first:.2g} at generation 1, and by {walk:.2g} at "
            f"generation {generations}: the later ones go no further. What is each generation fitted to, the newest "
            "values or x?",
            2,
        )
    found, expected = np.sqrt(squares.mean() / (n - 1)), np.sqrt(special.polygamma(1, (n - 1) / 2)) / 2
    thoughts = [
        (
            np.sqrt(1 - 1 / n),
            "So much is lost by drawing with the spread that divides by n. Which fit do you draw from?",
        ),
        (1 / np.sqrt(n), "That is the standard error of the mean. Do you draw new means, or new values?"),
    ]
    otherwise = "How many values does a generation draw, and from which curve?"
    words = recognise(found, thoughts, otherwise, rtol=5 / np.sqrt(2 * squares.size * (n - 1)))
    raise NotYet(
        f"{of} one generation multiplies the spread by {found:.3g} (root mean square), and its logarithm varies by "
        f"{steps.std():.2g}; from {n} values 1 and {expected:.2g} are expected. {words}",
        2,
    )


# 01.4 -----------------------------------------------------------------------------------------------------------------

_N, _GENERATIONS, _RUNS, _CALLS, _FAR = 10, 6, 400, 5, 6.5


def check_mean_w2(mean_w2: Function, bounded, *, rng):
    """Compare the curves with claims 3 and 6: a mean more than `_FAR` standard errors off fails.

    The standard errors come from `_reference`. These means lean to the right, so their tails are heavier than a normal
    law's: an Edgeworth expansion, which a test computes, puts the chance to reject a right answer below 1e-6.
    """
    require_rng(lambda generator: _curve(mean_w2, 1, generator, replicates=20), rng=rng, hint=2)
    seeds = rng.integers(2**32, size=_CALLS)
    one, other = (_curve(mean_w2, ddof, np.random.default_rng(seeds[0]), replicates=20) for ddof in (0, 1))
    if np.array_equal(one, other):
        raise NotYet("From generators in the same state, ddof=0 and ddof=1 give the same curve. Where is ddof used?", 2)
    ends = []
    for ddof in (0, 1):
        curves = np.array([_curve(mean_w2, ddof, np.random.default_rng(seed)) for seed in seeds])
        _require_independent_runs(curves[:, 0], ddof)
        _require_mean_w2(curves.mean(0), ddof)
        ends.append(curves[:, -1].mean())
    _require_order(*ends)
    return _require_bounded(mean_w2, bounded, rng)


def _curve(mean_w2, ddof, rng, *, n=_N, replicates=_RUNS, generations=_GENERATIONS):
    value = mean_w2(ddof, n=n, replicates=replicates, generations=generations, rng=rng)
    size = np.size(value)
    of = f"For {replicates} runs of {generations} generations you return {size} value{'s' * (size != 1)}"
    if size == replicates:
        raise NotYet(f"{of}, one for each run. Over which axis is your mean taken?", 2)
    if size == (generations + 1) * replicates:
        raise NotYet(f"{of}, one for each run and generation. Over which of the two is the mean to be taken?", 2)
    if size in (generations, generations + 2):
        raise NotYet(
            f"{of}; {generations + 1} are needed, one for each model from the fit to the real data on. Which is "
            "missing, or too many?",
            1,
        )
    return read_array(value, (generations + 1,), "Your curve of the mean W2²")


@functools.cache
def _reference(ddof):
    """Return W2² (generation, run) of runs drawn by their exact steps, and what wrong thoughts make of these runs."""
    rng = np.random.default_rng(ddof)
    shape = (_GENERATIONS + 2, 40_000)
    spread = np.cumprod(np.sqrt(rng.chisquare(_N - 1, shape) / (_N - ddof)), axis=0)
    before = np.concatenate([np.ones((1, shape[1])), spread[:-1]])
    mean = np.cumsum(before * rng.standard_normal(shape) / np.sqrt(_N), axis=0)
    w2 = mean**2 + (spread - 1) ** 2
    late = w2[1:].mean(1)
    mean, spread, w2 = mean[:-1], spread[:-1], w2[:-1]
    return w2, [
        (np.median(w2, 1), "That is the median, the typical run. Is the median asked for, or the mean?"),
        (np.sqrt(w2).mean(1), "That is the mean of W2, rooted in each run. Which comes first in “mean squared”?"),
        (np.sqrt(w2.mean(1)), "That is the root of the mean. Which root is left over?"),
        (((spread - 1) ** 2).mean(1), "That is the part of the spreads. Where is the distance between the two means?"),
        ((mean**2).mean(1), "That is the part of the means. Where is the difference between the two spreads?"),
        ((mean**2 + (spread**2 - 1) ** 2).mean(1), "That uses the variance as a spread. Which of the two is `cov_`?"),
        (
            mean.mean(1) ** 2 + (spread.mean(1) - 1) ** 2,
            "That is the distance of the average model, in which opposite errors cancel. Where does the mean belong?",
        ),
        (
            late,
            "That is one estimation further than the model: the moments of a sample that it drew, or a curve that "
            "begins at generation 1. Which object holds what was fitted?",
        ),
    ]


def _require_independent_runs(starts, ddof):
    w2, _ = _reference(ddof)
    noise = w2[0].std() / np.sqrt(_RUNS)
    squares = ((starts - starts.mean()) ** 2).sum() / noise**2
    if special.chdtrc(starts.size - 1, squares) < 1e-9:
        raise NotYet(
            f"{_CALLS} calls with ddof={ddof} give {show(np.round(starts, 4))} at generation 0. Means over {_RUNS} "
            f"independent runs would differ by about {noise:.2g}. Does each run have real data of its own, and does "
            "the mean take in all runs?",
            2,
        )


def _require_mean_w2(curve, ddof):
    if curve[0] == 0:
        raise NotYet(
            f"Your curve is {show(np.round(curve, 3))}. It begins at 0, with the truth in the place of the first "
            "model or the first model in the place of the truth. Which of the two is N(0, 1)?",
            2,
        )
    w2, thoughts = _reference(ddof)
    times = np.arange(_GENERATIONS + 1) + 1  # of estimations: the real data are themselves a sample from the truth
    theory = expected_w2_squared if ddof else ml_w2_squared
    expected = theory(_N, times)
    error = w2.std(1) / np.sqrt(_CALLS * _RUNS)
    z = np.abs(curve - expected) / error
    if z.max() < _FAR:
        return

    thoughts = [
        *thoughts,
        (
            (ml_w2_squared if ddof else expected_w2_squared)(_N, times),
            "That is the other ddof's curve. Which way does it go in?",
        ),
        (theory(20, times), "That is the curve for n=20. Is a number of values written into your code?"),
    ]

    def gap(thought):
        # The median, because the last means can be carried by few runs.
        return np.median(np.abs(curve / thought - 1))

    thought, words = min(thoughts, key=lambda pair: gap(pair[0]))
    worst = int(z.argmax())
    raise NotYet(
        f"With ddof={ddof}, n={_N} and {_CALLS * _RUNS} runs your curve is {show(np.round(curve, 3))}; theory gives "
        f"{show(np.round(expected, 3))}, chance explains a difference of {3 * error[worst]:.2g} at generation {worst}. "
        + (words if gap(thought) < 0.2 else "What is compared with N(0, 1), and what is the mean taken over?"),
        2,
    )


def _require_order(end_0, end_1):
    # Swapped curves can get by above, where the mean of the wild one is wide. Right ones, drawn from the same numbers,
    # end in this order, nine standard errors apart.
    if end_0 > end_1:
        raise NotYet(
            f"At generation {_GENERATIONS} you return {end_0:.3f} for ddof=0 and {end_1:.3f} for ddof=1. Each is the "
            "other ddof's curve. Which way does it go in?",
            2,
        )


def _require_bounded(mean_w2, bounded, rng):
    """Check the conclusion, and confront a wrong one with the learner's own function."""
    start = "Your `mean_w2` is right: both curves agree with theory."
    if bounded is TODO:
        raise NotYet(f"{start} Now run it with each ddof for 40 generations, and set `bounded` to 0 or 1.", 3)
    if not np.isscalar(bounded) or bounded not in (0, 1):
        raise NotYet(f"{start} But `bounded` is {bounded!r}; the ddof whose curve stays below a limit is 0 or 1.", 3)
    times = np.array([5, 10, 20, 40])
    curves = [_curve(mean_w2, ddof, rng, n=20, replicates=1000, generations=40)[times] for ddof in (0, 1)]
    seen = (
        f"with n=20 the mean W2² at generations {show(times)} is {show(np.round(curves[0], 2))} for ddof=0 and "
        f"{show(np.round(curves[1], 2))} for ddof=1"
    )
    if bounded == 1:
        raise NotYet(
            f"{start} It does not support `bounded = 1`: {seen}. Which of the two slows down towards a limit, and "
            "which still climbs?",
            3,
        )
    return (
        f"Both curves agree with theory; {seen}. Dividing by n keeps it at 2(1 − E σ), below 2, because the spread "
        "dies before the mean gets far; under the unbiased fit it grows by 1/n a generation. Bounded is not healthy: "
        "under both, the typical run ends in one point."
    )


# 01.5 -----------------------------------------------------------------------------------------------------------------


def check_one_real_row(one_real_row: Function, *, rng):
    """Tell the policy's rows apart by their values, and test by the binomial law which real row it takes."""
    n, calls = 6, 120
    pools = (_pool(one_real_row, rng, 4, n) for _ in range(calls))
    chosen = np.array([_real_row(_training_set(one_real_row, pool, rng), pool) for pool in pools])
    if (chosen == chosen[0, 0]).all():
        raise NotYet(
            f"In all {calls} calls the real row is number {chosen[0, 0]}. One point says where the data lie, not how "
            "wide: with the same row in every generation the spread dies all the same. How does each generation get "
            "its own?",
            1,
        )
    if (chosen == chosen[:, :1]).all():
        raise NotYet(
            f"The first calls take the real rows {chosen[:4, 0].tolist()}, each the same in all 4 replicates. Runs "
            "that share their draws are not independent. How many row numbers does one call need?",
            2,
        )
    pool = _pool(one_real_row, rng, 20, n)
    require_rng(lambda generator: _training_set(one_real_row, pool, generator), rng=rng, hint=2)
    counts = np.bincount(chosen.ravel(), minlength=n)
    if not count_possible(counts, chosen.size, 1 / n).all():
        raise NotYet(
            f"In {chosen.size} draws the real rows 0 to {n - 1} come up {counts.tolist()} times; about "
            f"{chosen.size / n:.0f} times each would be fair. From which numbers do you draw?",
            2,
        )
    return _with_and_without(one_real_row, rng)


def _pool(policy, rng, replicates, n):
    """Return a pool after two generations, in which no value stands twice."""
    wanted = getattr(policy, "draws", lambda n: n)(n)
    pool = Pool(Records(9 + 3 * rng.standard_normal((replicates, n, 1))), capacity=n + 2 * wanted)
    for generation in range(2):
        pool.add(Records(9 + 3 * rng.standard_normal((replicates, wanted, 1))), generation)
    return pool


def _training_set(one_real_row, pool, rng):
    """Return what the policy makes of the pool, of shape (replicates, n), or say what is wrong with its form."""
    before = pool.all.x.copy()
    value = one_real_row(pool, rng=rng)
    if not np.array_equal(pool.all.x, before):
        raise NotYet(
            "After the call the pool is not what it was. Its arrays are views: whoever writes to them writes to the "
            "real data, or to the newest sample. Which line writes instead of making something new?",
            2,
        )
    try:
        found = as_records(value).x
    except ValueError as error:
        raise NotYet(f"What your policy returns is no training set: {error}.", 1) from None
    needed = pool.real.x.shape
    if found.shape == needed:
        return found[..., 0]
    question = "Which rows make room for the real one, so that the size of the training set stays?"
    if found.shape[2:] != needed[2:]:
        question = "Along which axis do you join the rows?"
    if found.shape[0] != needed[0]:
        question = "What became of the axis of replicates?"
    raise NotYet(
        f"Your training set has the shape {found.shape}; {needed} is needed: replicates, rows, columns. {question}", 2
    )


def _real_row(rows, pool):
    """Return for each replicate the number of its one real row, or say where the rows come from instead."""
    real, last = pool.real.x[..., 0], pool.last.x[..., 0]
    is_real, is_last = (rows[:, :, None] == source[:, None, :] for source in (real, last))
    n_real, n_last = is_real.sum((1, 2)), is_last.any(1).sum(1)  # a row of the sample that comes twice counts once
    wrong = (n_real != 1) | (n_last != rows.shape[1] - 1)
    if not wrong.any():
        return is_real.any(1).argmax(1)
    r = int(wrong.argmax())
    of = f"In replicate {r} your training set is {show(rows[r].round(2))}"
    strangers = rows[r][~is_real[r].any(1) & ~is_last[r].any(1)]
    if np.isin(strangers, real).any():
        raise NotYet(f"{of}, partly from another replicate's real data. Which axis does your index leave out?", 2)
    if np.isin(strangers, pool.all.x).any():
        raise NotYet(f"{of}, partly from an older generation. Which part of the pool do you take?", 2)
    if strangers.size:
        raise NotYet(
            f"{of}, and nobody measured {strangers[0]:.4g}, nor did the last model draw it. A mean of real rows, or a "
            "value made anew, is no real row. Where does it come from?",
            2,
        )
    if n_real[r] != 1:
        raise NotYet(
            f"{of}, with {n_real[r] or 'none'} of the real rows {show(real[r].round(2))}. How many are to come in?", 1
        )
    raise NotYet(
        f"{of}, with only {n_last[r]} different rows of the newest sample {show(last[r].round(2))}: some come twice. "
        "To draw among rows that were drawn already loses a few more. Which can be taken as they are?",
        2,
    )


def _with_and_without(one_real_row, rng):
    """Run the loop with the learner's policy and with Replace, and say how they end."""
    real = rng.standard_normal((100, 10, 1))
    runs = [
        self_consume(Gaussian(), real, policy=policy, generations=40, rng=rng).models
        for policy in (one_real_row, Replace())
    ]
    kept, lost = (np.median(np.sqrt(models[-1].cov_ / models[0].cov_)) for models in runs)
    return (
        "One row of each training set is real, drawn anew in each generation and in each replicate. Over 100 runs of "
        f"10 values the median spread after 40 generations is {kept:.2f} of its start; without the real row it is "
        f"{lost:.2f}. One measurement in ten is enough, as long as it is another one each time."
    )


CHECKS = {
    "01.1": check_fit,
    "01.2": check_next_generation,
    "01.3": check_spreads,
    "01.4": check_mean_w2,
    "01.5": check_one_real_row,
}
