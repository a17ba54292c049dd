"""Diffusion: learn to take noise away, then make records from nothing but noise.

After Karras et al. 2022, arXiv:2206.00364 ("EDM"). Records are standardised, so their σ_data is 1 here.
"""

import math
from collections import deque
from itertools import pairwise

import numpy as np
import torch
from torch import nn

from course_lib.generators.base import require_fitted
from course_lib.generators.layers import Fourier, ResidualMLP
from course_lib.generators.network import NetworkGenerator
from course_lib.generators.optimiser import Adam, RunningAverage
from course_lib.records import Records, as_records
from course_lib.threads import limit_threads
from course_lib.validate import as_count, as_fraction, as_number, as_values

__all__ = ["Diffusion", "heun", "noise_levels"]

# Mean and standard deviation of ln σ in training. EDM has −0.5 for σ_data = 1; less shows more of narrow modes.
_LOG_SIGMA = (-1.0, 1.2)


def noise_levels(steps, *, low=0.002, high=40.0):
    """Return the noise levels that a sampler visits, from `high` to `low` and then 0, shape (steps + 1,).

    σ^(1/7) falls in equal steps: short steps where there is little noise left, because there the details are made.

    Parameters
    ----------
    steps : int
        At least 2.
    low, high : float
        In units of the records' spread. At `high` a record is nothing but noise: 40 leaves 1 / 1,600 of the variance
        to it.
    """
    roots = np.linspace(high ** (1 / 7), low ** (1 / 7), as_count(steps, "steps", minimum=2))
    return np.append(roots**7, 0.0)


def heun(denoise, x, sigmas):
    """Carry records from noise to data along dx/dσ = (x − D(x; σ)) / σ, and yield them after each step.

    Each step follows the slope at its start, looks at the slope where that leads, and goes back to follow the mean of
    both (Heun's method): its error falls with the square of the steps. The last one, to σ = 0, where the slope has no
    value, is a plain Euler step and ends in D(x; σ).

    Parameters
    ----------
    denoise : callable
        D(x, sigma): the best guess of the clean records, in the mean, for records x with noise of standard deviation
        sigma. It is called with the arrays or tensors that it returns.
    x : numpy.ndarray or torch.Tensor
        Noise of standard deviation sigmas[0].
    sigmas : sequence of float
        Falling, as from `noise_levels`.

    Yields
    ------
    numpy.ndarray or torch.Tensor
        The records at sigmas[1], sigmas[2], ...
    """
    for sigma, lower in pairwise(map(float, sigmas)):
        slope = (x - denoise(x, sigma)) / sigma
        ahead = x + (lower - sigma) * slope
        if lower > 0:
            slope = (slope + (ahead - denoise(ahead, lower)) / lower) / 2
        x = x + (lower - sigma) * slope
        yield x


class Denoiser(nn.Module):
    """K networks that guess the clean record from a noisy one, D(x; σ, label).

    The network F inside sees and answers in numbers of unit size, whatever the noise:

        D(x; σ) = x / (1 + σ²) + σ / √(1 + σ²) · F(x / √(1 + σ²), ln σ, label)

    The first term is the best guess for Gaussian records, so that F learns only what is not Gaussian.
    """

    def __init__(self, replicates, d, classes, *, width, blocks, waves, rng):
        super().__init__()
        self.classes = classes
        # 3 radians per unit show detail of a third of the records' spread, and with their sums much finer.
        self.waves = Fourier(d, waves, scale=3.0, rng=rng)
        self.network = ResidualMLP(replicates, d + 2 * waves + 1 + classes, d, width=width, blocks=blocks, rng=rng)

    def forward(self, x, sigma, labels=None):
        """Return D for x (K, B, d), sigma (K, B, 1), labels one-hot (K, B, classes); None is the empty label."""
        if labels is None:
            labels = x.new_zeros(*x.shape[:2], self.classes)
        total = (1 + sigma.square()).sqrt()
        scaled = x / total
        inputs = torch.cat([scaled, self.waves(scaled), sigma.log(), math.sqrt(self.classes) * labels], -1)
        return x / total.square() + sigma / total * self.network(inputs)


class Diffusion(NetworkGenerator):
    """Diffusion model: a network that removes noise of any level, and a sampler that starts from noise alone.

    Parameters
    ----------
    width, blocks : int
        Units of the network's hidden layers, and how many of them add to the first.
    waves : int, optional
        Random waves (`Fourier`) of the record as additional inputs. Unless given, 64 for records of up to 3 features,
        where modes can be narrow beside the space between them, and none beyond.
    steps, batch : int
        Steps of Adam, and records in each, per replicate.
    learning_rate : float
    average : float, at least 0 and less than 1
        Memory of the running average of the weights, which is what samples: a share 1 − average is new at each step,
        and more in the first steps.
    label_dropout : float in [0, 1]
        Share of the training records whose label is hidden, so that the network also learns D(x; σ) without a label.
    sampler_steps : int
        Steps from noise to record, each of two calls of the network (the last of one).
    guidance : float, at least 0
        g in D(x; σ) + g (D(x; σ, label) − D(x; σ)): 1 is the model of that label, 0 ignores the label, more than 1
        exaggerates what sets the label apart (Ho & Salimans 2022, arXiv:2207.12598, whose w is g − 1).
    device : str or torch.device

    Attributes
    ----------
    net_ : Denoiser
        With averaged weights. `sampler_steps` and `guidance` concern sampling alone and may be set on a fitted model.

    See Also
    --------
    NetworkGenerator : the attributes that every trained generator has.
    """

    def __init__(
        self,
        *,
        width=128,
        blocks=3,
        waves=None,
        steps=1500,
        batch=128,
        learning_rate=6e-3,
        average=0.995,
        label_dropout=0.1,
        sampler_steps=18,
        guidance=1.0,
        device="cpu",
    ):
        super().__init__(device=device)
        self.width, self.blocks = as_count(width, "width"), as_count(blocks, "blocks", minimum=0)
        self.waves = None if waves is None else as_count(waves, "waves", minimum=0)
        self.steps, self.batch = as_count(steps, "steps"), as_count(batch, "batch")
        self.learning_rate = as_number(learning_rate, "learning_rate", minimum=0, inclusive=False)
        self.average = as_fraction(average, "average")
        if self.average == 1:
            raise ValueError("average must be less than 1, got 1: the average would never move")
        self.label_dropout = as_fraction(label_dropout, "label_dropout")
        self.sampler_steps = as_count(sampler_steps, "sampler_steps", minimum=2)
        self.guidance = as_number(guidance, "guidance", minimum=0)

    def build(self, d, classes, replicates, rng):
        """Return the denoisers of K replicates, untrained."""
        waves = (64 if d <= 3 else 0) if self.waves is None else self.waves
        return Denoiser(replicates, d, classes, width=self.width, blocks=self.blocks, waves=waves, rng=rng)

    def training(self, records, *, rng):
        """Train, and yield after each step the K losses; 1 is the loss of the best guess for Gaussian records."""
        net, batches, rng = self.start(records, self.batch, rng=rng)
        average = RunningAverage(net, self.average)
        self.net_ = average.module
        optimiser = Adam(net.parameters(), self.learning_rate, self.steps)
        mean, sd = _LOG_SIGMA
        for _ in range(self.steps):
            with limit_threads():
                x, labels = batches.draw()  # (K, B, d), (K, B, classes)
                each = (*x.shape[:2], 1)
                sigma = (mean + sd * torch.randn(each, generator=rng, device=rng.device)).exp()
                epsilon = torch.randn(x.shape, generator=rng, device=rng.device)
                if labels is not None:
                    labels = labels * (torch.rand(each, generator=rng, device=rng.device) >= self.label_dropout)
                loss = self.loss(net, x, labels, sigma, epsilon)  # (K,)
                optimiser.zero_grad()
                loss.sum().backward()  # a sum over replicates: each gets the gradient of its own loss
                optimiser.step()
                average.update(net)
            yield loss.detach().cpu().numpy()

    @staticmethod
    def loss(net, x, labels, sigma, epsilon):
        """Return the K mean squared errors of the denoised records, each level weighted to count alike.

        Parameters
        ----------
        net : Denoiser
        x : torch.Tensor, shape (K, B, d)
            Clean, standardised.
        labels : torch.Tensor, shape (K, B, classes), or None
        sigma : torch.Tensor, shape (K, B, 1)
            A level for each record.
        epsilon : torch.Tensor, shape (K, B, d)
            Standard normal.
        """
        error = net(x + sigma * epsilon, sigma, labels) - x
        return ((1 + 1 / sigma.square()) * error.square()).mean((-1, -2))

    def draw(self, noise, labels):
        """Carry noise to records; the network is called 2 `sampler_steps` − 1 times."""
        sigmas = noise_levels(self.sampler_steps)
        states = heun(lambda x, sigma: self._guided(x, sigma, labels), float(sigmas[0]) * noise, sigmas)
        return deque(states, maxlen=1).pop()  # only the last is kept

    def denoise(self, x, sigma, y=None):
        """Return the best guess of the clean records, as the sampler sees it: with labels it is guided.

        Parameters
        ----------
        x : array_like, shape (..., n, d)
            Noisy records.
        sigma : float or array_like, shape (n,) or (..., n)
            Standard deviation of the noise in each feature, in the units of the records; above 0.
        y : array_like, shape (n,) or (..., n), optional
            Labels. Without them a model that was trained with labels guesses for all of them together.

        Returns
        -------
        numpy.ndarray, shape (..., n, d)

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        ValueError
            If a level is not positive, or y holds a label that was not met in training.
        """
        require_fitted(self, "net_")
        x = as_records(x, "x").broadcast(self.shift_.shape[:-1]).x  # (..., n, d)
        sigma = as_values(sigma, "sigma")
        if sigma.min() <= 0:
            raise ValueError(f"sigma must be above 0, got {sigma.min():g}")
        sigma = np.broadcast_to(sigma / self.scale_[..., None], x.shape[:-1])
        if y is None:
            noisy, labels = self._standardised(x), None
        else:
            noisy, labels = self.tensors(Records(x, np.broadcast_to(y, x.shape[:-1])))
        with limit_threads(), torch.inference_mode():
            guess = self._guided(noisy, self._tensor(sigma.reshape(*noisy.shape[:2], 1)), labels)
        guess = guess.cpu().double().numpy().reshape(x.shape)
        return self.shift_[..., None, :] + self.scale_[..., None, None] * guess

    def _guided(self, x, sigma, labels):
        sigma = torch.as_tensor(sigma, dtype=x.dtype, device=x.device).expand(*x.shape[:2], 1)
        guess = self.net_(x, sigma, labels)
        if labels is None or self.guidance == 1:
            return guess
        unlabelled = self.net_(x, sigma)
        return unlabelled + self.guidance * (guess - unlabelled)
