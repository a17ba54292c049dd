"""What make_site.py does to a page, on a small course of its own; tests/browser/test_site.py looks at the real one."""

import re

import nbformat
import pytest
import site_pages
from bs4 import BeautifulSoup
from make_site import PARTS, Site, write_style
from site_links import broken_links

FIGURE = (
    '<figure><img alt="A line that rises from 0 to 2." src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'
    "<figcaption>It rises.</figcaption></figure>"
)
TABLE = (
    "<table border='1'><thead><tr><th></th><th>size</th></tr></thead>"
    "<tbody><tr><th>a</th><td>1</td></tr></tbody></table>"
)
README = """# A course: by hand

[![Open on Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/a/b)

First words.

![A dot, red and small.](docs/dot.png)

## Start

See [the lesson](notebooks/01_gaussian_resampling.ipynb), [the claims](docs/claims.md#one-claim)
and the [licence](LICENSE).
"""
CLAIMS = """# Claims

## One claim

| a | b |
| --- | --- |
| $x$ | 2 |

[up](../README.md#start)
"""


def notebook(*cells):
    made = []
    for cell in cells:
        if isinstance(cell, str):
            made.append(nbformat.v4.new_markdown_cell(cell))
        else:
            code, html = cell
            output = nbformat.v4.new_output("display_data", {"text/html": html, "text/plain": "plain"})
            made.append(nbformat.v4.new_code_cell(code, outputs=[output], execution_count=1))
    return nbformat.v4.new_notebook(cells=made, metadata={"language_info": {"name": "python"}})


def make_course(root):
    """Make a course with two lessons, of which the second has an exercise."""
    for folder in ("notebooks", "exercises", "docs"):
        (root / folder).mkdir(parents=True)
    files = {
        "README.md": README,
        "LICENSE": "Do what you like.",
        "docs/dot.png": "not really a picture",
        "docs/claims.md": CLAIMS,
    }
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    notebooks = {
        "notebooks/00_start_here": notebook("# 00 · Start\n\n[on](01_gaussian_resampling.ipynb#A-Part)"),
        "notebooks/01_gaussian_resampling": notebook(
            "# 01 · Copies\n\n## A Part\n\nIt costs \\$5 or \\$6, where $a < b$.\n\n$$\\sum_i x_i$$",
            "[exercise](../exercises/01_gaussian_resampling.ipynb), [later](18_capstone.ipynb)\n\n## A Part",
            ("explore(draw)  # and so on, so that the line is long", f"<p>A slider redraws this figure.</p>{FIGURE}"),
            ("table", TABLE),
            ("table", TABLE),
        ),
        "exercises/01_gaussian_resampling": notebook(
            "# Exercise 01\n\n[back](../notebooks/01_gaussian_resampling.ipynb)"
        ),
    }
    for name, content in notebooks.items():
        nbformat.write(content, root / f"{name}.ipynb")
    return root


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "course")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site").resolve()
    (folder / "mathjax").mkdir(parents=True)
    for name in ("settings.js", "tex-svg.js"):
        (folder / "mathjax" / name).touch()
    write_style(folder)
    Site(folder, make_course(tmp_path_factory.mktemp("course"))).write()
    return folder


@pytest.fixture(scope="module")
def lesson(site):
    return soup(site / "notebooks/01_gaussian_resampling.html")


def soup(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_every_link_of_every_page_leads_somewhere(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) == 6
    assert {page.name: found for page in pages if (found := list(broken_links(page, site)))} == {}


def test_links_are_bent_to_pages_and_to_the_repository(site):
    start = soup(site / "notebooks/00_start_here.html")
    assert start.main.find("a", string="on")["href"] == "01_gaussian_resampling.html#A-Part"
    readme = soup(site / "README.html")
    assert readme.find("a", string="the claims")["href"] == "docs/claims.html#one-claim"
    assert readme.find("a", string="licence")["href"].endswith("/synthetic-data-course/blob/HEAD/LICENSE")


def test_a_picture_of_the_repository_is_copied_and_a_badge_becomes_words(site):
    readme = soup(site / "README.html")
    assert [image["src"] for image in readme.find_all("img")] == ["docs/dot.png"]
    assert (site / "docs/dot.png").exists()
    assert readme.find("a", string="Open on Binder")


def test_a_link_to_a_lesson_in_preparation_is_its_words(lesson):
    assert "later" in lesson.main.get_text()
    assert lesson.find("a", string="later") is None


def test_a_link_to_nothing_stops_it(course, tmp_path):
    (course / "docs/claims.md").write_text("# Claims\n\n[no](missing.md)", encoding="utf-8")
    with pytest.raises(ValueError, match=r"docs/claims\.md: a link to docs/missing\.md, which is not there"):
        Site(tmp_path / "site", course).write()


def test_lessons_are_chained(site):
    def beside(name):
        found = soup(site / name).header.find_all("a", rel=True)
        return {link["rel"][0]: link["href"] for link in found}

    assert beside("notebooks/00_start_here.html") == {"next": "01_gaussian_resampling.html"}
    assert beside("notebooks/01_gaussian_resampling.html") == {"prev": "00_start_here.html"}


def test_a_lesson_leads_to_its_exercise_and_back(site, lesson):
    assert lesson.header.find("a", string="Exercise 01")["href"] == "../exercises/01_gaussian_resampling.html"
    exercise = soup(site / "exercises/01_gaussian_resampling.html")
    assert exercise.header.find("a", string="Lesson 01")["href"] == "../notebooks/01_gaussian_resampling.html"


def test_the_index_names_every_lesson_of_the_map(site):
    index = soup(site / "index.html")
    assert index.h1.get_text() == "A course: by hand"
    assert "First words." in index.get_text()
    assert "Open on Binder" not in index.main.get_text()
    entries = [entry.get_text(" ") for entry in index.select(".course > li")]
    assert [entry[:2] for entry in entries] == [f"{number:02}" for number in range(19)]
    assert index.find("a", string=re.compile("^01 · "))["href"] == "notebooks/01_gaussian_resampling.html"
    assert "in preparation" in entries[18]


def test_the_first_state_of_a_slider_is_shown_with_its_words(lesson):
    (image,) = lesson.find_all("img")
    assert image["alt"] == "A line that rises from 0 to 2."
    assert image.find_parent("figure").figcaption.get_text() == "It rises."
    assert "A slider redraws this figure." in lesson.get_text()


@pytest.mark.parametrize("words", ["", f' alt="{site_pages.PLACEHOLDER}"', ' alt=" "'])
def test_a_picture_without_words_stops_it(words, course, tmp_path):
    path = course / "notebooks/00_start_here.ipynb"
    nbformat.write(notebook("# 00", ("figure", f'<img{words} src="data:,">')), path)
    with pytest.raises(ValueError, match="a picture without alternative text"):
        Site(tmp_path / "site", course).write()


def test_formulas_are_marked_and_money_is_not(lesson):
    assert [tag.get_text() for tag in lesson.select(".math")] == [r"\(a < b\)", r"\[\sum_i x_i\]"]
    assert "It costs $5 or $6" in lesson.get_text()


def test_headings_have_names_of_their_own(site, lesson):
    assert [heading["id"] for heading in lesson.find_all("h2")] == ["A-Part", "A-Part-1"]
    assert soup(site / "docs/claims.html").h2["id"] == "one-claim"


def test_tables_scroll_by_keyboard_and_their_heads_are_heads(lesson):
    regions = lesson.find_all(attrs={"role": "region"})
    assert [(region["aria-label"], region["tabindex"]) for region in regions] == [("Table 1", "0"), ("Table 2", "0")]
    heads = regions[0].find_all("th")
    assert [(head.get_text(), head["scope"]) for head in heads] == [("size", "col"), ("a", "row")]


def test_a_table_with_a_region_of_its_own_keeps_it():
    page = BeautifulSoup(f'<div role="region" tabindex="0" aria-label="Sizes">{TABLE}</div>', "html.parser")
    site_pages.make_accessible(page)
    assert [region["aria-label"] for region in page.find_all(attrs={"role": "region"})] == ["Sizes"]


def test_long_lines_of_code_take_the_focus(lesson):
    assert [block.get("tabindex") for block in lesson.find_all("pre")] == ["0", None, None]


# Contrast, which axe does not judge of words of one letter -----------------------------------------------------------


def colours():
    """Return the names and values of the colours, of the light scheme and of the dark one."""
    style = (PARTS / "style.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    assert len(blocks) == 2
    return [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks]


def contrast(one, other):
    """Return the contrast of two colours as WCAG 2.2 defines it."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_colour_of_text_stands_out(scheme):
    light, dark = colours()
    assert light.keys() == dark.keys()
    colour = (light, dark)[scheme]
    on_paper = {name: contrast(colour[name], colour["paper"]) for name in ("text", "quiet", "link")}
    in_code = {
        (name, ground): contrast(value, colour[ground])
        for name, value in colour.items()
        for ground in ("paper", "code")
        if name == "text" or name.startswith("jp-")
    }
    assert len(in_code) > 16
    assert {name: ratio for name, ratio in (on_paper | in_code).items() if ratio < 4.5} == {}
