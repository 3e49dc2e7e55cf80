"""What a file is for that holds no rates: a lookup, figures about units, numbers of one kind."""

from collections.abc import Iterator

from varstat.data.profile.column import Column
from varstat.data.profile.sheet import Sheet
from varstat.data.profile.suspicion import quote

_SHOWN = 3


def describe_nature(sheet: Sheet) -> str | None:
    """Say what kind of file this is: a lookup, figures about units, numbers of one kind.

    Parameters
    ----------
    sheet : Sheet
        In which no two columns could be read as events and what they are out of.

    Returns
    -------
    str or None
        A sentence without a record's values; None where the file may hold rates after all.
    """
    meant = sheet.meant
    unit = meant.unit
    if unit is None or meant.header is None:
        return None
    numbers = [each for each in meant.columns if each.numeric or each.flagged]
    once = unit.code.distinct == meant.rows - unit.code.missing
    if not numbers:
        each = "one row for each" if once else "several rows for some of the"
        return f"A lookup: {each} {quote(unit.code)}, and no counts."
    if len(numbers) == 1:
        return (
            f"Numbers of one kind, in {quote(numbers[0])}: there is no rate in them without what "
            "they are out of, such as cases, people or days."
        )
    if once and not meant.pairs:
        return (
            f"Figures about units: one row for each {quote(unit.code)}, and no two columns that "
            "are plainly events and what they are out of."
        )
    return None


def joinable(sheet: Sheet) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """Name what another file's analysis can take from a file of one row a unit.

    Parameters
    ----------
    sheet : Sheet

    Returns
    -------
    key : str or None
        The column that holds the units; None where a unit has several rows.
    groups, covariates : tuple of str
        Columns of few values, and of numbers, at most three of each.
    """
    unit = sheet.meant.unit
    if unit is None or unit.code.distinct != sheet.meant.rows - unit.code.missing:
        return None, (), ()
    groups = tuple(_named(each for each in sheet.meant.columns if each.kind == "category"))
    numbers = tuple(_named(each for each in sheet.meant.columns if each.numeric))
    return " ".join(unit.code.heading.split()), groups[:_SHOWN], numbers[:_SHOWN]


def _named(columns: Iterator[Column]) -> Iterator[str]:
    return (" ".join(each.heading.split()) for each in columns if each.heading)
