"""varstat.opportunity: what a gap is worth, and how sure that is."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from varstat.analysis.asking import OpportunityAsking
from varstat.analysis.verbs.answer import answer

if TYPE_CHECKING:
    import pandas as pd

    from varstat.analysis.verbs.answer import Data
    from varstat.card import Card
    from varstat.data.rows.lookup import OneLookup
    from varstat.estimands import Opportunities


def opportunity(
    data: "Data | Sequence[Data]",
    *,
    card: "Card | str | Sequence[Card | str] | None" = None,
    title: str | None = None,
    direction: str | None = None,
    counts: str | None = None,
    unit: str | None = None,
    unit_name: str | None = None,
    numerator: str | None = None,
    denominator: str | None = None,
    sampled_from: str | None = None,
    observed: str | None = None,
    expected: str | None = None,
    expected_se: str | None = None,
    exposure: str | None = None,
    value: str | None = None,
    se: str | None = None,
    lower: str | None = None,
    upper: str | None = None,
    limits_level: float | None = None,
    count: str | None = None,
    total: str | None = None,
    sum_of_squares: str | None = None,
    peer_group: str | None = None,
    period: str | None = None,
    by: Sequence[str] | str = (),
    only: Mapping[str, Sequence[str] | str] | None = None,
    exclude: Mapping[str, Sequence[str] | str] | None = None,
    lookup: "OneLookup | Sequence[OneLookup] | None" = None,
    roll_up: str | None = None,
    annualise: str = "none",
    sheet: str | None = None,
    spread: str | None = None,
    decimal: str | None = None,
    rules: str | None = None,
    suppressed: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
    rounded: int | Mapping[str, int] | None = None,
    zero: Sequence[str] | str = (),
    missing: Sequence[str] | str = (),
    percent: bool = False,
    per: float | None = None,
    lenient: bool = False,
    covariates: Sequence[str] | str | None = None,
    inform: Sequence[str] | str | None = None,
    strata: Sequence[str] | str | None = None,
    effects: str | None = None,
    likelihood: str | None = None,
    transient: str | float | None = None,
    peer_tau: str | None = None,
    engine: str = "auto",
    draws: int = 4000,
    seed: int = 1,
    level: float = 0.95,
    target: str | None = None,
    materiality: float | None = None,
    unit_cost: float | None = None,
    price_year: str | None = None,
    cost_source: str | None = None,
    incomparable: str = "exclude",
    least_comparability: float = 0.5,
    allow_overlap: str | None = None,
    multiplier: float | None = None,
    subtotals: Mapping[str, Sequence[str]] | None = None,
    unmeasured: bool = False,
    events: "str | os.PathLike[str] | pd.DataFrame | None" = None,
    prior_incomplete: float = 0.02,
    prior_logit: float = 1.4,
    prior_logit_sd: float = 1.0,
    selective_sd: float | None = None,
) -> "Opportunities":
    """Say what reaching a target is worth, beside what chance alone would give.

    What `varstat opportunity` does, of data frames, files or saved fits. `read_table`, `fit_model`,
    `compute_opportunity` and `combine_opportunities` are its steps.

    Parameters
    ----------
    data : path, "example:NAME" or DataFrame, or sequence of these
        A file (CSV, TSV, XLSX, XLS, Parquet, DuckDB), an example or a table; or a saved fit, one
        an indicator.
    card : Card or str or sequence of these, optional
        A card, its name or its path. Without one, the columns tell which default card is meant.
    title, direction, counts, unit, unit_name, numerator, denominator, sampled_from, observed, \
expected, expected_se, exposure, value, se, lower, upper, limits_level, count, total, \
sum_of_squares, peer_group, period, by, only, exclude, lookup, roll_up, sheet, spread, \
decimal, rules, suppressed, rounded, zero, missing, percent, per, lenient : optional
        How the data are read, as by `read_table`.
    annualise : {"none", "x4", "rolling4"}
        How quarters become years.
    covariates, strata : str or sequence of str, optional
        Columns that explain why units differ, and columns of the case-mix; those of the card,
        unless given.
    inform : str or sequence of str, optional
        Columns that help to estimate a unit without excusing it; `size` is the log of its own size.
    effects : str, optional
        How units differ: "auto", "normal", "normal-by-size", "student-t", "contaminated-normal",
        "normal-mixture" or "learnt".
    likelihood : str, optional
    transient : "auto", "none" or float, optional
        What varies between a unit's periods beyond chance.
    peer_tau : {"common", "own"}, optional
        Spread within peer groups.
    engine : {"auto", "quadrature", "nuts"}
    draws : int
        Joint draws from the posterior.
    seed : int
        The same seed gives the same draws.
    level : float
        Of all intervals, in (0, 1).
    target : str, optional
        "pooled", "median", "best:0.25" or "rate:0.75", or the name of a system's rule.
    materiality : float, optional
        Events from which an opportunity is worth pursuing.
    unit_cost : float, optional
        What one event is worth; needs `price_year` and `cost_source`, unless the card has them.
    price_year, cost_source : str, optional
    incomparable : {"exclude", "include"}
        Whether units whose case-mix others don't treat carry an opportunity.
    least_comparability : float
        The share of a unit's case-mix that others must treat for it to be comparable.
    allow_overlap : str, optional
        Why indicators that overlap may be added up.
    multiplier : float, optional
        By which events are multiplied; that of `annualise`, unless given.
    subtotals : mapping of str to sequence of str, optional
        Sets of units, by their codes, to add up.
    unmeasured : bool
        Whether to say what the total is if units differ by case-mix that nobody recorded.
    events : path or DataFrame, optional
        What happened to volumes, as `completeness` writes it: columns `unit`, `from`, `to`, `class`
        and `share`. The total had all been reported then stands beside that of what was.
    prior_incomplete : float
        Where events state no share: probability that a period is incomplete, before its volume is
        known; up to 0.5.
    prior_logit, prior_logit_sd : float
        If it is, mean and SD (up to 2) of the logit of the part reported.
    selective_sd : float, optional
        By what the rate of a selective loss may differ from that of what was reported: an SD on
        the link scale. That of units' effects unless given.

    Returns
    -------
    Opportunities
        One a group and indicator.

    Raises
    ------
    VarstatError
        If anything can't be what is asked, with what to do.

    Examples
    --------
    >>> import varstat
    >>> found = varstat.opportunity("example:star98", direction="higher-is-better", draws=200)
    >>> found[0].total.plug_in < found[0].total.estimate
    True
    """
    return cast("Opportunities", answer(locals(), OpportunityAsking))
