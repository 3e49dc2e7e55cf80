"""League tables as a person reads them in a terminal; no rank without its interval."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from varstat.estimands.league.result import League, Leagues
from varstat.estimands.league.words import SURE, count_sure
from varstat.present.captions.league import rate_style, standing
from varstat.present.highlight import find_units
from varstat.present.terminal.columns import name_text, print_padded, set_columns
from varstat.prose.number import probability_text
from varstat.prose.rate import rank_interval, rank_text
from varstat.prose.text import clean
from varstat.prose.trust import say_distrust, say_distrust_of_many

Marks = NDArray[np.bool_]
Order = NDArray[np.intp]
# Units shown at most, and the best and worst of more; all of them go to a file or a pipe.
_MOST = 24
_ENDS = 8
_MOST_LEAGUES = 60


def print_leagues(leagues: Leagues, console: Console, *, highlight: Sequence[str] = ()) -> None:
    """Print the units, best first (of many tables, the tables), and what they show.

    Parameters
    ----------
    leagues : Leagues
    console : rich.console.Console
    highlight : sequence of str
        Units to print as well and to mark, by code or name.
    """
    marks = find_units(leagues.groups, highlight)
    first = leagues[0]
    one = len(leagues) == 1
    if one:
        _warn(console, say_distrust(first.diagnostics))
    title = clean(first.indicator)
    if one and first.by:
        title += f": {clean(', '.join(first.by.values()))}"
    if one:
        console.print(Text(title, style="bold"))
        print_padded(
            console, _units_grid(first, _shown(first, marks[0]), marks[0], width=console.width)
        )
        console.print()
        console.print(Text(clean(first.findings)))
        return
    _warn(console, say_distrust_of_many([each.diagnostics for each in leagues]))
    console.print(Text(title, style="bold"))
    print_padded(console, _leagues_grid(leagues, console.width))
    if len(leagues) > _MOST_LEAGUES:
        left = len(leagues) - _MOST_LEAGUES
        print_padded(console, Text(f"… and {left:,} more league tables", "dim"))
    _print_marked(leagues, marks, console)
    console.print()
    console.print(Text(clean(leagues.findings)))


def _warn(console: Console, distrust: str) -> None:
    if distrust:
        console.print(Text(clean(distrust), style="bold red"))


def _shown(league: League, marked: Marks) -> list[int | None]:
    """Choose the rows: all units, or the best, the worst and the marked; None where some lack."""
    order = standing(league)
    if order.size <= _MOST:
        return [int(i) for i in order]
    ends = np.isin(np.arange(order.size), [*range(_ENDS), *range(order.size - _ENDS, order.size)])
    places = np.flatnonzero(ends | marked[order])
    rows: list[int | None] = []
    before = -1
    for place in places.tolist():
        if place > before + 1:
            rows.append(None)
        rows.append(int(order[place]))
        before = place
    return rows


def _print_marked(leagues: Leagues, marks: list[Marks], console: Console) -> None:
    """Show what a reader asked for of each of many tables."""
    for league, mark in zip(leagues, marks, strict=True):
        if mark.any():
            console.print()
            console.print(Text(clean(", ".join(league.by.values())), style="bold"))
            rows = [int(i) for i in standing(league) if mark[i]]
            print_padded(console, _units_grid(league, rows, mark, width=console.width))


def _units_grid(league: League, index: Sequence[int | None], mark: Marks, *, width: int) -> Grid:
    """One row a unit, with a row of dots for None, where units are left out."""
    units, style, count = league.units, rate_style(league), league.units.unit.size

    def column(text: Callable[[int], str], gap: str = "") -> list[str]:
        return [gap if i is None else text(i) for i in index]

    texts = {
        "unit": column(lambda i: name_text(units.unit[i]) + (" ◄" if mark[i] else ""), gap="…")
    }
    if any(units.unit_name[i] is not None for i in index if i is not None):
        texts["name"] = column(lambda i: name_text(units.unit_name[i]))
    sign = f" {style.sign}" if style.sign else ""
    numbers = {
        f"raw{sign}": column(lambda i: style.text(units.raw[i]) or "–"),
        f"estimate{sign}\n({_level(league)}\ninterval)": column(
            lambda i: (
                f"{style.text(units.estimate[i])} "
                f"({style.interval(units.lower[i], units.upper[i])})"
            )
        ),
    }
    if league.rank_scope == "none":
        numbers["P above\ntarget"] = column(
            lambda i: probability_text(units.p_better_than_target[i])
        )
    else:
        numbers |= {
            "expected\nrank\n(interval)": column(
                lambda i: (
                    f"{rank_text(units.expected_rank[i], units=count)} "
                    f"({rank_interval(units.rank_lower[i], units.rank_upper[i])})"
                )
            ),
            "P best\nquarter": column(lambda i: probability_text(units.p_top_quartile[i])),
            "P worst\nquarter": column(lambda i: probability_text(units.p_bottom_quartile[i])),
            "tier": column(lambda i: str(units.tier[i])),
        }
    expendable = ("name", "tier", f"raw{sign}", "P worst\nquarter", "P best\nquarter")
    return set_columns(texts, numbers, width=width, expendable=expendable)


def _leagues_grid(leagues: Leagues, width: int) -> Grid:
    shown = leagues[:_MOST_LEAGUES]
    texts = {
        name_text(name): [name_text(league.by[name]) for league in shown] for name in shown[0].by
    }
    sure = [count_sure(league) for league in shown]
    ranked = [league.rank_scope != "none" for league in shown]
    styles = [rate_style(league) for league in shown]
    percent = f"{100 * SURE:g}%"
    sign = f" {styles[0].sign}" if styles[0].sign else ""
    numbers = {
        "units": [f"{league.units.unit.size:,}" for league in shown],
        f"target{sign}": [
            style.text(league.target) or "differs"
            for league, style in zip(shown, styles, strict=True)
        ],
        f"best quarter\n(P > {percent})": [
            f"{best:,}" if has else "" for (best, _), has in zip(sure, ranked, strict=True)
        ],
        f"worst quarter\n(P > {percent})": [
            f"{worst:,}" if has else "" for (_, worst), has in zip(sure, ranked, strict=True)
        ],
        "mis-\nclassified": [
            f"{league.misclassified:.2f}" if np.isfinite(league.misclassified) else ""
            for league in shown
        ],
        "checks": ["passed" if league.diagnostics.passed else "FAILED" for league in shown],
    }
    expendable = (f"target{sign}", "mis-\nclassified")
    return set_columns(texts, numbers, width=width, expendable=expendable, left=("checks",))


def _level(league: League) -> str:
    return f"{100 * league.level:.15g}%"
