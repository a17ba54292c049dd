"""Sources: whatever real records, or the inputs of a regression, can be drawn from anew.

A source is any object with `sample(n, *, rng)`: a fitted generator, a simulator, a data set that draws rows.
"""

import math

from course_lib.records import as_records, concatenate

__all__ = ["draw_per_replicate"]


def draw_per_replicate(source, n, replicates, rng):
    """Draw n records from `source` for each replicate.

    Parameters
    ----------
    source : object with `sample(n, *, rng)`
        Its sample has the leading axes `replicates`, or none.
    n : int
    replicates : tuple of int
    rng : numpy.random.Generator

    Returns
    -------
    Records, with the leading axes `replicates`

    Raises
    ------
    ValueError
        If the source's sample has other leading axes, or not n records.
    """

    def draw():
        sample = as_records(source.sample(n, rng=rng), "the sample of source")
        if sample.n != n:
            raise ValueError(f"source was asked for {n} records and drew {sample.n}")
        return sample

    first = draw()
    if first.replicates == replicates:
        return first
    if first.replicates:
        raise ValueError(f"source draws samples with leading axes {first.replicates}; {replicates} or none are needed")
    all_draws = concatenate(first, *(draw() for _ in range(math.prod(replicates) - 1)))
    return all_draws.map(lambda array: array.reshape(*replicates, n, *array.shape[1:]))
