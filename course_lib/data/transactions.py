"""Card payments: a simulator with customers, merchants and seven kinds of fraud, whose truth is known.

Model card
----------
*What it is for.* Lessons and tests about rare events: how a detector is trained, what an alarm costs, what becomes of a
rare kind of fraud when a generator feeds on its own output. The truth of every payment, its kind, is known exactly.

*What it is not for.* Any statement about real fraud. All numbers (`course_lib.data.payment_kinds`) are invented for
teaching. In life fraud is far rarer: 0.036% of the value of card payments in 2019 (European Central Bank, Report on
card fraud, 2021), 492 of 284,807 payments in the data set that is used most (Dal Pozzolo et al. 2015). Here it is 1%
of the payments unless told otherwise, so that some thousands of them hold enough.

*How a payment comes about.* A population is drawn once: customers with a level of spending, an activity and ten
merchants of their own; merchants with a category, a price level and a size. The kind of each payment is drawn
independently, with known shares. Payments of one kind come in incidents: one customer, one start, some payments within
minutes or an hour. A category has its hours, its share on weekends, its amounts; a kind of fraud changes some of them.
The period is four weeks, beginning on a Monday, whatever the number of payments.

*How kinds overlap.* By design no column separates them. An honest traveller draws cash abroad at night, an honest
shopper pays five times within the hour, an honest customer buys a television in a shop that is new to her. A false
claim is nearly an honest payment.

*What is left out.* Customers who change, seasons, merchants that open and close, gangs (incidents are independent),
thieves who learn, frauds that nobody reports (labels here are right, in life they come late and some never), declined
payments, currencies, and every dependence between the customers.
"""

import math

import numpy as np

from course_lib.data.dataset import About, Dataset
from course_lib.data.payment_kinds import CATEGORIES, FRAUDS, HONEST
from course_lib.records import Records
from course_lib.validate import as_array, as_count, as_fraction, as_rng

__all__ = ["CardPayments", "amounts"]

_DAYS, _MINUTES_A_DAY = 28, 24 * 60
_OWN_MERCHANTS = 10  # merchants that a customer visits regularly
_PHANTOMS = 3  # merchants behind all payments of the kind "phantom shop"

_COLUMNS = {
    "customer": "number",
    "merchant": "number",
    "category": "code",
    "day": "days since the first Monday",
    "hour": "hours",
    "amount": "euro",
    "usual amount": "euro",
    "online": "0 or 1",
    "abroad": "0 or 1",
    "new merchant": "0 or 1",
    "size of merchant": "1",
    "payments in the hour before": "1",
}

_ABOUT = About(
    source="course_lib.data.transactions, a simulator made for this course; all its numbers are invented",
    licence="that of the course",
    row="one payment with a card, within four weeks",
)


class CardPayments:
    """A population of customers and merchants, and the payments between them: a source of labelled records.

    Parameters
    ----------
    customers : int
    merchants : int, at least 40
    fraud_share : float in [0, 1]
        Share of the payments that are fraud.
    rng : numpy.random.Generator
        Draws the population.

    Attributes
    ----------
    kinds : tuple of str
        What the labels 0, 1, ... mean; 0 is honest, the frauds follow from the most frequent to the rarest.
    shares : numpy.ndarray, shape (8,)
        The probability of each kind.
    features : tuple of str
        Names of the columns that `sample` returns.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> payments = CardPayments(rng=rng)
    >>> records = payments.sample(1000, rng=rng)
    >>> records.x.shape, payments.kinds[1]
    ((1000, 11), 'stolen number')
    """

    kinds = (HONEST.name, *(kind.name for kind in FRAUDS))
    categories = tuple(CATEGORIES)
    features = (
        "log amount",
        "log amount, compared with the customer's",
        "hour, sine",
        "hour, cosine",
        "weekend",
        "online",
        "abroad",
        "cash machine",
        "new merchant",
        "log size of merchant",
        "payments in the hour before",
    )
    flags = (4, 5, 6, 7, 8)
    """The columns of `features` that are 0 or 1."""

    def __init__(self, *, customers=5000, merchants=600, fraud_share=0.01, rng):
        customers, merchants = as_count(customers, "customers"), as_count(merchants, "merchants", minimum=40)
        self.fraud_share = as_fraction(fraud_share, "fraud_share")
        as_rng(rng)
        frauds = np.array([kind.share for kind in FRAUDS])
        self.shares = np.concatenate([[1 - self.fraud_share], self.fraud_share * frauds])
        # Merchants: a category each, in the given shares; popularity falls like a power of the rank within it.
        borders = np.cumsum([category.share for category in CATEGORIES.values()])
        self._category = np.searchsorted(borders, (np.arange(merchants) + 0.5) / merchants * borders[-1])
        self._size = rng.pareto(1.2, merchants) + 0.1
        self._price = 0.3 * rng.standard_normal(merchants)
        clothing = np.flatnonzero(self._category == self.categories.index("clothing"))
        self._phantoms = clothing[:_PHANTOMS]
        self._size[self._phantoms] = np.median(self._size)  # neither giants nor unheard of
        shares = np.array([category.share for category in CATEGORIES.values()])
        totals = np.bincount(self._category, self._size)
        self._popularity = (shares / totals)[self._category] * self._size
        # Customers
        self._level = 0.4 * rng.standard_normal(customers)
        self._activity = _cumulative(rng.gamma(2.0, size=customers))
        self._own = _pick(_cumulative(self._popularity), (customers, _OWN_MERCHANTS), rng)

    def draw(self, n, y=None, *, rng):
        """Draw n payments as a table.

        Parameters
        ----------
        n : int
        y : array_like of int, shape (n,), optional
            The kind of each payment. Drawn with the probabilities `shares` unless given.
        rng : numpy.random.Generator

        Returns
        -------
        Dataset
            The rows come in no order of time. Columns: customer, merchant, category (a code into `categories`), day (0
            is the first Monday), hour, amount and usual amount of the customer in euro, online, abroad, new merchant,
            size of merchant (1 is average), payments in the hour before (with the same card, in this table). y holds
            kinds, `groups` customers, so that `split` keeps a customer on one side.

        Raises
        ------
        ValueError
            If n is not a positive whole number, or `y` is not n codes of kinds.
        """
        n, y = as_count(n, "n"), self._as_kinds(n, y, as_rng(rng))
        x = np.empty((n, len(_COLUMNS)))
        for code, kind in enumerate((HONEST, *FRAUDS)):
            rows = np.flatnonzero(y == code)
            if rows.size:
                x[rows, :-1] = self._draw_kind(kind, rows.size, rng)
        x[:, -1] = _payments_before(x[:, 0], x[:, 3] * _MINUTES_A_DAY + x[:, 4] * 60)
        return Dataset(
            x=x,
            y=y,
            names=tuple(_COLUMNS),
            units=tuple(_COLUMNS.values()),
            label_names=self.kinds,
            groups=x[:, 0].astype(int),
            about=_ABOUT,
        )

    def sample(self, n, y=None, *, rng):
        """Draw n payments as a matrix of features with their kinds: what a detector sees, and what it should find.

        Parameters
        ----------
        n, y, rng
            As in `draw`.

        Returns
        -------
        Records
            x of shape (n, 11), see `features`; y of shape (n,), the kinds.
        """
        return to_features(self.draw(n, y, rng=rng))

    def model_card(self):
        """Return the kinds of payment with their parameters as a pandas DataFrame, one row a kind.

        The text of the card stands at the top of this module: `help(course_lib.data.transactions)`.
        """
        import pandas as pd

        rows = [
            {
                "kind": kind.name,
                "share of payments": share,
                "where": ", ".join(kind.where) or "anywhere",
                "× usual amount": kind.factor,
                "limit, euro": kind.limit,
                "abroad": kind.abroad,
                "payments an incident": kind.burst,
            }
            for kind, share in zip((HONEST, *FRAUDS), self.shares, strict=True)
        ]
        return pd.DataFrame(rows).set_index("kind")

    def _as_kinds(self, n, y, rng):
        if y is None:
            return _pick(_cumulative(self.shares), n, rng)
        y = as_array(y, "y", min_ndim=1, dtype=None)
        if y.shape != (n,) or y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= len(self.kinds):
            raise ValueError(
                f"y must hold n = {n} whole numbers from 0 to {len(self.kinds) - 1}, the codes of {self.kinds}; got "
                f"{y.dtype} of shape {y.shape}, from {y.min()} to {y.max()}"
            )
        return y

    def _draw_kind(self, kind, m, rng):
        """Return all columns but the last for m payments of one kind, in incidents that follow each other."""
        begins = rng.random(m) < 1 / kind.burst
        begins[0] = True
        first = np.flatnonzero(begins)  # the first payment of each incident
        incident = np.cumsum(begins) - 1
        customer = _pick(self._activity, first.size, rng)[incident]
        abroad = (rng.random(first.size) < kind.abroad)[incident]
        merchant, known = self._choose_merchants(kind, customer, abroad, rng)
        category = self._category[merchant]
        start = self._choose_times(kind, category[first], rng)
        waited = np.cumsum(np.where(begins, 0, kind.gap * rng.standard_exponential(m)))
        minute = (start[incident] + waited - waited[first][incident]) % (_DAYS * _MINUTES_A_DAY)
        online = _of_categories("online", category) if kind.online is None else kind.online
        median = _of_categories("median", category) * np.exp(self._level[customer] + self._price[merchant])
        amount = median * kind.factor * np.exp(kind.spread * rng.standard_normal(m))
        amount = np.where(amount > kind.limit, kind.limit * rng.uniform(0.6, 1, m), amount)
        cash = category == self.categories.index("cash machine")
        amount = np.where(cash, np.maximum(10, 10 * np.round(amount / 10)), np.maximum(0.01, np.round(amount, 2)))
        return np.column_stack(
            [
                customer,
                merchant,
                category,
                minute // _MINUTES_A_DAY,
                minute % _MINUTES_A_DAY / 60,
                amount,
                _USUAL * np.exp(self._level[customer]),
                rng.random(m) < online,
                abroad,
                ~known,
                self._size[merchant] / self._size.mean(),
            ]
        )

    def _choose_merchants(self, kind, customer, abroad, rng):
        m = customer.size
        if kind.name == "phantom shop":
            weights = np.zeros(self._category.size)
            weights[self._phantoms] = 1
        elif kind.where:
            share = np.array([kind.where.get(name, 0) / CATEGORIES[name].share for name in self.categories])
            weights = self._popularity * share[self._category]
        else:
            weights = self._popularity
        merchant = _pick(_cumulative(weights), m, rng)
        own = self._own[customer]  # (m, 10)
        if kind.where:
            # A fraud at a known merchant is one of the right category among the customer's own, where there is any.
            fits = weights[own] > 0
            place = np.argmax(fits * rng.random(fits.shape), axis=1)
            possible = fits.any(axis=1)
        else:
            place, possible = rng.integers(_OWN_MERCHANTS, size=m), True
        at_own = (rng.random(m) < kind.known) & possible & ~abroad
        merchant = np.where(at_own, own[np.arange(m), place], merchant)
        return merchant, (own == merchant[:, None]).any(axis=1) & ~abroad

    def _choose_times(self, kind, category, rng):
        k = category.size
        weekend = _of_categories("weekend", category) if kind.weekend is None else kind.weekend
        day = np.where(rng.random(k) < weekend, rng.integers(5, 7, k), rng.integers(5, size=k))
        day += 7 * rng.integers(_DAYS // 7, size=k)
        if kind.hour is None:
            peak, width = _of_categories("hour", category), _of_categories("width", category)
        else:
            peak, width = kind.hour, kind.width
        hour = (peak + width * rng.standard_normal(k)) % 24
        hour = np.where(rng.random(k) < kind.night, rng.uniform(0, 24, k), hour)
        return day * _MINUTES_A_DAY + hour * 60


def to_features(table):
    """Return the features that `CardPayments.sample` describes, for a table that `CardPayments.draw` made."""
    column = table.column
    angle = 2 * np.pi * column("hour") / 24
    cash = CardPayments.categories.index("cash machine")
    x = np.column_stack(
        [
            np.log(column("amount")),
            np.log(column("amount") / column("usual amount")),
            np.sin(angle),
            np.cos(angle),
            column("day") % 7 >= 5,
            column("online"),
            column("abroad"),
            column("category") == cash,
            column("new merchant"),
            np.log(column("size of merchant")),
            column("payments in the hour before"),
        ]
    )
    return Records(x, table.y)


def amounts(records):
    """Return the amounts in euro, shape (..., n), of payments that `CardPayments.sample` drew."""
    return np.exp(records.x[..., CardPayments.features.index("log amount")])


# The median amount of all honest payments, roughly: what an average customer usually pays
_USUAL = math.exp(sum(category.share * math.log(category.median) for category in CATEGORIES.values()))


def _of_categories(name, category):
    """Return one property of the category of each payment."""
    return np.array([getattr(each, name) for each in CATEGORIES.values()])[category]


def _cumulative(weights):
    total = np.cumsum(weights)
    return total / total[-1]


def _pick(cumulative, size, rng):
    """Draw places with the probabilities whose cumulative sums are given."""
    return np.minimum(np.searchsorted(cumulative, rng.random(size), side="right"), len(cumulative) - 1)


def _payments_before(customer, minute):
    """Return for each payment how many others of the same customer lie in the 60 minutes before it."""
    key = customer * (3 * _DAYS * _MINUTES_A_DAY) + minute  # customers lie farther apart than an hour
    order = np.argsort(key, kind="stable")
    ranked = key[order]
    before = np.empty(key.size)
    before[order] = np.arange(key.size) - np.searchsorted(ranked, ranked - 60, side="left")
    return before
