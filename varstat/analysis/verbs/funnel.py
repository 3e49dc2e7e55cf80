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
    observed: str | None = None,
    expected: str | None = None,
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
    card : Card or str, optional
        A card, its name or its path. Without one, the columns tell which default card is meant.
    title, direction, counts, unit, unit_name, numerator, denominator, observed, expected, \
exposure, value, se, lower, upper, count, total, sum_of_squares, peer_group, period : str, optional
        What the card says, said otherwise: the indicator's title, its direction, whether its counts
        are whole, and the names of columns.
    limits_level : float, optional
        Level of the limits `lower` and `upper` of a value: 0.95, unless the card says otherwise.
    by : str or sequence of str
        Columns that split the table into groups, each analysed on its own.
    only, exclude : mapping of str to str or sequence of str, optional
        Keep, or leave out, the rows that have one of these values in a column.
    lookup : str, (DataFrame, str) or sequence of these, optional
        "FILE:KEY": attributes of units from another table.
    roll_up : {"quarter", "year", "calendar-year", "all"}, optional
        Add up the periods.
    sheet : str, optional
        Sheet of a workbook, or table of a DuckDB file.
    spread : str, optional
        "NAMES:VALUES", where measures stand in rows: the columns of their names and their values.
    decimal : {".", ","}, optional
        Decimal mark of the numbers; by default they tell.
    rules : {"cms", "hes", "hes-2013", "nomis", "ons", "opensafely"}, optional
        The rule set of a publisher, which says what its marks stand for and how it rounds. What
        follows is said instead.
    suppressed : (int, int) or mapping of str to (int, int), optional
        The range that suppression marks stand for; or marks, and printed counts, with the range
        that each stands for: ``{"*": (1, 7), "0": (0, 0)}``. `any` is any other mark.
    rounded : int or mapping of str to int, optional
        The base that events were rounded to; or those of `numerator` and `denominator`.
    zero, missing : str or sequence of str, optional
        Marks that mean none, and marks and numbers that mean that the number isn't known.
    percent : bool
        Whether the numerator is a percentage of the denominator.
    per : float, optional
        How much of the exposure, or how many cases, rates are shown for, such as 1000.
    lenient : bool
        Leave out impossible rows and report them, where otherwise they are an error.
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
