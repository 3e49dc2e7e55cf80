"""Reshaping: what was opened, with a row a record, as the columns that are asked for say."""

from collections.abc import Mapping, Sequence

from varstat.card.field import columns_of
from varstat.card.schema import Card
from varstat.data.shape.heading_period import is_pattern
from varstat.data.shape.long import spread_measures
from varstat.data.shape.wide import melt_periods
from varstat.data.source.open import Source
from varstat.measure import EXPOSURE_RATIO, MEASURES
from varstat.period.parts import part_names

# What a measure is made from, as columns are called that nobody names.
_OWN_NAMES = tuple(
    dict.fromkeys(
        name
        for measure in (*MEASURES.values(), EXPOSURE_RATIO)
        for columns in measure.columns
        for name in columns
    )
)


def reshape(
    source: Source,
    *,
    card: Card | None,
    named: Mapping[str, str | None],
    spread: str | None,
    telling: Sequence[str],
) -> tuple[Source, bool]:
    """Put columns that are periods into rows, and rows that are measures into columns.

    Parameters
    ----------
    source : Source
    card : Card or None
        With what the caller said; None if nothing says what is measured.
    named : mapping of str to str or None
        What the caller calls the columns of `unit` and `period`.
    spread : str or None
        "NAMES:VALUES".
    telling : sequence of str
        Further columns that tell records apart: by what rows are split or chosen, strata.

    Returns
    -------
    source : Source
    periods : bool
        Whether periods were made of columns.
    """
    measured = _measured(card)
    patterns = [name for name in measured if is_pattern(name)]
    if spread is not None and is_pattern(spread):
        patterns.append(spread.rpartition(":")[2].strip())
    period = _names(card, named, "period")
    if patterns:
        unit = _names(card, named, "unit")
        source = melt_periods(source, patterns, unit=unit, period=period)
    if spread is not None:
        parts = [part for name in period for part in part_names(name)]
        keys = [_names(card, named, "unit"), period, *((name,) for name in (*parts, *telling))]
        keys += [(name,) for name in _telling(card)]
        source = spread_measures(source, spread, measures=measured or _OWN_NAMES, keys=keys)
    return source, bool(patterns)


def _measured(card: Card | None) -> tuple[str, ...]:
    """Name the columns of numbers that a card needs or would use."""
    if card is None:
        return ()
    roles = [
        *card.needed,
        *(["count"] if card.columns.count and "count" not in card.needed else []),
    ]
    names = [name for role in roles for name in card.columns.names_of(role)]
    return tuple(dict.fromkeys((*names, *card.model.covariates, *columns_of(card.model.inform))))


def _telling(card: Card | None) -> tuple[str, ...]:
    """Name what tells records apart by what a card says."""
    if card is None:
        return ()
    strata = card.casemix.strata if card.casemix else ()
    return (*strata, *(each.column for each in card.exclusions))


def _names(card: Card | None, named: Mapping[str, str | None], role: str) -> tuple[str, ...]:
    if card is not None:
        return card.columns.names_of(role)
    name = named.get(role)
    return (name,) if name else (role,)
