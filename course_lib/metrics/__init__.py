"""Metrics: numbers that compare a sample with a reference.

Each is called as `metric(reference, sample)` and returns a number, an array over the leading axes (replicates), or a
dict of these. Each docstring says what the value is when there is no difference, and what the metric cannot see.
"""

from course_lib.metrics.base import no_difference, per_replicate
from course_lib.metrics.diversity import prdc, prdc_null, spread, vendi, vendi_of_similarity
from course_lib.metrics.dp_audit import epsilon_from_counts, epsilon_lower_bound
from course_lib.metrics.features import HiddenUnits, seen_through
from course_lib.metrics.fidelity import (
    correlation_similarity,
    frechet,
    frechet_null,
    gaussian_w2_squared,
    ks_complement,
    median_distance,
    mmd2,
    sliced_wasserstein,
)
from course_lib.metrics.privacy import adversarial_accuracy, closest_record, membership_attack, membership_risk
from course_lib.metrics.text import distinct_n, rare_words, repetition
from course_lib.metrics.utility import trts, tstr

__all__ = [
    "HiddenUnits",
    "adversarial_accuracy",
    "closest_record",
    "correlation_similarity",
    "distinct_n",
    "epsilon_from_counts",
    "epsilon_lower_bound",
    "frechet",
    "frechet_null",
    "gaussian_w2_squared",
    "ks_complement",
    "median_distance",
    "membership_attack",
    "membership_risk",
    "mmd2",
    "no_difference",
    "per_replicate",
    "prdc",
    "prdc_null",
    "rare_words",
    "repetition",
    "seen_through",
    "sliced_wasserstein",
    "spread",
    "trts",
    "tstr",
    "vendi",
    "vendi_of_similarity",
]
