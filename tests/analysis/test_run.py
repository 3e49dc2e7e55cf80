"""From a specification to results, and from their provenance to the same results."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from analysis.asked import (
    ASKINGS,
    MODELLINGS,
    ONE_PERIOD,
    PROPORTION,
    READINGS,
    SOURCES,
    few,
    make_frame,
    make_types,
)

import varstat
from varstat.analysis.asking import (
    ChangeAsking,
    CompareAsking,
    FitAsking,
    FunnelAsking,
    LeagueAsking,
    OpportunityAsking,
)
from varstat.analysis.run import analyse, read, refuse_failed, run
from varstat.analysis.specification import Modelling, Reading, Specification
from varstat.errors import DiagnosticsError, TableError, UsageError
from varstat.present.write import encode
from varstat.results import Results

# Given by Python alone, or tried on their own below.
APART = {"sheet", "allow_overlap", "at"}


def stored(results: Results[Any]) -> dict[str, Any]:
    """The provenance of results, as it is stored."""
    return json.loads(json.dumps(results.provenance.to_dict()))  # type: ignore[no-any-return]


def told(specification: Specification) -> dict[str, Any]:
    """The provenance of a specification's results."""
    return stored(run(specification, sources=SOURCES))


def reading_of(kind: type) -> Reading:
    """What a kind of question is asked of."""
    return PROPORTION if kind is ChangeAsking else ONE_PERIOD


@cache
def told_before(kind: type) -> dict[str, Any]:
    """The provenance of a kind of question before anything of it is changed."""
    return told(few(ASKINGS[kind][0], reading=reading_of(kind)))


def test_every_field_is_tried() -> None:
    assert {field.name for field in fields(Reading)} - APART == READINGS.keys()
    assert {field.name for field in fields(Modelling)} == MODELLINGS.keys()
    for kind, (_, changes) in ASKINGS.items():
        level = {"level"} if kind is FunnelAsking else set()
        assert {field.name for field in fields(kind)} - APART - level == changes.keys()


@pytest.mark.parametrize("name", READINGS)
def test_another_reading_is_another_provenance_from_which_it_can_be_run(name: str) -> None:
    reading, value = READINGS[name]
    asked = Specification(reading=reading, asking=FunnelAsking())
    other = replace(asked, reading=replace(reading, **{name: value}))
    found = run(other, sources=SOURCES)
    after = stored(found)
    assert after != told(asked)
    # A data frame goes by no other name.
    sources = SOURCES | ({"data frame": SOURCES["another"]} if name == "source" else {})
    sources |= {"lookup": SOURCES["types"]}
    again = run(Specification.from_dict(after), sources=sources)
    assert encode(again, ".json") == encode(found, ".json")


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELLINGS)
def test_another_model_is_another_provenance_from_which_it_can_be_run(name: str) -> None:
    reading = PROPORTION if name == "likelihood" else ONE_PERIOD
    asked = few(FitAsking(), reading=replace(reading, peer_group="kind"))
    changed = {name: MODELLINGS[name]}
    other = few(FitAsking(), changed, reading=asked.reading)
    found = run(other, sources=SOURCES)
    after = stored(found)
    assert after != told(asked)
    again = run(Specification.from_dict(after), sources=SOURCES)
    assert encode(again, ".json") == encode(found, ".json")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, (_, changes) in ASKINGS.items() for name in changes]
)
def test_another_question_is_another_provenance_from_which_it_can_be_run(
    kind: type, name: str
) -> None:
    asking, changes = ASKINGS[kind]
    other = few(replace(asking, **{name: changes[name]}), reading=reading_of(kind))
    found = analyse(other, sources=SOURCES)
    after = stored(found.results)
    assert after != told_before(kind)
    again = analyse(Specification.from_dict(after), sources=SOURCES)
    assert encode(again.results, ".json", verdicts=again.verdicts) == encode(
        found.results, ".json", verdicts=found.verdicts
    )


def test_the_level_of_a_posterior_is_in_its_provenance() -> None:
    levels = [few(FunnelAsking(posterior=True, level=level)) for level in (0.5, 0.95)]
    first, second = map(told, levels)
    assert first != second
    assert first["modelling"]["draws"] == 100


@pytest.mark.parametrize("name", ["numerator", "only", "by", "lenient"])
def test_provenance_is_the_specification(name: str) -> None:
    reading, value = READINGS[name]
    asked = Specification(
        reading=replace(reading, **{name: value}), asking=FunnelAsking(target="median")
    )
    again = Specification.from_dict(told(asked))
    assert again.reading == asked.reading
    assert again.asking == asked.asking
    assert dict(again.hashes).keys() == {"data frame", "card default-proportion"}


def test_a_sheet_is_in_the_provenance(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path) as book:
        for sheet in ("first", "second"):
            make_frame().to_excel(book, sheet_name=sheet, index=False)
    reading = replace(PROPORTION, source=(str(path),))
    asked = [
        Specification(reading=replace(reading, sheet=sheet), asking=FunnelAsking())
        for sheet in ("first", "second")
    ]
    first, second = (run(each).provenance for each in asked)
    assert first != second
    again = run(Specification.from_dict(second.to_dict()), folder=tmp_path)
    assert again.provenance == second


def test_other_contents_of_a_lookup_are_another_provenance() -> None:
    reading = replace(PROPORTION, lookup=("types:code",), by=("sort", "quarter"))
    asked = Specification(reading=reading, asking=FunnelAsking())
    first = run(asked, sources=SOURCES).provenance
    second = run(asked, sources=SOURCES | {"types": make_types("yx")}).provenance
    assert first.lookups != second.lookups
    again = Specification.from_dict(first.to_dict())
    with pytest.raises(TableError, match=first.lookups["lookup"]):
        run(again, sources=SOURCES | {"lookup": make_types("yx")})


def test_other_data_are_refused_with_both_hashes() -> None:
    stored = told(Specification(reading=PROPORTION, asking=FunnelAsking()))
    other = make_frame(3)
    found = varstat.read_table(
        other, unit="unit", numerator="numerator", denominator="denominator", period="quarter"
    ).data_hash
    with pytest.raises(TableError) as refused:
        run(Specification.from_dict(stored), sources={"data frame": other})
    assert stored["data_hash"] in str(refused.value)
    assert found in str(refused.value)


def test_another_card_of_the_same_name_is_refused(tmp_path: Path) -> None:
    card = tmp_path / "mine.toml"
    text = (
        '[indicator]\ntitle = "{}"\nmeasure = "proportion"\ndirection = "neither"\n'
        '[columns]\nunit = "unit"\nnumerator = "numerator"\ndenominator = "denominator"\n'
    )
    card.write_text(text.format("One"), encoding="utf-8")
    reading = Reading(source=("data frame",), card=(str(card),), period="quarter")
    stored = told(Specification(reading=reading, asking=FunnelAsking()))
    assert str(tmp_path) not in json.dumps(stored)
    again = Specification.from_dict(stored)
    assert run(again, sources=SOURCES, folder=tmp_path).provenance.to_dict() == stored
    card.write_text(text.format("Another"), encoding="utf-8")
    with pytest.raises(TableError, match="card mine"):
        run(again, sources=SOURCES, folder=tmp_path)


def test_a_data_frame_must_be_given() -> None:
    with pytest.raises(UsageError, match="data frame"):
        run(Specification(reading=PROPORTION, asking=FunnelAsking()))


def test_several_indicators_can_be_run_again() -> None:
    reading = replace(ONE_PERIOD, source=("data frame",), card=("default-proportion", "statin"))
    reading = replace(reading, numerator="numerator", denominator="denominator")
    asked = few(OpportunityAsking(), reading=reading)
    found = run(asked, sources=SOURCES)
    stored = json.loads(json.dumps(found.provenance.to_dict()))
    assert [part["card"] for part in stored["parts"]] == ["default-proportion", "statin"]
    again = run(Specification.from_dict(stored), sources=SOURCES)
    assert encode(again, ".json") == encode(found, ".json")


def test_several_indicators_modelled_apart_have_no_one_specification() -> None:
    found = [
        varstat.compute_opportunity(run(few(FitAsking(), {"seed": seed}), sources=SOURCES))  # type: ignore[arg-type]
        for seed in (1, 2)
    ]
    stored = varstat.combine_opportunities(found).provenance.to_dict()
    assert stored["parts"][0] != stored["parts"][1]
    with pytest.raises(UsageError, match="modelling of its own"):
        Specification.from_dict(stored)


@pytest.mark.parametrize(
    "asking", [LeagueAsking(level=0.9), CompareAsking(a="u1", b="u2")], ids=lambda each: each.verb
)
def test_a_saved_fit_gives_the_same_result_and_provenance(asking: Any, tmp_path: Path) -> None:
    path = tmp_path / "fit.nc"
    varstat.write_fit(run(few(FitAsking()), sources=SOURCES), path)  # type: ignore[arg-type]
    stored = run(Specification(reading=Reading(source=(str(path),)), asking=asking))
    straight = run(few(asking), sources=SOURCES)
    assert encode(stored, ".json") == encode(straight, ".json")


@pytest.mark.parametrize(
    ("reading", "modelling", "asking", "option"),
    [
        ({"by": ("kind",)}, {}, LeagueAsking(), "--by"),
        ({}, {"seed": 3}, LeagueAsking(), "--seed"),
        ({"peer_group": "kind"}, {"peer_tau": "own"}, LeagueAsking(), "--peer-group, --peer-tau"),
    ],
)
def test_a_saved_fit_leaves_no_room_for_what_was_decided(
    reading: dict[str, Any], modelling: dict[str, Any], asking: Any, option: str
) -> None:
    asked = Specification(
        reading=Reading(source=("fit.nc",), **reading),
        modelling=Modelling(**modelling),
        asking=asking,
    )
    with pytest.raises(UsageError, match=f"Leave out {option}, or give the table"):
        run(asked)


@pytest.mark.parametrize("asking", [FunnelAsking(), FitAsking()], ids=lambda each: each.verb)
def test_a_saved_fit_is_no_table(asking: Any) -> None:
    with pytest.raises(UsageError, match="saved fit"):
        run(Specification(reading=Reading(source=("fit.nc",)), asking=asking))


def test_what_cannot_be_is_refused_before_anything_is_read() -> None:
    nowhere = Reading(source=("nowhere.csv",))
    for asking in (LeagueAsking(level=95.0), OpportunityAsking(target="medan")):
        with pytest.raises(UsageError):
            run(Specification(reading=nowhere, asking=asking))


def test_a_table_is_read_as_it_is_for_an_analysis() -> None:
    table = read(PROPORTION, sources=SOURCES)
    assert table.account.rows_kept == len(SOURCES["data frame"])
    assert table.origin.reading["numerator"] == "numerator"


def test_a_failed_posterior_is_an_error_unless_accepted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = analyse(few(LeagueAsking()), sources=SOURCES)
    refuse_failed(found.checked, accepted=False)
    (league,) = found.checked
    failed = replace(league, diagnostics=replace(league.diagnostics, problems=("R-hat is 2.",)))
    refuse_failed([failed], accepted=True)
    with pytest.raises(DiagnosticsError, match=r"R-hat is 2\."):
        refuse_failed([failed], accepted=False)
    worse: Callable[..., Results[Any]] = lambda fits, **_: replace(  # noqa: E731
        found.results, groups=(failed,)
    )
    monkeypatch.setattr("varstat.estimands.compute_league", worse)
    assert len(run(few(LeagueAsking()), sources=SOURCES)) == 1
    with pytest.raises(DiagnosticsError):
        run(few(LeagueAsking()), sources=SOURCES, accept_failed=False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"rounded": 5}, {"rounded": {"numerator": 5}}),
        (
            {"rounded": {"numerator": 5, "denominator": 10}},
            {"rounded": {"denominator": 10, "numerator": 5}},
        ),
        ({"suppressed": (1, 7)}, {"suppressed": {"any": (1, 7)}}),
    ],
)
def test_what_is_meant_alike_has_the_same_provenance(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    origins = [
        varstat.read_table(make_frame(), unit="unit", period="quarter", **said).origin
        for said in (one, other)
    ]
    assert origins[0] == origins[1]
