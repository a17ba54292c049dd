"""Digits: small pictures of handwritten numerals."""

import math

import numpy as np

from course_lib.data.dataset import About, Dataset
from course_lib.validate import as_array, as_count

__all__ = ["digits", "picture_grid"]

_SHAPE = (8, 8)
_FULL = 16  # a pixel counts the inked points of a 4 x 4 block

_ABOUT = About(
    source="E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits (its test set), 1998; "
    "UCI Machine Learning Repository; read from the copy inside scikit-learn",
    licence="not stated in the copy inside scikit-learn",
    row="one handwritten digit, 8 x 8 pixels; 13 people wrote them, and who wrote which is not recorded",
)


def digits():
    """Return 1,797 handwritten digits as pictures of 8 by 8 pixels.

    Returns
    -------
    Dataset
        x of shape (1797, 64): the share of ink in each pixel, from 0 (paper) to 1 (all ink), which is the file's
        count from 0 to 16 divided by 16, row by row from the top left. y is the digit written. `shape` is (8, 8).

    Notes
    -----
    `split` deals out pictures, not writers, because the file does not name them: the same hand stands on both sides,
    and a score on the test part says nothing about a new writer.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    height, width = _SHAPE
    return Dataset(
        x=bunch.data / _FULL,
        y=bunch.target,
        names=[f"row {row} column {column}" for row in range(height) for column in range(width)],
        units=["1"] * (height * width),
        label_names=[str(name) for name in bunch.target_names],
        shape=_SHAPE,
        about=_ABOUT,
    )


def picture_grid(x, shape, *, columns=10):
    """Arrange flattened pictures in one array, to be shown by a single `imshow`.

    Parameters
    ----------
    x : array_like, shape (n, height * width)
        The pictures, filled in row by row from the top left.
    shape : (int, int)
        Height and width of one picture.
    columns : int
        Pictures per row of the grid.

    Returns
    -------
    numpy.ndarray, shape (rows * (height + 1) - 1, columns * (width + 1) - 1)
        One pixel of NaN between pictures and in empty places, which `imshow` leaves transparent.

    Raises
    ------
    ValueError
        If x does not hold flattened pictures of that shape.
    """
    x = as_array(x, "x", min_ndim=2)
    height, width = shape
    if x.ndim != 2 or x.shape[1] != height * width:
        raise ValueError(f"x has shape {x.shape}; pictures of shape {shape} need the shape (n, {height * width})")
    columns = min(as_count(columns, "columns"), len(x))
    rows = math.ceil(len(x) / columns)
    cells = np.full((rows * columns, height + 1, width + 1), np.nan)
    cells[: len(x), :height, :width] = x.reshape(-1, height, width)
    cells = cells.reshape(rows, columns, height + 1, width + 1)
    return cells.swapaxes(1, 2).reshape(rows * (height + 1), columns * (width + 1))[:-1, :-1]
