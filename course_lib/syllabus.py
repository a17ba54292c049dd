"""The course's map: lessons with their times, routes through them, and who needs which."""

import functools
import html
import tomllib

from course_lib.html_page import scrolling
from course_lib.lesson import TEXTS, show

__all__ = ["costs", "course_map", "routes", "syllabus"]

NOTEBOOKS = TEXTS.parent.parent / "notebooks"

_LEFT = 'style="text-align:left"'


@functools.cache
def syllabus():
    """Return what `course_lib/texts/course.toml` says: a dict with the lists `part`, `route` and `role`.

    A lesson that has `reading` (minutes), `computing` (seconds on one core) and `memory` (MB at the peak) is ready; one
    without is in preparation.
    """
    return tomllib.loads((TEXTS / "course.toml").read_text(encoding="utf-8"))


def costs(lesson):
    """Return what a lesson takes, as texts: reading, computing, memory; None if it is in preparation."""
    if "reading" not in lesson:
        return None
    return f"{lesson['reading']} min", f"{lesson['computing']} s", f"{lesson['memory']} MB"


def course_map():
    """Show all lessons, part by part, with links to those that are ready and their times."""
    heads = ("Lesson", "Question", "Reading", "Computing", "Memory")
    rows, lines = [], []
    for part in syllabus()["part"]:
        rows.append(f'<tr><th colspan="{len(heads)}" scope="colgroup" {_LEFT}>{html.escape(part["title"])}</th></tr>')
        lines.append(part["title"])
        for lesson in part["lessons"]:
            number = lesson["name"][:2]
            title = f"{number} · {html.escape(lesson['title'])}"
            took = costs(lesson)
            link = f'<a href="{lesson["name"]}.ipynb">{title}</a>' if _is_there(lesson) else title
            cells = (link, html.escape(lesson["question"]), *(took or ("in preparation", "", "")))
            rows.append("<tr>" + "".join(f"<td {_LEFT}>{cell}</td>" for cell in cells) + "</tr>")
            lines.append(f"  {number} {lesson['question']} ({', '.join(took) if took else 'in preparation'})")
    row = "".join(f'<th scope="col" {_LEFT}>{head}</th>' for head in heads)
    table = f"<table><thead><tr>{row}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    show(scrolling(table, label="The map of the course"), "\n".join(lines))


def routes():
    """Show the routes through the course, and which lessons serve which work."""
    parts, lines = [], []
    for key, title in (("route", "If you have"), ("role", "If your work")):
        items = [f"{entry['title']}: {', '.join(entry['lessons'])}" for entry in syllabus()[key]]
        parts.append(f"<p><strong>{title}</strong></p><ul>{''.join(f'<li>{html.escape(i)}</li>' for i in items)}</ul>")
        lines += [title, *(f"  {item}" for item in items)]
    show("".join(parts), "\n".join(lines))


def _is_there(lesson):
    """Tell whether a lesson is ready and, where lessons lie beside the library, among them: a class may have a part."""
    return "reading" in lesson and not (NOTEBOOKS.is_dir() and not (NOTEBOOKS / f"{lesson['name']}.ipynb").exists())
