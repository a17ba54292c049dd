import re
from pydoc_data.topics import topics

import pytest
from bs4 import BeautifulSoup

from course_lib.data import manual, manual_page
from course_lib.data.text import WORD
from course_lib.pages import said_before, side_by_side, struck_page

PAGE = ["A <title>", "The \"rare\" word isn't common; Rare words aren't."]


def test_struck_words_are_marked_for_the_eye_and_for_screen_readers():
    page, text = struck_page(PAGE, {"rare", "isn't"}.__contains__, title="Seen & heard.")
    soup = BeautifulSoup(page, "html.parser")
    assert [s.text for s in soup.find_all("s")] == ["rare", "isn't", "Rare"]
    assert [s.find_next_sibling().text for s in soup.find_all("s")] == [" (struck out)"] * 3
    assert soup.figcaption.text == "Seen & heard. Struck out: 3 of 10 words."
    assert soup.strong.text == PAGE[0]  # escaped: no new element
    assert text.splitlines()[-1] == "The \"~rare~\" word ~isn't~ common; ~Rare~ words aren't."


def test_nothing_but_the_marks_is_added():
    page, text = struck_page(PAGE, lambda word: len(word) > 3, title="Long words.")
    soup = BeautifulSoup(page, "html.parser")
    for mark in soup.find_all("span"):
        mark.decompose()
    assert [p.text for p in soup.find_all("p")] == PAGE
    assert text.replace("~", "").endswith("\n\n".join(PAGE))


def test_a_page_without_words_is_refused():
    with pytest.raises(ValueError, match="at least one word"):
        struck_page(["1 2 3"], lambda word: False, title="Numbers.")


@pytest.mark.parametrize("topic", ["exceptions", "integers", "naming"])
def test_a_page_of_the_manual_holds_its_words_in_order(topic, monkeypatch):
    page = manual_page(topic)
    assert not any(re.search(r"\*{3,}|={3,}|\n", paragraph) for paragraph in page)
    vocabulary = set(manual().vocabulary)
    words = [word.lower() for paragraph in page for word in WORD.findall(paragraph)]
    assert set(words) <= vocabulary
    monkeypatch.setattr("pydoc_data.topics.topics", {topic: topics[topic]})
    text = manual()
    assert text.words(text.tokens) == words


def test_an_unknown_topic_is_told_with_what_there_is():
    with pytest.raises(ValueError, match="did you mean 'exceptions'"):
        manual_page("exception")


def test_runs_that_another_text_holds_are_found_whole():
    words = list("abcdefg")
    assert said_before(words, [list("xbcdy"), list("cde")], 3) == [False, True, True, True, True, False, False]
    assert said_before(words, [list("abc")], 4) == [False] * 7
    assert said_before(words, [], 1) == [False] * 7
    assert said_before(words, [list("ga")], 1) == [True, *[False] * 5, True]


def test_pages_side_by_side_mark_what_they_say_twice():
    pages = {"one & two": [["a", "b", "c", "<d>"], ["x", "b", "c", "isn't"]], "three": [["b", "c"], ["e", "f"]]}
    page, text = side_by_side(pages, title="Pages.", run=2)
    soup = BeautifulSoup(page, "html.parser")
    assert [mark.text for mark in soup.find_all("mark")] == ["b c", "b c"]  # the third page says nothing twice
    assert [mark.find_next_sibling().text for mark in soup.find_all("mark")] == [" (said twice)"] * 2
    assert soup.figcaption.text.endswith(
        "runs of 2 or more that the same page says twice: one & two, 4 of 8; three, 0 of 4."
    )
    for hidden in soup.find_all("span"):
        hidden.decompose()
    assert [p.text for p in soup.find_all("p")] == ["one & two", "a b c <d>", "x b c isn't", "three", "b c", "e f"]
    assert "a _b c_ <d>\nx _b c_ isn't\n\nthree" in text
