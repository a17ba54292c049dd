"""The closed forms: against their known values, and against a second derivation of each."""

import itertools

import numpy as np
import pytest
from claims.gaussian import POSITION, SPREAD_LOSS, VARIANCE, W2_SQUARED, mean_and_variance
from scipy import stats

from course_lib import theory

SIZES = [(20, 10), (50, 40), (10, 1), (5, 0)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (theory.expected_w2_squared(50, 40), 1.169),
        (theory.w2_squared_first_order(50, 40), 1.200),
        (theory.variance_of_sample(50, 40), 1.800),
        (theory.mean_spread(100, 100), 0.777),
        (theory.median_spread(100, 100), 0.602),
        (theory.log_det_drift(10, 50, 20), -24.232),
        (theory.ml_spread_squared(20, 10), 0.599),
        (theory.spread_bound(10, 100, 0.1), 0.770),
        (theory.biased_variance(0.8, 10), 0.107),
        (theory.bias_drift(0.8, 50), 0.080),
        (theory.survival_factor(10), 0.1723),
        (theory.replaced_error(5, 30, 10), 2.083),
        (theory.accumulated_error(5, 30, 10), 0.3229),
        (theory.accumulated_variance(10, 100), 0.8443),
        (theory.accumulated_growth(10, 100) - 1, 0.1709),
        (theory.min_norm_error(20, 10, 4), 0.9375),
        (theory.biased_label_error(10, 360, 40), 0.0125),
        (theory.kernel_moment(0.3, 50), 5.50),
        (theory.kernel_accumulated_moment(0.3, 50), 1.317),
        (theory.kernel_variance(50, 0.3, 50), 3.161),
        (theory.kernel_variance(50, 0.1, 400), 0.490),
        (theory.same_symbol(1000, 2000, 1 / 25), 0.870),
    ],
)
def test_known_values(value, expected):
    assert value == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("m", [2, 3, 20, 1000])
def test_c4_is_the_mean_of_a_chi_distribution(m):
    assert theory.c4(m) == pytest.approx(stats.chi(m - 1).mean() / np.sqrt(m - 1), rel=1e-10)


def test_c4_is_below_the_bound_that_claim_9_uses():
    m = np.arange(2, 1000)
    assert (theory.c4(m) < np.exp(-1 / (4 * m - 1))).all()


@pytest.mark.parametrize(("m", "t"), SIZES)
@pytest.mark.parametrize(
    ("law", "polynomial", "ddof"),
    [
        (theory.variance_of_position, POSITION, 1),
        (theory.variance_of_sample, POSITION | VARIANCE, 1),
        (theory.expected_w2_squared, W2_SQUARED, 1),
        (theory.ml_spread_squared, VARIANCE, 0),
        (theory.ml_position, POSITION, 0),
        (theory.ml_w2_squared, W2_SQUARED, 0),
        (lambda m, t: 2 * (1 - theory.mean_spread(m, t)), SPREAD_LOSS, 1),
    ],
)
def test_moments_agree_with_their_induction(law, polynomial, ddof, m, t):
    assert law(m, t) == pytest.approx(mean_and_variance(polynomial, m, t, ddof)[0], rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("m", [5, 20])
def test_log_spread_against_the_integral(m):
    chi2 = stats.chi2(m - 1)
    mean = chi2.expect(lambda x: np.log(x / (m - 1)) / 2)
    variance = chi2.expect(lambda x: (np.log(x / (m - 1)) / 2 - mean) ** 2)
    assert theory.mean_log_spread(m, 7) == pytest.approx(7 * mean, rel=1e-6)
    assert theory.variance_of_log_spread(m, 7) == pytest.approx(7 * variance, rel=1e-6)
    assert theory.median_spread(m, 7) == pytest.approx(np.exp(7 * mean), rel=1e-6)


def test_log_det_of_one_dimension_is_the_log_variance():
    assert theory.log_det_drift(1, 20, 5) == pytest.approx(2 * theory.mean_log_spread(20, 5))


def test_first_order_law_holds_for_short_runs_only():
    assert theory.w2_squared_first_order(10_000, 1) == pytest.approx(theory.expected_w2_squared(10_000, 1), rel=1e-3)
    assert theory.w2_squared_first_order(20, 100) > 1.1 * theory.expected_w2_squared(20, 100)


def test_bias_drift_is_the_sum_of_its_steps_and_has_its_limit():
    steps = sum(theory.biased_variance(0.8, k) / 20 for k in range(1, 8))
    assert theory.bias_drift(0.8, 20, 7) == pytest.approx(steps)
    assert theory.bias_drift(0.8, 20, 1000) == pytest.approx(theory.bias_drift(0.8, 20))


def wright_fisher(m):
    """Return the transition matrix of the count of one symbol among m records."""
    counts = np.arange(m + 1)
    return stats.binom.pmf(counts, m, counts[:, None] / m)


def test_same_symbol_is_exact_for_two_symbols_and_its_factor_is_the_second_eigenvalue():
    m, share = 20, 0.05
    chain = wright_fisher(m)
    first = stats.binom.pmf(np.arange(m + 1), m, share)
    shares = np.arange(m + 1) / m
    for t in (1, 2, 17):
        after = first @ np.linalg.matrix_power(chain, t - 1)
        start = share**2 + (1 - share) ** 2
        assert after @ (shares**2 + (1 - shares) ** 2) == pytest.approx(theory.same_symbol(m, t, start), rel=1e-10)
    assert np.sort(np.linalg.eigvals(chain).real)[-3] == pytest.approx(1 - 1 / m)  # the two largest are 1: the ends
    assert (first @ np.linalg.matrix_power(chain, 2000))[-1] == pytest.approx(share)  # ends in i with probability p_i


def test_survival_is_exact_for_the_poisson_chain():
    size = 80  # counts above it have probability 1e-9 at these values
    counts = np.arange(size)
    chain = stats.poisson.pmf(counts, counts[:, None])
    after = stats.poisson.pmf(counts, 3.0)
    for t in range(1, 8):
        assert 1 - after[0] == pytest.approx(theory.survival(3.0, t), abs=1e-8)
        after = after @ chain


def test_missing_mass_sums_over_symbols():
    shares = np.array([0.5, 0.3, 0.2])
    dead = 1 - np.array([theory.survival(10 * p, [1, 4]) for p in shares])
    np.testing.assert_allclose(theory.missing_mass(shares, 10, [1, 4]), shares @ dead)


@pytest.mark.parametrize(("beta", "m_slope", "k_slope"), [(1.5, -1 / 3, -1 / 2), (2.0, -1 / 2, -1.0)])
def test_zipf_laws_and_their_slopes(beta, m_slope, k_slope):
    ranks = np.arange(1.0, 2_000_001)
    shares = theory.zipf_shares(2_000_000, beta) * (1 - theory.zipf_tail(2_000_000, beta))
    m = np.array([1_000, 100_000])
    missing = [(shares * (1 - shares) ** size).sum() + theory.zipf_tail(ranks[-1], beta) for size in m]
    np.testing.assert_allclose(missing, theory.zipf_missing_mass(m, beta), rtol=5e-3)
    assert np.diff(np.log(missing)) / np.diff(np.log(m)) == pytest.approx(m_slope, abs=1e-3)
    tails = theory.zipf_tail([1_000, 100_000], beta)
    assert tails[0] == pytest.approx(shares[1_000:].sum() + theory.zipf_tail(ranks[-1], beta))
    assert np.diff(np.log(tails)) / np.log(100) == pytest.approx(k_slope, abs=1e-3)
    assert m[0] * shares[round(theory.zipf_cut(m[0], beta)) - 1] == pytest.approx(1, rel=0.05)


def test_temperature_is_the_power_applied_t_times_and_has_both_ends():
    shares = theory.zipf_shares(50, 1)
    by_hand = shares
    for _ in range(3):
        by_hand = by_hand ** (1 / 0.8)
        by_hand /= by_hand.sum()
    np.testing.assert_allclose(theory.tempered_shares(shares, 0.8, 3), by_hand, rtol=1e-10)
    cold, warm = (theory.tempered_shares(shares, temperature, 200) for temperature in (0.8, 1.25))
    assert stats.entropy(cold) == 0
    assert stats.entropy(warm) == pytest.approx(np.log(50))


def test_accumulation_has_its_limits():
    assert theory.basel_sum(100_000) == pytest.approx(theory.basel_sum(), abs=2e-5)
    assert theory.accumulated_variance(10, 100_000) == pytest.approx(theory.accumulated_variance(10), rel=1e-5)
    assert theory.accumulated_growth(10, 100_000) == pytest.approx(theory.accumulated_growth(10), rel=1e-5)
    assert theory.accumulated_error(5, 30) == pytest.approx(theory.accumulated_error(5, 30, 1) * np.pi**2 / 6)
    np.testing.assert_allclose(theory.harmonic([0, 1, 4]), [0, 1, 25 / 12])


def test_kernel_variance_follows_its_recursion_and_rests_at_the_critical_bandwidth():
    n, h, variance = 50, 0.3, 1 - 1 / 50
    for t in range(5):
        assert theory.kernel_variance(n, h, t) == pytest.approx(variance)
        variance = (1 - 1 / n) * (variance + h**2)
    at_rest = theory.kernel_variance(n, theory.critical_bandwidth(n), [100, 100_000])
    assert at_rest[1] == pytest.approx(1)
    assert abs(at_rest[0] - 1) < 1 / n


def test_biased_labels_agree_with_their_leading_order_and_with_one_input():
    d, n, share = 10, 40_000, 0.1
    leading = share**2 + share * (1 - share) * (d + 1) / n
    assert theory.biased_label_error(d, round(n * (1 - share)), round(n * share)) == pytest.approx(leading, rel=1e-5)
    # One input: the share of Σ x² that the biased records have is Beta(n_biased/2, n_good/2).
    assert theory.biased_label_error(1, 7, 3) == pytest.approx(stats.beta(1.5, 3.5).moment(2))
    assert theory.biased_label_error(3, 20, 0, noise=2.0) == pytest.approx(theory.replaced_error(3, 20, 1, noise=2.0))
    assert theory.biased_label_error(3, 0, 20) == pytest.approx(1)


@pytest.mark.parametrize(
    "law",
    [
        theory.mean_spread,
        theory.mean_log_spread,
        theory.variance_of_log_spread,
        theory.median_spread,
        theory.expected_w2_squared,
        theory.ml_spread_squared,
        theory.ml_w2_squared,
        theory.variance_of_sample,
        lambda m, t: theory.spread_bound(m, t, 0.5),
        lambda m, t: theory.log_det_drift(3, m, t),
        lambda m, t: theory.bias_drift(0.9, m, t),
        lambda m, t: theory.same_symbol(m, t, 0.5),
        lambda m, t: theory.survival(m, t + 1),
        lambda m, t: theory.replaced_error(3, m, t),
        lambda m, t: theory.accumulated_error(3, m, t),
        lambda m, t: theory.min_norm_error(60, m, t),
        lambda m, t: theory.kernel_variance(m, 0.2, t),
    ],
)
def test_laws_take_many_values_at_once(law):
    m, t = np.array([[20], [50]]), np.arange(4)
    table = law(m, t)
    assert table.shape == (2, 4)
    for i, j in itertools.product(range(2), range(4)):
        assert table[i, j] == pytest.approx(law(int(m[i, 0]), int(t[j])))


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: theory.mean_spread(1, 3), "m must"),
        (lambda: theory.mean_spread(20, -1), "t must"),
        (lambda: theory.mean_spread(20, np.nan), "t holds"),
        (lambda: theory.spread_moment(20, 3, -1), "power must"),
        (lambda: theory.spread_bound(20, 3, 0), "eps must"),
        (lambda: theory.log_det_drift(10, 10, 3), "m must"),
        (lambda: theory.log_det_drift(0, 10, 3), "d must"),
        (lambda: theory.biased_variance(1.2, 3), "bias must"),
        (lambda: theory.bias_drift(1, 20), "bias must"),
        (lambda: theory.same_symbol(20, 3, 1.1), "start must"),
        (lambda: theory.survival_factor(0), "t must"),
        (lambda: theory.survival_factor(1.5), "t must"),
        (lambda: theory.survival(-1, 3), "count must"),
        (lambda: theory.missing_mass([], 10, 1), "shares is empty"),
        (lambda: theory.missing_mass([0.5], 0, 1), "m must"),
        (lambda: theory.zipf_shares(0, 1), "symbols must"),
        (lambda: theory.zipf_tail(10, 1), "beta must"),
        (lambda: theory.tempered_shares([0.5, 0.5], 0, 1), "temperature must"),
        (lambda: theory.basel_sum(-1), "t must"),
        (lambda: theory.accumulated_variance(0), "n must"),
        (lambda: theory.replaced_error(5, 6, 1), "n must"),
        (lambda: theory.replaced_error(5, 7, 1, noise=-1), "noise must"),
        (lambda: theory.min_norm_error(5, 6, 1), "n must"),
        (lambda: theory.biased_label_error(5, 3, 3), "n must"),
        (lambda: theory.kernel_moment(-1, 3), "bandwidth must"),
        (lambda: theory.critical_bandwidth(1), "n must"),
    ],
)
def test_bad_input_is_named(call, name):
    with pytest.raises(ValueError, match=name):
        call()
