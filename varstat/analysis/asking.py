"""What can be asked of data: one class a verb."""

from dataclasses import dataclass
from typing import ClassVar

from varstat.analysis.stated import Choices, Names, Stated
from varstat.period.named import AVERAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelAsking(Stated):
    """A funnel: who differs by more than chance. See `compute_funnel`.

    Attributes
    ----------
    method : str
    target : str or None
    levels : tuple of float or None
    sides, limits, dispersion, robust, tau_scale : str or None
    posterior : bool
        Whether each unit's posterior stands beside its flag.
    level : float
        Of the posterior's intervals, in (0, 1).
    """

    verb: ClassVar[str] = "funnel"

    method: str = "varstat"
    target: str | None = None
    levels: tuple[float, ...] | None = None
    sides: str | None = None
    limits: str | None = None
    dispersion: str | None = None
    robust: str | None = None
    tau_scale: str | None = None
    posterior: bool = False
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class FitAsking(Stated):
    """A fitted model, and nothing of it."""

    verb: ClassVar[str] = "fit"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeagueAsking(Stated):
    """A league table. See `compute_league`.

    Attributes
    ----------
    level : float
        In (0, 1).
    target : str or None
    at : str
        Of which time ranks are: "average", "last", or a period.
    unmeasured : bool
        Whether it is asked how much unmeasured case-mix it would take.
    also : tuple of str
        What is asked besides.
    """

    verb: ClassVar[str] = "league"

    level: float = 0.95
    target: str | None = None
    at: str = AVERAGE
    unmeasured: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityAsking(Stated):
    """What reaching a target is worth. See `compute_opportunity`.

    Attributes
    ----------
    level : float
        In (0, 1).
    target : str or None
    materiality : float or None
        In events.
    unit_cost : float or None
    price_year, cost_source : str or None
    incomparable : {"exclude", "include"}
    least_comparability : float
        In (0, 1].
    allow_overlap : str or None
        Why indicators that overlap may be added up.
    multiplier : float or None
        By which events are multiplied; that of annualising where it is None.
    subtotals : tuple of (str, tuple of str)
        Names of sets of units, and the codes of the units in each.
    unmeasured : bool
        Whether it is asked what unmeasured case-mix would do.
    events : str or None
        A file of events, whose losses are allowed for.
    prior_incomplete, prior_logit, prior_logit_sd : float
        Of completeness, as for `CompletenessAsking`.
    selective_sd : float or None
        By what the rate of a selective loss may differ, on the link scale.
    """

    verb: ClassVar[str] = "opportunity"

    level: float = 0.95
    target: str | None = None
    materiality: float | None = None
    unit_cost: float | None = None
    price_year: str | None = None
    cost_source: str | None = None
    incomparable: str = "exclude"
    least_comparability: float = 0.5
    allow_overlap: str | None = None
    multiplier: float | None = None
    subtotals: Choices = ()
    unmeasured: bool = False
    events: str | None = None
    prior_incomplete: float = 0.02
    prior_logit: float = 1.4
    prior_logit_sd: float = 1.0
    selective_sd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareAsking(Stated):
    """Which of two units is better, and why. See `compare_units`.

    Attributes
    ----------
    a, b : str
        Codes or whole names of units.
    level : float
        In (0, 1).
    """

    verb: ClassVar[str] = "compare"

    a: str
    b: str
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAsking(Stated):
    """Why a total moved between two periods, and who truly changed. See `compute_change`.

    Attributes
    ----------
    before, after : str
        Periods.
    successors : str or None
        A file of who succeeded whom.
    frame : {"common"} or None
    events : str or None
        A file of events, whose losses are allowed for.
    prior_incomplete, prior_logit, prior_logit_sd : float
        Of completeness, as for `CompletenessAsking`.
    selective_sd : float or None
        By what the rate of a selective loss may differ, on the link scale.
    target : str or None
    minimal : float
        The smallest change of a rate that matters.
    passing : float or None
        The SD of what passes, where it is known from elsewhere.
    unit_cost, unit_cost_to : float or None
        What one event is worth in the first period, and in the second where that differs.
    price_year, cost_source : str or None
    fdr : float
        In (0, 1).
    level : float
        In (0, 1).
    """

    verb: ClassVar[str] = "change"

    before: str
    after: str
    successors: str | None = None
    frame: str | None = None
    events: str | None = None
    prior_incomplete: float = 0.02
    prior_logit: float = 1.4
    prior_logit_sd: float = 1.0
    selective_sd: float | None = None
    target: str | None = None
    minimal: float = 0.0
    passing: float | None = None
    unit_cost: float | None = None
    unit_cost_to: float | None = None
    price_year: str | None = None
    cost_source: str | None = None
    fdr: float = 0.05
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletenessAsking(Stated):
    """What happened to the volumes that units reported. See `compute_histories`.

    Of vintages it is what their counts will end at: see `compute_nowcasts`.

    Attributes
    ----------
    columns : tuple of str
        Further counts of the same units and periods.
    as_of : str or None
        The column that says when a row was published.
    tail : float or None
        By which counts of vintages grow beyond the last delay; 1 where it is None.
    events : str or None
        A file of events, in place of what would be found.
    least : float
        Median volume of a month from which a unit is looked at.
    prior_incomplete : float
        Probability that a period is incomplete, before its volume is known.
    prior_logit, prior_logit_sd : float
        If it is, mean and SD of the logit of the part reported.
    level : float
        Of the intervals, in (0, 1).
    """

    verb: ClassVar[str] = "completeness"

    columns: Names = ()
    as_of: str | None = None
    tail: float | None = None
    events: str | None = None
    least: float = 500.0
    prior_incomplete: float = 0.02
    prior_logit: float = 1.4
    prior_logit_sd: float = 1.0
    level: float = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewAsking(Stated):
    """Whether what is claimed can be believed. See `compute_review`.

    Attributes
    ----------
    target : str or None
    over : str or None
        Axes and options of the analyses that could have been made.
    budget : str or None
        Time for refits, such as "2m"; their number is varstat's own where it is None.
    refits : int or None
        Their number, which goes before a budget.
    published : str or None
        What is printed in which column: "rank=Rank,flag=Outlier".
    printed : str or None
        "FILE:KEY" of the published table; it is in the data's own file where it is None.
    says : str or None
        By which methods the table says it is: "rank=raw,flag=funnel:0.998".
    level : float
        In (0, 1).
    """

    verb: ClassVar[str] = "review"

    target: str | None = None
    over: str | None = None
    published: str | None = None
    printed: str | None = None
    says: str | None = None
    budget: str | None = None
    refits: int | None = None
    level: float = 0.9


Asking = (
    FunnelAsking
    | FitAsking
    | LeagueAsking
    | OpportunityAsking
    | CompareAsking
    | ChangeAsking
    | CompletenessAsking
    | ReviewAsking
)
ASKINGS: dict[str, type[Asking]] = {
    each.verb: each
    for each in (
        FunnelAsking,
        FitAsking,
        LeagueAsking,
        OpportunityAsking,
        CompareAsking,
        ChangeAsking,
        CompletenessAsking,
        ReviewAsking,
    )
}
