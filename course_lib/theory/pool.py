"""A pool of people's and makers' records, read through a filter: what is left of a rare group."""

import numpy as np

from course_lib.validate import as_values, as_whole

__all__ = ["filtered_share"]


def filtered_share(loss, human, t=None):
    """Return the share of a rare group in a model's training set, as a multiple of its share among people.

    Parameters
    ----------
    loss : array_like in [0, 1]
        b: what part of the group's records the filter throws out beyond what it throws out of all others.
    human : array_like in [0, 1]
        h: the people's part of the records that come newly in each generation.
    t : array_like of int, at least 0, optional
        Generations since the model was trained on people's records alone, unfiltered. None is the limit.

    Returns
    -------
    numpy.ndarray

    Notes
    -----
    One can show, for a group so rare that its loss does not change the size of the pool, for a pool that forgets what
    is older than a generation, and on average over chance: r_{t+1} = (1 − b)(h + (1 − h) r_t), since the group has the
    share h p among the new records of people and (1 − h) r_t p among the model's. With a = (1 − b)(1 − h), r_t =
    r∞ + (1 − r∞) a^t, and r∞ = (1 − b) h/(1 − a). Without a filter r stays 1, whatever h is; without people, r∞ = 0 for
    every b above 0.

    Examples
    --------
    >>> round(float(filtered_share(0.1, 0.5)), 3)
    0.818
    """
    b, h = as_values(loss, "loss", minimum=0, maximum=1), as_values(human, "human", minimum=0, maximum=1)
    a = (1 - b) * (1 - h)
    limit = np.where(a < 1, (1 - b) * h / np.where(a < 1, 1 - a, 1.0), 1.0)
    return limit if t is None else limit + (1 - limit) * a ** as_whole(t, "t")
