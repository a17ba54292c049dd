"""The glossary is as the lessons say, and no lesson uses a word of it before a lesson defines it."""

import re

import make_glossary
import pytest
from make_glossary import Word, definition, page, text_cells, words

LESSONS = [lesson["name"][:2] for lesson in make_glossary.lessons() if "reading" in lesson]
BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
# Bold, and no word to be looked up: what opens a paragraph, a question, or a sentence to be remembered.
SENTENCE_OR_LEAD = re.compile(r"[.?:!]$| .* .* .* |^(You need|Time)")


@pytest.fixture(scope="module")
def texts():
    return {number: "\n\n".join(text_cells(number)) for number in LESSONS}


def test_the_page_is_as_the_lessons_say():
    assert make_glossary.PAGE.read_text(encoding="utf-8") == page(), "`python tools/make_glossary.py`"


@pytest.mark.parametrize("entry", words(), ids=lambda entry: entry.word)
def test_a_definition_says_more_than_the_word(entry):
    assert len(re.sub(r"\W+", " ", definition(entry)).split()) >= len(entry.word.split()) + 5


@pytest.mark.parametrize("entry", [entry for entry in words() if not entry.everyday], ids=lambda entry: entry.word)
def test_no_lesson_uses_a_word_before_it_is_defined(entry, texts):
    early = [number for number in LESSONS if number < entry.lesson and entry.is_used_in(texts[number])]
    assert not early


@pytest.mark.parametrize("number", LESSONS)
def test_every_word_in_bold_is_in_the_glossary(number, texts):
    """A single word or two in bold is a term that is introduced: it has its entry, in this lesson or an earlier one."""
    known = {form.lower() for entry in words() for form in (entry.word, entry.mark) if form}
    told = {term.lower() for term in BOLD.findall(texts[number]) if not SENTENCE_OR_LEAD.search(term)}
    missing = {term for term in told if not {term, term.removesuffix("s")} & known}
    assert missing <= set(make_glossary.emphasis().get(number, []))


def test_words_are_listed_once_and_in_order():
    listed = [entry.word.lower() for entry in words()]
    assert listed == sorted(set(listed))


def test_an_undefined_word_and_an_early_use_are_found():
    with pytest.raises(ValueError, match="lesson 00 emphasises 'no such word' nowhere"):
        definition(Word("no such word", "00"))
    assert Word("tail", "01").is_used_in("Two Tails.")
    assert not Word("tail", "01").is_used_in("A cocktail, a long-tail, tailored.")
