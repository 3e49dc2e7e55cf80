"""Workbooks: what a cell shows, what is hidden, and cells that stand far away."""

import io
import zipfile

import pandas as pd
import pytest
import xlsxwriter
from badfiles import book_with, sheet_of
from cards import make_card

from varstat.data import read_table
from varstat.data.source import sheet_markup
from varstat.data.source.number_format import read_format
from varstat.errors import TableError

ROWS = [("A", 10, 100), ("B", 20, 110), ("C", 14, 90)]


def write(path, *sheets, hide=()):
    """Write sheets of (name, rows, {cell: format})."""
    with xlsxwriter.Workbook(path) as book:
        for name, rows, formats in sheets:
            sheet = book.add_worksheet(name)
            made = {code: book.add_format({"num_format": code}) for code in formats.values()}
            head = [("unit", "numerator", "denominator")] if rows else [("Read me",)]
            for at, row in enumerate([*head, *rows]):
                for column, cell in enumerate(row):
                    sheet.write(at, column, cell, made.get(formats.get(column, "")))
        for at, each in enumerate(book.worksheets()):
            if each.name in hide:
                each.very_hidden() if at % 2 else each.hide()
        shown = next(each for each in book.worksheets() if each.name not in hide)
        shown.activate()
        shown.set_first_sheet()
    return path


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("000000", 10000, "010000"),
        ("0000", 7, "0007"),
        ("00-000", 1234, "01-234"),
        ('"E"00000000', 6000007, "E06000007"),
        (r"\R000", 7, "R007"),
        ("000;-000", 12, "012"),
        ("0%", 0.25, "25%"),
        ("0.0%", 0.1234, "12.34%"),
        ("[Red]0.00%", 1, "100%"),
        ("000", 12345, "12345"),
    ],
)
def test_codes_and_percentages_are_read_as_shown(tmp_path, code, number, shown):
    formatted = read_format(code)
    assert formatted is not None
    assert formatted.show(number) == shown
    path = write(tmp_path / "t.xlsx", ("s", [(number, 1, 2)], {0: code}))
    assert read_table(path, card=make_card()).frame["unit"].tolist() == [shown]


@pytest.mark.parametrize(
    "code", ["General", "0", "0.00", "#,##0", "dd/mm/yyyy", '0" patients"', "0.0E+00", "@"]
)
def test_other_formats_leave_numbers_alone(code):
    assert read_format(code) is None


@pytest.mark.parametrize(("shares", "events"), [([1, 0], [41, 0]), ([0.5, 0.25], [20, 50])])
def test_cells_shown_as_percentages_are_percentages(tmp_path, shares, events):
    sizes = [41 if shares[0] == 1 else 40, 200]
    rows = [(unit, *each) for unit, *each in zip("AB", shares, sizes, strict=True)]
    path = write(tmp_path / "t.xlsx", ("s", rows, {1: "0%"}))
    assert read_table(path, card=make_card()).frame["numerator"].tolist() == events


def test_codes_meet_those_of_a_lookup(tmp_path):
    path = write(tmp_path / "t.xlsx", ("s", [(10000, 1, 2), (10001, 1, 2)], {0: "000000"}))
    (tmp_path / "l.csv").write_text("code,peer\n010000,x\n010001,y\n")
    card = make_card()
    table = read_table(path, card=card, lookup=f"{tmp_path / 'l.csv'}:code", by="peer")
    assert table.frame["peer"].tolist() == ["x", "y"]


def test_a_visible_sheet_is_taken_before_a_hidden_one(tmp_path):
    sheets = [("old", [("X", 1, 2)], {}), ("older", [("Y", 1, 2)], {}), ("now", ROWS, {})]
    path = write(tmp_path / "t.xlsx", *sheets, hide=("old", "older"))
    table = read_table(path, card=make_card())
    assert table.frame["unit"].tolist() == ["A", "B", "C"]
    notes = " ".join(table.account.notes)
    assert "'old' (hidden) or 'older' (hidden)" in notes
    assert "2 of the workbook's 3 sheets with cells are hidden" in notes


def test_of_two_visible_sheets_neither_is_taken(tmp_path):
    sheets = [("old", [("X", 1, 2)], {}), ("older", [("Y", 1, 2)], {}), ("now", ROWS, {})]
    path = write(tmp_path / "t.xlsx", *sheets, hide=("old",))
    with pytest.raises(TableError, match="2 sheets have the columns: 'older', 'now'"):
        read_table(path, card=make_card())


def test_hidden_columns_are_spoken_of(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        sheet = book.add_worksheet("s")
        for at, row in enumerate([("unit", "numerator", "denominator", "note"), *ROWS]):
            sheet.write_row(at, 0, row)
        sheet.set_column(1, 1, None, None, {"hidden": True})
        sheet.set_column(3, 200, None, None, {"hidden": True})
    notes = read_table(tmp_path / "t.xlsx", card=make_card()).account.notes
    assert "columns B, D of sheet 's' are hidden, and read as the others" in notes


def test_a_hidden_sheet_is_never_taken_in_silence(tmp_path):
    sheets = [("data", ROWS, {}), ("cover", [], {})]
    path = write(tmp_path / "t.xlsx", *sheets, hide=("data",))
    table = read_table(path, card=make_card())
    assert "sheet 'data' was used, which the workbook hides" in table.account.notes
    said = read_table(path, card=make_card(), sheet="data")
    assert "sheet 'data' was used, which the workbook hides" in said.account.notes


def test_hidden_rows_are_spoken_of(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        sheet = book.add_worksheet("s")
        for at, row in enumerate([("unit", "numerator", "denominator"), *ROWS]):
            sheet.write_row(at, 0, row)
        sheet.set_row(2, None, None, {"hidden": True})
    table = read_table(tmp_path / "t.xlsx", card=make_card())
    assert len(table.frame) == 3
    assert "row 3 of sheet 's' is hidden, and read as the others" in table.account.notes


@pytest.mark.parametrize(
    "formula", ["<f>SUM(A1:A2)</f>", "<f>A1</f><v/>", '<f t="shared" si="0"/>']
)
def test_a_formula_without_a_value_is_named_and_is_no_number(tmp_path, formula):
    def text(place, cell):
        return f'<c r="{place}" t="inlineStr"><is><t>{cell}</t></is></c>'

    head = zip("ABC", ("unit", "numerator", "denominator"), strict=True)
    rows = [
        f'<row r="1">{"".join(text(f"{at}1", name) for at, name in head)}</row>',
        f'<row r="2">{text("A2", "A")}<c r="B2">{formula}</c><c r="C2"><v>20</v></c></row>',
        f'<row r="3">{text("A3", "B")}<c r="B3"><v>3</v></c><c r="C3"><v>20</v></c></row>',
    ]
    path = tmp_path / "t.xlsx"
    path.write_bytes(book_with(sheet_of(*rows)))
    with pytest.raises(TableError, match=r"formula.*column 'numerator' \(row 2\)\. Open"):
        read_table(path, card=make_card())
    table = read_table(path, card=make_card(), lenient=True)
    assert any("have no value (B2)" in note for note in table.account.notes)


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ((1048575, 16383), "to cell XFD1048576"),
        ((1048575, 90), "to cell CM1048576"),
        ((900, 16000), "to cell WQK901"),
    ],
)
def test_a_stray_cell_is_named_and_takes_no_memory(tmp_path, place, says):
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        sheet = book.add_worksheet("data")
        for at, row in enumerate([("unit", "numerator", "denominator"), *ROWS]):
            sheet.write_row(at, 0, row)
        sheet.write(*place, "x")
    with pytest.raises(TableError, match=says):
        read_table(tmp_path / "t.xlsx", card=make_card())


@pytest.mark.parametrize("place", ["ZZZZZZ9", "A99999999999999", "XFE1", "A1048577"])
def test_a_cell_where_no_sheet_has_one_is_refused(tmp_path, place):
    row = "".join(filter(str.isdigit, place))
    path = tmp_path / "t.xlsx"
    path.write_bytes(book_with(sheet_of(f'<row r="{row}"><c r="{place}"><v>1</v></c></row>')))
    with pytest.raises(TableError, match="beyond XFD1048576"):
        read_table(path, card=make_card())


def test_entities_and_bombs_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "t.xlsx"
    path.write_bytes(book_with(sheet_of(begin='<!DOCTYPE a [<!ENTITY b SYSTEM "file:///x">]>')))
    with pytest.raises(TableError, match="declares XML entities"):
        read_table(path, card=make_card())
    monkeypatch.setattr(sheet_markup, "MOST_UNPACKED", 10_000_000)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/sharedStrings.xml", bytes(10_000_001))
    path.write_bytes(made.getvalue())
    with pytest.raises(TableError, match="more than 1 GB"):
        read_table(path, card=make_card())


def test_a_readers_panic_writes_nothing_to_the_terminal(tmp_path, capfd):
    path = tmp_path / "t.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(TableError, match="damaged"):
        read_table(path, card=make_card())
    assert capfd.readouterr().err == ""


def test_the_sheet_that_has_every_column_is_taken(tmp_path):
    frame = pd.DataFrame(ROWS, columns=["unit", "numerator", "denominator"])
    with pd.ExcelWriter(tmp_path / "t.xlsx") as book:
        frame.head(1).to_excel(book, sheet_name="short", index=False)
        frame.assign(region="x").to_excel(book, sheet_name="long", index=False)
    for said in ({"by": "region"}, {"stratum": "region"}, {"only": {"region": "x"}}):
        table = read_table(tmp_path / "t.xlsx", card=make_card(), **said)
        assert len(table.frame) == 3
        assert "sheet 'long' was used" in table.account.notes


def test_hidden_rows_of_other_sheets_are_nobodys_concern(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        cover = book.add_worksheet("cover")
        cover.write(0, 0, "Contents")
        cover.set_row(0, None, None, {"hidden": True})
        sheet = book.add_worksheet("s")
        for at, row in enumerate([("unit", "numerator", "denominator"), *ROWS]):
            sheet.write_row(at, 0, row)
    assert not any("hidden" in n for n in read_table(tmp_path / "t.xlsx").account.notes)
