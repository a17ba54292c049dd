"""Sliders and their form without widgets: what is stored, what a move does, and the trial of the whole range."""

import base64
import io
import re

import ipywidgets
import pytest
from bs4 import BeautifulSoup
from matplotlib.figure import Figure
from PIL import Image

from course_lib import widgets
from course_lib.widgets import explore, try_whole_range

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def shown(monkeypatch):
    """Return what is displayed in this test, which starts as a new kernel without sliders."""
    outputs = []
    monkeypatch.setattr("IPython.display.display", outputs.append)
    monkeypatch.setattr(widgets, "_explored", [])
    return outputs


def draw(height):
    fig = Figure(figsize=(2, 1))
    ax = fig.subplots()
    ax.plot([0, height])
    ax.set_ylim(0, 10)
    return fig, f"A line that rises to {height} & ends.", f"It ends at {height}."


def explore_heights(draw=draw, **changes):
    explore(draw, **{"label": "Height", "values": [1, 2, 5], "start": 2, **changes})


def parts(box):
    """Return the sliders of a box and its figure."""
    *sliders, figure = box.children
    return sliders, figure


def caption(page):
    return BeautifulSoup(page, "html.parser").figcaption.text


def pixels(page):
    data = re.search(r"data:image/png;base64,([^\"]+)", page)[1]
    return Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB").tobytes()


def test_one_output_carries_the_widget_and_the_first_figure(shown):
    explore_heights()
    bundle = shown[0]._repr_mimebundle_()
    assert bundle.keys() == {"text/html", "text/plain", WIDGET_VIEW}
    figure = BeautifulSoup(bundle["text/html"], "html.parser").figure
    assert figure.img["alt"] == "A line that rises to 2 & ends."
    assert figure.figcaption.text == "It ends at 2."
    assert bundle["text/plain"] == "In a running notebook a slider redraws this figure. Height: 2, from 1 to 5."
    assert bundle["text/plain"] in BeautifulSoup(bundle["text/html"], "html.parser").text


def test_the_stored_output_is_the_same_in_every_run(shown):
    explore_heights()
    explore_heights()
    first, second = (box._repr_mimebundle_() for box in shown)
    assert first.pop(WIDGET_VIEW) != second.pop(WIDGET_VIEW)
    assert first == second


def test_moving_the_slider_changes_picture_and_words(shown):
    explore_heights()
    (slider,), figure = parts(shown[0])
    before = figure.value
    slider.value = 5
    assert caption(figure.value) == "It ends at 5."
    assert pixels(figure.value) != pixels(before)
    slider.value = 2
    assert figure.value == before


def test_each_state_is_drawn_once(shown):
    drawn = []

    def counting(height):
        drawn.append(height)
        return draw(height)

    explore_heights(counting)
    (slider,), _ = parts(shown[0])
    for value in (5, 2, 5, 1):
        slider.value = value
    assert drawn == [2, 5, 1]


def test_a_slider_has_a_label_and_describes_its_values(shown):
    explore_heights(values=[0.1, 0.25], start=0.25, describe="{:.0%}".format)
    (slider,), _ = parts(shown[0])
    assert slider.description == "Height"
    assert [words for words, _ in slider.options] == ["10%", "25%"]
    assert slider.label == "25%"


def test_values_may_be_anything(shown):
    explore_heights(lambda pair: draw(sum(pair)), values=[[1, 2], [3, 4]], start=[3, 4])
    (slider,), figure = parts(shown[0])
    assert caption(figure.value) == "It ends at 7."
    slider.index = 0
    assert caption(figure.value) == "It ends at 3."


def test_several_sliders_set_the_arguments_by_name(shown):
    explore(
        lambda base, step: draw(base + step),
        label={"step": "Step", "base": "Base"},
        values={"base": [1, 2], "step": [0, 3, 5]},
        start={"base": 1, "step": 3},
    )
    sliders, figure = parts(shown[0])
    assert [slider.description for slider in sliders] == ["Base", "Step"]
    assert caption(figure.value) == "It ends at 4."
    sliders[0].value = 2
    assert caption(figure.value) == "It ends at 5."
    sliders[1].value = 0
    assert caption(figure.value) == "It ends at 2."


def test_an_error_is_shown_in_place_of_the_figure_and_the_slider_lives_on(shown):
    def picky(height):
        if height == 5:
            raise ValueError("five is < six")
        return draw(height)

    explore_heights(picky)
    (slider,), figure = parts(shown[0])
    slider.value = 5
    alert = BeautifulSoup(figure.value, "html.parser").p
    assert alert["role"] == "alert"
    assert alert.text == "This state could not be drawn. ValueError: five is < six"
    slider.value = 1
    assert caption(figure.value) == "It ends at 1."
    with pytest.raises(ValueError, match="five is < six"):
        try_whole_range()


def test_an_error_in_the_first_state_is_the_cell_s(shown):
    def broken(height):
        raise RuntimeError("no figure")

    with pytest.raises(RuntimeError, match="no figure"):
        explore_heights(broken)
    assert not shown


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start": 3}, r"start must be one of values, \[1, 2, 5\]; got 3"),
        (
            {"label": {"a": "A"}, "values": {"b": [1]}, "start": {"b": 1}},
            r"must name the same sliders, got \['a'\], \['b'\] and \['b'\]",
        ),
    ],
)
def test_bad_input(shown, changes, message):
    with pytest.raises(ValueError, match=message):
        explore_heights(**changes)
    assert not shown


# The whole range ------------------------------------------------------------------------------------------------------


def test_the_whole_range_of_every_slider_is_drawn(capsys):
    seen = []

    def noting(height):
        seen.append(height)
        return draw(height)

    explore_heights(noting)
    explore(
        lambda a, b: draw(a + b),
        label={"a": "A", "b": "B"},
        values={"a": [1, 2], "b": [1, 2, 3]},
        start={"a": 1, "b": 1},
    )
    seen.clear()
    try_whole_range()
    assert capsys.readouterr().out == "3 sliders, 9 states\n"
    assert set(seen) == {1, 2, 5}


def test_without_sliders_there_is_nothing_to_try(capsys):
    try_whole_range()
    assert capsys.readouterr().out == "0 sliders, 0 states\n"


@pytest.mark.parametrize(("alt", "caption"), [("", "A caption."), ("An alternative text, long enough.", "")])
def test_a_state_without_words_is_found(alt, caption):
    def silent(height):
        fig, *words = draw(height)
        return fig, *(words if height < 5 else (alt, caption))

    explore_heights(silent)
    with pytest.raises(ValueError, match="must say"):
        try_whole_range()


def test_a_figure_that_remembers_is_found():
    heights = []

    def remembering(height):
        heights.append(height)
        return draw(len(heights))

    explore_heights(remembering)
    with pytest.raises(ValueError, match="draw must be a pure function"):
        try_whole_range()


def test_the_form_without_widgets_is_kept_beside_the_widget():
    box = widgets.Static([ipywidgets.Button()], static_html="<p>Hello</p>", static_text="Hello")
    bundle = box._repr_mimebundle_()
    assert (bundle["text/html"], bundle["text/plain"]) == ("<p>Hello</p>", "Hello")
    assert bundle[WIDGET_VIEW]["model_id"] == box.model_id


# Players --------------------------------------------------------------------------------------------------------------


def player(box):
    buttons, slider, figure = box.children
    return *buttons.children, slider, figure


def test_a_player_moves_the_slider_and_its_figure(shown):
    explore_heights(play=True)
    *_, back, on, _, clock, slider, figure = player(shown[0])
    assert (clock.min, clock.max, clock.value) == (0, 2, 1)
    clock.value = 2  # as playing does
    assert caption(figure.value) == "It ends at 5."
    on.click()
    assert slider.index == 2  # there is nothing after the end
    for _ in range(3):
        back.click()
    assert (slider.index, clock.value) == (0, 0)
    assert caption(figure.value) == "It ends at 1."


def test_a_player_plays_from_where_it_stands_and_stops(shown):
    explore_heights(play=True)
    play, stop, _, on, _, clock, slider, _ = player(shown[0])
    play.click()
    assert (clock.playing, slider.index) == (True, 1)
    stop.click()
    assert not clock.playing
    play.click()
    on.click()
    assert (clock.playing, slider.index) == (False, 2)  # who goes by steps does not play
    play.click()
    assert (clock.playing, slider.index) == (True, 0)  # from the end it begins anew


def test_a_player_can_be_slow_and_every_button_has_a_name(shown):
    explore_heights(play=True)
    *buttons, slow, clock, _, _ = player(shown[0])
    fast = clock.interval
    slow.value = True
    assert clock.interval == 3 * fast
    slow.value = False
    assert clock.interval == fast
    assert [button.description for button in (*buttons, slow)] == ["Play", "Stop", "Step back", "Step", "Slow"]
    assert clock.layout.display == "none"


def test_a_player_has_one_slider(shown):
    with pytest.raises(ValueError, match="play goes through the values of one slider, not of 2"):
        explore(
            lambda a, b: draw(a + b),
            label={"a": "A", "b": "B"},
            values={"a": [1], "b": [1]},
            start={"a": 1, "b": 1},
            play=True,
        )
    assert not shown
