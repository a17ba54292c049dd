"""What was predicted beside what came out."""

import pytest

from course_lib import lesson, plots, progress
from course_lib.intuition import intuition, intuition_figure, show_intuition
from course_lib.lesson import predict

NUMBER = {"low": 0, "high": 2, "step": 0.05}


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress"))


def test_distances_are_in_units_of_the_range(capsys):
    predict("01.spread", "How much?", **NUMBER, answer=1)
    predict("01.spread", "How much?", **NUMBER, answer=0.5)
    _, ax = plots.new_figure()
    plots.confront(ax, "01.spread", truth=0.3)
    predict("01.which", "Which?", choices=["a", "b"], answer="a")
    lesson.outcome("01.which", "b")
    predict("02.curve", "How does it fall?", **NUMBER, at=[0, 10], answer=[1, 1])
    lesson.outcome("02.curve", [1, 0.5])
    table = intuition()
    assert list(table.index) == ["01.spread", "01.which", "02.curve"]
    assert table.first_error.tolist() == pytest.approx([0.35, 1, 0.125])
    assert table.last_error.tolist() == pytest.approx([0.1, 1, 0.125])
    assert table.loc["01.spread", ["question", "first", "last", "truth"]].tolist() == ["How much?", "1", "0.5", "0.3"]
    show_intuition()
    assert "What you predicted, and what came out." in capsys.readouterr().out


def test_without_a_prediction_no_outcome_is_kept(capsys):
    predict("01.spread", "How much?", **NUMBER)
    lesson.outcome("01.spread", 0.3)
    assert progress.outcomes() == {}
    assert intuition().empty
    capsys.readouterr()
    show_intuition()
    assert capsys.readouterr().out.startswith("No prediction with an outcome is kept yet")


def test_a_prediction_of_an_older_form_is_left_out():
    progress.record_prediction("01.spread", [1, 2])
    predict("01.spread", "How much?", **NUMBER, answer=1)
    lesson.outcome("01.spread", 0.5)
    assert intuition().loc["01.spread", "first"] == "1"


def test_the_figure_says_the_medians():
    for id, value in (("01.a", 1), ("01.b", 2)):
        predict(id, "How much?", **NUMBER, answer=value)
        lesson.outcome(id, 0)
    fig, alt, caption = intuition_figure(intuition())
    assert "Median distance of the first predictions 0.75, of the last 0.75." in caption
    assert "2 questions" in alt
    assert len(fig.axes[0].get_xticks()) == 2


@pytest.mark.parametrize(
    ("form", "truth"), [(NUMBER, "a"), (NUMBER | {"at": [0, 1]}, [1]), ({"choices": ["a", "b"]}, "c")]
)
def test_a_truth_of_another_form_is_refused(form, truth):
    predict("01.a", "How much?", **form)
    with pytest.raises(ValueError, match="truth must"):
        lesson.outcome("01.a", truth)
