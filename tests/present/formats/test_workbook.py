"""Workbooks explain every column, have no empty sheets, and print."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pandas as pd
import pytest
from present.histories import BUILT, build_histories, build_nowcasts, build_reviews
from present.leagues import build_league
from present.leagues import gather as gather_leagues
from present.opportunities import build_comparison, build_opportunity, gather_comparisons
from present.opportunities import gather as gather_opportunities

import varstat
from varstat import compute_funnel, fit_model, read_table
from varstat.present.write import encode, lay_out

FRAME = pd.DataFrame(
    {
        "unit": [f"U{at}" for at in range(8)],
        "numerator": [1, 5, 9, 3, 4, 6, 7, 2],
        "denominator": [10] * 8,
        "region": list("nnnnssss"),
    }
)
MADE: dict[str, Callable[[], Any]] = {
    "funnel": lambda: compute_funnel(read_table(FRAME, by=("region",))),
    "league": lambda: gather_leagues(build_league(4)),
    "unmeasured": lambda: varstat.league(
        FRAME, direction="higher-is-better", draws=100, unmeasured=True, also=("robust", "sets")
    ),
    "opportunity": lambda: gather_opportunities(build_opportunity(6)),
    "comparison": lambda: gather_comparisons(build_comparison()),
    "fit": lambda: fit_model(read_table(FRAME), draws=100),
    **BUILT,
}


def open_book(results: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(encode(results, ".xlsx")))


def cover_of(book: Any) -> dict[str, str]:
    return {str(row[0]): str(row[1] or "") for row in book["cover"].iter_rows(values_only=True)}


@pytest.mark.parametrize("name", MADE)
def test_every_column_of_every_sheet_is_explained(name: str) -> None:
    book = open_book(MADE[name]())
    told = {
        (row[0], row[1]): row[2] for row in book["notes"].iter_rows(min_row=2, values_only=True)
    }
    apart = ("cover", "notes", "about")
    sheets = [each for each in book.worksheets if each.title not in apart]
    there = {(each.title, cell.value) for each in sheets for cell in each[1]}
    assert told.keys() == there
    assert all(told.values())
    # And beside the heading itself.
    assert all(cell.comment for each in sheets for cell in each[1])


@pytest.mark.parametrize("name", MADE)
def test_the_cover_says_what_each_sheet_holds(name: str) -> None:
    results = MADE[name]()
    book, tables = open_book(results), lay_out(results).sheets
    said = cover_of(book)
    assert said.keys() >= {*tables, "notes", "about", "Data", "Made with"}
    for table, frame in tables.items():
        rows = {0: "none", 1: "1 row"}.get(len(frame), f"{len(frame):,} rows")
        assert said[table].endswith(rows)


@pytest.mark.parametrize("build", [build_reviews, build_histories, build_nowcasts])
def test_a_table_without_rows_is_no_sheet_but_named_on_the_cover(build) -> None:
    results = build()
    book, tables = open_book(results), lay_out(results).sheets
    empty = [name for name, frame in tables.items() if not len(frame)]
    assert empty
    assert not {*empty} & {*book.sheetnames}
    assert all(cover_of(book)[name].endswith("none") for name in empty)


@pytest.mark.parametrize("name", MADE)
def test_sheets_print_as_wide_as_a_page_and_the_cover_on_one(name: str) -> None:
    book = open_book(MADE[name]())
    for sheet in book.worksheets:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in (None, 1)
        assert sheet.page_setup.fitToHeight == (None if sheet.title == "cover" else 0)
        assert sheet.title == "cover" or sheet.print_title_rows
    # The cover isn't made small to fit: its columns are about as wide as the paper, in letters.
    cover = book["cover"]
    assert sum(cover.column_dimensions[name].width for name in "AB") < 95
    lines = sum((cover.row_dimensions[at].height or 16.0) for at in range(1, cover.max_row + 1))
    assert lines < 1.3 * 760
