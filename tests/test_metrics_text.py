"""Metrics of text: by hand, weights, replicates, their value under no difference, bad input."""

import numpy as np
import pytest

from course_lib import NGram, Records, Replace, self_consume
from course_lib.metrics import distinct_n, no_difference, rare_words, repetition

TEXT = np.array([[0, 1, 0, 1, 2], [1, 2, 2, 2, 2]])


@pytest.mark.parametrize(("n", "expected"), [(1, 3 / 10), (2, 4 / 8), (3, 5 / 6), (5, 2 / 2)])
def test_distinct_by_hand(n, expected):
    # Pairs: 01 10 01 12, and 12 22 22 22. Triples: 010 101 012, and 122 222 222.
    assert distinct_n(TEXT, TEXT, n=n) == pytest.approx(expected)


@pytest.mark.parametrize(("n", "expected"), [(1, (2 / 5 + 3 / 5) / 2), (2, (1 / 4 + 2 / 4) / 2), (3, (0 + 1 / 3) / 2)])
def test_repetition_by_hand(n, expected):
    assert repetition(TEXT, TEXT, n=n) == pytest.approx(expected)


def test_rare_words_by_hand():
    # 0 is used twice, 1 three times, 2 five times.
    for most, sample, expected in ((2, [[9, 0]], 1), (2, [[1, 2]], 0), (3, [[0, 7]], 1 / 2), (5, [[2, 1]], 2 / 3)):
        windows = np.tile(sample, (1, 3))[:, :5]
        assert rare_words(TEXT, windows, most=most) == pytest.approx(expected)


def test_weights_are_counts():
    rng = np.random.default_rng(0)
    x, w = rng.integers(0, 5, (30, 6)), rng.integers(0, 4, 30)
    repeated = np.repeat(x, w, axis=0)
    for metric in (distinct_n, repetition):
        assert metric(x, Records(x, w=w)) == pytest.approx(metric(x, repeated))
    real = np.minimum(rng.geometric(0.1, (30, 6)) - 1, 39)
    reference, sample = Records(real, w=w), Records(real[::-1].copy(), w=w)
    both = (np.repeat(real, w, axis=0), np.repeat(real[::-1], w, axis=0))
    assert rare_words(reference, sample) == rare_words(*both)
    assert 0 < rare_words(*both) < 1


def test_replicates_are_measured_apart():
    x = np.random.default_rng(0).integers(0, 30, (2, 3, 20, 7))
    for metric in (distinct_n, repetition, rare_words):
        together = metric(x[0, 0], x)
        assert together.shape == (2, 3)
        for index in np.ndindex(2, 3):
            assert together[index] == metric(x[0, 0], x[index])


def test_they_fall_in_the_loop_of_an_n_gram_model():
    rng = np.random.default_rng(0)
    real = np.minimum(rng.geometric(0.02, (150, 20)) - 1, 299)
    metrics = {"distinct": distinct_n, "rare": rare_words}
    settings = dict(policy=Replace(), generations=10, rng=rng, replicates=5, metrics=metrics)
    scores = self_consume(NGram(2, 300), real, **settings).scores
    assert (scores["distinct"][10] < 0.8 * scores["distinct"][0]).all()
    assert (scores["rare"][10] < 0.8 * scores["rare"][0]).all()


def test_without_a_difference():
    """New text of one law: rare words come up as often as a Poisson law says; splits of one text score alike."""
    rng = np.random.default_rng(0)
    shares = 1 / np.arange(1, 2001)
    real, new = rng.choice(2000, (2, 20, 500, 20), p=shares / shares.sum())
    uses = [np.bincount(text.ravel(), minlength=2000) for text in real]
    once = rare_words(real, new, most=1)
    # A word used once has the expected number of uses n p, which is more often above 1 than below in this law.
    expected = [1 - (1 - (shares / shares.sum())[u == 1]) ** 10_000 for u in uses]
    error = np.sqrt(sum((p * (1 - p)).sum() for p in expected)) / sum(p.size for p in expected)
    assert abs(once.mean() - np.concatenate(expected).mean()) < 5 * error
    null = no_difference(distinct_n, real[0], rng=rng)
    assert null.std() < 0.02 < abs(distinct_n(real[0], real[0]) - null.mean())  # twice the text: less distinct


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: distinct_n(TEXT, TEXT, n=0), "n must be a whole number of at least 1, got 0"),
        (lambda: distinct_n(TEXT, TEXT, n=6), "n must be at most 5, the length of the windows; got 6"),
        (lambda: repetition(TEXT, TEXT, n=6), "n must be at most 5"),
        (lambda: distinct_n(TEXT, TEXT[:, :3]), "same columns"),
        (lambda: distinct_n(TEXT, TEXT + 0.5), "tokens, whole numbers of at least 0, got 0.5"),
        (lambda: repetition(TEXT, TEXT - 1), "tokens, whole numbers of at least 0, got -1"),
        (lambda: rare_words(TEXT, TEXT - 1), "tokens, whole numbers of at least 0, got -1"),
        (lambda: rare_words(TEXT, TEXT, most=1), "no word that is used at most 1 times"),
        (lambda: rare_words(TEXT, TEXT, most=0), "most must be a whole number of at least 1, got 0"),
        (lambda: distinct_n(TEXT, Records(TEXT, w=[0.5, 1])), "weights must be whole; got 0.5"),
        (lambda: distinct_n(TEXT, np.zeros((0, 5))), "sample is empty"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
