"""One generator for each label: whatever learns without labels, made to draw labelled records."""

import numpy as np

from course_lib.generators.base import clone, draw_codes, new_rows, record_shares, require_fitted
from course_lib.records import Records, as_records
from course_lib.validate import as_array, require_methods

__all__ = ["PerLabel"]


class PerLabel:
    """The share of each label, and a generator of its own for the records that carry it.

    A label that is missing from the records of a replicate has the share 0 there and is never drawn again.

    Parameters
    ----------
    generator : Generator
        Learns from records without labels, with weights; it is copied for each label and itself left as it came.
        `Gaussian(ddof=0)` takes labels with a single record, of which it then draws copies; `Gaussian()` does not.

    Attributes
    ----------
    labels_ : numpy.ndarray of int, shape (k,)
        The labels that occur in any replicate, in ascending order.
    shares_ : numpy.ndarray, shape (..., k)
        The share of each.
    models_ : list of k generators
        As fitted. In a replicate without a label, the label's model is one of all records there, and not used.

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib import Gaussian, Records
    >>> rng = np.random.default_rng(0)
    >>> model = PerLabel(Gaussian()).fit(Records([[1.0], [3.0], [9.0], [9.2]], np.array([5, 5, 7, 7])), rng=rng)
    >>> model.labels_, model.shares_
    (array([5, 7]), array([0.5, 0.5]))
    >>> model.sample(3, np.array([5, 7, 7]), rng=rng).x.shape
    (3, 1)
    """

    def __init__(self, generator):
        require_methods(generator, "generator", "fit", "sample")
        self.generator = generator

    def fit(self, records, *, rng):
        """Count the labels and fit a generator to the records of each, for all replicates at once.

        Parameters
        ----------
        records : Records
            With labels y of whole numbers, shape (..., n). Weights are counts.
        rng : numpy.random.Generator
            For the generators.

        Raises
        ------
        ValueError
            If labels are missing or are not whole numbers, all weights of a replicate are 0, or a generator refuses
            the records of a label.
        """
        records = as_records(records)
        if records.y is None or records.y.shape != records.x.shape[:-1] or records.y.dtype.kind not in "iu":
            got = "none" if records.y is None else f"{records.y.dtype} of shape {records.y.shape}"
            raise ValueError(f"records need labels y, one whole number each; got {got}. Pass Records(x, y)")
        record_shares(records)  # refuses a replicate in which nothing counts
        weight = np.ones(records.y.shape) if records.w is None else records.w
        present = np.unique(records.y[weight > 0])
        counts = np.stack([(weight * (records.y == label)).sum(-1) for label in present], axis=-1)
        models = []
        for label in present:
            own = weight * (records.y == label)
            # A model has to be fitted in every replicate; where the label is absent it is never drawn from.
            own = np.where(own.sum(-1, keepdims=True) > 0, own, weight)
            try:
                models.append(clone(self.generator).fit(Records(records.x, w=own), rng=rng))
            except ValueError as error:
                raise ValueError(f"the records of label {label} could not be fitted: {error}") from error
        self.labels_, self.models_ = present, models
        self.shares_ = counts / counts.sum(-1, keepdims=True)
        return self

    def sample(self, n, y=None, *, rng):
        """Draw n labelled records per replicate.

        Parameters
        ----------
        n : int
        y : array_like of int, shape (n,) or (..., n), optional
            The label of each record; drawn with the shares `shares_` unless given.
        rng : numpy.random.Generator

        Returns
        -------
        Records
            x of shape (..., n, d), y of shape (..., n).

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        ValueError
            If n is not a positive whole number, `rng` not a Generator, or `y` holds a label without a record in its
            replicate.
        """
        require_fitted(self, "models_")
        n = new_rows(n, rng)
        place = draw_codes(self.shares_, n, rng) if y is None else self._places(n, y)  # (..., n), into labels_
        x = None
        for code, model in enumerate(self.models_):
            chosen = place == code
            most = int(chosen.sum(-1).max())
            if most == 0:
                continue
            drawn = model.sample(most, rng=rng)  # (..., most, d): replicates that need fewer leave the rest
            if x is None:
                x = np.empty((*place.shape, drawn.shape[-1]))
            rank = np.maximum(np.cumsum(chosen, axis=-1) - 1, 0)
            x = np.where(chosen[..., None], np.take_along_axis(drawn, np.minimum(rank, most - 1)[..., None], -2), x)
        return Records(x, self.labels_[place])

    def _places(self, n, y):
        y = as_array(y, "y", min_ndim=1, dtype=None)
        shape = (*self.shares_.shape[:-1], n)
        if y.shape not in ((n,), shape) or not np.isin(y, self.labels_).all():
            raise ValueError(
                f"y must be {n} of the labels {self.labels_.tolist()} that were fitted; got shape {y.shape} with the "
                f"labels {np.unique(y).tolist()}"
            )
        place = np.broadcast_to(np.searchsorted(self.labels_, y), shape)
        if np.any(np.take_along_axis(self.shares_, place, axis=-1) == 0):
            raise ValueError("y asks for a label of which a replicate has no record; there is nothing to draw it from")
        return place
