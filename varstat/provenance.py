"""What ran: enough to run it again and to tell whether anything changed."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from varstat.version import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What a result was made from.

    Attributes
    ----------
    verb : str
        What was asked for, such as "funnel".
    source : str
        Name of the file, without its folder, or "data frame".
    data_hash : str
        SHA-256 of the file's bytes or the frame's contents.
    card : str
        Name of the card.
    card_hash : str
        SHA-256 of the whole card, its measure's defaults included.
    options : dict
        Every choice that was made, as in a card.
    version : str
        Of varstat.

    Notes
    -----
    There is no date and no folder in it, so that the same run gives the same bytes.
    """

    verb: str
    source: str
    data_hash: str
    card: str
    card_hash: str
    options: dict[str, Any]
    version: str = __version__

    def to_dict(self) -> dict[str, Any]:
        """Make a dictionary for JSON."""
        return asdict(self)


def content_hash(content: Any) -> str:
    """SHA-256 of anything JSON can say, in hexadecimal digits.

    Examples
    --------
    >>> content_hash({"b": 1, "a": 2}) == content_hash({"a": 2, "b": 1})
    True
    """
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
