"""Annotation: simulated annotators, and what a label project measures: agreement, a gold-set audit, kinds of error."""

import math
from dataclasses import dataclass

import numpy as np

from course_lib.validate import as_array, as_count, as_fraction, as_number, as_rng

__all__ = ["Agreement", "annotate", "clean_items", "cohen_kappa", "error_taxonomy", "gold_audit"]


def annotate(likely, *, care, rng, suggestion=None, follow=0.0):
    """Draw the labels of a simulated annotator, who errs where records are unclear, and towards what they look like.

    Parameters
    ----------
    likely : array_like, shape (n, k)
        For each record how much it looks like each of the k labels; rows are normalised.
    care : float, above 0
        The probabilities are raised to this power: at 1 a label is drawn as the record looks, at 2 and more nearly
        always the likeliest one.
    rng : numpy.random.Generator
    suggestion : array_like of int, shape (n,), optional
        Labels that the annotator sees before deciding.
    follow : float in [0, 1]
        The share of records, drawn at random, for which the suggestion is taken as it stands.

    Returns
    -------
    numpy.ndarray of int, shape (n,)

    Notes
    -----
    A model of people, and an assumption: real annotators tire, learn, talk to each other, and follow more readily where
    they are unsure.
    """
    likely, care = as_array(likely, "likely", min_ndim=2), as_number(care, "care", minimum=0, inclusive=False)
    rng, follow = as_rng(rng), as_fraction(follow, "follow")
    if likely.ndim != 2 or likely.min() < 0 or not likely.sum(1).all():
        raise ValueError("likely must have two axes, and in each row numbers of at least 0 that are not all 0")
    sharper = (likely / likely.max(1, keepdims=True)) ** care
    bounds = np.cumsum(sharper, 1)
    labels = (rng.random((len(likely), 1)) * bounds[:, -1:] >= bounds).sum(1)
    if suggestion is None:
        if follow:
            raise ValueError("suggestion must be given where follow is above 0")
        return labels
    suggestion = np.asarray(suggestion)
    if suggestion.shape != labels.shape:
        raise ValueError(f"suggestion has shape {suggestion.shape}; one label per record is needed, {labels.shape}")
    return np.where(rng.random(len(labels)) < follow, suggestion, labels)


@dataclass(frozen=True)
class Agreement:
    """How far two annotators agree.

    Attributes
    ----------
    kappa, low, high : float
        Cohen's κ and its confidence interval; the interval is cut off at 1.
    agreed, by_chance : float
        The share of records with equal labels, and the share expected of annotators who use each label as often as
        these two do, and look at nothing.
    n : int
    """

    kappa: float
    low: float
    high: float
    agreed: float
    by_chance: float
    n: int


def cohen_kappa(first, second, *, level=0.95):
    """Return Cohen's κ of two annotators, with a confidence interval.

    Parameters
    ----------
    first, second : array_like of labels, shape (n,)
    level : float in (0, 1)

    Returns
    -------
    Agreement

    Raises
    ------
    ValueError
        If the shapes differ, there are fewer than 2 records, or both use one and the same label throughout, where κ is
        0/0.

    Notes
    -----
    κ = (agreed − by_chance)/(1 − by_chance), J. Cohen, *Educational and Psychological Measurement* 20:37, 1960. The
    interval is the large-sample one of J. L. Fleiss, J. Cohen and B. S. Everitt, *Psychological Bulletin* 72:323,
    1969, as `statsmodels.stats.inter_rater.cohens_kappa` computes it. It is for records drawn at random, and too
    narrow for a few dozen of them; where two annotators agree on every record it has no width at all, which says
    nothing about the next record.
    """
    from scipy.special import ndtri
    from statsmodels.stats.inter_rater import cohens_kappa

    first, second, level = np.asarray(first), np.asarray(second), as_number(level, "level")
    if first.shape != second.shape or first.ndim != 1 or len(first) < 2 or not 0 < level < 1:
        raise ValueError(
            f"first and second must be labels of the same 2 or more records, and level between 0 and 1; got shapes "
            f"{first.shape} and {second.shape}, and {level}"
        )
    names, codes = np.unique(np.concatenate([first, second]), return_inverse=True)
    if len(names) == 1:
        raise ValueError(f"first and second use no label but {names[0]}: by chance they agree as often, and κ is 0/0")
    table = np.zeros((len(names), len(names)))
    np.add.at(table, (codes[: len(first)], codes[len(first) :]), 1)
    found = cohens_kappa(table)
    half = float(ndtri((1 + level) / 2)) * found.std_kappa
    agreed, by_chance = np.trace(table) / len(first), (table.sum(0) @ table.sum(1)) / len(first) ** 2
    kappa = float(found.kappa)
    return Agreement(kappa, kappa - half, min(1.0, kappa + half), float(agreed), float(by_chance), len(first))


def gold_audit(labels, gold, strata=None, *, level=0.95):
    """Return how often labels are wrong on a gold set, with exact intervals, in all and in each stratum.

    Parameters
    ----------
    labels, gold : array_like of labels, shape (n,)
        What is audited, and what counts as right.
    strata : array_like of str, shape (n,), optional
        To which kind each record belongs.
    level : float in (0, 1)

    Returns
    -------
    pandas.DataFrame
        Rows: "all", then the strata. Columns: `items`, `wrong`, `share`, and `low` and `high`, between which the share
        lies by the interval of C. J. Clopper and E. S. Pearson, *Biometrika* 26:404, 1934.
    """
    import pandas as pd
    from statsmodels.stats.proportion import proportion_confint

    wrong = _wrong(labels, gold)
    groups = {"all": np.ones(len(wrong), dtype=bool)}
    if strata is not None:
        strata = np.asarray(strata)
        if strata.shape != wrong.shape:
            raise ValueError(f"strata has shape {strata.shape}; one per record is needed, {wrong.shape}")
        groups |= {str(name): strata == name for name in np.unique(strata)}
    rows = {}
    for name, group in groups.items():
        items, errors = int(group.sum()), int(wrong[group].sum())
        low, high = proportion_confint(errors, items, alpha=1 - level, method="beta")
        rows[name] = {"items": items, "wrong": errors, "share": errors / items, "low": low, "high": high}
    return pd.DataFrame.from_dict(rows, orient="index")


def clean_items(share, *, level=0.95):
    """Return how many records, all found right, show at this level that less than `share` of all are wrong.

    The least n with (1 − share)^n ≤ 1 − level: if the share were so large, n right ones would come no more often.

    Examples
    --------
    >>> clean_items(0.01)
    299
    """
    share, level = as_fraction(share, "share"), as_fraction(level, "level")
    if not (0 < share < 1 and 0 < level < 1):
        raise ValueError(f"share and level must lie between 0 and 1, got {share} and {level}")
    return as_count(math.ceil(math.log(1 - level) / math.log(1 - share)), "items")


def error_taxonomy(labels, gold, kinds=None):
    """Return the errors by what was taken for what, the most frequent first, with the kind that a person gave each.

    Parameters
    ----------
    labels, gold : array_like of labels, shape (n,)
    kinds : dict, optional
        From a pair (right label, label given) to the name of a kind of error.

    Returns
    -------
    pandas.DataFrame
        One row per pair that occurs: `right`, `given`, `times`, `of right` (the share of the records with that right
        label), `back` (how often the two were confused the other way round) and `kind` ("not yet named").
    """
    import pandas as pd

    wrong = _wrong(labels, gold)
    frame = pd.DataFrame({"right": np.asarray(gold)[wrong], "given": np.asarray(labels)[wrong]})
    counts = frame.value_counts(["right", "given"], sort=False)
    rows = [
        {
            "right": right,
            "given": given,
            "times": int(times),
            "of right": times / np.sum(np.asarray(gold) == right),
            "back": int(counts.get((given, right), 0)),
            "kind": (kinds or {}).get((right, given), "not yet named"),
        }
        for (right, given), times in counts.items()
    ]
    columns = ["right", "given", "times", "of right", "back", "kind"]
    return pd.DataFrame(rows, columns=columns).sort_values("times", ascending=False, kind="stable", ignore_index=True)


def _wrong(labels, gold):
    labels, gold = np.asarray(labels), np.asarray(gold)
    if labels.shape != gold.shape or labels.ndim != 1 or not len(labels):
        raise ValueError(f"labels and gold must be alike, with one axis; got shapes {labels.shape} and {gold.shape}")
    return labels != gold
