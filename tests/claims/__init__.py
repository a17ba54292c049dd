"""Every claim of the course that can be recomputed, by topic; `tests/test_claims.py` does it."""

from claims import (  # noqa: F401
    accumulation,
    chains,
    evidence,
    gaussian,
    kernels,
    labour,
    monitoring,
    pool,
    regression,
    remedies,
)
from claims.registry import CLAIMS as REGISTERED
from claims.registry import TOLERANCE, Claim

__all__ = ["CLAIMS", "TOLERANCE", "Claim"]

CLAIMS = dict(sorted(REGISTERED.items(), key=lambda item: (int(item[0].rstrip("abcde")), item[0])))
