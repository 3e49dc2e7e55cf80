r"""Rates of units from their posterior: shrunken, with intervals and reliability.

A unit's rate is :math:`\theta_i = E_w\,g^{-1}(x_i'\beta + \gamma_{g(i)} + u_i + w)`, what persists
with what passes integrated out. Where the hyper-posterior is summed on a lattice,

.. math:: E[\theta_i \mid y] = \sum_g \pi_g \int g^{-1}(\eta_{ig} + u)\,
          p(u \mid h_g, y_i)\, du

and likewise its square and its distribution function, so that nothing here is drawn
(Rao-Blackwell); else they are averages over draws, with their Monte Carlo error.
"""

from dataclasses import replace

from varstat.estimands.rates.drawn import drawn_rates
from varstat.estimands.rates.result import Rates
from varstat.estimands.rates.summed import prune, summed_interval, summed_moments
from varstat.hierarchical.posterior import Posterior


def estimate_rates(posterior: Posterior, *, level: float) -> Rates:
    """Estimate the rates of all units: summed where there is a lattice and one case-mix cell.

    Else they are averages over draws.

    Parameters
    ----------
    posterior : Posterior
    level : float
        Of the interval, in (0, 1).

    Returns
    -------
    Rates
    """
    if posterior.lattice is None or posterior.design.strata:
        return drawn_rates(posterior, level=level)
    summed = summed_moments(posterior.design, prune(posterior.lattice))
    lower, upper = summed_interval(posterior, level=level)
    return replace(summed, lower=lower, upper=upper)
