"""Reading successor maps from files and data frames."""

import os
from collections.abc import Iterator

import numpy as np
import pandas as pd

from varstat.data.account import FIRST_ROWS, Mask, name_rows
from varstat.data.organisations.successors import Successor, SuccessorMap
from varstat.data.source.header import Header, Wanted, find_header
from varstat.data.source.open import open_source
from varstat.data.source.sought import check_found, check_overfull
from varstat.errors import TableError
from varstat.period.label import parse_periods

# What a map that is a data frame is called.
UNNAMED = "successor map"
_FROM = Wanted(role="from", names=("from", "predecessor", "old"))
_TO = Wanted(role="to", names=("to", "successor", "new"))
_SHARE, _DATE = ("share", "weight"), ("date", "since")


def read_successors(source: str | os.PathLike[str] | pd.DataFrame) -> SuccessorMap:
    """Read a successor map: a row for each organisation, or part of one, that went over.

    Parameters
    ----------
    source : path or DataFrame
        With columns `from` and `to`, codes of units; `share`, where an organisation was split, of
        its work; and `date`, when it went over, as a period of any form. The last two may be
        absent or blank.

    Returns
    -------
    SuccessorMap

    Raises
    ------
    TableError
        If it can't be read, has a row without both codes, a share outside (0, 1] or a date that
        can't be understood, or is no map that can be followed; all problems at once.

    Examples
    --------
    >>> frame = pd.DataFrame({"from": ["RV8"], "to": ["R1K"], "date": ["2014-10"]})
    >>> read_successors(frame).resolve("RV8")
    {'R1K': 1.0}
    """
    opened = open_source(source, name=UNNAMED)
    wanted = [_FROM, _TO]
    header, _ = find_header(opened, wanted)
    check_found(opened.name, header, wanted)
    check_overfull(opened.name, header)
    before = header.texts(header.find(_FROM.names)[0])
    after = header.texts(header.find(_TO.names)[0])
    shares, dates = _read_shares(header), _read_dates(header, source=opened.name)
    problems = [
        *_list_rows(header, pd.isna(before) | pd.isna(after), "a code is missing"),
        *_list_rows(
            header, np.array([bad for _, bad in shares]), "a share isn't above 0 and up to 1"
        ),
        *_list_rows(header, np.array([bad for _, bad in dates]), "a date can't be understood"),
    ]
    if problems:
        raise TableError(opened.name, problems)
    return SuccessorMap(
        lines=tuple(
            Successor(
                predecessor=str(old), successor=str(new), share=share, since=date, row=int(row)
            )
            for old, new, (share, _), (date, _), row in zip(
                before, after, shares, dates, header.rows, strict=True
            )
        ),
        source=opened.name,
        data_hash=opened.data_hash,
    )


def _list_rows(header: Header, here: Mask, what: str) -> Iterator[str]:
    rows = tuple(int(row) for row in header.rows[here])
    if rows:
        yield f"{what} ({name_rows(rows[:FIRST_ROWS], total=len(rows))})."


def _read_shares(header: Header) -> list[tuple[float | None, bool]]:
    """Read each row's share, and whether it can't be one."""
    found = header.find(_SHARE)
    if not found:
        return [(None, False)] * len(header.rows)
    texts, values = header.texts(found[0]), header.numbers(found[0]).values
    return [
        (None, False) if text is None else (float(value), not 0.0 < value <= 1.0)
        for text, value in zip(texts, values, strict=True)
    ]


def _read_dates(header: Header, *, source: str) -> list[tuple[int | None, bool]]:
    """Read the month of each row's date, and whether it can't be read."""
    found = header.find(_DATE)
    if not found:
        return [(None, False)] * len(header.rows)
    texts = [None if text is None else str(text) for text in header.texts(found[0])]
    spans = parse_periods(dict.fromkeys(filter(None, texts)), where=source)
    return [
        (None, False)
        if text is None
        else (spans[text].start, False)
        if text in spans
        else (None, True)
        for text in texts
    ]
