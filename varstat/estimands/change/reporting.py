"""What is known of the part of the activity that was reported, as a change rests on it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from varstat.estimands.change.unreported import Unreported
from varstat.estimands.completeness.losses import Losses
from varstat.estimands.completeness.posterior import Prior
from varstat.estimands.completeness.words import note_losses
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """The losses that a change allows for.

    Attributes
    ----------
    source : str
        The file that states them.
    rows : tuple of Part
        A row for each unit and stretch of time with a loss.
    others, elsewhere : int
        Events of the file that are no losses, and losses of other units or times.
    prior : Prior
        Of completeness, where no share is stated.
    selective_sd : float
        By what the rate of a selective loss may differ, on the link scale; NaN where there is none.
    """

    source: str
    rows: tuple["Part", ...]
    others: int
    elsewhere: int
    prior: Prior
    selective_sd: float

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the rows, under these names."""
        names = list(Part.__dataclass_fields__)
        return pd.DataFrame([[getattr(row, n) for n in names] for row in self.rows], columns=names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a unit reported of its activity.

    Attributes
    ----------
    unit, period : str
        The period as the change names it.
    reported : float
        Its volume.
    estimate, lower, upper : float
        The part of all its activity that this is; 0 where nothing was.
    selective : bool
        Whether the rate of the rest may differ.
    """

    unit: str
    period: str
    reported: float
    estimate: float
    lower: float
    upper: float
    selective: bool


def sum_up_reporting(
    unreported: Unreported,
    losses: Losses,
    prior: Prior,
    *,
    units: tuple[str, ...],
    sizes: tuple[Floats, Floats],
    labels: tuple[str, str],
    level: float,
) -> Reporting:
    """Sum up what units reported of their activity.

    Parameters
    ----------
    unreported : Unreported
    losses : Losses
        That it was drawn of.
    prior : Prior
    units : tuple of str
        Codes of the frame.
    sizes : tuple of ndarray of float, shape (units,) each
        Volumes reported before and after.
    labels : (str, str)
        Of the two stretches of time.
    level : float
        Of the intervals, in (0, 1).

    Returns
    -------
    Reporting
    """
    ends = [0.5 * (1.0 - level), 0.5 * (1.0 + level)]
    rows = []
    for at, unit in enumerate(unreported.unit):
        for k, label in enumerate(labels):
            missing, reported = unreported.volume[k][:, at], float(sizes[k][unit])
            if not np.any(missing > 0):
                continue
            part = reported / (reported + missing)
            lower, upper = np.quantile(part, ends)
            rows.append(
                Part(
                    unit=units[unit],
                    period=label,
                    reported=reported,
                    estimate=float(part.mean()),
                    lower=float(lower),
                    upper=float(upper),
                    selective=bool(np.any(unreported.selective[k][:, at] > 0)),
                )
            )
    return Reporting(
        source=losses.source,
        rows=tuple(rows),
        others=losses.others,
        elsewhere=losses.elsewhere,
        prior=prior,
        selective_sd=unreported.spread if unreported.has_selective else float("nan"),
    )


def note_reporting(reporting: Reporting | None) -> tuple[str, ...]:
    """Say what completeness rests on, and what no data show of it.

    Parameters
    ----------
    reporting : Reporting or None
        None where nobody looked.

    Returns
    -------
    tuple of str
    """
    if reporting is None:
        return (
            (
                "As if all had been reported: losses aren't looked for here. `varstat "
                "completeness` finds them, and --events takes the file that it writes."
            ),
        )
    affected = len({row.unit for row in reporting.rows})
    notes = note_losses(
        reporting.source,
        affected,
        others=reporting.others,
        elsewhere=reporting.elsewhere,
        prior=reporting.prior,
        selective_sd=reporting.selective_sd,
    )
    chosen = any(row.selective for row in reporting.rows)
    return (*notes, *(("The table of units has rates as reported.",) if chosen else ()))
