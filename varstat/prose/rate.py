"""Estimates as people read them: no more decimals than they are known to."""

from dataclasses import dataclass

import numpy as np

from varstat.measure import Floats, Measure
from varstat.prose.number import MINUS


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
    per : float
        By what rates that are no percentages are multiplied.
    """

    percent: bool
    decimals: int
    dash: str
    per: float = 1.0

    @property
    def factor(self) -> float:
        """By what rates are multiplied."""
        return 100.0 if self.percent else self.per

    @property
    def sign(self) -> str:
        """The unit, for a heading."""
        if self.percent:
            return "%"
        return "" if self.per == 1.0 else f"per {self.per:,.15g}"

    def text(self, rate: float) -> str:
        """Write a rate; empty where it isn't known."""
        if not np.isfinite(rate):
            return ""
        shown = round(self.factor * rate, self.decimals) + 0.0
        return f"{shown:,.{self.decimals}f}".replace("-", MINUS)

    def interval(self, lower: float, upper: float) -> str:
        """Write an interval.

        Examples
        --------
        >>> RateStyle(percent=True, decimals=1, dash="–").interval(0.512, 0.6)
        '51.2–60.0'
        """
        return f"{self.text(lower)}{self.dash}{self.text(upper)}"


def style_of(measure: Measure, *, raw: Floats, lower: Floats, upper: Floats) -> RateStyle:
    """Choose decimals so that a usual interval is two or three digits wide.

    Parameters
    ----------
    measure : Measure
    raw, lower, upper : ndarray of float, shape (units,)
    """
    percent = measure.percent
    width = (upper - lower) * measure.factor
    width = width[np.isfinite(width) & (width > 0)]
    middle = float(np.median(width)) if width.size else 1.0
    negative = bool(np.any(lower < 0) or np.any(raw < 0))
    return RateStyle(
        percent=percent,
        decimals=int(np.clip(np.ceil(1 - np.log10(middle / 2)), 0, 8)),
        dash=" to " if negative else "–",
        per=measure.per,
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


def measured_text(rate: float, *, measure: Measure) -> str:
    """Write a rate with three significant figures or so, and what it is per."""
    text = rate_text(rate, percent=measure.percent, per=measure.per)
    return f"{text} {measure.unit}" if measure.unit and np.isfinite(rate) else text


def rate_text(rate: float, *, percent: bool, per: float = 1.0) -> str:
    """Write a rate with three significant figures or so; a share as a percentage.

    Examples
    --------
    >>> rate_text(0.558, percent=True), rate_text(0.00521, percent=False, per=1000)
    ('55.8%', '5.21')
    """
    if not np.isfinite(rate):
        return "not known"
    shown = rate * (100.0 if percent else per)
    decimals = 1 if percent and abs(shown) >= 1 else _decimals(shown)
    return f"{shown:,.{decimals}f}".replace("-", MINUS) + ("%" if percent else "")


def _decimals(value: float) -> int:
    magnitude = int(np.floor(np.log10(abs(value)))) if value else 0
    return int(np.clip(2 - magnitude, 0, 6))
