"""The laws of presence: against each other, against the exact chain, and against the loop."""

import numpy as np
import pytest

from course_lib import Accumulate, Categorical, Mix, Replace, self_consume, theory

TIMES = np.array([0, 1, 2, 10, 50])


@pytest.mark.parametrize("count", [1, 3, 20])
def test_without_real_records_presence_is_survival(count):
    assert theory.presence(count, 0, TIMES[1:]) == pytest.approx(theory.survival(count, TIMES[1:]), rel=1e-12)
    assert theory.presence(count, 0, 0) == 1


@pytest.mark.parametrize("f", [0.01, 0.1, 0.6])
def test_presence_tends_to_its_long_run(f):
    assert theory.presence(5, f, 5000) == pytest.approx(theory.long_run_presence(5, f), rel=1e-9)


def test_limits_of_the_long_run():
    assert theory.long_run_presence([1, 50], 0).tolist() == [0, 0]
    assert theory.long_run_presence([0, 1, 50], 1).tolist() == [0, 1, 1]


@pytest.mark.parametrize(("f", "gap"), [(0.1, 0.15), (0.01, 0.04), (0.001, 0.02)])
def test_the_short_form_comes_close_as_real_records_get_few(f, gap):
    exact = -np.log(1 - theory.long_run_presence(1 / f, f))
    short = 2 * np.log(1 + 1 / (2 * f))
    assert 1 < exact / short < 1 + gap


def test_the_chain_of_few_records_by_hand():
    # Of two records one is the symbol: the next two hold none with probability 1/4, both with 1/4.
    assert theory.chain_presence(1, 2, [0, 1, 2]) == pytest.approx([1, 3 / 4, 1 / 2 * 3 / 4 + 1 / 4])
    # One of the two is drawn from the archive instead: absent if that one and the other one miss it.
    assert theory.chain_presence(1, 2, 1, real=1) == pytest.approx(3 / 4)
    assert theory.chain_presence(1, 2, [1, 9], real=2) == pytest.approx([1, 1])


@pytest.mark.parametrize("real", [0, 4, 40])
def test_poisson_law_is_near_the_exact_chain_for_rare_symbols(real):
    m, count = 400, 3
    exact = theory.chain_presence(count, m, TIMES, real=real)
    law = theory.presence(count, real / m, TIMES)
    assert law == pytest.approx(exact, abs=2 * count / m)
    assert np.abs(law - exact).max() > 0


@pytest.mark.parametrize(("policy", "real"), [(Replace(), 0), (Mix(0.2), 4)])
def test_the_chain_is_that_of_the_loop(policy, real):
    m, count, runs = 20, 2, 4000
    words = np.r_[np.ones(count), np.zeros(m - count)][:, None]
    rng = np.random.default_rng(0)
    history = self_consume(Categorical(2), words, policy=policy, generations=30, rng=rng, replicates=runs)
    found = history.evaluate("present", lambda model: model.shares_[:, 1] > 0).mean(1)
    exact = theory.chain_presence(count, m, np.arange(31), real=real)
    error = np.sqrt(exact * (1 - exact) / runs)
    assert np.all(np.abs(found - exact) <= 5 * error)


def test_accumulated_presence_in_the_loop():
    m, count, runs, t = 400, 2, 1000, np.array([0, 1, 5, 20])
    words = np.r_[np.ones(count), np.zeros(m - count)][:, None]
    rng = np.random.default_rng(0)
    history = self_consume(Categorical(2), words, policy=Accumulate(), generations=20, rng=rng, replicates=runs)
    expected = history.evaluate("next", lambda model: 1 - np.exp(-m * model.shares_[:, 1]))[t]
    error = np.append(0, expected[1:].std(1) / np.sqrt(runs))
    law = theory.accumulated_presence(count, t)
    # A binomial count varies less than a Poisson one by count/m, here by half a percent, and the law with it.
    assert np.all(np.abs(expected.mean(1) - law) <= 5 * error + 0.005 * law)
    assert law[0] == pytest.approx(1 - np.exp(-count))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.presence(-1, 0.1, 3), "count must lie"),
        (lambda: theory.presence(1, 1.1, 3), "real_fraction must be a share"),
        (lambda: theory.presence(1, 0.1, 2.5), "t must hold whole numbers"),
        (lambda: theory.accumulated_presence(1, [-1]), "t must hold whole numbers"),
        (lambda: theory.chain_presence(5, 4, 1), "at most m = 4"),
        (lambda: theory.chain_presence(1, 4, 1, real=5), "at most m = 4"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
