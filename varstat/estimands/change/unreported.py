"""What wasn't reported in each of two stretches of time, on one frame of units."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.estimands.completeness.missing import Missing
from varstat.measure import Floats, Measure

# Keeps these draws apart from others of the same seed.
_STREAM = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unreported:
    """Volumes that some units didn't report, before and after.

    Attributes
    ----------
    measure : Measure
    units : int
        Of the frame.
    unit : ndarray of int, shape (affected,)
        Places of those that didn't report all.
    volume : tuple of ndarray of float, shape (draws, affected) each
        That wasn't reported.
    selective : tuple of ndarray of float, shape (draws, affected) each
        The part of it whose rate may differ from that of what was.
    deviation : tuple of ndarray of float, shape (draws, affected) each
        By what that rate differs, on the link scale.
    spread : float
        Mean SD of that.
    """

    measure: Measure
    units: int
    unit: NDArray[np.int64]
    volume: tuple[Floats, Floats]
    selective: tuple[Floats, Floats]
    deviation: tuple[Floats, Floats]
    spread: float

    def __post_init__(self) -> None:
        for each in (self.unit, *self.volume, *self.selective, *self.deviation):
            each.setflags(write=False)

    @property
    def has_selective(self) -> bool:
        """Whether the rate of anything that is missing may differ."""
        return bool(self.chosen.any())

    @property
    def chosen(self) -> NDArray[np.bool_]:
        """Which units lost something by selection: (units,)."""
        found = np.zeros(self.units, dtype=bool)
        for each in self.selective:
            found[self.unit] |= np.any(each > 0, axis=0)
        return found

    def missing(self, k: int, some: slice) -> Floats:
        """Give the volume missing before (0) or after (1) in some draws: (draws, units)."""
        found = np.zeros((len(self.volume[k][some]), self.units))
        found[:, self.unit] = self.volume[k][some]
        return found

    def whole_rate(
        self, k: int, some: slice, rate: Floats, size: Floats, *, fixed: float | None = None
    ) -> Floats:
        """Give rates of all activity, whether or not it was reported.

        Parameters
        ----------
        k : int
            Before (0) or after (1).
        some : slice
            Of draws.
        rate : ndarray of float, shape (draws, units)
            Of all activity, but for what a selection did.
        size : ndarray of float, shape (units,)
            As reported.
        fixed : float, optional
            The rate of what is missing by selection, in place of draws of it.

        Returns
        -------
        ndarray of float, shape (draws, units)
        """
        own, at = rate[:, self.unit], self.unit
        if fixed is None:
            deviation = self.deviation[k][some]
            other = self.measure.from_link(self.measure.to_link(own) + deviation)
        else:
            other = np.full_like(own, fixed)
        part = self.selective[k][some] / np.maximum(size[at] + self.volume[k][some], 1e-300)
        found = rate.copy()
        found[:, at] = np.where(part > 0, own + part * (other - own), own)
        return found


def carry_missing(
    missing: Missing,
    share: Floats,
    spans: tuple[Sequence[int], Sequence[int]],
    measure: Measure,
    *,
    spread: Floats,
    seed: int,
) -> Unreported:
    """Bring what wasn't reported to a frame of units and two stretches of time.

    Parameters
    ----------
    missing : Missing
        Of the units of the table.
    share : ndarray of float, shape (new units, units)
        Of each unit, the part that goes to each one of the frame.
    spans : tuple of sequence of int
        The periods of each stretch.
    measure : Measure
    spread : ndarray of float, shape (draws,)
        SD of the difference between what was and what wasn't reported of a selective loss, on the
        link scale.
    seed : int

    Returns
    -------
    Unreported
        With as many draws as `spread`.
    """
    draws = len(spread)
    rows = np.arange(draws) % len(missing.volume)
    inside = [np.isin(missing.period, list(span)) for span in spans]
    goes = share[:, missing.unit]
    affected = np.flatnonzero((goes[:, inside[0] | inside[1]] > 0).any(axis=1))
    rng = np.random.default_rng([seed, _STREAM])
    volume, selective, deviation = [], [], []
    for within in inside:
        weight = (goes[affected] * within).T
        volume.append(missing.volume[rows] @ weight)
        selective.append(missing.volume[rows] @ (weight * missing.selective[:, None]))
        deviation.append(spread[:, None] * rng.standard_normal((draws, len(affected))))
    return Unreported(
        measure=measure,
        units=len(share),
        unit=affected,
        volume=(volume[0], volume[1]),
        selective=(selective[0], selective[1]),
        deviation=(deviation[0], deviation[1]),
        spread=float(spread.mean()),
    )
