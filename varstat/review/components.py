r"""Parts of a posterior's log density: each prior, without its Jacobian, and the likelihood.

Power-scaling raises what a card states to a power. A prior on a scale is of the scale itself, one
on a precision of the precision, and one on a share of the share: the Jacobians that go with logs
and logits are no part of it.
"""

import numpy as np
from scipy.special import log_expit

from varstat.estimands.opportunity.gaps import unit_blocks
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.likelihood import Binomial, Normal, Poisson
from varstat.hierarchical.model.prior import ScalePrior
from varstat.hierarchical.posterior import Posterior
from varstat.measure import Floats

# Names of priors, in the order of a card's section.
PRIORS = ("intercept", "tau", "transient", "coefficient", "period", "contamination")
_KIND = {
    "intercept": "intercept",
    "peer_mean": "intercept",
    "coefficient": "coefficient",
    "inform": "coefficient",
    "stratum": "coefficient",
    "period": "period",
}


def prior_components(design: Design, h: Floats) -> dict[str, Floats]:
    """Give the log density of each prior that a model has, up to a constant.

    Parameters
    ----------
    design : Design
    h : ndarray of float, shape (draws, dimension)
        Hyper-parameters in unconstrained form.

    Returns
    -------
    dict of str to ndarray, shape (draws,)
        By the names of `PRIORS`, in their order. Of a learnt distribution of effects the priors
        of its mean and SD, and none of its shape or of how its SD goes with size.
    """
    found: dict[str, Floats] = {}
    width = len(design.locations)
    z = (h[:, :width] - design.location_mean) / design.location_sd
    for at, name in enumerate(design.locations):
        kind = _KIND[name.partition("[")[0]]
        found[kind] = found.get(kind, np.zeros(len(h))) - 0.5 * z[:, at] ** 2
    end = width + len(design.taus)
    found["tau"] = _of_scale(design.tau_prior, h[:, width:end]).sum(axis=1)
    if design.transient is None:
        found["transient"] = _of_scale(design.transient_prior, h[:, end])
        end += 1
    if design.effects.contaminated:
        x = h[:, end]
        jacobian = log_expit(x) + log_expit(-x)
        found["contamination"] = design.contamination_prior.log_density(x) - jacobian
    return {name: found[name] for name in PRIORS if name in found}


def _of_scale(prior: ScalePrior, x: Floats) -> Floats:
    """Log density of a scale, or of a precision, where x is the log of the scale."""
    jacobian = -2.0 * x if prior.distribution == "gamma-precision" else x
    return prior.log_density(x) - jacobian


def has_simple_rows(design: Design) -> bool:
    """Whether the likelihood of a row is a line of arithmetic, with nothing integrated out."""
    return isinstance(design.family, Binomial | Poisson | Normal)


def log_likelihood(posterior: Posterior, kept: slice) -> Floats:
    """Give the log-likelihood of the units' rates, up to a constant, in some of the draws.

    Parameters
    ----------
    posterior : Posterior
    kept : slice
        Which draws.

    Returns
    -------
    ndarray of float, shape (kept draws,)
        What passes from period to period is integrated out.
    """
    beta = posterior.beta[kept]
    spread = posterior.transient[kept][:, None, None]
    total = np.zeros(len(beta))
    for block in unit_blocks(posterior):
        part = block.part
        theta = beta @ part.matrix.T + part.expand(block.effect[kept])
        total += part.family.value(theta[..., None], spread).sum(axis=(1, 2))
    return total
