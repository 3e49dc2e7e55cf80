"""Successors: who took over the work of codes that end, told from volumes alone."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import lsq_linear

from varstat.estimands.completeness.gaps import Certain
from varstat.estimands.completeness.relative import national_path
from varstat.measure import Floats

# Periods on either side that are compared, in months.
_AROUND = 6
_SCREEN_COSINE, _SCREEN_Z = 0.85, 10.0
_LEAST_SHARE, _LEAST_COSINE, _SIZES = 0.05, 0.95, (0.6, 1.6)
# A code that is less than this part of the one that took it over is too small to be placed.
_LEAST_PART = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """A code that seems to have taken over work of one that ended.

    Attributes
    ----------
    old, new : int
        Units.
    since : int
        The first period without the old one.
    share : float
        Of the old one's volumes, in (0, 1].
    cosine : float
        Between the rise and what the codes that went there explain of it.
    z : float
        The rise in its standard errors; infinite of a code that starts then.
    """

    old: int
    new: int
    since: int
    share: float
    cosine: float
    z: float


@dataclass(frozen=True, slots=True)
class _Rise:
    unit: int
    by: Floats
    before: float
    z: float


def find_successors(
    counts: Floats, certain: Sequence[Certain], *, months: int, least: float
) -> tuple[Succession, ...]:
    r"""Propose who took over, jointly for all codes that end together.

    With the profile :math:`v_E` of a code that ends (its last six months in every column, each
    scaled by its national size, the national path removed) and the rise :math:`r_j` of another,

    .. math:: \min_w \sum_j |r_j - \sum_E w_{Ej} v_E|^2, \quad 0 \le w \le 1, \quad
              \sum_j w_{Ej} + lost_E = 1 .

    Parameters
    ----------
    counts : ndarray of float, shape (columns, units, periods)
        Of columns that don't hold each other. Two or more: with one, any rise fits any profile.
    certain : sequence of Certain
    months : int
        Of a period.
    least : float
        Volumes of a period below which a code isn't looked at.

    Returns
    -------
    tuple of Succession
        To be confirmed: volumes show who grew, not why.
    """
    if len(counts) < 2:
        return ()
    level, scale = _level(counts)
    around = max(_AROUND // months, 1)
    starts = {each.unit: each.start for each in certain if each.kind == "start"}
    found: list[Succession] = []
    for since in sorted({each.start for each in certain if each.kind == "end"}):
        donors: dict[int, Floats] = {}
        for each in certain:
            if each.kind == "end" and each.start == since and since >= around // 2:
                profile = _mean(level[:, each.unit, max(0, since - around) : since]) / scale
                if profile.sum() >= least:
                    donors[each.unit] = profile
        if donors:
            rises = _rises(level, scale, since, around, donors, starts)
            found += _share_out(donors, rises, since)
    return tuple(found)


def _level(counts: Floats) -> tuple[Floats, Floats]:
    """Volumes without the national path, and the size of each column against the first."""
    level = np.stack([each / np.exp(national_path(each)) for each in counts])
    size = np.array([np.nanmedian(np.nansum(each, axis=0)) for each in level])
    size = np.maximum(size, 1.0)
    return level, size / size[0]


def _mean(values: Floats) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        found: Floats = np.nan_to_num(np.nanmean(values, axis=-1))
    return found


def _variance(values: Floats, scale: Floats) -> float:
    """Of the mean over periods, added up over columns."""
    count = max(int(np.isfinite(values[0]).sum()), 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        spread = np.nan_to_num(np.nanvar(values, axis=-1))
    return float(np.sum(spread / count / scale**2))


def _rises(
    level: Floats,
    scale: Floats,
    since: int,
    around: int,
    donors: dict[int, Floats],
    starts: dict[int, int],
) -> list[_Rise]:
    """The units that grew when codes ended, in the manner of one of them."""
    found: list[_Rise] = []
    for unit in range(level.shape[1]):
        before = level[:, unit, max(0, since - around) : since]
        after = level[:, unit, since : since + around]
        new = starts.get(unit) == since
        present = int(np.isfinite(before[0]).sum())
        if unit in donors or np.isfinite(after[0]).sum() < min(2, around):
            continue
        if not new and (present < min(3, around) or starts.get(unit, 0) > since):
            continue
        was = np.zeros(len(scale)) if new else _mean(before) / scale
        rise = _mean(after) / scale - was
        spread = 0.0 if new else _variance(before, scale) + _variance(after, scale)
        z = np.inf if new else float(rise.sum() / max(np.sqrt(spread), 1e-9))
        if rise.sum() > 0 and z > _SCREEN_Z and any(_like(rise, v, new) for v in donors.values()):
            found.append(_Rise(unit, rise, float(was.sum()), z))
    return found


def _like(rise: Floats, profile: Floats, new: bool) -> bool:
    size = rise.sum() / profile.sum()
    return bool(_cosine(rise, profile) > _SCREEN_COSINE and size > 0.08 and (new or size < 1.3))


def _cosine(one: Floats, other: Floats) -> float:
    size = float(np.linalg.norm(one)) * float(np.linalg.norm(other))
    return float(one @ other) / max(size, 1e-12)


def _share_out(donors: dict[int, Floats], rises: list[_Rise], since: int) -> list[Succession]:
    """Solve for the shares, and keep those whose sum looks like the rise."""
    if not rises:
        return []
    profiles = np.array(list(donors.values()))
    many, to = len(profiles), len(rises)
    total = float(profiles.sum())
    # A column for each pair of a donor and a recipient, and one for what each donor lost.
    fit = np.kron(profiles.T, np.eye(to)) / total
    lost = np.hstack([np.kron(np.eye(many), np.ones(to)), np.eye(many)])
    rows = np.vstack([np.hstack([fit, np.zeros((len(fit), many))]), lost])
    seen = np.array([each.by for each in rises]).T.ravel() / total
    solved = lsq_linear(rows, np.concatenate([seen, np.ones(many)]), bounds=(0, 1)).x
    share = solved[: many * to].reshape(many, to)
    found: list[Succession] = []
    for at, rise in enumerate(rises):
        explained = share[:, at] @ profiles
        cosine = _cosine(explained, rise.by)
        size = float(explained.sum()) / float(rise.by.sum())
        if cosine <= _LEAST_COSINE or not _SIZES[0] < size < _SIZES[1]:
            continue
        for donor, old in enumerate(donors):
            moved = share[donor, at] * profiles[donor].sum()
            if share[donor, at] > _LEAST_SHARE and moved >= _LEAST_PART * rise.before:
                found.append(
                    Succession(
                        old=old,
                        new=rise.unit,
                        since=since,
                        share=float(share[donor, at]),
                        cosine=cosine,
                        z=rise.z,
                    )
                )
    return found
