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


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """A row of a file of events.

    Attributes
    ----------
    row : int
    unit, start, end, class_ : str
        As they stand there.
    share : float
        NaN where it isn't stated.
    """

    row: int
    unit: str
    start: str
    end: str
    class_: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventFile:
    """The events of a file.

    Attributes
    ----------
    rows : tuple of EventRow
    source : str
        Its name.
    data_hash : str
        SHA-256 of it.
    """

    rows: tuple[EventRow, ...]
    source: str
    data_hash: str


def read_event_file(source: str | os.PathLike[str] | pd.DataFrame) -> EventFile:
    """Read a file of events with the columns unit, from, to, class and share.

    Parameters
    ----------
    source : path or DataFrame
        Share may be absent or blank.

    Returns
    -------
    EventFile

    Raises
    ------
    TableError
        If a cell is blank, a class is unknown or a share isn't above 0 and up to 1; all problems
        at once.

    Examples
    --------
    >>> frame = pd.DataFrame({"unit": ["A"], "from": ["2014-07"], "to": ["2014-08"],
    ...                       "class": ["incomplete"], "share": [0.8]})
    >>> read_event_file(frame).rows[0].share
    0.8
    """
    file, problems = _read_rows(source)
    problems += [
        f"row {each.row}: a unit, `from` or `to` is missing"
        for each in file.rows
        if not (each.unit and each.start and each.end)
    ]
    if problems:
        raise TableError(file.source, problems)
    return file


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
    file, problems = _read_rows(source)
    units = {code: at for at, code in enumerate(volumes.unit)}
    periods = {label: at for at, label in enumerate(volumes.period)}
    events: list[tuple[int, Stated]] = []
    for each in file.rows:
        wrong = [
            *([] if each.unit in units else ["the unit isn't in the data"]),
            *([] if each.start in periods else ["`from` isn't a period of the data"]),
            *([] if each.end in periods else ["`to` isn't a period of the data"]),
        ]
        if not wrong and periods[each.start] > periods[each.end]:
            wrong.append("it ends before it starts")
        problems += [f"row {each.row}: {what}" for what in wrong]
        if not wrong:
            stated = Stated(
                unit=units[each.unit],
                start=periods[each.start],
                end=periods[each.end],
                class_=each.class_,
                share=each.share,
            )
            events.append((each.row, stated))
    problems += _repeated(events)
    if problems:
        raise TableError(file.source, problems)
    return tuple(each for _, each in events)


def _read_rows(source: str | os.PathLike[str] | pd.DataFrame) -> tuple[EventFile, list[str]]:
    """Read the rows, and say which have a class or share that can't be."""
    opened = open_source(source, name="events")
    wanted = [Wanted(role=name, names=(name,)) for name in _NAMES]
    header, _ = find_header(opened, wanted)
    check_found(opened.name, header, wanted)
    texts = [header.texts(header.find((name,))[0]) for name in _NAMES]
    found = header.find(("share",))
    shares = header.numbers(found[0]).values if found else None
    rows, problems = [], []
    for at, row in enumerate(header.rows):
        unit, start, end, class_ = ("" if t[at] is None else str(t[at]) for t in texts)
        share = float("nan") if shares is None else float(shares[at])
        if share <= 0 or share > 1:
            problems.append(f"row {row}: the share isn't above 0 and up to 1")
        if class_ not in CLASSES:
            hint = did_you_mean(class_, CLASSES)
            problems.append(f"row {row}: the class isn't one of {one_of(CLASSES)}.{hint}")
        rows.append(
            EventRow(row=int(row), unit=unit, start=start, end=end, class_=class_, share=share)
        )
    return EventFile(rows=tuple(rows), source=opened.name, data_hash=opened.data_hash), problems


def _repeated(events: list[tuple[int, Stated]]) -> list[str]:
    """Say which events have the same unit and window; others may overlap, and then multiply."""
    seen: dict[tuple[int, int, int], int] = {}
    problems = []
    for row, each in events:
        first = seen.setdefault((each.unit, each.start, each.end), row)
        if first != row:
            problems.append(f"row {row} is of the unit and periods of row {first}. Keep one.")
    return problems
