"""Titles of what no card describes: the file's own headings."""

from dataclasses import replace

from varstat.card import Card, override_card
from varstat.data.rows.records import Records
from varstat.data.table import Table
from varstat.measure import Measure
from varstat.prose.text import begin_upper, clean, in_words, shorten

_LONGEST = 60


def entitle(table: Table, *, titled: bool) -> Table:
    """Call an indicator what the file calls its columns, where only a default card describes it.

    Headings that are varstat's own words, such as "numerator", say nothing, and change nothing.

    Parameters
    ----------
    table : Table
        As it was read.
    titled : bool
        Whether the caller gives a title, which stays.

    Returns
    -------
    Table
        Whose card has a title, and names for events and sizes.
    """
    if table.kept is None:
        return table
    return replace(table, card=_entitle(table.card, table.kept.records, titled=titled))


def _relate(measure: Measure, event: str, size: str) -> str:
    """Say in words what is divided by what: "/" is read by those who made the file alone."""
    if not size or measure.unit:
        # Where rates are shown per 1,000 of the size, each heading says so itself.
        return event
    if measure.bounded:
        return f"{event} as a share of {size}"
    return f"{event} {'against' if measure.size == 'expected' else 'per'} {size}"


def _entitle(card: Card, records: Records, *, titled: bool) -> Card:
    made = records.third is not None and not card.measure.counts
    if not card.name.startswith("default-") or made:
        return card
    needed = card.needed
    event, size = (
        "" if clean(name).casefold() in (*needed, "") else shorten(in_words(name), _LONGEST)
        for name in (records.event_column, records.size_column)
    )
    changes: dict[str, str] = {}
    if not card.measure.counts:
        changes = {"title": event} if event else {}
    elif event:
        changes = {"title": _relate(card.measure, event, size)}
    if "title" in changes:
        changes["title"] = begin_upper(changes["title"])
    if titled:
        changes.pop("title", None)
    if card.measure.counts:
        told = {"numerator": event, "denominator": size}
        missing = {name for name in told if getattr(card.indicator, name) is None}
        changes |= {name: text for name, text in told.items() if text and name in missing}
    return override_card(card, {"indicator": changes}, where="columns") if changes else card
