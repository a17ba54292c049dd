"""The health insurance table: what its docstring says of it, and splits that keep a group together."""

from dataclasses import replace

import numpy as np
import pytest
from statsmodels.datasets import randhie

from course_lib.data import Table, health, read_csv


@pytest.fixture(scope="module")
def table():
    return health()


@pytest.fixture(scope="module")
def source():
    return randhie.load_pandas().data


def test_it_is_a_table_with_the_kinds_of_its_columns(table):
    assert isinstance(table, Table)
    assert table.n == 20_190
    assert list(table.kinds) == list(table.frame)
    dtypes = {name: str(dtype) for name, dtype in table.frame.dtypes.items()}
    expected = {"integer": "int64", "numeric": "float64", "boolean": "bool", "category": "category"}
    assert dtypes == {name: expected[kind] for name, kind in table.kinds.items()}
    assert not table.frame.isna().any().any()
    assert "public domain" in table.about.licence
    assert "disease index" in repr(table)


def test_the_columns_are_the_source_undone(table, source):
    frame = table.frame
    np.testing.assert_array_equal(frame["visits"], source["mdvis"])
    np.testing.assert_allclose(np.log(frame["coinsurance"] + 1), source["lncoins"], atol=1e-5)
    for name, logarithm in {"incentive": "lpi", "spending cap": "fmde"}.items():
        # half a dollar of rounding, at amounts of 12 and more
        np.testing.assert_allclose(np.log(np.maximum(frame[name], 1)), source[logarithm], atol=0.5 / 11)
    dummies = [frame["health"].eq(rating) for rating in ("good", "fair", "poor")]
    np.testing.assert_array_equal(np.column_stack(dummies), source[["hlthg", "hlthf", "hlthp"]])
    assert list(frame["health"].cat.categories) == ["excellent", "good", "fair", "poor"]
    assert frame["health"].cat.ordered


def test_what_the_docstring_counts(table):
    frame, sizes = table.frame, np.bincount(table.groups)
    assert set(frame["coinsurance"]) == {0, 25, 50, 95, 100}
    assert (frame["visits"] == 0).mean() == pytest.approx(0.31, abs=0.005)
    assert frame["visits"].max() == 77
    assert frame["visits"].mean() == pytest.approx(2.9, abs=0.05)
    assert frame["limitation"].between(0, 1, inclusive="neither").mean() == pytest.approx(0.05, abs=0.005)
    index = frame["disease index"]
    assert (index.nunique(), index.max()) == (31, 58.6)
    fine = index[index != index.round(1)]
    assert fine.nunique() == 4
    assert len(fine) / table.n == pytest.approx(0.40, abs=0.005)
    poor = frame["health"] == "poor"
    assert poor.sum() == 302
    assert len(set(table.groups[poor])) == 88
    assert (len(sizes), np.median(sizes), sizes.max()) == (2742, 3, 219)


def test_a_group_is_what_is_equal_in_all_but_visits(table):
    columns = table.frame.drop(columns="visits")
    assert len(columns.assign(group=table.groups).drop_duplicates()) == len(columns.drop_duplicates()) == 2742
    stretch = (columns != columns.shift()).any(axis=1).cumsum().value_counts()
    assert stretch.isin([3, 5]).mean() == pytest.approx(0.82, abs=0.005)


@pytest.mark.parametrize("seed", range(3))
def test_a_split_keeps_groups_together_unless_they_are_left_out(table, seed):
    train, test = table.split(0.3, rng=np.random.default_rng(seed))
    assert not set(train.groups) & set(test.groups)
    assert train.n + test.n == table.n
    assert list(test.frame.index) == list(range(test.n))
    np.testing.assert_array_equal(test.frame["visits"], table.frame["visits"].to_numpy()[test.lines - 2])
    by_row = replace(table, groups=None).split(0.3, rng=np.random.default_rng(seed))
    assert by_row[1].n == 6057
    assert set(table.groups[by_row[0].lines - 2]) & set(table.groups[by_row[1].lines - 2])


def test_rows_can_be_taken_by_number_or_mask(table):
    poor = table.take((table.frame["health"] == "poor").to_numpy())
    assert poor.n == len(poor.groups) == len(poor.lines) == 302
    assert table.take(np.array([5, 5, 1])).frame["visits"].tolist() == [0, 0, 2]


def test_a_table_of_ones_own_can_be_split_too(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("a,b\n" + "".join(f"{i},{i * i}\n" for i in range(20)))
    train, test = read_csv(path).split(0.25, rng=np.random.default_rng(0))
    assert (train.n, test.n) == (15, 5)
    assert sorted([*train.frame["a"], *test.frame["a"]]) == list(range(20))
    np.testing.assert_array_equal(test.frame["a"], test.lines - 2)
    with pytest.raises(ValueError, match="test_fraction must be a share between 0 and 1"):
        train.split(2, rng=np.random.default_rng(0))
