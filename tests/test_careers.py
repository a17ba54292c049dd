"""Roles, skills and lessons: complete, true to the exercises, fit for any screen; and the sentences usually heard."""

import re
import tomllib

import pytest
from notebook_files import ROOT

from course_lib import careers, common_claims
from course_lib.lesson import TEXTS
from course_lib.syllabus import syllabus

DATA = careers.careers()
LESSONS = {lesson["name"][:2]: lesson["name"] for part in syllabus()["part"] for lesson in part["lessons"]}
TASKS = {
    f"{path.stem}.{task}"
    for path in TEXTS.glob("[0-9][0-9].toml")
    for task in tomllib.loads(path.read_text(encoding="utf-8")).get("task", {})
}


@pytest.mark.parametrize("skill", DATA["skill"], ids=lambda skill: skill["id"])
def test_every_skill_is_taught_and_checked_somewhere(skill):
    assert set(skill["lessons"]) <= LESSONS.keys()
    assert skill["checks"]
    assert set(skill["checks"]) <= TASKS
    assert {check[:2] for check in skill["checks"]} <= set(skill["lessons"])


def test_every_skill_is_needed_by_a_role():
    assert {skill["id"] for skill in DATA["skill"]} == {id for role in DATA["role"] for id in role["skills"]}


def test_every_lesson_serves_a_role():
    assert {number for role in DATA["role"] for number in role["lessons"]} == LESSONS.keys()


def test_every_lesson_with_an_exercise_checks_a_skill():
    checked = {check[:2] for skill in DATA["skill"] for check in skill["checks"]}
    assert checked == LESSONS.keys() - {"00"}


@pytest.mark.parametrize("role", DATA["role"], ids=lambda role: role["id"])
def test_a_role_says_what_the_course_does_not_teach_and_names_the_lessons_of_its_skills(role):
    skills = {skill["id"]: skill for skill in DATA["skill"]}
    assert {check[:2] for id in role["skills"] for check in skills[id]["checks"]} <= set(role["lessons"])
    assert len(role["not_taught"]) >= 2
    for each in role["not_taught"]:
        low, high = each["hours"]
        assert 0 < low < high
    assert len(role["search"]) >= 3
    low, high = careers.hours(role["id"])
    assert 0 < low < high
    page, text = careers.role_html(role["id"])
    assert "Not in this course" in text
    assert "an assumption" in text
    assert all(each["what"] in text for each in role["not_taught"])
    assert page.count("<li>") == len(role["skills"]) + len(role["not_taught"]) + len(role["search"])


def test_the_map_and_the_roles_agree():
    lessons = {role["name"]: set(role["lessons"]) for role in DATA["role"]}
    for role in syllabus()["role"]:
        assert set(role["lessons"]) <= lessons[role["title"]], role["title"]


@pytest.mark.parametrize("entry", DATA["mechanism"] + DATA["pay"], ids=lambda entry: (entry.get("name") or "pay")[:20])
def test_a_statement_about_labour_markets_has_a_source_or_the_word_assumption(entry):
    assert re.search(r"assumption|lesson \d\d|\d{4}", entry["source"])


def test_the_tasks_that_people_ask_about_are_all_there():
    tasks = {task["id"]: task for task in DATA["task"]}
    wanted = {"bulk", "rare", "subjective", "critical", "gold", "adjudication", "guidelines", "red_team"}
    assert tasks.keys() == wanted
    assert {task["pressure"] for task in tasks.values()} == {"high", "low", "open"}
    for task in tasks.values():
        assert set(re.findall(r"\b(\d\d):", task["shown"])) <= LESSONS.keys()
        assert re.search(r"\b\d\d:", task["shown"])


@pytest.mark.parametrize("kind", ["mechanism", "task", "role", "pay"])
def test_tables_hold_every_entry(kind):
    assert len(careers.table(kind)) == len(DATA[kind])


# What is covered ------------------------------------------------------------------------------------------------------


def test_a_skill_counts_when_all_of_its_checks_were_passed():
    frame = careers.covered(["12.2"])
    assert frame.loc["annotator", "covered"] == 0
    assert any("(16.3)" in each for each in frame.loc["annotator", "missing"])
    assert careers.covered(["12.2", "16.3"]).loc["annotator", "covered"] == 1
    everything = careers.covered(TASKS | {check for skill in DATA["skill"] for check in skill["checks"]})
    assert (everything["covered"] == everything["skills"]).all()
    assert not any(everything["missing"])


def test_without_checks_named_the_learners_own_progress_is_read_and_nothing_is_stored(monkeypatch, tmp_path):
    from course_lib import progress

    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path))
    assert careers.covered()["covered"].sum() == 0
    careers.covered_html()
    careers.role_html("lead")
    assert list(tmp_path.iterdir()) == []
    progress.record_check("16.1")
    assert careers.covered().loc["annotator", "covered"] == 1


def test_the_chart_says_what_it_is_and_promises_nothing():
    page, text = careers.covered_html(["16.1"])
    for form in (page, text):
        assert "Covered by your passed checks" in form
        assert "nothing about a job" in form
        assert not re.search(r"readi|ready|qualif|certif|score", form)
    for role in DATA["role"]:
        assert f"{role['name']}: " in text


def test_the_chart_has_no_width_of_its_own_and_its_bars_are_said_in_words():
    page, _ = careers.covered_html(["16.1"])
    assert not re.search(r"(?<!max-)width:\s*[\d.]+(px|em|rem|vw|ch)|nowrap|min-width", page)
    assert page.count('aria-hidden="true"') == len(DATA["role"])
    assert page.count(" skills") >= len(DATA["role"])


def test_a_page_is_written_only_where_it_is_asked_for(tmp_path):
    path = careers.save_covered(tmp_path / "covered.html", ["16.1"])
    text = path.read_text(encoding="utf-8")
    assert 'name="viewport"' in text
    assert "Still open" in text
    assert list(tmp_path.iterdir()) == [path]
    for wrong in (tmp_path / "covered.txt", tmp_path / "none" / "covered.html"):
        with pytest.raises(ValueError, match=r"path must end in \.html"):
            careers.save_covered(wrong)


def test_the_list_of_roles_changes_what_is_shown(monkeypatch):
    import IPython.display

    shown = []
    monkeypatch.setattr(IPython.display, "display", shown.append)
    careers.choose_role("lead")
    menu, page = shown[0].children
    assert page.value == careers.role_html("lead")[0]
    for role in DATA["role"]:
        menu.value = role["id"]
        assert page.value == careers.role_html(role["id"])[0]


@pytest.mark.parametrize("call", [lambda: careers.role_html("boss"), lambda: careers.hours("boss")])
def test_unknown_role(call):
    with pytest.raises(ValueError, match="role must be one of annotator"):
        call()


def test_unknown_kind():
    with pytest.raises(ValueError, match="kind must be one of mechanism"):
        careers.table("jobs")


# The sentences usually heard ------------------------------------------------------------------------------------------

CLAIMS = common_claims.common_claims()


def test_the_page_is_the_one_that_the_texts_give():
    stored = (ROOT / "docs/common-claims.md").read_text(encoding="utf-8")
    assert stored == common_claims.markdown(), "run `python -m course_lib.common_claims`"


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim["id"])
def test_each_sentence_has_a_verdict_and_a_lesson_that_shows_it(claim):
    assert claim["verdict"] in common_claims.VERDICTS
    assert claim["shown_in"]
    assert set(claim["shown_in"]) <= LESSONS.keys()
    assert claim["shown_in"] == sorted(claim["shown_in"])
    assert 60 < len(claim["because"]) < 500
    for number in claim["shown_in"]:
        assert (ROOT / "notebooks" / f"{LESSONS[number]}.ipynb").exists()


def test_no_sentence_stands_twice_and_every_verdict_is_used():
    assert len({claim["id"] for claim in CLAIMS}) == len({claim["sentence"] for claim in CLAIMS}) == len(CLAIMS)
    assert {claim["verdict"] for claim in CLAIMS} == common_claims.VERDICTS.keys()
    heard = " ".join(claim["sentence"] for claim in CLAIMS)
    for words in ("free from privacy concerns", "perfectly labelled", "overfit to synthetic biases"):
        assert words in heard
    assert "inevitably decrease" in heard


def test_a_table_of_some_sentences():
    table = common_claims.claims_table("labels", "privacy")
    assert table["verdict"].tolist() == ["half", "wrong"]
    assert len(common_claims.claims_table()) == len(CLAIMS)
    with pytest.raises(ValueError, match="ids must be among"):
        common_claims.claims_table("none")


def test_the_command_writes_the_page(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(common_claims, "__file__", str(tmp_path / "course_lib" / "common_claims.py"))
    (tmp_path / "docs").mkdir()
    common_claims.main()
    assert (tmp_path / "docs/common-claims.md").read_text(encoding="utf-8") == common_claims.markdown()
    assert "21 sentences" in capsys.readouterr().out
