"""Columns that stand beside a size, from the command line, with what is no number in them."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

EXPECTED = ("--unit", "trust", "--observed", "deaths", "--expected", "exp", "--expected-se", "se")
UNITS = 12


SAMPLED = ("--numerator", "deaths", "--denominator", "seen", "--sampled-from", "all")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file in which one cell of a column is another."""

    def make(column: str = "se", cell: str = "2") -> Path:
        columns = {
            "trust": [f"T{at:02d}" for at in range(UNITS)],
            "deaths": ["21", "34", "18"] * 4,
            "exp": ["20.5", "30.1", "19.2"] * 4,
            "se": ["2.5", "1.1", "0.9"] * 4,
            "seen": ["61", "80", "75"] * 4,
            "all": ["310", "207", "188"] * 4,
        }
        frame = pd.DataFrame(columns, dtype=str)
        frame.loc[4, column] = cell
        frame.to_csv(tmp_path / "deaths.csv", index=False)
        return tmp_path / "deaths.csv"

    return make


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("about two", "text where a number should be, in column 'se'"),
        ("", "column 'se' is blank"),
        ("NaN", "column 'se' is blank"),
        ("inf", "an infinite number in column 'se'"),
        ("-inf", "an infinite number in column 'se'"),
        ("-0.5", "a negative standard error in column 'se'"),
        ("31", "greater than the number itself in 'exp'"),
        ("9e99", "greater than the number itself in 'exp'"),
        ("12%", "a percentage in column 'se'"),
    ],
)
def test_an_error_that_can_not_be_is_refused_with_its_row(run, write, cell, why) -> None:
    result = run("funnel", str(write(cell=cell)), *EXPECTED)
    message = " ".join(result.err.split())
    assert result.code == 11
    assert why in message
    assert "(row 6)" in message
    assert cell == "" or cell == "inf" or cell not in message.replace("12 rows", "")


@pytest.mark.parametrize("cell", ["0", "0.0", "1e-300"])
def test_an_error_of_nothing_says_that_the_number_is_known(run, write, cell) -> None:
    result = run("funnel", str(write(cell=cell)), *EXPECTED, "--format", "json", "-q")
    assert result.code == 0
    found = json.loads(result.out)
    assert found["units"][4]["expected_se"] == float(cell)
    assert all(each["p_value"] is not None for each in found["units"])


def test_rows_with_a_mark_in_place_of_the_error_are_left_out_and_counted(run, write) -> None:
    result = run("funnel", str(write(cell="..")), *EXPECTED, "--format", "json")
    assert result.code == 0
    assert len(json.loads(result.out)["units"]) == UNITS - 1
    assert "1 excluded" in result.err


def test_impossible_errors_can_be_left_out(run, write) -> None:
    result = run("funnel", str(write(cell="-1")), *EXPECTED, "--lenient")
    assert result.code == 0
    assert "a negative standard error in column 'se'" in result.err


@pytest.mark.parametrize(
    ("options", "code", "why"),
    [
        (("--observed", "deaths", "--exposure", "exp", "--expected-se", "se"), 10, "has none"),
        (("--numerator", "deaths", "--denominator", "exp", "--expected-se", "se"), 10, "has none"),
        (
            ("--observed", "deaths", "--expected", "exp", "--expected-se", "nowhere"),
            11,
            "no column",
        ),
        (("--observed", "deaths", "--expected", "exp", "--expected-se", "trust"), 11, "trust"),
        (("--observed", "deaths", "--expected", "exp", "--expected-se", "exp"), 10, "same column"),
        ((*EXPECTED[2:], "--method", "shmi"), 2, "Leave out --expected-se"),
        ((*EXPECTED[2:], "--roll-up", "all"), 11, "give the standard error of the sum"),
    ],
)
def test_where_an_error_does_not_belong_the_cure_is_said(run, write, options, code, why) -> None:
    result = run("funnel", str(write()), "--unit", "trust", *options)
    assert result.code == code
    assert why in " ".join(result.err.split())


@pytest.mark.parametrize("command", ["league", "opportunity", "fit", "review"])
def test_a_model_names_what_it_can_take_instead(run, write, tmp_path, command) -> None:
    output = ("-o", str(tmp_path / "fit.nc")) if command == "fit" else ()
    better = ("--direction", "lower-is-better")
    result = run(command, str(write()), *EXPECTED, *better, *output)
    assert result.code == 12
    assert "--likelihood negative-binomial --transient 0.047" in " ".join(result.err.split())


def test_a_chart_says_for_which_error_its_lines_are(run, write, tmp_path) -> None:
    result = run("funnel", str(write()), *EXPECTED, "-o", str(tmp_path / "f.svg"))
    assert result.code == 0
    drawn = (tmp_path / "f.svg").read_text(encoding="utf-8")
    assert "usual error of the events expected" in drawn


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("many", "text where a number should be, in column 'all'"),
        ("", "column 'all' is blank"),
        ("NaN", "column 'all' is blank"),
        ("inf", "an infinite number in column 'all'"),
        ("-310", "a sample in 'seen' that is greater than the number of cases in column 'all'"),
        ("0", "a sample in 'seen' that is greater than the number of cases in column 'all'"),
        ("79", "a sample in 'seen' that is greater than the number of cases in column 'all'"),
        ("310.5", "column 'all' is not a whole number"),
        ("25%", "a percentage in column 'all'"),
        ("1e300", "a number in column 'all' is above 9,007,199,254,740,992"),
    ],
)
def test_a_number_of_cases_that_can_not_be_is_refused_with_its_row(run, write, cell, why) -> None:
    result = run("funnel", str(write("all", cell)), "--unit", "trust", *SAMPLED)
    assert result.code == 11
    message = " ".join(result.err.split())
    assert why in message
    assert "(row 6)" in message


@pytest.mark.parametrize("cell", ["80", "80.0", "1,000", "9e12"])
def test_any_whole_number_from_the_sample_on_is_taken(run, write, cell) -> None:
    path = write("all", cell)
    result = run("funnel", str(path), "--unit", "trust", *SAMPLED, "--format", "json", "-q")
    assert result.code == 0
    found = json.loads(result.out)
    assert found["units"][4]["sampled_from"] == float(cell.replace(",", ""))
    assert all(each["p_value"] is not None for each in found["units"])


@pytest.mark.parametrize("command", ["league", "opportunity", "review"])
def test_a_model_does_not_take_a_finite_number_of_cases(run, write, command) -> None:
    better = ("--direction", "lower-is-better")
    result = run(command, str(write("all", "300")), "--unit", "trust", *SAMPLED, *better)
    assert result.code == 12
    assert "Leave it out" in " ".join(result.err.split())
