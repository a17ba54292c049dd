"""
Write the owner of the repository wherever it is named: the Binder badge, the addresses, the citation.

    python tools/set_owner.py NAME

What it replaces is the owner in the `Repository` address of pyproject.toml, the one place that counts; a test holds all
others against it.
"""

import argparse
import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMED_IN = ("*.md", "*.toml", "*.cff", "*.yml", "*.ipynb")


def owner_and_name() -> tuple[str, str]:
    """Return the repository's owner and its name."""
    address = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Repository"]
    owner, name = address.split("/")[-2:]
    return owner, name


def tracked_files() -> list[Path]:
    """Return the files of the repository that may name it."""
    listed = subprocess.run(["git", "ls-files", "--", *NAMED_IN], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines()]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="a user or an organisation on GitHub")
    new = parser.parse_args().name
    if not re.fullmatch(r"[A-Za-z0-9](-?[A-Za-z0-9])*", new):
        parser.error(f"NAME must be a name on GitHub: letters, digits and single hyphens; got {new!r}")
    old, repository = owner_and_name()
    for path in tracked_files():
        text = path.read_text(encoding="utf-8")
        replaced = text.replace(f"{old}/{repository}", f"{new}/{repository}")
        if replaced != text:
            path.write_text(replaced, encoding="utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
