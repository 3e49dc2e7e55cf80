"""Build a design from a table: rows in order, columns scaled, what can't be estimated refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from scipy.special import expit

from varstat.adjust.cells import find_cells
from varstat.card.schema import Card
from varstat.errors import ModelError
from varstat.hierarchical.model.censored import censor
from varstat.hierarchical.model.design import Design, Integers, Strings
from varstat.hierarchical.model.effects import (
    Effects,
    contaminated_effects,
    normal_effects,
    sized_effects,
    student_effects,
)
from varstat.hierarchical.model.few_cases import note_few_cases
from varstat.hierarchical.model.learnt import learnt_effects, refuse_unlearnt
from varstat.hierarchical.model.likelihood import Binomial, Family, Normal, Poisson
from varstat.hierarchical.model.matrix import Columns, place_cells, report_places
from varstat.hierarchical.model.mixed import BetaBinomial, NegativeBinomial
from varstat.hierarchical.model.prior import beta_prior, location_priors, scale_prior
from varstat.hierarchical.model.shared_cases import note_shared_cases
from varstat.hierarchical.model.smeared import smear
from varstat.hierarchical.model.transient import refuse_apart, transient_of, transient_of_cells
from varstat.measure import Floats, Measure
from varstat.period.period import read_periods

_FAMILIES: dict[str, Callable[..., Family]] = {
    "binomial": Binomial,
    "beta-binomial": BetaBinomial,
    "poisson": Poisson,
    "negative-binomial": NegativeBinomial,
    "normal": Normal,
}
_TRANSIENT_INSIDE = ("beta-binomial", "negative-binomial", "normal")


def build_design(
    frame: pd.DataFrame,
    *,
    measure: Measure,
    card: Card,
    covariates: Sequence[str],
    where: str,
    inform: Sequence[str] = (),
    strata: Sequence[str] = (),
    periods: Sequence[str] = (),
    error_degrees: float = 0.0,
) -> Design:
    """Build the design of one group of units.

    Parameters
    ----------
    frame : DataFrame
        Rows of a `Table`: `unit, unit_name, peer_group, period`, the strata, event and size
        under the measure's names, `event_lower, event_upper`, the covariates, and of a mean its
        `count` where it is known.
    measure : Measure
    card : Card
        Its model section says the rest.
    covariates : sequence of str
    where : str
        For messages.
    inform : sequence of str
        Columns that excuse nothing, or `size`.
    strata : sequence of str
        Columns whose combinations are the case-mix cells.
    periods : sequence of str
        In order, those of the frame and maybe others; as `read_periods` has them unless given.
    error_degrees : float
        Degrees of freedom that standard errors of means were given (`varstat.measure.moderate`).

    Returns
    -------
    Design

    Raises
    ------
    ModelError
        If the model can't be of these data; every problem at once.
    """
    _refuse_unmodelled(frame, card, measure, where=where)
    period_names, frame = _sort(frame, tuple(strata), periods)
    rows = _index(frame, period_names)
    cells = find_cells(frame, tuple(strata))
    problems: list[str] = []
    notes: list[str] = []
    transient: float | None
    if cells.strata:
        refuse_apart(cells, rows.row_unit, problems)
        transient = transient_of_cells(card, single=rows.single, problems=problems, notes=notes)
    else:
        transient = transient_of(card, single=rows.single, problems=problems, notes=notes)
    peers = _of_units(frame["peer_group"].to_numpy(dtype=object), rows.row_unit)
    groups = list(dict.fromkeys(sorted(str(p) for p in peers if p is not None)))
    if groups and any(p is None for p in peers):
        problems.append("some units have no peer group. Give each one, or leave them out.")
    if card.model.effects in ("normal-mixture", "learnt"):
        own = card.model.peer_tau == "own" and len(groups) > 1
        problems += refuse_unlearnt(single=rows.single and not cells.strata, own_tau=own)
    columns = Columns(
        frame=frame,
        row_unit=rows.row_unit,
        row_period=rows.row_period,
        groups=groups,
        peers=peers,
        periods=period_names if card.model.period_effects else (),
        covariates=tuple(covariates),
        inform=tuple(inform),
        unit_size=_unit_sizes(frame, measure, rows),
        mundlak=card.model.mundlak,
        cells=cells,
    )
    matrix, locations = columns.matrix(problems)
    if problems:
        raise ModelError(where, problems)
    notes += columns.say_columns()
    if not measure.counts:
        notes += note_few_cases(_counts(frame), error_degrees)
    if measure.counts and card.indicator.counts == "whole" and not rows.single:
        series = frame.groupby(["unit", *strata], sort=False, dropna=False).ngroup()
        notes += note_shared_cases(
            np.asarray(series, dtype=np.int64),
            rows.row_period,
            frame[measure.event].to_numpy(float),
            frame[measure.size].to_numpy(float),
            measure,
        )
    return _design(
        columns,
        rows,
        card=card,
        measure=measure,
        periods=period_names,
        matrix=matrix,
        locations=locations,
        transient=transient,
        error_degrees=error_degrees,
        notes=tuple(notes),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    """The unit and period of each row, sorted by unit."""

    unit: Strings
    row_unit: Integers
    row_start: Integers
    row_period: Integers
    single: bool


def _index(frame: pd.DataFrame, periods: tuple[str, ...]) -> _Rows:
    # Not as text of one width: a single long code would then cost that width for every row.
    unit, start, row_unit = np.unique(
        frame["unit"].to_numpy(dtype=object), return_index=True, return_inverse=True
    )
    row_period = _period_index(frame, periods)
    return _Rows(
        unit=unit.astype(object),
        row_unit=row_unit.astype(np.int64),
        row_start=start.astype(np.int64),
        row_period=row_period,
        single=len(np.unique(row_unit * (len(periods) + 1) + row_period)) == len(unit),
    )


def _refuse_unmodelled(frame: pd.DataFrame, card: Card, measure: Measure, *, where: str) -> None:
    """Refuse what no likelihood is of."""
    if len(frame) == 0:
        raise ModelError(where, "no rows are left to model.")
    if measure.counts and card.indicator.counts == "continuous":
        raise ModelError(
            where,
            "amounts such as days and money aren't counts of independent events, so that neither "
            "a binomial nor a Poisson says how they vary by chance. Give each unit's mean and "
            "its standard error instead (--value, --se).",
        )


def _design(
    columns: Columns,
    rows: _Rows,
    *,
    card: Card,
    measure: Measure,
    periods: tuple[str, ...],
    matrix: Floats,
    locations: tuple[str, ...],
    transient: float | None,
    error_degrees: float,
    notes: tuple[str, ...],
) -> Design:
    """Put the design together, once nothing is against it."""
    frame, cells, groups, peers = columns.frame, columns.cells, columns.groups, columns.peers
    model, priors = card.model, card.model.priors
    event, size = (frame[each].to_numpy(float) for each in (measure.event, measure.size))
    centre, spread = _standard(event, measure, scaled=priors.scaled)
    link_rate, link_variance = _link_rates(frame, measure, centre=centre, spread=spread)
    pooled = _pooled(frame, measure, centre=centre, spread=spread)
    family = _family(frame, measure, model.likelihood, centre=centre, spread=spread, pooled=pooled)
    if transient != 0.0 and model.likelihood not in _TRANSIENT_INSIDE:
        family = smear(family, link_rate=link_rate[:, None], link_variance=link_variance[:, None])
    alone = np.zeros(len(rows.unit), np.int64)
    peer = np.array([groups.index(str(p)) for p in peers], int) if groups else alone
    separate = model.peer_tau == "own" and len(groups) > 1
    volume, weight = (size, size) if measure.counts else (_counts(frame), size**-2.0)
    own, reference = report_places(matrix, locations, rows.row_unit, weight)
    of_cell = np.bincount(cells.row, weights=volume if np.all(volume > 0) else weight)
    location_mean, location_sd = location_priors(priors, locations, pooled)
    return Design(
        measure=measure,
        direction=card.indicator.direction,
        likelihood=model.likelihood,
        unit=rows.unit,
        unit_name=_of_units(frame["unit_name"].to_numpy(dtype=object), rows.row_unit),
        peer_group=peers,
        period=periods,
        row_unit=rows.row_unit,
        row_period=rows.row_period,
        row_start=rows.row_start,
        event=event,
        event_lower=frame["event_lower"].to_numpy(float),
        event_upper=frame["event_upper"].to_numpy(float),
        size=size,
        volume=volume,
        family=family,
        link_rate=link_rate,
        link_variance=link_variance,
        matrix=matrix,
        own=own,
        reference=reference,
        strata=cells.strata,
        row_cell=cells.row,
        cell_levels=cells.levels,
        cells=place_cells(cells, locations),
        cell_weight=of_cell / of_cell.sum(),
        locations=locations,
        location_mean=location_mean,
        location_sd=location_sd,
        peer=peer,
        effects=_effects(card, link_rate, link_variance, matrix),
        tau_prior=scale_prior(priors.tau),
        taus=tuple(f"tau[{group}]" for group in groups) if separate else ("tau",),
        tau_of=peer if separate else alone,
        log_size=_log_size(columns.unit_size),
        transient=None if transient is None else transient / spread,
        transient_prior=scale_prior(priors.transient),
        contamination_prior=beta_prior(priors.contamination),
        centre=centre,
        spread=spread,
        error_degrees=error_degrees,
        notes=notes,
    )


def _sort(
    frame: pd.DataFrame, strata: tuple[str, ...], order: Sequence[str]
) -> tuple[tuple[str, ...], pd.DataFrame]:
    """Put rows in the order of unit, period and strata; name the periods, if there are several."""
    frame = frame.reset_index(drop=True)
    periods = [None if p is None else str(p) for p in frame["period"].to_numpy(dtype=object)]
    there = dict.fromkeys(p for p in periods if p is not None)
    names = tuple(p for p in (order or read_periods(there).labels) if p in there)
    place = {name: at for at, name in enumerate(names)}
    key = pd.DataFrame({"unit": frame["unit"].astype(str)})
    key["period"] = [-1 if p is None else place[p] for p in periods]
    for factor in strata:
        key[f"stratum {factor}"] = frame[factor].astype(str)
    rows = key.sort_values(list(key.columns), kind="stable").index
    return (names if len(names) > 1 else ()), frame.loc[rows]


def _period_index(frame: pd.DataFrame, names: tuple[str, ...]) -> Integers:
    if not names:
        return np.zeros(len(frame), np.int64)
    place = {name: at for at, name in enumerate(names)}
    return np.array([place[str(p)] for p in frame["period"]], np.int64)


def _counts(frame: pd.DataFrame) -> Floats:
    """How many each mean is of; NaN where that isn't known."""
    if "count" not in frame:
        return np.full(len(frame), np.nan)
    return frame["count"].to_numpy(float)


def _unit_sizes(frame: pd.DataFrame, measure: Measure, rows: _Rows) -> Floats:
    """How large each unit is in a period: of a mean the number of cases, or else its precision."""
    size = frame[measure.size].to_numpy(float)
    volume = size if measure.counts else _counts(frame)
    if not np.all(volume > 0):
        volume = measure.weight(size)
    periods = pd.Series(rows.row_period).groupby(rows.row_unit).nunique().to_numpy(float)
    return np.asarray(np.bincount(rows.row_unit, weights=volume) / periods)


def _log_size(size: Floats) -> Floats:
    log_size = np.log(np.maximum(size, 1e-300))
    return np.asarray(log_size - log_size.mean())


def _standard(event: Floats, measure: Measure, *, scaled: bool) -> tuple[float, float]:
    """Centre and SD of the values, where priors are in units of it."""
    if measure.counts or not scaled:
        return 0.0, 1.0
    event = measure.own_scale(event)
    sd = float(np.std(event, ddof=1)) if len(event) > 1 else 0.0
    centre = float(np.mean(event))
    return centre, sd if sd > 1e-12 * max(abs(centre), 1e-300) else max(abs(centre), 1.0)


def _link_rates(
    frame: pd.DataFrame, measure: Measure, *, centre: float, spread: float
) -> tuple[Floats, Floats]:
    """Each row's own rate on the link scale, kept off its ends, and its variance by chance."""
    size = frame[measure.size].to_numpy(float)
    event = 0.5 * (frame["event_lower"].to_numpy(float) + frame["event_upper"].to_numpy(float))
    return measure.smoothed((measure.own_scale(event) - centre) / spread, size / spread)


def _pooled(frame: pd.DataFrame, measure: Measure, *, centre: float, spread: float) -> float:
    """The rate of all rows together on the link scale, kept off its ends."""
    size = frame[measure.size].to_numpy(float)
    event = 0.5 * (frame["event_lower"].to_numpy(float) + frame["event_upper"].to_numpy(float))
    if not measure.counts:
        weight = measure.weight(size)
        own = (measure.own_scale(event) - centre) / spread
        return float(own @ weight / weight.sum())
    return float(measure.smoothed(event.sum(), size.sum())[0])


def _family(
    frame: pd.DataFrame,
    measure: Measure,
    likelihood: str,
    *,
    centre: float,
    spread: float,
    pooled: float,
) -> Family:
    event = frame[measure.event].to_numpy(float)[:, None]
    size = frame[measure.size].to_numpy(float)[:, None]
    make = _FAMILIES[likelihood]
    if likelihood == "beta-binomial":
        make = partial(BetaBinomial, pooled=float(expit(pooled)))
    if likelihood == "normal":
        return make(event=(measure.own_scale(event) - centre) / spread, size=size / spread)
    lower = frame["event_lower"].to_numpy(float)
    upper = frame["event_upper"].to_numpy(float)
    if np.array_equal(lower, upper):
        family = make(event=lower[:, None], size=size)
    else:
        family = censor(make, lower, upper, size[:, 0], likelihood)
    return family


def _effects(card: Card, value: Floats, variance: Floats, matrix: Floats) -> Effects:
    match card.model.effects:
        case "normal-mixture" | "learnt":
            mixture = card.model.effects == "normal-mixture"
            return learnt_effects(value, variance, matrix, mixture=mixture)
        case "student-t":
            return student_effects(card.model.degrees_of_freedom)
        case "contaminated-normal":
            return contaminated_effects(card.model.contamination_scale)
        case "normal-by-size":
            return sized_effects()
        case _:
            return normal_effects()


def _of_units(values: Strings, row_unit: Integers) -> Strings:
    """What a unit's rows say, by the last row that says anything."""
    out = np.full(int(row_unit.max()) + 1, None, dtype=object)
    for unit, value in zip(row_unit, values, strict=True):
        if value is not None and value == value:
            out[unit] = value
    return out
