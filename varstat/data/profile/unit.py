"""Which column holds the units, and which their names."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from varstat.data.profile import words
from varstat.data.profile.column import LABELS, Column
from varstat.data.source.grid import Texts

# Of the units of a code, how many must have one name, and the other way round.
_AGREE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unit:
    """The columns that say whose counts a row holds.

    Attributes
    ----------
    code, name : Column or None
        The name is None where there is one column only.
    """

    code: Column
    name: Column | None = None


def guess_unit(columns: Sequence[Column]) -> Unit | None:
    """Guess which column holds the units: the one of most values, unless headings say better.

    Parameters
    ----------
    columns : sequence of Column

    Returns
    -------
    Unit or None
        None where no column of labels has two values.
    """
    able = [
        each
        for each in columns
        if each.kind in LABELS and each.distinct > 1 and 2 * each.missing <= each.rows
    ]
    if not able:
        return None
    most = max(each.distinct for each in able)
    best = max(able, key=lambda each: (_score(each, most), -each.place))
    partner = _partner(best, able)
    if partner is None:
        return Unit(code=best)
    told, telling = determines(partner.texts, best.texts), determines(best.texts, partner.texts)
    if told == telling:
        told = _codes(best) >= _codes(partner)
    # Names change, and codes stay: of the two the one that the other tells is the code.
    return Unit(code=best, name=partner) if told else Unit(code=partner, name=best)


def determines(one: Texts, other: Texts) -> bool:
    """Whether nearly every value of a column has one value of another beside it."""
    codes, distinct = pd.factorize(one, use_na_sentinel=True)
    others, _ = pd.factorize(other, use_na_sentinel=True)
    both = (codes >= 0) & (others >= 0)
    pairs = np.unique(np.stack([codes[both], others[both]]), axis=1)
    if not pairs.shape[1]:
        return False
    times = np.bincount(pairs[0], minlength=len(distinct))
    return bool((times == 1).sum() >= _AGREE * (times > 0).sum())


def _score(column: Column, most: int) -> float:
    spoken = set(column.words)
    score = 4 * math.log(column.distinct) / math.log(max(most, 2))
    if spoken & words.UNIT:
        score += 2
    if spoken & words.CODE:
        score += 0.5
    if spoken & words.GROUP and not spoken & (words.UNIT - words.GROUP):
        score -= 2
    if column.kind == "category":
        score -= 1
    if spoken & words.NAME:
        score += 0.5
    return score - 3 * column.missing / max(column.rows, 1)


def _codes(column: Column) -> tuple[bool, bool, int]:
    """How much a column is one of codes."""
    return (
        column.kind == "code",
        bool(set(column.words) & words.CODE) and not set(column.words) & words.NAME,
        -sum(len(text) for text in column.texts[:100] if text is not None),
    )


def _partner(best: Column, able: Sequence[Column]) -> Column | None:
    """Find the column that says the same as another: a name for a code, or a code for a name."""
    for each in able:
        near = 0.8 * best.distinct <= each.distinct <= 1.25 * best.distinct
        if each is best or not near or (each.kind == "code" and best.kind == "code"):
            continue
        if determines(best.texts, each.texts) or determines(each.texts, best.texts):
            return each
    return None
