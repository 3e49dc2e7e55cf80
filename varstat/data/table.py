"""The table: one row per unit, period and group, in canonical columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from varstat.card.field import columns_of
from varstat.card.schema import Card
from varstat.data.account import Account
from varstat.data.rows.kept import Kept
from varstat.measure import Measure
from varstat.period.period import Periods, read_periods
from varstat.provenance import Origin, Provenance, content_hash


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """What was reported, checked and in canonical columns: a row a unit, period and stratum.

    Attributes
    ----------
    frame : DataFrame
        `unit`, `unit_name`, `peer_group`, `period`, the by columns and the strata as text (object,
        None where absent); the measure's event and size columns, `event_lower` and `event_upper` as
        float64. An event is NaN where it is suppressed, and then lies between its ends, which
        otherwise equal it unless it was rounded or printed as a percentage. A mean's `count` is of
        how many cases it is, NaN where that isn't known. Covariates follow as float64 under their
        own names.
        Rows stand as in the file, merged ones where their first row stood.
    measure : Measure
    card : Card
    by : tuple of str
        The columns that split the table into groups, each analysed on its own.
    strata : tuple of str
        The columns whose combinations are the case-mix cells; none where a row is a whole unit.
    covariates : tuple of str
        What a model may explain by: columns of the frame, NaN where the covariate isn't known.
    inform : tuple of str
        What a model may estimate units by without excusing them: columns likewise, or `size`.
    account : Account
        What became of every input row.
    data_hash : str
        SHA-256 of the file's bytes, or of a data frame's contents, in hexadecimal digits.
    kept : Kept or None
        The rows of the file that the frame was made of; None of a table made of another one.
    origin : Origin
        How it was read.
    """

    frame: pd.DataFrame
    measure: Measure
    card: Card
    by: tuple[str, ...]
    strata: tuple[str, ...]
    covariates: tuple[str, ...]
    account: Account
    data_hash: str
    inform: tuple[str, ...] = ()
    kept: Kept | None = field(default=None, repr=False)
    origin: Origin = field(default_factory=Origin, repr=False)

    @property
    def explaining(self) -> tuple[str, ...]:
        """Columns of numbers of the frame: the covariates, and those that inform."""
        return (*self.covariates, *columns_of(self.inform))

    @property
    def periods(self) -> Periods:
        """The periods, in the order of time if that is known; none where the table has none."""
        return read_periods(label for label in self.frame["period"] if isinstance(label, str))

    def state_provenance(
        self,
        verb: str,
        *,
        options: Mapping[str, Any],
        modelling: Mapping[str, Any] | None = None,
        asking: Mapping[str, Any] | None = None,
    ) -> Provenance:
        """State what a result is made from that is computed from this table.

        Parameters
        ----------
        verb : str
        options : mapping of str to object
            Every choice that was made.
        modelling, asking : mapping of str to object, optional
            What was asked for beside the reading, as a specification names it.

        Returns
        -------
        Provenance
        """
        return Provenance(
            verb=verb,
            source=self.account.source,
            data_hash=self.data_hash,
            card=self.card.name,
            card_hash=content_hash(self.card.model_dump(mode="json")),
            options=dict(options),
            reading=self.origin.reading,
            modelling={**self.origin.modelling, **(modelling or {})},
            asking=dict(asking or {}),
            lookups=self.origin.lookups,
        )
