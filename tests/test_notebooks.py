"""
Every lesson and every solution, as it is stored and as it runs; every exercise, as it runs untouched.

A run happens in a process of its own, in a folder that holds this one notebook, without the network and without
anybody's progress, and nbval compares every output with the stored one. Tests at the end prove that these tests fail
when they should.
"""

import base64
import io
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import notebook_rules
import numpy as np
import pytest
from build_exercises import exercise_from
from notebook_files import (
    ROOT,
    TRY_WIDGETS,
    code_cells,
    fingerprint,
    notebooks_in,
    read,
    run,
    run_environment,
    stderr_lines,
)
from run_notebooks import run_and_store
from threadpoolctl import threadpool_limits

TESTS = Path(__file__).parent
STORED = [path for folder in ("notebooks", "solutions") for path in notebooks_in(ROOT / folder)]
SOLUTIONS = [path for path in STORED if path.parent.name == "solutions"]

MAX_PEAK_MB = 600
# Computing on one core, in seconds of a machine on which `reference` takes REFERENCE_SECONDS. "Aim" and "limit" flag
# a notebook in the table at the end; they fail nothing, because seconds on a shared machine prove too little.
REFERENCE_SECONDS = 0.25
AIM_NUMPY, AIM_TORCH, LIMIT = 10, 30, 45
LIMITS = {"09": 120}
# Torch takes three seconds and 100 MB to import, so only a notebook that names something with a network in it may.
NETWORKS = re.compile(r"\b(torch|GAN|VAE|Diffusion|LanguageModel|PictureRegressor|HiddenUnits)\b")


def name_of(path):
    return f"{path.parent.name}/{path.stem}"


def reference():
    """Do a fixed piece of work like that of the lessons (drawing, sorting, a matrix product, plain Python)."""
    draws = np.random.default_rng(0).standard_normal(4_000_000)
    draws.sort()
    matrix = draws[:1_000_000].reshape(1000, 1000)
    with threadpool_limits(1):
        matrix @ matrix
    return sum(i * i for i in range(2_000_000))


@pytest.fixture
def reference_seconds():
    """CPU seconds of `reference` right before a notebook: a shared machine is not equally fast all the time.

    The fastest of three counts, since whatever disturbs a run slows it.
    """
    seconds = []
    for _ in range(3):
        start = time.process_time()
        reference()
        seconds.append(time.process_time() - start)
    return min(seconds)


def sealed_environment(folder, **extra):
    """Return the environment of a run: no network, an empty progress folder."""
    search_path = [str(TESTS / "in_kernel"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return run_environment(folder / "progress", PYTHONPATH=os.pathsep.join(search_path), **extra)


def nbval(notebook, folder, path, *, environment):
    """Store the notebook alone in `folder`, under the path it has in the repository, and let nbval run it there."""
    copy = folder / path.parent.name / path.name
    copy.parent.mkdir(parents=True)
    nbformat.write(notebook, copy)
    command = [
        sys.executable, "-m", "pytest", str(copy), f"--rootdir={folder}",
        "-p", "nbval.plugin", "-p", "no:cacheprovider", "--color=no", "--tb=short", "-v",
        "--nbval", "--nbval-current-env", "--nbval-cell-timeout=300",
        f"--nbval-sanitize-with={TESTS / 'nbval_sanitize.cfg'}",
    ]  # fmt: skip
    environment = environment | {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": "",
        "PYTHONIOENCODING": "utf-8",
    }
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=1200)


def quiet_cell(source, *, prints=None):
    """Return a code cell as if stored after a run in which it printed this and nothing else."""
    outputs = [nbformat.v4.new_output("stream", name="stdout", text=prints)] if prints else []
    return nbformat.v4.new_code_cell(source, execution_count=1, outputs=outputs)


# The stored file ----------------------------------------------------------------------------------------------------


def test_lessons_solutions_and_exercises_belong_together():
    lessons, solutions, exercises = (
        {path.name for path in notebooks_in(ROOT / folder)} for folder in ("notebooks", "solutions", "exercises")
    )
    assert any(name.startswith("00") for name in lessons), "there is no lesson 00"
    assert {name for name in lessons if not name.startswith("00")} == solutions
    assert exercises == solutions


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        pytest.param(path, rule, id=f"{name_of(path)}-{rule.__name__}")
        for path in STORED
        for rule in notebook_rules.rules_for(path)
    ],
)
def test_stored_notebook(path, rule):
    faults = list(rule(read(path), path))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_exercise_was_built_from_its_solution(path):
    """A solved exercise passes: only what it was built from is compared. `build_exercises.py --check` is stricter."""
    built = exercise_from(read(path), path.name)
    exercise = read(ROOT / "exercises" / path.name)
    assert exercise.metadata.course.built == fingerprint(built.cells), "`make exercises`"


# The run ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", STORED, ids=name_of)
def test_run_gives_the_stored_outputs(path, tmp_path, costs, reference_seconds):
    result, cost = run_measured(read(path), tmp_path, path)
    if cost:
        costs(cost_row(path, cost, reference_seconds))
    assert result.returncode == 0, result.stdout + result.stderr
    assert cost["peak_bytes"] < MAX_PEAK_MB * 1e6, f"peak memory {cost['peak_bytes'] / 1e6:.0f} MB"
    assert asks_for_networks(read(path)) or not cost["torch"], "torch was imported, and no cell asks for a network"


def asks_for_networks(notebook):
    return any(NETWORKS.search(cell.source) for cell in code_cells(notebook))


def run_measured(notebook, folder, path):
    """
    Run a notebook under nbval, and after its last cell try its sliders over their whole range.

    Returns
    -------
    result : subprocess.CompletedProcess
    cost : dict
        CPU seconds of the notebook's own cells, the kernel's peak memory with the sliders included, and whether
        torch was imported; empty if the kernel died.
    """
    cells = [
        *notebook.cells,
        quiet_cell("import notebook_cost; notebook_cost.stop_clock()"),
        quiet_cell(TRY_WIDGETS, prints=notebook.metadata.course.widgets),
        quiet_cell("notebook_cost.write()"),
    ]
    cost_file = folder / "cost.json"
    environment = sealed_environment(folder, NOTEBOOK_COST=str(cost_file))
    result = nbval(nbformat.v4.new_notebook(cells=cells), folder, path, environment=environment)
    return result, json.loads(cost_file.read_text(encoding="utf-8")) if cost_file.exists() else {}


def cost_row(path, cost, reference_seconds):
    """Return a row of the table of costs."""
    aim = AIM_TORCH if cost["torch"] else AIM_NUMPY
    limit = LIMITS.get(path.name[:2], LIMIT)
    multiple, aim, limit = cost["cpu_seconds"] / reference_seconds, aim / REFERENCE_SECONDS, limit / REFERENCE_SECONDS
    peak = cost["peak_bytes"] / 1e6
    flags = [f"memory over {MAX_PEAK_MB} MB"] if peak >= MAX_PEAK_MB else []
    flags += ["OVER ITS LIMIT"] if multiple > limit else ["over its aim"] if multiple > aim else []
    seconds = f"{cost['cpu_seconds']:.1f}"
    return (name_of(path), seconds, f"{multiple:.1f}", f"{aim:.1f}", f"{limit:.1f}", f"{peak:.0f}", ", ".join(flags))


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_untouched_exercise_runs(path, tmp_path):
    """From top to bottom with every answer still open, as a learner first meets it: each check says so."""
    exercise = exercise_from(read(path))
    folder = tmp_path / "exercises"
    folder.mkdir()
    run(exercise, folder, sealed_environment(tmp_path))
    assert not stderr_lines(exercise)
    assert set(notebook_rules.verdicts(exercise).values()) == {"not attempted"}


# Proof that these tests can fail ------------------------------------------------------------------------------------


def png(colour):
    """Return a small picture of one colour, as base64."""
    buffer = io.BytesIO()
    plt.imsave(buffer, np.full((2, 2, 3), colour))
    return base64.b64encode(buffer.getvalue()).decode()


def html_output(html):
    return nbformat.v4.new_output("display_data", {"text/html": html, "text/plain": "A caption."})


def figure_html(*, alt="A square of one colour, two pixels wide.", colour=0.5, caption="A caption."):
    picture = f'<img alt="{alt}" src="data:image/png;base64,{png(colour)}">'
    return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>"


def test_nbval_compares_words_and_numbers_but_not_pixels(tmp_path):
    show = 'from IPython.display import HTML, display\ndisplay({"text/html": %r, "text/plain": "A caption."}, raw=True)'
    figure_cell = show % figure_html()
    stored = {  # by cell: source, output as stored, whether it agrees with the run
        0: ("print(0.6065)", nbformat.v4.new_output("stream", text="0.6065\n"), True),
        1: ("print(0.6065)", nbformat.v4.new_output("stream", text="0.6066\n"), False),
        2: (figure_cell, html_output(figure_html()), True),
        3: (figure_cell, html_output(figure_html(colour=0.25)), True),
        4: (figure_cell, html_output(figure_html(alt="A square of one colour, three pixels wide.")), False),
        5: (figure_cell, html_output(figure_html(caption="Another caption.")), False),
        6: ("import sys; print('late', file=sys.stderr)", None, False),
    }
    cells = [
        nbformat.v4.new_code_cell(source, outputs=[output] if output else [], execution_count=number + 1)
        for number, (source, output, _) in stored.items()
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    result = nbval(notebook, tmp_path, Path("notebooks/a.ipynb"), environment=sealed_environment(tmp_path))
    for number, (_, _, agrees) in stored.items():
        assert f"Cell {number} {'PASSED' if agrees else 'FAILED'}" in result.stdout, (number, result.stdout)


def test_a_run_cannot_reach_the_network_or_a_neighbour(tmp_path):
    attempts = {
        "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=5)": "refused to reach '192.0.2.1'",
        "import urllib.request\nurllib.request.urlopen('http://example.org')": "refused to reach 'example.org'",
        "open('00_start_here.ipynb')": "No such file",
    }
    loopback = "import socket\nserver = socket.create_server(('127.0.0.1', 0))\n" + (
        "socket.create_connection(server.getsockname()).close()"
    )
    notebook = nbformat.v4.new_notebook(cells=[quiet_cell(source) for source in [*attempts, loopback]])
    result = nbval(notebook, tmp_path, Path("notebooks/a.ipynb"), environment=sealed_environment(tmp_path))
    for number, message in enumerate(attempts.values()):
        assert f"Cell {number} FAILED" in result.stdout
        assert message in result.stdout
    assert f"Cell {len(attempts)} PASSED" in result.stdout


INTERACTIVE = """\
import numpy as np
from matplotlib.figure import Figure
from course_lib.widgets import explore
def draw(n):
    assert n < LAST
    fig = Figure()
    fig.subplots().plot(np.ones(n))
    return fig, f"A flat line through {n} points.", f"{n} points."
explore(draw, label="points", values=[2, 3, 4], start=2)
"""


def test_a_run_measures_its_kernel_and_moves_the_sliders(tmp_path):
    work = "block = np.ones(30_000_000)  # 240 MB\nimport time\n_ = open('seen', 'w').write(str(time.process_time()))"
    path = tmp_path / "01_a.ipynb"
    cells = [nbformat.v4.new_code_cell(text) for text in (INTERACTIVE.replace("LAST", "9"), work)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    run_and_store(path)
    notebook = read(path)
    assert notebook.metadata.course.widgets == "1 slider, 3 states\n"

    result, cost = run_measured(notebook, tmp_path / "sound", path)
    assert result.returncode == 0, result.stdout
    assert 240e6 < cost["peak_bytes"] < 480e6
    seen = float((tmp_path / "sound" / path.parent.name / "seen").read_text())
    assert seen <= cost["cpu_seconds"] < seen + 0.1  # the sliders are moved after the clock has stopped
    assert not cost["torch"]
    assert not asks_for_networks(notebook)

    notebook.cells = [nbformat.v4.new_code_cell(INTERACTIVE.replace("LAST", "4"), execution_count=1)]
    notebook.cells[0].outputs = read(path).cells[0].outputs  # the slider's first state is as it was
    result, _ = run_measured(notebook, tmp_path / "broken", path)
    assert "Cell 0 PASSED" in result.stdout
    assert "AssertionError" in result.stdout
    assert result.returncode != 0


def test_networks_are_named_by_the_notebook():
    ask = "from course_lib.generators import {}"
    asked = {
        name: asks_for_networks(nbformat.v4.new_notebook(cells=[quiet_cell(ask.format(name))]))
        for name in ("VAE", "Kernel")
    }
    assert asked == {"VAE": True, "Kernel": False}


def test_a_table_row_flags_what_is_over():
    path = Path("notebooks/01_a.ipynb")
    cost = {"cpu_seconds": 11 * REFERENCE_SECONDS, "peak_bytes": 601e6, "torch": False}
    assert cost_row(path, cost, REFERENCE_SECONDS)[-1] == "memory over 600 MB"
    cost = {"cpu_seconds": 11.0, "peak_bytes": 1e6, "torch": False}
    assert cost_row(path, cost, REFERENCE_SECONDS)[-1] == "over its aim"
    assert cost_row(path, cost, 2 * REFERENCE_SECONDS)[-1] == ""  # a machine of half the speed
    assert cost_row(path, cost | {"torch": True}, REFERENCE_SECONDS)[-1] == ""
    assert cost_row(path, cost | {"cpu_seconds": 46.0}, REFERENCE_SECONDS)[-1] == "OVER ITS LIMIT"
    assert cost_row(Path("notebooks/09_a.ipynb"), cost | {"cpu_seconds": 46.0}, REFERENCE_SECONDS)[-1] == "over its aim"


def sound_lesson():
    """Return a lesson in which no rule finds a fault."""
    markdown, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    cells = [
        markdown("# A lesson\n\n5 minutes of reading, 2 s of computing."),
        code("%precision 4\nimport numpy as np"),
        code("predict('01.a', 'What?', choices=['b', 'c'])\npredict('01.b', 'How many?', low=0, high=9, step=1)"),
        code("figure(fig)", outputs=[html_output(figure_html())]),
        code("finding('It is {}.', 1, holds=True)"),
        markdown("Try the [exercise](../exercises/01_a.ipynb)."),
        code("answer('01.q1')\nanswer('01.q2')\nanswer('01.q3')"),
        markdown("## References\n\nA. Author (2024). A title."),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    for number, cell in enumerate(code_cells(notebook), start=1):
        cell.execution_count = number
    return notebook


def figure_without(part):
    def break_it(notebook):
        html = notebook.cells[3].outputs[0].data["text/html"]
        assert part in html
        notebook.cells[3].outputs[0].data["text/html"] = html.replace(part, "")

    return break_it


def bare_picture(notebook):
    notebook.cells[3].outputs[0].data = {"image/png": png(0.5)}


def output(kind, **content):
    def break_it(notebook):
        notebook.cells[3].outputs.append(nbformat.v4.new_output(kind, **content))

    return break_it


def source(number, text):
    def break_it(notebook):
        notebook.cells[number].source = text

    return break_it


def swapped_counts(notebook):
    notebook.cells[1].execution_count, notebook.cells[2].execution_count = 2, 1


def never_run(notebook):
    notebook.cells[4].execution_count = None


BREAKS = [
    ("one_run_from_top_to_bottom", swapped_counts),
    ("one_run_from_top_to_bottom", never_run),
    ("code_is_as_run", source(4, "finding('It is {}.', 2, holds=True)")),
    ("no_errors", output("error", ename="ValueError", evalue="no", traceback=[])),
    ("no_stderr", output("stream", name="stderr", text="a warning")),
    ("pictures_speak", bare_picture),
    (
        "pictures_speak",
        source(5, "![A picture](https://example.org/a.png) Try the [exercise](../exercises/01_a.ipynb)."),
    ),
    ("pictures_speak", figure_without('alt="A square of one colour, two pixels wide."')),
    ("pictures_speak", figure_without("of one colour, two pixels wide.")),
    ("pictures_speak", figure_without("A caption.")),
    ("pictures_speak", figure_without("figure>")),
    ("small_file", output("stream", text="x" * 600_000)),
    ("short_cells", source(4, "finding('It is {}.', 1, holds=True)\n" + 15 * "x = 1\n")),
    ("no_path_of_one_machine", output("stream", text="/home/someone/data.csv")),
    ("no_control_characters", source(5, "$\varepsilon$. Try the [exercise](../exercises/01_a.ipynb).")),
    ("no_widget_state", lambda notebook: notebook.metadata.update(widgets={"state": {}})),
    ("no_widget_state", output("display_data", data={"application/vnd.jupyter.widget-view+json": {"model_id": "1"}})),
    ("links_lead_somewhere", source(5, "[exercise](../exercises/01_a.ipynb) [other](../docs/missing.md#part)")),
    ("links_lead_somewhere", output("display_data", data={"text/html": '<a href="02_missing.ipynb">next</a>'})),
    ("opens_with_title_and_times", source(0, "# A lesson")),
    ("set_up_is_short", source(1, "\n".join(f"import {name}" for name in ("os", "re", "sys", "ast", "json")))),
    ("asks_before_it_shows", source(2, "predict('01.a', 'What?', choices=['b', 'c'])")),
    ("states_findings", source(4, "print('It is 1.')")),
    ("three_quiz_questions", source(6, "answer('01.q1')\nanswer('01.q2')\nanswer('01.q2')")),
    ("leads_to_its_exercise", source(5, "Try the exercise.")),
    ("gives_references", source(7, "A. Author (2024). A title.")),
]


@pytest.mark.parametrize(("expected", "break_it"), [(None, lambda notebook: None), *BREAKS])
def test_each_rule_finds_its_fault(expected, break_it, tmp_path, monkeypatch):
    monkeypatch.setattr(notebook_rules, "ROOT", tmp_path)
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "01_a.ipynb").touch()
    path = tmp_path / "notebooks" / "01_a.ipynb"
    path.parent.mkdir()
    notebook = sound_lesson()
    as_run = fingerprint(code_cells(notebook))
    break_it(notebook)
    if expected != "code_is_as_run":
        as_run = fingerprint(code_cells(notebook))
    notebook.metadata["course"] = {"ran": as_run}
    nbformat.write(notebook, path)
    found = {rule.__name__ for rule in notebook_rules.rules_for(path) if list(rule(notebook, path))}
    assert found == ({expected} if expected else set())


def test_every_rule_has_been_seen_to_fail():
    rules = notebook_rules.EVERYWHERE + notebook_rules.IN_LESSONS
    assert {rule.__name__ for rule in rules} == {name for name, _ in BREAKS}


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ("01.1 Fit a curve: passed. Well done.", []),
        ("01.1 Fit a curve: not yet. It is passed.", ["the check of 01.1 says 'not yet'"]),
        ("01.2 Draw: passed. Well done.", ["the check of 01.1 says None"]),
    ],
)
def test_a_solution_must_pass_its_checks(said, faults):
    cell = nbformat.v4.new_code_cell('check("01.1", fit)')
    cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": said})]
    notebook = nbformat.v4.new_notebook(cells=[cell])
    assert list(notebook_rules.every_check_passes(notebook, Path("solutions/01_a.ipynb"))) == faults
    assert list(notebook_rules.every_check_passes(sound_lesson(), Path("solutions/01_a.ipynb"))) == ["no check(...)"]
