"""
Write the tables of docs/teaching.md that follow from the lessons: study plan, outcomes, quiz answers, servers.

    python tools/teaching_tables.py           writes them
    python tools/teaching_tables.py --check   writes nothing; exit 1 unless they stand there as they should

They stand between the lines `<!-- table: NAME -->` and `<!-- end -->`.
"""

import argparse
import math
import re
import sys
import tomllib
from html import unescape

from measure_memory import learners_per_server
from notebook_files import ROOT, code_cells, notebooks_in, read

from course_lib.syllabus import syllabus

PAGE = ROOT / "docs/teaching.md"
MEASURED = re.compile(r"^\| lesson (\d\d) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)
PATIENCE = 120  # seconds that a class waits for one lesson without talking
HARD = 4  # tasks of this difficulty and more can wait
# Which finding of the lesson, by its first words, answers a question; of the lessons that the run sheets use.
OUTCOMES = {
    "00.colours": "Of 64 colours",
    "01.spread": "After 50 generations the median",
    "01.distance": "At generation 100 the mean squared distance",
    "01.tail": "At generation 10 the typical run",
    "01.archive": "With one archived patient",
    "02.once": "One generation loses",
    "02.sayable": "After ten generations about half",
    "02.two": "At generation 150",
    "02.real": "With 1% real text",
    "03.accumulated": "At generation 30 the mean error",
    "03.worse": "Under replace the typical R²",
    "03.variance": "At generation 30 the bell curve",
    "05.frechet": "Two groups of 150",
    "05.tail": "With 10% of the patients missing",
    "05.copied": "Of the 15 averages",
    "05.loop": "In the kernel's loop",
    "07.listens": "In 4 of 4 networks the steadiest",
    "07.variance": "In 4 of 4 networks decoder means",
    "07.alive": "At β = 16",
    "09.first": "In all four replicates recall",
    "09.recall": "At generation 3 every replicate",
    "09.cause": "In the mean over four replicates",
    "09.diffusion": "Under replace all three",
    "10.evidence": "On the 100 real people",
    "10.three": "Of the 8 numbers",
    "10.promise": "At ε = 1 the best attack",
    "12.gap": "The error is",
    "12.equal": "5,000 pictures equal",
    "12.label": "Twelve networks",
    "12.box": "With boxes in 5%",
    "14.tenth": "With a tenth of real data the error",
    "14.weight": "The best weight",
    "14.threshold": "With the verifier",
    "14.filter": "The verified stock",
    "15.false": "By law",
    "15.mix": "Under replace",
    "15.ask": "Another branch",
    "16.hundred": "At ρ = 0.8 you still need",
    "16.ten": "Ten eights",
    "16.copies": "With 40% copies",
}


def lessons() -> list[dict]:
    """Return all lessons of the syllabus, in order, each with its `number`, its `tasks` and its `quiz`."""
    found = []
    for lesson in (each for part in syllabus()["part"] for each in part["lessons"]):
        path = ROOT / f"course_lib/texts/{lesson['name'][:2]}.toml"
        texts = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        tasks = list(texts.get("task", {}).values())
        found.append({**lesson, "number": lesson["name"][:2], "tasks": tasks, "quiz": texts.get("quiz", {})})
    return found


READY = {lesson["number"] for lesson in lessons() if "reading" in lesson}


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


def outcomes() -> str:
    """
    Return each question that a lesson asks before an experiment, with the finding that answers it.

    Raises
    ------
    ValueError
        If a question or its finding is no longer in the lesson.
    """
    rows = []
    paths = {path.name[:2]: path for path in notebooks_in(ROOT / "notebooks")}
    for id, begins in OUTCOMES.items():
        if id[:2] not in READY:
            continue
        asked, found = {}, []
        for cell in code_cells(read(paths[id[:2]])):
            html = "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)
            named = re.search(r"predict\(\s*\"(\d\d\.\w+)\"", cell.source)
            if named and (question := re.search(r"Predict\.</strong> (.*?)</p>", html)):
                asked[named[1]] = unescape(question[1])
            found += [unescape(sentence) for sentence in re.findall(r'<p class="finding"[^>]*>(.*?)</p>', html)]
        if not found:
            continue  # not yet stored as run
        answers = [sentence for sentence in found if sentence.startswith(begins)]
        if id not in asked or len(answers) != 1:
            raise ValueError(f"{id}: asked for in the lesson: {id in asked}; findings that begin so: {answers}")
        rows.append(f"| `{id}` | {asked[id]} | {answers[0]} |")
    return "\n".join(["| Key | Question | What comes out |", "|---|---|---|", *rows])


def servers(page: str) -> str:
    """Return for how many learners a server is enough, from the measurements in the page's own table."""
    rows = []
    measured = {lesson: tuple(map(int, numbers)) for lesson, *numbers in MEASURED.findall(page)}
    (light, *_), (heavy, *_, cpu_seconds) = measured["01"], measured["07"]
    for gigabytes in (8, 16, 32):
        many, fewer = learners_per_server(gigabytes, light), learners_per_server(gigabytes, heavy)
        rows.append(f"| {gigabytes} GB | {many} | {fewer} | {math.ceil(fewer * cpu_seconds / PATIENCE)} |")
    heads = [
        "| Memory | Learners in lesson 01 | Learners in lesson 07 | Cores for these, in lesson 07 |",
        "|---|---|---|---|",
    ]
    return "\n".join([*heads, *rows])


def with_tables(page: str) -> str:
    """
    Return the page with its tables as they should be.

    Raises
    ------
    ValueError
        If a table has no place in the page.
    """
    tables = {
        "study plan": study_plan,
        "outcomes": outcomes,
        "quiz answers": quiz_answers,
        "servers": lambda: servers(page),
    }
    for name, table in tables.items():
        page, count = re.subn(
            rf"(<!-- table: {name} -->\n).*?(<!-- end -->)",
            lambda place, table=table: f"{place[1]}\n{table()}\n\n{place[2]}",
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
        print("All tables are as they should be." if page == right else "A table has changed: run this without --check")
        return int(page != right)
    PAGE.write_text(right, encoding="utf-8")
    print(f"written: {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
