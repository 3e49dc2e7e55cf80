"""Denominators that are samples of a known number of cases: the question is of those cases."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import varstat
from varstat.errors import CardError, ModelError, TableError, UsageError

COLUMNS = {"numerator": "met", "denominator": "audited", "sampled_from": "patients"}


def audit(units=60, *, seed=1, spread=0.0, target=0.3):
    """Units of which the share with the event is the target, but for a spread on the logit."""
    rng = np.random.default_rng(seed)
    cases = 10 * rng.integers(6, 60, units)
    size = np.minimum(rng.integers(20, 80, units), cases)
    logit = np.log(target / (1 - target)) + rng.normal(0, spread, units)
    marked = np.rint(cases / (1 + np.exp(-logit))).astype(int)
    met = rng.hypergeometric(marked, cases - marked, size)
    return pd.DataFrame(
        {
            "unit": [f"u{i:03d}" for i in range(units)],
            "met": met,
            "audited": size,
            "patients": cases,
        }
    )


def compute(frame, *, read=None, **options):
    return varstat.compute_funnel(varstat.read_table(frame, **COLUMNS, **(read or {})), **options)[
        0
    ]


def blind(frame, **options):
    named = {name: column for name, column in COLUMNS.items() if name != "sampled_from"}
    return varstat.compute_funnel(varstat.read_table(frame, **named), **options)[0]


def test_p_values_flags_and_z_are_hypergeometric():
    frame = audit()
    frame.loc[::9, "met"] = frame["audited"] // 2
    units = compute(frame, target="rate:0.3", dispersion="none").units
    chance = stats.hypergeom(frame["patients"], (0.3 * frame["patients"]).round(), frame["audited"])
    low, high = chance.cdf(frame["met"]), chance.sf(frame["met"] - 1)
    mid = chance.pmf(frame["met"]) / 2
    expected = np.minimum(1, 2 * np.minimum(low - mid, high - mid))
    np.testing.assert_allclose(units.p_value, expected, rtol=1e-7)
    for level in (0.95, 0.998):
        np.testing.assert_array_equal(
            units.flag_level >= level, np.minimum(low, high) < (1 - level) / 2
        )
    sampled = frame["audited"] < frame["patients"]
    z = (frame["met"] / frame["audited"] - 0.3) / (chance.std() / frame["audited"])
    np.testing.assert_allclose(units.z[sampled], z[sampled], rtol=1e-9)


@pytest.mark.parametrize("dispersion", ["none", "reml", "multiplicative"])
def test_a_unit_is_flagged_if_it_lies_outside_its_own_exact_limits(dispersion):
    frame = audit()
    frame.loc[::9, "met"] = frame["audited"] // 2
    funnel = compute(frame, dispersion=dispersion, target="rate:0.2")
    limits = funnel.limits()
    kind = "exact" if dispersion == "none" else "overdispersed"
    assert funnel.flagged() > 3
    for level in funnel.levels:
        rows = limits[(limits["kind"] == kind) & (limits["level"] == level)]
        rate = funnel.units.rate
        outside = (rate < rows["lower"].to_numpy()) | (rate > rows["upper"].to_numpy())
        np.testing.assert_array_equal(outside, funnel.units.flag_level >= level)


@pytest.mark.parametrize("dispersion", ["none", "reml", "multiplicative"])
def test_of_endless_cases_all_is_as_if_none_were_given(dispersion):
    frame = audit(spread=0.5)
    plain = blind(frame, dispersion=dispersion)
    endless = compute(frame.assign(patients=10**14), dispersion=dispersion)
    for name in ("p_value", "z", "reliability", "detectable_ratio", "flag_level"):
        np.testing.assert_allclose(
            getattr(endless.units, name), getattr(plain.units, name), rtol=1e-8
        )
    ends = ["lower", "upper"]
    np.testing.assert_allclose(endless.limits()[ends], plain.limits()[ends], rtol=1e-8)
    np.testing.assert_allclose((endless.phi, endless.tau), (plain.phi, plain.tau), rtol=1e-8)


def test_limits_narrow_as_more_of_the_cases_are_seen():
    frame = audit()
    frame["audited"] = 50
    widths = []
    for cases in (50_000, 500, 100, 50):
        limits = compute(
            frame.assign(patients=cases), target="rate:0.3", dispersion="none"
        ).limits()
        widths.append((limits["upper"] - limits["lower"]).to_numpy())
    assert all((a >= b).all() for a, b in pairwise(widths))
    assert (widths[2] < widths[0]).all()
    assert (widths[3] == 0).all()


def test_like_cases_vary_no_more_and_no_less_than_sampling_gives():
    frame = audit(600)
    known, unknown = compute(frame), blind(frame)
    assert 0.85 < known.phi < 1.15
    assert unknown.phi < 0.85
    assert known.homogeneity.p_value > 0.01
    # Of the process the same numbers lie closer together than chance would have them.
    assert unknown.homogeneity.p_value > 0.99


def test_differences_between_units_cases_are_found():
    funnel = compute(audit(600, spread=0.5))
    assert funnel.tau == pytest.approx(0.5, abs=0.08)
    assert funnel.homogeneity.p_value < 1e-6


def test_a_sample_of_all_cases_is_named_and_breaks_nothing():
    frame = audit()
    frame.loc[:2, "audited"] = frame["patients"]
    frame.loc[:2, "met"] = (0.5 * frame["patients"]).astype(int)
    funnel = compute(frame, target="rate:0.3")
    assert any("3 units have all cases in the sample" in each for each in funnel.warnings)
    alone = compute(frame, target="rate:0.3", dispersion="none")
    assert alone.units.flag_level[:3].tolist() == [0.998] * 3
    every = frame.assign(audited=frame["patients"], met=frame["patients"] // 3)
    assert np.isfinite(compute(every).units.p_value).all()


def test_lines_are_drawn_for_the_share_that_is_usual():
    frame = audit()
    frame["audited"] = frame["patients"] // 5
    frame["met"] = np.random.default_rng(1).binomial(frame["audited"], 0.3)
    funnel = compute(frame, dispersion="none", target="rate:0.3")
    ends = ["lower", "upper"]
    np.testing.assert_allclose(
        funnel.limits(funnel.units.size)[ends], funnel.limits()[ends], rtol=1e-9
    )


def test_hidden_counts_and_the_order_of_rows_change_nothing_else():
    frame = audit(target=0.08).astype({"met": object})
    frame.loc[frame["met"].astype(int) <= 3, "met"] = "*"
    funnel = compute(frame, read={"suppressed": (0, 3)})
    assert 0.06 < funnel.target < 0.1
    again = compute(frame.iloc[::-1], read={"suppressed": (0, 3)})
    np.testing.assert_array_equal(again.units.p_value[::-1], funnel.units.p_value)


def test_the_table_and_a_note_say_of_what_the_question_is():
    frame = audit()
    funnel = compute(frame)
    np.testing.assert_array_equal(funnel.to_frame()["sampled_from"], frame["patients"])
    (note,) = [each for each in funnel.warnings if "--sampled-from" in each]
    assert "not about the process behind them" in note
    assert "sampled_from" not in blind(frame).to_frame()


@pytest.mark.parametrize(
    ("instead", "why"),
    [
        ({"numerator": None, "denominator": None, "observed": "met"}, "a ratio has no denominator"),
        ({"numerator": None, "denominator": None, "value": "met", "se": "audited"}, "1 - n/N"),
        ({"sampled_from": "audited"}, "name the same column"),
        ({"counts": "continuous"}, "vary in all"),
    ],
)
def test_a_number_of_cases_is_refused_where_it_does_not_belong(instead, why):
    with pytest.raises(CardError, match=why):
        varstat.read_table(audit(), **(COLUMNS | instead))


def test_what_asks_of_the_process_refuses_it():
    table = varstat.read_table(audit(), **COLUMNS, direction="higher-is-better")
    with pytest.raises(ModelError, match="the process behind the cases"):
        varstat.fit_model(table)
    with pytest.raises(ModelError, match="the process behind the cases"):
        varstat.standardise(table)
    with pytest.raises(UsageError, match="Leave out --sampled-from"):
        varstat.compute_funnel(table, method="cqc")
    frame = pd.concat([audit().assign(year=year) for year in ("2015", "2016")])
    with pytest.raises(TableError, match="one random sample"):
        varstat.read_table(frame, **COLUMNS, period="year", roll_up="all")
