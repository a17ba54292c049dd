"""The bounds of course_lib.checks.chance, against SciPy's distributions."""

import numpy as np
import pytest
from scipy import stats

from course_lib.checks.chance import ALPHA, count_possible, mean_possible, uniform_possible, variance_possible


def test_mean_changes_its_mind_at_the_normal_quantile():
    n = 50
    limit = stats.norm.isf(ALPHA / 2) / np.sqrt(n)
    for sign in (-1, 1):
        assert mean_possible(np.full(n, sign * limit * 0.999))
        assert not mean_possible(np.full(n, sign * limit * 1.001))


def test_variance_changes_its_mind_at_the_chi_squared_quantiles():
    for freedom in (3, 400):
        low, high = stats.chi2.ppf(ALPHA / 2, freedom), stats.chi2.isf(ALPHA / 2, freedom)
        assert not variance_possible(low * 0.999, freedom)
        assert variance_possible(low * 1.001, freedom)
        assert variance_possible(high * 0.999, freedom)
        assert not variance_possible(high * 1.001, freedom)


def test_count_rejects_both_tails_of_the_binomial_law():
    trials, p = 800, 1 / 6
    counts = np.arange(trials + 1)
    possible = count_possible(counts, trials, p)
    inside = (stats.binom.cdf(counts, trials, p) > ALPHA / 2) & (stats.binom.sf(counts - 1, trials, p) > ALPHA / 2)
    assert (possible == inside).all()
    assert 0.5 * ALPHA < stats.binom.pmf(counts[~possible], trials, p).sum() <= ALPHA


@pytest.mark.parametrize("n", [1, 10, 1000])
def test_uniform_rejects_less_often_than_it_may(n):
    # The exact law of the largest distance, beyond the bound that uniform_possible uses.
    bound = np.sqrt(np.log(2 / ALPHA) / (2 * n))
    assert stats.kstwo.sf(min(bound, 1), n) <= ALPHA
    even = (np.arange(n) + 0.5) / n
    assert uniform_possible(even)
    if n > 10:
        assert uniform_possible(even * (1 - bound * 0.99) + bound * 0.99)
        assert not uniform_possible(even * (1 - bound * 1.02) + bound * 1.02)
        assert not uniform_possible(even * (1 - bound * 1.02))
        assert not uniform_possible(np.full(n, 0.5))
