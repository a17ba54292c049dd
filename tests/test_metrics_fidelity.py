"""Distances between laws: test vectors, closed forms, nulls by simulation."""

import math
import tracemalloc

import numpy as np
import pytest
from scipy import linalg, stats
from scipy.spatial.distance import cdist

from course_lib import Records
from course_lib.metrics import (
    correlation_similarity,
    frechet,
    frechet_null,
    gaussian_w2_squared,
    ks_complement,
    median_distance,
    mmd2,
    sliced_wasserstein,
)


def assert_mean(values, expected):
    """Assert that the mean of independent values lies within five standard errors of what is expected."""
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    assert abs(np.mean(values) - expected) < 5 * error, (np.mean(values), expected, error)


class TestGaussianW2:
    def test_vectors(self):
        assert gaussian_w2_squared([0, 0], np.diag([1, 4]), [1, 2], np.diag([4, 9])) == 7
        turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
        law = np.diag([1.0, 4.0])
        turned = turn @ law @ turn.T
        assert gaussian_w2_squared([0, 0], law, [0, 0], turned) == pytest.approx(0.15845331930116968, rel=1e-13)

    def test_textbook_formula(self):
        rng = np.random.default_rng(0)
        a, b = rng.normal(size=(2, 5, 8))
        cov1, cov2 = a @ a.T, b @ b.T
        root = linalg.sqrtm(cov1)
        expected = np.trace(cov1 + cov2) - 2 * np.trace(linalg.sqrtm(root @ cov2 @ root)).real
        zero = np.zeros(5)
        assert gaussian_w2_squared(zero, cov1, zero, cov2) == pytest.approx(expected, rel=1e-10)
        assert gaussian_w2_squared(zero, cov2, zero, cov1) == pytest.approx(expected, rel=1e-10)

    def test_singular_covariances(self):
        a, b = np.random.default_rng(1).normal(size=(2, 3))
        lines = np.outer(a, a), np.outer(b, b)
        zero = np.zeros(3)
        # Two laws on lines: W2² = |a|² + |b|² − 2 |a · b|. An eigenvalue of 0 comes out near 1e-17 and its root near
        # 3e-9; roots of two such meet in the sum of squares as 1e-17, and one beside a number of order 1 as 1e-8.
        assert gaussian_w2_squared(zero, lines[0], zero, lines[1]) == pytest.approx(
            a @ a + b @ b - 2 * abs(a @ b), rel=1e-7
        )
        assert gaussian_w2_squared(zero, lines[0], zero, lines[0]) < 1e-15
        assert gaussian_w2_squared(zero, np.zeros((3, 3)), zero, lines[0]) == pytest.approx(a @ a, rel=1e-12)
        assert gaussian_w2_squared(zero, np.zeros((3, 3)), zero, np.zeros((3, 3))) == 0

    @pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
    def test_a_small_difference_keeps_its_digits(self, scale):
        cov = scale * np.diag([1.0, 2.0, 3.0])
        expected = (
            1e-12 * 6 * scale
        )  # (1 + 1e-6)² Σ against Σ: (1e-6)² tr Σ; a difference of traces would keep 4 digits
        assert gaussian_w2_squared([0] * 3, cov, [0] * 3, (1 + 1e-6) ** 2 * cov) == pytest.approx(expected, rel=1e-8)

    def test_broadcasts(self):
        rng = np.random.default_rng(2)
        a = rng.normal(size=(4, 1, 2, 3))
        means, covs = rng.normal(size=(4, 1, 2)), a @ a.mT
        other_means, other_covs = rng.normal(size=(5, 2)), np.array([s * np.eye(2) for s in range(1, 6)])
        together = gaussian_w2_squared(means, covs, other_means, other_covs)
        assert together.shape == (4, 5)
        for i, j in np.ndindex(4, 5):
            alone = gaussian_w2_squared(means[i, 0], covs[i, 0], other_means[j], other_covs[j])
            assert together[i, j] == pytest.approx(alone, rel=1e-12)

    @pytest.mark.parametrize(
        ("cov1", "message"),
        [
            (np.array([[1.0, 0.5], [0.0, 1.0]]), "cov1 is not symmetric"),
            (np.diag([1.0, -0.1]), "cov1 has a negative eigenvalue"),
            (np.ones((2, 3)), "square"),
            (np.eye(3), "same dimension"),
            (np.full((2, 2), np.nan), "cov1 holds 4 of 4"),
            (np.ones(2), "cov1 has shape"),
        ],
    )
    def test_bad_covariances(self, cov1, message):
        with pytest.raises(ValueError, match=message):
            gaussian_w2_squared([0, 0], cov1, [0, 0], np.eye(2))


class TestFrechet:
    def test_moments_with_ddof_1(self):
        x, y = np.random.default_rng(0).normal(size=(2, 9, 3))
        expected = gaussian_w2_squared(x.mean(0), np.cov(x.T), y.mean(0), np.cov(y.T))
        assert frechet(x, y) == pytest.approx(expected, rel=1e-12)

    def test_one_record_has_no_covariance(self):
        with pytest.raises(ValueError, match="sample must count more than 1 records"):
            frechet(np.zeros((5, 2)), np.zeros((1, 2)))

    def test_identical_points(self):
        assert frechet(np.full((5, 2), 0.1), np.full((4, 2), 0.1)) < 1e-30  # rounding, squared


class TestFrechetNull:
    def test_special_cases(self):
        for d in (1, 2, 7):
            assert frechet_null(np.eye(d), 50) == pytest.approx(2 * d / 50 + d * (d + 1) / 100, rel=1e-12)
        eigenvalues = np.array([1.0, 4.0, 25.0])
        pairs = sum(a * b / (a + b) for a, b in [(1, 4), (1, 25), (4, 25)])
        assert frechet_null(np.diag(eigenvalues), 300) == pytest.approx(3 * 30 / 300 + 2 / 300 * pairs, rel=1e-12)
        assert frechet_null(np.diag(eigenvalues), 300) == pytest.approx(0.335, abs=5e-4)
        assert frechet_null(np.zeros((2, 2)), 10) == 0
        assert frechet_null(np.diag([3.0, 0.0]), 10) == pytest.approx(frechet_null([[3.0]], 10))

    def test_rotation_and_leading_axes(self):
        rotation = stats.special_ortho_group.rvs(3, random_state=np.random.default_rng(0))
        law = np.diag([1.0, 4.0, 25.0])
        both = frechet_null(np.array([law, rotation @ law @ rotation.T]), 100, 200)
        assert both.shape == (2,)
        assert both[0] == pytest.approx(both[1], rel=1e-12)

    @pytest.mark.parametrize(("n", "m"), [(300, 300), (200, 1000)])
    def test_simulation(self, n, m):
        rng = np.random.default_rng(n)
        root = np.diag([1.0, 2.0, 5.0])
        reference, sample = (rng.normal(size=(400, size, 3)) @ root for size in (n, m))
        assert_mean(frechet(reference, sample), frechet_null(root @ root, n, m))

    def test_simulation_from_the_sufficient_statistics(self):
        # Means and covariances drawn directly, so that 20,000 pairs cost little and n can be so large that the next
        # order (a share of about d/n = .001) is far below the standard error (a share of about .006).
        rng, n, pairs = np.random.default_rng(3), 4000, 20_000
        cov = np.array([[2.0, 0.5, 0.0], [0.5, 1.0, -0.3], [0.0, -0.3, 0.2]])
        covs = stats.wishart.rvs(n - 1, cov / (n - 1), size=(2 * pairs), random_state=rng)
        means = rng.multivariate_normal(np.zeros(3), cov / n, size=2 * pairs)
        values = gaussian_w2_squared(means[:pairs], covs[:pairs], means[pairs:], covs[pairs:])
        assert_mean(values, frechet_null(cov, n))

    def test_bad_sizes(self):
        with pytest.raises(ValueError, match="n must be a whole number of at least 2"):
            frechet_null(np.eye(2), 1)
        with pytest.raises(ValueError, match="m must be a whole number"):
            frechet_null(np.eye(2), 10, 2.5)


class TestMMD:
    def test_vector(self):
        # 2 (s²/(s²+2))^{d/2} (1 − e^{−|δ|²/(2(s²+2))}) for N(0, I) and N(δ, I)
        expected = 2 * (1 / 3) ** 1.5 * (1 - np.exp(-1 / 6))
        assert expected == pytest.approx(0.0591, abs=5e-5)
        rng = np.random.default_rng(0)
        x, y = rng.normal(size=(2, 300, 100, 3))
        assert_mean(mmd2(x, y + np.array([1, 0, 0]), width=1), expected)

    def test_unbiased(self):
        rng = np.random.default_rng(1)
        values = mmd2(rng.normal(size=(300, 20, 2)), rng.normal(size=(300, 30, 2)), width=0.7)
        assert_mean(values, 0)
        assert (values < 0).any()

    def test_definition_with_weights(self):
        rng = np.random.default_rng(2)
        x, y, w = rng.normal(size=(6, 2)), rng.normal(size=(5, 2)), np.array([1.0, 2.0, 0.0, 1.0, 3.0])
        rows = np.repeat(y, w.astype(int), axis=0)

        def kernel(a, b):
            return np.exp(-cdist(a, b, "sqeuclidean") / (2 * 1.3**2))

        def within(a):
            return (kernel(a, a).sum() - len(a)) / (len(a) * (len(a) - 1))

        expected = within(x) + within(rows) - 2 * kernel(x, rows).mean()
        assert mmd2(x, Records(y, w=w), width=1.3) == pytest.approx(expected, rel=1e-12)

    def test_blocks_do_not_show(self):
        x, y = np.random.default_rng(3).normal(size=(2, 3000, 2))  # 72 MB of distances: two blocks of 64
        x_y, x_x, y_y = (np.exp(-cdist(a, b, "sqeuclidean") / 2) for a, b in [(x, y), (x, x), (y, y)])
        expected = (x_x.sum() + y_y.sum() - 6000) / (3000 * 2999) - 2 * x_y.mean()
        assert mmd2(x, y, width=1) == pytest.approx(expected, abs=1e-12)

    def test_memory_of_ten_thousand_records(self):
        x, y = np.random.default_rng(4).normal(size=(2, 10_000, 2))
        mmd2(x[:10], y[:10])  # imports are not counted
        tracemalloc.start()
        try:
            mmd2(x, y)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        # One full matrix of distances would be 800 MB. Interpreter and libraries take under 300 MB of the 600.
        assert peak < 300e6

    def test_median_heuristic(self):
        rng = np.random.default_rng(5)
        x, y = rng.normal(size=(50, 2)), rng.normal(size=(40, 2))
        distances = cdist(x, x)[np.triu_indices(50, 1)]
        assert median_distance(x) == pytest.approx(np.median(distances))
        assert mmd2(x, y) == mmd2(x, y, width=median_distance(x))
        # As an estimate of σ the median of pairwise distances is 86% efficient (Shamos; Bickel & Lehmann), and it is
        # taken over 1,000 records here: a relative standard error of 1/√(2 · 1000 · .86).
        many = median_distance(rng.normal(size=(20_000, 1)))
        assert many == pytest.approx(stats.norm.ppf(0.75) * math.sqrt(2), rel=5 / math.sqrt(2 * 1000 * 0.86))

    def test_identical_points(self):
        same = np.zeros((5, 2))
        with pytest.raises(ValueError, match="median distance is 0"):
            mmd2(same, same)
        assert mmd2(same, same, width=1) == 0

    @pytest.mark.parametrize("width", [0, -1, np.nan, "wide"])
    def test_bad_width(self, width):
        with pytest.raises(ValueError, match="width must be a finite number above 0"):
            mmd2(np.eye(3), np.eye(3), width=width)

    def test_too_few(self):
        with pytest.raises(ValueError, match="more than 1 records"):
            mmd2(np.eye(3), np.eye(3)[:1], width=1)
        with pytest.raises(ValueError, match="two or more records"):
            median_distance(np.eye(3)[:1])


class TestSlicedWasserstein:
    def test_one_column_is_exact(self):
        rng = np.random.default_rng(0)
        x, y = rng.normal(size=(2, 12, 1))
        expected = np.sqrt(((np.sort(x, 0) - np.sort(y, 0)) ** 2).mean())
        assert sliced_wasserstein(x, y, rng=rng) == pytest.approx(expected, rel=1e-12)
        assert sliced_wasserstein(x, x + 3, rng=rng) == pytest.approx(3, rel=1e-12)

    def test_unequal_sizes_equal_their_common_multiple(self):
        rng = np.random.default_rng(1)
        x, y = rng.normal(size=(3, 1)), rng.normal(size=(5, 1))
        expected = sliced_wasserstein(np.repeat(x, 5, 0), np.repeat(y, 3, 0), rng=rng)
        assert sliced_wasserstein(x, y, rng=rng) == pytest.approx(expected, rel=1e-12)

    def test_shift(self):
        # (θ · δ)² has mean |δ|²/d and, on the circle, variance |δ|⁴/8.
        rng, directions = np.random.default_rng(2), 4000
        x = rng.normal(size=(20, 2))
        found = sliced_wasserstein(x, x + np.array([3, 4]), directions=directions, rng=rng) ** 2
        assert abs(found - 12.5) < 5 * 25 * math.sqrt(1 / 8 / directions)

    def test_identical_points(self):
        assert sliced_wasserstein(np.ones((4, 2)), np.ones((3, 2)), rng=np.random.default_rng(0)) == 0

    def test_bad_arguments(self):
        with pytest.raises(ValueError, match="rng must be"):
            sliced_wasserstein(np.eye(2), np.eye(2), rng=1)
        with pytest.raises(ValueError, match="directions must be"):
            sliced_wasserstein(np.eye(2), np.eye(2), directions=0, rng=np.random.default_rng(0))


class TestKSComplement:
    def test_by_hand(self):
        x, y = np.array([[0.0, 1], [1, 1], [2, 1], [3, 1]]), np.array([[0.0, 1], [1, 2]])
        np.testing.assert_allclose(ks_complement(x, y, per_column=True), [0.5, 0.5])
        assert ks_complement(x, x) == 1
        assert ks_complement(x, x + 10) == 0
        assert ks_complement(np.ones((3, 1)), np.ones((5, 1))) == 1  # constant columns

    def test_scipy(self):
        rng = np.random.default_rng(1)
        x, y = np.rint(3 * rng.normal(size=(2, 40, 3)))  # with ties
        x, w = x[:25], rng.integers(4, size=40)
        expected = 1 - stats.ks_2samp(x, np.repeat(y, w, axis=0)).statistic
        np.testing.assert_allclose(ks_complement(x, Records(y, w=w), per_column=True), expected, rtol=1e-12)

    def test_null(self):
        rng = np.random.default_rng(0)
        values = 1 - ks_complement(rng.random((300, 2000, 1)), rng.random((300, 3000, 1)))
        assert_mean(values, math.sqrt(math.pi / 2) * math.log(2) * math.sqrt(1 / 2000 + 1 / 3000))
        assert math.sqrt(math.pi / 2) * math.log(2) == pytest.approx(0.869, abs=5e-4)


class TestCorrelationSimilarity:
    def test_by_hand(self):
        x = np.array([[0.0, 0, 1], [1, 1, 0], [2, 2, 1], [3, 3, 0]])
        y = x * [1, -1, 1]
        rho = np.corrcoef(x.T)[0, 2]
        assert correlation_similarity(x, x) == 1
        assert correlation_similarity(x[:, :2], y[:, :2]) == pytest.approx(0)
        assert correlation_similarity(x, y) == pytest.approx(np.mean([0, 1, 1 - abs(rho)]))

    @pytest.mark.parametrize("constant", [0.0, 0.1, 1e9 + 0.1])
    def test_a_constant_column_correlates_with_nothing(self, constant):
        x = np.random.default_rng(0).normal(size=(7, 2))  # the mean of seven times 0.1 is not 0.1 in floating point
        rho = np.corrcoef(x.T)[0, 1]
        collapsed = np.column_stack([x[:, 0], np.full(7, constant)])
        assert correlation_similarity(x, collapsed) == pytest.approx(1 - abs(rho) / 2, rel=1e-12)
        assert correlation_similarity(collapsed, collapsed) == 1
        # Two of them least of all, though their rounding errors go hand in hand.
        assert correlation_similarity(x, np.full((7, 2), constant)) == pytest.approx(1 - abs(rho) / 2, rel=1e-12)

    def test_what_was_discarded_does_not_make_a_column_vary(self):
        x = np.array([[5.0, 5.0], [0.0, 0.1], [1.0, 0.1], [2.0, 0.1]])
        sample = Records(x, w=[0, 1, 1, 1])
        assert correlation_similarity(x[1:], sample) == 1

    @pytest.mark.parametrize("rho", [0, 0.6])
    def test_null(self, rho):
        rng, n, m = np.random.default_rng(0), 400, 600
        law = np.linalg.cholesky([[1, rho], [rho, 1]]).T
        values = correlation_similarity(rng.normal(size=(600, n, 2)) @ law, rng.normal(size=(600, m, 2)) @ law)
        assert_mean(values, 1 - (1 - rho**2) * math.sqrt((1 / n + 1 / m) / (2 * math.pi)))

    def test_one_column(self):
        with pytest.raises(ValueError, match="two columns or more"):
            correlation_similarity(np.zeros((5, 1)), np.zeros((5, 1)))
