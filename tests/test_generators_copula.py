"""The Gaussian copula: known copulas with known marginals, discrete columns, weights, replicates, loops, bad input."""

import numpy as np
import pytest
from scipy import stats
from sklearn.exceptions import NotFittedError

from course_lib import GaussianCopula, Records, Replace, self_consume
from course_lib.generators.copula import latent_correlation, normal_scores
from course_lib.metrics import ks_complement

CORRELATION = np.array([[1, 0.7, -0.4], [0.7, 1, 0.1], [-0.4, 0.1, 1]])


def normals(n, rng, correlation=CORRELATION):
    return rng.multivariate_normal(np.zeros(len(correlation)), correlation, size=n, method="cholesky")


@pytest.mark.parametrize("seed", range(3))
def test_a_known_copula_with_known_marginals_comes_back(seed):
    rng = np.random.default_rng(seed)
    n = 4000
    u = stats.norm.cdf(normals(n, rng))
    laws = [stats.expon(), stats.t(3), stats.uniform(2, 5)]
    x = np.stack([law.ppf(column) for law, column in zip(laws, u.T, strict=True)], -1)
    model = GaussianCopula().fit(x)
    # The van der Waerden rank correlation has at most the standard error of the normals' own, (1 − ρ²)/√n (Klaassen
    # & Wellner 1997: both are efficient).
    assert (np.abs(model.correlation_ - CORRELATION) <= 5 * (1 - CORRELATION**2) / np.sqrt(n) + 1e-3).all()
    sample = model.sample(n, rng=rng)
    for j, law in enumerate(laws):
        assert stats.ks_2samp(sample[:, j], x[:, j]).pvalue > 1e-4
        assert stats.kstest(sample[:, j], law.cdf).statistic < 2 * stats.kstwobign.isf(1e-4) / np.sqrt(n)
    scores = stats.norm.ppf(stats.rankdata(sample, axis=0) / (n + 1))
    found = np.corrcoef(scores.T)
    assert (np.abs(found - CORRELATION) <= 5 * np.sqrt(2) * (1 - CORRELATION**2) / np.sqrt(n) + 1e-3).all()


def test_the_marginals_of_a_sample_pass_the_usual_report():
    rng = np.random.default_rng(0)
    x = np.exp(normals(1000, rng))
    complements = ks_complement(x, GaussianCopula().fit(x).sample(1000, rng=rng))
    assert np.min(complements) > 1 - stats.kstwobign.isf(1e-4) * np.sqrt(2 / 1000)


def normal_cdf(low, rho):
    return stats.multivariate_normal(np.zeros(2), [[1, rho], [rho, 1]]).cdf(stats.norm.ppf(low))


@pytest.mark.parametrize(("p", "q"), [(0.5, 0.5), (0.3, 0.05), (0.015, 0.4)])
@pytest.mark.parametrize("rho", [-0.9, -0.5, 0, 0.3, 0.6, 0.9])
def test_the_correlation_behind_two_values_is_found(p, q, rho):
    # The four cells of two thresholds are known exactly, so the mean product of the scores is, too.
    low = np.array([1 - p, 1 - q])
    both_low = normal_cdf(low, rho)
    cells = np.array([[both_low, low[0] - both_low], [low[1] - both_low, 1 - low.sum() + both_low]])
    cumulatives = [np.array([share, 1.0]) for share in low]
    scores = [normal_scores(cumulative) for cumulative in cumulatives]
    product = scores[0] @ cells @ scores[1]
    found = latent_correlation(np.array([[1, product], [product, 1]]), cumulatives, scores)
    assert normal_cdf(low, found[0, 1]) == pytest.approx(both_low, abs=0.001)
    if abs(rho) <= 0.6:
        assert found[0, 1] == pytest.approx(rho, abs=0.01)


def test_tied_ranks_alone_would_be_wrong():
    rng = np.random.default_rng(0)
    n, rho = 20_000, 0.6
    z = normals(n, rng, np.array([[1, rho], [rho, 1]]))
    x = np.stack([z[:, 0] > 0.5, np.digitize(z[:, 1], [-0.5, 0, 2])], -1).astype(float)
    tied = np.corrcoef(stats.norm.ppf(stats.rankdata(x, axis=0) / (n + 1)).T)[0, 1]
    model = GaussianCopula().fit(x)
    assert tied < 0.45
    # four cells or more know less than the normals: three of their standard errors here, five times over
    assert model.correlation_[0, 1] == pytest.approx(rho, abs=15 * (1 - rho**2) / np.sqrt(n))
    sample = model.sample(n, rng=rng)
    assert np.abs(np.corrcoef(sample.T) - np.corrcoef(x.T)).max() < 5 * np.sqrt(2 / n)


def test_a_discrete_column_keeps_its_values_and_shares():
    rng = np.random.default_rng(0)
    x = rng.choice([0.0, 1.0, 7.0], size=(1000, 1), p=[0.6, 0.3, 0.1])
    sample = GaussianCopula().fit(x).sample(1000, rng=rng)
    assert set(sample.ravel()) == {0.0, 1.0, 7.0}
    observed = [(sample == value).sum() for value in (0, 1, 7)]
    expected = [(x == value).sum() for value in (0, 1, 7)]
    assert stats.chisquare(observed, expected).pvalue > 1e-4


def test_a_continuous_column_stays_in_its_range_and_is_not_copied():
    rng = np.random.default_rng(0)
    x = rng.standard_cauchy((200, 2))
    sample = GaussianCopula().fit(x).sample(5000, rng=rng)
    assert (sample >= x.min(0)).all()
    assert (sample <= x.max(0)).all()
    inner = (sample > x.min(0)) & (sample < x.max(0))
    assert not np.isin(sample[inner], x).any()


def test_integer_weights_are_repetitions():
    rng = np.random.default_rng(0)
    x = np.round(normals(200, rng), 1)
    w = rng.integers(0, 4, size=200)
    weighted, repeated = GaussianCopula().fit(Records(x, w=w)), GaussianCopula().fit(np.repeat(x, w, axis=0))
    np.testing.assert_allclose(weighted.correlation_, repeated.correlation_, atol=1e-6)
    np.testing.assert_allclose(
        weighted.sample(500, rng=np.random.default_rng(1)),
        repeated.sample(500, rng=np.random.default_rng(1)),
        atol=1e-3,  # the correlation is bisected down to 1e-9, and a step between two values may fall either way
    )


def test_replicates_are_fitted_one_by_one():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 3, 100, 2)) * np.arange(1, 4)[:, None, None]
    model = GaussianCopula().fit(x)
    assert model.correlation_.shape == (2, 3, 2, 2)
    sample = model.sample(50, rng=rng)
    assert sample.shape == (2, 3, 50, 2)
    np.testing.assert_array_equal(model.correlation_[1, 2], GaussianCopula().fit(x[1, 2]).correlation_)
    assert (np.abs(sample) <= np.abs(x).max(axis=-2, keepdims=True)).all()


def test_it_survives_its_own_collapse():
    rng = np.random.default_rng(0)
    real = np.column_stack([normals(6, rng), [0, 1, 0, 1, 0, 1]])
    history = self_consume(GaussianCopula(), real, policy=Replace(), generations=60, rng=rng)
    last = history.models[-1].sample(100, rng=rng)
    assert np.isfinite(last).all()
    assert (np.ptp(last, axis=0) < np.ptp(real, axis=0)).all()
    assert len(set(history.models[0].sample(200, rng=rng)[:, 3])) == 2


def test_a_column_of_one_value_is_related_to_nothing():
    rng = np.random.default_rng(0)
    x = normals(50, rng)
    x[:, 1] = 4
    model = GaussianCopula().fit(x)
    np.testing.assert_array_equal(model.correlation_[1], [0, 1, 0])
    assert set(model.sample(20, rng=rng)[:, 1]) == {4}


@pytest.mark.parametrize("copies", [2, 3])
def test_equal_columns_stay_nearly_equal(copies):
    rng = np.random.default_rng(0)
    x = np.repeat(rng.standard_normal((300, 1)), copies, axis=1)
    sample = GaussianCopula().fit(x).sample(1000, rng=rng)
    assert np.corrcoef(sample.T).min() > 0.99


def test_pairs_that_contradict_each_other_are_repaired():
    products = np.array([[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]])
    cumulative = np.arange(1, 1001) / 1000
    found = latent_correlation(products, [cumulative] * 3, [normal_scores(cumulative)] * 3)
    assert np.linalg.eigvalsh(found).min() > 0
    np.testing.assert_allclose(np.diag(found), 1)


def test_bad_records_and_requests_are_named():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="GaussianCopula has no place for"):
        GaussianCopula().fit(Records([[1.0], [2.0]], y=[0, 1]))
    with pytest.raises(ValueError, match="weight 0"):
        GaussianCopula().fit(Records(np.zeros((2, 3, 1)), w=[[1, 0, 0], [0, 0, 0]]))
    with pytest.raises(NotFittedError, match="this GaussianCopula has not been fitted"):
        GaussianCopula().sample(3, rng=rng)
    model = GaussianCopula().fit([[1.0], [2.0]])
    with pytest.raises(ValueError, match="n must be a whole number of at least 1"):
        model.sample(0, rng=rng)
    with pytest.raises(ValueError, match="y was given"):
        model.sample(3, [0, 0, 0], rng=rng)
    with pytest.raises(ValueError, match="rng must be"):
        model.sample(3, rng=None)
