r"""What a change of organisations does to a total, before anything else is looked at.

Structure is :math:`O(\text{base, new frame}) - O(\text{base, old frame})` in the same draws: the
units of the old frame are put together by their volumes, so that no patient is treated
differently. Exit and entry are what the total loses with units that have data in the first period
alone, and gains with those that have data in the last alone, with the target found anew over those
who remain.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.errors import ModelError
from varstat.measure import Direction, Floats
from varstat.target.rule import TargetRule

Bools = NDArray[np.bool_]
SIGN: dict[Direction, float] = {"higher-is-better": 1.0, "lower-is-better": -1.0}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standard:
    """By what units are judged.

    Attributes
    ----------
    rule : TargetRule
    direction : {"higher-is-better", "lower-is-better"}
    """

    rule: TargetRule
    direction: Direction

    @property
    def sign(self) -> float:
        """1 where higher is better, -1 where lower is."""
        return SIGN[self.direction]

    def targets(self, rate: Floats, volume: Floats, group: NDArray[np.object_]) -> Floats:
        """Find the target of each unit in each draw, over the units of its peer group.

        Parameters
        ----------
        rate : ndarray of float, shape (draws, units)
        volume : ndarray of float, shape (units,) or (draws, units)
        group : ndarray of object, shape (units,)
            Peer groups; None for units that have none, which are then one of their own.

        Returns
        -------
        ndarray of float, shape (draws, units)

        Raises
        ------
        ModelError
            If the rule sets a target by likeness, or leaves out the only unit.
        """
        targets = np.empty_like(rate)
        names = np.array(["" if name is None else str(name) for name in group], dtype=object)
        for name in dict.fromkeys(names):
            here = names == name
            targets[:, here] = self._of_group(rate[:, here], volume[..., here])
        return targets

    def _of_group(self, rate: Floats, volume: Floats) -> Floats:
        rule = self.rule
        match rule.kind:
            case "rate":
                return np.full_like(rate, rule.value)
            case "best":
                share = 1.0 - rule.value if self.direction == "higher-is-better" else rule.value
                return np.broadcast_to(np.quantile(rate, share, axis=1)[:, None], rate.shape)
            case "median":
                return np.broadcast_to(np.median(rate, axis=1)[:, None], rate.shape)
            case "pooled":
                pooled = np.sum(rate * volume, axis=1) / volume.sum(axis=-1)
                return np.broadcast_to(pooled[:, None], rate.shape)
            case "leave-one-out" if rate.shape[1] > 1:
                total = np.sum(rate * volume, axis=1, keepdims=True) - rate * volume
                return np.asarray(total / (volume.sum(axis=-1, keepdims=True) - volume))
        raise ModelError(
            f"target {rule.text}",
            "a change is measured against a target of all units: pooled, median, best:0.25 or "
            "rate:0.75.",
        )

    def total(self, rate: Floats, volume: Floats, group: NDArray[np.object_]) -> Floats:
        """Give the total opportunity in each draw, in events: (draws,)."""
        if not rate.shape[1]:
            return np.zeros(len(rate))
        lack = self.sign * (self.targets(rate, volume, group) - rate)
        return np.asarray(np.maximum(lack, 0.0) @ volume)


def merge_rates(rate: Floats, volume: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Put units together by their volumes.

    Parameters
    ----------
    rate : ndarray of float, shape (draws, old units)
    volume : ndarray of float, shape (old units,)
    share : ndarray of float, shape (new units, old units)
        Of each old unit, the part that goes to each new one.

    Returns
    -------
    rate : ndarray of float, shape (draws, new units)
        NaN for a unit without volume.
    volume : ndarray of float, shape (new units,)
    """
    merged = share @ volume
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((rate * volume) @ share.T / merged), merged


def pair_draws(values: Floats, like: Floats) -> NDArray[np.intp]:
    """Order draws of one posterior so that a total in them goes with that of another.

    Two models of the same data are sampled each for itself. What one quantity is in both is then
    paired by rank, so that its difference shows how the models differ and no chance of sampling.

    Parameters
    ----------
    values, like : ndarray of float, shape (draws,)
        Of the same number.

    Returns
    -------
    ndarray of int, shape (draws,)
        `values` in this order rise and fall as `like` does.

    Examples
    --------
    >>> values = np.array([5.0, 3.0, 9.0])
    >>> values[pair_draws(values, np.array([0.3, 0.1, 0.2]))]
    array([9., 3., 5.])
    """
    order = np.empty(len(values), dtype=np.intp)
    order[np.argsort(like, kind="stable")] = np.argsort(values, kind="stable")
    return order
