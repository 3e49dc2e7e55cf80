"""How far what is said of few units hangs on the prior of tau: one more fit, with another."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from varstat.errors import ModelError
from varstat.hierarchical.model.prior import ScalePrior
from varstat.hierarchical.posterior import Posterior
from varstat.hierarchical.quadrature.fit import fit_quadrature, refusal
from varstat.prose.number import figure

# From this many units on, data say enough of tau.
FEW = 20
# Mean of the other prior: units that differ by a third rather than threefold.
_MEAN = 0.3


def note_prior(
    posterior: Posterior, total: Callable[[Posterior], float] | None = None
) -> tuple[str, ...]:
    """Say what tau, and the total, would be with an exponential prior of mean 0.3 on tau.

    Parameters
    ----------
    posterior : Posterior
    total : callable, optional
        Gives the total opportunity of a posterior.

    Returns
    -------
    tuple of str
        One sentence; none for 20 units or more, for one, and where no such fit can be had.
    """
    other = _refit(posterior)
    if other is None:
        return ()
    text = f"tau would be {_tau(other):.3g} instead of {_tau(posterior):.3g}"
    if total is not None:
        text += f", and the total {figure(total(other))} instead of {figure(total(posterior))}"
    note = (
        f"Few units say little of how units differ: with an exponential prior of mean {_MEAN:g} on "
        f"tau (on the model's scale), {text}."
    )
    return (note,)


def _refit(posterior: Posterior) -> Posterior | None:
    design = posterior.design
    if not 1 < design.units < FEW or refusal(design):
        return None
    prior = ScalePrior(distribution="exponential", a=1.0 / _MEAN)
    if design.tau_prior == prior:
        return None
    design = replace(design, tau_prior=prior)
    try:
        found = fit_quadrature(design, draws=posterior.draws, seed=posterior.seed)
    except ModelError:
        return None
    return replace(
        posterior,
        design=design,
        engine="quadrature",
        hyper=found.hyper.h,
        effects=found.effects,
        chains=1,
        lattice=found.lattice,
        diagnostics=found.diagnostics,
    )


def _tau(posterior: Posterior) -> float:
    """Mean of tau; of several, their mean."""
    design = posterior.design
    at = len(design.locations)
    tau = design.spread * np.exp(posterior.hyper[:, at : at + len(design.taus)])
    if posterior.lattice is None:
        return float(tau.mean())
    lattice = posterior.lattice
    return float(
        design.spread * (lattice.weight @ np.exp(lattice.h[:, at : at + len(design.taus)])).mean()
    )
