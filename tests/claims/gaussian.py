"""Claims 1 to 6, 9 and 21: the Gaussian that is refitted to its own samples. The truth is N(0, 1)."""

import functools
import math

import numpy as np
from scipy.stats import norm

from claims.registry import DERIVED, claim, mean_and_error, median_and_error
from course_lib import Gaussian, Replace, self_consume, theory

SHUMAILOV = "Shumailov et al. 2024, Nature 631:755"


def refit(rng, runs, *, m, t, d=1, keep=(), **gaussian):
    """Run the loop until the last model is after t estimations.

    The real records are themselves a sample of the truth, so `models[0]` is after one estimation and `models[t - 1]`
    after t.
    """
    real = rng.standard_normal((runs, m, d))
    return self_consume(Gaussian(**gaussian), real, policy=Replace(), generations=t - 1, rng=rng, keep=keep)


def position_and_spread(rng, runs, *, m, t, ddof=1):
    """Return μ_t and s_t after t estimations, each of shape (runs,)."""
    model = refit(rng, runs, m=m, t=t, ddof=ddof).models[-1]
    return model.mean_[:, 0], np.sqrt(model.cov_[:, 0, 0])


def moment(m, t, i, p, ddof):
    """Return E μ_t^{2i} s_t^p exactly, for i = 0, 1, 2, by induction over estimations.

    Given the past, μ_t = μ_{t−1} + s_{t−1} z/√m and s_t = s_{t−1} f with z and f independent.
    """
    factor = (2 / (m - ddof)) ** (p / 2) * math.exp(math.lgamma((m - 1 + p) / 2) - math.lgamma((m - 1) / 2))
    if t == 0:
        return float(i == 0)
    before = functools.partial(_moment, m, t - 1, ddof=ddof)
    if i == 0:
        return factor * before(0, p)
    if i == 1:
        return factor * (before(1, p) + before(0, p + 2) / m)
    return factor * (before(2, p) + 6 * before(1, p + 2) / m + 3 * before(0, p + 4) / m**2)


_moment = functools.cache(moment)


def mean_and_variance(polynomial, m, t, ddof=1):
    """Return the exact mean and variance of Σ c μ_t^{2i} s_t^p, given as {(i, p): c} with i ≤ 1.

    A few rare runs carry these moments, so the variance of the replicates is itself too small in most experiments.
    """
    mean = sum(c * _moment(m, t, *powers, ddof) for powers, c in polynomial.items())
    square = sum(
        c * c2 * _moment(m, t, i + i2, p + p2, ddof)
        for (i, p), c in polynomial.items()
        for (i2, p2), c2 in polynomial.items()
    )
    return mean, square - mean**2


def exact_error(polynomial, runs, m, t, ddof=1):
    """Return the exact standard error of the mean of a polynomial over independent runs."""
    return math.sqrt(mean_and_variance(polynomial, m, t, ddof)[1] / runs)


POSITION = {(1, 0): 1}  # μ²
VARIANCE = {(0, 2): 1}  # s²
SPREAD = {(0, 1): 1}  # s
SPREAD_LOSS = {(0, 2): 1, (0, 1): -2, (0, 0): 1}  # (s − 1)²
W2_SQUARED = POSITION | SPREAD_LOSS


@claim(
    "1a",
    "Over all runs, the mean squared distance to the truth grows without limit: it is at least that of the position, "
    "t/m.",
    source=f"{SHUMAILOV}, Theorem 3.1; the rate: {DERIVED}",
    lesson="01",
    theory=theory.variance_of_position,
    setting={"m": 20, "t": 10},
    runs=40_000,
    wrong={"the fit divides by m": theory.ml_position, "one estimation fewer": lambda m, t: (t - 1) / m},
)
def position(rng, runs, m, t):
    mean, _ = position_and_spread(rng, runs, m=m, t=t)
    return (mean**2).mean(), exact_error(POSITION, runs, m, t)


@claim(
    "1b",
    "In almost every run the spread goes to 0: its logarithm falls by the same amount each generation.",
    source=f"{SHUMAILOV}, Theorem 3.1; the rate: {DERIVED}",
    lesson="01",
    theory=theory.mean_log_spread,
    setting={"m": 10, "t": 200},
    runs=4_000,
    wrong={"the rate of the mean spread": lambda m, t: np.log(theory.mean_spread(m, t))},
)
def log_spread(rng, runs, m, t):
    _, spread = position_and_spread(rng, runs, m=m, t=t)
    return np.log(spread).mean(), np.sqrt(theory.variance_of_log_spread(m, t) / runs)


@claim(
    "2",
    "The tails go first: while the typical spread loses a quarter, the typical run loses a larger part of the records "
    "beyond three standard deviations.",
    source=f"{SHUMAILOV}, pp. 755–757 (early collapse)",
    lesson="01",
    theory=theory.median_spread,
    setting={"m": 100, "t": 50},
    runs=4_000,
    bound="at most",
    wrong={"the position stands still": lambda m, t: norm.cdf(-3 / theory.median_spread(m, t)) / norm.cdf(-3)},
)
def tail_left(rng, runs, m, t):
    mean, spread = position_and_spread(rng, runs, m=m, t=t)
    tail = norm.cdf(-3, mean, spread) + norm.sf(3, mean, spread)
    return median_and_error(tail / (2 * norm.cdf(-3)))


@claim(
    "3a",
    "The mean squared Wasserstein distance to the truth is t/m + 2(1 − c4^t), exactly.",
    source=f"{DERIVED}; leading term in arXiv:2305.17493",
    lesson="01",
    theory=theory.expected_w2_squared,
    setting={"m": 50, "t": 40},
    runs=20_000,
    wrong={"the fit divides by m": theory.ml_w2_squared, "position alone": theory.variance_of_position},
)
def w2_squared(rng, runs, m, t):
    mean, spread = position_and_spread(rng, runs, m=m, t=t)
    return (mean**2 + (spread - 1) ** 2).mean(), exact_error(W2_SQUARED, runs, m, t)


@claim(
    "3b",
    "The spread's part of that distance, E(s − 1)², is 2(1 − c4^t); the well-known t/(2m) is only its first order.",
    source=f"{DERIVED}; leading term in arXiv:2305.17493",
    lesson="01",
    theory=lambda m, t: theory.expected_w2_squared(m, t) - theory.variance_of_position(m, t),
    setting={"m": 50, "t": 40},
    runs=80_000,
    wrong={"the first-order law": lambda m, t: theory.w2_squared_first_order(m, t) - theory.variance_of_position(m, t)},
)
def spread_loss(rng, runs, m, t):
    _, spread = position_and_spread(rng, runs, m=m, t=t)
    return ((spread - 1) ** 2).mean(), exact_error(SPREAD_LOSS, runs, m, t)


@claim(
    "3c",
    "Records drawn from the model scatter about the truth with variance 1 + t/m, over all runs together.",
    source=DERIVED,
    lesson="01",
    theory=theory.variance_of_sample,
    setting={"m": 50, "t": 40},
    runs=20_000,
    wrong={"the variance stays": lambda m, t: 1.0, "the fit divides by m": lambda m, t: theory.ml_position(m, t)},
)
def sample_scatter(rng, runs, m, t):
    sample = refit(rng, runs, m=m, t=t, keep=[t - 1]).samples[t - 1]
    _, between = mean_and_variance(POSITION | VARIANCE, m, t)
    # m squares of N(μ, s²) in each run: their mean has the variance (2s⁴ + 4μ²s²)/m about μ² + s².
    within, _ = mean_and_variance({(0, 4): 2 / m, (1, 2): 4 / m}, m, t)
    return (sample**2).mean(), np.sqrt((between + within) / runs)


@claim(
    "4a",
    "First of three speeds: the mean spread over all runs is c4^t, about e^(−t/4(m−1)).",
    source=DERIVED,
    lesson="01",
    theory=theory.mean_spread,
    setting={"m": 100, "t": 100},
    runs=3_000,
    wrong={"the typical run's speed": theory.median_spread, "no loss": lambda m, t: 1.0},
)
def mean_spread(rng, runs, m, t):
    _, spread = position_and_spread(rng, runs, m=m, t=t)
    return spread.mean(), exact_error(SPREAD, runs, m, t)


@claim(
    "4b",
    "Second speed: the typical run's spread falls twice as fast, about e^(−t/2(m−1)).",
    source=DERIVED,
    lesson="01",
    theory=theory.median_spread,
    setting={"m": 100, "t": 100},
    runs=3_000,
    wrong={"the mean's speed": theory.mean_spread},
)
def median_spread(rng, runs, m, t):
    _, spread = position_and_spread(rng, runs, m=m, t=t)
    return median_and_error(spread)


@claim(
    "4c",
    "Third speed: the mean variance over all runs does not move at all when the fit divides by m − 1.",
    source=DERIVED,
    lesson="01",
    theory=lambda m, t: theory.spread_moment(m, t, 2),
    setting={"m": 100, "t": 100},
    runs=3_000,
    wrong={"the fit divides by m": theory.ml_spread_squared},
)
def mean_variance(rng, runs, m, t):
    _, spread = position_and_spread(rng, runs, m=m, t=t)
    return (spread**2).mean(), exact_error(VARIANCE, runs, m, t)


@claim(
    "5",
    "In d dimensions the logarithm of the volume, ln det Σ, falls by a fixed amount each generation; later dimensions "
    "lose more.",
    source=DERIVED,
    lesson="01",
    theory=theory.log_det_drift,
    setting={"d": 10, "m": 50, "t": 20},
    runs=1_000,
    wrong={
        "each dimension alone": lambda d, m, t: 2 * d * theory.mean_log_spread(m, t),
        "one estimation fewer": lambda d, m, t: theory.log_det_drift(d, m, t - 1),
    },
)
def log_det(rng, runs, d, m, t):
    model = refit(rng, runs, m=m, t=t, d=d).models[-1]
    return mean_and_error(np.linalg.slogdet(model.cov_).logabsdet)


@claim(
    "6a",
    "With the maximum-likelihood fit (dividing by m) the mean variance shrinks by the factor 1 − 1/m each generation.",
    source=DERIVED,
    lesson="01",
    theory=theory.ml_spread_squared,
    setting={"m": 20, "t": 10},
    runs=40_000,
    wrong={
        "the fit divides by m − 1": lambda m, t: 1.0,
        "one estimation fewer": lambda m, t: theory.ml_spread_squared(m, t - 1),
    },
)
def ml_variance(rng, runs, m, t):
    _, spread = position_and_spread(rng, runs, m=m, t=t, ddof=0)
    return (spread**2).mean(), exact_error(VARIANCE, runs, m, t, ddof=0)


@claim(
    "6b",
    "With the maximum-likelihood fit the position gains what the variance loses: their means add up to 1.",
    source=DERIVED,
    lesson="01",
    theory=theory.ml_position,
    setting={"m": 20, "t": 10},
    runs=40_000,
    wrong={"the fit divides by m − 1": theory.variance_of_position},
)
def ml_position(rng, runs, m, t):
    mean, _ = position_and_spread(rng, runs, m=m, t=t, ddof=0)
    return (mean**2).mean(), exact_error(POSITION, runs, m, t, ddof=0)


@claim(
    "6c",
    "With the maximum-likelihood fit the mean squared Wasserstein distance is 2(1 − E s) and stays below 2.",
    source=DERIVED,
    lesson="01",
    theory=theory.ml_w2_squared,
    setting={"m": 20, "t": 10},
    runs=40_000,
    wrong={"the fit divides by m − 1": theory.expected_w2_squared},
)
def ml_w2_squared(rng, runs, m, t):
    mean, spread = position_and_spread(rng, runs, m=m, t=t, ddof=0)
    return (mean**2 + (spread - 1) ** 2).mean(), exact_error(W2_SQUARED, runs, m, t, ddof=0)


@claim(
    "9",
    "The share of runs whose spread is still above ε is at most e^(−t/(4m−1))/ε.",
    source=f"authors' code of Suresh et al., arXiv:2412.17646, Theorem 3; {DERIVED}",
    lesson="01",
    theory=theory.spread_bound,
    setting={"m": 10, "t": 100, "eps": 0.1},
    runs=10_000,
    bound="at most",
    wrong={"ten times the speed": lambda m, t, eps: theory.spread_bound(m, 10 * t, eps)},
)
def still_wide(rng, runs, m, t, eps):
    _, spread = position_and_spread(rng, runs, m=m, t=t)
    return mean_and_error(spread > eps)


@claim(
    "21a",
    "Samples kept near the middle, with variance λ times the model's, shrink the mean variance by λ each generation.",
    source="Alemohammad et al. 2023, arXiv:2307.01850, equations 1 and 2",
    lesson="01, 09",
    theory=lambda bias, m, t: theory.biased_variance(bias, t),
    setting={"bias": 0.8, "m": 50, "t": 10},
    runs=20_000,
    wrong={
        "no bias": lambda bias, m, t: 1.0,
        "one refit more": lambda bias, m, t: theory.biased_variance(bias, t + 1),
    },
)
def biased_variance(rng, runs, bias, m, t):
    # The real records come without bias, so models[0] has E s² = 1 and models[t] is after t biased refits.
    model = refit(rng, runs, m=m, t=t + 1, sampling_bias=bias).models[t]
    return model.cov_.mean(), bias**t * exact_error(VARIANCE, runs, m, t + 1)


@claim(
    "21b",
    "With such samples the position drifts only a finite way from the first model: λ/(m(1 − λ)) in mean square.",
    source=DERIVED,
    lesson="01, 09",
    theory=theory.bias_drift,
    setting={"bias": 0.8, "m": 50, "t": 40},
    runs=5_000,
    wrong={"no bias": lambda bias, m, t: t / m, "without the first λ": lambda bias, m, t: 1 / (m * (1 - bias))},
)
def biased_position(rng, runs, bias, m, t):
    models = refit(rng, runs, m=m, t=t + 1, sampling_bias=bias).models
    return mean_and_error((models[t].mean_ - models[0].mean_) ** 2)
