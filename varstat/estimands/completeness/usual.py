"""What each unit's volumes are when nothing happens to them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from varstat.estimands.completeness.level import Scales, estimate_scales
from varstat.estimands.completeness.predict import predict_window
from varstat.estimands.completeness.relative import Relative, national_path, relate
from varstat.estimands.completeness.windows import Whole
from varstat.measure import Floats

_LEAST_MONTHS = 18


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Usual:
    """The usual volumes of the units that are large and long enough to have any.

    Attributes
    ----------
    examined : ndarray of int
        Their places among all units.
    relative : Relative
        Of all units.
    values : ndarray of float, shape (examined, periods)
        Relative log volumes.
    scales : Scales
        Of the units examined.
    """

    examined: Whole
    relative: Relative
    values: Floats
    scales: Scales

    def predict(
        self, unit: int, window: tuple[int, int], others: Sequence[tuple[int, int]]
    ) -> tuple[Floats, Floats]:
        """Predict a unit's log volumes in a window, and their covariance.

        Parameters
        ----------
        unit : int
            Its place among all; it is one of those examined.
        window : (int, int)
            First and last period.
        others : sequence of (int, int)
            Windows of its other events.

        Returns
        -------
        mean : ndarray of float, shape (window,)
        covariance : ndarray of float, shape (window, window)
        """
        at = int(np.searchsorted(self.examined, unit))
        mean, covariance = predict_window(self.values, self.scales, at, window, others=others)
        inside = slice(window[0], window[1] + 1)
        return mean + self.relative.path[inside] + self.relative.season[unit, inside], covariance


def median_sizes(volume: Floats, *, months: int) -> Floats:
    """Give each unit's median volume of a month: (units,), 0 where it has none.

    Parameters
    ----------
    volume : ndarray of float, shape (units, periods)
    months : int
        Of a period.
    """
    positive = volume > 0
    return np.array(
        [
            np.median(row[on]) / months if on.any() else 0.0
            for row, on in zip(volume, positive, strict=True)
        ]
    )


def learn_usual(
    volume: Floats, *, months: int, least: float, own_seasons: bool = True
) -> Usual | None:
    """Learn what volumes are when nothing happens.

    Parameters
    ----------
    volume : ndarray of float, shape (units, periods)
        NaN where nothing was reported.
    months : int
        Of a period: 1 or 3.
    least : float
        Median volume of a month from which a unit is looked at.
    own_seasons : bool
        Whether units have seasons of their own beside the nation's. Found in a few years they are
        mostly noise, and what is left looks calmer than it is.

    Returns
    -------
    Usual or None
        None where no unit is large and long enough: 18 months.
    """
    long_enough = np.sum(volume > 0, axis=1) >= _LEAST_MONTHS // months
    examined = np.flatnonzero((median_sizes(volume, months=months) >= least) & long_enough)
    if not len(examined):
        return None
    relative = relate(volume, national_path(volume[examined]), seasons=12 // months)
    if not own_seasons:
        still = np.zeros_like(relative.season)
        relative = replace(relative, values=relative.values + relative.season, season=still)
    values = relative.values[examined]
    return Usual(
        examined=examined, relative=relative, values=values, scales=estimate_scales(values)
    )
