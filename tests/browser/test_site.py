"""The site as a reader has it: opened from a folder, without a network, in a light and a dark room, on a phone."""

import json
import re
import shutil

import pytest
from bs4 import BeautifulSoup
from filelock import FileLock
from make_site import Site, copy_mathjax, place_of, sources, write_style
from notebook_files import ROOT, read
from notebook_rules import outputs
from site_links import broken_links

SOURCES = sources(ROOT)
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
# Formulas that MathJax has not set, or could not.
UNSET = "[...document.querySelectorAll('.math')].filter(m => !m.querySelector('mjx-container svg'))"
FAULTY = "document.querySelectorAll('[data-mjx-error], mtext[mathcolor=red]').length"


@pytest.fixture(scope="session")
def site(tmp_path_factory, worker_id):
    """The site, made once, also where several processes share the tests."""
    base = tmp_path_factory.getbasetemp().resolve()
    if worker_id != "master":
        base = base.parent
    folder = base / "site"
    with FileLock(base / "site.lock"):
        if not folder.exists():
            making = base / "making"
            making.mkdir()
            write_style(making)
            copy_mathjax(making)
            Site(making).write()
            making.rename(folder)
    return folder


def open_page(browser, path, **how):
    """Open a page from its file; what it loads, and what fails, is noted in `page.loaded` and `page.troubles`."""
    context = browser.new_context(offline=True, **{"viewport": DESKTOP, **how})
    page = context.new_page()
    page.loaded, page.troubles = [], []
    page.on("request", lambda request: page.loaded.append(request.url))
    page.on("requestfailed", lambda request: page.troubles.append(f"could not load {request.url}"))
    page.on("console", lambda message: page.troubles.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.goto(path.as_uri())
    page.evaluate("window.MathJax?.startup?.promise.then(() => true)")
    return page


def strangers(page, folder):
    """Return what the page has loaded from outside the folder."""
    inside = (f"{folder.as_uri()}/", "data:")
    return [url for url in page.loaded if not url.startswith(inside)]


def faults(page, axe, *rules):
    """Return what axe finds, all rules or some."""
    page.evaluate(axe)
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        {"rule": rule["id"], "help": rule["help"], "where": node["html"][:200]}
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def too_wide(page):
    """Tell by how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.fixture(scope="module", params=[*map(place_of, SOURCES), "index.html"])
def path(request, site):
    return site / request.param


@pytest.fixture(scope="module")
def page(path, browser):
    page = open_page(browser, path)
    yield page
    page.context.close()


def test_nothing_is_asked_of_a_network_and_nothing_fails(page, site):
    assert strangers(page, site) == []
    assert page.troubles == []


def test_every_link_leads_somewhere(path, site):
    assert list(broken_links(path, site)) == []


def test_every_formula_is_set(page):
    assert page.evaluate(f"{UNSET}.map(m => m.textContent)") == []
    assert page.evaluate(FAULTY) == 0
    formulas = page.locator(".math").count()
    assert page.locator(".math mjx-assistive-mml math").count() >= formulas  # what a screen reader reads


def test_nobody_is_shut_out(page, axe):
    found = faults(page, axe)
    assert not found, json.dumps(found, indent=1)


def test_it_is_readable_in_the_dark_and_on_a_phone(path, browser, axe):
    page = open_page(browser, path, viewport=PHONE, color_scheme="dark")
    found = faults(page, axe, "color-contrast", "scrollable-region-focusable", "target-size")
    assert not found, json.dumps(found, indent=1)
    assert too_wide(page) <= 0
    page.context.close()


def test_every_picture_is_shown_with_its_words(page):
    for picture in page.locator("img").all():
        assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
        assert len(picture.get_attribute("alt")) >= 20


@pytest.mark.parametrize("source", [source for source in SOURCES if source.endswith(".ipynb")])
def test_every_stored_output_is_there(source, site):
    """Figures with words and captions, tables, findings, and the first state of each slider."""
    rendered = soup_of(site / place_of(source))
    text, pictures = words(rendered.main), seen(rendered)
    for _, output in outputs(read(ROOT / source)):
        if stored := output.get("data", {}).get("text/html"):
            stored = BeautifulSoup(stored, "html.parser")
            assert words(stored) in text
            assert seen(stored) <= pictures


def words(soup):
    return " ".join(soup.get_text(" ").split())


def seen(soup):
    """Return each picture with its alternative text and its caption."""
    return {
        (image["src"], image["alt"], figure.figcaption.get_text())
        for figure in soup.find_all("figure")
        for image in figure.find_all("img")
    }


def test_the_lessons_can_be_read_one_after_the_other(site):
    lessons = [site / place_of(source) for source in SOURCES if source.startswith("notebooks/")]
    index = soup_of(site / "index.html")
    there = site / index.find("a", string=re.compile("^00 · "))["href"]
    walked = [there]
    while following := soup_of(there).header.find("a", rel="next"):
        there = (there.parent / following["href"]).resolve()
        walked.append(there)
    assert walked == lessons
    assert (there.parent / soup_of(there).header.a["href"]).resolve() == site / "index.html"


def soup_of(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


# Proof that these tests can fail --------------------------------------------------------------------------------------


@pytest.fixture
def spoilt(site, tmp_path, browser):
    """Return a function that opens a copy of a page in which one text has been replaced by another."""
    pages = []

    def spoil(old, new, **how):
        copy = tmp_path.resolve() / "site"
        shutil.copytree(site, copy, ignore=shutil.ignore_patterns("exercises", "solutions", "*.ipynb"))
        path = copy / "notebooks/01_gaussian_resampling.html"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        pages.append(open_page(browser, path, **how))
        return pages[-1], copy

    yield spoil
    for page in pages:
        page.context.close()


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('<main id="main">', '<main id="main"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', "image-alt"),
        ("<body>", "<body><style>main p { color: #999999 }</style>", "color-contrast"),
        ('<html lang="en">', "<html>", "html-has-lang"),
        (
            '<main id="main">',
            f'<main id="main"><pre style="overflow-x:auto;width:99px">{99 * "wide"}</pre>',
            "scrollable-region-focusable",
        ),
    ],
)
def test_axe_finds_who_is_shut_out(old, new, rule, spoilt, axe):
    page, _ = spoilt(old, new)
    assert rule in {fault["rule"] for fault in faults(page, axe)}


def test_a_request_that_leaves_the_folder_is_found(spoilt):
    page, folder = spoilt("</body>", '<img src="https://example.org/a.png" alt="A picture of elsewhere"></body>')
    assert strangers(page, folder) == ["https://example.org/a.png"]
    assert page.troubles


def test_a_missing_file_is_found(spoilt):
    page, _ = spoilt("</body>", '<img src="a.png" alt="A picture that is not there"></body>')
    assert any("a.png" in trouble for trouble in page.troubles)


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("missing.html", "leads nowhere"),
        ("02_vanishing_tails.html#nowhere", "names a place that its page does not have"),
        ("../../a.html", "leads out of the folder"),
        ("file:///etc/passwd", "leads out of the folder"),
    ],
)
def test_a_broken_link_is_found(link, fault, spoilt):
    _, folder = spoilt("</main>", f'<a href="{link}">a link</a></main>')
    found = list(broken_links(folder / "notebooks/01_gaussian_resampling.html", folder))
    assert [found.endswith(fault) for found in found if found.startswith(link)] == [True]


@pytest.mark.parametrize("formula", [r"\left( 1", r"\unheardof x"])
def test_a_faulty_formula_is_found(formula, spoilt):
    page, _ = spoilt("</main>", rf'<p class="prose"><span class="math">\({formula}\)</span></p></main>')
    assert page.evaluate(FAULTY) > 0


def test_an_open_formula_is_found(spoilt):
    page, _ = spoilt("</main>", r'<p class="prose"><span class="math">\(\frac{1\)</span></p></main>')
    assert page.evaluate(f"{UNSET}.length") == 1


def test_formulas_without_mathjax_are_found(spoilt):
    page, _ = spoilt("mathjax/tex-svg.js", "mathjax/absent.js")
    assert page.evaluate(f"{UNSET}.length") > 0


def test_a_page_wider_than_its_window_is_found(spoilt):
    page, _ = spoilt("</main>", '<p style="width:1000px">Wide.</p></main>', viewport=PHONE)
    assert too_wide(page) > 0
