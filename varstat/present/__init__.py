"""What people see: tables, charts and pages."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from varstat.present.charts import (
        draw_comparability,
        draw_comparison,
        draw_funnel,
        draw_funnels,
        draw_league,
        draw_leagues,
        draw_opportunities,
        draw_opportunity,
        draw_ranks,
        draw_waterfall,
    )
    from varstat.present.write import (
        write_comparisons,
        write_funnels,
        write_leagues,
        write_opportunities,
    )

__all__ = [
    "draw_comparability",
    "draw_comparison",
    "draw_funnel",
    "draw_funnels",
    "draw_league",
    "draw_leagues",
    "draw_opportunities",
    "draw_opportunity",
    "draw_ranks",
    "draw_waterfall",
    "write_comparisons",
    "write_funnels",
    "write_leagues",
    "write_opportunities",
]


def __getattr__(name: str) -> object:
    # Charts import matplotlib, which a table does without.
    if name not in __all__:
        raise AttributeError(f"module 'varstat.present' has no attribute '{name}'")
    home = "charts" if name.startswith("draw") else "write"
    return getattr(import_module(f"varstat.present.{home}"), name)
