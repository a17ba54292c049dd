"""The token watermark: its green lists, the law of z without a mark, the power of the test, bad input."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import norm

from course_lib.generators import LanguageModel
from course_lib.provenance import Watermark, detection_power

K = 300


def marked_text(mark, texts, length, rng):
    """Draw texts whose next token is any of k, green ones exp(δ) times as likely; shape (texts, 1, length)."""
    x = np.empty((texts, length), dtype=int)
    x[:, 0] = rng.integers(mark.k, size=texts)
    for t in range(1, length):
        p = np.exp(mark.boost(x[:, t - 1]).astype(float)).cumsum(-1)
        x[:, t] = (p < rng.random((texts, 1)) * p[:, -1:]).sum(-1)
    return x[:, None]


def replaced(x, share, k, rng):
    return np.where(rng.random(x.shape) < share, rng.integers(k, size=x.shape), x)


# The green lists


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_a_share_of_all_tokens_is_green_after_each(share):
    mark = Watermark(K, key=7, share=share)
    assert (mark.green.sum(1) == share * K).all()
    assert mark.share == share
    # The lists of two tokens are independent: they share γ² k tokens on average (hypergeometric).
    overlap = (mark.green[:-1] & mark.green[1:]).sum(1)
    error = np.sqrt(K * share**2 * (1 - share) ** 2 / (1 - 1 / K) / (K - 1))
    assert abs(overlap.mean() - share**2 * K) < 5 * error
    other = Watermark(K, key=8, share=share).green
    assert abs((mark.green & other).sum() / K - share**2 * K) < 5 * error


def test_the_lists_are_the_same_in_every_process():
    code = "from course_lib.provenance import Watermark; print(Watermark(40, key=3).green.astype(int).sum(0).tolist())"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "99"}
    )
    assert run.stdout.strip() == str(Watermark(40, key=3).green.astype(int).sum(0).tolist())
    # Kept here, so that a change of the hash, which would lose every mark ever made, is seen.
    assert np.flatnonzero(Watermark(12, key=3).green[5]).tolist() == [0, 5, 6, 8, 9, 11]


def test_counting_by_hand():
    mark = Watermark(4, key=0)
    mark.__dict__["green"] = np.eye(4, dtype=bool)[[1, 2, 3, 0]] | np.eye(4, dtype=bool)  # itself or the next one
    text = np.array([[0, 1, 2, 2, 0], [0, 1, 3, 1, 2]])  # pairs 01 12 22 20, and 01 13 31 12
    assert [int(part) for part in mark.count(text)] == [3, 6]  # 01 12 22 green; 20 13 31 not
    assert [int(part) for part in mark.count(text, repeats=True)] == [5, 8]
    assert mark.z(text) == pytest.approx(0)
    assert mark.z(text, repeats=True) == pytest.approx(1 / np.sqrt(2))
    several = mark.count(np.stack([text, text[::-1], np.zeros_like(text)]))
    assert several[0].tolist() == [3, 3, 1]
    assert several[1].tolist() == [6, 6, 1]


# Without a mark


def test_without_a_mark_z_is_standard_normal_whatever_the_text():
    """One text with frequent words that comes again under 2,000 keys: the chance lies in the key."""
    rng = np.random.default_rng(0)
    shares = 1 / np.arange(1, 61)
    text = rng.choice(60, (8, 26), p=shares / shares.sum())
    keys = 2000
    z = np.array([Watermark(60, key=key).z(text) for key in range(keys)])
    assert abs(z.mean()) < 5 / np.sqrt(keys)
    # Pairs that share their first token are drawn without replacement, which makes the variance a little smaller:
    # for m different followers of one token, m γ (1 − γ)(k − m)/(k − 1).
    pairs = {(a, b) for row in text for a, b in zip(row[:-1].tolist(), row[1:].tolist(), strict=True)}
    followers = np.bincount([a for a, _ in pairs])
    variance = (followers * (60 - followers) / 59).sum() / followers.sum()
    assert 0.85 < variance < 1
    assert abs(z.var() / variance - 1) < 5 * np.sqrt(2 / keys)
    # A false alarm at 1%. Counts are whole numbers, so the true rate may be off by one step of the count's law.
    step = norm.pdf(2.326) / np.sqrt(0.25 * len(pairs))
    assert abs((z > norm.isf(0.01)).mean() - 0.01) < 5 * np.sqrt(0.01 * 0.99 / keys) + step


def test_repetitions_counted_as_evidence_raise_false_alarms():
    """A text that says each of its pairs ten times: their z is √10 times as wide."""
    rng = np.random.default_rng(1)
    text = np.tile(rng.permutation(200).reshape(20, 10), (10, 1))
    marks = [Watermark(200, key=key) for key in range(200)]
    z = {repeats: np.array([mark.z(text, repeats=repeats) for mark in marks]) for repeats in (False, True)}
    np.testing.assert_allclose(z[True], np.sqrt(10) * z[False])
    assert (z[True] > norm.isf(0.01)).mean() > 0.1  # 1 − Φ(2.33/√10) = .23 for a normal z
    assert (z[False] > norm.isf(0.01)).mean() < 0.05


def test_another_key_finds_nothing():
    rng = np.random.default_rng(2)
    text = marked_text(Watermark(K, key=1), 300, 101, rng)
    assert abs(Watermark(K, key=2).z(text).mean()) < 5 / np.sqrt(300)
    assert Watermark(K, key=1).z(text).mean() > 7


# With a mark


@pytest.mark.parametrize("pairs", [25, 60, 200])
@pytest.mark.parametrize("replace", [0.0, 0.2, 0.5])
def test_power_by_simulation(pairs, replace):
    """The normal approximation is off by a step of the count at the most, a third of it on average."""
    rng, texts = np.random.default_rng(3), 1500
    mark = Watermark(K, key=5, delta=1.0)
    text = replaced(marked_text(mark, texts, pairs + 1, rng), replace, K, rng)
    found = (mark.z(text) > norm.isf(0.01)).mean()
    written = np.e / (np.e + 1)  # γ e^δ / (γ e^δ + 1 − γ)
    expected = detection_power(pairs, written, replaced=replace)
    step = norm.pdf(0) / np.sqrt(0.25 * pairs)
    assert abs(found - expected) < 5 * np.sqrt(0.25 / texts) + step


def test_the_variance_knows_that_neighbours_share_a_token():
    """Mean and variance of the number of green pairs after replacement, to within five standard errors."""
    rng, texts, pairs = np.random.default_rng(4), 20_000, 30
    mark = Watermark(K, key=5, share=0.25, delta=3.0)
    green, counted = mark.count(replaced(marked_text(mark, texts, pairs + 1, rng), 0.4, K, rng), repeats=True)
    assert (counted == pairs).all()
    g = 0.25 * np.exp(3) / (0.25 * np.exp(3) + 0.75)
    p = 0.25 + (g - 0.25) * 0.36
    variance = pairs * p * (1 - p) + 2 * (pairs - 1) * (g - 0.25) ** 2 * 0.6**3 * 0.4
    assert abs(green.mean() - pairs * p) < 5 * np.sqrt(variance / texts)
    assert abs(green.var() / variance - 1) < 5 * np.sqrt(2 / texts)
    assert variance > 1.15 * pairs * p * (1 - p)  # what a binomial would leave out


def test_power_at_its_ends():
    assert detection_power(50, 0.5) == pytest.approx(0.01)  # no mark: the false alarms
    assert detection_power(50, 0.9, replaced=1) == pytest.approx(0.01)
    assert detection_power(50, 1.0) == 1
    power = detection_power(np.array([10, 50, 200]), np.array([[0.6], [0.8]]), level=0.001)
    assert power.shape == (2, 3)
    assert (np.diff(power, axis=0) > 0).all()
    assert (np.diff(power, axis=1) > 0).all()


def test_the_language_model_writes_the_mark():
    rng = np.random.default_rng(0)
    model = LanguageModel(K, width=4, steps=3, batch=8).fit(rng.integers(0, K, (2, 50, 8)), rng=rng)
    mark = Watermark(K, key=9, delta=2.0)
    with_mark, without = (model.sample(200, rng=rng, watermark=each) for each in (mark, None))
    green, pairs = mark.count(with_mark)
    # The model has learned next to nothing, so its draws are nearly uniform: e²/(e² + 1) = .881 are green.
    assert (np.abs(green / pairs - 0.881) < 0.02 + 5 * np.sqrt(0.881 * 0.119 / pairs)).all()
    assert (np.abs(mark.z(without)) < 5).all()
    nothing = Watermark(K, key=9, delta=0.0)
    same = [model.sample(20, rng=np.random.default_rng(1), watermark=each) for each in (None, nothing)]
    np.testing.assert_array_equal(*same)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Watermark(1, key=0), "k must be a whole number of at least 2"),
        (lambda: Watermark(5, key=-1), "key must be a whole number of at least 0"),
        (lambda: Watermark(5, key="secret"), "key must be a whole number"),
        (lambda: Watermark(5, key=0, share=0.1), "leave some of 5 tokens green and some not, got 0.1"),
        (lambda: Watermark(5, key=0, share=1.0), "leave some of 5 tokens green and some not, got 1.0"),
        (lambda: Watermark(5, key=0, share=2), "share must be a share between 0 and 1"),
        (lambda: Watermark(5, key=0, delta=-1), "delta must be a finite number of at least 0"),
        (lambda: Watermark(5, key=0).z([[0, 5]]), "whole numbers from 0 to 4, got 5"),
        (lambda: Watermark(5, key=0).z([[0, 0.5]]), "whole numbers from 0 to 4, got 0.5"),
        (lambda: Watermark(5, key=0).z([[0]]), "windows of 1 token; two are needed"),
        (lambda: Watermark(5, key=0).z([0, 1]), "at least 2 axes"),
        (lambda: detection_power(0, 0.7), "pairs must lie between 1 and inf, got 0"),
        (lambda: detection_power(10, 0.4), "marked must lie between 0.5 and 1, got 0.4"),
        (lambda: detection_power(10, 0.7, replaced=1.5), "replaced must lie between 0 and 1, got 1.5"),
        (lambda: detection_power(10, 0.7, level=0), "inside 0 to 1"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
