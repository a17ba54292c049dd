"""Right and wrong answers to the tasks of lesson 08; each wrong one is one thought away from a right one."""

from itertools import pairwise

import numpy as np
from scipy import special

from course_lib.data.toys import Modes
from course_lib.generators.diffusion import heun

# 08.1 best_guess(x, sigma, means, scale, weights) ---------------------------------------------------------------------


def shares(x, means, variance, weights):
    squared = ((x[:, None] - means) ** 2).sum(axis=2)
    return special.softmax(np.log(weights) - squared / (2 * variance), axis=1)


def best_guess(x, sigma, means, scale, weights):
    total = scale**2 + sigma**2
    return (scale**2 * x + sigma**2 * shares(x, means, total, weights) @ means) / total


def guess_by_score(x, sigma, means, scale, weights):
    return x + sigma**2 * Modes(means, scale, weights).noised(sigma).score(x)


def guess_by_loops(x, sigma, means, scale, weights):
    total, guesses = scale**2 + sigma**2, []
    for each in x:
        exponents = np.array([-np.sum((each - m) ** 2) / (2 * total) for m in means])
        p = weights * np.exp(exponents - exponents.max())
        guesses.append(sum(q * (m + scale**2 / total * (each - m)) for q, m in zip(p / p.sum(), means, strict=True)))
    return guesses


def guess_by_torch(x, sigma, means, scale, weights):
    import torch

    x, means, weights = (torch.from_numpy(part) for part in (x, means, weights))
    total = scale**2 + sigma**2
    p = torch.softmax(weights.log() - torch.cdist(x, means).square() / (2 * total), dim=1)
    return x - sigma**2 / total * (x - p @ means)


def guess_points(x, sigma, means, scale, weights):
    return shares(x, means, scale**2 + sigma**2, weights) @ means


def guess_clean_shares(x, sigma, means, scale, weights):
    total = scale**2 + sigma**2
    return (scale**2 * x + sigma**2 * shares(x, means, scale**2, weights) @ means) / total


def guess_noise_alone(x, sigma, means, scale, weights):
    total = scale**2 + sigma**2
    return (scale**2 * x + sigma**2 * shares(x, means, sigma**2, weights) @ means) / total


def guess_clean_score(x, sigma, means, scale, weights):
    return x + sigma**2 * Modes(means, scale, weights).score(x)


def guess_added_deviations(x, sigma, means, scale, weights):
    p = shares(x, means, (scale + sigma) ** 2, weights)
    return (scale**2 * x + sigma**2 * p @ means) / (scale**2 + sigma**2)


def guess_no_squares(x, sigma, means, scale, weights):
    return (scale * x + sigma * shares(x, means, scale + sigma, weights) @ means) / (scale + sigma)


def guess_equal_weights(x, sigma, means, scale, weights):
    return best_guess(x, sigma, means, scale, np.ones_like(weights))


def guess_without_the_two(x, sigma, means, scale, weights):
    total = scale**2 + sigma**2
    return (scale**2 * x + sigma**2 * shares(x, means, total / 2, weights) @ means) / total


def guess_swapped(x, sigma, means, scale, weights):
    total = scale**2 + sigma**2
    return (sigma**2 * x + scale**2 * shares(x, means, total, weights) @ means) / total


def guess_nearest(x, sigma, means, scale, weights):
    p = np.eye(len(means))[shares(x, means, scale**2 + sigma**2, weights).argmax(axis=1)]
    return (scale**2 * x + sigma**2 * p @ means) / (scale**2 + sigma**2)


def guess_wrong_sign(x, sigma, means, scale, weights):
    return x - sigma**2 * Modes(means, scale, weights).noised(sigma).score(x)


def guess_sigma_not_squared(x, sigma, means, scale, weights):
    return x + sigma * Modes(means, scale, weights).noised(sigma).score(x)


def guess_score(x, sigma, means, scale, weights):
    return Modes(means, scale, weights).noised(sigma).score(x)


def guess_noise(x, sigma, means, scale, weights):
    return x - best_guess(x, sigma, means, scale, weights)


def guess_predicted_noise(x, sigma, means, scale, weights):
    return (x - best_guess(x, sigma, means, scale, weights)) / sigma


def guess_identity(x, sigma, means, scale, weights):
    return x.copy()


def guess_one_for_all(x, sigma, means, scale, weights):
    return np.broadcast_to(best_guess(x, sigma, means, scale, weights).mean(axis=0), x.shape)


def guess_underflow(x, sigma, means, scale, weights):
    total = scale**2 + sigma**2
    p = weights * np.exp(-((x[:, None] - means) ** 2).sum(axis=2) / (2 * total))
    with np.errstate(invalid="ignore"):
        p = p / p.sum(axis=1, keepdims=True)
    return (scale**2 * x + sigma**2 * p @ means) / total


def guess_in_place(x, sigma, means, scale, weights):
    x[:] = best_guess(x, sigma, means, scale, weights)
    return x


def guess_shares(x, sigma, means, scale, weights):
    return shares(x, means, scale**2 + sigma**2, weights)[:, :0]


# 08.2 noisy_batch(x, size, rng) ---------------------------------------------------------------------------------------


def noisy_batch(x, size, rng):
    clean = x[rng.integers(len(x), size=size)]
    sigma = np.exp(rng.normal(-1, 1.2, size))
    return clean, clean + sigma[:, None] * rng.standard_normal(clean.shape), sigma


def batch_with_choice(x, size, rng):
    clean = rng.choice(x, size)
    sigma = rng.lognormal(-1, 1.2, (size, 1))
    return clean, rng.normal(clean, sigma), sigma


def batch_one_by_one(x, size, rng):
    clean, noisy, sigma = [], [], []
    for _ in range(size):
        clean.append(x[rng.choice(len(x))])
        sigma.append(np.exp(-1 + 1.2 * rng.standard_normal()))
        noisy.append(clean[-1] + rng.normal(0, sigma[-1], x.shape[1]))
    return np.array(clean), np.array(noisy), np.array(sigma)


def made(x, size, rng, *, sigma=None, noise=None, scale=lambda s: s):
    """Return a batch with another way of drawing the levels, the noise, or of scaling it."""
    clean = x[rng.integers(len(x), size=size)]
    sigma = np.exp(rng.normal(-1, 1.2, size)) if sigma is None else sigma(rng, size)
    noise = rng.standard_normal(clean.shape) if noise is None else noise(rng, clean.shape)
    return clean, clean + scale(np.reshape(sigma, (-1, 1))) * noise, sigma


def batch_one_level(x, size, rng):
    return made(x, size, rng, sigma=lambda rng, n: np.full(n, np.exp(rng.normal(-1, 1.2))))


def batch_one_level_number(x, size, rng):
    return made(x, size, rng, sigma=lambda rng, n: np.exp(rng.normal(-1, 1.2)))


def batch_one_noise_vector(x, size, rng):
    return made(x, size, rng, noise=lambda rng, shape: rng.standard_normal((1, shape[1])))


def batch_one_number_a_record(x, size, rng):
    return made(x, size, rng, noise=lambda rng, shape: rng.standard_normal((shape[0], 1)))


def batch_uniform(x, size, rng):
    return made(x, size, rng, noise=lambda rng, shape: rng.uniform(-np.sqrt(3), np.sqrt(3), shape))


def batch_uniform_narrow(x, size, rng):
    return made(x, size, rng, noise=lambda rng, shape: rng.uniform(-1, 1, shape))


def batch_signs(x, size, rng):
    return made(x, size, rng, noise=lambda rng, shape: rng.choice([-1.0, 1.0], shape))


def batch_upwards(x, size, rng):
    return made(x, size, rng, noise=lambda rng, shape: np.abs(rng.standard_normal(shape)))


def batch_variance(x, size, rng):
    return made(x, size, rng, scale=lambda s: s**2)


def batch_root(x, size, rng):
    return made(x, size, rng, scale=np.sqrt)


def batch_without_level(x, size, rng):
    return made(x, size, rng, scale=np.ones_like)


def batch_level_is_a_logarithm(x, size, rng):
    return made(x, size, rng, sigma=lambda rng, n: rng.normal(-1, 1.2, n), scale=np.exp)


def batch_level_variance(x, size, rng):
    return made(x, size, rng, sigma=lambda rng, n: np.exp(rng.normal(-1, np.sqrt(1.2), n)))


def batch_level_squared(x, size, rng):
    return made(x, size, rng, sigma=lambda rng, n: np.exp(rng.normal(-1, 1.2**2, n)))


def batch_base_ten(x, size, rng):
    return made(x, size, rng, sigma=lambda rng, n: 10 ** rng.normal(-1, 1.2, n))


def batch_uniform_levels(x, size, rng):
    return made(x, size, rng, sigma=lambda rng, n: rng.uniform(0.01, 3, n))


def batch_returns_noise(x, size, rng):
    clean, noisy, sigma = noisy_batch(x, size, rng)
    return (noisy - clean) / sigma[:, None], noisy, sigma


def batch_returns_scaled_noise(x, size, rng):
    clean, noisy, sigma = noisy_batch(x, size, rng)
    return noisy - clean, noisy, sigma


def batch_swapped(x, size, rng):
    clean, noisy, sigma = noisy_batch(x, size, rng)
    return noisy, clean, sigma


def batch_other_records(x, size, rng):
    clean, noisy, sigma = noisy_batch(x, size, rng)
    return rng.permutation(clean), noisy, sigma


def batch_other_levels(x, size, rng):
    clean, noisy, sigma = noisy_batch(x, size, rng)
    return clean, noisy, rng.permutation(sigma)


def batch_first_records(x, size, rng):
    clean = np.resize(x[:-1], (size, x.shape[1]))
    sigma = np.exp(rng.normal(-1, 1.2, size))
    return clean, clean + sigma[:, None] * rng.standard_normal(clean.shape), sigma


def batch_own_generator(x, size, rng):
    return noisy_batch(x, size, np.random.default_rng(0))


def batch_global_state(x, size, rng):
    return made(x, size, rng, noise=lambda rng, shape: np.random.standard_normal(shape))  # noqa: NPY002


def batch_of_two(x, size, rng):
    return noisy_batch(x, size, rng)[:2]


# 08.3 walk(denoise, n, d, sigmas, rng) --------------------------------------------------------------------------------


def walk(denoise, n, d, sigmas, rng):
    x = sigmas[0] * rng.standard_normal((n, d))
    for sigma, lower in pairwise(sigmas):
        x = x + (lower - sigma) * (x - denoise(x, sigma)) / sigma
    return x


def walk_by_shares(denoise, n, d, sigmas, rng):
    x = rng.normal(0, sigmas[0], (n, d))
    for i in range(len(sigmas) - 1):
        kept = sigmas[i + 1] / sigmas[i]
        x = kept * x + (1 - kept) * denoise(x, sigmas[i])
    return x


def walk_in_place(denoise, n, d, sigmas, rng):
    x = rng.standard_normal((n, d)) * sigmas[0]
    for sigma, step in zip(sigmas, np.diff(sigmas), strict=False):
        x += step * (x - denoise(x, np.full((n, 1), sigma))) / sigma
    return x


def walk_by_noise(denoise, n, d, sigmas, rng):
    x = rng.standard_normal((n, d)) * sigmas[0]
    for sigma, lower in pairwise(sigmas.tolist()):
        clean = denoise(x, sigma)
        predicted = (x - clean) / sigma
        x = clean + lower * predicted
    return x


def stepping(denoise, x, sigmas, step):
    for sigma, lower in pairwise(sigmas):
        x = step(x, sigma, lower, denoise(x, sigma))
    return x


def start(n, d, sigmas, rng):
    return sigmas[0] * rng.standard_normal((n, d))


def walk_upwards(denoise, n, d, sigmas, rng):
    return walk(denoise, n, d, np.append(sigmas[-2::-1], 0.0), rng)


def walk_upwards_from_the_top(denoise, n, d, sigmas, rng):
    x = start(n, d, sigmas, rng)
    for sigma, lower in list(pairwise(sigmas))[::-1]:
        x = x + (lower - sigma) * (x - denoise(x, sigma)) / sigma
    return x


def walk_one_vector(denoise, n, d, sigmas, rng):
    x = np.tile(sigmas[0] * rng.standard_normal(d), (n, 1))
    return stepping(denoise, x, sigmas, lambda x, s, t, guess: x + (t - s) * (x - guess) / s)


def walk_one_number(denoise, n, d, sigmas, rng):
    x = np.tile(sigmas[0] * rng.standard_normal((n, 1)), (1, d))
    return stepping(denoise, x, sigmas, lambda x, s, t, guess: x + (t - s) * (x - guess) / s)


def walk_uniform(denoise, n, d, sigmas, rng):
    x = sigmas[0] * rng.uniform(-np.sqrt(3), np.sqrt(3), (n, d))
    return stepping(denoise, x, sigmas, lambda x, s, t, guess: x + (t - s) * (x - guess) / s)


def walk_signs(denoise, n, d, sigmas, rng):
    x = sigmas[0] * rng.choice([-1.0, 1.0], (n, d))
    return stepping(denoise, x, sigmas, lambda x, s, t, guess: x + (t - s) * (x - guess) / s)


def walk_unit_start(denoise, n, d, sigmas, rng):
    x = rng.standard_normal((n, d))
    return stepping(denoise, x, sigmas, lambda x, s, t, guess: x + (t - s) * (x - guess) / s)


def walk_variance_start(denoise, n, d, sigmas, rng):
    x = sigmas[0] ** 2 * rng.standard_normal((n, d))
    return stepping(denoise, x, sigmas, lambda x, s, t, guess: x + (t - s) * (x - guess) / s)


def walk_wrong_sign(denoise, n, d, sigmas, rng):
    x = start(n, d, sigmas, rng)
    return stepping(denoise, x, sigmas, lambda x, s, t, guess: x + (t - s) * (guess - x) / s)


def walk_no_division(denoise, n, d, sigmas, rng):
    x = start(n, d, sigmas, rng)
    return stepping(denoise, x, sigmas, lambda x, s, t, guess: x + (t - s) * (x - guess))


def walk_by_score(denoise, n, d, sigmas, rng):
    x = start(n, d, sigmas, rng)
    return stepping(denoise, x, sigmas, lambda x, s, t, guess: x + (t - s) * (x - guess) / s**2)


def walk_in_variance(denoise, n, d, sigmas, rng):
    x = start(n, d, sigmas, rng)
    return stepping(denoise, x, sigmas, lambda x, s, t, guess: x + (t**2 - s**2) * (x - guess) / s**2)


def walk_by_jumps(denoise, n, d, sigmas, rng):
    return stepping(denoise, start(n, d, sigmas, rng), sigmas, lambda x, s, t, guess: guess)


def walk_forgetful(denoise, n, d, sigmas, rng):
    first = start(n, d, sigmas, rng)
    for sigma, lower in pairwise(sigmas):
        x = first + (lower - sigma) * (first - denoise(first, sigma)) / sigma
    return x


def walk_one_jump(denoise, n, d, sigmas, rng):
    return denoise(start(n, d, sigmas, rng), sigmas[0])


def walk_guesses_once(denoise, n, d, sigmas, rng):
    x = start(n, d, sigmas, rng)
    guess = denoise(x, sigmas[0])
    for sigma, lower in pairwise(sigmas):
        x = x + (lower - sigma) * (x - guess) / sigma
    return x


def walk_blind(denoise, n, d, sigmas, rng):
    x = start(n, d, sigmas, rng)
    for sigma, lower in pairwise(sigmas):
        x = x + (lower - sigma) * (x - denoise(x, sigmas[0])) / sigma
    return x


def walk_lower_level(denoise, n, d, sigmas, rng):
    x = start(n, d, sigmas, rng)
    for sigma, lower in pairwise(sigmas):
        x = x + (lower - sigma) * (x - denoise(x, lower)) / sigma
    return x


def walk_gives_variance(denoise, n, d, sigmas, rng):
    return walk(lambda x, sigma: denoise(x, sigma**2), n, d, sigmas, rng)


def walk_stops_early(denoise, n, d, sigmas, rng):
    return walk(denoise, n, d, sigmas[:-1], rng)


def walk_keeps_last(denoise, n, d, sigmas, rng):
    x = start(n, d, sigmas, rng)
    for sigma, lower in pairwise(sigmas):
        step = (lower - sigma) * (x - denoise(x, sigma)) / sigma
        if lower > 0:
            x = x + step
    return x


def walk_heun(denoise, n, d, sigmas, rng):
    *_, x = heun(denoise, start(n, d, sigmas, rng), sigmas)
    return x


def walk_renoised(denoise, n, d, sigmas, rng):
    x = start(n, d, sigmas, rng)
    for sigma, lower in pairwise(sigmas):
        x = denoise(x, sigma) + lower * rng.standard_normal((n, d))
    return x


def walk_seeded(denoise, n, d, sigmas, rng):
    return walk(denoise, n, d, sigmas, np.random.default_rng(0))


def walk_never_asks(denoise, n, d, sigmas, rng):
    return start(n, d, sigmas, rng)


# 08.4 guided(denoise, x, sigma, label, g) -----------------------------------------------------------------------------


def guided(denoise, x, sigma, label, g):
    free = denoise(x, sigma, None)
    return free + g * (denoise(x, sigma, label) - free)


def guided_as_a_mean(denoise, x, sigma, label, g):
    return g * denoise(x, sigma, label) + (1 - g) * denoise(x, sigma)


def guided_from_the_label(denoise, x, sigma, label, g):
    labelled, free = denoise(x, sigma, label=label), denoise(x, sigma, label=None)
    return labelled + (g - 1) * (labelled - free)


def guided_as_w(denoise, x, sigma, label, g):
    labelled, free = denoise(x, sigma, label), denoise(x, sigma, None)
    return labelled + g * (labelled - free)


def guided_swapped(denoise, x, sigma, label, g):
    labelled, free = denoise(x, sigma, label), denoise(x, sigma, None)
    return labelled + g * (free - labelled)


def guided_away(denoise, x, sigma, label, g):
    labelled, free = denoise(x, sigma, label), denoise(x, sigma, None)
    return free + g * (free - labelled)


def guided_difference(denoise, x, sigma, label, g):
    return g * (denoise(x, sigma, label) - denoise(x, sigma, None))


def guided_scaled(denoise, x, sigma, label, g):
    denoise(x, sigma, None)
    return g * denoise(x, sigma, label)


def guided_sum(denoise, x, sigma, label, g):
    return denoise(x, sigma, None) + g * denoise(x, sigma, label)


def guided_clipped(denoise, x, sigma, label, g):
    return guided(denoise, x, sigma, label, min(g, 1.0))


def guided_without_g(denoise, x, sigma, label, g):
    denoise(x, sigma, None)
    return denoise(x, sigma, label)


def guided_label_alone(denoise, x, sigma, label, g):
    return denoise(x, sigma, label)


def guided_from_x(denoise, x, sigma, label, g):
    return x + g * (denoise(x, sigma, label) - denoise(x, sigma, None))


def guided_falsy(denoise, x, sigma, label, g):
    return guided(denoise, x, sigma, label or None, g)


def guided_variance(denoise, x, sigma, label, g):
    return guided(denoise, x, sigma**2, label, g)


def guided_twice(denoise, x, sigma, label, g):
    free = denoise(x, sigma, None)
    return free + g * (denoise(free, sigma, label) - free)


def guided_row(denoise, x, sigma, label, g):
    return guided(denoise, x, sigma, label, g)[0]


RIGHT = {
    "08.1": [(best_guess,), (guess_by_score,), (guess_by_loops,), (guess_by_torch,)],
    "08.2": [(noisy_batch,), (batch_with_choice,), (batch_one_by_one,)],
    "08.3": [(walk,), (walk_by_shares,), (walk_in_place,), (walk_by_noise,)],
    "08.4": [(guided,), (guided_as_a_mean,), (guided_from_the_label,)],
}

WRONG = {
    "08.1": [
        ((guess_points,), "Where does s come in?"),
        ((guess_clean_shares,), "How wide is a mode with the noise on it?"),
        ((guess_noise_alone,), "make one variance?"),
        ((guess_clean_score,), "Of which density is the score meant?"),
        ((guess_added_deviations,), "Do standard deviations add"),
        ((guess_no_squares,), "a variance or its root?"),
        ((guess_equal_weights,), "Where do the weights come in?"),
        ((guess_without_the_two,), "Is it there?"),
        ((guess_swapped,), "have changed places"),
        ((guess_nearest,), "the most probable mode"),
        ((guess_wrong_sign,), "Which way does the score point?"),
        ((guess_sigma_not_squared,), "Which power of σ belongs there?"),
        ((guess_score,), "That is the score."),
        ((guess_noise,), "Is the noise asked for"),
        ((guess_predicted_noise,), "the predicted noise"),
        ((guess_identity,), "the noisy record itself"),
        ((guess_one_for_all,), "Over which axis do you average?"),
        ((guess_underflow,), "subtracted from all exponents"),
        ((guess_in_place,), "changed the array that it was given"),
        ((guess_shares,), "was returned where"),
    ],
    "08.2": [
        ((batch_one_level,), "see one level a step"),
        ((batch_one_level_number,), "you return one level"),
        ((batch_one_noise_vector,), "get the same noise"),
        ((batch_one_number_a_record,), "along one direction"),
        ((batch_uniform,), "not the right shape"),
        ((batch_uniform_narrow,), "times its level"),
        ((batch_signs,), "not the right shape"),
        ((batch_upwards,), "made to fit"),
        ((batch_variance,), "It grows with σ²"),
        ((batch_root,), "root of σ"),
        ((batch_without_level,), "It does not grow with the level"),
        ((batch_level_is_a_logarithm,), "σ or its logarithm?"),
        ((batch_level_variance,), "the root of 1.2"),
        ((batch_level_squared,), "That is 1.2²"),
        ((batch_base_ten,), "base 10"),
        ((batch_uniform_levels,), "put through exp?"),
        ((batch_returns_noise,), "What you return is the noise"),
        ((batch_returns_scaled_noise,), "What you return is the noise"),
        ((batch_swapped,), "Which comes first?"),
        ((batch_other_records,), "the same records that you return"),
        ((batch_other_levels,), "at the same level?"),
        ((batch_first_records,), "How do you pick?"),
        ((batch_own_generator,), "made or seeded anew inside"),
        ((batch_global_state,), "draws from elsewhere than `rng`"),
        ((batch_of_two,), "Three arrays are asked for"),
    ],
    "08.3": [
        ((walk_upwards,), "At which end does the walk begin?"),
        ((walk_upwards_from_the_top,), "They rise."),
        ((walk_one_vector,), "one noise vector for a whole batch"),
        ((walk_one_number,), "How many numbers make a point?"),
        ((walk_uniform,), "the shape of normal noise"),
        ((walk_signs,), "the shape of normal noise"),
        ((walk_unit_start,), "Where does the first level come in?"),
        ((walk_variance_start,), "square of the first level"),
        ((walk_wrong_sign,), "Your steps go the other way"),
        ((walk_no_division,), "By what is it divided?"),
        ((walk_by_score,), "Which power of σ divides it?"),
        ((walk_in_variance,), "measured in σ²"),
        ((walk_by_jumps,), "How much of the way to it is a step?"),
        ((walk_forgetful,), "From where does the next step go on?"),
        ((walk_one_jump,), "How often does a walk ask again?"),
        ((walk_guesses_once,), "How often does a walk ask again?"),
        ((walk_blind,), "Which level do you hand over?"),
        ((walk_lower_level,), "the slope divides by 0"),
        ((walk_gives_variance,), "Those are the squares"),
        ((walk_stops_early,), "Which are missing"),
        ((walk_keeps_last,), "To which level does the last step go?"),
        ((walk_heun,), "That is Heun's method"),
        ((walk_renoised,), "drawn anew on the way"),
        ((walk_seeded,), "made or seeded anew inside"),
        ((walk_never_asks,), "never called"),
    ],
    "08.4": [
        ((guided_as_w,), "w = g − 1"),
        ((guided_swapped,), "Which of the two is subtracted?"),
        ((guided_away,), "goes away from the label"),
        ((guided_difference,), "the difference alone"),
        ((guided_scaled,), "multiplies the guess itself"),
        ((guided_sum,), "adds the labelled guess"),
        ((guided_clipped,), "stops at g = 1"),
        ((guided_without_g,), "Where does g come in?"),
        ((guided_label_alone,), "compares two guesses"),
        ((guided_from_x,), "starts from the noisy record"),
        ((guided_falsy,), "taken for no label"),
        ((guided_variance,), "Which level is handed over?"),
        ((guided_twice,), "other records than x"),
        ((guided_row,), "was returned where"),
    ],
}
