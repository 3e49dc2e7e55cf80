"""The one place where tests make designs and posteriors from arrays."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from varstat.card import Card, load_card
from varstat.card.load import override_card
from varstat.data.account import Account
from varstat.hierarchical.model.build import build_design
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import Fits, Posterior
from varstat.hierarchical.quadrature.fit import fit_quadrature
from varstat.provenance import Provenance

Prior = Mapping[str, Any]


def normal(mean: float, sd: float) -> Prior:
    """State a normal prior as a card does."""
    return {"distribution": "normal", "mean": mean, "sd": sd, "because": "Tested."}


def half_normal(sd: float) -> Prior:
    """State a half-normal prior as a card does."""
    return {"distribution": "half-normal", "sd": sd, "because": "Tested."}


def gamma_precision(shape: float, rate: float) -> Prior:
    """State a gamma prior on a precision as a card does."""
    return {
        "distribution": "gamma-precision",
        "shape": shape,
        "rate": rate,
        "because": "Tested.",
    }


def beta(a: float, b: float) -> Prior:
    """State a beta prior as a card does."""
    return {"distribution": "beta", "a": a, "b": b, "because": "Tested."}


def make_model_card(
    measure: str = "proportion",
    *,
    likelihood: str | None = None,
    effects: str = "normal",
    transient: str | float = "auto",
    direction: str = "higher-is-better",
    priors: Mapping[str, Prior] | None = None,
    scaled: bool | None = None,
    period_effects: bool = True,
    peer_tau: str = "common",
) -> Card:
    """Make the default card of a measure, with another model; None leaves what it says.

    A prior that is stated takes the place of the default one.
    """
    card = load_card(f"default-{measure}")
    model: dict[str, Any] = {
        "effects": effects,
        "transient": transient,
        "period_effects": period_effects,
        "peer_tau": peer_tau,
    }
    if likelihood is not None:
        model["likelihood"] = likelihood
    if priors or scaled is not None:
        model["priors"] = card.model.priors.model_dump() | dict(priors or {})
        if scaled is not None:
            model["priors"]["scaled"] = scaled
    changes = {"indicator": {"direction": direction}, "model": model}
    return override_card(card, changes, where="test")


def make_design(
    event: ArrayLike,
    size: ArrayLike,
    *,
    measure: str = "proportion",
    likelihood: str | None = None,
    effects: str = "normal",
    unit: Sequence[object] | None = None,
    period: Sequence[object] | None = None,
    peer_group: Sequence[object] | None = None,
    covariates: Mapping[str, ArrayLike] | None = None,
    strata: Mapping[str, Sequence[object]] | None = None,
    count: ArrayLike | None = None,
    bounds: tuple[ArrayLike, ArrayLike] | None = None,
    transient: str | float = "auto",
    direction: str = "higher-is-better",
    priors: Mapping[str, Prior] | None = None,
    scaled: bool | None = None,
    period_effects: bool = True,
    peer_tau: str = "common",
) -> Design:
    """Build a design from arrays of one element a row, through a card as users' tables are.

    Units are named `u000`, `u001`, ... in the order of the rows unless `unit` says otherwise;
    with periods, `unit` and `period` say which row is which. `bounds` are of counts withheld,
    whose event is NaN.
    """
    card = make_model_card(
        measure,
        likelihood=likelihood,
        effects=effects,
        transient=transient,
        direction=direction,
        priors=priors,
        scaled=scaled,
        period_effects=period_effects,
        peer_tau=peer_tau,
    )
    events, sizes = np.asarray(event, float), np.asarray(size, float)
    lower, upper = (events, events) if bounds is None else bounds
    rows = len(events)
    frame = pd.DataFrame(
        {
            "unit": [f"u{row:03d}" for row in range(rows)] if unit is None else [*map(str, unit)],
            "unit_name": np.full(rows, None, object),
            "peer_group": _objects(peer_group, rows),
            "period": _objects(period, rows),
            card.measure.event: events,
            card.measure.size: np.broadcast_to(sizes, rows),
            "event_lower": np.asarray(lower, float),
            "event_upper": np.asarray(upper, float),
        }
    )
    for name, values in (covariates or {}).items():
        frame[name] = np.asarray(values, float)
    for name, levels in (strata or {}).items():
        frame[name] = np.array([str(level) for level in levels], dtype=object)
    if count is not None:
        frame["count"] = np.asarray(count, float)
    return build_design(
        frame,
        measure=card.measure,
        card=card,
        covariates=tuple(covariates or ()),
        strata=tuple(strata or ()),
        where="test",
    )


def make_posterior(design: Design, *, draws: int = 4000, seed: int = 1) -> Posterior:
    """Fit a design by quadrature, without the predictive check of a whole fit."""
    found = fit_quadrature(design, draws=draws, seed=seed)
    return Posterior(
        indicator="Test",
        by={},
        card=make_model_card(design.measure.name, likelihood=design.likelihood),
        design=design,
        engine="quadrature",
        seed=seed,
        hyper=found.hyper.h,
        effects=found.effects,
        chains=1,
        lattice=found.lattice,
        diagnostics=found.diagnostics,
    )


def fits_of(*posteriors: Posterior) -> Fits:
    """Put posteriors together as a fit of a table would."""
    rows = sum(posterior.design.rows for posterior in posteriors)
    return Fits(
        groups=posteriors,
        accounts=(
            Account(
                source="test",
                rows_read=rows,
                rows_kept=rows,
                rows_merged=0,
                exclusions=(),
                totals={},
                units=sum(posterior.design.units for posterior in posteriors),
            ),
        ),
        provenance=Provenance(
            verb="fit", source="test", data_hash="0", card="test", card_hash="0", options={}
        ),
    )


def all_effects(posterior: Posterior) -> NDArray[np.float64]:
    """Draws of the effects of all units at once: shape (draws, units)."""
    return np.concatenate([block.copy() for _, block in posterior.effects.blocks()])


def _objects(values: Sequence[object] | None, rows: int) -> NDArray[np.object_]:
    return np.array([None] * rows if values is None else list(values), dtype=object)
