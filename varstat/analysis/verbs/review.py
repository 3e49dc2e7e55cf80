"""varstat.review: whether a league table, or an opportunity, can be believed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from varstat.analysis.asking import ReviewAsking
from varstat.analysis.verbs.answer import answer

if TYPE_CHECKING:
    from varstat.analysis.verbs.answer import Data
    from varstat.card import Card
    from varstat.data.rows.lookup import OneLookup
    from varstat.review.result import Reviews


def review(
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
    draws: int = 4000,
    seed: int = 1,
    level: float = 0.9,
    target: str | None = None,
    over: str | None = None,
    published: str | None = None,
    printed: str | None = None,
    says: str | None = None,
    budget: str | None = None,
    refits: int | None = None,
) -> "Reviews":
    """Review what a league table and an opportunity claim: which of it can be believed, and why.

    What `varstat review` does, of a data frame or a file. `read_table` and `compute_review` are its
    steps.

    Parameters
    ----------
    data : path, "example:NAME" or DataFrame
        A file (CSV, TSV, XLSX, XLS, Parquet, DuckDB), an example or a table.
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
    draws : int
        Joint draws from the posterior.
    seed : int
        The same seed gives the same draws.
    level : float
        Of all intervals, in (0, 1).
    target : str, optional
        "pooled", "median", "best:0.25" or "rate:0.75"; the card's, unless given.
    over : str, optional
        Axes and options of the analyses that could have been made as well, as
        "effects=normal,learnt;target=best:0.25,median"; a choice of varstat's, unless given.
    published : str, optional
        What is printed in which column of a published table, as "rank=Rank,flag=Outlier": each
        claim of it is judged, and what isn't by the method that made the rest is named.
    printed : str, optional
        "FILE:KEY" of that table; it is in the data's own file, unless given.
    says : str, optional
        By which methods it says it is, as "rank=raw,flag=funnel:0.998".
    budget : str, optional
        Time for refits, as "90s" or "2m".
    refits : int, optional
        Their number, in place of a budget; 0 for none.

    Returns
    -------
    Reviews
        One a group.

    Raises
    ------
    VarstatError
        If anything can't be what is asked, with what to do.

    Examples
    --------
    >>> import varstat
    >>> found = varstat.review("example:star98", direction="higher-is-better", draws=200, refits=0)
    >>> found[0].part("data").status
    'holds'
    """
    return cast("Reviews", answer(locals(), ReviewAsking))
