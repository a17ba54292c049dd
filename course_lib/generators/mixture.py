"""A mixture of Gaussians, fitted by expectation maximisation."""

import numpy as np

from course_lib.generators.base import draw_codes, new_rows, record_shares, require_fitted, unlabelled
from course_lib.threads import limit_threads
from course_lib.validate import as_count, as_number, as_rng

__all__ = ["Mixture"]


class Mixture:
    """Scikit-learn's `GaussianMixture` with full covariances, one for each replicate.

    Scikit-learn fits no weights: weighted records are first drawn again, as many as there are, with probabilities in
    proportion to their weights. It adds 1e-6 to all variances, so no component gets narrower than 0.001.

    Parameters
    ----------
    components : int
        K.
    temperature : float, above 0
        τ: components are drawn with probabilities proportional to π^(1/τ). 1 is an honest draw, less prefers the large
        components, more levels them. Within a component every draw is honest.

    Attributes
    ----------
    shares_ : numpy.ndarray, shape (..., K)
        π, as fitted; the temperature is not in it.
    means_ : numpy.ndarray, shape (..., K, d)
    covs_ : numpy.ndarray, shape (..., K, d, d)

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = np.concatenate([rng.normal(-5, 1, (50, 1)), rng.normal(5, 1, (150, 1))])
    >>> model = Mixture(2).fit(x, rng=rng)
    >>> np.sort(model.shares_).round(3)
    array([0.25, 0.75])
    """

    def __init__(self, components, *, temperature=1.0):
        self.components = as_count(components, "components")
        self.temperature = as_number(temperature, "temperature", minimum=0, inclusive=False)

    def fit(self, records, *, rng):
        """Fit one mixture for each replicate, one after the other.

        Parameters
        ----------
        records : Records or array_like, shape (..., n, d)
            Without labels.
        rng : numpy.random.Generator
            For the starting points.

        Raises
        ------
        ValueError
            If there are labels or fewer records than components, or all weights of a replicate are 0.
        """
        from sklearn.mixture import GaussianMixture

        records, rng = unlabelled(records, self), as_rng(rng)
        if records.n < self.components:
            raise ValueError(f"records must be at least as many as the {self.components} components, got {records.n}")
        x = records.x
        if records.w is not None:
            x = records.take(draw_codes(record_shares(records), records.n, rng)).x
        k, d = self.components, records.d
        shares, means = np.empty((*records.replicates, k)), np.empty((*records.replicates, k, d))
        covs = np.empty((*records.replicates, k, d, d))
        with limit_threads():
            for r in np.ndindex(records.replicates):
                # On the course's data 15 rounds are enough; where 500 are not, scikit-learn's warning comes through.
                mixture = GaussianMixture(k, max_iter=500, random_state=int(rng.integers(2**31))).fit(x[r])
                shares[r], means[r], covs[r] = mixture.weights_, mixture.means_, mixture.covariances_
        self.shares_, self.means_, self.covs_ = shares, means, covs
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
        require_fitted(self, "means_")
        n = new_rows(n, rng)
        if y is not None:
            raise ValueError("y was given, but this Mixture was fitted without labels")
        p = (self.shares_ / self.shares_.max(-1, keepdims=True)) ** (1 / self.temperature)
        component = draw_codes(p / p.sum(-1, keepdims=True), n, rng)  # (..., n)
        root = np.take_along_axis(np.linalg.cholesky(self.covs_), component[..., None, None], axis=-3)  # (..., n, d, d)
        mean = np.take_along_axis(self.means_, component[..., None], axis=-2)  # (..., n, d)
        z = rng.standard_normal(mean.shape)
        return mean + (root @ z[..., None])[..., 0]
