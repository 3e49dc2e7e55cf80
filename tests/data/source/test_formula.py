import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from varstat.data.source.formula import (
    FormulaError,
    Operation,
    Term,
    columns_of,
    is_linear,
    read_formula,
)


def value(formula, numbers):
    """Compute a formula by itself, from the numbers of its columns."""
    if isinstance(formula, Term):
        return formula.number if formula.column is None else numbers[formula.column]
    left, right = value(formula.left, numbers), value(formula.right, numbers)
    match formula.sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return left / right


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Over 4h Type 1 + Over 4h Other", ["Over 4h Type 1", "Over 4h Other", "Over 4h"]),
        ("attended + did not attend", ["attended", "did not attend", "not attend"]),
        ("<18 weeks + >18 weeks", ["<18 weeks", ">18 weeks"]),
        ("A & E + walk-in/other", ["A & E", "walk-in/other"]),
        ("Att Type 1+Att Type 10", ["Att Type 1", "Att Type 10"]),
        ("2015 + 2016", ["2015", "2016"]),
        ("Rate (%) * Cases", ["Rate (%)", "Cases"]),
        ("`late - early` + early", ["late - early", "late", "early"]),
        ("over 4H  type 1 + OVER 4h Other", ["Over 4h Type 1", "Over 4h Other"]),
    ],
)
def test_names_may_hold_spaces_signs_and_digits(text, names):
    assert len(columns_of(read_formula(text, names))) == 2


def test_products_come_before_sums_and_brackets_before_both():
    numbers = {"a": 2.0, "b": 3.0, "c": 5.0}
    for text, expected in (
        ("a + b * c", 17),
        ("(a + b) * c", 25),
        ("c - b - a", 0),
        ("c / a / 2", 1.25),
        ("a \u00d7 b \u2212 c", 1),
    ):
        assert value(read_formula(text, list(numbers)), numbers) == expected


def test_what_can_be_read_in_two_ways_is_refused():
    with pytest.raises(FormulaError, match=r"two ways.*backquotes"):
        read_formula("a-b + c", ["a-b", "a", "b", "c"])
    assert columns_of(read_formula("`a-b` + c", ["a-b", "a", "b", "c"])) == ("a-b", "c")


def test_columns_that_differ_in_capitals_alone_are_told_apart_by_them():
    assert columns_of(read_formula("rate + Rate", ["rate", "Rate"])) == ("rate", "Rate")
    with pytest.raises(FormulaError):
        read_formula("RATE + x", ["rate", "Rate", "x"])


def test_a_part_that_is_no_column_is_named_with_the_nearest_spelling():
    with pytest.raises(FormulaError, match=r"no column 'dischrges'.*Did you mean 'discharges'"):
        read_formula("rate * dischrges / 100", ["rate", "discharges"])


@pytest.mark.parametrize("text", ["a +", "a + + b", "(a + b", "a b + b", "a + b)", "a ** b"])
def test_what_is_no_formula_is_refused(text):
    with pytest.raises(FormulaError):
        read_formula(text, ["a", "b"])


def test_a_name_with_a_hyphen_that_is_nowhere_is_no_formula():
    with pytest.raises(FormulaError) as caught:
        read_formula("age-group", ["unit", "n"])
    assert str(caught.value) == ""


def test_sums_are_linear_and_products_of_columns_are_not():
    names = ["a", "b"]
    assert is_linear(read_formula("2 * a - b / 100", names))
    assert not is_linear(read_formula("a * b / 100", names))
    assert not is_linear(read_formula("100 / b", names))


NAMES = st.text("ab 1-+/&(%)", min_size=1, max_size=8).map(
    lambda text: " ".join(text.split()) + "x"
)


@st.composite
def formulas(draw, depth=3):
    """A formula, with what it is written as: every name in backquotes."""
    if depth == 0 or draw(st.booleans()):
        if draw(st.booleans()):
            number = draw(st.integers(0, 999))
            return Term(number=float(number)), str(number)
        name = draw(NAMES)
        return Term(column=name), f"`{name}`"
    sign = draw(st.sampled_from("+-*/"))
    (left, one), (right, other) = draw(formulas(depth - 1)), draw(formulas(depth - 1))
    return Operation(sign=sign, left=left, right=right), f"({one}) {sign} ({other})"


@given(formulas())
def test_any_formula_whose_names_are_quoted_is_read_as_written(made):
    formula, text = made
    columns = columns_of(formula)
    if columns:
        assert read_formula(text, columns) == formula


@given(st.text(max_size=40), st.lists(NAMES, max_size=5))
def test_no_text_makes_the_reader_fall_over(text, names):
    with contextlib.suppress(FormulaError):
        assert columns_of(read_formula(text, names))
