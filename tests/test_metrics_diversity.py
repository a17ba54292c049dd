"""Spread, precision/recall/density/coverage and the Vendi score."""

import numpy as np
import pytest
from prdc import compute_prdc
from scipy.special import gammaln
from vendi_score import vendi as authors_vendi

from course_lib import Records
from course_lib.metrics import median_distance, prdc, prdc_null, spread, vendi, vendi_of_similarity


def assert_mean(values, expected):
    """Assert that the mean of independent values lies within five standard errors of what is expected."""
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    assert abs(np.mean(values) - expected) < 5 * error, (np.mean(values), expected, error)


class TestSpread:
    def test_numpy(self):
        x = np.random.default_rng(0).normal(size=(4, 7, 1))
        for ddof in (0, 1):
            np.testing.assert_allclose(spread(x[0], x, ddof=ddof), x.std((-2, -1), ddof=ddof), rtol=1e-12)

    def test_columns(self):
        x = np.random.default_rng(1).normal(size=(7, 3)) * [1, 2, 5]
        np.testing.assert_allclose(spread(x, x, per_column=True), x.std(0, ddof=1), rtol=1e-12)
        assert spread(x, x) == pytest.approx(np.sqrt(x.var(0, ddof=1).mean()), rel=1e-12)

    def test_identical_points(self):
        assert spread(np.eye(2), np.full((5, 2), 3.0)) == 0

    def test_null(self):
        m = 6
        c4 = np.sqrt(2 / (m - 1)) * np.exp(gammaln(m / 2) - gammaln((m - 1) / 2))
        x = np.random.default_rng(2).normal(size=(20_000, m, 1))
        assert_mean(spread(x, x), c4)
        assert_mean(spread(x, x) ** 2, 1)
        assert 1 - c4 == pytest.approx(1 / (4 * m), rel=0.2)  # the next term of the expansion is 7/(32 m²)

    def test_bad_input(self):
        with pytest.raises(ValueError, match="ddof must be 0 or 1"):
            spread(np.eye(3), np.eye(3), ddof=2)
        with pytest.raises(ValueError, match="sample must count more than 1"):
            spread(np.eye(2), np.eye(2)[:1])
        assert spread(np.eye(2), np.eye(2)[:1], ddof=0) == 0


class TestPrdc:
    def test_vector(self):
        x = np.array([[0, 0], [1, 0], [0, 1], [1, 1], [5, 5], [9, 9]])
        y = np.array([[0, 0.4], [1, 0.6], [0.5, 0.5], [5.1, 5], [20, 20]])
        assert prdc(x, y, k=2) == {"precision": 0.8, "recall": 1, "density": 1, "coverage": 1}

    @pytest.mark.parametrize(("n", "m", "d", "k"), [(50, 50, 2, 5), (40, 70, 1, 1), (70, 40, 10, 3)])
    def test_authors_code(self, n, m, d, k):
        rng = np.random.default_rng(n + d)
        x, y = rng.normal(size=(n, d)), 0.5 + 0.7 * rng.normal(size=(m, d))
        expected, found = compute_prdc(x, y, nearest_k=k), prdc(x, y, k=k)
        assert found.keys() == expected.keys()
        for key in expected:
            assert found[key] == pytest.approx(expected[key], rel=1e-12)

    def test_edges_of_balls_are_outside_and_copies_inside(self):
        x = np.array([[0.0], [1.0], [2.0], [3.0]])
        assert prdc(x, x + 1, k=1) == {"precision": 0.75, "recall": 0.75, "density": 0.75, "coverage": 0.75}
        # Steps of 0.1 are not equal in floating point, and yet all are edges.
        assert prdc(0.1 * x, 0.1 * (x + 1), k=1)["density"] == 0.75
        # Radii 2, 1, 1, 2, and within them 2, 1, 1, 2 of the copies: 6 of the 2 × 4 that density counts against.
        assert prdc(x, x, k=2) == {"precision": 1, "recall": 1, "density": 0.75, "coverage": 1}

    def test_a_lost_mode_costs_recall_and_a_foreign_one_precision(self):
        rng = np.random.default_rng(0)
        two = rng.normal(size=(200, 2)) + np.repeat([[0, 0], [100, 0]], 100, axis=0)
        lost = rng.normal(size=(200, 2))
        assert prdc(two, lost)["recall"] <= 0.5 < prdc(two, lost)["precision"]
        assert prdc(lost, two)["precision"] <= 0.5 < prdc(lost, two)["recall"]

    @pytest.mark.parametrize(("n", "m", "k"), [(60, 60, 5), (30, 80, 3), (80, 30, 1)])
    def test_null(self, n, m, k):
        rng = np.random.default_rng(n)
        found = prdc(rng.normal(size=(400, n, 2)), rng.normal(size=(400, m, 2)), k=k)
        null = prdc_null(n, m, k=k)
        assert_mean(found["density"], null["density"])
        assert_mean(found["coverage"], null["coverage"])

    def test_null_by_hand(self):
        assert prdc_null(3, 1, k=2)["coverage"] == pytest.approx(1 - 2 / 3 * 1 / 2)

    def test_k_must_be_less_than_n(self):
        x, y = np.random.default_rng(0).normal(size=(2, 5, 2))
        assert prdc(x, y, k=4)["precision"] >= 0
        for reference, sample in [(x, y[:4]), (x[:4], y), (x, Records(y, w=[1, 1, 1, 1, 0]))]:
            with pytest.raises(ValueError, match="k = 4 neighbours need more than k records"):
                prdc(reference, sample, k=4)
        with pytest.raises(ValueError, match="k = 5"):
            prdc_null(5, 5, k=5)
        for k in (0, -1, 2.5, True):
            with pytest.raises(ValueError, match="k must be a whole number"):
                prdc(x, y, k=k)

    def test_identical_points_have_empty_balls(self):
        same = np.ones((6, 2))
        assert set(prdc(same, same, k=2).values()) == {0}

    def test_a_constant_column_changes_nothing(self):
        x, y = np.random.default_rng(1).normal(size=(2, 20, 2))
        flat = np.full((20, 1), 0.1)
        assert prdc(np.hstack([x, flat]), np.hstack([y, flat])) == prdc(x, y)


class TestVendi:
    def test_vectors(self):
        points = np.array([0, 0, 10, 10, 20, 20])
        assert vendi_of_similarity(np.exp(-abs(points[:, None] - points))) == pytest.approx(2.9999, abs=1e-4)
        pair = [[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]]
        assert vendi_of_similarity(pair) == pytest.approx(2.1573, abs=5e-5)

    @pytest.mark.filterwarnings("ignore:Please import `csr_matrix`:DeprecationWarning")  # of the authors' package
    def test_authors_code(self):
        rng = np.random.default_rng(0)
        x, w = rng.normal(size=(12, 3)), rng.random(12)
        unit = x / np.linalg.norm(x, axis=1, keepdims=True)
        assert vendi_of_similarity(unit @ unit.T) == pytest.approx(authors_vendi.score_X(x), rel=1e-10)
        weighted = authors_vendi.score_K(unit @ unit.T, p=w / w.sum())
        assert vendi_of_similarity(unit @ unit.T, w) == pytest.approx(weighted, rel=1e-10)
        width = median_distance(x)

        def kernel(a, b):
            return np.exp(-((a - b) ** 2).sum() / (2 * width**2))

        assert vendi(x, x) == pytest.approx(authors_vendi.score(x, kernel), rel=1e-10)

    def test_between_one_and_n(self):
        reference = np.random.default_rng(1).normal(size=(9, 2))
        assert vendi(reference, np.ones((7, 2))) == pytest.approx(1)
        assert vendi(reference, 1e3 * np.arange(14.0).reshape(7, 2)) == pytest.approx(7)
        assert vendi(reference, reference[:1]) == pytest.approx(1)

    def test_leading_axes_of_matrices(self):
        stack = np.array([np.eye(3), np.ones((3, 3))])
        np.testing.assert_allclose(vendi_of_similarity(stack), [3, 1], rtol=1e-12)

    @pytest.mark.parametrize(
        ("similarity", "w", "message"),
        [
            ([[1, 0.2], [0.3, 1]], None, "square and symmetric"),
            ([[2.0, 0], [0, 1]], None, "ones on its diagonal"),
            (np.ones((2, 3)), None, "square"),
            ([[1, -0.9, -0.9], [-0.9, 1, -0.9], [-0.9, -0.9, 1]], None, "negative eigenvalue"),
            (np.eye(2), [1, 1, 1], "w must hold 2 weights"),
            (np.eye(2), [0, 0], "not all of them 0"),
            (np.eye(2), [-1, 2], "0 or more"),
        ],
    )
    def test_bad_matrices(self, similarity, w, message):
        with pytest.raises(ValueError, match=message):
            vendi_of_similarity(similarity, w)

    def test_identical_reference_needs_a_width(self):
        with pytest.raises(ValueError, match="median distance is 0"):
            vendi(np.ones((5, 2)), np.eye(2))
        with pytest.raises(ValueError, match=r"reference has a single record.*pass a width"):
            vendi(np.ones((1, 2)), np.eye(2))
        assert vendi(np.ones((5, 2)), np.eye(2), width=1e-3) == pytest.approx(2)
