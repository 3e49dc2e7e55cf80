"""Releases: whether the labels of one table are found again in the next one that was published."""

import numpy as np
import pandas as pd

from varstat.measure import Floats
from varstat.prose.number import listed, share
from varstat.prose.text import clean
from varstat.review.labels import LEAST_UNITS, label_units, refuse_labels
from varstat.review.part import Part, Status, leave_out
from varstat.review.quarter import (
    BEST,
    QUARTERS,
    Integers,
    cross_quarters,
    found_again,
    rank_correlation,
)
from varstat.review.replication import EVEN, LASTING, NAME
from varstat.review.reviewed import Reviewed

_SHARED = (
    "Where releases share cases, as rolling years do, labels are found again for that reason too."
)


def compare_releases(before: Reviewed, after: Reviewed) -> Part:
    """Compare the labels of two releases, each a table of its own, of the units that are in both.

    Parameters
    ----------
    before, after : Reviewed
        Groups of a table that is split by release: `by` names each.

    Returns
    -------
    Part
        Named "replication", as it takes that part's place. "holds" where 75% of the labels or more
        were found again, "fails" under 50%; "can't tell" where few labels leave both open. Left
        out without a direction or with fewer than four units in both. Its tables are `replication`
        and `reclassified`; its units' columns are `quarter_before` and `quarter_after`.
    """
    why = refuse_labels(before) or refuse_labels(after)
    if why is not None:
        return leave_out(NAME, why)
    ranks = [
        pd.Series(each.league.units.expected_rank, index=each.league.units.unit).dropna()
        for each in (before, after)
    ]
    common = ranks[0].index.intersection(ranks[1].index).sort_values()
    if len(common) < LEAST_UNITS:
        return leave_out(NAME, f"Quarters take four units or more, and {len(common)} are in both.")
    named = [label_units(each).loc[common] for each in (before, after)]
    first, then = (_numbers(each) for each in named)
    labelled = int((first == BEST).sum())
    if not labelled:
        return leave_out(NAME, "No unit of the best quarter is in the next release.")
    again = float(found_again(first, then)[0])
    rng = np.random.default_rng([after.seed, 26])
    scores: list[Floats] = [-np.asarray(each.loc[common], dtype=float)[None] for each in ranks]
    values = {
        "found_again": again,
        "chance": float((then == BEST).mean()),
        "spearman": float(rank_correlation(scores[0], scores[1], rng)[0]),
        "labelled": float(labelled),
        "units": float(len(common)),
    }
    return Part(
        name=NAME,
        status=_judge(again, labelled),
        sentence=(
            f"Of the {labelled} units in the best quarter of {_release(before)}, {share(again)} "
            f"were found there again in {_release(after)} (by lot {share(values['chance'])}). The "
            f"ranks of all correlate by {values['spearman']:.2f}."
        ),
        values=values,
        tables={NAME: pd.DataFrame([values]), "reclassified": cross_quarters(first, then)},
        units={"quarter_before": named[0], "quarter_after": named[1]},
        notes=(_SHARED,),
    )


def _numbers(named: "pd.Series[str]") -> Integers:
    """Number quarters by their names: shape (1, units)."""
    return np.array([[QUARTERS.index(name) for name in named]], dtype=np.int64)


def _release(reviewed: Reviewed) -> str:
    return listed([clean(str(value)) for value in reviewed.by.values()]) or "the table"


def _judge(again: float, labelled: int) -> Status:
    error = float(np.sqrt(max(again * (1.0 - again), 0.01) / labelled))
    if again < EVEN:
        return "fails" if again + 2.0 * error < LASTING else "can't tell"
    if again >= LASTING:
        return "holds" if again - 2.0 * error > EVEN else "can't tell"
    return "with care"
