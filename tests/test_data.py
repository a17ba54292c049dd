"""The data sets that come with the course, the container they come in, and the toys of known density."""

import math
import pydoc_data.topics
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from course_lib.data import (
    About,
    Dataset,
    Modes,
    Text,
    TwoMoons,
    diabetes,
    digits,
    grid,
    manual,
    paint,
    patients,
    photographs,
    picture_grid,
    reduce_colours,
    ring,
    two_gaussians,
    two_moons,
)
from course_lib.records import Records

ABOUT = About(source="made up", licence="none", row="one row")


def made_up(n=12, **fields):
    x = np.arange(2.0 * n).reshape(n, 2)
    return Dataset(**{"x": x, "names": ["a", "b"], "about": ABOUT, **fields})


def test_importing_the_data_imports_no_heavy_library():
    code = (
        "import course_lib.data, sys; print({'sklearn', 'pandas', 'scipy', 'torch', 'matplotlib'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"


# The container


def test_a_dataset_hands_out_records_and_columns():
    data = made_up(y=[0, 1] * 6, label_names=["no", "yes"], units=["cm", None])
    records = data.records()
    assert isinstance(records, Records)
    np.testing.assert_array_equal(records.x, data.x)
    np.testing.assert_array_equal(records.y, data.y)
    np.testing.assert_array_equal(data.column("b"), np.arange(12) * 2.0 + 1)
    assert (data.n, data.d, data.units) == (12, 2, ("cm", None))


def test_units_are_unknown_unless_given():
    assert made_up().units == (None, None)


@pytest.mark.parametrize("name", ["x", "y", "groups"])
def test_no_array_of_a_dataset_can_be_written_to(name):
    data = made_up(y=[0, 1] * 6, label_names=["no", "yes"], groups=list("aabbccddeeff"))
    with pytest.raises(ValueError, match="read-only"):
        getattr(data, name)[0] = getattr(data, name)[1]
    with pytest.raises(ValueError, match="read-only"):
        data.column("a")[0] = 5.0


def test_a_dataset_does_not_follow_its_caller_and_does_not_lock_the_callers_array():
    x = np.ones((3, 1))
    data = Dataset(x=x, names=["a"], about=ABOUT)
    x[0] = 7.0
    assert data.x[0, 0] == 1.0


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"x": np.zeros(3)}, r"x has shape \(3,\).*2 axes"),
        ({"x": np.zeros((2, 3, 2))}, r"x has shape \(2, 3, 2\).*two axes"),
        ({"x": [[1.0, np.nan]]}, "x holds 1 of 2 values that are NaN"),
        ({"names": ["a"]}, "names holds 1 names.*2 columns"),
        ({"names": ["a", "a"]}, "names holds 2 names, 1 of them different"),
        ({"units": ["cm"]}, "units holds 1 units; x has 2 columns"),
        ({"shape": (3, 1)}, r"shape \(3, 1\) holds 3 values; x has 2 columns"),
        ({"y": [0, 1]}, r"y has shape \(2,\); x has 12 rows"),
        ({"groups": ["a"]}, r"groups has shape \(1,\); x has 12 rows"),
        ({"label_names": ["no"]}, "label_names was given .* without y"),
        ({"y": [0, 2] * 6, "label_names": ["no", "yes"]}, "whole numbers from 0 to 1.*from 0 to 2"),
        ({"y": [0.0, 1.0] * 6, "label_names": ["no", "yes"]}, "whole numbers from 0 to 1.*float64"),
    ],
)
def test_a_dataset_refuses_what_does_not_fit(fields, message):
    with pytest.raises(ValueError, match=message):
        made_up(**fields)


def test_a_wrong_column_name_gets_the_closest_ones():
    with pytest.raises(ValueError, match="no column 'mean area'; did you mean 'mean nucleus area'"):
        patients().column("mean area")


def test_sample_draws_different_rows_of_the_file():
    data = made_up(y=np.arange(12.0))
    drawn = data.sample(5, rng=np.random.default_rng(0))
    assert len(set(drawn.y)) == 5
    np.testing.assert_array_equal(drawn.x, data.x[drawn.y.astype(int)])
    assert isinstance(made_up().sample(3, rng=np.random.default_rng(0)), np.ndarray)
    with pytest.raises(ValueError, match="n = 13 rows were asked for; this data set has 12"):
        data.sample(13, rng=np.random.default_rng(0))


# Splitting


@settings(max_examples=50, deadline=None)
@given(n=st.integers(2, 60), percent=st.integers(1, 99), seed=st.integers(0, 9))
def test_a_split_holds_each_row_once_in_its_order(n, percent, seed):
    data = made_up(n, y=np.arange(float(n)))
    fraction = percent / 100
    if math.ceil(fraction * n) == n:
        with pytest.raises(ValueError, match=f"makes 0 for training and {n} for the test"):
            data.split(fraction, rng=np.random.default_rng(seed))
        return
    train, test = data.split(fraction, rng=np.random.default_rng(seed))
    assert test.n == math.ceil(fraction * n)
    assert (np.diff(train.y) > 0).all()
    assert (np.diff(test.y) > 0).all()
    np.testing.assert_array_equal(np.sort(np.concatenate([train.y, test.y])), data.y)
    np.testing.assert_array_equal(test.x[:, 0], 2 * test.y)


def test_the_generator_decides_the_split():
    data = made_up(40)
    first, again, other = (data.split(0.5, rng=np.random.default_rng(seed))[1].x for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("seed", range(5))
def test_a_split_keeps_the_share_of_each_label(seed):
    y = np.repeat([0, 1, 2], [60, 30, 10])
    _, test = made_up(100, y=y, label_names=list("abc")).split(0.3, rng=np.random.default_rng(seed))
    np.testing.assert_array_equal(np.bincount(test.y), [18, 9, 3])


@pytest.mark.parametrize("seed", range(5))
def test_a_split_keeps_groups_together_and_stratifies_them(seed):
    rng = np.random.default_rng(seed)
    rows_per_group = rng.integers(1, 6, size=50)
    label_of_group = np.repeat([0, 1], [30, 20])
    shuffled = rng.permutation(rows_per_group.sum())  # a group need not stand in one block
    groups = np.repeat([f"person {i}" for i in range(50)], rows_per_group)[shuffled]
    y = np.repeat(label_of_group, rows_per_group)[shuffled]
    train, test = made_up(len(y), y=y, label_names=["well", "ill"], groups=groups).split(0.2, rng=rng)
    assert not set(train.groups) & set(test.groups)
    assert len(set(train.groups) | set(test.groups)) == 50
    _, first_row = np.unique(test.groups, return_index=True)
    np.testing.assert_array_equal(np.bincount(test.y[first_row]), [6, 4])


@pytest.mark.parametrize(
    ("fraction", "fields", "message"),
    [
        (1.5, {}, "test_fraction must be a share between 0 and 1, got 1.5"),
        (0.0, {}, "makes 12 for training and 0 for the test"),
        (1.0, {}, "makes 0 for training and 12 for the test"),
        (0.5, {"y": [0] * 11 + [1], "label_names": ["common", "rare"]}, "'rare' has only one of the 12 rows"),
        (
            0.1,
            {"y": [0, 1, 2] * 4, "label_names": list("abc")},
            r"10 for training and 2 for the test.*3 \(one per label",
        ),
        (0.5, {"groups": ["the same"] * 12}, "of 1 groups makes 0 for training and 1 for the test"),
    ],
)
def test_an_impossible_split_is_refused(fraction, fields, message):
    with pytest.raises(ValueError, match=message):
        made_up(**fields).split(fraction, rng=np.random.default_rng(0))


# The real ones


def test_patients_are_nuclei_with_a_spelt_out_diagnosis():
    from sklearn.datasets import load_breast_cancer

    data, bunch = patients(), load_breast_cancer()
    assert (data.n, data.d) == (569, 30)
    assert all("nucleus" in name for name in data.names)
    assert [name.replace("nucleus ", "") for name in data.names] == list(bunch.feature_names)
    # the description counts 212 malignant and 357 benign images
    assert {name: int((data.y == code).sum()) for code, name in enumerate(data.label_names)} == {
        "malignant": 212,
        "benign": 357,
    }
    assert data.column("mean nucleus area").min() == 143.5  # the smallest mean area in the description's table


def test_units_of_patients_follow_the_quantity():
    data = patients()
    unit_of = dict(zip(data.names, data.units, strict=True))
    for form in ("mean nucleus {}", "nucleus {} error", "worst nucleus {}"):
        assert unit_of[form.format("area")] is None
        assert unit_of[form.format("texture")] == "grey level"
        assert unit_of[form.format("concave points")] == unit_of[form.format("compactness")] == "1"


def test_compactness_is_not_what_its_formula_says():
    # For any outline perimeter^2 / area - 1 is at least 4 pi - 1; the docstring says that the file disagrees.
    compactness = patients().column("mean nucleus compactness")
    assert compactness.max() < 0.346 < 4 * math.pi - 1
    points = patients().column("mean nucleus concave points")
    assert points.max() < 0.21
    assert not np.array_equal(points, np.rint(points))


def test_diabetes_is_as_measured_and_its_columns_are_what_the_description_says():
    from sklearn.datasets import load_diabetes

    data, scaled = diabetes(), load_diabetes()
    assert (data.n, data.d, data.label_names) == (442, 10, None)
    np.testing.assert_array_equal(data.y, scaled.target)
    centred = data.x - data.x.mean(0)
    np.testing.assert_allclose(centred / np.sqrt((centred**2).sum(0)), scaled.data, atol=1e-12)
    assert dict(zip(data.names, data.units, strict=True))["age"] == "years"
    age = data.column("age")
    assert (age.min(), age.max()) == (19, 79)
    assert set(data.column("sex")) == {1, 2}
    # The ratio is one of two other columns, up to its rounding: this ties three names to their places.
    ratio = data.column("total serum cholesterol") / data.column("high-density lipoproteins")
    assert np.abs(ratio - data.column("total cholesterol / HDL")).max() < 0.7


def test_digits_are_shares_of_ink_row_by_row():
    from sklearn.datasets import load_digits

    data, bunch = digits(), load_digits()
    assert data.x.min() == 0
    assert data.x.max() == 1
    np.testing.assert_array_equal(data.x.reshape(-1, *data.shape) * 16, bunch.images)
    assert data.names[9] == "row 1 column 1"
    np.testing.assert_array_equal(data.column("row 2 column 3") * 16, bunch.images[:, 2, 3])
    assert data.label_names == tuple("0123456789")


def test_a_grid_of_pictures_leaves_gaps_and_empty_places():
    gap = np.nan
    pictures = [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]
    expected = [
        [1, 2, gap, 5, 6],
        [3, 4, gap, 7, 8],
        [gap] * 5,
        [9, 10, gap, gap, gap],
        [11, 12, gap, gap, gap],
    ]
    np.testing.assert_array_equal(picture_grid(pictures, (2, 2), columns=2), expected)


def test_a_grid_is_no_wider_than_its_pictures():
    assert picture_grid(np.zeros((3, 6)), (2, 3), columns=10).shape == (2, 11)


def test_a_grid_refuses_another_shape():
    with pytest.raises(ValueError, match=r"x has shape \(3, 5\); pictures of shape \(2, 3\) need the shape \(n, 6\)"):
        picture_grid(np.zeros((3, 5)), (2, 3))


@pytest.mark.parametrize("name", ["flower", "china"])
def test_photographs_come_whole_and_at_half_size(name):
    whole, half = photographs()[name], photographs(half=True)[name]
    assert whole.pixels.dtype == half.pixels.dtype == np.uint8
    assert (whole.pixels.shape, whole.n_pixels) == ((427, 640, 3), 273_280)
    assert (half.pixels.shape, half.n_pixels) == ((213, 320, 3), 68_160)
    block = whole.pixels[40:42, 100:102].astype(float).mean(axis=(0, 1))
    assert (np.abs(half.pixels[20, 50] - block) <= 0.5).all()
    np.testing.assert_array_equal(whole.colours()[640 * 3 + 7] * 255, whole.pixels[3, 7])
    with pytest.raises(ValueError, match="read-only"):
        whole.pixels[0, 0, 0] = 0


def test_each_data_set_says_where_it_comes_from():
    pictures = photographs(half=True)
    for about in (
        patients().about,
        diabetes().about,
        digits().about,
        manual().about,
        pictures["flower"].about,
        pictures["china"].about,
    ):
        assert about.source
        assert about.licence
        assert about.row


# Text


def test_the_manual_becomes_words_in_a_fixed_order(monkeypatch):
    topics = {"second": "A dog isn't a cat.", "first": "The cat, the *CAT* 42; a"}
    monkeypatch.setattr(pydoc_data.topics, "topics", topics)
    text = manual()
    assert text.words(text.tokens) == ["the", "cat", "the", "cat", "a", "a", "dog", "isn't", "a", "cat"]
    assert text.vocabulary == ("a", "cat", "the", "dog", "isn't")
    np.testing.assert_array_equal(text.counts(), [3, 3, 2, 1, 1])
    np.testing.assert_array_equal(text.records().x[:3], [[2.0], [1.0], [2.0]])


def test_the_real_manual_is_long_and_full_of_rare_words():
    text = manual()
    counts = text.counts()
    assert len(text.tokens) > 50_000  # every supported interpreter; the exact number differs
    assert (np.diff(counts) <= 0).all()
    assert (counts == 1).mean() > 0.2
    with pytest.raises(ValueError, match="read-only"):
        text.tokens[0] = 1


def running_text(n):
    return Text(np.arange(n), tuple(f"word{i}" for i in range(n)), ABOUT)


def test_windows_keep_the_order_and_hold_out_the_end():
    train, test = running_text(23).windows(5, 0.3)
    np.testing.assert_array_equal(train, [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]])
    np.testing.assert_array_equal(test, [[10, 11, 12, 13, 14], [15, 16, 17, 18, 19]])  # 1.2 windows, rounded up


@given(st.integers(2, 60), st.integers(1, 10), st.floats(0.05, 0.95))
def test_no_word_is_in_two_windows_and_few_are_in_none(n, length, test_fraction):
    text = running_text(n)
    try:
        train, test = text.windows(length, test_fraction)
    except ValueError:
        windows = n // length
        assert math.ceil(test_fraction * windows) in (0, windows)
        return
    np.testing.assert_array_equal(np.concatenate([train.ravel(), test.ravel()]), np.arange(n - n % length))
    assert len(test) == math.ceil(test_fraction * (n // length))
    assert len(train) > 0


@pytest.mark.parametrize(
    ("length", "test_fraction", "message"),
    [
        (0, 0.5, "length must be a whole number of at least 1, got 0"),
        (2.5, 0.5, "length must be a whole number"),
        (5, 1.5, "test_fraction must be a share between 0 and 1, got 1.5"),
        (5, 0, "20 words make 4 windows of length 5, 4 for training and 0 held out"),
        (5, 1, "4 windows of length 5, 0 for training and 4 held out"),
        (21, 0.5, "20 words make 0 windows of length 21"),
    ],
)
def test_windows_that_cannot_be_cut_are_named(length, test_fraction, message):
    with pytest.raises(ValueError, match=message):
        running_text(20).windows(length, test_fraction)


def test_the_end_of_the_manual_is_less_of_a_repetition_than_windows_at_random():
    train, test = manual().windows(32, 0.2)

    def repeated(train, test, run=8):
        def runs(x):
            return map(tuple, np.lib.stride_tricks.sliding_window_view(x, run, axis=1).reshape(-1, run).tolist())

        known = set(runs(train))
        return np.mean([words in known for words in runs(test)])

    shuffled = np.random.default_rng(0).permutation(np.concatenate([train, test]))
    assert repeated(train, test) < 0.15
    assert repeated(shuffled[: len(train)], shuffled[len(train) :]) > 0.2


def test_what_a_generator_drew_can_be_read():
    assert running_text(3).words(np.array([2.0, 0.0])) == ["word2", "word0"]


# Toys

TOYS = {
    "ring": ring(5, radius=1.5, scale=0.3),
    "grid": grid(3, spacing=1.0, scale=0.2),
    "two_gaussians": two_gaussians(distance=1.0, weights=[0.2, 0.8], labelled=False),
    "two_moons": two_moons(scale=0.2),
    "three axes": Modes([[0.0, 0.0, 1.0], [2.0, -1.0, 0.0]], 0.5, weights=[0.25, 0.75]),
}
toys = pytest.mark.parametrize("toy", TOYS.values(), ids=TOYS.keys())


def within_standard_errors(values, expected, n_errors=5):
    """Whether the mean over axis 0 is within `n_errors` of its standard errors of what is expected."""
    error = values.std(axis=0, ddof=1) / math.sqrt(len(values))
    return (np.abs(values.mean(axis=0) - expected) <= n_errors * error).all()


@toys
def test_sample_and_score_belong_to_the_same_law(toy):
    # Stein's identities: E score = 0 and E score x' = -identity hold only if the samples follow the density.
    x = toy.sample(100_000, rng=np.random.default_rng(0))
    score = toy.score(x)
    assert within_standard_errors(score, 0)
    assert within_standard_errors(score[:, :, None] * x[:, None, :], -np.eye(x.shape[1]))


@toys
def test_the_score_is_the_gradient_of_the_log_density(toy):
    x = toy.sample(200, rng=np.random.default_rng(1))
    step = 1e-5
    for axis, unit in enumerate(np.eye(x.shape[1])):
        slope = (toy.log_density(x + step * unit) - toy.log_density(x - step * unit)) / (2 * step)
        # central differences: a remainder of step^2 and the rounding of log_density over step
        np.testing.assert_allclose(toy.score(x)[:, axis], slope, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("name", ["ring", "grid", "two_moons"])
def test_densities_integrate_to_one(name):
    ticks = np.arange(-4, 4, 0.04)  # a fifth of the smallest scale: the sum over a lattice is exact for Gaussians
    points = np.stack(np.meshgrid(ticks, ticks), axis=-1)
    assert np.exp(TOYS[name].log_density(points)).sum() * 0.04**2 == pytest.approx(1, abs=1e-9)


def test_a_mixture_has_the_density_that_scipy_gives():
    toy, x = TOYS["three axes"], np.random.default_rng(2).normal(size=(4, 5, 3))
    parts = [stats.multivariate_normal(mean, toy.scale**2 * np.eye(3)).pdf(x) for mean in toy.means]
    np.testing.assert_allclose(np.exp(toy.log_density(x)), 0.25 * parts[0] + 0.75 * parts[1], rtol=1e-12)


def test_moments_of_a_mixture_are_those_of_its_samples():
    toy = TOYS["three axes"]
    x = toy.sample(100_000, rng=np.random.default_rng(3))
    assert within_standard_errors(x, toy.mean)
    centred = x - toy.mean
    assert within_standard_errors(centred[:, :, None] * centred[:, None, :], toy.cov)


@pytest.mark.parametrize("scale", [0.02, 0.1, 1.0])
def test_the_density_of_the_moons_is_the_integral_over_their_arcs(scale):
    toy = TwoMoons(scale)

    def density(point):
        def along(angle):
            arcs = [[math.cos(angle), math.sin(angle)], [1 - math.cos(angle), 0.5 - math.sin(angle)]]
            return sum(math.exp(-(math.dist(point, arc) ** 2) / (2 * scale**2)) for arc in arcs)

        # split at many places, so that quad cannot overlook a narrow peak
        area, _ = integrate.quad(along, 0, math.pi, points=np.linspace(0, math.pi, 60)[1:-1], limit=500, epsrel=1e-12)
        return area / (2 * math.pi) / (2 * math.pi * scale**2)

    for point in toy.sample(10, rng=np.random.default_rng(4)):
        assert toy.log_density(point) == pytest.approx(math.log(density(point)), abs=1e-8)


@toys
def test_noise_on_the_samples_gives_the_noised_law(toy):
    rng = np.random.default_rng(5)
    x, points, sigma = toy.sample(20_000, rng=rng), toy.sample(6, rng=rng), 0.4
    d = x.shape[1]
    squared = ((x[:, None, :] - points) ** 2).sum(axis=-1)
    kernel = np.exp(-squared / (2 * sigma**2)) / (2 * math.pi * sigma**2) ** (d / 2)
    assert within_standard_errors(kernel, np.exp(toy.noised(sigma).log_density(points)))


@pytest.mark.parametrize(
    "toy", [ring(4, scale=1.0, labelled=True), two_gaussians(), two_moons(scale=0.4, labelled=True)]
)
def test_labels_are_as_frequent_as_the_posterior_says(toy):
    drawn = toy.sample(50_000, rng=np.random.default_rng(6))
    assert isinstance(drawn, Records)
    posterior = toy.posterior(drawn.x)
    np.testing.assert_allclose(posterior.sum(axis=-1), 1, rtol=1e-12)
    surprise = np.eye(posterior.shape[1])[drawn.y] - posterior
    assert within_standard_errors(surprise, 0)
    # and where the posterior is high in particular
    assert within_standard_errors(surprise * posterior, 0)


def test_two_gaussians_are_told_apart_as_often_as_stated():
    drawn = two_gaussians(distance=2.0, scale=1.5).sample(100_000, rng=np.random.default_rng(7))
    right = ((drawn.x[:, 0] > 0) == drawn.y).astype(float)
    assert within_standard_errors(right, stats.norm.cdf(2.0 / (2 * 1.5)))


def test_where_the_toys_have_their_centres():
    np.testing.assert_allclose(ring(4, radius=2).means, [[2, 0], [0, 2], [-2, 0], [0, -2]], atol=1e-15)
    np.testing.assert_array_equal(grid(2, spacing=3).means, [[-1.5, -1.5], [1.5, -1.5], [-1.5, 1.5], [1.5, 1.5]])
    np.testing.assert_array_equal(two_gaussians(distance=3).means, [[-1.5, 0], [1.5, 0]])


def test_a_mode_of_share_zero_is_never_drawn_and_does_no_harm():
    toy = Modes([[0.0], [9.0]], 1.0, weights=[1.0, 0.0])
    assert toy.sample(100, rng=np.random.default_rng(8)).max() < 6
    assert toy.log_density([0.0]) == pytest.approx(-0.5 * math.log(2 * math.pi))
    np.testing.assert_array_equal(toy.score([1.0]), [-1.0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Modes([0.0, 1.0], 1.0), "means has shape"),
        (lambda: Modes([[0.0], [1.0]], 1.0, weights=[0.5, 0.6]), "weights must be 2 shares that sum to 1"),
        (lambda: Modes([[0.0]], 0.0), "scale must be a finite number above 0"),
        (lambda: TwoMoons(0.001), "scale must be a finite number of at least 0.01"),
        (lambda: ring(0), "k must be a whole number of at least 1"),
        (lambda: ring(radius=-1.0), "radius must be a finite number above 0"),
        (lambda: grid(2.5), "side must be a whole number"),
        (lambda: grid(spacing=math.inf), "spacing must be a finite number above 0"),
        (lambda: two_gaussians(distance=0), "distance must be a finite number above 0"),
        (lambda: ring().sample(0, rng=np.random.default_rng(0)), "n must be a whole number of at least 1"),
        (lambda: two_moons().sample(5, rng=0), "rng must be a numpy.random.Generator"),
        (lambda: ring().log_density([1.0, 2.0, 3.0]), "its last axis must hold the 2 coordinates"),
        (lambda: two_moons().score([1.0, 2.0, 3.0]), "its last axis must hold the 2 coordinates"),
        (lambda: two_moons().noised(-1.0), "sigma must be a finite number of at least 0"),
    ],
)
def test_toys_refuse_what_does_not_fit(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_photograph_in_few_colours():
    flower = photographs(half=True)["flower"]
    palette, codes = reduce_colours(flower, 16)
    assert palette.shape == (16, 3)
    assert codes.shape == flower.pixels.shape[:2]
    assert sorted(np.unique(codes)) == list(range(16))
    # Better than the best single colour by far, which a mixed-up palette or orientation would not be.
    error = np.abs(palette[codes].astype(float) - flower.pixels).mean()
    flat = np.abs(np.median(flower.pixels, axis=(0, 1)) - flower.pixels).mean()
    assert error < flat / 4


def test_painting_takes_the_nearest_colour_left():
    palette = np.array([[0, 0, 0], [10, 10, 10], [250, 250, 250]], dtype=np.uint8)
    codes = np.array([[0, 1, 2]])
    np.testing.assert_array_equal(paint(palette, codes, np.ones(3, bool))[0], palette)
    np.testing.assert_array_equal(paint(palette, codes, np.array([True, False, True]))[0, :, 0], [0, 0, 250])
    with pytest.raises(ValueError, match="alive marks no colour"):
        paint(palette, codes, np.zeros(3, bool))


@pytest.mark.parametrize(("count", "message"), [(1, "at least 2"), (257, "at most 256"), (2.5, "whole number")])
def test_a_number_of_colours_that_cannot_be(count, message):
    with pytest.raises(ValueError, match=message):
        reduce_colours(photographs(half=True)["flower"], count)
