"""Tables: a learner's own CSV file, read with its eyes open.

`read_csv` finds out what each column is, says so, and refuses what it would have to guess.
"""

from dataclasses import dataclass, replace

import numpy as np

from course_lib.data.columns import KINDS, Numbers, convert, find_decimal, infer_kind
from course_lib.data.csv_file import read_rows
from course_lib.data.dataset import About, Dataset, closest
from course_lib.validate import as_count

__all__ = ["MISSING_MARKERS", "Table", "read_csv"]

MISSING_MARKERS = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "?", "#N/A")

_MISSING_CHOICES = ("refuse", "drop_rows", "drop_columns", "keep")


@dataclass(frozen=True, eq=False)
class Table:
    """A table of columns of different kinds, as `read_csv` found them.

    Attributes
    ----------
    frame : pandas.DataFrame
        float64 for numeric columns, int64 for integer, bool for boolean, category and datetime64 for the others; where
        missing values were kept, pandas' own types that allow them.
    kinds : dict of str to str
        For each column one of "numeric", "integer", "boolean", "category", "date".
    label : str or None
        The column that is to be predicted.
    path : str
        The file.
    lines : numpy.ndarray of int, shape (n,)
        The line of the file on which each row of `frame` begins.
    missing : dict of str to int
        For each column not left out with `drop`, how many of its values are missing in the file.
    notes : list of str
        What was found out or decided while reading.
    about : About
        Where the table comes from.
    groups : numpy.ndarray, shape (n,), or None
        Who a row belongs to, where several rows can belong to one person. `split` keeps a group together.
    """

    frame: object
    kinds: dict
    label: str | None
    path: str
    lines: np.ndarray
    missing: dict
    notes: list
    about: About
    groups: np.ndarray | None = None

    @property
    def n(self):
        """Number of rows."""
        return len(self.frame)

    def take(self, index):
        """Return the Table of the rows that `index` (whole numbers or a mask) names, numbered from 0."""
        groups = None if self.groups is None else self.groups[index]
        frame = self.frame.iloc[index].reset_index(drop=True)
        return replace(self, frame=frame, lines=self.lines[index], groups=groups)

    def split(self, test_fraction, *, rng):
        """Split the rows at random into a training and a test table; whole groups where there are groups.

        As `Dataset.split`, but no label is looked at. To split a table with groups by row, leave the groups out:
        `dataclasses.replace(table, groups=None).split(...)`.

        Returns
        -------
        train, test : Table
        """
        numbers = Dataset(x=np.arange(self.n)[:, None], names=["row"], about=self.about, groups=self.groups)
        train, test = numbers.split(test_fraction, rng=rng)
        return tuple(self.take(part.x[:, 0].astype(int)) for part in (train, test))

    def report(self):
        """Return one row per column: its kind, missing values, number of different values, and its range or examples.

        Returns
        -------
        pandas.DataFrame
        """
        import pandas as pd

        rows = [
            {
                "column": name,
                "kind": kind + (" (label)" if name == self.label else ""),
                "missing": self.missing[name],
                "different": self.frame[name].nunique(),
                "values": _describe(self.frame[name].dropna(), kind),
            }
            for name, kind in self.kinds.items()
        ]
        return pd.DataFrame(rows).set_index("column")

    def __repr__(self):
        n, d = self.frame.shape
        notes = "".join(f"\n- {note}" for note in self.notes)
        return f"{self.path}: {n} rows, {d} columns\n{self.report().to_string()}{notes}"

    def numeric(self):
        """Return the table as a Dataset of numbers, for generators that know nothing else.

        False and true become 0 and 1. A label of whole numbers, words or truth values becomes codes with label names;
        a numeric label stays a measured target (`read_csv(..., kinds={label: "numeric"})` makes it one).

        Returns
        -------
        Dataset

        Raises
        ------
        ValueError
            If a column other than the label is not numbers, or a value is missing; names the column and the line.
        """
        features = [name for name in self.kinds if name != self.label]
        if not features:
            raise ValueError(f"{self.path} has no column beside the label {self.label!r}")
        for name in self.kinds:
            self._check_numeric(name)
        y, label_names = self._numeric_label()
        return Dataset(
            x=self.frame[features].to_numpy(dtype=np.float64),
            names=features,
            y=y,
            label_names=label_names,
            about=self.about,
            groups=self.groups,
        )

    def _check_numeric(self, name):
        column = self.frame[name]
        if column.isna().any():
            first = self.lines[column.isna().to_numpy()][0]
            raise ValueError(
                f"{self.path}: numbers are needed, and column {name!r} lacks {column.isna().sum()} of {len(column)} "
                f"values (first on line {first}); read the file with missing='drop_rows' or 'drop_columns'"
            )
        if self.kinds[name] == "date" or (self.kinds[name] == "category" and name != self.label):
            raise ValueError(
                f"{self.path}: numbers are needed, and column {name!r} is of the kind {self.kinds[name]} (line "
                f"{self.lines[0]}: {str(column.iloc[0])!r}); leave it out with drop=[{name!r}]"
            )

    def _numeric_label(self):
        if self.label is None:
            return None, None
        column = self.frame[self.label]
        if self.kinds[self.label] == "numeric":
            return column.to_numpy(dtype=np.float64), None
        label_names, codes = np.unique(column.to_numpy(), return_inverse=True)
        return codes, [str(name) for name in label_names]


def read_csv(
    path,
    *,
    label=None,
    drop=(),
    kinds=None,
    missing="refuse",
    missing_markers=MISSING_MARKERS,
    separator=None,
    decimal=None,
    encoding=None,
    min_rows=10,
):
    """Read your own CSV file: a row of names, then one record per row.

    What can be found out safely is found out and noted (`Table.notes`): the separator, decimal commas, the kind of each
    column. What would be a guess is refused with the place in the file and the arguments that settle it.

    Parameters
    ----------
    path : str or path-like
    label : str, optional
        The column to be predicted.
    drop : str or list of str
        Columns to leave out, such as names and identifiers.
    kinds : dict of str to str, optional
        The kind of a column where the one inferred is wrong: "numeric", "integer", "boolean", "category" or "date".
    missing : {"refuse", "drop_rows", "drop_columns", "keep"}
        What to do with missing values.
    missing_markers : str or list of str
        What counts as missing when it is all that a field holds.
    separator : str, optional
        Of the fields; found among comma, semicolon, tab and bar if not given.
    decimal : {".", ","}, optional
        What separates a number from its decimals; the other one then separates thousands. Found if not given.
    encoding : str, optional
        UTF-8, with or without a byte-order mark, if not given.
    min_rows : int
        Fewer rows are refused.

    Returns
    -------
    Table

    Raises
    ------
    ValueError
        If the file is not a CSV, is empty or without rows, has ragged rows, equal names or unnamed columns, cannot be
        decoded, has missing values under "refuse", a value that its kind does not allow, a column that never varies,
        too few rows, or lacks a column that an argument names.

    Notes
    -----
    A column is integer if it holds whole numbers only, numeric if numbers; boolean for true/false and yes/no; date for
    year-month-day, day.month.year, and for slashes where only one order of day and month fits; else category. Whole
    numbers with leading zeros (postcodes) or too long for float64 (account numbers) are names, not amounts: category.
    A column of numbers with a few other words in it is refused.
    """
    import pandas as pd

    as_count(min_rows, "min_rows")
    rows = read_rows(path, separator=separator, encoding=encoding)
    drop, missing_markers = ([each] if isinstance(each, str) else list(each) for each in (drop, missing_markers))
    kinds = {} if kinds is None else dict(kinds)
    _check_choices(missing, decimal, kinds)
    _check_columns(path, rows.names, label, drop, kinds)
    notes = list(rows.notes)

    # The index of `cells` is the line in the file, so whatever is said about a value can name its place.
    cells = pd.DataFrame(rows.cells, columns=rows.names, index=rows.lines, dtype=object).drop(columns=drop)
    is_missing = cells.isin(missing_markers)
    cells = _without_missing(path, cells, is_missing, missing, label, notes)
    if len(cells) < min_rows:
        raise ValueError(
            f"{path} has {len(cells)} usable rows of {len(rows.lines)}; at least min_rows = {min_rows} are needed"
        )

    numbers = Numbers(decimal or find_decimal(path, cells, notes))
    found, columns = {}, {}
    for name in cells:
        texts = cells[name].dropna()
        found[name] = kinds.get(name) or infer_kind(path, texts, numbers, notes)
        columns[name] = convert(path, cells[name], found[name], numbers)
    frame = pd.DataFrame(columns)
    _refuse_constant(path, frame)
    notes += _identifiers(frame, found)
    return Table(
        frame=frame.reset_index(drop=True),
        kinds=found,
        label=label,
        path=str(path),
        lines=cells.index.to_numpy(),
        missing={name: int(count) for name, count in is_missing.sum().items()},
        notes=notes,
        about=About(source=str(path), licence="not recorded", row="one row of the file"),
    )


def _check_choices(missing, decimal, kinds):
    if missing not in _MISSING_CHOICES:
        raise ValueError(f"missing must be one of {', '.join(map(repr, _MISSING_CHOICES))}, got {missing!r}")
    if decimal not in (None, ".", ","):
        raise ValueError(f"decimal must be '.' or ',', got {decimal!r}")
    for name, kind in kinds.items():
        if kind not in KINDS:
            raise ValueError(f"kinds[{name!r}] must be one of {', '.join(map(repr, KINDS))}, got {kind!r}")


def _check_columns(path, names, label, drop, kinds):
    wanted = [("drop", name) for name in drop] + [("kinds", name) for name in kinds]
    if label is not None:
        wanted.append(("label", label))
    for argument, name in wanted:
        if name not in names:
            raise ValueError(f"{path} has no column {name!r}, which {argument} names; " + closest(name, names))
    if set(names) <= set(drop):
        raise ValueError(f"drop leaves no column of {path}; it names all {len(names)}")
    if label in drop:
        raise ValueError(f"the label {label!r} is also in drop; it can be only one of the two")
    if "" in names and "" not in drop:
        raise ValueError(
            f"{path}: column {names.index('') + 1} has no name. Row names saved by pandas look so (index=False "
            "prevents them), and so does a separator at the end of each line: give it a name, or leave it out with "
            "drop=['']"
        )


def _without_missing(path, cells, is_missing, missing, label, notes):
    counts = is_missing.sum()
    counts = counts[counts > 0]
    if counts.empty:
        return cells
    rows_left = int((~is_missing.any(axis=1)).sum())
    if missing == "refuse":
        first = {name: is_missing[name].idxmax() for name in counts.index}
        listed = "; ".join(
            f"{name!r} {count} (first on line {first[name]}: {cells.at[first[name], name]!r})"
            for name, count in counts.items()
        )
        raise ValueError(
            f"{path}: {counts.sum()} of {cells.size} values are missing, by column: {listed}. Choose "
            f"missing='drop_rows' (leaves {rows_left} of {len(cells)} rows), 'drop_columns' (leaves "
            f"{cells.shape[1] - len(counts)} of {cells.shape[1]} columns) or 'keep'; missing_markers= says what "
            "counts as missing"
        )
    cells = cells.mask(is_missing)
    if missing == "drop_rows":
        notes.append(f"{len(cells) - rows_left} of {len(cells)} rows with a missing value were left out")
        return cells.dropna()
    if missing == "drop_columns":
        if label in counts.index:
            raise ValueError(f"{path}: the label {label!r} lacks {counts[label]} values, so it would be dropped too")
        if len(counts) == cells.shape[1]:
            raise ValueError(f"{path}: every column has missing values, so missing='drop_columns' leaves nothing")
        notes.append("columns with missing values were left out: " + ", ".join(counts.index))
        return cells.drop(columns=counts.index)
    return cells


def _refuse_constant(path, frame):
    constant = [name for name in frame if frame[name].nunique() < 2]
    if constant:
        shown = ", ".join(
            f"{name!r} ({_describe(frame[name].dropna(), 'category') or 'no value'})" for name in constant
        )
        raise ValueError(
            f"{path}: a column that never varies has nothing to learn from: {shown}; leave it out with "
            f"drop={constant!r}"
        )


def _identifiers(frame, kinds):
    """Note the columns that seem to number or name the rows instead of describing them."""
    notes = []
    for name, kind in kinds.items():
        column = frame[name].dropna()
        if kind == "category" and column.is_unique:
            notes.append(
                f"column {name!r} has a different value in every row: an identifier or free text? drop= leaves it out"
            )
        if kind == "integer" and (column.diff().iloc[1:] == 1).all():
            notes.append(f"column {name!r} counts the rows: an identifier? drop= leaves it out")
    return notes


def _describe(values, kind):
    """Say in a few words what a column without its missing values holds: a range, or its most frequent values."""
    if kind in ("numeric", "integer"):
        return f"{values.min():g} to {values.max():g}"
    if kind == "date":
        return f"{values.min():%Y-%m-%d} to {values.max():%Y-%m-%d}"
    frequent = list(values.astype(str).value_counts().index)
    return ", ".join(frequent[:3]) + (", ..." if len(frequent) > 3 else "")
