"""
A visitor's share of Binder, as far as this machine can give it: 2 GB of memory and one core.

    python tests/binder_limits.py GROUP COMMAND ...     run a command in a control group, on one core

Linux alone has these limits. Where no control group for memory can be made, as without root, memory is only watched.
"""

import contextlib
import os
import sys
import tempfile
from pathlib import Path

BYTES = 2_000_000_000
GROUPS = Path("/sys/fs/cgroup")
SETTINGS = {  # of version 1 and of version 2
    "memory.limit_in_bytes": str(BYTES), "memory.memsw.limit_in_bytes": str(BYTES),
    "memory.max": str(BYTES), "memory.swap.max": "0",
}  # fmt: skip


class Limits:
    """Runs commands within the limits, and tells how often memory was refused."""

    def __init__(self, group: Path | None):
        self.group = group
        self.wrapper = [sys.executable, str(Path(__file__).resolve()), str(group or ""), sys.executable]
        self.held_by = "a control group" if group else "watching alone"

    def kills(self) -> int:
        """Return how many processes were ended because memory was used up."""
        for name in ("memory.events", "memory.oom_control"):
            if self.group and (file := self.group / name).exists():
                return int(dict(line.split() for line in file.read_text().splitlines())["oom_kill"])
        return 0


@contextlib.contextmanager
def binder_limits():
    """Make a control group with the limits, if this machine lets us, and remove it in the end."""
    with contextlib.ExitStack() as stack:
        try:
            group = Path(tempfile.mkdtemp(prefix="course-", dir=_own_group()))
            stack.callback(group.rmdir)
            made = [(group / name).write_text(value) for name, value in SETTINGS.items() if (group / name).exists()]
        except (OSError, StopIteration):
            made = []
        yield Limits(group if made else None)


def _own_group() -> Path:
    """Return the folder of the control group in which this process is, as far as memory goes."""
    lines = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    path = next(path for _, controllers, path in lines if "memory" in controllers.split(",") or not controllers)
    version_1 = GROUPS / "memory"
    return (version_1 if version_1.exists() else GROUPS) / path.lstrip("/")


def main() -> None:
    """Join the group, stay on one core, and become the command."""
    group, *command = sys.argv[1:]
    if group:
        (Path(group) / "cgroup.procs").write_text(str(os.getpid()))
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
