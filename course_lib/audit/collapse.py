"""Collapse: what is left when models are trained on the release, and then on each other's samples."""

import numpy as np

from course_lib.audit.answer import Answer, verdict
from course_lib.audit.diversity import _around, covered

__all__ = ["collapse"]

START, REPLICATES = 700, 10  # rows a loop begins with, at most, and loops


def collapse(case, *, generations, tolerance=0.1):
    """Loop a Gaussian copula from halves of the release and of the real table, and compare what is left."""
    codec = _codec(case)
    a, index = _rows(case, codec, case.tables.real)
    z, _ = _rows(case, codec, case.tables.synthetic)
    people = case.tables.people[index]
    count = min(len(a), len(z)) // 2
    _, codes = np.unique(people, return_inverse=True)
    starts, judges = [], []
    for _ in range(REPLICATES):
        order = np.argsort(case.rng.permutation(codes.max() + 1)[codes], kind="stable")  # people stay together
        starts.append(a[order[:count]])
        judges.append(a[order[count : 2 * count]])
    released = np.stack([z[case.rng.choice(len(z), count, replace=False)] for _ in range(REPLICATES)])
    judges = np.stack(judges)
    starts = {"real": np.stack(starts), "release": released}
    curves = {name: _kept_over(case, codec, start, judges, generations) for name, start in starts.items()}
    # The chance of the loops averages out over them. That of the tables does not: each loop begins with a half, so the
    # spread of the starts is the standard error (see half_samples).
    found = {}
    for name in curves["real"]:
        lost = curves["real"][name] - curves["release"][name]  # (generations + 2, loops): first the training rows
        spread = np.sqrt(lost[-1].var(ddof=1) / REPLICATES + lost[0].var(ddof=1))
        mean = lost[-1].mean()
        found[name] = (float(mean), *_around(mean, spread, 1 - (1 - case.level) / 2, REPLICATES))
    worst = max(found, key=lambda name: found[name][1])
    estimate, low, high = found[worst][0], found[worst][1], max(each[2] for each in found.values())
    kept, other = (curves[name][worst].mean(-1) for name in ("real", "release"))
    word = verdict(low, high, tolerance)
    return Answer(
        question="collapse",
        topic="collapse",
        asked=f"Does what is left after {generations} looped generations depend on having begun with the release?",
        verdict=word,
        estimate=estimate,
        low=low,
        high=high,
        tolerance=tolerance,
        what=f"{worst} lost after {generations} generations, against the same loop begun with real rows (0: none)",
        test=f"Gaussian copula, each generation replaced by the next; {REPLICATES} loops of {count:,} rows, judged "
        "by coverage and by the worst column's likeness",
        found=f"The {worst} of real rows to other real ones is {kept[0]:.0%}, that of a loop begun with them "
        f"{kept[-1]:.0%} after {generations} generations, of one begun with the release {other[-1]:.0%}.",
        next_step={
            "failed": "Do not train models on it alone, one after the other: keep real rows in every training set.",
            "not shown": "Run more loops on more rows.",
        }.get(
            word, "Whoever trains on it keeps real rows in the training set all the same, and looks again each year."
        ),
        details={"curves": curves},
    )


def _codec(case):
    """Return a codec in which a category is one number, so that the copula draws it at its own share."""
    from course_lib.data import TableCodec

    return TableCodec(kinds=case.tables.kinds, skewed=case.codec.skewed).fit(_ordered(case.tables.real))


def _ordered(frame):
    categories = frame.select_dtypes("category")
    return frame.assign(**{name: column.cat.as_ordered() for name, column in categories.items()})


def _rows(case, codec, frame):
    index = case.rng.permutation(len(frame))[: 2 * START]
    return codec.encode(_ordered(frame.iloc[index])), index


def _kept_over(case, codec, start, judges, generations):
    """Return what is kept, by measure: of the starting rows, and of each generation of a loop begun with them."""
    from scipy.spatial.distance import cdist

    from course_lib import GaussianCopula, Replace, self_consume
    from course_lib.metrics import ks_complement, per_replicate
    from course_lib.records import as_records

    def coverage(reference, sample):
        def one(x, y):
            return covered(cdist(x.x, y.x), cdist(x.x, x.x))

        return per_replicate(one, as_records(reference, "reference"), as_records(sample, "sample"))

    def likeness(reference, sample):
        return ks_complement(reference, sample, per_column=True).min(-1)

    measures = {"coverage": coverage, "likeness": likeness}
    history = self_consume(
        GaussianCopula(),
        start,
        policy=Replace(),
        generations=generations,
        rng=case.rng,
        reference=judges,
        metrics=measures,
        curate=codec.round_trip,
    )
    return {
        name: np.concatenate([measure(judges, start)[None], history.scores[name]]) for name, measure in measures.items()
    }
