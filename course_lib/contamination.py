"""Helpers who are helped: what happens to labels when some of the human ones are copies of the machine's."""

import numpy as np

from course_lib.validate import as_array, as_fraction, as_values

__all__ = ["copied_share", "returned_bias", "seen_correlation"]


def seen_correlation(rho, copied):
    """Return the correlation that one measures when a share of the human labels are copies of the machine's.

    Parameters
    ----------
    rho : array_like in [−1, 1]
        Correlation of the machine's labels with what people say by themselves.
    copied : float in [0, 1]
        The share of records, drawn at random, for which the "human" label is the machine's.

    Notes
    -----
    For labels of equal mean and variance. One can show: the covariance of the mixture with the machine is
    (1 − c) ρ + c, in units of the variance, and the mixture's own variance is unchanged.
    """
    copied = as_fraction(copied, "copied")
    return copied + (1 - copied) * as_values(rho, "rho", minimum=-1, maximum=1)


def returned_bias(copied, machine_bias):
    """Return by how much a mean that people are to put right stays wrong: c × (machine's mean − people's mean).

    Parameters
    ----------
    copied : float in [0, 1]
        c, the share of human labels that are copies.
    machine_bias : array_like
        By how much the machine's mean is off, in the label's unit.

    Notes
    -----
    One can show: E[mean(human) + λ (mean(machine_all) − mean(machine))] = E[human], and with copies
    E[human] = (1 − c) E[people] + c E[machine], whatever λ is. It does not shrink with the number of labels.
    """
    return as_fraction(copied, "copied") * as_array(machine_bias, "machine_bias")


def copied_share(helped, blind, machine, truth):
    """Estimate what share of labels are copies of the machine's, from records for which the machine is known to err.

    On such a record a copy repeats the machine's very error. People make that error by themselves, too, and the
    blind labels tell how often.

    Parameters
    ----------
    helped : array_like of labels, shape (n,)
        Given where the machine's answer was in reach.
    blind : array_like of labels, shape (n,)
        Given by equally skilled people without it, for the same records.
    machine, truth : array_like of labels, shape (n,)

    Returns
    -------
    float
        (q − q0)/(1 − q0): q and q0 are the shares of helped and of blind labels that repeat the machine's error. Below
        0 where, by chance, the blind repeat it more often.

    Raises
    ------
    ValueError
        If the shapes differ, the machine errs nowhere, or the blind repeat all of its errors.
    """
    helped, blind, machine, truth = (np.asarray(part) for part in (helped, blind, machine, truth))
    if not helped.shape == blind.shape == machine.shape == truth.shape or helped.ndim != 1:
        shapes = ", ".join(str(part.shape) for part in (helped, blind, machine, truth))
        raise ValueError(f"helped, blind, machine and truth must be alike, with one axis; got {shapes}")
    wrong = machine != truth
    if not wrong.any():
        raise ValueError("machine must err somewhere: a copy of a right answer cannot be told from a right answer")
    q, q0 = (np.mean(labels[wrong] == machine[wrong]) for labels in (helped, blind))
    if q0 == 1:
        raise ValueError("blind must not repeat every error of machine: nothing could tell their own answer from")
    return float((q - q0) / (1 - q0))
