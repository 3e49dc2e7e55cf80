"""The query of case-mix cells, written once: for DuckDB here, or for the warehouse there.

Records are grouped by what they hold (`group_records`). Only the groups, which are few, get
labels and are judged: those that lack a label are tallied by reason (`tally_groups`), the others
are the cells (`finish_cells`). So records are read once, and every one of them is accounted for.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from varstat.data.rows.checks import MOST
from varstat.data.source.heading import list_names, look_like_names
from varstat.errors import TableError, did_you_mean, one_of
from varstat.records.label import label_key, raw_key
from varstat.records.plan import CellPlan, Key, plan_cells

if TYPE_CHECKING:
    import ibis  # type: ignore[import-untyped]


def cells_expression(
    records: "ibis.Table",
    *,
    unit: str,
    event: str | None = None,
    value: str | None = None,
    strata: Sequence[str] | str = (),
    bands: Mapping[str, Sequence[float]] | None = None,
    period: str | None = None,
    roll_up: str | None = None,
) -> "ibis.Table":
    r"""Define case-mix cells as an ibis expression, for any database that ibis speaks to.

    For a cell :math:`c`, a combination of unit, period and strata, with records
    :math:`j \in c`,

    .. math:: n_c = \sum_{j \in c} 1, \quad O_c = \sum_{j \in c} y_j, \qquad
              T_c = \sum_{j \in c} x_j, \quad Q_c = \sum_{j \in c} x_j^2

    of which an event :math:`y \in \{0, 1\}` gives the first two, and a value :math:`x` the number
    of records and the last two.

    Parameters
    ----------
    records : ibis.Table
        One row a record; bound to a connection or not.
    unit, event, value, strata, bands, period, roll_up
        As in `count_cells`.

    Returns
    -------
    ibis.Table
        With the columns of `Cells.frame`, in order of unit, period and strata. Nothing is run.

    Raises
    ------
    UsageError
        If options contradict one another.
    TableError
        If a column isn't there, or is of a type that can't be what it should be.

    Notes
    -----
    Records that lack a key or the event, and events other than 0 and 1, are in no cell. What
    was left out is told by `count_cells`, or by the query of `cells_sql` with `account`.

    Examples
    --------
    >>> import ibis
    >>> records = ibis.table({"trust": "string", "died": "boolean"}, name="episodes")
    >>> cells_expression(records, unit="trust", event="died").columns
    ('unit', 'denominator', 'numerator')
    """
    plan = plan_cells(
        unit=unit,
        event=event,
        value=value,
        strata=strata,
        bands=bands,
        period=period,
        roll_up=roll_up,
    )
    return order_cells(finish_cells(group_records(records, plan, where="records"), plan), plan)


def order_cells(
    cells: "ibis.Table", plan: CellPlan, *, periods: Sequence[str] = ()
) -> "ibis.Table":
    """Put cells in order of their keys: bands from the lowest, periods as given, the rest as text.

    Parameters
    ----------
    cells : ibis.Table
    plan : CellPlan
    periods : sequence of str
        Those there are, in the order of time; empty where that of text will do.

    Returns
    -------
    ibis.Table
    """
    import ibis

    def rank(name: str, labels: Sequence[str]) -> "ibis.Value":
        return ibis.cases(*((cells[name] == label, at) for at, label in enumerate(labels)))

    ordered = {key.name: key.labels for key in plan.keys if key.edges}
    if periods:
        ordered["period"] = tuple(periods)
    names = [key.name for key in plan.keys]
    return cells.order_by(
        [rank(name, ordered[name]) if name in ordered else cells[name] for name in names]
    )


def group_records(records: "ibis.Table", plan: CellPlan, *, where: str) -> "ibis.Table":
    """Group records by what they hold, and give every group its labels.

    Parameters
    ----------
    records : ibis.Table
    plan : CellPlan
    where : str
        What to call the records in messages.

    Returns
    -------
    ibis.Table
        One row a group: `g0`, `g1`, … the labels of the keys, null where there is none; `missing`
        and `bad`, the first key that is not there, and the first that is there but can't be
        labelled (-1 if none); `records`; of these `known`, with an event at all; of these `valid`;
        and the amounts summed over those.

    Raises
    ------
    TableError
        If a column isn't there or is of the wrong type; all problems at once.
    """
    _check_columns(records, plan, where=where)
    grouped = records.group_by(
        [raw_key(records[key.column], key).name(f"k{at}") for at, key in enumerate(plan.keys)]
    )
    groups = grouped.aggregate(**_amounts(records, plan))
    labels = {f"g{at}": label_key(groups[f"k{at}"], key) for at, key in enumerate(plan.keys)}
    there = {f"there{at}": groups[f"k{at}"].notnull() for at in _fallible(plan)}
    sums = {name: groups[name] for name in ("records", "known", "valid", *plan.amounts[1:])}
    labelled = groups.select(**labels, **there, **sums)
    none = {at: labelled[f"g{at}"].isnull() for at in range(len(plan.keys))}
    bad = {at: none[at] & labelled[f"there{at}"] for at in _fallible(plan)}
    missing = none | {at: ~labelled[f"there{at}"] for at in bad}
    return labelled.mutate(missing=_first(missing), bad=_first(bad))


def finish_cells(groups: "ibis.Table", plan: CellPlan) -> "ibis.Table":
    """Take the groups that have all labels, which are the cells, in the columns of the result."""
    size, *others = plan.amounts
    complete = groups.filter(groups["missing"] < 0, groups["bad"] < 0, groups["valid"] > 0)
    return complete.select(
        *(complete[f"g{at}"].name(key.name) for at, key in enumerate(plan.keys)),
        complete["valid"].name(size),
        *(complete[name] for name in others),
    )


def tally_groups(groups: "ibis.Table", plan: CellPlan) -> "ibis.Table":
    """Count the records that were read, counted, and left out for each of the plan's reasons.

    Returns
    -------
    ibis.Table
        One row: `records_read`, `records_counted`, one column a reason, and the sums of the event
        or value over the records that were counted and over those that were not.
    """
    summed = plan.amounts[1]
    records, known, valid = (groups[name] for name in ("records", "known", "valid"))
    missing, bad = groups["missing"], groups["bad"]
    keyed = missing < 0
    complete = keyed & (bad < 0)
    found = [
        *((records, missing == at) for at in range(len(plan.keys))),
        (records - known, keyed),
        *((known, keyed & (bad == at)) for at in _fallible(plan)),
        (known - valid, complete),
    ]
    left_out = {
        reason.name: number.sum(where=where).fill_null(0)
        for reason, (number, where) in zip(plan.reasons, found, strict=True)
    }
    return groups.aggregate(
        records_read=records.sum().fill_null(0),
        records_counted=valid.sum(where=complete).fill_null(0),
        **left_out,
        sum_counted=groups[summed].sum(where=complete).fill_null(0),
        sum_left_out=groups[summed].sum(where=~complete).fill_null(0),
    )


def _fallible(plan: CellPlan) -> list[int]:
    return [at for at, key in enumerate(plan.keys) if key.fallible]


def _first(where: Mapping[int, Any]) -> Any:
    """The first key of which something holds; -1 if it holds of none."""
    import ibis

    branches = [(holds, at) for at, holds in where.items()]
    return ibis.cases(*branches, else_=-1) if branches else ibis.literal(-1)


def _amounts(records: "ibis.Table", plan: CellPlan) -> dict[str, Any]:
    """What is counted and added up in a group."""
    measured: Any = records[plan.measured]
    counts: dict[str, Any] = {"records": records.count(), "known": measured.count()}
    if plan.mean:
        number = measured.cast("float64")
        finite = number.abs() < MOST
        return counts | {
            "valid": records.count(where=finite),
            "total": number.sum(where=finite),
            "sum_of_squares": (number * number).sum(where=finite),
        }
    if measured.type().is_boolean():
        return counts | {"valid": measured.count(), "numerator": records.count(where=measured)}
    return counts | {
        "valid": records.count(where=measured.isin([0, 1])),
        "numerator": records.count(where=measured == 1),
    }


def _check_columns(records: "ibis.Table", plan: CellPlan, *, where: str) -> None:
    schema = records.schema()
    absent = [name for name in plan.columns if name not in schema]
    # Names that are none, as where a record was taken for a header, are not printed.
    known = schema.names if look_like_names(schema.names) else ()
    problems = [f"there is no column {name!r}.{did_you_mean(name, known)}" for name in absent]
    if absent:
        listed = list_names(known)
        problems[-1] += f" The columns are {listed}." if listed else ""
    problems += [
        _mistyped(key.column, schema[key.column], expected)
        for key in plan.keys
        if key.column in schema and (expected := _unfit(schema[key.column], key))
    ]
    if plan.measured in schema:
        kind = schema[plan.measured]
        if not (kind.is_numeric() or kind.is_boolean()) or (plan.mean and kind.is_boolean()):
            expected = ("numbers",) if plan.mean else ("the numbers 0 and 1", "false and true")
            problems.append(_mistyped(plan.measured, kind, expected))
    if problems:
        raise TableError(where, problems)


def _unfit(kind: Any, key: Key) -> tuple[str, ...]:
    """What a key's column should hold, if it can't be used as it is."""
    if key.edges:
        return () if kind.is_numeric() and not kind.is_boolean() else ("numbers",)
    if key.span is not None:
        return () if kind.is_date() or kind.is_timestamp() else ("dates",)
    simple = kind.is_string() or kind.is_numeric() or kind.is_boolean() or kind.is_temporal()
    return () if simple or kind.is_uuid() else ("text", "numbers", "dates")


def _mistyped(column: str, kind: Any, expected: tuple[str, ...]) -> str:
    return f"column {column!r} is of type {kind}; expected {one_of(expected)}."
