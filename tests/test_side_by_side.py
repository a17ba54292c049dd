"""Remedies side by side: each is trained on what it would be trained on alone, and sees no other's records."""

import numpy as np
import pytest

from course_lib import Accumulate, Augment, Gaussian, Mix, Records, Replace, self_consume
from course_lib.policies import Pool
from course_lib.remedies import Arrivals, Correct, Keep, closeness
from course_lib.side_by_side import SideBySide

EACH = 3


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def pool_of(rng, remedies, n=10, generations=2):
    """Return the pool of all remedies, and the pools that each would have alone, with the same records."""
    drawn = [rng.standard_normal((remedies * EACH, n, 2)) for _ in range(generations + 1)]
    pools = [Pool(Records(part), capacity=n * (generations + 1)) for part in (drawn[0], *np.split(drawn[0], remedies))]
    for t, sample in enumerate(drawn[1:]):
        for pool, part in zip(pools, (sample, *np.split(sample, remedies)), strict=True):
            pool.add(Records(part), generation=t)
    return pools[0], pools[1:]


def without_absent(records, replicate):
    """Return the records of one replicate that count, with their weights."""
    w = np.ones(records.n) if records.w is None else records.w[replicate]
    return records.x[replicate][w > 0], w[w > 0]


def test_each_is_trained_on_what_it_would_be_alone(rng):
    policies = (Replace(), Accumulate(), Augment(1), Arrivals(4, 2, 10, decay=0.5), Mix(0.0))
    side = SideBySide({str(i): (policy, None) for i, policy in enumerate(policies)}, each=EACH)
    pool, alone = pool_of(rng, len(policies))
    got = side(pool, rng=rng)
    for i, policy in enumerate(policies):
        expected = policy(alone[i], rng=rng)
        for replicate in range(EACH):
            x, w = without_absent(got, i * EACH + replicate)
            right_x, right_w = without_absent(expected, replicate)
            assert np.array_equal(x, right_x)
            assert np.array_equal(w, right_w)


def test_one_that_wants_fewer_samples_gets_the_first_of_them(rng):
    side = SideBySide({"half": (Mix(0.5), None), "all": (Replace(), None)}, each=EACH)
    pool, (half, _) = pool_of(rng, 2)
    assert side.draws(10) == 10
    x, _ = without_absent(side(pool, rng=rng), 0)
    assert len(x) == 10
    assert np.array_equal(x[5:], half.last.x[0, :5])
    assert np.isin(x[:5], half.real.x[0]).all()


def test_one_that_wants_none_has_its_real_records_alone(rng):
    side = SideBySide({"real": (Mix(1.0), None), "copies": (Replace(), None)}, each=EACH)
    pool, (real, _) = pool_of(rng, 2)
    x, _ = without_absent(side(pool, rng=rng), 1)
    assert np.array_equal(np.sort(x, 0), np.sort(real.real.x[1], 0))


def test_a_step_touches_its_own_remedy_alone(rng):
    remedies = {"plain": (Replace(), None), "half": (Replace(), Keep(closeness, 0.5)), "moved": (Replace(), Correct(1))}
    side = SideBySide(remedies, each=EACH)
    pool, alone = pool_of(rng, 3)
    sample = Records(rng.standard_normal((3 * EACH, 10, 2)))
    got = side.curate(sample, pool, rng=rng)
    assert np.array_equal(got.x[: 2 * EACH], sample.x[: 2 * EACH])
    assert (got.w[:EACH] == 1).all()
    kept = Keep(closeness, 0.5)(Records(sample.x[EACH : 2 * EACH]), alone[1], rng=rng)
    moved = Correct(1)(Records(sample.x[2 * EACH :]), alone[2], rng=rng)
    assert np.array_equal(got.w[EACH : 2 * EACH], kept.w)
    assert np.array_equal(got.x[2 * EACH :], moved.x)


def test_a_loop_of_several_is_as_several_loops(rng):
    """Weights are counts to a Gaussian, so accumulation beside others loses as little spread as it does alone."""
    real = rng.standard_normal((20, 1))
    side = SideBySide({"replace": (Replace(), None), "accumulate": (Accumulate(), None)}, each=400)
    settings = dict(generations=20, rng=rng)
    both = self_consume(Gaussian(), real, policy=side, curate=side.curate, replicates=side.replicates, **settings)
    spread = side.split([np.sqrt(model.cov_[:, 0, 0]) for model in both.models])
    for name, policy in (("replace", Replace()), ("accumulate", Accumulate())):
        alone = self_consume(Gaussian(), real, policy=policy, replicates=400, **settings)
        other = np.sqrt(alone.models[20].cov_[:, 0, 0])
        error = np.sqrt((spread[name][20].var() + other.var()) / 400)
        assert abs(spread[name][20].mean() - other.mean()) < 5 * error


def test_first_models_are_put_together(rng):
    models = [Gaussian().fit(rng.standard_normal((EACH, 200, 1)) + 10 * i) for i in range(2)]
    side = SideBySide({"a": (Replace(), None), "b": (Replace(), None)}, each=EACH)
    sample = side.start(*models).sample(50, rng=rng)
    assert sample.x.shape == (2 * EACH, 50, 1)
    assert sample.x[:EACH].max() < 5 < sample.x[EACH:].min()


def test_values_are_split_by_remedy():
    side = SideBySide({"a": (Replace(), None), "b": (Replace(), None)}, each=2)
    split = side.split([[1, 2, 3, 4], [5, 6, 7, 8]])
    assert {name: part.tolist() for name, part in split.items()} == {"a": [[1, 2], [5, 6]], "b": [[3, 4], [7, 8]]}


def test_it_keeps_every_generation_only_for_who_reads_them():
    assert not SideBySide({"a": (Replace(), None)}, each=2).keeps_all
    assert SideBySide({"a": (Replace(), None), "b": (Accumulate(), None)}, each=2).keeps_all


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda rng: SideBySide({}, each=2), "at least one name"),
        (lambda rng: SideBySide({"a": (Replace(),)}, each=2), "pair"),
        (lambda rng: SideBySide({"a": (Replace, None)}, each=2), "policy of 'a'"),
        (lambda rng: SideBySide({"a": (Replace(), None)}, each=0), "each"),
        (lambda rng: SideBySide({"a": (Replace(), None)}, each=2).start(), "each of 1 remedies"),
        (lambda rng: SideBySide({"a": (Replace(), None)}, each=2).split([1, 2, 3]), "2 replicates"),
        (lambda rng: SideBySide({"a": (Replace(), None)}, each=2)(pool_of(rng, 2)[0], rng=rng), "needs 2 replicates"),
        (
            lambda rng: SideBySide({"a": (Replace(), None), "b": (_ReadsAll(), None)}, each=EACH)(
                pool_of(rng, 2)[0], rng=rng
            ),
            "as many samples",
        ),
    ],
)
def test_what_does_not_fit_is_named(wrong, words, rng):
    with pytest.raises(ValueError, match=words):
        wrong(rng)


class _ReadsAll(Accumulate):
    def draws(self, n):
        return n - 1
