"""Layers that hold K independent networks side by side: whatever stands first in a tensor is a replicate.

Every tensor is (K, batch, features). One batched matrix product serves all K networks, and as a loss is summed over
K, each network receives the gradient of its own loss alone: nothing here mixes replicates.
"""

import math
from itertools import pairwise

import torch
from torch import nn

__all__ = ["Fourier", "Linear", "ResidualMLP", "mlp"]


class Linear(nn.Module):
    """K affine maps, (K, batch, inputs) -> (K, batch, outputs).

    Parameters
    ----------
    replicates, inputs, outputs : int
    rng : torch.Generator
        Weights start uniform in ±√(1/inputs), which is torch's own choice for `nn.Linear`; biases start at 0.
    gain : float
        What the starting weights are multiplied by; 0 starts a map that returns zeros.
    """

    def __init__(self, replicates, inputs, outputs, *, rng, gain=1.0):
        super().__init__()
        bound = gain / math.sqrt(inputs)
        weight = torch.empty(replicates, inputs, outputs, device=rng.device).uniform_(-bound, bound, generator=rng)
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(torch.zeros(replicates, 1, outputs, device=rng.device))

    def forward(self, x):
        """Return x W + b for each replicate."""
        return torch.baddbmm(self.bias, x, self.weight)  # (K, 1, out) + (K, B, in) @ (K, in, out)


def mlp(replicates, sizes, *, rng, activation=nn.SiLU):
    """Return K multilayer perceptrons: Linear maps between the given sizes, an activation between two of them.

    Two sizes make a linear map.
    """
    layers = []
    for inputs, outputs in pairwise(sizes):
        layers += [Linear(replicates, inputs, outputs, rng=rng), activation()]
    return nn.Sequential(*layers[:-1])


class ResidualMLP(nn.Module):
    """K perceptrons whose hidden layers each add to what they were given, (K, batch, inputs) -> (K, batch, outputs).

    Each block starts as the identity, and the network as zero, so that depth costs nothing at the start (He et al.
    2016, arXiv:1603.05027).
    """

    def __init__(self, replicates, inputs, outputs, *, width, blocks, rng):
        super().__init__()
        self.enter = Linear(replicates, inputs, width, rng=rng)
        self.blocks = nn.ModuleList(Linear(replicates, width, width, rng=rng) for _ in range(blocks))
        self.leave = Linear(replicates, width, outputs, rng=rng, gain=0.0)

    def forward(self, x):
        """Return the networks' outputs."""
        h = self.enter(x)
        for block in self.blocks:
            h = h + block(nn.functional.silu(h))
        return self.leave(nn.functional.silu(h))


class Fourier(nn.Module):
    """Sines and cosines of random projections, (..., d) -> (..., 2 * features).

    A small network draws a smooth function of its inputs far more readily than a wiggly one. Waves as inputs let it
    see detail as fine as 1 / `scale` (Tancik et al. 2020, arXiv:2006.10739).

    Parameters
    ----------
    d, features : int
    scale : float
        Standard deviation of the frequencies, in radians per unit of x.
    rng : torch.Generator
        The frequencies are drawn once, are the same for all replicates and are not trained.
    """

    def __init__(self, d, features, *, scale, rng):
        super().__init__()
        frequencies = scale * torch.randn(d, features, device=rng.device, generator=rng)
        self.register_buffer("frequencies", frequencies)

    def forward(self, x):
        """Return the sines and the cosines of x · frequencies."""
        angles = x @ self.frequencies  # (..., features)
        return torch.cat([angles.sin(), angles.cos()], -1)
