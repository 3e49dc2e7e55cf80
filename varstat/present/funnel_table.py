"""Funnels as tables and as plain objects."""

from typing import Any

import pandas as pd

from varstat.funnel.result import Funnel, Funnels
from varstat.present.content import Content, number, records


def lay_out_funnels(funnels: Funnels) -> Content:
    """Lay out funnels: a sheet of units and one of funnels, and an object each."""
    return Content(
        kind="funnels",
        title=funnels[0].indicator,
        sheets={"units": funnels.to_frame(), "funnels": funnels_frame(funnels)},
        objects=[funnel_object(funnel) for funnel in funnels],
        about={
            "account": funnels.account.to_dict(),
            "provenance": funnels.provenance.to_dict(),
        },
    )


def funnel_object(funnel: Funnel) -> dict[str, Any]:
    """State a funnel as JSON does: `units`, `limits` at each unit and on the drawn grid.

    Missing is None.
    """
    limits = pd.concat(
        [funnel.limits(), funnel.drawn_limits(funnel.drawn_sizes())], ignore_index=True
    )
    return {
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
        "units": records(funnel.to_frame()),
        "limits": records(limits),
    }


def funnels_frame(funnels: Funnels) -> pd.DataFrame:
    """Tabulate the funnels themselves, one row each.

    Returns
    -------
    DataFrame
        The by columns, then `units, target, phi, tau, tau_lower, tau_upper` and for each level
        `flagged_LEVEL` and `expected_false_flags_LEVEL`.
    """
    rows = []
    for funnel in funnels:
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
        rows.append(row)
    return pd.DataFrame(rows)
