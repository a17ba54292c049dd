"""The report as a page: the verdicts first, a figure of the intervals, then question by question."""

import html

import numpy as np

from course_lib import html_page
from course_lib.audit.answer import FAILED, HELD, NOT_SHOWN
from course_lib.lesson import figure_html

__all__ = ["page"]

# Colours that suit a white and a black page stand beside a sign and the word itself.
_SIGN = {FAILED: "✗", NOT_SHOWN: "?", HELD: "✓"}
_COLOUR = {FAILED: "#d55e00", NOT_SHOWN: "#808080", HELD: "#0072b2"}
_HEAD = """<style>
.verdict { border-left: .4em solid; padding-left: .6em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2em 1em; }
dt { font-weight: 600; } dd { margin: 0; }
@media (max-width: 40em) { dl { display: block; } dd { margin: 0 0 .4em; } }
</style>
"""
_MEANING = {
    FAILED: "the release is worse than what was tolerated, beyond chance",
    NOT_SHOWN: "the data do not tell, or the attack was blind: nothing may be concluded either way",
    HELD: "no worse than tolerated, against what was tried here and nothing else",
}


def page(report):
    """Return the page of a Report."""
    rows = ", ".join(f"{count:,} {name}" for name, count in report.rows.items() if count)
    counts = {word: sum(answer.verdict == word for answer in report.answers) for word in _SIGN}
    parts = [
        f"<p>{rows} rows, {report.people:,} people in the real table. Intervals hold at {report.level:.0%}, "
        "for all columns of a question at once.</p>",
        "<ul>"
        + "".join(f"<li><strong>{_SIGN[w]} {w}</strong> ({counts[w]}): {_MEANING[w]}.</li>" for w in _SIGN)
        + "</ul>",
        "<p>No number of these answers shows that a table gives nobody away. A table can be failed by an attack; a "
        "promise has to be made about the way in which it was produced.</p>",
        "<h2>All questions</h2>",
        html_page.table(_summary(report), caption="The verdicts, with estimate and interval.", labels="question"),
        _figure(report),
    ]
    for answer in report.answers:
        parts.append(_section(answer))
    if report.notes:
        notes = "".join(f"<li>{html.escape(note)}.</li>" for note in report.notes)
        parts.append(f"<h2>What was decided about the tables</h2><ul>{notes}</ul>")
    return html_page.document("Audit of a synthetic table", "\n".join(parts), head=_HEAD)


def _number(value):
    return "–" if np.isnan(value) else f"{value:.3f}"


def _interval(answer):
    return "none" if np.isnan(answer.low) else f"{answer.low:.3f} to {answer.high:.3f}"


def _summary(report):
    import pandas as pd

    rows = {
        answer.question: {
            "topic": answer.topic,
            "asked": answer.asked,
            "verdict": f"{_SIGN[answer.verdict]} {answer.verdict}",
            "estimate": _number(answer.estimate),
            "interval": _interval(answer),
            "tolerated": _number(answer.tolerance),
        }
        for answer in report.answers
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _section(answer):
    facts = {
        "Found": answer.found,
        "Measured": f"{answer.what}: {_number(answer.estimate)}, interval {_interval(answer)}, "
        f"tolerated {_number(answer.tolerance)}",
        "By": answer.test,
        "Next": answer.next_step,
    }
    listed = "".join(f"<dt>{name}</dt><dd>{html.escape(text)}</dd>" for name, text in facts.items())
    return (
        f'<h2 id="{answer.question}">{html.escape(answer.asked)}</h2>\n'
        f'<p class="verdict" style="border-color:{_COLOUR[answer.verdict]}"><strong>{_SIGN[answer.verdict]} '
        f"{answer.verdict}</strong> ({answer.topic})</p>\n<dl>{listed}</dl>"
    )


def _figure(report):
    """Return the intervals of all measured gaps, each in units of what is tolerated."""
    from course_lib import plots

    shown = [a for a in report.answers if np.isfinite([a.estimate, a.low, a.high, a.tolerance]).all()]
    if not shown:
        return ""
    fig, ax = plots.new_figure(
        xlabel="gap, in units of what is tolerated",
        title="How far from what is tolerated?",
        size=(7, 1.2 + 0.36 * len(shown)),
    )
    told = []
    for y, answer in enumerate(reversed(shown)):
        null = answer.null
        low, middle, high = ((v - null) / (answer.tolerance - null) for v in (answer.low, answer.estimate, answer.high))
        low, middle, high = np.clip([low, middle, high], -2, 6)
        colour = _COLOUR[answer.verdict]
        ax.plot([low, high], [y, y], color=colour)
        ax.plot(middle, y, {FAILED: "X", NOT_SHOWN: "o", HELD: "s"}[answer.verdict], color=colour)
        told.append(f"{answer.question} {middle:.1f} ({low:.1f} to {high:.1f}), {answer.verdict}")
    ax.axvline(1, color="black", linestyle="--", linewidth=1)
    ax.set(yticks=range(len(shown)), yticklabels=[a.question for a in reversed(shown)], ylim=(-0.6, len(shown) - 0.4))
    caption = (
        "Estimate and interval of each gap; at 0 there is none, at 1 (dashed) it reaches what is tolerated. Cross: "
        "failed; circle: not shown; square: held against these attacks. Lines are cut at −2 and 6."
    )
    alt = f"One line for each question. {'; '.join(reversed(told))}."
    return figure_html(fig, alt=alt, caption=caption)
