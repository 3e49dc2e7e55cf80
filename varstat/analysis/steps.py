"""The steps of an analysis: read an indicator's table, make years of its quarters, fit or load."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from varstat.analysis.inputs import (
    FIT_SUFFIX,
    check_table,
    decided_in_fit,
    find_input,
    is_fit,
    refuse_decided,
    split_lookup,
)
from varstat.analysis.specification import Specification
from varstat.prose.text import clean

if TYPE_CHECKING:
    import pandas as pd

    from varstat.analysis.inputs import Input
    from varstat.card import Card
    from varstat.data import Table
    from varstat.hierarchical import Fits

    Where = str | os.PathLike[str] | pd.DataFrame

# Takes what is being done, and how many of its parts are done and there are.
Tell = Callable[[str, int, int], None]
# Of `Reading`, what `read_table` takes in another form.
_FOUND = ("source", "card", "lookup", "annualise", "only", "exclude", "suppressed", "rounded")


def tell_nobody(stage: str, done: int, of: int) -> None:
    """Hear what is being done, and leave it at that."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setting:
    """A specification, where what it names is, and what is to be done on the way.

    Attributes
    ----------
    asked : Specification
    sources : mapping of str to path, DataFrame or Card
        Where some names are to be found.
    folder : path or None
        Where other files are.
    stored_as : sequence of str
        Names of files that the fit will be written to.
    progress : bool
        Whether to show on stderr how far NUTS has come.
    tell : callable
        Is told what is being done.
    """

    asked: Specification
    sources: "Mapping[str, Input]"
    folder: str | os.PathLike[str] | None
    stored_as: Sequence[str]
    progress: bool
    tell: Tell = tell_nobody

    def find_card(self, name: str) -> "Card | str":
        """Find a card by what the specification calls it."""
        found = find_input(name, sources=self.sources, folder=self.folder)
        return str(found) if isinstance(found, (str, os.PathLike)) else cast("Card", found)

    def find_table(self, name: str) -> "Where":
        """Find a table by what the specification calls it."""
        return cast("Where", find_input(name, sources=self.sources, folder=self.folder))

    def find_lookup(self, lookup: str) -> "str | tuple[Where, str]":
        """Find the table of FILE:KEY."""
        name, key = split_lookup(lookup)
        # What isn't FILE:KEY is refused where lookups are opened.
        return (self.find_table(name), key) if name else lookup


def fit_all(setting: Setting) -> "Iterator[tuple[Fits, float, tuple[str, ...]]]":
    """Fit the model of each indicator, or load it.

    Parameters
    ----------
    setting : Setting

    Yields
    ------
    Fits
    float
        By which its events are multiplied to be those of a year.
    tuple of str
        The periods of its table; none of a saved fit, which knows its own if it has several.
    """
    from varstat.hierarchical import load_fit

    for source, card in setting.asked.reading.pair_up():
        if is_fit(source):
            refuse_decided(source, _options_decided(setting.asked))
            yield load_fit(cast(str, setting.find_table(source))), 1.0, ()
        else:
            table, factor = read_indicator(setting, source, card)
            yield fit_table(setting, table), factor, table.periods.labels


def _options_decided(asked: Specification) -> Iterator[str]:
    """Spell the options that say anything which a saved fit has decided."""
    names = decided_in_fit()
    for part in (asked.reading, asked.modelling):
        for field in fields(part):
            if field.name in names and getattr(part, field.name) != field.default:
                yield f"--{field.name.replace('_', '-')}"


def read_indicator(setting: Setting, source: str, card: str | None) -> "tuple[Table, float]":
    """Read an indicator's table, and make years of its quarters if that is asked.

    Parameters
    ----------
    setting : Setting
    source : str
    card : str or None

    Returns
    -------
    table : Table
    factor : float
        By which events of a period are multiplied to be those of a year.
    """
    from varstat.data import read_table
    from varstat.data.annualise import annualise

    reading, modelling = setting.asked.reading, setting.asked.modelling
    setting.tell(f"Reading {clean(Path(source).name)}", 0, 0)
    table = read_table(
        setting.find_table(source),
        card=None if card is None else setting.find_card(card),
        lookup=[setting.find_lookup(each) for each in reading.lookup],
        only=dict(reading.only),
        exclude=dict(reading.exclude),
        suppressed=_mapped(reading.suppressed),
        rounded=_mapped(reading.rounded),
        **{
            field.name: getattr(reading, field.name)
            for field in fields(reading)
            if field.name not in _FOUND
        },
        covariates=modelling.covariates,
        inform=modelling.inform,
        stratum=modelling.strata,
        effects=modelling.effects,
        likelihood=modelling.likelihood,
        transient=modelling.transient,
        peer_tau=modelling.peer_tau,
    )
    check_table(setting.asked, table, source=source)
    return annualise(table, reading.annualise)


def _mapped(stated: Any) -> Any:
    """Give pairs of a name and its value back as a dictionary; anything else as it is."""
    if isinstance(stated, tuple) and all(isinstance(each, tuple) for each in stated):
        return dict(stated)
    return stated


def fit_table(setting: Setting, table: "Table", *, alone: bool = False) -> "Fits":
    """Fit the model of a table.

    Parameters
    ----------
    setting : Setting
    table : Table
    alone : bool
        Whether it leaves out what explains why units differ.

    Returns
    -------
    Fits
    """
    from varstat.hierarchical import fit_model
    from varstat.hierarchical.storage.write import refuse_groups

    if table.by:
        groups = len(table.frame[list(table.by)].drop_duplicates())
        for path in setting.stored_as:
            if Path(path).suffix.lower() == FIT_SUFFIX:
                refuse_groups(groups, name=Path(path).name)
    modelling = setting.asked.modelling
    return fit_model(
        table,
        covariates=() if alone else None,
        strata=() if alone else None,
        engine=modelling.engine,
        draws=modelling.draws,
        seed=modelling.seed,
        progress=setting.progress,
        tell=setting.tell,
    )
