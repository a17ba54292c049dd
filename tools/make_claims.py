"""
Make docs/claims.md: every claim of the course beside the value that a simulation through the loop gives.

    python tools/make_claims.py [--jobs N] [KEY ...]

Each claim is measured with seeds 0 to 19: seed 0 gives the value in the table, and all of them the mean and standard
deviation of z. With keys, only these claims are measured anew. All of it takes some minutes on one core.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from claims import CLAIMS, TOLERANCE  # noqa: E402

DOCUMENT = ROOT / "docs" / "claims.md"
SEEDS = 20

TEXT = """\
# Claims, recomputed

Each row is a statement that the course makes, with the value that theory gives and the value that a simulation through
`course_lib.self_consume` gives. The closed forms stand in `course_lib.theory`, each with its conditions; the
simulations in `tests/claims/`. A paper is named only for what was read in it; "one can show" means that the formula is
derived in the docstring of its function. *m* is the number of samples a generation and *t* the number of estimations:
where the real records are themselves a sample of the truth, `history.models[k]` is after *k* + 1 of them. The truth
of a Gaussian has mean 0 and variance 1.

*Measured* is from seed 0, with its standard error; `tests/test_claims.py` demands that it lies within {tolerance}
standard errors of *stated*, or on the right side of it where the claim is a bound (≤ or ≥), and that near misses of
the theory are rejected. *z* is the difference in standard errors, over {seeds} seeds: a mean near 0 and a standard
deviation near 1 say that the standard errors, and so the tolerance, are right. A bound has no z.

This file is generated: `python tools/make_claims.py`.

"""
COLUMNS = ("claim", "statement", "source", "lesson", "test", "at", "stated", "measured", "z: mean", "z: sd")


def row(claim, estimate, error):
    """Return the cells of one claim, those of z left out."""
    at = ", ".join(f"{name} = {value}" for name, value in claim.setting.items())
    sign = {None: "", "at most": "≤ ", "at least": "≥ "}[claim.bound]
    return [
        claim.key,
        claim.statement,
        claim.source,
        claim.lesson,
        f"`test_claim[{claim.key}]`",
        f"{at}; {claim.runs:,} runs",
        f"{sign}{claim.stated():.4g}",
        f"{estimate:.4g} ± {error:.2g}",
    ]


def z_cells(claim, measured):
    """Return mean and standard deviation of z over seeds as cells, empty for a bound."""
    if claim.bound:
        return ["", ""]
    z = [(estimate - claim.stated()) / error for estimate, error in measured]
    return [f"{np.mean(z):z.2f}", f"{np.std(z, ddof=1):.2f}"]  # z: no -0.00


def read_rows(path=DOCUMENT):
    """Return the cells of the table in the stored document by claim."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    return {row[0]: row for row in cells}


def document(rows):
    """Return the text of docs/claims.md."""
    table = [COLUMNS, ["---"] * len(COLUMNS), *rows]
    lines = ["| " + " | ".join(cells) + " |" for cells in table]
    return TEXT.format(tolerance=TOLERANCE, seeds=SEEDS) + "\n".join(lines) + "\n"


def measure(key, seed):
    """Measure one claim with one seed; a function of its own, so that a worker process can run it."""
    return CLAIMS[key].measure(seed)


def main():
    """Measure the claims and write the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("keys", nargs="*", metavar="KEY", help="measure only these claims")
    parser.add_argument("--jobs", type=int, default=1, help="worker processes")
    arguments = parser.parse_args()
    keys = arguments.keys or list(CLAIMS)
    if unknown := set(keys) - set(CLAIMS):
        parser.error(f"no such claim: {', '.join(sorted(unknown))}")

    rows = read_rows() if DOCUMENT.exists() else {}
    for key in keys:
        measured = Parallel(arguments.jobs)(delayed(measure)(key, seed) for seed in range(SEEDS))
        rows[key] = row(CLAIMS[key], *measured[0]) + z_cells(CLAIMS[key], measured)
        print(key, *rows[key][-4:], flush=True)
    DOCUMENT.write_text(document(rows[key] for key in CLAIMS), encoding="utf-8")


if __name__ == "__main__":
    main()
