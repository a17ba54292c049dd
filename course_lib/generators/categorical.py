"""The categorical distribution: a share for each symbol, fitted and sampled exactly."""

import numpy as np

from course_lib.generators.base import draw_codes, new_rows, require_fitted
from course_lib.records import as_records
from course_lib.validate import as_count, as_number

__all__ = ["Categorical"]


class Categorical:
    """Symbols drawn independently with the shares they have among the records.

    A symbol that is missing from the records has the share 0 and is never drawn again.

    Parameters
    ----------
    k : int, optional
        Number of symbols, coded 0 to k − 1. None takes the largest code among the records, plus 1.
    temperature : float, above 0
        τ: symbols are drawn with probabilities proportional to p^(1/τ). 1 is an honest draw, less prefers what is
        frequent, more levels the shares (Marchi et al. 2024, arXiv:2404.02325).

    Attributes
    ----------
    shares_ : numpy.ndarray, shape (..., k)
        As fitted; the temperature is not in it.

    Examples
    --------
    >>> import numpy as np
    >>> model = Categorical(3).fit(np.array([[0], [0], [2], [0]]))
    >>> model.shares_
    array([0.75, 0.  , 0.25])
    >>> model.sample(5, rng=np.random.default_rng(0)).shape
    (5, 1)
    """

    def __init__(self, k=None, *, temperature=1.0):
        self.k = None if k is None else as_count(k, "k")
        self.temperature = as_number(temperature, "temperature", minimum=0, inclusive=False)

    def fit(self, records, *, rng=None):
        """Count the symbols of each replicate.

        Parameters
        ----------
        records : Records or array_like, shape (..., n, 1)
            Codes, without labels. Weights are counts.
        rng : numpy.random.Generator, optional
            Not used: this fit draws nothing. Taken because every generator takes it.

        Raises
        ------
        ValueError
            If there are labels or several columns, a code is not a whole number from 0 to k − 1, or all weights of a
            replicate are 0.
        """
        records = as_records(records)
        if records.y is not None or records.d != 1:
            raise ValueError(f"records must be one column of codes without labels, got x of shape {records.x.shape}")
        codes = records.x[..., 0].astype(int)
        k = codes.max() + 1 if self.k is None else self.k
        if codes.min() < 0 or codes.max() >= k or np.any(codes != records.x[..., 0]):
            raise ValueError(f"records must be whole numbers from 0 to {k - 1}, got {codes.min()} to {codes.max()}")
        # One count for all replicates: replicate r has the bins r·k to r·k + k − 1.
        n_replicates = codes.size // records.n
        bins = codes.reshape(n_replicates, -1) + k * np.arange(n_replicates)[:, None]
        weights = None if records.w is None else records.w.ravel()
        counts = np.bincount(bins.ravel(), weights, minlength=n_replicates * k).reshape(*records.replicates, k)
        total = counts.sum(-1, keepdims=True)
        if np.any(total == 0):
            raise ValueError("all records of a replicate have weight 0; at least one must count")
        self.shares_ = counts / total
        return self

    def sample(self, n, y=None, *, rng):
        """Draw n symbols per replicate.

        Parameters
        ----------
        n : int
        y : None
            There are no labels to condition on.
        rng : numpy.random.Generator

        Returns
        -------
        numpy.ndarray of float64, shape (..., n, 1)

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        ValueError
            If n is not a positive whole number, `rng` not a Generator, or `y` is given.
        """
        require_fitted(self, "shares_")
        n = new_rows(n, rng)
        if y is not None:
            raise ValueError("y was given, but this Categorical was fitted without labels")
        # Relative to the largest share, so that a low temperature ends in zeros and not in 0 / 0.
        p = (self.shares_ / self.shares_.max(-1, keepdims=True)) ** (1 / self.temperature)
        p /= p.sum(-1, keepdims=True)
        return draw_codes(p, n, rng)[..., None].astype(np.float64)
