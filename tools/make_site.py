"""
Render the course as a site that can be read without Jupyter, from a folder and without a network.

    python tools/make_site.py [FOLDER]      default: build/site

Notebooks are rendered as they are stored: nothing is run. Every lesson, exercise, solution and page of Markdown becomes
one page; links between them become links between pages, and what has no page is linked to in the repository. The
formulas are set by MathJax, which is fetched with npm once and copied into the folder.
"""

import argparse
import html
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import jinja2
from bs4 import BeautifulSoup
from jupyterlab_pygments import JupyterStyle
from notebook_files import ROOT, notebooks_in
from npm_packages import npm_package
from pygments.formatters import HtmlFormatter
from set_owner import owner_and_name
from site_pages import bend_links, make_accessible, markdown_soup, notebook_soup, relative

from course_lib.syllabus import syllabus

MATHJAX_VERSION = "4.1.3"
PARTS = Path(__file__).resolve().parent / "site"  # the template, the style, MathJax's settings
KINDS = {"notebooks": "lesson", "exercises": "exercise", "solutions": "solution"}


@dataclass
class Page:
    """One page: where it comes from, where it lies, what it says."""

    source: str
    target: str
    soup: BeautifulSoup

    @property
    def title(self) -> str:
        """The words of its first heading."""
        return self.soup.find("h1").get_text()


class Site:
    """The pages of the site, and the folder that they are written to."""

    def __init__(self, folder: Path, root: Path = ROOT) -> None:
        self.folder, self.root = folder, root
        owner, name = owner_and_name()
        self.repository = f"https://github.com/{owner}/{name}"
        self.binder = f"https://mybinder.org/v2/gh/{owner}/{name}/HEAD?urlpath=lab/tree/"
        self.pages = list(read_pages(root))
        self.places = {page.source: page.target for page in self.pages}
        self.course = syllabus()
        self.lessons = {lesson["name"]: lesson for part in self.course["part"] for lesson in part["lessons"]}
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
        self.write_page("index.html", self.name, self.index())

    @property
    def name(self) -> str:
        """The course's name: the title of its README."""
        return next(page.title for page in self.pages if page.source == "README.md").partition(":")[0]

    def write_page(self, target: str, title: str, soup: BeautifulSoup, *, steps=(), note="") -> None:
        """Write one page with what surrounds it."""
        make_accessible(soup)
        there = self.folder / target
        there.parent.mkdir(parents=True, exist_ok=True)
        text = self.template.render(
            title=title if title.startswith(self.name) else f"{title} · {self.name}",
            course=self.name,
            body=soup.decode(),
            has_math="$" in soup.get_text() or soup.select_one(".math") is not None,
            sections=[(heading["id"], heading.decode_contents()) for heading in soup.find_all("h2")],
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
                steps.append({"href": href, "text": f"The {word} to this", "rel": ""})
        return steps

    def note(self, page: Page) -> str:
        """Return what a reader of the page should know that a learner in JupyterLab knows anyhow."""
        folder = page.source.rpartition("/")[0]
        says = {
            "notebooks": "This is the lesson as it was run last. Its sliders move, its predictions are kept and its "
            "questions answer where it runs:",
            "exercises": "This is the exercise before anybody has answered it. It is answered, and checked, where it runs:",
            "solutions": "These are answers, with what the checks say to them. To try your own:",
        }
        if folder not in says:
            return ""
        source = page.source if folder != "solutions" else page.source.replace("solutions/", "exercises/")
        binder, home = self.binder + source, relative(self.places["README.md"], page.target)
        return f'{says[folder]} <a href="{binder}">on Binder</a>, or <a href="{home}#start">on your own machine</a>.'

    def index(self) -> BeautifulSoup:
        """Return the first page: what README.md says first, the lessons in their parts, routes, and what else there is."""
        readme = next(page for page in self.pages if page.source == "README.md")
        title = readme.soup.find("h1")
        opening = [title, *title.find_next_siblings()]
        opening = opening[: next(i for i, tag in enumerate(opening) if tag.name == "h2")]
        parts = [tag.decode() for tag in opening if not (tag.name == "p" and "mybinder" in tag.decode())]
        parts.append('<h2 id="lessons">Lessons</h2>')
        for part in self.course["part"]:
            parts.append(f"<h3>{html.escape(part['title'])}</h3>")
            parts.append(f'<ul class="course">{"".join(map(self.entry, part["lessons"]))}</ul>')
        for key, heading in (("route", "Routes: if you have"), ("role", "Routes: if your work")):
            parts.append(f'<h2 id="{key}s">{heading} …</h2>')
            items = (f"<li>{html.escape(entry['title'])}: {self.row(entry)}</li>" for entry in self.course[key])
            parts.append(f"<ul>{''.join(items)}</ul>")
        others = [page for page in self.pages if page.source.endswith(".md")]
        links = "".join(f'<li><a href="{page.target}">{html.escape(page.title)}</a></li>' for page in others)
        parts.append(f'<h2 id="more">More</h2><ul>{links}</ul>')
        return BeautifulSoup("\n".join(parts), "html.parser")

    def entry(self, lesson: dict) -> str:
        """Return a lesson's line of the index."""
        name, title = lesson["name"], html.escape(f"{lesson['name'][:2]} · {lesson['title']}")
        there = self.places.get(f"notebooks/{name}.ipynb")
        link = f'<a href="{there}">{title}</a>' if there else title
        more = [f"{lesson['reading']} min reading, {lesson['computing']} s computing"] if "reading" in lesson else []
        if not there:
            more = ["in preparation"]
        for folder in ("exercises", "solutions"):
            if at := self.places.get(f"{folder}/{name}.ipynb"):
                more.append(f'<a href="{at}">{KINDS[folder]} {name[:2]}</a>')
        return f"<li>{link}<br>{html.escape(lesson['question'])}<br><small>{' · '.join(more)}</small></li>"

    def row(self, entry: dict) -> str:
        """Return the numbers of a route, each a link to its lesson."""
        names = {name[:2]: self.places.get(f"notebooks/{name}.ipynb") for name in self.lessons}
        return ", ".join(f'<a href="{names[n]}">{n}</a>' if names[n] else n for n in entry["lessons"])


def read_pages(root: Path):
    """Yield every page, with its links as they are in the repository."""
    for folder in KINDS:
        for path in notebooks_in(root / folder):
            yield Page(f"{folder}/{path.name}", f"{folder}/{path.stem}.html", notebook_soup(path))
    for path in [*sorted(root.glob("*.md")), *sorted((root / "docs").glob("*.md"))]:
        source = path.relative_to(root).as_posix()
        yield Page(source, source.removesuffix(".md") + ".html", markdown_soup(path))


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
