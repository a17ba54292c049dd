"""The VAE against models whose likelihood is known, and the stack against single networks."""

import numpy as np
import pytest
import torch
from sklearn.exceptions import NotFittedError

from course_lib import Records, Replace, self_consume
from course_lib.generators import VAE
from course_lib.generators.optimiser import Adam

TINY = {"latent": 2, "width": 8, "steps": 5, "batch": 16}


def test_a_linear_vae_reaches_the_closed_form_likelihood():
    """With linear maps the true posterior is Gaussian, so the bound is tight at the best fit.

    What is left is the noise of stochastic training and of the draws of z, whose standard error is 0.002 to 0.003. Over
    20 seeds the gap was −0.003 to 0.004 nats, and the fitted likelihood 0.0007 to 0.0031 above the truth's (a fit of 18
    numbers to 4,000 records gains 0.002): 0.02 is asked for. The likelihood itself is about −6.0 and the KL term 2.8.
    """
    rng = np.random.default_rng(0)
    factors = np.array([[2.0, 0.0, 1.0, -1.0], [0.0, 1.0, 1.0, 1.0]])
    noise = np.array([0.5, 0.6, 0.4, 0.7])
    x = rng.standard_normal((4000, 2)) @ factors + noise * rng.standard_normal((4000, 4)) + 3
    model = VAE(latent=2, depth=0, steps=1500, batch=256, learning_rate=0.05, min_sd=1e-3).fit(x, rng=rng)
    terms = model.elbo(x, draws=64, rng=rng)
    # The likelihood that the fitted decoder really gives: x = W z + b + σ ε is N(b, W Wᵀ + diag σ²), evaluated exactly.
    basis = np.vstack([np.zeros(2), np.eye(2)])
    decoded = model.net_.decoder(torch.tensor(basis[None], dtype=torch.float32)).detach().numpy()[0]
    mean = model.shift_ + model.scale_ * decoded[0]
    w = model.scale_ * (decoded[1:] - decoded[0])
    own = normal_log_density(x, mean, w.T @ w + np.diag(model.sd_**2))
    truth = normal_log_density(x, np.full(4, 3.0), factors.T @ factors + np.diag(noise**2))
    bound = terms["reconstruction"] - terms["kl"]
    standard_error = bound.std() / np.sqrt(len(x) * 64)
    gap = (own - bound).mean()
    assert -5 * standard_error < gap < 0.02
    assert abs((own - truth).mean()) < 0.02
    assert terms["kl"].mean() > 2


def normal_log_density(x, mean, cov):
    centred = x - mean
    squared = (centred * np.linalg.solve(cov, centred.T).T).sum(-1)
    return -(squared + np.linalg.slogdet(2 * np.pi * cov)[1]) / 2


def test_the_terms_are_those_of_the_formula():
    """Both terms, computed once more in float64 from torch's own distributions."""
    rng = np.random.default_rng(1)
    model = VAE(**TINY).fit(rng.standard_normal((3, 40, 4)), rng=rng)
    x, epsilon = torch.randn(3, 7, 4), torch.randn(3, 7, 2)
    reconstruction, kl = model.terms(x, None, epsilon)
    m, log_s = model.net_.encoder(x).chunk(2, -1)
    posterior = torch.distributions.Normal(m, log_s.exp())
    prior = torch.distributions.Normal(torch.zeros_like(m), torch.ones_like(m))
    decoder = torch.distributions.Normal(model.net_.decoder(m + log_s.exp() * epsilon), 0.05 + model.net_.raw_sd.exp())
    assert torch.allclose(kl, torch.distributions.kl_divergence(posterior, prior).sum(-1), rtol=1e-4)
    assert torch.allclose(reconstruction, decoder.log_prob(x).sum(-1), rtol=1e-4)


def test_a_stack_is_its_networks_trained_one_by_one():
    """Given the same initial weights, batches and noise, 20 steps of a stack of 3 are those of 3 single networks."""
    rng = np.random.default_rng(2)
    records = rng.standard_normal((3, 60, 5))
    stack = VAE(**TINY)
    for _ in stack.training(records, rng=rng):
        pass
    singles = [VAE(**TINY) for _ in range(3)]
    for k, single in enumerate(singles):
        single.net_, *_ = single.start(records[k], 16, rng=rng)
        single.net_.load_state_dict({name: value[k : k + 1] for name, value in stack.net_.state_dict().items()})
    batches, noise = torch.randn(20, 3, 16, 5), torch.randn(20, 3, 16, 2)
    train(stack, batches, noise)
    for k, single in enumerate(singles):
        train(single, batches[:, k : k + 1], noise[:, k : k + 1])
        for name, value in single.net_.state_dict().items():
            torch.testing.assert_close(stack.net_.state_dict()[name][k : k + 1], value, rtol=1e-3, atol=1e-4)


def train(model, batches, noise):
    optimiser = Adam(model.net_.parameters(), 1e-2, len(batches))
    for x, epsilon in zip(batches, noise, strict=True):
        reconstruction, kl = model.terms(x, None, epsilon)
        optimiser.zero_grad()
        (kl - reconstruction).mean(-1).sum().backward()
        optimiser.step()


def test_replicates_do_not_touch_each_other():
    """Other records in one replicate leave the others as they were, to the last bit."""
    records = np.random.default_rng(3).standard_normal((3, 40, 4))
    changed = records.copy()
    changed[1] *= 7
    a, b = (
        VAE(**TINY).fit(x, rng=np.random.default_rng(4)).sample(5, rng=np.random.default_rng(5))
        for x in (records, changed)
    )
    assert np.array_equal(a[[0, 2]], b[[0, 2]])
    assert not np.allclose(a[1], b[1])


@pytest.mark.parametrize("labels", [None, 3])
def test_saving_and_loading_gives_the_same_samples(tmp_path, labels):
    rng = np.random.default_rng(6)
    y = None if labels is None else rng.integers(labels, size=(2, 30))
    model = VAE(**TINY).fit(Records(rng.standard_normal((2, 30, 4)), y), rng=rng)
    model.save(tmp_path / "model.npz")
    loaded = VAE.load(tmp_path / "model.npz")
    a, b = (which.sample(9, rng=np.random.default_rng(7)) for which in (model, loaded))
    if labels:
        assert np.array_equal(a.y, b.y)
        a, b = a.x, b.x
    assert np.array_equal(a, b)
    assert (loaded.width, loaded.steps) == (8, 5)
    with np.load(tmp_path / "model.npz", allow_pickle=False) as file:  # raises if anything but arrays is in it
        assert all(file[name].dtype.kind in "fiU" for name in file)


def test_loading_another_kind_of_generator_is_refused(tmp_path):
    class Other(VAE):
        pass

    Other(**TINY).fit(np.random.default_rng(0).standard_normal((20, 2)), rng=np.random.default_rng(0)).save(
        tmp_path / "o.npz"
    )
    with pytest.raises(ValueError, match="saved by a VAE, got one of a Other"):
        VAE.load(tmp_path / "o.npz")


def test_labels_steer_the_samples():
    """Two far clusters, one label each, the second three times as frequent."""
    rng = np.random.default_rng(8)
    y = (rng.random((2, 400)) < 0.75).astype(int) * 5  # labels 0 and 5
    x = rng.standard_normal((2, 400, 2)) + 3.0 * y[..., None]
    model = VAE(latent=2, width=32, steps=300, batch=64, learning_rate=1e-2).fit(Records(x, y), rng=rng)
    drawn = model.sample(2000, rng=rng)
    assert drawn.x.shape == (2, 2000, 2)
    share = (drawn.y == 5).mean(-1)
    # The share drawn is that in training, within five standard errors of a binomial.
    assert np.all(abs(share - (y == 5).mean(-1)) < 5 * np.sqrt(0.25 * 0.75 / 2000))
    asked = model.sample(50, np.repeat([5, 0], 25), rng=rng)
    assert np.all(asked.x[:, :25].mean((1, 2)) > 12)
    assert np.all(asked.x[:, 25:].mean((1, 2)) < 3)


def test_weights_are_counts():
    """A record of weight 0 is never drawn: the network does not know it is there."""
    rng = np.random.default_rng(9)
    x = rng.standard_normal((200, 2))
    x[100:] += 1000
    w = np.repeat([1.0, 0.0], 100)
    model = VAE(**TINY).fit(Records(x, w=w), rng=np.random.default_rng(10))
    assert abs(model.shift_).max() < 1
    assert np.abs(model.sample(500, rng=rng)).max() < 100


def test_the_decoder_noise_is_what_sd_says():
    rng = np.random.default_rng(11)
    x = rng.standard_normal((300, 3)) * [1, 2, 3]
    noisy = VAE(latent=1, width=8, steps=100, batch=32).fit(x, rng=np.random.default_rng(12))
    mean = VAE(latent=1, width=8, steps=100, batch=32, noise=False).fit(x, rng=np.random.default_rng(12))
    n = 4000
    difference = noisy.sample(n, rng=np.random.default_rng(13)) - mean.sample(n, rng=np.random.default_rng(13))
    assert np.allclose(difference.std(0) / noisy.sd_, 1, atol=5 / np.sqrt(2 * n))


def test_sampling_bias_draws_z_from_the_middle():
    """With a linear decoder and no noise the samples' covariance is λ times that of honest draws, number by number."""
    x = np.random.default_rng(24).standard_normal((300, 3)) * [1, 2, 3]
    honest, biased = (
        VAE(latent=2, depth=0, steps=50, batch=32, noise=False, sampling_bias=bias)
        .fit(x, rng=np.random.default_rng(25))
        .sample(100, rng=np.random.default_rng(26))
        for bias in (1.0, 0.25)
    )
    assert np.allclose(np.cov(biased.T), 0.25 * np.cov(honest.T), rtol=1e-4)


def test_many_records_are_drawn_in_blocks(monkeypatch):
    """The blocks change nothing but the memory: the noise is drawn before they are cut."""
    monkeypatch.setattr("course_lib.generators.network._ROWS", 8)
    rng = np.random.default_rng(27)
    records = Records(rng.standard_normal((2, 30, 3)), rng.integers(2, size=(2, 30)))
    model = VAE(**TINY).fit(records, rng=rng)
    in_blocks = model.sample(21, rng=np.random.default_rng(28))
    monkeypatch.undo()
    at_once = model.sample(21, rng=np.random.default_rng(28))
    assert in_blocks.x.shape == (2, 21, 3)
    assert np.allclose(in_blocks.x, at_once.x, atol=1e-5)


def test_training_can_be_watched_and_stopped():
    rng = np.random.default_rng(14)
    model = VAE(**TINY)
    training = model.training(rng.standard_normal((2, 3, 20, 4)), rng=rng)
    losses = [next(training) for _ in range(3)]
    assert np.shape(losses) == (3, 6)  # the replicates (2, 3) in one row
    assert model.sample(7, rng=rng).shape == (2, 3, 7, 4)


def test_the_bound_rises_while_it_trains():
    rng = np.random.default_rng(15)
    x = rng.standard_normal((4, 500, 1)) @ np.ones((1, 6)) + 0.1 * rng.standard_normal((4, 500, 6))
    losses = np.array(list(VAE(latent=2, width=16, steps=200, batch=64).training(x, rng=rng)))
    assert np.all(losses[-20:].mean(0) < losses[:20].mean(0) - 1)


def test_it_survives_records_that_are_all_equal():
    model = VAE(**TINY).fit(np.full((10, 3), 4.0), rng=np.random.default_rng(0))
    assert np.isfinite(model.sample(5, rng=np.random.default_rng(0))).all()


def test_it_runs_in_the_loop_from_a_shared_start():
    rng = np.random.default_rng(16)
    real = rng.standard_normal((30, 3))
    first = VAE(**TINY).fit(Records(real).broadcast((2,)), rng=rng)
    history = self_consume(VAE(**TINY), real, policy=Replace(), generations=2, rng=rng, replicates=2, start=first)
    assert history.models[0] is first
    assert len({id(model.net_) for model in history.models}) == 3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"latent": 0}, "latent must be a whole number of at least 1"),
        ({"depth": -1}, "depth must be"),
        ({"beta": -1.0}, "beta must be"),
        ({"sampling_bias": 1.5}, "sampling_bias must be a share"),
        ({"min_sd": 0.0}, "min_sd must be a finite number above 0"),
        ({"learning_rate": 0}, "learning_rate must be"),
    ],
)
def test_bad_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        VAE(**settings)


def test_bad_input():
    rng = np.random.default_rng(17)
    x = rng.standard_normal((20, 3))
    with pytest.raises(NotFittedError):
        VAE().sample(3, rng=rng)
    with pytest.raises(ValueError, match="records holds 1 of 60 values"):
        VAE(**TINY).fit(np.where(x == x[3, 1], np.nan, x), rng=rng)
    with pytest.raises(ValueError, match="one label for each record"):
        VAE(**TINY).fit(Records(x, x[:, :2]), rng=rng)
    with pytest.raises(ValueError, match="weight 0"):
        VAE(**TINY).fit(Records(x, w=np.zeros(20)), rng=rng)
    with pytest.raises(ValueError, match="rng must be"):
        VAE(**TINY).fit(x, rng=0)
    plain = VAE(**TINY).fit(x, rng=rng)
    with pytest.raises(ValueError, match="without labels"):
        plain.sample(2, [0, 1], rng=rng)
    with pytest.raises(ValueError, match="n must be"):
        plain.sample(0, rng=rng)
    with pytest.raises(ValueError, match="must have no labels"):
        plain.elbo(Records(x, np.zeros(20, int)), rng=rng)
    labelled = VAE(**TINY).fit(Records(x, np.arange(20) % 2), rng=rng)
    with pytest.raises(ValueError, match=r"labels met in training, \[0, 1\], got .*7"):
        labelled.sample(2, [0, 7], rng=rng)


def test_input_is_not_changed_and_the_seed_decides():
    x = np.random.default_rng(18).standard_normal((20, 3))
    before = x.copy()
    a, b = (
        VAE(**TINY).fit(x, rng=np.random.default_rng(19)).sample(4, rng=np.random.default_rng(20)) for _ in range(2)
    )
    assert np.array_equal(x, before)
    assert np.array_equal(a, b)


def test_the_callers_threads_are_restored_between_steps():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        training = VAE(**TINY).training(np.random.default_rng(0).standard_normal((20, 2)), rng=np.random.default_rng(0))
        next(training)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_the_same_code_runs_on_a_gpu():
    x = np.random.default_rng(21).standard_normal((2, 50, 3))
    model = VAE(**TINY, device="cuda").fit(x, rng=np.random.default_rng(22))
    assert model.sample(4, rng=np.random.default_rng(23)).shape == (2, 4, 3)
