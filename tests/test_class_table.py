"""A class's progress files in one table: right counts, no names unless asked for, damaged files named."""

import class_table
import pandas as pd
import pytest
from class_table import gather, learners_table, main, say, tasks_and_questions

from course_lib import progress

CAME_OUT = ("01.spread", 0.2, 2.0)  # what came out, and the width of the range that was asked for


@pytest.fixture
def hand_in(tmp_path, monkeypatch):
    """Return a function that writes the progress file of one learner into the class's folder."""
    folder = tmp_path / "class"
    folder.mkdir()

    def write(name, checks=(), predictions=(), answers=(), outcomes=()):
        monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / f"home of {name}"))
        monkeypatch.setattr(progress, "_unsaved", {})
        for id in checks:
            progress.record_check(id)
        for id, value in predictions:
            progress.record_prediction(id, value)
        for id, value, span in outcomes:
            progress.record_outcome(id, value, question="?", span=span)
        for id, choice, correct in answers:
            progress.record_answer(id, choice, correct)
        (folder / name).parent.mkdir(exist_ok=True)
        return progress.export_progress(folder / f"{name}.json")

    write.folder = folder
    return write


@pytest.fixture
def three(hand_in):
    hand_in("adams", ["01.1", "01.2"], [("01.spread", 0.9), ("01.spread", 0.4)], [("01.q1", "a", False)], [CAME_OUT])
    hand_in("baker", ["01.1", "02.1"], [("01.spread", 1.0), ("01.distance", "it levels off")], outcomes=[CAME_OUT])
    hand_in("clark", [], [("01.spread", 0.5)], [("01.q1", "b", True), ("01.q2", "a", False), ("01.q2", "b", True)])
    return hand_in.folder


def test_counts_are_those_of_the_files(three):
    learners, damaged, repeated = gather([three], names=True)
    assert damaged == repeated == []
    table = learners_table(learners, ["01", "02"]).set_index(["learner", "lesson"])
    assert list(table.passed) == [2, 0, 1, 1, 0, 0]
    assert set(table.xs("01", level="lesson").tasks) == {5}
    assert list(table.xs("01", level="lesson").predictions) == [1, 2, 1]
    assert table.xs("01", level="lesson").off.tolist()[:2] == pytest.approx([0.1, 0.4])
    assert table.xs("01", level="lesson").off.isna().tolist() == [False, False, True]
    assert list(table.xs("01", level="lesson").right) == [0, 0, 1]
    assert list(table.xs("01", level="lesson").answered) == [1, 0, 2]


def test_no_name_is_shown_unless_asked_for(three, tmp_path, capsys):
    target = tmp_path / "out.csv"
    assert main([str(three), "--csv", str(target)]) == 0
    said = capsys.readouterr().out + target.read_text(encoding="utf-8")
    assert not [name for name in ("adams", "baker", "clark") if name in said]
    assert set(pd.read_csv(target, dtype={"lesson": str}).learner) == {1, 2, 3}
    assert main([str(three), "--names"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ("adams", "baker", "clark"))


def test_numbers_do_not_follow_the_names(hand_in, monkeypatch):
    """Renaming the files changes no number."""
    for name in ("adams", "baker", "clark", "davis"):
        hand_in(name, ["01.1"], [("01.spread", 0.1 * len(name))])
    before, *_ = gather([hand_in.folder])
    for path in sorted(hand_in.folder.glob("*.json"), reverse=True):
        path.rename(path.with_name(f"{9 - len(list(hand_in.folder.glob('[0-9]*')))}.json"))
    after, *_ = gather([hand_in.folder])
    assert before == after
    assert list(before) == [1, 2, 3, 4]


def test_the_class_as_a_whole(three, capsys):
    assert main([str(three)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "3 learners." in said
    assert "01.1 Fit a bell curve 2 of 3" in said
    # The last prediction of each counts; 0.4 and 1.0 are off by 0.1 and 0.4 of the range, the third did not run it.
    assert "01.spread 3 middle 0.5, half of them from 0.45 to 0.75 0.2 0.25" in said
    assert "01.distance 1 it levels off (1) not yet run" in said
    assert "01.q1 1 of 2 a 1 times" in said
    assert "01.q2 0 of 1 a 1 times" in said  # the first answer counts


def test_only_the_lessons_of_a_route(three, capsys):
    assert main([str(three), "--route", "people"]) == 0
    said = capsys.readouterr().out
    assert "02.1" in said
    assert "01.1" not in said
    with pytest.raises(SystemExit):
        main([str(three), "--route", "weekend"])
    assert "one of half-day" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"{", "cannot be read as JSON"), (b"[]", "is not a progress file"), (b'{"schema": 99}', "later version")],
)
def test_a_damaged_file_is_named_and_left_out(three, content, reason, capsys):
    (three / "damaged.json").write_bytes(content)
    assert main([str(three)]) == 1
    said = capsys.readouterr()
    assert "3 learners." in said.out
    assert f"left out: {three / 'damaged.json'}: " in said.err
    assert reason in said.err


def test_a_file_that_was_handed_in_twice_counts_once(three, capsys):
    (three / "adams (1).json").write_bytes((three / "adams.json").read_bytes())
    assert main([str(three)]) == 0
    said = capsys.readouterr()
    assert "3 learners." in said.out
    assert "the same as" in said.err


def test_learners_who_have_done_nothing_count_each(hand_in):
    hand_in("adams")
    hand_in("baker")
    learners, *_ = gather([hand_in.folder])
    assert list(learners) == [1, 2]


def test_folders_of_learners_and_single_files(hand_in, capsys):
    first, second = hand_in("one/my-progress", ["01.1"]), hand_in("two/my-progress", ["01.2"])
    learners, *_ = gather([hand_in.folder], names=True)
    assert len(learners) == 2
    assert len(gather([first, second, first], names=True)[0]) == 2
    assert main([str(hand_in.folder / "three.json")]) == 1
    assert "There is no progress file" in capsys.readouterr().err


def test_tasks_of_another_version_do_not_count():
    state = {"checks": {"01.1": [{}], "01.99": [{}]}, "predictions": {}, "answers": {}, "outcomes": {}}
    assert list(learners_table({1: state}, ["01"]).passed) == [1]
    assert tasks_and_questions("99") == ({}, {})


def test_answers_in_words():
    assert say([1, 2, 3.0]) == "middle 2, half of them from 1.5 to 2.5"
    assert say([[1, 0.5], [2, 0.5], [3, 0.1]]) == "middle 2, 0.5"
    assert say(["a", "b", "a"]) == "a (2), b (1)"
    assert "class_table.py FOLDER" in class_table.__doc__
