"""The memory of a learner's server and kernel is read while a lesson runs, and a lesson that fails is told."""

import nbformat
import psutil
import pytest
from learner_server import learner
from measure_memory import MB, Watch


@pytest.fixture
def lessons(tmp_path):
    """Return two notebooks: one that keeps 100 MB for a second, one whose second cell raises."""
    sources = {
        "01_large": ["kept = bytearray(10**8)\nkept[::4096] = b'x' * len(kept[::4096])", "import time; time.sleep(1)"]
    }
    sources["02_faulty"] = ["1 + 1", "1 / 0"]
    paths = []
    for name, cells in sources.items():
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
        paths.append(tmp_path / f"{name}.ipynb")
        nbformat.write(notebook, paths[-1])
    return paths


def test_a_server_and_its_kernel_are_measured_and_end(tmp_path, lessons):
    with learner(tmp_path / "home", lessons) as one:
        before, _ = one.memory()
        watch = Watch([one])
        watch.start()
        one.run(lessons[0])
        watch.done.set()
        watch.join()
        assert watch.total == watch.pss[0] <= watch.rss[0]
        assert watch.pss[0] > before + 100 * MB
        assert one.waited >= 1
        assert one.used > 0
        with pytest.raises(RuntimeError, match=r"code cell 1 of 02_faulty\.ipynb: division by zero"):
            one.run(lessons[1])
        kernels = one.process.children(recursive=True)
        assert kernels
        one.stop_kernels()
    assert not psutil.pid_exists(one.process.pid) or one.process.status() == psutil.STATUS_ZOMBIE
    assert not [kernel for kernel in kernels if kernel.is_running() and kernel.status() != psutil.STATUS_ZOMBIE]
