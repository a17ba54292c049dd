"""One thread inside, the caller's setting outside, whatever happens in between."""

import subprocess
import sys
import threading
import timeit
from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from course_lib import Gaussian, Replace, self_consume
from course_lib.threads import limit_threads, thread_count


def threads():
    """Return the numbers of threads of torch and of every pool that is loaded."""
    return {torch.get_num_threads(), *(pool["num_threads"] for pool in threadpool_info())}


@pytest.fixture(autouse=True)
def _three_threads(monkeypatch):
    monkeypatch.delenv("COURSE_THREADS", raising=False)
    before = torch.get_num_threads()
    with threadpool_limits(3):
        torch.set_num_threads(3)
        yield
    torch.set_num_threads(before)


def test_one_thread_inside_and_the_callers_setting_after():
    assert threads() == {3}
    with limit_threads():
        assert threads() == {1}
    assert threads() == {3}


def test_the_setting_returns_after_an_error():
    with pytest.raises(ZeroDivisionError), limit_threads():
        _ = 1 / 0
    assert threads() == {3}
    with limit_threads():
        assert threads() == {1}


def test_nested_limits_change_nothing_and_cost_nothing():
    def nested():
        with limit_threads():
            pass

    outermost = min(timeit.repeat(nested, number=10, repeat=20))
    with limit_threads():
        nested()
        assert threads() == {1}
        assert min(timeit.repeat(nested, number=10, repeat=20)) < outermost / 3
    assert threads() == {3}


def test_it_decorates():
    @limit_threads()
    def inside():
        return threads()

    assert inside() == inside() == {1}
    assert threads() == {3}


def test_the_environment_says_how_many(monkeypatch):
    monkeypatch.setenv("COURSE_THREADS", "2")
    assert thread_count() == 2
    with limit_threads():
        assert threads() == {2}
    assert threads() == {3}


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", ""])
def test_a_bad_environment_is_refused_each_time_and_leaves_no_trace(monkeypatch, value):
    monkeypatch.setenv("COURSE_THREADS", value)
    for _ in range(2):
        with pytest.raises(ValueError, match=r"^the environment variable COURSE_THREADS must be a whole number"):
            Gaussian().fit(np.ones((3, 1)))
    assert threads() == {3}
    monkeypatch.delenv("COURSE_THREADS")
    with limit_threads():
        assert threads() == {1}


def test_python_threads_that_overlap_leave_blas_as_it_was():
    first_in, second_in, first_out = (threading.Event() for _ in range(3))
    results = []

    def first():
        with limit_threads():
            first_in.set()
            assert second_in.wait(10)
        first_out.set()
        results.append("first")

    def second():
        assert first_in.wait(10)
        with limit_threads():
            second_in.set()
            assert first_out.wait(10)
        results.append("second")

    workers = [threading.Thread(target=target) for target in (first, second)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert results == ["first", "second"]
    assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {3}


def test_the_loop_runs_under_the_limit_and_so_do_fit_and_sample():
    seen = []

    class Watcher(Gaussian):
        def fit(self, records, *, rng):
            seen.append(threads())
            return super().fit(records, rng=rng)

    rng = np.random.default_rng(0)

    def watch(reference, sample):
        seen.append(threads())
        return 0.0

    self_consume(Watcher(), np.eye(3), policy=Replace(), generations=2, rng=rng, metrics={"watch": watch})
    assert seen == [{1}] * 6
    assert threads() == {3}


def test_torch_is_limited_where_its_threads_are_not_those_of_openmp(monkeypatch):
    nothing = SimpleNamespace(limit=lambda limits: nullcontext())
    monkeypatch.setattr("course_lib.threads._controller", lambda loaded: nothing)
    with limit_threads():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 3


LATE = """
import sys
from threadpoolctl import threadpool_info
from course_lib.threads import limit_threads

def pools():
    torch = sys.modules.get("torch")
    return {pool["num_threads"] for pool in threadpool_info()} | ({torch.get_num_threads()} if torch else set())

@limit_threads()
def use():
    assert pools() == {1}
    import LIBRARY
    unlimited = pools()
    with limit_threads():
        assert pools() == {1}
    assert pools() == unlimited

with limit_threads():
    use()
"""


@pytest.mark.parametrize("library", ["scipy.special", "sklearn", "torch"])
def test_a_library_that_is_imported_inside_is_limited_from_the_next_limit_on(library):
    subprocess.run([sys.executable, "-c", LATE.replace("LIBRARY", library)], check=True)
