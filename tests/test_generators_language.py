"""The neural language model: a stack is its networks, known sources, draws, the loop, bad input."""

import numpy as np
import pytest
import torch
from sklearn.exceptions import NotFittedError

from course_lib import Accumulate, Mix, NGram, Records, Replace, self_consume
from course_lib.generators import LanguageModel
from course_lib.generators.language import GRU
from course_lib.generators.optimiser import Adam

TINY = {"width": 6, "steps": 5, "batch": 8}


# After each of five tokens one follows in four cases of five, so that the last token is rare.
TRANSITIONS = 0.05 + 0.75 * np.eye(5)[[1, 2, 3, 0, 0]]


def markov(shape, length, rng):
    """Draw windows of the Markov chain that starts in its stationary distribution; return each token's log p, too."""
    start = np.linalg.matrix_power(TRANSITIONS, 200)[0]
    x = np.empty((*shape, length), dtype=int)
    x[..., 0] = rng.choice(5, shape, p=start)
    for t in range(1, length):
        x[..., t] = (rng.random((*shape, 1)) > TRANSITIONS.cumsum(-1)[x[..., t - 1], :-1]).sum(-1)
    return x, np.log(np.concatenate([start[x[..., :1]], TRANSITIONS[x[..., :-1], x[..., 1:]]], -1))


def test_a_markov_source_is_learned_to_its_entropy_rate():
    """On new text no model's surprise is below the source's own; this one comes near it.

    Their difference is taken token by token, and its standard error over windows is below 0.0005. Over 20 seeds, three
    replicates each, it was 0.0014 to 0.0048 nats per token: 0.01 is asked for. The source has an entropy of 0.85 nats
    per token, and to know the order of tokens is worth 0.66.
    """
    rng = np.random.default_rng(0)
    train, _ = markov((3, 2000), 10, rng)
    test, truth = markov((4000,), 10, rng)
    model = LanguageModel(5, width=16, steps=300, batch=64).fit(train, rng=rng)
    surplus = (truth - model.log_probabilities(test)).mean(-1)  # (replicates, windows)
    gap, error = surplus.mean(-1), surplus.std(-1) / np.sqrt(4000)
    assert (gap > -5 * error).all()
    assert (gap < 0.01).all()
    independent = np.log(NGram(1, 5).fit(train).perplexity(test)) + truth.mean()
    assert (independent > 0.6).all()


def test_a_stack_is_its_networks_trained_one_by_one():
    """Given the same initial weights and batches, 20 steps of a stack of 3 are those of 3 single networks."""
    stack = GRU(3, 7, 6, rng=torch.Generator().manual_seed(0))
    singles = [GRU(1, 7, 6, rng=torch.Generator()) for _ in range(3)]
    for k, single in enumerate(singles):
        single.load_state_dict({name: value[k : k + 1].clone() for name, value in stack.state_dict().items()})
    batches = torch.randint(7, (20, 3, 16, 5), generator=torch.Generator().manual_seed(1))
    train(stack, batches)
    for k, single in enumerate(singles):
        train(single, batches[:, k : k + 1])
        for name, value in single.state_dict().items():
            torch.testing.assert_close(stack.state_dict()[name][k : k + 1], value, rtol=1e-3, atol=1e-4)


def train(net, batches):
    optimiser = Adam(net.parameters(), 1e-2, len(batches))
    for tokens in batches:
        optimiser.zero_grad()
        (-net(tokens).mean((-1, -2))).sum().backward()
        optimiser.step()


def test_the_step_is_that_of_torch():
    """One network against torch.nn.GRU with the same weights."""
    net = GRU(1, 5, 4, rng=torch.Generator().manual_seed(0))
    torch.nn.init.normal_(net.recur.bias, generator=torch.Generator().manual_seed(1))
    peer = torch.nn.GRU(4, 4, batch_first=True)
    peer.load_state_dict(
        {
            "weight_ih_l0": net.enter.weight[0].T,
            "weight_hh_l0": net.recur.weight[0].T,
            "bias_ih_l0": net.enter.bias[0, 0],
            "bias_hh_l0": net.recur.bias[0, 0],
        }
    )
    x = torch.randn(3, 6, 4, generator=torch.Generator().manual_seed(2))
    h = torch.zeros(1, 3, 4)
    for t in range(6):
        h = net.step(net.enter(x[None, :, t]), h)
    torch.testing.assert_close(h, peer(x)[1])


def test_replicates_do_not_touch_each_other():
    """Another text in one replicate leaves the others as they were, to the last bit."""
    x = np.random.default_rng(3).integers(0, 7, (2, 2, 40, 6))
    changed = x.copy()
    changed[0, 1] = 0
    a, b = (
        LanguageModel(7, **TINY).fit(text, rng=np.random.default_rng(4)).sample(30, rng=np.random.default_rng(5))
        for text in (x, changed)
    )
    assert a.shape == (2, 2, 30, 6)
    assert a.dtype == np.float64
    np.testing.assert_array_equal(a[1], b[1])
    np.testing.assert_array_equal(a[0, 0], b[0, 0])
    assert not np.array_equal(a[0, 1], b[0, 1])


def test_the_same_rng_gives_the_same_text_and_another_one_another():
    x = np.random.default_rng(3).integers(0, 7, (40, 6))

    def text(seed, seed_of_sample):
        model = LanguageModel(7, **TINY).fit(x, rng=np.random.default_rng(seed))
        return model.sample(30, rng=np.random.default_rng(seed_of_sample))

    np.testing.assert_array_equal(text(0, 1), text(0, 1))
    assert not np.array_equal(text(0, 1), text(0, 2))
    assert not np.array_equal(text(0, 1), text(2, 1))


def test_tokens_are_drawn_with_the_probabilities_it_tells():
    rng = np.random.default_rng(0)
    model = LanguageModel(3, **TINY).fit(rng.integers(0, 3, (60, 3)), rng=rng)
    windows = np.stack(np.meshgrid(*[np.arange(3)] * 3, indexing="ij"), -1).reshape(-1, 3)
    p = np.exp(model.log_probabilities(windows).sum(-1))
    assert p.sum() == pytest.approx(1, abs=1e-5)
    drawn = model.sample(50_000, rng=rng) @ [9, 3, 1]
    found = np.bincount(drawn.astype(int), minlength=27) / 50_000
    assert (np.abs(found - p) < 5 * np.sqrt(p * (1 - p) / 50_000)).all()


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_temperature_is_a_power_of_the_probabilities(temperature):
    rng = np.random.default_rng(0)
    x = rng.choice(3, (200, 2), p=[0.6, 0.3, 0.1])
    model = LanguageModel(3, **TINY | {"steps": 60}, temperature=temperature).fit(x, rng=rng)
    p = np.exp(model.log_probabilities(np.array([[1, 0], [1, 1], [1, 2]]))[:, 1])  # the temperature is not in it
    p = p ** (1 / temperature) / (p ** (1 / temperature)).sum()
    drawn = model.sample(20_000, rng=rng, opening=[1])[:, 1]
    found = np.bincount(drawn.astype(int), minlength=3) / 20_000
    assert (np.abs(found - p) < 5 * np.sqrt(p * (1 - p) / 20_000)).all()


def test_an_opening_is_continued_by_what_followed_it():
    x = np.arange(8) % 4 + np.arange(4)[:, None]  # windows of one circle, from each of its places
    model = LanguageModel(4, width=16, steps=150).fit(x % 4, rng=np.random.default_rng(0))
    sample = model.sample(200, rng=np.random.default_rng(0), opening=[2, 3])
    assert (sample[:, :2] == [2, 3]).all()
    # After 150 steps the right token has a probability of more than 0.99; of 1,200 tokens one in fifty may be wrong.
    assert (sample == (np.arange(8) + 2) % 4).mean() > 0.98


def test_a_weight_is_a_count():
    """Windows of weight 0 are never drawn into a batch; the frequencies that training starts at heed weights, too."""
    x = np.array([[0, 0, 0, 0]] * 50 + [[1, 1, 1, 1]] * 50)
    w = np.repeat([0.0, 1.0], 50)
    rng = np.random.default_rng(0)
    model = LanguageModel(2, width=4, steps=40).fit(Records(x, w=w), rng=rng)
    assert model.sample(1000, rng=rng).mean() > 0.98
    frequencies = GRU(1, 2, 4, rng=torch.Generator())
    frequencies.start_at_frequencies(torch.tensor(x)[None], torch.tensor(w / w.sum())[None])
    expected = np.log(np.array([0.5, 400.5]) / 401)
    np.testing.assert_allclose(frequencies.leave.bias.detach().numpy()[0, 0], expected, rtol=1e-5)
    weighted = model.perplexity(Records(x[[0, 50]], w=[1, 3]))
    assert weighted == pytest.approx(model.perplexity(x[[0, 50, 50, 50]]), rel=1e-5)


@pytest.mark.parametrize("policy", [Replace(), Accumulate(), Mix(0.1)])
def test_the_loop_runs_from_a_shared_start(policy):
    rng = np.random.default_rng(0)
    real = np.minimum(rng.geometric(0.2, (30, 6)) - 1, 9)
    start = LanguageModel(10, **TINY).fit(np.stack([real] * 3), rng=rng)
    before = start.sample(5, rng=np.random.default_rng(1))
    history = self_consume(
        LanguageModel(10, **TINY), real, policy=policy, generations=2, rng=rng, replicates=3, start=start
    )
    assert history.models[0] is start
    np.testing.assert_array_equal(start.sample(5, rng=np.random.default_rng(1)), before)
    perplexity = history.evaluate("perplexity", lambda model: model.perplexity(real))
    assert perplexity.shape == (3, 3)
    assert np.isfinite(perplexity).all()


def test_a_watched_training_yields_falling_losses():
    rng = np.random.default_rng(0)
    x = rng.choice(6, (2, 50, 8), p=[0.5, 0.3, 0.1, 0.05, 0.03, 0.02])
    x[..., 1::2] = x[..., ::2]  # every token is said twice
    losses = np.array(list(LanguageModel(6, width=16, steps=150).training(x, rng=rng)))
    assert losses.shape == (150, 2)
    assert (losses[-20:].mean(0) < losses[:5].mean(0) - 0.3).all()  # half of the tokens become certain, of 1.2 nats


def fitted():
    return LanguageModel(4, **TINY).fit(np.zeros((5, 3)), rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: LanguageModel(0), "k must be a whole number of at least 1, got 0"),
        (lambda rng: LanguageModel(3, width=0), "width must be a whole number of at least 1, got 0"),
        (lambda rng: LanguageModel(3, steps=1.5), "steps must be a whole number of at least 1, got 1.5"),
        (lambda rng: LanguageModel(3, learning_rate=0), "learning_rate must be a finite number above 0, got 0"),
        (lambda rng: LanguageModel(3, temperature=-1), "temperature must be a finite number above 0, got -1"),
        (lambda rng: LanguageModel(3).fit(np.zeros((0, 5)), rng=rng), "records is empty"),
        (lambda rng: LanguageModel(3).fit(np.zeros((5, 0)), rng=rng), "records is empty"),
        (lambda rng: LanguageModel(3).fit([[0.0, np.nan]], rng=rng), "NaN or infinite"),
        (lambda rng: LanguageModel(3).fit([[0, 3]], rng=rng), "tokens, whole numbers from 0 to 2, got 3"),
        (lambda rng: LanguageModel(3).fit([[0, 0.5]], rng=rng), "tokens, whole numbers from 0 to 2, got 0.5"),
        (lambda rng: LanguageModel(3).fit([[0, -1]], rng=rng), "tokens, whole numbers from 0 to 2, got -1"),
        (lambda rng: LanguageModel(3).fit(Records([[0]], y=[1]), rng=rng), "labels, which a LanguageModel"),
        (lambda rng: LanguageModel(3).fit(Records([[0]], w=[0]), rng=rng), "at least one must count"),
        (lambda rng: LanguageModel(3).fit([[0]], rng=0), "rng must be a numpy.random.Generator"),
        (lambda rng: fitted().sample(0, rng=rng), "n must be a whole number of at least 1, got 0"),
        (lambda rng: fitted().sample(1, [0], rng=rng), "fitted without labels"),
        (lambda rng: fitted().sample(1, rng=rng, opening=[4]), "1 to 3 tokens from 0 to 3"),
        (lambda rng: fitted().sample(1, rng=rng, opening=[0] * 4), "1 to 3 tokens from 0 to 3"),
        (lambda rng: fitted().sample(1, rng=rng, opening=[]), "opening is empty"),
        (lambda rng: fitted().log_probabilities([[7]]), "tokens, whole numbers from 0 to 3, got 7"),
        (lambda rng: fitted().perplexity(np.zeros((2, 3, 4))), r"leading axes \(2,\)"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.random.default_rng(0))


def test_before_fitting():
    for call in (
        lambda model: model.sample(1, rng=np.random.default_rng(0)),
        lambda model: model.log_probabilities([[0]]),
    ):
        with pytest.raises(NotFittedError, match="LanguageModel has not been fitted"):
            call(LanguageModel(3))


def test_windows_of_a_single_token():
    rng = np.random.default_rng(0)
    x = rng.choice(3, (300, 1), p=[0.6, 0.3, 0.1])
    model = LanguageModel(3, **TINY).fit(x, rng=rng)
    assert model.sample(4, rng=rng).shape == (4, 1)
    assert model.log_probabilities(np.array([[0, 1, 2, 0]])).shape == (1, 4)  # longer ones can be judged
