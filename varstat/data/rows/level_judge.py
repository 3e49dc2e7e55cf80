"""Levels judged: those that hold what others hold are left out, or refused."""

from collections.abc import Sequence

import numpy as np

from varstat.data.account import Ledger, Mask, Rows
from varstat.data.rows.addends import Addends
from varstat.data.rows.choose import say_choice
from varstat.data.rows.distinguish import (
    BLANK,
    Factor,
    combine,
    depends_on,
    name_blanks,
    other_columns,
    read_factor,
)
from varstat.data.rows.levels import LevelTotal, find_level_totals
from varstat.data.rows.records import Records
from varstat.data.rows.same_cases import find_same_cases, find_two_partitions
from varstat.data.rows.wholes import names_vintage, overlapping_ages, whole_levels
from varstat.data.source.header import Header
from varstat.errors import TableError
from varstat.period.label import RollUp, parse_periods
from varstat.prose.number import listed


class LevelJudge:
    """Judges the levels of the columns that tell a unit's rows apart.

    Parameters
    ----------
    records : Records
    header : Header
    ledger : Ledger
    addends : Addends, optional
        None where nothing adds up, so that only names tell.
    factors : sequence of Factor
        The columns in use, then others that tell rows apart.
    roll_up : RollUp, optional
        With one, rows that differ in columns that nobody named are added up.

    Attributes
    ----------
    overlap : (str, str, str) or None
        A column that nobody named, a level of it that holds what others hold, and how that is
        known.
    """

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
        self.factors = [
            name_blanks(each) if each.role == "extra" and roll_up is not None else each
            for each in factors
        ]
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
                self._refuse_same_cases(factor, rows, units)
        return tuple(self.notes)

    def _find(self, factor: Factor, rows: Rows, units: Rows, left: Mask) -> list[LevelTotal]:
        if self.addends is None:
            return []
        cells = self._cells(factor, units)
        codes = np.where(left, factor.codes, -1)
        return find_level_totals(self.addends.take(rows), cells, codes, _orders(factor))

    def _cells(self, factor: Factor, units: Rows) -> Rows:
        """Number the rows that differ in a factor's level only."""
        others = [
            each.codes
            for each in self.factors
            if each is not factor and not depends_on(each, factor, units)
        ]
        return combine([units, *others])

    def _overlap(self, factor: Factor, rows: Rows, units: Rows) -> tuple[str, str, str] | None:
        """Find a level that holds what others hold, in a column that nobody named."""
        totals = self._find(factor, rows, units, self.ledger.open[rows])
        there = self._there(factor, rows)
        wholes = whole_levels(there, column=factor.column) if len(there) > 1 else []
        if totals:
            twins = [factor.levels[at] for at in (totals[-1].level, *totals[-1].of)]
            level = next((each for each in twins if each in wholes), twins[0])
            # Of two that are alike, and not named as wholes, either stands for both.
            beside = np.isin(units, units[factor.codes == totals[-1].level])
            if len(np.unique(factor.codes[beside])) > 2 or level in wholes:
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
        what, alone = (
            f"of {level!r} in {column!r}",
            f". For them alone say {say_choice('--only', column, level)}",
        )
        if level == BLANK:
            what, alone = f"without a value in {column!r}", ""
        self.notes.append(
            f"the rows {what} are the sums of others in {total.agree:,} of {total.compared:,}: "
            f"left out{alone}"
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

    def _refuse_same_cases(self, factor: Factor, rows: Rows, units: Rows) -> None:
        """Refuse a column of which some levels count the same cases as others."""
        assert self.addends is not None
        if self.ledger.stops:
            return
        codes = np.where(self.ledger.open[rows], factor.codes, -1)
        cells, addends = self._cells(factor, units), self.addends.take(rows)
        column, same = factor.column, find_two_partitions(addends, cells, codes, _orders(factor))
        if same is not None:
            one, two = ([factor.levels[at] for at in side] for side in same)
            self.ledger.stop(
                f"column {column!r}: the rows of {_name(one)} add up to the same as those of "
                f"{_name(two)}, so that each case would count twice. Choose with "
                f"{say_choice('--only', column, *one)} or {say_choice('--only', column, *two)}."
            )
            return
        twice = find_same_cases(addends, cells, codes)
        if twice is not None:
            first, second = (factor.levels[at] for at in twice)
            found = (
                f"the counts of {first!r} and {second!r} in {column!r} differ by far less than "
                "chance would let them, as if the same cases stood in both"
            )
            either = (
                f"{say_choice('--only', column, first)} or {say_choice('--only', column, second)}"
            )
            # Halves of a made-up table are as alike; a name that says so leaves no doubt.
            if names_vintage(first) or names_vintage(second):
                self.ledger.stop(f"{found}. Choose with {either}.")
            else:
                self.notes.append(f"{found}; if they do, choose with {either}")

    def _there(self, factor: Factor, rows: Rows) -> list[str]:
        left = np.unique(factor.codes[self.ledger.open[rows]])
        return [factor.levels[at] for at in left if at >= 0]

    def _stop(self, factor: Factor, level: str, why: str) -> None:
        self.ledger.stop(
            f"column {factor.column!r}: {level!r} {why}, so that cases would count twice. Keep it "
            f"alone with {say_choice('--only', factor.column, level)}, or leave it out with "
            f"{say_choice('--exclude', factor.column, level)}."
        )


def _name(levels: Sequence[str]) -> str:
    return listed([repr(each) for each in levels])


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
