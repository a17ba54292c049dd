"""
Measure what a class needs: memory per learner, and how long a lesson takes when several run it on one machine.

    python tools/measure_memory.py --learners 1 --lessons 01,07
    python tools/measure_memory.py --learners 2 --lessons 07     two learners, side by side

Each learner gets a JupyterLab server of their own, with settings, runtime and progress in folders of its own, as on a
JupyterHub, and one kernel at a time. The server sends its page and the notebook, as to a browser, and stores the
notebook after the run; the browser itself runs on the learner's computer and is not measured. All learners begin a
lesson together and run it from the first cell to the last. Twice a second the memory of each server with its kernel is
read, as PSS where the system tells it (Linux: a page shared by k processes counts as 1/k for each) and as RSS.

PSS of one learner alone is what one container needs, if no other process on the machine uses the same environment: or
it shares pages with that one, and seems smaller. What each further learner needs on a machine without containers is the
difference of the sums for two learners and for one.
"""

import argparse
import contextlib
import os
import platform
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
from learner_server import Learner, learner
from notebook_files import ROOT, notebooks_in

MB = 1e6


class Watch(threading.Thread):
    """Read the memory of all learners twice a second, and keep the highest of each and of their sum."""

    def __init__(self, learners: list[Learner]):
        super().__init__(daemon=True)
        self.learners, self.done = learners, threading.Event()
        self.pss, self.rss, self.total = [0] * len(learners), [0] * len(learners), 0

    def run(self):
        """Read until told to stop."""
        while not self.done.wait(0.5):
            read_now = [each.memory() for each in self.learners]
            self.pss = [max(high, now) for high, (now, _) in zip(self.pss, read_now, strict=True)]
            self.rss = [max(high, now) for high, (_, now) in zip(self.rss, read_now, strict=True)]
            self.total = max(self.total, sum(now for now, _ in read_now))


def measure(lessons: list[Path], learners: int) -> list[dict]:
    """
    Return what was measured: a row for the servers alone, and one for each lesson, run by all learners at once.

    Parameters
    ----------
    lessons : list of Path
        Notebooks, run one after the other.
    learners : int
        How many servers there are.

    Returns
    -------
    list of dict
        `what`; `pss` and `rss`, the highest of any learner, in MB; `total`, the highest sum of all learners' PSS at any
        moment, in MB; `cpu`, the most CPU seconds of any learner; `seconds`, the longest that one waited.
    """
    rows = []
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        class_ = [stack.enter_context(learner(home / str(number), lessons)) for number in range(learners)]
        for each in class_:
            each.ask("lab")
        for lesson in [None, *lessons]:
            watch = Watch(class_)
            watch.start()
            if lesson is None:
                time.sleep(2)
            else:
                run_together(class_, lesson)
            watch.done.set()
            watch.join()
            rows.append(
                {
                    "what": "the server alone" if lesson is None else f"lesson {lesson.name[:2]}",
                    "pss": max(watch.pss) / MB,
                    "rss": max(watch.rss) / MB,
                    "total": watch.total / MB,
                    "cpu": max(each.used for each in class_),
                    "seconds": max(each.waited for each in class_),
                }
            )
            for each in class_:
                each.stop_kernels()
    return rows


def run_together(class_: list[Learner], lesson: Path) -> None:
    """Let all learners run a lesson at the same time; raise what any of them raised."""
    failed = []

    def run(each):
        try:
            each.run(lesson)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(each,)) for each in class_]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def learners_per_server(gigabytes: float, per_learner: float, *, reserve: float = 1.0) -> int:
    """
    Return for how many learners a server's memory is enough.

    Parameters
    ----------
    gigabytes : float
        The server's memory, in GB of 10⁹ bytes.
    per_learner : float
        Peak of one learner, in MB of 10⁶ bytes.
    reserve : float
        What the system and the hub need, in GB.

    Examples
    --------
    >>> learners_per_server(8, 500)
    14
    """
    return max(0, int((gigabytes - reserve) * 1000 // per_learner))


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learners", type=int, default=1)
    parser.add_argument("--lessons", default="01,07", help="numbers, separated by commas")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers end, too
    by_number = {path.name[:2]: path for path in notebooks_in(ROOT / "notebooks")}
    wanted = options.lessons.split(",")
    if options.learners < 1 or not set(wanted) <= set(by_number):
        parser.error(f"--learners must be at least 1, and --lessons among {', '.join(by_number)}; got {wanted}")
    memory = psutil.virtual_memory().total / 1e9
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, ", end="")
    print(
        f"Python {platform.python_version()}; load before: {os.getloadavg()[0]:.1f}"
        if hasattr(os, "getloadavg")
        else ""
    )
    print(f"{'':18}{'PSS MB':>8}{'RSS MB':>8}{'sum MB':>8}{'CPU s':>8}{'waited s':>10}   ({options.learners} at once)")
    for row in measure([by_number[number] for number in wanted], options.learners):
        numbers = f"{row['pss']:8.0f}{row['rss']:8.0f}{row['total']:8.0f}{row['cpu']:8.0f}{row['seconds']:10.0f}"
        print(f"{row['what']:18}{numbers}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
