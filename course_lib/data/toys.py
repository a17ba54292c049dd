"""Toys: distributions whose density is known exactly, so that a generator can be compared with the truth.

Each has `sample(n, *, rng)`, which makes it a source of fresh data, and `log_density(x)`, `score(x)`, `posterior(x)`.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from course_lib.records import Records
from course_lib.validate import as_array, as_count, as_number, as_rng

__all__ = ["Modes", "TwoMoons", "grid", "ring", "two_gaussians", "two_moons"]


@dataclass(frozen=True, eq=False)
class Modes:
    """A mixture of Gaussians, all of them round and of one width.

    Parameters
    ----------
    means : array_like, shape (k, d)
        The centres mu_i.
    scale : float
        The standard deviation s of each Gaussian along every axis.
    weights : array_like, shape (k,), optional
        The shares pi_i, which must sum to 1; equal where not given.
    labelled : bool
        Whether `sample` returns which Gaussian each record came from.
    """

    means: np.ndarray
    scale: float
    weights: np.ndarray | None = None
    labelled: bool = False

    def __post_init__(self):
        means = as_array(self.means, "means", min_ndim=2).copy()
        k = len(means)
        weights = np.full(k, 1 / k) if self.weights is None else as_array(self.weights, "weights").copy()
        if weights.shape != (k,) or weights.min() < 0 or not math.isclose(weights.sum(), 1):
            raise ValueError(f"weights must be {k} shares that sum to 1, one for each mean; got {weights}")
        object.__setattr__(self, "means", means)
        object.__setattr__(self, "weights", weights)
        as_number(self.scale, "scale", minimum=0, inclusive=False)

    @property
    def mean(self):
        """Mean of the mixture, shape (d,)."""
        return self.weights @ self.means

    @property
    def cov(self):
        """Covariance of the mixture, shape (d, d): that between the centres plus s^2 along every axis."""
        centred = self.means - self.mean
        return (centred.T * self.weights) @ centred + self.scale**2 * np.eye(self.means.shape[1])

    def sample(self, n, *, rng):
        """Draw n records.

        Returns
        -------
        numpy.ndarray, shape (n, d), or, if `labelled`, Records whose y (n,) tells which Gaussian each came from
        """
        n, rng = as_count(n, "n"), as_rng(rng)
        y = rng.choice(len(self.means), n, p=self.weights)
        x = self.means[y] + self.scale * rng.standard_normal((n, self.means.shape[1]))
        return Records(x, y) if self.labelled else x

    def log_density(self, x):
        """Return log p(x), shape (...), at the points x of shape (..., d)."""
        return np.logaddexp.reduce(self._log_terms(x), axis=-1)

    def posterior(self, x):
        """Return the probability that x (..., d) came from each Gaussian, shape (..., k)."""
        terms = self._log_terms(x)
        return np.exp(terms - np.logaddexp.reduce(terms, axis=-1, keepdims=True))

    def score(self, x):
        """Return the score, the gradient of log p at x; both of shape (..., d).

        It points from x to the centres, averaged as likely as each is to be where x came from.
        """
        x = as_array(x, "x", min_ndim=1)
        return (self.posterior(x) @ self.means - x) / self.scale**2

    def noised(self, sigma):
        """Return the distribution of x + sigma * e, with e standard normal."""
        return replace(self, scale=math.hypot(self.scale, as_number(sigma, "sigma", minimum=0)))

    def _log_terms(self, x):
        # log(pi_i N(x; mu_i, s^2 I)), shape (..., k); axis by axis, so that no array (..., k, d) is ever made
        x = as_array(x, "x", min_ndim=1)
        d = self.means.shape[1]
        if x.shape[-1] != d:
            raise ValueError(f"x has shape {x.shape}; its last axis must hold the {d} coordinates of a point")
        squared = sum((x[..., None, axis] - self.means[:, axis]) ** 2 for axis in range(d))
        with np.errstate(divide="ignore"):  # a share of 0 is a log share of minus infinity
            log_weights = np.log(self.weights)
        return log_weights - squared / (2 * self.scale**2) - d / 2 * math.log(2 * math.pi * self.scale**2)


def ring(k=8, *, radius=2.0, scale=0.1, labelled=False):
    """Return k equal Gaussians, evenly spaced on a circle around the origin.

    Parameters
    ----------
    k : int
        Number of Gaussians; the first lies on the positive first axis.
    radius, scale : float
        Radius of the circle, and standard deviation of each Gaussian.
    labelled : bool
        Whether `sample` returns labels too.

    Returns
    -------
    Modes
    """
    angle = 2 * np.pi * np.arange(as_count(k, "k")) / k
    radius = as_number(radius, "radius", minimum=0, inclusive=False)
    return Modes(radius * np.stack([np.cos(angle), np.sin(angle)], axis=1), scale, labelled=labelled)


def grid(side=5, *, spacing=1.0, scale=0.05, labelled=False):
    """Return side * side equal Gaussians on a square lattice around the origin.

    Parameters
    ----------
    side : int
        Gaussians along each edge.
    spacing, scale : float
        Distance between neighbours, and standard deviation of each Gaussian.
    labelled : bool
        Whether `sample` returns labels too.

    Returns
    -------
    Modes
    """
    spacing = as_number(spacing, "spacing", minimum=0, inclusive=False)
    ticks = spacing * (np.arange(as_count(side, "side")) - (side - 1) / 2)
    return Modes(np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2), scale, labelled=labelled)


def two_gaussians(*, distance=2.0, scale=1.0, weights=None, labelled=True):
    """Return two Gaussians in the plane, their centres `distance` apart on the first axis, on both sides of 0.

    With equal weights the best classifier asks for the sign of the first coordinate, and it is right with probability
    Phi(distance / (2 scale)).

    Parameters
    ----------
    distance, scale : float
        Distance of the centres, and standard deviation of each Gaussian.
    weights : (float, float), optional
        Shares of the left and the right one; equal where not given.
    labelled : bool
        Whether `sample` returns labels too: 0 for the left one, 1 for the right one.

    Returns
    -------
    Modes
    """
    half = as_number(distance, "distance", minimum=0, inclusive=False) / 2
    return Modes([[-half, 0.0], [half, 0.0]], scale, weights, labelled)


@dataclass(frozen=True, eq=False)
class TwoMoons:
    """Two half circles of radius 1 that reach into each other, blurred by Gaussian noise.

    A record starts on the upper arc (cos a, sin a) or on the lower one (1 - cos a, 1/2 - sin a), each with
    probability 1/2, at an angle a uniform in [0, pi], and gets noise of standard deviation `scale` along both axes.

    Parameters
    ----------
    scale : float
        Standard deviation of the noise, at least 0.01.
    labelled : bool
        Whether `sample` returns the arc, 0 for the upper and 1 for the lower one.

    Notes
    -----
    The density is an integral over the angle without a closed form. It is computed by Gauss-Legendre quadrature, which
    makes it a mixture of many Gaussians strung along the arcs. Their number grows as the noise shrinks, so that the
    error of the log density stays below 1e-8 wherever a record can be expected; it is the one density here that is
    computed and not written down.
    """

    scale: float = 0.1
    labelled: bool = False

    def __post_init__(self):
        as_number(self.scale, "scale", minimum=0.01)

    def sample(self, n, *, rng):
        """Draw n records.

        Returns
        -------
        numpy.ndarray, shape (n, 2), or, if `labelled`, Records whose y (n,) tells the arc
        """
        n, rng = as_count(n, "n"), as_rng(rng)
        y = rng.integers(2, size=n)
        angle = rng.uniform(0, np.pi, n)
        x = np.where(y[:, None] == 0, *_arcs(angle)) + self.scale * rng.standard_normal((n, 2))
        return Records(x, y) if self.labelled else x

    def log_density(self, x):
        """Return log p(x), shape (...), at the points x of shape (..., 2)."""
        return self._strung.log_density(x)

    def posterior(self, x):
        """Return the probability that x (..., 2) came from the upper and from the lower arc, shape (..., 2)."""
        nodes = self._strung.posterior(x)
        return nodes.reshape(*nodes.shape[:-1], 2, -1).sum(axis=-1)

    def score(self, x):
        """Return the score, the gradient of log p at x; both of shape (..., 2)."""
        return self._strung.score(x)

    def noised(self, sigma):
        """Return the distribution of x + sigma * e, with e standard normal."""
        return replace(self, scale=math.hypot(self.scale, as_number(sigma, "sigma", minimum=0)))

    @cached_property
    def _strung(self):
        node, weight = np.polynomial.legendre.leggauss(16 + math.ceil(_NODES_PER_WIDTH / self.scale))
        upper, lower = _arcs(np.pi * (node + 1) / 2)
        # the weights of one arc sum to 2, the length of [-1, 1]
        return Modes(np.concatenate([upper, lower]), self.scale, np.concatenate([weight, weight]) / weight.sum() / 2)


_NODES_PER_WIDTH = 10  # nodes on an arc times scale


def two_moons(*, scale=0.1, labelled=False):
    """Return two blurred half circles that reach into each other: see `TwoMoons`."""
    return TwoMoons(scale, labelled)


def _arcs(angle):
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=-1)
    return upper, lower
