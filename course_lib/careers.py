"""Roles, skills and lessons as data: what presses on which task, who needs what, and what a learner has covered.

Everything is read from course_lib/texts/careers.toml. A skill is *covered* when all of its checks were passed. That is
what the charts say, and all they say: nobody's fitness for a job follows from it.
"""

import functools
import html
import tomllib
from pathlib import Path

from course_lib import progress
from course_lib.lesson import TEXTS, show
from course_lib.syllabus import syllabus

__all__ = [
    "careers",
    "choose_role",
    "covered",
    "covered_html",
    "hours",
    "role_html",
    "save_covered",
    "show_covered",
    "table",
]

_PARTS = {
    "mechanism": {"name", "where", "does", "source"},
    "task": {"id", "name", "pressure", "why", "shown"},
    "skill": {"id", "name", "lessons", "checks"},
    "role": {"id", "name", "does", "lessons", "skills", "not_taught", "search"},
    "pay": {"says", "source"},
}
_SLOW = 2  # an assumption: who learns slowly needs twice the minutes that the lessons state
_READING = 25  # minutes, where a lesson does not state them yet


@functools.cache
def careers():
    """Return what `course_lib/texts/careers.toml` says: a dict of lists `mechanism`, `task`, `skill`, `role`, `pay`.

    Raises
    ------
    ValueError
        If an entry has other parts than its kind, an empty one, or a role names a skill that there is not.
    """
    content = tomllib.loads((TEXTS / "careers.toml").read_text(encoding="utf-8"))
    for kind, parts in _PARTS.items():
        for entry in content[kind]:
            if entry.keys() != parts or not all(entry.values()):
                raise ValueError(f"careers.toml: a {kind} needs {', '.join(sorted(parts))}, none empty; got {entry}")
    skills = {skill["id"] for skill in content["skill"]}
    for role in content["role"]:
        if unknown := set(role["skills"]) - skills:
            raise ValueError(f"careers.toml: the role {role['id']} names the unknown skills {sorted(unknown)}")
    return content


def table(kind):
    """Return the mechanisms, tasks, roles or pay as a pandas.DataFrame, to be shown by `lesson.show_table`.

    Parameters
    ----------
    kind : {"mechanism", "task", "role", "pay"}
    """
    import pandas as pd

    columns = {
        "mechanism": {"name": "mechanism", "where": "where", "does": "what it does to work", "source": "who says so"},
        "task": {"name": "task", "pressure": "pressure", "why": "why", "shown": "shown in lesson"},
        "role": {"name": "your work", "does": "what it is", "lessons": "lessons", "search": "words to search for"},
        "pay": {"says": "what is said", "source": "who says so"},
    }
    if kind not in columns:
        raise ValueError(f"kind must be one of {', '.join(columns)}; got {kind!r}")
    rows = [{head: _told(entry[part]) for part, head in columns[kind].items()} for entry in careers()[kind]]
    return pd.DataFrame(rows)


def _told(value):
    return value if isinstance(value, str) else ", ".join(value)


def hours(role):
    """Return how long the lessons of a role and their exercises take: (low, high) in hours.

    The lower end adds up the minutes that lessons and tasks state; the upper one is twice that, an assumption.
    """
    reading = {
        each["name"][:2]: each.get("reading", _READING) for part in syllabus()["part"] for each in part["lessons"]
    }
    lessons = _role(role)["lessons"]
    minutes = sum(reading[number] for number in lessons)
    minutes += sum(task["minutes"] for number in lessons for task in _tasks(number).values())
    return minutes / 60, _SLOW * minutes / 60


def _tasks(number):
    path = TEXTS / f"{number}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")).get("task", {}) if path.exists() else {}


def _role(id):
    known = {role["id"]: role for role in careers()["role"]}
    if id not in known:
        raise ValueError(f"role must be one of {', '.join(known)}; got {id!r}")
    return known[id]


def covered(passed=None):
    """Return for each role how many of its skills are covered by passed checks.

    Parameters
    ----------
    passed : iterable of str, optional
        Ids of checks, such as "01.2"; by default those in the learner's own progress, which is read and not changed.

    Returns
    -------
    pandas.DataFrame
        Index: the roles' ids. Columns: `role`, `covered` and `skills` (numbers of skills), `missing` (the names of
        the others, each with the checks that are still to be passed).
    """
    import pandas as pd

    passed = set(progress.passed_checks() if passed is None else passed)
    skills = {skill["id"]: skill for skill in careers()["skill"]}
    rows = {}
    for role in careers()["role"]:
        left = {id: [check for check in skills[id]["checks"] if check not in passed] for id in role["skills"]}
        missing = [f"{skills[id]['name']} ({', '.join(checks)})" for id, checks in left.items() if checks]
        rows[role["id"]] = {
            "role": role["name"],
            "covered": len(left) - len(missing),
            "skills": len(left),
            "missing": missing,
        }
    return pd.DataFrame.from_dict(rows, orient="index")


_CAPTION = (
    "Covered by your passed checks: a skill counts when all of its checks were passed. It says what was checked here, "
    "and nothing about a job."
)


def covered_html(passed=None, *, caption=_CAPTION):
    """Return the chart *covered by your passed checks* in HTML and in plain text; see `covered`.

    It has no width of its own, so that it is read on a phone as on a wall, and the bars only repeat what words say.
    """
    frame = covered(passed)
    items, lines = [], []
    for row in frame.itertuples():
        told = f"{row.covered} of {row.skills} skills"
        bar = (
            '<div aria-hidden="true" style="border:1px solid #808080;height:.7em;margin:.15em 0 .6em">'
            f'<div style="width:{100 * row.covered / row.skills:.0f}%;height:100%;background:#0072B2"></div></div>'
        )
        items.append(f'<li style="margin:0"><strong>{html.escape(row.role)}</strong>: {told}{bar}</li>')
        lines.append(f"{row.role}: {told}")
    page = (
        f'<figure style="margin:0;max-width:40em"><ul style="list-style:none;margin:0;padding:0">{"".join(items)}</ul>'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
    )
    return page, "\n".join([*lines, caption])


def show_covered(passed=None, *, caption=_CAPTION):
    """Show the chart *covered by your passed checks*; nothing is stored."""
    show(*covered_html(passed, caption=caption))


def save_covered(path, passed=None):
    """Write the chart, with what is still open, to a page of its own that fits a phone, and return where it lies.

    Only this stores anything, and only where it is told to.

    Raises
    ------
    ValueError
        If `path` does not end in .html, or there is no folder for it to lie in.
    """
    from course_lib.html_page import document

    path = Path(path).expanduser().absolute()
    if path.suffix != ".html" or not path.parent.is_dir():
        raise ValueError(f"path must end in .html and lie in a folder that exists, got {path}")
    open_skills = "".join(
        f"<h2>{html.escape(row.role)}</h2><ul>{''.join(f'<li>{html.escape(each)}</li>' for each in row.missing)}</ul>"
        for row in covered(passed).itertuples()
        if row.missing
    )
    path.write_text(
        document("Covered by your passed checks", f"{covered_html(passed)[0]}<p>Still open:</p>{open_skills}"),
        encoding="utf-8",
    )
    return path


def role_html(id):
    """Return a role in HTML and in plain text: lessons, skills with their checks, what is not taught, words, hours."""
    role, skills = _role(id), {skill["id"]: skill for skill in careers()["skill"]}
    low, high = hours(id)
    lists = {
        f"In this course: lessons {', '.join(role['lessons'])}, {low:.0f} to {high:.0f} hours with the exercises": [
            f"{skills[each]['name']} (checks {', '.join(skills[each]['checks'])})" for each in role["skills"]
        ],
        "Not in this course; hours to a first piece of work of your own, an assumption of ours": [
            f"{each['what']}: {each['hours'][0]} to {each['hours'][1]} hours" for each in role["not_taught"]
        ],
        "Words to search for": role["search"],
    }
    parts = [f"<p><strong>Your work {html.escape(role['name'])}.</strong> {html.escape(role['does'])}</p>"]
    lines = [f"Your work {role['name']}. {role['does']}"]
    for head, entries in lists.items():
        rows = "".join(f"<li>{html.escape(entry)}</li>" for entry in entries)
        parts.append(f"<p>{html.escape(head)}</p><ul>{rows}</ul>")
        lines += [head, *(f"  {entry}" for entry in entries)]
    return "".join(parts), "\n".join(lines)


def choose_role(start="annotator"):
    """Show a role, to be chosen from a list; where widgets do not work, the first one."""
    import ipywidgets
    from IPython.display import display

    from course_lib.widgets import Static

    page, text = role_html(start)
    menu = ipywidgets.Dropdown(
        options=[(role["name"], role["id"]) for role in careers()["role"]],
        value=start,
        description="Your work",
        style={"description_width": "initial"},
        layout={"width": "min(100%, 30em)"},
    )
    shown = ipywidgets.HTML(page)
    menu.observe(lambda change: setattr(shown, "value", role_html(change.new)[0]), "value")
    display(Static([menu, shown], static_html=page, static_text=text))
