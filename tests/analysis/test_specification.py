"""Specifications as values: equal, hashed, kept as JSON."""

import json
import subprocess
import sys
from typing import Any

import pytest
from analysis.asked import ASKINGS, MODELLINGS, READINGS
from hypothesis import given
from hypothesis import strategies as st

from varstat.analysis.asking import CompareAsking, FunnelAsking, LeagueAsking, OpportunityAsking
from varstat.analysis.specification import Modelling, Reading, Specification
from varstat.errors import UsageError

ALL = {name: value for name, (_, value) in READINGS.items()} | {"sheet": "first"}


@st.composite
def specifications(draw: st.DrawFn) -> Specification:
    """A specification with any of its fields changed."""
    reading = draw(st.sets(st.sampled_from(sorted(ALL))))
    modelling = draw(st.sets(st.sampled_from(sorted(MODELLINGS))))
    asking, changes = ASKINGS[draw(st.sampled_from(list(ASKINGS)))]
    fields = draw(st.sets(st.sampled_from(sorted(changes)))) if changes else set()
    kind, said = type(asking), asking.to_dict()
    return Specification(
        reading=Reading(**{"source": ("a.csv",)} | {name: ALL[name] for name in reading}),
        modelling=Modelling(**{name: MODELLINGS[name] for name in modelling}),
        asking=kind(**said | {name: changes[name] for name in fields}),
    )


@given(specifications())
def test_a_specification_comes_back_from_its_json(asked: Specification) -> None:
    again = Specification.from_dict(json.loads(json.dumps(asked.to_dict())))
    assert again == asked
    assert again.digest == asked.digest
    assert hash(again) == hash(asked)


@given(specifications(), specifications())
def test_specifications_differ_in_their_digest(one: Specification, other: Specification) -> None:
    assert (one == other) == (one.digest == other.digest)


def test_names_lists_and_mappings_are_taken_alike() -> None:
    written: dict[str, Any] = {"source": "a.csv", "by": "kind", "only": {"year": "2016"}}
    listed: dict[str, Any] = {"source": ["a.csv"], "by": ["kind"], "only": {"year": ["2016"]}}
    assert Reading(**written) == Reading(**listed)
    assert Reading(**written).only == (("year", ("2016",)),)


def test_what_was_left_to_its_default_is_not_mentioned() -> None:
    assert Reading(source=("a.csv",)).to_dict() == {"source": ["a.csv"]}
    assert Modelling().to_dict() == {"engine": "auto", "draws": 4000, "seed": 1}
    assert Modelling(strata=()).to_dict()["strata"] == []


def test_a_specification_cannot_be_changed() -> None:
    asked = Specification(reading=Reading(source=("a.csv",)), asking=FunnelAsking())
    with pytest.raises(AttributeError):
        asked.reading = Reading()  # type: ignore[misc]
    with pytest.raises(AttributeError):
        asked.reading.by = ("kind",)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({}, "no specification"),
        ({"verb": "dance", "asking": {}}, "no specification"),
        ({"verb": "league", "asking": {}}, "doesn't say what was read"),
        ({"verb": "league", "reading": {}, "asking": {}}, "doesn't say what was read"),
        (
            {"verb": "league", "reading": {"source": "a.csv"}, "asking": {"levl": 0.9}},
            "Did you mean 'level'?",
        ),
        ({"verb": "compare", "reading": {"source": "a"}, "asking": {"a": "u"}}, "'b' is missing"),
    ],
)
def test_what_is_no_specification_is_refused(stated: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        Specification.from_dict(stated)
    assert words in str(refused.value)


def test_nothing_to_read_is_refused() -> None:
    with pytest.raises(UsageError, match="nothing to read"):
        Specification(reading=Reading(), asking=LeagueAsking())


@pytest.mark.parametrize(
    ("source", "card", "pairs"),
    [
        (("a",), (), [("a", None)]),
        (("a", "b"), (), [("a", None), ("b", None)]),
        (("a", "b"), ("x",), [("a", "x"), ("b", "x")]),
        (("a",), ("x", "y"), [("a", "x"), ("a", "y")]),
        (("a", "b"), ("x", "y"), [("a", "x"), ("b", "y")]),
    ],
)
def test_cards_go_with_sources(
    source: tuple[str, ...], card: tuple[str, ...], pairs: list[tuple[str, str | None]]
) -> None:
    assert list(Reading(source=source, card=card).pair_up()) == pairs


def test_other_numbers_of_cards_are_refused() -> None:
    with pytest.raises(UsageError, match=r"3 cards don't go with 2 files \(a.csv, b.csv\)"):
        list(Reading(source=("x/a.csv", "b.csv"), card=("x", "y", "z")).pair_up())


def test_each_verb_has_a_class_of_its_own() -> None:
    asked = [CompareAsking(a="u", b="v"), OpportunityAsking(), LeagueAsking(), FunnelAsking()]
    assert [each.verb for each in asked] == ["compare", "opportunity", "league", "funnel"]


def test_specifications_load_nothing_but_the_standard_library() -> None:
    program = (
        "import sys, varstat.analysis.specification, varstat.analysis.inputs;"
        "print({'numpy', 'pandas', 'typer', 'pydantic', 'scipy'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"set()"
