"""One generator for each label: shares, models, replicates, absent labels, bad input."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from course_lib import Categorical, Gaussian, Kernel, Records, Replace, self_consume
from course_lib.generators.per_label import PerLabel


def labelled(rng, n=60, replicates=(), labels=(2, 5, 9)):
    y = rng.choice(labels, (*replicates, n))
    return Records(rng.standard_normal((*replicates, n, 3)) + y[..., None], y)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_each_model_is_the_one_of_its_own_records(rng):
    records = labelled(rng)
    model = PerLabel(Gaussian()).fit(records, rng=rng)
    np.testing.assert_array_equal(model.labels_, [2, 5, 9])
    for label, share, own in zip(model.labels_, model.shares_, model.models_, strict=True):
        here = records.y == label
        alone = Gaussian().fit(records.x[here])
        assert share == here.mean()
        np.testing.assert_allclose(own.mean_, alone.mean_)
        np.testing.assert_allclose(own.cov_, alone.cov_)


def test_replicates_are_fitted_each_by_itself(rng):
    records = labelled(rng, replicates=(4, 2))
    together = PerLabel(Gaussian()).fit(records, rng=rng)
    for r in np.ndindex(4, 2):
        alone = PerLabel(Gaussian()).fit(Records(records.x[r], records.y[r]), rng=rng)
        np.testing.assert_array_equal(together.shares_[r], alone.shares_)
        for a, b in zip(together.models_, alone.models_, strict=True):
            np.testing.assert_allclose(a.mean_[r], b.mean_)


def test_integer_weights_are_repetitions(rng):
    records = labelled(rng)
    w = rng.integers(0, 4, records.n)
    weighted = PerLabel(Gaussian()).fit(Records(records.x, records.y, w.astype(float)), rng=rng)
    repeated = PerLabel(Gaussian()).fit(Records(records.x.repeat(w, 0), records.y.repeat(w)), rng=rng)
    np.testing.assert_allclose(weighted.shares_, repeated.shares_)
    for a, b in zip(weighted.models_, repeated.models_, strict=True):
        np.testing.assert_allclose(a.cov_, b.cov_)


def test_samples_carry_labels_at_their_share_and_records_of_their_model(rng):
    y = np.repeat([1, 4], [30, 10])
    model = PerLabel(Kernel(0)).fit(Records(np.arange(40.0)[:, None], y), rng=rng)
    sample = model.sample(4000, rng=rng)
    assert abs((sample.y == 4).mean() - 0.25) < 5 * np.sqrt(0.25 * 0.75 / 4000)
    np.testing.assert_array_equal(y[sample.x[:, 0].astype(int)], sample.y)  # Kernel(0) draws the records themselves
    assert np.unique(sample.x).size == 40


def test_labels_can_be_asked_for_one_by_one_and_per_replicate(rng):
    model = PerLabel(Kernel(0)).fit(labelled(rng, replicates=(3,)), rng=rng)
    asked = np.array([9, 2, 2, 5])
    sample = model.sample(4, asked, rng=rng)
    assert sample.x.shape == (3, 4, 3)
    np.testing.assert_array_equal(sample.y, np.broadcast_to(asked, (3, 4)))
    each = rng.choice([2, 5, 9], (3, 4))
    np.testing.assert_array_equal(model.sample(4, each, rng=rng).y, each)


def test_a_label_that_is_absent_from_a_replicate_is_never_drawn_there(rng):
    records = labelled(rng, replicates=(2,))
    records.y[0][records.y[0] == 9] = 5
    model = PerLabel(Gaussian()).fit(records, rng=rng)
    np.testing.assert_array_equal(model.shares_[:, 2] > 0, [False, True])
    sample = model.sample(500, rng=rng)
    assert not (sample.y[0] == 9).any()
    assert (sample.y[1] == 9).any()
    with pytest.raises(ValueError, match="nothing to draw it from"):
        model.sample(1, np.array([9]), rng=rng)


def test_a_single_record_is_copied_by_a_gaussian_that_divides_by_n(rng):
    records = Records(np.array([[0.0, 1.0], [2.0, 3.0], [2.5, 3.0]]), np.array([1, 0, 0]))
    model = PerLabel(Gaussian(ddof=0)).fit(records, rng=rng)
    np.testing.assert_array_equal(model.sample(3, np.ones(3, int), rng=rng).x, np.broadcast_to([0.0, 1.0], (3, 2)))
    with pytest.raises(ValueError, match="label 1 could not be fitted"):
        PerLabel(Gaussian()).fit(records, rng=rng)


def test_labels_in_the_loop_drift_as_symbols_do(rng):
    # P(a label of share p is absent after one generation) = (1 - p)^n, whatever the records are.
    y = np.repeat([0, 1], [38, 2])
    real = Records(np.zeros((40, 1)), y)
    settings = dict(policy=Replace(), generations=3, rng=rng, replicates=400)
    history = self_consume(PerLabel(Gaussian(ddof=0)), real, **settings)
    symbols = self_consume(Categorical(2), y[:, None], **settings)
    for t in (1, 3):
        gone = (history.models[t].shares_[:, -1] == 0).mean(), (symbols.models[t].shares_[:, 1] == 0).mean()
        assert abs(gone[0] - gone[1]) < 5 * np.sqrt(2 * 0.25 / 400)
    expected = (1 - 2 / 40) ** 40
    assert abs((history.models[1].shares_[:, -1] == 0).mean() - expected) < 5 * np.sqrt(expected / 400)


def test_it_copies_its_generator_and_refits_from_nothing(rng):
    inner = Kernel(0)
    model = PerLabel(inner).fit(labelled(rng), rng=rng)
    assert not hasattr(inner, "x_")
    model.fit(labelled(rng, labels=(7,)), rng=rng)
    np.testing.assert_array_equal(model.labels_, [7])


@pytest.mark.parametrize(
    ("records", "words"),
    [
        (np.zeros((3, 1)), "got none"),
        (Records(np.zeros((3, 1)), np.array([0.0, 1.0, 1.0])), "got float64"),
        (Records(np.zeros((3, 1)), np.zeros((3, 2), int)), r"of shape \(3, 2\)"),
        (Records(np.zeros((3, 1)), np.zeros(3, int), np.zeros(3)), "weight 0"),
    ],
)
def test_records_without_usable_labels_are_refused(rng, records, words):
    with pytest.raises(ValueError, match=words):
        PerLabel(Gaussian()).fit(records, rng=rng)


@pytest.mark.parametrize("y", [[2, 5], [2, 5, 3], [2.5, 5.0, 9.0]])
def test_labels_that_were_never_seen_are_refused(rng, y):
    model = PerLabel(Gaussian()).fit(labelled(rng), rng=rng)
    with pytest.raises(ValueError, match="y must be 3 of the labels"):
        model.sample(3, np.array(y), rng=rng)


def test_it_needs_a_generator_and_a_fit(rng):
    with pytest.raises(ValueError, match="write Gaussian"):
        PerLabel(Gaussian)
    with pytest.raises(NotFittedError):
        PerLabel(Gaussian()).sample(3, rng=rng)
