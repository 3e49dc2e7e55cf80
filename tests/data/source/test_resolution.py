import numpy as np
import pytest

from varstat.data.source.numbers import parse_numbers
from varstat.data.source.resolution import resolve


def half(*texts, mark=None):
    column = np.array(texts, dtype=object)
    return resolve(parse_numbers(column, mark=mark), column, mark=mark).half_unit.tolist()


def test_the_longest_decimals_of_a_column_count_for_all():
    assert half("13.4", "14", "15.5") == [0.05, 0.05, 0.05]
    assert half("12,5 %", "13 %") == [0.05, 0.05]
    assert half("7", "8") == [0.5, 0.5]


def test_marks_and_blanks_have_none():
    assert half("13.4", "*", None, "see note") == [0.05, 0.0, 0.0, 0.0]


def test_numbers_printed_to_so_many_figures_have_each_their_own():
    texts = ["0.51", "9.5", "13", "9.4", "12", "11", "8.1", "0.62", "10", "13", "14", "15"]
    assert half(*texts)[:3] == pytest.approx([0.005, 0.05, 0.5])


def test_what_is_left_of_a_division_is_no_decimal():
    assert half("0.30000000000000004", "0.2") == pytest.approx([0.05, 0.05])
    assert half("13.392857142857142", "7.5")[0] < 1e-7


def test_an_exponent_moves_the_point():
    assert half("1.25e-1") == pytest.approx([0.0005])
