"""Right and wrong answers to the tasks of lesson 14; each wrong one is one thought away from a right one."""

import numpy as np
from scipy.optimize import minimize_scalar

# 14.1 mixed(sample, archive, share, rng) ------------------------------------------------------------------------------


def mixed(sample, archive, share, rng):
    k = round(share * len(sample))
    real = archive[rng.choice(len(archive), k, replace=False)]
    return np.concatenate([real, sample[: len(sample) - k]])


def mixed_by_permutation(sample, archive, share, rng):
    k = round(share * len(sample))
    together = np.vstack([rng.permutation(sample)[k:], rng.permutation(archive)[:k]])
    return rng.permutation(together)


def mixed_in_place_of_samples(sample, archive, share, rng):
    out = np.array(sample)
    places = rng.choice(len(sample), round(share * len(sample)), replace=False)
    out[places] = rng.choice(archive, len(places), replace=False)
    return out


def mixed_by_sorting(sample, archive, share, rng):
    k = round(share * len(sample))
    first = np.argsort(rng.random(len(archive)))[:k]
    return np.r_[archive[first], sample[k:]]


def mixed_beside(sample, archive, share, rng):
    k = round(share * len(sample))
    return np.concatenate([archive[rng.choice(len(archive), k, replace=False)], sample])


def mixed_swapped(sample, archive, share, rng):
    return mixed(sample, archive, 1 - share, rng)


def mixed_share_of_archive(sample, archive, share, rng):
    k = min(round(share * len(archive)), len(sample))
    return np.concatenate([archive[rng.choice(len(archive), k, replace=False)], sample[: len(sample) - k]])


def mixed_with_replacement(sample, archive, share, rng):
    k = round(share * len(sample))
    return np.concatenate([archive[rng.integers(len(archive), size=k)], sample[: len(sample) - k]])


def mixed_first_ones(sample, archive, share, rng):
    k = round(share * len(sample))
    return np.concatenate([archive[:k], sample[: len(sample) - k]])


def mixed_first_ones_shuffled(sample, archive, share, rng):
    return rng.permutation(mixed_first_ones(sample, archive, share, rng))


def mixed_own_generator(sample, archive, share, rng):
    return mixed(sample, archive, share, np.random.default_rng(0))


def mixed_global(sample, archive, share, rng):
    k = round(share * len(sample))
    return np.concatenate([archive[np.random.permutation(len(archive))[:k]], sample[: len(sample) - k]])  # noqa: NPY002


def mixed_real_only(sample, archive, share, rng):
    return archive[rng.choice(len(archive), round(share * len(sample)), replace=False)]


def mixed_averaged(sample, archive, share, rng):
    real = archive[rng.choice(len(archive), len(sample), replace=len(archive) < len(sample))]
    return share * real + (1 - share) * sample


def mixed_no_return(sample, archive, share, rng):
    mixed(sample, archive, share, rng)


# 14.2 best_weight(n_real, n_synthetic) --------------------------------------------------------------------------------


def best_weight(n_real, n_synthetic):
    k = n_real / n_synthetic
    return (np.sqrt(k**2 + 4 * k) - k) / 2


def best_weight_by_grid(n_real, n_synthetic):
    w = np.linspace(0.001, 1, 2000)
    k = n_real / n_synthetic
    return w[np.argmin((w**2 + k * (1 - w) ** 2) / (w * (2 - w)))]


def best_weight_by_search(n_real, n_synthetic):
    def error(w):
        return (w**2 / n_real + (1 - w) ** 2 / n_synthetic) / (1 - (1 - w) ** 2)

    return minimize_scalar(error, bounds=(1e-6, 1), method="bounded").x


def best_weight_by_iteration(n_real, n_synthetic):
    v = 1.0  # in the best case each generation weighs by the errors of the two means
    for _ in range(2000):
        model = n_real / n_synthetic + v
        w = model / (1 + model)
        v = w**2 + (1 - w) ** 2 * model
    return w


def weight_one_by_one(n_real, n_synthetic):
    return n_real / (n_real + n_synthetic)


def weight_other_way(n_real, n_synthetic):
    return best_weight(n_synthetic, n_real)


def weight_of_samples(n_real, n_synthetic):
    return 1 - best_weight(n_real, n_synthetic)


def weight_golden(n_real, n_synthetic):
    return (np.sqrt(5) - 1) / 2


def weight_not_halved(n_real, n_synthetic):
    return 2 * best_weight(n_real, n_synthetic)


def weight_other_sign(n_real, n_synthetic):
    k = n_real / n_synthetic
    return (np.sqrt(k**2 + 4 * k) + k) / 2


def weight_fresh_alone(n_real, n_synthetic):
    return 1.0


def weight_ratio(n_real, n_synthetic):
    return n_real / n_synthetic


def weight_one_generation(n_real, n_synthetic):
    return (1 / n_synthetic) / (1 / n_real + 1 / n_synthetic) * 0.9


def weight_both(n_real, n_synthetic):
    return best_weight(n_real, n_synthetic), 1 - best_weight(n_real, n_synthetic)


# 14.3 threshold(right, kept) ------------------------------------------------------------------------------------------


def threshold(right, kept):
    phi, psi = kept[right].mean(), kept[~right].mean()
    return phi / (phi + psi)


def threshold_by_counts(right, kept):
    phi = np.sum(right & kept) / np.sum(right)
    psi = np.sum(~right & kept) / np.sum(~right)
    return 1 / (1 + psi / phi)


def threshold_by_loops(right, kept):
    keeps = {True: [], False: []}
    for is_right, is_kept in zip(right, kept, strict=True):
        keeps[bool(is_right)].append(float(is_kept))
    phi, psi = np.mean(keeps[True]), np.mean(keeps[False])
    return phi / (psi + phi)


def threshold_balanced_precision(right, kept):
    weight = np.where(right, 1 / right.sum(), 1 / (~right).sum())
    return (weight * kept * right).sum() / (weight * kept).sum()


def threshold_precision(right, kept):
    return right[kept].mean()


def threshold_upside_down(right, kept):
    return 1 - threshold(right, kept)


def threshold_one_less(right, kept):
    return 1 - kept[~right].mean() / kept[right].mean()


def threshold_difference(right, kept):
    return kept[right].mean() - kept[~right].mean()


def threshold_false_drops(right, kept):
    drop, psi = 1 - kept[right].mean(), kept[~right].mean()
    return drop / (drop + psi)


def threshold_dropped_wrong(right, kept):
    phi = kept[right].mean()
    return phi / (phi + (~kept)[~right].mean())


def threshold_accuracy(right, kept):
    return (right == kept).mean()


def threshold_phi(right, kept):
    return kept[right].mean()


def threshold_joint(right, kept):
    return (right & kept).mean()


def threshold_percent(right, kept):
    return 100 * threshold(right, kept)


# 14.4 taste(x, rng) ---------------------------------------------------------------------------------------------------


def nearer(x, rng):
    return x.mean() + 0.91 * (x - x.mean())


def tamed(x, rng):
    low, high = np.quantile(x, [0.04, 0.96])
    return np.clip(x, low, high)


def noisy(x, rng):
    return x + 0.42 * rng.standard_normal(x.size)


def a_little_more(x, rng):
    return x + 0.095 * x.std()


def extremes_redrawn(x, rng):
    order = np.argsort(np.abs(x - np.median(x)))
    keep = x[order[: round(0.975 * x.size)]]
    return np.concatenate([keep, rng.choice(keep, x.size - keep.size)])


def unchanged(x, rng):
    return x


def shuffled(x, rng):
    return rng.permutation(x)


def too_much(x, rng):
    return x.mean() + 0.5 * (x - x.mean())


def fewer(x, rng):
    return x[np.abs(x - x.mean()) < 2 * x.std()]


def jittered(x, rng):
    return x + rng.uniform(-0.06, 0.06) * x.std()


def redrawn(x, rng):
    return rng.choice(x, x.size)


def to_a_fixed_place(x, rng):
    return (x - x.mean()) / x.std() * 1.05 + 0.05


def too_little(x, rng):
    return x.mean() + 0.985 * (x - x.mean())


def pulled_to_zero(x, rng):
    return x - 0.1 * x.mean()


def no_return(x, rng):
    x *= 0.9


RIGHT = {
    "14.1": [(mixed,), (mixed_by_permutation,), (mixed_in_place_of_samples,), (mixed_by_sorting,)],
    "14.2": [(best_weight,), (best_weight_by_grid,), (best_weight_by_search,), (best_weight_by_iteration,)],
    "14.3": [(threshold,), (threshold_by_counts,), (threshold_by_loops,), (threshold_balanced_precision,)],
    "14.4": [(nearer,), (tamed,), (noisy,), (a_little_more,), (extremes_redrawn,)],
}

WRONG = {
    "14.1": [
        ((mixed_beside,), "beside the sample"),
        ((mixed_swapped,), "synthetic share"),
        ((mixed_share_of_archive,), "a share of the archive"),
        ((mixed_with_replacement,), "same archived record more than once"),
        ((mixed_first_ones,), "chance comes in nowhere"),
        ((mixed_first_ones_shuffled,), "with the same probability"),
        ((mixed_own_generator,), "made or seeded anew"),
        ((mixed_global,), "draws from elsewhere"),
        ((mixed_real_only,), "real ones alone"),
        ((mixed_averaged,), "neither in the sample nor in the archive"),
        ((mixed_no_return,), "return"),
    ],
    "14.2": [
        ((weight_one_by_one,), "counts each record once"),
        ((weight_other_way,), "the other way round"),
        ((weight_of_samples,), "weight of the samples"),
        ((weight_golden,), "for as many of each"),
        ((weight_not_halved,), "twice the weight"),
        ((weight_other_sign,), "the other sign"),
        ((weight_fresh_alone,), "the fresh records alone"),
        ((weight_ratio,), "k itself"),
        ((weight_one_generation,), "is the error smallest"),
        ((weight_both,), "a single number is needed"),
    ],
    "14.3": [
        ((threshold_precision,), "among those kept"),
        ((threshold_upside_down,), "1 less the threshold"),
        ((threshold_one_less,), "1 − ψ/φ"),
        ((threshold_difference,), "difference of the rates"),
        ((threshold_false_drops,), "takes false drops"),
        ((threshold_dropped_wrong,), "kept or what is dropped"),
        ((threshold_accuracy,), "how often the verifier is right"),
        ((threshold_phi,), "That is φ"),
        ((threshold_joint,), "a share of all labels"),
        ((threshold_percent,), "as many right as wrong labels kept"),
    ],
    "14.4": [
        ((unchanged,), "changes nothing"),
        ((shuffled,), "changes nothing"),
        ((too_much,), "Anyone would see that"),
        ((fewer,), "wants as many as came"),
        ((jittered,), "average out"),
        ((redrawn,), "average out"),
        ((to_a_fixed_place,), "in the same place"),
        ((too_little,), "How much more is still harmless"),
        ((pulled_to_zero,), "Accumulation has borne your step"),
        ((no_return,), "changed the array"),
    ],
}
