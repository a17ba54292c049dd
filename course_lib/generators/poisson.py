"""Poisson counts: one rate a column, fitted and sampled exactly."""

import numpy as np

from course_lib.generators.base import new_rows, record_shares, require_fitted, unlabelled

__all__ = ["Poisson"]


class Poisson:
    """Independent Poisson counts in each column, with the mean counts of the records.

    A column whose records are all 0 has the rate 0 and stays 0 for ever.

    Attributes
    ----------
    rates_ : numpy.ndarray, shape (..., d)

    Examples
    --------
    >>> import numpy as np
    >>> model = Poisson().fit(np.array([[2, 0], [4, 0]]))
    >>> model.rates_
    array([3., 0.])
    >>> model.sample(5, rng=np.random.default_rng(0)).shape
    (5, 2)
    """

    def fit(self, records, *, rng=None):
        """Fit the rates, for all replicates at once.

        Parameters
        ----------
        records : Records or array_like, shape (..., n, d)
            Counts, without labels. Weights are counts of records.
        rng : numpy.random.Generator, optional
            Not used: this fit draws nothing. Taken because every generator takes it.

        Raises
        ------
        ValueError
            If there are labels or a negative count, or all weights of a replicate are 0.
        """
        records = unlabelled(records, self)
        if records.x.min() < 0:
            raise ValueError(f"records must be counts of at least 0, got {records.x.min():g}")
        self.rates_ = (record_shares(records)[..., None, :] @ records.x)[..., 0, :]
        return self

    def sample(self, n, y=None, *, rng):
        """Draw n records of counts per replicate.

        Parameters
        ----------
        n : int
        y : None
            There are no labels to condition on.
        rng : numpy.random.Generator

        Returns
        -------
        numpy.ndarray of float64, shape (..., n, d)

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        ValueError
            If n is not a positive whole number, `rng` not a Generator, or `y` is given.
        """
        require_fitted(self, "rates_")
        n = new_rows(n, rng)
        if y is not None:
            raise ValueError("y was given, but this Poisson was fitted without labels")
        shape = (*self.rates_.shape[:-1], n, self.rates_.shape[-1])
        return rng.poisson(self.rates_[..., None, :], shape).astype(np.float64)
