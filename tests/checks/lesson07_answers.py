"""Right and wrong answers to the tasks of lesson 07; each wrong one is one thought away from a right one."""

import math

import numpy as np
import torch
from torch import nn
from torch.distributions import Normal, kl_divergence

# 07.1 kl(m, log_s) ----------------------------------------------------------------------------------------------------


def kl(m, log_s):
    return ((m**2 + (2 * log_s).exp() - 1) / 2 - log_s).sum(-1)


def kl_by_distributions(m, log_s):
    return kl_divergence(Normal(m, log_s.exp()), Normal(torch.zeros_like(m), torch.ones_like(m))).sum(-1)


def kl_by_loops(m, log_s):
    rows = []
    for mean, log_spread in zip(m, log_s, strict=True):
        parts = [(a * a + math.e ** (2 * b) - 1) / 2 - b for a, b in zip(mean, log_spread, strict=True)]
        rows.append(sum(parts))
    return torch.stack(rows)


def kl_mean(m, log_s):
    return ((m**2 + (2 * log_s).exp() - 1) / 2 - log_s).mean(-1)


def kl_negative(m, log_s):
    return -kl(m, log_s)


def kl_without_half(m, log_s):
    return (m**2 + (2 * log_s).exp() - 1 - 2 * log_s).sum(-1)


def kl_log_variance(m, log_s):
    return (m**2 + log_s.exp() - 1 - log_s).sum(-1) / 2


def kl_exchanged(m, log_s):
    return kl_divergence(Normal(torch.zeros_like(m), torch.ones_like(m)), Normal(m, log_s.exp())).sum(-1)


def kl_without_one(m, log_s):
    return ((m**2 + (2 * log_s).exp()) / 2 - log_s).sum(-1)


def kl_without_mean(m, log_s):
    return (((2 * log_s).exp() - 1) / 2 - log_s).sum(-1)


def kl_without_spread(m, log_s):
    return (m**2).sum(-1) / 2


def kl_of_the_batch(m, log_s):
    return kl(m, log_s).mean()


def kl_per_number(m, log_s):
    return (m**2 + (2 * log_s).exp() - 1) / 2 - log_s


def kl_over_records(m, log_s):
    return ((m**2 + (2 * log_s).exp() - 1) / 2 - log_s).sum(0)


def kl_detached(m, log_s):
    return kl(m.detach(), log_s)


def kl_in_numpy(m, log_s):
    return kl(m, log_s).detach().numpy()


def kl_in_place(m, log_s):
    with torch.no_grad():
        m *= m
        log_s *= 2
    return ((m + log_s.exp() - 1 - log_s) / 2).sum(-1)


# 07.2 draw_code(m, log_s, rng) ----------------------------------------------------------------------------------------


def draw_code(m, log_s, rng):
    return m + log_s.exp() * torch.randn(m.shape, generator=rng, dtype=m.dtype)


def draw_code_from_numpy(m, log_s, rng):
    seed = torch.randint(2**62, (1,), generator=rng).item()
    return m + torch.exp(log_s) * torch.from_numpy(np.random.default_rng(seed).standard_normal(m.shape)).to(m)


def draw_code_by_columns(m, log_s, rng):
    columns = [a + b.exp() * torch.empty_like(a).normal_(generator=rng) for a, b in zip(m.T, log_s.T, strict=True)]
    return torch.stack(columns, 1)


def draw_code_by_box_muller(m, log_s, rng):
    u, v = (torch.rand(m.shape, generator=rng, dtype=torch.float64).clamp_min(1e-300) for _ in range(2))
    return torch.addcmul(m, log_s.exp(), ((-2 * u.log()).sqrt() * (2 * math.pi * v).cos()).to(m.dtype))


def draw_detached(m, log_s, rng):
    return torch.normal(m.detach(), log_s.detach().exp(), generator=rng)


def draw_without_grad(m, log_s, rng):
    with torch.no_grad():
        return draw_code(m, log_s, rng)


def draw_spread_detached(m, log_s, rng):
    return draw_code(m, log_s.detach(), rng)


def draw_mean_detached(m, log_s, rng):
    return draw_code(m.detach(), log_s, rng)


def draw_one_for_all(m, log_s, rng):
    return m + log_s.exp() * torch.randn(m.shape[-1], generator=rng, dtype=m.dtype)


def draw_one_per_record(m, log_s, rng):
    return m + log_s.exp() * torch.randn(len(m), 1, generator=rng, dtype=m.dtype)


def draw_uniform(m, log_s, rng):
    return m + log_s.exp() * torch.rand(m.shape, generator=rng, dtype=m.dtype)


def draw_uniform_scaled(m, log_s, rng):
    return m + log_s.exp() * (torch.rand(m.shape, generator=rng, dtype=m.dtype) - 0.5) * 12**0.5


def draw_signs(m, log_s, rng):
    return m + log_s.exp() * (2 * torch.randint(2, m.shape, generator=rng) - 1)


def draw_log_variance(m, log_s, rng):
    return draw_code(m, log_s / 2, rng)


def draw_variance(m, log_s, rng):
    return draw_code(m, 2 * log_s, rng)


def draw_log_spread(m, log_s, rng):
    return m + log_s * torch.randn(m.shape, generator=rng, dtype=m.dtype)


def draw_unscaled(m, log_s, rng):
    return m + torch.randn(m.shape, generator=rng, dtype=m.dtype)


def draw_nothing(m, log_s, rng):
    return m


def draw_from_elsewhere(m, log_s, rng):
    return m + log_s.exp() * torch.randn_like(m)


def draw_own_seed(m, log_s, rng):
    return draw_code(m, log_s, torch.Generator().manual_seed(0))


# 07.3 bound(x, encode, decode, log_sd, rng) ---------------------------------------------------------------------------


def bound(x, encode, decode, log_sd, rng):
    m, log_s = encode(x)
    z = draw_code(m, log_s, rng)
    return Normal(decode(z), log_sd.exp()).log_prob(x).sum(-1) - kl(m, log_s)


def bound_by_hand(x, encode, decode, log_sd, rng):
    m, log_s = encode(x)
    squares = ((x - decode(draw_code(m, log_s, rng))) * torch.exp(-log_sd)).square()
    return -(squares + 2 * log_sd + math.log(2 * math.pi)).sum(1) / 2 - kl_by_distributions(m, log_s)


def bound_factored_otherwise(x, encode, decode, log_sd, rng):
    """Return log p(x, z) − log q(z|x), in which the KL term is estimated by the same draw."""
    q = Normal(*(part if i == 0 else part.exp() for i, part in enumerate(encode(x))))
    z = q.loc + q.scale * torch.randn(q.loc.shape, generator=rng, dtype=x.dtype)
    joint = Normal(0, 1).log_prob(z).sum(-1) + Normal(decode(z), log_sd.exp()).log_prob(x).sum(-1)
    return joint - q.log_prob(z).sum(-1)


def made_bound(name, fit=None, cost=kl, draw=draw_code, sign=1, join=None):
    """Return a bound with one part exchanged."""

    def wrong(x, encode, decode, log_sd, rng):
        m, log_s = encode(x)
        mean = decode(draw(m, log_s, rng))
        first = Normal(mean, log_sd.exp()).log_prob(x).sum(-1) if fit is None else fit(x, mean, log_sd)
        value = sign * (first - cost(m, log_s))
        return value if join is None else join(value)

    wrong.__name__ = name
    return wrong


def no_cost(m, log_s):
    return 0.0


def squared(x, mean, log_sd):
    return -((x - mean) ** 2).sum(-1)


def half_squared(x, mean, log_sd):
    return -((x - mean) ** 2).sum(-1) / 2


def mean_squared(x, mean, log_sd):
    return -((x - mean) ** 2).mean(-1)


def without_log_sd(x, mean, log_sd):
    return -(((x - mean) / log_sd.exp()) ** 2).sum(-1) / 2


def without_constant(x, mean, log_sd):
    return without_log_sd(x, mean, log_sd) - log_sd.sum()


def averaged(x, mean, log_sd):
    return Normal(mean, log_sd.exp()).log_prob(x).mean(-1)


def decoder_log_variance(x, mean, log_sd):
    return Normal(mean, (log_sd / 2).exp()).log_prob(x).sum(-1)


def bound_never_decodes(x, encode, decode, log_sd, rng):
    m, log_s = encode(x)
    return -kl(m, log_s)


def bound_in_place(x, encode, decode, log_sd, rng):
    value = bound(x, encode, decode, log_sd, rng)
    x -= x.mean(0)
    return value


def bound_detached_fit(x, encode, decode, log_sd, rng):
    m, log_s = encode(x)
    fit = Normal(decode(draw_code(m, log_s, rng)), log_sd.exp()).log_prob(x).sum(-1)
    return fit.detach() - kl(m, log_s)


# 07.4 new_records(decode, log_sd, n, latent, rng) ---------------------------------------------------------------------


def new_records(decode, log_sd, n, latent, rng):
    means = decode(torch.randn(n, latent, generator=rng))
    return means + log_sd.exp() * torch.randn(means.shape, generator=rng)


def new_records_by_normal(decode, log_sd, n, latent, rng):
    means = decode(torch.empty(n, latent).normal_(generator=rng))
    return torch.normal(means, log_sd.exp().to(means).expand_as(means), generator=rng)


def new_records_one_by_one(decode, log_sd, n, latent, rng):
    rows = []
    for _ in range(n):
        mean = decode(torch.randn(1, latent, generator=rng, dtype=torch.float64))[0]
        rows.append(mean + log_sd.exp() * torch.randn(len(mean), generator=rng, dtype=torch.float64))
    return torch.stack(rows)


def made_records(name, z=None, noise=None):
    """Return a way of drawing with one part exchanged."""

    def wrong(decode, log_sd, n, latent, rng):
        means = decode(torch.randn(n, latent, generator=rng) if z is None else z(n, latent, rng))
        if noise is None:
            return means + log_sd.exp() * torch.randn(means.shape, generator=rng)
        return means + noise(means, log_sd, rng)

    wrong.__name__ = name
    return wrong


def records_global(decode, log_sd, n, latent, rng):
    return new_records(decode, log_sd, n, latent, torch.default_generator)


def records_own_seed(decode, log_sd, n, latent, rng):
    return new_records(decode, log_sd, n, latent, torch.Generator().manual_seed(0))


def records_one(decode, log_sd, n, latent, rng):
    return new_records(decode, log_sd, 1, latent, rng)


# 07.5 make_vae(d, latent), loss(net, x, rng) --------------------------------------------------------------------------


class MLP(nn.Module):
    def __init__(self, d, latent, last=None, decoded=None):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(d, 32), nn.SiLU(), nn.Linear(32, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, 32), nn.SiLU(), nn.Linear(32, d))
        self.log_sd = nn.Parameter(torch.zeros(d))
        self.last, self.decoded = last or nn.Identity(), decoded or nn.Identity()

    def encode(self, x):
        return self.last(self.encoder(x)).chunk(2, -1)

    def decode(self, z):
        return self.decoded(self.decoder(z))


class Convolutional(nn.Module):
    """The features as a picture of one row."""

    def __init__(self, d, latent):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv1d(1, 4, 3, padding=1), nn.SiLU(), nn.Flatten(), nn.Linear(4 * d, 2 * latent)
        )
        self.enter = nn.Linear(latent, 4 * d)
        self.leave = nn.Conv1d(4, 1, 3, padding=1)
        self.offset = nn.Parameter(torch.zeros(d))
        self.log_sd = nn.Parameter(torch.zeros(d))

    def encode(self, x):
        return self.encoder(x[:, None]).tensor_split(2, dim=-1)

    def decode(self, z):
        h = nn.functional.silu(self.enter(z)).unflatten(-1, (4, -1))
        return self.leave(h)[:, 0] + self.offset


class TwoEncoders(nn.Module):
    """Mean and spread from networks of their own, and a decoder that is a module by name."""

    def __init__(self, d, latent):
        super().__init__()
        self.mean, self.log_spread = (
            nn.Linear(d, latent),
            nn.Sequential(nn.Linear(d, 8), nn.Tanh(), nn.Linear(8, latent)),
        )
        self.decode = nn.Linear(latent, d)
        self.log_sd = nn.Parameter(torch.full((1, d), 0.5))

    def encode(self, x):
        return self.mean(x), self.log_spread(x)


def loss(net, x, rng):
    return -bound(x, net.encode, net.decode, net.log_sd, rng).mean()


def loss_factored_otherwise(net, x, rng):
    return -bound_factored_otherwise(x, net.encode, net.decode, net.log_sd, rng).mean()


def loss_by_hand(net, x, rng):
    m, log_s = net.encode(x)
    z = draw_code(m, log_s, rng)
    fit = (((x - net.decode(z)) / net.log_sd.exp()) ** 2 / 2 + net.log_sd + math.log(2 * math.pi) / 2).sum(-1)
    return (fit + kl(m, log_s)).mean()


def made_loss(name, **parts):
    inner = made_bound(name, **parts)

    def wrong(net, x, rng):
        return -inner(x, net.encode, net.decode, net.log_sd, rng).mean()

    wrong.__name__ = name
    return wrong


def loss_is_the_bound(net, x, rng):
    return -loss(net, x, rng)


def loss_summed(net, x, rng):
    return loss(net, x, rng) * len(x)


def loss_per_record(net, x, rng):
    return -bound(x, net.encode, net.decode, net.log_sd, rng)


def bounded_codes(d, latent):
    return MLP(d, latent, last=nn.ReLU())


def bounded_pictures(d, latent):
    return MLP(d, latent, decoded=nn.Sigmoid())


def batch_norm(d, latent):
    net = MLP(d, latent)
    net.encoder = nn.Sequential(nn.Linear(d, 32), nn.BatchNorm1d(32), nn.SiLU(), nn.Linear(32, 2 * latent))
    return net


def fixed_sd(d, latent):
    net = MLP(d, latent)
    del net.log_sd
    net.log_sd = torch.zeros(d)
    return net


def one_sd(d, latent):
    net = MLP(d, latent)
    net.log_sd = nn.Parameter(torch.zeros(()))
    return net


class OneOutput(MLP):
    def encode(self, x):
        return self.encoder(x)


class FrozenEncoder(MLP):
    def encode(self, x):
        return self.encoder(torch.zeros_like(x)).chunk(2, -1)


def made_module(kind):
    def make_vae(d, latent):
        return kind(d, latent)

    make_vae.__name__ = kind.__name__
    return make_vae


def no_module(d, latent):
    return {"encode": None}


RIGHT = {
    "07.1": [(kl,), (kl_by_distributions,), (kl_by_loops,)],
    "07.2": [(draw_code,), (draw_code_from_numpy,), (draw_code_by_columns,), (draw_code_by_box_muller,)],
    "07.3": [(bound,), (bound_by_hand,), (bound_factored_otherwise,)],
    "07.4": [(new_records,), (new_records_by_normal,), (new_records_one_by_one,)],
    "07.5": [
        (made_module(MLP), loss),
        (made_module(Convolutional), loss_by_hand),
        (made_module(TwoEncoders), loss_factored_otherwise),
    ],
}

WRONG = {
    "07.1": [
        ((kl_mean,), "mean over the latent numbers"),
        ((kl_negative,), "sign is turned round"),
        ((kl_without_half,), "Where is the half"),
        ((kl_log_variance,), "log of a *variance*"),
        ((kl_exchanged,), "two curves exchanged"),
        ((kl_without_one,), "The −1 of the formula is missing"),
        ((kl_without_mean,), "The mean m does not come in"),
        ((kl_without_spread,), "The spread does not come in"),
        ((kl_of_the_batch,), "shape () was returned"),
        ((kl_per_number,), "shape (5, 3) was returned"),
        ((kl_over_records,), "shape (3,) was returned"),
        ((kl_detached,), "gradient with respect to m"),
        ((kl_in_numpy,), "a torch tensor is needed"),
        ((kl_in_place,), "changed the tensor"),
    ],
    "07.2": [
        ((draw_detached,), "no gradient passes"),
        ((draw_without_grad,), "no gradient passes"),
        ((draw_spread_detached,), "Is s detached?"),
        ((draw_mean_detached,), "When m moves by 1"),
        ((draw_one_for_all,), "Every record of the batch gets the same noise"),
        ((draw_one_per_record,), "every latent number gets the same noise"),
        ((draw_uniform,), "should have mean 0 and spread 1"),
        ((draw_uniform_scaled,), "no bell curve"),
        ((draw_signs,), "the curve is not a bell"),
        ((draw_log_variance,), "log of a variance"),
        ((draw_variance,), "multiplied by s²"),
        ((draw_log_spread,), "multiplied by log_s itself"),
        ((draw_unscaled,), "not scaled at all"),
        ((draw_nothing,), "nothing is drawn"),
        ((draw_from_elsewhere,), "drawn from elsewhere"),
        ((draw_own_seed,), "seeded anew inside"),
    ],
    "07.3": [
        ((made_bound("no_kl", cost=no_cost),), "The KL term is missing"),
        ((made_bound("kl_added", cost=kl_negative),), "wrong sign: it is a cost"),
        ((made_bound("kl_mean", cost=kl_mean),), "averaged over the latent numbers"),
        ((made_bound("kl_of_log_variance", cost=kl_log_variance),), "In your KL term log_s"),
        ((made_bound("loss_returned", sign=-1),), "whole bound has the wrong sign"),
        ((made_bound("squared_error", fit=squared),), "ignores the decoder's σ"),
        ((made_bound("half_squared_error", fit=half_squared),), "ignores the decoder's σ"),
        ((made_bound("mean_squared_error", fit=mean_squared),), "ignores the decoder's σ"),
        ((made_bound("without_log_sd", fit=without_log_sd),), "The part −ln σ is missing"),
        ((made_bound("without_constant", fit=without_constant),), "this is no log-density"),
        ((made_bound("averaged", fit=averaged),), "averaged over the features"),
        ((made_bound("decoder_log_variance", fit=decoder_log_variance),), "In your reconstruction log_sd"),
        ((made_bound("decodes_m", draw=draw_nothing),), "decodes m itself"),
        ((made_bound("one_noise", draw=draw_one_for_all),), "same noise"),
        ((made_bound("one_noise_each", draw=draw_one_per_record),), "same noise"),
        ((made_bound("uniform", draw=draw_uniform_scaled),), "no bell curve"),
        ((made_bound("signs", draw=draw_signs),), "the curve is not a bell"),
        ((made_bound("log_variance_draw", draw=draw_log_variance),), "log of a variance"),
        ((made_bound("detached_draw", draw=draw_detached),), "a part of the gradient is missing"),
        ((bound_detached_fit,), "a part of the gradient is missing"),
        ((made_bound("mean_of_batch", join=torch.mean),), "shape () was returned"),
        ((bound_never_decodes,), "never calls `decode`"),
        ((bound_in_place,), "changed the records"),
    ],
    "07.4": [
        ((made_records("means", noise=lambda means, log_sd, rng: 0),), "decoder means"),
        (
            (made_records("one_noise", noise=lambda m, s, rng: s.exp() * torch.randn(m.shape[1], generator=rng)),),
            "Every record gets the same noise",
        ),
        (
            (made_records("one_noise_each", noise=lambda m, s, rng: s.exp() * torch.randn(len(m), 1, generator=rng)),),
            "every feature gets the same noise",
        ),
        (
            (
                made_records(
                    "uniform",
                    noise=lambda m, s, rng: s.exp() * (torch.rand(m.shape, generator=rng) - 0.5) * 12**0.5,
                ),
            ),
            "no bell curve",
        ),
        (
            (
                made_records(
                    "signs", noise=lambda m, s, rng: s.exp() * (2 * torch.randint(2, m.shape, generator=rng) - 1)
                ),
            ),
            "no bell curve",
        ),
        (
            (
                made_records(
                    "log_variance", noise=lambda m, s, rng: (s / 2).exp() * torch.randn(m.shape, generator=rng)
                ),
            ),
            "log of a variance",
        ),
        (
            (made_records("variance", noise=lambda m, s, rng: (2 * s).exp() * torch.randn(m.shape, generator=rng)),),
            "multiplied by σ²",
        ),
        (
            (made_records("unscaled", noise=lambda m, s, rng: torch.randn(m.shape, generator=rng)),),
            "not scaled",
        ),
        ((made_records("log_sd", noise=lambda m, s, rng: s * torch.randn(m.shape, generator=rng)),), "log_sd itself"),
        ((made_records("uniform_z", z=lambda n, k, rng: torch.rand(n, k, generator=rng)),), "standard bell curve"),
        (
            (made_records("signs_z", z=lambda n, k, rng: 2.0 * torch.randint(2, (n, k), generator=rng) - 1),),
            "standard bell curve",
        ),
        (
            (made_records("one_z", z=lambda n, k, rng: torch.randn(1, k, generator=rng).expand(n, k)),),
            "one and the same z",
        ),
        ((records_global,), "draws without `rng`"),
        ((records_own_seed,), "Where is `rng` used"),
        ((records_one,), "shape (1, 6) was returned"),
    ],
    "07.5": [
        ((MLP, loss_is_the_bound), "wrong sign: training makes"),
        ((MLP, loss_summed), "sum over the batch"),
        ((MLP, loss_per_record), "shape (50,) was returned"),
        ((MLP, made_loss("no_kl", cost=no_cost)), "The KL term is missing"),
        ((MLP, made_loss("kl_added", cost=kl_negative)), "The KL term has the wrong sign"),
        ((MLP, made_loss("kl_mean", cost=kl_mean)), "averaged over the latent numbers"),
        ((MLP, made_loss("averaged", fit=averaged)), "averaged over the features and the KL term is not"),
        ((MLP, made_loss("squared_error", fit=squared)), "It ignores σ"),
        ((MLP, made_loss("mean_squared_error", fit=mean_squared)), "It ignores σ, and averages"),
        ((MLP, made_loss("decodes_m", draw=draw_nothing)), "decodes m itself"),
        ((MLP, made_loss("one_noise", draw=draw_one_for_all)), "same noise"),
        ((MLP, made_loss("detached", draw=draw_detached)), "something is detached"),
        ((bounded_codes, loss), "something holds the network back"),
        ((bounded_pictures, loss), "something holds the network back"),
        ((made_module(FrozenEncoder), loss), "something holds the network back"),
        ((batch_norm, loss), "which other records are in the batch"),
        ((fixed_sd, loss), "no `nn.Parameter`"),
        ((one_sd, loss), "one number for each of 6 features"),
        ((made_module(OneOutput), loss), "return two tensors"),
        ((no_module, loss), "a `torch.nn.Module` is needed"),
    ],
}
