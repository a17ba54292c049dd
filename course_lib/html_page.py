"""HTML that everybody can read: tables with heads and captions, wide things that scroll, and whole pages."""

import html
import numbers

__all__ = ["document", "scrolling", "table"]

# Inside a notebook only inline styles are sure to arrive, and colours must suit a white and a black page.
_CELL = "text-align:left;vertical-align:top;padding:.25em .8em .25em 0;border-bottom:1px solid #808080"
_TABLE = "border-collapse:collapse;margin:0"
_CAPTION = "caption-side:bottom;text-align:left;padding:.4em 0"

_STYLE = """
:root { color-scheme: light dark; }
body { font: 100%/1.5 system-ui, sans-serif; max-width: 60em; margin: 0 auto; padding: 1em;
       color: #1a1a1a; background: #ffffff; }
h1, h2, h3 { line-height: 1.2; }
a { color: #00558c; }
figure { margin: 1em 0; }
img { max-width: 100%; height: auto; background: #ffffff; }
code, pre { font-size: .95em; }
@media (prefers-color-scheme: dark) {
  body { color: #ececec; background: #161616; }
  a { color: #8cc8f0; }
}
"""


def table(frame, *, caption, index=True, labels=None):
    """Return a table with a caption, whose first column and first row are heads, in a region that scrolls.

    Parameters
    ----------
    frame : pandas.DataFrame
        Texts and numbers; numbers that are to be rounded are handed over as text.
    caption : str
        What the table shows.
    index : bool
        Whether the index is the column of heads; else it is left out, and the first column is.
    labels : str, optional
        The head of the index; its own name if there is none.

    Returns
    -------
    str
        HTML with all its styles inline, so that it looks alike in a notebook, in a page and in the dark.

    Raises
    ------
    ValueError
        If `frame` is not a DataFrame or is empty, or there is no caption.
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame) or frame.empty:
        raise ValueError(f"frame must be a DataFrame with rows and columns, got {type(frame).__name__}")
    if not isinstance(caption, str) or not caption.strip():
        raise ValueError(f"caption must say what the table shows, got {caption!r}")
    if index:
        frame = frame.reset_index(names=labels or frame.index.name or "")
    # A cell without text is no head, to a screen reader.
    heads = "".join(
        f'<th scope="col" style="{_CELL}">{_text(name)}</th>' if str(name) else f'<td style="{_CELL}"></td>'
        for name in frame.columns
    )
    rows = "".join(
        f'<tr><th scope="row" style="{_CELL}">{_text(first)}</th>'
        + "".join(f'<td style="{_CELL}">{_text(cell)}</td>' for cell in cells)
        + "</tr>"
        for first, *cells in frame.itertuples(index=False, name=None)
    )
    body = (
        f'<table style="{_TABLE}"><caption style="{_CAPTION}">{html.escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )
    return scrolling(body, label=caption)


def _text(cell):
    if isinstance(cell, numbers.Real) and not isinstance(cell, numbers.Integral | bool):
        cell = f"{cell:g}"
    return html.escape(str(cell))


def scrolling(content, *, label):
    """Return the HTML in a region that scrolls sideways by mouse and keyboard where the window is too narrow.

    Parameters
    ----------
    content : str
        HTML.
    label : str
        The region's name for a screen reader.
    """
    return (
        f'<div role="region" tabindex="0" aria-label="{html.escape(label)}" style="overflow-x:auto;max-width:100%">'
        f"{content}</div>"
    )


def document(title, body, *, head=""):
    """Return a whole page that needs no other file and suits a light and a dark screen, a wide and a narrow one.

    Parameters
    ----------
    title : str
        Also the page's first heading.
    body : str
        HTML that follows the heading.
    head : str
        HTML that goes into the head, such as a further style.
    """
    title = html.escape(title)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n{head}</head>\n<body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )
