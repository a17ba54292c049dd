"""The audit from the shell: `python -m course_lib.audit real.csv synthetic.csv -o report.html`."""

import argparse
import os
import sys

import numpy as np


def main(arguments=None):
    """Read the files, print the verdicts, write the page; return the exit status (see the parser's epilog)."""
    from course_lib.audit import FAILED, audit
    from course_lib.audit.files import read

    os.environ.setdefault("TQDM_DISABLE", "1")  # no progress bars among the messages
    asked = _parser().parse_args(arguments)
    try:
        tables = read(
            asked.real, asked.synthetic, asked.holdout, target=asked.target, group=asked.group, drop=asked.drop
        )
        report = audit(
            tables["real"],
            tables["synthetic"],
            holdout=tables.get("holdout"),
            target=asked.target,
            group=asked.group,
            generations=asked.generations,
            rng=np.random.default_rng(asked.seed),
        )
        if asked.output:
            report.save(asked.output)
    except (ValueError, OSError) as error:
        print(f"audit: {error}", file=sys.stderr)
        return 2
    print(report)
    if asked.output:
        print(f"The report is in {asked.output}.")
    return int(any(answer.verdict == FAILED for answer in report.answers))


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m course_lib.audit",
        description="Audit a synthetic table against the real one. Nothing is sent anywhere.",
        epilog="Exit status: 0 if no question failed, 1 if one did, 2 if the tables could not be read or compared.",
    )
    parser.add_argument("real", help="CSV file of the rows that the generator was trained on")
    parser.add_argument("synthetic", help="CSV file of the release")
    parser.add_argument("--holdout", help="CSV file of real rows that the generator has not seen; attacks need it")
    parser.add_argument("-o", "--output", help="write the report to this HTML file")
    parser.add_argument("--target", help="the column that is to be predicted")
    parser.add_argument("--group", help="the column that says whose a row is")
    parser.add_argument("--drop", action="append", default=[], help="leave this column out; may be repeated")
    parser.add_argument("--generations", type=int, default=3, help="length of the loops (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the random draws (default: %(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
