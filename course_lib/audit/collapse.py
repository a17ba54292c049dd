"""Collapse: what is left when models are trained on the release, and then on each other's samples."""

import numpy as np

from course_lib.audit.answer import Finding
from course_lib.audit.distances import coverage
from course_lib.audit.resampling import deal
from course_lib.audit.statistics import student

__all__ = ["collapse"]

START, LOOPS = 700, 10  # rows a loop begins with, at most, and loops


def collapse(case):
    """Loop a Gaussian copula from halves of the release and of the real table, and compare what is left."""
    codec = _codec(case)
    (a, people), (z, made_up) = (_rows(case, codec, name) for name in ("real", "synthetic"))
    count = min(len(a), len(z)) // 2
    starts, judges = [], []
    for _ in range(LOOPS):
        order = _shuffled(people, case.rng)
        starts.append(a[order[:count]])
        judges.append(a[order[count : 2 * count]])
    released = np.stack([z[_shuffled(made_up, case.rng)[:count]] for _ in range(LOOPS)])
    starts, judges = {"real": np.stack(starts), "release": released}, np.stack(judges)
    curves = {name: _kept_over(case, codec, start, judges) for name, start in starts.items()}
    gaps = {name: _gap(curves["real"][name] - curves["release"][name], case.level) for name in curves["real"]}
    worst = max(gaps, key=lambda name: gaps[name].low)
    kept, other = (curves[name][worst].mean(-1) for name in ("real", "release"))
    return Finding(
        gaps[worst]._replace(high=max(gap.high for gap in gaps.values())),
        test=f"Gaussian copula, each generation replaced by the next; {LOOPS} loops of {count:,} rows, judged "
        "by coverage and by the worst column's likeness",
        found=f"The {worst} of real rows to other real ones is {kept[0]:.0%}, that of a loop begun with them "
        f"{kept[-1]:.0%} after {case.generations} generations, of one begun with the release {other[-1]:.0%}.",
        fills={"worst": worst, "generations": case.generations},
        details={"curves": curves},
    )


def _gap(lost, level):
    """Return the interval of what the last generation lost; lost: (generations + 2, loops), first the training rows.

    The chance of the loops averages out over them. That of the tables does not: each loop begins with a half, so the
    spread of the starts is the standard error (see `half_samples`). Two measures are looked at, each at its own level.
    """
    spread = np.sqrt(lost[-1].var(ddof=1) / LOOPS + lost[0].var(ddof=1))
    return student(lost[-1].mean(), spread, 1 - (1 - level) / 2, LOOPS)


def _codec(case):
    """Return a codec in which a category is one number, so that the copula draws it at its own share."""
    from course_lib.data import TableCodec

    return TableCodec(kinds=case.tables.kinds, skewed=case.codec.skewed).fit(_ordered(case.tables.real))


def _ordered(frame):
    categories = frame.select_dtypes("category")
    return frame.astype({name: column.cat.as_ordered().dtype for name, column in categories.items()})


def _rows(case, codec, name):
    frame = getattr(case.tables, name)
    index = case.rng.permutation(len(frame))[: 2 * START]
    return codec.encode(_ordered(frame.iloc[index])), case.tables.people[name][index]


def _shuffled(people, rng):
    """Return the numbers of the rows with the people in random order and a person's rows together."""
    return np.argsort(deal(people, len(people), rng), kind="stable")


def _kept_over(case, codec, start, judges):
    """Return what is kept, by measure: of the starting rows, and of each generation of a loop begun with them."""
    from scipy.spatial.distance import cdist

    from course_lib import GaussianCopula, Replace, self_consume
    from course_lib.metrics import ks_complement, per_replicate
    from course_lib.records import as_records

    def covered(reference, sample):
        def one(x, y):
            return coverage(cdist(x.x, y.x), cdist(x.x, x.x))

        return per_replicate(one, as_records(reference, "reference"), as_records(sample, "sample"))

    def likeness(reference, sample):
        return ks_complement(reference, sample, per_column=True).min(-1)

    measures = {"coverage": covered, "likeness": likeness}
    history = self_consume(
        GaussianCopula(),
        start,
        policy=Replace(),
        generations=case.generations,
        rng=case.rng,
        reference=judges,
        metrics=measures,
        curate=codec.round_trip,
    )
    return {
        name: np.concatenate([measure(judges, start)[None], history.scores[name]]) for name, measure in measures.items()
    }
