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


POSTERIOR = ["estimate", "lower", "upper", "level", "p_above_target", "p_above_target_mcse"]
FEW = ("--posterior", "--draws", "400")
NORMAL = (*FEW, "--effects", "normal")


def test_a_posterior_stands_beside_each_flag(run: Callable[..., Any]) -> None:
    ran = run("funnel", "example:star98", *FEW)
    assert ran.code == 0
    assert max(map(len, (ran.out + ran.err).splitlines())) <= 80
    row = next(line for line in ran.out.splitlines() if line.startswith(" D117"))
    for shown in ("92.8%", "▲ high 99.8%", "(87.", ">0.99", "differs"):
        assert shown in row
    told = " ".join(ran.out.split())
    assert 'Of 303 units the verdict is "differs" for 11 (flagged at 95%, ' in told
    assert "what persists can't be told" in " ".join(ran.err.split())


def test_machines_get_the_posterior_after_the_funnels_own_columns(
    run: Callable[..., Any],
) -> None:
    plain = run("funnel", "example:star98", "--format", "csv").out
    told = run("funnel", "example:star98", *FEW, "--format", "csv").out
    before, after = (list(csv.reader(io.StringIO(text))) for text in (plain, told))
    assert after[0] == [*before[0], *POSTERIOR, "verdict", "trusted"]
    assert [row[: len(before[0])] for row in after] == before
    whole = strict(run("funnel", "example:star98", *FEW, "--format", "json").out)
    assert [unit["verdict"] for unit in whole["units"]] == [row[-2] for row in after[1:]]
    assert whole["posterior"]["diagnostics"]["passed"] is True
    assert whole["posterior"]["engine"] == "quadrature"
    assert whole["provenance"]["options"]["posterior"]["draws"] == 400


def test_a_plain_funnel_says_nothing_of_posteriors(run: Callable[..., Any]) -> None:
    whole = strict(run("funnel", "example:star98", "--format", "json").out)
    assert "posterior" not in whole
    assert "posterior" not in whole["provenance"]["options"]
    assert not {*POSTERIOR, "verdict"} & whole["units"][0].keys()


def test_the_level_is_that_of_the_intervals(run: Callable[..., Any]) -> None:
    said = ("example:star98", *FEW, "--format", "json", "--level")
    narrow, wide = (strict(run("funnel", *said, level).out) for level in ("0.5", "0.99"))
    assert narrow["levels"] == wide["levels"] == [0.95, 0.998]
    for one, two in zip(narrow["units"], wide["units"], strict=True):
        assert two["lower"] < one["lower"] < one["upper"] < two["upper"]
        assert (one["level"], two["level"]) == (0.5, 0.99)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("--seed", "2"), "--seed: only a posterior has that: add --posterior"),
        (("--engine", "nuts", "--draws", "900"), "--engine, --draws: only"),
        (("--level", "0.9"), "The limits have --levels."),
        (("--effects", "student-t"), "--effects: only"),
        (("--accept-failed",), "--accept-failed: only"),
    ],
)
def test_an_option_of_a_posterior_is_not_ignored_without_one(
    run: Callable[..., Any], said: tuple[str, ...], words: str
) -> None:
    ran = run("funnel", "example:star98", *said)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        (("--level", "95"), 2, "Did you mean 0.95?"),
        (("--draws", "1"), 2, "100 or more"),
        (("--draws", "99999999999"), 2, "1000000"),
        (("--seed", "-1"), 2, "--seed"),
        (("--engine", "foo"), 2, "auto, quadrature or nuts"),
        (("--effects", "cauchy"), 10, "student-t"),
        (("--transient", "abc"), 2, "neither auto, none nor an SD"),
        (("--target", "nonsense"), 2, "nonsense"),
        (("--highlight", "nobody"), 2, "nobody"),
    ],
)
def test_a_posterior_that_cannot_be_leaves_no_file(
    run: Callable[..., Any], tmp_path: Path, said: tuple[str, ...], code: int, words: str
) -> None:
    files = ("-o", tmp_path / "out.csv", "-o", tmp_path / "out.html")
    ran = run("funnel", "example:star98", "--posterior", *said, *files)
    assert (ran.code, ran.out) == (code, "")
    assert words in " ".join(ran.err.split())
    assert list(tmp_path.iterdir()) == []


def test_amounts_have_no_posterior(run: Callable[..., Any], put: Callable[..., Path]) -> None:
    path = put(unit=list("abcd"), numerator=[1.5, 2.5, 3.1, 2.0], denominator=[9, 9, 9, 9.5])
    assert run("funnel", path, "--counts", "continuous").code == 0
    ran = run("funnel", path, "--counts", "continuous", "--posterior")
    assert (ran.code, ran.out) == (12, "")
    assert "aren't counts" in ran.err


def test_each_period_has_a_posterior_of_its_own(
    run: Callable[..., Any], put: Callable[..., Path]
) -> None:
    path = put(
        unit=list("abcdef") * 2,
        year=["2018-19"] * 6 + ["2019-20"] * 6,
        numerator=[10, 20, 30, 40, 50, 60, 60, 50, 40, 30, 20, 10],
        denominator=[100] * 12,
    )
    ran = run("funnel", path, "--period", "year", *FEW)
    assert ran.code == 0
    lines = [line.split() for line in ran.out.splitlines() if line.startswith((" 2018", " 2019"))]
    assert [line[-1] for line in lines] == ["passed", "passed"]
    whole = strict(run("funnel", path, "--period", "year", *FEW, "--format", "json").out)
    assert [each["posterior"]["engine"] for each in whole["funnels"]] == ["quadrature"] * 2
    first, last = (each["units"] for each in whole["funnels"])
    assert first[0]["estimate"] == pytest.approx(last[5]["estimate"])


@pytest.fixture
def odd(put: Callable[..., Path]) -> Path:
    """A table with a unit so far out that a normal model fails its checks."""
    return put(
        unit=[f"u{at:02}" for at in range(80)],
        numerator=[*[20 + at % 5 for at in range(79)], 199],
        denominator=[200] * 80,
        half=["x", "y"] * 40,
    )


def test_a_failed_posterior_is_marked_and_ends_with_13(
    run: Callable[..., Any], odd: Path, tmp_path: Path
) -> None:
    printed = run("funnel", odd, *NORMAL)
    assert printed.code == 13
    assert printed.out.startswith("NOT TO BE TRUSTED")
    assert "u79" in printed.out
    assert "DiagnosticsError: posterior: " in printed.err
    written = run("funnel", odd, *NORMAL, "-o", tmp_path / "f.csv", "-o", tmp_path / "f.html")
    assert written.code == 13
    assert "NOT TO BE TRUSTED" in written.err
    beside = json.loads((tmp_path / "f.csv.provenance.json").read_text(encoding="utf-8"))
    assert next(iter(beside)) == "not_to_be_trusted"
    assert 'class="alarm"' in (tmp_path / "f.html").read_text(encoding="utf-8")
    accepted = run("funnel", odd, *NORMAL, "--accept-failed")
    assert (accepted.code, accepted.out) == (0, printed.out)
    assert run("funnel", odd).code == 0


def test_of_many_groups_the_failed_are_marked(run: Callable[..., Any], odd: Path) -> None:
    ran = run("funnel", odd, *NORMAL, "--by", "half")
    assert ran.code == 13
    assert "1 of 2 posteriors, the first of them y" in ran.err
    rows = [line.split() for line in ran.out.splitlines() if line.startswith((" x ", " y "))]
    assert [row[-1] for row in rows] == ["passed", "FAILED"]


def test_a_saved_fit_is_no_table(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "fit.nc").write_bytes(b"")
    ran = run("funnel", tmp_path / "fit.nc", "--posterior")
    assert ran.code == 2
    assert "needs the table that it was made from" in ran.err


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".json", ".xlsx", ".svg", ".html"])
def test_the_summary_is_printed_when_a_file_is_written(
    run: Callable[..., Any], tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"out{suffix}"
    ran = run("funnel", "example:star98", *FEW, "-o", path)
    assert (ran.code, ran.out) == (0, "")
    assert 'Of 303 units the verdict is "differs" for 11' in " ".join(ran.err.split())
    assert f"Wrote out{suffix}." in ran.err
    again = tmp_path / f"again{suffix}"
    run("funnel", "example:star98", *FEW, "-o", again)
    assert again.read_bytes() == path.read_bytes()
