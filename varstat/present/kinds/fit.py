"""Fits: hyper-parameters, the engine, and how far to trust it."""

from dataclasses import dataclass
from typing import Any

from varstat.hierarchical.posterior import HYPER_LEVEL, Fits, Posterior
from varstat.present.column import ALWAYS, Column, Table
from varstat.present.content import records, state
from varstat.present.highlight import Bools
from varstat.present.kind import Kind
from varstat.present.kinds.units import cell
from varstat.prose.number import percent

# Hyper-parameters of a terminal; all of them go to a file or a pipe.
_MOST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """Hyper-parameters as the rows of a table."""

    unit: tuple[str, ...]
    unit_name: tuple[None, ...]


def _figure(table: Table[Posterior], name: str, i: int) -> str:
    return f"{table.frame[name].iloc[i]:.4g}"


def _interval(table: Table[Posterior], i: int) -> str:
    return f"{_figure(table, 'lower', i)} to {_figure(table, 'upper', i)}"


def _error(table: Table[Posterior], i: int) -> str:
    return "none" if table.frame["mcse"].iloc[i] == 0 else _figure(table, "mcse", i)


COLUMNS: tuple[Column[Posterior], ...] = (
    Column(
        name="name",
        heading="hyper-parameter",
        type="text",
        means="what it is called in the model",
        text=lambda t, i: t.result.design.names[i],
        keep=ALWAYS,
        number=False,
        cut=True,
        names=True,
    ),
    cell("mean", "mean", "posterior mean", lambda t, i: _figure(t, "mean", i)),
    cell("sd", "SD", "posterior SD", lambda t, i: _figure(t, "sd", i), keep=2),
    cell("lower", f"{percent(HYPER_LEVEL)} interval", "lower end of its interval", _interval),
    Column(name="upper", means="upper end of its interval"),
    Column(name="level", means="level of the interval"),
    cell("mcse", "MC error", "Monte Carlo error of the mean; 0 if summed", _error, keep=1),
)


def _named(posterior: Posterior) -> _Names:
    names = posterior.design.reported
    return _Names(unit=names, unit_name=(None,) * len(names))


def _shown(_posterior: Posterior, mark: Bools) -> list[int | None]:
    return [*range(min(len(mark), _MOST))]


def _left(_posterior: Posterior, mark: Bools) -> str:
    return f"… and {len(mark) - _MOST} more" if len(mark) > _MOST else ""


def _object(posterior: Posterior) -> dict[str, Any]:
    design = posterior.design
    return (
        state(posterior, "indicator")
        | state(design, "measure", "direction")
        | {"by": posterior.by, "likelihood": design.likelihood, "effects": design.effects.name}
        | state(design, "units", "rows")
        | state(posterior, "engine", "seed", "draws", "chains", "diagnostics")
        | {
            "level": HYPER_LEVEL,
            "hyperparameters": records(posterior.to_frame().drop(columns=list(posterior.by))),
            "notes": list(design.notes),
        }
    )


KIND: Kind[Posterior, Fits] = Kind(
    name="fits",
    noun="groups",
    title="Fit",
    columns=COLUMNS,
    named=_named,
    notes=lambda posterior: posterior.design.notes,
    sheets=lambda fits: {"hyperparameters": fits.to_frame()},
    objects=lambda fits: [_object(posterior) for posterior in fits],
    shown=_shown,
    left=_left,
    caption=lambda _posterior, count: f"{count:,} hyper-parameters",
    finding=lambda posterior: posterior.summary().replace("\n", " "),
)
