r"""Joint draws of lasting levels, what passes and breaks: simulated from the prior, then corrected.

Given the hyper-parameters and the locations, a unit's break b is drawn from its probabilities, its
jump from :math:`N(c\,r_{b-1}, c)`, :math:`c = \kappa^2/(1 + \kappa^2 N_{b-1})`, and what is left,
:math:`e`, is Gaussian. Levels m*, what passes w* and errors are drawn from the prior, and

.. math::

    m = m^* + \mathrm{Cov}(m, e)\,u, \qquad w = w^* + \tau_w^2 u, \qquad
    u = C^{-1}(e - m^* - w^* - \varepsilon^*)

are a draw from the posterior [1]_. Working responses are moved from the mode to the mean.

References
----------
.. [1] Durbin & Koopman (2002). A simple and efficient simulation smoother for state space time
   series analysis. Biometrika 89(3), 603-616. doi:10.1093/biomet/89.3.603
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.hierarchical.series.breaks import find_breaks
from varstat.hierarchical.series.chain import Chain
from varstat.hierarchical.series.hyper import Hyper
from varstat.hierarchical.series.kalman import Gains, Information, invert
from varstat.hierarchical.series.marginal import path_variance, shift_response
from varstat.hierarchical.series.mode import Linear, find_mode
from varstat.hierarchical.series.problem import Problem
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays

Integers = NDArray[np.int64]

# Numbers in a working array; units in a block, whose random numbers are their own.
_BLOCK = 1_000_000
_ACCURACY = 1e-2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """What draws are made from; the same draws each time.

    Attributes
    ----------
    problem : Problem
    hyper : Hyper
        One point for each `repeat` draws.
    repeat : int
        Draws that share a point.
    location : ndarray of float, shape (draws, locations)
    seed : int
    """

    problem: Problem
    hyper: Hyper
    repeat: int
    location: Floats
    seed: int

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.location)

    @property
    def step(self) -> int:
        """Number of units that are drawn together."""
        return max(_BLOCK // (self.draws * len(self.problem.at)), 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """Draws of a block of units.

    Attributes
    ----------
    lasting, passing : ndarray of float, shape (times, draws, units)
    break_at : ndarray of int, shape (draws, units)
        0 for none.
    jump : ndarray of float, shape (draws, units)
    probability : ndarray of float, shape (periods, draws, units)
        Of a break before each period, given all else.
    linear : Linear
        What they were drawn from.
    """

    lasting: Floats
    passing: Floats
    break_at: Integers
    jump: Floats
    probability: Floats
    linear: Linear

    def __post_init__(self) -> None:
        lock_arrays(self)


def draw_locations(hyper: Hyper, *, repeat: int, seed: int) -> Floats:
    """Draw the locations, `repeat` for each point: shape (points x repeat, locations)."""
    root = np.linalg.cholesky(hyper.covariance)
    noise = np.random.default_rng([seed, 2]).standard_normal((len(root), repeat, root.shape[1]))
    drawn = hyper.location[:, None] + noise @ root.transpose(0, 2, 1)
    return np.asarray(drawn.reshape(-1, root.shape[1]))


def draw_block(source: Source, block: int, times: Sequence[int]) -> Drawn:
    """Draw a block of units at some periods.

    Parameters
    ----------
    source : Source
    block : int
        The units from `block * source.step` on.
    times : sequence of int
        Positions of periods.

    Returns
    -------
    Drawn
    """
    first = block * source.step
    units = slice(first, min(first + source.step, source.problem.cells.event.shape[-1]))
    problem = source.problem.part(units)
    chain, linear = _linear(source, problem, units)
    rng = np.random.default_rng([source.seed, 3, block])
    residual = linear.response - problem.locations.place(source.location)
    break_at, jump, path, probability = _draw_breaks(chain, linear, residual, rng)
    residual = residual - path
    level = _simulate(chain, residual.shape, rng)
    noise = chain.passing + 1.0 / np.maximum(linear.weight, 1e-100)
    error = np.where(linear.weight > 0.0, np.sqrt(noise), 0.0) * rng.standard_normal(level.shape)
    u, r = invert(chain, linear.gains, residual - level - error)
    level = level + path + _correct(chain, r)
    return Drawn(
        lasting=level[list(times)],
        passing=np.stack(
            [_passing(chain, linear, error, u, t, (source.seed, block)) for t in times]
        ),
        break_at=break_at,
        jump=jump,
        probability=probability,
        linear=linear,
    )


def _linear(source: Source, problem: Problem, units: slice) -> tuple[Chain, Linear]:
    """Linearise a block at each point's mode, moved to the mean; repeat for each draw."""
    hyper = source.hyper
    chain = problem.chain(hyper.h)
    mode = find_mode(
        chain,
        problem.cells,
        problem.locations,
        theta=hyper.start.theta[..., units],
        location=hyper.location,
        tolerance=_ACCURACY,
        fixed=True,
    )
    linear = mode.linear
    third, _ = problem.cells.higher(linear.theta)
    response = linear.response + shift_response(linear, third, path_variance(linear))

    def again(values: Floats) -> Floats:
        return np.repeat(values, source.repeat, axis=-2) if source.repeat > 1 else values

    gains, information = linear.gains, linear.information
    return problem.chain(np.repeat(hyper.h, source.repeat, axis=0)), Linear(
        theta=again(linear.theta),
        response=again(response),
        weight=again(linear.weight),
        inverse=again(linear.inverse),
        gains=Gains(
            gain=again(gains.gain),
            precision=again(gains.precision),
            log_det=again(gains.log_det),
        ),
        information=Information(
            diagonal=information.diagonal,
            step=again(information.step),
            after=information.after,
        ),
    )


def _draw_breaks(
    chain: Chain, linear: Linear, residual: Floats, rng: np.random.Generator
) -> tuple[Integers, Floats, Floats, Floats]:
    """Draw where each unit breaks, by how much, and its path: 0 and zeros for no break."""
    length, draws, units = residual.shape
    # Drawn whether needed or not, so that models with and without breaks differ in nothing else.
    uniform, normal = rng.random((draws, units)), rng.standard_normal((draws, units))
    if chain.share is None:
        none = np.zeros((draws, units))
        return none.astype(np.int64), none, np.zeros_like(residual), np.zeros_like(residual)
    r = invert(chain, linear.gains, residual)[1][:, 0]
    breaks = find_breaks(chain, r, linear.information.step)
    # From the last period back: where the sum from there on first exceeds the uniform.
    later = np.cumsum(breaks.probability[::-1], axis=0)[::-1]
    at = (later > uniform).sum(axis=0) - 1
    at = np.maximum(at, 0)
    shrink = np.take_along_axis(breaks.shrink, at[None], axis=0)[0]
    mean = shrink * np.take_along_axis(r, at[None], axis=0)[0]
    jump = np.where(at > 0, mean + np.sqrt(shrink) * normal, 0.0)
    since = np.arange(length)[:, None, None] >= at
    return at.astype(np.int64), jump, np.where(since, jump, 0.0), breaks.probability


def _simulate(chain: Chain, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Draw levels from the prior: shape (periods, draws, units)."""
    level = np.zeros(shape)
    for j in range(chain.states):
        state = np.sqrt(chain.start[j]) * rng.standard_normal(shape[1:])
        moves = bool(np.any(chain.step[1:, j] > 0.0))
        level[0] += state
        for t in range(1, shape[0]):
            state = chain.decay[t, j] * state
            if moves:
                state = state + np.sqrt(chain.step[t, j]) * rng.standard_normal(shape[1:])
            level[t] += state
    return level


def _correct(chain: Chain, r: Floats) -> Floats:
    """Give the levels' covariance with working responses, times u: (periods, draws, units)."""
    state = chain.start * r[0]
    level = np.empty((len(r), *r.shape[2:]))
    level[0] = state.sum(axis=0)
    for t in range(1, len(r)):
        state = chain.decay[t] * state + chain.step[t] * r[t]
        level[t] = state.sum(axis=0)
    return level


def _passing(
    chain: Chain, linear: Linear, error: Floats, u: Floats, t: int, key: tuple[int, int]
) -> Floats:
    """Draw what passes in one period, given its sum with chance: shape (draws, units)."""
    seed, block = key
    normal = np.random.default_rng([seed, 4, block, t]).standard_normal(error.shape[1:])
    wider = 1.0 + chain.passing * linear.weight[t]
    share = chain.passing * linear.weight[t] / wider
    drawn = share * error[t] + np.sqrt(chain.passing / wider) * normal
    return np.asarray(drawn + chain.passing * u[t])
