"""What files say of results of any kind, before it takes the form of one format."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from varstat.hierarchical.diagnostics import Diagnostics


# What stands in the column that says so.
COMMON = "what the group has in common"
TRUSTED = "whether the posterior that the row rests on passed its checks"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Content:
    """What files say of results.

    Attributes
    ----------
    kind : str
        Under which JSON lists the objects: "funnels", "leagues".
    title : str
        What was measured.
    sheets : dict of str to DataFrame
        Tables by name; that of the `units` first.
    objects : list of dict
        One a group, of plain values; what is missing or infinite is None.
    about : dict
        How far the results can be trusted, where that is a question, `account` and
        `provenance`; plain values.
    means : dict of str to str
        What stands in the columns of the first table.
    notes : dict of str to (dict of str to str)
        What stands in the columns of each table, by its name; under "" what the table holds.
    summary : str
        What was found; above it, where a check failed, that it isn't to be trusted.
    """

    kind: str
    title: str
    sheets: dict[str, pd.DataFrame]
    objects: list[dict[str, Any]]
    about: dict[str, Any] = field(default_factory=dict)
    means: dict[str, str] = field(default_factory=dict)
    notes: dict[str, dict[str, str]] = field(default_factory=dict)
    summary: str = ""

    @property
    def units(self) -> pd.DataFrame:
        """The first table."""
        return next(iter(self.sheets.values()))

    def alone(self, name: str) -> "Content":
        """Put one table in place of all.

        Parameters
        ----------
        name : str

        Returns
        -------
        Content
        """
        return replace(self, sheets={name: self.sheets[name]}, means={}, notes={})


def note_columns(
    columns: Iterable[str], means: Mapping[str, str], common: Iterable[str] = ()
) -> dict[str, str]:
    """Say what stands in each column of a table, in their order.

    Parameters
    ----------
    columns : iterable of str
    means : mapping of str to str
        By name; one with `*` is of all names that fit. Under "" what the table holds.
    common : iterable of str
        Columns that say what a group has in common.

    Returns
    -------
    dict of str to str
        Of the columns that are known, and "".

    Examples
    --------
    >>> note_columns(["rate", "rate_mcse"], {"rate": "events by size"})
    {'rate': 'events by size', 'rate_mcse': 'Monte Carlo error of rate'}
    """
    shared = {spelt for name in common for spelt in (name, f"by_{name}")}
    found = {"": means[""]} if "" in means else {}
    for name in columns:
        fits = (text for key, text in means.items() if key and fnmatchcase(name, key))
        text = means.get(name) or next(fits, None)
        if text is None and name.removesuffix("_mcse") in found:
            text = f"Monte Carlo error of {name.removesuffix('_mcse')}"
        if text is None and name in shared:
            text = COMMON
        if text is not None:
            found[name] = text
    return found


def number(value: float) -> float | None:
    """Give a number; None if it is missing or infinite, which JSON can't say."""
    return float(value) if np.isfinite(value) else None


def plain(value: Any) -> Any:
    """Make nested values plain for JSON: lists and dictionaries of text and finite numbers.

    Examples
    --------
    >>> plain({"a": (1, float("nan")), "b": np.float64(2)})
    {'a': [1, None], 'b': 2.0}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, float):
        return number(value)
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def trust(groups: Iterable[Any]) -> dict[str, Any]:
    """Say how far posteriors can be trusted: `diagnostics`; above it `not_to_be_trusted` if so.

    Empty for results that rest on none.
    """
    everyone = [each for each in groups if hasattr(each, "diagnostics")]
    failed = [
        {"by": each.by, "problems": list(each.diagnostics.problems)}
        for each in everyone
        if not each.diagnostics.passed
    ]
    # First, so that nobody reads on without having seen it.
    warning = (
        {"not_to_be_trusted": f"{len(failed)} of {len(everyone)} posteriors failed their checks"}
        if failed
        else {}
    )
    return warning | ({"diagnostics": {"passed": not failed, "failed": failed}} if everyone else {})


def mark_trusted(frame: pd.DataFrame, groups: Sequence[Any]) -> pd.DataFrame:
    """Say in each row of a table whether what it rests on passed its checks.

    Parameters
    ----------
    frame : DataFrame
        Of the rows of all groups, one after another.
    groups : sequence of Result

    Returns
    -------
    DataFrame
        With a last column `trusted`; as it was, where nothing was checked or rows are others.
    """
    checked = [each for each in groups if hasattr(each, "diagnostics")]
    rows = [len(each.to_frame()) for each in checked]
    if not checked or len(checked) < len(groups) or sum(rows) != len(frame):
        return frame
    passed = np.repeat([bool(each.diagnostics.passed) for each in checked], rows)
    return frame.assign(trusted=passed)


def state_checks(diagnostics: "Diagnostics") -> dict[str, Any]:
    """State what was checked of a posterior, and whether it passed."""
    stated: dict[str, Any] = plain({"passed": diagnostics.passed} | asdict(diagnostics))
    return stated


def state(result: object, *names: str) -> dict[str, Any]:
    """State some attributes of a result as plain values; a measure by its name.

    Parameters
    ----------
    result : object
    *names : str
        "diagnostics" is stated as what was checked.
    """
    stated: dict[str, Any] = {}
    for name in names:
        value = getattr(result, name)
        match name:
            case "diagnostics":
                stated[name] = state_checks(value)
            case "measure":
                stated[name] = value.name
            case "summary":
                stated[name] = value()
            case _:
                stated[name] = plain(value)
    return stated


def below(groups: Mapping[str, object], frame: pd.DataFrame) -> pd.DataFrame:
    """Put columns that are the same in every row before those of a table."""
    count = len(frame)
    columns = {name: pd.Series([value] * count, dtype=object) for name, value in groups.items()}
    return pd.DataFrame(columns | {name: frame[name] for name in frame})


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries; what is missing or infinite is None, whole counts are integers."""
    columns = {}
    for name in frame.columns:
        values = frame[name].to_numpy()
        if values.dtype.kind == "f":
            whole = name in _COUNTS and bool(np.all(np.isnan(values) | (values % 1 == 0)))
            finite = np.isfinite(values).tolist()
            listed = values.tolist()
            columns[name] = [
                (int(v) if whole else v) if ok else None
                for v, ok in zip(listed, finite, strict=True)
            ]
        else:
            columns[name] = [None if v is None or v != v else v for v in values.tolist()]
    keys = list(columns)
    return [dict(zip(keys, row, strict=True)) for row in zip(*columns.values(), strict=True)]


_COUNTS = {"numerator", "denominator", "observed", "event_lower", "event_upper"}
