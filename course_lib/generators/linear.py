"""Linear regression as a generator: inputs from a source, labels from the fitted plane."""

import numpy as np

from course_lib.generators.base import new_rows, require_fitted
from course_lib.records import Records, as_records
from course_lib.sources import draw_per_replicate
from course_lib.threads import limit_threads
from course_lib.validate import as_array, as_number, require_methods

__all__ = ["Fixed", "LeastSquares"]


class Fixed:
    """A source that gives the same inputs every time.

    Parameters
    ----------
    x : array_like, shape (..., n, d)
        Leading axes are replicates; they must be those of the loop, or none.
    """

    def __init__(self, x):
        self.x = as_array(x, "x", min_ndim=2)

    def sample(self, n, *, rng):
        """Return the inputs; n must be their number."""
        if n != self.x.shape[-2]:
            raise ValueError(f"n must be {self.x.shape[-2]}, the number of fixed inputs, got {n}")
        return self.x


class LeastSquares:
    """Labels y = x · w + noise, with w fitted by least squares and x drawn from a source.

    There is no intercept: centre the data, or give x a column of ones.

    Parameters
    ----------
    inputs : object with `sample(n, *, rng)`
        Where the inputs of new records come from: `Fixed(x)`, or a simulator. One whose sample has no leading axes is
        asked once for each replicate.
    noise : float, at least 0, or None
        σ: the standard deviation of the noise that `sample` adds to its labels. None takes that of the residuals.
    ridge : float, at least 0
        α in the penalty α ‖w‖². With 0, more inputs than records leave many exact solutions, of which the shortest w
        is taken.

    Attributes
    ----------
    coef_ : numpy.ndarray, shape (..., d)
    noise_ : numpy.ndarray, shape (...)

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> model = LeastSquares(Fixed(x), noise=0).fit(Records(x, y=x @ [2.0, -1.0]))
    >>> model.coef_.round(6)
    array([ 2., -1.])
    >>> model.sample(3, rng=np.random.default_rng(0)).y.round(6)
    array([ 2., -1.,  1.])
    """

    def __init__(self, inputs, *, noise=None, ridge=0.0):
        require_methods(inputs, "inputs", "sample")
        self.inputs = inputs
        self.noise = None if noise is None else as_number(noise, "noise", minimum=0)
        self.ridge = as_number(ridge, "ridge", minimum=0)

    def fit(self, records, *, rng=None):
        """Fit the weights, for all replicates at once.

        Parameters
        ----------
        records : Records
            x of shape (..., n, d) and y of shape (..., n). Weights are counts.
        rng : numpy.random.Generator, optional
            Not used: this fit draws nothing. Taken because every generator takes it.

        Raises
        ------
        ValueError
            If there is no y or it has several columns, or the noise is to be estimated and no residual is left over.
        """
        records = as_records(records)
        if records.y is None or records.y.shape != records.x.shape[:-1]:
            got = "no y" if records.y is None else f"y of shape {records.y.shape}"
            raise ValueError(f"records need one label each, y of shape {records.x.shape[:-1]}, got {got}")
        x, y, count = records.x, records.y, records.n
        if records.w is not None:
            root = np.sqrt(records.w)
            x, y, count = x * root[..., None], y * root, records.w.sum(-1)
        with limit_threads():
            u, s, vt = np.linalg.svd(x, full_matrices=False)  # (..., n, r), (..., r), (..., r, d)
            # Directions that the inputs do not span get no weight: this is what makes the solution the shortest.
            spanned = s > s.max(-1, keepdims=True) * max(x.shape[-2:]) * np.finfo(float).eps
            gain = np.divide(s, s**2 + self.ridge, out=np.zeros_like(s), where=spanned)
            coef = (((y[..., None, :] @ u) * gain[..., None, :]) @ vt)[..., 0, :]
            residual = y - (x @ coef[..., None])[..., 0]
        if self.noise is None:
            freedom = count - (s * gain).sum(-1)  # what the fit has not used up; the rank, where there is no ridge
            if np.any(freedom < 1e-6):
                raise ValueError(
                    f"noise must be given where the fit leaves no residual: x of shape {records.x.shape} has "
                    f"{np.min(freedom):.3g} degrees of freedom left"
                )
            self.noise_ = np.sqrt((residual**2).sum(-1) / freedom)
        else:
            self.noise_ = np.full(records.replicates, self.noise)
        self.coef_ = coef
        return self

    def sample(self, n, y=None, *, rng):
        """Draw n records per replicate.

        Parameters
        ----------
        n : int
        y : None
            Inputs for given labels are not on offer.
        rng : numpy.random.Generator

        Returns
        -------
        Records
            x of shape (..., n, d) from the source, y of shape (..., n).

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        ValueError
            If n is not a positive whole number, `rng` not a Generator, `y` is given, or the source's inputs are not
            like those of the fit.
        """
        require_fitted(self, "coef_")
        n = new_rows(n, rng)
        if y is not None:
            raise ValueError("y was given, but a LeastSquares cannot draw inputs for given labels")
        x = draw_per_replicate(self.inputs, n, self.coef_.shape[:-1], rng).x
        if x.shape[-1] != self.coef_.shape[-1]:
            raise ValueError(f"inputs have {x.shape[-1]} features; {self.coef_.shape[-1]} were fitted")
        noise = self.noise_[..., None] * rng.standard_normal(x.shape[:-1])
        return Records(x, y=(x @ self.coef_[..., None])[..., 0] + noise)
