"""Volumes as arrays: columns by units by periods, without holes in the periods."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from varstat.data.account import Account
from varstat.data.source.grid import Texts
from varstat.measure import Floats

Months = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Volumes:
    """What every unit reported in every period.

    Attributes
    ----------
    title : str
        What was measured.
    unit, unit_name : ndarray of object, shape (units,)
        In the order of codes; a name is None where the table has none.
    column : tuple of str
        Names of the counts. The first is the volume in which events are sought.
    counts : ndarray of float, shape (columns, units, periods)
        NaN where nothing was reported.
    period : tuple of str
        Labels, one after another in time without a hole.
    first : ndarray of int, shape (periods,)
        The first month of each, counted from January of the year 0.
    months : int
        The length of each: 1 or 3.
    parts : (int, int) or None
        Which columns are the events of an indicator, and the rest of what they are counted out of;
        None where the columns don't tell.
    account : Account
    data_hash : str
    lookups : dict of str to str
        SHA-256 of each lookup, by its name.
    card, card_hash : str
    """

    title: str
    unit: Texts
    unit_name: Texts
    column: tuple[str, ...]
    counts: Floats
    period: tuple[str, ...]
    first: Months
    months: int
    parts: tuple[int, int] | None
    account: Account
    data_hash: str
    lookups: dict[str, str] = field(default_factory=dict)
    card: str = ""
    card_hash: str = ""

    def __post_init__(self) -> None:
        for values in (self.unit, self.unit_name, self.counts, self.first):
            values.setflags(write=False)

    @property
    def seasons(self) -> int:
        """How many periods a year has: 12 or 4."""
        return 12 // self.months
