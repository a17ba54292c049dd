"""What every lesson uses: figures with words, findings that hold, predictions, quiz questions, boxes.

Each helper displays one output with a form in HTML and one in plain text. Neither depends on a learner's progress
unless that is its point, so a notebook run with an empty progress folder always gives the same outputs.
"""

import functools
import html
import io
import re
import string
import sys
import tomllib
from base64 import b64encode
from pathlib import Path

import numpy as np

from course_lib import forms, progress

__all__ = [
    "FindingError",
    "answer",
    "box",
    "figure",
    "finding",
    "outcome",
    "predict",
    "prediction",
    "said",
    "show",
    "show_table",
]

TEXTS = Path(__file__).parent / "texts"
# Colours of the theme are inherited; the one that is set stands out from a white and from a black page.
_FINDING = "border-left:4px solid #0072B2;padding:.2em .8em;margin:.5em 0"
_BOX = "border:1px solid #808080;border-radius:4px;padding:.2em 1em;margin:.5em 0"


class FindingError(AssertionError):
    """A sentence that a lesson states is not true of what was computed."""


def figure(fig, *, alt, caption):
    """Show a figure with its alternative text and its caption, and close it.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
    alt : str
        What is drawn, with its numbers, for who cannot see it: at least 20 characters.
    caption : str
        What the figure shows.

    Raises
    ------
    ValueError
        If `fig` is not a figure, or `alt` or `caption` is missing or tells a number that is NaN.
    """
    show(figure_html(fig, alt=alt, caption=caption), caption)


def figure_html(fig, *, alt, caption):
    """Return the figure as one HTML element that needs no other file; see `figure`."""
    if not hasattr(fig, "savefig"):
        raise ValueError(f"fig must be a matplotlib Figure, got {type(fig).__name__}")
    if not isinstance(alt, str) or len(alt.strip()) < 20:
        raise ValueError(f"alt must say in at least 20 characters what is drawn, got {alt!r}")
    if not isinstance(caption, str) or not caption.strip():
        raise ValueError(f"caption must say what the figure shows, got {caption!r}")
    _refuse_nan(alt, "alt")
    _refuse_nan(caption, "caption")
    data = b64encode(_palette_png(fig)).decode()
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(fig)
    return (
        f'<figure style="margin:0"><img alt="{html.escape(alt)}" src="data:image/png;base64,{data}" '
        f'style="max-width:100%;height:auto"><figcaption>{html.escape(caption)}</figcaption></figure>'
    )


def _refuse_nan(text, name):
    if re.search(r"\b(nan|NAN)\b", text):
        raise ValueError(f"{name} tells a number that is NaN: {text!r}")


def _palette_png(fig):
    """Return the figure as a palette PNG, a third to a half the size of one in full colour.

    The palette is the smallest in which no pixel is off by more than 10 of 255, so that bands stay smooth; a
    photograph gets the largest. Of Pillow's methods, maximum coverage keeps that largest error smallest.
    """
    from PIL import Image, ImageChops

    raw = io.BytesIO()
    fig.savefig(raw, format="png")
    picture = Image.open(raw).convert("RGB")
    for colours in (16, 24, 32, 64, 128, 256):
        reduced = picture.quantize(colours, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        difference = ImageChops.difference(reduced.convert("RGB"), picture)
        if max(high for _, high in difference.getextrema()) <= 10:
            break
    small = io.BytesIO()
    reduced.save(small, format="png", optimize=True)
    return small.getvalue()


def finding(template, *values, holds):
    """State what was found, as an output, and fail if it is not so.

    Parameters
    ----------
    template : str
        The sentence, with one replacement field of `str.format` per value; or an f-string, and no values.
    *values : object
    holds : bool
        The condition that makes the sentence true.

    Raises
    ------
    FindingError
        If `holds` is False.
    ValueError
        If `holds` is not a bool, a number is NaN, or the fields and the values do not match.

    Examples
    --------
    >>> finding("The median spread is {:.2f} of the original.", 0.314, holds=0.314 < 0.5)
    The median spread is 0.31 of the original.
    """
    try:
        sentence = _AllFieldsFormatter().vformat(template, values, {})
    except IndexError:
        raise ValueError(f"template has more fields than the {len(values)} values: {template!r}") from None
    _refuse_nan(sentence, "template")
    if not isinstance(holds, bool | np.bool_):
        raise ValueError(f"holds must be True or False, got {holds!r}; reduce an array with .all() or .any()")
    if not holds:
        raise FindingError(f"“{sentence}” is not so here: the condition that makes this sentence true does not hold.")
    show(f'<p class="finding" style="{_FINDING}">{html.escape(sentence)}</p>', sentence)


class _AllFieldsFormatter(string.Formatter):
    def check_unused_args(self, used_args, args, kwargs):
        unused = [value for index, value in enumerate(args) if index not in used_args]
        if unused:
            raise ValueError(f"template has no field for these values: {unused}")


def box(title, parts):
    """Show a box beside the main thread, for words that hold computed values; others are better as text cells.

    Parameters
    ----------
    title : str
    parts : dict of str
        From a lead-in ("What carries over") to its sentences.
    """
    rows = "".join(f"<p><strong>{html.escape(lead)}.</strong> {html.escape(text)}</p>" for lead, text in parts.items())
    plain = "\n".join([title, *(f"{lead}. {text}" for lead, text in parts.items())])
    show(f'<div style="{_BOX}"><p><strong>{html.escape(title)}</strong></p>{rows}</div>', plain)


def show(html_form, text_form):
    """Display one output with a form in HTML and one in plain text; outside IPython, print the text."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.display import display

    if InteractiveShell.initialized():
        display({"text/html": html_form, "text/plain": text_form}, raw=True)
    else:
        print(text_form)


def show_table(frame, *, caption, index=True, labels=None):
    """Show a table with its caption; the arguments are those of `html_page.table`."""
    from course_lib.html_page import table

    show(table(frame, caption=caption, index=index, labels=labels), f"{frame.to_string(index=index)}\n{caption}")


# Predictions ----------------------------------------------------------------------------------------------------------

_asked = {}  # by id: the form in which each question of this kernel is answered
_questions = {}  # by id: its words


def predict(
    id, question, *, low=None, high=None, step=None, unit="", at=None, along="", choices=None, start=None, answer=None
):
    """Ask for a prediction before the outcome is shown, and keep it.

    A number is asked for with `low`, `high` and `step`, a curve with `at` besides, one of several texts with `choices`.
    Where widgets do not work, the same cell run with `answer=` keeps a prediction too.

    Parameters
    ----------
    id : str
        Lesson and name, such as "01.spread"; `plots.confront` and `said` know the prediction by it.
    question : str
    low, high, step : float
        Range and step of the slider; the step also sets the decimals shown.
    unit : str
        Of the number, such as "generations".
    at : list of float
        Where on the x axis the heights of a curve are set, in rising order.
    along : str
        What the x axis of a curve counts, such as "generation".
    choices : list of str
    start : list of float, optional
        A curve's heights before it is touched; by default all at the middle of the range. It is no prediction.
    answer : float, str or list of float, optional
        The prediction, kept at once.

    Raises
    ------
    ValueError
        If neither or both forms are asked for, or `answer` does not fit the form.
    """
    progress.as_id(id)
    form = forms.form(low=low, high=high, step=step, unit=unit, at=at, along=along, choices=choices, start=start)
    ask = f"<p><strong>Predict.</strong> {html.escape(question)}</p>"
    if answer is not None:
        answer = form.parse(answer, "answer")
        progress.record_prediction(id, answer)
        kept = f"Your prediction, {form.say(answer)}, is kept."
        show(f"{ask}<p>{html.escape(kept)}</p>", f"Predict. {question}\n{kept}")
    else:
        from IPython.display import display

        from course_lib.widgets import prediction_box

        how = f"To answer without widgets, add answer= and {form.needs} to this call of predict, and run the cell."
        display(
            prediction_box(
                ask,
                form,
                _current(id, form),
                keep=lambda value: progress.record_prediction(id, value),
                static_html=f"{ask}<p><small>{html.escape(how)}</small></p>",
                static_text=f"Predict. {question}\n{how}",
            )
        )
    _asked[id] = form
    _questions[id] = question


def prediction(id):
    """Return the learner's last prediction for the question `id`, or None."""
    return progress.prediction(id)


def said(id):
    """Return a sentence for a caption or an alternative text: what the learner predicted, or that there is nothing.

    Raises
    ------
    ValueError
        If `predict` has not asked the question `id` in this kernel.
    """
    _, words = kept_prediction(id)
    return "No prediction was kept for this question." if words is None else f"You said {words}."


def outcome(id, truth):
    """Keep what came out beside what was predicted, if anything was; `intuition.intuition` shows both.

    Parameters
    ----------
    id : str
        The question, which `predict` has asked before.
    truth : float, str or list of float
        In the form of the question.

    Raises
    ------
    ValueError
        If the question was not asked in this kernel, or the truth has another form.
    """
    value, _ = kept_prediction(id)
    truth = _asked[id].as_truth(truth)
    if value is not None:
        progress.record_outcome(id, truth, question=_questions[id], span=_asked[id].span)


def prediction_form(id):
    """Return the form in which the question `id` of this kernel is answered; see `forms`."""
    kept_prediction(id)
    return _asked[id]


def kept_prediction(id):
    """Return the learner's last prediction and its words, with the question's decimals and unit, or (None, None)."""
    if id not in _asked:
        raise ValueError(f"id must be a question that predict() asked before, one of {list(_asked)}; got {id!r}")
    value = _current(id, _asked[id])
    return (None, None) if value is None else (value, _asked[id].say(value))


def _current(id, form):
    """Return the prediction kept, unless the question has changed its form since."""
    value = progress.prediction(id)
    try:
        return None if value is None else form.parse(value, "kept")
    except ValueError:
        return None


# Quiz -----------------------------------------------------------------------------------------------------------------


def answer(id, choice=None):
    """Ask a quiz question, or answer it: the reply says what is right or wrong about the thought behind the choice.

    Parameters
    ----------
    id : str
        Lesson and question, such as "01.q1"; it stands in `course_lib/texts/01.toml`.
    choice : str, optional
        The letter of an option. Without it the question is shown, to be answered by clicking.

    Raises
    ------
    ValueError
        If there is no such question or option.
    """
    question = _quiz_question(id)
    options = question["options"]
    if choice is not None:
        reply = _reply(id, question, choice)
        show(f"<p>{html.escape(question['question'])}</p><p>{html.escape(reply)}</p>", reply)
        return
    from IPython.display import display

    from course_lib.widgets import quiz_box

    listed = "".join(f"<li>{letter}. {html.escape(text)}</li>" for letter, text in options.items())
    ask = (
        f"<p><strong>Question.</strong> {html.escape(question['question'])}</p>"
        f'<ul style="list-style:none;padding-left:1em">{listed}</ul>'
    )
    how = f'To answer without widgets, run answer("{id}", "{next(iter(options))}") or another letter.'
    display(
        quiz_box(
            ask,
            options,
            reply=lambda letter: _reply(id, question, letter),
            static_html=f"{ask}<p><small>{html.escape(how)}</small></p>",
            static_text="\n".join([question["question"], *(f"{k}. {text}" for k, text in options.items()), how]),
        )
    )


def _quiz_question(id):
    lesson, _, name = progress.as_id(id).partition(".")
    try:
        questions = _quiz(lesson)
        return questions[name]
    except FileNotFoundError:
        known = sorted(path.stem for path in TEXTS.glob("[0-9][0-9].toml"))
        raise ValueError(f"id must start with the number of a lesson that has questions, {known}; got {id!r}") from None
    except KeyError:
        raise ValueError(f"id must be one of {[f'{lesson}.{key}' for key in questions]}; got {id!r}") from None


@functools.cache
def _quiz(lesson):
    """Return the questions of the [quiz] table of a lesson's texts, checked for gaps.

    Each is a table [quiz.q1] with `question`, `options.a` and so on, `correct` (a letter), and `why.a` and so on: for
    each option what is right about it, or the thought that leads to it and where that thought goes wrong.
    """
    path = TEXTS / f"{lesson}.toml"
    questions = tomllib.loads(path.read_text(encoding="utf-8")).get("quiz", {})
    for name, question in questions.items():
        if question.keys() != {"question", "options", "correct", "why"}:
            raise ValueError(f"{path.name}: quiz.{name} needs question, options, correct and why, got {list(question)}")
        if question["why"].keys() != question["options"].keys() or question["correct"] not in question["options"]:
            raise ValueError(f"{path.name}: quiz.{name} needs a why for each of its options, and correct among them")
    return questions


def _reply(id, question, choice):
    if choice not in question["options"]:
        raise ValueError(f"choice must be one of {', '.join(question['options'])}; got {choice!r}")
    right = choice == question["correct"]
    progress.record_answer(id, choice, right)
    return f"{choice} is {'right' if right else 'not it'}. {question['why'][choice]}"
