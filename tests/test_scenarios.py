"""Scenarios: every assumption has a range and a source, the pool obeys its law, nonsense is refused."""

import re

import numpy as np
import pytest

from course_lib import scenarios, theory
from course_lib.scenarios import ASSUMPTIONS, FIXED, run, share_left


@pytest.mark.parametrize(("name", "each"), [*ASSUMPTIONS.items(), *FIXED.items()])
def test_every_assumption_has_a_range_and_a_source(name, each):
    assert each.low <= each.base <= each.high
    assert each.low < each.high
    assert re.search(r"\b(19|20)\d\d\b", each.source) or "assumption" in each.source.lower()
    assert "assumption" in each.source.lower()  # no source knows the year 2045
    assert each.short
    assert each.meaning


def test_the_run_takes_every_assumption():
    import inspect

    assert {*ASSUMPTIONS, *FIXED} <= inspect.signature(run).parameters.keys()
    assert scenarios.base.keys() == scenarios.low.keys() == scenarios.high.keys() == ASSUMPTIONS.keys()


@pytest.mark.parametrize("synthetic", [0.3, 0.9])
@pytest.mark.parametrize("keep", [0, 1])
def test_without_a_filter_the_average_share_stays(synthetic, keep):
    left = share_left(run(synthetic=synthetic, filter=0, apart=0, keep=keep))
    np.testing.assert_allclose(left, 1, atol=1e-9)


def test_without_chance_the_drawn_pool_is_met_on_average():
    exact = share_left(run())[-1, 0, 0]
    drawn = share_left(run(records=2000, runs=400, rng=np.random.default_rng(0)))[-1, 0]
    assert abs(drawn.mean() - exact) < 5 * drawn.std() / 20


def test_the_law_of_a_pool_that_forgets():
    # Half of the new records are synthetic, so h = 0.5. The group is so rare that its loss shrinks nothing.
    settings = dict(people=1, synthetic=0.5, marked=0, usable=1.0, apart=0, keep=0, rare=1e-5)
    left = share_left(run(filter=0.2, **settings), rare=1e-5)[:, 0, 0]
    np.testing.assert_allclose(left, theory.filtered_share(0.2, 0.5, np.arange(21)), rtol=1e-4)


def test_the_law_at_its_ends():
    np.testing.assert_allclose(theory.filtered_share([0, 0, 0.5, 1], [0.3, 0, 0, 0.5]), [1, 1, 0, 0])
    assert theory.filtered_share(0.3, 0.2, 0) == 1
    with pytest.raises(ValueError, match="loss"):
        theory.filtered_share(1.5, 0.2)


def test_settings_side_by_side():
    together = share_left(run(filter=np.array([0.0, 0.3]), apart=np.array([0.5, 1.0])), over="each")
    assert together.shape == (21, 2, 1, 3)
    alone = share_left(run(filter=0.3, apart=1.0), over="each")
    np.testing.assert_allclose(together[:, 1], alone[:, 0], rtol=1e-12)


def test_apart_the_group_is_known_to_the_maker_it_lives_with():
    left = share_left(run(apart=1.0, filter=0.0), over="each")[-1, 0, 0]
    assert left[0] > 1 > left[1]
    np.testing.assert_allclose(left[1], left[2])


def test_the_average_and_the_least_come_from_each():
    history = run(apart=1.0)
    each = share_left(history, over="each")
    np.testing.assert_allclose(share_left(history), each.mean(-1))
    np.testing.assert_allclose(share_left(history, over="least"), each.min(-1))


def test_a_large_group_fills_more_than_one_slice():
    assert np.isfinite(share_left(run(makers=10, rare=0.2), rare=0.2)).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"synthetic": 1.0}, "synthetic"),
        ({"filter": -1.1}, "filter"),
        ({"usable": 1.1}, "usable"),
        ({"people": np.ones((2, 2))}, "people"),
        ({"makers": 0}, "makers"),
        ({"stock": 0}, "stock"),
        ({"records": 10}, "rng"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        run(**arguments)


def test_an_unknown_view_is_refused():
    with pytest.raises(ValueError, match="over"):
        share_left(run(), over="most")
