"""Sensitivity: against models whose answer is known, and refusals."""

import numpy as np
import pytest

from course_lib import plots
from course_lib.sensitivity import one_at_a_time, tornado, variance_shares


def linear(a, b, c=1.0):
    return 1 + 2 * a - 3 * b + 0 * c


LOW, BASE, HIGH = {"a": 0, "b": 0}, {"a": 1, "b": 0.5}, {"a": 2, "b": 1}


def test_one_at_a_time_of_a_linear_model():
    table = one_at_a_time(linear, LOW, BASE, HIGH)
    assert list(table["assumption"]) == ["a", "b"]
    np.testing.assert_allclose(table["swing"], [4, 3])
    np.testing.assert_allclose(table["at_base"], 1.5)
    np.testing.assert_allclose(table["at_low"], [-0.5, 3])
    np.testing.assert_allclose(table["at_high"], [3.5, 0])


def test_the_middle_counts_where_both_ends_agree():
    table = one_at_a_time(lambda a: (a - 1) ** 2, {"a": 0}, {"a": 1}, {"a": 2})
    np.testing.assert_allclose(table["swing"], 1)


def test_what_is_only_in_base_stays():
    seen = []
    one_at_a_time(lambda a, c: seen.append(c) or a, {"a": 0}, {"a": 1, "c": 7}, {"a": 2})
    assert seen == [7, 7, 7]


@pytest.mark.parametrize(
    ("low", "base", "high", "words"),
    [
        ({}, BASE, {}, "low must map"),
        (LOW, {"a": 1}, HIGH, "all of them in base"),
        (LOW, BASE, {"a": 2}, "same assumptions"),
        (LOW, BASE | {"a": 3}, HIGH, "must lie from low"),
        (LOW, BASE, HIGH | {"b": np.nan}, "finite number"),
    ],
)
def test_ranges_that_do_not_fit_are_refused(low, base, high, words):
    with pytest.raises(ValueError, match=words):
        one_at_a_time(linear, low, base, high)


@pytest.mark.parametrize("value", [np.nan, [1, 2], "much"])
def test_an_outcome_that_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="one finite number"):
        one_at_a_time(lambda **_: value, LOW, BASE, HIGH)


def test_tornado_draws_the_largest_swing_on_top_and_tells_both_ends():
    _fig, ax = plots.new_figure()
    tornado(ax, one_at_a_time(linear, LOW, BASE, HIGH), names={"a": "the first"}, show=lambda v, name: f"{name}={v:g}")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["b", "the first"]
    assert {text.get_text() for text in ax.texts} == {"a=0", "a=2", "b=0", "b=1"}


def test_variance_shares_of_a_sum_and_a_product():
    # Ishigami-like check with a closed form: x + y z on (-1, 1): V = 1/3 + 1/9, x alone 3/4, y and z only together 1/4.
    end = dict.fromkeys("xyz", 1.0)
    low = dict.fromkeys("xyz", -1.0)
    table = variance_shares(lambda x, y, z: x + y * z, low, end, n=2048, rng=np.random.default_rng(0))
    table = table.set_index("assumption").loc[["x", "y", "z"]]
    np.testing.assert_allclose(table["first"], [0.75, 0, 0], atol=0.05)
    np.testing.assert_allclose(table["total"], [0.75, 0.25, 0.25], atol=0.05)
    assert (table["total_low"] <= table["total"]).all()
    assert (table["total"] <= table["total_high"]).all()


def test_variance_shares_refuse():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="does not vary"):
        variance_shares(lambda a: a, {"a": 1}, {"a": 1}, n=8, rng=rng)
    with pytest.raises(ValueError, match="of shape"):
        variance_shares(lambda a: a.sum(), {"a": 0}, {"a": 1}, n=8, rng=rng)
    with pytest.raises(ValueError, match="rng"):
        variance_shares(lambda a: a, {"a": 0}, {"a": 1}, n=8, rng=0)
