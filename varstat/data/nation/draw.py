"""Drawing the synthetic nation's volumes, rates and returns."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from varstat.data.nation.indicator import (
    CHANGEOVER,
    FIRST,
    LAST,
    QUARTERS,
    YEAR_LATER,
    Indicator,
)
from varstat.data.nation.organisations import LARGE, SPECIALISTS, TWINS, Organisations
from varstat.measure import Floats

_LENGTH = len(QUARTERS)
_SEASON = np.resize([0.0, 0.01, -0.01, 0.02], _LENGTH)
_GROWTH = 0.0075
# What the large trust does beside the others' volumes, quarter by quarter.
_SWINGS = np.array([0.95, 1.08, 0.88, 1.05, 1.0, 0.86, 1.10, 0.84, 1.12, 0.92])
_LOSERS = 22


def draw_volumes(organisations: Organisations, rng: np.random.Generator) -> Floats:
    """Draw how organisations' volumes go, 1 being a mean one's at first: (organisations, T)."""
    steps = 0.02 * rng.standard_normal((len(organisations.unit), _LENGTH))
    steps[:, 0] = 0.0
    path = _GROWTH * (np.arange(_LENGTH) - FIRST) + _SEASON + steps.cumsum(axis=1)
    volumes: Floats = organisations.scale[:, None] * np.exp(path)
    if organisations.level == "acute":
        volumes[LARGE] *= _SWINGS
    return volumes


def draw_completeness(
    organisations: Organisations, rng: np.random.Generator, *, common_loss: float
) -> Floats:
    """Draw the part that hospitals report: (organisations, T).

    In the changeover some lose a fifth to a half of a quarter or two; then all is back.
    """
    completeness = np.ones((len(organisations.unit), _LENGTH))
    _, family = np.unique(organisations.successor.astype(str), return_inverse=True)
    ordinary = (organisations.kind == "acute") & (np.bincount(family)[family] == 1)
    losers = rng.choice(np.flatnonzero(ordinary), size=_LOSERS, replace=False)
    for at in losers:
        first, last = CHANGEOVER
        start, end = [(first, last), (last, last), (first, first)][rng.choice(3, p=[0.6, 0.3, 0.1])]
        part = rng.uniform(0.5, 0.8)
        completeness[at, start : end + 1] = part + 0.03 * rng.standard_normal(end - start + 1)
    completeness[:, list(CHANGEOVER)] *= 1.0 - common_loss
    return completeness


def spread_completeness(hospital: Floats, pcts: int) -> Floats:
    """The part of residents' admissions that their hospitals report: (pcts, T).

    Seven in ten are treated in one hospital, the others anywhere.
    """
    local = np.arange(pcts) * len(hospital) // pcts
    part: Floats = 0.7 * hospital[local] + 0.3 * hospital.mean(axis=0)
    return part


def draw_distances(
    indicator: Indicator, organisations: Organisations, rng: np.random.Generator
) -> Floats:
    """Draw how far organisations lie from the nation on the link scale: (organisations, T).

    A level that walks, and in one in twelve breaks once, and what passes with each quarter.
    Organisations that become one are neighbours, and half alike.
    """
    count, spread = len(organisations.unit), indicator.spread
    _, family = np.unique(organisations.successor.astype(str), return_inverse=True)
    shared = rng.standard_normal(family.max() + 1)[family]
    own = rng.standard_normal(count)
    level = spread * (shared + own) / np.sqrt(2.0)
    steps = 0.10 * spread * rng.standard_normal((count, _LENGTH))
    steps[:, 0] = 0.0
    broken = rng.random(count) < 1 / 12
    when = rng.integers(1, _LENGTH, count)
    jump = 0.6 * spread * rng.standard_normal(count)
    steps[broken, when[broken]] += jump[broken]
    path = level[:, None] + steps.cumsum(axis=1)
    path += 0.05 * spread * rng.standard_normal((count, _LENGTH))
    for kind, distances in SPECIALISTS.items():
        path[organisations.kind == kind] += distances.get(indicator.name, 0.0)
    if organisations.level == "pct":
        path[TWINS[1]] = path[TWINS[0]]
    else:
        # Not quite as good as others, and large: it heads the list.
        path[LARGE] = path[LARGE] - path[LARGE, FIRST] - 0.4 * indicator.sign * spread
    return np.asarray(path)


def centre_path(indicator: Indicator) -> Floats:
    """The nation's centre on the link scale, in each quarter: (T,)."""
    first, later = (link(indicator, rate) for rate in indicator.rate)
    gone = (np.arange(_LENGTH) - FIRST) / (YEAR_LATER - FIRST)
    centre: Floats = first + (later - first) * np.minimum(gone, 1.0)
    return centre


def link(indicator: Indicator, rate: float) -> float:
    """The link scale of a rate."""
    return float(np.log(rate) if indicator.ratio else np.log(rate / (1.0 - rate)))


def unlink(indicator: Indicator, value: Floats) -> Floats:
    """Rates of values on the link scale."""
    return np.asarray(np.exp(value) if indicator.ratio else 1.0 / (1.0 + np.exp(-value)))


def draw_reports(
    indicator: Indicator,
    size: Floats,
    rate: Floats,
    completeness: Floats,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, Floats]:
    """Draw what happened, and what was reported of it.

    Parameters
    ----------
    indicator : Indicator
    size, rate, completeness : ndarray of float, shape (organisations, T)
        Mean volumes, true rates, and the part of cases that is reported.
    rng : numpy.random.Generator

    Returns
    -------
    whole : ndarray of float, shape (organisations, T)
        Cases, or events expected of them, whether or not they were reported.
    reported, event : ndarray of float, shape (organisations, T)
        As in the return.
    """
    if not indicator.ratio:
        cases = rng.poisson(size)
        known = rng.binomial(cases, completeness)
        return _floats(cases), _floats(known), _floats(rng.binomial(known, rate))
    whole = np.round(size, 1)
    reported = np.round(whole * completeness, 1) if indicator.loss == "cases" else whole
    mean = whole * rate * completeness
    if indicator.clumping == 1.0:
        return _floats(whole), _floats(reported), _floats(rng.poisson(mean))
    noise = np.sqrt(indicator.clumping * mean) * rng.standard_normal(mean.shape)
    return _floats(whole), _floats(reported), _floats(np.round(np.maximum(mean + noise, 0.0)))


def _floats(values: NDArray[Any]) -> Floats:
    return np.asarray(values, dtype=float)


def scale_path(year_later: float, last: float) -> Floats:
    """Of how much of their first distance organisations are left with, in each quarter: (T,)."""
    return np.interp(np.arange(_LENGTH), [FIRST, YEAR_LATER, LAST], [1.0, year_later, last])
