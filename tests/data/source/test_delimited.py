"""A row with more cells than the header is refused by its number, never read shifted."""

import pandas as pd
import pytest
from cards import make_card

from varstat.data import read_table
from varstat.errors import TableError

GOOD = "unit,numerator,denominator\n"


def put(tmp_path, text, name="t.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


SHIFTED = {
    "unquoted thousands": (GOOD + "A,1,234,5,678\nB,2,300\n", "row 2"),
    "late, after many good rows": (
        GOOD + "".join(f"Z{at},{at},900\n" for at in range(250)) + "Y,1,234,900\n",
        "row 252",
    ),
    "a comma in a name": (
        "unit,unit_name,numerator,denominator\nA,St Mary's, London,12,300\nB,Ely,2,30\n",
        "row 2",
    ),
    "semicolons": ("unit;numerator;denominator\nA;1;20\nB;2;30;40\n", "row 3"),
    "tabs": ("unit\tnumerator\tdenominator\nA\t1\t20\nB\t1\t234\t5\n", "row 3"),
    "bars": ("unit|numerator|denominator\nA|1|20\nB|1|234|5\n", "row 3"),
    "a blank heading at the end": (
        "unit,numerator,denominator,,\nA,1,234,5,678\nB,2,300,,\n",
        "row 2",
    ),
    "below a title": ("Deaths by trust\n\n" + GOOD + "A,1,20\nB,1,2,34\n", "row 5"),
    "several rows": (GOOD + "A,1,2,3\nB,1,2\nC,1,2,3\n", "rows 2 and 4"),
    "words beyond": (GOOD + "A,1,20,London\nB,2,30\n", "row 2"),
}


@pytest.mark.parametrize("what", SHIFTED)
def test_a_row_with_a_cell_too_many_is_refused_by_its_number(tmp_path, what):
    text, where = SHIFTED[what]
    path = put(tmp_path, text)
    with pytest.raises(TableError, match="more cells than the header names") as caught:
        read_table(path, card=make_card(also={"unit_name": "unit_name"}))
    assert f"({where})" in str(caught.value)


@pytest.mark.parametrize("what", SHIFTED)
def test_such_rows_are_left_out_if_asked_to_be(tmp_path, what):
    text, _ = SHIFTED[what]
    table = read_table(put(tmp_path, text), card=make_card(), lenient=True)
    assert [each.reason for each in table.account.exclusions] == [
        "more cells than the header names"
    ]


@pytest.mark.parametrize(
    "text",
    [
        GOOD + "A,1,20,,\nB,2,30\n",
        GOOD + 'A,"1,234","5,678"\nB,2,30,\n',
        ",unit,numerator,denominator\n0,A,1,20\n1,B,2,30\n",
        "Title, with a comma, and more, and more\n" + GOOD + "A,1,20\nB,2,30\n",
        GOOD.strip() + ",note\nA,1,20,London\nB,2,30\n",
    ],
)
def test_cells_that_shift_nothing_are_no_trouble(tmp_path, text):
    assert len(read_table(put(tmp_path, text), card=make_card()).frame) == 2


def test_a_lookup_with_a_cell_too_many_is_refused(tmp_path):
    path = put(tmp_path, GOOD + "A,1,20\nB,2,30\n")
    lookup = put(tmp_path, "code,peer\nA,x\nB,Bath, Avon\n", name="l.csv")
    with pytest.raises(TableError, match=r"l.csv: more cells than the header names \(row 3\)"):
        read_table(path, card=make_card(), lookup=f"{lookup}:code", by="peer")


def test_a_number_beside_a_workbooks_table_is_refused_and_a_note_is_not(tmp_path):
    frame = pd.DataFrame([["A", 1, 20], ["B", 2, 30]], columns=["unit", "numerator", "denominator"])
    for beyond, refused in (("see note 3", False), (678, True)):
        wide = frame.assign(**{"": [beyond, None]})
        wide.to_excel(tmp_path / "t.xlsx", index=False)
        if refused:
            with pytest.raises(TableError, match=r"more cells than the header names \(row 2\)"):
                read_table(tmp_path / "t.xlsx", card=make_card())
        else:
            assert len(read_table(tmp_path / "t.xlsx", card=make_card()).frame) == 2


def test_a_million_blank_rows_cost_next_to_nothing(tmp_path):
    blank = "\n" * 500_000 + ",,\n" * 500_000
    path = put(tmp_path, GOOD + "A,1,20\n" + blank + "B,2,30\n" + blank)
    table = read_table(path, card=make_card())
    assert table.account.rows_read == 2


def test_a_row_as_wide_as_no_table_is_refused(tmp_path):
    path = put(tmp_path, GOOD + "A,1,20\n" + "," * 3_000_000 + "x\n")
    with pytest.raises(TableError, match=r"row 3 has more than 50,000 cells"):
        read_table(path, card=make_card())


def test_blank_rows_at_the_end_are_not_read(tmp_path):
    text = GOOD + "A,1,20\nB,2,30\n" + ",,\n" * 60_000
    table = read_table(put(tmp_path, text), card=make_card())
    assert table.account.rows_read == 2


def test_a_row_too_wide_is_found_wherever_it_stands(tmp_path):
    rows = "".join(f"U{at},1,20\n" for at in range(20_000))
    path = put(tmp_path, GOOD + rows + "," * 50_000 + "x\n")
    with pytest.raises(TableError, match="row 20002 has more than 50,000 cells"):
        read_table(path, card=make_card())
