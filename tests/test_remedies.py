"""Remedies: which real records count and how much, what a filter keeps, where a correction goes; their laws' limits."""

import numpy as np
import pytest

from course_lib import Gaussian, Records, Replace, self_consume, theory
from course_lib.policies import Pool
from course_lib.remedies import Accept, Arrivals, Correct, Keep, Verify, closeness, crowding

RUNS = 3


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def column(*values):
    return Records(np.tile(np.array(values, float)[:, None], (RUNS, 1, 1)))


@pytest.fixture
def pool():
    """Real records 0 to 9 in the order of arrival; the second generation has just drawn 100 to 104."""
    pool = Pool(column(*range(10)))
    pool.add(column(*range(50, 55)), generation=0)
    pool.add(column(*range(100, 105)), generation=1)
    return pool


def names(records):
    return records.x[0, :, 0].astype(int).tolist()


# --- arrivals


def test_all_that_has_arrived_and_the_newest_sample(pool, rng):
    got = Arrivals(4, 2, 5)(pool, rng=rng)
    assert names(got) == [*range(8), *range(100, 105)]
    assert got.w is None


def test_the_newest_alone(pool, rng):
    assert names(Arrivals(4, 2, 5, decay=0)(pool, rng=rng)) == [6, 7, *range(100, 105)]


def test_weights_decay_with_age_and_the_first_ones_are_the_oldest(pool, rng):
    got = Arrivals(4, 2, 5, decay=0.5)(pool, rng=rng)
    assert got.w[0].tolist() == [0.25] * 4 + [0.5] * 2 + [1] * 2 + [1] * 5


def test_the_real_share_is_that_of_all_weight_and_the_total_stays(pool, rng):
    got = Arrivals(4, 2, 5, decay=0, real_share=0.6)(pool, rng=rng)
    assert got.w.sum(-1) == pytest.approx(7)
    assert got.w[:, :2].sum(-1) == pytest.approx(0.6 * 7)


def test_a_filtered_sample_keeps_its_weights(rng):
    pool = Pool(column(*range(10)))
    pool.add(Records(column(1, 2).x, w=np.tile([0.0, 1.0], (RUNS, 1))), generation=0)
    assert Arrivals(4, 2, 2)(pool, rng=rng).w[0].tolist() == [1] * 6 + [0, 1]
    weighed = Arrivals(4, 2, 2, real_share=0.6)(pool, rng=rng).w
    assert weighed[0, -2] == 0
    np.testing.assert_allclose(weighed[:, :6].sum(-1), 0.6 * weighed.sum(-1))


def test_no_samples_are_drawn_where_none_are_wanted(rng):
    real = rng.standard_normal((RUNS, 10, 1))
    start = Gaussian().fit(real[:, :4])
    history = self_consume(Gaussian(), real, policy=Arrivals(4, 3, 0), generations=2, start=start, rng=rng)
    np.testing.assert_allclose(history.models[2].mean_[:, 0], real[..., 0].mean(-1))


def test_more_arrivals_than_there_are(pool, rng):
    with pytest.raises(ValueError, match="by generation 2, 12 real records arrive"):
        Arrivals(4, 4, 5)(pool, rng=rng)


@pytest.mark.parametrize(
    "wrong",
    [
        {"first": 0, "each": 1, "n_synthetic": 1},
        {"first": 1, "each": -1, "n_synthetic": 1},
        {"first": 1, "each": 1, "n_synthetic": 1, "decay": 1.5},
        {"first": 1, "each": 1, "n_synthetic": 1, "real_share": -0.1},
        {"first": 1, "each": 1, "n_synthetic": 0, "real_share": 0.5},
        {"first": 1, "each": 0, "n_synthetic": 1, "decay": 0},
    ],
)
def test_arrivals_refuse(wrong):
    with pytest.raises(ValueError, match=r"must be|at least|can only be|there are none"):
        Arrivals(**wrong)


# --- filters


def test_a_verifier_errs_at_its_two_rates(pool, rng):
    sample = Records(np.tile((np.arange(8000.0) % 2)[:, None], (RUNS, 1, 1)))
    kept = Verify(lambda s, p: s.x[..., 0] == 1, 0.9, 0.3)(sample, pool, rng=rng).w
    assert kept[:, 1::2].mean() == pytest.approx(0.9, abs=0.02)
    assert kept[:, ::2].mean() == pytest.approx(0.3, abs=0.02)
    assert set(np.unique(kept)) == {0, 1}


def test_keep_takes_the_best_and_breaks_ties_by_order(pool, rng):
    kept = Keep(lambda s, p: s.x[..., 0], 0.5)(column(3, 9, 1, 9, 3, 0), pool, rng=rng).w
    assert kept[0].tolist() == [1, 1, 0, 1, 0, 0]


def test_filters_multiply_weights_that_are_there(pool, rng):
    sample = Records(column(1, 2).x, w=np.tile([3.0, 0.0], (RUNS, 1)))
    assert Accept(lambda s, p: np.ones(s.x.shape[:-1]))(sample, pool, rng=rng).w[0].tolist() == [3, 0]


def test_closeness_is_to_real_records_and_crowding_within_the_sample(pool, rng):
    sample = column(0.5, 9, 20, 20.1, 20.2)
    np.testing.assert_allclose(closeness(sample, pool)[0, :3], [-0.25, 0, -121])
    assert crowding(sample, pool, k=1)[0].argsort()[-3:].min() == 2


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Verify(lambda s, p: s.x[..., 0], 0.9, 0.3), "True or False"),
        (Keep(lambda s, p: 1.0, 0.5), "each record a number"),
        (Accept(lambda s, p: 0.5), "each record a number"),
        (Accept(lambda s, p: 2 + s.x[..., 0]), "must lie between 0"),
        (Accept(lambda s, p: 0 * s.x[..., 0]), "nothing of the sample is kept"),
    ],
)
def test_filters_say_what_is_wrong(pool, rng, step, words):
    with pytest.raises(ValueError, match=words):
        step(column(1, 2), pool, rng=rng)


def test_a_share_of_nothing_and_rates_outside():
    with pytest.raises(ValueError, match="share must be above 0"):
        Keep(closeness, 0)
    with pytest.raises(ValueError, match="keep_wrong"):
        Verify(closeness, 0.9, 1.3)


# --- correction


def test_a_correction_goes_part_of_the_way(pool, rng):
    sample = column(100, 104)
    half = Correct(1.0)(sample, pool, rng=rng).x[0, :, 0]
    real_mean, real_sd = np.mean(range(10)), np.std(range(10))
    assert half.mean() == pytest.approx((102 + real_mean) / 2)
    assert half.std() == pytest.approx((2 + real_sd) / 2)
    np.testing.assert_array_equal(Correct(0.0)(sample, pool, rng=rng).x, sample.x)


def test_a_correction_to_another_target_by_a_shift_alone(pool, rng):
    moved = Correct(3.0, target=[[0.0], [2.0]], shift_only=True)(column(100, 104), pool, rng=rng).x[0, :, 0]
    assert moved.tolist() == [100 - 0.75 * 101, 104 - 0.75 * 101]


def test_a_correction_counts_weights_and_leaves_dead_columns(pool, rng):
    sample = Records(column(5, 5, 90).x, w=np.tile([1.0, 1.0, 0.0], (RUNS, 1)))
    moved = Correct(1.0)(sample, pool, rng=rng)
    assert moved.x[0, :2, 0].tolist() == [4.75, 4.75]
    with pytest.raises(ValueError, match="strength"):
        Correct(-1)


# --- laws


def test_laws_meet_at_their_ends():
    t = np.arange(5)
    np.testing.assert_allclose(theory.archive_position(0, t), 1 + t)
    np.testing.assert_allclose(theory.archive_position(1, t), 1)
    np.testing.assert_allclose(theory.archive_position(0.1, 500), theory.archive_position(0.1))
    np.testing.assert_allclose(theory.archive_correction(0, t), 1 + t)
    np.testing.assert_allclose(theory.archive_correction(0.5, 500), theory.archive_correction(0.5))
    np.testing.assert_allclose(theory.weighted_position(1, [0.5, 2]), 1)
    assert theory.weighted_position(0.3, 1, 1) == 1
    np.testing.assert_allclose(theory.corrected_position(0, 4), theory.corrected_sample_position(0, 4))
    np.testing.assert_allclose(
        theory.accumulated_biased_variance(10, 1, [1, 7]), theory.accumulated_variance(10, [1, 7])
    )


@pytest.mark.parametrize("ratio", [0.05, 1, 3])
def test_the_best_weight_is_the_least_error_and_equals_it(ratio):
    w = np.linspace(0.001, 1, 5000)
    best = theory.fresh_weight(ratio)
    assert w[theory.weighted_position(w, ratio).argmin()] == pytest.approx(float(best), abs=2e-4)
    assert theory.weighted_position(best, ratio) == pytest.approx(float(best))


def test_the_threshold_is_where_the_majority_turns():
    limit = theory.verification_threshold(0.9, 0.3)
    assert limit == pytest.approx(0.75)
    assert theory.verified_accuracy(limit, 0.9, 0.3, 101) == pytest.approx(0.5, abs=1e-9)
    below, above = theory.verified_accuracy([limit - 0.1, limit + 0.1], 0.9, 0.3, 3000)
    assert below > 0.999 > 0.001 > above


def test_a_filter_used_t_times_is_one_filter_to_the_power_t():
    p, a = [0.2, 0.5, 0.3], np.array([1, 0.5, 0.9])
    np.testing.assert_allclose(theory.filtered_shares(p, a, 3), theory.filtered_shares(p, a**3, 1))
    with pytest.raises(ValueError, match="none of the kinds"):
        theory.filtered_shares([1, 0], [0, 1], 1)


def test_laws_refuse():
    with pytest.raises(ValueError, match="both 0"):
        theory.verification_threshold(0, 0)
    with pytest.raises(ValueError, match="real_fraction"):
        theory.archive_position(0)


def test_a_remedy_stands_in_the_one_loop(rng):
    real = rng.standard_normal((RUNS, 30, 1))
    history = self_consume(
        Gaussian(), real, policy=Replace(), generations=3, curate=Keep(crowding, 0.5), rng=rng, keep="all"
    )
    assert history.samples[3].w.sum(-1).tolist() == [15] * RUNS
    assert (history.models[3].cov_ < history.models[0].cov_).all()
