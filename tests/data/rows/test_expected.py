import pandas as pd
import pytest

from varstat.data import read_table
from varstat.errors import TableError

CASES = [616, 274, 404, 300, 350, 120]
OBSERVED = [149, 32, 68, 55, 71, 20]
RATE = [21.0, 13.8, 17.3, 19.1, 20.4, 17.0]


def read(observed, expected, *, name="expected_rate", cases=CASES, **options):
    data = pd.DataFrame(
        {"unit": [f"U{i}" for i in range(len(observed))], "seen": observed, name: expected}
    )
    if cases is not None:
        data["discharges"] = cases
    options = {"observed": "seen", "expected": name} | options
    return read_table(data, unit="unit", **options)


def notes(table):
    return [note for note in table.account.notes if "a rate" in note]


def test_an_expected_rate_is_refused_with_the_column_that_it_is_of(shared):
    cure = "--expected 'expected_rate \\* discharges / 100'"
    with pytest.raises(TableError, match=cure):
        read_table(
            shared / "cases" / "expected-is-a-rate.csv",
            unit="hospital",
            observed="readmissions",
            expected="expected_rate",
        )


def test_an_expected_rate_times_its_size_is_an_expected_number(shared):
    table = read_table(
        shared / "cases" / "expected-is-a-rate.csv",
        unit="hospital",
        observed="readmissions",
        expected="expected_rate * discharges / 100",
    )
    assert table.frame["expected"].sum() == pytest.approx(365.8886)
    assert notes(table) == []


@pytest.mark.parametrize(
    "heading", ["Expected %", "exp_pct", "Predicted rate", "expected (per cent)", "ExpectedRate"]
)
def test_headings_that_speak_of_rates_are_believed(heading):
    with pytest.raises(TableError, match="If it is a rate"):
        read(OBSERVED, RATE, name=heading)


@pytest.mark.parametrize(
    "heading", ["expected per 1000", "SMR", "Index", "erwartet je 100.000", "Mean risk"]
)
def test_figures_are_no_expected_numbers_whatever_they_come_to(heading):
    rates = [3.5 * rate for rate in (17.0, 20.4, 18.0, 19.1, 16.2, 21.0)]
    with pytest.raises(TableError, match="If it is a rate"):
        read(OBSERVED, rates, name=heading)


@pytest.mark.parametrize("heading", ["Expected at national rates", "HSMR expected"])
def test_a_heading_may_say_at_which_rates_events_are_expected(heading):
    # Few events, which chance keeps from growing with what was expected.
    expected = [2.4, 1.9, 3.1, 2.2, 1.6, 2.8]
    table = read([1, 4, 2, 3, 2, 2], expected, name=heading, cases=None)
    (note,) = notes(table)
    assert "its heading speaks of a rate" in note


def test_an_expected_number_may_say_per_how_many_its_standard_is():
    expected = [0.18 * n for n in CASES]
    assert len(notes(read(OBSERVED, expected, name="Expected (at 180 per 1,000)"))) == 1


@pytest.mark.parametrize("factor", [0.001, 0.04, 25.0, 1000.0])
def test_what_no_standard_explains_is_refused(factor):
    expected = [rate * n / 100 * factor for rate, n in zip(RATE, CASES, strict=True)]
    with pytest.raises(TableError, match="holds no numbers of events") as refused:
        read(OBSERVED, expected, name="expected deaths")
    assert ("--decimal" in str(refused.value)) == (factor == 1000.0)


def test_numbers_alone_say_it_too():
    rates = [17.0, 20.4, 18.0, 19.1, 16.2, 21.0]
    with pytest.raises(TableError, match="doesn't grow with the observed"):
        read(OBSERVED, rates, name="E", cases=None)


def test_rates_that_times_a_column_come_to_the_observed_are_refused_however_large():
    rates, cases = [850, 1000, 900, 950, 1020, 800], [2 * each for each in CASES]
    with pytest.raises(TableError, match=r"--expected 'standard \* discharges / 10000'"):
        read(OBSERVED, rates, name="standard", cases=cases)


def test_lenience_does_not_excuse_it():
    with pytest.raises(TableError, match="If it is a rate"):
        read(OBSERVED, RATE, lenient=True)


def test_beyond_a_factor_and_a_half_a_note_asks():
    observed = [30, 9, 60, 15, 22, 40]
    table = read(observed, [15.5, 16.0, 14.0, 14.5, 13.0, 15.0], name="E", cases=None)
    (note,) = notes(table)
    assert note.startswith("is 'E' a rate")
    assert "--expected 'E * COLUMN / 100'" in note


def test_one_number_expected_of_all_is_refused_or_asked_about():
    with pytest.raises(TableError, match="the same number for all"):
        read(OBSERVED, [15.0] * 6, name="E", cases=None)
    (note,) = notes(read(OBSERVED, [60.0] * 6, name="E", cases=None))
    assert "the same number for all" in note


def test_beyond_a_factor_of_three_a_note_asks_whatever_they_grow_with():
    (note,) = notes(read(OBSERVED, [5.0 * each for each in OBSERVED], name="E", cases=None))
    assert "far from each other" in note


def test_a_share_of_cases_is_found_without_a_hundred():
    with pytest.raises(TableError, match=r"--expected 'expected_rate \* discharges'"):
        read(OBSERVED, [rate / 100 for rate in RATE])


@pytest.mark.parametrize("factor", [0.35, 0.7, 1.0, 1.4, 2.0, 2.9])
def test_expected_numbers_of_another_standard_are_left_alone(factor):
    expected = [rate * n / 100 * factor for rate, n in zip(RATE, CASES, strict=True)]
    assert notes(read(OBSERVED, expected, name="expected deaths")) == []


def test_no_expected_number_of_a_real_file_is_asked_about(shared):
    table = read_table(
        shared / "data" / "shmi_2011_2012.csv",
        unit="PROVIDER",
        period="DATE",
        observed="OBSERVED",
        expected="EXPECTED",
    )
    assert notes(table) == []


def test_a_real_files_expected_rate_is_found_out(shared):
    with pytest.raises(TableError, match="Expected Mortality Rate \\* Total Procedures"):
        read_table(
            shared / "data" / "sts_congenital_heart_2015_2018.csv",
            unit="id",
            only={"Procedure Type": "Overall"},
            observed="Observed Deaths",
            expected="Expected Mortality Rate",
        )
