"""
Run lessons and solutions again and store them as run.

    python tools/run_notebooks.py                run what changed since its stored run
    python tools/run_notebooks.py --all          run everything (after a change in course_lib)
    python tools/run_notebooks.py NAME ...       run these, changed or not

Each notebook stores the fingerprint of its code cells as they were run, so "changed" is a fact of the file: it
survives commits, needs no git, and is not fooled by the time stamps that a checkout sets. A learner who edits a
lesson changes it too. Unless it is named, or FORCE=1 is set, a file is therefore run only if git knows its present
content; others are named and left alone. A notebook that fails, or writes to stderr, is not stored.

After its last cell every slider is tried over its whole range; what that printed is stored beside the fingerprint,
and the tests expect the same.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from notebook_files import (
    ROOT,
    TRY_WIDGETS,
    code_cells,
    fingerprint,
    notebooks_in,
    read,
    run,
    run_environment,
    stderr_lines,
    store,
)

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def is_stale(notebook: NotebookNode) -> bool:
    """Tell whether the code differs from the code that the stored outputs belong to."""
    return notebook.metadata.get("course", {}).get("ran") != fingerprint(code_cells(notebook))


def is_committed(path: Path) -> bool:
    """Tell whether git holds the present content of the file; without git, or outside a checkout, it does not."""
    try:
        status = subprocess.run(
            ["git", "status", "--porcelain", "--ignored", "--", path.name],
            cwd=path.parent, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return False
    return not status.stdout


def tidy(notebook: NotebookNode) -> None:
    """
    Drop what differs from run to run without saying anything: widget ids, time stamps, view settings.

    Raises
    ------
    ValueError
        If a widget has no form in HTML, so that the stored notebook would not show it.
    """
    for number, cell in enumerate(notebook.cells):
        cell.metadata = NotebookNode({key: cell.metadata[key] for key in ("tags",) if key in cell.metadata})
        for output in cell.get("outputs", []):
            if output.get("data", {}).pop(WIDGET_VIEW, None) and "text/html" not in output.data:
                raise ValueError(f"cell {number} shows a widget that has no form in HTML")


def run_and_store(path: Path) -> None:
    """
    Run one notebook from its own folder and store it.

    Raises
    ------
    CellExecutionError
        If a cell raises, or a slider's figure cannot be drawn over the whole range.
    ValueError
        If a cell writes to stderr, or shows a widget that has no form in HTML.
    """
    notebook = read(path)
    notebook.cells.append(nbformat.v4.new_code_cell(TRY_WIDGETS))
    with tempfile.TemporaryDirectory() as progress:
        run(notebook, path.parent, run_environment(Path(progress)))
    if lines := stderr_lines(notebook):
        raise ValueError("it wrote to stderr:\n" + "\n".join(lines))
    tried = notebook.cells.pop().outputs[0].text
    tidy(notebook)
    store(notebook, path, ran=fingerprint(code_cells(notebook)), widgets=tried)


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", type=Path)
    parser.add_argument("--all", action="store_true", help="run what has not changed, too")
    options = parser.parse_args()
    paths = [path.resolve() for path in options.names]
    if not paths:
        paths = [path for folder in ("notebooks", "solutions") for path in notebooks_in(ROOT / folder)]
        paths = [path for path in paths if options.all or is_stale(read(path))]
    status = 0
    for path in paths:
        shown = os.path.relpath(path)
        if not (options.names or os.environ.get("FORCE") == "1" or is_committed(path)):
            print(f"left alone: {shown} has changes that are not committed. Name it, or set FORCE=1, to run it.")
            status = 1
            continue
        try:
            run_and_store(path)
        except (CellExecutionError, ValueError) as error:
            print(f"not stored: {shown}: {error}")
            status = 1
        else:
            print(f"stored: {shown}")
    if not paths:
        print("Every notebook is stored as its code stands.")
    return status


if __name__ == "__main__":
    sys.exit(main())
