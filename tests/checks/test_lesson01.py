import math

import numpy as np
import pytest

from course_lib.checks import lesson01
from course_lib.theory import expected_w2_squared, ml_w2_squared


@pytest.mark.parametrize(("ddof", "theory"), [(0, ml_w2_squared), (1, expected_w2_squared)])
def test_reference_runs_have_the_means_of_theory(ddof, theory):
    w2, _ = lesson01._reference(ddof)
    times = np.arange(len(w2)) + 1
    z = (w2.mean(1) - theory(lesson01._N, times)) / (w2.std(1) / np.sqrt(w2.shape[1]))
    assert np.abs(z).max() < 5


@pytest.mark.parametrize("ddof", [0, 1])
def test_a_right_curve_is_next_to_never_rejected_although_the_means_are_lopsided(ddof):
    w2, _ = lesson01._reference(ddof)
    runs = lesson01._CALLS * lesson01._RUNS
    skewness = ((w2 - w2.mean(1, keepdims=True)) ** 3).mean(1) / w2.std(1) ** 3 / math.sqrt(runs)
    # The tail of a mean with skewness g beyond z is about exp(g z³/6) times that of a normal law (Edgeworth).
    far = lesson01._FAR
    tails = math.erfc(far / math.sqrt(2)) / 2 * (np.exp(skewness * far**3 / 6) + np.exp(-skewness * far**3 / 6))
    assert tails.sum() < 0.5e-6
