"""What a sample gives away: closest record, membership attack, adversarial accuracy."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from course_lib import Records
from course_lib.metrics import adversarial_accuracy, closest_record, membership_attack, membership_risk


def assert_mean(values, expected):
    """Assert that the mean of independent values lies within five standard errors of what is expected."""
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    assert abs(np.mean(values) - expected) < 5 * error, (np.mean(values), expected, error)


def column(*values):
    return np.array(values, dtype=float)[:, None]


class TestClosestRecord:
    def test_by_hand(self):
        reference, sample, holdout = column(0, 10), column(0, 1, 6, 8), column(1, 4)
        found = closest_record(reference, sample, holdout=holdout)  # distances 0 1 4 2 and 1 0 2 4
        assert found["median"] == found["holdout_median"] == 1.5
        assert found["copies"] == 0.25
        assert found["share_closer"] == 0.5
        assert found["p05"] == pytest.approx(0.15)
        assert found["holdout_p05"] == pytest.approx(0.15)
        assert closest_record(reference, sample) == {key: found[key] for key in ("median", "p05", "copies")}

    def test_a_copy_is_at_distance_zero_exactly(self):
        real = 1e3 + np.random.default_rng(0).normal(size=(200, 30))
        found = closest_record(real, real[::-1].copy())
        assert found["copies"] == 1
        assert found["median"] == 0

    def test_ties_count_half(self):
        same = np.ones((4, 2))
        assert closest_record(same, same, holdout=same)["share_closer"] == 0.5

    @pytest.mark.parametrize(("n", "h"), [(40, 40), (20, 60)])
    def test_null(self, n, h):
        rng = np.random.default_rng(n)
        reference, sample, holdout = (rng.normal(size=(400, size, 2)) for size in (n, 30, h))
        assert_mean(closest_record(reference, sample, holdout=holdout)["share_closer"], n / (n + h))

    def test_the_average_hides_three_copies(self):
        rng = np.random.default_rng(1)
        reference, holdout, sample = (rng.normal(size=(1000, 3)) for _ in range(3))
        sample[:3] = reference[:3]
        found = closest_record(reference, sample, holdout=holdout)
        assert found["copies"] == 0.003
        assert abs(found["share_closer"] - 0.5) < 5 * 0.5 / math.sqrt(1000)

    def test_bad_holdout(self):
        with pytest.raises(ValueError, match="holdout"):
            closest_record(column(1, 2), column(1, 2), holdout=column(np.nan))
        with pytest.raises(ValueError, match=r"same columns.* holdout \(2, 2\)"):
            closest_record(column(1, 2), column(1, 2), holdout=np.eye(2))


class TestMembership:
    def test_by_hand(self):
        # Distances to the sample {0}: members 0, 1, 5; others 1, 3, 4, 9. Wins 4, 3.5, 1 of 4.
        arguments = {"reference": column(0, 1, 5), "sample": column(0), "holdout": column(1, -3, 4, 9)}
        np.testing.assert_allclose(membership_risk(**arguments), [1, 0.875, 0.25])
        found = membership_attack(**arguments)
        assert found["auc"] == pytest.approx(2.125 / 3)
        assert found["tpr"] == pytest.approx(1 / 3)
        assert membership_attack(**arguments, false_positives=0.25)["tpr"] == pytest.approx(2 / 3)
        assert membership_attack(**arguments, false_positives=1)["tpr"] == 1

    def test_the_auc_is_the_mean_risk(self):
        rng = np.random.default_rng(0)
        members, others, sample = (np.rint(3 * rng.normal(size=(size, 2))) for size in (30, 40, 20))  # with ties
        risk = membership_risk(members, sample, holdout=others)
        assert membership_attack(members, sample, holdout=others)["auc"] == pytest.approx(risk.mean(), rel=1e-12)
        distances = np.linalg.norm(np.concatenate([members, others])[:, None] - sample, axis=-1).min(1)
        assert risk.mean() == pytest.approx(roc_auc_score(np.repeat([1, 0], [30, 40]), -distances), rel=1e-12)

    @pytest.mark.parametrize("per_record", [0.5, 1, 2, 5])
    def test_copies(self, per_record):
        # m draws from n training records are published. A member among them is at distance 0 and wins; any other one is
        # as independent of the sample as a non-member is, and wins half the time.
        rng, n = np.random.default_rng(1), 60
        m = int(per_record * n)
        members, others = rng.normal(size=(2, 100, n, 2))
        sample = np.take_along_axis(members, rng.integers(n, size=(100, m))[..., None], axis=1)
        found = membership_attack(members, sample, holdout=others)
        assert_mean(found["auc"], 1 - (1 - 1 / n) ** m / 2)

    @pytest.mark.parametrize(("h", "false_positives"), [(100, 0.01), (60, 0.01), (99, 0.05)])
    def test_null(self, h, false_positives):
        rng = np.random.default_rng(h)
        members, sample, others = (rng.normal(size=(200, size, 2)) for size in (30, 40, h))
        found = membership_attack(members, sample, holdout=others, false_positives=false_positives)
        assert_mean(found["auc"], 0.5)
        assert_mean(found["tpr"], (math.floor(h * false_positives) + 1) / (h + 1))

    def test_the_interval_holds_what_it_promises(self):
        rng = np.random.default_rng(2)
        members, sample, others = (rng.normal(size=(200, size, 2)) for size in (50, 40, 60))
        found = membership_attack(members, sample, holdout=others, level=0.9)
        inside = (found["low"] <= 0.5) & (found["high"] >= 0.5)
        assert abs(inside.mean() - 0.9) < 5 * math.sqrt(0.9 * 0.1 / 200)

    def test_a_perfect_attack_is_not_a_certainty(self):
        found = membership_attack(column(*range(5)), column(*range(5)), holdout=column(*range(20, 26)))
        assert found["auc"] == found["high"] == found["tpr"] == 1
        assert found["low"] == pytest.approx(0.025 ** (1 / 5))  # five wins of five pairs

    def test_identical_points(self):
        same = np.ones((6, 2))
        found = membership_attack(same, same, holdout=same)
        assert found["auc"] == 0.5
        assert found["low"] < 0.2
        assert found["high"] > 0.8
        assert found["tpr"] == 0
        np.testing.assert_array_equal(membership_risk(same, same, holdout=same), 0.5)

    def test_three_copied_patients(self):
        rng = np.random.default_rng(3)
        members, others, sample = (rng.normal(size=(1000, 5)) for _ in range(3))
        sample[:3] = members[:3]
        found = membership_attack(members, sample, holdout=others)
        assert found["low"] < 0.5 < found["high"]
        np.testing.assert_array_equal(membership_risk(members, sample, holdout=others)[:3], 1)

    def test_bad_input(self):
        good = column(0, 1, 2)
        with pytest.raises(ValueError, match="two records or more, got 3 and 1"):
            membership_attack(good, good, holdout=good[:1])
        with pytest.raises(ValueError, match="false_positives must be a share"):
            membership_attack(good, good, holdout=good, false_positives=1.5)
        with pytest.raises(ValueError, match="level must be a share"):
            membership_attack(good, good, holdout=good, level=95)
        with pytest.raises(ValueError, match="reference carries weights"):
            membership_risk(Records(good, w=[1, 1, 2]), good, holdout=good)


class TestAdversarialAccuracy:
    def test_extremes(self):
        rng = np.random.default_rng(0)
        real = rng.normal(size=(50, 3))
        assert adversarial_accuracy(real, real.copy()) == 0
        assert adversarial_accuracy(real, real + 100) == 1
        assert adversarial_accuracy(np.ones((5, 2)), np.ones((4, 2))) == 0.5

    def test_by_hand(self):
        # Own neighbours at 1, 1, 6 and 2, 2; the other set's at 4, 3, 1 and 1, 3.
        assert adversarial_accuracy(column(0, 1, 7), column(6, 4)) == pytest.approx((2 / 3 + 1 / 2) / 2)

    def test_half_copied_half_bad_looks_perfect(self):
        rng = np.random.default_rng(1)
        real = rng.normal(size=(100, 2))
        sample = np.concatenate([real[:50], 100 + rng.normal(size=(50, 2))])
        # Real: 50 copied ones score 0; of the other 50, the nearest is a copied one (a tie) 50 times in 99.
        # Sample: the copies score 0, the others 1.
        expected = (0.5 * (1 - 0.5 * 50 / 99) + 0.5) / 2
        error = math.sqrt(50) * 0.25 / 100 / 2  # 50 scores of 1/2 or 1
        assert abs(adversarial_accuracy(real, sample) - expected) < 5 * error

    @pytest.mark.parametrize(("n", "m"), [(30, 30), (10, 50)])
    def test_null(self, n, m):
        rng = np.random.default_rng(m)
        values = adversarial_accuracy(rng.normal(size=(600, n, 2)), rng.normal(size=(600, m, 2)))
        assert_mean(values, (n + m - 2) / (2 * (n + m - 1)))

    def test_one_record_has_no_neighbour(self):
        with pytest.raises(ValueError, match="two records or more, got 2 and 1"):
            adversarial_accuracy(column(1, 2), column(1))


few = st.lists(st.integers(0, 3), min_size=2, max_size=8)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(members=few, others=few, sample=few)
@pytest.mark.filterwarnings("error")
def test_ties_leave_all_shares_within_bounds(members, others, sample):
    members, others, sample = column(*members), column(*others), column(*sample)
    found = membership_attack(members, sample, holdout=others)
    assert 0 <= found["low"] <= found["auc"] <= found["high"] <= 1
    assert found["auc"] == pytest.approx(membership_risk(members, sample, holdout=others).mean())
    swapped = membership_attack(others, sample, holdout=members)
    assert found["auc"] == pytest.approx(1 - swapped["auc"])
    assert 0 <= adversarial_accuracy(members, sample) <= 1
