"""
Print the path of a Chromium that the browser tests can drive, installing one where there is none.

    python tools/get_chromium.py

Tried in this order: the path in the environment variable CHROMIUM, a Chromium or Chrome on the PATH, the one that
Playwright keeps. Where none is found it is installed: with apt-get as root on Debian and its kin, which brings the
libraries that it needs too, else by Playwright's own download.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """
    Return the path of a Chromium or Chrome on this machine, or None.

    Raises
    ------
    FileNotFoundError
        If the environment variable CHROMIUM names no file.
    """
    if chosen := os.environ.get("CHROMIUM"):
        if not Path(chosen).is_file():
            raise FileNotFoundError(f"the environment variable CHROMIUM must name a browser, and {chosen} is no file")
        return chosen
    for name in NAMES:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def install_chromium() -> None:
    """Install Chromium; what the installer says goes to stderr, and an installer that fails raises."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        commands = [
            ["apt-get", "update", "-q"],
            ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"],
        ]
    else:
        commands = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    for command in commands:
        print("+", *command, file=sys.stderr)
        subprocess.run(command, check=True, stdout=sys.stderr, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def main() -> int:
    """Run the command line; return the exit status."""
    try:
        if find_chromium() is None:
            install_chromium()
        path = find_chromium()
        if path is None:
            raise FileNotFoundError("the installer left no browser where one is looked for")
    except (OSError, subprocess.CalledProcessError) as error:
        print(
            f"The browser tests need Chromium, and there is none here: {error}. Install Chromium or Chrome, or name "
            "one in the environment variable CHROMIUM.",
            file=sys.stderr,
        )
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
