"""What a stored notebook must be, as far as its file shows. Each rule yields the faults that it finds."""

import ast
import re
from pathlib import Path

from bs4 import BeautifulSoup
from IPython.core.inputtransformer2 import TransformerManager
from notebook_files import ROOT, code_cells, fingerprint, stderr_lines

MAX_BYTES = 600_000
MAX_LINES = 15
MIN_ALT = 20
IMAGE_DATA = re.compile(r"data:image/\w+;base64,[A-Za-z0-9+/=]+")
MACHINE_PATH = re.compile(r"/(?:root|home|work|tmp|Users|private|mnt)/|[A-Za-z]:\\\\?Users")
VERDICT = re.compile(r"(?P<task>\d\d\.\d+) .*?: (?P<state>not attempted|not yet|passed)\.")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def outputs(notebook):
    """Yield (cell number, output) of every output."""
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            yield number, output


def markdown(notebook):
    """Return the text of all markdown cells."""
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def nodes(notebook, kind):
    """Return the nodes of one kind in the syntax trees of the code cells."""
    trees = [ast.parse(TransformerManager().transform_cell(cell.source)) for cell in code_cells(notebook)]  # %magic
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, kind)]


def calls(notebook, name):
    """Return the calls of the function `name`."""
    return [node for node in nodes(notebook, ast.Call) if isinstance(node.func, ast.Name) and node.func.id == name]


def quiz_questions(notebook):
    """Return the ids of the quiz questions that the notebook asks, such as "01.q1", each once."""
    texts = [node.value for node in nodes(notebook, ast.Constant) if isinstance(node.value, str)]
    return sorted({text for text in texts if re.fullmatch(r"\d\d\.q\d+", text)} if calls(notebook, "answer") else ())


def verdicts(notebook):
    """Return what the stored outputs say of each task that a check was called for: its state, or None."""
    said = {call.args[0].value: None for call in calls(notebook, "check")}
    for _, output in outputs(notebook):
        if found := VERDICT.match(output.get("data", {}).get("text/plain", "")):
            said[found["task"]] = found["state"]
    return said


# Every lesson and every solution ----------------------------------------------------------------------------------


def one_run_from_top_to_bottom(notebook, path):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"the cells were not run once each in order, but as {counts}: `make notebooks`"


def code_is_as_run(notebook, path):
    if notebook.metadata.get("course", {}).get("ran") != fingerprint(code_cells(notebook)):
        yield "the code has changed since the stored run: `make notebooks`"


def no_errors(notebook, path):
    for number, output in outputs(notebook):
        if output.output_type == "error":
            yield f"cell {number} stores an error: {output.ename}: {output.evalue}"


def no_stderr(notebook, path):
    yield from stderr_lines(notebook)


def pictures_speak(notebook, path):
    if re.search(r"!\[|<img\b", markdown(notebook)):
        yield "a picture in a text cell, where nothing asks for its words: show it with course_lib.lesson.figure"
    for number, output in outputs(notebook):
        data = output.get("data", {})
        if bare := [kind for kind in data if kind.startswith("image/")]:
            yield f"cell {number} shows {bare} without a caption or alternative text: use course_lib.lesson.figure"
        for image in BeautifulSoup(data.get("text/html", ""), "html.parser").find_all("img"):
            figure = image.find_parent("figure")
            if figure is None:
                yield f"cell {number}: a picture outside <figure>"
            elif figure.figcaption is None or not figure.figcaption.text.strip():
                yield f"cell {number}: a figure without a caption"
            if len(image.get("alt", "").strip()) < MIN_ALT:
                yield f"cell {number}: alternative text shorter than {MIN_ALT} characters: {image.get('alt')!r}"


def small_file(notebook, path):
    size = path.stat().st_size
    if size > MAX_BYTES:
        yield f"{size:,} bytes; at most {MAX_BYTES:,}"


def short_cells(notebook, path):
    for number, cell in enumerate(notebook.cells):
        lines = [line for line in cell.source.splitlines() if not line.strip().startswith("### ")]  # marks of an answer
        if cell.cell_type == "code" and len(lines) > MAX_LINES:
            yield f"cell {number} has {len(lines)} lines of code; at most {MAX_LINES}"


def no_path_of_one_machine(notebook, path):
    texts = [(number, cell.source) for number, cell in enumerate(notebook.cells)]
    for number, output in outputs(notebook):
        texts += [
            (number, output.get("text", "")),
            *((number, str(value)) for value in output.get("data", {}).values()),
        ]
    for number, text in texts:
        if found := MACHINE_PATH.search(IMAGE_DATA.sub("", text)):
            yield f"cell {number} holds a path of one machine: {text[found.start() :][:60]!r}"


def no_control_characters(notebook, path):
    """A text written through a program that reads its backslashes: "\\varepsilon" has become a tab and "arepsilon"."""
    for number, cell in enumerate(notebook.cells):
        if found := CONTROL.search(cell.source):
            yield f"cell {number} holds the control character {found[0]!r} before {cell.source[found.end() :][:20]!r}"


def no_widget_state(notebook, path):
    if "widgets" in notebook.metadata:
        yield "the widgets' state is stored: `make notebooks`"
    for number, output in outputs(notebook):
        if any("widget" in kind for kind in output.get("data", {})):
            yield f"cell {number} stores the id of a widget that no longer exists: `make notebooks`"


def links_lead_somewhere(notebook, path):
    targets = LINK.findall(markdown(notebook))
    for _, output in outputs(notebook):
        html = BeautifulSoup(output.get("data", {}).get("text/html", ""), "html.parser")
        targets += [link["href"].split("#")[0] for link in html.find_all("a", href=True)]
    for target in targets:
        if ":" not in target and not (ROOT / path.parent.name / target).exists():
            yield f"a link to {target}, which does not exist"


# Solutions only -----------------------------------------------------------------------------------------------------


def every_check_passes(notebook, path):
    said = verdicts(notebook)
    if not said:
        yield "no check(...)"
    for task, state in said.items():
        if state != "passed":
            yield f"the check of {task} says {state!r}"


# Lessons only -------------------------------------------------------------------------------------------------------


def opens_with_title_and_times(notebook, path):
    first = notebook.cells[0]
    if first.cell_type != "markdown" or not first.source.startswith("# ") or "minutes" not in first.source:
        yield "the first cell must be markdown with a title and the minutes of reading and computing"


def set_up_is_short(notebook, path):
    lines = [line for line in code_cells(notebook)[0].source.splitlines() if line.strip()]
    if len(lines) > 4:
        yield f"the set-up cell has {len(lines)} lines; at most 4"


def asks_before_it_shows(notebook, path):
    fewest = 1 if path.name.startswith("00") else 2
    if not fewest <= (turns := len(calls(notebook, "predict"))) <= 4:
        yield f"a lesson asks for {fewest} to 4 predictions, here {turns}"


def states_findings(notebook, path):
    if not calls(notebook, "finding"):
        yield "no finding(...): what the lesson asserts must be computed"


def three_quiz_questions(notebook, path):
    asked = quiz_questions(notebook)
    if len(asked) != 3:
        yield f"a lesson asks three quiz questions with answer(...), here {asked}"


def leads_to_its_exercise(notebook, path):
    if not path.name.startswith("00") and f"](../exercises/{path.name})" not in markdown(notebook):
        yield f"no link to ../exercises/{path.name}"


def gives_references(notebook, path):
    if not re.search(r"^#+ .*\b(References|Sources)\b", markdown(notebook), re.MULTILINE):
        yield "no heading with the word References"


EVERYWHERE = [
    one_run_from_top_to_bottom,
    code_is_as_run,
    no_errors,
    no_stderr,
    pictures_speak,
    small_file,
    short_cells,
    no_path_of_one_machine,
    no_control_characters,
    no_widget_state,
    links_lead_somewhere,
]
IN_LESSONS = [
    opens_with_title_and_times,
    set_up_is_short,
    asks_before_it_shows,
    states_findings,
    three_quiz_questions,
    leads_to_its_exercise,
    gives_references,
]


IN_SOLUTIONS = [every_check_passes]


def rules_for(path: Path):
    """Return the rules that hold for the notebook at `path`."""
    return EVERYWHERE + (IN_LESSONS if path.parent.name == "notebooks" else IN_SOLUTIONS)
