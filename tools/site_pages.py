"""From a notebook, or a page of Markdown, to HTML that everybody can read: what make_site.py puts into its pages."""

import html
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from notebook_files import read

PLACEHOLDER = "No description has been provided for this image"  # what nbconvert writes where words are missing
NARROW = 32  # characters of code in a line of the narrowest window: a phone, or a desktop enlarged four times
HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]


class _Renderer(IPythonRenderer):
    """Marks each formula, so that MathJax need not guess which dollar signs are money."""

    def inline_math(self, body: str) -> str:
        return rf'<span class="math">\({html.escape(body, quote=False)}\)</span>'

    def block_math(self, body: str) -> str:
        return rf'<span class="math display">\[{html.escape(body, quote=False)}\]</span>'

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(rf"\begin{{{name}}}{body}\end{{{name}}}")


def markdown_html(text: str) -> str:
    """Return Markdown as HTML, with the rules that nbconvert has for text cells."""
    renderer = _Renderer(escape=False, exclude_anchor_links=True)  # headings get their names later
    return MarkdownWithMath(renderer=renderer).render(text)


def unwashed(text: str) -> str:
    """Return the text as it is: the course's own HTML holds no scripts to be washed out, which takes long."""
    return text


def notebook_soup(path: Path) -> BeautifulSoup:
    """Return the cells and the stored outputs of a notebook; the form in HTML of a slider is its first state."""
    exporter = HTMLExporter(
        template_name="basic",
        filters={"markdown2html": markdown_html, "clean_html": unwashed},
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    body, _ = exporter.from_notebook_node(read(path))
    soup = BeautifulSoup(body, "html.parser")
    name_headings(soup, lambda text: text.replace(" ", "-"))  # as JupyterLab names them
    return soup


def markdown_soup(path: Path) -> BeautifulSoup:
    """Return a page of Markdown."""
    body = markdown_html(path.read_text(encoding="utf-8"))
    soup = BeautifulSoup(f'<div class="prose">{body}</div>', "html.parser")
    name_headings(soup, github_name)
    return soup


def github_name(heading: str) -> str:
    """Return the name that GitHub gives to a heading, which is what links between pages of Markdown use."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def name_headings(soup: BeautifulSoup, name: Callable[[str], str]) -> None:
    """Give each heading an id, each id once."""
    seen = Counter()
    for heading in soup.find_all(HEADINGS):
        base = name(heading.get_text())
        heading["id"] = f"{base}-{seen[base]}" if seen[base] else base
        seen[base] += 1


# For all to read ------------------------------------------------------------------------------------------------------


def make_accessible(soup: BeautifulSoup) -> None:
    """
    Let code, tables and formulas scroll by keyboard, and name what a screen reader asks the name of.

    Raises
    ------
    ValueError
        If a picture has no words.
    """
    for image in soup.find_all("img"):
        words = image.get("alt", "").strip()
        if not words or words == PLACEHOLDER:
            raise ValueError(f"a picture without alternative text: {str(image)[:200]}")
    for number, block in enumerate(soup.find_all("pre"), start=1):
        if max(map(len, block.get_text().splitlines()), default=0) > NARROW:
            kind = "Code" if block.find_parent(class_="highlight") else "Text"
            block.attrs |= {"tabindex": "0", "role": "group", "aria-label": f"{kind} {number}"}
    for number, table in enumerate(soup.find_all("table"), start=1):
        _name_heads(table)
        if not table.find_parent(attrs={"role": "region"}):
            label = table.caption.get_text(" ", strip=True) if table.caption else f"Table {number}"
            table.wrap(soup.new_tag("div", attrs={"role": "region", "tabindex": "0", "aria-label": label}))
    _tell_apart(soup.find_all(attrs={"role": "region"}))
    for formula in soup.select(".math.display"):
        formula.attrs |= {"tabindex": "0", "role": "group", "aria-label": "Formula"}


def _name_heads(table: Tag) -> None:
    table.attrs.pop("border", None)
    for head in table.find_all("th"):
        if not head.get_text(strip=True):
            head.name = "td"  # a head without a name is none
        elif "scope" not in head.attrs:
            head["scope"] = "col" if head.find_parent("thead") else "row"


def _tell_apart(regions: list[Tag]) -> None:
    seen = Counter()
    for region in regions:
        label = region["aria-label"]
        seen[label] += 1
        if seen[label] > 1:
            region["aria-label"] = f"{label} ({seen[label]})"


# Links ----------------------------------------------------------------------------------------------------------------


def relative(target: str, page: str) -> str:
    """Return the address of a file of the site as seen from a page of it."""
    return posixpath.relpath(target, posixpath.dirname(page) or ".")


def targets(soup: BeautifulSoup) -> Iterator[tuple[Tag, str, str]]:
    """Yield (tag, attribute, address) of each link and picture that leads to another file of the repository."""
    for tag, attribute in [(a, "href") for a in soup.find_all("a", href=True)] + [
        (image, "src") for image in soup.find_all("img", src=True)
    ]:
        address = urlsplit(tag[attribute])
        if not address.scheme and not address.netloc and address.path:
            yield tag, attribute, tag[attribute]


def bend_links(soup: BeautifulSoup, source: str, page: str, places: dict[str, str], elsewhere: Callable) -> None:
    """
    Turn links between files of the repository into links between pages of the site.

    Parameters
    ----------
    soup : BeautifulSoup
        The page.
    source, page : str
        Where it comes from in the repository, and where it will lie in the site.
    places : dict of str
        From each file of the repository that has a page, to that page.
    elsewhere : callable
        From (path in the repository, whether it is a picture) to an address: what a link to any other file becomes;
        without an address the words stay, and the link goes.
    """
    for tag, attribute, address in list(targets(soup)):
        path, _, fragment = address.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), unquote(path)))
        there = places.get(path) or elsewhere(path, tag.name == "img")
        if there is None:
            tag.unwrap()
            continue
        bent = there if urlsplit(there).scheme else relative(there, page)
        tag[attribute] = f"{bent}#{fragment}" if fragment else bent
    for image in soup.find_all("img", src=re.compile("^https?:")):  # a badge: its words must do without a network
        image.replace_with(image["alt"])
