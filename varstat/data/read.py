"""Reading: from a file or data frame to a table in which every row is accounted for."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from varstat.card import Card, load_card, restate_card, state_card
from varstat.card.field import ANY
from varstat.data.detect import detect_card
from varstat.data.entitle import entitle
from varstat.data.examples import EXAMPLES, load_example
from varstat.data.rows.lookup import Lookup, OneLookup, open_lookups
from varstat.data.rows.tabulate import tabulate
from varstat.data.shape.reshape import reshape
from varstat.data.source.open import Source, open_source
from varstat.data.table import Table
from varstat.errors import choose
from varstat.period.label import ROLL_UPS
from varstat.provenance import Origin

# What is asked of a model, and not of how rows are read.
_OF_A_MODEL = (
    "covariates",
    "inform",
    "strata",
    "effects",
    "likelihood",
    "transient",
    "peer_tau",
)
EXAMPLE_PREFIX = "example:"


def read_table(
    source: str | os.PathLike[str] | pd.DataFrame,
    *,
    card: Card | str | None = None,
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
    rules: str | None = None,
    suppressed: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
    rounded: int | Mapping[str, int] | None = None,
    zero: Sequence[str] | str = (),
    missing: Sequence[str] | str = (),
    percent: bool = False,
    per: float | None = None,
    covariates: Sequence[str] | str | None = None,
    inform: Sequence[str] | str | None = None,
    effects: str | None = None,
    likelihood: str | None = None,
    transient: str | float | None = None,
    peer_tau: str | None = None,
    stratum: Sequence[str] | str | None = None,
    by: Sequence[str] | str = (),
    only: Mapping[str, Sequence[str] | str] | None = None,
    exclude: Mapping[str, Sequence[str] | str] | None = None,
    lookup: OneLookup | Sequence[OneLookup] | None = None,
    roll_up: str | None = None,
    sheet: str | None = None,
    spread: str | None = None,
    decimal: str | None = None,
    lenient: bool = False,
) -> Table:
    """Read what was reported, from files as publishers give them.

    Parameters
    ----------
    source : path, "example:NAME" or DataFrame
        CSV, TSV, XLSX, XLS, Parquet or DuckDB: title rows above the header, footnotes and totals
        among the rows, marks instead of numbers.
    card : Card or str, optional
        A card, the name of one that comes with varstat, or the path of a TOML file. Without
        one, the columns tell which default card is meant.
    title, direction, counts : str, optional
        Said instead of what the card says; so is all that follows, as far as `stratum`.
    unit, unit_name, numerator, denominator, sampled_from, observed, expected, expected_se, \
exposure, value, se, lower, upper, count, total, sum_of_squares, peer_group, period : str, optional
        Names of columns; of one of numbers, or of several joined by + - * / as in "rate * cases /
        100". Where the headings of several hold a period each, "{period} cases" names them all;
        "Year,Month" is a period that two columns tell. A mean is given by its value and standard
        error or limits, and where that is known the count of cases that it is of; or by the total,
        count and sum of squares of its cases. A funnel allows for the standard error of expected
        events that are an estimate, `expected_se`, and for a denominator that is a sample of a
        known number of cases, `sampled_from`.
    limits_level : float, optional
        Level of the limits of a value; 0.95 unless said.
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
        Whether the numerator is a percentage of the denominator, printed without a sign.
    per : float, optional
        How much of the exposure, or how many cases, rates are shown for, such as 1000; where rates
        of an exposure are small, a power of ten.
    covariates : str or sequence of str, optional
        Columns of numbers, of the file or of a lookup, or formulas of the file's, by which a model
        is to explain why units differ. Unless named, those of the card that there are; an empty
        sequence says none.
    inform : str or sequence of str, optional
        Likewise columns that help to estimate a unit without excusing it; `size` is the log of
        each unit's own size.
    effects, likelihood, peer_tau : str, optional
        What the card's model section says of them.
    transient : "auto", "none" or float, optional
        Likewise: what varies between a unit's periods beyond chance.
    stratum : str or sequence of str, optional
        Columns of text, of the file or of a lookup, whose combinations are the case-mix cells: a
        row is then of a unit, period and cell. Unless said, those that the card names, if the
        file has them all; an empty sequence says none.
    by : str or sequence of str
        Columns that split the table into groups: of the file, of a lookup, or `peer_group`,
        `period`, and after a roll-up `year` or `quarter`.
    only : mapping of str to str or sequence of str, optional
        Keep the rows that have one of these values in a column, which is named as in `by`.
    exclude : mapping of str to str or sequence of str, optional
        Leave out the rows that have one of these values in a column, named likewise.
    lookup : str, (DataFrame, str) or sequence of these, optional
        "FILE:KEY": attributes of units from another table, joined on the unit code.
    roll_up : {"quarter", "year", "calendar-year", "all"}, optional
        Add up the periods. `quarter` and `year` are financial; `all` leaves one row a unit.
    sheet : str, optional
        The sheet of a workbook, or the table of a DuckDB file; by default the one that has the
        columns.
    spread : str, optional
        "NAMES:VALUES", where measures stand in rows: the column of their names and that of their
        values. The measures' names are then those of columns.
    decimal : {".", ","}, optional
        The decimal mark of numbers in text; by default each column tells it, or the others do.
    lenient : bool
        Leave out rows that say what is impossible and report them, where otherwise they are an
        error.

    Returns
    -------
    Table

    Raises
    ------
    CardError
        If there is no such card, or it can't be what is said here.
    TableError
        If the source cannot be read, lacks a column or says what is impossible; all problems
        at once.
    UsageError
        If an option cannot be.

    Notes
    -----
    A table keeps its periods. A funnel is of one, and each is a group of its own there; a model
    takes them together, unless `by` names them. They stand in the order of time (`Table.periods`);
    where a label can't be read, in the order of the rows, and the account says so.

    A model leaves out the rows without a covariate, and adds that to the account. Rows that are
    added up get the mean of a covariate, each row weighted by its size. Percentages are taken as
    the number before the sign.

    Examples
    --------
    >>> frame = pd.DataFrame({"ward": ["A", "B"], "falls": [3, 5], "bed_days": [810, 790]})
    >>> table = read_table(frame, unit="ward", observed="falls", exposure="bed_days")
    >>> table.account.rows_kept
    2
    """
    strata = (stratum,) if isinstance(stratum, str) else stratum
    chosen, left_out = _values(only), _values(exclude)
    groups = (by,) if isinstance(by, str) else tuple(by)
    said: dict[str, Any] = {
        "title": title,
        "direction": direction,
        "counts": counts,
        "unit": unit,
        "unit_name": unit_name,
        "numerator": numerator,
        "denominator": denominator,
        "observed": observed,
        "expected": expected,
        "exposure": exposure,
        "value": value,
        "se": se,
        "count": count,
        "total": total,
        "sum_of_squares": sum_of_squares,
        "peer_group": peer_group,
        "period": period,
    }
    said |= {"effects": effects, "likelihood": likelihood, "transient": transient}
    said |= {"covariates": _columns(covariates), "inform": _columns(inform), "strata": strata}
    said |= {"peer_tau": peer_tau, "expected_se": expected_se, "sampled_from": sampled_from}
    said |= {"lower": lower, "upper": upper, "limits_level": limits_level, "per": per}
    said |= {"rules": rules, "suppressed": _bare(suppressed), "rounded": _bare(rounded)}
    said |= {"zero": _named(zero), "missing": _named(missing), "percent": percent or None}
    stated = state_card(card, said)
    opened = open_data(source, sheet=sheet, decimal=decimal)
    lookups = open_lookups(lookup, decimal=decimal)
    rows: dict[str, Any] = {"by": groups, "only": chosen, "exclude": left_out, "roll_up": roll_up}
    rows |= {"sheet": sheet, "spread": spread, "decimal": decimal, "lenient": lenient}
    origin = _state_origin(opened.name, card, {**said, **rows}, lookups)
    telling = (*groups, *(strata or ()), *chosen, *left_out)
    named = {"unit": unit, "period": period}
    opened, dated = reshape(opened, card=stated, named=named, spread=spread, telling=telling)
    if dated and not period and (stated is None or stated.columns.period is None):
        said["period"] = "period"
        stated = stated and restate_card(stated, {"period": "period"})
    if stated is None:
        implied, example_title = _implied(source)
        said["title"] = title or example_title
        stated = restate_card(implied or detect_card(opened), said)
    table = tabulate(
        opened,
        card=stated,
        by=groups,
        strata=strata,
        covariates=None if covariates is None else stated.model.covariates,
        inform=None if inform is None else stated.model.inform,
        only=chosen,
        exclude=left_out,
        lookups=lookups,
        roll_up=None if roll_up is None else choose("roll-up", roll_up, ROLL_UPS),
        lenient=lenient,
    )
    return replace(entitle(table, titled=said["title"] is not None), origin=origin)


def _state_origin(
    source: str, card: Card | str | None, said: Mapping[str, Any], lookups: Sequence[Lookup]
) -> Origin:
    """State how a table is read, leaving out what was left to its default."""
    named = card.name if isinstance(card, Card) else card and Path(card).name
    names = name_lookups([each.name for each in lookups])
    keys = [f"{name}:{each.key}" for name, each in zip(names, lookups, strict=True)]
    told = {"source": source, "card": named, **said, "lookup": keys or None}
    plain = {name: _plain(value) for name, value in told.items() if _is_said(name, value)}
    return Origin(
        reading={k: v for k, v in plain.items() if k not in _OF_A_MODEL},
        modelling={k: v for k, v in plain.items() if k in _OF_A_MODEL},
        lookups={name: each.data_hash for name, each in zip(names, lookups, strict=True)},
    )


def _is_said(name: str, value: object) -> bool:
    """Whether a caller said something; of strata and covariates, that there are none too."""
    if name in _OF_A_MODEL:
        return value is not None
    return value is not None and value is not False and value != () and value != {}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(values) for name, values in value.items()}
    return list(value) if isinstance(value, (list, tuple)) else value


def _columns(names: Sequence[str] | str | None) -> Sequence[str] | None:
    """Take one column for a list of one; None where nothing was said."""
    return [names] if isinstance(names, str) else names


def _named(marks: Sequence[str] | str) -> tuple[str, ...] | None:
    """Take one mark for a list of one; None for none."""
    return (marks,) if isinstance(marks, str) else tuple(marks) or None


def _bare(stated: Any) -> Any:
    """Take a table of what is meant without one for what it says, so that both are stated alike."""
    alone = isinstance(stated, Mapping) and list(stated) in ([ANY], ["numerator"])
    return next(iter(stated.values())) if alone else stated


def name_lookups(names: Sequence[str]) -> list[str]:
    """Tell lookups of the same name apart by a number.

    Examples
    --------
    >>> name_lookups(["types.csv", "areas.csv", "types.csv"])
    ['types.csv', 'areas.csv', 'types.csv 2']
    """
    return [
        f"{name} {names[: at + 1].count(name)}" if name in names[:at] else name
        for at, name in enumerate(names)
    ]


def _values(chosen: Mapping[str, Sequence[str] | str] | None) -> dict[str, tuple[str, ...]]:
    """Take one value of a column for a list of one."""
    items = (chosen or {}).items()
    return {name: (one,) if isinstance(one, str) else tuple(one) for name, one in items}


def _implied(source: str | os.PathLike[str] | pd.DataFrame) -> tuple[Card | None, str | None]:
    """The card of an example, and its title."""
    if isinstance(source, str) and source.startswith(EXAMPLE_PREFIX):
        example = EXAMPLES[source.removeprefix(EXAMPLE_PREFIX)]
        return None if example.card is None else load_card(example.card), example.title
    return None, None


def open_data(
    source: str | os.PathLike[str] | pd.DataFrame, *, sheet: str | None, decimal: str | None
) -> Source:
    """Open a file, an example or a data frame, as `read_table` takes them.

    Parameters
    ----------
    source : path, "example:NAME" or DataFrame
    sheet, decimal : str or None

    Returns
    -------
    Source

    Raises
    ------
    TableError, UsageError
    """
    if isinstance(source, str) and source.startswith(EXAMPLE_PREFIX):
        name = source.removeprefix(EXAMPLE_PREFIX)
        opened = open_source(load_example(name), sheet=sheet, name=source)
        note = EXAMPLES[name].note
        return opened if note is None else replace(opened, notes=(*opened.notes, note))
    return open_source(source, sheet=sheet, decimal=decimal)
