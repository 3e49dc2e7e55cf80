"""Delimited text: which delimiter, and the cells."""

import contextlib
import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pandas as pd
import pyarrow as pa

from varstat.data.source.grid import Grid
from varstat.errors import TableError

DELIMITERS = (",", "\t", ";", "|")
PROBE_RECORDS = 200
PROBE_CHARACTERS = 200_000
# Three times as many as a spreadsheet has.
MOST_COLUMNS = 50_000
ROWS_AT_A_TIME = 100_000
_AT_A_TIME = 2**16
_JOINED_AT = 8


def read_delimited(text: str, *, name: str) -> Grid:
    """Split text into cells; rows shorter than the widest are filled with blanks.

    Parameters
    ----------
    text : str
    name : str
        The file's name, for messages.

    Returns
    -------
    Grid

    Raises
    ------
    TableError
        If a quotation mark is never closed, or a row has more cells than any table.
    """
    read = _Text(text)
    probe = read.beginning(PROBE_CHARACTERS)
    delimiter = _find_delimiter(probe)
    _check_width(text, delimiter, name=name)
    width = max((len(record) for record in _probe(probe, delimiter)), default=1)
    try:
        cells = _read_regular(read, delimiter, width)
    except pd.errors.ParserError:
        cells = _read_ragged(read, delimiter, name=name)
    # What was the text of single rows is given back.
    pa.default_memory_pool().release_unused()
    return Grid(cells=cells, delimiter=delimiter)


class _Text:
    """Text that is read from its beginning to its end, of which no copy is made.

    Parameters
    ----------
    whole : str
        Empty rows at its end aren't read: spreadsheets leave a million that nobody sees.
    """

    def __init__(self, whole: str) -> None:
        self.whole = whole
        self.end = len(whole)
        self.at = 0
        while self.end:
            start = max(0, self.end - _AT_A_TIME)
            filled = len(whole[start : self.end].rstrip("\r\n\t ,;|"))
            self.end = start + filled
            if filled:
                break

    def beginning(self, most: int) -> str:
        """Give so many characters, or all that there are."""
        return self.whole[: min(most, self.end)] + ("\n" if most > self.end else "")

    def read(self, size: int = -1, /) -> str:
        """Give the next characters; "" after the last."""
        start, self.at = self.at, self.end if size < 0 else min(self.at + size, self.end)
        return self.whole[start : self.at]

    def __iter__(self) -> Iterator[str]:
        """Give what is left, some of it at a time."""
        return iter(lambda: self.read(_AT_A_TIME), "")


def _read_regular(text: _Text, delimiter: str, width: int) -> pd.DataFrame:
    """Split rows of equal width, some at a time; of a long text each cell is held once."""
    # Of what a file can do, reading alone is needed.
    file: Any = text
    with pd.read_csv(
        file,
        sep=delimiter,
        header=None,
        names=list(range(width)),
        index_col=False,
        dtype=str,
        na_filter=False,
        skip_blank_lines=False,
        chunksize=ROWS_AT_A_TIME,
    ) as reader:
        first: pd.DataFrame = next(reader)
        if len(first) < ROWS_AT_A_TIME:
            return first
        columns = [[each] for each in _encode(first)]
        for rows in reader:
            for column, more in zip(columns, _encode(rows), strict=True):
                column.append(more)
                if len(column) == _JOINED_AT:
                    column[:] = [_join(column)]
    return pd.DataFrame({at: _as_categories(_join(each)) for at, each in enumerate(columns)})


def _encode(rows: pd.DataFrame) -> list[pa.DictionaryArray]:
    """Number the distinct cells of each column."""
    return [pa.array(rows[at]).dictionary_encode() for at in rows.columns]


def _join(parts: list[pa.DictionaryArray]) -> pa.DictionaryArray:
    """Join the parts of a column, each distinct cell held once."""
    return pa.chunked_array(parts).unify_dictionaries().combine_chunks()


def _as_categories(column: pa.DictionaryArray) -> pd.Categorical:
    categories = pd.Index(column.dictionary.to_pandas(), dtype=str)
    return pd.Categorical.from_codes(column.indices.to_numpy(), categories=categories)


def _check_width(text: str, delimiter: str, *, name: str) -> None:
    """Refuse a row so wide that laying it out would take all memory."""
    if text.count(delimiter) < MOST_COLUMNS or not _is_wide(text):
        return
    for row, line in enumerate(text.splitlines(), start=1):
        if line.count(delimiter) >= MOST_COLUMNS:
            raise TableError(
                name,
                f"row {row} has more than {MOST_COLUMNS:,} cells. Delete what stands far from the "
                "table.",
            )


def _is_wide(text: str) -> bool:
    """Tell whether a line may be so long as to have too many cells: it fills a whole stretch."""
    stretch = MOST_COLUMNS // 2
    return any(
        text.find("\n", start, start + stretch) < 0 for start in range(0, len(text), stretch)
    )


def _find_delimiter(probe: str) -> str:
    """Take the delimiter that gives most records the same, largest width."""

    def filled(delimiter: str) -> int:
        widths = Counter(len(record) for record in _probe(probe, delimiter))
        return max((width * n for width, n in widths.items() if width > 1), default=0)

    return max(DELIMITERS, key=filled)


def _probe(probe: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(probe, newline=""), delimiter=delimiter)
    records: list[list[str]] = []
    with contextlib.suppress(csv.Error):
        records.extend(islice(reader, PROBE_RECORDS))
    return records


def _read_ragged(text: _Text, delimiter: str, *, name: str) -> pd.DataFrame:
    """Read rows of unequal width, which the fast reader refuses."""
    lines = io.StringIO(text.beginning(text.end + 1), newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    try:
        records.extend(reader)
    except csv.Error as error:
        raise TableError(
            name,
            f"the row after row {len(records)} cannot be split into cells: {error}. Look for a "
            "quotation mark that is never closed, or save the file again as CSV.",
        ) from None
    width = max((len(record) for record in records), default=1)
    filled = [record + [""] * (width - len(record)) for record in records]
    return pd.DataFrame(filled, dtype=object)
