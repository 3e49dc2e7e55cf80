r"""Flags as a publisher may have made them: by a funnel, or by each unit's own interval.

The second is how public health profiles compare an area with an average: flagged where the area's
interval doesn't hold it. Of a proportion that is Wilson's [1]_, of a count Byar's [2]_,

.. math:: O\left(1 - \frac{1}{9O} - \frac{z}{3\sqrt{O}}\right)^3 \quad\text{to}\quad
          (O+1)\left(1 - \frac{1}{9(O+1)} + \frac{z}{3\sqrt{O+1}}\right)^3.

References
----------
.. [1] Wilson (1927). Probable inference, the law of succession, and statistical inference. JASA
   22(158), 209-212. doi:10.1080/01621459.1927.10502953
.. [2] Breslow & Day (1987). Statistical Methods in Cancer Research II. IARC, 69.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from varstat.data.table import Table
from varstat.errors import VarstatError
from varstat.funnel.funnel import compute_funnel
from varstat.funnel.result import Funnel
from varstat.measure import Direction, Floats, Measure
from varstat.prose.number import percent
from varstat.review.published.match import Candidate
from varstat.review.published.text import Flag

_LEVELS = (0.95, 0.99, 0.998)
# A unit whose p-value is so near to that of a limit may lie on either side of it.
_NEAR = (0.75, 4.0 / 3.0)


def flag_candidates(
    printed: Sequence[Flag | None], units: NDArray[np.object_], table: Table
) -> list[Candidate]:
    """Give the methods by which flags may have been made.

    Parameters
    ----------
    printed : sequence of Flag or None
    units : ndarray of object, shape (units,)
        Codes, in the order of what is printed.
    table : Table

    Returns
    -------
    list of Candidate
        None where the table makes no single funnel.
    """
    found = []
    sides = {flag for flag in printed if flag in ("high", "low")}
    direction = table.card.indicator.direction
    for name, words, code, side, near in _methods(table):
        place = {unit: at for at, unit in enumerate(code)}
        order = np.array([place.get(unit, -1) for unit in units])
        if np.any(order < 0):
            continue
        given, edge = side[order], near[order]
        found.append(_candidate(printed, given, edge, name, words, direction))
        for one in sides if len(sides) == 1 else ():
            shown = np.where(given == one, given, "none")
            more = f"{words}, on the {one} side alone"
            found.append(_candidate(printed, shown, edge, f"{name}:{one}", more, direction))
    return found


_Method = tuple[str, str, NDArray[np.object_], NDArray[np.object_], NDArray[np.bool_]]


def _methods(table: Table) -> Iterator[_Method]:
    """Name and words of each method, units, the side on which it flags them, and who is near."""
    plain = _funnel(table, dispersion="none")
    for level in _LEVELS:
        for dispersion, allowing in (("none", "chance alone"), ("auto", "over-dispersion")):
            funnel = _funnel(table, levels=(level,), dispersion=dispersion)
            if funnel is not None:
                name = f"funnel:{level:g}" + ("" if dispersion == "none" else ":overdispersed")
                words = f"a funnel's {percent(level)} limits for {allowing}"
                yield (name, words, *_of_funnel(funnel, level))
        if plain is not None:
            side, near = _of_intervals(plain, level)
            words = f"units' {percent(level)} intervals that don't hold the average"
            yield f"interval:{level:g}", words, plain.units.unit, side, near
    for method in ("shmi", "cqc"):
        for level in _LEVELS:
            funnel = _funnel(table, method=method, levels=(level,))
            if funnel is not None:
                words = f"the {method.upper()} recipe at {percent(level)}"
                yield (f"{method}:{level:g}", words, *_of_funnel(funnel, level))


def _funnel(
    table: Table,
    *,
    method: str = "varstat",
    levels: tuple[float, ...] | None = None,
    dispersion: str | None = None,
) -> Funnel | None:
    """Make the table's one funnel; None if it has none, or several."""
    try:
        found = compute_funnel(
            table, method=method, levels=levels, dispersion=dispersion, sides="both"
        )
    except VarstatError:
        return None
    return found[0] if len(found) == 1 else None


def _of_funnel(
    funnel: Funnel, level: float
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.bool_]]:
    side = np.array([flag or "none" for flag in funnel.units.flag], dtype=object)
    return funnel.units.unit, side, _near(funnel.units.p_value, level)


def _near(p_value: Floats, level: float) -> NDArray[np.bool_]:
    ratio = p_value / (1.0 - level)
    return np.asarray((ratio > _NEAR[0]) & (ratio < _NEAR[1]))


def _of_intervals(funnel: Funnel, level: float) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """On which side of the average each unit's own interval lies, and whose is near it."""
    units, target = funnel.units, funnel.target

    def side(z: float) -> NDArray[np.object_]:
        low, high = own_interval(funnel.measure, units.event, units.size, z)
        out = np.full(units.unit.size, "none", dtype=object)
        out[low > target], out[high < target] = "high", "low"
        return out

    z = float(ndtri(0.5 * (1.0 + level)))
    inner, outer = (float(ndtri(1.0 - 0.5 * (1.0 - level) * ratio)) for ratio in _NEAR[::-1])
    return side(z), np.asarray(side(inner) != side(outer))


def own_interval(measure: Measure, event: Floats, size: Floats, z: float) -> tuple[Floats, Floats]:
    """Give each unit's interval by itself: Wilson's, Byar's, or by its standard error.

    Parameters
    ----------
    measure : Measure
    event, size : ndarray of float, shape (units,)
    z : float
        Standard errors on either side.

    Returns
    -------
    lower, upper : ndarray of float, shape (units,)

    Examples
    --------
    >>> from varstat.measure import PROPORTION
    >>> [round(float(x[0]), 4)
    ...  for x in own_interval(PROPORTION, np.array([10.0]), np.array([50.0]), 1.959964)]
    [0.1124, 0.3304]
    """
    if not measure.counts:
        return event - z * size, event + z * size
    if measure.bounded:
        rate = event / size
        middle = (rate + z * z / (2.0 * size)) / (1.0 + z * z / size)
        half = z * np.sqrt(rate * (1.0 - rate) / size + z * z / (4.0 * size**2))
        half = half / (1.0 + z * z / size)
        return middle - half, middle + half
    some = np.maximum(event, 1e-9)
    low = some * (1.0 - 1.0 / (9.0 * some) - z / (3.0 * np.sqrt(some))) ** 3
    more = event + 1.0
    high = more * (1.0 - 1.0 / (9.0 * more) + z / (3.0 * np.sqrt(more))) ** 3
    return np.where(event > 0, np.maximum(low, 0.0), 0.0) / size, high / size


def _candidate(
    printed: Sequence[Flag | None],
    given: NDArray[np.object_],
    near: NDArray[np.bool_],
    name: str,
    words: str,
    direction: Direction,
) -> Candidate:
    def agrees(flag: Flag | None, side: str) -> bool:
        if flag is None:
            return True
        if side == "none" or flag == "none":
            return flag == side
        if flag in ("better", "worse") and direction != "neither":
            good = "high" if direction == "higher-is-better" else "low"
            return (side == good) == (flag == "better")
        return flag not in ("high", "low") or flag == side

    wrong = np.array(
        [not agrees(flag, side) for flag, side in zip(printed, given, strict=True)], dtype=np.bool_
    )
    # A flag on the wrong side is wrong however near the limit.
    opposite = np.array([flag != "none" for flag in printed]) & (given != "none")

    def fits(i: int, j: int) -> bool:
        return agrees(printed[i], given[j])

    return Candidate(
        name=name, words=words, wrong=wrong & (~near | opposite), fits=fits, given=given.copy()
    )
