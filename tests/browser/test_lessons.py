"""Every lesson in a real JupyterLab: it runs, its sliders move by keyboard, its quiz answers, and all can read it."""

import contextlib
import json
import math
import re

import pytest
from notebook_files import ROOT, code_cells, notebooks_in, read
from notebook_rules import quiz_questions
from playwright.sync_api import expect
from real_lab import wait_for

LESSONS = notebooks_in(ROOT / "notebooks")
RUN_SECONDS = 480  # lesson 09 may compute for two minutes, and a busy machine takes longer
VIEWPORT = {"width": 1400, "height": 900}
NARROW = {"width": 900, "height": 900}
# What the lesson itself shows, as against JupyterLab around it.
OF_OUR_MAKING = [".jp-RenderedMarkdown", ".jp-RenderedHTML", ".jupyter-widgets"]


@pytest.fixture(scope="module", params=LESSONS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture(scope="module")
def page(path, lab, browser, artifacts):
    """The lesson, opened and run from top to bottom; screenshots of all of it are left in artifacts/."""
    with run_in_lab(path, lab, browser) as page:
        take_pictures(page, artifacts, path.stem)
        yield page


@contextlib.contextmanager
def run_in_lab(path, lab, browser):
    """Open a notebook, run it from top to bottom, and end its kernel afterwards, which would keep its memory."""
    page = browser.new_page(viewport=VIEWPORT)
    page.goto(lab.address(f"lab/tree/{path.parent.name}/{path.name}") + "&reset")
    wait_for(lambda: lab.kernel_state(page, path.name) == "idle", seconds=120, what=f"the kernel of {path.name}")
    choose(page, "Edit", "Clear Outputs of All Cells")  # or a stored output could pass for a new one
    choose(page, "Run", "Run All Cells")
    wait_until_run(page, lab, path.name)
    try:
        yield page
    finally:
        lab.stop_kernels(page)
        page.close()


def choose(page, menu, item):
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=item, exact=True).click()


def wait_until_run(page, lab, name):
    """Wait until the kernel is idle and every cell has been run, three times in a row."""
    unfinished = page.locator(".jp-CodeCell .jp-InputPrompt").filter(has_text=re.compile(r"\[[ *]\]"))
    quiet = 0

    def done():
        nonlocal quiet
        quiet = quiet + 1 if lab.kernel_state(page, name) == "idle" and unfinished.count() == 0 else 0
        return quiet == 3

    wait_for(done, seconds=RUN_SECONDS, what=f"the last cell of {name}")


def take_pictures(page, folder, stem, viewport=VIEWPORT):
    """Leave screenshots of the whole notebook, of one tall window after the other."""
    page.set_viewport_size(viewport | {"height": 2400})
    notebook = page.locator(".jp-Notebook .jp-WindowedPanel-outer")
    total, window = notebook.evaluate("panel => [panel.scrollHeight, panel.clientHeight]")
    for number in range(math.ceil(total / window)):
        notebook.evaluate("(panel, top) => { panel.scrollTop = top }", number * window)
        page.wait_for_timeout(300)  # to be drawn
        notebook.screenshot(path=folder / f"{stem}_{number + 1:02}.jpg", type="jpeg", quality=60)
    page.set_viewport_size(VIEWPORT)


def test_every_cell_runs(page, path):
    nothing_failed(page, path)


def nothing_failed(page, path):
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
    assert prompts == [f"[{number}]:" for number, _ in enumerate(code_cells(read(path)), start=1)]
    for kind in ("error", "stderr"):
        assert not page.locator(f'[data-mime-type="application/vnd.jupyter.{kind}"]').all_inner_texts()


def test_every_picture_is_shown_and_described(page):
    pictures = page.locator(".jp-OutputArea img")
    assert pictures.count() > 0
    for picture in pictures.all():
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => image.naturalWidth") > 0
        assert len(picture.get_attribute("alt")) >= 20
        assert picture.locator("xpath=ancestor::figure//figcaption").inner_text().strip()


def test_sliders_move_by_keyboard_and_redraw(page):
    for slider in page.locator(".widget-slider").all():
        readout = slider.locator(".widget-readout")
        picture = slider.locator("xpath=ancestor::*[contains(@class, 'widget-vbox')][1]").locator("img")
        before = readout.inner_text()
        pictures = [image.get_attribute("src") for image in picture.all()]
        handle = slider.locator(".noUi-handle")
        at_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
        handle.focus()
        page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
        expect(readout).not_to_have_text(before)
        for image, source in zip(picture.all(), pictures, strict=True):  # a prediction's slider has none
            expect(image).not_to_have_attribute("src", source, timeout=30_000)


def test_lesson_01_and_later_have_a_slider_with_a_figure(page, path):
    if not path.name.startswith("00"):
        assert page.locator(".widget-vbox:has(.widget-slider):has(img)").count() > 0


def test_quiz_replies(page, path):
    boxes = page.locator(".widget-vbox").filter(has=page.get_by_role("button", name=re.compile("^[a-e]$")))
    assert boxes.count() >= len(quiz_questions(read(path))) == 3
    for box in boxes.all():
        verdicts = set()
        for button in box.get_by_role("button").all():
            letter = button.inner_text()
            button.click()
            reply = box.get_by_role("status")
            expect(reply).to_have_text(re.compile(rf"^{letter} is (right|not it)\. .{{20,}}"))
            verdicts.add(reply.inner_text().split(".")[0].removeprefix(f"{letter} is "))
        assert verdicts == {"right", "not it"}


def test_a_curve_follows_its_sliders(page):
    for control in page.locator(".widget-vbox:has(> .widget-hbox .widget-vslider)").all():
        drawing, handle = control.locator("svg[role=img]"), control.locator(".noUi-handle").first
        before = drawing.get_attribute("aria-label")
        assert before.startswith("Your curve: ")
        handle.focus()
        page.keyboard.press("ArrowDown" if handle.get_attribute("aria-valuenow") != "0.0" else "ArrowUp")
        expect(drawing).not_to_have_attribute("aria-label", before)
        question = control.locator("xpath=ancestor::*[contains(@class, 'widget-vbox')][1]")
        question.get_by_role("button", name="Keep").click()
        expect(question.get_by_role("status")).to_have_text(re.compile("^Kept: "))


def test_a_choice_is_made_by_keyboard(page):
    for control in page.locator(".widget-vbox:has(> .widget-radio)").all():
        radios, keep, status = (
            control.get_by_role("radio"),
            control.get_by_role("button"),
            control.get_by_role("status"),
        )
        if not any(radio.is_checked() for radio in radios.all()):
            keep.press("Enter")
            expect(status).to_have_text("Choose one first.")
        radios.first.focus()
        page.keyboard.press("Tab")  # not an arrow: JupyterLab goes to the next cell by it
        page.keyboard.press("Space")
        expect(radios.nth(1)).to_be_checked()
        keep.press("Enter")
        expect(status).to_have_text(re.compile("^Kept: “.+”"))


def test_lessons_00_and_01_ask_for_a_curve(page, path):
    if path.name[:2] in ("00", "01"):
        assert page.locator(".widget-vslider").count() >= 5


def test_a_player_plays_stops_and_goes_by_steps(page, path):
    players = page.locator(".widget-vbox").filter(has=page.get_by_role("button", name="Play", exact=True))
    assert players.count() == (path.name[:2] in ("06", "07", "08"))
    for player in players.all():
        readout, handle = player.locator(".widget-readout"), player.locator(".noUi-handle")
        before = readout.inner_text()
        player.get_by_role("button", name="Play", exact=True).click()
        expect(readout).not_to_have_text(before, timeout=30_000)
        player.get_by_role("button", name="Stop", exact=True).click()
        page.wait_for_timeout(5000)  # for what was on its way
        stood = readout.inner_text()
        page.wait_for_timeout(3000)
        expect(readout).to_have_text(stood)
        at_start = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemin")
        player.get_by_role("button", name="Step" if at_start else "Step back", exact=True).click()
        expect(readout).not_to_have_text(stood, timeout=30_000)


def test_nothing_is_cut_off_in_a_narrow_window(page, path, artifacts):
    take_pictures(page, artifacts, f"{path.stem}_narrow", NARROW)
    page.set_viewport_size(NARROW)
    page.wait_for_timeout(500)
    try:
        assert not page.evaluate(WIDER)
    finally:
        page.set_viewport_size(VIEWPORT)


# What stands out of its cell and cannot be scrolled to by keyboard; what only a screen reader sees is 1 px wide.
WIDER = """() => [...document.querySelectorAll('.jp-OutputArea-output, .jp-RenderedMarkdown')].flatMap(output =>
    [...output.querySelectorAll('*')].filter(part =>
        part.getBoundingClientRect().right > output.getBoundingClientRect().right + 2
        && part.getBoundingClientRect().width > 2
        && !part.closest('[tabindex="0"], pre, svg, .MathJax, mjx-container, .noUi-base, .jupyter-widgets select')
    ).map(part => part.outerHTML.slice(0, 160)))"""


def test_figures_can_be_read_in_the_dark(page, path, axe, artifacts):
    change_theme(page, "Dark")
    try:
        take_pictures(page, artifacts, f"{path.stem}_dark")
        assert set(page.evaluate(GROUNDS)) <= {"light"}
        page.evaluate(axe)
        assert not violations(page, rules=["color-contrast"])
    finally:
        change_theme(page, "Light")


def change_theme(page, name):
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", f"JupyterLab {name}")
    page.wait_for_function("light => document.body.dataset.jpThemeLight === light", arg=str(name == "Light").lower())
    page.wait_for_timeout(1000)  # for the style sheet


# Black on the page's own dark would be lost: a figure brings its own light ground. A palette of few colours may round
# white by a little.
GROUNDS = """() => [...document.querySelectorAll('.jp-OutputArea figure > img')].map(image => {
    const canvas = Object.assign(document.createElement('canvas'), {width: image.naturalWidth, height: 1})
    const context = canvas.getContext('2d')
    context.drawImage(image, 0, 0)
    const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data
    return alpha === 255 && Math.min(red, green, blue) >= 240 ? 'light' : image.alt
})"""


def violations(page, *, rules=None):
    """Return what axe finds in what the notebook shows."""
    include = [[selector] for selector in OF_OUR_MAKING if page.locator(selector).count()]
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    return page.evaluate("([include, options]) => axe.run({include}, options)", [include, options])["violations"]


def test_nothing_of_our_making_shuts_anybody_out(page, axe):
    page.evaluate(axe)
    told = [
        {"rule": rule["id"], "help": rule["help"], "where": node["html"][:200]}
        for rule in violations(page)
        for node in rule["nodes"]
        if not (rule["id"] == "aria-input-field-name" and "noUi-handle" in node["html"])  # ipywidgets names no slider
    ]
    assert not told, json.dumps(told, indent=1)


def test_axe_finds_a_picture_without_words(page, axe):
    """Proof that the test above can fail."""
    page.evaluate(axe)
    page.evaluate("document.querySelector('.jp-RenderedHTML').insertAdjacentHTML('beforeend', '<img src=\"data:,\">')")
    found = page.evaluate("include => axe.run({include})", [[".jp-RenderedHTML"]])
    page.evaluate("document.querySelector('img[src=\"data:,\"]').remove()")
    assert "image-alt" in [rule["id"] for rule in found["violations"]]


def test_a_dark_figure_and_a_wide_one_are_found(page):
    """Proof that the tests above can fail."""
    page.evaluate("""() => document.querySelector('.jp-OutputArea-output').insertAdjacentHTML('beforeend',
        '<div id="wide" style="width:3000px">wide</div><figure id="dark"><img alt="a dark one"></figure>')""")
    page.evaluate("""async () => {
        const canvas = Object.assign(document.createElement('canvas'), {width: 4, height: 4})
        canvas.getContext('2d').fillRect(0, 0, 4, 4)
        const image = document.querySelector('#dark img')
        image.src = canvas.toDataURL()
        await image.decode()
    }""")
    assert any('id="wide"' in part for part in page.evaluate(WIDER))
    assert "a dark one" in page.evaluate(GROUNDS)
    page.evaluate("document.querySelectorAll('#wide, #dark').forEach(part => part.remove())")


def test_a_kept_prediction_meets_its_outcome(page, path, lab):
    """Last in this file, since it runs the lesson again: before, its figures say that nothing was predicted."""
    if path.name[:2] not in ("00", "01"):
        return
    asked = page.locator(".widget-vbox:has(> .jupyter-button)").filter(
        has=page.get_by_role("button", name="Keep", exact=True)
    )
    assert asked.count() > 0
    for question in asked.all():
        question.get_by_role("button", name="Keep").press("Enter")
        expect(question.get_by_role("status")).to_have_text(re.compile("^Kept: "))
    choose(page, "Run", "Run All Cells")
    wait_until_run(page, lab, path.name)
    captions = page.locator("figcaption")
    expect(captions.filter(has_text="You said").first).to_be_visible()
    assert not captions.filter(has_text="No prediction was kept").count()
