"""What a workshop's kit has of its own: the README.md that its learners read, and a Makefile that sets it up."""

import re
import tomllib

from notebook_files import ROOT

from course_lib.syllabus import syllabus

# The paragraphs of the course's Makefile that `make lab` needs, each by what it holds.
NEEDED = [
    "PYTHON ?=",
    "NEEDS :=",
    "define INSTALL",
    "help:",
    "lab:",
    "AS_ROOT =",
    "define ENVIRONMENT",
    "installed-lab:",
]
HEAD = "# `make lab` sets this workshop up and opens it. On Windows use the lines of README.md."

README = """\
# {title}

A kit from the course *Synthetic data and model collapse*. These are its lessons, in order:

| Lesson | Question | Reading |
|---|---|---|
{lessons}
{missing}
## Before the day

You need Python {python} or newer, 2 GB of disk, and a few minutes for the installation. In this folder:

```sh
make lab
```

It makes an environment in `.venv`, installs what the lessons need, and opens JupyterLab on the first lesson; the second
time it only opens it. Without make, on Linux or macOS:

```sh
{unix}
```

On Windows, in PowerShell (where `python` is not found, write `py`):

```powershell
{windows}
```

From the second time on the last line is enough. The first cells of lesson 00 say OK or FAIL for everything that the
lessons need, and how to mend it. Run them before the day, and tell whoever teaches what they say.

## On the day

{how}

Where a lesson asks you to predict, answer before you run on, with a wild guess if you have no other. The figure that
answers the question shows what you said. Nobody else sees it.

## If you are asked for your progress

Your predictions, your answers and the checks that you passed are kept on your computer, outside this folder. You may
hand them in, or not. This line writes them to a file, which holds no name:

```sh
.venv/bin/python -c "from course_lib.progress import export_progress; export_progress('my-progress.json')"
```

(On Windows the first word is `.venv\\Scripts\\python`.) Open the file and read it before you hand it in.

## What is not in here

The other lessons, and a solution for each exercise: {address}

Code under the [BSD 3-Clause License](LICENSE), lessons under [CC BY 4.0](LICENSE-lessons).
"""

WITH_CODE = """\
A notebook is a page of cells; Shift+Enter runs one and goes to the next. Run them in order. You answer the exercises in
place, in the folder `exercises`. `check(...)` says in words what your code does, as often as you like; `hint("01.2")`
gives three hints of growing strength."""

WITHOUT_CODE = """\
You will not write code. A notebook is a page of cells; those that compute are folded away and cannot be changed by
accident: of each you see a grey bar with its first line and three dots. Go through the page with Shift+Enter, which
runs a cell and moves on to the next one: text, questions, figures and sliders are all there is to see. (If a text turns
into its source after a double click, Shift+Enter turns it back.) A click on the dots unfolds a cell, if you are
curious. There are no exercises here, and where a text speaks of one, read on."""


def readme(route: dict, lessons: list[str], course_readme: str, *, with_code: bool) -> str:
    """
    Return the README.md of a route's kit.

    Parameters
    ----------
    route : dict
        An entry `route` of the syllabus.
    lessons : list of str
        The names of the lessons in the kit, in order.
    course_readme : str
        The course's own README.md, for its lines of set-up.
    """
    known = {lesson["name"]: lesson for part in syllabus()["part"] for lesson in part["lessons"]}
    rows = []
    for name in lessons:
        lesson = known[name]
        minutes = f"{lesson['reading']} min" if "reading" in lesson else ""
        rows.append(f"| [{name[:2]} · {lesson['title']}](notebooks/{name}.ipynb) | {lesson['question']} | {minutes} |")
    absent = [number for number in route["lessons"] if number not in {name[:2] for name in lessons}]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return README.format(
        title=route["title"],
        lessons="\n".join(rows),
        missing=f"\nIn preparation, and not in this kit: {', '.join(absent)}.\n" if absent else "",
        python=project["requires-python"].removeprefix(">="),
        unix=_lines(course_readme, "### On Linux or macOS", "sh"),
        windows=_lines(course_readme, "### On Windows", "powershell"),
        how=WITH_CODE if with_code else WITHOUT_CODE,
        address=project["urls"]["Repository"],
    )


def _lines(text: str, heading: str, language: str) -> str:
    """Return the first block of commands below a heading."""
    return re.search(rf"```{language}\n(.*?)\n```", text[text.index(heading) :], re.DOTALL)[1]


def makefile(course_makefile: str) -> str:
    """
    Return a Makefile with `make lab`, and without what needs tests, tools or solutions.

    Raises
    ------
    ValueError
        If the course's Makefile no longer has one of the paragraphs that this needs.
    """
    paragraphs = re.split(r"\n{2,}", course_makefile)
    kept = [HEAD]
    for mark in NEEDED:
        found = [
            each for each in paragraphs if any(line.startswith(mark) or f"/{mark}" in line for line in each.split("\n"))
        ]
        if not found:
            raise ValueError(f"the Makefile has no paragraph with a line that begins with {mark!r}")
        kept += [found[0]]
    return "\n\n".join([kept[0], ".PHONY: help lab", *kept[1:]]) + "\n"
