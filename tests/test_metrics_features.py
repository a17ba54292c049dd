"""Features of a classifier, and metrics seen through them."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from course_lib import Records, Replace, self_consume
from course_lib.generators import Gaussian
from course_lib.metrics import HiddenUnits, frechet, mmd2, prdc, seen_through


@pytest.fixture(scope="module")
def pictures():
    x, y = load_digits(return_X_y=True)
    return Records(x[:600] / 16, y[:600])


@pytest.fixture(scope="module")
def eyes(pictures):
    return HiddenUnits(units=16, passes=300).fit(pictures, rng=np.random.default_rng(0))


def test_they_are_what_the_classifier_decides_from(eyes, pictures):
    features = eyes(pictures.x)
    assert features.shape == (600, 16)
    assert features.min() >= 0
    scores = features @ eyes.classifier_.coefs_[1] + eyes.classifier_.intercepts_[1]
    assert np.array_equal(scores.argmax(-1), eyes.classifier_.predict(pictures.x))
    assert (scores.argmax(-1) == pictures.y).mean() > 0.9


def test_leading_axes_pass_through(eyes, pictures):
    stacked = pictures.x.reshape(2, 3, 100, 64)
    assert np.allclose(eyes(stacked), eyes(pictures.x).reshape(2, 3, 100, 16))


def test_a_weight_is_a_count(pictures):
    some = pictures.rows(slice(0, 60))
    weights = np.arange(60) % 3
    repeated = some.take(np.repeat(np.arange(60), weights))
    a = HiddenUnits(8, passes=5).fit(Records(some.x, some.y, weights), rng=np.random.default_rng(1))
    b = HiddenUnits(8, passes=5).fit(repeated, rng=np.random.default_rng(1))
    assert np.array_equal(a(some.x), b(some.x))


def test_a_metric_seen_through_features_is_the_metric_of_the_features(eyes, pictures):
    reference, sample = pictures.x[:300], pictures.x[300:].reshape(3, 100, 64)
    assert np.allclose(seen_through(eyes, frechet)(reference, sample), frechet(eyes(reference), eyes(sample)))
    seen, plain = seen_through(eyes, prdc)(reference, sample), prdc(eyes(reference), eyes(sample))
    assert all(np.array_equal(seen[key], plain[key]) for key in plain)


def test_labels_and_weights_come_along(pictures):
    def needs_both(reference, sample):
        return (sample.w * sample.y).sum() + sample.x.shape[-1]

    sample = Records(pictures.x[:3], np.array([1, 2, 3]), np.array([1.0, 0.0, 2.0]))
    assert seen_through(lambda x: x[..., :5], needs_both)(pictures.x, sample) == 1 + 6 + 5


def test_a_metric_that_draws_still_gets_its_rng(eyes, pictures):
    def drawing(reference, sample, *, rng):
        return rng.random() + 0 * mmd2(reference, sample)

    history = self_consume(
        Gaussian(),
        pictures.x[:200],
        policy=Replace(),
        generations=1,
        rng=np.random.default_rng(2),
        metrics={"draw": seen_through(eyes, drawing)},
    )
    assert len(set(history.scores["draw"])) == 2


def test_what_the_classifier_does_not_need_it_need_not_see(eyes, pictures):
    """A picture moved along a direction that no unit looks at has the same features."""
    unseen = np.linalg.svd(eyes.classifier_.coefs_[0].T)[2][-1]  # 16 units, 64 pixels: 48 such directions
    moved = pictures.x + 5 * unseen
    assert np.allclose(eyes(moved), eyes(pictures.x))
    assert frechet(pictures.x, moved) > 20


def test_bad_input(pictures):
    rng = np.random.default_rng(3)
    with pytest.raises(ValueError, match="one label each"):
        HiddenUnits().fit(pictures.x, rng=rng)
    with pytest.raises(ValueError, match="no leading axes"):
        HiddenUnits().fit(pictures.broadcast((2,)), rng=rng)
    with pytest.raises(ValueError, match="units must be"):
        HiddenUnits(0)
    with pytest.raises(ValueError, match="rng must be"):
        HiddenUnits().fit(pictures, rng=1)
