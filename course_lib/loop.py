"""The loop in which a model is trained on its own output, and the record of what became of it."""

import contextlib
import inspect
import os
import warnings
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from course_lib.generators.base import clone
from course_lib.policies import Pool
from course_lib.records import as_records
from course_lib.threads import limit_threads
from course_lib.validate import as_count, as_rng, require_methods

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
    keep : collection of int, or "all"
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
    require_methods(generator, "generator", "fit", "sample")
    require_methods(policy, "policy", "__call__")
    if start is not None:
        require_methods(start, "start", "sample")
    generations = as_count(generations, "generations", minimum=0)
    real = as_records(real, "real")
    if replicates is not None:
        real = real.broadcast((as_count(replicates, "replicates"), *real.replicates))
    score = _scorer({} if metrics is None else metrics, _as_reference(reference, real), rng)
    kept = _as_kept(keep, generations)
    n_wanted = as_count(policy.draws(real.n), "policy.draws(n)", minimum=0) if hasattr(policy, "draws") else real.n
    n_kept = real.n + generations * n_wanted if getattr(policy, "keeps_all", True) else None

    pool = Pool(real, capacity=n_kept)
    model, sample = start, None
    steps = []
    with limit_threads(), _stop_kindly(steps, generations):
        for t in _progress_bar(generations):
            if t > 0:
                pool.add(sample if n_wanted else None, generation=t - 1)
                model = clone(generator).fit(policy(pool, rng=rng), rng=rng)
            elif start is None:
                model = clone(generator).fit(real, rng=rng)
            # A policy that wants no samples gets none, but what the model would have made is scored all the same.
            sample = _draw(model, n_wanted or real.n, curate, pool, rng)
            steps.append(Step(model, score(sample), sample.plain() if t in kept else None))
    return History(steps, real.replicates)


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
    replicates : tuple of int
        Shape of the replicate axes: () for a single run.
    """

    def __init__(self, steps, replicates):
        self.replicates = replicates
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

        Raises
        ------
        ValueError
            If `f` returns anything else.
        """
        self.scores[name] = np.stack([_as_score(f(model), name, self.replicates) for model in self.models])
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


def _as_reference(reference, real):
    """Return the reference, the real data unless there is another, with the replicates of the real data."""
    if reference is None:
        return real
    reference = as_records(reference, "reference")
    if reference.d != real.d or reference.replicates not in ((), real.replicates):
        raise ValueError(
            f"reference has x of shape {reference.x.shape}; {real.d} features are needed, and leading axes "
            f"{real.replicates} or none, to fit real data of shape {real.x.shape}"
        )
    return reference.broadcast(real.replicates)


def _as_kept(keep, generations):
    everything = range(generations + 1)
    if isinstance(keep, str) and keep == "all":
        return everything
    if not isinstance(keep, Collection) or not all(t in everything for t in keep):
        raise ValueError(f"keep must be 'all' or hold generations from 0 to {generations}, got {keep!r}")
    return keep


def _draw(model, n, curate, pool, rng):
    """Return the curated sample of a model, checked against what the pool can take."""
    sample = _require_like(pool.real, n, model.sample(n, rng=rng), "the generator's sample")
    if curate is not None:
        sample = _require_like(pool.real, n, curate(sample, pool, rng=rng), "the result of curate")
    return sample


def _require_like(real, n, sample, name):
    """Return `sample` as Records, checked to be n records of the kind of the real ones."""
    sample = as_records(sample, name)
    shape = (*real.replicates, n, real.d)
    if sample.x.shape != shape:
        raise ValueError(
            f"{name} has x of shape {sample.x.shape}; {shape} is needed, (...replicates, records, features) "
            "(to discard a record is to give it weight 0; a `start` must be fitted with the same replicates)"
        )
    return sample


def _scorer(metrics, reference, rng):
    """Return a function from a sample to its scores by name."""
    named = isinstance(metrics, Mapping) and all(isinstance(name, str) for name in metrics)
    if not named or not all(callable(metric) for metric in metrics.values()):
        raise ValueError(f"metrics must map names to functions of (reference, sample), got {metrics!r}")
    # Adding a metric changes no model and no other metric's numbers: one child is spawned whether it is needed or not,
    # and each metric that draws does so from a grandchild that its name alone determines.
    seed = rng.spawn(1)[0].bit_generator.seed_seq

    def own_rng(name):
        key = (*seed.spawn_key, *name.encode())
        return np.random.default_rng(np.random.SeedSequence(seed.entropy, spawn_key=key))

    draws = {name for name, metric in metrics.items() if "rng" in inspect.signature(metric).parameters}
    keywords = {name: {"rng": own_rng(name)} if name in draws else {} for name in metrics}
    reference = reference.map(_read_only).plain()
    first_parts = {}

    def score(sample):
        scores = {}
        shown = sample.map(_read_only).plain()
        for name, metric in metrics.items():
            value = metric(reference, shown, **keywords[name])
            parts = {f"{name}.{key}": v for key, v in value.items()} if isinstance(value, Mapping) else {name: value}
            if first_parts.setdefault(name, parts.keys()) != parts.keys():
                raise ValueError(f"metric {name!r} returned {list(parts)}, but at first {list(first_parts[name])}")
            scores |= {key: _as_score(v, key, sample.replicates) for key, v in parts.items()}
        return scores

    return score


def _read_only(array):
    # The next model is fitted to the very array that a metric looks at, so one that writes to it must fail.
    view = array.view()
    view.flags.writeable = False
    return view


def _as_score(value, name, replicates):
    value = np.asarray(value)
    if value.shape != replicates or value.dtype.kind not in "biuf":
        raise ValueError(
            f"score {name!r} has shape {value.shape} and type {value.dtype}; one number a replicate is needed, shape "
            f"{replicates} (records stand on the last axis but one, columns on the last)"
        )
    return value.astype(float)


def _progress_bar(generations):
    from tqdm.auto import tqdm

    # Short runs show no bar at all: it appears once two seconds have passed. tqdm's notebook form does not read the
    # variable by which the tests and the stored notebooks do without it.
    silent = os.environ.get("TQDM_DISABLE", "0") != "0"
    return tqdm(range(generations + 1), desc="generations", delay=2, leave=False, disable=silent)


@contextlib.contextmanager
def _stop_kindly(steps, generations):
    """Let an interruption end the loop, not the work: what is finished is returned, and a warning says how much.

    Any other error is told apart by the generation it came from.
    """
    try:
        yield
    except KeyboardInterrupt:
        if not steps:
            raise
        warnings.warn(
            f"interrupted: returning generations 0 to {len(steps) - 1} of the {generations} asked for", stacklevel=4
        )
    except Exception as error:
        error.add_note(f"This happened in generation {len(steps)} of {generations}.")
        raise
