import math

import numpy as np

from course_lib.checks import lesson04


def test_reference_runs_have_the_means_of_the_law():
    law, variance, _ = lesson04._reference()
    z = (variance.mean(1) - law)[1:] / (variance.std(1)[1:] / np.sqrt(variance.shape[1]))
    assert np.abs(z).max() < 5


def test_a_right_curve_is_next_to_never_rejected_although_the_means_are_lopsided():
    _, variance, _ = lesson04._reference()
    variance = variance[1:]
    runs = lesson04._CALLS * lesson04._RUNS
    skewness = ((variance - variance.mean(1, keepdims=True)) ** 3).mean(1) / variance.std(1) ** 3 / math.sqrt(runs)
    # The tail of a mean with skewness g beyond z is about exp(g z³/6) times that of a normal law (Edgeworth).
    far = lesson04._FAR
    tails = math.erfc(far / math.sqrt(2)) / 2 * (np.exp(skewness * far**3 / 6) + np.exp(-skewness * far**3 / 6))
    assert tails.sum() < 0.5e-6


def test_each_wrong_way_of_counting_modes_counts_something_else():
    for seed in range(20):
        *_, counts = lesson04._modes(np.random.default_rng(seed))
        assert len(set(counts.values())) == len(counts)
