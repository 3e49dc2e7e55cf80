"""Rows of counts: what a file says of units and periods, judged but not yet laid out."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from varstat.card import Card, load_card, restate_card, state_card
from varstat.data.account import Account, Ledger, Rows
from varstat.data.read import name_lookups, open_data
from varstat.data.rows import checks
from varstat.data.rows.choose import exclude_others
from varstat.data.rows.gather import gather
from varstat.data.rows.layout import exclude_layout, refuse_overfull
from varstat.data.rows.lookup import OneLookup, open_lookups
from varstat.data.rows.records import Attribute, Records
from varstat.data.rows.totals import exclude_totals
from varstat.data.source.grid import Texts
from varstat.data.source.numbers import Kind, Numbers
from varstat.errors import TableError, UsageError
from varstat.prose.text import begin_upper, in_words


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountRows:
    """The rows of a table of counts, of which some are still to be judged.

    Attributes
    ----------
    name : str
        The file, for messages.
    records : Records
    numbers : dict of str to Numbers
        The columns of counts: the volume, its events if there are any, and further ones.
    ledger : Ledger
        Not closed.
    notes : tuple of str
    card : Card
    titled : bool
        Whether a card was named, or a title given.
    data_hash : str
    lookups : dict of str to str
    """

    name: str
    records: Records
    numbers: dict[str, Numbers]
    ledger: Ledger
    notes: tuple[str, ...]
    card: Card
    titled: bool
    data_hash: str
    lookups: dict[str, str]

    @property
    def title(self) -> str:
        """What was measured."""
        if self.titled:
            return self.card.indicator.title
        return begin_upper(in_words(next(iter(self.numbers))))

    @property
    def labels(self) -> list[str]:
        """The period of each row that is kept."""
        return [str(each) for each in self.records.roles["period"].values[self.ledger.open]]

    def number_units(self) -> tuple[Texts, Texts, Rows]:
        """Number the units of the rows that are kept.

        Returns
        -------
        unit, unit_name : ndarray of object, shape (units,)
            In the order of codes, and the last name that each went by; None where it has none.
        at : ndarray of int, shape (kept,)
        """
        kept = self.ledger.open
        codes = self.records.roles["unit"].values[kept].astype(str)
        units, at = np.unique(codes, return_inverse=True)
        names = self.records.roles.get("unit_name")
        found = np.full(len(units), None, dtype=object)
        if names is not None:
            for unit, name in zip(at, names.values[kept], strict=True):
                found[unit] = name if name is not None else found[unit]
        return units.astype(object), found, at

    def refuse_repeated(self, published: Attribute | None = None) -> None:
        """Refuse rows of a unit and period that stand there already.

        Parameters
        ----------
        published : Attribute, optional
            When rows were published, where they are of several vintages.
        """
        unit, period = (self.records.roles[name] for name in ("unit", "period"))
        keys = [unit.values, period.values, *([] if published is None else [published.values])]
        groups = checks.number_groups(keys)
        # Rows that are left out repeat nothing.
        groups = np.where(self.ledger.open, groups, -1 - np.arange(len(groups)))
        again = pd.Series(groups).duplicated().to_numpy()
        if published is None:
            what = "the same unit and period as on an earlier row"
            mend = (
                "If they are vintages, name the column that says when they were published: --as-of "
                "COL. Else keep one of each with --only or --exclude."
            )
        else:
            what = f"the same unit, period and {published.column!r} as on an earlier row"
            mend = "Keep one of each with --only or --exclude."
        self.ledger.refuse(again, what, mend=mend)

    def account(self, units: int) -> Account:
        """Account for every row, once the ledger is closed."""
        return Account(
            source=self.name,
            rows_read=len(self.ledger.rows),
            rows_kept=int(self.ledger.open.sum()),
            rows_merged=0,
            exclusions=tuple(self.ledger.exclusions),
            totals={},
            units=units,
            notes=self.notes,
        )


def read_count_rows(
    source: str | os.PathLike[str] | pd.DataFrame,
    *,
    card: Card | str | None,
    unit: str | None,
    unit_name: str | None,
    numerator: str | None,
    denominator: str | None,
    period: str | None,
    columns: Sequence[str],
    only: Mapping[str, Sequence[str]] | None,
    exclude: Mapping[str, Sequence[str]] | None,
    lookup: Sequence[OneLookup],
    sheet: str | None,
    decimal: str | None,
    lenient: bool,
    title: str | None = None,
    by: Sequence[str] = (),
) -> CountRows:
    """Read rows of counts, and judge them as far as their layout doesn't matter.

    Parameters
    ----------
    source : path, "example:NAME" or DataFrame
    card, unit, unit_name, numerator, denominator, period, columns, only, exclude, lookup, sheet, \
decimal, lenient, title
        As for `read_volumes`.
    by : sequence of str
        What else tells the rows of a unit's period apart.

    Returns
    -------
    CountRows

    Raises
    ------
    TableError
        If it can't be read or has no periods.
    UsageError
        If no counts are named.
    """
    said = {"unit": unit, "unit_name": unit_name, "period": period}
    said |= {"numerator": numerator, "denominator": denominator, "title": title}
    stated = _state(card, said, columns)
    shared = stated.columns.numerator == stated.columns.denominator
    core = {*(stated.columns.numerator or ()), *(stated.columns.denominator or ())}
    further = tuple(each for each in dict.fromkeys(columns) if each not in core)
    opened = open_data(source, sheet=sheet, decimal=decimal)
    lookups = open_lookups(lookup or None, decimal=decimal)
    records, header, notes = gather(
        opened,
        card=stated,
        by=by,
        lookups=lookups,
        roll_up=None,
        covariates=further,
        inform=(),
        strata=(),
        only=only,
        exclude=exclude,
    )
    if "period" not in records.roles:
        raise TableError(
            opened.name,
            "there is no column of periods, and completeness is a matter of months or quarters. "
            "Name it: --period COL.",
        )
    ledger = Ledger(records.rows, lenient=lenient)
    exclude_layout(records, header, ledger)
    refuse_overfull(records, header, ledger)
    checks.exclude_declared(records, ledger)
    exclude_others(records, ledger, roll_up=None)
    if not shared:
        exclude_totals(records, header, ledger, card=stated, roll_up=None)
    ledger.exclude(records.roles["unit"].absent, "no unit")
    ledger.exclude(records.roles["period"].absent, "no period")
    numbers = _numbers(records, shared=shared)
    for name, each in numbers.items():
        _refuse(each, name, ledger)
    names = name_lookups([each.name for each in lookups])
    return CountRows(
        name=opened.name,
        records=records,
        numbers=numbers,
        ledger=ledger,
        notes=(*opened.notes, *notes),
        card=stated,
        titled=card is not None or title is not None,
        data_hash=opened.data_hash,
        lookups={name: each.data_hash for name, each in zip(names, lookups, strict=True)},
    )


def _state(card: Card | str | None, said: Mapping[str, str | None], columns: Sequence[str]) -> Card:
    """Make the card that says which columns are meant; a count alone is the volume."""
    named = {k: v for k, v in said.items() if v is not None}
    if card is None and "denominator" not in named and columns:
        named["denominator"] = columns[0]
    elif card is None and "denominator" not in named and "numerator" in named:
        named["denominator"] = named.pop("numerator")
    stated = state_card(card, named)
    if stated is None:
        stated = restate_card(load_card("default-proportion"), named)
    if stated.indicator.measure != "proportion":
        raise UsageError(
            "columns",
            "completeness is a matter of counts: name --numerator and --denominator, or the counts "
            "themselves with --counts COL,COL.",
        )
    if card is None and "numerator" not in named:
        # No card may say so, but a volume alone is both.
        both = stated.columns.model_copy(update={"numerator": stated.columns.denominator})
        stated = stated.model_copy(update={"columns": both})
    return stated


def _numbers(records: Records, *, shared: bool) -> dict[str, Numbers]:
    """The columns of counts by name: the volume, its events if there are any, and further ones."""
    found = {records.size_column: records.size}
    if not shared:
        found[records.event_column] = records.event
    return found | {name: each.numbers for name, each in records.covariates.items()}


def _refuse(numbers: Numbers, name: str, ledger: Ledger) -> None:
    """Refuse what is no count; marks that stand for something unknown are gaps."""
    bad = numbers.is_kind(Kind.TEXT, Kind.PERCENT, Kind.INFINITE, Kind.AMBIGUOUS)
    mend = "Give counts, or leave the column out."
    ledger.refuse(bad, f"no count in column {name!r}", mend=mend)
    ledger.refuse(numbers.values < 0, f"a negative count in column {name!r}", mend=mend)
