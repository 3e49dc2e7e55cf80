"""CSV: the table of units, safe to open in a spreadsheet."""

import io
import json
from typing import Any

import pandas as pd

from varstat.present.content import Content

# What a spreadsheet would take for the start of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def encode(content: Content) -> bytes:
    """Make CSV of the table of units."""
    return csv_bytes(content.units)


def beside(content: Content) -> bytes:
    """Say as JSON what a CSV can't: how far to trust it, its provenance and its account."""
    return (json.dumps(content.about, indent=2, ensure_ascii=False) + "\n").encode()


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Make CSV, with text that a spreadsheet would run as a formula quoted by an apostrophe."""
    import pyarrow as pa
    from pyarrow import csv

    safe = pd.DataFrame({_defuse(str(name)): _defused(frame[name]) for name in frame.columns})
    table = pa.Table.from_pandas(safe, preserve_index=False)
    buffer = io.BytesIO()
    csv.write_csv(table, buffer, write_options=csv.WriteOptions(quoting_style="needed"))
    return buffer.getvalue()


def _defuse(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _defused(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """A column whose text no spreadsheet takes for a formula."""
    if pd.api.types.is_numeric_dtype(column):
        return column
    return column.map(lambda value: _defuse(value) if isinstance(value, str) else value)
