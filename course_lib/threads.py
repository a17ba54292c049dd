"""One thread inside `fit` and `sample`: on small problems the threads of BLAS and torch cost more than they bring."""

import contextlib
import functools
import os
import sys
import threading

from course_lib.validate import as_count

__all__ = ["limit_threads", "thread_count"]

_inside = threading.local()  # set while a limit is in force in this thread, so that nested ones cost nothing


def thread_count():
    """Return the number of threads to use: 1, or what the environment variable COURSE_THREADS says."""
    value = os.environ.get("COURSE_THREADS", "1")
    if not value.isdecimal():
        raise ValueError(f"the environment variable COURSE_THREADS must be a whole number of at least 1, got {value!r}")
    return as_count(int(value), "the environment variable COURSE_THREADS")


@functools.lru_cache(maxsize=2)
def _controller(torch_loaded):
    # Finding the loaded libraries takes milliseconds, so it is done once, and once more after torch brought its own.
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextlib.contextmanager
def limit_threads():
    """Run the body with `thread_count()` threads and restore the caller's setting; works as a decorator, too."""
    torch = sys.modules.get("torch")
    state = torch is not None
    if getattr(_inside, "torch", None) == state:
        yield
        return
    outer, _inside.torch = getattr(_inside, "torch", None), state
    threads = thread_count()
    before = torch.get_num_threads() if torch else None
    try:
        with _controller(state).limit(limits=threads):
            if torch:
                torch.set_num_threads(threads)
            yield
    finally:
        _inside.torch = outer
        if torch:
            torch.set_num_threads(before)
