"""Right and wrong answers to the checks of lesson 18."""

import numpy as np
import pandas as pd
from scipy.stats import norm, rankdata

from course_lib import Gaussian, GaussianCopula
from course_lib.data import TableCodec
from course_lib.data_card import DataCard

# 18.1 -----------------------------------------------------------------------------------------------------------------


def made_by_copula(frame, m, rng):
    codec = TableCodec(skewed=["income", "visits"]).fit(frame)
    return codec.decode(GaussianCopula().fit(codec.encode(frame)).sample(m, rng=rng))


def made_by_plain_codec(frame, m, rng):
    codec = TableCodec().fit(frame)
    x = codec.encode(frame)
    return codec.decode(GaussianCopula().fit(x).sample(m, rng=rng))


def made_by_hand(frame, m, rng):
    codes = frame.assign(health=frame["health"].cat.codes, smokes=frame["smokes"].astype(int))
    z = norm.ppf(
        (rankdata(codes + rng.uniform(0, 0.5, codes.shape) * (codes.nunique() < 50).to_numpy(), axis=0) - 0.5)
        / len(codes)
    )
    drawn = norm.cdf(rng.multivariate_normal(np.zeros(5), np.corrcoef(z.T), size=m))
    made = {name: np.quantile(codes[name], u, method="inverted_cdf") for name, u in zip(codes, drawn.T, strict=True)}
    made["income"] = np.quantile(codes["income"], drawn[:, 1])
    made["health"] = pd.Categorical.from_codes(made["health"].astype(int), dtype=frame["health"].dtype)
    return pd.DataFrame(made).astype(frame.dtypes)


def made_by_normal_ranks(frame, m, rng):
    codec = TableCodec(skewed=["age", "income", "visits"]).fit(frame)
    return codec.decode(Gaussian().fit(codec.encode(frame)).sample(m, rng=rng))


def made_by_drawing_people(frame, m, rng):
    return frame.sample(m, replace=True, random_state=rng).reset_index(drop=True)


def made_by_moving_people(frame, m, rng):
    drawn = frame.sample(m, replace=True, random_state=rng).reset_index(drop=True)
    moved = drawn["income"] * np.exp(0.01 * rng.standard_normal(m))
    return drawn.assign(income=moved.clip(frame["income"].min(), frame["income"].max()))


def made_column_by_column(frame, m, rng):
    made = {name: frame[name].sample(m, replace=True, random_state=rng).to_numpy() for name in frame}
    return pd.DataFrame(made).astype(frame.dtypes)


def made_by_another_generator(frame, m, rng):
    return made_by_copula(frame, m, np.random.default_rng())


def made_by_a_seed(frame, m, rng):
    return made_by_copula(frame, m, np.random.default_rng(0))


def made_as_many_as_people(frame, m, rng):
    return made_by_copula(frame, len(frame), rng)


def made_as_a_matrix(frame, m, rng):
    codec = TableCodec().fit(frame)
    return GaussianCopula().fit(codec.encode(frame)).sample(m, rng=rng)


def made_as_numbers(frame, m, rng):
    made = made_by_copula(frame, m, rng)
    return made.assign(health=made["health"].cat.codes)


def made_as_floats(frame, m, rng):
    return made_by_copula(frame, m, rng).astype({"visits": float})


def made_in_another_order(frame, m, rng):
    made = made_by_copula(frame, m, rng)
    return made[sorted(made.columns)]


def made_by_a_bell_curve(frame, m, rng):
    made = made_by_copula(frame, m, rng)
    income = rng.normal(frame["income"].mean(), frame["income"].std(), m)
    return made.assign(income=income)


def made_by_a_cut_bell_curve(frame, m, rng):
    made = made_by_copula(frame, m, rng)
    income = rng.normal(2 * frame["income"].mean(), frame["income"].std(), m)
    return made.assign(income=income.clip(frame["income"].min(), frame["income"].max()))


def made_in_place(frame, m, rng):
    made = made_by_copula(frame, m, rng)
    frame["health"] = frame["health"].cat.codes
    return made


def made_without_return(frame, m, rng):
    made_by_copula(frame, m, rng)


# 18.2 -----------------------------------------------------------------------------------------------------------------

FAILED, NOT_SHOWN, HELD = "failed", "not shown", "held against these attacks"


def words_by_ifs(low, high, line, control_low):
    if low > line:
        return FAILED
    if control_low > line and high <= line:
        return HELD
    return NOT_SHOWN


def words_in_one_line(low, high, line, control_low):
    return FAILED if low > line else HELD if high <= line < control_low else NOT_SHOWN


def words_from_a_table(low, high, line, control_low):
    side = 2 if low > line else 0 if high <= line else 1
    return {2: FAILED, 1: NOT_SHOWN, 0: HELD if control_low > line else NOT_SHOWN}[side]


def words_without_control(low, high, line, control_low):
    return FAILED if low > line else HELD if high <= line else NOT_SHOWN


def words_control_first(low, high, line, control_low):
    if control_low <= line:
        return NOT_SHOWN
    return words_without_control(low, high, line, control_low)


def words_by_upper_end(low, high, line, control_low):
    return FAILED if high > line else HELD if control_low > line else NOT_SHOWN


def words_by_middle(low, high, line, control_low):
    middle = (low + high) / 2
    return FAILED if middle > line else HELD if control_low > line else NOT_SHOWN


def words_all_or_nothing(low, high, line, control_low):
    return FAILED if low > line else HELD


def words_passed(low, high, line, control_low):
    return FAILED if low > line else "passed" if high <= line < control_low else NOT_SHOWN


def words_private(low, high, line, control_low):
    return {FAILED: "failed", HELD: "private", NOT_SHOWN: NOT_SHOWN}[words_by_ifs(low, high, line, control_low)]


def words_truth(low, high, line, control_low):
    return bool(low > line)


def words_upside_down(low, high, line, control_low):
    return FAILED if high < line else HELD if low >= line and control_low > line else NOT_SHOWN


def words_against_a_coin(low, high, line, control_low):
    return words_by_ifs(low, high, 0.5, control_low)


def words_strict(low, high, line, control_low):
    return FAILED if low > line else HELD if high < line < control_low else NOT_SHOWN


def words_without_return(low, high, line, control_low):
    words_by_ifs(low, high, line, control_low)


# 18.3 -----------------------------------------------------------------------------------------------------------------


def closed_by_clip(values, k):
    ordered = np.sort(values)
    return np.clip(values, ordered[k - 1], ordered[-k])


def closed_by_loop(values, k):
    closed, ordered = np.array(values, float), sorted(values)
    for i, value in enumerate(closed):
        if value < ordered[k - 1]:
            closed[i] = ordered[k - 1]
        elif value > ordered[len(ordered) - k]:
            closed[i] = ordered[len(ordered) - k]
    return closed


def closed_by_partition(values, k):
    low = np.partition(values, k - 1)[k - 1]
    high = np.partition(values, len(values) - k)[len(values) - k]
    return np.where(values < low, low, np.where(values > high, high, values))


def closed_above_only(values, k):
    return np.minimum(values, np.sort(values)[-k])


def closed_below_only(values, k):
    return np.maximum(values, np.sort(values)[k - 1])


def closed_one_too_few(values, k):
    ordered = np.sort(values)
    k = max(k - 1, 1)
    return np.clip(values, ordered[k - 1], ordered[-k])


def closed_one_too_many(values, k):
    ordered = np.sort(values)
    return np.clip(values, ordered[k], ordered[-k - 1])


def closed_at_quantiles(values, k):
    return np.clip(values, *np.quantile(values, [k / len(values), 1 - k / len(values)]))


def closed_by_dropping(values, k):
    ordered = np.sort(values)
    return values[(values >= ordered[k - 1]) & (values <= ordered[-k])]


def closed_different_values(values, k):
    ordered = np.unique(values)
    return np.clip(values, ordered[k - 1], ordered[-k])


def closed_to_the_mean(values, k):
    ordered = np.sort(values)
    outside = (values < ordered[k - 1]) | (values > ordered[-k])
    return np.where(outside, values.mean(), values)


def closed_and_sorted(values, k):
    return np.sort(closed_by_clip(values, k))


def closed_not(values, k):
    return values.copy()


def closed_in_place(values, k):
    ordered = np.sort(values)
    values[values < ordered[k - 1]] = ordered[k - 1]
    values[values > ordered[-k]] = ordered[-k]
    return values


def closed_without_return(values, k):
    closed_by_clip(values, k)


# 18.4 -----------------------------------------------------------------------------------------------------------------

WORDS = {
    "title": "Made-up people",
    "summary": "Made-up people with their age, income, visits, smoking and health.",
    "purpose": "To test programs.",
    "row": "one made-up person",
    "intended_use": ["testing programs"],
    "unfit_use": ["statements about people"],
    "provenance": "drawn by the check of lesson 18",
    "basis": "nobody's records",
    "licence": "CC BY 4.0",
    "generator": "a Gaussian copula",
    "changes": "nothing",
    "contact": "me",
    "date": "2026-11-29",
}


def facts(members, made, kept, verdicts):
    counts = members["health"].value_counts(sort=False)
    return WORDS | {
        "columns": {name: f"the person's {name}" for name in members},
        "rows": len(made) + len(kept),
        "real_records": len(members),
        "synthetic_share": len(made) / (len(made) + len(kept)),
        "known_gaps": ["pairs only"] + [f"{k}: {c} of {len(members)}" for k, c in counts.items() if c < 50],
        "audit": [{"question": q, "verdict": v, "evidence": e} for q, (v, e) in verdicts.items()],
    }


def card_from_dict(members, made, kept, verdicts):
    return DataCard.from_dict(facts(members, made, kept, verdicts))


def card_directly(members, made, kept, verdicts):
    release = pd.concat([made, kept])
    rare = [
        f"Only {(members['health'] == level).sum()} people are in {level} health."
        for level in members["health"].cat.categories
        if (members["health"] == level).sum() < 50
    ]
    changed = {"rows": len(release), "synthetic_share": 1 - len(kept) / len(release), "known_gaps": ["no trios", *rare]}
    return DataCard(**facts(members, made, kept, verdicts) | changed)


def card_with_more(members, made, kept, verdicts):
    content = facts(members, made, kept, verdicts)
    content["known_gaps"] = [f"{k}: {c}" for k, c in members["health"].value_counts().items()]
    content["audit"] = [{"question": "Anything else?", "verdict": NOT_SHOWN, "evidence": "untried"}, *content["audit"]]
    return DataCard(**content)


def card_changed(**changes):
    """Return an answer whose card differs from a right one in what `changes` compute."""

    def card_of(members, made, kept, verdicts):
        content = facts(members, made, kept, verdicts)
        return DataCard(**content | {name: change(members, made, kept, content) for name, change in changes.items()})

    card_of.__name__ = "card_with_other_" + "_".join(changes)
    return card_of


card_counts_made = card_changed(rows=lambda members, made, kept, c: len(made), synthetic_share=lambda *_: 1.0)
card_in_percent = card_changed(synthetic_share=lambda members, made, kept, c: 100 * c["synthetic_share"])
card_real_share = card_changed(
    synthetic_share=lambda members, made, kept, c: len(kept) / c["rows"], real_records=lambda *_: 10_000
)
card_all_made_up = card_changed(synthetic_share=lambda *_: 1.0)
card_counts_kept = card_changed(real_records=lambda members, made, kept, c: len(kept))
card_without_failures = card_changed(
    audit=lambda members, made, kept, c: [each for each in c["audit"] if each["verdict"] != FAILED]
)
card_of_failures = card_changed(
    audit=lambda members, made, kept, c: [each for each in c["audit"] if each["verdict"] == FAILED]
)
card_milder = card_changed(
    audit=lambda members, made, kept, c: [each | {"verdict": HELD} for each in c["audit"]],
)
card_passed = card_changed(
    audit=lambda members, made, kept, c: [each | {"verdict": "passed"} for each in c["audit"]],
)
card_without_numbers = card_changed(
    audit=lambda members, made, kept, c: [each | {"evidence": "see the report"} for each in c["audit"]],
)
card_without_gaps = card_changed(known_gaps=lambda *_: ["none that we know of"])
card_of_whom_there_are = card_changed(
    known_gaps=lambda members, made, kept, c: (
        ["pairs only"] + [f"{k}: {n}" for k, n in members["health"].astype(str).value_counts().items() if n < 50]
    )
)
card_of_made_up_groups = card_changed(
    known_gaps=lambda members, made, kept, c: (
        ["pairs only"] + [f"{k}: {n} rows" for k, n in made["health"].value_counts().items() if n < 50 and n != 0]
    )
)
card_with_a_promise = card_changed(summary=lambda *_: "A table that is private.")
card_without_contact = card_changed(contact=lambda *_: "TBD")


def card_as_dict(members, made, kept, verdicts):
    return facts(members, made, kept, verdicts)


def card_as_text(members, made, kept, verdicts):
    return card_from_dict(members, made, kept, verdicts).markdown()


def card_without_columns(members, made, kept, verdicts):
    content = facts(members, made, kept, verdicts)
    del content["columns"]
    return DataCard.from_dict(content)


def card_without_return(members, made, kept, verdicts):
    card_from_dict(members, made, kept, verdicts)


RIGHT = {
    "18.1": [(made_by_copula,), (made_by_plain_codec,), (made_by_hand,), (made_by_normal_ranks,)],
    "18.2": [(words_by_ifs,), (words_in_one_line,), (words_from_a_table,)],
    "18.3": [(closed_by_clip,), (closed_by_loop,), (closed_by_partition,)],
    "18.4": [(card_from_dict,), (card_directly,), (card_with_more,)],
}

WRONG = {
    "18.1": [
        ((made_by_drawing_people,), "Drawing people is no making up"),
        ((made_by_moving_people,), "A person who is moved a little is still that person"),
        ((made_column_by_column,), "What do the columns of one row have to know of each other?"),
        ((made_by_another_generator,), "something draws from elsewhere"),
        ((made_by_a_seed,), "made or seeded anew"),
        ((made_as_many_as_people,), "Asked for 500 rows"),
        ((made_as_a_matrix,), "A DataFrame is needed"),
        ((made_as_numbers,), "came in as category"),
        ((made_as_floats,), "came in as int64 and goes out as float64"),
        ((made_in_another_order,), "in this order"),
        ((made_by_a_bell_curve,), "Nobody has such a value"),
        ((made_by_a_cut_bell_curve,), "Does a normal law fit"),
        ((made_in_place,), "changed the table that it was given"),
        ((made_without_return,), "is the `return` missing?"),
    ],
    "18.2": [
        ((words_without_control,), "by whom was it tried?"),
        ((words_control_first,), "Does a blind attack that still finds something"),
        ((words_by_upper_end,), "Could chance alone"),
        ((words_by_middle,), "on both sides of the line"),
        ((words_all_or_nothing,), "by whom was it tried?"),
        ((words_passed,), "no fourth one can be defended"),
        ((words_private,), "no fourth one can be defended"),
        ((words_truth,), "as text"),
        ((words_upside_down,), "On which side of the line is more leaked?"),
        ((words_against_a_coin,), "so it is “"),
        ((words_strict,), "which is still tolerated"),
        ((words_without_return,), "is the `return` missing?"),
    ],
    "18.3": [
        ((closed_above_only,), "closes the upper end only"),
        ((closed_below_only,), "closes the lower end only"),
        ((closed_one_too_few,), "Count people"),
        ((closed_one_too_many,), "one person too many"),
        ((closed_at_quantiles,), "which nobody has"),
        ((closed_by_dropping,), "Every person keeps a row"),
        ((closed_different_values,), "Who has to be?"),
        ((closed_to_the_mean,), "Count people"),
        ((closed_and_sorted,), "in another order"),
        ((closed_not,), "stands one person"),
        ((closed_in_place,), "changed the array that it was given"),
        ((closed_without_return,), "is the `return` missing?"),
    ],
    "18.4": [
        ((card_counts_made,), "the release has"),
        ((card_in_percent,), "synthetic_share must be a share between 0 and 1"),
        ((card_real_share,), "Which of the two sorts is counted?"),
        ((card_all_made_up,), "your synthetic_share is 1"),
        ((card_counts_kept,), "How many people has the generator seen?"),
        ((card_without_failures,), "a reader would want this one first"),
        ((card_of_failures,), "and the card does not say so"),
        ((card_milder,), "the card says “held against these attacks”"),
        ((card_passed,), "verdict must be one of"),
        ((card_without_numbers,), "and leaves out"),
        ((card_without_gaps,), "Nothing among your known gaps"),
        ((card_of_whom_there_are,), "the type of the column knows the word"),
        ((card_of_made_up_groups,), "members are in"),
        ((card_with_a_promise,), "promises what no audit shows"),
        ((card_without_contact,), "contact must be a text that answers"),
        ((card_as_dict,), "A dict was returned"),
        ((card_as_text,), "A DataCard is needed"),
        ((card_without_columns,), "the card lacks columns"),
        ((card_without_return,), "is the `return` missing?"),
    ],
}
