"""Distances between encoded rows, exact where it matters: a copy is at distance 0."""

import numpy as np

__all__ = ["NEARLY", "agreement", "nearest"]

NEARLY = 0.02  # encoded values, in spreads, that count as the same


def nearest(x, queries, k=1):
    """Return the distance from each query to its k closest rows of x, and which rows these are: (q, k) each.

    The matrix product is fast and leaves a copy 1e-7 away from itself, so the rows it finds are measured again. It is
    asked for a few more than k, for those that rounding puts into the wrong order.
    """
    from sklearn.neighbors import NearestNeighbors

    from course_lib.threads import limit_threads

    more = min(k + 4, len(x))
    with limit_threads():
        _, index = NearestNeighbors(n_neighbors=more, algorithm="brute").fit(x).kneighbors(queries)
    distances = np.stack([np.sqrt(((x[index[:, j]] - queries) ** 2).sum(-1)) for j in range(more)], -1)
    order = np.argsort(distances, -1, kind="stable")[:, :k]
    return np.take_along_axis(distances, order, -1), np.take_along_axis(index, order, -1)


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
    parts, most = list(parts), []
    chunk = max(int(2e7 / len(z)), 1)
    columns = [np.ascontiguousarray(z[:, part].T) for part in parts]
    for start in range(0, len(queries), chunk):
        some = queries[start : start + chunk]
        count = np.zeros((len(some), len(z)), dtype=np.uint8)
        for part, column in zip(parts, columns, strict=True):
            if len(column) == 1:
                count += np.abs(some[:, part] - column) <= nearly
            else:  # a category: equal where the same column of 0 and 1 is the largest
                count += some[:, part].argmax(1)[:, None] == column.argmax(0)
        most.append(count.max(1))
    return np.concatenate(most).astype(float)
