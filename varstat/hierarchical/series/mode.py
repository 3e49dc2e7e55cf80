r"""The most likely path of all units together, by Newton's method.

At a linearisation point :math:`\eta` the working responses are
:math:`z = \eta + l'(\eta)/W`, with weights :math:`W = -l''(\eta)`. Given them units are Gaussian
chains about the national path and what covariates add, :math:`A_i\lambda`, and

.. math::

    \lambda \leftarrow \lambda + (\sum_i A_i'C_i^{-1}A_i + \Lambda)^{-1}
    \{\sum_i A_i'u_i - \Lambda(\lambda - \lambda_0)\}, \qquad \eta_i \leftarrow z_i - u_i/W_i

where :math:`u_i = C_i^{-1}(z_i - A_i\lambda - g_i)` and :math:`g_i` is the mean path of a unit's
jump, averaged over where its break may be.
"""

from dataclasses import dataclass

import numpy as np

from varstat.hierarchical.series.breaks import expected_jumps, find_breaks
from varstat.hierarchical.series.chain import Chain
from varstat.hierarchical.series.kalman import (
    Gains,
    Information,
    find_gains,
    find_information,
    innovate,
    invert,
    smooth,
    sum_inverse,
)
from varstat.hierarchical.series.likelihood import Cells
from varstat.measure import Floats

# How far a value may go in one step, and how many steps there may be.
_LONGEST, _MOST = 2.0, 60
_LEAST_WEIGHT = 1e-100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Locations:
    r"""What all units share: the national path and coefficients, with their normal prior.

    Attributes
    ----------
    covariates : ndarray of float, shape (covariates, periods, 1, units)
    mean : ndarray of float, shape (locations,)
        Periods first, then coefficients.
    precision : ndarray of float, shape (locations, locations)
    """

    covariates: Floats
    mean: Floats
    precision: Floats

    def part(self, units: slice) -> "Locations":
        """Keep some neighbouring units."""
        return Locations(
            covariates=self.covariates[..., units], mean=self.mean, precision=self.precision
        )

    def place(self, value: Floats) -> Floats:
        """Give the linear predictor at values (points, locations): (periods, points, units)."""
        length = self.covariates.shape[1]
        path = value[:, :length].T[:, :, None]
        for column, coefficient in zip(self.covariates, value[:, length:].T, strict=True):
            path = path + column * coefficient[:, None]
        return path

    def gather(self, u: Floats) -> Floats:
        """Sum what is one a cell (periods, points, units) over the columns: (points, locations)."""
        columns = [u.sum(axis=-1).T]
        columns += [(column * u).sum(axis=(0, 2))[:, None] for column in self.covariates]
        return np.concatenate(columns, axis=1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Linear:
    """A panel made Gaussian about a point, at some points of the hyper-parameters.

    Attributes
    ----------
    theta, response, weight : ndarray of float, shape (periods, points, units)
        Where it was linearised, and the working responses z and weights W there.
    inverse : ndarray of float, shape (periods, points, units)
        1/W; 0 where there is no row.
    gains : Gains
    information : Information
    """

    theta: Floats
    response: Floats
    weight: Floats
    inverse: Floats
    gains: Gains
    information: Information


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Filtered:
    """Residuals of working responses, filtered and smoothed.

    Attributes
    ----------
    innovation, u : ndarray of float, shape (periods, points, units)
    r : ndarray of float, shape (periods, points, units)
        Of the first state.
    """

    innovation: Floats
    u: Floats
    r: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mode:
    """The most likely path at some points of the hyper-parameters.

    Attributes
    ----------
    linear : Linear
        About a point next to the mode.
    filtered : Filtered
        What is left of its working responses at the location.
    step : ndarray of float, shape (periods, points, units)
        From there to the mode.
    location : ndarray of float, shape (points, locations)
    covariance : ndarray of float, shape (points, locations, locations)
        Of the locations, units integrated out.
    """

    linear: Linear
    filtered: Filtered
    step: Floats
    location: Floats
    covariance: Floats


def linearise(chain: Chain, cells: Cells, theta: Floats) -> Linear:
    """Make a panel Gaussian about link-scale values (periods, points, units)."""
    score, weight = cells.slopes(theta)
    inverse = np.zeros_like(theta)
    np.divide(1.0, weight, out=inverse, where=weight > _LEAST_WEIGHT)
    score *= inverse
    score += theta
    gains = find_gains(chain, weight)
    return Linear(
        theta=theta,
        response=score,
        weight=weight,
        inverse=inverse,
        gains=gains,
        information=find_information(chain, gains),
    )


def filter_residual(chain: Chain, linear: Linear, residual: Floats) -> Filtered:
    """Filter and smooth what is left of working responses."""
    innovation = innovate(chain, linear.gains, residual)
    u, r = smooth(chain, linear.gains, innovation)
    return Filtered(innovation=innovation, u=u, r=r[:, 0])


def find_evidence(chain: Chain, linear: Linear, filtered: Filtered) -> Floats:
    """Log evidence of each unit as Gaussian, up to the weights' own: shape (points, units)."""
    square = np.einsum(
        "tpn,tpn,tpn->pn", filtered.innovation, filtered.innovation, linear.gains.precision
    )
    evidence = -0.5 * (square + linear.gains.log_det)
    if chain.share is None:
        return np.asarray(evidence)
    breaks = find_breaks(chain, filtered.r, linear.information.step)
    return np.asarray(evidence + breaks.log_evidence)


def find_mode(
    chain: Chain,
    cells: Cells,
    locations: Locations,
    *,
    theta: Floats,
    location: Floats,
    tolerance: float,
    fixed: bool = False,
) -> Mode:
    """Find the mode from a starting point.

    Parameters
    ----------
    chain : Chain
    cells : Cells
    locations : Locations
    theta : ndarray of float, broadcast to (periods, points, units)
    location : ndarray of float, broadcast to (points, locations)
    tolerance : float
        How far the log density may still be from its peak, about.
    fixed : bool
        Whether locations stay where they are.

    Returns
    -------
    Mode
    """
    points = chain.passing.shape[0]
    theta = np.broadcast_to(theta, (cells.event.shape[0], points, cells.event.shape[-1])).copy()
    location = np.broadcast_to(location, (points, len(locations.mean))).copy()
    covariance = np.zeros((points, len(locations.mean), len(locations.mean)))
    for _ in range(_MOST):
        linear = linearise(chain, cells, theta)
        residual = linear.response - locations.place(location)
        filtered = filter_residual(chain, linear, residual)
        # What the mean path of jumps takes off u.
        off = _invert_jumps(chain, linear, filtered)
        if not fixed:
            covariance = location_covariance(chain, linear, locations)
            score = locations.gather(filtered.u - off)
            score -= (location - locations.mean) @ locations.precision
            move = (covariance @ score[..., None])[..., 0]
            location = location + move
            residual -= locations.place(move)
            filtered = filter_residual(chain, linear, residual)
        step = off - filtered.u
        step *= linear.inverse
        step += linear.response
        step -= theta
        np.clip(step, -_LONGEST, _LONGEST, out=step)
        theta = theta + step
        # What is left after a step of Newton's is far less than the step itself was worth.
        worth = np.einsum("tpn,tpn,tpn->p", linear.weight, step, step)
        if float(worth.max()) < tolerance:
            break
    return Mode(
        linear=linear, filtered=filtered, step=step, location=location, covariance=covariance
    )


def _invert_jumps(chain: Chain, linear: Linear, filtered: Filtered) -> Floats | float:
    """Multiply units' mean paths of their jumps by the inverse covariances."""
    if chain.share is None:
        return 0.0
    breaks = find_breaks(chain, filtered.r, linear.information.step)
    return invert(chain, linear.gains, expected_jumps(breaks, filtered.r))[0]


def location_covariance(chain: Chain, linear: Linear, locations: Locations) -> Floats:
    """Covariance of the locations given the hyper-parameters: (points, locations, locations)."""
    length, points, _ = linear.response.shape
    number = len(locations.mean)
    total = np.zeros((points, number, number))
    total[:, :length, :length] = sum_inverse(chain, linear.gains, linear.information)
    for j, column in enumerate(locations.covariates):
        spread = np.broadcast_to(column, linear.response.shape).copy()
        total[:, length + j] = locations.gather(invert(chain, linear.gains, spread)[0])
        total[:, :, length + j] = total[:, length + j]
    return np.asarray(np.linalg.inv(total + locations.precision))
