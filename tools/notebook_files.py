"""What the notebook tools and the notebook tests share: where notebooks live, how they are run, how they are stored."""

import hashlib
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
NAME = re.compile(r"\d\d_\w+\.ipynb")  # JupyterLab names a duplicate NN_name-Copy1.ipynb
TRY_WIDGETS = "from course_lib.widgets import try_whole_range\ntry_whole_range()"

# Stored notebooks carry no version numbers of one machine's Python, so that a run elsewhere changes no line.
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE_INFO = {"name": "python"}


def notebooks_in(folder: Path) -> list[Path]:
    """Return the course's notebooks in a folder, in reading order, without a learner's own files and copies."""
    return sorted(path for path in folder.glob("*.ipynb") if NAME.fullmatch(path.name))


def read(path: Path) -> NotebookNode:
    """Read one notebook, in the current format."""
    return nbformat.read(path, as_version=4)


def fingerprint(cells: Iterable[NotebookNode]) -> str:
    """Return a short hash of what stands in the cells, in order: kinds and sources, not outputs or metadata."""
    content = json.dumps([[cell.cell_type, cell.source] for cell in cells])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the code cells, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def stderr_lines(notebook: NotebookNode) -> list[str]:
    """Return what the notebook's cells wrote to stderr, each with its cell's number."""
    return [
        f"cell {number}: {output.text.strip()}"
        for number, cell in enumerate(notebook.cells)
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr"
    ]


def store(notebook: NotebookNode, path: Path, **course: str) -> None:
    """Write a notebook with the metadata that every notebook of the course carries, and ours under ``course``."""
    notebook.metadata = NotebookNode(kernelspec=KERNELSPEC, language_info=LANGUAGE_INFO, course=course)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


def run_environment(progress: Path, **extra: str) -> dict[str, str]:
    """
    Return the environment in which notebooks are run to be stored or tested.

    Parameters
    ----------
    progress : Path
        An empty folder for the progress file, so that nobody's predictions or passed checks reach an output.
    **extra : str
        Further variables.
    """
    return {**os.environ, "COURSE_PROGRESS": str(progress), "TQDM_DISABLE": "1", **extra}


def run(notebook: NotebookNode, folder: Path, environment: dict[str, str], *, cell_timeout: int = 600) -> None:
    """
    Run every cell in place, from top to bottom, in a kernel of this Python.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raises.
    """
    client = NotebookClient(
        notebook,
        timeout=cell_timeout,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        coalesce_streams=True,  # or the split of printed text into outputs would depend on timing
        store_widget_state=False,
        record_timing=False,
    )
    client.execute(env=environment)
