"""Whether chains have mixed, and how much their draws are worth."""

import warnings

import numpy as np

from varstat.hierarchical.diagnostics import Diagnostics
from varstat.measure import Floats

with warnings.catch_warnings():
    # ArviZ 0.23 announces at import that ArviZ 1 will differ.
    warnings.simplefilter("ignore")
    import arviz as az
    import xarray as xr

# The limit of [1]_: chains that differ by more have not seen the same posterior.
R_HAT_LIMIT = 1.01
# The largest of thousands of R-hats passes 1.01 by chance; this it does not.
R_HAT_OF_ANY_UNIT = 1.05
_SHARE_OF_UNITS = 0.01
# [1]_: a hundred a chain, below which R-hat and the errors of quantiles are themselves unsure.
ESS_LIMIT = 400
# Fewer among 4,000 draws come where nothing is wrong; more gather where the chains can't go.
DIVERGENT_SHARE = 0.001
# Tails that a 90% interval ends in; ArviZ 0.23 and 1 differ unless told.
_TAILS = (0.05, 0.95)


def check_chains(
    hyper: Floats, effect: Floats, *, chains: int, divergences: int, names: tuple[str, ...]
) -> Diagnostics:
    """Check the draws of all hyper-parameters and of all units' effects.

    Parameters
    ----------
    hyper : ndarray of float, shape (draws, dimension)
        Chains one after the other.
    effect : ndarray of float, shape (draws, units)
    chains : int
    divergences : int
        Draws at which the sampler's path left the posterior.
    names : tuple of str
        Of the hyper-parameters.

    Returns
    -------
    Diagnostics
        The rank-normalised split R-hat that is worst, the effective numbers of draws that are
        least, and a sentence for each thing wrong.

    References
    ----------
    .. [1] Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021). Rank-normalization, folding, and
       localization: an improved R-hat for assessing convergence of MCMC. Bayesian Analysis 16(2),
       667-718. doi:10.1214/20-BA1221

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> found = check_chains(
    ...     rng.standard_normal((4000, 2)),
    ...     rng.standard_normal((4000, 5)),
    ...     chains=4,
    ...     divergences=0,
    ...     names=("intercept", "tau"),
    ... )
    >>> found.passed, found.r_hat < 1.01, found.ess_bulk > 3000
    (True, True, True)
    """
    draws = xr.Dataset(
        {
            "hyper": (("chain", "draw", "name"), hyper.reshape(chains, -1, hyper.shape[1])),
            "effect": (("chain", "draw", "unit"), effect.reshape(chains, -1, effect.shape[1])),
        }
    )
    # Chains that never moved have no variance to divide by: NaN, the worst that can be.
    with np.errstate(divide="ignore", invalid="ignore"):
        r_hat = az.rhat(draws).fillna(np.inf)
        bulk = az.ess(draws, method="bulk").fillna(0.0)
        tail = az.ess(draws, method="tail", prob=_TAILS).fillna(0.0)
    of_hyper, of_units = r_hat["hyper"].values, r_hat["effect"].values
    least_bulk, least_tail = _least(bulk), _least(tail)
    problems = [
        *_mixing_problems(of_hyper, of_units, names),
        *_number_problems(least_bulk, least_tail, len(hyper)),
        *_divergence_problems(divergences, len(hyper)),
    ]
    return Diagnostics(
        r_hat=float(max(of_hyper.max(), of_units.max())),
        ess_bulk=least_bulk,
        ess_tail=least_tail,
        divergences=divergences,
        predictive={},
        problems=tuple(problems),
    )


def _least(number: xr.Dataset) -> float:
    """The least number in a dataset."""
    return float(min(number[name].values.min() for name in ("hyper", "effect")))


def _mixing_problems(of_hyper: Floats, of_units: Floats, names: tuple[str, ...]) -> list[str]:
    stuck = [name for name, r in zip(names, of_hyper, strict=True) if r > R_HAT_LIMIT]
    mend = (
        "The chains have not all seen the same posterior. Ask for more draws; if that doesn't "
        "help, hyper-parameters can't be told apart: leave out covariates or state --transient."
    )
    problems = []
    if stuck:
        problems.append(
            f"R-hat of {', '.join(stuck)} is up to {of_hyper.max():.3f}, above {R_HAT_LIMIT}. "
            f"{mend}"
        )
    many = np.sum(of_units > R_HAT_LIMIT)
    if many > _SHARE_OF_UNITS * len(of_units) or of_units.max() > R_HAT_OF_ANY_UNIT:
        problems.append(
            f"R-hat is above {R_HAT_LIMIT} for {many:,} of {len(of_units):,} units' effects, and "
            f"up to {of_units.max():.3f}. {mend}"
        )
    return problems


def _number_problems(bulk: float, tail: float, draws: int) -> list[str]:
    found = []
    for number, what in ((bulk, "means"), (tail, "the ends of intervals")):
        if number < ESS_LIMIT:
            found.append(
                f"For {what} the {draws:,} draws are worth as few as {number:.0f} independent "
                f"ones, less than the {ESS_LIMIT} below which their errors can't be judged. Ask "
                "for more draws."
            )
    return found


def _divergence_problems(divergences: int, draws: int) -> list[str]:
    if divergences <= DIVERGENT_SHARE * draws:
        return []
    problem = (
        f"{divergences:,} of {draws:,} draws diverged, more than {DIVERGENT_SHARE:.1%}: part of "
        "the posterior is too narrow for the sampler to enter, most often where tau is near zero. "
        "Use --engine quadrature, which has no such limit, or a prior on tau that is less wide."
    )
    return [problem]
