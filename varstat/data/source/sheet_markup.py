"""What a workbook's XML says of its cells: where they stand, how they look, which rows are hidden.

calamine lays a sheet out from A1 to its last cell, whatever lies between, and gives a cell's number
without its format. So both are looked up before, in the XML itself.
"""

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

from varstat.data.source.number_format import Format, read_format

# A spreadsheet has no more.
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MOST_UNPACKED = 1_000_000_000
_CHUNK = 1 << 20
_COLUMNS = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Za-z]+)\d""")
_ROWS = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["'][A-Za-z]+(\d+)""")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*>")
_COL = re.compile(rb"<(?:\w+:)?col\s[^>]*>")
_HIDDEN = re.compile(rb"""\bhidden=["'](?:1|true)["']""")
_NUMBER = re.compile(rb"""\br=["'](\d+)["']""")
_UNVALUED = re.compile(
    rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Za-z]+)(\d+)["'][^>]*>\s*<(?:\w+:)?f\b[^>]*?"""
    rb"""(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"""
)


class MarkupError(Exception):
    """A workbook that can't be taken, with a sentence that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMarkup:
    """What the XML of one sheet says.

    Attributes
    ----------
    rows, columns : int
        How far it spans from A1.
    hidden : tuple of int
        Numbers of the rows that aren't shown.
    hidden_columns : tuple of int
        Likewise, from 1, as far as the last column that holds anything.
    unvalued : tuple of (int, int)
        Row and column, from 1, of formulas that no program has computed.
    formats : dict of (int, int) to Format
        Of the cells that show more than their number.
    """

    rows: int
    columns: int
    hidden: tuple[int, ...]
    hidden_columns: tuple[int, ...]
    unvalued: tuple[tuple[int, int], ...]
    formats: dict[tuple[int, int], Format]


def unpack(data: bytes) -> dict[str, bytes]:
    """Unpack the parts of a workbook that tell of cells, having checked that all are of a size.

    Raises
    ------
    MarkupError
        If it unpacks to more than any machine holds, or declares a type of its own.
    zipfile.BadZipFile
        If it is damaged.
    """
    parts: dict[str, bytes] = {}
    total = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            wanted = member.filename.startswith("xl/") and member.filename.endswith(
                (".xml", "rels")
            )
            chunks = []
            with archive.open(member) as file:
                # What a member says of its own size needn't be true.
                while chunk := file.read(_CHUNK):
                    total += len(chunk)
                    if total > MOST_UNPACKED:
                        raise MarkupError(
                            "the workbook unpacks to more than 1 GB. Save the sheet as CSV or "
                            "Parquet."
                        )
                    if wanted:
                        chunks.append(chunk)
            if wanted:
                parts[member.filename] = b"".join(chunks)
    if any(b"<!DOCTYPE" in part[:_CHUNK] for part in parts.values()):
        raise MarkupError(
            "the workbook declares XML entities, which no spreadsheet writes. Save it again."
        )
    return parts


def read_markup(parts: dict[str, bytes]) -> dict[str, SheetMarkup]:
    """Read what the XML says of every sheet, by the sheet's name.

    Raises
    ------
    MarkupError
        If a cell stands where no spreadsheet has one.
    """
    formats = _formats(parts.get("xl/styles.xml", b""))
    return {
        name: _read_sheet(parts[path], formats, name=name)
        for name, path in _sheets(parts)
        if path in parts
    }


def place(row: int, column: int) -> str:
    """Write where a cell stands.

    Examples
    --------
    >>> place(1048576, 16384), place(2, 27)
    ('XFD1048576', 'AA2')
    """
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def _read_sheet(xml: bytes, formats: dict[int, Format], *, name: str) -> SheetMarkup:
    rows = {int(number) for number in set(_ROWS.findall(xml))} or {0}
    columns = {_column(letters) for letters in set(_COLUMNS.findall(xml))} or {0}
    row_tags = _ROW.findall(xml)
    numbered = {int(found[1]) for tag in row_tags if (found := _NUMBER.search(tag))}
    if max(rows | numbered) > LAST_ROW or max(columns) > LAST_COLUMN:
        raise MarkupError(
            f"sheet {name!r} has a cell beyond {place(LAST_ROW, LAST_COLUMN)}, where sheets end: "
            "the workbook is damaged. Save it again."
        )
    hidden = [_NUMBER.search(tag) for tag in row_tags if _HIDDEN.search(tag)]
    return SheetMarkup(
        rows=max(rows),
        columns=max(columns),
        hidden=tuple(int(found[1]) for found in hidden if found),
        hidden_columns=tuple(_hidden_columns(xml, last=max(columns))),
        unvalued=tuple((int(row), _column(letters)) for letters, row in _UNVALUED.findall(xml)),
        formats=dict(_formatted(xml, formats)),
    )


def _hidden_columns(xml: bytes, *, last: int) -> Iterable[int]:
    for tag in _COL.findall(xml):
        ends = [re.search(rb"""\b%b=["'](\d+)["']""" % end, tag) for end in (b"min", b"max")]
        if _HIDDEN.search(tag) and ends[0] and ends[1]:
            yield from range(int(ends[0][1]), min(int(ends[1][1]), last) + 1)


def _formatted(xml: bytes, formats: dict[int, Format]) -> Iterable[tuple[tuple[int, int], Format]]:
    if not formats:
        return
    styles = b"|".join(str(style).encode() for style in formats)
    cell = re.compile(
        rb"""<(?:\w+:)?c\s(?=[^>]*?\bs=["'](%b)["'])[^>]*?\br=["']([A-Za-z]+)(\d+)["']""" % styles
    )
    for style, letters, row in cell.findall(xml):
        yield (int(row), _column(letters)), formats[int(style)]


def _formats(styles: bytes) -> dict[int, Format]:
    """The formats that show more than a number, by the number of the cell style."""
    if not styles:
        return {}
    # Entities were refused before.
    root = ElementTree.fromstring(styles)  # noqa: S314
    codes = {
        int(each.get("numFmtId", -1)): each.get("formatCode", "")
        for each in root.iter()
        if _tag(each) == "numFmt"
    }
    found: dict[int, Format] = {}
    for group in root:
        if _tag(group) == "cellXfs":
            for style, each in enumerate(group):
                number = int(each.get("numFmtId", 0))
                shown = read_format(codes.get(number, {9: "0%", 10: "0.00%"}.get(number, "")))
                if shown is not None:
                    found[style] = shown
    return found


def _sheets(parts: dict[str, bytes]) -> Iterable[tuple[str, str]]:
    """Each sheet's name and the part that holds it."""
    relations = ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])  # noqa: S314
    targets = {each.get("Id"): each.get("Target", "") for each in relations}
    for each in ElementTree.fromstring(parts["xl/workbook.xml"]).iter():  # noqa: S314
        if _tag(each) == "sheet":
            identifier = next((v for k, v in each.items() if k.endswith("}id")), None)
            target = targets.get(identifier, "")
            path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            yield each.get("name", ""), path


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:8]:
        number = number * 26 + letter - ord("A") + 1
    return number
