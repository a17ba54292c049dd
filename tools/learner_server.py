"""A learner's own JupyterLab server, as on a JupyterHub: opens a lesson, runs it in a kernel, and can be measured."""

import contextlib
import json
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from jupyter_client import BlockingKernelClient
from notebook_files import ROOT, code_cells, read, run_environment

FOLDERS = (
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
    "IPYTHONDIR",
)


@dataclass
class Learner:
    """A server, and what was measured of it and its kernel: (PSS, RSS) in bytes, or None where there is no PSS."""

    process: psutil.Popen
    runtime: Path
    url: str
    token: str
    waited: float = 0.0  # seconds, for the last lesson
    used: float = 0.0  # CPU seconds, for the last lesson

    def ask(self, path: str, data: dict | None = None, method: str = "GET") -> bytes:
        """Send a request to the server and return its answer."""
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(f"{self.url}{path}", data=body, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def memory(self) -> tuple[int, int]:
        """Return the PSS and the RSS, in bytes, of the server and all that it has started; without PSS, RSS twice."""
        pss = rss = 0
        for process in [self.process, *self.process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                info = process.memory_full_info()
                pss, rss = pss + getattr(info, "pss", info.rss), rss + info.rss
        return pss, rss

    def cpu_seconds(self) -> float:
        """Return the CPU seconds that the server and all that it has started, and that still runs, have used."""
        seconds = 0.0
        for process in [self.process, *self.process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                seconds += sum(process.cpu_times()[:2])
        return seconds

    def run(self, lesson: Path) -> None:
        """Open a lesson, run all its cells in a new kernel, store it, and note the seconds; raise if a cell does."""
        began, used_before = time.monotonic(), self.cpu_seconds()
        name = f"notebooks/{lesson.name}"
        self.ask("lab/tree/" + name)
        content = json.loads(self.ask("api/contents/" + name))
        asked = {"path": name, "name": lesson.name, "type": "notebook", "kernel": {"name": "python3"}}
        kernel = json.loads(self.ask("api/sessions", asked, "POST"))["kernel"]["id"]
        client = BlockingKernelClient(connection_file=str(self.runtime / f"kernel-{kernel}.json"))
        client.load_connection_file()
        client.start_channels(hb=False)  # on a busy machine a heart that has not begun to beat would be taken for dead
        try:
            client.kernel_info(reply=True, timeout=120)
            for number, cell in enumerate(code_cells(read(lesson))):
                reply = client.execute(cell.source, reply=True, timeout=600, allow_stdin=False)
                if reply["content"]["status"] != "ok":
                    raise RuntimeError(f"code cell {number} of {lesson.name}: {reply['content'].get('evalue')}")
        finally:
            client.stop_channels()
        self.ask("api/contents/" + name, {"type": "notebook", "content": content["content"]}, "PUT")
        self.waited, self.used = time.monotonic() - began, self.cpu_seconds() - used_before

    def stop_kernels(self) -> None:
        """End the kernels, as a learner does who shuts a lesson down before opening the next one."""
        for kernel in json.loads(self.ask("api/kernels")):
            self.ask(f"api/kernels/{kernel['id']}", method="DELETE")


@contextlib.contextmanager
def learner(home: Path, lessons: list[Path], wrapper: Sequence[str] = (sys.executable,)):
    """
    Run a JupyterLab server over copies of the lessons, with folders of its own under `home`.

    What is put before `-m jupyterlab` may also be a command that limits what follows it.
    """
    (home / "course/notebooks").mkdir(parents=True)
    for lesson in lessons:
        nbformat.write(read(lesson), home / "course/notebooks" / lesson.name)
    runtime = home / "runtime"
    places = {name: str(home / name.lower()) for name in FOLDERS} | {"JUPYTER_RUNTIME_DIR": str(runtime)}
    command = [*wrapper, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"]
    with (home / "log").open("w") as log:
        environment = run_environment(home / "progress", **places, PYTHONPATH=str(ROOT))
        process = psutil.Popen(command, cwd=home / "course", env=environment, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 120
        while not (found := list(runtime.glob("jpserver-*.json"))):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"JupyterLab did not start:\n{(home / 'log').read_text()}")
            time.sleep(0.2)
        info = json.loads(found[0].read_text())
        yield Learner(process, runtime, info["url"], info["token"])
    finally:
        with contextlib.suppress(psutil.Error):
            children = process.children(recursive=True)
            process.terminate()
            psutil.wait_procs([process, *children], timeout=30)
