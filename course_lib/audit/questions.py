"""The questions of an audit, in the order in which they are answered."""

import inspect

from course_lib.audit import collapse, diversity, fidelity, people, privacy, utility

__all__ = ["QUESTIONS", "ask"]

QUESTIONS = {
    "columns": fidelity.columns,
    "pairs": fidelity.pairs,
    "joint": fidelity.joint,
    "variety": diversity.variety,
    "rare": diversity.rare,
    "use": utility.use,
    "people": people.people,
    "membership": privacy.membership,
    "closeness": privacy.closeness,
    "parts": privacy.parts,
    "secrets": privacy.secrets,
    "collapse": collapse.collapse,
}


def ask(case, names, *, generations, tolerances):
    """Return the answers to the questions of these names, without those that the table is too narrow for."""
    answers = []
    for name in names:
        arguments = {"generations": generations} if name == "collapse" else {}
        if name in tolerances:
            if "tolerance" not in inspect.signature(QUESTIONS[name]).parameters:
                raise ValueError(f"the question {name!r} has no tolerance: it fails by its p-value")
            arguments["tolerance"] = tolerances[name]
        if (answer := QUESTIONS[name](case, **arguments)) is not None:
            answers.append(answer)
    return answers
