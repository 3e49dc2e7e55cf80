"""Successor maps: read, checked and followed."""

import pandas as pd
import pytest

from varstat.data.organisations.read import read_successors
from varstat.errors import TableError


def read(**columns):
    names = {"old": "from", "new": "to"}
    return read_successors(pd.DataFrame({names.get(k, k): v for k, v in columns.items()}))


def test_a_chain_of_mergers_is_followed_to_its_end():
    found = read(old=["A", "B", "C"], new=["B", "D", "D"])
    assert found.resolve("A") == {"D": 1.0}
    assert found.resolve("X") == {"X": 1.0}


def test_a_part_may_stay_behind():
    found = read(old=["A", "A"], new=["B", "A"], share=[0.25, 0.75])
    assert found.resolve("A") == {"B": 0.25, "A": 0.75}


def test_a_file_is_read_as_it_comes(tmp_path):
    path = tmp_path / "map.csv"
    path.write_text("Predecessor,Successor,Date\n5E1,0X2,2014-10\n1E5,0X2,\n")
    first, second = read_successors(path).lines
    assert (first.predecessor, first.successor, first.since) == ("5E1", "0X2", 2014 * 12 + 9)
    assert second.since is None


def test_changes_after_a_period_are_left_out():
    found = read(old=["A", "B"], new=["C", "C"], date=["2014-10", "2015-10"])
    assert [line.predecessor for line in found.until(2015 * 12).lines] == ["A"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"old": ["A", "B", "C"], "new": ["B", "C", "A"]}, "in a circle: A → B → C → A"),
        ({"old": ["A", "A"], "new": ["B", "C"]}, "A is split among B and C, and not every row"),
        ({"old": ["A", "A"], "new": ["B", "C"], "share": [0.5, 0.4]}, "add up to 0.9, not 1"),
        ({"old": ["A", "A"], "new": ["B", "B"]}, "A goes over to the same organisation on two"),
        ({"old": ["A"], "new": ["B"], "share": [40]}, "a share isn't above 0 and up to 1"),
        ({"old": ["A", None], "new": ["B", "C"]}, "a code is missing"),
        ({"old": ["A"], "new": ["B"], "date": ["spring"]}, "a date can't be understood"),
        ({"old": ["A"], "new": ["B"], "date": ["Q4 2006"]}, "calendar or a financial quarter"),
        ({"old": ["A"], "too": ["B"]}, "there is no column 'to'"),
        (
            {"old": ["A", "A"], "new": ["B", "C"], "share": [0.5, 0.5], "date": ["2013", "2014"]},
            "A goes over on several dates",
        ),
    ],
)
def test_what_is_no_map_is_refused(columns, message):
    with pytest.raises(TableError, match=message):
        read(**columns)


def test_all_problems_are_named_at_once():
    with pytest.raises(TableError) as caught:
        read(old=["A", "A", "B", "C"], new=["X", "Y", "C", "B"])
    assert len(caught.value.problems) == 2
