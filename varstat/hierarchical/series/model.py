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

from varstat.hierarchical.model.prior import BetaPrior, ScalePrior
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

    def per_month(self, months: float | None) -> "SeriesModel":
        """Scale the prior of a step, stated for a quarter, to periods of so many months."""
        if months is None or self.step.distribution == "gamma-precision":
            return self
        by = np.sqrt(months / 3.0)
        a = self.step.a / by if self.step.distribution == "exponential" else self.step.a * by
        return replace(self, step=replace(self.step, a=float(a)))
