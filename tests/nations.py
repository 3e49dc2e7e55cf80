"""Nations of units drawn from a model's own prior, for tests of calibration.

What is drawn here shares no code with the package's own replications.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from designs import beta, gamma_precision, half_normal, make_design, normal
from numpy.typing import NDArray

from varstat.hierarchical.model.censored import Censored
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.prior import BY_SIZE_SD

Floats = NDArray[np.float64]

MEASURES = {
    "binomial": "proportion",
    "beta-binomial": "proportion",
    "poisson": "ratio",
    "negative-binomial": "ratio",
    "normal": "mean",
}
# Informative enough for what is drawn from them to look like a nation's units.
PRIORS = {
    "intercept": normal(-1.0, 0.7),
    "peer_mean": normal(-1.0, 0.7),
    "coefficient": normal(0.0, 0.5),
    "period": normal(0.0, 0.4),
    "tau": half_normal(0.5),
    "transient": gamma_precision(4.0, 0.16),
    "contamination": beta(2.0, 8.0),
}
# No mass near tau = 0, where a lattice of three hyper-parameters has to reach far.
AWAY_FROM_ZERO = PRIORS | {"tau": gamma_precision(4.0, 0.4)}
DEGREES_OF_FREEDOM, CONTAMINATION_SCALE = 4.0, 5.0


@dataclass(frozen=True, kw_only=True)
class Nation:
    """What a nation of units looks like before anything is known of them.

    `smallest` and `largest` are numbers of records: a mean's SE is 3 over their root. Counts from
    1 to `withheld` are known to lie in that range only. `transient` is the SD of what passes,
    or "auto" to draw it from its prior.
    """

    likelihood: str = "binomial"
    effects: str = "normal"
    units: int = 16
    periods: int = 1
    smallest: int = 20
    largest: int = 400
    transient: float | str = 0.0
    period_effects: bool = False
    peer_groups: int = 0
    peer_tau: str = "common"
    covariate: bool = False
    withheld: int = 0
    direction: str = "higher-is-better"
    priors: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: PRIORS)

    def size(self, rng: np.random.Generator) -> Floats:
        """Draw the sizes of rows, those of the first units the smallest."""
        log = rng.uniform(np.log(self.smallest), np.log(self.largest), self.units)
        records = np.repeat(np.round(np.exp(np.sort(log))), self.periods)
        return 3.0 / np.sqrt(records) if self.likelihood == "normal" else records

    def design(self, event: Floats, size: Floats) -> Design:
        """Build the design of what a nation's rows report."""
        unit = np.arange(self.units)
        groups = [f"g{i % self.peer_groups}" for i in unit] if self.peer_groups else None
        # Fixed, and not in the order of the sizes.
        covariate = np.sin(2.4 * (unit + 1.0))
        lower, upper = event.copy(), event.copy()
        hidden = (event >= 1) & (event <= self.withheld)
        lower[hidden], upper[hidden] = (
            1.0,
            np.minimum(self.withheld, np.max(size[hidden], initial=1)),
        )
        rows = np.repeat(unit, self.periods)
        design = make_design(
            np.where(hidden, np.nan, event),
            size,
            measure=MEASURES[self.likelihood],
            likelihood=self.likelihood,
            effects=self.effects,
            unit=[f"u{i:03d}" for i in rows],
            period=[*np.tile(np.arange(self.periods), self.units)] if self.periods > 1 else None,
            peer_group=None if groups is None else [groups[i] for i in rows],
            covariates={"casemix": covariate[rows]} if self.covariate else None,
            bounds=(lower, upper),
            transient=self.transient,
            direction=self.direction,
            priors=self.priors,
            scaled=False,
            period_effects=self.period_effects,
            peer_tau=self.peer_tau,
        )
        return about_a_half(design)


def about_a_half(design: Design) -> Design:
    """State a beta-binomial's transient SD where the rate is a half: no pooled rate is known."""
    family = design.family
    if design.likelihood != "beta-binomial":
        return design
    if isinstance(family, Censored):
        return replace(design, family=replace(family, inner=replace(family.inner, pooled=0.5)))
    return replace(design, family=replace(family, pooled=0.5))


@dataclass(frozen=True, kw_only=True)
class Truth:
    """Hyper-parameters in unconstrained form, effects of units, and what the rows report."""

    hyper: Floats
    effect: Floats
    design: Design


def draw_scale(prior: Mapping[str, Any], rng: np.random.Generator) -> float:
    """Draw a standard deviation from its prior."""
    match prior["distribution"]:
        case "half-normal":
            return abs(float(rng.normal(0.0, prior["sd"])))
        case "gamma-precision":
            return float(rng.gamma(prior["shape"], 1.0 / prior["rate"])) ** -0.5
    raise ValueError(prior["distribution"])


def draw_hyper(
    nation: Nation, names: tuple[str, ...], rng: np.random.Generator
) -> dict[str, float]:
    """Draw hyper-parameters on their own scale from the nation's priors."""
    out = {}
    for name in names:
        kind = name.partition("[")[0]
        if kind == "sd_by_size":
            out[name] = float(rng.normal(0.0, BY_SIZE_SD))
            continue
        prior = nation.priors["transient" if kind == "tau_transient" else kind]
        if kind == "contamination":
            out[name] = float(rng.beta(prior["a"], prior["b"]))
        elif kind.startswith("tau"):
            out[name] = draw_scale(prior, rng)
        else:
            out[name] = float(rng.normal(prior["mean"], prior["sd"]))
    return out


def unconstrain(hyper: Mapping[str, float]) -> Floats:
    """Take logs of scales and logits of shares, in the order they are given in."""
    out = []
    for name, value in hyper.items():
        if name == "contamination":
            out.append(np.log(value) - np.log1p(-value))
        else:
            out.append(np.log(value) if name.startswith("tau") else value)
    return np.array(out)


def draw_effect(
    nation: Nation, tau: Floats, contamination: float, rng: np.random.Generator
) -> Floats:
    """Draw the effects of units."""
    match nation.effects:
        case "student-t":
            return tau * rng.standard_t(DEGREES_OF_FREEDOM, nation.units)
        case "contaminated-normal":
            outlying = rng.random(nation.units) < contamination
            return tau * np.where(outlying, CONTAMINATION_SCALE, 1.0) * rng.normal(size=tau.size)
        case _:
            return tau * rng.normal(size=nation.units)


def draw_event(
    likelihood: str, theta: Floats, size: Floats, transient: float, rng: np.random.Generator
) -> Floats:
    """Draw what rows of given link-scale rates report."""
    passing = transient * rng.normal(size=theta.size)
    match likelihood:
        case "binomial":
            return rng.binomial(size.astype(int), 1 / (1 + np.exp(-theta - passing))).astype(float)
        case "beta-binomial":
            p, total = 1 / (1 + np.exp(-theta)), 4 / transient**2
            p = rng.beta(np.maximum(total * p, 1e-9), np.maximum(total * (1 - p), 1e-9))
            return rng.binomial(size.astype(int), p).astype(float)
        case "poisson":
            return rng.poisson(size * np.exp(theta + passing)).astype(float)
        case "negative-binomial":
            frailty = rng.gamma(transient**-2, transient**2, theta.size)
            return rng.poisson(size * np.exp(theta) * frailty).astype(float)
        case _:
            return theta + passing + size * rng.normal(size=theta.size)


def draw_nation(nation: Nation, rng: np.random.Generator) -> Truth:
    """Draw hyper-parameters, effects and data from the prior."""
    size = nation.size(rng)
    empty = nation.design(np.zeros_like(size), size)
    hyper = draw_hyper(nation, empty.names, rng)
    tau = np.array([hyper[name] for name in empty.taus])[empty.tau_of]
    if nation.effects == "normal-by-size":
        records = np.log(size if nation.likelihood != "normal" else size**-2.0)
        tau = tau * np.exp(hyper["sd_by_size"] * (records - records.mean()))
    effect = draw_effect(nation, tau, hyper.get("contamination", 0.0), rng)
    location = np.array([hyper[name] for name in empty.locations])
    theta = empty.matrix @ location + effect[empty.row_unit]
    stated = 0.0 if nation.transient == "auto" else float(nation.transient)
    event = draw_event(nation.likelihood, theta, size, hyper.get("tau_transient", stated), rng)
    return Truth(hyper=unconstrain(hyper), effect=effect, design=nation.design(event, size))
