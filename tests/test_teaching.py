"""What docs/teaching.md promises: times that add up, tables true to the lessons, servers counted as measured."""

import itertools
import re

import pytest
import teaching_tables
from make_workshop import route_named
from measure_memory import learners_per_server
from notebook_files import ROOT, notebooks_in
from teaching_tables import MEASURED, PAGE, lessons, servers, with_tables

from course_lib.syllabus import syllabus

TEXT = PAGE.read_text(encoding="utf-8")
SHEETS = dict(re.findall(r"<!-- run sheet: (\S+) -->\n(.*?)\n\n", TEXT, re.DOTALL))
KNOWN = {lesson["number"]: lesson for lesson in lessons()}
QUICK = {"people"}  # passes over some of each lesson, and says what


def rows(sheet):
    """Return the rows of a run sheet: start and length in minutes, what, how."""
    found = []
    for line in SHEETS[sheet].splitlines()[2:]:
        start, length, what, how = (cell.strip() for cell in line.strip("|").split("|"))
        hour, minute = map(int, start.split(":"))
        found.append((60 * hour + minute, int(length or 0), what, how))
    return found


def test_every_route_that_a_class_takes_has_a_run_sheet():
    assert {*SHEETS, "everything"} == {route["key"] for route in syllabus()["route"]}


@pytest.mark.parametrize("sheet", SHEETS)
def test_times_add_up(sheet):
    found = rows(sheet)
    assert found[0][0] == 0
    for (start, length, what, _), (following, *_) in itertools.pairwise(found):
        assert start + length == following, what
    assert found[-1][1:3] == (0, "End")
    section = TEXT[: TEXT.index(f"<!-- run sheet: {sheet} -->")]
    promised = re.findall(r"^(\d+) minutes", section, re.MULTILINE)[-1]
    assert found[-1][0] == int(promised)


@pytest.mark.parametrize("sheet", SHEETS)
def test_lessons_are_those_of_the_route_in_order_and_have_the_time_to_be_read(sheet):
    named = [(re.fullmatch(r"\*\*(\d\d)\*\*", what), length) for _, length, what, _ in rows(sheet)]
    minutes = {match[1]: length for match, length in named if match}
    assert list(minutes) == route_named(sheet)["lessons"]
    for number, length in minutes.items():
        if sheet not in QUICK and "reading" in KNOWN[number]:
            assert length >= KNOWN[number]["reading"], number


@pytest.mark.parametrize("sheet", SHEETS)
def test_exercises_have_the_time_that_their_tasks_take(sheet):
    writing = 0
    for _, length, what, _ in rows(sheet):
        if match := re.fullmatch(r"Exercise (\d\d), tasks? (\d)(?: (and|to) (\d))?", what):
            first, last = int(match[2]), int(match[4] or match[2])
            assert length >= sum(task["minutes"] for task in KNOWN[match[1]]["tasks"][first - 1 : last]), what
            assert last <= len(KNOWN[match[1]]["tasks"])
            writing += length
        else:
            assert "xercise" not in what
    assert f"`make workshop ROUTE={sheet}`" in TEXT
    line = next(line for line in TEXT.splitlines() if line.endswith(f"`make workshop ROUTE={sheet}` |"))
    assert (f"{writing} minutes" in line) or (writing == 0 and "nobody" in line)
    written = [cell.strip() for cell in line.split("|")][3]
    assert written.split(", ") == route_named(sheet)["lessons"]


@pytest.mark.parametrize("sheet", SHEETS)
def test_turns_are_questions_of_the_lesson(sheet):
    """Where a run sheet names turns, it names them by the keys of the lesson's questions."""
    texts = {path.name[:2]: path.read_text(encoding="utf-8") for path in notebooks_in(ROOT / "notebooks")}
    for _, _, what, how in rows(sheet):
        number = what.strip("*")
        for turns in re.findall(r"(?:Turns|Questions): ([\w, ]+)\.", how):
            for turn in turns.split(", "):
                key = turn.lower().replace("é", "e")
                assert number not in texts or f'\\"{number}.{key}\\"' in texts[number], (number, turn)


def test_tables_are_those_of_the_lessons():
    assert with_tables(TEXT) == TEXT, "`python tools/teaching_tables.py`"


def test_a_table_without_a_place_is_noticed(monkeypatch):
    with pytest.raises(ValueError, match="one place for the table 'study plan', and has 0"):
        with_tables("no table")
    monkeypatch.setitem(teaching_tables.OUTCOMES, "01.nothing", "Nothing")
    with pytest.raises(ValueError, match=r"01\.nothing: asked for in the lesson: False"):
        teaching_tables.outcomes()


def test_tools_and_targets_that_are_named_exist():
    assert {name for name in re.findall(r"tools/(\w+\.py)", TEXT) if not (ROOT / "tools" / name).exists()} == set()
    assert {"make_workshop.py", "class_table.py", "measure_memory.py"} <= set(re.findall(r"tools/(\w+\.py)", TEXT))
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"`(?:\S+=\S+ )?make ([a-z]+)", TEXT)) <= set(targets)


def test_tasks_that_people_get_stuck_in_exist():
    section = TEXT[TEXT.index("## Where people get stuck") : TEXT.index("## What people ask")]
    named = re.findall(r"^\| (\d\d)\.(\d)(?:, (\d\d)\.(\d))? \|", section, re.MULTILINE)
    tasks = [(lesson, task) for row in named for lesson, task in (row[:2], row[2:]) if lesson]
    assert len(tasks) > 15
    for lesson, task in tasks:
        assert int(task) <= len(KNOWN[lesson]["tasks"]), (lesson, task)
    in_class = {number for route in ("half-day", "one-day") for number in route_named(route)["lessons"]}
    assert {lesson for lesson, _ in tasks} <= in_class


def test_what_was_measured_is_possible():
    measured = {lesson: tuple(map(int, numbers)) for lesson, *numbers in MEASURED.findall(TEXT)}
    assert measured.keys() == {"01", "07"}
    for alone, resident, together, _ in measured.values():
        assert alone <= resident
        assert alone < together <= 2.05 * alone
    assert all(alone < 1000 for alone, *_ in measured.values())  # the limit that the page recommends, in MB


def test_servers_follow_from_what_was_measured():
    page = "| lesson 01 | 350 | 400 | 650 | 10 |\n| lesson 07 | 500 | 600 | 900 | 30 |\n"
    assert servers(page).splitlines()[2:] == [
        "| 8 GB | 20 | 14 | 4 |",
        "| 16 GB | 42 | 30 | 8 |",
        "| 32 GB | 88 | 62 | 16 |",
    ]


def test_servers_of_no_use_and_learners_of_no_size():
    assert learners_per_server(1, 500) == 0
    assert learners_per_server(8, 500) == 14
    assert learners_per_server(8, 500, reserve=0) == 16
