"""A data card: what somebody has to know of a data set before they use it, as a form that refuses gaps.

The questions follow Gebru et al., *Datasheets for Datasets* (Communications of the ACM 64(12), 2021, arXiv:1803.09010,
abstract) and Pushkarna, Zaldivar and Kjartansson, *Data Cards* (FAccT 2022, arXiv:2204.01075, abstract), in our own
words, with what synthetic data add: the generator, the real records it saw, the share that is made up, and the audit.
"""

import dataclasses
import datetime
import difflib
import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from course_lib import data_card_fields as needs
from course_lib.audit.answer import FAILED, HELD, NOT_SHOWN

__all__ = ["VERDICTS", "AuditVerdict", "DataCard"]

# The only words for what an audit found. None of them says that a table is private, because no audit can.
VERDICTS = (FAILED, NOT_SHOWN, HELD)


@dataclass(frozen=True)
class AuditVerdict:
    """One line of an audit.

    Parameters
    ----------
    question : str
        What was asked of the data set.
    verdict : {"failed", "not shown", "held against these attacks"}
    evidence : str
        What was tried and measured, with its numbers.

    Raises
    ------
    ValueError
        If the verdict is another word, a text is missing, or the evidence promises what no audit can show.
    """

    question: str
    verdict: str
    evidence: str

    def __post_init__(self):
        for name in ("question", "evidence"):
            object.__setattr__(self, name, needs.as_text(getattr(self, name), f"audit: {name}"))
        if self.verdict not in VERDICTS:
            raise ValueError(
                f"audit: verdict must be one of {', '.join(VERDICTS)}; got {self.verdict!r} for {self.question!r}. "
                "Attacks that found nothing do not show that nothing can be found"
            )


def as_audit(value, name):
    """Return AuditVerdicts, given as such or as dicts, as a tuple; there may be none."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"{name} must be a list of verdicts, got {value!r}")
    try:
        return tuple(each if isinstance(each, AuditVerdict) else AuditVerdict(**each) for each in value)
    except TypeError:
        raise ValueError(f"{name} needs question, verdict and evidence in each entry, got {value!r}") from None


def _asks(part, question, check):
    return {"part": part, "question": question, "check": check}


@dataclass(frozen=True, kw_only=True)
class DataCard:
    """The card of a data set, checked when it is made.

    Every text has to say something: what is not known is written as "unknown:", and why. The parameters are the fields
    below, in the order of the page; `DataCard.questions()` tells what each asks.

    Parameters
    ----------
    title, summary, purpose, row : str
    rows : int
    columns : dict of str to str
    intended_use, unfit_use, known_gaps : list of str
    provenance, basis, licence, generator, changes : str
    real_records : int
        How many real records the generator saw, or, where rows are real, how many these are.
    synthetic_share : float in [0, 1]
        The share of the rows that no person and no measurement stands behind.
    audit : list of AuditVerdict, or of dicts with its fields
        May be empty; the page then says that nothing was audited.
    contact, version : str
    date, review_by : datetime.date, or text such as "2026-11-29"

    Raises
    ------
    ValueError
        If a field is empty or of the wrong kind, promises what cannot be shown, or contradicts another; it names the
        field, what came and what is needed.

    Examples
    --------
    >>> DataCard.from_dict({"title": "Visits"})
    Traceback (most recent call last):
        ...
    ValueError: the card lacks summary, purpose, row and 14 more; summary answers: What is it, in one sentence?
    """

    title: str = field(metadata=_asks("What it is", "What is the data set called?", needs.as_text))
    summary: str = field(metadata=_asks("What it is", "What is it, in one sentence?", needs.as_text))
    purpose: str = field(metadata=_asks("What it is", "Why was it made, by whom and for whom?", needs.as_text))
    row: str = field(metadata=_asks("What it is", "What is one row?", needs.as_text))
    rows: int = field(metadata=_asks("What it is", "How many rows are there?", needs.as_rows))
    columns: dict = field(metadata=_asks("What it is", "What does each column say, in which unit?", needs.as_columns))
    intended_use: tuple = field(metadata=_asks("What it is for", "What was it made and checked for?", needs.as_texts))
    unfit_use: tuple = field(metadata=_asks("What it is for", "What must nobody use it for?", needs.as_texts))
    known_gaps: tuple = field(
        metadata=_asks("What it is for", "Who or what is missing, rare or wrong in it?", needs.as_texts)
    )
    provenance: str = field(
        metadata=_asks("Where it comes from", "Where are the real records from, and since when?", needs.as_text)
    )
    basis: str = field(
        metadata=_asks("Where it comes from", "By which right are the real records used?", needs.as_text)
    )
    licence: str = field(
        metadata=_asks("Where it comes from", "Under which terms may this data set be used?", needs.as_text)
    )
    generator: str = field(
        metadata=_asks("How it was made", "Which generator, settings and version made it?", needs.as_text)
    )
    real_records: int = field(
        metadata=_asks("How it was made", "How many real records were used?", needs.as_real_records)
    )
    synthetic_share: float = field(
        metadata=_asks("How it was made", "What share of the rows is synthetic?", needs.as_share)
    )
    changes: str = field(
        metadata=_asks("How it was made", "What was left out, rounded, merged or filtered?", needs.as_text)
    )
    audit: tuple = field(
        metadata=_asks("What was tested", "What was asked of it, and what came out?", as_audit), default=()
    )
    contact: str = field(
        metadata=_asks("Who answers", "Who answers, hears complaints and withdraws it?", needs.as_text)
    )
    date: datetime.date = field(metadata=_asks("Who answers", "From which day is this version?", needs.as_day))
    version: str = field(metadata=_asks("Who answers", "Which version is it?", needs.as_text), default="1")
    review_by: datetime.date | None = field(
        metadata=_asks("Who answers", "Until when may the card be relied on?", needs.as_day), default=None
    )

    def __post_init__(self):
        for each in dataclasses.fields(self):
            try:
                value = each.metadata["check"](getattr(self, each.name), each.name)
            except ValueError as error:
                raise ValueError(f"{error} ({each.metadata['question']})") from None
            object.__setattr__(self, each.name, value)
        if self.date is None:
            raise ValueError('date must be a day such as "2026-11-29", got None (From which day is this version?)')
        real_rows = round((1 - self.synthetic_share) * self.rows)
        if real_rows > self.real_records:
            raise ValueError(
                f"real_records is {self.real_records}, but of {self.rows} rows with synthetic_share "
                f"{self.synthetic_share:g} there are {real_rows} real ones; count them among the real records"
            )
        if self.review_by is not None and self.review_by <= self.date:
            raise ValueError(f"review_by must lie after date, which is {self.date}; got {self.review_by}")

    @classmethod
    def questions(cls):
        """Return a dict from the name of each field to what it asks, in the order of the page."""
        return {each.name: each.metadata["question"] for each in dataclasses.fields(cls)}

    @classmethod
    def from_dict(cls, content):
        """Return the card that a plain dict holds, as `to_dict` gives it.

        Raises
        ------
        ValueError
            If a field is missing, unknown or wrong.
        """
        if not isinstance(content, dict):
            raise ValueError(f"content must be a dict of the card's fields, got {type(content).__name__}")
        asked = cls.questions()
        for name in content:
            if name not in asked:
                near = difflib.get_close_matches(str(name), asked, n=1)
                raise ValueError(f"the card has no field {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        needed = [each.name for each in dataclasses.fields(cls) if each.default is dataclasses.MISSING]
        if lacks := [name for name in needed if name not in content]:
            more = f" and {len(lacks) - 3} more" if len(lacks) > 3 else ""
            raise ValueError(f"the card lacks {', '.join(lacks[:3])}{more}; {lacks[0]} answers: {asked[lacks[0]]}")
        return cls(**content)

    def to_dict(self):
        """Return the card as a dict of plain values, which JSON and TOML can hold; what was not given is left out."""

        def plain(value):
            return (
                list(value) if isinstance(value, tuple) else str(value) if isinstance(value, datetime.date) else value
            )

        content = {name: plain(value) for name, value in dataclasses.asdict(self).items()}
        return {name: value for name, value in content.items() if value is not None}

    @classmethod
    def read(cls, path):
        """Return the card in a file that ends in .json or .toml; see `from_dict` for what is refused."""
        path = Path(path)
        parse = {".json": json.loads, ".toml": tomllib.loads}.get(path.suffix)
        if parse is None:
            raise ValueError(f"path must end in .json or .toml, got {path.name!r}")
        try:
            content = parse(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"path {path.name!r} cannot be read as {path.suffix[1:].upper()}: {error}") from None
        return cls.from_dict(content)

    def save(self, path):
        """Write the card as data (.json), as text (.md) or as a page (.html), as `path` ends; return the path.

        Raises
        ------
        ValueError
            If the ending is another one.
        """
        from course_lib.data_card_page import card_page

        path = Path(path)
        forms = {
            ".json": lambda: json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n",
            ".md": self.markdown,
            ".html": lambda: card_page(self),
        }
        if path.suffix not in forms:
            raise ValueError(f"path must end in one of {', '.join(forms)}; got {path.name!r}")
        path.write_text(forms[path.suffix](), encoding="utf-8")
        return path

    def html(self):
        """Return the card as HTML, a heading and a list or table for each part, with all styles inline."""
        from course_lib.data_card_page import card_html

        return card_html(self)

    def markdown(self):
        """Return the card as Markdown."""
        from course_lib.data_card_page import card_markdown

        return card_markdown(self)

    def _repr_html_(self):
        return self.html()
