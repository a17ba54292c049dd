"""
Write the tables of docs/teaching.md that follow from the lessons' own data: the study plan, and the quiz answers.

    python tools/teaching_tables.py           writes them
    python tools/teaching_tables.py --check   writes nothing; exit 1 unless they stand there as they should

They stand between the lines `<!-- table: NAME -->` and `<!-- end -->`.
"""

import argparse
import re
import sys
import tomllib

from notebook_files import ROOT

from course_lib.syllabus import syllabus

PAGE = ROOT / "docs/teaching.md"
HARD = 4  # tasks of this difficulty and more can wait


def lessons() -> list[dict]:
    """Return all lessons of the syllabus, in order, each with its `number`, its `tasks` and its `quiz`."""
    found = []
    for lesson in (each for part in syllabus()["part"] for each in part["lessons"]):
        path = ROOT / f"course_lib/texts/{lesson['name'][:2]}.toml"
        texts = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        tasks = list(texts.get("task", {}).values())
        found.append({**lesson, "number": lesson["name"][:2], "tasks": tasks, "quiz": texts.get("quiz", {})})
    return found


def hours(minutes: int) -> str:
    """Return minutes as hours and minutes, such as 2:05."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def study_plan() -> str:
    """Return the plan of one who studies alone: the minutes of each lesson and its tasks, and their running sum."""
    rows, so_far, without_hard = [], 0, 0
    for lesson in (each for each in lessons() if "reading" in each):
        easy = sum(task["minutes"] for task in lesson["tasks"] if task["difficulty"] < HARD)
        hard = sum(task["minutes"] for task in lesson["tasks"] if task["difficulty"] >= HARD)
        so_far += lesson["reading"] + easy + hard
        without_hard += lesson["reading"] + easy
        numbers = (lesson["reading"], easy or "", hard or "", hours(so_far))
        rows.append(f"| {lesson['number']} · {lesson['title']} | " + " | ".join(map(str, numbers)) + " |")
    missing = [lesson["number"] for lesson in lessons() if "reading" not in lesson]
    waiting = f" Lessons in preparation, not counted: {', '.join(missing)}." if missing else ""
    return "\n".join(
        [
            f"| Lesson | Reading, min | Tasks up to difficulty {HARD - 1}, min | Harder tasks, min | So far, h |",
            "|---|---|---|---|---|",
            *rows,
            "",
            f"All of it: {hours(so_far)} hours; without the harder tasks {hours(without_hard)}.{waiting}",
        ]
    )


def quiz_answers() -> str:
    """Return the right letters of each lesson's quiz."""
    rows = []
    for lesson in lessons():
        letters = [lesson["quiz"][f"q{i}"]["correct"] for i in (1, 2, 3)] if lesson["quiz"] else []
        if letters:
            rows.append(f"| {lesson['number']} | {' | '.join(letters)} |")
    return "\n".join(["| Lesson | q1 | q2 | q3 |", "|---|---|---|---|", *rows])


def with_tables(page: str) -> str:
    """
    Return the page with its tables as they should be.

    Raises
    ------
    ValueError
        If a table has no place in the page.
    """
    for name, table in (("study plan", study_plan()), ("quiz answers", quiz_answers())):
        page, count = re.subn(
            rf"(<!-- table: {name} -->\n).*?(\n<!-- end -->)",
            lambda place, table=table: f"{place[1]}\n{table}\n{place[2]}",
            page,
            flags=re.DOTALL,
        )
        if count != 1:
            raise ValueError(f"{PAGE.name} must have one place for the table {name!r}, and has {count}")
    return page


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    page = PAGE.read_text(encoding="utf-8")
    right = with_tables(page)
    if options.check:
        print(
            "Both tables are as they should be." if page == right else "A table has changed: run this without --check"
        )
        return int(page != right)
    PAGE.write_text(right, encoding="utf-8")
    print(f"written: {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
