"""What to ask of a file that nothing is said of: readings, each tried before it is named."""

import shlex
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from varstat.analysis.lack import describe_lack
from varstat.analysis.specification import Reading
from varstat.analysis.trying import MEASURED, say_undrawn, tabulate_reading, try_reading
from varstat.errors import TableError, VarstatError

if TYPE_CHECKING:
    from varstat.data.account import Account
    from varstat.data.profile.column import Column
    from varstat.data.profile.pair import Pair
    from varstat.data.profile.profile import Profile
    from varstat.data.profile.sheet import Reshaped, Sheet
    from varstat.data.source.open import Source
    from varstat.data.table import Table

# Of the options, those that say where and how to look rather than at what.
_LOOKING = ("source", "sheet", "decimal", "lenient")
_MOST, _TRIED = 3, 6
_COLUMNS = {
    "proportion": ("numerator", "denominator"),
    "ratio": ("observed", "expected"),
    "rate": ("observed", "exposure"),
    "mean": ("value", "se"),
    "percent": ("numerator", "denominator"),
    "limits": ("value", "lower"),
}
# Why rows are left out that nobody misses.
_ASIDE = ("not among the rows asked for", "no counts: a note", "a total")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Suggestion:
    """A reading of a file that was tried, and of which a funnel can be drawn.

    Attributes
    ----------
    reading : Reading
    why : str
        What speaks for it, in a few words.
    caution : str
        What stands in rows that it leaves out; empty where nothing does.
    account : Account
        What became of the rows.
    """

    reading: Reading
    why: str
    account: "Account"
    caution: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Advice:
    """What is known of a file, and what to do next.

    Attributes
    ----------
    profile : Profile
    suggestions : tuple of Suggestion
        At most three, as good as each other.
    template : Reading
        What is known for sure, where nothing can be suggested.
    missing : tuple of str
        What isn't known, or stands in the way.
    nature : str or None
        What kind of file it is, where it is no file of rates.
    table : Table or None
        Of a file that says by itself what its columns are.
    """

    profile: "Profile"
    suggestions: tuple[Suggestion, ...]
    template: Reading
    missing: tuple[str, ...]
    nature: str | None = None
    table: "Table | None" = None

    @property
    def account(self) -> "Account | None":
        """What became of every row, where the file says by itself what its columns are."""
        return None if self.table is None else self.table.account


def says_nothing(reading: Reading) -> bool:
    """Tell whether a reading names neither card nor column nor rows, so that all is to be found."""
    return all(
        getattr(reading, field.name) == field.default
        for field in fields(reading)
        if field.name not in _LOOKING
    )


def look_first(reading: Reading) -> str:
    """Write the command that says what a file's columns are, where that can be said.

    Parameters
    ----------
    reading : Reading
        That failed.

    Returns
    -------
    str
        Empty of several files, of a pipe, and where that command fails as well.
    """
    if len(reading.source) != 1 or not Path(reading.source[0]).is_file():
        return ""
    plain = Reading(source=reading.source, sheet=reading.sheet, decimal=reading.decimal)
    try:
        advise(plain)
    except VarstatError:
        return ""
    named = {"--sheet": reading.sheet, "--decimal": reading.decimal}
    more = [part for pair in named.items() if pair[1] is not None for part in pair]
    return shlex.join(["varstat", "check", *reading.source, *map(str, more)])


def advise(reading: Reading) -> Advice:
    """Say what a file seems to hold, and which reading of it to ask for next.

    Parameters
    ----------
    reading : Reading
        That says nothing but where the file is and how to open it.

    Returns
    -------
    Advice

    Raises
    ------
    TableError
        If the file can't be opened; or it says what its columns are, and can't be read so.
    """
    from varstat.data.profile.nature import describe_nature
    from varstat.data.profile.profile import profile_source
    from varstat.data.read import open_data

    (source,) = reading.source
    opened = open_data(source, sheet=reading.sheet, decimal=reading.decimal)
    profile = profile_source(opened)
    table = _read_as_said(opened, reading)
    if table is not None:
        own = Suggestion(reading=reading, why="named as varstat names them", account=table.account)
        able = say_undrawn(table)
        return Advice(
            profile=profile,
            suggestions=() if able else (own,),
            template=reading,
            missing=(able,) if able else (),
            table=table,
        )
    found, problems = _try_all(opened, profile, reading)
    nature = None if found else describe_nature(profile.best)
    missing = () if found or nature else (*describe_lack(profile.best.meant), *problems)
    return Advice(
        profile=profile,
        suggestions=tuple(found),
        template=_template(profile, reading),
        missing=missing,
        nature=nature,
    )


def _read_as_said(opened: "Source", reading: Reading) -> "Table | None":
    """Read a file whose columns have varstat's own names, or an example; None of another."""
    from varstat.data.detect import detect_card
    from varstat.data.read import EXAMPLE_PREFIX, read_table
    from varstat.data.rows.gather import core_columns
    from varstat.data.source.header import find_header

    (source,) = reading.source
    if source.startswith(EXAMPLE_PREFIX):
        return read_table(source, decimal=reading.decimal, lenient=reading.lenient)
    try:
        card = detect_card(opened)
        core = core_columns(card)
        header, _ = find_header(opened, core)
    except TableError:
        return None
    if not all(header.find(wanted.names) for wanted in core):
        return None
    return tabulate_reading(opened, Reading(lenient=reading.lenient), card=card)


def _try_all(
    opened: "Source", profile: "Profile", reading: Reading
) -> tuple[list[Suggestion], list[str]]:
    """Try what may be meant, the likeliest first; leave rows out only where nothing else does."""
    sheet = profile.best
    alone = replace(opened, grids=(opened.grids[profile.sheets.index(sheet)],))
    start = _start(profile, reading)
    found, problems = _try_each(alone, sheet, start)
    if not found and problems and not reading.lenient:
        rest, _ = _try_each(alone, sheet, replace(start, lenient=True))
        first = next(iter(problems.values()))
        found = [
            replace(each, caution=first.partition(": ")[2])
            for each in rest[:1]
            if 2 * each.account.rows_kept >= _asked(each.account)
        ]
    return found, list(problems.values())[:2]


def _asked(account: "Account") -> int:
    """Count the rows that were read and not left out for what was asked."""
    aside = sum(e.rows for e in account.exclusions if e.reason.startswith(_ASIDE))
    return account.rows_read - aside


def _try_each(
    alone: "Source", sheet: "Sheet", start: Reading
) -> tuple[list[Suggestion], dict[str, str]]:
    """Try one reading after another until three do, and say what stood in the way of others."""
    found: list[Suggestion] = []
    problems: dict[str, str] = {}
    for why, variants in _candidates(sheet, start, found):
        for variant in variants:
            table, problem = try_reading(alone, variant)
            if table is None:
                problems.setdefault(problem, f"{_measured(variant)}: {problem}")
                continue
            found.append(Suggestion(reading=variant, why=why, account=table.account))
            break
        if len(found) == _MOST:
            break
    return found, problems


def _candidates(
    sheet: "Sheet", start: Reading, found: Sequence[Suggestion]
) -> Iterator[tuple[str, list[Reading]]]:
    """Give readings that may be meant: those of cards, then those of pairs as good as the best."""
    done = {match.measured for match in sheet.cards if match.own}
    for match in sheet.cards:
        if match.own:
            named = replace(start, card=(match.name,))
            yield f"the card {match.name} names these columns", _variants(named, sheet, None)
    if sheet.reshaped is not None:
        yield from _of_pairs(_of_shape(start, sheet.reshaped), sheet.meant, found)
    # A single period, or all together, is no better where they can be read one by one.
    if not found:
        yield from _of_pairs(_labelled(start, sheet), sheet, found, done=done)


def _of_pairs(
    labelled: Reading,
    sheet: "Sheet",
    found: Sequence[Suggestion],
    *,
    done: Collection[tuple[int, ...]] = (),
) -> Iterator[tuple[str, list[Reading]]]:
    """Give readings of the pairs of a sheet, as long as they are as good as the best."""
    from varstat.data.profile.pair import EQUALLY

    if sheet.unit is None or sheet.repeated:
        return
    for pair in sheet.pairs[:_TRIED]:
        # What is less likely is tried only where nothing better can be read.
        if found and pair.score < sheet.pairs[0].score - EQUALLY:
            return
        if (pair.event.place, pair.size.place) in done:
            continue
        why = "; ".join(pair.why) or "the only columns that can be"
        yield why, _variants(_of_pair(labelled, pair), sheet, pair)


def _start(profile: "Profile", reading: Reading) -> Reading:
    """Begin a reading with where to look."""
    sheet = profile.best
    several = len(profile.sheets) > 1 and sheet.name is not None
    return replace(reading, sheet=sheet.name if several else reading.sheet)


def _of_shape(start: Reading, reshaped: "Reshaped") -> Reading:
    """Add to a reading how a sheet is reshaped, and its columns of units and periods then."""
    reading = replace(_labelled(start, reshaped.sheet), spread=reshaped.spread)
    return replace(reading, period=None) if reshaped.dated else reading


def _of_pair(labelled: Reading, pair: "Pair") -> Reading:
    event, size = _COLUMNS[pair.role]
    told: dict[str, Any] = {event: _name(pair.event), size: _name(pair.size)}
    if pair.upper is not None:
        told["upper"] = _name(pair.upper)
    if pair.level not in (None, 0.95):
        told["limits_level"] = pair.level
    if pair.blank_is_zero:
        told["zero"] = ("blank",)
    signed = all(text.endswith("%") for text in pair.event.texts if text)
    return replace(labelled, percent=pair.role == "percent" and not signed, **told)


def _labelled(start: Reading, sheet: "Sheet") -> Reading:
    """Add to a reading the columns of units and periods."""
    unit = sheet.unit
    return replace(
        start,
        unit=_name(unit.code) if unit else None,
        unit_name=_name(unit.name) if unit and unit.name else None,
        period=_name(sheet.period) if sheet.period else None,
    )


def _variants(start: Reading, sheet: "Sheet", pair: "Pair | None") -> list[Reading]:
    """Give the ways in which rows of a unit can be told apart: the whole of each, or each level."""
    if not sheet.apart:
        return [start]
    able = [each for each in sheet.apart if "," not in each.heading]
    wholes = {_name(each): _whole(each, pair) for each in able}
    only = tuple((name, (level,)) for name, level in wholes.items() if level)
    rest = tuple(name for name, level in wholes.items() if not level)
    every = replace(start, by=tuple(wholes))
    return [replace(start, only=only, by=rest), every] if only else [every]


def _whole(column: "Column", pair: "Pair | None") -> str | None:
    """Choose the level that is named as all others together, the largest if there are several."""
    from varstat.data.profile.suspicion import whole_names

    names = [name for name in whole_names(column) if "," not in name and "=" not in column.heading]
    if not names or pair is None:
        return names[0] if names else None
    values = pair.size.values
    return max(names, key=lambda name: float(values[column.texts == name].sum()))


def _measured(reading: Reading) -> str:
    """Name what a reading measures."""
    told = [name for each in MEASURED if (name := getattr(reading, each))]
    return " / ".join(told) if told else f"card {reading.card[0]}"


def _template(profile: "Profile", reading: Reading) -> Reading:
    sheet, start = profile.best, _start(profile, reading)
    return _of_shape(start, sheet.reshaped) if sheet.reshaped else _labelled(start, sheet)


def _name(column: "Column") -> str:
    return " ".join(column.heading.split())
