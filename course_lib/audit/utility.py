"""Utility: whether a model that learned from the release does as well on real rows as one that learned from those."""

import numpy as np

from course_lib.audit.answer import Finding
from course_lib.audit.resampling import deal, half_samples, subsample
from course_lib.audit.statistics import simultaneous

__all__ = ["use"]

RIDGE = 1.0  # in rows: keeps a column without variance from breaking the fit
MOST_TRAINED = 5000


def use(case):
    """Train on released and on equally many real rows, predict real ones, and compare the errors.

    A linear model predicts the target (without one, each column in turn) from all other columns; a category is
    predicted as one probability for each value, so that the squared error is Brier's score.
    """
    names = list(case.parts) if case.tables.target is None else [case.tables.target]
    parts = [case.parts[name] for name in names]
    (x, people), (test, others) = _train_and_test(case)
    z, made_up = case.rows("synthetic", MOST_TRAINED)
    count = min(len(x), len(z))  # equally many rows to learn from
    keep, keep_z = (subsample(len(each), count, case.rng) for each in (x, z))
    x, people, z, made_up = x[keep], people[keep], z[keep_z], made_up[keep_z]

    def losses(train, tested):
        return _losses(train, test[tested], parts)

    def gap(rows, tested, released):
        return losses(z[released], tested) - losses(x[rows], tested)

    whole = [np.arange(len(each)) for each in (x, test, z)]
    gaps, by_real = gap(*whole), losses(x, whole[1])
    halves = half_samples(gap, [people, others, made_up], rng=case.rng)
    # Only a loss counts: a release that helps is no worse
    _, interval = simultaneous(np.maximum(gaps, 0), halves, case.level)
    worst = int(gaps.argmax())
    interval = interval._replace(estimate=float(gaps[worst]))
    held = "the holdout" if case.tables.holdout is not None else "people of the real table who were set aside"
    predicted = [1 - by_real[worst], 1 - by_real[worst] - gaps[worst]]
    below = " Below 0 the column's mean would have served better." if min(predicted) < 0 else ""
    return Finding(
        interval,
        test=f"linear model for {len(names)} target(s), half-samples; trained on {count:,} released or real rows, "
        f"tested on {len(test):,} rows of {held}",
        found=f"Of the variance of {names[worst]!r}, {predicted[0]:.0%} is predicted by real rows and "
        f"{predicted[1]:.0%} by released ones.{below}",
        fills={"targets": "each column" if len(names) > 1 else repr(names[0]), "worst": names[worst]},
        details={"targets": dict(zip(names, gaps.tolist(), strict=True))},
    )


def _train_and_test(case):
    if case.tables.holdout is not None:
        return case.rows("real", MOST_TRAINED), case.rows("holdout", MOST_TRAINED)
    x, people = case.rows("real", 2 * MOST_TRAINED)
    trained = deal(people, 3, case.rng) > 0
    return (x[trained], people[trained]), (x[~trained], people[~trained])


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
