r"""Integrate the units' effects out, given the hyper-parameters.

Given :math:`h = (\beta, \tau, \dots)` units are independent. For unit i and part c of the effects'
distribution, with :math:`\eta_r` the linear predictor of row r,

.. math:: m_{ic}(h) = \int \exp\Big\{\sum_{r \in i} \ell_r(\eta_r + u)\Big\}
          N(u; 0, a_c^2\tau^2)\, du
          \approx s \sum_k w_k \exp\{f(\hat u + s x_k)\}

about the mode :math:`\hat u` of f, the log of the integrand, with s from its curvature there, and
:math:`m_i = \sum_c \omega_c m_{ic}`. The nodes serve a second time for the gradient, which by
Fisher's identity is an expectation over them:

.. math:: \partial\log m_i/\partial\eta_r = E[\ell_r'(\eta_r + u) \mid y], \qquad
          \partial\log m_i/\partial\log\tau = E[u^2/(a_c\tau)^2 - 1 \mid y].
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from varstat.hierarchical.model.design import BLOCK, Design
from varstat.hierarchical.model.prior import BY_SIZE_SD
from varstat.hierarchical.model.smeared import hermite
from varstat.measure import Floats

_LOG_ROOT_TWO_PI = 0.5 * np.log(2.0 * np.pi)
# Between these log scales lies whatever a scale can be. Beyond, the likelihood is as at the end and
# the prior goes on falling, so that the posterior has an end too.
_LOG_SCALE = (-18.0, 12.0)
_LOG_TRANSIENT = (-9.0, 12.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hyper:
    """Hyper-parameters of a batch, in the forms the integrals need.

    Attributes
    ----------
    eta : ndarray of float, shape (batch, rows)
        Linear predictors without the units' effects.
    tau : ndarray of float, shape (batch, units)
        Scale of each unit's effect.
    spread : ndarray of float, shape (batch,)
        SD of the transient effects.
    log_share : ndarray of float, shape (batch, parts)
        Of the parts of the effects' distribution.
    """

    eta: Floats
    tau: Floats
    spread: Floats
    log_share: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conditional:
    """The effects of units given hyper-parameters, at quadrature nodes.

    Attributes
    ----------
    log_marginal : ndarray of float, shape (batch, units)
    effect : ndarray of float, shape (batch, parts, units, nodes)
        Nodes.
    share : ndarray of float, shape (batch, parts, units, nodes)
        Their weights; over parts and nodes they add to one.
    tau : ndarray of float, shape (batch, parts, units)
        SD of the effect in each part.
    """

    log_marginal: Floats
    effect: Floats
    share: Floats
    tau: Floats

    def mean(self, values: Floats) -> Floats:
        """Expectation of what is given at the nodes: shape (batch, units)."""
        return np.asarray(np.einsum("bpnk,bpnk->bn", self.share, values))


def unpack(design: Design, h: Floats) -> Hyper:
    """Give unconstrained hyper-parameters, of shape (batch, dimension), their forms.

    Locations stand first, then the logs of the taus, then the log of the transient SD and the
    logit of the contamination where they are uncertain, and the slope of the log SD in log size.
    """
    k = len(design.locations)
    at = k + len(design.taus)
    if design.transient is None:
        spread = np.exp(np.clip(h[:, at], *_LOG_TRANSIENT))
        at += 1
    else:
        spread = np.full(len(h), design.transient)
    contamination = expit(h[:, at]) if design.effects.contaminated else np.zeros(len(h))
    return Hyper(
        eta=h[:, :k] @ design.matrix.T,
        tau=np.exp(np.clip(design.log_taus(h), *_LOG_SCALE)),
        spread=spread,
        log_share=design.effects.log_shares(np.clip(contamination, 1e-300, 1.0 - 1e-16)),
    )


def locate(design: Design, hyper: Hyper) -> tuple[Floats, Floats, Floats]:
    """Find each integrand's mode and its SD by curvature.

    Returns
    -------
    mode, sd, tau : ndarray of float, shape (batch, parts, units)
    """
    batch, units = hyper.tau.shape
    parts = design.effects.parts
    tau = hyper.tau[:, None, :] * design.effects.scale[:, None]
    flat_tau = tau.reshape(batch * parts, units)
    precision = 1.0 / flat_tau**2
    eta = np.repeat(hyper.eta, parts, axis=0)
    spread = np.repeat(hyper.spread, parts)[:, None, None]

    def slopes(u: Floats) -> tuple[Floats, Floats]:
        first, second = design.family.slopes((eta + design.expand(u))[..., None], spread)
        # A second derivative that is summed or approximate can come out above zero far out, where
        # the true one is just below; it only steers the search and places nodes.
        return (
            design.gather(first[..., 0]) - u * precision,
            design.gather(np.minimum(second[..., 0], 0.0)) - precision,
        )

    weight = 1.0 / (design.link_variance + spread[..., 0] ** 2)
    u = design.gather(weight * (design.link_rate - eta)) / (design.gather(weight) + precision)
    first, second = slopes(u)
    for _ in range(60):
        # A step of more than this would leave the region where the curvature is any guide.
        limit = np.maximum(4.0 / np.sqrt(-second), 1.0)
        step = np.clip(-first / second, -limit, limit)
        u = u + step
        first, second = slopes(u)
        # A twentieth of an SD off is near enough to place nodes by.
        if np.all(first**2 < -2.5e-3 * second):
            break
    sd = 1.0 / np.sqrt(-second)
    shape = (batch, parts, units)
    return u.reshape(shape), sd.reshape(shape), tau


def log_integrand(design: Design, hyper: Hyper, tau: Floats, u: Floats) -> Floats:
    """Log of likelihood times normal density of the effect, for each part.

    Parameters
    ----------
    design : Design
    hyper : Hyper
    tau : ndarray of float, shape (batch, parts, units)
    u : ndarray of float, shape (batch, parts, units, nodes)

    Returns
    -------
    ndarray of float, shape (batch, parts, units, nodes)
    """
    batch, parts, units, nodes = u.shape
    flat = u.reshape(batch * parts, units, nodes)
    theta = np.repeat(hyper.eta, parts, axis=0)[..., None] + design.expand(flat)
    value = design.family.value(theta, np.repeat(hyper.spread, parts)[:, None, None])
    summed = design.gather(value).reshape(u.shape)
    log_prior = -0.5 * (u / tau[..., None]) ** 2 - np.log(tau)[..., None] - _LOG_ROOT_TWO_PI
    return np.asarray(summed + log_prior)


def condition(design: Design, hyper: Hyper, *, nodes: int) -> Conditional:
    """Integrate out the units' effects by adaptive Gauss-Hermite quadrature."""
    x, log_weights = hermite(nodes)
    mode, sd, tau = locate(design, hyper)
    u = mode[..., None] + sd[..., None] * x
    log_f = log_integrand(design, hyper, tau, u) + log_weights + np.log(sd)[..., None]
    log_f += hyper.log_share[:, :, None, None]
    peak = log_f.max(axis=(1, 3), keepdims=True)
    f = np.exp(log_f - peak)
    total = f.sum(axis=(1, 3), keepdims=True)
    return Conditional(
        log_marginal=(peak + np.log(total))[:, 0, :, 0],
        effect=u,
        share=f / total,
        tau=tau,
    )


def log_prior(design: Design, h: Floats) -> tuple[Floats, Floats]:
    """Log prior density of hyper-parameters, and its gradient.

    Returns
    -------
    value : ndarray of float, shape (batch,)
    slope : ndarray of float, shape (batch, dimension)
    """
    k, taus = len(design.locations), len(design.taus)
    z = (h[:, :k] - design.location_mean) / design.location_sd
    slope = np.empty_like(h)
    slope[:, :k] = -z / design.location_sd
    value = -0.5 * np.sum(z**2, axis=1)
    at = k + taus
    value = value + design.tau_prior.log_density(h[:, k:at]).sum(axis=1)
    slope[:, k:at] = design.tau_prior.slope(h[:, k:at])
    if design.transient is None:
        value = value + design.transient_prior.log_density(h[:, at])
        slope[:, at] = design.transient_prior.slope(h[:, at])
        at += 1
    if design.effects.contaminated:
        value = value + design.contamination_prior.log_density(h[:, at])
        slope[:, at] = design.contamination_prior.slope(h[:, at])
    if design.effects.by_size:
        value = value - 0.5 * (h[:, -1] / BY_SIZE_SD) ** 2
        slope[:, -1] = -h[:, -1] / BY_SIZE_SD**2
    return value, slope


def log_posterior(design: Design, h: Floats, *, nodes: int) -> Floats:
    """Log posterior density of hyper-parameters (batch, dimension), up to a constant."""
    value = log_prior(design, h)[0]
    step = _batch(design, nodes)
    for first in range(0, len(h), step):
        some = slice(first, first + step)
        for _, part in design.blocks(len(h[some]) * nodes * design.effects.parts):
            hyper = unpack(part, h[some])
            value[some] += condition(part, hyper, nodes=nodes).log_marginal.sum(axis=1)
    return np.where(np.isnan(value), -np.inf, value)


def _batch(design: Design, nodes: int) -> int:
    """How many hyper-parameters to take at a time."""
    return max(int(BLOCK / (design.rows * nodes * design.effects.parts)), 1)


def log_posterior_slope(design: Design, h: Floats, *, nodes: int) -> tuple[Floats, Floats]:
    """`log_posterior`, with its gradient from the same nodes.

    Returns
    -------
    value : ndarray of float, shape (batch,)
    slope : ndarray of float, shape (batch, dimension)
    """
    value, slope = log_prior(design, h)
    step = _batch(design, nodes)
    for first in range(0, len(h), step):
        some = slice(first, first + step)
        for _, part in design.blocks(len(h[some]) * nodes * design.effects.parts):
            more, slopes = _value_and_slope(part, h[some], nodes)
            value[some] += more
            slope[some] += slopes
    return value, slope


def _value_and_slope(design: Design, h: Floats, nodes: int) -> tuple[Floats, Floats]:
    hyper = unpack(design, h)
    at = condition(design, hyper, nodes=nodes)
    batch, parts, units, _ = at.effect.shape
    k, taus = len(design.locations), len(design.taus)
    flat = at.effect.reshape(batch * parts, units, nodes)
    theta = np.repeat(hyper.eta, parts, axis=0)[..., None] + design.expand(flat)
    spread = np.repeat(hyper.spread, parts)[:, None, None]
    share = design.expand(at.share.reshape(batch * parts, units, nodes))

    def average(values: Floats) -> Floats:
        mean = np.einsum("brk,brk->br", share, values)
        return np.asarray(mean.reshape(batch, parts, -1).sum(axis=1))

    slope = np.zeros_like(h)
    by_eta, by_spread = design.family.gradient(theta, spread)
    slope[:, :k] = average(by_eta) @ design.matrix
    by_tau = at.mean((at.effect / at.tau[..., None]) ** 2) - 1.0
    by_tau *= _between(design.log_taus(h), _LOG_SCALE)
    for j in range(taus):
        slope[:, k + j] = by_tau[:, design.tau_of == j].sum(axis=1)
    if design.effects.by_size:
        slope[:, -1] = by_tau @ design.log_size
    column = k + taus
    if design.transient is None:
        slope[:, column] = average(by_spread).sum(axis=1)
        slope[:, column] *= _between(h[:, column], _LOG_TRANSIENT)
        column += 1
    if design.effects.contaminated:
        outlying = at.share[:, 1].sum(axis=-1)
        slope[:, column] = np.sum(outlying - expit(h[:, column])[:, None], axis=1)
    return at.log_marginal.sum(axis=1), slope


def _between(x: Floats, ends: tuple[float, float]) -> Floats:
    """1 between two ends, 0 beyond them."""
    return ((x > ends[0]) & (x < ends[1])).astype(float)
