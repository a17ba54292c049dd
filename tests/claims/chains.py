"""Claims 7, 8, 10 to 12, 19 and 20: symbols that are counted, drawn again from their shares, and counted again."""

import numpy as np
from scipy.special import zeta

from claims.registry import DERIVED, claim, mean_and_error
from course_lib import Categorical, Fresh, Poisson, Replace, self_consume, theory

TALE_OF_TAILS = 'Dohmatob et al., "A Tale of Tails", arXiv:2402.07043, from a secondary source'
MARCHI = "Marchi et al., arXiv:2404.02325 (abstract)"
LISTED = 5_000  # Zipf's ranks that get a code of their own; so rare a symbol beyond them is as good as never alive


def draw_again(rng, real, t, k, **categorical):
    """Return the models of the loop under replacement, until the last one is after t estimations.

    `real` is a sample of the truth, so `models[0]` is after one estimation.
    """
    return self_consume(
        Categorical(k, **categorical), real[..., None], policy=Replace(), generations=t - 1, rng=rng
    ).models


def same(shares):
    """Return Σ p² of each run."""
    return (shares**2).sum(-1)


@claim(
    "7a",
    "Symbols drawn again and again end in one of them, and in symbol i with the probability of its first share.",
    source="Shumailov et al. 2024, Nature 631:755, p. 757",
    lesson="02",
    theory=lambda share, m, t: share,
    setting={"share": 0.1, "m": 10, "t": 100},
    runs=20_000,
    wrong={
        "the most frequent always wins": lambda share, m, t: 0.0,
        "the odds are squared": lambda share, m, t: share**2 / (share**2 + (1 - share) ** 2),
    },
)
def last_symbol(rng, runs, share, m, t):
    real = rng.random((runs, m)) < share
    return mean_and_error(draw_again(rng, real.astype(float), t, 2)[-1].shares_[:, 1] == 1)


@claim(
    "7b",
    "The probability that two draws differ falls by the factor 1 − 1/m each generation, the chain's second eigenvalue.",
    source=DERIVED,
    lesson="02",
    theory=lambda share, m, t: 1 - theory.same_symbol(m, t, share**2 + (1 - share) ** 2),
    setting={"share": 0.3, "m": 10, "t": 10},
    runs=10_000,
    wrong={
        "one estimation fewer": lambda share, m, t: 2 * share * (1 - share) * (1 - 1 / m) ** (t - 1),
        "the factor 1 − 1/(2m)": lambda share, m, t: 2 * share * (1 - share) * (1 - 1 / (2 * m)) ** t,
    },
)
def two_draws_differ(rng, runs, share, m, t):
    real = rng.random((runs, m)) < share
    return mean_and_error(1 - same(draw_again(rng, real.astype(float), t, 2)[-1].shares_))


SURESH = "authors' code of Suresh et al., arXiv:2412.17646, Theorem 2"


def survival_of_a_count(rng, runs, m, rate, t):
    real = rng.poisson(rate, (runs, m, 1))
    model = self_consume(Poisson(), real, policy=Replace(), generations=t - 1, rng=rng).models[-1]
    return mean_and_error(model.rates_ > 0)


claim(
    "8a",
    "A word expected once among the real records is alive after t generations with probability 1 − exp(−g_t).",
    source=SURESH,
    lesson="02",
    theory=lambda m, rate, t: theory.survival(m * rate, t),
    setting={"m": 10, "rate": 0.1, "t": 10},
    runs=40_000,
    wrong={
        "g_t = 2/t": lambda m, rate, t: 1 - np.exp(-m * rate * 2 / t),
        "one estimation fewer": lambda m, rate, t: theory.survival(m * rate, t - 1),
    },
)(survival_of_a_count)

claim(
    "8b",
    "A word expected c times is alive after t generations with probability 1 − exp(−c g_t), whatever the number of "
    "records: the clock runs at the number of copies.",
    source=SURESH,
    lesson="02",
    theory=lambda m, rate, t: theory.survival(m * rate, t),
    setting={"m": 100, "rate": 0.05, "t": 30},
    runs=10_000,
    wrong={
        "the clock of the records": lambda m, rate, t: theory.survival(m, t),
        "c tries at once": lambda m, rate, t: theory.survival(m * rate, 1),
    },
)(survival_of_a_count)


@claim(
    "10",
    "The probability that two draws are the same symbol is 1 − (1 − 1/m)^t (1 − S_0), for any shares.",
    source="Seddik et al., arXiv:2404.05090, from a secondary source",
    lesson="02",
    theory=lambda symbols, m, t: theory.same_symbol(m, t, same(theory.zipf_shares(symbols, 1))),
    setting={"symbols": 10, "m": 50, "t": 30},
    runs=10_000,
    wrong={"one estimation fewer": lambda symbols, m, t: theory.same_symbol(m, t - 1, same(theory.zipf_shares(10, 1)))},
)
def two_draws_are_the_same(rng, runs, symbols, m, t):
    real = rng.choice(symbols, (runs, m), p=theory.zipf_shares(symbols, 1))
    return mean_and_error(same(draw_again(rng, real, t, symbols)[-1].shares_))


class Zipf:
    """A source of ranks 1, 2, …, drawn with p_i ∝ i^{−β} and coded from 0; the last code is all ranks not listed."""

    def __init__(self, beta, runs):
        self.beta, self.runs = beta, runs

    def sample(self, n, *, rng):
        return np.minimum(rng.zipf(self.beta, (self.runs, n, 1)), LISTED + 1) - 1.0

    @property
    def shares(self):
        """The true shares of the listed ranks; what is missing to 1 counts as never alive."""
        return np.arange(1.0, LISTED + 1) ** -self.beta / zeta(self.beta)

    def missing(self, model):
        """Return the true share of all that a model cannot say, for each run."""
        return 1 - (model.shares_[:, :LISTED] > 0) @ self.shares


def missing_after(rng, runs, beta, m, t):
    """Return the missing mass of each run after t estimations under replacement."""
    source = Zipf(beta, runs)
    return source.missing(draw_again(rng, source.sample(m, rng=rng)[..., 0], t, LISTED + 1)[-1])


@claim(
    "11a",
    "With shares that fall as a power of the rank, the share of the truth that m records do not show falls as "
    "m^(−(β−1)/β).",
    source=f"{TALE_OF_TAILS}; the factor: {DERIVED}",
    lesson="02",
    theory=lambda beta, m: theory.zipf_missing_mass(m, beta),
    setting={"beta": 1.5, "m": 1_000},
    runs=500,
    wrong={
        "all beyond the rank that is expected once": lambda beta, m: theory.zipf_tail(theory.zipf_cut(m, beta), beta)
    },
)
def missing_at_once(rng, runs, beta, m):
    return mean_and_error(missing_after(rng, runs, beta, m, t=1))


@claim(
    "11b",
    "Eight times the records lower this missing share with the slope −(β−1)/β on logarithmic axes.",
    source=TALE_OF_TAILS,
    lesson="02",
    theory=lambda beta, m: -(beta - 1) / beta,
    setting={"beta": 1.5, "m": 500},
    runs=500,
    wrong={"the slope of a cut tail": lambda beta, m: -(beta - 1), "the slope −1/β": lambda beta, m: -1 / beta},
)
def missing_slope(rng, runs, beta, m):
    few, few_error = mean_and_error(missing_after(rng, runs, beta, m, t=1))
    many, many_error = mean_and_error(missing_after(rng, runs, beta, 8 * m, t=1))
    return np.log(many / few) / np.log(8), np.hypot(few_error / few, many_error / many) / np.log(8)


@claim(
    "11c",
    "However many records a first model writes, a second one trained on them lacks what the first had not seen: the "
    "error stops falling.",
    source=TALE_OF_TAILS,
    lesson="02",
    theory=lambda beta, m, times: theory.zipf_missing_mass(m, beta),
    setting={"beta": 1.5, "m": 500, "times": 20},
    runs=500,
    wrong={"as good as real records": lambda beta, m, times: theory.zipf_missing_mass(times * m, beta)},
)
def missing_for_good(rng, runs, beta, m, times):
    source = Zipf(beta, runs)
    policy = Fresh(source, n_real=0, n_synthetic=times * m)
    real = source.sample(m, rng=rng)
    history = self_consume(Categorical(LISTED + 1), real, policy=policy, generations=1, rng=rng)
    return mean_and_error(source.missing(history.models[1]))


@claim(
    "12",
    "After t generations the missing share of the truth is close to Σ p_i exp(−m p_i g_t).",
    source=DERIVED,
    lesson="02",
    theory=lambda beta, m, t: theory.missing_mass(Zipf(beta, 1).shares, m, t) + theory.zipf_tail(LISTED, beta),
    setting={"beta": 1.5, "m": 1_000, "t": 10},
    runs=500,
    wrong={
        "g_t = 2/t": lambda beta, m, t: theory.zipf_missing_mass(m * 2 / t, beta),
        "no loss after the first": lambda beta, m, t: theory.zipf_missing_mass(m, beta),
    },
)
def missing_in_the_end(rng, runs, beta, m, t):
    return mean_and_error(missing_after(rng, runs, beta, m, t))


@claim(
    "19",
    "Of K equally large modes that never touch, one after the other dies: two draws come from the same one with "
    "probability 1 − (1 − 1/K)(1 − 1/m)^t.",
    source=f"{DERIVED}; 25 modes that die one by one: Alemohammad et al. 2023, arXiv:2307.01850, appendix B.2",
    lesson="04",
    theory=lambda modes, m, t: theory.same_symbol(m, t, 1 / modes),
    setting={"modes": 25, "m": 100, "t": 200},
    runs=1_000,
    wrong={"half the speed": lambda modes, m, t: theory.same_symbol(2 * m, t, 1 / modes)},
)
def modes_die(rng, runs, modes, m, t):
    real = rng.integers(modes, size=(runs, m))
    return mean_and_error(same(draw_again(rng, real, t, modes)[-1].shares_))


def tempered(rng, runs, symbols, temperature, m, t):
    """Return the shares after t passes at a temperature, from real records with Zipf's shares."""
    real = rng.choice(symbols, (runs, m), p=theory.zipf_shares(symbols, 1))
    # The real records come without temperature, so models[t] is after t passes of it.
    return draw_again(rng, real, t + 1, symbols, temperature=temperature)[t].shares_


def log_odds(shares):
    return np.log(shares[..., 0] / shares[..., 1])


def measured_log_odds(rng, runs, symbols, temperature, m, t):
    return mean_and_error(log_odds(tempered(rng, runs, symbols, temperature, m, t)))


def law_of_log_odds(symbols, temperature, m, t):
    return log_odds(theory.tempered_shares(theory.zipf_shares(symbols, 1), temperature, t))


def law_of_entropy(symbols, temperature, m, t):
    return entropy(theory.tempered_shares(theory.zipf_shares(symbols, 1), temperature, t))


def entropy(shares):
    return -(shares * np.log(np.where(shares > 0, shares, 1))).sum(-1)


claim(
    "20a",
    "A temperature below 1 at every pass multiplies the log odds of two symbols by 1/τ each time.",
    source=f"{DERIVED}; cf. {MARCHI}",
    lesson="04",
    theory=law_of_log_odds,
    setting={"symbols": 10, "temperature": 0.8, "m": 100_000, "t": 3},
    runs=20,
    wrong={
        "one pass fewer": lambda symbols, temperature, m, t: law_of_log_odds(symbols, temperature, m, t - 1),
        "only the first pass": lambda symbols, temperature, m, t: law_of_log_odds(symbols, temperature, m, 1),
    },
)(measured_log_odds)

claim(
    "20b",
    "A temperature above 1 at every pass levels all symbols by the same law.",
    source=f"{DERIVED}; cf. {MARCHI}",
    lesson="04",
    theory=law_of_log_odds,
    setting={"symbols": 10, "temperature": 1.25, "m": 100_000, "t": 3},
    runs=20,
    wrong={"one pass fewer": lambda symbols, temperature, m, t: law_of_log_odds(symbols, temperature, m, t - 1)},
)(measured_log_odds)


@claim(
    "20c",
    "With a temperature below 1 the entropy goes to 0 when one symbol is the most probable: only that one is left.",
    source=f"{DERIVED}; cf. {MARCHI}",
    lesson="04",
    theory=law_of_entropy,
    setting={"symbols": 50, "temperature": 0.8, "m": 100_000, "t": 8},
    runs=20,
    wrong={"one pass fewer": lambda symbols, temperature, m, t: law_of_entropy(symbols, temperature, m, t - 1)},
)
def entropy_falls(rng, runs, symbols, temperature, m, t):
    return mean_and_error(entropy(tempered(rng, runs, symbols, temperature, m, t)))
