"""Tables that the tests of the audit share: a truth to draw from, and releases with one fault each."""

import numpy as np
import pandas as pd

from course_lib.data import TableCodec
from course_lib.generators import GaussianCopula

CITIES = ["Aix", "Bonn", "Cork", "Delft", "Essen"]


def truth(n, rng, *, unusual=0):
    """Draw a table of eight columns that hang together, with a few people far from all others."""
    a, b, c, d = rng.multivariate_normal(np.zeros(4), 0.5 * np.eye(4) + 0.5, n).T
    frame = pd.DataFrame(
        {
            "age": np.clip(45 + 15 * a, 18, 95).round().astype(int),
            "income": np.exp(10 + 0.5 * b).round(-1),
            "pressure": (120 + 12 * c + 4 * a).round(1),
            "visits": rng.poisson(np.exp(0.4 * d)),
            "city": np.array(CITIES)[np.digitize(b + rng.standard_normal(n), [-2.0, -0.7, 0.5, 1.5])],
            "smoker": rng.random(n) < 1 / (1 + np.exp(1 - c)),
            "weight": (70 + 10 * d + 3 * rng.standard_normal(n)).round(1),
            "ill": rng.random(n) < 1 / (1 + np.exp(2 - a - d)),
        }
    )
    for i in range(unusual):
        frame.loc[i, ["age", "income", "pressure", "visits", "weight"]] = [
            90 + i,
            200_000 + 10_000 * i,
            180,
            19 + i,
            40,
        ]
        frame.loc[i, ["city", "smoker", "ill"]] = ["Essen", True, False]
    return frame


def copula(frame, n, rng):
    """Draw a release from a Gaussian copula of a table."""
    codec = TableCodec().fit(frame)
    return codec.decode(GaussianCopula().fit(codec.encode(frame)).sample(n, rng=rng))


def with_three(release, real, rows):
    """Put three real rows into a release."""
    return pd.concat([real.iloc[rows], release.iloc[len(rows) :]], ignore_index=True)
