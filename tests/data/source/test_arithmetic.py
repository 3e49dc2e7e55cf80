import numpy as np
import pytest

from varstat.data.source.arithmetic import compute
from varstat.data.source.formula import read_formula
from varstat.data.source.numbers import Kind, parse_numbers
from varstat.data.source.resolution import resolve
from varstat.data.source.vocabulary import Vocabulary

HIDDEN = Vocabulary(hidden=(1.0, 7.0))


def computed(text, **columns):
    numbers = {}
    for name, texts in columns.items():
        column = np.array(texts, dtype=object)
        numbers[name] = resolve(parse_numbers(column, vocabulary=HIDDEN), column)
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
        ("*", "[c]", Kind.SUPPRESSED),
        ("1", "n.k.?", Kind.TEXT),
        ("1", "inf", Kind.INFINITE),
        ("1%", "2", Kind.TEXT),
        ("1%", "2%", Kind.PERCENT),
    ],
)
def test_a_row_is_what_its_worst_part_is(a, b, kind):
    assert computed("a + b", a=[a], b=[b]).kind.tolist() == [kind]


def test_a_sum_with_suppressed_parts_lies_between_the_sums_of_their_ends():
    found = computed("a + b - c", a=["*", "*", "4"], b=["10", "*", "1"], c=["1", "2", "1"])
    assert found.low[:2].tolist() == [10, 0]
    assert found.high[:2].tolist() == [16, 12]
    assert np.isnan(found.low[2])


def test_a_product_of_a_suppressed_part_lies_between_those_of_its_ends():
    found = computed("a * b / 2", a=["*"], b=["-4"])
    assert (found.low.tolist(), found.high.tolist()) == ([-14], [-2])


def test_what_is_divided_by_a_range_over_zero_has_no_ends():
    assert np.isnan(computed("a / (b - c)", a=["5"], b=["*"], c=["3"]).low).all()


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
