"""Curves that are predicted: set by sliders, drawn while they are set, kept as a list, drawn into the outcome."""

import pytest
from bs4 import BeautifulSoup

from course_lib import plots, progress
from course_lib.curve import curve_svg
from course_lib.forms import form
from course_lib.lesson import predict, prediction, said

CURVE = {"low": 0, "high": 1, "step": 0.05, "at": [0, 10, 50], "along": "generation"}


@pytest.fixture(autouse=True)
def shown(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress"))
    outputs = []
    # `raw` comes where an earlier test of the same process has started a shell.
    monkeypatch.setattr("IPython.display.display", lambda thing, *, raw=False: outputs.append(thing))
    return outputs


def parts(box):
    _, control, button, reply = box.children
    return control, button, reply


def test_a_curve_is_set_slider_by_slider_and_kept_by_the_button(shown):
    predict("01.curve", "How does it fall?", **CURVE)
    control, button, reply = parts(shown[0])
    assert [slider.description for slider in control.sliders] == ["0", "10", "50"]
    control.sliders[0].value, control.sliders[2].value = 1, 0.25
    assert control.value == [1, 0.5, 0.25]
    assert prediction("01.curve") is None
    button.click()
    assert prediction("01.curve") == [1, 0.5, 0.25]
    assert "1.00 at 0, 0.50 at 10, 0.25 at 50 (generation)" in reply.value


def test_the_drawing_follows_and_says_what_it_draws(shown):
    predict("01.curve", "How does it fall?", **CURVE)
    control, _, _ = parts(shown[0])
    before = control.drawing.value
    control.sliders[1].value = 0.9
    svg = BeautifulSoup(control.drawing.value, "html.parser").svg
    assert control.drawing.value != before
    assert svg["role"] == "img"
    assert svg["aria-label"] == "Your curve: 0.50 at 0, 0.90 at 10, 0.50 at 50 (generation)."


def test_a_curve_that_was_kept_is_where_the_sliders_start(shown):
    progress.record_prediction("01.curve", [1, 0.9, 0.8])
    predict("01.curve", "How does it fall?", **CURVE)
    control, _, reply = parts(shown[0])
    assert control.value == [1, 0.9, 0.8]
    assert "Kept before" in reply.value


def test_it_starts_where_it_is_told_and_that_is_no_prediction(shown):
    predict("01.curve", "How does it fall?", **CURVE, start=[1, 0.5, 0.5])
    assert parts(shown[0])[0].value == [1, 0.5, 0.5]
    assert prediction("01.curve") is None


def test_without_widgets_the_cell_says_how_to_answer_and_keeps_it(shown):
    predict("01.curve", "How does it fall?", **CURVE)
    static = shown[0]._repr_mimebundle_()["text/plain"]
    assert "add answer= and a list of 3 numbers from 0.00 to 1.00" in static
    predict("01.curve", "How does it fall?", **CURVE, answer=[1, 0.5, 0.25])
    assert prediction("01.curve") == [1, 0.5, 0.25]


def test_the_outcome_s_figure_shows_the_curve_and_keeps_what_came_out():
    predict("01.curve", "How does it fall?", **CURVE, answer=[1, 0.5, 0.25])
    _, ax = plots.new_figure()
    plots.confront(ax, "01.curve", truth=[1, 0.8, 1.2])
    (line,) = ax.lines
    assert line.get_xdata().tolist() == [0, 10, 50]
    assert line.get_ydata().tolist() == [1, 0.5, 0.25]
    assert progress.outcomes()["01.curve"]["value"] == [1, 0.8, 1.2]
    assert said("01.curve") == "You said 1.00 at 0, 0.50 at 10, 0.25 at 50 (generation)."


def test_high_stands_above_low():
    svg = curve_svg(form(**CURVE), [0, 0.5, 1])
    points = BeautifulSoup(svg, "html.parser").polyline["points"].split()
    xs, ys = zip(*(map(float, point.split(",")) for point in points), strict=True)
    assert xs[0] < xs[1] < xs[2]
    assert ys[0] > ys[1] > ys[2]
    assert (xs[1] - xs[0]) * 4 == pytest.approx(xs[2] - xs[1], abs=1)  # places stand to scale


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"at": [0]}, "at must hold at least two numbers in rising order"),
        ({"at": [1, 0]}, "at must hold at least two numbers in rising order"),
        ({"start": [0.5]}, "start must be a list of 3 numbers"),
        ({"answer": [0.5, 0.5, 2]}, "answer must be a number from 0.00 to 1.00"),
        ({"answer": 0.5}, "answer must be a list of 3 numbers"),
        ({"choices": ["a", "b"]}, "ask for a number with low, high and step, for a curve"),
    ],
)
def test_bad_input(change, message):
    with pytest.raises(ValueError, match=message):
        predict("01.curve", "How does it fall?", **CURVE | change)
