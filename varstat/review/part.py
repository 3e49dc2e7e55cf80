"""Parts of a review: what each examined, found, and says in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

# Whether what was examined holds; of a part that had nothing to examine, that it was left out.
Status = Literal["holds", "with care", "fails", "can't tell", "left out"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """What one part of a review found.

    Attributes
    ----------
    name : str
        One or two words, such as "reliability".
    status : {"holds", "with care", "fails", "can't tell", "left out"}
    sentence : str
        What was found, with the number that decides, in plain English.
    values : mapping of str to float
        Numbers by name, in units that the name says.
    mcse : mapping of str to float
        Monte Carlo errors of some of them, by the same names.
    tables : mapping of str to DataFrame
        By name; the first is the part's own.
    units : mapping of str to Series
        Columns of the units' table, by the codes of the units.
    notes : tuple of str
        What a reader must know besides.
    """

    name: str
    status: Status
    sentence: str
    values: Mapping[str, float] = field(default_factory=dict)
    mcse: Mapping[str, float] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    units: Mapping[str, "pd.Series[Any]"] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def leave_out(name: str, why: str) -> Part:
    """Say that a part had nothing to examine.

    Parameters
    ----------
    name : str
    why : str
        A sentence.

    Returns
    -------
    Part

    Examples
    --------
    >>> leave_out("replication", "There is one period.").status
    'left out'
    """
    return Part(name=name, status="left out", sentence=why)
