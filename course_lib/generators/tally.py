"""The tally: a categorical distribution whose records are counted, not listed."""

import numpy as np

from course_lib.generators.base import new_rows, require_fitted
from course_lib.generators.categorical import Categorical
from course_lib.records import Records
from course_lib.validate import as_count, as_whole

__all__ = ["Tally"]


class Tally(Categorical):
    """The shares of k symbols, and samples of one record for each symbol, whose weight is its count.

    A weight is a count, so k records stand for any number of them: a pool of millions costs what one of k does.

    Parameters
    ----------
    k : int
        Number of symbols, coded 0 to k − 1.
    size : int, or array of int
        How many records a sample stands for. An array stands before the axis of symbols and broadcasts against the
        replicates.
    chance : bool
        Whether the counts are drawn. If not, each is `size` times the share: the loop without luck.

    Attributes
    ----------
    shares_ : numpy.ndarray, shape (..., k)

    Examples
    --------
    >>> import numpy as np
    >>> model = Tally(2, size=1000).fit(Records(np.array([[0.0], [1.0]]), w=np.array([90.0, 10.0])))
    >>> model.shares_
    array([0.9, 0.1])
    >>> int(model.sample(2, rng=np.random.default_rng(0)).w.sum())
    1000
    """

    def __init__(self, k, *, size, chance=True):
        super().__init__(as_count(k, "k"))
        self.size = as_whole(size, "size", minimum=1)
        self.chance = bool(chance)

    def sample(self, n, y=None, *, rng):
        """Draw `size` symbols per replicate and return k records, weighted by their counts.

        Parameters
        ----------
        n : int
            k, the number of records; how many they stand for is `size`.
        y : None
            There are no labels to condition on.
        rng : numpy.random.Generator

        Returns
        -------
        Records
            x of shape (..., k, 1) holds the codes in order, w of shape (..., k) the counts.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        ValueError
            If n is not k, `rng` not a Generator, or `y` is given.
        """
        require_fitted(self, "shares_")
        if new_rows(n, rng) != self.k or y is not None:
            raise ValueError(f"a Tally of {self.k} symbols draws {self.k} weighted records without labels, got n={n}")
        if self.chance:
            counts = rng.multinomial(self.size, self.shares_).astype(float)
        else:
            counts = self.size[..., None] * self.shares_
        codes = np.broadcast_to(np.arange(self.k, dtype=float)[:, None], (*counts.shape, 1))
        return Records(codes, w=counts)
