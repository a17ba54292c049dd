"""What holds for every metric: replicates, weights, bad input; and the helpers they share."""

import re
import subprocess
import sys
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course_lib import Gaussian, Records, Replace, metrics, self_consume

HOLDOUT = np.random.default_rng(100).normal(size=(12, 3))


def sliced(reference, sample):
    return metrics.sliced_wasserstein(reference, sample, directions=5, rng=np.random.default_rng(0))


EVERY = {
    "adversarial_accuracy": metrics.adversarial_accuracy,
    "closest_record": metrics.closest_record,
    "closest_record, holdout": partial(metrics.closest_record, holdout=HOLDOUT),
    "correlation_similarity": metrics.correlation_similarity,
    "frechet": metrics.frechet,
    "ks_complement": metrics.ks_complement,
    "ks_complement, per column": partial(metrics.ks_complement, per_column=True),
    "membership_attack": partial(metrics.membership_attack, holdout=HOLDOUT),
    "membership_risk": partial(metrics.membership_risk, holdout=HOLDOUT),
    "mmd2": partial(metrics.mmd2, width=1.5),
    "mmd2, median": metrics.mmd2,
    "prdc": partial(metrics.prdc, k=2),
    "sliced_wasserstein": sliced,
    "spread": metrics.spread,
    "spread, per column": partial(metrics.spread, per_column=True),
    "trts": metrics.trts,
    "tstr": metrics.tstr,
    "vendi": metrics.vendi,
}
HONOURS_FRACTIONS = {
    "correlation_similarity",
    "frechet",
    "ks_complement",
    "ks_complement, per column",
    "mmd2",
    "mmd2, median",
    "spread",
    "spread, per column",
    "vendi",
}
every = pytest.mark.parametrize("metric", EVERY.values(), ids=EVERY)


def labelled(x, w=None):
    return Records(x, (x[..., 0] + x[..., 1] > 0).astype(int), w)


def as_dict(value):
    return value if isinstance(value, dict) else {"value": value}


def assert_same(one, other):
    one, other = as_dict(one), as_dict(other)
    assert one.keys() == other.keys()
    for key in one:
        np.testing.assert_allclose(one[key], other[key], rtol=1e-10, atol=1e-12, err_msg=key)


def test_everything_public_is_exported():
    names = [path.stem for path in Path(metrics.__file__).parent.glob("[!_]*.py")]
    parts = [import_module(f"course_lib.metrics.{name}") for name in names]
    shared = {"paired", "repeated"}  # for the metrics themselves
    assert {name for part in parts for name in part.__all__} - shared == set(metrics.__all__)


def test_import_is_light():
    heavy = {"sklearn", "scipy", "statsmodels", "pandas", "torch", "matplotlib"}
    code = f"import sys, course_lib.metrics; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@every
def test_leading_axes_are_replicates_and_a_single_reference_serves_all(metric):
    rng = np.random.default_rng(1)
    reference, sample = labelled(rng.normal(size=(10, 3))), labelled(rng.normal(size=(2, 3, 8, 3)))
    together = as_dict(metric(reference, sample))
    for index in np.ndindex(2, 3):
        alone = metric(reference, labelled(sample.x[index]))
        assert_same({key: value[index] for key, value in together.items()}, alone)
    both = metric(labelled(np.broadcast_to(reference.x, (2, 3, 10, 3))), sample)
    assert_same(both, together)


@every
def test_whole_weights_equal_repeated_records(metric):
    rng = np.random.default_rng(2)
    reference, x, w = labelled(rng.normal(size=(10, 3))), rng.normal(size=(2, 8, 3)), np.array([1, 0, 2, 1, 3, 1, 0, 1])
    weighted = as_dict(metric(reference, labelled(x, np.broadcast_to(w, (2, 8)))))
    repeated = as_dict(metric(reference, labelled(np.repeat(x, w, axis=1))))
    assert_same(weighted, repeated)


@pytest.mark.parametrize("name", EVERY)
def test_fractional_weights_are_honoured_or_refused(name):
    rng = np.random.default_rng(3)
    reference, x = labelled(rng.normal(size=(10, 3))), rng.normal(size=(8, 3))
    plain, halves = labelled(x), labelled(x, np.linspace(0.25, 2.25, 8))
    if name in HONOURS_FRACTIONS:
        assert not np.allclose(EVERY[name](reference, plain), EVERY[name](reference, halves))
    else:
        with pytest.raises(ValueError, match=r"weights must be whole; got 0\.25"):
            EVERY[name](reference, halves)


@every
@pytest.mark.parametrize("where", ["reference", "sample"])
def test_bad_arrays_are_named(metric, where):
    good = np.random.default_rng(4).normal(size=(10, 3))
    arguments = {"reference": labelled(good), "sample": labelled(good)}
    holed = good.copy()
    holed[3, 1] = np.nan
    for bad, message in [
        (holed, f"{where} holds 1 of 30 values that are NaN"),
        (good[:0], f"{where} is empty"),
        (good[:, 0], f"{where} has shape"),
        (good[:, :2], "same columns"),
        (Records(good, w=np.zeros(10)), f"{where} must count more than"),
        ("text", f"{where} must be an array of numbers"),
    ]:
        with pytest.raises(ValueError, match=message):
            metric(**(arguments | {where: bad}))


@every
def test_leading_axes_that_do_not_fit_are_refused(metric):
    rng = np.random.default_rng(5)
    with pytest.raises(ValueError, match="broadcast"):
        metric(labelled(rng.normal(size=(2, 10, 3))), labelled(rng.normal(size=(3, 10, 3))))


@every
def test_inputs_are_not_changed(metric):
    rng = np.random.default_rng(6)
    reference, sample = labelled(rng.normal(size=(10, 3))), labelled(rng.normal(size=(10, 3)))
    for array in (reference.x, reference.y, sample.x, sample.y):
        array.flags.writeable = False
    before = sample.x.copy(), reference.x.copy()
    metric(reference, sample)
    np.testing.assert_array_equal(before, (sample.x, reference.x))


# Few distinct values make identical points and constant columns; squares of the others span 400 powers of ten.
OURS = "must count more than|need two records or more|neighbours need more than k|: pass a width"
values = st.one_of(
    st.sampled_from([0.0, 0.1, 1.0]),
    st.floats(-1e100, 1e100, allow_subnormal=False).filter(lambda v: v == 0 or abs(v) > 1e-100),
)
record_arrays = st.integers(1, 7).flatmap(lambda n: arrays(float, (n, 3), elements=values))


@every
@settings(max_examples=40, deadline=None, derandomize=True)
@given(reference=record_arrays, sample=record_arrays)
@pytest.mark.filterwarnings("error")
def test_any_finite_array_gives_a_finite_value_or_a_value_error(metric, reference, sample):
    try:
        result = as_dict(metric(labelled(reference), labelled(sample)))
    except ValueError as error:
        if not re.search(OURS, str(error)):  # NumPy's LinAlgError is a ValueError too
            raise
        return
    assert all(np.isfinite(value).all() for value in result.values()), result


def test_a_metric_joins_the_loop():
    real = np.random.default_rng(7).normal(size=(20, 2))
    chosen = {
        "frechet": metrics.frechet,
        "prdc": partial(metrics.prdc, k=3),
        "sliced": metrics.sliced_wasserstein,
        "spread": metrics.spread,
    }
    rng = np.random.default_rng(8)
    history = self_consume(Gaussian(), real, policy=Replace(), generations=2, rng=rng, metrics=chosen, replicates=4)
    assert history.scores["prdc.recall"].shape == history.scores["sliced"].shape == (3, 4)
    assert np.isfinite(history.scores["frechet"]).all()


def test_no_difference_compares_disjoint_parts():
    real = np.arange(11.0)[:, None]
    seen = []

    def metric(reference, sample):
        seen.append((reference, sample))
        return reference.mean((-2, -1)) - sample.mean((-2, -1))

    result = metrics.no_difference(metric, real, n=4, repeats=50, rng=np.random.default_rng(0))
    assert result.shape == (50,)
    ((reference, sample),) = seen
    assert reference.shape == sample.shape == (50, 4, 1)
    assert all(len({*a.ravel(), *b.ravel()}) == 8 for a, b in zip(reference, sample, strict=True))
    assert len(np.unique(reference)) == 11  # every record gets its turn


def test_no_difference_agrees_with_a_known_null():
    real = np.random.default_rng(1).normal(size=(4000, 2))
    found = metrics.no_difference(metrics.adversarial_accuracy, real, n=200, repeats=100, rng=np.random.default_rng(2))
    assert abs(found.mean() - 398 / (2 * 399)) < 5 * found.std(ddof=1) / np.sqrt(100)


def test_no_difference_refuses_what_cannot_be_split():
    rng = np.random.default_rng(0)
    for real, n in [(np.zeros((9, 1)), 5), (np.zeros((1, 1)), None), (np.zeros((2, 8, 1)), 2)]:
        with pytest.raises(ValueError, match="two disjoint parts"):
            metrics.no_difference(metrics.spread, real, n=n, rng=rng)
    with pytest.raises(ValueError, match="rng must be"):
        metrics.no_difference(metrics.spread, np.zeros((9, 1)), rng=0)
