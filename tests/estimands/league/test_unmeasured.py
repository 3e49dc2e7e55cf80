"""Who would be surely where if a share of the variance were unmeasured case-mix."""

import numpy as np
import pytest
from designs import all_effects, fits_of, make_design, make_posterior
from scipy.special import expit

import varstat
from varstat.estimands import compute_league
from varstat.estimands.league.unmeasured import _tip

RNG = np.random.default_rng(14)
UNITS = 40
SIZE = RNG.integers(200, 3000, UNITS)
EVENT = RNG.binomial(SIZE, expit(-1 + 0.6 * RNG.normal(size=UNITS)))


def league_of(direction="higher-is-better", **said):
    posterior = make_posterior(make_design(EVENT, SIZE, direction=direction, **said))
    return posterior, compute_league(fits_of(posterior), unmeasured=True)[0]


@pytest.mark.parametrize("direction", ["higher-is-better", "lower-is-better"])
def test_probabilities_are_what_counting_draws_gives(direction):
    posterior, league = league_of(direction)
    effect, tau = all_effects(posterior), posterior.natural()["tau"][:, None]
    rng, hits = np.random.default_rng(2), np.zeros(UNITS)
    for _ in range(5):
        own = 0.5 * effect + 0.5 * tau * rng.normal(size=effect.shape)
        rank = np.argsort(np.argsort(-own if direction == "higher-is-better" else own, 1), 1)
        hits += (rank < UNITS // 4).mean(axis=0)
    frame = league.to_frame().set_index("unit").loc[posterior.design.unit.astype(str)]
    assert np.abs(frame["p_top_quartile_50"] - hits / 5).max() < 0.02
    assert frame["p_top_quartile_50"].sum() == pytest.approx(UNITS // 4, abs=0.1)


def test_the_more_is_unmeasured_the_fewer_are_sure():
    _, league = league_of()
    found = league.unmeasured
    assert found.sure_top[0] == (league.units.p_top_quartile > 0.95).sum() > 2
    assert (np.diff(found.sure_top) <= 0).all()
    assert found.sure_top[-1] == found.sure_bottom[-1] == 0


def test_a_unit_tips_where_its_probability_falls_to_sure():
    _, league = league_of()
    frame = league.to_frame()
    sure = (frame["p_top_quartile"] > 0.95) | (frame["p_bottom_quartile"] > 0.95)
    assert (frame["tipping_share"].notna() == sure).all()
    for share in ("25", "50", "75"):
        still = frame[[f"p_top_quartile_{share}", f"p_bottom_quartile_{share}"]].max(axis=1) > 0.95
        assert ((frame["tipping_share"] > int(share) / 100) == still).all()


def test_between_steps_the_tipping_point_is_on_a_straight_line():
    shares = np.array([0.0, 0.5])
    p = np.array([[0.99, 0.96, 0.9, 1.0], [0.91, 0.95, 0.8, 0.97]])
    tip = _tip(p, shares)
    np.testing.assert_allclose(tip[:2], [0.25, 0.5])
    assert np.isnan(tip[2])
    # Beyond the last step towards a quarter, which is what is left when all is case-mix.
    assert tip[3] == pytest.approx(0.5 + 0.5 * 0.02 / (0.97 - 0.25))


def test_with_peer_groups_units_stand_among_all_by_their_distance():
    _, league = league_of(peer_group=["a", "b"] * (UNITS // 2), peer_tau="own")
    p = league.to_frame()["p_top_quartile_25"]
    assert p.sum() == pytest.approx(UNITS // 4, abs=0.1)


def test_without_ranks_there_is_nothing_to_undo():
    _, league = league_of("neither")
    assert league.unmeasured is None
    assert "tipping_share" not in league.to_frame()
    posterior = make_posterior(make_design([3], [10]))
    assert compute_league(fits_of(posterior), unmeasured=True)[0].unmeasured is None


def test_unless_it_is_asked_a_league_is_as_before():
    posterior, league = league_of()
    plain = compute_league(fits_of(posterior))[0]
    assert plain.unmeasured is None
    assert list(plain.to_frame()) == list(league.to_frame())[:-7]
    assert "unrecorded case-mix" in league.findings
    assert "unrecorded case-mix" not in plain.findings


def test_of_the_californian_districts_a_quarter_unmeasured_leaves_a_dozen_of_fifty():
    (found,) = varstat.league(
        "example:star98", direction="higher-is-better", effects="normal", unmeasured=True
    )
    sure = found.unmeasured.sure_top[[0, 5, 10, 15]]
    # The prototype, by counting 2,000 draws, had 52, 12, 3 and 0; 60,000 draws give 51, 14, 5, 0.
    np.testing.assert_allclose(sure, [51, 14, 5, 0], atol=1)
    assert "14, 5 and none would surely be in the best quarter (now 51)" in found.findings
