"""The checks of lesson 14: an archive, the best weight, a verifier's threshold, and accumulation that fails.

The first three answers are exact or counted. The fourth is a curate step of the learner's own, judged by what becomes
of a loop that keeps everything.
"""

import numpy as np

from course_lib import Accumulate, Gaussian, Records, self_consume, theory
from course_lib.checks.chance import count_possible
from course_lib.checks.framework import Function, NotYet, read_array, recognise, require_rng

__all__ = ["CHECKS"]


# 14.1 -----------------------------------------------------------------------------------------------------------------


def check_mixed(mixed: Function, *, rng):
    """Give every record a number, and look which of them come back."""
    for n, archived, share in ((20, 20, 0.1), (30, 50, 0.5), (16, 40, 0.25), (10, 12, 0.0), (10, 12, 1.0)):
        _require_mixed(mixed, n, archived, share, rng)
    sample, archive = _numbered(12, 30)
    require_rng(lambda generator: read_array(mixed(sample, archive, 0.5, generator), (12, 2), "Yours"), rng=rng, hint=2)
    times = np.zeros(30)
    for _ in range(120):
        real = np.asarray(mixed(sample, archive, 0.5, rng))[:, 0]
        times += np.isin(archive[:, 0], real)
    if not count_possible(times, 120, 6 / 30).all():
        often = int(times.argmax())
        raise NotYet(
            f"In 120 training sets with 6 of 30 archived records each, record {often} comes {times[often]:.0f} times "
            f"and record {int(times.argmin())} {times.min():.0f} times. Each should come with the same probability.",
            2,
        )
    return (
        "The real share is drawn anew from the archive, each record at most once and all with the same probability; "
        "the rest are samples, and the training set is as large as the sample."
    )


def _numbered(n, archived):
    """Return a sample with numbers below 0 and an archive with numbers above, twice each, so that rows show."""
    return (np.repeat(-np.arange(1.0, n + 1)[:, None], 2, 1), np.repeat(np.arange(1.0, archived + 1)[:, None], 2, 1))


def _require_mixed(mixed, n, archived, share, rng):
    sample, archive = _numbered(n, archived)
    got = np.asarray(mixed(sample, archive, share, rng))
    wanted = round(share * n)
    what = f"From a sample of {n} and an archive of {archived}, with a real share of {share:g}"
    if got.ndim == 2 and got.shape[0] != n:
        thoughts = [
            (n + wanted, "That puts the real ones beside the sample. Whose place do they take?"),
            (wanted, "Those are the real ones alone. What else does the next model see?"),
            (archived, "That is the archive's size. How large is the training set to be?"),
            (n - wanted, "Those are the samples alone. Where are the real ones?"),
        ]
        raise NotYet(
            f"{what}, you return {got.shape[0]} records; {n} are needed. "
            + recognise(got.shape[0], thoughts, "How many of each make n together?"),
            1,
        )
    rows = read_array(got, (n, 2), "Your training set")
    if (rows[:, 0] != rows[:, 1]).any() or not np.isin(rows[:, 0], np.r_[sample[:, 0], archive[:, 0]]).all():
        raise NotYet(f"{what}, there are rows that are neither in the sample nor in the archive. What makes them?", 1)
    real = rows[rows[:, 0] > 0, 0]
    if real.size != wanted:
        thoughts = [
            (n - wanted, "That is the synthetic share. Which of the two is `share`?"),
            (round(share * archived), "That is a share of the archive. A share of what is asked for?"),
            (0, "Where is the archive drawn from?"),
        ]
        raise NotYet(
            f"{what}, {real.size} of your records are real; {wanted} should be. "
            + recognise(real.size, thoughts, "How many records is that share of the training set?"),
            1,
        )
    for name, values in (("archived record", real), ("sample", rows[rows[:, 0] < 0, 0])):
        twice = values.size - np.unique(values).size
        if twice:
            raise NotYet(
                f"{what}, you have the same {name} more than once ({twice} repeats). A record that counts twice is "
                "another remedy. How do you draw so that each comes at most once?",
                2,
            )


# 14.2 -----------------------------------------------------------------------------------------------------------------


def check_best_weight(best_weight: Function, *, rng):
    """Compare with the golden-ratio law, at numbers where other thoughts give something else."""
    pairs = [(10, 40), (30, 10), *((int(a), int(b)) for a, b in rng.integers(5, 200, (4, 2))), (20, 20)]
    found = np.array([read_array(best_weight(*pair), (), f"Your weight for {pair}") for pair in pairs])
    real, synthetic = np.array(pairs, float).T
    k = real / synthetic
    right = theory.fresh_weight(k)
    if np.allclose(found, right, atol=2e-3):
        return (
            "Yours is the weight with the least error for every pair tried; for as many of each it is 0.618, and "
            f"for {pairs[0][0]} real and {pairs[0][1]} samples {right[0]:.3f}, though they are a fifth of the records."
        )
    root = np.sqrt(k**2 + 4 * k)
    thoughts = [
        (k / (1 + k), "That counts each record once. Is an error of the model's mean not worth less than that?"),
        (theory.fresh_weight(1 / k), "That has real and synthetic the other way round. What is k?"),
        (1 - right, "That is the weight of the samples. Whose is asked for?"),
        (np.full(k.size, theory.fresh_weight(1)), "That is right for as many of each. What changes with the numbers?"),
        (root - k, "That is twice the weight: a quadratic equation w² + kw − k = 0 has its solution divided by what?"),
        ((root + k) / 2, "That is the other sign. A weight is at most 1."),
        (np.ones(k.size), "That trusts the fresh records alone. Do the samples say nothing of the deleted ones?"),
        (k, "That is k itself, which is more than 1 where there are more real records than samples."),
    ]
    worst = int(np.argmax(np.abs(found - right)))
    w = found[worst]
    told = f"For {pairs[worst][0]} real records and {pairs[worst][1]} samples you give the weight {w:.3f}"
    if 0 < w <= 1:
        errors = theory.weighted_position(np.array([w, right[worst]]), k[worst])
        told += f", with an error of {errors[0]:.4f} first fits; {errors[1]:.4f} can be reached"
    raise NotYet(f"{told}. {recognise(found, thoughts, 'For which w is the error smallest?', atol=2e-3)}", 2)


# 14.3 -----------------------------------------------------------------------------------------------------------------


def check_threshold(threshold: Function, *, rng):
    """Compare on gold sets of other mixtures, since only rates that do not depend on the mixture are right."""
    cases = [(60, 40, 54, 12), (30, 90, 24, 27), (80, 20, 40, 2), (25, 25, 10, 10), (40, 10, 32, 0)]
    found, rows = [], []
    for n_right, n_wrong, kept_right, kept_wrong in cases:
        right = np.repeat([True, False], (n_right, n_wrong))
        kept = np.concatenate([np.arange(n_right) < kept_right, np.arange(n_wrong) < kept_wrong])
        order = rng.permutation(right.size)
        found.append(read_array(threshold(right[order], kept[order]), (), "Your threshold"))
        rows.append((kept_right / n_right, kept_wrong / n_wrong, n_right / (n_right + n_wrong)))
    found = np.array(found)
    phi, psi, share = np.array(rows).T
    limit = phi / (phi + psi)
    if np.allclose(found, limit, atol=1e-9):
        return (
            "Both rates are shares of their own group, so the mixture of your gold set does not matter. A verifier "
            f"that keeps {phi[0]:.0%} and {psi[0]:.0%} bears up to {limit[0]:.0%} of wrong labels."
        )
    both, wrong_kept = phi * share, psi * (1 - share)
    with np.errstate(divide="ignore", invalid="ignore"):
        thoughts = [
            (
                both / (both + wrong_kept),
                "That is the share of right ones among those kept. It changes with the gold set; the two rates do not. "
                "A share of which group is a rate?",
            ),
            (psi / (phi + psi), "That is 1 less the threshold. Which of the two rates stands on top?"),
            (1 - psi / phi, "That is 1 − ψ/φ. Set (1 − p)φ equal to pψ once more."),
            (phi - psi, "That is the difference of the rates. Only their ratio counts."),
            ((1 - phi) / (1 - phi + psi), "That takes false drops in place of the kept right ones. What is φ?"),
            (
                phi / (phi + 1 - psi),
                "That takes wrong ones that were dropped. Is ψ what is kept or what is dropped?",
            ),
            (
                both + (1 - share) - wrong_kept,
                "That is how often the verifier is right. Which rates make a threshold?",
            ),
            (phi, "That is φ, the share of right ones that is kept. Where do the wrong ones come in?"),
            (both, "That is a share of all labels. φ is a share of the right ones."),
            (1 / (1 + phi / psi), "That has the ratio upside down."),
        ]
    worst = int(np.argmax(np.abs(found - limit)))
    n_right, n_wrong, kept_right, kept_wrong = cases[worst]
    raise NotYet(
        f"Of {n_right} right labels {kept_right} are kept, of {n_wrong} wrong ones {kept_wrong}: the threshold is "
        f"{limit[worst]:.3f} and yours {found[worst]:.3f}. "
        + recognise(found, thoughts, "At which p are as many right as wrong labels kept?"),
        2,
    )


# 14.4 -----------------------------------------------------------------------------------------------------------------

_N, _RUNS, _EARLY, _LATE, _HARMLESS, _HARM = 400, 2, 20, 60, 0.1, 0.2


def check_taste(taste: Function, *, rng):
    """Apply the step once to many honest records; then let it stand in a loop that keeps everything."""
    _require_harmless(taste, rng)
    own, steps = rng.spawn(1)[0], []

    def curate(sample, pool, *, rng):
        done = []
        for x in sample.x[..., 0]:
            done.append(_touched(taste, x, own))
            steps.append(_moved(x, done[-1]))
        return Records(np.stack(done)[..., None])

    real = rng.standard_normal((_RUNS, _N, 1))
    loop = {"policy": Accumulate(), "generations": _LATE, "curate": curate}
    history = self_consume(Gaussian(), real, rng=rng, **loop)
    off = np.array([np.hypot(m.mean_[:, 0], np.sqrt(m.cov_[:, 0, 0]) - 1).mean() for m in history.models])
    early, late = off[_EARLY], off[_LATE]
    honest = np.sqrt(1.5 / _N * theory.basel_sum(_LATE))
    if late > _HARM and late > 1.15 * early:
        return (
            f"Harmless once, and the end of accumulation: {early:.2f} off after {_EARLY} generations, {late:.2f} after "
            f"{_LATE}, still growing, with all {_N} real records kept. An honest loop stays at about {honest:.2f}."
        )
    _explain_no_failure(np.array(steps), early, late, honest)


def _touched(taste, x, rng):
    got = taste(x, rng)
    if np.ndim(got) == 1 and np.size(got) != x.size:
        raise NotYet(
            f"Of {x.size} records your step returns {np.size(got)}. The pool wants as many as came. What could stand "
            "in the place of those that you drop?",
            2,
        )
    return read_array(got, x.shape, "What your step returns")


def _moved(x, y):
    """Return by how much a step shifts and by how much it stretches, in units of the spread, and both means."""
    spread = max(x.std(), 1e-12)
    return (y.mean() - x.mean()) / spread, np.log(max(y.std(), 1e-12) / spread), x.mean(), y.mean()


def _require_harmless(taste, rng):
    x = rng.standard_normal(20_000)
    y = _touched(taste, x, rng.spawn(1)[0])
    off = np.hypot(y.mean() - x.mean(), y.std() - x.std())
    if off > _HARMLESS + 0.005:
        raise NotYet(
            f"Once, on honest records of mean 0 and spread 1, your step leaves mean {y.mean():.2f} and spread "
            f"{y.std():.2f}, a distance of {off:.2f}; at most {_HARMLESS} is allowed. Anyone would see that. What is "
            "too small to be seen, and adds up?",
            1,
        )


def _explain_no_failure(steps, early, late, honest):
    told = (
        f"After {_EARLY} generations the model is {early:.2f} off, after {_LATE} {late:.2f}; an honest loop at about "
        f"{honest:.2f}. Accumulation has borne your step"
    )
    moves, before, after = steps[:, :2], steps[:, 2], steps[:, 3]
    noise = moves.std(0) / np.sqrt(len(moves))
    if np.abs(moves).max() < 1e-9:
        raise NotYet(f"{told}: it changes nothing. What does a reviewer, or a dial for looks, do to a sample?", 1)
    if after.std() < 0.5 * before.std():
        raise NotYet(
            f"{told}: it puts every sample in the same place. The means that come in differ by about "
            f"{before.std():.3f}, those that go out by {after.std():.3f}. So the loop goes there and stays. What would "
            "be a step from where the sample *is*?",
            3,
        )
    if (np.abs(moves.mean(0)) < 4 * noise + 0.004).all():
        raise NotYet(
            f"{told}: it errs to one side now and to the other then, and such errors average out, like those of "
            "sampling. Which kind of error does not?",
            2,
        )
    raise NotYet(
        f"{told} so far; more than {_HARM}, and growing, is wanted. It goes the same way each time, by about "
        f"{np.abs(moves.mean(0)).max():.3f} spreads. How much more is still harmless, at most {_HARMLESS} once?",
        3,
    )


CHECKS = {
    "14.1": check_mixed,
    "14.2": check_best_weight,
    "14.3": check_threshold,
    "14.4": check_taste,
}
