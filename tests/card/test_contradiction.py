"""What the model section of a card may say."""

from typing import Any

import pytest

from varstat.card import Card, describe_card, load_card, override_card
from varstat.errors import CardError


def state(name: str, model: dict[str, Any], *, columns: dict[str, Any] | None = None) -> Card:
    """Say something of a default card's model."""
    changes = {"model": model, "columns": columns or {}}
    return override_card(load_card(f"default-{name}"), changes, where="options")


def told(name: str, model: dict[str, Any], *, columns: dict[str, Any] | None = None) -> str:
    """What is wrong with it."""
    with pytest.raises(CardError) as caught:
        state(name, model, columns=columns)
    return "\n".join(caught.value.problems)


@pytest.mark.parametrize(
    ("measure", "suits"),
    [
        ("proportion", {"binomial", "beta-binomial"}),
        ("ratio", {"poisson", "negative-binomial"}),
        ("mean", {"normal"}),
    ],
)
def test_a_likelihood_must_suit_the_measure(measure: str, suits: set[str]) -> None:
    for likelihood in ("binomial", "beta-binomial", "poisson", "negative-binomial", "normal"):
        if likelihood in suits:
            assert state(measure, {"likelihood": likelihood}).model.likelihood == likelihood
        else:
            assert f"[model] likelihood is '{likelihood}'; expected " in told(
                measure, {"likelihood": likelihood}
            )


@pytest.mark.parametrize(
    ("measure", "likelihood", "plain"),
    [("proportion", "beta-binomial", "binomial"), ("ratio", "negative-binomial", "poisson")],
)
def test_a_likelihood_that_is_transient_variation_needs_some(
    measure: str, likelihood: str, plain: str
) -> None:
    for none in ("none", 0, 0.0):
        found = told(measure, {"likelihood": likelihood, "transient": none})
        assert f"Say auto or its SD, or that the likelihood is {plain}." in found
        assert state(measure, {"likelihood": plain, "transient": none})
    for some in ("auto", 0.3):
        assert state(measure, {"likelihood": likelihood, "transient": some})


@pytest.mark.parametrize(("stated", "held"), [("auto", "auto"), ("none", "none"), (0, 0.0), (2, 2)])
def test_what_is_transient_is_auto_none_or_an_sd(stated: object, held: object) -> None:
    card = state("ratio", {"transient": stated})
    assert card.model.transient == held
    assert override_card(card, {"funnel": {"sides": "high"}}, where="x").model == card.model


@pytest.mark.parametrize("stated", ["some", "", "0.1", -0.1, float("nan"), float("inf"), True, [1]])
def test_anything_else_is_no_sd(stated: object) -> None:
    assert told("ratio", {"transient": stated}) == (
        "[model] transient: expected auto, none or an SD, a number of zero or more."
    )


@pytest.mark.parametrize(
    ("model", "word"),
    [
        ({"degrees_of_freedom": 2.0}, "degrees_of_freedom"),
        ({"degrees_of_freedom": float("inf")}, "degrees_of_freedom"),
        ({"contamination_scale": 1.0}, "contamination_scale"),
        ({"contamination_scale": float("nan")}, "contamination_scale"),
        ({"peer_tau": "shared"}, "expected common or own"),
        ({"effects": "student"}, "Did you mean 'student-t'?"),
        ({"mundlak": "perhaps"}, "mundlak"),
        ({"period_effects": 2}, "period_effects"),
        ({"covariates": [""]}, "covariates"),
        ({"priors": {"contamination": {"a": 0.0}}}, "[model.priors.contamination] a"),
        ({"priors": {"period": {"sd": 0.0}}}, "[model.priors.period] sd"),
        ({"priors": {"transient": {"rate": 0.0}}}, "rate"),
        ({"transient_sd": 1.0}, "Did you mean 'transient'?"),
    ],
)
def test_what_a_model_cannot_be_is_refused(model: dict[str, Any], word: str) -> None:
    assert word in told("proportion", model)


@pytest.mark.parametrize(
    ("covariates", "columns", "word"),
    [
        (["age", "age"], {}, "names 'age' more than once"),
        (["spells"], {"denominator": "spells"}, "which [columns] says is the denominator"),
        (["dc"], {"numerator": ["day", "dc"]}, "which [columns] says is the numerator"),
        (["trust"], {"unit": "trust"}, "which [columns] says is the unit"),
        (["period"], {}, "as varstat calls a column of its own"),
        (["event_lower"], {}, "as varstat calls a column of its own"),
        (["denominator"], {"denominator": "spells"}, "as varstat calls a column of its own"),
    ],
)
def test_a_covariate_is_a_column_that_has_no_other_part(
    covariates: list[str], columns: dict[str, Any], word: str
) -> None:
    assert word in told("proportion", {"covariates": covariates}, columns=columns)


def test_a_covariate_may_go_by_a_name_of_another_measure() -> None:
    card = state("proportion", {"covariates": ["expected", "value"]})
    assert card.model.covariates == ("expected", "value")


def test_one_covariate_needs_no_list_and_an_empty_list_takes_them_away() -> None:
    card = state("ratio", {"covariates": "age"})
    assert card.model.covariates == ("age",)
    assert override_card(card, {"model": {"covariates": []}}, where="x").model.covariates == ()
    assert override_card(card, {"model": {"covariates": None}}, where="x") is card


def test_a_transient_prior_may_be_of_any_kind_that_tau_may() -> None:
    prior = {"distribution": "half-normal", "sd": 0.3, "because": "Quarters are much alike."}
    card = state("ratio", {"priors": {"transient": prior}})
    assert card.model.priors.transient.model_dump() == prior
    assert card.model.priors.tau.distribution == "exponential"


def test_what_is_believed_must_reach_more_than_what_is_believed_with_care() -> None:
    card = load_card("default-proportion")
    for name, pair, kind in (("quarter", [0.5, 0.9], "least"), ("differ", [0.05, 0.01], "most")):
        with pytest.raises(CardError) as caught:
            override_card(card, {"review": {name: pair}}, where="options")
        assert f"these are {kind} values, and the first must be the stricter" in str(caught.value)
        told = override_card(card, {"review": {name: pair[::-1]}}, where="options").review
        assert getattr(told, name) == tuple(pair[::-1])


@pytest.mark.parametrize("stated", [0.9, [0.9], [90, 50], ["a", "b"], [True, False]])
def test_a_threshold_is_two_shares(stated: object) -> None:
    with pytest.raises(CardError, match="expected two numbers between 0 and 1"):
        override_card(load_card("default-mean"), {"review": {"better": stated}}, where="options")


def test_a_cards_description_says_which_thresholds_are_its_own() -> None:
    card = load_card("default-proportion")
    assert "Reviewed" not in describe_card(card)
    own = override_card(card, {"review": {"total": 0.8, "better": [0.999, 0.9]}}, where="options")
    told = " ".join(describe_card(own).split())
    assert "other thresholds than usual: better 0.999 and 0.9; total 0.8." in told
