r"""The series model: a lasting level, what passes, at most one break a unit, and a national path.

For unit i in period t, with a link g,

.. math::

    g(\theta_{it}) &= x_{it}'\beta + \delta_t + m_{it} + w_{it} \\
    m_{i1} &\sim N(0, \tau^2), \qquad
    m_{it} = m_{i,t-1} + N(0, \sigma^2\,\mathrm{gap}_t) + J_i\,1[t = b_i] \\
    w_{it} &\sim N(0, \tau_w^2), \qquad J_i \sim N(0, \kappa^2)

with :math:`m` what lasts (`kind = "walk"`), :math:`w` what passes, and a break :math:`b_i` that is
none with probability :math:`1 - \pi` and else any period but the first.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from varstat.card.schema import Card
from varstat.errors import UsageError
from varstat.hierarchical.model.prior import BetaPrior, ScalePrior, beta_prior, scale_prior
from varstat.hierarchical.series.panel import Panel
from varstat.measure import Floats

Kind = Literal["walk", "mean-reverting", "none"]

_EXPONENTIAL_1 = ScalePrior(distribution="exponential", a=1.0)
_EXPONENTIAL_10 = ScalePrior(distribution="exponential", a=10.0)
_JUMP = ScalePrior(distribution="exponential", a=1.0 / 0.3)
_FEW = BetaPrior(a=1.0, b=9.0)
_NEAR = BetaPrior(a=8.0, b=1.0)
_SHARES = ("share", "reversion")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesModel:
    """How levels evolve, and the priors of the hyper-parameters, on the link scale.

    Attributes
    ----------
    kind : {"walk", "mean-reverting", "none"}
        Whether a level drifts, returns to a level of its own, or stays.
    breaks : bool
        Whether a unit's level may break once.
    passing : float or None
        SD of what passes, as stated; None where it is estimated.
    tau, step, passing_prior, jump : ScalePrior
        Of the SDs of levels, of a step in one period, of what passes, and of a break's size.
    share, reversion : BetaPrior
        Of the share of units with a break, and of the correlation of neighbouring periods.
    intercept_mean, intercept_sd, period_sd, coefficient_sd : float
        Normal priors of the national level, of each period's shift from it, and of coefficients.
    """

    kind: Kind = "walk"
    breaks: bool = True
    passing: float | None = None
    tau: ScalePrior = _EXPONENTIAL_1
    step: ScalePrior = _EXPONENTIAL_10
    passing_prior: ScalePrior = _EXPONENTIAL_10
    jump: ScalePrior = _JUMP
    share: BetaPrior = _FEW
    reversion: BetaPrior = _NEAR
    intercept_mean: float = 0.0
    intercept_sd: float = 2.5
    period_sd: float = 1.0
    coefficient_sd: float = 2.5

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the hyper-parameters, in order."""
        return (
            "tau",
            *(("step",) if self.kind != "none" else ()),
            *(("passing",) if self.passing is None else ()),
            *(("share", "jump") if self.breaks else ()),
            *(("reversion",) if self.kind == "mean-reverting" else ()),
        )

    @property
    def scales(self) -> list[int]:
        """Which hyper-parameters are logs of standard deviations."""
        return [k for k, name in enumerate(self.names) if name not in _SHARES]

    def prior_of(self, name: str) -> ScalePrior | BetaPrior:
        """Give the prior of a hyper-parameter."""
        priors: dict[str, ScalePrior | BetaPrior] = {
            "tau": self.tau,
            "step": self.step,
            "passing": self.passing_prior,
            "share": self.share,
            "jump": self.jump,
            "reversion": self.reversion,
        }
        return priors[name]

    def log_prior(self, h: Floats) -> Floats:
        """Log density of the priors at unconstrained points (points, dimension)."""
        each = [self.prior_of(name).log_density(h[:, k]) for k, name in enumerate(self.names)]
        return np.asarray(np.sum(each, axis=0))


def series_model(card: Card, panel: Panel, *, passing: float | None = None) -> SeriesModel:
    """Take the series model from a card.

    Parameters
    ----------
    card : Card
        Its `[model.evolution]`, and the priors of tau and of where units lie.
    panel : Panel
        Where a prior is centred on the pooled rate, and how long a period is: the prior of a step
        is stated for a quarter.
    passing : float, optional
        SD of what passes on the link scale, if it is stated.

    Returns
    -------
    SeriesModel

    Raises
    ------
    UsageError
        If the SD is negative.

    Examples
    --------
    >>> import varstat
    >>> from varstat.hierarchical.series.panel import make_panel
    >>> panel = make_panel(np.ones((2, 3)), np.full((2, 3), 9.0), months=12.0)
    >>> series_model(varstat.load_card("daycase"), panel).step.a
    5.0
    """
    if passing is not None and not (np.isfinite(passing) and passing >= 0.0):
        raise UsageError("passing", "expected an SD on the link scale, a number of zero or more.")
    stated, priors = card.model.evolution, card.model.priors
    mean = priors.intercept.mean
    return SeriesModel(
        kind=stated.kind,
        breaks=stated.breaks,
        passing=None if passing is None else passing / panel.spread,
        tau=scale_prior(priors.tau),
        step=_for_months(scale_prior(stated.step), panel.months),
        passing_prior=scale_prior(stated.passing),
        jump=scale_prior(stated.jump),
        share=beta_prior(stated.share),
        reversion=beta_prior(stated.reversion),
        intercept_mean=panel.pooled if mean == "pooled" else float(mean),
        intercept_sd=priors.intercept.sd,
        period_sd=priors.period.sd,
        coefficient_sd=priors.coefficient.sd,
    )


def _for_months(prior: ScalePrior, months: float | None) -> ScalePrior:
    """Scale the prior of a step, stated for a quarter, to periods of so many months."""
    if months is None:
        return prior
    by = float(np.sqrt(months / 3.0))
    match prior.distribution:
        case "exponential":
            return replace(prior, a=prior.a / by)
        case "gamma-precision":
            return replace(prior, b=prior.b * by**2)
        case _:
            return replace(prior, a=prior.a * by)
