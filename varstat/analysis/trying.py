"""Readings tried: whether a file can be read so, and a funnel be drawn of it."""

from typing import TYPE_CHECKING, Any

from varstat.analysis.specification import Reading
from varstat.errors import TableError, VarstatError

if TYPE_CHECKING:
    from varstat.data.source.open import Source
    from varstat.data.table import Table

# The fields of a reading that name what is measured.
MEASURED = (
    *("numerator", "denominator", "observed", "expected", "exposure"),
    *("value", "se", "lower", "upper"),
)
_TOLD = ("unit", "unit_name", "period", *MEASURED)


def try_reading(opened: "Source", reading: Reading) -> "tuple[Table | None, str]":
    """Read a file so and draw funnels of it; say why not where that can't be.

    Parameters
    ----------
    opened : Source
    reading : Reading

    Returns
    -------
    table : Table or None
        None where it can't be read so, or no funnel be drawn.
    str
        Why not.
    """
    try:
        table = tabulate_reading(opened, reading)
    except VarstatError as error:
        return None, error.problems[0]
    problem = say_undrawn(table)
    return (None, problem) if problem else (table, "")


def say_undrawn(table: "Table") -> str:
    """Say why no funnel can be drawn of a table.

    Parameters
    ----------
    table : Table

    Returns
    -------
    str
        Empty where one can.
    """
    from varstat.funnel.funnel import compute_funnel

    try:
        compute_funnel(table)
    except VarstatError as error:
        return error.problems[0]
    return ""


def tabulate_reading(opened: "Source", reading: Reading, *, card: Any = None) -> "Table":
    """Read what was opened once: a pipe gives its bytes no second time.

    Parameters
    ----------
    opened : Source
    reading : Reading
    card : Card, optional
        In place of the one that the reading names.

    Returns
    -------
    Table

    Raises
    ------
    TableError, CardError, UsageError
    """
    from varstat.card import restate_card, state_card
    from varstat.data.rows.tabulate import tabulate
    from varstat.data.shape.reshape import reshape

    told: dict[str, Any] = {name: getattr(reading, name) for name in _TOLD}
    told |= {"percent": reading.percent or None, "zero": reading.zero or None}
    told["limits_level"] = reading.limits_level
    named = card or (reading.card[0] if reading.card else None)
    stated = state_card(named, told)
    if stated is None:
        raise TableError(opened.name, "nothing says what is measured here.")
    only, exclude = dict(reading.only), dict(reading.exclude)
    opened, dated = reshape(
        opened,
        card=stated,
        named={"unit": reading.unit, "period": reading.period},
        spread=reading.spread,
        telling=(*reading.by, *only, *exclude),
    )
    if dated and stated.columns.period is None:
        stated = restate_card(stated, {"period": "period"})
    return tabulate(
        opened,
        card=stated,
        by=reading.by,
        strata=None,
        covariates=None,
        inform=None,
        only=only,
        exclude=exclude,
        lookups=[],
        roll_up=None,
        lenient=reading.lenient,
    )
