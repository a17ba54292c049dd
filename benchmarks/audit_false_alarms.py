"""How often an audit alarms where nothing is wrong: the words given to honest, fresh tables, question by question.

A fresh table is drawn from the same population as the real rows and is no copy of them, so that there is nothing to be
found. Two things are counted. *Failed* is the alarm: the whole interval lies beyond what is tolerated. *Above no gap*
is the stricter count, of intervals that leave out the truth on its worse side: this is what the level promises, and
whoever sets a tolerance of 0 would see these as alarms. At 99% it may happen to 0.5% of the tables; to 1% where a gap
of either sign counts. The question "people" has no interval of a gap: it fails at p < .001. Tables that are dealt from
one data set share its rows, so that their counts scatter a little more than those of independent tables.

One process, one thread. `--only` measures some of the kinds of tables; the others are taken from the last run.
"""

import argparse
import json
import os
import platform
import time
from pathlib import Path

os.environ["TQDM_DISABLE"] = "1"

import numpy as np
import pandas as pd
from audit import truth  # the benchmark beside this file

from course_lib.audit import FAILED, HELD, NOT_SHOWN, audit
from course_lib.audit.people import CHANCE
from course_lib.audit.questions import QUESTIONS
from course_lib.audit.statistics import exact_share
from course_lib.data import CardPayments, diabetes, health, patients

HERE = Path(__file__).parent
LEVEL = 0.99
EITHER_SIGN = ("columns", "pairs")  # a gap counts whether there is more or less in the release


# Tables ---------------------------------------------------------------------------------------------------------------


def deal(frame, rng, whose=None):
    """Deal the rows of a table, or its people with all their rows, into three tables of equal size."""
    whose = np.arange(len(frame)) if whose is None else whose
    _, person = np.unique(whose, return_inverse=True)
    hand = (rng.permutation(person.max() + 1) % 3)[person]
    return [frame[hand == each].reset_index(drop=True) for each in range(3)]


def mixed(rng):
    """Draw 1,000 rows of 20 columns of all kinds from a simulator."""
    return [truth(1000, rng) for _ in range(3)], {}


def uneven(rng):
    """Draw the same with 2,000 released rows and 500 strangers."""
    return [truth(1000, rng), truth(2000, rng), truth(500, rng)], {}


def no_holdout(rng):
    """Draw the same without a holdout."""
    return [truth(1000, rng), truth(1000, rng), None], {}


def measured(rng):
    """Deal the 569 patients with 30 measurements and a diagnosis into three tables."""
    data = patients()
    frame = pd.DataFrame(data.x, columns=data.names).assign(diagnosis=np.array(data.label_names)[data.y])
    return deal(frame, rng), {"target": "diagnosis"}


def small(rng):
    """Deal the 442 diabetics with 10 measurements and a score into three tables."""
    data = diabetes()
    return deal(pd.DataFrame(data.x, columns=data.names).assign(score=data.y), rng), {}


def insured(rng):
    """Deal the 2,742 people of the RAND experiment, one year of each, into three tables."""
    table = health()
    order = rng.permutation(table.n)
    _, first = np.unique(table.groups[order], return_index=True)
    return deal(table.frame.iloc[order[first]], rng), {}


def years(rng):
    """Deal 900 people of the RAND experiment, with all of their years, about 4 each, into three tables."""
    table = health()
    counts = np.bincount(table.groups)
    few = rng.choice(np.flatnonzero(counts <= 10), 900, replace=False)  # larger groups are several persons
    kept = np.isin(table.groups, few)
    return deal(table.frame[kept].assign(person=table.groups[kept]), rng, table.groups[kept]), {"group": "person"}


def payments(rng):
    """Draw 3,600 card payments of about 2,500 customers, and deal the customers into three tables."""
    data = CardPayments(rng=rng).draw(3600, rng=rng)
    frame = pd.DataFrame(data.x, columns=data.names).drop(columns="merchant")
    frame["category"] = np.array(CardPayments.categories)[frame["category"].astype(int)]
    frame["kind"] = np.array(data.label_names)[data.y]
    for name in ("online", "abroad", "new merchant"):
        frame[name] = frame[name] == 1
    return deal(frame, rng, frame["customer"]), {"group": "customer"}


def codes(rng):
    """Draw 300 rows of two numbers and three columns of 25, 100 and 1,000 codes, of which a few are common."""

    def draw(n):
        x = rng.standard_normal((n, 2))
        columns = {f"number {j}": x[:, j].round(2) for j in range(2)}
        for size in (25, 100, 1000):
            share = 1 / np.arange(2, size + 2)
            columns[f"{size} codes"] = [f"c{each}" for each in rng.choice(size, n, p=share / share.sum())]
        return pd.DataFrame(columns)

    return [draw(300) for _ in range(3)], {}


KINDS = {
    "mixed": mixed,
    "uneven": uneven,
    "no holdout": no_holdout,
    "patients": measured,
    "diabetes": small,
    "health": insured,
    "health, years": years,
    "payments": payments,
    "codes": codes,
}


# Counting -------------------------------------------------------------------------------------------------------------


def words(kind, seed):
    """Audit one fresh table; return for each question its word, and whether its interval lies above no gap."""
    rng = np.random.default_rng([list(KINDS).index(kind), seed])
    (real, fresh, holdout), arguments = KINDS[kind](rng)
    report = audit(real, fresh, holdout=holdout, rng=rng, level=LEVEL, **arguments)
    return {
        answer.question: [answer.verdict, None if answer.question == "people" else bool(answer.low > answer.null)]
        for answer in report.answers
    }


def promised(name):
    """Return how often a question may fail, or its interval lie above no gap."""
    return CHANCE if name == "people" else (1 - LEVEL) / (1 if name in EITHER_SIGN else 2)


def rate(count, tables, promise):
    """Return a count with the exact upper end for its rate, one-sided at 95%, and whether it breaks the promise."""
    from scipy.stats import binom

    p = binom.sf(count - 1, tables, promise)
    beyond = f", **p = {p:.1g}**" if p < 0.01 else ""
    return f"{count} (at most {exact_share(count, tables, 0.9).high:.1%}{beyond})"


def markdown(found, machine):
    """Return the tables of the report."""
    every = [answers for runs in found.values() for answers in runs]
    lines = ["# False alarms of the audit", "", f"{len(every)} fresh tables. {machine}", ""]
    lines += ["In brackets the largest rate that the count allows at 95%, and p where it breaks the promise.", ""]
    lines += ["| question | tables | failed | above no gap | promised, at most |", "|---|---|---|---|---|"]
    for name in QUESTIONS:
        answers = [each[name] for each in every if name in each]
        failed, above = sum(word == FAILED for word, _ in answers), sum(bool(each) for _, each in answers)
        cells = [rate(count, len(answers), promised(name)) for count in (failed, above)]
        cells[1] = "–" if name == "people" else cells[1]
        lines.append(f"| {name} | {len(answers)} | {' | '.join(cells)} | {promised(name):.1%} |")
    lines += ["", "Failed · not shown · held, by kind of table; in brackets intervals above no gap."]
    lines += ["", f"| question | {' | '.join(f'{kind} ({len(runs)})' for kind, runs in found.items())} |"]
    lines += ["|---|" + "---|" * len(found)]
    for name in QUESTIONS:
        cells = []
        for runs in found.values():
            answers = [each[name] for each in runs if name in each]
            counts = [sum(word == each for each, _ in answers) for word in (FAILED, NOT_SHOWN, HELD)]
            above = sum(bool(each) for _, each in answers)
            cells.append(" · ".join(map(str, counts)) + (f" ({above})" if above else ""))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += ["", *(f"- **{kind}**: {KINDS[kind].__doc__}" for kind in found)]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=50, help="fresh tables of each kind (default %(default)s)")
    parser.add_argument("--first", type=int, default=0, help="seed of the first one (default %(default)s)")
    parser.add_argument("--only", nargs="+", choices=KINDS, default=list(KINDS), help="kinds of tables (default: all)")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="folder for audit_false_alarms.md and .json")
    asked = parser.parse_args()
    kept = asked.out / "audit_false_alarms.json"
    found = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    for kind in asked.only:
        start = time.process_time()
        found[kind] = [words(kind, asked.first + seed) for seed in range(asked.tables)]
        print(f"{kind}: {asked.tables} tables, {time.process_time() - start:.0f} CPU s", flush=True)
        found = {each: found[each] for each in KINDS if each in found}
        kept.write_text(json.dumps(found) + "\n", encoding="utf-8")
    machine = f"Level {LEVEL:.0%}, tolerances as they come; Python {platform.python_version()}, NumPy {np.__version__}."
    text = markdown(found, machine)
    (asked.out / "audit_false_alarms.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
