r"""The opportunity had everything been reported, beside that of what was.

With the part :math:`\kappa` of a unit's activity reported,

.. math:: O_i = \frac{n_i}{\kappa_i} \max\{0,\ d\,(\theta_i - t)\}

draw by draw, at the target that was found. Where the loss was a selection, :math:`\theta` is
:math:`\kappa r + (1 - \kappa) r_{\text{miss}}`, and no data show the rate of what is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from varstat.errors import ModelError, UsageError
from varstat.estimands.completeness.losses import Losses, place_losses
from varstat.estimands.completeness.missing import Missing, draw_missing
from varstat.estimands.completeness.overrule import EventFile
from varstat.estimands.completeness.posterior import Prior
from varstat.estimands.completeness.words import note_losses
from varstat.estimands.opportunity.gaps import Block, Goals, gaps_of
from varstat.estimands.opportunity.setting import Setting
from varstat.estimands.rates.result import prior_variance
from varstat.measure import Floats
from varstat.period.period import Periods, read_periods

# Keeps these draws apart from others of the same seed.
_STREAM = 9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Allowance:
    """What is to be allowed for that wasn't reported.

    Attributes
    ----------
    events : EventFile
    prior : Prior
        Of completeness, where the events state no share.
    selective_sd : float or None
        By what the rate of a selective loss may differ, on the link scale; None for the SD of the
        model.
    periods : tuple of str
        Of the table; those of the fit where it has several.

    Raises
    ------
    UsageError
        If the SD isn't zero or more.
    """

    events: EventFile
    prior: Prior
    selective_sd: float | None
    periods: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.selective_sd is not None and not 0 <= self.selective_sd < np.inf:
            raise UsageError("selective-sd", "an SD is a number, zero or more.")

    @property
    def options(self) -> dict[str, str]:
        """What a provenance keeps of the events."""
        return {"events_hash": self.events.data_hash}

    @property
    def asking(self) -> dict[str, object]:
        """What was asked, as a specification names it."""
        prior = self.prior
        found: dict[str, object] = {"events": self.events.source}
        found |= {"prior_incomplete": prior.incomplete, "prior_logit": prior.centre}
        found |= {"prior_logit_sd": prior.spread}
        if self.selective_sd is not None:
            found["selective_sd"] = self.selective_sd
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteUnit:
    """A unit that didn't report all, in events.

    Attributes
    ----------
    unit : str
    part, part_lower, part_upper : float
        The part of its activity that was reported.
    selective : bool
        Whether the rate of the rest may differ.
    reported : float
        Its opportunity as reported; NaN where it carries none.
    estimate, lower, upper : float
        Had all been reported.
    """

    unit: str
    part: float
    part_lower: float
    part_upper: float
    selective: bool
    reported: float
    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompleteOpportunity:
    """The opportunity had everything been reported.

    Attributes
    ----------
    source : str
        The file of events.
    reported : float
        The total as reported.
    estimate, lower, upper : float
        The total had all been reported.
    bounds : (float, float) or None
        Its means if all that was lost by selection had had the rate that makes it least and most;
        None where nothing was, or rates have no bounds.
    level : float
    units : tuple of CompleteUnit
    others, elsewhere : int
        Events that are no losses, and losses of other units or times.
    prior : Prior
    selective_sd : float
        NaN where no loss is a selection.
    """

    source: str
    reported: float
    estimate: float
    lower: float
    upper: float
    bounds: tuple[float, float] | None
    level: float
    units: tuple[CompleteUnit, ...]
    others: int
    elsewhere: int
    prior: Prior
    selective_sd: float

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the units, under these names."""
        names = list(CompleteUnit.__dataclass_fields__)
        return pd.DataFrame([[getattr(u, n) for n in names] for u in self.units], columns=names)


def complete_total(
    setting: Setting,
    goals: Goals,
    total: Floats,
    allowance: Allowance | None,
    level: float,
    multiplier: float,
) -> CompleteOpportunity | None:
    """Complete a total.

    Parameters
    ----------
    setting : Setting
    goals : Goals
    total : ndarray of float, shape (draws,)
        As reported, in the events of the data.
    allowance : Allowance or None
        None where nothing is to be allowed for.
    level : float
        Of the intervals.
    multiplier : float
        By which events are multiplied.

    Returns
    -------
    CompleteOpportunity or None

    Raises
    ------
    ModelError
        If the periods of the fit aren't known, or a share isn't stated and can't be told.
    TableError
        If an event can't be placed.
    """
    if allowance is None:
        return None
    periods = _periods(setting, allowance)
    losses, missing, size = _draw(setting, allowance, periods)
    ends = [0.5 * (1.0 - level), 0.5 * (1.0 + level)]
    whole, extremes = total.copy(), np.full(2, total.mean())
    units: list[CompleteUnit] = []
    spreads: list[float] = []
    for at in np.unique(missing.unit):
        own = _of_unit(setting, goals, missing, size, allowance, int(at))
        whole += own.complete - own.reported
        extremes += own.extremes - own.reported.mean()
        spreads += [own.spread] if own.selective else []
        units.append(_summarise(setting, int(at), own, ends, multiplier))
    lower, upper = np.quantile(whole, ends)
    bounded = bool(spreads) and setting.design.measure.bounded
    return CompleteOpportunity(
        source=losses.source,
        reported=multiplier * float(total.mean()),
        estimate=multiplier * float(whole.mean()),
        lower=multiplier * float(lower),
        upper=multiplier * float(upper),
        bounds=(multiplier * float(extremes[0]), multiplier * float(extremes[1]))
        if bounded
        else None,
        level=level,
        units=tuple(units),
        others=losses.others,
        elsewhere=losses.elsewhere,
        prior=allowance.prior,
        selective_sd=float(np.mean(spreads)) if spreads else float("nan"),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Own:
    """One unit: the part reported, and its opportunity then and had all been reported."""

    part: Floats
    reported: Floats
    complete: Floats
    extremes: Floats
    selective: bool
    spread: float


def _periods(setting: Setting, allowance: Allowance) -> Periods:
    """The periods of the fit; of one that has none, the table's, or that of its group."""
    design, posterior = setting.design, setting.posterior
    labels: Sequence[str] = design.period or allowance.periods
    if not design.period and len(labels) > 1:
        labels = [label for label in labels if label in posterior.by.values()]
    if not labels:
        raise ModelError(
            allowance.events.source,
            "events can't be placed: it isn't known of which period the data are. Give the table "
            "with its column of periods (--period COL).",
        )
    return read_periods(labels)


def _draw(
    setting: Setting, allowance: Allowance, periods: Periods
) -> tuple[Losses, Missing, Floats]:
    """Draw what units didn't report; give volumes as reported too: (units, periods)."""
    design = setting.design
    size = np.zeros((design.units, len(periods)))
    np.add.at(size, (design.row_unit, design.row_period), design.volume)
    codes = [str(code) for code in design.unit]
    losses = place_losses(allowance.events, codes, periods)
    missing = draw_missing(
        size,
        losses,
        periods,
        allowance.prior,
        units=codes,
        draws=setting.posterior.draws,
        seed=setting.posterior.seed,
    )
    return losses, missing, size


def _of_unit(
    setting: Setting,
    goals: Goals,
    missing: Missing,
    size: Floats,
    allowance: Allowance,
    at: int,
) -> _Own:
    """Complete the opportunity of one unit."""
    posterior, design = setting.posterior, setting.design
    cells = missing.unit == at
    lost = missing.volume[:, cells].sum(axis=1)
    chosen = missing.volume[:, cells & missing.selective].sum(axis=1)
    volume = float(size[at].sum())
    part = volume / (volume + lost)
    block = Block(
        units=slice(at, at + 1),
        part=design.part(at, at + 1),
        first_row=int(design.row_start[at]),
        effect=posterior.effects.of_units(at, at + 1),
    )
    gaps = gaps_of(setting, goals, block)
    reported = gaps.value(frozenset(setting.parts))[:, 0]
    if not np.any(chosen > 0):
        complete = reported / part
        ends = np.full(2, complete.mean())
        return _Own(
            part=part, reported=reported, complete=complete, extremes=ends, selective=False,
            spread=np.nan,
        )  # fmt: skip
    weight = setting.reported.volume[at]
    rate = gaps.own[:, 0] / weight
    goal = gaps.at_target("level" if goals.level else "crude", within=True)[:, 0] / weight

    def completed(other: Floats | float) -> Floats:
        whole = rate + chosen / (volume + lost) * (other - rate)
        gap = np.maximum(setting.sign * (whole - goal), 0.0)
        return np.asarray(weight / part * gap * setting.counted[at])

    spread = np.sqrt(prior_variance(design, posterior.hyper)[:, at])
    if allowance.selective_sd is not None:
        spread = np.full_like(spread, allowance.selective_sd)
    normal = np.random.default_rng([posterior.seed, _STREAM, at]).standard_normal(posterior.draws)
    complete = completed(design.from_link(design.to_link(rate) + spread * normal))
    extremes = np.sort([completed(0.0).mean(), completed(1.0).mean()])
    return _Own(
        part=part, reported=reported, complete=complete, extremes=extremes, selective=True,
        spread=float(spread.mean()),
    )  # fmt: skip


def _summarise(
    setting: Setting, at: int, own: _Own, ends: list[float], multiplier: float
) -> CompleteUnit:
    worth = multiplier if setting.counted[at] else np.nan
    low, high = np.quantile(own.part, ends)
    lower, upper = np.quantile(own.complete, ends)
    return CompleteUnit(
        unit=str(setting.design.unit[at]),
        part=float(own.part.mean()),
        part_lower=float(low),
        part_upper=float(high),
        selective=own.selective,
        reported=float(worth * own.reported.mean()),
        estimate=float(worth * own.complete.mean()),
        lower=float(worth * lower),
        upper=float(worth * upper),
    )


def note_complete(found: CompleteOpportunity | None) -> tuple[str, ...]:
    """Say what a completed total rests on, and what no data show of it.

    Parameters
    ----------
    found : CompleteOpportunity or None
        None where nobody looked.

    Returns
    -------
    tuple of str
    """
    if found is None:
        return ()
    notes = note_losses(
        found.source,
        len(found.units),
        others=found.others,
        elsewhere=found.elsewhere,
        prior=found.prior,
        selective_sd=found.selective_sd,
    )
    return (*notes, "The target is that of what was reported.")
