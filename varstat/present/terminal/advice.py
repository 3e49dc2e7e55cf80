"""What a file seems to hold and what to type next, as a terminal shows it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from varstat.present.terminal.columns import print_padded, set_columns
from varstat.prose.text import clean, shorten

if TYPE_CHECKING:
    from varstat.analysis.suggest import Advice
    from varstat.data.profile.column import Column
    from varstat.data.profile.profile import Profile, Sheet

_MOST_COLUMNS, _MOST_SHEETS, _MOST_LEVELS = 60, 20, 5
_LONGEST = 60
# Room for what stands beside a heading, without examples of values.
_BESIDE = 44


def print_advice(
    advice: "Advice", console: Console, *, commands: Sequence[str], template: str
) -> None:
    """Print the columns of a file, what is suspicious, and the commands to type next.

    Parameters
    ----------
    advice : Advice
    console : rich.console.Console
    commands : sequence of str
        One a suggestion, ready to be pasted.
    template : str
        Likewise, with what is missing in capitals.
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
    _print_list("Not known, or in the way:", advice.missing, console)
    _print_list("Cards that name these columns:", [each.name for each in sheet.cards], console)
    console.print(Text("Fill in what stands in capitals, and type:", style="bold"))
    _print_plain(template, console)


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
    shown = sheet.columns[:_MOST_COLUMNS]
    if not shown:
        return
    parts = _parts(sheet)
    headings = [clean(each.heading) or f"(column {each.place + 1})" for each in shown]
    texts: dict[str, list[str]] = {
        "column": [shorten(heading, max(console.width - _BESIDE, 24)) for heading in headings],
        "values": [_say_values(each) for each in shown],
    }
    numbers: dict[str, list[str]] = {
        "kind": [each.kind for each in shown],
        "taken for": [parts.get(each.place, "") for each in shown],
        "distinct": [f"{each.distinct:,}" for each in shown],
        "blank": [f"{each.missing:,}" if each.missing else "" for each in shown],
    }
    numbers = {name: cells for name, cells in numbers.items() if any(cells)}
    grid = set_columns(
        {name: cells for name, cells in texts.items() if any(cells)},
        numbers,
        width=console.width,
        expendable=("blank", "values", "distinct"),
        left=("kind", "taken for"),
        whole=("column",),
    )
    print_padded(console, grid.grid)
    if sheet.width > _MOST_COLUMNS:
        more = sheet.width - _MOST_COLUMNS
        print_padded(console, Text(f"… and {more:,} more; --format json has them", "dim"))


def _parts(sheet: "Sheet") -> dict[int, str]:
    """Say of which columns something is guessed, by their places."""
    parts: dict[int, str] = {}
    for each in sheet.apart:
        parts[each.place] = "tells rows apart"
    if sheet.pairs:
        pair = sheet.pairs[0]
        event, size = {
            "proportion": ("numerator", "denominator"),
            "ratio": ("observed", "expected"),
            "rate": ("observed", "exposure"),
            "mean": ("value", "se"),
        }[pair.role]
        parts |= {pair.event.place: event, pair.size.place: size}
    if sheet.period is not None:
        parts[sheet.period.place] = "period"
    if sheet.unit is not None:
        parts[sheet.unit.code.place] = "unit"
        if sheet.unit.name is not None:
            parts[sheet.unit.name.place] = "unit name"
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
        console.print(Text(f"# {clean(suggestion.why)}; {kept}", "dim"), soft_wrap=True)
        for line in _excluded(suggestion.account):
            console.print(Text(f"# {line}", "dim"), soft_wrap=True)
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
