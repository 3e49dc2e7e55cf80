"""Statistical variation analysis: tell true differences between organisations from chance.

The verbs of the library stand here; each is imported when first used, so that importing
varstat costs nothing.

>>> import varstat
>>> funnels = varstat.funnel("example:star98")
>>> funnels[0].units.unit.size
303
"""

from importlib import import_module
from typing import TYPE_CHECKING

from varstat.analysis.verbs import funnel as _funnel, review as _review
from varstat.version import __version__

# A folder's name is put here when it is first imported: now, lest it hide the verb of its name.
import_module("varstat.funnel")
import_module("varstat.review")
funnel, review = _funnel.funnel, _review.review

if TYPE_CHECKING:
    from varstat.adjust import fit_casemix as fit_casemix, standardise as standardise
    from varstat.analysis.asking import (
        ChangeAsking as ChangeAsking,
        CompareAsking as CompareAsking,
        CompletenessAsking as CompletenessAsking,
        FitAsking as FitAsking,
        FunnelAsking as FunnelAsking,
        LeagueAsking as LeagueAsking,
        OpportunityAsking as OpportunityAsking,
        ReviewAsking as ReviewAsking,
    )
    from varstat.analysis.batch import batch as batch
    from varstat.analysis.run import run as run
    from varstat.analysis.specification import (
        Modelling as Modelling,
        Reading as Reading,
        Specification as Specification,
    )
    from varstat.analysis.verbs.change import change as change
    from varstat.analysis.verbs.compare import compare as compare
    from varstat.analysis.verbs.completeness import completeness as completeness
    from varstat.analysis.verbs.fit import fit as fit
    from varstat.analysis.verbs.league import league as league
    from varstat.analysis.verbs.opportunity import opportunity as opportunity
    from varstat.card import (
        Card as Card,
        describe_card as describe_card,
        list_cards as list_cards,
        load_card as load_card,
    )
    from varstat.data import Table as Table, load_example as load_example, read_table as read_table
    from varstat.data.organisations.read import read_successors as read_successors
    from varstat.data.organisations.successors import SuccessorMap as SuccessorMap
    from varstat.errors import VarstatError as VarstatError
    from varstat.estimands import (
        League as League,
        Leagues as Leagues,
        Opportunities as Opportunities,
        Opportunity as Opportunity,
        combine_opportunities as combine_opportunities,
        compare_units as compare_units,
        compute_league as compute_league,
        compute_opportunity as compute_opportunity,
        compute_verdicts as compute_verdicts,
        discover as discover,
        estimate_ensemble as estimate_ensemble,
        exceedance as exceedance,
        find_misfit as find_misfit,
        find_rank_sets as find_rank_sets,
    )
    from varstat.estimands.change.compute import compute_change as compute_change
    from varstat.estimands.change.result import Change as Change, Changes as Changes
    from varstat.funnel.funnel import compute_funnel as compute_funnel
    from varstat.funnel.result import Funnel as Funnel, Funnels as Funnels
    from varstat.hierarchical import (
        Fits as Fits,
        Posterior as Posterior,
        fit_model as fit_model,
        load_fit as load_fit,
        write_fit as write_fit,
    )
    from varstat.present.draw import draw as draw
    from varstat.present.show import show as show
    from varstat.present.write import write as write
    from varstat.review.compute import compute_review as compute_review
    from varstat.review.result import Review as Review, Reviews as Reviews
    from varstat.records import (
        Cells as Cells,
        cells_expression as cells_expression,
        cells_sql as cells_sql,
        count_cells as count_cells,
        write_cells as write_cells,
    )

# What each room has for everyone.
_ROOMS = {
    "adjust": (
        "fit_casemix",
        "standardise",
    ),
    "analysis.asking": (
        "ChangeAsking",
        "CompareAsking",
        "CompletenessAsking",
        "FitAsking",
        "FunnelAsking",
        "LeagueAsking",
        "OpportunityAsking",
        "ReviewAsking",
    ),
    "analysis.batch": ("batch",),
    "analysis.run": ("run",),
    "analysis.specification": (
        "Modelling",
        "Reading",
        "Specification",
    ),
    "analysis.verbs.change": ("change",),
    "analysis.verbs.compare": ("compare",),
    "analysis.verbs.completeness": ("completeness",),
    "analysis.verbs.fit": ("fit",),
    "analysis.verbs.league": ("league",),
    "analysis.verbs.opportunity": ("opportunity",),
    "card": (
        "Card",
        "describe_card",
        "list_cards",
        "load_card",
    ),
    "data": (
        "Table",
        "load_example",
        "read_table",
    ),
    "data.organisations.read": ("read_successors",),
    "data.organisations.successors": ("SuccessorMap",),
    "errors": ("VarstatError",),
    "estimands": (
        "League",
        "Leagues",
        "Opportunities",
        "Opportunity",
        "combine_opportunities",
        "compare_units",
        "compute_league",
        "compute_opportunity",
        "compute_verdicts",
        "discover",
        "estimate_ensemble",
        "exceedance",
        "find_misfit",
        "find_rank_sets",
    ),
    "estimands.change.compute": ("compute_change",),
    "estimands.change.result": (
        "Change",
        "Changes",
    ),
    "funnel.funnel": ("compute_funnel",),
    "funnel.result": (
        "Funnel",
        "Funnels",
    ),
    "hierarchical": (
        "Fits",
        "Posterior",
        "fit_model",
        "load_fit",
        "write_fit",
    ),
    "present.draw": ("draw",),
    "present.show": ("show",),
    "present.write": ("write",),
    "records": (
        "Cells",
        "cells_expression",
        "cells_sql",
        "count_cells",
        "write_cells",
    ),
    "review.compute": ("compute_review",),
    "review.result": (
        "Review",
        "Reviews",
    ),
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names}
__all__ = ["__version__", "funnel", "review", *_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'varstat' has no attribute '{name}'")
    return getattr(import_module(f"varstat.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
