"""Tabulating: what was opened becomes a table, every row judged once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from varstat.card import Card
from varstat.card.field import OWN_SIZE
from varstat.data.account import Ledger, Mask
from varstat.data.rows import checks
from varstat.data.rows.assembly import (
    assemble,
    make_account,
    note_counts,
    note_lookups,
    note_periods,
)
from varstat.data.rows.choose import exclude_others
from varstat.data.rows.counts import Converted, Counts, convert_percentages, state_counts
from varstat.data.rows.covariates import refuse_unusable
from varstat.data.rows.distinguish import Apart
from varstat.data.rows.gather import gather
from varstat.data.rows.kept import Kept
from varstat.data.rows.layout import exclude_layout, refuse_overfull, refuse_unvalued
from varstat.data.rows.lookup import Lookup
from varstat.data.rows.marks import Publishing, state_publishing
from varstat.data.rows.means import mean_counts, note_uncounted
from varstat.data.rows.reconcile import reconcile
from varstat.data.rows.records import Records
from varstat.data.rows.rollup import note_partial, roll_labels
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
    publishing = state_publishing(card)
    counts = _count(records, event, card=card, publishing=publishing)
    refuse_unvalued(records, header, ledger)
    checks.refuse_unreadable(records, event, ledger)
    _refuse_unusable(records, (*(covariates or ()), *(inform or ())), ledger)
    checks.refuse_impossible(records, event, counts, ledger, card=card)
    checks.refuse_empty_strata(records, counts, ledger)
    periods = _periods(records, ledger, roll_up=roll_up, where=opened.name, apart=totals.apart)
    ledger.close(opened.name)
    kept = ledger.open
    notes = (
        *opened.notes,
        *notes,
        *totals.notes,
        *reconcile(records, totals.whole, kept, ~ledger.sums, within=totals.within),
        *lookup_notes,
        *note_counts(records, event, kept, publishing=publishing),
        *note_uncounted(records, counts, kept),
        *_note_partial(records, periods, kept, roll_up=roll_up),
    )
    frame = assemble(records, counts, periods, kept, roll_up=roll_up)
    table = Table(
        frame=frame,
        measure=records.measure,
        card=card,
        by=tuple(records.by),
        strata=tuple(records.strata),
        covariates=tuple(each for each in records.covariates if each not in card.model.inform),
        inform=_informing(records, card.model.inform if inform is None else inform),
        account=make_account(opened, records, counts, ledger, frame, notes=notes),
        data_hash=opened.data_hash,
        kept=Kept(
            records=records.take(kept),
            counts=counts.take(kept),
            periods=None if periods is None else periods[kept],
            roll_up=roll_up,
            lenient=lenient,
            frame=frame,
        ),
    )
    return _note_order(table, records)


def _informing(records: Records, names: Sequence[str]) -> tuple[str, ...]:
    """List what informs and is there: columns, and the unit's own size."""
    return tuple(each for each in names if each in (OWN_SIZE, *records.covariates))


def _refuse_unusable(records: Records, names: Sequence[str], ledger: Ledger) -> None:
    """Refuse cells of the columns that were named for a model, and hold no usable number."""
    for name in names:
        if name in records.covariates:
            refuse_unusable(records.covariates[name], ledger)


def _count(records: Records, event: Converted, *, card: Card, publishing: Publishing) -> Counts:
    """Give each row's event, its ends and its size; of a mean its value and error."""
    if not card.measure.counts:
        return mean_counts(records)
    return state_counts(event, records.size, card=card, rounded=publishing.rounded)


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


def _exclude(
    records: Records, header: Header, ledger: Ledger, *, card: Card, roll_up: RollUp | None
) -> Totals:
    """Leave out what is no record of a unit's counts; give the total rows and what to note."""
    exclude_layout(records, header, ledger)
    refuse_overfull(records, header, ledger)
    checks.exclude_declared(records, ledger)
    exclude_others(records, ledger, roll_up=roll_up)
    totals = exclude_totals(records, header, ledger, card=card, roll_up=roll_up)
    checks.exclude_unreported(records, ledger, card=card)
    return totals


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
    return roll_labels(period.values, ledger, roll_up=roll_up, where=where, column=period.column)
