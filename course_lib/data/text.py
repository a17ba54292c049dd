"""Text: the words of the Python manual that comes with every interpreter."""

import math
import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from course_lib.data.dataset import About, closest
from course_lib.records import Records
from course_lib.validate import as_count, as_fraction

__all__ = ["WORD", "Text", "manual", "manual_page"]

WORD = re.compile(r"[a-z]+(?:'[a-z]+)*", re.IGNORECASE)  # letters, with an apostrophe allowed inside: "isn't"

_ABOUT = About(
    source="the Python manual as kept for the interpreter's own help, module pydoc_data.topics of the standard library",
    licence="PSF License Agreement, that of Python itself",
    row="one word of running text",
)


@dataclass(frozen=True, eq=False)
class Text:
    """Running text as a sequence of codes.

    Attributes
    ----------
    tokens : numpy.ndarray of int64, shape (n,)
        For each word of the running text its code, a place in the vocabulary; read-only.
    vocabulary : tuple of str
        The different words, the most frequent first; words that are equally frequent in alphabetical order.
    about : About
    """

    tokens: np.ndarray
    vocabulary: tuple[str, ...]
    about: About

    def words(self, tokens):
        """Return the words that stand for the codes `tokens`, as a list; codes that a generator drew are floats."""
        return [self.vocabulary[int(token)] for token in tokens]

    def counts(self):
        """Return how often each word of the vocabulary is used, shape (len(vocabulary),)."""
        return np.bincount(self.tokens, minlength=len(self.vocabulary))

    def records(self):
        """Return the words as symbols: `Records` with x of shape (n, 1)."""
        return Records(self.tokens[:, None])

    def windows(self, length, test_fraction):
        """Cut the text into windows of `length` words that do not overlap, and hold out those of its last part.

        The part held out is one stretch, because the topics of the manual repeat passages of each other: of the last
        fifth, one run of eight words in ten also stands in the rest; of windows picked at random, more than one in
        four. Words after the last full window are left out.

        Parameters
        ----------
        length : int
            L.
        test_fraction : float in (0, 1)
            Share of the windows that are held out; their number is rounded up.

        Returns
        -------
        train, test : numpy.ndarray of int64, shape (n, L)
            Read-only views of the tokens, in the order of the text.

        Raises
        ------
        ValueError
            If the text is too short for a window in each part.
        """
        n = len(self.tokens) // as_count(length, "length")
        n_train = n - math.ceil(as_fraction(test_fraction, "test_fraction") * n)
        if not 0 < n_train < n:
            raise ValueError(
                f"{len(self.tokens)} words make {n} windows of length {length}, {n_train} for training and "
                f"{n - n_train} held out at test_fraction {test_fraction}; each part needs at least one"
            )
        windows = self.tokens[: n * length].reshape(n, length)
        return windows[:n_train], windows[n_train:]


def manual():
    """Return the words of the Python manual, in lower case and without digits and punctuation.

    A word is a run of the letters a to z, with an apostrophe allowed inside ("isn't"). The topics follow each other in
    alphabetical order of their names.

    Returns
    -------
    Text

    Notes
    -----
    The manual belongs to the interpreter that runs the lesson, so *the numbers differ between Python versions*: there
    are about 64,000 words in Python 3.11 and more in later ones. Nothing should be asserted to the last digit about it.
    """
    from pydoc_data.topics import topics

    running = [word for name in sorted(topics) for word in WORD.findall(topics[name].lower())]
    counts = Counter(running)
    vocabulary = tuple(sorted(counts, key=lambda word: (-counts[word], word)))
    code = {word: place for place, word in enumerate(vocabulary)}
    tokens = np.array([code[word] for word in running])
    tokens.flags.writeable = False
    return Text(tokens, vocabulary, _ABOUT)


def manual_page(topic):
    """Return one topic of the manual as it is printed, in paragraphs.

    Parameters
    ----------
    topic : str
        Such as "exceptions".

    Returns
    -------
    list of str
        The first is the title.

    Raises
    ------
    ValueError
        If the manual of this Python has no such topic; the message suggests the closest ones.
    """
    from pydoc_data.topics import topics

    if topic not in topics:
        raise ValueError(f"there is no topic {topic!r}; " + closest(topic, sorted(topics)))
    paragraphs = re.split(r"\n\s*\n", topics[topic].strip())
    underlined = re.compile(r"\n[*=~-]{3,}$")  # how a title is marked in plain text
    return [" ".join(underlined.sub("", paragraph).split()) for paragraph in paragraphs]
