"""What it means: ranks, tiers, ensembles of estimates and discoveries, from draws."""

from varstat.estimands.comparison.compute import compare_units
from varstat.estimands.comparison.result import Comparison, Comparisons
from varstat.estimands.league.compute import compute_league
from varstat.estimands.league.result import League, Leagues, LeagueUnits
from varstat.estimands.opportunity import (
    Opportunities,
    Opportunity,
    combine_opportunities,
    compute_opportunity,
)
from varstat.estimands.ranks.count_sets import find_count_rank_sets
from varstat.estimands.ranks.discovery import Discoveries, Exceedance, discover, exceedance
from varstat.estimands.ranks.pairwise import discordance_rate, pairwise_probabilities
from varstat.estimands.ranks.ranks import RankSummary, operating_characteristic, rank_draws
from varstat.estimands.ranks.sets import RankSets, find_rank_sets
from varstat.estimands.ranks.tally import RankTally
from varstat.estimands.ranks.tiers import Tiers, grade_draws, grade_moments, grade_pairs
from varstat.estimands.ranks.triple_goal import TripleGoal, estimate_ensemble
from varstat.estimands.verdict.compute import compute_verdicts
from varstat.estimands.verdict.misfit import Misfit, find_misfit
from varstat.estimands.verdict.result import Verdict, Verdicts

__all__ = [
    "Comparison",
    "Comparisons",
    "Discoveries",
    "Exceedance",
    "League",
    "LeagueUnits",
    "Leagues",
    "Misfit",
    "Opportunities",
    "Opportunity",
    "RankSets",
    "RankSummary",
    "RankTally",
    "Tiers",
    "TripleGoal",
    "Verdict",
    "Verdicts",
    "combine_opportunities",
    "compare_units",
    "compute_league",
    "compute_opportunity",
    "compute_verdicts",
    "discordance_rate",
    "discover",
    "estimate_ensemble",
    "exceedance",
    "find_count_rank_sets",
    "find_misfit",
    "find_rank_sets",
    "grade_draws",
    "grade_moments",
    "grade_pairs",
    "operating_characteristic",
    "pairwise_probabilities",
    "rank_draws",
]
