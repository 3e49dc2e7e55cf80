"""What cannot be read ends in one TableError, never a traceback or a record's values."""

import pandas as pd
import pytest
from cards import make_card

from varstat.data import read_table
from varstat.errors import TableError, UsageError

GOOD = "unit,numerator,denominator\nA,1,2\nB,2,3\n"


def refuse(path, *, card=None, **options):
    with pytest.raises(TableError) as caught:
        read_table(path, card=card or make_card(), **options)
    assert caught.value.exit_code == 11
    return str(caught.value)


def test_a_missing_file_offers_the_nearest_name(tmp_path):
    (tmp_path / "trusts.csv").write_text(GOOD)
    message = refuse(tmp_path / "trust.csv")
    assert message.startswith("trust.csv:")
    assert "Did you mean 'trusts.csv'?" in message


def test_a_missing_folder_is_named(tmp_path):
    assert "no folder" in refuse(tmp_path / "nowhere" / "x.csv")


def test_a_folder_is_refused(tmp_path):
    assert "folder" in refuse(tmp_path)


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "xls", "parquet"])
@pytest.mark.parametrize("data", [b"", b"  \n \n"])
def test_an_empty_file_is_refused(tmp_path, suffix, data):
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(data)
    assert "empty" in refuse(path)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("x.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary"),
        ("x.csv", bytes(range(256)) * 10, "binary"),
        ("x.dat", b"\x00\x01\x02", "binary"),
        ("x.xlsx", b"\x00\x01\x02", "damaged"),
        ("x.xlsx", b"PK\x03\x04 xl/ and then nothing", "damaged"),
        ("x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "damaged"),
        ("x.parquet", b"PAR1 and then nothing", "damaged"),
        ("x.xls", b"<html><table></table></html>", "web page"),
        ("x.xlsx", GOOD.encode(), "Rename the file to end in .csv"),
        ("x.csv", b"PAR1 and then nothing", "Rename the file to end in .parquet"),
        ("x.csv", b"PK\x03\x04 xl/ and then nothing", "Rename the file to end in .xlsx"),
        ("x.csv", b'unit,numerator,denominator\n"A,1,2\nB,2,3\n', "quotation mark"),
    ],
)
def test_content_that_is_not_what_it_says_is_refused(tmp_path, name, data, says):
    path = tmp_path / name
    path.write_bytes(data)
    message = refuse(path)
    assert message.startswith(f"{name}:")
    assert says in message
    assert "Traceback" not in message


def test_a_truncated_workbook_is_refused(tmp_path):
    pd.DataFrame({"unit": ["A"], "numerator": [1], "denominator": [2]}).to_excel(
        tmp_path / "t.xlsx", index=False
    )
    data = (tmp_path / "t.xlsx").read_bytes()
    (tmp_path / "t.xlsx").write_bytes(data[: len(data) // 2])
    assert "damaged" in refuse(tmp_path / "t.xlsx")


def test_a_header_without_rows_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("unit,numerator,denominator\n")
    assert "no rows" in refuse(tmp_path / "x.csv")


def test_an_empty_frame_is_refused():
    columns = ["unit", "numerator", "denominator"]
    assert "no rows" in refuse(pd.DataFrame({name: [] for name in columns}))
    assert "numerator" in refuse(pd.DataFrame())


def test_an_empty_workbook_is_refused(tmp_path):
    pd.DataFrame().to_excel(tmp_path / "x.xlsx", index=False)
    assert "no cells" in refuse(tmp_path / "x.xlsx")


def test_all_missing_columns_are_named_with_the_nearest_spelling(tmp_path):
    (tmp_path / "x.csv").write_text("unit,day cases,spells\nA,1,2\n")
    card = make_card(columns={"unit": "unit", "numerator": "day_cases", "denominator": "spels"})
    message = refuse(tmp_path / "x.csv", card=card, by="regoin")
    assert "3 problems" in message
    assert "'day_cases' (numerator). Did you mean 'day cases'?" in message
    assert "'spels' (denominator). Did you mean 'spells'?" in message
    assert "no column 'regoin'" in message
    assert "The columns are 'unit', 'day cases', 'spells'" in message


def test_a_file_without_a_header_does_not_have_its_records_listed(tmp_path):
    (tmp_path / "x.csv").write_text("Smith,123,456\nJones,78,910\n")
    message = refuse(tmp_path / "x.csv")
    assert "123" not in message
    assert "Smith" not in message
    assert "header" in message
    (tmp_path / "x.csv").write_text("Smith,[c],*\nJones,78,910\n")
    assert "Smith" not in refuse(tmp_path / "x.csv")


def test_a_column_that_stands_twice_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("unit,numerator,denominator,numerator\nA,1,2,3\n")
    assert "'numerator' stands more than once, as columns 2 and 4" in refuse(tmp_path / "x.csv")


def test_a_sheet_that_is_not_there_offers_the_nearest(tmp_path):
    pd.DataFrame({"a": [1]}).to_excel(tmp_path / "x.xlsx", sheet_name="Provider")
    assert "Did you mean 'Provider'?" in refuse(tmp_path / "x.xlsx", sheet="Providers")


def test_a_sheet_of_text_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text(GOOD)
    assert "no workbook" in refuse(tmp_path / "x.csv", sheet="1")


@pytest.mark.parametrize("options", [{"lookup": "nokey"}, {"roll_up": "yaer"}, {"by": "numerator"}])
def test_an_option_that_cannot_be_is_a_usage_error(tmp_path, options):
    (tmp_path / "x.csv").write_text(GOOD)
    with pytest.raises(UsageError):
        read_table(tmp_path / "x.csv", card=make_card(), **options)


def test_a_roll_up_without_periods_is_a_usage_error(tmp_path):
    (tmp_path / "x.csv").write_text(GOOD)
    for card in (make_card(), make_card(also={"period": "period"})):
        with pytest.raises(UsageError, match="--period"):
            read_table(tmp_path / "x.csv", card=card, roll_up="year")


def test_an_unknown_example_is_a_usage_error():
    with pytest.raises(UsageError, match="Did you mean 'star98'"):
        read_table("example:star89", card=make_card())


def test_problems_of_periods_and_of_counts_are_named_together():
    data = pd.DataFrame(
        {"unit": ["A", "B"], "p": ["Q4 2006"] * 2, "numerator": [9, 1], "denominator": [2, 3]}
    )
    message = refuse(data, card=make_card(also={"period": "p"}), roll_up="year")
    assert "2 problems" in message
    assert "greater" in message
    assert "column 'p'" in message


def test_an_error_value_in_a_workbook_is_blank_and_said_to_be_possible(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["unit", "numerator", "denominator"], ["A", 1, 2], ["B", "#N/A", 2]):
        book.active.append(row)
    book.active["B3"].data_type = "e"
    book.save(tmp_path / "x.xlsx")
    assert "an error value in Excel" in refuse(tmp_path / "x.xlsx")
    assert len(read_table(tmp_path / "x.xlsx", card=make_card(), lenient=True).frame) == 1


def test_a_legacy_workbook_that_is_a_new_one_is_told_to_be_renamed(tmp_path):
    pd.DataFrame({"unit": ["A"], "numerator": [1], "denominator": [2]}).to_excel(
        tmp_path / "t.xlsx", index=False
    )
    (tmp_path / "t.xlsx").rename(tmp_path / "t.xls")
    assert "Rename the file to end in .xlsx" in refuse(tmp_path / "t.xls")


@pytest.mark.parametrize("data", [b"\xff\xfe", b"\xef\xbb\xbf\n", "\n \n".encode("utf-16")])
def test_a_byte_order_mark_and_nothing_else_is_an_empty_file(tmp_path, data):
    (tmp_path / "x.csv").write_bytes(data)
    assert "empty" in refuse(tmp_path / "x.csv")
