"""What options of a few choices may be."""

from enum import StrEnum


class Annualise(StrEnum):
    """How quarters become a year."""

    NONE = "none"
    TIMES_FOUR = "x4"
    ROLLING = "rolling4"


class LeagueChart(StrEnum):
    """What a chart of a league table shows."""

    CATERPILLAR = "caterpillar"
    RANKS = "ranks"
    UNMEASURED = "unmeasured"


class Size(StrEnum):
    """What a chart is made for."""

    SLIDE = "slide"
    PAGE = "page"
    SQUARE = "square"


class Named(StrEnum):
    """Which units a chart names."""

    ALL = "all"
    FLAGGED = "flagged"
    NONE = "none"


class Scales(StrEnum):
    """Whether small multiples share their axes."""

    SHARED = "shared"
    FREE = "free"


class Incomparable(StrEnum):
    """What becomes of units that can't be compared."""

    EXCLUDE = "exclude"
    INCLUDE = "include"
