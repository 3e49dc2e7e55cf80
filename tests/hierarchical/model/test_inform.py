"""What informs: columns that help to estimate a unit, and excuse it for nothing."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import varstat
from varstat.card.load import load_card, override_card
from varstat.errors import CardError, TableError, UsageError
from varstat.estimands import compare_units, compute_league, compute_opportunity
from varstat.estimands.rates.drawn import drawn_rates
from varstat.estimands.rates.estimate import estimate_rates

pytestmark = pytest.mark.slow

UNITS = 40
# Effects as they are simulated: to learn their shape beside covariates takes ten times as long.
CARD = override_card(
    load_card("default-proportion"), {"model": {"effects": "normal"}}, where="normal effects"
)


def nation(slope=0.35, seed=3, units=UNITS):
    rng = np.random.default_rng(seed)
    size = np.maximum(np.round(np.exp(rng.normal(np.log(60), 1.2, units))), 3)
    theta = -2 + slope * np.log(size / 60) + 0.15 * rng.normal(size=units)
    frame = pd.DataFrame(
        {
            "unit": [f"u{i:03}" for i in range(units)],
            "numerator": rng.binomial(size.astype(int), expit(theta)),
            "denominator": size.astype(int),
            "beds": np.log(size),
        }
    )
    return frame, size, theta


def table_of(frame, **said):
    return varstat.read_table(frame, card=CARD, direction="lower-is-better", **said)


@pytest.fixture(scope="module")
def fits():
    return varstat.fit_model(table_of(nation()[0], inform="size"), draws=400)


def test_size_is_the_log_of_each_units_own_size(fits):
    design, size = fits[0].design, nation()[1]
    assert design.locations == ("intercept", "inform[size]")
    log = np.log(size)
    np.testing.assert_allclose(design.own[:, 1], (log - log.mean()) / log.std())


def test_rates_are_reported_at_the_units_own_size(fits):
    np.testing.assert_array_equal(fits[0].design.own, fits[0].design.reference)
    rates = estimate_rates(fits[0], level=0.9)
    np.testing.assert_array_equal(rates.estimate, rates.estimate_own)
    drawn = drawn_rates(fits[0], level=0.9)
    np.testing.assert_allclose(rates.estimate, drawn.estimate, atol=0.02)


def test_a_column_that_informs_gives_what_the_same_size_gives(fits):
    column = varstat.fit_model(table_of(nation()[0], inform="beds"), draws=400)
    assert column[0].design.locations == ("intercept", "inform[beds]")
    np.testing.assert_allclose(
        estimate_rates(column[0], level=0.9).estimate,
        estimate_rates(fits[0], level=0.9).estimate,
        atol=1e-6,
    )


def test_ranks_are_of_effects_and_what_informs_them(fits):
    posterior = fits[0]
    league = compute_league(fits)[0]
    assert league.ranks_exact
    order = [int(unit[1:]) for unit in league.units.unit]
    effect = posterior.effects.of_units(0, UNITS)
    level = effect + posterior.design.informed(posterior.beta)
    expected = (np.argsort(np.argsort(level, axis=1), axis=1) + 1).mean(axis=0)
    np.testing.assert_allclose(league.units.expected_rank, expected[order], atol=1.2)
    alone = (np.argsort(np.argsort(effect, axis=1), axis=1) + 1).mean(axis=0)
    assert np.abs(alone[order] - league.units.expected_rank).max() > 8
    assert league.model["inform"] == ["size"]
    assert any("excuses nothing" in note for note in league.notes)


def test_an_opportunity_counts_what_a_covariate_excuses():
    frame, size, theta = nation(units=120)
    p = expit(theta)
    true = float((size * np.maximum(p - np.quantile(p, 0.25), 0)).sum())
    informed = varstat.fit_model(table_of(frame, inform="size"), draws=400)
    excused = varstat.fit_model(table_of(frame, covariates="beds"), draws=400)
    assert compute_opportunity(informed)[0].total.estimate == pytest.approx(true, rel=0.25)
    assert compute_opportunity(excused)[0].total.estimate < 0.4 * true
    assert "case_mix" not in "".join(compute_opportunity(informed)[0].waterfall.component)


def test_two_units_are_compared_with_what_informs_them(fits):
    frame, size, _ = nation()
    a, b = frame["unit"][int(np.argmin(size))], frame["unit"][int(np.argmax(size))]
    found = compare_units(fits, (a, b))[0]
    assert found.component == ("raw", "chance", "remaining")
    rates = estimate_rates(fits[0], level=0.95)
    units = [int(a[1:]), int(b[1:])]
    np.testing.assert_allclose(found.estimate, rates.estimate[units], atol=0.01)


def test_a_fit_is_stored_with_what_informs(fits, tmp_path):
    for at, inform in enumerate((["size"], ["size", "other"])):
        frame, _, _ = nation()
        frame["other"] = np.random.default_rng(1).normal(size=len(frame))
        made = varstat.fit_model(table_of(frame, inform=inform), draws=200)
        varstat.write_fit(made, tmp_path / f"{at}.nc")
        loaded = varstat.load_fit(tmp_path / f"{at}.nc")
        assert loaded[0].design.locations == made[0].design.locations
        np.testing.assert_array_equal(loaded[0].design.reference, made[0].design.reference)
        assert compute_league(loaded)[0].to_frame().equals(compute_league(made)[0].to_frame())


@pytest.mark.nuts
def test_nuts_and_quadrature_agree_on_what_informs(fits):
    sampled = varstat.fit_model(table_of(nation()[0], inform="size"), engine="nuts", draws=600)
    a, b = (each[0].to_frame().set_index("name") for each in (fits, sampled))
    assert a.loc["inform[size]", "mean"] == pytest.approx(
        b.loc["inform[size]", "mean"], abs=0.3 * a.loc["inform[size]", "sd"]
    )


def test_size_is_that_of_a_period_however_many_a_unit_has():
    frame, _, _ = nation()
    years = [frame.assign(year=str(year)) for year in (2001, 2002)]
    both = pd.concat([years[0], years[1].iloc[5:]])
    fits = varstat.fit_model(table_of(both, period="year", inform="size"), draws=200)
    at = fits[0].design.locations.index("inform[size]")
    apart = np.polyfit(np.log(frame["denominator"]), fits[0].design.own[:, at], 1, full=True)[1]
    assert apart < 1e-12


def test_the_model_chooses_what_informs():
    table = table_of(nation()[0], inform=["size", "beds"])
    assert table.inform == ("size", "beds")
    assert table.explaining == ("beds",)
    chosen = varstat.fit_model(table, inform="size", draws=100)
    assert chosen[0].design.locations == ("intercept", "inform[size]")
    none = varstat.fit_model(table, inform=(), draws=100)
    assert none[0].design.locations == ("intercept",)
    added = varstat.fit_model(table_of(nation()[0]), inform="size", draws=100)
    assert added[0].design.locations == ("intercept", "inform[size]")
    assert added.provenance.modelling["inform"] == ["size"]
    with pytest.raises(UsageError, match="beds"):
        varstat.fit_model(table_of(nation()[0]), inform="beds")


def test_a_column_excuses_or_informs():
    with pytest.raises(CardError, match="both name 'beds'"):
        table_of(nation()[0], covariates="beds", inform="beds")


def test_a_column_that_informs_is_there_and_is_a_number():
    with pytest.raises(TableError, match="bedz"):
        table_of(nation()[0], inform="bedz")
    with pytest.raises(TableError, match="text where a number"):
        table_of(nation()[0].assign(beds="many"), inform="beds")


def test_a_covariate_that_goes_with_size_is_noted():
    fits = varstat.fit_model(table_of(nation()[0], covariates="beds"), draws=100)
    assert any("goes with size" in note for note in fits[0].design.notes)


def test_a_size_that_is_the_same_for_all_informs_of_nothing():
    frame = nation()[0].assign(denominator=10_000)
    with pytest.raises(varstat.VarstatError, match="the same for all"):
        varstat.fit_model(table_of(frame, inform="size"))


def test_means_of_few_cases_are_noted():
    frame = pd.DataFrame(
        {"unit": [f"u{i}" for i in range(8)], "value": np.arange(8.0), "se": 1.0, "count": 40}
    )
    frame.loc[:2, "count"] = 5
    notes = varstat.fit_model(varstat.read_table(frame), draws=100)[0].design.notes
    assert any(note.startswith("3 means are of fewer than 30 cases, whose") for note in notes)


def test_errors_that_are_taken_as_given_are_said_to_be():
    # Of four means nothing is learnt of how SDs differ.
    frame = pd.DataFrame({"unit": [*"abcd"], "value": np.arange(4.0), "se": 1.0, "count": 5})
    notes = varstat.fit_model(varstat.read_table(frame), draws=100)[0].design.notes
    assert any("takes their standard errors for known" in note for note in notes)
    assert not any("drawn towards one SD" in note for note in notes)
