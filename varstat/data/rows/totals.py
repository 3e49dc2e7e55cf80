"""Totals among the records: left out where one reading is clear, refused where not.

Rows are known as totals by arithmetic (`levels`, `subtotals`, `mixed`), whatever they are called,
and by name (`wholes`), whatever they add up to. What is left out by arithmetic may be asked for
with `only`: totals are looked for only among the rows that were asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from varstat.card.schema import Card
from varstat.data.account import FIRST_ROWS, Ledger, Mask, Rows, name_rows
from varstat.data.rows.choose import say_choice
from varstat.data.rows.counts import convert_percentages
from varstat.data.rows.distinguish import (
    Apart,
    Factor,
    combine,
    depends_on,
    named_factors,
    number_levels,
    other_columns,
    read_factor,
    tell_apart,
)
from varstat.data.rows.levels import LevelTotal, find_level_totals
from varstat.data.rows.mixed import Mixture, find_folds, find_mixture
from varstat.data.rows.records import Records
from varstat.data.rows.subtotals import beginning_of, find_subtotals, first_three, shape_of
from varstat.data.rows.sums import Addends, make_addends
from varstat.data.rows.wholes import (
    is_average,
    is_country,
    is_nobody,
    is_total,
    overlapping_ages,
    whole_levels,
)
from varstat.data.source.grid import Texts
from varstat.data.source.header import Header
from varstat.errors import TableError
from varstat.period.label import RollUp, parse_periods

LISTED = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Totals:
    """What was found out about totals.

    Attributes
    ----------
    whole : ndarray of bool, shape (rows,)
        Rows that total all units, to be reconciled with them.
    notes : tuple of str
    apart : Apart
        What else tells the rows of a unit apart.
    within : tuple of (str, ndarray of object)
        The columns that do, with each row's value: a total row is of its own.
    """

    whole: Mask
    notes: tuple[str, ...]
    apart: Apart
    within: tuple[tuple[str, Texts], ...]


def exclude_totals(
    records: Records, header: Header, ledger: Ledger, *, card: Card, roll_up: RollUp | None
) -> Totals:
    """Leave out the rows that total others, and refuse what would be counted twice.

    Where more than half of the rows are named like totals, as in a table of the four countries of
    the United Kingdom, they are the units.

    Parameters
    ----------
    records : Records
    header : Header
    ledger : Ledger
        Told what is excluded and refused.
    card : Card
    roll_up : RollUp, optional

    Returns
    -------
    Totals
    """
    whole, notes = _exclude_named(records, header, ledger)
    event = convert_percentages(records.event, records.size, card=card)
    addends = make_addends(records, event, card=card)
    units = records.roles["unit"].values
    rows = np.flatnonzero(ledger.open)
    apart, extras = Apart(), list[Factor]()
    if len(rows):
        factors = named_factors(records, rows)
        codes = number_levels(units[rows])[0]
        extras, instead = tell_apart(records, header, rows, codes, factors)
        judged = _Levels(records, header, ledger, addends, [*factors, *extras], roll_up=roll_up)
        notes += judged.exclude(rows, codes)
        columns = tuple(each.column for each in extras)
        apart = Apart(columns=columns, instead=instead, overlap=judged.overlap)
        if addends is not None:
            found, more = _exclude_units(
                records, header, ledger, addends, [*factors, *extras], rows=rows, named=whole
            )
            whole, notes = whole | found, notes + more
    within = tuple((each.column, _read_text(header, records, each.column)) for each in extras)
    return Totals(whole=whole, notes=notes, apart=apart, within=within)


def _read_text(header: Header, records: Records, column: str) -> Texts:
    values = header.texts(header.find((column,))[0])
    return values[records.rows - header.first_row - header.row - 1]


def _exclude_named(
    records: Records, header: Header, ledger: Ledger
) -> tuple[Mask, tuple[str, ...]]:
    """Leave out what is named as a total, an average, or nobody in particular."""
    units = records.roles["unit"].values
    columns = [units]
    name = records.roles.get("unit_name")
    if name is not None and name.lookup is None:
        columns.append(name.values)
    total, average, nobody = (np.zeros(len(units), dtype=np.bool_) for _ in range(3))
    for values in columns:
        codes, distinct = number_levels(values)
        # One country among the units is their total; several are units of their own.
        countries = [is_country(text) for text in distinct]
        alone = sum(countries) == 1
        says = [
            is_total(text) or (alone and country)
            for text, country in zip(distinct, countries, strict=True)
        ]
        total |= np.array([*says, False], dtype=np.bool_)[codes]
        average |= np.array([*map(is_average, distinct), False], dtype=np.bool_)[codes]
        nobody |= np.array([*map(is_nobody, distinct), False], dtype=np.bool_)[codes]
    for at in [at for at, unit in enumerate(units) if unit is None]:
        cells = [cell for cell in header.line(int(records.rows[at])) if cell]
        total[at] |= any(is_total(cell) or is_country(cell) for cell in cells)
    total &= ledger.open
    notes: tuple[str, ...] = ()
    if 2 * total.sum() > ledger.open.sum():
        total[:] = False
        notes = ("most rows are named like totals, so they were taken for the units",)
    ledger.exclude_sums(total, "a total row")
    if 2 * (average & ledger.open).sum() < ledger.open.sum():
        ledger.exclude_sums(average, "an average of units")
    if 2 * (nobody & ledger.open).sum() < ledger.open.sum():
        ledger.exclude(nobody, "no unit in particular, by its name")
    return total, notes


class _Levels:
    """Judges the levels of the columns that tell a unit's rows apart."""

    def __init__(
        self,
        records: Records,
        header: Header,
        ledger: Ledger,
        addends: Addends | None,
        factors: Sequence[Factor],
        *,
        roll_up: RollUp | None,
    ) -> None:
        self.records = records
        self.header = header
        self.ledger = ledger
        self.addends = addends
        self.factors = factors
        self.roll_up = roll_up
        self.notes: list[str] = []
        self.overlap: tuple[str, str, str] | None = None

    def exclude(self, rows: Rows, units: Rows) -> tuple[str, ...]:
        """Leave out the levels that are totals, over the given rows; give what to note."""
        for factor in self.factors:
            if factor.role == "by":
                # Groups are analysed apart: nothing of a total is counted twice.
                continue
            if factor.role == "extra" and self.roll_up is None:
                # Nothing is added up; the check for repeated rows names the column.
                self.overlap = self.overlap or self._overlap(factor, rows, units)
                continue
            left = self.ledger.open[rows]
            found = self._find(factor, rows, units, left)
            for total in found:
                self._judge(factor, total, rows)
            self._exclude_named(factor, rows)
            self._refuse_overlaps(factor, rows)
            if self.addends is not None and factor.role in ("extra", "stratum"):
                self._refuse_partitions(factor, found, rows, units)
        return tuple(self.notes)

    def _find(self, factor: Factor, rows: Rows, units: Rows, left: Mask) -> list[LevelTotal]:
        if self.addends is None:
            return []
        others = [
            each.codes
            for each in self.factors
            if each is not factor and not depends_on(each, factor, units)
        ]
        cells = combine([units, *others])
        codes = np.where(left, factor.codes, -1)
        return find_level_totals(self.addends.take(rows), cells, codes, _orders(factor))

    def _overlap(self, factor: Factor, rows: Rows, units: Rows) -> tuple[str, str, str] | None:
        """Find a level that holds what others hold, in a column that nobody named."""
        totals = self._find(factor, rows, units, self.ledger.open[rows])
        there = self._there(factor, rows)
        wholes = whole_levels(there, column=factor.column) if len(there) > 1 else []
        if totals:
            twins = [factor.levels[at] for at in (totals[-1].level, *totals[-1].of)]
            level = next((each for each in twins if each in wholes), twins[0])
            return factor.column, level, "is the sum of others"
        if wholes:
            return factor.column, wholes[0], "is named as a total of the others"
        ages = overlapping_ages(there)
        return ages and (factor.column, ages[0], f"overlaps with {ages[1]!r}")

    def _judge(self, factor: Factor, total: LevelTotal, rows: Rows) -> None:
        level, column = factor.levels[total.level], factor.column
        if len(total.of) == 1:
            twin = factor.levels[total.of[0]]
            wholes = whole_levels(factor.levels, column=column)
            if level not in wholes and twin in wholes:
                level, twin = twin, level
            elif level not in wholes and factor.role != "extra":
                # Months may be alike, and strata; only what is added up unasked counts twice.
                return
            elif level not in wholes:
                # Each of two that are alike is found to be the other.
                level, twin = sorted((level, twin))
                self.ledger.stop(
                    f"column {column!r}: the rows of {level!r} have the same numbers as those of "
                    f"{twin!r}, so that they would count twice. Leave one out with "
                    f"{say_choice('--exclude', column, level)}."
                )
                return
        self._leave_out(factor, level, rows)
        self.notes.append(
            f"the rows of {level!r} in {column!r} are the sums of others in {total.agree:,} of "
            f"{total.compared:,}: left out. For them alone say "
            f"{say_choice('--only', column, level)}"
        )

    def _leave_out(self, factor: Factor, level: str, rows: Rows) -> None:
        hit = np.zeros(len(self.ledger.open), dtype=np.bool_)
        hit[rows[factor.codes == factor.levels.index(level)]] = True
        self.ledger.exclude_sums(hit, f"a total over {factor.column}")

    def _exclude_named(self, factor: Factor, rows: Rows) -> None:
        """Leave out levels named as wholes, unless most are; refuse them where rows add up."""
        there = self._there(factor, rows)
        wholes = whole_levels(there, column=factor.column) if len(there) > 1 else []
        if wholes and factor.role == "extra":
            self._stop(factor, wholes[0], "is named as a total of the others")
            return
        named = np.isin(factor.codes, [factor.levels.index(each) for each in wholes])
        left = self.ledger.open[rows]
        if 2 * (named & left).sum() <= left.sum():
            for level in wholes:
                self._leave_out(factor, level, rows)

    def _refuse_overlaps(self, factor: Factor, rows: Rows) -> None:
        if factor.role == "period":
            return
        overlap = overlapping_ages(self._there(factor, rows))
        if overlap is not None:
            self._stop(factor, overlap[0], f"overlaps with {overlap[1]!r}")

    def _refuse_partitions(
        self, factor: Factor, found: list[LevelTotal], rows: Rows, units: Rows
    ) -> None:
        """Refuse a column in which a unit's rows are split in two ways, by sex and by age."""
        assert self.addends is not None
        left = self.ledger.open[rows]
        if len(factor.levels) < 4:
            return
        for name, at in other_columns(self.records, self.header):
            other = read_factor(self.records, self.header, name, at, rows)
            if not 2 <= len(other.levels) < len(factor.levels):
                continue
            if not depends_on(other, factor, np.zeros_like(units)):
                continue
            codes = np.where(left, other.codes, -1)
            totals = find_level_totals(self.addends.take(rows), units, codes, _orders(other))
            if totals:
                one, two = other.levels[totals[0].level], other.levels[totals[0].of[0]]
                self.ledger.stop(
                    f"column {name!r}: the rows of {one!r} add up to the same as those of {two!r}, "
                    f"so that each case would count twice. Choose with "
                    f"{say_choice('--only', name, one)} or {say_choice('--only', name, two)}."
                )
                return

    def _there(self, factor: Factor, rows: Rows) -> list[str]:
        left = np.unique(factor.codes[self.ledger.open[rows]])
        return [factor.levels[at] for at in left if at >= 0]

    def _stop(self, factor: Factor, level: str, why: str) -> None:
        self.ledger.stop(
            f"column {factor.column!r}: {level!r} {why}, so that cases would count twice. Keep it "
            f"alone with {say_choice('--only', factor.column, level)}, or leave it out with "
            f"{say_choice('--exclude', factor.column, level)}."
        )


def _orders(factor: Factor) -> list[list[int]]:
    """Order levels by appearance, by name, and by time where they are periods."""
    levels = factor.levels
    orders = [list(range(len(levels))), sorted(range(len(levels)), key=lambda at: levels[at])]
    try:
        spans = parse_periods(levels, where="") if factor.role == "period" else {}
    except TableError:
        spans = {}
    if spans:
        last = max(span.start for span in spans.values()) + 1
        starts = [spans[each].start if each in spans else last for each in levels]
        orders.append(sorted(range(len(levels)), key=lambda at: starts[at]))
    return [order for at, order in enumerate(orders) if order not in orders[:at]]


def _exclude_units(
    records: Records,
    header: Header,
    ledger: Ledger,
    addends: Addends,
    factors: Sequence[Factor],
    *,
    rows: Rows,
    named: Mask,
) -> tuple[Mask, tuple[str, ...]]:
    """Leave out the rows that are sums of other units; refuse levels that can't be matched."""
    whole = np.zeros(len(ledger.open), dtype=np.bool_)
    at = np.flatnonzero(ledger.open[rows])
    rows = rows[at]
    if len(rows) < 3:
        return whole, ()
    units, codes = number_levels(records.roles["unit"].values[rows])
    # A column that is the same for all rows of most units groups them, and splits none.
    factors = [each for each in factors if each.role != "extra" or _splits(each.codes[at], units)]
    apart = [each.codes[at] for each in factors]
    cells = combine(apart) if apart else np.zeros(len(rows), dtype=np.int64)
    columns = _groupings(records, header, rows, units, cells, factors)
    names = [Factor(column="", role="extra", codes=units, levels=codes)]
    if "unit_name" in records.roles:
        name, texts = number_levels(records.roles["unit_name"].values[rows])
        names.append(Factor(column="", role="extra", codes=name, levels=texts))
    some = addends.take(rows)
    found = find_subtotals(some, cells, units, columns, names)
    notes: tuple[str, ...] = ()
    whole[rows[found.whole]] = True
    part = np.zeros_like(whole)
    part[rows[found.part]] = True
    ledger.exclude_sums(whole, "a total row: the sum of the others")
    ledger.exclude_sums(part, "a subtotal: the sum of some of the others")
    left = np.flatnonzero(~(found.whole | found.part))
    if found.doubt is not None:
        told = (
            f"column {found.doubt!r}: in most of its groups one row is the sum of the others"
            if found.doubt
            else "some rows are the sums of others, and more have codes that look like theirs"
        )
        ledger.stop(
            f"{told}, but not all, so that units can't be told from their subtotals. Leave the "
            "subtotals out with --exclude COL=VALUE, or keep the units with --only COL=VALUE."
        )
    elif len(left) > 2:
        cut = [_cut(each, left) for each in columns]
        shapes = _shapes(records.roles["unit"].values[rows[left]])
        mixture = find_mixture(some.take(left), cells[left], cut, shapes)
        if mixture is not None:
            _refuse_mixture(records, ledger, mixture, rows[left])
        elif _folded(records, addends, factors, rows[left], cells[left], named | whole):
            ledger.stop(
                "the units add up to a multiple of their total: rows of several levels, such as "
                "hospitals and their regions, are mixed. Keep one level with --only COL=VALUE, or "
                "leave the others out with --exclude COL=VALUE."
            )
    return whole, notes


def _splits(codes: Rows, units: Rows) -> bool:
    """Say whether a fifth of the units or more have rows of several levels."""
    pairs = np.unique(np.column_stack([units, codes]), axis=0)[:, 0]
    several = np.unique(pairs, return_counts=True)[1] > 1
    return bool(5 * several.sum() >= len(several))


def _folded(
    records: Records,
    addends: Addends,
    factors: Sequence[Factor],
    left: Rows,
    cells: Rows,
    total: Mask,
) -> bool:
    """Say whether the units add up to a multiple of the total rows, or of the largest one."""
    known = np.flatnonzero(total)
    if not len(known):
        return find_folds(addends.take(left), cells, known)
    if factors:
        # Total rows were put aside before cells were numbered: only plain tables are compared.
        return False
    if len(known) > 1:
        return False
    both = np.concatenate([left, known])
    one = np.zeros(len(both), dtype=np.int64)
    return find_folds(addends.take(both), one, np.array([len(both) - 1]))


def _refuse_mixture(records: Records, ledger: Ledger, mixture: Mixture, rows: Rows) -> None:
    named = tuple(sorted(int(each) for each in records.rows[rows[mixture.rows]]))
    if mixture.column is not None and mixture.levels is not None:
        one, other = mixture.levels
        ledger.stop(
            f"column {mixture.column!r}: the rows of {one!r} add up to the same as those of "
            f"{other!r}, so that each case would count twice. Choose the units with "
            f"{say_choice('--only', mixture.column, one)} or "
            f"{say_choice('--only', mixture.column, other)}."
        )
        return
    unit = records.roles["unit"]
    codes = list(dict.fromkeys(unit.values[rows[mixture.rows]]))
    listed = ",".join(map(str, codes[:LISTED])) + (",..." if len(codes) > LISTED else "")
    ledger.stop(
        f"the units of {name_rows(named[:FIRST_ROWS], total=len(named))} add up to the same as "
        "the others, so that each case would count twice: they are of different levels. Leave "
        f"those out with {say_choice('--exclude', unit.column, listed)}."
    )


def _groupings(
    records: Records,
    header: Header,
    rows: Rows,
    units: Rows,
    cells: Rows,
    factors: Sequence[Factor],
) -> list[Factor]:
    """Read the columns that may group units: those with rows of several units to a value."""
    used = {each.column for each in factors}
    most = np.bincount(cells).max()
    found = []
    wanted = [(name, at) for name, at in other_columns(records, header) if name not in used]
    peer = records.roles.get("peer_group")
    if peer is not None and peer.lookup is None and peer.column not in used:
        wanted.append((peer.column, header.find((peer.column,))[0]))
    for name, at in wanted:
        factor = read_factor(records, header, name, at, rows)
        if 1 <= len(factor.levels) <= max(2, most // 2 + 1):
            found.append(factor)
    return found


def _cut(factor: Factor, rows: Rows) -> Factor:
    """Keep some rows of a factor, with blanks as a level of their own."""
    codes = factor.codes[rows]
    levels = factor.levels
    if (codes < 0).any():
        codes, levels = np.where(codes < 0, len(levels), codes), (*levels, "(blank)")
    there, codes = np.unique(codes, return_inverse=True)
    return Factor(
        column=factor.column,
        role=factor.role,
        codes=codes,
        levels=tuple(levels[at] for at in there),
    )


def _shapes(units: Texts) -> list[Factor]:
    """Group units by how their codes look: E12..., E06...; RXX, Y56; long and short."""
    made: list[Factor] = []
    for look in (first_three, beginning_of, _first, shape_of):
        shape = np.array([None if unit is None else look(unit) for unit in units], dtype=object)
        codes, levels = number_levels(shape)
        # One and the same split is one guess, however it is come by.
        again = any(np.array_equal(codes, each.codes) for each in made)
        if 2 <= len(levels) <= LISTED and not again:
            made.append(Factor(column="", role="extra", codes=codes, levels=levels))
    return made


def _first(code: str) -> str:
    return code[:1]
