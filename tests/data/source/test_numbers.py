import numpy as np
import pytest

from varstat.data.source.numbers import MISSING, Kind, parse_numbers


def parse(*cells):
    texts = np.empty(len(cells), dtype=object)
    texts[:] = cells
    return parse_numbers(texts)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("1,234,567.5", 1234567.5),
        ("1 234", 1234),
        ("1\u00a0234", 1234),
        ("4e3", 4000),
        ("+7", 7),
        ("\u22125", -5),
        ("-5", -5),
        (".5", 0.5),
        ("768.4005", 768.4005),
        ("1,23,456", 123456),
        ("12,34,56,789.5", 123456789.5),
        ("\u0661\u066c\u0662\u0663\u0664\u066b\u0665", 1234.5),
        ("\uff11\uff12", 12),
    ],
)
def test_numbers_are_read_as_printed(text, value):
    for cells in ((text,), (text, "*")):
        numbers = parse(*cells)
        assert numbers.values[0] == value
        assert numbers.kind[0] == Kind.NUMBER


@pytest.mark.parametrize(
    "text", ["(12)", "12 p", "1,2,3", "12,34,5", "1_000", "abc", "0x10", "£5", "1.2.3"]
)
def test_what_is_not_a_number_is_text(text):
    numbers = parse("1", text)
    assert numbers.kind[1] == Kind.TEXT
    assert np.isnan(numbers.values[1])


@pytest.mark.parametrize("text", ["inf", "-Infinity", "1e999"])
def test_infinity_is_told_apart(text):
    assert parse("1", text).kind[1] == Kind.INFINITE


@pytest.mark.parametrize("text", [*MISSING, "#N/A", "NULL", "N/A", "[LOW]"])
def test_missing_marks_are_told_from_zero(text):
    numbers = parse("1", text)
    assert numbers.kind[1] == Kind.MISSING
    assert np.isnan(numbers.values[1])


@pytest.mark.parametrize("text", ["*", "[c]", "[C]"])
def test_suppression_is_told_from_missing(text):
    assert parse("1", text).kind[1] == Kind.SUPPRESSED


def test_blank_cells_and_nan_are_blank():
    assert parse("1", None, "nan").kind.tolist() == [Kind.NUMBER, Kind.BLANK, Kind.BLANK]


def test_a_percentage_knows_how_precisely_it_was_printed():
    numbers = parse("85%", "85.25 %", "1")
    assert numbers.kind.tolist() == [Kind.PERCENT, Kind.PERCENT, Kind.NUMBER]
    assert numbers.half_unit.tolist() == pytest.approx([0.5, 0.005, 0])


def test_lakhs_tell_that_a_comma_marks_thousands_in_the_whole_column():
    numbers = parse("1,23,456", "15,391", "7")
    assert numbers.values.tolist() == [123456, 15391, 7]
    assert (numbers.kind == Kind.NUMBER).all()


@pytest.mark.parametrize("sign", ["%", "\uff05", "\u066a"])
def test_a_percentage_has_the_sign_of_any_script(sign):
    numbers = parse("1", f"12.5{sign}")
    assert (numbers.kind[1], numbers.values[1]) == (Kind.PERCENT, 12.5)
