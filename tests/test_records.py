"""Records: shapes fit together, nothing is copied that need not be, replicates stay apart."""

import pickle

import numpy as np
import pytest

from course_lib import Records
from course_lib.records import as_records, concatenate


@pytest.fixture
def records():
    """Two replicates of three records with two features, two targets and a weight; all numbers differ."""
    x = np.arange(12.0).reshape(2, 3, 2)
    return Records(x, y=x + 100, w=x[..., 0] + 200)


def test_shapes(records):
    assert (records.n, records.d, records.replicates) == (3, 2, (2,))
    assert (Records(np.ones((4, 3))).n, Records(np.ones((4, 3))).replicates) == (4, ())


def test_arrays_are_kept_and_not_copied():
    x, y, w = np.ones((3, 2)), np.arange(3), np.ones(3)
    records = Records(x, y, w)
    assert records.x is x
    assert records.y is y
    assert records.w is w


def test_features_and_weights_become_float64_and_labels_keep_their_type():
    records = Records([[1], [2]], y=["a", "b"], w=[1, 2])
    assert records.x.dtype == records.w.dtype == np.float64
    assert records.y.tolist() == ["a", "b"]


BAD = {
    "x": (dict(x=[1.0, 2.0]), r"^x has shape \(2,\); it needs at least 2 axes, \(records, columns\)"),
    "too few labels": (
        dict(x=np.ones((3, 2)), y=[0, 1]),
        r"^y has shape \(2,\); x of shape \(3, 2\) needs y of \(3,\)",
    ),
    "labels not by replicate": (dict(x=np.ones((2, 3, 1)), y=[0, 1, 2]), r"^y has shape \(3,\).*needs y of \(2, 3\)"),
    "NaN labels": (dict(x=np.ones((2, 1)), y=[0, np.nan]), "^y holds 1 of 2 values that are NaN"),
    "too many weights": (
        dict(x=np.ones((3, 2)), w=np.ones((3, 2))),
        r"^w has shape \(3, 2\).*one weight a record, \(3,\)",
    ),
    "one weight for all": (dict(x=np.ones((3, 2)), w=2.0), r"^w has shape \(\)"),
    "negative weight": (
        dict(x=np.ones((2, 2)), w=[1, -0.5]),
        r"^w holds a negative weight \(-0.5\).*must be 0 or more",
    ),
    "NaN weight": (dict(x=np.ones((2, 2)), w=[1, np.nan]), "^w holds 1 of 2 values that are NaN"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        Records(**arguments)


def test_as_records():
    x = np.ones((3, 2))
    assert as_records(x).x is x
    records = Records(x)
    assert as_records(records) is records
    with pytest.raises(ValueError, match=r"^real has shape \(3,\)"):
        as_records([1.0, 2.0, 3.0], "real")


def test_broadcast_repeats_as_a_view(records):
    wide = records.broadcast((5, 2))
    assert wide.x.shape == (5, 2, 3, 2)
    assert wide.y.shape == (5, 2, 3, 2)
    assert wide.w.shape == (5, 2, 3)
    for wide_array, array in ((wide.x, records.x), (wide.y, records.y), (wide.w, records.w)):
        assert np.shares_memory(wide_array, array)
        np.testing.assert_array_equal(wide_array[4], array)
    assert records.broadcast((2,)) is records


def test_take_takes_other_records_in_each_replicate(records):
    taken = records.take(np.array([[2, 0], [1, 1]]))
    np.testing.assert_array_equal(taken.x[:, :, 0], [[4, 0], [8, 8]])
    np.testing.assert_array_equal(taken.y[:, :, 1], [[105, 101], [109, 109]])
    np.testing.assert_array_equal(taken.w, [[204, 200], [208, 208]])


def test_rows_is_a_view(records):
    rows = records.rows(slice(1, 3))
    np.testing.assert_array_equal(rows.x, records.x[:, 1:3])
    np.testing.assert_array_equal(rows.w, records.w[:, 1:3])
    assert all(np.shares_memory(a, b) for a, b in ((rows.x, records.x), (rows.y, records.y), (rows.w, records.w)))


def test_plain_is_the_array_where_it_says_everything(records):
    x = np.ones((3, 2))
    assert Records(x).plain() is x
    assert records.plain() is records
    weighted = Records(x, w=np.ones(3))
    assert weighted.plain() is weighted


def test_concatenate_keeps_the_order_of_parts_and_counts_unweighted_records_once(records):
    joined = concatenate(Records(records.x, records.y), None, records)
    np.testing.assert_array_equal(joined.x, np.concatenate([records.x, records.x], axis=1))
    np.testing.assert_array_equal(joined.y, np.concatenate([records.y, records.y], axis=1))
    np.testing.assert_array_equal(joined.w, np.concatenate([np.ones((2, 3)), records.w], axis=1))
    assert concatenate(Records(records.x), Records(records.x)).w is None


@pytest.mark.parametrize(
    "other",
    [
        Records(np.ones((2, 3, 1)), y=np.ones((2, 3, 2))),
        Records(np.ones((3, 2)), y=np.ones((3, 2))),
        Records(np.ones((2, 3, 2))),
        Records(np.ones((2, 3, 2)), y=np.ones((2, 3))),
    ],
    ids=["other columns", "other leading axes", "no labels", "one target instead of two"],
)
def test_concatenate_refuses_what_does_not_fit(records, other):
    with pytest.raises(ValueError, match=r"joined only with equal.*x \(2, 3, 2\) y \(2, 3, 2\), x \("):
        concatenate(records, other)


def test_records_are_frozen_and_can_be_sent_to_another_process(records):
    with pytest.raises(AttributeError):
        records.x = np.ones((3, 2))
    copy = pickle.loads(pickle.dumps(records))
    np.testing.assert_array_equal(copy.x, records.x)
    np.testing.assert_array_equal(copy.w, records.w)
