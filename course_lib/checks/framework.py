"""What every check has in common: calling a learner's function safely, and saying in words what came of it.

The checks of a lesson stand in a module of their own, `course_lib.checks.lesson01` and so on, as functions in the dict
`CHECKS`. A check function takes the learner's answers and `rng`, raises `NotYet` where a property fails, and returns
the sentence for an answer that has them all. The task's title and hints stand in `course_lib/texts/01.toml`.
"""

import contextlib
import functools
import html
import importlib
import inspect
import io
import re
import signal
import threading
import time
import tomllib
import traceback
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from course_lib import progress
from course_lib.validate import as_count

__all__ = [
    "NOT_ATTEMPTED",
    "NOT_YET",
    "PASSED",
    "TODO",
    "Function",
    "NotYet",
    "Result",
    "check",
    "hint",
    "judge",
    "read_array",
    "recognise",
    "require_rng",
    "show",
]

TEXTS = Path(__file__).parent.parent / "texts"
SOLUTIONS = TEXTS.parent.parent / "solutions"
LIMIT = 1.8  # seconds of computing: a check has answered within two
NOT_ATTEMPTED, NOT_YET, PASSED = "not attempted", "not yet", "passed"

# Colours that stand out from a white and from a black page (at least 3:1); the state is also said in words.
_COLOURS = {NOT_ATTEMPTED: "#808080", NOT_YET: "#D55E00", PASSED: "#009E73"}


def check(id, *answers):
    """Check an answer and say in words what came of it; a check that is passed is kept in the learner's progress.

    Parameters
    ----------
    id : str
        The task, such as "01.2".
    *answers : object
        What the task asks for: most often one function, itself and not its result.

    Returns
    -------
    Result
        In one of the states "not attempted", "not yet" and "passed". The same answer always gets the same result.

    Raises
    ------
    ValueError
        If there is no such task.
    """
    result = judge(id, *answers)
    if result.state == PASSED:
        progress.record_check(id)
    return result


def judge(id, *answers, seed=0):
    """Return what `check` would say, on inputs drawn with another seed, and keep nothing."""
    task = _task(id)
    check_function = _check_function(id)
    try:
        with _time_limit(LIMIT):
            answers = _as_answers(id, check_function, answers)
            return Result(id, task["title"], PASSED, check_function(*answers, rng=np.random.default_rng(seed)))
    except _NotAttempted:
        message = f'Write your answer in place of TODO, and run its cell and this one. A first pointer: `hint("{id}")`.'
        return Result(id, task["title"], NOT_ATTEMPTED, message)
    except NotYet as failure:
        message = str(failure)
        if failure.hint:
            message += f' For a pointer: `hint("{id}", {failure.hint})`.'
    except _TimeOut:
        message = _too_slow("This answer")
    except Exception as error:
        # The learner's own errors are NotYet by now. What is left is ours, and must not look like theirs.
        message = (
            f"The check itself failed on your answer, with {type(error).__name__}: {error}. That is a fault of the "
            "course, not of your code. Please report it, together with your answer."
        )
    return Result(id, task["title"], NOT_YET, message)


@dataclass(frozen=True, repr=False)
class Result:
    """What a check says.

    Attributes
    ----------
    id, title : str
        The task.
    state : {"not attempted", "not yet", "passed"}
    message : str
        Plain text; code stands between backticks.
    """

    id: str
    title: str
    state: str
    message: str

    def __repr__(self):
        return f"{self.id} {self.title}: {self.state}. {self.message}"

    def _repr_html_(self):
        return _note(f"{self.id} {self.title}: {self.state}.", self.message, _COLOURS[self.state])


class NotYet(Exception):
    """A property that an answer does not have yet.

    Parameters
    ----------
    message : str
        What the answer did, what would have been expected, and on which input; the last step is left to the learner.
    hint : int, optional
        Which hint helps here.
    """

    def __init__(self, message, hint=None):
        super().__init__(message)
        self.hint = hint


# An answer that is still to be written --------------------------------------------------------------------------------


class _NotAttempted(Exception):
    pass


class TodoUsedError(Exception):
    pass


class _Todo:
    """Stands for an answer that is still to be written; whatever uses it is told so."""

    def __repr__(self):
        return "TODO"

    def _refuse(self, *args, **kwargs):
        raise TodoUsedError("TODO stands where an answer is still to be written")

    __array__ = __bool__ = __call__ = __float__ = __getitem__ = __iter__ = __len__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __pow__ = _refuse


TODO = _Todo()


# The learner's function -----------------------------------------------------------------------------------------------


class Function:
    """A learner's function, called with care.

    A call hands over copies of arrays and tells as `NotYet` what goes wrong in it: an error with its line and its
    input, a changed input, a missing `return`, a call that does not end. What the function prints is shown for the
    first call only. Its other attributes are those of the function. Annotate the arguments of a check function that
    are functions with this class.
    """

    def __init__(self, function, name):
        self.function = function
        self.name = name
        self._calls = 0

    def __call__(self, *args, **kwargs):
        """Return what the function returns, which is neither None nor TODO."""
        given = [np.copy(value) if isinstance(value, np.ndarray) else value for value in args]
        self._calls += 1
        quiet = contextlib.redirect_stdout(io.StringIO()) if self._calls > 1 else contextlib.nullcontext()
        try:
            with quiet:
                value = self.function(*given, **kwargs)
        except _TimeOut as stop:
            raise NotYet(_too_slow(f"`{self.name}`{self._line(stop)}")) from None
        except KeyboardInterrupt as stop:
            raise NotYet(f"You stopped the check while it ran `{self.name}`{self._line(stop)}.") from None
        except TodoUsedError as error:
            raise NotYet(
                f"`{self.name}` uses something that is still TODO{self._line(error)}. Write that answer first, or do "
                "without it here."
            ) from None
        except (Exception, SystemExit) as error:
            raise NotYet(self._told(error, self._call(args, kwargs))) from error
        for before, after in zip(args, given, strict=True):
            if isinstance(before, np.ndarray) and before.tobytes() != after.tobytes():
                raise NotYet(
                    f"{self._call(args, kwargs)} changed the array that it was given: afterwards it held "
                    f"{show(after)}. Whoever called it still needs those values. Which line writes into its argument "
                    "instead of making a new array?"
                )
        parts = value if isinstance(value, tuple | list) else [value]
        if any(part is TODO for part in parts):
            raise _NotAttempted
        if value is None:
            raise NotYet(f"{self._call(args, kwargs)} returned nothing (None): is the `return` missing?")
        return value

    def __getattr__(self, name):
        return getattr(self.function, name)

    def _call(self, args, kwargs):
        given = [*map(_describe, args), *(f"{key}={_describe(value)}" for key, value in kwargs.items())]
        return f"`{self.name}({', '.join(given)})`"

    def _told(self, error, call):
        if error.__traceback__.tb_next is None:  # it never began: the arguments do not fit
            return f"The check calls {call}, and that is refused: {error}. Keep the name and the arguments of the task."
        says = f": {error}" if str(error) else ""
        line = self._line(error)
        question = " What do the names in that line hold by then?" if line else ""
        return f"{call} raised {type(error).__name__}{says}{line}.{question}"

    def _line(self, error):
        """Say in which line of the learner's function an error arose, where that is known."""
        code = getattr(self.function, "__code__", None)
        steps = [
            step for step in traceback.extract_tb(error.__traceback__) if code and step.filename == code.co_filename
        ]
        return f", at its line `{steps[-1].line}`" if steps and steps[-1].line else ""


def _describe(value):
    if isinstance(value, np.ndarray):
        return show(value)
    if isinstance(value, np.random.Generator):
        return "rng"
    return repr(value) if isinstance(value, int | float) else type(value).__name__.lower()


def show(values):
    """Return numbers as a learner would type them: all of up to eight, or the first three and the last one."""
    values = np.asarray(values)
    if values.ndim != 1:
        return f"array of shape {values.shape}"
    numbers = [f"{value:.6g}" for value in values.tolist()]
    return "[" + ", ".join(numbers if len(numbers) <= 8 else [*numbers[:3], "…", numbers[-1]]) + "]"


def _as_answers(id, check_function, answers):
    """Return the answers as the check function takes them, or say which are missing."""
    wanted = [p for p in inspect.signature(check_function).parameters.values() if p.kind is not p.KEYWORD_ONLY]
    call = f'`check("{id}", {", ".join(p.name for p in wanted)})`'
    if any(answer is TODO for answer in answers[:1]):
        raise _NotAttempted
    if len(answers) != len(wanted):
        raise NotYet(f"This check takes {len(wanted)} answer{'s' * (len(wanted) > 1)} and got {len(answers)}: {call}.")
    return [
        _as_function(p.name, a, call) if p.annotation is Function else a for p, a in zip(wanted, answers, strict=True)
    ]


def _as_function(name, answer, call):
    if not callable(answer):
        raise NotYet(
            f"This check wants the function `{name}` itself and got {_kind(answer)}. Hand it over without parentheses "
            f"and arguments: {call}."
        )
    return Function(answer, name)


# What the learner's function returns ----------------------------------------------------------------------------------


def read_array(value, shape, what, *, finite=True):
    """Return what a learner's function returned as a float array of `shape`, or say what is the matter with it.

    Parameters
    ----------
    value : object
        Lists, Series and tensors will do. For a single number, any array that holds just one will do.
    shape : tuple of int
    what : str
        What the values are, at the start of a sentence ("Your mean").
    finite : bool
        Whether NaN and infinity are refused.

    Raises
    ------
    NotYet
    """
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError):  # a ragged list, a tensor that wants its gradient
        array = np.asarray(None)
    if array.dtype.kind not in "iuf":
        raise NotYet(f"{what}: {_kind(value)} was returned where {_form(shape)} is needed.")
    if shape == () and array.size == 1:
        array = array.reshape(())
    if array.shape != shape:
        raise NotYet(f"{what}: {_form(array.shape)} was returned where {_form(shape)} is needed.")
    bad = np.count_nonzero(~np.isfinite(array))
    if finite and bad:
        raise NotYet(f"{what}: NaN or infinity was returned, in {bad} of {array.size} value{'s' * (array.size != 1)}.")
    return array.astype(float)


def _form(shape):
    if len(shape) == 1:
        return f"an array of {shape[0]} value{'s' * (shape[0] != 1)}"
    return f"an array of shape {shape}" if shape else "a single number"


def _kind(value):
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} values"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def recognise(value, thoughts, otherwise, *, rtol=1e-6, atol=1e-9):
    """Return the words that fit a wrong value: those beside the first usual wrong thought that leads to it.

    Parameters
    ----------
    value : array_like
    thoughts : iterable of (array_like, str)
        What a thought gives on the same input, and the words for it.
    otherwise : str
        The words where none of them leads to `value`.
    rtol, atol : float
        As in `numpy.allclose`. Infinite and undefined values of a thought match nothing.
    """
    return next((words for thought, words in thoughts if np.allclose(value, thought, rtol=rtol, atol=atol)), otherwise)


def require_rng(call, *, rng, hint=None):
    """Require that what `call(rng)` draws comes from the generator it is given, and from nowhere else.

    Parameters
    ----------
    call : callable
        `call(rng)` returns an array.
    rng : numpy.random.Generator
        Chooses the seeds.

    Raises
    ------
    NotYet
    """
    first, second = rng.integers(2**32, size=2)
    one, again, other = (call(np.random.default_rng(seed)) for seed in (first, first, second))
    if not np.array_equal(one, again):
        differing = np.flatnonzero(one != again)[:3]
        raise NotYet(
            f"Two calls, each with a generator in the same state, gave {show(one.flat[differing])} and "
            f"{show(again.flat[differing])} in the same places: something draws from elsewhere than `rng`. Which call "
            "draws without naming it?",
            hint,
        )
    if np.array_equal(one, other):
        raise NotYet(
            f"Two generators in different states gave the same values, {_first(one)}: chance comes in nowhere, or from "
            "a generator that is made or seeded anew inside your function. Where could `rng` be used instead?",
            hint,
        )
    generator = np.random.default_rng(first)
    if np.array_equal(call(generator), call(generator)):
        raise NotYet(
            f"Two calls in a row with one generator gave the same values, {_first(one)}: your function draws from a "
            "copy of `rng`. Where is it copied?",
            hint,
        )


def _first(values):
    return show(np.ravel(values)[:3])


# Time -----------------------------------------------------------------------------------------------------------------


class _TimeOut(BaseException):
    """The time is up. Not an Exception, so that a learner's `except Exception` does not catch it."""


@contextlib.contextmanager
def _time_limit(seconds):
    """Stop the body after so many seconds. Only the main thread of a Unix process can be stopped like that."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    start = time.process_time()

    def stop(signum, frame):
        used = time.process_time() - start
        if not 0.1 * seconds < used < 0.9 * seconds:
            raise _TimeOut
        # Neither asleep nor at the end of its share: others keep the computer busy, and that is not the answer's fault.
        signal.setitimer(signal.ITIMER_REAL, seconds - used)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _too_slow(who):
    return (
        f"{who} was still running after {LIMIT} seconds and was stopped; on inputs this small a tenth of that is "
        "enough. Is there a loop whose end never comes, or one that handles singly what an array holds side by side?"
    )


# Texts and hints ------------------------------------------------------------------------------------------------------

_shown = {}  # by task: the last hint that was asked for in this kernel


def hint(id, level=None):
    """Show a hint: the first one, and with each further call a stronger one.

    Parameters
    ----------
    id : str
        The task, such as "01.2".
    level : int, optional
        Show this one.

    Raises
    ------
    ValueError
        If there is no such task or hint.
    """
    hints = _task(id)["hints"]
    if level is None:
        level = min(_shown.get(id, 0) + 1, len(hints))
    elif as_count(level, "level") > len(hints):
        raise ValueError(f"level must be at most {len(hints)}, the number of hints of task {id}; got {level}")
    _shown[id] = level
    last = " This is the last one"  # in a class's kit there are no solutions
    last += "; the notebook of the same name in `solutions/` shows a whole answer." if SOLUTIONS.is_dir() else "."
    return _Hint(f"{id}: hint {level} of {len(hints)}.", hints[level - 1] + last * (level == len(hints)))


@dataclass(frozen=True, repr=False)
class _Hint:
    title: str
    message: str

    def __repr__(self):
        return f"{self.title} {self.message}"

    def _repr_html_(self):
        return _note(self.title, self.message, "#0072B2")


def _note(title, message, colour):
    text = re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(message, quote=False))
    style = f"border-left:4px solid {colour};padding:.2em .8em;margin:.5em 0"
    return f'<div role="status" style="{style}"><p><strong>{html.escape(title)}</strong> {text}</p></div>'


def _task(id):
    lesson, _, name = str(id).partition(".")
    lessons = sorted(path.stem for path in TEXTS.glob("*.toml"))
    if lesson not in lessons:
        raise ValueError(f"id must start with the number of a lesson that has tasks, {lessons}; got {id!r}")
    tasks = _tasks(lesson)
    if name not in tasks:
        raise ValueError(f"id must be one of {[f'{lesson}.{each}' for each in tasks]}; got {id!r}")
    return tasks[name]


@functools.cache
def _tasks(lesson):
    """Return the tasks of the [task] table of a lesson's texts: [task.1] with title, minutes, difficulty and hints."""
    path = TEXTS / f"{lesson}.toml"
    tasks = tomllib.loads(path.read_text(encoding="utf-8")).get("task", {})
    for name, task in tasks.items():
        if task.keys() != {"title", "minutes", "difficulty", "hints"} or len(task["hints"]) != 3:
            raise ValueError(f"{path.name}: task.{name} needs title, minutes, difficulty and three hints, got {task}")
    return tasks


def _check_function(id):
    return importlib.import_module(f"course_lib.checks.lesson{id[:2]}").CHECKS[id]
