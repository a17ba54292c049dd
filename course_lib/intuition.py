"""How a learner's intuition has changed: every prediction that was kept, first and last, beside what came out."""

import html

import pandas as pd

from course_lib import lesson, plots, progress

__all__ = ["intuition", "intuition_figure", "show_intuition"]


def intuition(state=None):
    """Return the questions that were predicted and have come out, in the order of the course.

    Parameters
    ----------
    state : dict, optional
        Somebody else's progress, as `progress.read_progress` returns it. Default: the learner's own.

    Returns
    -------
    pandas.DataFrame
        One row a question, its id as the index: `question`; `first`, `last` and `truth` in words; `first_error` and
        `last_error`, how far off they were: for a number the distance in units of the range that was asked for, for a
        curve the mean of its points' distances, for a choice 0 or 1. 0 is exact.
    """
    if state is None:
        kept, came_out = progress.predictions(), progress.outcomes()
    else:
        kept = {id: [entry["value"] for entry in entries] for id, entries in state["predictions"].items()}
        came_out = {id: entries[-1] for id, entries in state["outcomes"].items()}
    rows = {}
    for id, outcome in sorted(came_out.items()):
        values, truth, span = kept.get(id, []), outcome["value"], outcome["span"]
        values = [value for value in values if _alike(value, truth)]  # the question may have changed its form
        if values:
            rows[id] = {
                "question": outcome["question"],
                "first": _say(values[0]),
                "last": _say(values[-1]),
                "truth": _say(truth),
                "first_error": _error(values[0], truth, span),
                "last_error": _error(values[-1], truth, span),
            }
    columns = ["question", "first", "last", "truth", "first_error", "last_error"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("id")


def _alike(value, truth):
    if isinstance(value, list) or isinstance(truth, list):
        return isinstance(value, list) and isinstance(truth, list) and len(value) == len(truth)
    return isinstance(value, str) == isinstance(truth, str)


def _error(value, truth, span):
    if isinstance(truth, str):
        return float(value != truth)
    pairs = zip(value, truth, strict=True) if isinstance(truth, list) else [(value, truth)]
    distances = [abs(each - other) / span for each, other in pairs]
    return sum(distances) / len(distances)


def _say(value):
    if isinstance(value, list):
        return ", ".join(f"{each:.3g}" for each in value)
    return value if isinstance(value, str) else f"{value:.3g}"


def intuition_figure(table):
    """Return a figure of how far off each first and last prediction was.

    Parameters
    ----------
    table : pandas.DataFrame
        Of `intuition`.

    Returns
    -------
    fig : matplotlib.figure.Figure
    alt, caption : str
    """
    fig, ax = plots.new_figure(
        xlabel="question", ylabel="distance from what came out", title="How far off were you, first and last?"
    )
    places = range(len(table))
    ax.vlines(places, table.first_error, table.last_error, color="#808080")
    ax.plot(places, table.first_error, "o", color=plots.PREDICTION, markerfacecolor="white", label="first prediction")
    ax.plot(places, table.last_error, "*", color=plots.PREDICTION, markersize=11, label="last prediction")
    ax.set_xticks(list(places), table.index, rotation=60, ha="right")
    ax.set_ylim(-0.05, max(1.05, table[["first_error", "last_error"]].max().max() + 0.05))
    ax.legend()
    first, last = table.first_error.median(), table.last_error.median()
    told = f"{len(table)} questions. Median distance of the first predictions {first:.2f}, of the last {last:.2f}."
    alt = f"One circle and one star a question, in the order of the course; 0 is exact, 1 is the whole range. {told}"
    return fig, alt, f"{told} 0 is exact; 1 is the whole range that was asked for, or a wrong choice."


def show_intuition():
    """Show the table of `intuition` and its figure; without any prediction, say so."""
    table = intuition()
    if table.empty:
        words = (
            "No prediction with an outcome is kept yet: they appear here once a lesson's question was answered and run."
        )
        lesson.show(f"<p>{html.escape(words)}</p>", words)
        return
    fig, alt, caption = intuition_figure(table)
    lesson.figure(fig, alt=alt, caption=caption)
    shown = table[["question", "first", "last", "truth"]].rename(columns={"truth": "what came out"})
    lesson.show_table(shown, caption="What you predicted, and what came out.")
