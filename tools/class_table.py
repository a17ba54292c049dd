"""
Gather the progress files that a class has handed in, and show in tables where the class stands.

    python tools/class_table.py FOLDER                     every file *.json in the folder and below it
    python tools/class_table.py FOLDER --route half-day    only the lessons of this route
    python tools/class_table.py FOLDER --csv class.csv     also writes the table of learners as a file
    python tools/class_table.py FOLDER --names             shows the files' names in place of numbers

A learner writes such a file with `export_progress` (course_lib/progress.py); it holds no name. Learners get numbers, in
an order that says nothing about the names of their files. In a small class somebody may be known by a number all the
same: show tables of single learners to nobody but those who teach.

A file that cannot be read is named, and left out; so is one that holds the same as another. If any could not be read,
the exit status is 1.
"""

import argparse
import hashlib
import json
import sys
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from make_workshop import route_named

from course_lib.intuition import intuition
from course_lib.lesson import TEXTS
from course_lib.progress import read_progress

KINDS = ("checks", "predictions", "answers")


def gather(paths: list[Path], *, names: bool = False) -> tuple[dict, list[str], list[str]]:
    """
    Return the progress of each learner, and what had to be left out.

    Parameters
    ----------
    paths : list of Path
        Files, or folders in which every file *.json is taken.
    names : bool
        Whether learners are called by the paths of their files, without ending, and not by numbers.

    Returns
    -------
    learners : dict
        From a number, or a name, to what `read_progress` returns.
    damaged, repeated : list of str
        For each file that was left out its path and the reason.
    """
    files = [file for path in paths for file in (sorted(path.rglob("*.json")) if path.is_dir() else [path])]
    found, damaged, repeated = {}, [], []
    for path in dict.fromkeys(files):
        try:
            state = read_progress(path)
        except (OSError, ValueError) as error:
            reason = str(error).removeprefix(f"path must name a file that export_progress wrote; {path} ")
            damaged.append(f"{path}: {reason}")
            continue
        # Entries carry their times, so equal files are one learner's; empty ones may be those of several.
        content = json.dumps(state, sort_keys=True) if any(state.values()) else str(path)
        key = hashlib.sha256(content.encode()).hexdigest()
        if key in found:
            repeated.append(f"{path}: the same as {found[key][0]}")
        else:
            found[key] = path, state
    if names:
        return {path.with_suffix("").as_posix(): state for path, state in found.values()}, damaged, repeated
    # In the order of the files' names, numbers would follow the alphabet; in that of the hashes they follow nothing.
    return {number: found[key][1] for number, key in enumerate(sorted(found), start=1)}, damaged, repeated


def tasks_and_questions(lesson: str) -> tuple[dict, dict]:
    """Return the titles of a lesson's tasks, and its quiz questions, both by id."""
    path = TEXTS / f"{lesson}.toml"
    texts = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    tasks = {f"{lesson}.{name}": task["title"] for name, task in texts.get("task", {}).items()}
    return tasks, {f"{lesson}.{name}": question for name, question in texts.get("quiz", {}).items()}


def lessons_touched(learners: dict) -> list[str]:
    """Return the numbers of the lessons in which anybody has done anything."""
    return sorted({id[:2] for state in learners.values() for kind in KINDS for id in state[kind]})


def learners_table(learners: dict, lessons: list[str]) -> pd.DataFrame:
    """
    Return one row per learner and lesson.

    Returns
    -------
    DataFrame
        learner, lesson, passed (checks), tasks (checks there are), predictions (questions answered), off (how far the
        last predictions were off, on average: 0 is exact, 1 the whole range or a wrong choice; NaN before anything
        came out), right (quiz questions whose first answer was right), answered (quiz questions answered), questions
        (quiz questions there are).
    """
    rows = []
    for learner, state in learners.items():
        errors = intuition(state).last_error
        for lesson in lessons:
            tasks, questions = tasks_and_questions(lesson)
            first = [state["answers"][id][0]["correct"] for id in questions if id in state["answers"]]
            predicted = [id for id in state["predictions"] if id.startswith(lesson)]
            passed = sum(id in state["checks"] for id in tasks)
            off = errors[errors.index.str.startswith(lesson)].mean() if len(errors) else np.nan
            counts = (passed, len(tasks), len(predicted), off, sum(first), len(first), len(questions))
            rows.append((learner, lesson, *counts))
    columns = ["learner", "lesson", "passed", "tasks", "predictions", "off", "right", "answered", "questions"]
    return pd.DataFrame(rows, columns=columns)


def class_tables(learners: dict, lessons: list[str]) -> dict[str, pd.DataFrame]:
    """Return what the class as a whole has done: tasks passed, predictions made, quiz answers; by heading."""
    n, tasks, predictions, quiz = len(learners), [], [], []
    everybody = pd.concat([intuition(state) for state in learners.values()])
    for lesson in lessons:
        titles, questions = tasks_and_questions(lesson)
        for id, title in titles.items():
            tasks.append((id, title, f"{sum(id in state['checks'] for state in learners.values())} of {n}"))
        asked = sorted({id for state in learners.values() for id in state["predictions"] if id.startswith(lesson)})
        for id in asked:
            last = [state["predictions"][id][-1]["value"] for state in learners.values() if id in state["predictions"]]
            came_out = everybody[everybody.index == id]
            truth = came_out.truth.mode()[0] if len(came_out) else "not yet run"
            off = f"{came_out.last_error.median():.2f}" if len(came_out) else ""
            predictions.append((id, len(last), say(last), truth, off))
        for id, question in questions.items():
            first = [state["answers"][id][0] for state in learners.values() if id in state["answers"]]
            wrong = Counter(each["choice"] for each in first if each["choice"] != question["correct"])
            if first:
                often = ", ".join(f"{choice} {count} times" for choice, count in sorted(wrong.items()))
                quiz.append((id, f"{sum(each['correct'] for each in first)} of {len(first)}", often))
    return {
        "Tasks": pd.DataFrame(tasks, columns=["task", "title", "passed by"]),
        "Predictions": pd.DataFrame(
            predictions, columns=["question", "answered by", "last answers", "came out", "off by"]
        ),
        "Quiz, first answers": pd.DataFrame(quiz, columns=["question", "right", "wrong"]),
    }


def say(values: list) -> str:
    """Return the answers to one question in words: quartiles of numbers, counts of texts, the middle of curves."""
    if all(isinstance(value, int | float) for value in values):
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
        return f"middle {middle:g}, half of them from {low:g} to {high:g}"
    if all(isinstance(value, list) and len(value) == len(values[0]) for value in values):
        return "middle " + ", ".join(f"{height:g}" for height in np.median(values, axis=0))
    return ", ".join(f"{value} ({count})" for value, count in Counter(map(str, values)).most_common())


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--names", action="store_true")
    parser.add_argument("--route")
    parser.add_argument("--csv", type=Path)
    options = parser.parse_args(arguments)
    learners, damaged, repeated = gather(options.paths, names=options.names)
    for line in damaged + repeated:
        print(f"left out: {line}", file=sys.stderr)
    if not learners:
        print("There is no progress file that can be read.", file=sys.stderr)
        return 1
    try:
        lessons = route_named(options.route)["lessons"] if options.route else lessons_touched(learners)
    except ValueError as error:
        parser.error(str(error))
    table = learners_table(learners, lessons)
    said = table.assign(done=table.passed.astype(str) + "/" + table.tasks.astype(str))[table.tasks > 0]
    print(f"{len(learners)} learner{'s' * (len(learners) > 1)}. Checks passed, of the tasks of each lesson:\n")
    print(said.pivot(index="learner", columns="lesson", values="done").to_string() if len(said) else "none")
    for heading, rows in class_tables(learners, lessons).items():
        if len(rows):
            print(f"\n{heading}\n\n{rows.to_string(index=False)}")
    if options.csv:
        table.to_csv(options.csv, index=False)
        print(f"\n{options.csv}: {len(table)} rows")
    return int(bool(damaged))


if __name__ == "__main__":
    sys.exit(main())
