"""A change between two periods: why the total moved, and which units truly changed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from varstat.estimands.change.bridge import Bridge
from varstat.estimands.change.money import Priced
from varstat.estimands.change.reporting import Reporting
from varstat.estimands.change.series import NationalSeries
from varstat.estimands.change.units import UnitChanges
from varstat.hierarchical.posterior import HYPER_LEVEL
from varstat.measure import Direction, Floats, Measure
from varstat.prose.trust import Checks
from varstat.results import Judged, JudgedResults, UnitResult

DEFAULT_LEVEL = HYPER_LEVEL


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Change(Judged, UnitResult):
    """What changed between two periods in one group of units.

    Attributes
    ----------
    indicator : str
    measure : Measure
    direction : {"higher-is-better", "lower-is-better"}
    by : dict of str to str
        What this group of units has in common; empty where there is one group.
    diagnostics : Checks
        Of the series model; of both where organisations changed.
    before, after : str
        The two stretches of time.
    spans : tuple of tuple of int
        Which periods of the series lie in each.
    frame : str
        What organisations were brought to, in words.
    target_rule : str
    bridge : Bridge
        The total before and after, and what lies between.
    money : Priced or None
        The same in money; None where no event has a price.
    units : UnitChanges
        Of the units that have both.
    series : NationalSeries
        The nation in every period, on the new frame.
    reporting : Reporting or None
        What wasn't reported; None where nobody looked.
    published : tuple of float
        What the point method gives on raw rates before and after, each on the frame of then.
    lasting : bool
        Whether what lasts can be told from what passes.
    minimal : float
        The smallest change of a rate that matters.
    fdr : float
    fallback : ndarray of float, shape (2,)
        How much of the raw change of the tenth of units that were worst at first lasts, on average,
        and the raw change itself; NaN where that can't be told.
    level : float
        Of all intervals.
    findings : str
    notes : tuple of str
    """

    indicator: str
    measure: Measure
    direction: Direction
    by: dict[str, str]
    diagnostics: Checks
    before: str
    after: str
    spans: tuple[tuple[int, ...], tuple[int, ...]]
    frame: str
    target_rule: str
    bridge: Bridge
    units: UnitChanges
    series: NationalSeries
    reporting: Reporting | None
    published: tuple[float, float]
    lasting: bool
    minimal: float
    fdr: float
    fallback: Floats
    level: float
    findings: str
    notes: tuple[str, ...]
    money: Priced | None = None

    def __post_init__(self) -> None:
        self.fallback.setflags(write=False)

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the units, the most improved first.

        Returns
        -------
        DataFrame
            The group's by columns, then those of `UnitChanges` and `level`.
        """
        frame = self.units.to_frame()
        group = {name: [value] * len(frame) for name, value in self.by.items()}
        columns = {name: frame[name] for name in frame}
        return pd.DataFrame(group | columns | {"level": np.full(len(frame), self.level)})

    def effects_frame(self) -> pd.DataFrame:
        """Tabulate the bridge.

        Returns
        -------
        DataFrame
            The group's by columns, then `effect, estimate, lower, upper, level`.
        """
        return self._tabulate(self.bridge)

    def money_frame(self) -> pd.DataFrame:
        """Tabulate the bridge in money, as `effects_frame` does; no rows without a unit cost."""
        frame = self._tabulate(self.bridge if self.money is None else self.money.bridge)
        return frame.iloc[:0] if self.money is None else frame

    def _tabulate(self, bridge: Bridge) -> pd.DataFrame:
        count = len(bridge.effect)
        return pd.DataFrame(
            {name: [value] * count for name, value in self.by.items()}
            | {
                "effect": list(bridge.effect),
                "estimate": bridge.estimate,
                "lower": bridge.lower,
                "upper": bridge.upper,
                "level": np.full(count, bridge.level),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Changes(JudgedResults[Change]):
    """Changes between two periods in all groups of units, each by one `Change`."""
