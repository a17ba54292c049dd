"""People: are single, unusual persons of the real table published? No average over everybody would show it."""

from dataclasses import dataclass

import numpy as np

from course_lib.audit.answer import FAILED, HELD, NOT_SHOWN, Finding
from course_lib.audit.candidates import NEAR, find_candidates
from course_lib.audit.distances import NEARLY, agreement, nearest_one
from course_lib.audit.statistics import exact_share
from course_lib.audit.unusual import excess, loneliest

__all__ = ["people"]

CHANCE = 0.001  # above it nothing is said to have been found, after all the comparisons
PLANTED = 3  # members put into the release as a control
SIMILAR = 300  # strangers whose most similar row is looked for
SHOWN = 100  # people whose number is told where nothing was found


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
    members = find_candidates(case, "real")
    strangers = None if case.tables.holdout is None else find_candidates(case, "holdout")
    found = _attack(case, members, strangers)
    seen = _attack(case, members, strangers, planted=members.loneliest(PLANTED)).p < CHANCE
    word = FAILED if found.p < CHANCE else HELD if seen and strangers is not None else NOT_SHOWN
    others = "strangers (by the release or by members)" if strangers else "the same people by another real person"
    return Finding(
        exact_share(found.given, found.asked, case.level),
        word=word,
        test=f"{found.test}; p = {found.p:.2g} after {found.comparisons} comparisons, failed below {CHANCE}",
        found=f"{found.given:,} of the {found.asked:,} {found.who} are given away, and of all "
        f"{found.others:,} {others} {found.given_others:,}. Three members planted into the release are "
        f"{'' if seen else 'not '}found by the same attack.",
        fills={"who": found.who},
        details={"rows": found.rows},
    )


@dataclass(frozen=True)
class _Hits:
    """What one test of one group of people found; `given` of those `asked` are given away."""

    p: float
    comparisons: int
    given: int
    asked: int
    given_others: int
    others: int
    who: str
    test: str
    rows: list


def _attack(case, members, strangers, planted=()):
    """Attack the release, with some members put into it (rows of the real table; none for the release as it is)."""
    released, real = _hashes(case.tables.synthetic), _hashes(case.tables.real)
    back = np.isin(real, released) | np.isin(real, real[list(planted)])  # comes back word for word
    near = members.nearest(case, "synthetic")
    if len(planted):
        near = np.minimum(near, nearest_one(case.all("real")[planted], members.x)[0])
    if strangers is None:
        _, code, counts = np.unique(real, return_inverse=True, return_counts=True)
        others, ratio = members, max(case.released / len(real), 1.0)  # a member meets more released rows than members
        copied, close = [(counts[code] > 1)[members.row]], [members.to_first]
    else:
        own, others, ratio = _hashes(case.tables.holdout), strangers, 1.0
        copied = [np.isin(own, each)[strangers.row] for each in (released, real)]
        close = [strangers.nearest(case, name) for name in ("synthetic", "real")]
    hits = _count(members, back[members.row], others, copied, ratio, "a released row that is theirs word for word")
    close = [others.given_away(each) for each in close]
    near_by = f"a released row within {NEAR:g} of the distance to the fifth person"
    near_hits = _count(members, members.given_away(near), others, close, ratio, near_by)
    hits += near_hits
    if strangers is not None and back.any() and not np.isin(own, released).any():
        hits.append(_verbatim(case, members, back, strangers))
    best = min(hits, key=lambda each: each.p)
    comparisons = sum(each.comparisons for each in hits)
    p = min(best.p * comparisons, 1.0)
    shown = best if p < CHANCE else near_hits[0]
    return _Hits(**(vars(shown) | {"p": p, "comparisons": comparisons}))


def _hashes(frame):
    from pandas.util import hash_pandas_object

    return hash_pandas_object(frame, index=False).to_numpy()


def _count(members, hit, others, null, ratio, test):
    """Count hits by person and test them in the order of surprise and of loneliness: a list of two `_Hits`.

    `hit` and each of `null` say of each candidate row of members and of others whether it is hit; `ratio`: how many
    times as many chances a member had.
    """
    hit, *orders, first = members.by_person(hit)
    null = [others.by_person(each)[:3] for each in null]
    null_hit, *null_orders = (np.concatenate(values) for values in zip(*null, strict=True))
    tested = {
        "members with the rarest values": excess(hit, orders[0], null_hit, null_orders[0], ratio=ratio),
        "loneliest members": loneliest(hit, orders[1], null_hit, null_orders[1]),
    }
    found = []
    for (who, (p, circle, comparisons)), order in zip(tested.items(), orders, strict=True):
        shown = circle if p <= 0.01 else min(SHOWN, len(hit))
        looked_at = np.argsort(-order, kind="stable")[:shown]
        given = first[looked_at[hit[looked_at]]].tolist()
        strangers_hit, strangers_asked = int(null_hit.sum()), len(null_hit)
        found.append(_Hits(p, comparisons, len(given), shown, strangers_hit, strangers_asked, who, test, given))
    return found


def _verbatim(case, members, back, strangers):
    """Test all members of whom a whole row comes back, where no stranger's does."""
    from scipy.stats import poisson

    z = case.all("synthetic")
    parts = [part for part in case.parts.values() if np.ptp(z[:, part], 0).max() > 0]
    asked = case.persons("holdout", SIMILAR)
    most = np.concatenate([agreement(asked, rows, parts) for rows in (z, case.all("real"))])
    rate = (np.sum(most == most.max()) + 3) / len(most)  # 3: the usual bound where nobody was seen
    some = z[case.rng.integers(len(z), size=len(asked))]
    by_chance = np.mean([np.abs(asked[:, part] - some[:, part]).max(1) <= NEARLY for part in parts])
    given = np.unique(members.person[back])
    n = members.people
    p = float(poisson.sf(len(given) - 1, n * rate * np.sqrt(by_chance) ** (len(parts) - most.max())))
    rows = np.unique(members.person, return_index=True)[1][given]
    test = "whole rows, against the most similar stranger"
    return _Hits(p, 1, len(given), n, 0, strangers.people, "members", test, rows.tolist())
