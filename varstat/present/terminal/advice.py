"""What a file seems to hold and what to type next, as a terminal shows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from varstat.period.parts import part_names
from varstat.present.terminal.columns import print_padded, set_columns
from varstat.prose.text import clean, shorten

if TYPE_CHECKING:
    from varstat.analysis.suggest import Advice
    from varstat.data.profile.column import Column
    from varstat.data.profile.profile import Profile
    from varstat.data.profile.sheet import Sheet
    from varstat.data.shape.heading_period import Family

_MOST_COLUMNS, _MOST_SHEETS, _MOST_LEVELS = 60, 20, 5
_LONGEST = 60
# What stands beside a heading however long that is.
_STAY = ("kind", "taken for")


def print_advice(
    advice: "Advice",
    console: Console,
    *,
    commands: Sequence[str],
    begun: str,
    uses: Sequence[str],
) -> None:
    """Print the columns of a file, what is suspicious, and the commands to type next.

    Parameters
    ----------
    advice : Advice
    console : rich.console.Console
    commands : sequence of str
        One a suggestion, ready to be pasted.
    begun : str
        Of a command, what is known.
    uses : sequence of str
        Options by which another file's analysis takes columns from this one.
    """
    profile, sheet = advice.profile, advice.profile.best
    _print_sheets(profile, console)
    _print_columns(profile, sheet, console)
    _print_list("Notes:", [*profile.notes, *sheet.suspicious], console)
    if advice.account is not None:
        console.print()
        console.print(Text(advice.account.summary(sums=True)))
    console.print()
    if commands:
        _print_commands(advice, console, commands)
        return
    if advice.nature is not None:
        _print_nature(advice.nature, uses, console)
        if not any(each.numeric for each in sheet.meant.columns):
            return
    _print_list("Not known, or in the way:", advice.missing, console)
    _print_list("Cards that name these columns:", [each.name for each in sheet.cards], console)
    console.print()
    first = "If it does hold rates, the" if advice.nature is not None else "The"
    console.print(Text(f"{first} command begins:", style="bold"))
    _print_plain(begun, console)
    _print_list("and goes on, by the file's own headings, with:", list(_needed(sheet)), console)


def _print_nature(nature: str, uses: Sequence[str], console: Console) -> None:
    """Say what kind of file this is, and what it can be used for."""
    print_padded(console, Text(clean(nature), style="bold"))
    if uses:
        console.print(Text("To the command for another file, one of counts, can be added:"))
    for each in uses:
        _print_plain(f"    {each}", console)


def _needed(sheet: "Sheet") -> Iterator[str]:
    """Say in plain words what a command needs."""
    if sheet.meant.unit is None:
        yield "--unit and the column that says whose counts a row holds"
    yield (
        "--numerator and the column of events, --denominator and that of what they are out of; "
        "or --observed, with --expected or --exposure; or --value, with --se"
    )


def _print_sheets(profile: "Profile", console: Console) -> None:
    if len(profile.sheets) < 2:
        return
    console.print(Text(f"{profile.source}: {len(profile.sheets)} sheets", style="bold"))
    for each in profile.sheets[:_MOST_SHEETS]:
        hidden = ", hidden" if each.hidden else ""
        guess = " ← the best guess" if each is profile.best else ""
        size = f"{each.rows:,} rows, {each.width:,} columns"
        console.print(Text(f"  {clean(each.name or '')} ({size}{hidden}){guess}"))
    if len(profile.sheets) > _MOST_SHEETS:
        console.print(Text(f"  … and {len(profile.sheets) - _MOST_SHEETS} more", "dim"))
    console.print()


def _print_columns(profile: "Profile", sheet: "Sheet", console: Console) -> None:
    where = profile.source if len(profile.sheets) < 2 else f"sheet {clean(sheet.name or '')}"
    top = sheet.header
    at = f", header on row {top.row + top.first_row}" if top is not None and top.row > 0 else ""
    title = f"{where}: {sheet.rows:,} rows, {sheet.width:,} columns{at}"
    console.print(Text(title, style="bold"))
    lines = _lines(sheet)
    shown = lines[:_MOST_COLUMNS]
    if not shown:
        return
    parts = _parts(sheet)
    headings = [clean(line.heading) or f"(column {line.column.place + 1})" for line in shown]
    numbers: dict[str, list[str]] = {
        "kind": [line.column.kind for line in shown],
        "taken for": [parts.get(line.heading, "") for line in shown],
        "distinct": [f"{line.column.distinct:,}" for line in shown],
        "blank": [f"{line.column.missing:,}" if line.column.missing else "" for line in shown],
    }
    numbers = {name: cells for name, cells in numbers.items() if any(cells)}
    stay = {name: cells for name, cells in numbers.items() if name in _STAY}
    beside = sum(max(map(len, (name, *cells))) + 2 for name, cells in stay.items())
    room = max(console.width - beside - 3, 24)
    texts: dict[str, list[str]] = {"column": [shorten(each, 3 * room) for each in headings]}
    # Headings are never cut while something else could go; then they go on in the next line.
    fit = max(map(len, texts["column"])) <= room
    if fit:
        texts["values"] = [line.say_values() for line in shown]
    else:
        numbers = stay
    grid = set_columns(
        {name: cells for name, cells in texts.items() if any(cells)},
        numbers,
        width=console.width,
        expendable=("blank", "values", "distinct"),
        left=_STAY,
        whole=("column",) if fit else (),
        wrapped=() if fit else ("column",),
    )
    print_padded(console, grid.grid)
    if len(lines) > _MOST_COLUMNS:
        more = sheet.width - sum(line.columns for line in shown)
        print_padded(console, Text(f"… and {more:,} more; --format json has them", "dim"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Line:
    """A column of a sheet as one line, or the columns that differ by their period alone."""

    heading: str
    column: "Column"
    family: "Family | None" = None

    @property
    def columns(self) -> int:
        return len(self.family.places) if self.family else 1

    def say_values(self) -> str:
        if self.family is None:
            return _say_values(self.column)
        labels = self.family.labels
        return f"{len(labels)} periods, {clean(labels[0])} to {clean(labels[-1])}"


def _lines(sheet: "Sheet") -> list[_Line]:
    """Give a line for each column, one for all of a family where its first stands."""
    melted = {each.heading: each for each in sheet.meant.columns}
    families = {place: family for family in sheet.families for place in family.places}
    lines = []
    for each in sheet.columns:
        family = families.get(each.place)
        if family is None:
            lines.append(_Line(heading=each.heading, column=each))
        elif each.place == family.places[0]:
            column = melted.get(family.pattern, each)
            lines.append(_Line(heading=family.pattern, column=column, family=family))
    return lines


def _parts(sheet: "Sheet") -> dict[str, str]:
    """Say of which columns something is guessed, by their headings."""
    parts: dict[str, str] = {}
    spread = (sheet.reshaped and sheet.reshaped.spread) or ""
    for each in sheet.columns if spread else ():
        if spread.startswith(f"{each.heading}:"):
            parts[each.heading] = "names of measures"
        elif spread.endswith(f":{each.heading}"):
            parts[each.heading] = "their values"
    sheet = sheet.meant
    for each in sheet.apart:
        parts[each.heading] = "tells rows apart"
    if sheet.pairs:
        pair = sheet.pairs[0]
        event, size = {
            "proportion": ("numerator", "denominator"),
            "ratio": ("observed", "expected"),
            "rate": ("observed", "exposure"),
            "mean": ("value", "se"),
            "percent": ("numerator", "denominator"),
            "limits": ("value", "lower"),
        }[pair.role]
        parts |= {pair.event.heading: event, pair.size.heading: size}
        if pair.upper is not None:
            parts[pair.upper.heading] = "upper"
    if sheet.period is not None:
        parts |= dict.fromkeys(part_names(sheet.period.heading), "period")
        parts[sheet.period.heading] = "period"
    if sheet.unit is not None:
        parts[sheet.unit.code.heading] = "unit"
        if sheet.unit.name is not None:
            parts[sheet.unit.name.heading] = "unit name"
    return parts


def _say_values(column: "Column") -> str:
    """Say which values a column has, where they are no record's own."""
    if column.span is not None:
        first, last = map(clean, column.span)
        return first if first == last else f"{first} to {last}"
    levels = [clean(level) for level, _ in column.levels[:_MOST_LEVELS]]
    more = ", …" if levels and column.distinct > len(levels) else ""
    return ", ".join(shorten(level, _LONGEST) for level in levels) + more


def _print_commands(advice: "Advice", console: Console, commands: Sequence[str]) -> None:
    one = len(commands) == 1
    console.print(Text("Type next:" if one else "Type next, whichever is meant:", style="bold"))
    for suggestion, command in zip(advice.suggestions, commands, strict=True):
        account = suggestion.account
        kept = f"{account.rows_kept:,} of {account.rows_read:,} rows, {account.units:,} units"
        console.print()
        lines = [f"{clean(suggestion.why)}; {kept}", *_excluded(suggestion.account)]
        if suggestion.caution:
            lines.append(f"without --lenient: {clean(suggestion.caution)}")
        for line in lines:
            print_padded(console, Text(line, "dim"), before="# ")
        _print_plain(command, console)


def _excluded(account: object) -> Iterator[str]:
    for each in getattr(account, "exclusions", ()):
        yield clean(f"left out: {each.rows:,} × {each.reason}")


def _print_list(title: str, lines: Sequence[str], console: Console) -> None:
    if not lines:
        return
    console.print(Text(title, style="bold"))
    for line in lines:
        print_padded(console, Text(f"- {clean(line)}"))


def _print_plain(command: str, console: Console) -> None:
    """Print a command as it is: a line that a terminal breaks can't be pasted."""
    console.print(Text(command), soft_wrap=True)
