"""Units judged: rows that are sums of other units are left out, mixed levels refused."""

import shlex
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from varstat.data.account import FIRST_ROWS, Ledger, Mask, Rows, count_rows, name_rows
from varstat.data.rows.addends import Addends, take
from varstat.data.rows.choose import say_choice
from varstat.data.rows.codes import beginning_of, first_letter, first_three, shape_of
from varstat.data.rows.distinguish import (
    Factor,
    combine,
    name_blanks,
    number_levels,
    other_columns,
    read_factor,
)
from varstat.data.rows.heads import find_heads
from varstat.data.rows.mixed import Mixture, find_folds, find_mixture
from varstat.data.rows.nearly_all import find_near_total
from varstat.data.rows.records import Records
from varstat.data.rows.subtotals import find_subtotals
from varstat.data.source.grid import Texts
from varstat.data.source.header import Header

LISTED = 8


def exclude_unit_totals(
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
    rows, factors = _still_open(ledger, rows, factors)
    if len(rows) < 3:
        return whole, ()
    units, codes = number_levels(records.roles["unit"].values[rows])
    # A column that is the same for all rows of most units groups them, and splits none.
    factors = [each for each in factors if each.role != "extra" or _splits(each.codes, units)]
    apart = [each.codes for each in factors]
    cells = combine(apart) if apart else np.zeros(len(rows), dtype=np.int64)
    columns = _groupings(records, header, rows, units, cells, factors)
    names = [Factor(column="", role="extra", codes=units, levels=codes)]
    if "unit_name" in records.roles:
        name, texts = number_levels(records.roles["unit_name"].values[rows])
        names.append(Factor(column="", role="extra", codes=name, levels=texts))
    some = addends.take(rows)
    notes = _exclude_heads(
        ledger, find_heads(some, cells, units, codes, [*columns, *factors]), rows
    )
    if notes:
        whole, more = exclude_unit_totals(
            records, header, ledger, addends, factors, rows=rows, named=named
        )
        return whole, (*notes, *more)
    found = find_subtotals(some, cells, units, columns, names)
    whole[rows[found.whole]] = True
    part = np.zeros_like(whole)
    part[rows[found.part]] = True
    ledger.exclude_sums(whole, "a total row: the sum of the others")
    ledger.exclude_sums(part, "a subtotal: the sum of some of the others")
    left = ~(found.whole | found.part)
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
    elif left.sum() > 2:
        columns = [_cut(each, left) for each in columns]
        some = some.take(left)
        rows, cells, units = (take(each, left) for each in (rows, cells, units))
        shapes = _shapes(records.roles["unit"].values[rows])
        mixture = find_mixture(some, cells, columns, shapes)
        if mixture is not None:
            _refuse_mixture(records, ledger, mixture, rows)
        elif _folded(records, addends, factors, rows, cells, named | whole):
            ledger.stop(
                "the units add up to a multiple of their total: rows of several levels, such as "
                "hospitals and their regions, are mixed. Keep one level with --only COL=VALUE, or "
                "leave the others out with --exclude COL=VALUE."
            )
        else:
            _refuse_near_total(records, ledger, rows[find_near_total(some, cells, units)])
    return whole, notes


def _exclude_heads(ledger: Ledger, found: tuple[Mask, str | None], rows: Rows) -> tuple[str, ...]:
    """Leave out the rows of units that hold what others hold; give what to note."""
    head, column = found
    if column is None:
        return ()
    hit = np.zeros(len(ledger.open), dtype=np.bool_)
    hit[rows[head]] = True
    ledger.exclude_sums(hit, f"a total over {column}")
    note = (
        f"{count_rows(int(head.sum()))} of units that {column!r} groups others under hold what "
        "those others hold: left out. To analyse such units alone, name them with --only"
    )
    return (note,)


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
    ledger.stop(
        f"the units of {name_rows(named[:FIRST_ROWS], total=len(named))} add up to the same as "
        "the others, so that each case would count twice: they are of different levels. Leave "
        f"out those of one level by their codes, with --exclude {shlex.quote(unit.column)}=CODE,…"
    )


def _refuse_near_total(records: Records, ledger: Ledger, rows: Rows) -> None:
    """Refuse a unit as large as all others together, unless units were chosen by their codes."""
    unit = records.roles["unit"]
    chosen = (*records.only, *records.left_out)
    if not len(rows) or any(attribute.column == unit.column for _, attribute, _ in chosen):
        return
    named = tuple(sorted(int(each) for each in records.rows[rows]))
    code = shlex.quote(unit.column)
    ledger.stop(
        f"the unit of {name_rows(named[:FIRST_ROWS], total=len(named))} holds about as much as all "
        f"others together, as a total does of which not all is shown. Leave it out with --exclude "
        f"{code}=CODE; if it is a unit, name all units with --only {code}=CODE,…"
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


def _still_open(
    ledger: Ledger, rows: Rows, factors: Sequence[Factor]
) -> tuple[Rows, Sequence[Factor]]:
    """Keep the rows that nothing was decided about yet; where that is all, none is copied."""
    left = ledger.open[rows]
    if left.all():
        return rows, factors
    return rows[left], [replace(each, codes=each.codes[left]) for each in factors]


def _cut(factor: Factor, rows: Mask) -> Factor:
    """Keep some rows of a factor, with blanks as a level of their own."""
    factor = name_blanks(factor)
    if rows.all():
        return factor
    there, codes = np.unique(factor.codes[rows], return_inverse=True)
    return replace(factor, codes=codes, levels=tuple(factor.levels[at] for at in there))


def _shapes(units: Texts) -> list[Factor]:
    """Group units by how their codes look: E12..., E06...; RXX, Y56; long and short."""
    made: list[Factor] = []
    which, distinct = number_levels(units)
    for look in (first_three, beginning_of, first_letter, shape_of):
        shapes, levels = number_levels(np.array([*map(look, distinct), None], dtype=object))
        codes = shapes[which]
        # One and the same split is one guess, however it is come by.
        again = any(np.array_equal(codes, each.codes) for each in made)
        if 2 <= len(levels) <= LISTED and not again:
            made.append(Factor(column="", role="extra", codes=codes, levels=levels))
    return made
