"""Distances between encoded rows, exact where it matters: a copy is at distance 0."""

import numpy as np

__all__ = ["NEARLY", "NEIGHBOURS", "agreement", "coverage", "nearest", "nearest_one"]

NEARLY = 0.02  # encoded values, in spreads, that count as the same
NEIGHBOURS = 5  # a row's neighbourhood reaches to the fifth other row
BLOCK = 2**22  # distances held at once


def nearest(x, queries, k):
    """Return the distance from each query to its k closest rows of x, and which rows these are: (q, k) each.

    The matrix product is fast and leaves a copy 1e-7 away from itself, so the rows it finds are measured again. It is
    asked for a few more than k, for those that rounding puts into the wrong order.
    """
    from sklearn.neighbors import NearestNeighbors

    more = min(k + 4, len(x))
    _, index = NearestNeighbors(n_neighbors=more, algorithm="brute").fit(x).kneighbors(queries)
    distances = np.stack([np.sqrt(((x[index[:, j]] - queries) ** 2).sum(-1)) for j in range(more)], -1)
    order = np.argsort(distances, -1, kind="stable")[:, :k]
    return np.take_along_axis(distances, order, -1), np.take_along_axis(index, order, -1)


def nearest_one(x, queries):
    """Return the distance from each query to the closest row of x, and which row it is: (q,) each.

    Twice as fast as `nearest`; the row found is measured directly, so that a copy is at distance 0.
    """
    centre = x.mean(0)
    a, b = x - centre, queries - centre
    half = (a**2).sum(-1) / 2
    step = max(BLOCK // len(x), 1)
    index = np.concatenate([np.argmax(b[i : i + step] @ a.T - half, 1) for i in range(0, len(b), step)])
    return np.sqrt(((x[index] - queries) ** 2).sum(-1)), index


def agreement(queries, z, parts, *, nearly=NEARLY):
    """Return for each query the largest number of columns in which one row of z is nearly equal to it.

    Parameters
    ----------
    queries, z : numpy.ndarray, shapes (q, d) and (m, d)
        Encoded rows.
    parts : iterable of slice
        For each column of the table its place in the encoded row.
    nearly : float
        The largest difference, in spreads.
    """
    # A category becomes its number, so that half a step tells it from the next one.
    a, b = (
        [x[:, part.start] if part.stop - part.start == 1 else x[:, part].argmax(1) for part in parts]
        for parts in [list(parts)]
        for x in (queries, z)
    )
    a, b = (np.array(columns, dtype=np.float32) for columns in (a, b))  # (columns, rows)
    most = np.zeros(len(queries))
    for i in range(0, len(queries), 64):
        for j in range(0, len(z), 4096):
            count = np.zeros((a[:, i : i + 64].shape[1], b[:, j : j + 4096].shape[1]), dtype=np.uint8)
            for mine, theirs in zip(a[:, i : i + 64], b[:, j : j + 4096], strict=True):
                count += np.abs(mine[:, None] - theirs) <= nearly
            most[i : i + 64] = np.maximum(most[i : i + 64], count.max(1))
    return most


def coverage(between, within, k=NEIGHBOURS):
    """Return the share of real rows within whose k-th neighbour's distance a row of another set lies.

    The coverage of `metrics.prdc` (Naeem et al. 2020, arXiv:2002.09797), but the balls are closed: in a table of
    categories many rows have k twins, and a ball of radius 0 must hold a further twin, not nothing.

    Parameters
    ----------
    between : numpy.ndarray, shape (n, m)
        Distances from the real rows to the rows of the other set.
    within : numpy.ndarray, shape (n, n)
        Distances among the real rows.
    k : int
    """
    radius = np.partition(within, k, axis=1)[:, k]  # the nearest is the row itself
    return float(np.mean(between.min(1) <= radius))
