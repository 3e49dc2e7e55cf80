import numpy as np
import pandas as pd
import pytest

from varstat.data import read_table
from varstat.data.rows.percentages import says_percent, says_rate
from varstat.errors import TableError

RATES = ["13.4", "14", "15.5", "12.1", "16", "14.9", "13", "9.8"]
SIZES = ["280", "67", "64", "400", "25", "310", "150", "500"]


def frame(event, size, *, name="rate"):
    return pd.DataFrame({"unit": [f"U{i}" for i in range(len(event))], name: event, "n": size})


def read(event, size, *, name="rate", **options):
    return read_table(
        frame(event, size, name=name), unit="unit", numerator=name, denominator="n", **options
    )


def ends(table):
    return table.frame[["numerator", "event_lower", "event_upper"]].to_numpy().tolist()


@pytest.mark.parametrize("options", [{}, {"lenient": True}, {"counts": "continuous"}])
def test_a_percentage_without_a_sign_is_asked_about_and_never_read_as_a_count(shared, options):
    with pytest.raises(TableError, match=r"percentage of 'patients'\? Say --percent") as caught:
        read_table(
            shared / "cases" / "percent-no-sign.csv",
            unit="id",
            numerator="rate",
            denominator="patients",
            **options,
        )
    message = str(caught.value)
    assert "--lenient" not in message
    assert "continuous" not in message


def test_a_workbooks_percentages_are_counts(shared):
    table = read_table(
        shared / "cases" / "percent-cells.xlsx",
        unit="code",
        numerator="seen within 4 hours",
        denominator="attendances",
    )
    found = table.frame.set_index("unit")["numerator"]
    assert (found["R00"], found["R06"], found["R05"]) == (41, 12, 0)


@pytest.mark.parametrize(
    "heading",
    [
        "% readmitted",
        "Readmission rate (%)",
        "Percent readmitted",
        "Percentage of patients seen",
        "pct_readmitted",
        "PctReadmitted",
        "Anteil in Prozent",
        "Taux (pourcentage)",
        "per cent seen",
        "Andel procent",
        "Porcentaje",
    ],
)
def test_whole_percentages_under_such_a_heading_are_asked_about(heading):
    with pytest.raises(TableError, match="Say --percent"):
        read(["13", "14", "15"], ["280", "67", "64"], name=heading)
    read(["13", "15", "16"], ["280", "67", "64"], name=heading, percent=True)


def test_whole_rates_that_do_not_grow_with_their_size_are_asked_about():
    sizes = ["10000", "200", "3000", "400", "5000", "60"]
    with pytest.raises(TableError, match="speaks of a rate"):
        read(["12", "14", "13", "15", "11", "14"], sizes, name="Mortality rate")
    read(["100", "2", "30", "4", "50", "1"], sizes, name="Mortality rate")


@pytest.mark.parametrize(
    "heading", ["Readmitted", "Seen in time", "Value", "Indikator", "Wynik", "Q17", "対象"]
)
def test_whole_percentages_under_any_heading_are_asked_about(heading):
    rng = np.random.default_rng(5)
    sizes = rng.integers(30, 2000, 20)
    shares = rng.normal(45, 6, 20).round().astype(int)
    with pytest.raises(TableError, match=r"Say --percent.*let the heading say so"):
        read(shares, sizes, name=heading)
    # What the message recommends.
    assert len(read(shares, sizes + 100, name=f"Number {heading}").frame) == 20
    counts = rng.binomial(np.minimum(sizes, 300), 0.3)
    assert len(read(counts, np.minimum(sizes, 300), name=heading).frame) == 20


def test_counts_of_which_small_units_have_more_for_their_size_are_counts():
    rng = np.random.default_rng(1)
    days = np.rint(np.exp(rng.normal(9, 1, 14)))
    falls = rng.poisson(0.45 * np.sqrt(days))
    data = frame(falls, days, name="falls")
    table = read_table(data, unit="unit", observed="falls", exposure="n")
    assert table.frame["observed"].tolist() == falls.tolist()
    with pytest.raises(TableError, match=r"--observed .*let the heading say so"):
        read_table(
            frame(rng.poisson(40, 14), days, name="falls"),
            unit="unit",
            observed="falls",
            exposure="n",
        )


def test_rates_of_strata_say_nothing_of_growth_over_all():
    size = np.tile([2000, 900, 300, 60], 12)
    event = np.random.default_rng(6).binomial(size, np.tile([0.01, 0.02, 0.06, 0.3], 12))
    data = frame(event, size, name="late").assign(unit=np.repeat(range(12), 4), age=[*"abcd"] * 12)
    named = {"unit": "unit", "numerator": "late", "denominator": "n"}
    assert len(read_table(data, **named, stratum="age").frame) == 48
    assert len(read_table(data, **named, roll_up="all").frame) == 12


@pytest.mark.parametrize(
    "heading", ["Andel", "Odsetek", "割合", "Share late", "Uptake", "Prevalence"]
)
def test_words_for_shares_are_known(heading):
    assert says_rate(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "Number with HbA1c below 7.5%",
        "No. of patients (% in brackets)",
        "Readmissions",
        "Count (rate numerator)",
        "events_rate_numerator",
        "Patients 95% adherent",
        "deliberate self-harm",
    ],
)
def test_counts_are_counts_whatever_else_a_heading_speaks_of(heading):
    table = read(["13", "4", "5"], ["280", "67", "64"], name=heading)
    assert table.frame["numerator"].tolist() == [13, 4, 5]


def test_days_that_grow_with_their_size_are_no_percentages():
    days = ["12.5", "40.25", "80.5", "3.75", "99.5", "20.5"]
    sizes = ["340.2", "1100", "2500", "90", "3100", "500"]
    assert len(read(days, sizes, name="days lost", counts="continuous").frame) == 6


def test_shares_are_asked_about_with_their_own_cure():
    shares, sizes = ["0.25", "0.5", "0.75"], ["8", "10", "4"]
    with pytest.raises(TableError, match=r"share of 'n'\? Say --numerator 'rate \* 100' --percent"):
        read(shares, sizes)
    table = read_table(
        frame(shares, sizes),
        unit="unit",
        numerator="rate * 100",
        denominator="n",
        percent=True,
    )
    assert table.frame["numerator"].tolist() == [2, 5, 3]


def test_observed_events_that_are_fractions_are_asked_about():
    data = frame(["1.5", "12.25", "0.8"], ["2", "11", "1.5"])
    with pytest.raises(TableError, match="Is this a rate"):
        read_table(data, unit="unit", observed="rate", expected="n", lenient=True)


def test_a_percentage_that_settles_its_count_is_that_count():
    table = read(["33.3", "50.0", "8.3"], ["3", "4", "12"], percent=True)
    assert ends(table) == [[1, 1, 1], [2, 2, 2], [1, 1, 1]]


def test_a_percentage_that_leaves_several_counts_is_their_range():
    table = read(["12", "50", "0", "100"], ["1000", "600", "200", "150"], percent=True)
    assert ends(table) == [[120, 115, 125], [300, 297, 303], [0, 0, 1], [150, 150, 150]]
    assert "4 percentages in 'rate' were turned into counts" in table.account.notes


@pytest.mark.parametrize("text", ["12.5%", "12,5 %", "12.5 %"])
def test_a_sign_says_so_by_itself(text):
    assert ends(read([text, "25%"], ["8", "4"], name="seen")) == [[1, 1, 1], [1, 1, 1]]


def test_percentages_of_another_denominator_are_refused_by_row_or_left_out():
    with pytest.raises(TableError, match=r"1 row: the percentage .* fits no whole .*\(row 2\)"):
        read(["50.0", "33.3", "13.9", "20.0"], ["4", "3", "67", "5"], percent=True)
    table = read(
        ["50.0", "33.3", "13.9", "20.0"], ["4", "3", "67", "5"], percent=True, lenient=True
    )
    assert table.account.rows_excluded == 1


def test_lenience_does_not_leave_out_most_rows_for_one_reason():
    with pytest.raises(TableError, match="fits no whole number") as caught:
        read(RATES, SIZES, percent=True, lenient=True)
    assert "--lower" in str(caught.value)


def test_a_suppressed_percentage_keeps_its_range():
    table = read(["*", "50.0"], ["40", "4"], percent=True, suppressed=(1, 7))
    assert table.frame["event_upper"].tolist() == [7, 2]


def test_only_a_numerator_can_be_a_percentage():
    with pytest.raises(Exception, match="percent is said of a numerator"):
        read_table(frame(["1"], ["2"]), unit="unit", observed="rate", expected="n", percent=True)


def test_funnels_flag_a_percentage_only_if_both_ends_would_be():
    from varstat import compute_funnel

    rate = np.full(20, "10")
    rate[0] = "40"
    table = read([*rate.tolist()], ["300"] * 20, percent=True)
    units = compute_funnel(table, dispersion="none")[0].units
    assert units.flag[0] == "high"
    assert units.event_lower[0] == 119


@pytest.mark.parametrize(
    ("heading", "percent", "rate"),
    [
        ("SICKNESS_ABSENCE_RATE_PERCENT", True, False),
        ("Readmission rate", False, True),
        ("low rate items", False, False),
        ("Quote", False, True),
        ("100% attendance", False, False),
        ("Patients with BP < 140 (75 %)", False, False),
    ],
)
def test_headings_speak_of_percentages_or_rates(heading, percent, rate):
    assert says_percent(heading) is percent
    assert says_rate(heading) is rate


REAL = [
    ("statins_practice_2018.csv", {"unit": "practice"}, "low_med_dose_items", "items"),
    (
        "nhs_sickness_absence_2024-04.csv",
        {"unit": "ORG_CODE", "counts": "continuous"},
        "FTE_DAYS_LOST",
        "FTE_DAYS_AVAILABLE",
    ),
    (
        "mar_hospital_activity_2012_2017.csv",
        {"unit": "provider_org_code", "period": "period_date", "lenient": True},
        "elective_ga_daycase_admissions_ffces",
        "elective_ga_total_admissions_ffces",
    ),
    (
        "sts_congenital_heart_2015_2018.csv",
        {"unit": "id", "only": {"Procedure Type": "Overall"}},
        "Observed Deaths",
        "Total Procedures",
    ),
]


@pytest.mark.parametrize(("file", "options", "numerator", "denominator"), REAL)
def test_no_count_of_real_files_is_taken_for_a_rate(shared, file, options, numerator, denominator):
    table = read_table(
        shared / "data" / file, numerator=numerator, denominator=denominator, **options
    )
    assert table.account.rows_kept > 50
    assert not any("percentage" in note or "a rate" in note for note in table.account.notes)


def test_a_real_files_shares_give_back_its_counts(shared):
    path = shared / "data" / "statins_practice_2018.csv"
    table = read_table(
        path,
        unit="practice",
        numerator="proportion_lm_dose * 100",
        denominator="items",
        percent=True,
    )
    real = read_table(path, unit="practice", numerator="low_med_dose_items", denominator="items")
    np.testing.assert_array_equal(table.frame["numerator"], real.frame["numerator"])
