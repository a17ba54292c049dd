"""How the trained generators move their weights: Adam with a rate that rises and falls, and a running average."""

import math
from functools import partial

import torch
from torch.optim.swa_utils import AveragedModel

__all__ = ["Adam", "running_average"]


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
        for count in self.counts:
            count += 1
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


def running_average(network, memory):
    """Return an average of a network's weights over its training; call its `update_parameters(network)` at each step.

    It keeps the share `memory` of itself at each step, and less in the first steps, so that it soon forgets the start:
    with a plain average a short training would look like a network that has learned less than it has.

    Parameters
    ----------
    network : torch.nn.Module
    memory : float, at least 0 and less than 1

    Returns
    -------
    torch.optim.swa_utils.AveragedModel
        Its `module` is the network with averaged weights.
    """
    return AveragedModel(network, avg_fn=partial(_forget, memory))


def _forget(memory, average, now, steps):
    return average.lerp(now, max(1 - memory, 9 / (10 + steps.item())))
