"""Codec: a table of mixed columns as a matrix of numbers, for generators that know nothing else, and back."""

import numpy as np

from course_lib.data.dataset import closest
from course_lib.generators.base import require_fitted
from course_lib.records import Records, as_records
from course_lib.validate import as_array

__all__ = ["TableCodec", "kind_of"]

SEARCHED = 4000  # quantiles that scikit-learn may search for, which takes it minutes for 100,000
_MOST_DECIMALS = 9  # a column with more is taken as measured without rounding


class TableCodec:
    """Turns the rows of a table into records and records into rows, with the names, types and ranges of the table.

    Fit it once, to the real training rows, and keep it through the loop: a codec fitted again to synthetic rows would
    hide part of what was lost.

    ================== ===================================== ==================================================
    column             encoded as                            decoded by
    ================== ===================================== ==================================================
    numeric, integer   (value − mean) / standard deviation   rounding as in the training rows, and their range
    with a range       −1 at its lower end, 1 at its upper   the range; rounding for integers only
    in `skewed`        the normal quantile of its rank       as numeric and integer
    boolean            −1 and 1                              the nearer one
    ordered category,  its number, scaled to −1 ... 1        the nearest one
    or one of two
    other category     a column of 0 and 1 for each          the largest
    ================== ===================================== ==================================================

    Parameters
    ----------
    kinds : dict of str to str, optional
        "numeric", "integer", "boolean" or "category" by column, where neither `Table.kinds` nor the data type is right.
    skewed : str or collection of str
        Numeric and integer columns to which scikit-learn's `QuantileTransformer` is fitted.
    ranges : dict of str to (low, high), optional
        Declared ranges of numeric and integer columns. Of such a column nothing is read from the training rows, as a
        promise of differential privacy needs; values outside it are moved to its nearer end.

    Attributes
    ----------
    names_ : tuple of str, length d
        One for each column of the matrix: the column's name, or "name = category".
    parts_ : dict of str to slice
        For each column of the table its place in the matrix.

    Notes
    -----
    The categories are those of the pandas type; of a column of plain text, those in the training rows, sorted: before a
    private release, give the column a type with the categories that are known beforehand. A column of one value is
    encoded as 0 and comes back as that value. Numeric columns with at most nine decimals in all training rows keep that
    number of decimals, so that a copied row comes back as an exact copy.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"visits": [0, 2, 4], "ill": [False, True, True]})
    >>> codec = TableCodec().fit(frame)
    >>> codec.encode(frame)[:, 1]
    array([-1.,  1.,  1.])
    >>> codec.decode([[9.0, 0.2]]).to_dict("list")
    {'visits': [4], 'ill': [True]}
    """

    def __init__(self, *, kinds=None, skewed=(), ranges=None):
        self.kinds = {} if kinds is None else dict(kinds)
        self.skewed = (skewed,) if isinstance(skewed, str) else tuple(skewed)
        self.ranges = {} if ranges is None else {name: _as_range(name, pair) for name, pair in ranges.items()}
        if both := set(self.skewed) & set(self.ranges):
            raise ValueError(f"{sorted(both)} stand in skewed and in ranges; a quantile transform reads its own range")

    def fit(self, table):
        """Learn types, ranges and scales from the real training rows.

        Parameters
        ----------
        table : Table or pandas.DataFrame

        Raises
        ------
        ValueError
            If a value is missing or not finite, a column is a date, or `kinds`, `skewed` or `ranges` do not fit it.
        """
        frame = getattr(table, "frame", table)
        kinds = getattr(table, "kinds", {}) | self.kinds
        for argument in ("kinds", "skewed", "ranges"):
            for name in getattr(self, argument):
                if name not in frame:
                    raise ValueError(f"{argument} names the column {name!r}; " + closest(name, list(frame)))
        self._columns = {}
        for name in frame:
            values, kind = _complete(frame[name]), kinds.get(name) or kind_of(frame[name])
            if kind not in ("numeric", "integer") and (name in self.skewed or name in self.ranges):
                raise ValueError(f"column {name!r} is of the kind {kind}; skewed and ranges are for numbers")
            if kind in ("category", "boolean"):
                self._columns[name] = _Levels(values, kind)
            elif kind in ("numeric", "integer"):
                self._columns[name] = _Numbers(values, kind, self.ranges.get(name), name in self.skewed)
            else:
                raise ValueError(
                    f"column {name!r} is of the kind {kind!r}; a codec takes numeric, integer, boolean and category: "
                    "turn it into a number, or leave it out"
                )
        names = {name: column.names(name) for name, column in self._columns.items()}
        self.names_ = tuple(each for group in names.values() for each in group)
        ends = np.cumsum([len(group) for group in names.values()]).tolist()
        self.parts_ = {name: slice(end - len(names[name]), end) for name, end in zip(names, ends, strict=True)}
        return self

    def encode(self, table):
        """Return the rows of a Table or DataFrame as an array of shape (n, d).

        Raises
        ------
        ValueError
            If its columns are not those of `fit`, a value is missing, or a category is unknown.
        """
        require_fitted(self, "names_")
        frame = getattr(table, "frame", table)
        if set(frame) != set(self._columns):
            lacks, more = set(self._columns) - set(frame), set(frame) - set(self._columns)
            raise ValueError(f"table lacks the columns {sorted(lacks)} and has {sorted(more)} that were not fitted")
        return np.concatenate(
            [column.encode(column.numbers(_complete(frame[name]))) for name, column in self._columns.items()], axis=-1
        )

    def decode(self, x):
        """Return an array of shape (n, d) as a DataFrame with the names and types of the training rows.

        Raises
        ------
        ValueError
            If `x` has another shape, or a value is not finite.
        """
        import pandas as pd

        x = self._matrix(x)
        if x.ndim != 2:
            raise ValueError(f"x has shape {x.shape}; a table needs (n, {len(self.names_)}): decode replicates singly")
        return pd.DataFrame(
            {name: column.values(column.decode(part)) for name, column, part in self._parts(x)}, columns=self._columns
        )

    def round_trip(self, sample, pool=None, *, rng=None):
        """Return a sample as it comes back from the table: decoded and encoded again. Serves as `curate` in a loop.

        Parameters
        ----------
        sample : Records or array_like, shape (..., n, d)
            Labels and weights are handed on.
        pool, rng
            Not used; taken because every `curate` takes them.

        Returns
        -------
        Records
        """
        sample = as_records(sample, "sample")
        x = self._matrix(sample.x)
        parts = [column.encode(column.decode(part)) for _, column, part in self._parts(x)]
        return Records(np.concatenate(parts, axis=-1), sample.y, sample.w)

    def labelled(self, x, label):
        """Return encoded rows as Records, one column taken out as the label.

        Parameters
        ----------
        x : array_like, shape (..., n, d)
        label : str
            A column of the table.

        Returns
        -------
        Records
            y is decoded: the number of the category from 0 (its order is that of the pandas type), 0 and 1 for false
            and true, or the value.
        """
        x = self._matrix(x)
        if label not in self._columns:
            raise ValueError(f"label {label!r} is no column; " + closest(label, list(self._columns)))
        others = [part for name, _, part in self._parts(x) if name != label]
        y = next(column.decode(part) for name, column, part in self._parts(x) if name == label)
        column = self._columns[label]
        return Records(np.concatenate(others, axis=-1), y if column.kind == "numeric" else y.astype(np.int64))

    def edges(self, cuts):
        """Return bin edges in encoded units for each of the d encoded columns, as `PrivateCopula` takes them.

        Parameters
        ----------
        cuts : dict of str to array_like
            For each numeric and integer column, increasing edges in the units of the table.

        Returns
        -------
        list of numpy.ndarray, length d
            A boolean or category column gets a bin for each value, halfway to the next.
        """
        require_fitted(self, "names_")
        edges = []
        for name, column in self._columns.items():
            if isinstance(column, _Numbers):
                if name not in cuts:
                    raise ValueError(f"cuts lacks the column {name!r}, which is of numbers")
                edges.append(column.scale(as_array(cuts[name], f"cuts[{name!r}]", min_ndim=1)))
            else:
                edges += column.edges()
        return edges

    def _matrix(self, x):
        require_fitted(self, "names_")
        x = as_array(x, "x", min_ndim=2)
        if x.shape[-1] != len(self.names_):
            raise ValueError(f"x has shape {x.shape}; this codec has {len(self.names_)} encoded columns")
        return x

    def _parts(self, x):
        for name, column in self._columns.items():
            yield name, column, x[..., self.parts_[name]]


class _Numbers:
    """A column of numbers, or of whole numbers."""

    def __init__(self, values, kind, bounds, skewed):
        self.dtype, self.kind = values.dtype, kind
        numbers = self.numbers(values)
        self.transform = None
        self.low, self.high = bounds or (numbers.min(), numbers.max())
        if bounds:
            self.decimals = 0 if kind == "integer" else None
            self.centre, self.unit = (self.low + self.high) / 2, (self.high - self.low) / 2
        else:
            self.decimals = 0 if kind == "integer" else _decimals(numbers)
            self.centre, self.unit = numbers.mean(), numbers.std() or 1.0
        self.declared = bounds is not None
        if skewed and self.high > self.low:
            self.transform = _normal_ranks(numbers)

    def names(self, name):
        return (name,)

    def numbers(self, values):
        numbers = as_array(values.to_numpy(), f"column {values.name!r}")
        if self.kind == "integer" and (numbers != np.rint(numbers)).any():
            raise ValueError(f"column {values.name!r} is of the kind integer and holds values that are not whole")
        return numbers

    def values(self, numbers):
        return numbers.astype(self.dtype)

    def encode(self, numbers):
        return self.scale(np.clip(numbers, self.low, self.high) if self.declared else numbers)[..., None]

    def scale(self, numbers):
        if self.transform:
            transformer, ends = self.transform
            return np.clip(transformer.transform(numbers.reshape(-1, 1)).reshape(numbers.shape), *ends)
        return (numbers - self.centre) / self.unit

    def decode(self, part):
        x = part[..., 0]
        if self.transform:
            transformer, (low, high) = self.transform
            numbers = transformer.inverse_transform(x.reshape(-1, 1)).reshape(x.shape)
            numbers = np.where(x <= low, self.low, np.where(x >= high, self.high, numbers))
        else:
            numbers = x * self.unit + self.centre
        if self.decimals is not None:
            numbers = np.round(numbers, self.decimals) + 0.0  # so that nothing is shown as -0
        return np.clip(numbers, self.low, self.high)


class _Levels:
    """A column of categories or truth values, handled by their number from 0."""

    def __init__(self, values, kind):
        import pandas as pd

        self.dtype, self.kind, self.ordered = values.dtype, kind, True
        if kind == "boolean":
            self.levels = pd.Index([False, True])
        elif isinstance(values.dtype, pd.CategoricalDtype):
            self.levels, self.ordered = values.cat.categories, values.cat.ordered
        else:
            self.levels, self.ordered = pd.Index(np.unique(values)), False
        self.single = self.ordered or len(self.levels) <= 2
        self.middle = (len(self.levels) - 1) / 2  # 0 for a column of one value

    def names(self, name):
        return (name,) if self.single else tuple(f"{name} = {level}" for level in self.levels)

    def numbers(self, values):
        codes = self.levels.get_indexer(values)
        if (codes < 0).any():
            unknown = sorted(set(map(str, values[codes < 0])))
            raise ValueError(f"column {values.name!r} holds the unknown {unknown[:5]}; known are {list(self.levels)}")
        return codes

    def values(self, codes):
        import pandas as pd

        if isinstance(self.dtype, pd.CategoricalDtype):
            return pd.Categorical.from_codes(codes, dtype=self.dtype)
        return self.levels.take(codes).astype(self.dtype).array

    def encode(self, codes):
        if self.single:
            return ((codes - self.middle) / (self.middle or 1.0))[..., None]
        return np.eye(len(self.levels))[codes]

    def decode(self, part):
        if not self.single:
            return part.argmax(-1)
        codes = np.rint(part[..., 0] * self.middle + self.middle)
        return np.clip(codes, 0, len(self.levels) - 1).astype(np.int64)

    def edges(self):
        if not self.single:
            return [np.array([-0.5, 0.5, 1.5])] * len(self.levels)
        between = np.arange(len(self.levels) + 1) - 0.5
        return [(between - self.middle) / (self.middle or 1.0)]


def _as_range(name, pair):
    pair = as_array(pair, f"ranges[{name!r}]")
    if pair.shape != (2,) or pair[0] >= pair[1]:
        raise ValueError(f"ranges[{name!r}] must be two numbers, the lower one first, got {pair.tolist()}")
    return tuple(map(float, pair))


def _complete(values):
    if values.isna().any():
        raise ValueError(f"column {values.name!r} lacks {values.isna().sum()} of {len(values)} values")
    return values


def kind_of(values):
    """Return the kind of a pandas Series by its data type: one of `course_lib.data.columns.KINDS`."""
    import pandas as pd

    if pd.api.types.is_bool_dtype(values):
        return "boolean"
    if pd.api.types.is_integer_dtype(values):
        return "integer"
    if pd.api.types.is_float_dtype(values):
        return "numeric"
    return "date" if pd.api.types.is_datetime64_any_dtype(values) else "category"


def _decimals(numbers):
    """Return how many decimals the numbers have, or None where they are not rounded."""
    return next((k for k in range(_MOST_DECIMALS + 1) if np.array_equal(numbers, np.round(numbers, k))), None)


def _normal_ranks(numbers):
    """Return a fitted transformer to normal quantiles, and the encoded values of the smallest and the largest number.

    Scikit-learn puts both ends of the range at ±5.2, however many rows stand there; in the middle of their own share
    they are where every other number is, and are decoded all the same.
    """
    from scipy.stats import norm
    from sklearn.preprocessing import QuantileTransformer

    # As many quantiles as rows, so that each training value comes back exactly.
    n = len(numbers)
    few = min(n, SEARCHED)
    transformer = QuantileTransformer(n_quantiles=few, output_distribution="normal", subsample=None)
    transformer.fit(numbers.reshape(-1, 1))
    if few < n:  # with a quantile for each row they are the sorted numbers, which need no search
        transformer.n_quantiles_, transformer.references_ = n, np.linspace(0, 1, n)
        transformer.quantiles_ = np.sort(numbers).reshape(-1, 1)
    at_low, at_high = (np.mean(numbers == end) for end in (numbers.min(), numbers.max()))
    return transformer, (norm.ppf(at_low / 2), norm.ppf(1 - at_high / 2))
