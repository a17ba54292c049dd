"""From a question and what was measured to an answer in one of three words."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from course_lib.audit.statistics import NOTHING, Interval

__all__ = ["FAILED", "HELD", "NOT_SHOWN", "Answer", "Finding", "Question", "verdict"]

FAILED, NOT_SHOWN, HELD = "failed", "not shown", "held against these attacks"


def verdict(low, high, tolerance):
    """Return the word for an interval of a gap, of which more is worse.

    "failed" where the whole interval lies above the tolerance, "held against these attacks" where it lies below or at
    it, and "not shown" where it covers it, or nothing was measured: the data do not tell.
    """
    if low > tolerance:
        return FAILED
    return HELD if high <= tolerance else NOT_SHOWN


@dataclass(frozen=True)
class Answer:
    """The answer to one question.

    Attributes
    ----------
    question : str
        A short name, such as "people".
    topic : str
        "fidelity", "diversity", "utility", "privacy" or "collapse".
    asked : str
        The question as a sentence.
    verdict : str
        One of `FAILED`, `NOT_SHOWN`, `HELD`.
    estimate, low, high, tolerance : float
        A gap (more is worse), its interval, and where it begins to matter; NaN where nothing could be measured.
    what : str
        What the number is, with its unit.
    test : str
        The attack or test, and on how many rows.
    found : str
        What was found, in a sentence.
    next_step : str
    null : float
        What the estimate would be without any gap.
    """

    question: str
    topic: str
    asked: str
    verdict: str
    estimate: float
    low: float
    high: float
    tolerance: float
    what: str
    test: str
    found: str
    next_step: str
    null: float = 0.0
    details: dict = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class Finding:
    """What was measured for a question.

    Attributes
    ----------
    interval : Interval
        The gap; NaN where nothing could be measured.
    test, found : str
        As in `Answer`.
    control : Interval, optional
        What the same attack finds on a release that repeats its members. Where that is no more than what is tolerated,
        the attack was blind and holds nothing.
    word : str, optional
        The verdict, where it does not follow from the interval.
    next_step : str, optional
        Takes the place of the question's own.
    fills : dict of str to object
        What stands in the gaps of the question's texts.
    details : dict
    """

    interval: Interval
    test: str
    found: str
    control: Interval | None = None
    word: str | None = None
    next_step: str | None = None
    fills: dict = field(default_factory=dict)
    details: dict = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question, before anything is known about the tables.

    The texts may hold gaps in braces, such as {worst!r}, which `Finding.fills` fills.

    Attributes
    ----------
    measure : callable
        `measure(case)` returns a Finding, or None where the table is too narrow for the question.
    topic, asked, what : str
        As in `Answer`.
    next_steps : dict of str to str
        What to do after each of the three words.
    tolerance : float
        The gap at which it begins to matter; NaN for a question that fails by its p-value.
    null : float
        The gap where there is none.
    needs_holdout : bool
        Whether nothing can be said without people whom the generator has not seen.
    """

    measure: Callable
    topic: str
    asked: str
    what: str
    next_steps: dict
    tolerance: float = np.nan
    null: float = 0.0
    needs_holdout: bool = False

    def answer(self, name, case, tolerance):
        """Measure, and return the Answer; None where the table is too narrow."""
        finding = _no_holdout() if self.needs_holdout and case.tables.holdout is None else self.measure(case)
        if finding is None:
            return None
        word, found = finding.word or verdict(*finding.interval[1:], tolerance), finding.found
        if finding.control is not None:
            blind = finding.control.low <= tolerance
            word = NOT_SHOWN if blind and word != FAILED else word
            found += f" On a release that repeats its members the same attack reaches {finding.control.estimate:.2f}"
            found += ", too little to rely on it." if blind else "."
        return Answer(
            question=name,
            topic=self.topic,
            asked=self.asked.format(**finding.fills),
            verdict=word,
            **finding.interval._asdict(),
            tolerance=tolerance,
            what=self.what.format(**finding.fills),
            test=finding.test,
            found=found,
            next_step=finding.next_step or self.next_steps[word].format(**finding.fills),
            null=self.null,
            details=finding.details,
        )


def _no_holdout():
    return Finding(
        NOTHING,
        test="none: an attack is measured against people whom the generator has not seen, and there is no holdout",
        found="Nobody knows how near a stranger would come.",
        next_step="Set real rows aside before the generator is trained, and pass them as holdout=.",
    )
