r"""What units are compared with, redrawn in every draw.

A target of the posterior is itself uncertain: "the rate that the best quarter reach" is another
rate in every draw. Quantiles are unweighted (type 7) and of rates at the reference case-mix.
With case-mix a target is a *level*: the effect on the link scale at which the reference population
has the target rate,

.. math:: \sum_c W_c\, g^{-1}(t^* + \alpha_c) = q,

which says what any unit's own case-mix would give there.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.errors import ModelError, UsageError
from varstat.estimands.rates.rate import to_rate
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import Posterior
from varstat.measure import Direction, Floats
from varstat.target.rule import TargetRule

Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]
# Rates at levels, and their slopes there.
MeanRate = Callable[[Floats], tuple[Floats, Floats]]

# Of the units most alike, how many are looked at, and how many of the best are the target.
SIMILAR, BEST_OF_SIMILAR = 10, 5
_NO_DIRECTION = (
    "Without a direction no unit is best: units are compared with the median, and have no ranks. "
    "State --direction to have them."
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Target:
    """How a target is found among units.

    Attributes
    ----------
    rule : TargetRule
    share : float
        Of the quantile that the rule takes, by direction; NaN where it takes none.
    highest : bool
        Whether the best are the highest.
    group : ndarray of int, shape (units,)
        The group of each unit, each with a target of its own.
    members : ndarray of bool, shape (units,)
        The units among which the target is found.
    neighbours : ndarray of int, shape (units, 10)
        The units most like each; empty where the rule doesn't ask.
    """

    rule: TargetRule
    share: float
    highest: bool
    group: Integers
    members: Bools
    neighbours: Integers

    @property
    def groups(self) -> int:
        """Number of targets."""
        if self.rule.kind == "similar":
            return len(self.group)
        return 1 if self.rule.kind == "rate" else int(self.group.max()) + 1

    def of_units(self, per_group: Floats) -> Floats:
        """Give each unit its group's value: (..., groups) to (..., units)."""
        if self.rule.kind == "similar":
            return per_group
        return per_group[..., self.group] if self.groups > 1 else per_group[..., [0]]

    def of_rates(self, rate: Floats, weight: Floats) -> Floats:
        """Find the targets of given rates.

        Parameters
        ----------
        rate : ndarray of float, shape (draws, units)
        weight : ndarray of float, shape (units,)
            By which a pooled rate takes them together.

        Returns
        -------
        ndarray of float, shape (draws, groups)
            NaN for a group without a member.
        """
        if self.rule.kind == "rate":
            return np.full((len(rate), 1), self.rule.value)
        if self.rule.kind == "similar":
            worst = -np.inf if self.highest else np.inf
            known = np.where(np.isfinite(rate), rate, worst)
            ordered = np.sort(known[:, self.neighbours], axis=-1)
            best = (
                ordered[..., -BEST_OF_SIMILAR:] if self.highest else ordered[..., :BEST_OF_SIMILAR]
            )
            mean = best.mean(axis=-1)
            return np.where(np.isfinite(mean), mean, np.nan)
        out = np.full((len(rate), self.groups), np.nan)
        for g in range(self.groups):
            inside = np.flatnonzero(
                self.members & (self.group == g) if self.groups > 1 else self.members
            )
            inside = inside[np.isfinite(rate[0, inside])]
            if not inside.size:
                continue
            if self.rule.kind == "pooled":
                out[:, g] = rate[:, inside] @ (weight[inside] / weight[inside].sum())
            else:
                out[:, g] = np.quantile(rate[:, inside], self.share, axis=1)
        return out

    def levels(self, design: Design, beta: Floats, theta: Floats, transient: Floats) -> Floats:
        """Find the targets as levels on the link scale.

        Parameters
        ----------
        design : Design
        beta : ndarray of float, shape (draws, locations)
        theta : ndarray of float, shape (draws, units)
            Link-scale rates of the units but for covariates, cells and periods.
        transient : ndarray of float, shape (draws,)

        Returns
        -------
        ndarray of float, shape (draws, groups)
        """
        reference = mean_rate(design, beta @ design.cells.T, design.cell_weight[None], transient)
        if self.rule.kind == "rate":
            goal = np.full((len(theta), 1), self.rule.value)
            return invert(reference, goal, design=design)
        out = np.full((len(theta), self.groups), np.nan)
        for g in range(self.groups):
            inside = self.members & ((self.group == g) | (self.groups == 1))
            if not inside.any():
                continue
            at = theta[:, inside]
            if self.rule.kind == "pooled":
                out[:, [g]] = _pooled_level(design, beta, at, inside, transient)
            else:
                out[:, [g]] = _quantile_level(reference, at, self.share, design)
        return out


def _quantile_level(reference: MeanRate, theta: Floats, share: float, design: Design) -> Floats:
    """Find the level of a type-7 quantile of rates; rates rise with levels, so order is shared."""
    place = share * (theta.shape[1] - 1)
    low, part = int(np.floor(place)), place - np.floor(place)
    high = min(low + 1, theta.shape[1] - 1)
    ordered = np.partition(theta, (low, high), axis=1)
    ends = ordered[:, [low, high]]
    if part < 1e-12:
        # Of units without events levels are infinite, and have no difference.
        return ends[:, [0]]
    if design.measure.link == "identity":
        return np.asarray(ends[:, [0]] + part * (ends[:, [1]] - ends[:, [0]]))
    rates = reference(ends)[0]
    goal = rates[:, [0]] + part * (rates[:, [1]] - rates[:, [0]])
    return invert(reference, goal, design=design)


def _pooled_level(
    design: Design, beta: Floats, theta: Floats, inside: Bools, transient: Floats
) -> Floats:
    """Find the level at which units would together have the events that they have."""
    rows = inside[design.row_unit]
    place = np.cumsum(inside) - 1
    weight = design.volume if np.all(design.volume > 0) else np.ones(design.rows)
    weight = weight[rows] / weight[rows].sum()
    shift = beta @ case_mix_of_rows(design)[rows].T
    rate = to_rate(design, theta[:, place[design.row_unit[rows]]] + shift, transient)
    return invert(
        mean_rate(design, shift, weight[None], transient),
        (rate @ weight)[:, None],
        design=design,
    )


def case_mix_of_rows(design: Design) -> Floats:
    """Give what each row has beyond its unit's level: covariates, cell and period.

    Returns
    -------
    ndarray of float, shape (rows, locations)
    """
    return np.asarray(design.matrix - design.reference[design.row_unit])


def mean_rate(design: Design, shift: Floats, weight: Floats, transient: Floats) -> MeanRate:
    r"""Make the function that gives rates averaged over case-mix, :math:`\sum_k w_k g^{-1}(t+s_k)`.

    Parameters
    ----------
    design : Design
    shift : ndarray of float, shape (draws, parts)
    weight : ndarray of float, shape (1, parts)
        Add to one.
    transient : ndarray of float, shape (draws,)

    Returns
    -------
    callable
        Of levels (draws, groups): rates, and their slopes.
    """
    alone = shift.shape[1] == 1

    def rates(level: Floats) -> tuple[Floats, Floats]:
        theta = level + shift if alone else level[..., None] + shift[:, None, :]
        rate = to_rate(design, theta, transient)
        slope = slope_of(design, rate)
        if alone:
            return rate, slope
        return rate @ weight[0], slope @ weight[0]

    return rates


def slope_of(design: Design, rate: Floats) -> Floats:
    """Slope of a rate in its level; nearly so where what passes is integrated out."""
    if not design.measure.counts:
        return np.asarray(design.spread / design.measure.slope(rate))
    return design.spread * design.measure.information(1.0, rate)


def invert(rates: MeanRate, goal: Floats, *, design: Design) -> Floats:
    """Find the levels at which rates are what they should be.

    Parameters
    ----------
    rates : callable
    goal : ndarray of float, shape (draws, groups)
        A count's may be 0, and a proportion's 1: levels are then infinite.
    design : Design

    Returns
    -------
    ndarray of float, shape (draws, groups)
    """
    if design.measure.link == "identity":
        # A mean is linear in its level.
        at_zero, slope = rates(np.zeros_like(goal))
        return np.asarray((goal - at_zero) / slope)
    top = design.measure.ends[1]
    inner = (goal > 0) & (goal < top)
    safe = np.where(inner, goal, 0.5)
    aim = _level_of(design, safe)
    level = aim
    for _ in range(200):
        rate, slope = rates(level)
        # On the link scale rates are nearly straight in the level.
        steep = slope_of(design, rate)
        bend = np.divide(slope, steep, out=np.ones_like(slope), where=steep > 0)
        step = np.clip((aim - _level_of(design, rate)) / np.maximum(bend, 0.05), -5.0, 5.0)
        level = level + step
        if np.all(np.abs(step) <= 1e-11 * (1.0 + np.abs(level))):
            break
    return np.where(inner, level, np.where(goal <= 0, -np.inf, np.inf))


def _level_of(design: Design, rate: Floats) -> Floats:
    """Put rates on the link scale; those at an end, by rounding, lie far out."""
    return np.clip(design.to_link(rate), -700.0, 700.0)


def make_target(
    design: Design,
    rule: TargetRule,
    *,
    group: Integers | None = None,
    members: Bools | None = None,
) -> tuple[Target, tuple[str, ...]]:
    """Settle what units are compared with.

    Parameters
    ----------
    design : Design
    rule : TargetRule
    group : ndarray of int, shape (units,), optional
        Groups with a target each; the peer groups unless given.
    members : ndarray of bool, shape (units,), optional
        Who sets the target; all unless given.

    Returns
    -------
    Target
    notes : tuple of str

    Raises
    ------
    UsageError
        If the rule is none for a posterior.
    ModelError
        If units can't be told to be alike.
    """
    notes: tuple[str, ...] = ()
    if rule.kind == "leave-one-out":
        raise UsageError(
            "target",
            "leave-one-out is a target for funnels; a model has learnt from every unit already. "
            "Take pooled, median, best:0.25 or rate:0.75.",
        )
    if rule.kind == "best" and design.direction == "neither":
        rule = TargetRule(kind="median", value=float("nan"))
        notes = (_NO_DIRECTION,)
    _check_rate(design, rule)
    return Target(
        rule=rule,
        share=_share(rule, design.direction),
        highest=design.direction == "higher-is-better",
        group=design.peer if group is None else group,
        members=np.ones(design.units, dtype=np.bool_) if members is None else members,
        neighbours=(
            find_similar(design, members)
            if rule.kind == "similar"
            else np.empty((0, 0), dtype=np.int64)
        ),
    ), notes


def _share(rule: TargetRule, direction: Direction) -> float:
    match rule.kind:
        case "median":
            return 0.5
        case "best":
            return 1.0 - rule.value if direction == "higher-is-better" else rule.value
        case _:
            return float("nan")


def _check_rate(design: Design, rule: TargetRule) -> None:
    """Refuse a target that no rate can be."""
    if rule.kind != "rate":
        return
    least, top = design.measure.ends
    if not least <= rule.value <= top:
        allowed = "between 0 and 1" if np.isfinite(top) else "zero or more"
        raise UsageError("target", f"'{rule.text}' is no rate: it must be {allowed}.")


def find_similar(design: Design, members: Bools | None = None) -> Integers:
    r"""Find the units most like each by their covariates.

    The distance is :math:`\sum_k (z_{ak} - z_{bk})^2` over z-scores, which are cut at 5.

    Parameters
    ----------
    design : Design
    members : ndarray of bool, shape (units,), optional
        Who can be a comparator; all unless given.

    Returns
    -------
    ndarray of int, shape (units, 10)

    Raises
    ------
    ModelError
        If there are no covariates, or too few units.
    """
    from scipy.spatial import cKDTree

    columns = [i for i, name in enumerate(design.locations) if name.startswith("coefficient[")]
    if not columns:
        raise ModelError(
            "target",
            "this rule compares each unit with the ten most like it: name what they are to be "
            "alike in, with --covariate.",
        )
    among = np.arange(design.units) if members is None else np.flatnonzero(members)
    if len(among) <= SIMILAR:
        raise ModelError(
            "target",
            f"this rule compares each unit with the {SIMILAR} most like it, and only {len(among)} "
            "units can be compared.",
        )
    z = design.own[:, columns]
    z = np.clip((z - z.mean(axis=0)) / np.maximum(z.std(axis=0), 1e-12), -5.0, 5.0)
    found = among[np.asarray(cKDTree(z[among]).query(z, k=SIMILAR + 1)[1])]
    own = found == np.arange(design.units)[:, None]
    # A unit is no comparator of itself; of the others, or where ties have left it out, the last.
    own[~own.any(axis=1), -1] = True
    return np.asarray(found[~own].reshape(design.units, SIMILAR), dtype=np.int64)


def pooling_weights(posterior: Posterior) -> Floats:
    """Size of each unit in the rate of all taken together; equal for means."""
    design = posterior.design
    if not design.measure.counts:
        return np.ones(design.units)
    return np.asarray(design.gather(design.size[None])[0])
