"""What the indicators of the synthetic nation are like."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["acute", "pct"]
# How a return loses activity: cases and their events alike, events alone, or nothing.
Loss = Literal["cases", "events", "none"]

# Those that were published are the last six; hospitals' returns go further back.
QUARTERS = (
    "2005-06 Q1",
    "2005-06 Q2",
    "2005-06 Q3",
    "2005-06 Q4",
    "2006-07 Q1",
    "2006-07 Q2",
    "2006-07 Q3",
    "2006-07 Q4",
    "2007-08 Q1",
    "2007-08 Q2",
)
# The first quarter after the reorganisation, and those of the changeover.
REORGANISED = 6
CHANGEOVER = (7, 8)
# The first that was published, the same one a year later, and the last.
FIRST, YEAR_LATER, LAST = 4, 8, 9
PUBLISHED = QUARTERS[FIRST:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """An indicator of the synthetic nation.

    Attributes
    ----------
    name : str
        Its card's.
    level : {"acute", "pct"}
        Whether hospitals or primary care trusts are compared.
    ratio : bool
        Whether it is of observed to expected events; else it is a proportion.
    higher : bool
        Whether more is better.
    loss : {"cases", "events", "none"}
        What goes missing where a return is incomplete.
    size : float
        Mean denominator, or expected events, of a unit and quarter.
    rate : (float, float)
        The nation's in the first quarter that was published, and a year later.
    spread : float
        SD of units on the logit or log scale.
    clumping : float
        Variance of the events over that of separate ones.
    money : (float, float, float)
        Million pounds a year by the published method: in the first quarter that was published, a
        year later, and in the last.
    """

    name: str
    level: Level
    ratio: bool
    higher: bool
    loss: Loss
    size: float
    rate: tuple[float, float]
    spread: float
    money: tuple[float, float, float]
    clumping: float = 1.0

    @property
    def sign(self) -> float:
        """1 where higher is better, else -1."""
        return 1.0 if self.higher else -1.0


# The totals are those that were published: 2,287, 1,941 and 1,953 million pounds. So are the lines
# of 2006 (length of stay 975, pre-operative 510, emergency 348, statins 83, day cases 16), and the
# falls within the year (151, 78, 60 and 4; outpatients 40). What is left goes to outpatients and
# thresholds, and to pre-operative days; the last quarter's lines are those of two before, a little
# higher. These, the sizes and spreads are made up.
INDICATORS = (
    Indicator(
        name="los",
        level="acute",
        ratio=True,
        higher=False,
        loss="cases",
        size=72_000.0,
        rate=(1.0, 0.96),
        spread=0.12,
        clumping=8.0,
        money=(975.0, 824.0, 829.0),
    ),
    Indicator(
        name="preop",
        level="acute",
        ratio=False,
        higher=False,
        loss="cases",
        size=7_700.0,
        rate=(0.30, 0.28),
        spread=0.70,
        money=(510.0, 490.0, 493.0),
    ),
    Indicator(
        name="daycase",
        level="acute",
        ratio=False,
        higher=True,
        loss="cases",
        size=2_200.0,
        rate=(0.66, 0.702),
        spread=0.45,
        money=(16.0, 12.0, 12.0),
    ),
    Indicator(
        name="acs",
        level="pct",
        ratio=True,
        higher=False,
        loss="events",
        size=1_000.0,
        rate=(1.0, 1.01),
        spread=0.22,
        money=(348.0, 270.0, 272.0),
    ),
    Indicator(
        name="surg",
        level="pct",
        ratio=True,
        higher=False,
        loss="events",
        size=200.0,
        rate=(1.0, 1.02),
        spread=0.25,
        money=(71.0, 78.0, 78.0),
    ),
    Indicator(
        name="opvar",
        level="pct",
        ratio=True,
        higher=False,
        loss="events",
        size=7_600.0,
        rate=(1.0, 0.98),
        spread=0.25,
        money=(284.0, 244.0, 246.0),
    ),
    Indicator(
        name="statin",
        level="pct",
        ratio=False,
        higher=True,
        loss="none",
        size=33_000.0,
        rate=(0.607, 0.748),
        spread=0.50,
        money=(83.0, 23.0, 23.0),
    ),
)
