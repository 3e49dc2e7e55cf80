"""Tables of a funnel for machines: CSV, Parquet, JSON and Excel."""

import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from varstat.funnel.result import Funnel, Funnels

# What a spreadsheet would take for the start of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Make CSV, with text that a spreadsheet would run as a formula quoted by an apostrophe."""
    import pyarrow as pa
    from pyarrow import csv

    safe = pd.DataFrame({_defuse(str(name)): _defused(frame[name]) for name in frame.columns})
    table = pa.Table.from_pandas(safe, preserve_index=False)
    buffer = io.BytesIO()
    csv.write_csv(table, buffer, write_options=csv.WriteOptions(quoting_style="needed"))
    return buffer.getvalue()


def parquet_bytes(funnels: Funnels) -> bytes:
    """Make Parquet, with account and provenance in the file's metadata under "varstat"."""
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.Table.from_pandas(funnels.to_frame(), preserve_index=False)
    about = {"account": funnels.account.to_dict(), "provenance": funnels.provenance.to_dict()}
    metadata = (table.schema.metadata or {}) | {b"varstat": json.dumps(about).encode()}
    buffer = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata(metadata), buffer)
    return buffer.getvalue()


def json_bytes(funnels: Funnels) -> bytes:
    """Make JSON: one object a funnel under `funnels`; of a single one, its keys on top as well."""
    about = {
        "account": funnels.account.to_dict(),
        "provenance": funnels.provenance.to_dict(),
    }
    objects = [funnel_object(funnel) | about for funnel in funnels]
    whole = (objects[0] if len(objects) == 1 else about) | {"funnels": objects}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def funnel_object(funnel: Funnel) -> dict[str, Any]:
    """State a funnel as JSON does: `units`, `limits` at each unit and on the drawn grid.

    Missing is None.
    """
    limits = pd.concat(
        [funnel.limits(), funnel.drawn_limits(funnel.drawn_sizes())], ignore_index=True
    )
    return {
        "indicator": funnel.indicator,
        "measure": funnel.measure.name,
        "direction": funnel.direction,
        "method": funnel.method,
        "by": funnel.by,
        "target": _number(funnel.target),
        "target_rule": funnel.target_rule,
        "dispersion": funnel.dispersion,
        "robust": funnel.robust,
        "phi": _number(funnel.phi),
        "tau": _number(funnel.tau),
        "tau_lower": _number(funnel.tau_lower),
        "tau_upper": _number(funnel.tau_upper),
        "tau_scale": funnel.tau_scale,
        "levels": list(funnel.levels),
        "sides": funnel.sides,
        "limits_method": funnel.limits_method,
        "expected_false_flags": {
            repr(level): _number(number) for level, number in funnel.expected_false_flags.items()
        },
        "summary": funnel.summary(),
        "warnings": list(funnel.warnings),
        "units": _records(funnel.to_frame()),
        "limits": _records(limits),
    }


def xlsx_bytes(funnels: Funnels) -> bytes:
    """Make a workbook: a sheet of units, one of funnels, and one that says what ran."""
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
    workbook.set_properties({"created": datetime(2000, 1, 1), "title": funnels[0].indicator})
    about = _flat(
        {"provenance": funnels.provenance.to_dict(), "account": funnels.account.to_dict()}
    )
    sheets = {
        "units": funnels.to_frame(),
        "funnels": funnels_frame(funnels),
        "about": pd.DataFrame({"what": list(about), "value": list(about.values())}),
    }
    bold = workbook.add_format({"bold": True})
    for name, frame in sheets.items():
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


def funnels_frame(funnels: Funnels) -> pd.DataFrame:
    """Tabulate the funnels themselves, one row each.

    Returns
    -------
    DataFrame
        The by columns, then `units, target, phi, tau, tau_lower, tau_upper` and for each level
        `flagged_LEVEL` and `expected_false_flags_LEVEL`.
    """
    rows = []
    for funnel in funnels:
        row: dict[str, object] = dict(funnel.by) | {
            "units": int(funnel.units.unit.size),
            "target": funnel.target,
            "phi": funnel.phi,
            "tau": funnel.tau,
            "tau_lower": funnel.tau_lower,
            "tau_upper": funnel.tau_upper,
        }
        for level in funnel.levels:
            row[f"flagged_{level!r}"] = funnel.flagged(level)
            row[f"expected_false_flags_{level!r}"] = funnel.expected_false_flags[level]
        rows.append(row)
    return pd.DataFrame(rows)


def _write_cell(sheet: Any, row: int, column: int, value: object) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value)
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


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries; what is missing or infinite is None, whole counts are integers."""
    columns = {}
    for name in frame.columns:
        values = frame[name].to_numpy()
        if values.dtype.kind == "f":
            whole = name in _COUNTS and bool(np.all(np.isnan(values) | (values % 1 == 0)))
            finite = np.isfinite(values).tolist()
            listed = values.tolist()
            columns[name] = [
                (int(v) if whole else v) if ok else None
                for v, ok in zip(listed, finite, strict=True)
            ]
        else:
            columns[name] = [None if v is None or v != v else v for v in values.tolist()]
    keys = list(columns)
    return [dict(zip(keys, row, strict=True)) for row in zip(*columns.values(), strict=True)]


_COUNTS = {"numerator", "denominator", "observed", "event_lower", "event_upper"}
