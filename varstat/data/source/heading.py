"""Headings: those of two rows joined, and whether a row of cells is headings at all."""

import re
from collections import Counter
from collections.abc import Sequence

_DIGIT = re.compile(r"\d")
# A year or a period begins a heading too.
_YEAR = re.compile(r"(19|20)\d\d([-/–]\d\d(\d\d)?)?( .+)?")
_DATE = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")
# A date, a number alone, or more digits in a row than a year has.
_RECORDED = re.compile(r"\d{5}|(19|20)\d\d-\d\d-\d\d|\d\d?/\d\d?/\d{4}|^[-+]?\d+(\.\d+)?$")
_LISTED = 40


def join_headings(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """Write each heading with the one above it, which may span several columns.

    Parameters
    ----------
    upper, lower : sequence of str
        Two rows of cells, empty where blank. A merged cell stands in the first of its columns.

    Returns
    -------
    tuple of str
        Where the lower row is blank, the upper one's own cell.

    Examples
    --------
    >>> join_headings(["Code", "Seen", "", "Late", ""], ["", "Type 1", "All", "Type 1", "All"])
    ('Code', 'Seen Type 1', 'Seen All', 'Late Type 1', 'Late All')
    """
    joined, above = [], ""
    for own, name in zip(upper, lower, strict=True):
        above = own or above
        joined.append(f"{above} {name}".strip() if name else own)
    return tuple(joined)


def tell_apart(names: Sequence[str], joined: Sequence[str]) -> tuple[str, ...]:
    """Take the joined heading where the lower one alone stands more than once.

    Examples
    --------
    >>> tell_apart(["Code", "All", "All"], ["Code", "Seen All", "Late All"])
    ('Code', 'Seen All', 'Late All')
    >>> tell_apart(["Code", "All", "All"], ["Code", "Table 1 All", "Table 1 All"])
    ('Code', 'All', 'All')
    """
    times = Counter(names)
    longer: dict[str, set[str]] = {}
    for long, short in zip(joined, names, strict=True):
        longer.setdefault(short, set()).add(long)
    apart = {name for name, found in longer.items() if name and 1 < len(found) == times[name]}
    return tuple(
        long if short in apart else short for long, short in zip(joined, names, strict=True)
    )


def look_like_names(cells: Sequence[str]) -> bool:
    """Tell whether cells can be the names of columns, and so may be printed.

    A record has codes, numbers and dates: cells that begin with a digit, or of which half is
    digits.

    Examples
    --------
    >>> look_like_names(["Code", "Type 1", "2019/20"]), look_like_names(["R1", "9434765919"])
    (True, False)
    """
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and len(set(filled)) == len(filled) and all(map(_is_wordy, filled))


def list_names(names: Sequence[str]) -> str:
    """List names for a message, the first forty of them."""
    filled = [repr(name) for name in names if name]
    more = len(filled) - _LISTED
    return ", ".join(filled[:_LISTED]) + (f" and {more} more" if more > 0 else "")


def list_wordy(names: Sequence[str]) -> str:
    """List those names that can't be a record's values; none if some plainly are."""
    filled = [name for name in names if name]
    if any(_RECORDED.search(name) for name in filled):
        return ""
    wordy = [name for name in filled if _is_wordy(name)]
    more = len(filled) - len(wordy)
    return list_names(wordy) + (f" and {more} more" if more and wordy else "")


def tell_headings(first: Sequence[str], second: Sequence[str]) -> bool:
    """Tell whether the first row names columns, by the row below it.

    Names are words, and some cell below them isn't: a record of words alone, below which stands
    another, can't be told from names, and isn't printed.

    Examples
    --------
    >>> tell_headings(["trust", "died"], ["R1", "0"])
    True
    >>> tell_headings(["Ann", "Leeds"], ["Bob", "Ely"])
    False
    """
    return look_like_names(first) and any(cell and not _is_wordy(cell) for cell in second)


def _is_wordy(cell: str) -> bool:
    if _YEAR.fullmatch(cell) and not _DATE.fullmatch(cell):
        return True
    digits = len(_DIGIT.findall(cell))
    return not cell[0].isdigit() and cell[0] not in "+-.,*" and 2 * digits < len(cell)
