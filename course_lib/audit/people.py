"""People: are single, unusual persons of the real table published? No average over everybody would show it."""

from dataclasses import dataclass

import numpy as np

from course_lib.audit.answer import FAILED, HELD, NOT_SHOWN, Answer
from course_lib.audit.distances import agreement, nearest
from course_lib.audit.unusual import excess, loneliest, surprise

__all__ = ["people"]

CANDIDATES = 3000  # rows of each side to which a distance is measured: the most unusual; copies are looked for in all
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
    stranger agrees with a released row in some number of columns only, and each further column is taken to agree by
    chance at most every other time.

    Of the p-values the smallest is multiplied by the number of comparisons (Bonferroni).
    """
    from statsmodels.stats.proportion import proportion_confint

    sides = [_side(case, name) for name in ("real", "holdout") if getattr(case.tables, name) is not None]
    found = _attack(case, sides, case.all("synthetic"), case.tables.synthetic)
    seen, holdout = _attack(case, sides, *_planted(case, sides[0])).p < CHANCE, len(sides) == 2
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
    row = np.argsort(-unusual, kind="stable")[:CANDIDATES]
    order = case.rng.permutation(len(x))
    pool = order[np.unique(person[order], return_index=True)[1]]  # one row of each person
    distances, who = nearest(x[pool], x[row], k=NEIGHBOUR + 1)
    distances = np.sort(np.where(person[pool][who] == person[row][:, None], np.inf, distances), 1)
    return _Side(name, person, unusual, row, x[row], distances[:, 0], distances[:, NEIGHBOUR - 1])


def _planted(case, members):
    """Return a release into which the three most unusual members were put, encoded and as a table."""
    import pandas as pd

    rows = members.row[:3]
    frame = pd.concat([case.tables.real.iloc[rows], case.tables.synthetic.iloc[3:]], ignore_index=True)
    return np.concatenate([members.x[:3], case.all("synthetic")[3:]]), frame


def _attack(case, sides, z, frame):
    members, others = sides[0], sides[-1]
    released, real = _hashes(frame), _hashes(case.tables.real)
    if len(sides) == 2:
        own = _hashes(case.tables.holdout)
        null = [np.isin(own, each) for each in (released, real)]
        null_near = [nearest(each, others.x)[0][:, 0] <= NEAR * others.unit for each in (z, case.all("real"))]
    else:
        _, code, counts = np.unique(real, return_inverse=True, return_counts=True)
        null, null_near = [counts[code] > 1], [members.gap <= NEAR * members.unit]
    back, near = np.isin(real, released), nearest(z, members.x)[0][:, 0] <= NEAR * members.unit
    chances = len(z) / len(real)
    way = "a released row that is theirs word for word"
    cells = _count(way, members, back[members.row], others, [each[others.row] for each in null], chances=chances)
    near, null_near = near & (members.unit > 0), [each & (others.unit > 0) for each in null_near]
    way = f"a released row within {NEAR:g} of the distance to the fifth person"
    cells += _count(way, members, near, others, null_near, chances=chances)
    if len(sides) == 2 and back.any() and not null[0].any():
        cells.append(_verbatim(case, members, back, others, z))
    best = min(cells, key=lambda cell: cell.p)
    comparisons = sum(cell.comparisons for cell in cells)
    p = min(best.p * comparisons, 1.0)
    if p >= CHANCE:
        best = cells[2]
    return _Found(**(vars(best) | {"p": p, "comparisons": comparisons}))


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
        "with the rarest values": lambda: excess(hit, order[0], null_hit, null_order[0], ratio=ratio),
        "loneliest": lambda: loneliest(hit, order[1], null_hit, null_order[1]),
    }
    first, cells = order[2], []
    for (words, test), unusual in zip(tests.items(), order, strict=False):
        p, circle, comparisons = test()
        given = np.argsort(-unusual, kind="stable")[:circle]
        given = first[given[hit[given]]].tolist()
        a, h = int(null_hit.sum()), len(null_hit)
        cells.append(_Found(p, comparisons, len(given), circle, a, h, f"members {words}", way, given))
    return cells


def _verbatim(case, members, back, others, z):
    """Test all members of whom a whole row comes back, where no stranger's does."""
    from scipy.stats import poisson

    parts = [part for part in case.parts.values() if np.ptp(z[:, part], 0).max() > 0]
    asked = case.persons("holdout", SIMILAR)
    most = np.concatenate([agreement(asked, rows, parts) for rows in (z, case.all("real"))])
    rate = (np.sum(most == most.max()) + 3) / len(most)  # 3: the usual bound where nobody was seen
    given = np.unique(members.person[back])
    n, h = members.person.max() + 1, others.person.max() + 1
    p = float(poisson.sf(len(given) - 1, n * rate * 0.5 ** (len(parts) - most.max())))
    rows = np.unique(members.person, return_index=True)[1][given]
    return _Found(
        p, 1, len(given), int(n), 0, int(h), "members", "whole rows, against the most similar stranger", rows.tolist()
    )
