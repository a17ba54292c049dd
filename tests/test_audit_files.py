"""The audit from the shell on files as people have them: each is read, or refused in words that say what to do."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from audit_tables import truth

from course_lib.audit.__main__ import main
from course_lib.audit.files import read
from course_lib.audit.tables import prepare

N = 60


@pytest.fixture(scope="module")
def tables():
    rng = np.random.default_rng(0)
    return {name: truth(N, rng) for name in ("real", "synthetic", "holdout")}


@pytest.fixture
def save(tables, tmp_path, monkeypatch):
    """Return a function that saves the tables as files in the current folder, those named spoilt by a function.

    The function gets the name of the table and the table, and returns a table, a text or bytes.
    """
    monkeypatch.chdir(tmp_path)

    def save(spoil, *names):
        for name, frame in tables.items():
            spoilt = spoil(name, frame.copy()) if name in names or not names else frame
            spoilt = spoilt.to_csv(index=False) if isinstance(spoilt, pd.DataFrame) else spoilt
            spoilt = spoilt.encode() if isinstance(spoilt, str) else spoilt
            (tmp_path / f"{name}.csv").write_bytes(spoilt)

    return save


def run(capsys, *options):
    status = main(["real.csv", "synthetic.csv", "--holdout", "holdout.csv", *options])
    return status, capsys.readouterr()


def prepared(**options):
    frames, notes = read("real.csv", "synthetic.csv", "holdout.csv", **options)
    return prepare(frames["real"], frames["synthetic"], holdout=frames["holdout"], group=options.get("group")), notes


def dates(frame, form):
    return (pd.Timestamp("1980-01-01") + pd.to_timedelta(100 * frame["age"], unit="D")).dt.strftime(form)


def caret(_, frame):
    return frame.to_csv(index=False, sep="^")


def german(_, frame):
    return frame.assign(city=frame["city"].replace("Bonn", "Köln")).to_csv(index=False, sep=";", decimal=",")


def german_of_old(name, frame):
    return german(name, frame).encode("cp1252")


def with_tenth_missing(_, frame):
    return frame.mask(np.random.default_rng(1).random(frame.shape) < 0.1)


# Refused --------------------------------------------------------------------------------------------------------------

SYNTHETIC = ("synthetic",)
REFUSED = {
    "a column too few": (lambda _, t: t.drop(columns="age"), SYNTHETIC, [], "synthetic.csv lacks 'age'"),
    "a column too many": (lambda _, t: t.assign(more=1), SYNTHETIC, [], "synthetic.csv has 'more', and real.csv does"),
    "numbers with their unit": (
        lambda _, t: t.assign(age=t["age"].astype(str) + " years"),
        SYNTHETIC,
        [],
        "'age' differ: integer in real.csv",
    ),
    "a word among numbers": (
        lambda _, t: t.assign(age=[*t["age"].astype(str)[1:], "unknown"]),
        SYNTHETIC,
        [],
        "line 61 has 'unknown'. Correct the file, add the word to --missing, or pass --category 'age'",
    ),
    "an empty column": (lambda _, t: t.assign(age=np.nan), ("real",), [], "holds no value; leave it out of all tables"),
    "days or months": (
        lambda name, t: t.assign(born="01/02/2000" if name == "synthetic" else dates(t, "%Y-%m-%d")),
        (),
        [],
        "'born' differ: date in real.csv",
    ),
    "three rows": (lambda _, t: t.head(3), SYNTHETIC, [], "synthetic.csv has too few rows: 3; an audit needs"),
    "an empty file": (lambda *_: b"", SYNTHETIC, [], "synthetic.csv is empty"),
    "carets in one file": (caret, SYNTHETIC, [], "synthetic.csv was read as a single column"),
    "carets in all files": (caret, (), [], "say what separates its fields with --separator"),
    "an old encoding": (german_of_old, ("real",), [], "Pass --encoding 'cp1252' if that is right"),
    "an unknown encoding": (german_of_old, (), ["--encoding", "klingon"], "encoding 'klingon' is not known"),
    "decimals or thousands": (
        lambda _, t: pd.DataFrame({"a": [f"{1000 + v},{v + 100}"[2:] for v in t["age"]], "b": t["city"]}),
        (),
        [],
        "say which with --decimal ',' or --decimal '.'",
    ),
    "a column without a name": (lambda _, t: t.rename(columns={"age": ""}), (), [], "leave it out of all tables with"),
    "a postcode without its zero": (
        lambda name, t: t.assign(code=[f"{v % 9:0{1 if name == 'synthetic' else 4}}" for v in t["age"]]),
        (),
        [],
        "'code' differ: category in real.csv (such as '000",
    ),
    "nothing but numbers of rows": (lambda *_: pd.DataFrame({"id": range(N)}), (), [], "no column is left to compare"),
    "a target that never varies": (lambda _, t: t.assign(ill=1), (), ["--target", "ill"], "'ill' never varies"),
    "a target that is dropped": (lambda _, t: t, (), ["--target", "ill", "--drop", "ill"], "only one of the two"),
    "a misspelt column": (lambda _, t: t, (), ["--drop", "agee"], "no table has the column 'agee', which drop names"),
    "one person": (lambda name, t: t.assign(who=name), (), ["--group", "who"], "belong to 1 person(s)"),
    "a holdout of members": (
        lambda _, t: pd.concat([t, pd.read_csv("real.csv")]),
        ("holdout",),
        [],
        "take these rows out of it",
    ),
    "numbers too large": (lambda _, t: t.assign(income=t["income"] * 1e200), (), [], "or beyond 1e+100"),
    "no folder": (lambda _, t: t, (), ["-o", "nowhere/page.html"], "a file in a folder that exists"),
    "a table as output": (lambda _, t: t, (), ["-o", "real.csv"], "is one of the tables"),
    "a seed below zero": (lambda _, t: t, (), ["--seed", "-1"], "seed must be a whole number of at least 0"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_audited_is_refused_in_words(save, capsys, case):
    spoil, names, options, words = REFUSED[case]
    save(spoil, *names)
    status, said = run(capsys, *options)
    assert status == 2
    assert said.out == ""
    assert said.err.startswith("audit: ")
    assert words in said.err
    assert "Traceback" not in said.err


def test_a_file_that_is_not_there(save, capsys):
    save(lambda _, t: t)
    assert main(["real.csv", "nowhere.csv"]) == 2
    assert capsys.readouterr().err == "audit: nowhere.csv: No such file or directory\n"


# Read -----------------------------------------------------------------------------------------------------------------


def test_the_advice_of_a_refusal_helps(save):
    save(lambda _, t: t.drop(columns="age"), "synthetic")
    assert "age" not in prepared(drop=["age"])[0].kinds
    save(lambda _, t: t.assign(age=[*t["age"].astype(str)[1:], "unknown"]), "synthetic")
    assert prepared(missing_markers=["unknown"])[0].synthetic["age is missing"].sum() == 1
    save(caret, "synthetic")
    assert prepared(separator="^")[0].kinds["age"] == "integer"
    save(lambda _, t: t.assign(code=t["age"] % 5))
    assert prepared(categories=["code"])[0].kinds["code"] == "category"
    save(lambda _, t: pd.DataFrame({"a": [f"{1000 + v},{v + 100}"[2:] for v in t["age"]], "b": t["city"]}))
    assert prepared(decimal=",")[0].real["a"].max() < 100
    assert prepared(decimal=".")[0].real["a"].max() > 1000


def test_each_file_is_written_in_its_own_way(save, tables):
    """Options settle what a file leaves open, and leave the others alone."""
    save(german_of_old, "real", "holdout")
    found, notes = prepared(encoding="cp1252", decimal=",")
    assert found.real["income"].tolist() == pytest.approx(tables["real"]["income"].tolist())
    assert found.synthetic["income"].tolist() == pytest.approx(tables["synthetic"]["income"].tolist())
    assert "Köln" in set(found.real["city"])
    assert any("real.csv: the fields are separated by a semicolon" in note for note in notes)
    save(lambda name, t: german(name, t).encode("utf-8" if name == "synthetic" else "cp1252"))
    assert not any("not in the real table" in note for note in prepared(encoding="cp1252")[0].notes)


def test_truth_values_are_written_in_several_ways(save):
    save(lambda name, t: t.assign(smoker=t["smoker"].astype({"real": bool, "synthetic": int, "holdout": float}[name])))
    assert prepared()[0].kinds["smoker"] == "boolean"
    save(lambda name, t: t.assign(smoker=t["smoker"].astype(int) + (name == "holdout")), "synthetic", "holdout")
    with pytest.raises(ValueError, match="types of column 'smoker' differ"):
        prepared()


def test_rows_are_numbered_or_named_in_several_ways(save):
    save(lambda _, t: t.to_csv(), "real")
    found, notes = prepared()
    assert any("a column without a name counts the rows" in note for note in notes)
    save(lambda name, t: t.assign(id=np.random.default_rng(1).permutation(N), name=[f"{name}{i}" for i in range(N)]))
    found, _ = prepared()
    assert not {"id", "name"} & set(found.kinds)
    assert sum("left out" in note for note in found.notes) == 2
    save(lambda _, t: t.assign(id=np.random.default_rng(len(t)).choice(10**6, N, replace=False)))
    assert any("'id' differs in each row" in note for note in prepared()[0].notes)


@pytest.mark.parametrize("column", ["age", "income", "city", "smoker", "born"])
def test_a_column_may_be_empty_in_the_release(save, column):
    save(lambda _, t: t.assign(born=dates(t, "%d.%m.%Y")))
    full = prepared()[0]
    save(lambda name, t: t.assign(**{"born": dates(t, "%d.%m.%Y")} | ({column: ""} if name == "synthetic" else {})))
    found = prepared()[0]
    assert found.kinds[column] == full.kinds[column]
    missing = found.synthetic["city"] == "(missing)" if column == "city" else found.synthetic[f"{column} is missing"]
    assert missing.all()
    assert not found.synthetic.isna().any(axis=None)


def everything(name, frame):
    """Return a table with dates, names of the rows, gaps and constant columns, as text with semicolons and commas."""
    frame = frame.assign(born=dates(frame, "%d.%m.%Y"), name=[f"{name} {i}" for i in range(N)], one=1, word="x")
    return with_tenth_missing(name, frame).to_csv(index=False, sep=";", decimal=",")


def test_a_file_with_everything_at_once(save, capsys):
    save(everything)
    status, said = run(capsys, "-o", "page.html")
    assert (status, said.err) == (0, "")
    page = Path("page.html").read_text(encoding="utf-8")
    for words in ("compared as a number of days", "names its rows", "filled with", "separated by a semicolon"):
        assert words in said.out
        assert words in page
