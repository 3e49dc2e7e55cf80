"""Tables at the edge of what can be: no traceback, no warning, no number that isn't one."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

RNG = np.random.default_rng(7)


def proportion(numerator: Any, denominator: Any) -> dict[str, Any]:
    """Columns of a proportion."""
    return {"numerator": numerator, "denominator": denominator}


def ratio(observed: Any, expected: Any) -> dict[str, Any]:
    """Columns of a ratio."""
    return {"observed": observed, "expected": expected}


def mean(value: Any, se: Any) -> dict[str, Any]:
    """Columns of a mean."""
    return {"value": value, "se": se}


TABLES = {
    "one unit": proportion([3], [10]),
    "one ratio": ratio([3], [2.5]),
    "one mean": mean([3.0], [0.5]),
    "two units": proportion([3, 5], [10, 20]),
    "units all alike": proportion([3] * 12, [10] * 12),
    "means all alike": mean([3.0] * 12, [0.5] * 12),
    "no events": proportion([0] * 5, [10, 20, 30, 40, 50]),
    "no events expected": ratio([0] * 5, [1, 2, 3, 4, 5.5]),
    "nothing but events": proportion([10, 20, 30], [10, 20, 30]),
    "one out of one": proportion(RNG.integers(0, 2, 40), [1] * 40),
    "one unit of one": proportion([1, *[0] * 20], [1, *[50] * 20]),
    "very large and very small": proportion([1, 0, 500_000, 600_000], [1, 1, 10**6, 10**6]),
    "a thousand million": proportion(RNG.binomial(10**9, 0.3, 30), [10**9] * 30),
    "ten to the fifteenth": ratio([3 * 10**14, 3 * 10**14, 31 * 10**13], [3 * 10**14] * 3),
    "sparse": ratio(RNG.poisson(0.05, 200), [0.05] * 200),
    "almost nothing expected": ratio([0, 2, 3, 0, 0], [1e-6, 1, 1, 1e-3, 0.1]),
    "negative means": mean([-1, -2, -3.0, -30], [0.1] * 4),
    "means about nothing": mean([-1, 1.0], [1, 1]),
    "errors of many sizes": mean([1, 2, 3.0], [1e-12, 1e-6, 1.0]),
    "a small and many large": proportion([0, *RNG.binomial(10**5, 0.01, 20)], [1, *[10**5] * 20]),
}


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--dispersion", "none"),
        ("--dispersion", "reml", "--robust", "trim"),
        ("--limits", "interpolated", "--sides", "high"),
        ("--levels", "0.5,0.9999999"),
        ("--dispersion", "dl", "--limits", "normal", "--sides", "low"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("what", TABLES)
def test_every_number_is_one(
    run: Callable[..., Any], put: Callable[..., Path], what: str, options: tuple[str, ...]
) -> None:
    columns = TABLES[what]
    units = len(next(iter(columns.values())))
    path = put(unit=[f"u{at}" for at in range(units)], **columns)
    check(run("funnel", path, *options, "--format", "json"), units)


def check(ran: Any, units: int) -> None:
    """Check what must hold of any funnel."""
    assert ran.code == 0
    assert "nan" not in ran.err
    whole = json.loads(ran.out)
    assert whole["target"] is not None
    assert "nan" not in whole["summary"]
    assert len(whole["units"]) == units
    for unit in whole["units"]:
        assert 0 <= unit["p_value"] <= unit["q_value"] * (1 + 1e-12) <= 1 + 1e-12
        assert unit["reliability"] is None or 0 <= unit["reliability"] <= 1
        assert (unit["flag"] is None) == (unit["flag_level"] is None)
    for row in whole["limits"]:
        if row["lower"] is not None and row["upper"] is not None:
            assert row["lower"] <= row["upper"]
    assert all(0 <= flags <= units for flags in whole["expected_false_flags"].values())


@pytest.mark.parametrize("what", ["units all alike", "means all alike"])
def test_units_all_alike_take_multiplicative_dispersion(
    run: Callable[..., Any], put: Callable[..., Path], what: str
) -> None:
    path = put(unit=[f"u{at}" for at in range(12)], **TABLES[what])
    check(run("funnel", path, "--dispersion", "multiplicative", "--format", "json"), 12)


@pytest.mark.parametrize(
    "columns",
    [mean([1, 2, 3.0], [1e-300] * 3), mean([1e200, -1e200], [1e200, 1e199])],
    ids=["tiny errors", "huge errors"],
)
def test_errors_beyond_double_precision_are_no_traceback(
    run: Callable[..., Any], put: Callable[..., Path], columns: dict[str, Any]
) -> None:
    ran = run("funnel", put(unit=list("abc")[: len(columns["se"])], **columns))
    assert ran.code in (0, 11, 12)
    assert "nan" not in ran.out


@pytest.mark.parametrize("zeros", [16, 20])
def test_counts_beyond_double_precision_come_to_an_end(
    put: Callable[..., Path], zeros: int
) -> None:
    large = "1" + "0" * zeros
    path = put(unit=list("abc"), observed=[large, "2" + large[1:], large], expected=[large] * 3)
    script = Path(sys.executable).with_name("varstat")
    done = subprocess.run([script, "funnel", path], capture_output=True, check=False, timeout=600)
    assert done.returncode in (0, 11, 12)


def test_one_out_of_one_says_nothing_of_dispersion(
    run: Callable[..., Any], put: Callable[..., Path]
) -> None:
    path = put(unit=range(100, 140), numerator=[0, 1] * 20, denominator=[1] * 40)
    whole = json.loads(run("funnel", path, "--format", "json").out)
    assert whole["tau"] in (None, 0)


@pytest.mark.parametrize("target", ["median", "leave-one-out"])
def test_a_target_at_an_end_is_refused_where_units_differ_from_it(
    run: Callable[..., Any], put: Callable[..., Path], target: str
) -> None:
    path = put(unit=list("abcd"), numerator=[0, 0, 0, 5], denominator=[10, 10, 10, 1000])
    ran = run("funnel", path, "--target", target)
    assert ran.code == 12
    assert "would be impossible" in ran.err


@pytest.mark.parametrize("target", ["pooled", "rate:0.0001", "rate:0.9999"])
def test_any_target_between_the_ends_can_be_taken(
    run: Callable[..., Any], put: Callable[..., Path], target: str
) -> None:
    path = put(unit=list("abcd"), numerator=[0, 0, 0, 5], denominator=[10, 10, 10, 1000])
    check(run("funnel", path, "--target", target, "--format", "json"), 4)


def test_a_recipe_takes_a_table_without_events(
    run: Callable[..., Any], put: Callable[..., Path]
) -> None:
    path = put(unit=list("abcde"), numerator=[0] * 5, denominator=[5] * 5)
    check(run("funnel", path, "--method", "cqc", "--format", "json"), 5)


def test_many_groups_are_quick_to_print(run: Callable[..., Any], put: Callable[..., Path]) -> None:
    groups = 1000
    path = put(
        unit=[f"u{at}" for at in range(3 * groups)],
        numerator=RNG.binomial(100, 0.3, 3 * groups),
        denominator=[100] * (3 * groups),
        ward=[f"w{at % groups:04}" for at in range(3 * groups)],
    )
    ran = run("funnel", path, "--by", "ward")
    assert ran.code == 0
    assert "… and 940 more funnels" in ran.out
    assert "In 1000 funnels" in ran.out.replace(",", "")
    assert len(ran.out.splitlines()) < 100


def test_column_names_may_be_in_any_script(
    run: Callable[..., Any], put: Callable[..., Path]
) -> None:
    path = put(**{"Ünit": list("abc"), "día 件": [1, 2, 3], "全数": [10, 10, 10]})
    ran = run(
        "funnel", path, "--unit", "Ünit", "--numerator", "día 件", "--denominator", "全数", "-q"
    )
    assert ran.code == 0


@pytest.mark.parametrize("option", ["--levels", "--target", "--sides", "--limits", "--card"])
def test_an_empty_option_is_not_taken_for_none(run: Callable[..., Any], option: str) -> None:
    assert run("funnel", "example:star98", option, "").code in (2, 10)
