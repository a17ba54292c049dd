"""The GAN against known density ratios, its losses against their formulas, and the stack against single networks."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.exceptions import NotFittedError
from torch.distributions import Bernoulli

from course_lib import Records, Replace, self_consume
from course_lib.data import ring
from course_lib.generators import GAN

TINY = {"latent": 2, "width": 8, "steps": 6, "batch": 16}


def drain(training):
    return np.array(list(training))


def test_the_discriminator_approaches_the_log_density_ratio():
    """N(0, I) against N(m, 1.5² I) in the plane, whose log ratio is a polynomial of the second degree.

    Where the ratio lies between e⁻³ and e³, as for nine in ten records, both sides have records to learn from. There
    the error's root mean square was .057 to .094 in 12 networks, and the ratio's logarithm itself varies by 1.3. What
    is left is the noise of the last steps, with batches of 256. The loss, 1.1 nats for the exact ratio, is at most .003
    worse than that: the classes' labels are hardly better told apart by who knows both densities.
    """
    rng = np.random.default_rng(0)
    mean, n = np.array([1.0, -0.5]), 20_000
    x, fakes = rng.standard_normal((4, n, 2)), mean + 1.5 * rng.standard_normal((n, 2))
    gan = GAN(width=32, steps=1000, batch=256, penalty=0)
    drain(gan.training_against(x, fakes, rng=rng))
    points = np.concatenate([rng.standard_normal((1000, 2)), mean + 1.5 * rng.standard_normal((1000, 2))])
    exact = (((points - mean) ** 2).sum(-1) / 1.5**2 - (points**2).sum(-1)) / 2 + 2 * np.log(1.5)
    logit, both = gan.logit(points), abs(exact) < 3
    assert logit.shape == (4, 2000)
    assert exact[both].std() > 1
    assert np.all(np.sqrt(((logit - exact)[:, both] ** 2).mean(-1)) < 0.15)
    excess = softplus(-logit[:, :1000]) - softplus(-exact[:1000]), softplus(logit[:, 1000:]) - softplus(exact[1000:])
    noise = np.sqrt(sum(part.var(axis=-1) / 1000 for part in excess))  # paired, so that the points' luck cancels
    assert np.all(sum(part.mean(-1) for part in excess) < 0.01 + 5 * noise)


def softplus(a):
    return np.logaddexp(0, a)


def test_r1_holds_the_discriminator_back():
    """With a penalty the judgement is flatter; that is its price, and why the test above has none."""
    rng = np.random.default_rng(1)
    x, fakes = rng.standard_normal((3, 500, 2)), 2 + rng.standard_normal((500, 2))
    points = rng.standard_normal((200, 2))
    spreads = []
    for penalty in (0, 1, 10):
        gan = GAN(width=16, steps=200, penalty=penalty)
        drain(gan.training_against(x, fakes, rng=np.random.default_rng(2)))
        spreads.append(gan.logit(points).std(-1))
    assert np.all(np.diff(spreads, axis=0) < 0)


@pytest.mark.parametrize("loss", ["non-saturating", "hinge", "wgan-gp"])
def test_the_losses_are_those_of_the_formulas(loss):
    gan = GAN(**TINY, loss=loss)
    real, fake = torch.linspace(-3, 2, 10).reshape(2, 5), torch.linspace(4, -1, 10).reshape(2, 5)
    if loss == "non-saturating":  # the negative log likelihood of the right, and of the wanted label
        one, zero = torch.ones(2, 5), torch.zeros(2, 5)
        discriminator = -Bernoulli(logits=real).log_prob(one) - Bernoulli(logits=fake).log_prob(zero)
        generator = -Bernoulli(logits=fake).log_prob(one)
    elif loss == "hinge":
        discriminator = (1 - real).clamp(min=0) + (1 + fake).clamp(min=0)
        generator = -fake
    else:
        discriminator, generator = fake - real, -fake
    assert torch.allclose(gan.discriminator_loss(real, fake), discriminator.mean(1), atol=1e-6)
    assert torch.allclose(gan.generator_loss(fake), generator.mean(1), atol=1e-6)


def test_a_sure_judge_is_no_overflow():
    gan = GAN(**TINY)
    sure = torch.tensor([[1000.0, -1000.0]])
    assert gan.discriminator_loss(sure, sure).item() == gan.generator_loss(sure).item() * 2 == 1000


class _Linear(torch.nn.Module):
    """Logits x · v_k, whose gradient is v_k wherever x lies."""

    def __init__(self, v):
        super().__init__()
        self.v = torch.nn.Parameter(v)

    def forward(self, x):
        return x @ self.v[..., None]


def test_the_penalty_is_half_the_mean_squared_gradient():
    gan = GAN(**TINY)
    rng = torch.Generator().manual_seed(0)
    v = torch.tensor([[3.0, 4.0], [0.0, 2.0]])
    gan.net_ = SimpleNamespace(discriminator=_Linear(v))
    x, fake = torch.randn(2, 2, 7, 2, generator=rng)
    penalty = gan.gradient_penalty(x, fake, None, rng)
    assert penalty.tolist() == [12.5, 2.0]  # |v|² / 2
    penalty.sum().backward()  # the penalty itself can be learned from: its gradient is v
    assert torch.allclose(gan.net_.discriminator.v.grad, v)


def test_the_penalty_is_taken_at_the_records():
    """D(x) = |x|² has the gradient 2x, so that R1 is 2 E|x|² over the records, whatever the fakes are."""
    gan = GAN(**TINY)
    gan.net_ = SimpleNamespace(discriminator=lambda x: x.square().sum(-1, keepdim=True))
    x, fake = torch.randn(1, 7, 2), 100 * torch.randn(1, 7, 2)
    assert torch.allclose(gan.gradient_penalty(x, fake, None, None), 2 * x.square().sum(-1).mean(-1))


def test_the_wasserstein_penalty_asks_for_slope_one_between_records_and_fakes():
    gan = GAN(**TINY, loss="wgan-gp")
    gan.net_ = SimpleNamespace(discriminator=_Linear(torch.tensor([[3.0, 4.0], [0.6, 0.8]])))
    rng = torch.Generator().manual_seed(0)
    x, fake = torch.randn(2, 2, 7, 2)
    assert torch.allclose(gan.gradient_penalty(x, fake, None, rng), torch.tensor([16.0, 0.0]), atol=1e-6)
    asked = []
    gan.net_.discriminator = lambda x: (asked.append(x), x.sum(-1, keepdim=True))[1]
    gan.gradient_penalty(x, fake, None, rng)
    share = (asked[0] - x) / (fake - x)  # of the way from the record to the fake, one for each pair
    assert torch.allclose(share[..., 0], share[..., 1], atol=1e-3)
    assert share.min() > -1e-5
    assert share.max() < 1 + 1e-5
    assert len(share[..., 0].unique()) == 14


def test_the_penalty_comes_at_its_steps_with_its_weight():
    gan = GAN(**TINY, penalty=0.5, penalty_every=3)
    gan.net_ = SimpleNamespace(discriminator=_Linear(torch.tensor([[3.0, 4.0]])))
    x = torch.zeros(1, 4, 2)
    now = [float(torch.as_tensor(gan._penalty_now(step, x, x, None, None)).detach()) for step in range(7)]
    assert now == [18.75, 0, 0, 18.75, 0, 0, 18.75]  # 0.5 × 3 × 12.5


@pytest.mark.parametrize("loss", ["non-saturating", "wgan-gp"])
def test_a_stack_is_its_networks_trained_one_by_one(loss, monkeypatch):
    """Given the same initial weights, batches and noise, a stack of 3 trains as 3 single GANs do."""
    rng = np.random.default_rng(2)
    x, z, u = torch.randn(6, 3, 16, 5), torch.randn(6, 3, 16, 2), torch.rand(6, 3, 16, 1)
    start = GAN(**TINY).start(rng.standard_normal((3, 60, 5)), 16, rng=rng)[0]

    def trained(which):
        steps = {"x": iter(x[:, which]), "z": iter(z[:, which]), "u": iter(u[:, which])}

        class Fixed(GAN):
            def start(self, records, size, *, rng):
                net, batches, rng = super().start(records, size, rng=rng)
                weights = {n: v if v.ndim == 0 else v[which] for n, v in start.state_dict().items()}
                net.load_state_dict(weights)
                batches.draw = lambda: (next(steps["x"]), None)
                return net, batches, rng

        monkeypatch.setattr(torch, "randn", lambda *size, **_: next(steps["z"]))
        monkeypatch.setattr(torch, "rand", lambda *size, **_: next(steps["u"]))
        gan = Fixed(**TINY, loss=loss, penalty_every=2)
        losses = drain(gan.training(np.zeros((len(x[0, which]), 60, 5)), rng=np.random.default_rng(3)))
        monkeypatch.undo()
        return gan.net_.state_dict(), losses

    stack, stack_losses = trained(slice(None))
    for k in range(3):
        single, losses = trained(slice(k, k + 1))
        np.testing.assert_allclose(losses[..., 0], stack_losses[..., k], rtol=1e-3, atol=1e-4)
        for name, value in single.items():
            of_stack = (
                stack[name][k : k + 1] if value.ndim else stack[name]
            )  # the number of steps averaged is one for all
            torch.testing.assert_close(of_stack, value, rtol=1e-3, atol=1e-4)


def test_replicates_do_not_touch_each_other():
    """Other records in one replicate leave the others as they were, to the last bit."""
    records = np.random.default_rng(3).standard_normal((3, 40, 4))
    changed = records.copy()
    changed[1] *= 7
    changed[1] += records[1] ** 2
    a, b = (
        GAN(**TINY).fit(x, rng=np.random.default_rng(4)).sample(5, rng=np.random.default_rng(5))
        for x in (records, changed)
    )
    assert np.array_equal(a[[0, 2]], b[[0, 2]])
    assert not np.allclose(a[1], b[1])


def test_the_average_is_what_samples_are_drawn_with():
    x = np.random.default_rng(6).standard_normal((50, 3))
    gan = GAN(**TINY, average=0.5)
    weights = [gan.net_.generator[0].weight.detach().clone() for _ in gan.training(x, rng=np.random.default_rng(7))]
    average = weights[0]
    for seen, weight in enumerate(weights[1:], 1):
        new = max(0.5, 9 / (10 + seen))
        average = (1 - new) * average + new * weight
    assert torch.allclose(gan.net_.average.module[0].weight, average, atol=1e-6)
    z = torch.randn(1, 4, 2)
    assert torch.equal(gan.draw(z, None), gan.net_.average.module(z))
    last = GAN(**TINY, average=0).fit(x, rng=np.random.default_rng(7))
    assert torch.equal(last.net_.average.module[0].weight, last.net_.generator[0].weight)


@pytest.mark.parametrize("labels", [None, 3])
def test_saving_and_loading_gives_the_same_samples(tmp_path, labels):
    rng = np.random.default_rng(8)
    x = rng.standard_normal((2, 30, 4))
    y = None if labels is None else rng.integers(labels, size=(2, 30))
    gan = GAN(**TINY, loss="hinge").fit(Records(x, y), rng=rng)
    gan.save(tmp_path / "gan.npz")
    loaded = GAN.load(tmp_path / "gan.npz")
    a, b = (which.sample(9, rng=np.random.default_rng(9)) for which in (gan, loaded))
    assert np.array_equal(gan.logit(Records(x, y)), loaded.logit(Records(x, y)))
    if labels:
        assert np.array_equal(a.y, b.y)
        a, b = a.x, b.x
    assert np.array_equal(a, b)
    assert (loaded.loss, loaded.width) == ("hinge", 8)


@pytest.mark.parametrize("loss", ["non-saturating", "hinge"])
def test_labels_steer_the_samples(loss):
    """Two far clusters, one label each, the second three times as frequent."""
    rng = np.random.default_rng(10)
    y = (rng.random((3, 400)) < 0.75).astype(int) * 5  # labels 0 and 5
    x = rng.standard_normal((3, 400, 2)) + 3.0 * y[..., None]
    gan = GAN(latent=2, width=32, steps=300, loss=loss).fit(Records(x, y), rng=rng)
    drawn = gan.sample(2000, rng=rng)
    assert drawn.x.shape == (3, 2000, 2)
    # The share drawn is that in training, within five standard errors of a binomial.
    assert np.all(abs((drawn.y == 5).mean(-1) - (y == 5).mean(-1)) < 5 * np.sqrt(0.25 * 0.75 / 2000))
    asked = gan.sample(50, np.repeat([5, 0], 25), rng=rng)
    assert np.all(asked.x[:, :25].mean((1, 2)) > 12)
    assert np.all(asked.x[:, 25:].mean((1, 2)) < 3)


def test_weights_are_counts():
    """A record of weight 0 is never drawn: the networks do not know it is there."""
    rng = np.random.default_rng(11)
    x = rng.standard_normal((200, 2))
    x[100:] += 1000
    w = np.repeat([1.0, 0.0], 100)
    gan = GAN(**TINY).fit(Records(x, w=w), rng=rng)
    assert abs(gan.shift_).max() < 1
    assert np.abs(gan.sample(500, rng=rng)).max() < 100


def test_fakes_may_have_weights_too():
    """Fakes on both sides of the records; of those with weight 0 the discriminator hears nothing."""
    rng = np.random.default_rng(12)
    x = rng.standard_normal((3, 300, 1))
    fakes = np.concatenate([x[0] + 6, x[0] - 6])
    gan = GAN(width=16, steps=200, penalty=0)
    drain(gan.training_against(x, Records(fakes, w=np.repeat([1.0, 0.0], 300)), rng=rng))
    left, right = gan.logit([[-6.0], [6.0]]).T
    assert np.all(right < 0)
    assert np.all(left > 0)


def test_it_reaches_the_modes_of_a_ring():
    """All eight modes in every one of four runs, and the penalty keeps fast steps from losing them.

    Without it, steps of 0.04 ended with 3 to 7 modes in each of eight runs, and with it with 8: a difference of one
    mode in the sum over the runs is all that is asked for.
    """
    truth, rng = ring(), np.random.default_rng(13)
    x = np.broadcast_to(truth.sample(1000, rng=rng), (4, 1000, 2))
    settings = {"latent": 2, "width": 64, "steps": 600, "learning_rate": 0.04, "average": 0}
    with_penalty, without = (
        modes(GAN(**settings, penalty=penalty).fit(x, rng=rng).sample(800, rng=rng), truth) for penalty in (0.1, 0)
    )
    assert np.all(with_penalty >= 7)
    assert with_penalty.sum() > without.sum()


def modes(x, truth):
    distance = np.linalg.norm(x[..., None, :] - truth.means, axis=-1)
    near = distance < 3 * truth.scale
    return (near.sum(-2) >= 0.1 / 8 * x.shape[-2]).sum(-1)  # a tenth of its share is enough to be there


def test_training_can_be_watched_and_stopped():
    rng = np.random.default_rng(14)
    gan = GAN(**TINY)
    training = gan.training(rng.standard_normal((2, 3, 20, 4)), rng=rng)
    losses = [next(training) for _ in range(3)]
    assert np.shape(losses) == (3, 2, 6)  # discriminator and generator, and the replicates (2, 3) in one row
    assert gan.sample(7, rng=rng).shape == (2, 3, 7, 4)
    assert gan.logit(rng.standard_normal((5, 4))).shape == (2, 3, 5)


def test_it_survives_records_that_are_all_equal():
    for loss in ("non-saturating", "hinge", "wgan-gp"):
        gan = GAN(**TINY, loss=loss).fit(np.full((10, 3), 4.0), rng=np.random.default_rng(0))
        assert np.isfinite(gan.sample(5, rng=np.random.default_rng(0))).all()


def test_it_runs_in_the_loop_from_a_shared_start():
    rng = np.random.default_rng(16)
    real = rng.standard_normal((30, 3))
    first = GAN(**TINY).fit(Records(real).broadcast((2,)), rng=rng)
    history = self_consume(GAN(**TINY), real, policy=Replace(), generations=2, rng=rng, replicates=2, start=first)
    assert history.models[0] is first
    assert len({id(model.net_) for model in history.models}) == 3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"latent": 0}, "latent must be a whole number of at least 1"),
        ({"depth": -1}, "depth must be"),
        ({"loss": "saturating"}, "loss must be one of non-saturating, hinge, wgan-gp; got 'saturating'"),
        ({"penalty": -1.0}, "penalty must be"),
        ({"penalty_every": 0}, "penalty_every must be"),
        ({"average": 1.0}, "average must be less than 1"),
        ({"average": -0.1}, "average must be"),
        ({"learning_rate": 0}, "learning_rate must be"),
    ],
)
def test_bad_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        GAN(**settings)


def test_bad_input():
    rng = np.random.default_rng(17)
    x = rng.standard_normal((20, 3))
    with pytest.raises(NotFittedError):
        GAN().sample(3, rng=rng)
    with pytest.raises(NotFittedError):
        GAN().logit(x)
    with pytest.raises(ValueError, match="one label for each record"):
        GAN(**TINY).fit(Records(x, x[:, :2]), rng=rng)
    with pytest.raises(ValueError, match="must have no labels"):
        next(GAN(**TINY).training_against(x, Records(x, np.zeros(20, int)), rng=rng))
    plain = GAN(**TINY).fit(x, rng=rng)
    with pytest.raises(ValueError, match="without labels"):
        plain.sample(2, [0, 1], rng=rng)
    with pytest.raises(ValueError, match="must have no labels"):
        plain.logit(Records(x, np.zeros(20, int)))
    labelled = GAN(**TINY).fit(Records(x, np.arange(20) % 2), rng=rng)
    with pytest.raises(ValueError, match="a label for each record"):
        labelled.logit(x)


def test_input_is_not_changed_and_the_seed_decides():
    x = np.random.default_rng(18).standard_normal((20, 3))
    before = x.copy()
    a, b = (
        GAN(**TINY).fit(x, rng=np.random.default_rng(19)).sample(4, rng=np.random.default_rng(20)) for _ in range(2)
    )
    assert np.array_equal(x, before)
    assert np.array_equal(a, b)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
@pytest.mark.parametrize("loss", ["non-saturating", "wgan-gp"])
def test_the_same_code_runs_on_a_gpu(loss):
    x = np.random.default_rng(21).standard_normal((2, 50, 3))
    gan = GAN(**TINY, loss=loss, device="cuda").fit(x, rng=np.random.default_rng(22))
    assert gan.sample(4, rng=np.random.default_rng(23)).shape == (2, 4, 3)
    assert gan.logit(x).shape == (2, 50)
