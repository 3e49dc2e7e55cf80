"""What every result can do: of one group of units, and of all groups together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, TypeVar, overload

import pandas as pd

from varstat import disclose
from varstat.data.account import Account
from varstat.errors import UsageError, did_you_mean
from varstat.prose.trust import Checks, say_distrust, say_distrust_of_many
from varstat.provenance import Provenance

# Rows that a notebook shows.
_SHOWN = 12


class Result:
    """A result of one group of units.

    Attributes
    ----------
    indicator : str
    by : dict of str to str
        What the group's units have in common; empty where there is one group.
    """

    __slots__ = ()

    indicator: str
    by: dict[str, str]

    @property
    def distrust(self) -> str:
        """Why the result can't be trusted; empty if it can."""
        return ""

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the result."""
        raise NotImplementedError

    def summary(self) -> str:
        """Say in plain English what the result shows."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {_name(self)}>"

    def _repr_html_(self) -> str:
        return _show(disclose.disclose(self))


class UnitResult(Result):
    """A result with a row for each unit."""

    __slots__ = ()

    def __getitem__(self, unit: str) -> pd.Series:
        """Give a unit's row of the table.

        Parameters
        ----------
        unit : str
            Its code.

        Returns
        -------
        Series
            By the names of the table's columns.

        Raises
        ------
        UsageError
            If no unit has this code.
        """
        frame = self.to_frame()
        found = frame[frame["unit"] == unit]
        if found.empty:
            known = [str(each) for each in frame["unit"]]
            raise UsageError(
                "unit", f"no unit has the code {unit!r}.{did_you_mean(str(unit), known)}"
            )
        return found.iloc[0]


class Judged(Result):
    """A result that rests on a posterior, and so on its checks.

    Attributes
    ----------
    diagnostics : Diagnostics
    findings : str
        What the result shows, in plain English, whether or not it can be trusted.
    """

    __slots__ = ()

    diagnostics: Checks
    findings: str

    @property
    def trusted(self) -> bool:
        """Whether the posterior passed its checks."""
        return self.diagnostics.passed

    @property
    def distrust(self) -> str:
        """Why the result can't be trusted; empty if it can."""
        return say_distrust(self.diagnostics)

    def summary(self) -> str:
        """Say in plain English what the result shows, below why it can't be trusted if so."""
        return "\n".join(filter(None, (self.distrust, self.findings)))


R = TypeVar("R", bound=Result)
J = TypeVar("J", bound=Judged)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Results(Sequence[R]):
    """Results of all groups of units of one call.

    Attributes
    ----------
    groups : tuple
        One result a group.
    accounts : tuple of Account
        What became of every row that was read, one an indicator.
    provenance : Provenance
        What ran.
    """

    groups: tuple[R, ...]
    accounts: tuple[Account, ...]
    provenance: Provenance

    @property
    def account(self) -> Account:
        """What became of every row that was read, of the first indicator."""
        return self.accounts[0]

    @property
    def trusted(self) -> bool:
        """Whether every posterior that the results rest on passed its checks."""
        return True

    @property
    def distrust(self) -> str:
        """Why the results can't be trusted; empty if they can."""
        return ""

    def __len__(self) -> int:
        return len(self.groups)

    def __iter__(self) -> Iterator[R]:
        return iter(self.groups)

    @overload
    def __getitem__(self, at: int | str) -> R: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[R]: ...
    def __getitem__(self, at: int | str | slice) -> R | Sequence[R]:
        """Give the result of a group, by its place or by what its units have in common."""
        if not isinstance(at, str):
            return self.groups[at]
        named = {", ".join(each.by.values()): each for each in self.groups}
        if at not in named:
            raise UsageError("group", f"no group is {at!r}.{did_you_mean(at, list(named))}")
        return named[at]

    def to_frame(self) -> pd.DataFrame:
        """Tabulate all groups, one below the other, in the columns of one group's table."""
        return pd.concat([each.to_frame() for each in self.groups], ignore_index=True)

    def summary(self) -> str:
        """Say in plain English what the results show."""
        return "\n\n".join(each.summary() for each in self.groups)

    def __repr__(self) -> str:
        name = type(self).__name__
        if len(self.groups) == 1:
            return f"<{name}: {_name(self.groups[0])}>"
        return f"<{name}: {len(self.groups):,} groups>"

    def _repr_html_(self) -> str:
        return _show(disclose.disclose(self))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class JudgedResults(Results[J]):
    """Results that rest on posteriors.

    Attributes
    ----------
    findings : str
        What the results show, in plain English, whether or not they can be trusted.
    """

    findings: str

    @property
    def trusted(self) -> bool:
        """Whether every posterior that the results rest on passed its checks."""
        return all(each.diagnostics.passed for each in self.groups)

    @property
    def distrust(self) -> str:
        """Why the results can't be trusted; empty if they can."""
        return say_distrust_of_many([each.diagnostics for each in self.groups])

    def summary(self) -> str:
        """Say in plain English what the results show, below why they can't be trusted if so."""
        return "\n".join(filter(None, (self.distrust, self.findings)))


def _name(result: Result) -> str:
    return ", ".join([result.indicator, *result.by.values()])


def _show(shown: "Result | Results[Any]") -> str:
    """A table's first rows and the summary, for a notebook."""
    frame, summary = shown.to_frame(), shown.summary()
    rows = str(frame.head(_SHOWN).to_html(index=False, na_rep="", float_format="{:.4g}".format))
    more = len(frame) - _SHOWN
    rest = f"<p>… and {more:,} more rows: to_frame() has them all.</p>" if more > 0 else ""
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in summary.splitlines() if line)
    return f"<div>{rows}{rest}{paragraphs}</div>"
