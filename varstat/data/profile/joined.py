"""A period in two columns, a year and its month or quarter, found and joined."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from varstat.data.profile import words
from varstat.data.profile.column import Column
from varstat.data.profile.unit import determines
from varstat.data.source.grid import Texts
from varstat.errors import TableError
from varstat.period.parts import bare_part, join_parts
from varstat.period.pattern import read_label

_MOST_PARTS = 12


def join_period(columns: Sequence[Column], period: Column | None) -> Column | None:
    """Find two columns that tell a period together, and join them.

    Parameters
    ----------
    columns : sequence of Column
    period : Column or None
        What tells the period as far as one column does.

    Returns
    -------
    Column or None
        Headed "Year,Month" after the two; None where there are no such two, or `period` already
        says what they do.
    """
    plain = [each for each in columns if not set(each.heading) & set(",+")]
    years = [each for each in plain if each.kind == "period"]
    parts = [each for each in plain if each not in years and _is_part(each)]
    for year in sorted(years, key=lambda each: each is not period):
        for part in parts:
            texts = _join(year, part)
            if texts is None or (
                period is not None and period is not year and determines(period.texts, texts)
            ):
                continue
            return _make(year, part, texts)
    return None


def _is_part(column: Column) -> bool:
    """Whether a column holds months or quarters without their year."""
    found = [text for text in pd.unique(column.texts) if text is not None]
    if not 0 < len(found) <= _MOST_PARTS:
        return False
    if all(map(bare_part, found)):
        return column.has(words.PERIOD_PART, words.PERIOD)
    numbered = (text.isdecimal() and 1 <= int(text) <= _MOST_PARTS for text in found)
    return column.has(words.PERIOD_PART) and all(numbered)


def _join(year: Column, part: Column) -> Texts | None:
    names = [year.heading, part.heading]
    try:
        joined = join_parts([list(year.texts), list(part.texts)], names=names, where="")
    except TableError:
        return None
    labels = {label for label in joined if label is not None}
    if not labels or not all(map(read_label, labels)):
        return None
    texts = np.empty(len(joined), dtype=object)
    texts[:] = joined
    return texts


def _make(year: Column, part: Column, texts: Texts) -> Column:
    return replace(
        year,
        heading=f"{_name(year)},{_name(part)}",
        words=(*year.words, *part.words),
        distinct=int(pd.Series(texts).nunique()),
        missing=sum(text is None for text in texts),
        span=None,
        texts=texts,
    )


def _name(column: Column) -> str:
    return " ".join(column.heading.split())
