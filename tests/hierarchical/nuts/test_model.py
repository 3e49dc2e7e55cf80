"""The model of NUTS is that of our own arrays."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hierarchical.density import Point, our_log_density
from hierarchical.nuts.pymc_density import (
    AS_WRITTEN,
    mixed_plan,
    pymc_log_density,
    pymc_point,
    random_points,
)
from hierarchical.nuts.simulated import CARDS, PRIORS, make_design
from scipy.special import expit

from varstat.hierarchical.model.censored import Censored
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.smeared import Smeared, smear
from varstat.hierarchical.nuts.model import build_model, effect_draws, hyper_draws, plan_sampling

pytestmark = pytest.mark.nuts
EFFECTS = ("normal", "normal-by-size", "student-t", "contaminated-normal")


def transients(likelihood: str) -> tuple[str | float, ...]:
    """How the passing part may be stated for a likelihood."""
    inside = likelihood in ("beta-binomial", "negative-binomial")
    return ("auto", 0.3) if inside else ("none", "auto", 0.3)


COMBINATIONS = [
    (likelihood, effects, transient)
    for likelihood, effects in product(CARDS, EFFECTS)
    for transient in transients(likelihood)
]


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
    if isinstance(family, Smeared):
        # Over a range wider than the transient SD quadrature's nine are off by a thousandth.
        nodes = smear(
            family.inner,
            link_rate=family.link_rate,
            link_variance=family.link_variance,
            nodes=15,
        )
        design = replace(design, family=nodes)
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
        # Ranges of the density are of any number of widths, above; here of a narrow and a wide one.
        range_of={at: RANGES[at] for at in (2, 5)},
        model={"effects": "contaminated-normal", "transient": 0.2},
    )
    plan = mixed_plan(design)
    model = build_model(design, plan)
    value = model.compile_logp(mode=AS_WRITTEN)
    slope = model.compile_dlogp(mode=AS_WRITTEN)
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


def test_no_unit_is_centred_where_all_may_be_alike():
    design = make_design("binomial", size=(5_000, 50_000), units=40, tau=0.002)
    assert not plan_sampling(design).unit_centred.any()


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
