"""Who has no rank, strata that differ, and rows that a mark has hidden: a league says so."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import varstat


def league_of(frame, **said):
    table = varstat.read_table(frame, direction="lower-is-better", **said)
    return varstat.compute_league(varstat.fit_model(table, draws=300))[0]


def specialist(units=12):
    """Units of one kind of case, and one nearly all of whose cases nobody else has."""
    rng = np.random.default_rng(1)
    rows = [(f"u{i:02}", "common", n, rng.binomial(n, 0.1)) for i, n in enumerate([200] * units)]
    rows += [("special", "common", 10, 1), ("special", "transplant", 300, 40)]
    return pd.DataFrame(rows, columns=["unit", "kind", "denominator", "numerator"])


def test_a_unit_that_cannot_be_compared_has_no_rank_and_no_tier():
    league = league_of(specialist(), stratum="kind")
    units = league.units
    assert units.unit[-1] == "special"
    assert np.isnan(units.expected_rank[-1])
    assert np.isnan(units.p_top_quartile[-1])
    assert units.tier[-1] == 0
    assert np.isfinite(units.estimate[-1])
    assert np.all(units.tier[:-1] >= 1)
    # The others share their ranks among themselves.
    assert units.expected_rank[:-1].sum() == pytest.approx(12 * 13 / 2)
    assert league.top == 3
    assert any(note.startswith("1 unit is not comparable") for note in league.notes)
    assert "Of 12 units that can be compared" in league.summary()


def test_without_strata_every_unit_is_compared():
    league = league_of(specialist().groupby("unit", as_index=False).sum(numeric_only=True))
    assert np.isfinite(league.units.expected_rank).all()
    assert league.interactions == ()


def test_a_league_notes_that_the_effect_of_a_stratum_differs_between_units():
    rng = np.random.default_rng(2)
    unit = np.repeat(np.arange(20), 2)
    kind = np.tile([0, 1], 20)
    size = np.full(40, 300)
    crossing = rng.normal(size=20)[unit] * np.where(kind, 1.0, -1.0)
    frame = pd.DataFrame(
        {
            "unit": [f"u{i:02}" for i in unit],
            "kind": np.where(kind, "a", "b"),
            "denominator": size,
            "numerator": rng.binomial(size, expit(-1.5 + crossing)),
        }
    )
    league = league_of(frame, stratum="kind")
    assert league.interactions[0].p_value < 0.01
    assert any("'kind' differs between units" in note for note in league.notes)


def test_rows_that_a_mark_has_hidden_are_said_in_summary_and_notes():
    rng = np.random.default_rng(3)
    size = rng.integers(20, 80, 40)
    event = rng.binomial(size, 0.12)
    shown = [str(each) if each > 7 or each == 0 else "*" for each in event]
    frame = pd.DataFrame(
        {"unit": [f"u{i:02}" for i in range(40)], "numerator": shown, "denominator": size}
    )
    league = league_of(frame)
    hidden = shown.count("*")
    assert any(f"{hidden} rows were left out" in note for note in league.notes)
    assert f"{hidden} rows were left out" in league.summary()


@pytest.mark.slow
def test_a_league_of_several_periods_says_of_which_time_its_ranks_are():
    rng = np.random.default_rng(4)
    rows = [
        (f"u{i}", f"{year}", 200, rng.binomial(200, 0.1 + 0.01 * i))
        for i in range(8)
        for year in (2011, 2012, 2013)
    ]
    frame = pd.DataFrame(rows, columns=["unit", "year", "denominator", "numerator"])
    several = league_of(frame, period="year")
    assert any("the average over 3 periods, 2011 to 2013" in note for note in several.notes)
    one = league_of(frame[frame.year == "2013"], period="year")
    assert not any("the average over" in note for note in one.notes)
