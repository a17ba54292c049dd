"""The audit as a tool: its errors, its report as table and page, the command line, and that nothing is sent."""

import ast
import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from audit_tables import truth
from bs4 import BeautifulSoup

from course_lib.audit import FAILED, HELD, NOT_SHOWN, audit
from course_lib.audit.__main__ import main
from course_lib.audit.statistics import auc_interval, effective_number
from course_lib.data import read_csv

FOLDER = Path(sys.modules["course_lib.audit"].__file__).parent


@pytest.fixture(scope="module")
def tables():
    rng = np.random.default_rng(0)
    return [truth(300, rng) for _ in range(3)]


@pytest.fixture(scope="module")
def report(tables):
    real, release, holdout = tables
    release = pd.concat([real.head(200), release.tail(100)], ignore_index=True)
    return audit(real, release, holdout=holdout, target="ill", rng=np.random.default_rng(0))


def call(real, synthetic, **arguments):
    return audit(real, synthetic, rng=np.random.default_rng(0), questions=["columns"], **arguments)


# Errors ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda t: t.drop(columns="age"), r"columns differ: synthetic lacks \['age'\]"),
        (lambda t: t.assign(extra=1), r"columns differ: synthetic has \['extra'\] in addition"),
        (lambda t: t.head(20), "synthetic has too few rows: 20"),
        (lambda t: t.assign(age=t["age"].astype(str)), "types of column 'age' differ: integer in real"),
        (lambda t: t.assign(smoker="yes"), "types of column 'smoker' differ"),
        (lambda t: t.assign(income=np.inf), "'income' of synthetic holds infinite"),
        (lambda t: t.to_numpy(), "synthetic must be a pandas DataFrame"),
        (lambda t: t.assign(city=[["Aix"]] * len(t)), "'city' of synthetic holds lists"),
    ],
)
def test_what_does_not_fit_is_named(tables, spoil, words):
    with pytest.raises(ValueError, match=words):
        call(tables[0], spoil(tables[1]))


def test_arguments_that_do_not_fit(tables):
    real, release, holdout = tables
    with pytest.raises(ValueError, match=r"target names the column 'il'.*'ill'"):
        call(real, release, target="il")
    with pytest.raises(ValueError, match="holdout is the real table itself"):
        call(real, release, holdout=real)
    with pytest.raises(ValueError, match="3 persons of the holdout stand in real, too"):
        call(real.assign(who=range(300)), release, holdout=holdout.assign(who=range(297, 597)), group="who")
    with pytest.raises(ValueError, match="group names the column 'whom'"):
        call(real, release, group="whom")
    with pytest.raises(ValueError, match="questions names 'privacy'"):
        audit(real, release, rng=np.random.default_rng(0), questions=["privacy"])
    with pytest.raises(ValueError, match="'people' has no tolerance"):
        audit(real, release, rng=np.random.default_rng(0), questions=["people"], tolerances={"people": 0.1})
    with pytest.raises(ValueError, match="level"):
        call(real, release, level=0.2)


def test_missing_values_dates_and_identifiers_are_handled_and_noted(tables):
    def more(frame, seed):
        rng = np.random.default_rng(seed)
        frame = frame.assign(
            born=pd.Timestamp("1970-01-01") + pd.to_timedelta(rng.integers(0, 9000, 300), unit="D"),
            name=[f"person {seed} {i}" for i in range(300)],
            city=frame["city"].where(rng.random(300) > 0.1),
        )
        frame.loc[rng.random(300) < 0.1, "weight"] = np.nan
        return frame

    before = more(tables[0], 1)
    kept = before.copy()
    result = call(before, more(tables[1], 2))
    pd.testing.assert_frame_equal(before, kept)
    assert "name" not in result["columns"].details["gaps"]
    assert {"born", "weight is missing"} <= set(result["columns"].details["gaps"])
    said = " ".join(result.notes)
    assert "'name' names its rows" in said
    assert "'born' is compared as a number of days" in said


def test_types_that_pandas_uses_for_gaps_and_for_numbers_as_names(tables):
    def gaps(frame):
        frame = frame.astype({"smoker": object, "visits": "Int64", "income": "float32"})
        frame.loc[3, ["smoker", "visits"]] = None
        return frame.assign(seen=pd.date_range("2020-01-01", periods=len(frame), tz="Europe/Paris")[::-1])

    result = audit(*map(gaps, tables[:2]), rng=np.random.default_rng(0), questions=["columns", "collapse"])
    assert {"smoker is missing", "visits is missing", "seen"} <= set(result["columns"].details["gaps"])
    numbered = [table.set_axis(range(8), axis=1) for table in tables[:2]]
    audit(*numbered, rng=np.random.default_rng(0), questions=["pairs", "use", "collapse"], target=7).html()
    with pytest.raises(ValueError, match="'smoker is missing' is to say where"):
        call(*(gaps(table).assign(**{"smoker is missing": 0}) for table in tables[:2]))


def test_invented_categories_are_noted_and_count(tables):
    result = call(tables[0], tables[1].assign(city="Atlantis"))
    assert result.verdict("columns") == FAILED
    assert "Atlantis" in " ".join(result.notes)


# Report ---------------------------------------------------------------------------------------------------------------


def test_frame(report):
    frame = report.frame()
    assert frame.index.name == "question"
    assert {"verdict", "estimate", "low", "high", "what", "test", "next_step"} <= set(frame)
    assert set(frame["verdict"]) <= {FAILED, NOT_SHOWN, HELD}
    assert not frame["verdict"].str.contains("private").any()
    measured = frame.dropna(subset="estimate")
    assert len(measured) >= 10
    assert (measured["low"] <= measured["high"]).all()
    assert frame[["what", "test", "found", "next_step"]].map(len).min().min() > 3
    assert report.verdict("membership") == FAILED
    with pytest.raises(ValueError, match=r"'peple' was not asked.*people"):
        report.verdict("peple")


def test_page_stands_alone_and_can_be_read_by_everybody(report, tmp_path):
    path = report.save(tmp_path / "report.html")
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    assert page.html["lang"] == "en"
    assert page.title.text
    assert len(page.find_all("h1")) == 1
    assert page.main is not None
    levels = [int(head.name[1]) for head in page.find_all(["h1", "h2", "h3"])]
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert all(len(picture["alt"]) > 50 for picture in page.find_all("img"))
    assert all(picture["src"].startswith("data:image/png;base64,") for picture in page.find_all("img"))
    assert all(figure.figcaption.text for figure in page.find_all("figure"))
    assert all(table.caption and table.find("th", scope="row") for table in page.find_all("table"))
    assert page.find_all(["script", "link", "iframe", "form"]) == []
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids)) == len(report.answers)
    for verdict in page.find_all(class_="verdict"):
        assert verdict.strong.text[2:] in (FAILED, NOT_SHOWN, HELD)
    assert "http" not in path.read_text(encoding="utf-8")


# Command line ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def files(tables, tmp_path):
    for name, frame in zip(("real", "synthetic", "holdout"), tables, strict=True):
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    return tmp_path


def test_command_line_end_to_end(files):
    command = [sys.executable, "-m", "course_lib.audit", "real.csv", "synthetic.csv", "--holdout", "holdout.csv"]
    ran = subprocess.run([*command, "-o", "report.html"], cwd=files, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "people" in ran.stdout
    assert "The report is in report.html." in ran.stdout
    assert "<h1>Audit of a synthetic table</h1>" in (files / "report.html").read_text(encoding="utf-8")


def test_command_line_says_what_is_wrong(files, tables, capsys):
    real, release = str(files / "real.csv"), str(files / "synthetic.csv")

    def run(*arguments):
        status = main([*arguments])
        return status, capsys.readouterr().err

    tables[1].drop(columns=["age", "city"]).to_csv(release, index=False)
    status, said = run(real, release)
    assert status == 2
    assert "columns differ" in said
    assert "'age', 'city'" in said
    tables[1].assign(age="old").to_csv(release, index=False)
    status, said = run(real, release)
    assert (status, "types of column 'age' differ" in said) == (2, True)
    tables[1].head(5).to_csv(release, index=False)
    status, said = run(real, release)
    assert (status, "too few rows: 5" in said) == (2, True)
    status, said = run(real, str(files / "nowhere.csv"))
    assert (status, "nowhere.csv" in said) == (2, True)
    assert run(real, real, "--drop", "agee")[1].count("agee") == 1


def test_command_line_with_several_rows_of_a_person(files, tables, capsys):
    for seed, name in enumerate(("real", "holdout")):
        tables[2 * seed].assign(who=[f"p{seed}{i // 3}" for i in range(300)]).to_csv(files / f"{name}.csv", index=False)
    tables_ = [str(files / f"{name}.csv") for name in ("real", "synthetic", "holdout")]
    status = main([*tables_[:2], "--holdout", tables_[2], "--group", "who", "-o", str(files / "page.html")])
    said = capsys.readouterr()
    assert (status, said.err) == (0, "")
    assert "100 people in the real table" in (files / "page.html").read_text(encoding="utf-8")


def test_a_released_column_may_be_constant(files, tables):
    tables[1].assign(visits=0).to_csv(files / "synthetic.csv", index=False)
    report = audit(
        read_csv(files / "real.csv"),
        pd.read_csv(files / "synthetic.csv").assign(city=lambda t: t["city"]),
        rng=np.random.default_rng(0),
        questions=["columns", "pairs", "variety"],
    )
    assert report.verdict("columns") == FAILED


# Small parts ----------------------------------------------------------------------------------------------------------


def test_auc_interval_is_that_of_the_library():
    from course_lib import metrics

    rng = np.random.default_rng(1)
    a, z, h = (rng.standard_normal((n, 2)) for n in (300, 200, 250))
    known = metrics.membership_attack(a, z, holdout=h)
    near, far = (np.sqrt(((x[:, None] - z) ** 2).sum(-1)).min(1) for x in (a, h))
    area, low, high = auc_interval(-near, -far, 0.95)
    assert area == pytest.approx(known["auc"])
    assert [low, high] == pytest.approx([known["low"], known["high"]], abs=0.002)  # normal in place of Student's


def test_effective_number():
    assert effective_number(np.arange(10)) == 10
    assert effective_number(np.repeat(np.arange(10), 4)) == 10
    assert effective_number(np.array([0, 0, 0, 1])) == pytest.approx(1.6)


def test_nothing_that_could_send_is_imported():
    banned = {
        "socket",
        "http",
        "urllib",
        "requests",
        "httpx",
        "ftplib",
        "smtplib",
        "ssl",
        "asyncio",
        "aiohttp",
        "webbrowser",
    }
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & banned, path


def test_an_audit_opens_no_connection(tables, monkeypatch):
    import socket

    def refuse(*_, **__):
        raise AssertionError("an audit tried to open a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    audit(*tables[:2], rng=np.random.default_rng(0), questions=["columns", "membership"]).html()
