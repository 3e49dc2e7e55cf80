"""Events that a file states, in place of what would be found."""

import os
from dataclasses import dataclass

import pandas as pd

from varstat.data.source.header import Wanted, find_header
from varstat.data.source.open import open_source
from varstat.data.source.sought import check_found
from varstat.data.volumes.volumes import Volumes
from varstat.errors import TableError, did_you_mean, one_of
from varstat.estimands.completeness.classify import CLASSES

_NAMES = ("unit", "from", "to", "class")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """An event that a file states.

    Attributes
    ----------
    unit, start, end : int
        Places.
    class_ : str
    share : float
        NaN where it isn't stated.
    """

    unit: int
    start: int
    end: int
    class_: str
    share: float


def read_events(
    source: str | os.PathLike[str] | pd.DataFrame, volumes: Volumes
) -> tuple[Stated, ...]:
    """Read the events of units from a file with the columns unit, from, to, class and share.

    Parameters
    ----------
    source : path or DataFrame
        `from` and `to` are periods as the volumes label them; share may be blank.
    volumes : Volumes

    Returns
    -------
    tuple of Stated

    Raises
    ------
    TableError
        If a unit, period or class is unknown, a share isn't above 0 and up to 1, an event ends
        before it starts or stands twice; all problems at once.
    """
    opened = open_source(source, name="events")
    wanted = [Wanted(role=name, names=(name,)) for name in _NAMES]
    header, _ = find_header(opened, wanted)
    check_found(opened.name, header, wanted)
    unit, start, end, class_ = (header.texts(header.find((name,))[0]) for name in _NAMES)
    found = header.find(("share",))
    shares = header.numbers(found[0]).values if found else None
    units = {code: at for at, code in enumerate(volumes.unit)}
    periods = {label: at for at, label in enumerate(volumes.period)}
    problems: list[str] = []
    events: list[tuple[int, Stated]] = []
    for at, row in enumerate(header.rows):
        share = float("nan") if shares is None else float(shares[at])
        wrong = [
            *([] if unit[at] in units else ["the unit isn't in the data"]),
            *([] if start[at] in periods else ["`from` isn't a period of the data"]),
            *([] if end[at] in periods else ["`to` isn't a period of the data"]),
            *([] if not share <= 0 and not share > 1 else ["the share isn't above 0 and up to 1"]),
        ]
        if class_[at] not in CLASSES:
            hint = did_you_mean(str(class_[at]), CLASSES)
            wrong.append(f"the class isn't one of {one_of(CLASSES)}.{hint}")
        if not wrong and periods[start[at]] > periods[end[at]]:
            wrong.append("it ends before it starts")
        problems += [f"row {row}: {each}" for each in wrong]
        if not wrong:
            stated = Stated(
                unit=units[unit[at]],
                start=periods[start[at]],
                end=periods[end[at]],
                class_=str(class_[at]),
                share=share,
            )
            events.append((int(row), stated))
    problems += _repeated(events)
    if problems:
        raise TableError(opened.name, problems)
    return tuple(each for _, each in events)


def _repeated(events: list[tuple[int, Stated]]) -> list[str]:
    """Say which events have the same unit and window; others may overlap, and then multiply."""
    seen: dict[tuple[int, int, int], int] = {}
    problems = []
    for row, each in events:
        first = seen.setdefault((each.unit, each.start, each.end), row)
        if first != row:
            problems.append(f"row {row} is of the unit and periods of row {first}. Keep one.")
    return problems
