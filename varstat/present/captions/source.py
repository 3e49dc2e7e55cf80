"""What stands small below a published chart: of what it is made, and how to make it again."""

from collections.abc import Sequence
from typing import Any

from varstat.analysis.command import repeat_command
from varstat.prose.number import MINUS, listed
from varstat.prose.text import clean, in_words, is_blank, shorten
from varstat.results import Result, Results

# Letters of a command that fits below a chart, of its parts, and names in a list.
_LONGEST, _LONG, _NAMES = 260, 60, 6


def say_source(
    results: "Result | Results[Any] | Sequence[Result]", *, chart: str | None = None
) -> str:
    """Say of what a chart is made: period, adjustment, file, version and command.

    Parameters
    ----------
    results : Result, Results or sequence of Result
    chart : str, optional
        Which it is, where that isn't the usual one of its kind.

    Returns
    -------
    str
        Results of all groups know most; one by itself has no file, and so no command.
    """
    groups: Sequence[Any] = results.groups if isinstance(results, Results) else ()
    if not isinstance(results, Results):
        groups = results if isinstance(results, list | tuple) else [results]
    parts = [_period(groups), _adjusted(groups)]
    if isinstance(results, Results):
        made = results.provenance
        parts.append(f"Data: {shorten(clean(made.source), _LONG)}.")
        parts.append(f"Made with varstat {made.version}{_command(results, chart)}")
    return " ".join(filter(None, parts))


def _command(results: "Results[Any]", chart: str | None) -> str:
    command = repeat_command(results.provenance)
    command += f" --chart {chart}" if command and chart else ""
    return f": {command}" if command and len(command) <= _LONGEST else "."


def _period(groups: Sequence[Any]) -> str:
    """The period of the units, or the first and the last; none where a table has none."""
    found: dict[str, None] = {}
    for group in groups:
        for period in _periods(group):
            if not is_blank(period):
                found[clean(str(period))] = None
    names = sorted(found)
    if not names:
        return ""
    span = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
    return f"Period: {shorten(span, _LONG)}."


def _periods(group: Any) -> Sequence[object]:
    found = getattr(getattr(group, "units", None), "period", None)
    return [] if found is None else list(found)


def _adjusted(groups: Sequence[Any]) -> str:
    """The case-mix and the columns that explain; none where nothing is adjusted for."""
    model = getattr(groups[0], "model", None) if groups else None
    if not isinstance(model, dict):
        return ""
    known = _coefficients(groups[0]) if len(groups) == 1 else {}
    names = [
        shorten(in_words(str(name)), _LONG) + known.get(str(name), "")
        for part in ("strata", "covariates")
        for name in model.get(part) or ()
    ]
    if not names:
        return ""
    more = [f"{len(names) - _NAMES:,} more"] if len(names) > _NAMES else []
    per = f" (on the {model['link']} scale for one SD)" if known and model.get("link") else ""
    return f"Adjusted for {listed([*names[:_NAMES], *more])}{per}."


def _coefficients(group: Any) -> dict[str, str]:
    """What each column that explains does, on the link scale, where a result knows it."""
    hyper = getattr(group, "hyperparameters", None)
    if hyper is None:
        return {}
    return {
        name.removeprefix("coefficient[").removesuffix("]"): f" ({mean:+.2g})".replace("-", MINUS)
        for name, mean in zip(hyper.name, hyper.mean.tolist(), strict=True)
        if name.startswith("coefficient[")
    }
