"""Numbers as publishers print them, and the marks they print instead."""

import math
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.data.account import Mask
from varstat.data.source.decimal_mark import Mark, find_mark, is_ambiguous, with_point
from varstat.data.source.grid import Texts, texts_of
from varstat.measure import Floats


class Kind(IntEnum):
    """What a cell of a count column holds."""

    NUMBER = 0
    BLANK = 1
    MISSING = 2
    SUPPRESSED = 3
    PERCENT = 4
    TEXT = 5
    INFINITE = 6
    AMBIGUOUS = 7


SUPPRESSED = {"*": "suppressed", "[c]": "suppressed"}
MISSING = {
    "-": "no value",
    "..": "not available",
    ".": "not available",
    ":": "not available",
    "[x]": "not available",
    "x": "not available",
    "[z]": "not applicable",
    "z": "not applicable",
    "[low]": "too low to show",
    "#n/a": "not available",
    "n/a": "not available",
    "na": "not available",
    "null": "not recorded",
}
TWO_WAYS = "numbers whose comma or point may mark decimals or thousands,"
SAY_WHICH = "Say how decimals are marked: --decimal , or --decimal ."
GROUPED = re.compile(r"[+-]?\d{1,3}([,\s'’]\d{3})+(\.\d+)?")
PRINTED = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """What the suppressed cells of a sum of columns are made of.

    Attributes
    ----------
    known : ndarray of float, shape (rows,)
        The sum of what is printed.
    times : ndarray of float, shape (rows,)
        How often what the mark stands for is added to it.
    """

    known: Floats
    times: Floats

    def take(self, rows: Mask) -> "Parts":
        """Keep some rows."""
        return Parts(known=self.known[rows], times=self.times[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Numbers:
    """A column of numbers and of what stands instead of them.

    Attributes
    ----------
    values : ndarray of float, shape (rows,)
        NaN where the cell holds no number; for a percentage the number before the sign.
    kind : ndarray of int8, shape (rows,)
        A `Kind` for each cell.
    mark : ndarray of object, shape (rows,)
        The mark, in lower case, where there is one; None elsewhere.
    half_unit : ndarray of float, shape (rows,)
        Half a unit in the last printed digit, for percentages and for what is made of columns by
        multiplying; zero elsewhere.
    hidden : Parts or None
        Of a sum of columns, what its hidden cells are made of.
    terms : int
        How many columns were added up.
    """

    values: Floats
    kind: NDArray[np.int8]
    mark: Texts
    half_unit: Floats
    hidden: "Parts | None" = None
    terms: int = 1

    def is_kind(self, *kinds: Kind) -> Mask:
        """Say which cells are of any of these kinds."""
        return np.isin(self.kind, kinds)

    def take(self, rows: Mask) -> "Numbers":
        """Keep some rows."""
        return Numbers(
            values=self.values[rows],
            kind=self.kind[rows],
            mark=self.mark[rows],
            half_unit=self.half_unit[rows],
            hidden=self.hidden and self.hidden.take(rows),
            terms=self.terms,
        )


def explain_mark(mark: str) -> str:
    """Say what a mark means: "suppressed (marked '*')"."""
    return f"{SUPPRESSED.get(mark) or MISSING[mark]} (marked {mark!r})"


def parse_numbers(texts: Texts, *, mark: Mark | None = None) -> Numbers:
    """Parse a column of stripped text.

    A whole column of plain numbers takes one vectorised step; otherwise each distinct text is
    parsed once.

    Parameters
    ----------
    texts : ndarray of object, shape (rows,)
        Text, or None where the cell is blank.
    mark : {".", ","}, optional
        The decimal mark. By default the column tells it; where it doesn't, numbers such as "12,125"
        are of kind `AMBIGUOUS`, with the value that they have if a point marks decimals.

    Returns
    -------
    Numbers
    """
    try:
        values = texts.astype(np.float64)
    except (ValueError, TypeError):
        return _parse_distinct(texts, mark)
    plain = np.isfinite(values).all() and not any("_" in text for text in texts)
    whole = plain and not any("." in text for text in texts)
    if plain and (whole or mark == "." or find_mark(texts) == "."):
        return plain_numbers(values)
    return _parse_distinct(texts, mark)


def plain_numbers(values: Floats) -> Numbers:
    """Wrap numbers that need no parsing; NaN is blank."""
    kind = np.zeros(len(values), dtype=np.int8)
    kind[np.isnan(values)] = Kind.BLANK
    infinite = np.isinf(values)
    kind[infinite] = Kind.INFINITE
    return Numbers(
        values=np.where(infinite, np.nan, values),
        kind=kind,
        mark=np.full(len(values), None, dtype=object),
        half_unit=np.zeros(len(values)),
    )


def _parse_distinct(texts: Texts, mark: Mark | None) -> Numbers:
    codes, distinct = pd.factorize(texts, use_na_sentinel=True)
    settled = mark or find_mark(distinct)
    # The last entry is what the code -1 points to: a blank.
    parsed = [_parse(text, settled) for text in distinct] + [(math.nan, Kind.BLANK, None, 0.0)]
    columns: tuple[Any, ...] = tuple(zip(*parsed, strict=True))
    values, kinds, marks, halves = columns
    return Numbers(
        values=np.array(values, dtype=np.float64)[codes],
        kind=np.array(kinds, dtype=np.int8)[codes],
        mark=np.array(marks, dtype=object)[codes],
        half_unit=np.array(halves, dtype=np.float64)[codes],
    )


def _parse(text: str, decimal: Mark | None) -> tuple[float, Kind, str | None, float]:
    """Parse one cell: its number, kind, mark and, for a percentage, half its last digit."""
    lowered = text.lower()
    if lowered in SUPPRESSED:
        return math.nan, Kind.SUPPRESSED, lowered, 0.0
    if lowered in MISSING:
        return math.nan, Kind.MISSING, lowered, 0.0
    if lowered == "nan":
        return math.nan, Kind.BLANK, None, 0.0
    body = with_point(text.replace("\u2212", "-"), decimal or ".")
    percent = body.endswith("%")
    if percent:
        body = body[:-1].rstrip()
    if GROUPED.fullmatch(body):
        body = re.sub(r"[,\s'’]", "", body)
    if not PRINTED.fullmatch(body):
        infinite = lowered.lstrip("+-") in ("inf", "infinity", "∞")
        return math.nan, Kind.INFINITE if infinite else Kind.TEXT, None, 0.0
    value = float(body)
    if math.isinf(value):
        return math.nan, Kind.INFINITE, None, 0.0
    if decimal is None and is_ambiguous(text):
        return value, Kind.AMBIGUOUS, None, 0.0
    if not percent:
        return value, Kind.NUMBER, None, 0.0
    decimals = len(body.partition(".")[2]) if "e" not in body.lower() else 0
    return value, Kind.PERCENT, None, 0.5 * 10.0**-decimals


def read_numbers(column: "pd.Series[Any]", *, mark: Mark | None = None) -> Numbers:
    """Read a column of text or of numbers, as `parse_numbers` does."""
    if (
        pd.api.types.is_numeric_dtype(column)
        and not pd.api.types.is_bool_dtype(column)
        and not pd.api.types.is_complex_dtype(column)
    ):
        return plain_numbers(column.to_numpy(dtype=np.float64, na_value=np.nan))
    return parse_numbers(texts_of(column), mark=mark)
