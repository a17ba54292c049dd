"""Attacks that ask of members and of strangers the same thing: whether the release knows more of the former.

Each has a control: the same attack on a release that repeats its members. Where the control is not found, the attack
was blind, and nothing has been held against it.
"""

import numpy as np

from course_lib.audit.answer import Finding
from course_lib.audit.distances import agreement, nearest_one
from course_lib.audit.statistics import Interval, auc_interval, effective_number, exact_share

__all__ = ["closeness", "membership", "parts", "secrets"]

PERSONS = 600  # asked on each side, by the attacks that look at single columns
WORK = 1.5e8  # distances that one pass of an attack may measure; larger tables are asked about fewer people
READ_OFF = 0.1  # encoded values, in spreads, that count as read off correctly


def _members_and_strangers(case, work, fewest, most):
    """Return one row each of members and of strangers, of as many on each side as the work allows."""
    count = int(np.clip(work / case.released, fewest, most))
    return [case.persons(name, count) for name in ("real", "holdout")]


def membership(case):
    """Tell members from strangers by the distance to the closest released row."""
    people = _members_and_strangers(case, WORK, 1000, case.most)
    return _told_apart(
        case,
        *people,
        lambda each, z: -nearest_one(z, each)[0],
        test="distance to the closest released row",
        found="A member is nearer than a stranger",
    )


def closeness(case):
    """Count how many released rows lie nearer to a member than to any of as many strangers (the DCR share)."""
    members, strangers = (case.persons(name) for name in ("real", "holdout"))
    count = min(len(members), len(strangers))
    members, strangers = members[:count], strangers[:count]
    asked = int(np.clip(WORK / count, 1000, case.most))

    def attack(z):
        rows = case.rng.permutation(len(z))[:asked]
        (near, who), (far, _) = nearest_one(members, z[rows]), nearest_one(strangers, z[rows])
        share = np.mean((near < far) + 0.5 * (near == far))
        # Rows near one and the same person, and rows of one made-up person, are one piece of evidence
        worth = max(round(min(effective_number(who), effective_number(case.tables.people["synthetic"][rows]))), 1)
        return exact_share(share * worth, worth, case.level)

    share = attack(case.all("synthetic"))
    return Finding(
        share,
        control=attack(case.repeater),
        test=f"distance to the closest record against {count:,} members and as many strangers; "
        f"{min(case.released, asked):,} released rows; exact binomial",
        found=f"{share.estimate:.1%} of the released rows lie nearer to a member.",
    )


def parts(case):
    """Tell members from strangers by how many columns of one released row agree with theirs."""
    people = _members_and_strangers(case, WORK, 100, PERSONS)
    return _told_apart(
        case,
        *people,
        lambda each, z: agreement(each, z, case.parts.values()),
        test="largest number of nearly equal columns in one released row",
        found="More agree for a member than for a stranger",
    )


def _told_apart(case, members, strangers, score, *, test, found):
    """Rank members and strangers by score(people, released rows)."""

    def attack(z):
        return auc_interval(score(members, z), score(strangers, z), case.level)

    area = attack(case.all("synthetic"))
    return Finding(
        area,
        control=attack(case.repeater),
        test=f"{test}; one row each of {len(members):,} members and {len(strangers):,} strangers",
        found=f"{found} in {area.estimate:.1%} of pairs.",
    )


def secrets(case):
    """Read a person's value in one column off the released row that is nearest in all others."""
    if len(case.parts) == 1:
        return None
    members, strangers = _members_and_strangers(case, WORK / 4, 300, PERSONS)
    names = list(case.parts) if case.tables.target is None else [case.tables.target]
    most = max(int(3 * WORK / (case.released * (len(members) + len(strangers)))), 1)
    names = [names[i] for i in np.sort(case.rng.permutation(len(names))[:most])]

    def right(people, z):
        """Return for each person the share of columns that are read off correctly."""
        hits = []
        for name in names:
            part = case.parts[name]
            others = np.delete(np.arange(z.shape[1]), part)
            _, who = nearest_one(z[:, others], people[:, others])
            hits.append(np.abs(z[who, part] - people[:, part]).max(-1) <= READ_OFF)
        return np.mean(hits, 0)

    mine, theirs = (right(each, case.all("synthetic")) for each in (members, strangers))
    return Finding(
        _difference(mine, theirs, case.level),
        control=_difference(right(members, case.repeater), right(strangers, case.repeater), case.level),
        test=f"nearest released row in all other columns, {len(names)} columns in turn; {len(members):,} members, "
        f"{len(strangers):,} strangers; a number within a tenth of a spread counts",
        found=f"{mine.mean():.1%} of members' values are read off correctly, {theirs.mean():.1%} of strangers'.",
    )


def _difference(mine, theirs, level):
    """Return the difference of two means and its normal interval."""
    from scipy.stats import norm

    gap = mine.mean() - theirs.mean()
    spread = np.sqrt(mine.var(ddof=1) / len(mine) + theirs.var(ddof=1) / len(theirs))
    margin = norm.isf((1 - level) / 2) * spread
    return Interval(float(gap), float(gap - margin), float(gap + margin))
