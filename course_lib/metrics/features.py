"""Features: pictures compared through the eyes of a classifier instead of pixel by pixel."""

import functools
import warnings

import numpy as np

from course_lib.metrics.base import repeated
from course_lib.records import Records, as_records
from course_lib.threads import limit_threads
from course_lib.validate import as_count, as_rng

__all__ = ["HiddenUnits", "seen_through"]


class HiddenUnits:
    """The hidden units of a small classifier: what it computes from a record before it decides on a label.

    A large classifier's hidden layer is what image scores such as the Fréchet inception distance are measured in
    (Heusel et al. 2017, arXiv:1706.08500). This is the same idea at the size of the pictures at hand: one hidden
    layer of rectified linear units.

    Parameters
    ----------
    units : int
    passes : int
        How often the training sees every record.

    Attributes
    ----------
    classifier_ : sklearn.neural_network.MLPClassifier

    Notes
    -----
    What the classifier has no use for, it need not keep: faults that do not matter for telling the labels apart can be
    invisible in its features, and plain in the pixels.
    """

    def __init__(self, units=32, *, passes=100):
        self.units, self.passes = as_count(units, "units"), as_count(passes, "passes")

    def fit(self, records, *, rng):
        """Train the classifier.

        Parameters
        ----------
        records : Records, shape (n, d), with labels y (n,)
            Real ones, and others than those that are to be compared.
        rng : numpy.random.Generator

        Raises
        ------
        ValueError
            If there are no labels, or there are leading axes: replicates must be compared through the same eyes.
        """
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPClassifier

        records = as_records(records)
        if records.y is None or records.y.ndim != 1:
            raise ValueError(f"records need one label each and no leading axes, got x of shape {records.x.shape}")
        records = repeated(records)
        seed = int(as_rng(rng).integers(2**32))
        classifier = MLPClassifier((self.units,), max_iter=self.passes, random_state=seed)
        with limit_threads(), warnings.catch_warnings():
            # The number of passes is a choice; that the loss would still fall does not matter for features.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.classifier_ = classifier.fit(records.x, records.y)
        return self

    def __call__(self, x):
        """Return the units' values for records x of shape (..., d), an array (..., units) of numbers from 0 up."""
        with limit_threads():
            return np.maximum(x @ self.classifier_.coefs_[0] + self.classifier_.intercepts_[0], 0)


def seen_through(features, metric):
    """Return the metric that compares features instead of records.

    Parameters
    ----------
    features : callable
        From an array (..., n, d) to an array (..., n, k), such as fitted `HiddenUnits`.
    metric : callable
        `metric(reference, sample)`, and `rng` by keyword if it draws.

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.metrics import frechet
    >>> rng = np.random.default_rng(0)
    >>> a, b = rng.standard_normal((2, 50, 3))
    >>> bool(seen_through(lambda x: 2 * x, frechet)(a, b) > frechet(a, b))
    True
    """

    @functools.wraps(metric)  # the loop looks at its arguments to see whether it draws
    def metric_of_features(reference, sample, **keywords):
        reference, sample = as_records(reference, "reference"), as_records(sample, "sample")
        return metric(
            Records(features(reference.x), reference.y, reference.w),
            Records(features(sample.x), sample.y, sample.w),
            **keywords,
        )

    return metric_of_features
