"""How unusual a person is, and whether more unusual members are hit than chance allows."""

import numpy as np

from course_lib.audit.distances import NEARLY

__all__ = ["excess", "loneliest", "surprise"]

SLOPES = (0.5, 0.4, 0.3, 0.2, 0.1, 0.0)  # how fast chance hits die out with surprise, the steepest first
CIRCLES = (1, 3, 10, 30, 100, 300, 1000)  # numbers of most unusual members that are looked at
LONELIEST = (3, 10, 30)  # and of loneliest ones
SAFE = 0.001  # the strangers' hits are taken at the upper end of their interval at this level


def surprise(rows, everybody, parts):
    """Return for each encoded row the sum over columns of −ln(share of rows that nearly have its value).

    What an honest row would be unlikely to be, were the columns independent. They are not, so only the order and half
    of the slope are used (see `excess`).

    Parameters
    ----------
    rows, everybody : numpy.ndarray, shapes (r, d) and (n, d)
    parts : iterable of slice
        For each column of the table its place in the encoded row.
    """
    total = np.zeros(len(rows))
    for part in parts:
        x, y = rows[:, part], everybody[:, part]
        if y.shape[1] > 1:
            counts = np.bincount(y.argmax(1), minlength=y.shape[1])[x.argmax(1)]
        else:
            order = np.sort(y[:, 0])
            counts = np.searchsorted(order, x[:, 0] + NEARLY, "right") - np.searchsorted(
                order, x[:, 0] - NEARLY, "left"
            )
        total -= np.log(np.maximum(counts, 1) / len(everybody))
    return total


def excess(hits, unusual, null_hits, null_unusual, *, ratio=1.0):
    """Test whether the most unusual members are hit more often than strangers' hits allow.

    Parameters
    ----------
    hits, null_hits : numpy.ndarray of bool
        Whether a member, and a stranger, was hit.
    unusual, null_unusual : numpy.ndarray
        Their surprise s.
    ratio : float
        How many times as many chances to be hit by chance a member had.

    Returns
    -------
    (float, int, int)
        The smallest p-value over the circles, the size of its circle, and the number of circles.

    Notes
    -----
    Chance is taken to hit in proportion to exp(−γ s). If the columns were independent, γ would be 1; the steepest slope
    allowed is 1/2, and a gentler one is taken where with it the strangers' own hits would be too unusual (p < .1); with
    γ = 0 the test is plain exchangeability. The rate comes from the strangers' hits, at the upper end of their
    interval.
    """
    from scipy.stats import gamma

    seen = null_hits.sum()
    upper = gamma.isf(SAFE, seen + 1) * ratio
    for slope in SLOPES:
        weights, null = (np.exp(-slope * (each - null_unusual.min())) for each in (unusual, null_unusual))
        own, _, circles = _smallest(null_hits, null_unusual, null * seen / null.sum())
        if own * circles >= 0.1 or slope == SLOPES[-1]:
            return _smallest(hits, unusual, weights * upper / null.sum())
    raise AssertionError("the last slope always returns")


def loneliest(hits, lonely, null_hits, null_lonely):
    """Test whether more of the loneliest members are hit than of wider circles of the loneliest strangers.

    Fisher's exact test. Three of three members say nothing against none of three strangers, but much against none of
    three hundred. The wider circle is allowed because to lonelier people no honest table comes nearer; where narrower
    circles of strangers have hits, too, the least favourable one counts.

    Parameters
    ----------
    hits, lonely, null_hits, null_lonely : numpy.ndarray
        As in `excess`, with a distance to other people in place of the surprise.

    Returns
    -------
    (float, int, int)
        As in `excess`.
    """
    from scipy.stats import hypergeom

    hits, null_hits = hits[np.argsort(-lonely, kind="stable")], null_hits[np.argsort(-null_lonely, kind="stable")]
    values = []
    for k in (k for k in LONELIEST if k <= len(hits)):
        circles = sorted({min(k * factor, len(null_hits)) for factor in (1, 3, 10, 30, 100)})
        b, counts = hits[:k].sum(), [(null_hits[:h].sum(), h) for h in circles]
        compared = [(a, h) for a, h in counts if a] or counts[-1:]
        values.append((max(float(hypergeom.sf(b - 1, k + h, a + b, k)) for a, h in compared), k))
    return *min(values), len(values)


def _smallest(hits, unusual, expected):
    """Return the smallest Poisson p-value of the hits in circles of the most unusual, its circle, and their number."""
    from scipy.stats import poisson

    order = np.argsort(-unusual, kind="stable")
    seen, by_chance = np.cumsum(hits[order]), np.cumsum(expected[order])
    sizes = sorted({min(k, len(order)) for k in (*CIRCLES, len(order))})
    values = [(float(poisson.sf(seen[k - 1] - 1, by_chance[k - 1])), k) for k in sizes]
    return *min(values), len(sizes)
