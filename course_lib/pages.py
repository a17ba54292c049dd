"""A page of text on which some words are struck out."""

import html

from course_lib.data.text import WORD

__all__ = ["struck_page"]

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
