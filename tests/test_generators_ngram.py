"""The n-gram model: exact counts, draws, shorter contexts, weights, replicates, judging a text, bad input."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.exceptions import NotFittedError

from course_lib import Accumulate, Categorical, Mix, NGram, Records, Replace, self_consume

TEXT = np.random.default_rng(1).choice(4, (30, 12), p=[0.4, 0.3, 0.2, 0.1])
WINDOWS = arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(3, 7)), elements=st.integers(0, 3))


def counted(model, length):
    """Return the counts of the n-grams of one length, by (replicate, token, ..., token)."""
    codes, counts = model.codes_[length - 1], model.counts_[length - 1]
    tokens = [codes // model.k_**power % model.k_ for power in reversed(range(length))]
    keys = np.column_stack([codes // model.k_**length, *tokens])
    return dict(zip(map(tuple, keys.tolist()), counts.tolist(), strict=True))


def grams(x, length):
    """Return all n-grams of the windows `x`, shape (windows, L), as a list of tuples."""
    return [tuple(row[i : i + length]) for row in x.astype(int).tolist() for i in range(len(row) - length + 1)]


def probabilities(model, context, **options):
    """Return the probability of each token after `context`, shape (..., k)."""
    windows = np.column_stack([np.tile(context, (model.k_, 1)), np.arange(model.k_)])
    return np.exp(model.log_probabilities(windows, **options)[..., -1])


# Fitting


def test_counts_by_hand():
    model = NGram(3).fit(np.array([[0, 1, 0, 1, 2], [1, 2, 2, 0, 1]]))
    assert counted(model, 1) == {(0, 0): 3, (0, 1): 4, (0, 2): 3}
    assert counted(model, 2) == {(0, 0, 1): 3, (0, 1, 0): 1, (0, 1, 2): 2, (0, 2, 0): 1, (0, 2, 2): 1}  # no 2 1
    assert counted(model, 3) == {
        (0, 0, 1, 0): 1,
        (0, 1, 0, 1): 1,
        (0, 0, 1, 2): 1,
        (0, 1, 2, 2): 1,
        (0, 2, 2, 0): 1,
        (0, 2, 0, 1): 1,
    }
    assert model.starts_.tolist() == [[0, 1], [1, 2]]
    assert probabilities(model, [0, 1]).tolist() == pytest.approx([1 / 2, 0, 1 / 2])


@given(WINDOWS, st.integers(1, 3))
def test_every_n_gram_is_counted_once(x, order):
    model = NGram(order).fit(x)
    for length in range(1, order + 1):
        assert counted(model, length) == {(0, *gram): n for gram, n in Counter(grams(x, length)).items()}


def test_order_1_has_the_shares_of_the_categorical():
    shares = Categorical(5).fit(TEXT.reshape(-1, 1)).shares_
    model = NGram(1, 5).fit(TEXT)
    np.testing.assert_allclose(np.exp(model.log_probabilities(np.arange(5)[:, None]))[:, 0], shares, rtol=1e-14)


@given(st.data())
def test_a_weight_is_a_count(data):
    x = data.draw(WINDOWS)
    w = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(x), max_size=len(x)).filter(any)))
    weighted, repeated = NGram(3, 4).fit(Records(x, w=w)), NGram(3, 4).fit(np.repeat(x, w, axis=0))
    for length in (1, 2, 3):
        assert counted(weighted, length) == counted(repeated, length)
    beginnings = [
        {tuple(start): model.shares_[(model.starts_ == start).all(-1)].sum() for start in model.starts_.tolist()}
        for model in (weighted, repeated)
    ]
    assert {start: share for start, share in beginnings[0].items() if share} == pytest.approx(beginnings[1])
    assert weighted.perplexity(x, smoothed=True) == repeated.perplexity(x, smoothed=True)


def test_replicates_are_counted_apart():
    rng = np.random.default_rng(0)
    x, judged = rng.integers(0, 5, (3, 2, 20, 6)), rng.integers(0, 5, (3, 2, 4, 8))
    together = NGram(3, 5).fit(x)
    for smoothed in (False, True):
        logs, of_one_text = (together.log_probabilities(text, smoothed=smoothed) for text in (judged, judged[0, 0]))
        assert logs.shape == (3, 2, 4, 6)
        for index in np.ndindex(3, 2):
            alone = NGram(3, 5).fit(x[index])
            np.testing.assert_array_equal(logs[index], alone.log_probabilities(judged[index], smoothed=smoothed))
            np.testing.assert_array_equal(of_one_text[index], alone.log_probabilities(judged[0, 0], smoothed=smoothed))


def test_replicates_are_drawn_apart():
    # Each replicate goes round its own circle of three tokens.
    x = (np.arange(8) % 3) + 3 * np.arange(4).reshape(2, 2, 1, 1)
    sample = NGram(2).fit(x).sample(50, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(sample, np.broadcast_to(x, (2, 2, 50, 8)))


def test_it_keeps_a_copy_and_changes_no_input():
    x = TEXT.astype(float)
    model = NGram(2).fit(x)
    np.testing.assert_array_equal(x, TEXT)
    x[:] = 9
    assert model.sample(100, rng=np.random.default_rng(0)).max() < 4


# Drawing


@pytest.mark.parametrize("order", [1, 2, 3])
def test_drawn_frequencies_are_the_shares_counted(order):
    model = NGram(order).fit(TEXT)
    sample = model.sample(4000, rng=np.random.default_rng(0))
    assert sample.shape == (4000, 12)
    assert sample.dtype == np.float64
    drawn = Counter(grams(sample, order))
    contexts = Counter(gram[:-1] for gram in drawn.elements())
    followed = {gram[:-1] for gram in grams(TEXT, order)}
    assert set(contexts) == followed  # here every context occurs, and none is only at the ends of windows
    for context, n in contexts.items():
        for token, p in enumerate(probabilities(model, context)):
            assert abs(drawn[*context, token] / n - p) <= 5 * np.sqrt(p * (1 - p) / n)


def test_windows_begin_as_the_records_do():
    x = np.array([[0, 1, 2, 2], [0, 1, 2, 2], [0, 1, 2, 2], [2, 0, 1, 2]])
    sample = NGram(3).fit(Records(x, w=[1, 1, 0, 3])).sample(10_000, rng=np.random.default_rng(0))
    begins = Counter(map(tuple, sample[:, :2].tolist()))
    assert set(begins) == {(0, 1), (2, 0)}
    assert abs(begins[2, 0] / 10_000 - 0.6) < 5 * np.sqrt(0.6 * 0.4 / 10_000)


def test_windows_and_replicates_are_drawn_independently():
    x = np.repeat([[0, 0], [0, 1]], [70, 30], axis=0)
    sample = NGram(2).fit(np.stack([x, x])).sample(20_000, rng=np.random.default_rng(0))[..., 1]
    expected = 0.7**2 + 0.3**2  # how often two independent ones are equal
    for one, other in ((sample[:, ::2], sample[:, 1::2]), (sample[0], sample[1])):
        assert abs(np.mean(one == other) - expected) < 5 * np.sqrt(expected * (1 - expected) / 20_000)


@given(WINDOWS, st.integers(1, 3), st.integers(0, 100))
def test_an_n_gram_is_new_only_where_nothing_followed_its_context(x, order, seed):
    sample = NGram(order).fit(x).sample(5, rng=np.random.default_rng(seed))
    known = set(grams(x, order))
    followed = {gram[:-1] for gram in known}
    assert all(gram in known or gram[:-1] not in followed for gram in grams(sample, order))
    assert set(sample.ravel()) <= set(x.ravel())


def test_where_nothing_followed_a_shorter_context_decides():
    model = NGram(3).fit(np.array([[0, 1, 2, 1, 2], [0, 1, 2, 1, 3]]))
    rng = np.random.default_rng(0)
    # 3 is the last token of a window and nowhere else: after it comes any token, with its share of the text.
    after_3 = model.sample(20_000, rng=rng, opening=[3])[:, 1]
    for token, p in enumerate([0.2, 0.4, 0.3, 0.1]):
        assert abs((after_3 == token).mean() - p) < 5 * np.sqrt(p * (1 - p) / 20_000)
        assert probabilities(model, [1, 3])[token] == pytest.approx(p)
    # 3 2 never occurs, and after 2 came 1, always.
    assert (model.sample(50, rng=rng, opening=[3, 2])[:, 2] == 1).all()
    # 2 1 occurs: 2 or 3 followed it; that 1 was followed by 2 four times in five does not matter.
    after_21 = model.sample(20_000, rng=rng, opening=[2, 1])[:, 2]
    assert abs((after_21 == 3).mean() - 1 / 2) < 5 * np.sqrt(1 / 4 / 20_000)


def test_an_opening_is_continued():
    model = NGram(2).fit(np.array([[[0, 1, 2, 0, 1, 2]], [[2, 1, 0, 2, 1, 0]]]))
    sample = model.sample(3, rng=np.random.default_rng(0), opening=np.array([0, 0, 1]))
    np.testing.assert_array_equal(sample[0], [[0, 0, 1, 2, 0, 1]] * 3)
    np.testing.assert_array_equal(sample[1], [[0, 0, 1, 0, 2, 1]] * 3)
    assert model.sample(1, rng=np.random.default_rng(0), opening=[1] * 6)[0].tolist() == [[1] * 6]


@pytest.mark.parametrize(("temperature", "p"), [(0.5, 0.8), (1, 2 / 3), (1e-3, 1)])
def test_temperature_is_a_power_of_the_shares_in_each_context(temperature, p):
    x = np.array([[0, 1, 0, 2, 0, 2, 0], [3, 1, 3, 1, 3, 2, 3]])  # after 0: 1 2 2; after 3: 1 1 2
    model = NGram(2, temperature=temperature).fit(Records(x, w=[100, 1]))  # one context is much rarer than the other
    for opening, preferred in ((0, 2), (3, 1)):
        sample = model.sample(10_000, rng=np.random.default_rng(0), opening=[opening])
        assert abs((sample[:, 1] == preferred).mean() - p) <= 5 * np.sqrt(p * (1 - p) / 10_000)
    np.testing.assert_allclose(probabilities(model, [0]), [0, 1 / 3, 2 / 3, 0])  # the temperature is not in it


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("policy", [Replace(), Accumulate(), Mix(0.1)])
def test_the_loop_runs_and_a_dead_word_stays_dead(policy, order):
    rng = np.random.default_rng(0)
    real = np.minimum(rng.geometric(0.05, (25, 8)) - 1, 99)
    history = self_consume(NGram(order, 100), real, policy=policy, generations=12, rng=rng, replicates=6, keep="all")
    alive = np.stack(
        [
            np.stack([np.bincount(r.ravel().astype(int), minlength=100) > 0 for r in history.samples[t]])
            for t in range(13)
        ]
    )  # (generations + 1, replicates, words)
    assert not alive[:, :, np.bincount(real.ravel(), minlength=100) == 0].any()
    if isinstance(policy, Replace):
        assert not (alive[1:] & ~alive[:-1]).any()
        assert (alive[-1].sum(-1) < alive[0].sum(-1)).all()
    assert np.isfinite(history.evaluate("perplexity", lambda model: model.perplexity(real, smoothed=True))).all()
    assert history.scores["perplexity"].shape == (13, 6)
    # Generation 0 is untouched by what came after it.
    assert counted(history.models[0], order) == counted(NGram(order, 100).fit(np.stack([real] * 6)), order)


# Judging a text


def test_smoothing_by_hand():
    # 0: twice, followed by 1 and 2. 1: twice, followed by 0. 2: once, followed by nothing. k = 4, one token unknown.
    model = NGram(2, 4).fit(np.array([[0, 1, 0, 2], [1, 0, 1, 0]]))
    # 8 tokens of 3 kinds; the missing quarter of 3 parts: (count + 3/4) / 11.
    single = (np.array([4, 3, 1, 0]) + 3 / 4) / 11
    np.testing.assert_allclose(probabilities(model, [2], smoothed=True), single)
    # After 0 came 1, 2 and 1: three tokens of 2 kinds. After 1 came 0 three times: one kind.
    np.testing.assert_allclose(probabilities(model, [0], smoothed=True), (np.array([0, 2, 1, 0]) + 2 * single) / 5)
    np.testing.assert_allclose(probabilities(model, [1], smoothed=True), (np.array([3, 0, 0, 0]) + 1 * single) / 4)
    np.testing.assert_allclose(probabilities(model, [3], smoothed=True), single)


@given(WINDOWS, st.lists(st.integers(0, 4), min_size=2, max_size=2), st.booleans())
def test_probabilities_sum_to_one_after_any_context(x, context, smoothed):
    p = probabilities(NGram(3, 5).fit(x), context, smoothed=smoothed)
    assert p.sum() == pytest.approx(1, abs=1e-12)
    assert (p > 0).all() or not smoothed


def chain(transitions, shape, length, rng):
    """Draw windows of a Markov chain that starts in its stationary distribution."""
    stationary = np.linalg.matrix_power(transitions, 200)[0]
    x = np.empty((*shape, length), dtype=int)
    x[..., 0] = rng.choice(len(stationary), shape, p=stationary)
    for t in range(1, length):
        x[..., t] = (rng.random((*shape, 1)) > transitions.cumsum(-1)[x[..., t - 1], :-1]).sum(-1)
    entropy_rate = -stationary @ (transitions * np.log(transitions)).sum(-1)
    return x, entropy_rate


@pytest.mark.parametrize("smoothed", [False, True])
def test_perplexity_of_a_markov_chain_is_that_of_its_entropy_rate(smoothed):
    rng = np.random.default_rng(0)
    transitions = 0.1 + 0.6 * rng.dirichlet(np.ones(4), 4)  # none so rare that the training text could lack it
    replicates = 40
    train, entropy_rate = chain(transitions, (replicates, 400), 51, rng)
    test, _ = chain(transitions, (replicates, 400), 51, rng)
    surprise = np.log(NGram(2, 4).fit(train).perplexity(test, smoothed=smoothed))
    # 4 × 3 free probabilities, fitted to 20,000 transitions, cost 12 / (2 · 20,000) on new text (asymptotically).
    expected = entropy_rate + 12 / (2 * 400 * 50)
    assert abs(surprise.mean() - expected) < 5 * surprise.std(ddof=1) / np.sqrt(replicates)
    independent = np.log(NGram(1, 4).fit(train).perplexity(test, smoothed=smoothed))
    assert (independent > surprise).all()


def test_perplexity_counts_weights_and_is_infinite_for_the_impossible():
    model = NGram(2, 3).fit(np.array([[0, 1, 0, 1, 0], [0, 0, 1, 1, 0]]))  # after 0: 1 0 1 1; after 1: 0 0 1 0
    possible, impossible = [0, 1, 0], [0, 2, 0]
    assert model.perplexity([possible]) == pytest.approx(4 / 3)
    assert model.perplexity([possible, impossible]) == np.inf
    assert model.perplexity(Records([possible, impossible], w=[2, 0])) == pytest.approx(4 / 3)
    assert np.isfinite(model.perplexity([possible, impossible], smoothed=True))
    weighted = model.perplexity(Records([possible, [1, 1, 1]], w=[3, 1]))
    assert weighted == pytest.approx(model.perplexity([possible] * 3 + [[1, 1, 1]]))


# Little text, and bad input


def test_a_single_symbol_and_one_word_only():
    rng = np.random.default_rng(0)
    assert NGram(1).fit([[0]]).sample(3, rng=rng).tolist() == [[0], [0], [0]]
    model = NGram(3).fit(np.full((2, 5), 7))
    assert (model.sample(4, rng=rng) == 7).all()
    assert model.perplexity(np.full((1, 9), 7)) == 1
    assert NGram(3).fit([[0, 1, 2]]).sample(2, rng=rng).tolist() == [[0, 1, 2]] * 2  # as short as can be


def test_the_largest_codes_that_64_bits_hold():
    x = 2**21 - 2 - np.array([[0, 1, 0, 1, 0], [0, 0, 0, 0, 0]])
    model = NGram(3, 2**21 - 1).fit(x)
    assert sorted(model.counts_[2]) == [1, 2, 3]
    np.testing.assert_array_equal(model.sample(1, rng=np.random.default_rng(0), opening=x[0, :2])[0, 2:], x[0, 2:])
    assert model.perplexity(x) == 1


def fitted():
    return NGram(2, 4).fit(TEXT)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: NGram(0), "order must be a whole number of at least 1, got 0"),
        (lambda rng: NGram(1.5), "order must be a whole number of at least 1, got 1.5"),
        (lambda rng: NGram(2, 0), "k must be a whole number of at least 1, got 0"),
        (lambda rng: NGram(2, temperature=0), "temperature must be a finite number above 0, got 0"),
        (lambda rng: NGram(2).fit(np.zeros((0, 5))), "records is empty"),
        (lambda rng: NGram(2).fit(np.zeros((5, 0))), "records is empty"),
        (lambda rng: NGram(2).fit([0, 1, 2]), "at least 2 axes"),
        (lambda rng: NGram(2).fit([["a", "word"]]), "records must be an array of numbers"),
        (lambda rng: NGram(2).fit([[0.0, np.nan]]), "NaN or infinite"),
        (lambda rng: NGram(2).fit([[0, 0.5]]), "whole numbers from 0 to 2147483647, got 0.5"),
        (lambda rng: NGram(2).fit([[0, -1]]), "whole numbers from 0 to 2147483647, got -1"),
        (lambda rng: NGram(2, 3).fit([[0, 3]]), "whole numbers from 0 to 2, got 3"),
        (lambda rng: NGram(3).fit([[0, 1]]), "windows of 2 tokens; an order of 3 needs as many"),
        (lambda rng: NGram(2).fit([[0]]), "windows of 1 tokens; an order of 2 needs as many"),
        (lambda rng: NGram(2).fit(Records([[0, 1]], y=[0])), "NGram has no place for"),
        (lambda rng: NGram(2).fit(Records([[0, 1]], w=[0])), "weight 0"),
        (lambda rng: NGram(3, 2**21).fit(np.zeros((1, 3))), "order 3 is too high for k = 2097152"),
        (lambda rng: NGram(3, 2**20).fit(np.zeros((8, 1, 3))), "order 3 is too high for k = 1048576"),
        (lambda rng: fitted().sample(0, rng=rng), "n must be a whole number"),
        (lambda rng: fitted().sample(1, rng=0), "numpy.random.Generator"),
        (lambda rng: fitted().sample(1, [0], rng=rng), "y was given"),
        (lambda rng: fitted().sample(1, rng=rng, opening=[]), "opening is empty"),
        (lambda rng: fitted().sample(1, rng=rng, opening=[4]), "opening must hold 1 to 12 tokens from 0 to 3"),
        (lambda rng: fitted().sample(1, rng=rng, opening=[[0]]), "opening must hold 1 to 12 tokens"),
        (lambda rng: fitted().sample(1, rng=rng, opening=[0] * 13), "opening must hold 1 to 12 tokens"),
        (lambda rng: fitted().sample(1, rng=rng, opening=[0.5]), "opening must hold whole numbers"),
        (lambda rng: fitted().perplexity([[0, 4]]), "whole numbers from 0 to 3, got 4"),
        (lambda rng: fitted().perplexity([[0]]), "windows of 1 tokens"),
        (lambda rng: fitted().perplexity(np.zeros((3, 1, 2))), r"leading axes \(3,\); \(\) or none"),
        (lambda rng: fitted().perplexity(Records([[0, 1]], w=[0])), "weight 0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.random.default_rng(0))


def test_a_fit_that_fails_leaves_the_model_as_it_was():
    model = fitted()
    with pytest.raises(ValueError, match="got 9"):
        model.fit([[0, 9]])
    assert counted(model, 2) == counted(fitted(), 2)


@pytest.mark.parametrize("use", [lambda m: m.sample(1, rng=np.random.default_rng()), lambda m: m.perplexity([[0, 1]])])
def test_use_before_fitting(use):
    with pytest.raises(NotFittedError, match="NGram has not been fitted"):
        use(NGram(2))
