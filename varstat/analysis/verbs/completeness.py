"""varstat.completeness: what was reported, what wasn't, and what happened to volumes."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from varstat.analysis.asking import CompletenessAsking
from varstat.analysis.verbs.answer import answer

if TYPE_CHECKING:
    from varstat.analysis.verbs.answer import Data
    from varstat.card import Card
    from varstat.data.rows.lookup import OneLookup
    from varstat.estimands.completeness.result import Histories
    from varstat.estimands.vintages.result import Nowcasts


def completeness(
    data: "Data",
    *,
    card: "Card | str | None" = None,
    title: str | None = None,
    unit: str | None = None,
    unit_name: str | None = None,
    numerator: str | None = None,
    denominator: str | None = None,
    period: str | None = None,
    columns: Sequence[str] | str = (),
    as_of: str | None = None,
    tail: float | None = None,
    only: Mapping[str, Sequence[str] | str] | None = None,
    exclude: Mapping[str, Sequence[str] | str] | None = None,
    lookup: "OneLookup | Sequence[OneLookup] | None" = None,
    sheet: str | None = None,
    decimal: str | None = None,
    lenient: bool = False,
    events: str | None = None,
    least: float = 500.0,
    prior_incomplete: float = 0.02,
    prior_logit: float = 1.4,
    prior_logit_sd: float = 1.0,
    level: float = 0.9,
) -> "Histories | Nowcasts":
    """Find gaps, losses, mergers and other changes in the volumes that units reported.

    What `varstat completeness` does, of a data frame or a file.

    Parameters
    ----------
    data : path, "example:NAME" or DataFrame
    card, title, unit, unit_name, numerator, denominator, period, only, exclude, lookup, sheet, \
decimal, lenient : optional
        How the data are read, as by `read_table`. Periods are months or quarters.
    columns : str or sequence of str
        Further counts of the same units and periods, by which causes are told apart.
    as_of : str, optional
        The column that says when a row was published. Then periods may be of any one length, and
        it is asked what their counts will end at, by how those of earlier periods grew.
    tail : float, optional
        By which counts of vintages grow beyond the last delay, which no vintage tells; 1 by
        default.
    events : str, optional
        A file of events, in place of what would be found.
    least : float
        Median volume of a month from which a unit is looked at.
    prior_incomplete : float
        Probability that a period is incomplete, before its volume is known; up to 0.5.
    prior_logit, prior_logit_sd : float
        If it is, mean and SD (up to 2) of the logit of the part reported.
    level : float
        Of all intervals, in (0, 1).

    Returns
    -------
    Histories or Nowcasts
        The latter with `as_of`.

    Raises
    ------
    VarstatError
        If anything can't be what is asked, with what to do.

    Examples
    --------
    >>> import numpy as np, pandas as pd, varstat
    >>> months = pd.period_range("2014-01", periods=36, freq="M").astype(str)
    >>> spells = 1000.0 + 10 * np.random.default_rng(1).standard_normal((20, 36))
    >>> spells[3, 20:22] *= 0.6
    >>> frame = pd.DataFrame({"unit": np.repeat([f"U{i}" for i in range(20)], 36),
    ...                       "month": np.tile(months, 20), "spells": spells.ravel().round()})
    >>> found = varstat.completeness(frame, period="month", columns="spells")
    >>> [(each.unit, each.start, each.end) for each in found[0].events]
    [('U3', '2015-09', '2015-10')]
    """
    return cast("Histories | Nowcasts", answer({**locals()}, CompletenessAsking))
