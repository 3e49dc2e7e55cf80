"""From what is known of a period to what it will end at: the nowcast and its interval."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from varstat.data.volumes.delay import Whole
from varstat.estimands.vintages.growth import Growth
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays

# A period is complete when so much of it is expected to be known, and so little isn't likely.
COMPLETE, SHORT, CHANCE = 0.99, 0.97, 0.05
# A count can't shrink below this part of what the national factor makes of it.
_LEAST = 0.05
# Degrees of freedom of a spread of none.
_MANY = 1e6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Projection:
    """What counts will end at.

    Attributes
    ----------
    reported, nowcast : ndarray of float
        NaN where nothing was reported that could grow.
    spread : ndarray of float
        SD of the log of what it ends at.
    freedom : ndarray of float
        Degrees of freedom of that SD.
    """

    reported: Floats
    nowcast: Floats
    spread: Floats
    freedom: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)

    @property
    def estimate(self) -> Floats:
        """The part that is reported."""
        found: Floats = self.reported / np.where(self.nowcast > 0, self.nowcast, np.nan)
        return found

    def quantile(self, p: float) -> Floats:
        """A quantile of what counts end at."""
        shift = self.spread * student.ppf(p, self.freedom) - self.spread**2 / 2
        found: Floats = self.nowcast * np.exp(shift)
        return found

    @property
    def complete(self) -> NDArray[np.bool_]:
        r"""Whether :math:`E C > .99` and :math:`P(C < .97) < .05`."""
        enough = np.nan_to_num(self.estimate, nan=0.0) > COMPLETE
        # P(C < .97) < .05 where the 95% quantile of the end leaves .97 known.
        sure = self.reported >= SHORT * np.nan_to_num(self.quantile(1 - CHANCE), nan=np.inf)
        return enough & sure


def project(
    growth: Growth, reported: Floats, delay: Whole, *, tail: float
) -> tuple[Projection, Projection]:
    r"""Project the counts of units' periods, and of all units together.

    From delay :math:`d` a unit's count grows by :math:`\prod_{j \ge d} \hat\mu_{ij}` and by the
    tail. The squared coefficient of variation of its end adds up, over the steps to come,

    .. math:: \frac{\tau_j^2 (1 - \alpha_{ij}) + (1 - \alpha_{ij})^2 \operatorname{Var} \hat f_j
              + \phi_j / \hat R_{ij} + \psi_j}{\hat\mu_{ij}^2} ,

    of its own factor, the national one and noise; and the end is log-Student about it. Ends of
    several units share the national factors, and nothing else.

    Parameters
    ----------
    growth : Growth
    reported : ndarray of float, shape (units, periods)
    delay : ndarray of int, shape (periods,)
        Of these counts.
    tail : float
        By which counts grow beyond the last delay.

    Returns
    -------
    units : Projection
        Of shape (units, periods).
    national : Projection
        Of shape (periods,); the sum over units whose count is above zero.
    """
    steps = len(growth.factor)
    own = np.maximum(growth.own, _LEAST * growth.factor)
    weight = np.where(reported > 0, reported, np.nan)
    end, single = weight.copy(), np.zeros(reported.shape)
    freedom = np.zeros(reported.shape)
    shared = np.zeros((steps, *reported.shape))
    several = np.maximum(growth.ratios - 1.0, 1.0)
    for step in range(steps):
        ahead = np.flatnonzero(delay <= step)
        mu, drawn = own[:, [step]], growth.drawn[:, [step]]
        alone = growth.between[step] * drawn + growth.noise[step]
        alone = (alone + growth.size_noise[step] / end[:, ahead]) / mu**2
        pull = np.broadcast_to(drawn / mu, alone.shape) * np.sqrt(growth.variance[step])
        single[:, ahead] += alone
        shared[step][:, ahead] = pull
        freedom[:, ahead] += (alone + pull**2) ** 2 / several[step]
        end[:, ahead] *= mu
    end *= tail
    variance = single + np.sum(shared**2, axis=0)
    units = Projection(
        reported=reported,
        nowcast=end,
        spread=np.sqrt(np.log1p(variance)),
        freedom=_freedom(variance, freedom),
    )
    return units, _sum_up(reported, end, single, shared, several)


def _sum_up(
    reported: Floats, end: Floats, single: Floats, shared: Floats, several: Floats
) -> Projection:
    """Sum ends over units; what they share adds up, and the rest averages out."""
    known = np.isfinite(end)
    ends = np.where(known, end, 0.0)
    total = ends.sum(axis=0)
    square = np.where(total > 0, total, np.nan) ** 2
    apart = np.sum(np.where(known, ends**2 * single, 0.0), axis=0) / square
    together = np.sum(np.where(known, ends * shared, 0.0), axis=1) ** 2 / square
    variance = apart + together.sum(axis=0)
    # What units don't share has as many degrees of freedom as there are ratios at all.
    spent = np.sum(together**2 / several[:, None], axis=0) + apart**2 / several.max(initial=1.0)
    return Projection(
        reported=np.where(known, reported, 0.0).sum(axis=0),
        nowcast=np.where(total > 0, total, np.nan),
        spread=np.sqrt(np.log1p(variance)),
        freedom=_freedom(variance, spent),
    )


def _freedom(variance: Floats, spent: Floats) -> Floats:
    """Satterthwaite's degrees of freedom of a variance; so many that they don't matter of none."""
    found: Floats = np.where(spent > 0, variance**2 / np.where(spent > 0, spent, 1.0), _MANY)
    return found
