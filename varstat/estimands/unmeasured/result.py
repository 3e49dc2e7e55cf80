"""What unmeasured case-mix would do: to who is surely where, and to a total."""

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.estimands.unmeasured.own import SHOWN
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnmeasuredRanks:
    """Who is surely in the best and the worst quarter, as a share of case-mix goes unrecorded.

    Attributes
    ----------
    share : ndarray of float, shape (shares,)
        Of the variance of effects that is unmeasured case-mix: 0, 0.05, …, 0.95.
    sure_top, sure_bottom : ndarray of int, shape (shares,)
        Units surely in the best, and in the worst, quarter.
    p_top_quartile, p_bottom_quartile : ndarray of float, shape (3, units)
        At shares of a quarter, a half and three quarters: the probability of being among the
        best, or the worst, quarter of units' own parts. NaN where a unit isn't ranked.
    tipping_share : ndarray of float, shape (units,)
        The share at which a unit is no longer surely in its quarter; NaN where it isn't at 0.
    """

    share: Floats
    sure_top: Ints
    sure_bottom: Ints
    p_top_quartile: Floats
    p_bottom_quartile: Floats
    tipping_share: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)

    def reordered(self, order: NDArray[np.intp]) -> "UnmeasuredRanks":
        """Put the units in another order."""
        return replace(
            self,
            p_top_quartile=self.p_top_quartile[:, order],
            p_bottom_quartile=self.p_bottom_quartile[:, order],
            tipping_share=self.tipping_share[order],
        )

    def columns(self) -> dict[str, Floats]:
        """Give the columns of units: the probabilities at each share, and the tipping point."""
        found: dict[str, Floats] = {}
        for at, share in enumerate(SHOWN):
            found[f"p_top_quartile_{100 * share:.0f}"] = self.p_top_quartile[at]
            found[f"p_bottom_quartile_{100 * share:.0f}"] = self.p_bottom_quartile[at]
        return found | {"tipping_share": self.tipping_share}

    def to_frame(self) -> pd.DataFrame:
        """Tabulate, one row a share: `share, sure_top, sure_bottom`."""
        return pd.DataFrame(
            {"share": self.share, "sure_top": self.sure_top, "sure_bottom": self.sure_bottom}
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnmeasuredTotal:
    """The total opportunity, as a share of case-mix goes unrecorded, one element a share.

    Attributes
    ----------
    share : ndarray of float, shape (shares,)
        Of the variance of effects that is unmeasured case-mix: 0, 0.125, …, 0.875.
    estimate, lower, upper : ndarray of float, shape (shares,)
        Posterior mean and interval.
    level : float
        Of the interval.
    """

    share: Floats
    estimate: Floats
    lower: Floats
    upper: Floats
    level: float

    def __post_init__(self) -> None:
        for name in ("share", "estimate", "lower", "upper"):
            getattr(self, name).setflags(write=False)

    def to_frame(self) -> pd.DataFrame:
        """Tabulate, one row a share: `share, estimate, lower, upper, level`."""
        return pd.DataFrame({each.name: getattr(self, each.name) for each in fields(self)})
