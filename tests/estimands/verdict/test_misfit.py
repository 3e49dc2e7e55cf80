"""Leave-one-out and conflict p-values against refits, and where the model holds and doesn't."""

from itertools import product

import numpy as np
import pytest
from designs import make_design, make_posterior, normal
from nations import Nation, about_a_half, draw_nation
from scipy import stats
from scipy.special import betaln, expit

from varstat.errors import ModelError
from varstat.estimands.verdict.misfit import find_misfit
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import Posterior

pytestmark = pytest.mark.slow

TRANSIENT = 0.3
# Fewer draws than any other use takes: here everything is summed.
DRAWS = 100
PRIORS = {"intercept": normal(0.0, 2.5)}


def mid_tail(likelihood: str, event: float, size: float, theta: np.ndarray) -> np.ndarray:
    """P(more) + P(as many) / 2 of what a row reports, by SciPy's distributions."""
    if likelihood == "normal":
        return np.asarray(stats.norm.sf(event, theta, size))
    # Far beyond what any count can be.
    theta = np.clip(theta, -25.0, 25.0)
    p, mean = expit(theta), size * np.exp(theta)
    total, shape = 4.0 / TRANSIENT**2, 1.0 / TRANSIENT**2
    if likelihood == "beta-binomial":
        count = np.arange(event, size + 1)[:, None]
        ways = -np.log(size + 1) - betaln(size - count + 1, count + 1)
        alpha, beta = total * p, total * (1 - p)
        chances = np.exp(ways + betaln(count + alpha, size - count + beta) - betaln(alpha, beta))
        return np.asarray(chances.sum(axis=0) - 0.5 * chances[0])
    # A frozen distribution takes longer to make than to use.
    chance, shapes = {
        "binomial": (stats.binom, (int(size), p)),
        "poisson": (stats.poisson, (mean,)),
        "negative-binomial": (stats.nbinom, (shape, shape / (shape + mean))),
    }[likelihood]
    return np.asarray(0.5 * (chance.sf(event, *shapes) + chance.sf(event - 1, *shapes)))


def effect_density(effects: str, u: np.ndarray, h: np.ndarray) -> np.ndarray:
    """Density of effects u given one point of hyper-parameters."""
    tau = np.exp(h[1])
    match effects:
        case "student-t":
            return np.asarray(stats.t.pdf(u / tau, 4) / tau)
        case "contaminated-normal":
            share = expit(h[2])
            main, wide = stats.norm.pdf(u, 0, tau), stats.norm.pdf(u, 0, 5 * tau)
            return np.asarray((1 - share) * main + share * wide)
        case _:
            return np.asarray(stats.norm.pdf(u, 0, tau))


def without(posterior: Posterior, left_out: int, effects: str) -> Posterior:
    """Fit anew without a unit."""
    design = posterior.design
    kept = np.arange(design.units) != left_out
    return fitted(
        make_design(
            design.event[kept],
            design.size[kept],
            measure=design.measure.name,
            likelihood=design.likelihood,
            effects=effects,
            transient=float(design.transient or 0.0),
            scaled=False,
            priors=PRIORS,
        )
    )


def fitted(design: Design) -> Posterior:
    """Fit a design in which nothing but the units themselves depends on who is there."""
    return make_posterior(about_a_half(design), draws=DRAWS)


def predictive_tail(refit: Posterior, effects: str, event: float, size: float) -> float:
    """Sum the tail over the lattice of a refit and a fine grid of the new unit's effect."""
    lattice, total, all_weight = refit.lattice, 0.0, 0.0
    assert lattice is not None
    for h, weight in zip(lattice.h, lattice.weight, strict=True):
        if weight > 1e-4 * lattice.weight.max():
            # Fine about 0, and wide enough for any tail.
            u = np.exp(h[1]) * np.sinh(np.linspace(-7.0, 7.0, 401))
            mass = effect_density(effects, u, h) * np.gradient(u)
            tail = mid_tail(refit.design.likelihood, event, size, h[0] + u)
            total += weight * float(mass @ tail / mass.sum())
            all_weight += weight
    return total / all_weight


# Summing every count of a beta-binomial at every point takes minutes with more than one part.
REFITS = [
    *product(("binomial", "poisson", "negative-binomial", "normal"), ("normal", "student-t")),
    ("binomial", "contaminated-normal"),
    *(
        pytest.param(*each, marks=pytest.mark.slow)
        for each in (
            ("poisson", "contaminated-normal"),
            ("negative-binomial", "contaminated-normal"),
            ("normal", "contaminated-normal"),
            ("beta-binomial", "normal"),
        )
    ),
]


@pytest.mark.parametrize(("likelihood", "effects"), REFITS)
def test_leaving_a_unit_out_by_weights_is_leaving_it_out_of_the_data(likelihood, effects):
    inside = likelihood in ("beta-binomial", "negative-binomial")
    measure = {"normal": "mean", "poisson": "ratio", "negative-binomial": "ratio"}
    rng = np.random.default_rng(1)
    # SciPy's beta-binomial adds up every count.
    largest = 4.5 if likelihood == "beta-binomial" else 7.0
    records = np.round(np.exp(rng.uniform(3.0, largest, 12)))
    theta = -1.0 + 0.4 * rng.normal(size=12)
    theta[3] = 1.0
    if likelihood == "normal":
        size = 3.0 / np.sqrt(records)
        event = theta + size * rng.normal(size=12)
    else:
        size = records
        rate = expit(theta) if measure.get(likelihood) is None else np.exp(theta)
        event = np.round(records * rate)
    posterior = fitted(
        make_design(
            event,
            size,
            measure=measure.get(likelihood, "proportion"),
            likelihood=likelihood,
            effects=effects,
            transient=TRANSIENT if inside else 0.0,
            scaled=False,
            priors=PRIORS,
        )
    )
    found = find_misfit(posterior).p_leave_one_out
    for unit in (0, 3, 5):
        refit = without(posterior, unit, effects)
        expected = predictive_tail(refit, effects, event[unit], size[unit])
        # For a unit far out the lattice of all units ends short of where the others' has mass.
        tolerance = 2e-3 if expected > 0.05 else 0.02 if expected > 5e-3 else 1.5
        assert found[unit] == pytest.approx(expected, rel=tolerance, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(("effects", "nations"), [("normal", 25), ("contaminated-normal", 6)])
def test_p_values_are_uniform_where_the_model_holds(effects, nations):
    nation = Nation(effects=effects, units=30, smallest=100, largest=1000)
    rng, loo, conflict = np.random.default_rng(2), [], []
    for seed in range(nations):
        truth = draw_nation(nation, rng)
        found = find_misfit(make_posterior(truth.design, draws=DRAWS, seed=seed))
        loo.append(found.p_leave_one_out)
        conflict.append(found.p_conflict)
    for values in (np.concatenate(loo), np.concatenate(conflict)):
        # Units of one nation share its hyper-parameters, and events are whole numbers.
        assert stats.kstest(values, "uniform").statistic < 2.2 / np.sqrt(values.size)
        for low in (0.01, 0.05, 0.25):
            error = 5 * np.sqrt(low / values.size)
            assert abs(np.mean(values < low) - low) < error
            assert abs(np.mean(values > 1 - low) - low) < error


def test_what_is_planted_is_found_and_nothing_else():
    rng = np.random.default_rng(3)
    theta = -1.0 + 0.2 * rng.normal(size=40)
    theta[[5, 6]] = [0.6, -2.6]
    size = np.full(40, 1000)
    event = rng.binomial(size, expit(theta)).astype(float)
    found = find_misfit(make_posterior(make_design(event, size), draws=DRAWS))
    for p in (found.p_leave_one_out, found.p_conflict):
        assert p[5] < 1e-3
        assert p[6] > 1 - 1e-3
        others = np.delete(p, [5, 6])
        assert np.all((others > 0.01) & (others < 0.99))


def test_effects_with_tails_expect_outliers():
    rng = np.random.default_rng(4)
    theta = -1.0 + 0.2 * rng.normal(size=40)
    theta[5] = 0.6
    event = rng.binomial(1000, expit(theta)).astype(float)
    p = {
        effects: find_misfit(
            make_posterior(make_design(event, np.full(40, 1000), effects=effects), draws=DRAWS)
        ).p_leave_one_out[5]
        for effects in ("normal", "contaminated-normal", "student-t")
    }
    assert p["normal"] < p["student-t"] < 0.05
    assert p["normal"] < p["contaminated-normal"] < 0.05


def test_units_with_no_or_all_events_have_p_values():
    event = [0.0, 40.0, 12.0, 15.0, 9.0, 11.0]
    found = find_misfit(make_posterior(make_design(event, [40] * 6), draws=DRAWS))
    for p in (found.p_leave_one_out, found.p_conflict):
        assert np.all((p > 0) & (p < 1))
        assert p[1] < 0.2
        assert p[0] > 0.8


def test_a_withheld_count_has_no_leave_one_out_p_value():
    event = np.array([np.nan, 20.0, 12.0, 15.0, 9.0])
    lower, upper = np.where(np.isnan(event), 1, event), np.where(np.isnan(event), 7, event)
    design = make_design(event, [40] * 5, bounds=(lower, upper))
    found = find_misfit(make_posterior(design, draws=DRAWS))
    assert np.isnan(found.p_leave_one_out).tolist() == [True, False, False, False, False]
    assert np.all(np.isfinite(found.p_conflict))


def test_several_rows_a_unit_are_refused():
    nation = Nation(units=8, periods=2)
    truth = draw_nation(nation, np.random.default_rng(5))
    with pytest.raises(ModelError, match="one row a unit"):
        find_misfit(make_posterior(truth.design, draws=DRAWS))
