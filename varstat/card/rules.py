"""Rule sets: how a publisher hides and rounds counts, as data."""

from functools import cache

from varstat.card.field import Bases, Marks, Ranges, Text
from varstat.card.folder import list_stated, read_stated, say_unknown
from varstat.card.schema import Status
from varstat.card.section import Section
from varstat.errors import CardError


class Rules(Section):
    """How a publisher hides and rounds counts.

    Attributes
    ----------
    title : str
        Whose rules they are, and of what.
    status : {"verified", "inferred", "background", "unknown"}
        How well they are known.
    source : str
        The document that says so.
    note : str or None
        What else a reader should know.
    suppressed, rounded, zero, missing
        As in a card's columns.
    """

    title: Text
    status: Status
    source: Text
    note: Text | None = None
    suppressed: Ranges | None = None
    rounded: Bases | None = None
    zero: Marks | None = None
    missing: Marks | None = None


def list_rules() -> list[str]:
    """Name the rule sets that come with varstat.

    Returns
    -------
    list of str
        In alphabetical order.

    Examples
    --------
    >>> list_rules()
    ['cms', 'hes', 'hes-2013', 'nomis', 'ons', 'opensafely']
    """
    return list_stated("rules")


@cache
def load_rules(name: str) -> Rules:
    """Load a rule set by name.

    Parameters
    ----------
    name : str

    Returns
    -------
    Rules

    Raises
    ------
    CardError
        If there is none of this name.

    Examples
    --------
    >>> load_rules("hes").suppressed
    {'*': (1, 7), '0': (0, 0)}
    """
    known = list_rules()
    if name not in known:
        raise CardError("rules", say_unknown("rule set", name, known))
    return Rules.model_validate(read_stated(name, "rules"))
