"""The checks of lesson 06: the two losses, the penalty R1, one whole step of a GAN, and networks for it.

Right answers are decided by algebra: a step is judged by the gradients that stand in the parameters at the moment when
an optimiser moves, computed once more from the noise that the learner's code drew. Chance decides only whether noise
can be standard normal, by `course_lib.checks.chance`.
"""

import copy

import numpy as np
import torch
import torch._dynamo  # its optimisers import it at first use: two seconds that are not part of an answer's time
from scipy import special
from torch import nn
from torch.nn.functional import relu, softplus

from course_lib.checks.chance import uniform_possible
from course_lib.checks.framework import Function, NotYet, require_rng
from course_lib.threads import limit_threads

__all__ = ["CHECKS"]


def _torch_rng(rng):
    return torch.Generator().manual_seed(int(rng.integers(2**63)))


def _scalar(value, what, hint):
    if not isinstance(value, torch.Tensor):
        raise NotYet(f"{what} is a {type(value).__name__}; a torch tensor is needed, so that gradients can pass.", hint)
    if value.numel() != 1:
        raise NotYet(f"{what} has the shape {tuple(value.shape)}; one number for the whole batch is needed.", hint)
    if not torch.isfinite(value).all():
        raise NotYet(
            f"{what} is {value.item()}. A logit may be any number, and is no probability. Which function do you take "
            "of a number that can be negative?",
            hint,
        )
    return value.reshape(())


def _pair(value, what, hint):
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise NotYet(f"{what}: two values are needed, the discriminator's and the generator's.", hint)
    return value


def _close(value, right, rtol=1e-4):
    """Tell whether two tensors agree to single precision, in units of the largest entry."""
    return bool((value - right).abs().max() <= rtol * max(1e-3, float(right.abs().max())))


def _recognise(value, thoughts, otherwise):
    return next((words for thought, words in thoughts if _close(value, thought)), otherwise)


# 06.1 -----------------------------------------------------------------------------------------------------------------


def check_losses(losses: Function, *, rng):
    """Compare both losses with their formulas for batches of unequal size, and for logits that are very sure."""
    for n, m in ((5, 8), (7, 3), (1, 1)):
        real, fake = (torch.from_numpy(2 * rng.standard_normal(size)).requires_grad_() for size in (n, m))
        of = f"For {n} logits of records and {m} of fakes"
        found = _pair(losses(real, fake), of, 1)
        discriminator = _scalar(found[0], f"{of} your discriminator's loss", 1)
        generator = _scalar(found[1], f"{of} your generator's loss", 1)
        a, b = real.detach(), fake.detach()
        _require_discriminator_loss(discriminator, a, b, of)
        _require_generator_loss(generator, b, of)
        for loss, logits, name in ((generator, fake, "generator's"), (discriminator, real, "discriminator's")):
            if (
                not loss.requires_grad
                or torch.autograd.grad(loss, logits, allow_unused=True, retain_graph=True)[0] is None
            ):
                raise NotYet(
                    f"{of} your {name} loss has the right value, but no gradient reaches the logits. What in your code "
                    "turns a tensor into a plain number, or cuts it off?",
                    2,
                )
    for sure in (200.0, -200.0):
        logits = torch.tensor([sure])
        for loss, right in zip(losses(logits, -logits), (2 * max(-sure, 0), max(sure, 0)), strict=True):
            if not abs(float(loss) - right) < 1e-3:
                raise NotYet(
                    f"For a record with the logit {sure:g} and a fake with {-sure:g} one of your losses is "
                    f"{float(loss):g}; it should be {right:g}. A probability that a computer rounds to 0 has no "
                    "logarithm. Which function takes the logit itself?",
                    3,
                )
    return (
        "Right for three batches, and for judges who are very sure. Notice the asymmetry: the discriminator pays for "
        "records and fakes, the generator for fakes alone, and its loss is not the other one with the sign turned."
    )


def _require_discriminator_loss(found, a, b, of):
    right = softplus(-a).mean() + softplus(b).mean()
    if _close(found, right):
        return
    thoughts = [
        (
            softplus(a).mean() + softplus(-b).mean(),
            "That pays for being right. Which label has a record, and which a fake?",
        ),
        (softplus(-b).mean(), "That is the generator's loss. In which order are the two to be returned?"),
        (softplus(-a).sum() + softplus(b).sum(), "That is a sum. What happens to its size when the batch grows?"),
        (right / 2, "That is half of it. Is the mean over the batch all that is asked for?"),
        (
            torch.cat([softplus(-a), softplus(b)]).mean(),
            "That is one mean over records and fakes together. Where is each mean to be taken?",
        ),
        (softplus(-a).mean(), "That charges for records only. What does the judge pay for a fake that it believes?"),
        (softplus(b).mean(), "That charges for fakes only. What does the judge pay for a record that it doubts?"),
        (-right, "That has the opposite sign. Is a loss to be large or small when the judge is right?"),
        (relu(1 - a).mean() + relu(1 + b).mean(), "That is the hinge loss. Which loss does the task ask for?"),
        (b.mean() - a.mean(), "Those are the plain logits. Where is the softplus?"),
        (
            torch.sigmoid(-a).mean() + torch.sigmoid(b).mean(),
            "Those are probabilities. Which function of the logit is a loss in nats?",
        ),
    ]
    words = _recognise(
        found.detach(), thoughts, "What does the judge pay for a record with the logit a, and for a fake?"
    )
    raise NotYet(f"{of} your discriminator's loss is {found.item():.4f}; it should be {right.item():.4f}. {words}", 2)


def _require_generator_loss(found, b, of):
    right = softplus(-b).mean()
    if _close(found, right):
        return
    thoughts = [
        (
            -softplus(b).mean(),
            "That is the saturating loss, flat where the judge is sure. What is the price of a fake that is found out?",
        ),
        (softplus(b).mean(), "That rewards fakes which are recognised. Whose interest is that?"),
        (softplus(-b).sum(), "That is a sum. What happens to its size when the batch grows?"),
        (-b.mean(), "That is the loss of the hinge game. Which loss does the task ask for?"),
        (b.mean(), "Those are the plain logits, and to make them small is the judge's interest."),
        (-right, "That has the opposite sign. Is a loss to be large or small when the judge is fooled?"),
        (torch.sigmoid(-b).mean(), "Those are probabilities. Which function of the logit is a loss in nats?"),
    ]
    words = _recognise(found.detach(), thoughts, "What does the generator pay for a fake with the logit a?")
    raise NotYet(f"{of} your generator's loss is {found.item():.4f}; it should be {right.item():.4f}. {words}", 2)


# 06.2 -----------------------------------------------------------------------------------------------------------------


class _Quadratic(nn.Module):
    """Logits v · x + Σ c x² / 2, with the gradient v + c x at x: known, and another one at every record."""

    def __init__(self, rng, d):
        super().__init__()
        self.v = nn.Parameter(torch.from_numpy(rng.standard_normal(d) + 1))
        self.c = nn.Parameter(torch.from_numpy(rng.standard_normal(d)))

    def forward(self, x):
        return (x @ self.v + x**2 @ self.c / 2)[:, None]


def check_r1(r1: Function, *, rng):
    """Compare value and gradient with those of a discriminator whose gradient is known."""
    for n, d, gamma in ((6, 3, 1.0), (4, 2, 0.3), (1, 5, 10.0)):
        judge, x = _Quadratic(rng, d), torch.from_numpy(rng.standard_normal((n, d)))
        given = x.clone()
        of = f"For {n} records with {d} features, weight {gamma:g} and a known discriminator"
        found = _scalar(r1(judge, x, gamma), f"{of} your penalty", 1)
        if not torch.equal(x, given):
            raise NotYet(f"{of} your function changed the records that it was given. Which line writes into x?", 1)
        gradient = judge.v + judge.c * x.detach()
        right = gamma / 2 * gradient.square().sum(1).mean()
        if not _close(found.detach(), right.detach()):
            _say_what_penalty(found.detach(), judge, x.detach(), gradient.detach(), gamma, right.item(), of)
        wanted = torch.autograd.grad(right, (judge.v, judge.c))
        got = [None, None]
        if found.requires_grad:
            got = torch.autograd.grad(found, (judge.v, judge.c), allow_unused=True)
        if any(part is None or not _close(part, one) for part, one in zip(got, wanted, strict=True)):
            raise NotYet(
                f"{of} your penalty has the right value, {right.item():.4f}, but it cannot be learned from: its own "
                "gradient in the discriminator's parameters is missing or wrong. Which argument of "
                "`torch.autograd.grad` keeps the graph of the gradient?",
                3,
            )
    return (
        "Right in value, and its own gradient is right, too: a gradient of a gradient. That second pass is what R1 "
        "costs, and why the library takes it at every fourth step only, with four times the weight."
    )


def _say_what_penalty(found, judge, x, gradient, gamma, right, of):
    squared, half = gradient.square().sum(1), gamma / 2
    with torch.no_grad():
        logit = judge(x)
    thoughts = [
        (half * squared.sqrt().mean(), "That is the mean length of the gradient. What is missing to make it a square?"),
        (2 * half * squared.mean(), "That is twice as much. Which factor stands before the mean?"),
        (squared.mean() / 2, "That is right for γ = 1. Where does the weight come in?"),
        (squared.mean(), "That has neither γ nor the half. Which factor stands before the mean?"),
        (half * squared.sum(), "That is a sum over the records. What happens to its size when the batch grows?"),
        (
            half * gradient.square().mean(),
            "That is a mean over records and features. What is the squared length of one record's gradient?",
        ),
        (
            half * gradient.mean(0).square().sum(),
            "That squares the mean gradient, in which slopes up and down cancel. Which comes first, square or mean?",
        ),
        (
            half * (gradient / len(x)).square().sum(1).mean(),
            "The gradients are those of a mean, each divided by the batch. Of what do you take the gradient?",
        ),
        (
            half * (gradient / len(x)).square().sum(),
            "The gradients are those of a mean, each divided by the batch. Of what do you take the gradient?",
        ),
        (
            half * (squared.sqrt() - 1).square().mean(),
            "That is the penalty of WGAN-GP, which asks for slope 1. Which slope does R1 ask for?",
        ),
        (
            half * gradient.sum(1).square().mean(),
            "That squares the sum of a record's slopes. What is the squared length of a vector?",
        ),
        (half * logit.square().mean(), "That is the square of the logit itself. Of what is a slope the derivative?"),
        (gamma**2 / 2 * squared.mean(), "That has γ squared. Is the weight inside or outside of the square?"),
    ]
    words = _recognise(
        found, thoughts, "What is the gradient at each record, its squared length, and the mean of these?"
    )
    raise NotYet(f"{of} your penalty is {found.item():.4f}; it should be {right:.4f}. {words}", 2)


# 06.3 -----------------------------------------------------------------------------------------------------------------

_LATENT = 3
_RECORDS = 200  # so that three steps with each pair show noise that is uniform, even if its variance is 1


class _Recorder:
    """A generator, a discriminator and an optimiser for each, which write down what is done with them."""

    def __init__(self, rng, generator, discriminator, rate=0.1):
        seed = _torch_rng(rng)
        self.generator, self.discriminator = generator, discriminator
        with torch.no_grad():
            for parameter in [*generator.parameters(), *discriminator.parameters()]:
                parameter.copy_(torch.randn(parameter.shape, generator=seed) / max(1, parameter[0].numel()) ** 0.5)
        self.z, self.moves = [], []
        generator.register_forward_pre_hook(lambda _, given: self.z.append(given[0].detach().clone()))
        self.optimisers = []
        for name in ("generator", "discriminator"):
            optimiser = torch.optim.SGD(getattr(self, name).parameters(), lr=rate)
            optimiser.register_step_pre_hook(lambda *_, name=name: self.moves.append(self.state(name)))
            self.optimisers.append(optimiser)

    def state(self, name):
        """Return who is about to move, copies of both networks, their gradients, and how often G has been called."""
        nets = self.generator, self.discriminator
        gradients = [_gradients_of(net) for net in nets]
        return name, copy.deepcopy(nets[0]), copy.deepcopy(nets[1]), *gradients, len(self.z)


def _gradients_of(net):
    return torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).flatten() for p in net.parameters()]).clone()


def _dense():
    generator = nn.Sequential(nn.Linear(_LATENT, 4), nn.Tanh(), nn.Linear(4, 2))
    return generator, nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1)), (2,)


def _convolutional():
    generator = nn.Sequential(nn.Linear(_LATENT, 16), nn.Tanh(), nn.Unflatten(1, (1, 4, 4)))
    discriminator = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Tanh(), nn.Flatten(), nn.Linear(8, 1))
    return generator, discriminator, (1, 4, 4)


def check_gan_step(gan_step: Function, *, rng):
    """Take steps with dense and with convolutional networks, and judge the gradients at each optimiser's move."""
    with limit_threads():
        drawn = []
        for nets in (_dense, _convolutional):
            generator, discriminator, shape = nets()
            recorder = _Recorder(rng, generator, discriminator)
            own = _torch_rng(rng)
            for turn in (1, 2, 3):
                x = torch.from_numpy(rng.standard_normal((_RECORDS, *shape))).float() + 1
                drawn += _one_step(gan_step, recorder, x, own, turn)
        _require_normal(torch.stack(drawn))
        _require_fresh(gan_step, rng)
    return (
        "Right in three steps in a row, for dense and for convolutional networks: the judge moved by its own loss "
        "alone, the forger by the judgement of the judge just moved, and no gradient was left over from either."
    )


def _one_step(gan_step, recorder, x, own, turn):
    recorder.z.clear()
    recorder.moves.clear()
    before = _gradients_of(recorder.generator)
    of = f"In step {turn} with {len(x)} records"
    value = gan_step(recorder.generator, recorder.discriminator, x, *recorder.optimisers, _LATENT, own)
    z = list(recorder.z)  # from here on the copies of the generator are called, which write down theirs, too
    _require_noise_shape(z, len(x), of)
    _require_moves([move[0] for move in recorder.moves], of)
    first, second = recorder.moves
    _require_discriminator_move(first, x, z, before, of)
    _require_generator_move(second, first, z, of)
    _require_reported(value, first, second, x, z, of)
    return z


def _require_noise_shape(z, n, of):
    if not z:
        raise NotYet(f"{of} your code never called `generator`. Where do the fakes come from?", 1)
    for one in z:
        if tuple(one.shape) != (n, _LATENT):
            raise NotYet(
                f"{of} you gave the generator noise of shape {tuple(one.shape)}; a row of {_LATENT} numbers for each "
                f"of {n} fakes is needed, ({n}, {_LATENT}).",
                1,
            )
        if (one == one[0]).all():
            raise NotYet(
                f"{of} all fakes are made from the same noise, so they are all the same. How many draws are needed?", 1
            )


def _require_moves(moves, of):
    if moves == ["generator", "discriminator"]:
        raise NotYet(f"{of} the generator moved first. By which judgement is it to move, the old or the new one?", 2)
    if moves != ["discriminator", "generator"]:
        told = ", ".join(moves) if moves else "nobody"
        raise NotYet(f"{of} these moved: {told}. Each optimiser is to make one step, the discriminator's first.", 2)


def _loss_gradient(net, loss):
    return torch.cat([part.flatten() for part in torch.autograd.grad(loss, list(net.parameters()), retain_graph=True)])


def _require_discriminator_move(move, x, z, before, of):
    _, generator, discriminator, at_generator, found, calls = move
    fake = generator(z[max(calls - 1, 0)])
    real_logit, fake_logit = discriminator(x), discriminator(fake.detach())

    def gradient(loss):
        return _loss_gradient(discriminator, loss)

    right = gradient(softplus(-real_logit).mean() + softplus(fake_logit).mean())
    if not _close(found, right):
        thoughts = [
            (torch.zeros_like(right), "There is none. Whose `backward` comes before this step?"),
            (
                gradient(softplus(real_logit).mean() + softplus(-fake_logit).mean()),
                "That makes records look fake and fakes real. Which label has which?",
            ),
            (gradient(softplus(-real_logit).mean()), "That has learned from records only. Where are the fakes?"),
            (gradient(softplus(fake_logit).mean()), "That has learned from fakes only. Where are the records?"),
            (
                gradient(softplus(-real_logit).sum() + softplus(fake_logit).sum()),
                "That is the gradient of a sum. Is a mean or a sum asked for?",
            ),
            (right / 2, "That is half of it. Are both means taken, and added?"),
            (-right, "That has the opposite sign: the step goes up its own loss."),
        ]
        otherwise = "Which loss did you go back through, and was anything in `.grad` from before?"
        words = _recognise(found, thoughts, otherwise)
        if words == otherwise and of.startswith(("In step 2", "In step 3")):
            words = "The generator's loss of the step before has left a gradient there. When is `.grad` set to zero?"
        raise NotYet(
            f"{of} the discriminator moved by a gradient of length {found.norm():.4f}; that of its loss has "
            f"{right.norm():.4f}. {words}",
            2,
        )
    if not torch.equal(at_generator, before) and at_generator.abs().max() > 0:
        raise NotYet(
            f"{of} the discriminator moved rightly. But by then a gradient of length {at_generator.norm():.4f} stood "
            "in the generator's parameters: the judge's loss had gone back through the fakes into the forger. Where is "
            "the graph to be cut?",
            3,
        )


def _require_generator_move(move, first, z, of):
    _, generator, discriminator, found, _, calls = move
    fake = generator(z[calls - 1])
    logit = discriminator(fake)

    def gradient(loss):
        return _loss_gradient(generator, loss)

    right = gradient(softplus(-logit).mean())
    if _close(found, right):
        return
    old = first[2]
    thoughts = [
        (torch.zeros_like(right), "There is none: nothing goes back into the generator. Are these fakes cut off, too?"),
        (
            gradient(-softplus(logit).mean()),
            "That is the saturating loss, which says little when the judge is sure. Which loss does not saturate?",
        ),
        (
            gradient(softplus(logit).mean()),
            "That makes fakes easier to recognise. What does the forger want the logit to be?",
        ),
        (gradient(softplus(-logit).sum()), "That is the gradient of a sum. Is a mean or a sum asked for?"),
        (
            gradient(softplus(-old(fake)).mean()),
            "That is the opinion of the discriminator before its step. When is the generator's loss computed?",
        ),
        (gradient(-logit.mean()), "That is the hinge game's loss. Where is the softplus?"),
        (-right, "That has the opposite sign: the step goes up its own loss."),
        (
            right + gradient(softplus(old(fake)).mean()),
            "That is its own gradient plus that of the judge's loss. When is `.grad` set to zero, where the graph cut?",
        ),
    ]
    words = _recognise(found, thoughts, "Which loss did you go back through, and was anything in `.grad` from before?")
    raise NotYet(
        f"{of} the generator moved by a gradient of length {found.norm():.4f}; that of its loss has "
        f"{right.norm():.4f}. {words}",
        2,
    )


def _require_reported(value, first, second, x, z, of):
    reported = _pair(value, f"{of}, what you return", 2)
    with torch.no_grad():
        discriminator = softplus(-first[2](x)).mean() + softplus(first[2](first[1](z[first[-1] - 1]))).mean()
        generator = softplus(-second[2](second[1](z[second[-1] - 1]))).mean()
    for found, right, name in zip(
        reported, (discriminator, generator), ("discriminator's", "generator's"), strict=True
    ):
        if not _close(torch.as_tensor(found).detach().reshape(()).float(), right):
            raise NotYet(
                f"{of} both networks moved rightly, but you report {float(found):.4f} as the {name} loss; at its move "
                f"it was {right.item():.4f}. The discriminator's loss comes first.",
                2,
            )


def _require_normal(z):
    flat = z.flatten().double().numpy()
    if uniform_possible(special.ndtr(flat)):
        return
    words = f"its mean is {flat.mean():.3f} and its standard deviation {flat.std():.3f}"
    if np.unique(flat).size <= 2:
        words = f"it knows only the values {np.unique(flat).round(3).tolist()}"
    elif flat.min() >= -2 and flat.max() <= 2:
        words = f"it lies between {flat.min():.3f} and {flat.max():.3f}"
    raise NotYet(
        f"The noise that you drew, {flat.size} numbers, is not standard normal: {words}. Which function draws normal "
        "numbers?",
        1,
    )


def _require_fresh(gan_step, rng):
    """Require that noise comes from the generator of random numbers that is handed over, and is new at each step."""

    def noise(numpy_rng):
        # One torch generator for each NumPy one, so that a second call goes on where the first one stopped.
        own = streams.setdefault(id(numpy_rng), (_torch_rng(numpy_rng), numpy_rng))[0]
        generator, discriminator, shape = _dense()
        recorder = _Recorder(np.random.default_rng(0), generator, discriminator)
        gan_step(generator, discriminator, torch.ones(5, *shape), *recorder.optimisers, _LATENT, own)
        return torch.stack(recorder.z).numpy()

    streams = {}
    require_rng(noise, rng=rng, hint=1)


# 06.4 -----------------------------------------------------------------------------------------------------------------

_D, _STEPS = 16, 50


def check_networks(networks: Function, *, rng):
    """Ask a pair of networks for what a GAN needs of them: shapes, rows that stand alone, and that they can learn."""
    latent = 5
    with limit_threads(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(rng.integers(2**31)))  # networks start from torch's own generator of random numbers
        generator, discriminator = _pair(networks(latent), "What you return", 1)
        for net, name in ((generator, "generator"), (discriminator, "discriminator")):
            if not isinstance(net, nn.Module):
                raise NotYet(f"Your {name} is a {type(net).__name__}; a `torch.nn.Module` is needed.", 1)
            if not list(net.parameters()):
                raise NotYet(f"Your {name} has no parameters: what is it to learn with?", 1)
        if {id(p) for p in generator.parameters()} & {id(p) for p in discriminator.parameters()}:
            raise NotYet("Your two networks share parameters: when one moves, the other moves with it.", 1)
        z, x = (torch.from_numpy(rng.standard_normal((24, size))).float() for size in (latent, _D))
        for rows in (z, x):  # half of the first entries above 0, half below: what the two are to tell apart
            rows[::2, 0], rows[1::2, 0] = rows[::2, 0].abs(), -rows[1::2, 0].abs()
        _require_network(generator, z, (24, _D), "generator")
        _require_network(discriminator, x, (24, 1), "discriminator")
        _require_generator_learns(generator, z)
        _require_discriminator_learns(discriminator, x)
    return (
        "Both have the right shapes, treat every row by itself, bend their inputs, and learned a small task each: the "
        "generator reached values of −3 and 3, the discriminator became sure on both sides."
    )


def _call(net, given, name):
    try:
        return net(given)
    except Exception as error:  # the learner's network, so whatever it raises is theirs to read
        raise NotYet(f"Your {name}, given {tuple(given.shape)}, raised {type(error).__name__}: {error}", 1) from error


def _require_network(net, given, shape, name):
    out = _call(net, given, name)
    if tuple(out.shape) != shape:
        raise NotYet(f"Your {name} turns {tuple(given.shape)} into {tuple(out.shape)}; {shape} is needed.", 1)
    with torch.no_grad():
        if not torch.equal(net(given), net(given)):
            raise NotYet(f"Your {name} gives two answers to the same rows. What in it draws random numbers?", 2)
        if not torch.allclose(net(given[:7]), net(given)[:7], atol=1e-4):
            raise NotYet(
                f"The first seven rows get another answer from your {name} when the others are left out. Which of its "
                "layers looks at the whole batch?",
                2,
            )
        spread = net(given).std(0).max()
        if spread < 1e-6:
            raise NotYet(f"Your {name} gives the same answer to every row. Where does it use its input?", 2)
        middle = net((given[:12] + given[12:]) / 2) - (net(given[:12]) + net(given[12:])) / 2
        if middle.abs().max() < 1e-4 * spread:
            raise NotYet(
                f"Halfway between two inputs your {name} gives exactly the mean of their outputs: it is a linear map, "
                "however many layers it has. What stands between two of them?",
                2,
            )


def _train(net, loss):
    optimiser = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(_STEPS):
        optimiser.zero_grad()
        value = loss()
        if not value.requires_grad:
            raise NotYet("No gradient reaches your network's parameters. What in it cuts the graph?", 3)
        value.backward()
        optimiser.step()
    return value.item()


def _require_generator_learns(generator, z):
    target = 3 * z[:, :1].sign() * torch.ones(_D)
    left = _train(generator, lambda: (generator(z) - target).square().mean())
    if left < 3.5:  # 9 for a generator that ignores z, 4.5 for one that is cut at 0, 4 for one that is cut at ±1
        return
    with torch.no_grad():
        out = generator(z)
    words = "Which part of it stands in the way?"
    if out.min() >= 0:
        words = "Nothing negative comes out. What is its last layer?"
    elif out.abs().max() <= 1.001:
        words = "It never leaves the range from −1 to 1. What is its last layer?"
    raise NotYet(
        f"Trained for {_STEPS} steps to give 3 or −3, your generator gives {out.min():.2f} to {out.max():.2f}. "
        f"Records in units of their spread have such values. {words}",
        3,
    )


def _require_discriminator_learns(discriminator, x):
    side = x[:, :1].sign()
    x = x + 2 * side  # two clouds, far apart
    left = _train(discriminator, lambda: softplus(-side * discriminator(x)).mean())
    if left < 0.2:  # log 2 = .69 for a judge who does not know, .31 for one whose logits end at ±1
        return
    with torch.no_grad():
        out = discriminator(x)
    words = "Which part of it stands in the way?"
    if out.min() >= 0:
        words = "None is negative. Is it a logit that comes out, or a probability?"
    elif out.abs().max() <= 1.001:
        words = "They never leave the range from −1 to 1. What is its last layer?"
    elif out.max() <= 0:
        words = "None is positive. What is its last layer?"
    raise NotYet(
        f"Trained for {_STEPS} steps on two clouds that lie far apart, your discriminator's logits are {out.min():.2f} "
        f"to {out.max():.2f}; a judge who is sure goes far to both sides of 0. {words}",
        3,
    )


CHECKS = {"06.1": check_losses, "06.2": check_r1, "06.3": check_gan_step, "06.4": check_networks}
