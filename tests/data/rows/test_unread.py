import numpy as np
import pandas as pd
import pytest

from varstat.data import read_table
from varstat.data.rows.unread import find_sentinel
from varstat.errors import TableError


def read(numerator, denominator=400, **said):
    units = [f"U{at:02}" for at in range(len(numerator))]
    data = pd.DataFrame({"unit": units, "numerator": numerator, "denominator": denominator})
    return read_table(data.astype(object), **said)


def refused(numerator, **said):
    with pytest.raises(TableError) as error:
        read(numerator, **said)
    return str(error.value)


NUMBERS = [31, 42, 28, 55, 39, 61, 47]


@pytest.mark.parametrize(
    "mark", ["n.r.", "zu klein", "rare", "†", "hidden by us", "(low)", "Gering", "<n"]
)
def test_texts_that_recur_are_shown_with_their_counts_and_the_options_that_say_what_they_are(mark):
    told = refused([*NUMBERS, mark, mark])
    assert f"{mark!r} twice" in told
    for option in ("--suppressed", "--zero", "--missing"):
        assert option in told


NOTED = ["54*", "54†", "54 r", "54p", "54 (a)", "54[1]", "54¹", "*54", "~54", "1,054 (r)", "54^(b)"]


@pytest.mark.parametrize("noted", NOTED)
def test_a_number_with_a_footnotes_sign_is_no_mark_and_not_shown(noted):
    told = refused([*NUMBERS, noted, noted])
    assert "54" not in told
    assert "delete the signs" in told


def test_marks_beside_numbers_with_footnotes_are_shown_alone():
    told = refused([*NUMBERS, "54*", "n.r.", "n.r."])
    assert ": 'n.r.' twice, and 1 other (" in told
    assert "delete the signs" in told


def test_the_most_frequent_texts_come_first_and_no_more_than_five_are_shown():
    marks = [f"{letter}?" for letter in "abcdefg"]
    told = refused([*NUMBERS, *marks, *marks, "g?"])
    assert "'g?' 3 times, 'a?' twice, 'b?' twice, 'c?' twice, 'd?' twice, and 2 others" in told


@pytest.mark.parametrize(
    "value", ["Wilhelmina", "9434765919", "1946-03-12", "Ann", "aged", "B12-3456", "SW1A 1AA x"]
)
def test_a_text_that_may_be_a_records_value_is_not_shown(value):
    assert value not in refused([*NUMBERS, value])


def test_a_column_of_distinct_texts_holds_no_marks_and_is_not_shown():
    told = refused([*NUMBERS, *(f"note {'abcdefghijklmnopqrstuvwxyz'[at]}" for at in range(26))])
    assert "26 distinct texts, too many to be marks" in told
    assert "note" not in told.replace("notes", "")


def test_a_column_of_names_is_not_shown_even_if_they_recur():
    told = refused(["Smith", "Jones", "Smith", "Jones", "Ann", "Ann"])
    assert not any(name in told for name in ("Smith", "Jones", "Ann"))


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ({"suppressed": {"zu klein": (1, 4)}}, (1, 4)),
        ({"suppressed": {"ZU  Klein ": (2, 3)}}, (2, 3)),
        ({"zero": "zu klein"}, (0, 0)),
        ({"zero": ["zu klein", "-"]}, (0, 0)),
        ({"missing": "zu klein"}, None),
    ],
)
def test_the_options_that_the_message_names_mend_it(said, ends):
    frame = read([*NUMBERS, "zu klein"], **said).frame
    rows = frame[frame["unit"] == "U07"]
    if ends is None:
        assert rows.empty
    else:
        assert tuple(rows[["event_lower", "event_upper"]].iloc[0]) == ends


@pytest.mark.parametrize("mark", [-99, -999, -9999, -9, 999, 9999, 99999])
def test_sentinels_among_counts_are_refused_with_the_cure(mark):
    counts = [*NUMBERS, mark, mark]
    told = refused(counts, denominator=100000)
    assert f"--missing {mark}" in told
    assert len(read(counts, missing=str(mark)).frame) == len(NUMBERS)


@pytest.mark.parametrize("mark", [-99, -999, 99, 999, 9999, 888, -88])
def test_sentinels_among_covariates_are_refused_with_the_cure(mark):
    data = pd.DataFrame(
        {
            "unit": [f"U{at}" for at in range(9)],
            "numerator": 30,
            "denominator": 400,
            "need": [2.5, 3.5, 2.75, 4.5, 3.25, 4.25, 3.75, mark, mark],
        }
    )
    with pytest.raises(TableError, match=f"--missing {mark}"):
        read_table(data, covariates="need")
    table = read_table(data, covariates="need", missing=[str(mark)])
    assert table.frame["need"].isna().sum() == 2


@pytest.mark.parametrize(
    "values",
    [
        [21, 35, 28, 99, 30, 26, 31],
        [-1, 0, 1, -1, 0, 1, 0, 0],
        [-2.5, -99, 3.0, 4.0, -99.0, 2.0, 5.0, 6.0],
        [500, 800, 999, 999, 1200, 700, 650],
        [999, 999, 999, 999, 5, 6],
        [],
    ],
)
def test_numbers_that_may_be_what_they_are_are_not_taken_for_sentinels(values):
    assert find_sentinel(np.array(values, dtype=float)) is None


def test_random_counts_have_no_sentinels():
    rng = np.random.default_rng(1)
    for _ in range(500):
        size = rng.lognormal(rng.uniform(2, 9), rng.uniform(0.1, 1.5), rng.integers(5, 200))
        assert find_sentinel(np.rint(size), counts=True) is None
