"""The nowcast: what the counts of units and periods will end at, as later reports come in."""

from dataclasses import dataclass, fields
from typing import Literal

import pandas as pd

from varstat.data.source.grid import Texts
from varstat.data.volumes.delay import Whole
from varstat.estimands.vintages.reconcile import Reconciliation
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays
from varstat.results import Result, Results

Status = Literal["complete", "incomplete", "reopened", "nothing reported"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Counts of periods, of units or of all together, with what they will end at.

    Attributes
    ----------
    unit, unit_name : ndarray of object, shape (cells,)
        None of all units together.
    period, as_of : ndarray of object, shape (cells,)
        The period, and the last vintage that has it.
    delay : ndarray of int, shape (cells,)
    reporting : ndarray of int, shape (cells,)
        How many units' counts are in it.
    missing : ndarray of int, shape (cells,)
        How many units have reported nothing, and so aren't in it.
    reported : ndarray of float, shape (cells,)
    estimate, lower, upper : ndarray of float, shape (cells,)
        The part that is reported, and its interval; above 1 where counts are to fall.
    nowcast, nowcast_lower, nowcast_upper : ndarray of float, shape (cells,)
        What the count will end at, and its interval.
    status : ndarray of object, shape (cells,)
    """

    unit: Texts
    unit_name: Texts
    period: Texts
    as_of: Texts
    delay: Whole
    reporting: Whole
    missing: Whole
    reported: Floats
    estimate: Floats
    lower: Floats
    upper: Floats
    nowcast: Floats
    nowcast_lower: Floats
    nowcast_upper: Floats
    status: Texts

    def __post_init__(self) -> None:
        lock_arrays(self)

    def __len__(self) -> int:
        return len(self.unit)

    @property
    def outstanding(self) -> Floats:
        """What is still to come of each."""
        found: Floats = self.nowcast - self.reported
        return found

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the cells."""
        return pd.DataFrame({each.name: getattr(self, each.name) for each in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The growth of counts from one delay to the next.

    Attributes
    ----------
    delay : int
        From which; to the one after it.
    months : float
        Its mean age, in months after the period's end.
    factor, lower, upper : float
        By which counts grow nationally, and the interval of that.
    between : float
        SD of the logs of units' own factors.
    ratios : int
        Counts that were known at both delays.
    completeness : float
        The part of the end that is known at this delay.
    """

    delay: int
    months: float
    factor: float
    lower: float
    upper: float
    between: float
    ratios: int
    completeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopening:
    """A period that was called complete, and that a later vintage reopened.

    Attributes
    ----------
    unit : str or None
        None of all units together.
    period : str
    called, as_of : str
        The vintage by which it was complete, and the one that reopened it.
    before, after : float
        The counts of the two.
    """

    unit: str | None
    period: str
    called: str
    as_of: str
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The growth of the latest vintage, held against what the earlier ones expect.

    Attributes
    ----------
    found : float
        By which counts grew, of periods in both of the last two vintages.
    expected, lower, upper : float
        By which they were expected to, and the interval of that.
    odd : bool
        Whether that is beyond 99% of what was expected.
    """

    found: float
    expected: float
    lower: float
    upper: float
    odd: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Nowcast(Result):
    """What one kind of count will end at.

    Attributes
    ----------
    indicator : str
    by : dict of str to str
        The count, where there are several.
    count : str
        Its name.
    units : Cells
        A row for each unit and period.
    national : Cells
        A row for each period, of all units that reported.
    steps : tuple of Step
    reopened : tuple of Reopening
    reconciliation : Reconciliation
        Of the last two vintages.
    held : Held or None
        None where there are too few vintages for it.
    as_of : tuple of str
        The vintages, in order.
    jumps : int
        Counts that grew or fell as no factor describes.
    tail : float
        By which counts grow beyond the last delay.
    settled : bool
        Whether anything can be called complete: a tail is stated, or counts no longer grow by more
        than 1% at the last step.
    level : float
        Of the intervals.
    notes : tuple of str
    findings : str
    """

    indicator: str
    by: dict[str, str]
    count: str
    units: Cells
    national: Cells
    steps: tuple[Step, ...]
    reopened: tuple[Reopening, ...]
    reconciliation: Reconciliation
    held: Held | None
    as_of: tuple[str, ...]
    jumps: int
    tail: float
    settled: bool
    level: float
    notes: tuple[str, ...]
    findings: str

    def summary(self) -> str:
        """Say in plain English what was found."""
        return self.findings

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the periods of units, a row each."""
        frame = self.units.to_frame().drop(columns=["reporting", "missing"])
        return self._below(frame.assign(level=self.level))

    def national_frame(self) -> pd.DataFrame:
        """Tabulate the periods of all units together."""
        frame = self.national.to_frame().drop(columns=["unit", "unit_name"])
        return self._below(frame.assign(level=self.level))

    def growth_frame(self) -> pd.DataFrame:
        """Tabulate how counts grow from one delay to the next."""
        names = [each.name for each in fields(Step)]
        rows = [[getattr(each, name) for name in names] for each in self.steps]
        return self._below(pd.DataFrame(rows, columns=names))

    def reopened_frame(self) -> pd.DataFrame:
        """Tabulate the periods that were called complete and reopened."""
        names = [each.name for each in fields(Reopening)]
        rows = [[getattr(each, name) for name in names] for each in self.reopened]
        return self._below(pd.DataFrame(rows, columns=names))

    def reconciliation_frame(self) -> pd.DataFrame:
        """Tabulate what became of each cell from the vintage before the last to the last."""
        return self._below(self.reconciliation.cells)

    def _below(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Put the count, where there are several, before the columns of a table."""
        told = pd.DataFrame({name: [of] * len(frame) for name, of in self.by.items()})
        return pd.concat([told.set_index(frame.index), frame], axis=1) if self.by else frame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Nowcasts(Results[Nowcast]):
    """What the counts of one table will end at, one kind of count after another."""
