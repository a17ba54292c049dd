"""What the simulator of card payments knows: categories of merchants, and how each kind of payment is made.

Every number here is invented for teaching. Fraud is far more frequent than in life, so that some thousands of payments
hold enough of it; `course_lib.data.transactions` says what is left out.
"""

from dataclasses import dataclass

__all__ = ["CATEGORIES", "FRAUDS", "HONEST", "Category", "Kind"]


@dataclass(frozen=True)
class Category:
    """A category of merchants, and how honest customers pay there.

    Attributes
    ----------
    share : float
        Of the merchants, and about of the payments.
    median : float
        Of the amounts, in euro, at an average price level and for an average customer.
    hour, width : float
        Peak of the time of day and standard deviation around it, in hours.
    weekend : float
        Share of the payments on Saturday and Sunday; 2/7 would be no preference.
    online : float
        Share of the payments made without the card.
    """

    share: float
    median: float
    hour: float
    width: float
    weekend: float
    online: float


CATEGORIES = {
    "groceries": Category(share=0.28, median=24, hour=16.5, width=3.0, weekend=0.30, online=0.02),
    "fuel": Category(share=0.10, median=45, hour=13.0, width=4.5, weekend=0.28, online=0.00),
    "restaurant": Category(share=0.17, median=28, hour=19.0, width=2.5, weekend=0.42, online=0.08),
    "clothing": Category(share=0.12, median=55, hour=15.5, width=3.0, weekend=0.36, online=0.45),
    "electronics": Category(share=0.08, median=120, hour=16.0, width=4.0, weekend=0.30, online=0.60),
    "travel": Category(share=0.06, median=140, hour=15.0, width=5.0, weekend=0.25, online=0.75),
    "digital": Category(share=0.11, median=8, hour=20.5, width=3.5, weekend=0.33, online=1.00),
    "cash machine": Category(share=0.08, median=80, hour=14.0, width=4.5, weekend=0.27, online=0.00),
}


@dataclass(frozen=True)
class Kind:
    """A kind of payment. None means: as the category of the merchant has it.

    Attributes
    ----------
    name : str
    share : float
        Of all frauds; of the honest payments it is not used.
    where : dict of str to float
        Share of each category of merchants. Empty: wherever the customer's own payments go.
    known : float
        Share of payments at merchants that the customer also visits.
    factor, spread : float
        The amounts are log-normal: their median is the category's times the factor, times the customer's and the
        merchant's own level; the standard deviation of their logarithm is `spread`.
    limit : float
        Amounts above it, in euro, are paid as a random share between 0.6 and 1 of it.
    hour, width, night : float
        Peak and width of the time of day; a share `night` of the payments comes at any hour of the day alike.
    weekend, online : float or None
    abroad : float
        Share of incidents abroad.
    burst, gap : float
        Mean number of payments in one incident (geometric), and mean minutes between them (exponential).
    """

    name: str
    share: float
    where: dict
    known: float = 0.0
    factor: float = 1.0
    spread: float = 0.6
    limit: float = 5000.0
    hour: float | None = None
    width: float = 3.0
    night: float = 0.05
    weekend: float | None = None
    online: float | None = None
    abroad: float = 0.03
    burst: float = 1.0
    gap: float = 20.0


HONEST = Kind("honest", share=1.0, where={}, known=0.7, burst=1.25, gap=25.0)

FRAUDS = (
    # A number bought on the net, used in shops on the net: like honest shopping there, but dearer and at any hour.
    Kind(
        "stolen number",
        share=0.42,
        where={"electronics": 0.45, "clothing": 0.35, "travel": 0.20},
        factor=1.8,
        night=0.5,
        weekend=2 / 7,
        online=1.0,
        abroad=0.15,
        burst=1.6,
    ),
    # A card found or picked from a pocket, used without a code until it is blocked: small amounts, several in a row.
    Kind(
        "lost card",
        share=0.22,
        where={"groceries": 0.45, "fuel": 0.20, "restaurant": 0.20, "clothing": 0.15},
        known=0.15,
        factor=1.2,
        spread=0.4,
        limit=50.0,
        online=0.0,
        burst=2.5,
        gap=18.0,
    ),
    # Trying whether a stolen number still works, by machine: tiny amounts in quick succession.
    Kind(
        "card test",
        share=0.15,
        where={"digital": 1.0},
        factor=0.2,
        spread=0.5,
        night=0.7,
        weekend=2 / 7,
        online=1.0,
        abroad=0.3,
        burst=4.0,
        gap=3.0,
    ),
    # A copy of the magnetic stripe, used at cash machines in another country, in the evening and at night.
    Kind(
        "copied card",
        share=0.10,
        where={"cash machine": 1.0},
        factor=2.2,
        spread=0.4,
        limit=500.0,
        hour=23.0,
        width=2.5,
        online=0.0,
        abroad=0.8,
        burst=2.0,
        gap=6.0,
    ),
    # Somebody got into the customer's account and buys in office hours what can be sold again.
    Kind(
        "account takeover",
        share=0.06,
        where={"electronics": 0.6, "travel": 0.4},
        known=0.4,
        factor=4.0,
        spread=0.5,
        hour=11.0,
        width=2.5,
        weekend=0.05,
        online=1.0,
        burst=1.3,
    ),
    # The customer denies a payment that was really made: larger than usual, and else like any other.
    Kind("false claim", share=0.03, where={}, known=0.5, factor=2.5),
    # A merchant who sells nothing and charges stolen cards, on workdays, at a terminal: large, and at one of few shops.
    Kind(
        "phantom shop",
        share=0.02,
        where={"clothing": 1.0},
        factor=8.0,
        spread=0.4,
        hour=14.0,
        width=2.0,
        weekend=0.02,
        online=0.0,
    ),
)
