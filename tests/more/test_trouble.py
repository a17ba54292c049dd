"""What can go wrong on a learner's machine: each time the course says what happened, goes on, and loses nothing."""

import json
import os
import shutil
import subprocess
import sys
import time

import pytest
from jupyter_client.manager import start_new_kernel
from test_notebooks import sealed_environment

LEARNER = """
from course_lib import progress
from course_lib.lesson import predict

for answer in (0.5, 0.6):
    predict("01.spread", "How much is left?", low=0, high=2, step=0.05, answer=answer)
progress.record_check("01.1")
print("KEPT", progress.predictions(), progress.passed_checks())
print("EXPORTED", progress.export_progress({export!r}))
"""
KEPT = "KEPT {'01.spread': [0.5, 0.6]} ['01.1']"

# For one process alone: a file system of one page, of which nothing is left, and one that cannot be written to.
FULL = 'mount -t tmpfs -o size=4k tmpfs "$1" && head -c 4096 /dev/zero > "$1/ballast"'
READ_ONLY = 'mount -t tmpfs -o ro tmpfs "$1"'


def learn(tmp_path, environment, *, mount=None, home=None):
    """Let a learner predict twice and pass a check; return what came of it, and check that all can be taken along."""
    (tmp_path / "elsewhere").mkdir()
    export = tmp_path / "elsewhere" / "mine.json"
    command = [sys.executable, "-c", LEARNER.format(export=str(export))]
    if mount:
        namespace = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user", "--user"])]
        command = [*namespace, "sh", "-c", f'{mount} && shift && exec "$@"', "sh", str(home), *command]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert KEPT in result.stdout
    assert [entry["value"] for entry in json.loads(export.read_text())["predictions"]["01.spread"]] == [0.5, 0.6]
    return result


needs_mounts = pytest.mark.skipif(
    shutil.which("unshare") is None
    or subprocess.run(
        [
            "unshare",
            "--mount",
            *([] if os.name == "nt" or os.geteuid() == 0 else ["--map-root-user", "--user"]),
            "true",
        ],
        capture_output=True,
    ).returncode
    != 0,
    reason="this system lets nobody mount a file system for one process",
)


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def test_a_damaged_progress_file_is_set_aside(tmp_path, home):
    (home / "progress.json").write_text('{"schema": 1, "checks": {')
    result = learn(tmp_path, os.environ | {"COURSE_PROGRESS": str(home)})
    assert "It is now called progress-damaged-" in result.stderr
    assert [path.read_text() for path in home.glob("progress-damaged-*.json")] == ['{"schema": 1, "checks": {']


@needs_mounts
def test_a_full_disk_is_named_and_nothing_is_lost(tmp_path, home):
    result = learn(tmp_path, os.environ | {"COURSE_PROGRESS": str(home)}, mount=FULL, home=home)
    assert "No space left on device" in result.stderr
    assert "kept for this session only" in result.stderr


@needs_mounts
def test_a_read_only_home_is_named_and_nothing_is_lost(tmp_path, home):
    environment = {key: value for key, value in os.environ.items() if key not in ("COURSE_PROGRESS", "XDG_DATA_HOME")}
    result = learn(tmp_path, environment | {"HOME": str(home)}, mount=READ_ONLY, home=home)
    assert "Read-only file system" in result.stderr
    assert "kept for this session only" in result.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has another idea of a home")
def test_without_a_home_nothing_is_lost(tmp_path):
    environment = {key: value for key, value in os.environ.items() if key not in ("COURSE_PROGRESS", "XDG_DATA_HOME")}
    result = learn(tmp_path, environment | {"HOME": "/dev/null/nobody"})  # where nobody can make a folder, root neither
    assert "kept for this session only" in result.stderr


def test_a_missing_torch_is_named_with_its_remedy(tmp_path):
    (tmp_path / "torch").mkdir()
    absent = "raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')\n"
    (tmp_path / "torch" / "__init__.py").write_text(absent)
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-m", "course_lib.check_env"], env=environment, capture_output=True, text=True, timeout=120
    )
    assert result.returncode != 0
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("FAIL")]
    assert "torch" in line
    assert "pip install" in result.stdout


def test_the_loop_needs_no_torch(tmp_path):
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text("raise ModuleNotFoundError(\"No module named 'torch'\")\n")
    script = "import numpy as np\nfrom course_lib import Gaussian, Replace, self_consume\n"
    script += "rng = np.random.default_rng(0)\nreal = rng.standard_normal((20, 1))\n"
    script += "print(len(self_consume(Gaussian(), real, policy=Replace(), generations=5, rng=rng).models))\n"
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120
    )
    assert result.stdout == "6\n", result.stderr


LONG_RUN = """\
import numpy as np
from course_lib import Gaussian, Replace, self_consume
rng = np.random.default_rng(0)
print("begun", flush=True)
history = self_consume(Gaussian(), rng.standard_normal((100, 5)), policy=Replace(), generations=10**7, rng=rng)
"""


def test_an_interrupted_long_run_keeps_what_is_finished(tmp_path):
    """In a kernel, as by the button with the square."""
    manager, client = start_new_kernel(env=sealed_environment(tmp_path))
    told = []

    def hear(message):
        content = message["content"]
        told.append(content.get("text") or content.get("evalue") or "")

    try:
        run = client.execute(LONG_RUN)
        while not any("begun" in text for text in told):
            hear(client.get_iopub_msg(timeout=60))
        time.sleep(3)
        manager.interrupt_kernel()
        while (reply := client.get_shell_msg(timeout=60))["parent_header"]["msg_id"] != run:
            pass  # the kernel's answers to what it was asked when it started
        assert reply["content"]["status"] == "ok"
        while (message := client.get_iopub_msg(timeout=60))["content"].get("execution_state") != "idle":
            hear(message)
        client.execute_interactive("print('finished', len(history.models))", output_hook=hear, timeout=60)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert "interrupted: returning generations 0 to" in "".join(told)
    finished = next(text for text in told if text.startswith("finished"))
    assert int(finished.split()[1]) > 10
