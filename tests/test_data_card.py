"""The data card: what it refuses and in which words, that it comes back from a file as it went, and its pages."""

import datetime
import json

import pytest
from bs4 import BeautifulSoup

from course_lib.data_card import VERDICTS, AuditVerdict, DataCard

CARD = {
    "title": "Made-up visits",
    "summary": "Made-up years of people with their visits to a doctor.",
    "purpose": "To try out analyses before the real table is opened; by the course, for its learners.",
    "row": "One made-up year of one made-up person.",
    "rows": 1200,
    "columns": {"visits": "visits to a doctor in the year", "health": "own health, four ratings"},
    "intended_use": ["Writing and testing an analysis."],
    "unfit_use": ["Any statement about a single person.", "Releases that must be risk-free."],
    "known_gaps": ["Poor health is rare: 37 rows."],
    "provenance": "RAND Health Insurance Experiment, 1974 to 1982.",
    "basis": "Public domain, says the copy inside statsmodels.",
    "licence": "CC BY 4.0",
    "generator": "Gaussian copula of this course, fitted to one row of each person.",
    "real_records": 1371,
    "synthetic_share": 1.0,
    "changes": "One row of each person.",
    "contact": "the teacher of the course",
    "date": "2026-11-29",
    "audit": [{"question": "Are rows copies?", "verdict": VERDICTS[2], "evidence": "0 of 1,200 rows <are> copies."}],
    "review_by": "2027-11-29",
}


def card(**changes):
    return DataCard.from_dict(CARD | changes)


def test_a_sound_card_is_kept_as_given():
    made = card()
    assert made.date == datetime.date(2026, 11, 29)
    assert made.version == "1"
    assert made.audit == (AuditVerdict("Are rows copies?", VERDICTS[2], "0 of 1,200 rows <are> copies."),)
    assert made == DataCard.from_dict(made.to_dict())
    assert card(title="  Made-up visits\n") == made
    assert made.columns == CARD["columns"]


@pytest.mark.parametrize("name", list(CARD))
def test_every_field_refuses_what_says_nothing_and_names_itself(name):
    for empty in ("", "  ", "TODO", "n/a", "...", "unknown", [], {}, -1, [""]):
        if name == "audit" and empty == []:
            continue
        with pytest.raises(ValueError, match=rf"^{name}\b") as refused:
            card(**{name: empty})
        if name != "audit":
            assert repr(empty) in str(refused.value) or "''" in str(refused.value)
            assert DataCard.questions()[name] in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rows": 12.0}, "rows must be a whole number of at least 1, got 12.0"),
        ({"rows": True}, "rows must be a whole number"),
        ({"synthetic_share": 30}, "synthetic_share must be a share between 0 and 1, got 30"),
        ({"synthetic_share": 0.5, "real_records": 10}, "there are 600 real ones"),
        ({"real_records": "1371"}, "real_records must be a whole number of at least 0, got '1371'"),
        ({"date": "29.11.2026"}, "date must be a day such as \"2026-11-29\", got '29.11.2026'"),
        ({"date": None}, "date must be a day"),
        ({"date": datetime.datetime(2026, 11, 29, 9)}, "date must be a day"),
        ({"review_by": "2026-11-29"}, "review_by must lie after date, which is 2026-11-29"),
        ({"unfit_use": "all else"}, "unfit_use must be a list"),
        ({"columns": ["visits"]}, "columns must be a dict"),
        ({"columns": {"visits": ""}}, r"columns['visits'] must be a text"),
        ({"summary": "This table is private."}, "got 'is private'"),
        ({"summary": "Fully anonymised visits."}, "got 'Fully anonymised'"),
        ({"summary": "Visits, free from privacy concerns."}, "got 'free from privacy'"),
        ({"purpose": "A release with no risk to patients."}, "got 'no risk'"),
        ({"audit": [{"question": "Copies?", "verdict": "private", "evidence": "none seen"}]}, "got 'private'"),
        ({"audit": [{"question": "Copies?", "verdict": "passed", "evidence": "none seen"}]}, "audit: verdict"),
        ({"audit": [{"question": "Copies?", "verdict": "failed"}]}, "audit needs question, verdict and evidence"),
        ({"audit": [{"question": "Copies?", "verdict": "failed", "evidence": ""}]}, "audit: evidence"),
        ({"audit": "failed"}, "audit must be a list"),
        ({"licenses": "CC0"}, "the card has no field 'licenses'; did you mean 'licence'?"),
        ({7: "CC0"}, "the card has no field 7"),
    ],
)
def test_what_is_refused(changes, words):
    with pytest.raises(ValueError, match=r"^\w") as refused:
        DataCard.from_dict(CARD | changes)
    assert words in str(refused.value)


def test_what_only_sounds_like_a_promise_is_allowed():
    for words in (
        "The sample is differentially private with ε = 1 and δ = 1e-6, for one row.",
        "Nobody says that this is not private.",
        "The clinic is a private one.",
    ):
        assert card(summary=words).summary == words


def test_missing_fields_are_named_with_the_question():
    partial = {name: value for name, value in CARD.items() if name not in ("row", "contact")}
    with pytest.raises(ValueError, match=r"the card lacks row, contact; row answers: What is one row\?"):
        DataCard.from_dict(partial)
    with pytest.raises(ValueError, match="content must be a dict"):
        DataCard.from_dict([CARD])


def test_a_data_set_of_human_labels_has_a_card_too():
    made = card(synthetic_share=0, real_records=1200, generator="unknown: no model was used", audit=[])
    assert "0% of 1,200 rows" in made.html()
    assert "Nothing was audited" in made.html()
    assert "Nothing was audited" in made.markdown()


def test_files(tmp_path):
    made = card()
    assert DataCard.read(made.save(tmp_path / "card.json")) == made
    toml = tmp_path / "card.toml"
    toml.write_text(
        "\n".join(f"{k} = {json.dumps(v)}" for k, v in CARD.items() if k not in ("audit", "columns", "date"))
        + '\ndate = 2026-11-29\n[columns]\nvisits = "visits to a doctor in the year"\n'
        + 'health = "own health, four ratings"'
        + '\n[[audit]]\nquestion = "Are rows copies?"\nverdict = "held against these attacks"\n'
        + 'evidence = "0 of 1,200 rows <are> copies."\n',
        encoding="utf-8",
    )
    assert DataCard.read(toml) == made
    assert made.save(tmp_path / "card.md").read_text(encoding="utf-8") == made.markdown()
    for name in ("card.txt", "card.md"):
        with pytest.raises(ValueError, match=r"path must end in \.json or \.toml"):
            DataCard.read(tmp_path / name)
    with pytest.raises(ValueError, match="path must end in one of"):
        made.save(tmp_path / "card.pdf")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"path 'broken\.json' cannot be read as JSON"):
        DataCard.read(tmp_path / "broken.json")


def test_the_page_says_everything_and_can_be_read_aloud(tmp_path):
    page = BeautifulSoup(card().save(tmp_path / "card.html").read_text(encoding="utf-8"), "html.parser")
    assert page.h1.text == "Data card: Made-up visits"
    assert [part.text for part in page.find_all("h2")] == [
        "What it is", "What it is for", "Where it comes from", "How it was made", "What was tested", "Who answers"
    ]  # fmt: skip
    assert len(page.find_all("dt")) == len(page.find_all("dd"))
    asked = {dt.text for dt in page.find_all("dt")} | {caption.text for caption in page.find_all("caption")}
    assert all(any(question in said for said in asked) for question in DataCard.questions().values())
    for said in ("0 of 1,200 rows <are> copies.", "100% of 1,200 rows", "1,371", "It is no promise to anybody"):
        assert said in page.text
    assert all(region["aria-label"] for region in page.select("[role=region][tabindex='0']"))
    inside = BeautifulSoup(card()._repr_html_(), "html.parser")
    assert [head.name for head in inside.find_all(["h1", "h2", "h3", "h4"])] == ["h3"] + ["h4"] * 6


def test_markdown_escapes_what_would_be_a_mark():
    told = card(known_gaps=["a_b *c* | <d>"], columns={"a|b": "x"}).markdown()
    assert r"- a\_b \*c\* | &lt;d&gt;" in told
    assert r"| a\|b | x |" in told
