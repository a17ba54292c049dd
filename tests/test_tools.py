"""The tools that build the exercises and store the notebooks as run."""

import subprocess
import sys
import textwrap
from copy import deepcopy

import build_exercises
import nbformat
import pytest
import run_notebooks
from build_exercises import as_built, assigned_names, build, differences, exercise_from, stub
from nbclient.exceptions import CellExecutionError
from notebook_files import NAME, code_cells, fingerprint, notebooks_in, read, store

ANSWER_IN_FUNCTION = '''\
def spread(x):
    """Return the spread of x, (n,)."""
    ### BEGIN SOLUTION
    centred = x - x.mean()
    return (centred**2).mean() ** 0.5
    ### END SOLUTION


check("01.1", spread)'''
STUB_IN_FUNCTION = '''\
def spread(x):
    """Return the spread of x, (n,)."""
    return TODO  # your code here


check("01.1", spread)'''
ANSWER_ON_TOP = """\
n = 20
### BEGIN SOLUTION
mean, (low, *rest) = 1.0, (0.5, 1.5, 2.5)
table[0] = mean
limit: float = 3.0
mean = mean + 1
### END SOLUTION
check("01.2", mean)"""
STUB_ON_TOP = """\
n = 20
mean = TODO
low = TODO
rest = TODO
limit = TODO
check("01.2", mean)"""


def solution(*sources, title="# Solution 01: copies", imports="from course_lib.checks import check, hint"):
    """Return a solution notebook as stored after a run."""
    code = [nbformat.v4.new_code_cell(source) for source in (imports, *sources)]
    for number, cell in enumerate(code, start=1):
        cell.execution_count = number
        cell.outputs = [nbformat.v4.new_output("stream", text="passed\n")]
        cell.metadata = {"execution": {"shell.execute_reply": "2024-01-01"}, "tags": ["kept"]}
    secret = nbformat.v4.new_markdown_cell("Why it works.", metadata={"tags": ["solution-only"]})
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(title), *code, secret])


# Stubs --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "expected"), [(ANSWER_IN_FUNCTION, STUB_IN_FUNCTION), (ANSWER_ON_TOP, STUB_ON_TOP)])
def test_an_answer_becomes_its_stub(answer, expected):
    assert stub(answer) == expected


def test_a_cell_may_hold_magic():
    assert stub("%precision 4\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION") == "%precision 4\nx = TODO"


def test_each_answer_of_a_cell_becomes_a_stub():
    model = "class Model:\n" + textwrap.indent(ANSWER_IN_FUNCTION, "    ")
    expected = "class Model:\n" + textwrap.indent(STUB_IN_FUNCTION, "    ")
    assert stub(f"{ANSWER_ON_TOP}\n{model}") == f"{STUB_ON_TOP}\n{expected}"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("def f(x):\n    inner = x\n    return inner", ["f"]),
        ("class Model:\n    size = 3", ["Model"]),
        ("for t in range(3):\n    last = [i for i in range(t)]", ["last"]),
        ("total = 0\nfor t in range(3):\n    total += t", ["total"]),
        ("model.size = 3\nsizes[0] = 4", []),
    ],
)
def test_names_that_an_answer_assigns(code, names):
    assert assigned_names(code) == names


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("### BEGIN SOLUTION\nx = 1", "without its partner"),
        ("x = 1\n### END SOLUTION", "without its partner"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "without its partner"),
        ("### BEGIN SOLUTION\nprint(1)\n### END SOLUTION", "must assign a name"),
        ("for t in range(3):\n    ### BEGIN SOLUTION\n    x = t\n    ### END SOLUTION", "no valid Python"),
    ],
)
def test_a_malformed_answer_is_refused(source, message):
    with pytest.raises(ValueError, match=message):
        stub(source)


# Exercises ----------------------------------------------------------------------------------------------------------


def test_an_exercise_keeps_the_cells_and_drops_what_a_run_left():
    source = solution(ANSWER_IN_FUNCTION)
    before = deepcopy(source)
    exercise = exercise_from(source)
    assert source == before
    assert [cell.id for cell in exercise.cells] == [cell.id for cell in source.cells[:-1]]
    assert exercise.cells[0].source == "# Exercise 01: copies"
    assert exercise.cells[1].source == "from course_lib.checks import TODO, check, hint"
    assert exercise.cells[2].source == STUB_IN_FUNCTION
    for cell in code_cells(exercise):
        assert (cell.outputs, cell.execution_count, cell.metadata) == ([], None, {"tags": ["kept"]})
    nbformat.validate(exercise)


def test_todo_is_imported_once():
    line = "from course_lib.checks import TODO, check"
    assert exercise_from(solution(ANSWER_IN_FUNCTION, imports=line)).cells[1].source == line


@pytest.mark.parametrize(
    ("notebook", "message"),
    [
        (solution(ANSWER_IN_FUNCTION, title="# Exercise 01"), "first cell"),
        (solution("x = 1"), "no answer region"),
        (solution(ANSWER_IN_FUNCTION, imports="import numpy as np"), "no TODO"),
    ],
)
def test_a_solution_that_is_none_is_refused(notebook, message):
    with pytest.raises(ValueError, match=message):
        exercise_from(notebook)


@pytest.fixture
def folders(tmp_path):
    """A solutions folder with one solution, an empty exercises folder, and where its exercise belongs."""
    solutions, exercises = tmp_path / "solutions", tmp_path / "exercises"
    solutions.mkdir()
    exercises.mkdir()
    store(solution(ANSWER_IN_FUNCTION), solutions / "01_a.ipynb")
    return solutions, exercises, exercises / "01_a.ipynb"


def edit(path, change):
    """Change a notebook as JupyterLab would: metadata grows, our own is kept."""
    notebook = read(path)
    change(notebook)
    notebook.metadata.language_info = {"name": "python", "version": "3.12.1", "mimetype": "text/x-python"}
    nbformat.write(notebook, path)


def solve(notebook):
    notebook.cells[2].source = notebook.cells[2].source.replace("TODO", "x.std()")


def run_only(notebook):
    notebook.cells[1].execution_count = 1


def add_a_note(notebook):
    notebook.cells.append(nbformat.v4.new_markdown_cell("My own note."))


@pytest.mark.parametrize("work", [solve, run_only, add_a_note])
def test_work_is_left_alone_unless_forced(folders, work):
    solutions, exercises, target = folders
    assert build([solutions / "01_a.ipynb"], exercises, force=False) == []
    fresh = target.read_bytes()
    edit(target, work)
    worked_on = target.read_bytes()
    assert build([solutions / "01_a.ipynb"], exercises, force=False) == [target]
    assert target.read_bytes() == worked_on
    assert build([solutions / "01_a.ipynb"], exercises, force=True) == []
    assert target.read_bytes() == fresh


def test_a_file_in_the_way_is_left_alone(folders):
    solutions, exercises, target = folders
    for content in ("<<<<<<< HEAD\n{}", nbformat.writes(nbformat.v4.new_notebook())):
        target.write_text(content)
        assert build([solutions / "01_a.ipynb"], exercises, force=False) == [target]
        assert target.read_text() == content


def test_an_untouched_exercise_follows_its_solution(folders):
    solutions, exercises, target = folders
    build([solutions / "01_a.ipynb"], exercises, force=False)
    edit(target, lambda notebook: None)  # opened and saved
    edit(solutions / "01_a.ipynb", add_a_note)
    assert differences(solutions, exercises) == [f"{target}: not what its solution produces"]
    assert build([solutions / "01_a.ipynb"], exercises, force=False) == []
    assert read(target).cells[-1].source == "My own note."
    assert differences(solutions, exercises) == []


def test_differences_name_what_is_missing_and_what_is_left_over(folders):
    solutions, exercises, target = folders
    (exercises / "02_b.ipynb").touch()
    missing, left_over = differences(solutions, exercises)
    assert missing == f"{target}: missing"
    assert "02_b.ipynb: there is no solution" in left_over


def test_the_command_names_the_work_and_fails(folders, monkeypatch, capsys):
    solutions, _, target = folders
    monkeypatch.setattr(build_exercises, "ROOT", solutions.parent)
    monkeypatch.delenv("FORCE", raising=False)
    monkeypatch.setattr(sys, "argv", ["build_exercises.py"])
    assert build_exercises.main() == 0
    edit(target, solve)
    assert build_exercises.main() == 1
    assert "01_a.ipynb holds your work" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["build_exercises.py", "--check"])
    assert build_exercises.main() == 1
    monkeypatch.setenv("FORCE", "1")
    monkeypatch.setattr(sys, "argv", ["build_exercises.py", "exercises/01_a.ipynb"])
    assert build_exercises.main() == 0
    assert as_built(read(target))


def test_a_copy_that_jupyterlab_makes_is_no_lesson(tmp_path):
    for name in ("01_a.ipynb", "01_a-Copy1.ipynb", "Untitled.ipynb"):
        (tmp_path / name).touch()
    assert notebooks_in(tmp_path) == [tmp_path / "01_a.ipynb"]
    assert NAME.fullmatch("00_start_here.ipynb")


# Notebooks stored as run --------------------------------------------------------------------------------------------


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """A lesson, stored but never run, in a git checkout in which it is committed."""
    for folder in ("notebooks", "solutions"):
        (tmp_path / folder).mkdir()
    path = tmp_path / "notebooks" / "01_a.ipynb"
    write_lesson(path, "print(1)")
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    monkeypatch.setattr(run_notebooks, "ROOT", tmp_path)
    monkeypatch.delenv("FORCE", raising=False)
    return path


def write_lesson(path, *sources):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    nbformat.write(notebook, path)


def git(folder, *arguments):
    subprocess.run(["git", *arguments], cwd=folder, check=True)


def commit(folder):
    git(folder, "add", ".")
    git(folder, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "A lesson")


def run_command(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["run_notebooks.py", *map(str, arguments)])
    return run_notebooks.main()


def test_a_stale_notebook_is_run_once(lesson, monkeypatch, capsys):
    assert run_command(monkeypatch) == 0
    stored = lesson.read_bytes()
    notebook = read(lesson)
    assert [cell.execution_count for cell in notebook.cells] == [1]
    assert notebook.cells[0].outputs[0].text == "1\n"
    assert notebook.metadata.course == {"ran": fingerprint(notebook.cells), "widgets": "0 sliders, 0 states\n"}
    assert run_command(monkeypatch) == 0
    assert lesson.read_bytes() == stored
    assert "Every notebook is stored as its code stands." in capsys.readouterr().out


def test_an_edited_notebook_is_left_alone_unless_named_or_forced(lesson, monkeypatch, capsys):
    write_lesson(lesson, "print(2)")
    assert run_command(monkeypatch) == 1
    assert "01_a.ipynb has changes that are not committed" in capsys.readouterr().out
    assert not read(lesson).cells[0].outputs
    assert run_command(monkeypatch, lesson) == 0
    assert read(lesson).cells[0].outputs[0].text == "2\n"

    write_lesson(lesson, "print(3)")
    monkeypatch.setenv("FORCE", "1")
    assert run_command(monkeypatch, "--all") == 0
    assert read(lesson).cells[0].outputs[0].text == "3\n"


def test_outside_a_checkout_a_notebook_must_be_named(tmp_path):
    path = tmp_path / "01_a.ipynb"
    write_lesson(path, "print(1)")
    assert not run_notebooks.is_committed(path)


def test_what_differs_from_run_to_run_is_not_stored(lesson, monkeypatch):
    write_lesson(
        lesson,
        "import os\nprint(os.environ['TQDM_DISABLE'], os.listdir(os.environ['COURSE_PROGRESS']), os.getcwd()[-9:])",
        "import ipywidgets\nfrom course_lib.widgets import Static\n"
        "Static([ipywidgets.IntSlider()], static_html='<p>A slider.</p>', static_text='A slider.')",
    )
    assert run_command(monkeypatch, lesson) == 0
    notebook = read(lesson)
    assert notebook.cells[0].outputs[0].text == "1 [] notebooks\n"
    assert notebook.cells[1].outputs[0].data == {"text/html": "<p>A slider.</p>", "text/plain": "A slider."}
    assert notebook.metadata.keys() == {"kernelspec", "language_info", "course"}
    first = lesson.read_bytes()
    assert run_command(monkeypatch, lesson) == 0
    assert lesson.read_bytes() == first


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ("1 / 0", CellExecutionError, "division by zero"),
        ("import warnings; warnings.warn('old')", ValueError, "stderr"),
        ("import ipywidgets; ipywidgets.IntSlider()", ValueError, "no form in HTML"),
    ],
)
def test_a_notebook_that_does_not_run_cleanly_is_not_stored(lesson, source, error, message, monkeypatch, capsys):
    write_lesson(lesson, source)
    before = lesson.read_bytes()
    with pytest.raises(error, match=message):
        run_notebooks.run_and_store(lesson)
    assert run_command(monkeypatch, lesson) == 1
    assert "not stored" in capsys.readouterr().out
    assert lesson.read_bytes() == before
