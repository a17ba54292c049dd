"""Diversity: whether the release goes everywhere where real rows are, and holds what is rare."""

import numpy as np

from course_lib.audit.answer import NOT_SHOWN, Answer, verdict
from course_lib.audit.case import REPEATS, half_samples
from course_lib.audit.statistics import effective_number

__all__ = ["covered", "rare", "variety"]

NEIGHBOURS = 5
RARE_SHARE, RARE_PEOPLE = 0.1, 30  # what is rare, and how many people it takes to be judged
MOST_COVERED = 1500


def covered(between, within, k=NEIGHBOURS):
    """Return the share of real rows within whose k-th neighbour's distance a row of another set lies.

    The coverage of `metrics.prdc` (Naeem et al. 2020, arXiv:2002.09797), but the balls are closed: in a table of
    categories many rows have k twins, and a ball of radius 0 must hold a further twin, not nothing.

    Parameters
    ----------
    between : numpy.ndarray, shape (n, m)
        Distances from the real rows to the rows of the other set.
    within : numpy.ndarray, shape (n, n)
        Distances among the real rows.
    k : int
    """
    radius = np.partition(within, k, axis=1)[:, k]  # the nearest is the row itself
    return float(np.mean(between.min(1) <= radius))


def variety(case, *, tolerance=0.1):
    """Compare how much of the real rows' neighbourhood the release visits with what other real rows visit."""
    from scipy.spatial.distance import cdist

    (a, people), (b, others) = case.two_real(MOST_COVERED)
    z, _ = case.rows("synthetic", MOST_COVERED)
    count = min(len(b), len(z))  # equally many visitors
    b, others, z = b[:count], others[:count], z[case.rng.choice(len(z), count, replace=False)]
    aa, ab, az = cdist(a, a), cdist(a, b), cdist(a, z)

    def loss(rows, strangers, released):
        within = aa[np.ix_(rows, rows)]
        return covered(ab[np.ix_(rows, strangers)], within) - covered(az[np.ix_(rows, released)], within)

    whole = [np.arange(len(each)) for each in (a, b, z)]
    estimate = loss(*whole)
    spread = half_samples(loss, [people, others, whole[2]], rng=case.rng).std(0, ddof=1)
    low, high = _around(estimate, spread, case.level)
    word = verdict(low, high, tolerance)
    mine, theirs = covered(az, aa), covered(ab, aa)
    return Answer(
        question="variety",
        topic="diversity",
        asked="Does the release go wherever real rows are?",
        verdict=word,
        estimate=estimate,
        low=low,
        high=high,
        tolerance=tolerance,
        what="coverage lost, against other real rows in the release's place (0: none; 1: all)",
        test=f"coverage with {NEIGHBOURS} neighbours, half-samples; {len(a):,} real rows, {count:,} others, "
        f"{count:,} released",
        found=f"Released rows stand near {mine:.0%} of the real ones, other real rows near {theirs:.0%}.",
        next_step={
            "failed": "Find the real rows that nothing comes near, and ask what they have in common.",
            "not shown": "Compare more rows.",
        }.get(word, "Coverage counts places, not how often they are visited: see the question 'rare'."),
    )


def _around(estimate, spread, level, repeats=REPEATS):
    from scipy.stats import t

    margin = t.isf((1 - level) / 2, repeats - 1) * spread
    return float(estimate - margin), float(estimate + margin)


def rare(case, *, tolerance=0.5):
    """Compare how often rare categories and the ends of columns occur; judged where 30 people stand behind them."""
    from statsmodels.stats.proportion import proportion_confint

    real, synthetic, people = case.tables.real, case.tables.synthetic, case.tables.people
    worth = effective_number(people) / len(real)
    cells = [cell for name, kind in case.tables.kinds.items() for cell in _cells(name, kind, real, synthetic)]
    judged = [cell for cell in cells if cell[1] * worth >= RARE_PEOPLE and cell[1] <= RARE_SHARE * len(real)]
    unjudged = sum(0 < cell[1] * worth < RARE_PEOPLE for cell in cells)
    common = dict(
        question="rare",
        topic="diversity",
        asked="Are rare categories and the ends of the columns still there?",
        tolerance=tolerance,
        what="share lost of the rare group that lost most (0: none; 1: all; below 0: gained)",
    )
    if not judged:
        return Answer(
            **common,
            verdict=NOT_SHOWN,
            estimate=np.nan,
            low=np.nan,
            high=np.nan,
            test=f"none: no group of at most {RARE_SHARE:.0%} of the rows has {RARE_PEOPLE} people or more",
            found=f"{unjudged} groups are too small to be judged.",
            next_step="Name the rare people that matter to you, and count them in both tables.",
        )
    names, n_real, n_released = (np.array(each) for each in zip(*judged, strict=True))
    a, b = n_real * worth, n_released
    # Given a + b rows of a group in both tables, how many of them are released is binomial: exact, also where b = 0
    low, high = proportion_confint(b, a + b, alpha=(1 - case.level) / len(judged), method="beta")
    with np.errstate(divide="ignore"):
        low, high, ratio = (p / (1 - p) * len(real) * worth / len(synthetic) for p in (low, high, b / (a + b)))
    lost, low, high = 1 - ratio, 1 - high, 1 - low
    worst = int(lost.argmax())
    word = verdict(low.max(), high.max(), tolerance)
    return Answer(
        **common,
        verdict=word,
        estimate=float(lost[worst]),
        low=float(low.max()),
        high=float(high.max()),
        test=f"ratio of shares, exact, in {len(judged)} rare groups, all rows; {unjudged} smaller are not judged",
        found=f"{names[worst]}: {n_real[worst]:,} of {len(real):,} real rows, {n_released[worst]:,} of "
        f"{len(synthetic):,} released ones.",
        next_step={
            "failed": f"Draw again until '{names[worst]}' is there, or say beside the table that it is not.",
            "not shown": "The group is small: count it in a larger draw of the same generator.",
        }.get(
            word, f"Count the {unjudged} groups of fewer than {RARE_PEOPLE} people by hand." if unjudged else "None."
        ),
    )


def _cells(name, kind, real, synthetic):
    """Yield (name, rows in the real table, rows in the release) of the rare groups of a column."""
    a, b = real[name], synthetic[name]
    if kind in ("numeric", "integer"):
        low, high = a.quantile([0.025, 0.975])
        yield f"{name} at most {low:.4g}", int((a <= low).sum()), int((b <= low).sum())
        yield f"{name} at least {high:.4g}", int((a >= high).sum()), int((b >= high).sum())
        return
    released = b.value_counts()
    for level, count in a.value_counts().items():
        yield f"{name} = {level}", int(count), int(released.get(level, 0))
