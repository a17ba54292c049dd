"""The page docs/governance.md as data: each of its lines with its source, how well it was checked, and when."""

import datetime
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PAGE", "STATES", "Line", "read_page"]

PAGE = Path(__file__).parents[1] / "docs" / "governance.md"
STATES = ("read", "several pages", "one page", "not verified")  # how well a line was checked, the best first
HEADS = ["what", "source", "how well checked", "checked on", "in the course"]


@dataclass(frozen=True)
class Line:
    """One line of the page.

    Parameters
    ----------
    part : str
        The heading above it.
    what, source : str
    state : str
        One of `STATES`.
    checked : datetime.date
    lessons : str
        Where the course treats it.
    """

    part: str
    what: str
    source: str
    state: str
    checked: datetime.date
    lessons: str

    def is_old(self, today, *, months=12):
        """Tell whether the line was checked more than so many months before `today`."""
        past = (today.year - self.checked.year) * 12 + today.month - self.checked.month
        return past > months or (past == months and today.day > self.checked.day)


def read_page(text=None):
    """Return every line of the page's tables.

    Parameters
    ----------
    text : str, optional
        Instead of the file's.

    Raises
    ------
    ValueError
        If a table has other columns, or a line lacks something, has an unknown state or no day; it says which line.
    """
    part, lines = "", []
    text = PAGE.read_text(encoding="utf-8") if text is None else text
    for number, row in enumerate(text.splitlines(), start=1):
        if row.startswith("#"):
            part = row.lstrip("# ")
        elif row.startswith("|"):
            cells = [cell.strip() for cell in row.strip().strip("|").split("|")]
            if cells != HEADS and set("".join(cells)) != {"-"}:
                lines.append(_line(part, cells, f"line {number} of the governance page"))
    return lines


def _line(part, cells, place):
    if len(cells) != len(HEADS) or not all(cells):
        raise ValueError(f"{place} must have {', '.join(HEADS)}; got {cells}")
    what, source, state, checked, lessons = cells
    if state not in STATES:
        raise ValueError(f"{place}: 'how well checked' must be one of {', '.join(STATES)}; got {state!r}")
    try:
        day = datetime.date.fromisoformat(checked)
    except ValueError:
        raise ValueError(f"{place}: 'checked on' must be a day such as 2026-11-20, got {checked!r}") from None
    return Line(part, what, source, state, day, lessons)
