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


@pytest.mark.parametrize(("rho", "labels"), [(0.0, 100), (0.5, 75), (0.8, 36), (0.95, 10), (1.0, 0), (-0.8, 36)])
def test_labels_still_needed_for_a_hundred(rho, labels):
    assert round(float(labour.still_needed(rho))) == labels
    if labels:
        n = float(labour.still_needed(rho))
        assert labour.variance(n, rho) == pytest.approx(1 / 100)


def test_label_value_is_what_the_variance_falls_by_in_money():
    n, rho, spread, worth = 30, 0.7, 2.5, 400.0
    fall = (labour.variance(n, rho) - labour.variance(n + 1, rho)) * spread**2
    assert labour.label_value(n, rho, spread=spread, worth=worth) == pytest.approx(worth * fall)


def test_break_even_is_where_the_label_is_worth_its_price():
    rho, spread, worth, price = 0.6, 2.0, 800.0, 0.3
    n = labour.break_even(rho, price=price, worth=worth * spread**2)
    value = labour.label_value([n - 1, n], rho, spread=spread, worth=worth)
    assert value[0] > price >= value[1]


@pytest.mark.parametrize("rho", [0.0, 0.6, 0.9])
def test_the_interval_of_a_correlation_holds_the_true_one_as_often_as_it_says(rho):
    rng, runs, n = np.random.default_rng(0), 2000, 30
    human, noise = rng.standard_normal((2, runs, n))
    machine = rho * human + np.sqrt(1 - rho**2) * noise
    found = [np.corrcoef(*pair)[0, 1] for pair in zip(human, machine, strict=True)]
    bounds = np.array([labour.correlation_interval(float(each), n) for each in found])
    held = np.mean((bounds[:, 0] <= rho) & (rho <= bounds[:, 1]))
    assert abs(held - 0.95) < 5 * np.sqrt(0.95 * 0.05 / runs)


OURS = {"rho": 0.95, "spread": 3.0, "worth": 1000.0, "price": 0.5}


def test_fragility_puts_the_widest_first_and_buys_as_break_even_does():
    table = labour.fragility(OURS, {"price": (0.25, 1.0), "worth": (300.0, 3000.0), "rho": (0.95, 0.95)})
    assert table.index.tolist() == ["worth", "price", "rho"]
    assert table.loc["rho", "times"] == 1
    buy = labour.break_even(0.95, price=0.25, worth=9000.0)
    assert table.loc["price", "labels at low"] == buy
    assert table.loc["price", "times"] == buy / labour.break_even(0.95, price=1.0, worth=9000.0)


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
        (lambda: labour.still_needed(2), "rho must lie"),
        (lambda: labour.still_needed(0.5, -1), "labels must be"),
        (lambda: labour.label_value(10, 0.5, spread=-1, worth=1), "spread must be"),
        (lambda: labour.correlation_interval(1.0, 10), "rho must lie"),
        (lambda: labour.correlation_interval(0.5, 3), "n must be"),
        (lambda: labour.fragility({"rho": 0.5}, {"rho": (0, 1)}), "middle must hold"),
        (lambda: labour.fragility(OURS, {"pay": (0, 1)}), "middle must hold"),
        (lambda: labour.fragility(OURS, {}), "middle must hold"),
    ],
)
def test_bad_input(call, words):
    with pytest.raises(ValueError, match=words):
        call()
