"""Excel: a cover, a sheet of units, others of the groups, and one that says what ran."""

import io
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from varstat.present.content import Content
from varstat.prose.text import clean, without_options

# Columns as wide as this hold a line of the cover, in letters.
_NAME, _LINE = 28, 90
# Headings that the table of a workbook may have, and formats of numbers.
_PLAIN = re.compile(r"[\w .%()-]+")
_WHOLE, _SMALL, _OTHER = "#,##0", "[<0.0001]0.0E+00;0.0000", "#,##0.000"
# For a column that holds amounts: none of a thousand or more has decimals.
_LARGE, _AMOUNT = 1000.0, "[>=1000]#,##0;[<=-1000]-#,##0;#,##0.000"
# Letters that a number takes at most, for the width of its column.
_DIGITS = 12
_FONT = {"font_name": "Arial", "font_size": 12, "font_scheme": "none"}


def encode(content: Content) -> bytes:
    """Make a workbook: a cover first, which says what the columns mean and if checks failed."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
        # A copy: what is given here is changed.
        "default_format_properties": dict(_FONT),
    }
    workbook = xlsxwriter.Workbook(buffer, options)
    # The same result gives the same bytes: no date of writing.
    workbook.set_properties({"created": datetime(2000, 1, 1), "title": content.title})
    about = _flat(content.about)
    rows = pd.DataFrame({"what": list(about), "value": list(about.values())})
    _write_cover(workbook, content)
    for name, frame in (content.sheets | {"about": rows}).items():
        _write_sheet(workbook, name, frame, content.means if frame is content.units else {})
    workbook.close()
    return buffer.getvalue()


def _write_cover(workbook: Any, content: Content) -> None:
    """Say what the workbook is of, if it can be trusted, what was found, and what columns mean."""
    sheet = workbook.add_worksheet("cover")
    sheet.set_column(0, 0, _NAME)
    sheet.set_column(1, 1, _LINE)
    wrapped = workbook.add_format(_FONT | {"text_wrap": True, "valign": "top"})
    bold = workbook.add_format(_FONT | {"bold": True, "valign": "top"})
    alarm = workbook.add_format(_FONT | {"bold": True, "font_color": "#B00020"})
    sheet.write_string(0, 0, clean(content.title), workbook.add_format(_FONT | {"bold": True}))
    row = 1
    if warning := content.about.get("not_to_be_trusted"):
        sheet.write_string(row, 0, f"NOT TO BE TRUSTED: {warning}.", alarm)
        row += 1
    for line in filter(None, content.summary.splitlines()):
        sheet.merge_range(row, 0, row, 1, clean(line), wrapped)
        # Merged cells don't grow by themselves.
        sheet.set_row(row, 16.0 * (1 + len(line) // (_NAME + _LINE)))
        row += 1
    sheet.write_string(row + 1, 0, "Sheets", bold)
    sheet.write_string(row + 1, 1, ", ".join([*content.sheets, "about"]), wrapped)
    columns = [name for name in map(str, content.units.columns) if name in content.means]
    first = next(iter(content.sheets))
    for at, name in enumerate(columns, start=row + 3):
        sheet.write_string(at, 0, name, bold)
        sheet.write_string(at, 1, _explain(name, content.means[name]), wrapped)
    if columns:
        sheet.write_string(row + 2, 0, f"Columns of {first}", bold)


def _explain(name: str, means: str) -> str:
    """Say what a column holds, to readers who have no command line."""
    text = without_options(means.replace("`", "")) or means.replace("`", "")
    probable = name.startswith("p_") and text.startswith(("that ", "of "))
    return f"probability {text}" if probable else text


def _write_sheet(workbook: Any, name: str, frame: pd.DataFrame, means: Mapping[str, str]) -> None:
    sheet = workbook.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    bold = workbook.add_format(_FONT | {"bold": True})
    titles = [str(title) for title in frame.columns]
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, bold)
        if title in means:
            sheet.write_comment(0, column, _explain(title, means[title]))
        values = frame.iloc[:, column].tolist()
        style = workbook.add_format(_FONT | {"num_format": _format_of(title, values)})
        for row, value in enumerate(values, start=1):
            _write_cell(sheet, row, column, value, style)
    if len(frame):
        sheet.autofit(max_width=300)
        _narrow(sheet, frame, titles)
    once = len({title.casefold() for title in titles}) == len(titles)
    if len(frame) and once and all(_PLAIN.fullmatch(title) for title in titles):
        heads = [{"header": title, "header_format": bold} for title in titles]
        place = {
            "columns": heads,
            "name": f"{name.replace(' ', '_')}_table",
            "style": "Table Style Light 1",
        }
        sheet.add_table(0, 0, len(frame), len(titles) - 1, place)


def _narrow(sheet: Any, frame: pd.DataFrame, titles: list[str]) -> None:
    """Make columns of numbers as wide as these are shown, and not as all their digits."""
    for column, title in enumerate(titles):
        values = [v for v in frame.iloc[:, column].tolist() if v is not None and v == v]
        if values and all(isinstance(v, float) for v in values):
            # Of twelve points, a letter is wider than the usual; and there is an arrow.
            sheet.set_column(column, column, 1.2 * max(len(title) + 3, _DIGITS))


def _format_of(title: str, values: list[object]) -> str:
    """Choose how a column's numbers are shown; they are kept as they are."""
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    finite = [v for v in numbers if np.isfinite(v)]
    if title.endswith("_value"):
        return _SMALL
    if finite and all(v % 1 == 0 for v in finite):
        return _WHOLE
    largest = max(map(abs, finite), default=0.0)
    return _AMOUNT if largest >= _LARGE else _OTHER


def _write_cell(sheet: Any, row: int, column: int, value: object, style: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float)) and np.isfinite(value):
        sheet.write_number(row, column, value, style)
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
