"""What passes between a unit's periods: whether it is fitted, stated or left out."""

import numpy as np

from varstat.adjust.cells import Cells
from varstat.card.schema import Card
from varstat.hierarchical.model.design import Integers

# A transient SD that is stated: below it changes nothing and can't be divided by, above it rates
# pass from one end of what is possible to the other, and sums over it are no longer exact.
_LEAST, _MOST = 1e-6, 5.0
_ONE_PERIOD = (
    "With one period, what persists can't be told from what passes: the differences here hold for "
    "the time reported, and part of them would not be there the next time."
)
_ONE_ROW = (
    "With one row a unit, what persists can't be told from what passes: the differences here hold "
    "for the time reported, and part of them would not be there the next time. State how much "
    "passes with --transient, or give several periods."
)


def transient_of(
    card: Card, *, single: bool, problems: list[str], notes: list[str]
) -> float | None:
    """Say the transient SD: 0 for none, a number as stated, None to be estimated."""
    stated, likelihood = card.model.transient, card.model.likelihood
    inside = likelihood in ("beta-binomial", "negative-binomial")
    if isinstance(stated, (int, float)):
        if likelihood != "normal" and stated != 0.0 and not _LEAST <= stated <= _MOST:
            problems.append(
                f"a transient SD of {stated:g} is out of reach: on the link scale it can be from "
                f"{_LEAST:g} to {_MOST:g}, or none. 0.1 is a change of about a tenth in a rate."
            )
        return float(stated)
    if not single:
        return 0.0 if stated == "none" else None
    if inside:
        problems.append(
            f"a {likelihood} likelihood has a part that passes from period to period, and with "
            "one row a unit it can't be told from what persists. Give several periods, or state "
            "its size: --transient 0.1 is an SD of 0.1 on the link scale, at the pooled rate."
        )
        return 1.0
    if stated == "auto":
        notes.append(_ONE_ROW)
    return 0.0


def transient_of_cells(card: Card, *, single: bool, problems: list[str], notes: list[str]) -> float:
    """With strata a transient effect would be shared by a unit's cells: only none will do."""
    stated = card.model.transient
    if card.model.likelihood in ("beta-binomial", "negative-binomial"):
        problems.append(
            f"with strata a {card.model.likelihood} likelihood would take every cell of a unit to "
            "vary on its own, where what passes is common to them. Say binomial or poisson."
        )
    elif isinstance(stated, (int, float)) and stated != 0.0:
        problems.append(
            "with strata a transient SD can't be stated: what passes is shared by all cells of a "
            "unit, which this model doesn't integrate. Leave --transient out."
        )
    elif not single and stated != "none":
        problems.append(
            "with strata and several periods, what passes from period to period is shared by all "
            "cells of a unit, which this model doesn't integrate. Add the periods up (--roll-up "
            "all), analyse each on its own (--by with the period), or leave it out (--transient "
            "none)."
        )
    elif single and stated == "auto":
        notes.append(_ONE_PERIOD)
    return 0.0


def refuse_apart(cells: Cells, row_unit: Integers, problems: list[str]) -> None:
    """Refuse strata that no two units share: nothing is left to compare by."""
    pairs = np.unique(np.column_stack([cells.row, row_unit]), axis=0)
    if row_unit.max() > 0 and np.bincount(pairs[:, 0]).max() < 2:
        problems.append(
            "no two units have a stratum in common, so that a unit can't be told from its "
            "case-mix. Use fewer or wider strata, or leave --stratum out."
        )
