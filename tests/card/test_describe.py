"""A card in plain English."""

import pytest

from varstat.card import describe_card, list_cards, load_card, override_card, parse_card


def told(name: str) -> str:
    """A description on one line."""
    return " ".join(describe_card(load_card(name)).split())


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("name", list_cards())
def test_a_description_wraps_at_its_width(name: str, width: int) -> None:
    lines = describe_card(load_card(name), width=width).splitlines()
    # A word that is longer than the line, such as a DOI, can't be helped.
    assert all(len(line) <= width or len(line.split()) == 1 for line in lines)


def test_a_description_says_what_the_card_says() -> None:
    text = told("daycase")
    assert text.startswith("Day-case rate (card daycase)")
    assert "A proportion: elective admissions that were day cases, out of all elective" in text
    assert "Direction: higher-is-better." in text
    assert "exact limits at 95% and 99.8% on both sides of the target pooled" in text
    assert "dispersion auto, robust winsorise, tau on the logit scale" in text
    shape = "effects that are normal unless the units show another shape"
    assert f"binomial on the logit scale, {shape}" in text
    assert "intercept normal(mean pooled, sd 2.5)" in text
    assert "tau exponential(rate 1)" in text
    assert "one tau for all units. Each period has a shift common to all units." in text
    assert "beyond chance: estimated where units have several periods." in text
    assert "transient exponential(rate 1)" in text
    assert "Units differ in case-mix by procedure." in text
    assert "units are compared with best:0.25" in text
    assert "Unit cost: no value is stated for each day case" in text
    assert "Money is of a quarter's events, taken four times." in text
    assert "Overlaps with: los, preop. Read beside: los, readm." in text
    assert "indicator.numerator: background." in text


def test_every_warning_is_in_the_description() -> None:
    for name in list_cards():
        for warning in load_card(name).warnings:
            assert warning in told(name)


def test_each_measure_is_called_what_it_is() -> None:
    assert "A ratio: deaths in hospital" in told("shmi")
    assert "A mean. Direction: neither." in told("default-mean")
    assert "in SDs of the values" in told("default-mean")
    rate = override_card(
        load_card("default-ratio"), {"columns": {"exposure": "bed_days"}}, where="x"
    )
    assert "A rate. Direction: neither." in describe_card(rate)


def test_what_stands_beside_a_size_is_described() -> None:
    for measure, column, said in (
        ("ratio", "expected_se", "an estimate with an error"),
        ("proportion", "sampled_from", "a sample of so many cases"),
    ):
        card = load_card(f"default-{measure}")
        assert said not in describe_card(card)
        card = override_card(card, {"columns": {column: "beside"}}, where="here")
        assert said in " ".join(describe_card(card).split())


def test_continuous_amounts_are_said_to_be_so() -> None:
    assert "Amounts are continuous, not counts." in told("sickness")
    assert "Amounts are continuous" not in told("daycase")


def test_what_is_not_in_the_card_is_not_described() -> None:
    text = told("default-proportion")
    for words in ("Mind:", "Unit cost", "Overlaps", "What is known", "Left out", "case-mix by"):
        assert words not in text


def test_exclusions_and_prices_are_described() -> None:
    stated = {
        "indicator": {"title": "Falls", "measure": "ratio", "direction": "lower-is-better"},
        "exclusions": [{"column": "type", "values": ["hospice"], "because": "Falls differ there."}],
        "cost": {
            "per": "fall",
            "basis": "a study",
            "value": 2600.0,
            "price_year": "2015-16",
            "source": "a trust",
        },
        "funnel": {"levels": [0.999], "sides": "high"},
    }
    text = " ".join(describe_card(parse_card(stated, name="falls", where="x")).split())
    assert "Left out: type hospice. Falls differ there." in text
    assert "Unit cost: 2,600 for each fall (a study; 2015-16; a trust)" in text
    assert "exact limits at 99.9% on the high side of the target pooled" in text


def test_a_price_is_described_with_its_year_and_source() -> None:
    stated = {
        "indicator": {"title": "Falls", "measure": "ratio", "direction": "lower-is-better"},
        "cost": {
            "per": "fall",
            "basis": "a study",
            "value": 1234567.0,
            "price_year": "2015-16",
            "source": "NHS Improvement (2017)",
        },
    }
    text = describe_card(parse_card(stated, name="falls", where="x"))
    assert "2015-16" in text
    assert "NHS Improvement (2017)" in text
    assert "1.23457e+06" not in text


def test_the_model_is_described_as_the_card_states_it() -> None:
    model = {
        "effects": "contaminated-normal",
        "contamination_scale": 4,
        "covariates": ["age", "need"],
        "mundlak": True,
        "peer_tau": "own",
        "period_effects": False,
        "transient": 0.2,
    }
    card = override_card(load_card("default-ratio"), {"model": model}, where="x")
    text = " ".join(describe_card(card).split())
    assert (
        "Model: poisson on the log scale with age, need and the unit means of those that vary "
        "between periods, contaminated-normal effects, outlying ones 4 times as wide, a tau for "
        "each peer group. Each period has no shift of its own. Variation between a unit's periods "
        "beyond chance: SD 0.2."
    ) in text
    assert "contamination beta(a 1, b 9)" in text
    assert "coefficient normal(mean 0, sd 2.5)" in text


def test_priors_of_what_is_not_in_the_model_are_not_described() -> None:
    model = {"effects": "student-t", "period_effects": False, "transient": "none"}
    card = override_card(load_card("default-mean"), {"model": model}, where="x")
    text = " ".join(describe_card(card).split())
    assert "student-t effects with 4 degrees of freedom" in text
    assert "beyond chance: none." in text
    for prior in ("period normal", "transient exponential", "contamination beta", "coefficient"):
        assert prior not in text


def test_sums_strata_and_systems_are_described() -> None:
    stated = {
        "indicator": {"title": "Stay", "measure": "mean", "direction": "lower-is-better"},
        "columns": {"total": "days", "count": "spells", "sum_of_squares": "squares"},
        "casemix": {"strata": ["age", "sex"]},
        "target": {"rule": "bcbv"},
    }
    text = " ".join(describe_card(parse_card(stated, name="stay", where="x")).split())
    assert "A mean, from the total, count and sum of squares. Direction: lower-is-better." in text
    assert "Units differ in case-mix by age, sex." in text
    assert "compared with bcbv, the rule of Better Care, Better Value" in text


def test_no_strata_are_not_described() -> None:
    card = override_card(load_card("daycase"), {"casemix": {"strata": []}}, where="x")
    assert "Units differ in case-mix" not in describe_card(card)


def test_a_stub_says_what_is_missing_and_not_how_it_would_be_analysed() -> None:
    text = told("readm")
    assert "A stub, by which nothing can be computed. Missing: - within how many days" in text
    assert "Funnel:" not in text
    assert "Unit cost" not in text


def test_a_description_names_the_code_list_and_where_it_is_from() -> None:
    text = told("acs")
    assert "Events are told by the code list acs19 (ICD-10): 19 conditions" in text
    assert "Inferred: NHS New Hospital Programme" in text
