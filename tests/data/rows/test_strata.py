"""Case-mix: a row is of a unit, a period and a stratum."""

import numpy as np
import pandas as pd
import pytest
from cards import make_card
from hypothesis import given
from hypothesis import strategies as st

from varstat.card import override_card
from varstat.data import read_table
from varstat.errors import TableError, UsageError


def frame(**changes):
    columns = {
        "unit": ["A", "A", "B", "B"],
        "sex": ["F", "M", "F", "M"],
        "numerator": [1, 2, 3, 4],
        "denominator": [10, 20, 30, 40],
    }
    return pd.DataFrame(columns | changes)


def read(data=None, **options):
    options = {"stratum": "sex", "card": make_card()} | options
    return read_table(frame() if data is None else data, **options)


def mixed_card(*strata):
    return override_card(make_card(), {"casemix": {"strata": strata}}, where="x")


def reasons(table):
    return [(each.reason, each.first_rows) for each in table.account.exclusions]


def test_strata_stand_as_text_before_the_counts():
    table = read(frame(age=[70, 70, 71, 71]), stratum=["sex", "age"])
    assert table.strata == ("sex", "age")
    assert list(table.frame)[:8] == [
        *("unit", "unit_name", "peer_group", "period"),
        *("sex", "age", "numerator", "denominator"),
    ]
    assert table.frame["age"].tolist() == ["70", "70", "71", "71"]
    assert table.card.casemix.strata == ("sex", "age")
    assert table.account.units == 2


def test_a_stratum_goes_by_the_name_that_the_caller_gave():
    table = read(frame().rename(columns={"sex": "Sex "}))
    assert table.strata == ("sex",)
    assert "sex" in table.frame


def test_a_table_without_strata_says_so():
    table = read(frame(unit=list("ABCD")), stratum=None)
    assert table.strata == ()
    assert "sex" not in table.frame


def test_strata_may_be_read_for_something_else_than_a_model():
    table = read()
    assert table.strata == ("sex",)
    assert table.frame["sex"].tolist() == ["F", "M", "F", "M"]


def test_the_cards_strata_are_read_if_the_file_has_them_all():
    assert read(stratum=None, card=mixed_card("sex")).strata == ("sex",)
    whole = frame(unit=list("ABCD"))
    assert read(whole, stratum=(), card=mixed_card("sex")).strata == ()
    table = read(whole, stratum=None, card=mixed_card("sex", "age", "type"))
    assert table.strata == ()
    (note,) = table.account.notes
    assert note.startswith("the card adjusts by 'age' and 'type', which the file doesn't have: ")
    assert note.endswith("not adjusted for case-mix")
    table = read(whole, stratum=None, card=mixed_card("procedure"))
    assert table.account.notes == (
        "the card adjusts by 'procedure', which the file doesn't have: not adjusted for case-mix",
    )


def test_a_stratum_of_the_card_that_splits_the_table_isnt_adjusted_for():
    table = read(stratum=None, by="sex", card=mixed_card("sex"))
    assert (table.by, table.strata) == (("sex",), ())
    assert table.account.notes == (
        "the card adjusts by 'sex', which has another part here: not adjusted for it",
    )
    grouped = frame(unit=list("ABCD"))
    table = read(grouped, stratum=None, peer_group="sex", card=mixed_card("sex"))
    assert table.strata == ()


def test_what_is_said_comes_before_the_card():
    table = read(frame(age=list("1122")), stratum="sex", card=mixed_card("age"))
    assert table.strata == ("sex",)
    assert table.card.casemix.strata == ("sex",)


def test_a_stratum_that_is_said_and_nowhere_is_an_error():
    with pytest.raises(TableError, match="there is no column 'sexe'"):
        read(stratum="sexe")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"by": "sex"}, "can't both be a stratum and split the table"),
        ({"stratum": "unit"}, "varstat has a column of its own called 'unit'"),
        ({"stratum": "numerator"}, "varstat has a column of its own called 'numerator'"),
        ({"stratum": "event_lower"}, "a column of its own"),
        ({"stratum": "when", "period": "when"}, "in use as the column for 'period'"),
        ({"stratum": "kind", "peer_group": "kind"}, "in use as the column for 'peer_group'"),
        ({"stratum": ["sex", "Sex"]}, "'Sex' is already in use as the column for 'sex'"),
        ({"covariates": "kind", "stratum": "kind"}, "in use as the column for 'kind'"),
    ],
)
def test_a_column_has_one_part(options, words):
    data = frame(when=["2015", "2015", "2016", "2016"], kind=[1, 1, 2, 2])
    with pytest.raises(UsageError) as caught:
        read(data, **options)
    assert words in str(caught.value)


def test_a_stratum_may_stand_in_a_lookup():
    lookup = pd.DataFrame({"code": ["A", "B"], "site": ["city", "coast"]})
    table = read(frame(unit=["A", "B", "C", "D"]), stratum="site", lookup=(lookup, "code"))
    assert table.frame["site"].tolist() == ["city", "coast"]
    assert reasons(table) == [("no site for this unit in lookup", (2, 3))]
    assert table.account.notes == ("2 of 4 units have no 'site' in lookup",)


def test_rows_without_their_stratum_are_excluded():
    table = read(frame(sex=["F", None, " ", "M"]))
    assert table.frame["unit"].tolist() == ["A", "B"]
    assert reasons(table) == [("no sex", (1, 2))]


def test_the_same_unit_and_stratum_twice_is_refused():
    with pytest.raises(TableError) as caught:
        read(frame(sex=["F", "F", "F", "M"]))
    assert "the same unit and sex as on an earlier row (row 1)" in str(caught.value)


def test_rows_that_repeat_a_unit_are_refused_with_the_column_that_tells_them_apart():
    with pytest.raises(TableError, match="--stratum COLUMN if they are the case-mix") as caught:
        read(stratum=None)
    assert "They differ in 'sex'." in str(caught.value)
    with pytest.raises(TableError) as caught:
        read(
            frame(sex=["F", "F", "F", "M"], age=[1, 2, 1, 2], half=["1", "2", "1", "2"]),
            stratum=None,
        )
    assert "Columns 'age' and 'half' each tell them apart." in str(caught.value)
    with pytest.raises(TableError) as caught:
        read(frame(sex="F"), stratum=None)
    assert "apart." not in str(caught.value)


def test_a_roll_up_adds_up_within_strata():
    data = pd.concat([frame(month="2016-04-01"), frame(month="2016-05-01")])
    table = read(data, period="month", roll_up="quarter")
    assert table.frame["sex"].tolist() == ["F", "M", "F", "M"]
    assert table.frame["numerator"].tolist() == [2, 4, 6, 8]
    assert set(table.frame["period"]) == {"2016-17 Q1"}
    assert table.account.rows_merged == 4


def test_a_total_over_the_strata_is_no_stratum():
    data = frame(unit=["A", "A", "A", "B"], sex=["F", "M", "All", "F"], numerator=[1, 2, 3, 4])
    table = read(data)
    assert table.frame["sex"].tolist() == ["F", "M", "F"]
    assert reasons(table) == [("a total over sex", (2,))]
    assert table.account.totals["numerator"] == (10, 7, 3)


@pytest.mark.parametrize(
    ("level", "total"),
    [
        ("All ages", True),
        ("Total", True),
        ("all age bands", True),
        ("Overall total", True),
        ("UK", False),
        ("England", False),
        ("Allied", False),
        ("All other", False),
        ("Age", False),
        ("the", False),
    ],
)
def test_only_a_level_that_says_so_is_a_total(level, total):
    data = frame(age_band=["0-64", "65+", level, "65+"]).drop(columns="sex")
    table = read(data, stratum="age_band")
    assert len(table.frame) == (3 if total else 4)


def test_one_level_for_all_is_a_level_whatever_its_name():
    table = read(frame(unit=list("ABCD"), sex="All"))
    assert len(table.frame) == 4


def test_a_total_row_is_compared_with_its_own_stratum():
    rows = [
        *[("A", "F", 1, 10), ("A", "M", 2, 20), ("B", "F", 3, 30), ("B", "M", 4, 40)],
        *[("England", "F", 4, 40), ("England", "All", 10, 100), ("England", None, 11, 100)],
    ]
    table = read(pd.DataFrame(rows, columns=["unit", "sex", "numerator", "denominator"]))
    assert len(table.frame) == 4
    notes = table.account.notes
    assert notes[0] == "the total in rows 4 and 5 equal the sum of the units"
    assert notes[1].startswith("the total row 6 does not equal the units: 'numerator' is 1 more")


def test_suppressed_cells_keep_their_range_within_strata():
    data = frame(numerator=["1", "*", "3", "4"])
    table = read(data, suppressed=(1, 7))
    assert table.frame["event_lower"].tolist() == [1, 1, 3, 4]
    assert table.frame["event_upper"].tolist() == [1, 7, 3, 4]


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "England", None]),
        st.sampled_from(["2016-04-01", "2016-05-01"]),
        st.sampled_from(["F", "M", "All", "Persons", None, "=1+1"]),
        st.sampled_from([0, 1, 7, "*", None, "text", -1]),
        st.sampled_from([0, 5, 10, "..", None]),
    ),
    max_size=25,
)


@given(
    rows=ROWS,
    roll_up=st.sampled_from([None, "quarter", "all"]),
    only=st.sampled_from([None, {"unit": "Good"}, {"sex": ["F", "M"]}]),
)
def test_every_row_is_accounted_for(rows, roll_up, only):
    columns = ["unit", "month", "sex", "numerator", "denominator"]
    good = [("Good", "2016-04-01", sex, 3, 10) for sex in "FM"]
    data = pd.DataFrame([*good, *rows], columns=columns, dtype=object)
    table = read(data, period="month", lenient=True, roll_up=roll_up, only=only)
    account, result = table.account, table.frame
    assert len(result) == account.rows_kept - account.rows_merged
    assert not result.duplicated(["unit", "period", "sex"]).any()
    assert result["sex"].notna().all()
    for column, (whole, kept, excluded) in account.totals.items():
        np.testing.assert_allclose(whole, kept + excluded)
        np.testing.assert_allclose(result[column].sum(), kept)
