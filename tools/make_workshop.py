"""
Build the kit of a workshop: one zip with a route's lessons, and nothing that gives its answers away.

    python tools/make_workshop.py half-day              writes build/workshop-half-day.zip
    python tools/make_workshop.py half-day --clear      the same with the lessons' outputs left out, so that nobody sees
                                                        an outcome before predicting it

The routes, and their keys, are those of course_lib/texts/course.toml. In the zip are the route's lessons, their
exercises (made from the solutions, so that nobody's answers are among them), the library, what sets it up, and a
README.md of its own. Solutions, tests and tools stay out. A link to something that is left out becomes plain text.

The route without code has no exercises, and its code cells are read-only and folded away: text, figures and sliders
remain. The same files always give the same zip, byte for byte.
"""

import argparse
import re
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import nbformat
from build_exercises import exercise_from
from navigation import is_navigation, links
from notebook_files import KERNELSPEC, LANGUAGE_INFO, ROOT, code_cells, fingerprint, notebooks_in, read
from run_notebooks import is_committed
from workshop_readme import makefile, readme

from course_lib.syllabus import syllabus

WITHOUT_CODE = {"people"}  # routes whose learners write none
COPIED = ["pyproject.toml", "constraints.txt", "environment.yml", "LICENSE", "LICENSE-lessons", "CITATION.cff"]
FOLDERS = ["course_lib", "share"]
DOCUMENTS = [
    f"docs/{name}.md" for name in ("claims", "common-claims", "governance", "glossary")
]  # what lessons point to; docs/teaching.md is the teacher's
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold
MARKDOWN_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?!\w+:|#)([^)#\s]+)[^)]*\)")
HTML_LINK = re.compile(r'<a href="(?!\w+:|#)([^"#]+)[^"]*">(.*?)</a>')


def route_named(key: str) -> dict:
    """
    Return the route of course.toml that has this key.

    Raises
    ------
    ValueError
        If there is none.
    """
    routes = {route["key"]: route for route in syllabus()["route"]}
    if key not in routes:
        raise ValueError(f"ROUTE must be one of {', '.join(routes)}; got {key!r}")
    return routes[key]


def kit(route: dict, *, clear: bool = False, root: Path = ROOT) -> dict[str, bytes]:
    """
    Return the files of a route's kit.

    Parameters
    ----------
    route : dict
        An entry `route` of the syllabus: `key`, `title` and the numbers of its `lessons`.
    clear : bool
        Whether the lessons' stored outputs are left out.
    root : Path
        The course's folder.

    Returns
    -------
    dict of bytes
        By path in the kit.
    """
    with_code = route["key"] not in WITHOUT_CODE
    lessons = [path for path in notebooks_in(root / "notebooks") if path.name[:2] in route["lessons"]]
    notebooks = {f"notebooks/{path.name}": read(path) for path in lessons}
    if with_code:
        solutions = [root / "solutions" / path.name for path in lessons]
        exercises = {
            f"exercises/{path.name}": exercise_from(read(path), path.name) for path in solutions if path.exists()
        }
        notebooks |= exercises
    files = {name: (root / name).read_bytes() for name in COPIED}
    for path in sorted(each for folder in FOLDERS for each in (root / folder).rglob("*")):
        if path.is_file() and path.suffix != ".pyc" and not path.name.startswith("."):
            files[path.relative_to(root).as_posix()] = path.read_bytes()
    files["Makefile"] = makefile((root / "Makefile").read_text(encoding="utf-8")).encode()
    texts = {name: (root / name).read_text(encoding="utf-8") for name in DOCUMENTS if (root / name).exists()}
    texts["README.md"] = readme(
        route, [path.stem for path in lessons], (root / "README.md").read_text("utf-8"), with_code=with_code
    )
    present = {*files, *notebooks, *texts}
    for name, text in texts.items():
        files[name] = without_dead_links(text, name, present).encode()
    for name, notebook in notebooks.items():
        files[name] = notebook_bytes(prepared(notebook, name, present, with_code=with_code, clear=clear))
    return files


def prepared(notebook, name: str, present: Iterable[str], *, with_code: bool, clear: bool):
    """Return a notebook as a kit holds it: no dead links, no outputs if `clear`, cells locked unless `with_code`."""
    folder, _, file = name.partition("/")
    for cell in notebook.cells:
        if is_navigation(cell):
            cell.source = links(folder, file, among=present)
        elif cell.cell_type == "markdown":
            cell.source = without_dead_links(cell.source, name, present)
        for output in cell.get("outputs", []):
            if html := output.get("data", {}).get("text/html"):
                output.data["text/html"] = without_dead_links(html, name, present)
        if not with_code:
            cell.metadata |= {"editable": False, "deletable": False}
    for cell in code_cells(notebook):
        if clear:
            cell.outputs, cell.execution_count = [], None
        if not with_code:
            cell.metadata["jupyter"] = {"source_hidden": True}
    if folder == "exercises":
        notebook.metadata.course = {"built": fingerprint(notebook.cells)}
    return notebook


def without_dead_links(text: str, name: str, present: Iterable[str]) -> str:
    """
    Return a text in which links to files that are not there have become plain text.

    Parameters
    ----------
    text : str
        Markdown or HTML.
    name : str
        The path of the file that holds it; links are relative to its folder.
    present : collection of str
        The paths that are there. A link to a folder is alive if something lies in it.
    """
    folders = {str(folder) for path in present for folder in PurePosixPath(path).parents}

    def kept(link: re.Match, target: str, words: str) -> str:
        parts = []
        for part in (PurePosixPath(name).parent / target).parts:
            parts = parts[:-1] if part == ".." else [*parts, part]
        path = "/".join(parts)
        return link[0] if path in present or path in folders else words

    text = MARKDOWN_LINK.sub(lambda link: kept(link, link[2], link[1]), text)
    return HTML_LINK.sub(lambda link: kept(link, link[1], link[2]), text)


def notebook_bytes(notebook) -> bytes:
    """Return a notebook as a file's content."""
    course = notebook.metadata.get("course", {})
    notebook.metadata = {"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO, "course": course}
    notebook = nbformat.from_dict(notebook)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    nbformat.validate(notebook)
    return (nbformat.writes(notebook) + "\n").encode()


def write_zip(files: dict[str, bytes], target: Path) -> None:
    """Write files into a zip, all in one folder of the zip's name, without a trace of time or machine."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{target.stem}/{name}", date_time=EPOCH)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16  # as Unix writes it, readable by everybody
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED, compresslevel=9)


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("route", nargs="?", default="", help=", ".join(route["key"] for route in syllabus()["route"]))
    parser.add_argument("--clear", action="store_true")
    parser.add_argument("--folder", type=Path, default=ROOT / "build")
    options = parser.parse_args()
    try:
        route = route_named(options.route)
    except ValueError as error:
        parser.error(str(error))
    files = kit(route, clear=options.clear)
    target = options.folder / f"workshop-{route['key']}.zip"
    write_zip(files, target)
    lessons = [name for name in files if name.startswith("notebooks/")]
    found = {PurePosixPath(name).name[:2] for name in lessons}
    for number in sorted(set(route["lessons"]) - found):
        print(f"left out: lesson {number} is in preparation")
    for name in lessons:
        if not is_committed(ROOT / name):
            print(f"note: {name} is taken as it stands, with changes that are not committed")
    print(f"{target}: {len(lessons)} lessons, {target.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
