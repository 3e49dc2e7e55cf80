"""What ran: enough to run it again and to tell whether anything changed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from varstat.version import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """How a table was read, as plain values; what was left to its default isn't in it.

    Attributes
    ----------
    reading, modelling : dict
        What was asked for, as the parts of a `Specification` name it. Files go by their names,
        without their folders.
    lookups : dict of str to str
        SHA-256 of each lookup's bytes or contents, by its name.
    """

    reading: dict[str, Any] = field(default_factory=dict)
    modelling: dict[str, Any] = field(default_factory=dict)
    lookups: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What a result was made from: its specification, and the hashes of all that was read.

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
    reading, modelling, asking : dict
        What was asked for, as the parts of a `Specification` name it.
    lookups : dict of str to str
        SHA-256 of each lookup's bytes or contents, by its name.
    parts : tuple of dict
        Of several indicators, the provenance of each, which then says how it was read.
    version : str
        Of varstat.

    Notes
    -----
    Whatever changes a result changes its provenance. There is no date and no folder in it, so
    that the same run gives the same bytes.
    """

    verb: str
    source: str
    data_hash: str
    card: str
    card_hash: str
    options: dict[str, Any]
    reading: dict[str, Any] = field(default_factory=dict)
    modelling: dict[str, Any] = field(default_factory=dict)
    asking: dict[str, Any] = field(default_factory=dict)
    lookups: dict[str, str] = field(default_factory=dict)
    parts: tuple[dict[str, Any], ...] = ()
    version: str = __version__

    def to_dict(self) -> dict[str, Any]:
        """Make a dictionary for JSON."""
        stated = asdict(self) | {"parts": list(self.parts)}
        return {key: value for key, value in stated.items() if key != "parts" or self.parts}

    def then(
        self, verb: str, *, options: Mapping[str, Any], asking: Mapping[str, Any]
    ) -> "Provenance":
        """State the provenance of what is made from a result of this one.

        Parameters
        ----------
        verb : str
        options : mapping of str to object
            Choices that were made, beside those already here.
        asking : mapping of str to object
            What was asked for, as the specification names it.

        Returns
        -------
        Provenance
            Of this version of varstat.
        """
        return replace(
            self,
            verb=verb,
            options={**self.options, **options},
            asking=self.asking | {k: v for k, v in asking.items() if v is not None},
            version=__version__,
        )


def content_hash(content: Any) -> str:
    """SHA-256 of anything JSON can say, in hexadecimal digits.

    Examples
    --------
    >>> content_hash({"b": 1, "a": 2}) == content_hash({"a": 2, "b": 1})
    True
    """
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
