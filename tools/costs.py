"""
Write the seconds and the memory that `make test` measured into course_lib/texts/course.toml.

    make test | tee test.log
    python tools/costs.py test.log

Seconds are those of the reference machine of tests/test_notebooks.py, so that a slow hour does not reach the map.
"""

import argparse
import re
import sys
from pathlib import Path

from notebook_files import ROOT

COURSE = ROOT / "course_lib" / "texts" / "course.toml"
ROW = re.compile(r"^notebooks/(\w+) +[\d.]+ +([\d.]+) +[\d.]+ +[\d.]+ +(\d+)", re.MULTILINE)


def costs_in(log: str, reference_seconds: float) -> dict[str, tuple[int, int]]:
    """Return seconds and megabytes of each lesson in the log of a test run."""
    return {name: (round(float(multiple) * reference_seconds), int(peak)) for name, multiple, peak in ROW.findall(log)}


def with_costs(course: str, costs: dict[str, tuple[int, int]]) -> str:
    """Return the text of course.toml with new seconds and memory of the lessons that already have some."""
    for name, (seconds, peak) in costs.items():
        line = rf'(name = "{name}", .*computing = )\d+(, memory = )\d+'
        course = re.sub(line, rf"\g<1>{seconds}\g<2>{peak}", course)
    return course


def main() -> int:
    """Run the command line; return the exit status."""
    from test_notebooks import REFERENCE_SECONDS

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log", type=Path)
    costs = costs_in(parser.parse_args().log.read_text(encoding="utf-8"), REFERENCE_SECONDS)
    if not costs:
        print("There is no table of costs in this log.")
        return 1
    COURSE.write_text(with_costs(COURSE.read_text(encoding="utf-8"), costs), encoding="utf-8")
    for name, (seconds, peak) in costs.items():
        print(f"{name}: {seconds} s, {peak} MB")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))
    sys.exit(main())
