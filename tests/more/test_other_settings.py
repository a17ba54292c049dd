"""
Every lesson on other processors, with two threads, and twice in one kernel: its outputs stay what is stored.

Other processors are played by telling each library to use an older instruction set, so sums are rounded otherwise.
"""

import pytest
from nbformat import v4
from notebook_files import ROOT, code_cells, notebooks_in, read
from test_notebooks import nbval, sealed_environment

from course_lib.syllabus import syllabus

QUICK = 20  # seconds of computing; lessons that take longer have the mark "long"
COMPUTING = {lesson["name"]: lesson.get("computing", 0) for part in syllabus()["part"] for lesson in part["lessons"]}
LESSONS = [
    pytest.param(path, id=path.stem, marks=[pytest.mark.long] if COMPUTING[path.stem] > QUICK else [])
    for path in notebooks_in(ROOT / "notebooks")
]
OLD = {
    "ATEN_CPU_CAPABILITY": "default",
    "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "OPENBLAS_CORETYPE": "Nehalem",
}
RECENT = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
}


@pytest.mark.parametrize("path", LESSONS)
def test_an_old_processor_and_two_threads_change_no_output(path, tmp_path):
    environment = sealed_environment(tmp_path, COURSE_THREADS="2", **OLD)
    result = nbval(read(path), tmp_path, path, environment=environment)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("path", LESSONS)
def test_a_second_time_in_the_same_kernel_changes_no_output(path, tmp_path):
    """On yet another processor. The first cells find the kernel as the last ones left it."""
    notebook = read(path)
    twice = v4.new_notebook(cells=[*code_cells(notebook), *code_cells(read(path))])
    for number, cell in enumerate(twice.cells):
        cell.id = f"cell-{number}"
    result = nbval(twice, tmp_path, path, environment=sealed_environment(tmp_path, **RECENT))
    assert result.returncode == 0, result.stdout + result.stderr
