"""The NUTS engine: its model is that of our own arrays, and its draws agree with quadrature's."""

import dataclasses
import json
import warnings
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit, logsumexp

from varstat.card import load_card
from varstat.card.load import override_card
from varstat.errors import ModelError
from varstat.hierarchical.fit import fit_design
from varstat.hierarchical.model.build import build_design
from varstat.hierarchical.model.censored import Censored
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.likelihood import Binomial
from varstat.hierarchical.model.smeared import Smeared
from varstat.hierarchical.nuts import fit as nuts
from varstat.hierarchical.nuts.check import check_chains
from varstat.hierarchical.nuts.model import (
    Plan,
    build_model,
    effect_draws,
    hyper_draws,
    plan_sampling,
)
from varstat.hierarchical.quadrature.fit import fit_quadrature
from varstat.hierarchical.quadrature.marginal import condition, log_prior, unpack

CARDS = {
    "binomial": "default-proportion",
    "beta-binomial": "default-proportion",
    "poisson": "default-ratio",
    "negative-binomial": "default-ratio",
    "normal": "default-mean",
}
PRIORS = {
    name: {"distribution": name, "because": "Tested.", **numbers}
    for name, numbers in {
        "half-normal": {"sd": 0.7},
        "half-cauchy": {"scale": 0.4},
        "exponential": {"rate": 1.3},
        "gamma-precision": {"shape": 1.5, "rate": 0.2},
    }.items()
}
EFFECTS = ("normal", "student-t", "contaminated-normal")


def make_design(
    likelihood: str,
    *,
    units: int = 7,
    periods: int = 1,
    size: tuple[float, float] = (5, 3000),
    tau: float = 0.5,
    spread: float = 0.0,
    groups: int = 1,
    range_of: dict[int, tuple[int, int]] | None = None,
    model: dict | None = None,
    seed: int = 1,
) -> Design:
    """Simulate units of very different sizes, and build the design of a card's model for them.

    `range_of` says which rows' counts are known by a range around them only.
    """
    rng = np.random.default_rng(seed)
    rows = units * periods
    unit = np.repeat(np.arange(units), periods)
    base = np.exp(rng.uniform(*np.log(size), units))[unit]
    theta = (tau * rng.standard_normal(units))[unit] + spread * rng.standard_normal(rows)
    card = load_card(CARDS[likelihood])
    if card.measure.name == "proportion":
        base = np.round(base)
        event = rng.binomial(base.astype(int), expit(theta - 1.0)).astype(float)
    elif card.measure.name == "ratio":
        event = rng.poisson(base * np.exp(theta)).astype(float)
    else:
        base = 5.0 / np.sqrt(base)
        event = 20.0 + 3.0 * (theta + base * rng.standard_normal(rows))
    lower, upper = event.copy(), event.copy()
    for row, (below, above) in (range_of or {}).items():
        lower[row] = max(event[row] - below, 0)
        upper[row] = event[row] + above
        if card.measure.name == "proportion":
            upper[row] = min(upper[row], base[row])
    frame = pd.DataFrame(
        {
            "unit": [f"u{at:04}" for at in unit],
            "unit_name": None,
            "peer_group": [f"g{at % groups}" for at in unit] if groups > 1 else None,
            "period": [str(2020 + at) for at in range(periods)] * units if periods > 1 else None,
            card.measure.event: np.where(lower < upper, np.nan, event),
            card.measure.size: base,
            "event_lower": lower,
            "event_upper": upper,
        }
    )
    stated = {"likelihood": likelihood, **(model or {})}
    card = override_card(card, {"model": stated}, where="test")
    return build_design(frame, measure=card.measure, card=card, covariates=(), where="test")


def transients(likelihood: str) -> tuple[str | float, ...]:
    """How the passing part may be stated for a likelihood."""
    inside = likelihood in ("beta-binomial", "negative-binomial")
    return ("auto", 0.3) if inside else ("none", "auto", 0.3)


COMBINATIONS = [
    (likelihood, effects, transient)
    for likelihood, effects in product(CARDS, EFFECTS)
    for transient in transients(likelihood)
]


@dataclasses.dataclass(frozen=True)
class Point:
    """A place in the space of hyper-parameters, persistent and transient effects."""

    h: np.ndarray
    u: np.ndarray
    w: np.ndarray


def mixed_plan(design: Design) -> Plan:
    """Centre every other effect, so that both forms are tested in every model."""
    return dataclasses.replace(
        plan_sampling(design),
        unit_centred=np.arange(design.units) % 2 == 0,
        row_centred=np.arange(design.rows) % 3 == 0,
    )


def random_points(design: Design, number: int, *, spread: float = 0.3) -> list[Point]:
    rng = np.random.default_rng(5)
    start = plan_sampling(design).start
    return [
        Point(
            h=start + spread * rng.standard_normal(design.dimension),
            u=0.4 * rng.standard_normal(design.units),
            w=0.2 * rng.standard_normal(design.rows),
        )
        for _ in range(number)
    ]


def our_log_density(design: Design, point: Point) -> float:
    """Prior, likelihood and effects from the arrays of the other engine, and from SciPy."""
    hyper = unpack(design, point.h[None])
    tau, spread = hyper.tau[0], float(hyper.spread[0])
    x, effects = point.u / tau, design.effects
    if effects.name == "normal":
        effect = stats.norm.logpdf(x)
    elif effects.name == "student-t":
        effect = stats.t(effects.degrees_of_freedom).logpdf(x)
    else:
        parts = [stats.norm(scale=scale).logpdf(x) for scale in effects.scale]
        effect = logsumexp(np.array(parts) + hyper.log_share[0][:, None], axis=0)
    total = log_prior(design, point.h[None])[0][0] + np.sum(effect - np.log(tau))
    theta, family = hyper.eta[0] + point.u[design.row_unit], design.family
    if isinstance(family, Smeared):
        theta, family = theta + point.w, family.inner
        total += stats.norm(scale=spread).logpdf(point.w).sum()
    return float(total + family.value(theta[None, :, None], np.full((1, 1, 1), spread)).sum())


def pymc_log_density(design: Design, points: list[Point]) -> np.ndarray:
    """The density of the PyMC model at the same places, as one of the same variables."""
    plan = mixed_plan(design)
    model = build_model(design, plan)
    log_density = model.compile_logp(mode="FAST_COMPILE")
    values = [float(log_density(pymc_point(design, plan, model, point))) for point in points]
    return np.array(values) - [scaled_jacobian(design, plan, point) for point in points]


def pymc_point(design: Design, plan: Plan, model, point: Point) -> dict[str, np.ndarray]:
    """Translate a place into the variables of the PyMC model."""
    hyper = unpack(design, point.h[None])
    k, taus = len(design.locations), len(design.taus)
    tau, spread = hyper.tau[0], float(hyper.spread[0])
    beta, log_tau, rest = point.h[:k], point.h[k : k + taus], list(point.h[k + taus :])
    base = plan.unit_matrix @ beta
    theta = hyper.eta[0] + point.u[design.row_unit]
    log_transient = rest.pop(0) if design.transient is None else 0.0
    everything = {
        "location": beta,
        "tau_log__": log_tau,
        "tau_precision_log__": -2.0 * log_tau,
        "transient_log__": log_transient,
        "transient_precision_log__": -2.0 * log_transient,
        "contamination_logodds__": rest.pop(0) if rest else None,
        "unit_centred": (base + point.u)[plan.unit_centred],
        "unit_scaled": (point.u / tau)[~plan.unit_centred],
        "row_centred": (theta + point.w)[plan.row_centred],
        "row_scaled": point.w[~plan.row_centred] / (spread or 1.0),
    }
    return {each.name: np.asarray(everything[each.name]) for each in model.value_vars}


def scaled_jacobian(design: Design, plan: Plan, point: Point) -> float:
    """Log of du/dz over effects that are not centred."""
    hyper = unpack(design, point.h[None])
    total = np.sum(np.log(hyper.tau[0][~plan.unit_centred]))
    if isinstance(design.family, Smeared):
        total += np.sum(~plan.row_centred) * np.log(float(hyper.spread[0]))
    return float(total)


def assert_same_density(design: Design, points: list[Point]) -> None:
    ours = np.array([our_log_density(design, point) for point in points])
    theirs = pymc_log_density(design, points)
    assert np.ptp(ours) > 1.0
    np.testing.assert_allclose(np.diff(theirs), np.diff(ours), rtol=1e-9, atol=1e-7)


@pytest.mark.parametrize(("likelihood", "effects", "transient"), COMBINATIONS)
def test_the_density_of_the_pymc_model_is_that_of_our_own_arrays(likelihood, effects, transient):
    names = list(PRIORS)
    at = COMBINATIONS.index((likelihood, effects, transient))
    design = make_design(
        likelihood,
        periods=3,
        groups=2,
        model={
            "effects": effects,
            "transient": transient,
            "peer_tau": "own" if at % 2 else "common",
            "priors": {
                "tau": PRIORS[names[at % 4]],
                "transient": PRIORS[names[(at + 1) % 4]],
            },
        },
    )
    assert_same_density(design, random_points(design, 4))


@pytest.mark.parametrize("likelihood", ["binomial", "poisson", "normal"])
def test_the_density_is_the_same_with_one_row_a_unit(likelihood):
    design = make_design(likelihood)
    assert design.single
    assert_same_density(design, random_points(design, 4))


# Ranges of one, a few and many values, so that several tables of ranges are used.
RANGES = {1: (2, 3), 2: (0, 6), 4: (3, 2), 5: (30, 40), 9: (1, 0)}


@pytest.mark.parametrize("likelihood", [name for name in CARDS if name != "normal"])
@pytest.mark.parametrize("transient", ["auto", 0.2])
def test_the_density_of_suppressed_counts_is_that_of_our_own_arrays(likelihood, transient):
    design = make_design(
        likelihood, periods=2, size=(40, 400), range_of=RANGES, model={"transient": transient}
    )
    family = design.family
    assert isinstance(family.inner if isinstance(family, Smeared) else family, Censored)
    assert_same_density(design, random_points(design, 4))


@pytest.mark.parametrize("likelihood", ["beta-binomial", "negative-binomial"])
@pytest.mark.parametrize("spread", [1e-5, 1e-2, 3.0])
def test_the_density_holds_where_the_transient_part_is_tiny_or_large(likelihood, spread):
    design = make_design(likelihood, periods=2, model={"transient": spread})
    assert_same_density(design, random_points(design, 3))


@pytest.mark.parametrize("likelihood", [name for name in CARDS if name != "normal"])
def test_slopes_are_those_of_the_density(likelihood):
    design = make_design(
        likelihood,
        units=5,
        periods=2,
        size=(40, 400),
        range_of=RANGES,
        model={"effects": "contaminated-normal", "transient": 0.2},
    )
    plan = mixed_plan(design)
    model = build_model(design, plan)
    value = model.compile_logp(mode="FAST_COMPILE")
    slope = model.compile_dlogp(mode="FAST_COMPILE")
    point = pymc_point(design, plan, model, random_points(design, 1)[0])
    stepped = []
    for name, start in point.items():
        for index in np.ndindex(start.shape):
            step = np.zeros(start.shape)
            step[index] = 1e-5
            up, down = point | {name: start + step}, point | {name: start - step}
            stepped.append((float(value(up)) - float(value(down))) / 2e-5)
    np.testing.assert_allclose(slope(point), stepped, rtol=1e-4, atol=1e-4)


def test_large_units_are_centred_and_small_ones_are_not():
    large = make_design("binomial", size=(5_000, 50_000))
    small = make_design("binomial", size=(4, 8), units=40)
    assert plan_sampling(large).unit_centred.all()
    assert not plan_sampling(small).unit_centred.any()


def test_draws_of_either_form_become_effects_and_hyper_parameters():
    design = make_design(
        "binomial",
        periods=3,
        groups=2,
        model={
            "effects": "contaminated-normal",
            "peer_tau": "own",
            "priors": {"tau": PRIORS["gamma-precision"]},
        },
    )
    plan, points = mixed_plan(design), random_points(design, 5)
    model = build_model(design, plan)
    there = [pymc_point(design, plan, model, point) for point in points]
    draws = {name: np.stack([each[name] for each in there]) for name in there[0]}
    draws["tau_precision"] = np.exp(draws.pop("tau_precision_log__"))
    draws["transient"] = np.exp(draws.pop("transient_log__"))
    draws["contamination"] = expit(draws.pop("contamination_logodds__"))
    np.testing.assert_allclose(hyper_draws(design, draws), [p.h for p in points], atol=1e-12)
    np.testing.assert_allclose(effect_draws(design, plan, draws), [p.u for p in points], atol=1e-12)


def exact_moments(design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Means of hyper-parameters and effects by quadrature, without Monte Carlo error."""
    lattice = fit_quadrature(design, draws=400, seed=1).lattice
    assert lattice is not None
    at = condition(design, unpack(design, lattice.h), nodes=25)
    return lattice.weight @ lattice.h, lattice.weight @ at.mean(at.effect)


def monte_carlo_error(draws: np.ndarray, chains: int) -> np.ndarray:
    """Errors of the means of columns, from the means of batches of each chain."""
    batches = draws.reshape(chains * 10, -1, draws.shape[1]).mean(axis=1)
    return batches.std(axis=0, ddof=1) / np.sqrt(len(batches))


def assert_means_agree(found: nuts.Nuts, hyper: np.ndarray, effect: np.ndarray) -> None:
    """Within four Monte Carlo errors: one mean in 16,000 is outside by chance."""
    for draws, exact in ((found.hyper, hyper), (found.effects.effect, effect)):
        off = (draws.mean(axis=0) - exact) / monte_carlo_error(draws, found.chains)
        assert np.abs(off).max() < 4.0


MODELS = {
    "counts of a unit in several periods": {
        "likelihood": "binomial",
        "units": 30,
        "periods": 4,
        "spread": 0.25,
        "model": {"period_effects": False},
    },
    "Student-t effects": {
        "likelihood": "poisson",
        "units": 25,
        "model": {"effects": "student-t"},
    },
    "contaminated normal effects of means": {
        "likelihood": "normal",
        "units": 25,
        "model": {"effects": "contaminated-normal"},
    },
    "a negative binomial": {
        "likelihood": "negative-binomial",
        "units": 20,
        "periods": 4,
        "spread": 0.3,
        "model": {"period_effects": False},
    },
    "suppressed counts": {
        "likelihood": "binomial",
        "units": 30,
        "size": (20, 400),
        "range_of": dict.fromkeys(range(0, 30, 3), (3, 3)),
    },
}


@pytest.mark.parametrize("name", MODELS)
def test_means_agree_with_those_of_quadrature(name):
    design = make_design(**MODELS[name])
    found = nuts.fit_nuts(design, draws=4000, seed=2)
    assert found.diagnostics.passed, found.diagnostics
    assert_means_agree(found, *exact_moments(design))


def test_the_surgical_data_agree_with_their_reference(shared: Path):
    stated = pd.read_csv(shared / "reference" / "surgical.csv")
    reference = json.loads((shared / "reference" / "surgical_exp1.json").read_text())
    frame = pd.DataFrame(
        {
            "unit": stated["unit"],
            "unit_name": None,
            "peer_group": None,
            "period": None,
            "numerator": stated["y"].astype(float),
            "denominator": stated["n"].astype(float),
            "event_lower": stated["y"].astype(float),
            "event_upper": stated["y"].astype(float),
        }
    )
    card = load_card("default-proportion")
    design = build_design(frame, measure=card.measure, card=card, covariates=(), where="surgical")
    found = nuts.fit_nuts(design, draws=8000, seed=1)
    assert found.diagnostics.passed
    draws = np.column_stack(
        [
            found.hyper[:, 0],
            np.exp(found.hyper[:, 1]),
            found.hyper[:, :1] + found.effects.effect,
        ]
    )
    expected = [
        reference["hyper"]["mu"]["mean"],
        reference["hyper"]["tau"]["mean"],
        *(unit["theta_mean"] for unit in reference["units"]),
    ]
    off = (draws.mean(axis=0) - expected) / monte_carlo_error(draws, found.chains)
    assert np.abs(off).max() < 4.0
    sd = draws[:, :2].std(axis=0)
    np.testing.assert_allclose(
        sd, [reference["hyper"]["mu"]["sd"], reference["hyper"]["tau"]["sd"]], rtol=0.1
    )


def test_the_same_seed_gives_the_same_draws_and_another_gives_others():
    design = make_design("poisson")
    one, same, other = (nuts.fit_nuts(design, draws=101, seed=seed) for seed in (1, 1, 2))
    # Rounded up, to four chains of the same length.
    assert one.hyper.shape == (104, 2)
    assert one.effects.effect.shape == (104, 7)
    assert np.array_equal(one.hyper, same.hyper)
    assert np.array_equal(one.effects.effect, same.effects.effect)
    assert not np.array_equal(one.hyper, other.hyper)
    with pytest.raises(ValueError, match="read-only"):
        one.effects.effect[0, 0] = 0.0


def without_nutpie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nuts, "find_spec", lambda name: None)


def test_without_nutpie_pymc_finds_the_same_posterior(monkeypatch):
    without_nutpie(monkeypatch)
    design = make_design("binomial", units=12, size=(50, 2000))
    found = nuts.fit_nuts(design, draws=4000, seed=1)
    assert found.diagnostics.passed, found.diagnostics
    assert_means_agree(found, *exact_moments(design))
    again = nuts.fit_nuts(design, draws=4000, seed=1)
    assert np.array_equal(found.hyper, again.hyper)


@pytest.mark.parametrize("sampler", ["nutpie", "pymc"])
def test_nothing_is_printed_logged_or_warned_of(sampler, monkeypatch, capfd, caplog):
    if sampler == "pymc":
        without_nutpie(monkeypatch)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        nuts.fit_nuts(make_design("poisson"), draws=100, seed=1)
    assert [str(each.message) for each in found] == []
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("sampler", ["nutpie", "pymc"])
def test_progress_is_shown_on_stderr_alone(sampler, monkeypatch, capfd):
    if sampler == "pymc":
        without_nutpie(monkeypatch)
    nuts.fit_nuts(make_design("poisson"), draws=100, seed=1, progress=True)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("sampler", ["nutpie", "pymc"])
def test_a_density_that_is_nowhere_finite_is_an_error_that_says_how_to_mend_it(
    sampler, monkeypatch
):
    if sampler == "pymc":
        without_nutpie(monkeypatch)
    design = make_design("binomial")
    family = design.family
    assert isinstance(family, Binomial)
    broken = Binomial(event=family.event * np.nan, size=family.size)
    with pytest.raises(ModelError, match=r"no place to start from.*use --engine quadrature"):
        nuts.fit_nuts(dataclasses.replace(design, family=broken), draws=100, seed=1)


def test_a_sampler_that_stops_is_an_error_that_says_how_to_mend_it(monkeypatch):
    without_nutpie(monkeypatch)

    def stop(*args, **options):
        raise RuntimeError("Chain 2 failed")

    monkeypatch.setattr(nuts.pm, "sample", stop)
    with pytest.raises(ModelError, match="stopped before its end"):
        nuts.fit_nuts(make_design("poisson"), draws=100, seed=1)


def test_a_fit_by_nuts_is_a_posterior_like_any_other():
    card = load_card("default-ratio")
    found = fit_design(make_design("poisson"), card=card, by={}, engine="nuts", draws=400, seed=1)
    assert (found.engine, found.chains, found.draws) == ("nuts", 4, 400)
    assert not found.independent
    assert list(found.natural()) == ["intercept", "tau"]


def chains_of(rng: np.random.Generator, columns: int, *, draws: int = 4000) -> np.ndarray:
    return rng.standard_normal((draws, columns))


def check(hyper: np.ndarray, effect: np.ndarray, divergences: int = 0):
    return check_chains(
        hyper, effect, chains=4, divergences=divergences, names=("intercept", "tau")
    )


def test_chains_that_mix_have_no_problems_even_with_thousands_of_units():
    rng = np.random.default_rng(1)
    # Correlated draws, worth about a third of independent ones: the worst R-hat is above 1.01.
    effect = chains_of(rng, 2000).reshape(4, 1000, -1)
    for at in range(1, 1000):
        effect[:, at] = 0.5 * effect[:, at - 1] + np.sqrt(0.75) * effect[:, at]
    found = check(chains_of(rng, 2), effect.reshape(4000, -1))
    assert found.problems == ()
    assert 1.005 < found.r_hat < 1.05


def test_a_hyper_parameter_whose_chains_differ_is_named():
    rng = np.random.default_rng(1)
    hyper = chains_of(rng, 2)
    hyper[:1000, 1] += 1.0
    found = check(hyper, chains_of(rng, 3))
    assert "R-hat of tau is up to 1." in found.problems[0]
    assert not found.passed
    assert found.r_hat > 1.05


def test_one_unit_among_many_whose_chains_differ_widely_is_a_problem():
    rng = np.random.default_rng(1)
    effect = chains_of(rng, 300)
    effect[:1000, 7] += 3.0
    assert "units' effects" in check(chains_of(rng, 2), effect).problems[0]


def test_chains_that_never_moved_are_a_problem():
    rng = np.random.default_rng(1)
    effect = chains_of(rng, 3)
    effect[:, 1] = np.repeat(np.arange(4.0), 1000)
    found = check(chains_of(rng, 2), effect)
    assert not found.passed
    assert found.r_hat > 1.05


def test_few_draws_are_a_problem_that_more_draws_mend():
    rng = np.random.default_rng(1)
    found = check(chains_of(rng, 2, draws=200), chains_of(rng, 3, draws=200))
    assert any("less than the 400" in each and "more draws" in each for each in found.problems)


@pytest.mark.parametrize(("divergences", "passed"), [(4, True), (5, False)])
def test_more_than_one_divergence_in_a_thousand_draws_is_a_problem(divergences, passed):
    rng = np.random.default_rng(1)
    found = check(chains_of(rng, 2), chains_of(rng, 3), divergences)
    assert found.passed is passed
    assert found.divergences == divergences
