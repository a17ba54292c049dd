"""check_env says OK in the same words everywhere, and for each need that is not met what to do about it."""

import importlib.metadata
import shutil
import subprocess
import sys
from collections import namedtuple

import psutil
import pytest
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from notebook_files import ROOT

from course_lib import check_env
from course_lib.check_env import check_environment, report

VERSION = importlib.metadata.version


@pytest.fixture(autouse=True)
def _own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path))


@pytest.fixture
def torch_is_fine(monkeypatch):
    """Leave out the import of torch, which takes seconds."""
    monkeypatch.setattr(check_env, "_torch", lambda: check_env.Row("torch", True, "usable", ""))


def the_one_failure(rows):
    (row,) = [row for row in rows if not row.ok]
    assert row.fix
    assert str(row) == f"FAIL  {row.need} (here: {row.found})\n      Fix: {row.fix}"
    return row


def pretend_versions(monkeypatch, **versions):
    """Pretend that these are installed; None stands for not at all."""

    def version(name):
        if versions.get(name, "") is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return versions.get(name) or VERSION(name)

    monkeypatch.setattr(importlib.metadata, "version", version)


def test_all_is_well_in_words_that_do_not_vary():
    rows = check_environment()
    assert [str(row) for row in rows] == [f"OK    {row.need}" for row in rows]
    needs = [row.need for row in rows]
    declared = [line for line in importlib.metadata.requires("synthetic-data-course") if "extra ==" not in line]
    assert needs[1 : 1 + len(declared)] == declared
    assert needs[0] == "Python>=3.11"
    found = {row.need: row.found for row in rows}
    assert found["Python>=3.11"] == sys.version.split()[0]
    assert report(rows).endswith("The course has all that it needs.")


@pytest.mark.usefixtures("torch_is_fine")
def test_missing_package(monkeypatch):
    pretend_versions(monkeypatch, pandas=None)
    row = the_one_failure(check_environment())
    assert (row.need, row.found) == ("pandas>=2.2", "not installed")
    assert row.fix == f'"{sys.executable}" -m pip install "pandas>=2.2"'


@pytest.mark.usefixtures("torch_is_fine")
def test_old_package(monkeypatch):
    pretend_versions(monkeypatch, torch="2.5.1+cpu")
    row = the_one_failure(check_environment())
    assert (row.need, row.found) == ("torch>=2.6", "2.5.1+cpu")
    assert '-m pip install "torch>=2.6" --force-reinstall --extra-index-url' in row.fix


def test_what_needs_the_packages_is_checked_once_they_are_there(monkeypatch):
    pretend_versions(monkeypatch, psutil=None)
    monkeypatch.setattr(check_env, "_memory", None)  # would fail if it were called
    assert the_one_failure(check_environment()).need == "psutil>=5.9"


@pytest.mark.usefixtures("torch_is_fine")
def test_old_python(monkeypatch):
    monkeypatch.setattr("platform.python_version", lambda: "3.10.4")
    row = the_one_failure(check_environment())
    assert (row.need, row.found) == ("Python>=3.11", "3.10.4")
    assert "make lab PYTHON=" in row.fix


def test_nothing_to_compare_versions_with(monkeypatch):
    monkeypatch.setitem(sys.modules, "packaging.requirements", None)
    row = the_one_failure(check_environment())
    assert row.need == "packaging"
    assert '-m pip install "packaging"' in row.fix


@pytest.mark.parametrize("arguments", [["-m", "course_lib.check_env"], ["-c", "import course_lib"]])
def test_another_python_than_the_courses(arguments):
    # Without its site-packages this Python is one where nothing is installed.
    command = [sys.executable, "-S", *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "FAIL  the course, installed in this Python" in run.stderr
    assert "make lab" in run.stderr


@pytest.mark.parametrize("failing", [True, False])
def test_exit_status(failing, monkeypatch, tmp_path):
    if failing:
        (tmp_path / "file").touch()
        monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "file"))
    command = [sys.executable, "-m", "course_lib.check_env"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == int(failing)
    assert ("FAIL" in run.stdout) == failing
    assert run.stderr == ""


# What the packages are needed for -------------------------------------------------------------------------------------


def pretend_torch(monkeypatch, stdout="", stderr="", returncode=0):
    done = subprocess.CompletedProcess([], returncode, stdout, stderr)
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: done)


def test_torch_built_for_a_gpu_that_is_not_there(monkeypatch):
    pretend_torch(monkeypatch, stdout="False\n")
    row = the_one_failure(check_environment())
    assert "twice the memory" in row.found
    assert "whl/cpu" in row.fix


@pytest.mark.parametrize(
    ("stderr", "found"), [("Traceback\nOSError: DLL load failed\n", "OSError: DLL load failed"), ("", "exit status -4")]
)
def test_torch_that_does_not_start(stderr, found, monkeypatch):
    pretend_torch(monkeypatch, stderr=stderr, returncode=-4)
    row = the_one_failure(check_environment())
    assert row.found == f"it cannot be imported: {found}"
    assert '-m pip install "torch"' in row.fix


@pytest.mark.usefixtures("torch_is_fine")
def test_kernel_of_another_python(monkeypatch):
    elsewhere = KernelSpec(argv=["/elsewhere/bin/python", "-m", "ipykernel_launcher"])
    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", lambda self, name: elsewhere)
    row = the_one_failure(check_environment())
    assert row.found == "/elsewhere/bin/python"
    assert row.fix == f'"{sys.executable}" -m ipykernel install --sys-prefix'


@pytest.mark.usefixtures("torch_is_fine")
def test_no_kernel(monkeypatch):
    def none(self, name):
        raise NoSuchKernel(name)

    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", none)
    row = the_one_failure(check_environment())
    assert (row.need, row.found) == ("a Jupyter kernel in this Python", "none")


@pytest.mark.usefixtures("torch_is_fine")
def test_little_memory(monkeypatch):
    memory = namedtuple("Memory", "available")(500_000_000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    row = the_one_failure(check_environment())
    assert (row.need, row.found) == ("700 MB of free memory", "500 MB")
    assert "shut down the kernels" in row.fix


@pytest.mark.usefixtures("torch_is_fine")
@pytest.mark.parametrize("name", ["memory.max", "memory/memory.limit_in_bytes"])
def test_container_that_allows_little_memory(name, monkeypatch, tmp_path):
    monkeypatch.setattr(check_env, "CONTROL_GROUPS", tmp_path)
    limit = tmp_path / name
    limit.parent.mkdir(exist_ok=True)
    limit.write_text("max\n")
    assert all(row.ok for row in check_environment())
    limit.write_text("600000000\n")
    assert the_one_failure(check_environment()).found == "600 MB"


@pytest.mark.usefixtures("torch_is_fine")
def test_little_disk(monkeypatch):
    usage = namedtuple("Usage", "free")(1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert the_one_failure(check_environment()).found == "1 MB"


@pytest.mark.usefixtures("torch_is_fine")
def test_progress_that_cannot_be_kept(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "file"))
    row = the_one_failure(check_environment())
    assert row.need == "a folder for your progress that can be written"
    assert "COURSE_PROGRESS" in row.fix

    monkeypatch.delenv("COURSE_PROGRESS")
    monkeypatch.setattr("course_lib.progress.progress_file", lambda: None)
    assert the_one_failure(check_environment()).found == "no home folder"
