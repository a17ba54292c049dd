"""The shared pool: its two ends are policies known before, number for number; its weights are counted by hand."""

import numpy as np
import pytest

from course_lib import (
    Accumulate,
    Categorical,
    Fixed,
    Gaussian,
    LeastSquares,
    Records,
    Replace,
    SharedPool,
    self_consume,
)
from course_lib.generators import Tally
from course_lib.policies import Pool

CODES = np.array([[0.0], [1.0]])
INPUTS = np.random.default_rng(5).standard_normal((20, 2))


def tallied(*counts):
    """Records of two symbols with these counts; leading axes of the counts are those of the records."""
    counts = np.asarray(counts, float)
    return Records(np.broadcast_to(CODES, (*counts.shape, 1)), w=counts)


def pool_of(real, *samples):
    pool = Pool(real, capacity=real.n + sum(sample.n for sample in samples))
    for t, sample in enumerate(samples):
        pool.add(sample, generation=t)
    return pool


@pytest.mark.parametrize("axes", [(), (1,), (5, 1)])
@pytest.mark.parametrize(("keep", "policy"), [(0, Replace()), (0.0, Replace()), (1, Accumulate())])
@pytest.mark.parametrize(
    "generator", [Gaussian(ddof=1), Categorical(3), LeastSquares(Fixed(INPUTS)), Tally(3, size=30)]
)
def test_one_maker_without_people_is_a_policy_known_before(generator, keep, policy, axes):
    rng = np.random.default_rng(0)
    if isinstance(generator, Tally):
        real = Records(np.arange(3.0)[:, None], w=np.array([20.0, 7.0, 3.0]))
    elif isinstance(generator, Categorical):
        real = Records(rng.integers(0, 3, (20, 1)).astype(float))
    else:
        real = Records(
            rng.standard_normal((20, 2)), *([rng.standard_normal(20)] if isinstance(generator, LeastSquares) else [])
        )
    real = real.broadcast(axes)
    one, other = (
        self_consume(generator, real, policy=each, generations=6, rng=np.random.default_rng(1), keep="all")
        for each in (SharedPool(keep=keep), policy)
    )
    for t in range(7):
        for name in ("x", "y", "w"):
            a, b = (
                getattr(sample, name, sample if name == "x" else None) for sample in (one.samples[t], other.samples[t])
            )
            assert (a is None and b is None) or np.array_equal(a, b)


def test_nothing_is_drawn():
    pool = pool_of(tallied([9, 1], [8, 2]), tallied([7, 3], [6, 4]))
    rng = np.random.default_rng(0)
    SharedPool(apart=0.5, keep=0.3)(pool, rng=rng)
    assert rng.bit_generator.state == np.random.default_rng(0).bit_generator.state


def test_every_maker_reads_all_makers_records():
    real, made = tallied([9, 1], [8, 2]), tallied([7, 3], [6, 4])
    read = SharedPool(keep=1)(pool_of(real, made), rng=np.random.default_rng(0))
    assert read.x.shape == (2, 8, 1)
    for maker in range(2):
        np.testing.assert_array_equal(read.w[maker], [9, 1, 8, 2, 7, 3, 6, 4])
    only_new = SharedPool(keep=0)(pool_of(real, made), rng=np.random.default_rng(0))
    np.testing.assert_array_equal(only_new.w, [[7, 3, 6, 4]] * 2)


def test_apart_keeps_people_with_their_maker_and_makers_records_public():
    real, made = tallied([9, 1], [8, 2]), tallied([7, 3], [6, 4])
    read = SharedPool(apart=np.array([1.0, 0.25]))(pool_of(real, made), rng=np.random.default_rng(0))
    np.testing.assert_allclose(read.w, [[9, 1, 0, 0, 7, 3, 6, 4], [6.75, 0.75, 8, 2, 7, 3, 6, 4]])


def test_unweighted_records_apart():
    real = Records(np.arange(4.0).reshape(2, 2, 1))
    read = SharedPool(apart=0.5)(pool_of(real, real), rng=np.random.default_rng(0))
    np.testing.assert_allclose(read.w, [[1, 1, 0.5, 0.5, 1, 1, 1, 1], [0.5, 0.5, 1, 1, 1, 1, 1, 1]])


def test_each_year_fades_and_the_year_is_the_generation():
    asked = []

    def output(year):
        asked.append(year)
        return 1 + year

    people = tallied(np.full((1, 5, 2), 10.0))  # one maker, five years: shape (1, 1, 5, 2)
    people = Records(people.x[0], w=people.w[0])
    real, made = tallied([8, 8]), [tallied([1, 0]), tallied([0, 1]), tallied([1, 1])]
    policy = SharedPool(people, keep=0.5, inflow=2, usable=lambda year: 0.5 + 0.1 * year, marked=0.25, output=output)
    read = policy(pool_of(real, *made), rng=np.random.default_rng(0))
    assert asked == [0, 1, 2]  # the newest records are those of generation 2
    np.testing.assert_allclose(read.w[0, :2], [1, 1])  # three years old: 8 / 2**3
    np.testing.assert_allclose(read.w[0, 2:8], np.repeat([10 / 4 * 2 * 0.5, 10 / 2 * 2 * 0.6, 10 * 2 * 0.7], 2))
    np.testing.assert_allclose(read.w[0, 8:], [0.25 * 0.75, 0, 0, 0.5 * 2 * 0.75, 3 * 0.75, 3 * 0.75])


def test_without_memory_people_count_with_their_newest_year_alone():
    people = Records(np.broadcast_to(CODES, (1, 3, 2, 1)), w=np.array([[[1, 2], [3, 4], [5, 6.0]]]))
    read = SharedPool(people, keep=0)(
        pool_of(tallied([8, 8]), tallied([1, 0]), tallied([0, 1])), rng=np.random.default_rng(0)
    )
    np.testing.assert_array_equal(read.w, [[3, 4, 0, 1]])


def test_the_filter_meets_people_and_makers():
    read = SharedPool(filter=lambda x: 1 - 0.5 * (x[..., 0] == 1))(
        pool_of(tallied([9, 2], [8, 2]), tallied([7, 4], [6, 4])), rng=np.random.default_rng(0)
    )
    np.testing.assert_array_equal(read.w, [[9, 1, 8, 1, 7, 2, 6, 2]] * 2)


def test_settings_side_by_side_are_the_settings_one_by_one():
    keep, marked = np.array([0.0, 0.4, 1.0]), np.array([0.1, 0.5, 0.0])
    real = tallied(np.full((2, 2), [90, 10.0])).broadcast((3, 2))
    generator = Tally(2, size=100, chance=False)
    settings = dict(generations=4, rng=np.random.default_rng(0))
    loss = lambda x: 1 - 0.2 * x[..., 0]  # noqa: E731
    people = Records(np.broadcast_to(CODES, (1, 2, 4, 2, 1)), w=np.broadcast_to([95, 5.0], (1, 2, 4, 2)))
    policy = SharedPool(people, keep=keep[:, None], marked=marked[:, None], filter=loss)
    together = self_consume(generator, real, policy=policy, **settings).models[4].shares_
    for s in range(3):
        policy = SharedPool(people, keep=keep[s], marked=marked[s], filter=loss)
        real_one = real.map(lambda a, s=s: a[s : s + 1])
        alone = self_consume(generator, real_one, policy=policy, **settings).models[4].shares_
        np.testing.assert_allclose(together[s], alone[0], rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"keep": 1.2}, "keep"),
        ({"apart": [0.2, -1]}, "apart"),
        ({"marked": np.nan}, "marked"),
        ({"inflow": -1}, "inflow"),
        ({"people": CODES}, "axis of years"),
        ({"filter": 0.5}, "filter must be a function"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        SharedPool(**arguments)


def test_years_beyond_the_people_and_shares_beyond_one_are_refused():
    people = Records(np.broadcast_to(CODES, (1, 1, 2, 1)))
    pool = pool_of(tallied([8, 8]), tallied([1, 0]), tallied([0, 1]))
    with pytest.raises(ValueError, match="people hold 1 years, and year 1 is needed"):
        SharedPool(people)(pool, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="usable must lie between 0 and 1"):
        SharedPool(Records(np.broadcast_to(CODES, (1, 2, 2, 1))), usable=lambda year: 1.5)(
            pool, rng=np.random.default_rng(0)
        )


# --- the tally


def test_a_tally_counts_what_a_categorical_lists():
    real = np.repeat([0.0, 1.0, 2.0], [60, 30, 10])[:, None]
    listed = Categorical(3).fit(real).sample(500, rng=np.random.default_rng(3))
    counted = Tally(3, size=500).fit(real).sample(3, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(np.bincount(listed[:, 0].astype(int), minlength=3), counted.w)
    np.testing.assert_array_equal(counted.x[:, 0], range(3))


def test_a_tally_without_chance_and_with_a_size_for_each_setting():
    real = Records(np.broadcast_to(CODES, (2, 2, 1)), w=np.array([[3.0, 1], [1, 1]]))
    exact = Tally(2, size=[100, 10], chance=False).fit(real).sample(2, rng=np.random.default_rng(0))
    np.testing.assert_allclose(exact.w, [[75, 25], [5, 5]])
    drawn = Tally(2, size=[100, 10]).fit(real).sample(2, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(drawn.w.sum(-1), [100, 10])


def test_a_tally_refuses():
    model = Tally(2, size=10).fit(CODES)
    with pytest.raises(ValueError, match="2 weighted records"):
        model.sample(10, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="size"):
        Tally(2, size=0)
