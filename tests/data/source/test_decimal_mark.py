"""Decimal commas and thousands are told apart by the column, then by the file, or asked about."""

import pytest
from cards import make_card

from varstat.data import read_table
from varstat.errors import TableError


def read(tmp_path, text, **said):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    return read_table(path, observed="observed", expected="expected", **said)


def rows(delimiter, *expected):
    lines = [("unit", "observed", "expected")]
    lines += [(chr(65 + at), str(9 + at), number) for at, number in enumerate(expected)]
    return "\n".join(delimiter.join(line) for line in lines) + "\n"


CLEAR = {
    "one decimal tells": (rows(";", "12,125", "9,5"), [12.125, 9.5]),
    "a leading zero tells": (rows(";", "12,125", "0,125"), [12.125, 0.125]),
    "four digits before tell": (rows(";", "12,125", "1250,125"), [12.125, 1250.125]),
    "thousands with points": (rows(";", "1.012,5", "15.391"), [1012.5, 15391]),
    "millions with points": (rows(";", "1.012.500", "15.391"), [1012500, 15391]),
    "a point tells": (rows(";", "12,125", "9.5"), [12125, 9.5]),
    "thousands and a point": (rows(";", "12,125", "1,250.5"), [12125, 1250.5]),
    "tabs": (rows("\t", "12,125", "9,25"), [12.125, 9.25]),
    "bars": (rows("|", "12,125", "9,25"), [12.125, 9.25]),
    "quoted between commas": (rows(",", '"12,125"', '"9,25"'), [12.125, 9.25]),
    "English thousands": (rows(",", '"12,125"', '"9,250"'), [12125, 9250]),
    "three decimals": (rows(",", "12.125", "9.250"), [12.125, 9.25]),
    "Swiss thousands": (rows(";", "12'125", "9’250.5"), [12125, 9250.5]),
    "French thousands": (rows(";", "12 125,5", "9\u202f250,5"), [12125.5, 9250.5]),
}


@pytest.mark.parametrize("what", CLEAR)
def test_a_column_tells_its_decimal_mark(tmp_path, what):
    text, expected = CLEAR[what]
    assert read(tmp_path, text).frame["expected"].tolist() == expected


@pytest.mark.parametrize(
    ("other", "expected"), [("3,5", 12.125), ("0,125", 12.125), ("0.5", 12125.0), ("1.5", 12125.0)]
)
def test_another_column_tells_where_one_does_not(tmp_path, other, expected):
    text = f"unit;observed;expected;rate\nA;12;12,125;{other}\nB;15;14,250;\n"
    assert read(tmp_path, text).frame["expected"][0] == expected


@pytest.mark.parametrize("numbers", [("12,125", "14,250"), ("12.125", "14.250"), ("10,512", "7")])
def test_where_nothing_tells_the_mark_is_asked_for(tmp_path, numbers):
    text = rows(";", *numbers)
    for lenient in (False, True):
        with pytest.raises(TableError, match=r"--decimal , or --decimal \.") as caught:
            read(tmp_path, text, lenient=lenient)
        assert "column 'expected' (row" in str(caught.value)
        assert "--lenient" not in str(caught.value)
        assert numbers[0] not in str(caught.value)
    comma = numbers[0].replace(",", ".") if "," in numbers[0] else numbers[0].replace(".", "")
    assert read(tmp_path, text, decimal=",").frame["expected"][0] == float(comma)
    point = numbers[0].replace(",", "")
    assert read(tmp_path, text, decimal=".").frame["expected"][0] == float(point)


def test_percentages_have_decimal_commas_too(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("unit;numerator;denominator\nA;12,5%;200\nB;10%;300\n")
    assert read_table(path, card=make_card()).frame["numerator"].tolist() == [25, 30]


def test_a_lookups_covariate_is_told_by_its_own_column(tmp_path):
    path, lookup = tmp_path / "t.csv", tmp_path / "l.csv"
    path.write_text("unit,numerator,denominator\nA,1,20\nB,2,30\n")
    lookup.write_text("code;share\nA;12,125\nB;9,5\n")
    card = make_card()
    table = read_table(path, card=card, lookup=f"{lookup}:code", covariates="share")
    assert table.frame["share"].tolist() == [12.125, 9.5]


def test_another_mark_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"'x' is not one of \. or ,"):
        read(tmp_path, rows(";", "1"), decimal="x")
