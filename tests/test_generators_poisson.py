"""The Poisson generator: rates, weights, replicates, bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError

from course_lib import Poisson, Records, Replace, self_consume


def test_rates_are_means_of_each_replicate_and_column():
    x = np.random.default_rng(0).poisson(3, (4, 2, 30, 5))
    np.testing.assert_allclose(Poisson().fit(x).rates_, x.mean(-2))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=20))
def test_a_weight_is_a_count(pairs):
    x, w = np.array(pairs).T
    if w.sum() == 0:
        w = w + 1
    weighted = Poisson().fit(Records(x[:, None], w=w)).rates_
    np.testing.assert_allclose(weighted, Poisson().fit(np.repeat(x, w)[:, None]).rates_, atol=1e-12)


def test_sample_has_the_mean_and_the_variance_of_the_rates():
    rates = np.array([0.5, 4.0])
    sample = Poisson().fit(np.tile(rates, (2, 1))).sample(40_000, rng=np.random.default_rng(0))
    assert sample.shape == (40_000, 2)
    assert sample.dtype == np.float64
    assert np.all(np.abs(sample.mean(0) - rates) < 5 * np.sqrt(rates / 40_000))
    # The fourth central moment of a Poisson law is λ + 3λ², so the variance of its sample variance is (λ + 2λ²)/n.
    assert np.all(np.abs(sample.var(0, ddof=1) - rates) < 5 * np.sqrt((rates + 2 * rates**2) / 40_000))


def test_what_is_lost_stays_lost_in_the_loop():
    rng = np.random.default_rng(0)
    history = self_consume(Poisson(), rng.poisson(0.1, (50, 20, 3)), policy=Replace(), generations=20, rng=rng)
    alive = np.array([model.rates_ > 0 for model in history.models])
    assert 0 < alive[-1].sum() < alive[0].sum()
    assert np.all(alive[1:] <= alive[:-1])


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([[1.0], [-1.0]], "at least 0, got -1"),
        (Records([[1.0], [2.0]], y=[0, 1]), "Poisson has no place for"),
        (Records([[1.0], [2.0]], w=[0, 0]), "weight 0"),
        ([[np.nan]], "NaN"),
    ],
)
def test_bad_records_are_named(records, message):
    with pytest.raises(ValueError, match=message):
        Poisson().fit(records)


def test_bad_requests_are_named():
    rng = np.random.default_rng(0)
    with pytest.raises(NotFittedError, match="this Poisson has not been fitted"):
        Poisson().sample(3, rng=rng)
    model = Poisson().fit([[1.0], [2.0]])
    with pytest.raises(ValueError, match="n must be a whole number of at least 1, got 0"):
        model.sample(0, rng=rng)
    with pytest.raises(ValueError, match="y was given"):
        model.sample(3, [0, 0, 0], rng=rng)
    with pytest.raises(ValueError, match="rng must be"):
        model.sample(3, rng=0)
