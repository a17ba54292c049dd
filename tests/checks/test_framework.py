import linecache
import re
import threading
import time

import numpy as np
import pytest

from course_lib import progress
from course_lib.checks import TODO, check, framework, hint
from course_lib.checks.framework import Function, NotYet, read_array, require_rng, show

X = np.array([1.0, 2.0, 6.0])


def check_double(double: Function, *, rng):
    found = read_array(double(X), X.shape, "Your double")
    if not np.array_equal(found, 2 * X):
        raise NotYet("Your double is not the double.", 2)
    return "Everything is doubled."


def check_named(double: Function, factor, *, rng):
    return f"{double(X)} and {factor}"


@pytest.fixture(autouse=True)
def _toy_check(monkeypatch):
    """Let check("01.1", …) be a toy: a function that doubles an array."""
    monkeypatch.setattr(framework, "_check_function", lambda id: check_double)
    monkeypatch.setattr(framework, "_shown", {})


def said(function):
    """Return the message of a check that is not passed."""
    result = check("01.1", function)
    assert result.state == "not yet"
    return result.message


# The three states


def test_a_passed_check_is_kept_and_says_what_was_shown():
    result = check("01.1", lambda x: 2 * x)
    assert (result.state, result.message) == ("passed", "Everything is doubled.")
    assert progress.passed_checks() == ["01.1"]


def test_a_failed_check_says_what_failed_points_to_a_hint_and_is_not_kept():
    result = check("01.1", lambda x: x)
    assert result.state == "not yet"
    assert result.message == 'Your double is not the double. For a pointer: `hint("01.1", 2)`.'
    assert progress.passed_checks() == []


@pytest.mark.parametrize("answer", [TODO, lambda x: TODO, lambda x: (x, TODO), lambda x: [TODO]])
def test_a_stub_is_not_attempted(answer):
    result = check("01.1", answer)
    assert result.state == "not attempted"
    assert 'hint("01.1")' in result.message
    assert progress.passed_checks() == []


@pytest.mark.parametrize(
    "use",
    [
        lambda todo: todo + 1,
        lambda todo: 2 * todo,
        lambda todo: todo[0],
        lambda todo: np.sqrt(todo),
        lambda todo: list(todo),
        lambda todo: todo(1),
        lambda todo: float(todo),
    ],
)
def test_an_answer_that_needs_another_is_told_so(use):
    message = said(lambda x: use(TODO))
    assert "uses something that is still TODO" in message
    assert "Write that answer first" in message


def test_the_same_answer_gets_the_same_result():
    assert framework.judge("01.1", lambda x: x) == framework.judge("01.1", lambda x: x)


# What learners hand over


def test_a_result_in_the_place_of_the_function_is_told():
    message = said(2 * X)
    assert "wants the function `double` itself and got an array of float64 values" in message
    assert '`check("01.1", double)`' in message


def test_a_missing_answer_is_told(monkeypatch):
    monkeypatch.setattr(framework, "_check_function", lambda id: check_named)
    assert 'takes 2 answers and got 1: `check("01.1", double, factor)`' in said(lambda x: 2 * x)


def test_other_arguments_than_those_of_the_task_are_told():
    message = said(lambda: 3)
    assert "The check calls `double([1, 2, 6])`, and that is refused" in message
    assert "takes 0 positional arguments but 1 was given" in message


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "`double([1, 2, 6])` returned nothing (None): is the `return` missing?"),
        ("a", "a str was returned where an array of 3 values is needed"),
        ([[1, 2], [3]], "a list was returned where an array of 3 values is needed"),
        ([2, None, 12], "a list was returned where an array of 3 values is needed"),
        ({2, 4, 12}, "a set was returned where"),
        (X > 1, "an array of bool values was returned where"),
        (1j * X, "an array of complex128 values was returned where"),
        (X[:2], "an array of 2 values was returned where an array of 3 values is needed"),
        (X[:, None], "an array of shape (3, 1) was returned where"),
        (4.0, "a single number was returned where"),
        ([2.0, np.nan, np.inf], "NaN or infinity was returned, in 2 of 3 values"),
    ],
)
def test_unusable_values_are_told(value, words):
    assert words in said(lambda x: value)


def test_usable_values_are_taken_in_any_form():
    pd = pytest.importorskip("pandas")
    for value in ([2, 4, 12], (2.0, 4.0, 12.0), pd.Series([2, 4, 12]), np.array([2, 4, 12], dtype=np.float32)):
        assert check("01.1", lambda x, value=value: value).state == "passed"
    for number in (3, 3.0, np.float32(3), np.array(3), np.array([3]), [[3]]):
        assert read_array(number, (), "Your number") == 3


# What goes wrong inside


def test_an_error_is_told_with_its_line_and_its_input():
    def double(x):
        factor = 2
        return factor * x[7]

    message = said(double)
    assert "`double([1, 2, 6])` raised IndexError: index 7 is out of bounds" in message
    assert "at its line `return factor * x[7]`" in message


def test_the_line_is_that_of_the_learners_function_not_of_a_library():
    assert "at its line `return np.linalg.inv(x)`" in said(_inverts)


def _inverts(x):
    return np.linalg.inv(x)


def test_an_error_in_a_notebook_cell_is_told_with_its_line():
    source, file = "def double(x):\n    return x / nothing\n", "/tmp/ipykernel_1/2.py"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    names = {}
    exec(compile(source, file, "exec"), names)
    assert "raised NameError: name 'nothing' is not defined, at its line `return x / nothing`" in said(names["double"])


def test_a_call_of_exit_and_endless_recursion_are_told():
    assert "raised SystemExit" in said(lambda x: exit())

    def double(x):
        return double(x)

    assert "raised RecursionError" in said(double)


def test_an_interruption_is_told():
    def double(x):
        raise KeyboardInterrupt

    assert "You stopped the check while it ran `double`" in said(double)


def test_an_input_that_was_changed_is_told_and_the_original_is_safe():
    def double(x):
        x *= 2
        return x

    assert "changed the array that it was given: afterwards it held [2, 4, 12]" in said(double)
    assert X.tolist() == [1, 2, 6]


def test_an_error_of_the_check_itself_is_not_blamed_on_the_learner(monkeypatch):
    def broken(double: Function, *, rng):
        raise KeyError("lost")

    monkeypatch.setattr(framework, "_check_function", lambda id: broken)
    assert "That is a fault of the course, not of your code" in said(lambda x: 2 * x)


def test_what_is_printed_is_shown_once(capsys, monkeypatch):
    def check_thrice(double: Function, *, rng):
        return str([double(X) for _ in range(3)])

    monkeypatch.setattr(framework, "_check_function", lambda id: check_thrice)
    assert check("01.1", lambda x: print("looking at", x) or 2 * x).state == "passed"
    assert capsys.readouterr().out == "looking at [1. 2. 6.]\n"


# Time


@pytest.mark.skipif(not hasattr(framework.signal, "setitimer"), reason="nothing can be stopped on this system")
class TestTime:
    @pytest.fixture(autouse=True)
    def _short(self, monkeypatch):
        monkeypatch.setattr(framework, "LIMIT", 0.2)

    def test_an_endless_loop_is_stopped_and_told(self):
        def double(x):
            while True:
                try:
                    x = -x
                except Exception:
                    continue

        start = time.process_time()
        message = said(double)
        assert time.process_time() - start < 0.4
        assert "`double`, at its line `" in message
        assert "was still running after 0.2 seconds and was stopped" in message

    def test_a_sleeping_function_is_stopped(self):
        start = time.perf_counter()
        assert "was still running" in said(lambda x: time.sleep(60))
        assert time.perf_counter() - start < 30

    def test_other_work_on_the_computer_is_not_held_against_an_answer(self, monkeypatch):
        # A process that got a third of the processor: 0.3 s have passed, 0.1 s were its own.
        monkeypatch.setattr(framework.time, "process_time", iter([0.0, 0.1]).__next__)

        def double(x):
            end = time.perf_counter() + 0.25
            while time.perf_counter() < end:
                pass
            return 2 * x

        assert check("01.1", double).state == "passed"

    def test_nothing_is_left_behind(self):
        before = framework.signal.getsignal(framework.signal.SIGALRM)
        check("01.1", lambda x: 2 * x)
        assert framework.signal.getsignal(framework.signal.SIGALRM) is before
        assert framework.signal.getitimer(framework.signal.ITIMER_REAL) == (0, 0)


def test_a_check_works_outside_the_main_thread():
    results = []
    thread = threading.Thread(target=lambda: results.append(framework.judge("01.1", lambda x: 2 * x)))
    thread.start()
    thread.join()
    assert results[0].state == "passed"


# Chance


def test_the_generator_handed_over_must_be_the_one_that_is_used():
    def require(draw):
        require_rng(draw, rng=np.random.default_rng(0), hint=1)

    require(lambda rng: rng.normal(size=3))
    with pytest.raises(NotYet, match="elsewhere than `rng`"):
        require(lambda rng: np.random.default_rng().normal(size=3))
    with pytest.raises(NotYet, match="made or seeded anew"):
        require(lambda rng: np.random.default_rng(0).normal(size=3))
    with pytest.raises(NotYet, match="a copy"):
        require(lambda rng: np.random.Generator(type(rng.bit_generator)(rng.bit_generator.seed_seq)).normal(size=3))


# Looks


def test_a_result_reads_the_same_in_text_and_html():
    result = framework.Result("01.1", "a < b", "not yet", "If x < 3, `f(x) & 1` is “odd”.")
    assert repr(result) == "01.1 a < b: not yet. If x < 3, `f(x) & 1` is “odd”."
    html = result._repr_html_()
    assert "<strong>01.1 a &lt; b: not yet.</strong> If x &lt; 3, <code>f(x) &amp; 1</code> is “odd”." in html
    assert 'role="status"' in html


def test_the_colours_stand_out_from_white_and_from_black():
    def luminance(colour):
        parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]

    for colour in framework._COLOURS.values():
        assert 1.05 / (luminance(colour) + 0.05) >= 3
        assert (luminance(colour) + 0.05) / 0.05 >= 3


def test_numbers_are_shown_as_one_would_type_them():
    assert show([1.0, 2.5]) == "[1, 2.5]"
    assert show(np.arange(9)) == "[0, 1, 2, …, 8]"
    assert show(np.zeros((2, 3))) == "array of shape (2, 3)"


# Hints


def test_hints_grow_stronger_and_end():
    texts = framework._task("01.2")["hints"]
    shown = [hint("01.2") for _ in range(4)]
    assert [each.title for each in shown] == [f"01.2: hint {k} of 3." for k in (1, 2, 3, 3)]
    assert [each.message.startswith(text) for each, text in zip(shown, [*texts, texts[2]], strict=True)] == [True] * 4
    assert "This is the last one" in repr(shown[2])
    assert hint("01.2", 1).message == texts[0]
    assert hint("01.2").title == "01.2: hint 2 of 3."
    assert re.search("<code>.*</code>", shown[1]._repr_html_())


def test_there_is_no_fourth_hint_and_no_hint_zero():
    with pytest.raises(ValueError, match="level must be at most 3"):
        hint("01.2", 4)
    with pytest.raises(ValueError, match="level must be a whole number of at least 1"):
        hint("01.2", 0)


@pytest.mark.parametrize("call", [lambda id: check(id, 1), hint])
@pytest.mark.parametrize(("id", "words"), [("01.9", "one of \\['01.1'"), ("99.1", "number of a lesson"), (1, "number")])
def test_an_unknown_task_is_an_error(call, id, words):
    with pytest.raises(ValueError, match=words):
        call(id)
