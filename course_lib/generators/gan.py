"""The generative adversarial network: a generator and its judge, trained on each other (Goodfellow et al. 2014)."""

import torch
from torch import nn
from torch.nn.functional import relu, softplus

from course_lib.generators.base import require_fitted
from course_lib.generators.layers import mlp
from course_lib.generators.network import NetworkGenerator
from course_lib.generators.optimiser import Adam, RunningAverage
from course_lib.threads import limit_threads
from course_lib.validate import as_count, as_fraction, as_number

__all__ = ["GAN", "LOSSES"]

# For each game: what the discriminator pays for its logit a of a record and of a fake, and the generator of a fake.
LOSSES = {
    "non-saturating": (lambda a: softplus(-a), softplus, lambda a: softplus(-a)),  # softplus(a) = log(1 + exp(a))
    "hinge": (lambda a: relu(1 - a), lambda a: relu(1 + a), torch.neg),
    "wgan-gp": (torch.neg, torch.clone, torch.neg),
}


class GAN(NetworkGenerator):
    """Generative adversarial network, by default with the non-saturating loss and the gradient penalty R1.

    A generator G turns noise z ~ N(0, I) into a fake G(z). A discriminator D returns a logit: the log odds, by its
    judgement, that a record is real. Each step trains D to tell a batch of records from fakes, then G to be taken for
    real:

        D:  min  E log(1 + exp(−D(x))) + E log(1 + exp(D(G(z))))        G:  min  E log(1 + exp(−D(G(z))))

    The best D against a fixed G is the log density ratio log p(x) − log q(x) of records and fakes.

    Parameters
    ----------
    latent : int
        Dimension of z.
    width, depth : int
        Units of a hidden layer, and hidden layers in both networks.
    loss : {"non-saturating", "hinge", "wgan-gp"}
        The game. "hinge" (Lim & Ye 2017, arXiv:1705.02894) pays only for logits within ±1. "wgan-gp" (Gulrajani et al.
        2017, arXiv:1704.00028) pays the logits themselves and is penalised differently.
    penalty : float, at least 0
        Weight γ of the discriminator's gradient penalty. R1 is γ/2 E|∇D(x)|² over real records (Mescheder et al. 2018,
        arXiv:1801.04406), with x in units of `scale_`; without it the game need not converge. For "wgan-gp" it is
        γ E(|∇D| − 1)² at points between records and fakes.
    penalty_every : int
        Steps from one penalty to the next, each weighted with their number (Karras et al. 2020, arXiv:1912.04958): a
        gradient of a gradient is the dearest part of a step.
    steps, batch : int
        Steps of each network, and records in each, per replicate.
    learning_rate : float
    average : float, at least 0 and less than 1
        `sample` uses an average of G's weights, which keeps this share of itself at each step, and less in the first
        steps, so that it soon forgets the start; 0 uses the last weights. G circles around its goal, and the average is
        nearer to it than most of what G visits.
    device : str or torch.device

    Attributes
    ----------
    net_ : torch.nn.Module
        `generator`, `average` (what `sample` uses) and `discriminator`.

    See Also
    --------
    NetworkGenerator : the attributes that every trained generator has.
    """

    def __init__(
        self,
        *,
        latent=16,
        width=256,
        depth=2,
        loss="non-saturating",
        penalty=2.0,
        penalty_every=4,
        steps=1500,
        batch=64,
        learning_rate=4e-3,
        average=0.995,
        device="cpu",
    ):
        super().__init__(device=device)
        if loss not in LOSSES:
            raise ValueError(f"loss must be one of {', '.join(LOSSES)}; got {loss!r}")
        self.latent = as_count(latent, "latent")
        self.width, self.depth = as_count(width, "width"), as_count(depth, "depth", minimum=0)
        self.loss = loss
        self.penalty = as_number(penalty, "penalty", minimum=0)
        self.penalty_every = as_count(penalty_every, "penalty_every")
        self.steps, self.batch = as_count(steps, "steps"), as_count(batch, "batch")
        self.learning_rate = as_number(learning_rate, "learning_rate", minimum=0, inclusive=False)
        self.average = as_fraction(average, "average")
        if self.average == 1:
            raise ValueError("average must be less than 1, got 1: the average would never move")

    def build(self, d, classes, replicates, rng):
        """Return generator, its average and discriminator for K replicates, untrained."""
        hidden = [self.width] * self.depth
        net = nn.Module()
        net.generator = mlp(replicates, [self.latent + classes, *hidden, d], rng=rng, activation=nn.ReLU)
        net.discriminator = mlp(replicates, [d + classes, *hidden, 1], rng=rng, activation=nn.ReLU)
        net.average = RunningAverage(net.generator, self.average)
        return net

    def training(self, records, *, rng):
        """Train, and yield after each step the losses without penalty, (2, K): the K discriminators', the generators'.

        Fakes take the labels of the batch's records.
        """
        self.net_, batches, rng = self.start(records, self.batch, rng=rng)
        move_discriminator, move_generator = self._mover(self.net_.discriminator), self._mover(self.net_.generator)
        for step in range(self.steps):
            with limit_threads():
                x, labels = batches.draw()  # (K, B, d), (K, B, classes)
                z = torch.randn(*x.shape[:2], self.latent, generator=rng, device=rng.device)
                fake = self._join(z, labels, self.net_.generator)  # (K, B, d)
                cut = fake.detach()  # the same fakes without their history: this loss does not reach the generator
                loss = self.discriminator_loss(self.judge(x, labels), self.judge(cut, labels))  # (K,)
                move_discriminator(loss + self._penalty_now(step, x, cut, labels, rng))
                generator_loss = self.generator_loss(self.judge(fake, labels))  # judged by the moved discriminator
                move_generator(generator_loss)
                self.net_.average.update(self.net_.generator)
            yield torch.stack([loss, generator_loss]).detach().cpu().numpy()

    def training_against(self, records, fakes, *, rng):
        """Train the discriminators alone, against a fixed generator's fakes, and yield after each step their K losses.

        `logit` then estimates the log density ratio of records and fakes. The generator in `net_` stays untrained.

        Parameters
        ----------
        records, fakes : Records or array_like, shape (..., n, d) and (..., m, d)
            Both with labels or both without.
        rng : numpy.random.Generator
        """
        self.net_, batches, rng = self.start(records, self.batch, rng=rng)
        fake_batches = self.batches(fakes, self.batch, rng=rng)
        move_discriminator = self._mover(self.net_.discriminator)
        for step in range(self.steps):
            with limit_threads():
                (x, labels), (fake, fake_labels) = batches.draw(), fake_batches.draw()
                loss = self.discriminator_loss(self.judge(x, labels), self.judge(fake, fake_labels))
                move_discriminator(loss + self._penalty_now(step, x, fake, labels, rng))
            yield loss.detach().cpu().numpy()

    def discriminator_loss(self, real, fake):
        """Return what the discriminators pay for their logits of records and of fakes, (K, B) each -> (K,)."""
        on_real, on_fake, _ = LOSSES[self.loss]
        return (on_real(real) + on_fake(fake)).mean(-1)

    def generator_loss(self, fake):
        """Return what the generators pay for the discriminators' logits of their fakes, (K, B) -> (K,)."""
        return LOSSES[self.loss][2](fake).mean(-1)

    def gradient_penalty(self, x, fake, labels, rng):
        """Return R1 / γ at the records x, or for "wgan-gp" its penalty / γ between x and fakes: (K, B, d) -> (K,).

        `labels` (K, B, classes) or None; `rng` is a torch.Generator, which only "wgan-gp" draws from.
        """
        if self.loss == "wgan-gp":
            x = torch.lerp(x, fake, torch.rand(*x.shape[:2], 1, generator=rng, device=rng.device))
        x = x.detach().requires_grad_()
        # Row i of a sum's gradient is the gradient of D at x_i. Its graph is kept, since D is trained through it.
        (gradient,) = torch.autograd.grad(self.judge(x, labels).sum(), x, create_graph=True)  # (K, B, d)
        if self.loss == "wgan-gp":
            return (torch.linalg.vector_norm(gradient, dim=-1) - 1).square().mean(-1)
        return gradient.square().sum(-1).mean(-1) / 2

    def judge(self, x, labels):
        """Return the discriminators' logits of standardised records, (K, B, d) -> (K, B)."""
        return self._join(x, labels, self.net_.discriminator)[..., 0]

    def logit(self, records):
        """Return each discriminator's logit of each record: how much it takes it for real.

        Parameters
        ----------
        records : Records or array_like, shape (..., n, d)
            With labels if there were labels in training. The same for all replicates if they have no leading axes.

        Returns
        -------
        numpy.ndarray, shape (..., n)
        """
        require_fitted(self, "net_")
        x, labels = self.tensors(records)
        with limit_threads(), torch.inference_mode():
            logit = self.judge(x, labels).cpu().double().numpy()
        return logit.reshape(*self.shift_.shape[:-1], -1)

    def draw(self, noise, labels):
        """Turn z into records, by the averaged weights."""
        return self._join(noise, labels, self.net_.average)

    def noise_size(self, d):
        """Return the dimension of z."""
        return self.latent

    def _mover(self, network):
        parameters = list(network.parameters())
        # No momentum: what was the way down against the opponent of ten steps ago need not be one now.
        optimiser = Adam(parameters, self.learning_rate, self.steps, betas=(0.0, 0.99))

        def move(loss):
            optimiser.zero_grad()
            loss.sum().backward(inputs=parameters)  # a sum over replicates, and nothing for the opponent's weights
            optimiser.step()

        return move

    def _penalty_now(self, step, x, fake, labels, rng):
        if self.penalty == 0 or step % self.penalty_every:
            return 0.0
        return self.penalty * self.penalty_every * self.gradient_penalty(x, fake, labels, rng)

    @staticmethod
    def _join(x, labels, network):
        return network(x if labels is None else torch.cat([x, labels], -1))
