"""
Make exercises/NN_name.ipynb from solutions/NN_name.ipynb.

In a solution, the lines between ``### BEGIN SOLUTION`` and ``### END SOLUTION`` are an answer. In the exercise,
an answer inside a function becomes ``return TODO  # your code here``; an answer at the top level becomes
``name = TODO`` for each name that it assigns. The title ``# Solution …`` becomes ``# Exercise …``, markdown cells
tagged ``solution-only`` are left out, and so are all outputs.

    python tools/build_exercises.py [NAME ...]     build all exercises, or the named ones
    python tools/build_exercises.py --check        build nothing; exit 1 unless every exercise is exactly as built

Each exercise stores the fingerprint of its cells as built. A file that no longer has it holds somebody's work:
it is named and left alone, unless FORCE=1 is set. This needs no git, so it also protects work that was committed,
and work in a downloaded copy.
"""

import argparse
import ast
import os
import re
import sys
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from navigation import with_navigation
from nbformat import NotebookNode
from notebook_files import ROOT, code_cells, fingerprint, notebooks_in, read, store

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
TITLE, EXERCISE_TITLE = "# Solution", "# Exercise"
CHECKS_IMPORT = re.compile(r"^from course_lib\.checks import ", re.MULTILINE)


def assigned_names(code: str) -> list[str]:
    """Return the names that `code` binds by assignment, def or class, in order, each once; loop variables are not."""
    names = {}  # a dict keeps the order

    def visit(node: ast.AST) -> None:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names[name] = True
                return  # what is bound inside stays inside
            case ast.Assign(targets=targets):
                pass
            case ast.AnnAssign(target=target):
                targets = [target]
            case _:
                targets = []
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):  # not the x of x[0] = 1
                    names[part.id] = True
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(code))
    return list(names)


def stub_lines(answer: list[str], indent: str) -> list[str]:
    """Return the lines that stand for an answer in the exercise."""
    if indent:
        return [f"{indent}return TODO  # your code here"]
    names = assigned_names("\n".join(answer))
    if not names:
        raise ValueError(f"an answer at the top level must assign a name, got {answer}")
    return [f"{name} = TODO" for name in names]


def stub(source: str) -> str:
    """
    Replace each answer region of a code cell by its stub.

    Raises
    ------
    ValueError
        If a marker lacks its partner, a top-level answer assigns nothing, or the result is no valid Python
        (an indented answer must stand inside a function).
    """
    kept, answer, indent = [], None, ""
    for line in source.splitlines():
        marker = line.strip()
        if marker == BEGIN and answer is None:
            answer, indent = [], line[: line.index(BEGIN)]
        elif marker == END and answer is not None:
            kept += stub_lines(answer, indent)
            answer = None
        elif marker in (BEGIN, END):
            raise ValueError(f"{marker} without its partner in:\n{source}")
        elif answer is None:
            kept.append(line)
        else:
            answer.append(line)
    if answer is not None:
        raise ValueError(f"{BEGIN} without its partner in:\n{source}")
    result = "\n".join(kept)
    try:
        compile(TransformerManager().transform_cell(result), "stub", "exec")  # %magic lines are allowed
    except SyntaxError as error:
        raise ValueError(f"without its answer the cell is no valid Python ({error}):\n{source}") from error
    return result


def exercise_from(solution: NotebookNode, name: str | None = None) -> NotebookNode:
    """
    Return the exercise that a solution stands for.

    Parameters
    ----------
    solution : NotebookNode
        It is not changed.
    name : str, optional
        The file's name; with it the exercise is linked with the other notebooks.

    Returns
    -------
    NotebookNode
        Cells only; the same cell ids as in the solution, no outputs, no execution counts.

    Raises
    ------
    ValueError
        If the first cell is not titled ``# Solution …``, there is no answer to leave out, an answer region is
        malformed, or no cell imports from course_lib.checks (where the exercise gets TODO from).
    """
    first = solution.cells[0]
    if first.cell_type != "markdown" or not first.source.startswith(TITLE):
        raise ValueError(f"the first cell must be markdown and begin with {TITLE!r}, got {first.source[:40]!r}")
    cells = []
    for cell in solution.cells:
        tags = cell.metadata.get("tags", [])
        if "solution-only" in tags:
            continue
        kept = NotebookNode(cell_type=cell.cell_type, id=cell.id, metadata={"tags": tags} if tags else {})
        kept.source = cell.source
        if cell.cell_type == "code":
            kept.update(execution_count=None, outputs=[])
            if BEGIN in cell.source or END in cell.source:
                kept.source = stub(cell.source)
        cells.append(kept)
    cells[0].source = first.source.replace(TITLE, EXERCISE_TITLE, 1)
    if name:
        cells = with_navigation(cells, "exercises", name)
    exercise = nbformat.v4.new_notebook(cells=cells)
    if fingerprint(code_cells(exercise)) == fingerprint(code_cells(solution)):
        raise ValueError(f"no answer region ({BEGIN} … {END}) to leave out")
    import_todo(exercise)
    return exercise


def import_todo(exercise: NotebookNode) -> None:
    """Add TODO to the line that imports from course_lib.checks; the solution has no use for that name."""
    for cell in code_cells(exercise):
        if CHECKS_IMPORT.search(cell.source):
            if not re.search(r"import .*\bTODO\b", cell.source):
                cell.source = CHECKS_IMPORT.sub(r"\g<0>TODO, ", cell.source, count=1)
            return
    raise ValueError("no cell imports from course_lib.checks, so the exercise has no TODO")


def as_built(exercise: NotebookNode) -> bool:
    """Tell whether an exercise is as this tool wrote it: nothing edited, nothing run."""
    ran = any(cell.outputs or cell.execution_count for cell in code_cells(exercise))
    return not ran and exercise.metadata.get("course", {}).get("built") == fingerprint(exercise.cells)


def holds_work(path: Path) -> bool:
    """Tell whether the file at `path` exists and holds anything but an exercise as built."""
    if not path.exists():
        return False
    try:
        return not as_built(read(path))
    except nbformat.reader.NotJSONError:  # for instance after a merge that left conflict markers
        return True


def differences(solutions: Path, exercises: Path) -> list[str]:
    """Say in which files `exercises` is not what `solutions` produces."""
    found = []
    made = {path.name for path in notebooks_in(solutions)}
    for name in sorted(made | {path.name for path in notebooks_in(exercises)}):
        if name not in made:
            found.append(f"{exercises / name}: there is no solution of this name")
        elif not (exercises / name).exists():
            found.append(f"{exercises / name}: missing")
        elif read(exercises / name).cells != exercise_from(read(solutions / name), name).cells:
            found.append(f"{exercises / name}: not what its solution produces")
    return found


def build(solutions: list[Path], exercises: Path, *, force: bool) -> list[Path]:
    """Write the exercise of each solution; return the files that were left alone because they hold work."""
    left_alone = []
    for path in solutions:
        target = exercises / path.name
        try:
            exercise = exercise_from(read(path), path.name)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
        if not force and holds_work(target):
            left_alone.append(target)
        else:
            store(exercise, target, built=fingerprint(exercise.cells))
    return left_alone


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", type=Path, help="files in solutions/ or exercises/; default: all")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    solutions, exercises = ROOT / "solutions", ROOT / "exercises"
    if options.check:
        found = differences(solutions, exercises)
        print("\n".join(found) or "Every exercise is what its solution produces.")
        return int(bool(found))
    chosen = [solutions / name.name for name in options.names] or notebooks_in(solutions)
    left_alone = build(chosen, exercises, force=os.environ.get("FORCE") == "1")
    for path in (exercises / solution.name for solution in chosen):
        note = "left alone: {} holds your work. FORCE=1 replaces it by the empty exercise."
        print((note if path in left_alone else "built: {}").format(path.relative_to(ROOT)))
    return int(bool(left_alone))


if __name__ == "__main__":
    sys.exit(main())
