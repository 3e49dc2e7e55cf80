"""What units are compared with."""

import numpy as np

from varstat.errors import ModelError
from varstat.measure import Direction, Floats, Measure
from varstat.target.rule import TargetRule


def compute_target(
    rule: TargetRule, event: Floats, size: Floats, *, measure: Measure, direction: Direction
) -> tuple[float, Floats]:
    r"""Compute the target of one group of units.

    =============  ============================================================
    pooled         sum of events / sum of sizes; for means, weighted by 1/se^2, on the scale of se
    median         median of the units' rates
    best:q         the rate that the best share q of units reach (type-7 quantile)
    rate:x         x
    leave-one-out  for each unit, `pooled` of the others
    =============  ============================================================

    Parameters
    ----------
    rule : TargetRule
    event : ndarray of float, shape (units,)
        NaN where withheld; such units don't take part.
    size : ndarray of float, shape (units,)
    measure : Measure
    direction : {"higher-is-better", "lower-is-better", "neither"}

    Returns
    -------
    target : float
        For leave-one-out, that of all units together.
    targets : ndarray of float, shape (units,)
        What each unit is compared with.

    Raises
    ------
    ModelError
        If the rule has no answer here: a best share without a direction, a rate outside what
        a rate can be, a leave-one-out of one unit, or no unit with a known event.

    Examples
    --------
    >>> from varstat.target.rule import parse_target
    >>> from varstat.measure import PROPORTION
    >>> target, _ = compute_target(parse_target("pooled"), np.array([1.0, 3.0]),
    ...                            np.array([10.0, 10.0]), measure=PROPORTION,
    ...                            direction="neither")
    >>> target
    0.2
    """
    known = np.isfinite(event)
    if rule.kind != "rate" and not known.any():
        raise ModelError(
            f"target {rule.text}",
            "no unit here has a known event to take it from. Set it, as in rate:0.75.",
        )
    rates = measure.rates(event[known], size[known])
    least, most = measure.ends
    match rule.kind:
        case "rate":
            target = rule.value
            if not least < target < most:
                inside = "between 0 and 1" if measure.bounded else "above 0"
                raise ModelError(f"target {rule.text}", f"the rate must be {inside}.")
        case "median":
            target = float(np.median(rates))
        case "best":
            if direction == "neither":
                raise ModelError(
                    f"target {rule.text}",
                    "without a direction no share is best. State --direction "
                    "higher-is-better or lower-is-better.",
                )
            better = 1.0 - rule.value if direction == "higher-is-better" else rule.value
            target = float(np.quantile(rates, better))
        case "similar":
            raise ModelError(
                f"target {rule.text}",
                "a funnel has one target, and this rule sets one for each unit. Use it with "
                "`varstat opportunity`, or take best:0.25.",
            )
        case _:
            target = pooled_rate(event, size, measure=measure)
    targets = np.full(event.shape, target)
    if rule.kind == "leave-one-out":
        if known.sum() < 2:
            raise ModelError(f"target {rule.text}", "one unit has no others.")
        amount, weight = _amounts(event, size, measure)
        targets = measure.from_own((amount.sum() - amount) / (weight.sum() - weight))
    ends = (targets <= least) | (targets >= most)
    if np.any(ends[known] & (rates != targets[known])):
        raise ModelError(
            f"target {rule.text}",
            "it comes out at an end of what a rate can be, where any other rate would be "
            "impossible. Use pooled, or set it, as in rate:0.05.",
        )
    return target, targets


def pooled_rate(event: Floats, size: Floats, *, measure: Measure) -> float:
    """Pool the units of a group; NaN if no event is known.

    Parameters
    ----------
    event, size : ndarray of float, shape (units,)
        An event is NaN where it was withheld.
    measure : Measure

    Returns
    -------
    float
        Sum of events over sum of sizes; for means, weighted by 1/se^2.

    Examples
    --------
    >>> from varstat.measure import RATIO
    >>> pooled_rate(np.array([1.0, 5.0]), np.array([2.0, 2.0]), measure=RATIO)
    1.5
    """
    amount, weight = _amounts(event, size, measure)
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(measure.from_own(amount.sum() / weight.sum()))


def _amounts(event: Floats, size: Floats, measure: Measure) -> tuple[Floats, Floats]:
    """What each unit adds to a pooled rate, above and below; nothing if withheld."""
    known = np.isfinite(event)
    # Errors in units of the smallest: the weights of very small ones would overflow.
    weight = np.square(size.min() / size) if measure.size_is_error else size
    weight = np.where(known, weight, 0.0)
    amount = event if measure.counts else measure.own_scale(event) * weight
    return np.where(known, amount, 0.0), weight
