"""Claim 18: the kernel density with a fixed bandwidth, in a loop. The truth is N(0, 1)."""

from claims.registry import DERIVED, claim, mean_and_error
from course_lib import Accumulate, Kernel, Replace, self_consume, theory

KAZDAN = "Kazdan et al., arXiv:2410.16713 (abstract and code)"


def records_after(rng, runs, n, bandwidth, t, policy):
    """Return what the model of generation t was fitted to, (runs, records): for t = 0 the real records."""
    real = rng.standard_normal((runs, n, 1))
    history = self_consume(Kernel(bandwidth), real, policy=policy, generations=t, rng=rng)
    return history.models[t].x_[..., 0]


@claim(
    "18a",
    "Under replacement every pass adds h² to the second moment about the truth: 1 + t h².",
    source=f"{DERIVED}; the setting: {KAZDAN}",
    lesson="04",
    theory=lambda n, bandwidth, t: theory.kernel_moment(bandwidth, t),
    setting={"n": 50, "bandwidth": 0.3, "t": 50},
    runs=2_000,
    wrong={
        "bounded": lambda n, bandwidth, t: 1 + bandwidth**2 * theory.basel_sum(t),
        "the variance about the own mean": theory.kernel_variance,
    },
)
def replaced_moment(rng, runs, n, bandwidth, t):
    return mean_and_error((records_after(rng, runs, n, bandwidth, t, Replace()) ** 2).mean(-1))


@claim(
    "18b",
    "Under accumulation the second moment still grows for ever, as a logarithm: 1 + h² (H_{t+1} − 1).",
    source=f"{DERIVED}; the setting: {KAZDAN}",
    lesson="04",
    theory=lambda n, bandwidth, t: theory.kernel_accumulated_moment(bandwidth, t),
    setting={"n": 50, "bandwidth": 0.3, "t": 50},
    runs=300,
    wrong={
        "bounded": lambda n, bandwidth, t: 1 + bandwidth**2 * (theory.basel_sum(t) - 1),
        "as under replacement": lambda n, bandwidth, t: theory.kernel_moment(bandwidth, t),
    },
)
def accumulated_moment(rng, runs, n, bandwidth, t):
    return mean_and_error((records_after(rng, runs, n, bandwidth, t, Accumulate()) ** 2).mean(-1))


def own_variance(rng, runs, n, bandwidth, t):
    return mean_and_error(records_after(rng, runs, n, bandwidth, t, Replace()).var(-1))


claim(
    "18c",
    "A bandwidth wider than h_c = 1/√(n − 1) lets the records spread towards the variance (n − 1) h² about their mean.",
    source=DERIVED,
    lesson="04",
    theory=theory.kernel_variance,
    setting={"n": 50, "bandwidth": 0.3, "t": 50},
    runs=2_000,
    wrong={
        "the moment about the truth": lambda n, bandwidth, t: theory.kernel_moment(bandwidth, t),
        "already at the end": lambda n, bandwidth, t: (n - 1) * bandwidth**2,
    },
)(own_variance)

claim(
    "18d",
    "A narrower one lets them shrink towards the same value.",
    source=DERIVED,
    lesson="04",
    theory=theory.kernel_variance,
    setting={"n": 20, "bandwidth": 0.1, "t": 60},
    runs=2_000,
    wrong={"no shrinking": lambda n, bandwidth, t: 1.0, "the bootstrap": lambda n, bandwidth, t: (1 - 1 / n) ** t},
)(own_variance)

claim(
    "18e",
    "At the critical bandwidth 1/√(n − 1) the mean variance stays where it is.",
    source=DERIVED,
    lesson="04",
    theory=theory.kernel_variance,
    setting={"n": 26, "bandwidth": 0.2, "t": 100},
    runs=2_000,
    wrong={
        "a tenth wider": lambda n, bandwidth, t: theory.kernel_variance(n, 1.1 * bandwidth, t),
        "a tenth narrower": lambda n, bandwidth, t: theory.kernel_variance(n, 0.9 * bandwidth, t),
    },
)(own_variance)
