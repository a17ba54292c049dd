"""Right and wrong answers to the tasks of lesson 06; each wrong one is one thought away from a right one."""

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid, relu, softplus

# 06.1 losses(real, fake) ----------------------------------------------------------------------------------------------


def losses(real, fake):
    return softplus(-real).mean() + softplus(fake).mean(), softplus(-fake).mean()


def losses_by_cross_entropy(real, fake):
    cross = binary_cross_entropy_with_logits
    one, zero = torch.ones_like, torch.zeros_like
    return cross(real, one(real)) + cross(fake, zero(fake)), cross(fake, one(fake))


def losses_by_logsigmoid(real, fake):
    return [-(logsigmoid(real).mean() + logsigmoid(-fake).mean()), -logsigmoid(fake).mean()]


def losses_by_logaddexp(real, fake):
    def pay(a):
        return torch.logaddexp(a, torch.zeros_like(a)).sum() / a.numel()

    return pay(-real) + pay(fake), pay(-fake)


def losses_swapped_labels(real, fake):
    return softplus(real).mean() + softplus(-fake).mean(), softplus(-fake).mean()


def losses_saturating(real, fake):
    return softplus(-real).mean() + softplus(fake).mean(), -softplus(fake).mean()


def losses_sum(real, fake):
    return softplus(-real).sum() + softplus(fake).sum(), softplus(-fake).mean()


def losses_generator_sum(real, fake):
    return softplus(-real).mean() + softplus(fake).mean(), softplus(-fake).sum()


def losses_half(real, fake):
    return (softplus(-real).mean() + softplus(fake).mean()) / 2, softplus(-fake).mean()


def losses_joint_mean(real, fake):
    return torch.cat([softplus(-real), softplus(fake)]).mean(), softplus(-fake).mean()


def losses_records_only(real, fake):
    return softplus(-real).mean(), softplus(-fake).mean()


def losses_fakes_only(real, fake):
    return softplus(fake).mean(), softplus(-fake).mean()


def losses_reversed(real, fake):
    return softplus(-fake).mean(), softplus(-real).mean() + softplus(fake).mean()


def losses_same_for_generator(real, fake):
    return softplus(-real).mean() + softplus(fake).mean(), softplus(fake).mean()


def losses_hinge(real, fake):
    return relu(1 - real).mean() + relu(1 + fake).mean(), -fake.mean()


def losses_plain_generator(real, fake):
    return softplus(-real).mean() + softplus(fake).mean(), -fake.mean()


def losses_of_probabilities(real, fake):
    return -torch.log(real).mean() - torch.log(1 - fake).mean(), -torch.log(fake).mean()


def losses_overflowing(real, fake):
    return (
        -torch.log(torch.sigmoid(real)).mean() - torch.log(1 - torch.sigmoid(fake)).mean(),
        -torch.log(torch.sigmoid(fake)).mean(),
    )


def losses_exponential(real, fake):
    return (
        torch.log(1 + torch.exp(-real)).mean() + torch.log(1 + torch.exp(fake)).mean(),
        torch.log(1 + torch.exp(-fake)).mean(),
    )


def losses_numbers(real, fake):
    return tuple(loss.item() for loss in losses(real, fake))


def losses_detached(real, fake):
    return losses(real, fake.detach())


def losses_unreduced(real, fake):
    return softplus(-real), softplus(-fake)


def losses_one(real, fake):
    return softplus(-real).mean() + softplus(fake).mean()


# 06.2 r1(discriminator, x, gamma) -------------------------------------------------------------------------------------


def _gradient(discriminator, x, **graph):
    x = x.detach().requires_grad_()
    return torch.autograd.grad(discriminator(x).sum(), x, **(graph or {"create_graph": True}))[0]


def r1(discriminator, x, gamma):
    return gamma / 2 * _gradient(discriminator, x).square().sum(1).mean()


def r1_in_place(discriminator, x, gamma):
    x.requires_grad_(True)
    logits = discriminator(x)
    (g,) = torch.autograd.grad(logits, x, grad_outputs=torch.ones_like(logits), create_graph=True)
    return gamma * (g.norm(dim=1) ** 2).mean() * 0.5


def r1_by_rows(discriminator, x, gamma):
    def of_one(row):
        return discriminator(row[None])[0, 0]

    return gamma / 2 * (torch.vmap(torch.func.grad(of_one))(x) ** 2).sum() / len(x)


def r1_one_by_one(discriminator, x, gamma):
    total = 0
    for row in x:
        g = _gradient(discriminator, row[None])
        total = total + (g * g).sum()
    return gamma * total / (2 * len(x))


def r1_length(discriminator, x, gamma):
    return gamma / 2 * _gradient(discriminator, x).norm(dim=1).mean()


def r1_without_half(discriminator, x, gamma):
    return gamma * _gradient(discriminator, x).square().sum(1).mean()


def r1_without_gamma(discriminator, x, gamma):
    return _gradient(discriminator, x).square().sum(1).mean() / 2


def r1_sum(discriminator, x, gamma):
    return gamma / 2 * _gradient(discriminator, x).square().sum()


def r1_mean_of_all(discriminator, x, gamma):
    return gamma / 2 * _gradient(discriminator, x).square().mean()


def r1_square_of_mean(discriminator, x, gamma):
    return gamma / 2 * _gradient(discriminator, x).mean(0).square().sum()


def r1_of_the_mean_logit(discriminator, x, gamma):
    x = x.detach().requires_grad_()
    (g,) = torch.autograd.grad(discriminator(x).mean(), x, create_graph=True)
    return gamma / 2 * g.square().sum(1).mean()


def r1_wasserstein(discriminator, x, gamma):
    return gamma / 2 * (_gradient(discriminator, x).norm(dim=1) - 1).square().mean()


def r1_sum_before_square(discriminator, x, gamma):
    return gamma / 2 * _gradient(discriminator, x).sum(1).square().mean()


def r1_of_the_value(discriminator, x, gamma):
    return gamma / 2 * discriminator(x).square().mean()


def r1_without_graph(discriminator, x, gamma):
    return gamma / 2 * _gradient(discriminator, x, retain_graph=True).square().sum(1).mean()


def r1_at_fakes(discriminator, x, gamma):
    return r1(discriminator, torch.randn_like(x), gamma)


def r1_number(discriminator, x, gamma):
    return r1(discriminator, x, gamma).item()


def r1_per_record(discriminator, x, gamma):
    return gamma / 2 * _gradient(discriminator, x).square().sum(1)


def r1_gamma_inside(discriminator, x, gamma):
    return (gamma * _gradient(discriminator, x)).square().sum(1).mean() / 2


# 06.3 gan_step(generator, discriminator, x, optimiser_g, optimiser_d, latent, rng) ------------------------------------


def gan_step(generator, discriminator, x, optimiser_g, optimiser_d, latent, rng):
    fake = generator(torch.randn(len(x), latent, generator=rng))
    loss_d = softplus(-discriminator(x)).mean() + softplus(discriminator(fake.detach())).mean()
    optimiser_d.zero_grad()
    loss_d.backward()
    optimiser_d.step()
    loss_g = softplus(-discriminator(fake)).mean()
    optimiser_g.zero_grad()
    loss_g.backward()
    optimiser_g.step()
    return loss_d.item(), loss_g.item()


def step_with_fresh_noise(generator, discriminator, x, optimiser_g, optimiser_d, latent, rng):
    def noise():
        return torch.empty(x.shape[0], latent).normal_(generator=rng)

    with torch.no_grad():
        fake = generator(noise())
    optimiser_d.zero_grad(set_to_none=False)
    both = discriminator(torch.cat([x, fake]))
    real, false = both.split(len(x))
    loss_d = -(logsigmoid(real).mean() + logsigmoid(-false).mean())
    loss_d.backward()
    optimiser_d.step()
    optimiser_g.zero_grad(set_to_none=False)
    loss_g = -logsigmoid(discriminator(generator(noise()))).mean()
    loss_g.backward()
    optimiser_g.step()
    return loss_d.detach(), loss_g.detach()


def step_by_named_gradients(generator, discriminator, x, optimiser_g, optimiser_d, latent, rng):
    fake = generator(torch.randn((len(x), latent), generator=rng))
    cut = fake.clone().detach()

    def move(optimiser, net, loss):
        parameters = list(net.parameters())
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.grad = gradient
        optimiser.step()
        return loss.detach().numpy()

    loss_d = move(optimiser_d, discriminator, softplus(-discriminator(x)).mean() + softplus(discriminator(cut)).mean())
    return loss_d, move(optimiser_g, generator, softplus(-discriminator(fake)).mean())


def step_with_inputs(generator, discriminator, x, optimiser_g, optimiser_d, latent, rng):
    fake = generator(torch.randn(len(x), latent, generator=rng))
    for optimiser in (optimiser_d, optimiser_g):
        optimiser.zero_grad()
    loss_d = softplus(-discriminator(x)).mean() + softplus(discriminator(fake)).mean()
    loss_d.backward(inputs=list(discriminator.parameters()), retain_graph=True)
    optimiser_d.step()
    loss_g = softplus(-discriminator(fake)).mean()
    loss_g.backward(inputs=list(generator.parameters()))
    optimiser_g.step()
    return loss_d.item(), loss_g.item()


def varied(
    *,
    noise=lambda n, latent, rng: torch.randn(n, latent, generator=rng),
    cut=lambda fake: fake.detach(),
    loss_of_d=lambda real, fake: softplus(-real).mean() + softplus(fake).mean(),
    loss_of_g=lambda fake: softplus(-fake).mean(),
    clear_d=True,
    clear_g=True,
    again=lambda fake: fake,
):
    """Return a step that is right but for what is given."""

    def step(generator, discriminator, x, optimiser_g, optimiser_d, latent, rng):
        fake = generator(noise(len(x), latent, rng))
        loss_d = loss_of_d(discriminator(x), discriminator(cut(fake)))
        if clear_d:
            optimiser_d.zero_grad()
        loss_d.backward(retain_graph=True)
        optimiser_d.step()
        loss_g = loss_of_g(discriminator(again(fake)))
        if clear_g:
            optimiser_g.zero_grad()
        loss_g.backward()
        optimiser_g.step()
        return loss_d.item(), loss_g.item()

    return step


def named(name, **thought):
    step = varied(**thought)
    step.__name__ = name
    return step


step_uncut = named("step_uncut", cut=lambda fake: fake)
step_uncut_and_uncleared = named("step_uncut_and_uncleared", cut=lambda fake: fake, clear_g=False)
step_swapped = named("step_swapped", loss_of_d=lambda real, fake: softplus(real).mean() + softplus(-fake).mean())
step_saturating = named("step_saturating", loss_of_g=lambda fake: -softplus(fake).mean())
step_helpful = named("step_helpful", loss_of_g=lambda fake: softplus(fake).mean())
step_sum_g = named("step_sum_g", loss_of_g=lambda fake: softplus(-fake).sum())
step_sum_d = named("step_sum_d", loss_of_d=lambda real, fake: softplus(-real).sum() + softplus(fake).sum())
step_no_fakes = named("step_no_fakes", loss_of_d=lambda real, fake: softplus(-real).mean() + 0 * fake.sum())
step_uncleared_d = named("step_uncleared_d", clear_d=False)
step_one_noise = named(
    "step_one_noise", noise=lambda n, latent, rng: torch.randn(1, latent, generator=rng).expand(n, latent)
)
step_one_row = named("step_one_row", noise=lambda n, latent, rng: torch.randn(1, latent, generator=rng))
step_uniform = named("step_uniform", noise=lambda n, latent, rng: 2 * torch.rand(n, latent, generator=rng) - 1)
step_uniform_of_variance_one = named(
    "step_uniform_of_variance_one",
    noise=lambda n, latent, rng: 12**0.5 * (torch.rand(n, latent, generator=rng) - 0.5),
)
step_signs = named(
    "step_signs", noise=lambda n, latent, rng: torch.randint(0, 2, (n, latent), generator=rng).float() * 2 - 1
)
step_shifted = named("step_shifted", noise=lambda n, latent, rng: torch.randn(n, latent, generator=rng).abs())
step_global = named("step_global", noise=lambda n, latent, rng: torch.randn(n, latent))
step_seeded = named(
    "step_seeded", noise=lambda n, latent, rng: torch.randn(n, latent, generator=torch.Generator().manual_seed(0))
)


def step_generator_first(generator, discriminator, x, optimiser_g, optimiser_d, latent, rng):
    fake = generator(torch.randn(len(x), latent, generator=rng))
    loss_g = softplus(-discriminator(fake)).mean()
    optimiser_g.zero_grad()
    loss_g.backward()
    optimiser_g.step()
    loss_d = softplus(-discriminator(x)).mean() + softplus(discriminator(fake.detach())).mean()
    optimiser_d.zero_grad()
    loss_d.backward()
    optimiser_d.step()
    return loss_d.item(), loss_g.item()


def step_old_opinion(generator, discriminator, x, optimiser_g, optimiser_d, latent, rng):
    fake = generator(torch.randn(len(x), latent, generator=rng))
    loss_d = softplus(-discriminator(x)).mean() + softplus(discriminator(fake.detach())).mean()
    loss_g = softplus(-discriminator(fake)).mean()
    gradients = torch.autograd.grad(loss_g, list(generator.parameters()))
    optimiser_d.zero_grad()
    loss_d.backward()
    optimiser_d.step()
    for parameter, gradient in zip(generator.parameters(), gradients, strict=True):
        parameter.grad = gradient
    optimiser_g.step()
    return loss_d.item(), loss_g.item()


def step_never_the_generator(generator, discriminator, x, optimiser_g, optimiser_d, latent, rng):
    fake = generator(torch.randn(len(x), latent, generator=rng)).detach()
    loss_d = softplus(-discriminator(x)).mean() + softplus(discriminator(fake)).mean()
    optimiser_d.zero_grad()
    loss_d.backward()
    optimiser_d.step()
    return loss_d.item(), softplus(-discriminator(fake)).mean().item()


def step_cut_for_good(generator, discriminator, x, optimiser_g, optimiser_d, latent, rng):
    fake = generator(torch.randn(len(x), latent, generator=rng)).detach()
    loss_d = softplus(-discriminator(x)).mean() + softplus(discriminator(fake)).mean()
    optimiser_d.zero_grad()
    loss_d.backward()
    optimiser_d.step()
    loss_g = softplus(-discriminator(fake)).mean()
    optimiser_g.zero_grad()
    loss_g.backward()
    optimiser_g.step()
    return loss_d.item(), loss_g.item()


def step_reports_reversed(*given):
    return gan_step(*given)[::-1]


# 06.4 networks(latent) ------------------------------------------------------------------------------------------------


def networks(latent):
    generator = nn.Sequential(nn.Linear(latent, 32), nn.ReLU(), nn.Linear(32, 16))
    return generator, nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 1))


def networks_convolutional(latent):
    generator = nn.Sequential(
        nn.Linear(latent, 32),
        nn.LeakyReLU(0.2),
        nn.Unflatten(1, (8, 2, 2)),
        nn.ConvTranspose2d(8, 8, 2, stride=2),
        nn.LeakyReLU(0.2),
        nn.Conv2d(8, 1, 3, padding=1),
        nn.Flatten(),
    )
    discriminator = nn.Sequential(
        nn.Unflatten(1, (1, 4, 4)),
        nn.Conv2d(1, 8, 3, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(8, 8, 2, stride=2),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(32, 1),
    )
    return generator, discriminator


class _Residual(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.enter, self.bend, self.leave = nn.Linear(inputs, 24), nn.Linear(24, 24), nn.Linear(24, outputs)

    def forward(self, x):
        h = self.enter(x)
        return self.leave(h + torch.tanh(self.bend(h)))


def networks_residual(latent):
    return _Residual(latent, 16), _Residual(16, 1)


class _Factored(nn.Module):
    """Each pixel as a sum of products of a row part and a column part."""

    def __init__(self, latent):
        super().__init__()
        self.rows, self.columns = (nn.Sequential(nn.Linear(latent, 24), nn.SiLU(), nn.Linear(24, 12)) for _ in range(2))

    def forward(self, z):
        rows, columns = self.rows(z).reshape(-1, 4, 3), self.columns(z).reshape(-1, 3, 4)
        return (rows @ columns).flatten(1)


def networks_factored(latent):
    return _Factored(latent), nn.Sequential(nn.LayerNorm(16), nn.Linear(16, 24), nn.SiLU(), nn.Linear(24, 1))


def ended(generator=(), discriminator=(), middle=nn.ReLU):
    def make(latent):
        return (
            nn.Sequential(nn.Linear(latent, 32), middle(), nn.Linear(32, 16), *(end() for end in generator)),
            nn.Sequential(nn.Linear(16, 32), middle(), nn.Linear(32, 1), *(end() for end in discriminator)),
        )

    return make


def networks_tanh(latent):
    return ended(generator=[nn.Tanh])(latent)


def networks_sigmoid_pictures(latent):
    return ended(generator=[nn.Sigmoid])(latent)


def networks_relu_pictures(latent):
    return ended(generator=[nn.ReLU])(latent)


def networks_probability(latent):
    return ended(discriminator=[nn.Sigmoid])(latent)


def networks_tanh_logit(latent):
    return ended(discriminator=[nn.Tanh])(latent)


def networks_linear(latent):
    return ended(middle=nn.Identity)(latent)


def networks_dropout(latent):
    return ended(middle=nn.Dropout)(latent)


def networks_batch_norm(latent):
    generator, discriminator = networks(latent)
    return generator, nn.Sequential(nn.BatchNorm1d(16), discriminator)


def networks_batch_norm_generator(latent):
    generator, discriminator = networks(latent)
    return nn.Sequential(generator[0], nn.BatchNorm1d(32), *generator[1:]), discriminator


def networks_flat_logit(latent):
    generator, discriminator = networks(latent)
    return generator, nn.Sequential(discriminator, nn.Flatten(0))


def networks_wrong_latent(latent):
    return networks(2)


def networks_of_pictures(latent):
    generator, discriminator = networks(latent)
    return nn.Sequential(generator, nn.Unflatten(1, (1, 4, 4))), discriminator


def networks_reversed(latent):
    return networks(latent)[::-1]


def networks_shared(latent):
    shared = nn.Linear(32, 32)
    return (
        nn.Sequential(nn.Linear(latent, 32), nn.ReLU(), shared, nn.ReLU(), nn.Linear(32, 16)),
        nn.Sequential(nn.Linear(16, 32), nn.ReLU(), shared, nn.ReLU(), nn.Linear(32, 1)),
    )


class _Deaf(nn.Module):
    def __init__(self):
        super().__init__()
        self.picture = nn.Parameter(torch.zeros(16))

    def forward(self, z):
        return self.picture.expand(len(z), 16)


def networks_deaf(latent):
    return _Deaf(), networks(latent)[1]


class _Cut(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, z):
        return self.net(z).detach()


def networks_cut(latent):
    generator, discriminator = networks(latent)
    return _Cut(generator), discriminator


def networks_functions(latent):
    generator, discriminator = networks(latent)
    return lambda z: generator(z), lambda x: discriminator(x)


RIGHT = {
    "06.1": [(losses,), (losses_by_cross_entropy,), (losses_by_logsigmoid,), (losses_by_logaddexp,)],
    "06.2": [(r1,), (r1_in_place,), (r1_by_rows,), (r1_one_by_one,)],
    "06.3": [(gan_step,), (step_with_fresh_noise,), (step_by_named_gradients,), (step_with_inputs,)],
    "06.4": [(networks,), (networks_convolutional,), (networks_residual,), (networks_factored,)],
}

WRONG = {
    "06.1": [
        ((losses_swapped_labels,), "Which label has a record"),
        ((losses_saturating,), "saturating"),
        ((losses_sum,), "when the batch grows"),
        ((losses_generator_sum,), "when the batch grows"),
        ((losses_half,), "That is half of it"),
        ((losses_joint_mean,), "records and fakes together"),
        ((losses_records_only,), "records only"),
        ((losses_fakes_only,), "fakes only"),
        ((losses_reversed,), "In which order"),
        ((losses_same_for_generator,), "Whose interest is that?"),
        ((losses_hinge,), "hinge loss"),
        ((losses_plain_generator,), "hinge game"),
        ((losses_of_probabilities,), "is no probability"),
        ((losses_overflowing,), "takes the logit itself"),
        ((losses_exponential,), "takes the logit itself"),
        ((losses_numbers,), "a torch tensor is needed"),
        ((losses_detached,), "no gradient reaches the logits"),
        ((losses_unreduced,), "one number for the whole batch"),
        ((losses_one,), "two values are needed"),
    ],
    "06.2": [
        ((r1_length,), "to make it a square"),
        ((r1_without_half,), "twice as much"),
        ((r1_without_gamma,), "Where does the weight come in?"),
        ((r1_sum,), "sum over the records"),
        ((r1_mean_of_all,), "records and features"),
        ((r1_square_of_mean,), "slopes up and down cancel"),
        ((r1_of_the_mean_logit,), "Of what do you take the gradient?"),
        ((r1_wasserstein,), "asks for slope 1"),
        ((r1_sum_before_square,), "squares the sum"),
        ((r1_of_the_value,), "square of the logit itself"),
        ((r1_without_graph,), "keeps the graph"),
        ((r1_at_fakes,), "What is the gradient at each record"),
        ((r1_number,), "a torch tensor is needed"),
        ((r1_per_record,), "one number for the whole batch"),
        ((r1_gamma_inside,), "γ squared"),
    ],
    "06.3": [
        ((step_uncut,), "Where is the graph to be cut?"),
        ((step_uncut_and_uncleared,), "Where is the graph to be cut?"),
        ((step_swapped,), "records look fake"),
        ((step_saturating,), "saturating"),
        ((step_helpful,), "easier to recognise"),
        ((step_sum_g,), "gradient of a sum"),
        ((step_sum_d,), "gradient of a sum"),
        ((step_no_fakes,), "records only"),
        ((step_uncleared_d,), "set to zero"),
        ((step_one_noise,), "same noise"),
        ((step_one_row,), "a row of 3 numbers for each"),
        ((step_uniform,), "not standard normal"),
        ((step_uniform_of_variance_one,), "not standard normal"),
        ((step_signs,), "knows only the values"),
        ((step_shifted,), "not standard normal"),
        ((step_global,), "something draws from elsewhere"),
        ((step_seeded,), "seeded anew"),
        ((step_generator_first,), "moved first"),
        ((step_old_opinion,), "before its step"),
        ((step_never_the_generator,), "these moved: discriminator"),
        ((step_cut_for_good,), "Are these fakes cut off, too?"),
        ((step_reports_reversed,), "loss comes first"),
    ],
    "06.4": [
        ((networks_tanh,), "never leaves the range"),
        ((networks_sigmoid_pictures,), "Nothing negative"),
        ((networks_relu_pictures,), "Nothing negative"),
        ((networks_probability,), "a logit that comes out, or a probability"),
        ((networks_tanh_logit,), "never leave the range"),
        ((networks_linear,), "linear map"),
        ((networks_dropout,), "two answers"),
        ((networks_batch_norm,), "whole batch"),
        ((networks_batch_norm_generator,), "whole batch"),
        ((networks_flat_logit,), "(24, 1) is needed"),
        ((networks_wrong_latent,), "raised RuntimeError"),
        ((networks_of_pictures,), "(24, 16) is needed"),
        ((networks_reversed,), "raised RuntimeError"),
        ((networks_shared,), "share parameters"),
        ((networks_deaf,), "same answer to every row"),
        ((networks_cut,), "cuts the graph"),
        ((networks_functions,), "`torch.nn.Module` is needed"),
    ],
}
