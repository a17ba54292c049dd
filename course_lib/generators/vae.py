"""The variational autoencoder: records through a bottleneck and back (Kingma & Welling 2014, arXiv:1312.6114)."""

import math

import numpy as np
import torch
from torch import nn

from course_lib.generators.base import require_fitted
from course_lib.generators.layers import mlp
from course_lib.generators.network import NetworkGenerator
from course_lib.generators.optimiser import Adam
from course_lib.threads import limit_threads
from course_lib.validate import as_count, as_fraction, as_number

__all__ = ["VAE"]


class VAE(NetworkGenerator):
    """Variational autoencoder with a Gaussian decoder whose variance is learned, one number for each feature.

    z ~ N(0, I) is decoded to x ~ N(μ(z), diag σ²). The encoder approximates the way back, q(z|x) = N(m(x), diag s(x)²).
    Training maximises the evidence lower bound (ELBO) of every replicate:

        log p(x) ≥ E_q[log p(x|z)] − β KL(q(z|x) ‖ p(z))

    Parameters
    ----------
    latent : int
        Dimension of z.
    width, depth : int
        Units of a hidden layer, and hidden layers in encoder and decoder. With depth 0 both are linear maps.
    steps, batch : int
        Steps of Adam, and records in each, per replicate.
    learning_rate : float
    beta : float, at least 0
        Weight of the Kullback–Leibler term; 1 gives the bound, more gives up detail for a code nearer to N(0, I)
        (Higgins et al. 2017).
    noise : bool
        Whether `sample` adds the decoder's noise σ. Without it samples are decoder means: what most people show, and
        narrower than what the model claims of the data.
    sampling_bias : float in [0, 1]
        λ: z is drawn with the covariance λ I. 1 is an honest draw; less keeps to the middle, as in `Gaussian`.
    min_sd : float, above 0
        Lower bound of σ in units of `scale_`. A pixel that never changes would drive σ to 0 and the bound to infinity.
    device : str or torch.device

    Attributes
    ----------
    net_ : torch.nn.Module
        `encoder`, `decoder`, and `raw_sd` (K, 1, d), from which σ comes.

    See Also
    --------
    NetworkGenerator : the attributes that every trained generator has.
    """

    def __init__(
        self,
        *,
        latent=8,
        width=256,
        depth=1,
        steps=600,
        batch=128,
        learning_rate=4e-3,
        beta=1.0,
        noise=True,
        sampling_bias=1.0,
        min_sd=0.05,
        device="cpu",
    ):
        super().__init__(device=device)
        self.latent = as_count(latent, "latent")
        self.width, self.depth = as_count(width, "width"), as_count(depth, "depth", minimum=0)
        self.steps, self.batch = as_count(steps, "steps"), as_count(batch, "batch")
        self.learning_rate = as_number(learning_rate, "learning_rate", minimum=0, inclusive=False)
        self.beta = as_number(beta, "beta", minimum=0)
        self.noise = bool(noise)
        self.sampling_bias = as_fraction(sampling_bias, "sampling_bias")
        self.min_sd = as_number(min_sd, "min_sd", minimum=0, inclusive=False)

    def build(self, d, classes, replicates, rng):
        """Return encoder, decoder and decoder variance for K replicates, untrained."""
        hidden = [self.width] * self.depth
        net = nn.Module()
        net.encoder = mlp(replicates, [d + classes, *hidden, 2 * self.latent], rng=rng)
        net.decoder = mlp(replicates, [self.latent + classes, *hidden, d], rng=rng)
        net.raw_sd = nn.Parameter(torch.zeros(replicates, 1, d, device=rng.device))
        return net

    def training(self, records, *, rng):
        """Train, and yield after each step the K negative bounds, in nats per record of standardised data."""
        self.net_, batches, rng = self.start(records, self.batch, rng=rng)
        optimiser = Adam(self.net_.parameters(), self.learning_rate, self.steps)
        for _ in range(self.steps):
            with limit_threads():
                x, labels = batches.draw()  # (K, B, d), (K, B, classes)
                epsilon = torch.randn(*x.shape[:2], self.latent, generator=rng, device=rng.device)
                reconstruction, kl = self.terms(x, labels, epsilon)  # (K, B) each
                loss = (self.beta * kl - reconstruction).mean(-1)  # (K,)
                optimiser.zero_grad()
                loss.sum().backward()  # a sum over replicates: each gets the gradient of its own loss
                optimiser.step()
            yield loss.detach().cpu().numpy()

    def terms(self, x, labels, epsilon):
        """Return the two terms of the bound for standardised records, with one draw of z for each.

        Parameters
        ----------
        x : torch.Tensor, shape (K, B, d)
        labels : torch.Tensor, shape (K, B, classes), or None
        epsilon : torch.Tensor, shape (K, B, latent)
            Standard normal.

        Returns
        -------
        reconstruction : torch.Tensor, shape (K, B)
            log p(x|z).
        kl : torch.Tensor, shape (K, B)
            KL(q(z|x) ‖ p(z)).
        """
        m, log_s = self._join(x, labels, self.net_.encoder).chunk(2, -1)  # (K, B, latent) each
        z = m + log_s.exp() * epsilon  # z ~ q(z|x), written so that gradients pass through m and s
        mean, sd = self._join(z, labels, self.net_.decoder), self._sd()  # (K, B, d), (K, 1, d)
        reconstruction = -(((x - mean) / sd).square() / 2 + sd.log() + math.log(2 * math.pi) / 2).sum(-1)
        kl = (m.square() + (2 * log_s).exp() - 1).sum(-1) / 2 - log_s.sum(-1)
        return reconstruction, kl

    def draw(self, noise, labels):
        """Decode z, and add the decoder's noise if there is to be any."""
        z, epsilon = math.sqrt(self.sampling_bias) * noise[..., : self.latent], noise[..., self.latent :]
        x = self._join(z, labels, self.net_.decoder)
        return x + self._sd() * epsilon if self.noise else x

    def noise_size(self, d):
        """Return how many standard normal numbers one record takes: z, and the decoder's noise."""
        return self.latent + d

    def elbo(self, records, *, draws=16, rng):
        """Return both terms of the bound for each record, in nats.

        Parameters
        ----------
        records : Records or array_like, shape (..., n, d)
            With labels if there were labels in training.
        draws : int
            How many z the expectation is averaged over.
        rng : numpy.random.Generator

        Returns
        -------
        dict of numpy.ndarray, shape (..., n)
            "reconstruction", E_q[log p(x|z)] as a density of the records as they came, not standardised, and "kl".
            The bound is reconstruction − kl, whatever β was trained with.
        """
        require_fitted(self, "net_")
        x, labels = self.tensors(records)
        reconstruction = torch.zeros(x.shape[:2], device=self.device)
        with limit_threads(), torch.inference_mode():
            for _ in range(as_count(draws, "draws")):
                epsilon = rng.standard_normal((*x.shape[:2], self.latent), dtype=np.float32)
                drawn, kl = self.terms(x, labels, torch.from_numpy(epsilon).to(self.device))
                reconstruction += drawn / draws
        shape = (*self.shift_.shape[:-1], x.shape[1])
        # Standardising divides lengths by scale_, and so multiplies a density by scale_ to the power d.
        stretch = x.shape[-1] * np.log(self.scale_)[..., None]
        return {
            "reconstruction": reconstruction.cpu().double().numpy().reshape(shape) - stretch,
            "kl": kl.cpu().double().numpy().reshape(shape),
        }

    @property
    def sd_(self):
        """σ, the learned standard deviation of the decoder's noise in the units of the records, shape (..., d)."""
        require_fitted(self, "net_")
        sd = self._sd().detach().cpu().double().numpy()
        return sd.reshape(self.shift_.shape) * self.scale_[..., None]

    def _sd(self):
        return self.min_sd + self.net_.raw_sd.exp()  # (K, 1, d)

    @staticmethod
    def _join(x, labels, network):
        return network(x if labels is None else torch.cat([x, labels], -1))
