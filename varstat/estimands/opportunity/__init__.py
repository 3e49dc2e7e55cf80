"""Opportunity: what units would gain by reaching a target, with its uncertainty and its parts."""

from varstat.estimands.opportunity.combine import combine_opportunities
from varstat.estimands.opportunity.compute import compute_opportunity
from varstat.estimands.opportunity.parts import (
    CombinedTotal,
    Money,
    OpportunityTotal,
    OpportunityUnits,
    PeriodTotals,
    Waterfall,
)
from varstat.estimands.opportunity.result import Opportunities, Opportunity

__all__ = [
    "CombinedTotal",
    "Money",
    "Opportunities",
    "Opportunity",
    "OpportunityTotal",
    "OpportunityUnits",
    "PeriodTotals",
    "Waterfall",
    "combine_opportunities",
    "compute_opportunity",
]
