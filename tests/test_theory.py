"""The closed forms: against their published or known values, and against a second derivation of each."""

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
    ],
)
def test_known_values(value, expected):
    assert value == pytest.approx(expected, abs=5e-4)


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
    ],
)
def test_bad_input_is_named(call, name):
    with pytest.raises(ValueError, match=name):
        call()
