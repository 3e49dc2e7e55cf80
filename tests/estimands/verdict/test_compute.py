"""Verdicts: flags and posteriors of the same units, whatever their order."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from varstat import Fits, Funnels, compute_funnel, fit_model, read_table
from varstat.errors import ModelError, UsageError
from varstat.estimands.rates.drawn import drawn_rates
from varstat.estimands.rates.estimate import estimate_rates
from varstat.estimands.rates.summed import exceedance_of
from varstat.estimands.verdict.compute import compute_verdicts
from varstat.estimands.verdict.result import VERDICTS, Verdicts

COLUMNS = ["estimate", "lower", "upper", "level", "p_above_target", "p_above_target_mcse"]


def make_frame(count: int = 60, *, seed: int = 1) -> pd.DataFrame:
    """Units that differ, some of them by much, in two regions."""
    chance = np.random.default_rng(seed)
    size = chance.integers(60, 400, count)
    theta = chance.normal(-0.5, 0.5, count)
    return pd.DataFrame(
        {
            "unit": [f"u{at:02}" for at in chance.permutation(count)],
            "numerator": chance.binomial(size, 1 / (1 + np.exp(-theta))),
            "denominator": size,
            "region": np.array(["north", "south"])[np.arange(count) % 2],
        }
    )


def judge(
    frame: pd.DataFrame, *, by: str = "", level: float = 0.95, effects: str = "normal", **of_funnel
) -> tuple[Funnels, Fits, Verdicts]:
    """Funnels, fits and verdicts of one table."""
    table = read_table(frame, by=(by,) if by else (), effects=effects)
    funnels, fits = compute_funnel(table, **of_funnel), fit_model(table, draws=2000)
    return funnels, fits, compute_verdicts(funnels, fits, level=level)


def test_the_probability_is_that_of_the_rate_above_the_target() -> None:
    (funnel,), (posterior,), (verdict,) = judge(make_frame())
    above = exceedance_of(posterior, np.full(60, logit(funnel.target)))
    expected = dict(zip(posterior.design.unit, above, strict=True))
    assert verdict.p_above_target == pytest.approx([expected[unit] for unit in verdict.unit])
    assert not verdict.p_above_target_mcse.any()


def test_the_probability_agrees_with_draws() -> None:
    (_, (posterior,), (verdict,)) = judge(make_frame())
    table = read_table(make_frame())
    drawn = replace(posterior, lattice=None)
    fits = Fits(groups=(drawn,), accounts=(table.account,), provenance=fit_of(table))
    (counted,) = compute_verdicts(compute_funnel(table), fits)
    assert (counted.p_above_target_mcse > 0).all()
    apart = np.abs(counted.p_above_target - verdict.p_above_target)
    assert (apart < 5 * counted.p_above_target_mcse).all()
    expected = drawn_rates(drawn, level=0.95)
    assert sorted(counted.estimate) == pytest.approx(sorted(expected.estimate))


def fit_of(table):
    """The provenance of a fit of a table."""
    return fit_model(table, draws=100).provenance


def test_dependent_draws_have_a_larger_error() -> None:
    table = read_table(make_frame())
    (posterior,) = fit_model(table, draws=2000)
    error = {}
    for engine, chains in (("quadrature", 1), ("nuts", 4)):
        other = replace(posterior, lattice=None, engine=engine, chains=chains)
        fits = Fits(groups=(other,), accounts=(table.account,), provenance=fit_of(table))
        (verdict,) = compute_verdicts(compute_funnel(table), fits)
        error[engine] = verdict.p_above_target_mcse
    # These draws are independent, and taken for chains are found to be nearly so.
    assert np.median(error["nuts"] / error["quadrature"]) == pytest.approx(1.0, abs=0.1)
    assert (error["nuts"] != error["quadrature"]).any()


@pytest.mark.parametrize(("flagged_at", "level"), [(0.8, 0.95), (0.5, 0.999)])
def test_a_verdict_is_what_flag_and_posterior_say(flagged_at: float, level: float) -> None:
    _, _, (verdict,) = judge(make_frame(120), levels=(flagged_at,), level=level)
    sure = 0.5 * (1 + level)
    for flag, above, found in zip(
        verdict.flag, verdict.p_above_target, verdict.verdict, strict=True
    ):
        beyond = {"high": above > sure, "low": above < 1 - sure}
        if flag is not None:
            assert found == ("differs" if beyond[flag] else "uncertain")
        else:
            assert found == ("ordinary" if any(beyond.values()) else "no evidence")
    assert {"differs", "no evidence"} < set(verdict.verdict)
    assert ("uncertain" if level > 0.99 else "ordinary") in verdict.verdict
    assert sum(verdict.count(name) for name in VERDICTS) == 120


def test_the_order_of_rows_never_matters() -> None:
    frame = make_frame()
    _, _, (one,) = judge(frame, target="leave-one-out")
    _, _, (two,) = judge(frame.sample(frac=1.0, random_state=3), target="leave-one-out")
    assert len(set(one.target)) == 60
    one_frame, two_frame = (v.to_frame().set_index("unit").sort_index() for v in (one, two))
    assert (one_frame["verdict"] == two_frame["verdict"]).all()
    assert one_frame[COLUMNS].to_numpy() == pytest.approx(two_frame[COLUMNS].to_numpy(), abs=1e-9)


def test_units_stand_as_on_the_funnel() -> None:
    (funnel,), (posterior,), (verdict,) = judge(make_frame())
    assert list(verdict.unit) == list(funnel.units.unit)
    assert list(verdict.unit) != list(posterior.design.unit)
    rates = estimate_rates(posterior, level=0.95)
    for name in ("estimate", "lower", "upper"):
        expected = dict(zip(posterior.design.unit, getattr(rates, name), strict=True))
        assert list(getattr(verdict, name)) == [expected[unit] for unit in verdict.unit]


def test_a_leave_one_out_target_is_each_units_own() -> None:
    (funnel,), (posterior,), (verdict,) = judge(make_frame(), target="leave-one-out")
    units = list(posterior.design.unit)
    place = [units.index(unit) for unit in funnel.units.unit]
    own = np.empty(60)
    own[place] = logit(funnel.units.target)
    assert verdict.p_above_target == pytest.approx(exceedance_of(posterior, own)[place])


def test_each_group_has_its_own_posterior() -> None:
    frame = make_frame()
    funnels, _, verdicts = judge(frame, by="region")
    assert [verdict.by for verdict in verdicts] == [{"region": r} for r in ("north", "south")]
    assert len(verdicts[:1]) == 1
    for funnel, verdict in zip(funnels, verdicts, strict=True):
        alone = frame[frame["region"] == funnel.by["region"]].drop(columns="region")
        _, _, (only,) = judge(alone)
        assert verdict.p_above_target == pytest.approx(only.p_above_target, abs=1e-9)
        assert list(verdict.verdict) == list(only.verdict)
    assert len(verdicts.to_frame()) == 60


def test_withheld_counts_have_a_posterior_and_no_flag() -> None:
    frame = make_frame()
    frame["numerator"] = frame["numerator"].astype(object)
    frame.loc[5, ["numerator", "denominator"]] = ["*", 300]
    table = read_table(frame, suppressed=(1, 7))
    (verdict,) = compute_verdicts(compute_funnel(table), fit_model(table, draws=500))
    at = list(verdict.unit).index(frame.loc[5, "unit"])
    assert 0.0 < verdict.lower[at] < verdict.estimate[at] < verdict.upper[at] < 0.1
    assert verdict.flag[at] == "low"
    assert verdict.verdict[at] == "differs"
    assert verdict.p_above_target[at] < 0.001


@pytest.mark.parametrize("events", ["none", "all"])
def test_nothing_differs_from_a_target_at_an_end(events: str) -> None:
    frame = pd.DataFrame({"unit": list("abcd"), "denominator": [10, 20, 30, 40]})
    frame["numerator"] = 0 if events == "none" else frame["denominator"]
    (funnel,), _, (verdict,) = judge(frame)
    assert funnel.target == (0.0 if events == "none" else 1.0)
    assert verdict.p_above_target == pytest.approx(1.0 if events == "none" else 0.0)
    assert set(verdict.verdict) == {"no evidence"}


def test_no_events_expected_is_no_evidence_either() -> None:
    frame = pd.DataFrame({"unit": list("abc"), "observed": [0] * 3, "expected": [2.0, 3.0, 9.5]})
    _, _, (verdict,) = judge(frame)
    assert set(verdict.verdict) == {"no evidence"}


@pytest.mark.parametrize("side", ["high", "low"])
def test_a_side_that_is_not_watched_has_no_verdict(side: str) -> None:
    _, _, (both,) = judge(make_frame(), levels=(0.8,))
    _, _, (one,) = judge(make_frame(), levels=(0.8,), sides=side)
    away = both.p_above_target < 0.5 if side == "high" else both.p_above_target > 0.5
    assert set(both.verdict[away]) > {"no evidence"}
    assert set(one.verdict[away]) == {"no evidence"}
    # Watched alone, a side is flagged sooner.
    told = {"differs": {"differs"}, "ordinary": {"ordinary", "differs"}}
    for first, second in zip(both.verdict[~away], one.verdict[~away], strict=True):
        assert second in told.get(first, {first, "uncertain"})


def test_measures_all_have_verdicts() -> None:
    chance = np.random.default_rng(4)
    unit = [f"u{at}" for at in range(40)]
    mean = chance.normal(10, 2, 40)
    mean[0] = 40.0
    frame = pd.DataFrame({"unit": unit, "value": mean, "se": 0.5})
    (funnel,), _, (verdict,) = judge(frame)
    assert verdict.verdict[0] == "differs"
    assert verdict.p_above_target[mean > funnel.target + 3].min() > 0.99
    expected = chance.uniform(20, 90, 40)
    observed = chance.poisson(expected * np.exp(chance.normal(0, 0.2, 40)))
    observed[0] = 5 * expected[0]
    (funnel,), _, (verdict,) = judge(
        pd.DataFrame({"unit": unit, "observed": observed, "expected": expected})
    )
    assert verdict.verdict[0] == "differs"
    assert verdict.flag[0] == "high"


def test_what_is_of_another_table_is_refused() -> None:
    one, two = (read_table(make_frame(seed=seed)) for seed in (1, 2))
    with pytest.raises(ModelError, match="different data"):
        compute_verdicts(compute_funnel(one), fit_model(two, draws=100))
    grouped = read_table(make_frame(), by=("region",))
    with pytest.raises(ModelError, match="of other units"):
        compute_verdicts(compute_funnel(grouped), fit_model(one, draws=100))
    with pytest.raises(UsageError, match="between 0 and 1"):
        compute_verdicts(compute_funnel(one), fit_model(one, draws=100), level=95)


@pytest.mark.slow
def test_periods_are_not_judged_by_a_posterior_of_them_all() -> None:
    years = ("2018-19", "2019-20")
    frame = pd.concat([make_frame(12, seed=i).assign(year=y) for i, y in enumerate(years)])
    together = read_table(frame, period="year")
    apart = read_table(frame, period="year", by="period")
    with pytest.raises(ModelError, match="of other units"):
        compute_verdicts(compute_funnel(apart), fit_model(together, draws=100))
    with pytest.raises(ModelError, match="by='period'"):
        compute_verdicts(compute_funnel(together), fit_model(together, draws=100))
    verdicts = compute_verdicts(compute_funnel(apart), fit_model(apart, draws=100))
    assert [verdict.by for verdict in verdicts] == [{"period": year} for year in years]


def test_a_reader_is_told_which_rates_are_compared() -> None:
    frame = make_frame().assign(age=np.random.default_rng(1).normal(60, 5, 60))
    table = read_table(frame, covariates=["age"])
    funnels = compute_funnel(table)
    (verdict,) = compute_verdicts(funnels, fit_model(table, draws=200))
    assert any("average case-mix" in note for note in verdict.notes)
    (verdict,) = compute_verdicts(funnels, fit_model(table, covariates=(), draws=200))
    assert any("leaves out the card's covariates" in note for note in verdict.notes)


def test_a_summary_counts_every_verdict() -> None:
    _, _, verdicts = judge(make_frame(120), levels=(0.8,))
    said = verdicts.summary()
    assert said == verdicts[0].summary()
    assert said.startswith('Of 120 units the verdict is "differs" for ')
    assert "(flagged at 80%, and beyond the target with a probability over 97.5%)" in said
    for name in VERDICTS:
        number = verdicts[0].count(name)
        assert f'"{name}" for {number or "none"}' in said


def test_a_summary_of_groups_adds_them_up() -> None:
    _, _, verdicts = judge(make_frame(), by="region")
    number = sum(verdict.count("ordinary") for verdict in verdicts)
    assert "Of 60 units" in verdicts.summary()
    assert f'"ordinary" for {number} ' in verdicts.summary()


def doubted(verdicts: Verdicts) -> Verdicts:
    """The same verdicts, of which the first is from a posterior that failed its checks."""
    first, *others = verdicts
    diagnostics = replace(first.diagnostics, problems=("R-hat is 1.3.",))
    return replace(verdicts, groups=(replace(first, diagnostics=diagnostics), *others))


def test_a_failed_posterior_is_said_first() -> None:
    _, _, verdicts = judge(make_frame())
    assert verdicts.trusted
    failed = doubted(verdicts)
    assert not failed.trusted
    first, second = failed.summary().split("\n")
    assert first.startswith("NOT TO BE TRUSTED")
    assert first.endswith("R-hat is 1.3.")
    assert second == verdicts.summary()


def test_failed_posteriors_of_groups_are_counted() -> None:
    _, _, verdicts = judge(make_frame(), by="region")
    assert "1 of 2 posteriors failed" in doubted(verdicts).summary().split("\n")[0]


def test_verdicts_are_locked_and_carry_their_provenance() -> None:
    _, fits, verdicts = judge(make_frame(), level=0.9)
    assert not verdicts[0].verdict.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        verdicts[0].estimate[0] = 0.0
    assert verdicts.provenance.options == fits.provenance.options | {"level": 0.9}
    assert list(verdicts.to_frame()) == ["unit", *COLUMNS, "verdict"]
