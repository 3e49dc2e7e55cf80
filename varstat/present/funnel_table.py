"""Funnels as tables and as plain objects."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from varstat.funnel.result import Funnel, Funnels
from varstat.present.beside import pair_up
from varstat.present.content import Content, number, records, state_checks, trust

if TYPE_CHECKING:
    from varstat.estimands.verdict.result import Verdict, Verdicts


def lay_out_funnels(funnels: Funnels, *, verdicts: "Verdicts | None" = None) -> Content:
    """Lay out funnels: a sheet of units and one of funnels, and an object each."""
    pairs = pair_up(funnels, verdicts)
    return Content(
        kind="funnels",
        title=funnels[0].indicator,
        sheets={
            "units": units_frame(funnels, verdicts),
            "funnels": funnels_frame(funnels, verdicts),
        },
        objects=[funnel_object(funnel, verdict) for funnel, verdict in pairs],
        about=(trust(verdicts) if verdicts else {})
        | {
            "account": funnels.account.to_dict(),
            "provenance": state_provenance(funnels, verdicts),
        },
    )


def units_frame(
    funnels: Funnels | Funnel, verdicts: "Verdicts | Verdict | None" = None
) -> pd.DataFrame:
    """Tabulate the units, one row each.

    Returns
    -------
    DataFrame
        The columns of `Funnels.to_frame`; with verdicts then `estimate, lower, upper, level,
        p_above_target, p_above_target_mcse, verdict`. A by column of such a name is
        called `by_NAME`.
    """
    frame = funnels.to_frame()
    if verdicts is None:
        return frame
    beside = verdicts.to_frame().drop(columns="unit")
    taken = {name: f"by_{name}" for name in frame.columns if name in beside.columns}
    return pd.concat([frame.rename(columns=taken), beside], axis=1)


def state_provenance(funnels: Funnels, verdicts: "Verdicts | None" = None) -> dict[str, Any]:
    """State what ran, as plain values: the options of the posteriors are in its options."""
    stated = funnels.provenance.to_dict()
    if verdicts is not None:
        stated["options"] = stated["options"] | {"posterior": verdicts.provenance.options}
    return stated


def funnel_object(funnel: Funnel, verdict: "Verdict | None" = None) -> dict[str, Any]:
    """State a funnel as JSON does: `units`, `limits` at each unit and on the drawn grid.

    With a verdict, `posterior` is what its columns in `units` rest on. Missing is None.
    """
    limits = pd.concat(
        [funnel.limits(), funnel.drawn_limits(funnel.drawn_sizes())], ignore_index=True
    )
    stated: dict[str, Any] = {
        "indicator": funnel.indicator,
        "measure": funnel.measure.name,
        "direction": funnel.direction,
        "method": funnel.method,
        "by": funnel.by,
        "target": number(funnel.target),
        "target_rule": funnel.target_rule,
        "dispersion": funnel.dispersion,
        "robust": funnel.robust,
        "phi": number(funnel.phi),
        "tau": number(funnel.tau),
        "tau_lower": number(funnel.tau_lower),
        "tau_upper": number(funnel.tau_upper),
        "tau_scale": funnel.tau_scale,
        "levels": list(funnel.levels),
        "sides": funnel.sides,
        "limits_method": funnel.limits_method,
        "expected_false_flags": {
            repr(level): number(expected) for level, expected in funnel.expected_false_flags.items()
        },
        "summary": funnel.summary(),
        "warnings": list(funnel.warnings),
        "units": records(units_frame(funnel, verdict)),
        "limits": records(limits),
    }
    if verdict is not None:
        stated["posterior"] = {
            "engine": verdict.engine,
            "level": verdict.level,
            "diagnostics": state_checks(verdict.diagnostics),
            "summary": verdict.summary(),
            "notes": list(verdict.notes),
        }
    return stated


def funnels_frame(funnels: Funnels, verdicts: "Verdicts | None" = None) -> pd.DataFrame:
    """Tabulate the funnels themselves, one row each.

    Returns
    -------
    DataFrame
        The by columns, then `units, target, phi, tau, tau_lower, tau_upper` and for each level
        `flagged_LEVEL` and `expected_false_flags_LEVEL`. With verdicts also how many units
        have each, as `differs, uncertain, ordinary, no_evidence`, and `passed, problems`.
    """
    rows = []
    for funnel, verdict in pair_up(funnels, verdicts):
        row: dict[str, object] = dict(funnel.by) | {
            "units": int(funnel.units.unit.size),
            "target": funnel.target,
            "phi": funnel.phi,
            "tau": funnel.tau,
            "tau_lower": funnel.tau_lower,
            "tau_upper": funnel.tau_upper,
        }
        for level in funnel.levels:
            row[f"flagged_{level!r}"] = funnel.flagged(level)
            row[f"expected_false_flags_{level!r}"] = funnel.expected_false_flags[level]
        if verdict is not None:
            row |= {
                "differs": verdict.count("differs"),
                "uncertain": verdict.count("uncertain"),
                "ordinary": verdict.count("ordinary"),
                "no_evidence": verdict.count("no evidence"),
                "passed": verdict.diagnostics.passed,
                "problems": " ".join(verdict.diagnostics.problems) or None,
            }
        rows.append(row)
    return pd.DataFrame(rows)
