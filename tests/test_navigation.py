"""Notebooks are linked with each other, and every link between the course's pages leads to its page and heading."""

import re
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from costs import costs_in, with_costs
from navigation import is_navigation, links, with_navigation, wrong
from nbformat import v4
from notebook_files import ROOT, notebooks_in, read
from notebook_rules import outputs

PAGES = [
    *(path for folder in ("notebooks", "exercises", "solutions") for path in notebooks_in(ROOT / folder)),
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def text_of(path):
    """Return the Markdown of a page, without what stands in code."""
    if path.suffix == ".ipynb":
        text = "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    else:
        text = path.read_text(encoding="utf-8")
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def targets(path):
    found = LINK.findall(text_of(path))
    if path.suffix == ".ipynb":
        for _, output in outputs(read(path)):
            html = BeautifulSoup(output.get("data", {}).get("text/html", ""), "html.parser")
            found += [link["href"] for link in html.find_all("a", href=True)]
    return [target for target in found if not re.match(r"\w+:", target)]


def anchors(path):
    """Return the anchors of a page's headings: JupyterLab's form in a notebook, GitHub's in a Markdown file."""
    headings = [heading.strip() for heading in re.findall(r"^#+ (.*)$", text_of(path), re.MULTILINE)]
    if path.suffix == ".ipynb":
        return {heading.replace(" ", "-") for heading in headings}
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead(path):
    """Yield the internal links of a page that lead nowhere."""
    for target in targets(path):
        file, _, anchor = target.partition("#")
        goal = path.parent / unquote(file) if file else path
        if not goal.exists():
            yield f"{target}: there is no such file"
        elif anchor and unquote(anchor) not in anchors(goal):
            yield f"{target}: {goal.name} has no such heading"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_internal_link_leads_to_its_page_and_heading(path):
    assert not list(dead(path))


def test_every_notebook_and_the_readme_are_linked_as_the_course_says():
    assert not wrong(write=False), "`python tools/navigation.py`"


@pytest.mark.parametrize("path", PAGES[:-1], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_notebook_leads_on_and_back(path):
    if path.suffix == ".ipynb":
        cells = read(path).cells
        assert [index for index, cell in enumerate(cells) if is_navigation(cell)] == [1, len(cells) - 1]
        text = links(path.parent.name, path.name)
        assert {"←", "→"} & set(text)
        assert "[map](" in text


def test_links_of_a_middle_lesson_and_of_its_exercise():
    assert links("notebooks", "01_gaussian_resampling.ipynb") == (
        "[← 00 Start here](00_start_here.ipynb) · [exercise](../exercises/01_gaussian_resampling.ipynb) · "
        "[solution](../solutions/01_gaussian_resampling.ipynb) · [map](00_start_here.ipynb#The-map) · "
        "[02 Vanishing tails →](02_vanishing_tails.ipynb)"
    )
    assert links("exercises", "01_gaussian_resampling.ipynb").startswith(
        "[lesson](../notebooks/01_gaussian_resampling.ipynb) · [solution]("
    )


def test_links_are_added_once_and_not_to_other_notebooks():
    cells = [v4.new_markdown_cell("# A"), v4.new_code_cell("1")]
    once = with_navigation(cells, "notebooks", "01_gaussian_resampling.ipynb")
    assert len(once) == 4
    assert with_navigation(once, "notebooks", "01_gaussian_resampling.ipynb") == once
    assert with_navigation(cells, "notebooks", "77_other.ipynb") == cells


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("[a](b.md)", "b.md: there is no such file"),
        ("[a](#Nowhere)", "#Nowhere: a.md has no such heading"),
        ("[a](#a-heading)", None),
        ("[a](https://example.org/b)", None),
    ],
)
def test_a_dead_link_is_found(link, fault, tmp_path):
    page = tmp_path / "a.md"
    page.write_text(f"# A heading\n\n{link}\n", encoding="utf-8")
    assert list(dead(page)) == ([fault] if fault else [])


def test_costs_are_read_from_a_log_and_written_into_the_course():
    log = "notebooks/01_a    5.1        20.0        40.0       180.0         336  over\nsolutions/01_a  1 4 40 180 9\n"
    course = '    { name = "01_a", title = "A", reading = 5, computing = 1, memory = 2 },\n'
    assert costs_in(log, 0.25) == {"01_a": (5, 336)}
    assert with_costs(course, costs_in(log, 0.25)) == course.replace("= 1", "= 5").replace("= 2", "= 336")
