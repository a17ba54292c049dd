"""Train on synthetic, test on real, and the reverse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course_lib import Records
from course_lib.metrics import trts, tstr


def two_groups(rng, n, replicates=()):
    y = rng.integers(2, size=(*replicates, n))
    return Records(rng.normal(size=(*replicates, n, 2)) + 2 * y[..., None], y)


def test_which_set_trains_and_which_tests():
    rng = np.random.default_rng(0)
    real, synthetic = two_groups(rng, 80), two_groups(rng, 60)
    flipped = Records(synthetic.x, np.where(np.arange(60) < 20, 1 - synthetic.y, synthetic.y))
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    assert tstr(real, flipped) == model.fit(flipped.x, flipped.y).score(real.x, real.y)
    assert trts(real, flipped) == model.fit(real.x, real.y).score(flipped.x, flipped.y)
    assert tstr(real, flipped) != trts(real, flipped)
    assert tstr(real, flipped) == trts(flipped, real)


def test_regression_and_its_default_score():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(50, 3))
    y = x @ [1, 2, 3] + rng.normal(size=50)
    train, test = Records(x[:30], y[:30]), Records(x[30:], y[30:])
    model = LinearRegression().fit(x[:30], y[:30])
    residual = y[30:] - model.predict(x[30:])
    r2 = 1 - (residual**2).sum() / ((y[30:] - y[30:].mean()) ** 2).sum()
    assert tstr(test, train) == pytest.approx(r2, rel=1e-12)
    mse = tstr(test, train, scoring="neg_mean_squared_error")
    assert mse == pytest.approx(-(residual**2).mean(), rel=1e-12)


def test_several_targets():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(40, 2))
    records = Records(x, x @ rng.normal(size=(2, 3)))
    assert tstr(records, records) == pytest.approx(1)


def test_labels_of_any_kind():
    rng = np.random.default_rng(3)
    real, synthetic = two_groups(rng, 40), two_groups(rng, 40)
    expected = tstr(real, synthetic)
    for names in (np.array(["healthy", "ill"]), np.array([False, True])):
        assert tstr(Records(real.x, names[real.y]), Records(synthetic.x, names[synthetic.y])) == expected


def test_no_difference():
    # Fresh training data of the same law and size: the paired scores differ by nothing on average.
    rng = np.random.default_rng(4)
    test, train, fresh = (two_groups(rng, 50, (60,)) for _ in range(3))
    for gap in (tstr(test, fresh) - tstr(test, train), trts(train, fresh) - trts(train, test)):
        assert np.std(gap) > 0
        assert abs(gap.mean()) < 5 * gap.std(ddof=1) / np.sqrt(60)


def test_a_label_that_the_training_set_lacks_is_always_missed():
    x = np.array([[0.0], [1.0], [10.0], [11.0], [20.0], [21.0]])
    real = Records(x, np.array([0, 0, 1, 1, 2, 2]))
    synthetic = Records(x[:4], np.array([0, 0, 1, 1]))
    assert tstr(real, synthetic) == pytest.approx(4 / 6)
    assert trts(real, synthetic) == 1
    with pytest.raises(ValueError, match=r"'neg_log_loss' is not defined .*training labels \[0 1\]"):
        tstr(real, synthetic, scoring="neg_log_loss")


def test_a_single_label_is_always_said():
    real = Records(np.arange(5.0)[:, None], np.array([0, 1, 1, 1, 0]))
    collapsed = Records(np.arange(3.0)[:, None], np.array([1, 1, 1]))
    assert tstr(real, collapsed) == 0.6
    assert tstr(real, collapsed, estimator=LogisticRegression()) == 0.6


def test_constant_columns_and_identical_points():
    y = np.array([0, 1, 1])
    flat = Records(np.full((3, 2), 0.1), y)
    assert tstr(flat, flat) == pytest.approx(2 / 3)  # nothing to tell them apart: the larger class
    real = Records(flat.x, np.array([0.0, 1.0, 2.0]))
    assert tstr(real, real) == pytest.approx(0)  # nothing to predict from: the mean


def test_undefined_scores_are_errors():
    one = Records([[1.0]], np.array([2.0]))
    several = Records([[1.0], [2.0], [3.0]], np.array([1.0, 2.0, 4.0]))
    with (
        pytest.warns(UserWarning, match="less than two samples"),
        pytest.raises(ValueError, match=r"score is nan.* 1 test records"),
    ):
        tstr(one, several)


def test_estimators_that_draw():
    rng = np.random.default_rng(5)
    real, synthetic = two_groups(rng, 60), two_groups(rng, 60)
    forest = make_pipeline(StandardScaler(), RandomForestClassifier(n_estimators=5, max_features=1))

    def scores(seed):
        rng = np.random.default_rng(seed)
        return [tstr(real, synthetic, estimator=forest, scoring="neg_log_loss", rng=rng) for _ in range(3)]

    assert scores(0) == scores(0) != scores(1)
    assert len(set(scores(0))) == 3
    assert forest[-1].random_state is None
    assert not hasattr(forest[-1], "estimators_")
    with pytest.raises(ValueError, match="rng must be"):
        tstr(real, synthetic, rng=0)


def test_bad_input():
    rng = np.random.default_rng(6)
    good = two_groups(rng, 20)
    for function in (tstr, trts):
        with pytest.raises(ValueError, match="sample has no labels"):
            function(good, good.x)
        with pytest.raises(ValueError, match="reference has no labels"):
            function(good.x, good)
    with pytest.raises(ValueError, match="labels are of two kinds, float64 in sample and int64 in reference"):
        tstr(good, Records(good.x, good.y.astype(float)))
    with pytest.raises(ValueError, match="estimator must be a scikit-learn estimator"):
        tstr(good, good, estimator="forest")
    with pytest.raises(ValueError, match="no_such_score"):
        tstr(good, good, scoring="no_such_score")
    with pytest.raises(ValueError, match="NaN"):
        tstr(good, Records(good.x, np.full(20, np.nan)))


labels = st.lists(st.integers(0, 2), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(real=labels, synthetic=labels)
@pytest.mark.filterwarnings("error")
def test_any_labels_give_an_accuracy(real, synthetic):
    data = [Records(np.arange(len(y), dtype=float)[:, None], np.array(y)) for y in (real, synthetic)]
    for score in (tstr(*data), trts(*data)):
        assert 0 <= score <= 1
    if not set(real) & set(synthetic):
        assert tstr(*data) == trts(*data) == 0
