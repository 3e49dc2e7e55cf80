"""Check of a file alone, of the shapes that reading takes: each command it names runs."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from published import PUBLISHED, eurostat, german_quality, infections_by_month, waiting_times
from suggestions import commands, found, options

UNITS = [f"R{at:02}" for at in range(24)]
MEANT = {
    "maternity": {"spread": "Measure:Value", "numerator": "Smoker", "denominator": "All women"},
    "sdmx": {
        "spread": "MEASURE:OBS_VALUE",
        "period": "TIME_PERIOD",
        "numerator": "DEATHS_30D",
        "denominator": "ADMISSIONS",
    },
    "infections_by_month": {
        "unit": "Org code",
        "unit-name": "Trust",
        "observed": "{period} cases",
        "exposure": "{period} bed days",
    },
}


def counts(seed: int = 1, number: int = 24) -> tuple[Any, Any]:
    """Events and what they are out of."""
    rng = np.random.default_rng(seed)
    size = rng.integers(200, 900, number)
    return rng.binomial(size, 0.2), size


def suggested(run: Callable[..., Any], path: Path) -> list[dict[str, str]]:
    """The options of each command that is named, after it ran."""
    said = commands(found(run, path))
    for command in said:
        ran = run(*command[1:])
        assert ran.code == 0, ran.err
    return [
        options([part for part in each[3:] if part not in ("--percent", "--lenient")])
        for each in said
    ]


@pytest.mark.parametrize("publish", PUBLISHED, ids=lambda each: each.__name__)
def test_commands_for_a_published_file_run_and_name_what_is_meant(
    run: Callable[..., Any], tmp_path: Path, publish: Callable[..., Any]
) -> None:
    given = suggested(run, publish(tmp_path).path)
    if publish.__name__ in MEANT:
        assert MEANT[publish.__name__].items() <= given[0].items()


@pytest.mark.parametrize("publish", PUBLISHED, ids=lambda each: each.__name__)
def test_no_line_is_wider_than_the_terminal_or_ends_with_a_space(
    run: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    publish: Callable[..., Any],
) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    path = publish(tmp_path).path
    monkeypatch.chdir(tmp_path)
    lines = run("check", path.name).out.splitlines()
    assert max(map(len, lines)) <= 90
    after = lines[next((at for at, line in enumerate(lines) if line == "Notes:"), 0) :]
    assert not [line for line in after if line.startswith((" -", "#")) and line != line.rstrip()]


def test_columns_that_are_periods_are_one_line(run: Callable[..., Any], tmp_path: Path) -> None:
    shown = run("check", infections_by_month(tmp_path).path).out
    assert shown.count("3 periods, Apr-23 to Jun-23") == 2
    assert "Apr-23 cases" not in shown
    assert shown.count("varstat funnel") == 1


def test_the_total_over_the_periods_is_no_denominator(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "deaths.csv"
    events = {f"Deaths {year}": counts(year)[0] for year in (2019, 2020, 2021)}
    total = sum(events.values())
    pd.DataFrame({"Trust": UNITS, **events, "Admissions": total}).to_csv(path, index=False)
    assert suggested(run, path) == []
    _, size = counts()
    frame = pd.DataFrame({"Trust": UNITS, **events, "Sum": total, "Admissions": 9 * size})
    frame.to_csv(path, index=False)
    (given, *_) = suggested(run, path)
    assert given == {
        "unit": "Trust",
        "numerator": "Deaths {period}",
        "denominator": "Admissions",
    }


def test_months_in_headings_take_their_year_from_a_column(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "months.csv"
    columns: dict[str, Any] = {"Trust": np.repeat(UNITS, 2), "Year": [2019, 2020] * 24}
    for at, month in enumerate(("Jan", "Feb", "Mar")):
        columns[f"{month} deaths"], columns[f"{month} admissions"] = counts(at, 48)
    pd.DataFrame(columns).to_csv(path, index=False)
    (given, *_) = suggested(run, path)
    assert given == {
        "unit": "Trust",
        "numerator": "{period} deaths",
        "denominator": "{period} admissions",
        "period": "Year",
    }


def test_measures_in_rows_and_periods_in_columns_are_both_taken(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "both.csv"
    frame = pd.DataFrame(
        {"Hospital": np.repeat(UNITS, 2), "Indicator": ["Deaths", "Admissions"] * 24}
    )
    for year in (2019, 2020):
        frame[str(year)] = np.stack(counts(year), axis=1).reshape(-1)
    frame.to_csv(path, index=False)
    (given, *_) = suggested(run, path)
    assert given["spread"] == "Indicator:{period}"
    assert (given["numerator"], given["denominator"]) == ("Deaths", "Admissions")
    assert "period" not in given


@pytest.mark.parametrize("months", [["1", "2"], ["April", "May"], ["Q1", "Q2"]])
def test_a_year_and_its_month_are_a_period(
    run: Callable[..., Any], tmp_path: Path, months: list[str]
) -> None:
    path = tmp_path / "months.csv"
    events, size = counts(1, 96)
    frame = pd.DataFrame({"Trust": np.repeat(UNITS, 4), "Year": [2019, 2019, 2020, 2020] * 24})
    frame = frame.assign(Month=months * 48, Deaths=events, Admissions=size)
    frame.to_csv(path, index=False)
    (given, *_) = suggested(run, path)
    assert given["period"] == "Year,Month"
    assert "by" not in given
    assert (given["numerator"], given["denominator"]) == ("Deaths", "Admissions")


@pytest.mark.parametrize("sign", ["", "%"])
def test_a_percentage_beside_its_denominator_is_taken_for_one(
    run: Callable[..., Any], tmp_path: Path, sign: str
) -> None:
    path = tmp_path / "percent.csv"
    events, size = counts()
    shares = [f"{100 * y / n:.2f}{sign}" for y, n in zip(events, size, strict=True)]
    pd.DataFrame({"ward": UNITS, "% seen": shares, "patients": size}).to_csv(path, index=False)
    (given, *_) = suggested(run, path)
    assert given == {"unit": "ward", "numerator": "% seen", "denominator": "patients"}
    assert ("--percent" in commands(found(run, path))[0]) is (not sign)


@pytest.mark.parametrize(
    ("lower", "upper"),
    [("lower", "upper"), ("LCI", "UCI"), ("95% CI low", "95% CI high"), ("LL", "UL")],
)
def test_a_value_between_limits_is_taken_with_them(
    run: Callable[..., Any], tmp_path: Path, lower: str, upper: str
) -> None:
    path = tmp_path / "limits.csv"
    value = 20 + np.random.default_rng(3).normal(0, 2, 24)
    frame = pd.DataFrame({"area": UNITS, "rate": value, lower: value - 3, upper: value + 3})
    frame.round(3).to_csv(path, index=False)
    (given, *_) = suggested(run, path)
    assert given == {"unit": "area", "value": "rate", "lower": lower, "upper": upper}


def test_of_limits_of_several_levels_those_of_95_percent_are_taken(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "indicators.csv"
    value = 20 + np.random.default_rng(3).normal(0, 2, 24)
    frame = pd.DataFrame({"Area Code": UNITS, "Value": value})
    for level, half in (("99.8", 5), ("95.0", 3)):
        frame[f"Lower CI {level} limit"] = value - half
        frame[f"Upper CI {level} limit"] = value + half
    frame.round(4).to_csv(path, index=False)
    (given, *_) = suggested(run, path)
    assert given["lower"] == "Lower CI 95.0 limit"
    assert given["upper"] == "Upper CI 95.0 limit"
    frame.drop(columns=list(given.values())[2:]).round(4).to_csv(path, index=False)
    (given, *_) = suggested(run, path)
    assert given["lower"] == "Lower CI 99.8 limit"
    assert given["limits-level"] == "0.998"


def test_text_of_records_is_no_measure(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    rows = [f"{unit},Ann Other's deaths,{at + 3}" for at, unit in enumerate(UNITS[:2])]
    rows += [f"{unit},Admissions,{90 + at}" for at, unit in enumerate(UNITS)]
    path.write_text("\n".join(["hospital,measure,n", *rows]))
    for said in ((), ("--format", "json")):
        assert "Ann Other" not in run("check", path, *said).out


def test_counts_are_taken_before_a_rate_with_limits(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "counts.csv"
    events, size = counts()
    frame = pd.DataFrame({"area": UNITS, "Deaths": events, "Admissions": size})
    rate = 100 * events / size
    frame = frame.assign(rate=rate, lower=rate - 3, upper=rate + 3)
    frame.round(2).to_csv(path, index=False)
    (given,) = suggested(run, path)
    assert (given["numerator"], given["denominator"]) == ("Deaths", "Admissions")


def test_a_problem_of_several_readings_is_told_once(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    told = found(run, german_quality(tmp_path).path)
    (each,) = told["suggestions"]
    assert each["caution"].count("--zero Datenschutz") == 1


def test_a_sum_of_columns_is_named_where_counts_stand_side_by_side(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    told = found(run, waiting_times(tmp_path).path)
    (each,) = told["suggestions"]
    assert '"A + B"' in each["why"]
    assert "--denominator 'Total All'" in each["command"]


def test_blanks_are_none_where_the_sums_show_it(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "waits.csv"
    bands = np.random.default_rng(2).integers(0, 3, (24, 5))
    columns = {f"{at} to {at + 1} Wochen": bands[:, at] for at in range(5)}
    frame = pd.DataFrame({"Krankenhaus": UNITS, **columns}).replace(0, np.nan)
    frame["Insgesamt"] = bands.sum(axis=1) + 0.0
    frame.to_csv(path, index=False)
    (given, *_) = suggested(run, path)
    assert given["zero"] == "blank"
    assert (given["numerator"], given["denominator"]) == ("4 to 5 Wochen", "Insgesamt")


def test_flags_behind_numbers_are_told_of_once(run: Callable[..., Any], tmp_path: Path) -> None:
    told = found(run, eurostat(tmp_path).path)
    sheet = told["profile"]["sheets"][0]
    assert sheet["families"] == [
        {"pattern": "{period}", "periods": 3, "from": "2019", "to": "2021"}
    ]
    assert sum("letters stand behind a number" in each for each in sheet["suspicious"]) == 1
    assert told["nature"].startswith("Numbers of one kind")
    assert shlex.split(told["template"])[3:5] == ["--unit", r"freq,unit,geo\TIME_PERIOD"]
