"""Utility: does a model that learned from the release do as well on real rows as one that learned from real rows?"""

import numpy as np

from course_lib.audit.answer import Answer, verdict
from course_lib.audit.case import half_samples
from course_lib.audit.statistics import simultaneous

__all__ = ["use"]

RIDGE = 1.0  # in rows: keeps a column without variance from breaking the fit
MOST_TRAINED = 5000


def use(case, *, tolerance=0.05):
    """Train on released and on equally many real rows, predict real ones: how much more of the variance stays open?

    A linear model predicts the target (without one, each column in turn) from all other columns; a category is
    predicted as one probability for each value, so that the squared error is Brier's score.
    """
    names = list(case.parts) if case.tables.target is None else [case.tables.target]
    (x, people), (test, others) = _train_and_test(case)
    z, _ = case.rows("synthetic", MOST_TRAINED)
    count = min(len(x), len(z))  # equally many rows to learn from
    if len(x) > count:
        keep = np.sort(case.rng.choice(len(x), count, replace=False))
        x, people = x[keep], people[keep]
    z = z[case.rng.choice(len(z), count, replace=False)]

    def gap(rows, tested, released):
        return [
            _loss(z[released], test[tested], case.parts[n]) - _loss(x[rows], test[tested], case.parts[n]) for n in names
        ]

    whole = [np.arange(len(x)), np.arange(len(test)), np.arange(count)]
    estimates = np.array(gap(*whole))
    halves = half_samples(gap, [people, others, whole[2]], rng=case.rng)
    # Only a loss counts: a release that helps is no worse
    worst, estimate, low, high = simultaneous(np.maximum(estimates, 0), halves, case.level)
    worst, estimate = int(estimates.argmax()), float(estimates.max())
    name, word = names[worst], verdict(low, high, tolerance)
    held = "the holdout" if case.tables.holdout is not None else "people of the real table who were set aside"
    real_loss = _loss(x, test, case.parts[name])
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


def _loss(train, test, part):
    """Return the squared error of a linear model for some columns on the test rows, over their variance there."""
    others = np.delete(np.arange(train.shape[1]), part)
    x, y = np.ascontiguousarray(train[:, others]), train[:, part]
    mean_x, mean_y = x.mean(0), y.mean(0)
    x = x - mean_x
    coefficients = np.linalg.solve(x.T @ x + RIDGE * np.eye(len(others)), x.T @ (y - mean_y))
    truth = test[:, part]
    error = truth - mean_y - (test[:, others] - mean_x) @ coefficients
    variance = ((truth - truth.mean(0)) ** 2).sum()
    return float((error**2).sum() / variance) if variance > 1e-9 else 0.0
