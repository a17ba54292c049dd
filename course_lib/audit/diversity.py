"""Diversity: whether the release goes everywhere where real rows are, and holds what is rare."""

import numpy as np

from course_lib.audit.answer import Finding
from course_lib.audit.distances import NEIGHBOURS, coverage
from course_lib.audit.resampling import HALVES, half_samples, subsample
from course_lib.audit.statistics import NOTHING, Interval, effective_number, exact_share, student

__all__ = ["rare", "variety"]

RARE_SHARE, RARE_PEOPLE = 0.1, 30  # what is rare, and how many people it takes to be judged
MOST_COVERED = 1500  # rows of a table among which all distances are held


def variety(case):
    """Compare how much of the real rows' neighbourhood the release visits with what other real rows visit."""
    from scipy.spatial.distance import cdist

    (a, people), (b, others) = case.two_real(MOST_COVERED)
    z, made_up = case.rows("synthetic", MOST_COVERED)
    count = min(len(b), len(z))  # equally many visitors
    keep, keep_z = (subsample(len(each), count, case.rng) for each in (b, z))
    b, others, z, made_up = b[keep], others[keep], z[keep_z], made_up[keep_z]
    within, by_real, by_released = cdist(a, a), cdist(a, b), cdist(a, z)

    def covered(rows, strangers, released):
        among = within[np.ix_(rows, rows)]
        return (
            coverage(by_real[np.ix_(rows, strangers)], among),
            coverage(by_released[np.ix_(rows, released)], among),
        )

    def loss(*indices):
        real, released = covered(*indices)
        return real - released

    whole = [np.arange(len(each)) for each in (a, b, z)]
    theirs, mine = covered(*whole)
    spread = half_samples(loss, [people, others, made_up], rng=case.rng).std(0, ddof=1)
    return Finding(
        student(theirs - mine, spread, case.level, HALVES),
        test=f"coverage with {NEIGHBOURS} neighbours, half-samples; {len(a):,} real rows, {count:,} others, "
        f"{count:,} released",
        found=f"Released rows stand near {mine:.0%} of the real ones, other real rows near {theirs:.0%}.",
    )


def rare(case):
    """Compare how often rare categories and the ends of columns occur; judged where 30 people stand behind them."""
    real, synthetic = case.tables.real, case.tables.synthetic
    worth, worth_released = (
        effective_number(case.tables.people[name]) / len(case.tables.people[name]) for name in ("real", "synthetic")
    )
    groups = [group for name, kind in case.tables.kinds.items() for group in _groups(name, kind, real, synthetic)]
    judged = [group for group in groups if group[1] * worth >= RARE_PEOPLE and group[1] <= RARE_SHARE * len(real)]
    unjudged = sum(0 < group[1] * worth < RARE_PEOPLE for group in groups)
    if not judged:
        return Finding(
            NOTHING,
            test=f"none: no group of at most {RARE_SHARE:.0%} of the rows has {RARE_PEOPLE} people or more",
            found=f"{unjudged} groups are too small to be judged.",
            next_step="Name the rare people that matter to you, and count them in both tables.",
        )
    names, n_real, n_released = (np.array(each) for each in zip(*judged, strict=True))
    # Given a + b people of a group in both tables, how many of them are released is binomial: exact, also where b = 0
    level = 1 - (1 - case.level) / len(judged)
    counts = zip(n_real * worth, n_released * worth_released, strict=True)
    shares = np.transpose([exact_share(b, a + b, level) for a, b in counts])
    with np.errstate(divide="ignore"):
        ratio, fewest, most = shares / (1 - shares) * (len(real) * worth) / (len(synthetic) * worth_released)
    lost, low, high = 1 - ratio, 1 - most, 1 - fewest
    worst = int(lost.argmax())
    return Finding(
        Interval(float(lost[worst]), float(low.max()), float(high.max())),
        test=f"ratio of shares, exact, in {len(judged)} rare groups, all rows; {unjudged} smaller are not judged",
        found=f"{names[worst]}: {n_real[worst]:,} of {len(real):,} real rows, {n_released[worst]:,} of "
        f"{len(synthetic):,} released ones.",
        fills={
            "worst": names[worst],
            "by_hand": f"Count the {unjudged} groups of fewer than {RARE_PEOPLE} people by hand."
            if unjudged
            else "None.",
        },
    )


def _groups(name, kind, real, synthetic):
    """Yield (name, rows in the real table, rows in the release) of the categories or the two ends of a column."""
    a, b = real[name], synthetic[name]
    if kind in ("numeric", "integer"):
        low, high = a.quantile([0.025, 0.975])
        yield f"{name} at most {low:.4g}", int((a <= low).sum()), int((b <= low).sum())
        yield f"{name} at least {high:.4g}", int((a >= high).sum()), int((b >= high).sum())
        return
    released = b.value_counts()
    for level, count in a.value_counts().items():
        yield f"{name} = {level}", int(count), int(released.get(level, 0))
