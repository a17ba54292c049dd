"""Privacy: what the sample gives away about the records that it was made from.

Distances are Euclidean in the columns as they come: a column in large units drowns the others, so standardise first.
Each of these measures can fail a release; none can clear it ("The DCR Delusion", arXiv:2505.01524).
"""

import numpy as np

from course_lib.metrics.base import paired, per_replicate, repeated
from course_lib.validate import as_fraction

__all__ = ["adversarial_accuracy", "closest_record", "membership_attack", "membership_risk"]


def closest_record(reference, sample, *, holdout=None):
    """Distance from each record of the sample to its closest record of the reference.

    Reports name it DCR; its comparison with a holdout, the DCR share.

    Parameters
    ----------
    reference : Records or array_like, shape (..., n, d)
        The real records that the generator was trained on.
    sample : Records or array_like, shape (..., m, d)
    holdout : Records or array_like, shape (..., h, d), optional
        Real records of the same kind that it was not trained on. In all three, whole weights count as repetitions;
        labels are not looked at.

    Returns
    -------
    dict of numpy.ndarray, shape (...)
        "median" and "p05", the median and the 5% quantile of the distances, in the units of the data; "copies", the
        share of the sample at distance 0. With a holdout also "holdout_median" and "holdout_p05", the same for
        distances to the holdout, and "share_closer", the share of the sample that lies closer to the reference than
        to the holdout, ties counted half.

    Raises
    ------
    ValueError
        If the columns differ or a weight is not whole.

    Notes
    -----
    Park et al. 2018, arXiv:1806.03384 (distance); Platzer & Reutterer 2021, doi:10.3389/fdata.2021.679939 (holdout).

    No difference: share_closer n / (n + h), in any law; the distances have no null value of their own and shrink with
    n, so compare them with a holdout of the reference's size. Median and share are averages over the sample: a release
    in which three of a thousand rows are copies passes them, and one whose copies carry a little noise has no row at
    distance 0.
    """
    if holdout is None:
        reference, sample = paired(reference, sample)
        return per_replicate(lambda x, y: _summary(_nearest(repeated(x).x, repeated(y).x)), reference, sample)
    reference, sample, holdout = paired(reference, sample, holdout=holdout)
    return per_replicate(_closest_with_holdout, reference, sample, holdout)


def _summary(distances):
    p05, median = np.quantile(distances, [0.05, 0.5])
    return {"median": median, "p05": p05, "copies": np.mean(distances == 0)}


def _closest_with_holdout(reference, sample, holdout):
    sample = repeated(sample).x
    inside, outside = (_nearest(repeated(records).x, sample) for records in (reference, holdout))
    other = _summary(outside)
    return _summary(inside) | {
        "holdout_median": other["median"],
        "holdout_p05": other["p05"],
        "share_closer": _exceeds(outside, inside).mean(),
    }


def _nearest(x, queries, k=1):
    """Return the distance from each query to its k-th closest record of x; a copy is at distance 0 exactly."""
    from sklearn.neighbors import KDTree  # it measures directly: in a matrix product a copy ends up 1e-8 away

    return KDTree(x).query(queries, k)[0][:, k - 1]


def _exceeds(a, b):
    """Return 1 where a > b, 1/2 where they tie, else 0."""
    return (a > b) + 0.5 * (a == b)


def membership_attack(reference, sample, *, holdout, false_positives=0.01, level=0.95):
    """How well the distance to the closest synthetic record tells training records from other real ones.

    The attacker holds real records, knows the published sample, and calls those nearest to it members.

    Parameters
    ----------
    reference : Records or array_like, shape (..., n, d)
        Members: the real records that the generator was trained on.
    sample : Records or array_like, shape (..., m, d)
        What was published.
    holdout : Records or array_like, shape (..., h, d)
        Non-members: real records of the same kind that it was not trained on. In all three, whole weights count as
        repetitions; labels are not looked at.
    false_positives : float
        The share of non-members that may be called members, for "tpr".
    level : float
        Confidence level of the interval.

    Returns
    -------
    dict of numpy.ndarray, shape (...)
        "auc", the probability that a member lies closer to the sample than a non-member does, ties counted half; "low"
        and "high", the ends of its interval; "tpr", the share of members caught at no more than that share of false
        positives.

    Raises
    ------
    ValueError
        If the columns differ, a weight is not whole, n or h is below 2, or a share is outside [0, 1].

    Notes
    -----
    Chen et al. 2020, arXiv:1909.03935 (attack); Carlini et al. 2022, arXiv:2112.03570 (why true positives at few false
    ones); Brunner & Munzel 2000 (interval). The interval is over members and non-members, for this one sample. Where it
    is not defined (all members closer than all non-members, or none, or all tied) the exact binomial one for min(n, h)
    pairs takes its place, which is wider.

    No difference: auc 1/2, and tpr (⌊h · false_positives⌋ + 1) / (h + 1), so that a tail of 1% needs hundreds of
    non-members. The auc is the mean of `membership_risk`: three copied patients among a thousand do not move it. A
    stronger attacker may succeed where this one fails.
    """
    false_positives, level = as_fraction(false_positives, "false_positives"), as_fraction(level, "level")
    reference, sample, holdout = paired(reference, sample, holdout=holdout)
    return per_replicate(lambda x, y, h: _attack(x, y, h, false_positives, level), reference, sample, holdout)


def _attack(reference, sample, holdout, false_positives, level):
    from sklearn.metrics import auc, roc_curve

    sample = repeated(sample).x
    members, others = (_nearest(sample, repeated(records).x) for records in (reference, holdout))
    if min(len(members), len(others)) < 2:
        raise ValueError(f"reference and holdout need two records or more, got {len(members)} and {len(others)}")
    is_member = np.repeat([1, 0], [len(members), len(others)])
    closeness = -np.concatenate([members, others])
    fpr, tpr, _ = roc_curve(is_member, closeness, drop_intermediate=False)
    area = auc(fpr, tpr)
    low, high = _auc_interval(-members, -others, area, level)
    return {"auc": area, "low": low, "high": high, "tpr": tpr[fpr <= false_positives].max()}


def _auc_interval(members, others, area, level):
    from statsmodels.stats.nonparametric import rank_compare_2indep
    from statsmodels.stats.proportion import proportion_confint

    with np.errstate(divide="ignore", invalid="ignore"):  # its test statistic, not asked for, divides by the variance
        comparison = rank_compare_2indep(members, others)
        if comparison.var > 0:
            return np.clip(comparison.conf_int(alpha=1 - level), 0, 1)
    pairs = min(len(members), len(others))  # disjoint ones are independent trials, each won with probability auc
    return proportion_confint(area * pairs, pairs, alpha=1 - level, method="beta")


def membership_risk(reference, sample, *, holdout):
    """Return for each training record the share of non-members that lie farther from the sample than it does.

    Parameters
    ----------
    reference : Records or array_like, shape (..., n, d)
        Members, without weights, since each gets a value of its own.
    sample, holdout : Records or array_like, shape (..., m, d) and (..., h, d)
        As in `membership_attack`.

    Returns
    -------
    numpy.ndarray, shape (..., n)
        Ties count half. 1 − risk is the share of false alarms that comes with catching this record.

    Raises
    ------
    ValueError
        If the reference carries weights, the columns differ, or another weight is not whole.

    Notes
    -----
    No difference: uniform between 0 and 1, in steps of 1/h, with mean 1/2; of 1,000 records ten reach .99 by chance.
    The mean over records is the auc of `membership_attack`, which hides what this shows: a few at 1. It cannot see a
    record that gives itself away by anything but its distance.
    """
    reference, sample, holdout = paired(reference, sample, holdout=holdout)
    if reference.w is not None:
        raise ValueError("reference carries weights; risk is given record by record, so repeat or drop them first")
    return per_replicate(_risk, reference, sample, holdout)


def _risk(reference, sample, holdout):
    sample = repeated(sample).x
    members, others = _nearest(sample, reference.x), np.sort(_nearest(sample, repeated(holdout).x))
    closer = np.searchsorted(others, members, "left") + np.searchsorted(others, members, "right")
    return 1 - closer / (2 * len(others))


def adversarial_accuracy(reference, sample):
    """Nearest-neighbour adversarial accuracy: how often a record's nearest neighbour is of its own set.

    ½ (share of the reference whose nearest other record of the reference is closer than the sample
    + share of the sample whose nearest other record of the sample is closer than the reference)

    Parameters
    ----------
    reference, sample : Records or array_like, shape (..., n, d)
        Two records or more. Whole weights count as repetitions; labels are not looked at.

    Returns
    -------
    numpy.ndarray, shape (...)
        Towards 1: the sets lie apart; towards 0: the sample copies the reference.

    Raises
    ------
    ValueError
        If a set has fewer than two records, the columns differ, or a weight is not whole.

    Notes
    -----
    Yale et al. 2020, doi:10.1016/j.neucom.2019.12.136; ties count half here, so that two sets of identical records
    score 1/2 (there 0). No difference: (n + m − 2) / (2 (n + m − 1)), just below 1/2, in every continuous law. It
    cannot tell a good sample from a half copied, half bad one: the two halves cancel; look at closeness to a holdout
    too.
    """
    reference, sample = paired(reference, sample)
    return per_replicate(lambda x, y: _adversarial(repeated(x).x, repeated(y).x), reference, sample)


def _adversarial(x, y):
    if min(len(x), len(y)) < 2:
        raise ValueError(f"reference and sample need two records or more, got {len(x)} and {len(y)}")
    # Within its own set the closest is the record itself, so the second closest is looked at.
    apart_x = _exceeds(_nearest(y, x), _nearest(x, x, 2)).mean()
    apart_y = _exceeds(_nearest(x, y), _nearest(y, y, 2)).mean()
    return (apart_x + apart_y) / 2
