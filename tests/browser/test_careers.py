"""The chart *covered by your passed checks* on a phone's screen: nothing is cut off, and axe finds nothing."""

import pytest

from course_lib import careers

PASSED = ["02.3", "02.5", "12.2", "16.1", "16.2", "16.3"]


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_the_chart_fits_the_screen(browser, axe, tmp_path, width):
    path = careers.save_covered(tmp_path / "covered.html", PASSED)
    page = browser.new_page(viewport={"width": width, "height": 740})
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
    assert page.evaluate(f"{outside}.map(e => e.outerHTML)") == []
    bars = page.locator("figure li > div > div")
    assert bars.count() == len(careers.careers()["role"])
    full = page.locator("figure li > div").first.bounding_box()["width"]
    assert bars.first.bounding_box()["width"] == pytest.approx(0.8 * full, rel=0.05)  # 4 of 5 skills
    page.evaluate(axe)
    assert page.evaluate("axe.run().then(found => found.violations.map(each => each.id))") == []
    page.close()
