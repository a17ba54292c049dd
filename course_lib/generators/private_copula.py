"""The differentially private copula: a Gaussian copula of which all that is read from the records carries noise."""

import math

import numpy as np

from course_lib.generators.base import new_rows, require_fitted, unlabelled
from course_lib.generators.copula import latent_correlation, uniforms
from course_lib.theory.privacy import gaussian_mu
from course_lib.threads import limit_threads
from course_lib.validate import as_array

__all__ = ["PrivateCopula"]

_SMALLEST_SHARE = 1e-6  # of a bin, so that it has a place among the hidden normals


class PrivateCopula:
    """Gaussian copula with a promise: its release is (ε, δ)-differentially private.

    Two sets of records that differ in one record, added or removed, give every possible release with probabilities p
    and q such that p ≤ e^ε q + δ. The unit is a record: where a person has k records, keep one of them, or take the
    promise for a person as far weaker. What is released, and how far one record moves it (its L2 sensitivity):

    1. a histogram of each of the d columns: the record adds 1 to one bin of each, √d in all;
    2. for each pair of columns the sum over records of s_i s_j, where s = √3 (2 u − 1) and u is the middle rank of the
       value's bin according to step 1: √(Σ_{i<j} m_i² m_j²), m_j ≤ √3 the largest |s| of all bins of column j.

    Normal noise is added to both, with the same ratio of sensitivity to standard deviation, calibrated exactly
    (`theory.gaussian_mu`). All else is made of these noisy numbers alone: histograms without negative counts, hidden
    correlations, and records, as many as you like.

    Parameters
    ----------
    edges : sequence of d arrays
        For each column increasing edges of its bins. They must come from knowledge about the columns, never from the
        records: nobody can check that here. Values outside are counted in the nearest bin; within a bin records are
        drawn evenly. `TableCodec.edges` makes them for a table whose ranges are declared.
    epsilon : float, above 0
        Infinite for no noise and no promise, as a control.
    delta : float, above 0 and below 1
        Well below one over the number of records: with δ = 1/n, to publish a random record would be allowed.

    Attributes
    ----------
    counts_ : list of d arrays, shapes (..., k_j)
        The noisy histograms.
    products_ : numpy.ndarray, shape (..., d, d)
        The noisy sums of products, above the diagonal.
    cumulatives_ : list of d arrays, shapes (..., k_j)
        Share of the records up to the end of each bin.
    correlation_ : numpy.ndarray, shape (..., d, d)
        Of the hidden normals.
    count_ : numpy.ndarray, shape (...)
        The number of records, as far as the noisy counts tell.
    sensitivities_, noise_ : tuple of float and numpy.ndarray
        L2 sensitivity, and standard deviation of the noise, of counts and, shape (...), of products.

    Notes
    -----
    Li, Xiong & Jiang 2014, doi:10.5441/002/edbt.2014.43 (a private copula); Balle & Wang 2018, arXiv:1805.06530, and
    Dong, Roth & Su 2019, arXiv:1905.02383 (calibration and composition of the noise); Duchi et al. 2008,
    doi:10.1145/1390156.1390191 (histograms without negative counts).

    Leading axes are replicates: each is a release of its own, with its own noise. Several releases of the same records
    cost more than the budget of one: ε and δ hold for each alone.

    For teaching: floating-point noise from an ordinary generator has gaps that a determined attacker can use (Mironov
    2012, doi:10.1145/2382196.2382264). For real releases use a library made for them, such as OpenDP.
    """

    def __init__(self, edges, *, epsilon, delta):
        self.edges = [_as_edges(each, f"edges[{j}]") for j, each in enumerate(edges)]
        self.epsilon, self.delta = epsilon, delta
        self.mu = gaussian_mu(epsilon, delta)

    def fit(self, records, *, rng):
        """Release noisy histograms and products of `records`, and complete them to a copula.

        Parameters
        ----------
        records : Records or array_like, shape (..., n, d)
            Without labels or weights: a record of weight 2 would count for two, and the promise is for one.
        rng : numpy.random.Generator

        Raises
        ------
        ValueError
            If there are labels or weights, or another number of columns than of `edges`.
        """
        records = unlabelled(records, self)
        if records.w is not None:
            raise ValueError("records carry weights; the promise is for records that count once, so leave them out")
        codes, d = self._codes(records.x), len(self.edges)
        each = self.mu / math.sqrt(2)  # two releases with μ/√2 are together as one with μ

        counts = [_count(codes[..., j], len(edges) - 1) for j, edges in enumerate(self.edges)]
        noise_counts = math.sqrt(d) / each
        self.counts_ = [count + noise_counts * rng.standard_normal(count.shape) for count in counts]

        self.count_ = np.maximum(np.mean([count.sum(-1) for count in self.counts_], axis=0), 1)
        self.cumulatives_ = [_without_negatives(count, self.count_) for count in self.counts_]
        self._scores = [_rank_scores(cumulative) for cumulative in self.cumulatives_]

        largest = np.stack([(score**2).max(-1) for score in self._scores], -1)  # m², (..., d)
        sensitivity = np.sqrt(np.triu(largest[..., :, None] * largest[..., None, :], 1).sum((-1, -2)))
        noise_products = sensitivity / each
        noise = np.triu(rng.standard_normal((*records.replicates, d, d)), 1)
        with limit_threads():
            self.products_ = self._products(codes) + noise_products[..., None, None] * noise
            means = (self.products_ + self.products_.swapaxes(-1, -2)) / self.count_[..., None, None]
            self.correlation_ = latent_correlation(means, self.cumulatives_, self._scores)
        self.sensitivities_, self.noise_ = (math.sqrt(d), sensitivity), (noise_counts, noise_products)
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
            raise ValueError("y was given, but this PrivateCopula was fitted without labels")
        x = uniforms(self.correlation_, n, rng)
        for index in np.ndindex(x.shape[:-2]):
            for j, (edges, cumulative) in enumerate(zip(self.edges, self.cumulatives_, strict=True)):
                x[*index, :, j] = np.interp(x[*index, :, j], np.append(0, cumulative[index]), edges)
        return x

    def likelihood_ratio(self, others, record):
        """Return how much likelier this release is with `record` than with `others` alone, as a natural logarithm.

        No attack on the release tells the two cases apart better than a threshold on this number (Neyman & Pearson):
        the attacker knows all other records. Without noise the ratio is infinite or 0; it is given for noise of
        standard deviation 1 then, which ranks releases alike.

        Parameters
        ----------
        others : array_like, shape (n, d)
            All records but one.
        record : array_like, shape (d,)
            The one that was, or was not, among those fitted.

        Returns
        -------
        numpy.ndarray, shape (...)
        """
        require_fitted(self, "correlation_")
        known, one = (self._codes(as_array(x, "others", min_ndim=2)) for x in (others, np.reshape(record, (1, -1))))
        noise_counts, noise_products = (np.where(np.equal(noise, 0), 1, noise) for noise in self.noise_)
        total = 0
        for j, counts in enumerate(self.counts_):
            base, step = (_count(codes[:, j], counts.shape[-1]) for codes in (known, one))
            total += ((counts - base - step / 2) * step).sum(-1) / noise_counts**2
        base, step = (self._products(np.broadcast_to(x, (*self.count_.shape, *x.shape))) for x in (known, one))
        return total + ((self.products_ - base - step / 2) * step).sum((-1, -2)) / noise_products**2

    def _codes(self, x):
        """Return the number of each value's bin, (..., n, d)."""
        if x.shape[-1] != len(self.edges):
            raise ValueError(f"x has shape {x.shape}; edges were given for {len(self.edges)} columns")
        inner = [np.searchsorted(edges[1:-1], x[..., j], side="right") for j, edges in enumerate(self.edges)]
        return np.stack(inner, -1)

    def _products(self, codes):
        """Return Σ s_i s_j over records for i < j, (..., d, d)."""
        s = np.stack(
            [np.take_along_axis(score, codes[..., j], -1) for j, score in enumerate(self._scores)], -1
        )  # (..., n, d)
        return np.triu(s.swapaxes(-1, -2) @ s, 1)


def _rank_scores(cumulative):
    """Return √3 (2 u − 1), u the middle rank of each bin: mean 0, and variance 1 where there are many bins."""
    return math.sqrt(3) * (2 * cumulative - np.diff(cumulative, prepend=0) - 1)


def _as_edges(value, name):
    edges = as_array(value, name, min_ndim=1)
    if edges.ndim != 1 or len(edges) < 2 or (np.diff(edges) <= 0).any():
        raise ValueError(f"{name} must be two increasing numbers or more, got {edges.tolist()}")
    return edges


def _count(codes, bins):
    """Return how often each bin occurs along the last axis: (..., n) to (..., bins)."""
    rows = codes.reshape(-1, codes.shape[-1])
    shifted = rows + bins * np.arange(len(rows))[:, None]
    return np.bincount(shifted.ravel(), minlength=bins * len(rows)).reshape(*codes.shape[:-1], bins)


def _without_negatives(counts, total):
    """Return cumulative shares: those of the nearest counts that are not negative and add up to `total`."""
    falling = -np.sort(-counts, axis=-1)
    surplus = (np.cumsum(falling, -1) - total[..., None]) / np.arange(1, counts.shape[-1] + 1)
    last = (falling > surplus).sum(-1, keepdims=True) - 1
    shares = np.maximum(counts - np.take_along_axis(surplus, last, -1), 0) / total[..., None] + _SMALLEST_SHARE
    cumulative = np.cumsum(shares, -1)
    return cumulative / cumulative[..., -1:]
