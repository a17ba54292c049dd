"""A real JupyterLab, over a copy of the lessons."""

import contextlib
import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from notebook_files import ROOT, run_environment

# JupyterLab takes cells out of the page while they are not in view, but the tests look at all of them at once; and it
# adds a window of nothing at the end, of which the screenshots have no need.
SETTINGS = {
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none", "scrollPastEnd": False}
}
FOLDERS = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
}


@dataclass
class Lab:
    """Where it listens, and the token that it asks for."""

    url: str
    token: str

    def address(self, path):
        """Return the address of a page or of a part of the server's interface."""
        return f"{self.url}{path}?token={self.token}"

    def kernel_state(self, page, name):
        """Return the state of the kernel of the notebook `name`, or None if it has none yet."""
        sessions = page.request.get(self.address("api/sessions")).json()
        states = [session["kernel"]["execution_state"] for session in sessions if session["name"] == name]
        return states[0] if states else None

    def stop_kernels(self, page):
        """Stop every kernel."""
        for session in page.request.get(self.address("api/sessions")).json():
            page.request.delete(self.address(f"api/sessions/{session['id']}"))


@contextlib.contextmanager
def running_lab(home: Path):
    """Run JupyterLab with settings, data and progress in folders of its own under `home`."""
    for folder in ("notebooks", "solutions"):
        shutil.copytree(ROOT / folder, home / "course" / folder)
    for name, content in SETTINGS.items():
        file = home / FOLDERS["JUPYTERLAB_SETTINGS_DIR"] / name
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(content))
    environment = run_environment(home / "progress", **{name: str(home / folder) for name, folder in FOLDERS.items()})
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"]
    command += ["--LabApp.expose_app_in_browser=True"]  # its commands, for those that no menu reaches at every width
    log = home / "log"
    with log.open("w") as stream:
        server = subprocess.Popen(command, cwd=home / "course", env=environment, stdout=stream, stderr=stream)

    def listening():
        assert server.poll() is None, f"JupyterLab ended:\n{log.read_text()}"
        return next((home / "runtime").glob("jpserver-*.json"), None)

    try:
        info = json.loads(wait_for(listening, seconds=60, what="JupyterLab").read_text())
        yield Lab(info["url"], info["token"])
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(condition, *, seconds, what):
    """Return the first true value of `condition()`, asked twice a second."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.5)
    raise TimeoutError(f"{what}: not within {seconds} s")
