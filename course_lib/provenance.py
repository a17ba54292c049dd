"""Provenance: marks that say where a text comes from, and how surely they can be found again."""

import functools

import numpy as np

from course_lib.validate import as_array, as_count, as_fraction, as_number, as_values

__all__ = ["Watermark", "detection_power"]


class Watermark:
    """A mark in the choice of words: after each token a secret half of the vocabulary is a little likelier to come.

    The token before and a key decide which tokens are *green*. The writer raises the logits of the green ones by
    `delta`; a reader with the key counts how many tokens are green, and needs no model (Kirchenbauer et al. 2023,
    arXiv:2301.10226).

    Parameters
    ----------
    k : int
        Size of the vocabulary, whose tokens are coded 0 to k − 1.
    key : int, at least 0
        The secret. Who has it can find the mark, and put it on.
    share : float in (0, 1)
        γ, the share of the vocabulary that is green; the number of green tokens is rounded down.
    delta : float, at least 0
        δ, in nats: before normalisation a green token's probability is multiplied by exp(δ).

    Examples
    --------
    >>> mark = Watermark(6, key=1)
    >>> mark.green.sum(1)  # after each of the six tokens three are green
    array([3, 3, 3, 3, 3, 3])
    """

    def __init__(self, k, *, key, share=0.5, delta=2.0):
        self.k, self.key = as_count(k, "k", minimum=2), as_count(key, "key", minimum=0)
        self.delta = as_number(delta, "delta", minimum=0)
        self.n_green = int(as_fraction(share, "share") * self.k)
        if not 0 < self.n_green < self.k:
            raise ValueError(f"share must leave some of {k} tokens green and some not, got {share!r}")

    @property
    def share(self):
        """γ as it came out: the number of green tokens, divided by k."""
        return self.n_green / self.k

    @functools.cached_property
    def green(self):
        """Whether a token is green, numpy.ndarray of bool, shape (k, k): the token before it, the token.

        Which tokens get the smallest of the random numbers that the key and the token before seed. SeedSequence and
        PCG64 give the same ones in every process and version of NumPy, unlike Python's own `hash`.
        """
        seeds = [np.random.SeedSequence([self.key, before]) for before in range(self.k)]
        numbers = [np.random.PCG64(seed).random_raw(self.k) for seed in seeds]
        rank = np.argsort(np.argsort(numbers, axis=-1), axis=-1)
        return rank < self.n_green

    def boost(self, before):
        """Return what is added to the logits after the tokens `before`: δ where green, shape (..., k), float32."""
        return np.float32(self.delta) * self.green[before]

    def count(self, text, *, repeats=False):
        """Count the pairs of neighbouring tokens in a text, and those whose second token is green.

        Parameters
        ----------
        text : array_like of whole numbers, shape (..., n, L)
            Each text is n windows; no pair reaches from one into the next.
        repeats : bool
            False counts each pair of tokens once a text, however often it occurs. The same pair is always green or
            always not, so its repetitions are no further evidence.

        Returns
        -------
        green, pairs : numpy.ndarray of int, shape (...)

        Raises
        ------
        ValueError
            If a token is not a whole number from 0 to k − 1, or the windows are shorter than two tokens.
        """
        x = as_array(text, "text", min_ndim=2)
        wrong = x[(x < 0) | (x >= self.k) | (x % 1 != 0)]
        if wrong.size:
            raise ValueError(f"text must hold tokens, whole numbers from 0 to {self.k - 1}, got {wrong[0]:g}")
        if x.shape[-1] < 2:
            raise ValueError(f"text has windows of {x.shape[-1]} token; two are needed to make a pair")
        x = x.astype(np.int64)
        codes = (x[..., :-1] * self.k + x[..., 1:]).reshape(*x.shape[:-2], -1)  # (..., pairs)
        codes = np.sort(codes, axis=-1)
        counted = np.ones(codes.shape, dtype=bool)
        if not repeats:
            counted[..., 1:] = codes[..., 1:] != codes[..., :-1]
        return (self.green.ravel()[codes] & counted).sum(-1), counted.sum(-1)

    def z(self, text, *, repeats=False):
        """Return by how many standard deviations the green pairs exceed what chance would give, shape (...).

        Parameters are those of `count`.

        Notes
        -----
        z = (green − γ T) / √(γ (1 − γ) T) for T pairs. Without a mark it is about N(0, 1), whatever the text is: the
        chance lies in the key. Pairs with the same first token share one green list, which makes the variance a little
        smaller than 1; repeated pairs, if they are counted, make it larger.
        """
        green, pairs = self.count(text, repeats=repeats)
        return (green - self.share * pairs) / np.sqrt(self.share * (1 - self.share) * pairs)


def detection_power(pairs, marked, *, share=0.5, replaced=0.0, level=0.01):
    """Return the probability that a marked text is found by a test with a given rate of false alarms.

    Parameters
    ----------
    pairs : array_like of whole numbers, at least 1
        T, how many pairs of neighbouring tokens the text has.
    marked : array_like of float
        The share of green tokens in the marked text as it was written: γ without a mark, up to 1. It depends on δ and
        on how free the writer was: where only one word can come, no mark can be put on it.
    share : float in (0, 1)
        γ.
    replaced : array_like of float in [0, 1]
        ρ: each token was replaced by another with this probability, independently.
    level : float in (0, 1)
        How often a text without a mark raises the alarm.

    Returns
    -------
    numpy.ndarray

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Notes
    -----
    A pair keeps its mark if both of its tokens were left alone, with probability q², q = 1 − ρ; otherwise it is green
    by chance. So the share of green pairs is p = γ + (g − γ) q², g the share as written. Two neighbouring pairs share a
    token, so the number of green pairs has the variance T p (1 − p) + 2 (T − 1)(g − γ)² q³ (1 − q). By the normal
    approximation the test, which asks for a z above z_α, finds the text with probability
    Φ((T (p − γ) − z_α √(T γ (1 − γ))) / standard deviation).

    Examples
    --------
    >>> detection_power([50, 200], 0.7).round(2)
    array([0.71, 1.  ])
    >>> detection_power([50, 200], 0.7, replaced=0.3).round(2)
    array([0.17, 0.67])
    """
    from scipy.special import ndtr, ndtri

    T = as_values(pairs, "pairs", minimum=1)
    gamma, alpha = as_fraction(share, "share"), as_fraction(level, "level")
    if not (0 < gamma < 1 and 0 < alpha < 1):
        raise ValueError(f"share and level must lie inside 0 to 1, got {share!r} and {level!r}")
    g, q = (
        as_values(marked, "marked", minimum=gamma, maximum=1),
        1 - as_values(replaced, "replaced", minimum=0, maximum=1),
    )
    p = gamma + (g - gamma) * q**2
    variance = T * p * (1 - p) + 2 * (T - 1) * (g - gamma) ** 2 * q**3 * (1 - q)
    above = T * (p - gamma) + ndtri(alpha) * np.sqrt(T * gamma * (1 - gamma))
    with np.errstate(divide="ignore"):  # a text that is green throughout has no variance
        return ndtr(above / np.sqrt(variance))
