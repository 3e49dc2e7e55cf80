import numpy as np
import pandas as pd
import pytest
from cards import make_card

from varstat.data import read_table
from varstat.data.groups import split_periods
from varstat.errors import TableError


def proportion(*rows, **options):
    data = pd.DataFrame(rows, columns=["unit", "numerator", "denominator"], dtype=object)
    card = options.pop("card", None) or make_card(counts=options.pop("counts", "whole"))
    return read_table(data, card=card, **options)


GOOD = ("G", 1, 2)
IMPOSSIBLE = [
    (("A", 3, 2), "'numerator' is greater than 'denominator'"),
    (("A", -1, 2), "a negative count in column 'numerator'"),
    (("A", 1, -2), "a negative number in column 'denominator'"),
    (("A", 1.5, 2), "a count in column 'numerator' is not a whole number"),
    (("A", 1, 2.5), "a count in column 'denominator' is not a whole number"),
    (("A", 1, 0), "denominator of zero in column 'denominator'"),
    (("A", 1, None), "column 'denominator' is blank although another count is given"),
    (("A", float("nan"), 2), "column 'numerator' is blank although another count is given"),
    (("A", "12 (p)", 20), "text where a number should be, in column 'numerator'"),
    (("A", 1, "lots"), "text where a number should be, in column 'denominator'"),
    (("A", "inf", 2), "an infinite number in column 'numerator'"),
    (("A", 1, np.inf), "an infinite number in column 'denominator'"),
    (("A", 1, "50%"), "a percentage in column 'denominator'"),
    ((None, 1, 2), "no unit in column 'unit'"),
    (("G", 1, 2), "the same unit as on an earlier row"),
    (("A", "50%", 3), "the percentage in column 'numerator' fits no whole number"),
]


@pytest.mark.parametrize(("row", "reason"), IMPOSSIBLE, ids=[reason for _, reason in IMPOSSIBLE])
def test_the_impossible_is_an_error_or_is_left_out_with_its_reason(row, reason):
    with pytest.raises(TableError) as caught:
        proportion(GOOD, row)
    assert reason in str(caught.value)
    assert "(row 1)" in str(caught.value)
    account = proportion(GOOD, row, lenient=True).account
    assert account.exclusions[-1].reason.startswith(reason)
    assert account.rows_kept == 1


def test_every_problem_is_named_at_once_with_rows_and_no_values():
    with pytest.raises(TableError) as caught:
        proportion(
            ("Secret", 987, 654), *(("Hidden", -i - 100, 5) for i in range(7)), ("X", "Jo Doe", 5)
        )
    message = str(caught.value)
    assert "4 problems" in message
    assert "7 rows" in message
    assert "(rows 1, 2, 3, 4, 5, ...)" in message
    for value in ("987", "654", "Secret", "Hidden", "Jo Doe", "-100"):
        assert value not in message


def test_continuous_counts_may_be_fractions_but_not_impossible():
    table = proportion(("A", 1.5, 2.25), counts="continuous")
    assert table.frame["numerator"].tolist() == [1.5]
    with pytest.raises(TableError, match="greater"):
        proportion(("A", 3.5, 2.25), counts="continuous")


def test_zero_everywhere_is_missing_not_zero():
    table = proportion(GOOD, ("A", 0, 0), ("B", 0, 5))
    assert table.frame["unit"].tolist() == ["G", "B"]
    (exclusion,) = table.account.exclusions
    assert exclusion.reason == "zero in every count column: not reported rather than none"


@pytest.mark.parametrize("mark", ["-", "..", ":", "[x]", "[z]", "[low]", "z", "#N/A", "NULL"])
def test_missing_marks_leave_the_row_out_and_say_what_they_mean(mark):
    table = proportion(GOOD, ("A", mark, 5), ("B", 1, mark))
    assert table.frame["unit"].tolist() == ["G"]
    assert len(table.account.exclusions) == 2
    assert all(mark.lower() in e.reason for e in table.account.exclusions)


def test_a_duplicate_suggests_how_to_keep_rows_apart():
    with pytest.raises(TableError) as caught:
        proportion(GOOD, GOOD)
    for option in ("--period", "--by", "--roll-up"):
        assert option in str(caught.value)


def test_the_same_unit_may_stand_in_two_periods_and_groups():
    data = pd.DataFrame(
        {"unit": ["A"] * 4, "numerator": 1, "denominator": 2, "p": list("xxyy"), "g": list("abab")}
    )
    table = read_table(data, card=make_card(also={"period": "p"}), by="g")
    assert table.by == ("g",)
    assert split_periods(table).by == ("period", "g")
    with pytest.raises(TableError, match="the same unit and period as"):
        read_table(data, card=make_card(also={"period": "p"}))


def test_a_blank_period_is_refused():
    data = pd.DataFrame({"unit": ["A"], "numerator": 1, "denominator": 2, "p": [None]})
    with pytest.raises(TableError, match="no period in column 'p'"):
        read_table(data, card=make_card(also={"period": "p"}))


def test_rows_without_a_group_are_left_out():
    data = pd.DataFrame({"unit": ["A", "B"], "numerator": 1, "denominator": 2, "g": ["x", " "]})
    table = read_table(data, card=make_card(), by="g")
    assert table.frame["g"].tolist() == ["x"]
    assert table.account.exclusions[0].reason == "no g"


def test_the_card_excludes_rows_for_its_own_reason():
    data = pd.DataFrame({"unit": ["A", "B"], "numerator": 1, "denominator": 2, "kind": ["h", "b"]})
    exclusion = {"column": "kind", "values": ["b"], "because": "a board, not a hospital"}
    table = read_table(data, card=make_card(exclusions=[exclusion]))
    assert table.frame["unit"].tolist() == ["A"]
    assert table.account.exclusions[0].reason == "a board, not a hospital"


def test_nothing_left_is_an_error_that_says_why():
    with pytest.raises(TableError, match=r"no rows are left.*zero in every count column"):
        proportion(("A", 0, 0))


def ratio(observed, expected, counts="whole"):
    data = pd.DataFrame({"unit": ["A"], "observed": [observed], "expected": [expected]})
    return read_table(data, card=make_card("ratio", counts=counts))


def test_a_ratio_may_exceed_its_expected_count_which_may_be_a_fraction():
    assert ratio(5, 2.5).frame["expected"].tolist() == [2.5]


@pytest.mark.parametrize(
    ("observed", "expected", "reason"),
    [(5, 0, "expected of zero"), (1.5, 2, "whole number"), ("50%", 2, "a percentage in column")],
)
def test_an_impossible_ratio_is_refused(observed, expected, reason):
    with pytest.raises(TableError, match=reason):
        ratio(observed, expected)


def test_a_mean_may_be_negative_but_its_error_may_not():
    data = pd.DataFrame({"unit": ["A", "B"], "value": [-1.5, 0.0], "se": [0.5, 0.1]})
    table = read_table(data, card=make_card("mean", counts="continuous"))
    assert table.frame["value"].tolist() == [-1.5, 0.0]
    assert table.account.totals == {}
    with pytest.raises(TableError, match="standard error in column 'se'"):
        read_table(data.assign(se=[0.0, 1]), card=make_card("mean", counts="continuous"))


def test_lenient_never_keeps_a_row_that_strict_would_refuse():
    rows = [GOOD, *(row for row, _ in IMPOSSIBLE)]
    table = proportion(*rows, lenient=True)
    assert table.frame["unit"].tolist() == ["G"]
    assert table.account.rows_read == len(rows)
