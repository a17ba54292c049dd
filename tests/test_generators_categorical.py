"""The categorical generator: shares, weights, replicates, temperature, bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError

from course_lib import Categorical, Records


def codes(*values):
    return np.array(values, dtype=float)[:, None]


def test_shares_are_counted():
    model = Categorical(4).fit(codes(0, 0, 2, 0))
    assert model.shares_.tolist() == [0.75, 0, 0.25, 0]
    assert Categorical().fit(codes(0, 0, 2, 0)).shares_.shape == (3,)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=20))
def test_a_weight_is_a_count(pairs):
    symbols, counts = np.array(pairs).T
    if counts.sum() == 0:
        counts = counts + 1
    weighted = Categorical(5).fit(Records(symbols[:, None], w=counts)).shares_
    repeated = Categorical(5).fit(np.repeat(symbols, counts)[:, None]).shares_
    np.testing.assert_allclose(weighted, repeated, atol=1e-15)


def test_replicates_are_counted_apart():
    x = np.random.default_rng(0).integers(0, 6, (3, 2, 50, 1))
    together = Categorical(6).fit(x).shares_
    assert together.shape == (3, 2, 6)
    for index in np.ndindex(3, 2):
        np.testing.assert_array_equal(together[index], Categorical(6).fit(x[index]).shares_)


def test_sample_has_the_shares_and_no_order():
    rng = np.random.default_rng(0)
    x = np.repeat([0, 1, 2], [50, 30, 20])[:, None]
    sample = Categorical(3).fit(x).sample(40_000, rng=rng)
    assert sample.shape == (40_000, 1)
    shares = np.bincount(sample[:, 0].astype(int)) / 40_000
    p = np.array([0.5, 0.3, 0.2])
    assert np.all(np.abs(shares - p) < 5 * np.sqrt(p * (1 - p) / 40_000))
    # Neighbours are independent: the share of pairs that are equal is Σ p².
    equal, expected = np.mean(sample[::2] == sample[1::2]), np.sum(p**2)
    assert abs(equal - expected) < 5 * np.sqrt(expected * (1 - expected) / 20_000)


def test_a_symbol_once_lost_is_never_drawn():
    model = Categorical(3).fit(codes(0, 2, 2))
    assert 1 not in model.sample(10_000, rng=np.random.default_rng(0))


@pytest.mark.parametrize(("temperature", "expected"), [(0.5, [0.8, 0.2]), (1, [2 / 3, 1 / 3]), (1e-3, [1, 0])])
def test_temperature_is_a_power_of_the_shares(temperature, expected):
    model = Categorical(2, temperature=temperature).fit(codes(0, 0, 1))
    share = np.mean(model.sample(40_000, rng=np.random.default_rng(0)) == 0)
    assert abs(share - expected[0]) <= 5 * np.sqrt(expected[0] * expected[1] / 40_000)
    np.testing.assert_allclose(model.shares_, [2 / 3, 1 / 3])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Categorical(0), "k must be a whole number of at least 1, got 0"),
        (lambda: Categorical(temperature=0), "temperature must be a finite number above 0, got 0"),
        (lambda: Categorical().fit(codes(0.5)), "whole numbers"),
        (lambda: Categorical().fit(codes(-1)), "whole numbers"),
        (lambda: Categorical(2).fit(codes(2)), "from 0 to 1, got 2"),
        (lambda: Categorical().fit(np.zeros((3, 2))), "one column of codes"),
        (lambda: Categorical().fit(Records(codes(0, 1), y=np.zeros(2))), "without labels"),
        (lambda: Categorical().fit(Records(codes(0, 1), w=np.zeros(2))), "weight 0"),
        (lambda: Categorical().fit(codes(0)).sample(0, rng=np.random.default_rng()), "n must be a whole number"),
        (lambda: Categorical().fit(codes(0)).sample(1, rng=0), "numpy.random.Generator"),
        (lambda: Categorical().fit(codes(0)).sample(1, y=[0], rng=np.random.default_rng()), "y was given"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_sampling_before_fitting():
    with pytest.raises(NotFittedError, match="Categorical has not been fitted"):
        Categorical().sample(1, rng=np.random.default_rng())
