"""Columns for a terminal: numbers are never cut; names and the least needed columns give way."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from rich.cells import cell_len, set_cell_size
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from varstat.prose.text import clean, is_blank

# The fewest letters to which a name is cut; and those that it has before any number gives way.
SHORTEST, COMFORTABLE = 8, 24
# The fewest letters of a line of what goes on in the next, and of a word that isn't broken.
_LINE, _WORD = 16, 18
# Codes are as long at most.
_CODE = 16
# Where columns are for which there is no room.
_CSV = "; --format csv has all"
# Behind a unit that is asked for.
MARKED = " ◄"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """Columns that fit a terminal.

    Attributes
    ----------
    grid : Table
        Of rich's.
    left_out : tuple of str
        Headings of the columns for which there was no room.
    """

    grid: Grid
    left_out: tuple[str, ...]


def print_padded(console: Console, *what: RenderableType, before: str = " ") -> None:
    """Print with a space, or what is said, before each line; text has no spaces at its ends."""
    for each in what:
        if not isinstance(each, Text):
            console.print(Padding(each, (0, 0, 0, len(before)), expand=False))
            continue
        for line in each.wrap(console, max(console.width - len(before), SHORTEST)):
            line.rstrip()
            console.print(Text(before, each.style) + line, soft_wrap=True)


def print_columns(
    console: Console, fitted: Fitted, *, known: Collection[str] = (), where: str = _CSV
) -> None:
    """Print columns, and below them which ones there was no room for, but for the known."""
    print_padded(console, fitted.grid)
    names = [name for name in fitted.left_out if name not in known]
    if names:
        print_padded(console, Text(f"not shown at this width: {', '.join(names)}{where}", "dim"))


def set_columns(
    texts: Mapping[str, list[str]],
    numbers: Mapping[str, list[str]],
    *,
    width: int,
    expendable: Sequence[str],
    left: Sequence[str] = (),
    whole: Sequence[str] = (),
    wrapped: Sequence[str] = (),
    shorter: Mapping[str, list[str]] = MappingProxyType({}),
) -> Fitted:
    """Set columns side by side.

    Parameters
    ----------
    texts : mapping of str to list of str
        Columns that may be cut, by their headings.
    numbers : mapping of str to list of str
        Columns that may not.
    width : int
        Of the terminal.
    expendable : sequence of str
        Columns to leave out, in this order, as long as there is no room for all: for numbers and
        the better part of names; or, where a name's own turn comes, a few letters of them.
    left : sequence of str
        Uncut columns that stand to the left.
    whole : sequence of str
        Columns of texts that may not be cut either.
    wrapped : sequence of str
        Columns of texts that go on in the next line where there is no room.
    shorter : mapping of str to list of str
        Columns of texts in fewer words, for where there is no room for all as they are.

    Returns
    -------
    Fitted
    """
    texts, numbers = dict(texts), dict(numbers)
    if _needed(texts) + _needed(numbers) > width - 1:
        texts |= shorter
    left_out = []
    for name in expendable:
        letters = SHORTEST if name in texts and name not in whole else COMFORTABLE
        letters = _LINE if name in wrapped else letters
        room = sum(
            (_widest(*each) if each[0] in whole else min(_widest(*each), letters)) + 2
            for each in texts.items()
        )
        if room + _needed(numbers) <= width - 1:
            break
        if (texts if name in texts else numbers).pop(name, None) is not None:
            left_out.append(" ".join(name.replace("-\n", "").split()))
    fixed = {name: _widest(name, cells) for name, cells in texts.items() if name in whole}
    needed = {name: _widest(name, cells) for name, cells in texts.items() if name not in fixed}
    free = width - 1 - _needed(numbers) - sum(room + 2 for room in fixed.values())
    given = fixed | dict(zip(needed, _rooms(list(needed.values()), free), strict=True))
    given |= _keep_words({name: texts[name] for name in needed}, given, wrapped)
    rooms = [given[name] for name in texts]
    grid = Grid(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name, room in zip(texts, rooms, strict=True):
        grid.add_column(
            Text(_cut(name, room)),
            no_wrap=name not in wrapped,
            overflow="fold",
            width=room if name in wrapped else None,
            vertical="top" if wrapped else "bottom",
        )
    for name in numbers:
        grid.add_column(Text(name), justify="left" if name in left else "right", no_wrap=True)
    # What is wrapped keeps all its letters.
    most = [None if name in wrapped else given[name] for name in texts]
    for row in zip(*texts.values(), *numbers.values(), strict=True):
        cut = (
            cell if room is None else _cut(cell, room)
            for cell, room in zip(row, most, strict=False)
        )
        grid.add_row(*map(Text, cut), *map(Text, row[len(rooms) :]))
    return Fitted(grid=grid, left_out=tuple(left_out))


def set_block(
    texts: Mapping[str, list[str]],
    numbers: Mapping[str, list[str]],
    *,
    width: int,
    expendable: Sequence[str] = (),
) -> Fitted:
    """Set a small table, of which nothing is cut: short texts are whole, others go on below.

    Parameters
    ----------
    texts, numbers : mapping of str to list of str
        Columns, by their headings.
    width : int
        Of the terminal.
    expendable : sequence of str
        Columns that give way, in this order.

    Returns
    -------
    Fitted
    """
    short = [name for name, cells in texts.items() if _widest(name, cells) <= _CODE]
    whole = [name for name in short if name not in expendable]
    wrapped = [name for name in texts if name not in whole]
    return set_columns(
        texts, numbers, width=width, expendable=expendable, whole=whole, wrapped=wrapped
    )


def are_codes(cells: Sequence[str]) -> bool:
    """Whether cells are short and of one word, as codes are: a part of one would be another.

    Examples
    --------
    >>> are_codes(["RXH", "5QT ◄"]), are_codes(["St Mary's"])
    (True, False)
    """
    plain = [cell.removesuffix(MARKED) for cell in cells]
    return all(len(cell) <= _CODE and " " not in cell for cell in plain)


def name_text(text: object) -> str:
    """Make a name safe to show; empty where there is none."""
    return "" if is_blank(text) else clean(str(text))


def _widest(name: str, cells: list[str]) -> int:
    return max(map(cell_len, (*name.split("\n"), *cells)))


def _cut(text: str, room: int) -> str:
    """Cut a name to its room: some letters take that of two."""
    if cell_len(text) <= room:
        return text
    return set_cell_size(text, room - 1).rstrip() + "…"


def _needed(columns: Mapping[str, list[str]]) -> int:
    return sum(_widest(*each) + 2 for each in columns.items())


def _keep_words(
    texts: Mapping[str, list[str]], given: Mapping[str, int], wrapped: Sequence[str]
) -> dict[str, int]:
    """Take room from names that are cut anyway where a sentence's words would be broken."""
    rooms = {name: given[name] for name in texts}
    for name in (each for each in texts if each in wrapped):
        words = [word for cell in texts[name] for word in cell.split()]
        wanted = min(max(map(cell_len, words), default=0), _WORD)
        for other in (each for each in texts if each not in wrapped):
            spare = min(max(wanted - rooms[name], 0), max(rooms[other] - SHORTEST, 0))
            rooms[name] += spare
            rooms[other] -= spare
    return rooms


def _rooms(needed: list[int], room: int) -> list[int]:
    """Share a line's room: who needs less than a fair share leaves the rest to the others."""
    given = dict.fromkeys(range(len(needed)), 0)
    for place, i in enumerate(sorted(given, key=lambda i: needed[i])):
        given[i] = max(min(needed[i], room // (len(needed) - place) - 2), 4)
        room -= given[i] + 2
    return list(given.values())
