"""What an analysis needs that a sheet doesn't say, in words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from varstat.data.profile.sheet import Sheet

# So many counts may be parts of a whole that no column holds.
_SEVERAL = 3


def describe_lack(sheet: "Sheet") -> Iterator[str]:
    """Say what isn't known of a sheet that an analysis needs.

    Parameters
    ----------
    sheet : Sheet

    Yields
    ------
    str
        A sentence without its full stop, one for each thing.
    """
    if sheet.header is None:
        yield "no row can be told to be the header: give the file one, above its records"
        return
    if sheet.unit is None:
        yield "no column looks like codes or names of units"
    if not sheet.pairs:
        yield "nothing tells which columns hold events, and what they are out of" + _sums(sheet)
    if sheet.repeated:
        yield (
            f"{sheet.repeated:,} rows have the unit, period and levels of another: no column tells "
            "them apart. If each row is a record, count them with varstat cells"
        )


def _sums(sheet: "Sheet") -> str:
    """Say that columns can be added up, where there are several of counts."""
    counts = sum(each.kind == "count" for each in sheet.columns)
    return '; a sum of columns can be either, written "A + B"' if counts >= _SEVERAL else ""
