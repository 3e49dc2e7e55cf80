"""A synthetic nation: what its organisations reported, and what was true."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from varstat.data.nation.calibrate import (
    QUARTERS_OF_A_YEAR,
    Expected,
    price,
    publish,
    shrink,
)
from varstat.data.nation.draw import (
    draw_completeness,
    draw_distances,
    draw_reports,
    draw_volumes,
    spread_completeness,
)
from varstat.data.nation.indicator import (
    FIRST,
    INDICATORS,
    LAST,
    PUBLISHED,
    QUARTERS,
    YEAR_LATER,
    Indicator,
)
from varstat.data.nation.organisations import Organisations, make_acute, make_pcts
from varstat.errors import UsageError, did_you_mean, one_of
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays

SEED = 2008
_SINCE = "2006-10-01"
_MILLION = 1e6
# Of drawing and aiming again.
_ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Activity:
    """What organisations did by one indicator, and what they reported of it.

    Rows are the organisations as they were at first, which later return under their successors'
    codes.

    Attributes
    ----------
    indicator : Indicator
    organisations : Organisations
    rate : ndarray of float, shape (organisations, quarters)
        True rates.
    whole : ndarray of float, shape (organisations, quarters)
        Cases, or events expected of them, whether or not they were reported.
    reported, event : ndarray of float, shape (organisations, quarters)
        As in the return.
    completeness : ndarray of float, shape (organisations, quarters)
        The part of events that is reported, but for chance.
    cost : float
        Pounds an event, set so that the published method gives what was published.
    """

    indicator: Indicator
    organisations: Organisations
    rate: Floats
    whole: Floats
    reported: Floats
    event: Floats
    completeness: Floats
    cost: float

    def __post_init__(self) -> None:
        lock_arrays(self)

    def published(self, quarter: str) -> float:
        """Give the money of a quarter by the published method, in pounds a year."""
        at = QUARTERS.index(quarter)
        share = self.organisations.frame(at).share
        size = share @ self.reported[:, at]
        events = publish(share @ self.event[:, at] / size, size, sign=self.indicator.sign)
        return float(QUARTERS_OF_A_YEAR * self.cost * events.sum())

    def to_frame(self, quarters: Sequence[str] = PUBLISHED) -> pd.DataFrame:
        """Tabulate what was reported, a row a unit and quarter."""
        frames = []
        for quarter in quarters:
            at = QUARTERS.index(quarter)
            frame = self.organisations.frame(at)
            unit, share = frame.unit, frame.share
            names = dict(zip(self.organisations.unit, self.organisations.unit_name, strict=True))
            first = share.argmax(axis=1)
            keys = (
                ("observed", "expected") if self.indicator.ratio else ("numerator", "denominator")
            )
            counts = {keys[0]: share @ self.event[:, at], keys[1]: share @ self.reported[:, at]}
            frames.append(
                pd.DataFrame(
                    {
                        "unit": unit,
                        "unit_name": [
                            names.get(code, f"Merged PCT {code[2:]} (synthetic)") for code in unit
                        ],
                        "kind": self.organisations.kind[first],
                        "quarter": quarter,
                        **counts,
                    }
                )
            )
        return pd.concat(frames, ignore_index=True)

    def truth_frame(self, quarters: Sequence[str] = PUBLISHED) -> pd.DataFrame:
        """Tabulate what was true, a row a unit and quarter."""
        frames = []
        for quarter in quarters:
            at = QUARTERS.index(quarter)
            frame = self.organisations.frame(at)
            unit, share = frame.unit, frame.share
            whole, rate = self.whole[:, at], self.rate[:, at]
            volume = share @ whole
            true = share @ (whole * rate) / volume
            part = share @ (whole * self.completeness[:, at]) / volume
            frames.append(
                pd.DataFrame(
                    {
                        "unit": unit,
                        "quarter": quarter,
                        "true_rate": true,
                        "true_volume": volume,
                        "true_completeness": part,
                    }
                )
            )
        return pd.concat(frames, ignore_index=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nation:
    """A synthetic nation, in the six quarters from 2006-07 Q1 to 2007-08 Q2 and the year before.

    Nobody ever treated these patients: every number is drawn from a seed. Only the totals are like
    those that were published.

    Attributes
    ----------
    seed : int
    acute, pct : Organisations
    activity : dict of str to Activity
        By indicator.
    """

    seed: int
    acute: Organisations
    pct: Organisations
    activity: dict[str, Activity]

    def of(self, name: str) -> Activity:
        """Give the activity by an indicator.

        Raises
        ------
        UsageError
            If there is none of this name.
        """
        if name not in self.activity:
            raise UsageError(
                "indicator",
                f"there is no '{name}' in the synthetic nation; expected {one_of(self.activity)}."
                f"{did_you_mean(name, self.activity)}",
            )
        return self.activity[name]

    def to_frame(self) -> pd.DataFrame:
        """Tabulate what was reported: a row an indicator, unit and quarter.

        Returns
        -------
        DataFrame
            `data` ("synthetic" in each row), `indicator`, `level`, `unit`, `unit_name`, `kind`,
            `quarter`, and `numerator` and `denominator`, or `observed` and `expected`.
        """
        return self._stack({name: each.to_frame() for name, each in self.activity.items()})

    def history_frame(self) -> pd.DataFrame:
        """Tabulate what hospitals reported, from a year before the first quarter published.

        Returns
        -------
        DataFrame
            As of `to_frame`.
        """
        return self._stack(
            {
                name: each.to_frame(QUARTERS)
                for name, each in self.activity.items()
                if each.indicator.level == "acute"
            }
        )

    def truth_frame(self) -> pd.DataFrame:
        """Tabulate what was true, which no file would hold.

        Returns
        -------
        DataFrame
            `data`, `indicator`, `level`, `unit`, `quarter`, `true_rate`, `true_volume` and
            `true_completeness`.
        """
        return self._stack({name: each.truth_frame() for name, each in self.activity.items()})

    def successors_frame(self) -> pd.DataFrame:
        """Tabulate which organisations took over which.

        Returns
        -------
        DataFrame
            `from`, `to`, `date` and `data`.
        """
        both = [
            (old, new)
            for level in (self.acute, self.pct)
            for old, new in zip(level.unit, level.successor, strict=True)
            if old != new
        ]
        return pd.DataFrame(both, columns=["from", "to"]).assign(date=_SINCE, data="synthetic")

    def costs(self) -> dict[str, float]:
        """Give what an event costs by each indicator, in pounds."""
        return {name: each.cost for name, each in self.activity.items()}

    def _stack(self, frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
        for name, frame in frames.items():
            frame.insert(0, "data", "synthetic")
            frame.insert(1, "indicator", name)
            frame.insert(2, "level", self.activity[name].indicator.level)
        return pd.concat(frames.values(), ignore_index=True)


def make_nation(seed: int = SEED, *, common_loss: float = 0.0) -> Nation:
    """Make a synthetic nation of hospitals and primary care trusts.

    Hospitals and 303 primary care trusts of which 152 remain from 2006-07 Q3; specialist centres;
    a large trust whose volume swings; and a changeover of reporting, in 2006-07 Q4 and
    2007-08 Q1, in which some hospitals' returns are incomplete.

    Parameters
    ----------
    seed : int
    common_loss : float
        The part of their activity that all hospitals lose in the changeover, in [0, 1).

    Returns
    -------
    Nation

    Raises
    ------
    UsageError
        If the loss isn't in [0, 1).

    Examples
    --------
    >>> nation = make_nation(1)
    >>> round(sum(each.published("2006-07 Q1") for each in nation.activity.values()), -8)
    2300000000.0
    """
    if not 0 <= common_loss < 1:
        raise UsageError("common_loss", "expected a share of zero or more and less than 1.")
    rng = np.random.default_rng(seed)
    levels = {"acute": make_acute(rng), "pct": make_pcts(rng)}
    volumes = {name: draw_volumes(level, rng) for name, level in levels.items()}
    hospital = draw_completeness(levels["acute"], rng, common_loss=common_loss)
    residents = spread_completeness(hospital, len(levels["pct"].unit))
    expected = []
    for indicator in INDICATORS:
        level = levels[indicator.level]
        part = hospital if indicator.level == "acute" else residents
        expected.append(
            Expected(
                indicator=indicator,
                organisations=level,
                size=indicator.size
                * volumes[indicator.level]
                * np.exp(0.10 * rng.standard_normal((len(level.unit), 1))),
                completeness=np.ones_like(part) if indicator.loss == "none" else part,
                distance=draw_distances(indicator, level, rng),
                cost=np.nan,
                scale=np.ones(len(QUARTERS)),
            )
        )
    activity = {
        each.indicator.name: _report(each, seed=seed, stream=at)
        for at, each in enumerate(price(expected))
    }
    return Nation(seed=seed, acute=levels["acute"], pct=levels["pct"], activity=activity)


def _report(expected: Expected, *, seed: int, stream: int) -> Activity:
    """Draw what was reported, so that with its chance the totals are those published."""
    indicator = expected.indicator
    wanted = np.array(indicator.money[1:])
    aim, quarters = wanted, (QUARTERS[YEAR_LATER], QUARTERS[LAST])
    drawn: list[Activity] = []
    off: list[float] = []
    for _ in range(_ROUNDS):
        drawn.append(_draw(shrink(expected, aim.tolist()), np.random.default_rng([seed, stream])))
        found = np.array([drawn[-1].published(quarter) for quarter in quarters]) / _MILLION
        off.append(float(np.abs(found / wanted - 1.0).max()))
        aim = aim * wanted / found
    # A target is a quantile, so that aiming doesn't settle.
    return drawn[int(np.argmin(off))]


def _draw(expected: Expected, rng: np.random.Generator) -> Activity:
    indicator, rate = expected.indicator, expected.rate
    whole, reported, event = draw_reports(
        indicator, expected.size, rate, expected.completeness, rng
    )
    drawn = Activity(
        indicator=indicator,
        organisations=expected.organisations,
        rate=rate,
        whole=whole,
        reported=reported,
        event=event,
        completeness=expected.completeness,
        cost=1.0,
    )
    # The first quarter is as published to the pound, chance and all.
    cost = _MILLION * indicator.money[0] / drawn.published(QUARTERS[FIRST])
    return replace(drawn, cost=cost)
