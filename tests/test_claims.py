"""Each claim against its simulation, the tolerance against near misses, and docs/claims.md against both."""

import functools

import pytest
from claims import CLAIMS
from make_claims import DOCUMENT, SEEDS, document, read_rows, row
from scipy.stats import chi2, norm


@functools.cache
def measured(key):
    return CLAIMS[key].measure(seed=0)


@pytest.mark.parametrize("key", CLAIMS)
def test_claim(key):
    claim = CLAIMS[key]
    estimate, error = measured(key)
    assert claim.agrees(claim.stated(), estimate, error), f"stated {claim.stated()}, measured {estimate} ± {error}"


@pytest.mark.parametrize(("key", "name"), [(key, name) for key, claim in CLAIMS.items() for name in claim.wrong])
def test_near_miss_is_rejected(key, name):
    claim = CLAIMS[key]
    stated = float(claim.wrong[name](**claim.setting))
    estimate, error = measured(key)
    assert not claim.agrees(stated, estimate, error), f"{name} gives {stated}, measured {estimate} ± {error}"


def test_every_claim_has_a_near_miss():
    assert [key for key, claim in CLAIMS.items() if not claim.wrong] == []


def test_document_is_as_measured():
    stored = read_rows()
    assert list(stored) == list(CLAIMS), "run python tools/make_claims.py"
    for key, claim in CLAIMS.items():
        assert stored[key][:-2] == row(claim, *measured(key)), "run python tools/make_claims.py with this claim's key"


def test_document_is_as_generated():
    assert DOCUMENT.read_text(encoding="utf-8") == document(read_rows().values())


@pytest.mark.parametrize("key", [key for key, claim in CLAIMS.items() if claim.bound is None])
def test_standard_errors_are_right(key):
    """With right standard errors z has mean 0 and variance 1; the limits are passed with probability 1e-4 a side."""
    mean, sd = map(float, read_rows()[key][-2:])
    assert abs(mean) * SEEDS**0.5 < norm.isf(1e-4)
    assert chi2.ppf(1e-4, SEEDS - 1) < (SEEDS - 1) * sd**2 < chi2.isf(1e-4, SEEDS - 1)
