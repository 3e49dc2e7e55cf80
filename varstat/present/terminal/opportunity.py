"""Opportunities as a person reads them in a terminal; no figure without its interval."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from varstat.estimands.opportunity.result import Opportunities, Opportunity
from varstat.present.highlight import find_units
from varstat.present.terminal.columns import name_text, print_padded, set_columns
from varstat.prose.number import figure, percent, probability_text
from varstat.prose.rate import style_of
from varstat.prose.text import clean
from varstat.prose.trust import say_distrust, say_distrust_of_many

Marks = NDArray[np.bool_]
# Units shown, the largest first, and of those that can't be compared; groups; subtotals.
_MOST, _MOST_APART = 20, 8
_MOST_GROUPS = 60
_SHORT = 30
_NAMES = {
    "published": "published",
    "chance": "chance",
    "casemix": "case-mix",
    "peer_group": "peer group",
    "remaining": "remaining",
}


def print_opportunities(
    opportunities: Opportunities, console: Console, *, highlight: Sequence[str] = ()
) -> None:
    """Print the units, the largest opportunity first (of many groups, the groups).

    Parameters
    ----------
    opportunities : Opportunities
    console : rich.console.Console
    highlight : sequence of str
        Units to print as well and to mark, by code or name.
    """
    marks = find_units(opportunities.groups, highlight)
    first = opportunities[0]
    if len(opportunities) == 1:
        _warn(console, say_distrust(first.diagnostics))
        title = clean(first.indicator)
        if first.by:
            title += f": {clean(', '.join(first.by.values()))}"
        console.print(Text(title, style="bold"))
        print_padded(console, _units_grid(first, marks[0], width=console.width))
        _say_left(first, marks[0], console)
        _print_parts(first, console)
        _print_periods(first, console)
        console.print()
        console.print(Text(clean(first.findings)))
        return
    _warn(console, say_distrust_of_many([each.diagnostics for each in opportunities]))
    console.print(Text("Opportunity", style="bold"))
    print_padded(console, _groups_grid(opportunities, console.width))
    if len(opportunities) > _MOST_GROUPS:
        left = len(opportunities) - _MOST_GROUPS
        print_padded(console, Text(f"… and {left:,} more", "dim"))
    for each, mark in zip(opportunities, marks, strict=True):
        if mark.any():
            console.print()
            console.print(Text(clean(", ".join(each.by.values())), style="bold"))
            print_padded(console, _units_grid(each, mark, width=console.width, only=True))
    console.print()
    console.print(Text(clean(opportunities.findings)))


def _warn(console: Console, distrust: str) -> None:
    if distrust:
        console.print(Text(clean(distrust), style="bold red"))


def _shown(opportunity: Opportunity, marked: Marks, *, only: bool) -> list[int]:
    if only:
        return [int(i) for i in np.flatnonzero(marked)]
    carries = np.isfinite(opportunity.units.estimate)
    first = np.flatnonzero(carries)[:_MOST]
    apart = np.flatnonzero(~carries)[:_MOST_APART]
    return [int(i) for i in np.union1d(np.union1d(first, apart), np.flatnonzero(marked))]


def _units_grid(opportunity: Opportunity, mark: Marks, *, width: int, only: bool = False) -> Grid:
    units = opportunity.units
    index = _shown(opportunity, mark, only=only)
    style = style_of(
        opportunity.measure,
        raw=units.raw,
        lower=np.minimum(units.rate, units.target),
        upper=np.maximum(units.rate, units.target),
    )

    def column(text: Callable[[int], str]) -> list[str]:
        return [text(i) for i in index]

    texts = {"unit": column(lambda i: name_text(units.unit[i]) + (" ◄" if mark[i] else ""))}
    if any(units.unit_name[i] is not None for i in index):
        texts["name"] = column(lambda i: name_text(units.unit_name[i]))
    sign = f" {style.sign}" if style.sign else ""
    numbers = {
        f"raw{sign}": column(lambda i: style.text(units.raw[i]) or "–"),
        f"target{sign}": column(lambda i: style.text(units.target[i]) or "–"),
        f"opportunity\n({percent(opportunity.level)} interval)": column(
            lambda i: (
                f"{figure(units.estimate[i])} ({figure(units.lower[i])}–{figure(units.upper[i])})"
                if np.isfinite(units.estimate[i])
                else "not comparable"
            )
        ),
        "published": column(lambda i: figure(units.published[i])),
        "if all\nalike": column(lambda i: figure(units.chance_expected[i])),
        "reli-\nability": column(lambda i: f"{units.reliability[i]:.2f}"),
    }
    if opportunity.model.get("strata"):
        numbers["compar-\nability"] = column(lambda i: f"{100 * units.comparability[i]:.0f}%")
    if np.isfinite(opportunity.materiality):
        numbers[f"P of {opportunity.materiality:,.15g}\nor more"] = column(
            lambda i: probability_text(units.p_material[i]) or "–"
        )
    expendable = ("name", "reli-\nability", f"target{sign}", "if all\nalike", f"raw{sign}")
    return set_columns(texts, numbers, width=width, expendable=expendable)


def _say_left(opportunity: Opportunity, mark: Marks, console: Console) -> None:
    units = opportunity.units
    shown = np.zeros(units.unit.size, dtype=np.bool_)
    shown[_shown(opportunity, mark, only=False)] = True
    left = int(np.sum(~shown))
    if left:
        rest = figure(float(np.nansum(units.estimate[~shown])))
        print_padded(console, Text(f"… and {left:,} more units, with {rest} in all", "dim"))


def _print_parts(opportunity: Opportunity, console: Console) -> None:
    """The waterfall of all units, and of each peer group where there are some."""
    fall = opportunity.waterfall

    def parts(
        estimate: Sequence[float], lower: Sequence[float], upper: Sequence[float]
    ) -> list[str]:
        return [
            figure(value) if low == high else f"{figure(value)} ({figure(low)} to {figure(high)})"
            for value, low, high in zip(estimate, lower, upper, strict=True)
        ]

    console.print()
    console.print(Text("What the published figure is made of", style="bold"))
    names = [_NAMES[name] for name in fall.component]
    if opportunity.model.get("strata"):
        # What is published with strata is standardised already.
        names[0] = "crude rates"
    grid = set_columns(
        {"part": names},
        {
            f"all units\n({percent(fall.level)} interval)": parts(
                fall.estimate.tolist(), fall.lower.tolist(), fall.upper.tolist()
            )
        },
        width=console.width,
        expendable=(),
    )
    print_padded(console, grid)
    if not fall.subtotal:
        return
    console.print()
    texts = {"units of": [name_text(name) for name in fall.subtotal]}
    numbers = {"units": [f"{count:,}" for count in fall.subtotal_units.tolist()]}
    for row, name in enumerate(names):
        numbers[name] = [figure(value) for value in fall.subtotal_estimate[row].tolist()]
    last = [
        f"{figure(low)} to {figure(high)}"
        for low, high in zip(
            fall.subtotal_lower[-1].tolist(), fall.subtotal_upper[-1].tolist(), strict=True
        )
    ]
    numbers[f"{percent(fall.level)} interval"] = last
    print_padded(
        console,
        set_columns(
            texts, numbers, width=console.width, expendable=("chance", "units", "published")
        ),
    )


def _print_periods(opportunity: Opportunity, console: Console) -> None:
    periods = opportunity.periods
    if periods is None:
        return
    console.print()
    numbers = {
        f"opportunity\n({percent(periods.level)} interval)": [
            f"{figure(value)} ({figure(low)} to {figure(high)})"
            for value, low, high in zip(
                periods.estimate.tolist(),
                periods.lower.tolist(),
                periods.upper.tolist(),
                strict=True,
            )
        ],
        "published": [figure(value) for value in periods.published.tolist()],
    }
    grid = set_columns(
        {"period": [name_text(name) for name in periods.period]},
        numbers,
        width=console.width,
        expendable=(),
    )
    print_padded(console, grid)


def _groups_grid(opportunities: Opportunities, width: int) -> Grid:
    shown = opportunities[:_MOST_GROUPS]
    texts = {}
    for name in ("indicator", "source"):
        if len({getattr(each, name) for each in opportunities}) > 1:
            texts[name] = [name_text(getattr(each, name)) for each in shown]
    for name in dict.fromkeys(name for each in shown for name in each.by):
        texts[name_text(name)] = [name_text(each.by.get(name)) for each in shown]
    totals = [each.total for each in shown]
    # Short labels, as of periods, differ at their end, and are never cut.
    short = [name for name, cells in texts.items() if max(map(len, cells)) <= _SHORT]
    numbers = {name: texts.pop(name) for name in short} | {
        "units": [f"{each.units.unit.size:,}" for each in shown],
        f"opportunity\n({percent(shown[0].level)} interval)": [
            f"{figure(total.estimate)} ({figure(total.lower)}–{figure(total.upper)})"
            for total in totals
        ],
        "published": [figure(total.published) for total in totals],
        "if all\nalike": [figure(total.chance_expected) for total in totals],
        "checks": ["passed" if each.diagnostics.passed else "FAILED" for each in shown],
    }
    if all(each.money is not None for each in shown):
        costs = [each.money.unit_cost for each in shown if each.money is not None]
        numbers["money"] = [
            figure(cost * total.estimate) for cost, total in zip(costs, totals, strict=True)
        ]
    return set_columns(
        texts, numbers, width=width, expendable=("units", "if all\nalike"), left=(*short, "checks")
    )
