"""Collapse: what is left when models are trained on the release, and then on each other's samples."""

import numpy as np

from course_lib.audit.answer import Answer, verdict
from course_lib.audit.diversity import _around, covered

__all__ = ["collapse"]

START, REPLICATES = 700, 10  # rows a loop begins with, at most, and loops


def collapse(case, *, generations, tolerance=0.1):
    """Loop a Gaussian copula from halves of the release and of the real table, and compare what is left."""
    from scipy.spatial.distance import cdist

    from course_lib import GaussianCopula, Replace, self_consume
    from course_lib.metrics import per_replicate
    from course_lib.records import as_records

    (a, people), (_, _) = case.two_real(2 * START)
    z, _ = case.rows("synthetic", 2 * START)
    count = min(len(a), len(z)) // 2
    _, codes = np.unique(people, return_inverse=True)
    starts, judges = [], []
    for _ in range(REPLICATES):
        order = np.argsort(case.rng.permutation(codes.max() + 1)[codes], kind="stable")  # people stay together
        starts.append(a[order[:count]])
        judges.append(a[order[count : 2 * count]])
    released = np.stack([z[case.rng.choice(len(z), count, replace=False)] for _ in range(REPLICATES)])
    judges = np.stack(judges)

    def coverage(reference, sample):
        one = lambda x, y: covered(cdist(x.x, y.x), cdist(x.x, x.x))  # noqa: E731
        return per_replicate(one, as_records(reference, "reference"), as_records(sample, "sample"))

    loop = dict(
        policy=Replace(),
        generations=generations,
        reference=judges,
        metrics={"coverage": coverage},
        curate=case.codec.round_trip,
    )
    curves = {}
    for name, start in (("real", np.stack(starts)), ("release", released)):
        history = self_consume(GaussianCopula(), start, rng=case.rng, **loop)
        curves[name] = history.scores["coverage"]
    begin = {name: coverage(judges, start) for name, start in (("real", np.stack(starts)), ("release", released))}
    curves = {name: np.concatenate([begin[name][None], curve]) for name, curve in curves.items()}
    lost = curves["real"][-1] - curves["release"][-1]
    # The chance of the loops averages out over them. That of the tables does not: each loop begins with a half, so the
    # spread of the starts is the standard error (see half_samples).
    starts_gap = curves["real"][0] - curves["release"][0]
    spread = np.sqrt(lost.var(ddof=1) / REPLICATES + starts_gap.var(ddof=1))
    low, high = _around(lost.mean(), spread, case.level, REPLICATES)
    word = verdict(low, high, tolerance)
    first, last = curves["real"][0].mean(), curves["real"][-1].mean()
    return Answer(
        question="collapse",
        topic="collapse",
        asked=f"Does what is left after {generations} looped generations depend on having begun with the release?",
        verdict=word,
        estimate=float(lost.mean()),
        low=low,
        high=high,
        tolerance=tolerance,
        what=f"coverage lost after {generations} generations, against the same loop begun with real rows (0: none)",
        test=f"Gaussian copula, each generation replaced by the next; {REPLICATES} loops of {count:,} rows each",
        found=f"Real rows cover {first:.0%} of other real ones, a loop begun with them {last:.0%} after {generations} "
        f"generations, one begun with the release {curves['release'][-1].mean():.0%}.",
        next_step={
            "failed": "Do not train models on it alone, one after the other: keep real rows in every training set.",
            "not shown": "Run more loops on more rows.",
        }.get(
            word, "Whoever trains on it keeps real rows in the training set all the same, and looks again each year."
        ),
        details={"curves": curves},
    )
