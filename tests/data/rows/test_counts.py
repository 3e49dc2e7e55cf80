import pandas as pd
import pytest
from cards import make_card

from varstat.data import read_table
from varstat.errors import TableError


def read(numerator, denominator, *, counts="whole", **also):
    units = [f"U{at}" for at in range(len(numerator))]
    data = pd.DataFrame({"unit": units, "numerator": numerator, "denominator": denominator})
    return read_table(data.astype(object), card=make_card(counts=counts, also=also))


def ends(table):
    columns = ["numerator", "event_lower", "event_upper"]
    return [tuple(row) for row in table.frame[columns].to_numpy().tolist()]


def test_ends_equal_the_event_where_nothing_is_hidden():
    assert ends(read([3, 0], [5, 6])) == [(3, 3, 3), (0, 0, 0)]


def test_a_suppressed_count_is_kept_as_its_range():
    table = read(["*", "[c]", 3], [50, 4, 5], suppressed=(1, 7))
    assert table.frame["numerator"].isna().tolist() == [True, True, False]
    assert table.frame["event_lower"].tolist() == [1, 1, 3]
    assert table.frame["event_upper"].tolist() == [7, 4, 3]
    assert "2 suppressed counts are kept as ranges; sums leave them out" in table.account.notes


def test_a_suppressed_count_without_a_range_is_left_out_and_says_how_to_keep_it():
    (exclusion,) = read(["*", 3], [50, 5]).account.exclusions
    assert "suppressed (marked '*')" in exclusion.reason
    assert "card" in exclusion.reason


def test_a_suppressed_denominator_leaves_the_row_out():
    table = read([1, 3], ["*", 5], suppressed=(1, 7))
    assert table.frame["unit"].tolist() == ["U1"]


def test_a_range_above_the_denominator_is_refused():
    with pytest.raises(TableError, match="suppressed range"):
        read(["*", 3], [2, 5], suppressed=(3, 7))


def test_counts_rounded_to_5_lie_within_2_a_zero_too():
    table = read([0, 5, 50, 100], [100, 100, 100, 100], rounded=5)
    assert ends(table) == [(0, 0, 2), (5, 3, 7), (50, 48, 52), (100, 98, 100)]


def test_counts_rounded_to_10_lie_within_5():
    assert ends(read([20], [100], rounded=10)) == [(20, 15, 25)]


def test_a_percentage_of_its_denominator_becomes_a_count():
    table = read(["85%", "33.3%", "0%", "100 %"], [20, 3, 7, 11])
    assert table.frame["numerator"].tolist() == [17, 1, 0, 11]
    assert table.frame["event_lower"].tolist() == table.frame["event_upper"].tolist()
    assert any("4 percentages" in note for note in table.account.notes)


def test_a_percentage_too_coarse_to_settle_the_count_gives_a_range():
    assert ends(read(["85%", "100%"], [1000, 1000])) == [(850, 845, 855), (1000, 995, 1000)]


def test_a_count_among_percentages_is_refused():
    with pytest.raises(TableError, match="mixed in column 'numerator'"):
        read(["85%", 3], [20, 20])


def test_continuous_percentages_need_no_whole_number():
    assert ends(read(["50%"], [3.5], counts="continuous"))[0][0] == 1.75
