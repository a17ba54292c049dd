"""Records: the one form in which data travel between generators, policies, metrics and the loop."""

from dataclasses import dataclass

import numpy as np

from course_lib.validate import as_array

__all__ = ["Records", "as_records", "concatenate"]


@dataclass(frozen=True, eq=False, slots=True)
class Records:
    """Records with optional labels and weights.

    Whatever stands before the last two axes of `x` is a set of independent replicates of the same experiment.

    Parameters
    ----------
    x : numpy.ndarray, shape (..., n, d)
        n records of d features.
    y : numpy.ndarray, shape (..., n) or (..., n, k), optional
        Labels or targets.
    w : numpy.ndarray, shape (..., n), optional
        Weights. A weight is a count: 2 stands for the record twice, 0 for its absence. None stands for all ones.

    Raises
    ------
    ValueError
        If a shape does not fit the others, a value is not finite, or a weight is negative.

    Notes
    -----
    The arrays are kept as they came, not copied, and nothing in this library writes to them.
    """

    x: np.ndarray
    y: np.ndarray | None = None
    w: np.ndarray | None = None

    def __post_init__(self):
        x = as_array(self.x, "x", min_ndim=2)
        object.__setattr__(self, "x", x)
        if self.y is not None:
            y = as_array(self.y, "y", min_ndim=1, dtype=None)
            if x.shape[:-1] not in (y.shape, y.shape[:-1]):
                raise ValueError(
                    f"y has shape {y.shape}; x of shape {x.shape} needs y of {x.shape[:-1]}, or one axis more"
                )
            object.__setattr__(self, "y", y)
        if self.w is not None:
            w = as_array(self.w, "w", min_ndim=1)
            if w.shape != x.shape[:-1]:
                raise ValueError(
                    f"w has shape {w.shape}; x of shape {x.shape} needs one weight a record, {x.shape[:-1]}"
                )
            if w.min() < 0:
                raise ValueError(f"w holds a negative weight ({w.min():g}); a weight is a count and must be 0 or more")
            object.__setattr__(self, "w", w)

    @property
    def n(self):
        """Number of records, those of weight 0 included."""
        return self.x.shape[-2]

    @property
    def d(self):
        """Number of features."""
        return self.x.shape[-1]

    @property
    def replicates(self):
        """Shape of the leading axes: () for one data set."""
        return self.x.shape[:-2]

    def map(self, f):
        """Return Records with `f` applied to each array present.

        `f` may pick, repeat or reorder records, alike in all arrays. What it returns is not checked again: reading
        every value once more would cost as much as a pass of the fit.
        """
        return _unchecked(*(None if array is None else f(array) for array in (self.x, self.y, self.w)))

    def broadcast(self, replicates):
        """Return a view of these records, repeated over leading axes of the shape `replicates`."""
        if self.replicates == tuple(replicates):
            return self
        lead = len(self.replicates)
        return self.map(lambda array: np.broadcast_to(array, (*replicates, *array.shape[lead:])))

    def take(self, index):
        """Return the records that `index` names.

        Parameters
        ----------
        index : numpy.ndarray of int, shape (..., m)
            For each replicate, which of its n records to take.
        """
        lead = len(self.replicates)

        def pick(array):
            extra = array.ndim - lead - 1
            return np.take_along_axis(array, index.reshape(index.shape + (1,) * extra), axis=lead)

        return self.map(pick)

    def rows(self, selection):
        """Return a view of the records in the slice `selection`, the same ones in every replicate."""
        lead = (slice(None),) * len(self.replicates)
        return self.map(lambda array: array[(*lead, selection)])

    def plain(self):
        """Return `x` alone where there is nothing else to say, else these Records."""
        return self.x if self.y is None and self.w is None else self


def _unchecked(x, y, w):
    records = object.__new__(Records)
    for name, array in (("x", x), ("y", y), ("w", w)):
        object.__setattr__(records, name, array)
    return records


def as_records(value, name="records"):
    """Return `value` as Records; a plain array `x` stands for `Records(x)`.

    Raises
    ------
    ValueError
        If `value` is neither Records nor an array of shape (..., n, d); the message names the argument `name`.
    """
    return value if isinstance(value, Records) else _unchecked(as_array(value, name, min_ndim=2), None, None)


def concatenate(*parts):
    """Join Records along the axis of records; the first part's come first.

    Labels must be there in all parts or in none. A part without weights counts each of its records once; a part that
    is None is passed over.

    Raises
    ------
    ValueError
        If feature counts, leading axes or the form of the labels differ.
    """
    parts = [part for part in parts if part is not None]
    axis = len(parts[0].replicates)
    if len({(part.replicates, part.d, None if part.y is None else part.y.shape[axis + 1 :]) for part in parts}) != 1:
        raise ValueError(
            "records can be joined only with equal leading axes and features, and with like labels in all or in none; "
            "got " + ", ".join(f"x {part.x.shape}" + ("" if part.y is None else f" y {part.y.shape}") for part in parts)
        )
    x = np.concatenate([part.x for part in parts], axis)
    y = None if parts[0].y is None else np.concatenate([part.y for part in parts], axis)
    w = None
    if any(part.w is not None for part in parts):
        w = np.concatenate([np.ones(part.x.shape[:-1]) if part.w is None else part.w for part in parts], axis)
    return _unchecked(x, y, w)
