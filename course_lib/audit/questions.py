"""The questions of an audit, in the order in which they are answered: what each asks, measures and tolerates."""

import numpy as np

from course_lib.audit.answer import FAILED, HELD, NOT_SHOWN, Question
from course_lib.audit.collapse import collapse
from course_lib.audit.diversity import rare, variety
from course_lib.audit.fidelity import columns, joint, pairs
from course_lib.audit.people import people
from course_lib.audit.privacy import closeness, membership, parts, secrets
from course_lib.audit.utility import use

__all__ = ["QUESTIONS", "ask"]

QUESTIONS = {
    "columns": Question(
        measure=columns,
        topic="fidelity",
        asked="Does every column hold the same values equally often?",
        what="largest gap between the shares of a column's values (0: none; 1: nothing in common)",
        tolerance=0.1,
        next_steps={
            FAILED: "Plot {worst!r} of both tables over each other; mend its encoding or its range, and draw again.",
            NOT_SHOWN: "Compare more rows: the interval is wider than what would matter.",
            HELD: "Look at the columns that your own question needs, with a narrower tolerance.",
        },
    ),
    "pairs": Question(
        measure=pairs,
        topic="fidelity",
        asked="Do the columns hang together in the same way, two by two?",
        what="largest difference between a rank correlation in the release and in the real table (0 to 2)",
        tolerance=0.2,
        next_steps={
            FAILED: "Draw {one!r} against {other!r} for both tables: what does the generator not know?",
            NOT_SHOWN: "Compare more rows: some correlation is too uncertain to tell.",
            HELD: "Correlations are lenient: look at what bends, and at groups of three columns.",
        },
    ),
    "joint": Question(
        measure=joint,
        topic="fidelity",
        asked="Can a classifier tell a released row from a real one?",
        what="AUC of the classifier (0.5: a coin; 1: always right)",
        tolerance=0.65,
        null=0.5,
        next_steps={
            FAILED: "Ask the classifier which columns it looks at (permutation importance), and start with those.",
            NOT_SHOWN: "Compare more rows.",
            HELD: "Another classifier may see more; this one saw no more than what is tolerated.",
        },
    ),
    "variety": Question(
        measure=variety,
        topic="diversity",
        asked="Does the release go wherever real rows are?",
        what="coverage lost, against other real rows in the release's place (0: none; 1: all)",
        tolerance=0.1,
        next_steps={
            FAILED: "Find the real rows that nothing comes near, and ask what they have in common.",
            NOT_SHOWN: "Compare more rows.",
            HELD: "Coverage counts places, not how often they are visited: see the question 'rare'.",
        },
    ),
    "rare": Question(
        measure=rare,
        topic="diversity",
        asked="Are rare categories and the ends of the columns still there?",
        what="share lost of the rare group that lost most (0: none; 1: all; below 0: gained)",
        tolerance=0.5,
        next_steps={
            FAILED: "Draw again until '{worst}' is there, or say beside the table that it is not.",
            NOT_SHOWN: "The group is small: count it in a larger draw of the same generator.",
            HELD: "{by_hand}",
        },
    ),
    "use": Question(
        measure=use,
        topic="utility",
        asked="Does a model trained on the release predict {targets} as well?",
        what="additional squared error (Brier's score for categories), as a share of the target's variance",
        tolerance=0.05,
        next_steps={
            FAILED: "Look at what else depends on {worst!r} in the real table, and whether the generator was told.",
            NOT_SHOWN: "Train and test on more rows, or name the one target that matters (target=).",
            HELD: "Try the model that you will use, and the group that you care about.",
        },
    ),
    "people": Question(
        measure=people,
        topic="privacy",
        asked="Are single, unusual persons published?",
        what="share of the {who} to whom a released row comes close enough to give them away",
        next_steps={
            FAILED: "Do not release. Take these rows out, find out how they got in, draw again and audit again.",
            NOT_SHOWN: "Pass a holdout of people whom the generator has not seen (holdout=); the larger, the better.",
            HELD: "Whoever is unusual in a way that no column holds is not covered: ask those who know the people.",
        },
    ),
    "membership": Question(
        measure=membership,
        topic="privacy",
        asked="Can a member be told from a stranger by how near a released row comes?",
        what="AUC of the attack (0.5: a coin; 1: always right)",
        tolerance=0.55,
        null=0.5,
        needs_holdout=True,
        next_steps={
            FAILED: "Do not release. Train with fewer passes or a promise of differential privacy, and attack again.",
            NOT_SHOWN: "Ask more members and strangers, or release no more rows than there are members.",
            HELD: "A stronger attacker may know the generator: let somebody else attack, too.",
        },
    ),
    "closeness": Question(
        measure=closeness,
        topic="privacy",
        asked="Do released rows lie nearer to members than to strangers?",
        what="share of released rows that lie nearer to a member (0.5: no difference; 1: all)",
        tolerance=0.55,
        null=0.5,
        needs_holdout=True,
        next_steps={
            FAILED: "Do not release. The generator repeats what it was trained on: fewer passes, or more noise.",
            NOT_SHOWN: "Compare with more strangers.",
            HELD: "An average over rows hides a few copies: see the question 'people'.",
        },
    ),
    "parts": Question(
        measure=parts,
        topic="privacy",
        asked="Do parts of members' rows come back, though no whole row does?",
        what="AUC of the attack (0.5: a coin; 1: always right)",
        tolerance=0.55,
        null=0.5,
        needs_holdout=True,
        next_steps={
            FAILED: "Do not release. Find out how pieces of members' rows get into the table.",
            NOT_SHOWN: "Ask more members and strangers.",
            HELD: "Ask the maker how rows are made: what is moved or swapped leaves other traces.",
        },
    ),
    "secrets": Question(
        measure=secrets,
        topic="privacy",
        asked="Does the release tell more about a member's one unknown value than about a stranger's?",
        what="share of values read off correctly, members minus strangers (0: no difference)",
        tolerance=0.05,
        needs_holdout=True,
        next_steps={
            FAILED: "Do not release: what is learned is about these people, not about people.",
            NOT_SHOWN: "Ask more members and strangers, or name the one secret (target=).",
            HELD: "What holds for strangers, too, can still hurt: it is an inference about everybody.",
        },
    ),
    "collapse": Question(
        measure=collapse,
        topic="collapse",
        asked="Does what is left after {generations} looped generations depend on having begun with the release?",
        what="{worst} lost after {generations} generations, against the same loop begun with real rows (0: none)",
        tolerance=0.1,
        next_steps={
            FAILED: "Do not train models on it alone, one after the other: keep real rows in every training set.",
            NOT_SHOWN: "Run more loops on more rows.",
            HELD: "Whoever trains on it keeps real rows in the training set all the same, and looks again each year.",
        },
    ),
}


def ask(case, names, tolerances):
    """Return the answers to the questions of these names, without those that the table is too narrow for.

    Raises
    ------
    ValueError
        If `tolerances` names a question that has none.
    """
    for name in tolerances:
        if np.isnan(QUESTIONS[name].tolerance):
            raise ValueError(f"the question {name!r} has no tolerance: it fails by its p-value")
    asked = {name: QUESTIONS[name] for name in names}
    answers = [each.answer(name, case, tolerances.get(name, each.tolerance)) for name, each in asked.items()]
    return [answer for answer in answers if answer is not None]
