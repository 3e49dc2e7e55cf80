"""varstat.league: who is where, and how sure that is."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from varstat.analysis.asking import LeagueAsking
from varstat.analysis.verbs.answer import answer

if TYPE_CHECKING:
    from varstat.analysis.verbs.answer import Data
    from varstat.card import Card
    from varstat.data.rows.lookup import OneLookup
    from varstat.estimands import Leagues


def league(
    data: "Data",
    *,
    card: "Card | str | None" = None,
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
    at: str = "average",
    unmeasured: bool = False,
    also: Sequence[str] | str = (),
) -> "Leagues":
    """Make a league table: each unit's estimate, rank and tier, with their uncertainty.

    What `varstat league` does, of a data frame, a file or a saved fit. `read_table`, `fit_model`
    and `compute_league` are its steps.

    Parameters
    ----------
    data : path, "example:NAME" or DataFrame
        A file (CSV, TSV, XLSX, XLS, Parquet, DuckDB), an example or a table; or a saved fit.
    card, title, direction, counts, unit, unit_name, numerator, denominator, sampled_from, \
observed, expected, expected_se, exposure, value, se, lower, upper, limits_level, count, \
total, sum_of_squares, peer_group, period, by, only, exclude, lookup, roll_up, sheet, spread, \
decimal, rules, suppressed, rounded, zero, missing, percent, per, lenient : optional
        How the data are read, as by `read_table`.
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
        "pooled", "median", "best:0.25" or "rate:0.75"; the card's, unless given.
    at : str
        Of which time ranks are, where there are several periods: "average", "last", or a period.
        One period takes a series of three or more, of 20 units or more.
    unmeasured : bool
        Whether to say how much case-mix that nobody recorded would undo who is surely where.
    also : str or sequence of str
        Columns besides: "robust" intervals, confidence "sets" of ranks, "discovery", "triple-goal"
        estimates, "misfit" p-values.

    Returns
    -------
    Leagues
        One a group.

    Raises
    ------
    VarstatError
        If anything can't be what is asked, with what to do.

    Examples
    --------
    >>> import varstat
    >>> found = varstat.league("example:star98", direction="higher-is-better", draws=200)
    >>> found[0].top
    75
    """
    return cast("Leagues", answer(locals(), LeagueAsking))
