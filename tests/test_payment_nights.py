"""Payments night by night: their spread, customers who leave, tidied copies."""

import numpy as np
import pytest

from course_lib.data import CardPayments
from course_lib.data.payment_nights import ONLINE, nightly_spread, payment_nights, spread_of_amounts, tidy
from course_lib.records import Records

PAYMENTS = CardPayments(rng=np.random.default_rng(0))


def test_spread_of_nights_is_that_of_the_payments():
    spread = nightly_spread(PAYMENTS, 300, per_night=60, rng=np.random.default_rng(1))
    all_of_them = PAYMENTS.sample(20_000, rng=np.random.default_rng(2)).x[:, 0].std()
    assert spread.shape == (300,)
    assert abs(spread.mean() - all_of_them) < 0.02 + 5 * spread.std() / np.sqrt(300)
    assert 0.5 < spread.std() / (all_of_them / np.sqrt(120)) < 1.5


def test_online_customers_leave():
    x = payment_nights(PAYMENTS, 3, branches=4, per_night=200, leaving=[0, 0.5, 1], rng=np.random.default_rng(3))
    assert x.shape == (3, 4, 200, 11)
    online = x[..., ONLINE].mean((1, 2))
    assert online[0] > online[1] > online[2] == 0
    assert spread_of_amounts(x).shape == (3, 4)


def test_tidied_copies_keep_their_form():
    x = PAYMENTS.sample(50, rng=np.random.default_rng(4)).x
    noisy = x + 0.3 * np.random.default_rng(5).standard_normal(x.shape)
    kept = noisy.copy()
    tidied = tidy(Records(noisy)).x
    assert np.isin(tidied[:, PAYMENTS.flags], [0, 1]).all()
    assert (tidied[:, -1] >= 0).all()
    np.testing.assert_array_equal(tidied[:, 0], noisy[:, 0])
    np.testing.assert_array_equal(noisy, kept)


@pytest.mark.parametrize("leaving", [[0.5], [0, 2], [0, -1]])
def test_bad_leaving(leaving):
    with pytest.raises(ValueError, match="leaving must hold 2 shares"):
        payment_nights(PAYMENTS, 2, branches=1, per_night=5, leaving=leaving, rng=np.random.default_rng(0))


def test_too_few_payments_a_night():
    with pytest.raises(ValueError, match="per_night must be larger"):
        nightly_spread(PAYMENTS, 28, per_night=2, rng=np.random.default_rng(0))
