"""Standardise the units of a table, group by group."""

from collections.abc import Sequence

import numpy as np
from scipy import special

from varstat.adjust.cells import add_up, pair_up
from varstat.adjust.direct import Direct, standardise_directly
from varstat.adjust.indirect import Indirect, standardise_indirectly
from varstat.adjust.interval import gamma_limits, poisson_limits, shifted_limits
from varstat.adjust.rows import Rows, split_rows
from varstat.adjust.standardised import (
    METHODS,
    Method,
    Standardised,
    StandardisedGroup,
    StandardisedUnits,
)
from varstat.data.table import Table
from varstat.errors import UsageError, choose
from varstat.measure import Floats, Measure


def standardise(table: Table, *, method: str = "indirect", level: float = 0.95) -> Standardised:
    """Standardise the units of a table for their case-mix, to all units of their group.

    Parameters
    ----------
    table : Table
        Read with strata. Rows of a unit's periods are added up, unless periods are groups.
    method : {"indirect", "direct"}
        Everybody's rates at the unit's own case-mix, or the unit's rates at everybody's case-mix.
    level : float
        Of the limits, in (0, 1).

    Returns
    -------
    Standardised

    Raises
    ------
    UsageError
        If there is no such method or level.
    ModelError
        If means don't say how many cases they are of.

    Notes
    -----
    Limits are those of `varstat.adjust.interval`: of chance alone, with the standard taken as
    known. Variation beyond chance, such as a funnel finds, is not in them.

    A count that was withheld takes no part in the standard, and its unit has limits but no rate:
    the lower limit is that of the fewest events there can be, the upper that of the most.

    Examples
    --------
    >>> import pandas as pd
    >>> import varstat
    >>> frame = pd.DataFrame({
    ...     "unit": ["A", "A", "B", "B"], "kind": ["easy", "hard"] * 2,
    ...     "numerator": [9, 4, 1, 36], "denominator": [90, 10, 10, 90]})
    >>> table = varstat.read_table(frame, stratum="kind")
    >>> found = standardise(table, method="direct").to_frame()
    >>> found[["unit", "crude", "rate"]].round(3)
      unit  crude  rate
    0    A   0.13  0.25
    1    B   0.37  0.25
    """
    chosen = choose("method", method, METHODS)
    if not 0 < level < 1:
        raise UsageError("level", f"{level:g} is not between 0 and 1, as in 0.95.")
    split = split_rows(table, where="standardise")
    exact = table.card.indicator.counts == "whole"
    groups = tuple(
        _standardise_group(rows, table.measure, chosen, level, exact=exact) for rows in split
    )
    return Standardised(
        indicator=table.card.indicator.title,
        measure=table.measure,
        method=chosen,
        level=level,
        strata=table.strata,
        groups=groups,
        notes=tuple(_notes(table, split, exact=exact)),
        account=table.account,
        provenance=table.state_provenance(
            "standardise",
            options={
                "method": chosen,
                "level": level,
                "strata": list(table.strata),
                "by": list(table.by),
            },
        ),
    )


def _standardise_group(
    rows: Rows, measure: Measure, method: Method, level: float, *, exact: bool
) -> StandardisedGroup:
    unit, cell, units, cells = rows.row, rows.cells.row, len(rows.unit), rows.cells.number
    indirect = standardise_indirectly(unit, cell, rows.event, rows.size, units=units, cells=cells)
    direct = standardise_directly(unit, cell, rows.event, rows.size, units=units, cells=cells)
    # A ratio to nothing, or to a mean below it, says nothing.
    crude = float(indirect.crude)
    base = crude if crude > 0 else np.nan
    if method == "indirect":
        ratio = indirect.ratio
        lower, upper = _indirect_limits(rows, measure, indirect, level)
        rates = (ratio * base, lower * base, upper * base)
    else:
        lower, upper = _direct_limits(rows, measure, direct, indirect, level)
        rates = (direct.rate, lower, upper)
        ratio, lower, upper = (each / base for each in rates)
    if measure.counts and not exact:
        # Of amounts nobody knows what chance is.
        lower = upper = np.full(units, np.nan)
        rates = (rates[0], lower, upper)
    return StandardisedGroup(
        by=rows.by,
        crude=crude,
        levels=rows.cells.levels,
        weight=direct.weight,
        standard=indirect.standard,
        units=StandardisedUnits(
            unit=rows.unit,
            unit_name=rows.unit_name,
            peer_group=rows.peer_group,
            observed=indirect.observed,
            size=np.array(indirect.size),
            crude=indirect.observed / indirect.size,
            expected=indirect.expected,
            rate=rates[0],
            lower=rates[1],
            upper=rates[2],
            ratio=ratio,
            ratio_lower=lower,
            ratio_upper=upper,
            absent=direct.absent,
        ),
    )


def _indirect_limits(
    rows: Rows, measure: Measure, found: Indirect, level: float
) -> tuple[Floats, Floats]:
    """Limits of observed over expected."""
    units = len(rows.unit)
    fewest, most = (add_up(events, rows.row, units) for events in (rows.lower, rows.upper))
    match measure.likelihoods[0]:
        case "poisson":
            lower, upper = poisson_limits(fewest, level)[0], poisson_limits(most, level)[1]
        case "binomial":
            lower, upper = _proportion_limits(rows, found, level)
        case _:
            reach = _reach(add_up(rows.variance, rows.row, units), level)
            lower, upper = fewest - reach, most + reach
    positive = np.where(found.expected > 0, found.expected, np.nan)
    return lower / positive, upper / positive


def _direct_limits(
    rows: Rows, measure: Measure, found: Direct, indirect: Indirect, level: float
) -> tuple[Floats, Floats]:
    """Limits of directly standardised rates."""
    units = len(rows.unit)
    pairs = pair_up(rows.row, rows.cells.row, cells=rows.cells.number)
    size, fewest, most, variance = (
        add_up(values, pairs.row, pairs.number)
        for values in (rows.size, rows.lower, rows.upper, rows.variance)
    )
    covered = add_up(found.weight[pairs.cell], pairs.unit, units)
    weight = found.weight[pairs.cell] / covered[pairs.unit]
    each = weight / size

    def total(values: Floats) -> Floats:
        return add_up(values, pairs.unit, units)

    match measure.likelihoods[0]:
        case "poisson":
            largest = np.zeros(units)
            np.maximum.at(largest, pairs.unit, each)
            lower, upper = (
                gamma_limits(total(each * x), total(each**2 * x), largest, level)[side]
                for side, x in enumerate((fewest, most))
            )
        case "binomial":
            lower, upper = _proportion_limits(rows, indirect, level, share=found.weight)
        case _:
            reach = _reach(total(each**2 * variance), level)
            lower, upper = total(each * fewest) - reach, total(each * most) + reach
    return lower, upper


def _proportion_limits(
    rows: Rows, standard: Indirect, level: float, *, share: Floats | None = None
) -> tuple[Floats, Floats]:
    """Limits of the unit's events, or of its rate in a population with given shares of cells."""
    units = len(rows.unit)
    pairs = pair_up(rows.row, rows.cells.row, cells=rows.cells.number)
    size = add_up(rows.size, pairs.row, pairs.number)
    weight = size
    if share is not None:
        covered = add_up(share[pairs.cell], pairs.unit, units)
        weight = share[pairs.cell] / covered[pairs.unit]
    # Of a cell that nobody knows, what is known of all.
    known = np.where(np.isnan(standard.standard), standard.crude, standard.standard)
    rate = np.nan_to_num(known)[pairs.cell]
    lower, upper = (
        shifted_limits(
            add_up(events, pairs.row, pairs.number),
            size,
            weight,
            rate,
            level,
            unit=pairs.unit,
            units=units,
        )[side]
        for side, events in enumerate((rows.lower, rows.upper))
    )
    return lower, upper


def _reach(variance: Floats, level: float) -> Floats:
    return np.asarray(-special.ndtri(0.5 * (1.0 - level)) * np.sqrt(variance))


def _notes(table: Table, split: Sequence[Rows], *, exact: bool) -> list[str]:
    notes = []
    if not table.strata:
        notes.append(
            "The table has no strata, so that nothing is adjusted for: name them with --stratum."
        )
    hidden = sum(int(np.sum(~rows.known)) for rows in split)
    if hidden:
        was = "1 count was" if hidden == 1 else f"{hidden:,} counts were"
        notes.append(
            f"{was} withheld: the standard is made without "
            f"{'it' if hidden == 1 else 'them'}, and a unit that has one has limits but no rate."
        )
    if not exact and table.measure.counts:
        notes.append("Amounts have no limits by chance alone: one event is many of their units.")
    return notes
