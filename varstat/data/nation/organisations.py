"""The organisations of the synthetic nation, before and after they were reorganised."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.data.nation.indicator import REORGANISED, Level
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays

Texts = NDArray[np.object_]
Places = NDArray[np.int64]

# How many new primary care trusts are made of one, two … old ones: 303 become 152.
_PCT_FAMILIES = {1: 70, 2: 35, 3: 31, 4: 10, 5: 6}
_PAIRS = 6
# Kinds of hospital, how many, and how large beside an ordinary one.
_KINDS = (
    ("teaching", 1, 2.6),
    ("cancer", 3, 0.30),
    ("orthopaedic", 2, 0.20),
    ("eye", 2, 0.25),
    ("teaching", 23, 1.7),
    ("acute", 137, 0.9),
)
# What sort of work specialists do: their distance from others on the logit or log scale.
SPECIALISTS = {
    "cancer": {"daycase": -1.3, "preop": 1.0, "los": 0.20},
    "orthopaedic": {"daycase": -0.9, "preop": 0.4, "los": 0.08},
    "eye": {"daycase": 1.6, "preop": -1.2, "los": -0.30},
}
LARGE = 0
# Two neighbours' namesakes, far apart in the list and alike in truth.
TWINS = (0, 1)
_NAMED = {
    ("acute", LARGE): "Large teaching trust",
    ("acute", 1): "Cancer hospital 1",
    ("pct", TWINS[0]): "North of the hills",
    ("pct", TWINS[1]): "North of the docks",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """The units of a time, and of what they are made.

    Attributes
    ----------
    unit : ndarray of object, shape (units,)
        Codes.
    share : ndarray of float, shape (units, organisations)
        1 where an organisation is, or became part of, a unit.
    """

    unit: Texts
    share: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Organisations:
    """Organisations of one level, as they were at first.

    Attributes
    ----------
    level : {"acute", "pct"}
    unit, successor, unit_name, kind : ndarray of object, shape (organisations,)
        Codes before and after the reorganisation, names, and kinds of hospital.
    scale : ndarray of float, shape (organisations,)
        Size beside a mean one.
    then, now : Frame
        The units before and after the reorganisation.
    """

    level: Level
    unit: Texts
    successor: Texts
    unit_name: Texts
    kind: Texts
    scale: Floats
    then: Frame
    now: Frame

    def __post_init__(self) -> None:
        lock_arrays(self)

    def frame(self, quarter: int) -> Frame:
        """Give the units of a quarter, by its place in time."""
        return self.then if quarter < REORGANISED else self.now


def make_acute(rng: np.random.Generator) -> Organisations:
    """Make the hospitals: a large one, specialists, and some that merge in pairs."""
    kind = np.concatenate([np.full(count, name, dtype=object) for name, count, _ in _KINDS])
    scale = np.concatenate([np.full(count, size) for _, count, size in _KINDS])
    scale[1:] *= np.exp(0.35 * rng.standard_normal(len(scale) - 1))
    unit = _codes("SA", len(kind))
    successor = unit.copy()
    # The last ones merge: the second of each pair takes the first over.
    for pair in range(_PAIRS):
        at = len(unit) - 2 * (pair + 1)
        successor[at] = unit[at + 1]
    return _lay_out("acute", unit, successor, kind, scale)


def make_pcts(rng: np.random.Generator) -> Organisations:
    """Make the primary care trusts: 303 that become 152, each of neighbours."""
    family = np.concatenate(
        [np.repeat(np.arange(count), size) + 1000 * size for size, count in _PCT_FAMILIES.items()]
    )
    _, family = np.unique(family, return_inverse=True)
    unit = _codes("SP", len(family))
    merged = np.bincount(family)[family] > 1
    successor = np.where(merged, _codes("SN", family.max() + 1)[family], unit)
    scale = np.exp(0.35 * rng.standard_normal(len(unit)))
    scale[list(TWINS)] = 0.55
    kind = np.full(len(unit), "primary care trust", dtype=object)
    return _lay_out("pct", unit, successor, kind, scale)


def _lay_out(
    level: Level, unit: Texts, successor: Texts, kind: Texts, scale: Floats
) -> Organisations:
    name = "Acute trust" if level == "acute" else "PCT"
    names = [
        f"{_NAMED.get((level, at), f'{name} {at + 1:03d}')} (synthetic)" for at in range(len(unit))
    ]
    return Organisations(
        level=level,
        unit=unit,
        successor=successor,
        unit_name=np.array(names, dtype=object),
        kind=kind,
        scale=scale / scale.mean(),
        then=_frame(unit),
        now=_frame(successor),
    )


def _frame(code: Texts) -> Frame:
    unit, at = np.unique(code.astype(str), return_inverse=True)
    share = (np.arange(len(unit))[:, None] == at).astype(float)
    return Frame(unit=unit.astype(object), share=share)


def _codes(prefix: str, count: int) -> Texts:
    return np.array([f"{prefix}{at:03d}" for at in range(1, count + 1)], dtype=object)
