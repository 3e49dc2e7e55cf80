"""Covariates: read for a model, from the file or a lookup, every row accounted for."""

import numpy as np
import pandas as pd
import pytest
from cards import make_card

from varstat.card import override_card
from varstat.data import read_table
from varstat.data.complete import keep_complete
from varstat.errors import CardError, TableError, UsageError


def frame(**changes):
    columns = {
        "unit": ["A", "B", "C", "D"],
        "numerator": [1, 2, 3, 4],
        "denominator": [10, 20, 30, 40],
        "age": [50.5, 60.25, 70.0, 41.1],
    }
    return pd.DataFrame(columns | changes)


def read(data=None, **options):
    options = {"covariates": "age", "card": make_card()} | options
    return read_table(frame() if data is None else data, **options)


def reasons(table):
    return [(each.reason, each.first_rows) for each in table.account.exclusions]


def test_a_covariate_is_carried_as_numbers_under_its_own_name():
    table = read()
    assert table.covariates == ("age",)
    assert table.card.model.covariates == ("age",)
    assert table.frame["age"].dtype == np.float64
    assert table.frame["age"].tolist() == [50.5, 60.25, 70.0, 41.1]
    assert table.account.totals.keys() == {"numerator", "denominator"}


def test_the_cards_covariates_are_read_as_far_as_there_are_such_columns():
    card = override_card(make_card(), {"model": {"covariates": ["need", "age"]}}, where="x")
    table = read_table(frame(), card=card)
    assert table.covariates == ("age",)
    assert "need" not in table.frame
    assert read_table(frame(), card=card, by="age").covariates == ()
    assert read_table(frame(), card=card, peer_group="age").covariates == ()
    needs = pd.DataFrame({"code": ["A"], "need": [3]})
    assert read_table(frame(), card=card, lookup=(needs, "code")).covariates == ("need", "age")
    assert read(card=card).covariates == ("age",)
    assert read(card=card, covariates=()).covariates == ()


def test_a_covariate_of_the_card_that_holds_text_is_refused_by_a_model_only():
    card = override_card(make_card(), {"model": {"covariates": ["age"]}}, where="x")
    table = read_table(frame(age=[1, 2, "old", 4]), card=card)
    assert len(table.frame) == 4
    with pytest.raises(TableError, match=r"text where a number should be, in column 'age'"):
        keep_complete(table, covariates=["age"])
    lenient = read_table(frame(age=[1, 2, "old", 4]), card=card, lenient=True)
    assert keep_complete(lenient, covariates=["age"]).frame["unit"].tolist() == ["A", "B", "D"]


def test_a_covariate_may_stand_in_a_lookup_as_text():
    needs = pd.DataFrame({"code": ["A", "B", "C"], "need": ["12.5", "1,300", ".."]})
    table = read(covariates=["age", "need"], lookup=(needs, "code"))
    assert table.account.rows_excluded == 0
    table = keep_complete(table, covariates=["age", "need"])
    assert table.frame["need"].tolist() == [12.5, 1300.0]
    assert reasons(table) == [
        ("no need for this unit in lookup", (3,)),
        ("column 'need' of lookup: not available (marked '..')", (2,)),
    ]
    assert table.account.notes == ("2 of 4 units have no 'need' in lookup",)


def test_the_files_own_column_comes_before_a_lookups():
    other = pd.DataFrame({"code": ["A"], "age": [99.0]})
    assert read(lookup=(other, "code")).frame["age"].iloc[0] == 50.5


def test_rows_without_a_covariate_are_kept_when_they_are_read():
    table = read(frame(age=[50.5, None, "*", "n/a"]))
    assert table.account.rows_excluded == 0
    np.testing.assert_array_equal(table.frame["age"], [50.5, np.nan, np.nan, np.nan])


def test_rows_without_a_covariate_are_excluded_and_say_so():
    table = keep_complete(read(frame(age=[50.5, None, "*", "n/a"])), covariates=["age"])
    assert table.frame["unit"].tolist() == ["A"]
    assert reasons(table) == [
        ("no age", (1,)),
        ("column 'age': suppressed (marked '*')", (2,)),
        ("column 'age': not available (marked 'n/a')", (3,)),
    ]
    assert table.account.totals["numerator"] == (10, 1, 9)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        ([1, 2, "old", 4], r"text where a number should be, in column 'age' \(row 2\)"),
        ([1, 2, "inf", 4], r"an infinite number in column 'age' \(row 2\)"),
        ([1, 2, np.inf, 4], r"an infinite number in column 'age' \(row 2\)"),
        ([1, 2, "1e400", 4], r"an infinite number in column 'age' \(row 2\)"),
        ([1, 2, -1e101, 4], r"column 'age' is too large to compute with \(row 2\)"),
        ([1, 2, "3%", 4], r"percentages and plain numbers are mixed in column 'age' \(row 2\)"),
        ([True, False, True, True], "text where a number should be"),
    ],
)
def test_what_is_no_usable_number_is_an_error_or_left_out(age, words):
    data = frame(age=pd.Series(age, dtype=object))
    with pytest.raises(TableError, match=words):
        read(data)
    if words.endswith("2\\)"):
        assert read(data, lenient=True).frame["unit"].tolist() == ["A", "B", "D"]


def test_an_impossible_covariate_of_an_excluded_row_does_no_harm():
    data = frame(numerator=[1, 2, 3, ".."], age=[1, 2, 3, "old"])
    assert read(data).account.rows_kept == 3


def test_percentages_are_the_numbers_before_the_sign():
    data = frame(age=["12.5%", "0", "7 %", "100%"])
    assert read(data).frame["age"].tolist() == [12.5, 0.0, 7.0, 100.0]


def test_no_message_repeats_a_value():
    with pytest.raises(TableError) as caught:
        read(frame(age=[1, 2, "secret-word", 4]))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"covariates": ["age"], "by": "age"}, UsageError, "split the table"),
        ({"covariates": ["AGE"], "by": "age"}, UsageError, "already in use"),
        ({"covariates": ["age", "Age"]}, UsageError, "already in use as the column for 'age'"),
        ({"covariates": ["Numerator"]}, UsageError, "column for 'numerator'"),
        ({"covariates": ["age", "age"]}, CardError, "more than once"),
        ({"covariates": ["denominator"]}, CardError, "denominator"),
        ({"covariates": ["event_upper"]}, CardError, "a column of its own"),
        ({"covariates": ["agee"]}, TableError, "Did you mean 'age'"),
    ],
)
def test_a_covariate_that_has_another_part_is_refused(options, kind, words):
    with pytest.raises(kind, match=words):
        read(**options)


def test_a_column_of_varstats_own_names_does_not_corrupt_the_frame():
    data = frame().rename(columns={"denominator": "spells"}).assign(denominator=1.0)
    with pytest.raises(CardError, match="Rename the column"):
        read_table(
            data,
            card="default-proportion",
            denominator="spells",
            covariates="denominator",
        )


def test_a_card_may_exclude_by_a_covariate():
    card = make_card(exclusions=({"column": "age", "values": ["70"], "because": "Too old."},))
    table = read(card=card)
    assert reasons(table) == [("Too old.", (2,))]
    assert table.frame["age"].tolist() == [50.5, 60.25, 41.1]


MONTHS = frame(
    unit=["A", "A", "B", "B"],
    month=["2016-04-01", "2016-05-01"] * 2,
    age=[10.0, 40.0, 0.1, 0.1],
)
MONTHLY = make_card(also={"period": "month"})


def test_a_table_keeps_its_periods():
    table = read(MONTHS, card=MONTHLY)
    assert table.by == ()
    assert table.frame["period"].tolist() == ["2016-04-01", "2016-05-01"] * 2
    assert read(MONTHS, card=MONTHLY, by="period").by == ("period",)


def test_a_roll_up_averages_a_covariate_by_size():
    table = read(MONTHS, card=MONTHLY, roll_up="quarter")
    # (10 x 10 + 20 x 40) / 30; and what never varies is the same to the last bit.
    assert table.frame["age"].tolist() == [30.0, 0.1]
    assert table.frame["denominator"].tolist() == [30.0, 70.0]


def test_a_month_without_a_covariate_is_not_in_its_quarter():
    table = read(MONTHS.assign(age=[None, 40.0, 0.1, 0.1]), card=MONTHLY, roll_up="quarter")
    assert table.frame["denominator"].tolist() == [30.0, 70.0]
    table = keep_complete(table, covariates=["age"])
    assert table.frame["age"].tolist() == [40.0, 0.1]
    assert table.frame["denominator"].tolist() == [20.0, 70.0]
    assert reasons(table) == [("no age", (0,))]


def test_what_is_said_of_the_model_is_in_the_tables_card():
    table = read(
        effects="student-t",
        likelihood="beta-binomial",
        transient=0.2,
        peer_tau="own",
    )
    model = table.card.model
    assert (model.effects, model.likelihood) == ("student-t", "beta-binomial")
    assert (model.transient, model.peer_tau) == (0.2, "own")
    with pytest.raises(CardError, match="likelihood is 'poisson'"):
        read(likelihood="poisson")


def test_an_example_takes_covariates_without_a_card():
    table = read_table("example:star98", covariates=["LOWINC", "PCTCHRT"])
    assert table.covariates == ("LOWINC", "PCTCHRT")
    assert table.frame["LOWINC"].iloc[0] == 34.3973


def test_a_covariate_may_be_a_formula_of_columns():
    data = frame(**{"list size": [10, 20, 30, 40]})
    table = read(data, covariates="100 * age / `list size`")
    name = "100 * age / `list size`"
    assert table.covariates == (name,)
    assert table.frame[name].tolist() == pytest.approx([505, 301.25, 700 / 3, 102.75])
    blank = data.assign(age=[50.5, None, 70.0, 41.1])
    table = read(blank, covariates=name)
    assert table.account.rows_kept == 4
    assert np.isnan(table.frame[name][1])
    with pytest.raises(TableError, match="no column 'age / need'"):
        read(data, covariates="age / need")


def test_a_formula_that_a_card_names_is_a_covariate_where_its_columns_are_there():
    card = override_card(
        make_card(), {"model": {"covariates": ["age / 10", "need / 2"]}}, where="x"
    )
    assert read_table(frame(), card=card).covariates == ("age / 10",)
