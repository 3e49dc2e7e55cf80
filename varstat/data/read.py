"""Reading: from a file or data frame to a table in which every row is accounted for."""

import os
from collections.abc import Sequence

import pandas as pd

from varstat.card import Card, load_card, override_card, sections, state_card
from varstat.data import checks
from varstat.data.account import Ledger, Mask
from varstat.data.assembly import assemble, make_account, note_counts, note_lookups
from varstat.data.counts import convert_percentages, state_counts
from varstat.data.covariates import exclude_without, refuse_unusable
from varstat.data.detect import detect_card
from varstat.data.examples import EXAMPLES, load_example
from varstat.data.formats import Source, open_source
from varstat.data.grid import Texts
from varstat.data.header import Header
from varstat.data.layout import exclude_layout
from varstat.data.lookup import OneLookup, open_lookups
from varstat.data.periods import ROLL_UPS, RollUp
from varstat.data.records import Records, gather
from varstat.data.rollup import roll_labels
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
    covariates: Sequence[str] | str | None = None,
    effects: str | None = None,
    likelihood: str | None = None,
    transient: str | float | None = None,
    peer_tau: str | None = None,
    by: Sequence[str] | str = (),
    lookup: OneLookup | Sequence[OneLookup] | None = None,
    roll_up: str | None = None,
    sheet: str | None = None,
    lenient: bool = False,
    for_model: bool = False,
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
        Said instead of what the card says; so is all that follows, as far as `peer_tau`.
    unit, unit_name, numerator, denominator, observed, expected, exposure, value, se, \
peer_group, period : str, optional
        Names of columns.
    suppressed : (int, int), optional
        The range that a suppression mark stands for.
    rounded : int, optional
        The base that counts were rounded to.
    covariates : str or sequence of str, optional
        Columns of numbers, of the file or of a lookup, by which the model is to explain why units
        differ; an empty sequence says none. Needs `for_model`.
    effects, likelihood, peer_tau : str, optional
        What the card's model section says of them.
    transient : "auto", "none" or float, optional
        Likewise: what varies between a unit's periods beyond chance.
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
    for_model : bool
        Read what a model needs: the card's covariates, and all periods together.

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
    When periods remain and `by` doesn't name them, each period is a group of its own, except for
    a model, which takes them together.

    A row without a covariate is left out, and the account says so. Rows that are added up get the
    mean of a covariate, each row weighted by its size. Percentages are taken as the number before
    the sign.

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
        "covariates": [covariates] if isinstance(covariates, str) else covariates,
        "effects": effects,
        "likelihood": likelihood,
        "transient": transient,
        "peer_tau": peer_tau,
    }
    if covariates and not for_model:
        raise UsageError("covariates", "only a model takes covariates: say for_model=True.")
    stated = state_card(card, said)
    opened = _open(source, sheet=sheet)
    if stated is None:
        implied, example_title = _implied(source)
        said["title"] = title or example_title
        stated = override_card(implied or detect_card(opened), sections(said), where="options")
    return _read(
        opened,
        card=stated,
        by=(by,) if isinstance(by, str) else tuple(by),
        lookup=lookup,
        roll_up=None if roll_up is None else choose("roll-up", roll_up, ROLL_UPS),
        lenient=lenient,
        for_model=for_model,
    )


def _read(
    opened: Source,
    *,
    card: Card,
    by: tuple[str, ...],
    lookup: OneLookup | Sequence[OneLookup] | None,
    roll_up: RollUp | None,
    lenient: bool,
    for_model: bool,
) -> Table:
    _check_roll_up(roll_up, card)
    covariates = card.model.covariates if for_model else ()
    records, header, notes = gather(
        opened,
        card=card,
        by=by,
        lookups=open_lookups(lookup),
        roll_up=roll_up,
        covariates=covariates,
    )
    ledger = Ledger(records.rows, lenient=lenient)
    total, total_notes = _exclude(records, header, ledger, card=card)
    lookup_notes = note_lookups(records, ledger.open)
    checks.exclude_ungrouped(records, ledger)
    for covariate in records.covariates.values():
        exclude_without(covariate, ledger)
    event = convert_percentages(records.event, records.size, card=card)
    counts = state_counts(event, records.size, card=card)
    checks.refuse_unreadable(records, event, ledger)
    for covariate in records.covariates.values():
        refuse_unusable(covariate, ledger)
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
        *note_counts(records, event, kept),
    )
    frame, by = assemble(records, counts, periods, kept, roll_up=roll_up, apart=not for_model)
    account = make_account(opened, records, counts, ledger, frame, notes=notes)
    return Table(
        frame=frame,
        measure=records.measure,
        card=card,
        by=by,
        covariates=covariates,
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
