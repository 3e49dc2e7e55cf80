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

from varstat.hierarchical.series.breaks import Breaks, expected_jumps, find_breaks
from varstat.hierarchical.series.chain import Chain
from varstat.hierarchical.series.kalman import (
    Gains,
    Information,
    find_gains,
    find_information,
    innovate,
    invert,
    invert_rows,
    smooth,
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
    gains : Gains
    information : Information
    """

    theta: Floats
    response: Floats
    weight: Floats
    gains: Gains
    information: Information


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mode:
    """The most likely path at some points of the hyper-parameters.

    Attributes
    ----------
    linear : Linear
        At the mode.
    location : ndarray of float, shape (points, locations)
    covariance : ndarray of float, shape (points, locations, locations)
        Of the locations, units integrated out.
    rows : list of ndarray
        Of the inverse covariances, right of the diagonal.
    """

    linear: Linear
    location: Floats
    covariance: Floats
    rows: list[Floats]


def linearise(chain: Chain, cells: Cells, theta: Floats) -> Linear:
    """Make a panel Gaussian about link-scale values (periods, points, units)."""
    score, weight = cells.slopes(theta)
    response = theta + score / np.maximum(weight, _LEAST_WEIGHT)
    gains = find_gains(chain, weight)
    return Linear(
        theta=theta,
        response=response,
        weight=weight,
        gains=gains,
        information=find_information(chain, gains),
    )


def weigh(chain: Chain, linear: Linear, residual: Floats) -> tuple[Floats, Breaks | None, Floats]:
    """Filter residuals of working responses: the evidence of each unit, and of its break.

    Returns
    -------
    log_evidence : ndarray of float, shape (points, units)
        Of the residuals as Gaussian, up to the weights' own.
    breaks : Breaks or None
    jumps : ndarray of float, shape (periods, points, units)
        The mean path of the jump; zeros where there are no breaks.
    """
    innovation = innovate(chain, linear.gains, residual)
    square = (innovation**2 * linear.gains.precision).sum(axis=0)
    evidence = -0.5 * (square + linear.gains.log_det)
    if chain.share is None:
        return evidence, None, np.zeros_like(residual)
    r = smooth(chain, linear.gains, innovation)[1][:, 0]
    breaks = find_breaks(chain, r, linear.information.step)
    return evidence + breaks.log_evidence, breaks, expected_jumps(breaks, r)


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
    rows: list[Floats] = []
    for _ in range(_MOST):
        linear = linearise(chain, cells, theta)
        residual = linear.response - locations.place(location)
        jumps = weigh(chain, linear, residual)[2] if chain.share is not None else 0.0
        residual = residual - jumps
        if not fixed:
            u = invert(chain, linear.gains, residual)[0]
            rows = invert_rows(chain, linear.gains, linear.information)
            covariance = location_covariance(chain, linear, locations, rows)
            score = locations.gather(u) - (location - locations.mean) @ locations.precision
            move = (covariance @ score[..., None])[..., 0]
            location = location + move
            residual = residual - locations.place(move)
        u = invert(chain, linear.gains, residual)[0]
        step = linear.response - u / np.maximum(linear.weight, _LEAST_WEIGHT) - theta
        step = np.where(linear.weight > 0.0, np.clip(step, -_LONGEST, _LONGEST), 0.0)
        theta = theta + step
        # What is left after a step of Newton's is far less than the step itself was worth.
        if float((linear.weight * step**2).sum(axis=(0, 2)).max()) < tolerance:
            break
    return Mode(linear=linear, location=location, covariance=covariance, rows=rows)


def location_covariance(
    chain: Chain, linear: Linear, locations: Locations, rows: list[Floats]
) -> Floats:
    """Covariance of the locations given the hyper-parameters: (points, locations, locations)."""
    length, points, _ = linear.response.shape
    number = len(locations.mean)
    total = np.zeros((points, number, number))
    for s in range(length):
        total[:, s, s] = linear.information.diagonal[s].sum(axis=-1)
        right = rows[s].sum(axis=-1).T
        total[:, s, s + 1 : length] = right
        total[:, s + 1 : length, s] = right
    for j, column in enumerate(locations.covariates):
        spread = np.broadcast_to(column, linear.response.shape).copy()
        total[:, length + j] = locations.gather(invert(chain, linear.gains, spread)[0])
        total[:, :, length + j] = total[:, length + j]
    return np.asarray(np.linalg.inv(total + locations.precision))
