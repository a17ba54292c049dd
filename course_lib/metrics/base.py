"""What the metrics share: checks of the data sets, counts as repetitions, replicates one by one, the split null."""

from collections.abc import Mapping

import numpy as np

from course_lib.generators.gaussian import Gaussian
from course_lib.records import Records, as_records
from course_lib.threads import limit_threads
from course_lib.validate import as_count, as_rng

__all__ = ["no_difference", "paired", "per_replicate", "repeated"]


def paired(reference, sample, *, more_than=0, **others):
    """Return data sets as Records that can be compared: the same columns, and enough records in each.

    Parameters
    ----------
    reference, sample : Records or array_like, shape (..., n, d)
    more_than : float
        Every replicate's weights must sum to more than this.
    **others : Records or array_like
        Further data sets, checked and named in messages alike.

    Returns
    -------
    list of Records

    Raises
    ------
    ValueError
        If an input is no finite array of records, the columns differ, the leading axes do not broadcast, or a
        replicate counts too few records.
    """
    data = {name: as_records(x, name) for name, x in {"reference": reference, "sample": sample, **others}.items()}
    if len({records.d for records in data.values()}) > 1:
        shapes = ", ".join(f"{name} {records.x.shape}" for name, records in data.items())
        raise ValueError(f"the data sets must have the same columns (last axis), got shapes {shapes}")
    _common_replicates(data.values())
    for name, records in data.items():
        total = records.n if records.w is None else records.w.sum(-1).min()
        if total <= more_than:
            raise ValueError(f"{name} must count more than {more_than:g} records in each replicate, got {total:g}")
    return list(data.values())


def per_replicate(metric, *data):
    """Call a metric that knows no leading axes once per replicate, and stack what it returns.

    Parameters
    ----------
    metric : callable
        Takes one Records of shape (n, d) for each data set; returns a number, an array, or a dict of these.
    *data : Records
        Leading axes are broadcast, so one reference without them serves every replicate.

    Returns
    -------
    number, array of shape (..., ) + that of one result, or a dict of these

    Raises
    ------
    ValueError
        If the leading axes do not broadcast.
    """
    replicates = _common_replicates(data)
    data = [records.broadcast(replicates) for records in data]
    with limit_threads():
        values = [metric(*(_one(records, index) for records in data)) for index in np.ndindex(replicates)]
    return _stack(values, replicates)


def _common_replicates(data):
    shapes = [records.replicates for records in data]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(f"the leading axes (replicates) of the data sets must broadcast, got {shapes}") from None


def _one(records, index):
    return records.map(lambda array: array[index])


def _stack(values, replicates):
    if isinstance(values[0], Mapping):
        return {key: _stack([value[key] for value in values], replicates) for key in values[0]}
    return np.reshape(values, replicates + np.shape(values[0]))[()]


def repeated(records):
    """Return one replicate's records with each standing as often as its weight says, and without weights.

    This is how a metric honours counts when its formula has no place for weights.

    Raises
    ------
    ValueError
        If a weight is not a whole number: such a record cannot be repeated.
    """
    if records.w is None:
        return records
    counts = np.rint(records.w).astype(int)
    if (counts != records.w).any():
        odd = records.w[counts != records.w][0]
        raise ValueError(f"this metric repeats each record as its weight says, so weights must be whole; got {odd:g}")
    taken = records.take(np.repeat(np.arange(records.n), counts))
    return Records(taken.x, taken.y)


def moments(records, ddof=1):
    """Return mean (..., d) and covariance (..., d, d), weights as counts."""
    model = Gaussian(ddof=ddof).fit(Records(records.x, w=records.w))
    return model.mean_, model.cov_


def no_difference(metric, real, *, n=None, repeats=20, rng):
    """Score real records against other real records: what the metric says when there is no difference.

    Few metrics have a null value that holds for every law. This gives one for any metric and any data: the real set
    is shuffled and split into two disjoint parts, `repeats` times.

    Parameters
    ----------
    metric : callable
        `metric(reference, sample)`.
    real : Records or array_like, shape (N, d)
    n : int, optional
        Records in each part; N // 2 unless given. Most metrics depend on it, so use the sizes that are to be judged.
    repeats : int
    rng : numpy.random.Generator

    Returns
    -------
    array, shape (repeats,), or a dict of these
        The splits share records, so their scatter is a little narrower than that of fresh data.

    Raises
    ------
    ValueError
        If two disjoint parts of n records do not fit into `real`, or `real` has leading axes.
    """
    real = as_records(real, "real")
    repeats, rng = as_count(repeats, "repeats"), as_rng(rng)
    n = real.n // 2 if n is None else as_count(n, "n")
    if real.replicates or not 1 <= n <= real.n // 2:
        raise ValueError(f"two disjoint parts of n = {n} records need real of shape (≥ 2n, d), got {real.x.shape}")
    order = rng.permuted(np.tile(np.arange(real.n), (repeats, 1)), axis=-1)
    real = real.broadcast((repeats,))
    return metric(real.take(order[:, :n]).plain(), real.take(order[:, n : 2 * n]).plain())
