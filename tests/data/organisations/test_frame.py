"""One frame for several periods."""

import numpy as np
import pytest

from varstat.data.organisations.frame import (
    check_codes,
    lay_frame,
    place_changes,
    refuse_differing,
)
from varstat.data.organisations.successors import Successor, SuccessorMap
from varstat.errors import TableError, UsageError
from varstat.period.period import read_periods

QUARTERS = read_periods([f"2013-14 Q{q}" for q in (1, 2, 3, 4)])
OCTOBER = 2013 * 12 + 9


def successors(*rows):
    lines = [
        Successor(predecessor=old, successor=new, share=share, since=since)
        for old, new, share, since in rows
    ]
    return SuccessorMap(lines=tuple(lines), source="map.csv")


def test_counts_go_to_successors_and_none_is_lost():
    found = successors(("A", "C", None, None), ("B", "C", 0.25, None), ("B", "B", 0.75, None))
    frame = lay_frame(["A", "B", "C"], found)
    counts = np.array([[10.0, np.nan], [4.0, 8.0], [1.0, 2.0]])
    assert frame.carry_over(counts).tolist() == [[3.0, 6.0], [12.0, 4.0]]
    assert frame.combined.tolist() == [True, True]
    assert not frame.same


def test_a_new_name_changes_no_frame():
    frame = lay_frame(["A", "B"], successors(("A", "Z", None, None)))
    assert frame.new == ("B", "Z")
    assert frame.same
    assert not frame.combined.any()


def test_codes_that_differ_are_refused_with_ten_of_them_and_how_many_more():
    gone = {f"C{n:02d}" for n in range(13)}
    with pytest.raises(UsageError) as caught:
        refuse_differing(gone | {"A"}, {"A", "B"}, labels=("2013", "2016"))
    text = str(caught.value)
    assert "13 have data in 2013 alone: C00, C01" in text
    assert "C09 and 3 more" in text
    assert "C10" not in text
    assert "1 has data in 2016 alone: B." in text
    assert "--map" in text
    assert "--frame common" in text
    refuse_differing({"A"}, {"A"}, labels=("2013", "2016"))


def test_a_successor_nobody_knows_is_refused_unless_several_go_over_to_it():
    with pytest.raises(TableError, match=r"1 of its `to` is no unit of x.csv.*: RX1"):
        check_codes(successors(("RA1", "RX1", None, None)), ["RA1", "RB1"], where="x.csv")
    family = successors(("RA1", "new", None, None), ("RB1", "new", None, None))
    assert check_codes(family, ["RA1", "RB1"], where="x.csv") == ()


def test_rows_of_organisations_that_are_not_in_the_data_are_counted():
    national = successors(("A", "B", None, None), ("P", "Q", None, None))
    (note,) = check_codes(national, ["A", "B"], where="x.csv")
    assert note == "map.csv: 1 row is of organisations without data here."
    with pytest.raises(TableError, match="no code of its `from` is a unit"):
        check_codes(successors(("P", "Q", None, None)), ["A", "B"], where="x.csv")


def test_a_change_is_placed_by_its_date_or_after_the_last_report():
    found = successors(("A", "C", None, OCTOBER), ("B", "C", None, None))
    frame = lay_frame(["A", "B", "C"], found)
    observed = np.array([[1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]], dtype=bool)
    assert place_changes(frame, found, QUARTERS, observed=observed) == {"C": (2, 3)}


def test_a_hole_about_a_dated_change_is_refused():
    found = successors(("A", "C", None, OCTOBER))
    frame = lay_frame(["A", "C"], found)
    observed = np.array([[1, 0, 0, 0], [0, 0, 0, 1]], dtype=bool)
    with pytest.raises(TableError, match="nobody reports for A or C in 2013-14 Q2 to 2013-14 Q3"):
        place_changes(frame, found, QUARTERS, observed=observed)
