"""Attacks that ask of members and of strangers the same thing: whether the release knows more of the former.

Each has a control: the same attack on a release that repeats its members. Where the control is not found, the attack
was blind, and nothing has been held against it.
"""

import numpy as np

from course_lib.audit.answer import FAILED, NOT_SHOWN, Answer, verdict
from course_lib.audit.distances import agreement, nearest_one
from course_lib.audit.statistics import auc_interval, effective_number

__all__ = ["closeness", "membership", "parts", "secrets"]

REPEATER_NOISE = 0.01  # of a spread: how far the control moves the members that it repeats
PERSONS = 600  # asked on each side, by the attacks that look at single columns
WORK = 1.5e8  # distances that one pass of an attack may measure; larger tables are asked about fewer people
NEEDS_HOLDOUT = "Set real rows aside before the generator is trained, and pass them as holdout=."


def repeater(case):
    """Return the control: as many rows as the release has, each a member moved a little; the same for all attacks."""
    if "control" not in case.encoded:
        chosen = case.rng.integers(len(case.tables.real), size=case.released)
        x = case.all("real")[chosen]
        moved = x + REPEATER_NOISE * case.rng.standard_normal(x.shape)
        case.encoded["control"] = case.codec.round_trip(moved).x
    return case.encoded["control"]


def _without_holdout(**common):
    nothing = dict.fromkeys(("estimate", "low", "high"), np.nan)
    return Answer(
        **common,
        **nothing,
        verdict=NOT_SHOWN,
        test="none: an attack is measured against people whom the generator has not seen, and there is no holdout",
        found="Nobody knows how near a stranger would come.",
        next_step=NEEDS_HOLDOUT,
    )


def _judge(found, control, tolerance):
    """Return the word for an interval, "not shown" where the same attack did not find the control."""
    word = verdict(*found[1:], tolerance)
    blind = control[1] <= tolerance
    return (NOT_SHOWN if blind and word != FAILED else word), blind


def _said(blind, control):
    return f"On a release that repeats its members the same attack reaches {control[0]:.2f}" + (
        ", too little to rely on it." if blind else "."
    )


def _people_asked(case, work, fewest, most):
    return int(np.clip(work / case.released, fewest, most))


def membership(case, *, tolerance=0.55):
    """Tell members from strangers by the distance to the closest released row."""
    common = dict(
        question="membership",
        topic="privacy",
        asked="Can a member be told from a stranger by how near a released row comes?",
        tolerance=tolerance,
        what="AUC of the attack (0.5: a coin; 1: always right)",
        null=0.5,
    )
    if case.tables.holdout is None:
        return _without_holdout(**common)
    count = _people_asked(case, WORK, 1000, case.most)
    members, strangers = (case.persons(name, count) for name in ("real", "holdout"))

    def attack(z):
        near, far = (nearest_one(z, each)[0] for each in (members, strangers))
        return auc_interval(-near, -far, case.level)

    found, control = attack(case.all("synthetic")), attack(repeater(case))
    word, blind = _judge(found, control, tolerance)
    return Answer(
        **common,
        verdict=word,
        **dict(zip(("estimate", "low", "high"), found, strict=True)),
        test=f"distance to the closest released row; one row each of {len(members):,} members and "
        f"{len(strangers):,} strangers",
        found=f"A member is nearer than a stranger in {found[0]:.1%} of pairs. {_said(blind, control)}",
        next_step={
            "failed": "Do not release. Train with fewer passes or a promise of differential privacy, and attack again.",
            NOT_SHOWN: "Ask more members and strangers, or release no more rows than there are members.",
        }.get(word, "A stronger attacker may know the generator: let somebody else attack, too."),
    )


def closeness(case, *, tolerance=0.55):
    """Count how many released rows lie nearer to a member than to any of as many strangers (the DCR share)."""
    from statsmodels.stats.proportion import proportion_confint

    common = dict(
        question="closeness",
        topic="privacy",
        asked="Do released rows lie nearer to members than to strangers?",
        tolerance=tolerance,
        what="share of released rows that lie nearer to a member (0.5: no difference; 1: all)",
        null=0.5,
    )
    if case.tables.holdout is None:
        return _without_holdout(**common)
    members, strangers = (case.persons(name, None) for name in ("real", "holdout"))
    count = min(len(members), len(strangers))
    members, strangers = members[:count], strangers[:count]
    asked = int(np.clip(WORK / count, 1000, case.most))

    def attack(z):
        z = z[case.rng.permutation(len(z))[:asked]]
        (near, who), (far, _) = nearest_one(members, z), nearest_one(strangers, z)
        share = np.mean((near < far) + 0.5 * (near == far))
        worth = max(round(effective_number(who)), 1)  # rows near one and the same person are one piece of evidence
        low, high = proportion_confint(share * worth, worth, alpha=1 - case.level, method="beta")
        return float(share), float(low), float(high)

    found, control = attack(case.all("synthetic")), attack(repeater(case))
    word, blind = _judge(found, control, tolerance)
    return Answer(
        **common,
        verdict=word,
        **dict(zip(("estimate", "low", "high"), found, strict=True)),
        test=f"distance to the closest record against {count:,} members and as many strangers; "
        f"{min(case.released, asked):,} released rows; exact binomial",
        found=f"{found[0]:.1%} of the released rows lie nearer to a member. {_said(blind, control)}",
        next_step={
            "failed": "Do not release. The generator repeats what it was trained on: fewer passes, or more noise.",
            NOT_SHOWN: "Compare with more strangers.",
        }.get(word, "An average over rows hides a few copies: see the question 'people'."),
    )


def parts(case, *, tolerance=0.55):
    """Tell members from strangers by how many columns of one released row agree with theirs."""
    common = dict(
        question="parts",
        topic="privacy",
        asked="Do parts of members' rows come back, though no whole row does?",
        tolerance=tolerance,
        what="AUC of the attack (0.5: a coin; 1: always right)",
        null=0.5,
    )
    if case.tables.holdout is None:
        return _without_holdout(**common)
    count = _people_asked(case, WORK, 100, PERSONS)
    members, strangers = (case.persons(name, count) for name in ("real", "holdout"))

    def attack(z):
        mine, theirs = (agreement(each, z, case.parts.values()) for each in (members, strangers))
        return auc_interval(mine, theirs, case.level)

    found, control = attack(case.all("synthetic")), attack(repeater(case))
    word, blind = _judge(found, control, tolerance)
    return Answer(
        **common,
        verdict=word,
        **dict(zip(("estimate", "low", "high"), found, strict=True)),
        test=f"largest number of nearly equal columns in one released row; {len(members):,} members, "
        f"{len(strangers):,} strangers",
        found=f"More agree for a member than for a stranger in {found[0]:.1%} of pairs. {_said(blind, control)}",
        next_step={
            "failed": "Do not release. Find out how pieces of members' rows get into the table.",
            NOT_SHOWN: "Ask more members and strangers.",
        }.get(word, "Ask the maker how rows are made: what is moved or swapped leaves other traces."),
    )


def secrets(case, *, tolerance=0.05):
    """Read a person's value in one column off the released row that is nearest in all others."""
    common = dict(
        question="secrets",
        topic="privacy",
        asked="Does the release tell more about a member's one unknown value than about a stranger's?",
        tolerance=tolerance,
        what="share of values read off correctly, members minus strangers (0: no difference)",
    )
    if case.tables.holdout is None:
        return _without_holdout(**common)
    count = _people_asked(case, WORK / 4, 300, PERSONS)
    members, strangers = (case.persons(name, count) for name in ("real", "holdout"))
    names = list(case.parts) if case.tables.target is None else [case.tables.target]
    most = max(int(3 * WORK / (case.released * (len(members) + len(strangers)))), 1)
    names = [names[i] for i in np.sort(case.rng.permutation(len(names))[:most])]
    if len(case.parts) == 1:
        return None

    def right(people, z):
        hits = []
        for name in names:
            part = case.parts[name]
            others = np.delete(np.arange(z.shape[1]), part)
            _, who = nearest_one(z[:, others], people[:, others])
            hits.append(np.abs(z[who, part] - people[:, part]).max(-1) <= 0.1)
        return np.mean(hits, 0)

    def attack(z):
        from scipy.stats import norm

        mine, theirs = right(members, z), right(strangers, z)
        gap = mine.mean() - theirs.mean()
        margin = norm.isf((1 - case.level) / 2) * np.sqrt(
            mine.var(ddof=1) / len(mine) + theirs.var(ddof=1) / len(theirs)
        )
        return (float(gap), float(gap - margin), float(gap + margin)), mine.mean(), theirs.mean()

    (found, mine, theirs), (control, *_) = attack(case.all("synthetic")), attack(repeater(case))
    word, blind = _judge(found, control, tolerance)
    return Answer(
        **common,
        verdict=word,
        **dict(zip(("estimate", "low", "high"), found, strict=True)),
        test=f"nearest released row in all other columns, {len(names)} columns in turn; {len(members):,} members, "
        f"{len(strangers):,} strangers; a number within a tenth of a spread counts",
        found=f"{mine:.1%} of members' values are read off correctly, {theirs:.1%} of strangers'. "
        f"{_said(blind, control)}",
        next_step={
            "failed": "Do not release: what is learned is about these people, not about people.",
            NOT_SHOWN: "Ask more members and strangers, or name the one secret (target=).",
        }.get(word, "What holds for strangers, too, can still hurt: it is an inference about everybody."),
    )
