"""Pages of text: one on which some words are struck out, and several beside each other."""

import html
import itertools

from course_lib.data.text import WORD

__all__ = ["said_before", "side_by_side", "struck_page"]

# A line through a word says nothing to a screen reader, so words that only it can see follow each struck word.
_STRUCK = '<s style="text-decoration:line-through 2px #D55E00">{}</s><span style="{}"> (struck out)</span>'
_UNSEEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap"
_PAGE = "border:1px solid #808080;padding:.5em 1.5em;max-width:46em;line-height:1.6"


def struck_page(paragraphs, struck, *, title):
    """Return a page in HTML and in plain text, with some of its words struck out; to be handed to `lesson.show`.

    Parameters
    ----------
    paragraphs : list of str
        The first is a heading.
    struck : callable
        `struck(word)` tells whether a word, in lower case, is to be struck out.
    title : str
        What the page is and why words are struck; how many they are follows it.

    Returns
    -------
    page, text : str
        In the HTML each struck word is followed by "(struck out)" for screen readers; in the text it stands between
        tildes.

    Raises
    ------
    ValueError
        If `paragraphs` holds no word.

    Examples
    --------
    >>> _, text = struck_page(["Rare", "A rare word."], {"rare"}.__contains__, title="Two paragraphs.")
    >>> print(text)
    Two paragraphs. Struck out: 2 of 4 words (between tildes here).
    <BLANKLINE>
    ~Rare~
    <BLANKLINE>
    A ~rare~ word.
    """
    words = [word.lower() for paragraph in paragraphs for word in WORD.findall(paragraph)]
    if not words:
        raise ValueError(f"paragraphs must hold at least one word, got {paragraphs!r}")
    struck_words = {word for word in words if struck(word)}
    count = sum(word in struck_words for word in words)
    caption = f"{title} Struck out: {count} of {len(words)} words"

    def mark(paragraph, form, escape):
        parts, end = [], 0
        for match in WORD.finditer(paragraph):
            word = escape(match[0])
            parts += [escape(paragraph[end : match.start()]), form(word) if match[0].lower() in struck_words else word]
            end = match.end()
        return "".join([*parts, escape(paragraph[end:])])

    rows = [mark(paragraph, lambda word: _STRUCK.format(word, _UNSEEN), html.escape) for paragraph in paragraphs]
    body = f"<p><strong>{rows[0]}</strong></p>" + "".join(f"<p>{row}</p>" for row in rows[1:])
    caption_html = f"<figcaption>{html.escape(caption)}.</figcaption>"
    page = f'<figure style="margin:0 0 1em"><div style="{_PAGE}">{body}</div>{caption_html}</figure>'
    plain = [mark(paragraph, lambda word: f"~{word}~", str) for paragraph in paragraphs]
    return page, "\n\n".join([f"{caption} (between tildes here).", *plain])


_COLUMN = "flex:1 1 15em;border:1px solid #808080;padding:.2em 1em;line-height:1.5"
_MARKED = (
    '<mark style="background:none;color:inherit;border-bottom:2px solid #D55E00">{}</mark><span style="{}">{}</span>'
)


def said_before(words, others, run):
    """Tell for each of the words whether it belongs to a run of words that another text holds, too.

    Parameters
    ----------
    words : sequence
    others : iterable of sequences
    run : int
        How many words in a row must be the same.

    Returns
    -------
    list of bool

    Examples
    --------
    >>> said_before("if the value is not a number".split(), ["the value is given".split()], run=3)
    [False, True, True, True, False, False, False]
    """

    def runs(text):
        return [tuple(text[i : i + run]) for i in range(len(text) - run + 1)]

    known = {each for other in others for each in runs(other)}
    said = [False] * len(words)
    for i, each in enumerate(runs(words)):
        if each in known:
            said[i : i + run] = [True] * run
    return said


def side_by_side(pages, *, title, run=4):
    """Return pages beside each other, in HTML and in plain text, with what a page says twice marked.

    Parameters
    ----------
    pages : dict of str
        From a heading to the paragraphs below it, each a list of words.
    title : str
        What the pages are; how many of the words are marked follows it.
    run : int
        A word is marked if it belongs to so many words in a row that another paragraph of the same page holds, too.

    Returns
    -------
    page, text : str
        To be handed to `lesson.show`. In the HTML marked words are underlined and, for screen readers, followed by
        "(said twice)"; in the text they stand between underscores.
    """
    counts, columns, plain = [], [], []
    for heading, paragraphs in pages.items():
        said = [said_before(words, paragraphs[:i] + paragraphs[i + 1 :], run) for i, words in enumerate(paragraphs)]
        counts.append(f"{heading}, {sum(map(sum, said))} of {sum(map(len, said))}")
        marked = _MARKED.format("{}", _UNSEEN, " (said twice)")
        html_rows, text_rows = (
            [_mark_runs(words, flags, form, escape) for words, flags in zip(paragraphs, said, strict=True)]
            for form, escape in ((marked, html.escape), ("_{}_", str))
        )
        body = "".join(f"<p>{row}</p>" for row in html_rows)
        columns.append(f'<div style="{_COLUMN}"><p><strong>{html.escape(heading)}</strong></p>{body}</div>')
        plain.append("\n".join([heading, *text_rows]))
    caption = f"{title} Words in runs of {run} or more that the same page says twice: {'; '.join(counts)}"
    row = f'<div style="display:flex;flex-wrap:wrap;gap:.5em">{"".join(columns)}</div>'
    page = f'<figure style="margin:0 0 1em">{row}<figcaption>{html.escape(caption)}.</figcaption></figure>'
    return page, "\n\n".join([f"{caption} (between underscores here).", *plain])


def _mark_runs(words, flags, form, escape):
    """Return the words as one line, with each unbroken run of flagged ones put into `form`."""
    parts = []
    for flag, group in itertools.groupby(zip(words, flags, strict=True), key=lambda pair: pair[1]):
        line = escape(" ".join(word for word, _ in group))
        parts.append(form.format(line) if flag else line)
    return " ".join(parts)
