"""The sweep: one table, whoever computes it."""

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config

from course_lib import Gaussian, Mix, Replace, self_consume, sweep


def mean_of(n, rng):
    return rng.standard_normal(n).mean()


def collapse(share, n, rng):
    real = rng.standard_normal((2, n, 1))
    metrics = {"spread": lambda reference, sample: sample.std(-2)[..., 0]}
    return self_consume(Gaussian(), real, policy=Mix(share), generations=3, rng=rng, metrics=metrics)


def table(run=mean_of, grid=None, seeds=3):
    return sweep(run, {"n": [5, 50]} if grid is None else grid, seeds=seeds, rng=np.random.default_rng(0))


COLLAPSE = dict(run=collapse, grid={"share": [0, 0.5], "n": [10, 20]}, seeds=2)


def test_every_setting_is_run_once_for_each_seed_in_order():
    found = table(run=lambda a, b, rng: 10 * a + b, grid={"a": [1, 2], "b": [3, 4]}, seeds=2)
    assert found.columns.tolist() == ["a", "b", "seed", "value"]
    assert found.values.tolist() == [
        [a, b, seed, 10 * a + b] for a in (1, 2) for b in (3, 4) for seed in (0, 1)
    ]  # fmt: skip


def test_each_cell_has_a_random_generator_of_its_own():
    first = table(grid={"n": [5, 5]})
    assert first["value"].nunique() == 6
    pd.testing.assert_frame_equal(first, table(grid={"n": [5, 5]}))


def test_a_history_fills_many_rows():
    found = table(**COLLAPSE)
    assert found.columns.tolist() == ["share", "n", "seed", "generation", "replicate", "score", "value"]
    assert len(found) == 2 * 2 * 2 * (4 * 2)
    assert found.groupby(["share", "n", "seed"]).size().eq(8).all()


def test_settings_one_by_one_and_results_as_dicts_or_tables():
    found = table(
        run=lambda policy, rng, n=2: {"name": repr(policy), "double": 2 * n},
        grid=[{"policy": Replace()}, {"policy": Mix(0.5), "n": 3}],
        seeds=1,
    )
    assert found["name"].tolist() == ["Replace()", "Mix(real_fraction=0.5)"]
    assert found["double"].tolist() == [4, 6]
    rows = pd.DataFrame({"x": [1.0, 2.0]}, index=[7, 7])
    assert table(run=lambda n, rng: rows, grid={"n": [5]}, seeds=1).values.tolist() == [[5, 0, 1.0], [5, 0, 2.0]]


def test_a_grid_of_nothing_repeats_one_experiment():
    assert table(run=lambda rng: rng.random(), grid={}, seeds=4).shape == (4, 2)


def test_the_table_does_not_depend_on_the_number_of_workers():
    with parallel_config(n_jobs=2):
        pd.testing.assert_frame_equal(table(**COLLAPSE), ONE_WORKER)


@pytest.mark.filterwarnings("error")
def test_the_same_call_runs_on_a_dask_cluster():
    from distributed import Client

    with (
        Client(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as client,
        parallel_config(backend="dask"),
    ):
        pd.testing.assert_frame_equal(table(**COLLAPSE), ONE_WORKER)
        assert sum(client.run(lambda dask_worker: dask_worker.state.executed_count).values()) > 0


ONE_WORKER = table(**COLLAPSE)

BAD = {
    "no values": (dict(grid={"n": []}), r"^grid holds no setting: \{'n': \[\]\}; every argument needs"),
    "no settings": (dict(grid=[]), r"^grid holds no setting: \[\]"),
    "one value bare": (dict(grid={"n": 5}), r"^grid\['n'\] must be a sequence of values, got 5$"),
    "one word bare": (dict(grid={"n": "ab"}), r"^grid\['n'\] must be a sequence of values, got 'ab'$"),
    "no seeds": (dict(seeds=0), r"^seeds must be a whole number of at least 1, got 0$"),
    "an argument named rng": (dict(grid={"rng": [1]}), r"^grid names \['rng'\]"),
    "an argument named seed": (dict(grid=[{"n": 1}, {"seed": 1}]), r"^grid names \['seed'\]"),
    "nothing returned": (dict(run=lambda n, rng: None), r"^run must return a History.*got NoneType$"),
    "an array returned": (dict(run=lambda n, rng: np.ones(3)), r"^run must return a History.*got ndarray$"),
    "a column twice": (dict(run=lambda n, rng: {"n": 1}), r"^run returned the columns \['n'\]"),
}


@pytest.mark.parametrize(("change", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input(change, message):
    with pytest.raises(ValueError, match=message):
        table(**change)


def test_a_seed_is_not_a_generator():
    with pytest.raises(ValueError, match=r"^rng must be a numpy.random.Generator.*got int$"):
        sweep(mean_of, {"n": [5]}, seeds=1, rng=0)
