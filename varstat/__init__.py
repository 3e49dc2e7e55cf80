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

from varstat.version import __version__

if TYPE_CHECKING:
    from varstat.adjust import fit_casemix, standardise
    from varstat.card import Card, describe_card, list_cards, load_card
    from varstat.data import Table, load_example, read_table
    from varstat.errors import VarstatError
    from varstat.estimands import (
        League,
        Leagues,
        Opportunities,
        Opportunity,
        combine_opportunities,
        compare_units,
        compute_league,
        compute_opportunity,
        compute_verdicts,
        discover,
        estimate_ensemble,
        exceedance,
        find_misfit,
        find_rank_sets,
    )
    from varstat.funnel import Funnel, Funnels, compute_funnel
    from varstat.hierarchical import Fits, Posterior, fit_model, load_fit, write_fit
    from varstat.present.draw import draw
    from varstat.present.show import show
    from varstat.present.write import write
    from varstat.records import (
        Cells,
        cells_expression,
        cells_sql,
        count_cells,
        write_cells,
    )


_HOMES = {
    "fit_casemix": "adjust",
    "standardise": "adjust",
    "Card": "card",
    "describe_card": "card",
    "list_cards": "card",
    "load_card": "card",
    "Cells": "records",
    "Table": "data",
    "cells_expression": "records",
    "cells_sql": "records",
    "count_cells": "records",
    "load_example": "data",
    "read_table": "data",
    "write_cells": "records",
    "VarstatError": "errors",
    "League": "estimands",
    "Leagues": "estimands",
    "Opportunities": "estimands",
    "Opportunity": "estimands",
    "combine_opportunities": "estimands",
    "compare_units": "estimands",
    "compute_league": "estimands",
    "compute_opportunity": "estimands",
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
    "draw": "present.draw",
    "show": "present.show",
    "write": "present.write",
}
__all__ = [
    "Card",
    "Cells",
    "Fits",
    "Funnel",
    "Funnels",
    "League",
    "Leagues",
    "Opportunities",
    "Opportunity",
    "Posterior",
    "Table",
    "VarstatError",
    "__version__",
    "cells_expression",
    "cells_sql",
    "combine_opportunities",
    "compare_units",
    "compute_funnel",
    "compute_league",
    "compute_opportunity",
    "compute_verdicts",
    "count_cells",
    "describe_card",
    "discover",
    "draw",
    "estimate_ensemble",
    "exceedance",
    "find_misfit",
    "find_rank_sets",
    "fit_casemix",
    "fit_model",
    "list_cards",
    "load_card",
    "load_example",
    "load_fit",
    "read_table",
    "show",
    "standardise",
    "write",
    "write_cells",
    "write_fit",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'varstat' has no attribute '{name}'")
    return getattr(import_module(f"varstat.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
