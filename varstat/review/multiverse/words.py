"""What is said of a multiverse."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from varstat.estimands.opportunity.words import write_total
from varstat.prose.number import count, count_units, noise_step, share
from varstat.review.multiverse.axes import Axis
from varstat.review.multiverse.curve import column_of, of_own_target, share_variance
from varstat.review.multiverse.design import Plan

_NAMES = {
    "likelihood": "the likelihood",
    "effects": "the distribution of effects",
    "tau-prior": "the prior on tau",
    "peers": "the choice of peers",
    "covariates": "adjustment for covariates",
    "strata": "adjustment for strata",
    "period": "the period",
    "exclude-smallest": "leaving out the smallest",
    "target": "the target rule",
    "comparability": "who is comparable",
}


def decide(
    table: pd.DataFrame,
    units: pd.DataFrame,
    axes: Sequence[Axis],
    *,
    models: int,
    failed: int,
    plan: Plan,
) -> dict[str, float]:
    """Give the numbers that decide.

    Parameters
    ----------
    table : DataFrame
        Of specifications.
    units : DataFrame
    axes : sequence of Axis
    models : int
        That can be used.
    failed : int
        Specifications that can't.
    plan : Plan

    Returns
    -------
    dict of str to float
        Among them `half_interval` and `half_method`: half the width of the own total's interval,
        and half the range of totals by the same target rule, each as a share of its middle.
        `share_inside` is the share of the other specifications with the same target rule whose
        intervals hold the own total; NaN where there are none. `share_*` and `same_target_share_*`
        are shares, by choice, of the variance of the totals' logarithms, of all specifications and
        of those with the same target rule.
    """
    own = table[table["own"]].iloc[0]
    same = of_own_target(table)
    others = same[~same["own"]]
    inside = (others["lower"] <= own["total"]) & (own["total"] <= others["upper"])
    best = units["p_best_median"]
    return {
        "specifications": float(len(table)),
        "models": float(models),
        "possible": float(plan.possible),
        "failed": float(failed),
        "left_out": float(sum(plan.left_out.values())),
        "total": float(own["total"]),
        "total_least": float(table["total"].min()),
        "total_most": float(table["total"].max()),
        "same_target": float(len(same)),
        "same_target_least": float(same["total"].min()),
        "same_target_most": float(same["total"].max()),
        "half_interval": _half(own["lower"], own["upper"]),
        "half_method": _half(same["total"].min(), same["total"].max()),
        "share_inside": float(inside.mean()) if len(others) else float("nan"),
        "units": float(len(units)),
        "best_ever": float((units["p_best_max"] > 0.5).sum()),
        "best_always": float((units["p_best_min"] > 0.5).sum()),
        "best_mostly": float((best > 0.5).sum()),
        "robust": float(units["robust"].sum()),
        **{f"share_{column_of(name)}": each for name, each in share_variance(table, axes).items()},
        **{
            f"same_target_share_{column_of(name)}": each
            for name, each in share_variance(same, axes).items()
            if name != "target"
        },
    }


def _half(lower: float, upper: float) -> float:
    """Half of a range as a share of its middle."""
    return float((upper - lower) / (upper + lower)) if upper + lower > 0 else float("nan")


def say_multiverse(values: Mapping[str, float]) -> str:
    """Say how far the total hangs on the method, and how many units stay on top."""
    number, same = int(values["specifications"]), int(values["same_target"])

    def write(name: str) -> str:
        half = values["half_interval"] * values["total"]
        return write_total(values[name], noise_step(half / 2.0) if half > 0 else 0.0)

    total = f"the total of {write('total')}"
    whole = f"{write('total_least')} to {write('total_most')}"
    if not np.isfinite(values["half_interval"]):
        text = f"Beside {total}, {number:,} specifications give {whole}."
    elif same < 2 or not np.isfinite(values["half_method"]):
        text = (
            f"By its interval {total} is known to {_within(values['half_interval'])}, and "
            f"{number:,} specifications give {whole}."
        )
    else:
        text = (
            f"By its interval {total} is known to {_within(values['half_interval'])}, and by the "
            f"choice of method to {_within(values['half_method'])}: {same:,} specifications with "
            f"the same target rule give {write('same_target_least')} to "
            f"{write('same_target_most')}"
            f"{f', and all {number:,} give {whole}' if number > same else ''}."
        )
    always, more = int(values["best_always"]), int(values["best_ever"] - values["best_always"])
    are = "is" if always == 1 else "are"
    return (
        f"{text} Of {count_units(int(values['units']))}, {count(always)} {are} likelier in the "
        f"best quarter than not by every method, and {count(more)} more by some."
    )


def _within(half: float) -> str:
    """Write half the width of a range as a share of its middle."""
    return "less than ±0.1%" if 0 < half < 0.001 else f"±{share(half)}"


def say_shares(values: Mapping[str, float]) -> tuple[str, ...]:
    """Say which choice makes most of what varies, over all and with the same target rule."""
    notes = []
    for prefix, where in (
        ("share_", "Over all specifications"),
        ("same_target_share_", "With the same target rule"),
    ):
        shares = {axis: values.get(f"{prefix}{column_of(axis)}", np.nan) for axis in _NAMES}
        known = {axis: each for axis, each in shares.items() if np.isfinite(each)}
        if known:
            most = max(known, key=lambda axis: known[axis])
            part = share(known[most])
            notes.append(
                f"{where} {_NAMES[most]} makes {part} of how far totals lie apart (the variance of "
                "their logarithms)."
            )
    return tuple(notes)


def say_plan(plan: Plan, failed: pd.DataFrame, *, failed_own: bool) -> tuple[str, ...]:
    """Say what was run of what is possible, and what wasn't."""
    notes = []
    if plan.sampled:
        notes.append(
            f"Of {plan.possible:,} combinations {len(plan.choices):,} were run, chosen such that "
            "every two options meet in one of them"
            + (f", but for {plan.unpaired:,} pairs." if plan.unpaired else ".")
        )
    left = sum(plan.left_out.values())
    if left and not plan.sampled:
        notes.append(
            f"{left:,} of {plan.possible:,} combinations aren't defensible or take too long, and "
            "were left out: the table says why."
        )
    if len(failed):
        notes.append(
            f"{len(failed):,} of {len(plan.choices):,} specifications can't be used, as the model "
            "failed its checks or can't be of these data, and are in no range here."
        )
    if failed_own:
        notes.append("The specification under review failed its checks, and is among them still.")
    notes.append(
        "A range over specifications is no interval: it hangs on which options were thought of."
    )
    return tuple(notes)
