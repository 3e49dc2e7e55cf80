"""varstat.funnel: who differs by more than chance."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from varstat.analysis.asking import FunnelAsking
from varstat.analysis.verbs.answer import answer

if TYPE_CHECKING:
    from varstat.analysis.verbs.answer import Data
    from varstat.card import Card
    from varstat.data.rows.lookup import OneLookup
    from varstat.funnel.result import Funnels


def funnel(
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
    method: str = "varstat",
    target: str | None = None,
    levels: Sequence[float] | None = None,
    sides: str | None = None,
    limits: str | None = None,
    dispersion: str | None = None,
    robust: str | None = None,
    tau_scale: str | None = None,
) -> "Funnels":
    """Draw a funnel: flag the units that differ from the target by more than chance.

    What `varstat funnel` does, of a data frame or a file. `read_table` and `compute_funnel` are its
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
    method : {"varstat", "shmi", "cqc"}
    target : str, optional
        "pooled", "median", "best:0.25", "rate:0.75" or "leave-one-out". This and the following
        are the card's, unless given.
    levels : sequence of float, optional
        Each in (0, 1).
    sides : {"both", "high", "low"}, optional
    limits : {"exact", "normal", "interpolated"}, optional
    dispersion : {"none", "multiplicative", "dl", "pm", "reml", "auto"}, optional
    robust : {"none", "trim", "winsorise"}, optional
    tau_scale : {"logit", "arcsine", "log", "sqrt", "identity"}, optional

    Returns
    -------
    Funnels
        One a group.

    Raises
    ------
    VarstatError
        If anything can't be what is asked, with what to do.

    Examples
    --------
    >>> import varstat
    >>> found = varstat.funnel("example:star98", levels=[0.95, 0.998])
    >>> len(found[0].units.unit)
    303
    """
    return cast("Funnels", answer(locals(), FunnelAsking))
