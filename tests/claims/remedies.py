"""Claims 22 to 25 and 27: weights, verification, correction, an archive, and accumulation that fails."""

import numpy as np

from claims.registry import DERIVED, claim, mean_and_error
from course_lib import Accumulate, Augment, Categorical, Gaussian, Mix, Records, Replace, self_consume, theory
from course_lib.remedies import Arrivals, Correct, Verify


class Position:
    """The mean of a normal law whose variance is known to be 1; `strength` corrects the model before it draws."""

    def __init__(self, strength=0.0):
        self.strength = strength

    def fit(self, records, *, rng):
        if isinstance(records, Records) and records.w is not None:
            self.mean_ = (records.w[..., None] * records.x).sum(-2) / records.w.sum(-1, keepdims=True)
        else:
            self.mean_ = getattr(records, "x", records).mean(-2)
        return self

    def sample(self, n, y=None, *, rng):
        runs, d = self.mean_.shape
        return self.mean_[:, None, :] / (1 + self.strength) + rng.standard_normal((runs, n, d))


def scaled_error(n, history):
    """Return n E μ² of the last model, and its standard error."""
    return mean_and_error(n * history.models[-1].mean_ ** 2)


def come_in(rng, runs, n, t, policy):
    """Return the history of t estimations from n real records each, of which the first is from real ones alone."""
    real = rng.standard_normal((runs, n * t, 1))
    start = Position().fit(real[:, :n], rng=rng)
    return self_consume(Position(), real, policy=policy, generations=t - 1, start=start, rng=rng)


def of_ratio(f):
    return lambda n, m, t: f(theory.fresh_weight(n / m), n / m, t)


HE = "He, Xu & Cheng, arXiv:2502.18049 (abstract and a secondary source)"
WEIGHTS = {
    "source": f"{HE}, {DERIVED}",
    "lesson": "14",
    "theory": of_ratio(theory.weighted_position),
    "runs": 20_000,
    "wrong": {
        "each record counts once": lambda n, m, t: theory.weighted_position(n / (n + m), n / m, t),
        "fresh records alone": lambda n, m, t: 1.0,
        "no samples' own error": lambda n, m, t: theory.weighted_position(theory.fresh_weight(n / m), 1e-9, t),
        "all real records kept": lambda n, m, t: 1 / t,
    },
}


def best_weight(rng, runs, n, m, t):
    weight = float(theory.fresh_weight(n / m))
    return scaled_error(n, come_in(rng, runs, n, t, Arrivals(n, n, m, decay=0, real_share=weight)))


claim(
    "22a",
    "As many fresh real records as samples each generation, weighed by the golden ratio, .618: n E μ² is .618 as well.",
    setting={"n": 20, "m": 20, "t": 20},
    **WEIGHTS,
)(best_weight)

claim(
    "22b",
    "With four samples to each fresh record the best weight is .390, and so is n E μ².",
    setting={"n": 10, "m": 40, "t": 20},
    **WEIGHTS,
)(best_weight)


@claim(
    "22c",
    "Where earlier real records can be kept, they beat every weight by far: n E μ² is 1/t.",
    source=DERIVED,
    lesson="14",
    theory=lambda n, t: 1 / t,
    setting={"n": 20, "t": 20},
    runs=4_000,
    wrong={"the best weight": lambda n, t: theory.fresh_weight(1), "one more": lambda n, t: 1 / (t + 5)},
)
def all_real_kept(rng, runs, n, t):
    return scaled_error(n, come_in(rng, runs, n, t, Arrivals(n, n, 0)))


def verified(rng, runs, wrong, keep_right, keep_wrong, n):
    """Train on n verified labels, 0 right and 1 wrong, once; return how often the model then goes by the right one."""
    start = Categorical(2)
    start.shares_ = np.tile([1 - wrong, wrong], (runs, 1))
    verify = Verify(lambda sample, pool: sample.x[..., 0] == 0, keep_right, keep_wrong)
    loop = {"policy": Replace(), "generations": 1, "start": start, "curate": verify}
    history = self_consume(Categorical(2), np.zeros((runs, n, 1)), rng=rng, **loop)
    right = history.models[-1].shares_[:, 0]
    return mean_and_error(np.where(right == 0.5, 0.5, right > 0.5))


VERIFIER = {
    "source": f"Feng et al., arXiv:2406.07515, theorem 4.2 (a secondary source); for finite n: {DERIVED}",
    "lesson": "14",
    "theory": theory.verified_accuracy,
    "runs": 8_000,
    "wrong": {
        "without the verifier": lambda wrong, keep_right, keep_wrong, n: theory.verified_accuracy(wrong, 1, 1, n),
        "the two rates the other way round": lambda wrong, keep_right, keep_wrong, n: theory.verified_accuracy(
            wrong, keep_wrong, keep_right, n
        ),
        "false drops for false keeps": lambda wrong, keep_right, keep_wrong, n: theory.verified_accuracy(
            wrong, keep_right, 1 - keep_right, n
        ),
        "the limit of many": lambda wrong, keep_right, keep_wrong, n: float(
            wrong < theory.verification_threshold(keep_right, keep_wrong)
        ),
    },
}

claim(
    "23a",
    "A verifier that keeps 90% of right and 30% of wrong labels lets the right ones win among up to 75% wrong ones: "
    "below that threshold the majority is mostly right …",
    setting={"wrong": 0.72, "keep_right": 0.9, "keep_wrong": 0.3, "n": 200},
    **VERIFIER,
)(verified)

claim(
    "23b",
    "… and above it mostly wrong.",
    setting={"wrong": 0.78, "keep_right": 0.9, "keep_wrong": 0.3, "n": 200},
    **VERIFIER,
)(verified)


@claim(
    "23c",
    "Behind one filter generation after generation, shares go with its acceptance to the power t: what it dislikes a "
    "little is gone in the end.",
    source=DERIVED,
    lesson="14",
    theory=lambda rare, liked, disliked, t, n: theory.filtered_shares([1 - rare, rare], [liked, disliked], t)[1],
    setting={"rare": 0.1, "liked": 0.9, "disliked": 0.7, "t": 5, "n": 20_000},
    runs=100,
    wrong={
        "filtered once": lambda rare, liked, disliked, t, n: theory.filtered_shares(
            [1 - rare, rare], [liked, disliked], 1
        )[1],
        "one time too few": lambda rare, liked, disliked, t, n: theory.filtered_shares(
            [1 - rare, rare], [liked, disliked], t - 1
        )[1],
        "not filtered": lambda rare, liked, disliked, t, n: rare,
    },
)
def behind_a_filter(rng, runs, rare, liked, disliked, t, n):
    start = Categorical(2)
    start.shares_ = np.tile([1 - rare, rare], (runs, 1))
    verify = Verify(lambda sample, pool: sample.x[..., 0] == 0, liked, disliked)
    loop = {"policy": Replace(), "generations": t, "start": start, "curate": verify}
    return mean_and_error(
        self_consume(Categorical(2), np.zeros((runs, n, 1)), rng=rng, **loop).models[-1].shares_[:, 1]
    )


CORRECTION = {
    "lesson": "14",
    "setting": {"strength": 0.5, "ratio": 4},
    "runs": 8_000,
}
GILLMAN = "the idea: Gillman et al., arXiv:2402.07087 (abstract)"


@claim(
    "24a",
    "A model that is moved a third of the way to the truth before it draws keeps the loop stable, at .407 of the real "
    "records' error for γ = ½ and four samples to each.",
    source=f"{DERIVED}; {GILLMAN}",
    theory=theory.corrected_position,
    wrong={
        "without a correction": lambda strength, ratio: theory.corrected_position(0, ratio),
        "half of the way": lambda strength, ratio: theory.corrected_position(1, ratio),
        "the sample corrected": theory.corrected_sample_position,
    },
    **CORRECTION,
)
def model_corrected(rng, runs, strength, ratio, n=10):
    real = rng.standard_normal((runs, n, 1))
    loop = {"policy": Augment(ratio), "generations": 15, "rng": rng}
    return scaled_error(n, self_consume(Position(strength), real, **loop))


@claim(
    "24b",
    "Moving the drawn sample, and not the model, corrects the draws' own error too.",
    source=f"{DERIVED}; {GILLMAN}",
    theory=theory.corrected_sample_position,
    wrong={
        "without a correction": lambda strength, ratio: theory.corrected_position(0, ratio),
        "the model corrected": theory.corrected_position,
    },
    **CORRECTION,
)
def sample_corrected(rng, runs, strength, ratio, n=10):
    real = rng.standard_normal((runs, n, 1))
    step = Correct(strength, target=[[0.0]], shift_only=True)
    loop = {"policy": Augment(ratio), "generations": 15, "curate": step, "rng": rng}
    return scaled_error(n, self_consume(Position(), real, **loop))


@claim(
    "25",
    "A tenth of each training set from an archive stops the growth of the error, at 6.2 times that of the archive.",
    source=f"{DERIVED}; that a real share keeps loops stable: Bertrand et al., arXiv:2310.00429 (abstract)",
    lesson="14",
    theory=lambda real_fraction, n, t: theory.archive_position(real_fraction, t),
    setting={"real_fraction": 0.1, "n": 40, "t": 20},
    runs=8_000,
    wrong={
        "a tenth of the growth": lambda real_fraction, n, t: 1 + real_fraction * t,
        "without the archive's own error": lambda real_fraction, n, t: theory.archive_position(real_fraction, t) - 1,
        "no archive": lambda real_fraction, n, t: 1 + t,
    },
)
def tenth_from_the_archive(rng, runs, real_fraction, n, t):
    real = rng.standard_normal((runs, n, 1))
    return scaled_error(n, self_consume(Position(), real, policy=Mix(real_fraction), generations=t, rng=rng))


@claim(
    "27",
    "Accumulation fails where samples are a little too narrow: with all records kept the variance still goes to 0, "
    "like a power of t.",
    source=f"{DERIVED}; that there are such cases: Barzilai & Shamir, “When Models Don't Collapse”",
    lesson="14",
    theory=theory.accumulated_biased_variance,
    setting={"n": 20, "bias": 0.5, "t": 60},
    runs=2_000,
    wrong={
        "honest samples": lambda n, bias, t: theory.accumulated_variance(n, t),
        "as under replacement": lambda n, bias, t: bias ** (t - 1),
        "the power law alone": lambda n, bias, t: t ** (bias - 1),
    },
)
def accumulation_fails(rng, runs, n, bias, t):
    real = rng.standard_normal((runs, n, 1))
    model = Gaussian(ddof=0, sampling_bias=bias)
    history = self_consume(model, real, policy=Accumulate(), generations=t - 1, rng=rng)
    return mean_and_error(history.models[-1].cov_)
