"""The Gaussian: two moments, fitted and sampled exactly."""

import numpy as np

from course_lib.generators.base import new_rows, require_fitted, unlabelled
from course_lib.threads import limit_threads
from course_lib.validate import as_count, as_fraction

__all__ = ["Gaussian"]


class Gaussian:
    """Normal distribution with the mean and the covariance of its records.

    Parameters
    ----------
    ddof : {1, 0}
        The sum of squares is divided by Σw − ddof: 1 gives the unbiased covariance, 0 the maximum-likelihood one.
        (NumPy's own default is 0, torch's is 1.)
    sampling_bias : float in [0, 1]
        λ: records are drawn with the covariance λ Σ. 1 is an honest draw; less stands for the habit of keeping
        samples near the middle because they look better (Alemohammad et al. 2023, arXiv:2307.01850).

    Attributes
    ----------
    mean_ : numpy.ndarray, shape (..., d)
    cov_ : numpy.ndarray, shape (..., d, d)
        As fitted; the sampling bias is not in it.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> model = Gaussian().fit(np.array([[1.0], [2.0], [6.0]]), rng=rng)
    >>> model.mean_, model.cov_
    (array([3.]), array([[7.]]))
    >>> model.sample(2, rng=rng).shape
    (2, 1)
    """

    def __init__(self, ddof=1, *, sampling_bias=1.0):
        self.ddof = as_count(ddof, "ddof", minimum=0)
        if self.ddof > 1:
            raise ValueError(f"ddof must be 0 or 1, got {ddof!r}")
        self.sampling_bias = as_fraction(sampling_bias, "sampling_bias")

    def fit(self, records, *, rng=None):
        """Fit mean and covariance, for all replicates at once.

        Parameters
        ----------
        records : Records or array_like, shape (..., n, d)
            Without labels. Weights are counts, so integer weights give the same fit as repeated records.
        rng : numpy.random.Generator, optional
            Not used: this fit draws nothing. Taken because every generator takes it.

        Raises
        ------
        ValueError
            If there are labels, or the weights of a replicate sum to ddof or less.
        """
        records = unlabelled(records, self)
        weights = np.ones(records.n) if records.w is None else records.w  # (n,) for all replicates, or (..., n)
        total = weights.sum(-1)
        if total.min() <= self.ddof:
            raise ValueError(
                f"records must count more than ddof = {self.ddof} in each replicate, got {total.min():g} "
                f"(x of shape {records.x.shape}{'' if records.w is None else ', weights counted'})"
            )
        mean = np.empty((*records.replicates, records.d))
        squares = np.empty((*records.replicates, records.d, records.d))
        with limit_threads():
            for block in _blocks(records):
                x = records.x[block]  # (block, n, d)
                w, count = (weights, total) if records.w is None else (weights[block], total[block])
                # A matrix product sums over the records several times faster than x.mean(-2) does.
                mean[block] = (w[..., None, :] @ x)[..., 0, :] / count[..., None]
                # Centred before squared: E x² − (E x)² would be all rounding error once the spread has collapsed.
                centred = x - mean[block][..., None, :]
                weighted = centred if records.w is None else centred * w[..., None]
                squares[block] = weighted.swapaxes(-1, -2) @ centred
        self.mean_ = mean
        self.cov_ = squares / (total - self.ddof)[..., None, None]
        return self

    def sample(self, n, y=None, *, rng):
        """Draw n records per replicate.

        Parameters
        ----------
        n : int
        y : None
            A Gaussian has no labels to condition on.
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
        require_fitted(self, "mean_")
        n = new_rows(n, rng)
        if y is not None:
            raise ValueError("y was given, but this Gaussian was fitted without labels")
        x = rng.standard_normal((*self.mean_.shape[:-1], n, self.mean_.shape[-1]))
        with limit_threads():
            root = _square_root(self.sampling_bias * self.cov_)
            if root.shape[-1] == 1:
                x *= root  # in place: at d = 1 the multiplication needs no second array
            else:
                x = x @ root.swapaxes(-1, -2)
        x += self.mean_[..., None, :]
        return x


def _blocks(records, numbers=64_000):
    """Yield slices of the first replicate axis, so small that a block and its copy stay in the processor's cache."""
    if not records.replicates:
        yield ...
        return
    step = max(1, numbers * records.replicates[0] // records.x.size)
    for start in range(0, records.replicates[0], step):
        yield slice(start, start + step)


def _square_root(cov):
    """Return A with A Aᵀ = cov, for covariances of shape (..., d, d) that may have collapsed to singular ones."""
    if cov.shape[-1] == 1:
        return np.sqrt(cov)
    try:
        return np.linalg.cholesky(cov)
    except np.linalg.LinAlgError:  # singular: take the symmetric route, where rounding may leave −1e-20 for a 0
        values, vectors = np.linalg.eigh(cov)
        return vectors * np.sqrt(np.maximum(values, 0))[..., None, :]
