"""Signed statements and the mark in the cents: what is found, what is not, and what an edit does."""

import io

import numpy as np
import pandas as pd
import pytest

from course_lib.signatures import ALTERED, INTACT, STRANGE, UNSIGNED, attach, sign, strip, verify
from course_lib.table_mark import cents_mark, mark_cents, read_cents

KEY, OTHER = b"a key of sixteen bytes or more", b"another key, as long as that"


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {"amount": rng.lognormal(3.5, 1, 40), "shop": rng.integers(9, size=40), "name": list("ab") * 20}
    )


@pytest.fixture
def signed(table):
    return attach(table, sign(table, {"made by": "a kernel", "real rows": 0}, key=KEY))


def test_a_copy_is_intact(signed):
    assert verify(signed, key=KEY) == INTACT
    assert verify(signed.copy(), key=KEY) == INTACT
    assert verify(signed.set_index(np.arange(40)[::-1]), key=KEY) == INTACT  # the index is not signed


@pytest.mark.parametrize(
    "edit",
    [
        lambda t: t.assign(amount=t.amount + np.where(np.arange(40) == 3, 1e-12 * t.amount, 0)),
        lambda t: t.head(39),
        lambda t: t.iloc[::-1],
        lambda t: t.rename(columns={"shop": "merchant"}),
        lambda t: t[["shop", "amount", "name"]],
        lambda t: t.assign(more=1),
    ],
)
def test_any_edit_shows(signed, edit):
    assert verify(edit(signed), signed.attrs["provenance"], key=KEY) == ALTERED


@pytest.mark.parametrize(
    "edit",
    [
        lambda m: m | {"statement": {"made by": "customers", "real rows": 40}},
        lambda m: m | {"sha256": "0" * 64},
        lambda m: m | {"signature": "0" * 64},
        lambda m: {name: value for name, value in m.items() if name != "signature"},
        lambda m: m | {"note": "added"},
    ],
)
def test_a_changed_statement_is_strange(signed, edit):
    assert verify(signed, edit(signed.attrs["provenance"]), key=KEY) == STRANGE


def test_another_key_says_nothing(signed):
    assert verify(signed, key=OTHER) == STRANGE


def test_stripping_leaves_nothing(signed, table):
    assert verify(strip(signed), key=KEY) == UNSIGNED
    assert verify(signed, key=KEY) == INTACT  # the original is left as it was
    again = pd.read_csv(io.StringIO(signed.to_csv(index=False)))
    assert verify(again, key=KEY) == UNSIGNED
    assert verify(again, signed.attrs["provenance"], key=KEY) == INTACT  # the rows came through with every digit
    assert "provenance" not in table.attrs


def test_the_fingerprint_is_the_same_everywhere():
    """Kept here, so that a change of the form, which would break every signature ever made, is seen."""
    table = pd.DataFrame({"amount": [0.1, 12.0, 1 / 3], "shop": [1, 2, 3]})
    manifest = sign(table, {"a": 1}, key=KEY)
    assert manifest["sha256"] == FINGERPRINT
    assert manifest["rows"] == 3
    assert manifest["columns"] == ["amount", "shop"]


FINGERPRINT = "9af66f08822d8eeda862e2b60888a35cfe413ce3baff9128a38a966e4780a3fc"


def test_bad_input(table):
    with pytest.raises(ValueError, match="at least 16 bytes"):
        sign(table, {}, key=b"short")
    with pytest.raises(ValueError, match="got str"):
        sign(table, {}, key="a text of sixteen letters")
    with pytest.raises(ValueError, match="statement must be a dict"):
        sign(table, "made up", key=KEY)
    with pytest.raises(ValueError, match="what JSON can hold"):
        sign(table, {"rows": np.int64(3)}, key=KEY)


# The mark in the cents


@pytest.fixture
def amounts():
    rng = np.random.default_rng(1)
    return np.round(np.where(rng.random(1500) < 0.1, 10 * rng.integers(1, 20, 1500), rng.lognormal(3.5, 1, 1500)), 2)


def test_no_amount_moves_by_a_euro(amounts):
    marked = mark_cents(amounts, cents_mark(5), rng=np.random.default_rng(2))
    np.testing.assert_array_equal(np.floor(marked + 1e-9), np.floor(amounts + 1e-9))
    np.testing.assert_array_equal(marked % 1 == 0, amounts % 1 == 0)  # whole euros stay, and no new ones come


def test_green_cents_come_exp_delta_times_as_often(amounts):
    delta, mark = 1.0, cents_mark(5, delta=1.0)
    many = mark_cents(np.tile(amounts[amounts % 1 > 0], 40), mark, rng=np.random.default_rng(3))
    whole = np.rint(100 * many).astype(int)
    green = mark.green[whole // 100 % 100, whole % 100].mean()
    share = np.exp(delta) / (np.exp(delta) + 1)
    assert abs(green - share) < 0.01 + 5 * np.sqrt(share * (1 - share) / many.size)  # cents 0 are left out


def test_z_without_a_mark_is_standard_normal(amounts):
    z = np.array([read_cents(amounts[:300], cents_mark(key))[0] for key in range(300)])
    assert abs(z.mean()) < 5 / np.sqrt(300)
    assert abs(z.std() - 1) < 0.15


def test_the_mark_is_found_by_its_key_alone(amounts):
    rng = np.random.default_rng(4)
    marked = mark_cents(amounts, cents_mark(5), rng=rng)
    z, pairs = read_cents(marked, cents_mark(5))
    assert z > 15
    assert 1000 < pairs <= (amounts % 1 > 0).sum()
    assert read_cents(rng.permutation(marked), cents_mark(5))[0] == pytest.approx(z)
    assert abs(read_cents(marked, cents_mark(6))[0]) < 5
    assert abs(read_cents(np.round(marked, 1), cents_mark(5))[0]) < 5
    mixed = np.where(rng.random(amounts.size) < 0.3, marked, amounts)
    assert 3 < read_cents(mixed, cents_mark(5))[0] < z


def test_whole_euros_say_nothing():
    z, pairs = read_cents([10.0, 20.0], cents_mark(1))
    assert np.isnan(z)
    assert pairs == 0
    with pytest.raises(ValueError, match="amounts must be 0 or more"):
        read_cents([-1.5], cents_mark(1))
