import pytest

from varstat.period.pattern import Span, read_label


def month(year, number):
    return 12 * year + number - 1


@pytest.mark.parametrize(
    ("label", "start", "months"),
    [
        ("Jan-Mar 2018", month(2018, 1), 3),
        ("Jan to Mar 2018", month(2018, 1), 3),
        ("January \u2013 March 2018", month(2018, 1), 3),
        ("Oct-Dec-17", month(2017, 10), 3),
        ("Dec-Feb 2018", month(2017, 12), 3),
        ("Apr 2016 - Mar 2017", month(2016, 4), 12),
        ("July 2010 to June 2011", month(2010, 7), 12),
        ("2015-16 Q2 to 2016-17 Q1", month(2015, 7), 12),
        ("2016-04-01 to 2016-06-30", month(2016, 4), 3),
        ("2012 to 2014", month(2012, 1), 36),
        ("2008-2010", month(2008, 1), 36),
        ("2008 - 10", month(2008, 1), 36),
        ("2016-18", month(2016, 1), 36),
        ("12 months to March 2018", month(2017, 4), 12),
        ("Year ending Dec 2018", month(2018, 1), 12),
        ("Quarter to June 2018", month(2018, 4), 3),
        ("3Q2022", month(2022, 7), 3),
        ("2007/Mar", month(2007, 3), 1),
        ("2016-Apr", month(2016, 4), 1),
        ("Apr'16", month(2016, 4), 1),
        ("Sept. 2016", month(2016, 9), 1),
        ("MSitAE-FEBRUARY-2026", month(2026, 2), 1),
        ("20160401", month(2016, 4), 1),
        ("2016-04-01T00:00:00", month(2016, 4), 1),
        ("2016/17 Month 3", month(2016, 6), 1),
        ("M12 2016-17", month(2017, 3), 1),
        ("2016-17 Quarter 2", month(2016, 7), 3),
        ("FY16/17", month(2016, 4), 12),
        ("FY2016/17", month(2016, 4), 12),
        ("2016", month(2016, 1), 12),
    ],
)
def test_what_means_one_thing_is_read_as_that(label, start, months):
    (span,) = read_label(label).values()
    assert (span.start, span.months) == (start, months)


@pytest.mark.parametrize(
    ("label", "meanings"),
    [
        (
            "2011-12",
            {"month": Span(month(2011, 12), 1), "year": Span(month(2011, 4), 12)},
        ),
        (
            "2008-10",
            {"month": Span(month(2008, 10), 1), "years": Span(month(2008, 1), 36)},
        ),
        (
            "04/05/2016",
            {
                "day-first": Span(month(2016, 5), 1, 4),
                "month-first": Span(month(2016, 4), 1, 5),
            },
        ),
        ("30/04/2016", {"day-first": Span(month(2016, 4), 1, 30)}),
        ("04-30-2016", {"month-first": Span(month(2016, 4), 1, 30)}),
        ("01/04/2016 - 30/06/2016", {"day-first": Span(month(2016, 4), 3, 1)}),
        (
            "2006 Q4",
            {"calendar": Span(month(2006, 10), 3), "financial": Span(month(2007, 1), 3)},
        ),
    ],
)
def test_what_means_two_things_has_both(label, meanings):
    assert read_label(label) == meanings


@pytest.mark.parametrize(
    "label",
    [
        *("", "Wave 3", "spring 2016", "45/04/2016", "2016-13-01", "2016-40", "2016-17 Q5"),
        *("Mar-Jan 2018 Q1", "2018 to 2012", "1 to 3", "18-64", "65 to 74", "Mar", "Q1"),
        *("year to date", "99 months", "31 June", "2016-18 Q1", "16-04-01", "FY19"),
    ],
)
def test_what_is_no_period_means_nothing(label):
    assert read_label(label) == {}


@pytest.mark.parametrize(
    ("label", "same"),
    [
        *(("Year 2019-20", "FY2019-20"), ("financial year 2019/20", "FY2019/20")),
        *(("Calendar year 2019", "2019"), ("CY2019", "2019"), ("Jahr 2019", "2019")),
        *(("März 2019", "Mar 2019"), ("janvier 2020", "Jan 2020"), ("abril de 2020", "Apr 2020")),
        *(("2018M04", "Apr 2018"), ("04/2018", "Apr 2018"), ("2018-19 Jan", "Jan 2019")),
        *(("1. Quartal 2020", "2020 Q1"), ("T1 2020", "2020 Q1"), ("2018 Qtr 1", "2018 Q1")),
        *(("1er trimestre 2020", "2020 Q1"), ("2019-20 Quarter 1 (Apr-Jun)", "2019-20 Q1")),
        *(
            ("01/04/16", "01/04/2016"),
            ("1.4.16", "01.04.2016"),
            ("2019/20 (provisional)", "2019/20"),
        ),
        *(("n_2018_19", ""), ("Apr_18", "Apr-18"), ("FY2019/20 [r]", "FY2019/20")),
        *(
            ("3Q2022", "Jul-Sep 2022"),
            ("2007/Mar", "Mar 2007"),
            ("April to June 2019", "Apr-Jun 2019"),
        ),
        ("MSitAE-FEBRUARY-2026", "Feb 2026"),
        *(
            ("MAT Mar-21", "12 months to Mar-21"),
            ("Rolling 12 months to 2020-03", "12 months to 2020-03"),
        ),
        *(("3 years to Dec 2019", "2017 to 2019"), ("2005 bis 2007", "2005 to 2007")),
        *(
            ("12 Monate bis März 2020", "Apr 2019-Mar 2020"),
            ("2-year rolling to 2019", "2018 to 2019"),
        ),
        *(("2010 à 2012", "2010 to 2012"), ("Rolling year to Mar 2021", "12 months to Mar-21")),
        *(("2015/16 - 17/18", "Apr 2015 to Mar 2018"), ("3-year rolling 2015-17", "2015-17")),
    ],
)
def test_publishers_wordings_mean_the_same(label, same):
    assert read_label(label) == (read_label(same) if same else {})


@pytest.mark.parametrize(
    "label",
    [
        *("janv.-23", "sty 2023", "Styczeń 2023", "leden 2023", "tammikuu 2023", "Ocak 2023"),
        *("2023年1月", "2023年 1 月", "2023年1月分", "Jan. 2023", "gen.-23"),
    ],
)
def test_a_month_is_known_in_other_languages(label):
    assert [span.start for span in read_label(label).values()] == [2023 * 12]


@pytest.mark.parametrize("label", ["Kasım 2022", "listopad 2022", "2022年11月", "marraskuu 2022"])
def test_november_is_known_in_other_languages(label):
    assert 2022 * 12 + 10 in [span.start for span in read_label(label).values()]


def test_a_japanese_fiscal_year_is_no_calendar_year():
    assert read_label("2022年度") == {}
    assert read_label("2022年") == read_label("2022")
