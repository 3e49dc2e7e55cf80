"""Nations like the one under review: its units, sizes, covariates and periods, other events."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from varstat.card.schema import Card
from varstat.hierarchical.automatic import state_effects
from varstat.hierarchical.diagnostics import Diagnostics
from varstat.hierarchical.fit import fit_design
from varstat.hierarchical.model.build import build_design
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import Posterior, Stored
from varstat.hierarchical.predictive import draw_rows
from varstat.hierarchical.quadrature.marginal import unpack
from varstat.measure import Floats, Measure
from varstat.review.reviewed import Reviewed
from varstat.target.rule import TargetRule, parse_target

# Joint draws of each refit: an interval's end is then off by a tenth of its width at most.
REFIT_DRAWS = 400
# Units that say too little of a distribution for it to be drawn from.
LEAST_UNITS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Origin:
    """What nations are simulated from, and how each is fitted.

    Attributes
    ----------
    frame : DataFrame
        Rows of a `Table`, in the order of the design's.
    measure : Measure
    card : Card
        States the effects that the review's own model has.
    covariates, inform, strata, periods : tuple of str
    design : Design
        Of the nation under review.
    diagnostics : Diagnostics
    rule : TargetRule or None
        None where there is no opportunity.
    level : float
    """

    frame: pd.DataFrame
    measure: Measure
    card: Card
    covariates: tuple[str, ...]
    inform: tuple[str, ...]
    strata: tuple[str, ...]
    periods: tuple[str, ...]
    design: Design
    diagnostics: Diagnostics
    rule: TargetRule | None
    level: float

    def build(self, frame: pd.DataFrame) -> Design:
        """Build the design of other rows of the same columns."""
        return build_design(
            frame,
            measure=self.measure,
            card=self.card,
            covariates=self.covariates,
            inform=self.inform,
            strata=self.strata,
            periods=self.periods,
            where="a simulated nation",
        )

    def fit(self, design: Design, *, seed: int) -> Posterior:
        """Fit the review's model to other rows."""
        return fit_design(
            design, card=self.card, by={}, engine="quadrature", draws=REFIT_DRAWS, seed=seed
        )

    def known(self, design: Design, h: Floats, effect: Floats) -> Posterior:
        """Give a posterior that is sure of the truth: of equal draws.

        Parameters
        ----------
        design : Design
        h : ndarray of float, shape (hyper-parameters,)
        effect : ndarray of float, shape (units,)
        """
        return Posterior(
            indicator="",
            by={},
            card=self.card,
            design=design,
            engine="quadrature",
            seed=0,
            hyper=np.stack([h, h]),
            effects=Stored(effect=np.stack([effect, effect])),
            chains=1,
            lattice=None,
            diagnostics=self.diagnostics,
        )


def make_origin(reviewed: Reviewed) -> Origin:
    """Take from a review what nations are simulated from.

    Parameters
    ----------
    reviewed : Reviewed

    Returns
    -------
    Origin
    """
    table, posterior = reviewed.table, reviewed.posterior
    design = posterior.design
    rule = parse_target(reviewed.target or posterior.card.target.rule)
    return Origin(
        frame=_in_order(table.frame, design),
        measure=table.measure,
        card=state_effects(posterior.card, design.effects.name),
        covariates=table.covariates,
        inform=table.inform,
        strata=table.strata,
        periods=table.periods.labels,
        design=design,
        diagnostics=posterior.diagnostics,
        rule=None if reviewed.opportunity is None else rule,
        level=reviewed.level,
    )


def refuse_refits(reviewed: Reviewed) -> str | None:
    """Say why a group's model isn't fitted again and again; None if it can be.

    Parameters
    ----------
    reviewed : Reviewed

    Returns
    -------
    str or None
    """
    if reviewed.posterior.engine == "nuts":
        return "The model was sampled by NUTS, and to do so a hundred times would take hours."
    if reviewed.posterior.design.units < LEAST_UNITS:
        return f"There are fewer than {LEAST_UNITS} units, which make no nation to simulate."
    return None


def _in_order(frame: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Put a table's rows in the order of a design's, without those that it left out."""
    periods = frame["period"] if design.period else [""] * len(frame)
    columns = [frame["unit"], periods, *(frame[factor] for factor in design.strata)]
    keys = zip(*(map(str, column) for column in columns), strict=True)
    place = {key: at for at, key in enumerate(keys)}
    rows = [
        place[(str(design.unit[unit]), period, *map(str, design.cell_levels[cell]))]
        for unit, period, cell in zip(
            design.row_unit,
            [design.period[p] if design.period else "" for p in design.row_period],
            design.row_cell,
            strict=True,
        )
    ]
    return frame.iloc[rows].reset_index(drop=True)


def choose_draws(posterior: Posterior, number: int, *, seed: int) -> tuple[Floats, Floats]:
    """Choose joint draws of a posterior at random.

    Parameters
    ----------
    posterior : Posterior
    number : int
    seed : int

    Returns
    -------
    h : ndarray of float, shape (number, hyper-parameters)
    effect : ndarray of float, shape (number, units)
        The first of more are the same as of fewer.
    """
    chosen = np.random.default_rng(seed).integers(posterior.draws, size=number)
    effect = np.empty((number, posterior.design.units))
    for some, block in posterior.effects.blocks():
        inside = (chosen >= some.start) & (chosen < some.stop)
        effect[inside] = block[chosen[inside] - some.start]
    return posterior.hyper[chosen], effect


def simulate(design: Design, h: Floats, effect: Floats, rng: np.random.Generator) -> Floats:
    """Draw what rows would report, given hyper-parameters and effects.

    Parameters
    ----------
    design : Design
    h : ndarray of float, shape (hyper-parameters,)
    effect : ndarray of float, shape (units,)
    rng : Generator

    Returns
    -------
    ndarray of float, shape (rows,)
        In the units of the data.
    """
    hyper = unpack(design, h[None])
    theta = hyper.eta + design.expand(effect[None])
    event = np.asarray(draw_rows(design, theta, hyper.spread[:, None], rng)[0])
    if design.measure.counts:
        return event
    return design.measure.from_own(design.centre + design.spread * event)


def report(frame: pd.DataFrame, design: Design, event: Floats) -> pd.DataFrame:
    """Put events into a table's rows, withheld or rounded as the data under review are.

    Parameters
    ----------
    frame : DataFrame
        Rows in the order of the design's.
    design : Design
        Of the nation under review.
    event : ndarray of float, shape (rows,)

    Returns
    -------
    DataFrame
    """
    measure = design.measure
    lower, upper, seen = event, event, event
    if measure.counts:
        lower, upper, seen = _withhold(design, event)
    columns = {measure.event: seen, "event_lower": lower, "event_upper": upper}
    return frame.assign(**columns)


def _withhold(design: Design, event: Floats) -> tuple[Floats, Floats, Floats]:
    """Give the range in which each count is known, and the count where it is reported."""
    most = np.broadcast_to(design.measure.most_events(design.size), event.shape)
    withheld = np.isnan(design.event)
    rounded = (design.event_upper > design.event_lower) & ~withheld
    step = np.where(rounded, design.event_upper - design.event_lower + 1.0, 1.0)
    seen = np.where(rounded, np.minimum(step * np.round(event / step), most), event)
    lower = np.where(rounded, np.maximum(np.ceil(seen - 0.5 * step), 0.0), event)
    upper = np.where(rounded, np.minimum(np.floor(seen + 0.5 * step), most), event)
    if not withheld.any():
        return lower, upper, seen
    low, high = design.event_lower[withheld].min(), design.event_upper[withheld].max()
    known = design.event[~withheld & ~rounded]
    if np.any((known >= low) & (known <= high)):
        # Some such counts were reported: there is no rule but for the rows that withhold.
        low, high = 1.0, 0.0
    least = np.where(withheld, design.event_lower, low)
    greatest = np.minimum(np.where(withheld, design.event_upper, high), most)
    hidden = (event >= least) & (event <= greatest) & ~rounded
    return (
        np.where(hidden, least, lower),
        np.where(hidden, greatest, upper),
        np.where(hidden, np.nan, seen),
    )
