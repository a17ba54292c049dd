"""Bad input is refused with the argument's name, what came and what is needed; good input passes unchanged."""

import re
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from course_lib.validate import as_array, as_count, as_fraction, as_number, as_rng, as_values, require_methods


def test_an_array_of_floats_is_not_copied():
    x = np.arange(6.0).reshape(3, 2)
    assert as_array(x, "x") is x


@pytest.mark.parametrize(
    "value",
    [
        [[1, 2], [3, 4]],
        ((True, False),),
        np.float32([[1.5]]),
        np.array([[1, "x"]], object)[:, :1],
        pd.DataFrame({"a": [1, 2]}),
    ],
    ids=["list", "booleans", "float32", "objects", "DataFrame"],
)
def test_whatever_holds_numbers_becomes_float64(value):
    array = as_array(value, "x", min_ndim=2)
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, np.array(value, dtype=float))


def test_dtype_none_keeps_the_type_of_labels():
    assert as_array([1, 2], "y", dtype=None).dtype.kind == "i"
    assert as_array(["ill", "well"], "y", dtype=None).tolist() == ["ill", "well"]


BAD_ARRAYS = {
    "one axis where two are needed": ([1.0, 2.0], {"min_ndim": 2}, r"shape \(2,\).*at least 2 axes.*x\[:, None\]"),
    "two axes where three are needed": ([[1.0]], {"min_ndim": 3}, r"shape \(1, 1\).*at least 3 axes$"),
    "a number where a list is needed": (3.0, {"min_ndim": 1}, r"shape \(\).*at least 1 axes$"),
    "no records": (np.empty((0, 3)), {"min_ndim": 2}, r"empty \(shape \(0, 3\)\).*at least one"),
    "no columns": (np.empty((3, 0)), {"min_ndim": 2}, r"empty \(shape \(3, 0\)\)"),
    "NaN": ([[1.0], [np.nan], [np.nan]], {}, "2 of 3 values that are NaN or infinite; all must be finite"),
    "infinity": ([1.0, np.inf], {}, "1 of 2 values that are NaN or infinite"),
    "infinities of both signs": ([np.inf, -np.inf], {}, "2 of 2 values"),
    "None": ([1.0, None], {}, "1 of 2 values that are NaN"),
    "float32 NaN kept as it is": (np.float32([np.nan, 1]), {"dtype": None}, "1 of 2"),
    "text": (["a", "b"], {}, "array of numbers, got list"),
    "numbers written as text": (np.array(["1.5"]), {}, "array of numbers, got ndarray.*<U3"),
    "complex": (np.array([1 + 2j]), {}, "array of numbers.*complex128"),
    "dates": (np.array(["2020-01-01"], dtype="M8[D]"), {}, "array of numbers.*datetime64"),
    "a dict": ({"a": 1}, {}, "array of numbers, got dict"),
    "ragged": ([[1.0], [1.0, 2.0]], {}, "array of numbers, got list.*inhomogeneous"),
    "too large for a float": ([10**400], {}, "array of numbers"),
    "words in a table": (pd.DataFrame({"a": [1.0], "b": ["x"]}), {}, "array of numbers, got DataFrame.*'x'"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("value", "options", "message"), BAD_ARRAYS.values(), ids=BAD_ARRAYS.keys())
def test_bad_arrays(value, options, message):
    with pytest.raises(ValueError, match=rf"^the data .*{message}"):
        as_array(value, "the data", **options)


def test_large_finite_values_pass_though_their_sum_overflows():
    x = np.full(4, 1e308)
    assert as_array(x, "x") is x
    with pytest.raises(ValueError, match="1 of 5"):
        as_array([*x, np.nan], "x")


@pytest.mark.parametrize(("value", "minimum"), [(3, 1), (np.int64(3), 3), (0, 0), (np.uint8(7), 1)])
def test_counts(value, minimum):
    count = as_count(value, "n", minimum=minimum)
    assert type(count) is int
    assert count == value


@pytest.mark.parametrize("value", [0, -1, 2.0, 2.5, "3", None, True, np.True_, np.nan, [3], np.array(3)], ids=repr)
def test_bad_counts(value):
    with pytest.raises(ValueError, match=rf"^n must be a whole number of at least 1, got {re.escape(repr(value))}$"):
        as_count(value, "n")


@pytest.mark.parametrize("value", [0, 1, 0.5, np.float32(0.25), Fraction(1, 3)], ids=repr)
def test_fractions(value):
    assert as_fraction(value, "share") == float(value)


@pytest.mark.parametrize("value", [-1e-9, 1.0000001, np.nan, np.inf, "0.5", None, True, [0.5]], ids=repr)
def test_bad_fractions(value):
    with pytest.raises(ValueError, match=rf"^share must be a share between 0 and 1, got {re.escape(repr(value))}$"):
        as_fraction(value, "share")


def test_numbers():
    assert as_number(-2, "h") == -2.0
    assert as_number(0, "h", minimum=0) == 0.0


@pytest.mark.parametrize(
    ("value", "options", "need"),
    [
        (np.inf, {}, "a finite number"),
        (np.nan, {}, "a finite number"),
        ("1", {}, "a finite number"),
        (True, {}, "a finite number"),
        (-1, {"minimum": 0}, "a finite number of at least 0"),
        (0, {"minimum": 0, "inclusive": False}, "a finite number above 0"),
    ],
)
def test_bad_numbers(value, options, need):
    with pytest.raises(ValueError, match=rf"^h must be {need}, got {re.escape(repr(value))}$"):
        as_number(value, "h", **options)


def test_values():
    np.testing.assert_array_equal(as_values(range(3), "t", minimum=0, maximum=2), [0.0, 1.0, 2.0])
    with pytest.raises(ValueError, match=r"^t must lie between 0 and 2, got 3$"):
        as_values([1, 3], "t", minimum=0, maximum=2)


@pytest.mark.parametrize("value", [None, 0, np.random.RandomState(0), np.random], ids=["None", "seed", "old", "module"])
def test_a_seed_is_not_a_generator(value):
    with pytest.raises(ValueError, match=rf"^rng must be a numpy.random.Generator.*got {type(value).__name__}$"):
        as_rng(value)


def test_a_class_is_not_an_object():
    class Source:
        def sample(self):
            """Draw nothing."""

    require_methods(Source(), "source", "sample")
    with pytest.raises(ValueError, match=r"^source must be an object, got the class Source: write Source\(...\)$"):
        require_methods(Source, "source", "sample")
    with pytest.raises(ValueError, match=r"^source must have fit, sample; got Source, without \['fit'\]$"):
        require_methods(Source(), "source", "fit", "sample")
