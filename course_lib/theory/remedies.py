"""Laws of the remedies: what an archive, a weight, a verifier and a correction do to a loop.

Positions are those of a mean that is fitted to records of variance 1, and are given as n times their mean square, so
that 1 stands for the error of one honest fit to n real records. The spread is known, or hardly moves.
"""

import numpy as np

from course_lib.validate import as_values, as_whole

__all__ = [
    "accumulated_biased_variance",
    "archive_correction",
    "archive_position",
    "corrected_position",
    "corrected_sample_position",
    "filtered_shares",
    "fresh_weight",
    "verification_threshold",
    "verified_accuracy",
    "weighted_position",
]


def archive_position(real_fraction, t=None):
    """Return n E μ_t² when a share ρ of every training set is drawn anew from one archive of n real records.

    Parameters
    ----------
    real_fraction : array_like in [0, 1]
        ρ, which must be above 0 in the limit.
    t : array_like, at least 0, optional
        Generations after the fit to the archive; None for the limit 1 + (1 − ρ²) / (ρ(2 − ρ)).

    Notes
    -----
    One can show: μ′ = ρ (a + δ) + (1 − ρ)(μ + ε), with the archive's mean a, the error δ of ρn of its n records drawn
    without replacement, variance (1 − ρ)/(ρn), and that of the model's (1 − ρ)n draws, 1/((1 − ρ)n). So the distance
    from a keeps the part (1 − ρ)² of its square and gains (1 − ρ²)/n. That a large enough real share keeps a loop
    stable: Bertrand et al., arXiv:2310.00429 (abstract).

    Examples
    --------
    >>> [round(float(archive_position(share)), 2) for share in (0.1, 0.5, 1)]
    [6.21, 2.0, 1.0]
    """
    share = as_values(real_fraction, "real_fraction", minimum=0, maximum=1)
    if t is None:
        share = as_values(share, "real_fraction in the limit", minimum=np.nextafter(0, 1))
        return 1 + (1 - share**2) / (share * (2 - share))
    t = as_values(t, "t", minimum=0)
    with np.errstate(invalid="ignore"):
        gained = (1 - (1 - share) ** (2 * t)) / (share * (2 - share))
    return 1 + (1 - share**2) * np.where(share == 0, t, gained)


def fresh_weight(ratio):
    """Return w* = (√(k² + 4k) − k) / 2: the best weight of n fresh real records beside m synthetic ones, k = n/m.

    Parameters
    ----------
    ratio : array_like, above 0
        k.

    Notes
    -----
    He, Xu & Cheng, arXiv:2502.18049 (abstract and a secondary source). One can show: it is the minimum of
    `weighted_position`, where w² = k(1 − w), and n E μ² is then w* itself. It holds where earlier real records cannot
    be kept: with all of them n E μ_t² is 1/t and goes to 0.

    Examples
    --------
    >>> round(float(fresh_weight(1)), 3)
    0.618
    """
    k = as_values(ratio, "ratio", minimum=np.nextafter(0, 1))
    return (np.sqrt(k**2 + 4 * k) - k) / 2


def weighted_position(weight, ratio, t=None):
    """Return n E μ_t² when n fresh real records weigh w together, and m = n/k draws of the model 1 − w.

    Parameters
    ----------
    weight : array_like, above 0, at most 1
        w. Plain pooling is k / (1 + k).
    ratio : array_like, above 0
        k = n/m.
    t : array_like of int, at least 1, optional
        Number of estimations, the first of n real records alone; None for the limit.

    Notes
    -----
    One can show: n E μ′² = w² + (1 − w)² (k + n E μ²), a recursion with the fixed point (w² + k(1 − w)²)/(w(2 − w)).
    """
    w = as_values(weight, "weight", minimum=np.nextafter(0, 1), maximum=1)
    k = as_values(ratio, "ratio", minimum=np.nextafter(0, 1))
    limit = (w**2 + k * (1 - w) ** 2) / (w * (2 - w))
    if t is None:
        return limit
    return limit + (1 - w) ** (2 * (as_whole(t, "t", minimum=1) - 1)) * (1 - limit)


def verification_threshold(keep_right, keep_wrong):
    """Return p* = 1 / (1 + ψ/φ): the largest share of wrong labels among which the right ones still win.

    Parameters
    ----------
    keep_right, keep_wrong : array_like in [0, 1], not both 0
        φ and ψ: the probabilities that the verifier keeps a right and a wrong label. 1 − φ is its rate of false
        drops, ψ that of false keeps.

    Notes
    -----
    Feng et al., arXiv:2406.07515, theorem 4.2 (a secondary source): for many records the learner's accuracy goes to 1
    below p* and to 0 above. One can show: (1 − p)φ right and pψ wrong ones are left, and a learner that goes by the
    majority is right if the first is larger. Two answers only: with more of them the wrong ones split their votes.

    Examples
    --------
    >>> round(float(verification_threshold(0.9, 0.3)), 4)
    0.75
    """
    right, wrong = _rates(keep_right, keep_wrong)
    if np.any(right + wrong == 0):
        raise ValueError("keep_right and keep_wrong are both 0; a verifier that keeps nothing has no threshold")
    return right / (right + wrong)


def verified_accuracy(wrong, keep_right, keep_wrong, n):
    """Return the probability that the majority of the labels kept is right; a tie counts half.

    Parameters
    ----------
    wrong : array_like in [0, 1]
        p, the probability that a label is wrong; two answers.
    keep_right, keep_wrong : array_like in [0, 1]
        φ and ψ, as in `verification_threshold`.
    n : int, at least 1
        Number of labels before the verifier.

    Notes
    -----
    One can show: right ones and wrong ones kept and labels dropped are multinomial with (1 − p)φ, pψ and the rest.
    """
    from scipy import stats

    right, false = _rates(keep_right, keep_wrong)
    p = as_values(wrong, "wrong", minimum=0, maximum=1)
    kept_right, kept_wrong = (1 - p) * right, p * false
    kept = np.arange(as_whole(n, "n", minimum=1) + 1)  # how many labels are kept, and of these how many are right
    with np.errstate(invalid="ignore"):
        share = np.where(kept_right + kept_wrong > 0, kept_right / (kept_right + kept_wrong), 0.5)[..., None]
    wins = stats.binom.sf(kept / 2, kept, share) + stats.binom.pmf(kept / 2, kept, share) / 2
    return (stats.binom.pmf(kept, kept[-1], (kept_right + kept_wrong)[..., None]) * wins).sum(-1)


def filtered_shares(shares, keep, t):
    """Return p_t ∝ p_0 a^t: the shares of k kinds after t generations behind a filter that keeps kind i with a_i.

    Parameters
    ----------
    shares : array_like, shape (k,)
        p_0, which need not sum to 1.
    keep : array_like in [0, 1], shape (k,)
        a.
    t : array_like, at least 0

    Returns
    -------
    numpy.ndarray, shape (..., k)

    Notes
    -----
    One can show: each pass multiplies the odds of two kinds by a_i/a_j. Exact for many records; a sample of few lets
    rare kinds die by chance on top. A filter that is used t times acts as one with the acceptance a^t.
    """
    p = as_values(shares, "shares", minimum=0)
    a = as_values(keep, "keep", minimum=0, maximum=1)
    left = p * a ** as_values(t, "t", minimum=0)[..., None]
    total = left.sum(-1, keepdims=True)
    if np.any(total == 0):
        raise ValueError("the filter keeps none of the kinds that are there")
    return left / total


def archive_correction(strength, t=None):
    """Return n E μ_t² when each sample of n is moved towards the mean of an archive of n real records.

    Parameters
    ----------
    strength : array_like, at least 0
        γ: the sample's mean m is taken to (m + γ x̄)/(1 + γ); above 0 in the limit. No real record is trained on.
    t : array_like, at least 0, optional
        Generations after the fit to the archive; None for the limit 1 + 1/((1 + γ)² − 1).

    Notes
    -----
    One can show: with a = 1/(1 + γ) the distance from x̄ keeps the part a² of its square and gains a²/n, from the draws'
    own error.
    """
    gamma = as_values(strength, "strength", minimum=0 if t is not None else np.nextafter(0, 1))
    a2 = 1 / (1 + gamma) ** 2
    if t is None:
        return 1 + a2 / (1 - a2)
    t = as_values(t, "t", minimum=0)
    with np.errstate(invalid="ignore"):
        return 1 + np.where(a2 == 1, t, a2 * (1 - a2**t) / (1 - a2))


def corrected_position(strength, ratio):
    """Return lim n E μ² for n real records and λn draws of a model that is first moved towards the truth by γ.

    Parameters
    ----------
    strength : array_like, at least 0
        γ: the model's mean μ is taken to μ/(1 + γ) before it draws.
    ratio : array_like, above 0
        λ, draws for each real record. The n real records stay the same in all generations.

    Notes
    -----
    That a correction towards the truth makes loops stable: Gillman et al., arXiv:2402.07087 (abstract). One can show,
    with r = λ/(1 + λ) and a = r/(1 + γ): μ′ = (1 − r)x̄ + aμ + rε, where ε has the variance 1/(λn), so that
    n E μ² = ((1 − r)/(1 − a))² + r²/(λ(1 − a²)).

    Examples
    --------
    >>> round(float(corrected_position(0.5, 4)), 3)
    0.407
    """
    return _corrected(strength, ratio, sample=False)


def corrected_sample_position(strength, ratio):
    """Return the same limit where the drawn sample is corrected, by its own mean, and not the model.

    Parameters
    ----------
    strength, ratio : array_like
        γ and λ, as in `corrected_position`.

    Notes
    -----
    One can show: the draws' own error ε is then corrected with them, and rε becomes aε.
    """
    return _corrected(strength, ratio, sample=True)


def _corrected(strength, ratio, sample):
    gamma = as_values(strength, "strength", minimum=0)
    ratio = as_values(ratio, "ratio", minimum=np.nextafter(0, 1))
    r = ratio / (1 + ratio)
    a = r / (1 + gamma)
    return ((1 - r) / (1 - a)) ** 2 + (a if sample else r) ** 2 / (ratio * (1 - a**2))


def accumulated_biased_variance(n, bias, t):
    """Return Π_{i≤t} (1 − (1 − λ)[i > 1]/i − λ_i/(n i²)): E s_t² if all is kept and each sample is too narrow.

    Parameters
    ----------
    n : int, at least 1
        Records a generation.
    bias : float in [0, 1]
        λ: each model draws with λ times its variance. The real records, i = 1, are honest: λ_1 = 1.
    t : array_like of int, at least 1
        Number of estimations by maximum likelihood (ddof = 0).

    Notes
    -----
    One can show: the i-th batch of n has the variance λs² and is a part 1/i of the pool, so it takes (1 − λ)/i of the
    pool's variance, and its mean's error λ/(n i²) more. For λ < 1 the product falls to 0 like t^(λ − 1): a case in
    which accumulation does not bound the error. That there are such cases: Barzilai & Shamir, "When Models Don't
    Collapse".
    """
    n = as_whole(n, "n", minimum=1)
    bias = as_values(bias, "bias", minimum=0, maximum=1)
    t = as_whole(t, "t", minimum=1)
    i = np.arange(1, t.max() + 1)
    drawn = np.where(i > 1, bias, 1.0)
    return np.cumprod(1 - (1 - drawn) / i - drawn / (n * i**2))[t - 1]


def _rates(keep_right, keep_wrong):
    return (
        as_values(keep_right, "keep_right", minimum=0, maximum=1),
        as_values(keep_wrong, "keep_wrong", minimum=0, maximum=1),
    )
