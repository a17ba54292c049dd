"""Dataset: a table of numbers that knows the names of its columns, its units, its labels and where it comes from."""

import difflib
import math
from dataclasses import dataclass, replace

import numpy as np

from course_lib.records import Records
from course_lib.validate import as_array, as_count, as_fraction, as_rng

__all__ = ["About", "Dataset"]


@dataclass(frozen=True)
class About:
    """Where a data set comes from.

    Parameters
    ----------
    source : str
        Who made it, and where it is kept.
    licence : str
        Under which terms; says so where none is stated.
    row : str
        What one row is, which is the first thing to ask of any table.
    """

    source: str
    licence: str
    row: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Dataset:
    """Records with names and units. The arrays are read-only: copy one before changing it.

    Parameters
    ----------
    x : array_like, shape (n, d)
        The features, kept as float64.
    names : sequence of str, length d
        One name per column.
    about : About
    y : array_like, shape (n,), optional
        With `label_names`: whole numbers, codes into them. Without: a measured target.
    label_names : sequence of str, optional
        What the codes 0, 1, ... of `y` mean.
    units : sequence of (str or None), length d, optional
        One per column; "1" where the quantity has no dimension, None where the source does not record the unit.
    groups : array_like, shape (n,), optional
        Who a row belongs to, where several rows can belong to one person. `split` keeps a group together.
    shape : tuple of int, optional
        For pictures: the shape (height, width) of one row before it was flattened.

    Raises
    ------
    ValueError
        If a length or a shape does not fit the others, a name occurs twice, or a code has no label name.
    """

    x: np.ndarray
    names: tuple[str, ...]
    about: About
    y: np.ndarray | None = None
    label_names: tuple[str, ...] | None = None
    units: tuple[str | None, ...] | None = None
    groups: np.ndarray | None = None
    shape: tuple[int, ...] | None = None

    def __post_init__(self):
        x = as_array(self.x, "x", min_ndim=2)
        if x.ndim != 2:
            raise ValueError(f"x has shape {x.shape}; a data set needs two axes, (records, columns)")
        n, d = x.shape
        names = tuple(str(name) for name in self.names)
        units = (None,) * d if self.units is None else tuple(self.units)
        if not len(names) == len(set(names)) == d:
            raise ValueError(f"names holds {len(names)} names, {len(set(names))} of them different; x has {d} columns")
        if len(units) != d:
            raise ValueError(f"units holds {len(units)} units; x has {d} columns, and None stands for an unknown unit")
        if self.shape is not None and math.prod(self.shape) != d:
            raise ValueError(f"shape {self.shape} holds {math.prod(self.shape)} values; x has {d} columns")
        label_names = None if self.label_names is None else tuple(str(name) for name in self.label_names)
        self._set(x=_read_only(x), names=names, units=units, label_names=label_names)
        if self.groups is not None:
            self._set(groups=_read_only(_per_row(np.asarray(self.groups), "groups", n)))
        if self.y is not None:
            self._set(y=_read_only(_labels(self.y, label_names, n)))
        elif label_names is not None:
            raise ValueError(f"label_names was given ({len(label_names)} names) without y")

    def _set(self, **values):
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def n(self):
        """Number of records."""
        return self.x.shape[0]

    @property
    def d(self):
        """Number of columns."""
        return self.x.shape[1]

    def records(self):
        """Return the features, with the labels where there are any, as `Records`."""
        return Records(self.x, self.y)

    def column(self, name):
        """Return one column by its name, an array of shape (n,).

        Raises
        ------
        ValueError
            If there is no such column; the message suggests the closest names.
        """
        if name not in self.names:
            raise ValueError(f"there is no column {name!r}; " + closest(name, self.names))
        return self.x[:, self.names.index(name)]

    def take(self, index):
        """Return the Dataset of the rows that `index` (whole numbers or a mask) names."""
        pick = {name: getattr(self, name)[index] for name in ("x", "y", "groups") if getattr(self, name) is not None}
        return replace(self, **pick)

    def sample(self, n, *, rng):
        """Draw n different rows: a source of fresh real data, as long as the file lasts.

        No row comes twice within a call. Calls are independent of each other, so two calls can share rows.

        Returns
        -------
        numpy.ndarray, shape (n, d), or Records where there are labels

        Raises
        ------
        ValueError
            If n is larger than the data set.
        """
        if as_count(n, "n") > self.n:
            raise ValueError(f"n = {n} rows were asked for; this data set has {self.n}")
        return self.take(as_rng(rng).choice(self.n, n, replace=False)).records().plain()

    def split(self, test_fraction, *, rng):
        """Split the rows at random into a training and a test set.

        Where there are label names, each label has the same share in both parts, up to rounding. Where there are
        groups, whole groups are dealt out, each under the label that is most frequent in it; `test_fraction` is then
        a share of groups.

        Parameters
        ----------
        test_fraction : float in (0, 1)
            Share of the test set; its size is rounded up.
        rng : numpy.random.Generator

        Returns
        -------
        train, test : Dataset
            Together they hold each row once, in the original order.

        Raises
        ------
        ValueError
            If `test_fraction` leaves one of the parts without a row, or without room for every label.
        """
        from sklearn.model_selection import train_test_split

        groups = np.arange(self.n) if self.groups is None else self.groups
        groups, group_of_row = np.unique(groups, return_inverse=True)
        stratum = None
        if self.label_names is not None:
            counts = np.zeros((len(groups), len(self.label_names)), dtype=int)
            np.add.at(counts, (group_of_row, self.y), 1)
            stratum = counts.argmax(axis=1)
        self._check_split(as_fraction(test_fraction, "test_fraction"), len(groups), stratum)
        seed = int(as_rng(rng).integers(2**32))
        _, test = train_test_split(np.arange(len(groups)), test_size=test_fraction, stratify=stratum, random_state=seed)
        in_test = np.isin(group_of_row, test)
        return self.take(~in_test), self.take(in_test)

    def _check_split(self, test_fraction, n_units, stratum):
        unit = "rows" if self.groups is None else "groups"
        n_test = math.ceil(test_fraction * n_units)
        n_train = n_units - n_test
        room_needed = 1
        if stratum is not None:
            codes, counts = np.unique(stratum, return_counts=True)
            room_needed = len(codes)
            if counts.min() < 2:
                rare = self.label_names[codes[counts.argmin()]]
                raise ValueError(f"the label {rare!r} has only one of the {n_units} {unit}; a split needs two of each")
        if min(n_test, n_train) < room_needed:
            raise ValueError(
                f"test_fraction = {test_fraction} of {n_units} {unit} makes {n_train} for training and {n_test} for "
                f"the test; each part needs at least {room_needed}" + (" (one per label)" if room_needed > 1 else "")
            )


def closest(name, names):
    """Say which of `names` come closest to `name`, for an error message."""
    near = difflib.get_close_matches(str(name), names, n=3, cutoff=0.5)
    shown = near or list(names)[:8]
    listed = ", ".join(repr(each) for each in shown)
    return f"did you mean {listed}?" if near else f"the names are {listed}" + (", ..." if len(names) > 8 else "")


def _read_only(array):
    array = array.copy()  # ours alone: the caller's array stays as writable as it was
    array.flags.writeable = False
    return array


def _per_row(array, name, n):
    if array.shape != (n,):
        raise ValueError(f"{name} has shape {array.shape}; x has {n} rows, so {name} needs the shape ({n},)")
    return array


def _labels(y, label_names, n):
    if label_names is None:
        return _per_row(as_array(y, "y"), "y", n)
    y = _per_row(as_array(y, "y", dtype=None), "y", n)
    if y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= len(label_names):
        raise ValueError(
            f"y must hold whole numbers from 0 to {len(label_names) - 1}, one for each of the {len(label_names)} "
            f"label names; got {y.dtype} from {y.min()} to {y.max()}"
        )
    return y.astype(np.int64)
