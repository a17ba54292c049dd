"""People: are single, unusual persons of the real table published? No average over everybody would show it."""

from dataclasses import dataclass, field

import numpy as np

from course_lib.audit.answer import FAILED, HELD, NOT_SHOWN, Answer
from course_lib.audit.distances import NEARLY, agreement, nearest, nearest_one
from course_lib.audit.unusual import excess, loneliest, surprise

__all__ = ["people"]

CANDIDATES = 1000  # rows of each side with the rarest values, and as many of the loneliest, that are looked at
POOL = 1000  # people among whom the loneliest of a large table are looked for
CROWD = 20_000  # people at most among whom the distance to the fifth is measured, on both sides alike
NEIGHBOUR = 5
NEAR = 0.1  # of the distance to the fifth other real person: a released row so near gives somebody away
CHANCE = 0.001  # above it nothing is said to have been found, after all the comparisons
SIMILAR = 300  # strangers whose most similar row is looked for


def people(case):
    """Count unusual members who are given away by a copy or a near copy, and compare with strangers.

    Notes
    -----
    A person is given away by a released row that is theirs word for word, or that comes nearer than a tenth of the
    distance to the fifth other person. Common people are hit by chance, strangers and members alike; the more unusual
    somebody is, the less can chance explain it (`unusual.excess`). Strangers are compared both with the release and
    with the members' own table. Without a holdout each member is compared with the other members in their place.

    Where no stranger comes back word for word, a second test looks at all members who do: even the most similar
    stranger agrees with a released row in some number of columns only. Each further column is taken to agree by chance
    with a probability of at most √p, p the share of columns in which two rows agree: were they independent, it would be
    p itself.

    Of the p-values the smallest is multiplied by the number of comparisons (Bonferroni).
    """
    from statsmodels.stats.proportion import proportion_confint

    sides = [_side(case, name) for name in ("real", "holdout") if getattr(case.tables, name) is not None]
    found, holdout = _attack(case, sides, []), len(sides) == 2
    seen = _attack(case, sides, _control(sides[0])).p < CHANCE
    word = FAILED if found.p < CHANCE else HELD if seen and holdout else NOT_SHOWN
    low, high = proportion_confint(found.given, found.asked, alpha=1 - case.level, method="beta")
    others = "strangers (by the release or by members)" if holdout else "the same people by another real person"
    return Answer(
        question="people",
        topic="privacy",
        asked="Are single, unusual persons published?",
        verdict=word,
        estimate=found.given / found.asked,
        low=float(low),
        high=float(high),
        tolerance=np.nan,
        what=f"share of the {found.who} to whom a released row comes close enough to give them away",
        test=f"{found.test}; p = {found.p:.2g} after {found.comparisons} comparisons, failed below {CHANCE}",
        found=f"{found.given:,} of the {found.asked:,} {found.who} are given away, and of all "
        f"{found.others:,} {others} {found.given_others:,}. Three members planted into the release are "
        f"{'' if seen else 'not '}found by the same attack.",
        next_step={
            FAILED: "Do not release. Take these rows out, find out how they got in, draw again and audit again.",
            HELD: "Whoever is unusual in a way that no column holds is not covered: ask those who know the people.",
        }.get(word, "Pass a holdout of people whom the generator has not seen (holdout=); the larger, the better."),
        details={"rows": found.rows},
    )


@dataclass(frozen=True)
class _Side:
    """One of the real tables: whose its rows are, how unusual, and the candidates among them."""

    name: str
    person: np.ndarray  # (n,)
    unusual: np.ndarray  # (n,) of each row
    row: np.ndarray  # (c,) the candidates, the most unusual first
    x: np.ndarray  # (c, d)
    gap: np.ndarray  # (c,) distance to the nearest row of somebody else
    unit: np.ndarray  # (c,) and to the fifth
    found: dict = field(default_factory=dict)

    def near(self, case, name):
        """Return the distance from each candidate to the closest row of a table."""
        if name not in self.found:
            self.found[name] = nearest_one(case.all(name), self.x)[0]
        return self.found[name]

    def beside(self, distance):
        """Say for each candidate whether a row at this distance gives it away."""
        return (distance <= NEAR * self.unit) & (self.unit > 0)

    def persons(self, hit):
        """Return for each candidate whether a row is hit, the surprise, the loneliness, and the row of all this."""
        code = np.unique(self.person[self.row], return_inverse=True)[1]
        hits, unusual, lonely = np.zeros(code.max() + 1, bool), *np.full((2, code.max() + 1), -np.inf)
        np.logical_or.at(hits, code, hit)
        np.maximum.at(unusual, code, self.unusual[self.row])
        np.maximum.at(lonely, code, self.unit)
        row = np.zeros(len(hits), int)
        row[code] = self.row
        row[code[hit]] = self.row[hit]
        return hits, unusual, lonely, row


@dataclass(frozen=True)
class _Found:
    p: float
    comparisons: int
    given: int
    asked: int
    given_others: int
    others: int
    who: str
    test: str
    rows: list


def _side(case, name):
    x = case.all(name)
    person = case.tables.people if name == "real" else case.tables.holdout_people
    everybody = np.concatenate(
        [case.all(each) for each in ("real", "holdout") if getattr(case.tables, each) is not None]
    )
    unusual = surprise(x, everybody, case.parts.values())
    order = case.rng.permutation(len(x))
    pool = order[np.unique(person[order], return_index=True)[1]]  # one row of each person
    row = np.arange(len(x))
    if len(x) > 2 * CANDIDATES:
        few = case.rng.permutation(pool)[:POOL]
        lonely = _to_others(x[few], person[few], x, person)[:, NEIGHBOUR - 1]
        chosen = [np.argsort(-each, kind="stable")[:CANDIDATES] for each in (unusual, lonely)]
        row = np.unique(np.concatenate(chosen))
    pool = case.rng.permutation(pool)[:CROWD]
    distances = _to_others(x[pool], person[pool], x[row], person[row])
    return _Side(name, person, unusual, row, x[row], distances[:, 0], distances[:, NEIGHBOUR - 1])


def _to_others(x, whose, queries, own):
    """Return the distances from each query to the nearest rows of other people: (q, 5); x has one row of each."""
    distances, who = nearest(x, queries, k=NEIGHBOUR + 1)
    return np.sort(np.where(whose[who] == own[:, None], np.inf, distances), 1)[:, :NEIGHBOUR]


def _attack(case, sides, planted):
    """Attack the release, with some members put into it (rows of the real table; none for the release as it is)."""
    members, others = sides[0], sides[-1]
    released, real = _hashes(case.tables.synthetic), _hashes(case.tables.real)
    back = np.isin(real, released) | np.isin(real, real[planted])
    near = members.near(case, "synthetic")
    if len(planted):
        near = np.minimum(near, nearest_one(case.all("real")[planted], members.x)[0])
    if len(sides) == 2:
        own = _hashes(case.tables.holdout)
        null = [np.isin(own, each)[others.row] for each in (released, real)]
        null_near = [others.near(case, name) for name in ("synthetic", "real")]
    else:
        _, code, counts = np.unique(real, return_inverse=True, return_counts=True)
        null, null_near = [(counts[code] > 1)[others.row]], [members.gap]
    chances = case.released / len(real)
    way = "a released row that is theirs word for word"
    cells = _count(way, members, back[members.row], others, null, chances=chances)
    way = f"a released row within {NEAR:g} of the distance to the fifth person"
    null = [others.beside(each) for each in null_near]
    cells += _count(way, members, members.beside(near), others, null, chances=chances)
    if len(sides) == 2 and back.any() and not np.isin(own, released).any():
        cells.append(_verbatim(case, members, back, others))
    best = min(cells, key=lambda cell: cell.p)
    comparisons = sum(cell.comparisons for cell in cells)
    p = min(best.p * comparisons, 1.0)
    if p >= CHANCE:
        best = cells[2]
    return _Found(**(vars(best) | {"p": p, "comparisons": comparisons}))


def _control(members):
    """Return the rows of the three loneliest members, in the real table."""
    _, first = np.unique(members.person[members.row[np.argsort(-members.unit)]], return_index=True)
    return members.row[np.argsort(-members.unit)[np.sort(first)[:3]]]


def _hashes(frame):
    from pandas.util import hash_pandas_object

    return hash_pandas_object(frame, index=False).to_numpy()


def _count(way, members, hit, others, null, *, chances):
    """Count hits by person and test them in the order of surprise and of loneliness: two cells.

    `hit` and `null` say of each candidate row, or of all rows, whether it is hit; `chances`: released rows per member.
    """
    (hit, *order), *null = (side.persons(each) for side, each in [(members, hit), *((others, each) for each in null)])
    null_hit = np.concatenate([each for each, *_ in null])
    null_order = [np.concatenate(values) for values in zip(*(each for _, *each in null), strict=True)]
    ratio = max(chances, 1.0) if members is others else 1.0
    tests = {
        "members with the rarest values": lambda: excess(hit, order[0], null_hit, null_order[0], ratio=ratio),
        "loneliest members": lambda: loneliest(hit, order[1], null_hit, null_order[1]),
    }
    first, cells = order[2], []
    for (words, test), unusual in zip(tests.items(), order, strict=False):
        p, circle, comparisons = test()
        a, h = int(null_hit.sum()), len(null_hit)
        if p * 100 > 1:  # nothing to see: tell of a hundred
            circle = min(100, len(hit))
        given = np.argsort(-unusual, kind="stable")[:circle]
        given = first[given[hit[given]]].tolist()
        cells.append(_Found(p, comparisons, len(given), circle, a, h, words, way, given))
    return cells


def _verbatim(case, members, back, others):
    """Test all members of whom a whole row comes back, where no stranger's does."""
    from scipy.stats import poisson

    z = case.all("synthetic")
    parts = [part for part in case.parts.values() if np.ptp(z[:, part], 0).max() > 0]
    asked = case.persons("holdout", SIMILAR)
    most = np.concatenate([agreement(asked, rows, parts) for rows in (z, case.all("real"))])
    rate = (np.sum(most == most.max()) + 3) / len(most)  # 3: the usual bound where nobody was seen
    given = np.unique(members.person[back])
    n, h = members.person.max() + 1, others.person.max() + 1
    some = z[case.rng.integers(len(z), size=len(asked))]
    by_chance = np.mean([np.abs(asked[:, part] - some[:, part]).max(1) <= NEARLY for part in parts])
    p = float(poisson.sf(len(given) - 1, n * rate * np.sqrt(by_chance) ** (len(parts) - most.max())))
    rows = np.unique(members.person, return_index=True)[1][given]
    return _Found(
        p, 1, len(given), int(n), 0, int(h), "members", "whole rows, against the most similar stranger", rows.tolist()
    )
