r"""What of each unit's change lasts, what passes, and what was chance.

On the scale of rates, in every draw,

.. math:: r_1 - r_0 = \underbrace{\lambda_1 - \lambda_0}_{\text{lasting}}
          + \underbrace{(\theta_1 - \lambda_1) - (\theta_0 - \lambda_0)}_{\text{passing}}
          + \underbrace{(r_1 - \theta_1) - (r_0 - \theta_0)}_{\text{chance}}

with reported rates r, underlying rates :math:`\theta`, and :math:`\lambda` those without what
passes. Passing and chance together are what a unit falls back by, or gains, without having changed:
regression to the mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.estimands.change.cusum import first_alert
from varstat.estimands.change.paths import Paths
from varstat.estimands.ranks.discovery import discover
from varstat.estimands.ranks.ranks import rank_draws
from varstat.measure import Direction, Floats
from varstat.measure.lock import lock_arrays

Texts = NDArray[np.object_]
# A break this probable is dated.
_PROBABLE = 0.5
_BREAK_LEVEL = 0.9
# Nobody less surely changed is on a list.
_SURE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnitChanges:
    """How units changed, one element each, the most improved first.

    Attributes
    ----------
    unit, unit_name, peer_group : ndarray of object, shape (units,)
    size_from, size_to, raw_from, raw_to, raw_change : ndarray of float, shape (units,)
        Volumes and reported rates of both stretches of time.
    lasting, lasting_lower, lasting_upper : ndarray of float, shape (units,)
        Change of the rate that lasts, the nation's included; NaN where that can't be told from
        what passes.
    passing, chance : ndarray of float, shape (units,)
        With `lasting` they add up to `raw_change`; where that isn't known, `passing` is both.
    own, own_lower, own_upper : ndarray of float, shape (units,)
        What lasts without the nation's change.
    p_improved, p_worsened, p_improved_absolute : ndarray of float, shape (units,)
        Probability that the own lasting change is better, or worse, by more than the smallest that
        matters; and that the lasting change with the nation's is better by more.
    p_changed_in_period : ndarray of float, shape (units,)
        Probability that the rate in the last period is better by more than that, whether or not
        it lasts.
    rank_from, rank_to, rank_move, rank_move_lower, rank_move_upper : ndarray of float
        Posterior mean ranks, 1 best, and places lost (more than 0) or gained.
    p_break : ndarray of float, shape (units,)
        Probability that its level broke; 0 in a model without breaks.
    break_at, break_first, break_last : ndarray of object, shape (units,)
        The likeliest first period after a break, and the periods that hold it with 90%
        probability; None where a break is less probable than not.
    level_before, level_after, change_share, with _lower and _upper : ndarray of float
        Rates about the break, and the change as a share of what was; NaN likewise.
    break_is : ndarray of object, shape (units,)
        "structure" where a change of organisations lies within one period of it, else None.
    alert : ndarray of object, shape (units,)
        The period in which its cumulative sum first sounded; None if never.
    alert_direction : ndarray of object, shape (units,)
        "better" or "worse".
    verdict : ndarray of object, shape (units,)
        "improved" or "worsened" on the lists that a false discovery rate allows, "structure" where
        such a unit's change is one of organisations, "reporting" where what it reported was a
        selection, else None.
    """

    unit: Texts
    unit_name: Texts
    peer_group: Texts
    size_from: Floats
    size_to: Floats
    raw_from: Floats
    raw_to: Floats
    raw_change: Floats
    lasting: Floats
    lasting_lower: Floats
    lasting_upper: Floats
    passing: Floats
    chance: Floats
    own: Floats
    own_lower: Floats
    own_upper: Floats
    p_improved: Floats
    p_worsened: Floats
    p_improved_absolute: Floats
    p_changed_in_period: Floats
    rank_from: Floats
    rank_to: Floats
    rank_move: Floats
    rank_move_lower: Floats
    rank_move_upper: Floats
    p_break: Floats
    break_at: Texts
    break_first: Texts
    break_last: Texts
    level_before: Floats
    level_before_lower: Floats
    level_before_upper: Floats
    level_after: Floats
    level_after_lower: Floats
    level_after_upper: Floats
    change_share: Floats
    change_share_lower: Floats
    change_share_upper: Floats
    break_is: Texts
    alert: Texts
    alert_direction: Texts
    verdict: Texts

    def __post_init__(self) -> None:
        lock_arrays(self)

    def to_frame(self) -> pd.DataFrame:
        """Tabulate, one row a unit, under these names."""
        return pd.DataFrame({column.name: getattr(self, column.name) for column in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reported:
    """What the compared units reported, and what a model says of their breaks.

    Attributes
    ----------
    unit, unit_name, peer_group : ndarray of object, shape (units,)
    size, rate : tuple of ndarray of float, shape (units,) each
        Before and after.
    p_break : ndarray of float, shape (units,)
    break_probability : ndarray of float, shape (units, periods)
    innovations : ndarray of float, shape (units, periods)
    periods : sequence of str
    changes : mapping of str to tuple of int
        When organisations changed: places of periods by unit.
    selective : ndarray of bool, shape (units,)
        Whose reported rates are of a selection in one of the two.
    """

    unit: Texts
    unit_name: Texts
    peer_group: Texts
    size: tuple[Floats, Floats]
    rate: tuple[Floats, Floats]
    p_break: Floats
    break_probability: Floats
    innovations: Floats
    periods: Sequence[str]
    changes: Mapping[str, tuple[int, ...]]
    selective: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """How units' changes are judged.

    Attributes
    ----------
    direction : {"higher-is-better", "lower-is-better"}
    level : float
        Of intervals.
    minimal : float
        The smallest change of a rate that matters.
    fdr : float
        The share of false names that a list of the improved may have.
    lasting : bool
        Whether what lasts can be told from what passes.
    """

    direction: Direction
    level: float
    minimal: float
    fdr: float
    lasting: bool

    @property
    def sign(self) -> float:
        """1 where higher is better, -1 where lower is."""
        return 1.0 if self.direction == "higher-is-better" else -1.0

    @property
    def ends(self) -> list[float]:
        """The quantiles at the ends of intervals."""
        return [0.5 * (1.0 - self.level), 0.5 * (1.0 + self.level)]


def judge_units(paths: Paths, reported: Reported, judging: Judging) -> UnitChanges:
    """Judge how units changed.

    Parameters
    ----------
    paths : Paths
        Of the units that have both periods.
    reported : Reported
        Of the same units.
    judging : Judging

    Returns
    -------
    UnitChanges
    """
    columns: dict[str, NDArray[np.generic]] = {
        "unit": reported.unit,
        "unit_name": reported.unit_name,
        "peer_group": reported.peer_group,
        "size_from": reported.size[0],
        "size_to": reported.size[1],
        "raw_from": reported.rate[0],
        "raw_to": reported.rate[1],
    }
    columns |= _parts(paths, reported, judging)
    columns |= _ranks(paths, judging)
    columns |= _breaks(paths, reported, judging)
    columns |= _alerts(reported, judging)
    columns["verdict"] = _verdicts(columns, reported, judging)
    order = np.argsort(-judging.sign * np.asarray(columns["own"], dtype=float), kind="stable")
    if not judging.lasting:
        order = np.argsort(-np.asarray(columns["p_changed_in_period"], float), kind="stable")
    return UnitChanges(**{name: values[order].copy() for name, values in columns.items()})  # type: ignore[arg-type]


def fall_back(units: UnitChanges, judging: Judging) -> Floats:
    """Say how much of the change of the tenth of units that were worst at first lasts.

    Parameters
    ----------
    units : UnitChanges
    judging : Judging

    Returns
    -------
    ndarray of float, shape (2,)
        What lasts and all of it, on average; NaN where that can't be told.
    """
    if not judging.lasting or len(units.unit) < 20:
        return np.full(2, np.nan)
    worst = np.argsort(judging.sign * units.raw_from, kind="stable")[: len(units.unit) // 10]
    return np.array([units.lasting[worst].mean(), units.raw_change[worst].mean()])


def _parts(paths: Paths, reported: Reported, judging: Judging) -> dict[str, NDArray[np.generic]]:
    """The parts of each raw change, and how sure it is that a unit is better."""
    sign, least = judging.sign, judging.minimal
    change = paths.rate[1] - paths.rate[0]
    raw = reported.rate[1] - reported.rate[0]
    mean = change.mean(axis=0)
    nothing = np.full(len(raw), np.nan)
    found: dict[str, NDArray[np.generic]] = {"raw_change": raw, "chance": raw - mean}
    found["p_changed_in_period"] = np.mean(sign * change > least, axis=0)
    if not judging.lasting:
        names = ("lasting", "own")
        found |= {f"{name}{end}": nothing for name in names for end in ("", "_lower", "_upper")}
        found |= {"p_improved": nothing, "p_worsened": nothing, "p_improved_absolute": nothing}
        return found | {"passing": mean}
    lasting = paths.lasting[1] - paths.lasting[0]
    for name, drawn in (("lasting", lasting), ("own", paths.own)):
        found[name] = drawn.mean(axis=0)
        found[f"{name}_lower"], found[f"{name}_upper"] = np.quantile(drawn, judging.ends, axis=0)
    return found | {
        "passing": mean - lasting.mean(axis=0),
        "p_improved": np.mean(sign * paths.own > least, axis=0),
        "p_worsened": np.mean(-sign * paths.own > least, axis=0),
        "p_improved_absolute": np.mean(sign * lasting > least, axis=0),
    }


def _ranks(paths: Paths, judging: Judging) -> dict[str, NDArray[np.generic]]:
    """Ranks then and now on one frame, of what lasts if that is known."""
    then, now = paths.level if judging.lasting else paths.rate
    before = rank_draws(then, direction=judging.direction)
    after = rank_draws(now, direction=judging.direction)
    move = after - before
    lower, upper = np.quantile(move, judging.ends, axis=0, method="inverted_cdf")
    return {
        "rank_from": before.mean(axis=0),
        "rank_to": after.mean(axis=0),
        "rank_move": move.mean(axis=0),
        "rank_move_lower": lower,
        "rank_move_upper": upper,
    }


def _breaks(paths: Paths, reported: Reported, judging: Judging) -> dict[str, NDArray[np.generic]]:
    """When a unit's level broke, from what to what, and whether an organisation changed then."""
    units = len(reported.unit)
    texts = {
        name: np.full(units, None, dtype=object)
        for name in ("break_at", "break_first", "break_last", "break_is")
    }
    names = ("level_before", "level_after", "change_share")
    numbers = {f"{n}{e}": np.full(units, np.nan) for n in names for e in ("", "_lower", "_upper")}
    for i in np.flatnonzero(reported.p_break >= _PROBABLE):
        chance = reported.break_probability[i] / reported.break_probability[i].sum()
        at = int(np.argmax(chance))
        ranked = np.argsort(-chance, kind="stable")
        within = ranked[: int(np.searchsorted(np.cumsum(chance[ranked]), _BREAK_LEVEL)) + 1]
        texts["break_at"][i] = reported.periods[at]
        texts["break_first"][i] = reported.periods[int(within.min())]
        texts["break_last"][i] = reported.periods[int(within.max())]
        if any(abs(at - place) <= 1 for place in reported.changes.get(str(reported.unit[i]), ())):
            texts["break_is"][i] = "structure"
        there = np.isfinite(paths.break_before[:, i])
        before, after = paths.break_before[there, i], paths.break_after[there, i]
        drawn = (before, after, (after - before) / before)
        for name, values in zip(names, drawn, strict=True):
            if len(values):
                numbers[name][i] = values.mean()
                ends = np.quantile(values, judging.ends)
                numbers[f"{name}_lower"][i], numbers[f"{name}_upper"][i] = ends
    return {"p_break": reported.p_break, **texts, **numbers}


def _alerts(reported: Reported, judging: Judging) -> dict[str, NDArray[np.generic]]:
    """When each unit's cumulative sum first sounded, and which way."""
    found = first_alert(reported.innovations)
    when, way = (np.full(len(found), None, dtype=object) for _ in range(2))
    for i in np.flatnonzero(found):
        when[i] = reported.periods[abs(int(found[i])) - 1]
        way[i] = "better" if judging.sign * found[i] > 0 else "worse"
    return {"alert": when, "alert_direction": way}


def _verdicts(
    columns: Mapping[str, NDArray[np.generic]], reported: Reported, judging: Judging
) -> Texts:
    """Who is on the lists of the improved and of the worsened."""
    verdict = np.full(len(columns["unit"]), None, dtype=object)
    if not judging.lasting:
        return verdict
    for name, p in (("improved", "p_improved"), ("worsened", "p_worsened")):
        found = discover(np.asarray(columns[p], dtype=float), alpha=judging.fdr)
        # A list that is right on average may end with units of which little is known.
        verdict[found.found & (np.asarray(columns[p], dtype=float) >= _SURE)] = name
    listed = np.array([each is not None for each in verdict])
    structural = np.array([each is not None for each in columns["break_is"]], dtype=bool)
    verdict[listed & structural] = "structure"
    verdict[listed & reported.selective] = "reporting"
    return verdict
