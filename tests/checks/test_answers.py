"""Every check against the right and the wrong answers that stand beside it, on inputs from 20 seeds.

The answers to the checks of lesson NN stand in lessonNN_answers.py: RIGHT maps each task to answers, WRONG to pairs of
an answer and words that its message must hold.
"""

import importlib
from pathlib import Path

import nbformat
import pytest

from course_lib.checks import framework

SEEDS = range(20)
LESSONS = sorted(path.stem[-2:] for path in Path(framework.__file__).parent.glob("lesson[0-9][0-9].py"))


def checks_of(lesson):
    return importlib.import_module(f"course_lib.checks.lesson{lesson}").CHECKS


def answers_of(lesson):
    return importlib.import_module(f"lesson{lesson}_answers")


def name(answer):
    return getattr(answer[0], "__name__", type(answer[0]).__name__)


TASKS = [(lesson, id) for lesson in LESSONS for id in checks_of(lesson)]
RIGHT = [(id, answer) for lesson, id in TASKS for answer in answers_of(lesson).RIGHT[id]]
WRONG = [(id, answer, words) for lesson, id in TASKS for answer, words in answers_of(lesson).WRONG[id]]


@pytest.mark.parametrize(("id", "answer"), RIGHT, ids=[f"{id}-{name(answer)}" for id, answer in RIGHT])
def test_right_answers_pass(id, answer):
    for seed in SEEDS:
        result = framework.judge(id, *answer, seed=seed)
        assert result.state == "passed", (seed, result)


@pytest.mark.parametrize(("id", "answer", "words"), WRONG, ids=[f"{id}-{name(answer)}" for id, answer, _ in WRONG])
def test_wrong_answers_are_told_what_is_wrong(id, answer, words):
    for seed in SEEDS:
        result = framework.judge(id, *answer, seed=seed)
        assert result.state == "not yet", (seed, result)
        assert words in result.message, (seed, result)


@pytest.mark.parametrize(("lesson", "id"), TASKS)
def test_each_check_has_enough_answers(lesson, id):
    answers = answers_of(lesson)
    assert len(answers.RIGHT[id]) >= 3
    assert len(answers.WRONG[id]) >= 8
    assert len({words for _, words in answers.WRONG[id]}) >= 5


@pytest.mark.parametrize("lesson", LESSONS)
def test_each_task_has_texts_a_check_and_answers(lesson):
    tasks = [f"{lesson}.{task}" for task in framework._tasks(lesson)]
    answers = answers_of(lesson)
    assert tasks == list(checks_of(lesson)) == list(answers.RIGHT) == list(answers.WRONG)


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_notebook_announces_each_task_as_its_texts_do_and_checks_it(lesson):
    [path] = (Path(framework.__file__).parents[2] / "solutions").glob(f"{lesson}_*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    tasks = framework._tasks(lesson)
    headings = ["\n".join(cell.source.splitlines()[:2]) for cell in cells if cell.source.startswith("## Task ")]
    assert headings == [
        f"## Task {task}: {text['title']}\n*{text['minutes']} minutes, difficulty {text['difficulty']} of 5*"
        for task, text in tasks.items()
    ]
    assert f"about {sum(text['minutes'] for text in tasks.values())} minutes" in cells[0].source
    checks = [cell.source for cell in cells if cell.source.startswith("check(")]
    assert [call[: len('check("01.1", ')] for call in checks] == [f'check("{lesson}.{task}", ' for task in tasks]
