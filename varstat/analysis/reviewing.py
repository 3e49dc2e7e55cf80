"""From a specification to a review of what its league table and opportunity would claim."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from varstat.analysis.asking import ReviewAsking
from varstat.analysis.inputs import split_lookup
from varstat.analysis.steps import Setting, read_indicator
from varstat.errors import TableError, UsageError

if TYPE_CHECKING:
    from varstat.data import Table
    from varstat.review.published.read import Printed
    from varstat.review.result import Reviews


def ask_review(setting: Setting, asking: ReviewAsking) -> "Reviews":
    """Review a table.

    Parameters
    ----------
    setting : Setting
    asking : ReviewAsking

    Returns
    -------
    Reviews

    Raises
    ------
    VarstatError
        If anything can't be what is asked.
    """
    from varstat.review.compute import compute_review
    from varstat.review.published.read import parse_published

    if asking.printed is not None and not asking.published:
        raise UsageError(
            "printed",
            "no column of the published table is named. Add --published rank=COL, or what it has.",
        )
    columns = parse_published(asking.published) if asking.published else {}
    says = parse_says(asking.says, columns)
    (source, card), *_ = setting.asked.reading.pair_up()
    table, _ = read_indicator(setting, source, card)
    printed = _read_printed(setting, asking, table, source, columns) if columns else None
    modelling = setting.asked.modelling
    reviews = compute_review(
        table,
        target=asking.target,
        over=asking.over,
        printed=printed,
        says=says,
        refits=asking.refits,
        budget=asking.budget,
        level=asking.level,
        draws=modelling.draws,
        seed=modelling.seed,
        tell=setting.tell,
    )
    stated = asking
    if asking.budget is not None and asking.refits is None:
        # As many refits as were made, so that the same are made again.
        stated = replace(stated, refits=max((each.refits for each in reviews), default=0))
    if asking.printed is not None:
        name, key = split_lookup(asking.printed)
        stated = replace(stated, printed=f"{Path(name).name}:{key}")
    asked = stated.to_dict()
    return replace(reviews, provenance=replace(reviews.provenance, asking=asked))


def parse_says(text: str | None, columns: Mapping[str, str]) -> dict[str, str]:
    """Read by which methods a published table says it is.

    Parameters
    ----------
    text : str or None
        Such as "rank=raw,flag=funnel:0.998".
    columns : mapping of str to str
        What is printed.

    Returns
    -------
    dict of str to str

    Raises
    ------
    UsageError
        If it isn't written so, or is of what isn't printed.

    Examples
    --------
    >>> parse_says("rank=raw", {"rank": "Rank 2024"})
    {'rank': 'raw'}
    """
    found: dict[str, str] = {}
    for part in text.split(",") if text else ():
        name, equals, method = (piece.strip() for piece in part.partition("="))
        if not (equals and method) or name not in columns:
            raise UsageError(
                "says",
                f"{part.strip()!r} names no method of what is printed. Expected rank=raw, "
                "flag=funnel:0.998 or the like, of a column that --published names.",
            )
        found[name] = method
    return found


def _read_printed(
    setting: Setting, asking: ReviewAsking, table: "Table", source: str, columns: Mapping[str, str]
) -> "Printed":
    """Read the published table, of a file of its own or of that of the data."""
    from varstat.review.published.read import read_published

    if asking.printed is not None:
        name, key = split_lookup(asking.printed)
        if not key:
            raise UsageError("printed", "expected FILE:KEY, the table and its column of units.")
        return read_published((setting.find_table(name), key), columns)
    where = setting.find_table(source)
    keys = table.card.columns.names_of("unit")
    for key in keys[:-1]:
        try:
            return read_published((where, key), columns)
        except TableError:
            continue
    return read_published((where, keys[-1]), columns)
