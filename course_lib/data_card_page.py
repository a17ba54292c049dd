"""How a data card looks, as HTML and as Markdown. What it says is in `course_lib.data_card`."""

import dataclasses
import html

import pandas as pd

from course_lib.html_page import document, table

__all__ = ["card_html", "card_markdown", "card_page"]

_NO_AUDIT = "Nothing was audited. What nobody tested is not shown, in any direction."
_LIMIT = "“Held” means against the attacks named, on this day. It is no promise to anybody."
_LIST = "margin:.2em 0 .6em"
_TERM = "font-weight:bold;margin-top:.4em"


def _parts(card):
    """Return the fields that were given by part: a dict from its heading to pairs (question, name)."""
    parts = {}
    for field in dataclasses.fields(card):
        if getattr(card, field.name) is not None:
            parts.setdefault(field.metadata["part"], []).append((field.metadata["question"], field.name))
    return parts


def _words(card, name):
    """Return a field that is a text, a number or a day, in words."""
    value = getattr(card, name)
    if name == "synthetic_share":
        return f"{100 * value:.4g}% of {card.rows:,} rows"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _frames(card):
    """Return the fields that are tables, as DataFrames without an index."""
    columns = pd.DataFrame({"column": card.columns.keys(), "what it says": card.columns.values()})
    rows = [(each.question, each.verdict, each.evidence) for each in card.audit]
    return {"columns": columns, "audit": pd.DataFrame(rows, columns=["question", "verdict", "evidence"])}


# HTML -----------------------------------------------------------------------------------------------------------------


def card_html(card, *, level=3):
    """Return a card as HTML, whose title is a heading of this level and whose parts have the next."""
    title = f"<h{level}>{html.escape(f'Data card: {card.title}')}</h{level}>"
    return f"<section>{title}{_body(card, level + 1)}</section>"


def card_page(card):
    """Return a card as a whole page that needs no other file."""
    return document(f"Data card: {card.title}", _body(card, 2))


def _body(card, level):
    frames = _frames(card)
    return "".join(
        f"<h{level}>{part}</h{level}>" + "".join(_answers_html(card, frames, rows))
        for part, rows in _parts(card).items()
    )


def _answers_html(card, frames, rows):
    """Yield the answers of one part: the plain ones as one list of terms, each table after it."""
    plain = [(question, name) for question, name in rows if name not in frames]
    if plain:
        pairs = (f'<dt style="{_TERM}">{question}</dt><dd>{_answer_html(card, name)}</dd>' for question, name in plain)
        yield f'<dl style="{_LIST}">{"".join(pairs)}</dl>'
    for question, name in rows:
        if name in frames and frames[name].empty:
            yield f"<p>{_NO_AUDIT}</p>"
        elif name in frames:
            yield table(frames[name], caption=f"{question} {_LIMIT}" if name == "audit" else question, index=False)


def _answer_html(card, name):
    value = getattr(card, name)
    if isinstance(value, tuple):
        return f'<ul style="{_LIST}">{"".join(f"<li>{html.escape(each)}</li>" for each in value)}</ul>'
    return html.escape(_words(card, name))


# Markdown -------------------------------------------------------------------------------------------------------------


def card_markdown(card):
    """Return a card as Markdown: the parts as headings, the questions in bold, the tables as pipe tables."""
    frames, lines = _frames(card), [f"# Data card: {_escaped(card.title)}"]
    for part, rows in _parts(card).items():
        lines.append(f"## {part}")
        for question, name in rows:
            value = getattr(card, name)
            if name in frames:
                lines += [f"**{question}**", _pipe_table(frames[name]) if len(frames[name]) else _NO_AUDIT]
                lines += [_LIMIT] * (name == "audit" and len(frames[name]) > 0)
            elif isinstance(value, tuple):
                lines += [f"**{question}**", "\n".join(f"- {_escaped(each)}" for each in value)]
            else:
                lines.append(f"**{question}** {_escaped(_words(card, name))}")
    return "\n\n".join(lines) + "\n"


def _pipe_table(frame):
    rows = [list(frame.columns), ["---"] * frame.shape[1], *frame.itertuples(index=False, name=None)]
    return "\n".join("| " + " | ".join(_escaped(str(cell)).replace("|", "\\|") for cell in row) + " |" for row in rows)


def _escaped(text):
    """Return text in one line in which nothing is taken for HTML or for a mark of Markdown."""
    text = " ".join(html.escape(text, quote=False).split())
    return "".join(f"\\{letter}" if letter in "\\`*_[]#" else letter for letter in text)
