"""Columns of a league table that are asked besides."""

import numpy as np
import pandas as pd
import pytest
from designs import fits_of, make_design, make_posterior
from scipy.special import expit

import varstat
from varstat.errors import ModelError, UsageError
from varstat.estimands import compute_league, discover, find_count_rank_sets, find_misfit
from varstat.estimands.league.also import ALSO
from varstat.present.kinds.also import COLUMNS

RNG = np.random.default_rng(16)
UNITS = 24
SIZE = RNG.integers(100, 900, UNITS)
EVENT = RNG.binomial(SIZE, expit(-1 + 0.5 * RNG.normal(size=UNITS)))


@pytest.fixture(scope="module")
def posterior():
    return make_posterior(make_design(EVENT, SIZE, direction="lower-is-better"), draws=800)


@pytest.fixture(scope="module")
def frame(posterior):
    league = compute_league(fits_of(posterior), also=ALSO)[0]
    return league.to_frame().set_index("unit").loc[posterior.design.unit.astype(str)]


def test_every_column_is_declared_and_stands_last(frame):
    assert list(frame)[-len(COLUMNS) :] == [column.name for column in COLUMNS]


def test_unless_they_are_asked_there_are_none(posterior):
    plain = compute_league(fits_of(posterior))[0]
    assert not plain.also
    assert list(plain.to_frame())[-1] == "tier"


def test_sets_are_of_the_units_own_counts(posterior, frame):
    design = posterior.design
    sets = find_count_rank_sets(
        design.event, design.size, shares=True, direction="lower-is-better", level=0.95
    )
    for name, values in (
        ("set_lower", sets.lower),
        ("set_upper", sets.upper),
        ("all_sets_lower", sets.all_lower),
        ("all_sets_upper", sets.all_upper),
    ):
        np.testing.assert_array_equal(frame[name], values)
    wider = frame["all_sets_upper"] - frame["all_sets_lower"]
    assert (wider >= frame["set_upper"] - frame["set_lower"]).all()


def test_units_are_named_at_a_false_discovery_rate(frame):
    found = discover(frame["p_top_quartile"].to_numpy(), alpha=0.05)
    np.testing.assert_array_equal(frame["discovered_top"], found.found)
    assert not (frame["discovered_top"] & frame["discovered_bottom"]).any()


def test_triple_goal_estimates_spread_more_than_means_and_keep_their_order(frame):
    assert frame["triple_goal"].std() > frame["estimate"].std()
    assert frame["constrained"].std() > frame["estimate"].std()
    # Ranks of draws, where the table's are summed: neighbours may change places.
    assert frame["triple_goal"].corr(frame["expected_rank"], method="spearman") > 0.99


def test_misfit_is_that_of_its_function(posterior, frame):
    found = find_misfit(posterior)
    np.testing.assert_array_equal(frame["p_leave_one_out"], found.p_leave_one_out)
    np.testing.assert_array_equal(frame["p_conflict"], found.p_conflict)


def test_robust_intervals_hold_the_estimate(frame):
    inside = (frame["robust_lower"] < frame["estimate"]) & (
        frame["estimate"] < frame["robust_upper"]
    )
    assert inside.all()


@pytest.mark.slow
def test_what_cannot_be_had_of_a_model_is_refused_and_misspelling_too(posterior):
    several = make_posterior(
        make_design([5, 6, 7, 8], [20] * 4, unit=["a", "a", "b", "b"], period=["1", "2", "1", "2"]),
        draws=200,
    )
    for name in ("robust", "misfit"):
        with pytest.raises(ModelError, match="one row"):
            compute_league(fits_of(several), also=name)
    explained = make_posterior(
        make_design(EVENT, SIZE, covariates={"need": np.arange(UNITS)}), draws=200
    )
    with pytest.raises(ModelError, match="own numbers"):
        compute_league(fits_of(explained), also="sets")
    with pytest.raises(UsageError, match="Did you mean 'robust'"):
        compute_league(fits_of(posterior), also="robuts")


def test_a_mean_has_sets_from_its_estimates():
    value = np.linspace(5, 15, 8)
    posterior = make_posterior(
        make_design(value, np.full(8, 0.3), measure="mean", direction="higher-is-better"),
        draws=200,
    )
    frame = compute_league(fits_of(posterior), also=["sets", "triple-goal"])[0].to_frame()
    assert frame["set_lower"].tolist() == frame["set_upper"].tolist() == list(range(1, 9))


def test_without_a_direction_nobody_is_named():
    posterior = make_posterior(make_design(EVENT, SIZE, direction="neither"), draws=200)
    frame = compute_league(fits_of(posterior), also="discovery")[0].to_frame()
    assert not frame[["discovered_top", "discovered_bottom"]].to_numpy().any()


def test_the_verb_takes_one_name_or_several():
    table = pd.DataFrame({"unit": range(UNITS), "numerator": EVENT, "denominator": SIZE})
    found = varstat.league(table, direction="lower-is-better", draws=100, also="discovery")
    assert "discovered_top" in found.to_frame()
    assert found.provenance.asking["also"] == ["discovery"]
