"""Cells as a file holds them, before anybody knows what they mean."""

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.data.source.decimal_mark import Mark

Texts = NDArray[np.object_]
_QUOTES = "='"
_AS_TEXT = re.compile(r'="((?:[^"]|"")+)"|\'(\d+)')
UNVALUED = "(formula without a value)"
# More can't be laid out in the memory that most have.
MOST_CELLS = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """A rectangle of cells from one sheet, file or data frame.

    Attributes
    ----------
    cells : DataFrame
        Text, of long files as categories, or what Excel, Parquet or the caller gave, as it came.
    names : tuple of str or None
        The columns' names where the format has them; None when a row of the cells holds them.
    sheet : str or None
        The workbook's sheet.
    hidden : bool
        Whether a spreadsheet hides that sheet.
    delimiter : str or None
        At which text was split into cells, so that one too many in a row moves the others.
    decimal : {".", ","} or None
        The decimal mark, where the caller says it; None where the numbers are to tell.
    notes : tuple of str
        What a reader of these cells should know.
    numbers : ndarray of int, shape (rows,), or None
        Of cells that were rearranged, the number of the file's row that each row comes from; None
        where rows stand as in the file.
    """

    cells: pd.DataFrame
    names: tuple[str, ...] | None = None
    sheet: str | None = None
    hidden: bool = False
    delimiter: str | None = None
    decimal: Mark | None = None
    notes: tuple[str, ...] = ()
    numbers: NDArray[np.int64] | None = None

    def line(self, row: int) -> tuple[str | None, ...]:
        """Give one row as stripped text."""
        return tuple(text_of(cell) for cell in self.cells.iloc[row].tolist())

    def blank(self, rows: NDArray[np.int64], *, columns: slice = slice(None)) -> NDArray[np.bool_]:
        """Tell which of these rows hold nothing in these columns.

        Parameters
        ----------
        rows : ndarray of int, shape (some,)
            Positions.
        columns : slice
            By default all.

        Returns
        -------
        ndarray of bool, shape (some,)
        """
        left = np.arange(len(rows))
        for column in range(*columns.indices(self.cells.shape[1])):
            if not len(left):
                break
            texts = texts_of(self.cells.iloc[rows[left], column])
            left = left[pd.isna(texts)]
        return np.isin(np.arange(len(rows)), left)


def text_of(cell: Any) -> str | None:
    """Write one cell as text, without the decimals that a spreadsheet adds to whole numbers.

    Examples
    --------
    >>> text_of(131831.0), text_of(" 5E1 "), text_of("  "), text_of(0.25)
    ('131831', '5E1', None, '0.25')
    """
    if isinstance(cell, str):
        plain = cell.strip()
        return (_unquote(plain) if plain[:1] in ("=", "'") else plain) or None
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return None
    if isinstance(cell, bool | np.bool_):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float | np.floating):
        number = float(cell)
        if number != number:
            return None
        return str(int(number)) if number.is_integer() else repr(number)
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    return str(cell).strip() or None


def texts_of(column: "pd.Series[Any]") -> Texts:
    """Write a column as text, None where a cell is blank."""
    if isinstance(column.dtype, pd.StringDtype | pd.CategoricalDtype):
        # Each text is written once, and its rows share it: a tenth of the memory.
        codes, distinct = pd.factorize(column, use_na_sentinel=True)
        shared = np.full(len(distinct) + 1, None, dtype=object)
        shared[:-1] = _texts(distinct.to_numpy(dtype=object))
        return shared[codes]
    return _texts(column.to_numpy(dtype=object))


def _unquote(text: str) -> str:
    """Take off what makes a spreadsheet show text as it is: ="010", '010."""
    found = _AS_TEXT.fullmatch(text)
    return text if found is None else (found[2] or found[1].replace('""', '"').strip())


def _texts(cells: Texts) -> Texts:
    out = np.empty(len(cells), dtype=object)
    # Text, by far the most common, is stripped here: a call for each cell would double the time.
    out[:] = [(cell.strip() or None) if isinstance(cell, str) else text_of(cell) for cell in cells]
    if any(cell is not None and cell[0] in _QUOTES for cell in out):
        out[:] = [cell and (_unquote(cell) or None) for cell in out]
    joined = "".join(cell for cell in out if cell is not None)
    if "\0" in joined:
        # Arrays of text end at it, so that "A" and "A\0" would be two units here and one there.
        out[:] = [cell and (cell.replace("\0", "").strip() or None) for cell in out]
    try:
        joined.encode()
    except UnicodeEncodeError:
        # Half a character, which no file can hold, though a data frame can.
        out[:] = [cell and cell.encode(errors="replace").decode() for cell in out]
    return out


def hash_frame(frame: pd.DataFrame) -> str:
    """Hash a data frame's names and contents, the same on every version of pandas.

    Returns
    -------
    str
        SHA-256 in hexadecimal digits, of the cells written as text.
    """
    digest = hashlib.sha256("\x1f".join(map(str, frame.columns)).encode())
    for position in range(frame.shape[1]):
        column = texts_of(frame.iloc[:, position])
        joined = "\x1f".join("\x00" if cell is None else cell for cell in column)
        digest.update(b"\x1e" + joined.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
