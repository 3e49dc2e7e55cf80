"""A funnel from a table: targets, flags, edge cases and what it says."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import varstat
from varstat.errors import ModelError, TableError, UsageError

FRAME = pd.DataFrame(
    {
        "unit": list("ABCDEF"),
        "numerator": [12, 30, 8, 55, 21, 3],
        "denominator": [100, 210, 90, 300, 180, 20],
    }
)


def compute(frame=FRAME, *, read=None, **options):
    return varstat.compute_funnel(varstat.read_table(frame, **(read or {})), **options)[0]


@pytest.mark.parametrize(
    ("rule", "target"),
    [
        ("pooled", 129 / 900),
        ("median", np.median([0.12, 30 / 210, 8 / 90, 55 / 300, 21 / 180, 0.15])),
        ("rate:0.2", 0.2),
        ("best:0.25", np.quantile([0.12, 30 / 210, 8 / 90, 55 / 300, 21 / 180, 0.15], 0.75)),
    ],
)
def test_targets_are_as_defined(rule, target):
    funnel = compute(read={"direction": "higher-is-better"}, target=rule)
    assert funnel.target == pytest.approx(target)
    assert funnel.target_rule == rule


def test_leave_one_out_compares_each_unit_with_all_others():
    funnel = compute(target="leave-one-out")
    assert funnel.units.target[0] == pytest.approx((129 - 12) / (900 - 100))
    assert funnel.target == pytest.approx(129 / 900)


def test_the_best_share_needs_a_direction():
    with pytest.raises(ModelError, match="direction"):
        compute(target="best:0.25")


def test_p_values_and_flags_are_those_of_scipy():
    funnel = compute(target="rate:0.1", dispersion="none", levels=(0.9, 0.99))
    n, k = FRAME["denominator"], FRAME["numerator"]
    low, high = stats.binom.cdf(k, n, 0.1), stats.binom.sf(k - 1, n, 0.1)
    mid = stats.binom.pmf(k, n, 0.1) / 2
    expected = np.minimum(1, 2 * np.minimum(low - mid, high - mid))
    np.testing.assert_allclose(funnel.units.p_value, expected, rtol=1e-9)
    for i in range(6):
        flagged = [level for level in (0.9, 0.99) if min(low[i], high[i]) < (1 - level) / 2]
        assert funnel.units.flag[i] == (
            ("high" if high[i] < low[i] else "low") if flagged else None
        )
        assert flagged == [] or funnel.units.flag_level[i] == max(flagged)
    z = (k / n - 0.1) / np.sqrt(0.09 / n)
    np.testing.assert_allclose(funnel.units.z, z)


def test_q_values_are_statsmodels():
    from statsmodels.stats.multitest import fdrcorrection

    units = compute(dispersion="none").units
    np.testing.assert_allclose(units.q_value, fdrcorrection(units.p_value)[1])


def test_expected_false_flags_are_summed_attained_sizes():
    funnel = compute(target="rate:0.1", dispersion="none", levels=(0.9,))
    total = 0.0
    for n in FRAME["denominator"]:
        every = np.arange(n + 1)
        low, high = stats.binom.cdf(every, n, 0.1), stats.binom.sf(every - 1, n, 0.1)
        total += stats.binom.pmf(every, n, 0.1)[(low < 0.05) | (high < 0.05)].sum()
    assert funnel.expected_false_flags[0.9] == pytest.approx(total)


def test_the_detectable_ratio_is_the_first_count_that_would_be_flagged():
    units = compute(target="rate:0.1", dispersion="none", levels=(0.95, 0.998)).units
    for n, ratio in zip(FRAME["denominator"], units.detectable_ratio, strict=True):
        count = round(ratio * 0.1 * n)
        assert stats.binom.sf(count - 1, n, 0.1) < 0.025 <= stats.binom.sf(count - 2, n, 0.1)


def test_one_unit_is_no_error_and_no_outlier():
    funnel = compute(FRAME.iloc[:1])
    assert funnel.units.flag.tolist() == [None]
    assert funnel.units.z.tolist() == [0]
    assert funnel.units.p_value[0] > 0.9
    assert np.isnan(funnel.phi)
    assert "can't be learned" in funnel.summary()


def test_identical_units_do_not_differ():
    funnel = compute(FRAME.assign(numerator=10, denominator=100))
    assert funnel.phi == pytest.approx(0, abs=1e-12)
    assert funnel.tau == 0
    assert set(funnel.units.flag) == {None}
    assert "no more than chance" in funnel.summary()


def test_a_summary_states_the_interval_of_tau_and_the_test_of_homogeneity():
    size = np.full(8, 400)
    frame = pd.DataFrame(
        {"unit": list("abcdefgh"), "numerator": [80, 71, 84, 70, 91, 78, 86, 77]}
    ).assign(denominator=size)
    funnel = compute(frame)
    assert funnel.tau == 0
    assert "95% interval 0 to 0." in funnel.summary()
    assert f"p = {funnel.homogeneity.p_value:.2f}" in funnel.summary()


@pytest.mark.parametrize("events", ["none", "all"])
def test_no_events_and_nothing_but_events_flag_nobody(events):
    frame = FRAME.assign(numerator=0 if events == "none" else FRAME["denominator"])
    funnel = compute(frame, read={"lenient": True})
    assert set(funnel.units.flag) == {None}
    assert np.all(funnel.units.p_value == 1)
    assert np.isfinite(funnel.limits()[["lower", "upper"]].to_numpy()).all()


def test_zero_deaths_of_0_28_expected_is_no_outlier():
    frame = pd.DataFrame(
        {"unit": ["030068", "B", "C"], "observed": [0, 12, 9], "expected": [0.28, 11.0, 10.0]}
    )
    for dispersion in ("none", "pm"):
        funnel = compute(frame, target="rate:1", dispersion=dispersion)
        assert funnel.units.flag[0] is None
        # P(X <= 0) = exp(-0.28) = 0.76; its mid-p is half of that.
    assert compute(frame, target="rate:1", dispersion="none").units.p_value[0] == pytest.approx(
        2 * np.exp(-0.28) / 2
    )


def test_means_use_inverse_variances():
    frame = pd.DataFrame({"unit": ["A", "B", "C"], "value": [1.0, 2.0, 9.0], "se": [0.5, 1.0, 0.5]})
    funnel = compute(frame, dispersion="none")
    weight = 1 / np.square([0.5, 1.0, 0.5])
    assert funnel.target == pytest.approx(np.average([1, 2, 9], weights=weight))
    assert funnel.to_frame().columns.tolist()[:6] == [
        "unit", "unit_name", "peer_group", "period", "value", "se",
    ]  # fmt: skip


def test_an_exposure_makes_a_rate():
    frame = pd.DataFrame({"unit": ["A", "B"], "observed": [3, 9], "exposure": [1000.0, 1500.0]})
    funnel = compute(frame)
    assert funnel.target == pytest.approx(12 / 2500)
    assert {"observed", "exposure", "rate"} <= set(funnel.to_frame().columns)
    assert "exposure" in funnel.limits().columns


def test_continuous_amounts_are_never_judged_by_exact_tails():
    frame = FRAME.assign(numerator=FRAME["numerator"] + 0.5)
    card = varstat.load_card("sickness")
    read = {"card": card, "unit": "unit", "numerator": "numerator", "denominator": "denominator"}
    assert compute(frame, read=read).limits_method == "normal"
    assert compute(frame, read=read, dispersion="auto").dispersion == "multiplicative"
    for options in ({"limits": "exact"}, {"dispersion": "none"}):
        with pytest.raises(ModelError, match="continuous"):
            compute(frame, read=read, **options)


def test_limits_of_continuous_amounts_do_not_depend_on_their_unit():
    card = varstat.load_card("sickness")
    read = {"card": card, "unit": "unit", "numerator": "numerator", "denominator": "denominator"}
    in_days = compute(FRAME, read=read, dispersion="multiplicative")
    scaled = FRAME.assign(
        numerator=FRAME["numerator"] * 7.5, denominator=FRAME["denominator"] * 7.5
    )
    in_hours = compute(scaled, read=read, dispersion="multiplicative")
    np.testing.assert_allclose(in_days.units.p_value, in_hours.units.p_value)


def test_observed_and_expected_totals_that_differ_are_told():
    frame = pd.DataFrame({"unit": ["A", "B"], "observed": [849, 849], "expected": [1000.0, 1000.0]})
    assert any("totals differ" in text for text in compute(frame).warnings)
    assert not any(
        "totals differ" in text for text in compute(frame.assign(expected=850.0)).warnings
    )


def test_a_recipe_refuses_what_it_fixes_and_what_it_cannot_take():
    with pytest.raises(UsageError, match="fixes dispersion"):
        compute(method="cqc", dispersion="pm")
    with pytest.raises(ModelError, match="not for the measure"):
        compute(method="shmi")
    with pytest.raises(UsageError, match="Did you mean 'shmi'"):
        compute(method="smhi")


def test_the_shmi_recipe_says_when_zeros_break_it():
    frame = pd.DataFrame(
        {"unit": [f"U{i}" for i in range(20)], "observed": [0] * 6 + [9] * 14, "expected": 5.0}
    )
    with pytest.raises(ModelError, match="no events"):
        compute(frame, method="shmi")


def test_results_are_locked():
    funnel = compute()
    with pytest.raises(ValueError, match="read-only"):
        funnel.units.z[0] = 1.0
    with pytest.raises(AttributeError):
        funnel.target = 0.5  # type: ignore[misc]


def test_a_level_of_95_is_told_what_it_meant():
    with pytest.raises(UsageError, match=r"Did you mean 0\.95"):
        compute(levels=(95.0,))


def test_one_extreme_unit_that_pulls_the_target_is_told():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {
            "unit": [f"U{i}" for i in range(20)],
            "observed": [*rng.poisson(1000, 19), 5000],
            "expected": 1000.0,
        }
    )
    told = compute(frame).warnings
    assert any("pull it" in text for text in told)
    assert not any("pull it" in text for text in compute(frame, target="median").warnings)
    assert not any("pull it" in text for text in compute(frame.iloc[:19]).warnings)


def test_the_bounds_of_the_pooled_rate_with_suppressed_counts_are_told():
    frame = FRAME.astype({"numerator": object})
    frame.loc[5, "numerator"] = "*"
    funnel = compute(frame, read={"suppressed": (1, 7)})
    low, high = (126 + 1) / 900, (126 + 7) / 900
    assert any(f"between {low:.4g} and {high:.4g}" in text for text in funnel.warnings)
    assert low < funnel.target < high


def test_reliability_is_the_squared_correlation_of_rate_and_underlying_rate():
    # Of a beta-binomial: rho / (rho + (1 - rho) / n), with rho the intra-class correlation.
    frame = pd.DataFrame(
        {"unit": list("ABCDEFGH"), "numerator": [0, 5, 1, 4, 2, 5, 0, 3], "denominator": 5}
    )
    funnel = compute(frame)
    centre = funnel.target
    rho = funnel.tau**2 * centre * (1 - centre)
    assert 0.1 < rho < 0.9
    np.testing.assert_allclose(funnel.units.reliability, rho / (rho + (1 - rho) / 5))


def test_low_tails_keep_their_digits_like_high_ones():
    frame = FRAME.assign(
        numerator=[12, 30, 8, 55, 21, 19], denominator=[100, 210, 90, 300, 180, 20]
    )
    turned = frame.assign(numerator=frame["denominator"] - frame["numerator"])
    up, down = (
        compute(f, target=t).units.p_value for f, t in ((frame, "rate:0.2"), (turned, "rate:0.8"))
    )
    np.testing.assert_allclose(up, down, rtol=1e-6)


def test_each_period_has_a_funnel_in_the_order_of_time():
    months = ["Apr-16", "Aug-16", "Dec-16", "Feb-17"]
    frame = pd.concat([FRAME.assign(month=month) for month in months])
    table = varstat.read_table(frame, period="month")
    funnels = varstat.compute_funnel(table)
    assert [funnel.by for funnel in funnels] == [{"period": month} for month in months]
    assert funnels.provenance.options["by"] == ["period"]
    named = varstat.compute_funnel(varstat.read_table(frame, period="month", by="month"))
    assert [funnel.by for funnel in named] == [{"month": month} for month in months]


def test_a_unit_twice_in_a_funnel_is_refused_with_the_cure():
    frame = pd.concat([FRAME.assign(sex="F"), FRAME.assign(sex="M")])
    table = varstat.read_table(frame, stratum="sex")
    with pytest.raises(TableError, match=r"a funnel takes each unit once.*--by sex"):
        varstat.compute_funnel(table)
