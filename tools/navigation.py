"""
Link the notebooks with each other, and write the table of contents into README.md, from course_lib/texts/course.toml.

    python tools/navigation.py             write what is not as it should be
    python tools/navigation.py --check     write nothing; exit 1 if anything is not as it should be

Every notebook gets the same line of links below its title and at its end: to the one before and after it in its folder,
to its lesson, exercise and solution, and to the map. These are text cells tagged "navigation"; code and outputs stay.
Exercises get theirs from tools/build_exercises.py.
"""

import argparse
import re
import sys
from collections.abc import Collection

import nbformat
from nbformat import NotebookNode
from notebook_files import ROOT, notebooks_in, read

from course_lib.syllabus import costs, syllabus

TAG = "navigation"
KINDS = {"notebooks": "lesson", "exercises": "exercise", "solutions": "solution"}
MAP = "notebooks/00_start_here.ipynb"
MAP_ANCHOR = "#The-map"
CONTENTS = re.compile(r"(<!-- contents -->\n).*?(<!-- /contents -->)", re.DOTALL)


def lessons() -> list[dict]:
    """Return all lessons of the course, in reading order."""
    return [lesson for part in syllabus()["part"] for lesson in part["lessons"]]


def links(folder: str, name: str, *, among: Collection[str] | None = None) -> str:
    """
    Return the line of links of one notebook.

    Parameters
    ----------
    folder : str
        "notebooks", "exercises" or "solutions".
    name : str
        The file's name, such as "01_gaussian_resampling.ipynb".
    among : collection of str, optional
        The paths of the notebooks that there are, where these are a part of the course.
    """

    def there(path: str) -> bool:
        return among is None or path in among

    titles = {f"{lesson['name']}.ipynb": f"{lesson['name'][:2]} {lesson['title']}" for lesson in lessons()}
    # Lesson 00 has no exercise, so exercises and solutions begin with 01.
    names = [each for each in titles if folder == "notebooks" or not each.startswith("00")]
    names = [each for each in names if there(f"{folder}/{each}")]
    place = names.index(name)
    parts = []
    if place > 0:
        parts.append(f"[← {titles[names[place - 1]]}]({names[place - 1]})")
    for other, kind in KINDS.items():
        if other != folder and not name.startswith("00") and there(f"{other}/{name}"):
            parts.append(f"[{kind}](../{other}/{name})")
    if f"{folder}/{name}" == MAP:
        parts.append(f"[map]({MAP_ANCHOR})")
    else:
        parts.append(f"[map]({'' if folder == 'notebooks' else '../notebooks/'}{names_map()}{MAP_ANCHOR})")
    if place + 1 < len(names):
        parts.append(f"[{titles[names[place + 1]]} →]({names[place + 1]})")
    return " · ".join(parts)


def names_map() -> str:
    """Return the file name of the notebook that holds the map."""
    return MAP.rpartition("/")[2]


def is_navigation(cell: NotebookNode) -> bool:
    """Tell whether a cell is one of ours."""
    return TAG in cell.metadata.get("tags", [])


def with_navigation(cells: list[NotebookNode], folder: str, name: str) -> list[NotebookNode]:
    """Return the cells with the line of links below the title and at the end, if it is a notebook of the course."""
    if name.removesuffix(".ipynb") not in {lesson["name"] for lesson in lessons()}:
        return cells
    first, *rest = (cell for cell in cells if not is_navigation(cell))
    top, end = (
        NotebookNode(
            cell_type="markdown", id=f"navigation-{place}", metadata={"tags": [TAG]}, source=links(folder, name)
        )
        for place in ("top", "end")
    )
    return [first, top, *rest, end]


def contents() -> str:
    """Return the table of contents in Markdown, with what each lesson takes."""
    rows = ["| Lesson | Question | Reading | Computing | Memory |", "|---|---|---|---|---|"]
    for part in syllabus()["part"]:
        rows.append(f"| **{part['title']}** | | | | |")
        for lesson in part["lessons"]:
            title = f"{lesson['name'][:2]} · {lesson['title']}"
            link = f"[{title}](notebooks/{lesson['name']}.ipynb)" if costs(lesson) else title
            reading, computing, memory = costs(lesson) or ("in preparation", "", "")
            rows.append(f"| {link} | {lesson['question']} | {reading} | {computing} | {memory} |")
    return "\n".join(rows) + "\n"


def wrong(*, write: bool) -> list[str]:
    """Return which files are not as they should be, and write them if asked to."""
    found = []
    for folder in ("notebooks", "solutions"):
        for path in notebooks_in(ROOT / folder):
            notebook = read(path)
            cells = with_navigation(notebook.cells, folder, path.name)
            if cells != notebook.cells:
                found.append(f"{folder}/{path.name}")
                if write:
                    notebook.cells = cells
                    nbformat.write(notebook, path)
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    new = CONTENTS.sub(lambda match: match[1] + contents() + match[2], text)
    if not CONTENTS.search(text) or new != text:
        found.append("README.md")
        if write:
            readme.write_text(new, encoding="utf-8")
    return found


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    found = wrong(write=not check)
    print("\n".join(f"{'not as it should be' if check else 'written'}: {name}" for name in found) or "All is linked.")
    return int(check and bool(found))


if __name__ == "__main__":
    sys.exit(main())
