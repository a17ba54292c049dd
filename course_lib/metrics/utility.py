"""Utility: what a model learns from the sample, tested on the reference, and the other way round."""

import numpy as np

from course_lib.metrics.base import paired, per_replicate, repeated
from course_lib.validate import as_rng

__all__ = ["trts", "tstr"]


def tstr(reference, sample, *, estimator=None, scoring=None, rng=None):
    """Train on synthetic, test on real.

    Parameters
    ----------
    reference : Records, with labels y (..., n)
        Real test records that the generator has not seen.
    sample : Records, with labels y (..., m)
        The training set. In both, whole weights count as repetitions.
    estimator : scikit-learn estimator, optional
        A fresh clone is trained for each replicate. Unless given: for real-valued labels (dtype float) least squares,
        for all other labels logistic regression on standardised columns.
    scoring : str or callable, optional
        A scikit-learn scorer, such as "neg_log_loss". Unless given, the estimator's own: accuracy, or R² for real
        values.
    rng : numpy.random.Generator, optional
        Sets every `random_state` of the estimator; without it they stay as they are.

    Returns
    -------
    numpy.ndarray, shape (...)

    Raises
    ------
    ValueError
        If labels are missing or of two kinds, a weight is not whole, `estimator` is no scikit-learn estimator, or the
        score is not defined, as for log loss when the training set lacks a label of the test set, or R² of a single
        record.

    Notes
    -----
    Esteban, Hyland & Rätsch 2017, arXiv:1706.02633. No difference: the score of the real training set in the sample's
    place, `tstr(test, train)`, with as many records. A classifier whose training set holds a single label always
    says that label, and is scored for it; a label that the training set lacks is always missed.

    It cannot see what this one task does not ask for: other columns, rare groups, privacy. A sample of a few records
    per class near the border does as well as the real data, and copies of them do best.
    """
    reference, sample = paired(reference, sample)
    return _transfer(sample, reference, ("sample", "reference"), estimator, scoring, rng)


def trts(reference, sample, *, estimator=None, scoring=None, rng=None):
    """Train on real, test on synthetic.

    Parameters
    ----------
    reference : Records, with labels y (..., n)
        The real training set. In both, whole weights count as repetitions.
    sample : Records, with labels y (..., m)
        The test set.
    estimator, scoring, rng
        As in `tstr`.

    Returns
    -------
    numpy.ndarray, shape (...)

    Raises
    ------
    ValueError
        As in `tstr`.

    Notes
    -----
    Esteban, Hyland & Rätsch 2017, arXiv:1706.02633. No difference: the score of held-out real records in the sample's
    place. It is an eye for wrong labels and cannot see missing variety: a sample of one easy record per class
    scores above any real test set.
    """
    reference, sample = paired(reference, sample)
    return _transfer(reference, sample, ("reference", "sample"), estimator, scoring, rng)


def _transfer(train, test, names, estimator, scoring, rng):
    for name, records in zip(names, (train, test), strict=True):
        if records.y is None:
            raise ValueError(f"{name} has no labels; pass Records(x, y)")
    if rng is not None:
        as_rng(rng)
    if estimator is None:
        estimator = _default(train.y.dtype, test.y.dtype, names)
    return per_replicate(lambda a, b: _score(repeated(a), repeated(b), estimator, scoring, rng), train, test)


def _default(train, test, names):
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if (train.kind == "f") != (test.kind == "f"):
        raise ValueError(
            f"the labels are of two kinds, {train} in {names[0]} and {test} in {names[1]}: "
            "floats are taken as real values, all else as classes; convert one, or pass an estimator"
        )
    if train.kind == "f":
        return LinearRegression()
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


def _score(train, test, estimator, scoring, rng):
    from sklearn.base import is_classifier
    from sklearn.dummy import DummyClassifier
    from sklearn.metrics import get_scorer

    model = _seeded(estimator, rng)
    if is_classifier(model) and len(np.unique(train.y)) == 1:
        model = DummyClassifier()  # most classifiers refuse a single label
    model.fit(train.x, train.y)
    try:
        value = model.score(test.x, test.y) if scoring is None else get_scorer(scoring)(model, test.x, test.y)
    except ValueError as error:
        labels = f"training labels {np.unique(train.y)[:10]}, test labels {np.unique(test.y)[:10]}"
        raise ValueError(f"scoring {scoring!r} is not defined for these records ({labels}): {error}") from error
    if not np.isfinite(value):
        raise ValueError(f"the score is {value}: it is not defined for {test.n} test records with these labels")
    return value


def _seeded(estimator, rng):
    from sklearn.base import clone

    try:
        model = clone(estimator)
    except TypeError as error:
        raise ValueError(f"estimator must be a scikit-learn estimator: {error}") from None
    if rng is not None:
        states = [name for name in model.get_params() if name.split("__")[-1] == "random_state"]
        model.set_params(**{name: int(rng.integers(2**31)) for name in states})
    return model
