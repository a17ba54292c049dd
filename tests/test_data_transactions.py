"""The simulator of card payments: its shares, its hours, its amounts, its overlaps, and how fast it is."""

import subprocess
import sys
import time

import numpy as np
import pytest
from scipy import stats

from course_lib.data import CardPayments
from course_lib.data.payment_kinds import CATEGORIES, FRAUDS, HONEST
from course_lib.data.transactions import amounts, to_features

KINDS = {kind.name: (code, kind) for code, kind in enumerate((HONEST, *FRAUDS))}


@pytest.fixture(scope="module")
def world():
    return CardPayments(rng=np.random.default_rng(0))


@pytest.fixture(scope="module")
def table(world):
    return world.draw(100_000, rng=np.random.default_rng(1))


def of_kind(world, name, n=20_000, seed=2):
    """Draw payments of one kind only."""
    return world.draw(n, np.full(n, KINDS[name][0]), rng=np.random.default_rng(seed))


def share_possible(hits, expected, n):
    """Tell whether a share of independent trials lies within five standard errors of what is expected."""
    return abs(hits - expected) < 5 * np.sqrt(expected * (1 - expected) / n)


def incidents(data):
    """Return a mask of the first payment of each incident: there a new customer begins."""
    customer = data.column("customer")
    return np.r_[True, customer[1:] != customer[:-1]]


# Rates


def test_the_shares_of_frauds_and_of_categories_add_up():
    assert sum(kind.share for kind in FRAUDS) == pytest.approx(1)
    assert sum(category.share for category in CATEGORIES.values()) == pytest.approx(1)
    assert all(sum(kind.where.values()) == pytest.approx(1) for kind in FRAUDS if kind.where)
    assert [kind.share for kind in FRAUDS] == sorted((kind.share for kind in FRAUDS), reverse=True)


def test_each_kind_comes_at_its_share(world, table):
    counts = np.bincount(table.y, minlength=len(world.kinds))
    for count, share in zip(counts / table.n, world.shares, strict=True):
        assert share_possible(count, share, table.n)


@pytest.mark.parametrize("fraud_share", [0.0, 0.3, 1.0])
def test_the_share_of_fraud_can_be_set(fraud_share):
    rng = np.random.default_rng(0)
    world = CardPayments(customers=50, merchants=40, fraud_share=fraud_share, rng=rng)
    assert world.shares.sum() == pytest.approx(1)
    found = (world.sample(20_000, rng=rng).y > 0).mean()
    assert found == fraud_share if fraud_share in (0, 1) else share_possible(found, fraud_share, 20_000)


def test_kinds_can_be_asked_for(world):
    y = np.array([7, 0, 7, 3, 0])
    records = world.sample(5, y, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(records.y, y)


# Determinism


def test_the_same_seeds_give_the_same_payments():
    first, second = (CardPayments(rng=np.random.default_rng(3)).draw(2000, rng=np.random.default_rng(4)) for _ in "ab")
    np.testing.assert_array_equal(first.x, second.x)
    np.testing.assert_array_equal(first.y, second.y)


def test_other_seeds_give_other_payments(world):
    first, second = (world.sample(2000, rng=np.random.default_rng(seed)) for seed in (4, 5))
    assert not np.array_equal(first.x, second.x)


def test_kinds_that_are_given_are_left_as_they_came(world):
    y = np.arange(8)
    world.sample(8, y, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(y, np.arange(8))


# Hours and weekdays


def test_days_lie_in_four_weeks_and_hours_in_a_day(table):
    day, hour = table.column("day"), table.column("hour")
    assert set(np.unique(day)) == set(range(28))
    assert hour.min() >= 0
    assert hour.max() < 24


@pytest.mark.parametrize("name", ["account takeover", "phantom shop", "card test"])
def test_weekends_have_their_share(world, name):
    data = of_kind(world, name)
    first = incidents(data)  # an incident that begins before midnight may end on another day
    found = (data.column("day")[first] % 7 >= 5).mean()
    assert share_possible(found, KINDS[name][1].weekend, first.sum())


def test_honest_weekends_follow_the_categories(world):
    data = of_kind(world, "honest", n=100_000)
    first = incidents(data)
    category, weekend = data.column("category")[first], data.column("day")[first] % 7 >= 5
    for code, each in enumerate(CATEGORIES.values()):
        here = category == code
        assert share_possible(weekend[here].mean(), each.weekend, here.sum())


@pytest.mark.parametrize("name", ["account takeover", "copied card"])
def test_hours_have_their_law(world, name):
    kind = KINDS[name][1]
    data = of_kind(world, name)
    hour = data.column("hour")[incidents(data)]
    away = (hour - kind.hour + 12) % 24 - 12  # from -12 to 12 around the peak
    near = np.abs(away) < kind.width
    expected = (1 - kind.night) * (stats.norm.cdf(1) - stats.norm.cdf(-1)) + kind.night * kind.width / 12
    assert share_possible(near.mean(), expected, hour.size)


# Amounts


def test_the_amounts_of_a_kind_have_its_median(world):
    # An account takeover at another merchant than the customer's own: category, merchant and customer known, what is
    # left of the logarithm is normal with the kind's spread.
    data = of_kind(world, "stolen number")
    kind, category = KINDS["stolen number"][1], data.column("category").astype(int)
    median = np.array([each.median for each in CATEGORIES.values()])[category] * kind.factor
    level = np.log(data.column("usual amount"))
    level -= np.average([np.log(each.median) for each in CATEGORIES.values()], weights=_category_shares())
    left = np.log(data.column("amount") / median) - level - world._price[data.column("merchant").astype(int)]
    left = left[data.column("amount") < kind.limit / 2]
    assert abs(left.mean()) < 5 * kind.spread / np.sqrt(left.size)
    assert abs(left.std() - kind.spread) < 5 * kind.spread / np.sqrt(2 * left.size)


def _category_shares():
    return [each.share for each in CATEGORIES.values()]


@pytest.mark.parametrize("name", ["lost card", "copied card"])
def test_no_amount_is_above_the_limit(world, name):
    amount = of_kind(world, name).column("amount")
    assert amount.max() <= KINDS[name][1].limit


def test_cash_comes_in_notes_and_every_amount_in_cents(table):
    amount = table.column("amount")
    cash = table.column("category") == CardPayments.categories.index("cash machine")
    assert np.all(amount[cash] % 10 == 0)
    assert amount[cash].min() >= 10
    np.testing.assert_allclose(amount * 100, np.round(amount * 100), rtol=0, atol=1e-6)
    assert amount.min() >= 0.01


# Incidents and places


def test_incidents_have_their_mean_length(world):
    for name in ("honest", "card test", "lost card"):
        kind = KINDS[name][1]
        begins = incidents(of_kind(world, name)).mean()  # two neighbours with one customer are next to impossible
        assert abs(begins - 1 / kind.burst) < 5 * 0.5 / np.sqrt(20_000) + 1 / 1000


def test_payments_in_the_hour_before_are_counted_as_a_loop_would(world):
    data = world.draw(400, np.repeat([0, 3], 200), rng=np.random.default_rng(5))
    customer = data.column("customer")
    minute = 24 * 60 * data.column("day") + 60 * data.column("hour")
    counted = [
        sum(customer[j] == customer[i] and 0 < minute[i] - minute[j] <= 60 for j in range(400)) for i in range(400)
    ]
    np.testing.assert_array_equal(data.column("payments in the hour before"), counted)
    assert max(counted) > 2


def test_a_phantom_shop_is_one_of_few_merchants_and_also_has_honest_customers(world, table):
    phantoms = np.unique(of_kind(world, "phantom shop").column("merchant"))
    assert phantoms.size == 3
    assert np.isin(table.column("merchant")[table.y == 0], phantoms).any()


def test_shares_abroad_and_online(world):
    copied, honest = of_kind(world, "copied card"), of_kind(world, "honest")
    first = incidents(copied)
    assert share_possible(copied.column("abroad")[first].mean(), 0.8, first.sum())
    first = incidents(honest)
    assert share_possible(honest.column("abroad")[first].mean(), HONEST.abroad, first.sum())
    assert of_kind(world, "card test").column("online").all()


# Overlap


def test_no_single_column_separates_fraud(world):
    honest = world.sample(50_000, np.zeros(50_000, int), rng=np.random.default_rng(6))
    for code in range(1, 8):
        fraud = world.sample(500, np.full(500, code), rng=np.random.default_rng(7))
        for column in range(honest.x.shape[1]):
            low, high = honest.x[:, column].min(), honest.x[:, column].max()
            inside = (fraud.x[:, column] >= low) & (fraud.x[:, column] <= high)
            assert inside.mean() > 0.75, (world.kinds[code], world.features[column])


def test_a_false_claim_is_hard_to_tell_and_a_card_test_is_not(world):
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    areas = {}
    for name in ("false claim", "card test"):
        y = np.repeat([0, KINDS[name][0]], 3000)
        train, test = (world.sample(6000, y, rng=np.random.default_rng(seed)) for seed in (8, 9))
        model = LogisticRegression(max_iter=2000).fit(train.x, train.y)
        areas[name] = roc_auc_score(test.y > 0, model.decision_function(test.x))
    # Its amount is 2.5 times the usual one, with spreads of about 0.9 on both sides of the comparison: about 0.75.
    assert areas["false claim"] < 0.85 < 0.97 < areas["card test"]


# Features


def test_features_say_what_the_table_says(table):
    records = to_features(table)
    assert records.x.shape == (table.n, len(CardPayments.features))
    np.testing.assert_array_equal(records.y, table.y)
    np.testing.assert_allclose(amounts(records), table.column("amount"))
    flags = records.x[:, CardPayments.flags]
    assert set(np.unique(flags)) == {0.0, 1.0}
    assert np.unique(np.delete(records.x, CardPayments.flags, axis=1)).size > 2
    angle = np.arctan2(records.x[:, 2], records.x[:, 3]) % (2 * np.pi)
    np.testing.assert_allclose(angle * 24 / (2 * np.pi), table.column("hour"), atol=1e-9)
    np.testing.assert_array_equal(records.x[:, 4], table.column("day") % 7 >= 5)


def test_a_customer_can_be_kept_on_one_side_of_a_split(world):
    data = world.draw(3000, np.zeros(3000, int), rng=np.random.default_rng(10))
    train, test = data.split(0.3, rng=np.random.default_rng(11))
    assert not set(train.groups) & set(test.groups)


def test_the_model_card_is_made_of_the_numbers_that_are_used(world):
    card = world.model_card()
    assert tuple(card.index) == world.kinds
    np.testing.assert_array_equal(card["share of payments"], world.shares)


# Speed: against a fixed piece of NumPy work, because seconds on a shared machine prove little


def test_a_hundred_thousand_payments_cost_little_more_than_drawing_and_sorting_numbers(world):
    def seconds(work):
        times = []
        for _ in range(3):
            start = time.process_time()
            work()
            times.append(time.process_time() - start)
        return min(times)

    rng = np.random.default_rng(12)
    # Sorting a million numbers takes about 0.08 s where 100,000 payments take about 0.1 s; 2 s would be 25 times it.
    unit = seconds(lambda: np.sort(rng.standard_normal(1_000_000)))
    assert seconds(lambda: world.sample(100_000, rng=rng)) < 10 * unit


def test_importing_it_imports_no_heavy_library():
    code = "import course_lib.data.transactions, sys; print({'sklearn', 'pandas', 'scipy'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"


# Bad input


@pytest.mark.parametrize("n", [0, -1, 2.5, True])
def test_a_bad_number_of_payments_is_refused(world, n):
    with pytest.raises(ValueError, match="n must be a whole number"):
        world.sample(n, rng=np.random.default_rng(0))


@pytest.mark.parametrize("y", [[0, 1], [0, 1, 8], [0, -1, 2], [0.0, 1.0, 2.0], [[0, 1, 2]]])
def test_bad_kinds_are_refused(world, y):
    with pytest.raises(ValueError, match="y must hold n = 3 whole numbers from 0 to 7"):
        world.sample(3, y, rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("arguments", "name"),
    [({"customers": 0}, "customers"), ({"merchants": 39}, "merchants"), ({"fraud_share": 1.5}, "fraud_share")],
)
def test_a_bad_population_is_refused(arguments, name):
    with pytest.raises(ValueError, match=name):
        CardPayments(**arguments, rng=np.random.default_rng(0))


def test_a_generator_is_needed(world):
    with pytest.raises(ValueError, match="rng"):
        CardPayments(rng=0)
    with pytest.raises(ValueError, match="rng"):
        world.sample(3, rng=None)
