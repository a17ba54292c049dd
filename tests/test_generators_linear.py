"""Least squares as a generator: weights, shortest solution, ridge, noise, inputs, replicates, bad input."""

import numpy as np
import pytest
from scipy.stats import chi2
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, Ridge

from course_lib import Fixed, LeastSquares, Records, Replace, self_consume
from course_lib.data.toys import ring


def planted(rng, shape, noise=0.5):
    """Return records with labels of weights 1, 2, …, d."""
    x = rng.standard_normal(shape)
    return Records(x, y=x @ np.arange(1.0, shape[-1] + 1) + noise * rng.standard_normal(shape[:-1]))


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_weights_are_those_of_scikit_learn(rng):
    records = planted(rng, (40, 5))
    counts = rng.integers(0, 3, 40).astype(float)
    for ridge, peer in ((0.0, LinearRegression(fit_intercept=False)), (2.5, Ridge(2.5, fit_intercept=False))):
        model = LeastSquares(Fixed(records.x), ridge=ridge).fit(records)
        np.testing.assert_allclose(model.coef_, peer.fit(records.x, records.y).coef_, rtol=1e-8)
        model = LeastSquares(Fixed(records.x), ridge=ridge).fit(Records(records.x, records.y, counts))
        np.testing.assert_allclose(model.coef_, peer.fit(records.x, records.y, counts).coef_, rtol=1e-8)


@pytest.mark.parametrize("ridge", [0.0, 2.5])
def test_a_weight_is_a_count(rng, ridge):
    records = planted(rng, (30, 4))
    counts = rng.integers(0, 4, 30)
    weighted = LeastSquares(Fixed(records.x), ridge=ridge).fit(Records(records.x, records.y, counts))
    repeated = LeastSquares(Fixed(records.x), ridge=ridge).fit(records.take(np.repeat(np.arange(30), counts)))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_)
    np.testing.assert_allclose(weighted.noise_, repeated.noise_)


def test_replicates_are_fitted_apart(rng):
    records = planted(rng, (3, 2, 20, 4))
    together = LeastSquares(Fixed(records.x)).fit(records)
    assert together.coef_.shape == (3, 2, 4)
    assert together.noise_.shape == (3, 2)
    for index in np.ndindex(3, 2):
        alone = LeastSquares(Fixed(records.x)).fit(Records(records.x[index], y=records.y[index]))
        np.testing.assert_allclose(together.coef_[index], alone.coef_)


def test_with_more_inputs_than_records_the_solution_is_exact_and_the_shortest(rng):
    records = planted(rng, (10, 25))
    model = LeastSquares(Fixed(records.x), noise=0).fit(records)
    np.testing.assert_allclose(records.x @ model.coef_, records.y)
    np.testing.assert_allclose(model.coef_, np.linalg.lstsq(records.x, records.y)[0])


def test_a_column_that_repeats_another_shares_its_weight(rng):
    x = rng.standard_normal((20, 1))
    model = LeastSquares(Fixed(x), noise=0).fit(Records(np.hstack([x, x]), y=3 * x[:, 0]))
    np.testing.assert_allclose(model.coef_, [1.5, 1.5])
    assert LeastSquares(Fixed(x), noise=0).fit(Records(np.zeros((4, 2)), y=np.ones(4))).coef_.tolist() == [0, 0]


def test_noise_is_estimated_without_bias(rng):
    records = planted(rng, (2000, 12, 5), noise=0.5)
    squares = 7 * LeastSquares(Fixed(records.x)).fit(records).noise_ ** 2 / 0.25  # χ² with 12 − 5 degrees of freedom
    assert abs(squares.mean() - 7) < 5 * np.sqrt(14 / 2000)
    assert chi2.ppf(0.4, 7) < np.median(squares) < chi2.ppf(0.6, 7)


def test_samples_have_the_source_s_inputs_and_the_model_s_labels(rng):
    records = planted(rng, (50, 2))
    model = LeastSquares(ring(8), noise=0.1).fit(records)
    sample = model.sample(10_000, rng=rng)
    residual = sample.y - sample.x @ model.coef_
    assert abs(residual.mean()) < 5 * 0.1 / np.sqrt(10_000)
    assert abs(residual.var() - 0.01) < 5 * 0.01 * np.sqrt(2 / 10_000)


def test_a_source_without_replicates_is_asked_for_each(rng):
    records = planted(rng, (3, 50, 2))
    sample = LeastSquares(ring(8)).fit(records).sample(50, rng=rng)
    assert sample.x.shape == (3, 50, 2)
    assert not np.array_equal(sample.x[0], sample.x[1])
    fixed = LeastSquares(Fixed(records.x[0])).fit(records).sample(50, rng=rng)
    np.testing.assert_array_equal(fixed.x, np.broadcast_to(records.x[0], (3, 50, 2)))


def test_without_noise_and_with_fixed_inputs_the_loop_stands_still(rng):
    records = planted(rng, (4, 20, 3))
    history = self_consume(LeastSquares(Fixed(records.x), noise=0), records, policy=Replace(), generations=10, rng=rng)
    np.testing.assert_allclose(history.models[10].coef_, history.models[0].coef_)


def test_bad_records_are_named(rng):
    x = rng.standard_normal((10, 3))
    with pytest.raises(ValueError, match=r"y of shape \(10,\), got no y"):
        LeastSquares(Fixed(x)).fit(x)
    with pytest.raises(ValueError, match=r"got y of shape \(10, 2\)"):
        LeastSquares(Fixed(x)).fit(Records(x, y=np.zeros((10, 2))))
    with pytest.raises(ValueError, match="noise must be given"):
        LeastSquares(Fixed(x)).fit(Records(x[:3], y=np.zeros(3)))
    with pytest.raises(ValueError, match="noise must be given"):
        LeastSquares(Fixed(x)).fit(Records(x, y=np.zeros(10), w=np.r_[1, 1, np.zeros(8)]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"noise": -1}, "noise must be"),
        ({"ridge": -1}, "ridge must be"),
        ({"ridge": np.inf}, "ridge must be"),
        ({"inputs": None}, "inputs must have sample"),
        ({"inputs": np.zeros((3, 2))}, "inputs must have sample"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        LeastSquares(**{"inputs": Fixed(np.zeros((3, 2)))} | options)


def test_bad_requests_are_named(rng):
    records = planted(rng, (10, 2))
    with pytest.raises(NotFittedError, match="this LeastSquares has not been fitted"):
        LeastSquares(Fixed(records.x)).sample(3, rng=rng)
    model = LeastSquares(Fixed(records.x)).fit(records)
    with pytest.raises(ValueError, match="n must be 10, the number of fixed inputs, got 7"):
        model.sample(7, rng=rng)
    with pytest.raises(ValueError, match="n must be a whole number"):
        model.sample(0, rng=rng)
    with pytest.raises(ValueError, match="y was given"):
        model.sample(10, np.zeros(10), rng=rng)
    with pytest.raises(ValueError, match="rng must be"):
        model.sample(10, rng=0)
    with pytest.raises(ValueError, match="inputs have 3 features; 2 were fitted"):
        LeastSquares(Fixed(np.zeros((10, 3)))).fit(records).sample(10, rng=rng)
