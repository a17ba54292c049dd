"""CSV files for an audit: the real table decides what each column is, and the others are read alike."""

from course_lib.data.dataset import closest
from course_lib.data.tables import MISSING_MARKERS

__all__ = ["read"]


def read(real, synthetic, holdout=None, *, target=None, group=None, drop=()):
    """Read the tables of an audit as DataFrames.

    Parameters
    ----------
    real, synthetic, holdout : str or path-like
    target : str, optional
        Not used to read; a column of `drop` may not be it.
    group : str, optional
        The column that says whose a row is; the release may lack it, and what it holds there is not looked at.
    drop : collection of str
        Columns to leave out of all tables.

    Returns
    -------
    dict of str to pandas.DataFrame

    Raises
    ------
    ValueError
        If a file is no CSV, or the columns or types of the tables differ; names the file and the place.
    """
    import pandas as pd

    paths = {"real": real, "synthetic": synthetic} | ({"holdout": holdout} if holdout else {})
    if target in drop:
        raise ValueError(f"the target {target!r} is also to be dropped; it can be only one of the two")
    cells = {name: _cells(path, drop) for name, path in paths.items()}
    names = list(cells["real"][0])
    if group in cells["synthetic"][0]:
        cells["synthetic"][0].drop(columns=group, inplace=True)
    for name, (table, _) in cells.items():
        lacks, more = (
            [n for n in names if n not in table and (n != group or name != "synthetic")],
            [n for n in table if n not in names],
        )
        if lacks or more:
            raise ValueError(
                f"the columns differ: {paths[name]} lacks {lacks} and has {more} that are not in {paths['real']}"
            )
    kinds = {column: _kind(column, cells, paths) for column in names if column in table}
    frames = {}
    for name, (table, numbers) in cells.items():
        frames[name] = pd.DataFrame(
            {
                column: _convert(paths[name], table[column], kinds[column], numbers)
                for column in names
                if column in table
            }
        ).reset_index(drop=True)
    return frames


def _cells(path, drop):
    import pandas as pd

    from course_lib.data.columns import Numbers, find_decimal
    from course_lib.data.csv_file import read_rows

    rows = read_rows(path, separator=None, encoding=None)
    for name in drop:
        if name not in rows.names:
            raise ValueError(f"{path} has no column {name!r}, which drop names; " + closest(name, rows.names))
    table = pd.DataFrame(rows.cells, columns=rows.names, index=rows.lines, dtype=object).drop(columns=list(drop))
    table = table.mask(table.isin(MISSING_MARKERS))
    return table, Numbers(find_decimal(path, table, []))


def _kind(column, cells, paths):
    from course_lib.data.columns import infer_kind

    found = {}
    for name, (table, numbers) in cells.items():
        texts = table[column].dropna() if column in table else ()
        if len(texts):
            found[name] = infer_kind(paths[name], texts, numbers, [])
    if "real" not in found:
        raise ValueError(f"{paths['real']}: column {column!r} holds no value; leave it out")
    family = {name: "number" if kind in ("numeric", "integer") else kind for name, kind in found.items()}
    if len(set(family.values())) > 1:
        shown = ", ".join(
            f"{kind} in {paths[name]} (such as {cells[name][0][column].dropna().iloc[0]!r})"
            for name, kind in found.items()
        )
        raise ValueError(f"the types of column {column!r} differ: {shown}")
    return "numeric" if "numeric" in found.values() else found["real"]


def _convert(path, cells, kind, numbers):
    from course_lib.data.columns import convert

    return convert(path, cells, kind, numbers)
