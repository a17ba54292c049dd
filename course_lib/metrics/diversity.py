"""Diversity: how much of the reference's variety the sample still has."""

import numpy as np

from course_lib.metrics.base import moments, paired, per_replicate, repeated
from course_lib.metrics.fidelity import distance_blocks, kernel_width
from course_lib.threads import limit_threads
from course_lib.validate import as_array, as_count

__all__ = ["prdc", "prdc_null", "spread", "vendi", "vendi_of_similarity"]


def spread(reference, sample, *, ddof=1, per_column=False):
    """Measure the standard deviation of the sample.

    Parameters
    ----------
    reference : Records or array_like, shape (..., n, d)
        Not looked at, apart from its number of columns.
    sample : Records or array_like, shape (..., m, d)
        Weights are counts.
    ddof : {1, 0}
        The sum of squares is divided by Σw − ddof. (NumPy's own default is 0, torch's is 1.)
    per_column : bool
        Return one value for each column instead of the root of their mean square.

    Returns
    -------
    numpy.ndarray, shape (...), or (..., d) if `per_column`
        In the units of the data. 0, up to rounding, where the records coincide.

    Raises
    ------
    ValueError
        If a data set counts ddof records or fewer, the columns differ, or ddof is not 0 or 1.

    Notes
    -----
    No difference: σ c4(m) on average for a normal column and ddof = 1, a share of about 1/(4m) below σ; the square is
    unbiased. It cannot see the shape: two far modes without a middle are as spread as one broad hill.
    """
    reference, sample = paired(reference, sample, more_than=as_count(ddof, "ddof", minimum=0))
    _, cov = moments(sample, ddof)
    variance = np.diagonal(cov, axis1=-2, axis2=-1)
    return np.sqrt(variance if per_column else variance.mean(-1))


def prdc(reference, sample, *, k=5):
    """Precision, recall, density and coverage, from balls around records that reach to the k-th nearest neighbour.

    precision: share of the sample inside any ball of the reference; recall: share of the reference inside any ball of
    the sample; density: mean number of the reference's balls around a record of the sample, divided by k; coverage:
    share of the reference's balls that hold a record of the sample.

    Parameters
    ----------
    reference, sample : Records or array_like, shape (..., n, d)
        Whole weights count as repetitions. Labels are not looked at.
    k : int
        Neighbours within the own set, the record itself not counted; less than n in both sets.

    Returns
    -------
    dict of numpy.ndarray, shape (...)
        Keys "precision", "recall", "density", "coverage".

    Raises
    ------
    ValueError
        If a set has k records or fewer, the columns differ, or a weight is not whole.

    Notes
    -----
    Kynkäänniemi et al. 2019, arXiv:1904.06991 (precision, recall); Naeem et al. 2020, arXiv:2002.09797 (density,
    coverage). As in the authors' code a ball is open: what lies on its edge is outside, and the ball of a record with k
    twins or more has radius 0 and holds nothing. So a set of identical records scores 0 against itself.

    No difference: density 1 and coverage `prdc_null`, for every continuous law. Precision and recall have no null value
    that holds for every law, and both are below 1: take it from `no_difference`. They cannot see how dense the
    sample is where it does lie, one far outlier opens a large ball, and a copy of the reference scores perfectly.
    In many columns distances grow alike; use features in which near means similar.
    """
    k = as_count(k, "k")
    reference, sample = paired(reference, sample)
    return per_replicate(lambda x, y: _prdc(repeated(x).x, repeated(y).x, k), reference, sample)


def _prdc(x, y, k):
    if k >= min(len(x), len(y)):
        raise ValueError(f"k = {k} neighbours need more than k records, got reference {len(x)} and sample {len(y)}")
    radius_x, radius_y = _squared_radii(x, k), _squared_radii(y, k)
    found_y = np.zeros(len(y), dtype=bool)  # which of the sample lie in any ball of the reference

    def reduce(block, start):
        in_ball_x = block < radius_x[start : start + len(block), None]
        found_y[in_ball_x.any(0)] = True
        return in_ball_x.sum(1), (block < radius_y).any(1)

    held, found_x = (np.concatenate(parts) for parts in zip(*distance_blocks(x, y, reduce), strict=True))
    return {
        "precision": found_y.mean(),
        "recall": found_x.mean(),
        "density": held.sum() / (k * len(y)),
        "coverage": (held > 0).mean(),
    }


def _squared_radii(x, k):
    # The nearest record is the record itself. A step inwards, larger than rounding, leaves ties on the edge outside.
    parts = distance_blocks(x, x, lambda block, start: np.partition(block, k, axis=1)[:, k])
    return np.concatenate(list(parts)) * (1 - 1e-12)


def prdc_null(n, m, *, k=5):
    """Density and coverage to be expected when both sets come from the same continuous law.

    E density = 1, E coverage = 1 − Π_{j<k} (n − 1 − j) / (n + m − 1 − j)

    Parameters
    ----------
    n, m : int
        Records in the reference and in the sample.
    k : int
        As in `prdc`, less than n.

    Returns
    -------
    dict of float
        Keys "density" and "coverage"; precision and recall have no value that holds for every law.

    Raises
    ------
    ValueError
        If k is not less than n, or an argument is not a positive whole number.

    Notes
    -----
    Naeem et al. 2020, arXiv:2002.09797. A ball holds none of the sample if the k nearest of the n + m − 1 others are
    all of the reference, and every order of the others is equally likely.

    Examples
    --------
    >>> prdc_null(100, 100, k=1)["coverage"]  # the nearest of 199 others is one of the sample's 100
    0.5025125628140703
    """
    n, m, k = as_count(n, "n"), as_count(m, "m"), as_count(k, "k")
    if k >= n:
        raise ValueError(f"k = {k} neighbours need more than k records in the reference, got n = {n}")
    j = np.arange(k)
    return {"density": 1.0, "coverage": float(1 - np.prod((n - 1 - j) / (n + m - 1 - j)))}


def vendi(reference, sample, *, width=None):
    """Vendi score: the effective number of different records in the sample, under a Gaussian kernel.

    Parameters
    ----------
    reference : Records or array_like, shape (..., n, d)
        Gives the kernel's width.
    sample : Records or array_like, shape (..., m, d)
        Weights are counts. Labels are not looked at.
    width : float, optional
        s in k(a, b) = exp(−|a − b|² / (2 s²)), in the units of the data. Unless given, the median distance within the
        reference.

    Returns
    -------
    numpy.ndarray, shape (...)
        Between 1 (all records alike) and m (each unlike every other).

    Raises
    ------
    ValueError
        If the columns differ, the width is not positive, or the median distance is 0.

    Notes
    -----
    Friedman & Dieng 2022, arXiv:2210.02410. No difference: the score of as many reference records,
    `vendi(reference, reference[:m])`, since it grows with the number of records and depends on the width. It cannot see
    whether the variety is the reference's own: noise is diverse. Takes m² memory and m³ time.
    """
    reference, sample = paired(reference, sample)

    def one(x, y):
        from scipy.spatial.distance import cdist

        similarity = np.exp(-0.5 * cdist(y.x, y.x, "sqeuclidean") / kernel_width(x, width) ** 2)
        return vendi_of_similarity(similarity, y.w)

    return per_replicate(one, reference, sample)


def vendi_of_similarity(similarity, w=None):
    """Vendi score of a matrix of similarities: exp(−Σ λ ln λ) over the eigenvalues λ of (√p_i k_ij √p_j), p = w / Σw.

    Parameters
    ----------
    similarity : array_like, shape (..., n, n)
        Symmetric, positive semidefinite, with ones on the diagonal: k_ij is how alike records i and j are.
    w : array_like, shape (..., n), optional
        Weights as counts; all ones unless given.

    Returns
    -------
    numpy.ndarray, shape (...)
        Between 1 and n.

    Raises
    ------
    ValueError
        If the matrix is not as described, a weight is negative, or all are 0.

    Notes
    -----
    Friedman & Dieng 2022, arXiv:2210.02410.

    Examples
    --------
    >>> round(float(vendi_of_similarity([[1.0, 0.0], [0.0, 1.0]])), 6)
    2.0
    """
    from scipy.special import entr

    k = as_array(similarity, "similarity", min_ndim=2)
    n = k.shape[-1]
    if k.shape[-2] != n or not np.allclose(k, k.mT) or not np.allclose(np.diagonal(k, axis1=-2, axis2=-1), 1):
        raise ValueError(f"similarity must be square and symmetric with ones on its diagonal, got shape {k.shape}")
    w = np.ones(n) if w is None else as_array(w, "w", min_ndim=1)
    if w.shape[-1] != n or w.min() < 0 or w.sum(-1).min() <= 0:
        raise ValueError(f"w must hold {n} weights of 0 or more, not all of them 0, got {w}")
    root = np.sqrt(w / w.sum(-1, keepdims=True))
    with limit_threads():
        values = np.linalg.eigvalsh(root[..., :, None] * k * root[..., None, :])
    if values.min() < -1e-8:
        raise ValueError(f"similarity has a negative eigenvalue ({values.min():g}), so it is not a kernel's matrix")
    return np.exp(entr(np.maximum(values, 0)).sum(-1))
