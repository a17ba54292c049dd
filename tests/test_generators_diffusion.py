"""The denoiser and the sampler, each against the exact answer of a known distribution; the stack against its parts."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from sklearn.exceptions import NotFittedError

from course_lib import Records, Replace, self_consume
from course_lib.data import ring, two_gaussians
from course_lib.generators import Diffusion
from course_lib.generators.diffusion import heun, noise_levels
from course_lib.generators.optimiser import Adam

TINY = {"width": 8, "blocks": 1, "waves": 4, "steps": 5, "batch": 16, "sampler_steps": 3}


def exact(truth):
    """D(x; σ) of a known distribution, by Tweedie's formula: the noisy density's score leads to the posterior mean."""
    return lambda x, sigma: x + sigma**2 * truth.noised(sigma).score(x)


@pytest.fixture(scope="module")
def trained():
    rng = np.random.default_rng(0)
    x = np.stack([ring().sample(2000, rng=rng) for _ in range(2)])
    return Diffusion().fit(x, rng=rng)


@pytest.mark.parametrize("sigma", [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 12.8])
def test_the_trained_denoiser_is_near_the_exact_posterior_mean(trained, sigma):
    """The error, root mean square, is below a fifth of the noise, and of the records' spread where that is smaller.

    The largest of 20 networks was 0.11, 0.09, 0.11, 0.09, 0.09, 0.07, 0.05, 0.04 at these levels. The best guess that
    knows mean and variance only is off by 0.44 to 0.87 of the noise up to σ = 0.8; beyond, there is little else.
    """
    rng = np.random.default_rng(1)
    clean = ring().sample(4000, rng=rng)
    noisy = clean + sigma * rng.standard_normal(clean.shape)
    best, spread = exact(ring())(noisy, sigma), np.sqrt(np.trace(ring().cov) / 2)
    gaussian = noisy * spread**2 / (spread**2 + sigma**2)

    def size(error):
        return np.sqrt((error**2).mean((-1, -2))) / min(sigma, spread)

    assert np.all(size(trained.denoise(noisy, sigma) - best) < 0.2)
    if sigma <= 0.8:
        assert size(gaussian - best) > 0.4


def test_the_error_of_the_sampler_falls_with_the_square_of_the_steps():
    """Heun's method is of second order, Euler's of first. Both run to σ = 0.002, against 1,280 steps of Heun's."""
    truth = two_gaussians(distance=2.0, labelled=False)
    noise = 40 * np.random.default_rng(2).standard_normal((500, 2))

    def at_low(steps, method):
        *_, low, _last = method(exact(truth), noise, noise_levels(steps))
        return low

    def euler(denoise, x, sigmas):
        for sigma, lower in pairwise(sigmas):
            x = x + (lower - sigma) * (x - denoise(x, sigma)) / sigma
            yield x

    reference = at_low(1280, heun)
    for method, order in ((heun, 2), (euler, 1)):
        coarse, fine = (np.sqrt(((at_low(steps, method) - reference) ** 2).mean()) for steps in (80, 160))
        assert abs(np.log2(coarse / fine) - order) < 0.1


def test_the_sampler_with_the_exact_denoiser_makes_the_mixture():
    """Shares by a χ² test at five standard deviations, the spread within a mode within five standard errors."""
    n, truth = 20_000, ring(labelled=False)
    sigmas = noise_levels(64)
    *_, x = heun(exact(truth), sigmas[0] * np.random.default_rng(3).standard_normal((n, 2)), sigmas)
    code = truth.posterior(x).argmax(1)
    counts = np.bincount(code, minlength=8)
    chi2 = ((counts - n / 8) ** 2 / (n / 8)).sum()
    ratio = ((x - truth.means[code]) ** 2).mean() / truth.scale**2
    assert chi2 < 7 + 5 * np.sqrt(2 * 7)  # χ² with 7 degrees of freedom has variance 14
    assert abs(ratio - 1) < 5 * np.sqrt(2 / (2 * n))


def test_before_training_it_is_exact_for_gaussian_records():
    """The network inside starts at 0, and D is the posterior mean of a Gaussian with the records' mean and variance."""
    rng = np.random.default_rng(4)
    x = rng.standard_normal((3, 50, 2)) * [[[1.0]], [[2.0]], [[5.0]]] + [4.0, -7.0]
    model = Diffusion(**TINY)
    model.net_, *_ = model.start(x, 8, rng=rng)
    mean, variance = x.mean(1, keepdims=True), x.var(1).mean(-1)[:, None, None]
    for sigma in (0.1, 1.0, 10.0):
        noisy = x + sigma * rng.standard_normal(x.shape)
        expected = mean + variance / (variance + sigma**2) * (noisy - mean)
        assert np.allclose(model.denoise(noisy, sigma), expected, rtol=1e-5, atol=1e-5)


def test_the_loss_of_the_best_guess_for_gaussian_records_is_one_at_every_level():
    """That is what the weights are for: no level outweighs the others."""
    x = torch.randn(1, 100_000, 4, generator=torch.Generator().manual_seed(5))
    x = (x - x.mean()) / x.std()
    epsilon = torch.randn(x.shape, generator=torch.Generator().manual_seed(6))
    net = Diffusion(**TINY).build(4, 0, 1, torch.Generator().manual_seed(7))
    with torch.no_grad():
        for level in (0.01, 0.3, 1.0, 30.0):
            loss = Diffusion.loss(net, x, None, torch.full((1, 100_000, 1), level), epsilon)
            # a mean of 400,000 squares of standard normal numbers: standard error √(2 / 400,000)
            assert abs(loss.item() - 1) < 5 * np.sqrt(2 / 400_000)


def test_the_loss_falls_below_one():
    """Two far clusters are not Gaussian, and the network learns it, in every replicate."""
    x = np.random.default_rng(8).standard_normal((4, 500, 2)) + 10.0 * (np.arange(500) % 2)[:, None]
    losses = np.array(
        list(Diffusion(width=32, blocks=1, steps=200, batch=64).training(x, rng=np.random.default_rng(9)))
    )
    assert np.all(losses[-50:].mean(0) < 0.8 * losses[:10].mean(0))


def test_each_record_has_its_own_level():
    rng = np.random.default_rng(10)
    model = Diffusion(**TINY).fit(rng.standard_normal((2, 40, 3)), rng=rng)
    x, sigma = rng.standard_normal((2, 6, 3)), rng.uniform(0.1, 3, (2, 6))
    together = model.denoise(x, sigma)
    for i in range(6):
        for k in range(2):
            assert np.allclose(model.denoise(x, sigma[k, i])[k, i], together[k, i], atol=1e-6)


def test_a_stack_is_its_networks_trained_one_by_one():
    """Given the same initial weights, batches and noise, 20 steps of a stack of 3 are those of 3 single networks."""
    rng = np.random.default_rng(11)
    records = rng.standard_normal((3, 60, 2))
    stack, *_ = Diffusion(**TINY).start(records, 16, rng=rng)
    state = stack.state_dict()
    singles = [Diffusion(**TINY).start(records[k], 16, rng=rng)[0] for k in range(3)]
    for k, single in enumerate(singles):
        # the waves are the same for all replicates, the rest has one entry for each
        single.load_state_dict({name: v if "waves" in name else v[k : k + 1].clone() for name, v in state.items()})
    x, epsilon, sigma = torch.randn(20, 3, 16, 2), torch.randn(20, 3, 16, 2), torch.rand(20, 3, 16, 1) + 0.1
    train(stack, x, sigma, epsilon)
    for k, single in enumerate(singles):
        train(single, *(part[:, k : k + 1] for part in (x, sigma, epsilon)))
        for name, value in single.state_dict().items():
            if "waves" not in name:
                torch.testing.assert_close(stack.state_dict()[name][k : k + 1], value, rtol=1e-3, atol=1e-4)


def train(net, batches, levels, noise):
    optimiser = Adam(net.parameters(), 1e-2, len(batches))
    for x, sigma, epsilon in zip(batches, levels, noise, strict=True):
        optimiser.zero_grad()
        Diffusion.loss(net, x, None, sigma, epsilon).sum().backward()
        optimiser.step()


def test_replicates_do_not_touch_each_other():
    """Other records in one replicate leave the others as they were, to the last bit."""
    records = np.random.default_rng(12).standard_normal((3, 40, 4))
    changed = records.copy()
    changed[1] *= 7
    a, b = (
        Diffusion(**TINY).fit(x, rng=np.random.default_rng(13)).sample(5, rng=np.random.default_rng(14))
        for x in (records, changed)
    )
    assert np.array_equal(a[[0, 2]], b[[0, 2]])
    assert not np.allclose(a[1], b[1])


@pytest.mark.parametrize("labels", [None, 3])
def test_saving_and_loading_gives_the_same_samples(tmp_path, labels):
    rng = np.random.default_rng(15)
    y = None if labels is None else rng.integers(labels, size=(2, 30))
    model = Diffusion(**TINY, guidance=2.0).fit(Records(rng.standard_normal((2, 30, 4)), y), rng=rng)
    model.save(tmp_path / "model.npz")
    loaded = Diffusion.load(tmp_path / "model.npz")
    a, b = (which.sample(9, rng=np.random.default_rng(16)) for which in (model, loaded))
    if labels:
        assert np.array_equal(a.y, b.y)
        a, b = a.x, b.x
    assert np.array_equal(a, b)
    assert (loaded.waves, loaded.guidance) == (4, 2.0)


@pytest.fixture(scope="module")
def two_labels():
    """Two clusters, label 0 at (−1, 0) and label 5, three times as frequent, at (1, 0)."""
    rng = np.random.default_rng(17)
    y = (rng.random((2, 600)) < 0.75).astype(int) * 5
    x = 0.5 * rng.standard_normal((2, 600, 2)) + np.stack([y / 2.5 - 1, 0 * y], -1)
    return Records(x, y), Diffusion(width=32, blocks=2, steps=600, batch=128).fit(Records(x, y), rng=rng)


def test_labels_steer_the_samples(two_labels):
    records, model = two_labels
    rng = np.random.default_rng(18)
    drawn = model.sample(2000, rng=rng)
    # The share drawn is that in training, within five standard errors of a binomial.
    assert np.all(abs((drawn.y == 5).mean(-1) - (records.y == 5).mean(-1)) < 5 * np.sqrt(0.25 * 0.75 / 2000))
    asked = model.sample(400, np.repeat([5, 0], 200), rng=rng)
    assert np.all(asked.x[:, :200, 0].mean(1) > 0.5)
    assert np.all(asked.x[:, 200:, 0].mean(1) < -0.5)


def test_guidance_0_ignores_the_label_1_is_the_conditional_model_and_2_goes_as_far_again(two_labels):
    _, model = two_labels
    x, sigma = np.random.default_rng(19).standard_normal((2, 50, 2)), 0.7
    guess = {}
    try:
        for model.guidance in (0.0, 1.0, 2.0):
            guess[model.guidance] = [model.denoise(x, sigma, label) for label in (0, 5)]
            unlabelled = model.denoise(x, sigma)
    finally:
        model.guidance = 1.0
    for label in (0, 1):
        assert np.array_equal(guess[0.0][label], unlabelled)
        step = guess[1.0][label] - guess[0.0][label]
        assert abs(step[..., 0]).mean() > 0.05
        assert np.allclose(guess[2.0][label], guess[1.0][label] + step, atol=1e-5)


def test_strong_guidance_moves_the_labels_apart_and_narrows_each(two_labels):
    _, model = two_labels
    drawn = {}
    try:
        for model.guidance in (1.0, 3.0):
            drawn[model.guidance] = model.sample(500, np.full(500, 5), rng=np.random.default_rng(20)).x[..., 0]
    finally:
        model.guidance = 1.0
    assert np.all(drawn[3.0].mean(1) > drawn[1.0].mean(1))
    assert np.all(drawn[3.0].std(1) < drawn[1.0].std(1))


def test_weights_are_counts():
    """A record of weight 0 is never drawn: the network does not know it is there."""
    rng = np.random.default_rng(21)
    x = rng.standard_normal((200, 2))
    x[100:] += 1000
    model = Diffusion(**TINY).fit(Records(x, w=np.repeat([1.0, 0.0], 100)), rng=np.random.default_rng(22))
    assert abs(model.shift_).max() < 1
    assert np.abs(model.sample(500, rng=rng)).max() < 100


def test_net_is_the_running_average_of_the_weights():
    """With a memory of 0 it is the newest network; with more, what the newest ones give by the rule."""
    x = np.random.default_rng(23).standard_normal((40, 2))
    weights = {}
    for average in (0.0, 0.5):
        model = Diffusion(**{**TINY, "average": average})
        training = model.training(x, rng=np.random.default_rng(24))
        weights[average] = [model.net_.network.enter.weight.detach().clone() for _ in training]
    expected = weights[0.0][0]
    for seen, weight in enumerate(weights[0.0][1:], 1):
        new = max(0.5, 9 / (10 + seen))
        expected = (1 - new) * expected + new * weight
    assert torch.allclose(weights[0.5][-1], expected, atol=1e-6)
    assert not torch.allclose(weights[0.0][-1], weights[0.0][0])


def test_training_can_be_watched_and_stopped():
    rng = np.random.default_rng(25)
    model = Diffusion(**TINY)
    training = model.training(rng.standard_normal((2, 3, 20, 4)), rng=rng)
    losses = [next(training) for _ in range(3)]
    assert np.shape(losses) == (3, 6)  # the replicates (2, 3) in one row
    assert model.sample(7, rng=rng).shape == (2, 3, 7, 4)
    assert model.denoise(np.zeros((7, 4)), 1.0).shape == (2, 3, 7, 4)


@pytest.mark.parametrize("d", [2, 30, 64])
def test_it_works_for_points_tables_and_digits(d):
    rng = np.random.default_rng(26)
    settings = {name: value for name, value in TINY.items() if name != "waves"}
    model = Diffusion(**settings).fit(rng.standard_normal((50, d)), rng=rng)
    assert model.sample(5, rng=rng).shape == (5, d)


def test_it_survives_records_that_are_all_equal():
    model = Diffusion(**TINY).fit(np.full((10, 3), 4.0), rng=np.random.default_rng(0))
    assert np.isfinite(model.sample(5, rng=np.random.default_rng(0))).all()


def test_it_runs_in_the_loop_from_a_shared_start():
    rng = np.random.default_rng(27)
    real = rng.standard_normal((30, 3))
    first = Diffusion(**TINY).fit(Records(real).broadcast((2,)), rng=rng)
    history = self_consume(Diffusion(**TINY), real, policy=Replace(), generations=2, rng=rng, replicates=2, start=first)
    assert history.models[0] is first
    assert len({id(model.net_) for model in history.models}) == 3


def test_noise_levels_fall_from_high_to_low_and_end_at_0():
    sigmas = noise_levels(18)
    assert sigmas.shape == (19,)
    assert np.allclose(sigmas[[0, -2, -1]], [40, 0.002, 0])
    assert np.all(np.diff(sigmas) < 0)
    assert np.allclose(np.diff(sigmas[:-1] ** (1 / 7)), np.diff(sigmas[:2] ** (1 / 7)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"width": 0}, "width must be a whole number of at least 1"),
        ({"blocks": -1}, "blocks must be"),
        ({"waves": 1.5}, "waves must be"),
        ({"average": 1.1}, "average must be a share between 0 and 1"),
        ({"average": 1.0}, "average must be less than 1"),
        ({"label_dropout": -0.1}, "label_dropout must be"),
        ({"sampler_steps": 1}, "sampler_steps must be a whole number of at least 2"),
        ({"guidance": -1.0}, "guidance must be a finite number of at least 0"),
        ({"learning_rate": 0}, "learning_rate must be"),
    ],
)
def test_bad_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        Diffusion(**settings)


def test_bad_input():
    rng = np.random.default_rng(28)
    x = rng.standard_normal((20, 3))
    with pytest.raises(NotFittedError):
        Diffusion().sample(3, rng=rng)
    with pytest.raises(NotFittedError):
        Diffusion().denoise(x, 1.0)
    with pytest.raises(ValueError, match="one label for each record"):
        Diffusion(**TINY).fit(Records(x, x[:, :2]), rng=rng)
    plain = Diffusion(**TINY).fit(x, rng=rng)
    with pytest.raises(ValueError, match="sigma must be above 0, got 0"):
        plain.denoise(x, 0.0)
    with pytest.raises(ValueError, match="x holds 1 of 60 values"):
        plain.denoise(np.where(x == x[3, 1], np.nan, x), 1.0)
    with pytest.raises(ValueError, match="must have no labels"):
        plain.denoise(x, 1.0, 0)
    with pytest.raises(ValueError, match="without labels"):
        plain.sample(2, [0, 1], rng=rng)
    labelled = Diffusion(**TINY).fit(Records(x, np.arange(20) % 2), rng=rng)
    with pytest.raises(ValueError, match=r"labels met in training, \[0, 1\], got .*7"):
        labelled.denoise(x, 1.0, 7)


def test_input_is_not_changed_and_the_seed_decides():
    x = np.random.default_rng(29).standard_normal((20, 3))
    before = x.copy()
    a, b = (
        Diffusion(**TINY).fit(x, rng=np.random.default_rng(30)).sample(4, rng=np.random.default_rng(31))
        for _ in range(2)
    )
    assert np.array_equal(x, before)
    assert np.array_equal(a, b)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_the_same_code_runs_on_a_gpu():
    x, y = np.random.default_rng(32).standard_normal((2, 50, 3)), np.arange(100).reshape(2, 50) % 3
    model = Diffusion(**TINY, guidance=2.0, device="cuda").fit(Records(x, y), rng=np.random.default_rng(33))
    assert model.sample(4, rng=np.random.default_rng(34)).x.shape == (2, 4, 3)
    assert model.denoise(x, 1.0, y).shape == x.shape
