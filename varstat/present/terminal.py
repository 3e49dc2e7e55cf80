"""What a person reads in a terminal: a table, one plain sentence, and what to mind."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from varstat.funnel.result import Funnel, Funnels
from varstat.present.highlight import find_units
from varstat.present.text import clean, is_blank, shorten

Marks = NDArray[np.bool_]
# Units shown; all of them go to a file or a pipe.
_MOST = 20
_MOST_FUNNELS = 60
_MOST_NOTES = 5
# The fewest letters to which a name is cut.
_SHORTEST = 8


def print_funnels(funnels: Funnels, console: Console, *, highlight: Sequence[str] = ()) -> None:
    """Print the flagged units (of many funnels, the funnels) and the finding.

    Parameters
    ----------
    funnels : Funnels
    console : rich.console.Console
    highlight : sequence of str
        Units to print as well and to mark, by code or name.
    """
    marks = find_units(funnels, highlight)
    title = clean(funnels[0].indicator)
    if len(funnels) == 1 and funnels[0].by:
        title += f": {clean(', '.join(funnels[0].by.values()))}"
    console.print(Text(title, style="bold"))
    if len(funnels) == 1:
        _print(console, _units_grid(funnels[0], console.width, marks[0]))
        _print(console, *_left_out(funnels[0]))
    else:
        _print(console, _funnels_grid(funnels, console.width))
        if len(funnels) > _MOST_FUNNELS:
            _print(console, Text(f"… and {len(funnels) - _MOST_FUNNELS} more funnels", "dim"))
    console.print()
    console.print(Text(funnels.summary()))


def print_notes(funnels: Funnels, console: Console) -> None:
    """Print what a reader must know: caveats, each once, and what became of the rows.

    Parameters
    ----------
    funnels : Funnels
    console : rich.console.Console
    """
    told: dict[str, list[str]] = {}
    for funnel in funnels:
        for caveat in funnel.warnings:
            told.setdefault(caveat, []).append(clean(", ".join(funnel.by.values())))
    shown = list(told)[:_MOST_NOTES]
    for caveat in shown:
        first, *others = told[caveat]
        of = f" ({len(others) + 1} funnels)" if others else f" ({first})" if first else ""
        console.print(Text(f"Note: {clean(caveat)}{of}"))
    if len(told) > len(shown):
        console.print(Text(f"Note: and {len(told) - len(shown)} more, in the JSON output."))
    console.print(Text(funnels.account.summary()))


def _print(console: Console, *what: RenderableType) -> None:
    for each in what:
        console.print(Padding(each, (0, 0, 0, 1)))


def _grid() -> Grid:
    return Grid(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))


def _shown(funnel: Funnel) -> np.ndarray:
    """The flagged units, those furthest out first; without any, the five furthest out."""
    units = funnel.units
    # A p-value beyond the reach of double precision ties; z tells further out.
    order = np.lexsort((-np.abs(np.nan_to_num(units.z)), units.p_value))
    flagged = order[~np.isnan(units.flag_level[order])]
    return flagged[:_MOST] if flagged.size else order[:5]


def _units_grid(funnel: Funnel, width: int, marked: Marks) -> Grid:
    """The flagged and the marked units. Numbers are never cut: names and the least needed
    columns give way to them.
    """
    units, measure = funnel.units, funnel.measure
    flagged = _shown(funnel)
    rows = [*(i for i in np.flatnonzero(marked) if i not in flagged), *flagged]
    texts = {"unit": [_name(units.unit[i]) + (" ◄" if marked[i] else "") for i in rows]}
    if any(name is not None for name in units.unit_name):
        texts["name"] = [_name(units.unit_name[i]) for i in rows]
    numbers = {
        measure.event: [_event(funnel, i) for i in rows],
        measure.size: [_amount(units.size[i]) for i in rows],
        measure.rate: [_rate(funnel, units.rate[i]) for i in rows],
        "p": [_probability(units.p_value[i]) for i in rows],
        "q": [_probability(units.q_value[i]) for i in rows],
        "flag": [_flag(units.flag[i], units.flag_level[i]) for i in rows],
    }
    for name in ("q", "p", "name", measure.size):
        least = sum(min(_widest(*each), _SHORTEST) + 2 for each in texts.items())
        if least + _needed(numbers) <= width - 1:
            break
        (texts if name in texts else numbers).pop(name, None)
    rooms = _rooms([_widest(*each) for each in texts.items()], width - 1 - _needed(numbers))
    grid = _grid()
    for name in texts:
        grid.add_column(name, no_wrap=True)
    for name in numbers:
        grid.add_column(name, justify="left" if name == "flag" else "right", no_wrap=True)
    for k in range(len(rows)):
        shown = (shorten(cells[k], room) for cells, room in zip(texts.values(), rooms, strict=True))
        grid.add_row(*map(Text, shown), *(cells[k] for cells in numbers.values()))
    return grid


def _widest(name: str, cells: list[str]) -> int:
    return max(map(len, (name, *cells)), default=len(name))


def _needed(columns: dict[str, list[str]]) -> int:
    return sum(_widest(*each) + 2 for each in columns.items())


def _left_out(funnel: Funnel) -> list[Text]:
    flagged = funnel.flagged()
    if flagged == 0:
        return [Text("No unit is flagged; these have the smallest p.", "dim")]
    if flagged > _MOST:
        return [Text(f"… and {flagged - _MOST} more flagged units", "dim")]
    return []


def _funnels_grid(funnels: Funnels, width: int) -> Grid:
    level = funnels[0].levels[-1]
    shown = funnels[:_MOST_FUNNELS]
    texts = {name: [_name(funnel.by[name]) for funnel in shown] for name in funnels[0].by}
    numbers = {
        "units": [f"{funnel.units.unit.size:,}" for funnel in shown],
        "target": [_rate(funnel, funnel.target) for funnel in shown],
        "phi": [_significant(funnel.phi) for funnel in shown],
        "tau": [_significant(funnel.tau) for funnel in shown],
        f"outside {100 * level:.15g}%": [f"{funnel.flagged(level):,}" for funnel in shown],
        "to expect": [f"{funnel.expected_false_flags[level]:.1f}" for funnel in shown],
    }
    for name in ("phi", "tau", "target"):
        if _SHORTEST * len(texts) + _needed(numbers) <= width - 1:
            break
        del numbers[name]
    rooms = _rooms([_widest(*each) for each in texts.items()], width - 1 - _needed(numbers))
    grid = _grid()
    for name, room in zip(texts, rooms, strict=True):
        grid.add_column(Text(shorten(_name(name), room)), no_wrap=True)
    for name in numbers:
        grid.add_column(name, justify="right", no_wrap=True)
    for k in range(len(shown)):
        cells = (shorten(cells[k], room) for cells, room in zip(texts.values(), rooms, strict=True))
        grid.add_row(*map(Text, cells), *(cells[k] for cells in numbers.values()))
    return grid


def _rooms(needed: list[int], room: int) -> list[int]:
    """Share a line's room: who needs less than a fair share leaves the rest to the others."""
    given = dict.fromkeys(range(len(needed)), 0)
    for place, i in enumerate(sorted(given, key=lambda i: needed[i])):
        given[i] = max(min(needed[i], room // (len(needed) - place) - 2), 4)
        room -= given[i] + 2
    return list(given.values())


def _name(text: object) -> str:
    return "" if is_blank(text) else clean(str(text))


def _event(funnel: Funnel, i: int) -> str:
    units = funnel.units
    if np.isnan(units.event[i]):
        return f"{_amount(units.event_lower[i])} to {_amount(units.event_upper[i])}"
    return _amount(units.event[i])


def _amount(value: float) -> str:
    return f"{value:,.0f}" if value % 1 == 0 or value >= 1000 else f"{value:,.4g}"


def _rate(funnel: Funnel, value: float) -> str:
    if np.isnan(value):
        return ""
    return f"{100 * value:.1f}%" if funnel.measure.name == "proportion" else f"{value:.4g}"


def _significant(value: float) -> str:
    if np.isnan(value):
        return ""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _probability(value: float) -> str:
    return "<0.0001" if value < 1e-4 else f"{value:.4f}" if value < 0.1 else f"{value:.2f}"


def _flag(flag: str | None, level: float) -> str:
    if flag is None:
        return ""
    return f"{'▲' if flag == 'high' else '▼'} {flag} {100 * level:.15g}%"
