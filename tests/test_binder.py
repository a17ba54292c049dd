"""What Binder runs while it builds the image. A visitor's limits are tested in tests/more/test_binder.py."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from notebook_files import ROOT

CPU_SECONDS = 30  # a fresh machine needs about five

needs_bash = pytest.mark.skipif(
    shutil.which("bash") is None or sys.platform == "win32", reason="Binder builds on Linux"
)


@pytest.fixture
def image(tmp_path):
    """A home and a repository in it, as they are when the image is built, with this Python."""
    repository = tmp_path / "repository"
    shutil.copytree(ROOT / "course_lib", repository / "course_lib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "postBuild", repository)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    home = {"HOME": str(tmp_path), "MPLCONFIGDIR": str(tmp_path / "matplotlib"), "PATH": path}
    return repository, {**os.environ, **home}


def run(image, *command):
    repository, environment = image
    return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)


def cpu_seconds():
    """Return the CPU seconds of all processes that this one has run."""
    times = os.times()
    return times.children_user + times.children_system


@needs_bash
def test_post_build_is_silent_and_quick_and_spares_the_first_import(image):
    repository, environment = image
    used = cpu_seconds()
    done = run(image, "./postBuild")
    assert cpu_seconds() - used < CPU_SECONDS
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list((repository / "course_lib").rglob("*.pyc"))
    (cache,) = Path(environment["MPLCONFIGDIR"]).glob("fontlist-*.json")
    written = cache.stat().st_mtime_ns
    run(image, "python", "-c", "import matplotlib.font_manager")
    assert cache.stat().st_mtime_ns == written


@needs_bash
def test_post_build_fails_aloud(image):
    repository, _ = image
    (repository / "course_lib" / "broken.py").write_text("def", encoding="utf-8")
    done = run(image, "./postBuild")
    assert done.returncode != 0
    assert "broken.py" in done.stdout + done.stderr


@needs_bash
def test_binder_runs_it():
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.search(r"^RUN .*\./postBuild", done.stdout + done.stderr, re.MULTILINE)
    assert os.access(ROOT / "postBuild", os.X_OK)
