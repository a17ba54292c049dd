"""One column of all tables of an audit: its common kind, its missing values, its categories."""

import numpy as np

__all__ = ["MISSING", "OTHER", "cleaned", "common_kind", "identifies"]

MOST_LEVELS = 30  # categories kept apart; the rarer ones are joined
OTHER, MISSING = "(other)", "(missing)"
TOO_LARGE = 1e100  # a number whose square is still one


def common_kind(column, kinds, examples, zero_one):
    """Return the kind that a column has in all tables. Whole numbers among numbers are numbers.

    Parameters
    ----------
    column : str
    kinds : dict of str to str
        The column's kind by table; a table without a value of it is left out.
    examples : dict of str to object
        A value by table, for the message.
    zero_one : dict of str to bool
        By table, whether the column holds only 0 and 1: beside truth values they are such.

    Raises
    ------
    ValueError
        If one table holds numbers and another one words, dates or truth values.
    """
    if "boolean" in kinds.values():
        kinds = {name: "boolean" if zero_one[name] else kind for name, kind in kinds.items()}
    if len({"number" if kind in ("numeric", "integer") else kind for kind in kinds.values()}) > 1:
        shown = ", ".join(f"{kind} in {name} (such as {examples[name]!r})" for name, kind in kinds.items())
        raise ValueError(
            f"the types of column {column!r} differ: {shown}. Write its values alike in all tables, or leave it out"
        )
    return "numeric" if "numeric" in kinds.values() else next(iter(kinds.values()))


def identifies(values, kind):
    """Say why a column is no property of a row but its name or number, or return None."""
    values = values.dropna()
    if kind == "category" and len(values) and values.nunique() > 0.9 * len(values):
        return "names its rows (nearly every value differs)"
    if kind == "integer" and len(values) > 1 and values.is_unique and np.ptp(values) == len(values) - 1:
        return "counts its rows"
    return None


def cleaned(column, series, kind, notes):
    """Return for each table the columns without missing values that come of one: {table: {column: (values, kind)}}.

    Parameters
    ----------
    column : str
    series : dict of str to pandas.Series
        Its values by table.
    kind : str
        One of `course_lib.data.columns.KINDS`.
    notes : list of str
        Gets a sentence for each thing that was decided.
    """
    import pandas as pd

    if kind == "category":
        return {name: {column: (values, kind)} for name, values in _categories(column, series, notes).items()}
    if kind == "date":
        notes.append(f"column {column!r} is compared as a number of days")
        zero, day = pd.Timestamp(0, tz="UTC"), pd.Timedelta(days=1)
        series = {name: (pd.to_datetime(values, utc=True) - zero) / day for name, values in series.items()}
        kind = "numeric"
    missing = {name: values.isna() for name, values in series.items()}
    lacking = any(mask.any() for mask in missing.values())
    if lacking:
        known = series["real"].dropna()
        middle = known.mode().iloc[0] if kind == "boolean" else known.median()
        middle = int(middle) if kind == "integer" else middle
        series = {name: values.where(~missing[name], middle) for name, values in series.items()}
        shares = ", ".join(f"{name} {mask.mean():.1%}" for name, mask in missing.items())
        shown = bool(middle) if kind == "boolean" else f"{middle:g}"
        notes.append(f"column {column!r} lacks values ({shares}): filled with {shown}, and a column says where")
    dtype = {"boolean": bool, "integer": np.int64, "numeric": np.float64}[kind]
    found = {}
    for name, values in series.items():
        if kind != "boolean" and not (np.abs(values.to_numpy(np.float64)) < TOO_LARGE).all():
            raise ValueError(f"column {column!r} of {name} holds infinite values, or beyond {TOO_LARGE:g}")
        found[name] = {column: (values.astype(dtype), kind)}
        if lacking:
            found[name][f"{column} is missing"] = (missing[name], "boolean")
    return found


def _categories(column, series, notes):
    """Return the values by table as categories of one type.

    Where there are too many categories, those are told apart that are the most frequent in the real and the released
    rows taken together. Were they chosen by the real rows alone, those would hold more of them than any fresh rows do.
    """
    import pandas as pd

    texts = {name: values.astype(object).where(values.notna(), MISSING).astype(str) for name, values in series.items()}
    dtype = series["real"].dtype
    declared = [str(each) for each in dtype.categories] if isinstance(dtype, pd.CategoricalDtype) else []
    ordered = bool(declared) and dtype.ordered
    seen = set().union(*(text.unique() for text in texts.values()))
    levels = declared + sorted(seen - set(declared)) if ordered else sorted(seen | set(declared))
    invented = sorted(set(texts["synthetic"]) - set(texts["real"]) - set(declared))
    if invented:
        notes.append(
            f"column {column!r} holds released categories that are not in the real table: {', '.join(invented[:5])}"
            + (f" and {len(invented) - 5} more" if len(invented) > 5 else "")
        )
    if len(levels) > MOST_LEVELS:
        notes.append(f"column {column!r} has {len(levels)} categories: the {MOST_LEVELS} most frequent are told apart")
        together = pd.concat([texts["real"], texts["synthetic"]])
        kept = set(together.value_counts().index[:MOST_LEVELS])
        levels, ordered = [level for level in levels if level in kept] + [OTHER], False
        texts = {name: text.where(text.isin(kept), OTHER) for name, text in texts.items()}
    return {name: text.astype(pd.CategoricalDtype(levels, ordered=ordered)) for name, text in texts.items()}
