"""The checks of lesson 05: a Fréchet distance, a precision, a null, and two releases that fool a metric.

The first two are compared with their definitions, up to rounding. The third is watched through the metric that it is
given. The last two are measured, and held against deals of real patients; see `_null`.
"""

import functools

import numpy as np
from scipy.spatial.distance import cdist

from course_lib import Records, metrics
from course_lib.checks.chance import count_possible
from course_lib.checks.framework import Function, NotYet, read_array, require_rng, show
from course_lib.data import patients

__all__ = ["CHECKS"]


def _same(value, right, rtol=1e-9):
    return np.allclose(value, right, rtol=rtol, atol=1e-12)


# 05.1 -----------------------------------------------------------------------------------------------------------------

_FRECHET_THOUGHTS = [
    (
        lambda dm, a, b: dm**2 + (a.std() - b.std()) ** 2,
        "That divides the sums of squares by n. Which of NumPy's arguments makes it n − 1?",
    ),
    (
        lambda dm, a, b: dm**2 + (a.var(ddof=1) - b.var(ddof=1)) ** 2,
        "That subtracts the variances. The distance subtracts their roots, which have the unit of the data.",
    ),
    (
        lambda dm, a, b: np.sqrt(dm**2 + (a.std(ddof=1) - b.std(ddof=1)) ** 2),
        "That is the root. Is the distance asked for, or its square?",
    ),
    (lambda dm, a, b: dm**2, "That is the part of the means. Where do the spreads come in?"),
    (
        lambda dm, a, b: (a.std(ddof=1) - b.std(ddof=1)) ** 2,
        "That is the part of the spreads. Where do the means come in?",
    ),
    (
        lambda dm, a, b: dm**2 + a.var(ddof=1) + b.var(ddof=1),
        "That adds the two variances, as for two independent patients. What is left of them if the groups are alike?",
    ),
    (
        lambda dm, a, b: abs(dm) + abs(a.std(ddof=1) - b.std(ddof=1)),
        "That adds distances. Squares are to be added.",
    ),
    (
        lambda dm, a, b: (dm + a.std(ddof=1) - b.std(ddof=1)) ** 2,
        "That squares the sum, and lets the two gaps cancel. Which comes first, the square or the sum?",
    ),
]


def check_frechet(frechet: Function, *, rng):
    """Compare with the definition, on columns of equal and of different length."""
    pairs = [(_column(rng, n), _column(rng, m)) for n, m in ((12, 12), (5, 5), (30, 8), (4, 25))]
    found = [float(read_array(frechet(a, b), (), f"Your distance for a = {show(a)}")) for a, b in pairs]
    right = [float(metrics.frechet(a[:, None], b[:, None])) for a, b in pairs]
    if not _same(found, right):
        worst = int(np.argmax(np.abs(np.subtract(found, right))))
        a, b = pairs[worst]
        words = "Add the squared gap of the means and the squared gap of the spreads: which of the two is off?"
        for thought, told in _FRECHET_THOUGHTS:
            if _same(found, [thought(a.mean() - b.mean(), a, b) for a, b in pairs]):
                words = told
                break
        raise NotYet(
            f"For a = {show(a)} (mean {a.mean():.4g}, spread {a.std(ddof=1):.4g}) and b = {show(b)} (mean "
            f"{b.mean():.4g}, spread {b.std(ddof=1):.4g}) you return {found[worst]:.6g}; it is {right[worst]:.6g}. "
            f"{words}",
            1,
        )
    x = rng.standard_normal((2, 200, 20))
    null = np.mean([frechet(a, b) for a, b in zip(*x, strict=True)])
    return (
        f"Right for four pairs, of equal and of different lengths. And between two groups of 20 from one and the same "
        f"bell curve it is {null:.2f} on average over 200 pairs; the law says 3/n = 0.15."
    )


def _column(rng, n):
    """Return n values with two decimals, neither centred nor symmetric, with a spread of its own."""
    return np.round(rng.uniform(2, 6) + rng.uniform(0.5, 3) * rng.standard_exponential(n), 2)


# 05.2 -----------------------------------------------------------------------------------------------------------------


def _radii(x, k):
    return np.sort(cdist(x, x), axis=1)[:, k]


def _in_any(x, y, radii):
    return (cdist(x, y) < radii[:, None]).any(0).mean()


def _nearest_ball(x, y, k):
    gaps = cdist(x, y)
    return (gaps.min(0) < _radii(x, k)[gaps.argmin(0)]).mean()


_PRECISION_THOUGHTS = [
    (lambda x, y, k: _in_any(y, x, _radii(y, k)), "That is the recall. Around whom are the balls, and who is counted?"),
    (
        lambda x, y, k: _in_any(x, y, _radii(x, k - 1)),
        "That reaches to the neighbour before: sorted, the first distance is that of a record to itself.",
    ),
    (
        lambda x, y, k: _in_any(x, y, _radii(x, k + 1)),
        "That reaches to one neighbour more. What stands at place 0 of the sorted distances?",
    ),
    (
        lambda x, y, k: (cdist(x, y) < _radii(x, k)[:, None]).any(1).mean(),
        "That counts the balls which hold somebody: the coverage. Over which axis does `any` go?",
    ),
    (
        lambda x, y, k: (cdist(x, y) < _radii(y, k)).any(0).mean(),
        "That draws the balls around the sample. Around whom does precision draw them?",
    ),
    (
        lambda x, y, k: (cdist(x, y) < _radii(x, k)[:, None]).sum(0).mean() / k,
        "That counts how many balls, and divides by k: the density. A record is in, or it is not.",
    ),
    (_nearest_ball, "That looks into the ball of the nearest record alone. Somebody farther may have a wider one."),
    (
        lambda x, y, k: _in_any(x, y, np.full(len(x), _radii(x, k).mean())),
        "That gives all balls the same radius, their mean. Each reaches to its own k-th neighbour.",
    ),
    (
        lambda x, y, k: (cdist(x, y) < _radii(x, k)[:, None]).all(0).mean(),
        "That wants a record to be in all balls. One is enough.",
    ),
    (
        lambda x, y, k: 100 * _in_any(x, y, _radii(x, k)),
        "That is in percent. A share between 0 and 1 is asked for.",
    ),
    (
        lambda x, y, k: len(y) * _in_any(x, y, _radii(x, k)),
        "That is a number of records. Which share of the sample is it?",
    ),
]


def check_precision(precision: Function, *, rng):
    """Compare with the definition on small data sets that differ enough for each usual error to show in one of them."""
    cases = []
    for n, m, k in ((20, 30, 2), (35, 25, 3), (25, 40, 5), (40, 40, 1), (30, 50, 4)):
        x = rng.standard_normal((n, 2)) * np.exp(0.7 * rng.standard_normal((n, 1)))  # narrow balls and wide ones
        cases.append((x, 1.3 * rng.standard_normal((m, 2)) + 0.4, k))
    found = [
        float(
            read_array(
                precision(x, y, k), (), f"Your precision for {len(x)} real records, {len(y)} released and k = {k}"
            )
        )
        for x, y, k in cases
    ]
    right = [float(metrics.prdc(x, y, k=k)["precision"]) for x, y, k in cases]
    if _same(found, right):
        x = rng.standard_normal((60, 2))
        return (
            "Right for five pairs of tables and four different k. A table against itself has a precision of "
            f"{precision(x, x.copy(), 3):.2f}: precision is content with a copy."
        )
    words = "Which distances are compared with which radius?"
    for thought, told in _PRECISION_THOUGHTS:
        if _same(found, [thought(*case) for case in cases]):
            words = told
            break
    worst = int(np.argmax(np.abs(np.subtract(found, right))))
    x, y, k = cases[worst]
    raise NotYet(
        f"For {len(x)} real records, {len(y)} released ones and k = {k} you return {found[worst]:.4g}; "
        f"{right[worst] * len(y):.0f} of the {len(y)} lie in a ball, a share of {right[worst]:.4g}. {words}",
        2,
    )


# 05.3 -----------------------------------------------------------------------------------------------------------------


class Metric:
    """A metric that remembers which records it was shown, singly or stacked."""

    def __init__(self):
        self.groups, self.values = [], []

    def __call__(self, reference, sample):
        # Copies: a function may deal by shuffling an array of its own, again and again.
        reference, sample = (np.array(getattr(group, "x", group)) for group in (reference, sample))
        value = np.abs(reference.mean((-2, -1)) - sample.mean((-2, -1)))
        flat = [group.reshape(-1, *group.shape[-2:]) for group in (reference, sample)]
        self.groups += list(zip(*flat, strict=True))
        self.values += list(np.ravel(value))
        return value


def check_null_range(null_range: Function, *, rng):
    """Watch through the metric which groups are dealt, and compare the result with the values that it returned."""
    total, n, deals = 31, 12, 60
    real = 5 + 2 * rng.standard_normal((total, 3))

    def call(generator):
        recorder = Metric()
        value = null_range(recorder, real, n, deals, rng=generator)
        found = read_array(value, (2,), "Your lowest and highest value")
        return recorder, found

    recorder, found = call(np.random.default_rng(rng.integers(2**32)))
    if len(recorder.groups) != deals:
        raise NotYet(
            f"For {deals} deals your function compared {len(recorder.groups)} pairs of groups. How often is the metric "
            "called?",
            1,
        )
    first = _require_groups(recorder.groups, real, n)
    if (first == first[0]).all():
        raise NotYet(
            f"In all {deals} deals the first group is the same {n} records. Which line deals anew, and does it stand "
            "inside of the loop?",
            2,
        )
    counts = first.sum(0)
    if not count_possible(counts, deals, n / total).all():
        raise NotYet(
            f"Over {deals} deals the records come into the first group {counts.min()} to {counts.max()} times; about "
            f"{deals * n / total:.0f} times each would be fair. Is every record dealt, or only some of them?",
            2,
        )
    _require_range(found, recorder.values)
    require_rng(lambda generator: call(generator)[1], rng=rng, hint=2)
    return (
        f"Each of {deals} deals has two groups of {n} without a common record, every record gets its turn, and you "
        "return the smallest and the largest value. A release that is no different lies outside with a probability of "
        f"2/{deals + 1}."
    )


def _require_groups(groups, real, n):
    """Return for each deal which records are in its first group, or say what is wrong with a deal."""
    first = np.zeros((len(groups), len(real)), dtype=bool)
    for deal, (one, other) in enumerate(groups):
        if one.shape != (n, real.shape[1]) or other.shape != (n, real.shape[1]):
            raise NotYet(
                f"Your metric compared groups of the shapes {one.shape} and {other.shape}; both are to have n = {n} of "
                f"the {len(real)} records. What does a distance of unequal groups depend on?",
                1,
            )
        is_one, is_other = ((group[:, None, :] == real).all(-1) for group in (one, other))
        if not (is_one.any(1).all() and is_other.any(1).all()):
            raise NotYet("A group holds a record that is not among the real ones. Where does it come from?", 2)
        counts = is_one.sum(0), is_other.sum(0)
        if max(count.max() for count in counts) > 1:
            raise NotYet(
                "In one group a record stands twice: it was put back after being drawn. Real patients come once. Which "
                "method of `rng` deals without putting back?",
                2,
            )
        shared = int((counts[0] & counts[1]).sum())
        if shared:
            raise NotYet(
                f"The two groups share {shared} of their {n} records. A release that is no different has *other* "
                "patients; shared ones make the gap too small. How are both taken from one shuffled order?",
                2,
            )
        first[deal] = counts[0] > 0
    return first


def _require_range(found, values):
    low, high = min(values), max(values)
    if _same(found, [low, high]):
        return
    thoughts = [
        ([high, low], "These are the highest and the lowest. In which order are they asked for?"),
        (np.quantile(values, [0.025, 0.975]), "That cuts the ends off. The verdict of the lesson uses all deals."),
        (np.quantile(values, [0.05, 0.95]), "That cuts the ends off. The verdict of the lesson uses all deals."),
        (
            [np.mean(values) - np.std(values), np.mean(values) + np.std(values)],
            "That is the mean and one spread either way. How many deals lie outside of that?",
        ),
        (
            [np.mean(values) - 2 * np.std(values), np.mean(values) + 2 * np.std(values)],
            "That is the mean and two spreads either way, as if the null were a bell curve.",
        ),
        ([0, high], "A null does not begin at 0. What was the smallest value?"),
    ]
    words = next((told for thought, told in thoughts if _same(found, thought)), "Which two of the values are they?")
    raise NotYet(f"The metric returned values from {low:.4g} to {high:.4g}, and you return {show(found)}. {words}", 1)


# 05.4 and 05.5 --------------------------------------------------------------------------------------------------------

_SIZE, _DEALS = 150, 4


@functools.cache
def _table():
    """Return all patients, ten columns in spreads from the mean of all, and their diagnoses."""
    table = patients()
    x = table.x[:, :10]
    return Records((x - x.mean(0)) / x.std(0, ddof=1), table.y)


def _deal(rng):
    order = rng.permutation(_table().n)
    train, holdout, others = (_table().take(part) for part in np.split(order, [_SIZE, 2 * _SIZE]))
    return [group.map(_read_only) for group in (train, holdout, others.rows(slice(0, _SIZE)))]


def _read_only(array):
    array.flags.writeable = False
    return array


def _distances(train, release, holdout):
    """Return the numbers by name, each column counted in training spreads as in the lesson."""
    spread = train.x.std(0, ddof=1)
    t, r, h = (np.asarray(group.x) / spread for group in (train, release, holdout))
    return {"frechet": float(metrics.frechet(t, r))} | metrics.closest_record(t, r, holdout=h)


@functools.cache
def _null():
    """Return mean and standard deviation of each number when other patients stand in for the release, over 40 deals.

    A mean of `_DEALS` deals, 5 of these standard deviations off, is 10 of its own standard errors off.
    """
    rng = np.random.default_rng(0)
    found = []
    for train, holdout, others in (_deal(rng) for _ in range(40)):
        found.append(_distances(train, others, holdout) | {"tstr": float(metrics.tstr(holdout, others))})
    return {name: (np.mean(v), np.std(v, ddof=1)) for name in found[0] for v in [[one[name] for one in found]]}


def check_fool_tstr(fool_tstr: Function, *, rng):
    """Measure TSTR and recall of the release over several deals.

    TSTR may fall short of the training set's own by two standard deviations of the null; recall must lie below 0.1,
    where real patients have 0.96.
    """
    tstr, own, recall = [], [], []
    for train, holdout, _ in (_deal(rng) for _ in range(_DEALS)):
        release = _read_release(fool_tstr(train, rng), train)
        if len(np.unique(release.y)) == 1:
            raise NotYet(
                f"All rows of your release have the label {release.y[0]}. A classifier trained on it always says the "
                f"same and is right on {np.mean(holdout.y == release.y[0]):.1%} of the patients: an accuracy that is a "
                "class share. Which labels does the classifier need?",
                1,
            )
        tstr.append(float(metrics.tstr(holdout, release)))
        own.append(float(metrics.tstr(holdout, train)))
        recall.append(float(metrics.prdc(train, release, k=5)["recall"]))
    tstr, own, recall = np.mean(tstr), np.mean(own), np.mean(recall)
    of = f"Over {_DEALS} deals a classifier trained on your release is right on {tstr:.1%} of the holdout"
    if tstr < own - 2 * _null()["tstr"][1]:
        words = "Where do your rows put the border between the two diagnoses?"
        if tstr < 0.3:
            words = "That is worse than a coin. Which label is which?"
        raise NotYet(
            f"{of}, one trained on the training patients on {own:.1%}. TSTR is not fooled yet. {words} (It divides "
            "each column by the spread that the column has in your release.)",
            2,
        )
    if recall > 0.1:
        raise NotYet(
            f"{of}, and your balls hold {recall:.0%} of the training patients: the release has their variety, or much "
            "of it. TSTR is right to praise it. What can you throw away that the classifier does not look at?",
            1,
        )
    return (
        f"{of}, one trained on the training patients themselves on {own:.1%}. And your release holds {recall:.1%} of "
        "their variety: hardly anybody is in it. TSTR asks where the border runs, and for nothing else."
    )


def _read_release(value, train):
    if not isinstance(value, Records):
        raise NotYet(
            f"Your release is of type `{type(value).__name__}`. Rows need their labels: return `Records(x, y)`.",
            1,
        )
    if value.y is None:
        raise NotYet("Your release has rows and no labels. Return `Records(x, y)`.", 1)
    if value.x.shape != train.x.shape:
        raise NotYet(
            f"Your release has x of shape {value.x.shape}; the training set has {train.x.shape}. A smaller table would "
            "be no match for it, and a larger one no surprise.",
            1,
        )
    if value.y.dtype.kind not in "iu" or not np.isin(value.y, [0, 1]).all():
        raise NotYet(
            f"Your labels are {value.y.dtype} like {show(np.ravel(value.y)[:3])}; the codes 0 and 1 are needed, as "
            "whole numbers.",
            1,
        )
    return value


def check_hide_and_reveal(hide: Function, reveal: Function, *, rng):
    """Hold the release against the null of the distances, and what was recovered against the patients."""
    deals = [_deal(rng) for _ in range(_DEALS)]
    releases = [_read_rows(hide(train.x), train.x, "Your release") for train, _, _ in deals]
    found = [
        _distances(train, Records(release), holdout)
        for (train, holdout, _), release in zip(deals, releases, strict=True)
    ]
    mean = {name: np.mean([one[name] for one in found]) for name in found[0]}
    _require_distances(mean)
    for i, (train, _, _) in enumerate(deals):  # after all releases were made: whoever remembers has the last one
        recovered = _read_rows(reveal(releases[i]), train.x, "What you recover")
        gaps = cdist(train.x, recovered).min(1)
        if gaps.max() > 1e-6:
            _explain(gaps, recovered, [other.x for other, _, _ in deals])
    return (
        f"Over {_DEALS} deals the median distance of your release to the training patients is {mean['median']:.2f}, to "
        f"the holdout {mean['holdout_median']:.2f}; {mean['share_closer']:.0%} of its rows are closer to the former; "
        f"no row is a copy, and mean and covariance are the patients' (Fréchet {mean['frechet']:.2f}). And everybody "
        "can be read off it, to the last digit. A distance can fail a release. It cannot clear one."
    )


def _read_rows(value, x, what):
    return read_array(getattr(value, "x", value), x.shape, what)


def _require_distances(mean):
    null = _null()
    if mean["copies"] > 0:
        raise NotYet(
            f"{mean['copies']:.0%} of your rows are training patients, digit for digit. The distance to the closest "
            "record is 0 for them, and that is the one thing it sees. Where else can the patients be put?",
            1,
        )
    for name, words in (("median", "median"), ("p05", "5% quantile")):
        if mean[name] < null[name][0] - 5 * null[name][1]:
            raise NotYet(
                f"The {words} of the distances from your rows to the closest training patient is {mean[name]:.2f}; "
                f"for strangers it is {null[name][0]:.2f}. Your rows lie beside the patients. How far do they have to "
                "move?",
                1,
            )
    frechet = null["frechet"]
    if mean["frechet"] > frechet[0] + 5 * frechet[1]:
        raise NotYet(
            f"Your rows lie away from the patients, but they no longer look like patients: Fréchet "
            f"{mean['frechet']:.2f}, and {frechet[0]:.2f} for strangers. Which moves leave the mean and the covariance "
            "as they are?",
            2,
        )
    share = null["share_closer"]
    if mean["share_closer"] > share[0] + 5 * share[1]:
        raise NotYet(
            f"{mean['share_closer']:.0%} of your rows are closer to a training patient than to any of the holdout; for "
            f"strangers it is {share[0]:.0%}. Each row is still near to the patient that it was made from. Which moves "
            "carry a row right across the cloud?",
            2,
        )


def _explain(gaps, recovered, deals):
    if any(cdist(x, recovered).min(1).max() < 1e-6 for x in deals):
        raise NotYet(
            "`reveal` returns the patients of another deal than the release it was given: it remembers what `hide` saw "
            "last. Only the release goes from one to the other.",
            3,
        )
    near = np.mean(gaps < 1e-6)
    raise NotYet(
        f"Of the training patients {near:.0%} are recovered; the typical one is {np.median(gaps):.2g} spreads away "
        "from the closest row that `reveal` returns. Does `reveal` undo what `hide` does, and does it know all that it "
        "needs from the release alone?",
        3,
    )


CHECKS = {
    "05.1": check_frechet,
    "05.2": check_precision,
    "05.3": check_null_range,
    "05.4": check_fool_tstr,
    "05.5": check_hide_and_reveal,
}
