"""One frame's panel, the posterior of its series, and what they say of two periods."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from varstat.card import Card
from varstat.data.organisations.frame import Frame
from varstat.data.table import Table
from varstat.estimands.change.bridge import Sides
from varstat.estimands.change.frames import Standard
from varstat.estimands.change.paths import Paths, gather_paths
from varstat.estimands.change.series import NationalSeries, sum_periods
from varstat.estimands.change.units import Reported
from varstat.estimands.change.unreported import Unreported
from varstat.hierarchical.model.design import Strings
from varstat.hierarchical.series.fit import fit_series
from varstat.hierarchical.series.model import series_model
from varstat.hierarchical.series.panel import Panel
from varstat.hierarchical.series.refusal import LEAST_UNITS, refuse_series
from varstat.hierarchical.series.result import SeriesPosterior
from varstat.measure import Floats
from varstat.period.choose import Span


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """A panel on one frame, its posterior, and what was gathered of it.

    Attributes
    ----------
    panel : Panel
    size : ndarray of float, shape (units, periods)
        Volumes; 0 where nothing was reported.
    posterior : SeriesPosterior
    paths : Paths
    lasting : bool
        Whether what lasts can be told from what passes.
    notes : tuple of str
    """

    panel: Panel
    size: Floats
    posterior: SeriesPosterior
    paths: Paths
    lasting: bool
    notes: tuple[str, ...]

    def sides(
        self,
        spans: tuple[Span, Span],
        group: tuple[Strings, Strings] | None = None,
        unreported: Unreported | None = None,
    ) -> Sides:
        """The units of both stretches of time, in their peer groups of each or else of the last."""
        volumes = [self.size[:, list(span.places)].sum(axis=1) for span in spans]
        return Sides(
            rate=self.paths.rate,
            whole=self.paths.whole,
            volume=(volumes[0], volumes[1]),
            group=group or (self.panel.peer_group, self.panel.peer_group),
            unreported=unreported,
        )

    def sum_up(self, standard: Standard, *, level: float) -> NationalSeries:
        """The nation in every period."""
        return sum_periods(
            self.paths.period_rate,
            self.size,
            self.panel.peer_group,
            self.panel.periods,
            standard,
            level=level,
        )


def carry_panel(panel: Panel, frame: Frame) -> Panel:
    """Bring a panel to another frame: counts are added up, and none is lost.

    Parameters
    ----------
    panel : Panel
    frame : Frame
        Of its units, and of those that they became.

    Returns
    -------
    Panel
    """
    if len(frame.new) == len(frame.old) and frame.new == frame.old:
        return panel
    there = frame.share @ panel.observed.astype(float) > 0
    event, size = (
        np.where(there, frame.carry_over(amount), np.nan) for amount in (panel.event, panel.size)
    )
    largest = find_largest(panel, frame)
    length = panel.length
    named = panel.unit_name[largest].copy()
    named[[new not in frame.old for new in frame.new]] = None
    return replace(
        panel,
        unit=np.array(frame.new, dtype=object),
        unit_name=named,
        peer_group=panel.peer_group[largest],
        event=event,
        size=size,
        covariates=np.zeros((len(frame.new), length, 0)),
        names=(),
    )


def find_largest(panel: Panel, frame: Frame) -> NDArray[np.int64]:
    """Find what each new unit is called and belongs to: as it was before, else its largest part.

    Parameters
    ----------
    panel : Panel
    frame : Frame

    Returns
    -------
    ndarray of int, shape (new units,)
        Places of old units.
    """
    volume = np.nansum(panel.size, axis=1)
    own = np.array([[new == old for old in frame.old] for new in frame.new])
    return np.asarray(np.argmax(frame.share * volume + own * volume.sum(), axis=1))


def find_groups(table: Table, panel: Panel, spans: tuple[Span, Span]) -> tuple[Strings, Strings]:
    """Find the peer groups of a table's units in two stretches of time.

    Parameters
    ----------
    table : Table
    panel : Panel
        Of it.
    spans : (Span, Span)

    Returns
    -------
    tuple of ndarray of object, shape (units,) each
        The last that is told in each; where none is, that of the other, or else the last of all.
    """
    rows = table.frame.dropna(subset=["peer_group"])
    when = rows["period"].map(table.periods.place)
    rows = rows.assign(period=when).sort_values("period", kind="stable")
    told = [
        rows[rows["period"].isin(span.places)].groupby("unit")["peer_group"].last().to_dict()
        for span in spans
    ]
    codes = list(zip(map(str, panel.unit), panel.peer_group, strict=True))
    groups = [
        np.array([own.get(u, other.get(u, last)) for u, last in codes], dtype=object)
        for own, other in (told, told[::-1])
    ]
    return groups[0], groups[1]


def fit_panel(
    panel: Panel,
    spans: tuple[Span, Span],
    card: Card,
    *,
    passing: float | None,
    draws: int,
    seed: int,
    complete: Floats | None = None,
) -> Fitted:
    """Fit a series model: with what lasts if that can be told from what passes.

    Parameters
    ----------
    panel : Panel
    spans : (Span, Span)
    card : Card
    passing : float or None
        The SD of what passes, where it is stated.
    draws, seed : int
    complete : ndarray of float, shape (units, periods), optional
        Volumes had all been reported, where they differ.

    Returns
    -------
    Fitted
    """
    model = series_model(card, panel, passing=passing)
    if panel.length < 3:
        model = replace(model, breaks=False)
    why = refuse_series(panel, model)
    untold = bool(why) and (panel.length == 2 or panel.units < LEAST_UNITS)
    if untold:
        # What is known of rates in the periods needs no telling apart.
        model = replace(model, kind="none", breaks=False)
    posterior = fit_series(panel, model, seed=seed, draws=draws)
    size = np.nan_to_num(np.where(panel.observed, panel.size, 0.0), nan=0.0)
    places = spans[0].places, spans[1].places
    paths = gather_paths(posterior, size, places, draws=posterior.draws, complete=complete)
    return Fitted(
        panel=panel,
        size=size,
        posterior=posterior,
        paths=paths,
        lasting=not untold,
        notes=(*why, *posterior.notes),
    )


def report_units(
    fitted: Fitted,
    spans: tuple[Span, Span],
    some: NDArray[np.bool_],
    changes: dict[str, tuple[int, ...]],
    unreported: Unreported | None,
) -> Reported:
    """Gather what some units reported, and what the model says of their breaks.

    Parameters
    ----------
    fitted : Fitted
    spans : (Span, Span)
    some : ndarray of bool, shape (units,)
    changes : dict of str to tuple of int
        When organisations changed.
    unreported : Unreported or None

    Returns
    -------
    Reported
    """
    panel, posterior = fitted.panel, fitted.posterior
    sizes, rates = [], []
    for span in spans:
        places = list(span.places)
        size = fitted.size[some][:, places].sum(axis=1)
        event = np.nansum(panel.event[some][:, places], axis=1)
        sizes.append(size)
        rates.append(panel.measure.rates(event, size))
    return Reported(
        unit=panel.unit[some],
        unit_name=panel.unit_name[some],
        peer_group=panel.peer_group[some],
        size=(sizes[0], sizes[1]),
        rate=(rates[0], rates[1]),
        p_break=posterior.p_break[some],
        break_probability=posterior.break_probability[some],
        innovations=posterior.innovations[some],
        periods=panel.periods,
        changes=changes,
        selective=(np.zeros(panel.units, bool) if unreported is None else unreported.chosen)[some],
    )
