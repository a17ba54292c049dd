"""The table codec: round trips, names and types, ranges, categories, replicates in a loop, bad input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.exceptions import NotFittedError

from course_lib import Gaussian, Records, Replace, self_consume
from course_lib.data import TableCodec, health, read_csv

FRAME = pd.DataFrame(
    {
        "size": [1.25, 2.5, 4.0, 0.75],
        "visits": [0, 0, 3, 40],
        "ill": [False, True, True, False],
        "town": pd.Categorical(["Ulm", "Bonn", "Köln", "Ulm"]),
        "sex": pd.Categorical(["f", "m", "f", "f"]),
        "rating": pd.Categorical(["low", "high", "low", "low"], categories=["low", "mid", "high"], ordered=True),
    }
)


@pytest.fixture(scope="module")
def table():
    return health()


@pytest.mark.parametrize("skewed", [(), "visits", ("visits", "size")])
def test_what_is_encoded_comes_back(skewed):
    codec = TableCodec(skewed=skewed).fit(FRAME)
    pd.testing.assert_frame_equal(codec.decode(codec.encode(FRAME)), FRAME)


def test_the_encoded_columns_are_named_and_scaled():
    codec = TableCodec().fit(FRAME)
    x = codec.encode(FRAME)
    assert codec.names_ == ("size", "visits", "ill", "town = Bonn", "town = Köln", "town = Ulm", "sex", "rating")
    np.testing.assert_allclose(x[:, :2].mean(0), 0, atol=1e-15)
    np.testing.assert_allclose(x[:, :2].std(0), 1)
    np.testing.assert_array_equal(x[:, 2], [-1, 1, 1, -1])
    np.testing.assert_array_equal(x[:, 3:6], [[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    np.testing.assert_array_equal(x[:, 6:], [[-1, -1], [1, 1], [-1, -1], [-1, -1]])


def test_whatever_a_model_draws_becomes_rows_of_the_table():
    codec = TableCodec(skewed="visits").fit(FRAME)
    drawn = codec.decode(10 * np.random.default_rng(0).standard_normal((500, 8)))
    pd.testing.assert_series_equal(drawn.dtypes, FRAME.dtypes)
    for name in ("size", "visits"):
        assert (drawn[name].min(), drawn[name].max()) == (FRAME[name].min(), FRAME[name].max())
    np.testing.assert_array_equal(drawn["size"], drawn["size"].round(2))
    assert set(drawn["rating"]) == {"low", "mid", "high"}  # the type allows "mid", though no row has it


def test_the_real_table_comes_back_with_its_kinds(table):
    skewed = ["visits", "incentive", "spending cap", "disease index"]
    train, test = table.split(0.5, rng=np.random.default_rng(0))
    codec = TableCodec(skewed=skewed).fit(train)
    x = codec.encode(train)
    pd.testing.assert_frame_equal(codec.decode(x), train.frame)
    np.testing.assert_array_equal(codec.round_trip(x).x, x)
    # other rows come back, too, up to values that no training row comes near
    back, original = codec.decode(codec.encode(test)), test.frame
    assert (back == original).mean().min() > 0.999


def test_a_quantile_transform_makes_a_skewed_column_normal():
    values = np.exp(2 * np.random.default_rng(0).standard_normal(2000))
    codec = TableCodec(skewed="cost").fit(pd.DataFrame({"cost": values}))
    x = codec.encode(pd.DataFrame({"cost": values}))
    assert stats.kstest(x[:, 0], stats.norm.cdf).statistic < 0.002  # these are the ranks themselves
    np.testing.assert_allclose(codec.decode(x)["cost"], values)


def test_the_ends_of_a_skewed_column_stand_in_the_middle_of_their_share():
    frame = pd.DataFrame({"visits": [0] * 60 + [1] * 30 + [9] * 10})
    x = TableCodec(skewed="visits").fit(frame).encode(frame)[:, 0]
    np.testing.assert_allclose(x[[0, 70, 99]], stats.norm.ppf([0.30, 0.75, 0.95]), atol=0.02)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_any_numbers_survive_the_round_trip(data):
    n = data.draw(st.integers(2, 30))
    columns = {
        "whole": st.integers(-1000, 1000),
        "cents": st.integers(-10_000, 10_000).map(lambda cents: cents / 100),
        "skewed": st.integers(0, 5).map(lambda k: 7**k),
    }
    frame = pd.DataFrame({name: data.draw(st.lists(cells, min_size=n, max_size=n)) for name, cells in columns.items()})
    codec = TableCodec(kinds={"cents": "numeric"}, skewed="skewed").fit(frame)
    x = codec.encode(frame)
    assert np.isfinite(x).all()
    np.testing.assert_array_equal(codec.decode(x).to_numpy(), frame.to_numpy())
    np.testing.assert_array_equal(codec.round_trip(x).x, x)  # so that a copy is found at distance 0


def test_values_measured_without_rounding_are_not_rounded():
    frame = pd.DataFrame({"a": np.random.default_rng(0).standard_normal(50)})
    codec = TableCodec().fit(frame)
    np.testing.assert_allclose(
        codec.decode([[0.1], [0.2]])["a"], frame["a"].mean() + frame["a"].std(ddof=0) * np.array([0.1, 0.2])
    )


def test_no_zero_comes_back_with_a_minus():
    share = np.array([-0.5, 0.0, 0.5])
    drawn = TableCodec().fit(pd.DataFrame({"share": share})).decode([[-1e-3 / share.std()]])["share"].item()
    assert (drawn, np.signbit(drawn)) == (0, False)


def test_a_declared_range_keeps_the_training_rows_out():
    ranges = {"size": (0, 10), "visits": (0, 20)}
    codec = TableCodec(ranges=ranges).fit(FRAME)
    other = TableCodec(ranges=ranges).fit(FRAME.assign(size=[9.0, 8.5, 8.25, 8.0], visits=[7, 8, 9, 10]).iloc[:3])
    grid = np.random.default_rng(0).uniform(-2, 2, (50, 8))
    pd.testing.assert_frame_equal(codec.decode(grid), other.decode(grid))
    np.testing.assert_array_equal(codec.encode(FRAME), other.encode(FRAME))
    np.testing.assert_array_equal(codec.encode(FRAME)[:, 1], [-1, -1, -0.7, 1])  # 40 visits are moved to 20
    assert codec.decode(grid)["size"].between(0, 10).all()


def test_edges_are_those_of_the_table_in_encoded_units():
    codec = TableCodec(ranges={"size": (0, 10), "visits": (0, 20)}).fit(FRAME)
    edges = codec.edges({"size": [0, 5, 10], "visits": [0, 0.5, 20]})
    assert len(edges) == len(codec.names_)
    np.testing.assert_allclose(edges[0], [-1, 0, 1])
    np.testing.assert_allclose(edges[1], [-1, -0.95, 1])
    np.testing.assert_allclose(edges[2], [-2, 0, 2])  # false, true
    np.testing.assert_allclose(edges[3], [-0.5, 0.5, 1.5])
    np.testing.assert_allclose(edges[7], [-1.5, -0.5, 0.5, 1.5])  # low, mid, high
    with pytest.raises(ValueError, match="cuts lacks the column 'visits'"):
        codec.edges({"size": [0, 10]})


@pytest.mark.parametrize(
    ("label", "expected"),
    [("rating", [0, 2, 0, 0]), ("town", [2, 0, 1, 2]), ("ill", [0, 1, 1, 0]), ("size", [1.25, 2.5, 4.0, 0.75])],
)
def test_a_column_becomes_the_label(label, expected):
    codec = TableCodec().fit(FRAME)
    x = codec.encode(FRAME)
    records = codec.labelled(np.stack([x, x]), label)
    np.testing.assert_array_equal(records.y, [expected, expected])
    assert records.y.dtype.kind == ("f" if label == "size" else "i")
    assert records.d == len([name for name in codec.names_ if not name.startswith(label)])


def test_in_a_loop_every_sample_passes_through_the_table():
    codec = TableCodec().fit(FRAME)
    rng = np.random.default_rng(0)
    real = codec.encode(pd.concat([FRAME] * 10))
    history = self_consume(
        Gaussian(), real, policy=Replace(), generations=3, rng=rng, replicates=2, curate=codec.round_trip, keep="all"
    )
    for sample in history.samples.values():
        assert sample.shape == (2, 40, 8)
        np.testing.assert_array_equal(codec.round_trip(sample).x, sample)
        assert set(np.unique(sample[..., 2])) <= {-1, 1}
        np.testing.assert_array_equal(sample[..., 3:6].sum(-1), 1)


def test_labels_and_weights_are_handed_on():
    codec = TableCodec().fit(FRAME)
    sample = Records(np.zeros((2, 8)), y=[0, 1], w=[1, 2])
    back = codec.round_trip(sample)
    assert (back.y is sample.y, back.w is sample.w) == (True, True)


def test_a_column_of_one_value_comes_back_as_that_value():
    frame = pd.DataFrame({"a": [7.5] * 4, "b": [3] * 4, "c": pd.Categorical(["x"] * 4), "d": [True] * 4})
    codec = TableCodec(skewed="b").fit(frame)
    np.testing.assert_array_equal(codec.encode(frame), [[0, 0, 0, 1]] * 4)
    pd.testing.assert_frame_equal(codec.decode([[3.0, -2.0, 5.0, 1.0]]), frame[:1])


def test_text_and_a_table_from_a_file_work_alike(tmp_path):
    path = tmp_path / "mine.csv"
    FRAME.loc[list(range(4)) * 3].to_csv(path, index=False)
    table = read_csv(path)
    codec = TableCodec().fit(table)
    pd.testing.assert_frame_equal(codec.decode(codec.encode(table)), table.frame)
    words = pd.DataFrame({"town": ["Ulm", "Bonn", "Köln"]}, dtype=object)
    assert TableCodec().fit(words).decode(np.eye(3))["town"].tolist() == ["Bonn", "Köln", "Ulm"]


@pytest.mark.parametrize(
    ("arguments", "frame", "message"),
    [
        ({}, FRAME.assign(size=[1, np.nan, 2, 3]), "column 'size' lacks 1 of 4 values"),
        ({}, FRAME.assign(size=[1, np.inf, 2, 3]), "column 'size' holds 1 of 4 values that are NaN or infinite"),
        ({}, FRAME.assign(town=["Ulm", None, "Ulm", "Ulm"]), "column 'town' lacks 1 of 4"),
        (
            {},
            FRAME.assign(born=pd.to_datetime(["2020-01-01"] * 4)),
            "column 'born' is of the kind 'date'.*leave it out",
        ),
        ({"kinds": {"size": "integer"}}, FRAME, "'size' is of the kind integer and holds values that are not whole"),
        ({"kinds": {"size": "word"}}, FRAME, "column 'size' is of the kind 'word'"),
        ({"kinds": {"sise": "numeric"}}, FRAME, "kinds names the column 'sise'; did you mean 'size'"),
        ({"skewed": "visit"}, FRAME, "skewed names the column 'visit'; did you mean 'visits'"),
        ({"ranges": {"visit": (0, 1)}}, FRAME, "ranges names the column 'visit'"),
        ({"skewed": "town"}, FRAME, "column 'town' is of the kind category; skewed and ranges are for numbers"),
        ({"ranges": {"ill": (0, 1)}}, FRAME, "column 'ill' is of the kind boolean"),
        ({"kinds": {"town": "numeric"}}, FRAME, "column 'town' must be an array of numbers"),
    ],
)
def test_columns_that_do_not_fit_are_named(arguments, frame, message):
    with pytest.raises(ValueError, match=message):
        TableCodec(**arguments).fit(frame)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ranges": {"size": (3, 1)}}, r"ranges\['size'\] must be two numbers, the lower one first, got \[3.0, 1.0\]"),
        ({"ranges": {"size": (3,)}}, r"ranges\['size'\] must be two numbers"),
        ({"ranges": {"size": (0, np.inf)}}, r"ranges\['size'\] holds 1 of 2 values that are NaN or infinite"),
        ({"ranges": {"size": (0, 1)}, "skewed": "size"}, r"\['size'\] stand in skewed and in ranges"),
    ],
)
def test_arguments_that_do_not_fit_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        TableCodec(**arguments)


def test_rows_that_do_not_fit_are_named():
    codec = TableCodec().fit(FRAME)
    with pytest.raises(ValueError, match=r"column 'town' holds the unknown \['Paris'\]; known are \['Bonn', 'Köln'"):
        codec.encode(FRAME.assign(town=["Paris"] * 4))
    with pytest.raises(ValueError, match=r"lacks the columns \['ill'\] and has \['sick'\]"):
        codec.encode(FRAME.rename(columns={"ill": "sick"}))
    with pytest.raises(ValueError, match="column 'size' lacks 1"):
        codec.encode(FRAME.assign(size=[1, np.nan, 2, 3]))
    with pytest.raises(ValueError, match=r"x has shape \(4, 7\); this codec has 8 encoded columns"):
        codec.decode(np.zeros((4, 7)))
    with pytest.raises(ValueError, match=r"x has shape \(2, 4, 8\); a table needs \(n, 8\)"):
        codec.decode(np.zeros((2, 4, 8)))
    with pytest.raises(ValueError, match="x holds 1 of 8 values that are NaN"):
        codec.decode([[np.nan] + [0] * 7])
    with pytest.raises(ValueError, match="label 'twon' is no column; did you mean 'town'"):
        codec.labelled(np.zeros((4, 8)), "twon")


def test_an_unfitted_codec_says_so():
    with pytest.raises(NotFittedError, match="this TableCodec has not been fitted"):
        TableCodec().encode(FRAME)
