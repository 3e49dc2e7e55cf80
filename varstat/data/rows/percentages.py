"""Percentages and rates in the place of counts: found by their numbers and their headings."""

import re
import shlex

import numpy as np
import pandas as pd

from varstat.card.schema import Card
from varstat.data.account import Ledger, Mask
from varstat.data.rows.counts import WHOLE_TO, Converted
from varstat.data.rows.figures import find_per, may_be_figure
from varstat.data.rows.growth import grows, is_flat
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
_RATE_WORDS = (
    "rates?|quote|taux|tasa|tasso|taxa|ratio|share|proportion|anteil|andel|aandeel|odsetek|osuus|"
    "podil|podíl|prevalence|incidence|compliance|coverage|uptake|achievement|performance"
)
_RATE = re.compile(
    rf"\b({_RATE_WORDS})$|^({_RATE_WORDS})\b|(率|割合|比率|比例|비율)", re.IGNORECASE
)
_COUNT = re.compile(
    r"\b(numbers?|counts?|nos?|n|num|numerator|cases?|events?|total|sum|anzahl|nombre|numero|"
    r"aantal|antal)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PERCENT_MOST = 100.0


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
    where the heading says so; or where it speaks of a rate and the numbers don't grow with sizes;
    or where they surely don't, whatever the heading.

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
    if why is None and _stand_alone(records, plain, card=card):
        why = _FLAT
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
        if why == _FLAT:
            mend += f" {_SAY_COUNT}"
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
_FLAT = "no number above 100, and larger sizes don't have more, as counts do"
_SAY_COUNT = "If these are numbers of cases, let the heading say so: `Number of …`."
_UNRELATED = "mostly no whole numbers, none above 100; larger sizes don't have more"


def _ask_of_share(column: str, of: str, *, small: bool) -> str:
    ask = f"Is this a percentage of {of!r}? Say --percent."
    if small:
        hundred = shlex.quote(f"{column} * 100")
        ask = f"Is this a share of {of!r}? Say --numerator {hundred} --percent."
    return (
        f"{ask} A rate that was adjusted is given as --value with --lower and --upper, or with "
        f"--se. {_SAY_COUNT}"
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


def _stand_alone(records: Records, rows: Mask, *, card: Card) -> bool:
    """Tell whether counts don't grow with sizes, one row a unit, in what is analysed together."""
    sized = card.measure.size in ("denominator", "exposure")
    if not sized or says_count(records.event_column):
        return False
    parts = [records.roles["unit"], *records.by.values(), *records.strata.values()]
    if "period" in records.roles:
        parts.append(records.roles["period"])
    keys = pd.DataFrame({at: pd.factorize(each.values[rows])[0] for at, each in enumerate(parts)})
    if keys.duplicated().any():
        return False
    frame = keys.assign(event=records.event.values[rows], size=records.size.values[rows])
    frame = frame[np.isfinite(frame["event"]) & (frame["size"] > 0)]
    event, size = frame["event"].to_numpy(), frame["size"].to_numpy()
    if (event > _PERCENT_MOST).any() or (event < 0).any():
        return False
    group = np.zeros(len(frame), dtype=np.int64)
    if len(parts) > 1:
        group = frame.groupby(list(range(1, len(parts)))).ngroup().to_numpy()
    return is_flat(event, size, group)


def says_count(heading: str) -> bool:
    """Tell whether a heading says that it is one of counts.

    Examples
    --------
    >>> [says_count(h) for h in ("Number late", "n (%)", "Late")]
    [True, True, False]
    """
    return _COUNT.search(_words(heading)) is not None


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
