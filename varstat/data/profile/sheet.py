"""A sheet of which nothing is known: its columns, and what they may be to an analysis."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from varstat.data.profile import words
from varstat.data.profile.apart import guess_apart
from varstat.data.profile.card import Match, match_cards
from varstat.data.profile.column import Column, profile_column
from varstat.data.profile.given import guess_given
from varstat.data.profile.joined import join_period
from varstat.data.profile.pair import Pair, Quotient, find_quotients, guess_pairs
from varstat.data.profile.parts import guess_parts
from varstat.data.profile.unit import Unit, determines, guess_unit
from varstat.data.shape.heading_period import Family
from varstat.data.source.header import Header
from varstat.period.parts import part_names
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
    families : tuple of Family
        Columns that differ by their period alone.
    reshaped : Reshaped or None
        The sheet with its periods in rows, or its measures in columns, where something can be
        measured there.
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
    families: tuple[Family, ...] = ()
    reshaped: "Reshaped | None" = None

    @property
    def meant(self) -> "Sheet":
        """The sheet as something can be measured in it: reshaped, where that helps."""
        return self.reshaped.sheet if self.reshaped is not None else self

    @property
    def promise(self) -> tuple[bool, bool, bool, float, int]:
        """How likely it is the sheet that is meant, for `max`."""
        score = max((each.score for each in self.meant.pairs), default=0.0)
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
            "families": [_family(each) for each in self.families],
            "spread": clean(self.reshaped.spread)
            if self.reshaped and self.reshaped.spread
            else None,
            "cards": [each.name for each in self.cards],
            "suspicious": list(self.suspicious),
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reshaped:
    """A sheet with a row a record, made of one with periods in columns or measures in rows.

    Attributes
    ----------
    sheet : Sheet
        Its columns of periods are named by their pattern.
    spread : str or None
        "NAMES:VALUES", where measures stood in rows.
    dated : bool
        Whether the headings said the periods, and no column of the file does.
    """

    sheet: Sheet
    spread: str | None = None
    dated: bool = False


def profile_header(header: Header, *, unit: Unit | None = None) -> Sheet:
    """Say what a sheet below a header seems to hold, as it stands.

    Parameters
    ----------
    header : Header
    unit : Unit, optional
        Whose columns are the units' if they are there; otherwise they are guessed.

    Returns
    -------
    Sheet
        Without remarks, families or reshaping.
    """
    first = min(len(header.names), MOST_COLUMNS)
    columns = tuple(profile_column(header, place) for place in range(first))
    columns = tuple(each for each in columns if each.heading or each.kind != "empty")
    named = nameable(columns)
    unit = _find_unit(named, unit) or guess_unit(named)
    period = _period(named)
    joined = join_period(named, period)
    period = joined or period
    parts = part_names(joined.heading) if joined else ()
    others = [each for each in named if each.heading not in parts]
    quotients = find_quotients(others)
    apart, repeated = guess_apart(others, unit, period) if unit else ((), 0)
    return Sheet(
        name=header.grid.sheet,
        hidden=header.grid.hidden,
        header=header,
        rows=len(header.rows),
        width=len(columns) + len(header.names) - first,
        columns=columns,
        unit=unit,
        period=period,
        apart=apart,
        repeated=repeated,
        pairs=pair_columns(others, quotients),
        quotients=quotients,
        cards=match_cards(header),
    )


def pair_columns(columns: Sequence[Column], quotients: Sequence[Quotient]) -> tuple[Pair, ...]:
    """Guess which columns are measured, counted or given as rates, the best guess first."""
    pairs = (*guess_pairs(columns, quotients), *guess_given(columns, quotients))
    if not pairs and (parts := guess_parts(columns)) is not None:
        return (parts,)
    return tuple(sorted(pairs, key=lambda pair: -pair.score))


def _find_unit(columns: Collection[Column], unit: Unit | None) -> Unit | None:
    """Find columns of units again, by their headings."""
    there = {each.heading: each for each in columns}
    if unit is None or unit.code.heading not in there:
        return None
    return Unit(
        code=there[unit.code.heading], name=there.get(unit.name.heading) if unit.name else None
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


def _family(family: Family) -> dict[str, Any]:
    return {
        "pattern": clean(family.pattern),
        "periods": len(family.labels),
        "from": clean(family.labels[0]),
        "to": clean(family.labels[-1]),
    }
