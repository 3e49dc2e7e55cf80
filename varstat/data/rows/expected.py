"""Expected events that are rates: found by their sum, their heading and what they grow with."""

import re
import shlex
from dataclasses import dataclass

import numpy as np

from varstat.data.account import Ledger, Rows
from varstat.data.rows.counts import Counts
from varstat.data.rows.figures import find_per, may_be_figure
from varstat.data.rows.growth import grows
from varstat.data.rows.percentages import says_percent, says_rate
from varstat.data.rows.records import Records
from varstat.data.source.header import Header
from varstat.data.source.numbers import Kind, Numbers
from varstat.measure import Floats

# Beyond these, events in all are no multiple that a standard from elsewhere explains.
_ODD, _IMPOSSIBLE = 1.5, 3.0
# Beyond this no standard explains anything: the two are in different units.
_ABSURD, _TOLD, _ROWS = 20.0, 200.0, 5
_THOUSAND = 300.0
_DECIMALS = "If its commas or points mark decimals, say --decimal , or --decimal . "
_MANY, _LARGEST = 50.0, 100.0
_EXPECTED = re.compile(
    r"expect|predict|erwart|attendu|esperad|attes[ie]|verwacht|v[aä]ntad|forvent|odotet|oczekiwan",
    re.IGNORECASE,
)
# The rank correlation from which two columns are of the same thing.
_GROWS = 0.7
# Columns that are tried for the size that a rate is of, and units of rates.
_TRIED = 60
_UNITS = (1, 100, 1000, 10_000, 100_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    column: str
    unit: int
    off: float


def ask_expected(
    records: Records, header: Header, counts: Counts, ledger: Ledger
) -> tuple[str, ...]:
    """Ask whether expected events are rates; refuse them where the numbers say so.

    Refused are those that differ from the observed by a factor of more than 3 in all, and either
    have a heading that speaks of rates, don't grow with the observed, or times another column come
    to them; by one of more than 20; or whose heading speaks of a rate per so many, or of a figure
    and they don't grow, unless it may say at which rates they are expected: they come to about as
    many. A note asks where only the heading speaks of rates, where they are one number for all
    units or the factor is more than 3, or where it is more than 1.5 and they don't grow, or times
    another column they come to the observed.

    Parameters
    ----------
    records : Records
    header : Header
        Whose other columns may be what the rate is of.
    counts : Counts
    ledger : Ledger

    Returns
    -------
    tuple of str
        What to note.
    """
    rows = ledger.open & np.isfinite(counts.event) & (counts.size > 0)
    observed, expected = counts.event[rows], counts.size[rows]
    if records.measure.size != "expected" or not observed.any():
        return ()
    column = records.size_column
    printed = bool(header.find((column,)))
    named = printed and (says_percent(column) or says_rate(column))
    ratio = float(observed.sum() / expected.sum())
    factor = max(ratio, 1.0 / ratio)
    # A rate is a hundred at most, and few events happen to grow with nothing.
    may_be = observed.sum() >= _MANY and expected.max() <= _LARGEST
    unrelated = factor > _ODD and bool(may_be) and not grows(observed, expected)
    many = rows.sum() >= _ROWS and max(observed.sum(), expected.sum()) >= _TOLD
    absurd, far = factor > _ABSURD and bool(many), factor > _IMPOSSIBLE and bool(many)
    one = expected.min() == expected.max() != observed.max() and rows.sum() >= _ROWS
    one = one and observed.sum() >= _MANY
    alike = grows(observed, expected, least=_GROWS)
    per = printed and find_per(column) is not None
    figure = printed and may_be_figure(column) and not alike
    named = named or per or figure
    if not (named or one or factor > _ODD):
        return ()
    fit = _find_size(records, header, observed, rows=records.places[rows], expected=expected)
    better = fit is not None and not alike
    # "Expected at national rates", "Expected (at 5.2 per 1,000)": of which standard, it says.
    standard = factor <= _ODD and (alike if per else _EXPECTED.search(column) is not None)
    worded = (per or figure) and not standard
    if not (named or one or unrelated or better or far):
        return ()
    found = f"{observed.sum():,.4g} events were observed and {expected.sum():,.4g} expected"
    why = "and its heading speaks of a rate" if named else "and it doesn't grow with the observed"
    if not named and not unrelated:
        why = f"and times {fit.column!r} it comes to the observed" if fit else "far from each other"
    if one:
        why = "the same number for all"
    cure = _cure(column, fit)
    if (
        absurd
        or worded
        or (one and factor > _ODD)
        or (factor > _IMPOSSIBLE and (named or unrelated or better))
    ):
        mark = _DECIMALS if absurd and 1 / ratio > _THOUSAND else ""
        ledger.stop(
            f"column {column!r} holds no numbers of events: {found}, {why}. {mark}If it is a rate, "
            f"{cure}"
        )
        return ()
    return (f"is {column!r} a rate, and no number of events? {found}, {why}. If so, {cure}",)


def _cure(column: str, fit: _Fit | None) -> str:
    name = f"`{column}`" if any(sign in column for sign in "+-*/()") else column
    size, unit = (fit.column, fit.unit) if fit else ("COLUMN", 100)
    quoted = f"`{size}`" if any(sign in size for sign in "+-*/()") else size
    product = f"{name} * {quoted}" + (f" / {unit}" if unit > 1 else "")
    which = "" if fit else ", with the column of how many it is of"
    return f"give the number of events expected, --expected {shlex.quote(product)}{which}."


def _find_size(
    records: Records, header: Header, observed: Floats, *, rows: Rows, expected: Floats
) -> _Fit | None:
    """Find the column that times the rate comes nearest to the observed, if one comes near."""
    best: _Fit | None = None
    at = np.isin(np.arange(len(header.rows)), rows)
    taken = {records.event_column, records.size_column}
    for position, name in enumerate(header.names[:_TRIED]):
        if not name or name in taken:
            continue
        numbers: Numbers = header.numbers(position).take(at)
        size = numbers.values
        if not numbers.is_kind(Kind.NUMBER).all() or (size <= 0).any():
            continue
        for unit in _UNITS:
            product = expected * size / unit
            off = abs(float(np.log(observed.sum() / product.sum())))
            near = off < np.log(_ODD) and (best is None or off < best.off)
            if near and grows(observed, product, least=_GROWS):
                best = _Fit(column=name, unit=unit, off=off)
    return best
