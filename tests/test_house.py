"""The house that the lessons stand in: set-up, versions, addresses, and what README.md promises."""

import ast
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib

import nbformat
import pytest
import yaml
from notebook_files import ROOT
from notebook_rules import MACHINE_PATH
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rattler import MatchSpec
from set_owner import owner_and_name

import course_lib

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
NEEDS = [Requirement(line) for line in PROJECT["dependencies"]]
DEVELOPER_NEEDS = [Requirement(line) for line in EXTRAS["dev"]]
PEERS = [Requirement(line) for line in EXTRAS["peers"]]
OLDEST_PYTHON = PROJECT["requires-python"].removeprefix(">=")
CONSTRAINTS = [
    Requirement(line)
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))

needs_git = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="a downloaded copy, not a checkout")
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed; README.md does without")


def tracked_files():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def texts(files):
    """Yield (path in the repository, text) of each file that holds text."""
    for path in files:
        if b"\0" not in (content := path.read_bytes()):
            yield path.relative_to(ROOT).as_posix(), content.decode()


def code_block(after, language="sh"):
    """Return the lines of README's first code block after some words."""
    return re.search(rf"```{language}\n(.*?)```", README[README.index(after) :], re.DOTALL).group(1).splitlines()


# Versions -------------------------------------------------------------------------------------------------------------


def test_constraints_are_exact():
    assert [str(c) for c in CONSTRAINTS if [s.operator for s in c.specifier] != ["=="]] == []


@pytest.mark.parametrize("python", ["3.11.0", "3.11.9", "3.13.0"])
@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_constraints_satisfy_every_need_once(python, system):
    environment = default_environment() | {
        "python_version": ".".join(python.split(".")[:2]),
        "python_full_version": python,
        "sys_platform": system,
    }
    applying = [c for c in CONSTRAINTS if c.marker is None or c.marker.evaluate(environment)]
    pinned = {canonicalize_name(c.name): next(iter(c.specifier)).version for c in applying}
    assert len(pinned) == len(applying)
    for need in NEEDS + [Requirement(line) for extra in EXTRAS.keys() - {"peers"} for line in EXTRAS[extra]]:
        assert need.specifier.contains(pinned[canonicalize_name(need.name)]), need


def test_constraints_hold_all_that_is_installed_for_the_course():
    pinned = {canonicalize_name(c.name) for c in CONSTRAINTS}
    seen, todo = set(), [(need, "") for need in NEEDS + DEVELOPER_NEEDS]
    while todo:
        need, extra = todo.pop()
        name = canonicalize_name(need.name)
        if (need.marker and not need.marker.evaluate({"extra": extra})) or (name, *need.extras) in seen:
            continue
        seen.add((name, *need.extras))
        requirements = importlib.metadata.requires(need.name) or []
        todo += [(Requirement(line), extra) for line in requirements for extra in ("", *need.extras)]
    cuda = re.compile("cuda-|nvidia-|triton")  # of a build of torch for GPUs, which the course does not ask for
    assert sorted(name for name, *_ in seen if name not in pinned and not cuda.match(name)) == []


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_is_pinned_beside_the_same_torch(peer):
    lines = (ROOT / f"benchmarks/peers/requirements-{peer.name}.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if not line.startswith("#")]
    assert [str(pin) for pin in pins if [s.operator for s in pin.specifier] != ["=="]] == []
    pinned = {pin.name: next(iter(pin.specifier)).version for pin in pins}
    assert peer.specifier.contains(pinned[peer.name])
    assert f"torch=={pinned['torch']}" in [str(c) for c in CONSTRAINTS]


def imports(folder):
    """Return the packages that the Python files of a folder import, apart from the standard library and the course."""
    own = {
        path.stem
        for name in ("tools", "tests", "tests/browser", "benchmarks", "benchmarks/peers")
        for path in (ROOT / name).iterdir()
    }
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - own - {"course_lib"}


@pytest.mark.parametrize(
    ("folder", "needs"),
    [
        ("course_lib", NEEDS),
        *((folder, NEEDS + DEVELOPER_NEEDS) for folder in ("tools", "tests")),
        ("benchmarks", NEEDS + DEVELOPER_NEEDS + PEERS),
    ],
)
def test_what_is_imported_is_asked_for(folder, needs):
    brought_by = importlib.metadata.packages_distributions()
    asked_for = {canonicalize_name(need.name) for need in needs} | {
        canonicalize_name(brought.name)
        for need in needs
        for extra in need.extras
        for brought in map(Requirement, importlib.metadata.requires(need.name))
        if brought.marker and brought.marker.evaluate({"extra": extra})
    }
    # What is not installed here, as the benchmarks' peers, must have the name of what brings it.
    packages = {name: {canonicalize_name(d) for d in brought_by.get(name, [name])} for name in imports(folder)}
    assert {name: found for name, found in packages.items() if not found & asked_for} == {}


def test_oldest_python_is_the_same_everywhere():
    assert f"Python {OLDEST_PYTHON} or newer" in README
    assert f"than {OLDEST_PYTHON}" in README
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]
    assert ruff["target-version"] == "py" + OLDEST_PYTHON.replace(".", "")
    tested = [job["strategy"]["matrix"]["python"] for job in WORKFLOW["jobs"].values() if "strategy" in job]
    assert {versions[0] for versions in tested} == {OLDEST_PYTHON}


def test_version_is_the_same_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert PROJECT["version"] == course_lib.__version__ == citation["version"]
    assert citation["license"][0] == PROJECT["license"]


# Binder ---------------------------------------------------------------------------------------------------------------


def test_conda_brings_python_and_torch_and_pip_the_rest():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *conda, pip = environment["dependencies"]
    specs = [MatchSpec(line) for line in conda]
    by_name = {spec.name.normalized: spec.version and str(spec.version) for spec in specs}
    torch = next(need for need in NEEDS if need.name == "torch")
    assert by_name == {"python": f"{OLDEST_PYTHON}.*", "pytorch-cpu": str(torch.specifier), "pip": None}
    # Every other need is read from pyproject.toml itself, so the two cannot differ.
    assert pip == {"pip": ["-e ."]}
    assert environment["channels"] == ["conda-forge"]
    assert environment["name"] == PROJECT["name"]


def test_binder_builds_from_the_environment_file():
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    dockerfile = run.stdout + run.stderr
    update = re.search(r'env update .* --file "environment\.yml"', dockerfile)
    assert update
    assert (
        re.search(r"^COPY .*src/ ", dockerfile, re.MULTILINE).start() < update.start()
    )  # or there is no "." to install


# Set-up ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def bare_copy(tmp_path):
    """A folder with no more than set-up reads."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "share/jupyter/lab/settings/overrides.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def make(folder, *arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@needs_make
@pytest.mark.parametrize(("target", "stamps"), [("lab", ["lab"]), ("test", ["lab", "dev"])])
def test_second_time_sets_nothing_up(target, stamps, bare_copy):
    assert "-m pip install" in make(bare_copy, "-n", target).stdout
    (bare_copy / ".venv").mkdir()
    for stamp in stamps:
        (bare_copy / ".venv" / f"installed-{stamp}").touch()
    second = make(bare_copy, "-n", target).stdout
    assert "-m jupyterlab" in second or "-m pytest" in second
    assert "-m pip" not in second
    assert "-m venv" not in second
    newer = (bare_copy / ".venv" / "installed-lab").stat().st_mtime + 10
    os.utime(bare_copy / "constraints.txt", (newer, newer))
    assert "-m pip install" in make(bare_copy, "-n", target).stdout


@needs_make
def test_make_says_which_python_is_needed(bare_copy):
    missing = make(bare_copy, "lab", "PYTHON=no-such-python")
    assert missing.returncode != 0
    assert f"There is no no-such-python here. Install Python {OLDEST_PYTHON} or newer" in missing.stdout

    pyproject = bare_copy / "pyproject.toml"
    old = pyproject.read_text(encoding="utf-8")
    pyproject.write_text(old.replace(f'">={OLDEST_PYTHON}"', '">=9.9"'), encoding="utf-8")
    too_old = make(bare_copy, "lab", f"PYTHON={sys.executable}")
    assert too_old.returncode != 0
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"The course needs Python 9.9 or newer, and {sys.executable} is {version}." in too_old.stderr
    assert not (bare_copy / ".venv").exists()


@needs_make
def test_nobodys_progress_reaches_a_test(bare_copy):
    recipe = make(bare_copy, "-n", "test").stdout
    assert "COURSE_PROGRESS=" in recipe
    assert "TQDM_DISABLE=1" in recipe


def test_news_pop_up_is_silenced():
    name = "share/jupyter/lab/settings/overrides.json"
    ours = json.loads((ROOT / name).read_text(encoding="utf-8"))
    with open(os.path.join(sys.prefix, *name.split("/")), encoding="utf-8") as installed:
        assert json.load(installed) == ours
    ((plugin, settings),) = ours.items()
    package, setting_file = plugin.split(":")
    schema_file = os.path.join(sys.prefix, "share/jupyter/lab/schemas", *package.split("/"), f"{setting_file}.json")
    with open(schema_file, encoding="utf-8") as file:
        schema = json.load(file)["properties"]
    assert {key: value in [choice["const"] for choice in schema[key]["oneOf"]] for key, value in settings.items()} == {
        "fetchNews": True
    }


# What README.md and its kin promise -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", ".pre-commit-config.yaml", ".ci/run", "CHANGELOG.md"])
def test_make_commands_exist(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    commands = set(re.findall(r"(?:`|^|entry: )make ([a-z-]+)", text, re.MULTILINE))
    if name == ".ci/run":
        commands = set(re.search(r"for target in (.*); do", text).group(1).split())
    assert commands
    assert commands <= TARGETS


def test_workflow_runs_the_same_commands():
    steps = [step["run"] for job in WORKFLOW["jobs"].values() for step in job["steps"] if "run" in step]
    targets = {step.removeprefix("make ") for step in steps if step.startswith("make ")}
    assert {"test", "browser"} <= targets <= TARGETS
    on_windows = [step["run"] for step in WORKFLOW["jobs"]["windows"]["steps"] if "run" in step]
    install = code_block("### On Windows", "powershell")
    tests = code_block("From the second time on", "powershell")
    assert [line for line in on_windows if "check_env" not in line] == install[:2] + tests
    assert {job.get("runs-on") for job in WORKFLOW["jobs"].values()} >= {"windows-latest", "ubuntu-latest"}


def test_every_set_up_opens_the_same_page():
    pages = set(re.findall(r"lab/tree/(\S+?)[\s)]", README + MAKEFILE))
    assert pages == {"notebooks/00_start_here.ipynb"}
    assert (ROOT / "notebooks/00_start_here.ipynb").exists()


def test_lines_without_make_do_what_make_does():
    start = re.search(r"^START := (.*)", MAKEFILE, re.MULTILINE).group(1)
    _, torch, install, lab = code_block("### On Linux or macOS")
    assert lab.endswith(f"-m jupyterlab --LabApp.default_url={start}")
    assert install.endswith("pip install -c constraints.txt -e .")
    options = re.search(r"--extra-index-url (?:\S+) .*", MAKEFILE).group(0)
    assert torch.endswith(f"-c constraints.txt --no-deps torch {options}")


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_and_paths_lead_somewhere(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https:)([^)#]+)\)", text)
    paths = re.findall(r"`([\w.-]+/[\w./-]*)`", text)
    assert paths
    assert [path for path in links + paths if "NN" not in path and not (ROOT / path).exists()] == []


def test_routes_are_those_of_the_map():
    course = tomllib.loads((ROOT / "course_lib/texts/course.toml").read_text(encoding="utf-8"))
    everything = [lesson["name"][:2] for part in course["part"] for lesson in part["lessons"]]
    for route in course["route"]:
        lessons = (
            f"{everything[0]} to {everything[-1]}" if route["lessons"] == everything else ", ".join(route["lessons"])
        )
        assert f"| {route['title']} | {lessons} |" in README


def test_picture_and_its_words_are_those_of_a_fresh_run(tmp_path, monkeypatch, capsys):
    import make_flower
    from PIL import Image

    stored = Image.open(make_flower.TARGET)
    monkeypatch.setattr(make_flower, "TARGET", tmp_path / "flower.png")
    make_flower.main()
    words = capsys.readouterr().out.strip()
    assert f"![{words}](docs/flower.png)" in README
    assert stored.info["Description"] == words


@needs_git
def test_newer_course_keeps_answers(tmp_path, monkeypatch):
    """Run the lines of README.md where learner and course changed the same exercise, and the learner ran a lesson."""
    settings = tmp_path / "gitconfig"
    settings.write_text("[user]\nname = A\nemail = a@example.org\n[init]\ndefaultBranch = main\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")

    def git(folder, *arguments):
        subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)

    def cells(sources, outputs=()):
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(s, id=f"c{i}") for i, s in enumerate(sources)]
        )
        for cell, text in zip(notebook.cells, outputs, strict=False):
            cell.execution_count, cell.outputs = 1, [nbformat.v4.new_output("stream", text=text)]
        return notebook

    def write(folder, exercise, lesson):
        for name, notebook in (("exercises", exercise), ("notebooks", lesson)):
            (folder / name).mkdir(exist_ok=True)
            nbformat.write(notebook, folder / name / "01.ipynb")

    course, mine = tmp_path / "course", tmp_path / "mine"
    course.mkdir()
    git(course, "init")
    shutil.copy(ROOT / ".gitattributes", course)
    write(course, cells(["import this", "answer = TODO", "check(answer)"]), cells(["1 + 1"], ["2"]))
    git(course, "add", ".")
    git(course, "commit", "-m", "first")
    git(tmp_path, "clone", str(course), str(mine))

    solved = cells(["import this", "answer = 42", "check(answer)"], ["beautiful", "", "passed"])
    write(mine, solved, cells(["1 + 1"], ["3"]))
    write(course, cells(["import that", "answer: int = TODO", "check(answer)", "new"]), cells(["1 + 2"], ["3"]))
    git(course, "commit", "-am", "second")

    for line in code_block("keep your answers"):
        subprocess.run(line, cwd=mine, shell=True, check=True, capture_output=True)

    merged = nbformat.read(mine / "exercises/01.ipynb", as_version=4)
    nbformat.validate(merged)
    assert merged.cells[1].source == "answer = 42"
    assert "new" in [cell.source for cell in merged.cells]
    assert (mine / "notebooks/01.ipynb").read_bytes() == (course / "notebooks/01.ipynb").read_bytes()


def test_erratum_form_asks_for_lesson_cell_and_environment():
    form = yaml.safe_load((ROOT / ".github/ISSUE_TEMPLATE/erratum.yml").read_text(encoding="utf-8"))
    fields = {field["id"]: field for field in form["body"]}
    assert {"lesson", "cell", "check-env"} <= set(fields)
    assert all(field["validations"]["required"] for field in fields.values())
    assert "-m course_lib.check_env" in fields["check-env"]["attributes"]["description"]
    assert "template=erratum.yml" in README


@needs_git
def test_owner_is_the_same_everywhere():
    owner, name = owner_and_name()
    named = {
        (path, found)
        for path, text in texts(tracked_files())
        for found in re.findall(rf"(?:github\.com|/gh)/([\w.-]+)/{name}", text)
    }
    assert {found for _, found in named} == {owner}
    assert {"README.md", "CITATION.cff", "CONTRIBUTING.md"} <= {path for path, _ in named}


def test_lessons_and_code_have_their_licences():
    code = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert code.startswith("BSD 3-Clause License")
    lessons = (ROOT / "LICENSE-lessons").read_text(encoding="utf-8")
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in lessons
    for covered in re.findall(r"[\w./]+/(?=[,\s])", lessons):
        assert (ROOT / covered).is_dir(), covered


REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|anaconda\.(?:org|com)|(?:debian|ubuntu)\.(?:org|com)"
)
INVENTED = re.compile("/home/someone/|/tmp/ipykernel_1/")  # stand for a machine's paths in tests


@needs_git
def test_no_machine_and_no_registry_is_named():
    files = [path for path in tracked_files() if path.suffix != ".ipynb"]  # notebooks have a rule of their own
    places = {path: MACHINE_PATH.findall(INVENTED.sub("", text)) for path, text in texts(files)}
    assert {path: found for path, found in places.items() if found} == {}
    hosts = {path: REGISTRY.findall(text) for path, text in texts(tracked_files())}
    assert {path: found for path, found in hosts.items() if found} == {}
