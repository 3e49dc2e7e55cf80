r"""What units are compared with, redrawn in every draw.

A target of the posterior is itself uncertain: "the rate that the best quarter reach" is another
rate in every draw. Quantiles are unweighted (type 7), over the units' effects within each peer
group, as ranks are; `pooled` is the rate of all units' events taken together.
"""

from dataclasses import dataclass

import numpy as np

from varstat.card.target import TargetRule
from varstat.errors import UsageError
from varstat.estimands.rates import to_rate
from varstat.hierarchical.posterior import Posterior
from varstat.measure import Direction, Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Aim:
    """How a block of draws is compared with a target.

    Attributes
    ----------
    rule : TargetRule
    group : ndarray of int, shape (units,)
        The peer group of each unit.
    """

    rule: TargetRule
    group: np.ndarray

    @property
    def groups(self) -> int:
        """Number of groups that have a target of their own."""
        return 1 if self.rule.kind in ("pooled", "rate") else int(self.group.max()) + 1

    def rates(self, posterior: Posterior, some: slice, effect: Floats) -> tuple[Floats, Floats]:
        """Give targets and units' rates at the average case-mix for a block of draws.

        Parameters
        ----------
        posterior : Posterior
        some : slice
            Which draws.
        effect : ndarray of float, shape (draws, units)

        Returns
        -------
        target : ndarray of float, shape (draws, groups)
        rate : ndarray of float, shape (draws, units)
        """
        design = posterior.design
        beta, transient = posterior.beta[some], posterior.transient[some]
        rate = to_rate(design, beta @ design.reference.T + effect, transient)
        match self.rule.kind:
            case "rate":
                return np.full((len(effect), 1), self.rule.value), rate
            case "pooled":
                own = to_rate(design, beta @ design.own.T + effect, transient)
                return own @ pooling_weights(posterior)[:, None], rate
            case _:
                share = 0.5 if self.rule.kind == "median" else self._share(design.direction)
                return np.stack(
                    [
                        np.quantile(rate[:, self.group == g], share, axis=1)
                        for g in range(self.groups)
                    ],
                    axis=1,
                ), rate

    def _share(self, direction: Direction) -> float:
        best = self.rule.value
        return 1.0 - best if direction == "higher-is-better" else best

    def of_units(self, per_group: Floats) -> Floats:
        """Give each unit its group's value: (..., groups) to (..., units)."""
        return per_group[..., self.group] if self.groups > 1 else per_group[..., [0]]


def make_aim(posterior: Posterior, rule: TargetRule) -> tuple[Aim, tuple[str, ...]]:
    """Settle what units of a posterior are compared with.

    Returns
    -------
    Aim
    notes : tuple of str

    Raises
    ------
    UsageError
        If the rule is none for a posterior.
    """
    design = posterior.design
    notes: tuple[str, ...] = ()
    if rule.kind == "leave-one-out":
        raise UsageError(
            "target",
            "leave-one-out is a target for funnels; a model has learnt from every unit already. "
            "Take pooled, median, best:0.25 or rate:0.75.",
        )
    if rule.kind == "best" and design.direction == "neither":
        rule = TargetRule(kind="median", value=float("nan"))
        note = (
            "Without a direction no unit is best: units are compared with the median, and have no "
            "ranks. State --direction to have them."
        )
        notes = (note,)
    return Aim(rule=rule, group=design.peer), notes


def pooling_weights(posterior: Posterior) -> Floats:
    """Share of each unit in the rate of all taken together; equal for means."""
    design = posterior.design
    if not design.measure.counts:
        return np.full(design.units, 1.0 / design.units)
    size = design.gather(design.size[None])[0]
    return np.asarray(size / size.sum())
