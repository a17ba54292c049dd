"""The first page of the site: what README.md says first, the lessons in their parts, routes, and what else there is."""

import html
from dataclasses import dataclass

from bs4 import BeautifulSoup

from course_lib.syllabus import syllabus

KINDS = {"notebooks": "Lesson", "exercises": "Exercise", "solutions": "Solution"}  # folders, and what lies in them


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


def index_soup(pages: list[Page], places: dict[str, str]) -> BeautifulSoup:
    """Return the first page; `places` leads from each file of the repository that has a page to that page."""
    course = syllabus()
    readme = next(page for page in pages if page.source == "README.md")
    parts = [*opening(readme), '<h2 id="lessons">Lessons</h2>']
    for part in course["part"]:
        entries = "".join(entry(lesson, places) for lesson in part["lessons"])
        parts.append(f'<h3>{html.escape(part["title"])}</h3><ul class="course">{entries}</ul>')
    lessons = [lesson["name"] for part in course["part"] for lesson in part["lessons"]]
    links = {name[:2]: places.get(f"notebooks/{name}.ipynb") for name in lessons}
    for key, heading in (("route", "If you have"), ("role", "If your work")):
        items = "".join(f"<li>{route(entry, links)}</li>" for entry in course[key])
        parts.append(f'<h2 id="{key}s">{heading} …</h2><ul>{items}</ul>')
    texts = [page for page in pages if page.source.endswith(".md")]
    words = {page.source: page.title for page in texts} | {"README.md": "Set it up on your own machine, and get help"}
    links = (f'<li><a href="{page.target}">{html.escape(words[page.source])}</a></li>' for page in texts)
    parts.append(f'<h2 id="more">More</h2><ul>{"".join(links)}</ul>')
    return BeautifulSoup("\n".join(parts), "html.parser")


def opening(readme: Page) -> list[str]:
    """Return README.md up to its second heading, without the badge."""
    title = readme.soup.find("h1")
    parts = [title.decode()]
    for tag in title.find_next_siblings():
        if tag.name == "h2":
            break
        if "mybinder.org" not in tag.decode():
            parts.append(tag.decode())
    return parts


def entry(lesson: dict, places: dict[str, str]) -> str:
    """Return a lesson's line: title, question, times, exercise and solution."""
    name, title = lesson["name"], html.escape(f"{lesson['name'][:2]} · {lesson['title']}")
    there = places.get(f"notebooks/{name}.ipynb")
    link = f'<a href="{there}">{title}</a>' if there else title
    more = [f"{lesson['reading']} min reading, {lesson['computing']} s computing"] if "reading" in lesson else []
    if not there:
        more = ["in preparation"]
    for folder in ("exercises", "solutions"):
        if at := places.get(f"{folder}/{name}.ipynb"):
            more.append(f'<a href="{at}">{KINDS[folder].lower()} {name[:2]}</a>')
    return f"<li>{link}<br>{html.escape(lesson['question'])}<br><small>{' · '.join(more)}</small></li>"


def route(entry: dict, links: dict[str, str | None]) -> str:
    """Return a route: its name and the numbers of its lessons, each a link where there is a page."""
    numbers = (f'<a href="{links[n]}">{n}</a>' if links[n] else n for n in entry["lessons"])
    return f"{html.escape(entry['title'])}: {', '.join(numbers)}"
