"""varstat change, from a file to what is printed and written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

UNITS = 24
YEARS = [str(year) for year in range(2011, 2017)]
ASKED = ("--period", "year", "--direction", "higher-is-better", "--draws", "100")
BETWEEN = ("--from", "2011", "--to", "2016")


@pytest.fixture
def columns() -> dict[str, Any]:
    """Units by years; u03 becomes u04 in 2014."""
    rng = np.random.default_rng(2)
    unit = np.repeat(np.arange(UNITS), len(YEARS))
    year = np.tile(YEARS, UNITS)
    size = rng.integers(200, 600, len(unit))
    level = rng.normal(0.3, 0.4, UNITS)[unit]
    code = np.array([f"u{at:02}" for at in unit], dtype=object)
    kept = ~((unit == 3) & (year >= "2014"))
    events = rng.binomial(size, 1 / (1 + np.exp(-level)))
    found = {"unit": code, "year": year, "numerator": events, "denominator": size}
    return {name: values[kept] for name, values in found.items()}


@pytest.fixture
def table(columns: dict[str, Any], put: Callable[..., Path]) -> Path:
    return put(**columns)


@pytest.fixture
def successors(put: Callable[..., Path]) -> Path:
    return put("successors.csv", **{"from": ["u03"], "to": ["u04"], "date": ["2014"]})


def test_the_table_fits_and_the_parts_are_explained(run, table, successors) -> None:
    ran = run("change", table, *ASKED, *BETWEEN, "--map", successors)
    assert ran.code == 0, ran.err
    assert max(map(len, ran.out.splitlines())) <= 80
    for words in ("total 2011", "mergers and splits", "same care, other units", "total 2016"):
        assert words in ran.out
    assert "the parts add up" in ran.out
    assert "beside the nation" in " ".join(ran.out.split())


def test_json_states_the_bridge_the_units_and_the_series(run, table, successors) -> None:
    ran = run("change", table, *ASKED, *BETWEEN, "--map", successors, "--format", "json", "-q")
    told = json.loads(ran.out)
    assert (told["from"], told["to"]) == ("2011", "2016")
    effects = {row["effect"]: row["estimate"] for row in told["effects"]}
    assert set(told["effects"][0]) == {"effect", "estimate", "lower", "upper", "level"}
    between = sum(value for name, value in effects.items() if name not in ("from", "to"))
    assert between == pytest.approx(effects["to"] - effects["from"], abs=1e-6)
    assert told["count"] == {"from": 24, "to": 23, "common": 23, "exit": 0, "entry": 0}
    assert len(told["units"]) == 23
    assert {
        "unit",
        "lasting",
        "passing",
        "chance",
        "p_improved",
        "break_at",
        "change_share",
    } <= set(told["units"][0])
    assert [row["period"] for row in told["series"]] == YEARS


def test_every_file_is_written(run, table, successors, tmp_path: Path) -> None:
    names = ("c.csv", "c.xlsx", "c.html", "c.png", "c.parquet")
    files = [each for name in names for each in ("-o", tmp_path / name)]
    ran = run("change", table, *ASKED, *BETWEEN, "--map", successors, *files, "-q")
    assert ran.code == 0, ran.err
    book = openpyxl.load_workbook(tmp_path / "c.xlsx")
    assert {"units", "effects", "series"} <= set(book.sheetnames)
    page = (tmp_path / "c.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 3
    assert "mergers and splits" in page.lower()


@pytest.mark.parametrize("chart", ["bridge", "series", "movers"])
def test_each_chart_is_drawn(chart: str, run, table, successors, tmp_path: Path) -> None:
    asked = (*ASKED, *BETWEEN, "--map", successors, "--chart", chart, "--highlight", "u07")
    ran = run("change", table, *asked, "-o", tmp_path / "c.svg", "-q")
    assert ran.code == 0, ran.err
    drawn = (tmp_path / "c.svg").read_text(encoding="utf-8")
    # A command stands below, on two lines.
    for words in ("--from 2011", "--to 2016", "--map", "successors.csv"):
        assert words in drawn
    assert ("u07" in drawn) == (chart == "movers")


def test_codes_that_differ_are_refused_with_the_cure(run, table) -> None:
    ran = run("change", table, *ASKED, *BETWEEN)
    assert ran.code == 2
    assert "1 has data in 2011 alone: u03" in " ".join(ran.err.split())
    assert run("change", table, *ASKED, *BETWEEN, "--frame", "common", "-q").code == 0


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"from": ["u03", "u04"], "to": ["u04", "u03"]}, "in a circle"),
        ({"from": ["u03", "u03"], "to": ["u04", "u05"]}, "not every row states a share"),
        ({"from": ["u03"], "to": ["u4"]}, "is no unit of"),
    ],
)
def test_a_map_that_is_none_is_refused(rows, message: str, run, put, table) -> None:
    ran = run("change", table, *ASKED, *BETWEEN, "--map", put("map.csv", **rows))
    assert ran.code == 11
    assert message in " ".join(ran.err.split())


def test_the_two_periods_must_be_said(run, table) -> None:
    assert run("change", table, *ASKED, "--from", "2011").code == 2
    ran = run("change", table, *ASKED, "--from", "Q4 2006", "--to", "2016")
    assert ran.code == 11
    assert "calendar or a financial quarter" in " ".join(ran.err.split())


@pytest.mark.parametrize(
    ("years", "code", "message"),
    [
        (("2011",), 2, "a change is between periods, and there is one, '2011'"),
        (("2011", "2011-2012", "2016"), 2, "share time"),
        (("Q4 2011", "Q4 2016"), 11, "calendar or a financial quarter"),
    ],
)
def test_periods_that_no_change_is_between_are_refused(
    years: tuple[str, ...], code: int, message: str, run, put
) -> None:
    unit = [f"u{at:02}" for at in range(UNITS) for _ in years]
    numbers = {"numerator": [9] * len(unit), "denominator": [90] * len(unit)}
    table = put(unit=unit, year=list(years) * UNITS, **numbers)
    ran = run("change", table, *ASKED, "--from", years[0], "--to", years[-1])
    assert ran.code == code
    assert message in " ".join(ran.err.split())


def test_a_year_without_anything_and_a_unit_with_one_year_are_said(run, put, columns) -> None:
    numbers = {name: values.astype(object) for name, values in columns.items()}
    numbers["numerator"][columns["year"] == "2013"] = ""
    numbers["denominator"][columns["year"] == "2013"] = ""
    once = (columns["unit"] == "u07") & (columns["year"] != "2014")
    table = put(**{name: values[~once] for name, values in numbers.items()})
    asked = ("--exclude", "unit=u03", "--lenient")
    ran = run("change", table, *ASKED, *BETWEEN, *asked)
    assert ran.code == 0, ran.err
    assert "1 unit has one period only" in " ".join(ran.err.split())
    assert "u07" not in ran.out
    ran = run("change", table, *ASKED, "--from", "2011", "--to", "2013", *asked)
    assert ran.code == 2
    assert "has nothing of it" in " ".join(ran.err.split())


def test_a_unit_cost_sets_the_same_in_money_beside_the_events(run, table, tmp_path) -> None:
    asked = (*ASKED, *BETWEEN, "--frame", "common", "--unit-cost", "300", "--unit-cost-to", "330")
    told = tmp_path / "change.json"
    ran = run(
        "change", table, *asked, "--price-year", "2016", "--cost-source", "tariff", "-o", told
    )
    assert ran.code == 0, ran.err
    assert "At 300 per event in 2011 and 330 in 2016 (prices of 2016; tariff)" in " ".join(
        ran.err.split()
    )
    money = json.loads(told.read_text())["money"]
    assert (money["unit_cost"], money["unit_cost_to"]) == (300.0, 330.0)
    parts = {row["effect"]: row["estimate"] for row in money["effects"]}
    assert "unit_cost" in parts
    between = sum(value for name, value in parts.items() if name not in ("from", "to"))
    assert between == pytest.approx(parts["to"] - parts["from"], abs=1e-6)
    bare = run("change", table, *asked)
    assert (bare.code, "price_year and source" in " ".join(bare.err.split())) == (10, True)


def test_the_map_is_not_written_over(run, table, successors) -> None:
    ran = run("change", table, *ASKED, *BETWEEN, "--map", successors, "-o", successors)
    assert ran.code == 15
    assert successors.read_text().startswith("from,to")


def test_a_saved_fit_is_refused(run, tmp_path: Path) -> None:
    ran = run("change", tmp_path / "fit.nc", *BETWEEN)
    assert ran.code == 2
    assert "needs the table" in " ".join(ran.err.split())


def test_of_two_periods_the_table_has_what_can_be_said(run, table) -> None:
    asked = (*ASKED, "--only", "year=2011,2012", "--from", "2011", "--to", "2012")
    ran = run("change", table, *asked)
    assert ran.code == 0, ran.err
    assert "P better" in ran.out
    assert "of it lasting" not in ran.out
    assert "can't be told" in " ".join(ran.out.split())
    assert "--passing" in ran.err or "(passing)" in " ".join(ran.err.split())


def test_losses_of_a_file_are_a_factor_of_their_own(run, table, put, successors, tmp_path) -> None:
    lost = put(
        "events.csv",
        **{"unit": ["u05"], "from": ["2016"], "to": ["2016"], "class": ["selective loss"]},
        share=["0.5"],
    )
    asked = (*ASKED, *BETWEEN, "--map", successors, "--events", lost)
    told = json.loads(run("change", table, *asked, "--format", "json", "-q").out)
    effects = {row["effect"]: row["estimate"] for row in told["effects"]}
    between = sum(value for name, value in effects.items() if name not in ("from", "to"))
    assert between == pytest.approx(effects["to"] - effects["from"], abs=1e-9)
    assert told["completeness"]["events"] == "events.csv"
    (row,) = told["completeness"]["rows"]
    assert (row["unit"], row["estimate"], row["selective"]) == ("u05", 0.5, True)
    page = tmp_path / "change.html"
    assert run("change", table, *asked, "-o", page, "-q").code == 0
    ran = run("change", table, *asked)
    assert max(map(len, ran.out.splitlines())) <= 80
    for words in ("What part of the activity was reported", "by selection"):
        assert words in ran.out
        assert words in page.read_text(encoding="utf-8")
    assert "share reported" in ran.out


def test_a_flat_prior_of_completeness_is_refused(run, table) -> None:
    ran = run("change", table, *ASKED, *BETWEEN, "--prior-logit-sd", "3")
    assert ran.code == 2
    assert "up to 2" in ran.err
