"""What is said of the sensitivity to priors."""

import numpy as np
import pandas as pd

from varstat.estimands.opportunity.words import total_step, write_total
from varstat.measure import Floats
from varstat.prose.number import listed, share
from varstat.prose.text import clean
from varstat.review.reviewed import Reviewed

# From here on a sensitivity is flagged.
FLAGGED = 0.05
CONFLICT, LEANS = "prior and data disagree", "leans on a prior"


def decide(table: pd.DataFrame, finite: pd.DataFrame, units: Floats) -> dict[str, float]:
    """Numbers that decide, by name."""
    prior = dict(zip(table["quantity"], table["prior"].to_numpy(float), strict=True))
    usable = finite[finite["reliable"]]
    found = {
        "prior_largest": float(table["prior"].max()),
        "likelihood_largest": float(table["likelihood"].max()),
        "conflicts": float((table["finding"] == CONFLICT).sum()),
        "units_flagged": float(np.sum(units > FLAGGED)),
        "p_best_change": float(usable["p_best_change"].max()),
    }
    for name in ("tau", "target", "total"):
        if name in prior:
            found[f"{name}_prior"] = float(prior[name])
    if "total" in prior and len(usable):
        found["total_least"] = float(usable["total"].min())
        found["total_most"] = float(usable["total"].max())
    return found


def say_sensitivity(reviewed: Reviewed, table: pd.DataFrame, finite: pd.DataFrame) -> str:
    """Say what was found, with the number that decides."""
    usable = finite[finite["reliable"]]
    if not len(usable):
        return (
            "Draws can't say how far the result hangs on the priors: with a prior's weight halved "
            "or doubled hardly any of them count."
        )
    priors = table.filter(regex="^prior")
    largest = priors.max(axis=1)
    flagged = table.loc[table["finding"] != "", "quantity"].tolist()
    worst = clean(str(table["quantity"].to_numpy()[int(np.argmax(largest))]))
    number = f"{largest.max():.2g}"
    if not flagged:
        text = (
            f"Priors decide little: the largest sensitivity, of {worst}, is {number}, and "
            f"{FLAGGED:g} would be a flag (power-scaling)."
        )
    else:
        clash = bool((table["finding"] == CONFLICT).any())
        also = ", where prior and data disagree" if clash else ""
        some = [clean(name) for name in flagged[:3]] + ["others"] * (len(flagged) > 3)
        text = (
            f"Priors matter for {listed(some)}{also}: the largest sensitivity, of {worst}, "
            f"is {number}, and {FLAGGED:g} is a flag (power-scaling)."
        )
    if reviewed.opportunity is None:
        return text
    total = reviewed.opportunity.total.estimate
    if total <= 0:
        return text
    now = write_total(total, total_step(reviewed.opportunity))
    moved = share(float((usable["total"] / total - 1.0).abs().max()))
    return f"{text} With a prior's weight halved or doubled the total of {now} moves by {moved}."
