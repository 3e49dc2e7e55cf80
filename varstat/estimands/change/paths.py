"""What two stretches of time and all periods are in the draws of a series model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from varstat.measure import Floats

# Numbers of the rates of all units and periods that are held at once.
_MOST_HELD = 60_000_000


class Drawn(Protocol):
    """Joint draws of some units on the linear scale; shapes as of `SeriesDraws`."""

    @property
    def national(self) -> Floats:
        """The national path: (draws, times)."""

    @property
    def explained(self) -> Floats:
        """What covariates explain: (draws, units, times)."""

    @property
    def lasting(self) -> Floats:
        """Levels about the national path: (draws, units, times)."""

    @property
    def passing(self) -> Floats:
        """What passes: (draws, units, times)."""

    @property
    def break_at(self) -> NDArray[np.int64]:
        """The first period after a unit's break, 0 for none: (draws, units)."""

    @property
    def jump(self) -> Floats:
        """How far the level jumps there: (draws, units)."""


class Series(Protocol):
    """A posterior of series, as far as a change needs it."""

    def blocks(self, times: Sequence[int]) -> Iterator[tuple[slice, Drawn]]:
        """Give blocks of units, and their joint draws."""

    def from_link(self, theta: Floats) -> Floats:
        """Bring values on the linear scale to rates."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Paths:
    """Draws of a series model, gathered for a comparison of two stretches of time.

    Over a stretch of several periods rates are averaged by the unit's own volumes, so that times
    volume they are events; NaN where it has none.

    Attributes
    ----------
    rate : tuple of ndarray of float, shape (draws, units) each
        Underlying rates before and after, of what was reported.
    whole : tuple of ndarray of float, shape (draws, units) each
        The same of all activity, whether or not it was reported.
    lasting : tuple of ndarray of float, shape (draws, units) each
        The same without what passes.
    level : tuple of ndarray of float, shape (draws, units) each
        What lasts of a unit beside the national path, on the linear scale.
    own : ndarray of float, shape (draws, units)
        Change of the lasting rate that isn't the nation's.
    period_rate : ndarray of float32, shape (some draws, units, periods)
        Underlying rates of every period, in every few draws where there are many.
    break_before, break_after : ndarray of float, shape (draws, units)
        Rate just before and after a unit's break, at the national path of then; NaN where a draw
        has none.
    """

    rate: tuple[Floats, Floats]
    whole: tuple[Floats, Floats]
    lasting: tuple[Floats, Floats]
    level: tuple[Floats, Floats]
    own: Floats
    period_rate: NDArray[np.float32]
    break_before: Floats
    break_after: Floats

    def of(self, some: NDArray[np.bool_]) -> "Paths":
        """Give the draws of some units."""
        return Paths(
            rate=(self.rate[0][:, some], self.rate[1][:, some]),
            whole=(self.whole[0][:, some], self.whole[1][:, some]),
            lasting=(self.lasting[0][:, some], self.lasting[1][:, some]),
            level=(self.level[0][:, some], self.level[1][:, some]),
            own=self.own[:, some],
            period_rate=self.period_rate[:, some],
            break_before=self.break_before[:, some],
            break_after=self.break_after[:, some],
        )


def gather_paths(
    series: Series,
    size: Floats,
    spans: tuple[Sequence[int], Sequence[int]],
    *,
    draws: int,
    complete: Floats | None = None,
) -> Paths:
    """Gather what a comparison of two stretches of time needs from a posterior.

    Parameters
    ----------
    series : Series
    size : ndarray of float, shape (units, periods)
        Volumes as reported; 0 where nothing was.
    spans : tuple of sequence of int
        The periods of each stretch.
    draws : int
        How many the posterior has.
    complete : ndarray of float, shape (units, periods), optional
        Volumes had all been reported, where they differ.

    Returns
    -------
    Paths
    """
    units, periods = size.shape
    step = max(1, -(-draws * units * periods // _MOST_HELD))
    kept = len(range(0, draws, step))
    rate, lasting, level = (np.empty((2, draws, units)) for _ in range(3))
    whole = rate if complete is None else np.empty((2, draws, units))
    own, before, after = (np.empty((draws, units)) for _ in range(3))
    every = np.empty((kept, units, periods), dtype=np.float32)
    for some, drawn in series.blocks(range(periods)):
        path = drawn.national[:, None, :] + drawn.explained
        calm = path + drawn.lasting
        rates = series.from_link(calm + drawn.passing)
        every[:, some] = rates[::step]
        middle = []
        for k, span in enumerate(spans):
            weight = _weights(size[some][:, span])
            if complete is not None:
                all_of = _weights(complete[some][:, span])
                whole[k][:, some] = np.einsum("dut,ut->du", rates[..., span], all_of)
                # Where nothing was reported there is nothing else to average by.
                weight = np.where(np.isnan(weight), all_of, weight)
            rate[k][:, some] = np.einsum("dut,ut->du", rates[..., span], weight)
            lasts = series.from_link(calm[..., span])
            lasting[k][:, some] = np.einsum("dut,ut->du", lasts, weight)
            level[k][:, some] = np.einsum("dut,ut->du", drawn.lasting[..., span], weight)
            middle.append(np.einsum("dut,ut->du", path[..., span], weight))
        then = middle[1] + level[0][:, some]
        own[:, some] = series.from_link(middle[1] + level[1][:, some]) - series.from_link(then)
        before[:, some], after[:, some] = _about_break(series, calm, drawn)
    return Paths(
        rate=(rate[0], rate[1]),
        whole=(whole[0], whole[1]),
        lasting=(lasting[0], lasting[1]),
        level=(level[0], level[1]),
        own=own,
        period_rate=every,
        break_before=before,
        break_after=after,
    )


def _weights(size: Floats) -> Floats:
    """Each period's share of a unit's volume; NaN where it has none."""
    total = size.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(total > 0, size / total, np.nan))


def _about_break(series: Series, calm: Floats, drawn: Drawn) -> tuple[Floats, Floats]:
    """Rates before and after the break of each draw and unit; NaN where there is none."""
    at = np.take_along_axis(calm, drawn.break_at[..., None], axis=2)[..., 0]
    there = drawn.break_at > 0
    before = np.where(there, series.from_link(at - drawn.jump), np.nan)
    return before, np.where(there, series.from_link(at), np.nan)
