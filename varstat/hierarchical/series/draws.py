r"""Joint draws of lasting levels, what passes and breaks: filtered forward, drawn backward.

Given the hyper-parameters and the locations, a unit's break b is drawn from its probabilities, its
jump from :math:`N(c\,r_{b-1}, c)`, :math:`c = \kappa^2/(1 + \kappa^2 N_{b-1})`, and what is left
is a Gaussian chain. Its last level is drawn from what the filter has there, and each before given
the one after [1]_,

.. math::

    m_t \mid m_{t+1} \sim N(a_{t|t} + G_t(m_{t+1} - \phi a_{t|t}),\ P_{t|t}(1 - \phi G_t)), \qquad
    G_t = \frac{\phi P_{t|t}}{\phi^2 P_{t|t} + \sigma^2}.

Where a level is a state that stays and one that returns, the first is drawn before all else. What
passes is drawn given the level. Working responses are moved from the mode to the mean.

References
----------
.. [1] Frühwirth-Schnatter (1994). Data augmentation and dynamic linear models. Journal of Time
   Series Analysis 15(2), 183-202. doi:10.1111/j.1467-9892.1994.tb00184.x
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from varstat.hierarchical.series.breaks import find_breaks
from varstat.hierarchical.series.chain import Chain
from varstat.hierarchical.series.hyper import Hyper
from varstat.hierarchical.series.kalman import Gains, find_backward, find_gains, invert
from varstat.hierarchical.series.marginal import path_variance, shift_response
from varstat.hierarchical.series.mode import Linear, find_mode
from varstat.hierarchical.series.problem import Problem
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays

Integers = NDArray[np.int64]

# Numbers in a working array; units in a block, whose random numbers are their own.
_BLOCK = 1_000_000
# Accuracy of modes, by cell: what is drawn is held against the likelihood (`reliable`).
_ACCURACY = 1e-3


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
    # From here on draws that share a point have an axis of their own, before that of the units.
    residual = linear.response[:, :, None] - _place(source, problem)
    whole = residual[list(times)]
    drawn = _draw_breaks(chain, linear, residual, rng)
    level = _draw_levels(chain, linear, residual, rng)[list(times)]
    for k, t in enumerate(times):
        level[k] += np.where(drawn.at <= t, drawn.jump, 0.0)
    passing = [
        _draw_passing(chain, linear, whole[k] - level[k], t, (source.seed, block))
        for k, t in enumerate(times)
    ]
    draws = (source.draws, linear.response.shape[-1])
    return Drawn(
        lasting=level.reshape(-1, *draws),
        passing=np.reshape(passing, (-1, *draws)),
        break_at=drawn.at.reshape(draws),
        jump=drawn.jump.reshape(draws),
        probability=drawn.probability.reshape(-1, *draws),
        linear=linear,
    )


def _place(source: Source, problem: Problem) -> Floats:
    """Give the linear predictor: shape (periods, points, repeat, units or 1)."""
    place = problem.locations.place(source.location)
    return place.reshape(len(place), -1, source.repeat, place.shape[-1])


def _linear(source: Source, problem: Problem, units: slice) -> tuple[Chain, Linear]:
    """Linearise a block at each point's mode, moved to the mean."""
    hyper = source.hyper
    chain = problem.chain(hyper.h)
    linear = find_mode(
        chain,
        problem.cells,
        problem.locations,
        theta=hyper.start.theta[..., units],
        location=hyper.location,
        tolerance=_ACCURACY * problem.size,
        fixed=True,
    ).linear
    third, _ = problem.cells.higher(linear.theta)
    shift = shift_response(linear, third, path_variance(linear))
    return chain, replace(linear, response=linear.response + shift)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _DrawnBreaks:
    """Where units break, by how much, and how likely that was; `at` is 0 for no break."""

    at: Integers
    jump: Floats
    probability: Floats


def _draw_breaks(
    chain: Chain, linear: Linear, residual: Floats, rng: np.random.Generator
) -> _DrawnBreaks:
    """Draw breaks, and take their paths off the residuals."""
    shape = residual.shape[1:]
    # Drawn whether needed or not, so that models with and without breaks differ in nothing else.
    uniform, normal = rng.random(shape), rng.standard_normal(shape)
    at, later = np.zeros(shape, dtype=np.int64), np.zeros(shape)
    if chain.share is None:
        return _DrawnBreaks(at=at, jump=later, probability=np.zeros_like(residual))
    shared, gains = _share(chain), _share_gains(linear.gains)
    r = invert(shared, gains, residual)[1][:, 0]
    breaks = find_breaks(shared, r, linear.information.step[:, :, None])
    # From the last period back: where the sum from there on first exceeds the uniform.
    for probability in breaks.probability[:0:-1]:
        later += probability
        at += later > uniform
    there = at[None]
    shrink = np.take_along_axis(np.broadcast_to(breaks.shrink, r.shape), there, axis=0)[0]
    jump = shrink * np.take_along_axis(r, there, axis=0)[0] + np.sqrt(shrink) * normal
    jump[at == 0] = 0.0
    for t in range(1, len(residual)):
        residual[t] -= jump * (at <= t)
    return _DrawnBreaks(at=at, jump=jump, probability=breaks.probability)


def _draw_levels(
    chain: Chain, linear: Linear, residual: Floats, rng: np.random.Generator
) -> Floats:
    """Draw levels but for their breaks, in place of the residuals that are given."""
    if chain.states == 1:
        return _draw_backward(chain, linear.gains, residual, rng)
    # What stays, from the smoother; given that, what returns is a chain of one state.
    r = invert(_share(chain), _share_gains(linear.gains), residual)[1][0, 0]
    prior = chain.start[0]
    left = prior * np.maximum(1.0 - prior * linear.information.step[0], 0.0)
    stays = prior[:, None] * r + np.sqrt(left)[:, None] * rng.standard_normal(r.shape)
    residual -= stays
    rest = replace(chain, start=chain.start[1:], decay=chain.decay[:, 1:], step=chain.step[:, 1:])
    level = _draw_backward(rest, find_gains(rest, linear.weight), residual, rng)
    level += stays
    return level


def _draw_backward(
    chain: Chain, gains: Gains, residual: Floats, rng: np.random.Generator
) -> Floats:
    """Draw a chain of one state, in place of residuals (periods, points, repeat, units)."""
    length = len(residual)
    decay, gain = chain.decay[:, 0, :, None], gains.gain[:, 0, :, None]
    filtered = residual
    mean: Floats | float = 0.0
    for t in range(length):
        mean = decay[t] * mean if t and chain.fades else mean
        filtered[t] -= mean
        filtered[t] *= gain[t]
        filtered[t] += mean
        mean = filtered[t]
    back, sd = find_backward(chain, gains)
    level = filtered
    noise = np.empty(level.shape[1:])
    for t in range(length - 1, -1, -1):
        if t < length - 1:
            ahead = level[t + 1] - (decay[t + 1] * level[t] if chain.fades else level[t])
            ahead *= back[t][:, None]
            level[t] += ahead
        rng.standard_normal(out=noise)
        noise *= sd[t][:, None]
        level[t] += noise
    return level


def _draw_passing(
    chain: Chain, linear: Linear, left: Floats, t: int, key: tuple[int, int]
) -> Floats:
    """Draw what passes in one period, given its sum with chance: of the shape of that."""
    seed, block = key
    normal = np.random.default_rng([seed, 4, block, t]).standard_normal(left.shape)
    wider = 1.0 + chain.passing * linear.weight[t]
    share = chain.passing * linear.weight[t] / wider
    sd = np.sqrt(chain.passing / wider)
    return np.asarray(share[:, None] * left + sd[:, None] * normal)


def _share(chain: Chain) -> Chain:
    """Give a chain's arrays an axis for draws that share a point."""
    share, jump = chain.share, chain.jump
    return replace(
        chain,
        start=chain.start[..., None, :],
        decay=chain.decay[..., None, :],
        step=chain.step[..., None, :],
        passing=chain.passing[..., None, :],
        share=None if share is None else share[..., None, :],
        jump=None if jump is None else jump[..., None, :],
    )


def _share_gains(gains: Gains) -> Gains:
    """Give gains an axis for draws that share a point."""
    return Gains(
        gain=gains.gain[..., None, :],
        precision=gains.precision[..., None, :],
        log_det=gains.log_det[..., None, :],
    )
