"""
A visitor on Binder: 2 GB of memory and one core for JupyterLab's server and its kernels together.

Each lesson is opened in a JupyterLab that can have no more, and run from the first cell to the last. Memory is the sum
over the server and all kernels at its highest, read twice a second. What counts is RSS, in which a page that several
processes share counts for each: more than Binder charges. PSS, in which it counts once, is told beside it; it may be
too low where other processes of this machine share pages with these.
"""

import subprocess
import sys
import time

import pytest
from binder_limits import BYTES, binder_limits
from measure_memory import MB, Watch, learner
from notebook_files import ROOT, notebooks_in

from course_lib.syllabus import syllabus

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Binder runs Linux, whose limits these are"),
]
LESSONS = notebooks_in(ROOT / "notebooks")
UNKNOWN = 600  # MB: what a lesson may take, for one whose memory the map does not tell yet
AT_ONCE = 3


@pytest.fixture
def limits():
    with binder_limits() as limits:
        yield limits


def run_within(limits, lessons, home):
    """Run lessons one after the other, leaving each kernel open; return the watch on memory, and the seconds."""
    began = time.monotonic()
    with learner(home, lessons, limits.wrapper) as visitor:
        watch = Watch([visitor])
        watch.start()
        for lesson in lessons:
            visitor.run(lesson)
        time.sleep(1)  # so that all are seen open at once
        watch.done.set()
        watch.join()
        cores = {tuple(process.cpu_affinity()) for process in visitor.process.children(recursive=True)}
        visitor.stop_kernels()
    assert len(cores) == 1
    assert len(next(iter(cores))) == 1
    assert limits.kills() == 0
    return watch, time.monotonic() - began


@pytest.fixture
def say(record_property, capsys):
    def say(line):
        record_property("binder", line)
        with capsys.disabled():
            print(f"\n{line}")

    return say


def in_words(watch, seconds, limits):
    rss, pss = watch.rss[0] / MB, watch.pss[0] / MB
    return f"RSS {rss:.0f} MB, PSS {pss:.0f} MB, {seconds:.0f} s on one core; the limit held by {limits.held_by}"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_runs(lesson, limits, tmp_path, say):
    watch, seconds = run_within(limits, [lesson], tmp_path)
    say(f"{lesson.stem}: {in_words(watch, seconds, limits)}")
    assert watch.rss[0] < BYTES


def heaviest(number, lessons=LESSONS):
    """Return the lessons that need most memory, as the map tells."""
    told = {lesson["name"]: lesson.get("memory", UNKNOWN) for part in syllabus()["part"] for lesson in part["lessons"]}
    return sorted(lessons, key=lambda path: told[path.stem])[-number:]


def test_the_heaviest_lessons_fit_in_together(limits, tmp_path, say):
    lessons = heaviest(AT_ONCE)
    watch, seconds = run_within(limits, lessons, tmp_path)
    names = ", ".join(lesson.stem[:2] for lesson in lessons)
    say(f"lessons {names}, open at once: {in_words(watch, seconds, limits)}")
    assert watch.rss[0] < BYTES


# Proof that these tests can fail --------------------------------------------------------------------------------------


def test_a_command_within_the_limits_has_one_core(limits):
    asked = [*limits.wrapper, "-c", "import os; print(len(os.sched_getaffinity(0)))"]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "1\n"


def test_what_takes_more_memory_is_ended(limits):
    if limits.group is None:
        pytest.skip("no control group can be made here, so that memory is only watched")
    greedy = [*limits.wrapper, "-c", f"block = b'x' * {BYTES}"]
    assert subprocess.run(greedy, capture_output=True, check=False).returncode == -9
    assert limits.kills() == 1
