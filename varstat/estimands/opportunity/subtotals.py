"""Subtotals: the sets of units that opportunities are added up over."""

from collections.abc import Mapping, Sequence

import numpy as np

from varstat.errors import UsageError, did_you_mean
from varstat.hierarchical.posterior import Posterior
from varstat.measure import Floats


def units_in_sets(
    posterior: Posterior, subtotals: Mapping[str, Sequence[str]]
) -> tuple[tuple[str, ...], Floats]:
    """Lay out the sets of units to add up: peer groups, then those that are asked for.

    Parameters
    ----------
    posterior : Posterior
    subtotals : mapping of str to sequence of str
        Codes of the units of each.

    Returns
    -------
    (tuple of str, ndarray of float, shape (units, sets))
        Names, and one where a unit is in a set.

    Raises
    ------
    UsageError
        If a unit isn't among those analysed.
    """
    design = posterior.design
    columns: dict[str, Floats] = {}
    peers = [None if peer is None else str(peer) for peer in design.peer_group]
    for peer in sorted({peer for peer in peers if peer is not None}):
        columns[peer] = np.array([each == peer for each in peers], dtype=float)
    known = {str(unit): at for at, unit in enumerate(design.unit)}
    for name, units in subtotals.items():
        missing = [unit for unit in units if str(unit) not in known]
        if missing:
            raise UsageError(
                "subtotals",
                f"{len(missing):,} of the {len(units):,} units of {name!r} are not among those "
                f"analysed.{did_you_mean(str(missing[0]), known)}",
            )
        column = np.zeros(design.units)
        column[[known[str(unit)] for unit in units]] = 1.0
        columns[str(name)] = column
    sets = np.column_stack([*columns.values()]) if columns else np.empty((design.units, 0))
    return tuple(columns), sets
