"""Policies: which records, how many, in which order; the pool: one allocation, views, never a copy."""

import numpy as np
import pytest

from course_lib import Accumulate, AccumulateSubsample, Augment, Fresh, Gaussian, Mix, Records, Replace
from course_lib.policies import Policy, Pool

N, REPLICATES, GENERATIONS = 10, 3, 4


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def numbered(start, n=N, replicates=REPLICATES):
    """Records that name themselves: replicate r holds start, start + 1, … plus 1000 r."""
    return Records((1000 * np.arange(replicates)[:, None] + start + np.arange(n))[..., None])


@pytest.fixture
def pool():
    """Real records 0–9, and four generations: 100–109 up to 400–409."""
    pool = Pool(numbered(0), capacity=N * (GENERATIONS + 1))
    for t in range(GENERATIONS):
        pool.add(numbered(100 * (t + 1)), generation=t)
    return pool


def names(records):
    """Return the names in each replicate without its thousands, shape (replicates, n); fail where replicates mix."""
    found = records.x[..., 0].astype(int)
    assert (found // 1000 == np.arange(len(found))[:, None]).all()
    return found % 1000


EVERYTHING = [*range(10), *range(100, 110), *range(200, 210), *range(300, 310), *range(400, 410)]


# --- pool


def test_the_pool_before_the_first_generation():
    real = numbered(0)
    pool = Pool(real, capacity=20)
    assert pool.real is real
    assert (pool.last, pool.generation) == (None, None)
    np.testing.assert_array_equal(pool.all.x, real.x)


def test_the_pool_grows_in_one_allocation(pool):
    assert (names(pool.all) == EVERYTHING).all()
    assert (names(pool.last) == range(400, 410)).all()
    assert pool.generation == 3
    fresh = Pool(numbered(0), capacity=30)
    store = fresh.all.x.base
    assert store.shape == (REPLICATES, 30, 1)
    for t in range(2):
        fresh.add(numbered(100 * t), generation=t)
        assert fresh.all.x.base is store
        assert fresh.last.x.base is store


def test_the_pool_gives_views(pool):
    assert np.shares_memory(pool.all.x, pool.last.x)
    assert np.shares_memory(pool.all.x, pool.all.x)
    with pytest.raises(ValueError, match="broadcast"):  # the capacity is what it was said to be
        pool.add(numbered(500), generation=4)


def test_a_pool_without_capacity_keeps_the_newest_sample_as_it_is():
    pool, sample = Pool(numbered(0)), numbered(100)
    pool.add(numbered(50), generation=0)
    pool.add(sample, generation=1)
    assert pool.last is sample
    with pytest.raises(ValueError, match=r"keeps only the newest sample.*keeps_all = True"):
        _ = pool.all


def test_the_pool_does_not_write_to_the_real_data():
    x = numbered(0).x
    x.flags.writeable = False
    pool = Pool(Records(x), capacity=20)
    pool.add(numbered(100), generation=0)
    assert pool.real.x is x


def test_a_generation_without_samples_is_counted():
    pool = Pool(numbered(0), capacity=20)
    pool.add(None, generation=0)
    assert (pool.last, pool.generation, pool.all.n) == (None, 0, N)


def test_weights_that_appear_late_leave_earlier_records_their_count_of_one():
    pool = Pool(numbered(0), capacity=50)
    pool.add(numbered(100), generation=0)
    assert pool.all.w is None
    weights = np.tile(np.arange(N, dtype=float), (REPLICATES, 1))
    pool.add(Records(numbered(200).x, w=weights), generation=1)
    np.testing.assert_array_equal(pool.all.w, np.concatenate([np.ones((REPLICATES, 20)), weights], axis=1))
    pool.add(numbered(300), generation=2)
    np.testing.assert_array_equal(pool.all.w[:, 30:], 1)
    np.testing.assert_array_equal(pool.last.w, 1)
    assert (names(pool.all) == EVERYTHING[:40]).all()


def test_weights_of_the_real_data_stay():
    pool = Pool(Records(numbered(0).x, w=np.full((REPLICATES, N), 3.0)), capacity=20)
    pool.add(numbered(100), generation=0)
    np.testing.assert_array_equal(pool.all.w[0], [3] * N + [1] * N)


@pytest.mark.parametrize("y", [np.arange(30).reshape(3, 10), np.arange(60.0).reshape(3, 10, 2)], ids=["codes", "pairs"])
def test_labels_go_through_the_pool(y):
    pool = Pool(Records(numbered(0).x, y), capacity=20)
    pool.add(Records(numbered(100).x, y + 1), generation=0)
    np.testing.assert_array_equal(pool.all.y, np.concatenate([y, y + 1], axis=1))
    np.testing.assert_array_equal(pool.last.y, y + 1)
    assert pool.all.y.dtype == y.dtype


@pytest.mark.parametrize(
    ("real_y", "y"),
    [
        (np.zeros((3, 10), int), None),
        (None, np.zeros((3, 10))),
        (np.zeros((3, 10), int), np.full((3, 10), 0.7)),
        (np.zeros((3, 10, 10)), np.zeros((3, 10))),
    ],
    ids=["lost", "new", "numbers for codes", "one for ten"],
)
def test_labels_that_do_not_fit_are_refused(real_y, y):
    pool = Pool(Records(numbered(0).x, real_y), capacity=20)
    with pytest.raises(ValueError, match=r"a sample with .* cannot join the pool: the real data need"):
        pool.add(Records(numbered(100).x, y), generation=0)


# --- policies


def test_replace(pool, rng):
    assert Replace()(pool, rng=rng) is pool.last
    assert Replace().draws(N) == N


def test_accumulate_is_a_view_of_everything(pool, rng):
    records = Accumulate()(pool, rng=rng)
    assert (names(records) == EVERYTHING).all()
    assert np.shares_memory(records.x, pool.last.x)
    assert Accumulate().draws(N) == N


class TestAccumulateSubsample:
    def test_n_different_records_of_each_replicate_in_the_order_of_the_pool(self, pool, rng):
        chosen = names(AccumulateSubsample()(pool, rng=rng))
        assert chosen.shape == (REPLICATES, N)
        assert (np.diff(chosen) > 0).all()
        assert set(chosen.ravel()) <= set(EVERYTHING)
        assert len({tuple(row) for row in chosen}) == REPLICATES  # replicates draw independently

    def test_the_seed_decides(self, pool):
        a, b, c = (names(AccumulateSubsample()(pool, rng=np.random.default_rng(seed))) for seed in (1, 1, 2))
        np.testing.assert_array_equal(a, b)
        assert (a != c).any()

    def test_every_record_is_as_likely_as_every_other(self, rng):
        replicates, size = 4000, 3 * N
        pool = Pool(numbered(0, replicates=replicates), capacity=size)
        for t in range(2):
            pool.add(numbered(100 * (t + 1), replicates=replicates), generation=t)
        chosen = names(AccumulateSubsample()(pool, rng=rng))
        counts = np.unique(chosen, return_counts=True)[1]
        share = N / size
        assert len(counts) == size
        assert (np.abs(counts - share * replicates) < 5 * np.sqrt(replicates * share * (1 - share))).all()

    def test_records_of_weight_0_are_skipped(self, rng):
        pool = Pool(numbered(0), capacity=20)
        w = np.zeros((REPLICATES, N))
        w[:, 3:5] = 2
        pool.add(Records(numbered(100).x, w=w), generation=0)
        for _ in range(20):
            chosen = AccumulateSubsample()(pool, rng=rng)
            assert set(names(chosen).ravel()) <= {*range(10), 103, 104}
            np.testing.assert_array_equal(chosen.w, np.where(names(chosen) > 100, 2, 1))

    def test_records_of_weight_0_fill_up_where_others_are_too_few(self, rng):
        w = np.zeros((REPLICATES, N))
        w[:, :4] = 1
        pool = Pool(Records(numbered(0).x, w=w), capacity=20)
        pool.add(Records(numbered(100).x, w=w), generation=0)
        chosen = AccumulateSubsample()(pool, rng=rng)
        np.testing.assert_array_equal(chosen.w.sum(-1), 8)
        assert chosen.n == N


class TestMix:
    @pytest.mark.parametrize(
        ("share", "n_real"), [(0, 0), (0.05, 0), (0.1, 1), (0.37, 4), (0.5, 5), (0.96, 10), (1, 10)]
    )
    def test_the_real_share_comes_first_without_repetition(self, rng, share, n_real):
        policy = Mix(share)
        assert policy.draws(N) == N - n_real
        pool = Pool(numbered(0))
        pool.add(numbered(100, n=N - n_real) if n_real < N else None, generation=0)
        chosen = names(policy(pool, rng=rng))
        assert chosen.shape == (REPLICATES, N)
        assert (np.diff(chosen) > 0).all()
        assert (chosen[:, :n_real] < 10).all()
        assert (chosen[:, n_real:] == range(100, 110 - n_real)).all()

    def test_the_real_records_are_drawn_anew_each_time_and_for_each_replicate(self, rng):
        pool = Pool(numbered(0, n=40))
        pool.add(numbered(100, n=20), generation=0)
        draws = [tuple(row[:20]) for _ in range(4) for row in names(Mix(0.5)(pool, rng=rng))]
        assert len(set(draws)) == len(draws)  # 12 of 10^11 equally likely sets

    def test_weights_and_labels_come_along(self, rng):
        x = numbered(0).x
        pool = Pool(Records(x, y=x[..., 0], w=np.full(x.shape[:-1], 2.0)))
        x = numbered(100, n=5).x
        pool.add(Records(x, y=x[..., 0]), generation=0)
        mixed = Mix(0.5)(pool, rng=rng)
        np.testing.assert_array_equal(mixed.y, mixed.x[..., 0])
        np.testing.assert_array_equal(mixed.w, [[2] * 5 + [1] * 5] * REPLICATES)


@pytest.mark.parametrize(("ratio", "n_synthetic"), [(0, 0), (0.25, 2), (1, 10), (2.6, 26)])
def test_augment_keeps_all_real_records_and_adds_the_newest(rng, ratio, n_synthetic):
    policy = Augment(ratio)
    assert policy.draws(N) == n_synthetic
    pool = Pool(numbered(0))
    pool.add(numbered(100, n=n_synthetic) if n_synthetic else None, generation=0)
    np.testing.assert_array_equal(
        names(policy(pool, rng=rng)), [[*range(10), *range(100, 100 + n_synthetic)]] * REPLICATES
    )


class Source:
    """Fresh records that count how often they were asked for."""

    def __init__(self, replicates=(), short=0, d=1):
        self.replicates, self.short, self.d, self.calls = replicates, short, d, 0

    def sample(self, n, *, rng):
        self.calls += 1
        return rng.random((*self.replicates, n - self.short, self.d))


class TestFresh:
    @pytest.fixture
    def pool(self):
        pool = Pool(numbered(0))
        pool.add(numbered(100, n=4), generation=0)
        return pool

    def test_a_source_without_leading_axes_is_asked_once_for_each_replicate(self, pool, rng):
        source = Source()
        policy = Fresh(source, n_real=6, n_synthetic=4)
        assert policy.draws(N) == policy.draws(1) == 4
        records = policy(pool, rng=rng)
        assert source.calls == REPLICATES
        assert records.x.shape == (REPLICATES, 10, 1)
        fresh = records.x[:, :6]
        assert np.unique(fresh).size == fresh.size  # never one draw for several replicates
        np.testing.assert_array_equal(records.x[:, 6:], pool.last.x)

    def test_replicates_on_several_axes(self, rng):
        source = Source()
        pool = Pool(Records(np.zeros((2, 3, 5, 1))))
        pool.add(Records(np.ones((2, 3, 1, 1))), generation=0)
        x = Fresh(source, 4, 1)(pool, rng=rng).x
        assert source.calls == 6
        assert x.shape == (2, 3, 5, 1)
        assert np.unique(x[..., :4, 0]).size == 24

    @pytest.mark.parametrize("replicates", [(REPLICATES,), ()])
    def test_a_source_with_the_right_leading_axes_is_asked_once(self, rng, replicates):
        source = Source(replicates)
        pool = Pool(Records(np.zeros((*replicates, N, 1))))
        pool.add(Records(np.zeros((*replicates, 4, 1))), generation=0)
        assert Fresh(source, 6, 4)(pool, rng=rng).x.shape == (*replicates, 10, 1)
        assert source.calls == 1

    def test_a_fitted_generator_is_a_source(self, pool, rng):
        source = Gaussian().fit(rng.standard_normal((REPLICATES, 50, 1)) + np.array([0, 1e3, 2e3])[:, None, None])
        fresh = Fresh(source, 6, 4)(pool, rng=rng).x[:, :6]
        np.testing.assert_array_equal(np.rint(fresh.mean((-2, -1)) / 1e3), [0, 1, 2])

    @pytest.mark.parametrize("replicates", [(2,), (1,), (REPLICATES, 1), (1, REPLICATES)])
    def test_other_leading_axes_are_refused(self, pool, rng, replicates):
        with pytest.raises(ValueError, match=r"source draws samples with leading axes .*; \(3,\) or none are needed"):
            Fresh(Source(replicates), 6, 4)(pool, rng=rng)

    def test_too_few_records_are_refused(self, pool, rng):
        with pytest.raises(ValueError, match="source was asked for 6 records and drew 5"):
            Fresh(Source(short=1), 6, 4)(pool, rng=rng)

    def test_other_columns_are_refused(self, pool, rng):
        with pytest.raises(ValueError, match=r"equal leading axes and features.*\(3, 6, 2\).*\(3, 4, 1\)"):
            Fresh(Source(d=2), 6, 4)(pool, rng=rng)

    def test_real_records_only_and_synthetic_records_only(self, rng):
        pool, source = Pool(numbered(0)), Source()
        pool.add(None, generation=0)
        assert Fresh(source, 6, 0)(pool, rng=rng).x.shape == (REPLICATES, 6, 1)
        pool.add(numbered(100, n=4), generation=1)
        source.calls = 0
        assert (names(Fresh(source, 0, 4)(pool, rng=rng)) == range(100, 104)).all()
        assert source.calls == 0


# --- bad input


BAD = {
    "share above 1": (lambda: Mix(1.1), r"^real_fraction must be a share between 0 and 1, got 1.1$"),
    "share NaN": (lambda: Mix(np.nan), r"^real_fraction must be .*got nan$"),
    "negative ratio": (lambda: Augment(-0.1), r"^ratio must be a finite number of at least 0, got -0.1$"),
    "endless ratio": (lambda: Augment(np.inf), r"^ratio must be a finite number .*got inf$"),
    "no source": (lambda: Fresh(None, 1, 1), "^source must have sample; got NoneType"),
    "class for a source": (lambda: Fresh(Gaussian, 1, 1), r"^source must be an object.*write Gaussian\(...\)$"),
    "half a record": (lambda: Fresh(Source(), 0.5, 1), r"^n_real must be a whole number of at least 0, got 0.5$"),
    "negative count": (lambda: Fresh(Source(), 1, -1), r"^n_synthetic must be a whole number of at least 0, got -1$"),
    "nothing to train on": (lambda: Fresh(Source(), 0, 0), "^n_real and n_synthetic are both 0"),
}


@pytest.mark.parametrize(("make", "message"), BAD.values(), ids=BAD.keys())
def test_bad_settings(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("policy", [AccumulateSubsample(), Mix(0.5)])
def test_a_policy_that_draws_needs_a_generator(pool, policy):
    with pytest.raises(ValueError, match=r"^rng must be a numpy.random.Generator"):
        policy(pool, rng=0)


def test_policies_print_their_settings_and_compare_by_them():
    assert repr(Mix(0.25)) == "Mix(real_fraction=0.25)"
    assert Augment(2) == Augment(ratio=2)
    assert repr(Fresh(Source(), 3, 4)) == "Fresh(n_real=3, n_synthetic=4)"
    assert issubclass(Replace, Policy)
