"""The checks of lesson 13: what a text says only once, the mark on it, and what to archive under a quota.

Whether an answer is right is decided exactly; a wrong one is compared with what usual wrong thoughts give on the same
input.
"""

import numpy as np
from scipy.stats import norm

from course_lib.checks.framework import Function, NotYet, read_array
from course_lib.generators.ngram import NGram
from course_lib.loop import self_consume
from course_lib.metrics.text import rare_words
from course_lib.records import concatenate

__all__ = ["CHECKS"]


def _recognise(value, thoughts, otherwise):
    """Return the words beside the first of the thoughts (value, words) that gives `value`, or `otherwise`."""
    return next((words for thought, words in thoughts if np.isclose(value, thought, rtol=0, atol=1e-9)), otherwise)


def _zipf(rng, k, shape):
    shares = 1 / np.arange(1, k + 1)
    return rng.choice(k, shape, p=shares / shares.sum())


def _told(windows):
    return " / ".join(" ".join(map(str, window)) for window in windows.tolist())


# 13.1 -----------------------------------------------------------------------------------------------------------------


def check_distinct(distinct: Function, *, rng):
    """Compare with the definition, on windows small enough to be counted by hand and on larger ones."""
    small = np.array([[0, 1, 0, 1, 2], [2, 1, 0, 1, 2], [3, 3, 3, 2, 1]])
    for windows, n in ((rng.permutation(4)[small], 2), (rng.permutation(4)[small], 3), (_zipf(rng, 40, (30, 9)), 1)):
        _require_distinct(distinct, windows, n)
    for n in (2, 3, 9):
        _require_distinct(distinct, _zipf(rng, 12, (30, 9)), n)
    text = _zipf(rng, 200, (60, 12))
    pairs, twice = (float(np.ravel(distinct(each, 2))[0]) for each in (text, np.concatenate([text, text])))
    return (
        "Your share is right for words, pairs and longer runs, and no run reaches from one window into the next. Of a "
        f"text of 720 words {pairs:.0%} of the pairs were different; of the same text said twice "
        f"{twice:.0%}. So compare only texts of equal length."
    )


def _grams(windows, n):
    return [tuple(row[i : i + n]) for row in windows.tolist() for i in range(len(row) - n + 1)]


def _require_distinct(distinct, windows, n):
    m, length = windows.shape
    value = float(read_array(distinct(windows, n), (), "Your share of different runs"))
    grams = _grams(windows, n)
    right = len(set(grams)) / len(grams)
    if np.isclose(value, right):
        return
    flat = _grams(windows.reshape(1, -1), n)
    short = [tuple(row[i : i + n]) for row in windows.tolist() for i in range(len(row) - n)]
    once = sum(grams.count(each) == 1 for each in set(grams))
    thoughts = [
        (len(set(grams)), "That is a number of different runs. A share of how many runs is asked for?"),
        (100 * right, "That is in per cent. Is a share asked for, or a percentage?"),
        (1 - right, "That is the share of runs that have come before. Which of the two is asked for?"),
        (
            len(set(flat)) / len(flat),
            "That takes the windows as one long text, with runs from the end of one window into the next. Which runs "
            "does a window hold?",
        ),
        (
            len(set(grams)) / windows.size,
            f"That divides by the {windows.size} words. How many runs of {n} words are there?",
        ),
        (
            np.mean([len(set(_grams(window[None], n))) for window in windows]) / (length - n + 1),
            "That counts each window by itself and takes the mean, so what two windows share is not seen. Over which "
            "runs is 'different' meant?",
        ),
        (
            len({tuple(sorted(each)) for each in grams}) / len(grams),
            "That takes two runs of the same words in another order for one. What makes a run what it is?",
        ),
        (once / len(grams), "That counts the runs that occur exactly once. How does a run count that occurs twice?"),
        (len(set(_grams(windows, 1))) / windows.size, "That is the share of different words. Where does n come in?"),
        (len(set(_grams(windows, 2))) / (m * (length - 1)), "That is the share of different pairs, whatever n is."),
    ]
    if n < length:
        longer = _grams(windows, n + 1)
        thoughts += [
            (len(set(longer)) / len(longer), f"That is the share for runs of {n + 1} words. How long are yours?"),
            (len(set(short)) / len(short), "That leaves out the last run of every window. Where does your count end?"),
        ]
    words = _recognise(value, thoughts, "Which runs does your code make of the first window?")
    shown = f"the windows {_told(windows)}" if windows.size <= 20 else f"{m} windows of {length} words"
    raise NotYet(
        f"For {shown} and n = {n} you return {value:.4g}; {len(set(grams))} different runs among {len(grams)} make "
        f"{right:.4g}. {words}",
        1 if n == 1 else 2,
    )


# 13.2 -----------------------------------------------------------------------------------------------------------------


def check_mark(z: Function, *, rng):
    """Compare with the z of different pairs, on texts with many repetitions and with a γ that is not one half."""
    for k, share, shape in ((6, 0.5, (2, 6)), (12, 0.25, (8, 10)), (40, 0.25, (20, 12)), (40, 0.5, (1, 60))):
        green = rng.permuted(np.tile(np.arange(k) < share * k, (k, 1)), axis=1)
        text = _zipf(rng, k, shape)
        text[-1, -4:] = text[0, :4]  # something is said twice, in two windows or in one
        if shape == (2, 6):  # small enough to be counted by hand, but two wrong thoughts must not give the same
            while not _tells_apart(text, green):
                text = _zipf(rng, k, shape)
        _require_z(z, text, green)
    k, plain, marked = 100, [], []
    for _ in range(20):
        green = rng.permuted(np.tile(np.arange(k) < 50, (k, 1)), axis=1)
        for found, text in ((plain, rng.integers(k, size=(10, 12))), (marked, _marked(green, (10, 12), rng))):
            found.append(float(np.ravel(z(text, green))[0]))
    line = norm.isf(0.01)
    return (
        "Your z is right, also where pairs repeat and where a quarter of the words is green. Of 20 texts of 110 pairs "
        f"whose writer tripled the odds of green words, your test at 1% finds {np.sum(np.array(marked) > line)}; of 20 "
        f"without a mark it accuses {np.sum(np.array(plain) > line)}."
    )


def _marked(green, shape, rng):
    text = rng.integers(len(green), size=shape)
    for t in range(1, shape[1]):
        odds = np.where(green[text[:, t - 1]], 3.0, 1.0).cumsum(1)
        text[:, t] = (odds < rng.random((shape[0], 1)) * odds[:, -1:]).sum(1)
    return text


def _z(pairs, green, gamma=None):
    gamma = green.mean() if gamma is None else gamma
    hits, total = sum(green[pair] for pair in pairs), len(pairs)
    return (hits - gamma * total) / np.sqrt(gamma * (1 - gamma) * total)


def _z_thoughts(text, green):
    """Return the right z, the different pairs, and what wrong thoughts make of it with the words for each."""
    pairs = _grams(text, 2)
    once, gamma = set(pairs), green.mean()
    hits, total = sum(green[pair] for pair in once), len(once)
    right, seen, excess = _z(once, green), hits / total, hits - gamma * total
    by_window = [set(_grams(window[None], 2)) for window in text]
    turned = [(b, a) for a, b in pairs]
    with np.errstate(divide="ignore", invalid="ignore"):
        from_seen = excess / np.sqrt(seen * (1 - seen) * total)
    thoughts = [
        (
            _z(pairs, green),
            "That counts a pair as often as it is said. The same pair is always green or always not: is its repetition "
            "new evidence?",
        ),
        (_z(once, green.T), "That asks whether the word before is green after the next one. Which way do you look up?"),
        (_z(turned, green), "That looks the pairs up the other way round, repetitions included."),
        (
            _z(set(_grams(text.reshape(1, -1), 2)), green),
            "That pairs the last word of a window with the first of the next. Are they neighbours?",
        ),
        (
            _z([pair for window in by_window for pair in window], green),
            "That counts a pair once a window. How often does it count in the whole text?",
        ),
        (
            np.mean([_z(window, green) for window in by_window]),
            "That is the mean of the windows' own z. How many pairs does the text have as a whole?",
        ),
        (excess / (gamma * (1 - gamma) * total), "That divides by the variance. In which unit is z?"),
        (excess / np.sqrt(total), "That takes T for the variance. What is it for T draws with γ?"),
        (
            excess / np.sqrt(gamma * total),
            "That takes γT for the variance, as for a Poisson count. What is it for T draws with γ?",
        ),
        (
            from_seen,
            "That takes the variance from the green pairs that were seen. Which share holds without a mark?",
        ),
        (-right, "The sign is the other way round. Does a mark make more green pairs, or fewer?"),
        (seen, "That is the share of green pairs. By how many standard deviations is it more than chance?"),
        (hits, "That is the number of green pairs. How many would chance give, and with which spread?"),
        (norm.sf(right), "That is the p-value. The z itself is asked for."),
        (excess / total, "That is by how much the share of green pairs exceeds γ. In which unit?"),
        (_z(once, green, 0.5), "That takes γ as one half. How large a share of the vocabulary is green here?"),
    ]
    return right, once, thoughts


def _tells_apart(text, green):
    right, _, thoughts = _z_thoughts(text, green)
    values = np.array([right, *(value for value, _ in thoughts[:-1])])  # γ is one half in the small text
    return np.isfinite(values).all() and np.diff(np.sort(values)).min() > 1e-6


def _require_z(z, text, green):
    value = float(read_array(z(text, green), (), "Your z"))
    right, once, thoughts = _z_thoughts(text, green)
    if np.isclose(value, right):
        return
    words = _recognise(value, thoughts, "How many different pairs does your code count, and how many are green?")
    (windows, length), k = text.shape, len(green)
    shown = f"the text {_told(text)}" if text.size <= 20 else f"a text of {windows} windows of {length} words"
    raise NotYet(
        f"For {shown} and a key with {green.mean():.0%} of {k} words green you return {value:.4g}. There are "
        f"{len(once)} different pairs, {sum(green[pair] for pair in once)} of them green, which gives {right:.4g}. "
        f"{words}",
        2 if np.isclose(value, right, rtol=0.5) else 1,
    )


# 13.3 -----------------------------------------------------------------------------------------------------------------


def check_archive(archive: Function, *, rng):
    """Compare the words that are kept with what choosing one by one keeps, up to the luck of breaking ties."""
    for topics, each, quota in ((4, 5, 4), (8, 6, 10), (12, 8, 12)):
        windows = _topics(rng, topics, each)
        _require_archive(_read_archive(archive(windows, quota), windows, quota), windows, quota)
    return _with_and_without(archive, rng)


def _topics(rng, topics, each):
    """Return windows in topics: those of one topic hold nearly the same words, and some topics hold many more."""
    windows = []
    for topic in range(topics):
        own = 100 + 40 * topic + rng.permutation(40)[: 12 if topic % 2 else 30]
        for _ in range(each):
            usual = rng.integers(0, 10, 6)
            windows.append(np.concatenate([rng.permutation(own)[:10], usual]))
    windows = np.array(windows)[rng.permutation(len(windows))]
    return np.unique(windows, return_inverse=True)[1].reshape(windows.shape)


def _read_archive(value, windows, quota):
    m, length = windows.shape
    of = f"For {m} windows and a quota of {quota}"
    kept = np.asarray(value)
    if kept.dtype == bool:
        raise NotYet(
            f"{of} you return truth values. Which windows are kept? Return their numbers, `np.flatnonzero`.", 1
        )
    if kept.ndim == 2 and kept.shape[1] == length:
        raise NotYet(f"{of} you return the windows themselves. Their numbers, from 0 to {m - 1}, are asked for.", 1)
    kept = read_array(kept, np.shape(kept) if kept.ndim == 1 else (quota,), f"{of}, your archive")
    if kept.size != quota:
        raise NotYet(f"{of} you return {kept.size} numbers. How many windows may be kept?", 1)
    if (kept % 1 != 0).any() or kept.min() < 0 or kept.max() >= m:
        raise NotYet(f"{of} you return {kept.tolist()}; numbers of windows go from 0 to {m - 1}.", 1)
    kept = kept.astype(int)
    if len(set(kept.tolist())) < quota:
        raise NotYet(
            f"{of} you return {kept.tolist()}, where a window stands more than once. What does it add the second time?",
            2,
        )
    return kept


def _covered(windows, kept):
    return np.unique(windows[kept]).size


def _one_by_one(windows, quota, rng):
    """Choose windows by the words that they add, ties at random; return how many words are kept."""
    words, held, left = [np.unique(window) for window in windows], set(), list(range(len(windows)))
    for _ in range(quota):
        gains = [len(set(words[i]) - held) for i in left]
        chosen = left.pop(rng.choice(np.flatnonzero(np.array(gains) == max(gains))))
        held |= set(words[chosen].tolist())
    return len(held)


# In 60 texts of this kind the worst of 20 ways to break ties kept 98% of the words that the worst of 10 others kept.
_TIES = 0.97


def _require_archive(kept, windows, quota):
    own = np.random.default_rng(0)
    needed = min(_one_by_one(windows, quota, own) for _ in range(10))
    found = _covered(windows, kept)
    if found >= _TIES * needed:
        return
    m, total = len(windows), np.unique(windows).size
    uses = np.bincount(windows.ravel())
    different = np.array([np.unique(window).size for window in windows])
    rarity = np.array([(1 / uses[np.unique(window)]).sum() for window in windows])
    likely = np.log(uses[windows]).mean(1)
    thoughts = [
        (np.arange(m), "These are the first windows. What decides which windows add most?"),
        (-np.arange(m), "These are the last windows. What decides which windows add most?"),
        (-likely, "These are the windows of the most usual words, which hardly need an archive. Which words do?"),
        (different, "These are the windows with the fewest different words. Is the order the right way round?"),
        (
            -different,
            "These are the windows of most different words, each judged by itself. What of two that say the same?",
        ),
        (
            -rarity,
            "These are the windows of the rarest words, each judged by itself. What does a second one of a topic add?",
        ),
        (
            likely,
            "These are the windows of the least usual words, each judged by itself. What of two with the same words?",
        ),
    ]
    scores = [(np.sort(score[kept]), np.sort(score)[:quota], words) for score, words in thoughts]
    words = next(
        (words for got, best, words in scores if np.allclose(got, best)),
        "Does each choice know what the archive holds already?",
    )
    raise NotYet(
        f"Of {m} windows with {total} different words your {quota} hold {found} words; {needed} can be had by choosing "
        f"one window after the other. {words}",
        2 if found > 0.8 * needed else 1,
    )


class _Archive:
    """A fixed part of the real text, and synthetic text for the rest."""

    keeps_all = False

    def __init__(self, kept):
        self.kept = kept

    def draws(self, n):
        return n - len(self.kept)

    def __call__(self, pool, *, rng):
        return concatenate(pool.real.map(lambda x: x[..., self.kept, :]), pool.last)


def _with_and_without(archive, rng):
    windows = _zipf(rng, 800, (150, 16))
    kept = _read_archive(archive(windows, 15), windows, 15)
    left = []
    for rows in (kept, rng.permutation(150)[:15]):
        run = self_consume(
            NGram(2, 800), windows, policy=_Archive(rows), generations=5, rng=rng, metrics={"rare": rare_words}
        )
        left.append(run.scores["rare"][5])
    return (
        "Your archive holds as many different words as choosing one window after the other can keep. As a tenth of "
        f"every training text it left {left[0]:.0%} of the rare words of a text in use after five generations; a "
        f"random tenth left {left[1]:.0%}."
    )


CHECKS = {"13.1": check_distinct, "13.2": check_mark, "13.3": check_archive}
