"""What a caller says without a card, as a card would say it."""

import tomllib
from typing import Any

import pytest

from varstat.card import load_card, new_card, parse_card, state_card
from varstat.card.state import choose_measure, sections
from varstat.errors import CardError, UsageError


@pytest.mark.parametrize(
    ("said", "measure"),
    [
        ({"numerator": "a"}, "proportion"),
        ({"denominator": "a"}, "proportion"),
        ({"observed": "a", "expected": "b"}, "ratio"),
        ({"observed": "a", "exposure": "b"}, "ratio"),
        ({"value": "a", "se": "b"}, "mean"),
        ({"total": "a", "count": "b", "sum_of_squares": "c"}, "mean"),
        ({"count": "b"}, "mean"),
        ({"unit": "a", "period": "b"}, None),
        ({}, None),
        ({"numerator": None, "observed": "a"}, "ratio"),
    ],
)
def test_columns_tell_the_measure(said: dict[str, Any], measure: str | None) -> None:
    assert choose_measure(said) == measure


def test_columns_of_two_measures_tell_none() -> None:
    with pytest.raises(UsageError, match="numerator and se belong to different measures"):
        choose_measure({"numerator": "a", "se": "b"})


def test_what_was_said_goes_to_its_section() -> None:
    said = {"title": "T", "direction": None, "unit": "u", "suppressed": [1, 7], "transient": 0.0}
    assert sections(said) == {
        "indicator": {"title": "T"},
        "columns": {"unit": "u", "suppressed": [1, 7]},
        "model": {"transient": 0.0},
    }


def test_without_card_or_telling_columns_there_is_no_card() -> None:
    assert state_card(None, {"unit": "trust"}) is None


def test_without_a_card_the_measures_default_is_meant() -> None:
    card = state_card(None, {"numerator": "dc", "title": "Day cases"})
    assert card is not None
    assert (card.name, card.indicator.title) == ("default-proportion", "Day cases")
    assert card.columns.numerator == ("dc",)
    assert card.columns.denominator == ("denominator",)


def test_what_is_said_comes_before_the_card() -> None:
    card = state_card("shmi", {"observed": "deaths", "direction": "neither"})
    assert card is not None
    assert (card.columns.observed, card.indicator.direction) == (("deaths",), "neither")
    assert card.columns.expected == ("EXPECTED", "expected")


def test_a_card_that_is_loaded_is_taken_as_it_is() -> None:
    card = load_card("shmi")
    assert state_card(card, {}) is card


def test_columns_of_another_measure_than_the_cards_are_refused() -> None:
    with pytest.raises((UsageError, CardError)):
        state_card("shmi", {"numerator": "deaths", "denominator": "spells"})


@pytest.mark.parametrize(
    "said",
    [
        {"title": "Falls", "observed": "falls", "exposure": "bed_days", "unit": "ward"},
        {"numerator": "dc", "denominator": "spells", "direction": "higher-is-better"},
        {"value": "mean", "se": "error", "period": "year", "peer_group": "type"},
        {"value": "mean", "se": "error", "count": "n"},
        {"total": "days", "count": "spells", "sum_of_squares": "days_squared"},
        {"numerator": "n", "suppressed": [1, 7], "rounded": 5, "unit_name": "name"},
        {"title": 'Quotes " and \\ and\nlines', "observed": "é", "expected": "件"},
        {},
    ],
)
def test_a_new_card_says_what_was_said(said: dict[str, Any]) -> None:
    text = new_card("mine", said)
    card = parse_card(tomllib.loads(text), name="mine", where="mine.toml")
    assert card.indicator.title == said.get("title", "mine")
    assert card.indicator.direction == said.get("direction", "neither")
    for key, value in said.items():
        if key not in ("title", "direction"):
            found = getattr(card.columns, key)
            if key in ("suppressed", "rounded"):
                assert list(found.values()) == [tuple(value) if key == "suppressed" else value]
                continue
            assert found == (value if isinstance(value, int) else tuple_of(value))


def tuple_of(value: str | list[int]) -> tuple[Any, ...]:
    """How a card holds a column or a range."""
    return (value,) if isinstance(value, str) else tuple(value)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"numerator": "a", "value": "b"}, UsageError),
        ({"direction": "up"}, CardError),
        ({"expected": "a", "exposure": "b"}, CardError),
        ({"suppressed": [5, 1]}, CardError),
        ({"value": "a", "total": "b"}, CardError),
        ({"unit_cost": 30.0}, CardError),
        ({"unit_cost": -30.0, "price_year": "2016-17", "cost_source": "x"}, CardError),
    ],
)
def test_a_new_card_that_cannot_be_is_refused(said: dict[str, Any], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        new_card("mine", said)


def test_strata_and_costs_go_to_their_sections() -> None:
    said = {"strata": ["age"], "unit_cost": 30.0, "price_year": "2016-17", "cost_source": "x"}
    assert sections(said) == {
        "indicator": {},
        "columns": {},
        "model": {},
        "casemix": {"strata": ["age"]},
        "cost": {"value": 30.0, "price_year": "2016-17", "source": "x"},
    }


PRICED = {"unit_cost": 733.0, "price_year": "2016-17", "cost_source": "NHS reference costs"}


def test_a_unit_cost_without_a_card_s_is_of_an_event() -> None:
    card = state_card("shmi", PRICED)
    assert card is not None
    assert card.cost is not None
    assert card.cost.model_dump() == {
        "per": "event",
        "basis": "as given",
        "value": 733.0,
        "price_year": "2016-17",
        "source": "NHS reference costs",
        "period": None,
    }


def test_a_unit_cost_takes_the_place_of_the_card_s_and_keeps_what_it_is_of() -> None:
    card = state_card("daycase", PRICED)
    assert card is not None
    assert card.cost is not None
    assert card.cost.per == "day case instead of an inpatient stay"
    assert card.cost.value == 733.0
    # The year and source of a card that has them stay until others are said.
    again = state_card(card, {"unit_cost": 0.0})
    assert again is not None
    assert again.cost is not None
    assert (again.cost.value, again.cost.price_year) == (0.0, "2016-17")


@pytest.mark.parametrize("value", [-0.01, -1e300])
def test_a_negative_unit_cost_is_refused(value: float) -> None:
    with pytest.raises(CardError, match="a negative unit cost"):
        state_card("daycase", PRICED | {"unit_cost": value})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_unit_cost_is_finite(value: float) -> None:
    with pytest.raises(CardError, match="a finite number"):
        state_card("daycase", PRICED | {"unit_cost": value})


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        ({"price_year": None}, "without its price_year."),
        ({"cost_source": "  "}, "without its source."),
        ({"price_year": "", "cost_source": None}, "without its price_year and source."),
    ],
)
def test_money_has_a_year_and_a_source(lacking: dict[str, Any], words: str) -> None:
    with pytest.raises(CardError) as caught:
        state_card("daycase", PRICED | lacking)
    assert words in str(caught.value)


def test_a_new_card_states_strata_and_costs() -> None:
    said = {"numerator": "dc", "strata": ["procedure", "age"]} | PRICED
    card = parse_card(tomllib.loads(new_card("mine", said)), name="mine", where="mine.toml")
    assert card.casemix is not None
    assert card.casemix.strata == ("procedure", "age")
    assert card.cost is not None
    assert (card.cost.per, card.cost.value) == ("event", 733.0)


def test_strata_that_are_said_keep_the_card_s_note() -> None:
    card = state_card("daycase", {"strata": []})
    assert card is not None
    assert card.casemix is not None
    assert card.casemix.strata == ()
    assert card.casemix.note


@pytest.mark.parametrize("stated", [{}, {"numerator": "back", "denominator": "discharged"}])
def test_a_stub_is_refused_with_all_that_is_missing(stated: dict[str, str]) -> None:
    with pytest.raises(CardError, match="card readm: 5 problems") as caught:
        state_card("readm", stated)
    assert "State what is missing in a card of your own." in caught.value.problems[0]
    assert all(problem.startswith("Missing: ") for problem in caught.value.problems[1:])


def test_a_card_that_lacks_nothing_more_is_no_stub() -> None:
    stub = load_card("readm")
    known = stub.model_copy(update={"missing": ()})
    assert state_card(known, {}) is not None
