"""CSV files for an audit: the real table decides what each column is, and the others are read alike."""

from dataclasses import dataclass
from pathlib import Path

from course_lib.audit.cleaning import common_kind, identifies
from course_lib.audit.tables import MIN_ROWS
from course_lib.data.columns import Numbers, convert, find_decimal, infer_kind
from course_lib.data.csv_file import is_unicode, read_rows
from course_lib.data.dataset import closest
from course_lib.data.tables import MISSING_MARKERS

__all__ = ["read"]


def read(
    real,
    synthetic,
    holdout=None,
    *,
    target=None,
    group=None,
    drop=(),
    categories=(),
    missing_markers=(),
    separator=None,
    decimal=None,
    encoding=None,
):
    """Read the tables of an audit as DataFrames.

    What differs from file to file is found out for each: `separator`, `decimal` and `encoding` settle what a file
    leaves open, and change nothing about the others.

    Parameters
    ----------
    real, synthetic, holdout : str or path-like
    target : str, optional
        Not used to read; a column of `drop` may not be it.
    group : str, optional
        The column that says whose a row is; the release may lack it.
    drop : collection of str
        Columns to leave out of all tables.
    categories : collection of str
        Columns whose values are names, though they look like numbers or dates.
    missing_markers : collection of str
        What counts as missing beside `course_lib.data.tables.MISSING_MARKERS`.
    separator, decimal, encoding : str, optional
        As in `course_lib.data.read_csv`: the separator of a file that holds it in its first line, the decimal sign of
        one in which nothing tells, the encoding of one that is not UTF-8.

    Returns
    -------
    frames : dict of str to pandas.DataFrame
    notes : list of str
        What was found out or decided while reading.

    Raises
    ------
    ValueError
        If a file is no CSV or has too few rows, the columns or types of the tables differ, or an argument names a
        column that is not there; names the file and the place.
    """
    import pandas as pd

    paths = {"real": real, "synthetic": synthetic} | ({"holdout": holdout} if holdout else {})
    files = {name: _open(path, missing_markers, separator, decimal, encoding) for name, path in paths.items()}
    _check_names(files, target, group, drop, categories)
    for file in files.values():
        file.cells = file.cells.drop(columns=[name for name in drop if name in file.cells])
    _check_columns(files, group)
    kinds = {
        column: "category" if column == group or column in categories else _kind(column, files)
        for column in files["real"].cells
    }
    _check_separated(files["real"], kinds)
    frames = {
        name: pd.DataFrame({column: file.values(column, kinds[column]) for column in kinds if column in file.cells})
        for name, file in files.items()
    }
    return frames, [f"{file.path}: {note}" for file in files.values() for note in file.notes]


@dataclass
class _File:
    """A file as text."""

    path: str
    cells: object  # a DataFrame; missing values are NaN, the index is the line
    numbers: Numbers
    notes: list

    def values(self, column, kind):
        """Return the values of a column, as an object of None where there is none, numbered from 0."""
        cells = self.cells[column].reset_index(drop=True)
        if cells.isna().all():
            return cells
        return convert(self.path, self.cells[column], kind, self.numbers).reset_index(drop=True)


def _open(path, missing_markers, separator, decimal, encoding):
    import pandas as pd

    raw = Path(path).read_bytes()
    rows = read_rows(
        path,
        separator=separator if separator and separator.encode() in raw.split(b"\n", 1)[0] else None,
        encoding=encoding if encoding and not is_unicode(raw) else None,
    )
    if len(rows.cells) < MIN_ROWS:
        raise ValueError(f"{path} has too few rows: {len(rows.cells)}; an audit needs at least {MIN_ROWS}")
    cells = pd.DataFrame(rows.cells, columns=rows.names, index=rows.lines, dtype=object)
    cells = cells.mask(cells.isin([*MISSING_MARKERS, *missing_markers]))
    notes = list(rows.notes)
    if "" in cells:
        cells = _without_unnamed(path, cells, notes)
    return _File(str(path), cells, Numbers(find_decimal(path, cells, notes, otherwise=decimal)), notes)


def _without_unnamed(path, cells, notes):
    """Leave out the column without a name: row numbers that pandas has saved, or what a last separator cuts off."""
    values = cells[""].dropna()
    counted = values.map(str.isdecimal).all() and (values.astype(int).diff().iloc[1:] == 1).all()
    if len(values) and not counted:
        place = list(cells).index("") + 1
        raise ValueError(f"{path}: column {place} has no name; give it one, or leave it out of all tables with drop=''")
    notes.append(f"a column without a name {'counts the rows' if len(values) else 'is empty'} and is left out")
    return cells.drop(columns="")


def _check_names(files, target, group, drop, categories):
    known = list(dict.fromkeys(name for file in files.values() for name in file.cells))
    for argument, names in (("drop", drop), ("categories", categories)):
        for name in names:
            if name not in known:
                raise ValueError(f"no table has the column {name!r}, which {argument} names; " + closest(name, known))
    for argument, name in (("target", target), ("group", group)):
        if name is not None and name in drop:
            raise ValueError(f"the {argument} {name!r} is also to be dropped; it can be only one of the two")


def _check_columns(files, group):
    real = files["real"]
    for name, file in files.items():
        lacks = [each for each in real.cells if each not in file.cells and (each != group or name != "synthetic")]
        more = [each for each in file.cells if each not in real.cells]
        if lacks or more:
            said = [f"{file.path} lacks {_listed(lacks)}"] * bool(lacks)
            said += [f"{file.path} has {_listed(more)}, and {real.path} does not"] * bool(more)
            whole = [each for each in (real, file) if each.cells.shape[1] == 1]
            advice = (
                _one_column(whole[0]) if whole else "Give all tables the same columns, or leave these out with drop="
            )
            raise ValueError(f"the columns differ: {'; '.join(said)}. {advice}")
    if not len(real.cells.columns):
        raise ValueError(f"no column of {real.path} is left")


def _one_column(file):
    return (
        f"{file.path} was read as a single column, as neither comma, semicolon, tab nor bar separates its fields: say "
        "what does with separator="
    )


def _check_separated(real, kinds):
    """Say so where a single column names its rows: these are fields that nothing has separated."""
    ((name, kind), *others) = kinds.items()
    if not others and kind == "category" and (reason := identifies(real.cells[name], kind)):
        raise ValueError(
            f"{real.path} was read as a single column, and it {reason}. Is it a table? Then say what separates its "
            "fields with separator="
        )


def _listed(names):
    return ", ".join(map(repr, names))


def _kind(column, files):
    values = {file.path: file.cells[column].dropna() for file in files.values()}
    real = files["real"].path
    if values[real].empty:
        raise ValueError(f"{real}: column {column!r} holds no value; leave it out of all tables with drop={column!r}")
    values = {path: texts for path, texts in values.items() if len(texts)}
    files = {file.path: file for file in files.values()}
    return common_kind(
        column,
        {path: infer_kind(path, texts, files[path].numbers, files[path].notes) for path, texts in values.items()},
        {path: texts.iloc[0] for path, texts in values.items()},
        {path: bool(texts.isin(["0", "1", "0.0", "1.0"]).all()) for path, texts in values.items()},
    )
