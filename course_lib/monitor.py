"""Monitoring: one score a night, a baseline, and a CUSUM that remembers small changes until they add up.

How long such an alarm runs before it rings is in `course_lib.theory.monitoring`; tests that compare two samples once
are in `course_lib.two_sample`.
"""

from dataclasses import dataclass

import numpy as np

from course_lib.validate import as_array, as_number

__all__ = ["Baseline", "alarms", "cusum", "first_alarm"]


@dataclass(frozen=True)
class Baseline:
    """What a score looks like when nothing has happened: its mean and its standard deviation.

    Parameters
    ----------
    mean, std : numpy.ndarray, shape (...)
        One for each replicate.

    Examples
    --------
    >>> baseline = Baseline.of([9.0, 11.0, 10.0])
    >>> baseline.z([12.0]), baseline.z([12.0], fall=True)
    (array([2.]), array([-2.]))
    """

    mean: np.ndarray
    std: np.ndarray

    @classmethod
    def of(cls, scores):
        """Return the baseline of some nights.

        Parameters
        ----------
        scores : array_like, shape (nights, ...)
            At least two nights, first axis; then replicates. The standard deviation divides by nights − 1.

        Raises
        ------
        ValueError
            If there are fewer than two nights, or all scores of a replicate are equal.
        """
        scores = as_array(scores, "scores", min_ndim=1)
        if len(scores) < 2 or (np.ptp(scores, axis=0) == 0).any():
            raise ValueError(f"scores must hold two nights or more that differ, got shape {scores.shape}")
        return cls(scores.mean(0), scores.std(0, ddof=1))

    def z(self, scores, *, fall=False):
        """Return the scores in standard deviations from the mean; with `fall=True` a fall counts as positive."""
        z = (as_array(scores, "scores", min_ndim=1) - self.mean) / self.std
        return -z if fall else z


def cusum(z, *, k=0.5):
    """Return S_t = max(0, S_{t−1} + z_t − k): what has come together above k, never below 0, from S = 0 on.

    Parameters
    ----------
    z : array_like, shape (nights, ...)
        Standardised scores, in order; what is looked for is positive.
    k : float, at least 0
        The reference value: half of the shift that is to be found soonest.

    Returns
    -------
    numpy.ndarray, shape (nights, ...)

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Notes
    -----
    Page 1954, Continuous inspection schemes, doi:10.1093/biomet/41.1-2.100.

    Examples
    --------
    >>> cusum([1.0, 1.0, -1.0, 2.0])
    array([0.5, 1. , 0. , 1.5])
    """
    return _run(z, k, np.inf)[0]


def alarms(z, *, k=0.5, h):
    """Return whether the CUSUM rings, night by night; after each alarm it starts again at 0.

    Parameters
    ----------
    z, k
        As in `cusum`.
    h : float, above 0
        The threshold: it rings where S > h.

    Returns
    -------
    numpy.ndarray of bool, shape (nights, ...)
    """
    return _run(z, k, as_number(h, "h", minimum=0, inclusive=False))[1]


def first_alarm(z, *, k=0.5, h):
    """Return the number of the first night that rings, 1 for the first of all; infinity where none does.

    Parameters are those of `alarms`.

    Returns
    -------
    numpy.ndarray, shape (...)
    """
    rings = alarms(z, k=k, h=h)
    return np.where(rings.any(0), rings.argmax(0) + 1.0, np.inf)


def _run(z, k, h):
    z, k = as_array(z, "z", min_ndim=1), as_number(k, "k", minimum=0)
    path, rings = np.empty(z.shape), np.empty(z.shape, bool)
    s = np.zeros(z.shape[1:])
    for t, step in enumerate(z - k):
        path[t] = s = np.maximum(0, s + step)
        rings[t] = s > h
        s = np.where(rings[t], 0.0, s)
    return path, rings
