"""Expected events that are estimates: limits, p-values and dispersion allow for their error."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import varstat
from varstat.errors import CardError, ModelError, TableError, UsageError
from varstat.measure.basis import Basis, Usual

COLUMNS = {"observed": "observed", "expected": "expected", "expected_se": "se"}


def nation(units=60, *, seed=1, most=0.25):
    """Units that are all at the target, with errors of their own in what was expected."""
    rng = np.random.default_rng(seed)
    size, cv = rng.uniform(20, 300, units), rng.uniform(0.03, most, units)
    true = size * rng.gamma(1 / cv**2, cv**2)
    return pd.DataFrame(
        {
            "unit": [f"u{i:03d}" for i in range(units)],
            "observed": rng.poisson(true),
            "expected": size,
            "se": size * cv,
        }
    )


def compute(frame, *, read=None, **options):
    return varstat.compute_funnel(varstat.read_table(frame, **COLUMNS, **(read or {})), **options)[
        0
    ]


def test_p_values_and_flags_are_those_of_a_negative_binomial_of_each_units_own():
    frame = nation()
    units = compute(frame, target="rate:0.9", dispersion="none").units
    number, mean = (frame["expected"] / frame["se"]) ** 2, 0.9 * frame["expected"]
    chance = stats.nbinom(number, number / (number + mean))
    low, high = chance.cdf(frame["observed"]), chance.sf(frame["observed"] - 1)
    mid = chance.pmf(frame["observed"]) / 2
    np.testing.assert_allclose(
        units.p_value, np.minimum(1, 2 * np.minimum(low - mid, high - mid)), rtol=1e-7
    )
    for level in (0.95, 0.998):
        np.testing.assert_array_equal(
            units.flag_level >= level, np.minimum(low, high) < (1 - level) / 2
        )
    variance = 0.9 / frame["expected"] + 0.9**2 * (frame["se"] / frame["expected"]) ** 2
    np.testing.assert_allclose(units.z, (units.rate - 0.9) / np.sqrt(variance), rtol=1e-12)


@pytest.mark.parametrize("share", [0.0, 1e-7])
@pytest.mark.parametrize("dispersion", ["none", "reml", "multiplicative"])
def test_without_an_error_all_is_as_if_none_were_given(share, dispersion):
    frame = nation()
    frame["se"] = frame["expected"] * share
    with_error = compute(frame, dispersion=dispersion)
    without = varstat.compute_funnel(
        varstat.read_table(frame.drop(columns="se")), dispersion=dispersion
    )[0]
    for name in ("p_value", "z", "reliability", "detectable_ratio", "flag_level"):
        np.testing.assert_allclose(
            getattr(with_error.units, name), getattr(without.units, name), rtol=1e-9
        )
    ends = ["lower", "upper"]
    np.testing.assert_allclose(with_error.limits()[ends], without.limits()[ends], rtol=1e-9)
    np.testing.assert_allclose((with_error.phi, with_error.tau), (without.phi, without.tau), 1e-9)


@pytest.mark.parametrize("dispersion", ["none", "reml", "multiplicative"])
def test_a_unit_is_flagged_if_it_lies_outside_its_own_exact_limits(dispersion):
    frame = nation(most=0.5)
    frame.loc[::7, "observed"] *= 4
    funnel = compute(frame, dispersion=dispersion, target="rate:0.8")
    limits = funnel.limits()
    kind = "exact" if dispersion == "none" else "overdispersed"
    assert 3 < funnel.flagged() < 40
    for level in funnel.levels:
        rows = limits[(limits["kind"] == kind) & (limits["level"] == level)]
        rate = funnel.units.rate
        outside = (rate < rows["lower"].to_numpy()) | (rate > rows["upper"].to_numpy())
        np.testing.assert_array_equal(outside, funnel.units.flag_level >= level)


def test_limits_widen_with_the_error():
    frame = nation()
    widths = []
    for times in (0.0, 1.0, 2.0):
        limits = compute(frame.assign(se=times * frame["se"]), dispersion="none").limits()
        widths.append((limits["upper"] - limits["lower"]).to_numpy())
    assert (widths[1] > widths[0]).mean() > 0.99
    assert (widths[2] > widths[1]).all()


def test_the_error_is_not_taken_for_a_difference_between_units():
    frame = nation(400)
    known = compute(frame)
    blind = varstat.compute_funnel(varstat.read_table(frame.drop(columns="se")))[0]
    assert 0.8 < known.phi < 1.25
    assert blind.phi > 2
    assert known.tau < 0.05 < 0.1 < blind.tau
    assert known.homogeneity.p_value > 0.01
    assert blind.homogeneity.p_value < 1e-6
    assert known.units.reliability.max() < 0.5 < blind.units.reliability.max()


def test_differences_between_units_are_found_beside_the_error():
    rng = np.random.default_rng(5)
    frame = nation(400)
    frame["observed"] = rng.poisson(frame["observed"] * np.exp(rng.normal(0, 0.3, 400)))
    funnel = compute(frame)
    assert funnel.tau == pytest.approx(0.3, abs=0.06)
    assert funnel.homogeneity.p_value < 1e-6


def test_multiplicative_dispersion_inflates_the_error_too():
    frame = nation()
    frame.loc[::5, "observed"] *= 2
    funnel = compute(frame, dispersion="multiplicative", target="rate:1")
    own = 1 / frame["expected"] + (frame["se"] / frame["expected"]) ** 2
    variance = funnel.phi * own
    assert funnel.phi > 1.5
    omega = variance - 1 / frame["expected"]
    chance = stats.nbinom(1 / omega, 1 / (1 + omega * frame["expected"]))
    low, high = chance.cdf(frame["observed"]), chance.sf(frame["observed"] - 1)
    mid = chance.pmf(frame["observed"]) / 2
    expected = np.minimum(1, 2 * np.minimum(low - mid, high - mid))
    np.testing.assert_allclose(funnel.units.p_value, expected, rtol=1e-6)


def test_hidden_counts_go_with_the_error():
    frame = nation().astype({"observed": object})
    frame.loc[:5, "expected"], frame.loc[:5, "se"] = 6.0, 2.0
    frame.loc[:5, "observed"] = "*"
    funnel = compute(frame, read={"suppressed": (1, 7)})
    assert np.isnan(funnel.units.event[:6]).all()
    assert 0.9 < funnel.target < 1.1


def test_the_order_of_rows_changes_nothing():
    frame = nation()
    again = compute(frame.iloc[::-1])
    np.testing.assert_array_equal(again.units.p_value[::-1], compute(frame).units.p_value)


def test_lines_are_drawn_for_what_is_usual_at_a_size():
    size = np.array([10.0, 40.0, 160.0])
    alike, falling = (Basis.of(size, expected_se=x) for x in (0.1 * size, np.sqrt(size)))
    at = np.array([20.0, 80.0])
    np.testing.assert_allclose(Usual.of(alike, size).at(at).doubt, 0.01)
    np.testing.assert_allclose(Usual.of(falling, size).at(at).doubt, 1 / at)
    one = Usual.of(alike.take(slice(1)), size[:1])
    np.testing.assert_allclose(one.at(at).doubt, 0.01)
    assert not Usual.of(Basis.of(size), size).at(at).doubt.any()
    frame = nation().assign(se=lambda rows: 0.1 * rows["expected"])
    funnel = compute(frame, dispersion="none")
    own = funnel.limits()[["lower", "upper"]]
    drawn = funnel.limits(funnel.units.size)[["lower", "upper"]]
    np.testing.assert_allclose(drawn, own, rtol=1e-9)


def test_the_table_and_a_note_say_what_is_allowed_for():
    frame = nation()
    funnel = compute(frame)
    np.testing.assert_array_equal(funnel.to_frame()["expected_se"], frame["se"])
    (note,) = [each for each in funnel.warnings if "standard error" in each]
    middle = 100 * np.median(frame["se"] / frame["expected"])
    assert f"of {middle:.2g}% in the middle unit" in note
    plain = varstat.compute_funnel(varstat.read_table(frame.drop(columns="se")))[0]
    assert "expected_se" not in plain.to_frame()
    assert not any("standard error" in each for each in plain.warnings)


@pytest.mark.parametrize(
    ("instead", "why"),
    [
        ({"expected": None, "exposure": "expected"}, "a rate has none"),
        ({"observed": None, "expected": None, "numerator": "observed"}, "a proportion has none"),
        ({"expected_se": "expected"}, "name the same column"),
        ({"counts": "continuous"}, "vary in all"),
    ],
)
def test_an_error_of_what_is_no_expected_number_is_refused(instead, why):
    with pytest.raises(CardError, match=why):
        varstat.read_table(nation(), **(COLUMNS | instead))


def test_recipes_take_expected_events_for_known():
    with pytest.raises(UsageError, match="Leave out --expected-se"):
        compute(nation(), method="shmi")


def test_models_refuse_it_and_name_the_nearest_that_they_can_do():
    frame = nation()
    table = varstat.read_table(frame, **COLUMNS, direction="lower-is-better")
    with pytest.raises(ModelError, match=r"--likelihood negative-binomial --transient 0\.\d+"):
        varstat.fit_model(table)
    with pytest.raises(ModelError, match="is for the limits of funnels"):
        varstat.standardise(table)
    middle = float(np.median(frame["se"] / frame["expected"]))
    fits = varstat.fit_model(
        varstat.read_table(
            frame.drop(columns="se"), likelihood="negative-binomial", transient=middle
        ),
        draws=200,
    )
    assert fits[0].draws == 200


@pytest.mark.parametrize("how", ["roll_up", "annualise"])
def test_errors_are_not_added_up_over_periods(how):
    frame = nation()
    quarters = ["2015-16 Q1", "2015-16 Q2", "2015-16 Q3", "2015-16 Q4"]
    frame = pd.concat([frame.assign(quarter=quarter) for quarter in quarters])
    if how == "roll_up":
        with pytest.raises(TableError, match="correlation between them"):
            varstat.read_table(frame, **COLUMNS, period="quarter", roll_up="year")
        return
    from varstat.data.annualise import annualise

    with pytest.raises(TableError, match="leave --annualise out"):
        annualise(varstat.read_table(frame, **COLUMNS, period="quarter"), "rolling4")


def test_each_period_has_a_funnel_with_its_own_errors():
    frame = pd.concat([nation(seed=seed).assign(year=f"{2015 + seed}") for seed in (1, 2)])
    funnels = varstat.compute_funnel(varstat.read_table(frame, **COLUMNS, period="year"))
    for seed, funnel in zip((1, 2), funnels, strict=True):
        alone = compute(nation(seed=seed))
        np.testing.assert_allclose(funnel.units.p_value, alone.units.p_value, rtol=1e-9)


def test_another_expected_number_has_another_error():
    card = varstat.read_table(nation(), **COLUMNS).card
    frame = nation().assign(other=lambda rows: rows["expected"] * 1.1)
    table = varstat.read_table(frame, card=card, expected="other")
    assert table.card.columns.expected_se is None
    rate = varstat.read_table(frame, card=card, exposure="other")
    assert rate.card.columns.expected_se is None
