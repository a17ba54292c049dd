"""Health: a year of a person's doctor visits, from the RAND Health Insurance Experiment."""

import numpy as np

from course_lib.data.dataset import About
from course_lib.data.tables import Table

__all__ = ["health"]

_ABOUT = About(
    source="RAND Health Insurance Experiment (United States, 1974 to 1982), as used by A. C. Cameron and P. K. "
    "Trivedi, Microeconometrics, Cambridge University Press 2005; read from the copy inside statsmodels",
    licence="public domain, says the copy inside statsmodels",
    row="one year of one person; no column says which person",
)

_RATINGS = ("excellent", "good", "fair", "poor")

_KINDS = {
    "visits": "integer",
    "coinsurance": "integer",
    "own deductible": "boolean",
    "incentive": "integer",
    "spending cap": "integer",
    "limitation": "numeric",
    "disease index": "numeric",
    "health": "category",
}


def health():
    """Return 20,190 person-years of the RAND Health Insurance Experiment.

    Families were dealt out to insurance plans at random, and their visits to doctors were counted.

    Returns
    -------
    Table
        With these columns:

        - "visits": visits to a medical doctor in the year. From 0 (31% of the rows) to 77, mean 2.9.
        - "coinsurance": the share of the bill, in percent, that the plan leaves to the patient: 0, 25, 50, 95 or 100.
        - "own deductible": whether the plan has a deductible for each person of a family.
        - "incentive": yearly payment for taking part, in dollars; 0 stands for 1 or less.
        - "spending cap": the family's spending in dollars, according to the source's formula, at which its own share
          ends; 0 for free care and under "own deductible".
        - "limitation": 1 for a physical limitation, 0 for none. In 5% of the rows a value in between: it looks like
          one filled in for a missing answer, which the source does not say.
        - "disease index": called a number of chronic diseases by the source, but its 31 values reach 58.6 and few are
          whole, so it is an index of some kind. Four values with five digits or more, in 40% of the rows, look filled
          in, too.
        - "health": what people say of their own health, an ordered category: excellent, good, fair, or poor, which 302
          rows say (1.5%).

        `groups` holds a number for each set of rows that are equal in everything but "visits".

    Notes
    -----
    *Groups stand for persons: an assumption.* Nothing in this copy says who a row belongs to. But in 82% of the
    stretches of neighbouring rows that are equal in all columns but "visits" there are three or five of them, and a
    family was enrolled for three to five years: the other columns seem to be asked once. So rows equal in them are
    taken as one person, wherever they stand: 2,742 groups, 3 rows in the median and 219 in the largest. More than
    5,800 persons took part (Aron-Dine, Einav and Finkelstein, Journal of Economic Perspectives 27, 197-222, 2013), so
    many groups are several persons, such as children of a family. That errs on the careful side: a split by group may
    keep strangers together, and parts the years of one person only where an answer changed. The 302 rows in poor
    health fall into 88 groups, few persons in any case, so give their number beside any result about them.

    The source stores logarithms: coinsurance is e^lncoins − 1, the two amounts e^lpi and e^fmde, rounded to the dollar,
    and its max(1, amount) makes their smallest value 1, given here as 0.
    """
    import pandas as pd
    from statsmodels.datasets import randhie

    source = randhie.load_pandas().data
    rating = source[["hlthg", "hlthf", "hlthp"]].to_numpy() @ [1, 2, 3]  # all 0: excellent
    frame = pd.DataFrame(
        {
            "visits": source["mdvis"].astype(np.int64),
            "coinsurance": _whole(np.exp(source["lncoins"]) - 1),
            "own deductible": source["idp"] == 1,
            "incentive": _dollars(source["lpi"]),
            "spending cap": _dollars(source["fmde"]),
            "limitation": source["physlm"],
            "disease index": source["disea"],
            "health": pd.Categorical.from_codes(rating.astype(int), _RATINGS, ordered=True),
        }
    )
    groups = frame.groupby(list(frame.columns.drop("visits")), sort=False, observed=True).ngroup()
    return Table(
        frame=frame,
        kinds=dict(_KINDS),
        label=None,
        path="statsmodels.datasets.randhie",
        lines=np.arange(len(frame)) + 2,  # the file's first line holds the names
        missing=dict.fromkeys(_KINDS, 0),
        notes=["rows that are equal in everything but visits stand for one person: an assumption"],
        about=_ABOUT,
        groups=groups.to_numpy(),
    )


def _dollars(logarithm):
    return _whole(np.exp(logarithm)).where(logarithm > 0, 0)


def _whole(values):
    return values.round().astype(np.int64)
