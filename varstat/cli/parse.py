"""Reading what was written in an option: ranges, lists, numbers, choices of rows."""

import csv
from math import isfinite

from varstat.errors import UsageError

# What all marks for suppressed counts are called together.
_ANY = "any"


def parse_ranges(texts: list[str] | None) -> list[int] | dict[str, list[int]] | None:
    """Read LOW:HIGH, or MARK=LOW:HIGH.

    Raises
    ------
    UsageError
        If one is not two whole numbers, or says a mark again.

    Examples
    --------
    >>> parse_ranges(["1:7"]), parse_ranges(["<=10=1:10", "0=0:0"])
    ([1, 7], {'<=10': [1, 10], '0': [0, 0]})
    """
    ranges: dict[str, list[int]] = {}
    for text in texts or []:
        mark, equals, ends = text.rpartition("=")
        mark = mark.strip() if equals else _ANY
        if mark in ranges:
            raise UsageError("--suppressed", f"what {mark!r} stands for is said twice.")
        ranges[mark] = _parse_range(ends, text)
    if list(ranges) == [_ANY]:
        return ranges[_ANY]
    return ranges or None


def parse_bases(texts: list[str] | None) -> int | dict[str, int] | None:
    """Read BASE, or COLUMN=BASE.

    Raises
    ------
    UsageError
        If one is no whole number, or is said again.

    Examples
    --------
    >>> parse_bases(["5"]), parse_bases(["numerator=10", "denominator=5"])
    (5, {'numerator': 10, 'denominator': 5})
    """
    bases: dict[str, int] = {}
    for text in texts or []:
        part, equals, base = text.rpartition("=")
        part = part.strip() if equals else "numerator"
        if not (base.strip().isascii() and base.strip().isdecimal()):
            raise UsageError(
                "--rounded", f"'{text}' is no base; expected as in 5, or numerator=10."
            )
        if part in bases:
            raise UsageError("--rounded", f"the base of {part!r} is said twice.")
        bases[part] = int(base)
    if list(bases) == ["numerator"]:
        return bases["numerator"]
    return bases or None


def _parse_range(ends: str, text: str) -> list[int]:
    low, _, high = ends.strip().partition(":")
    if not all(end.isascii() and end.isdecimal() for end in (low, high)):
        raise UsageError(
            "--suppressed",
            f"'{text}' is not a range of counts; expected as in 1:7, or 'MARK=1:7'.",
        )
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
