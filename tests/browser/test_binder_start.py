"""The page that the Binder badge opens, with one core and 2 GB for server and kernel: it comes, and how soon."""

import re
import sys
import time

import pytest
from binder_limits import binder_limits
from measure_memory import MB, learner
from notebook_files import ROOT
from real_lab import wait_for

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGE = re.search(r"urlpath=(lab/tree/[\w/.]+)", README).group(1)
SECONDS = 300  # until the kernel is ready, on a machine however busy
CPU_SECONDS = 30  # of the server and the kernel until then


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Binder runs Linux, whose limits these are")
def test_the_start_page_opens(browser, tmp_path, record_property, capsys):
    lesson = ROOT / PAGE.removeprefix("lab/tree/")
    with binder_limits() as limits:
        began = time.monotonic()
        seconds = {}
        with learner(tmp_path, [lesson], limits.wrapper) as visitor:
            seconds["the server listens"] = time.monotonic() - began
            page = browser.new_page()
            page.goto(f"{visitor.url}{PAGE}?token={visitor.token}")
            page.locator(".jp-Notebook h1").first.wait_for(timeout=SECONDS * 1000)
            seconds["the lesson can be read"] = time.monotonic() - began
            wait_for(lambda: b'"idle"' in visitor.ask("api/kernels"), seconds=SECONDS, what="the kernel")
            seconds["the kernel is ready"] = time.monotonic() - began
            heading = page.locator(".jp-Notebook h1").first.inner_text()
            used, (pss, _) = visitor.cpu_seconds(), visitor.memory()
            page.close()
        assert limits.kills() == 0
    told = "; ".join(f"{what} after {after:.1f} s" for what, after in seconds.items())
    line = f"start page on one core: {told}; {used:.1f} CPU s, {pss / MB:.0f} MB; the limit held by {limits.held_by}"
    record_property("binder", line)
    with capsys.disabled():
        print(f"\n{line}")
    assert "Start here" in heading
    assert used < CPU_SECONDS
