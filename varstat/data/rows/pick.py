"""Picking columns: from the file, else from a lookup, each in one part only."""

from collections.abc import Sequence

import numpy as np

from varstat.card.schema import Card
from varstat.data.rows.covariates import Covariate
from varstat.data.rows.lookup import Lookup, look_up
from varstat.data.rows.measured import measure_column
from varstat.data.rows.records import Attribute
from varstat.data.shape.hint import name_long, name_wide
from varstat.data.source.grid import Texts
from varstat.data.source.header import Header, Wanted
from varstat.data.source.numbers import parse_numbers
from varstat.data.source.open import Source
from varstat.data.source.sought import check_found, find_sheet
from varstat.data.source.vocabulary import PLAIN, Vocabulary
from varstat.errors import UsageError
from varstat.measure import EXPOSURE_RATIO, MEASURES
from varstat.period.label import RollUp
from varstat.period.parts import join_parts, part_names

COUNT_COLUMNS = {"event_lower", "event_upper", "count", "expected_se", "sampled_from"}.union(
    *({measure.event, measure.size} for measure in (*MEASURES.values(), EXPOSURE_RATIO))
)
ROLES = ("unit", "unit_name", "peer_group", "period")


class Picker:
    """Finds columns in the file, else in a lookup, and remembers those that are nowhere."""

    def __init__(
        self,
        source: Source,
        header: Header,
        lookups: Sequence[Lookup],
        vocabulary: Vocabulary = PLAIN,
    ) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self.header = header
        self.lookups = lookups
        self.wanted: list[Wanted] = []
        self._units: Texts | None = None

    @property
    def columns(self) -> list[str]:
        """The names of all columns, of lookups too."""
        headers = (self.header, *(lookup.header for lookup in self.lookups))
        return [name for header in headers for name in header.names if name]

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

    def used_as(self, name: str) -> str | None:
        """Say what a column of the file is in use as; None if it isn't."""
        found = self.header.find((name,))
        same = (
            each.role for each in self.wanted if found and self.header.find(each.names) == found
        )
        return next(same, None)

    def stratum(self, name: str, *, by: Sequence[str]) -> Attribute | None:
        """Pick a column of the case-mix; None if it is nowhere, which `check` then says."""
        if name in by:
            raise UsageError(
                "stratum", f"{name!r} can't both be a stratum and split the table (by)."
            )
        if name in (*ROLES, *COUNT_COLUMNS):
            raise UsageError(
                "stratum",
                f"varstat has a column of its own called {name!r}. Rename the one in the file.",
            )
        if role := self.used_as(name):
            raise UsageError("stratum", f"{name!r} is already in use as the column for {role!r}.")
        return self.text(name, (name,))

    def covariate(self, name: str, *, by: Sequence[str]) -> Covariate | None:
        """Pick a column of numbers; None if it is nowhere, which `check` then says."""
        if name in by:
            raise UsageError(
                "covariates", f"{name!r} can't both be a covariate and split the table (by)."
            )
        if role := self.used_as(name):
            raise UsageError(
                "covariates", f"{name!r} is already in use as the column for {role!r}."
            )
        found = self.header.find((name,))
        if found:
            self.require(Wanted(role=name, names=(name,)))
            numbers = self.header.numbers(found[0], self.vocabulary)
            return Covariate(column=self.header.names[found[0]], numbers=numbers, lookup=None)
        formula = Wanted(role=name, names=(name,), computed=True)
        if self.header.has(formula):
            self.require(formula)
            return measure_column(self.header, (name,), vocabulary=self.vocabulary).covariate
        attribute = self.text(name, (name,))
        if attribute is None:
            return None
        mark = next(
            (each.header.grid.decimal for each in self.lookups if each.name == attribute.lookup),
            None,
        )
        numbers = parse_numbers(attribute.values, mark=mark, vocabulary=self.vocabulary)
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
        found = [each for each in self.wanted if self.header.has(each)]
        missing = [name for each in self.wanted if each not in found for name in each.names]
        used = {at for each in found for at in self.header.find(each.names)}
        hint = missing and (
            find_sheet(self.source, self.header, self.wanted)
            or name_wide(self.header.names, missing)
            or name_long(self.header, missing, used=used)
        )
        check_found(self.source.name, self.header, self.wanted, also=also, hint=hint or "")


def pick_role(role: str, card: Card, picker: Picker) -> Attribute | None:
    """Pick a role's column. An optional one that may go by its own name may also be absent."""
    names = getattr(card.columns, role)
    if names is None:
        return None
    if role == "period" and (parts := _find_parts(names, picker)):
        return _join_period(*parts, picker)
    return picker.text(role, names, optional=role != "unit" and role in names)


def _find_parts(names: tuple[str, ...], picker: Picker) -> tuple[str, tuple[str, ...]] | None:
    """Find a name that stands for several columns, of which the file has some."""
    for name in names:
        parts = part_names(name)
        there = any(picker.header.find((part,)) for part in parts)
        if len(parts) > 1 and there and not picker.header.find((name,)):
            return name, parts
    return None


def _join_period(name: str, parts: tuple[str, ...], picker: Picker) -> Attribute | None:
    """Make a period of several columns, such as a year and a month."""
    found = [picker.header.find((part,)) for part in parts]
    for part in parts:
        picker.require(Wanted(role="period", names=(part,)))
    if not all(found):
        return None
    values = np.empty(len(picker.header.rows), dtype=object)
    values[:] = join_parts(
        [picker.header.texts(places[0]).tolist() for places in found],
        names=[picker.header.names[places[0]] for places in found],
        where=picker.source.name,
    )
    return Attribute(column=name, values=values, lookup=None, by_unit={})


def pick_named(
    name: str, roles: dict[str, Attribute], picker: Picker, roll_up: RollUp | None, *, option: str
) -> Attribute | None:
    """Pick what to group or choose by: a role by its own or its column's name, or another column.

    Parameters
    ----------
    name : str
    roles : dict of str to Attribute
    picker : Picker
    roll_up : RollUp, optional
        Lets `year` or `quarter` mean the period.
    option : {"by", "only", "exclude"}
        For messages.

    Returns
    -------
    Attribute or None
        None if it is nowhere, which the picker's `check` then says.
    """
    if name in COUNT_COLUMNS:
        raise UsageError(option, f"{name!r} holds counts; name a column that holds names.")
    period = roles.get("period")
    in_file = picker.header.find((name,))
    rolled = {"quarter": "quarter", "year": "year", "calendar-year": "year"}.get(roll_up or "")
    if period is not None and not in_file and name == rolled:
        return period
    for role, attribute in roles.items():
        if name == role or (name == attribute.column and not in_file and not attribute.lookup):
            return attribute
        same = attribute.lookup is None and picker.header.find((attribute.column,)) == in_file
        if in_file and same:
            return attribute
    return picker.text(name, (name,))


def pick_strata(
    names: Sequence[str] | None, *, by: Sequence[str], card: Card, picker: Picker
) -> tuple[dict[str, Attribute | None], tuple[str, ...]]:
    """Pick what makes the case-mix cells.

    Parameters
    ----------
    names : sequence of str or None
        As said; None for those that the card names, if the file has them all. One of the card's
        that has another part here is none.
    by : sequence of str
    card : Card
    picker : Picker

    Returns
    -------
    strata : dict of str to Attribute or None
        By name; None for a column that is nowhere.
    notes : tuple of str
        What the card would adjust by and isn't adjusted for.
    """
    if names is not None:
        return {name: picker.stratum(name, by=by) for name in dict.fromkeys(names)}, ()
    stated = tuple(dict.fromkeys(card.casemix.strata)) if card.casemix else ()
    free = [name for name in stated if name not in by and picker.used_as(name) is None]
    notes = tuple(
        f"the card adjusts by {name!r}, which has another part here: not adjusted for it"
        for name in stated
        if name not in free
    )
    missing = [repr(name) for name in free if not picker.header.find((name,))]
    if missing:
        listed = " and ".join((", ".join(missing[:-1]), missing[-1]) if missing[1:] else missing)
        lack = f"the card adjusts by {listed}, which the file doesn't have"
        return {}, (*notes, f"{lack}: not adjusted for case-mix")
    return {name: picker.stratum(name, by=by) for name in free}, notes


def pick_covariates(
    names: Sequence[str] | None,
    *,
    by: Sequence[str],
    stated: Sequence[str],
    picker: Picker,
) -> dict[str, Covariate | None]:
    """Pick what a model may explain by.

    Parameters
    ----------
    names : sequence of str or None
        As said; None for those that the card states, where there is such a column that has no
        other part.
    by : sequence of str
    stated : sequence of str
        By the card.
    picker : Picker

    Returns
    -------
    dict of str to Covariate or None
        By name; None for a column that is nowhere.
    """
    if names is None:
        headers = (picker.header, *(lookup.header for lookup in picker.lookups))
        names = [
            name
            for name in stated
            if name not in by
            and picker.used_as(name) is None
            and (
                any(header.find((name,)) for header in headers)
                or picker.header.has(Wanted(role=name, names=(name,), computed=True))
            )
        ]
    return {name: picker.covariate(name, by=by) for name in names}
