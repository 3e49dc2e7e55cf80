"""Compute a change: why the total moved between two periods, and which units truly changed."""

from dataclasses import dataclass, replace

import numpy as np

from varstat.data.groups import group_rows
from varstat.data.organisations.frame import (
    check_codes,
    lay_frame,
    place_changes,
    refuse_differing,
)
from varstat.data.organisations.successors import SuccessorMap
from varstat.data.table import Table
from varstat.errors import ModelError, UsageError, choose, expect
from varstat.estimands.change.bridge import EVENTS, Bridge, Sides, build_bridge
from varstat.estimands.change.caveats import note_periods, say_frame
from varstat.estimands.change.fitted import (
    Fitted,
    carry_panel,
    find_groups,
    find_largest,
    fit_panel,
    report_units,
)
from varstat.estimands.change.frames import Standard
from varstat.estimands.change.lost import Lost, draw_lost
from varstat.estimands.change.money import Cost, Priced, restate_price, state_cost
from varstat.estimands.change.reporting import note_reporting
from varstat.estimands.change.result import DEFAULT_LEVEL, Change, Changes
from varstat.estimands.change.units import Judging, fall_back, judge_units
from varstat.estimands.change.words import say_change
from varstat.estimands.completeness.losses import check_losses
from varstat.estimands.completeness.overrule import EventFile
from varstat.estimands.completeness.posterior import Prior
from varstat.estimands.ranks.ranks import check_level
from varstat.hierarchical.diagnostics import Diagnostics
from varstat.hierarchical.series.panel import Panel, read_panel
from varstat.measure import Direction, Floats
from varstat.period.choose import Span, choose_pair
from varstat.period.period import Periods
from varstat.prose.text import clean
from varstat.target.rule import parse_target

FRAMES = ("common",)
DEFAULT_FDR = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is asked of every group."""

    before: str
    after: str
    successors: SuccessorMap | None
    events: EventFile | None
    prior: Prior
    selective_sd: float | None
    common: bool
    target: str
    level: float
    minimal: float
    fdr: float
    passing: float | None
    draws: int
    seed: int
    cost: Cost | None

    def lose(self, panel: Panel, periods: Periods) -> Lost | None:
        """Draw what units didn't report, where events are given."""
        if self.events is None:
            return None
        many = {"draws": self.draws, "seed": self.seed}
        return draw_lost(
            panel, periods, self.events, self.prior, selective_sd=self.selective_sd, **many
        )

    def judging(self, direction: Direction, *, lasting: bool) -> Judging:
        """How units are judged."""
        return Judging(
            direction=direction,
            level=self.level,
            minimal=self.minimal,
            fdr=self.fdr,
            lasting=lasting,
        )


def compute_change(
    table: Table,
    *,
    before: str,
    after: str,
    successors: SuccessorMap | None = None,
    frame: str | None = None,
    events: EventFile | None = None,
    prior: Prior | None = None,
    selective_sd: float | None = None,
    target: str | None = None,
    minimal: float = 0.0,
    passing: float | None = None,
    fdr: float = DEFAULT_FDR,
    level: float = DEFAULT_LEVEL,
    draws: int = 4000,
    seed: int = 1,
    unit_cost: float | None = None,
    unit_cost_to: float | None = None,
    price_year: str | None = None,
    cost_source: str | None = None,
) -> Changes:
    """Compute why a total moved between two periods, and which units truly changed.

    A series model is fitted to all periods of the table; where organisations merged or split, one
    to the units as they were and one to the units that they became.

    Parameters
    ----------
    table : Table
        A row a unit and period.
    before, after : str
        Periods of the table, or longer ones that its periods fill, such as years of quarters.
    successors : SuccessorMap, optional
        Which organisations took over which.
    frame : {"common"}, optional
        Whether units with data in one of the two periods alone are shown as exits and entries;
        they are refused otherwise.
    events : EventFile, optional
        What happened to volumes: what wasn't reported is allowed for.
    prior : Prior, optional
        Of completeness, where the events state no share.
    selective_sd : float, optional
        By what the rate of a selective loss may differ from that of what was reported: an SD on
        the link scale. That of units' levels unless given.
    target : str, optional
        That of the card, unless given; found anew in each period and draw.
    minimal : float
        The smallest change of a rate that matters, as a share or in events a unit of exposure.
    passing : float, optional
        The SD of what passes on the link scale, where it is known from elsewhere: two periods
        can't tell it from what lasts.
    fdr : float
        The share of false names that a list of the improved may have, in (0, 1).
    level : float
        Of all intervals, in (0, 1).
    draws : int
    seed : int
    unit_cost, unit_cost_to : float, optional
        What one event is worth in the first period, and in the second where that differs; the
        card's unless given. Parts are then of money as well, the unit cost among them.
    price_year, cost_source : str, optional
        Of the unit cost.

    Returns
    -------
    Changes

    Raises
    ------
    CardError
        If a unit cost has no price year or source.
    UsageError
        If the periods can't be compared, codes differ between them and nothing says why, or an
        option can't be.
    TableError
        If the successor map or the events are not of this table.
    ModelError
        If no series can be fitted, or a change of these data has no opportunity: of means, or
        without a direction.
    """
    expect("compute_change", table, Table, mend="Read it first: read_table(data).")
    _check_options(level=level, fdr=fdr, minimal=minimal, selective_sd=selective_sd)
    if frame is not None:
        choose("frame", frame, FRAMES)
    _refuse_table(table)
    prices: dict[str, float | str | None] = {
        "unit_cost": unit_cost,
        "price_year": price_year,
        "cost_source": cost_source,
    }
    table = restate_price(table, prices)
    asked = _Asked(
        before=before,
        after=after,
        successors=successors,
        events=events,
        prior=prior or Prior(),
        selective_sd=selective_sd,
        common=frame == "common",
        target=target or table.card.target.rule,
        level=level,
        minimal=minimal,
        fdr=fdr,
        passing=passing,
        draws=draws,
        seed=seed,
        cost=state_cost(table.card, unit_cost_to),
    )
    if events is not None:
        check_losses(events, table.frame["unit"].astype(str))
    group, labels = group_rows(table)
    found = tuple(
        _change_group(replace(table, frame=table.frame[group == g], by=()), by, asked)
        for g, by in enumerate(labels)
    )
    said: dict[str, object] = {"before": before, "after": after, "frame": frame, "target": target}
    said |= {"level": level, "minimal": minimal, "fdr": fdr, "passing": passing}
    said |= {"selective_sd": selective_sd, "unit_cost_to": unit_cost_to, **prices}
    if prior is not None:
        said |= {"prior_incomplete": prior.incomplete, "prior_logit": prior.centre}
        said |= {"prior_logit_sd": prior.spread}
    if successors is not None:
        said["successors"] = successors.source
    if events is not None:
        said["events"] = events.source
    return Changes(
        groups=found,
        accounts=(table.account,),
        provenance=table.state_provenance(
            "change",
            options={"draws": draws, "seed": seed, "by": list(table.by)}
            | ({"map_hash": successors.data_hash} if successors else {})
            | ({"events_hash": events.data_hash} if events else {}),
            modelling={"draws": draws, "seed": seed},
            asking={name: value for name, value in said.items() if value is not None},
        ),
        findings="\n\n".join(each.findings for each in found),
    )


def _check_options(*, level: float, fdr: float, minimal: float, selective_sd: float | None) -> None:
    """Refuse numbers that can't be."""
    check_level(level)
    if not 0 < fdr < 1:
        raise UsageError("fdr", "expected a number between 0 and 1, such as 0.1.")
    if not np.isfinite(minimal) or minimal < 0:
        raise UsageError("minimal", "the smallest change that matters is zero or more.")
    if selective_sd is not None and not 0 <= selective_sd < np.inf:
        raise UsageError("selective-sd", "an SD is a number, zero or more.")


def _refuse_table(table: Table) -> None:
    """Refuse what has no change of an opportunity, in words."""
    problems = []
    if not table.measure.counts:
        problems.append("a change is of counts: proportions, ratios and rates, not of means.")
    if table.card.indicator.direction == "neither":
        problems.append(
            "without a direction nothing is better. State --direction higher-is-better or "
            "lower-is-better."
        )
    if table.strata:
        problems.append(
            "a change is of whole units so far: leave their case-mix out with --stratum none."
        )
    if problems:
        raise ModelError(table.account.source, problems)


def _change_group(table: Table, by: dict[str, str], asked: _Asked) -> Change:
    """Compare two periods in one group."""
    source, periods = table.account.source, table.periods
    spans = choose_pair(periods, asked.before, asked.after, where=source)
    panel = read_panel(table, where=source)
    successors, notes = _map_of(asked, periods, spans[1], panel, source)
    frame = lay_frame([str(code) for code in panel.unit], successors)
    changes = place_changes(frame, successors, periods, observed=panel.observed)
    whole = carry_panel(panel, frame)
    lost = asked.lose(panel, periods)
    complete = None if lost is None else frame.carry_over(lost.missing.expected(panel.size))
    _check_frame(whole, spans, complete, common=asked.common)
    direction = table.card.indicator.direction
    assert direction != "neither"
    standard = Standard(rule=parse_target(asked.target), direction=direction)

    def fit(one: Panel, complete: Floats | None = None) -> Fitted:
        many = {"draws": asked.draws, "seed": asked.seed}
        return fit_panel(one, spans, table.card, passing=asked.passing, complete=complete, **many)

    new, old = fit(whole, complete), None if frame.same else fit(panel)
    unreported = None if lost is None else lost.carry(new, frame, spans)
    groups, largest = find_groups(table, panel, spans), find_largest(panel, frame)
    sides = new.sides(spans, (groups[0][largest], groups[1][largest]), unreported)
    reporting = None if lost is None else lost.sum_up(sides, frame, spans, level=asked.level)
    then = None if old is None else old.sides(spans, groups)
    bridge, money = _lay_bridges(asked, sides, then, frame.share, standard)
    judging = asked.judging(direction, lasting=new.lasting)
    reported = report_units(new, spans, sides.both, changes, unreported)
    units = judge_units(new.paths.of(sides.both), reported, judging)
    first = panel if old is not None else whole
    change = Change(
        indicator=table.card.indicator.title,
        measure=table.measure,
        direction=direction,
        by=by,
        diagnostics=_checks(new, old),
        before=spans[0].label,
        after=spans[1].label,
        spans=(spans[0].places, spans[1].places),
        frame=say_frame(successors, frame, common=asked.common),
        target_rule=standard.rule.text,
        bridge=bridge,
        money=money,
        units=units,
        series=new.sum_up(standard, level=asked.level),
        reporting=reporting,
        published=(_published(first, spans[0], standard), _published(whole, spans[1], standard)),
        lasting=new.lasting,
        minimal=asked.minimal,
        fdr=asked.fdr,
        fallback=fall_back(units, judging),
        level=asked.level,
        findings="",
        notes=(
            *notes,
            *new.notes,
            *note_periods(periods, spans, sides),
            *note_reporting(reporting),
        ),
    )
    return replace(change, findings=say_change(change))


def _lay_bridges(
    asked: _Asked, new: Sides, old: Sides | None, share: Floats, standard: Standard
) -> tuple[Bridge, Priced | None]:
    """Find what lies between the totals, in events and, with a unit cost, in money."""

    def lay(price: tuple[float, float]) -> Bridge:
        return build_bridge(
            replace(new, price=price),
            standard,
            level=asked.level,
            old=None if old is None else replace(old, price=price),
            share=share,
        )

    cost = asked.cost
    return lay(EVENTS), None if cost is None else Priced(cost=cost, bridge=lay(cost.price))


def _map_of(
    asked: _Asked, periods: Periods, last: Span, panel: Panel, source: str
) -> tuple[SuccessorMap | None, tuple[str, ...]]:
    """The changes that had happened by the end of the second period, and what to note of them."""
    if asked.successors is None:
        return None, ()
    final = periods.periods[last.places[-1]]
    end = None if final.first is None or final.months is None else final.first + final.months
    successors = asked.successors.until(end)
    return successors, check_codes(successors, [str(code) for code in panel.unit], where=source)


def _check_frame(
    panel: Panel, spans: tuple[Span, Span], complete: Floats | None, *, common: bool
) -> None:
    """Refuse codes that differ, unless they are to be shown; and two periods without a unit."""
    # What a unit didn't report it had all the same.
    alive = panel.observed if complete is None else panel.observed | (complete > 0)
    codes = [
        {str(code) for code in panel.unit[alive[:, list(span.places)].any(axis=1)]}
        for span in spans
    ]
    for span, some in zip(spans, codes, strict=True):
        if not some:
            raise UsageError(
                "--from, --to", f"nobody has data in {clean(span.label)}: all rows are missing."
            )
    if not common:
        refuse_differing(codes[0], codes[1], labels=(spans[0].label, spans[1].label))
    if not codes[0] & codes[1]:
        raise UsageError(
            "organisations",
            "no unit has data in both periods. Say who succeeded whom with --map FILE.",
        )


def _checks(new: Fitted, old: Fitted | None) -> Diagnostics:
    """What was found against the posteriors that a change rests on."""
    problems = list(new.posterior.diagnostics.problems)
    if old is not None:
        problems += [
            f"Of the units as they were: {problem}"
            for problem in old.posterior.diagnostics.problems
        ]
    return Diagnostics(predictive={}, problems=tuple(problems))


def _published(panel: Panel, span: Span, standard: Standard) -> float:
    """What the point method gives on raw rates."""
    places = list(span.places)
    size = np.nansum(panel.size[:, places], axis=1)
    there = size > 0
    event = np.nansum(panel.event[:, places], axis=1)[there]
    rate = panel.measure.rates(event, size[there])
    return float(standard.total(rate[None], size[there], panel.peer_group[there])[0])
