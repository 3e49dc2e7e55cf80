"""Tables of results for machines: CSV, Parquet, JSON and Excel."""

import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from varstat.funnel.result import Funnels
from varstat.present.content import Content
from varstat.present.funnel_table import lay_out_funnels

if TYPE_CHECKING:
    from varstat.estimands.comparison.result import Comparisons
    from varstat.estimands.league.result import Leagues
    from varstat.estimands.opportunity.result import Opportunities
    from varstat.estimands.verdict.result import Verdicts

# What a spreadsheet would take for the start of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def lay_out(
    results: "Funnels | Leagues | Opportunities | Comparisons",
    *,
    verdicts: "Verdicts | None" = None,
) -> Content:
    """Lay out results of any kind as tables and as objects; funnels with verdicts, if there are."""
    if isinstance(results, Funnels):
        return lay_out_funnels(results, verdicts=verdicts)
    # Imported here: posteriors take longer to import than a funnel to compute.
    from varstat.estimands.league.result import Leagues

    if isinstance(results, Leagues):
        from varstat.present.league_table import lay_out_leagues

        return lay_out_leagues(results)
    from varstat.estimands.opportunity.result import Opportunities

    if isinstance(results, Opportunities):
        from varstat.present.opportunity_table import lay_out_opportunities

        return lay_out_opportunities(results)
    from varstat.present.comparison_table import lay_out_comparisons

    return lay_out_comparisons(results)


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Make CSV, with text that a spreadsheet would run as a formula quoted by an apostrophe."""
    import pyarrow as pa
    from pyarrow import csv

    safe = pd.DataFrame({_defuse(str(name)): _defused(frame[name]) for name in frame.columns})
    table = pa.Table.from_pandas(safe, preserve_index=False)
    buffer = io.BytesIO()
    csv.write_csv(table, buffer, write_options=csv.WriteOptions(quoting_style="needed"))
    return buffer.getvalue()


def beside_csv(content: Content) -> bytes:
    """Say as JSON what a CSV can't: how far to trust it, its provenance and its account."""
    return (json.dumps(content.about, indent=2, ensure_ascii=False) + "\n").encode()


def parquet_bytes(content: Content) -> bytes:
    """Make Parquet, with account and provenance in the file's metadata under "varstat"."""
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.Table.from_pandas(content.units, preserve_index=False)
    metadata = (table.schema.metadata or {}) | {b"varstat": json.dumps(content.about).encode()}
    buffer = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata(metadata), buffer)
    return buffer.getvalue()


def json_bytes(content: Content) -> bytes:
    """Make JSON: one object a group under `funnels`, `leagues`, …; of one, its keys on top too."""
    origin = {key: content.about[key] for key in ("account", "provenance")}
    objects = [
        each | {k: v for k, v in origin.items() if k not in each} for each in content.objects
    ]
    whole = (objects[0] if len(objects) == 1 else content.about) | {content.kind: objects}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def xlsx_bytes(content: Content) -> bytes:
    """Make a workbook: a sheet of units, others of the groups, and one that says what ran."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    workbook = xlsxwriter.Workbook(buffer, options)
    # The same result gives the same bytes: no date of writing.
    workbook.set_properties({"created": datetime(2000, 1, 1), "title": content.title})
    about = _flat(content.about)
    told = pd.DataFrame({"what": list(about), "value": list(about.values())})
    bold = workbook.add_format({"bold": True})
    for name, frame in (content.sheets | {"about": told}).items():
        sheet = workbook.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(frame.columns):
            sheet.write_string(0, column, str(title), bold)
            for row, value in enumerate(frame[title].tolist(), start=1):
                _write_cell(sheet, row, column, value)
        if len(frame):
            sheet.autofit(max_width=300)
    workbook.close()
    return buffer.getvalue()


def _write_cell(sheet: Any, row: int, column: int, value: object) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float)) and np.isfinite(value):
        sheet.write_number(row, column, value)
    elif isinstance(value, float) and np.isinf(value):
        sheet.write_string(row, column, "inf" if value > 0 else "-inf")


def _flat(nested: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """One line for each leaf of nested dictionaries."""
    flat: dict[str, str] = {}
    for key, value in nested.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value if isinstance(value, str) else json.dumps(value)
    return flat


def _defuse(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _defused(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """A column whose text no spreadsheet takes for a formula."""
    if pd.api.types.is_numeric_dtype(column):
        return column
    return column.map(lambda value: _defuse(value) if isinstance(value, str) else value)
