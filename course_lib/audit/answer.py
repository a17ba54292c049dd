"""One answer of an audit, and the rule by which an interval becomes one of three words."""

from dataclasses import dataclass, field

__all__ = ["FAILED", "HELD", "NOT_SHOWN", "Answer", "verdict"]

FAILED, NOT_SHOWN, HELD = "failed", "not shown", "held against these attacks"


def verdict(low, high, tolerance):
    """Return the word for an interval of a gap, of which more is worse.

    "failed" where the whole interval lies above the tolerance, "held against these attacks" where it lies below or at
    it, and "not shown" where it covers it: the data do not tell.
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
