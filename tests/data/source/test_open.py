"""Every format gives the same table, and codes survive."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from cards import make_card

from varstat.data import read_table
from varstat.errors import TableError

ROWS = [("5E1", 10, 20), ("1E5", 11, 21), ("001", 12, 22), ("R0A", 13, 23)]
UNITS = ["5E1", "1E5", "001", "R0A"]
TEXT = "unit,numerator,denominator\n" + "".join(f"{u},{a},{b}\n" for u, a, b in ROWS)


def frame():
    return pd.DataFrame(ROWS, columns=["unit", "numerator", "denominator"])


def check(table):
    assert table.frame["unit"].tolist() == UNITS
    assert table.frame["numerator"].tolist() == [10, 11, 12, 13]
    assert table.frame["denominator"].tolist() == [20, 21, 22, 23]
    assert table.frame["numerator"].dtype == np.float64
    assert table.frame["unit"].dtype == object
    assert table.frame["period"].tolist() == [None] * 4
    assert len(table.data_hash) == 64


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        TEXT.rstrip().encode(),
        (TEXT + "\n\n,,\n").encode(),
        TEXT.replace("\n", ",,,\n").encode(),
    ],
    ids=["utf8", "bom", "utf16", "crlf", "cr", "semicolon", "tab", "no-end", "trail", "wide"],
)
def test_delimited_text_of_every_kind_is_read(tmp_path, data):
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    table = read_table(path, card=make_card())
    check(table)
    assert table.account.rows_read == 4
    assert table.account.source == "t.csv"


def test_a_workbook_is_read(tmp_path):
    frame().to_excel(tmp_path / "t.xlsx", index=False)
    check(read_table(tmp_path / "t.xlsx", card=make_card()))


def test_parquet_is_read(tmp_path):
    frame().to_parquet(tmp_path / "t.parquet")
    check(read_table(str(tmp_path / "t.parquet"), card=make_card()))


@pytest.mark.parametrize("dtype", [None, object, "string"])
def test_a_data_frame_is_read_whatever_its_types(dtype):
    given = frame() if dtype is None else frame().astype(dtype)
    table = read_table(given, card=make_card())
    check(table)
    assert table.account.source == "data frame"
    assert table.data_hash == read_table(frame(), card=make_card()).data_hash


def test_nullable_and_categorical_columns_are_read():
    given = frame().astype({"numerator": "Int64", "denominator": "Float64", "unit": "category"})
    check(read_table(given, card=make_card()))


def test_a_code_in_a_numeric_cell_has_no_decimals(tmp_path):
    pd.DataFrame({"unit": [12345.0, 7.0], "numerator": [1.0, 2.0], "denominator": [3, 4]}).to_excel(
        tmp_path / "t.xlsx", index=False
    )
    table = read_table(tmp_path / "t.xlsx", card=make_card())
    assert table.frame["unit"].tolist() == ["12345", "7"]


def test_a_date_in_a_workbook_becomes_an_iso_date(tmp_path):
    given = frame().assign(month=[dt.datetime(2016, 4, 1)] * 4)
    given.to_excel(tmp_path / "t.xlsx", index=False)
    table = read_table(tmp_path / "t.xlsx", card=make_card(also={"period": "month"}))
    assert set(table.frame["period"]) == {"2016-04-01"}
    assert table.by == ()


def test_windows_text_is_read_and_said_so(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("unit,unit_name,numerator,denominator\nA,Café \u2013 x,1,2\n".encode("cp1252"))
    table = read_table(path, card=make_card(also={"unit_name": "unit_name"}))
    assert table.frame["unit_name"].tolist() == ["Café \u2013 x"]
    assert any("Windows-1252" in note for note in table.account.notes)


def test_latin1_text_is_read(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"unit,numerator,denominator\nCaf\xe9\x81,1,2\n")
    assert read_table(path, card=make_card()).frame["unit"].tolist() == ["Caf\xe9\x81".strip()]


def test_quoted_line_ends_and_late_wide_rows_do_not_shift_rows(tmp_path):
    path = tmp_path / "t.csv"
    rows = "".join(f"U{i},1,2\n" for i in range(300))
    path.write_text(f'unit,numerator,denominator\n"a\nb",1,2\n{rows}V,1,2,extra,cells\nW,abc,2\n')
    with pytest.raises(Exception, match="row 304"):
        read_table(path, card=make_card())
    table = read_table(path, card=make_card(), lenient=True)
    assert table.frame["unit"].tolist() == ["a\nb", *(f"U{i}" for i in range(300))]


def test_the_right_sheet_is_found_and_said(tmp_path):
    with pd.ExcelWriter(tmp_path / "t.xlsx") as book:
        pd.DataFrame({"Notes": ["read me"]}).to_excel(book, sheet_name="Cover", index=False)
        frame().to_excel(book, sheet_name="Data", index=False, startrow=4)
    table = read_table(tmp_path / "t.xlsx", card=make_card())
    check(table)
    assert "sheet 'Data' was used" in table.account.notes
    assert "the header was found on row 5" in table.account.notes


def test_of_several_sheets_with_the_columns_one_is_asked_for(tmp_path):
    with pd.ExcelWriter(tmp_path / "t.xlsx") as book:
        frame().to_excel(book, sheet_name="2018", index=False)
        frame().head(2).to_excel(book, sheet_name="2019", index=False, startrow=2)
    with pytest.raises(TableError, match=r"2 sheets have the columns: '2018', '2019'\. .*--sheet"):
        read_table(tmp_path / "t.xlsx", card=make_card())
    for lenient in (False, True):
        table = read_table(tmp_path / "t.xlsx", card=make_card(), sheet="2019", lenient=lenient)
        assert len(table.frame) == 2


def test_the_same_bytes_have_the_same_hash_wherever_they_are(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(TEXT)
    one, two = (read_table(tmp_path / name, card=make_card()) for name in ("a.csv", "b.csv"))
    assert one.data_hash == two.data_hash


def test_the_hash_of_a_frame_tells_a_blank_from_its_neighbours():
    a = pd.DataFrame(
        {"unit": ["A", "B"], "numerator": [1, 2], "denominator": [3, 4], "x": ["", "y"]}
    )
    b = a.assign(x=["y", ""])
    assert read_table(a, card=make_card()).data_hash != read_table(b, card=make_card()).data_hash
