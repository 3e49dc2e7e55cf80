"""Records: the columns that an analysis needs, of each row of a file."""

from dataclasses import dataclass, replace

import pandas as pd

from varstat.card.schema import Exclusion
from varstat.data.account import Mask, Rows
from varstat.data.rows.covariates import Covariate
from varstat.data.source.grid import Texts
from varstat.data.source.numbers import Numbers
from varstat.measure import Measure


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attribute:
    """A column of text.

    Attributes
    ----------
    column : str
        Its name, in the file or lookup.
    values : ndarray of object, shape (rows,)
        None where blank.
    lookup : str or None
        The lookup that it comes from; None if from the file.
    by_unit : dict of str to str
        What a lookup says; empty if from the file.
    """

    column: str
    values: Texts
    lookup: str | None
    by_unit: dict[str, str]

    @property
    def absent(self) -> Mask:
        """Rows without a value, of shape (rows,)."""
        return pd.isna(pd.Series(self.values, dtype=object)).to_numpy()

    @property
    def missing(self) -> str:
        """The reason for leaving out rows without a value."""
        unit = f" for this unit in {self.lookup}" if self.lookup else ""
        return f"no {self.column}{unit}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Records:
    """The rows below the header, in the columns that are needed.

    Attributes
    ----------
    rows : ndarray of int, shape (rows,)
        Each row's number in the file.
    places : ndarray of int, shape (rows,)
        Its place below the header, from 0.
    roles : dict of str to Attribute
        What there is of unit, unit_name, peer_group and period.
    by : dict of str to Attribute
        Under the names that the caller gave, in that order.
    strata : dict of str to Attribute
        What makes the case-mix cells, under the names that the caller or the card gave.
    declared : tuple of (Attribute, Exclusion)
        What the card excludes by.
    covariates : dict of str to Covariate
        Under the names that the card gives; empty unless they are asked for.
    only : tuple of (str, Attribute, tuple of str)
        By what rows are chosen: its name as the caller gave it, and which values are kept.
    left_out : tuple of (str, Attribute, tuple of str)
        Likewise, and which values are left out.
    event, size : Numbers
        Of a mean that is given by sums, its total and count.
    event_column, size_column : str
        Their names in the file.
    third : Covariate or None
        The sum of squares of such a mean, the upper limit of one, or what stands beside a size:
        the standard error of expected events, or of how many cases it is a sample.
    count : Covariate or None
        Of how many cases another mean is.
    measure : Measure
    """

    rows: Rows
    places: Rows
    roles: dict[str, Attribute]
    by: dict[str, Attribute]
    strata: dict[str, Attribute]
    declared: tuple[tuple[Attribute, Exclusion], ...]
    covariates: dict[str, Covariate]
    only: tuple[tuple[str, Attribute, tuple[str, ...]], ...]
    left_out: tuple[tuple[str, Attribute, tuple[str, ...]], ...]
    event: Numbers
    size: Numbers
    event_column: str
    size_column: str
    third: Covariate | None
    count: Covariate | None
    measure: Measure

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """Every column of text, once for each use."""
        declared = (attribute for attribute, _ in self.declared)
        chosen = (attribute for _, attribute, _ in (*self.only, *self.left_out))
        named = (*self.roles.values(), *self.by.values(), *self.strata.values())
        return (*named, *declared, *chosen)

    @property
    def measured(self) -> tuple[tuple[Numbers, str], ...]:
        """The columns of numbers that a row must have, with their names in the file."""
        given = ((self.event, self.event_column), (self.size, self.size_column))
        if self.third is None:
            return given
        return (*given, (self.third.numbers, self.third.column))

    def take(self, kept: Mask) -> "Records":
        """Keep some rows."""
        made: dict[int, Attribute] = {}

        def cut(attribute: Attribute) -> Attribute:
            # What has two uses stays one: a period that is grouped by, say.
            if id(attribute) not in made:
                made[id(attribute)] = replace(attribute, values=attribute.values[kept])
            return made[id(attribute)]

        return replace(
            self,
            rows=self.rows[kept],
            places=self.places[kept],
            roles={role: cut(attribute) for role, attribute in self.roles.items()},
            by={name: cut(attribute) for name, attribute in self.by.items()},
            strata={name: cut(attribute) for name, attribute in self.strata.items()},
            declared=tuple((cut(attribute), why) for attribute, why in self.declared),
            covariates={name: each.take(kept) for name, each in self.covariates.items()},
            only=tuple((name, cut(attribute), some) for name, attribute, some in self.only),
            left_out=tuple((name, cut(attribute), some) for name, attribute, some in self.left_out),
            event=self.event.take(kept),
            size=self.size.take(kept),
            third=self.third and self.third.take(kept),
            count=self.count and self.count.take(kept),
        )
