"""Limits of values: standard errors from them, on the scale on which they are symmetric."""

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from varstat.card import Card, override_card
from varstat.data.account import Ledger, Mask
from varstat.data.rows.counts import Counts
from varstat.data.rows.covariates import Covariate
from varstat.data.rows.figures import find_level
from varstat.data.rows.records import Records
from varstat.data.source.numbers import Kind, Numbers
from varstat.measure import MEAN, SKEWED, Floats, Mean, SkewedName

LEVEL = 0.95
# Of the ratio of a limit's two distances from its value: what is as good as symmetric, and what
# a normal error no longer describes.
_EVEN, _SKEWED = 1.02, 1.25
_USUAL = 0.9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Arms:
    """How far each value lies from its limits on some scale.

    Attributes
    ----------
    low, high : ndarray of float, shape (rows,)
    slack : ndarray of float, shape (rows,)
        By how much printing may have moved their difference.
    """

    low: Floats
    high: Floats
    slack: Floats

    @property
    def skewness(self) -> Floats:
        """The longer over the shorter."""
        return self._skewness(np.zeros_like(self.low))

    @property
    def least_skewness(self) -> Floats:
        """The longer over the shorter, as far as printing leaves it in no doubt."""
        return self._skewness(self.slack)

    def _skewness(self, slack: Floats) -> Floats:
        longer, shorter = np.maximum(self.low, self.high), np.minimum(self.low, self.high)
        spare = np.minimum(slack, longer - shorter) / 2.0
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((longer - spare) / (shorter + spare))


def read_limits(records: Records, rows: Mask, *, card: Card) -> tuple[Records, Card, str | None]:
    """Find the scale of the limits, and have the measure and the card of it.

    Parameters
    ----------
    records : Records
        Of a mean given by its value and limits.
    rows : ndarray of bool, shape (rows,)
        Those that count.
    card : Card
        Whose `columns.limits_scale` decides, if it says anything.

    Returns
    -------
    records : Records
    card : Card
    problem : str or None
        What makes a standard error of them impossible.
    """
    value, lower, upper = _numbers(records)
    good = rows & (lower < value) & (value < upper)
    if card.columns.limits_scale is not None or not good.any():
        return replace(records, measure=card.measure), card, None
    found, skewness = _find_scale(records, good)
    if skewness > _SKEWED:
        columns = f"{records.size_column!r} and {_upper(records).column!r}"
        problem = (
            f"the limits in columns {columns} are symmetric about {records.event_column!r} on no "
            f"scale: one is usually {skewness:.2g} times as far from it as the other, whether as "
            "they are, in logarithms or in logits. Give a standard error (--se), or the counts "
            "that the values were made of."
        )
        return records, card, problem
    if found is None:
        return records, card, None
    scale = SKEWED[found].link
    changes: dict[str, dict[str, str]] = {
        "columns": {"limits_scale": found},
        "model": {"link": scale},
        "funnel": {"tau_scale": scale},
    }
    card = override_card(card, changes, where="limits")
    return replace(records, measure=card.measure), card, None


def count_limits(records: Records, *, card: Card) -> Counts:
    r"""Give each value its standard error by its limits.

    .. math:: \mathrm{se} = \frac{g(u) - g(l)}{2 z}

    on the scale :math:`g` of the measure, with :math:`z` the normal quantile of their level. Where
    one limit lies at the end of what a value can be, by twice the distance of the other.

    Parameters
    ----------
    records : Records
    card : Card

    Returns
    -------
    Counts
    """
    value, lower, upper = _numbers(records)
    arms = _arms(records, _mean(records))
    width = arms.low + arms.high
    width = np.where(np.isinf(arms.low) & np.isfinite(arms.high), 2.0 * arms.high, width)
    width = np.where(np.isinf(arms.high) & np.isfinite(arms.low), 2.0 * arms.low, width)
    z = NormalDist().inv_cdf(0.5 + 0.5 * (card.columns.limits_level or LEVEL))
    se = width / (2.0 * z)
    proper = np.isfinite(se) & (se > 0) & (lower <= value) & (value <= upper)
    count = np.full(len(value), np.nan)
    if records.count is not None:
        count = records.count.numbers.values
    return Counts(
        event=value, lower=value, upper=value, size=np.where(proper, se, np.nan), count=count
    )


def refuse_limits(records: Records, counts: Counts, ledger: Ledger, *, card: Card) -> None:
    """Refuse limits that cross, have no width, don't hold their value or give no error.

    So are those of another level than 95% by their headings, where nobody said which.

    Parameters
    ----------
    records : Records
    counts : Counts
    ledger : Ledger
    card : Card
    """
    value, lower, upper = _numbers(records)
    low, high, of = records.size_column, _upper(records).column, records.event_column
    levels = {find_level(low), find_level(high)} - {None, LEVEL}
    if card.columns.limits_level is None and len(levels) == 1:
        (level,) = levels
        ledger.stop(
            f"the limits in columns {low!r} and {high!r} are not of {LEVEL:.0%}, by their heading: "
            f"say --limits-level {level}."
        )
    ledger.refuse(
        lower > upper,
        f"the limits cross: column {low!r} is above {high!r}",
        mend="Check that the two columns are not exchanged.",
    )
    ledger.refuse(
        lower == upper,
        f"the limits in columns {low!r} and {high!r} are the same",
        mend="Limits without width say nothing of chance: leave such rows out.",
    )
    ledger.refuse(
        (value < lower) | (value > upper),
        f"column {of!r} lies outside its limits in {low!r} and {high!r}",
        mend="Check that these are the limits of this value, in the same unit.",
    )
    ledger.refuse(
        np.isnan(counts.size),
        f"column {of!r} is at an end of what it can be, where its limits give no standard error",
        mend="Give the counts that such values were made of, or leave the rows out.",
    )


def note_limits(records: Records, kept: Mask, *, card: Card) -> tuple[str, ...]:
    """Say what the standard errors were made of, and on which scale.

    Parameters
    ----------
    records : Records
    kept : ndarray of bool, shape (rows,)
    card : Card

    Returns
    -------
    tuple of str
        None where there are no limits.
    """
    if "lower" not in card.needed:
        return ()
    scale = {"identity": "", "log": " of the logarithm", "logit": " of the logit"}[
        records.measure.link
    ]
    level = 100 * (card.columns.limits_level or LEVEL)
    note = (
        f"standard errors{scale} are from the {level:.15g}% limits {records.size_column!r} and "
        f"{_upper(records).column!r}"
    )
    if scale:
        note += f", which are nearly symmetric on that scale; {records.event_column!r} stays as is"
    skewness = float(np.median(_arms(records, _mean(records)).skewness[kept]))
    if skewness > _EVEN:
        note += f" (one is usually {skewness:.2g} times as far from the value as the other)"
    return (note,)


def _find_scale(records: Records, good: Mask) -> tuple[SkewedName | None, float]:
    """Find the scale on which limits are most nearly symmetric, and how far from it they are."""
    found, least = None, _skewness(records, MEAN, good)
    even = _arms(records, MEAN).least_skewness[good] <= 1.0 + 1e-9
    if even.mean() >= _USUAL or least <= _EVEN:
        return None, least
    _, _, upper = _numbers(records)
    top = float(upper[good].max())
    for name, measure in SKEWED.items():
        # Of small values a logit is a logarithm.
        if name != "log" and not 0.02 * measure.ends[1] < top <= measure.ends[1]:
            continue
        skewness = _skewness(records, measure, good)
        if skewness < least - 1e-6:
            found, least = name, skewness
    return found, least


def _skewness(records: Records, measure: Mean, good: Mask) -> float:
    skewness = _arms(records, measure).skewness[good]
    skewness = skewness[np.isfinite(skewness)]
    return float(np.median(skewness)) if 2 * len(skewness) > int(good.sum()) else np.inf


def _arms(records: Records, measure: Mean) -> _Arms:
    value, lower, upper = _numbers(records)
    half = [np.max(each.half_unit, initial=0.0) for each in _printed(records)]
    ends = measure.ends
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        at = [measure.own_scale(np.clip(each, *ends)) for each in (lower, value, upper)]
        moved = (
            np.abs(measure.slope(np.clip(each, *ends))) * by
            for each, by in zip((value, lower, upper), half, strict=True)
        )
        of_value, *of_limits = moved
        slack = 2.0 * of_value + of_limits[0] + of_limits[1]
        return _Arms(low=at[1] - at[0], high=at[2] - at[1], slack=np.nan_to_num(slack, posinf=0.0))


def _numbers(records: Records) -> tuple[Floats, Floats, Floats]:
    """Values and limits; NaN in all three where one is no number."""
    columns = _printed(records)
    known = np.ones(len(records.rows), dtype=np.bool_)
    for each in columns:
        known &= each.is_kind(Kind.NUMBER, Kind.PERCENT)
    value, lower, upper = (np.where(known, each.values, np.nan) for each in columns)
    return value, lower, upper


def _printed(records: Records) -> tuple[Numbers, Numbers, Numbers]:
    return records.event, records.size, _upper(records).numbers


def _upper(records: Records) -> Covariate:
    if records.third is None:
        raise RuntimeError("a value with limits has an upper one")
    return records.third


def _mean(records: Records) -> Mean:
    if not isinstance(records.measure, Mean):
        raise RuntimeError("limits are those of a mean")
    return records.measure
