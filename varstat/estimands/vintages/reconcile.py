"""Two vintages of one table, reconciled cell by cell."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy.stats import norm

from varstat.errors import ModelError, UsageError

Status = Literal["same", "up", "down", "new", "gone"]
STATUSES: tuple[str, ...] = get_args(Status)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reconciliation:
    """What became of each count from one vintage to the next.

    Attributes
    ----------
    cells : DataFrame
        `unit, period, earlier, later, status`; a count is NaN where a vintage hasn't it.
    factor, lower, upper : float
        By which the sum of the cells in both grew, and its interval.
    level : float
    """

    cells: pd.DataFrame
    factor: float
    lower: float
    upper: float
    level: float

    @property
    def counts(self) -> dict[str, int]:
        """How many cells are the same, went up or down, are new or gone."""
        return {each: int((self.cells["status"] == each).sum()) for each in STATUSES}


def reconcile(earlier: pd.Series, later: pd.Series, *, level: float = 0.9) -> Reconciliation:
    """Reconcile two vintages of counts.

    The interval of the national factor is of a ratio of sums over units, which are taken as they
    come: a unit that resubmits much makes it wide.

    Parameters
    ----------
    earlier, later : Series of float
        Counts by unit and period (the two levels of the index), each once.
    level : float
        Of the interval, in (0, 1).

    Returns
    -------
    Reconciliation

    Raises
    ------
    ModelError
        If a unit's period stands twice in a vintage, or none is in both.
    UsageError
        If the level isn't in (0, 1).

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples([("A", "Q1"), ("B", "Q1")])
    >>> found = reconcile(pd.Series([10.0, 20.0], index), pd.Series([10.0, 26.0], index))
    >>> found.counts["up"], round(found.factor, 2)
    (1, 1.2)
    """
    if not 0 < level < 1:
        raise UsageError("level", f"{level:g} is no level of an interval; expected 0 to 1.")
    if earlier.index.has_duplicates or later.index.has_duplicates:
        raise ModelError("vintages", "a unit's period stands twice in one vintage. Keep one row.")
    cells = pd.concat({"earlier": earlier, "later": later}, axis=1).sort_index()
    cells.index.names = ["unit", "period"]
    was, now = cells["earlier"].to_numpy(dtype=float), cells["later"].to_numpy(dtype=float)
    conditions = [np.isnan(was), np.isnan(now), now == was, now > was]
    cells["status"] = np.select(conditions, ["new", "gone", "same", "up"], default="down")
    both = cells.dropna(subset=["earlier", "later"])
    sums = both.groupby(level="unit")[["earlier", "later"]].sum()
    before, after = sums["earlier"].to_numpy(), sums["later"].to_numpy()
    if not before.sum() > 0:
        raise ModelError("vintages", "no count is in both vintages. Are they of the same table?")
    factor = float(after.sum() / before.sum())
    many = len(before)
    spread = np.sum((after - factor * before) ** 2) * many / max(many - 1, 1)
    half = float(norm.ppf((1 + level) / 2) * np.sqrt(spread) / before.sum())
    return Reconciliation(
        cells=cells.reset_index(),
        factor=factor,
        lower=max(factor - half, 0.0) if many > 1 else np.nan,
        upper=factor + half if many > 1 else np.nan,
        level=level,
    )
