"""Comparisons of two units as a person reads them in a terminal."""

import numpy as np
from rich.console import Console
from rich.text import Text

from varstat.estimands.comparison.result import Comparison, Comparisons
from varstat.present.terminal.columns import name_text, print_padded, set_columns
from varstat.prose.rate import style_of
from varstat.prose.text import clean, shorten
from varstat.prose.trust import say_distrust

_MOST = 20
_PARTS = {
    "raw": "raw difference",
    "chance": "chance",
    "casemix": "case-mix",
    "peer_group": "peer group",
    "remaining": "remaining",
}


def print_comparisons(comparisons: Comparisons, console: Console) -> None:
    """Print both units' rates, what their gulf is made of, and what that says.

    Parameters
    ----------
    comparisons : Comparisons
    console : rich.console.Console
    """
    for at, each in enumerate(comparisons[:_MOST]):
        if at:
            console.print()
        _print(each, console)
    if len(comparisons) > _MOST:
        console.print(Text(f"… and {len(comparisons) - _MOST:,} more groups", "dim"))


def _print(comparison: Comparison, console: Console) -> None:
    if distrust := say_distrust(comparison.diagnostics):
        console.print(Text(clean(distrust), style="bold red"))
    title = clean(comparison.indicator)
    if comparison.by:
        title += f": {clean(', '.join(comparison.by.values()))}"
    console.print(Text(title, style="bold"))
    style = style_of(
        comparison.measure, raw=comparison.raw, lower=comparison.lower, upper=comparison.upper
    )
    sign = f" {style.sign}" if style.sign else ""
    level = f"{100 * comparison.level:.15g}%"
    texts = {"unit": [name_text(unit) for unit in comparison.unit]}
    if any(comparison.unit_name):
        texts["name"] = [name_text(name) for name in comparison.unit_name]
    if any(comparison.peer_group):
        texts["peer group"] = [name_text(group) for group in comparison.peer_group]
    numbers = {
        f"raw{sign}": [style.text(rate) or "–" for rate in comparison.raw],
        f"estimate{sign} ({level} interval)": [
            f"{style.text(rate)} ({style.interval(low, high)})"
            for rate, low, high in zip(
                comparison.estimate, comparison.lower, comparison.upper, strict=True
            )
        ],
    }
    grid = set_columns(texts, numbers, width=console.width, expendable=("name", "peer group"))
    print_padded(console, grid)
    console.print()
    shown = np.isfinite(comparison.part)
    who = " less\n".join(shorten(clean(unit), 16) for unit in comparison.unit)
    grid = set_columns(
        {"part": [_PARTS[name] for name in comparison.component]},
        {
            f"{who}{sign}\n({level} interval)": [
                f"{style.text(value)} ({style.text(low)} to {style.text(high)})" if known else "–"
                for value, low, high, known in zip(
                    comparison.part,
                    comparison.part_lower,
                    comparison.part_upper,
                    shown,
                    strict=True,
                )
            ]
        },
        width=console.width,
        expendable=(),
    )
    print_padded(console, grid)
    console.print()
    console.print(Text(clean(comparison.findings)))
