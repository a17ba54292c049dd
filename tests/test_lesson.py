"""What every notebook uses: figures, findings, boxes, predictions and quiz questions."""

import base64
import io
import re

import numpy as np
import pytest
from bs4 import BeautifulSoup
from matplotlib.figure import Figure
from PIL import Image

from course_lib import lesson, progress
from course_lib.lesson import FindingError, answer, box, figure, finding, predict, prediction, said

ALT = "A straight line from 0 to 1."


@pytest.fixture(autouse=True)
def kernel(tmp_path, monkeypatch):
    """Start each test as a new kernel of a learner without any progress."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress"))
    monkeypatch.setattr(lesson, "_asked", {})


@pytest.fixture
def shown(monkeypatch):
    """Return the list to which everything displayed is added, as (html, plain text, the object itself)."""
    outputs = []

    def display(thing, *, raw=False):
        bundle = thing if raw else thing._repr_mimebundle_()
        outputs.append((bundle["text/html"], bundle["text/plain"], thing))

    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr("IPython.core.interactiveshell.InteractiveShell.initialized", lambda: True)
    return outputs


def line():
    fig = Figure(figsize=(2, 1))
    fig.subplots().plot([0, 1])
    return fig


def text_of(page):
    return BeautifulSoup(page, "html.parser").get_text(" ")


def press(shown, description):
    """Press the button of the widget shown last, and return what the widget then says."""
    widget = shown[-1][2]
    (button,) = [child for child in descendants(widget) if getattr(child, "description", None) == description]
    button.click()
    return text_of(widget.children[-1].value)


def descendants(widget):
    for child in getattr(widget, "children", ()):
        yield child
        yield from descendants(child)


# Figures --------------------------------------------------------------------------------------------------------------


def picture_in(page):
    data = re.search(r"data:image/png;base64,([^\"]+)", page)[1]
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_a_figure_carries_its_words_escaped(shown):
    figure(line(), alt='From "0" to <1> & no further.', caption="A < B & C")
    page, plain, _ = shown[0]
    tag = BeautifulSoup(page, "html.parser").figure
    assert tag.img["alt"] == 'From "0" to <1> & no further.'
    assert tag.figcaption.text == plain == "A < B & C"


@pytest.mark.parametrize("alt", ["", "   ", "too short", " " * 30, None])
def test_a_figure_needs_alternative_text(shown, alt):
    with pytest.raises(ValueError, match="alt must say in at least 20 characters"):
        figure(line(), alt=alt, caption="A line.")
    assert not shown


@pytest.mark.parametrize("caption", ["", "  ", None])
def test_a_figure_needs_a_caption(shown, caption):
    with pytest.raises(ValueError, match="caption must say"):
        figure(line(), alt=ALT, caption=caption)
    assert not shown


def test_only_figures_are_shown():
    with pytest.raises(ValueError, match="fig must be a matplotlib Figure, got list"):
        figure([1, 2], alt=ALT, caption="A list.")


def test_a_figure_of_pyplot_is_closed(shown):
    import matplotlib.pyplot as plt

    fig = plt.figure()
    figure(fig, alt=ALT, caption="Empty.")
    assert not plt.fignum_exists(fig.number)


def test_pictures_are_palettes_that_keep_bands_smooth(shown):
    from course_lib import plots

    fig, ax = plots.new_figure()
    rng = np.random.default_rng(0)
    plots.band(ax, rng.normal(size=(51, 100)).cumsum(axis=0), **plots.policy_style("Replace"))
    figure(fig, alt=ALT, caption="A band.")
    picture = picture_in(shown[0][0])
    assert picture.mode == "P"
    full = io.BytesIO()
    fig.savefig(full, format="png")
    difference = np.asarray(picture.convert("RGB"), int) - np.asarray(Image.open(full).convert("RGB"), int)
    assert np.abs(difference).max() <= 10
    assert len(shown[0][0]) < 60_000


# Findings -------------------------------------------------------------------------------------------------------------


def test_a_finding_that_holds_is_an_output(shown):
    finding("After {} generations {:.2f} < {:.1%}.", 50, np.float64(0.314), 0.5, holds=np.bool_(True))
    page, plain, _ = shown[0]
    assert plain == "After 50 generations 0.31 < 50.0%."
    assert text_of(page) == plain
    assert BeautifulSoup(page, "html.parser").p["class"] == ["finding"]


def test_outside_ipython_the_plain_text_is_printed(capsys):
    finding("It is so.", holds=True)
    assert capsys.readouterr().out == "It is so.\n"


@pytest.mark.parametrize("holds", [False, np.bool_(False)])
def test_a_finding_that_does_not_hold_raises_with_its_sentence(shown, holds):
    with pytest.raises(FindingError, match=r"“The spread is 0\.90\.” .* does not hold"):
        finding("The spread is {:.2f}.", 0.9, holds=holds)
    assert not shown


@pytest.mark.parametrize("holds", [1, 0, None, "yes", np.array([True, True]), [True]])
def test_a_condition_is_true_or_false(shown, holds):
    with pytest.raises(ValueError, match="holds must be True or False"):
        finding("It is so.", holds=holds)
    assert not shown


@pytest.mark.parametrize("spec", ["{}", "{:.2f}", "{:.0%}", "{:F}"])
@pytest.mark.parametrize("value", [float("nan"), np.float64("nan"), -np.float32("nan")])
def test_nothing_is_told_by_nan(shown, spec, value):
    with pytest.raises(ValueError, match="template tells a number that is NaN"):
        finding(f"The spread is {spec}, no less.", value, holds=True)
    words = f"The spread is {spec.format(value)}, no less."
    with pytest.raises(ValueError, match="template tells a number that is NaN"):
        finding(words, holds=True)
    with pytest.raises(ValueError, match="alt tells a number that is NaN"):
        figure(line(), alt=words, caption="A line.")
    with pytest.raises(ValueError, match="caption tells a number that is NaN"):
        figure(line(), alt=ALT, caption=words)
    assert not shown


def test_words_may_hold_those_letters(shown):
    finding("The {} winner is {}.", "banana", "finance", holds=True)
    assert shown[0][1] == "The banana winner is finance."


@pytest.mark.parametrize(("template", "values"), [("{} and {}", (1,)), ("{}", (1, 2)), ("nothing", (1,))])
def test_fields_and_values_of_a_finding_must_match(shown, template, values):
    with pytest.raises(ValueError, match="template has"):
        finding(template, *values, holds=True)
    assert not shown


# Boxes ----------------------------------------------------------------------------------------------------------------


def test_a_box_says_the_same_in_html_and_in_plain_text(shown):
    box("To large models", {"Carries over": "the sign, 0.31 < 1", "Unknown": "the rate"})
    page, plain, _ = shown[0]
    assert plain == "To large models\nCarries over. the sign, 0.31 < 1\nUnknown. the rate"
    assert text_of(page).split() == plain.split()


# Predictions ----------------------------------------------------------------------------------------------------------

NUMBER = {"low": 0, "high": 1.5, "step": 0.05, "unit": "of the original"}
CHOICE = {"choices": ["the mean", "the median"]}


def test_an_untouched_slider_is_no_prediction(shown):
    predict("01.spread", "How much is left?", **NUMBER)
    assert prediction("01.spread") is None
    assert said("01.spread") == "No prediction was kept for this question."


def test_keep_makes_a_number_a_prediction(shown):
    predict("01.spread", "How much is left?", **NUMBER)
    slider = shown[0][2].children[1]
    slider.value = 0.6
    assert prediction("01.spread") is None
    assert "Kept: 0.60 of the original." in press(shown, "Keep")
    assert prediction("01.spread") == 0.6
    assert said("01.spread") == "You said 0.60 of the original."


def test_keep_needs_a_choice(shown):
    predict("01.which", "Which falls?", **CHOICE)
    assert "Choose one first." in press(shown, "Keep")
    assert prediction("01.which") is None
    shown[0][2].children[1].value = "the median"
    press(shown, "Keep")
    assert prediction("01.which") == "the median"
    assert said("01.which") == "You said “the median”."


@pytest.mark.parametrize(("form", "value"), [(NUMBER, 0.6), (CHOICE, "the mean")])
def test_a_prediction_by_code_is_kept_at_once(shown, form, value):
    predict("01.spread", "Which?", **form, answer=value)
    assert prediction("01.spread") == value
    page, plain, _ = shown[0]
    assert "is kept" in plain
    assert text_of(page).split() == plain.split()


@pytest.mark.parametrize("form", [NUMBER, CHOICE])
def test_what_is_stored_does_not_depend_on_progress(shown, form):
    value = form.get("choices", [0.6])[0]
    predict("01.spread", "Which?", **form)
    progress.record_prediction("01.spread", value)
    predict("01.spread", "Which?", **form)
    first, second = ((page, plain) for page, plain, _ in shown)
    assert first == second
    assert "answer=" in first[0]
    assert "answer=" in first[1]


def test_an_earlier_prediction_is_where_the_slider_starts(shown):
    progress.record_prediction("01.spread", 0.25)
    predict("01.spread", "How much is left?", **NUMBER)
    *_, slider, _button, reply = shown[0][2].children
    assert slider.value == 0.25
    assert "Kept before: 0.25" in text_of(reply.value)


def test_a_prediction_of_an_older_form_of_the_question_is_passed_over(shown):
    progress.record_prediction("01.spread", "about half")
    predict("01.spread", "How much is left?", **NUMBER)
    assert said("01.spread") == "No prediction was kept for this question."


def test_control_and_button_have_names(shown):
    predict("01.spread", "How much is left?", **NUMBER)
    predict("01.which", "Which falls?", **CHOICE)
    for _, _, widget in shown:
        assert all(child.description for child in widget.children[1:3])


@pytest.mark.parametrize("form", [{}, {"low": 0, "high": 1}, {**NUMBER, **CHOICE}, {**CHOICE, "low": 0}])
def test_a_question_has_one_form(form):
    with pytest.raises(ValueError, match="ask for a number with low, high and step"):
        predict("01.spread", "Which?", **form)


@pytest.mark.parametrize("answer", [-0.05, 1.55, "half", float("nan"), True])
def test_a_number_must_lie_in_its_range(answer):
    with pytest.raises(ValueError, match=r"answer must be a number from 0\.00 .* to 1\.50"):
        predict("01.spread", "How much?", **NUMBER, answer=answer)
    assert prediction("01.spread") is None


def test_a_choice_must_be_one_of_the_choices():
    with pytest.raises(ValueError, match='answer must be one of "the mean", "the median"'):
        predict("01.which", "Which?", **CHOICE, answer="the mode")
    assert prediction("01.which") is None


@pytest.mark.parametrize("bad", [{"low": 1, "high": 0}, {"step": 0}, {"step": -1}])
def test_a_range_must_be_one(bad):
    with pytest.raises(ValueError, match="low must be below high and step positive"):
        predict("01.spread", "How much?", **{**NUMBER, **bad})


def test_one_choice_is_none():
    with pytest.raises(ValueError, match="choices must hold at least two"):
        predict("01.which", "Which?", choices=["the mean"])


def test_a_bad_id_is_refused_when_asked_and_an_unasked_one_when_looked_up(shown):
    with pytest.raises(ValueError, match="id must be a lesson's number"):
        predict("spread", "How much?", **NUMBER)
    predict("01.spread", "How much?", **NUMBER)
    with pytest.raises(ValueError, match=r"one of \['01.spread'\]; got '01.spred'"):
        said("01.spred")


@pytest.mark.parametrize(
    ("step", "value", "words"),
    [(1, 33, "33"), (10, 30, "30"), (0.5, 2.5, "2.5"), (0.05, 0.1, "0.10"), (1e-3, 0.2, "0.200")],
)
def test_the_step_sets_the_decimals(shown, step, value, words):
    predict("01.spread", "How many?", low=0, high=100, step=step, answer=value)
    assert said("01.spread") == f"You said {words}."


# Quiz -----------------------------------------------------------------------------------------------------------------

QUIZ = """
[quiz.q1]
question = "Is 1 < 2?"
correct = "b"
options.a = "No."
options.b = "Yes."
why.a = "That takes < for >."
why.b = "One apple is less than two."
"""


@pytest.fixture
def texts(tmp_path, monkeypatch):
    """Return the folder of the lessons' texts, with a quiz of one question for lesson 01."""
    (tmp_path / "01.toml").write_text(QUIZ, encoding="utf-8")
    monkeypatch.setattr(lesson, "TEXTS", tmp_path)
    lesson._quiz.cache_clear()
    yield tmp_path
    lesson._quiz.cache_clear()


@pytest.mark.usefixtures("texts")
def test_a_question_is_answered_by_clicking(shown):
    answer("01.q1")
    assert press(shown, "a") == "a is not it. That takes < for >."
    assert press(shown, "b") == "b is right. One apple is less than two."
    assert progress.answers() == {"01.q1": [("a", False), ("b", True)]}


@pytest.mark.usefixtures("texts")
def test_a_question_is_answered_by_code(shown):
    answer("01.q1", "a")
    page, plain, _ = shown[0]
    assert plain == "a is not it. That takes < for >."
    assert plain in text_of(page)
    assert progress.answers() == {"01.q1": [("a", False)]}


@pytest.mark.usefixtures("texts")
def test_the_stored_question_lists_the_options_and_how_to_answer(shown):
    answer("01.q1")
    progress.record_answer("01.q1", "b", True)
    answer("01.q1")
    (page, plain), second = ((page, plain) for page, plain, _ in shown)
    assert (page, plain) == second
    for words in ("Is 1 < 2?", "a. No.", "b. Yes.", 'answer("01.q1", "a")'):
        assert words in plain
        assert words in text_of(page)


@pytest.mark.usefixtures("texts")
@pytest.mark.parametrize(
    ("id", "choice", "message"),
    [
        ("01.q9", None, r"id must be one of \['01.q1'\]; got '01.q9'"),
        ("07.q1", None, r"a lesson that has questions, \['01'\]; got '07.q1'"),
        ("q1", None, "id must be a lesson's number"),
        ("01.q1", "c", "choice must be one of a, b; got 'c'"),
    ],
)
def test_unknown_question_or_choice(id, choice, message):
    with pytest.raises(ValueError, match=message):
        answer(id, choice)
    assert progress.answers() == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [('why.a = "That takes < for >."', ""), ('"b"', '"c"'), ("correct", "right"), ("options.a", "options.c")],
)
def test_a_quiz_with_a_gap_is_refused(texts, old, new):
    assert old in QUIZ
    (texts / "01.toml").write_text(QUIZ.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=r"01\.toml: quiz\.q1 needs"):
        answer("01.q1")


@pytest.mark.parametrize("path", sorted(lesson.TEXTS.glob("[0-9][0-9].toml")), ids=lambda path: path.stem)
def test_every_lesson_has_three_whole_questions(path):
    questions = lesson._quiz(path.stem)
    assert [name for name in questions if name.startswith("q")] == ["q1", "q2", "q3"]
    for question in questions.values():
        assert 3 <= len(question["options"]) <= 4
        assert list(question["options"]) == list("abcd")[: len(question["options"])]
