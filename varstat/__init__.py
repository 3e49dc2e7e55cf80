"""Statistical variation analysis: tell true differences between organisations from chance.

The verbs of the library stand here; each is imported when first used, so that importing
varstat costs nothing.

>>> import varstat
>>> table = varstat.read_table("example:star98")
>>> funnels = varstat.compute_funnel(table)
>>> funnels[0].units.unit.size
303
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from varstat.card import Card, describe_card, list_cards, load_card
    from varstat.data import Table, load_example, read_table
    from varstat.errors import VarstatError
    from varstat.estimands import (
        League,
        Leagues,
        compute_league,
        compute_verdicts,
        discover,
        estimate_ensemble,
        exceedance,
        find_misfit,
        find_rank_sets,
    )
    from varstat.funnel import Funnel, Funnels, compute_funnel
    from varstat.hierarchical import Fits, Posterior, fit_model, load_fit, write_fit
    from varstat.present import (
        draw_funnel,
        draw_funnels,
        draw_league,
        draw_leagues,
        draw_ranks,
        write_funnels,
        write_leagues,
    )

__version__ = "0.1.0"

_HOMES = {
    "Card": "card",
    "describe_card": "card",
    "list_cards": "card",
    "load_card": "card",
    "Table": "data",
    "load_example": "data",
    "read_table": "data",
    "VarstatError": "errors",
    "League": "estimands",
    "Leagues": "estimands",
    "compute_league": "estimands",
    "compute_verdicts": "estimands",
    "discover": "estimands",
    "estimate_ensemble": "estimands",
    "exceedance": "estimands",
    "find_misfit": "estimands",
    "find_rank_sets": "estimands",
    "Funnel": "funnel",
    "Funnels": "funnel",
    "compute_funnel": "funnel",
    "Fits": "hierarchical",
    "Posterior": "hierarchical",
    "fit_model": "hierarchical",
    "load_fit": "hierarchical",
    "write_fit": "hierarchical",
    "draw_funnel": "present",
    "draw_funnels": "present",
    "draw_league": "present",
    "draw_leagues": "present",
    "draw_ranks": "present",
    "write_funnels": "present",
    "write_leagues": "present",
}
__all__ = [
    "Card",
    "Fits",
    "Funnel",
    "Funnels",
    "League",
    "Leagues",
    "Posterior",
    "Table",
    "VarstatError",
    "compute_funnel",
    "compute_league",
    "compute_verdicts",
    "describe_card",
    "discover",
    "draw_funnel",
    "draw_funnels",
    "draw_league",
    "draw_leagues",
    "draw_ranks",
    "estimate_ensemble",
    "exceedance",
    "find_misfit",
    "find_rank_sets",
    "fit_model",
    "list_cards",
    "load_card",
    "load_example",
    "load_fit",
    "read_table",
    "write_fit",
    "write_funnels",
    "write_leagues",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'varstat' has no attribute '{name}'")
    return getattr(import_module(f"varstat.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
