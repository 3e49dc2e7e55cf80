"""Opportunities against figures computed elsewhere.

Sources: the README beside `sim200.csv` (raw and plug-in to 1e-3, posterior mean to 0.3%, interval
to 0.5%); `specialist_truth.json` (the truth that the data were drawn from); type-7 quantiles and
the exact noise floor of a normal, z by z, as derived in the methods page of opportunity.
"""

import json

import numpy as np
import pandas as pd
import pytest
from designs import fits_of, make_design, make_posterior
from scipy.stats import norm

from varstat.card import load_card, override_card
from varstat.data import read_table
from varstat.estimands import compute_league, compute_opportunity
from varstat.hierarchical import fit_model


def test_two_hundred_units_agree_with_figures_computed_elsewhere(references):
    # Of the prior that they were computed with.
    prior = {"distribution": "normal", "mean": 0.0, "sd": 2.5, "because": "As computed."}
    card = override_card(
        load_card("default-proportion"),
        {"model": {"priors": {"intercept": prior}}},
        where="reference",
    )
    table = read_table(
        references / "sim200.csv",
        card=card,
        unit="unit",
        numerator="y",
        denominator="n",
        direction="higher-is-better",
    )
    total = compute_opportunity(fit_model(table, draws=40_000), level=0.95)[0].total
    assert total.published == pytest.approx(12_038.298, abs=1e-3)
    assert total.plug_in == pytest.approx(9_561.207, abs=1e-3)
    assert total.estimate == pytest.approx(10_592, rel=3e-3)
    assert total.lower == pytest.approx(9_646, rel=5e-3)
    assert total.upper == pytest.approx(11_565, rel=5e-3)


def test_the_published_method_takes_the_type_7_quantile():
    frame = pd.DataFrame(
        {"unit": list("abcd"), "numerator": [10, 20, 30, 40], "denominator": [100] * 4}
    )
    cost = {"per": "event", "basis": "test", "value": 1000.0, "price_year": "2006-07",
            "source": "test"}  # fmt: skip
    card = override_card(
        load_card("default-proportion"),
        {"indicator": {"direction": "lower-is-better"}, "cost": cost},
        where="test",
    )
    fits = fit_model(read_table(frame, card=card), draws=400)
    found = compute_opportunity(fits, target="best:0.25")[0]
    assert found.money.unit_cost * found.total.published == pytest.approx(37_500)


UNITS, SIZE, RATE = 400, 5000, 0.3


@pytest.fixture(scope="module")
def alike():
    event = np.random.default_rng(2).binomial(SIZE, RATE, UNITS)
    design = make_design(event, np.full(UNITS, SIZE), direction="lower-is-better")
    return fits_of(make_posterior(design, draws=1000))


@pytest.mark.parametrize(
    ("target", "factor"),
    [
        # E[max(0, z - q)] at a quantile q of the normal; the mean is its own quantile.
        ("median", norm.pdf(0.0)),
        ("pooled", norm.pdf(0.0)),
        ("best:0.25", norm.pdf(norm.ppf(0.75)) + norm.ppf(0.75) * 0.75),
        ("best:0.1", norm.pdf(norm.ppf(0.9)) + norm.ppf(0.9) * 0.9),
    ],
)
def test_units_of_one_size_that_are_alike_give_the_noise_floor(alike, target, factor):
    total = compute_opportunity(alike, target=target)[0].total
    floor = factor * UNITS * np.sqrt(SIZE * RATE * (1 - RATE))
    # A thousand replications of 400 units, and a finite nation's quantile.
    assert total.chance_expected == pytest.approx(floor, rel=0.02)


@pytest.mark.parametrize("tau", [0.1, 0.2])
def test_raw_is_too_high_and_shrunken_too_low_by_the_root_of_the_reliability(tau):
    units, sd, rng = 3000, 0.1, np.random.default_rng(5)
    theta = rng.normal(0.0, tau, units)
    value = theta + sd * rng.normal(size=units)
    truth = np.maximum(theta - np.quantile(theta, 0.25), 0.0).sum()
    posterior = make_posterior(
        make_design(
            value, np.full(units, sd), measure="mean", direction="lower-is-better",
            count=np.ones(units),
        ),
        draws=1000,
    )  # fmt: skip
    total = compute_opportunity(fits_of(posterior))[0].total
    reliability = tau**2 / (tau**2 + sd**2)
    assert total.published / truth == pytest.approx(reliability**-0.5, rel=0.05)
    assert total.plug_in / truth == pytest.approx(reliability**0.5, rel=0.05)
    assert total.estimate / truth == pytest.approx(1.0, abs=0.05)


@pytest.fixture(scope="module", name="specialists")
def _specialists(references):
    frame = pd.read_csv(references / "specialist.csv")
    frame["kind"] = np.where(frame["specialist"] == 1, "specialist", "general")
    truth = json.loads((references / "specialist_truth.json").read_text())["truth"]
    return frame, truth


def find(frame, *, draws=20_000, **said):
    table = read_table(
        frame,
        unit="unit",
        numerator="y",
        denominator="n",
        direction="higher-is-better",
        **said,
    )
    fits = fit_model(table, draws=draws)
    five = {"five": list(frame["unit"][frame["specialist"] == 1])}
    found = compute_opportunity(fits, subtotals=five)[0]
    rows = found.subtotals_frame().set_index(["subtotal", "component"])
    return found, rows.loc[("five", "remaining")], fits


def test_without_adjustment_specialists_carry_what_isnt_theirs(specialists):
    frame, truth = specialists
    _, five, _ = find(frame, draws=4000)
    assert five["estimate"] == pytest.approx(2150, rel=0.02)
    assert five["lower"] > 20 * truth["opportunity_specialists"]


@pytest.mark.slow
@pytest.mark.parametrize("said", [{"covariates": ["casemix"]}, {"peer_group": "kind"}])
def test_adjusted_specialists_intervals_hold_the_truth(specialists, said):
    frame, truth = specialists
    found, five, fits = find(frame, **said)
    assert five["lower"] <= truth["opportunity_specialists"] <= five["upper"]
    assert five["estimate"] < 450
    if "covariates" in said:
        assert found.total.lower <= truth["opportunity_all"] <= found.total.upper
    poor = set(frame["unit"][frame["truly_poor"] == 1])
    units = compute_league(fits)[0].units
    worst = dict(zip(units.unit, units.p_bottom_quartile, strict=True))
    assert all(worst[unit] > 0.99 for unit in poor)
    carried = dict(zip(found.units.unit, found.units.lower, strict=True))
    assert all(carried[unit] > 0 for unit in poor)


def test_what_only_specialists_treat_makes_them_not_comparable(specialists):
    frame, _ = specialists
    rows = []
    for row in frame.itertuples():
        if row.specialist:
            rows.append((row.unit, "specialist care", row.y, row.n))
        else:
            half, done = row.n // 2, row.y // 2
            rows.append((row.unit, "common", done, half))
            rows.append((row.unit, "simple", row.y - done, row.n - half))
    # One specialist treats a few of the common cases as well.
    rows.append(("S001", "common", 4, 5))
    cells = pd.DataFrame(rows, columns=["unit", "procedure", "numerator", "denominator"])
    only = cells[(cells["unit"] != "S001") | (cells["procedure"] == "common")]
    alone = only[~only["unit"].isin(["S002", "S003", "S004", "S005"])]
    alone = pd.concat([alone, cells[(cells["unit"] == "S001") & (cells["numerator"] > 4)]])
    table = read_table(alone, stratum="procedure", direction="higher-is-better")
    found = compute_opportunity(fit_model(table))[0]
    frame_of = found.to_frame().set_index("unit")
    assert not frame_of.loc["S001", "comparable"]
    assert np.isnan(frame_of.loc["S001", "estimate"])
    assert frame_of.loc["S001", "published"] >= 0
    assert frame_of["comparable"].sum() == 125
