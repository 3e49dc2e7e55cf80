"""What a league table says in plain English is true, and so is what it leaves unsaid."""

from dataclasses import replace

import numpy as np
import pytest
from present.leagues import build_league, gather

from varstat.estimands.league.result import SURE
from varstat.estimands.league.words import count_sure, say_league, say_leagues
from varstat.measure import MEAN
from varstat.prose.trust import say_distrust


def test_the_number_of_sure_units_is_said() -> None:
    league = build_league(303)
    best = int(np.sum(league.units.p_top_quartile > SURE))
    worst = int(np.sum(league.units.p_bottom_quartile > SURE))
    assert count_sure(league) == (best, worst)
    text = say_league(league)
    assert f"(the 75 that rank best) is over 95% for {best}, and" in text
    assert f"of being in the worst quarter for {worst}." in text


def test_the_expected_number_of_wrongly_chosen_units_agrees_with_what_is_misclassified() -> None:
    league = build_league(200)
    wrong = float(np.sum(1 - league.units.p_top_quartile[: league.top]))
    # As many belong to the best quarter as are put there, so that both kinds of mistake pair up.
    assert league.misclassified == pytest.approx(wrong / 50 + wrong / 150, abs=0.01)
    assert f"about {wrong:,.1f} are expected not to belong" in say_league(league)


def test_nobody_sure_is_said_as_none() -> None:
    text = say_league(build_league(40, spread=0.01, sizes=(5.0, 20.0)))
    assert "is over 95% for none, and of being in the worst quarter for none." in text


def test_a_failed_posterior_is_said_before_anything_else() -> None:
    league = build_league(12, problems=("the R-hat of tau is 1.3", "2 divergences."))
    first, rest = league.summary().split("\n")
    assert first.startswith("NOT TO BE TRUSTED")
    assert "The R-hat of tau is 1.3. 2 divergences." in first
    assert rest == say_league(league)


def test_a_posterior_that_passed_is_not_doubted() -> None:
    league = build_league(12)
    assert say_distrust(league.diagnostics) == ""
    assert "TRUSTED" not in league.summary()


def test_without_a_direction_nothing_is_said_of_ranks() -> None:
    text = say_league(build_league(30, direction="neither"))
    assert text.startswith("No direction of this indicator is stated as good")
    for word in ("best", "worst", "tiers", "misclassified", "nan"):
        assert word not in text


def test_one_unit_is_not_compared_with_itself() -> None:
    text = say_league(build_league(1))
    assert text.startswith("One unit alone has no other to be ranked against.")
    assert "quarter" not in text
    assert "nan" not in text


def test_a_unit_alone_is_counted_neither_best_nor_worst() -> None:
    alone = [build_league(1, by={"region": name}, seed=at) for at, name in enumerate("ab")]
    assert alone[0].units.p_top_quartile[0] == alone[0].units.p_bottom_quartile[0] == 1.0
    assert count_sure(alone[0]) == (0, 0)
    text = say_leagues(alone)
    assert "is over 95% for none, and of being in the worst quarter for none." in text


def test_one_tier_is_said_not_to_grade() -> None:
    league = build_league(12)
    flat = replace(league, units=replace(league.units, tier=np.ones(12, dtype=np.int64)))
    assert "All are in one tier" in say_league(flat)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 12])
@pytest.mark.parametrize("direction", ["higher-is-better", "lower-is-better", "neither"])
def test_small_leagues_make_sentences(count: int, direction: str) -> None:
    text = say_league(build_league(count, direction=direction))
    assert text.endswith(".")
    assert "nan" not in text
    assert "  " not in text


def test_tau_is_told_on_the_scale_of_its_link() -> None:
    assert "about 1.6 times its odds" in say_league(build_league(20, spread=0.5))
    mean = say_league(build_league(20, measure=MEAN))
    assert "(tau) of 0.5 (95% interval" in mean
    assert "odds" not in mean
    assert "scale" not in mean


def test_a_tau_that_is_no_standard_deviation_is_not_called_one() -> None:
    for effects in ("student-t", "contaminated-normal"):
        text = say_league(build_league(20, model={"effects": effects}))
        assert "most units lie within about 1.6 times the usual odds, up or down (tau 0.5" in text
        assert "standard deviation" not in text


@pytest.mark.parametrize(
    "effects", ["normal", "normal-by-size", "student-t", "contaminated-normal", "learnt"]
)
@pytest.mark.parametrize("link", ["logit", "log", "identity"])
def test_no_spread_is_said_in_words_that_only_a_modeller_knows(effects: str, link: str) -> None:
    text = say_league(build_league(20, model={"effects": effects, "link": link}))
    before, _, after = text.partition("tau")
    assert after
    assert "scale" not in before
    # What it means comes first, and the number behind it in brackets.
    assert before.endswith("(")
    tails = effects in ("student-t", "contaminated-normal")
    assert ("most units lie within" if tails else "standard deviation") in before
    assert ("about 1.6 times" in before) == (link != "identity")
    assert ("middling size" in text) == (effects == "normal-by-size" and link != "identity")


def test_ranks_within_peer_groups_are_said_to_be() -> None:
    text = say_league(build_league(30, peers=True))
    assert "how far units lie from the mean of their peer group" in text
    assert "may rank above one with a better rate" in text


def test_an_interval_is_not_offered_as_a_comparison() -> None:
    assert "not a comparison of two units" in say_league(build_league(20))


def test_many_leagues_are_told_in_a_few_sentences() -> None:
    leagues = [build_league(20, by={"region": name}, seed=at) for at, name in enumerate("abc")]
    text = say_leagues(leagues)
    best = sum(count_sure(league)[0] for league in leagues)
    assert text.startswith("3 groups hold 60 units.")
    assert f"is over 95% for {best or 'none'}, and" in text
    doubted = [*leagues, build_league(9, by={"region": "d"}, problems=("no.",))]
    failed = gather(*doubted).summary()
    assert failed.startswith("NOT TO BE TRUSTED: 1 of 4 posteriors failed")
    assert say_leagues(leagues[:1]) == say_league(leagues[0])
