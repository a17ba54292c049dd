"""Fidelity: how far the sample's law lies from the reference's."""

import numpy as np

from course_lib.metrics.base import moments, paired, per_replicate, repeated
from course_lib.threads import limit_threads
from course_lib.validate import as_array, as_count, as_number, as_rng

__all__ = [
    "correlation_similarity",
    "frechet",
    "frechet_null",
    "gaussian_w2_squared",
    "ks_complement",
    "median_distance",
    "mmd2",
    "sliced_wasserstein",
]


def gaussian_w2_squared(mean1, cov1, mean2, cov2):
    """Squared 2-Wasserstein distance between two Gaussians.

    W2² = |μ1 − μ2|² + tr Σ1 + tr Σ2 − 2 tr (Σ1^½ Σ2 Σ1^½)^½

    Parameters
    ----------
    mean1, mean2 : array_like, shape (..., d)
    cov1, cov2 : array_like, shape (..., d, d)
        Symmetric and positive semidefinite; singular ones are welcome. All leading axes broadcast.

    Returns
    -------
    numpy.ndarray, shape (...)
        In squared units of the data, never negative; 0 for equal moments.

    Raises
    ------
    ValueError
        If the shapes do not fit or a covariance is not symmetric and positive semidefinite.

    Notes
    -----
    Dowson & Landau 1982, doi:10.1016/0047-259X(82)90077-X. The covariance part is computed as the smallest
    |Σ1^½ − Σ2^½ U|² over rotations U (Bhatia, Jain & Lim 2019, arXiv:1712.01504): a sum of squares, which keeps its
    digits where the difference of traces loses them, as when both covariances have all but vanished.

    Examples
    --------
    >>> float(gaussian_w2_squared([0.0], [[1.0]], [3.0], [[4.0]]))
    10.0
    """
    mean1, mean2 = as_array(mean1, "mean1", min_ndim=1), as_array(mean2, "mean2", min_ndim=1)
    with limit_threads():
        root1, root2 = _root(cov1, "cov1"), _root(cov2, "cov2")
        if len({mean1.shape[-1], mean2.shape[-1], root1.shape[-1], root2.shape[-1]}) > 1:
            raise ValueError(
                f"means and covariances must have the same dimension, got shapes mean1 {mean1.shape}, "
                f"cov1 {root1.shape}, mean2 {mean2.shape}, cov2 {root2.shape}"
            )
        gap = root1 - root2
        if gap.shape[-1] > 1:
            left, _, right = np.linalg.svd(root1 @ root2)
            gap = root1 - root2 @ (left @ right).mT  # U, which makes tr(Σ1^½ Σ2^½ U) largest
    return ((mean1 - mean2) ** 2).sum(-1) + (gap**2).sum((-2, -1))


def _spectrum(cov, name):
    """Return eigenvalues, rounding below 0 removed, and eigenvectors of a covariance, or raise ValueError."""
    cov = as_array(cov, name, min_ndim=2)
    if cov.shape[-1] != cov.shape[-2]:
        raise ValueError(f"{name} has shape {cov.shape}; a covariance is square in its last two axes")
    slack = 1e-8 * np.abs(cov).max((-2, -1))
    if (np.abs(cov - cov.mT).max((-2, -1)) > slack).any():
        raise ValueError(f"{name} is not symmetric")
    if cov.shape[-1] == 1:  # a decomposition of thousands of single numbers would take a hundred times as long
        values, vectors = cov[..., 0], np.ones_like(cov)
    else:
        values, vectors = np.linalg.eigh(cov)
    if (values[..., 0] < -slack).any():
        raise ValueError(f"{name} has a negative eigenvalue ({values.min():g}); a covariance has none")
    return np.maximum(values, 0), vectors


def _root(cov, name):
    values, vectors = _spectrum(cov, name)
    return (vectors * np.sqrt(values)[..., None, :]) @ vectors.mT


def frechet(reference, sample):
    """Squared Fréchet distance: the Gaussian W2² between the two sets' means and covariances (ddof = 1).

    In the features of a picture classifier this number is called FID; here it is taken in the columns as they come.

    Parameters
    ----------
    reference, sample : Records or array_like, shape (..., n, d)
        Weights are counts. Labels are not looked at.

    Returns
    -------
    numpy.ndarray, shape (...)
        In squared units of the data.

    Raises
    ------
    ValueError
        If a data set counts one record or fewer, or the columns differ.

    Notes
    -----
    Heusel et al. 2017, arXiv:1706.08500. No difference: not 0 but `frechet_null`, about 3 tr Σ / n and more; two sets
    of few records lie apart by chance alone. It cannot see anything beyond two moments: tails, modes, dependence that
    is not linear, or copied records. A column in large units drowns the others: standardise first.
    """
    reference, sample = paired(reference, sample, more_than=1)
    return gaussian_w2_squared(*moments(reference), *moments(sample))


def frechet_null(cov, n, m=None):
    """Return the expected `frechet` between two independent samples of one Gaussian.

    (1/n + 1/m) (tr Σ + Σ_{i≤j} λ_i λ_j / (λ_i + λ_j)), with λ the eigenvalues of Σ; for n = m and Σ = I that is
    2d/n + d(d+1)/(2n), and for d = 1 it is 3σ²/n.

    Parameters
    ----------
    cov : array_like, shape (..., d, d)
        Σ, the covariance of the common law.
    n : int
        Records in the reference.
    m : int, optional
        Records in the sample; n unless given.

    Returns
    -------
    numpy.ndarray, shape (...)

    Notes
    -----
    One can show it in two lines. To second order a small change E of Σ moves W2² by Σ_ij E_ij² / (2 (λ_i + λ_j)) in
    the eigenbasis, and the difference of two sample covariances has Var E_ij = (1/n + 1/m) λ_i λ_j (1 + [i = j]).
    The next term is smaller by a factor of order d/n, so this needs n well above d; tails heavier than normal raise it.

    Examples
    --------
    >>> float(frechet_null([[4.0]], 100))
    0.12
    """
    n = as_count(n, "n", minimum=2)
    m = n if m is None else as_count(m, "m", minimum=2)
    values, _ = _spectrum(cov, "cov")
    sums = values[..., :, None] + values[..., None, :]
    pairs = np.triu(values[..., :, None] * values[..., None, :] / np.where(sums > 0, sums, 1))
    return (1 / n + 1 / m) * (values.sum(-1) + pairs.sum((-2, -1)))


def median_distance(x, *, most=1000):
    """Median Euclidean distance between two records of x: the usual width of a Gaussian kernel.

    Parameters
    ----------
    x : array_like, shape (n, d)
    most : int
        Of more records than this, that many evenly spaced ones are looked at; the median hardly moves.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If there are fewer than two records, or at least half of all pairs coincide, so that the median is 0.

    Notes
    -----
    Gretton et al. 2012, "A kernel two-sample test", JMLR 13:723.
    """
    from scipy.spatial.distance import pdist

    x = as_array(x, "x", min_ndim=2)
    if x.ndim > 2 or len(x) < 2:
        raise ValueError(f"x must hold two or more records, shape (n, d), got shape {x.shape}")
    chosen = np.linspace(0, len(x) - 1, min(len(x), as_count(most, "most", minimum=2))).astype(int)
    median = float(np.median(pdist(x[chosen])))
    if median == 0:
        raise ValueError("the median distance is 0, since half of all pairs of records coincide: pass a width")
    return median


def kernel_width(reference, width):
    """Return the width as given, or else the median distance of one replicate's reference."""
    if width is not None:
        return as_number(width, "width", minimum=0, inclusive=False)
    x = repeated(reference).x
    if len(x) < 2:
        raise ValueError(
            "reference has a single record, and so no distance to take the kernel's width from: pass a width"
        )
    return median_distance(x)


def mmd2(reference, sample, *, width=None):
    """Squared maximum mean discrepancy with a Gaussian kernel, unbiased.

    mean k(x, x') + mean k(y, y') − 2 mean k(x, y) over pairs of different records, k(a, b) = exp(−|a − b|² / (2 s²))

    Parameters
    ----------
    reference, sample : Records or array_like, shape (..., n, d)
        Weights are counts. Labels are not looked at.
    width : float, optional
        s, in the units of the data. Unless given, the median distance within the reference (not within both sets, as
        often done: so all samples that are held against one reference are seen by the same kernel).

    Returns
    -------
    numpy.ndarray, shape (...)

    Raises
    ------
    ValueError
        If a data set counts one record or fewer, the columns differ, the width is not positive, or the median
        distance is 0.

    Notes
    -----
    Gretton et al. 2012, JMLR 13:723. No difference: 0 on average, hence negative in about half of all cases. It
    cannot see what is much finer or much coarser than the width, says nothing of the kind of fault, and a few copied
    records leave it unmoved. Memory stays near 64 MB, whatever n is.
    """
    reference, sample = paired(reference, sample, more_than=1)
    return per_replicate(lambda x, y: _mmd2(x, y, kernel_width(x, width)), reference, sample)


def _mmd2(x, y, width):
    wx, wy = (np.ones(records.n) if records.w is None else records.w for records in (x, y))
    cross = _kernel_sum(x.x, wx, y.x, wy, width)
    # Of the Σw copies of records, each pairs with all but itself: the kernel of a record with itself, 1, comes off.
    within = [(_kernel_sum(a, w, a, w, width) - w.sum()) / (w.sum() * (w.sum() - 1)) for a, w in ((x.x, wx), (y.x, wy))]
    return sum(within) - 2 * cross / (wx.sum() * wy.sum())


def _kernel_sum(a, wa, b, wb, width):
    """Return Σ_ij wa_i k(a_i, b_j) wb_j."""

    def reduce(block, start):
        block *= -0.5 / width**2
        return np.exp(block, out=block) @ wb

    return wa @ np.concatenate(list(distance_blocks(a, b, reduce)))


def distance_blocks(a, b, reduce):
    """Yield `reduce(block, start)` for blocks of rows of the matrix of squared distances, of 64 MB at most.

    The distances are measured directly; the quicker way by a matrix product blurs ties and zeros.
    """
    from sklearn.metrics import pairwise_distances_chunked

    return pairwise_distances_chunked(a, b, reduce_func=reduce, metric="sqeuclidean", working_memory=64)


def sliced_wasserstein(reference, sample, *, directions=100, rng):
    """Sliced 2-Wasserstein distance: root mean square of the one-dimensional W2 over random directions.

    Parameters
    ----------
    reference, sample : Records or array_like, shape (..., n, d)
        Whole weights count as repetitions. Labels are not looked at.
    directions : int
        The same ones for every replicate.
    rng : numpy.random.Generator
        Draws the directions.

    Returns
    -------
    numpy.ndarray, shape (...)
        In the units of the data.

    Raises
    ------
    ValueError
        If the columns differ, a weight is not whole, or `rng` is no Generator.

    Notes
    -----
    Bonneel et al. 2015, doi:10.1007/s10851-014-0506-3. Each one-dimensional distance is exact, for unequal sizes too.
    No difference: above 0, shrinking roughly as 1/√n, by an amount that depends on the law; see `no_difference`. A
    shift by δ gives |δ|/√d. In many columns a fault in one direction is diluted by all the others; copied records
    leave it unmoved.
    """
    reference, sample = paired(reference, sample)
    theta = as_rng(rng).standard_normal((reference.d, as_count(directions, "directions")))
    theta /= np.linalg.norm(theta, axis=0)
    return per_replicate(lambda x, y: _projected_w2(repeated(x).x @ theta, repeated(y).x @ theta), reference, sample)


def _projected_w2(x, y):
    x, y, n, m = np.sort(x, axis=0), np.sort(y, axis=0), len(x), len(y)
    # Both quantile functions are steps; between two edges (in units of 1/(nm)) neither changes.
    edges = np.union1d(np.arange(n + 1) * m, np.arange(m + 1) * n)
    start, share = edges[:-1], np.diff(edges) / (n * m)
    return np.sqrt((share @ (x[start // m] - y[start // n]) ** 2).mean())


def ks_complement(reference, sample, *, per_column=False):
    """Compare column by column: 1 − the Kolmogorov–Smirnov statistic, averaged over columns.

    Reports name it KSComplement, and its average over columns the score of "column shapes".

    Parameters
    ----------
    reference, sample : Records or array_like, shape (..., n, d)
        Weights are counts. Labels are not looked at.
    per_column : bool
        Return one value for each column instead of their average.

    Returns
    -------
    numpy.ndarray, shape (...), or (..., d) if `per_column`
        1: the two columns have the same values equally often; 0: their ranges do not overlap.

    Raises
    ------
    ValueError
        If the columns differ.

    Notes
    -----
    Kolmogorov and Smirnov's largest gap between two distribution functions, as used in SDMetrics
    (docs.sdv.dev/sdmetrics). No difference: not 1 but, for continuous columns, about
    1 − √(π/2) ln 2 · √(1/n + 1/m) = 1 − .869 √(1/n + 1/m). It cannot see how columns hang together, and hardly sees
    tails: losing the outer 1% of a column costs at most .01.
    """
    reference, sample = paired(reference, sample)
    replicates = np.broadcast_shapes(reference.replicates, sample.replicates)
    pooled = np.concatenate([records.broadcast(replicates).x for records in (reference, sample)], -2)
    weights = np.zeros((2, *replicates, reference.n + sample.n))
    weights[0, ..., : reference.n] = 1 if reference.w is None else reference.w
    weights[1, ..., reference.n :] = 1 if sample.w is None else sample.w

    order = np.argsort(pooled, -2)
    counts = np.take_along_axis(weights[..., None], order[None], -2).cumsum(-2)
    shares = counts / counts[..., -1:, :]  # both distribution functions, at every value of either set
    value = np.take_along_axis(pooled, order, -2)
    step_ends = np.ones(value.shape, dtype=bool)  # among equal values only the last has counted them all
    step_ends[..., :-1, :] = value[..., 1:, :] > value[..., :-1, :]
    complement = 1 - np.max(np.abs(shares[0] - shares[1]), -2, where=step_ends, initial=0)
    return complement if per_column else complement.mean(-1)


def correlation_similarity(reference, sample):
    """Compare pairs of columns: 1 − |ρ − ρ'| / 2 for their Pearson correlations, averaged over pairs.

    Reports name it CorrelationSimilarity, and its average the score of "column pair trends".

    Parameters
    ----------
    reference, sample : Records or array_like, shape (..., n, d)
        With two columns or more. Weights are counts. Labels are not looked at.

    Returns
    -------
    numpy.ndarray, shape (...)
        1: the same correlations; 0: all of them turned from 1 to −1 or back. A column that does not vary has no
        correlation; it is taken as 0 here.

    Raises
    ------
    ValueError
        If there is a single column, the columns differ, or a data set counts one record or fewer.

    Notes
    -----
    As in SDMetrics (docs.sdv.dev/sdmetrics). No difference: for normal columns a pair is expected at
    1 − (1 − ρ²) √((1/n + 1/m) / (2π)), to first order. It cannot see anything but linear dependence; and the scale is
    lenient: two columns that lose a correlation of .5 altogether still score .75.
    """
    reference, sample = paired(reference, sample, more_than=1)
    if reference.d < 2:
        raise ValueError(f"correlations need two columns or more, got reference of shape {reference.x.shape}")
    gap = np.abs(_correlations(reference) - _correlations(sample))
    return 1 - gap.mean(-1) / 2


def _correlations(records):
    """Return the correlations of all pairs of columns, shape (..., d (d − 1) / 2)."""
    _, cov = moments(records)
    counted = np.True_ if records.w is None else records.w[..., None] > 0
    low = np.min(records.x, -2, where=counted, initial=np.inf)
    high = np.max(records.x, -2, where=counted, initial=-np.inf)
    std = np.sqrt(np.diagonal(cov, axis1=-2, axis2=-1))
    # A constant column is known by low = high; its computed variance may be 1e-34 instead of 0.
    scale = np.where((high > low) & (std > 0), std, np.inf)
    first, second = np.triu_indices(records.d, 1)
    return cov[..., first, second] / (scale[..., first] * scale[..., second])
