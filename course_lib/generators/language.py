"""A small neural language model: each token drawn from what a recurrent network expects after all tokens before it."""

import math

import numpy as np
import torch
from torch import nn

from course_lib.generators.base import new_rows, record_shares, require_fitted, unlabelled
from course_lib.generators.layers import Linear
from course_lib.generators.network import Batches
from course_lib.generators.ngram import as_tokens
from course_lib.generators.optimiser import Adam
from course_lib.threads import limit_threads
from course_lib.validate import as_count, as_number, as_rng, as_whole

__all__ = ["GRU", "LanguageModel"]


class LanguageModel:
    """A recurrent network over tokens, one for each replicate, all trained side by side by gradient descent.

    The network reads a window token by token, keeps a state of `width` numbers, and gives every token a probability of
    coming next. Unlike an `NGram` it has no probability of exactly zero, and words that are used alike share what is
    learned about them. Training maximises the mean log probability of the tokens in the records, the first ones
    included.

    Parameters
    ----------
    k : int
        Number of different tokens, coded 0 to k − 1.
    width : int
        Numbers in an embedding and in the state.
    steps, batch : int
        Steps of Adam, and windows in each, per replicate; windows are drawn in proportion to their weights.
    learning_rate : float
    temperature : float, above 0
        τ: tokens are drawn with probabilities proportional to p^(1/τ).

    Attributes
    ----------
    net_ : GRU
    replicates_ : tuple of int
    length_ : int
        L, the length of a window.
    """

    def __init__(self, k, *, width=48, steps=100, batch=32, learning_rate=2e-2, temperature=1.0):
        self.k, self.width = as_count(k, "k"), as_count(width, "width")
        self.steps, self.batch = as_count(steps, "steps"), as_count(batch, "batch")
        self.learning_rate = as_number(learning_rate, "learning_rate", minimum=0, inclusive=False)
        self.temperature = as_number(temperature, "temperature", minimum=0, inclusive=False)

    def fit(self, records, *, rng):
        """Train one network for each replicate, all at once.

        Parameters
        ----------
        records : Records or array_like, shape (..., n, L)
            Windows of token codes, without labels.
        rng : numpy.random.Generator

        Raises
        ------
        ValueError
            If there are labels, a token is not a whole number from 0 to k − 1, or all weights of a replicate are 0.
        """
        for _ in self.training(records, rng=rng):
            pass
        return self

    def training(self, records, *, rng):
        """Train, and yield after each step the K losses, in nats per token; whatever has been learned is in `net_`."""
        records = unlabelled(records, self)
        shares, x = record_shares(records), as_tokens(records, self.k)
        torch_rng = torch.Generator().manual_seed(int(as_rng(rng).integers(2**63)))
        tokens = torch.from_numpy(x.reshape(-1, records.n, records.d))  # (K, n, L)
        shares = torch.from_numpy(shares.reshape(tokens.shape[:2]))  # (K, n)
        batches = Batches(tokens, None, None if records.w is None else shares, size=self.batch, rng=torch_rng)
        net = GRU(len(tokens), self.k, self.width, rng=torch_rng)
        net.start_at_frequencies(tokens, shares)
        self.net_, self.replicates_, self.length_ = net, records.replicates, records.d
        optimiser = Adam(net.parameters(), self.learning_rate, self.steps)
        for _ in range(self.steps):
            with limit_threads():
                loss = -net(batches.draw()[0]).mean((-1, -2))  # (K,)
                optimiser.zero_grad()
                loss.sum().backward()  # a sum over replicates: each gets the gradient of its own loss
                optimiser.step()
            yield loss.detach().numpy()

    def sample(self, n, y=None, *, rng, opening=None, watermark=None):
        """Draw n windows per replicate.

        Parameters
        ----------
        n : int
        y : None
            There are no labels to condition on.
        rng : numpy.random.Generator
        opening : array_like of int, shape (m,), optional
            Tokens that each window begins with; at most L.
        watermark : provenance.Watermark, optional
            Added to the logits of each token but the first, after they were divided by the temperature.

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
        require_fitted(self, "net_")
        n = new_rows(n, rng)
        if y is not None:
            raise ValueError("y was given, but this LanguageModel was fitted without labels")
        begun = np.zeros(0, int) if opening is None else as_whole(opening, "opening")
        if begun.ndim != 1 or len(begun) > self.length_ or (begun >= self.k).any():
            needed = f"1 to {self.length_} tokens from 0 to {self.k - 1}"
            raise ValueError(f"opening must hold {needed}, got {opening!r}")
        with limit_threads(), torch.inference_mode():
            blocks = [min(512, n - done) for done in range(0, n, 512)]  # so that the probabilities fit the cache
            x = np.concatenate([self._write(block, begun, watermark, rng) for block in blocks], axis=1)
        return x.reshape(*self.replicates_, n, self.length_)

    def _write(self, n, begun, watermark, rng):
        """Return n windows of each replicate, shape (K, n, L)."""
        x = np.empty((math.prod(self.replicates_), n, self.length_))
        h, token = self.net_.begin(n)
        for place in range(self.length_):
            h = self.net_.step(self.net_.enter(self.net_.embed(token)), h)
            logits = self.net_.leave(h) / self.temperature  # (K, n, k)
            if watermark is not None and place > 0:
                logits += torch.from_numpy(watermark.boost(token.numpy()))
            mass = torch.softmax(logits, -1).cumsum(-1)
            u = torch.from_numpy(rng.random((*token.shape, 1), dtype=np.float32))
            token = torch.searchsorted(mass, u * mass[..., -1:], right=True)[..., 0]
            token = token.clamp(max=self.k - 1)  # where rounding reached the end
            if place < len(begun):
                token.fill_(int(begun[place]))
            x[..., place] = token.numpy()
        return x

    def log_probabilities(self, records):
        """Return the natural logarithm of each token's probability after the tokens before it, at temperature 1.

        Parameters
        ----------
        records : Records or array_like, shape (..., n, L)
            What to judge, with the leading axes of the fitted records or with none; L may differ from theirs.

        Returns
        -------
        numpy.ndarray, shape (..., n, L)
        """
        require_fitted(self, "net_")
        records = unlabelled(records, self)
        if records.replicates not in ((), self.replicates_):
            raise ValueError(f"records have leading axes {records.replicates}; {self.replicates_} or none are needed")
        records = records.broadcast(self.replicates_)
        tokens = torch.from_numpy(as_tokens(records, self.k).reshape(-1, *records.x.shape[-2:]))
        with limit_threads(), torch.inference_mode():
            logs = torch.cat([self.net_(part) for part in tokens.split(128, 1)], 1)  # in parts, for the memory's sake
        return logs.double().numpy().reshape(records.x.shape)

    def perplexity(self, records):
        """Return exp(−mean log probability) per replicate: how many equally likely tokens would be as hard to guess.

        Weights are counts.
        """
        records = unlabelled(records, self)
        return np.exp(-(record_shares(records) * self.log_probabilities(records).mean(-1)).sum(-1))


class GRU(nn.Module):
    """K gated recurrent networks that predict the next token (Cho et al. 2014, arXiv:1406.1078).

    Parameters
    ----------
    replicates, k, width : int
    rng : torch.Generator
    """

    def __init__(self, replicates, k, width, *, rng):
        super().__init__()
        self.k = k  # also the code of "nothing yet", which stands before the first token
        self.embedding = nn.Parameter(0.5 * torch.randn(replicates, k + 1, width, generator=rng))
        self.enter = Linear(replicates, width, 3 * width, rng=rng)
        self.recur = Linear(replicates, width, 3 * width, rng=rng)
        self.leave = Linear(replicates, width, k, rng=rng)

    def start_at_frequencies(self, tokens, shares):
        """Let the output's biases begin at the words' frequencies, which short training would spend itself on.

        A token that is missing counts as half of one.
        """
        weights = (tokens.shape[1] * shares[..., None]).expand(tokens.shape).flatten(1)  # (K, n L)
        counts = torch.full((len(tokens), self.k), 0.5, dtype=weights.dtype)
        counts.scatter_add_(1, tokens.flatten(1), weights)
        self.leave.bias.data = (counts / counts.sum(-1, keepdim=True)).log()[:, None].float()

    def forward(self, tokens):
        """Return the log probability of each token of the windows (K, B, L) after those before it."""
        h, first = self.begin(tokens.shape[1])
        before = torch.cat([first[..., None], tokens[..., :-1]], -1).transpose(1, 2)  # (K, L, B)
        entered = self.enter(self.embed(before).flatten(1, 2)).unflatten(1, before.shape[1:])  # (K, L, B, 3 width)
        states = []
        for now in entered.unbind(1):
            h = self.step(now, h)
            states.append(h)
        logits = self.leave(torch.stack(states, 2).flatten(1, 2))  # (K, B L, k)
        surprise = nn.functional.cross_entropy(logits.flatten(0, 1), tokens.flatten(), reduction="none")
        return -surprise.view(tokens.shape)

    def begin(self, n):
        """Return the state (K, n, width) and the token (K, n) before anything has been read."""
        replicates, _, width = self.embedding.shape
        return torch.zeros(replicates, n, width), torch.full((replicates, n), self.k)

    def embed(self, tokens):
        """Return each replicate's own vectors for its tokens, (K, ...) -> (K, ..., width)."""
        first = torch.arange(len(tokens)) * (self.k + 1)  # where each replicate's rows begin
        rows = tokens + first.view(-1, *[1] * (tokens.ndim - 1))
        return nn.functional.embedding(rows, self.embedding.flatten(0, 1))

    def step(self, entered, h):
        """Return the next state, from the token's part of the gates (K, B, 3 width) and the state (K, B, width)."""
        r_x, z_x, new_x = entered.chunk(3, -1)
        r_h, z_h, new_h = self.recur(h).chunk(3, -1)
        r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)  # what to forget, and how much to keep as it was
        new = torch.tanh(new_x + r * new_h)
        return new + z * (h - new)
