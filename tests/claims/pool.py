"""Claim 30: a filter and a flood act on a rare group as a product."""

import numpy as np

from claims.registry import DERIVED, claim, mean_and_error
from course_lib import Records, SharedPool, self_consume, theory
from course_lib.generators import Tally

SHARE, SIZE = 0.001, 100_000  # so rare that its loss does not shrink the pool
CODES = np.array([[0.0], [1.0]])


@claim(
    "30",
    "A rare group of which a filter throws out the part b beyond all others keeps, in a pool of which people add "
    "the part h, the share r∞ + (1 − r∞) a^t of its share among people, with a = (1 − b)(1 − h) and "
    "r∞ = (1 − b) h/(1 − a).",
    source=DERIVED,
    lesson="17",
    theory=theory.filtered_share,
    setting={"loss": 0.2, "human": 0.3, "t": 4},
    runs=2_000,
    wrong={
        "met once": lambda loss, human, t: 1 - loss,
        "in the long run": lambda loss, human, t: theory.filtered_share(loss, human),
        "makers alone": lambda loss, human, t: theory.filtered_share(loss, 0.0, t),
    },
)
def filtered_pool(rng, runs, loss, human, t):
    real = Records(
        np.broadcast_to(CODES, (runs, 1, 2, 1)), w=np.broadcast_to(SIZE * np.array([1 - SHARE, SHARE]), (runs, 1, 2))
    )
    counts = rng.multinomial(SIZE, [1 - SHARE, SHARE], (runs, 1, t)).astype(float)  # runs, makers, years
    people = Records(np.broadcast_to(CODES, (*counts.shape, 1)), w=counts)
    policy = SharedPool(people, keep=0, inflow=human, output=1 - human, filter=lambda x: 1 - loss * x[..., 0])
    history = self_consume(Tally(2, size=SIZE), real, policy=policy, generations=t, rng=rng)
    return mean_and_error(history.models[-1].shares_[..., 1] / SHARE)
