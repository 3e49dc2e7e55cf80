"""Vintages: counts of each unit and period, as they were known at several dates."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from varstat.data.account import Account
from varstat.data.source.grid import Texts
from varstat.data.volumes.delay import Delays, Whole
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vintages:
    """What was known of every unit's period at every date of publication.

    Attributes
    ----------
    title : str
        What was measured.
    unit, unit_name : ndarray of object, shape (units,)
        In the order of codes; a name is None where the table has none.
    column : tuple of str
        Names of the counts.
    counts : ndarray of float, shape (columns, units, periods, vintages)
        NaN where nothing was known.
    period, as_of : tuple of str
        Labels in the order of time.
    delays : Delays
    account : Account
    data_hash : str
    lookups : dict of str to str
    card, card_hash : str
    """

    title: str
    unit: Texts
    unit_name: Texts
    column: tuple[str, ...]
    counts: Floats
    period: tuple[str, ...]
    as_of: tuple[str, ...]
    delays: Delays
    account: Account
    data_hash: str
    lookups: dict[str, str] = field(default_factory=dict)
    card: str = ""
    card_hash: str = ""

    def __post_init__(self) -> None:
        for values in (self.unit, self.unit_name, self.counts):
            values.setflags(write=False)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Whether each vintage has each period at all, of shape (periods, vintages)."""
        return self.delays.number >= 0

    def latest(self, vintage: int) -> Whole:
        """Find the last vintage, up to one, that has each period; -1 where none has."""
        upto = self.present[:, : vintage + 1]
        last = vintage - np.argmax(upto[:, ::-1], axis=1)
        return np.where(upto.any(axis=1), last, -1)

    def steps(self, vintage: int) -> Whole:
        """List the steps from one delay to the next that are known up to a vintage.

        Parameters
        ----------
        vintage : int

        Returns
        -------
        ndarray of int, shape (steps, 4)
            The period, the vintage of the delay and of the next one, and the delay. Of two
            vintages at one delay the later counts.
        """
        found = []
        for period, row in enumerate(self.delays.number[:, : vintage + 1]):
            place = {int(delay): at for at, delay in enumerate(row) if delay >= 0}
            found += [
                (period, at, place[delay + 1], delay)
                for delay, at in place.items()
                if place.get(delay + 1, -1) > at
            ]
        return np.array(found, dtype=np.int64).reshape(-1, 4)
