"""What a learner has done: passed checks, predictions and quiz answers, kept in one small file of their own.

The file lies in the user's data folder, never in the repository; the environment variable `COURSE_PROGRESS` names
another folder. Each entry carries its time and is never changed, so two kernels, or two computers, are merged by
taking every entry of both. What cannot be written stays in this process and is tried again with the next entry.
"""

import json
import math
import numbers
import os
import re
import tempfile
import warnings
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

__all__ = [
    "answers",
    "export_progress",
    "import_progress",
    "outcomes",
    "passed_checks",
    "prediction",
    "predictions",
    "progress_file",
    "read_progress",
    "record_answer",
    "record_check",
    "record_outcome",
    "record_prediction",
]

SCHEMA = 1
_ENTRY = {  # what an entry of each kind holds
    "checks": {"at": str},
    "predictions": {"at": str, "value": float | int | str | list},
    "answers": {"at": str, "choice": str, "correct": bool},
    "outcomes": {"at": str, "value": float | int | str | list, "question": str, "span": float | int},
}
_LATER = {"outcomes"}  # kinds that files of earlier versions lack

_unsaved = {}  # by file: entries that could not be written
_warned = set()


def record_check(id):
    """Keep that the check `id` (such as "01.2") was passed; only the first time counts."""
    if id not in passed_checks():
        _record("checks", id, {})


def passed_checks():
    """Return the ids of the checks passed so far, sorted."""
    return sorted(_state()["checks"])


def record_prediction(id, value):
    """Keep a prediction; the same value again is not a new prediction.

    Parameters
    ----------
    id : str
        The question, such as "01.spread".
    value : float, int, str or list of numbers
        A curve is the list of its heights.

    Raises
    ------
    ValueError
        If `id` is not two digits, a dot and a name, or `value` is no finite number, no list of some, and no text.
    """
    value = _as_value(value)
    if prediction(id) != value:
        _record("predictions", id, {"value": value})


def prediction(id):
    """Return the last prediction kept for the question `id`, or None."""
    return predictions().get(id, [None])[-1]


def predictions():
    """Return every prediction kept: a dict from a question's id to its values, the first one first."""
    return {id: [entry["value"] for entry in entries] for id, entries in _state()["predictions"].items()}


def record_outcome(id, value, *, question, span):
    """Keep what came out where something was predicted; the same outcome again is not kept twice.

    Parameters
    ----------
    id : str
        The question, such as "01.spread".
    value : float, int, str or list of numbers
    question : str
        As it was asked.
    span : float
        The width of the range that was asked for; 0 where one of several texts was.

    Raises
    ------
    ValueError
        As in `record_prediction`.
    """
    entry = {"value": _as_value(value), "question": str(question), "span": float(span)}
    kept = outcomes().get(id, {})
    if {key: kept.get(key) for key in entry} != entry:
        _record("outcomes", id, entry)


def outcomes():
    """Return the last outcome of every question that was predicted: from its id to `value`, `question` and `span`."""
    return {id: entries[-1] for id, entries in _state()["outcomes"].items()}


def record_answer(id, choice, correct):
    """Keep the answer `choice` (a letter) to the quiz question `id`, and whether it was right."""
    _record("answers", id, {"choice": str(choice), "correct": bool(correct)})


def answers():
    """Return every answer kept: a dict from a quiz question's id to pairs (choice, correct), the first one first."""
    return {
        id: [(entry["choice"], entry["correct"]) for entry in entries] for id, entries in _state()["answers"].items()
    }


def export_progress(path):
    """Write all that is kept to the file `path`, to be taken to another computer, and return where it lies.

    Raises
    ------
    ValueError
        If there is no folder for the file to lie in.
    """
    path = Path(path).expanduser().absolute()
    if not path.parent.is_dir():
        raise ValueError(f"path must name a file in a folder that exists; there is no {path.parent}")
    _write(path, _state())
    return path


def import_progress(path):
    """Add what an exported file holds to what is kept here; nothing kept here is lost.

    Raises
    ------
    ValueError
        If the file is not one that `export_progress` wrote.
    FileNotFoundError
        If there is no such file.
    """
    state = read_progress(path)
    file = progress_file()
    _unsaved[file] = _merge(_unsaved.get(file, _empty()), state)
    _save(file)


def read_progress(path):
    """Return what a file that `export_progress` wrote holds, and add it to nothing.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    dict
        `checks`, `predictions` and `answers`: each a dict from ids, such as "01.2", to entries in order of time. An
        entry is a dict: `at`, the time, and for a prediction its `value`, for an answer its `choice` and `correct`.

    Raises
    ------
    ValueError
        If the file is not one that `export_progress` wrote.
    FileNotFoundError
        If there is no such file.
    """
    try:
        return _read(Path(path).expanduser())
    except (_Damaged, _Newer) as error:
        raise ValueError(f"path must name a file that export_progress wrote; {path} {error}") from None


class _Damaged(Exception):
    """The file is not a progress file."""


class _Newer(Exception):
    """The file is a progress file of a later version of the course."""


def progress_file():
    """Return where progress is kept, or None where the user has no home."""
    folder = os.environ.get("COURSE_PROGRESS")
    if not folder:
        import platformdirs

        try:
            folder = platformdirs.user_data_dir("synthetic-data-course", appauthor=False)
        except RuntimeError:  # no home
            return None
    folder = os.path.expanduser(folder)
    # Where older platformdirs finds no home, "~" stays: no folder of that name must appear in the current one.
    return None if folder.startswith("~") else Path(folder).absolute() / "progress.json"


def _empty():
    return {kind: {} for kind in _ENTRY}


def _merge(first, second):
    """Return every entry of both, each once, by time."""
    merged = _empty()
    for kind, by_id in merged.items():
        for id in [*first[kind], *second[kind]]:
            entries = list(first[kind].get(id, []))
            entries += [entry for entry in second[kind].get(id, []) if entry not in entries]
            by_id[id] = sorted(entries, key=lambda entry: entry["at"])
    return merged


def _state():
    """Return what the file holds together with what could not be written to it."""
    file = progress_file()
    unsaved = _unsaved.get(file, _empty())
    if file is None:
        return unsaved
    try:
        return _merge(_read(file), unsaved)
    except FileNotFoundError:
        pass
    except _Damaged:
        _save(file)
    except (OSError, _Newer) as error:
        _warn(file, error)
    return unsaved


def _record(kind, id, entry):
    entry = {"at": datetime.now(UTC).isoformat(timespec="microseconds"), **entry}
    file = progress_file()
    _unsaved[file] = _merge(_unsaved.get(file, _empty()), {**_empty(), kind: {as_id(id): [entry]}})
    _save(file)


def _save(file):
    """Write what is not yet written, beside whatever another kernel has written meanwhile."""
    if file is None:
        _warn(file, "has no place: no home folder was found")
        return
    from filelock import FileLock

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{file}.lock", timeout=5):
            stored = _empty()
            with suppress(FileNotFoundError):
                stored = _read_or_set_aside(file)
            _write(file, _merge(stored, _unsaved.get(file, _empty())))
    except (OSError, _Newer) as error:  # a lock that stays taken raises a TimeoutError, which is an OSError
        _warn(file, error)
    else:
        _unsaved.pop(file, None)


def _read_or_set_aside(file):
    try:
        return _read(file)
    except _Damaged as error:
        aside = file.with_name(f"progress-damaged-{datetime.now():%Y%m%d-%H%M%S-%f}.json")
        os.replace(file, aside)
        message = f"Your progress file {file} {error}. It is now called {aside.name}, and a new one was begun."
        warnings.warn(message, stacklevel=2)
        return _empty()


def _read(path):
    try:
        return _validated(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:  # not JSON, or not UTF-8
        raise _Damaged(f"cannot be read as JSON ({error})") from None


def _write(path, state):
    """Write all or nothing: a reader, or a crash, sees the old file or the new one."""
    text = json.dumps({"schema": SCHEMA, **state}, indent=1, ensure_ascii=False)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix="progress-", suffix=".tmp")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _validated(content):
    if not isinstance(content, dict) or not isinstance(content.get("schema"), int):
        raise _Damaged("is not a progress file")
    if content["schema"] > SCHEMA:
        raise _Newer(f"was written by a later version of the course (schema {content['schema']}, here {SCHEMA})")
    try:
        for kind, holds in _ENTRY.items():
            for id, entries in _kind(content, kind).items():
                as_id(id)
                if not entries or not all(_fits(entry, holds) for entry in entries):
                    raise ValueError(f"{id} among the {kind} holds {entries!r}")
        return {kind: _kind(content, kind) for kind in _ENTRY}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _Damaged(f"is not a progress file ({error!r})") from None


def _kind(content, kind):
    return content.get(kind, {}) if kind in _LATER else content[kind]


def _fits(entry, holds):
    datetime.fromisoformat(entry["at"])
    if "value" in entry:
        _as_value(entry["value"])
    return entry.keys() == holds.keys() and all(isinstance(entry[key], kind) for key, kind in holds.items())


def as_id(id):
    """Return `id` if it is a lesson's number, a dot and a name, or raise ValueError."""
    if not isinstance(id, str) or not re.fullmatch(r"\d\d\.\w+", id):
        raise ValueError(f'id must be a lesson\'s number, a dot and a name, such as "01.spread"; got {id!r}')
    return id


def _as_value(value):
    if isinstance(value, str):
        return value
    if isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value):
        return int(value) if isinstance(value, numbers.Integral) else float(value)
    if isinstance(value, list | tuple) and value and not any(isinstance(each, str | list | tuple) for each in value):
        return [_as_value(each) for each in value]
    raise ValueError(f"value must be a finite number, a list of some, or a text, got {value!r}")


def _warn(file, problem):
    """Say once what is wrong with the progress file; the lesson goes on."""
    # The error's own text may hold the name of a temporary file, which is another one each time.
    problem = f"cannot be used: {problem.strerror or problem}" if isinstance(problem, OSError) else problem
    which = f"Your progress file {file}" if file else "Your progress file"
    message = f"{which} {problem}. Until that changes, progress is kept for this session only."
    if message not in _warned:
        _warned.add(message)
        warnings.warn(message, stacklevel=2)
