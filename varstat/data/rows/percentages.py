"""Percentages and rates in the place of counts: found by their numbers and their headings."""

import re
import shlex

import numpy as np

from varstat.card.schema import Card
from varstat.data.account import Ledger, Mask
from varstat.data.rows.counts import WHOLE_TO, Converted
from varstat.data.rows.figures import find_per, may_be_figure
from varstat.data.rows.records import Records
from varstat.data.source.numbers import Kind
from varstat.measure import Floats

# A threshold such as "HbA1c below 7.5%" has its number before the sign.
_PERCENT = re.compile(
    r"(?<![\d.])(?<!\d )%|\b(per ?cents?|percents?|percentages?|pct|prozent|prozentual\w*|"
    r"pourcentage|pour ?cent|porcentaje|por ?ciento|percentuale|per ?cento|percentagem|procent\w*|"
    r"prosent\w*)\b",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"\b(rates?|quote|taux|tasa|tasso|taxa|ratio|share|proportion|anteil)$", re.IGNORECASE
)
_COUNT = re.compile(
    r"\b(numbers?|counts?|nos?|n|num|numerator|cases?|events?|total|sum|anzahl|nombre|numero|"
    r"aantal|antal)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
# Of so many rows, ranks tell whether events grow with sizes.
_ENOUGH = 5


def refuse_percentages(records: Records, event: Converted, ledger: Ledger) -> None:
    """Refuse percentages of which no count can be made, and those among counts.

    Parameters
    ----------
    records : Records
    event : Converted
    ledger : Ledger
        Being lenient leaves out such rows where they are no more than half.
    """
    column, of = records.event_column, records.size_column
    torn = event.impossible & ledger.open
    few = 2 * int(torn.sum()) <= int(ledger.open.sum())
    ledger.refuse(
        torn & event.was_percent,
        f"the percentage in column {column!r} fits no whole number of {of!r}",
        mend="Check that this is the right denominator. A rate that was adjusted is no share of "
        "it: give it as --value with --lower and --upper, or with --se.",
        leavable=few,
    )
    ledger.refuse(
        torn & ~event.was_percent,
        f"{column!r} comes to no whole number",
        mend="Check that these are the columns that the rate was made of, and its unit (per cent, "
        "per 1,000).",
        leavable=few,
    )
    percent = event.was_percent & ledger.open
    plain = event.numbers.is_kind(Kind.NUMBER) & ~event.was_percent & ledger.open
    plain &= event.numbers.values != 0
    if percent.any() and plain.any():
        ledger.refuse(
            percent if percent.sum() <= plain.sum() else plain,
            f"percentages and counts are mixed in column {column!r}",
            mend="Give all rows as counts, or all as percentages.",
        )


def ask_percentages(records: Records, event: Converted, ledger: Ledger, *, card: Card) -> Mask:
    """Refuse a numerator, or observed events, that look like percentages or other rates.

    They do where most of them are fractions and none is above 100; or, none being above 100,
    where the heading says so; or where it ends in a rate and the numbers don't grow with sizes.

    Parameters
    ----------
    records : Records
    event : Converted
    ledger : Ledger
        Which leaves out none of them, lenient or not.
    card : Card

    Returns
    -------
    ndarray of bool, shape (rows,)
        The rows that were refused.
    """
    plain = event.numbers.is_kind(Kind.NUMBER) & ~event.was_percent & ~event.was_product
    plain &= ledger.open
    why = _find_reason(
        records.event_column,
        event.numbers.values[plain],
        records.size.values[plain],
        whole=card.indicator.counts == "whole",
        bounded=card.measure.bounded,
    )
    if why is None:
        return np.zeros(len(plain), dtype=np.bool_)
    column, of = records.event_column, records.size_column
    if card.measure.bounded and why not in (_PER, _FIGURE):
        mend = _ask_of_share(column, of, small=bool(event.numbers.values[plain].max() <= 1))
    else:
        product = shlex.quote(f"`{column}` * COLUMN / {find_per(column) or 100}")
        option = "--numerator" if card.measure.bounded else "--observed"
        mend = (
            "Is this a rate? Give the number of events, made of the rate and what it is of if need "
            f"be: {option} {product}."
        )
    ledger.refuse(
        plain & ((event.numbers.values != 0) | (why != _FRACTIONS)),
        f"column {column!r}: {why}",
        mend=mend,
        leavable=False,
    )
    return plain


def refuse_rates_for_sizes(records: Records, ledger: Ledger, *, card: Card) -> None:
    """Refuse rates, by their heading, in the place of what events are out of.

    Parameters
    ----------
    records : Records
    ledger : Ledger
    card : Card
        Of counts.
    """
    column = records.size_column
    if not card.measure.bounded or records.size.is_kind(Kind.PERCENT).any():
        return
    if find_per(column) is not None or says_percent(column):
        ledger.stop(
            f"column {column!r}: a heading that speaks of rates, where the number of cases should "
            "be that the events are out of. Name the column that holds it."
        )


_FRACTIONS = "mostly no whole numbers, none above 100"
_HEADED = "a heading that speaks of percentages, and no number above 100"
_RATED = "a heading that speaks of a rate, and no number above 100; larger sizes don't have more"
_PER = "a heading that speaks of a rate per so many"
_FIGURE = "a heading that speaks of a rate, an average or a rank, and larger sizes don't have more"
_UNRELATED = "mostly no whole numbers, none above 100; larger sizes don't have more"


def _ask_of_share(column: str, of: str, *, small: bool) -> str:
    ask = f"Is this a percentage of {of!r}? Say --percent."
    if small:
        hundred = shlex.quote(f"{column} * 100")
        ask = f"Is this a share of {of!r}? Say --numerator {hundred} --percent."
    return (
        f"{ask} A rate that was adjusted is given as --value with --lower and --upper, or with "
        "--se. A column of numbers needs another heading."
    )


def _find_reason(
    column: str, event: Floats, size: Floats, *, whole: bool, bounded: bool
) -> str | None:
    """Say why events look like rates; None where they don't."""
    known = np.isfinite(event) & np.isfinite(size)
    event, size = event[known], size[known]
    some = event != 0
    if not some.any() or (event < 0).any():
        return None
    if find_per(column) is not None:
        return _PER
    figure = _FIGURE if may_be_figure(column) and whole and not grows(event, size) else None
    if (event > 100).any():
        return figure
    fraction = np.abs(event - np.rint(event)) > WHOLE_TO
    mostly = bool(fraction[some].mean() > 0.5)
    if bounded and says_percent(column):
        return _HEADED
    if mostly and whole:
        return _FRACTIONS
    if mostly and bounded and not grows(event, size):
        return _UNRELATED
    if bounded and says_rate(column) and not grows(event, size):
        return _RATED
    return figure


def says_percent(heading: str) -> bool:
    """Tell whether a heading is that of percentages.

    Examples
    --------
    >>> [says_percent(h) for h in ("% readmitted", "Rate (%)", "pct_late", "HbA1c < 7.5%")]
    [True, True, True, False]
    """
    if _COUNT.search(_words(_ASIDE.sub(" ", heading))):
        return False
    return _PERCENT.search(_words(heading)) is not None


def says_rate(heading: str) -> bool:
    """Tell whether a heading is that of rates.

    Examples
    --------
    >>> [says_rate(h) for h in ("Readmission rate", "rate (crude)", "Events, rate numerator")]
    [True, True, False]
    """
    plain = _words(_ASIDE.sub(" ", heading)).strip()
    return _RATE.search(plain) is not None and _COUNT.search(plain) is None


def _words(heading: str) -> str:
    """Part words at underscores, and at capitals as in ReadmissionRate."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[_.]", " ", heading)


def grows(event: Floats, size: Floats, *, least: float = 0.3) -> bool:
    """Tell whether larger sizes have more events, by ranks; so where too few rows would tell.

    Parameters
    ----------
    event, size : ndarray of float, shape (rows,)
    least : float
        The rank correlation that is enough.

    Returns
    -------
    bool
    """
    if len(event) < _ENOUGH or np.ptp(size) == 0:
        return True
    if np.ptp(event) == 0:
        return False
    from scipy import stats

    return bool(stats.spearmanr(event, size).statistic > least)
