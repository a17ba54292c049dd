"""The Gaussian: moments against NumPy's, samples against the law, and the collapsed cases that the course is about."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.exceptions import NotFittedError

from course_lib import Gaussian, Records
from course_lib.generators import clone
from course_lib.generators.gaussian import _blocks

EPS = np.finfo(float).eps


@pytest.fixture
def rng():
    return np.random.default_rng(0)


# --- fit


@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize("d", [1, 5])
@pytest.mark.parametrize("lead", [(), (1,), (7,), (2, 3)])
def test_moments_of_each_replicate_are_those_of_numpy(rng, lead, d, ddof):
    x = rng.standard_normal((*lead, 20, d)) @ rng.standard_normal((d, d)) + 3
    model = Gaussian(ddof).fit(x)
    assert model.mean_.shape == (*lead, d)
    assert model.cov_.shape == (*lead, d, d)
    for i in np.ndindex(lead):
        np.testing.assert_allclose(model.mean_[i], x[i].mean(0), rtol=20 * EPS)
        np.testing.assert_allclose(
            model.cov_[i], np.cov(x[i], rowvar=False, ddof=ddof).reshape(d, d), rtol=1e-12, atol=1e-14
        )


@pytest.mark.parametrize("shape", [(3000, 100, 1), (9999, 7, 5), (3, 90_000, 1), (2, 4000, 9, 5)])
def test_blocks_do_not_show(rng, shape):
    x = rng.standard_normal(shape)
    assert len(list(_blocks(Records(x)))) > 1
    w = rng.integers(1, 4, shape[:-1]).astype(float)
    mean, total = np.einsum("...nd,...n->...d", x, w), w.sum(-1)[..., None]
    mean /= total
    centred = x - mean[..., None, :]
    model = Gaussian(ddof=0).fit(Records(x, w=w))
    np.testing.assert_allclose(model.mean_, mean, atol=1e-14)
    cov = np.einsum("...ni,...nj,...n->...ij", centred, centred, w) / total[..., None]
    np.testing.assert_allclose(model.cov_, cov, rtol=1e-11, atol=1e-14)


@settings(deadline=None, max_examples=100)
@given(
    counts=arrays(np.int64, (2, 6), elements=st.integers(0, 4)).filter(lambda counts: counts.sum(-1).min() > 1),
    x=arrays(float, (2, 6, 2), elements=st.integers(-100, 100)),
    ddof=st.sampled_from([0, 1]),
)
def test_integer_weights_equal_repetition(counts, x, ddof):
    weighted = Gaussian(ddof).fit(Records(x, w=counts))
    for r in range(2):
        repeated = Gaussian(ddof).fit(np.repeat(x[r], counts[r], axis=0))
        # Whole numbers up to 100, at most 24 of them: 24 roundings of a sum that never exceeds 24 · 200².
        np.testing.assert_allclose(weighted.mean_[r], repeated.mean_, atol=24 * 100 * EPS)
        np.testing.assert_allclose(weighted.cov_[r], repeated.cov_, atol=24 * 24 * 200**2 * EPS)


def test_a_record_of_weight_0_is_absent_however_wild(rng):
    x = rng.standard_normal((2, 10, 3))
    wild = np.concatenate([np.full((2, 1, 3), 1e6), x], axis=1)
    w = np.ones((2, 11))
    w[:, 0] = 0
    weighted, without = Gaussian().fit(Records(wild, w=w)), Gaussian().fit(x)
    np.testing.assert_allclose(weighted.mean_, without.mean_, atol=1e-15)
    np.testing.assert_allclose(weighted.cov_, without.cov_, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("d", [1, 2])
def test_a_spread_far_below_the_mean_keeps_its_digits(rng, d):
    n, sigma = 100, 1e-9
    x = 1 + sigma * rng.standard_normal((n, d))
    column = [Fraction(value) for value in x[:, 0]]  # exact: the numbers as they are stored
    mean = sum(column) / n
    exact = float(sum((value - mean) ** 2 for value in column) / (n - 1))
    # The mean may be wrong by n·eps, which adds its square to each of the squares; the rest is relative.
    bound = (n * EPS / sigma) ** 2 + 2 * n * EPS
    assert Gaussian().fit(x).cov_[0, 0] == pytest.approx(exact, rel=bound)


def test_fit_writes_to_nothing_it_was_given_and_keeps_nothing_of_it(rng):
    x, w = rng.standard_normal((3, 10, 2)), np.ones((3, 10))
    x.flags.writeable = w.flags.writeable = False
    model = Gaussian()
    assert model.fit(Records(x, w=w), rng=rng) is model
    assert not np.shares_memory(model.mean_, x)


def test_fit_binds_new_state_so_that_a_copy_is_independent(rng):
    first = Gaussian().fit(rng.standard_normal((5, 1)))
    mean, cov = first.mean_.copy(), first.cov_.copy()
    second = clone(first).fit(np.full((5, 1), 7.0))
    assert second is not first
    np.testing.assert_array_equal(first.mean_, mean)
    np.testing.assert_array_equal(first.cov_, cov)


def test_fit_draws_nothing():
    rng, untouched = np.random.default_rng(1), np.random.default_rng(1)
    Gaussian().fit(np.arange(4.0)[:, None], rng=rng)
    assert rng.random() == untouched.random()


# --- sample


def covariance_errors(x, mean, cov):
    """Return errors of sample mean and covariance (n records) in standard errors, for records of a normal law."""
    n, variances = len(x), np.diag(cov)
    mean_z = (x.mean(0) - mean) / np.sqrt(variances / n)
    cov_z = (np.cov(x, rowvar=False) - cov) / np.sqrt((np.outer(variances, variances) + cov**2) / n)
    return mean_z, cov_z


@pytest.mark.parametrize("d", [1, 5])
def test_samples_have_the_fitted_moments(rng, d):
    real = rng.standard_normal((3, 50, d)) @ rng.standard_normal((d, d)) + 10 * np.arange(3)[:, None, None]
    model = Gaussian().fit(real)
    x = model.sample(40_000, rng=rng)
    assert x.shape == (3, 40_000, d)
    assert x.dtype == np.float64
    for replicate in range(3):
        mean_z, cov_z = covariance_errors(x[replicate], model.mean_[replicate], model.cov_[replicate])
        assert np.abs(mean_z).max() < 5
        assert np.abs(cov_z).max() < 5


def test_samples_are_normal_and_independent_between_replicates(rng):
    from scipy.stats import kstest

    n = 20_000
    a, b = Gaussian().fit(rng.standard_normal((2, 30, 1))).sample(n, rng=rng)[..., 0]
    assert kstest((a - a.mean()) / a.std(), "norm").pvalue > 1e-6
    assert abs(np.corrcoef(a, b)[0, 1]) < 5 / np.sqrt(n)


def test_the_same_seed_gives_the_same_sample_and_another_call_another():
    model = Gaussian().fit(np.arange(5.0)[:, None])
    a, b = (np.random.default_rng(3) for _ in range(2))
    np.testing.assert_array_equal(model.sample(4, rng=a), model.sample(4, rng=b))
    assert not np.array_equal(model.sample(4, rng=a), model.sample(4, rng=np.random.default_rng(3)))


@pytest.mark.parametrize("d", [1, 3])
def test_sampling_bias_scales_the_covariance_of_samples_alone(rng, d):
    real = rng.standard_normal((30, d)) + 5
    honest, biased = Gaussian().fit(real), Gaussian(sampling_bias=0.25).fit(real)
    np.testing.assert_array_equal(honest.cov_, biased.cov_)
    x, y = (model.sample(50, rng=np.random.default_rng(1)) for model in (honest, biased))
    np.testing.assert_allclose(y - honest.mean_, (x - honest.mean_) / 2, atol=1e-14)


def test_sampling_bias_0_leaves_the_mean(rng):
    model = Gaussian(sampling_bias=0).fit(rng.standard_normal((10, 2)))
    np.testing.assert_array_equal(model.sample(3, rng=rng), np.broadcast_to(model.mean_, (3, 2)))


# --- collapsed covariances


def outside(x, real):
    """Return the largest distance of the rows of x from the flat that the rows of `real` span."""
    centre = real.mean(0)
    _, spread, directions = np.linalg.svd(real - centre)
    empty = directions[np.count_nonzero(spread > 1e-9 * spread[0]) :]
    return np.abs((x - centre) @ empty.T).max()


def test_fewer_rows_than_columns(rng):
    real = rng.standard_normal((3, 5))
    model = Gaussian().fit(real)
    x = model.sample(20_000, rng=rng)
    # Where the law has no width an eigenvalue of order eps may be left for the 0: a width of √eps.
    assert outside(x, real) < 10 * np.sqrt(EPS)
    mean_z, cov_z = covariance_errors(x, model.mean_, model.cov_)
    assert np.abs(mean_z).max() < 5
    assert np.abs(cov_z).max() < 5


@pytest.mark.parametrize("d", [1, 5])
@pytest.mark.parametrize("value", [0.0, 0.1, 1e6])
def test_identical_rows_are_sampled_again(rng, d, value):
    x = Gaussian().fit(np.full((10, d), value)).sample(100, rng=rng)
    # The mean of n equal numbers may be off in the last digits, and that is all the width there is.
    np.testing.assert_allclose(x, value, rtol=100 * EPS, atol=0)


def test_identical_whole_numbers_have_no_variance_at_all():
    np.testing.assert_array_equal(Gaussian().fit(np.full((7, 5, 2), 3.0)).cov_, 0)


def test_one_row(rng):
    model = Gaussian(ddof=0).fit([[2.0, 3.0]])
    np.testing.assert_array_equal(model.cov_, np.zeros((2, 2)))
    np.testing.assert_array_equal(model.sample(4, rng=rng), np.full((4, 2), [2.0, 3.0]))


def test_a_duplicated_column_stays_duplicated(rng):
    column = rng.standard_normal((30, 1))
    x = Gaussian().fit(np.hstack([column, column, rng.standard_normal((30, 1))])).sample(1000, rng=rng)
    np.testing.assert_allclose(x[:, 0], x[:, 1], atol=10 * np.sqrt(EPS))


def test_one_collapsed_replicate_leaves_the_others_their_law(rng):
    real = rng.standard_normal((2, 50, 3))
    real[0] = 4.0
    model = Gaussian().fit(real)
    x = model.sample(20_000, rng=rng)
    np.testing.assert_allclose(x[0], 4.0, rtol=100 * EPS)
    mean_z, cov_z = covariance_errors(x[1], model.mean_[1], model.cov_[1])
    assert np.abs(mean_z).max() < 5
    assert np.abs(cov_z).max() < 5


@pytest.mark.parametrize("d", [1, 4])
def test_the_loop_of_fit_and_sample_outlives_its_spread(rng, d):
    x = rng.standard_normal((20, 3, d))
    for _ in range(500):
        model = Gaussian(ddof=0).fit(x)
        x = model.sample(3, rng=rng)
    assert np.isfinite(x).all()
    assert np.trace(model.cov_, axis1=-2, axis2=-1).max() < 1e-20


# --- bad input


@pytest.mark.parametrize("ddof", [2, -1, 0.5, None, True])
def test_bad_ddof(ddof):
    with pytest.raises(ValueError, match=rf"^ddof must be .*got {ddof}$"):
        Gaussian(ddof)


def test_bad_sampling_bias():
    with pytest.raises(ValueError, match=r"^sampling_bias must be a share between 0 and 1, got 1.5$"):
        Gaussian(sampling_bias=1.5)


def test_too_few_records_for_the_divisor():
    with pytest.raises(ValueError, match=r"^records must count more than ddof = 1 in each replicate, got 1 .*\(1, 2\)"):
        Gaussian().fit([[1.0, 2.0]])
    with pytest.raises(ValueError, match=r"^records must count more than ddof = 0 .*got 0 .*weights counted"):
        Gaussian(ddof=0).fit(Records(np.ones((2, 3, 1)), w=[[1, 1, 1], [0, 0, 0]]))


@pytest.mark.parametrize("bad", [[1.0, 2.0], np.empty((0, 1)), [[np.nan], [1.0]], [["a"], ["b"]]])
def test_bad_records(bad):
    with pytest.raises(ValueError, match=r"^records "):
        Gaussian().fit(bad)


def test_labels_are_refused(rng):
    with pytest.raises(ValueError, match=r"^records carry labels.*append them to x, or drop them"):
        Gaussian().fit(Records(np.ones((3, 1)), y=[0, 1, 0]))
    with pytest.raises(ValueError, match=r"^y was given.*fitted without labels"):
        Gaussian().fit(np.ones((3, 1))).sample(2, [0, 1], rng=rng)


@pytest.mark.parametrize("n", [0, -1, 2.0, None])
def test_bad_n(rng, n):
    with pytest.raises(ValueError, match=rf"^n must be a whole number of at least 1, got {n}$"):
        Gaussian().fit(np.ones((3, 1))).sample(n, rng=rng)


def test_a_seed_is_not_a_generator():
    with pytest.raises(ValueError, match=r"^rng must be a numpy.random.Generator.*got int$"):
        Gaussian().fit(np.ones((3, 1))).sample(2, rng=0)


def test_sample_before_fit(rng):
    with pytest.raises(NotFittedError, match=r"^this Gaussian has not been fitted yet: call fit\(records, rng=rng\)"):
        Gaussian().sample(2, rng=rng)
