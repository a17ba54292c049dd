"""Does the course run here? `python -m course_lib.check_env` says OK or FAIL for each need, and how to mend it.

What is needed, and in which version, is read from the installed course, whose one list stands in pyproject.toml.
This module itself needs nothing but the standard library: it has to run where something is missing.
"""

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Row", "check_environment", "report"]

COURSE = "synthetic-data-course"
MEMORY_MB = 700  # a lesson's 600, and JupyterLab's own
DISK_MB = 200  # notebooks saved with their figures, and temporary files
CONTROL_GROUPS = Path("/sys/fs/cgroup")  # where Linux keeps a container's limits
TORCH_CPU = "--force-reinstall --extra-index-url https://download.pytorch.org/whl/cpu"


@dataclass(frozen=True)
class Row:
    """One need of the course, and whether it is met here.

    Attributes
    ----------
    need : str
        What is needed, in the same words on every machine.
    ok : bool
    found : str
        What is here: a version, an amount, or what went wrong.
    fix : str
        What to do about it.
    """

    need: str
    ok: bool
    found: str
    fix: str

    def __str__(self):
        """Say the same on every machine where the need is met; where it is not, say what to do."""
        return f"OK    {self.need}" if self.ok else f"FAIL  {self.need} (here: {self.found})\n      Fix: {self.fix}"


def check_environment():
    """Check what the course needs.

    Returns
    -------
    list of Row
        The Python version and each package first. The other needs follow once all of these are met.

    Examples
    --------
    >>> for row in check_environment():
    ...     print(row)  # doctest: +SKIP
    """
    try:
        course = importlib.metadata.metadata(COURSE)
        requirements = importlib.metadata.requires(COURSE)
    except importlib.metadata.PackageNotFoundError:
        here = f"not in {sys.executable}"
        return [Row("the course, installed in this Python", False, here, f"{_use_venv()}, or set it up: make lab")]
    try:
        from packaging.requirements import Requirement
    except ModuleNotFoundError:
        return [Row("packaging", False, "not installed", _install("packaging"))]

    needed = [Requirement(line) for line in requirements]
    rows = [_python(course["Requires-Python"])]
    rows += [_package(need) for need in needed if need.marker is None or need.marker.evaluate({"extra": ""})]
    if all(row.ok for row in rows):
        rows += [_torch(), _kernel(), _memory(), _disk(), _progress()]
    return rows


def report(rows):
    """Return the rows as text for a terminal, or for the report of an error in the course, with what was found."""
    width = max(len(row.need) for row in rows)
    lines = [f"Python {platform.python_version()} on {platform.platform()}"]
    lines += [f"{row!s:{width + 8}}{row.found}" if row.ok else str(row) for row in rows]
    n_failed = sum(not row.ok for row in rows)
    lines.append(f"{n_failed} of {len(rows)} needs are not met." if n_failed else "The course has all that it needs.")
    return "\n".join(lines)


def _python(specifier):
    from packaging.specifiers import SpecifierSet

    version = platform.python_version()
    return Row(
        f"Python{specifier}",
        SpecifierSet(specifier).contains(version, prereleases=True),
        version,
        f"install Python{specifier}, delete the folder .venv, and run: make lab PYTHON=<the new Python>",
    )


def _package(requirement):
    need = f"{requirement.name}{requirement.specifier}"
    try:
        found = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return Row(need, False, "not installed", _install(need))
    return Row(need, requirement.specifier.contains(found, prereleases=True), found, _install(need))


def _install(need):
    options = f" {TORCH_CPU}" if need.startswith("torch") else ""
    return f'"{sys.executable}" -m pip install "{need}"{options}'


def _use_venv():
    python = r".venv\Scripts\python" if os.name == "nt" else ".venv/bin/python"
    return f"use the course's own Python: {python} -m course_lib.check_env"


def _torch():
    # In a process of its own: it costs 200 MB, and a torch that does not fit the machine can end the process.
    code = "import torch; print(torch.version.cuda is None or torch.cuda.is_available())"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    need = "torch: a CPU build, or a GPU that it can use"
    fix = _install("torch")
    if run.returncode:
        last = (run.stderr.strip().splitlines() or [f"exit status {run.returncode}"])[-1]
        if os.name == "nt":
            fix = f"install the Microsoft Visual C++ Redistributable, which torch needs; if that is there: {fix}"
        return Row(need, False, f"it cannot be imported: {last}", fix)
    ok = run.stdout.strip() == "True"
    return Row(need, ok, "usable" if ok else "a build for GPUs without one: twice the memory", fix)


def _kernel():
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    need = "a Jupyter kernel in this Python"
    fix = f'"{sys.executable}" -m ipykernel install --sys-prefix'
    try:
        program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Row(need, False, "none", fix)
    # A bare name is replaced by this Python when the kernel is started; a path could be that of another Python.
    ok = os.path.dirname(program) in ("", os.path.dirname(sys.executable))
    return Row(need, ok, os.path.basename(program) if ok else program, fix)


def _memory():
    import psutil

    free = min([psutil.virtual_memory().available, *_container_limits()])
    return Row(
        f"{MEMORY_MB} MB of free memory",
        free >= MEMORY_MB * 1e6,
        f"{free / 1e6:.0f} MB",
        "close other programs, and shut down the kernels of notebooks that you no longer use",
    )


def _container_limits():
    """Yield the memory in bytes that a container such as Binder's allows, where it says so; the rest is the host's."""
    for name in ("memory.max", "memory/memory.limit_in_bytes"):  # version 2 and 1
        try:
            limit = (CONTROL_GROUPS / name).read_text().strip()
        except OSError:
            continue
        if limit != "max":
            yield int(limit)


def _disk():
    free = shutil.disk_usage(".").free
    return Row(
        f"{DISK_MB} MB of free disk",
        free >= DISK_MB * 1e6,
        f"{free / 1e6:.0f} MB",
        "delete what you no longer need on this disk, or move the course's folder to another",
    )


def _progress():
    from course_lib.progress import progress_file

    need = "a folder for your progress that can be written"
    fix = "set the environment variable COURSE_PROGRESS to a folder of yours; until then progress lasts for one session"
    file = progress_file()
    if file is None:
        return Row(need, False, "no home folder", fix)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=file.parent).close()
    except OSError as error:
        return Row(need, False, str(error), fix)
    return Row(need, True, "writable", fix)


if __name__ == "__main__":
    found = check_environment()
    print(report(found))
    sys.exit(not all(row.ok for row in found))
