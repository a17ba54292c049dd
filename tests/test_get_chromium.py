"""The browser tests find a Chromium, install one where there is none, and say so where they cannot."""

import os
import sys

import get_chromium
import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="stands in for programs with shell scripts")


@pytest.fixture
def programs(monkeypatch, tmp_path):
    """An otherwise empty machine: write the script of a program, and it is on the PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "none"))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    def write(name, script=""):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(path)

    return write


def test_found_where_the_variable_says_or_on_the_path(programs, monkeypatch, tmp_path):
    assert get_chromium.find_chromium() is None
    chrome = programs("google-chrome")
    assert get_chromium.find_chromium() == chrome
    chosen = programs("my-chromium")
    monkeypatch.setenv("CHROMIUM", chosen)
    assert get_chromium.find_chromium() == chosen
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "missing"))
    with pytest.raises(FileNotFoundError, match="CHROMIUM must name a browser"):
        get_chromium.find_chromium()


def test_installed_where_there_is_none(programs, capfd, tmp_path):
    chromium = str(tmp_path / "chromium")
    programs("apt-get", f'echo "apt-get $@"; case "$1" in install) : > {chromium}; /bin/chmod +x {chromium};; esac')
    assert get_chromium.main() == 0
    out, err = capfd.readouterr()
    assert out == f"{chromium}\n"  # the Makefile takes it from there
    assert "apt-get install -y -q --no-install-recommends chromium" in err


@pytest.mark.parametrize("script", ["exit 100", "exit 0"])
def test_failing_to_install_is_said(script, programs, capsys):
    programs("apt-get", script)
    assert get_chromium.main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "The browser tests need Chromium, and there is none here" in said.err
    assert "environment variable CHROMIUM" in said.err
