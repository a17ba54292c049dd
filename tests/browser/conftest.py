"""
A real JupyterLab and a real browser, for the tests in this folder.

Nothing here skips: where Chromium, npm or JupyterLab is missing, the tests fail and say what is.
"""

import pytest
from get_chromium import find_chromium
from notebook_files import ROOT
from npm_packages import npm_package
from playwright.sync_api import sync_playwright
from real_lab import running_lab
from xdist.scheduler import LoadScopeScheduling

AXE_VERSION = "4.14.1"
CHROMIUM_OPTIONS = [
    "--no-sandbox",  # root, as in a container, cannot have one
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class OnePageOneWorker(LoadScopeScheduling):
    """Tests of one page run one after the other in one process, since opening and running it is what takes long."""

    def _split_scope(self, nodeid):
        _, bracket, parameter = nodeid.partition("[")
        return parameter if bracket else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config, log):
    # `--dist loadgroup` would do the same by marks, but xdist 3.8 loses the marks under pytest 9.
    return OnePageOneWorker(config, log)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    with running_lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(scope="session")
def browser():
    """The Chromium that tools/get_chromium.py finds."""
    executable = find_chromium()
    assert executable, "there is no Chromium: `make browser` installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe():
    """The source of axe-core, which finds what people with disabilities would stumble over."""
    package = npm_package("axe-core", AXE_VERSION)
    return (package / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def artifacts():
    """The folder for screenshots."""
    folder = ROOT / "artifacts"
    folder.mkdir(exist_ok=True)
    return folder
