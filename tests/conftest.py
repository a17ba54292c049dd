"""Shared by all tests: the table of what each notebook costs."""

import pytest


@pytest.fixture
def costs(record_property):
    """Enters a row into the table that the terminal summary prints, from whichever process the test runs in."""
    return lambda row: record_property("cost", list(row))


def pytest_terminal_summary(terminalreporter):
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
    rows = [row for report in reports for name, row in report.user_properties if name == "cost"]
    if not rows:
        return
    terminalreporter.section("what the notebooks cost")
    titles = ("notebook", "CPU s", "x reference", "aim", "limit", "peak MB", "")
    for row in (titles, *sorted(rows)):
        name, *numbers, flag = row
        terminalreporter.write_line(f"{name:44}" + "".join(f"{number:>12}" for number in numbers) + f"  {flag}")
