r"""The posterior of the hyper-parameters: its mode, and coordinates in which it is round.

In whitened coordinates z about the mode, :math:`h = \hat h + Lz` with :math:`LL'` the inverse of
the negative Hessian, a posterior that is near normal is round and of unit SD.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from varstat.errors import ModelError
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.quadrature.marginal import log_posterior, log_posterior_slope
from varstat.hierarchical.quadrature.start import start_values
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Whitened:
    """Coordinates in which the posterior of the hyper-parameters is about standard normal.

    Attributes
    ----------
    mode : ndarray of float, shape (dimension,)
    scale : ndarray of float, shape (dimension, dimension)
        L: one step along a whitened axis, in hyper-parameters.
    peak : float
        Log density at the mode.
    """

    mode: Floats
    scale: Floats
    peak: float

    def place(self, z: Floats) -> Floats:
        """Give the hyper-parameters at whitened coordinates (points, dimension)."""
        return self.mode + z @ self.scale.T


def whiten(design: Design, *, nodes: int) -> Whitened:
    """Find the mode of the hyper-posterior and the Hessian there.

    Raises
    ------
    ModelError
        If there is no mode to be found.
    """
    start, width = start_values(design)

    def lower(x: Floats) -> tuple[float, Floats]:
        value, slope = log_posterior_slope(design, (start + width * x)[None], nodes=nodes)
        return -float(value[0]), -slope[0] * width

    found = minimize(lower, np.zeros(len(start)), jac=True, method="BFGS", options={"gtol": 1e-3})
    if not np.isfinite(found.fun):
        raise ModelError(
            "posterior",
            "no most likely values of the hyper-parameters can be found. Look for counts that "
            "are out of all proportion, and for covariates with extreme values.",
        )
    mode = start + width * found.x
    for _ in range(3):
        scale, newton = _curvature(design, mode, width, nodes=nodes)
        mode = mode + newton
        if np.sum(np.linalg.solve(scale, newton) ** 2) < 1e-4:
            break
    peak = float(log_posterior(design, mode[None], nodes=nodes)[0])
    return Whitened(mode=mode, scale=scale, peak=peak)


def _curvature(design: Design, mode: Floats, width: Floats, *, nodes: int) -> tuple[Floats, Floats]:
    """Difference the gradient for the Hessian; give L and the Newton step still to go."""
    d = len(mode)
    step = 0.05 * width
    around = np.concatenate([mode + np.diag(step), mode - np.diag(step), mode[None]])
    slope = log_posterior_slope(design, around, nodes=nodes)[1]
    hessian = (slope[:d] - slope[d : 2 * d]) / (2.0 * step[:, None])
    hessian = -0.5 * (hessian + hessian.T)
    values, vectors = np.linalg.eigh(hessian * np.outer(width, width))
    # Where the posterior is flat or hollow at the mode its own prior width is the best guess.
    values = np.maximum(values, 1e-2)
    scale = width[:, None] * vectors / np.sqrt(values)
    newton = scale @ (scale.T @ slope[-1])
    size = float(np.linalg.norm(scale.T @ slope[-1]))
    return scale, newton * min(1.0, 1.0 / max(size, 1e-300))
