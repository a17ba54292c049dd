"""Differential privacy: the size of the noise, sensitivities by brute force, the private copula, the audit of ε."""

import math

import numpy as np
import pytest
from scipy import integrate, stats
from sklearn.exceptions import NotFittedError

from course_lib import PrivateCopula, Records, theory
from course_lib.data import TableCodec, health
from course_lib.metrics import epsilon_from_counts, epsilon_lower_bound

EDGES = [np.linspace(-4, 4, 9), np.array([-0.5, 0.5, 1.5]), np.array([0.0, 1.0, 3.0, 10.0])]
DELTA = 1e-5


def made_up(n, rng):
    return np.column_stack([rng.normal(size=n), rng.integers(0, 2, n), rng.exponential(2, n)])


def private(epsilon, *, edges=EDGES, delta=DELTA):
    return PrivateCopula(edges, epsilon=epsilon, delta=delta)


def releases(x, runs):
    return np.broadcast_to(x, (runs, *x.shape))


# The size of the noise


@pytest.mark.parametrize("epsilon", [0, 0.1, 1, 5])
@pytest.mark.parametrize("mu", [0.05, 0.5, 3])
def test_delta_is_the_probability_beyond_the_promise(mu, epsilon):
    # By definition: the integral of p − e^ε q where it is positive, for p = N(μ, 1), q = N(0, 1)
    start = mu / 2 + epsilon / mu
    excess = integrate.quad(lambda x: stats.norm.pdf(x, mu) - math.exp(epsilon) * stats.norm.pdf(x), start, start + 12)
    assert theory.gaussian_delta(mu, epsilon) == pytest.approx(excess[0], rel=1e-6, abs=1e-14)


@pytest.mark.parametrize("delta", [1e-3, 1e-6])
@pytest.mark.parametrize("epsilon", [0.1, 1, 3, 10])
def test_mu_spends_the_whole_budget_and_no_more(epsilon, delta):
    mu = theory.gaussian_mu(epsilon, delta)
    assert delta * (1 - 1e-5) < theory.gaussian_delta(mu, epsilon) <= delta
    # zero-concentrated privacy (Bun & Steinke 2016) gives ε = ρ + 2√(ρ ln 1/δ) with ρ = μ²/2: looser
    rho = (math.sqrt(math.log(1 / delta) + epsilon) - math.sqrt(math.log(1 / delta))) ** 2
    assert math.sqrt(2 * rho) < mu
    if epsilon <= 1:  # the textbook formula (Dwork & Roth 2014), valid there, asks for more noise
        assert epsilon / math.sqrt(2 * math.log(1.25 / delta)) < mu


def test_more_budget_means_less_noise():
    budgets = [0.1, 0.5, 1, 2, 8, math.inf]
    assert (np.diff([theory.gaussian_mu(epsilon, DELTA) for epsilon in budgets]) > 0).all()
    assert (np.diff([theory.gaussian_mu(1, delta) for delta in (1e-9, 1e-6, 1e-3)]) > 0).all()
    x = made_up(100, np.random.default_rng(0))
    scales = np.array([private(epsilon).fit(x, rng=np.random.default_rng(1)).noise_ for epsilon in budgets])
    assert (np.diff(scales[:, 0]) < 0).all()
    np.testing.assert_array_equal(scales[-1], 0)


@pytest.mark.parametrize(
    ("epsilon", "delta", "message"),
    [
        (0, 1e-5, "epsilon must be a finite number above 0, got 0"),
        (-1, 1e-5, "epsilon must be a finite number above 0"),
        (np.nan, 1e-5, "epsilon must be a finite number above 0"),
        ("1", 1e-5, "epsilon must be a finite number above 0"),
        (1, 0, "delta must lie between 0 and 1, both excluded, got 0"),
        (1, 1, "delta must lie between 0 and 1, both excluded, got 1"),
        (1, 2, "delta must be a share between 0 and 1, got 2"),
    ],
)
def test_a_budget_that_makes_no_sense_is_named(epsilon, delta, message):
    with pytest.raises(ValueError, match=message):
        private(epsilon, delta=delta)


# Sensitivity


@pytest.mark.parametrize("seed", range(5))
def test_one_record_moves_the_release_no_further_than_stated(seed):
    """Neighbours by brute force: each record of a small set taken away, and extreme ones added."""
    rng = np.random.default_rng(seed)
    x = made_up(12, rng)
    extreme = np.array([[9, 1, 99], [-9, 0, -99], [9, 0, 99], [-9, 1, 99]])
    model = private(1.0).fit(x, rng=rng)  # its noisy histograms are what the second step builds on
    d, stated = len(EDGES), float(model.sensitivities_[1])
    assert model.noise_[1] == pytest.approx(stated / (model.mu / math.sqrt(2)))

    def released(records):
        codes = model._codes(records)
        counts = [np.bincount(codes[:, j], minlength=len(edges) - 1) for j, edges in enumerate(EDGES)]
        return np.concatenate(counts), model._products(codes)

    counts, products = released(x)
    neighbours = [np.delete(x, i, axis=0) for i in range(len(x))] + [np.vstack([x, row]) for row in extreme]
    steps = []
    for neighbour in neighbours:
        other_counts, other_products = released(neighbour)
        assert np.linalg.norm(counts - other_counts) == pytest.approx(model.sensitivities_[0]) == math.sqrt(d)
        steps.append(np.linalg.norm(products - other_products))
    assert max(steps) <= stated * (1 + 1e-12)
    # and no more noise than needed: the record in the most extreme bin of every column reaches the bound
    worst = np.array([[np.argmax(np.abs(scores)) for scores in model._scores]])
    assert np.linalg.norm(model._products(worst)) == pytest.approx(stated)
    assert stated <= 3 * math.sqrt(d * (d - 1) / 2)


def test_the_noise_has_the_size_of_the_formula():
    rng, runs = np.random.default_rng(0), 2000
    x = made_up(50, rng)
    model = private(1.0).fit(releases(x, runs), rng=rng)
    exact = private(math.inf).fit(x, rng=rng)
    scale = math.sqrt(3) * math.sqrt(2) / theory.gaussian_mu(1.0, DELTA)
    noise = np.concatenate([noisy - counts for noisy, counts in zip(model.counts_, exact.counts_, strict=True)], -1)
    limits = stats.chi2.ppf([1e-4, 1 - 1e-4], noise.size)
    assert limits[0] < (noise**2).sum() / scale**2 < limits[1]
    assert stats.kstest(noise.ravel() / scale, stats.norm.cdf).pvalue > 1e-4

    codes = np.broadcast_to(model._codes(x), (runs, *x.shape))
    noise = (model.products_ - model._products(codes)) / model.noise_[1][:, None, None]
    upper = noise[:, *np.triu_indices(3, 1)]
    assert stats.kstest(upper.ravel(), stats.norm.cdf).pvalue > 1e-4


@pytest.mark.parametrize("epsilon", [1.0, 4.0])
def test_what_a_release_tells_is_what_the_budget_allows(epsilon):
    """The log likelihood ratio is normal with mean ±μ²/2 at most; on histograms alone it would be half of that."""
    rng, runs = np.random.default_rng(0), 4000
    x, target = made_up(30, rng), np.array([4.0, 1, 10])
    model = private(epsilon).fit(releases(np.vstack([x, target]), runs), rng=rng)
    ratio = model.likelihood_ratio(x, target)
    error = ratio.std(ddof=1) / math.sqrt(runs)
    assert model.mu**2 / 4 - 5 * error < ratio.mean() < model.mu**2 / 2 + 5 * error
    without = private(epsilon).fit(releases(x, runs), rng=rng).likelihood_ratio(x, target)
    assert without.mean() < 5 * error - model.mu**2 / 4
    # E (p/q) under q is 1 for any likelihood ratio
    weights = np.exp(without)
    assert abs(weights.mean() - 1) < 5 * weights.std(ddof=1) / math.sqrt(runs)


# The copula


def test_without_noise_it_is_the_copula_of_the_binned_records():
    rng = np.random.default_rng(0)
    n, rho = 20_000, 0.6
    x = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=n)
    edges = [np.linspace(-4, 4, 41)] * 2
    model = private(math.inf, edges=edges).fit(x, rng=rng)
    shares = np.histogram(x[:, 0], edges[0])[0] / n
    np.testing.assert_allclose(np.diff(model.cumulatives_[0], prepend=0), shares, atol=1e-4)
    # rank scores are nearly as efficient as the normal ones: both have standard errors near (1 − ρ²)/√n
    assert model.correlation_[0, 1] == pytest.approx(rho, abs=5 * 1.1 * (1 - rho**2) / math.sqrt(n))
    sample = model.sample(n, rng=rng)
    # within a bin of width 0.2 the records are spread evenly: at most the bin's share away from the truth
    assert stats.kstest(sample[:, 0], stats.norm.cdf).statistic < 0.08 / 4 + stats.kstwobign.isf(1e-4) / math.sqrt(n)


@pytest.mark.parametrize("epsilon", [0.01, 1.0, math.inf])
def test_only_the_declared_range_is_known(epsilon):
    rng = np.random.default_rng(0)
    x = made_up(100, rng) + np.array([50, 0, -50])
    model = private(epsilon).fit(x, rng=rng)
    sample = model.sample(1000, rng=rng)
    for j, edges in enumerate(EDGES):
        assert edges[0] <= sample[:, j].min()
        assert sample[:, j].max() <= edges[-1]
    assert np.linalg.eigvalsh(model.correlation_).min() > 0


def test_noise_leaves_shares_and_correlations_that_can_be_drawn_from():
    rng = np.random.default_rng(0)
    model = private(0.05).fit(releases(made_up(20, rng), 200), rng=rng)
    for cumulative in model.cumulatives_:
        assert (np.diff(cumulative, prepend=0) > 0).all()
        np.testing.assert_allclose(cumulative[:, -1], 1)
    assert np.linalg.eigvalsh(model.correlation_).min() > 0
    np.testing.assert_allclose(model.correlation_[:, range(3), range(3)], 1)
    assert np.isfinite(model.sample(50, rng=rng)).all()


def test_more_records_drown_the_noise():
    rng = np.random.default_rng(0)
    errors = []
    for n in (100, 1000, 10_000):
        x = made_up(n, rng)
        shares = np.stack([np.diff(private(1.0).fit(x, rng=rng).cumulatives_[0], prepend=0) for _ in range(20)])
        errors.append(np.abs(shares - np.histogram(x[:, 0], EDGES[0])[0] / n).mean())
    assert errors[0] > 2 * errors[1] > 4 * errors[2]


def test_replicates_are_releases_of_their_own():
    rng = np.random.default_rng(0)
    model = private(1.0).fit(releases(made_up(30, rng), 3), rng=rng)
    assert model.sample(7, rng=rng).shape == (3, 7, 3)
    assert len(set(model.counts_[0][:, 0])) == 3
    assert private(1.0, edges=EDGES[:1]).fit(made_up(9, rng)[:, :1], rng=rng).sample(4, rng=rng).shape == (4, 1)


def test_a_declared_table_goes_through_codec_and_copula():
    train = health()
    cuts = {
        "visits": [0, 0.5, 1.5, 2.5, 4.5, 8.5, 16.5, 100],
        "coinsurance": [0, 12, 37, 72, 97, 100],
        "incentive": [0, 1, 300, 600, 900, 1500],
        "spending cap": [0, 1, 500, 1000, 2000, 5000],
        "limitation": [0, 0.01, 0.99, 1],
        "disease index": [0, 5, 10, 15, 20, 30, 60],
    }
    codec = TableCodec(ranges={name: (edges[0], edges[-1]) for name, edges in cuts.items()}).fit(train)
    model = PrivateCopula(codec.edges(cuts), epsilon=1, delta=1e-6)
    model.fit(codec.encode(train), rng=np.random.default_rng(0))
    frame = codec.decode(model.sample(train.n, rng=np.random.default_rng(1)))
    assert (frame.dtypes == train.frame.dtypes).all()
    # noise of standard deviation σ on a count, twice (release, and the threshold that removes negatives), and drawing
    error = math.sqrt(2 * model.noise_[0] ** 2 + 2 * 302)
    assert abs((frame["health"] == "poor").sum() - 302) < 5 * error


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        ([[0.0]], r"edges\[0\] must be two increasing numbers or more, got \[0.0\]"),
        ([[0, 1], [1, 0]], r"edges\[1\] must be two increasing numbers or more, got \[1.0, 0.0\]"),
        ([[0, 1, 1]], r"edges\[0\] must be two increasing"),
        ([[0, np.inf]], r"edges\[0\] holds 1 of 2 values that are NaN or infinite"),
    ],
)
def test_edges_that_are_none_are_named(edges, message):
    with pytest.raises(ValueError, match=message):
        private(1, edges=edges)


def test_bad_records_and_requests_are_named():
    rng = np.random.default_rng(0)
    model = private(1)
    with pytest.raises(NotFittedError, match="this PrivateCopula has not been fitted"):
        model.sample(3, rng=rng)
    with pytest.raises(ValueError, match=r"x has shape \(5, 2\); edges were given for 3 columns"):
        model.fit(np.zeros((5, 2)), rng=rng)
    with pytest.raises(ValueError, match="PrivateCopula has no place for"):
        model.fit(Records(np.zeros((5, 3)), y=[0] * 5), rng=rng)
    with pytest.raises(ValueError, match="records carry weights; the promise is for records that count once"):
        model.fit(Records(np.zeros((5, 3)), w=[1] * 5), rng=rng)
    model.fit(np.zeros((5, 3)), rng=rng)
    with pytest.raises(ValueError, match="n must be a whole number"):
        model.sample(0, rng=rng)
    with pytest.raises(ValueError, match="y was given"):
        model.sample(3, [0, 0, 0], rng=rng)


# The audit


def test_the_bound_by_hand():
    # all 100 caught and none falsely: the Clopper-Pearson ends of 0 of 100 at level .975 are 0 and 1 − .0125^(1/100)
    end = 1 - 0.0125 ** (1 / 100)
    assert epsilon_from_counts(100, 100, 0, 100, delta=0) == pytest.approx(math.log((1 - end) / end))
    assert epsilon_from_counts(100, 100, 0, 100, delta=0.1) == pytest.approx(math.log((0.9 - end) / end))
    assert epsilon_from_counts(50, 100, 50, 100, delta=0) == 0
    # an attacker that always errs knows as much as one that is always right; "out" counts like "in"
    assert epsilon_from_counts(99, 100, 50, 100, delta=0) == pytest.approx(1.8236146268)
    assert epsilon_from_counts(50, 100, 1, 100, delta=0) == pytest.approx(1.8236146268)


@pytest.mark.parametrize("epsilon", [0.5, 2.0])
def test_the_bound_is_passed_as_rarely_as_it_says(epsilon):
    # randomised response keeps the promise with equality: "in" with probability e^ε/(1 + e^ε), or one minus that
    rng, n, runs = np.random.default_rng(0), 500, 20_000
    right = math.exp(epsilon) / (1 + math.exp(epsilon))
    caught, alarms = rng.binomial(n, right, runs), rng.binomial(n, 1 - right, runs)
    too_high = epsilon_from_counts(caught, n, alarms, n, delta=0, level=0.9) > epsilon
    assert too_high.mean() < 0.1 + 5 * math.sqrt(0.09 / runs)
    many = epsilon_from_counts(int(right * 10**6), 10**6, int((1 - right) * 10**6), 10**6, delta=0)
    assert 0.99 * epsilon < many < epsilon


@pytest.mark.parametrize("seed", range(4))
def test_an_attack_does_not_refute_the_promise_but_finds_the_missing_noise(seed):
    rng, runs = np.random.default_rng(seed), 1000
    x, target = made_up(40, rng), np.array([4.0, 1, 10])  # the most unusual person
    bounds = {}
    for epsilon in (1.0, 8.0, math.inf):
        scores = [
            private(epsilon).fit(releases(records, runs), rng=rng).likelihood_ratio(x, target)
            for records in (np.vstack([x, target]), x)
        ]
        bounds[epsilon] = epsilon_lower_bound(*scores, delta=DELTA)["epsilon"]
    assert bounds[1.0] <= 1.0
    assert 1.0 < bounds[8.0] <= 8.0  # whoever had stated 1 would be refuted
    assert bounds[math.inf] > 4.0  # as far as 500 releases of each kind can show: ln(500/4.4) = 4.7


def test_threshold_and_rates_are_of_different_halves():
    with_record, without_record = np.arange(40.0) + 10, np.arange(40.0)
    found = epsilon_lower_bound(with_record, without_record, delta=0)
    tpr, fpr = (np.mean(scores[20:] >= found["threshold"]) for scores in (with_record, without_record))
    assert (found["tpr"], found["fpr"]) == (tpr, fpr)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((5, 4, 0, 4), "caught must lie between 0 and its number of releases, got 5 of 4"),
        ((0, 4, -1, 4), "false_alarms must lie between 0 and its number of releases, got -1 of 4"),
        ((0, 0, 0, 4), "caught must lie between 0 and its number of releases, got 0 of 0"),
    ],
)
def test_impossible_counts_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        epsilon_from_counts(*arguments, delta=0)


def test_too_few_or_broken_scores_are_named():
    with pytest.raises(ValueError, match="number of scores in with_record must be a whole number of at least 4, got 3"):
        epsilon_lower_bound([1, 2, 3], [1, 2, 3, 4], delta=0)
    with pytest.raises(ValueError, match="without_record holds 1 of 4 values that are NaN"):
        epsilon_lower_bound([1, 2, 3, 4], [1, 2, 3, np.nan], delta=0)
    with pytest.raises(ValueError, match="delta must be a share"):
        epsilon_lower_bound([1, 2, 3, 4], [1, 2, 3, 4], delta=-1)
