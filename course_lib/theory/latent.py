"""Laws of a linear bottleneck: records through a few numbers and back, by linear maps and with Gaussian noise.

Symbols: λ_i eigenvalues of the records' covariance, in d directions; σ² variance of the decoder's noise, one learned
number for all directions; β weight of the Kullback–Leibler term.
"""

import numpy as np

from course_lib.validate import as_count, as_number, as_values

__all__ = ["bottleneck_nats", "bottleneck_noise"]


def bottleneck_nats(eigenvalues, latent, beta=1.0):
    """Return ½ ln(λ_i/(β σ²)), or 0 where that is negative: the nats that each of the latent numbers carries.

    Parameters
    ----------
    eigenvalues : array_like, shape (d,), above 0
        Of the covariance, in any order.
    latent : int, below d
        Latent numbers of the model.
    beta : float, above 0

    Returns
    -------
    numpy.ndarray, shape (latent,)
        KL(q(z|x) ‖ p(z)) of each number, averaged over the records, the most first.

    Notes
    -----
    Where the β-bound of a linear VAE with equal noise in all directions is largest. At β = 1 the model is probabilistic
    PCA (Tipping & Bishop 1999, doi:10.1111/1467-9868.00196); that the linear VAE has its optimum there: Lucas et al.,
    arXiv:1911.02469 (abstract). For other β one can show: with a decoder w and an encoder v x + s ε along one
    direction, the best s² = βσ²/(w² + βσ²) and v = w/(w² + βσ²) leave (λ/(w² + βσ²) + ln(w² + βσ²))/2 to be made small,
    and w² = λ − βσ² does it if that is positive, w = 0 if not. A direction is kept if its variance exceeds β times the
    noise. The best noise then makes the total variance right, which is `bottleneck_noise`.
    """
    _, nats, _ = _optimum(eigenvalues, latent, beta)
    return nats


def bottleneck_noise(eigenvalues, latent, beta=1.0):
    """Return σ²: the sum of the λ_i of the directions that are not kept, divided by d − β times the number of the kept.

    Parameters
    ----------
    eigenvalues : array_like, shape (d,), above 0
    latent : int, below d
    beta : float, above 0

    Notes
    -----
    The setting of `bottleneck_nats`. One can show: a kept direction leaves βσ² of its variance λ to the noise and one
    that is dropped all of it, and their sum is to be d σ². So samples with noise have the records' total variance for
    every β, and decoder means lack d σ² of it. For β > 1 several sets of directions can fulfil this; the one with the
    largest β-bound counts.
    """
    _, _, noise = _optimum(eigenvalues, latent, beta)
    return noise


def _optimum(eigenvalues, latent, beta):
    """Return the largest β-bound but for constants, the nats of each latent number, and the variance of the noise."""
    eigenvalues = np.sort(as_values(eigenvalues, "eigenvalues", minimum=0))[::-1]
    d = eigenvalues.size
    if eigenvalues.ndim != 1 or eigenvalues.min(initial=np.inf) <= 0:
        raise ValueError(f"eigenvalues must be one row of numbers above 0, got {eigenvalues}")
    latent, beta = as_count(latent, "latent"), as_number(beta, "beta", minimum=0, inclusive=False)
    if latent >= d:
        raise ValueError(f"latent must be below the number of eigenvalues, {d}, got {latent}")
    found = []
    for kept in range(latent + 1):
        if kept * beta >= d:
            break
        noise = eigenvalues[kept:].sum() / (d - kept * beta)
        nats = np.log(np.maximum(eigenvalues[:latent] / (beta * noise), 1)) / 2
        if np.count_nonzero(nats) == kept:  # these directions, and no others, are worth keeping at this noise
            found.append((-d * np.log(noise) / 2 - beta * nats.sum(), nats, noise))
    return max(found, key=lambda one: one[0])
