"""varstat funnel, from a file to what is printed."""

import csv
import io
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TOP = {
    *("indicator", "measure", "method", "by", "target", "phi", "tau", "tau_lower", "tau_upper"),
    *("tau_scale", "expected_false_flags", "account", "units", "limits", "provenance", "funnels"),
}
KEYS = ["unit", "unit_name", "peer_group", "period"]
JUDGED = [
    *("target", "z", "p_value", "q_value", "flag", "flag_level", "reliability"),
    "detectable_ratio",
]


def strict(text: str) -> Any:
    """Parse JSON as the standard has it: without NaN or Infinity."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


def test_the_example_prints_a_table_and_a_sentence(run: Callable[..., Any]) -> None:
    ran = run("funnel", "example:star98")
    assert ran.code == 0
    assert ran.out.startswith("Pupils above the national median in mathematics\n")
    assert "1 of 303 units lies outside the 99.8% limits" in ran.out
    assert "303 rows read; 303 kept" in ran.err
    assert "rows read" not in ran.out


def test_no_line_of_the_table_is_wider_than_the_terminal(run: Callable[..., Any]) -> None:
    ran = run("funnel", "example:star98")
    assert max(map(len, (ran.out + ran.err).splitlines())) <= 80


def test_quiet_leaves_stderr_empty(run: Callable[..., Any]) -> None:
    assert run("funnel", "example:star98", "--quiet").err == ""


def test_csv_on_stdout_holds_nothing_but_the_table(run: Callable[..., Any]) -> None:
    ran = run("funnel", "example:star98", "--format", "csv")
    rows = list(csv.reader(io.StringIO(ran.out)))
    assert rows[0] == [*KEYS, "numerator", "denominator", "rate", *JUDGED]
    assert len(rows) == 304
    assert {len(row) for row in rows} == {len(rows[0])}
    assert "303 kept" in ran.err


def test_missing_numbers_are_empty_in_csv(run: Callable[..., Any]) -> None:
    ran = run("funnel", "example:star98", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    unflagged = [row for row in rows if not row["flag"]]
    assert unflagged
    assert {row["flag_level"] for row in unflagged} == {""}


def test_json_on_stdout_has_the_keys_that_were_agreed(run: Callable[..., Any]) -> None:
    ran = run("funnel", "example:star98", "--format", "json")
    whole = strict(ran.out)
    assert whole.keys() >= TOP
    assert (whole["measure"], whole["method"], whole["by"]) == ("proportion", "varstat", {})
    assert list(whole["units"][0]) == [*KEYS, "numerator", "denominator", "rate", *JUDGED]
    assert list(whole["limits"][0]) == ["unit", "denominator", "kind", "level", "lower", "upper"]
    assert whole["expected_false_flags"].keys() == {"0.95", "0.998"}
    assert whole["account"]["rows_read"] == 303
    assert whole["provenance"]["version"]


def test_a_single_group_stands_on_top_and_under_funnels(run: Callable[..., Any]) -> None:
    whole = strict(run("funnel", "example:star98", "--format", "json").out)
    (only,) = whole["funnels"]
    assert {key: whole[key] for key in only} == only


def test_missing_is_null_in_json(run: Callable[..., Any]) -> None:
    units = strict(run("funnel", "example:star98", "--format", "json").out)["units"]
    assert {unit["flag_level"] for unit in units if unit["flag"] is None} == {None}
    assert {unit["unit_name"] for unit in units} == {None}


def test_limits_are_stated_for_each_unit_and_on_a_grid(run: Callable[..., Any]) -> None:
    whole = strict(run("funnel", "example:star98", "--format", "json").out)
    kinds = {(row["kind"], row["level"]) for row in whole["limits"] if row["unit"] is not None}
    expected = {(k, level) for k in ("exact", "overdispersed") for level in (0.95, 0.998)}
    assert kinds == expected
    of_units = [row["unit"] for row in whole["limits"] if row["unit"] is not None]
    assert len(of_units) == 4 * 303
    assert any(row["unit"] is None for row in whole["limits"])
    assert all(row["lower"] <= row["upper"] for row in whole["limits"])


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        (
            {"observed": [12, 5, 9], "expected": [10.5, 7.25, 8.0]},
            ["observed", "expected", "ratio"],
        ),
        ({"observed": [12, 5, 9], "exposure": [105.5, 72.5, 80]}, ["observed", "exposure", "rate"]),
        ({"value": [1.5, 2.5, -3.0], "se": [0.5, 0.25, 1.0]}, ["value", "se"]),
    ],
)
def test_each_measure_has_its_own_columns(
    run: Callable[..., Any],
    put: Callable[..., Path],
    columns: dict[str, list[float]],
    named: list[str],
) -> None:
    path = put(unit=["a", "b", "c"], **columns)
    whole = strict(run("funnel", path, "--format", "json").out)
    assert list(whole["units"][0]) == [*KEYS, *named, *JUDGED]
    assert named[1] in whole["limits"][0]


def test_many_groups_stand_under_funnels_alone(
    run: Callable[..., Any], put: Callable[..., Path]
) -> None:
    path = put(
        unit=list("abcdef"), numerator=[1, 2, 3, 4, 5, 6], denominator=[10] * 6, kind=list("xxyyzz")
    )
    whole = strict(run("funnel", path, "--by", "kind", "--format", "json").out)
    assert [funnel["by"] for funnel in whole["funnels"]] == [{"kind": k} for k in "xyz"]
    assert "units" not in whole
    printed = run("funnel", path, "--by", "kind").out
    assert "In 3 funnels" in printed
    frame = list(csv.DictReader(io.StringIO(run("funnel", path, "--by=kind", "--format=csv").out)))
    assert [row["kind"] for row in frame] == list("xxyyzz")


@pytest.mark.parametrize("name", ["flag", "target", "rate", "z"])
def test_grouping_by_a_column_named_like_a_result_loses_no_result(
    run: Callable[..., Any], put: Callable[..., Path], name: str
) -> None:
    path = put(
        unit=list("abcd"), numerator=[1, 2, 3, 4], denominator=[10] * 4, **{name: list("xxyy")}
    )
    ran = run("funnel", path, "--by", name, "--format", "json")
    if ran.code == 0:
        units = [unit for funnel in strict(ran.out)["funnels"] for unit in funnel["units"]]
        assert {unit[name] for unit in units}.isdisjoint({"x", "y"})
    else:
        assert ran.code in (2, 11)


def test_suppressed_counts_have_ends_and_no_rate(
    run: Callable[..., Any], put: Callable[..., Path]
) -> None:
    path = put(unit=list("abc"), numerator=["*", "20", "30"], denominator=[100, 100, 100])
    whole = strict(run("funnel", path, "--suppressed", "1:7", "--format", "json").out)
    hidden = whole["units"][0]
    assert (hidden["numerator"], hidden["rate"], hidden["z"]) == (None, None, None)
    assert (hidden["event_lower"], hidden["event_upper"]) == (1, 7)
    assert 0 < hidden["p_value"] <= 1


@pytest.mark.parametrize("method", ["shmi", "cqc"])
def test_a_recipe_says_what_is_known_of_its_bias(
    run: Callable[..., Any], put: Callable[..., Path], method: str
) -> None:
    observed = [8, 12, 9, 11, 10, 30, 7, 13, 10, 9, 11]
    path = put(unit=range(100, 111), observed=observed, expected=[10.0] * 11)
    ran = run("funnel", path, "--method", method, "--format", "json")
    whole = strict(ran.out)
    assert (whole["method"], whole["target"]) == (method, 1)
    assert whole["tau_lower"] is None
    assert "reproduced as published" in ran.err
    assert {row["kind"] for row in whole["limits"]} >= {"overdispersed"}


def test_options_are_taken_down_in_the_provenance(run: Callable[..., Any]) -> None:
    ran = run(
        *("funnel", "example:star98", "--format", "json", "--dispersion", "none"),
        *("--levels", "0.99", "--target", "rate:0.5", "--sides", "high", "--limits", "normal"),
    )
    whole = strict(ran.out)
    assert whole["provenance"]["options"] == {
        "method": "varstat",
        "target": "rate:0.5",
        "levels": [0.99],
        "sides": "high",
        "limits": "normal",
        "dispersion": "none",
        "robust": "winsorise",
        "tau_scale": "logit",
        "by": [],
    }
    assert {unit["flag"] for unit in whole["units"]} == {"high", None}
    assert {row["lower"] for row in whole["limits"]} == {None}


def test_row_order_does_not_matter_to_anybodys_result(
    run: Callable[..., Any], put: Callable[..., Path]
) -> None:
    columns = {"unit": list("abcde"), "numerator": [1, 5, 9, 3, 7], "denominator": [10] * 5}
    turned = {name: values[::-1] for name, values in columns.items()}
    first = strict(run("funnel", put("a.csv", **columns), "--format", "json").out)["units"]
    second = strict(run("funnel", put("b.csv", **turned), "--format", "json").out)["units"]
    for one, two in zip(first, second[::-1], strict=True):
        for key, value in one.items():
            if isinstance(value, float):
                assert math.isclose(value, two[key], rel_tol=1e-9, abs_tol=1e-12)
            else:
                assert value == two[key]


@pytest.mark.parametrize("units", [1, 5])
def test_continuous_amounts_without_variation_still_make_json(
    run: Callable[..., Any], put: Callable[..., Path], units: int
) -> None:
    path = put(unit=list("abcde")[:units], numerator=[3.5] * units, denominator=[100] * units)
    ran = run("funnel", path, "--card", "sickness", "--format", "json")
    assert ran.code == 0
    assert len(strict(ran.out)["units"]) == units


@pytest.mark.parametrize("expected", [0.001, 0.02])
def test_nobody_below_the_target_is_flagged_high(
    run: Callable[..., Any], put: Callable[..., Path], expected: float
) -> None:
    path = put(
        unit=list("abcdefghi"),
        observed=[10, 11, 9, 12, 8, 10, 9, 11, 1],
        expected=[10.0] * 8 + [expected],
    )
    units = strict(run("funnel", path, "--format", "json").out)["units"]
    assert [u["unit"] for u in units if u["flag"] == "high" and u["ratio"] <= u["target"]] == []


def test_a_distant_target_does_not_make_chance_look_like_dispersion(
    run: Callable[..., Any], put: Callable[..., Path]
) -> None:
    numerator = [58, 62, 55, 65, 60, 52, 68, 59, 61, 60, 57, 63, 54, 66, 60, 49, 71, 60, 64, 56]
    path = put(unit=range(100, 120), numerator=numerator, denominator=[200] * 20)
    near = strict(run("funnel", path, "--format", "json").out)["phi"]
    far = strict(run("funnel", path, "--target", "rate:0.05", "--format", "json").out)["phi"]
    assert near < 1
    assert far == pytest.approx(near, rel=0.5)
