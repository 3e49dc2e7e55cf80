"""Fits as people and machines see them: hyper-parameters, the engine, and how far to trust it."""

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd
from rich.console import Console
from rich.text import Text

from varstat.hierarchical.posterior import Fits, Posterior, summarise_hyper
from varstat.present.content import records, state_checks
from varstat.present.terminal.columns import name_text, print_padded, set_columns
from varstat.prose.text import clean

_LEVEL = 0.95
# Hyper-parameters and groups shown; all of them go to a file or a pipe.
_MOST = 40
_MOST_GROUPS = 20


def fits_frame(fits: Fits, *, level: float = _LEVEL) -> pd.DataFrame:
    """Tabulate the hyper-parameters, one row each.

    Parameters
    ----------
    fits : Fits
    level : float
        Of the intervals, in (0, 1).

    Returns
    -------
    DataFrame
        The group's by columns, then `name, mean, sd, lower, upper, level, mcse`.
    """
    frames = []
    for posterior in fits:
        frame = summarise_hyper(posterior, level=level).to_frame()
        group = {name: [value] * len(frame) for name, value in posterior.by.items()}
        frames.append(pd.DataFrame(group | {name: frame[name] for name in frame}))
    return pd.concat(frames, ignore_index=True)


def fits_json(fits: Fits, *, level: float = _LEVEL) -> bytes:
    """Make JSON: one object a group under `fits`; of a single one, its keys on top as well.

    Parameters
    ----------
    fits : Fits
    level : float
        Of the intervals, in (0, 1).

    Returns
    -------
    bytes
        Missing is null.
    """
    origin = {"account": fits.account.to_dict(), "provenance": fits.provenance.to_dict()}
    objects = [_object(posterior, level) | origin for posterior in fits]
    whole = (objects[0] if len(objects) == 1 else origin) | {"fits": objects}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _object(posterior: Posterior, level: float) -> dict[str, Any]:
    design, checks = posterior.design, posterior.diagnostics
    return {
        "indicator": posterior.indicator,
        "measure": design.measure.name,
        "direction": design.direction,
        "by": posterior.by,
        "likelihood": design.likelihood,
        "effects": design.effects.name,
        "units": design.units,
        "rows": design.rows,
        "engine": posterior.engine,
        "seed": posterior.seed,
        "draws": posterior.draws,
        "chains": posterior.chains,
        "diagnostics": state_checks(checks),
        "level": level,
        "hyperparameters": records(summarise_hyper(posterior, level=level).to_frame()),
        "notes": list(design.notes),
    }


def print_fits(fits: Fits, console: Console, *, level: float = _LEVEL) -> None:
    """Print each group's hyper-parameters, then the engine and what was checked.

    Parameters
    ----------
    fits : Fits
    console : rich.console.Console
    level : float
        Of the intervals, in (0, 1).
    """
    for at, posterior in enumerate(fits[:_MOST_GROUPS]):
        if at:
            console.print()
        _print_fit(posterior, console, level)
    if len(fits) > _MOST_GROUPS:
        console.print(Text(f"… and {len(fits) - _MOST_GROUPS} more groups", "dim"))


def print_fit_notes(fits: Fits, console: Console) -> None:
    """Print what a reader must know of the models, each once, and what became of the rows.

    Parameters
    ----------
    fits : Fits
    console : rich.console.Console
    """
    for note in dict.fromkeys(note for posterior in fits for note in posterior.design.notes):
        console.print(Text(f"Note: {clean(note)}"))
    console.print(Text(fits.account.summary()))


def say_fits(fits: Fits) -> str:
    """Say how many models were fitted, of what, and whether they passed their checks.

    Parameters
    ----------
    fits : Fits

    Returns
    -------
    str
    """
    if len(fits) == 1:
        return " ".join(_sentences(fits[0]))
    failed = sum(not posterior.diagnostics.passed for posterior in fits)
    units = sum(posterior.design.units for posterior in fits)
    checked = f"{failed} of them failed their checks" if failed else "all passed their checks"
    return f"{len(fits)} models fitted, of {units:,} units in all; {checked}."


def _print_fit(posterior: Posterior, console: Console, level: float) -> None:
    title = clean(posterior.indicator)
    if posterior.by:
        title += f": {clean(', '.join(posterior.by.values()))}"
    console.print(Text(title, style="bold"))
    frame = summarise_hyper(posterior, level=level).to_frame()
    shown = frame.iloc[:_MOST]
    grid = set_columns(
        {"hyper-parameter": [name_text(name) for name in shown["name"]]},
        {
            "mean": _figures(shown["mean"]),
            "SD": _figures(shown["sd"]),
            f"{100 * level:.15g}% interval": [
                f"{_figure(low)} to {_figure(high)}"
                for low, high in zip(shown["lower"], shown["upper"], strict=True)
            ],
            "MC error": ["none" if error == 0 else _figure(error) for error in shown["mcse"]],
        },
        width=console.width,
        expendable=("MC error", "SD"),
    )
    print_padded(console, grid)
    if len(frame) > _MOST:
        print_padded(console, Text(f"… and {len(frame) - _MOST} more", "dim"))
    console.print()
    console.print(Text("\n".join(_sentences(posterior))))


def _figures(values: Iterable[float]) -> list[str]:
    return [_figure(value) for value in values]


def _figure(value: float) -> str:
    return f"{value:.4g}"


def _sentences(posterior: Posterior) -> Iterator[str]:
    design, checks = posterior.design, posterior.diagnostics
    rows = "" if design.single else f" in {design.rows:,} rows"
    yield (
        f"{posterior.draws:,} draws by {posterior.engine} for {design.units:,} "
        f"unit{'' if design.units == 1 else 's'}{rows}: {design.likelihood} with "
        f"{design.effects.name} effects."
    )
    if checks.passed:
        told = _checked(posterior)
        yield f"The checks found nothing against it{f' ({told})' if told else ''}."
    else:
        yield "NOT TO BE TRUSTED: this posterior failed its checks."
        yield from checks.problems


def _checked(posterior: Posterior) -> str:
    checks = posterior.diagnostics
    told = []
    if not math.isnan(checks.r_hat):
        told.append(f"R-hat at most {checks.r_hat:.3f}")
    if not math.isnan(checks.ess_bulk):
        told.append(f"worth {checks.ess_bulk:,.0f} independent draws")
    if not math.isnan(checks.pareto_k):
        told.append(f"Pareto k {checks.pareto_k:.2f}")
    if posterior.engine == "nuts":
        told.append(f"{checks.divergences} divergences")
    return ", ".join(told)
