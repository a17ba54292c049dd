"""The checks of lesson 10: a split by person, an error bar for synthetic rows, private counts, and a sealed table.

The first two are compared with their definitions. The noise of the third is held against the size that its promise
needs. The last is an attack: it is measured on sealed tables that are made anew for each check.
"""

import functools

import numpy as np

from course_lib import theory
from course_lib.checks.chance import count_possible, mean_possible, variance_possible
from course_lib.checks.framework import Function, NotYet, read_array, require_rng, show
from course_lib.data import patients

__all__ = ["CHECKS", "sealed_table"]


# 10.1 -----------------------------------------------------------------------------------------------------------------


def check_split_people(split_people: Function, *, rng):
    """Look for persons on both sides, count the persons in the test set, and see who gets there how often."""
    codes = rng.choice(10_000, 20, replace=False)  # names of persons: neither 0, 1, 2 nor in order
    years = np.repeat([1, 2, 3, 12], 5)
    groups = rng.permutation(np.repeat(codes, years))
    draw = functools.partial(_read_mask, split_people, groups)
    for fraction, n_test in ((0.25, 5), (0.4, 8)):
        for own in rng.spawn(20):  # by luck, one draw with replacement counts everybody once
            _require_whole(draw(fraction, own), groups, fraction, n_test)
    require_rng(lambda own: draw(0.4, own), rng=rng, hint=2)
    draws = 400
    in_test = np.array([draw(0.4, rng)[[np.flatnonzero(groups == code)[0] for code in codes]] for _ in range(draws)])
    counts = in_test.sum(0)
    if not count_possible(counts, draws, 0.4).all():
        many, few = counts[years == 12].mean() / draws, counts[years == 1].mean() / draws
        raise NotYet(
            f"Of {draws} splits with test_fraction = 0.4, a person with twelve rows is in the test set in {many:.0%}, "
            f"one with a single row in {few:.0%}; single persons range from {counts.min() / draws:.0%} to "
            f"{counts.max() / draws:.0%}. Each person is to have the same chance. From which list do you draw?",
            2,
        )
    return (
        f"No person stands on both sides, and over {draws} splits each of 20 persons was in the test set in "
        f"{counts.min() / draws:.0%} to {counts.max() / draws:.0%} of them, whether they had one row or twelve."
    )


def _read_mask(split_people, groups, fraction, rng):
    value = split_people(groups, fraction, rng)
    if isinstance(value, tuple | list) and len(value) == 2:
        raise NotYet("Two values were returned. One mask is needed: True for each row of the test set.", 1)
    array = np.asarray(value)
    if array.dtype != bool:
        raise NotYet(
            f"Your mask holds {array.dtype} values, such as {show(np.ravel(array)[:3]) if array.size else 'none'}. "
            "A mask holds True and False, one for each row.",
            1,
        )
    return read_array(array.astype(int), groups.shape, "Your mask").astype(bool)


def _require_whole(mask, groups, fraction, n_test):
    people = np.unique(groups)
    shares = np.array([mask[groups == one].mean() for one in people])
    torn = np.flatnonzero((shares > 0) & (shares < 1))
    if torn.size:
        one = people[torn[0]]
        raise NotYet(
            f"{torn.size} of {people.size} persons stand on both sides: of the {np.sum(groups == one)} rows of person "
            f"{one}, {mask[groups == one].sum()} are in the test set. What is dealt out, rows or persons?",
            1,
        )
    found = int((shares == 1).sum())
    if found == people.size - n_test:
        raise NotYet(
            f"With test_fraction = {fraction} your test set has {found} of {people.size} persons, and the training set "
            f"{n_test}. Which of the two does True stand for?",
            1,
        )
    if found != n_test:
        raise NotYet(
            f"With test_fraction = {fraction} your test set has {found} of {people.size} persons; {n_test} are needed. "
            f"It holds {mask.mean():.0%} of the rows. Is the fraction one of persons, and is everybody counted once?",
            2,
        )


# 10.2 -----------------------------------------------------------------------------------------------------------------

_ERROR_THOUGHTS = [
    (
        lambda s, n, m: s / np.sqrt(m),
        "That is the standard error of m real rows. What else is uncertain about rows that a model of n people drew?",
    ),
    (lambda s, n, m: s / np.sqrt(n), "That is the error of the n people. The m rows add their own luck to it."),
    (lambda s, n, m: s / np.sqrt(n + m), "That takes rows and people together for n + m people, as if rows were more."),
    (
        lambda s, n, m: s / np.sqrt(m) * (1 + m / n),
        "That stretches by 1 + m/n. Variances add; the error is the root of their sum.",
    ),
    (
        lambda s, n, m: s / np.sqrt(m) * np.sqrt(1 + n / m),
        "That stretches by √(1 + n/m), which goes to 1 with many rows. Which of n and m is on top?",
    ),
    (lambda s, n, m: s / np.sqrt(n) + s / np.sqrt(m), "That adds the two errors. It is their squares that add."),
    (lambda s, n, m: s**2 * (1 / n + 1 / m), "That is the variance. Its root is the standard error."),
    (lambda s, n, m: s * np.sqrt(1 + m / n), "That is the spread, stretched. By what is a spread divided for a mean?"),
]


def check_standard_error(standard_error: Function, *, rng):
    """Compare with the definition, and let the result test a true null hypothesis."""
    cases = []
    for n, m in ((10, 100), (50, 50), (200, 20), (25, 400)):
        cases.append((np.round(rng.uniform(-5, 9) + rng.uniform(0.5, 4) * rng.standard_exponential(m), 2), n))
    found = [
        float(read_array(standard_error(rows, n), (), f"Your standard error for {len(rows)} rows and n = {n}"))
        for rows, n in cases
    ]

    def values(formula, ddof=1):
        return [formula(rows.std(ddof=ddof), n, len(rows)) for rows, n in cases]

    def right(s, n, m):
        return s * np.sqrt(1 / m + 1 / n)

    if not np.allclose(found, values(right), rtol=1e-9, atol=0):
        words = "How does the mean of the rows vary around that of the people, and that around the truth?"
        if np.allclose(found, values(right, ddof=0), rtol=1e-9, atol=0):
            words = "That divides the sum of squares by m. Which of NumPy's arguments makes it m − 1?"
        for thought, told in _ERROR_THOUGHTS:
            if np.allclose(found, values(thought), rtol=1e-9, atol=0):
                words = told
                break
        rows, n = cases[0]
        raise NotYet(
            f"For {len(rows)} synthetic rows with a spread of {rows.std(ddof=1):.4g}, from a model of n = {n} people, "
            f"you return {found[0]:.4g}; it is {values(right)[0]:.4g}. {words}",
            1,
        )
    n, studies = 40, 500
    people = rng.standard_normal((studies, n)).mean(1)  # means of people whose true mean is 0
    rows = people[:, None] + rng.standard_normal((studies, 5 * n))
    false = np.mean([abs(row.mean()) > 1.96 * standard_error(row, n) for row in rows])
    naive = np.mean(np.abs(rows.mean(1)) > 1.96 * rows.std(1, ddof=1) / np.sqrt(5 * n))
    return (
        f"Right for four pairs of n and m. In {studies} studies without any effect, five rows for each of {n} people, "
        f"your error finds one in {false:.0%}; the usual one in {naive:.0%}."
    )


# 10.3 -----------------------------------------------------------------------------------------------------------------

_NOISE_THOUGHTS = [
    (lambda mu, e, d, k: mu, "That is μ itself. μ is sensitivity over standard deviation: how do you get the latter?"),
    (
        lambda mu, e, d, k: 1 / mu**2,
        "That is 1/μ², which is the variance. What does `rng.normal` take?",
    ),
    (
        lambda mu, e, d, k: np.sqrt(2 * np.log(1.25 / d)) / e,
        "That is the usual formula √(2 ln(1.25/δ))/ε. It keeps the promise and adds more noise than it needs.",
    ),
    (
        lambda mu, e, d, k: np.sqrt(k) / mu,
        "That is √bins/μ, as if one person could move every bin. In how many bins is one person?",
    ),
    (lambda mu, e, d, k: k / mu, "That is bins/μ. In how many bins is one person?"),
    (
        lambda mu, e, d, k: np.sqrt(2) / mu,
        "That is √2/μ, for a person who is exchanged for another. Here one is added or removed.",
    ),
    (lambda mu, e, d, k: 1 / e, "That is 1/ε. Where does δ come in?"),
    (
        lambda mu, e, d, k: np.sqrt(2) / e,
        "That is the spread of Laplace noise of scale 1/ε: it keeps another promise, with δ = 0. Normal noise is asked "
        "for.",
    ),
]


def check_private_counts(private_counts: Function, *, rng):
    """Hold mean, size and independence of the noise against what the promise needs, for two promises."""
    edges = np.array([0.0, 1.0, 2.0, 4.0, 8.0, 20.0, 50.0, 100.0, 150.0])  # the last bins are empty
    values = rng.choice([0.5, 1.5, 3.0, 5.0, 12.0, 30.0], size=60, p=[0.4, 0.2, 0.15, 0.1, 0.1, 0.05])
    true = np.histogram(values, edges)[0]
    k, repeats = len(true), 250
    for epsilon, delta in ((2.0, 1e-4), (0.7, 1e-5)):

        def draw(own, epsilon=epsilon, delta=delta):
            counts = private_counts(values, edges, epsilon, delta, own)
            return read_array(counts, (k,), f"Your counts for {k} bins")

        if epsilon > 1:
            require_rng(draw, rng=rng, hint=2)
        counts = np.array([draw(rng) for _ in range(repeats)])
        _judge_noise(counts, true, epsilon, delta)
    return (
        f"Over {2 * repeats} releases of {k} bins the noise has the size that the promise needs, and no more. Bins "
        "that nobody is in carry it, too: an empty bin that stayed empty would say that nobody is there."
    )


def _judge_noise(counts, true, epsilon, delta):
    mu, noise = theory.gaussian_mu(epsilon, delta), counts - true
    spread, repeats = noise.std(), len(noise)
    setting = f"With ε = {epsilon:g} and δ = {delta:g}"
    if not spread:
        raise NotYet(
            f"{setting} your counts are the true ones, {show(true)}, in every release. Where is noise added?", 1
        )
    if (noise.std(0) == 0).any():
        raise NotYet(
            f"{setting} {np.sum(noise.std(0) == 0)} of {true.size} bins come out exact in every release. An exact bin "
            "gives away whether a person is in it. Which bins get noise?",
            2,
        )
    if not mean_possible((noise * mu).ravel()) and abs(noise.mean()) > 0.3 * spread:
        raise NotYet(
            f"{setting} your counts are off by {noise.mean():.2f} on average. What do {show(true)} people become, "
            "before any noise?",
            1,
        )
    if (counts >= 0).all() and spread > 0.5:
        raise NotYet(
            f"{setting} none of {counts.size} counts is negative, and the empty bins hold "
            f"{counts[:, true == 0].mean():.2f} people on average. Cut off at 0, noise no longer averages out. The "
            "task wants the counts as they fall.",
            2,
        )
    if np.abs(np.corrcoef(noise.T)[np.triu_indices(true.size, 1)]).min() > 0.5:
        raise NotYet(
            f"{setting} the noise of all bins rises and falls together; the difference of two bins shows the exact "
            "one. How many numbers do you draw?",
            2,
        )
    if (counts == np.rint(counts)).all():
        raise NotYet(f"{setting} your counts are whole numbers. The task wants them as they fall, unrounded.", 2)
    if not variance_possible(((noise * mu) ** 2).sum(), noise.size):
        sds = [thought(mu, epsilon, delta, true.size) for thought, _ in _NOISE_THOUGHTS]
        nearest = int(np.argmin(np.abs(np.log(np.divide(spread, sds)))))
        thought_so = variance_possible(((noise / sds[nearest]) ** 2).sum(), noise.size)
        words = _NOISE_THOUGHTS[nearest][1] if thought_so else "What is the sensitivity of the counts, and what is μ?"
        raise NotYet(
            f"{setting} the noise of {repeats} releases has a standard deviation of {spread:.2f}; the promise needs "
            f"{1 / mu:.2f}. {words}",
            3,
        )


# 10.4 -----------------------------------------------------------------------------------------------------------------

_PEOPLE, _ROWS, _COLUMNS, _NOISE = 120, 260, 6, 0.02


@functools.cache
def _columns():
    x = patients().x[:, :10]
    x = (x - x.mean(0)) / x.std(0, ddof=1)
    x.flags.writeable = False
    return x


def sealed_table(*, rng):
    """Return a sealed table, and the people of whom it may or may not tell.

    Parameters
    ----------
    rng : numpy.random.Generator

    Returns
    -------
    release : numpy.ndarray, shape (260, 10)
        The table: ten measurements of made-up patients, in spreads.
    candidates : numpy.ndarray, shape (240, 10)
        Real patients.
    is_member : numpy.ndarray of bool, shape (240,)
        Which of these the table was made from.
    """
    # How it is made is for the attacker to find out. If you read this before you tried: that works in practice, too.
    x = _columns()
    order = rng.permutation(len(x))[: 2 * _PEOPLE]
    members = x[order[:_PEOPLE]]
    one, other = members[rng.integers(_PEOPLE, size=(2, _ROWS))]
    from_one = rng.permuted(np.tile(np.arange(x.shape[1]) < _COLUMNS, (_ROWS, 1)), axis=1)
    release = np.where(from_one, one, other) + _NOISE * rng.standard_normal((_ROWS, x.shape[1]))
    mixed = rng.permutation(2 * _PEOPLE)
    return release, x[order][mixed], mixed < _PEOPLE


def check_attack(attack: Function, *, rng):
    """Measure the attack on new sealed tables, beside that of the distance to the closest row."""
    tables = [sealed_table(rng=rng) for _ in range(3)]
    scores = [
        read_array(attack(release, candidates), (len(candidates),), "Your scores for the candidates")
        for release, candidates, _ in tables
    ]
    if min(len(np.unique(score)) for score in scores) == 1:
        raise NotYet(
            f"All {len(scores[0])} candidates get the same score, {scores[0][0]:.4g}. In what does a member's best row "
            "differ from a stranger's, if it is never quite equal?",
            1,
        )
    order = rng.permutation(len(scores[0]))
    release, candidates, _ = tables[0]
    if not np.allclose(attack(release, candidates[order]), scores[0][order], rtol=1e-6, atol=1e-9):
        raise NotYet(
            "With the candidates in another order, a candidate's score is another one. Scores must belong to the "
            "people, not to their places in the array.",
            1,
        )
    found = np.mean([_success(score, is_member) for score, (_, _, is_member) in zip(scores, tables, strict=True)], 0)
    closest = np.mean([_success(-_closest(r, c), is_member) for r, c, is_member in tables], 0)
    told = f"Over three new tables your attack has an AUC of {found[0]:.2f}"
    if found[0] < 0.4:
        raise NotYet(f"{told}: it finds members better than chance, upside down. Members are to score *higher*.", 1)
    if found[0] < 0.85:
        agree = np.mean(
            [np.corrcoef(_ranks(s), _ranks(-_closest(*t[:2])))[0, 1] for s, t in zip(scores, tables, strict=True)]
        )
        if agree > 0.99:
            raise NotYet(
                f"{told}, like the distance to the closest row, which it ranks people by. That distance adds up all "
                "ten columns. Take a member and the row closest to them, and look at the ten differences one by one.",
                1,
            )
        nearly_a_coin = found[0] < 0.6
        raise NotYet(
            f"{told}; the distance to the closest row has {closest[0]:.2f}, and the table gives away enough for 0.85 "
            f"and more. {'That is nearly a coin' if nearly_a_coin else 'You are on to something'}. How many columns of "
            "a member does one row keep, and are they always the same?",
            2 if nearly_a_coin else 3,
        )
    return (
        f"{told}, and catches {found[1]:.0%} of the members at 1% false alarms. The distance to the closest row, which "
        f"the report of its maker showed, has an AUC of {closest[0]:.2f} and catches {closest[1]:.0%}."
    )


def _success(scores, is_member):
    from sklearn.metrics import roc_auc_score, roc_curve

    false, true, _ = roc_curve(is_member, scores, drop_intermediate=False)
    return roc_auc_score(is_member, scores), true[false <= 0.01].max()


def _closest(release, candidates):
    from scipy.spatial.distance import cdist

    return cdist(candidates, release).min(1)


def _ranks(values):
    from scipy.stats import rankdata

    return rankdata(values)


CHECKS = {
    "10.1": check_split_people,
    "10.2": check_standard_error,
    "10.3": check_private_counts,
    "10.4": check_attack,
}
