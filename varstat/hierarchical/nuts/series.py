"""The series model in PyMC, where units' paths are sampled: what its own engine is held against."""

import warnings
from typing import Any

import numpy as np

from varstat.hierarchical.model.prior import ScalePrior
from varstat.hierarchical.series.model import SeriesModel
from varstat.hierarchical.series.panel import Panel

with warnings.catch_warnings():
    # ArviZ 0.23 announces at import that ArviZ 1 will differ.
    warnings.simplefilter("ignore")
    import pymc as pm
    import pytensor.tensor as pt


def build_series(panel: Panel, model: SeriesModel) -> pm.Model:
    """Build a series model of a proportion whose levels walk or stay, without breaks.

    Parameters
    ----------
    panel : Panel
        Of a proportion, with a row in each period, and no covariates.
    model : SeriesModel
        With exponential priors of its SDs.

    Returns
    -------
    pymc.Model
        Its variables are `tau`, `step` and `passing`; `national`, `lasting` and `theta` follow from
        them, of shapes (periods,) and (units, periods).
    """
    units, length = panel.units, panel.length
    if model.breaks or model.kind == "mean-reverting" or not panel.observed.all():
        raise ValueError("the reference is of levels that walk or stay, in complete panels")
    gap = np.sqrt(np.diff(panel.at))
    with pm.Model() as built:
        tau = _scale("tau", model.tau)
        step: Any = _scale("step", model.step) if model.kind == "walk" else 0.0
        passing: Any = model.passing
        if passing is None:
            passing = _scale("passing", model.passing_prior)
        intercept = pm.Normal("intercept", model.intercept_mean, model.intercept_sd)
        shift = pm.Normal("shift", 0.0, model.period_sd, shape=length)
        national = pm.Deterministic("national", intercept + shift)
        first = tau * pm.Normal("first", shape=(units, 1))
        steps = step * gap * pm.Normal("steps", shape=(units, length - 1))
        level = pt.concatenate([first, steps], axis=1).cumsum(axis=1)
        lasting = pm.Deterministic("lasting", level)
        noise = passing * pm.Normal("noise", shape=(units, length))
        theta = pm.Deterministic("theta", national + lasting + noise)
        pm.Binomial("event", n=panel.size.astype(int), logit_p=theta, observed=panel.event)
    return built


def _scale(name: str, prior: ScalePrior) -> Any:
    if prior.distribution != "exponential":
        raise ValueError("the reference has exponential priors")
    return pm.Exponential(name, lam=prior.a)
