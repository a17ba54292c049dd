"""Right and wrong answers to the checks of lesson 13."""

from collections import Counter

import numpy as np
from scipy.stats import norm

from course_lib.metrics import distinct_n

# 13.1 distinct(windows, n) --------------------------------------------------------------------------------------------


def grams(windows, n):
    return [tuple(window[i : i + n]) for window in windows.tolist() for i in range(len(window) - n + 1)]


def distinct(windows, n):
    runs = grams(windows, n)
    return len(set(runs)) / len(runs)


def distinct_by_rows(windows, n):
    runs = np.lib.stride_tricks.sliding_window_view(windows, n, axis=1).reshape(-1, n)
    return np.unique(runs, axis=0).shape[0] / runs.shape[0]


def distinct_by_codes(windows, n):
    k, length = windows.max() + 1, windows.shape[1]
    codes = sum(windows[:, i : length - n + 1 + i].astype(object) * int(k) ** i for i in range(n))
    return np.array([len(set(codes.ravel())) / codes.size])


def distinct_of_the_library(windows, n):
    return distinct_n(windows, windows, n=n)


def distinct_number(windows, n):
    return len(set(grams(windows, n)))


def distinct_per_cent(windows, n):
    return 100 * distinct(windows, n)


def distinct_repeated(windows, n):
    return 1 - distinct(windows, n)


def distinct_across(windows, n):
    return distinct(windows.reshape(1, -1), n)


def distinct_by_words(windows, n):
    return len(set(grams(windows, n))) / windows.size


def distinct_by_window(windows, n):
    return np.mean([distinct(window[None], n) for window in windows])


def distinct_unordered(windows, n):
    runs = grams(windows, n)
    return len({tuple(sorted(run)) for run in runs}) / len(runs)


def distinct_hapax(windows, n):
    counts = Counter(grams(windows, n))
    return sum(count == 1 for count in counts.values()) / sum(counts.values())


def distinct_words(windows, n):
    return len(set(windows.ravel().tolist())) / windows.size


def distinct_pairs(windows, n):
    return distinct(windows, 2)


def distinct_longer(windows, n):
    return distinct(windows, min(n + 1, windows.shape[1]))


def distinct_without_the_last(windows, n):
    runs = [tuple(w[i : i + n]) for w in windows.tolist() for i in range(max(1, len(w) - n))]
    return len(set(runs)) / len(runs)


def distinct_in_place(windows, n):
    share = distinct(windows, n)
    windows.sort(axis=1)
    return share


def distinct_nothing(windows, n):
    len(set(grams(windows, n)))


# 13.2 z(text, green) --------------------------------------------------------------------------------------------------


def score(hits, total, gamma):
    return (hits - gamma * total) / np.sqrt(gamma * (1 - gamma) * total)


def z(text, green):
    pairs = np.unique(np.stack([text[:, :-1].ravel(), text[:, 1:].ravel()]), axis=1)
    return score(green[pairs[0], pairs[1]].sum(), pairs.shape[1], green.mean())


def z_by_set(text, green):
    pairs = set(grams(text, 2))
    return score(sum(bool(green[a, b]) for a, b in pairs), len(pairs), green[0].mean())


def z_by_table(text, green):
    said = np.zeros(green.shape, dtype=bool)
    said[text[:, :-1], text[:, 1:]] = True
    return score((said & green).sum(), said.sum(), green.sum() / green.size)


def z_by_mean(text, green):
    k = len(green)
    codes = np.unique(text[:, :-1] * k + text[:, 1:])
    hit, gamma = green.ravel()[codes], green[0].sum() / k
    return np.sqrt(codes.size) * (hit.mean() - gamma) / np.sqrt(gamma - gamma**2)


def z_repeats(text, green):
    hit = green[text[:, :-1], text[:, 1:]]
    return score(hit.sum(), hit.size, green.mean())


def z_other_way(text, green):
    return z(text, green.T)


def z_across(text, green):
    return z(text.reshape(1, -1), green)


def z_per_window(text, green):
    pairs = [pair for window in text for pair in set(grams(window[None], 2))]
    return score(sum(green[pair] for pair in pairs), len(pairs), green.mean())


def z_mean_of_windows(text, green):
    return np.mean([z(window[None], green) for window in text])


def parts(text, green):
    pairs = set(grams(text, 2))
    return sum(green[pair] for pair in pairs), len(pairs), green.mean()


def z_variance(text, green):
    hits, total, gamma = parts(text, green)
    return (hits - gamma * total) / (gamma * (1 - gamma) * total)


def z_root_of_total(text, green):
    hits, total, gamma = parts(text, green)
    return (hits - gamma * total) / np.sqrt(total)


def z_poisson(text, green):
    hits, total, gamma = parts(text, green)
    return (hits - gamma * total) / np.sqrt(gamma * total)


def z_observed(text, green):
    hits, total, gamma = parts(text, green)
    p = hits / total
    return (hits - gamma * total) / np.sqrt(p * (1 - p) * total)


def z_negative(text, green):
    return -z(text, green)


def z_share(text, green):
    hits, total, _ = parts(text, green)
    return hits / total


def z_hits(text, green):
    return parts(text, green)[0]


def z_p_value(text, green):
    return norm.sf(z(text, green))


def z_excess(text, green):
    hits, total, gamma = parts(text, green)
    return hits / total - gamma


def z_half(text, green):
    hits, total, _ = parts(text, green)
    return score(hits, total, 0.5)


def z_each_window(text, green):
    return np.array([z(window[None], green) for window in text])


# 13.3 archive(windows, quota) -----------------------------------------------------------------------------------------


def archive(windows, quota):
    words, held, kept = [np.unique(w) for w in windows], np.zeros(windows.max() + 1, dtype=bool), []
    for _ in range(quota):
        left = (i for i in range(len(words)) if i not in kept)
        kept.append(max(left, key=lambda i: (~held[words[i]]).sum()))
        held[words[kept[-1]]] = True
    return kept


def archive_by_table(windows, quota):
    table = np.zeros((len(windows), windows.max() + 1), dtype=bool)
    table[np.arange(len(windows))[:, None], windows] = True
    kept = []
    for _ in range(quota):
        gain = table.sum(1)
        gain[kept] = -1
        kept.append(int(gain.argmax()))
        table &= ~table[kept[-1]].copy()
    return np.array(kept)


def archive_by_sets(windows, quota):
    left, held, kept = {i: set(w) for i, w in enumerate(windows.tolist())}, set(), []
    while len(kept) < quota:
        best = sorted(left, key=lambda i: (-len(left[i] - held), -i))[0]
        held |= left.pop(best)
        kept.append(best)
    return sorted(kept)


def archive_by_exchange(windows, quota):
    kept = archive(windows, quota)
    words = [set(w) for w in windows.tolist()]

    def size(rows):
        return len(set().union(*(words[i] for i in rows)))

    for place in range(quota):
        for other in range(0, len(words), 3):
            tried = [*kept[:place], other, *kept[place + 1 :]]
            if other not in kept and size(tried) > size(kept):
                kept = tried
    return np.array(kept, dtype=float)


def uses_of(windows):
    return np.bincount(windows.ravel())


def best(score, quota):
    return np.argsort(-np.asarray(score), kind="stable")[:quota]


def archive_first(windows, quota):
    return np.arange(quota)


def archive_last(windows, quota):
    return np.arange(len(windows))[-quota:]


def archive_usual(windows, quota):
    return best(np.log(uses_of(windows)[windows]).mean(1), quota)


def archive_most_different(windows, quota):
    return best([np.unique(w).size for w in windows], quota)


def archive_least_different(windows, quota):
    return best([-np.unique(w).size for w in windows], quota)


def archive_rarity(windows, quota):
    uses = uses_of(windows)
    return best([(1 / uses[np.unique(w)]).sum() for w in windows], quota)


def archive_unusual(windows, quota):
    return best(-np.log(uses_of(windows)[windows]).mean(1), quota)


def archive_random(windows, quota):
    return np.random.default_rng(len(windows)).permutation(len(windows))[:quota]


def archive_windows(windows, quota):
    return windows[archive(windows, quota)]


def archive_mask(windows, quota):
    return np.isin(np.arange(len(windows)), archive(windows, quota))


def archive_too_many(windows, quota):
    return archive(windows, quota + 1)


def archive_twice(windows, quota):
    return archive(windows, quota - 1) + archive(windows, 1)


def archive_from_one(windows, quota):
    return np.array(archive_last(windows, quota)) + 1


def archive_in_place(windows, quota):
    kept = archive(windows, quota)
    windows[kept] = 0
    return kept


def archive_fewest_new(windows, quota):
    words, held, kept = [np.unique(w) for w in windows], np.zeros(windows.max() + 1, dtype=bool), []
    for _ in range(quota):
        left = (i for i in range(len(words)) if i not in kept)
        kept.append(min(left, key=lambda i: (~held[words[i]]).sum()))
        held[words[kept[-1]]] = True
    return kept


# The answers to each check: right ones, and wrong ones with words that their message must hold. -----------------------

RIGHT = {
    "13.1": [(distinct,), (distinct_by_rows,), (distinct_by_codes,), (distinct_of_the_library,)],
    "13.2": [(z,), (z_by_set,), (z_by_table,), (z_by_mean,)],
    "13.3": [(archive,), (archive_by_table,), (archive_by_sets,), (archive_by_exchange,)],
}

WRONG = {
    "13.1": [
        ((distinct_number,), "That is a number of different runs"),
        ((distinct_per_cent,), "in per cent"),
        ((distinct_repeated,), "runs that have come before"),
        ((distinct_across,), "as one long text"),
        ((distinct_by_words,), "That divides by the"),
        ((distinct_by_window,), "counts each window by itself"),
        ((distinct_unordered,), "in another order for one"),
        ((distinct_hapax,), "occur exactly once"),
        ((distinct_words,), "Where does n come in?"),
        ((distinct_pairs,), "the share of different pairs, whatever n is"),
        ((distinct_longer,), "How long are yours?"),
        ((distinct_without_the_last,), "leaves out the last run"),
        ((distinct_in_place,), "changed the array that it was given"),
        ((distinct_nothing,), "is the `return` missing?"),
    ],
    "13.2": [
        ((z_repeats,), "as often as it is said"),
        ((z_other_way,), "Which way do you look up?"),
        ((z_across,), "Are they neighbours?"),
        ((z_per_window,), "counts a pair once a window"),
        ((z_mean_of_windows,), "the mean of the windows' own z"),
        ((z_variance,), "divides by the variance"),
        ((z_root_of_total,), "takes T for the variance"),
        ((z_poisson,), "Poisson count"),
        ((z_observed,), "the green pairs that were seen"),
        ((z_negative,), "The sign is the other way round"),
        ((z_share,), "the share of green pairs"),
        ((z_hits,), "the number of green pairs"),
        ((z_p_value,), "p-value"),
        ((z_excess,), "exceeds γ"),
        ((z_half,), "takes γ as one half"),
        ((z_each_window,), "where a single number is needed"),
    ],
    "13.3": [
        ((archive_first,), "the first windows"),
        ((archive_last,), "the last windows"),
        ((archive_usual,), "the most usual words"),
        ((archive_most_different,), "the windows of most different words"),
        ((archive_least_different,), "the right way round"),
        ((archive_rarity,), "each judged by itself"),
        ((archive_unusual,), "each judged by itself"),
        ((archive_random,), "can be had by choosing one"),
        ((archive_windows,), "the windows themselves"),
        ((archive_mask,), "truth values"),
        ((archive_too_many,), "How many windows may be kept?"),
        ((archive_twice,), "stands more than once"),
        ((archive_from_one,), "numbers of windows go from 0"),
        ((archive_in_place,), "changed the array that it was given"),
        ((archive_fewest_new,), "can be had by choosing one"),
    ],
}
