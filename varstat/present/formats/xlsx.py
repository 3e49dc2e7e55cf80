"""Excel: a sheet of units, others of the groups, and one that says what ran."""

import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from varstat.present.content import Content


def encode(content: Content) -> bytes:
    """Make a workbook; a note on a heading of the first sheet says what the column means."""
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
    rows = pd.DataFrame({"what": list(about), "value": list(about.values())})
    bold = workbook.add_format({"bold": True})
    for name, frame in (content.sheets | {"about": rows}).items():
        sheet = workbook.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(frame.columns):
            sheet.write_string(0, column, str(title), bold)
            if frame is content.units and title in content.means:
                sheet.write_comment(0, column, content.means[title])
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
