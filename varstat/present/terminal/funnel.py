"""What a person reads in a terminal: a table, one plain sentence, and what to mind."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from varstat.funnel.result import Funnel, Funnels
from varstat.present.beside import pair_up
from varstat.present.highlight import find_units
from varstat.present.terminal.columns import name_text, print_padded, set_columns
from varstat.present.terminal.notes import print_notes
from varstat.prose.number import probability_text
from varstat.prose.rate import style_of
from varstat.prose.text import clean

if TYPE_CHECKING:
    from varstat.estimands.verdict.result import Verdict, Verdicts

Marks = NDArray[np.bool_]
# Units shown; all of them go to a file or a pipe.
_MOST = 20
_MOST_FUNNELS = 60

__all__ = ["print_funnels", "print_notes"]


def print_funnels(
    funnels: Funnels,
    console: Console,
    *,
    highlight: Sequence[str] = (),
    verdicts: "Verdicts | None" = None,
) -> None:
    """Print the flagged units (of many funnels, the funnels) and the finding.

    Parameters
    ----------
    funnels : Funnels
    console : rich.console.Console
    highlight : sequence of str
        Units to print as well and to mark, by code or name.
    verdicts : Verdicts, optional
        Of these funnels.
    """
    marks = find_units(funnels, highlight)
    pairs = pair_up(funnels, verdicts)
    said = "" if verdicts is None else verdicts.summary()
    distrust, _, judged = said.rpartition("\n")
    if distrust:
        console.print(Text(clean(distrust), style="bold red"))
    title = clean(funnels[0].indicator)
    if len(funnels) == 1 and funnels[0].by:
        title += f": {clean(', '.join(funnels[0].by.values()))}"
    console.print(Text(title, style="bold"))
    if len(funnels) == 1:
        print_padded(console, _units_grid(*pairs[0], console.width, marks[0]))
        print_padded(console, *_left_out(funnels[0]))
    else:
        print_padded(console, _funnels_grid(pairs[:_MOST_FUNNELS], console.width))
        if len(funnels) > _MOST_FUNNELS:
            print_padded(console, Text(f"… and {len(funnels) - _MOST_FUNNELS} more funnels", "dim"))
    console.print()
    console.print(Text(" ".join(filter(None, [funnels.summary(), judged]))))


def _shown(funnel: Funnel) -> np.ndarray:
    """The flagged units, those furthest out first; without any, the five furthest out."""
    units = funnel.units
    # A p-value beyond the reach of double precision ties; z tells further out.
    order = np.lexsort((-np.abs(np.nan_to_num(units.z)), units.p_value))
    flagged = order[~np.isnan(units.flag_level[order])]
    return flagged[:_MOST] if flagged.size else order[:5]


def _units_grid(funnel: Funnel, verdict: "Verdict | None", width: int, marked: Marks) -> Grid:
    """The flagged and the marked units. Numbers are never cut: names and the least needed
    columns give way to them.
    """
    units, measure = funnel.units, funnel.measure
    flagged = _shown(funnel)
    rows = [*(i for i in np.flatnonzero(marked) if i not in flagged), *flagged]
    texts = {"unit": [name_text(units.unit[i]) + (" ◄" if marked[i] else "") for i in rows]}
    if any(name is not None for name in units.unit_name):
        texts["name"] = [name_text(units.unit_name[i]) for i in rows]
    numbers = {
        measure.event: [_event(funnel, i) for i in rows],
        measure.size: [_amount(units.size[i]) for i in rows],
        measure.rate: [_rate(funnel, units.rate[i]) for i in rows],
        "p": [_probability(units.p_value[i]) for i in rows],
        "q": [_probability(units.q_value[i]) for i in rows],
        "flag": [_flag(units.flag[i], units.flag_level[i]) for i in rows],
    }
    expendable = ["q", "p", "name", measure.size]
    if verdict is not None:
        numbers |= _judged(funnel, verdict, rows)
        expendable = ["q", "p", measure.size, measure.event, "name"]
    left = ("flag", "verdict")
    return set_columns(texts, numbers, width=width, expendable=expendable, left=left)


def _judged(funnel: Funnel, verdict: "Verdict", rows: Sequence[int]) -> dict[str, list[str]]:
    """The columns of the posterior."""
    style = style_of(
        funnel.measure, raw=funnel.units.rate, lower=verdict.lower, upper=verdict.upper
    )
    sign = f" {style.sign}" if style.sign else ""
    return {
        f"estimate{sign}\n({100 * verdict.level:.15g}%\ninterval)": [
            f"{style.text(verdict.estimate[i])} "
            f"({style.interval(verdict.lower[i], verdict.upper[i])})"
            for i in rows
        ],
        "P above\ntarget": [probability_text(verdict.p_above_target[i]) for i in rows],
        "verdict": [str(verdict.verdict[i]) for i in rows],
    }


def _left_out(funnel: Funnel) -> list[Text]:
    flagged = funnel.flagged()
    if flagged == 0:
        return [Text("No unit is flagged; these have the smallest p.", "dim")]
    if flagged > _MOST:
        return [Text(f"… and {flagged - _MOST} more flagged units", "dim")]
    return []


def _funnels_grid(pairs: "Sequence[tuple[Funnel, Verdict | None]]", width: int) -> Grid:
    shown = [funnel for funnel, _ in pairs]
    verdicts = [verdict for _, verdict in pairs if verdict is not None]
    level = shown[0].levels[-1]
    texts = {
        name_text(name): [name_text(funnel.by[name]) for funnel in shown] for name in shown[0].by
    }
    numbers = {
        "units": [f"{funnel.units.unit.size:,}" for funnel in shown],
        "target": [_rate(funnel, funnel.target) for funnel in shown],
        "phi": [_significant(funnel.phi) for funnel in shown],
        "tau": [_significant(funnel.tau) for funnel in shown],
        f"outside {100 * level:.15g}%": [f"{funnel.flagged(level):,}" for funnel in shown],
        "to expect": [f"{funnel.expected_false_flags[level]:.1f}" for funnel in shown],
    }
    if verdicts:
        numbers |= {
            "differ": [f"{verdict.count('differs'):,}" for verdict in verdicts],
            "checks": [
                "passed" if verdict.diagnostics.passed else "FAILED" for verdict in verdicts
            ],
        }
    expendable = ("phi", "tau", "target")
    return set_columns(texts, numbers, width=width, expendable=expendable, left=("checks",))


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
    return f"{100 * value:.1f}%" if funnel.measure.percent else f"{value:.4g}"


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
