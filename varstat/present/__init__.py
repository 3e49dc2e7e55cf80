"""What people see: tables, charts and pages."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from varstat.present.charts import draw_funnel, draw_funnels
    from varstat.present.write import write_funnels

__all__ = ["draw_funnel", "draw_funnels", "write_funnels"]


def __getattr__(name: str) -> object:
    # Charts import matplotlib, which a table does without.
    homes = {"draw_funnel": "charts", "draw_funnels": "charts", "write_funnels": "write"}
    if name not in homes:
        raise AttributeError(f"module 'varstat.present' has no attribute '{name}'")
    return getattr(import_module(f"varstat.present.{homes[name]}"), name)
