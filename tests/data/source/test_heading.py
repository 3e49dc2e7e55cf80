"""Two rows of headings are joined where that is needed to tell columns apart."""

import pandas as pd
import pytest
from cards import make_card

from varstat.data import read_table
from varstat.data.source.heading import look_like_names
from varstat.errors import TableError

LAYOUTS = {
    "two measures": (
        ",,A&E attendances,,Over 4 hours,\nCode,Name,1,All,1,All\nRA1,Alpha,1000,2000,300,312\n",
        ("Code", "Over 4 hours 1", "A&E attendances 1"),
    ),
    "merged downwards": (
        "Code,Name,Admissions,,Deaths,\n,,Male,Female,Male,Female\nRA1,Alpha,1000,2000,300,312\n",
        ("Code", "Deaths Male", "Admissions Male"),
    ),
    "years above": (
        "Board;2022/23;;2023/24;\n;Cases;Seen;Cases;Seen\nA;1000;300;1100;400\n",
        ("Board", "2022/23 Seen", "2022/23 Cases"),
    ),
    "another language": (
        "\tFälle\t\tTodesfälle\t\nKlinik\tMänner\tFrauen\tMänner\tFrauen\nX\t1000\t9\t300\t1\n",
        ("Klinik", "Todesfälle Männer", "Fälle Männer"),
    ),
    "capitals and spaces": (
        ",ALL  CASES,,Late,\nunit,N,%,N,%\nA,1000,100,300,30\n",
        ("unit", "late n", "all cases n"),
    ),
    "one heading alone is merged": (
        "Trust,Cancelled,,Seen\n,Elective,Urgent,All\nA,300,20,1000\n",
        ("Trust", "Cancelled Elective", "Seen All"),
    ),
}


@pytest.mark.parametrize("what", LAYOUTS)
def test_the_upper_heading_is_joined_to_the_lower(tmp_path, what):
    text, (unit, numerator, denominator) = LAYOUTS[what]
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    table = read_table(path, unit=unit, numerator=numerator, denominator=denominator)
    assert table.frame["numerator"].tolist() == [300]
    assert table.frame["denominator"].tolist() == [1000]


def test_merged_cells_of_a_workbook_are_joined(tmp_path):
    columns = pd.MultiIndex.from_tuples(
        [("Seen", "A"), ("Seen", "B"), ("Late", "A"), ("Late", "B")]
    )
    frame = pd.DataFrame([[10, 20, 3, 4]], columns=columns, index=pd.Index(["R1"]))
    frame.to_excel(tmp_path / "t.xlsx")
    raw = pd.read_excel(tmp_path / "t.xlsx", header=None, dtype=object, engine="openpyxl")
    raw.iloc[1, 0] = "Code"
    raw.drop(index=2).to_excel(tmp_path / "u.xlsx", header=False, index=False)
    table = read_table(tmp_path / "u.xlsx", unit="Code", numerator="Late B", denominator="Seen B")
    assert table.frame[["numerator", "denominator"]].to_numpy().tolist() == [[4, 20]]
    assert "headings were joined with those in the row above" in table.account.notes


def test_a_heading_that_stands_twice_is_offered_with_the_one_above(tmp_path):
    text, _ = LAYOUTS["two measures"]
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match="'A&E attendances 1' or 'Over 4 hours 1'"):
        read_table(path, unit="Code", numerator="1", denominator="A&E attendances All")


def test_a_title_tells_no_columns_apart(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("Deaths,,,\nunit,numerator,numerator,denominator\nA,1,1,10\n")
    with pytest.raises(
        TableError, match=r"columns 2 and 3\. Say which by its place: .column 2. or .column 3."
    ):
        read_table(path, card=make_card())


@pytest.mark.parametrize(
    "cells",
    [
        ("R1", "9434765919", "1946-03-12", "1"),
        ("Ann Lee", "1946-03"),
        ("A", "B", "4.5"),
        ("trust", "SW1A 1AA", "943 476 5919"),
        ("same", "same"),
        ("alone",),
        ("A", "-3"),
        ("A", "12 March 1946"),
    ],
)
def test_records_do_not_look_like_names(cells):
    assert not look_like_names(cells)


@pytest.mark.parametrize(
    "cells", [("unit", "died"), ("Code", "Type 1"), ("ward", "2019/20"), ("a", "2024-25 Q1")]
)
def test_headings_look_like_names(cells):
    assert look_like_names(cells)


@pytest.mark.parametrize(
    "text",
    [
        "QZX7391,9434765919,1946-03-12,1\nQZX7392,9434765870,1951-01-30,0\n",
        "Featherstone,Leeds\nHardcastle,York\n",
        "QZX7391;Featherstone;12\nQZX7392;Hardcastle;13\n",
        "QZX7391\tsmoker\t1946-03-12\nQZX7392\tsmoker\t1951-01-30\n",
        "Featherstone,QZX7391\n",
        "QZX7391,Featherstone\n1,2\n",
    ],
)
def test_a_file_without_a_header_is_refused_without_its_values(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(TableError, match="Give the file a header") as caught:
        read_table(path, unit="trust", numerator="died", denominator="n")
    for value in ("QZX7391", "Featherstone", "Leeds", "smoker", "9434765919", "1946"):
        assert value not in str(caught.value)


@pytest.mark.parametrize(
    "head",
    [
        "unit,numerator,Featherstone,9434765919",
        "unit,numerator,Featherstone,1946-03-12",
        "unit,numerator,Featherstone,12/3/1946",
        "unit,numeratorFeatherstone,48273615,1",
        "unit,numerator,Featherstone,17",
    ],
)
def test_a_damaged_header_is_not_printed_with_the_record_in_it(tmp_path, head):
    path = tmp_path / "t.csv"
    path.write_text(f"{head}\nA,1,2,3\n")
    with pytest.raises(TableError, match="no column 'denominator'") as caught:
        read_table(path, card=make_card())
    assert "Featherstone" not in str(caught.value)


DEEP = {
    "a year above the types": (
        (
            "Hospital activity,,,,\n,2018,,2019,\n,Seen,Late,Seen,Late\nCode,all,all,all,all\n"
            "R1,10,3,20,4\nR2,11,3,21,5\n"
        ),
        ("2019 Late all", "2019 Seen all"),
    ),
    "three rows of headings": (
        (
            ",Type 1,,,,Type 2,,,\n,Seen,,Late,,Seen,,Late,\nCode,A,B,A,B,A,B,A,B\n"
            "R1,1,2,1,1,10,20,3,4\nR2,1,2,1,1,11,21,4,5\n"
        ),
        ("Type 2 Late B", "Type 2 Seen B"),
    ),
    "below a title": (
        (
            "Table 7: waits,,,,\n,London,,Leeds,\n,Seen,Late,Seen,Late\nCode,n,n,n,n\n"
            "R1,10,3,20,4\nR2,11,3,21,5\n"
        ),
        ("Leeds Late n", "Leeds Seen n"),
    ),
    "a row of units below": (
        ",Seen,,Late,\nCode,A,B,A,B\n,(n),(n),(n),(n)\nR1,10,20,3,4\nR2,11,21,4,5\n",
        ("Late B", "Seen B"),
    ),
    "types in brackets": (
        "Code;Late;Seen\n[Text];[Anzahl];[Anzahl]\nR1;4;20\nR2;5;21\n",
        ("Late", "Seen"),
    ),
}


@pytest.mark.parametrize("layout", DEEP)
def test_headings_of_three_rows_are_joined_and_units_below_are_left_out(tmp_path, layout):
    text, (numerator, denominator) = DEEP[layout]
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    table = read_table(path, unit="Code", numerator=numerator, denominator=denominator)
    assert table.frame[["numerator", "denominator"]].to_numpy().tolist() == [[4, 20], [5, 21]]


def test_a_first_record_of_words_is_no_row_of_units(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("unit,numerator,denominator\nR1,n,n\nR2,5,21\n")
    with pytest.raises(TableError, match="row 2"):
        read_table(path)
