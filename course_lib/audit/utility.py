"""Utility: whether a model that learned from the release does as well on real rows as one that learned from those."""

import numpy as np

from course_lib.audit.answer import Answer, verdict
from course_lib.audit.case import half_samples
from course_lib.audit.statistics import simultaneous

__all__ = ["use"]

RIDGE = 1.0  # in rows: keeps a column without variance from breaking the fit
MOST_TRAINED = 5000


def use(case, *, tolerance=0.05):
    """Train on released and on equally many real rows, predict real ones, and compare the errors.

    A linear model predicts the target (without one, each column in turn) from all other columns; a category is
    predicted as one probability for each value, so that the squared error is Brier's score.
    """
    names = list(case.parts) if case.tables.target is None else [case.tables.target]
    parts = [case.parts[name] for name in names]
    (x, people), (test, others) = _train_and_test(case)
    z, _ = case.rows("synthetic", MOST_TRAINED)
    count = min(len(x), len(z))  # equally many rows to learn from
    if len(x) > count:
        keep = np.sort(case.rng.choice(len(x), count, replace=False))
        x, people = x[keep], people[keep]
    z = z[case.rng.choice(len(z), count, replace=False)]

    def gap(rows, tested, released):
        real, made = (_losses(train, test[tested], parts) for train in (x[rows], z[released]))
        return made - real

    whole = [np.arange(len(x)), np.arange(len(test)), np.arange(count)]
    estimates = gap(*whole)
    halves = half_samples(gap, [people, others, whole[2]], rng=case.rng)
    # Only a loss counts: a release that helps is no worse
    worst, estimate, low, high = simultaneous(np.maximum(estimates, 0), halves, case.level)
    worst, estimate = int(estimates.argmax()), float(estimates.max())
    name, word = names[worst], verdict(low, high, tolerance)
    held = "the holdout" if case.tables.holdout is not None else "people of the real table who were set aside"
    real_loss = _losses(x, test, [case.parts[name]])[0]
    return Answer(
        question="use",
        topic="utility",
        asked=f"Does a model trained on the release predict {'each column' if len(names) > 1 else repr(name)} as well?",
        verdict=word,
        estimate=estimate,
        low=low,
        high=high,
        tolerance=tolerance,
        what="additional squared error (Brier's score for categories), as a share of the target's variance",
        test=f"linear model for {len(names)} target(s), half-samples; trained on {count:,} released or real rows, "
        f"tested on {len(test):,} rows of {held}",
        found=f"Of the variance of {name!r}, {1 - real_loss:.0%} is predicted by real rows and "
        f"{1 - real_loss - estimate:.0%} by released ones.",
        next_step={
            "failed": f"Look at what else depends on {name!r} in the real table, and whether the generator was told.",
            "not shown": "Train and test on more rows, or name the one target that matters (target=).",
        }.get(word, "Try the model that you will use, and the group that you care about."),
        details={"targets": dict(zip(names, estimates.tolist(), strict=True))},
    )


def _train_and_test(case):
    if case.tables.holdout is not None:
        return case.rows("real", MOST_TRAINED), case.rows("holdout", MOST_TRAINED)
    x, people = case.rows("real", 2 * MOST_TRAINED)
    _, codes = np.unique(people, return_inverse=True)
    side = (case.rng.permutation(codes.max() + 1) % 3 > 0)[codes]
    return (x[side], people[side]), (x[~side], people[~side])


def _losses(train, test, parts):
    """Return for each part of the columns the squared error of a linear model of it, over its variance in the test.

    All fits share the sums of products of the training and of the test rows, about the training means.
    """
    mean = train.mean(0)
    a, b = ((x - mean).T @ (x - mean) for x in (train, test))
    variances = len(test) * test.var(0)
    losses = []
    for part in parts:
        other = np.delete(np.arange(len(mean)), part)
        beta = np.linalg.solve(a[np.ix_(other, other)] + RIDGE * np.eye(len(other)), a[other, part])
        error = np.trace(b[part, part]) - 2 * np.sum(beta * b[other, part])
        error += np.sum(beta * (b[np.ix_(other, other)] @ beta))
        variance = variances[part].sum()
        losses.append(error / variance if variance > 1e-9 else 0.0)
    return np.array(losses)
