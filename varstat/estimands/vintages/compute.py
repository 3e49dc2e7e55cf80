"""Computing what counts will end at, out of the vintages in which they were published."""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import norm

from varstat.data.volumes.vintages import Vintages
from varstat.errors import UsageError
from varstat.estimands.vintages.follow import Standing, find_reopened, follow, stand
from varstat.estimands.vintages.held import hold
from varstat.estimands.vintages.reconcile import Reconciliation, reconcile
from varstat.estimands.vintages.result import Nowcast, Nowcasts, Reopening, Step
from varstat.estimands.vintages.tabulate import judge, tabulate_national, tabulate_units
from varstat.estimands.vintages.words import list_notes, say_nowcast
from varstat.measure import Floats
from varstat.provenance import Provenance


def compute_nowcasts(
    vintages: Vintages,
    *,
    provenance: Provenance,
    tail: float | None = None,
    level: float = 0.9,
) -> Nowcasts:
    """Find out what the counts of units and periods will end at.

    Parameters
    ----------
    vintages : Vintages
    provenance : Provenance
    tail : float, optional
        By which counts grow beyond the last delay. Data can't tell; where it isn't given it is
        taken for 1, and a note says so.
    level : float
        Of intervals, in (0, 1).

    Returns
    -------
    Nowcasts
        One for each kind of count.

    Raises
    ------
    ModelError
        If no growth can be seen, or at some delay none.
    UsageError
        If the level isn't in (0, 1), or the tail isn't above zero.
    """
    if not 0 < level < 1:
        raise UsageError("level", f"{level:g} is no level of an interval; expected 0 to 1.")
    if tail is not None and not (np.isfinite(tail) and tail > 0):
        raise UsageError("tail", "the tail must be above zero; 1 says that nothing more comes.")
    groups = tuple(
        _nowcast(vintages, at, tail=tail, level=level) for at in range(len(vintages.column))
    )
    return Nowcasts(groups=groups, accounts=(vintages.account,), provenance=provenance)


def _nowcast(vintages: Vintages, column: int, *, tail: float | None, level: float) -> Nowcast:
    counts, name = vintages.counts[column], vintages.column[column]
    latest, known = len(vintages.as_of) - 1, 1.0 if tail is None else tail
    now = stand(vintages, counts, latest, tail=tail)
    standings = follow(vintages, counts, now, tail=tail)
    held = None
    if len(standings) > 1 and standings[-2].vintage == latest - 1:
        held = hold(vintages, counts, standings[-2], level=level)
    reopened = list(find_reopened(standings))
    status = judge(now, reopened)
    nowcast = Nowcast(
        indicator=vintages.title,
        by={"count": name} if len(vintages.column) > 1 else {},
        count=name,
        units=tabulate_units(vintages, counts, now, status, level=level),
        national=tabulate_national(vintages, counts, now, status, level=level),
        steps=_list_steps(vintages, now, tail=known, level=level),
        reopened=tuple(
            Reopening(
                unit=str(vintages.unit[row - 1]) if row else None,
                period=vintages.period[period],
                called=vintages.as_of[before.vintage],
                as_of=vintages.as_of[after.vintage],
                before=float(before.all_reported[row, period]),
                after=float(after.all_reported[row, period]),
            )
            for row, period, before, after in reopened
        ),
        reconciliation=_reconcile(vintages, counts, level=level),
        held=held,
        as_of=vintages.as_of,
        jumps=now.jumps,
        tail=known,
        settled=now.settled,
        level=level,
        notes=(),
        findings="",
    )
    nowcast = replace(nowcast, notes=list_notes(nowcast, vintages, stated=tail is not None))
    return replace(nowcast, findings=say_nowcast(nowcast))


def _list_steps(
    vintages: Vintages, now: Standing, *, tail: float, level: float
) -> tuple[Step, ...]:
    growth = now.growth
    half = norm.ppf((1 + level) / 2) * np.sqrt(growth.variance)
    left = np.cumprod(growth.factor[::-1])[::-1] * tail
    return tuple(
        Step(
            delay=step,
            months=float(vintages.delays.months[step]),
            factor=float(growth.factor[step]),
            lower=float(growth.factor[step] - half[step]),
            upper=float(growth.factor[step] + half[step]),
            between=float(np.sqrt(growth.between[step]) / growth.factor[step]),
            ratios=int(growth.ratios[step]),
            completeness=float(1 / left[step]),
        )
        for step in range(len(growth.factor))
    )


def _reconcile(vintages: Vintages, counts: Floats, *, level: float) -> Reconciliation:
    """Reconcile the last two vintages."""
    index = pd.MultiIndex.from_product([vintages.unit.tolist(), vintages.period])
    earlier, later = (pd.Series(counts[:, :, at].ravel(), index).dropna() for at in (-2, -1))
    return reconcile(earlier, later, level=level)
