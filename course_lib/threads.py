"""One thread inside `fit` and `sample`: on small problems the threads of BLAS and torch cost more than they bring."""

import contextlib
import functools
import os
import sys
import threading

from course_lib.validate import as_count

__all__ = ["limit_threads", "thread_count"]

# Threads of OpenMP that wait for each other hold their core meanwhile. Where another process needs it, a training of a
# second then takes twenty. The variable is read when the first library with OpenMP is loaded, hence here.
if os.environ.get("COURSE_THREADS", "1") != "1":
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

_WITH_THREADS = ("scipy.special", "scipy.linalg", "sklearn", "torch")  # once imported, these have threads of their own
_inside = threading.local()  # .loaded: which of them the limit in force covers, so that nested ones cost nothing


def thread_count():
    """Return the number of threads to use: 1, or what the environment variable COURSE_THREADS says."""
    value = os.environ.get("COURSE_THREADS", "1")
    if not value.isdecimal():
        raise ValueError(f"the environment variable COURSE_THREADS must be a whole number of at least 1, got {value!r}")
    return as_count(int(value), "the environment variable COURSE_THREADS")


@contextlib.contextmanager
def limit_threads():
    """Run the body with `thread_count()` threads and restore the caller's setting; works as a decorator, too.

    The setting belongs to the process. Where bodies overlap in several Python threads, torch may keep the limit.
    """
    loaded = tuple(name in sys.modules for name in _WITH_THREADS)
    outer = getattr(_inside, "loaded", None)
    if outer == loaded:
        yield
        return
    threads, torch = thread_count(), sys.modules.get("torch")
    with contextlib.ExitStack() as undo:
        undo.enter_context(_controller(loaded).limit(limits=threads))
        if torch:
            undo.callback(torch.set_num_threads, torch.get_num_threads())
            torch.set_num_threads(threads)
        undo.callback(setattr, _inside, "loaded", outer)
        _inside.loaded = loaded
        yield


@functools.cache
def _controller(loaded):
    # Finding the libraries takes milliseconds, so it is done once for each set of them that is loaded.
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
