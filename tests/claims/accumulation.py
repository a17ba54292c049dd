"""Claim 14: accumulation bounds the error of a regular fit, by a product that Euler knew."""

from claims.registry import DERIVED, claim, mean_and_error
from course_lib import Accumulate, Categorical, Gaussian, self_consume, theory

DEY = "Dey & Donoho, arXiv:2410.22812 (abstract)"


class Exponential:
    """An exponential law fitted by its mean, as anyone may write a generator for the loop."""

    def fit(self, records, *, rng):
        self.mean_ = records.x.mean(-2)
        return self

    def sample(self, n, y=None, *, rng):
        runs, d = self.mean_.shape
        return self.mean_[:, None, :] * rng.standard_exponential((runs, n, d))


def accumulate(generator, real, t, rng):
    """Return the model after t estimations, the first of them from the real records."""
    return self_consume(generator, real, policy=Accumulate(), generations=t - 1, rng=rng).models[-1]


@claim(
    "14a",
    "When all records are kept, the mean variance of a maximum-likelihood Gaussian settles at a fixed part of the "
    "truth's, the product of 1 − 1/(n i²).",
    source=f"{DERIVED}; cf. {DEY}",
    lesson="03",
    theory=theory.accumulated_variance,
    setting={"n": 10, "t": 50},
    runs=4_000,
    wrong={"as under replacement": lambda n, t: theory.ml_spread_squared(n, t), "no loss": lambda n, t: 1.0},
)
def gaussian_variance(rng, runs, n, t):
    return mean_and_error(accumulate(Gaussian(ddof=0), rng.standard_normal((runs, n, 1)), t, rng).cov_)


@claim(
    "14b",
    "The position's error is then multiplied by Σ 1/i², and so by at most π²/6: E μ_t² is 1 − Π (1 − 1/(n i²)), about "
    "(1/n) Σ 1/i².",
    source=f"{DEY}; for finite n: {DERIVED}",
    lesson="03",
    theory=lambda n, t: 1 - theory.accumulated_variance(n, t),
    setting={"n": 100, "t": 20},
    runs=4_000,
    wrong={"as under replacement": lambda n, t: theory.ml_position(n, t), "the first error alone": lambda n, t: 1 / n},
)
def gaussian_position(rng, runs, n, t):
    return mean_and_error(accumulate(Gaussian(ddof=0), rng.standard_normal((runs, n, 1)), t, rng).mean_ ** 2)


@claim(
    "14c",
    "For two symbols the same product is what is left of the probability that two draws differ.",
    source=f"{DERIVED}; cf. {DEY}",
    lesson="03",
    theory=lambda share, n, t: 2 * share * (1 - share) * theory.accumulated_variance(n, t),
    setting={"share": 0.3, "n": 10, "t": 50},
    runs=4_000,
    wrong={"no loss": lambda share, n, t: 2 * share * (1 - share)},
)
def two_draws_differ(rng, runs, share, n, t):
    real = (rng.random((runs, n, 1)) < share).astype(float)
    return mean_and_error(1 - (accumulate(Categorical(2), real, t, rng).shares_ ** 2).sum(-1))


@claim(
    "14d",
    "For an exponential law the relative variance of its mean stops at sinh(π/√n)/(π/√n) − 1.",
    source=f"{DERIVED}; cf. {DEY}",
    lesson="03",
    theory=lambda n, t: theory.accumulated_growth(n, t) - 1,
    setting={"n": 10, "t": 50},
    runs=20_000,
    wrong={"the first error alone": lambda n, t: 1 / n, "as under replacement": lambda n, t: (1 + 1 / n) ** t - 1},
)
def exponential_mean(rng, runs, n, t):
    model = accumulate(Exponential(), rng.standard_exponential((runs, n, 1)), t, rng)
    return mean_and_error((model.mean_ - 1) ** 2)
