"""Tables and pages: heads, captions, regions, and nothing that a cell's text could break."""

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from course_lib import html_page, lesson


def test_a_table_has_heads_a_caption_and_a_region():
    frame = pd.DataFrame({"kept": [0.25, 1], "what": ["a<b", "c"]}, index=pd.Index(["one", "two"], name="way"))
    soup = BeautifulSoup(html_page.table(frame, caption="What is kept & why"), "html.parser")
    assert [head.text for head in soup.select("thead th[scope=col]")] == ["way", "kept", "what"]
    assert [head.text for head in soup.select("tbody th[scope=row]")] == ["one", "two"]
    assert [cell.text for cell in soup.select("tbody td")] == ["0.25", "a<b", "1", "c"]
    assert soup.caption.text == soup.select_one("[role=region][tabindex='0']")["aria-label"] == "What is kept & why"


def test_a_head_without_text_is_a_plain_cell():
    soup = BeautifulSoup(html_page.table(pd.DataFrame({"a": [1]}), caption="One row"), "html.parser")
    assert [cell.name for cell in soup.select("thead tr > *")] == ["td", "th"]
    without = BeautifulSoup(html_page.table(pd.DataFrame({"a": [1]}), caption="One row", index=False), "html.parser")
    assert [cell.name for cell in without.select("tr > *")] == ["th", "th"]


@pytest.mark.parametrize(
    ("frame", "caption"), [([1], "A list"), (pd.DataFrame(), "Nothing"), (pd.DataFrame({"a": [1]}), " ")]
)
def test_a_table_refuses(frame, caption):
    with pytest.raises(ValueError, match=r"frame must|caption must"):
        html_page.table(frame, caption=caption)


def test_a_page_says_its_language_and_its_title_once():
    soup = BeautifulSoup(html_page.document("Rows & columns", "<p>Text</p>"), "html.parser")
    assert soup.html["lang"] == "en"
    assert soup.title.text == soup.h1.text == "Rows & columns"
    assert soup.main.p.text == "Text"


def test_show_table_prints_outside_a_notebook(capsys):
    lesson.show_table(pd.DataFrame({"a": [1]}, index=["x"]), caption="One row")
    assert capsys.readouterr().out == "   a\nx  1\nOne row\n"
