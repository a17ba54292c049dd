"""Input checks, all in one place: each error names the argument, what came and what is needed."""

import math
import numbers

import numpy as np

__all__ = ["as_array", "as_count", "as_fraction", "as_number", "as_rng", "as_values", "as_whole", "require_methods"]


def as_array(value, name, *, min_ndim=0, dtype=np.float64):
    """Return `value` as a finite, non-empty array of at least `min_ndim` axes.

    The array shares memory with `value` where it can, so callers must not write to it.

    Parameters
    ----------
    value : array_like
    name : str
        The argument's name, for the error message.
    min_ndim : int
        The smallest number of axes allowed.
    dtype : numpy dtype or None
        What to convert to; None keeps the array's own.

    Returns
    -------
    numpy.ndarray

    Raises
    ------
    ValueError
        If `value` is not numeric, is empty, has too few axes, or holds NaN or infinity.
    """
    try:
        array = np.asarray(value)
        if dtype is not None:
            if array.dtype.kind not in "biufO":  # NumPy would read texts and dates as numbers, and halve complex ones
                raise ValueError(f"its values are of type {array.dtype}")
            array = array.astype(dtype, copy=False)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name} must be an array of numbers, got {type(value).__name__}: {error}") from None
    if array.ndim < min_ndim:
        hint = ", (records, columns): turn a list of numbers into one column with x[:, None]" if min_ndim == 2 else ""
        raise ValueError(f"{name} has shape {array.shape}; it needs at least {min_ndim} axes{hint}")
    if array.size == 0:
        raise ValueError(f"{name} is empty (shape {array.shape}); at least one value is needed")
    if array.dtype.kind == "f" and not _all_finite(array):
        bad = int(np.count_nonzero(~np.isfinite(array)))
        raise ValueError(f"{name} holds {bad} of {array.size} values that are NaN or infinite; all must be finite")
    return array


def _all_finite(array):
    # A NaN or an infinity anywhere makes the sum not finite; only then is a look at every value needed.
    # A third of the cost of isfinite().all(), which matters where a loop checks every generation.
    with np.errstate(over="ignore", invalid="ignore"):
        total = array.sum()
    return bool(np.isfinite(total)) or bool(np.isfinite(array).all())


def as_count(value, name, *, minimum=1):
    """Return `value` as an int of at least `minimum`, or raise ValueError.

    Examples
    --------
    >>> as_count(3, "generations")
    3
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Integral) or value < minimum:
        raise ValueError(f"{name} must be a whole number of at least {minimum}, got {value!r}")
    return int(value)


def as_number(value, name, *, minimum=-math.inf, inclusive=True):
    """Return `value` as a finite float of at least (or, not `inclusive`, above) `minimum`, or raise ValueError."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_)
    if not is_number or not math.isfinite(value) or value < minimum or (value == minimum and not inclusive):
        bound = "" if minimum == -math.inf else f" {'of at least' if inclusive else 'above'} {minimum}"
        raise ValueError(f"{name} must be a finite number{bound}, got {value!r}")
    return float(value)


def as_fraction(value, name):
    """Return `value` as a float in [0, 1], or raise ValueError."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_)
    if not is_number or not 0 <= value <= 1:
        raise ValueError(f"{name} must be a share between 0 and 1, got {value!r}")
    return float(value)


def as_values(value, name, *, minimum=-math.inf, maximum=math.inf):
    """Return numbers, one or many, as a finite float array with all values in [minimum, maximum], or raise ValueError.

    Examples
    --------
    >>> as_values(range(3), "t", minimum=0)
    array([0., 1., 2.])
    """
    array = as_array(value, name)
    if array.min() < minimum or array.max() > maximum:
        wrong = array[(array < minimum) | (array > maximum)][0]
        raise ValueError(f"{name} must lie between {minimum} and {maximum}, got {wrong:g}")
    return array


def as_whole(value, name, *, minimum=0):
    """Return whole numbers, one or many, as an int array with all values of at least `minimum`, or raise ValueError.

    Examples
    --------
    >>> as_whole([1, 2], "t", minimum=1)
    array([1, 2])
    """
    array = as_array(value, name, dtype=None)
    if array.dtype.kind not in "iu" or array.min() < minimum:
        raise ValueError(f"{name} must hold whole numbers of at least {minimum}, got {value!r}")
    return array


def as_rng(value, name="rng"):
    """Return `value` if it is a `numpy.random.Generator`, or raise ValueError."""
    if not isinstance(value, np.random.Generator):
        raise ValueError(
            f"{name} must be a numpy.random.Generator, such as numpy.random.default_rng(0), got {type(value).__name__}"
        )
    return value


def require_methods(value, name, *methods):
    """Raise ValueError unless `value` is an object (not a class) that has all these methods."""
    if isinstance(value, type):
        raise ValueError(f"{name} must be an object, got the class {value.__name__}: write {value.__name__}(...)")
    missing = [method for method in methods if not callable(getattr(value, method, None))]
    if missing:
        raise ValueError(f"{name} must have {', '.join(methods)}; got {type(value).__name__}, without {missing}")
