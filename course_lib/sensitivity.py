"""Sensitivity: which assumption decides what a model says, changed one at a time or all at once."""

from collections.abc import Mapping

import numpy as np

from course_lib.validate import as_number, as_rng

__all__ = ["one_at_a_time", "tornado", "variance_shares"]

LOW, HIGH = "#0072b2", "#e69f00"  # Okabe and Ito's blue and orange


def one_at_a_time(model, low, base, high):
    """Set each assumption to its low and to its high value in turn, while the others stay at their base values.

    Parameters
    ----------
    model : callable
        `model(**assumptions)` returns one number.
    low, base, high : mapping of str to float
        For each assumption its lowest, its usual and its highest value. An assumption that is missing from `low` and
        `high` stays at its base value.

    Returns
    -------
    pandas.DataFrame
        A row for each assumption that is varied, the largest swing first, with the columns assumption; low, base and
        high (its values); at_low, at_base and at_high (what the model says there); swing (the largest less the smallest
        of these three, so that an assumption whose two ends agree against the middle is not missed).

    Raises
    ------
    ValueError
        If the names do not fit, a value is not a number, a base value lies outside its range, or the model returns
        something other than a finite number.

    Notes
    -----
    The swing depends on the range that was chosen and on where the others stand: it says nothing of assumptions that
    act together. `variance_shares` does.

    Examples
    --------
    >>> def area(width, height):
    ...     return width * height
    >>> table = one_at_a_time(area, {"width": 1, "height": 2}, {"width": 2, "height": 3}, {"width": 4, "height": 4})
    >>> table[["assumption", "at_low", "at_base", "at_high", "swing"]].values.tolist()
    [['width', 3.0, 6.0, 12.0, 9.0], ['height', 4.0, 6.0, 8.0, 4.0]]
    """
    import pandas as pd

    low, base, high = _as_ranges(low, base, high)
    at_base = _as_outcome(model(**base), base)
    rows = []
    for name in low:
        at_low, at_high = (_as_outcome(model(**base | {name: end[name]}), {name: end[name]}) for end in (low, high))
        swing = max(at_low, at_base, at_high) - min(at_low, at_base, at_high)
        rows.append((name, low[name], base[name], high[name], at_low, at_base, at_high, swing))
    columns = ["assumption", "low", "base", "high", "at_low", "at_base", "at_high", "swing"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def _as_ranges(low, base, high):
    for value, name in ((low, "low"), (base, "base"), (high, "high")):
        if not isinstance(value, Mapping) or not value:
            raise ValueError(f"{name} must map at least one assumption to its value, got {value!r}")
    if low.keys() != high.keys() or not low.keys() <= base.keys():
        raise ValueError(
            f"low and high must name the same assumptions, all of them in base; got {sorted(low)}, {sorted(high)} and "
            f"{sorted(base)}"
        )
    low, base, high = ({key: as_number(value, key) for key, value in each.items()} for each in (low, base, high))
    for name in low:
        if not low[name] <= base[name] <= high[name]:
            raise ValueError(
                f"base of {name!r}, {base[name]:g}, must lie from low, {low[name]:g}, to high, {high[name]:g}"
            )
    return low, base, high


def _as_outcome(value, where):
    value = np.asarray(value)
    if value.size != 1 or value.dtype.kind not in "biuf" or not np.isfinite(value).all():
        raise ValueError(f"model must return one finite number, got {value!r} at {where}")
    return float(value.reshape(()))


def tornado(ax, table, *, names=None, show=str):
    """Draw a table of `one_at_a_time` as bars, the largest swing on top.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    table : pandas.DataFrame
    names : mapping of str to str, optional
        What an assumption is called on the axis.
    show : callable, optional
        `show(value)` is the text at the end of a bar for the value that the assumption has there, or, with the argument
        `name`, `show(value, name)` is.
    """
    import inspect

    both = len(inspect.signature(show).parameters) > 1 if show is not str else False
    rows = table[::-1].reset_index(drop=True)
    base = rows["at_base"].iloc[0]
    for end, colour, side in (("low", LOW, -1), ("high", HIGH, 1)):
        reach = rows[f"at_{end}"] - base
        hatch = "//" if end == "high" else None  # told apart without colour, too
        ax.barh(
            rows.index,
            reach,
            left=base,
            color=colour,
            height=0.6,
            hatch=hatch,
            edgecolor="white",
            label=f"at its {end} value",
        )
        for place, row in rows.iterrows():
            other = row[f"at_{'high' if end == 'low' else 'low'}"] - base
            away = np.sign(reach[place]) or -np.sign(other) or side
            if np.sign(other) == away:  # both ends on one side: the nearer one's words go to the free side
                away = away if abs(reach[place]) >= abs(other) else -away
            at = row[f"at_{end}"] if away * reach[place] > 0 else base
            words = show(row[end], row["assumption"]) if both else show(row[end])
            ax.annotate(
                words,
                (at, place),
                xytext=(4 * away, 0),
                textcoords="offset points",
                va="center",
                ha="left" if away > 0 else "right",
                fontsize="small",
            )
    ax.axvline(base, color="black", linewidth=1)
    ax.set_yticks(rows.index, [(names or {}).get(name, name) for name in rows["assumption"]])
    ax.grid(axis="y", visible=False)
    ax.margins(x=0.2)


def variance_shares(model, low, high, *, n, rng):
    """Vary all assumptions at once and say which part of the variance of the outcome each of them accounts for.

    Parameters
    ----------
    model : callable
        `model(**assumptions)` takes an array of shape (m,) for each assumption and returns one of shape (m,).
    low, high : mapping of str to float
        Between which values each assumption is drawn, uniformly and independently of the others.
    n : int, a power of 2
        The model is asked for n (d + 2) settings, with d assumptions.
    rng : numpy.random.Generator

    Returns
    -------
    pandas.DataFrame
        A row for each assumption, the largest total share first, with the columns assumption; first, total; and the
        ends of their 95% bootstrap intervals: first_low, first_high, total_low, total_high. `first` is the share of
        the variance that would vanish on average if this assumption alone were known, `total` the share that would
        remain if all the others were.

    Raises
    ------
    ValueError
        If the names do not fit, a range is empty, or the outcome has another shape or is not finite.

    Notes
    -----
    Sobol' indices by `scipy.stats.sobol_indices`, in the estimators of Saltelli et al. 2010
    (doi:10.1016/j.cpc.2009.09.018). An estimate can fall slightly below 0.
    """
    import pandas as pd
    from scipy.stats import sobol_indices, uniform

    as_rng(rng)
    low, _, high = _as_ranges(low, low, high)
    names = list(low)
    if empty := [name for name in names if low[name] == high[name]]:
        raise ValueError(f"low and high of {empty} are equal; an assumption that does not vary has no share")

    def outcome(settings):
        values = np.asarray(model(**dict(zip(names, settings, strict=True))))
        if values.shape != settings.shape[1:] or not np.isfinite(values).all():
            raise ValueError(f"model must return finite numbers of shape {settings.shape[1:]}, got {values.shape}")
        return values[None]

    ranges = [uniform(low[name], high[name] - low[name]) for name in names]
    indices = sobol_indices(func=outcome, n=n, dists=ranges, rng=rng)
    spread = indices.bootstrap(confidence_level=0.95, n_resamples=200)
    table = pd.DataFrame({"assumption": names})
    for column, share, interval in (
        ("first", indices.first_order, spread.first_order.confidence_interval),
        ("total", indices.total_order, spread.total_order.confidence_interval),
    ):
        table[column], table[f"{column}_low"], table[f"{column}_high"] = (
            share.ravel(),
            interval.low.ravel(),
            interval.high.ravel(),
        )
    return table.sort_values("total", ascending=False, kind="stable", ignore_index=True)
