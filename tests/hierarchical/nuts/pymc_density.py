"""The density of PyMC's model at places of our own variables."""

from dataclasses import replace

import numpy as np
from hierarchical.density import Point
from pytensor.compile.mode import Mode

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.nuts.model import Plan, build_model, plan_sampling
from varstat.hierarchical.quadrature.marginal import unpack

# The graph as it was written: to rewrite it takes far longer than a few values of it.
AS_WRITTEN = Mode(linker="py", optimizer=None)


def mixed_plan(design: Design) -> Plan:
    """Centre every other effect, so that both forms are tested in every model."""
    return replace(
        plan_sampling(design),
        unit_centred=np.arange(design.units) % 2 == 0,
    )


def random_points(design: Design, number: int, *, spread: float = 0.3) -> list[Point]:
    rng = np.random.default_rng(5)
    start = plan_sampling(design).start
    return [
        Point(
            h=start + spread * rng.standard_normal(design.dimension),
            u=0.4 * rng.standard_normal(design.units),
        )
        for _ in range(number)
    ]


def pymc_log_density(design: Design, points: list[Point]) -> np.ndarray:
    """The density of the PyMC model at the same places, as one of the same variables."""
    plan = mixed_plan(design)
    model = build_model(design, plan)
    log_density = model.compile_logp(mode=AS_WRITTEN)
    values = [float(log_density(pymc_point(design, plan, model, point))) for point in points]
    return np.array(values) - [scaled_jacobian(design, plan, point) for point in points]


def pymc_point(design: Design, plan: Plan, model, point: Point) -> dict[str, np.ndarray]:
    """Translate a place into the variables of the PyMC model."""
    hyper = unpack(design, point.h[None])
    k, taus = len(design.locations), len(design.taus)
    tau = hyper.tau[0]
    beta, log_tau, rest = point.h[:k], point.h[k : k + taus], list(point.h[k + taus :])
    base = plan.unit_matrix @ beta
    log_transient = rest.pop(0) if design.transient is None else 0.0
    everything = {
        "location": beta,
        "tau_log__": log_tau,
        "tau_precision_log__": -2.0 * log_tau,
        "transient_log__": log_transient,
        "transient_precision_log__": -2.0 * log_transient,
        "contamination_logodds__": rest[0] if rest else None,
        "sd_by_size": rest[0] if rest else None,
        "unit_centred": (base + point.u)[plan.unit_centred],
        "unit_scaled": (point.u / tau)[~plan.unit_centred],
    }
    return {each.name: np.asarray(everything[each.name]) for each in model.value_vars}


def scaled_jacobian(design: Design, plan: Plan, point: Point) -> float:
    """Log of du/dz over effects that are not centred."""
    hyper = unpack(design, point.h[None])
    return float(np.sum(np.log(hyper.tau[0][~plan.unit_centred])))
