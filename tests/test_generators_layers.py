"""The stacked layers against torch's own, replicate by replicate."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from course_lib.generators.layers import Fourier, Linear, ResidualMLP, mlp
from course_lib.generators.network import Batches
from course_lib.generators.optimiser import Adam, RunningAverage


@pytest.fixture
def rng():
    return torch.Generator().manual_seed(0)


def test_a_stack_of_linear_maps_is_torchs_linear_side_by_side(rng):
    stack = Linear(3, 4, 2, rng=rng)
    nn.init.normal_(stack.bias, generator=rng)
    x = torch.randn(3, 5, 4, generator=rng)
    for k in range(3):
        single = nn.Linear(4, 2)
        single.weight.data, single.bias.data = stack.weight.data[k].T, stack.bias.data[k, 0]
        torch.testing.assert_close(stack(x)[k], single(x[k]))


def test_weights_start_in_torchs_own_range(rng):
    weight = Linear(10, 25, 40, rng=rng).weight
    assert weight.abs().max() <= 0.2
    # uniform in ±0.2: variance 0.2²/3; its estimate from N values has the relative standard error √(0.8/N)
    assert abs(weight.var().item() / (0.04 / 3) - 1) < 5 * np.sqrt(0.8 / weight.numel())


def test_an_mlp_has_an_activation_between_maps_and_none_at_the_end(rng):
    net = mlp(2, [3, 8, 1], rng=rng)
    assert [type(layer) for layer in net] == [Linear, nn.SiLU, Linear]
    assert [type(layer) for layer in mlp(2, [3, 1], rng=rng)] == [Linear]


def test_a_residual_network_starts_at_zero_and_learns(rng):
    net = ResidualMLP(2, 3, 1, width=16, blocks=2, rng=rng)
    x = torch.randn(2, 64, 3, generator=rng)
    assert net(x).abs().max() == 0
    optimiser = Adam(net.parameters(), 1e-2, 200)
    target = x[..., :1] * x[..., 1:2]
    for _ in range(200):
        optimiser.zero_grad()
        loss = (net(x) - target).square().mean((1, 2))
        loss.sum().backward()
        optimiser.step()
    assert torch.all(loss < 0.1 * target.square().mean((1, 2)))


def test_fourier_features_are_on_the_circle(rng):
    waves = Fourier(2, 5, scale=3.0, rng=rng)(torch.randn(7, 2, generator=rng))
    assert waves.shape == (7, 10)
    torch.testing.assert_close(waves[:, :5] ** 2 + waves[:, 5:] ** 2, torch.ones(7, 5))


def test_batches_give_each_replicate_its_own_rows(rng):
    x = torch.arange(3)[:, None, None] * 100.0 + torch.arange(10)[None, :, None]
    labels = torch.eye(10).expand(3, 10, 10)
    drawn, of = Batches(x, labels, None, size=500, rng=rng).draw()
    assert drawn.shape == (3, 500, 1)
    assert torch.equal(drawn[..., 0] // 100, torch.arange(3.0)[:, None].expand(3, 500))
    assert torch.equal(drawn[..., 0] % 100, of.argmax(-1).float())  # a label stays with its record
    assert all(len(set(row.tolist())) == 10 for row in drawn[..., 0])


def test_batches_draw_in_proportion_to_the_shares(rng):
    shares = torch.tensor([[0.7, 0.3, 0.0], [0.0, 0.0, 1.0]])
    x = torch.arange(3.0).expand(2, 3)[..., None]
    drawn, labels = Batches(x, None, shares, size=10_000, rng=rng).draw()
    assert labels is None
    assert abs((drawn[0] == 0).float().mean().item() - 0.7) < 5 * np.sqrt(0.21 / 10_000)
    assert not (drawn[0] == 2).any()
    assert (drawn[1] == 2).all()


def test_the_learning_rate_rises_and_falls():
    parameter = nn.Parameter(torch.zeros(1))
    optimiser = Adam([parameter], 2.0, 100, warm_up=0.1)
    parameter.grad = torch.ones(1)
    rates = []
    for _ in range(100):
        rates.append(optimiser.rate)
        optimiser.step()
    assert rates[0] == pytest.approx(0.2)
    assert max(rates) == pytest.approx(2.0, rel=0.03)
    assert int(np.argmax(rates)) == 9
    assert rates[-1] < 0.002
    assert optimiser.rate == 0


def test_adam_is_torchs_adam_to_the_last_bit(rng):
    start = [torch.randn(3, 4, 5, generator=rng), torch.randn(3, 1, 5, generator=rng)]
    ours, theirs = ([nn.Parameter(value.clone()) for value in start] for _ in range(2))
    optimiser = Adam(ours, 0.03, 50, betas=(0.8, 0.95))
    reference = torch.optim.Adam(theirs, lr=0.03, betas=(0.8, 0.95), fused=True)
    for _ in range(50):
        reference.param_groups[0]["lr"] = optimiser.rate
        gradients = [torch.randn(value.shape, generator=rng) for value in start]
        for parameters, mover in ((ours, optimiser), (theirs, reference)):
            mover.zero_grad()
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = gradient.clone()
            mover.step()
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))
    assert not torch.equal(ours[0], start[0])


def test_the_running_average_is_torchs_to_the_last_bit(rng):
    network = mlp(3, [2, 5, 4], rng=rng)

    def keep(average, now, steps):
        return average.lerp(now, max(0.1, 9 / (10 + steps.item())))

    ours, theirs = RunningAverage(network, 0.9), torch.optim.swa_utils.AveragedModel(network, avg_fn=keep)
    for _ in range(150):
        with torch.no_grad():
            for parameter in network.parameters():
                parameter += torch.randn(parameter.shape, generator=rng)
        ours.update(network)
        theirs.update_parameters(network)
    x = torch.randn(3, 6, 2, generator=rng)
    assert torch.equal(ours(x), theirs(x))
    assert not torch.equal(ours(x), network(x))


def test_training_does_not_import_torchs_compiler():
    code = (
        "import sys, numpy as np; from course_lib.generators import GAN, VAE, Diffusion; x = np.eye(4)\n"
        "for kind in (GAN, VAE, Diffusion): kind(width=4, steps=2, batch=2).fit(x, rng=np.random.default_rng(0))\n"
        "print('torch._dynamo' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "False\n"
