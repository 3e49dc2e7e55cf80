"""Options that say how a table is read: means from sums, strata, choices of rows, costs."""

import io
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

RNG = np.random.default_rng(5)
UNITS = 12
FEW = ("--draws", "400", "--direction", "higher-is-better")


@pytest.fixture
def stays(put: Callable[..., Path]) -> Path:
    """Sums of lengths of stay, by sex and year."""
    rows = [
        (f"u{at:02}", sex, year) for at in range(UNITS) for sex in "FM" for year in (2015, 2016)
    ]
    spells = RNG.integers(40, 200, len(rows))
    lengths = [RNG.gamma(2.0, 3.0, n) for n in spells]
    return put(
        unit=[unit for unit, _, _ in rows],
        sex=[sex for _, sex, _ in rows],
        year=[year for _, _, year in rows],
        days=[x.sum() for x in lengths],
        spells=spells,
        squares=[np.square(x).sum() for x in lengths],
    )


@pytest.fixture
def cells(put: Callable[..., Path]) -> Path:
    """Counts by sex."""
    size = RNG.integers(50, 300, 2 * UNITS)
    return put(
        unit=np.repeat([f"u{at:02}" for at in range(UNITS)], 2),
        sex=["F", "M"] * UNITS,
        numerator=RNG.binomial(size, 0.4),
        denominator=size,
    )


SUMS = ("--total", "days", "--count", "spells", "--sum-of-squares", "squares")


@pytest.mark.parametrize("command", ["funnel", "check", "fit", "league"])
def test_means_from_sums_of_chosen_rows(run: Callable[..., Any], stays: Path, command: str) -> None:
    model = FEW if command in ("fit", "league") else ()
    ran = run(command, stays, *SUMS, "--only", "sex=F", "--only", "year=2016", *model)
    assert ran.code == 0, ran.err
    told = ran.out + ran.err
    assert "48 rows read; 12 kept (12 units); 36 excluded." in told


def test_the_table_that_was_read_holds_means_and_counts(
    run: Callable[..., Any], stays: Path
) -> None:
    ran = run("check", stays, *SUMS, "--only", "sex=M", "--by", "year", "--format", "csv")
    read = pd.read_csv(io.StringIO(ran.out))
    assert list(read) == [
        *("unit", "unit_name", "peer_group", "period", "year"),
        *("value", "se", "event_lower", "event_upper", "count"),
    ]
    source = pd.read_csv(stays)
    source = source[source["sex"] == "M"].reset_index(drop=True)
    np.testing.assert_allclose(read["value"], source["days"] / source["spells"])
    assert read["count"].tolist() == source["spells"].tolist()
    assert read["year"].tolist() == source["year"].tolist()


def test_a_value_that_no_row_has_is_an_error(run: Callable[..., Any], stays: Path) -> None:
    ran = run("check", stays, *SUMS, "--only", "year=2106")
    assert ran.code == 2
    assert "no row has '2106' in 'year'" in " ".join(ran.err.split())


def test_strata_are_read_for_a_model(run: Callable[..., Any], cells: Path, tmp_path: Path) -> None:
    refused = run("league", cells, *FEW)
    assert refused.code == 11
    assert "--stratum COLUMN" in " ".join(refused.err.split())
    out = tmp_path / "league.json"
    ran = run("league", cells, *FEW, "--stratum", "sex", "-o", out)
    assert ran.code == 0, ran.err
    assert len(json.loads(out.read_text())["units"]) == UNITS


def test_a_card_s_strata_can_be_left_out(
    run: Callable[..., Any], cells: Path, tmp_path: Path
) -> None:
    card = tmp_path / "mine.toml"
    made = run(
        *("card", "new", card, "--numerator", "numerator", "--stratum", "sex"),
        *("--direction", "higher-is-better"),
    )
    assert made.code == 0
    assert run("fit", cells, "--card", card, "--draws", "400").code == 0
    ran = run("fit", cells, "--card", card, "--stratum", "none", "--draws", "400")
    assert ran.code == 11
    assert "the same unit as on an earlier row" in " ".join(ran.err.split())


def test_a_funnel_has_no_strata(run: Callable[..., Any], cells: Path) -> None:
    assert run("funnel", cells, "--stratum", "sex").code == 2


def test_a_new_card_states_what_an_event_costs(run: Callable[..., Any], tmp_path: Path) -> None:
    said = ("--numerator", "dc", "--unit-cost", "733", "--stratum", "procedure,age")
    sourced = ("--price-year", "2016-17", "--cost-source", "NHS reference costs")
    path = tmp_path / "mine.toml"
    refused = run("card", "new", path, *said)
    assert refused.code == 10
    assert "price_year and source" in " ".join(refused.err.split())
    assert run("card", "new", path, *said, *sourced).code == 0
    card = tomllib.loads(path.read_text())
    assert card["cost"]["value"] == 733.0
    assert card["casemix"] == {"strata": ["procedure", "age"]}
    shown = " ".join(run("card", "show", path).out.split())
    assert "Units differ in case-mix by procedure, age." in shown
    assert "Unit cost: 733 for each event (as given; 2016-17; NHS reference costs)." in shown
