"""A file of which nothing is known: its sheets, columns, and what they may be to an analysis."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from varstat.data.profile import words
from varstat.data.profile.apart import guess_apart
from varstat.data.profile.card import Match, match_cards
from varstat.data.profile.column import Column, profile_column
from varstat.data.profile.pair import Pair, Quotient, find_quotients, guess_pairs
from varstat.data.profile.suspicion import suspect
from varstat.data.profile.top import find_top
from varstat.data.profile.unit import Unit, determines, guess_unit
from varstat.data.source.header import Header
from varstat.data.source.open import Source
from varstat.prose.text import clean

# Of a sheet that has more, the others are counted and not looked at.
MOST_COLUMNS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """A sheet, table or file, and what its columns seem to be.

    Attributes
    ----------
    name : str or None
        Of a workbook's sheet or a database's table.
    hidden : bool
    header : Header or None
        None where no row can be told from a record; there are no columns then.
    rows : int
        Below the header.
    width : int
        How many columns it has.
    columns : tuple of Column
        Those with a heading, or with anything below none; of the first 2,000.
    unit : Unit or None
    period : Column or None
    apart : tuple of Column
        What tells the rows of a unit and period apart.
    repeated : int
        Rows that nothing tells apart.
    pairs : tuple of Pair
        What may be measured, the best guess first.
    quotients : tuple of Quotient
    cards : tuple of Match
        Cards that name the columns.
    suspicious : tuple of str
        Sentences.
    """

    name: str | None
    hidden: bool
    header: Header | None
    rows: int
    width: int = 0
    columns: tuple[Column, ...] = ()
    unit: Unit | None = None
    period: Column | None = None
    apart: tuple[Column, ...] = ()
    repeated: int = 0
    pairs: tuple[Pair, ...] = ()
    quotients: tuple[Quotient, ...] = ()
    cards: tuple[Match, ...] = ()
    suspicious: tuple[str, ...] = ()

    @property
    def promise(self) -> tuple[bool, bool, bool, float, int]:
        """How likely it is the sheet that is meant, for `max`."""
        score = self.pairs[0].score if self.pairs else 0.0
        counted = sum(each.numeric for each in self.columns)
        return (bool(self.cards), self.unit is not None, not self.hidden, score, counted)

    def to_dict(self) -> dict[str, Any]:
        """Make a dictionary for JSON; no record's value is in it."""
        top = self.header
        return {
            "sheet": None if self.name is None else clean(self.name),
            "hidden": self.hidden,
            "rows": self.rows,
            "header_row": None if top is None or top.row < 0 else top.row + top.first_row,
            "width": self.width,
            "columns": [each.to_dict() for each in self.columns],
            "unit": _heading(self.unit.code if self.unit else None),
            "unit_name": _heading(self.unit.name if self.unit else None),
            "period": _heading(self.period),
            "apart": [_heading(each) for each in self.apart],
            "cards": [each.name for each in self.cards],
            "suspicious": list(self.suspicious),
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """What a file seems to hold.

    Attributes
    ----------
    source : str
        The file's name.
    sheets : tuple of Sheet
    notes : tuple of str
        How the file was read.
    """

    source: str
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...]

    @property
    def best(self) -> Sheet:
        """The sheet that is most likely meant."""
        return max(self.sheets, key=lambda sheet: sheet.promise)

    def to_dict(self) -> dict[str, Any]:
        """Make a dictionary for JSON; no record's value is in it."""
        return {
            "source": self.source,
            "best": self.sheets.index(self.best),
            "sheets": [each.to_dict() for each in self.sheets],
            "notes": list(self.notes),
        }


def profile_source(source: Source) -> Profile:
    """Say what a file seems to hold, sheet by sheet.

    Parameters
    ----------
    source : Source

    Returns
    -------
    Profile
    """
    sheets = tuple(_profile(source, at) for at in range(len(source.grids)))
    return Profile(source=source.name, sheets=sheets, notes=source.notes)


def _profile(source: Source, at: int) -> Sheet:
    grid = source.grids[at]
    header = find_top(grid, source.first_row)
    if header is None:
        return Sheet(name=grid.sheet, hidden=grid.hidden, header=None, rows=len(grid.cells))
    first = min(len(header.names), MOST_COLUMNS)
    columns = tuple(profile_column(header, place) for place in range(first))
    columns = tuple(each for each in columns if each.heading or each.kind != "empty")
    named = nameable(columns)
    unit = guess_unit(named)
    period = _period(named)
    quotients = find_quotients(named)
    apart, repeated = guess_apart(named, unit, period) if unit else ((), 0)
    return Sheet(
        name=grid.sheet,
        hidden=grid.hidden,
        header=header,
        rows=len(header.rows),
        width=len(columns) + len(header.names) - first,
        columns=columns,
        unit=unit,
        period=period,
        apart=apart,
        repeated=repeated,
        pairs=guess_pairs(named, quotients),
        quotients=quotients,
        cards=match_cards(header),
        suspicious=suspect(header, columns, quotients, unit=unit),
    )


def nameable(columns: Sequence[Column]) -> list[Column]:
    """Give the columns that a command can name: the heading stands once, and prints as it is."""
    plain = [" ".join(each.heading.split()) for each in columns]
    times = Counter(name.casefold() for name in plain)
    return [
        each
        for each, name in zip(columns, plain, strict=True)
        if name and name == clean(each.heading) and times[name.casefold()] == 1
    ]


def _period(columns: Sequence[Column]) -> Column | None:
    """Choose the column of periods: one named so, of most periods, that isn't another's label."""
    able = [each for each in columns if each.kind == "period" and 2 * each.missing <= each.rows]
    if not able:
        return None
    return max(able, key=lambda each: (each.has(words.PERIOD), _finer(each, able), -each.place))


def _finer(column: Column, able: Sequence[Column]) -> int:
    """How many of several columns of periods one tells: a month tells its year."""
    return sum(determines(column.texts, each.texts) for each in able if each is not column)


def _heading(column: Column | None) -> str | None:
    return None if column is None else clean(column.heading)
