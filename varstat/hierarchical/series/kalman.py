r"""The Kalman filter and disturbance smoother of many units at once, in time that grows with T.

A unit's working responses z have covariance :math:`C = K + \mathrm{diag}(\tau_w^2 + 1/W_t)`, with
K that of the lasting level. With state variance P, the filter takes

.. math::

    v_t = z_t - a_t, \quad F_t = P_t + \tau_w^2 + 1/W_t, \quad K_t = P_t/F_t, \quad
    a_{t+1} = a_t + K_t v_t, \quad P_{t+1} = P_t(1 - K_t) + \sigma^2

and the smoother, backward, :math:`r_{t-1} = v_t/F_t + (1 - K_t)r_t` and
:math:`N_{t-1} = 1/F_t + (1 - K_t)^2 N_t` [1]_, [2]_. Then :math:`u = C^{-1}z` is
:math:`u_t = v_t/F_t - K_t r_t`, the diagonal of :math:`C^{-1}` is :math:`1/F_t + K_t^2 N_t`, and
for a step s that begins in period b, :math:`s'C^{-1}z = r_{b-1}` and :math:`s'C^{-1}s = N_{b-1}`
exactly [1]_. A period without a row has :math:`W = 0`, and F is infinite.

Arrays have the shape (periods, points, units), with the states, if any, after the periods.

References
----------
.. [1] de Jong & Penzer (1998). Diagnosing shocks in time series. JASA 93(442), 796-806.
   doi:10.1080/01621459.1998.10473731
.. [2] Durbin & Koopman (2012). Time series analysis by state space methods. 2nd edition, Oxford,
   chapter 4. doi:10.1093/acprof:oso/9780199641178.001.0001
"""

from dataclasses import dataclass

import numpy as np

from varstat.hierarchical.series.chain import Chain
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gains:
    r"""What the filter does whatever the working responses are.

    Attributes
    ----------
    gain : ndarray of float, shape (periods, states, points, units)
        K.
    precision : ndarray of float, shape (periods, points, units)
        1/F; 0 where there is no row.
    log_det : ndarray of float, shape (points, units)
        :math:`\sum_t \log(W_t F_t)` over a unit's rows.
    """

    gain: Floats
    precision: Floats
    log_det: Floats


def find_gains(chain: Chain, weight: Floats) -> Gains:
    """Run the filter's variances forward.

    Parameters
    ----------
    chain : Chain
    weight : ndarray of float, shape (periods, points, units)
        W, the inverse of the working responses' variances; 0 where there is no row.

    Returns
    -------
    Gains
    """
    length, points, units = weight.shape
    gain = np.empty((length, chain.states, points, units))
    precision = np.empty((length, points, units))
    scaled = np.empty((length, points, units))
    variance = np.zeros((chain.states, chain.states, points, units))
    for j in range(chain.states):
        variance[j, j] = chain.start[j]
    for t in range(length):
        if t:
            if chain.fades:
                variance *= chain.decay[t][:, None] * chain.decay[t][None]
            for j in range(chain.states):
                variance[j, j] += chain.step[t, j]
        level = _sum(variance)
        np.add(_sum(level), chain.passing, out=scaled[t])
        scaled[t] *= weight[t]
        scaled[t] += 1.0
        np.divide(weight[t], scaled[t], out=precision[t])
        np.multiply(level, precision[t], out=gain[t])
        variance -= gain[t][:, None] * level[None]
    return Gains(gain=gain, precision=precision, log_det=np.log(scaled, out=scaled).sum(axis=0))


def innovate(chain: Chain, gains: Gains, residual: Floats) -> Floats:
    """Run the filter's means forward: innovations v, of the shape of `residual`."""
    innovation = np.empty_like(residual)
    mean = np.zeros((chain.states, *residual.shape[1:]))
    for t in range(len(residual)):
        if t and chain.fades:
            mean *= chain.decay[t]
        np.subtract(residual[t], _sum(mean), out=innovation[t])
        mean += gains.gain[t] * innovation[t]
    return innovation


def smooth(chain: Chain, gains: Gains, innovation: Floats) -> tuple[Floats, Floats]:
    """Run the disturbance smoother's means backward.

    Returns
    -------
    u : ndarray of float, shape (periods, points, units)
        The inverse covariance times the residuals.
    r : ndarray of float, shape (periods, states, points, units)
        In row t the sum for a disturbance on the way into period t.
    """
    u = np.empty_like(innovation)
    r = np.empty((len(innovation), chain.states, *innovation.shape[1:]))
    after = np.zeros(r.shape[1:])
    for t in range(len(innovation) - 1, -1, -1):
        np.multiply(gains.precision[t], innovation[t], out=u[t])
        u[t] -= _sum(gains.gain[t] * after)
        np.add(after, u[t], out=r[t])
        after = chain.decay[t] * r[t] if chain.fades else r[t]
    return u, r


def invert(chain: Chain, gains: Gains, residual: Floats) -> tuple[Floats, Floats]:
    """Multiply residuals by the inverse covariance: `u` and `r` of `smooth`."""
    return smooth(chain, gains, innovate(chain, gains, residual))


def find_backward(chain: Chain, gains: Gains) -> tuple[Floats, Floats]:
    """What a level of one state is, given all up to its period and the level of the next.

    Returns
    -------
    back : ndarray of float, shape (periods, points, units)
        G: how much of the next level's distance from what was forecast it takes; 0 in the last.
    sd : ndarray of float, shape (periods, points, units)
        What is left to chance.
    """
    gain = gains.gain[:, 0]
    back, sd = np.zeros_like(gain), np.empty_like(gain)
    variance = np.broadcast_to(chain.start[0], gain.shape[1:])
    for t in range(len(gain)):
        known = variance * (1.0 - gain[t])
        if t + 1 < len(gain):
            decay = chain.decay[t + 1, 0]
            variance = decay**2 * known + chain.step[t + 1, 0]
            np.divide(decay * known, variance, out=back[t], where=variance > 0.0)
            known = known * (1.0 - decay * back[t])
        sd[t] = np.sqrt(np.maximum(known, 0.0))
    return back, sd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Information:
    """Variances of what the smoother gives.

    Attributes
    ----------
    diagonal : ndarray of float, shape (periods, points, units)
        Of the inverse covariance.
    step : ndarray of float, shape (periods, points, units)
        N: in row t the information on a break before period t.
    after : ndarray of float, shape (periods, states, states, points, units)
        N of what comes after each period, taken over the way into the next.
    """

    diagonal: Floats
    step: Floats
    after: Floats


def find_information(chain: Chain, gains: Gains) -> Information:
    """Run the smoother's variances backward."""
    length, states, points, units = gains.gain.shape
    diagonal = np.empty((length, points, units))
    step = np.empty((length, points, units))
    after = np.zeros((length, states, states, points, units))
    for t in range(length - 1, -1, -1):
        gain = gains.gain[t]
        drawn = _sum(after[t] * gain[:, None])
        np.add(gains.precision[t], _sum(gain * drawn), out=diagonal[t])
        now = after[t] - drawn[None]
        now -= drawn[:, None]
        now += diagonal[t]
        step[t] = now[0, 0]
        if t:
            after[t - 1] = now
            if chain.fades:
                after[t - 1] *= chain.decay[t][:, None] * chain.decay[t][None]
    return Information(diagonal=diagonal, step=step, after=after)


def invert_rows(chain: Chain, gains: Gains, information: Information) -> list[Floats]:
    """Give the rows of the inverse covariance, right of the diagonal.

    Returns
    -------
    list of ndarray of float
        For each period s an array of shape (periods - s - 1, points, units).
    """
    length, states, points, units = gains.gain.shape
    start = _begin_rows(gains, information)
    rows: list[Floats] = [np.zeros((0, points, units))] * length
    # In `carried`, r on the way into the period above, for a one in each later period.
    carried = np.empty((length, states, points, units))
    for s in range(length - 2, -1, -1):
        carried[s + 1] = start[s + 1]
        later = carried[s + 1 :]
        if chain.fades:
            later *= chain.decay[s + 1]
        taken = gains.gain[s] * later
        rows[s] = taken[:, 0] if chain.states == 1 else taken.sum(axis=1)
        np.negative(rows[s], out=rows[s])
        later += rows[s][:, None]
    return rows


def sum_inverse(chain: Chain, gains: Gains, information: Information) -> Floats:
    """Sum the inverse covariances of all units: shape (points, periods, periods)."""
    length, states, points, units = gains.gain.shape
    total = np.zeros((points, length, length))
    total[:, range(length), range(length)] = information.diagonal.sum(axis=-1).T
    start = _begin_rows(gains, information)
    # As rows are found, in the order of what is multiplied: of each row only its sum is kept.
    carried = np.empty((points, length, states, units))
    for s in range(length - 2, -1, -1):
        carried[:, s + 1] = start[s + 1].swapaxes(0, 1)
        later = carried[:, s + 1 :]
        gain = gains.gain[s].swapaxes(0, 1)
        if chain.fades:
            later *= chain.decay[s + 1].swapaxes(0, 1)[:, None]
        if states == 1:
            right = (later[:, :, 0] @ gain[:, 0, :, None])[..., 0]
            later *= 1.0 - gain[:, None]
        else:
            taken = (later * gain[:, None]).sum(axis=2)
            right = taken.sum(axis=-1)
            later -= taken[:, :, None]
        total[:, s, s + 1 :] = total[:, s + 1 :, s] = -right
    return total


def sum_pairs(
    chain: Chain, gains: Gains, information: Information, x: Floats, y: Floats
) -> tuple[Floats, Floats]:
    r"""Sum over each pair of a unit's periods, with D its inverse covariance.

    Parameters
    ----------
    chain : Chain
    gains : Gains
    information : Information
    x, y : ndarray of float, shape (periods, points, units)

    Returns
    -------
    first, third : ndarray of float, shape (points, units)
        :math:`\sum_{s<t} x_s D_{st} x_t` and :math:`\sum_{s<t} y_s D_{st}^3 y_t`.
    """
    first, third = np.zeros_like(x[0]), np.zeros_like(x[0])
    if chain.states > 1:
        for s, row in enumerate(invert_rows(chain, gains, information)[:-1]):
            first += x[s] * np.einsum("tpn,tpn->pn", x[s + 1 :], row)
            third += y[s] * np.einsum("tpn,tpn,tpn,tpn->pn", y[s + 1 :], row, row, row)
        return first, third
    # With one state D_st = -K_s (1 - K_{s+1}) ... (1 - K_{t-1}) start_t: sums go period by period.
    gain = gains.gain[:, 0]
    start, keep = _begin_rows(gains, information)[:, 0], 1.0 - gain
    begun, begun_3, keep_3 = start * x, start**3 * y, keep**3
    taken, taken_3 = gain * x, gain**3 * y
    later, later_3 = np.zeros_like(x[0]), np.zeros_like(x[0])
    for s in range(len(x) - 2, -1, -1):
        later *= keep[s + 1]
        later += begun[s + 1]
        first -= taken[s] * later
        later_3 *= keep_3[s + 1]
        later_3 += begun_3[s + 1]
        third -= taken_3[s] * later_3
    return first, third


def _begin_rows(gains: Gains, information: Information) -> Floats:
    """Give r on the way into each period for a one in it: of the shape of the gains."""
    start = np.empty_like(gains.gain)
    for t in range(len(start)):
        drawn = _sum(information.after[t] * gains.gain[t][:, None])
        np.subtract(information.diagonal[t], drawn, out=start[t])
    return start


def _sum(values: Floats) -> Floats:
    """Sum over the first axis, states; a view of the only one where they are not several."""
    return np.asarray(values[0] if len(values) == 1 else values.sum(axis=0))
