"""`import course_lib` brings NumPy and nothing else: whatever is heavier is imported where it is used."""

import subprocess
import sys

HEAVY = [
    "scipy",
    "pandas",
    "matplotlib",
    "sklearn",
    "torch",
    "tqdm",
    "joblib",
    "IPython",
    "ipywidgets",
    "threadpoolctl",
]

LIST_MODULES = "import sys, {}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"


def modules_after_importing(name):
    listing = subprocess.run(
        [sys.executable, "-c", LIST_MODULES.format(name)], capture_output=True, text=True, check=True
    )
    return set(listing.stdout.split())


def test_the_library_imports_numpy_alone():
    modules = modules_after_importing("course_lib")
    assert "numpy" in modules
    assert modules.isdisjoint(HEAVY)
    third_party = modules - modules_after_importing("numpy") - sys.stdlib_module_names
    assert third_party == {"course_lib"}
