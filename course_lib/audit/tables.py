"""What an audit does with three tables before it asks anything: checks, one set of types, whose rows they are."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from course_lib.audit.cleaning import cleaned, common_kind, identifies
from course_lib.audit.statistics import effective_number
from course_lib.data.dataset import closest

__all__ = ["MIN_ROWS", "Tables", "prepare"]

MIN_ROWS = 50  # below it no question can be answered with an interval worth printing
MIN_PEOPLE = 10  # and below it half of them tell nothing about the other half
MORE_TWINS = 0.05  # share of a holdout's rows that may stand in the real table, beyond what chance explains
_PLAIN = {"boolean": "boolean", "integer": "Int64", "floating": "float64", "mixed-integer-float": "float64"}


@dataclass(frozen=True, eq=False)
class Tables:
    """Three tables with the same columns and types, without missing values.

    Attributes
    ----------
    real, synthetic : pandas.DataFrame
    holdout : pandas.DataFrame or None
        Real rows that the generator has not seen.
    kinds : dict of str to str
        "numeric", "integer", "boolean" or "category" for each column.
    people : dict of str to numpy.ndarray of int
        By table whose a row is, numbered from 0 in each of them; a number of its own for each row without groups.
    target : str or None
    notes : list of str
        What was decided on the way.
    """

    real: object
    synthetic: object
    holdout: object
    kinds: dict
    people: dict
    target: str | None
    notes: list


def prepare(real, synthetic, *, holdout=None, target=None, group=None):
    """Check that the tables can be compared and bring them to one set of columns and types.

    Parameters
    ----------
    real, synthetic, holdout : pandas.DataFrame or Table
    target : str, optional
        The real table's own label unless given.
    group : str or array_like, optional
        The column that says whose a row is, which the synthetic table may lack, or one value for each real row (then
        each row of the others is taken as a person of its own). The Tables' own groups unless given.

    Returns
    -------
    Tables

    Raises
    ------
    ValueError
        If columns or types differ, a table has too few rows, a person stands in `real` and in `holdout`, or an argument
        names a column that is not there.
    """
    import pandas as pd

    given = {"real": real, "synthetic": synthetic, "holdout": holdout}
    given = {name: table for name, table in given.items() if table is not None}
    frames = {name: _frame(table, name) for name, table in given.items()}
    target = target if target is not None else getattr(real, "label", None)
    owners = {name: pd.Index(_owners(given[name], frame, group, name)) for name, frame in frames.items()}
    _check_people(owners)
    if isinstance(group, str):
        frames = {name: frame.drop(columns=group, errors="ignore") for name, frame in frames.items()}
    _check_columns(frames, target)

    notes, types, columns = [], {}, {name: {} for name in frames}
    for column in frames["real"]:
        series = {name: frame[column] for name, frame in frames.items()}
        kind = _kind(column, series, given)
        if reason := identifies(series["real"], kind):
            if column == target:
                raise ValueError(f"the target {column!r} {reason}: nothing can be learned about it")
            notes.append(_left_out(column, series, reason))
            continue
        if kind == "integer" and series["real"].is_unique:
            notes.append(f"column {column!r} differs in each row; if its numbers name the rows, leave it out")
        if column == target and series["real"].nunique() < 2:
            raise ValueError(f"the target {column!r} never varies in real: there is nothing to predict")
        for name, parts in cleaned(column, series, kind, notes).items():
            for part, (values, part_kind) in parts.items():
                if part != column and part in frames["real"]:
                    raise ValueError(
                        f"column {column!r} lacks values, and {part!r} is to say where: rename that column"
                    )
                columns[name][part], types[part] = values, part_kind
    if not types:
        raise ValueError("no column is left to compare: each one names or counts its rows")
    clean = {name: pd.DataFrame(parts).reset_index(drop=True) for name, parts in columns.items()}
    if holdout is not None:
        _check_apart(clean["real"], clean["holdout"], owners["holdout"])
    return Tables(
        real=clean["real"],
        synthetic=clean["synthetic"],
        holdout=clean.get("holdout"),
        kinds=types,
        people={name: pd.factorize(whose)[0] for name, whose in owners.items()},
        target=target,
        notes=notes,
    )


def _left_out(column, series, reason):
    shared = series["synthetic"].dropna().isin(series["real"].dropna()).mean()
    return (
        f"column {column!r} {reason} and is left out; {shared:.0%} of its released values stand in the real table, "
        "too: look at it by hand"
    )


def _frame(table, name):
    import pandas as pd

    frame = getattr(table, "frame", table)
    if not isinstance(frame, pd.DataFrame):
        raise ValueError(f"{name} must be a pandas DataFrame or a Table of the course, got {type(table).__name__}")
    if len(frame) < MIN_ROWS:
        raise ValueError(f"{name} has too few rows: {len(frame)}; an audit needs at least {MIN_ROWS}")
    if not frame.columns.is_unique:
        twice = list(frame.columns[frame.columns.duplicated()])
        raise ValueError(f"{name} has several columns of the name {twice[0]!r}")
    # Truth values and numbers with a gap between them may come as objects.
    objects = [column for column in frame if frame[column].dtype == object]
    found = {column: pd.api.types.infer_dtype(frame[column]) for column in objects}
    for column in objects:
        if not frame[column].map(lambda value: isinstance(value, Hashable)).all():
            raise ValueError(f"column {column!r} of {name} holds lists or the like; an audit compares single values")
    plain = {column: _PLAIN[type_] for column, type_ in found.items() if type_ in _PLAIN}
    return frame.astype(plain).reset_index(drop=True)


def _owners(table, frame, group, name):
    """Return whose each row is, as values that mean the same in both real tables."""
    if isinstance(group, str):
        if group in frame:
            if frame[group].isna().any():
                raise ValueError(f"the group column {group!r} of {name} lacks {frame[group].isna().sum()} values")
            return frame[group].to_numpy()
        if name != "synthetic":
            raise ValueError(f"group names the column {group!r}, which {name} does not have; " + closest(group, frame))
    elif group is not None and name == "real":
        values = np.asarray(group)
        if values.shape != (len(frame),):
            raise ValueError(f"group must have one value for each of {len(frame)} real rows, got shape {values.shape}")
        return values
    own = getattr(table, "groups", None)
    return np.array([f"{name} {i}" for i in range(len(frame))]) if own is None or group is not None else own


def _check_columns(frames, target):
    names = list(frames["real"])
    for name, frame in frames.items():
        lacks, more = set(names) - set(frame), set(frame) - set(names)
        if lacks or more:
            said = [f"lacks {sorted(map(str, lacks))}"] * bool(lacks)
            said += [f"has {sorted(map(str, more))} in addition"] * bool(more)
            raise ValueError(f"the columns differ: {name} {' and '.join(said)}, compared with real")
    if not names:
        raise ValueError("real has no columns beside the group")
    if target is not None and target not in names:
        raise ValueError(f"target names the column {target!r}, which real does not have; " + closest(target, names))


def _check_people(owners):
    for name, whose in owners.items():
        if whose.nunique() < MIN_PEOPLE:
            raise ValueError(f"the rows of {name} belong to {whose.nunique()} person(s); an audit needs {MIN_PEOPLE}")
    if "holdout" in owners and len(both := owners["real"].unique().intersection(owners["holdout"].unique())):
        raise ValueError(
            f"{len(both)} persons of the holdout stand in real, too, such as {both.tolist()[0]!r}; a holdout is of "
            "people whom the generator has not seen"
        )


def _check_apart(real, holdout, strangers):
    """Refuse a holdout with the generator's own rows: more of them than real rows that have a twin among themselves."""
    from pandas.util import hash_pandas_object

    if real.equals(holdout):
        raise ValueError("holdout is the real table itself; it must be rows that the generator has not seen")
    real, holdout = (hash_pandas_object(frame, index=False) for frame in (real, holdout))
    back, twins = holdout.isin(real).mean(), real.duplicated(keep=False).mean()
    error = np.sqrt(back * (1 - back) / effective_number(strangers))
    if back - twins > MORE_TWINS + 5 * error:
        raise ValueError(
            f"{holdout.isin(real).sum():,} of {len(holdout):,} rows of the holdout stand in real word for word, while "
            f"{twins:.0%} of the real rows have a twin among themselves. A holdout is of people whom the generator has "
            "not seen: take these rows out of it"
        )


def _kind(column, series, given):
    """Return the kind of a column in all tables; where a table other than the real one lacks it, the others decide."""
    from course_lib.data.codec import kind_of

    if series["real"].isna().all():
        raise ValueError(f"column {column!r} of real holds no value; leave it out")
    known = {name: values.dropna() for name, values in series.items() if values.notna().any()}
    return common_kind(
        column,
        {name: getattr(given[name], "kinds", {}).get(column) or kind_of(series[name]) for name in known},
        {name: values.iloc[0] for name, values in known.items()},
        {name: bool(values.isin([0, 1]).all()) for name, values in known.items()},
    )
