"""A file of which nothing is known: its sheets, and what they may be to an analysis."""

from dataclasses import dataclass, replace
from typing import Any

from varstat.data.profile.column import Column
from varstat.data.profile.reshaped import find_family_columns, reshape_sheet
from varstat.data.profile.sheet import Sheet, profile_header
from varstat.data.profile.suspicion import suspect
from varstat.data.profile.top import find_top
from varstat.data.source.open import Source


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
    sheet = reshape_sheet(replace(source, grids=(grid,)), profile_header(header))
    quotients = sheet.meant.quotients if sheet.families else sheet.quotients
    remarks = suspect(header, _remarked(sheet), quotients, unit=sheet.unit)
    return replace(sheet, suspicious=remarks)


def _remarked(sheet: Sheet) -> list[Column]:
    """Give the columns to remark on: a family's periods together, and no column of measures."""
    members = {place for family in sheet.families for place in family.places}
    names = sheet.reshaped.spread if sheet.reshaped else None
    own = [
        each
        for each in sheet.columns
        if each.place not in members and not (names and names.startswith(f"{each.heading}:"))
    ]
    return [*own, *find_family_columns(sheet)]
