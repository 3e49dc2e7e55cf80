"""Facts: what a multiverse must know of a review's base to vary it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from varstat.review.components import has_simple_rows
from varstat.review.reviewed import Reviewed
from varstat.review.sensitivity import rule_of

NONE, ADDED_UP, AS_STATED = "none", "added-up", "as stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What can be varied, and how the user has it.

    Attributes
    ----------
    measure : str
    counts : bool
    units : int
    periods, covariates, strata : tuple of str
        Of the table.
    peers : bool
        Whether units are of several peer groups.
    smallest_group : int
        Units of the smallest peer group.
    single : bool
        Whether each unit has one row.
    stated_transient : bool
        Whether the SD of what passes is stated as a number.
    own_tau : bool
        Whether each peer group has a tau of its own.
    incomparable : int
        Units that carry no opportunity, as they can't be compared.
    quick : bool
        Whether a fit takes a second or so, and not ten times that: where there are several periods,
        no row of the model has an integral inside.
    own : mapping of str to str
        The user's own option of each axis.
    """

    measure: str
    counts: bool
    units: int
    periods: tuple[str, ...]
    covariates: tuple[str, ...]
    strata: tuple[str, ...]
    peers: bool
    smallest_group: int
    single: bool
    stated_transient: bool
    own_tau: bool
    incomparable: int
    quick: bool
    own: Mapping[str, str]


def find_facts(reviewed: Reviewed) -> Facts:
    """Find what can be varied of a review's base."""
    table, design = reviewed.table, reviewed.posterior.design
    several = len(np.unique(design.peer)) > 1
    incomparable = 0
    if reviewed.opportunity is not None:
        incomparable = int(np.sum(~reviewed.opportunity.units.comparable))
    transient = table.card.model.transient
    return Facts(
        measure=table.card.indicator.measure,
        counts=table.measure.counts,
        units=design.units,
        periods=table.periods.labels if len(design.period) > 1 else (),
        covariates=table.covariates,
        strata=table.strata,
        peers=several,
        smallest_group=int(np.bincount(design.peer).min()) if several else design.units,
        single=design.single,
        stated_transient=isinstance(transient, int | float) and transient > 0,
        own_tau=len(design.taus) > 1,
        incomparable=incomparable,
        quick=has_simple_rows(design) or len(design.period) < 2,
        own={
            "likelihood": design.likelihood,
            "effects": design.effects.name,
            "tau-prior": AS_STATED,
            "peers": "declared" if several else NONE,
            "covariates": "+".join(table.covariates) or NONE,
            "strata": "+".join(table.strata) or NONE,
            "period": "all",
            "exclude-smallest": "0",
            "target": rule_of(reviewed).text,
            "comparability": "exclude",
        },
    )
