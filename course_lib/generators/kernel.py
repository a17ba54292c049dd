"""The kernel density: a record drawn again, and moved a little."""

import numpy as np

from course_lib.generators.base import draw_codes, new_rows, record_shares, require_fitted, unlabelled
from course_lib.validate import as_number

__all__ = ["Kernel"]


class Kernel:
    """Gaussian kernel density with a fixed bandwidth: one of the records, drawn at random, plus normal noise.

    Parameters
    ----------
    bandwidth : float, at least 0
        h: the standard deviation of the noise along every axis, in the units of the records. 0 draws the records
        themselves (the bootstrap).

    Attributes
    ----------
    x_ : numpy.ndarray, shape (..., n, d)
        A copy of the records.
    shares_ : numpy.ndarray, shape (..., n), or None
        How likely each is to be drawn; None where they had no weights, and all are alike.

    Examples
    --------
    >>> import numpy as np
    >>> model = Kernel(bandwidth=0).fit(np.array([[1.0], [2.0], [6.0]]))
    >>> bool(np.isin(model.sample(100, rng=np.random.default_rng(0)), [1, 2, 6]).all())
    True
    """

    def __init__(self, bandwidth):
        self.bandwidth = as_number(bandwidth, "bandwidth", minimum=0)

    def fit(self, records, *, rng=None):
        """Keep a copy of the records.

        Parameters
        ----------
        records : Records or array_like, shape (..., n, d)
            Without labels. A weight is a count: a record of weight 2 is drawn twice as often.
        rng : numpy.random.Generator, optional
            Not used: this fit draws nothing. Taken because every generator takes it.

        Raises
        ------
        ValueError
            If there are labels, or all weights of a replicate are 0.
        """
        records = unlabelled(records, self)
        self.shares_ = None if records.w is None else record_shares(records)
        self.x_ = records.x.copy()
        return self

    def sample(self, n, y=None, *, rng):
        """Draw n records per replicate.

        Parameters
        ----------
        n : int
        y : None
            There are no labels to condition on.
        rng : numpy.random.Generator

        Returns
        -------
        numpy.ndarray, shape (..., n, d)

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        ValueError
            If n is not a positive whole number, `rng` not a Generator, or `y` is given.
        """
        require_fitted(self, "x_")
        n = new_rows(n, rng)
        if y is not None:
            raise ValueError("y was given, but this Kernel was fitted without labels")
        if self.shares_ is None:
            chosen = rng.integers(self.x_.shape[-2], size=(*self.x_.shape[:-2], n))
        else:
            chosen = draw_codes(self.shares_, n, rng)
        x = np.take_along_axis(self.x_, chosen[..., None], axis=-2)
        x += self.bandwidth * rng.standard_normal(x.shape)
        return x
