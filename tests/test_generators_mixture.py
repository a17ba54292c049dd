"""The mixture: recovery of known components, replicates, weights, temperature, bad input."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from course_lib import Mixture, Records, Replace, self_consume
from course_lib.data.toys import ring


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def pairs(rng, n, share=0.75):
    """Return n records in two well separated clusters, the given share of them near +5."""
    near = np.where(np.arange(n) < share * n, 5.0, -5.0)
    return (near + 0.5 * rng.standard_normal(n))[:, None]


def test_it_finds_the_components(rng):
    model = Mixture(2).fit(pairs(rng, 4000), rng=rng)
    order = np.argsort(model.shares_)
    np.testing.assert_allclose(model.shares_[order], [0.25, 0.75], atol=1e-9)  # clusters 20 standard deviations apart
    assert np.all(np.abs(model.means_[order, 0] - [-5, 5]) < 5 * 0.5 / np.sqrt([1000, 3000]))
    assert np.all(np.abs(model.covs_[order, 0, 0] - 0.25) < 5 * 0.25 * np.sqrt(2 / np.array([1000, 3000])))


def test_sample_has_the_moments_of_the_fit(rng):
    x = rng.multivariate_normal([1, 2], [[2, 1], [1, 3]], 500)
    model = Mixture(1).fit(x, rng=rng)
    sample = model.sample(40_000, rng=rng)
    cov = model.covs_[0]
    assert np.all(np.abs(sample.mean(0) - model.means_[0]) < 5 * np.sqrt(np.diag(cov) / 40_000))
    # Var of a sample covariance: (Σ_ii Σ_jj + Σ_ij²)/n.
    error = np.sqrt((np.outer(np.diag(cov), np.diag(cov)) + cov**2) / 40_000)
    assert np.all(np.abs(np.cov(sample.T) - cov) < 5 * error)


def test_replicates_are_fitted_and_drawn_apart(rng):
    x = np.stack([pairs(rng, 40), pairs(rng, 40) + 100])
    model = Mixture(2).fit(x, rng=rng)
    assert model.means_.shape == (2, 2, 1)
    sample = model.sample(50, rng=rng)
    assert sample.shape == (2, 50, 1)
    assert sample[0].max() < 50 < sample[1].min()


def test_weights_are_counts_up_to_a_resample(rng):
    x = pairs(rng, 1000, share=0.5)
    w = np.where(x[:, 0] > 0, 3.0, 1.0)
    w[x[:, 0] > 5.5] = 0
    model = Mixture(2).fit(Records(x, w=w), rng=rng)
    upper = np.argmax(model.means_[:, 0])
    expected = w[x[:, 0] > 0].sum() / w.sum()
    assert abs(model.shares_[upper] - expected) < 5 * np.sqrt(expected * (1 - expected) / 1000)
    assert model.means_[upper, 0] < 5  # what lies above 5.5 is absent


@pytest.mark.parametrize(("temperature", "expected"), [(1.0, 0.75), (0.5, 0.9), (1e3, 0.5), (1e-4, 1.0)])
def test_temperature_is_a_power_of_the_shares(rng, temperature, expected):
    sample = Mixture(2, temperature=temperature).fit(pairs(rng, 400), rng=rng).sample(10_000, rng=rng)
    error = max(np.sqrt(expected * (1 - expected) / 10_000), 1e-4)
    assert abs((sample > 0).mean() - expected) < 5 * error


def test_same_rng_same_fit(rng):
    x = ring(8).sample(200, rng=rng)
    first, second = (Mixture(8).fit(x, rng=np.random.default_rng(1)).means_ for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_components_stay_while_the_loop_runs(rng):
    real = ring(8).sample(60, rng=rng)
    history = self_consume(Mixture(8), real, policy=Replace(), generations=5, rng=rng, replicates=2)
    assert history.models[5].shares_.shape == (2, 8)
    assert history.models[5].shares_.min() > 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"components": 0}, "components must be"),
        ({"components": 2.0}, "components must be"),
        ({"components": 2, "temperature": 0}, "temperature must be"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        Mixture(**options)


def test_bad_records_are_named(rng):
    with pytest.raises(ValueError, match="at least as many as the 3 components, got 2"):
        Mixture(3).fit([[1.0], [2.0]], rng=rng)
    with pytest.raises(ValueError, match="Mixture has no place for"):
        Mixture(1).fit(Records([[1.0], [2.0]], y=[0, 1]), rng=rng)
    with pytest.raises(ValueError, match="weight 0"):
        Mixture(1).fit(Records([[1.0], [2.0]], w=[0, 0]), rng=rng)


def test_bad_requests_are_named(rng):
    with pytest.raises(NotFittedError, match="this Mixture has not been fitted"):
        Mixture(1).sample(3, rng=rng)
    model = Mixture(1).fit(pairs(rng, 10), rng=rng)
    with pytest.raises(ValueError, match="n must be a whole number"):
        model.sample(-1, rng=rng)
    with pytest.raises(ValueError, match="y was given"):
        model.sample(3, [0, 0, 0], rng=rng)
    with pytest.raises(ValueError, match="rng must be"):
        model.sample(3, rng=0)
    with pytest.raises(ValueError, match="rng must be"):
        Mixture(1).fit(pairs(rng, 10), rng=None)
