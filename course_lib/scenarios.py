"""Scenarios for a shared pool, 2025 to 2045: assumptions with their ranges, and what becomes of a rare group.

Nothing here is a forecast. One record in a hundred concerns a rare group; people and makers add records year by year,
and every maker trains on the pool. The question is how much of the group's share the makers' models still have.
"""

from dataclasses import dataclass

import numpy as np

from course_lib.generators.tally import Tally
from course_lib.loop import self_consume
from course_lib.records import Records
from course_lib.shared_pool import SharedPool
from course_lib.validate import as_count, as_number, as_rng, as_values

__all__ = [
    "ASSUMPTIONS",
    "FIRST_YEAR",
    "FIXED",
    "KEEP",
    "LAST_YEAR",
    "MAKERS",
    "RARE",
    "STOCK",
    "Assumption",
    "base",
    "high",
    "low",
    "run",
    "share_left",
]

FIRST_YEAR, LAST_YEAR = 2025, 2045


@dataclass(frozen=True)
class Assumption:
    """One thing that nobody knows about the years to come.

    Attributes
    ----------
    low, base, high : float
    short : str
        For an axis.
    meaning : str
        What the number counts.
    source : str
        Where the range comes from, or the word "assumption" and why this range.
    """

    low: float
    base: float
    high: float
    short: str
    meaning: str
    source: str


ASSUMPTIONS = {
    "people": Assumption(
        0.5,
        1.0,
        1.25,
        "people's new records in 2045",
        "what people add in 2045, as a multiple of what they add in 2025; straight in between",
        "Assumption: from half to a quarter more. No count of it is known to us.",
    ),
    "synthetic": Assumption(
        0.3,
        0.5,
        0.9,
        "synthetic share in 2045",
        "the makers' share of the new records in 2045, if people still add as many as in 2025; from 0.5 in 2025",
        "0.5 in 2025: an agency's count of new English articles, by detectors (Graphite 2025, press). 2045 is an "
        "assumption: back to 0.3, as today, or on to 0.9.",
    ),
    "filter": Assumption(
        0.0,
        0.1,
        0.3,
        "filter's loss on the group",
        "the share of the rare group's records that a filter throws out beyond what it throws out of all others",
        "That filters do it: Dodge et al. 2021 on the blocklist of C4. How much is an assumption: up to three in ten.",
    ),
    "marked": Assumption(
        0.0,
        0.2,
        0.9,
        "synthetic, marked and left out",
        "the share of the makers' records in 2045 that are marked, recognised and left out; straight from 0 in 2025",
        "That marks are asked for: EU AI Act, Article 50(2). That they work in part: SynthID-Text 2024. How many in "
        "2045 is an assumption: from none to nine in ten.",
    ),
    "usable": Assumption(
        0.55,
        0.75,
        0.95,
        "people's records that may be used",
        "the share of the people's new records that privacy, consent and terms of use leave to the makers",
        "Of the texts in C4, 5% are closed by robots.txt and 45% by terms of service (Longpre et al. 2024). That it "
        "stays so until 2045 is an assumption.",
    ),
    "apart": Assumption(
        0.0,
        0.3,
        1.0,
        "people's records kept apart",
        "what part of the people's new records only the maker that collected them sees; the group lives with one maker",
        "Assumption: the whole range, from one pool to as many slices as makers.",
    ),
}

# Not among the six, because somebody had to stop: these stand still unless they are given. Their ranges say what that
# hides.
FIXED = {
    "keep": Assumption(
        0.0,
        0.62 ** (1 / 10),
        1.0,
        "what is kept from year to year",
        "the share of a record's weight that is left a year later",
        "Of the web pages of 2013, 62% could be opened ten years later (Pew Research Center 2024). How much of what is "
        "old a maker reads is an assumption: from nothing to everything.",
    ),
    "stock": Assumption(
        5,
        10,
        20,
        "people's records of 2025",
        "what people have added until 2025, in years of what they add in 2025",
        "Assumption: from 5 to 20 years.",
    ),
    "makers": Assumption(
        1, 3, 10, "makers", "how many makers feed and read the pool, all alike", "Assumption: from 1 to 10."
    ),
    "rare": Assumption(
        0.001,
        0.01,
        0.1,
        "the group's share",
        "the rare group's share of the people's records",
        "Assumption: from one in a thousand to one in ten.",
    ),
}

low, base, high = ({name: getattr(each, end) for name, each in ASSUMPTIONS.items()} for end in ("low", "base", "high"))
SYNTHETIC_NOW = ASSUMPTIONS["synthetic"].base
KEEP, STOCK, MAKERS, RARE = (FIXED[name].base for name in ("keep", "stock", "makers", "rare"))


def run(
    people=base["people"],
    synthetic=base["synthetic"],
    filter=base["filter"],
    marked=base["marked"],
    usable=base["usable"],
    apart=base["apart"],
    *,
    keep=KEEP,
    stock=STOCK,
    records=None,
    runs=1,
    makers=MAKERS,
    rare=RARE,
    rng=None,
):
    """Run the shared pool from 2025 to 2045 and return its History.

    Parameters
    ----------
    people, synthetic, filter, marked, usable, apart : float, or array of shape (settings,)
        See `ASSUMPTIONS`. Arrays run as many settings side by side. A `filter` below 0 favours the group.
    keep : float or array of shape (settings,)
        Share of a record's weight that is left a year later.
    stock : float
        What people have added until 2025, in years of what they add in 2025.
    records : int, optional
        How many records each maker, and the people around each maker, add in 2025. None takes chance out: every count
        is what it is on average, as with infinitely many records.
    runs : int
        Replicates of each setting; with chance only.
    makers : int
    rare : float
        The group's share of the people's records.
    rng : numpy.random.Generator
        Needed where `records` are drawn.

    Returns
    -------
    History
        Generation t is the year 2025 + t; the models have the leading axes (settings, runs, makers) and the symbols 0
        (everybody else) and 1 (the rare group).

    Raises
    ------
    ValueError
        If an assumption lies where it has no meaning, or the settings differ in length.
    """
    chance = records is not None
    rng = as_rng(rng) if chance else np.random.default_rng(0)  # without chance nothing depends on it
    records = as_count(records, "records") if chance else 1_000_000
    makers, runs = as_count(makers, "makers"), as_count(runs, "runs")
    limits = {"people": (people, 0, np.inf), "synthetic": (synthetic, 0, 1 - 1e-9), "filter": (filter, -1, 1)}
    limits |= {
        name: (value, 0, 1) for name, value in dict(marked=marked, usable=usable, apart=apart, keep=keep).items()
    }
    columns = {name: _column(value, name, *ends) for name, (value, *ends) in limits.items()}
    people, synthetic, filter, marked, usable, apart, keep = columns.values()
    settings = np.broadcast_shapes(*(each.shape for each in columns.values()))[0]
    years = LAST_YEAR - FIRST_YEAR

    def path(start, end):  # a straight line over the years of the pool
        return lambda year: start + (end - start) * year / years

    share_of_models = path(SYNTHETIC_NOW, synthetic)
    policy = SharedPool(
        people=_people(settings, runs, makers, years, records, rare, chance, rng),
        keep=keep,
        inflow=path(1.0, people),
        output=lambda year: share_of_models(year) / (1 - share_of_models(year)),  # per record of people in 2025
        usable=usable,
        marked=path(0.0, marked),
        apart=apart,
        filter=lambda x: 1 - filter[..., None] * (x[..., 0] == 1),
    )
    counts = np.broadcast_to(
        as_number(stock, "stock", minimum=0, inclusive=False) * records * np.array([1 - rare, rare]),
        (settings, runs, makers, 2),
    )
    stock = Records(np.broadcast_to(_CODES, (*counts.shape, 1)), w=counts)
    generator = Tally(2, size=records, chance=chance)
    return self_consume(generator, stock, policy=policy, generations=years, rng=rng)


_CODES = np.array([[0.0], [1.0]])


def _column(value, name, least, most):
    """Return the settings on an axis of their own, before runs and makers."""
    value = as_values(value, name, minimum=least, maximum=most)
    if value.ndim > 1:
        raise ValueError(f"{name} must be a number or one for each setting, got an array of shape {value.shape}")
    return value.reshape(-1, 1, 1)


def _people(settings, runs, makers, years, records, rare, chance, rng):
    """Return what people add in each year; the whole rare group lives with maker 0, as far as it has room there."""
    shares = np.zeros((makers, 2))
    left = rare * makers
    for maker in range(makers):
        shares[maker, 1] = min(left, 1.0)
        left -= shares[maker, 1]
    shares[:, 0] = 1 - shares[:, 1]
    shares = np.broadcast_to(shares[:, None], (runs, makers, years, 2))
    counts = rng.multinomial(records, shares).astype(float) if chance else records * shares
    # The same people for every setting: what differs between settings is to be the setting.
    counts = np.broadcast_to(counts, (settings, *counts.shape))
    return Records(np.broadcast_to(_CODES, (*counts.shape, 1)), w=counts)


def share_left(history, *, rare=RARE, over="mean"):
    """Return the rare group's share in the makers' models, as a multiple of its share among people.

    Parameters
    ----------
    history : History
        Of `run`.
    rare : float
    over : {"mean", "least", "each"}
        The makers' average, the maker that knows the group least, or each maker.

    Returns
    -------
    numpy.ndarray, shape (years + 1, settings, runs), or (years + 1, settings, runs, makers) for each
        1: as among people; 0: gone.
    """
    left = np.stack([model.shares_[..., 1] for model in history.models]) / rare
    if over not in ("mean", "least", "each"):
        raise ValueError(f'over must be "mean", "least" or "each", got {over!r}')
    return left if over == "each" else left.mean(-1) if over == "mean" else left.min(-1)
