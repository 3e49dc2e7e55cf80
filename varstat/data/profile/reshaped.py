"""A sheet put in the shape that an analysis takes: periods in rows, measures in columns."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from varstat.data.profile import words
from varstat.data.profile.column import LABELS, Column
from varstat.data.profile.sheet import Reshaped, Sheet, nameable, pair_columns, profile_header
from varstat.data.profile.top import find_top
from varstat.data.shape.heading_period import PERIOD, Family, find_families
from varstat.data.shape.long import spread_measures
from varstat.data.shape.wide import melt_periods
from varstat.data.source.open import Source
from varstat.errors import VarstatError
from varstat.period.parts import bare_part, part_names
from varstat.period.wording import plain_wording

# What the column of periods is called that headings are made into.
_MADE = "period"
_MOST_MEASURES = 200
# A measure that fewer rows have may be a record's own text, and isn't printed.
_LEAST_ROWS = 3


def reshape_sheet(source: Source, sheet: Sheet) -> Sheet:
    """Find the columns of a sheet that are periods, its rows that are measures, and reshape it.

    Parameters
    ----------
    source : Source
        Of this sheet alone.
    sheet : Sheet
        As it stands.

    Returns
    -------
    Sheet
        With its families, and reshaped where something can be measured so. Of what is measured in
        the sheet as it stands, nothing is of a single period, or of all together.
    """
    families = _families(sheet)
    if families:
        sheet = _without(replace(sheet, families=families))
        reshaped = _melt(source, sheet)
        return replace(sheet, reshaped=reshaped) if reshaped else sheet
    if sheet.pairs or any(each.own for each in sheet.cards):
        return sheet
    return replace(sheet, reshaped=_spread(source, sheet))


def find_family_columns(sheet: Sheet) -> list[Column]:
    """Give the column that each family of a sheet is, its periods in rows."""
    patterns = {each.pattern for each in sheet.families}
    return [each for each in sheet.meant.columns if each.heading in patterns]


def _families(sheet: Sheet) -> tuple[Family, ...]:
    able = [
        each
        for each in nameable(sheet.columns)
        if each.kind not in (*LABELS, "period", "row number")
    ]
    return tuple(
        replace(family, places=tuple(able[at].place for at in family.places))
        for family in find_families([each.heading for each in able])
    )


def _without(sheet: Sheet) -> Sheet:
    """Leave what is of one period, or of all, out of what may be measured in a sheet."""
    aside = {place for family in sheet.families for place in family.places} | _totals(sheet)
    left = [each for each in nameable(sheet.columns) if each.place not in aside]
    if sheet.period is not None:
        parts = part_names(sheet.period.heading)
        left = [each for each in left if each.heading not in parts]
    quotients = tuple(
        each
        for each in sheet.quotients
        if not {each.column.place, each.event.place, each.size.place} & aside
    )
    return replace(sheet, pairs=pair_columns(left, quotients), quotients=quotients)


def _totals(sheet: Sheet) -> set[int]:
    """Find the columns that are a family's total over its periods, by name or by arithmetic."""
    columns = {each.place: each for each in sheet.columns if each.numeric}
    found = set()
    for family in sheet.families:
        own = set(words.split_words(family.pattern.replace(PERIOD, " ")))
        members = [columns[place].values for place in family.places if place in columns]
        total = np.nansum(members, axis=0) if members else np.empty(0)
        for each in columns.values():
            if each.place in family.places:
                continue
            named = bool(own) and set(each.words) - words.TOTAL == own
            same = np.isclose(each.values, total, rtol=1e-9, atol=1e-9) if members else total
            if named or (len(same) > 2 and np.mean(same) >= 0.9 and total.any()):
                found.add(each.place)
    return found


def _melt(source: Source, sheet: Sheet) -> Reshaped | None:
    """Put periods into rows, and see what can be measured then."""
    families = _of_same_periods(sheet.families)
    unit = (sheet.unit.code.heading,) if sheet.unit else ()
    years = sheet.period is not None and all(map(bare_part, families[0].labels))
    period = sheet.period.heading if sheet.period is not None and years else _MADE
    patterns = [each.pattern for each in families]
    try:
        melted = melt_periods(source, patterns, unit=unit, period=(period,))
    except VarstatError:
        return None
    header = find_top(melted.grids[0], melted.first_row)
    if header is None:
        return None
    tall = profile_header(header, unit=sheet.unit)
    made = next((each for each in tall.columns if each.heading == period), None)
    totals = _totals(sheet)
    aside = {each.heading for each in sheet.columns if each.place in totals}
    left = [each for each in nameable(tall.columns) if each.heading not in {*aside, period}]
    tall = replace(
        tall, pairs=pair_columns(left, tall.quotients), period=made or tall.period, cards=()
    )
    if tall.pairs:
        return Reshaped(sheet=tall, dated=not years)
    spread = _spread(melted, tall)
    return replace(spread, dated=not years) if spread else Reshaped(sheet=tall, dated=not years)


def _of_same_periods(families: Sequence[Family]) -> list[Family]:
    """Choose the families that have most of their periods in common, the largest among them."""
    largest = max(families, key=lambda each: len(each.labels))
    shared = set(map(plain_wording, largest.labels))
    chosen = []
    for each in families:
        both = shared & set(map(plain_wording, each.labels))
        if 2 * len(both) > len(shared):
            chosen.append(each)
            shared = both
    return chosen


def _spread(source: Source, sheet: Sheet) -> Reshaped | None:
    """Put measures that stand in rows into columns, and see what can be measured then."""
    values = _values(sheet)
    if sheet.unit is None or sheet.repeated or values is None:
        return None
    for names in _names(sheet):
        others = [sheet.unit.code, *(each for each in sheet.apart if each is not names)]
        keys = [(each.heading,) for each in others]
        if sheet.period is not None:
            keys += [(part,) for part in part_names(sheet.period.heading)]
        spread = f"{names.heading}:{values.heading}"
        measures = [level for level in dict.fromkeys(names.texts) if level is not None]
        try:
            wide = spread_measures(source, spread, measures=measures, keys=keys)
        except VarstatError:
            continue
        header = find_top(wide.grids[0], wide.first_row)
        found = profile_header(header, unit=sheet.unit) if header is not None else None
        if found is not None and found.pairs:
            return Reshaped(sheet=replace(found, cards=()), spread=spread)
    return None


def _values(sheet: Sheet) -> Column | None:
    """Choose the one column of numbers, or of counts, that a sheet has."""
    able = [each for each in nameable(sheet.columns) if each.numeric and not each.has(words.ASIDE)]
    counts = [each for each in able if each.kind in ("count", "measure")]
    one = able if len(able) == 1 else counts
    return one[0] if len(one) == 1 else None


def _names(sheet: Sheet) -> Iterator[Column]:
    """Give the columns whose values read like measures, those that are called so first."""
    able = [each for each in sheet.apart if each.kind in LABELS and _may_be_printed(each)]
    yield from (each for each in able if each.has(words.MEASURE))
    for each in able:
        spoken = [set(words.split_words(text)) for text in dict.fromkeys(each.texts) if text]
        events = any(said & (words.EVENT | words.OBSERVED) for said in spoken)
        sizes = any(said & (words.SIZE | words.EXPOSURE | words.EXPECTED) for said in spoken)
        if events and sizes and not each.has(words.MEASURE):
            yield each


def _may_be_printed(column: Column) -> bool:
    """Whether each value is that of several rows, and of no person."""
    if column.distinct > _MOST_MEASURES or column.has(words.PERSON):
        return False
    rows = Counter(text for text in column.texts if text is not None)
    return min(rows.values()) >= _LEAST_ROWS
