"""Evidence: what a review's parts say that bears on whether a claim can be believed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from varstat.card.review import Review
from varstat.estimands.assumptions import DOUBTFUL, Assumptions
from varstat.hierarchical.shape import MISSHAPEN
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays
from varstat.prose.number import p_text, percent
from varstat.prose.text import clean, shorten
from varstat.prose.trust import say_distrust
from varstat.review.part import Part
from varstat.review.reviewed import Reviewed
from varstat.review.rules import Reason, at_most, say_most

Quarter = Literal["best", "worst", "neither"]
# Letters of a name in a claim at most.
_NAME = 120
# Parts that say whether the model's probabilities mean what they say.
_OF_THE_MODEL = ("computation", "coverage", "fit", "sensitivity")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """What the rules look at, beside the number that a claim is about.

    Attributes
    ----------
    rules : Review
        Thresholds of the card.
    unit : ndarray of object, shape (units,)
        Codes, in the order of the league table; so are all arrays.
    name : tuple of str
        As sentences say them.
    quarter : tuple of {"best", "worst", "neither"}
        Where the run's own table puts each.
    p_best, p_worst, reliability : ndarray of float, shape (units,)
    rankability : float
    differ : Reason
        Whether units differ by more than chance.
    doubts : tuple of Reason
        What keeps back every claim that rests on the model.
    same : Series
        By code, the share of specifications in which a unit's quarter is the run's own; empty where
        there are no others.
    specifications : DataFrame
        One a specification with the run's target rule but for the run's own: `total, lower, upper`;
        empty likewise.
    """

    rules: Review
    unit: Any
    name: tuple[str, ...]
    quarter: tuple[Quarter, ...]
    p_best: Floats
    p_worst: Floats
    reliability: Floats
    rankability: float
    differ: Reason
    doubts: tuple[Reason, ...]
    same: "pd.Series[Any]"
    specifications: pd.DataFrame

    def __post_init__(self) -> None:
        lock_arrays(self)

    @property
    def kept_back(self) -> tuple[Reason, ...]:
        """What keeps back a claim that units differ in some way, and rests on the model."""
        if self.differ.verdict == "can't be judged":
            careful = Reason(verdict="with care", text=self.differ.text)
            return (*self.doubts, careful)
        # Its p-value is no number of the claim that it keeps back.
        return (replace(self.differ, value=float("nan")), *self.doubts)

    def place(self) -> dict[str, int]:
        """Where each unit stands in the arrays, by its code."""
        return {str(code): at for at, code in enumerate(self.unit)}

    def name_of(self, code: str) -> str:
        """Name the unit of a code, as sentences do."""
        return self.name[self.place()[code]]

    def share(self, at: int, quarter: Quarter) -> float:
        """Share of specifications that put a unit in a quarter, at most; NaN where there are none.

        Of another quarter than the run's own it is known only that it is in no more than the rest.
        """
        share = float(self.same.get(str(self.unit[at]), np.nan))
        return share if quarter == self.quarter[at] else 1.0 - share


def gather_evidence(reviewed: Reviewed, parts: Sequence[Part] = ()) -> Evidence:
    """Gather what the base and the parts of a review say.

    Parameters
    ----------
    reviewed : Reviewed
    parts : sequence of Part
        Those that there are. Of "multiverse" the table `specifications` (`total, lower, upper`, and
        `target` where that is a choice) is used, and the units' `share_of_specs`, in which a unit
        is in the run's own quarter; of "reliability" the value `rankability`. "computation",
        "coverage", "fit" or "sensitivity" that fails keeps all claims back.

    Returns
    -------
    Evidence
    """
    league = reviewed.league
    units = league.units
    named = {part.name: part for part in parts}
    rules = reviewed.posterior.card.review
    reliability = units.reliability
    known = reliability[np.isfinite(reliability)]
    # The median of tau^2 / (tau^2 + s^2) is that ratio at the median of s^2.
    rankability = float(np.median(known)) if known.size else float("nan")
    if "reliability" in named:
        rankability = named["reliability"].values.get("rankability", rankability)
    multiverse = named.get("multiverse")
    same = pd.Series(dtype=float)
    # Of the run's own model alone all specifications are as it says.
    if multiverse is not None and multiverse.values.get("models", np.inf) > 1:
        same = multiverse.units.get("share_of_specs", same)
    return Evidence(
        rules=rules,
        unit=np.array([str(code) for code in units.unit], dtype=object),
        name=tuple(name_unit(*both) for both in zip(units.unit, units.unit_name, strict=True)),
        quarter=_quarters(units.expected_rank, league.top),
        p_best=np.array(units.p_top_quartile),
        p_worst=np.array(units.p_bottom_quartile),
        reliability=np.array(reliability),
        rankability=rankability,
        differ=_differ(reviewed, rules),
        doubts=_doubts(reviewed, named.values()),
        same=same,
        specifications=_specifications(reviewed, multiverse),
    )


def name_unit(code: object, name: object) -> str:
    """Name a unit in a sentence: its name with its code, or the code alone.

    Examples
    --------
    >>> name_unit("RBV", "The Christie"), name_unit("RBV", None)
    ('The Christie (RBV)', 'RBV')
    """
    short = shorten(clean(str(code)), 40)
    if name is None or name != name or not clean(str(name)) or clean(str(name)) == short:
        return short
    return f"{shorten(clean(str(name)), _NAME)} ({short})"


def _quarters(rank: Floats, top: int) -> tuple[Quarter, ...]:
    """Which quarter the units of a table are in; those without a rank stand last."""
    ranked = int(np.sum(np.isfinite(rank)))

    def place(at: int) -> Quarter:
        if ranked < 2 or at >= ranked:
            return "neither"
        return "best" if at < top else "worst" if at >= ranked - top else "neither"

    return tuple(place(at) for at in range(len(rank)))


def _differ(reviewed: Reviewed, rules: Review) -> Reason:
    p = reviewed.league.homogeneity.p_value
    if not np.isfinite(p):
        return Reason(
            verdict="can't be judged",
            text="Whether units differ by more than chance can't be tested of these data.",
        )
    hyper = reviewed.league.hyperparameters
    spread = ""
    if "tau" in hyper.name:
        at = hyper.name.index("tau")
        spread = (
            f", and the spread between units is {hyper.mean[at]:.2g} "
            f"({percent(hyper.level)} interval {hyper.lower[at]:.2g} to {hyper.upper[at]:.2g}) on "
            f"the {reviewed.posterior.card.model.link} scale"
        )
    return Reason(
        verdict=at_most(p, rules.differ),
        text=f"The test that all units are alike gives {p_text(p)} ({say_most(rules.differ)})"
        f"{spread}.",
        value=float(p),
    )


def _doubts(reviewed: Reviewed, parts: Any) -> tuple[Reason, ...]:
    diagnostics = reviewed.posterior.diagnostics
    doubts = []
    if not diagnostics.passed:
        doubts.append(Reason(verdict="can't be judged", text=say_distrust(diagnostics)))
    doubts += [Reason(verdict="with care", text=text) for text in _assumed(reviewed)]
    doubts += [
        Reason(verdict="with care", text=f"The {part.name} fails: see what was examined.")
        for part in parts
        if part.name in _OF_THE_MODEL and part.status == "fails"
    ]
    return tuple(doubts)


def _assumed(reviewed: Reviewed) -> list[str]:
    """Say what the data speak against that the model takes for granted."""
    found: Assumptions = reviewed.league.assumptions
    said = []
    if found.size_p < DOUBTFUL:
        said.append(
            "The model takes a unit's size to tell nothing of its rate, and here it does "
            f"({p_text(found.size_p)}; doubted below {DOUBTFUL:g})."
        )
    if found.shape_p < MISSHAPEN:
        said.append(
            "The units' effects don't have the shape that the model says "
            f"({p_text(found.shape_p)}; doubted below {MISSHAPEN:g})."
        )
    return said


def _specifications(reviewed: Reviewed, multiverse: Part | None) -> pd.DataFrame:
    """Totals of the other specifications with the run's own target."""
    columns = ["total", "lower", "upper"]
    none = pd.DataFrame(columns=columns, dtype=float)
    if multiverse is None or reviewed.opportunity is None:
        return none
    table = multiverse.tables.get("specifications")
    if table is None or not set(columns) <= set(table.columns):
        return none
    if "own" in table.columns:
        table = table[~table["own"].to_numpy(bool)]
    if "target" in table.columns:
        table = table[table["target"].astype(str) == reviewed.opportunity.target_rule]
    return table[columns].astype(float).dropna().reset_index(drop=True)
