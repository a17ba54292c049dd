"""Shared by all tests: the table of what each notebook costs."""

import pytest

COSTS = pytest.StashKey[list]()


def pytest_configure(config):
    config.stash[COSTS] = []


@pytest.fixture
def costs(request):
    """Rows of the table that the terminal summary prints."""
    return request.config.stash[COSTS]


def pytest_terminal_summary(terminalreporter, config):
    rows = config.stash[COSTS]
    if not rows:
        return
    terminalreporter.section("what the notebooks cost")
    titles = ("notebook", "CPU s", "x reference", "aim", "limit", "peak MB", "")
    for row in (titles, *rows):
        name, *numbers, flag = row
        terminalreporter.write_line(f"{name:44}" + "".join(f"{number:>12}" for number in numbers) + f"  {flag}")
