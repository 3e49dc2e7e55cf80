"""varstat.change: why a total moved between two periods, and which units truly changed."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from varstat.analysis.asking import ChangeAsking
from varstat.analysis.verbs.answer import answer
from varstat.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from varstat.analysis.verbs.answer import Data
    from varstat.card import Card
    from varstat.data.rows.lookup import OneLookup
    from varstat.estimands.change.result import Changes


def change(
    data: "Data",
    periods: tuple[str, str],
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
    strata: Sequence[str] | str | None = None,
    successors: "str | os.PathLike[str] | pd.DataFrame | None" = None,
    frame: str | None = None,
    events: "str | os.PathLike[str] | pd.DataFrame | None" = None,
    prior_incomplete: float = 0.02,
    prior_logit: float = 1.4,
    prior_logit_sd: float = 1.0,
    selective_sd: float | None = None,
    target: str | None = None,
    minimal: float = 0.0,
    passing: float | None = None,
    unit_cost: float | None = None,
    unit_cost_to: float | None = None,
    price_year: str | None = None,
    cost_source: str | None = None,
    fdr: float = 0.05,
    draws: int = 4000,
    seed: int = 1,
    level: float = 0.95,
) -> "Changes":
    """Say why a total moved between two periods, and which units truly changed.

    What `varstat change` does, of a data frame or a file. `read_table` and `compute_change` are its
    steps.

    Parameters
    ----------
    data : path, "example:NAME" or DataFrame
        A file (CSV, TSV, XLSX, XLS, Parquet, DuckDB), an example or a table, of all periods that
        there are: what lasts can be told from what passes with three or more.
    periods : (str, str)
        Two periods of the table, or longer ones that its periods fill, such as years of quarters.
    card, title, direction, counts, unit, unit_name, numerator, denominator, sampled_from, \
observed, expected, expected_se, exposure, value, se, lower, upper, limits_level, count, \
total, sum_of_squares, peer_group, period, by, only, exclude, lookup, roll_up, sheet, spread, \
decimal, rules, suppressed, rounded, zero, missing, percent, per, lenient : optional
        How the data are read, as by `read_table`.
    strata : str or sequence of str, optional
        A change is of whole units: an empty sequence leaves out the case-mix that a card names.
    successors : path or DataFrame, optional
        Which organisations took over which: columns `from`, `to`, and `share` and `date` where
        they matter.
    frame : {"common"}, optional
        Whether units with data in one of the two periods alone are shown as exits and entries,
        where they would be refused.
    events : path or DataFrame, optional
        What happened to volumes, as `completeness` writes it: columns `unit`, `from`, `to`, `class`
        and `share`. What wasn't reported is then a factor of its own.
    prior_incomplete : float
        Where events state no share: probability that a period is incomplete, before its volume is
        known; up to 0.5.
    prior_logit, prior_logit_sd : float
        If it is, mean and SD (up to 2) of the logit of the part reported.
    selective_sd : float, optional
        By what the rate of a selective loss may differ from that of what was reported: an SD on
        the link scale. That of units' levels unless given.
    target : str, optional
        That of the card, unless given; found anew in each period.
    minimal : float
        The smallest change of a rate that matters, as a share or in events a unit of exposure.
    passing : float, optional
        The SD of what passes, on the link scale, where it is known from elsewhere.
    unit_cost, unit_cost_to : float, optional
        What one event is worth in the first period, and in the second where that differs; the
        card's, unless given. Parts are then of money as well.
    price_year, cost_source : str, optional
        Which a unit cost needs.
    fdr : float
        The share of false names that a list of the improved, or of the worsened, may have.
    draws : int
        Joint draws from the posterior.
    seed : int
        The same seed gives the same draws.
    level : float
        Of all intervals, in (0, 1).

    Returns
    -------
    Changes
        One for each group.

    Raises
    ------
    VarstatError
        If anything can't be what is asked, with what to do.

    Examples
    --------
    >>> import pandas as pd
    >>> import varstat
    >>> rows = [(f"u{i}", f"{year}", 40 + (7 * i + year) % 23, 200)
    ...         for i in range(30) for year in range(2011, 2017)]
    >>> frame = pd.DataFrame(rows, columns=["unit", "period", "numerator", "denominator"])
    >>> found = varstat.change(
    ...     frame, ("2011", "2016"), period="period", direction="higher-is-better", draws=200)
    >>> found[0].bridge.effect
    ('from', 'volume', 'rate', 'target', 'to')
    """
    before, after = _check_periods(periods)
    return cast("Changes", answer({**locals()}, ChangeAsking))


def _check_periods(periods: Any) -> tuple[str, str]:
    """Check that two periods are named."""
    if isinstance(periods, (tuple, list)) and len(periods) == 2:
        before, after = periods
        if isinstance(before, str) and isinstance(after, str):
            return before, after
    raise UsageError("periods", "a change is between two: name both, as in ('2013', '2016').")
