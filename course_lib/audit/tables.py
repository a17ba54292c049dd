"""What an audit does with three tables before it asks anything: checks, one set of types, whose rows they are."""

from dataclasses import dataclass

import numpy as np

from course_lib.data.dataset import closest

__all__ = ["Tables", "prepare"]

MIN_ROWS = 50  # below it no question can be answered with an interval worth printing
MOST_LEVELS = 30  # categories kept apart; the rarer ones are joined
OTHER, INVENTED, MISSING = "(other)", "(not in the real table)", "(missing)"
_NUMBERS = ("numeric", "integer", "date")


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
    people, holdout_people : numpy.ndarray of int
        Whose a row is, numbered from 0 in each of the two tables; a number of its own for each row without groups.
    target : str or None
    notes : list of str
        What was decided on the way.
    """

    real: object
    synthetic: object
    holdout: object
    kinds: dict
    people: np.ndarray
    holdout_people: np.ndarray | None
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
        The column that says whose a row is, or one value for each real row (then the holdout must not need any). The
        real Table's own groups unless given.

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
    frames = {name: _frame(table, name) for name, table in given.items() if table is not None}
    target = target if target is not None else getattr(real, "label", None)
    owners = {name: _owners(given[name], frames[name], group, name) for name in frames if name != "synthetic"}
    if isinstance(group, str):
        frames = {name: frame.drop(columns=group, errors="ignore") for name, frame in frames.items()}
    _check_columns(frames, target)
    _check_apart(frames, owners)
    kinds = {name: _common_kind(name, given, frames) for name in frames["real"]}

    notes, columns, types = [], {name: {} for name in frames}, {}
    for column, kind in kinds.items():
        series = {name: frame[column] for name, frame in frames.items()}
        if reason := _identifies(series["real"], kind):
            if column == target:
                raise ValueError(f"the target {column!r} {reason}: nothing can be learned about it")
            shared = series["synthetic"].dropna().isin(series["real"].dropna()).mean()
            notes.append(
                f"column {column!r} {reason} and is left out; {shared:.0%} of its released values stand in the real "
                "table, too: look at it by hand"
            )
            continue
        for name, parts in _cleaned(column, series, kind, notes).items():
            for part, (values, part_kind) in parts.items():
                columns[name][part], types[part] = values, part_kind
    if not types:
        raise ValueError("no column is left to compare: each one names or counts its rows")
    clean = {name: pd.DataFrame(parts).reset_index(drop=True) for name, parts in columns.items()}
    return Tables(
        real=clean["real"],
        synthetic=clean["synthetic"],
        holdout=clean.get("holdout"),
        kinds=types,
        people=pd.factorize(owners["real"])[0],
        holdout_people=pd.factorize(owners["holdout"])[0] if "holdout" in owners else None,
        target=target,
        notes=notes,
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
    return frame.reset_index(drop=True)


def _owners(table, frame, group, name):
    """Return whose each row is, as values that mean the same in both real tables."""
    if isinstance(group, str):
        if group not in frame:
            raise ValueError(f"group names the column {group!r}, which {name} does not have; " + closest(group, frame))
        if frame[group].isna().any():
            raise ValueError(f"the group column {group!r} of {name} lacks {frame[group].isna().sum()} values")
        return frame[group].to_numpy()
    if group is not None and name == "real":
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


def _check_apart(frames, owners):
    if "holdout" not in frames:
        return
    both = np.intersect1d(owners["real"], owners["holdout"])
    if both.size:
        raise ValueError(
            f"{both.size} persons of the holdout stand in real, too, such as {both[0]!r}; a holdout is of people whom "
            "the generator has not seen"
        )
    same = frames["holdout"][list(frames["real"])]
    if same.shape == frames["real"].shape and same.equals(frames["real"]):
        raise ValueError("holdout is the real table itself; it must be rows that the generator has not seen")


def _common_kind(column, given, frames):
    from course_lib.data.codec import _kind_of

    found = {}
    for name, frame in frames.items():
        kind = getattr(given[name], "kinds", {}).get(column) or _kind_of(frame[column])
        found[name] = "category" if frame[column].isna().all() and name == "real" else kind
    family = {name: "number" if kind in ("numeric", "integer") else kind for name, kind in found.items()}
    if len(set(family.values())) > 1:
        shown = ", ".join(
            f"{kind} in {name} (such as {frames[name][column].iloc[0]!r})" for name, kind in found.items()
        )
        raise ValueError(f"the types of column {column!r} differ: {shown}; give it the same type in all tables")
    return "numeric" if "numeric" in found.values() else found["real"]


def _identifies(values, kind):
    """Say why a column is no property of a row but its name or number, or return None."""
    values = values.dropna()
    if kind == "category" and len(values) and values.nunique() > 0.9 * len(values):
        return "names its rows (nearly every value differs)"
    if kind == "integer" and len(values) > 1 and (values.diff().iloc[1:] == 1).all():
        return "counts its rows"
    return None


def _cleaned(column, series, kind, notes):
    """Return for each table the columns that come of one: {table: {column: (values, kind)}}."""
    import pandas as pd

    missing = {name: values.isna() for name, values in series.items()}
    lacking = any(mask.any() for mask in missing.values())
    if kind == "category":
        levels = _levels(column, series, notes)
        return {name: {column: (_categorical(v, levels), "category")} for name, v in series.items()}
    if kind == "date":
        notes.append(f"column {column!r} is compared as a number of days")
        series = {name: (values - pd.Timestamp(0)) / pd.Timedelta(days=1) for name, values in series.items()}
        kind = "numeric"
    if lacking:
        known = series["real"].dropna()
        middle = known.mode().iloc[0] if kind == "boolean" else known.median()
        middle = int(middle) if kind == "integer" else middle
        series = {name: values.fillna(middle) for name, values in series.items()}
        shares = ", ".join(f"{name} {mask.mean():.1%}" for name, mask in missing.items())
        notes.append(f"column {column!r} lacks values ({shares}): filled with {middle:g}, and a column says where")
    dtype = {"boolean": bool, "integer": np.int64, "numeric": np.float64}[kind]
    found = {}
    for name, values in series.items():
        if kind != "boolean" and not np.isfinite(values.to_numpy(np.float64)).all():
            raise ValueError(f"column {column!r} of {name} holds infinite values")
        found[name] = {column: (values.astype(dtype), kind)}
        if lacking:
            found[name][f"{column} is missing"] = (missing[name], "boolean")
    return found


def _levels(column, series, notes):
    """Return the categories to be told apart, all that the real table holds, and whether they are ordered."""
    import pandas as pd

    texts = {name: _text(values) for name, values in series.items()}
    counts, dtype = texts["real"].value_counts(), series["real"].dtype
    ordered = isinstance(dtype, pd.CategoricalDtype) and dtype.ordered
    known = {str(each) for each in dtype.categories} if isinstance(dtype, pd.CategoricalDtype) else set()
    levels = [str(each) for each in dtype.categories] if ordered else sorted(known | set(counts.index))
    levels += [MISSING] * (MISSING in counts and MISSING not in levels)
    known |= set(counts.index)
    if len(levels) > MOST_LEVELS:
        notes.append(f"column {column!r} has {len(levels)} categories: the {MOST_LEVELS} most frequent are told apart")
        kept = set(counts.index[:MOST_LEVELS])
        levels, ordered = [level for level in levels if level in kept] + [OTHER], False
    if any(not text.isin(known).all() for text in texts.values()):
        new = sorted(set(texts["synthetic"]) - known)
        if new:
            notes.append(f"column {column!r} holds released categories that are not in the real table: {new[:5]}")
        levels = [*levels, INVENTED]
    return levels, known, ordered


def _text(values):
    return values.astype(object).where(values.notna(), MISSING).astype(str)


def _categorical(values, levels):
    import pandas as pd

    levels, known, ordered = levels
    text = _text(values)
    kept, seen = text.isin(levels), text.isin(known)
    text = text.where(kept | ~seen, OTHER).where(seen, INVENTED)
    return text.astype(pd.CategoricalDtype(levels, ordered=ordered))
