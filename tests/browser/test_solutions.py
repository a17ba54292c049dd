"""Every solution in a real JupyterLab: it runs, its checks pass, and all can read it."""

import pytest
from notebook_files import ROOT, notebooks_in
from test_lessons import nothing_failed, run_in_lab, take_pictures, violations

SOLUTIONS = notebooks_in(ROOT / "solutions")


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_a_solution_runs_and_passes_its_checks(path, lab, browser, axe, artifacts):
    with run_in_lab(path, lab, browser) as page:
        take_pictures(page, artifacts, f"{path.stem}_solution")
        nothing_failed(page, path)
        said = page.locator(".jp-RenderedHTML").filter(has_text=": passed.")
        assert said.count() >= 3
        assert not page.locator(".jp-RenderedHTML").filter(has_text=": not yet.").count()
        page.evaluate(axe)
        assert not violations(page)
