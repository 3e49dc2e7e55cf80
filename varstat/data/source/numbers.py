"""Numbers as publishers print them, and the marks they print instead."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.data.account import Mask
from varstat.data.source.decimal_mark import Mark, find_mark, is_ambiguous, with_point
from varstat.data.source.grid import Texts, texts_of
from varstat.data.source.vocabulary import (
    BLANK,
    MISSING,
    PLAIN,
    UNKNOWN,
    Range,
    Vocabulary,
    fold,
    is_missing,
)
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


TWO_WAYS = "numbers whose comma or point may mark decimals or thousands,"
SAY_WHICH = "Say how decimals are marked: --decimal , or --decimal ."
# By thousands, and in India by lakhs: 12,34,567.
GROUPED = re.compile(r"[+-]?(\d{1,3}([,\s'’]\d{3})+|\d{1,2}(,\d{2})+,\d{3})(\.\d+)?")
# Signs that can be read one way only, as those of Arabic and of full width.
_SIGNS = str.maketrans("\u2212\u066a\uff05\u066c\u066b", "-%%,.")
PRINTED = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


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
        What stands in place of a number: a mark, folded, or text that is none; None elsewhere.
    low, high : ndarray of float, shape (rows,)
        Between which a number lies that isn't printed, or for which another is printed; NaN where
        nothing states it.
    half_unit : ndarray of float, shape (rows,)
        Half a unit in the last printed digit, for percentages and for what is made of columns by
        multiplying; zero elsewhere.
    """

    values: Floats
    kind: NDArray[np.int8]
    mark: Texts
    low: Floats
    high: Floats
    half_unit: Floats

    def is_kind(self, *kinds: Kind) -> Mask:
        """Say which cells are of any of these kinds."""
        return np.isin(self.kind, kinds)

    def marks(self, *kinds: Kind) -> list[str]:
        """Name the distinct marks of cells of these kinds, in alphabetical order."""
        here = self.mark[self.is_kind(*kinds)]
        return sorted({mark for mark in here if mark is not None})

    def is_mark(self, mark: str, kind: Kind) -> Mask:
        """Say which cells of a kind have a mark."""
        return np.asarray((self.mark == mark) & self.is_kind(kind), dtype=np.bool_)

    def standing_for(self, ranges: Mapping[float, Range]) -> "Numbers":
        """Take printed numbers for what they stand for: a range, or themselves exactly.

        Parameters
        ----------
        ranges : mapping of float to (float, float)

        Returns
        -------
        Numbers
            A number that stands for a range is suppressed, and marked by itself.
        """
        numbers = self
        for value, (low, high) in ranges.items():
            here = (numbers.values == value) & numbers.is_kind(Kind.NUMBER)
            if not here.any():
                continue
            numbers = replace(
                numbers,
                low=np.where(here, low, numbers.low),
                high=np.where(here, high, numbers.high),
            )
            if (low, high) != (value, value):
                numbers = numbers.without(here, Kind.SUPPRESSED, f"{value:g}")
        return numbers

    def without(self, here: Mask, kind: Kind, mark: str) -> "Numbers":
        """Take some numbers for marks of a kind."""
        marks = self.mark.copy()
        marks[here] = mark
        return replace(
            self,
            values=np.where(here, np.nan, self.values),
            kind=np.where(here, np.int8(kind), self.kind).astype(np.int8),
            mark=marks,
        )

    def fill_blanks(self, here: Mask) -> "Numbers":
        """Take blank cells of some rows for zero."""
        blank = self.is_kind(Kind.BLANK) & here
        if not blank.any():
            return self
        marks = self.mark.copy()
        marks[blank] = BLANK
        return replace(
            self,
            values=np.where(blank, 0.0, self.values),
            kind=np.where(blank, np.int8(Kind.NUMBER), self.kind).astype(np.int8),
            mark=marks,
        )

    def take(self, rows: Mask) -> "Numbers":
        """Keep some rows."""
        return Numbers(
            values=self.values[rows],
            kind=self.kind[rows],
            mark=cut(self.mark, rows),
            low=cut(self.low, rows),
            high=cut(self.high, rows),
            half_unit=cut(self.half_unit, rows),
        )


def explain_mark(mark: str, kind: Kind) -> str:
    """Say what a mark means: "suppressed (marked '*')"."""
    meaning = "suppressed" if kind is Kind.SUPPRESSED else MISSING.get(mark, "not available")
    return f"{meaning} (marked {mark!r})"


def parse_numbers(
    texts: Texts, *, mark: Mark | None = None, vocabulary: Vocabulary = PLAIN
) -> Numbers:
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
    vocabulary : Vocabulary, optional
        What marks stand for.

    Returns
    -------
    Numbers
    """
    return _without_sentinels(_parse_texts(texts, mark, vocabulary), vocabulary)


def _parse_texts(texts: Texts, mark: Mark | None, vocabulary: Vocabulary) -> Numbers:
    try:
        values = texts.astype(np.float64)
    except (ValueError, TypeError):
        return _parse_distinct(texts, mark, vocabulary)
    plain = np.isfinite(values).all() and not any("_" in text for text in texts)
    whole = plain and not any("." in text for text in texts)
    if plain and (whole or mark == "." or find_mark(texts) == "."):
        return plain_numbers(values)
    return _parse_distinct(texts, mark, vocabulary)


def _without_sentinels(numbers: Numbers, vocabulary: Vocabulary) -> Numbers:
    """Take the numbers that mean "not known" for marks."""
    for value in vocabulary.sentinels:
        here = (numbers.values == value) & numbers.is_kind(Kind.NUMBER, Kind.AMBIGUOUS)
        if here.any():
            numbers = numbers.without(here, Kind.MISSING, f"{value:g}")
    return numbers


def plain_numbers(values: Floats) -> Numbers:
    """Wrap numbers that need no parsing; NaN is blank."""
    kind = np.zeros(len(values), dtype=np.int8)
    kind[np.isnan(values)] = Kind.BLANK
    infinite = np.isinf(values)
    kind[infinite] = Kind.INFINITE
    nothing = same(math.nan, len(values))
    return Numbers(
        values=np.where(infinite, np.nan, values),
        kind=kind,
        mark=np.broadcast_to(np.array(None, dtype=object), len(values)),
        low=nothing,
        high=nothing,
        half_unit=same(0.0, len(values)),
    )


def same(value: float, rows: int) -> Floats:
    """Give a column of one number, which takes no memory however many rows it has."""
    return np.broadcast_to(np.float64(value), rows)


def _spread(values: Sequence[float], codes: NDArray[np.int64]) -> Floats:
    """Give each row its number by its code; the same for all where they are the same."""
    distinct = np.array(values, dtype=np.float64)
    if (np.isnan(distinct) | (distinct == 0)).all() and len(np.unique(distinct)) == 1:
        return same(float(distinct[0]), len(codes))
    return distinct[codes]


def cut(column: NDArray[Any], rows: Mask) -> NDArray[Any]:
    """Keep some rows of a column; of one number it stays one."""
    if len(column) and column.strides == (0,):
        return np.broadcast_to(column[0], int(np.count_nonzero(rows)))
    return column[rows]


_Parsed = tuple[float, Kind, str | None, Range, float]


def _parse_distinct(texts: Texts, mark: Mark | None, vocabulary: Vocabulary) -> Numbers:
    codes, distinct = pd.factorize(texts, use_na_sentinel=True)
    settled = mark or find_mark(distinct)
    # The last entry is what the code -1 points to: a blank.
    parsed = [_parse(text, settled, vocabulary) for text in distinct]
    parsed.append((math.nan, Kind.BLANK, None, UNKNOWN, 0.0))
    columns: tuple[Any, ...] = tuple(zip(*parsed, strict=True))
    values, kinds, marks, ranges, halves = columns
    lows, highs = zip(*ranges, strict=True)
    return Numbers(
        values=np.array(values, dtype=np.float64)[codes],
        kind=np.array(kinds, dtype=np.int8)[codes],
        mark=np.array(marks, dtype=object)[codes],
        low=_spread(lows, codes),
        high=_spread(highs, codes),
        half_unit=_spread(halves, codes),
    )


def _parse(text: str, decimal: Mark | None, vocabulary: Vocabulary) -> _Parsed:
    """Parse one cell: its number, kind, mark, range and, for a percentage, half its last digit."""
    value, kind, half_unit = _parse_number(text, decimal)
    if kind is not Kind.TEXT and not vocabulary.states(text):
        return value, kind, None, UNKNOWN, half_unit
    folded = fold(text)
    if folded in vocabulary.zero:
        return 0.0, Kind.NUMBER, folded, UNKNOWN, 0.0
    if folded in vocabulary.missing:
        return math.nan, Kind.MISSING, folded, UNKNOWN, 0.0
    hidden = vocabulary.hides(folded)
    if hidden is not None:
        return math.nan, Kind.SUPPRESSED, folded, hidden, 0.0
    if is_missing(folded):
        return math.nan, Kind.MISSING, folded, UNKNOWN, 0.0
    if folded == "nan":
        return math.nan, Kind.BLANK, None, UNKNOWN, 0.0
    return math.nan, Kind.TEXT, text, UNKNOWN, 0.0


def _parse_number(text: str, decimal: Mark | None) -> tuple[float, Kind, float]:
    body = with_point(text, decimal or ".").translate(_SIGNS)
    percent = body.endswith("%")
    if percent:
        body = body[:-1].rstrip()
    if GROUPED.fullmatch(body):
        body = re.sub(r"[,\s'’]", "", body)
    if not PRINTED.fullmatch(body):
        infinite = text.lower().lstrip("+-") in ("inf", "infinity", "∞")
        return math.nan, Kind.INFINITE if infinite else Kind.TEXT, 0.0
    value = float(body)
    if math.isinf(value):
        return math.nan, Kind.INFINITE, 0.0
    if decimal is None and is_ambiguous(text):
        return value, Kind.AMBIGUOUS, 0.0
    if not percent:
        return value, Kind.NUMBER, 0.0
    decimals = len(body.partition(".")[2]) if "e" not in body.lower() else 0
    return value, Kind.PERCENT, 0.5 * 10.0**-decimals


def read_numbers(
    column: "pd.Series[Any]", *, mark: Mark | None = None, vocabulary: Vocabulary = PLAIN
) -> Numbers:
    """Read a column of text or of numbers, as `parse_numbers` does."""
    if (
        pd.api.types.is_numeric_dtype(column)
        and not pd.api.types.is_bool_dtype(column)
        and not pd.api.types.is_complex_dtype(column)
    ):
        numbers = plain_numbers(column.to_numpy(dtype=np.float64, na_value=np.nan))
        return _without_sentinels(numbers, vocabulary)
    return parse_numbers(texts_of(column), mark=mark, vocabulary=vocabulary)
