"""The loop in which a model is trained on its own output, and the record of what became of it."""

import contextlib
import inspect
import os
import warnings
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from course_lib.generators.base import clone
from course_lib.policies import Pool
from course_lib.records import as_records
from course_lib.threads import limit_threads
from course_lib.validate import as_count, as_rng

__all__ = ["History", "self_consume"]


def self_consume(
    generator,
    real,
    *,
    policy,
    generations,
    rng,
    metrics=None,
    reference=None,
    replicates=None,
    curate=None,
    start=None,
    keep=(),
):
    """Fit a generator to real data, then again and again to what a policy makes of its own samples.

    Generation 0 is the fit to `real`. Each later one draws from the model before it, lets `curate` touch the sample,
    hands it to the pool, and is fitted to what `policy` takes from the pool.

    Parameters
    ----------
    generator : Generator
        An object with `fit(records, *, rng)` and `sample(n, *, rng)`. It is copied for each generation and itself
        left as it came.
    real : Records or array_like, shape (..., n, d)
        The real data. Leading axes are replicates: independent runs of the same experiment.
    policy : callable
        `policy(pool, *, rng) -> Records`, the next training set; see `course_lib.policies`. One without the attribute
        `keeps_all` gets a pool that keeps everything, one without `draws(n)` gets n samples.
    generations : int, at least 0
        How many times the model is trained on a training set with its own output.
    rng : numpy.random.Generator
    metrics : mapping of str to callable, optional
        `metric(reference, sample)`, or `metric(reference, sample, *, rng)` for one that draws. It returns a number, an
        array over replicates, or a dict of these. The sample is an array, or Records where it has labels or weights.
    reference : Records or array_like, optional
        What samples are compared with; `real` unless given.
    replicates : int, optional
        Run this many replicates that all start from the one data set `real`.
    curate : callable, optional
        `curate(sample, pool, *, rng) -> Records` with the same leading axes: a step between the model and the pool.
    start : fitted generator, optional
        Take this model as generation 0 instead of fitting one, so that several policies can share it.
    keep : iterable of int, or "all"
        The generations whose curated samples are kept in `History.samples`.

    Returns
    -------
    History
        With `generations + 1` models. A run that is interrupted (Ctrl-C, or the stop button) returns those finished.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib import Gaussian, Replace, self_consume
    >>> rng = np.random.default_rng(0)
    >>> real = rng.standard_normal((20, 1))
    >>> history = self_consume(Gaussian(), real, policy=Replace(), generations=50, rng=rng, replicates=200)
    >>> len(history.models), history.models[50].cov_.shape
    (51, (200, 1, 1))
    """
    as_rng(rng)
    generations = as_count(generations, "generations", minimum=0)
    real = as_records(real, "real")
    if replicates is not None:
        real = real.broadcast((as_count(replicates, "replicates"), *real.replicates))
    reference = (real if reference is None else as_records(reference, "reference")).broadcast(real.replicates)
    score = _scorer(metrics or {}, reference, rng)
    kept = range(generations + 1) if keep == "all" else {as_count(t, "keep", minimum=0) for t in keep}
    n_wanted = policy.draws(real.n) if hasattr(policy, "draws") else real.n
    n_kept = real.n + generations * n_wanted if getattr(policy, "keeps_all", True) else None

    pool = Pool(real, capacity=n_kept)
    model, sample = start, None
    steps = []
    with limit_threads(), _stop_kindly(steps, generations):
        for t in _progress_bar(generations):
            if t > 0:
                if n_wanted:
                    pool.add(sample, generation=t - 1)
                model = clone(generator).fit(policy(pool, rng=rng), rng=rng)
            elif start is None:
                model = clone(generator).fit(real, rng=rng)
            # A policy that wants no samples gets none, but what the model would have made is scored all the same.
            sample = _draw(model, n_wanted or real.n, curate, pool, rng)
            steps.append(Step(model, score(sample), sample.plain() if t in kept else None))
    return History(steps)


class Step(NamedTuple):
    """What one generation leaves behind."""

    model: object
    scores: dict
    sample: object


class History:
    """What became of a model that was trained on its own output.

    Attributes
    ----------
    models : list
        `models[t]` is the generator as fitted at generation t; t = 0 is the fit to the real data.
    scores : dict of str to numpy.ndarray, shape (generations + 1, ...replicates)
        Of the curated sample drawn from `models[t]`. A metric that returns a dict has one entry for each of its keys,
        named "metric.key".
    samples : dict of int to array or Records
        The curated samples of the generations that were asked for.
    """

    def __init__(self, steps):
        self.models = [step.model for step in steps]
        self.scores = {name: np.stack([step.scores[name] for step in steps]) for name in steps[0].scores}
        self.samples = {t: step.sample for t, step in enumerate(steps) if step.sample is not None}

    @property
    def generations(self):
        """Number of the last generation."""
        return len(self.models) - 1

    def __repr__(self):
        scores = ", ".join(self.scores) or "none"
        return f"<History of {self.generations} generations of {type(self.models[0]).__name__}; scores: {scores}>"

    def evaluate(self, name, f):
        """Add the score `name`, computed from the models themselves, and return it.

        Parameters
        ----------
        name : str
        f : callable
            `f(model)` returns a number or an array over replicates.

        Returns
        -------
        numpy.ndarray, shape (generations + 1, ...replicates)
        """
        self.scores[name] = np.stack([np.asarray(f(model)) for model in self.models])
        return self.scores[name]

    def frame(self):
        """Return all scores as a tidy pandas DataFrame with the columns generation, replicate, score, value.

        Replicates on several axes are numbered in C order.
        """
        import pandas as pd

        parts = []
        for name, values in self.scores.items():
            table = values.reshape(len(values), -1)
            generation, replicate = np.indices(table.shape)
            columns = {"generation": generation.ravel(), "replicate": replicate.ravel(), "score": name}
            parts.append(pd.DataFrame(columns | {"value": table.ravel()}))
        if not parts:
            return pd.DataFrame(columns=["generation", "replicate", "score", "value"])
        return pd.concat(parts, ignore_index=True)


def _draw(model, n, curate, pool, rng):
    """Return the curated sample of a model, checked against the shape that the pool expects."""
    sample = as_records(model.sample(n, rng=rng), "the generator's sample")
    _require_shape(sample, (*pool.real.replicates, n), "the generator's sample")
    if curate is not None:
        sample = as_records(curate(sample, pool, rng=rng), "the result of curate")
        _require_shape(sample, (*pool.real.replicates, n), "the result of curate")
    return sample


def _require_shape(records, shape, name):
    if records.x.shape[:-1] != shape:
        raise ValueError(
            f"{name} has x of shape {records.x.shape}; leading axes and records {shape} are needed "
            "(to discard a record is to give it weight 0; a `start` must be fitted with the same replicates)"
        )


def _scorer(metrics, reference, rng):
    """Return a function from a sample to its scores by name."""
    if not isinstance(metrics, Mapping) or not all(callable(metric) for metric in metrics.values()):
        raise ValueError(f"metrics must map names to functions of (reference, sample), got {metrics!r}")
    # A metric draws from a generator of its own: to add a metric changes no model, and no other metric's numbers.
    own_rng = {
        name: {"rng": rng.spawn(1)[0]}
        for name, metric in metrics.items()
        if "rng" in inspect.signature(metric).parameters
    }

    def score(sample):
        scores = {}
        for name, metric in metrics.items():
            value = metric(reference.plain(), sample.plain(), **own_rng.get(name, {}))
            named = {f"{name}.{key}": v for key, v in value.items()} if isinstance(value, Mapping) else {name: value}
            scores |= {key: _as_score(v, key, sample.replicates) for key, v in named.items()}
        return scores

    return score


def _as_score(value, name, replicates):
    value = np.asarray(value, dtype=float)
    if value.shape != replicates:
        raise ValueError(
            f"metric {name!r} returned shape {value.shape}; one number a replicate is needed, shape {replicates} "
            "(records stand on the last axis but one, columns on the last)"
        )
    return value


def _progress_bar(generations):
    from tqdm.auto import tqdm

    # Short runs show no bar at all: it appears once two seconds have passed. tqdm's notebook form does not read the
    # variable by which the tests and the stored notebooks do without it.
    silent = os.environ.get("TQDM_DISABLE", "0") != "0"
    return tqdm(range(generations + 1), desc="generations", delay=2, leave=False, disable=silent)


@contextlib.contextmanager
def _stop_kindly(steps, generations):
    """Let an interruption end the loop, not the work: what is finished is returned, and a warning says how much."""
    try:
        yield
    except KeyboardInterrupt:
        if not steps:
            raise
        warnings.warn(
            f"interrupted: returning generations 0 to {len(steps) - 1} of the {generations} asked for", stacklevel=4
        )
