"""Delimited text: which delimiter, and the cells."""

import contextlib
import csv
import io
from collections import Counter
from itertools import islice

import pandas as pd

from varstat.data.source.grid import Grid
from varstat.errors import TableError

DELIMITERS = (",", "\t", ";", "|")
PROBE_RECORDS = 200
PROBE_CHARACTERS = 200_000
# Three times as many as a spreadsheet has.
MOST_COLUMNS = 50_000


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
    # Spreadsheets leave a million empty rows below a table that nobody sees.
    text = text.rstrip("\r\n\t ,;|") + "\n"
    probe = text[:PROBE_CHARACTERS]
    delimiter = _find_delimiter(probe)
    _check_width(text, delimiter, name=name)
    width = max((len(record) for record in _probe(probe, delimiter)), default=1)
    try:
        cells = pd.read_csv(
            # Not as text, of which a buffer takes four bytes a letter.
            io.BytesIO(text.encode()),
            sep=delimiter,
            header=None,
            names=list(range(width)),
            index_col=False,
            dtype=str,
            na_filter=False,
            skip_blank_lines=False,
        )
    except pd.errors.ParserError:
        cells = _read_ragged(text, delimiter, name=name)
    return Grid(cells=cells, delimiter=delimiter)


def _check_width(text: str, delimiter: str, *, name: str) -> None:
    """Refuse a row so wide that laying it out would take all memory."""
    if text.count(delimiter) < MOST_COLUMNS:
        return
    for row, line in enumerate(text.splitlines(), start=1):
        if line.count(delimiter) >= MOST_COLUMNS:
            raise TableError(
                name,
                f"row {row} has more than {MOST_COLUMNS:,} cells. Delete what stands far from the "
                "table.",
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


def _read_ragged(text: str, delimiter: str, *, name: str) -> pd.DataFrame:
    """Read rows of unequal width, which the fast reader refuses."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
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
