"""Annotation: annotators, agreement, audits and errors against arithmetic, laws and other implementations; copies."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from course_lib import annotation, contamination, labour
from course_lib.artefacts import Guideline, Portfolio

# Annotators -----------------------------------------------------------------------------------------------------------


def test_an_annotator_draws_labels_as_the_records_look():
    likely = np.tile([0.2, 0.5, 0.3], (50_000, 1))
    share = np.bincount(annotation.annotate(likely, care=1, rng=np.random.default_rng(0))) / 50_000
    assert np.abs(share - [0.2, 0.5, 0.3]).max() < 5 * np.sqrt(0.25 / 50_000)
    squares = np.array([0.04, 0.25, 0.09])
    share = np.bincount(annotation.annotate(10 * likely, care=2, rng=np.random.default_rng(0))) / 50_000
    assert np.abs(share - squares / squares.sum()).max() < 5 * np.sqrt(0.25 / 50_000)


def test_an_annotator_never_gives_a_label_that_a_record_cannot_have():
    likely = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]).repeat(1000, 0)
    assert (annotation.annotate(likely, care=0.1, rng=np.random.default_rng(0)) == likely.argmax(1)).all()


def test_an_annotator_follows_a_share_of_the_suggestions():
    likely = np.tile([1.0, 0.0], (20_000, 1))
    labels = annotation.annotate(likely, care=1, rng=np.random.default_rng(0), suggestion=np.ones(20_000), follow=0.3)
    assert abs(labels.mean() - 0.3) < 5 * np.sqrt(0.21 / 20_000)


# Agreement ------------------------------------------------------------------------------------------------------------


def test_kappa_by_hand():
    # 20 and 15 agreed of 50; 25 and 30 of the first kind: chance 0.5 x 0.6 + 0.5 x 0.4
    first = np.repeat([0, 0, 1, 1], [20, 5, 10, 15])
    second = np.repeat([0, 1, 0, 1], [20, 5, 10, 15])
    found = annotation.cohen_kappa(first, second)
    assert (found.agreed, found.by_chance, found.n) == (0.7, pytest.approx(0.5), 50)
    assert found.kappa == pytest.approx(0.4)


def test_kappa_is_that_of_scikit_learn_for_any_labels():
    rng = np.random.default_rng(0)
    first, second = rng.choice(["a", "b", "c"], (2, 80))
    assert annotation.cohen_kappa(first, second).kappa == pytest.approx(cohen_kappa_score(first, second))


def test_the_interval_of_kappa_holds_the_true_value_as_often_as_it_says():
    # 2 labels with shares 0.7 and 0.3; the second annotator repeats the first in 60% and draws anew else: κ = 0.6
    rng, held = np.random.default_rng(0), []
    for _ in range(1000):
        first, other = rng.random((2, 200)) < 0.3
        found = annotation.cohen_kappa(first, np.where(rng.random(200) < 0.6, first, other))
        held.append(found.low <= 0.6 <= found.high)
    assert 0.93 - 5 * 0.007 < np.mean(held) < 0.95 + 5 * 0.007


def test_a_higher_level_is_wider_and_stays_below_one():
    first = np.repeat([0, 1], 40)
    second = np.where(np.arange(80) == 3, 1, first)
    narrow, wide = (annotation.cohen_kappa(first, second, level=level) for level in (0.8, 0.99))
    assert wide.low < narrow.low < narrow.kappa < narrow.high <= wide.high <= 1


# Gold sets ------------------------------------------------------------------------------------------------------------


def test_an_audit_counts_each_stratum_and_gives_exact_intervals():
    labels = np.array([1, 1, 2, 2, 2, 1, 1, 1, 1, 1])
    found = annotation.gold_audit(labels, np.ones(10), np.repeat(["a", "b"], 5))
    assert found["items"].tolist() == [10, 5, 5]
    assert found["wrong"].tolist() == [3, 3, 0]
    assert found.loc["b", "low"] == 0
    assert found.loc["b", "high"] == pytest.approx(1 - 0.025 ** (1 / 5))  # none of five: the one-sided part is exact
    assert found.loc["all", ["low", "high"]].tolist() == pytest.approx([0.0667, 0.6525], abs=1e-4)  # Clopper & Pearson


@pytest.mark.parametrize(("share", "level"), [(0.01, 0.95), (0.05, 0.9), (0.3, 0.99)])
def test_clean_items_is_the_least_number_that_is_enough(share, level):
    n = annotation.clean_items(share, level=level)
    assert (1 - share) ** n <= 1 - level < (1 - share) ** (n - 1)


def test_errors_are_counted_by_what_was_taken_for_what():
    gold = np.array([1, 1, 1, 2, 2, 3])
    given = np.array([2, 2, 1, 1, 2, 3])
    found = annotation.error_taxonomy(given, gold, {(1, 2): "slip"})
    assert found[["right", "given", "times", "back"]].to_numpy().tolist() == [[1, 2, 2, 1], [2, 1, 1, 2]]
    assert found["of right"].tolist() == pytest.approx([2 / 3, 1 / 2])
    assert found["kind"].tolist() == ["slip", "not yet named"]
    assert annotation.error_taxonomy(gold, gold).empty


# Copies ---------------------------------------------------------------------------------------------------------------


def test_copies_raise_the_correlation_as_the_law_says():
    rng, n, rho, copied = np.random.default_rng(0), 100_000, 0.5, 0.4
    people, noise = rng.standard_normal((2, n))
    machine = rho * people + np.sqrt(1 - rho**2) * noise
    handed_in = np.where(rng.random(n) < copied, machine, people)
    found = np.corrcoef(handed_in, machine)[0, 1]
    assert abs(found - contamination.seen_correlation(rho, copied)) < 5 / np.sqrt(n)


@pytest.mark.parametrize("n", [50, 400])
def test_copies_bring_the_machines_error_back_whatever_the_number_of_labels(n):
    rng, runs, copied = np.random.default_rng(0), 4000, 0.4
    people, noise = rng.standard_normal((2, runs, n))
    machine = 0.8 * people + 0.6 * noise + 1.5
    handed_in = np.where(rng.random((runs, n)) < copied, machine, people)
    everything = np.broadcast_to(np.array([0.5, 2.5]), (runs, 2))  # mean 1.5, as the machine's
    estimate = labour.prediction_powered_mean(handed_in, machine, everything, weight=0.7)[0]
    assert abs(estimate.mean() - contamination.returned_bias(copied, 1.5)) < 5 * estimate.std() / np.sqrt(runs)


@pytest.mark.parametrize("copied", [0.0, 0.4, 0.9])
def test_the_share_of_copies_is_estimated_without_bias(copied):
    rng, found = np.random.default_rng(0), []
    for _ in range(300):
        truth = rng.integers(0, 4, 500)
        machine = np.where(rng.random(500) < 0.7, truth, (truth + 1) % 4)
        own, blind = (np.where(rng.random(500) < 0.8, truth, (truth + rng.integers(1, 3, 500)) % 4) for _ in range(2))
        found.append(
            contamination.copied_share(np.where(rng.random(500) < copied, machine, own), blind, machine, truth)
        )
    assert abs(np.mean(found) - copied) < 5 * np.std(found) / np.sqrt(300) + 0.002  # a ratio's bias is of order 1/n


def test_the_share_of_copies_by_hand():
    truth, machine = np.zeros(6, int), np.array([1, 1, 1, 1, 0, 0])
    helped, blind = np.array([1, 1, 1, 0, 0, 0]), np.array([1, 0, 2, 0, 0, 0])
    assert contamination.copied_share(helped, blind, machine, truth) == pytest.approx((0.75 - 0.25) / 0.75)


# Pieces of work -------------------------------------------------------------------------------------------------------

CASES = [("a < b", "left", "it is smaller"), ("a = b", "none", "a tie"), ("no a", "none", "nothing to compare")]
WORDS = {"title": "Sizes", "question": "Which is larger?", "rules": ["Look."], "if_undecided": "say so"}


def test_a_guideline_shows_all_that_it_holds():
    guideline = Guideline(**WORDS, edge_cases=CASES)
    assert "a &lt; b" in guideline.html()
    for part in ("Sizes", "Which is larger?", "Look.", "say so", *(part for case in CASES for part in case)):
        assert part in guideline.text()


@pytest.mark.parametrize("change", [{"edge_cases": CASES[:2]}, {"rules": []}, {"edge_cases": [("a", "b")] * 3}])
def test_a_guideline_needs_rules_and_edge_cases(change):
    with pytest.raises(ValueError, match="at least three of"):
        Guideline(**(WORDS | {"edge_cases": CASES} | change))


def test_a_guideline_refuses_an_empty_text():
    with pytest.raises(ValueError, match="none empty"):
        Guideline(**(WORDS | {"question": " "}), edge_cases=CASES)


def test_a_portfolio_is_stored_only_when_asked_for(tmp_path):
    page = Portfolio("Work", about="Simulated.").add("One", "<p>1</p>").add("Two", "<p>2</p>").add("One", "<p>3</p>")
    text = page.html()
    assert "<h2>One</h2><p>3</p>" in text
    assert text.count("<section>") == 2
    assert "Simulated." in text
    assert list(tmp_path.iterdir()) == []
    assert page.save(tmp_path / "work.html").read_text(encoding="utf-8") == text


# Bad input ------------------------------------------------------------------------------------------------------------

RNG = np.random.default_rng(0)
ONE = np.ones((2, 2))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: annotation.annotate(np.zeros((2, 2)), care=1, rng=RNG), "likely must have two axes"),
        (lambda: annotation.annotate(-ONE, care=1, rng=RNG), "likely must have two axes"),
        (lambda: annotation.annotate(ONE, care=0, rng=RNG), "care must be"),
        (lambda: annotation.annotate(ONE, care=1, rng=0), "rng must be"),
        (lambda: annotation.annotate(ONE, care=1, rng=RNG, follow=0.5), "suggestion must be given"),
        (lambda: annotation.annotate(ONE, care=1, rng=RNG, suggestion=[1], follow=0.5), "one label per record"),
        (lambda: annotation.cohen_kappa([1, 1], [1, 1]), "κ is 0/0"),
        (lambda: annotation.cohen_kappa([1, 2], [1]), "first and second must be labels"),
        (lambda: annotation.cohen_kappa([1, 2], [1, 2], level=1), "level between 0 and 1"),
        (lambda: annotation.gold_audit([1], [1, 2]), "labels and gold must be alike"),
        (lambda: annotation.gold_audit([1, 2], [1, 2], ["a"]), "strata has shape"),
        (lambda: annotation.clean_items(0), "share and level must lie"),
        (lambda: annotation.error_taxonomy([], []), "labels and gold must be alike"),
        (lambda: contamination.copied_share([1], [1], [1], [1]), "machine must err somewhere"),
        (lambda: contamination.copied_share([1], [2], [2], [1]), "blind must not repeat"),
        (lambda: contamination.copied_share([1], [1, 2], [1], [1]), "must be alike"),
        (lambda: contamination.seen_correlation(0.5, 1.2), "copied must be"),
        (lambda: Portfolio("", about="x"), "title and about"),
        (lambda: Portfolio("x", about="x").add("", "x"), "a piece needs"),
        (lambda: Portfolio("x", about="x").save("page.txt"), r"path must end in \.html"),
    ],
)
def test_bad_input(call, words):
    with pytest.raises(ValueError, match=words):
        call()
