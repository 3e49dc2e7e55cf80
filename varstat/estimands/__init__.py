"""What it means: ranks, tiers, ensembles of estimates and discoveries, from draws."""

from varstat.estimands.compare import Comparison, Comparisons, compare_units
from varstat.estimands.compute import compute_league
from varstat.estimands.discovery import Discoveries, Exceedance, discover, exceedance
from varstat.estimands.league import League, Leagues, LeagueUnits
from varstat.estimands.opportunity import (
    Opportunities,
    Opportunity,
    combine_opportunities,
    compute_opportunity,
)
from varstat.estimands.outliers import Misfit, find_misfit
from varstat.estimands.pairwise import discordance_rate, pairwise_probabilities
from varstat.estimands.rank_sets import RankSets, find_rank_sets
from varstat.estimands.rank_tally import RankTally
from varstat.estimands.ranks import RankSummary, operating_characteristic, rank_draws
from varstat.estimands.tiers import Tiers, grade_draws, grade_moments, grade_pairs
from varstat.estimands.triple_goal import TripleGoal, estimate_ensemble
from varstat.estimands.verdict import Verdict, Verdicts, compute_verdicts

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
    "find_misfit",
    "find_rank_sets",
    "grade_draws",
    "grade_moments",
    "grade_pairs",
    "operating_characteristic",
    "pairwise_probabilities",
    "rank_draws",
]
