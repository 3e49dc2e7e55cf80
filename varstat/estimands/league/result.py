"""A league table: what is known of each unit, of its rank, and how good the table is."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.adjust.interaction import Interaction
from varstat.estimands.assumptions import Assumptions
from varstat.estimands.unmeasured.result import UnmeasuredRanks
from varstat.hierarchical.diagnostics import Diagnostics
from varstat.hierarchical.posterior import EngineName, HyperSummary
from varstat.measure import Direction, Floats, Measure
from varstat.measure.homogeneity import Homogeneity
from varstat.measure.lock import lock_arrays
from varstat.results import Judged, JudgedResults, UnitResult

Strings = NDArray[np.object_]
# Columns of units, by name.
Columns = dict[str, NDArray[np.float64] | NDArray[np.int64] | NDArray[np.bool_]]
RankScope = Literal["all", "within peer group", "none"]
# The probability from which a unit surely belongs to a quarter.
SURE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeagueUnits:
    """The units of a league table, one element each, best first by expected rank.

    Every `_mcse` is the Monte Carlo error of what it stands beside; 0 where that is exact.

    Attributes
    ----------
    unit, unit_name, peer_group : ndarray of object, shape (units,)
        None where the table has none.
    event, size : ndarray of float, shape (units,)
        Added up over periods, or of the one that ranks are of; of a mean, its value and standard
        error over its rows. NaN where a count was withheld.
    raw : ndarray of float, shape (units,)
        What the unit's numbers say; NaN where they were withheld.
    estimate : ndarray of float, shape (units,)
        Posterior mean of the unit's rate at the average case-mix.
    estimate_own : ndarray of float, shape (units,)
        The same at the unit's own case-mix.
    sd : ndarray of float, shape (units,)
        Posterior SD of the rate at the average case-mix.
    lower, upper : ndarray of float, shape (units,)
        Its interval.
    estimate_mcse, lower_mcse, upper_mcse : ndarray of float, shape (units,)
    reliability : ndarray of float, shape (units,)
        Share of the variance of effects that the unit's own data resolve, on the link scale.
    outlying : ndarray of float, shape (units,)
        Contaminated normal effects: the probability that the unit is of the outlying part.
        Student-t: how many times narrower its prior is than a typical unit's, E[w]. Else NaN.
    target : ndarray of float, shape (units,)
        Posterior mean of what the unit is compared with, at the average case-mix; differs
        between peer groups.
    expected_rank, rank_lower, rank_upper : ndarray of float, shape (units,)
        Rank 1 is best by direction; NaN throughout where the direction is "neither", and of units
        that can't be compared with others.
    p_top_quartile, p_bottom_quartile : ndarray of float, shape (units,)
        Of being among the best, or the worst, quarter.
    p_better_than_target : ndarray of float, shape (units,)
        With direction "neither": of lying above the target.
    expected_rank_mcse, rank_lower_mcse, rank_upper_mcse, p_top_quartile_mcse,
    p_bottom_quartile_mcse, p_better_than_target_mcse : ndarray of float, shape (units,)
    tier : ndarray of int, shape (units,)
        Units of one tier can't be told apart; 1 is best, 0 where there are no ranks.
    """

    unit: Strings
    unit_name: Strings
    peer_group: Strings
    event: Floats
    size: Floats
    raw: Floats
    estimate: Floats
    estimate_mcse: Floats
    estimate_own: Floats
    sd: Floats
    lower: Floats
    lower_mcse: Floats
    upper: Floats
    upper_mcse: Floats
    reliability: Floats
    outlying: Floats
    target: Floats
    expected_rank: Floats
    expected_rank_mcse: Floats
    rank_lower: Floats
    rank_lower_mcse: Floats
    rank_upper: Floats
    rank_upper_mcse: Floats
    p_top_quartile: Floats
    p_top_quartile_mcse: Floats
    p_bottom_quartile: Floats
    p_bottom_quartile_mcse: Floats
    p_better_than_target: Floats
    p_better_than_target_mcse: Floats
    tier: NDArray[np.int64]

    def __post_init__(self) -> None:
        lock_arrays(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class League(UnitResult, Judged):
    """One league table: one indicator, in one group of units.

    Attributes
    ----------
    indicator : str
    measure : Measure
    direction : {"higher-is-better", "lower-is-better", "neither"}
    by : dict of str to str
        What this group of units has in common; empty where there is one group.
    model : dict of str to object
        The model as fitted: `likelihood, link, effects, covariates, strata, peer_groups,
        periods, transient, priors`, and `series` where it is one of several periods.
    engine : {"quadrature", "nuts"}
    diagnostics : Diagnostics
    target, target_lower, target_upper : float
        Posterior mean and interval of the target, in units of the rate; NaN where it differs
        between peer groups.
    target_rule : str
        "pooled", "median", "best:0.25" or "rate:0.75".
    hyperparameters : HyperSummary
    homogeneity : Homogeneity
        Whether the reported rates differ by more than chance, given the totals of strata, periods
        and peer groups.
    level : float
        Of all intervals.
    rank_scope : {"all", "within peer group", "none"}
        What ranks are of: units' rates, their distances from their peer group's mean, or
        nothing, where no direction is good.
    ranks_exact : bool
        Whether ranks are summed rather than drawn.
    top : int
        Number of units in the best, and in the worst, quarter.
    misclassified : float
        How good the table is: of the units it puts in the best quarter and of those it puts
        outside, the shares expected to be wrong, added up. 0 is perfect, 1 is chance.
    discordance : float
        Expected share of all pairs of units that tiers put the wrong way round.
    interactions : tuple of Interaction
        For each factor of the strata, whether its effect differs between units.
    assumptions : Assumptions
        Whether the data speak against what the model takes for granted.
    units : LeagueUnits
    findings : str
        What the table shows, and what it can't, in plain English.
    notes : tuple of str
        What a reader must know, one sentence each.
    unmeasured : UnmeasuredRanks or None
        What case-mix that nobody recorded would do; None where it wasn't asked.
    also : dict of str to ndarray, shape (units,)
        Columns that were asked besides, by name.
    at : str or None
        Of which time estimates and ranks are: a period, "average" of several, or None where there
        is one.
    """

    indicator: str
    measure: Measure
    direction: Direction
    by: dict[str, str]
    model: dict[str, object]
    engine: EngineName
    diagnostics: Diagnostics
    target: float
    target_lower: float
    target_upper: float
    target_rule: str
    hyperparameters: HyperSummary
    homogeneity: Homogeneity
    level: float
    rank_scope: RankScope
    ranks_exact: bool
    top: int
    misclassified: float
    discordance: float
    interactions: tuple[Interaction, ...]
    assumptions: Assumptions
    units: LeagueUnits
    findings: str
    notes: tuple[str, ...]
    unmeasured: UnmeasuredRanks | None = None
    also: Columns = field(default_factory=dict)
    at: str | None = None

    def __post_init__(self) -> None:
        for column in self.also.values():
            column.setflags(write=False)

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the units, one row each, best first.

        Returns
        -------
        DataFrame
            The group's by columns, then `unit, unit_name, peer_group`, the event and size under
            the measure's names, `raw, estimate, estimate_own, sd, lower, upper, level,
            reliability, target, expected_rank, rank_lower, rank_upper, p_top_quartile,
            p_bottom_quartile, p_better_than_target`, an `_mcse` after each of those it belongs
            to, `tier`, and `outlying` where the model has it. With unmeasured case-mix
            `p_top_quartile_25, p_bottom_quartile_25`, likewise `_50` and `_75`, and
            `tipping_share`; then what was asked besides.
        """
        return _units_frame((self,))


def _units_frame(leagues: Sequence[League]) -> pd.DataFrame:
    frames = []
    for league in leagues:
        units = league.units
        columns: dict[str, object] = {
            name: pd.Series([value] * units.unit.size, dtype=object)
            for name, value in league.by.items()
        }
        for column in fields(units):
            values = getattr(units, column.name)
            name = {
                "event": league.measure.event,
                "size": league.measure.size,
            }.get(column.name, column.name)
            if column.name == "outlying" and np.all(np.isnan(values)):
                continue
            columns[name] = pd.Series(values, dtype=object) if values.dtype == object else values
            if column.name == "upper_mcse":
                columns["level"] = np.full(units.unit.size, league.level)
        if league.unmeasured is not None:
            columns |= league.unmeasured.columns()
        columns |= league.also
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Leagues(JudgedResults[League]):
    """League tables of all groups, each of one `League`."""

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the units of all tables, one row each; see `League.to_frame`."""
        return _units_frame(self.groups)
