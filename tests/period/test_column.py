import pytest

from varstat.period.column import read_column


def read(*labels):
    """First month and length of each label, where the column is clear."""
    (reading,) = read_column(labels)
    return [
        None if (span := reading.get(label)) is None else (span.start % 12 + 1, span.months)
        for label in labels
    ]


@pytest.mark.parametrize(
    ("labels", "months"),
    [
        (["01/04/2016", "01/05/2016"], [4, 5]),
        (["30/04/2016", "31/05/2016"], [4, 5]),
        (["04/01/2016", "05/01/2016"], [4, 5]),
        (["04/05/2016", "13/05/2016"], [5, 5]),
        (["04/05/2016", "05/13/2016"], [4, 5]),
        (["01/04/2016"], [4]),
        (["04/30/2016", "05/31/2016"], [4, 5]),
    ],
)
def test_a_date_column_tells_whether_the_day_comes_first(labels, months):
    assert [first for first, _ in read(*labels)] == months


def test_a_date_column_that_doesnt_tell_has_both_readings():
    first, second = read_column(["04/05/2016", "06/05/2016"])
    assert [span.start % 12 + 1 for span in first.values()] == [5, 5]
    assert [span.start % 12 + 1 for span in second.values()] == [4, 6]


def test_a_date_column_that_contradicts_itself_is_read_in_part():
    assert read("13/05/2016", "05/13/2016") == [(5, 1), None]


def test_stretches_of_years_are_told_from_months():
    assert read("2008-10", "2009-11", "2010-12", "2011-13") == [(1, 36)] * 4
    assert read("2008-10", "2009-11") == [(1, 36)] * 2
    assert read("2008-2010", "2009-11") == [(1, 36)] * 2
    assert read("2008-10", "2008-11") == [(10, 1), (11, 1)]
    assert read("2008-10") == [(10, 1)]
    assert read("2015-16", "2016-17", "2016-18") == [(4, 12), (4, 12), (1, 36)]


def test_a_quarter_of_a_single_year_has_both_readings():
    assert len(read_column(["2006 Q4", "2006"])) == 2
