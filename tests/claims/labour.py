"""Claim 29: a few human labels and many machine labels of the same mean. Both labels are normal with variance 1."""

import numpy as np

from claims.registry import DERIVED, claim
from course_lib import labour

PPI = "Angelopoulos et al., Science 2023, doi:10.1126/science.adi6000 (abstract)"


def estimates(rng, runs, n, rho, weight):
    """Return the estimated means (runs,), with as many machine labels as make their own error vanish: N = 2,000 n."""
    human, noise = rng.standard_normal((2, runs, n))
    machine = rho * human + np.sqrt(1 - rho**2) * noise
    # the mean of N standard normal labels, and one label that gives them a length: only their mean is used
    means = rng.standard_normal((runs, 1)) / np.sqrt(2_000 * n)
    return labour.prediction_powered_mean(human, machine, np.repeat(means, 2, axis=1), weight=weight)[0]


def n_variance(rng, runs, n, rho, weight):
    """Return n times the variance of the estimate over runs, and its standard error for normal estimates."""
    found = n * estimates(rng, runs, n, rho, weight).var(ddof=1)
    return found, found * np.sqrt(2 / (runs - 1))


claim(
    "29a",
    "With the machine's labels weighted at their best, n human labels have the variance (1 − ρ²)/n, as if there were "
    "n/(1 − ρ²) of them.",
    source=f"{DERIVED}; the method: {PPI}",
    lesson="12, 16",
    theory=lambda n, rho, weight: n * labour.variance(n, rho),
    setting={"n": 200, "rho": 0.8, "weight": 0.8},
    runs=20_000,
    wrong={
        "1 − ρ": lambda n, rho, weight: 1 - rho,
        "the spread in place of the variance": lambda n, rho, weight: np.sqrt(1 - rho**2),
        "unweighted": lambda n, rho, weight: n * labour.variance(n, rho, weight=1.0),
    },
)(n_variance)

claim(
    "29b",
    "Unweighted, the machine's labels can do harm: at equal spreads the variance is 2 (1 − ρ)/n, more than 1/n below "
    "ρ = 1/2.",
    source=f"{DERIVED}; the method: {PPI}",
    lesson="12, 16",
    theory=lambda n, rho, weight: n * labour.variance(n, rho, weight=weight),
    setting={"n": 200, "rho": 0.3, "weight": 1.0},
    runs=20_000,
    wrong={
        "as without a machine": lambda n, rho, weight: 1.0,
        "weighted at its best": lambda n, rho, weight: 1 - rho**2,
    },
)(n_variance)
