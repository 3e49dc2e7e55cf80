"""varstat opportunity, from files or saved fits to what is printed and written."""

import csv
import html
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

RNG = np.random.default_rng(11)
UNITS = 16
SIZES = RNG.integers(50, 300, UNITS)
EVENTS = RNG.binomial(SIZES, 1 / (1 + np.exp(-RNG.normal(-0.5, 0.6, UNITS))))
AGES = RNG.normal(60, 5, UNITS)
UP = ("--direction", "higher-is-better")
FEW = ("--draws", "200")
COST = ("--unit-cost", "100", "--price-year", "2020-21", "--cost-source", "a study")
OBEYED = ("\x1b", "\x07", "\x9b", "\x00", "\r", "\u202e", "\u2067", "\u2069")
SUFFIXES = (".csv", ".parquet", ".json", ".xlsx", ".png", ".svg", ".pdf", ".html")
FIGURES = (
    *("estimate", "lower", "upper", "level", "published", "plug_in", "signed"),
    *("chance_expected", "chance_lower", "chance_upper", "p_material"),
)


@pytest.fixture
def table(put: Callable[..., Path]) -> Path:
    """A table of sixteen units."""
    return put(
        unit=[f"u{at:02}" for at in range(UNITS)],
        unit_name=[f"Hospital {at}" for at in range(UNITS)],
        numerator=EVENTS,
        denominator=SIZES,
        kind=["x", "y"] * (UNITS // 2),
        age=AGES,
    )


@pytest.fixture
def cells(put: Callable[..., Path]) -> Path:
    """A table of ten units by procedure, of which the last does what nobody else does."""
    rng = np.random.default_rng(5)
    unit = np.repeat(np.arange(10), 2)
    kind = np.where(unit == 9, ["heart", "lung"] * 10, ["hip", "knee"] * 10)
    size = rng.integers(40, 300, 20)
    rate = 1 / (1 + np.exp(-np.where(kind == "hip", -0.6, 0.4) - rng.normal(0, 0.5, 10)[unit]))
    return put(
        "cells.csv",
        unit=[f"u{at:02}" for at in unit],
        kind=kind,
        numerator=rng.binomial(size, rate),
        denominator=size,
    )


@pytest.fixture
def quarters(put: Callable[..., Path]) -> Path:
    """A table of eight units in five quarters, of which one lacks the last."""
    rng = np.random.default_rng(6)
    labels = ["2015-16 Q2", "2015-16 Q3", "2015-16 Q4", "2016-17 Q1", "2016-17 Q2"]
    size = rng.integers(40, 300, 40)
    return put(
        "quarters.csv",
        unit=np.repeat([f"u{at:02}" for at in range(8)], 5)[:-1],
        quarter=(labels * 8)[:-1],
        numerator=rng.binomial(size, 0.4)[:-1],
        denominator=size[:-1],
    )


@pytest.fixture
def put_card(tmp_path: Path) -> Callable[..., Path]:
    """Write a card of a proportion with a unit cost."""

    def put_one(
        name: str, *, overlaps: tuple[str, ...] = (), value: float = 10.0, year: str = "2020-21"
    ) -> Path:
        path = tmp_path / f"{name}.toml"
        path.write_text(
            f'[indicator]\ntitle = "The {name}"\nmeasure = "proportion"\n'
            'direction = "higher-is-better"\n'
            f'[cost]\nper = "event"\nbasis = "tested"\nvalue = {value}\n'
            f'price_year = "{year}"\nsource = "a study"\n'
            f"[links]\noverlaps = {json.dumps(overlaps)}\n",
            encoding="utf-8",
        )
        return path

    return put_one


def told(ran: Any) -> dict[str, Any]:
    """What a run printed as JSON."""
    assert ran.code == 0, ran.err
    whole = json.loads(ran.out)
    assert isinstance(whole, dict)
    return whole


def test_the_table_is_printed_and_messages_stay_apart(run: Callable[..., Any], table: Path) -> None:
    ran = run("opportunity", table, *UP, *FEW, "--covariate=age", "--peer-group=kind", *COST)
    assert ran.code == 0
    out = " ".join(ran.out.split())
    for words in ("What the published figure is made of", "case-mix", "peer group", "chance alone"):
        assert words in out
    assert "a study" in out
    assert "rows read" not in ran.out
    assert "16 rows read; 16 kept" in ran.err
    assert max(map(len, (ran.out + ran.err).splitlines())) <= 80


def test_machines_get_every_unit_the_largest_first(run: Callable[..., Any], table: Path) -> None:
    said = ("opportunity", table, *UP, *FEW, "--materiality", "5", "--level", "0.9")
    rows = list(csv.DictReader(io.StringIO(run(*said, "--format=csv").out)))
    assert len(rows) == UNITS
    estimates = [float(row["estimate"]) for row in rows]
    assert estimates == sorted(estimates, reverse=True)
    assert {row["level"] for row in rows} == {"0.9"}
    whole = told(run(*said, "--format", "json", "--quiet"))
    assert [unit["unit"] for unit in whole["units"]] == [row["unit"] for row in rows]
    assert [unit["estimate"] for unit in whole["units"]] == pytest.approx(estimates)
    assert all(0 <= unit["p_material"] <= 1 for unit in whole["units"])


def test_json_states_what_was_promised(run: Callable[..., Any], table: Path) -> None:
    said = ("--covariate", "age", "--peer-group", "kind", "--format", "json", "--quiet")
    ran = run("opportunity", table, *UP, *FEW, *said, *COST)
    whole = told(ran)
    assert ran.err == ""
    (only,) = whole["opportunities"]
    assert {key: whole[key] for key in only} == only
    assert set(FIGURES) <= set(whole["total"])
    extra = ("unit", "peer_group", "reliability", "comparable", "comparability")
    for unit in whole["units"]:
        assert set(FIGURES) | set(extra) <= set(unit)
        assert unit["lower"] <= unit["estimate"] <= unit["upper"]
        assert unit["level"] == 0.95
        assert unit["comparable"] is True
    for row in whole["waterfall"]:
        assert list(row) == ["component", "unit", "estimate", "lower", "upper"]
    parts = ["published", "chance", "casemix", "peer_group", "remaining"]
    assert [row["component"] for row in whole["waterfall"]] == parts * (UNITS + 1)
    assert [row["unit"] for row in whole["waterfall"][:6]] == [None] * 5 + [
        whole["units"][0]["unit"]
    ]
    assert whole["total"]["p_material"] is None
    assert whole["total"]["money"] == pytest.approx(100 * whole["total"]["estimate"])
    assert whole["money"]["price_year"] == "2020-21"
    assert whole["provenance"]["verb"] == "opportunity"
    assert whole["diagnostics"]["passed"] is True
    assert whole["target_scope"] == "within peer group"


def test_sums_of_units_are_the_totals(run: Callable[..., Any], table: Path) -> None:
    whole = told(run("opportunity", table, *UP, *FEW, "--format=json", "-q"))
    for name in ("estimate", "published", "plug_in", "signed", "chance_expected"):
        total = sum(unit[name] for unit in whole["units"])
        assert whole["total"][name] == pytest.approx(total, rel=1e-6), name
    rows = whole["waterfall"]
    for unit in (None, "u03"):
        first, *others = (row["estimate"] for row in rows if row["unit"] == unit)
        assert first == pytest.approx(sum(others), abs=1e-9)


@pytest.mark.parametrize(
    ("data", "model"),
    [
        ("table", ("--covariate", "age", "--peer-group", "kind")),
        ("cells", ("--stratum", "kind")),
        (
            "quarters",
            (
                *("--period", "quarter", "--transient", "none", "--engine", "quadrature"),
                *("--only", "quarter=2015-16 Q2,2015-16 Q3"),
            ),
        ),
    ],
)
def test_an_opportunity_by_way_of_a_file_is_the_same_as_in_one_go(
    run: Callable[..., Any],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    data: str,
    model: tuple[str, ...],
) -> None:
    path = request.getfixturevalue(data)
    straight = run("opportunity", path, *UP, *FEW, *model, "--format", "json")
    assert run("fit", path, *UP, *FEW, *model, "-o", tmp_path / "fit.nc").code == 0
    stored = run("opportunity", tmp_path / "fit.nc", "--format", "json")
    assert straight.code == stored.code == 0
    assert stored.out == straight.out
    assert stored.err == straight.err


def test_what_a_fits_card_says_is_taken(
    run: Callable[..., Any], table: Path, put_card: Callable[..., Path], tmp_path: Path
) -> None:
    for at, value in enumerate((10.0, 3.0)):
        said = ("--card", put_card(f"card{at}", value=value), *FEW, "-o", tmp_path / f"{at}.nc")
        assert run("fit", table, *said).code == 0
    fits = (tmp_path / "0.nc", tmp_path / "1.nc")
    whole = told(run("opportunity", *fits, "--materiality", "9", "--format", "json", "-q"))
    (sum_,) = whole["combined"]
    one, two = (each["total"] for each in whole["opportunities"])
    assert one["estimate"] == two["estimate"]
    assert sum_["estimate"] == pytest.approx(13 * one["estimate"])
    assert one["p_material"] == two["p_material"] == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_suffix_decides_what_is_written(
    run: Callable[..., Any], table: Path, tmp_path: Path, suffix: str
) -> None:
    ran = run("opportunity", table, *UP, *FEW, "-o", tmp_path / f"out{suffix}")
    assert (ran.code, ran.out) == (0, "")
    assert f"Wrote out{suffix}." in ran.err
    assert (tmp_path / f"out{suffix}").stat().st_size > 1000
    assert (tmp_path / "out.csv.provenance.json").is_file() == (suffix == ".csv")


def test_files_of_one_call_say_the_same(
    run: Callable[..., Any], cells: Path, tmp_path: Path
) -> None:
    paths = [tmp_path / f"out{suffix}" for suffix in (".csv", ".json", ".parquet", ".xlsx")]
    files = [word for path in paths for word in ("-o", path)]
    ran = run("opportunity", cells, *UP, *FEW, "--stratum", "kind", *files)
    assert (ran.code, ran.out) == (0, "")
    frame = pd.read_csv(paths[0], keep_default_na=False, na_values=[""])
    stored = pd.read_parquet(paths[2])
    whole = json.loads(paths[1].read_text(encoding="utf-8"))
    assert list(frame) == list(stored)
    for name in ("estimate", "published", "comparability"):
        np.testing.assert_array_equal(frame[name], stored[name])
        found = [np.nan if unit[name] is None else unit[name] for unit in whole["units"]]
        np.testing.assert_array_equal(frame[name], found)
    book = openpyxl.load_workbook(paths[3])
    assert book.sheetnames == ["cover", "units", "totals", "waterfall", "notes", "about"]
    assert book["units"].max_row == 11
    assert [cell.value for cell in book["waterfall"][1]] == [
        *("component", "unit", "estimate", "lower", "upper"),
    ]


@pytest.mark.parametrize("chart", ["opportunity", "waterfall", "comparability"])
def test_a_chart_shows_what_is_asked_for(
    run: Callable[..., Any], cells: Path, tmp_path: Path, chart: str
) -> None:
    said = ("--stratum", "kind", "--chart", chart, "--highlight", "u03")
    ran = run("opportunity", cells, *UP, *FEW, *said, "-o", tmp_path / "out.svg")
    assert ran.code == 0
    drawn = (tmp_path / "out.svg").read_text(encoding="utf-8")
    mark = {"opportunity": "units-incomparable", "waterfall": "part-casemix"}
    assert mark.get(chart, "units-apart") in drawn


def test_who_treats_what_nobody_else_does_is_not_comparable(
    run: Callable[..., Any], cells: Path
) -> None:
    said = ("opportunity", cells, *UP, *FEW, "--stratum", "kind")
    whole = told(run(*said, "--format", "json", "-q"))
    last = whole["units"][-1]
    assert (last["unit"], last["comparable"], last["comparability"]) == ("u09", False, 0)
    assert last["estimate"] is last["lower"] is last["plug_in"] is last["p_material"] is None
    assert last["published"] >= 0
    assert whole["model"]["strata"] == ["kind"]
    assert [each["factor"] for each in whole["interactions"]] == ["kind"]
    printed = run(*said)
    assert "not comparable" in printed.out
    assert "carries no opportunity" in " ".join(printed.err.split())
    kept = told(run(*said, "--incomparable", "include", "--format", "json", "-q"))
    assert all(unit["estimate"] is not None for unit in kept["units"])
    strict = told(run(*said, "--least-comparability", "1", "--format", "json", "-q"))
    assert not all(unit["comparable"] for unit in strict["units"])


def test_no_strata_is_a_choice(run: Callable[..., Any], put: Callable[..., Path]) -> None:
    path = put(unit=list("ABCDEF"), numerator=[1, 5, 9, 4, 4, 8], denominator=[40] * 6)
    one = told(run("opportunity", path, *UP, *FEW, "--stratum", "none", "--format=json", "-q"))
    two = told(run("opportunity", path, *UP, *FEW, "--format=json", "-q"))
    assert one["total"] == two["total"]
    assert run("opportunity", path, *UP, *FEW, "--stratum", "none,kind").code == 2


def test_several_cards_of_one_file_are_several_indicators(
    run: Callable[..., Any], table: Path, put_card: Callable[..., Path]
) -> None:
    cards = ("--card", put_card("one"), "--card", put_card("two", value=3.0))
    whole = told(run("opportunity", table, *cards, *FEW, "--format", "json", "-q"))
    first, second = whole["opportunities"]
    assert [first["indicator"], second["indicator"]] == ["The one", "The two"]
    assert first["total"]["estimate"] == second["total"]["estimate"]
    assert "total" not in whole
    (sum_,) = whole["combined"]
    assert sum_["estimate"] == pytest.approx(13 * first["total"]["estimate"])
    assert sum_["published"] == pytest.approx(13 * first["total"]["published"])
    assert sum_["lower"] < sum_["estimate"] < sum_["upper"]
    assert sum_["overlap_reason"] == ""
    printed = run("opportunity", table, *cards, *FEW)
    assert printed.code == 0
    assert "independent" in " ".join(printed.out.split())
    for title in ("The one", "The two"):
        assert title in printed.out
    assert max(map(len, (printed.out + printed.err).splitlines())) <= 80


def test_several_data_are_several_indicators(
    run: Callable[..., Any],
    table: Path,
    other: Path,
    put_card: Callable[..., Path],
    tmp_path: Path,
) -> None:
    cards = ("--card", put_card("one"), "--card", put_card("two"), "--lenient")
    files = ("-o", tmp_path / "out.csv", "-o", tmp_path / "out.xlsx", "-o", tmp_path / "out.html")
    ran = run("opportunity", table, other, *cards, *FEW, "--format", "json", *files)
    whole = told(ran)
    assert [len(each["units"]) for each in whole["opportunities"]] == [UNITS, 6]
    assert [each["source"] for each in whole["accounts"]] == ["table.csv", "other.csv"]
    assert whole["provenance"]["source"] == "table.csv + other.csv"
    frame = pd.read_csv(tmp_path / "out.csv")
    assert frame["indicator"].value_counts().to_dict() == {"The one": UNITS, "The two": 6}
    assert run("opportunity", table, other, *cards, "--card", "statin", *FEW).code == 2


@pytest.fixture
def other(put: Callable[..., Path]) -> Path:
    """Another table, with a row that can't be."""
    units = [*"ABCDEFG"]
    return put(
        "other.csv", unit=units, numerator=[1, 5, 9, 4, 4, 8, 50], denominator=[40] * len(units)
    )


def test_each_of_several_indicators_has_its_own_account(
    run: Callable[..., Any], table: Path, other: Path, put_card: Callable[..., Path]
) -> None:
    cards = ("--card", put_card("one"), "--card", put_card("two"), "--lenient")
    each = told(run("opportunity", table, other, *cards, *FEW, "--format", "json"))
    accounts = [one["account"] for one in each["opportunities"]]
    assert accounts == each["accounts"]
    assert [one["rows_kept"] for one in accounts] == [UNITS, 6]


def test_several_data_of_one_card_can_be_told_apart(
    run: Callable[..., Any], table: Path, other: Path, put_card: Callable[..., Path]
) -> None:
    pd.read_csv(table).head(6).assign(unit=list("ABCDEF")).to_csv(table, index=False)
    said = ("--card", put_card("one"), "--allow-overlap", "of two years", "--lenient")
    ran = run("opportunity", table, other, *said, *FEW, "--format", "csv")
    assert ran.code == 0
    frame = pd.read_csv(io.StringIO(ran.out))
    assert len(frame) == 12
    texts = frame.drop(columns="unit_name").select_dtypes(exclude="number")
    assert not texts.duplicated().any()


def test_what_became_of_the_rows_is_said_of_every_file(
    run: Callable[..., Any], table: Path, other: Path, put_card: Callable[..., Path], tmp_path: Path
) -> None:
    cards = ("--card", put_card("one"), "--card", put_card("two"), "--lenient")
    ran = run("opportunity", table, other, *cards, *FEW, "-o", tmp_path / "out.html")
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    for text in (ran.err, page):
        assert "16 rows read; 16 kept" in text
        assert "7 rows read; 6 kept" in text


def test_indicators_that_overlap_are_added_up_only_for_a_reason(
    run: Callable[..., Any], table: Path, put_card: Callable[..., Path], tmp_path: Path
) -> None:
    cards = ("--card", put_card("one", overlaps=("two",)), "--card", put_card("two"))
    said = ("opportunity", table, *cards, *FEW, "-o", tmp_path / "out.json")
    refused = run(*said)
    assert (refused.code, refused.out) == (2, "")
    assert "'one' and 'two' overlap" in refused.err
    assert not (tmp_path / "out.json").exists()
    assert run(*said, "--allow-overlap", "  ").code == 2
    ran = run(*said[:-2], "--allow-overlap", "counted at different sites")
    assert ran.code == 0
    assert "counted at different sites" in " ".join(ran.out.split())
    whole = told(run(*said[:-2], "--allow-overlap", "as tested", "--format=json", "-q"))
    assert whole["combined"][0]["overlap_reason"] == "as tested"
    assert any("as tested" in note for note in whole["notes"])


def test_prices_of_different_years_are_not_added_up(
    run: Callable[..., Any], table: Path, put_card: Callable[..., Path]
) -> None:
    cards = ("--card", put_card("one"), "--card", put_card("two", year="2021-22"))
    ran = run("opportunity", table, *cards, *FEW)
    assert (ran.code, ran.out) == (12, "")
    assert "ModelError" in ran.err
    assert "different years" in ran.err


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("--unit-cost", "-3", "--price-year", "2020", "--cost-source", "x"), "negative unit cost"),
        (("--unit-cost", "nan", "--price-year", "2020", "--cost-source", "x"), "amount of money"),
        (("--unit-cost", "3"), "price_year"),
        (("--unit-cost", "3", "--price-year", "2020", "--cost-source", " "), "source"),
    ],
)
def test_a_unit_cost_that_cannot_be_is_refused(
    run: Callable[..., Any], table: Path, said: tuple[str, ...], words: str
) -> None:
    ran = run("opportunity", table, *UP, *FEW, *said)
    assert (ran.code, ran.out) == (10, "")
    assert ran.err.startswith("CardError")
    assert words in " ".join(ran.err.split())


def test_a_unit_cost_of_nothing_is_one(run: Callable[..., Any], table: Path) -> None:
    said = ("--unit-cost", "0", *COST[2:], "--format", "json", "-q")
    whole = told(run("opportunity", table, *UP, *FEW, *said))
    assert whole["total"]["money"] == 0


MEANS = {
    "unit": list("ABCDEF"),
    "value": [5.0, 6.0, 7.0, 5.5, 6.1, 8.0],
    "se": [0.2] * 6,
    "count": [100] * 6,
}


def test_means_that_do_not_say_of_how_many_have_no_opportunity(
    run: Callable[..., Any], put: Callable[..., Path]
) -> None:
    down = ("--direction", "lower-is-better", *FEW)
    path = put(**{name: column for name, column in MEANS.items() if name != "count"})
    ran = run("opportunity", path, *down)
    assert (ran.code, ran.out) == (12, "")
    assert "--count" in ran.err
    whole = told(run("opportunity", put(**MEANS), *down, "--format", "json", "-q"))
    assert whole["measure"] == "mean"
    gap = 100 * np.maximum(np.array(MEANS["value"]) - np.quantile(MEANS["value"], 0.25), 0)
    assert whole["total"]["published"] == pytest.approx(gap.sum())


def test_strata_that_no_two_units_share_are_refused(
    run: Callable[..., Any], put: Callable[..., Path]
) -> None:
    path = put(
        unit=list("AABBCC"),
        kind=list("abcdef"),
        numerator=[1, 5, 9, 4, 4, 8],
        denominator=[40] * 6,
    )
    ran = run("opportunity", path, *UP, *FEW, "--stratum", "kind")
    assert (ran.code, ran.out) == (12, "")
    assert "no two units have a stratum in common" in " ".join(ran.err.split())


def test_no_good_direction_has_no_opportunity(run: Callable[..., Any], table: Path) -> None:
    ran = run("opportunity", table, *FEW, "--direction", "neither")
    assert (ran.code, ran.out) == (12, "")
    assert "--direction" in ran.err


def test_quarters_times_four_are_years_of_twice_the_noise(
    run: Callable[..., Any], quarters: Path
) -> None:
    said = ("opportunity", quarters, *UP, *FEW, "--period=quarter", "--format=json")
    ran = run(*said, "--annualise", "x4")
    four = told(ran)["opportunities"]
    alone = told(run(*said, "--by", "quarter", "-q"))["opportunities"]
    assert [each["by"]["period"] for each in four] == [each["by"]["quarter"] for each in alone]
    assert len(four) == 5
    for year, quarter in zip(four, alone, strict=True):
        assert year["multiplier"] == 4
        for name in ("estimate", "lower", "upper", "published", "plug_in", "chance_upper"):
            assert year["total"][name] == pytest.approx(4 * quarter["total"][name]), name
    assert "doubles the part that is noise" in " ".join(ran.err.split())


def test_rolling_years_are_sums_of_four_quarters(run: Callable[..., Any], quarters: Path) -> None:
    said = ("--period=quarter", "--annualise=rolling4", "--format=json")
    ran = run("opportunity", quarters, *UP, *FEW, *said)
    whole = told(ran)
    years = [each["by"]["period"] for each in whole["opportunities"]]
    assert years == ["2015-16 Q2 to 2016-17 Q1", "2015-16 Q3 to 2016-17 Q2"]
    assert [each["multiplier"] for each in whole["opportunities"]] == [1, 1]
    frame = pd.read_csv(quarters)
    first = frame[frame["quarter"] != "2016-17 Q2"].groupby("unit")["numerator"].sum()
    units = {unit["unit"]: unit for unit in whole["opportunities"][0]["units"]}
    assert {name: unit["numerator"] for name, unit in units.items()} == first.to_dict()
    assert len(whole["opportunities"][1]["units"]) == 7
    assert "1 time" in ran.err


@pytest.mark.parametrize("how", ["x4", "rolling4"])
def test_what_is_no_quarter_is_no_year(run: Callable[..., Any], table: Path, how: str) -> None:
    ran = run("opportunity", table, *UP, *FEW, "--annualise", how)
    assert (ran.code, ran.out) == (11, "")
    assert "--period" in ran.err


def test_only_the_rows_asked_for_are_kept(run: Callable[..., Any], table: Path) -> None:
    said = ("opportunity", table, *UP, *FEW, "--format", "json")
    ran = run(*said, "--only", "kind=x")
    whole = told(ran)
    assert {unit["unit"] for unit in whole["units"]} == {f"u{at:02}" for at in range(0, UNITS, 2)}
    assert "16 rows read; 8 kept" in ran.err
    assert len(told(run(*said, "--only", "kind=x,y"))["units"]) == UNITS
    for wrong in ("kind", "kind=", "=x", "kind=z", "sort=x"):
        assert run(*said, "--only", wrong).code in (2, 11), wrong


def test_groups_have_an_opportunity_each(
    run: Callable[..., Any], table: Path, tmp_path: Path
) -> None:
    said = ("opportunity", table, *UP, *FEW, "--by", "kind")
    files = ("-o", tmp_path / "out.html", "-o", tmp_path / "out.svg")
    whole = told(run(*said, "--format", "json", *files))
    assert [each["by"] for each in whole["opportunities"]] == [{"kind": "x"}, {"kind": "y"}]
    assert "units" not in whole
    frame = pd.read_csv(io.StringIO(run(*said, "--format", "csv").out))
    assert next(iter(frame)) == "kind"
    assert len(frame) == UNITS
    assert run(*said, "--chart", "waterfall", "-o", tmp_path / "fall.svg").code == 2


@pytest.mark.parametrize("name", ["estimate", "component", "level", "money", "raw"])
def test_a_group_whose_column_has_a_results_name_costs_no_figure(
    run: Callable[..., Any], table: Path, name: str
) -> None:
    pd.read_csv(table).rename(columns={"kind": name}).to_csv(table, index=False)
    said = ("opportunity", table, *UP, *FEW, *COST, "--by", name, "-q")
    for each in told(run(*said, "--format", "json"))["opportunities"]:
        assert list(each["waterfall"][0]) == ["component", "unit", "estimate", "lower", "upper"]
        assert all(isinstance(unit["estimate"], float) for unit in each["units"])
    rows = list(csv.reader(io.StringIO(run(*said, "--format", "csv").out)))
    assert all({"x", "y"} & set(row) for row in rows[1:])


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        (("--level", "95"), 2, "0 and 1"),
        (("--target", "medan"), 2, "Did you mean 'median'"),
        (("--target", "rate:7"), 2, "between 0 and 1"),
        (("--highlight", "nobody"), 2, "nobody"),
        (("--materiality", "0"), 2, "above zero"),
        (("--least-comparability", "2"), 2, "share"),
        (("--incomparable", "drop"), 2, "drop"),
        (("--chart", "pie"), 2, "pie"),
        (("--annualise", "x3"), 2, "x3"),
        (("-o", "out.xyz"), 15, "says no format"),
        (("--target", "bcbv-activity-adjusted"), 12, "--period"),
        (("--target", "rightcare"), 12, "--covariate"),
        (("--draws", "20"), 2, "draws"),
    ],
)
def test_what_cannot_be_is_refused(
    run: Callable[..., Any], table: Path, said: tuple[str, ...], code: int, words: str
) -> None:
    draws = () if "--draws" in said else FEW
    ran = run("opportunity", table, *UP, *draws, *said)
    assert (ran.code, ran.out) == (code, "")
    assert words in " ".join(ran.err.split())


@pytest.mark.parametrize("said", [("--level", "95"), ("--target", "nonsense"), ("-o", "out.xyz")])
def test_what_cannot_be_is_refused_before_a_model_is_fitted(
    run: Callable[..., Any], said: tuple[str, ...]
) -> None:
    # Else the missing file would be found first.
    ran = run("opportunity", "nowhere.csv", *said)
    assert (ran.code, ran.out) == (15 if "-o" in said else 2, "")


@pytest.mark.parametrize(
    "said",
    [
        ("--highlight", "nobody"),
        ("--chart", "comparability"),
        ("--chart", "waterfall", "--by", "kind"),
        ("--highlight", "u03", "--by", "kind"),
    ],
)
def test_what_cannot_be_drawn_leaves_no_file(
    run: Callable[..., Any], table: Path, tmp_path: Path, said: tuple[str, ...]
) -> None:
    files = ("-o", tmp_path / "out.csv", "-o", tmp_path / "out.svg")
    assert run("opportunity", table, *UP, *FEW, *said, *files).code in (2, 12)
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize(
    "target", ["median", "pooled", "best:0.1", "rate:0.6", "bcbv", "carter-mean", "hrrp"]
)
def test_a_target_is_taken_and_named(run: Callable[..., Any], table: Path, target: str) -> None:
    whole = told(run("opportunity", table, *UP, *FEW, "--target", target, "--format=json", "-q"))
    assert whole["target_rule"] == target
    if target.startswith("rate:"):
        assert whole["target"] == pytest.approx(0.6)
        gap = np.maximum(0.6 * SIZES - EVENTS, 0).sum()
        assert whole["total"]["published"] == pytest.approx(gap)
    assert (whole["target_bias"] is None) == (":" in target or target in ("median", "pooled"))


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (("--unit", "unit"), "--unit"),
        (("--draws", "4000"), "--draws"),
        (("--annualise", "x4"), "--annualise"),
        (("--stratum", "kind", "--only", "kind=x"), "--stratum, --only"),
    ],
)
def test_a_saved_fit_leaves_no_room_for_what_was_decided(
    run: Callable[..., Any], table: Path, tmp_path: Path, said: tuple[str, ...], named: str
) -> None:
    assert run("fit", table, *UP, *FEW, "-o", tmp_path / "fit.nc").code == 0
    ran = run("opportunity", tmp_path / "fit.nc", *said)
    assert (ran.code, ran.out) == (2, "")
    assert "this is a saved fit" in ran.err
    for option in named.split(", "):
        assert option in ran.err


def test_a_saved_fit_can_be_given_a_price(
    run: Callable[..., Any], table: Path, tmp_path: Path
) -> None:
    assert run("fit", table, *UP, *FEW, "-o", tmp_path / "fit.nc").code == 0
    stored = told(run("opportunity", tmp_path / "fit.nc", *COST, "--format", "json", "-q"))
    straight = told(run("opportunity", table, *UP, *FEW, *COST, "--format", "json", "-q"))
    assert stored == straight


def test_a_failed_posterior_is_shown_marked_and_ends_with_13(
    run: Callable[..., Any], table: Path, tmp_path: Path
) -> None:
    import h5py

    fit = tmp_path / "fit.nc"
    assert run("fit", table, *UP, *FEW, "-o", fit).code == 0
    with h5py.File(fit, "r+") as file:
        said = json.loads(file.attrs["diagnostics"])
        file.attrs["diagnostics"] = json.dumps(said | {"problems": ["R-hat is 1.3."]})
    printed = run("opportunity", fit)
    assert printed.code == 13
    assert printed.out.startswith("NOT TO BE TRUSTED")
    assert "DiagnosticsError" in printed.err
    files = [word for suffix in SUFFIXES for word in ("-o", tmp_path / f"out{suffix}")]
    assert run("opportunity", fit, *files).code == 13
    assert json.loads((tmp_path / "out.json").read_text())["diagnostics"]["passed"] is False
    beside = json.loads((tmp_path / "out.csv.provenance.json").read_text())
    assert "not_to_be_trusted" in beside
    for suffix in (".svg", ".html"):
        assert "NOT TO BE TRUSTED" in (tmp_path / f"out{suffix}").read_text(encoding="utf-8")
    assert run("opportunity", fit, "--accept-failed").code == 0


def test_a_saved_fit_is_not_written_over(
    run: Callable[..., Any], table: Path, tmp_path: Path
) -> None:
    before = table.read_bytes()
    assert run("opportunity", table, *UP, *FEW, "-o", table).code == 15
    assert table.read_bytes() == before
    # A fit is written by `varstat fit`.
    assert run("opportunity", table, *UP, *FEW, "-o", tmp_path / "fit.nc").code == 15


NAMES = [
    *("\x1b[31mred\x1b[0m", "\x1b]0;owned\x07", "\x9b31mred", "[/red]", "[red]urgent[/red]"),
    *(":skull:", "one\ntwo", "safe\u202egpj.exe", "a\u2067b\u2069", "a\x00b", "全" * 60),
    '=HYPERLINK("http://x")',
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "$x^2$",
    "{{ 7 * 7 }}",
]


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A table in which everything that can be text is hostile; Parquet takes any character."""
    columns = {
        "unit": [f"{at}{name}" for at, name in enumerate(NAMES)],
        "unit_name": NAMES,
        "region": NAMES[:2] * 8,
        "kind": NAMES[3:5] * 8,
        "numerator": EVENTS,
        "denominator": SIZES,
    }
    pd.DataFrame(columns).to_parquet(tmp_path / "hostile.parquet")
    return tmp_path / "hostile.parquet"


@pytest.mark.parametrize(
    "said", [(), ("--by", "region"), ("--peer-group", "region"), ("--stratum", "kind")]
)
def test_nothing_obeys_a_hostile_name(
    run: Callable[..., Any], hostile: Path, tmp_path: Path, said: tuple[str, ...]
) -> None:
    files = ("-o", tmp_path / "out.html", "-o", tmp_path / "out.svg", "-o", tmp_path / "out.csv")
    title = ("--title", "a\x1b[31m\nb<b>", "--highlight", f"0{NAMES[0]}")
    if said[:1] == ("--by",):
        title = title[:2]
    ran = run("opportunity", hostile, *UP, *FEW, *said, *title)
    assert ran.code == 0
    assert [letter for letter in OBEYED if letter in ran.out + ran.err] == []
    ran = run("opportunity", hostile, *UP, *FEW, *said, *title, *files)
    assert ran.code == 0
    assert [letter for letter in OBEYED if letter in ran.out + ran.err] == []
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    drawn = (tmp_path / "out.svg").read_text(encoding="utf-8")
    for text in (page, drawn):
        assert "<script>alert" not in text
        assert "<img" not in text
        assert [letter for letter in OBEYED if letter in text] == []
    if not said:
        assert "&lt;img src=x" in page
        assert "{{ 7 * 7 }}" in html.unescape(page)
    rows = pd.read_csv(tmp_path / "out.csv", keep_default_na=False)
    assert "'" + NAMES[11] in set(rows["unit_name"])


def test_nothing_obeys_a_hostile_source_or_sum(
    run: Callable[..., Any], hostile: Path, put_card: Callable[..., Path], tmp_path: Path
) -> None:
    cards = ("--card", put_card("one"), "--card", put_card("two"), "--by", "region")
    cost = ("--unit-cost", "2", "--price-year", "\x1b[1m2020", "--cost-source", "a\u202eb [/x]")
    for said in ((*UP, *cost), (*cards, "--allow-overlap", "\x1b[1m")):
        printed = run("opportunity", hostile, *FEW, *said)
        ran = run("opportunity", hostile, *FEW, *said, "-o", tmp_path / "out.html")
        assert printed.code == ran.code == 0
        for text in (printed.out, printed.err, ran.err):
            assert [letter for letter in OBEYED if letter in text] == []


def test_machines_get_names_as_they_are(run: Callable[..., Any], hostile: Path) -> None:
    whole = told(run("opportunity", hostile, *UP, *FEW, "--format", "json", "-q"))
    # A NUL is no part of any name.
    named = {name.replace("\x00", "") for name in NAMES}
    assert {unit["unit_name"] for unit in whole["units"]} == named


def test_a_message_shows_a_hostile_option_harmlessly(run: Callable[..., Any], table: Path) -> None:
    for option in ("--stratum", "--only", "--target", "--highlight", "--count", "--allow-overlap"):
        ran = run("opportunity", table, *UP, *FEW, option, "\x1b[1mx\u202e")
        assert [letter for letter in OBEYED if letter in ran.out + ran.err] == [], option


def test_the_program_runs_by_itself(program: Callable[..., Any]) -> None:
    ran = program(
        *("opportunity", "example:star98", "--direction=higher-is-better", "--draws=200"),
        env={"PYTHONWARNINGS": "error"},
    )
    assert ran.code == 0
    assert "303 rows read" in ran.err
    assert "more units, with" in ran.out
