"""The course's map: lessons with their times, routes through them, and who needs which."""

import functools
import html
import tomllib

from course_lib.lesson import TEXTS, show

__all__ = ["course_map", "routes", "syllabus"]

NOTEBOOKS = TEXTS.parent.parent / "notebooks"


@functools.cache
def syllabus():
    """Return what `course_lib/texts/course.toml` says: a dict with the lists `part`, `route` and `role`.

    A lesson that has `reading` (minutes) and `computing` (seconds on one core) is ready; one without is in preparation.
    """
    return tomllib.loads((TEXTS / "course.toml").read_text(encoding="utf-8"))


def course_map():
    """Show all lessons, part by part, with links to those that are ready and their times."""
    rows, lines = [], []
    for part in syllabus()["part"]:
        rows.append(
            f'<tr><th colspan="3" scope="colgroup" style="text-align:left">{html.escape(part["title"])}</th></tr>'
        )
        lines.append(part["title"])
        for lesson in part["lessons"]:
            time = _time(lesson)
            number = lesson["name"][:2]
            title = f"{number} · {html.escape(lesson['title'])}"
            link = f'<a href="{lesson["name"]}.ipynb">{title}</a>' if _is_there(lesson) else title
            cells = (link, html.escape(lesson["question"]), time)
            rows.append("<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in cells) + "</tr>")
            lines.append(f"  {number} {lesson['question']} ({time})")
    heads = "".join(f'<th scope="col" style="text-align:left">{head}</th>' for head in ("Lesson", "Question", "Time"))
    show(f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>", "\n".join(lines))


def routes():
    """Show the routes through the course, and which lessons serve which work."""
    parts, lines = [], []
    for key, title in (("route", "If you have"), ("role", "If your work")):
        items = [f"{entry['title']}: {', '.join(entry['lessons'])}" for entry in syllabus()[key]]
        parts.append(f"<p><strong>{title}</strong></p><ul>{''.join(f'<li>{html.escape(i)}</li>' for i in items)}</ul>")
        lines += [title, *(f"  {item}" for item in items)]
    show("".join(parts), "\n".join(lines))


def _is_there(lesson):
    """Tell whether a lesson is ready and, where lessons lie beside this library, among them: a class may have a part."""
    return "reading" in lesson and not (NOTEBOOKS.is_dir() and not (NOTEBOOKS / f"{lesson['name']}.ipynb").exists())


def _time(lesson):
    if "reading" not in lesson:
        return "in preparation"
    return f"{lesson['reading']} min reading, {lesson['computing']} s computing"
