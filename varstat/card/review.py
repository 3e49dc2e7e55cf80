"""What a card says of reviews: thresholds from which claims are believed."""

from typing import Annotated

from pydantic import Field

from varstat.card.field import Level, Pair, Text
from varstat.card.section import Section

# Numbers that may not exceed their thresholds; all others must reach them.
AT_MOST = ("differ", "misclassified")


class Review(Section):
    """What a claim must reach in a review to be believed, and to be believed with care.

    A pair is of these two, in this order. `differ` is of the p-value of the test of homogeneity, at
    most, and `misclassified` of a league table's expected misclassification, at most; all others
    are at least. `quarter` is of the probability of a unit's being in a quarter, `better` of one
    unit's being better than another, and `outlier` of a unit's lying beyond what a funnel compares
    it with.

    `specifications` is of the share of defensible specifications in which a unit's quarter is the
    same; `total` is the share of those with the same target in whose interval a total must lie.

    `reliable` is of the share of units whose reliability is `reliability` or more, `rankability` of
    a whole ranking.
    """

    differ: Pair = (0.01, 0.05)
    quarter: Pair = (0.9, 0.5)
    better: Pair = (0.99, 0.9)
    outlier: Pair = (0.975, 0.8)
    specifications: Pair = (0.95, 0.75)
    total: Annotated[float, Field(gt=0, le=1)] = 0.75
    reliability: Level = 0.7
    reliable: Pair = (0.7, 0.5)
    rankability: Pair = (0.7, 0.5)
    misclassified: Pair = (0.4, 0.55)
    because: Text = (
        "0.7 is the usual least reliability of a measure (Adams 2009); a label that is wrong one "
        "time in ten is a strong claim, and one that is right as often as not a weak one. Pairs of "
        "units are many, and those that are compared were picked. A table of reliability 0.7 "
        "misclassifies 0.39, and one of 0.5 misclassifies 0.53."
    )
