"""Sentences usually heard about synthetic data, each judged, with the lesson that shows it.

`python -m course_lib.common_claims` writes docs/common-claims.md from course_lib/texts/common_claims.toml.
"""

import functools
import tomllib
from pathlib import Path

from course_lib.lesson import TEXTS
from course_lib.syllabus import syllabus

__all__ = ["VERDICTS", "claims_table", "common_claims", "markdown"]

VERDICTS = {
    "supported": "the lesson shows it, under the conditions it names",
    "half": "true of one case and false of another, and the lesson shows both or says which",
    "wrong": "the lesson shows a case in which it is false, and why that is no exception",
    "unknown": "nobody has shown it either way, as far as we know",
}
_HEAD = """# Sentences usually heard

About synthetic data, collapse and the work of people, in the words in which one meets them, each judged by what the
course shows. A verdict is about the sentence as it stands, which is often the trouble with it.

{verdicts}

This file is generated: `python -m course_lib.common_claims`.
"""


@functools.cache
def common_claims():
    """Return the sentences as a tuple of dicts with `id`, `sentence`, `verdict`, `because`, `shown_in`, `sources`.

    Raises
    ------
    ValueError
        If one has another verdict, lacks a part, or says "supported", "half" or "wrong" without a lesson.
    """
    claims = tomllib.loads((TEXTS / "common_claims.toml").read_text(encoding="utf-8"))["claim"]
    for claim in claims:
        if claim.keys() != {"id", "sentence", "verdict", "because", "shown_in", "sources"}:
            raise ValueError(f"common_claims.toml: {claim.get('id')} has the parts {list(claim)}")
        if claim["verdict"] not in VERDICTS or not claim["shown_in"]:
            raise ValueError(f"common_claims.toml: {claim['id']} needs a lesson and one of {', '.join(VERDICTS)}")
    return tuple(claims)


def claims_table(*ids):
    """Return a pandas.DataFrame of the sentences, all or those with these ids: sentence, verdict, why, lessons."""
    import pandas as pd

    known = {claim["id"]: claim for claim in common_claims()}
    if unknown := [id for id in ids if id not in known]:
        raise ValueError(f"ids must be among {', '.join(known)}; got {unknown}")
    chosen = [known[id] for id in ids or known]
    rows = [[f"“{c['sentence']}”", c["verdict"], c["because"], ", ".join(c["shown_in"])] for c in chosen]
    return pd.DataFrame(rows, columns=["heard", "verdict", "why", "lessons"])


def markdown():
    """Return the text of docs/common-claims.md."""
    names = {lesson["name"][:2]: lesson["name"] for part in syllabus()["part"] for lesson in part["lessons"]}
    verdicts = "\n".join(f"- **{name}**: {meaning};" for name, meaning in VERDICTS.items())
    parts = [_HEAD.format(verdicts=verdicts.removesuffix(";") + ".")]
    for claim in common_claims():
        links = [f"[{number}](../notebooks/{names[number]}.ipynb)" for number in claim["shown_in"]]
        about = f"Shown in {'lesson' if len(links) == 1 else 'lessons'} {', '.join(links)}."
        if claim["sources"]:
            about += f" Sources: {'; '.join(claim['sources'])}."
        parts.append(f"## “{claim['sentence']}”\n\n**{claim['verdict']}.** {claim['because']}\n\n{about}\n")
    return "\n".join(parts)


def main():
    """Write docs/common-claims.md."""
    path = Path(__file__).parent.parent / "docs" / "common-claims.md"
    path.write_text(markdown(), encoding="utf-8")
    print(f"written: docs/{path.name}, {len(common_claims())} sentences")


if __name__ == "__main__":
    main()
