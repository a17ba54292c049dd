"""The n-gram model: each token drawn from those that followed the same few tokens before it."""

import math

import numpy as np

from course_lib.generators.base import draw_codes, new_rows, record_shares, require_fitted, unlabelled
from course_lib.validate import as_count, as_number, as_whole

__all__ = ["NGram", "as_tokens"]


class NGram:
    """A Markov chain over tokens: what comes next depends on the `order` − 1 tokens before, with the shares counted.

    A window begins with the first `order` − 1 tokens of one of the records. Each further token is drawn from those
    that followed the same `order` − 1 tokens anywhere in the records. Where none did, because these tokens occur
    together only at the ends of windows (or are an `opening` that never occurs), the first of them is left out of
    account, then the second, and so on; with none left, any token of the records can follow. A token that is missing
    from the records is never drawn.

    Parameters
    ----------
    order : int
        Length of the n-grams: 1 for independent tokens, 2 for pairs, 3 for triples.
    k : int, optional
        Number of different tokens, coded 0 to k − 1. None takes the largest code among the records, plus 1; models of
        several generations that are to judge one text need it given.
    temperature : float, above 0
        τ: tokens are drawn with probabilities proportional to p^(1/τ), as in `Categorical`; how a window begins is not
        touched.

    Attributes
    ----------
    k_ : int
    codes_, counts_ : list of numpy.ndarray, shape (m,)
        At the place j − 1 the j-grams that occur, and how often: token a after b after c in replicate r has the code
        ((r·k + c)·k + b)·k + a. Codes ascend, so all n-grams with the same context stand together.
    starts_ : numpy.ndarray of int, shape (..., n, order − 1)
        How the records begin.
    shares_ : numpy.ndarray, shape (..., n)
        How likely each beginning is.
    length_ : int
        L, the length of a window.

    Examples
    --------
    >>> import numpy as np
    >>> model = NGram(2).fit(np.array([[0, 1, 2, 0, 1, 3, 0]]))
    >>> model.counts_[1]  # 0 1 twice; 1 2, 1 3, 2 0 and 3 0 once
    array([2., 1., 1., 1., 1.])
    >>> model.sample(2, rng=np.random.default_rng(0))
    array([[0., 1., 2., 0., 1., 3., 0.],
           [0., 1., 3., 0., 1., 3., 0.]])
    """

    def __init__(self, order, k=None, *, temperature=1.0):
        self.order = as_count(order, "order")
        self.k = None if k is None else as_count(k, "k")
        self.temperature = as_number(temperature, "temperature", minimum=0, inclusive=False)

    def fit(self, records, *, rng=None):
        """Count the n-grams inside the windows; none reaches from one window into the next.

        Parameters
        ----------
        records : Records or array_like, shape (..., n, L)
            Windows of at least `order` tokens, without labels. Weights are counts.
        rng : numpy.random.Generator, optional
            Not used: this fit draws nothing. Taken because every generator takes it.

        Raises
        ------
        ValueError
            If there are labels, windows are too short, a token is not a whole number from 0 to k − 1, all weights of a
            replicate are 0, or k^order n-grams are too many to be told apart by 64-bit integers.
        """
        records = unlabelled(records, self)
        shares, x = record_shares(records), self._tokens(records, self.k)
        k = int(x.max()) + 1 if self.k is None else self.k
        if math.prod(records.replicates) * k**self.order >= 2**63:
            raise ValueError(f"order {self.order} is too high for k = {k}: there are more n-grams than 64-bit integers")
        self.k_, self.length_, self.shares_ = k, records.d, shares
        self.starts_ = x[..., : self.order - 1].copy()  # a view would keep all of x in memory
        weights = np.ones(shares.size) if records.w is None else records.w.ravel()
        x, code = x.reshape(-1, records.d)[weights > 0], self._empty_contexts(records.n)[weights > 0]
        weights = weights[weights > 0]
        code = np.repeat(code[:, None], records.d + 1, axis=1)  # one context at each token, and one at the end
        self.codes_, self.counts_ = [], []
        for length in range(1, self.order + 1):
            code = code[:, :-1] * k + x[:, length - 1 :]  # (windows, L − length + 1)
            codes, index = np.unique(code, return_inverse=True)
            self.codes_.append(codes)
            self.counts_.append(np.bincount(index.ravel(), np.repeat(weights, code.shape[1])))
        return self

    def sample(self, n, y=None, *, rng, opening=None):
        """Draw n windows per replicate.

        Parameters
        ----------
        n : int
        y : None
            There are no labels to condition on.
        rng : numpy.random.Generator
        opening : array_like of int, shape (m,), optional
            Tokens that each window begins with, instead of a beginning from the records; at most L.

        Returns
        -------
        numpy.ndarray of float64, shape (..., n, L)

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        ValueError
            If n is not a positive whole number, `rng` not a Generator, `y` is given, or `opening` does not fit.
        """
        require_fitted(self, "codes_")
        n = new_rows(n, rng)
        if y is not None:
            raise ValueError("y was given, but this NGram was fitted without labels")
        if opening is None:
            begun = np.take_along_axis(self.starts_, draw_codes(self.shares_, n, rng)[..., None], axis=-2)
        else:
            begun = as_whole(opening, "opening")
            if begun.ndim != 1 or len(begun) > self.length_ or begun.max() >= self.k_:
                needed = f"1 to {self.length_} tokens from 0 to {self.k_ - 1}"
                raise ValueError(f"opening must hold {needed}, got {opening!r}")
        x = np.empty((*self.shares_.shape[:-1], n, self.length_), dtype=np.int64)
        x[..., : begun.shape[-1]] = begun
        windows = x.reshape(-1, self.length_)  # a view
        masses = [self._tempered(codes, counts) for codes, counts in zip(self.codes_, self.counts_, strict=True)]
        contexts = [self._empty_contexts(n)]  # of the last 0, 1, ... tokens of each window
        for place in range(self.length_):
            token = windows[:, place]
            if place >= begun.shape[-1]:
                u = rng.random(len(windows))
                for codes, mass, context in zip(self.codes_, masses, contexts, strict=False):
                    start, stop = self._followers(codes, context)
                    drawn = np.searchsorted(mass, mass[start] + u * (mass[stop] - mass[start]), side="right") - 1
                    drawn = np.minimum(drawn, stop - 1)  # where rounding reached mass[stop]
                    token[:] = np.where(stop > start, codes[drawn] % self.k_, token)  # the longest context decides
            contexts = self._extend(contexts, token)
        return x.astype(np.float64)

    def log_probabilities(self, records, *, smoothed=False):
        """Return the natural logarithm of each token's probability after the `order` − 1 tokens before it.

        Parameters
        ----------
        records : Records or array_like, shape (..., n, L)
            What to judge, with the leading axes of the fitted records or with none; L may differ from theirs.
        smoothed : bool
            False: the probabilities with which the model draws (at temperature 1), so that whatever it cannot say has
            the logarithm −inf. True: some probability is left for what never came; see Notes.

        Returns
        -------
        numpy.ndarray, shape (..., n, L − order + 1)
            The first `order` − 1 tokens of each window are given, not judged.

        Notes
        -----
        Smoothing is that of Witten and Bell (IEEE Trans. Inf. Theory 37:1085, 1991), interpolated. A context was
        followed by c tokens, t of them different; so t times something came that was new in its place. Read this as
        c + t tokens, t of which were drawn with the probabilities after the shorter context:
        p(a | context) = (count of a + t · p(a | shorter context)) / (c + t). Below the empty context stands 1/k.
        """
        require_fitted(self, "codes_")
        records, replicates = unlabelled(records, self), self.shares_.shape[:-1]
        if records.replicates not in ((), replicates):
            raise ValueError(f"records have leading axes {records.replicates}; {replicates} or none are needed")
        x = self._tokens(records.broadcast(replicates), self.k_)
        masses = [np.append(0, np.cumsum(counts)) for counts in self.counts_]
        contexts = [self._empty_contexts(records.n)]
        p = np.empty(x.shape)
        for place in range(records.d):
            token = x[..., place].ravel()
            likely = np.full(token.shape, 1 / self.k_)
            for codes, mass, context in zip(self.codes_, masses, contexts, strict=False):
                start, stop = self._followers(codes, context)
                code = context * self.k_ + token
                count = mass[np.searchsorted(codes, code, side="right")] - mass[np.searchsorted(codes, code)]
                new = smoothed * (stop - start)
                total = mass[stop] - mass[start] + new
                np.divide(count + new * likely, total, out=likely, where=total > 0)
            p[..., place] = likely.reshape(x.shape[:-1])
            contexts = self._extend(contexts, token)
        with np.errstate(divide="ignore"):
            return np.log(p[..., self.order - 1 :])

    def perplexity(self, records, *, smoothed=False):
        """Return exp(−mean log probability) per replicate: how many equally likely tokens would be as hard to guess.

        Parameters are those of `log_probabilities`; weights are counts. Without smoothing, one token that the model
        cannot say makes the perplexity infinite.
        """
        records = unlabelled(records, self)
        shares = record_shares(records)
        means = self.log_probabilities(records, smoothed=smoothed).mean(-1)  # (..., n)
        return np.exp(-(shares * np.where(shares > 0, means, 0)).sum(-1))

    def _tokens(self, records, k):
        """Return the tokens as integers, or raise ValueError."""
        if records.d < self.order:
            raise ValueError(f"records are windows of {records.d} tokens; an order of {self.order} needs as many")
        return as_tokens(records, 2**31 if k is None else k)

    def _empty_contexts(self, n):
        """Return the code of the empty context, the replicate's number, for n windows of each replicate."""
        return np.repeat(np.arange(self.shares_[..., 0].size), n)

    def _extend(self, contexts, token):
        """Return the contexts one token later."""
        return [contexts[0], *(context * self.k_ + token for context in contexts[: self.order - 1])]

    def _followers(self, codes, context):
        """Return where the n-grams with this context start and stop among the codes; equal where there are none."""
        return np.searchsorted(codes, context * self.k_), np.searchsorted(codes, (context + 1) * self.k_)

    def _tempered(self, codes, counts):
        """Return the sums, before each n-gram, of p^(1/τ) relative to that of the likeliest in the same context."""
        first = np.flatnonzero(np.diff(codes // self.k_, prepend=-1))
        largest = np.repeat(np.maximum.reduceat(counts, first), np.diff(first, append=len(codes)))
        return np.append(0, np.cumsum((counts / largest) ** (1 / self.temperature)))


def as_tokens(records, k):
    """Return x of the Records as whole numbers, or raise ValueError if one is not a token from 0 to k − 1."""
    wrong = records.x[(records.x < 0) | (records.x >= k) | (records.x % 1 != 0)]
    if wrong.size:
        raise ValueError(f"records must hold tokens, whole numbers from 0 to {k - 1}, got {wrong[0]:g}")
    return records.x.astype(np.int64)
