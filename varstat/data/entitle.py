"""Titles of what no card describes: the file's own headings."""

from dataclasses import replace

from varstat.card import Card, override_card
from varstat.data.rows.records import Records
from varstat.data.table import Table
from varstat.prose.text import clean, shorten

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


def _entitle(card: Card, records: Records, *, titled: bool) -> Card:
    made = records.third is not None and not card.measure.counts
    if not card.name.startswith("default-") or made:
        return card
    needed = card.needed
    event, size = (
        "" if clean(name).casefold() in (*needed, "") else shorten(clean(name), _LONGEST)
        for name in (records.event_column, records.size_column)
    )
    changes: dict[str, str] = {}
    if not card.measure.counts:
        changes = {"title": event} if event else {}
    elif event and size:
        changes = {"title": f"{event} / {size}"}
    elif event:
        changes = {"title": event}
    if titled:
        changes.pop("title", None)
    if card.measure.counts:
        told = {"numerator": event, "denominator": size}
        missing = {name for name in told if getattr(card.indicator, name) is None}
        changes |= {name: text for name, text in told.items() if text and name in missing}
    return override_card(card, {"indicator": changes}, where="columns") if changes else card
