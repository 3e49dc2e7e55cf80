"""Comparisons of two units as tables and as plain objects."""

from typing import Any

from varstat.estimands.comparison.result import Comparison, Comparisons
from varstat.present.content import Content, number, plain, records, state_checks, trust


def lay_out_comparisons(comparisons: Comparisons) -> Content:
    """Lay out comparisons: a sheet of parts, and an object each."""
    return Content(
        kind="comparisons",
        title=comparisons[0].indicator,
        sheets={"units": comparisons.to_frame()},
        objects=[comparison_object(each) for each in comparisons],
        about=trust(comparisons)
        | {
            "account": comparisons.account.to_dict(),
            "provenance": comparisons.provenance.to_dict(),
        },
    )


def comparison_object(comparison: Comparison) -> dict[str, Any]:
    """State a comparison as JSON does; missing is None."""
    return {
        "indicator": comparison.indicator,
        "measure": comparison.measure.name,
        "direction": comparison.direction,
        "by": comparison.by,
        "engine": comparison.engine,
        "diagnostics": state_checks(comparison.diagnostics),
        "units": [
            {
                "unit": comparison.unit[at],
                "unit_name": comparison.unit_name[at],
                "peer_group": comparison.peer_group[at],
                "raw": number(comparison.raw[at]),
                "estimate": number(comparison.estimate[at]),
                "lower": number(comparison.lower[at]),
                "upper": number(comparison.upper[at]),
                "level": comparison.level,
                "shared": number(comparison.shared[at]),
            }
            for at in (0, 1)
        ],
        "difference": {
            "estimate": number(comparison.difference),
            "lower": number(comparison.difference_lower),
            "upper": number(comparison.difference_upper),
            "level": comparison.level,
        },
        "p_better": comparison.p_better,
        "p_better_mcse": comparison.p_better_mcse,
        "p_better_within": comparison.p_better_within,
        "parts": plain(records(comparison.to_frame().drop(columns=list(comparison.by)))),
        "summary": comparison.summary(),
        "notes": list(comparison.notes),
    }
