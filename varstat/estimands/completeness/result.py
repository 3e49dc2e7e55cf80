"""The history of what units reported: events, completeness and successors."""

from dataclasses import dataclass

import pandas as pd

from varstat.data.source.grid import Texts
from varstat.estimands.completeness.posterior import Prior
from varstat.measure import Floats
from varstat.results import Result, Results


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to the volume that a unit reported.

    Attributes
    ----------
    unit : str
    unit_name : str or None
    kind : {"gap", "start", "end", "dip", "spike", "shift", "edge", "stated"}
        How it was found; a stated one comes from a file.
    class_ : str
        What it most resembles, one of `CLASSES`.
    start, end : str
        Labels of its first and last period.
    factor, lower, upper : float
        By which the volume changed; NaN of what is certain.
    log_bayes_factor : float
        Of the event against none; NaN of what is certain or stated.
    columns : dict of str to float
        The factor of each column over the same window, NaN where it isn't known.
    partner : tuple of str
        Units that it has to do with.
    share : float
        Of a succession, the part of the old unit's volume; of a loss that a file states, the part
        that was reported; NaN otherwise.
    missing, missing_lower, missing_upper : float
        Of a gap, the volume that wasn't reported; NaN otherwise.
    """

    unit: str
    unit_name: str | None
    kind: str
    class_: str
    start: str
    end: str
    factor: float
    lower: float
    upper: float
    log_bayes_factor: float
    columns: dict[str, float]
    partner: tuple[str, ...] = ()
    share: float = float("nan")
    missing: float = float("nan")
    missing_lower: float = float("nan")
    missing_upper: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A unit's period that may be incomplete.

    Attributes
    ----------
    unit, period : str
    reported, expected : float
        Volumes.
    estimate, lower, upper : float
        Of the part that was reported.
    p_incomplete : float
    """

    unit: str
    period: str
    reported: float
    expected: float
    estimate: float
    lower: float
    upper: float
    p_incomplete: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A succession to be confirmed.

    Attributes
    ----------
    old, new : str
    since : str
        The first period without the old unit.
    share : float
        Of its volume.
    cosine, z : float
        See `Succession`.
    """

    old: str
    new: str
    since: str
    share: float
    cosine: float
    z: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listed:
    """Codes and names of the units that events are of, a row each."""

    unit: Texts
    unit_name: Texts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strips:
    """Volumes of the units with events, for a drawing.

    Attributes
    ----------
    unit : tuple of str
    factor : ndarray of float, shape (units, periods)
        Volumes against each unit's own median, the national path and season removed; NaN where
        nothing was reported.
    """

    unit: tuple[str, ...]
    factor: Floats

    def __post_init__(self) -> None:
        self.factor.setflags(write=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class History(Result):
    """What happened to the volumes that units reported.

    Attributes
    ----------
    indicator : str
    by : dict of str to str
        Empty: all units are looked at together.
    units : Listed
        A row for each event.
    column : tuple of str
        The counts, the one in which events were sought first.
    period : tuple of str
    examined, unit_periods : int
        Units whose volumes were large and long enough for the model, and their periods.
    small : int
        Units that weren't.
    events : tuple of Event
    suspects : tuple of Suspect
    successors : tuple of Proposal
    prior : Prior
    level : float
        Of the intervals.
    strips : Strips
    notes : tuple of str
        What these data can't show, and what else to know.
    findings : str
    """

    indicator: str
    by: dict[str, str]
    units: Listed
    column: tuple[str, ...]
    period: tuple[str, ...]
    examined: int
    unit_periods: int
    small: int
    events: tuple[Event, ...]
    suspects: tuple[Suspect, ...]
    successors: tuple[Proposal, ...]
    prior: Prior
    level: float
    strips: Strips
    notes: tuple[str, ...]
    findings: str

    def summary(self) -> str:
        """Say in plain English what was found."""
        return self.findings

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the events, a row each; a column `factor of NAME` for each count."""
        plain = ["factor", "lower", "upper", "log_bayes_factor", "share"]
        plain += ["missing", "missing_lower", "missing_upper"]
        text = ["unit", "unit_name"]
        found: dict[str, pd.Series] = {
            name: pd.Series([getattr(e, name) for e in self.events], dtype=object) for name in text
        }
        found |= {
            name: pd.Series([getattr(e, field) for e in self.events], dtype=object)
            for name, field in (
                ("from", "start"),
                ("to", "end"),
                ("class", "class_"),
                ("kind", "kind"),
            )
        }
        found["partner"] = pd.Series([" ".join(e.partner) for e in self.events], dtype=object)
        found |= {
            name: pd.Series([getattr(e, name) for e in self.events], dtype=float) for name in plain
        }
        found["level"] = pd.Series([self.level] * len(self.events), dtype=float)
        found |= {
            f"factor of {name}": pd.Series(
                [e.columns.get(name, float("nan")) for e in self.events], dtype=float
            )
            for name in self.column[1:]
        }
        return pd.DataFrame(found)

    def completeness_frame(self) -> pd.DataFrame:
        """Tabulate the unit's periods that may be incomplete."""
        names = list(Suspect.__dataclass_fields__)
        return pd.DataFrame([[getattr(s, n) for n in names] for s in self.suspects], columns=names)

    def events_frame(self) -> pd.DataFrame:
        """Tabulate the events as a file that is given back with what is overruled."""
        # A fitted share may be a little more than all, which no file may state.
        rows = [(e.unit, e.start, e.end, e.class_, min(e.share, 1.0)) for e in self.events]
        return pd.DataFrame(rows, columns=["unit", "from", "to", "class", "share"])

    def map_frame(self) -> pd.DataFrame:
        """Tabulate the successors as a map that `change` takes.

        Shares are scaled to add up to 1; `fitted` is what the volumes say.
        """
        total: dict[str, float] = {}
        for each in self.successors:
            total[each.old] = total.get(each.old, 0.0) + each.share
        rows = [
            (e.old, e.new, round(e.share / total[e.old], 6), e.since, e.share, e.cosine, e.z)
            for e in self.successors
        ]
        columns = ["from", "to", "share", "date", "fitted", "cosine", "z"]
        return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Histories(Results[History]):
    """What happened to the volumes that units reported, of one table."""
