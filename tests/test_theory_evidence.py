"""Closed forms on evidence and membership: known values, limits, bad input. (The size of noise: test_dp.py.)"""

import numpy as np
import pytest

from course_lib import theory


@pytest.mark.parametrize(("rows", "expected"), [(0.5, 0.697), (1, 0.816), (2, 0.932), (5, 0.997)])
def test_membership_approaches_its_limit(rows, expected):
    assert theory.membership_auc(10_000, 10_000 * rows) == pytest.approx(expected, abs=5e-4)


def test_one_record_alone_is_always_given_away():
    assert theory.membership_auc(1, 1) == 1


@pytest.mark.parametrize(("rows", "expected"), [(0, 0.05), (1, 0.166), (5, 0.424), (10, 0.555)])
def test_false_positives_grow_with_the_rows(rows, expected):
    assert theory.synthetic_false_positives(50, 50 * rows) == pytest.approx(expected, abs=5e-4)


def test_they_hold_for_any_level_and_many_sizes_at_once():
    found = theory.synthetic_false_positives(100, np.array([0, 100, 10**12]), level=0.01)
    np.testing.assert_allclose(found, [0.01, 0.0686, 1], atol=5e-4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.membership_auc(0, 5), "n must lie between 1 and inf, got 0"),
        (lambda: theory.membership_auc(5, np.nan), "m holds 1 of 1 values that are NaN"),
        (lambda: theory.synthetic_false_positives(5, -1), "m must lie between 0 and inf, got -1"),
        (lambda: theory.synthetic_false_positives(5, 5, 2), "level must be a share between 0 and 1, got 2"),
        (lambda: theory.gaussian_delta(0, 1), "mu must be a finite number above 0, got 0"),
        (lambda: theory.gaussian_delta(1, -1), "epsilon must be a finite number of at least 0, got -1"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
