"""Headings that hold a period: a pattern such as "{period} cases", and those that a file has."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from varstat.errors import UsageError
from varstat.period.parts import bare_part
from varstat.period.pattern import read_label
from varstat.period.wording import plain_wording

PERIOD = "{period}"
# Periods that have a number for a name, by their word.
_NUMBERED = re.compile(
    r"(w|wk|week|woche|kw|semaine|wave|round|month|monat|mois|quarter|year|period)s? ?\d{1,3}"
)
_TOKEN = re.compile(r"[^\s_()\[\],:;|]+")
# Where a year follows letters, as in deaths2018.
_YEAR_AFTER = re.compile(r"(?<=[A-Za-z])(?:19|20)\d\d(?!\d)")
_WITH_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\w['\u2019./ -]{1,2}\d\d$")
_TOTAL = re.compile(
    r"\b(?:sub)?(?:tota\w*|all\w*|sum\w*|year\w*|ytd|annual|average|mean|gesamt|summe|jahr\w*|"
    r"ensemble|ann[eé]e|toplam|razem|og[oó][lł]em)\b",
    re.IGNORECASE,
)
_MOST_TOKENS = 5
_MOST_HEADINGS = 2_000
# So few of the months without a year may be words: "May", "Mar".
_FEWEST, _FEWEST_BARE = 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Headings that differ by their period alone.

    Attributes
    ----------
    pattern : str
        With "{period}" where they differ.
    labels : tuple of str
        The periods, as printed.
    places : tuple of int
        Their columns.
    """

    pattern: str
    labels: tuple[str, ...]
    places: tuple[int, ...]


def is_pattern(name: str) -> bool:
    """Say whether a column's name stands for several, a period each."""
    return PERIOD in name


def is_period(text: str) -> bool:
    """Say whether a text is a period, be it a month without its year or a numbered week.

    Examples
    --------
    >>> [is_period(text) for text in ("Apr-18", "2019 Q1", "April", "Week 12", "Type 1", "All")]
    [True, True, True, True, False, False]
    """
    return bool(
        read_label(text)
        or bare_part(text)
        or read_label(plain_wording(text))
        or _NUMBERED.fullmatch(plain_wording(text))
    )


def match_period(pattern: str, heading: str) -> str | None:
    """Find the period in a heading that a pattern fits.

    Parameters
    ----------
    pattern : str
        With "{period}" in it once.
    heading : str

    Returns
    -------
    str or None
        None if it doesn't fit, or what stands in its place is no period.

    Raises
    ------
    UsageError
        If the pattern has it twice.

    Examples
    --------
    >>> match_period("{period} cases", "Apr-18 cases"), match_period("{period} cases", "All cases")
    ('Apr-18', None)
    """
    label = _fit(pattern, heading)
    return label if label is not None and is_period(label) else None


def match_unread(pattern: str, heading: str) -> str | None:
    """Find what stands in a period's place, has a year, and is no period that can be read.

    Parameters
    ----------
    pattern : str
        With "{period}" in it once.
    heading : str

    Returns
    -------
    str or None
        None too where it is called a total, or where the pattern is the period alone, which any
        heading fits.

    Examples
    --------
    >>> match_unread("{period} cases", "Eanáir 2018 cases")
    'Eanáir 2018'
    >>> match_unread("{period} cases", "Total 2018 cases")
    """
    label = None if pattern.strip() == PERIOD else _fit(pattern, heading)
    if label is None or is_period(label) or _TOTAL.search(label) or not _WITH_YEAR.search(label):
        return None
    return label


def _fit(pattern: str, heading: str) -> str | None:
    """Give what stands in place of the period in a heading that a pattern fits."""
    before, _, after = pattern.partition(PERIOD)
    if is_pattern(after):
        raise UsageError("columns", f"{pattern!r} has {PERIOD} twice; a heading has one period.")
    fits = re.compile(
        rf"\s*{_loose(before)}\s*(?P<period>\S.*?)\s*{_loose(after)}\s*", re.IGNORECASE | re.DOTALL
    )
    found = fits.fullmatch(heading)
    return None if found is None else found["period"]


def find_families(headings: Sequence[str]) -> tuple[Family, ...]:
    """Find the headings that differ by their period alone.

    Parameters
    ----------
    headings : sequence of str

    Returns
    -------
    tuple of Family
        By first appearance.

    Examples
    --------
    >>> [each.pattern for each in find_families(["Trust", "Apr-18 cases", "May-18 cases", "Total"])]
    ['{period} cases']
    """
    members: dict[str, dict[str, tuple[str, int]]] = {}
    for at, heading in enumerate(headings[:_MOST_HEADINGS]):
        if cut := _cut(heading):
            pattern, label = cut
            members.setdefault(pattern, {}).setdefault(plain_wording(label), (label, at))
    return tuple(
        Family(
            pattern=pattern,
            labels=tuple(label for label, _ in found.values()),
            places=tuple(at for _, at in found.values()),
        )
        for pattern, found in members.items()
        if len(found) >= (_FEWEST_BARE if any(map(bare_part, found)) else _FEWEST)
    )


def _cut(heading: str) -> tuple[str, str] | None:
    """Part a heading into its pattern and the longest period in it."""
    starts = [found.span() for found in _TOKEN.finditer(heading)]
    spans = [
        (first[0], last[1])
        for at, first in enumerate(starts)
        for last in starts[at : at + _MOST_TOKENS]
    ]
    spans += [found.span() for found in _YEAR_AFTER.finditer(heading)]
    for start, end in sorted(spans, key=lambda span: span[0] - span[1]):
        text = heading[start:end]
        numbered = text.isdecimal() and len(text) != len("2018")
        if is_period(text) and not numbered:
            return f"{heading[:start]}{PERIOD}{heading[end:]}".strip(), text
    return None


def _loose(text: str) -> str:
    return r"\s+".join(re.escape(word) for word in text.split())
