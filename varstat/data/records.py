"""Records: the columns that an analysis needs, picked out of a file and its lookups."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from varstat.card.schema import Card, Exclusion
from varstat.data.account import Mask, Rows
from varstat.data.covariates import Covariate
from varstat.data.formats import Source
from varstat.data.grid import Texts
from varstat.data.header import Header, Wanted, check_found, find_header
from varstat.data.lookup import Lookup, look_up
from varstat.data.marks import Kind, Numbers, parse_numbers
from varstat.data.periods import RollUp
from varstat.errors import UsageError
from varstat.measure import EXPOSURE_RATIO, MEASURES, Measure

COUNT_COLUMNS = {"event_lower", "event_upper"}.union(
    *({measure.event, measure.size} for measure in (*MEASURES.values(), EXPOSURE_RATIO))
)
ROLES = ("unit", "unit_name", "peer_group", "period")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attribute:
    """A column of text.

    Attributes
    ----------
    column : str
        Its name, in the file or lookup.
    values : ndarray of object, shape (rows,)
        None where blank.
    lookup : str or None
        The lookup that it comes from; None if from the file.
    by_unit : dict of str to str
        What a lookup says; empty if from the file.
    """

    column: str
    values: Texts
    lookup: str | None
    by_unit: dict[str, str]

    @property
    def missing(self) -> str:
        """The reason for leaving out rows without a value."""
        unit = f" for this unit in {self.lookup}" if self.lookup else ""
        return f"no {self.column}{unit}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Records:
    """The rows below the header, in the columns that are needed.

    Attributes
    ----------
    rows : ndarray of int, shape (rows,)
        Each row's number in the file.
    roles : dict of str to Attribute
        What there is of unit, unit_name, peer_group and period.
    by : dict of str to Attribute
        Under the names that the caller gave, in that order.
    declared : tuple of (Attribute, Exclusion)
        What the card excludes by.
    covariates : dict of str to Covariate
        Under the names that the card gives; empty unless they are asked for.
    event, size : Numbers
    event_column, size_column : str
        Their names in the file.
    measure : Measure
    """

    rows: Rows
    roles: dict[str, Attribute]
    by: dict[str, Attribute]
    declared: tuple[tuple[Attribute, Exclusion], ...]
    covariates: dict[str, Covariate]
    event: Numbers
    size: Numbers
    event_column: str
    size_column: str
    measure: Measure

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """Every column of text, once for each use."""
        declared = (attribute for attribute, _ in self.declared)
        return (*self.roles.values(), *self.by.values(), *declared)

    def take(self, kept: Mask) -> "Records":
        """Keep some rows."""

        def cut(attribute: Attribute) -> Attribute:
            return replace(attribute, values=attribute.values[kept])

        return replace(
            self,
            rows=self.rows[kept],
            roles={role: cut(attribute) for role, attribute in self.roles.items()},
            by={name: cut(attribute) for name, attribute in self.by.items()},
            declared=tuple((cut(attribute), why) for attribute, why in self.declared),
            covariates={name: each.take(kept) for name, each in self.covariates.items()},
            event=self.event.take(kept),
            size=self.size.take(kept),
        )


def gather(
    source: Source,
    *,
    card: Card,
    by: Sequence[str],
    lookups: Sequence[Lookup],
    roll_up: RollUp | None,
    covariates: Sequence[str] = (),
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
    covariates : sequence of str
        Columns of numbers, of the file or of a lookup.

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
    header, notes = find_header(source, core)
    picker = _Picker(source, header, lookups)
    for wanted in core:
        picker.require(wanted)
    roles = {role: found for role in ROLES if (found := _role(role, card, picker))}
    chosen = {name: _by(name, roles, picker, roll_up) for name in dict.fromkeys(by)}
    explaining = {name: picker.covariate(name, by=by) for name in covariates}
    declared = tuple((picker.text(each.column, (each.column,)), each) for each in card.exclusions)
    picker.check()
    event_at, size_at = (header.find(wanted.names)[0] for wanted in core[1:])
    records = Records(
        rows=header.rows,
        roles=roles,
        by={name: found for name, found in chosen.items() if found},
        declared=tuple((found, why) for found, why in declared if found),
        covariates={name: found for name, found in explaining.items() if found},
        event=header.numbers(event_at),
        size=header.numbers(size_at),
        event_column=header.names[event_at],
        size_column=header.names[size_at],
        measure=card.measure,
    )
    return _drop_empty(records, header), header, notes


def core_columns(card: Card) -> list[Wanted]:
    """Say what any table must have; a column that the card leaves out goes by its own name."""
    columns, measure = card.columns, card.measure
    return [
        Wanted(role="unit", names=columns.unit),
        Wanted(role=measure.event, names=getattr(columns, measure.event) or (measure.event,)),
        Wanted(role=measure.size, names=getattr(columns, measure.size) or (measure.size,)),
    ]


class _Picker:
    """Finds columns in the file, else in a lookup, and remembers those that are nowhere."""

    def __init__(self, source: Source, header: Header, lookups: Sequence[Lookup]) -> None:
        self.source = source
        self.header = header
        self.lookups = lookups
        self.wanted: list[Wanted] = []
        self._units: Texts | None = None

    def require(self, wanted: Wanted) -> None:
        """Expect a column in the file itself."""
        if wanted not in self.wanted:
            self.wanted.append(wanted)

    def text(
        self, role: str, names: tuple[str, ...], *, optional: bool = False
    ) -> Attribute | None:
        """Pick a column of text; None if it is nowhere, which `check` then says."""
        found = self.header.find(names)
        if found:
            self.require(Wanted(role=role, names=names))
            values = self.header.texts(found[0])
            return Attribute(
                column=self.header.names[found[0]], values=values, lookup=None, by_unit={}
            )
        for lookup in self.lookups:
            if at := lookup.header.find(names):
                check_found(lookup.name, lookup.header, [Wanted(role=role, names=names)])
                by_unit = lookup.attribute(at[0])
                return Attribute(
                    column=lookup.header.names[at[0]],
                    values=look_up(by_unit, self.units()),
                    lookup=lookup.name,
                    by_unit=by_unit,
                )
        if not optional:
            self.require(Wanted(role=role, names=names))
        return None

    def covariate(self, name: str, *, by: Sequence[str]) -> Covariate | None:
        """Pick a column of numbers; None if it is nowhere, which `check` then says."""
        if name in by:
            raise UsageError(
                "covariates", f"{name!r} can't both be a covariate and split the table (by)."
            )
        found = self.header.find((name,))
        for wanted in self.wanted:
            if found and self.header.find(wanted.names) == found:
                raise UsageError(
                    "covariates", f"{name!r} is already in use as the column for {wanted.role!r}."
                )
        if found:
            self.require(Wanted(role=name, names=(name,)))
            numbers = self.header.numbers(found[0])
            return Covariate(column=self.header.names[found[0]], numbers=numbers, lookup=None)
        attribute = self.text(name, (name,))
        if attribute is None:
            return None
        numbers = parse_numbers(attribute.values)
        return Covariate(column=attribute.column, numbers=numbers, lookup=attribute.lookup)

    def units(self) -> Texts:
        """Give the unit codes; all None if there is no such column."""
        if self._units is None:
            found = self.header.find(self.wanted[0].names)
            rows = len(self.header.rows)
            self._units = (
                self.header.texts(found[0]) if found else np.full(rows, None, dtype=object)
            )
        return self._units

    def check(self) -> None:
        """Raise for all columns that are missing or ambiguous at once."""
        also = [name for lookup in self.lookups for name in lookup.header.names if name]
        check_found(self.source.name, self.header, self.wanted, also=also)


def _role(role: str, card: Card, picker: _Picker) -> Attribute | None:
    """Pick a role's column. An optional one that may go by its own name may also be absent."""
    names = getattr(card.columns, role)
    if names is None:
        return None
    return picker.text(role, names, optional=role != "unit" and role in names)


def _by(
    name: str, roles: dict[str, Attribute], picker: _Picker, roll_up: RollUp | None
) -> Attribute | None:
    """Pick what to group by: a role by its own or its column's name, or another column."""
    if name in COUNT_COLUMNS:
        raise UsageError("by", f"{name!r} holds counts; group by a column that holds names.")
    period = roles.get("period")
    in_file = picker.header.find((name,))
    rolled = {"quarter": "quarter", "year": "year", "calendar-year": "year"}.get(roll_up or "")
    if period is not None and not in_file and name == rolled:
        return period
    for role, attribute in roles.items():
        if name == role:
            return attribute
        same = attribute.lookup is None and picker.header.find((attribute.column,)) == in_file
        if in_file and same:
            return attribute
    return picker.text(name, (name,))


def _drop_empty(records: Records, header: Header) -> Records:
    """Leave out rows that hold nothing: they aren't records of any kind."""
    empty = records.event.is_kind(Kind.BLANK) & records.size.is_kind(Kind.BLANK)
    for attribute in records.attributes:
        if attribute.lookup is None:
            blank = np.flatnonzero(empty)
            empty[blank] = [value is None for value in attribute.values[blank]]
    for at in np.flatnonzero(empty):
        empty[at] = not any(header.line(int(records.rows[at])))
    return records.take(~empty) if empty.any() else records
