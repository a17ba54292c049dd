"""
Write docs/glossary.md: the words that the lessons define, each with the sentence that defines it.

    python tools/make_glossary.py            write it
    python tools/make_glossary.py --check    write nothing; exit 1 unless it is as the lessons say

Which words there are, and in which lesson each is defined, stands in course_lib/texts/glossary.toml; the sentences are
the lessons' own, where the word is emphasised.
"""

import argparse
import re
import sys
import tomllib
from dataclasses import dataclass

from navigation import is_navigation, lessons
from notebook_files import ROOT, notebooks_in, read

WORDS = ROOT / "course_lib" / "texts" / "glossary.toml"
PAGE = ROOT / "docs" / "glossary.md"
HEAD = """# Glossary

The words that the lessons define, each with the sentence that first says what it is. This page is made from the lessons
by `tools/make_glossary.py`; formulas are as in the notebooks.

"""
SENTENCE = re.compile(r"(?<=[.!?:])\s+(?=[A-Z*“$])|(?<=\S)\s+(?=\([a-e]\) \*)")


@dataclass
class Word:
    """
    A word that a lesson defines.

    Parameters
    ----------
    word : str
        As the glossary lists it.
    lesson : str
        The number of the lesson that defines it.
    mark : str
        The word as it is emphasised there; by default the word itself.
    everyday : bool
        Whether lessons may use the word before, in its everyday sense.
    before, after : int
        How many sentences before and after the one with the mark belong to the definition.
    """

    word: str
    lesson: str
    mark: str = ""
    everyday: bool = False
    before: int = 0
    after: int = 0

    def is_used_in(self, text: str) -> bool:
        """Tell whether a text uses the word, in the singular or the plural."""
        return re.search(rf"(?<![\w-]){re.escape(self.word)}s?(?![\w-])", text, re.IGNORECASE) is not None


def words() -> list[Word]:
    """Return all words, in alphabetical order."""
    entries = tomllib.loads(WORDS.read_text(encoding="utf-8"))["word"]
    return sorted((Word(**entry) for entry in entries), key=lambda entry: entry.word.lower())


def emphasis() -> dict[str, list[str]]:
    """Return what lessons print bold that is no word to be looked up, by lesson."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))["emphasis"]


def text_cells(number: str) -> list[str]:
    """Return the text cells of a lesson, without its links and its references."""
    (path,) = (path for path in notebooks_in(ROOT / "notebooks") if path.name.startswith(number))
    cells = [cell for cell in read(path).cells if cell.cell_type == "markdown" and not is_navigation(cell)]
    return [cell.source for cell in cells if not re.match(r"#+ .*\b(References|Sources)\b", cell.source)]


def definition(entry: Word) -> str:
    """
    Return the sentence of the lesson that defines a word.

    Raises
    ------
    ValueError
        If the word is emphasised nowhere in its lesson.
    """
    mark = re.compile(rf"\*+{re.escape(entry.mark or entry.word)}\.?\*+", re.IGNORECASE)
    for cell in text_cells(entry.lesson):
        for paragraph in re.split(r"\n\s*\n|\n(?=[-|>] )", re.sub(r"^> ?", "", cell, flags=re.MULTILINE)):
            parts = SENTENCE.split(" ".join(paragraph.split()))
            for number, sentence in enumerate(parts):
                if mark.search(sentence):
                    found = " ".join(parts[max(number - entry.before, 0) : number + entry.after + 1])
                    return re.sub(r"^(- |#+ |\([a-e]\) )", "", found)
    raise ValueError(f"lesson {entry.lesson} emphasises {entry.mark or entry.word!r} nowhere")


def page() -> str:
    """Return the text of docs/glossary.md."""
    titles = {lesson["name"][:2]: lesson for lesson in lessons()}
    entries = []
    for entry in words():
        lesson = titles[entry.lesson]
        said = definition(entry)
        link = f"[{entry.lesson} {lesson['title']}](../notebooks/{lesson['name']}.ipynb)"
        entries.append(f"**{entry.word}** ({link}). {said}\n")
    return HEAD + "\n".join(entries)


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        same = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page()
        print("The glossary is as the lessons say." if same else "The glossary is not as the lessons say.")
        return int(not same)
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
