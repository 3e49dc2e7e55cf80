"""Finding, completing and checking cards."""

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from varstat.card import Card, load_card, override_card, parse_card
from varstat.errors import CardError

START: dict[str, Any] = {
    "indicator": {"title": "Falls", "measure": "ratio", "direction": "lower-is-better"}
}


def stated(**sections: Any) -> dict[str, Any]:
    """The smallest card, and more."""
    merged = {**START, **sections}
    if "indicator" in sections:
        merged["indicator"] = {**START["indicator"], **sections["indicator"]}
    return merged


def parse(**sections: Any) -> Card:
    """Check the smallest card, and more."""
    return parse_card(stated(**sections), name="falls", where="falls.toml")


def problems(**sections: Any) -> tuple[str, ...]:
    """What is wrong with it."""
    with pytest.raises(CardError) as caught:
        parse(**sections)
    assert caught.value.where == "falls.toml"
    return caught.value.problems


def test_a_card_is_loaded_by_name_or_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "falls.toml"
    path.write_text(
        '[indicator]\ntitle = "Falls"\nmeasure = "ratio"\ndirection = "neither"\n', encoding="utf-8"
    )
    assert load_card(path) == load_card(str(path))
    assert load_card(path).name == "falls"
    assert load_card("shmi").columns.unit == ("PROVIDER", "unit")


def test_a_file_of_a_shipped_cards_name_does_not_shadow_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shmi").write_text("nothing", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_card("shmi").indicator.direction == "lower-is-better"


def test_what_a_card_does_not_say_is_as_in_its_measures_default() -> None:
    card, default = parse(), load_card("default-ratio")
    assert card.indicator.title == "Falls"
    assert card.indicator.counts == default.indicator.counts
    for section in ("columns", "funnel", "model", "target"):
        assert getattr(card, section) == getattr(default, section)


def test_a_section_is_completed_key_by_key() -> None:
    card = parse(funnel={"levels": [0.9]}, columns={"unit": "ward"})
    assert card.funnel.levels == (0.9,)
    assert card.funnel.limits == "exact"
    assert card.columns.unit == ("ward",)
    assert card.columns.observed == ("observed",)


def test_a_prior_is_replaced_whole() -> None:
    prior = {"distribution": "half-normal", "sd": 0.5, "because": "Wards are much alike."}
    card = parse(model={"priors": {"tau": prior}})
    assert card.model.priors.tau.model_dump() == prior
    assert card.model.priors.intercept == load_card("default-ratio").model.priors.intercept


def test_a_prior_that_only_half_replaces_another_is_refused() -> None:
    found = problems(model={"priors": {"tau": {"distribution": "half-normal", "sd": 0.5}}})
    assert len(found) == 1
    assert "because" in found[0]
    assert "[model.priors.tau" in found[0]


def test_a_parameter_of_a_prior_can_be_changed_alone() -> None:
    card = parse(model={"priors": {"tau": {"rate": 2.0}}})
    assert card.model.priors.tau.distribution == "exponential"
    assert card.model.priors.tau.rate == 2.0


def test_every_problem_is_told_at_once_with_the_nearest_spelling() -> None:
    found = problems(
        indicator={"direction": "higher"},
        casemx={"strata": ["age"]},
        funnel={"level": [0.95], "limits": "exakt"},
    )
    assert len(found) == 4
    told = "\n".join(found)
    assert "unknown section [casemx]. Did you mean " in told
    assert (
        "[indicator] direction is 'higher'; expected higher-is-better, lower-is-better or neither. "
        "Did you mean 'higher-is-better'?"
    ) in told
    assert "[funnel] has an unknown key 'level'. Did you mean 'levels'?" in told
    assert "[funnel] limits is 'exakt'" in told
    assert "Did you mean 'exact'?" in told


def test_a_misspelt_section_is_shown_as_a_section() -> None:
    assert problems(casemx={}) == ("unknown section [casemx]. Did you mean [casemix]?",)


@pytest.mark.parametrize(
    ("sections", "word"),
    [
        ({"funnel": {"levels": [95]}}, "levels"),
        ({"funnel": {"levels": []}}, "levels"),
        ({"funnel": {"levels": "0.95"}}, "levels"),
        ({"funnel": {"levels": [float("nan")]}}, "levels"),
        ({"funnel": {"target": "best"}}, "best:0.25"),
        ({"funnel": {"target": "best:25"}}, "between 0 and 1"),
        ({"target": {"rule": "mode"}}, "rule"),
        ({"indicator": {"counts": "some"}}, "continuous"),
        ({"indicator": {"title": ""}}, "title"),
        ({"columns": {"unit": []}}, "unit"),
        ({"columns": {"suppressed": [7, 1]}}, "the smaller first"),
        ({"columns": {"suppressed": [-1, 7]}}, "the smaller first"),
        ({"columns": {"suppressed": [1]}}, "suppressed"),
        ({"columns": {"rounded": 1}}, "rounded"),
        ({"columns": {"exposure": "days", "expected": "risk"}}, "either expected or exposure"),
        ({"funnel": {"tau_scale": "logit"}}, "expected log or sqrt for a ratio"),
        ({"model": {"link": "logit"}}, "expected log for a ratio"),
        ({"model": {"priors": {"tau": {"rate": -1.0}}}}, "rate"),
        (
            {"model": {"priors": {"tau": {"distribution": "uniform", "because": "No."}}}},
            "half-cauchy",
        ),
        ({"exclusions": [{"column": "type", "values": []}]}, "because"),
        ({"cost": {"per": "fall"}}, "basis"),
        ({"provenance": {"indicator.titel": {"status": "verified", "source": "x"}}}, "title"),
        ({"provenance": {"indicator.title": {"status": "sure", "source": "x"}}}, "verified"),
        ({"indicator": "Falls"}, "measure"),
        ({"columns": "unit"}, "measure"),
        ({"model": {"priors": 3}}, "priors"),
    ],
)
def test_what_contradicts_or_cannot_be_is_refused(sections: dict[str, Any], word: str) -> None:
    if isinstance(sections.get("indicator"), str):
        with pytest.raises(CardError, match=word):
            parse_card(sections, name="falls", where="falls.toml")
        return
    assert word in "\n".join(problems(**sections))


def test_a_card_cannot_go_by_another_name_than_its_files() -> None:
    assert "name" in "\n".join(problems(name="other"))


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        (None, "does not say its measure; expected proportion, ratio or mean."),
        (
            "ration",
            "measure is 'ration'; expected proportion, ratio or mean. Did you mean 'ratio'?",
        ),
    ],
)
def test_a_card_without_a_measure_is_told_which_there_are(measure: str | None, said: str) -> None:
    with pytest.raises(CardError) as caught:
        parse_card({"indicator": {"measure": measure}}, name="x", where="x.toml")
    assert caught.value.problems == (f"[indicator] {said}",)


def test_an_exposure_takes_the_place_of_the_expected_count() -> None:
    card = parse(columns={"exposure": "bed_days"})
    assert card.columns.expected is None
    assert (card.measure.size, card.measure.rate) == ("exposure", "rate")
    assert parse().measure.size == "expected"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[indicator\n", "not TOML"),
        (b"\xff\xfe\x00", "can't be read as a text file"),
        (b"", "does not say its measure"),
        (b"indicator = 3\n", "does not say its measure"),
    ],
)
def test_a_file_that_is_no_card_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(CardError, match=words) as caught:
        load_card(path)
    assert caught.value.where == str(path)


def test_a_folder_or_a_missing_file_is_no_card(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(CardError, match="can't be read"):
        load_card(tmp_path / "folder.toml")
    with pytest.raises(CardError, match="no such file"):
        load_card(tmp_path / "none.toml")


@pytest.mark.parametrize("name", ["daycse", "", "../models/shmi", "shmi.tml", "/etc/passwd"])
def test_an_unknown_name_is_told_where_the_names_are(name: str) -> None:
    with pytest.raises(CardError, match="varstat card list"):
        load_card(name)


def test_overriding_says_some_things_differently() -> None:
    card = load_card("shmi")
    other = override_card(card, {"funnel": {"sides": "high", "limits": None}}, where="options")
    assert other.funnel.sides == "high"
    assert other.funnel.limits == card.funnel.limits
    assert other.model_copy(update={"funnel": card.funnel}) == card


def test_overriding_with_nothing_changes_nothing() -> None:
    card = load_card("shmi")
    assert override_card(card, {"columns": {"unit": None}, "funnel": {}}, where="x") is card


@pytest.mark.parametrize("name", ["shmi", "daycase", "sickness", "statin", "default-mean"])
def test_overriding_keeps_all_that_a_card_says(name: str) -> None:
    card = load_card(name)
    other = override_card(card, {"indicator": {"title": "Other"}}, where="x")
    assert other.indicator.title == "Other"
    said, told = (each.model_dump(exclude={"indicator": {"title"}}) for each in (card, other))
    assert said == told


def test_overriding_exchanges_expected_and_exposure() -> None:
    card = load_card("default-ratio")
    rate = override_card(card, {"columns": {"exposure": "days"}}, where="x")
    assert (rate.columns.expected, rate.columns.exposure) == (None, ("days",))
    ratio = override_card(rate, {"columns": {"expected": "risk"}}, where="x")
    assert (ratio.columns.expected, ratio.columns.exposure) == (("risk",), None)


def test_overriding_is_checked() -> None:
    with pytest.raises(CardError, match="sides") as caught:
        override_card(load_card("shmi"), {"funnel": {"sides": "left"}}, where="options")
    assert caught.value.where == "options"


def test_a_card_cannot_be_changed() -> None:
    card = load_card("shmi")
    with pytest.raises(ValueError, match="frozen"):
        card.name = "other"
    with pytest.raises(ValueError, match="frozen"):
        card.funnel.sides = "high"


def test_parsing_leaves_what_was_stated_alone() -> None:
    said = stated(columns={"exposure": "days"})
    before = tomllib.loads('[columns]\nexposure = "days"\n')["columns"]
    parse_card(said, name="falls", where="falls.toml")
    assert said["columns"] == before


STATED = b'[indicator]\ntitle = "T"\nmeasure = "proportion"\ndirection = "neither"\n'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a = " + b"[" * 3000 + b"]" * 3000, "deeper than in any card"),
        (b"a = " + b"[" * 60 + b"]" * 60, "deeper than in any card"),
        (b"[" + b".".join([b"a"] * 3000) + b"]", "deeper than in any card"),
        (b"a = " + b"{a = " * 900 + b"1" + b"}" * 900, "deeper than in any card"),
        (STATED + b"[a." + b".".join([b"b"] * 40) + b"]\nc = 1", "deeper than in any card"),
        (STATED + b"[columns]\nrounded = " + b"9" * 5000, "too large to compute with"),
        (STATED + b"[columns]\nrounded = " + b"9" * 4000, "too large to compute with"),
        (STATED + b"[columns]\nsuppressed = [1, " + b"9" * 30 + b"]", "too large to compute with"),
        (STATED + b"[columns]\nrounded = -" + b"9" * 400, "too large to compute with"),
        (STATED + b"a = [[[" + b"9" * 20 + b"]]]", "too large to compute with"),
        (STATED + b"#" * 300_000, "longer than 200,000 bytes"),
        (STATED + b"\n".join(b"k%d = 1" % at for at in range(9_000)), "And 8,980 more."),
    ],
)
def test_a_card_of_no_sensible_extent_is_refused(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "c.toml").write_bytes(content)
    with pytest.raises(CardError, match=words):
        load_card(tmp_path / "c.toml")


def test_a_pipe_is_no_card(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "c.toml")
    with pytest.raises(CardError, match="it is no file"):
        load_card(tmp_path / "c.toml")
