"""Excel: a cover, a sheet for each table, one of what columns mean, and one of what ran."""

import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from varstat.present.content import Content
from varstat.prose.text import clean, without_options

# Sheets beside those of the tables.
NOTES, ABOUT = "notes", "about"
# Columns as wide as this hold a line of the cover, in letters: a page of A4 is about as wide.
_NAME, _LINE = 22, 68
# Headings that the table of a workbook may have, and formats of numbers.
_PLAIN = re.compile(r"[\w .%()-]+")
_WHOLE, _SMALL, _OTHER = "#,##0", "[<0.0001]0.0E+00;0.0000", "#,##0.000"
# For a column that holds amounts: none of a thousand or more has decimals.
_LARGE, _AMOUNT = 1000.0, "[>=1000]#,##0;[<=-1000]-#,##0;#,##0.000"
# Letters that a number takes at most, for the width of its column.
_DIGITS = 12
_FONT = {"font_name": "Arial", "font_size": 12, "font_scheme": "none"}
_TITLE = _FONT | {"bold": True, "font_size": 16, "text_wrap": True, "valign": "top"}


def encode(content: Content) -> bytes:
    """Make a workbook: a cover first, which says what was found and if checks failed."""
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
    for name, frame in _written(content).items():
        _write_sheet(workbook, name, frame, content.notes.get(name, {}))
    _write_notes(workbook, content)
    _write_sheet(workbook, ABOUT, rows, {})
    workbook.close()
    return buffer.getvalue()


def _write_cover(workbook: Any, content: Content) -> None:
    """Say on one page what it is of, if it can be trusted, what was found, and what is where."""
    sheet = workbook.add_worksheet("cover")
    sheet.set_column(0, 0, _NAME)
    sheet.set_column(1, 1, _LINE)
    _set_page(sheet, tall=1)
    wrapped = workbook.add_format(_FONT | {"text_wrap": True, "valign": "top"})
    bold = workbook.add_format(_FONT | {"bold": True, "valign": "top"})
    alarm = workbook.add_format(_FONT | {"bold": True, "font_color": "#B00020"})
    lines: list[tuple[str, Any]] = [(clean(content.title), workbook.add_format(_TITLE))]
    if warning := content.about.get("not_to_be_trusted"):
        lines.append((f"NOT TO BE TRUSTED: {warning}.", alarm))
    lines += [(clean(line), wrapped) for line in content.summary.splitlines() if line]
    for row, (line, style) in enumerate(lines):
        sheet.merge_range(row, 0, row, 1, line, style)
        # Merged cells don't grow by themselves, and letters of a title are larger.
        size = 1.4 if row == 0 else 1.0
        sheet.set_row(row, 16.0 * size * (1 + int(size * len(line)) // (_NAME + _LINE)))
    row = len(lines) + 1
    for name, text in [("Sheets", ""), *_list_sheets(content), ("", ""), *_list_origin(content)]:
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, text, wrapped)
        row += 1


def _list_sheets(content: Content) -> Iterator[tuple[str, str]]:
    """Say what each sheet holds; of a table without rows, which is no sheet, that there is none."""
    written = _written(content)
    for name, frame in content.sheets.items():
        rows = "1 row" if len(frame) == 1 else f"{len(frame):,} rows"
        told = content.notes.get(name, {}).get("", "")
        what = _explain("", told) or ("" if name in written else name)
        there = rows if len(frame) else "none"
        yield name, f"{what}: {there}" if what else there
    if any(content.notes.values()):
        yield NOTES, "what each column means"
    yield ABOUT, "what ran, on what, and what became of every row"


def _list_origin(content: Content) -> Iterator[tuple[str, str]]:
    """Say of which file it is made, and by what."""
    made = content.about.get("provenance", {})
    if source := clean(str(made.get("source", ""))):
        yield "Data", source
    if version := made.get("version"):
        yield "Made with", f"varstat {version}"


def _written(content: Content) -> dict[str, pd.DataFrame]:
    """The tables that are sheets: the first, and those with rows."""
    first = next(iter(content.sheets))
    return {name: each for name, each in content.sheets.items() if name == first or len(each)}


def _write_notes(workbook: Any, content: Content) -> None:
    """Say what each column of each sheet means."""
    rows = [
        (sheet, column, _explain(column, text))
        for sheet in _written(content)
        for column, text in content.notes.get(sheet, {}).items()
        if column
    ]
    if not rows:
        return
    sheet = workbook.add_worksheet(NOTES)
    sheet.freeze_panes(1, 0)
    _set_page(sheet)
    sheet.repeat_rows(0)
    sheet.set_column(0, 1, _NAME + 2)
    sheet.set_column(2, 2, _LINE)
    bold = workbook.add_format(_FONT | {"bold": True})
    wrapped = workbook.add_format(_FONT | {"text_wrap": True, "valign": "top"})
    for at, row in enumerate(rows, start=1):
        for column, text in enumerate(row):
            sheet.write_string(at, column, text, wrapped)
    heads = [{"header": head, "header_format": bold} for head in ("sheet", "column", "meaning")]
    place = {"columns": heads, "name": "notes_table", "style": "Table Style Light 1"}
    sheet.add_table(0, 0, len(rows), 2, place)


def _set_page(sheet: Any, *, tall: int = 0) -> None:
    """Print a sheet as wide as a page of A4, and so many pages tall; 0 for as many as needed."""
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, tall)


def _explain(name: str, means: str) -> str:
    """Say what a column holds, to readers who have no command line."""
    text = without_options(means.replace("`", "")) or means.replace("`", "")
    probable = name.startswith("p_") and text.startswith(("that ", "of "))
    return f"probability {text}" if probable else text


def _write_sheet(workbook: Any, name: str, frame: pd.DataFrame, means: Mapping[str, str]) -> None:
    sheet = workbook.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    _set_page(sheet)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    bold = workbook.add_format(_FONT | {"bold": True})
    titles = [str(title) for title in frame.columns]
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, bold)
        if title and title in means:
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
