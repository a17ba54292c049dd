"""Claims 41 to 44: the run length of a CUSUM, a learned baseline, and what missed synthetic records cost."""

import numpy as np

from claims.registry import DERIVED, claim, mean_and_error
from course_lib import Gaussian, Replace, monitor, self_consume, theory


def nights_to_alarm(rng, runs, h, shift):
    """Return how many nights a CUSUM with k = 1/2 runs until it rings, from 0."""
    at_work, s, lengths = np.arange(runs), np.zeros(runs), np.zeros(runs)
    while at_work.size:  # until every run has rung: a run that is cut off would make the mean too small
        z = rng.standard_normal((64, at_work.size)) + shift
        z[0] += s  # the sum so far is carried over: from 0, a first step of s + z leads to the same place
        path = monitor.cusum(z)
        rings = path > h
        rung = rings.any(0)
        lengths[at_work] += np.where(rung, rings.argmax(0) + 1, len(z))
        at_work, s = at_work[~rung], path[-1, ~rung]
    return mean_and_error(lengths)


RUN_LENGTH = {
    "source": f"{DERIVED}; solved as in the R package spc (documentation), after Goel & Wu 1971",
    "lesson": "15",
    "theory": lambda h, shift: theory.cusum_run_length(h, shift=shift),
}

claim(
    "41a",
    "A CUSUM of independent standard normal scores with k = 1/2 and h = 4 rings for nothing once in 335 nights.",
    setting={"h": 4.0, "shift": 0.0},
    runs=20_000,
    wrong={
        "the Brownian path without the overshoot": lambda h, shift: theory.brownian_run_length(h - 1.166),
        "two sides": lambda h, shift: theory.cusum_run_length(h) / 2,
        "single nights beyond h": lambda h, shift: 1 / 3.17e-5,
    },
    **RUN_LENGTH,
)(nights_to_alarm)

claim(
    "41b",
    "A shift of one standard deviation is found in 8.4 nights, on average.",
    setting={"h": 4.0, "shift": 1.0},
    runs=20_000,
    wrong={
        "h divided by what is left of the shift": lambda h, shift: h / (shift - 0.5),
        "one night late": lambda h, shift: theory.cusum_run_length(h, shift=shift) + 1,
        "with the overshoot counted once": lambda h, shift: theory.brownian_run_length(h - 0.583, shift=shift),
    },
    **RUN_LENGTH,
)(nights_to_alarm)


@claim(
    "42",
    "With mean and standard deviation learned from 56 nights, false alarms come 1.6 times as often as designed.",
    source=f"{DERIVED}, as an average of claim 41 over the errors of the baseline",
    lesson="15",
    theory=lambda h, baseline, nights: nights * theory.false_alarm_rate(h, baseline=baseline),
    setting={"h": 4.0, "baseline": 56, "nights": 400},
    runs=8_000,
    wrong={
        "as designed": lambda h, baseline, nights: nights / theory.cusum_run_length(h),
        "half the baseline": lambda h, baseline, nights: nights * theory.false_alarm_rate(h, baseline=baseline // 2),
        "the error of the mean at its root mean square": lambda h, baseline, nights: (
            nights / theory.cusum_run_length(h, shift=baseline**-0.5)
        ),
    },
)
def alarms_with_learned_baseline(rng, runs, h, baseline, nights):
    """Return how many false alarms 400 nights have, once the first 60 have let the sum forget that it began at 0."""
    counts = []
    for _ in range(runs // 2000):
        learned = monitor.Baseline.of(rng.standard_normal((baseline, 2000)))
        rings = monitor.alarms(learned.z(rng.standard_normal((60 + nights, 2000))), h=h)
        counts.append(rings[60:].sum(0))
    return mean_and_error(np.concatenate(counts))


def variance_of_mean(rng, runs, real, synthetic, fitted, generation, known):
    """Return N times the variance of the mean over runs, and its standard error for normal estimates."""
    total = real + synthetic
    teacher = rng.standard_normal((runs, fitted, 1))
    history = self_consume(Gaussian(ddof=1), teacher, policy=Replace(), generations=generation, rng=rng)
    made = history.models[generation].sample(synthetic, rng=rng)[..., 0].mean(-1)
    true = rng.standard_normal((runs, real)).mean(-1)
    weight = synthetic / total
    if known:
        precision = fitted * synthetic / (fitted + (1 + generation) * synthetic)
        weight = precision / (precision + real)
    found = total * ((1 - weight) * true + weight * made).var(ddof=1)
    return found, found * np.sqrt(2 / (runs - 1))


def stated_variance(real, synthetic, fitted, generation, known):
    size = theory.effective_size(real, synthetic, fitted, generation=generation, known=known)
    return (real + synthetic) / size


WORTH = {"source": DERIVED, "lesson": "15", "theory": stated_variance}

claim(
    "43",
    "Synthetic records that are missed, a share q of N, by a model of generation g that goes back to n₀ real ones: the "
    "effective size is 1/(1/N + q²(1 + g)/n₀). Here N over it.",
    setting={"real": 200, "synthetic": 200, "fitted": 100, "generation": 3, "known": False},
    runs=8_000,
    wrong={
        "as if all were real": lambda **setting: 1.0,
        "the model of the real records": lambda **setting: stated_variance(**{**setting, "generation": 0}),
        "q in place of q²": lambda real, synthetic, fitted, generation, known: (
            1 + synthetic * (1 + generation) / fitted
        ),
        "only the real ones count": lambda real, synthetic, **rest: (real + synthetic) / real,
    },
    **WORTH,
)(variance_of_mean)

claim(
    "44",
    "Synthetic records that are known add m n₀/(n₀ + (1 + g) m) to the effective size; here N over the size.",
    setting={"real": 200, "synthetic": 200, "fitted": 100, "generation": 3, "known": True},
    runs=8_000,
    wrong={
        "thrown away": lambda real, synthetic, **rest: (real + synthetic) / real,
        "all that the model had seen": lambda real, synthetic, fitted, **rest: (real + synthetic) / (real + fitted),
        "missed": lambda **setting: stated_variance(**{**setting, "known": False}),
    },
    **WORTH,
)(variance_of_mean)
