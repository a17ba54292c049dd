"""Measure, inside a kernel, what the notebook has cost: exact, and without the cost of the test around it."""

import json
import os
import sys
import time
from pathlib import Path

_cpu_seconds = None


def stop_clock():
    """Take the CPU seconds of this process, all threads and its start included."""
    global _cpu_seconds
    _cpu_seconds = time.process_time()


def write():
    """Write what was measured to the file that NOTEBOOK_COST names; the peak of memory is that until now."""
    cost = {"cpu_seconds": _cpu_seconds, "peak_bytes": _peak_bytes(), "torch": "torch" in sys.modules}
    Path(os.environ["NOTEBOOK_COST"]).write_text(json.dumps(cost), encoding="utf-8")


def _peak_bytes():
    if sys.platform == "win32":
        import psutil  # ipykernel brings it

        return psutil.Process().memory_info().peak_wset
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
