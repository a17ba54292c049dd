"""What an audit costs: 100,000 rows of 20 columns, from three CSV files to the page; CPU seconds and peak memory.

One process, one thread. Half of the columns are numbers, of which two have long tails, the rest categories, truth
values and whole numbers. The release is a second draw of the truth, so that nothing may fail.
"""

import argparse
import contextlib
import io
import os
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

os.environ["TQDM_DISABLE"] = "1"

from course_lib.audit import audit
from course_lib.audit.files import read
from course_lib.audit.questions import QUESTIONS

LIMIT_SECONDS, LIMIT_MB = 120, 1500


def truth(n, rng):
    """Return a table of 20 columns that hang together: 10 numbers, 4 categories, 3 truth values, 3 whole numbers."""
    mixing = np.random.default_rng(1).standard_normal((6, 20))
    z = rng.standard_normal((n, 6)) @ mixing / np.sqrt(6) + 0.5 * rng.standard_normal((n, 20))
    frame = {f"number {j}": z[:, j].round(3) for j in range(8)}
    frame |= {f"amount {j}": np.exp(2 * z[:, 8 + j]).round(2) for j in range(2)}
    frame |= {
        f"kind {j}": np.array(list("abcdefgh"))[np.digitize(z[:, 10 + j], np.linspace(-2, 2, 7))] for j in range(4)
    }
    frame |= {f"yes {j}": z[:, 14 + j] > 0.5 for j in range(3)}
    frame |= {f"count {j}": rng.poisson(np.exp(z[:, 17 + j] / 2)) for j in range(3)}
    return pd.DataFrame(frame)


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--each", action="store_true", help="time every question on its own")
    asked = parser.parse_args()
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / f"{name}.csv" for name in ("real", "synthetic", "holdout")}
        for path in paths.values():
            truth(asked.rows, rng).to_csv(path, index=False)
        start = time.process_time()
        tables, _ = read(*paths.values())
        print(f"{'read the files':20} {time.process_time() - start:7.1f} CPU s  {peak_mb():7.0f} MB at most so far")
        names = list(QUESTIONS) if asked.each else [None]
        for name in names:
            clock = time.process_time()
            with contextlib.redirect_stderr(io.StringIO()):
                report = audit(
                    tables["real"],
                    tables["synthetic"],
                    holdout=tables["holdout"],
                    rng=rng,
                    questions=None if name is None else [name],
                )
            report.html()
            print(f"{name or 'all questions':20} {time.process_time() - clock:7.1f} CPU s  {peak_mb():7.0f} MB")
            if name is None:
                print(report.frame()["verdict"].value_counts().to_string())
        seconds = time.process_time() - start
    print(
        f"{asked.rows:,} x 20: {seconds:.1f} CPU s (at most {LIMIT_SECONDS}), {peak_mb():.0f} MB (at most {LIMIT_MB})"
    )


if __name__ == "__main__":
    main()
