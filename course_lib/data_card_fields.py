"""What a field of a data card has to be: each check returns the value as it is kept, or says what is the matter."""

import datetime
import re

from course_lib.validate import as_count, as_fraction

__all__ = ["as_columns", "as_day", "as_real_records", "as_rows", "as_share", "as_text", "as_texts"]

_PLACEHOLDER = re.compile(r"(todo|tbd|tba|fixme|xxx+|n/?a|none|null|nan|unknown|lorem ipsum.*|[\W_]*)", re.IGNORECASE)
_PROMISE = re.compile(
    r"\b(is|are|stays?|remains?|fully|completely|totally|100 ?%) (private|anonymous|anonymi[sz]ed)\b"
    r"|\bguarant\w+ (privacy|anonymity)\b|\bprivacy[- ](safe|proof)\b|\b(risk|bias)[- ]free\b"
    r"|\bno (privacy )?risk\b|\bfree (of|from) (any )?(privacy|re-?identification)\b",
    re.IGNORECASE,
)
_MAY_NAME_PROMISES = ("known_gaps", "unfit_use")  # "not for releases that must be risk-free" is no promise


def as_text(value, name):
    """Return a text that says something and promises nothing that no audit shows, without spaces around it."""
    if not isinstance(value, str) or _PLACEHOLDER.fullmatch(value.strip()):
        raise ValueError(f'{name} must be a text that answers, got {value!r}; what is not known is "unknown: …", why')
    if name not in _MAY_NAME_PROMISES and (promise := _PROMISE.search(value)):
        raise ValueError(
            f"{name} promises what no audit shows: got {promise[0]!r}. Needed is what was done, and against which "
            "attacks it was held; a promise comes from a method that makes it, with its ε and δ"
        )
    return value.strip()


def as_texts(value, name):
    """Return a list of texts, at least one, as a tuple."""
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"{name} must be a list of at least one text, got {value!r}")
    return tuple(as_text(each, name) for each in value)


def as_columns(value, name):
    """Return a dict from the name of each column to what it says."""
    if not isinstance(value, dict) or not value:
        raise ValueError(f"{name} must be a dict from each column's name to what it says, got {value!r}")
    return {str(column): as_text(words, f"{name}[{column!r}]") for column, words in value.items()}


def as_day(value, name):
    """Return a day, given as one or as text in ISO form; None stays None."""
    if value is None or type(value) is datetime.date:  # a datetime is a date, too, and no day
        return value
    try:
        return datetime.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f'{name} must be a day such as "2026-11-29", got {value!r}') from None


def as_rows(value, name):
    """Return a number of rows, at least 1."""
    return as_count(value, name)


def as_real_records(value, name):
    """Return a number of records, at least 0."""
    return as_count(value, name, minimum=0)


def as_share(value, name):
    """Return a share between 0 and 1."""
    return as_fraction(value, name)
