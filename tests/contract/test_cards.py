"""What holds for every card that is shipped."""

import tomllib
from pathlib import Path

import pytest

from varstat import describe_card, list_cards, load_card

MODELS = Path(__file__).parents[2] / "models"
CARDS = sorted(MODELS.glob("*.toml"))


def test_only_cards_stand_among_the_cards() -> None:
    beside = [path.name for path in sorted(MODELS.iterdir()) if path not in CARDS]
    assert beside == ["codes", "rules"]
    assert list_cards() == [path.stem for path in CARDS]


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_a_cards_name_is_its_files(path: Path) -> None:
    assert load_card(path.stem).name == path.stem
    assert load_card(path) == load_card(path.stem)


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_a_card_says_how_well_it_is_known(path: Path) -> None:
    card = load_card(path)
    if not path.stem.startswith("default-"):
        assert {"indicator.title", "target.rule"} <= card.provenance.keys()
    assert all(claim.source for claim in card.provenance.values())


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_no_card_puts_a_price_on_anything(path: Path) -> None:
    cost = load_card(path).cost
    assert cost is None or cost.value is None
    stated = tomllib.loads(path.read_text(encoding="utf-8"))
    assert "value" not in stated.get("cost", {})


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_every_choice_has_a_reason(path: Path) -> None:
    card = load_card(path)
    priors = card.model.priors
    reasons = [card.funnel.because, card.model.because, card.target.because]
    reasons += [
        getattr(priors, name).because for name in type(priors).model_fields.keys() - {"scaled"}
    ]
    reasons += [exclusion.because for exclusion in card.exclusions]
    assert all(len(reason) > 10 for reason in reasons)


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_a_card_can_be_described(path: Path) -> None:
    card = load_card(path)
    told = describe_card(card)
    assert told.startswith(f"{card.indicator.title} (card {card.name})")
    assert max(map(len, told.splitlines())) <= 80


def test_indicators_that_overlap_say_so_on_both_sides() -> None:
    cards = {name: load_card(name) for name in list_cards()}
    for name, card in cards.items():
        for other in card.links.overlaps if card.links else ():
            beside = cards[other].links
            assert beside is not None, f"{other} has no links"
            assert name in beside.overlaps, f"{other} does not name {name}"


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_links_lead_to_cards(path: Path) -> None:
    links = load_card(path).links
    named = {*links.overlaps, *links.balancing} if links else set()
    assert named <= set(list_cards())
    assert path.stem not in named


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_what_a_card_says_of_its_cost_has_a_source(path: Path) -> None:
    card = load_card(path)
    if card.cost and card.cost.period:
        assert "cost.period" in card.provenance
    if card.indicator.codes:
        assert "indicator.codes" in card.provenance


def test_a_stub_says_that_it_does_not_know() -> None:
    stubs = [card for card in map(load_card, list_cards()) if card.missing]
    assert len(stubs) == 7
    for card in stubs:
        known = [field for field, claim in card.provenance.items() if claim.status == "verified"]
        assert known in ([], ["indicator.title"])
