"""Claims 26 and 28: what a release gives away, and what its rows are worth as evidence; one generation alone."""

import numpy as np
from scipy import stats

from claims.registry import DERIVED, claim, mean_and_error
from course_lib import Gaussian, Kernel, theory
from course_lib.metrics import membership_risk


def auc(rng, runs, n, m):
    members, others = rng.standard_normal((2, runs, n, 1))
    released = Kernel(1e-9).fit(members).sample(m, rng=rng)
    return mean_and_error(membership_risk(members, released, holdout=others).mean(-1))


CLOSEST = {
    "source": DERIVED,
    "lesson": "10",
    "theory": theory.membership_auc,
    "wrong": {
        "a draw without replacement": lambda n, m: (1 + min(m / n, 1)) / 2,
        "the share of members copied": lambda n, m: 1 - (1 - 1 / n) ** m,
    },
}

claim(
    "26a",
    "Of a generator that repeats its n records, m rows tell a member from a stranger with AUC 1 − (1 − 1/n)^m / 2.",
    setting={"n": 20, "m": 20},
    runs=2_000,
    **CLOSEST,
)(auc)

claim(
    "26b",
    "More rows leak more: two rows a record.",
    setting={"n": 20, "m": 40},
    runs=2_000,
    **CLOSEST,
)(auc)


def false_positives(rng, runs, n, m):
    """Test m synthetic records as if real for a mean of 0, which is true; return how often 5% tests find an effect."""
    real = rng.standard_normal((runs, n, 1))
    synthetic = Gaussian().fit(real).sample(m, rng=rng)[..., 0]
    found = stats.ttest_1samp(synthetic, 0, axis=-1).pvalue < 0.05
    return mean_and_error(found)


EVIDENCE = {
    "source": f"{DERIVED}; cf. Decruyenaere et al., arXiv:2312.07837 (abstract)",
    "lesson": "10",
    "theory": theory.synthetic_false_positives,
}

claim(
    "28a",
    "One synthetic row for each real one, tested as if real: in one of six 5% tests an effect that is not there.",
    setting={"n": 200, "m": 200},
    runs=8_000,
    wrong={
        "the nominal level": lambda n, m: 0.05,
        "without the synthetic rows' own noise": lambda n, m: 2 * stats.norm.sf(1.96 / np.sqrt(m / n)),
        "as if the samples could be added up": lambda n, m: theory.synthetic_false_positives(n + m, m),
    },
    **EVIDENCE,
)(false_positives)

claim(
    "28b",
    "Ten for each: in more than half of the tests.",
    setting={"n": 200, "m": 2000},
    runs=4_000,
    wrong={
        "the nominal level": lambda n, m: 0.05,
        "half as many rows": lambda n, m: theory.synthetic_false_positives(n, m / 2),
        "the variances the other way round": lambda n, m: theory.synthetic_false_positives(m, n),
    },
    **EVIDENCE,
)(false_positives)
