"""Monitoring: the CUSUM and its baseline, the laws of its run length, two-sample tests, what missed records cost."""

import numpy as np
import pytest
from scipy.stats import ks_2samp, norm

from course_lib import theory
from course_lib.metrics import mmd2
from course_lib.monitor import Baseline, alarms, cusum, first_alarm
from course_lib.records import Records
from course_lib.two_sample import classifier_test, ks_columns, ks_p, mmd_test

# The CUSUM


def test_cusum_by_hand():
    np.testing.assert_allclose(cusum([1.0, 1.0, -2.0, 0.5, 2.0]), [0.5, 1, 0, 0, 1.5])
    np.testing.assert_allclose(cusum([1.0, 1.0], k=0), [1, 2])
    assert not cusum(-np.ones(5)).any()


def test_cusum_is_the_sum_above_its_lowest_point():
    z = np.random.default_rng(0).standard_normal((200, 3, 2))
    total = np.cumsum(z - 0.5, axis=0)
    np.testing.assert_allclose(cusum(z), total - np.minimum(np.minimum.accumulate(total), 0), atol=1e-12)


def test_replicates_are_those_of_single_runs():
    z = np.random.default_rng(1).standard_normal((300, 4))
    together = alarms(z, h=2)
    for i in range(4):
        np.testing.assert_array_equal(together[:, i], alarms(z[:, i], h=2))
    assert together.any()


def test_after_an_alarm_it_starts_again():
    z = np.ones(12)  # half a step a night: above 2 on the fifth night, and on the fifth night from there
    assert np.flatnonzero(alarms(z, h=2)).tolist() == [4, 9]
    assert first_alarm(z, h=2) == 5
    assert first_alarm(z, h=100) == np.inf
    np.testing.assert_array_equal(first_alarm(np.stack([z, -z], 1), h=2), [5, np.inf])


def test_baseline_standardises_each_replicate():
    scores = np.array([[1.0, 10.0], [3.0, 30.0], [2.0, 20.0]])
    baseline = Baseline.of(scores)
    np.testing.assert_allclose(baseline.mean, [2, 20])
    np.testing.assert_allclose(baseline.std, [1, 10])  # n − 1
    np.testing.assert_allclose(baseline.z([[4.0, 0.0]]), [[2, -2]])
    np.testing.assert_allclose(baseline.z([[4.0, 0.0]], fall=True), [[-2, 2]])


def test_the_input_is_left_alone():
    z = np.random.default_rng(2).standard_normal(50)
    kept = z.copy()
    cusum(z), alarms(z, h=1), Baseline.of(z).z(z)
    np.testing.assert_array_equal(z, kept)


# Its laws


def test_run_length_as_it_was():
    # Kept here; the test below comes by it in another way, and claim 41 by simulation.
    assert theory.cusum_run_length(4) == pytest.approx(335.37, abs=0.01)
    assert theory.cusum_run_length(5) == pytest.approx(930.89, abs=0.01)


def test_run_length_by_a_markov_chain():
    """Brook and Evans' way: cut 0 to h into 400 states and solve for the steps to absorption."""
    h, k, shift, states = 3.0, 0.4, 0.2, 400
    width = 2 * h / (2 * states - 1)
    i = np.arange(states)
    middle = i * width
    upper = norm.cdf(middle[None, :] + width / 2 - middle[:, None] + k - shift)
    lower = norm.cdf(middle[None, :] - width / 2 - middle[:, None] + k - shift)
    step = upper - lower
    step[:, 0] = upper[:, 0]
    steps = np.linalg.solve(np.eye(states) - step, np.ones(states))[0]
    assert theory.cusum_run_length(h, k, shift) == pytest.approx(steps, rel=1e-4)


def test_run_length_at_its_ends():
    # With next to no threshold it rings as soon as z exceeds k.
    assert theory.cusum_run_length(1e-9, 0.5) == pytest.approx(1 / norm.sf(0.5), rel=1e-6)
    # z, k and h in another unit are the same chart
    assert theory.cusum_run_length(8, 1, 0.6, 2) == pytest.approx(theory.cusum_run_length(4, 0.5, 0.3), rel=1e-9)


@pytest.mark.parametrize(("h", "shift"), [(3, 0), (4, 0), (5, 0), (4, 0.25), (4, 1), (5, 1.5)])
def test_the_line_is_near_the_equation(h, shift):
    exact = theory.cusum_run_length(h, shift=shift)
    assert theory.brownian_run_length(h, shift=shift) == pytest.approx(exact, rel=0.03)


def test_the_line_at_no_drift():
    b = 4 + 1.166
    assert theory.brownian_run_length(4, 0.5, 0.5) == pytest.approx(b**2)
    assert theory.brownian_run_length(4, 0.5, 0.5 + 1e-4) == pytest.approx(b**2, rel=1e-3)


@pytest.mark.parametrize(("nights", "k"), [(50, 0.5), (365.25, 0.5), (1e6, 0.5), (1e4, 1.0), (200, 0.1)])
def test_threshold_is_the_inverse(nights, k):
    assert theory.cusum_run_length(theory.cusum_threshold(nights, k), k) == pytest.approx(nights, rel=1e-6)


def test_a_learned_baseline_rings_more_often():
    known = 1 / theory.cusum_run_length(4)
    rates = [theory.false_alarm_rate(4, baseline=m) for m in (20, 56, 200, 5000)]
    assert (np.diff(rates) < 0).all()
    assert rates[-1] == pytest.approx(known, rel=0.02)
    assert rates[1] > 1.5 * known


# What missed records cost


def test_effective_size_at_its_ends():
    assert theory.effective_size(500, 0, 100) == pytest.approx(500)
    assert theory.effective_size(500, 0, 100, known=True) == pytest.approx(500)
    assert theory.effective_size(0, 10**9, 100) == pytest.approx(100, rel=1e-6)  # never more than the teacher had
    assert theory.effective_size(0, 10**9, 100, generation=4, known=True) == pytest.approx(20, rel=1e-6)
    assert theory.effective_size(700, 300, 200) == pytest.approx(1 / (1 / 1000 + 0.3**2 / 200))


def test_knowing_is_never_worse():
    q = np.linspace(0, 1, 21)
    for g in (0, 1, 10):
        missed = theory.effective_size(1000 * (1 - q), 1000 * q, 150, generation=g)
        known = theory.effective_size(1000 * (1 - q), 1000 * q, 150, generation=g, known=True)
        assert (known >= missed - 1e-9).all()
        assert (known >= 1000 * (1 - q) - 1e-9).all()


# Two-sample tests


def test_columns_as_scipy_has_them():
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((80, 4)), rng.normal([0, 0, 0.3, 2], size=(55, 4))
    gap, p = ks_p(x, y)
    expected = ks_2samp(x, y, axis=0, method="asymp")
    np.testing.assert_allclose(gap, expected.statistic)
    np.testing.assert_allclose(p, expected.pvalue, rtol=1e-9)
    report = ks_columns(x, y, names=list("abcd"))
    assert report.differs["d"]
    assert (report["p adjusted"] >= report.p).all()
    assert report["p adjusted"].min() == pytest.approx(min(1, 4 * p.min()))


@pytest.mark.parametrize("method", ["holm", "bonferroni"])
def test_columns_report_where_the_smallest_p_is_below_its_share(method):
    rng = np.random.default_rng(4)
    for _ in range(20):
        x, y = rng.standard_normal((2, 40, 3))
        y[:, 0] += rng.uniform(0, 1)
        assert ks_columns(x, y, method=method).differs.any() == (ks_p(x, y)[1].min() <= 0.05 / 3)


def test_discrepancy_is_the_metric():
    rng = np.random.default_rng(5)
    x, y = rng.standard_normal((30, 3)), rng.standard_normal((22, 3)) + 0.5
    found = mmd_test(x, y, permutations=19, rng=rng)
    assert found.statistic == pytest.approx(float(mmd2(x, y)))
    assert mmd_test(x, y, width=2.0, permutations=19, rng=rng).statistic == pytest.approx(float(mmd2(x, y, width=2.0)))
    assert mmd_test(x, y + 5, permutations=19, rng=rng).p == pytest.approx(1 / 20)


@pytest.mark.parametrize(
    "test",
    [
        lambda x, y, rng: mmd_test(x, y, permutations=39, rng=rng),
        lambda x, y, rng: classifier_test(x, y, classifier=_linear(), rng=rng),
    ],
)
def test_levels_are_kept(test):
    rng, runs = np.random.default_rng(6), 300
    rejected = np.mean([test(*rng.standard_normal((2, 30, 2)), rng).p <= 0.05 for _ in range(runs)])
    assert abs(rejected - 0.05) < 5 * np.sqrt(0.05 * 0.95 / runs)


def _linear():
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression()


def test_ties_all_over_are_no_evidence():
    same = np.repeat([[0.0, 0.0], [1.0, 1.0]], 10, axis=0)
    assert mmd_test(same, same, permutations=49, width=1.0, rng=np.random.default_rng(0)).p > 0.5


def test_trees_see_what_columns_do_not():
    """Two laws with equal columns: y has both coordinates alike."""
    rng = np.random.default_rng(7)
    x, y = rng.standard_normal((400, 2)), np.repeat(rng.standard_normal((400, 1)), 2, axis=1)
    assert not ks_columns(x, y, level=1e-3).differs.any()
    found = classifier_test(x, y, rng=rng)
    assert found.p < 1e-6
    assert found.statistic > 0.8


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cusum([1.0, np.nan]), "z holds 1 of 2 values"),
        (lambda: cusum([1.0], k=-1), "k must be a finite number of at least 0"),
        (lambda: alarms([1.0], h=0), "h must be a finite number above 0"),
        (lambda: Baseline.of([1.0]), "two nights or more"),
        (lambda: Baseline.of([1.0, 1.0]), "that differ"),
        (lambda: theory.cusum_run_length(0), "h must be a finite number above 0"),
        (lambda: theory.cusum_threshold(2), "run_length must lie between 3.24"),
        (lambda: theory.cusum_threshold(1e12), "1e9 steps"),
        (lambda: theory.false_alarm_rate(4, baseline=2), "baseline must be a whole number of at least 3"),
        (lambda: theory.effective_size(0, 0, 10), "both 0"),
        (lambda: theory.effective_size(-1, 0, 10), "real must lie between 0 and inf"),
        (lambda: ks_p(np.zeros((3, 2)), np.zeros((3, 3))), "same columns"),
        (lambda: ks_p(np.zeros((2, 3, 2)), np.zeros((3, 2))), "reference must be one sample"),
        (lambda: ks_p(np.zeros((3, 2)), Records(np.zeros((3, 2)), w=np.ones(3))), "sample must be one sample"),
        (lambda: mmd_test(np.eye(3), np.eye(3), rng=0), "rng must be a numpy.random.Generator"),
        (lambda: classifier_test(np.eye(3), np.eye(3), rng=np.random.default_rng(0)), "at least 4 records"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
