"""Gathering: the columns that an analysis needs, out of a file and its lookups."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from varstat.card.field import OWN_SIZE, columns_of
from varstat.card.schema import Card
from varstat.data.rows.choose import rejoin
from varstat.data.rows.covariates import Covariate
from varstat.data.rows.lookup import Lookup
from varstat.data.rows.marks import Publishing, state_publishing
from varstat.data.rows.measured import Measured, measure_column
from varstat.data.rows.pick import (
    ROLES,
    Picker,
    pick_covariates,
    pick_named,
    pick_role,
    pick_strata,
)
from varstat.data.rows.records import Attribute, Records
from varstat.data.rows.wholes import MISSING_CODES
from varstat.data.shape.hint import note_family
from varstat.data.source.header import Header, Wanted, find_header
from varstat.data.source.numbers import Kind
from varstat.data.source.open import Source
from varstat.period.label import RollUp


def gather(
    source: Source,
    *,
    card: Card,
    by: Sequence[str],
    lookups: Sequence[Lookup],
    roll_up: RollUp | None,
    covariates: Sequence[str] | None = (),
    inform: Sequence[str] | None = (),
    strata: Sequence[str] | None = (),
    only: Mapping[str, Sequence[str]] | None = None,
    exclude: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Records, Header, tuple[str, ...]]:
    """Pick the needed columns out of a source and its lookups.

    Parameters
    ----------
    source : Source
    card : Card
    by : sequence of str
        Columns of the file or of a lookup, or roles.
    lookups : sequence of Lookup
    roll_up : RollUp, optional
        Lets `by` say `year` or `quarter` for the period.
    covariates : sequence of str, optional
        Columns of numbers, of the file or of a lookup. None for those that the card names, as far
        as there are such columns.
    inform : sequence of str, optional
        Likewise, and `size`, which is no column.
    strata : sequence of str, optional
        Columns of text that make the case-mix cells. None for those that the card names, if the
        file has them all.
    only : mapping of str to sequence of str, optional
        Columns as in `by`, and which values of them to keep.
    exclude : mapping of str to sequence of str, optional
        Likewise, and which to leave out.

    Returns
    -------
    records : Records
        With every row below the header that holds anything at all.
    header : Header
    notes : tuple of str

    Raises
    ------
    TableError
        If a column is missing or stands more than once.
    UsageError
        If a column can't have the part that it is given.
    """
    core = core_columns(card)
    header, notes = find_header(
        source, core, also=_further(card, by, strata, covariates, inform, only, exclude)
    )
    publishing = state_publishing(card)
    vocabulary = publishing.vocabulary
    picker = Picker(source, header, lookups, vocabulary)
    by = rejoin(by, picker.columns)
    strata = None if strata is None else rejoin(strata, picker.columns)
    for wanted in core:
        picker.require(wanted)
    roles = {role: found for role in ROLES if (found := pick_role(role, card, picker))}
    groups = {
        name: pick_named(name, roles, picker, roll_up, option="by") for name in dict.fromkeys(by)
    }
    cells, more = pick_strata(strata, by=by, card=card, picker=picker)
    count = _count(card, picker)
    explaining: dict[str, Covariate | None] = {}
    model = card.model
    for names, stated in ((covariates, model.covariates), (inform, model.inform)):
        explaining |= pick_covariates(
            None if names is None else columns_of(names),
            by=by,
            stated=columns_of(stated),
            picker=picker,
        )
    declared = tuple((picker.text(each.column, (each.column,)), each) for each in card.exclusions)
    kept, out = (
        {
            name: (pick_named(name, roles, picker, roll_up, option=option), tuple(values))
            for name, values in (chosen or {}).items()
        }
        for option, chosen in (("only", only), ("exclude", exclude))
    )
    picker.check()
    events, sizes, others = _measure(header, core, card=card, publishing=publishing)
    records = Records(
        rows=header.rows,
        places=np.arange(len(header.rows)),
        roles=_without_marks(roles),
        by={name: found for name, found in groups.items() if found},
        strata={name: found for name, found in cells.items() if found},
        declared=tuple((found, why) for found, why in declared if found),
        covariates={name: found for name, found in explaining.items() if found},
        only=tuple((name, found, some) for name, (found, some) in kept.items() if found),
        left_out=tuple((name, found, some) for name, (found, some) in out.items() if found),
        event=events.numbers,
        size=sizes.numbers,
        event_column=events.name,
        size_column=sizes.name,
        third=others[0].covariate if others else None,
        count=count,
        measure=card.measure,
    )
    used = [at for _, name in records.measured for at in header.places(name)]
    notes += (*more, *note_family(header, used))
    return _drop_empty(records, header), header, notes


def _measure(
    header: Header, core: list[Wanted], *, card: Card, publishing: Publishing
) -> tuple[Measured, Measured, list[Measured]]:
    """Give what is measured, its size and what else a mean is made of."""
    counts, vocabulary = card.measure.counts, publishing.vocabulary
    events = measure_column(
        header,
        core[1].names,
        vocabulary=vocabulary,
        printed=_is_printed(card, 0),
        standing=vocabulary.numbers if counts else {},
        half=float(publishing.rounded.get("numerator", 0) // 2) if counts else 0.0,
    )
    sizes, *others = (
        measure_column(header, each.names, vocabulary=vocabulary, printed=_is_printed(card, at))
        for at, each in enumerate(core[2:], start=1)
    )
    if vocabulary.fills_blanks:
        known = ~sizes.numbers.is_kind(Kind.BLANK)
        events = replace(events, numbers=events.numbers.fill_blanks(known))
    return events, sizes, others


def _further(card: Card, *named: Iterable[str] | None) -> list[Wanted]:
    """Say what else a table may have that is meant, beside what any must have."""
    roles = [
        Wanted(role=role, names=names) for role in ROLES if (names := getattr(card.columns, role))
    ]
    names = dict.fromkeys(name for each in named for name in each or () if name != OWN_SIZE)
    return [*roles, *(Wanted(role=name, names=(name,)) for name in names)]


def _is_printed(card: Card, at: int) -> bool:
    """Tell whether to what decimals a core column is printed matters."""
    return "lower" in card.needed or (card.columns.percent is True and at == 0)


def core_columns(card: Card) -> list[Wanted]:
    """Say what any table must have; a column that the card leaves out goes by its own name."""
    roles = ("unit", *card.needed)
    return [
        Wanted(role=role, names=card.columns.names_of(role), computed=role != "unit")
        for role in roles
    ]


def _without_marks(roles: dict[str, Attribute]) -> dict[str, Attribute]:
    """Take a mark such as "-" or ".." for no code at all."""
    unit = roles.get("unit")
    if unit is None or not MISSING_CODES.intersection(set(unit.values) - {None}):
        return roles
    values = unit.values.copy()
    values[[value in MISSING_CODES for value in values]] = None
    return roles | {"unit": replace(unit, values=values)}


def _count(card: Card, picker: Picker) -> Covariate | None:
    """Pick of how many cases a mean is, which may be said nowhere."""
    names = card.columns.count
    if names is None or card.measure.counts or "count" in card.needed:
        return None
    found = picker.header.find(names)
    if found or "count" not in names:
        picker.require(Wanted(role="count", names=names))
    return (
        measure_column(picker.header, names, vocabulary=picker.vocabulary).covariate
        if found
        else None
    )


def _drop_empty(records: Records, header: Header) -> Records:
    """Leave out rows that hold nothing: they aren't records of any kind."""
    empty = records.event.is_kind(Kind.BLANK) & records.size.is_kind(Kind.BLANK)
    for attribute in records.attributes:
        if attribute.lookup is None:
            blank = np.flatnonzero(empty)
            empty[blank] = [value is None for value in attribute.values[blank]]
    left = np.flatnonzero(empty)
    empty[left] = header.grid.blank(records.places[left] + header.row + 1)
    return records.take(~empty) if empty.any() else records
