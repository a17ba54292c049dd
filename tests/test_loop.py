"""The loop: models that stay apart, metrics that only watch, one pool, a run that can be interrupted."""

import os
import signal
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from course_lib import (
    Accumulate,
    AccumulateSubsample,
    Augment,
    Fresh,
    Gaussian,
    History,
    Mix,
    Records,
    Replace,
    self_consume,
)
from course_lib.policies import Policy


def everything(pool, rng):
    """A policy of the reader's own."""
    return pool.all


POLICIES = [
    Replace(),
    Accumulate(),
    AccumulateSubsample(),
    Mix(0.3),
    Mix(1),
    Augment(0.5),
    Augment(0),
    Fresh(Gaussian().fit([[-1.0], [1.0]]), 5, 5),
    Fresh(Gaussian().fit([[-1.0], [1.0]]), 5, 0),
    everything,
]


def name_of(policy):
    """Return a name without an address, or workers could not agree on which tests there are."""
    return getattr(policy, "__name__", repr(policy))


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def real():
    """Three replicates of ten records."""
    return np.random.default_rng(1).standard_normal((3, 10, 1))


def run(real, policy=None, generator=None, generations=4, seed=0, **options):
    return self_consume(
        Gaussian() if generator is None else generator,
        real,
        policy=Replace() if policy is None else policy,
        generations=generations,
        rng=np.random.default_rng(seed),
        **options,
    )


def spread(reference, sample):
    return sample.std(-2, ddof=1)[..., 0]


def noise(reference, sample, *, rng):
    return rng.random(sample.shape[:-2])


class Resampler:
    """Keep the records and draw from them with replacement, labels and all; weights are counts."""

    def fit(self, records, *, rng):
        records = records if isinstance(records, Records) else Records(records)
        self.records_ = records.map(np.copy)
        return self

    def sample(self, n, y=None, *, rng):
        shape = (*self.records_.replicates, n)
        if self.records_.w is None:
            return self._drawn(rng.integers(self.records_.n, size=shape))
        total = self.records_.w.cumsum(-1)
        return self._drawn((rng.random(shape)[..., None] * total[..., None, -1:] >= total[..., None, :]).sum(-1))

    def _drawn(self, index):
        drawn = self.records_.take(index)
        return Records(drawn.x, drawn.y).plain()


class Spawning(Gaussian):
    """Seed another library, as a network does: from a generator that is spawned rather than drawn from."""

    def sample(self, n, y=None, *, rng):
        return super().sample(n, rng=rng.spawn(1)[0])


def models_equal(a, b):
    return all(
        np.array_equal(m.mean_, k.mean_) and np.array_equal(m.cov_, k.cov_)
        for m, k in zip(a.models, b.models, strict=True)
    )


# --- what the loop does, step by step


def test_replace_is_the_loop_that_one_would_write_by_hand(real):
    history = run(real)
    rng = np.random.default_rng(0)
    model = Gaussian().fit(real)
    for t in range(5):
        np.testing.assert_array_equal(history.models[t].mean_, model.mean_)
        np.testing.assert_array_equal(history.models[t].cov_, model.cov_)
        model = Gaussian().fit(model.sample(10, rng=rng))


@pytest.mark.parametrize("policy", POLICIES, ids=name_of)
def test_every_policy_runs(real, policy):
    history = run(real, policy, metrics={"spread": spread}, keep="all")
    assert history.generations == 4
    assert len(history.models) == 5
    assert history.models[4].cov_.shape == (3, 1, 1)
    assert history.scores["spread"].shape == (5, 3)
    assert np.isfinite(history.scores["spread"]).all()
    assert models_equal(history, run(real, policy))


def test_accumulate_trains_on_the_real_data_and_all_samples(real):
    history = run(real, Accumulate(), keep="all")
    for t in range(5):
        everything = np.concatenate([real, *(history.samples[s] for s in range(t))], axis=1)
        np.testing.assert_allclose(history.models[t].mean_, everything.mean(1), atol=1e-14)


def test_no_generations_is_the_fit_to_the_real_data(real):
    history = run(real, generations=0)
    assert history.generations == 0
    np.testing.assert_allclose(history.models[0].mean_, real.mean(1), atol=1e-15)


def test_replicates_repeat_one_data_set_without_copying_it(real):
    seen = []

    class Watcher(Gaussian):
        def fit(self, records, *, rng):
            seen.append(records)
            return super().fit(records, rng=rng)

    history = run(real[0], generator=Watcher(), replicates=6, metrics={"spread": spread})
    assert history.replicates == (6,)
    assert history.scores["spread"].shape == (5, 6)
    assert np.shares_memory(seen[0].x, real)
    assert seen[0].x.shape == (6, 10, 1)
    assert np.ptp(history.models[0].mean_) == 0
    assert len(np.unique(history.models[1].mean_)) == 6


def test_replicates_of_data_that_have_replicates_already(real):
    history = run(real, Accumulate(), replicates=2)
    assert history.replicates == (2, 3)
    assert history.models[3].mean_.shape == (2, 3, 1)


@pytest.mark.parametrize("real", [[[1.0], [2], [4]], np.float32([[1], [2], [4]])])
def test_a_single_run_of_plain_numbers(real):
    history = run(real, metrics={"spread": spread})
    assert history.replicates == ()
    assert history.scores["spread"].shape == (5,)
    assert history.scores["spread"].dtype == np.float64


# --- models are independent objects, input stays as it was


@pytest.mark.parametrize("policy", POLICIES[:5] + POLICIES[-1:], ids=name_of)
def test_model_0_still_samples_the_real_data_after_the_loop(real, rng, policy):
    history = run(real, policy, Resampler())
    assert len({id(model) for model in history.models}) == 5
    x = history.models[0].sample(500, rng=rng)
    for replicate in range(3):
        assert set(x[replicate, :, 0]) == set(real[replicate, :, 0])


def test_neither_the_generator_nor_the_real_data_are_changed(real):
    generator, before = Gaussian(), real.copy()
    real.flags.writeable = False
    for policy in POLICIES:
        run(real, policy, generator)
    assert not hasattr(generator, "mean_")
    np.testing.assert_array_equal(real, before)


def test_start_is_generation_0_for_several_policies(real):
    start = Gaussian().fit(real)
    replace, accumulate = (run(real, policy, start=start) for policy in (Replace(), Accumulate()))
    assert replace.models[0] is accumulate.models[0] is start
    assert models_equal(replace, run(real))


def test_start_may_be_another_law_than_the_real_data(real):
    start = Gaussian().fit(real + 1000)
    history = run(real, generations=1, start=start, keep=[0])
    np.testing.assert_allclose(history.samples[0].mean(), 1000, atol=10)
    np.testing.assert_allclose(history.models[1].mean_, history.samples[0].mean(1), atol=1e-10)


# --- metrics watch and touch nothing


@pytest.mark.parametrize("generator", [Gaussian(), Spawning()], ids=["drawing", "spawning"])
@pytest.mark.parametrize("policy", [Replace(), AccumulateSubsample(), Mix(0.5)], ids=repr)
def test_a_metric_changes_no_model_and_no_other_metric(real, policy, generator):
    without = run(real, policy, generator)
    one = run(real, policy, generator, metrics={"noise": noise})
    first, second = {"other": noise, "noise": noise}, {"noise": noise, "spread": spread, "other": noise}
    several = [run(real, policy, generator, metrics=metrics) for metrics in (first, second)]
    for history in (one, *several):
        assert models_equal(history, without)
        np.testing.assert_array_equal(history.scores["noise"], one.scores["noise"])
    np.testing.assert_array_equal(several[0].scores["other"], several[1].scores["other"])
    assert not np.array_equal(several[0].scores["other"], one.scores["noise"])


def test_a_metric_that_draws_draws_anew_in_each_generation_and_run(real):
    history = run(real, metrics={"noise": noise})
    assert np.unique(history.scores["noise"]).size == 15
    assert not np.array_equal(history.scores["noise"], run(real, seed=1, metrics={"noise": noise}).scores["noise"])
    np.testing.assert_array_equal(history.scores["noise"], run(real, metrics={"noise": noise}).scores["noise"])
    rng = np.random.default_rng(0)
    first, second = (
        self_consume(Gaussian(), real, policy=Replace(), generations=2, rng=rng, metrics={"noise": noise})
        for _ in range(2)
    )
    assert not np.array_equal(first.scores["noise"], second.scores["noise"])


@pytest.mark.parametrize("which", [0, 1], ids=["reference", "sample"])
def test_a_metric_that_writes_is_stopped(real, which):
    def careless(*data):
        data[which].sort(axis=-2)
        return data[1].mean((-2, -1))

    with pytest.raises(ValueError, match="read-only"):
        run(real, metrics={"careless": careless})


def test_scores_are_those_of_the_sample_drawn_from_the_model_of_their_generation(real):
    history = run(real, Accumulate(), metrics={"spread": spread}, keep="all")
    for t in range(5):
        np.testing.assert_array_equal(history.scores["spread"][t], spread(None, history.samples[t]))


def test_the_reference_is_the_real_data_unless_another_is_given(real):
    def seen(reference, sample):
        return reference.mean((-2, -1))

    np.testing.assert_array_equal(run(real, metrics={"seen": seen}).scores["seen"], [real.mean((1, 2))] * 5)
    other = run(real, metrics={"seen": seen}, reference=real + 1)
    np.testing.assert_array_equal(other.scores["seen"], [(real + 1).mean((1, 2))] * 5)
    shared = run(real, metrics={"seen": seen}, reference=np.full((99, 1), 7.0))
    np.testing.assert_array_equal(shared.scores["seen"], np.full((5, 3), 7.0))


def test_a_metric_may_return_a_dict(real):
    def two(reference, sample):
        return {"spread": spread(reference, sample), "n": np.full(3, sample.shape[-2])}

    scores = run(real, metrics={"two": two}).scores
    assert list(scores) == ["two.spread", "two.n"]
    np.testing.assert_array_equal(scores["two.n"], np.full((5, 3), 10.0))


def test_a_metric_sees_records_where_there_are_labels_or_weights(real):
    def kind(reference, sample):
        assert isinstance(sample, Records)
        assert isinstance(reference, np.ndarray)
        return sample.w.sum(-1)

    def halve(sample, pool, *, rng):
        return Records(sample.x, w=np.full(sample.x.shape[:-1], 0.5))

    assert (run(real, curate=halve, metrics={"kind": kind}).scores["kind"] == 5).all()


BAD_METRICS = {
    "one number for all": (lambda r, s: s.std(), r"score 'm' has shape \(\).*one number a replicate.*shape \(3,\)"),
    "one for each record": (lambda r, s: s[..., 0], r"score 'm' has shape \(3, 10\)"),
    "along the wrong axis": (
        lambda r, s: s.std(-1),
        r"score 'm' has shape \(3, 10\).*records stand on the last axis but",
    ),
    "nothing": (lambda r, s: None, r"score 'm' has shape \(\) and type object"),
    "words": (lambda r, s: ["a", "b", "c"], r"score 'm' has shape \(3,\) and type <U1"),
    "in a dict": (lambda r, s: {"a": s.mean((-2, -1)), "b": 1.0}, r"score 'm.b' has shape \(\)"),
}


@pytest.mark.parametrize(("metric", "message"), BAD_METRICS.values(), ids=BAD_METRICS.keys())
def test_bad_metric_results(real, metric, message):
    with pytest.raises(ValueError, match=message) as caught:
        run(real, metrics={"m": metric})
    assert caught.value.__notes__ == ["This happened in generation 0 of 4."]


def test_a_forgotten_return_is_noticed_in_a_single_run(real):
    with pytest.raises(ValueError, match=r"score 'm' has shape \(\) and type object; one number a replicate"):
        run(real[0], metrics={"m": lambda reference, sample: None})


def test_a_metric_returns_the_same_keys_each_time(real):
    calls = []

    def forgetful(reference, sample):
        calls.append(1)
        return {"a": np.zeros(3)} if len(calls) < 3 else {"b": np.zeros(3)}

    with pytest.raises(ValueError, match=r"metric 'm' returned \['m.b'\], but at first \['m.a'\]") as caught:
        run(real, metrics={"m": forgetful})
    assert caught.value.__notes__ == ["This happened in generation 2 of 4."]


# --- curate, labels and weights


class Classes:
    """Two classes on one axis: their shares, their means, and noise of width 0.1."""

    def fit(self, records, *, rng):
        w = np.ones(records.y.shape) if records.w is None else records.w
        ill = w * (records.y == 1)
        well = w * (records.y == 0)
        self.share_ = ill.sum(-1) / w.sum(-1)
        x = records.x[..., 0]
        self.means_ = np.stack([(well * x).sum(-1) / well.sum(-1), (ill * x).sum(-1) / ill.sum(-1)], -1)
        return self

    def sample(self, n, y=None, *, rng):
        if y is None:
            y = (rng.random((*self.share_.shape, n)) < self.share_[..., None]).astype(int)
        x = np.take_along_axis(self.means_, y, -1) + 0.1 * rng.standard_normal(y.shape)
        return Records(x[..., None], y)


@pytest.fixture
def labelled():
    y = np.tile([0, 0, 0, 1, 1], (3, 200))
    return Records((10.0 * y)[..., None], y)


@pytest.mark.parametrize("policy", [*POLICIES[:7], POLICIES[-1]], ids=name_of)
def test_labels_travel_with_their_records(labelled, policy):
    history = run(labelled, policy, Classes(), keep="all")
    for model, sample in zip(history.models, history.samples.values(), strict=True):
        np.testing.assert_allclose(model.means_, [[0, 10]] * 3, atol=0.1)
        np.testing.assert_array_equal(sample.y, sample.x[..., 0] > 5)
    # The share is a random walk whose steps have a standard error of √(.4·.6/1000) at most: 4 steps, 5 errors.
    np.testing.assert_allclose(history.models[4].share_, 0.4, atol=5 * np.sqrt(4 * 0.24 / 1000))


def test_fresh_labelled_records(labelled, rng):
    source = Classes().fit(Records(labelled.x[0], labelled.y[0]), rng=rng)
    history = run(labelled, Fresh(source, 300, 700), Classes())
    np.testing.assert_allclose(history.models[4].means_, [[0, 10]] * 3, atol=0.1)


def test_curate_may_relabel(labelled):
    def swap(sample, pool, *, rng):
        return Records(sample.x, 1 - sample.y)

    history = run(labelled, generator=Classes(), curate=swap)
    np.testing.assert_allclose([m.means_[0, 0] for m in history.models], [0, 10, 0, 10, 0], atol=0.1)


def test_curate_may_move(real):
    def shift(sample, pool, *, rng):
        return sample.x + 100

    history = run(real, curate=shift, keep="all", metrics={"mean": lambda r, s: s.mean((-2, -1))})
    np.testing.assert_allclose([m.mean_.mean() for m in history.models], [0, 100, 200, 300, 400], atol=10)
    np.testing.assert_array_equal(history.scores["mean"], [s.mean((-2, -1)) for s in history.samples.values()])


def test_curate_may_discard_by_weight(real):
    def keep_positive(sample, pool, *, rng):
        w = (sample.x[..., 0] >= np.median(sample.x[..., 0], axis=-1, keepdims=True)).astype(float)
        return Records(sample.x, w=w)

    history = run(real, curate=keep_positive, keep=[0])
    sample = history.samples[0]
    expected = [x[w > 0].mean() for x, w in zip(sample.x, sample.w, strict=True)]
    np.testing.assert_allclose(history.models[1].mean_[:, 0], expected, atol=1e-14)


def test_weights_that_appear_at_a_later_generation_of_an_accumulating_pool(real):
    def late(sample, pool, *, rng):
        if pool.generation is None:
            return sample
        return Records(sample.x, w=np.full(sample.x.shape[:-1], 3.0))

    history = run(real, Accumulate(), generations=3, curate=late, keep="all")
    s = history.samples
    expected = np.concatenate([real, s[0], *[s[1].x] * 3, *[s[2].x] * 3], axis=1).mean(1)
    np.testing.assert_allclose(history.models[3].mean_, expected, atol=1e-14)


def test_curate_sees_the_pool_before_the_sample_joins_it_and_draws_from_the_same_rng(real):
    seen = []

    def watch(sample, pool, *, rng):
        seen.append((pool.generation, pool.all.n))
        assert isinstance(sample, Records)
        return Records(sample.x + rng.standard_normal(sample.x.shape))

    history = run(real, Accumulate(), curate=watch)
    assert seen == [(None, 10), (0, 20), (1, 30), (2, 40), (3, 50)]
    assert models_equal(history, run(real, Accumulate(), curate=watch, metrics={"noise": noise}))


BAD_CURATES = {
    "fewer records": (lambda s, p, rng: s.x[:, :5], r"the result of curate has x of shape \(3, 5, 1\); \(3, 10, 1\)"),
    "one replicate": (lambda s, p, rng: s.x[0], r"the result of curate has x of shape \(10, 1\); \(3, 10, 1\)"),
    "more columns": (lambda s, p, rng: np.repeat(s.x, 2, -1), r"of shape \(3, 10, 2\); \(3, 10, 1\) is needed"),
    "NaN": (lambda s, p, rng: s.x * np.nan, "the result of curate holds 30 of 30 values that are NaN"),
    "nothing": (lambda s, p, rng: None, "the result of curate has shape"),
}


@pytest.mark.parametrize(("curate", "message"), BAD_CURATES.values(), ids=BAD_CURATES.keys())
def test_bad_curates(real, curate, message):
    with pytest.raises(ValueError, match=message):
        run(real, curate=curate)


def test_labels_lost_on_the_way_into_the_pool(labelled):
    with pytest.raises(ValueError, match="a sample with no y cannot join the pool"):
        run(labelled, Accumulate(), Classes(), curate=lambda sample, pool, rng: sample.x)


# --- a function as policy, policies that want none


def test_a_plain_function_is_a_policy(real):
    sizes = []

    def newest_two(pool, *, rng):
        sizes.append((pool.generation, pool.all.n, pool.last.n))
        return pool.all.rows(slice(-20, None))

    history = run(real, newest_two, keep="all")
    assert sizes == [(0, 20, 10), (1, 30, 10), (2, 40, 10), (3, 50, 10)]
    s = history.samples
    np.testing.assert_allclose(history.models[3].mean_, np.concatenate([s[1], s[2]], 1).mean(1), atol=1e-14)


def test_a_policy_of_ones_own(real):
    class Twice(Policy):
        def draws(self, n):
            return 2 * n

        def __call__(self, pool, *, rng):
            return pool.last

    history = run(real, Twice(), keep="all")
    assert {sample.shape for sample in history.samples.values()} == {(3, 20, 1)}


def test_a_policy_that_wants_no_samples_gets_none_and_its_models_are_scored_all_the_same(real):
    seen = []

    class RealOnly(Policy):
        def draws(self, n):
            return 0

        def __call__(self, pool, *, rng):
            seen.append((pool.last, pool.generation))
            return pool.real

    history = run(real, RealOnly(), metrics={"n": lambda r, s: np.full(3, s.shape[-2])})
    assert seen == [(None, 0), (None, 1), (None, 2), (None, 3)]
    np.testing.assert_array_equal(history.scores["n"], 10)
    for model in history.models:
        np.testing.assert_array_equal(model.mean_, history.models[0].mean_)


# --- memory


def test_the_pool_is_allocated_once(real):
    stores = []

    def everything(pool, *, rng):
        stores.append(pool.all.x.base)
        return pool.all

    run(real, everything)
    assert all(store is stores[0] for store in stores)
    assert stores[0].shape == (3, 50, 1)


SAMPLE = 100 * 4000 * 8  # bytes of one generation's samples below


def peak_bytes(policy, generations, **options):
    real = np.broadcast_to(np.arange(4000.0)[:, None], (100, 4000, 1)).copy()
    run(real, policy, generations=1)  # imports
    tracemalloc.start()
    try:
        run(real, policy, generations=generations, **options)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_under_replace_does_not_grow_with_the_generations():
    few, many = peak_bytes(Replace(), 2), peak_bytes(Replace(), 30)
    assert many - few < SAMPLE / 2
    assert many < 4 * SAMPLE
    assert peak_bytes(Replace(), 30, keep="all") - many > 25 * SAMPLE


def test_memory_under_accumulate_is_one_pool():
    generations = 10
    pool = (generations + 1) * SAMPLE
    assert pool < peak_bytes(Accumulate(), generations) < pool + 3 * SAMPLE


# --- interruption


@pytest.fixture
def ctrl_c_interrupts():
    """A shell that starts a program in the background has it ignore Ctrl-C; these tests are about what else it does."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Interrupted(Gaussian):
    """A generator during whose k-th fit the user presses Ctrl-C."""

    def __init__(self, k):
        super().__init__()
        self.fits, self.k = [], k

    def fit(self, records, *, rng):
        self.fits.append(1)  # shared by the copies
        if len(self.fits) == self.k + 1:
            signal.raise_signal(signal.SIGINT)
        return super().fit(records, rng=rng)


@pytest.mark.usefixtures("ctrl_c_interrupts")
@pytest.mark.parametrize("k", [1, 3])
def test_an_interrupted_run_returns_the_finished_generations_and_says_so(real, k):
    message = rf"^interrupted: returning generations 0 to {k - 1} of the 4 asked for$"
    with pytest.warns(UserWarning, match=message) as caught:
        history = run(real, Accumulate(), Interrupted(k), metrics={"spread": spread}, keep=[0, 4])
    assert caught[0].filename.endswith("test_loop.py")  # it points at the call, not into the library
    assert history.generations == k - 1
    assert history.scores["spread"].shape == (k, 3)
    assert list(history.samples) == [0]
    assert len(history.frame()) == 3 * k
    whole = run(real, Accumulate())
    for model, other in zip(history.models, whole.models, strict=False):
        np.testing.assert_array_equal(model.cov_, other.cov_)


@pytest.mark.usefixtures("ctrl_c_interrupts")
def test_an_interruption_before_anything_is_finished_interrupts(real):
    with pytest.raises(KeyboardInterrupt):
        run(real, generator=Interrupted(0))


def test_an_error_says_in_which_generation_it_happened(real):
    class Broken(Gaussian):
        def sample(self, n, y=None, *, rng):
            return super().sample(n, rng=rng) * (np.nan if self.mean_.size and rng.random() > 0.5 else 1)

    with pytest.raises(ValueError, match="the generator's sample holds 30 of 30 values that are NaN") as caught:
        run(real, generator=Broken(), generations=50)
    assert caught.value.__notes__[0].startswith("This happened in generation ")


# --- the progress bar


SLOW_RUN = """
import sys, time, numpy as np
from course_lib import Gaussian, Replace, self_consume
class Slow(Gaussian):
    def fit(self, records, *, rng):
        time.sleep(float(sys.argv[1]))
        return super().fit(records, rng=rng)
self_consume(Slow(), np.ones((5, 1)), policy=Replace(), generations=5, rng=np.random.default_rng(0))
"""


def start_run(seconds_per_fit, environment):
    command = [sys.executable, "-c", SLOW_RUN, str(seconds_per_fit)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)


def test_a_progress_bar_appears_in_long_runs_only():
    shown = {name: value for name, value in os.environ.items() if name != "TQDM_DISABLE"}
    runs = [start_run(0, shown), start_run(0.5, shown), start_run(0.5, shown | {"TQDM_DISABLE": "1"})]
    short, long, silent = (process.communicate(timeout=60)[1] for process in runs)
    assert [process.returncode for process in runs] == [0, 0, 0]
    assert short == silent == ""
    assert "generations" in long


# --- History


def test_samples_are_kept_on_request_only(real):
    assert run(real).samples == {}
    assert list(run(real, keep=[4, 0]).samples) == [0, 4]
    assert list(run(real, keep=range(2, 4)).samples) == [2, 3]
    assert list(run(real, keep="all").samples) == [0, 1, 2, 3, 4]


def test_the_frame_is_tidy(real):
    history = run(real, metrics={"spread": spread, "noise": noise})
    frame = history.frame()
    assert list(frame.columns) == ["generation", "replicate", "score", "value"]
    assert len(frame) == 2 * 5 * 3
    chosen = frame.query("score == 'noise' and generation == 3 and replicate == 1")
    assert chosen["value"].item() == history.scores["noise"][3, 1]
    pivoted = frame.query("score == 'spread'").pivot(index="generation", columns="replicate", values="value")
    np.testing.assert_array_equal(pivoted, history.scores["spread"])


def test_the_frame_numbers_replicates_on_several_axes_in_c_order(real):
    history = run(real, replicates=2, metrics={"spread": spread})
    frame = history.frame()
    assert frame.query("generation == 4 and replicate == 5")["value"].item() == history.scores["spread"][4, 1, 2]


def test_the_frame_of_a_single_run_and_of_one_without_scores(real):
    assert run(real[0], metrics={"spread": spread}).frame()["replicate"].tolist() == [0] * 5
    empty = run(real).frame()
    assert list(empty.columns) == ["generation", "replicate", "score", "value"]
    assert len(empty) == 0


def test_evaluate_scores_the_models_themselves(real):
    history = run(real)
    values = history.evaluate("variance", lambda model: model.cov_[..., 0, 0])
    assert values is history.scores["variance"]
    np.testing.assert_array_equal(values, [model.cov_[:, 0, 0] for model in history.models])
    assert len(history.frame()) == 15
    with pytest.raises(ValueError, match=r"score 'cov' has shape \(3, 1, 1\).*shape \(3,\)"):
        history.evaluate("cov", lambda model: model.cov_)
    assert "cov" not in history.scores


def test_a_history_says_what_it_is(real):
    assert repr(run(real)) == "<History of 4 generations of Gaussian; scores: none>"
    history = run(real, metrics={"spread": spread})
    assert isinstance(history, History)
    assert repr(history).endswith("scores: spread>")


# --- bad input

BAD_INPUT = {
    "a seed": (dict(rng=0), r"^rng must be a numpy.random.Generator.*got int$"),
    "real of one axis": (dict(real=[1.0, 2.0]), r"^real has shape \(2,\).*x\[:, None\]"),
    "real empty": (dict(real=np.empty((0, 1))), "^real is empty"),
    "real NaN": (dict(real=[[1.0], [np.nan]]), "^real holds 1 of 2 values that are NaN"),
    "real infinite": (dict(real=[[1.0], [-np.inf]]), "^real holds 1 of 2 values that are NaN or infinite"),
    "negative generations": (dict(generations=-1), r"^generations must be a whole number of at least 0, got -1$"),
    "half a generation": (dict(generations=1.5), r"^generations must be .*got 1.5$"),
    "no replicates": (dict(replicates=0), r"^replicates must be a whole number of at least 1, got 0$"),
    "generator class": (dict(generator=Gaussian), r"^generator must be an object.*write Gaussian\(...\)$"),
    "no generator": (dict(generator="gaussian"), "^generator must have fit, sample; got str"),
    "policy class": (dict(policy=Replace), r"^policy must be an object, got the class Replace: write Replace\(...\)$"),
    "no policy": (dict(policy="replace"), "^policy must have __call__; got str"),
    "start class": (dict(start=Gaussian), "^start must be an object, got the class Gaussian"),
    "metrics in a list": (dict(metrics=[spread]), "^metrics must map names to functions"),
    "metrics uncalled": (dict(metrics={"spread": 1.0}), "^metrics must map names to functions"),
    "metrics unnamed": (dict(metrics={1: spread}), "^metrics must map names to functions"),
    "reference of other columns": (dict(reference=np.ones((5, 2))), r"^reference has x of shape \(5, 2\); 1 features"),
    "reference of other replicates": (
        dict(reference=np.ones((2, 5, 1))),
        r"^reference has x of shape \(2, 5, 1\);.*\(3,\)",
    ),
    "reference of one axis": (dict(reference=np.ones(5)), r"^reference has shape \(5,\)"),
    "keep a number": (dict(keep=3), "^keep must be 'all' or hold generations from 0 to 4, got 3$"),
    "keep what never comes": (dict(keep=[0, 5]), r"^keep must .* 0 to 4, got \[0, 5\]$"),
    "keep from the end": (dict(keep=[-1]), r"^keep must .*got \[-1\]$"),
    "keep a word": (dict(keep="last"), "^keep must .*got 'last'$"),
}


@pytest.mark.parametrize(("change", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input(real, change, message):
    arguments = dict(
        generator=Gaussian(), real=real, policy=Replace(), generations=4, rng=np.random.default_rng(0)
    ) | dict(change)
    generator, data = arguments.pop("generator"), arguments.pop("real")
    with pytest.raises(ValueError, match=message):
        self_consume(generator, data, **arguments)


@pytest.mark.parametrize("draws", [-1, 2.5])
def test_a_policy_wants_a_whole_number(real, draws):
    class Odd(Policy):
        def draws(self, n):
            return draws

    with pytest.raises(ValueError, match=rf"^policy.draws\(n\) must be a whole number of at least 0, got {draws}$"):
        run(real, Odd())


def test_start_must_be_fitted(real):
    with pytest.raises(NotFittedError, match="this Gaussian has not been fitted yet"):
        run(real, start=Gaussian())


@pytest.mark.parametrize(
    "shape", [(10, 1), (2, 10, 1), (3, 10, 2)], ids=["single", "other replicates", "other columns"]
)
def test_start_must_fit_the_real_data(real, rng, shape):
    start = Gaussian().fit(rng.standard_normal(shape))
    with pytest.raises(ValueError, match=r"the generator's sample has x of shape .*\(3, 10, 1\) is needed.*`start`"):
        run(real, start=start)
