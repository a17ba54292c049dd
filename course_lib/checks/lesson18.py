"""The checks of lesson 18: a made-up table, an audit's three words, ends of a column that are nobody, a data card.

Tasks 2 and 3 have exact answers. A made-up table is judged by what it keeps of the real one, and by how near its rows
come to real people; its tolerances allow for samples of its size. A card is compared with the facts it was given.
"""

import numpy as np

from course_lib.checks.framework import Function, NotYet, read_array, require_rng, show
from course_lib.data_card import VERDICTS, DataCard

__all__ = ["CHECKS", "people"]


def people(n, *, rng):
    """Return n people as a DataFrame: age, income, visits, whether they smoke, and their health in four ordered words.

    Income is continuous, so no two people are equal; all columns but smoking hang together.
    """
    import pandas as pd

    ill = rng.standard_normal(n)
    age = np.clip(np.rint(50 + 15 * (0.6 * ill + 0.8 * rng.standard_normal(n))), 18, 95).astype(np.int64)
    income = np.round(30_000 * np.exp(0.5 * (-0.5 * ill + 0.87 * rng.standard_normal(n))), 2)
    words = ("excellent", "good", "fair", "poor")
    code = np.searchsorted([0.0, 1.0, 1.8], 0.9 * ill + 0.44 * rng.standard_normal(n))
    return pd.DataFrame(
        {
            "age": age,
            "income": income,
            "visits": rng.poisson(np.exp(0.8 + 0.6 * ill)),
            "smokes": rng.random(n) < 0.3,
            "health": pd.Categorical.from_codes(code, words, ordered=True),
        }
    )


# 18.1 -----------------------------------------------------------------------------------------------------------------


def check_made_up(made_up: Function, *, rng):
    """Look at form, range, columns, pairs and distances to real people, and at where the chance comes from."""
    frame = people(400, rng=rng)
    before = frame.copy(deep=True)
    made = made_up(frame, 500, rng)
    if not frame.equals(before):
        raise NotYet("`made_up` changed the table that it was given. Whoever called it still needs those people.", 1)
    _require_form(made, frame, 500)
    _require_range(made, frame)
    near = _require_people_apart(made, frame, people(400, rng=rng))
    _require_columns(made, frame)
    gap, pair = _widest_pair(made, frame)
    if gap > 0.3:
        raise NotYet(
            f"The rank correlation of {pair[0]!r} and {pair[1]!r} is {_correlations(frame).loc[pair]:.2f} among the "
            f"people and {_correlations(made).loc[pair]:.2f} in your rows. Each column is right by itself. What do the "
            "columns of one row have to know of each other?",
            2,
        )
    small = frame.head(50)
    require_rng(lambda own: made_up(small, 10, own)["income"].to_numpy(float), rng=rng, hint=3)
    return (
        f"Names, types and ranges are those of the people, no column and no pair is far off (at most {gap:.2f}), and "
        f"your rows stand as near to strangers as to those they were made from: {near:.0%} are nearer to the latter."
    )


def _require_form(made, frame, m):
    import pandas as pd

    if not isinstance(made, pd.DataFrame):
        raise NotYet(f"A DataFrame is needed, like the one that came in; {type(made).__name__} was returned.", 1)
    if len(made) != m:
        raise NotYet(f"Asked for {m} rows of {len(frame)} people, you return {len(made)}.", 1)
    if list(made.columns) != list(frame.columns):
        raise NotYet(f"The columns are to be {list(frame.columns)}, in this order; yours are {list(made.columns)}.", 1)
    for name in frame:
        if made[name].isna().any():
            raise NotYet(f"Column {name!r} lacks {made[name].isna().sum()} of {m} values.", 1)
        if made[name].dtype != frame[name].dtype:
            raise NotYet(
                f"Column {name!r} came in as {frame[name].dtype} and goes out as {made[name].dtype}. Who reads your "
                "table with the programs for the real one? `TableCodec` goes there and back.",
                2,
            )


def _require_range(made, frame):
    for name in ("age", "income", "visits"):
        low, high = frame[name].min(), frame[name].max()
        if made[name].min() < low or made[name].max() > high:
            raise NotYet(
                f"Column {name!r} lies between {low:g} and {high:g} among the people, and between "
                f"{made[name].min():g} and {made[name].max():g} in your rows. Nobody has such a value.",
                2,
            )


def _scaled(frame, by):
    """Return the numbers of a table in spreads of the people's, and the categories' numbers: shape (n, 5)."""
    columns = [frame[name].cat.codes if name == "health" else frame[name] for name in frame]
    others = [by[name].cat.codes if name == "health" else by[name] for name in by]
    return np.stack(
        [np.asarray(c, float) / np.std(np.asarray(o, float)) for c, o in zip(columns, others, strict=True)], -1
    )


def _nearness(made, frame, strangers):
    from sklearn.neighbors import KDTree

    z, *real = (_scaled(each, frame) for each in (made, frame, strangers))
    near, far = (KDTree(each).query(z)[0] for each in real)
    return float((near < far).mean())


def _require_people_apart(made, frame, strangers):
    """Return the share of rows that are nearer to the people than to strangers, if it is not too large."""
    copies = made.merge(frame.drop_duplicates(), how="inner").shape[0]
    if copies > 5:
        raise NotYet(
            f"{copies} of your {len(made)} rows are people of the table, with all they told. Drawing people is no "
            "making up. What is fitted to them?",
            2,
        )
    share = _nearness(made, frame, strangers)
    if share > 0.75:
        raise NotYet(
            f"{share:.0%} of your rows lie nearer to one of the people than to any of as many strangers; made-up rows "
            "would do so in about 50%. A person who is moved a little is still that person. What is fitted, if not "
            "single people?",
            2,
        )
    return share


def _require_columns(made, frame):
    from course_lib.metrics import ks_complement

    for name in ("age", "income", "visits"):
        gap = 1 - float(ks_complement(frame[[name]].to_numpy(float), made[[name]].to_numpy(float)))
        if gap > 0.2:
            raise NotYet(
                f"Column {name!r}: median {frame[name].median():.4g} and spread {frame[name].std():.4g} among the "
                f"people, {made[name].median():.4g} and {made[name].std():.4g} in your rows; up to some value the two "
                f"shares differ by {gap:.0%}. Does a normal law fit a column like this?",
                3,
            )
    for name in ("smokes", "health"):
        shares = [each[name].value_counts(normalize=True).sort_index() for each in (frame, made)]
        gap = shares[0].sub(shares[1], fill_value=0).abs().sum() / 2
        if gap > 0.25:
            raise NotYet(f"Column {name!r}: the shares of its values differ by {gap:.0%} from the people's.", 3)


def _correlations(frame):
    numbers = frame.assign(health=frame["health"].cat.codes, smokes=frame["smokes"].astype(int))
    return numbers.corr(method="spearman").fillna(0.0)


def _widest_pair(made, frame):
    gaps = (_correlations(made) - _correlations(frame)).abs().stack()
    return float(gaps.max()), gaps.idxmax()


# 18.2 -----------------------------------------------------------------------------------------------------------------


def check_three_words(three_words: Function, *, rng):
    """Ask for the word in every case that two intervals and a line can make, in random numbers."""
    for _ in range(8):
        line, a, b, c = rng.uniform(0.3, 0.7), *rng.uniform(0.01, 0.2, 3)
        found, blind = line + c, line - c
        cases = [
            (line + a, line + a + b, found, 0, "the whole interval lies above the line"),
            (line + a, line + a + b, blind, 0, "the whole interval lies above the line, whatever the control did"),
            (line - a - b, line - a, found, 2, "the whole interval lies below the line, and the control was found"),
            (line - a - b, line - a, blind, 1, "the control was not found: the attack was blind"),
            (line - a, line + b, found, 1, "the interval lies on both sides of the line"),
            (line - b, line + a, blind, 1, "the interval lies on both sides, and the attack was blind"),
            (line - a, line, found, 2, "the interval ends at the line, which is still tolerated"),
            (line, line + a, found, 1, "the interval begins at the line, so it is not wholly above"),
            (line - a - b, line - a, line, 1, "the control ends at the line: the attack has not found it"),
        ]
        for low, high, control, right, why in cases:
            _require_word(three_words(low, high, line, control), low, high, line, control, VERDICTS[right], why)
    return (
        "Right in 72 cases. A failure stands, however blind the attack; “held” needs an attack that found its control; "
        "all else is “not shown”."
    )


def _require_word(word, low, high, line, control, right, why):
    case = f"Interval {low:.3f} to {high:.3f}, line {line:.3f}, the control's interval begins at {control:.3f}"
    if not isinstance(word, str):
        raise NotYet(f"{case}: you return {word!r}. One of the three words is needed, as text.", 1)
    if word not in VERDICTS:
        raise NotYet(
            f"{case}: you return {word!r}. The words are “failed”, “not shown” and “held against these attacks”; no "
            "fourth one can be defended.",
            1,
        )
    if word != right:
        question = {
            ("held against these attacks", "not shown"): "What has been held, and by whom was it tried?",
            ("failed", "not shown"): "Could chance alone have put the interval's upper end there?",
            ("not shown", "failed"): "Does a blind attack that still finds something find nothing?",
            ("failed", "held against these attacks"): "Which end of the interval has to lie above the line to fail?",
            ("held against these attacks", "failed"): "On which side of the line is more leaked?",
        }.get((word, right), "Where do the two ends lie?")
        raise NotYet(f"{case}: you say “{word}”. But {why}, so it is “{right}”. {question}", 2)


# 18.3 -----------------------------------------------------------------------------------------------------------------


def check_closed_ends(closed_ends: Function, *, rng):
    """Compare with the k-th value from each end, with ties and without, and let a partner look at the largest value."""
    for n, k in ((12, 3), (40, 5), (9, 1), (20, 10), (30, 4)):
        steps = np.concatenate([[40.0], rng.uniform(0.5, 3, n - 2), [300.0]])  # no two values are equal
        values = rng.permutation(np.round(np.cumsum(steps), 1))
        _require_closed(closed_ends, values, k)
    _require_closed(closed_ends, rng.permutation(np.repeat([1.0, 2.0, 5.0, 9.0, 9.5], [1, 5, 6, 2, 1])), 3)
    hits = np.zeros(2)
    for _ in range(100):
        others = np.round(rng.lognormal(2, 1, 60), 1)
        tables = others, np.append(others[:-1], 400.0)
        for i, close in enumerate((lambda v: v, lambda v: closed_ends(v, 5))):
            without, with_person = (close(each).max() for each in tables)
            hits[i] += 0.5 * (with_person >= 200) + 0.5 * (without < 200)
    return (
        "At each end stand at least k people, and nobody else was moved. A partner who knows of somebody with 400, and "
        f"takes a largest value from 200 on as proof, was right in {hits[0]:.0f}% before and in {hits[1]:.0f}% after. "
        "Who knows all the others can still do better: against that only a promise with ε helps."
    )


def _require_closed(closed_ends, values, k):
    n = len(values)
    what = f"For the values {show(np.sort(values))} of {n} people and k = {k}"
    found = np.asarray(closed_ends(values, k))
    if found.shape != values.shape:
        raise NotYet(
            f"{what}, you return {found.shape[0] if found.ndim else 1} value(s). Every person keeps a row; it is the "
            "value that is moved.",
            1,
        )
    found = read_array(found, values.shape, "Your values")
    ordered = np.sort(values)
    low, high = ordered[k - 1], ordered[n - k]
    if np.array_equal(found, np.clip(values, low, high)):
        return
    thoughts = [
        (np.minimum(values, high), "That closes the upper end only. Who stands at the lower one?"),
        (np.maximum(values, low), "That closes the lower end only. Who stands at the upper one?"),
        (values, "That is what came in: at the largest value stands one person."),
        (np.sort(np.clip(values, low, high)), "The values are right, and in another order: each belongs to a person."),
        (np.clip(values, ordered[min(k, n - 1)], ordered[max(n - k - 1, 0)]), "That moves one person too many."),
    ]
    for thought, words in thoughts:
        if np.array_equal(found, thought):
            raise NotYet(f"{what}: {words}", 2)
    for end, at in (("smallest", found.min()), ("largest", found.max())):
        if at not in values:
            raise NotYet(f"{what}, your {end} value is {at:g}, which nobody has. Which person's value is the end?", 2)
        if (count := int((found == at).sum())) < k:
            raise NotYet(f"{what}, at your {end} value, {at:g}, stand {count}; {k} are needed. Count people.", 3)
    inside = (values >= low) & (values <= high)
    moved = int((found[inside] != values[inside]).sum())
    if moved:
        raise NotYet(f"{what}, {moved} people between the ends were moved, too. Who has to be?", 2)
    raise NotYet(f"{what}, your ends are {found.min():g} and {found.max():g}; {low:g} and {high:g} would do.", 2)


# 18.4 -----------------------------------------------------------------------------------------------------------------


def check_card_of(card_of: Function, *, rng):
    """Compare the card's facts with those of three releases, one of which has real rows in it, and one a failure."""
    for n, m, r, failed in ((240, 300, 0, False), (180, 90, 30, True), (300, 300, 0, True)):
        members, made = people(n, rng=rng), people(m, rng=rng)
        members = members[members["health"] != "poor"] if r else members
        kept = members.head(r)
        verdicts = {
            "Can a member be told from a stranger?": (VERDICTS[1], "AUC 0.53, 0.49 to 0.57"),
            "Are single persons published?": (VERDICTS[0 if failed else 2], f"{3 if failed else 0} of 100"),
            "Do the columns hang together?": (VERDICTS[2], "largest gap 0.07"),
        }
        card = card_of(members, made, kept, verdicts)
        if isinstance(card, dict):
            raise NotYet("A dict was returned. `DataCard.from_dict` makes a card of it, or says what it lacks.", 1)
        if not isinstance(card, DataCard):
            raise NotYet(f"A DataCard is needed; {type(card).__name__} was returned.", 1)
        _require_numbers(card, members, made, kept)
        _require_audit(card, verdicts)
        _require_gaps(card, members)
        if set(card.columns) != set(members):
            raise NotYet(f"The card describes the columns {list(card.columns)}; the table has {list(members)}.", 3)
    return (
        "The numbers are those of the tables, also where real rows were put in; every verdict stands on the card, a "
        "failed one too; and the small groups have their numbers. Whether the words are right, your partner has to say."
    )


def _require_numbers(card, members, made, kept):
    what = f"{len(members)} members, {len(made)} made-up rows and {len(kept)} real rows put into the release"
    rows = len(made) + len(kept)
    if card.rows != rows:
        raise NotYet(f"With {what}, your card says {card.rows} rows; the release has {rows}.", 2)
    share = len(made) / rows
    if not np.isclose(card.synthetic_share, share):
        question = "Which of the two sorts is counted?" if np.isclose(card.synthetic_share, 1 - share) else "Of what?"
        raise NotYet(
            f"With {what}, your synthetic_share is {card.synthetic_share:.3g}; it is {share:.3g}. {question}", 2
        )
    if card.real_records != len(members):
        raise NotYet(
            f"With {what}, your real_records is {card.real_records}. How many people has the generator seen? Each of "
            "them can be in its rows.",
            2,
        )


def _require_audit(card, verdicts):
    found = {each.question: (each.verdict, each.evidence) for each in card.audit}
    for question, (verdict, evidence) in verdicts.items():
        if question not in found:
            hidden = ", which failed: a reader would want this one first" if verdict == VERDICTS[0] else ""
            raise NotYet(f"The audit asked “{question}”, and the card does not say so{hidden}.", 2)
        if found[question][0] != verdict:
            raise NotYet(f"“{question}” came out as “{verdict}”; the card says “{found[question][0]}”.", 2)
        if evidence not in found[question][1]:
            raise NotYet(f"“{question}”: the card gives “{found[question][1]}” and leaves out “{evidence}”.", 2)


def _require_gaps(card, members, few=50):
    gaps = " ".join(card.known_gaps)
    for level, count in members["health"].value_counts(sort=False).items():
        if count < few and (str(level) not in gaps or str(count) not in gaps):
            raise NotYet(
                f"{count} of {len(members)} members are in {level} health, fewer than {few}. Nothing among your known "
                f"gaps has the word “{level}” and the number {count}."
                + (" Nobody is not a reason to say nothing: the type of the column knows the word." * (count == 0)),
                3,
            )


CHECKS = {
    "18.1": check_made_up,
    "18.2": check_three_words,
    "18.3": check_closed_ends,
    "18.4": check_card_of,
}
