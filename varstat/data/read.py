"""Reading: from a file or data frame to a table in which every row is accounted for."""

import os
from collections.abc import Sequence

import numpy as np
import pandas as pd

from varstat.card import Card, load_card, override_card, sections, state_card
from varstat.data import checks
from varstat.data.account import Account, Ledger, Mask
from varstat.data.counts import Converted, Counts, convert_percentages, state_counts
from varstat.data.detect import detect_card
from varstat.data.examples import EXAMPLES, load_example
from varstat.data.formats import Source, open_source
from varstat.data.grid import Texts
from varstat.data.header import Header
from varstat.data.layout import exclude_layout
from varstat.data.lookup import OneLookup, open_lookups
from varstat.data.marks import Kind
from varstat.data.periods import ROLL_UPS, RollUp
from varstat.data.records import Records, gather
from varstat.data.rollup import merge, roll_labels
from varstat.data.table import Table
from varstat.data.totals import exclude_totals, reconcile
from varstat.errors import TableError, UsageError, choose

EXAMPLE_PREFIX = "example:"


def read_table(
    source: str | os.PathLike[str] | pd.DataFrame,
    *,
    card: Card | str | None = None,
    title: str | None = None,
    direction: str | None = None,
    counts: str | None = None,
    unit: str | None = None,
    unit_name: str | None = None,
    numerator: str | None = None,
    denominator: str | None = None,
    observed: str | None = None,
    expected: str | None = None,
    exposure: str | None = None,
    value: str | None = None,
    se: str | None = None,
    peer_group: str | None = None,
    period: str | None = None,
    suppressed: Sequence[int] | None = None,
    rounded: int | None = None,
    by: Sequence[str] | str = (),
    lookup: OneLookup | Sequence[OneLookup] | None = None,
    roll_up: str | None = None,
    sheet: str | None = None,
    lenient: bool = False,
) -> Table:
    """Read what was reported, from files as publishers give them.

    Parameters
    ----------
    source : path, "example:NAME" or DataFrame
        CSV, TSV, XLSX, XLS or Parquet: title rows above the header, footnotes and totals among
        the rows, marks instead of numbers.
    card : Card or str, optional
        A card, the name of one that comes with varstat, or the path of a TOML file. Without
        one, the columns tell which default card is meant.
    title, direction, counts : str, optional
        Said instead of what the card says; so are all columns below.
    unit, unit_name, numerator, denominator, observed, expected, exposure, value, se, \
peer_group, period : str, optional
        Names of columns.
    suppressed : (int, int), optional
        The range that a suppression mark stands for.
    rounded : int, optional
        The base that counts were rounded to.
    by : str or sequence of str
        Columns that split the table into groups: of the file, of a lookup, or `peer_group`,
        `period`, and after a roll-up `year` or `quarter`.
    lookup : str, (DataFrame, str) or sequence of these, optional
        "FILE:KEY": attributes of units from another table, joined on the unit code.
    roll_up : {"quarter", "year", "calendar-year", "all"}, optional
        Add up the periods. `quarter` and `year` are financial; `all` leaves one row a unit.
    sheet : str, optional
        The sheet of a workbook; by default the one that has the columns.
    lenient : bool
        Leave out rows that say what is impossible and report them, where otherwise they are an
        error.

    Returns
    -------
    Table

    Raises
    ------
    CardError
        If there is no such card, or it can't be what is said here.
    TableError
        If the source cannot be read, lacks a column or says what is impossible; all problems
        at once.
    UsageError
        If an option cannot be.

    Notes
    -----
    When periods remain and `by` doesn't name them, each period is a group of its own.

    Examples
    --------
    >>> frame = pd.DataFrame({"ward": ["A", "B"], "falls": [3, 5], "bed_days": [810, 790]})
    >>> table = read_table(frame, unit="ward", observed="falls", exposure="bed_days")
    >>> table.account.rows_kept
    2
    """
    said = {
        "title": title,
        "direction": direction,
        "counts": counts,
        "unit": unit,
        "unit_name": unit_name,
        "numerator": numerator,
        "denominator": denominator,
        "observed": observed,
        "expected": expected,
        "exposure": exposure,
        "value": value,
        "se": se,
        "peer_group": peer_group,
        "period": period,
        "suppressed": suppressed,
        "rounded": rounded,
    }
    stated = state_card(card, said)
    opened = _open(source, sheet=sheet)
    if stated is None:
        implied, example_title = _implied(source)
        said["title"] = title or example_title
        stated = override_card(implied or detect_card(opened), sections(said), where="columns")
    return _read(
        opened,
        card=stated,
        by=(by,) if isinstance(by, str) else tuple(by),
        lookup=lookup,
        roll_up=None if roll_up is None else choose("roll-up", roll_up, ROLL_UPS),
        lenient=lenient,
    )


def _read(
    opened: Source,
    *,
    card: Card,
    by: tuple[str, ...],
    lookup: OneLookup | Sequence[OneLookup] | None,
    roll_up: RollUp | None,
    lenient: bool,
) -> Table:
    _check_roll_up(roll_up, card)
    records, header, notes = gather(
        opened, card=card, by=by, lookups=open_lookups(lookup), roll_up=roll_up
    )
    ledger = Ledger(records.rows, lenient=lenient)
    total, total_notes = _exclude(records, header, ledger, card=card)
    lookup_notes = _note_lookups(records, ledger.open)
    checks.exclude_ungrouped(records, ledger)
    event = convert_percentages(records.event, records.size, card=card)
    counts = state_counts(event, records.size, card=card)
    checks.refuse_unreadable(records, event, ledger)
    checks.refuse_impossible(records, event, counts, ledger, card=card)
    periods = _periods(records, ledger, roll_up=roll_up, where=opened.name)
    ledger.close(opened.name)
    kept = ledger.open
    notes = (
        *opened.notes,
        *notes,
        *total_notes,
        *reconcile(records, total, kept),
        *lookup_notes,
        *_note_counts(records, event, kept),
    )
    frame, by = _assemble(records, counts, periods, kept, roll_up=roll_up)
    account = _account(opened, records, counts, ledger, frame, notes=notes)
    return Table(
        frame=frame,
        measure=records.measure,
        card=card,
        by=by,
        account=account,
        data_hash=opened.data_hash,
    )


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


def _implied(source: str | os.PathLike[str] | pd.DataFrame) -> tuple[Card | None, str | None]:
    """The card of an example, and its title."""
    if isinstance(source, str) and source.startswith(EXAMPLE_PREFIX):
        example = EXAMPLES[source.removeprefix(EXAMPLE_PREFIX)]
        return load_card(example.card), example.title
    return None, None


def _open(source: str | os.PathLike[str] | pd.DataFrame, *, sheet: str | None) -> Source:
    if isinstance(source, str) and source.startswith(EXAMPLE_PREFIX):
        frame = load_example(source.removeprefix(EXAMPLE_PREFIX))
        return open_source(frame, sheet=sheet, name=source)
    return open_source(source, sheet=sheet)


def _exclude(
    records: Records, header: Header, ledger: Ledger, *, card: Card
) -> tuple[Mask, tuple[str, ...]]:
    """Leave out what is no record of a unit's counts; give the total rows and what to note."""
    exclude_layout(records, header, ledger)
    checks.exclude_declared(records, ledger)
    total, notes = exclude_totals(records, header, ledger)
    checks.exclude_unreported(records, ledger, card=card)
    return total, notes


def _periods(
    records: Records, ledger: Ledger, *, roll_up: RollUp | None, where: str
) -> Texts | None:
    """Check that nothing stands twice; give each row's period, rolled up if asked for."""
    period = records.roles.get("period")
    if period is None:
        if roll_up is None:
            checks.refuse_duplicates(records, ledger, periods=None)
        elif roll_up != "all":
            raise UsageError("roll-up", f"adding up to {roll_up!r} needs periods: give --period.")
        return None
    checks.refuse_duplicates(records, ledger, periods=period.values)
    if roll_up is None:
        return period.values
    return roll_labels(period.values, ledger, roll_up=roll_up, where=where, column=period.column)


def _note_lookups(records: Records, rows: Mask) -> tuple[str, ...]:
    units = {unit for unit in records.roles["unit"].values[rows] if unit is not None}
    notes = {}
    for attribute in records.attributes:
        without = units - attribute.by_unit.keys()
        if attribute.lookup is not None:
            notes[attribute.column, attribute.lookup] = (
                f"{len(without):,} of {len(units):,} units have no {attribute.column!r} in "
                f"{attribute.lookup}"
            )
    return tuple(notes.values())


def _note_counts(records: Records, event: Converted, kept: Mask) -> tuple[str, ...]:
    notes = []
    hidden = int((event.numbers.is_kind(Kind.SUPPRESSED) & kept).sum())
    if hidden:
        notes.append(f"{hidden:,} suppressed counts are kept as ranges; sums leave them out")
    percent = int((event.was_percent & kept).sum())
    if percent:
        notes.append(f"{percent:,} percentages in {records.event_column!r} were turned into counts")
    return tuple(notes)


def _assemble(
    records: Records,
    counts: Counts,
    periods: Texts | None,
    kept: Mask,
    *,
    roll_up: RollUp | None,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Put the kept rows into canonical columns, merged if asked for; give what to group by."""
    absent = np.full(int(kept.sum()), None, dtype=object)
    texts: dict[str, Texts] = {
        role: records.roles[role].values[kept] if role in records.roles else absent
        for role in ("unit", "unit_name", "peer_group")
    }
    texts["period"] = absent if periods is None else periods[kept]
    period = records.roles.get("period")
    for name, attribute in records.by.items():
        texts[name] = texts["period"] if attribute is period else attribute.values[kept]
    counts = counts.take(kept)
    by = tuple(records.by)
    if roll_up is not None:
        counts, texts = merge(counts, texts, keys=("unit", "period", *by))
    split = any(attribute is period for attribute in records.by.values())
    if not split and len(set(texts["period"])) > 1:
        by = ("period", *by)
    measure = records.measure
    frame = pd.DataFrame(
        {name: pd.Series(values, dtype=object) for name, values in texts.items()}
        | {
            measure.event: counts.event,
            measure.size: counts.size,
            "event_lower": counts.lower,
            "event_upper": counts.upper,
        }
    )
    return frame, by


def _account(
    source: Source,
    records: Records,
    counts: Counts,
    ledger: Ledger,
    frame: pd.DataFrame,
    *,
    notes: tuple[str, ...],
) -> Account:
    kept = ledger.open
    rows_kept = int(kept.sum())
    totals = {}
    if records.measure.counts:
        for column, values in (
            (records.measure.event, counts.event),
            (records.measure.size, counts.size),
        ):
            inside = float(np.nansum(values[kept]))
            outside = float(np.nansum(values[~kept]))
            totals[column] = (inside + outside, inside, outside)
    return Account(
        source=source.name,
        rows_read=len(records.rows),
        rows_kept=rows_kept,
        rows_merged=rows_kept - len(frame),
        exclusions=tuple(ledger.exclusions),
        totals=totals,
        units=int(frame["unit"].nunique()),
        notes=notes,
    )
