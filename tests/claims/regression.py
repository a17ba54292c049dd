"""Claims 13 and 15 to 17: linear regression on labels that the model before made."""

import numpy as np

from claims.registry import DERIVED, claim, mean_and_error
from course_lib import Accumulate, Fixed, Fresh, LeastSquares, Records, Replace, self_consume, theory

GERSTGRASSER = "Gerstgrasser et al., arXiv:2404.01413, Theorem 2"


class Planted:
    """A source of isotropic inputs, for each run, with labels of known weights if asked for."""

    def __init__(self, runs, d, weights=None, noise=0.0):
        self.shape, self.weights, self.noise = (runs, d), weights, noise

    def sample(self, n, *, rng):
        runs, d = self.shape
        x = rng.standard_normal((runs, n, d))
        if self.weights is None:
            return x
        return Records(x, y=x @ self.weights + self.noise * rng.standard_normal((runs, n)))


def error(model, weights):
    """Return ‖ŵ − w‖² of each run, the excess test error on new isotropic inputs."""
    return ((model.coef_ - weights) ** 2).sum(-1)


def same_inputs(rng, runs, d, n, t, policy):
    """Return the errors after t estimations, with the same inputs in each generation and σ = 1."""
    weights = np.ones(d)
    real = Planted(runs, d, weights, noise=1.0).sample(n, rng=rng)
    generator = LeastSquares(Fixed(real.x), noise=1.0)
    model = self_consume(generator, real, policy=policy, generations=t - 1, rng=rng).models[-1]
    return mean_and_error(error(model, weights))


@claim(
    "13a",
    "When each regression learns from the labels of the one before, its error grows by the same amount every "
    "generation: t σ²d/(n − d − 1).",
    source=GERSTGRASSER,
    lesson="03",
    theory=theory.replaced_error,
    setting={"d": 5, "n": 30, "t": 10},
    runs=2_000,
    wrong={
        "d/n a generation": lambda d, n, t: t * d / n,
        "one estimation fewer": lambda d, n, t: theory.replaced_error(d, n, t - 1),
    },
)
def replaced(rng, runs, d, n, t):
    return same_inputs(rng, runs, d, n, t, Replace())


@claim(
    "13b",
    "When all labels are kept, the error is the first one times Σ 1/i², and so at most π²/6 of it.",
    source=GERSTGRASSER,
    lesson="03",
    theory=theory.accumulated_error,
    setting={"d": 5, "n": 30, "t": 10},
    runs=2_000,
    wrong={
        "the first error alone": lambda d, n, t: theory.replaced_error(d, n, 1),
        "growing as a logarithm": lambda d, n, t: theory.replaced_error(d, n, 1) * theory.harmonic(t),
    },
)
def accumulated(rng, runs, d, n, t):
    return same_inputs(rng, runs, d, n, t, Accumulate())


@claim(
    "15",
    "With new inputs in each generation the test error grows linearly, too.",
    source=f"arXiv:2402.07712 (abstract); the rate: {DERIVED}",
    lesson="03",
    theory=theory.replaced_error,
    setting={"d": 10, "n": 40, "t": 8},
    runs=2_000,
    wrong={
        "one estimation fewer": lambda d, n, t: theory.replaced_error(d, n, t - 1),
        "bounded": theory.accumulated_error,
    },
)
def new_inputs(rng, runs, d, n, t):
    weights = np.ones(d)
    real = Planted(runs, d, weights, noise=1.0).sample(n, rng=rng)
    generator = LeastSquares(Planted(runs, d), noise=1.0)
    model = self_consume(generator, real, policy=Replace(), generations=t - 1, rng=rng).models[-1]
    return mean_and_error(error(model, weights))


@claim(
    "16",
    "With more inputs than records and no noise at all, the shortest solution still forgets: the error is "
    "‖w‖² (1 − (n/d)^t).",
    source=DERIVED,
    lesson="03",
    theory=theory.min_norm_error,
    setting={"d": 30, "n": 20, "t": 3},
    runs=2_000,
    wrong={
        "the same inputs each time": lambda d, n, t: theory.min_norm_error(d, n, 1),
        "one estimation fewer": lambda d, n, t: theory.min_norm_error(d, n, t - 1),
    },
)
def shortest_solution(rng, runs, d, n, t):
    weights = np.eye(d)[0]
    real = Planted(runs, d, weights).sample(n, rng=rng)
    generator = LeastSquares(Planted(runs, d), noise=0)
    model = self_consume(generator, real, policy=Replace(), generations=t - 1, rng=rng).models[-1]
    return mean_and_error(error(model, weights))


def partly_biased(rng, runs, d, n_good, n_biased, noise):
    good, biased = np.zeros(d), np.eye(d)[0]  # ‖δ‖² = 1
    biased_records = Planted(runs, d, biased).sample(2 * d, rng=rng)  # without noise: generation 0 has w + δ exactly
    policy = Fresh(Planted(runs, d, good, noise), n_real=n_good, n_synthetic=n_biased)
    generator = LeastSquares(Planted(runs, d), noise=noise)
    model = self_consume(generator, biased_records, policy=policy, generations=1, rng=rng).models[1]
    return mean_and_error(error(model, good))


STRONG = '"Strong model collapse", arXiv:2410.04840, Corollary 1 (abstract and a secondary source)'

claim(
    "17a",
    "If a share p of the labels comes from a biased model, p² of its squared bias stays, however many records there "
    "are; with n of them about p(1 − p)(d + 1)/n comes on top.",
    source=f"{STRONG}; for finite n: {DERIVED}",
    lesson="03",
    theory=theory.biased_label_error,
    setting={"d": 10, "n_good": 360, "n_biased": 40, "noise": 0.0},
    runs=2_000,
    wrong={
        "p² alone": lambda d, n_good, n_biased, noise: 0.01,
        "p of the bias": lambda d, n_good, n_biased, noise: 0.1,
    },
)(partly_biased)

claim(
    "17b",
    "The noise of the labels adds σ²d/(n − d − 1) to it.",
    source=f"{STRONG}; for finite n: {DERIVED}",
    lesson="03",
    theory=theory.biased_label_error,
    setting={"d": 10, "n_good": 360, "n_biased": 40, "noise": 0.5},
    runs=4_000,
    wrong={
        "noise alone": lambda d, n_good, n_biased, noise: theory.replaced_error(d, n_good + n_biased, 1, noise),
        "bias alone": lambda d, n_good, n_biased, noise: theory.biased_label_error(d, n_good, n_biased),
    },
)(partly_biased)
