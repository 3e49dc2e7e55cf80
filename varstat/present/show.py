"""Show results of any kind in a terminal: a table, and what it says in plain English."""

from collections.abc import Sequence, Set
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.text import Text

from varstat.present.caption import indicator_text
from varstat.present.highlight import Bools
from varstat.present.kind import Kind, Open, findings_of, open_results
from varstat.present.terminal.columns import print_columns, print_padded, set_block
from varstat.present.terminal.console import open_console
from varstat.present.terminal.grid import set_groups, set_units
from varstat.prose.text import clean, clean_lines
from varstat.results import Result, Results

if TYPE_CHECKING:
    from varstat.estimands.verdict.result import Verdicts


# Units of one group of several that stand out, and are listed below the table of groups.
_MOST_FOREMOST = 5


def show(
    results: "Result | Results[Any]",
    console: Console | None = None,
    *,
    highlight: Sequence[str] = (),
    verdicts: "Verdicts | None" = None,
) -> None:
    """Print a table of the units (of many groups, of the groups), and what it shows.

    Parameters
    ----------
    results : Result or Results
        A funnel, league table, opportunity, comparison or fit, or those of all groups.
    console : rich.console.Console, optional
        Standard output by default: the terminal, or a file or pipe, for which nothing is cut.
    highlight : sequence of str
        Units to print as well and to mark, by code or name.
    verdicts : Verdicts, optional
        Of these funnels, to stand beside their flags.

    Raises
    ------
    UsageError
        If no unit has a highlighted code or name.
    """
    console = console or open_console()
    opened = open_results(results, highlight=highlight, verdicts=verdicts)
    kind, groups = opened.kind, opened.groups
    if len(groups) > 1 and kind.groups:
        _show_groups(opened, console)
        return
    known: set[str] = set()
    for at, (each, mark) in enumerate(zip(groups[: kind.most], opened.marks, strict=False)):
        if at:
            console.print()
        known |= _show_one(kind, each, mark, console, known=known)
    if len(groups) > kind.most:
        console.print(_more(kind, len(groups)))


def _show_one(
    kind: Kind[Any, Any], result: Result, mark: Bools, console: Console, *, known: Set[str]
) -> set[str]:
    """Print one result, and give the columns that there was no room for."""
    _warn(result.distrust, console)
    group = clean(", ".join(result.by.values()))
    title = indicator_text(result)
    console.print(Text(f"{title}: {group}" if group else title, style="bold"))
    table, rows = kind.table(result), kind.shown(result, mark)
    fitted = set_units(kind.columns, table, rows, mark, width=console.width)
    print_columns(console, fitted, known=known)
    left_out = set(fitted.left_out)
    if left := kind.left(result, mark):
        print_padded(console, Text(left, "dim"))
    for block in kind.blocks(result):
        console.print()
        if block.title:
            console.print(Text(block.title, style="bold"))
        grid = set_block(
            block.texts, block.numbers, width=console.width, expendable=block.expendable
        )
        print_columns(console, grid, known=known | left_out, where="")
        left_out |= set(grid.left_out)
    console.print()
    console.print(Text(clean_lines(findings_of(result))))
    return left_out


def _show_groups(opened: Open, console: Console) -> None:
    """One row a group, and of each group the units that a reader asked for."""
    kind, groups = opened.kind, opened.groups
    _warn(opened.results.distrust, console)
    console.print(Text(kind.together or indicator_text(groups[0]), style="bold"))
    tables = [kind.table(each) for each in groups[: kind.most]]
    print_columns(console, set_groups(kind.groups, tables, width=console.width))
    if len(groups) > kind.most:
        print_padded(console, _more(kind, len(groups)))
    known: set[str] = set()
    for each, mark in zip(groups, opened.marks, strict=True):
        rows, left = _foremost(kind, each, mark)
        if rows:
            console.print()
            console.print(Text(clean(", ".join(each.by.values())), style="bold"))
            table = kind.table(each)
            fitted = set_units(kind.columns, table, rows, mark, width=console.width)
            print_columns(console, fitted, known=known)
            known |= set(fitted.left_out)
            if left:
                print_padded(console, Text(f"… and {left:,} more like them", "dim"))
    console.print()
    console.print(Text(clean_lines(findings_of(opened.results))))


def _foremost(kind: Kind[Any, Any], result: Result, mark: Bools) -> tuple[list[int], int]:
    """Choose the units of one group of several: the marked and the first few that stand out."""
    most = kind.foremost(result, mark)
    chosen = [i for i in kind.shown(result, mark) if i is not None and (mark | most)[i]]
    others = [i for i in chosen if not mark[i]]
    kept = set(others[:_MOST_FOREMOST])
    left = int(np.sum(most & ~mark)) - len(kept)
    return [i for i in chosen if mark[i] or i in kept], max(left, 0)


def _warn(distrust: str, console: Console) -> None:
    if distrust:
        console.print(Text(clean(distrust), style="bold red"))


def _more(kind: Kind[Any, Any], count: int) -> Text:
    return Text(f"… and {count - kind.most:,} more {kind.noun}", "dim")
