"""The kernel density: bandwidth, weights, replicates, independence of its records, bad input."""

import numpy as np
import pytest
from scipy.stats import kstest, norm
from sklearn.exceptions import NotFittedError

from course_lib import Kernel, Records, Replace, self_consume


def test_without_bandwidth_it_draws_its_own_replicate():
    x = np.arange(12.0).reshape(2, 3, 2, 1)
    sample = Kernel(0).fit(x).sample(200, rng=np.random.default_rng(0))
    assert sample.shape == (2, 3, 200, 1)
    for index in np.ndindex(2, 3):
        assert set(sample[index].ravel()) == set(x[index].ravel())


def test_records_keep_their_columns_together():
    x = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    sample = Kernel(0).fit(x).sample(100, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(sample[:, 1], 10 * sample[:, 0])


def test_noise_is_normal_with_the_bandwidth_in_every_direction():
    sample = Kernel(0.3).fit(np.full((4, 2), 5.0)).sample(10_000, rng=np.random.default_rng(0))
    turned = (sample - 5) @ [[0.6, -0.8], [0.8, 0.6]]
    for direction in turned.T:
        assert kstest(direction, norm(0, 0.3).cdf).pvalue > 1e-4
    # Two independent columns: their correlation has the standard error 1/√n.
    assert abs(np.corrcoef(turned.T)[0, 1]) < 5 / np.sqrt(10_000)


def test_weights_are_counts():
    x, w = np.array([[0.0], [1.0], [2.0]]), np.array([3.0, 0.0, 1.0])
    sample = Kernel(0).fit(Records(x, w=w)).sample(10_000, rng=np.random.default_rng(0))
    assert set(sample.ravel()) == {0.0, 2.0}
    assert abs((sample == 0).mean() - 0.75) < 5 * np.sqrt(0.75 * 0.25 / 10_000)


def test_it_keeps_a_copy():
    x = np.zeros((3, 1))
    model = Kernel(0).fit(x)
    x += 1
    assert model.sample(10, rng=np.random.default_rng(0)).max() == 0


def test_the_first_model_of_a_loop_still_draws_the_real_records():
    rng = np.random.default_rng(0)
    real = rng.standard_normal((5, 8, 1))
    history = self_consume(Kernel(0), real, policy=Replace(), generations=30, rng=rng)
    for r in range(5):
        assert set(history.models[0].sample(200, rng=rng)[r].ravel()) == set(real[r].ravel())
        assert len(set(history.models[-1].x_[r].ravel())) < 8


@pytest.mark.parametrize("bandwidth", [-0.1, np.nan, np.inf, "wide", None])
def test_bad_bandwidth_is_named(bandwidth):
    with pytest.raises(ValueError, match="bandwidth must be a finite number of at least 0"):
        Kernel(bandwidth)


def test_bad_records_are_named():
    with pytest.raises(ValueError, match="Kernel has no place for"):
        Kernel(1).fit(Records([[1.0], [2.0]], y=[0, 1]))
    with pytest.raises(ValueError, match="weight 0"):
        Kernel(1).fit(Records(np.zeros((2, 3, 1)), w=[[1, 0, 0], [0, 0, 0]]))


def test_bad_requests_are_named():
    rng = np.random.default_rng(0)
    with pytest.raises(NotFittedError, match="this Kernel has not been fitted"):
        Kernel(1).sample(3, rng=rng)
    model = Kernel(1).fit([[1.0], [2.0]])
    with pytest.raises(ValueError, match="n must be a whole number of at least 1"):
        model.sample(2.5, rng=rng)
    with pytest.raises(ValueError, match="y was given"):
        model.sample(3, [0, 0, 0], rng=rng)
    with pytest.raises(ValueError, match="rng must be"):
        model.sample(3, rng=None)
