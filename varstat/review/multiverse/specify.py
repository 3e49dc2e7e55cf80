"""Specify: a table and card as another specification has them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from varstat.card.schema import Card
from varstat.data.table import Table
from varstat.errors import ModelError
from varstat.measure import Floats
from varstat.review.multiverse.design import Choice
from varstat.review.multiverse.facts import ADDED_UP, AS_STATED, NONE
from varstat.review.tau_prior import parse_tau_prior


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Specified:
    """What a model is fitted to.

    Attributes
    ----------
    table : Table
    covariates : tuple of str
        Those of the table that explain.
    multiplier : float
        By which a total is multiplied to be one of all periods.
    """

    table: Table
    covariates: tuple[str, ...]
    multiplier: float


def specify(table: Table, choice: Choice) -> Specified:
    """Give a table as a specification has it.

    Parameters
    ----------
    table : Table
        Of one group, as the user has it.
    choice : mapping of str to str
        An option for every axis.

    Returns
    -------
    Specified

    Raises
    ------
    ModelError
        If no units are left.
    """
    frame, strata, multiplier = table.frame, table.strata, 1.0
    if choice["period"] not in ("all", ADDED_UP):
        whole = _sizes(frame, table).sum()
        frame = frame[frame["period"] == choice["period"]]
        multiplier = float(whole / _sizes(frame, table).sum())
    if choice["strata"] == NONE and strata:
        strata = ()
        frame = _add_up(frame, table, ("unit", "period"))
    elif choice["strata"] != NONE:
        strata = tuple(name for name in strata if name in choice["strata"].split("+"))
        if strata != table.strata:
            frame = _add_up(frame, table, ("unit", "period", *strata))
    if choice["period"] == ADDED_UP:
        frame = _add_up(frame, table, ("unit", *strata)).assign(period=None)
    frame = _without_smallest(frame, table, choice["exclude-smallest"])
    if choice["peers"] == NONE:
        frame = frame.assign(peer_group=None)
    if not len(frame):
        raise ModelError(table.account.source, "no units are left.")
    names = choice["covariates"].split("+")
    return Specified(
        table=replace(
            table,
            frame=frame.reset_index(drop=True),
            strata=strata,
            card=_state(table.card, choice),
        ),
        covariates=tuple(name for name in table.covariates if name in names),
        multiplier=multiplier,
    )


def _state(card: Card, choice: Choice) -> Card:
    """Give the card of a specification."""
    stated: dict[str, object] = {
        "effects": choice["effects"],
        "likelihood": choice["likelihood"],
    }
    if choice["tau-prior"] != AS_STATED:
        tau = {"tau": parse_tau_prior(choice["tau-prior"])}
        stated["priors"] = card.model.priors.model_copy(update=tau)
    return card.model_copy(update={"model": card.model.model_copy(update=stated)})


def _sizes(frame: pd.DataFrame, table: Table) -> Floats:
    """Sizes of rows; of a mean the number of cases, or one where that isn't known."""
    if table.measure.counts:
        return frame[table.measure.size].to_numpy(float)
    if "count" in frame:
        return frame["count"].fillna(1.0).to_numpy(float)
    return np.ones(len(frame))


def _add_up(frame: pd.DataFrame, table: Table, keys: Sequence[str]) -> pd.DataFrame:
    """Add counts up over whatever the keys don't tell apart; covariates are averaged by size."""
    measure = table.measure
    if not measure.counts:
        raise ModelError(
            table.account.source, "means of parts don't add up: leave strata and periods apart."
        )
    group = frame.groupby(list(keys), sort=False, dropna=False)
    number = group.ngroup().to_numpy()
    first = frame[~pd.Series(number).duplicated().to_numpy()].reset_index(drop=True).copy()

    def add(values: Floats) -> Floats:
        return np.asarray(np.bincount(number, weights=values, minlength=len(first)))

    # A count that was withheld is NaN, and so is any sum that it is part of.
    for name in (measure.event, "event_lower", "event_upper"):
        first[name] = add(frame[name].to_numpy(float))
    size = _sizes(frame, table)
    first[measure.size] = add(size)
    for name in table.explaining:
        if name in frame and name != measure.size:
            first[name] = add(frame[name].to_numpy(float) * size) / first[measure.size]
    return first


def _without_smallest(frame: pd.DataFrame, table: Table, least: str) -> pd.DataFrame:
    """Leave out the smallest units: a percentage of them, or those below a size."""
    if least == "0":
        return frame
    size = pd.Series(_sizes(frame, table), index=frame.index).groupby(frame["unit"]).sum()
    if least.endswith("%"):
        out = int(np.floor(len(size) * float(least[:-1]) / 100))
        # Of units of one size by their code, so that it is the same each time.
        left = set(size.sort_index().sort_values(kind="stable").index[out:])
    else:
        left = set(size.index[size >= float(least)])
    return frame[frame["unit"].isin(left)]
