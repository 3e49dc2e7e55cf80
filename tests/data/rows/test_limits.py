from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from scipy import special

from varstat import compute_funnel, compute_league, compute_opportunity, fit_model
from varstat.data import read_table
from varstat.errors import CardError, TableError

Z = NormalDist().inv_cdf(0.975)
UNITS = 24


def made(scale, *, decimals=2, level=0.95, seed=3, middle=14.0):
    """Values with limits that are symmetric on a scale, printed to some decimals."""
    rng = np.random.default_rng(seed)
    to, back = {
        "identity": (lambda x: x, lambda x: x),
        "log": (np.log, np.exp),
        "logit": (special.logit, special.expit),
        "logit-of-percent": (lambda x: special.logit(x / 100), lambda x: 100 * special.expit(x)),
    }[scale]
    size = {"identity": 0.5}.get(scale, 0.15)
    se = rng.uniform(0.5, 2.0, UNITS) * size
    own = to(middle) + rng.normal(0, 1.5 * size, UNITS) + rng.normal(0, se)
    z = NormalDist().inv_cdf(0.5 + level / 2)
    columns = {"rate": own, "low": own - z * se, "high": own + z * se}
    frame = pd.DataFrame({name: np.round(back(each), decimals) for name, each in columns.items()})
    frame.insert(0, "unit", [f"U{i}" for i in range(UNITS)])
    return frame, own, se


def read(frame, **options):
    return read_table(frame, unit="unit", value="rate", lower="low", upper="high", **options)


@pytest.mark.parametrize(
    ("scale", "middle"),
    [("identity", 14), ("log", 14), ("log", 1.1), ("logit", 0.8), ("logit-of-percent", 85)],
)
def test_the_scale_on_which_limits_are_symmetric_is_found(scale, middle):
    frame, _, se = made(scale, middle=middle, decimals=4)
    table = read(frame)
    assert (table.card.columns.limits_scale or "identity") == scale
    np.testing.assert_allclose(table.frame["se"], se, rtol=0.02)
    np.testing.assert_array_equal(table.frame["value"], frame["rate"])


def test_published_rates_with_limits_need_no_standard_error(shared):
    table = read_table(
        shared / "cases" / "rate-with-ci.csv",
        unit="hospital",
        value="rate",
        lower="lower",
        upper="upper",
        count="patients",
    )
    assert table.measure.link in ("log", "logit")
    assert table.frame["value"].tolist()[:2] == [13.4, 14.5]
    assert any("95% limits 'lower' and 'upper'" in note for note in table.account.notes)


def test_columns_of_these_names_are_found_without_being_named():
    frame, _, _ = made("log")
    table = read_table(frame.rename(columns={"rate": "value", "low": "lower", "high": "upper"}))
    assert table.measure.link == "log"


def test_limits_of_another_level_are_wider():
    frame, _, se = made("log", level=0.998, decimals=4)
    np.testing.assert_allclose(read(frame, limits_level=0.998).frame["se"], se, rtol=0.01)


def test_printing_to_one_decimal_does_not_make_limits_skew():
    frame, _, _ = made("identity", decimals=1)
    assert read(frame).measure.link == "identity"


def test_wilsons_limits_are_those_of_a_logit():
    n, y = np.array([50, 80, 120, 200, 400, 90]), np.array([5, 12, 10, 30, 36, 20])
    p = y / n
    half = Z * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    middle = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    frame = pd.DataFrame(
        {"unit": list("ABCDEF"), "rate": 100 * p, "low": 100 * (middle - half),
         "high": 100 * (middle + half)}
    ).round(2)  # fmt: skip
    table = read(frame)
    assert table.card.columns.limits_scale == "logit-of-percent"
    np.testing.assert_allclose(table.frame["se"], 1 / np.sqrt(n * p * (1 - p)), rtol=0.08)


def test_limits_that_are_symmetric_nowhere_are_refused_with_a_cure():
    frame, _, _ = made("log", decimals=4)
    frame["high"] = frame["rate"] + 6 * (frame["high"] - frame["rate"])
    with pytest.raises(TableError, match=r"on no scale.*--se") as caught:
        read(frame, lenient=True)
    assert "--lenient" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"low": 15.0, "high": 14.0}, "the limits cross"),
        ({"low": 14.0, "high": 14.0, "rate": 14.0}, "are the same"),
        ({"rate": 99.0}, "lies outside its limits"),
        ({"rate": 0.0, "low": 0.0}, "is at an end of what it can be"),
    ],
)
def test_limits_that_can_not_be_are_refused_by_row_or_left_out(change, reason):
    frame, _, _ = made("log")
    for name, value in change.items():
        frame.loc[3, name] = value
    with pytest.raises(TableError, match=rf"{reason}.*\(row 3\)"):
        read(frame)
    account = read(frame, lenient=True).account
    assert account.rows_excluded == 1
    assert reason in account.exclusions[0].reason


def test_a_limit_at_the_end_leaves_the_other_to_tell():
    frame, _, se = made("log", decimals=4)
    frame.loc[3, "low"] = 0.0
    np.testing.assert_allclose(read(frame).frame["se"][3], se[3], rtol=0.02)


def test_a_marked_value_is_left_out_and_accounted_for():
    frame, _, _ = made("log")
    frame = frame.astype(object)
    frame.loc[0, ["rate", "low", "high"]] = ".."
    assert read(frame).account.rows_excluded == 1


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"value": "rate", "lower": "low"}, "two"),
        ({"value": "rate", "lower": "low", "upper": "high", "se": "unit"}, "either"),
        ({"numerator": "rate", "denominator": "high", "lower": "low", "upper": "high"}, "measures"),
    ],
)
def test_limits_are_two_and_of_a_value(options, reason):
    frame, _, _ = made("log")
    with pytest.raises((CardError, TableError, ValueError, Exception), match=reason):
        read_table(frame, unit="unit", **options)


def logs(own, se, *, direction="neither"):
    """The same values on their scale, as means."""
    units = [f"U{i}" for i in range(UNITS)]
    return read_table(
        pd.DataFrame({"unit": units, "value": own, "se": se}), unit="unit", direction=direction
    )


@pytest.mark.parametrize("scale", ["log", "logit-of-percent"])
def test_a_funnel_of_skewed_limits_is_that_of_the_logs_or_logits(scale):
    frame, _, _ = made(scale, decimals=8)
    table = read(frame)
    own, se = table.measure.to_link(frame["rate"].to_numpy()), table.frame["se"].to_numpy()
    for options in ({"dispersion": "none"}, {"dispersion": "dl", "robust": "none"}, {}):
        (skewed,), (plain,) = (
            compute_funnel(table, **options),
            compute_funnel(logs(own, se), **options),
        )
        assert table.measure.to_link(np.array(skewed.target)) == pytest.approx(plain.target)
        np.testing.assert_allclose(skewed.units.p_value, plain.units.p_value, rtol=1e-8)
        assert skewed.tau == pytest.approx(plain.tau)
        assert skewed.units.flag.tolist() == plain.units.flag.tolist()
        sizes = np.array([0.1, 0.3])
        columns = ["lower", "upper"]
        np.testing.assert_allclose(
            table.measure.to_link(skewed.limits(sizes)[columns].to_numpy()),
            plain.limits(sizes)[columns].to_numpy(),
            rtol=1e-8,
        )


@pytest.mark.parametrize("scale", ["log", "logit-of-percent"])
def test_a_model_of_skewed_limits_is_that_of_the_logs_or_logits(scale):
    frame, _, _ = made(scale, decimals=8)
    table = read(frame, direction="lower-is-better")
    own, se = table.measure.to_link(frame["rate"].to_numpy()), table.frame["se"].to_numpy()
    fits = fit_model(table, draws=400)
    (skewed,) = compute_league(fits)
    (plain,) = compute_league(fit_model(logs(own, se, direction="lower-is-better"), draws=400))
    assert skewed.units.unit.tolist() == plain.units.unit.tolist()
    # Ends of intervals go through the link; means don't, but lie between.
    for name in ("lower", "upper", "raw"):
        ends = table.measure.to_link(getattr(skewed.units, name))
        np.testing.assert_allclose(ends, getattr(plain.units, name), rtol=1e-4)
    np.testing.assert_allclose(skewed.units.reliability, plain.units.reliability, rtol=1e-6)
    np.testing.assert_allclose(skewed.units.expected_rank, plain.units.expected_rank, rtol=1e-6)
    between = (skewed.units.lower < skewed.units.estimate) & (
        skewed.units.estimate < skewed.units.upper
    )
    assert between.all()
    counted = read(frame.assign(n=100), count="n", direction="lower-is-better")
    (opportunity,) = compute_opportunity(fit_model(counted, draws=400))
    assert np.isfinite(opportunity.units.estimate).all()


def test_case_mix_is_not_adjusted_for_where_limits_are_skew():
    frame, _, _ = made("log")
    frame["sex"] = ["f", "m"] * (UNITS // 2)
    with pytest.raises(TableError, match="can't be adjusted for case-mix"):
        read(frame, stratum="sex")


def test_a_saved_fit_keeps_the_scale(tmp_path):
    from varstat.hierarchical import load_fit, write_fit

    frame, _, _ = made("log")
    fits = fit_model(read(frame), draws=200)
    write_fit(fits, tmp_path / "fit.nc")
    (kept,) = load_fit(tmp_path / "fit.nc")
    assert kept.design.measure.link == "log"
    np.testing.assert_allclose(kept.design.event, fits[0].design.event)
