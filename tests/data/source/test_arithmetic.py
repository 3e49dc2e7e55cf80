import numpy as np
import pytest

from varstat.data.source.arithmetic import compute
from varstat.data.source.formula import read_formula
from varstat.data.source.numbers import Kind, parse_numbers
from varstat.data.source.resolution import resolve


def computed(text, **columns):
    numbers = {}
    for name, texts in columns.items():
        column = np.array(texts, dtype=object)
        numbers[name] = resolve(parse_numbers(column), column)
    rows = len(next(iter(columns.values())))
    return compute(read_formula(text, list(columns)), numbers.__getitem__, rows)


def test_columns_are_added_row_by_row():
    assert computed("a + b", a=["1", "1200"], b=["2", "3"]).values.tolist() == [3, 1203]


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("1", None, Kind.BLANK),
        (None, None, Kind.BLANK),
        ("1", "..", Kind.MISSING),
        ("*", "1", Kind.SUPPRESSED),
        ("*", "..", Kind.MISSING),
        ("*", "[c]", Kind.MISSING),
        ("1", "n.k.?", Kind.TEXT),
        ("1", "inf", Kind.INFINITE),
        ("1%", "2", Kind.TEXT),
        ("1%", "2%", Kind.PERCENT),
    ],
)
def test_a_row_is_what_its_worst_part_is(a, b, kind):
    assert computed("a + b", a=[a], b=[b]).kind.tolist() == [kind]


def test_a_sum_with_a_suppressed_part_keeps_what_is_known():
    parts = computed("a + b - c", a=["*", "*"], b=["10", "*"], c=["1", "2"]).hidden
    assert parts.known.tolist() == [9, -2]
    assert parts.times.tolist() == [1, 2]


def test_what_is_hidden_in_both_of_a_difference_is_not_known():
    assert computed("a - b", a=["*"], b=["*"]).kind.tolist() == [Kind.MISSING]


def test_a_division_by_zero_is_infinite():
    assert computed("a / b", a=["1", "0"], b=["0", "0"]).kind.tolist() == [Kind.INFINITE] * 2


def test_a_product_is_known_to_within_its_columns_digits():
    product = computed("a * b / 100", a=["13.4"], b=["200"])
    assert product.values.tolist() == pytest.approx([26.8])
    assert product.half_unit.tolist() == pytest.approx([0.05 * 2 + 0.5 * 0.134])


def test_sums_of_whole_numbers_are_exact():
    assert computed("a + b", a=["1"], b=["2"]).half_unit.tolist() == [0]


def test_hundred_less_a_percentage_is_a_percentage():
    rest = computed("100 - a", a=["12.5%"])
    assert rest.kind.tolist() == [Kind.PERCENT]
    assert rest.values.tolist() == [87.5]
    assert rest.half_unit.tolist() == pytest.approx([0.05])
