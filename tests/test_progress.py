"""The learner's progress file: what is kept, merged, set aside, and what happens where nothing can be kept."""

import errno
import json
import subprocess
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path

import pytest

from course_lib import progress


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Return an empty folder for the progress file; nothing is left over from another test."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress"))
    monkeypatch.setattr(progress, "_unsaved", {})
    monkeypatch.setattr(progress, "_warned", set())
    return tmp_path / "progress"


@contextmanager
def no_warning():
    """Turn every warning into an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.fixture
def quiet():
    """Let the whole test run without a warning."""
    with no_warning():
        yield


def forget():
    """Do as a new kernel does: know only what is in the file."""
    progress._unsaved.clear()
    progress._warned.clear()


@pytest.mark.usefixtures("quiet")
def test_an_empty_folder_knows_nothing_and_is_not_touched(folder):
    assert progress.passed_checks() == []
    assert progress.prediction("01.spread") is None
    assert progress.predictions() == {}
    assert progress.answers() == {}
    assert not folder.exists()


@pytest.mark.usefixtures("quiet")
def test_what_is_kept_is_there_in_the_next_kernel():
    progress.record_check("01.2")
    progress.record_check("01.10")
    progress.record_check("01.2")
    progress.record_prediction("01.spread", 0.6)
    progress.record_prediction("01.which", "the median")
    progress.record_answer("01.q1", "a", False)
    progress.record_answer("01.q1", "b", True)
    forget()
    assert progress.passed_checks() == ["01.10", "01.2"]
    assert progress.prediction("01.spread") == 0.6
    assert progress.prediction("01.which") == "the median"
    assert progress.answers() == {"01.q1": [("a", False), ("b", True)]}


def test_predictions_are_kept_in_order_and_the_same_again_is_not_a_new_one():
    for value in (0.9, 0.9, 0.5, 0.5, 0.9):
        progress.record_prediction("01.spread", value)
    assert progress.predictions() == {"01.spread": [0.9, 0.5, 0.9]}
    assert progress.prediction("01.spread") == 0.9


def test_a_curve_is_a_list_of_numbers():
    progress.record_prediction("01.curve", (1, 0.5))
    assert progress.prediction("01.curve") == [1, 0.5]


def test_the_last_outcome_is_kept_with_its_question(folder):
    for value in (0.3, 0.3, 0.4):
        progress.record_outcome("01.spread", value, question="How much?", span=2)
    kept = progress.outcomes()["01.spread"]
    assert (kept["value"], kept["question"], kept["span"]) == (0.4, "How much?", 2)
    entries = json.loads((folder / "progress.json").read_text(encoding="utf-8"))["outcomes"]["01.spread"]
    assert [entry["value"] for entry in entries] == [0.3, 0.4]


def test_a_file_from_before_outcomes_were_kept_is_read(folder):
    progress.record_prediction("01.spread", 0.5)
    file = folder / "progress.json"
    old = json.loads(file.read_text(encoding="utf-8"))
    del old["outcomes"]
    file.write_text(json.dumps(old), encoding="utf-8")
    assert progress.prediction("01.spread") == 0.5
    assert progress.outcomes() == {}


@pytest.mark.parametrize("id", ["spread", "1.spread", "01.", "01", "../01.spread", 1, None])
def test_bad_id(id):
    with pytest.raises(ValueError, match="id must be a lesson's number"):
        progress.record_check(id)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), True, None, [], ["a"], [[0.5]], [0.5, float("nan")], b"x"]
)
def test_bad_prediction(value):
    with pytest.raises(ValueError, match="value must be a finite number, a list of some, or a text"):
        progress.record_prediction("01.spread", value)
    assert progress.predictions() == {}


def test_numpy_numbers_are_kept_as_numbers(folder):
    import numpy as np

    progress.record_prediction("01.spread", np.float64(0.5))
    progress.record_prediction("01.count", np.int64(3))
    forget()
    assert progress.predictions() == {"01.spread": [0.5], "01.count": [3]}


def test_the_file_stays_out_of_the_repository(monkeypatch):
    monkeypatch.delenv("COURSE_PROGRESS")
    repository = Path(progress.__file__).parent.parent
    file = progress.progress_file()
    assert file.is_absolute()
    assert repository not in file.parents
    assert file.parent.name == "synthetic-data-course"


@pytest.mark.usefixtures("quiet")
def test_kernels_that_write_at_once_lose_nothing():
    code = (
        "import sys, warnings; warnings.simplefilter('error')\n"
        "from course_lib import progress\n"
        "for i in range(25): progress.record_answer(f'01.q{i}', sys.argv[1], True)\n"
    )
    kernels = [subprocess.Popen([sys.executable, "-c", code, letter]) for letter in "abc"]
    assert [kernel.wait(timeout=120) for kernel in kernels] == [0, 0, 0]
    kept = progress.answers()
    assert len(kept) == 25
    for entries in kept.values():
        assert sorted(entries) == [("a", True), ("b", True), ("c", True)]


# Taking it along ------------------------------------------------------------------------------------------------------


def test_export_and_import_merge_by_time_and_importing_twice_changes_nothing(tmp_path, monkeypatch):
    progress.record_prediction("01.spread", 0.9)
    progress.record_check("01.1")
    exported = progress.export_progress(tmp_path / "mine.json")

    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "other computer"))
    progress.record_prediction("01.spread", 0.4)
    progress.record_check("01.2")
    for _ in range(2):
        progress.import_progress(exported)
        forget()
        assert progress.predictions() == {"01.spread": [0.9, 0.4]}
        assert progress.passed_checks() == ["01.1", "01.2"]


def test_reading_a_file_adds_it_to_nothing(tmp_path, folder):
    progress.record_check("01.1")
    exported = progress.export_progress(tmp_path / "mine.json")
    (folder / "progress.json").unlink()
    held = progress.read_progress(exported)
    assert list(held["checks"]) == ["01.1"]
    assert held["predictions"] == held["answers"] == {}
    assert progress.passed_checks() == []
    exported.write_text("[]")
    with pytest.raises(ValueError, match="export_progress wrote"):
        progress.read_progress(exported)


def test_export_needs_a_folder(tmp_path):
    with pytest.raises(ValueError, match="folder that exists"):
        progress.export_progress(tmp_path / "nowhere" / "mine.json")


def test_import_of_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        progress.import_progress(tmp_path / "nothing.json")


AT = "2026-01-01T00:00:00+00:00"


def content(**kinds):
    return {"schema": 1, "checks": {}, "predictions": {}, "answers": {}} | kinds


DAMAGED = {
    "empty": "",
    "cut off": '{"schema": 1, "checks": {',
    "not UTF-8": b"\xff\xfe\x00",
    "a list": "[]",
    "no schema": "{}",
    "a kind is missing": json.dumps({"schema": 1}),
    "bad id": json.dumps(content(checks={"spread": [{"at": AT}]})),
    "no entries": json.dumps(content(predictions={"01.spread": []})),
    "entries of another shape": json.dumps(content(predictions={"01.spread": {"at": AT, "value": 1}})),
    "no time": json.dumps(content(predictions={"01.spread": [{"value": 0.5}]})),
    "bad time": json.dumps(content(predictions={"01.spread": [{"at": "yesterday", "value": 0.5}]})),
    "bad value": json.dumps(content(predictions={"01.spread": [{"at": AT, "value": ["a"]}]})),
    "a key too many": json.dumps(content(checks={"01.1": [{"at": AT, "name": "Ada"}]})),
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_import_refuses_what_is_not_a_progress_file(tmp_path, text):
    path = tmp_path / "mine.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match="export_progress wrote"):
        progress.import_progress(path)
    assert progress.predictions() == {}


# When the file is no good, or cannot be written -----------------------------------------------------------------------


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_set_aside_and_a_new_one_begun(folder, text):
    damaged = text if isinstance(text, bytes) else text.encode()
    folder.mkdir()
    (folder / "progress.json").write_bytes(damaged)
    with pytest.warns(UserWarning, match="It is now called progress-damaged-"):
        assert progress.passed_checks() == []
    with no_warning():
        progress.record_check("01.1")
    assert [path.read_bytes() for path in folder.glob("progress-damaged-*.json")] == [damaged]
    forget()
    assert progress.passed_checks() == ["01.1"]


def test_a_file_of_a_later_course_is_left_alone(folder):
    later = json.dumps({"schema": 2, "badges": []})
    folder.mkdir()
    (folder / "progress.json").write_text(later)
    with pytest.warns(UserWarning, match="later version of the course"):
        progress.record_check("01.1")
    with no_warning():
        assert progress.passed_checks() == ["01.1"]
    assert (folder / "progress.json").read_text() == later


def test_what_could_not_be_written_is_written_when_it_can_be_again(folder, monkeypatch):
    progress.record_check("01.1")

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(progress.os, "fsync", full)
        with pytest.warns(UserWarning, match="No space left on device"):
            progress.record_check("01.2")
        with no_warning():
            progress.record_prediction("01.spread", 0.5)
        assert progress.passed_checks() == ["01.1", "01.2"]
    assert sorted(path.name for path in folder.iterdir()) == ["progress.json", "progress.json.lock"]
    progress.record_check("01.3")
    forget()
    assert progress.passed_checks() == ["01.1", "01.2", "01.3"]
    assert progress.prediction("01.spread") == 0.5


def test_a_folder_that_cannot_be_made_warns_once(tmp_path, monkeypatch):
    # A file stands where the folder should be: this fails for every user, while root may write to a read-only folder.
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "file" / "progress"))
    with pytest.warns(UserWarning, match="kept for this session only"):
        progress.record_prediction("01.spread", 0.5)
    with no_warning():
        progress.record_check("01.1")
        assert progress.prediction("01.spread") == 0.5


def data_folder_unknown(*_, **__):
    raise RuntimeError("could not determine the home directory")


def data_folder_unexpanded(*_, **__):
    return "~/.local/share/synthetic-data-course"


@pytest.mark.parametrize("data_folder", [data_folder_unknown, data_folder_unexpanded])
def test_without_a_home_nothing_is_written_to_the_current_folder(tmp_path, monkeypatch, data_folder):
    """Both ways in which releases of platformdirs answer where there is no home."""
    monkeypatch.delenv("COURSE_PROGRESS")
    monkeypatch.setattr("platformdirs.user_data_dir", data_folder)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    monkeypatch.chdir(tmp_path)
    with pytest.warns(UserWarning, match="no home folder was found"):
        progress.record_check("01.1")
    with no_warning():
        progress.record_check("01.2")
        assert progress.passed_checks() == ["01.1", "01.2"]
    assert list(tmp_path.iterdir()) == []


def test_a_crash_while_writing_leaves_the_old_file(folder, monkeypatch):
    progress.record_check("01.1")
    before = (folder / "progress.json").read_bytes()

    def crash(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(progress.os, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        progress.record_check("01.2")
    assert (folder / "progress.json").read_bytes() == before
    assert not list(folder.glob("*.tmp"))
