"""Reading what was written in an option: ranges, lists, numbers, choices of rows."""

import csv
from math import isfinite

from varstat.errors import UsageError


def parse_range(text: str | None) -> list[int] | None:
    """Read LOW:HIGH.

    Raises
    ------
    UsageError
        If it is not two whole numbers.

    Examples
    --------
    >>> parse_range("1:7")
    [1, 7]
    """
    if text is None:
        return None
    low, _, high = text.partition(":")
    if not all(end.isascii() and end.isdecimal() for end in (low, high)):
        raise UsageError("--suppressed", f"'{text}' is not a range of counts; expected as in 1:7.")
    return [int(low), int(high)]


def split_commas(names: list[str] | None) -> list[str]:
    """Take apart names that were given with commas; those within quotation marks part nothing.

    Examples
    --------
    >>> split_commas(["year,type", "region"]), split_commas(['year,"Age, sex"'])
    (['year', 'type', 'region'], ['year', 'Age, sex'])
    """
    rows = (row for text in names or [] for row in csv.reader([text], skipinitialspace=True))
    return [name.strip() for row in rows for name in row if name.strip()]


def parse_covariates(names: list[str] | None) -> list[str] | None:
    """Read the columns that explain; None where there is none.

    Examples
    --------
    >>> parse_covariates(["age,need"]), parse_covariates([""])
    (['age', 'need'], None)
    """
    return split_commas(names) or None


def parse_strata(names: list[str] | None) -> list[str] | None:
    """Read the columns of the case-mix; an empty list is `none`.

    Raises
    ------
    UsageError
        If they are none and some.

    Examples
    --------
    >>> parse_strata(["sex,age"]), parse_strata(["none"]), parse_strata(None)
    (['sex', 'age'], [], None)
    """
    named = split_commas(names)
    if not names:
        return None
    if "none" not in named:
        return named
    if len(named) > 1:
        raise UsageError("--stratum", "'none' and a column can't both be said.")
    return []


def parse_only(texts: list[str] | None, *, option: str = "--only") -> dict[str, list[str]] | None:
    """Read COL=VALUE[,VALUE].

    Raises
    ------
    UsageError
        If one is not written so, or names a column again.

    Examples
    --------
    >>> parse_only(["year=2015-16,2016-17", "type=Acute"])
    {'year': ['2015-16', '2016-17'], 'type': ['Acute']}
    """
    only: dict[str, list[str]] = {}
    for text in texts or []:
        column, _, values = text.partition("=")
        column, named = column.strip(), split_commas([values])
        if not (column and named):
            raise UsageError(option, f"'{text}' is not a choice of rows; expected COL=VALUE.")
        if column in only:
            raise UsageError(option, f"{column!r} is said twice. Name its values with commas.")
        only[column] = named
    return only or None


def parse_levels(text: str | None) -> tuple[float, ...] | None:
    """Read levels such as 0.95,0.998.

    Raises
    ------
    UsageError
        If they are not numbers.

    Examples
    --------
    >>> parse_levels("0.95,0.998")
    (0.95, 0.998)
    """
    if text is None:
        return None
    try:
        return tuple(float(level) for level in split_commas([text]))
    except ValueError:
        raise UsageError(
            "--levels", f"'{text}' is not a list of numbers; expected as in 0.95,0.998."
        ) from None


def parse_transient(text: str | None) -> str | float | None:
    """Read auto, none or a standard deviation.

    Raises
    ------
    UsageError
        If it is none of them.

    Examples
    --------
    >>> parse_transient("auto"), parse_transient("0.1")
    ('auto', 0.1)
    """
    if text is None or text in ("auto", "none"):
        return text
    try:
        sd = float(text)
    except ValueError:
        sd = float("nan")
    if not isfinite(sd) or sd < 0:
        raise UsageError(
            "--transient", f"'{text}' is neither auto, none nor an SD, a number of zero or more."
        )
    return sd
