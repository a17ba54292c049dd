"""The Gaussian copula: each column's own distribution, and one correlation for each pair of columns."""

import numpy as np

from course_lib.generators.base import new_rows, record_shares, require_fitted, unlabelled
from course_lib.threads import limit_threads

__all__ = ["GaussianCopula", "latent_correlation", "normal_scores", "uniforms"]

_ORDER = 20  # terms of the series that ties what is seen to the hidden normals


class GaussianCopula:
    """Normals behind the columns: records are normal vectors of which each column shows only its own quantile.

    A column of which fewer than half of the records differ is discrete: only values seen are drawn. In the others the
    quantiles are interpolated. No value leaves the range of the records; every value drawn is one, or lies between two.

    Attributes
    ----------
    marginals_ : numpy.ndarray of object, shape (..., d)
        For each column (values, cumulative): the different values in order, and the share of the records up to each.
    correlation_ : numpy.ndarray, shape (..., d, d)
        Of the hidden normals.

    Notes
    -----
    Nelsen 2006, An Introduction to Copulas (the model); Olsson 1979, doi:10.1007/BF02296207 (correlation behind
    discrete columns). The correlation of ranks is too small where ranks are tied; here it is the hidden one that would
    give the products of normal scores that are seen (see `latent_correlation`).

    It knows nothing but pairs: what holds among three columns, or bends, is lost.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = np.exp(rng.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], size=1000))
    >>> model = GaussianCopula().fit(x)
    >>> model.correlation_.round(1)
    array([[1. , 0.8],
           [0.8, 1. ]])
    """

    def fit(self, records, *, rng=None):
        """Fit marginals and correlations.

        Parameters
        ----------
        records : Records or array_like, shape (..., n, d)
            Without labels. Weights are counts, so integer weights give the same fit as repeated records. A column of
            one value is kept, with correlation 0 to all others.
        rng : numpy.random.Generator, optional
            Not used: this fit draws nothing. Taken because every generator takes it.

        Raises
        ------
        ValueError
            If there are labels, or all weights of a replicate are 0.
        """
        records = unlabelled(records, self)
        shares = np.broadcast_to(record_shares(records), records.x.shape[:-1])
        marginals = np.empty((*records.replicates, records.d), object)
        correlation = np.empty((*records.replicates, records.d, records.d))
        with limit_threads():
            for index in np.ndindex(records.replicates):
                x, w = records.x[index][shares[index] > 0], shares[index][shares[index] > 0]
                columns = [np.unique(column, return_inverse=True) for column in x.T]
                for j, (values, codes) in enumerate(columns):
                    marginals[*index, j] = values, np.cumsum(np.bincount(codes, w))
                scores = [normal_scores(cumulative) for _, cumulative in marginals[index]]
                s = np.stack([score[codes] for score, (_, codes) in zip(scores, columns, strict=True)], -1)  # (n, d)
                cumulatives = [cumulative for _, cumulative in marginals[index]]
                correlation[index] = latent_correlation((s * w[:, None]).T @ s, cumulatives, scores)
        self.marginals_, self.correlation_ = marginals, correlation
        self._counts = records.n if records.w is None else records.w.sum(-1)
        return self

    def sample(self, n, y=None, *, rng):
        """Draw n records per replicate, an array of shape (..., n, d).

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        ValueError
            If n is not a positive whole number, `rng` not a Generator, or `y` is given.
        """
        require_fitted(self, "correlation_")
        n = new_rows(n, rng)
        if y is not None:
            raise ValueError("y was given, but this GaussianCopula was fitted without labels")
        counts = np.broadcast_to(self._counts, self.correlation_.shape[:-2])
        x = uniforms(self.correlation_, n, rng)
        for index in np.ndindex(x.shape[:-2]):
            for j, marginal in enumerate(self.marginals_[index]):
                x[*index, :, j] = _quantile(x[*index, :, j], *marginal, counts[index])
        return x


def _quantile(u, values, cumulative, count):
    """Return the quantiles at u of a column that was seen `count` times."""
    if 2 * len(values) < count:
        return values[np.minimum(np.searchsorted(cumulative, u), len(values) - 1)]
    # Each value stands at the middles of its own records' shares: at one place, or from the first to the last of them.
    first, last = np.append(0, cumulative[:-1]) + 0.5 / count, cumulative - 0.5 / count
    middle = (first + last) / 2
    knots = np.stack([np.minimum(first, middle), np.maximum(last, middle)], -1).ravel()
    return np.interp(u, knots, np.repeat(values, 2))


def uniforms(correlation, n, rng):
    """Draw n records of the copula alone, each column uniform on (0, 1), for correlations of shape (..., d, d)."""
    from scipy.special import ndtr

    z = rng.standard_normal((*correlation.shape[:-2], n, correlation.shape[-1]))
    with limit_threads():
        return ndtr(z @ np.linalg.cholesky(correlation).swapaxes(-1, -2))


def normal_scores(cumulative):
    """Return for each value of a column the mean of a standard normal over the value's share of it.

    Parameters
    ----------
    cumulative : numpy.ndarray, shape (..., k)
        Share of the records up to each of the k values; increasing, the last is 1.

    Returns
    -------
    numpy.ndarray, shape (..., k)
    """
    return _moments(cumulative, 1)[0] / np.diff(cumulative, prepend=0)


def latent_correlation(products, cumulatives, scores):
    """Return the correlations of hidden normals that explain the mean products of the columns' scores.

    Parameters
    ----------
    products : numpy.ndarray, shape (..., d, d)
        E s_i s_j over records; the diagonal is not looked at.
    cumulatives, scores : sequences of d arrays, shapes (..., k_1) to (..., k_d)
        For each value of a column the share of the records up to it, and its score, which grows with the value and has
        the mean 0.

    Returns
    -------
    numpy.ndarray, shape (..., d, d)
        Positive definite, with a diagonal of 1. Where the pairs contradict each other it is the nearby matrix that
        statsmodels' `corr_clipped` gives.

    Notes
    -----
    One can show (Mehler's formula): with a_ik the coefficient of column i's score on the k-th normalised Hermite
    polynomial, hidden normals of correlation ρ give E s_i s_j = Σ_k a_ik a_jk ρ^k, which grows with ρ and is inverted
    by bisection. The series is cut after 20 terms: of two columns with two values, the shares of the four pairs come
    out right to .001 up to |ρ| = .9. Where one value is rare, they hardly depend on ρ any more, and ρ is uncertain.
    """
    from statsmodels.stats.correlation_tools import corr_clipped

    pairs = zip(cumulatives, scores, strict=True)
    a = np.stack([(_moments(cumulative, _ORDER) * score).sum(-1) for cumulative, score in pairs], -1)  # (K, ..., d)
    terms = a[..., :, None] * a[..., None, :]  # (K, ..., d, d)
    low, high = np.full(products.shape, -0.999), np.full(products.shape, 0.999)
    for _ in range(30):
        middle = (low + high) / 2
        too_small = middle * np.polynomial.polynomial.polyval(middle, terms, tensor=False) < products
        low, high = np.where(too_small, middle, low), np.where(too_small, high, middle)
    correlation = np.where(terms[0] > 0, (low + high) / 2, 0)  # a column of one value is related to nothing
    correlation[..., range(len(cumulatives)), range(len(cumulatives))] = 1
    for index in np.ndindex(correlation.shape[:-2]):
        correlation[index] = corr_clipped((correlation[index] + correlation[index].T) / 2, threshold=1e-6)
    return correlation


def _moments(cumulative, order):
    """Return ∫ h_k φ over the share of each value, (order, ..., values), h_k the normalised Hermite polynomials."""
    from scipy.special import ndtri

    z = ndtri(cumulative[..., :-1])
    edge = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)  # h_{k−1} φ at the borders between values, for k = 1
    before, moments = np.zeros_like(edge), []
    for k in range(1, order + 1):
        moments.append(-np.diff(edge / np.sqrt(k), prepend=0, append=0))
        before, edge = edge, (z * edge - np.sqrt(k - 1) * before) / np.sqrt(k)
    return np.stack(moments)
