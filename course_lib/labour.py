"""Labour: what a human label is worth beside a model's labels, and when the next one pays for itself.

The question throughout: a mean over all records is to be estimated. A person can label n of them, at a price; a model
labels all of them for nothing, and its labels have the correlation ρ with the person's.
"""

import math

import numpy as np

from course_lib.validate import as_array, as_count, as_number, as_values

__all__ = [
    "best_weight",
    "break_even",
    "correlation_interval",
    "fragility",
    "label_value",
    "next_label",
    "prediction_powered_mean",
    "still_needed",
    "variance",
]


def prediction_powered_mean(human, machine, machine_all, *, weight=None):
    """Return the mean of the human label over all records, from a few human labels and many machine labels.

    mean(human) + λ (mean(machine_all) − mean(machine)): the machine's mean over everything, corrected by what it says
    of the records that a person has labelled, too.

    Parameters
    ----------
    human : array_like, shape (..., n)
        What people said of n records drawn at random.
    machine : array_like, shape (..., n)
        What the model says of the same records.
    machine_all : array_like, shape (..., N)
        What the model says of records without a human label.
    weight : float, optional
        λ. 0 ignores the machine, 1 trusts it as it stands; None takes the best one, estimated (`best_weight`).

    Returns
    -------
    estimate, error : numpy.ndarray, shape (...)
        The mean and its standard error.

    Raises
    ------
    ValueError
        If the shapes do not fit, or there are fewer than 3 human labels.

    Notes
    -----
    Prediction-powered inference: Angelopoulos et al., Science 382:669, 2023, doi:10.1126/science.adi6000 (abstract).
    The weight: Angelopoulos, Duchi and Zrnic, PPI++, arXiv:2311.01453 (abstract). Unbiased for every λ that is fixed
    beforehand, however wrong the machine is; an estimated one adds a bias of the order 1/n.
    """
    human, machine = as_array(human, "human", min_ndim=1), as_array(machine, "machine", min_ndim=1)
    machine_all = as_array(machine_all, "machine_all", min_ndim=1)
    n = human.shape[-1]
    if machine.shape != human.shape or machine_all.shape[:-1] != human.shape[:-1] or n < 3:
        raise ValueError(
            f"human and machine must be alike, of at least 3 labels, and machine_all have their leading axes; got "
            f"{human.shape}, {machine.shape}, {machine_all.shape}"
        )
    if weight is None:
        weight = best_weight(human, machine, machine_all.shape[-1])
    else:
        weight = as_number(weight, "weight")
    estimate = human.mean(-1) + weight * (machine_all.mean(-1) - machine.mean(-1))
    corrected = human - np.expand_dims(weight, -1) * machine
    error = corrected.var(-1, ddof=1) / n + weight**2 * machine_all.var(-1, ddof=1) / machine_all.shape[-1]
    return estimate, np.sqrt(error)


def best_weight(human, machine, others=math.inf):
    """Return the λ with the smallest variance: the slope of human on machine labels, over 1 + n/N.

    Parameters
    ----------
    human, machine : array_like, shape (..., n)
        Both labels of the same records.
    others : float
        N, how many records have the machine's label alone.

    Notes
    -----
    One can show: n Var = Var(human) − 2 λ Cov + λ² (1 + n/N) Var(machine), least at λ = Cov / Var(machine) / (1 + n/N).
    Where the machine always says the same, λ is 0.
    """
    human, machine = as_array(human, "human", min_ndim=1), as_array(machine, "machine", min_ndim=1)
    if machine.shape != human.shape:
        raise ValueError(f"machine has shape {machine.shape}; it must be that of human, {human.shape}")
    others = math.inf if others == math.inf else as_number(others, "others", minimum=0, inclusive=False)
    centred = machine - machine.mean(-1, keepdims=True)
    squares = (centred**2).sum(-1)
    slope = (centred * human).sum(-1) / np.where(squares > 0, squares, 1.0)
    return slope / (1 + human.shape[-1] / others)


def variance(n, rho, *, weight="best", ratio=1.0):
    """Return the variance of the estimated mean, in units of the variance of one human label.

    Parameters
    ----------
    n : array_like, at least 1
        Human labels.
    rho : array_like in [−1, 1]
        Correlation of human and machine labels over the records.
    weight : {"best"} or float
        λ. The best one gives (1 − ρ²)/n, a fixed one (1 − 2 λ ρ r + λ² r²)/n.
    ratio : float, above 0
        r, the machine's standard deviation over the human one; it matters for a fixed weight only.

    Notes
    -----
    For N, the number of machine labels, far above n. One can show: `best_weight` leaves of the human variance what a
    straight line on the machine's labels does not explain, the share 1 − ρ². At λ = r = 1 it is 2 (1 − ρ)/n: below
    ρ = 1/2 the unweighted sum is worse than no machine at all. Prediction-powered inference: Angelopoulos et al.,
    Science 2023, doi:10.1126/science.adi6000 (abstract).
    """
    n, rho = as_values(n, "n", minimum=1), as_values(rho, "rho", minimum=-1, maximum=1)
    if isinstance(weight, str):
        if weight != "best":
            raise ValueError(f'weight must be a number or "best", got {weight!r}')
        return (1 - rho**2) / n
    product = as_number(weight, "weight") * as_number(ratio, "ratio", minimum=0, inclusive=False)
    return (1 - 2 * product * rho + product**2) / n


def next_label(n, rho):
    """Return by how much the label after n lowers the variance: (1 − ρ²)/(n (n + 1)), in units of one label's.

    Parameters
    ----------
    n : array_like, at least 1
        Human labels so far.
    rho : array_like in [−1, 1]
    """
    return variance(n, rho) / (as_values(n, "n", minimum=1) + 1)


def break_even(rho, *, price, worth):
    """Return how many human labels to buy: the number after which one more costs as much as it brings, or more.

    Parameters
    ----------
    rho : float in [−1, 1]
        Correlation of the machine's labels with the human ones.
    price : float, above 0
        Of one human label.
    worth : float, at least 0
        What an error of the mean costs, in money per squared error, counted in units of one label's variance: halving
        a variance of 0.02 brings 0.01 × worth.

    Returns
    -------
    int
        The least n with worth × next_label(n, ρ) ≤ price, at least 1.

    Notes
    -----
    One can show: n (n + 1) = worth (1 − ρ²)/price. Labels are bought in proportion to √(1 − ρ²): a model at ρ = 0.8
    spares 40% of them, not 64%.
    """
    price, worth = as_number(price, "price", minimum=0, inclusive=False), as_number(worth, "worth", minimum=0)
    product = worth * (1 - float(as_values(rho, "rho", minimum=-1, maximum=1)) ** 2) / price
    return as_count(max(1, math.ceil((math.sqrt(1 + 4 * product) - 1) / 2)), "labels")


def still_needed(rho, labels=100):
    """Return how many human labels are as precise, beside a machine of correlation ρ, as `labels` without one.

    Parameters
    ----------
    rho : array_like in [−1, 1]
    labels : float, at least 0

    Notes
    -----
    From `variance`: (1 − ρ²)/n = 1/labels.

    Examples
    --------
    >>> round(float(still_needed(0.5)))
    75
    """
    return as_number(labels, "labels", minimum=0) * (1 - as_values(rho, "rho", minimum=-1, maximum=1) ** 2)


def label_value(n, rho, *, spread, worth):
    """Return what the label after n is worth, in money.

    Parameters
    ----------
    n : array_like, at least 1
        Human labels so far.
    rho : array_like in [−1, 1]
        Correlation of the machine's labels with the human ones.
    spread : float, at least 0
        Standard deviation of one human label, in the label's unit; √(p (1 − p)) for a yes or no with the share p.
    worth : float, at least 0
        What an error of the mean costs, in money per squared unit of the label. If a share that is wrong by one
        percentage point costs W, and by two points 4 W, this is 10,000 W.
    """
    spread, worth = as_number(spread, "spread", minimum=0), as_number(worth, "worth", minimum=0)
    return worth * spread**2 * next_label(n, rho)


def correlation_interval(rho, n, *, level=0.95):
    """Return between which values a correlation lies, of which n pairs of labels showed `rho`.

    Parameters
    ----------
    rho : float in (−1, 1)
        The correlation in the sample.
    n : int, at least 4
        Pairs of a human and a machine label.
    level : float in (0, 1)

    Returns
    -------
    low, high : float

    Notes
    -----
    Fisher's transformation: artanh ρ̂ is nearly normal with the standard deviation 1/√(n − 3), for pairs with a normal
    law (R. A. Fisher, *Metron* 1:3, 1921). For labels of yes and no it is a rule of thumb.
    """
    from scipy.special import ndtri

    rho, n, level = as_number(rho, "rho"), as_count(n, "n", minimum=4), as_number(level, "level")
    if not (-1 < rho < 1 and 0 < level < 1):
        raise ValueError(f"rho must lie between −1 and 1 and level between 0 and 1, got {rho} and {level}")
    half = float(ndtri((1 + level) / 2)) / math.sqrt(n - 3)
    return math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half)


def fragility(middle, ranges):
    """Return how far the number of labels to buy moves when one assumption moves through its range, the others fixed.

    Parameters
    ----------
    middle : dict of float
        The arguments `rho`, `spread`, `worth` and `price`, as in `label_value` and `break_even`.
    ranges : dict of (float, float)
        For some of them between which two values they may lie.

    Returns
    -------
    pandas.DataFrame
        One row per assumption, the most fragile first: its two values, the `labels` to buy at each, and `times`, the
        larger number of labels over the smaller.

    Raises
    ------
    ValueError
        If an assumption is missing, or a range has another name.
    """
    import pandas as pd

    needed = {"rho", "spread", "worth", "price"}
    if middle.keys() != needed or not ranges or not ranges.keys() <= needed:
        raise ValueError(
            f"middle must hold {sorted(needed)} and ranges some of them; got {list(middle)}, {list(ranges)}"
        )

    def buy(case):
        return break_even(case["rho"], price=case["price"], worth=case["worth"] * case["spread"] ** 2)

    rows = {}
    for name, (low, high) in ranges.items():
        labels = [buy(middle | {name: end}) for end in (low, high)]
        rows[name] = {
            "low": low,
            "high": high,
            "labels at low": labels[0],
            "labels at high": labels[1],
            "times": max(labels) / min(labels),
        }
    return pd.DataFrame.from_dict(rows, orient="index").sort_values("times", ascending=False, kind="stable")
