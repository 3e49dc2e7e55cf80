"""The verbs of the library: the same as the commands, of a data frame or a file."""

import inspect
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from analysis.asked import make_frame, make_types

import varstat
from varstat.analysis.asking import ASKINGS
from varstat.analysis.specification import Modelling, Reading
from varstat.cli.completeness import WITHOUT
from varstat.errors import UsageError

FRAME = make_frame().iloc[::2]
COLUMNS: dict[str, Any] = {"unit": "unit", "numerator": "numerator", "denominator": "denominator"}
UP: dict[str, Any] = COLUMNS | {"direction": "higher-is-better", "draws": 100}
VERBS = {name: getattr(varstat, name) for name in ASKINGS}
# Given otherwise, or by the steps alone.
APART = {"source", "a", "b", "posterior", "before", "after"}
GIVEN = {"units", "periods"}
# A series has a model of its own.
OTHER_MODELS = {
    *("covariates", "inform", "effects", "likelihood", "transient", "peer_tau", "engine"),
}


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_takes_every_field_of_its_specification(name: str) -> None:
    kinds: list[Any] = [Reading, ASKINGS[name], *([Modelling] if name != "funnel" else [])]
    there = {field.name: field for kind in kinds for field in fields(kind)}
    if name == "funnel":
        del there["level"]
    if name == "change":
        there = {of: field for of, field in there.items() if of not in OTHER_MODELS}
    if name == "review":
        del there["engine"]
    if name != "opportunity":
        del there["annualise"]
    if name == "completeness":
        modelled = {field.name for field in fields(Modelling)}
        there = {k: v for k, v in there.items() if k not in modelled | set(WITHOUT)}
    parameters = dict(inspect.signature(VERBS[name]).parameters)
    del parameters["data"]
    assert there.keys() - APART == parameters.keys() - GIVEN
    said = (None, (), "none")
    for field_name, parameter in parameters.items():
        if field_name not in GIVEN and parameter.default not in said:
            assert parameter.default == there[field_name].default


def test_a_data_frame_goes_straight_in() -> None:
    funnels = varstat.funnel(FRAME, **COLUMNS, target="median")
    table = varstat.read_table(FRAME, **COLUMNS)
    steps = varstat.compute_funnel(table, target="median")
    assert funnels.provenance == steps.provenance
    pd.testing.assert_frame_equal(funnels.to_frame(), steps.to_frame())


def test_a_league_is_that_of_its_steps() -> None:
    leagues = varstat.league(FRAME, **UP, level=0.9)
    columns = {name: value for name, value in UP.items() if name != "draws"}
    fits = varstat.fit_model(varstat.read_table(FRAME, **columns), draws=100)
    steps = varstat.compute_league(fits, level=0.9)
    assert leagues.provenance == steps.provenance
    pd.testing.assert_frame_equal(leagues.to_frame(), steps.to_frame())
    assert leagues[0]["u1"]["unit"] == "u1"


def test_opportunities_of_several_data_frames_stand_together() -> None:
    found = varstat.opportunity([FRAME, make_frame(2).iloc[::2]], **UP)
    assert len(found) == len(found.provenance.parts) == 2
    assert found.provenance.parts[0]["data_hash"] != found.provenance.parts[1]["data_hash"]


def test_two_units_are_compared() -> None:
    found = varstat.compare(FRAME, ("u1", "u2"), **UP)
    assert found[0].unit == ("u1", "u2")
    for wrong in ("u1", ("u1",), (1, 2)):
        with pytest.raises(UsageError, match="name both"):
            varstat.compare(FRAME, wrong, **UP)  # type: ignore[arg-type]


def test_files_cards_and_lookups_are_taken_in_any_form(tmp_path: Path) -> None:
    FRAME.to_csv(tmp_path / "table.csv", index=False)
    make_types().to_csv(tmp_path / "types.csv", index=False)
    card = varstat.load_card("default-proportion")
    lookups: list[Any] = [
        f"{tmp_path / 'types.csv'}:code",
        (tmp_path / "types.csv", "code"),
        (make_types(), "code"),
        [(make_types(), "code")],
    ]
    frames = [
        varstat.funnel(data, **COLUMNS, card=each, lookup=lookup, by="sort").to_frame()
        for data in (tmp_path / "table.csv", str(tmp_path / "table.csv"))
        for each in (card, "default-proportion", None)
        for lookup in lookups
    ]
    assert all(frame.equals(frames[0]) for frame in frames)
    assert sorted(frames[0]["sort"].unique()) == ["x", "y"]


def test_a_league_of_a_saved_fit_leaves_no_room_for_a_reading(tmp_path: Path) -> None:
    path = tmp_path / "fit.nc"
    varstat.write_fit(varstat.fit(FRAME, **UP), path)
    assert varstat.league(path).provenance == varstat.league(FRAME, **UP).provenance
    with pytest.raises(UsageError, match="Leave out --unit"):
        varstat.league(path, unit="unit")


@pytest.mark.parametrize("name", VERBS)
@pytest.mark.parametrize("data", [42, None, {"unit": [1]}, [FRAME, 1]], ids=str)
def test_what_is_no_data_gets_a_sentence(name: str, data: Any) -> None:
    more: tuple[Any, ...] = (("u1", "u2"),) if name in ("compare", "change") else ()
    with pytest.raises(UsageError):
        VERBS[name](data, *more)


def test_a_step_given_another_steps_result_gets_a_sentence() -> None:
    table = varstat.read_table(FRAME, **COLUMNS)
    for step in (varstat.compute_league, varstat.compute_opportunity):
        with pytest.raises(UsageError, match=r"expected Fits\. Fit its model first"):
            step(table)  # type: ignore[operator]
    with pytest.raises(UsageError, match="expected Fits"):
        varstat.compare_units(table, ("u1", "u2"))  # type: ignore[arg-type]
    for read in (varstat.compute_funnel, varstat.fit_model):
        with pytest.raises(UsageError, match=r"of type DataFrame; expected Table\. Read it first"):
            read(FRAME)  # type: ignore[operator]


@pytest.mark.parametrize("given", [{"card": 42}, {"lookup": 42}, {"lookup": [("a", "b", "c")]}])
def test_what_is_no_card_or_lookup_gets_a_sentence(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        varstat.funnel(FRAME, **COLUMNS, **given)


def test_the_verb_stays_when_the_folder_of_its_name_is_imported() -> None:
    import varstat.funnel.tails

    assert inspect.isfunction(varstat.funnel)
