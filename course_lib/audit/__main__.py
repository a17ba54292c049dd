"""The audit from the shell: `python -m course_lib.audit real.csv synthetic.csv -o report.html`."""

import argparse
import os
import re
import sys
from pathlib import Path

import numpy as np


def main(arguments=None):
    """Read the files, print the verdicts, write the page; return the exit status (see the parser's epilog)."""
    from course_lib.audit import FAILED, audit
    from course_lib.audit.files import read
    from course_lib.validate import as_count

    os.environ.setdefault("TQDM_DISABLE", "1")  # no progress bars among the messages
    asked = _parser().parse_args(arguments)
    try:
        _check_output(asked)
        tables, notes = read(
            asked.real,
            asked.synthetic,
            asked.holdout,
            target=asked.target,
            group=asked.group,
            drop=asked.drop,
            categories=asked.category,
            missing_markers=asked.missing,
            separator=asked.separator,
            decimal=asked.decimal,
            encoding=asked.encoding,
        )
        report = audit(
            tables["real"],
            tables["synthetic"],
            holdout=tables.get("holdout"),
            target=asked.target,
            group=asked.group,
            generations=asked.generations,
            rng=np.random.default_rng(as_count(asked.seed, "seed", minimum=0)),
        )
        report.notes[:0] = notes
        if asked.output:
            report.save(asked.output)
    except ValueError as error:
        print(f"audit: {_for_the_shell(str(error))}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"audit: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    print(report)
    for note in report.notes:
        print(f"Note: {note}.")
    if asked.output:
        print(f"The report is in {asked.output}.")
    return int(any(answer.verdict == FAILED for answer in report.answers))


def _check_output(asked):
    """Refuse, before an hour's work, a page that cannot be written or would overwrite a table."""
    if asked.output is None:
        return
    path = Path(asked.output)
    if not path.parent.is_dir() or path.is_dir():
        raise ValueError(f"--output {asked.output}: it must be a file in a folder that exists")
    tables = [each for each in (asked.real, asked.synthetic, asked.holdout) if each]
    if path.resolve() in [Path(each).resolve() for each in tables]:
        raise ValueError(f"--output {asked.output} is one of the tables; name another file for the report")


def _for_the_shell(message):
    """Return a message of the library with its arguments written as the options of this command."""
    message = re.sub(r"kinds=\{(.*?): 'category'\}", r"--category \1", message)
    message = message.replace("missing_markers", "--missing").replace(
        "which categories names", "which --category names"
    )
    return re.sub(r"\b(separator|decimal|encoding|drop|group|target|holdout)=", r"--\1 ", message).strip()


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
    parser.add_argument("--target", metavar="COLUMN", help="the column that is to be predicted")
    parser.add_argument("--group", metavar="COLUMN", help="the column that says whose a row is")
    _add_list(parser, "--drop", "COLUMN", "leave this column out of all tables")
    _add_list(parser, "--category", "COLUMN", "the values of this column are names, though they look like numbers")
    _add_list(parser, "--missing", "WORD", "this word, too, stands for a missing value")
    parser.add_argument("--separator", help="of the fields, where it is none of comma, semicolon, tab and bar")
    parser.add_argument("--decimal", choices=[".", ","], help="the decimal sign, where the numbers leave it open")
    parser.add_argument("--encoding", help="of the files that are not UTF-8, such as cp1252")
    parser.add_argument("--generations", type=int, default=3, help="length of the loops (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the random draws (default: %(default)s)")
    return parser


def _add_list(parser, option, metavar, text):
    parser.add_argument(option, metavar=metavar, action="append", default=[], help=f"{text}; may be repeated")


if __name__ == "__main__":
    sys.exit(main())
