"""Which measure a table holds, told from the names of its columns."""

from collections.abc import Iterator

from varstat.card import Card, load_card, override_card
from varstat.data.rows.gather import core_columns
from varstat.data.shape.hint import describe_wide
from varstat.data.source.header import find_header
from varstat.data.source.open import Source
from varstat.errors import TableError


def detect_card(source: Source) -> Card:
    """Choose the default card whose columns the table has.

    Parameters
    ----------
    source : Source

    Returns
    -------
    Card

    Raises
    ------
    TableError
        If it has those of none.
    """
    for card in _candidates():
        _, *measured = core_columns(card)
        try:
            header, _ = find_header(source, measured)
        except TableError:
            continue
        if all(header.has(wanted) for wanted in measured):
            return card
    wide = describe_wide(source)
    raise TableError(
        source.name,
        "nothing says what is measured here. Name a card (--card), or the columns: --numerator "
        "and --denominator, --observed and --expected or --exposure, --value and --se or "
        "--lower and --upper, or --total, --count and --sum-of-squares. "
        f"Columns of exactly these names are found without being named.{wide and ' '}{wide}",
    )


def _candidates() -> Iterator[Card]:
    yield load_card("default-proportion")
    ratio = load_card("default-ratio")
    yield ratio
    yield override_card(ratio, {"columns": {"exposure": "exposure"}}, where="columns")
    mean = load_card("default-mean")
    yield mean
    limits = {"lower": "lower", "upper": "upper"}
    yield override_card(mean, {"columns": limits}, where="columns")
    yield override_card(mean, {"columns": {"total": "total"}}, where="columns")
