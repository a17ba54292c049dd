"""Pieces of annotation work that can be shown: a guideline with its edge cases, and a page that holds all of them."""

import html
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Guideline", "Portfolio"]


@dataclass(frozen=True, kw_only=True)
class Guideline:
    """What a label means, as annotators read it.

    Parameters
    ----------
    title : str
    question : str
        The one question that is answered for each record.
    rules : list of str
        In the order in which they are tried.
    edge_cases : list of (str, str, str)
        The case, the decision, and the reason.
    if_undecided : str
        What to do where no rule decides.
    version : str
        Guidelines change; labels say by which version they were given.

    Raises
    ------
    ValueError
        If a text is missing, or there is no rule, or fewer than three edge cases.
    """

    title: str
    question: str
    rules: list
    edge_cases: list
    if_undecided: str
    version: str = "1"

    def __post_init__(self):
        texts = [self.title, self.question, self.if_undecided, self.version, *self.rules]
        cases = [part for case in self.edge_cases for part in case]
        if not all(isinstance(text, str) and text.strip() for text in texts + cases):
            raise ValueError("title, question, rules, edge_cases, if_undecided and version must be texts, none empty")
        if not self.rules or len(self.edge_cases) < 3 or any(len(case) != 3 for case in self.edge_cases):
            raise ValueError(
                "rules must hold at least one rule, and edge_cases at least three of (case, decision, reason); got "
                f"{len(self.rules)} and {len(self.edge_cases)}"
            )

    def html(self):
        """Return the guideline as HTML, without pictures."""
        import pandas as pd

        from course_lib.html_page import table

        rules = "".join(f"<li>{html.escape(rule)}</li>" for rule in self.rules)
        cases = pd.DataFrame(self.edge_cases, columns=["edge case", "decision", "reason"])
        return (
            f"<p><strong>{html.escape(self.title)}</strong>, version {html.escape(self.version)}</p>"
            f"<p>{html.escape(self.question)}</p><ol>{rules}</ol>"
            f"{table(cases, caption='Edge cases, in the order of the pictures.', index=False)}"
            f"<p>If no rule decides: {html.escape(self.if_undecided)}</p>"
        )

    def text(self):
        """Return the guideline in plain text."""
        rules = [f"  {number}. {rule}" for number, rule in enumerate(self.rules, 1)]
        cases = [f"  {case}: {decision}. {reason}" for case, decision, reason in self.edge_cases]
        head = f"{self.title}, version {self.version}. {self.question}"
        return "\n".join([head, *rules, "Edge cases", *cases, f"If no rule decides: {self.if_undecided}"])


class Portfolio:
    """A page of pieces of work, made in memory; nothing is stored before `save`.

    Parameters
    ----------
    title : str
    about : str
        Whose work on what it is, and what in it is simulated: whoever reads the page has to know.
    """

    def __init__(self, title, *, about):
        if not title.strip() or not about.strip():
            raise ValueError("title and about must say something")
        self.title, self.about, self.parts = title, about, {}

    def add(self, heading, content):
        """Add a piece, HTML, under a heading; the same heading again replaces it."""
        if not heading.strip() or not content.strip():
            raise ValueError(f"a piece needs a heading and content, got {heading!r} and {len(content)} characters")
        self.parts[heading] = content
        return self

    def html(self):
        """Return the whole page, which needs no other file."""
        from course_lib.html_page import document

        parts = [f"<section><h2>{html.escape(heading)}</h2>{body}</section>" for heading, body in self.parts.items()]
        return document(self.title, "\n".join([f"<p>{html.escape(self.about)}</p>", *parts]))

    def save(self, path):
        """Write the page to a file that ends in .html, and return where it lies.

        Raises
        ------
        ValueError
            If `path` ends otherwise, or there is no folder for it to lie in.
        """
        path = Path(path).expanduser().absolute()
        if path.suffix != ".html" or not path.parent.is_dir():
            raise ValueError(f"path must end in .html and lie in a folder that exists, got {path}")
        path.write_text(self.html(), encoding="utf-8")
        return path
