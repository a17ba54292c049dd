"""A small convolutional network that reads numbers off pictures, K of them side by side."""

import copy
import math

import numpy as np
import torch
from torch import nn

from course_lib.generators.base import require_fitted
from course_lib.generators.layers import Linear
from course_lib.generators.optimiser import Adam
from course_lib.records import as_records
from course_lib.threads import limit_threads
from course_lib.validate import as_array, as_count, as_number, as_rng

__all__ = ["PictureRegressor"]


class PictureRegressor:
    """Convolutional regression from pictures to k numbers, by squared error.

    Two convolutions, a hidden layer, and k outputs. Each picture is first brought to mean 0 and spread 1 over its own
    pixels, so that one in poor light looks like one in good light, up to noise.

    Parameters
    ----------
    shape : (int, int)
        Height and width of a picture; x holds them flattened, row by row.
    channels : (int, int)
        Channels of the two convolutions.
    width : int
        Units of the hidden layer.
    steps, batch : int
        Steps of Adam, and pictures in each, per replicate.
    learning_rate : float

    Attributes
    ----------
    net_ : torch.nn.Module
        K networks.
    centre_, spread_ : numpy.ndarray, shape (..., k)
        Mean and standard deviation (ddof = 0) of the labels that the networks were first trained on.
    """

    def __init__(self, *, shape=(32, 32), channels=(8, 16), width=32, steps=300, batch=64, learning_rate=4e-3):
        self.shape = tuple(as_count(side, "shape", minimum=8) for side in shape)
        self.channels = tuple(as_count(number, "channels") for number in channels)
        self.width, self.steps, self.batch = (
            as_count(width, "width"),
            as_count(steps, "steps"),
            as_count(batch, "batch"),
        )
        self.learning_rate = as_number(learning_rate, "learning_rate", minimum=0, inclusive=False)

    def fit(self, records, *, rng, replicates=None, start=None):
        """Train one network for each replicate, all at once.

        Parameters
        ----------
        records : Records, x of shape (..., n, height * width) and y of shape (..., n, k)
        rng : numpy.random.Generator
        replicates : int, optional
            Train so many networks on one and the same data set; they differ in how they start and in their batches.
        start : PictureRegressor, optional
            Go on from the networks of this one, with as many replicates, which is itself left as it is.

        Raises
        ------
        ValueError
            If pictures or labels have another shape than the networks.
        """
        with limit_threads():
            for _ in self.training(records, rng=rng, replicates=replicates, start=start):
                pass
        return self

    def training(self, records, *, rng, replicates=None, start=None):
        """Train as `fit` does, and yield after each step the K mean squared errors, labels counted in spreads."""
        records = as_records(records)
        if replicates is not None:
            records = records.broadcast((as_count(replicates, "replicates"), *records.replicates))
        self._check(records.x)
        if records.y is None or records.y.shape[:-1] != records.x.shape[:-1]:
            got = "no y" if records.y is None else f"y of shape {records.y.shape}"
            raise ValueError(f"records must have labels y of shape {(*records.x.shape[:-1], 'k')}, got {got}")
        lead, k = records.replicates, records.y.shape[-1]
        count, rng = math.prod(lead), torch.Generator().manual_seed(int(as_rng(rng).integers(2**63)))
        if start is None:
            self.centre_, spread = records.y.mean(-2), records.y.std(-2)
            self.spread_ = np.where(spread > 0, spread, 1.0)
            self.net_ = _Net(count, self.shape, self.channels, self.width, k, rng)
        else:
            require_fitted(start, "net_")
            if start.centre_.shape != (*lead, k) or start.shape != self.shape:
                raise ValueError(f"start has labels of shape {start.centre_.shape}; records need {(*lead, k)}")
            self.net_, self.centre_, self.spread_ = copy.deepcopy(start.net_), start.centre_, start.spread_
        x = _pictures(records.x)  # (K, n, d), or (1, n, d) where all replicates share it
        y = torch.tensor(((records.y - self.centre_[..., None, :]) / self.spread_[..., None, :]), dtype=torch.float32)
        y = y.reshape(count, -1, k)
        each = torch.arange(count)[:, None]
        optimiser = Adam(self.net_.parameters(), self.learning_rate, self.steps)
        for _ in range(self.steps):
            with limit_threads():
                rows = torch.randint(records.n, (count, self.batch), generator=rng)
                loss = (self.net_(x[each % len(x), rows]) - y[each, rows]).square().mean((-2, -1))  # (K,)
                optimiser.zero_grad()
                loss.sum().backward()  # a sum over replicates: each gets the gradient of its own loss
                optimiser.step()
            yield loss.detach().numpy()

    def predict(self, x):
        """Return the k numbers for each picture.

        Parameters
        ----------
        x : array_like, shape (n, d) or (..., n, d)
            Without leading axes every network reads the same pictures.

        Returns
        -------
        numpy.ndarray, shape (..., n, k)
        """
        require_fitted(self, "net_")
        x = as_array(x, "x", min_ndim=2)
        self._check(x)
        *lead, k = self.centre_.shape
        if x.ndim > 2 and x.shape[:-2] != tuple(lead):
            raise ValueError(
                f"x has leading axes {x.shape[:-2]}; these networks have {tuple(lead)}, or none are needed"
            )
        pictures, count = _pictures(x), math.prod(lead)
        with limit_threads(), torch.inference_mode():
            parts = [self.net_(part.expand(count, -1, -1)) for part in pictures.split(250, dim=1)]
        y = torch.cat(parts, 1).double().numpy().reshape(*lead, -1, k)
        return self.centre_[..., None, :] + self.spread_[..., None, :] * y

    def _check(self, x):
        if x.shape[-1] != math.prod(self.shape):
            raise ValueError(
                f"x has shape {x.shape}; pictures of shape {self.shape} need {math.prod(self.shape)} columns"
            )


class _Net(nn.Module):
    """K networks, (K, batch, height * width) -> (K, batch, outputs)."""

    def __init__(self, replicates, shape, channels, width, outputs, rng):
        super().__init__()
        self.replicates, self.shape = replicates, shape
        one, two = channels
        self.first = _kernels(replicates, 1, one, 5, rng)
        self.second = _kernels(replicates, one, two, 3, rng)
        left = math.prod(-(-side // 8) for side in shape)  # pixels after strides of 4 and 2
        self.hidden = Linear(replicates, two * left, width, rng=rng)
        self.leave = Linear(replicates, width, outputs, rng=rng)

    def forward(self, x):
        """Return the networks' outputs; a group of channels is one replicate's, and groups never mix."""
        x = (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True, correction=0) + 1e-3)
        h = x.transpose(0, 1).unflatten(-1, self.shape)  # (B, K, height, width)
        h = nn.functional.conv2d(h, self.first, stride=4, padding=2, groups=self.replicates).relu()
        h = nn.functional.conv2d(h, self.second, stride=2, padding=1, groups=self.replicates).relu()
        h = h.unflatten(1, (self.replicates, -1)).flatten(2).transpose(0, 1)  # (K, B, features)
        return self.leave(self.hidden(h).relu())


def _kernels(replicates, inputs, outputs, size, rng):
    bound = 1 / math.sqrt(inputs * size * size)
    weight = torch.empty(replicates * outputs, inputs, size, size).uniform_(-bound, bound, generator=rng)
    return nn.Parameter(weight)


def _pictures(x):
    """Return pictures as (K, n, d), or (1, n, d) where the replicates are views of one data set."""
    if x.ndim > 2 and not any(x.strides[:-2]):
        x = x[(0,) * (x.ndim - 2)]
    return torch.from_numpy(np.array(x, dtype=np.float32)).reshape(-1, *x.shape[-2:])
