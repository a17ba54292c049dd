"""One thread inside `fit` and `sample`: on small problems the threads of BLAS and torch cost more than they bring."""

import contextlib
import functools
import os
import sys
import threading

from course_lib.validate import as_count

__all__ = ["limit_threads", "thread_count"]

_inside = threading.local()  # which limit is in force in this thread, so that nested ones cost nothing


def thread_count():
    """Return the number of threads to use: 1, or what the environment variable COURSE_THREADS says."""
    value = os.environ.get("COURSE_THREADS", "1")
    if not value.isdecimal():
        raise ValueError(f"the environment variable COURSE_THREADS must be a whole number of at least 1, got {value!r}")
    return as_count(int(value), "the environment variable COURSE_THREADS")


@contextlib.contextmanager
def limit_threads():
    """Run the body with `thread_count()` threads and restore the caller's setting; works as a decorator, too."""
    limit = _limit(torch_loaded="torch" in sys.modules)
    outer = getattr(_inside, "limit", None)
    if outer is limit:
        yield
        return
    with limit.applied(thread_count()):
        _inside.limit = limit
        try:
            yield
        finally:
            _inside.limit = outer


@functools.cache
def _limit(torch_loaded):
    # Finding the loaded libraries takes milliseconds, so it is done once, and once more after torch brought its own.
    return _Limit(sys.modules["torch"] if torch_loaded else None)


class _Limit:
    """A limit on the thread pools that are loaded now.

    OpenMP has one setting for each Python thread, BLAS and torch have one for the whole process: that one is set by
    the first thread that comes in and restored by the last that goes out.
    """

    def __init__(self, torch):
        from threadpoolctl import ThreadpoolController

        controller = ThreadpoolController()
        self.openmp, self.blas = controller.select(user_api="openmp"), controller.select(user_api="blas")
        self.torch = torch
        self.lock = threading.Lock()
        self.users = 0
        self.undo = contextlib.ExitStack()

    @contextlib.contextmanager
    def applied(self, threads):
        with self.openmp.limit(limits=threads), self._applied_to_process(threads):
            yield

    @contextlib.contextmanager
    def _applied_to_process(self, threads):
        with self.lock:
            if self.users == 0:
                self.undo.enter_context(self.blas.limit(limits=threads))
                if self.torch:
                    self.undo.callback(self.torch.set_num_threads, self.torch.get_num_threads())
                    self.torch.set_num_threads(threads)
            self.users += 1
        try:
            yield
        finally:
            with self.lock:
                self.users -= 1
                if self.users == 0:
                    self.undo.close()
