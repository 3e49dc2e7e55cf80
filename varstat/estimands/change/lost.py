"""What units of a table didn't report, carried to what a change compares."""

from dataclasses import dataclass

import numpy as np

from varstat.data.organisations.frame import Frame
from varstat.estimands.change.bridge import Sides
from varstat.estimands.change.fitted import Fitted
from varstat.estimands.change.reporting import Reporting, sum_up_reporting
from varstat.estimands.change.unreported import Unreported, carry_missing
from varstat.estimands.completeness.losses import Losses, place_losses
from varstat.estimands.completeness.missing import Missing, draw_missing
from varstat.estimands.completeness.overrule import EventFile
from varstat.estimands.completeness.posterior import Prior
from varstat.hierarchical.series.panel import Panel
from varstat.measure import Floats
from varstat.period.choose import Span
from varstat.period.period import Periods


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lost:
    """What units of a table didn't report, and what that was drawn of.

    Attributes
    ----------
    losses : Losses
    missing : Missing
    prior : Prior
    selective_sd : float or None
        By what the rate of a selective loss may differ; None for the SD of units' levels.
    seed : int
    """

    losses: Losses
    missing: Missing
    prior: Prior
    selective_sd: float | None
    seed: int

    def carry(self, new: Fitted, frame: Frame, spans: tuple[Span, Span]) -> Unreported:
        """Bring it to the frame and periods that are compared."""
        return carry_missing(
            self.missing,
            frame.share,
            (spans[0].places, spans[1].places),
            new.panel.measure,
            spread=self._spread(new.posterior.hyper["tau"]),
            seed=self.seed,
        )

    def sum_up(
        self, sides: Sides, frame: Frame, spans: tuple[Span, Span], *, level: float
    ) -> Reporting | None:
        """Say what part of its activity each unit of the sides reported."""
        if sides.unreported is None:
            return None
        return sum_up_reporting(
            sides.unreported,
            self.losses,
            self.prior,
            units=frame.new,
            sizes=sides.volume,
            labels=(spans[0].label, spans[1].label),
            level=level,
        )

    def _spread(self, tau: Floats) -> Floats:
        return tau if self.selective_sd is None else np.full_like(tau, self.selective_sd)


def draw_lost(
    panel: Panel,
    periods: Periods,
    events: EventFile,
    prior: Prior,
    *,
    selective_sd: float | None,
    draws: int,
    seed: int,
) -> Lost:
    """Draw what units of a table didn't report.

    Parameters
    ----------
    panel : Panel
        Of the table, on its own frame.
    periods : Periods
        Of the table.
    events : EventFile
    prior : Prior
    selective_sd : float or None
    draws, seed : int

    Returns
    -------
    Lost
    """
    codes = [str(code) for code in panel.unit]
    losses = place_losses(events, codes, periods)
    missing = draw_missing(
        np.where(panel.observed, panel.size, np.nan),
        losses,
        periods,
        prior,
        units=codes,
        draws=draws,
        seed=seed,
    )
    return Lost(losses=losses, missing=missing, prior=prior, selective_sd=selective_sd, seed=seed)
