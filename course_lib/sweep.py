"""The same experiment over a grid of settings and seeds."""

import itertools
import numbers
from collections.abc import Iterable, Mapping

from course_lib.validate import as_count, as_rng

__all__ = ["sweep"]


def sweep(run, grid, *, seeds, rng):
    """Run an experiment for every setting and seed, and return one table.

    Parameters
    ----------
    run : callable
        `run(**setting, rng=rng)` returns a History, a pandas DataFrame, a dict of numbers, or a number.
    grid : mapping of str to sequence, or sequence of mappings
        The values of each argument, combined with all values of the others; or the settings themselves, one by one.
    seeds : int
        How often each setting is run, each time with a random generator of its own.
    rng : numpy.random.Generator

    Returns
    -------
    pandas.DataFrame
        One column for each argument, the column `seed`, and those of the result (`value` for a number).

    Raises
    ------
    ValueError
        If the grid is empty or names `rng` or `seed`, `seeds` is not a positive whole number, or `run` returns
        something else.

    Notes
    -----
    The cells go through joblib, one worker unless `joblib.parallel_config` says otherwise. Every cell's generator is
    spawned before the first one runs, so the table does not depend on the number of workers or on the machines: inside
    `joblib.parallel_config(backend="dask")` the same call runs on a Dask cluster.

    Examples
    --------
    >>> import numpy as np
    >>> def run(n, rng):
    ...     return rng.standard_normal(n).std()
    >>> sweep(run, {"n": [10, 1000]}, seeds=3, rng=np.random.default_rng(0)).shape
    (6, 3)
    """
    import pandas as pd
    from joblib import Parallel, delayed

    settings = _settings(grid)
    seeds = as_count(seeds, "seeds")
    cells = [(setting, seed) for setting in settings for seed in range(seeds)]
    rngs = as_rng(rng).spawn(len(cells))
    results = Parallel()(delayed(run)(**setting, rng=own) for (setting, _), own in zip(cells, rngs, strict=True))
    tables = [
        _as_table(result, setting | {"seed": seed}) for (setting, seed), result in zip(cells, results, strict=True)
    ]
    return pd.concat(tables, ignore_index=True)


def _settings(grid):
    """Return the list of settings, each a dict of arguments."""
    if isinstance(grid, Mapping):
        for name, values in grid.items():
            if isinstance(values, str) or not isinstance(values, Iterable):
                raise ValueError(f"grid[{name!r}] must be a sequence of values, got {values!r}")
        settings = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    else:
        settings = [dict(setting) for setting in grid]
    if not settings:
        raise ValueError(f"grid holds no setting: {grid!r}; every argument needs at least one value")
    if taken := {"rng", "seed"} & {name for setting in settings for name in setting}:
        raise ValueError(f"grid names {sorted(taken)}; sweep itself passes rng and numbers the seeds")
    return settings


def _as_table(result, setting):
    """Return the result of one cell as a table, with a column for each argument before it."""
    import pandas as pd

    if hasattr(result, "frame"):
        table = result.frame()
    elif isinstance(result, pd.DataFrame):
        table = result
    elif isinstance(result, Mapping):
        table = pd.DataFrame([result])
    elif isinstance(result, numbers.Number):
        table = pd.DataFrame({"value": [result]})
    else:
        raise ValueError(f"run must return a History, a DataFrame, a dict or a number, got {type(result).__name__}")
    if twice := [name for name in setting if name in table]:
        raise ValueError(f"run returned the columns {twice}, which sweep uses for the setting; give them other names")
    front = pd.DataFrame([setting] * len(table), index=table.index)
    return pd.concat([front, table], axis=1)
