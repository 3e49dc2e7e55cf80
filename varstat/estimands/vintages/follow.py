"""What was said of a period at each vintage, and when that had to be taken back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from varstat.data.volumes.delay import Whole
from varstat.data.volumes.vintages import Vintages
from varstat.errors import ModelError
from varstat.estimands.vintages.growth import Growth, Ratios, fit_growth
from varstat.estimands.vintages.jumps import find_jumps
from varstat.estimands.vintages.project import COMPLETE, SHORT, Projection, project
from varstat.measure import Floats

# Vintages at which it is asked what would have been said then.
_MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """What one vintage and those before it say.

    Attributes
    ----------
    vintage : int
    last : ndarray of int, shape (periods,)
        The last vintage that has each period; -1 where none has.
    delay : ndarray of int, shape (periods,)
        In that vintage.
    growth : Growth
    ratios : Ratios
        That growth was fitted to.
    jumps : int
        Ratios that were set aside.
    units, national : Projection
        Of shape (units, periods) and (periods,).
    settled : bool
        Whether anything can be called complete: what comes beyond the last delay is stated, or
        counts no longer grow by more than 1% at the last step.
    """

    vintage: int
    last: Whole
    delay: Whole
    growth: Growth
    ratios: Ratios
    jumps: int
    units: Projection
    national: Projection
    settled: bool

    @property
    def all_complete(self) -> NDArray[np.bool_]:
        """Which periods are complete, of all units together first, (1 + units, periods)."""
        found = np.vstack([self.national.complete, self.units.complete])
        return found & self.settled

    @property
    def all_reported(self) -> Floats:
        """What is reported, of all units together first, (1 + units, periods)."""
        found: Floats = np.vstack([self.national.reported, self.units.reported])
        return found


def stand(vintages: Vintages, counts: Floats, vintage: int, *, tail: float | None) -> Standing:
    """Fit growth to the vintages up to one, and project what is known by then.

    Parameters
    ----------
    vintages : Vintages
    counts : ndarray of float, shape (units, periods, vintages)
        Of one column.
    vintage : int
    tail : float or None
        None where it isn't known, and is taken for 1.

    Returns
    -------
    Standing

    Raises
    ------
    ModelError
        If no count is known at two delays in a row, some delay lacks such, or all fall to zero.
    """
    ratios = collect(counts, vintages.steps(vintage))
    steps = int(ratios.step.max(initial=-1)) + 1
    _refuse_holes(vintages, ratios, steps)
    jumped = find_jumps(ratios, steps=steps)
    kept = ratios.take(~jumped)
    _refuse_nothing_left(vintages, kept, steps)
    growth = fit_growth(kept, units=len(counts), steps=steps)
    last = vintages.latest(vintage)
    period = np.arange(len(last))
    delay = np.where(last >= 0, vintages.delays.number[period, last], steps)
    reported = np.where(last >= 0, counts[:, period, last], np.nan)
    units, national = project(growth, reported, delay, tail=1.0 if tail is None else tail)
    return Standing(
        vintage=vintage,
        last=last,
        delay=delay,
        growth=growth,
        ratios=kept,
        jumps=int(jumped.sum()),
        units=units,
        national=national,
        settled=tail is not None or abs(growth.factor[-1] - 1) <= 1 - COMPLETE,
    )


def collect(counts: Floats, steps: Whole) -> Ratios:
    """Collect the ratios of counts that are known at a delay and the next.

    Parameters
    ----------
    counts : ndarray of float, shape (units, periods, vintages)
    steps : ndarray of int, shape (steps, 4)
        As `Vintages.steps` gives them.

    Returns
    -------
    Ratios
    """
    period, before, after, delay = steps.T
    was, now = counts[:, period, before], counts[:, period, after]
    unit, at = np.nonzero((was > 0) & np.isfinite(now))
    return Ratios(unit=unit, step=delay[at], before=was[unit, at], after=now[unit, at])


def follow(
    vintages: Vintages, counts: Floats, now: Standing, *, tail: float | None
) -> tuple[Standing, ...]:
    """Ask of the last twelve vintages what was to be said then, the latest last.

    Parameters
    ----------
    vintages : Vintages
    counts : ndarray of float, shape (units, periods, vintages)
    now : Standing
        Of the latest.
    tail : float or None

    Returns
    -------
    tuple of Standing
        Without vintages before which there is too little to go by.
    """
    earlier = []
    for vintage in range(max(1, now.vintage + 1 - _MOST), now.vintage):
        try:
            earlier.append(stand(vintages, counts, vintage, tail=tail))
        except ModelError:
            continue
    return (*earlier, now)


def find_reopened(standings: Sequence[Standing]) -> Iterator[tuple[int, int, Standing, Standing]]:
    """Find what was complete at a vintage and by the next is not, or has changed by over 3%.

    Parameters
    ----------
    standings : sequence of Standing

    Yields
    ------
    row, period : int
        The row is 0 of all units together, else one more than the unit's place.
    before, after : Standing
        Of the two vintages.
    """
    for before, after in pairwise(standings):
        was, now = before.all_reported, after.all_reported
        moved = np.abs(now - was) > (1 - SHORT) * was
        gone = before.all_complete & (~after.all_complete | moved)
        for row, period in np.argwhere(gone & (now != was)):
            yield int(row), int(period), before, after


def _refuse_holes(vintages: Vintages, ratios: Ratios, steps: int) -> None:
    if not steps:
        raise ModelError(
            "vintages",
            "no count above zero is known at two delays in a row, so that no growth can be seen. "
            "Add vintages that have the same periods.",
        )
    lacking = sorted(set(range(steps)) - set(ratios.step.tolist()))
    if lacking:
        months = vintages.delays.step * lacking[0]
        raise ModelError(
            "vintages",
            f"no count is known both {months:g} and {months + vintages.delays.step:g} months after "
            "its first delay: a vintage is missing, or they come at irregular times. Add it, or "
            "keep vintages at even times with --only.",
        )


def _refuse_nothing_left(vintages: Vintages, ratios: Ratios, steps: int) -> None:
    left = np.bincount(ratios.step, weights=ratios.after, minlength=steps)
    if np.all(left > 0):
        return
    months = vintages.delays.step * (int(np.argmin(left)) + 1)
    raise ModelError(
        "vintages",
        f"all counts fall to zero {months:g} month{'' if months == 1 else 's'} after their first "
        "delay, so that nothing is left to grow. If zero stands for what isn't known, leave those "
        "rows out with --only or --exclude.",
    )
