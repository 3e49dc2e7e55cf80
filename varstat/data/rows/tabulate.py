"""Tabulating: what was opened becomes a table, every row judged once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from varstat.card import Card
from varstat.card.field import OWN_SIZE
from varstat.data.account import Ledger, Mask
from varstat.data.rows import checks
from varstat.data.rows.assembly import (
    make_account,
    note_counts,
    note_lookups,
    note_periods,
)
from varstat.data.rows.beside import refuse_merging
from varstat.data.rows.choose import exclude_others
from varstat.data.rows.copies import refuse_copies
from varstat.data.rows.counts import Converted, Counts, convert_percentages, state_counts
from varstat.data.rows.covariates import refuse_unusable
from varstat.data.rows.distinguish import Apart, combine, number_levels
from varstat.data.rows.expected import ask_expected
from varstat.data.rows.gather import gather
from varstat.data.rows.kept import keep
from varstat.data.rows.layout import exclude_layout, refuse_overfull, refuse_unvalued
from varstat.data.rows.limits import count_limits, note_limits, read_limits
from varstat.data.rows.lookup import Lookup
from varstat.data.rows.marks import state_publishing
from varstat.data.rows.means import mean_counts, note_uncounted
from varstat.data.rows.per import ask_base, choose_per
from varstat.data.rows.reconcile import reconcile
from varstat.data.rows.records import Records
from varstat.data.rows.rollup import note_partial, roll_labels
from varstat.data.rows.running import describe_running
from varstat.data.rows.totals import Totals, exclude_totals
from varstat.data.rows.unmatched import refuse_unmatched
from varstat.data.source.grid import Texts
from varstat.data.source.header import Header
from varstat.data.source.open import Source
from varstat.data.table import Table
from varstat.errors import TableError, UsageError
from varstat.period.label import RollUp


def tabulate(
    opened: Source,
    *,
    card: Card,
    by: tuple[str, ...],
    strata: Sequence[str] | None,
    covariates: Sequence[str] | None,
    inform: Sequence[str] | None,
    only: Mapping[str, Sequence[str]],
    exclude: Mapping[str, Sequence[str]],
    lookups: Sequence[Lookup],
    roll_up: RollUp | None,
    lenient: bool,
) -> Table:
    """Judge every row of a source, and put those that are kept into a table.

    Parameters
    ----------
    opened : Source
    card : Card
        Complete, with what the caller said.
    by : tuple of str
    strata, covariates, inform : sequence of str or None
        None for those of the card, if the file has them.
    only, exclude : mapping of str to sequence of str
    lookups : sequence of Lookup
    roll_up : RollUp, optional
    lenient : bool
        All as `read_table` explains.

    Returns
    -------
    Table

    Raises
    ------
    TableError, UsageError
    """
    _check_roll_up(roll_up, card)
    records, header, notes = gather(
        opened,
        card=card,
        by=by,
        lookups=lookups,
        roll_up=roll_up,
        covariates=covariates,
        inform=inform,
        strata=strata,
        only=only,
        exclude=exclude,
    )
    refuse_unmatched(records, where=opened.name)
    ledger = Ledger(records.rows, lenient=lenient)
    totals = _exclude(records, header, ledger, card=card, roll_up=roll_up)
    lookup_notes = note_lookups(records, ledger.open)
    checks.exclude_ungrouped(records, ledger)
    event = convert_percentages(records.event, records.size, card=card)
    records, counts, card = _state(records, event, ledger, card=card)
    _refuse_cells(records, header, event, ledger, [*(covariates or ()), *(inform or ())])
    checks.refuse_impossible(records, event, counts, ledger, card=card)
    asked = _ask(records, header, counts, ledger)
    periods = _periods(records, ledger, roll_up=roll_up, where=opened.name, apart=totals.apart)
    ledger.close(opened.name)
    kept = ledger.open
    notes = (
        *opened.notes,
        *notes,
        *totals.notes,
        *reconcile(records, totals.whole, kept, ~ledger.sums, within=totals.within),
        *lookup_notes,
        *note_counts(records, event, kept, publishing=state_publishing(card)),
        *asked,
        *note_limits(records, kept, card=card),
        *note_uncounted(records, counts, kept),
        *_note_partial(records, periods, kept, roll_up=roll_up),
    )
    card = choose_per(card, counts.event[kept], counts.size[kept])
    account = make_account(opened, records, counts, ledger, notes=notes)
    stated = replace(records, measure=card.measure)
    inside = keep(stated, counts, periods, kept, roll_up=roll_up, lenient=lenient)
    table = Table(
        frame=inside.frame,
        measure=card.measure,
        card=card,
        by=tuple(records.by),
        strata=tuple(records.strata),
        covariates=tuple(each for each in records.covariates if each not in card.model.inform),
        inform=_informing(records, card.model.inform if inform is None else inform),
        account=replace(account, rows_merged=account.rows_kept - len(inside.frame)),
        data_hash=opened.data_hash,
        kept=inside,
    )
    return _note_order(table, records)


def _informing(records: Records, names: Sequence[str]) -> tuple[str, ...]:
    """List what informs and is there: columns, and the unit's own size."""
    return tuple(each for each in names if each in (OWN_SIZE, *records.covariates))


def _refuse_cells(
    records: Records, header: Header, event: Converted, ledger: Ledger, named: Sequence[str]
) -> None:
    """Refuse cells that hold no usable number, in the columns that were named for a model too."""
    refuse_unvalued(records, header, ledger)
    checks.refuse_unreadable(records, event, ledger)
    for name in named:
        if name in records.covariates:
            refuse_unusable(records.covariates[name], ledger)


def _state(
    records: Records, event: Converted, ledger: Ledger, *, card: Card
) -> tuple[Records, Counts, Card]:
    """State events and sizes; of a value with limits the scale is found first.

    Adjusting for case-mix is for values whose errors are normal as they are.
    """
    if card.measure.counts:
        rounded = state_publishing(card).rounded
        return records, state_counts(event, records.size, card=card, rounded=rounded), card
    if "lower" not in card.needed:
        return records, mean_counts(records), card
    records, card, problem = read_limits(records, ledger.open, card=card)
    if problem:
        ledger.stop(problem)
    elif records.strata and records.measure.link != "identity":
        ledger.stop(
            "values with skewed limits can't be adjusted for case-mix: leave --stratum out, or "
            "give counts."
        )
    return records, count_limits(records, card=card), card


def _ask(records: Records, header: Header, counts: Counts, ledger: Ledger) -> tuple[str, ...]:
    """Refuse strata that say nothing; ask whether exposures and expected events are such."""
    checks.refuse_empty_strata(records, counts, ledger)
    asked = ask_base(records.measure, records.size_column, counts.size[ledger.open])
    return asked + ask_expected(records, header, counts, ledger)


def _note_order(table: Table, records: Records) -> Table:
    """Say it if periods don't stand in the order of time."""
    period = records.roles.get("period")
    notes = note_periods(table.periods, None if period is None else period.column)
    if not notes:
        return table
    account = replace(table.account, notes=(*table.account.notes, *notes))
    return replace(table, account=account)


def _note_partial(
    records: Records, periods: Texts | None, kept: Mask, *, roll_up: RollUp | None
) -> tuple[str, ...]:
    """Say which units lack a part of a longer period; with `all` the file may have no other."""
    period = records.roles.get("period")
    if roll_up in (None, "all") or period is None or periods is None:
        return ()
    units = records.roles["unit"].values
    return note_partial(units[kept], period.values[kept], periods[kept])


def _check_roll_up(roll_up: RollUp | None, card: Card) -> None:
    if roll_up is None:
        return
    if not card.measure.counts:
        raise TableError(
            "roll-up",
            "a mean and its standard error cannot be added up over periods: that takes the "
            "counts and the correlation between periods. Analyse each period, or give means "
            "over the whole time.",
        )
    refuse_merging(card, what="roll-up")


def _exclude(
    records: Records, header: Header, ledger: Ledger, *, card: Card, roll_up: RollUp | None
) -> Totals:
    """Leave out what is no record of a unit's counts; give the total rows and what to note."""
    exclude_layout(records, header, ledger)
    refuse_overfull(records, header, ledger)
    checks.exclude_declared(records, ledger)
    exclude_others(records, ledger, roll_up=roll_up)
    refuse_copies(records, header, ledger, roll_up=roll_up)
    totals = exclude_totals(records, header, ledger, card=card, roll_up=roll_up)
    checks.exclude_unreported(records, ledger, card=card)
    return totals


def _running(records: Records, kept: Mask) -> str | None:
    """Say so where counts run on from one period to the next."""
    period = records.roles["period"]
    others = [records.roles["unit"].values, *(each.values for each in records.by.values())]
    others += [each.values for each in records.strata.values()]
    codes, labels = number_levels(period.values[kept])
    return describe_running(
        combine([number_levels(each[kept])[0] for each in others]),
        labels,
        codes,
        np.stack([each.values[kept] for each in (records.event, records.size)], axis=1),
        column=period.column,
    )


def _periods(
    records: Records, ledger: Ledger, *, roll_up: RollUp | None, where: str, apart: Apart
) -> Texts | None:
    """Check that nothing stands twice; give each row's period, rolled up if asked for."""
    period = records.roles.get("period")
    if period is None:
        if roll_up is None:
            checks.refuse_duplicates(records, ledger, periods=None, apart=apart)
        elif roll_up != "all":
            raise UsageError("roll-up", f"adding up to {roll_up!r} needs periods: give --period.")
        return None
    checks.refuse_duplicates(records, ledger, periods=period.values, apart=apart)
    if roll_up is None:
        return period.values
    problem = _running(records, ledger.open)
    if problem is not None:
        ledger.stop(problem)
    return roll_labels(period.values, ledger, roll_up=roll_up, where=where, column=period.column)
