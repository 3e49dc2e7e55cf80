"""The density of a model at a place, from the arrays of quadrature and from SciPy."""

from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.special import logsumexp

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.quadrature.marginal import log_prior, unpack


@dataclass(frozen=True)
class Point:
    """A place in the space of hyper-parameters and units' effects."""

    h: np.ndarray
    u: np.ndarray


def our_log_density(design: Design, point: Point) -> float:
    """Prior, likelihood and effects from the arrays of the other engine, and from SciPy."""
    hyper = unpack(design, point.h[None])
    tau, spread = hyper.tau[0], float(hyper.spread[0])
    x, effects = point.u / tau, design.effects
    if effects.name in ("normal", "normal-by-size"):
        effect = stats.norm.logpdf(x)
    elif effects.name == "student-t":
        effect = stats.t(effects.degrees_of_freedom).logpdf(x)
    else:
        parts = [stats.norm(scale=scale).logpdf(x) for scale in effects.scale]
        effect = logsumexp(np.array(parts) + hyper.log_share[0][:, None], axis=0)
    total = log_prior(design, point.h[None])[0][0] + np.sum(effect - np.log(tau))
    theta = hyper.eta[0] + point.u[design.row_unit]
    row = design.family.value(theta[None, :, None], np.full((1, 1, 1), spread))
    return float(total + row.sum())
