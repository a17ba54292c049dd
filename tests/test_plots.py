"""How the course draws: what is on the axes, that colours stay apart, and that words match what is drawn."""

import io
import itertools
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from PIL import Image

import course_lib
from course_lib import lesson, plots
from course_lib.lesson import predict


@pytest.fixture(autouse=True)
def kernel(tmp_path, monkeypatch):
    """Start each test as a new kernel of a learner without any progress."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress"))
    monkeypatch.setattr(lesson, "_asked", {})
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: None)


def texts(ax):
    return [text.get_text() for text in ax.texts]


# Style ----------------------------------------------------------------------------------------------------------------


def test_a_figure_is_made_without_pyplot():
    code = (
        "import sys; from course_lib import plots, lesson\n"
        "fig, ax = plots.new_figure(); plots.curves(ax, [[1, 2]] * 3)\n"
        "lesson.figure_html(fig, alt='x' * 20, caption='c'); print('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_figure_has_the_course_s_size_and_its_words():
    fig, ax = plots.new_figure(title="Question?", xlabel="generation", ylabel="spread (mm)")
    picture = io.BytesIO()
    fig.savefig(picture, format="png")
    assert Image.open(picture).size == (770, 429)
    assert ax.get_title(loc="left") == "Question?"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("generation", "spread (mm)")


def test_several_axes_are_labelled_each_unless_they_share():
    fig, axes = plots.new_figure(2, 2, title="All", xlabel="x", ylabel="y")
    assert fig.get_suptitle() == "All"
    assert {(ax.get_xlabel(), ax.get_ylabel()) for ax in axes.flat} == {("x", "y")}
    _, axes = plots.new_figure(2, 2, xlabel="x", ylabel="y", sharex=True, sharey=True)
    assert [[ax.get_xlabel() for ax in row] for row in axes] == [["", ""], ["x", "x"]]
    assert [[ax.get_ylabel() for ax in row] for row in axes] == [["y", ""], ["y", ""]]


def test_every_policy_has_a_style_of_its_own():
    policies = [getattr(course_lib, name) for name in course_lib.__all__ if hasattr(getattr(course_lib, name), "draws")]
    assert len(policies) >= 6
    styles = [plots.policy_style(policy) for policy in policies]
    for key in ("color", "marker", "label"):
        assert len({style[key] for style in styles}) == len(policies), key
    assert (
        plots.policy_style("Replace")
        == plots.policy_style(course_lib.Replace)
        == plots.policy_style(course_lib.Replace())
    )


@pytest.mark.parametrize("policy", ["replace", "Gaussian", None, 3])
def test_a_policy_without_a_style(policy):
    with pytest.raises(ValueError, match="policy must be one of Replace, Accumulate"):
        plots.policy_style(policy)


# Machado, Oliveira and Fernandes (2009), doi:10.1109/TVCG.2009.113, table 1 at severity 1: linear RGB as it is seen.
SEEN = {
    "normal vision": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(color, seen):
    """Return the CIE L*a*b* coordinates of a colour as an eye sees it."""
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(seen @ linear, 0, 1) / TO_XYZ.sum(axis=1)
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", SEEN)
def test_colours_stay_apart_for_every_eye(vision):
    """A difference of 2.3 is just noticeable; five times that is told apart in thin lines, and markers help."""
    colors = [style["color"] for style in plots._POLICIES.values()] + [plots.REAL, plots.PREDICTION]
    for first, second in itertools.combinations(colors, 2):
        distance = np.linalg.norm(lab(first, SEEN[vision]) - lab(second, SEEN[vision]))
        assert distance > 5 * 2.3, f"{first} and {second}: {distance:.1f}"


def test_generations_run_one_way_in_lightness_and_stay_off_black_and_white():
    lightness = [lab(plots.generation_colour(t, 50)[:3], np.eye(3))[0] for t in range(51)]
    assert np.all(np.diff(lightness) > 0)
    assert lightness[0] > 20
    assert lightness[-1] < 90


@pytest.mark.parametrize(("generation", "last"), [(-1, 5), (0, 0), (1.5, 5)])
def test_bad_generation(generation, last):
    with pytest.raises(ValueError, match="must be a whole number"):
        plots.generation_colour(generation, last)


def test_a_generation_past_the_last_has_no_colour():
    with pytest.raises(ValueError, match="generation must be at most last, 5"):
        plots.generation_colour(6, 5)


# Lines and bands ------------------------------------------------------------------------------------------------------


def test_a_band_is_the_median_and_the_middle_share():
    values = np.arange(101.0) * np.arange(1, 4)[:, None]  # three generations; replicates 0 … 100 times t
    _, ax = plots.new_figure()
    line = plots.band(ax, values, coverage=0.8, **plots.policy_style("Mix"))
    np.testing.assert_allclose(line.get_ydata(), [50, 100, 150])
    np.testing.assert_array_equal(line.get_xdata(), [0, 1, 2])
    assert to_hex(line.get_color()) == plots.policy_style("Mix")["color"]
    (filled,) = ax.collections
    edges = filled.get_paths()[0].vertices
    for generation, (low, high) in enumerate([(10, 90), (20, 180), (30, 270)]):
        at = edges[edges[:, 0] == generation, 1]
        assert (at.min(), at.max()) == pytest.approx((low, high))


def test_replicates_on_several_axes_count_as_one_crowd():
    values = np.arange(24.0).reshape(2, 3, 4)
    _, ax = plots.new_figure()
    np.testing.assert_allclose(plots.band(ax, values).get_ydata(), [5.5, 17.5])


def test_without_replicates_there_is_no_band():
    _, ax = plots.new_figure()
    plots.band(ax, [3.0, 2.0, 1.0], x=[10, 20, 30])
    assert not ax.collections
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [10, 20, 30])


def test_curves_draw_every_run_and_their_mean_and_median():
    values = np.array([[1.0, 1.0, 1.0], [0.1, 0.2, 2.7]])
    _, ax = plots.new_figure()
    plots.curves(ax, values, color="#d55e00", run="run")
    (runs,) = ax.collections
    np.testing.assert_array_equal([path.vertices[:, 1] for path in runs.get_paths()], values.T)
    by_label = {line.get_label(): line for line in ax.lines}
    np.testing.assert_allclose(by_label["mean of 3 runs"].get_ydata(), [1, 1])
    np.testing.assert_allclose(by_label["median of 3 runs"].get_ydata(), [1, 0.2])
    low, high = ax.get_ylim()
    assert low < 0.1
    assert high > 2.7


@pytest.mark.parametrize("draw", [plots.band, plots.curves])
@pytest.mark.parametrize(
    ("values", "x", "message"),
    [
        ([1.0, np.nan], None, "values holds 1 of 2"),
        ([], None, "values is empty"),
        ([1.0, 2.0], [0, 1, 2], "x must have one entry per generation, 2; got 3"),
    ],
)
def test_bad_values(draw, values, x, message):
    _, ax = plots.new_figure()
    with pytest.raises(ValueError, match=message):
        draw(ax, values, x=x)


# Predictions ----------------------------------------------------------------------------------------------------------

NUMBER = {"low": 0, "high": 1.5, "step": 0.05}


def test_no_prediction_is_said_on_the_figure():
    predict("01.spread", "How much?", **NUMBER)
    _, ax = plots.new_figure()
    plots.confront(ax, "01.spread")
    assert texts(ax) == ["no prediction kept for this question"]
    assert not ax.lines


@pytest.mark.parametrize("loc", ["lower right", "upper left"])
@pytest.mark.parametrize(
    ("where", "x", "y"),
    [({}, [0, 1], [0.6, 0.6]), ({"orient": "v"}, [0.6, 0.6], [0, 1]), ({"x": 50}, [50], [0.6])],
)
def test_a_number_is_drawn_where_it_was_predicted(where, x, y, loc):
    predict("01.spread", "How much?", **NUMBER, answer=0.6)
    _, ax = plots.new_figure()
    ax.plot([0, 50], [1, 0.9])
    plots.confront(ax, "01.spread", **where, loc=loc)
    line = ax.lines[-1]
    assert (list(line.get_xdata()), list(line.get_ydata())) == (x, y)
    assert to_hex(line.get_color()) == plots.PREDICTION
    assert texts(ax) == ["your prediction: 0.60"]


@pytest.mark.parametrize("loc", ["lower right", "upper right", "lower left", "upper left"])
@pytest.mark.parametrize("where", [{}, {"orient": "v"}, {"x": 50}, {"x": 0}])
def test_the_words_stay_inside_the_figure(where, loc):
    predict("01.spread", "How much?", **NUMBER, answer=0.6)
    fig, ax = plots.new_figure(xlabel="generation", ylabel="spread")
    ax.plot([0, 50], [0, 1.5])
    plots.confront(ax, "01.spread", **where, loc=loc)
    fig.draw_without_rendering()
    words, page = ax.texts[0].get_window_extent(), fig.bbox
    assert page.x0 <= words.x0
    assert words.x1 <= page.x1
    assert page.y0 <= words.y0
    assert words.y1 <= page.y1


def test_a_prediction_outside_the_data_is_on_the_axes():
    predict("01.spread", "How much?", **NUMBER, answer=1.5)
    _, ax = plots.new_figure()
    ax.plot([0, 1], [0, 0.1])
    plots.confront(ax, "01.spread")
    assert ax.get_ylim()[1] >= 1.5


def test_a_choice_is_written_below_the_axes():
    predict("01.which", "Which?", choices=["the mean", "the median"], answer="the mean")
    fig, ax = plots.new_figure(xlabel="generation")
    plots.confront(ax, "01.which")
    assert texts(ax) == ["your prediction: “the mean”"]
    fig.draw_without_rendering()
    assert ax.texts[0].get_window_extent().y1 < ax.xaxis.label.get_window_extent().y0


def test_only_questions_that_were_asked_and_two_directions():
    _, ax = plots.new_figure()
    with pytest.raises(ValueError, match="id must be a question that predict"):
        plots.confront(ax, "01.spread")
    predict("01.spread", "How much?", **NUMBER)
    with pytest.raises(ValueError, match='orient must be "h" or "v"'):
        plots.confront(ax, "01.spread", orient="x")


# Words and pictures ---------------------------------------------------------------------------------------------------


def test_words_for_what_is_drawn():
    values = np.arange(101.0) * np.array([1, 0.5])[:, None]
    assert plots.describe("spread", values, at=[0, 1], decimals=1) == (
        "spread, median: 50.0 at 0, 25.0 at 1 (80% of runs from 5.0 to 45.0)."
    )
    assert plots.describe("spread", [1.0, 0.5], at=[1], x=[0, 10]) == "spread: 0.50 at 10."


def test_pictures_stand_in_rows_on_one_scale():
    images = np.arange(5 * 2 * 3.0).reshape(5, 2, 3)
    _, axes = plots.pictures(images, titles=list("abcde"), ncols=3, title="Five")
    assert axes.shape == (2, 3)
    assert [ax.get_title(loc="left") for ax in axes.flat] == ["a", "b", "c", "d", "e", ""]
    shown = [ax.images[0] for ax in axes.flat if ax.images]
    assert len(shown) == 5
    assert {image.get_clim() for image in shown} == {(0, 29)}
    assert not any(ax.axison for ax in axes.flat)


def test_pictures_in_colour_keep_their_colours():
    images = np.zeros((1, 4, 4, 3), dtype=np.uint8)
    images[..., 0] = 255
    fig, _ = plots.pictures(images, titles=["red"])
    picture = io.BytesIO()
    fig.savefig(picture, format="png")
    pixels = np.asarray(Image.open(picture).convert("RGB")).reshape(-1, 3)
    assert (pixels == [255, 0, 0]).all(axis=1).mean() > 0.5


@pytest.mark.parametrize(
    ("images", "titles", "message"),
    [
        (np.zeros((2, 3)), ["a"], "images has shape"),
        (np.zeros((2, 3, 3)), ["a"], "titles must be one per picture, 2; got 1"),
    ],
)
def test_bad_pictures(images, titles, message):
    with pytest.raises(ValueError, match=message):
        plots.pictures(images, titles=titles)
