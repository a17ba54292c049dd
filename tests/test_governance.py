"""The governance page: every line has its source and its day, and old lines are named."""

import datetime
import re
import tomllib
import warnings

import pytest

from course_lib.data_card import DataCard
from course_lib.governance import HEADS, PAGE, STATES, Line, read_page

LINES = read_page()
TABLE = f"## Part\n\n| {' | '.join(HEADS)} |\n| --- | --- | --- | --- | --- |\n"
ROW = "| A rule. | An office | several pages | 2026-11-20 | lesson 10 |\n"


def test_lines_older_than_a_year_are_named_in_a_warning():
    for line in LINES:
        if line.is_old(datetime.date.today()):
            warnings.warn(f"docs/governance.md, checked on {line.checked}: {line.what}", stacklevel=1)


def test_no_line_is_from_the_future():
    assert max(line.checked for line in LINES) <= datetime.date.today()


def test_the_page_says_what_it_must():
    text = PAGE.read_text(encoding="utf-8")
    assert "Not legal advice" in text
    assert f"As of {max(line.checked for line in LINES)}" in text
    told = " ".join(line.what + line.source for line in LINES)
    for subject in ("Article 50", r"10\(5\)", "trained on", "PDPC", "FCA", "SP 800-226", "AI 100-4"):
        assert re.search(subject, told), subject
    assert [line for line in LINES if line.state == "not verified"], "what could not be verified has to be marked"


def test_lessons_and_fields_that_lines_name_exist():
    course = tomllib.loads((PAGE.parents[1] / "course_lib/texts/course.toml").read_text(encoding="utf-8"))
    lessons = {lesson["name"][:2] for part in course["part"] for lesson in part["lessons"]}
    for line in LINES:
        assert set(re.findall(r"\b\d\d\b", line.lessons)) <= lessons, line
        assert set(re.findall(r"`(\w+)`", line.lessons)) <= set(DataCard.questions()), line


@pytest.mark.parametrize(
    ("today", "old"),
    [((2026, 11, 20), False), ((2027, 11, 20), False), ((2027, 11, 21), True), ((2027, 12, 1), True)],
)
def test_a_line_is_old_after_a_year(today, old):
    line = Line("Part", "A rule.", "An office", "read", datetime.date(2026, 11, 20), "lesson 10")
    assert line.is_old(datetime.date(*today)) is old


def test_a_sound_page_is_read():
    assert read_page(TABLE + ROW) == [
        Line("Part", "A rule.", "An office", "several pages", datetime.date(2026, 11, 20), "lesson 10")
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ROW.replace("2026-11-20", "20.11.2026"), "line 5 of the governance page: 'checked on' must be a day"),
        (ROW.replace("2026-11-20", "2026-13-01"), "'checked on' must be a day"),
        (ROW.replace("2026-11-20", ""), "must have what, source"),
        (ROW.replace("An office", " "), "must have what, source"),
        (ROW.replace("several pages", "surely"), f"must be one of {', '.join(STATES)}; got 'surely'"),
        ("| A rule. | An office |\n", "must have what, source"),
        (ROW.replace("A rule.", "A rule | or two."), "must have what, source"),
    ],
)
def test_a_malformed_line_is_refused(row, words):
    with pytest.raises(ValueError, match="line 5 of the governance page") as refused:
        read_page(TABLE + row)
    assert words in str(refused.value)
