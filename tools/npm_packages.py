"""Packages of JavaScript that pages and browser tests need, fetched with npm once and kept under build/npm/."""

import json
import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "build" / "npm"


def npm_package(name: str, version: str) -> Path:
    """
    Return the folder of an npm package, whose own needs lie beside it; without a network if it is there already.

    Raises
    ------
    FileNotFoundError
        If the package has to be fetched and there is no npm.
    subprocess.CalledProcessError
        If npm cannot fetch it.
    """
    home = FOLDER / f"{name}-{version}"  # one folder per package: npm removes what it was not asked for
    package = home / "node_modules" / name
    manifest = package / "package.json"
    if not manifest.exists() or json.loads(manifest.read_text(encoding="utf-8"))["version"] != version:
        npm = shutil.which("npm")
        if npm is None:
            raise FileNotFoundError(f"{name} {version} is fetched with npm, and there is no npm here: install Node.js")
        home.mkdir(parents=True, exist_ok=True)
        subprocess.run([npm, "install", "--no-save", "--prefix", home, f"{name}@{version}"], check=True)
    return package
