"""
Render the course as a site that can be read without Jupyter, from a folder and without a network.

    python tools/make_site.py [FOLDER]      default: build/site

Notebooks are rendered as they are stored: nothing is run. Every lesson, exercise, solution and page of Markdown becomes
one page; links between them become links between pages, and what has no page is linked to in the repository. The
formulas are set by MathJax, which is fetched with npm once and copied into the folder.
"""

import argparse
import shutil
import sys
from pathlib import Path

import jinja2
from bs4 import BeautifulSoup
from jupyterlab_pygments import JupyterStyle
from notebook_files import ROOT, notebooks_in
from npm_packages import npm_package
from pygments.formatters import HtmlFormatter
from set_owner import owner_and_name
from site_index import KINDS, Page, index_soup
from site_pages import bend_links, make_accessible, markdown_soup, notebook_soup, relative

from course_lib.syllabus import syllabus

MATHJAX_VERSION = "4.1.3"
PARTS = Path(__file__).resolve().parent / "site"  # the template, the style, MathJax's settings


class Site:
    """The pages of the site, and the folder that they are written to."""

    def __init__(self, folder: Path, root: Path = ROOT) -> None:
        self.folder, self.root = folder, root
        owner, name = owner_and_name()
        self.repository = f"https://github.com/{owner}/{name}"
        self.binder = f"https://mybinder.org/v2/gh/{owner}/{name}/HEAD?urlpath=lab/tree/"
        self.pages = [read_page(root, source) for source in sources(root)]
        self.places = {page.source: page.target for page in self.pages}
        self.lessons = {lesson["name"] for part in syllabus()["part"] for lesson in part["lessons"]}
        environment = jinja2.Environment(loader=jinja2.FileSystemLoader(PARTS), autoescape=True)
        self.template = environment.get_template("page.html.j2")

    def write(self) -> None:
        """Write every page and the index."""
        for page in self.pages:
            try:
                bend_links(page.soup, page.source, page.target, self.places, self.elsewhere)
            except ValueError as error:
                raise ValueError(f"{page.source}: {error}") from None
            self.write_page(page.target, page.title, page.soup, steps=self.steps(page), note=self.note(page))
        self.write_page("index.html", self.name, index_soup(self.pages, self.places), has_contents=False)

    @property
    def name(self) -> str:
        """The course's name: the title of its README."""
        return next(page.title for page in self.pages if page.source == "README.md").partition(":")[0]

    def write_page(self, target: str, title: str, soup: BeautifulSoup, *, steps=(), note="", has_contents=True) -> None:
        """Write one page with what surrounds it."""
        make_accessible(soup)
        there = self.folder / target
        there.parent.mkdir(parents=True, exist_ok=True)
        text = self.template.render(
            title=title if title.startswith(self.name) else f"{title} · {self.name}",
            course=self.name,
            body=soup.decode(),
            has_math="$" in soup.get_text() or soup.select_one(".math") is not None,
            sections=[(h["id"], h.decode_contents()) for h in soup.find_all("h2") if has_contents],
            root="../" * target.count("/"),
            repository=self.repository,
            steps=steps,
            note=note,
        )
        there.write_text(text, encoding="utf-8")

    def elsewhere(self, path: str, is_picture: bool) -> str | None:
        """Return where a link leads to a file that has no page: a picture is copied, others stand in the repository."""
        there = self.root / path
        if Path(path).stem in self.lessons:  # in preparation
            return None
        if not there.exists():
            raise ValueError(f"a link to {path}, which is not there")
        if is_picture:
            copy = self.folder / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(there, copy)
            return path
        return f"{self.repository}/{'tree' if there.is_dir() else 'blob'}/HEAD/{path}"

    def steps(self, page: Page) -> list[dict]:
        """Return the links to the pages before and after, and to the other forms of the same lesson."""
        folder, _, name = page.source.rpartition("/")
        if folder not in KINDS:
            return []
        row = [other for other in self.pages if other.source.startswith(f"{folder}/")]
        place = row.index(page)
        steps = []
        for word, rel, there in (("Previous", "prev", place - 1), ("Next", "next", place + 1)):
            if 0 <= there < len(row):
                href = relative(row[there].target, page.target)
                steps.append({"href": href, "text": f"{word}: {row[there].title}", "rel": rel})
        for other, word in KINDS.items():
            if other != folder and f"{other}/{name}" in self.places:
                href = relative(self.places[f"{other}/{name}"], page.target)
                steps.append({"href": href, "text": f"{word} {name[:2]}", "rel": ""})
        return steps

    def note(self, page: Page) -> str:
        """Return what a reader of the page should know that a learner in JupyterLab knows anyhow."""
        folder = page.source.rpartition("/")[0]
        says = {
            "notebooks": "This is the lesson as it was run last. Its sliders move, its predictions are kept and its "
            "questions answer where it runs:",
            "exercises": "This is the exercise as you find it. It is answered, and checked, where it runs:",
            "solutions": "These are answers, with what the checks say to them. To try your own:",
        }
        if folder not in says:
            return ""
        source = page.source if folder != "solutions" else page.source.replace("solutions/", "exercises/")
        binder, home = self.binder + source, relative(self.places["README.md"], page.target)
        return f'{says[folder]} <a href="{binder}">on Binder</a>, or <a href="{home}#start">on your own machine</a>.'


def sources(root: Path = ROOT) -> list[str]:
    """Return the files of the repository that become pages, in reading order."""
    notebooks = [path for folder in KINDS for path in notebooks_in(root / folder)]
    texts = [*sorted(root.glob("*.md")), *sorted((root / "docs").glob("*.md"))]
    return [path.relative_to(root).as_posix() for path in notebooks + texts]


def read_page(root: Path, source: str) -> Page:
    """Read one page, with its links as they are in the repository."""
    soup = notebook_soup(root / source) if source.endswith(".ipynb") else markdown_soup(root / source)
    return Page(source, place_of(source), soup)


def place_of(source: str) -> str:
    """Return where the page of a file of the repository lies in the site."""
    return source.rpartition(".")[0] + ".html"


def write_style(folder: Path) -> None:
    """Write the style of the pages and of the code in them."""
    colours = HtmlFormatter(style=JupyterStyle).get_style_defs(".highlight")
    (folder / "style.css").write_text((PARTS / "style.css").read_text(encoding="utf-8") + colours + "\n", "utf-8")


def copy_mathjax(folder: Path) -> None:
    """Copy what MathJax needs to set formulas in SVG with MathML beside it, and its licence."""
    package = npm_package("mathjax", MATHJAX_VERSION)
    font = package.parent / "@mathjax" / "mathjax-newcm-font" / "svg" / "dynamic"
    there = folder / "mathjax"
    (there / "a11y").mkdir(parents=True, exist_ok=True)
    for name in ("tex-svg.js", "a11y/assistive-mml.js", "LICENSE"):
        shutil.copyfile(package / name, there / name)
    shutil.copytree(font, there / "fonts" / "mathjax-newcm-font" / "svg" / "dynamic", dirs_exist_ok=True)
    shutil.copyfile(PARTS / "settings.js", there / "settings.js")


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "site")
    folder = parser.parse_args().folder.resolve()
    if folder.exists() and any(folder.iterdir()) and not (folder / "style.css").exists():
        parser.error(f"{folder} holds something else: name a new folder, or one that this script made")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        write_style(folder)
        copy_mathjax(folder)
        Site(folder).write()
    except (ValueError, OSError) as error:
        print(f"The site could not be made: {error}", file=sys.stderr)
        return 1
    print(f"Open {folder / 'index.html'} in a browser.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
