import pandas as pd
import pytest
from cards import make_card

from varstat.data import read_table
from varstat.errors import TableError


def read(tmp_path, text, **options):
    path = tmp_path / "t.csv"
    path.write_text(text)
    card = options.pop("card", None) or make_card()
    return read_table(path, card=card, **options)


def test_the_header_is_found_below_title_rows(tmp_path):
    table = read(
        tmp_path,
        "Day cases, by trust\nSource:,NHS England\n\nunit,numerator,denominator\nA,1,2\nB,x2,3\n"
        "C,1,3\n",
        lenient=True,
    )
    assert table.frame["unit"].tolist() == ["A", "C"]
    assert table.account.exclusions[0].first_rows == (6,)
    assert "the header was found on row 4" in table.account.notes


def test_spaces_and_capitals_in_names_are_forgiven(tmp_path):
    card = make_card(columns={"unit": "Unit", "numerator": "day cases", "denominator": "Spells"})
    table = read(tmp_path, "UNIT , Day  Cases,spells\nA,1,2\n", card=card)
    assert table.frame["numerator"].tolist() == [1]


def test_an_exact_name_wins_over_one_that_is_alike(tmp_path):
    table = read(tmp_path, "unit,Numerator,numerator,denominator\nA,1,2,3\n")
    assert table.frame["numerator"].tolist() == [2]


def test_the_first_of_several_names_that_there_is_is_used(tmp_path):
    card = make_card(also={"numerator": ["new", "old"], "unit": ["code", "unit"]})
    table = read(tmp_path, "unit,old,denominator\nA,1,2\n", card=card)
    assert table.frame["numerator"].tolist() == [1]


def test_an_optional_column_that_may_go_by_its_own_name_is_not_missed(tmp_path):
    card = make_card(also={"unit_name": ["Org Name", "unit_name"], "period": "period"})
    table = read(tmp_path, "unit,numerator,denominator\nA,1,2\n", card=card)
    assert table.frame["unit_name"].tolist() == [None]


def test_rows_that_lay_out_the_page_are_excluded_with_reasons(tmp_path):
    table = read(
        tmp_path,
        "unit,name,numerator,denominator\n1,2,3,4\nA,Ash,1,2\n"
        "unit,name,numerator,denominator\nB,Birch,1,2\nC,Cedar,,\n,,,\n"
        "Note: provisional,,,\n\n",
    )
    assert table.frame["unit"].tolist() == ["A", "B"]
    assert table.account.rows_read == 6
    reasons = {e.reason: e.first_rows for e in table.account.exclusions}
    assert reasons == {
        "the header again": (4,),
        "a row of column numbers": (2,),
        "no counts: a note or an empty row": (8,),
        "no counts reported": (6,),
    }


def test_units_called_1_and_2_are_no_column_numbers(tmp_path):
    table = read(tmp_path, "unit,numerator,denominator\n1,2,3\n2,2,3\n")
    assert table.frame["unit"].tolist() == ["1", "2"]


def test_an_exposure_is_said_to_be_one():
    data = pd.DataFrame({"unit": ["A"], "deaths": [3], "days": [10.5]})
    card = make_card("ratio", columns={"unit": "unit", "observed": "deaths", "exposure": "days"})
    table = read_table(data, card=card)
    assert table.frame["exposure"].tolist() == [10.5]
    assert table.measure.size == "exposure"
    assert "exposure" in table.account.totals


def test_without_a_card_the_columns_tell_the_measure():
    for event, size in (
        ("numerator", "denominator"),
        ("observed", "expected"),
        ("observed", "exposure"),
        ("value", "se"),
    ):
        data = pd.DataFrame({"unit": ["A"], event: [3], size: [10]})
        table = read_table(data)
        assert (table.measure.event, table.measure.size) == (event, size)
        assert table.frame[size].tolist() == [10.0]


def test_columns_that_tell_no_measure_are_an_error():
    with pytest.raises(TableError, match="nothing says what is measured"):
        read_table(pd.DataFrame({"unit": ["A"], "deaths": [3]}))


def test_an_optional_column_under_another_name_is_missed(tmp_path):
    card = make_card(also={"unit_name": "Org Name"})
    with pytest.raises(TableError, match="no column 'Org Name' \\(unit_name\\)"):
        read(tmp_path, "unit,numerator,denominator\nA,1,2\n", card=card)
