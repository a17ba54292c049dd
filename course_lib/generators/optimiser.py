"""How the trained generators move their weights: Adam with a rate that rises and falls, and a running average."""

import copy
import math

import torch
from torch import nn

__all__ = ["Adam", "RunningAverage"]


class Adam:
    """Adam (Kingma & Ba 2015, arXiv:1412.6980); its learning rate rises linearly, then falls along half a cosine to 0.

    `torch.optim.Adam` does the same to the last bit, which a test holds. But the first optimiser of `torch.optim` that
    is made imports torch's compiler: 76 MB and two seconds, in every lesson, for something that is never used.

    Parameters
    ----------
    parameters : iterable of torch.nn.Parameter
        All of them must have gradients when `step` is called.
    learning_rate : float
        The highest.
    steps : int
        After so many the rate is 0.
    betas : (float, float)
        Memory of the running means of the gradient and of its square.
    warm_up : float
        Share of the steps for the rise.
    """

    def __init__(self, parameters, learning_rate, steps, *, betas=(0.9, 0.999), warm_up=0.05):
        self.parameters = list(parameters)
        self.learning_rate, self.steps, self.betas, self.warm_up = learning_rate, steps, betas, warm_up
        self.means, self.squares = ([torch.zeros_like(p) for p in self.parameters] for _ in range(2))
        self.counts = [torch.zeros((), device=p.device) for p in self.parameters]  # the kernel wants one for each
        self.done = 0

    @property
    def rate(self):
        """The learning rate of the next step."""
        rise = min(1.0, (self.done + 1) / max(1.0, self.warm_up * self.steps))
        return self.learning_rate * (rise * (1 + math.cos(math.pi * min(self.done / self.steps, 1.0))) / 2)

    def zero_grad(self):
        """Forget the gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self):
        """Move the parameters once along their gradients."""
        torch._foreach_add_(self.counts, 1)
        # One kernel for all parameters: at this size an optimiser costs as much as it makes calls.
        torch._fused_adam_(
            self.parameters,
            [parameter.grad for parameter in self.parameters],
            self.means,
            self.squares,
            [],
            self.counts,
            lr=self.rate,
            beta1=self.betas[0],
            beta2=self.betas[1],
            weight_decay=0.0,
            eps=1e-8,
            amsgrad=False,
            maximize=False,
        )
        self.done += 1


class RunningAverage(nn.Module):
    """An average of a network's weights over its training; call `update(network)` at each step.

    It keeps the share `memory` of itself at each step, and less in the first steps, so that it soon forgets the start:
    with a plain average a short training would look like a network that has learned less than it has.

    `torch.optim.swa_utils.AveragedModel` does the same to the last bit, which a test holds, one parameter after the
    other. At this size that was a tenth of a step.

    Parameters
    ----------
    network : torch.nn.Module
    memory : float, at least 0 and less than 1

    Attributes
    ----------
    module : torch.nn.Module
        The network with averaged weights.
    """

    def __init__(self, network, memory):
        super().__init__()
        self.module, self.memory = copy.deepcopy(network), memory
        self.register_buffer("n_averaged", torch.zeros((), dtype=torch.long))

    @torch.no_grad()
    def update(self, network):
        """Take the network's present weights into the average; the first ones are the average."""
        steps = int(self.n_averaged)
        share = max(1 - self.memory, 9 / (10 + steps)) if steps else 1.0
        torch._foreach_lerp_(list(self.module.parameters()), list(network.parameters()), share)
        self.n_averaged += 1

    def forward(self, x):
        """Return the averaged network's output."""
        return self.module(x)
