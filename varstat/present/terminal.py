"""What a person reads in a terminal: a table, one plain sentence, and what to mind."""

import numpy as np
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from varstat.funnel.result import Funnel, Funnels
from varstat.present.text import clean, shorten

# Units shown; all of them go to a file or a pipe.
_MOST = 20
_MOST_FUNNELS = 60
_MOST_NOTES = 5


def print_funnels(funnels: Funnels, console: Console) -> None:
    """Print the flagged units (of many funnels, the funnels) and the finding.

    Parameters
    ----------
    funnels : Funnels
    console : rich.console.Console
    """
    console.print(Text(clean(funnels[0].indicator), style="bold"))
    if len(funnels) == 1:
        _print(console, _units_grid(funnels[0], console.width))
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
    told: dict[str, int] = {}
    for funnel in funnels:
        for caveat in funnel.warnings:
            told[caveat] = told.get(caveat, 0) + 1
    shown = list(told)[:_MOST_NOTES]
    for caveat in shown:
        times = f" ({told[caveat]} funnels)" if told[caveat] > 1 else ""
        console.print(Text(f"Note: {clean(caveat)}{times}"))
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


def _units_grid(funnel: Funnel, width: int) -> Grid:
    units, measure = funnel.units, funnel.measure
    grid = _grid()
    named = any(name is not None for name in units.unit_name)
    for title in ("unit", *(["name"] if named else [])):
        grid.add_column(title, no_wrap=True, overflow="ellipsis")
    for title in (measure.event, measure.size, measure.rate)[measure.event == measure.rate :]:
        grid.add_column(title, justify="right", no_wrap=True)
    for title in ("p", "q"):
        grid.add_column(title, justify="right", no_wrap=True)
    grid.add_column("flag", no_wrap=True)
    for i in _shown(funnel):
        name = [_cell(units.unit_name[i], 36 if width > 100 else 22)] if named else []
        event = [] if measure.event == measure.rate else [_event(funnel, i)]
        grid.add_row(
            _cell(units.unit[i], 14),
            *name,
            *event,
            _amount(units.size[i]),
            _rate(funnel, units.rate[i]),
            _probability(units.p_value[i]),
            _probability(units.q_value[i]),
            _flag(units.flag[i], units.flag_level[i]),
        )
    return grid


def _left_out(funnel: Funnel) -> list[Text]:
    flagged = funnel.flagged()
    if flagged == 0:
        return [Text("No unit is flagged; these lie furthest from the target.", "dim")]
    if flagged > _MOST:
        return [Text(f"… and {flagged - _MOST} more flagged units", "dim")]
    return []


def _funnels_grid(funnels: Funnels, width: int) -> Grid:
    level = funnels[0].levels[-1]
    numbers = ("units", "target", "phi", "tau", f"outside {100 * level:.10g}%", "expected")
    labels = list(funnels[0].by)
    # Numbers are never cut; names share the room that is left.
    shown = funnels[:_MOST_FUNNELS]
    rooms = _rooms(
        [max(map(len, (name, *(f.by[name] for f in shown)))) for name in labels], width - 56
    )
    grid = _grid()
    for name, room in zip(labels, rooms, strict=True):
        grid.add_column(_cell(name, room), no_wrap=True)
    for title in numbers:
        grid.add_column(title, justify="right", no_wrap=True)
    for funnel in shown:
        grid.add_row(
            *(_cell(funnel.by[name], room) for name, room in zip(labels, rooms, strict=True)),
            f"{funnel.units.unit.size:,}",
            _rate(funnel, funnel.target),
            _significant(funnel.phi),
            _significant(funnel.tau),
            f"{funnel.flagged(level):,}",
            f"{funnel.expected_false_flags[level]:.1f}",
        )
    return grid


def _rooms(needed: list[int], room: int) -> list[int]:
    """Share a line's room: who needs less than a fair share leaves the rest to the others."""
    given = dict.fromkeys(range(len(needed)), 0)
    for place, i in enumerate(sorted(given, key=lambda i: needed[i])):
        given[i] = max(min(needed[i], room // (len(needed) - place)), 4)
        room -= given[i] + 2
    return list(given.values())


def _cell(text: object, longest: int) -> Text:
    return Text("" if text is None else shorten(clean(str(text)), longest))


def _event(funnel: Funnel, i: int) -> str:
    units = funnel.units
    if np.isnan(units.event[i]):
        return f"{_amount(units.event_lower[i])} to {_amount(units.event_upper[i])}"
    return _amount(units.event[i])


def _amount(value: float) -> str:
    return f"{value:,.0f}" if value % 1 == 0 or value >= 1e5 else f"{value:,.4g}"


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
    return f"{'▲' if flag == 'high' else '▼'} {flag} {100 * level:.10g}%"
