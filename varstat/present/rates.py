"""Estimates as people read them: no more decimals than they are known to."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from varstat.measure import Floats, Measure

if TYPE_CHECKING:
    from varstat.estimands.league.result import League

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateStyle:
    """How the rates of one table are written.

    Attributes
    ----------
    percent : bool
        Whether as percentages; the sign is left to the heading.
    decimals : int
    dash : str
        What stands between the ends of an interval: a dash, but not where one may be taken for
        a minus.
    """

    percent: bool
    decimals: int
    dash: str

    @property
    def sign(self) -> str:
        """The unit, for a heading."""
        return "%" if self.percent else ""

    def text(self, rate: float) -> str:
        """Write a rate; empty where it isn't known."""
        if not np.isfinite(rate):
            return ""
        shown = round(100 * rate if self.percent else rate, self.decimals) + 0.0
        return f"{shown:,.{self.decimals}f}".replace("-", MINUS)

    def interval(self, lower: float, upper: float) -> str:
        """Write an interval.

        Examples
        --------
        >>> RateStyle(percent=True, decimals=1, dash="–").interval(0.512, 0.6)
        '51.2–60.0'
        """
        return f"{self.text(lower)}{self.dash}{self.text(upper)}"


def rate_style(league: "League") -> RateStyle:
    """Choose how to write the rates of a league table."""
    units = league.units
    return style_of(league.measure, raw=units.raw, lower=units.lower, upper=units.upper)


def style_of(measure: Measure, *, raw: Floats, lower: Floats, upper: Floats) -> RateStyle:
    """Choose decimals so that a usual interval is two or three digits wide.

    Parameters
    ----------
    measure : Measure
    raw, lower, upper : ndarray of float, shape (units,)
    """
    percent = measure.name == "proportion"
    width = (upper - lower) * (100.0 if percent else 1.0)
    width = width[np.isfinite(width) & (width > 0)]
    middle = float(np.median(width)) if width.size else 1.0
    negative = bool(np.any(lower < 0) or np.any(raw < 0))
    return RateStyle(
        percent=percent,
        decimals=int(np.clip(np.ceil(1 - np.log10(middle / 2)), 0, 8)),
        dash=" to " if negative else "–",
    )


def rank_text(rank: float, *, units: int) -> str:
    """Write an expected rank, with a decimal where there are few units."""
    return f"{rank:,.1f}" if units < 1000 else f"{rank:,.0f}"


def rank_interval(lower: float, upper: float) -> str:
    """Write an interval of ranks; halves, of ties, only where there are any.

    Examples
    --------
    >>> rank_interval(3.0, 45.5)
    '3–45.5'
    """
    return "–".join(f"{end:,.0f}" if end % 1 == 0 else f"{end:,.1f}" for end in (lower, upper))


def probability_text(p: float) -> str:
    """Write a probability, never rounded to none or to certainty.

    Examples
    --------
    >>> [probability_text(p) for p in (0.0, 0.004, 0.934, 0.996, 1.0)]
    ['<0.01', '<0.01', '0.93', '>0.99', '>0.99']
    """
    if not np.isfinite(p):
        return ""
    return "<0.01" if p < 0.01 else ">0.99" if p > 0.99 else f"{p:.2f}"


def standing(league: "League") -> np.ndarray:
    """Order the units as they are shown: best first; the highest where no direction is good."""
    if league.rank_scope == "none":
        return np.argsort(-league.units.estimate, kind="stable")
    return np.arange(league.units.unit.size)
