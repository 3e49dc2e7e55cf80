"""Detection: the events of each unit's volumes, one after another by their evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np

from varstat.estimands.completeness.level import Scales, precision
from varstat.estimands.completeness.windows import (
    EFFECT,
    Bools,
    Evidence,
    Windows,
    integrate_out,
    list_windows,
    weigh_windows,
)
from varstat.measure import Floats

# Of a candidate, before anything is known.
PRIOR_ODDS = 1 / 2000
# Odds at which an event is accepted, and its least size on the log scale.
ODDS, LEAST_EFFECT = 9.0, 0.15
_THRESHOLD = float(np.log(ODDS / PRIOR_ODDS))
_NO_BETTER = 1e-9
_MOST_EVENTS = 6
# Units whose matrices are in memory at a time.
_AT_A_TIME = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An event of one unit.

    Attributes
    ----------
    unit : int
        Its place.
    start, end : int
        First and last period.
    kind : {"dip", "shift", "edge"}
        A dip is back afterwards, and so is a spike, which has a positive effect.
    effect, sd : float
        Posterior mean and SD of the log of the factor by which the volume changed.
    log_bayes_factor : float
        Of the event against none, the unit's stronger events known.
    """

    unit: int
    start: int
    end: int
    kind: str
    effect: float
    sd: float
    log_bayes_factor: float


def detect(
    values: Floats, scales: Scales, *, longest: int, least_effect: float = LEAST_EFFECT
) -> tuple[Found, ...]:
    """Find what happened to units' volumes.

    The strongest event of a unit is accepted if its posterior odds are 9 to 1, is integrated out,
    and the next is sought. After each, every pair of a shift and a window that could stand in place
    of the last two is tried, and taken if its evidence is better.

    Parameters
    ----------
    values : ndarray of float, shape (units, periods)
        Relative log volumes, NaN where unknown.
    scales : Scales
    longest : int
        Periods of a year.
    least_effect : float
        On the log scale; smaller events are taken out of the series and left out of the list.

    Returns
    -------
    tuple of Found
        By unit, then in the order of time.
    """
    windows = list_windows(values.shape[1], longest=longest)
    found: list[Found] = []
    for at in range(0, len(values), _AT_A_TIME):
        some = slice(at, at + _AT_A_TIME)
        part = Scales(step=scales.step[some], noise=scales.noise[some])
        found += [
            replace(each, unit=each.unit + at) for each in _detect(values[some], part, windows)
        ]
    found = [each for each in found if abs(each.effect) >= least_effect]
    return tuple(sorted(found, key=lambda each: (each.unit, each.start, each.end)))


def _detect(values: Floats, scales: Scales, windows: Windows) -> list[Found]:
    known = np.isfinite(values)
    possible = windows.possible(known)
    inverse = precision(values, scales)
    centred = np.where(known, values - _middle(values)[:, None], 0.0)
    events: list[list[Found]] = [[] for _ in values]
    # Inverse covariances with the events so far integrated out.
    after = inverse.copy()
    units = np.arange(len(values))
    for _ in range(_MOST_EVENTS):
        best = _strongest(centred[units], after[units], windows, possible[units])
        accepted = [each.log_bayes_factor > _THRESHOLD for each in best]
        for unit, each in zip(units[accepted], compress(best, accepted), strict=True):
            events[unit].append(replace(each, unit=int(unit)))
            one = _Unit(centred[unit], inverse[unit], windows, possible[unit])
            events[unit] = _swap(events[unit], one)
            after[unit] = one.without(events[unit])
        units = units[accepted]
        if not len(units):
            break
    return [
        each
        for some, row, matrix in zip(events, centred, inverse, strict=True)
        for each in _refine(some, row, matrix)
    ]


def _middle(values: Floats) -> Floats:
    """The median of each unit; zero where nothing is known."""
    found = np.zeros(len(values))
    for at, row in enumerate(values):
        if np.isfinite(row).any():
            found[at] = np.median(row[np.isfinite(row)])
    return found


def estimate_effects(
    values: Floats, scales: Scales, windows: Sequence[tuple[int, int, int]]
) -> tuple[Found, ...]:
    """Estimate the effects of events that are known, those of a unit together.

    Parameters
    ----------
    values : ndarray of float, shape (units, periods)
    scales : Scales
    windows : sequence of (int, int, int)
        Unit, first and last period.

    Returns
    -------
    tuple of Found
        In the order of `windows`, without a Bayes factor.
    """
    known = np.isfinite(values)
    inverse = precision(values, scales)
    centred = np.where(known, values - _middle(values)[:, None], 0.0)
    last = values.shape[1] - 1
    found: dict[tuple[int, int, int], Found] = {}
    for unit in {each[0] for each in windows}:
        events = [
            Found(
                unit=unit,
                start=start,
                end=end,
                kind="shift" if end == last else "dip",
                effect=0.0,
                sd=0.0,
                log_bayes_factor=np.nan,
            )
            for of, start, end in windows
            if of == unit
        ]
        for event in _refine(events, centred[unit], inverse[unit]):
            found[unit, event.start, event.end] = event
    return tuple(found[each] for each in windows)


def _refine(events: list[Found], centred: Floats, inverse: Floats) -> list[Found]:
    """Estimate the effects of a unit's events together."""
    if not events:
        return events
    time = np.arange(len(centred))
    inside = np.array([(time >= e.start) & (time <= e.end) for e in events], dtype=np.float64)
    variance = np.linalg.inv(inside @ inverse @ inside.T + np.eye(len(events)) / EFFECT)
    effect = variance @ (inside @ (inverse @ centred))
    sd = np.sqrt(np.diag(variance))
    return [
        replace(each, effect=float(d), sd=float(s))
        for each, d, s in zip(events, effect, sd, strict=True)
    ]


def _strongest(centred: Floats, inverse: Floats, windows: Windows, possible: Bools) -> list[Found]:
    """The event with most evidence of each unit."""
    evidence = weigh_windows(centred, inverse, windows, possible)
    best = evidence.log_bayes_factor.argmax(axis=1)
    return [_found(windows, evidence, row, int(at)) for row, at in enumerate(best)]


@dataclass(frozen=True, slots=True)
class _Unit:
    """One unit: its centred log volumes, their inverse covariance and its windows."""

    centred: Floats
    inverse: Floats
    windows: Windows
    possible: Bools

    def without(self, events: Sequence[Found]) -> Floats:
        """The inverse covariance with some events integrated out."""
        found = self.inverse[None]
        for each in events:
            found = integrate_out(found, np.array([each.start]), np.array([each.end]))
        matrix: Floats = found[0]
        return matrix

    def weigh(self, inverse: Floats) -> Evidence:
        """The evidence in all windows, given one inverse covariance or several."""
        several = inverse if inverse.ndim == 3 else inverse[None]
        count = len(several)
        return weigh_windows(
            np.repeat(self.centred[None], count, axis=0),
            several,
            self.windows,
            np.repeat(self.possible[None], count, axis=0),
        )

    def find(self, window: Found) -> int:
        """The place of a window."""
        windows = self.windows
        here = (windows.start == window.start) & (windows.end == window.end)
        return int(np.flatnonzero(here & (windows.kind == window.kind))[0])


def _swap(events: list[Found], unit: _Unit) -> list[Found]:
    """Put a shift and a window in place of the last event and another, if they explain more."""
    *earlier, last = events
    for at, other in enumerate(earlier):
        rest = [each for k, each in enumerate(earlier) if k != at]
        inverse = unit.without(rest)
        now = unit.weigh(inverse).log_bayes_factor[0, unit.find(other)]
        now += unit.weigh(unit.without([*rest, other])).log_bayes_factor[0, unit.find(last)]
        if pair := _better_pair(unit, inverse, least=float(now)):
            return [*rest, *(replace(each, unit=last.unit) for each in pair)]
    return events


def _better_pair(unit: _Unit, inverse: Floats, *, least: float) -> list[Found]:
    """Find the shift and window with more evidence than `least`, both of some size; else none."""
    windows = unit.windows
    shifts = np.flatnonzero((windows.kind == "shift") & unit.possible)
    if not len(shifts):
        return []
    first = unit.weigh(inverse)
    alone = first.log_bayes_factor[0, shifts]
    with_shift = integrate_out(
        np.repeat(inverse[None], len(shifts), axis=0), windows.start[shifts], windows.end[shifts]
    )
    second = unit.weigh(with_shift)
    worth = (np.abs(second.effect) >= LEAST_EFFECT) & (second.log_bayes_factor > _THRESHOLD)
    together = np.where(worth, second.log_bayes_factor, -np.inf) + alone[:, None]
    s, w = np.unravel_index(int(together.argmax()), together.shape)
    if together[s, w] <= least + _NO_BETTER:
        return []
    return [_found(windows, first, 0, int(shifts[s])), _found(windows, second, int(s), int(w))]


def _found(windows: Windows, evidence: Evidence, row: int, at: int) -> Found:
    return Found(
        unit=row,
        start=int(windows.start[at]),
        end=int(windows.end[at]),
        kind=str(windows.kind[at]),
        effect=float(evidence.effect[row, at]),
        sd=float(np.sqrt(evidence.variance[row, at])),
        log_bayes_factor=float(evidence.log_bayes_factor[row, at]),
    )
