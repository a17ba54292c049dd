"""The course's map: complete, consistent, and true of the notebooks that exist."""

from pathlib import Path

import pytest

from course_lib.syllabus import course_map, routes, syllabus

ROOT = Path(__file__).resolve().parent.parent
LESSONS = [lesson for part in syllabus()["part"] for lesson in part["lessons"]]


def test_lessons_are_numbered_from_00_to_18_in_order():
    assert [lesson["name"][:2] for lesson in LESSONS] == [f"{i:02d}" for i in range(19)]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson["name"])
def test_a_lesson_has_times_exactly_if_its_notebook_is_there(lesson):
    there = (ROOT / "notebooks" / f"{lesson['name']}.ipynb").exists()
    assert [key in lesson for key in ("reading", "computing", "memory")] == [there] * 3


def test_no_notebook_is_missing_from_the_map():
    assert {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")} <= {lesson["name"] for lesson in LESSONS}


@pytest.mark.parametrize("entry", syllabus()["route"] + syllabus()["role"], ids=lambda entry: entry["title"])
def test_routes_and_roles_name_lessons_in_order(entry):
    assert entry["lessons"] == sorted(set(entry["lessons"]))
    assert set(entry["lessons"]) <= {lesson["name"][:2] for lesson in LESSONS}


def test_every_lesson_serves_a_role_or_starts_the_course():
    assert set().union(*(role["lessons"] for role in syllabus()["role"])) >= {f"{i:02d}" for i in range(19)}


def test_the_map_links_what_is_ready_and_nothing_else(capsys, monkeypatch):
    shown = []
    monkeypatch.setattr("course_lib.syllabus.show", lambda html, text: shown.append((html, text)))
    course_map()
    routes()
    html, text = shown[0]
    for lesson in LESSONS:
        assert (f'href="{lesson["name"]}.ipynb"' in html) == ("reading" in lesson)
        assert lesson["question"] in text
    assert all(route["title"] in shown[1][1] for route in syllabus()["route"])
