"""The picture regressor: replicates kept apart, training resumed, bad input."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from course_lib import Records
from course_lib.regressor import PictureRegressor

SHAPE = (16, 16)


def bars(n, rng):
    """Return pictures of a bright column, whose place is the first label; the second is 7 times that."""
    place = rng.integers(2, 14, n)
    x = 0.2 * rng.random((n, *SHAPE))
    x[np.arange(n), :, place] += 1
    return Records(x.reshape(n, -1), np.stack([place, 7.0 * place], axis=-1))


def small(**settings):
    return PictureRegressor(**{"shape": SHAPE, "channels": (4, 8), "width": 16, "steps": 150, "batch": 32} | settings)


def test_it_learns_where_the_bar_stands():
    rng = np.random.default_rng(0)
    model = small().fit(bars(500, rng), rng=rng, replicates=3)
    test = bars(200, rng)
    found = model.predict(test.x)
    assert found.shape == (3, 200, 2)
    error = np.sqrt(((found - test.y) ** 2).mean(1)) / test.y.std(0)
    assert error.max() < 0.3  # a guess of the mean has 1


def test_brightness_and_contrast_do_not_matter():
    rng = np.random.default_rng(0)
    model = small().fit(bars(200, rng), rng=rng)
    x = bars(20, rng).x
    np.testing.assert_allclose(model.predict(0.5 * x + 0.3), model.predict(x), rtol=0.02, atol=0.05)


def test_replicates_do_not_mix():
    """A replicate's network learns from its own labels, whatever the other's are."""
    rng = np.random.default_rng(0)
    data, test = bars(300, rng), bars(100, rng)
    other = Records(data.x, -data.y)
    both = Records(np.stack([data.x, other.x]), np.stack([data.y, other.y]))
    found = small().fit(both, rng=rng).predict(test.x)
    assert np.corrcoef(found[0, :, 0], test.y[:, 0])[0, 1] > 0.9
    assert np.corrcoef(found[1, :, 0], test.y[:, 0])[0, 1] < -0.9


def test_same_rng_same_network():
    data = bars(100, np.random.default_rng(0))
    first, again = (small(steps=5).fit(data, rng=np.random.default_rng(1)).predict(data.x) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_replicates_of_one_data_set_are_as_repeated_ones():
    data = bars(50, np.random.default_rng(0))
    repeated = Records(np.stack([data.x] * 2), np.stack([data.y] * 2))
    one = small(steps=5).fit(data, rng=np.random.default_rng(1), replicates=2)
    two = small(steps=5).fit(repeated, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(one.predict(data.x), two.predict(data.x))


def test_start_goes_on_and_is_left_alone():
    rng = np.random.default_rng(0)
    data = bars(300, rng)
    start = small().fit(data, rng=rng, replicates=2)
    before = start.predict(data.x)
    losses = list(small(steps=3).training(data, rng=rng, replicates=2, start=start))
    fresh = list(small(steps=3).training(data, rng=rng, replicates=2))
    assert (losses[0] < 0.3 * fresh[0]).all()
    np.testing.assert_array_equal(start.predict(data.x), before)


def test_bad_input():
    rng = np.random.default_rng(0)
    data = bars(20, rng)
    with pytest.raises(NotFittedError):
        small().predict(data.x)
    with pytest.raises(ValueError, match="records must have labels"):
        small().fit(data.x, rng=rng)
    with pytest.raises(ValueError, match="need 256 columns"):
        small().fit(Records(data.x[:, :100], data.y), rng=rng)
    with pytest.raises(ValueError, match="rng must be"):
        small().fit(data, rng=0)
    with pytest.raises(ValueError, match="learning_rate must be"):
        small(learning_rate=0)
    model = small(steps=1).fit(data, rng=rng, replicates=2)
    with pytest.raises(ValueError, match="start has labels of shape"):
        small(steps=1).fit(data, rng=rng, replicates=3, start=model)
    with pytest.raises(ValueError, match="x has leading axes"):
        model.predict(np.stack([data.x] * 3))
