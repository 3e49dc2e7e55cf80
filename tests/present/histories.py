"""Results of several periods with long names, to be shown: changes, histories, nowcasts, reviews.

Each is made once however many tests look at it.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from reviews import panel, proportions
from triangles import simulate, tabulate

import varstat


def name_of(unit: str) -> str:
    """Name a unit at as great a length as hospitals do."""
    return f"Queen Elizabeth and Saint Bartholomew University Teaching Hospital {unit.upper()}"


def named(frame: pd.DataFrame, unit: str = "unit") -> pd.DataFrame:
    """Add names to a frame of units."""
    return frame.assign(hospital=[name_of(str(each)) for each in frame[unit]])


@cache
def build_histories() -> Any:
    """Eight units of 24 months, of which one reports half for a while and one nothing."""
    months = pd.period_range("2014-01", periods=24, freq="M").astype(str)
    spells = np.random.default_rng(1).poisson(1000, (8, len(months)))
    spells[2, 12:16] //= 2
    spells[5, 8:11] = 0
    frame = pd.DataFrame(
        {
            "unit": np.repeat([f"u{i}" for i in range(8)], len(months)),
            "month": np.tile(months, 8),
            "spells": spells.ravel(),
            "cases": spells.ravel() // 2,
        }
    )
    asked: dict[str, Any] = {"period": "month", "denominator": "spells", "numerator": "cases"}
    return varstat.completeness(named(frame), unit_name="hospital", **asked)


@cache
def build_changes(*, priced: bool = False) -> Any:
    """Twenty-four units of four years."""
    frame = named(panel(24, 4, tau=0.4, passing=0.2))
    cost: dict[str, Any] = {"unit_cost": 600.0, "price_year": "2015-16", "cost_source": "A study"}
    return varstat.change(
        frame,
        ("2015", "2018"),
        period="period",
        unit_name="hospital",
        direction="lower-is-better",
        draws=400,
        **(cost if priced else {}),
    )


@cache
def build_league_at() -> Any:
    """The last of four years."""
    frame = named(panel(24, 4, tau=0.4, passing=0.2))
    asked: dict[str, Any] = {"period": "period", "unit_name": "hospital", "at": "last"}
    return varstat.league(frame, direction="lower-is-better", draws=400, **asked)


@cache
def build_nowcasts() -> Any:
    """Twelve units of nine quarters, as each was known at several dates."""
    frame = tabulate(simulate(np.random.default_rng(1), units=12, periods=9))
    return varstat.completeness(
        frame, unit="trust", period="quarter", denominator="spells", as_of="as_of"
    )


@cache
def build_reviews() -> Any:
    """Sixteen units, two analyses of them and twenty simulated nations."""
    frame = named(proportions(16, tau=0.5))
    asked: dict[str, Any] = {"over": "target=best:0.25,median", "refits": 20, "draws": 200}
    return varstat.review(frame, unit_name="hospital", direction="lower-is-better", **asked)


BUILT: dict[str, Callable[[], Any]] = {
    "change": build_changes,
    "change in money": lambda: build_changes(priced=True),
    "completeness": build_histories,
    "vintages": build_nowcasts,
    "review": build_reviews,
    "league at a time": build_league_at,
}
