"""The kit of a workshop: complete, of one piece, without solutions, and the same each time."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import PurePosixPath

import make_workshop
import nbformat
import pytest
from build_exercises import BEGIN, as_built
from make_workshop import HTML_LINK, MARKDOWN_LINK, kit, route_named, without_dead_links, write_zip
from navigation import is_navigation
from notebook_files import ROOT, code_cells, notebooks_in, read
from workshop_readme import makefile

from course_lib.syllabus import syllabus

ROUTES = {route["key"]: route for route in syllabus()["route"]}
OF_A_LESSON = [("texts/", ".toml"), ("checks/lesson", ".py")]


@pytest.fixture(scope="module", params=ROUTES)
def unpacked(request, tmp_path_factory):
    """Return a route and the folder into which its zip was unpacked."""
    folder = tmp_path_factory.mktemp(request.param)
    target = folder / f"workshop-{request.param}.zip"
    write_zip(kit(ROUTES[request.param]), target)
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return ROUTES[request.param], folder / target.stem


def notebooks(home):
    return [*notebooks_in(home / "notebooks"), *notebooks_in(home / "exercises")]


def test_routes_have_different_short_keys():
    assert len(ROUTES) == len(syllabus()["route"])
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", key) for key in ROUTES)
    makefile_text = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = re.search(r"^workshop:.*ROUTE=(.*)$", makefile_text, re.MULTILINE)[1]
    assert re.split(", | or ", listed) == list(ROUTES)


def test_a_kit_holds_the_lessons_and_exercises_of_its_route_and_no_others(unpacked):
    route, home = unpacked
    lessons = [path.name for path in notebooks_in(ROOT / "notebooks") if path.name[:2] in route["lessons"]]
    assert [path.name for path in notebooks_in(home / "notebooks")] == lessons
    with_exercises = [name for name in lessons if (ROOT / "solutions" / name).exists()]
    exercises = with_exercises if route["key"] != "people" else []
    assert [path.name for path in notebooks_in(home / "exercises")] == exercises


def test_a_kit_holds_the_library_and_what_sets_it_up(unpacked):
    _, home = unpacked
    held = {path.relative_to(home / "course_lib").as_posix() for path in (home / "course_lib").rglob("*.*")}
    numbers = [path.name[:2] for path in notebooks_in(home / "exercises")]
    assert held >= {f"{place}{number}{kind}" for number in numbers for place, kind in OF_A_LESSON}
    assert held >= {"__init__.py", "loop.py", "style.mplstyle", "texts/course.toml", "texts/00.toml"}
    assert not [name for name in held if name.endswith(".pyc")]
    for name in tomllib.loads((home / "pyproject.toml").read_text(encoding="utf-8"))["project"]["license-files"]:
        assert (home / name).exists()
    assert (home / "constraints.txt").read_bytes() == (ROOT / "constraints.txt").read_bytes()
    assert (home / "share/jupyter/lab/settings/overrides.json").exists()


def test_no_solution_is_in_a_kit(unpacked):
    _, home = unpacked
    assert not {path.name for path in home.iterdir()} & {"solutions", "tests", "tools", ".git", ".venv", "build"}
    for path in home.rglob("*"):
        if path.is_file():
            assert BEGIN not in path.read_text(encoding="utf-8", errors="ignore"), path
    for path in notebooks_in(home / "exercises"):
        answers = answer_lines(read(ROOT / "solutions" / path.name))
        assert len(answers) >= 3
        held = {line.strip() for cell in code_cells(read(path)) for line in cell.source.splitlines()}
        assert not answers & held
        assert as_built(read(path))


def answer_lines(solution):
    """Return the lines of a solution's answers that its other cells do not hold."""
    inside, lines, others = False, set(), set()
    for line in (line.strip() for cell in code_cells(solution) for line in cell.source.splitlines()):
        inside = line == BEGIN or (inside and not line.startswith("### END"))
        (lines if inside else others).add(line)
    return {line for line in lines - others if len(line) > 12 and not line.startswith("#")}


def test_every_link_of_a_kit_leads_somewhere(unpacked):
    _, home = unpacked
    dead, alive = [], 0
    pages = [(path, [path.read_text(encoding="utf-8")]) for path in (home / "README.md", *(home / "docs").glob("*.md"))]
    for path in notebooks(home):
        cells = read(path).cells
        texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        pages.append((path, texts + [output.get("data", {}).get("text/html", "") for output in outputs]))
    for path, texts in pages:
        for target in re.findall(r'\]\((?!\w+:|#)([^)#\s]+)|href="(?!\w+:|#)([^"#]+)', "\n".join(texts)):
            target = "".join(target)
            alive += (path.parent / target).exists()
            if not (path.parent / target).exists():
                dead.append((path.name, target))
    assert dead == []
    assert alive > 5


def test_the_people_route_has_nothing_to_write(unpacked):
    route, home = unpacked
    locked = {"editable": False, "deletable": False}
    for path in notebooks(home):
        notebook = read(path)
        for cell in notebook.cells:
            assert (locked.items() <= cell.metadata.items()) == (route["key"] == "people")
        for cell in code_cells(notebook):
            assert cell.metadata.get("jupyter", {}).get("source_hidden", False) == (route["key"] == "people")


def test_lessons_keep_their_outputs_and_their_code(unpacked):
    _, home = unpacked
    for path in notebooks_in(home / "notebooks"):
        mine, theirs = read(ROOT / "notebooks" / path.name), read(path)
        nbformat.validate(theirs)
        assert [cell.source for cell in code_cells(mine)] == [cell.source for cell in code_cells(theirs)]
        pictures = [str(cell.get("outputs")).count("<figure") for cell in mine.cells]
        assert [str(cell.get("outputs")).count("<figure") for cell in theirs.cells] == pictures
        assert mine.metadata.get("course", {}) == theirs.metadata.course


def test_a_cleared_kit_shows_no_outcome_before_its_prediction():
    files = kit(ROUTES["people"], clear=True)
    lessons = [nbformat.reads(files[name].decode(), 4) for name in files if name.startswith("notebooks/")]
    assert lessons
    assert not any(cell.outputs or cell.execution_count for lesson in lessons for cell in code_cells(lesson))


def test_the_same_files_give_the_same_zip(tmp_path):
    for folder in ("one", "two"):
        write_zip(kit(ROUTES["people"]), tmp_path / folder / "kit.zip")
    assert (tmp_path / "one/kit.zip").read_bytes() == (tmp_path / "two/kit.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one/kit.zip") as archive:
        assert {PurePosixPath(name).parts[0] for name in archive.namelist()} == {"kit"}


def test_the_readme_names_lessons_and_the_lines_of_set_up(unpacked):
    route, home = unpacked
    text = (home / "README.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {route['title']}\n")
    there = {path.name[:2] for path in notebooks_in(home / "notebooks")}
    for number in route["lessons"]:
        assert (f"| [{number} · " in text) == (number in there)
    course = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [line for block in re.findall(r"```\w+\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    assert len(commands) == 1 + 4 + 3 + 1
    assert {line for line in commands if "export_progress" not in line} <= set(course.splitlines())
    assert "{" not in text


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed; README.md does without")
def test_make_lab_works_in_a_kit_and_offers_nothing_else(unpacked):
    _, home = unpacked
    said = subprocess.run(["make", "-n", "lab"], cwd=home, capture_output=True, text=True, check=True).stdout
    assert "-m pip install" in said
    assert "-m jupyterlab" in said
    offered = subprocess.run(["make", "help"], cwd=home, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^make (\w+)", offered, re.MULTILINE) == ["lab"]


def test_a_makefile_that_has_changed_is_noticed():
    with pytest.raises(ValueError, match="no paragraph with a line that begins with"):
        makefile("lab:\n\techo\n")


def test_an_unknown_route_is_told_the_known_ones(capsys, monkeypatch):
    with pytest.raises(ValueError, match="one of half-day, one-day, people, everything; got 'weekend'"):
        route_named("weekend")
    monkeypatch.setattr("sys.argv", ["make_workshop.py"])
    with pytest.raises(SystemExit):
        make_workshop.main()
    assert "half-day" in capsys.readouterr().err


def test_notebooks_lead_to_their_neighbours_in_the_kit(unpacked):
    route, home = unpacked
    for folder in ("notebooks", "exercises"):
        names = [path.name for path in notebooks_in(home / folder)]
        for before, name, after in zip([None, *names], names, [*names[1:], None], strict=False):
            other = {"notebooks": "exercise", "exercises": "lesson"}[folder]
            for line in (cell.source for cell in read(home / folder / name).cells if is_navigation(cell)):
                assert (f"]({before})" in line) == ("←" in line) == (before is not None)
                assert (f"]({after})" in line) == ("→" in line) == (after is not None)
                assert "solution" not in line
                assert (f"[{other}]" in line) == (route["key"] != "people" and not name.startswith("00"))


def test_links_are_dropped_only_where_nothing_is():
    present = {"notebooks/01_a.ipynb", "docs/claims.md"}
    text = (
        "[one](01_a.ipynb), [two](02_b.ipynb#x), [claims](../docs/claims.md#c), [docs](../docs), [out](https://e.org)"
    )
    kept = without_dead_links(text, "notebooks/00.ipynb", present)
    assert kept == text.replace("[two](02_b.ipynb#x)", "two")
    html = '<td><a href="01_a.ipynb">one</a></td><td><a href="02_b.ipynb">two</a></td><a href="#x">x</a>'
    assert without_dead_links(html, "notebooks/00.ipynb", present) == html.replace(
        '<a href="02_b.ipynb">two</a>', "two"
    )
    assert MARKDOWN_LINK.groups == HTML_LINK.groups == 2


def test_the_map_of_a_kit_links_its_own_lessons(unpacked):
    """Run from the kit's own library, as a learner does who runs the cell again."""
    _, home = unpacked
    code = "import course_lib.syllabus as s; shown = []; s.show = lambda *a: shown.append(a[0]); s.course_map()"
    command = ["-c", f"{code}; import re; print(re.findall('href=\"(.*?)\"', shown[0]))"]
    said = subprocess.run([sys.executable, *command], cwd=home, capture_output=True, text=True, check=True).stdout
    there = {path.name for path in notebooks_in(home / "notebooks")}
    assert set(ast.literal_eval(said)) <= there
