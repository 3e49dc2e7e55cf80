"""Is a posterior by quadrature what it says it is? By simulation from the prior.

Hyper-parameters, effects and data are drawn from the prior and the model is fitted to the data:
then the truth is placed evenly among the posterior's draws [1]_. The joint log-likelihood is
placed as well, as it sees what no single parameter does [2]_. Where importance sampling says of
itself that it failed, the replication is left out: that depends on the data alone, given which
the truth is a draw from the posterior.

References
----------
.. [1] Talts, Betancourt, Simpson, Vehtari & Gelman (2018). Validating Bayesian inference
   algorithms with simulation-based calibration. arXiv:1804.06788
.. [2] Modrák, Moon, Kim, Bürkner, Huurre, Faltejsková, Gelman & Vehtari (2023). Simulation-based
   calibration checking for Bayesian computation: the choice of test quantities shapes sensitivity.
   Bayesian Anal. doi:10.1214/23-BA1404
"""

from dataclasses import replace

import numpy as np
import pytest
from designs import half_normal
from nations import AWAY_FROM_ZERO, PRIORS, Nation, Truth, draw_nation
from uniformity import least, place

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.quadrature.fit import Quadrature, fit_quadrature
from varstat.hierarchical.quadrature.marginal import unpack

# Of models that are fitted in a moment, and of those that take ten times as long.
REPLICATIONS, FEWER = 200, 80
# Ranks are among this many draws, so that there are a multiple of the bins' number of them.
PLACED = 127
# Of some 150 quantities, three p-values each: fewer than one false alarm in 2,000 runs of all.
FALSE_ALARM = 1e-6

SEVERAL = {"units": 6, "periods": 3, "transient": "auto", "priors": AWAY_FROM_ZERO}
NATIONS = {
    f"{likelihood}, {effects}": Nation(
        likelihood=likelihood, effects=effects, units=10 if effects == "student-t" else 16
    )
    for likelihood in ("binomial", "poisson", "normal")
    for effects in ("normal", "student-t", "contaminated-normal")
} | {
    "beta-binomial, normal": Nation(likelihood="beta-binomial", **SEVERAL),
    "beta-binomial, student-t": Nation(
        likelihood="beta-binomial", effects="student-t", units=8, transient=0.3
    ),
    "beta-binomial, contaminated-normal": Nation(
        likelihood="beta-binomial", effects="contaminated-normal", **SEVERAL
    ),
    "negative-binomial, normal": Nation(likelihood="negative-binomial", **SEVERAL),
    "negative-binomial, student-t": Nation(
        likelihood="negative-binomial", effects="student-t", units=10, transient=0.3
    ),
    "negative-binomial, contaminated-normal": Nation(
        likelihood="negative-binomial", effects="contaminated-normal", **SEVERAL
    ),
    "binomial with a transient effect": Nation(**SEVERAL),
    "poisson with a transient effect": Nation(likelihood="poisson", **SEVERAL),
    "normal with a transient effect": Nation(likelihood="normal", **SEVERAL),
    "binomial with a stated transient effect": Nation(transient=0.5),
    "poisson with period effects": Nation(
        likelihood="poisson", units=12, periods=3, period_effects=True, priors=AWAY_FROM_ZERO
    ),
    "peer groups with taus of their own, and a covariate": Nation(
        units=24, covariate=True, peer_groups=2, peer_tau="own"
    ),
    "binomial, whose SD goes with size": Nation(effects="normal-by-size", units=24),
    "poisson, whose SD goes with size": Nation(
        likelihood="poisson", effects="normal-by-size", units=24
    ),
    "binomial, small counts withheld": Nation(withheld=7),
    "poisson, small counts withheld": Nation(likelihood="poisson", withheld=7),
}


def log_likelihood(design: Design, h: np.ndarray, effect: np.ndarray) -> np.ndarray:
    """Log-likelihood of the data given hyper-parameters and effects (draws, ...)."""
    hyper = unpack(design, h)
    theta = hyper.eta + design.expand(effect)
    value = design.family.value(theta[..., None], hyper.spread[:, None, None])
    return np.asarray(value.sum(axis=(1, 2)))


def some_draws(found: Quadrature) -> tuple[np.ndarray, np.ndarray]:
    """Give hyper-parameters and effects of the draws the truth is placed among."""
    blocks = []
    for some, effect in found.effects.blocks(1):
        blocks.append(effect.copy())
        if some.stop >= PLACED:
            break
    return found.hyper.h[:PLACED], np.concatenate(blocks)[:PLACED]


def quantities(design: Design, h: np.ndarray, effect: np.ndarray) -> dict[str, np.ndarray]:
    """Give what is placed: (draws,) each. Units stand in the order of their sizes."""
    units = {"smallest": 0, "middle": design.units // 2, "largest": design.units - 1}
    return (
        {name: h[:, column] for column, name in enumerate(design.names)}
        | {name: effect[:, unit] for name, unit in units.items()}
        | {"log-likelihood": log_likelihood(design, h, effect)}
    )


def place_truth(truth: Truth, found: Quadrature, rng: np.random.Generator) -> dict[str, float]:
    """Place every quantity's truth among its draws."""
    # A model that is fitted on purpose may lack the last of the hyper-parameters.
    hyper = truth.hyper[None, : truth.design.dimension]
    true = quantities(truth.design, hyper, truth.effect[None])
    drawn = quantities(truth.design, *some_draws(found))
    return {name: float(place(true[name][0], drawn[name], rng)) for name in true}


def calibrate(
    drawn: Nation, fitted: Nation | None = None, *, replications: int, seed: int
) -> tuple[dict[str, np.ndarray], float]:
    """Place the truths of many nations; `fitted` has the model that is fitted, if another.

    Returns
    -------
    places : dict of str to ndarray of float
    failed : float
        The share of fits that say they failed.
    """
    rng = np.random.default_rng(seed)
    places: dict[str, list[float]] = {}
    tried = kept = 0
    while kept < replications:
        truth = draw_nation(drawn, rng)
        if fitted is not None:
            design = fitted.design(truth.design.event, truth.design.size)
            truth = replace(truth, design=design)
        # What says whether a fit failed is the same for any number of draws.
        found = fit_quadrature(truth.design, draws=400, seed=tried)
        tried += 1
        if found.diagnostics.problems:
            assert found.lattice is None, "a sum has nothing to fail"
            continue
        kept += 1
        for name, at in place_truth(truth, found, rng).items():
            places.setdefault(name, []).append(at)
    return {name: np.array(values) for name, values in places.items()}, 1.0 - kept / tried


@pytest.mark.slow
@pytest.mark.parametrize("name", NATIONS)
def test_the_truth_is_placed_evenly_among_its_draws(name):
    nation = NATIONS[name]
    longer = nation.transient == "auto" or nation.effects != "normal"
    places, failed = calibrate(nation, replications=FEWER if longer else REPLICATIONS, seed=7)
    p, worst = least(places)
    assert p > FALSE_ALARM, worst
    assert failed < 0.4


WRONG = {
    "a prior that expects less": (
        Nation(units=5, largest=60, priors=PRIORS | {"tau": half_normal(1.5)}),
        Nation(units=5, largest=60),
    ),
    "a transient part left out": (Nation(transient=0.4), Nation()),
    "a transient part of twice the size": (
        Nation(likelihood="negative-binomial", transient=0.3),
        Nation(likelihood="negative-binomial", transient=0.6),
    ),
    "effects without tails": (
        Nation(effects="contaminated-normal", units=30, smallest=200, largest=2000),
        Nation(units=30, smallest=200, largest=2000),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_in_a_model_is_seen(name):
    drawn, fitted = WRONG[name]
    places, _ = calibrate(drawn, fitted, replications=REPLICATIONS, seed=8)
    assert least(places)[0] < FALSE_ALARM


def test_draws_that_are_too_narrow_or_off_centre_are_seen():
    rng = np.random.default_rng(9)
    truth, draws = rng.normal(size=REPLICATIONS), rng.normal(size=(PLACED, REPLICATIONS))
    assert least({"right": place(truth, draws, rng)})[0] > 1e-3
    for wrong in (0.7 * draws, 1.4 * draws, draws + 0.4):
        assert least({"wrong": place(truth, wrong, rng)})[0] < FALSE_ALARM
