"""The value of a human label: the estimator against arithmetic and simulation, the laws against each other."""

import numpy as np
import pytest

from course_lib import labour


def labels(rng, n, others, rho, slope=1.0):
    human, noise = rng.standard_normal((2, n + others))
    machine = slope * (rho * human + np.sqrt(1 - rho**2) * noise)
    return human[:n], machine[:n], machine[n:]


def test_prediction_powered_mean_by_hand():
    estimate, error = labour.prediction_powered_mean([1.0, 2.0, 3.0], [1.0, 1.0, 2.0], [2.0, 4.0], weight=0.5)
    assert estimate == pytest.approx(2 + 0.5 * (3 - 4 / 3))
    # human - 0.5 machine = 0.5, 1.5, 2.0: variance 7/12; the others' variance is 2
    assert error == pytest.approx(np.sqrt(7 / 12 / 3 + 0.25 * 2 / 2))


def test_weight_zero_ignores_the_machine():
    human, machine, others = labels(np.random.default_rng(0), 50, 500, 0.8)
    estimate, error = labour.prediction_powered_mean(human, machine, others, weight=0)
    assert estimate == human.mean()
    assert error == pytest.approx(human.std(ddof=1) / np.sqrt(50))


def test_best_weight_is_the_least_squares_slope():
    human, machine, _ = labels(np.random.default_rng(0), 50, 1, 0.8, slope=2.0)
    assert labour.best_weight(human, machine) == pytest.approx(np.polyfit(machine, human, 1)[0])
    assert labour.best_weight(human, machine, 50) == pytest.approx(np.polyfit(machine, human, 1)[0] / 2)


def test_a_constant_machine_gets_no_weight():
    assert labour.best_weight([1.0, 2.0, 4.0], [3.0, 3.0, 3.0]) == 0


@pytest.mark.parametrize("rho", [0.5, 0.8, 0.95])
def test_variance_and_error_with_an_estimated_weight(rho):
    rng, runs, n, others = np.random.default_rng(0), 4_000, 100, 2_000
    drawn = [labels(rng, n, others, rho, slope=3.0) for _ in range(runs)]
    estimate, error = labour.prediction_powered_mean(*(np.stack(part) for part in zip(*drawn, strict=True)))
    found = estimate.var(ddof=1) / labour.variance(n, rho)
    # 1 + n/N in the weight, and 1 + 1/n for the weight's own estimation, change it by at most 1 part in 20 at ρ = 0.95
    exact = (1 - rho**2 / (1 + n / others)) / (1 - rho**2) * (1 + 1 / n)
    assert abs(found / exact - 1) < 5 * np.sqrt(2 / runs)
    assert abs(estimate.mean()) < 5 * np.sqrt(labour.variance(n, rho) * exact / runs)
    assert abs((error**2).mean() / estimate.var(ddof=1) - 1) < 5 * np.sqrt(2 / runs) + 3 / n


def test_variance_is_least_at_the_best_weight():
    weights = np.linspace(0, 2, 201)
    found = [labour.variance(10, 0.7, weight=weight, ratio=2.0) for weight in weights]
    assert weights[np.argmin(found)] == pytest.approx(0.35)
    assert min(found) == pytest.approx(labour.variance(10, 0.7))


def test_unweighted_gains_nothing_at_one_half():
    assert labour.variance(10, 0.5, weight=1) == pytest.approx(1 / 10)


def test_next_label_is_the_difference():
    assert labour.next_label(7, 0.6) == pytest.approx(labour.variance(7, 0.6) - labour.variance(8, 0.6))


@pytest.mark.parametrize("rho", [0.0, 0.8, 0.999])
def test_break_even_is_the_first_label_that_does_not_pay(rho):
    worth, price = 5_000.0, 2.0
    n = labour.break_even(rho, price=price, worth=worth)
    assert worth * labour.next_label(n, rho) <= price
    assert n == 1 or worth * labour.next_label(n - 1, rho) > price


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: labour.prediction_powered_mean([1, 2], [1, 2], [1, 2]), "at least 3 labels"),
        (lambda: labour.prediction_powered_mean([1, 2, 3], [1, 2], [1, 2]), "must be alike"),
        (lambda: labour.prediction_powered_mean([1, 2, np.nan], [1, 2, 3], [1, 2]), "human holds 1 of 3"),
        (lambda: labour.best_weight([1, 2], [1, 2, 3]), "machine has shape"),
        (lambda: labour.best_weight([1, 2], [1, 2], 0), "others must be"),
        (lambda: labour.variance(0, 0.5), "n must lie"),
        (lambda: labour.variance(10, 1.5), "rho must lie"),
        (lambda: labour.variance(10, 0.5, weight="most"), "weight must be a number"),
        (lambda: labour.break_even(0.5, price=0, worth=1), "price must be"),
        (lambda: labour.break_even(0.5, price=1, worth=-1), "worth must be"),
    ],
)
def test_bad_input(call, words):
    with pytest.raises(ValueError, match=words):
        call()
