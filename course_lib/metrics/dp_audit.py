"""Audit of a promised ε: what an attack on many releases proves that it is at least."""

import numpy as np

from course_lib.validate import as_array, as_count, as_fraction

__all__ = ["epsilon_from_counts", "epsilon_lower_bound"]


def epsilon_from_counts(caught, n_with, false_alarms, n_without, *, delta, level=0.95):
    """Return a lower bound on ε from how often an attacker said "in", rightly and wrongly.

    Under (ε, δ) every attack obeys caught ≤ e^ε · false alarms + δ in probability, and the same with both answers
    turned round.

    Parameters
    ----------
    caught, n_with : int or array_like of int
        How often the attacker said that the record was in, of so many independent releases in which it was.
    false_alarms, n_without : int or array_like of int
        The same for releases in which it was not.
    delta : float
        The promised δ.
    level : float
        Confidence.

    Returns
    -------
    numpy.ndarray or float
        At least 0. With probability `level` or more, a true (ε, δ) promise is not below it.

    Raises
    ------
    ValueError
        If a count is larger than its number of releases, or a share is outside [0, 1].

    Notes
    -----
    Jagielski, Ullman & Oprea 2020, arXiv:2006.07709; Nasr et al. 2021, arXiv:2101.04535. Each of the two shares gets
    a two-sided Clopper-Pearson interval of level (1 + `level`) / 2, so that both hold at once.

    It can show that a promise is broken; a low bound shows no more than that this attack found nothing. Even against
    no noise at all it is limited by the number of releases, to about ln(n / 4.4) for n of each kind at level .95.
    """
    from statsmodels.stats.proportion import proportion_confint

    delta, level = as_fraction(delta, "delta"), as_fraction(level, "level")
    intervals = []
    for count, n, name in ((caught, n_with, "caught"), (false_alarms, n_without, "false_alarms")):
        count, n = np.asarray(count), as_array(n, f"releases of {name}", dtype=None)
        if (count < 0).any() or (count > n).any() or (n < 1).any():
            raise ValueError(f"{name} must lie between 0 and its number of releases, got {count} of {n}")
        intervals.append(proportion_confint(count, n, alpha=(1 - level) / 2, method="beta"))
    (caught_low, _), (_, alarms_high) = intervals
    with np.errstate(divide="ignore"):
        said_in = np.log(np.maximum(caught_low - delta, 0) / alarms_high)
        said_out = np.log(np.maximum(1 - alarms_high - delta, 0) / (1 - caught_low))
    return np.maximum(np.maximum(said_in, said_out), 0)[()]


def epsilon_lower_bound(with_record, without_record, *, delta, level=0.95):
    """Return a lower bound on ε from an attacker's scores of many releases.

    Parameters
    ----------
    with_record, without_record : array_like, shape (runs,)
        The score of each independent release, higher where the attacker believes that the record was in; of releases
        in which it was, and in which it was not.
    delta, level : float
        As in `epsilon_from_counts`.

    Returns
    -------
    dict of float
        "epsilon", the bound; "tpr" and "fpr", how often the attacker was right about records that were in, and wrong
        about those that were not; "threshold" of the score.

    Raises
    ------
    ValueError
        If there are fewer than four scores of a kind, or one is not finite.

    Notes
    -----
    The first half of the scores finds the threshold, the second half is counted: a threshold chosen on the counted
    releases would promise too much.
    """
    found, counted = _halves(with_record, "with_record")
    found_out, counted_out = _halves(without_record, "without_record")
    candidates = np.unique(np.concatenate([found, found_out]))
    caught, alarms = ((s[:, None] >= candidates).sum(0) for s in (found, found_out))
    bounds = epsilon_from_counts(caught, len(found), alarms, len(found_out), delta=delta, level=level)
    threshold = candidates[np.argmax(bounds)]
    caught, alarms = (int((s >= threshold).sum()) for s in (counted, counted_out))
    bound = epsilon_from_counts(caught, len(counted), alarms, len(counted_out), delta=delta, level=level)
    return {
        "epsilon": float(bound),
        "tpr": caught / len(counted),
        "fpr": alarms / len(counted_out),
        "threshold": float(threshold),
    }


def _halves(scores, name):
    scores = as_array(scores, name, min_ndim=1).ravel()
    half = as_count(len(scores), f"the number of scores in {name}", minimum=4) // 2
    return scores[:half], scores[half:]
