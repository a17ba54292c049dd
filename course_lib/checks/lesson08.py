"""The checks of lesson 08: the exact denoiser of a mixture, a training batch, the walk from noise, guidance.

As in lesson 01, an answer is judged exactly or by `course_lib.checks.chance`; only a wrong one is compared with what
usual wrong thoughts give on the same input, to find the words that fit.
"""

from itertools import pairwise

import numpy as np
from scipy import special

from course_lib.checks.chance import count_possible, mean_possible, uniform_possible, variance_possible
from course_lib.checks.framework import Function, NotYet, read_array, require_rng, show

__all__ = ["CHECKS"]


def _close(value, right):
    return np.allclose(value, right, rtol=1e-7, atol=1e-9 * np.abs(right).max())


def _recognise(value, thoughts, otherwise):
    """Return the words beside the first of the thoughts (array, words) that gives `value`, or `otherwise`."""
    return next((words for thought, words in thoughts if _close(value, thought)), otherwise)


# 08.1 -----------------------------------------------------------------------------------------------------------------


def check_best_guess(best_guess: Function, *, rng):
    """Compare with the posterior mean, up to rounding, for mixtures in which no two quantities agree by accident."""
    for d, k in ((2, 3), (1, 2), (3, 4), (2, 8)):
        means = 2 * rng.standard_normal((k, d))
        sigma, scale = rng.uniform(1.5, 2.5), rng.uniform(0.9, 1.2)
        weights = rng.dirichlet(np.full(k, 3.0))
        x = means[rng.integers(k, size=7)] + np.hypot(sigma, scale) * rng.standard_normal((7, d))
        _require_guess(best_guess, x, sigma, means, scale, weights)
    means, weights = np.array([[-40.0, 0.0], [40.0, 5.0]]), np.array([0.3, 0.7])
    x = np.array([[-39.0, 1.0], [0.5, 60.0], [45.0, 5.0]])
    found = _guess(best_guess, x, 0.3, means, 0.2, weights, finite=False)
    if not _close(found, _exact(x, 0.3, means, 0.2, weights)):
        raise NotYet(
            "On records near the modes your guess is right. For two modes 80 apart, s = 0.2 and σ = 0.3 the record "
            f"{show(x[1])} gets the guess {show(found[1])}; it should get "
            f"{show(_exact(x, 0.3, means, 0.2, weights)[1])}. All densities there are smaller than the smallest number "
            "a computer holds, and their ratios are not. What can be subtracted from all exponents without changing a "
            "ratio?",
            3,
        )
    return (
        "Your guess is the posterior mean for five mixtures, and it holds where every density is too small for the "
        "computer. Beside it any network can be measured, level by level, as in the lesson."
    )


def _guess(best_guess, x, sigma, means, scale, weights, *, finite=True):
    value = best_guess(x, sigma, means, scale, weights)
    return read_array(value, x.shape, f"Your guess for {len(x)} records of {x.shape[1]} features", finite=finite)


def _responsibilities(x, means, variance, weights):
    squared = ((x[:, None] - means) ** 2).sum(-1)
    return special.softmax(np.log(weights) - squared / (2 * variance), axis=1)


def _exact(x, sigma, means, scale, weights):
    centre = _responsibilities(x, means, scale**2 + sigma**2, weights) @ means
    return (scale**2 * x + sigma**2 * centre) / (scale**2 + sigma**2)


def _require_guess(best_guess, x, sigma, means, scale, weights):
    found, right = _guess(best_guess, x, sigma, means, scale, weights), _exact(x, sigma, means, scale, weights)
    if _close(found, right):
        return
    total = scale**2 + sigma**2

    def combine(shares, a=scale**2, b=sigma**2):
        return (a * x + b * shares @ means) / (a + b)

    own = _responsibilities(x, means, total, weights)
    narrow = _responsibilities(x, means, scale**2, weights)
    thoughts = [
        (x - right, "That is the noise that was presumably added, x − D. Is the noise asked for, or the clean record?"),
        ((x - right) / sigma, "That is the predicted noise in units of σ. Is it asked for, or the clean record?"),
        ((right - x) / sigma**2, "That is the score. How does one get from it to the best guess?"),
        (2 * x - right, "That lies as far on the wrong side of x. Which way does the score point?"),
        (x + (right - x) / sigma, "That moves x by σ times the score. Which power of σ belongs there?"),
        (x + (right - x) * sigma**2, "That moves x by σ⁴ times the score. Which power of σ belongs there?"),
        (own @ means, "That is the mean of the centres: right if every mode were a point. Where does s come in?"),
        (
            combine(narrow),
            "Its probabilities of the modes are those for a clean x, of variance s². How wide is a mode with the "
            "noise on it?",
        ),
        (
            x + sigma**2 * (narrow @ means - x) / scale**2,
            "That uses the score of the clean density. Of which density is the score meant?",
        ),
        (
            combine(_responsibilities(x, means, sigma**2, weights)),
            "Its probabilities of the modes take the noise alone for the width. How do s and σ make one variance?",
        ),
        (
            combine(_responsibilities(x, means, (scale + sigma) ** 2, weights)),
            "Its modes have the standard deviation s + σ. Do standard deviations add, or variances?",
        ),
        (
            combine(_responsibilities(x, means, scale + sigma, weights), scale, sigma),
            "That is the guess for variances s and σ. Which of the two is meant, a variance or its root?",
        ),
        (
            combine(_responsibilities(x, means, total, np.full(len(means), 1 / len(means)))),
            "That is the guess for equally frequent modes. Where do the weights come in?",
        ),
        (
            combine(_responsibilities(x, means, total / 2, weights)),
            "That would be right without the 2 in exp(−distance²/(2·variance)). Is it there?",
        ),
        (combine(own, sigma**2, scale**2), "There s and σ have changed places in the weights of x and the centres."),
        (
            combine(np.eye(len(means))[own.argmax(1)]),
            "That takes the most probable mode and forgets the others. Over what is the best guess a mean?",
        ),
        (right.mean(0) + 0 * x, "All records get one guess. Over which axis do you average?"),
        (x, "That is the noisy record itself. What does your code make of the modes?"),
    ]
    words = _recognise(found, thoughts, "How probable is each mode given x, and where would x come from in each?")
    raise NotYet(
        f"For {len(means)} modes, s = {scale:.4g} and σ = {sigma:.4g} the noisy record {show(x[0])} gets the guess "
        f"{show(found[0])}; the mean of what it could have been is {show(right[0])}. {words}",
        2,
    )


# 08.2 -----------------------------------------------------------------------------------------------------------------

_SIZE, _CALLS = 60, 120  # 7,200 levels: enough to tell standard deviations of 1.2 and √1.2 apart
_MEAN, _SD = -1.0, 1.2


def check_noisy_batch(noisy_batch: Function, *, rng):
    """Take levels and noise apart again and test both by their laws: exact, since the clean records are returned."""
    n, d = 5, 3
    x = np.cumsum(rng.uniform(1, 2, (n, d)), axis=0)

    def call(generator):
        return np.concatenate(_batch(noisy_batch(x, _SIZE, rng=generator), x), axis=1)

    _require_pairs(call(rng), x)
    require_rng(call, rng=rng, hint=2)
    calls = np.array([call(rng) for _ in range(_CALLS)])
    clean, noisy, sigma = calls[..., :d], calls[..., d:-1], calls[..., -1]
    of = f"Over {_CALLS} batches of {_SIZE}"
    _require_levels(sigma, of)
    _require_noise((noisy - clean) / sigma[..., None], sigma, of)
    picks = np.bincount(np.abs(clean[..., None, :] - x).sum(-1).argmin(-1).ravel(), minlength=n)
    if not count_possible(picks, _CALLS * _SIZE, 1 / n).all():
        raise NotYet(
            f"{of} the {n} records are picked {picks.tolist()} times; about {_CALLS * _SIZE // n} times each would be "
            "fair. How do you pick?",
            1,
        )
    return (
        f"In {_CALLS * _SIZE} pairs each record has a level of its own and each coordinate noise of its own, of the "
        "right size. Regression of the clean on the noisy records now leads to the best guess at every level."
    )


def _batch(value, x):
    if not isinstance(value, tuple | list) or len(value) != 3:
        raise NotYet("Three arrays are asked for: the clean records, the noisy ones and their levels σ, in this order.")
    clean, noisy, sigma = value
    clean, noisy = (
        read_array(part, (_SIZE, x.shape[1]), f"Your {name} records for a batch of {_SIZE}")
        for part, name in ((clean, "clean"), (noisy, "noisy"))
    )
    if np.size(sigma) == 1:
        raise NotYet(
            f"For a batch of {_SIZE} records you return one level. The network has to see all of them in every batch. "
            "How many levels does a batch need?",
            2,
        )
    sigma = np.reshape(sigma, -1) if np.shape(sigma) == (_SIZE, 1) else sigma
    sigma = read_array(sigma, (_SIZE,), f"Your levels for a batch of {_SIZE}")
    return clean, noisy, sigma[:, None]


def _require_pairs(batch, x):
    d = x.shape[1]
    clean, noisy, sigma = batch[:, :d], batch[:, d:-1], batch[:, -1]

    def from_x(rows):
        return np.isclose(rows[:, None], x).all(-1).any(-1)

    if sigma.min() <= 0:
        raise NotYet(
            f"One of your levels is {sigma.min():.3g}; a standard deviation is above 0. Which number is normally "
            "distributed here, σ or its logarithm?",
            1,
        )
    if from_x(clean).all():
        return
    wrong = int((~from_x(clean)).argmax())
    if from_x(noisy).all():
        words = "The second array holds the records of x. Which comes first?"
    elif from_x(noisy - sigma[:, None] * clean).all() or from_x(noisy - clean).all():
        words = "What you return is the noise. Is it asked for, or the clean record?"
    else:
        words = "What happens to the clean records on the way?"
    raise NotYet(f"Your first array should hold records of x; its row {wrong} is {show(clean[wrong])}. {words}", 1)


def _require_levels(sigma, of):
    if np.ptp(sigma, axis=1).max() == 0:
        raise NotYet(
            f"{of} all records of a batch have the same level. The network would see one level a step. How many "
            "draws of the level does a batch need?",
            2,
        )
    log = np.log(sigma)
    z = (log - _MEAN) / _SD
    if mean_possible(z) and variance_possible((z**2).sum(), z.size) and uniform_possible(special.ndtr(z)):
        if not uniform_possible(special.ndtr(np.sqrt(_SIZE) * z.mean(1))):
            raise NotYet(f"{of} the levels of one batch hang together. Is each drawn by itself?", 2)
        return
    words = "Is it a normal draw with mean −1 and standard deviation 1.2, put through exp?"
    if abs(log.std() - np.sqrt(_SD)) < 0.05:
        words = "That is the root of 1.2. Is 1.2 a variance or a standard deviation?"
    elif abs(log.std() - _SD**2) < 0.1:
        words = "That is 1.2². Is 1.2 a variance or a standard deviation?"
    elif abs(log.mean() / np.log(10) - _MEAN) < 0.1:
        words = "That is right for the logarithm to the base 10. Which one is ln?"
    raise NotYet(
        f"{of} ln σ has the mean {log.mean():.3f} and the standard deviation {log.std():.3f}; asked for are {_MEAN} "
        f"and {_SD}, and a normal shape. {words}",
        2,
    )


def _require_noise(z, sigma, of):
    calls, size, d = z.shape
    flat = z.reshape(calls, -1)
    if np.ptp(z * sigma[..., None], axis=1).max() < 1e-9 or np.ptp(z, axis=1).max() < 1e-9:
        raise NotYet(f"{of} all records of a batch get the same noise. How many draws of noise does a batch need?", 2)
    if np.ptp(z, axis=2).max() < 1e-9:
        raise NotYet(
            f"{of} all coordinates of a record are moved by the same amount, along one direction in space. How many "
            "numbers make the noise of one record?",
            2,
        )
    if not variance_possible((z**2).sum(), z.size):
        found = np.sqrt((z**2).mean())
        raw = z * sigma[..., None]
        powers = [
            (raw, "It does not grow with the level: its standard deviation is 1. Where does σ come in?"),
            (raw / sigma[..., None] ** 2, "It grows with σ². Is σ a standard deviation, or a variance?"),
            (raw / np.sqrt(sigma)[..., None], "It grows with the root of σ. Is σ a standard deviation?"),
            (raw / np.log(sigma)[..., None], "It grows with ln σ. Which of the two is the level?"),
        ]
        words = next((w for noise, w in powers if variance_possible((noise**2).sum(), noise.size)), None)
        raise NotYet(
            f"{of} the noise, noisy minus clean, is {found:.3g} times its level. "
            + (words or "Is the noise added to the same records that you return as clean, at the same level?"),
            2,
        )
    if not (mean_possible(z) and uniform_possible(special.ndtr(np.sqrt(size * d) * flat.mean(1)))):
        raise NotYet(
            f"{of} the noise has a mean of {z.mean():.3g} of its level, and its mean over one batch varies by "
            f"{np.sqrt(size * d) * flat.mean(1).std():.3g} times what independent noise around 0 would give. Is it "
            "made to fit, or shared?",
            2,
        )
    if not uniform_possible(special.ndtr(z)):
        beyond = np.count_nonzero(np.abs(z) > 2) / z.size
        raise NotYet(
            f"{of} the noise has the right size and not the right shape: {beyond:.1%} of it lies beyond two of its "
            "levels; of normal noise 4.6% does. Which distribution do you draw from?",
            1,
        )


# 08.3 -----------------------------------------------------------------------------------------------------------------

_N, _D = 4000, 2  # 8,000 numbers at the start: enough to tell a normal from a uniform law of equal variance


class _Probe:
    """A denoiser with a memory: which records it was given, at which level."""

    def __init__(self):
        self.seen, self.levels = [], []

    def __call__(self, x, sigma):
        self.seen.append(np.array(x, dtype=float))
        self.levels.append(np.array(sigma, dtype=float))
        return self.guess(np.asarray(x), sigma)

    @staticmethod
    def guess(x, sigma):
        return np.tanh(x + 0.3) + x / (1 + np.asarray(sigma) ** 2) / 3


def check_walk(walk: Function, *, rng):
    """Watch what the denoiser is asked, test the start by its law, and repeat the steps from there exactly."""
    starts = []
    for steps in (5, 3, 8):
        sigmas = np.append(np.cumsum(rng.uniform(0.5, 1.5, steps))[::-1] * rng.uniform(2, 4), 0.0)
        start, found, levels = _walk(walk, sigmas, rng)
        starts.append(start)
        _require_start(start, sigmas)
        _require_levels_in_order(levels, sigmas)
        _require_steps(found, start, sigmas)
    require_rng(lambda generator: _walk(walk, sigmas, generator)[1], rng=rng, hint=1)
    return (
        "Three walks start from normal noise of the first level, ask for a new guess at every level on the way down, "
        "and end at σ = 0. The same lines serve the exact guess and every network."
    )


def _walk(walk, sigmas, rng):
    probe = _Probe()
    value = walk(probe, _N, _D, sigmas, rng=rng)
    found = read_array(value, (_N, _D), f"Your records for n = {_N}, d = {_D}")
    if not probe.seen:
        raise NotYet("`denoise` was never called. Where does the walk find out where to go?", 1)
    if probe.seen[0].shape != (_N, _D):
        raise NotYet(
            f"`denoise` was called with an array of shape {probe.seen[0].shape}; it takes all {_N} records at once, "
            f"({_N}, {_D}).",
            1,
        )
    return probe.seen[0], found, probe.levels


def _require_start(start, sigmas):
    if np.ptp(start, axis=0).max() == 0:
        raise NotYet(
            f"All {_N} records start from the same point: one noise vector for a whole batch. They will all become the "
            "same record. How many numbers of noise does the start need?",
            1,
        )
    if np.ptp(start, axis=1).max() == 0:
        raise NotYet("Both coordinates of each record start from the same number. How many numbers make a point?", 1)
    z = start / sigmas[0]
    of = f"For sigmas = {show(sigmas)} your records start with the standard deviation {start.std():.4g}"
    if not variance_possible((z**2).sum(), z.size):
        words = "What is the first level, and is it a standard deviation or a variance?"
        if variance_possible((start**2).sum(), z.size):
            words = "That is 1. Where does the first level come in?"
        elif variance_possible(((start / sigmas[0] ** 2) ** 2).sum(), z.size):
            words = "That is the square of the first level. Is it a standard deviation or a variance?"
        elif variance_possible(((start / sigmas[-2]) ** 2).sum(), z.size):
            words = "That is the last level above 0. At which end does the walk begin?"
        raise NotYet(f"{of}. {words}", 1)
    if not (mean_possible(z) and uniform_possible(special.ndtr(z))):
        raise NotYet(f"{of}, which is right, but not with the shape of normal noise around 0. What do you draw?", 1)


def _require_levels_in_order(levels, sigmas):
    steps = len(sigmas) - 1
    if any(np.ptp(level) != 0 for level in levels):
        raise NotYet("In one call of `denoise` the records have different levels. On a walk all have the same.", 2)
    asked = np.array([level.flat[0] for level in levels])
    if asked.shape == (steps,) and np.allclose(asked, sigmas[:-1]):
        return
    of = f"For sigmas = {show(sigmas)} `denoise` is asked at the levels {show(asked)}"
    if (asked <= 0).any():
        words = (
            "Without noise there is nothing to guess, and the slope divides by 0. At which end of a step is it asked?"
        )
    elif asked.size == 1:
        words = "One guess from pure noise is a compromise between all records. How often does a walk ask again?"
    elif np.ptp(asked) == 0:
        words = "The level falls along the walk, and the guess depends on it. Which level do you hand over?"
    elif asked[0] < asked[-1]:
        words = "They rise. In which direction does a walk from noise to records go?"
    elif asked.size == 2 * steps - 1:
        words = (
            "That is Heun's method, which asks twice a step. Here Euler's is asked for: the slope at its start alone."
        )
    elif asked.size == steps and np.allclose(asked, sigmas[:-1] ** 2):
        words = "Those are the squares. Does `denoise` take a standard deviation or a variance?"
    else:
        words = "It is needed once for each step, at the level where the step begins. Which are missing, or too many?"
    raise NotYet(f"{of}. {words}", 2)


def _require_steps(found, start, sigmas):
    def run(step, last=True):
        x = start
        for sigma, lower in pairwise(sigmas):
            if lower > 0 or last:
                x = step(x, sigma, lower, _Probe.guess(x, sigma))
        return x

    right = run(lambda x, s, t, guess: x + (t - s) * (x - guess) / s)
    if _close(found, right):
        return
    once = [start + (sigmas[i + 1] - s) * (start - _Probe.guess(start, s)) / s for i, s in enumerate(sigmas[:-1])]
    thoughts = [
        (
            run(lambda x, s, t, guess: x + (t - s) * (x - guess) / s, last=False),
            "That is where the walk stands before its last step. To which level does the last step go?",
        ),
        (
            run(lambda x, s, t, guess: x - (t - s) * (x - guess) / s),
            "Your steps go the other way, towards more noise. Which sign has a step from σ to a lower level?",
        ),
        (
            run(lambda x, s, t, guess: x + (t - s) * (x - guess)),
            "So far it goes if the slope is x − D. By what is it divided?",
        ),
        (
            run(lambda x, s, t, guess: x + (t - s) * (x - guess) / s**2),
            "So far it goes if the slope is (x − D)/σ², the score with its sign turned. Which power of σ divides it?",
        ),
        (
            run(lambda x, s, t, guess: x + (t - s) * (x - guess) / t if t > 0 else guess),
            "So far it goes if the slope is divided by the lower level. At which level was the guess made?",
        ),
        (
            run(lambda x, s, t, guess: x + (t**2 - s**2) * (x - guess) / s**2),
            "So far it goes if the steps are measured in σ². In which unit is the slope?",
        ),
        (
            run(lambda x, s, t, guess: guess),
            "That takes each guess for the next record. How much of the way to it is a step?",
        ),
        (_Probe.guess(start, sigmas[0]), "That is the first guess. What becomes of it on the way?"),
        (start, "That is the noise from which you started. Where is the result of a step kept?"),
        *((each, "Each step starts from the first noise again. From where does the next step go on?") for each in once),
    ]
    otherwise = (
        "Is anything drawn anew on the way, or does a step use another state than the one that `denoise` was given?"
    )
    raise NotYet(
        f"For sigmas = {show(sigmas)} the noise {show(start[0])} ends at {show(found[0])}; with these guesses Euler's "
        f"steps lead it to {show(right[0])}. {_recognise(found, thoughts, otherwise)}",
        2,
    )


# 08.4 -----------------------------------------------------------------------------------------------------------------


def check_guided(guided: Function, *, rng):
    """Compare with the definition, up to rounding, for several strengths and labels, the label 0 among them."""
    offset = rng.uniform(1, 2, 4)
    for label, g in ((1, 0.4), (2, 2.5), (0, 3.0), (1, 1.0), (3, 0.0)):
        x, sigma, asked = rng.standard_normal((6, 2)), rng.uniform(0.5, 2), []

        def denoise(x, sigma, label=None, asked=asked):
            asked.append((np.array(x, dtype=float), float(np.ravel(sigma)[0]), label))
            push = 0.0 if label is None else offset[label] / (1 + sigma)
            return np.tanh(x) / (1 + sigma) + push

        value = guided(denoise, x, sigma, label, g)
        found = read_array(value, x.shape, f"Your guided guess for g = {g}")
        _require_questions(asked, x, sigma, label, g)
        _require_guided(found, denoise(x, sigma, label), denoise(x, sigma), x, g)
    return (
        "Your guess is right for five strengths: at 0 the label is ignored, at 1 it is followed, beyond it is "
        "exaggerated. Nothing in these lines knows where the data end."
    )


def _require_questions(asked, x, sigma, label, g):
    for given, level, _ in asked:
        if given.shape != x.shape or not np.allclose(given, x):
            raise NotYet("`denoise` was asked about other records than x. Both guesses are about the same ones.", 1)
        if not np.isclose(level, sigma):
            raise NotYet(
                f"`denoise` was asked at the level {level:.4g}; σ is {sigma:.4g}. Which level is handed over?", 1
            )
    labels = [each for *_, each in asked]
    if g not in (0, 1) and (None not in labels or label not in labels):
        raise NotYet(
            f"For the label {label} and g = {g} `denoise` was asked with {labels}. Guidance compares two guesses: with "
            "the label, and with None in its place. Is a label of 0 taken for no label?",
            1,
        )


def _require_guided(found, labelled, free, x, g):
    right = free + g * (labelled - free)
    if _close(found, right):
        return
    thoughts = [
        (
            labelled + g * (labelled - free),
            "That counts from the labelled guess: right for the w of some papers, w = g − 1.",
        ),
        (
            labelled + g * (free - labelled),
            "That is the guess without the label at g = 1. Which of the two is subtracted?",
        ),
        (free - g * (labelled - free), "That goes away from the label. Which of the two guesses is subtracted?"),
        (g * (labelled - free), "That is the difference alone. From where is it taken?"),
        (g * labelled, "That multiplies the guess itself, and with it the picture. What is to be exaggerated?"),
        (free + g * labelled, "That adds the labelled guess to the other. What is to be exaggerated?"),
        (free + min(g, 1.0) * (labelled - free), "That stops at g = 1. What is g > 1 for?"),
        (labelled, "That is the labelled guess, whatever g is. Where does g come in?"),
        (free, "That is the guess without a label, whatever g is. Where does the label come in?"),
        (x + g * (labelled - free), "That starts from the noisy record. From which guess does the formula start?"),
    ]
    raise NotYet(
        f"With g = {g} and the guesses {show(labelled[0])} with the label and {show(free[0])} without it, yours is "
        f"{show(found[0])}; {show(right[0])} is asked for. "
        + _recognise(found, thoughts, "How far, and in which direction, does it go from the guess without a label?"),
        2,
    )


CHECKS = {
    "08.1": check_best_guess,
    "08.2": check_noisy_batch,
    "08.3": check_walk,
    "08.4": check_guided,
}
