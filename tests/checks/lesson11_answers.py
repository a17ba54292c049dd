"""Right and wrong answers to the tasks of lesson 11; each wrong one is one thought away from a right one."""

import numpy as np
from scipy.special import expit, logit
from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint

# 11.1 money(alarm, fraud, amount, review) -----------------------------------------------------------------------------


def money(alarm, fraud, amount, review):
    return review * alarm.sum() + amount[fraud & ~alarm].sum()


def money_by_where(alarm, fraud, amount, review):
    return np.where(alarm, review, np.where(fraud, amount, 0)).sum()


def money_one_by_one(alarm, fraud, amount, review):
    total = 0.0
    for raised, is_fraud, euro in zip(alarm, fraud, amount, strict=True):
        if raised:
            total += review
        elif is_fraud:
            total += euro
    return total


def money_by_products(alarm, fraud, amount, review):
    return np.count_nonzero(alarm) * review + (amount * fraud) @ (1 - alarm)


def money_counts_frauds(alarm, fraud, amount, review):
    return review * alarm.sum() + (fraud & ~alarm).sum()


def money_false_alarms_only(alarm, fraud, amount, review):
    return review * (alarm & ~fraud).sum() + amount[fraud & ~alarm].sum()


def money_hits_only(alarm, fraud, amount, review):
    return review * (alarm & fraud).sum() + amount[fraud & ~alarm].sum()


def money_without_reviews(alarm, fraud, amount, review):
    return amount[fraud & ~alarm].sum()


def money_stopped(alarm, fraud, amount, review):
    return review * alarm.sum() + amount[fraud & alarm].sum()


def money_all_frauds(alarm, fraud, amount, review):
    return review * alarm.sum() + amount[fraud].sum()


def money_all_without_alarm(alarm, fraud, amount, review):
    return review * alarm.sum() + amount[~alarm].sum()


def money_mean(alarm, fraud, amount, review):
    return money(alarm, fraud, amount, review) / alarm.size


def money_per_ten_thousand(alarm, fraud, amount, review):
    return money(alarm, fraud, amount, review) * 10_000 / alarm.size


def money_reviews_all(alarm, fraud, amount, review):
    return review * alarm.size + amount[fraud & ~alarm].sum()


def money_each(alarm, fraud, amount, review):
    return np.where(alarm, review, np.where(fraud, amount, 0))


def money_in_place(alarm, fraud, amount, review):
    amount[~fraud] = 0
    return review * alarm.sum() + amount[~alarm].sum()


def money_no_return(alarm, fraud, amount, review):
    money(alarm, fraud, amount, review)


# 11.2 corrected(p, trained, true) -------------------------------------------------------------------------------------


def corrected(p, trained, true):
    up, down = p * true / trained, (1 - p) * (1 - true) / (1 - trained)
    return up / (up + down)


def corrected_by_ratio(p, trained, true):
    ratio = trained / (1 - trained) * (1 - true) / true
    return p / (p + ratio * (1 - p))


def corrected_by_logit(p, trained, true):
    return expit(logit(p) + logit(true) - logit(trained))


def corrected_by_bayes(p, trained, true):
    likelihood = np.array([(1 - p) / (1 - trained), p / trained])
    joint = likelihood * np.array([1 - true, true])[:, None]
    return (joint / joint.sum(0))[1]


def scaled(p, trained, true):
    return p * true / trained


def scaled_and_cut(p, trained, true):
    return np.clip(p * true / trained, 0, 1)


def unchanged(p, trained, true):
    return p


def odds_only(p, trained, true):
    return p / (1 - p) * true / (1 - true) * (1 - trained) / trained


def the_other_way(p, trained, true):
    return corrected(p, true, trained)


def ratio_of_shares(p, trained, true):
    odds = p / (1 - p) * true / trained
    return odds / (1 + odds)


def true_odds_only(p, trained, true):
    odds = p / (1 - p) * true / (1 - true)
    return odds / (1 + odds)


def trained_odds_only(p, trained, true):
    odds = p / (1 - p) * (1 - trained) / trained
    return odds / (1 + odds)


def of_the_honest(p, trained, true):
    return 1 - corrected(p, trained, true)


def difference(p, trained, true):
    return p - trained + true


def without_ends(p, trained, true):
    with np.errstate(all="ignore"):
        odds = p / (1 - p) * true / (1 - true) * (1 - trained) / trained
        return odds / (1 + odds)


def kept_off_the_ends(p, trained, true):
    return corrected(np.clip(p, 0.01, 0.99), trained, true)


def corrected_mean(p, trained, true):
    return corrected(p, trained, true).mean()


def corrected_in_place(p, trained, true):
    p *= true / trained
    return p / (p + 1 - p)


# 11.3 choose_ratio(x, fraud, ratios, make, cost, rng) -----------------------------------------------------------------


def halves(n, rng):
    order = rng.permutation(n)
    return order[: n // 2], order[n // 2 :]


def with_made(x, fraud, ratio, make, rng):
    made = make(x[fraud], round(ratio * fraud.sum()), rng)
    return np.concatenate([x, made]), np.concatenate([fraud, np.ones(len(made), bool)])


def choose_ratio(x, fraud, ratios, make, cost, rng):
    fit, test = halves(len(x), rng)
    costs = [cost(*with_made(x[fit], fraud[fit], ratio, make, rng), x[test], fraud[test]) for ratio in ratios]
    return ratios[int(np.argmin(costs))]


def choose_by_mask(x, fraud, ratios, make, cost, rng):
    fit = np.zeros(len(x), bool)
    fit[rng.choice(len(x), len(x) // 2, replace=False)] = True
    best = None
    for ratio in ratios:
        made = make(x[fit & fraud], round(ratio * (fit & fraud).sum()), rng)
        labels = np.r_[fraud[fit], [True] * len(made)]
        price = cost(np.vstack([x[fit], made]), labels, x[~fit], fraud[~fit])
        if best is None or price < best[0]:
            best = (price, ratio)
    return best[1]


def choose_within_classes(x, fraud, ratios, make, cost, rng):
    parts = [rng.permutation(np.flatnonzero(rows)) for rows in (fraud, ~fraud)]
    fit = np.concatenate([part[: len(part) // 2] for part in parts])
    test = np.concatenate([part[len(part) // 2 :] for part in parts])
    costs = {}
    for ratio in ratios:
        costs[ratio] = cost(*with_made(x[fit], fraud[fit], ratio, make, rng), x[test], fraud[test])
    return min(costs, key=costs.get)


def choose_most_first(x, fraud, ratios, make, cost, rng):
    fit, test = halves(len(x), rng)
    frauds = x[fit][fraud[fit]]
    most = make(frauds, round(max(ratios) * len(frauds)), rng)
    costs = []
    for ratio in ratios:
        made = most[: round(ratio * len(frauds))]
        labels = np.append(fraud[fit], np.ones(len(made), bool))
        costs.append(cost(np.concatenate([x[fit], made]), labels, x[test], fraud[test]))
    return ratios[np.argmin(costs)]


def made_before_the_split(x, fraud, ratios, make, cost, rng):
    costs = []
    fit, test = halves(len(x), rng)
    for ratio in ratios:
        made = make(x[fraud], round(ratio * fraud[fit].sum()), rng)
        labels = np.append(fraud[fit], np.ones(len(made), bool))
        costs.append(cost(np.concatenate([x[fit], made]), labels, x[test], fraud[test]))
    return ratios[int(np.argmin(costs))]


def balanced_then_split(x, fraud, ratios, make, cost, rng):
    costs = []
    for ratio in ratios:
        more, labels = with_made(x, fraud, ratio, make, rng)
        fit, test = halves(len(more), rng)
        costs.append(cost(more[fit], labels[fit], more[test], labels[test]))
    return ratios[int(np.argmin(costs))]


def tested_on_training(x, fraud, ratios, make, cost, rng):
    costs = [cost(*with_made(x, fraud, ratio, make, rng), x, fraud) for ratio in ratios]
    return ratios[int(np.argmin(costs))]


def tested_on_made(x, fraud, ratios, make, cost, rng):
    fit, test = halves(len(x), rng)
    costs = []
    for ratio in ratios:
        balanced = with_made(x[fit], fraud[fit], ratio, make, rng)
        costs.append(cost(*balanced, *with_made(x[test], fraud[test], ratio + 1, make, rng)))
    return ratios[int(np.argmin(costs))]


def split_for_each(x, fraud, ratios, make, cost, rng):
    costs = []
    for ratio in ratios:
        fit, test = halves(len(x), rng)
        costs.append(cost(*with_made(x[fit], fraud[fit], ratio, make, rng), x[test], fraud[test]))
    return ratios[int(np.argmin(costs))]


def dearest(x, fraud, ratios, make, cost, rng):
    fit, test = halves(len(x), rng)
    costs = [cost(*with_made(x[fit], fraud[fit], ratio, make, rng), x[test], fraud[test]) for ratio in ratios]
    return ratios[int(np.argmax(costs))]


def lowest_cost(x, fraud, ratios, make, cost, rng):
    fit, test = halves(len(x), rng)
    return min(cost(*with_made(x[fit], fraud[fit], ratio, make, rng), x[test], fraud[test]) for ratio in ratios)


def labels_forgotten(x, fraud, ratios, make, cost, rng):
    fit, test = halves(len(x), rng)
    costs = []
    for ratio in ratios:
        made = make(x[fit][fraud[fit]], round((ratio + 1) * fraud[fit].sum()), rng)
        labels = np.append(fraud[fit], np.zeros(len(made), bool))
        costs.append(cost(np.concatenate([x[fit], made]), labels, x[test], fraud[test]))
    return ratios[int(np.argmin(costs))]


def ratio_of_all_payments(x, fraud, ratios, make, cost, rng):
    fit, test = halves(len(x), rng)
    costs = []
    for ratio in ratios:
        made = make(x[fit][fraud[fit]], round(ratio * len(fit)), rng)
        labels = np.append(fraud[fit], np.ones(len(made), bool))
        costs.append(cost(np.concatenate([x[fit], made]), labels, x[test], fraud[test]))
    return ratios[int(np.argmin(costs))]


def ratio_of_all_frauds(x, fraud, ratios, make, cost, rng):
    fit, test = halves(len(x), rng)
    costs = []
    for ratio in ratios:
        made = make(x[fit][fraud[fit]], round(ratio * fraud.sum()), rng)
        labels = np.append(fraud[fit], np.ones(len(made), bool))
        costs.append(cost(np.concatenate([x[fit], made]), labels, x[test], fraud[test]))
    return ratios[int(np.argmin(costs))]


def made_in_place_of_real(x, fraud, ratios, make, cost, rng):
    fit, test = halves(len(x), rng)
    costs = []
    for ratio in ratios:
        made = make(x[fit][fraud[fit]], round(ratio * fraud[fit].sum()), rng)
        honest = x[fit][~fraud[fit]]
        labels = np.r_[np.zeros(len(honest), bool), np.ones(len(made), bool)]
        costs.append(cost(np.concatenate([honest, made]), labels, x[test], fraud[test]))
    return ratios[int(np.argmin(costs))]


def labels_not_taken_along(x, fraud, ratios, make, cost, rng):
    fit, test = halves(len(x), rng)
    n = len(fit)
    costs = [cost(*with_made(x[fit], fraud[:n], ratio, make, rng), x[test], fraud[n:]) for ratio in ratios]
    return ratios[int(np.argmin(costs))]


def always_the_same_split(x, fraud, ratios, make, cost, rng):
    return choose_ratio(x, fraud, ratios, make, cost, np.random.default_rng(0))


def small_test(x, fraud, ratios, make, cost, rng):
    order = rng.permutation(len(x))
    test, fit = order[:10], order[10:]
    costs = [cost(*with_made(x[fit], fraud[fit], ratio, make, rng), x[test], fraud[test]) for ratio in ratios]
    return ratios[int(np.argmin(costs))]


def without_trying(x, fraud, ratios, make, cost, rng):
    return ratios[0]


def place_in_the_list(x, fraud, ratios, make, cost, rng):
    return ratios.index(choose_ratio(x, fraud, ratios, make, cost, rng)) + 0.25


# 11.4 dies_first(share, kind) -----------------------------------------------------------------------------------------


def first_generation_without(share):
    gone = share == 0
    return np.where(gone.any(axis=0), gone.argmax(axis=0), len(share))


def dies_first(share, kind):
    death = first_generation_without(share)
    hits = int(((death[:, kind] == death.min(axis=1)) & (death[:, kind] < len(share))).sum())
    interval = binomtest(hits, share.shape[1]).proportion_ci(method="wilson")
    return hits / share.shape[1], interval.low, interval.high


def first_by_lifetime(share, kind):
    life = (share > 0).sum(0).astype(float)
    life[life == len(share)] = np.inf
    first = np.isfinite(life[:, kind]) & (life[:, kind] <= life.min(axis=1))
    return np.array([first.mean(), *proportion_confint(first.sum(), first.size, method="wilson")])


def first_run_by_run(share, kind):
    hits, runs = 0, share.shape[1]
    for r in range(runs):
        for generation in share[:, r]:
            if (generation == 0).any():
                hits += generation[kind] == 0
                break
    p, z = hits / runs, 1.96
    middle, reach = p + z**2 / (2 * runs), z * np.sqrt(p * (1 - p) / runs + (z / (2 * runs)) ** 2)
    return p, (middle - reach) / (1 + z**2 / runs), (middle + reach) / (1 + z**2 / runs)


def interval_of(hits, runs):
    return binomtest(int(hits), runs).proportion_ci(method="wilson")


def first_alone(share, kind):
    death = first_generation_without(share)
    first = (death == death.min(1, keepdims=True)) & (death < len(share))
    hits = (first[:, kind] & (first.sum(1) == 1)).sum()
    return hits / len(death), *interval_of(hits, len(death))


def first_where_nobody_dies(share, kind):
    death = first_generation_without(share)
    hits = (death[:, kind] == death.min(1)).sum()
    return hits / len(death), *interval_of(hits, len(death))


def first_with_argmax_alone(share, kind):
    death = (share == 0).argmax(0)
    hits = (death[:, kind] == death.min(1)).sum()
    return hits / len(death), *interval_of(hits, len(death))


def first_in_the_table(share, kind):
    death = first_generation_without(share)
    hits = ((death.argmin(1) == kind) & (death.min(1) < len(share))).sum()
    return hits / len(death), *interval_of(hits, len(death))


def dies_at_all(share, kind):
    hits = (share[-1, :, kind] == 0).sum()
    return hits / share.shape[1], *interval_of(hits, share.shape[1])


def first_in_per_cent(share, kind):
    return tuple(100 * value for value in dies_first(share, kind))


def first_with_wald(share, kind):
    p = dies_first(share, kind)[0]
    error = np.sqrt(p * (1 - p) / share.shape[1])
    return p, p - 1.96 * error, p + 1.96 * error


def first_with_one_error(share, kind):
    p = dies_first(share, kind)[0]
    error = np.sqrt(p * (1 - p) / share.shape[1])
    return p, p - error, p + error


def first_with_all_kinds_as_trials(share, kind):
    p = dies_first(share, kind)[0]
    runs = share.shape[1]
    z, n = 1.959963984540054, runs * share.shape[2]
    q = p * runs / n
    middle, reach = q + z**2 / (2 * n), z * np.sqrt(q * (1 - q) / n + z**2 / (4 * n**2))
    return p, (middle - reach) / (1 + z**2 / n), (middle + reach) / (1 + z**2 / n)


def first_high_before_low(share, kind):
    p, low, high = dies_first(share, kind)
    return p, high, low


def first_without_interval(share, kind):
    return dies_first(share, kind)[0]


def first_for_each_run(share, kind):
    death = first_generation_without(share)
    return death[:, kind] == death.min(1)


def last_to_die(share, kind):
    death = first_generation_without(share)
    hits = (death[:, kind] == death.max(1)).sum()
    return hits / len(death), *interval_of(hits, len(death))


RIGHT = {
    "11.1": [(money,), (money_by_where,), (money_one_by_one,), (money_by_products,)],
    "11.2": [(corrected,), (corrected_by_ratio,), (corrected_by_logit,), (corrected_by_bayes,)],
    "11.3": [(choose_ratio,), (choose_by_mask,), (choose_within_classes,), (choose_most_first,)],
    "11.4": [(dies_first,), (first_by_lifetime,), (first_run_by_run,)],
}

WRONG = {
    "11.1": [
        ((money_counts_frauds,), "worth one euro"),
        ((money_false_alarms_only,), "reviews wrong alarms only"),
        ((money_hits_only,), "reviews right alarms only"),
        ((money_without_reviews,), "leaves out the reviews"),
        ((money_stopped,), "that were stopped"),
        ((money_all_frauds,), "loses every fraud"),
        ((money_all_without_alarm,), "loses honest payments"),
        ((money_mean,), "average over the payments"),
        ((money_per_ten_thousand,), "per 10,000 payments"),
        ((money_reviews_all,), "reviews every payment"),
        ((money_each,), "one for each payment"),
        ((money_in_place,), "changed the array"),
        ((money_no_return,), "returned nothing"),
    ],
    "11.2": [
        ((scaled,), "what is scaled"),
        ((scaled_and_cut,), "scale"),
        ((unchanged,), "p that came in"),
        ((odds_only,), "These are odds"),
        ((the_other_way,), "from the true share to the trained one"),
        ((ratio_of_shares,), "ratio of shares"),
        ((true_odds_only,), "leaves the training's odds in"),
        ((trained_odds_only,), "takes the training's odds out"),
        ((of_the_honest,), "probability of being honest"),
        ((difference,), "subtracts the change"),
        ((without_ends,), "a detector that is certain"),
        ((kept_off_the_ends,), "a detector that is certain"),
        ((corrected_mean,), "a single number"),
        ((corrected_in_place,), "changed the array"),
    ],
    "11.3": [
        ((made_before_the_split,), "making or splitting"),
        ((balanced_then_split,), "made-up frauds"),
        ((tested_on_training,), "look better than it is"),
        ((tested_on_made,), "made-up frauds"),
        ((split_for_each,), "inside the loop or before it"),
        ((dearest,), "the dearest one"),
        ((lowest_cost,), "That is its cost"),
        ((labels_forgotten,), "labelled as honest"),
        ((ratio_of_all_payments,), "ratio times all payments"),
        ((ratio_of_all_frauds,), "ratio times all frauds"),
        ((made_in_place_of_real,), "in neither part"),
        ((labels_not_taken_along,), "do not belong to its payments"),
        ((always_the_same_split,), "Two generators in different states"),
        ((small_test,), "half of them is asked for"),
        ((without_trying,), "was called 0 times"),
        ((place_in_the_list,), "cheapest is"),
    ],
    "11.4": [
        ((first_alone,), "Ties count for both"),
        ((first_where_nobody_dies,), "nobody dies"),
        ((first_with_argmax_alone,), "argmax"),
        ((first_in_the_table,), "Ties count for both"),
        ((dies_at_all,), "dies at all"),
        ((first_in_per_cent,), "per cent"),
        ((first_with_wald,), "1.96 standard errors"),
        ((first_with_one_error,), "one standard error"),
        ((first_with_all_kinds_as_trials,), "counts every kind"),
        ((first_high_before_low,), "the other order"),
        ((first_without_interval,), "a single number"),
        ((first_for_each_run,), "one for each run"),
        ((last_to_die,), "live longest"),
    ],
}
